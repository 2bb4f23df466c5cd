"""Lists, dicts, tuples, nested containers."""

from __future__ import annotations

from .arrays import shape_like
from .core import (
    Array,
    Float,
    Int,
    List,
    Pen,
    Table,
    Unfit,
    Var,
    arrays,
    floats,
    matrix,
    option,
    statement,
    vector,
)

# ---- lists


def new_list(p: Pen, item, text: str, length: int) -> Var:
    xs = p.bind(List(item))
    p.lengths[xs.group] = length
    p.line(f"{xs} = {text}")
    return xs


def length(p: Pen, xs: Var, least: int = 1) -> int:
    n = p.lengths.get(xs.group, 0)
    if n < least:
        raise Unfit
    return n


@statement("containers", "list_of_floats", 2)
def list_of_floats(p: Pen) -> None:
    n = p.rng.randint(2, 4)
    text = p.choice(["[" + ", ".join(p.scalar(1) for _ in range(n)) + "]", f"[0.0] * {n}", f"[{p.atom()}] * {n}"])
    new_list(p, Float(), text, n)


@statement("containers", "list_comprehension", 2)
def list_comprehension(p: Pen) -> None:
    y = p.pick(lambda k: vector(k) or floats(k)) if p.live(vector) or p.live(floats) else None
    v = p.fresh(Float())
    if y is None or p.chance(0.4):
        n = p.rng.randint(2, 4)
        new_list(p, Float(), f"[{v} * {p.atom()} for {v} in range({n})]", n)
        return
    n = y.kind.shape[0] if vector(y.kind) else length(p, y)
    inner = p.choice(
        [f"{v} * {v}", f"math.sin({v})", f"{v} * {p.atom()}", f"({v} if {v} > {p.number()} else {p.atom()})"]
    )
    if p.wants("comprehension_if"):
        new_list(p, Float(), f"[{inner} for {v} in {y} if {v} > {p.number()}] + [{p.atom()}]", 1)
    else:
        new_list(p, Float(), f"[{inner} for {v} in {y}]", n)


@statement("containers", "nested_comprehension", 0.5)
def nested_comprehension(p: Pen) -> None:
    y = p.pick(vector)
    v, w = p.fresh(Float()), p.fresh(Float())
    new_list(p, Float(), f"[{v} * {w} for {v} in {y} for {w} in {p.choice([y.text, f'({p.atom()}, {p.atom()})'])}]", 2)


@statement("containers", "list_append", 3, on=floats)
def list_append(p: Pen) -> None:
    xs = p.wrote(p.pick(floats))
    p.line(f"{xs}.append({p.tame(p.scalar(2))})")
    p.lengths[xs.group] = p.lengths.get(xs.group, 0) + 1


@statement("containers", "list_grow", 1, on=floats)
def list_grow(p: Pen) -> None:
    xs = p.wrote(p.pick(floats))
    a, b = p.scalar(1), p.atom()
    forms = [f"{xs}.extend([{a}, {b}])", f"{xs}.insert({p.choice([0, 1, -1])}, {a})", f"{xs}.extend({xs}[:1])"]
    p.line(p.choice([*forms, f"{xs} += [{a}]"] if xs.rebindable else forms))
    p.lengths[xs.group] = p.lengths.get(xs.group, 0) + (1 if p.lengths.get(xs.group, 0) else 0)


@statement("containers", "list_pop", 1.5, on=floats)
def list_pop(p: Pen) -> None:
    xs = p.wrote(p.pick(floats))
    n = length(p, xs, max(2, p.floors.get(xs.group, 0) + 1))
    p.let(Float(), f"{xs}.pop({p.choice(['', '', '0', '-1', '1'])}) * {p.atom()}")
    p.lengths[xs.group] = n - 1


@statement("containers", "list_stack", 0.7)
def list_stack(p: Pen) -> None:
    """Pushed in one loop, popped in another."""
    xs, i = p.fresh(List(Float())), p.fresh(Int(0, 0))
    n = p.rng.randint(2, 4)
    s = p.let(Float(), p.atom())
    p.line(f"{xs} = []")
    p.line(f"for {i} in range({n}):")
    with p.block(loop=True, trips=n):
        p.bind(Int(0, n - 1), i, rebindable=False)
        p.line(f"{xs}.append({s})")
        p.line(f"{s} = {p.tame(p.scalar(2))}")
    p.line(f"while {xs}:")
    p.line(f"    {s} = {p.number()} * {s} + {xs}.pop({p.choice(['', '', '0'])}) ** 2")


@statement("containers", "list_write", 3, on=floats)
def list_write(p: Pen) -> None:
    xs = p.wrote(p.pick(floats))
    n = length(p, xs)
    ints = [v for v in p.live(Int) if 0 <= v.kind.low and v.kind.high < n]
    index = p.choice(ints) if ints and p.chance(0.6) else p.rng.randrange(-n, n)
    p.line(f"{xs}[{index}] {p.choice(['=', '=', '+=', '-=', '*='])} {p.tame(p.scalar(2))}")


