"""Functions inside functions: what they capture, change and are called with later."""

from __future__ import annotations

from dataclasses import dataclass

from .core import Array, Float, Int, Kind, Pen, Unfit, Var, scalar, statement, vector


@dataclass(frozen=True)
class Closure(Kind):
    """A local function of so many floats which returns a float, or None."""

    arity: int
    value: bool = True


def inner_pen(p: Pen, params: list[str]) -> Pen:
    """The pen of a nested function: it sees everything and may rebind nothing of it."""
    if p.depth >= 3:
        raise Unfit
    sub = Pen(p.rng, p.shared, p.indent + 1)
    sub.scope = [Var(v.text, v.kind, v.group, False, v.writable) for v in p.scope if not isinstance(v.kind, Closure)]
    sub.heat, sub.lengths, sub.floors = dict(p.heat), dict(p.lengths), dict(p.lengths)
    sub.nested, sub.trips, sub.depth = True, p.trips, 2
    for name in params:
        sub.warm(sub.bind(Float(), name), 3.0)
    return sub


def emit(p: Pen, head: str, sub: Pen) -> None:
    p.line(head)
    p.lines.extend(sub.lines)


@statement("closures", "closure", 2)
def closure(p: Pen) -> None:
    """Reads what it captures when it is called: what is written between sees the light."""
    t = p.fresh(Float())
    sub = inner_pen(p, [t])
    sub.body(0, 2)
    sub.line(f"return {sub.tame(sub.scalar(3))}")
    name = p.fresh(Closure(1))
    emit(p, f"def {name}({t}):", sub)
    p.bind(Closure(1), name)
    p.let(Float(), f"{name}({p.atom()})")


@statement("closures", "closure_mutates", 2.5)
def closure_mutates(p: Pen) -> None:
    """Writes a captured array."""
    y = p.pick(Array, writable=True)
    t = p.fresh(Float())
    sub = inner_pen(p, [t])
    sub.warm(y, 4.0)
    sub.body(0, 2)
    sub.line_of(
        f"{sub.element(y)} {p.choice(['=', '+=', '*='])} {sub.scalar(2)}",
        f"{y}[:] = {y} * {t}",
        f"np.sin({y}, out={y})",
    )
    name = p.fresh(Closure(1, False))
    emit(p, f"def {name}({t}):", sub)
    p.bind(Closure(1, False), name)
    p.line(f"{name}({p.atom()})")
    p.wrote(y)


@statement("closures", "nonlocal", 1.5)
def nonlocal_state(p: Pen) -> None:
    """Rebinds a captured float."""
    s = p.pick(Float, rebindable=True)
    if not s.text.isidentifier():
        raise Unfit
    t = p.fresh(Float())
    sub = inner_pen(p, [t])
    for v in sub.scope:
        v.rebindable = v.rebindable or v.text == s.text
    sub.line(f"nonlocal {s}")
    sub.body(0, 1)
    sub.line(f"{s} {p.choice(['=', '+=', '*='])} {sub.tame(sub.scalar(2))}")
    sub.line(f"return {s} * {p.number()}")
    name = p.fresh(Closure(1))
    emit(p, f"def {name}({t}):", sub)
    p.bind(Closure(1), name)
    p.let(Float(), f"{name}({p.atom()}) {p.choice('+*-')} {name}({s})")
    p.wrote(s)


@statement("closures", "default_capture", 1)
def default_capture(p: Pen) -> None:
    """A default is taken when the function is made, not when it is called."""
    s = p.pick(Float)
    name, t, k = p.fresh(Closure(1)), p.fresh(Float()), p.fresh(Float())
    form = p.choice([f"{t} * {k}", f"math.sin({t} + {k})", f"{t} - {k} * {s}"])
    p.line_of(f"{name} = lambda {t}, {k}={s}: {form}", f"def {name}({t}, {k}={s}): return {form}")
    p.bind(Closure(1), name)
    if s.rebindable:
        p.line(f"{s} {p.choice(['=', '*='])} {p.tame(p.scalar(1))}")
    p.let(Float(), f"{name}({p.atom()})")


