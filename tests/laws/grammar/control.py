"""Branches, loops, exceptions, early returns."""

from __future__ import annotations

import contextlib

from .core import Array, Float, Int, Pen, Unfit, arrays, floats, matrix, option, statement, vector

option("control", "elif", 0.3)
option("control", "range_step", 0.25)
option("control", "loop_variable_after", 0.2)
option("control", "loop_else", 0.12)
option("control", "nested_loop", 1.0)
option("exceptions", "try_else_finally", 0.25)

DEEPEST = 3
MOST_TRIPS = 14


def nest(p: Pen, trips: int = 1) -> None:
    """Refuses bodies too deep, and loops inside loops that would run too often."""
    if p.depth >= DEEPEST or p.trips * trips > MOST_TRIPS:
        raise Unfit


# ---- branches


@statement("control", "if", 4)
def if_block(p: Pen) -> None:
    nest(p)
    p.line(f"if {p.condition()}:")
    with p.block():
        p.body(1, 3)


@statement("control", "if_else", 3)
def if_else(p: Pen) -> None:
    nest(p)
    p.line(f"if {p.condition()}:")
    with p.block():
        p.body(1, 2)
    if p.wants("elif"):
        p.line(f"elif {p.condition()}:")
        with p.block():
            p.body(1, 2)
    p.line("else:")
    with p.block():
        p.body(1, 2)


@statement("control", "branch_bound", 1.5)
def branch_bound(p: Pen) -> None:
    """A name bound in each branch, by other statements in each."""
    nest(p)
    kind = p.choice([Float(), *[v.kind for v in p.live(Array)]])
    name, old = p.fresh(kind), [v.text for v in p.live(kind)]
    p.line(f"if {p.condition()}:")
    for last in (False, True):
        with p.block():
            p.body(0, 1)
            value = p.scalar(2) if isinstance(kind, Float) else p.array(kind.shape, 2)
            p.line(f"{name} = {p.choice([value, *old[:2]])}")
        if not last:
            p.line("else:")
    p.wrote(p.bind(kind, name))


@statement("control", "bound_when_true", 0.6)
def bound_when_true(p: Pen) -> None:
    """A name bound in one branch and read under the same condition."""
    flag, name = p.fresh(Int(0, 0)), p.fresh(Float())
    p.line(f"{flag} = {p.condition()}")
    p.line(f"if {flag}:")
    p.line(f"    {name} = {p.scalar(2)}")
    with contextlib.suppress(Unfit):
        p.statement()
    other = p.atom()
    p.let(Float(), f"{name} * {other} if {flag} else {other}")


@statement("control", "early_return", 1.5)
def early_return(p: Pen) -> None:
    if p.result is None or p.depth == 0 and p.chance(0.5):
        raise Unfit
    p.line(f"if {p.condition()}:")
    with p.block():
        if p.chance(0.3):
            p.body(1, 1)
        p.line(f"return {p.result()}")


@statement("control", "break", 4)
def break_loop(p: Pen) -> None:
    leave(p, "break")


@statement("control", "continue", 4)
def continue_loop(p: Pen) -> None:
    leave(p, "continue")


def leave(p: Pen, word: str) -> None:
    if not p.loops:
        raise Unfit
    p.line(f"if {p.condition()}:")
    with p.block():
        if p.chance(0.4):
            p.body(1, 1)
        p.line(word)


# ---- for


@statement("control", "for_range", 7)
def for_range(p: Pen) -> None:
    if p.wants("range_step"):
        low, high, step = p.choice([(4, -1, -2), (3, 0, -1), (0, 5, 2), (1, 4, 1), (2, 3, 1), (3, 3, 1), (5, -1, -3)])
        spelled, values = f"range({low}, {high}, {step})", range(low, high, step)
    elif p.chance(0.65) and (found := p.live(Array)):
        y = p.choice(found)
        spelled, values = p.choice([f"range(len({y}))", f"range({y}.shape[0])"]), range(y.kind.shape[0])
    else:
        n = p.rng.randint(1, 5)
        spelled, values = f"range({n})", range(n)
    nest(p, max(1, len(values)))
    kind = Int(min(values, default=0), max(values, default=0))
    i = p.fresh(kind)
    p.line(f"for {i} in {spelled}:")
    loop(p, len(values), [(i, kind)])
    if len(values) and p.wants("loop_variable_after"):
        p.bind(kind, i, rebindable=False)


def loop(p: Pen, trips: int, names: list) -> None:
    """The body of a loop which binds names, each given as (text, kind), or (text, kind, group) where it is a view.

    Views are mostly written, on one trip or all.
    """
    if p.loops and not p.wants("nested_loop"):
        raise Unfit
    with p.block(loop=True, trips=max(1, trips)):
        for text, kind, *rest in names:
            var = p.bind(kind, text, group=rest[0] if rest else None, rebindable=not isinstance(kind, Int))
            if rest and p.chance(0.5):
                p.poke(var)
        p.body(1, 4)
    if p.wants("loop_else"):
        p.line("else:")
        with p.block():
            p.body(1, 1)