@statement("containers", "list_swap_slice", 0.8, on=floats)
def list_swap_slice(p: Pen) -> None:
    xs = p.wrote(p.pick(floats))
    length(p, xs, 2)
    a, b = p.scalar(1), p.atom()
    p.line_of(
        f"{xs}[0], {xs}[-1] = {xs}[-1], {xs}[0]",
        f"{xs}[:2] = [{a}, {b}]",
        f"{xs}.reverse()",
        f"{xs}[1:2] = [{a}]",
        f"{xs}[::-1] = {xs}[:]",
        f"{xs}.sort()",
    )


@statement("containers", "list_alias", 0.8, on=List)
def list_alias(p: Pen) -> None:
    xs = p.pick(List)
    if p.chance(0.7):
        p.let(xs.kind, xs.text, group=xs.group)
        p.warm(xs)
    else:
        new_list(
            p,
            xs.kind.item,
            p.choice(["{}[:]", "list({})", "{}.copy()", "{} + {}[:1]"]).format(xs, xs),
            p.lengths.get(xs.group, 0),
        )


@statement("containers", "list_of_arrays", 2)
def list_of_arrays(p: Pen) -> None:
    """A list which holds live arrays, views of them, or fresh ones."""
    if not p.allows("array_1d"):
        raise Unfit
    kind = shape_like(p)
    live = [v.text for v in p.live(kind, writable=True)]
    n = p.rng.randint(2, 3)
    items = [p.choice([*live, f"{p.array(kind.shape, 1)} * 1.0", f"np.zeros({kind.shape})"]) for _ in range(n)]
    text = (
        f"[np.zeros({kind.shape})] * {n}"
        if p.chance(0.1)
        else f"[np.zeros({kind.shape}) for _ in range({n})]"
        if p.chance(0.2)
        else f"[{', '.join(items)}]"
    )
    xs = new_list(p, kind, text, n)
    k = p.rng.randrange(n)
    p.bind(kind, f"{xs}[{k}]", group=next((v.group for v in p.live(kind) if v.text == items[k]), None))


@statement("containers", "list_of_arrays_write", 2, on=arrays)
def list_of_arrays_write(p: Pen) -> None:
    xs = p.wrote(p.pick(arrays))
    n = length(p, xs)
    kind = xs.kind.item
    index = p.choice(
        [v.text for v in p.live(Int) if 0 <= v.kind.low and v.kind.high < n] + [str(p.rng.randrange(-n, n))]
    )
    place = f"{xs}[{index}]"
    inner = ", ".join(p.position(k) for k in kind.shape)
    forms = [
        f"{place}[{inner}] = {p.scalar(2)}",
        f"{place}[{inner}] += {p.scalar(2)}",
        f"{place} += {p.array(kind.shape, 1)}",
        f"{place} *= {p.number()}",
        f"{place} = {p.array(kind.shape, 1)} + {p.number()}",
        f"{place}[...] = {p.atom()}",
    ]
    p.line_of(*forms)


@statement("containers", "list_of_arrays_grow", 1, on=arrays)
def list_of_arrays_grow(p: Pen) -> None:
    xs = p.wrote(p.pick(arrays))
    y = p.array(xs.kind.item.shape, 2)
    p.line(f"{xs}.append({p.choice([y, p.array_atom(xs.kind.item.shape)])})")
    p.lengths[xs.group] = p.lengths.get(xs.group, 0) + 1
    p.bind(xs.kind.item, f"{xs}[-1]")


@statement("containers", "rows_of_matrix", 0.6)
def rows_of_matrix(p: Pen) -> None:
    """A list of the rows of a matrix, which are views."""
    m = p.pick(matrix, writable=True)
    r = p.fresh(Float())
    xs = p.bind(List(Array(m.kind.shape[1:])))
    p.lengths[xs.group] = m.kind.shape[0]
    p.line(f"{xs} = {p.choice([f'list({m})', f'[{r} for {r} in {m}]', f'[{r}[:] for {r} in {m}]'])}")
    p.warm(m)


@statement("containers", "nested_list", 0.8)
def nested_list(p: Pen) -> None:
    """Subscripts of subscripts."""
    g = p.fresh(List(Float()))
    p.line(f"{g} = [[{p.atom()}, {p.atom()}], [{p.scalar(1)}, {p.atom()}]]")
    for i in range(2):
        for j in range(2):
            p.bind(Float(), f"{g}[{i}][{j}]")
    p.line(f"{g}[{p.rng.randrange(2)}][{p.position(2)}] {p.choice(['=', '+=', '*='])} {p.scalar(2)}")
    if p.chance(0.4):
        row = p.fresh(Float())
        p.line(f"{row} = {g}[{p.rng.randrange(2)}]")
        p.line(f"{row}[{p.rng.randrange(2)}] {p.choice(['=', '+='])} {p.scalar(1)}")