@statement("closures", "lambda", 1)
def lambda_value(p: Pen) -> None:
    t, name = p.fresh(Float()), p.fresh(Closure(1))
    sub = inner_pen(p, [t])
    p.line(f"{name} = lambda {t}: {sub.tame(sub.scalar(3))}")
    p.bind(Closure(1), name)
    p.let(Float(), f"{name}({p.scalar(1)})")


@statement("closures", "lambda_list", 1)
def lambda_list(p: Pen) -> None:
    """Functions in a list; one kind binds the loop's variable late, the other early."""
    fs, s, fn, i = p.fresh(Closure(1)), p.fresh(Float()), p.fresh(Closure(1)), p.fresh(Int(0, 0))
    if p.chance(0.5):
        binding = p.choice([f", {i}={i}", ""])
        inner = p.choice([f"t * ({i} + 1)", f"math.sin(t + {i})", f"t ** ({i} + 1)"])
        p.line(f"{fs} = [lambda t{binding}: {inner} * {p.atom()} for {i} in range({p.rng.randint(2, 3)})]")
    else:
        subs = [inner_pen(p, ["t"]) for _ in range(2)]
        p.line(f"{fs} = [{', '.join(f'lambda t: {sub.tame(sub.scalar(2))}' for sub in subs)}]")
    p.line(f"{s} = {p.atom()}")
    p.line(f"for {fn} in {fs}:")
    p.line(f"    {s} = {p.choice(['', 'math.sin', 'math.tanh'])}({fn}({s}))")
    p.bind(Float(), s)


@statement("closures", "call_closure", 2.5, on=Closure)
def call_closure(p: Pen) -> None:
    """A later call, when what was captured has changed."""
    f = p.pick(Closure)
    if f.kind.value:
        p.let(Float(), p.tame(f"{f}({p.atom()})"))
    else:
        p.line(f"{f}({p.atom()})")


@scalar("closures", "closure_value", 1, on=Closure)
def closure_value(p: Pen, depth: int) -> str:
    f = p.pick(lambda k: isinstance(k, Closure) and k.value)
    return f"{f}({p.scalar(depth)})"


@statement("closures", "closure_returned", 1)
def closure_returned(p: Pen) -> None:
    """A function that makes a function, which captures what it was given and keeps a state."""
    maker = f"make_{len(p.shared.definitions) + 1}"
    bodies = [
        ["    def inner(t):", "        return t * k + math.sin(k)", "    return inner"],
        [
            "    count = 0",
            "    def inner(t):",
            "        nonlocal count",
            "        count += 1",
            "        return t * k ** count",
            "    return inner",
        ],
        [
            "    def inner(t):",
            "        nonlocal k",
            "        k = k * 0.8 + math.sin(t)",
            "        return k * t",
            "    return inner",
        ],
        ["    return lambda t: t * math.cos(k)"],
    ]
    p.shared.definitions.append([f"def {maker}(k):", *p.choice(bodies)])
    name = p.bind(Closure(1))
    p.line(f"{name} = {maker}({p.atom()})")
    p.let(Float(), f"{name}({p.atom()})")


@statement("closures", "closure_buffer", 0.8)
def closure_buffer(p: Pen) -> None:
    """A function that makes a function which owns a buffer, shared by its calls."""
    y = p.pick(vector, writable=True)
    maker, name = f"keeper_{len(p.shared.definitions) + 1}", p.bind(Closure(1))
    forms = ["buf[0] += t", "buf[-1] *= t", "buf[:] = buf * t", "buf[0], buf[-1] = t, buf[0]"]
    p.shared.definitions.append(
        [
            f"def {maker}(y):",
            f"    buf = {p.choice(['y', 'y', 'y * 1.0', 'np.zeros(len(y))'])}",
            "    def put(t):",
            f"        {p.choice(forms)}",
            "        return np.sum(buf ** 2)",
            "    return put",
        ]
    )
    p.line(f"{name} = {maker}({y})")
    p.let(Float(), f"{name}({p.atom()})")
    p.wrote(y)
