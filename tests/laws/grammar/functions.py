"""Helper functions which compute, mutate their arguments and return views of them; functions of functions."""

from __future__ import annotations

from .arrays import cut
from .core import (
    Array,
    Float,
    Helper,
    Kind,
    List,
    Pen,
    Record,
    Unfit,
    Var,
    floats,
    option,
    scalar,
    statement,
    vector,
)

option("functions", "helper_keyword", 0.3)
option("functions", "helper_default", 0.2)
option("functions", "helper_aliased_arguments", 0.3)
option("functions", "helper_in_helper", 0.5)
option("functions", "helper_early_return", 0.25)


def helper_pen(p: Pen) -> Pen:
    """The pen of a new function at the level of the module."""
    if p.nested and not p.wants("helper_in_helper") or len(p.shared.definitions) >= 5:
        raise Unfit
    sub = Pen(p.rng, p.shared)
    sub.nested, sub.trips, sub.depth = True, p.trips, 1
    return sub


def parameters(p: Pen, sub: Pen, arguments: list[Var]) -> list[Var]:
    """Binds a parameter of the new function for each argument; an object brings its attributes along."""
    made = []
    for var in arguments:
        name = sub.fresh(var.kind)
        own = sub.bind(var.kind, name, writable=var.writable)
        made.append(own)
        if isinstance(var.kind, List):
            sub.lengths[own.group] = sub.floors[own.group] = p.lengths.get(var.group, 0)
        for place in [v for v in p.scope if v.text.startswith(f"{var}.")] if isinstance(var.kind, Record) else []:
            sub.bind(place.kind, name + place.text[len(var.text) :], writable=place.writable)
    return made


def define(sub: Pen, params: list[Var], result: Kind | None, shares: int | None = None) -> Helper:
    """Puts the function which the pen wrote before the others, and remembers it so that it can be called again."""
    name = f"{sub.choice(['step', 'blend', 'update', 'mix', 'apply', 'score'])}_{len(sub.shared.definitions) + 1}"
    spelled = [v.text for v in params]
    keyword = ""
    if sub.wants("helper_default"):
        keyword = "gain"
        spelled.append(f"gain={sub.number()}")
    sub.shared.definitions.append([f"def {name}({', '.join(spelled)}):", *sub.lines])
    helper = Helper(name, tuple(v.kind for v in params), result, shares, keyword)
    sub.shared.helpers.append(helper)
    return helper


def call(p: Pen, helper: Helper, arguments: list[str], params: list[str] | None = None) -> str:
    if params and p.wants("helper_keyword"):
        arguments = [*arguments[:-1], f"{params[-1]}={arguments[-1]}"]
    if helper.keyword and p.chance(0.5):
        arguments = [*arguments, f"{helper.keyword}={p.atom()}"]
    return f"{helper.name}({', '.join(arguments)})"


# ---- pure helpers


@statement("functions", "helper_pure", 2)
def helper_pure(p: Pen) -> None:
    """A new function of floats and arrays, and its first call."""
    sub = helper_pen(p)
    count = p.rng.randint(1, 2)
    arguments = [p.pick(lambda k: isinstance(k, (Float, Array))) for _ in range(count)]
    params = parameters(p, sub, arguments)
    for v in params:
        v.writable = False
    if sub.wants("helper_early_return"):
        sub.result = lambda: sub.scalar(1)
    sub.body(1, 3)
    sub.line(f"return {sub.tame(sub.scalar(3))}")
    helper = define(sub, params, Float())
    p.let(Float(), call(p, helper, [v.text for v in arguments], [v.text for v in params]))


@scalar("functions", "helper_again", 1.5)
def helper_again(p: Pen, depth: int) -> str:
    helper = p.choice([h for h in p.shared.helpers if isinstance(h.result, Float)]) if not p.nested else p.choice([])
    arguments = [p.scalar(depth) if isinstance(k, Float) else p.pick(k, writable=True).text for k in helper.params]
    return call(p, helper, arguments)


@statement("functions", "helper_several_values", 1)
def helper_several_values(p: Pen) -> None:
    sub = helper_pen(p)
    arguments = [p.pick(lambda k: isinstance(k, (Float, Array))) for _ in range(2)]
    params = parameters(p, sub, arguments)
    sub.body(0, 2)
    sub.line(f"return {sub.tame(sub.scalar(2))}, {sub.tame(sub.scalar(2))}")
    name = f"pair_{len(p.shared.definitions) + 1}"
    sub.shared.definitions.append([f"def {name}({', '.join(v.text for v in params)}):", *sub.lines])
    a, b = p.bind(Float()), p.bind(Float())
    p.line(f"{a}, {b} = {name}({', '.join(v.text for v in arguments)})")
    note_writes(p, sub, params, arguments)


