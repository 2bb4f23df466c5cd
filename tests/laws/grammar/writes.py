"""Assignments and in-place writes."""

from __future__ import annotations

from .arrays import cut, part, shape_like
from .core import Array, Float, Int, List, Pen, Unfit, floats, matrix, statement, vector

GENTLE = ["+=", "-=", "+=", "*="]
COUNT = Int(0, 999_999)


# ---- names


@statement("assignments", "assign_scalar", 5)
def assign_scalar(p: Pen) -> None:
    text = p.tame(p.scalar(3))
    old = p.live(Float, rebindable=True)
    name = p.pick(Float, rebindable=True) if old and p.chance(0.5) else p.bind(Float())
    p.line(f"{name} = {text}")
    p.wrote(name)


@statement("assignments", "assign_array", 4)
def assign_array(p: Pen) -> None:
    if not p.allows("array_1d"):
        raise Unfit
    kind = shape_like(p)
    text = fresh_array(p.tame_array(p.array(kind.shape, 3)))
    p.let(kind, text)


def fresh_array(text: str) -> str:
    """The same array in memory of its own, if the text is just a name; indices and transposes may give views."""
    return f"{text} * 1.0" if text.replace(".", "_").isidentifier() else text


@statement("assignments", "rebind_array", 2)
def rebind_array(p: Pen) -> None:
    y = p.pick(Array, rebindable=True)
    p.line(f"{y} = {fresh_array(p.tame_array(p.array(y.kind.shape, 2)))}")
    p.wrote(y)


@statement("assignments", "augment_scalar", 3)
def augment_scalar(p: Pen) -> None:
    s = p.wrote(p.pick(Float, rebindable=True))
    op = p.choice(["+=", "+=", "-=", "*=", "/="])
    right = f"1.5 + {p.atom()} ** 2" if op == "/=" else p.tame(p.scalar(2))
    p.line(f"{s} {op} {right}")


@statement("assignments", "swap", 1)
def swap(p: Pen) -> None:
    a, b = p.pair(Float) if p.chance(0.5) else p.pair(p.pick(Array, rebindable=True).kind)
    if not (a.rebindable and b.rebindable):
        raise Unfit
    p.line(
        f"{a}, {b} = {b}, {a}" if p.chance(0.7) or isinstance(a.kind, Array) else f"{a}, {b} = {b}, {a} * {p.atom()}"
    )
    p.wrote(a), p.wrote(b)
    join(p, a, b)


def join(p: Pen, a, b) -> None:
    """From now on either may be in the memory of the other."""
    for var in p.scope:
        if var.group == b.group and isinstance(var.kind, Array):
            var.group = a.group


@statement("assignments", "tuple_assign", 1)
def tuple_assign(p: Pen) -> None:
    values = [p.tame(p.scalar(2)) for _ in range(p.rng.randint(2, 3))]
    names = [p.bind(Float()).text for _ in values]
    left, right = ", ".join(names), ", ".join(values)
    p.line_of(f"{left} = {right}", f"({left}) = ({right})", f"[{left}] = [{right}]")


@statement("assignments", "starred", 0.6)
def starred(p: Pen) -> None:
    y = p.pick(lambda k: (vector(k) and k.shape[0] >= 2) or floats(k))
    if floats(y.kind) and p.lengths.get(y.group, 0) < 2:
        raise Unfit
    size = y.kind.shape[0] if vector(y.kind) else p.lengths[y.group]
    first, rest = p.bind(Float()), p.bind(List(Float()))
    p.lengths[rest.group] = size - 1
    p.line_of(f"{first}, *{rest} = {y}", f"*{rest}, {first} = {y}")


@statement("assignments", "unpack_rows", 0.8)
def unpack_rows(p: Pen) -> None:
    m = p.pick(lambda k: matrix(k) and k.shape[0] <= 3)
    rows = [p.bind(Array(m.kind.shape[1:]), group=m.group, writable=m.writable).text for _ in range(m.kind.shape[0])]
    p.line(f"{', '.join(rows)} = {m}")
    p.warm(m)