@statement("control", "for_elements", 1.5)
def for_elements(p: Pen) -> None:
    y = p.pick(vector)
    nest(p, y.kind.shape[0])
    v = p.fresh(Float())
    p.line(f"for {v} in {p.choice([y.text, y.text, y.text + '[::-1]', y.text + '[1:]', f'reversed({y})'])}:")
    loop(p, y.kind.shape[0], [(v, Float())])


@statement("control", "for_rows", 3)
def for_rows(p: Pen) -> None:
    """Rows are views: writing them writes the matrix."""
    m = p.pick(matrix, writable=True)
    nest(p, m.kind.shape[0])
    kind = Array(m.kind.shape[1:])
    row = p.fresh(kind)
    names = [(row, kind, m.group)]
    head, source = row, m.text
    if p.allows("enumerate") and p.chance(0.4):
        p.use("enumerate")
        i = p.fresh(Int(0, 0))
        names.append((i, Int(0, m.kind.shape[0] - 1)))
        head, source = f"{i}, {row}", f"enumerate({m})"
    p.line(f"for {head} in {source}:")
    p.warm(m, 3.0)
    loop(p, m.kind.shape[0], names)


@statement("control", "for_list", 1, on=floats)
def for_list(p: Pen) -> None:
    xs = p.pick(floats)
    nest(p, 4)
    v = p.fresh(Float())
    p.line(f"for {v} in list({xs}):" if p.chance(0.6) else f"for {v} in {xs}[:3]:")
    loop(p, 4, [(v, Float())])


@statement("control", "for_list_of_arrays", 1.2)
def for_list_of_arrays(p: Pen) -> None:
    """Each trip writes an array of the list, some of them twice."""
    xs = p.live(arrays)
    nest(p, 3)
    if xs and p.chance(0.6):
        source = p.choice(xs)
        kind, spelled, group = source.kind.item, f"{source}[:3]", source.group
    else:
        first = p.pick(Array, writable=True)
        items = [first] + [p.choice(p.live(first.kind, writable=True)) for _ in range(p.rng.randint(1, 2))]
        kind, group = first.kind, first.group
        spelled = p.choice(["({})", "[{}]"]).format(", ".join(v.text for v in items))
    v = p.fresh(kind)
    p.line(f"for {v} in {spelled}:")
    loop(p, 3, [(v, kind, group)])


@statement("control", "enumerate", 1)
def enumerate_elements(p: Pen) -> None:
    y = p.pick(lambda k: vector(k) or floats(k))
    nest(p, 4)
    start = p.choice([0, 0, 1])
    i, v = p.fresh(Int(0, 0)), p.fresh(Float())
    p.line(f"for {i}, {v} in enumerate({y if vector(y.kind) else f'{y}[:3]'}{f', start={start}' if start else ''}):")
    high = y.kind.shape[0] - 1 if vector(y.kind) else 2
    loop(p, 4, [(i, Int(start, start + high)), (v, Float())])


@statement("control", "zip", 1)
def zip_loop(p: Pen) -> None:
    a, b = p.pick(lambda k: vector(k) or floats(k)), p.pick(lambda k: vector(k) or matrix(k))
    nest(p, 3)
    v = p.fresh(Float())
    kind = Float() if vector(b.kind) else Array(b.kind.shape[1:])
    w = p.fresh(kind)
    p.line(f"for {v}, {w} in zip({a if vector(a.kind) else f'{a}[:3]'}, {b}):")
    loop(p, 3, [(v, Float()), (w, kind, b.group) if isinstance(kind, Array) else (w, kind)])


@statement("control", "for_tuples", 0.6)
def for_tuples(p: Pen) -> None:
    """A loop over constant pairs of an index and a weight, or over pairs of live values."""
    nest(p, 3)
    k, v = p.fresh(Int(0, 0)), p.fresh(Float())
    pairs = ", ".join(f"({p.rng.randrange(2)}, {p.choice([p.number(), p.atom()])})" for _ in range(p.rng.randint(2, 3)))
    p.line(f"for {k}, {v} in [{pairs}]:")
    loop(p, 3, [(k, Int(0, 1)), (v, Float())])


@statement("control", "accumulate", 2.5)
def accumulate(p: Pen) -> None:
    """A sum which starts at 0.0 and becomes an array on the first trip, or stays a float."""
    n = p.rng.randint(2, 4)
    nest(p, n)
    s, i = p.fresh(Float()), p.fresh(Int(0, 0))
    over = p.live(Array)
    kind = p.choice(over).kind if over and p.chance(0.5) else Float()
    p.line(f"{s} = {p.choice(['0.0', '0', '0.0', '1.0'])}")
    p.line(f"for {i} in range({n}):")
    with p.block(loop=True, trips=n):
        p.bind(Int(0, n - 1), i, rebindable=False)
        p.body(0, 2)
        term = p.array(kind.shape, 2) if isinstance(kind, Array) else p.tame(p.scalar(2))
        p.line_of(f"{s} += {term}", f"{s} = {s} + {term}", f"{s} = {term} - {p.number(0.2, 0.9)} * {s}")
    p.wrote(p.bind(kind, s))