# ---- helpers which mutate


@statement("functions", "helper_mutates", 6)
def helper_mutates(p: Pen) -> None:
    """A function which writes the array that it is given, which may be a view of another."""
    y = p.pick(Array, writable=True)
    mutate(p, [y, *([p.pick(lambda k: isinstance(k, (Float, Array)))] if p.chance(0.7) else [])])


@statement("functions", "helper_mutates_list", 1.5, on=List)
def helper_mutates_list(p: Pen) -> None:
    mutate(p, [p.pick(List), *([p.pick(Float)] if p.chance(0.6) else [])])


@statement("functions", "helper_mutates_object", 4, on=Record)
def helper_mutates_object(p: Pen) -> None:
    mutate(p, [p.pick(Record), *([p.pick(lambda k: isinstance(k, (Float, Array)))] if p.chance(0.6) else [])])


def mutate(p: Pen, arguments: list[Var]) -> None:
    sub = helper_pen(p)
    params = parameters(p, sub, arguments)
    warmest = params[0]
    sub.warm(warmest, 4.0)
    for v in sub.scope:
        sub.warm(v, 2.0 if v.text.startswith(warmest.text) else 0.0)
    sub.body(1, 3)
    if isinstance(warmest.kind, Array) and warmest.group not in sub.touched:
        sub.line(f"{sub.element(warmest)} {sub.choice(['=', '+=', '*='])} {sub.tame(sub.scalar(2))}")
    result = sub.choice([None, Float()])
    if result:
        sub.line(f"return {sub.tame(sub.scalar(2))}")
    helper = define(sub, params, result)
    texts = aliased(p, arguments)
    text = call(p, helper, texts)
    p.let(Float(), text) if result else p.line(text)
    for v in arguments:
        p.wrote(v)


def aliased(p: Pen, arguments: list[Var]) -> list[str]:
    """The arguments' texts; at times the second is a view of the first."""
    texts = [v.text for v in arguments]
    first, last = arguments[0], arguments[-1]
    if (
        len(texts) == 2
        and isinstance(first.kind, Array)
        and last.kind == first.kind
        and p.wants("helper_aliased_arguments")
    ):
        views = [first.text] + (
            [f"{first}[::-1]"] if vector(first.kind) else [f"{first}.T"] * (first.kind.shape == first.kind.shape[::-1])
        )
        texts[1] = p.choice(views)
    return texts


def note_writes(p: Pen, sub: Pen, params: list[Var], arguments: list[Var]) -> None:
    for own, given in zip(params, arguments, strict=True):
        if own.group in sub.touched and isinstance(own.kind, Array):
            p.wrote(given)


@statement("functions", "helper_called_again", 4)
def helper_called_again(p: Pen) -> None:
    """A function that mutates, on other arguments than at its first call."""
    if p.nested:
        raise Unfit
    helper = p.choice(p.shared.helpers)
    if any(isinstance(k, Record) for k in helper.params):
        raise Unfit
    arguments = [p.pick(k, writable=True) if isinstance(k, Array) else p.pick(k) for k in helper.params]
    if any(isinstance(v.kind, List) and p.lengths.get(v.group, 0) < 3 for v in arguments):
        raise Unfit
    text = call(p, helper, [v.text for v in arguments])
    p.let(Float(), text) if isinstance(helper.result, Float) else p.line(text)
    for v in arguments:
        p.wrote(v)


@statement("functions", "helper_view", 4)
def helper_view(p: Pen) -> None:
    """A function which returns a view of its argument, or the argument itself, and which may write it first."""
    sub = helper_pen(p)
    y = p.pick(Array, writable=True)
    (own,) = parameters(p, sub, [y])
    sub.body(0, 2)
    shape = y.kind.shape
    if vector(y.kind):
        n = p.rng.randint(1, shape[0])
        text, shape = f"{own}[{cut(sub, shape[0], n)}]", (n,)
    else:
        text, shape = sub.choice(
            [
                (f"{own}[{sub.position(shape[0])}]", shape[1:]),
                (f"{own}.T", shape[::-1]),
                (own.text, shape),
                (f"{own}.reshape(-1)", (shape[0] * shape[1],)),
            ]
        )
    sub.line(f"return {text}")
    name = f"part_{len(p.shared.definitions) + 1}"
    sub.shared.definitions.append([f"def {name}({own}):", *sub.lines])
    v = p.bind(Array(shape), group=y.group)
    p.line(f"{v} = {name}({y})")
    p.wrote(y)
    if p.chance(0.5):
        p.line(f"{p.element(v)} {p.choice(['=', '+=', '*='])} {p.scalar(1)}")