# ---- dicts


@statement("containers", "dict_constant_keys", 1.5)
def dict_constant_keys(p: Pen) -> None:
    d = p.bind(Table(0))
    keys = ["pos", "vel", "acc"][: p.rng.randint(1, 3)]
    p.line(f"{d} = {{{', '.join(f'{k!r}: {p.scalar(1)}' for k in keys)}}}")
    for k in keys:
        p.bind(Float(), f"{d}[{k!r}]")
    p.line(f"{d}[{p.choice(keys)!r}] {p.choice(['+=', '=', '*='])} {p.tame(p.scalar(2))}")


@statement("containers", "dict_write", 1.5, on=Table)
def dict_write(p: Pen) -> None:
    d = p.wrote(p.pick(Table))
    if not d.kind.size:
        p.line_of(
            f"{d}['new'] = {p.scalar(2)}",
            f"{d}.update(pos={p.scalar(2)})",
            f"{d}['pos'] = {d}.get('none', {p.atom()}) * {p.atom()}",
        )
        return
    p.line(f"{d}[{p.rng.randrange(d.kind.size)}] {p.choice(['=', '+=', '-='])} {p.tame(p.scalar(2))}")


@statement("containers", "dict_loop_keys", 1)
def dict_loop_keys(p: Pen) -> None:
    n = p.rng.randint(2, 4)
    d, k = p.fresh(Table(0)), p.fresh(Int(0, 0))
    if p.chance(0.4):
        p.line(f"{d} = {{{k}: {p.scalar(1)} * {k} for {k} in range({n})}}")
    else:
        p.line(f"{d} = {{}}")
        p.line(f"for {k} in range({n}):")
        with p.block(loop=True, trips=n):
            p.bind(Int(0, n - 1), k, rebindable=False)
            p.body(0, 1)
            p.line(f"{d}[{k}] = {p.tame(p.scalar(2))}")
            if p.chance(0.4):
                p.line(f"{d}[{k}] += {d}[{k} - 1] if {k} else {p.atom()}")
    p.wrote(p.bind(Table(n), d))


@statement("containers", "dict_items", 1, on=Table)
def dict_items(p: Pen) -> None:
    d = p.pick(Table)
    s, k, v = p.let(Float(), p.atom()), p.fresh(Int(0, 0)), p.fresh(Float())
    p.line_of(f"for {k}, {v} in {d}.items():", f"for {v} in {d}.values():")
    p.line(f"    {s} = {p.choice(['math.sin', 'math.tanh', ''])}({s}) {p.choice('+*')} {v}")
    if p.chance(0.4):
        p.line(f"for {k} in {d}:")
        p.line(f"    {d}[{k}] {p.choice(['*=', '+='])} {p.choice([p.number(), p.atom()])}")


@statement("containers", "dict_of_arrays", 0.8)
def dict_of_arrays(p: Pen) -> None:
    kind = p.pick(Array, writable=True).kind
    y = p.pick(kind, writable=True)
    d = p.fresh(Table(0))
    p.line(f"{d} = {{'y': {y}, 'z': {p.array(kind.shape, 1)} * 1.0, 'n': 2}}")
    p.bind(kind, f"{d}['y']", group=y.group), p.bind(kind, f"{d}['z']")
    p.line(
        f"{d}['{p.choice('yz')}'][{', '.join(p.position(n) for n in kind.shape)}] {p.choice(['=', '+='])} {p.scalar(1)}"
    )
    p.wrote(y)


# ---- tuples and named tuples


@statement("containers", "tuple_value", 1)
def tuple_value(p: Pen) -> None:
    t = p.fresh(Float())
    p.line(f"{t} = ({p.scalar(1)}, {p.scalar(2)}, {p.atom()})")
    for i in range(3):
        p.bind(Float(), f"{t}[{i}]", rebindable=False)
    if p.chance(0.4):
        p.line(f"{t} = {t}[1:] + ({p.scalar(1)},)")


@statement("containers", "namedtuple", 0.8)
def namedtuple(p: Pen) -> None:
    p.imports("from typing import Any, NamedTuple")
    p.shared.classes["Pair"] = ["class Pair(NamedTuple):", "    a: float", "    y: Any = None"]
    t = p.fresh(Float())
    y = p.live(Array)
    base = p.choice(y) if y else None
    p.line(f"{t} = Pair({p.scalar(1)}, {base or p.atom()})")
    p.bind(Float(), f"{t}.a", rebindable=False)
    if base:
        p.bind(base.kind, f"{t}.y", group=base.group, rebindable=False, writable=base.writable)
        p.warm(base)
    if p.chance(0.4):
        p.line(f"{t} = {t}._replace(a={t}.a * {p.atom()})")
    if p.chance(0.3):
        a, b = p.fresh(Float()), p.fresh(Float())
        p.line(f"{a}, {b} = {t}")
        p.bind(Float(), a)


option("containers", "comprehension_if", 0.3)