# ---- while


@statement("control", "while_data", 2)
def while_data(p: Pen) -> None:
    """A loop whose number of trips depends on the values."""
    nest(p, 4)
    s, k = p.fresh(Float()), p.fresh(Int(0, 0))
    p.line(f"{s} = {p.scalar(1)}")
    p.line(f"{k} = 0")
    most = p.rng.randint(3, 6)
    bound = p.number(1.5, 4.0)
    p.line_of(f"while {s} < {bound} and {k} < {most}:", f"while {k} < {most} and abs({s}) < {bound}:")
    with p.block(loop=True, trips=4):
        p.bind(Float(), s, rebindable=False), p.bind(Int(0, most), k, rebindable=False)
        p.line(f"{k} += 1")
        p.body(0, 2)
        p.line_of(
            f"{s} = {s} * {p.number(1.1, 1.6)} + {p.number()}",
            f"{s} += {p.number()} + {p.atom()} ** 2",
            f"{s} = {s} + math.exp({p.number(0.1, 0.4)} * math.sin({s}))",
        )
    if p.wants("loop_else"):
        p.line("else:")
        with p.block():
            p.body(1, 1)
    p.wrote(p.bind(Float(), s))


@statement("control", "while_true", 1)
def while_true(p: Pen) -> None:
    """A loop left by a break in its middle."""
    nest(p, 4)
    k = p.fresh(Int(0, 0))
    most = p.rng.randint(1, 4)
    p.line(f"{k} = 0")
    p.line("while True:")
    with p.block(loop=True, trips=most):
        p.bind(Int(0, most), k, rebindable=False)
        p.line(f"{k} += 1")
        p.loops, outer = 0, p.loops  # no `continue` may pass by the way out
        p.body(1, 2)
        p.loops = outer
        p.line(f"if {k} >= {most}{p.choice(['', f' or {p.condition()}'])}:")
        p.line("    break")
        p.body(0, 2)


@statement("control", "while_walrus", 0.4)
def while_walrus(p: Pen) -> None:
    nest(p, 4)
    start = p.atom()
    s, t = p.bind(Float(), rebindable=False), p.bind(Float(), rebindable=False)
    p.line(f"{s} = {t} = 0.3 + {start} ** 2")
    p.line(f"while ({t} := {s} * {p.number(1.2, 1.8)}) < {p.number(1.5, 6.0)}:")
    with p.block(loop=True, trips=4):
        p.line(f"{s} = {t} + {p.choice([p.number(), f'{p.atom()} ** 2'])}")
        p.body(0, 1)


# ---- exceptions


@statement("exceptions", "try_zero_division", 1)
def try_zero_division(p: Pen) -> None:
    """A loop of writes which stops at a division by zero, inside or outside the `try`."""
    nest(p, 4)
    i = p.fresh(Int(0, 0))
    stop = p.rng.randint(0, 3)
    p.line("try:")
    with p.block(shrinks=False):
        p.line(f"for {i} in range(4):")
        with p.block(loop=True, trips=3):
            p.bind(Int(0, 3), i, rebindable=False)
            p.body(1, 2)
            t = p.bind(Float())
            p.line(f"{t} = {p.choice(['1', '2.0'])} / ({stop} - {i})")
            p.body(0, 2)
    handler(p, "ZeroDivisionError")


@statement("exceptions", "try_index", 1)
def try_index(p: Pen) -> None:
    """Writes past the end of an array or a list; what was written before stays."""
    nest(p)
    xs = p.pick(lambda k: vector(k) or floats(k))
    p.line("try:")
    with p.block(shrinks=False):
        p.body(1, 2)
        p.let(Float(), f"{xs}[{p.choice([99, 50, 2])}] * {p.atom()}")
        p.body(0, 1)
    handler(p, "IndexError")


def handler(p: Pen, name: str) -> None:
    p.line_of(f"except {name}:", f"except {name} as error:", f"except ({name}, KeyError):")
    with p.block(shrinks=False):
        p.body(1, 2)
    if p.wants("try_else_finally"):
        word = p.choice(["else", "finally"])
        p.line(f"{word}:")
        with p.block(shrinks=False):
            p.body(1, 1)


@statement("exceptions", "try_key", 0.4)
def try_key(p: Pen) -> None:
    d = p.fresh(Float())
    p.line(f"{d} = {{'a': {p.scalar(1)}}}")
    p.line("try:")
    other = p.scalar(1)
    s = p.bind(Float())
    p.line(f"    {s} = {d}[{p.choice(['a', 'b'])!r}]")
    p.line("except KeyError:")
    p.line(f"    {s} = {other}")


@statement("exceptions", "raise_caught", 0.5)
def raise_caught(p: Pen) -> None:
    nest(p)
    p.line("try:")
    with p.block(shrinks=False):
        p.body(1, 1)
        p.line(f"if {p.condition()}:")
        p.line("    raise ValueError('too large')")
        p.body(1, 1)
    handler(p, "ValueError")
