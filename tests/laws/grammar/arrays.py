"""Array expressions of a given shape: elementwise, broadcast, reduced, contracted, indexed, built."""

from __future__ import annotations

from .core import Array, Float, Int, Kind, Pen, Unfit, Var, array, arrays, matrix, vector

UNARY = [
    "np.sin({})",
    "np.cos({})",
    "np.tanh({})",
    "np.exp(-({}) ** 2)",
    "np.log(1.2 + ({}) ** 2)",
    "np.sqrt(0.5 + ({}) ** 2)",
    "({}) ** 2",
    "np.square({})",
    "np.arctan({})",
    "(-{})",
    "np.expm1(np.tanh({}))",
    "np.reciprocal(1.3 + ({}) ** 2)",
    "np.exp(0.4 * np.sin({}))",
]
Shape = tuple[int, ...]


def flat(shape: Shape) -> int:
    if len(shape) != 1:
        raise Unfit
    return shape[0]


def plane(shape: Shape) -> Shape:
    if len(shape) != 2:
        raise Unfit
    return shape


@array("arrays", "elementwise", 5)
def elementwise(p: Pen, shape: Shape, depth: int) -> str:
    return p.choice(UNARY).format(p.array(shape, depth))


@array("arrays", "array_arith", 5)
def array_arith(p: Pen, shape: Shape, depth: int) -> str:
    return f"({p.array(shape, depth)} {p.choice('++-**')} {p.array(shape, depth)})"


@array("arrays", "array_with_scalar", 4)
def array_with_scalar(p: Pen, shape: Shape, depth: int) -> str:
    a, s = p.array(shape, depth), p.scalar(depth)
    return (
        p.choice([f"({a} * {s})", f"({s} + {a})", f"({s} - {a})", f"{a} / (1.5 + {s} ** 2)"])
        if p.chance(0.8)
        else f"np.multiply({a}, {s})"
    )


@array("arrays", "array_division", 1)
def array_division(p: Pen, shape: Shape, depth: int) -> str:
    b = p.array_atom(shape)
    return f"({p.array(shape, depth)} / ({p.number(0.8, 2.0)} + {b} ** 2))"


@array("arrays", "where", 1)
def where(p: Pen, shape: Shape, depth: int) -> str:
    a, b = p.array_atom(shape), p.choice([p.array_atom(shape), p.number()])
    return f"np.where({a} > {b}, {p.array(shape, depth)}, {p.choice([p.array(shape, depth), p.atom()])})"


@array("arrays", "clip_maximum", 1)
def clip_maximum(p: Pen, shape: Shape, depth: int) -> str:
    a = p.array(shape, depth)
    forms = [
        f"np.clip({a}, {p.number(-0.5, 0.3)}, {p.number(0.7, 1.5)})",
        f"np.maximum({a}, {p.choice([p.number(), p.atom()])})",
        f"np.minimum({a}, {p.array_atom(shape)})",
        f"np.abs({a})",
    ]
    return p.choice(forms)


@array("arrays", "mask_product", 0.6)
def mask_product(p: Pen, shape: Shape, depth: int) -> str:
    return f"({p.array(shape, depth)} * ({p.array_atom(shape)} > {p.number()}))"


@array("arrays", "cumulative_sort", 0.7)
def cumulative_sort(p: Pen, shape: Shape, depth: int) -> str:
    a = p.array((flat(shape),), depth)
    return p.choice(["np.cumsum({})", "np.sort({})", "np.roll({}, 1)", "np.flip({})", "np.add.accumulate({})"]).format(
        a
    )


# ---- broadcasting and shapes


@array("arrays", "broadcast", 1.5)
def broadcast(p: Pen, shape: Shape, depth: int) -> str:
    rows, cols = plane(shape)
    small = p.choice(
        [p.array((cols,), depth), f"({p.array((rows,), depth)})[:, None]", f"({p.array((cols,), depth)})[None, :]"]
    )
    return f"({p.array(shape, depth)} {p.choice('+-*')} {small})"


@array("indexing", "newaxis_outer", 1)
def newaxis_outer(p: Pen, shape: Shape, depth: int) -> str:
    rows, cols = plane(shape)
    v, w = p.pick(Array((rows,))), p.pick(Array((cols,)))
    return p.choice(
        [
            "{}[:, None] * {}[None, :]",
            "np.outer({}, {})",
            "({}[:, np.newaxis] - {})",
            "np.einsum('i,j->ij', {}, {})",
            "np.multiply.outer({}, {})",
        ]
    ).format(v, w)


@array("arrays", "transpose", 1)
def transpose(p: Pen, shape: Shape, depth: int) -> str:
    plane(shape)
    return p.choice(["{}.T", "np.transpose({})", "{}.transpose()", "np.swapaxes({}, 0, 1)"]).format(
        p.pick(Array(shape[::-1]))
    )