@statement("assignments", "chained_assign", 0.8)
def chained_assign(p: Pen) -> None:
    if p.chance(0.5) and p.live(Array):
        kind = p.pick(Array).kind
        text = fresh_array(p.array(kind.shape, 2))
        a = p.bind(kind)
        b = p.bind(kind, group=a.group)
    else:
        text, a, b = p.tame(p.scalar(2)), p.bind(Float()), p.bind(Float())
    p.line(f"{a} = {b} = {text}")
    p.warm(a)


@statement("assignments", "walrus", 0.7)
def walrus(p: Pen) -> None:
    a = p.fresh(Float())
    p.line(f"if ({a} := {p.tame(p.scalar(2))}) > {p.number()}:")
    with p.block():
        p.bind(Float(), a)
        p.body(1, 2)
    p.bind(Float(), a)


@statement("assignments", "counter", 0.8)
def counter(p: Pen) -> None:
    counts = p.live(COUNT, rebindable=True)
    if counts and p.chance(0.7):
        p.line(f"{p.choice(counts)} {p.choice(['+= 1', '+= 2', '*= 2'])}")
    else:
        p.let(COUNT, str(p.rng.randint(0, 2)))


@statement("assignments", "none_start", 0.3)
def none_start(p: Pen) -> None:
    m = p.pick(matrix)
    acc, row = p.fresh(Array(())), p.fresh(Array(()))
    p.line(f"{acc} = None")
    p.line(f"for {row} in {m}:")
    p.line(f"    {acc} = {row}{p.choice(['', ' * 1.0', '.copy()'])} if {acc} is None else {acc} {p.choice('+*')} {row}")
    p.bind(Array(m.kind.shape[1:]), acc, rebindable=True)


# ---- elements and slices


@statement("writes", "set_item", 5)
def set_item(p: Pen) -> None:
    y = p.target()
    p.line(f"{p.element(y)} = {p.tame(p.scalar(2))}")


@statement("writes", "augment_item", 5)
def augment_item(p: Pen) -> None:
    y = p.target()
    op = p.choice(GENTLE + ["/="])
    right = f"1.5 + {p.atom()} ** 2" if op == "/=" else p.tame(p.scalar(2))
    p.line(f"{p.element(y)} {op} {right}")


@statement("writes", "power_in_place", 0.5)
def power_in_place(p: Pen) -> None:
    y = p.target(Array, whole=True)
    p.line(f"{p.choice([p.element(y), y.text])} **= {p.choice([2, 2, 3])}")


@statement("writes", "set_slice", 3)
def set_slice(p: Pen) -> None:
    place, n = sliced(p)
    p.line(f"{place} = {p.choice([p.array((n,), 2), p.array((n,), 2), p.scalar(2)])}")


@statement("writes", "augment_slice", 3)
def augment_slice(p: Pen) -> None:
    place, n = sliced(p)
    p.line(f"{place} {p.choice(GENTLE)} {p.tame_array(p.choice([p.array((n,), 2), p.scalar(2)]))}")


def sliced(p: Pen) -> tuple[str, int]:
    """A slice of a vector, to be written, and its length."""
    y = p.target(vector)
    size = y.kind.shape[0]
    n = p.rng.randint(1, size)
    return f"{y}[{cut(p, size, n)}]", n


@statement("writes", "overlapping_slices", 1)
def overlapping_slices(p: Pen) -> None:
    y = p.target(vector)
    n = y.kind.shape[0]
    if n < 2:
        raise Unfit
    left, right = p.choice([("[1:]", "[:-1]"), ("[:-1]", "[1:]"), ("[::-1]", ""), ("[:]", "[::-1]")])
    p.line(f"{y}{left} {p.choice(['=', '+=', '-=', '*='])} {y}{right}{p.choice(['', f' * {p.atom()}'])}")


