"""Views and aliases: several places which share memory, some of them only on one path."""

from __future__ import annotations

from .arrays import cut
from .core import Array, Float, Int, Pen, Table, Var, matrix, statement, vector


def share(p: Pen, text: str, shape: tuple[int, ...], base: Var, writable: bool = True) -> Var:
    """Writes `new = text` and binds the new name to the memory of `base`."""
    var = p.bind(Array(shape), group=base.group, writable=base.writable and writable)
    p.line(f"{var} = {text}")
    p.warm(base, 3.0)
    return var


@statement("views", "view_slice", 3)
def view_slice(p: Pen) -> None:
    y = p.pick(vector)
    n = p.rng.randint(1, y.kind.shape[0])
    share(p, f"{y}[{cut(p, y.kind.shape[0], n)}]", (n,), y)


@statement("views", "view_row_column", 3)
def view_row_column(p: Pen) -> None:
    m = p.pick(matrix)
    rows, cols = m.kind.shape
    if p.chance(0.5):
        share(p, f"{m}[{p.position(rows)}]", (cols,), m)
    else:
        share(p, f"{m}[:, {p.position(cols)}]", (rows,), m)


@statement("views", "view_block", 1)
def view_block(p: Pen) -> None:
    m = p.pick(matrix)
    sizes = tuple(p.rng.randint(1, n) for n in m.kind.shape)
    place = ", ".join(cut(p, n, k) for n, k in zip(m.kind.shape, sizes, strict=True)).replace("...", ":")
    share(p, f"{m}[{place}]", sizes, m)


@statement("views", "view_transpose", 2)
def view_transpose(p: Pen) -> None:
    m = p.pick(matrix)
    share(p, p.choice(["{}.T", "np.transpose({})", "{}.swapaxes(0, 1)"]).format(m), m.kind.shape[::-1], m)