@array("arrays", "reshape", 0.8)
def reshape(p: Pen, shape: Shape, depth: int) -> str:
    size = count(shape)
    other = p.pick(lambda k: isinstance(k, Array) and count(k.shape) == size and k.shape != shape)
    if len(shape) == 1:
        return p.choice(["{}.reshape(-1)", "{}.ravel()", "{}.flatten()", "np.ravel({})"]).format(other)
    return f"{other}.reshape({shape[0]}, {p.choice([shape[1], -1])})"


def count(shape: Shape) -> int:
    size = 1
    for n in shape:
        size *= n
    return size


@array("arrays", "concatenate", 1)
def concatenate(p: Pen, shape: Shape, depth: int) -> str:
    n = flat(shape)
    if n < 2:
        raise Unfit
    k = p.rng.randrange(1, n)
    return p.choice(["np.concatenate([{}, {}])", "np.hstack(({}, {}))", "np.append({}, {})"]).format(
        p.array((k,), depth), p.array((n - k,), depth)
    )


@array("arrays", "stack", 1)
def stack(p: Pen, shape: Shape, depth: int) -> str:
    rows, cols = plane(shape)
    if rows > 3:
        raise Unfit
    form = p.choice(["np.stack([{}])", "np.array([{}])", "np.vstack([{}])"])
    return form.format(", ".join(p.array((cols,), depth) for _ in range(rows)))


@array("arrays", "build_array", 1)
def build_array(p: Pen, shape: Shape, depth: int) -> str:
    n = flat(shape)
    if p.chance(0.5):
        return "np.array([" + ", ".join(p.scalar(depth) for _ in range(n)) + "])"
    k = p.fresh(Int(0, 0))
    return f"np.array([{p.scalar(depth)} * {k} + {p.atom()} for {k} in range({n})])"


@array("arrays", "broadcast_to", 0.3)
def broadcast_to(p: Pen, shape: Shape, depth: int) -> str:
    plane(shape)
    return f"np.broadcast_to({p.array(shape[1:], depth)}, {shape}) * {p.number()}"


@array("arrays", "diagonal_matrix", 0.3)
def diagonal_matrix(p: Pen, shape: Shape, depth: int) -> str:
    rows, cols = plane(shape)
    if rows != cols:
        raise Unfit
    return p.choice(
        [
            f"np.diag({p.array((rows,), depth)})",
            f"np.tril({p.array(shape, depth)})",
            f"np.triu({p.array(shape, depth)}, 1)",
        ]
    )


# ---- reductions and contractions


@array("arrays", "reduce_axis", 1.5)
def reduce_axis(p: Pen, shape: Shape, depth: int) -> str:
    n = flat(shape)
    m = p.pick(lambda k: matrix(k) and n in k.shape)
    axis = p.choice([a for a in (0, 1) if m.kind.shape[1 - a] == n])
    what = m.text if p.chance(0.5) else p.array(m.kind.shape, depth)
    forms = [
        "np.sum({}, axis={})",
        "np.mean({}, axis={})",
        "({}).sum(axis={})",
        "np.max({}, axis={})",
        "({}).mean({})",
        "np.add.reduce({}, axis={})",
    ]
    return p.choice(forms).format(what, p.choice([axis, axis - 2]))


@array("arrays", "keepdims", 0.8)
def keepdims(p: Pen, shape: Shape, depth: int) -> str:
    a = p.array_atom(shape)
    axis = p.rng.randrange(len(shape))
    return p.choice(
        ["({0} - np.mean({0}, axis={1}, keepdims=True))", "({0} / (1.0 + np.sum({0} ** 2, axis={1}, keepdims=True)))"]
    ).format(a, axis)


@array("arrays", "matmul", 1.5)
def matmul(p: Pen, shape: Shape, depth: int) -> str:
    if len(shape) == 1:
        m = p.pick(lambda k: matrix(k) and shape[0] in k.shape)
        if m.kind.shape[0] == shape[0]:
            v = p.array(m.kind.shape[1:], depth)
            return p.choice(["({} @ {})", "np.dot({}, {})", "np.einsum('ij,j->i', {}, {})"]).format(m, f"({v})")
        return f"(({p.array(m.kind.shape[:1], depth)}) @ {m})"
    m = p.pick(lambda k: matrix(k) and k.shape[0] == shape[0])
    other = p.array((m.kind.shape[1], shape[1]), depth)
    return p.choice(["({} @ {})", "np.matmul({}, {})", "np.einsum('ij,jk->ik', {}, {})", "np.dot({}, {})"]).format(
        m, f"({other})"
    )


# ---- indexing


@array("indexing", "index_slice", 2)
def index_slice(p: Pen, shape: Shape, depth: int) -> str:
    n = flat(shape)
    y = p.pick(lambda k: vector(k) and k.shape[0] >= n)
    return f"{y}[{cut(p, y.kind.shape[0], n)}]"