@statement("writes", "set_row_column", 3)
def set_row_column(p: Pen) -> None:
    m = p.target(matrix)
    rows, cols = m.kind.shape
    place, n = p.choice(
        [
            (f"{m}[{p.position(rows)}]", cols),
            (f"{m}[:, {p.position(cols)}]", rows),
            (f"{m}[{p.position(rows)}, :]", cols),
        ]
    )
    p.line(f"{place} {p.choice(['=', '=', *GENTLE])} {p.tame_array(p.array((n,), 2))}")


@statement("writes", "set_block", 1)
def set_block(p: Pen) -> None:
    m = p.target(matrix)
    sizes = [p.rng.randint(1, n) for n in m.kind.shape]
    place = ", ".join(cut(p, n, k) for n, k in zip(m.kind.shape, sizes, strict=True)).replace("...", ":")
    right = p.choice([p.scalar(1), p.array((sizes[1],), 1), p.array(tuple(sizes), 1)])
    p.line(f"{m}[{place}] {p.choice(['=', '=', '+=', '*='])} {right}")


@statement("writes", "set_mask", 1.5)
def set_mask(p: Pen) -> None:
    y = p.target()
    source = p.choice([y, p.pick(y.kind)])
    test = f"{source} {p.choice('<>')} {p.number()}"
    if p.chance(0.3):
        p.line(f"mask = {test}")
        test = "mask"
    right = p.choice([p.atom(), p.number(), f"{p.pick(y.kind)}[{test}]", f"np.sin({y}[{test}])"])
    p.line(f"{y}[{test}] {p.choice(['=', *GENTLE])} {right}")


@statement("writes", "set_fancy", 1.2)
def set_fancy(p: Pen) -> None:
    y = p.target(vector)
    size = y.kind.shape[0]
    n = p.rng.randint(1, size)
    picked = p.rng.sample(range(size), n) if p.chance(0.5) else [p.rng.randrange(size) for _ in range(n)]
    index = p.choice([str(picked), f"np.array({picked})"])
    p.line(f"{y}[{index}] {p.choice(['=', '+=', '-=', '*='])} {p.choice([p.array((n,), 1), p.atom()])}")


@statement("writes", "set_fancy_pairs", 0.5)
def set_fancy_pairs(p: Pen) -> None:
    m = p.target(matrix)
    n = p.rng.randint(1, 3)
    rows, cols = ([p.rng.randrange(size) for _ in range(n)] for size in m.kind.shape)
    p.line(f"{m}[{rows}, {cols}] {p.choice(['=', '+='])} {p.choice([p.array((n,), 1), p.atom()])}")


@statement("writes", "swap_items", 1)
def swap_items(p: Pen) -> None:
    y = p.target()
    a, b = (p.position(y.kind.shape[0]) for _ in range(2))
    p.line(f"{y}[{a}], {y}[{b}] = {y}[{b}], {y}[{a}]")


# ---- whole arrays


@statement("writes", "augment_whole", 3)
def augment_whole(p: Pen) -> None:
    y = p.target(Array, whole=True)
    op = p.choice(GENTLE + ["/="])
    right = (
        "1.5 + {} ** 2".format(p.array_atom(y.kind.shape))
        if op == "/="
        else p.tame_array(p.choice([p.array(y.kind.shape, 2), p.scalar(2)]))
    )
    if op == "*=":
        right = p.choice([f"np.cos({right})", str(p.number(0.5, 1.4)), "2"])
    p.line(f"{y} {op} {right}")


@statement("writes", "set_whole", 1.5)
def set_whole(p: Pen) -> None:
    y = p.target()
    p.line(f"{y}[{p.choice([':', '...'])}] = {p.choice([p.array(y.kind.shape, 2), p.scalar(1)])}")


@statement("writes", "out_argument", 1.5)
def out_argument(p: Pen) -> None:
    y = p.target()
    shape = y.kind.shape
    forms = [
        "np.sin({0}, out={2})",
        "np.add({0}, {1}, out={2})",
        "np.multiply({0}, {1}, out={2})",
        "np.tanh({0}, out={2})",
        "np.subtract({0}, {1}, {2})",
    ]
    text = p.choice(forms).format(p.array(shape, 1), p.array(shape, 1), y)
    if p.chance(0.2):
        text = f"{p.bind(y.kind, group=y.group)} = {text}"
    p.line(text)