@statement("functions", "helper_view_chosen", 0.8)
def helper_view_chosen(p: Pen) -> None:
    """A function which returns one of its two arguments, as the values decide."""
    x = p.pick(Array, writable=True)
    y = p.choice([v for v in p.live(x.kind, writable=True) if v.text != x.text])
    s = p.atom()
    name = f"choose_{len(p.shared.definitions) + 1}"
    forms = [
        ["    return a if s > {} else b"],
        ["    if s > {}:", "        a[0] *= s", "        return a", "    return b"],
        ["    for v in (a, b):", "        if np.sum(v) > {}:", "            return v", "    return b"],
    ]
    p.shared.definitions.append([f"def {name}(a, b, s):", *(line.format(p.number()) for line in p.choice(forms))])
    z = p.bind(x.kind, group=p.choice([x, y]).group)
    p.line(f"{z} = {name}({x}, {y}, {s})")
    p.line_of(f"{p.element(z)} = {p.scalar(1)}", f"{z} *= {p.number()}", f"{z} += {p.atom()}")
    p.wrote(x), p.wrote(y)


@statement("functions", "star_arguments", 0.5)
def star_arguments(p: Pen) -> None:
    name = f"total_{len(p.shared.definitions) + 1}"
    loop = ["    for v in values:", f"        s = s {p.choice('+*')} {p.choice(['v', 'math.sin(v)', 'v * v'])}"]
    head = [f"def {name}(*values, gain=1.0, **others):", "    s = gain"]
    p.shared.definitions.append([*head, *loop, "    return s + others.get('shift', 0.0)"])
    xs = p.live(floats)
    given = f"*{p.choice(xs)}" if xs and p.chance(0.5) else f"{p.atom()}, {p.atom()}"
    extra = p.choice(["", f", gain={p.atom()}", f", shift={p.scalar(1)}", f", **{{'gain': {p.atom()}}}"])
    p.let(Float(), p.tame(f"{name}({given}{extra})"))


# ---- functions of functions


@statement("functions", "higher_order", 1)
def higher_order(p: Pen) -> None:
    """A function handed to a function: twice, folded, or on every element."""
    name = f"drive_{len(p.shared.definitions) + 1}"
    forms = [
        ["    return fn(fn(v))"],
        ["    s = v", "    for i in range(3):", "        s = fn(s) * 0.7 + v", "    return s"],
        ["    return fn(v) - fn(v * 0.5)"],
    ]
    p.shared.definitions.append([f"def {name}(fn, v):", *p.choice(forms)])
    sub = Pen(p.rng, p.shared)
    sub.scope, sub.heat = list(p.scope), p.heat
    t = sub.bind(Float(), "t")
    sub.warm(t, 8.0)
    given = p.choice(
        [f"lambda t: {sub.tame(sub.scalar(2))}", "math.sin", "np.tanh", "math.exp" if p.chance(0.2) else "math.cos"]
    )
    p.let(Float(), p.tame(f"{name}({given}, {p.atom()})"))


@statement("functions", "map_reduce", 0.6)
def map_reduce(p: Pen) -> None:
    source = p.pick(lambda k: vector(k) or floats(k))
    if floats(source.kind) and p.lengths.get(source.group, 0) < 1:
        raise Unfit
    how = p.choice(["map", "reduce", "accumulate", "sorted", "zip"])
    if how == "reduce":
        p.imports("import functools")
    if how == "accumulate":
        p.imports("import itertools")
    folded = p.choice(["a * b + 1.0", "math.sin(a) + b", "a * 0.5 + b"])
    forms = {
        "map": f"sum(map(lambda v: v * {p.atom()}, {source}))",
        "sorted": f"sorted({source}, key=lambda v: -v)[0]",
        "zip": f"sum(a * b for a, b in zip({source}, reversed({source})))",
        "reduce": f"functools.reduce(lambda a, b: {folded}, {source})",
        "accumulate": f"list(itertools.accumulate({source}, lambda a, b: {folded}))[-1]",
    }
    p.let(Float(), p.tame(forms[how]))