@statement("views", "view_reshape", 2)
def view_reshape(p: Pen) -> None:
    """A reshape is a view of contiguous memory, and a copy otherwise: NumPy knows which."""
    y = p.pick(Array)
    if matrix(y.kind):
        rows, cols = y.kind.shape
        share(
            p,
            p.choice(["{}.reshape(-1)", "{}.ravel()", "np.ravel({})", "np.reshape({}, -1)"]).format(y),
            (rows * cols,),
            y,
        )
    else:
        n = y.kind.shape[0]
        shape = p.choice([(1, n), (n, 1), (2, n // 2)] if n % 2 == 0 else [(1, n), (n, 1)])
        text = p.choice(
            [f"{y}.reshape{shape}", f"np.reshape({y}, {shape})"]
            + [f"{y}[None, :]"] * (shape == (1, n))
            + [f"{y}[:, None]"] * (shape == (n, 1))
        )
        share(p, text, shape, y)


@statement("views", "view_diagonal", 0.6)
def view_diagonal(p: Pen) -> None:
    m = p.pick(matrix)
    n = min(m.kind.shape)
    if p.chance(0.4) and m.kind.shape[0] == n == m.kind.shape[1]:
        share(p, f"np.einsum('ii->i', {m})", (n,), m)
    else:
        share(p, p.choice(["np.diagonal({})", "{}.diagonal()", "np.diag({})"]).format(m), (n,), m, writable=False)


@statement("views", "view_of_part", 0.6)
def view_of_part(p: Pen) -> None:
    m = p.pick(matrix)
    rows, cols = m.kind.shape
    if p.chance(0.5):
        share(p, f"{m}[{p.position(rows)}][::-1]", (cols,), m)
    else:
        share(p, f"{m}.T[{p.position(cols)}]", (rows,), m)


# ---- aliases


@statement("views", "alias_name", 2.5)
def alias_name(p: Pen) -> None:
    y = p.pick(Array)
    form = p.choice(["{}", "{}", "np.asarray({})", "{}[:]", "np.atleast_1d({})", "np.ascontiguousarray({})"])
    z = share(p, form.format(y), y.kind.shape, y)
    if p.chance(0.5):
        p.poke(p.choice([y, z]))


@statement("views", "alias_conditional", 1.5)
def alias_conditional(p: Pen) -> None:
    """`z = x if c else y`, mostly written thereafter."""
    x = p.pick(Array, writable=True)
    y = p.choice([v for v in p.live(x.kind, writable=True) if v.group != x.group])
    z = share(p, f"{x} if {p.condition()} else {y}", x.kind.shape, p.choice([x, y]))
    p.warm(x), p.warm(y)
    if p.chance(0.7):
        p.poke(z)


@statement("views", "alias_in_branch", 1)
def alias_in_branch(p: Pen) -> None:
    """A name which is bound to one array or another by an `if`."""
    x = p.pick(Array, writable=True)
    y = p.choice([v for v in p.live(x.kind, writable=True) if v.text != x.text])
    z = p.fresh(x.kind)
    p.line(f"if {p.condition()}:")
    p.line(f"    {z} = {x}")
    p.line("else:")
    p.line(f"    {z} = {p.choice([y.text, y.text, f'{y}.copy()', f'{x} * {p.number()}'])}")
    p.wrote(p.bind(x.kind, z, group=p.choice([x, y]).group))


@statement("views", "alias_tuple", 1)
def alias_tuple(p: Pen) -> None:
    a, b = p.pick(Array), p.pick(Array)
    name = p.fresh(Array(()))
    s = p.atom()
    p.line(f"{name} = ({a}, {b}, {s})")
    p.bind(a.kind, f"{name}[0]", group=a.group, writable=a.writable, rebindable=False)
    p.bind(b.kind, f"{name}[1]", group=b.group, writable=b.writable, rebindable=False)
    p.warm(a), p.warm(b)
    if p.chance(0.4):
        c, d = p.bind(a.kind, group=a.group, writable=a.writable), p.bind(b.kind, group=b.group, writable=b.writable)
        p.line(f"{c}, {d}, _ = {name}")


@statement("views", "alias_dict", 0.8)
def alias_dict(p: Pen) -> None:
    a = p.pick(Array)
    name = p.fresh(Table(1))
    p.line(f"{name} = {{'a': {a}, 'b': {p.scalar(1)}}}")
    p.bind(a.kind, f"{name}['a']", group=a.group, writable=a.writable)
    p.warm(a)


@statement("views", "copy_breaks", 1)
def copy_breaks(p: Pen) -> None:
    """A copy, which must not follow the writes."""
    y = p.pick(Array)
    form = p.choice(["{}.copy()", "np.array({})", "np.copy({})", "+{}", "{}.flatten().reshape{}"])
    p.let(y.kind, form.format(y, y.kind.shape))
    p.warm(y)


@statement("views", "double_buffer", 0.7)
def double_buffer(p: Pen) -> None:
    """Two buffers which swap names on every trip."""
    n = p.pick(vector).kind
    old = p.let(n, f"{p.array(n.shape, 2)} * {p.number()}")
    new = p.let(n, f"np.zeros({n.shape[0]})")
    i = p.fresh(Int(0, 0))
    p.line(f"for _ in range({p.rng.randint(1, 4)}):")
    p.line(f"    for {i} in range({n.shape[0]}):")
    p.line(
        f"        {new}[{i}] = {p.choice(['math.sin', 'math.tanh', ''])}({old}[{i}]) + {p.number()} * {old}[{i} - 1]"
    )
    p.line(f"    {old}, {new} = {new}, {old}")
    p.wrote(old), p.wrote(new)


@statement("views", "write_between", 2)
def write_between(p: Pen) -> None:
    """A view is taken, its base written, the view read; or the base read after the view was written."""
    y = p.target(vector, whole=True)
    n = p.rng.randint(1, y.kind.shape[0])
    v = share(p, f"{y}[{cut(p, y.kind.shape[0], n)}]", (n,), y)
    first, second = (y, v) if p.chance(0.5) else (v, y)
    p.line_of(
        f"{p.element(first)} = {p.scalar(2)}",
        f"{first} += {p.array(first.kind.shape, 2)}",
        f"{first} *= {p.number()}",
        f"{p.element(first)} *= {p.atom()}",
    )
    p.let(Float(), p.choice(["np.sum(np.sin({}))", "np.sum({} ** 2)", "{}.mean()"]).format(second))


@statement("views", "rebind_then_write", 0.8)
def rebind_then_write(p: Pen) -> None:
    """The base is rebound, then its old view is written."""
    y = p.pick(vector, rebindable=True, writable=True)
    v = share(p, f"{y}[{cut(p, y.kind.shape[0], y.kind.shape[0])}]", y.kind.shape, y)
    p.line(f"{y} = {p.choice(['np.sin({})', '{} * 0.7', '{} + 0.3'])}".format(y))
    p.line(f"{p.element(v)} {p.choice(['=', '+=', '*='])} {p.scalar(1)}")
