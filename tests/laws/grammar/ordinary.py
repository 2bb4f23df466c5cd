"""Small things of ordinary functions: annotations, assertions, constants, `match`, `with`, `del`, reused buffers."""

from __future__ import annotations

from .core import Array, Float, Int, Pen, Unfit, arrays, floats, scalar, statement, vector
from .scalars import weighted


@statement("ordinary", "annotated_assign", 0.5)
def annotated_assign(p: Pen) -> None:
    text = p.tame(p.scalar(2))
    p.line(f"{p.bind(Float())}: float = {text}")


@statement("ordinary", "assertion", 0.5)
def assertion(p: Pen) -> None:
    y = p.live(Array)
    s = p.atom()
    forms = [f"assert {s} == {s}, f'not a number: {{{s.replace(chr(39), chr(34))}}}'", f"assert math.isfinite({s})"]
    if y:
        forms += [
            f"assert {p.choice(y)}.ndim > 0",
            f"if not isinstance({p.choice(y)}, np.ndarray): raise TypeError('an array, please')",
        ]
    p.line(p.choice(forms[1:]) if "[" in s else p.choice(forms))


@statement("ordinary", "with_block", 0.5)
def with_block(p: Pen) -> None:
    if p.depth >= 3:
        raise Unfit
    form = p.choice(
        ["np.errstate(all='ignore')", "contextlib.suppress(KeyError)", "contextlib.nullcontext(0.7) as gain"]
    )
    if "contextlib" in form:
        p.imports("import contextlib")
    p.line(f"with {form}:")
    with p.block(shrinks=False):
        if "gain" in form:
            p.bind(Float(), "gain", rebindable=False)
        p.body(1, 3)


@statement("ordinary", "match_statement", 0.4)
def match_statement(p: Pen) -> None:
    if p.depth >= 3:
        raise Unfit
    k = p.live(Int)
    subject, cases = p.choice(
        [
            (f"{k[0]} % 3" if k else "1", ["0", "1 | 2"]),
            (f"({p.atom()}, {p.atom()})", [f"(first, _) if first > {p.number()}", "(first, second)"]),
        ]
    )
    p.line(f"match {subject}:")
    p.indent += 1
    for case in [*cases, "_"]:
        p.line(f"case {case}:")
        with p.block():
            for name in ("first", "second"):
                if name in case:
                    p.bind(Float(), name)
            p.body(1, 2)
    p.indent -= 1


@statement("ordinary", "delete_name", 0.3)
def delete_name(p: Pen) -> None:
    """A name is deleted, what it referred to lives on elsewhere."""
    name = p.fresh(Array(()))
    y = p.pick(vector, writable=True)
    p.line(f"{name} = {y}")
    p.line(f"{name}[{p.position(y.kind.shape[0])}] {p.choice(['=', '*='])} {p.scalar(1)}")
    p.line(f"del {name}")
    p.wrote(y)


@statement("ordinary", "type_test", 0.4)
def type_test(p: Pen) -> None:
    s = p.pick(Float)
    test = p.choice(
        [f"isinstance({s}, (int, float))", f"isinstance({s}, np.ndarray)", f"np.ndim({s}) == 0", f"{s} is not None"]
    )
    p.let(Float(), f"{p.scalar(1)} if {test} else {p.scalar(1)}")


@statement("ordinary", "mode_string", 0.4)
def mode_string(p: Pen) -> None:
    name = p.fresh(Int(0, 0))
    p.line(f"{name} = {p.choice(['linear', 'square'])!r}")
    p.let(Float(), f"{p.scalar(1)} if {name} == 'linear' else {p.scalar(1)} ** 2")


@scalar("ordinary", "module_constant", 0.5)
def module_constant(p: Pen, depth: int) -> str:
    gain = f"GAIN = {p.number()}"
    p.shared.constants.setdefault("GAIN", gain)
    if p.chance(0.5) and p.live(vector):
        y = p.pick(vector)
        n = y.kind.shape[0]
        p.shared.constants.setdefault(f"WEIGHTS_{n}", f"WEIGHTS_{n} = np.array({[p.number() for _ in range(n)]})")
        return f"np.sum(WEIGHTS_{n} * {y})"
    return f"GAIN * {p.scalar(depth)}"