@statement("writes", "out_contraction", 0.6)
def out_contraction(p: Pen) -> None:
    y = p.target(vector)
    m = p.pick(lambda k: matrix(k) and k.shape[0] == y.kind.shape[0] or matrix(k) and k.shape[1] == y.kind.shape[0])
    n = y.kind.shape[0]
    if m.group == y.group:
        raise Unfit
    if m.kind.shape[0] == n:
        v = p.array(m.kind.shape[1:], 2)
        p.line_of(f"np.matmul({m}, np.sin({v}), out={y})", f"np.sum({m}, axis=1, out={y})")
    else:
        p.line(f"np.sum({m}, axis=0, out={y})")


@statement("writes", "add_at", 1)
def add_at(p: Pen) -> None:
    y = p.target(vector)
    n = p.rng.randint(1, 3)
    picked = [p.rng.randrange(y.kind.shape[0]) for _ in range(n)]
    p.line(f"np.{p.choice(['add', 'add', 'subtract'])}.at({y}, {picked}, {p.choice([p.array((n,), 1), p.atom()])})")


@statement("writes", "fill", 0.7)
def fill(p: Pen) -> None:
    y = p.target()
    p.line(f"{p.choice([y.text, part(p, y)])}.fill({p.scalar(2)})")


@statement("writes", "sort_in_place", 0.7)
def sort_in_place(p: Pen) -> None:
    y = p.target()
    p.line(f"{y}.sort({p.choice(['', 'axis=0'])})")


@statement("writes", "copyto", 0.8)
def copyto(p: Pen) -> None:
    y = p.target()
    right = p.choice([p.array(y.kind.shape, 2), p.atom()])
    where = f", where={y} > {p.number()}" if p.chance(0.3) else ""
    p.line(f"np.copyto({y}, {right}{where})")


@statement("writes", "fill_diagonal", 0.3)
def fill_diagonal(p: Pen) -> None:
    m = p.target(matrix)
    p.line(f"np.fill_diagonal({m}, {p.atom()})")


@statement("writes", "buffer", 3)
def buffer(p: Pen) -> None:
    """A preallocated array."""
    if not p.allows("array_1d"):
        raise Unfit
    kind = shape_like(p)
    shape = kind.shape if len(kind.shape) > 1 else kind.shape[0]
    like = p.live(kind)
    forms = [f"np.zeros({shape})", f"np.ones({shape})", f"np.full({shape}, {p.atom()})"]
    if like:
        y = p.choice(like)
        forms += [
            f"np.zeros_like({y})",
            f"{y}.copy()",
            f"np.zeros({y}.shape)",
            f"{y} * 1.0",
            f"np.array({y})",
            f"np.full_like({y}, {p.atom()})",
        ]
    text = p.choice(forms)
    p.let(kind, text)


@statement("writes", "empty_filled", 0.6)
def empty_filled(p: Pen) -> None:
    if not p.allows("array_1d"):
        raise Unfit
    kind = shape_like(p)
    y = p.fresh(kind)
    text = p.array(kind.shape, 2)
    p.line(f"{y} = np.empty({kind.shape})")
    p.line(f"{y}[{p.choice([':', '...'])}] = {text}")
    p.wrote(p.bind(kind, y))


@statement("writes", "zero_dim", 0.3)
def zero_dim(p: Pen) -> None:
    if not p.allows("array_1d"):
        raise Unfit
    z = p.fresh(Array(()))
    p.line(f"{z} = np.array({p.atom()})")
    if p.chance(0.5):
        p.line(f"{p.fresh(Array(()))} = {z}")
    p.line_of(f"{z} += {p.scalar(1)}", f"{z}[()] = {p.scalar(1)}", f"{z}[...] *= {p.atom()}", f"{z} *= {z}")
    p.let(Float(), p.choice([f"{z} * {z}", f"{z}[()] + {p.atom()}", f"float({z}) * 0.5", f"{z}.item()"]))