def cut(p: Pen, size: int, n: int) -> str:
    """A slice which takes `n` of `size` elements."""
    if size == n:
        return p.choice(["::-1", ":", "::-1", "..."])
    start = p.rng.randint(0, size - n)
    forms = [f"{start}:{start + n}"]
    if start == 0:
        forms.append(f":{n}")
    if start + n == size:
        forms += [f"{start}:", f"-{n}:"]
    if start > 0:
        forms.append(f"{start + n - 1}:{start - 1}:-1")
    if size >= 2 * n - 1 and n > 1:
        forms.append(f":{2 * n - 1}:2")
    return p.choice(forms)


@array("indexing", "index_fancy", 1)
def index_fancy(p: Pen, shape: Shape, depth: int) -> str:
    n = flat(shape)
    y = p.pick(vector)
    picked = [p.rng.randrange(y.kind.shape[0]) for _ in range(n)]
    return p.choice([f"{y}[{picked}]", f"{y}[np.array({picked})]", f"np.take({y}, {picked})"])


@array("indexing", "index_argsort", 0.4)
def index_argsort(p: Pen, shape: Shape, depth: int) -> str:
    y = p.pick(Array((flat(shape),)))
    return f"{y}[np.argsort({p.choice([y, p.pick(y.kind)])})]"


@array("indexing", "index_row_column", 2)
def index_row_column(p: Pen, shape: Shape, depth: int) -> str:
    n = flat(shape)
    m = p.pick(lambda k: matrix(k) and n in k.shape)
    if m.kind.shape[1] == n and (m.kind.shape[0] != n or p.chance(0.5)):
        return p.choice(["{}[{}]", "{}[{}, :]"]).format(m, p.position(m.kind.shape[0]))
    return f"{m}[:, {p.position(m.kind.shape[1])}]"


@array("indexing", "index_pairs", 0.5)
def index_pairs(p: Pen, shape: Shape, depth: int) -> str:
    n = flat(shape)
    m = p.pick(matrix)
    rows, cols = ([p.rng.randrange(size) for _ in range(n)] for size in m.kind.shape)
    return f"{m}[{rows}, {cols}]"


@array("indexing", "index_rows_fancy", 0.6)
def index_rows_fancy(p: Pen, shape: Shape, depth: int) -> str:
    rows, cols = plane(shape)
    m = p.pick(lambda k: matrix(k) and k.shape[1] == cols)
    return f"{m}[{[p.rng.randrange(m.kind.shape[0]) for _ in range(rows)]}]"


@array("indexing", "index_block", 0.8)
def index_block(p: Pen, shape: Shape, depth: int) -> str:
    rows, cols = plane(shape)
    m = p.pick(lambda k: matrix(k) and k.shape[0] >= rows and k.shape[1] >= cols)
    return f"{m}[{cut(p, m.kind.shape[0], rows)}, {cut(p, m.kind.shape[1], cols)}]".replace("..., ...", ":, :").replace(
        "...", ":"
    )


@array("containers", "list_item_array", 0.8, on=arrays)
def list_item_array(p: Pen, shape: Shape, depth: int) -> str:
    xs = p.pick(lambda k: arrays(k) and k.item.shape == shape)
    n = p.lengths.get(xs.group, 0)
    if n < 1:
        raise Unfit
    return f"{xs}[{p.rng.randrange(-n, n)}]"


@array("containers", "array_of_list", 0.5)
def array_of_list(p: Pen, shape: Shape, depth: int) -> str:
    v = p.fresh(Float())
    source = p.pick(Array((flat(shape),)))
    inner = p.choice([f"{v} * {v}", f"math.sin({v})", f"{v} * {p.atom()}"])
    test = f" if {v} > {p.number()} else {p.atom()}" if p.chance(0.4) else ""
    return f"np.array([{inner}{test} for {v} in {source}])"


def part(p: Pen, y: Var) -> str:
    """Some elements of an array, as a view."""
    if matrix(y.kind):
        return p.choice([f"{y}[{p.position(y.kind.shape[0])}]", f"{y}[:, {p.position(y.kind.shape[1])}]", f"{y}.T"])
    size = y.kind.shape[0]
    return f"{y}[{cut(p, size, p.rng.randint(1, size))}]"


def shape_like(p: Pen) -> Kind:
    """The kind of a new array: most often that of a live one."""
    rows, cols = p.shared.dims
    shapes = [(cols,), (cols,)]
    if p.allows("array_2d"):
        shapes += [(rows, cols), (cols, cols)]
    live = [v.kind.shape for v in p.live(Array)]
    return Array(p.choice(live)) if live and p.chance(0.6) else Array(p.choice(shapes))