@statement("ordinary", "buffer_used_again", 1.5)
def buffer_used_again(p: Pen) -> None:
    """One buffer, filled anew on every trip; its sum, a copy of it or the buffer itself is kept."""
    if not p.allows("array_1d") or p.trips > 4:
        raise Unfit
    size, n = p.shared.dims[1], p.rng.randint(2, 3)
    kind = Array((size,))
    buf = p.fresh(kind)
    p.line(f"{buf} = np.{p.choice(['zeros', 'empty'])}({size})")
    kept, i, s = p.fresh(Array(())), p.fresh(Int(0, 0)), p.fresh(Float())
    p.line(f"{kept}, {s} = [], 0.0")
    p.line(f"for {i} in range({n}):")
    with p.block(loop=True, trips=n):
        p.bind(Int(0, n - 1), i, rebindable=False)
        p.line(f"{buf}[:] = {p.array((size,), 2)} * ({i} + 1)")
        own = p.wrote(p.bind(kind, buf, rebindable=False))
        p.body(0, 1)
        p.line(f"{p.element(own)} {p.choice(['*=', '+=', '='])} {p.scalar(1)}")
        p.line(f"{s} += {p.choice([f'np.sum({weighted(p, buf, (size,))})', p.element(own)])}")
        p.line(f"{kept}.append({p.choice([buf, f'{buf}.copy()', f'{buf}[0]', f'{buf} * {s}'])})")
    p.wrote(p.bind(kind, buf, group=own.group))
    p.bind(Float(), s)
    p.let(Float(), p.tame(f"sum(np.sum(v) for v in {kept})"))


@statement("ordinary", "running_window", 0.6)
def running_window(p: Pen) -> None:
    """A recurrence along an array, each element from those before it."""
    y = p.target(vector)
    n = y.kind.shape[0]
    if n < 2:
        raise Unfit
    i = p.fresh(Int(0, 0))
    step = p.choice([f"range(1, {n})", f"range({n - 1}, 0, -1)"])
    p.line(f"for {i} in {step}:")
    right = p.choice(
        [f"math.sin({y}[{i} - 1])", f"{y}[{i} - 1] * {p.atom()}", f"{y}[{i} - 1] * {y}[{i}]", f"np.sum({y}[:{i}])"]
    )
    p.line(f"    {y}[{i}] {p.choice(['=', '+=', '-='])} {p.number()} * {right}")


@statement("ordinary", "shift_in_list", 0.5, on=floats)
def shift_in_list(p: Pen) -> None:
    """A list of the last few values, the oldest dropped."""
    xs = p.wrote(p.pick(floats))
    if p.lengths.get(xs.group, 0) < 1:
        raise Unfit
    p.line_of(
        f"{xs}[:] = {xs}[1:] + [{p.scalar(2)}]",
        f"{xs}[1:] = {xs}[:-1]",
        f"{xs}[:-1], {xs}[-1] = {xs}[1:], {p.scalar(1)}",
    )


@statement("ordinary", "sum_of_list", 0.4, on=arrays)
def sum_of_list(p: Pen) -> None:
    """`sum` over arrays starts at the integer 0; a fold in place starts at the first item, which it then writes."""
    xs = p.pick(arrays)
    if p.lengths.get(xs.group, 0) < 1:
        raise Unfit
    if p.chance(0.5):
        p.let(xs.kind.item, f"sum({xs})")
        return
    acc, v = p.fresh(xs.kind.item), p.fresh(xs.kind.item)
    p.line(f"{acc} = {xs}[0]")
    p.line(f"for {v} in {xs}[1:]:")
    p.line(f"    {acc} {p.choice(['+=', '*='])} {v}")
    p.bind(xs.kind.item, acc)
