"""Recursion and generators."""

from __future__ import annotations

from .core import Array, Float, Int, List, Pen, matrix, statement, vector
from .functions import helper_pen

# ---- recursion


@statement("functions", "recursion", 1)
def recursion(p: Pen) -> None:
    name = f"chain_{len(p.shared.definitions) + 1}"
    sub = helper_pen(p)
    sub.bind(Float(), "v"), sub.bind(Int(1, 4), "n", rebindable=False)
    step = sub.tame(sub.scalar(2))
    bodies = [
        [f"    return {name}({step}, n - 1) {p.choice('+*')} v"],
        [f"    w = {name}(v * {p.number(0.4, 1.2)}, n - 1)", f"    return w + {step} * n"],
        [
            f"    if v > {p.number(0.5, 2.0)}:",
            f"        return {name}(v * 0.5, n - 1) + {step}",
            f"    return {name}({step}, n - 1)",
        ],
    ]
    last = ["    if n == 0:", f"        return {p.choice(['v', 'v * v', '1.0', 'math.sin(v)'])}"]
    p.shared.definitions.append([f"def {name}(v, n):", *last, *p.choice(bodies)])
    p.let(Float(), p.tame(f"{name}({p.atom()}, {p.rng.randint(1, 4)})"))


@statement("functions", "recursion_array", 1)
def recursion_array(p: Pen) -> None:
    """Recursion on the halves of an array, which are views; some write on the way."""
    y = p.pick(vector, writable=True)
    name = f"fold_{len(p.shared.definitions) + 1}"
    writes = p.choice(
        [
            [],
            [f"    a[0] {p.choice(['+=', '*='])} a[-1]"],
            [f"    a[h] = {p.choice(['math.sin(a[0])', 'a[0] * a[h]'])}"],
            ["    a *= 0.8"],
        ]
    )
    join = p.choice(
        ["{0}(a[:h]) * {0}(a[h:])", "{0}(a[:h]) + math.sin({0}(a[h:]))", "{0}(a[h:]) - {0}(a[:h]) * a[0]"]
    ).format(name)
    p.shared.definitions.append(
        [
            f"def {name}(a):",
            "    if len(a) == 1:",
            f"        return {p.choice(['a[0]', 'a[0] ** 2', 'math.sin(a[0])'])}",
            "    h = len(a) // 2",
            *writes,
            f"    return {join}",
        ]
    )
    p.let(Float(), f"{name}({y})")
    p.wrote(y)


@statement("functions", "recursion_mutual", 0.5)
def recursion_mutual(p: Pen) -> None:
    k = len(p.shared.definitions) + 1
    even, odd = f"even_{k}", f"odd_{k}"
    p.shared.definitions.append(
        [f"def {even}(v, n):", f"    return v if n == 0 else {odd}(v * v + {p.number()}, n - 1)"]
    )
    p.shared.definitions.append(
        [
            f"def {odd}(v, n):",
            f"    return {p.choice(['1.0', 'v'])} if n == 0 else {even}(math.sin(v) * {p.number()}, n - 1) * v",
        ]
    )
    p.let(Float(), p.tame(f"{even}({p.atom()}, {p.rng.randint(1, 4)})"))


@statement("functions", "recursion_buffer", 0.6)
def recursion_buffer(p: Pen) -> None:
    """Recursion which fills an array from index to index."""
    y = p.pick(vector, writable=True)
    name = f"spread_{len(p.shared.definitions) + 1}"
    value = p.choice(["a[i] * v", "v", "a[i] + math.sin(v)", "a[i - 1] * v"])
    handed = p.choice(["a[i] * 0.9", "math.cos(v) + a[i]", "v * v"])
    body = [f"        a[i] = {value}", f"        {name}(a, i + 1, {handed})", *p.choice([[], ["        a[i] *= 1.1"]])]
    p.shared.definitions.append([f"def {name}(a, i, v):", "    if i < len(a):", *body])
    p.line(f"{name}({y}, {p.choice([0, 0, 1])}, {p.atom()})")
    p.wrote(y)


# ---- generators


@statement("functions", "generator", 1)
def generator(p: Pen) -> None:
    """A generator of floats, consumed by a loop, by `sum` or by `list`."""
    name = f"walk_{len(p.shared.definitions) + 1}"
    sub = helper_pen(p)
    sub.bind(Float(), "v"), sub.bind(Int(0, 3), "i", rebindable=False)
    step, shown = sub.tame(sub.scalar(2)), sub.scalar(1)
    stop = p.choice(
        [
            [],
            [f"        if v > {p.number(0.8, 2.0)}:", "            return"],
            [f"        if v > {p.number(0.8, 2.0)}:", "            continue"],
        ]
    )
    p.shared.definitions.append(
        [f"def {name}(v, n):", "    for i in range(n):", f"        yield {shown}", f"        v = {step}", *stop]
    )
    given = f"{name}({p.atom()}, {p.rng.randint(1, 4)})"
    how = p.choice(["loop", "sum", "list"])
    if how == "loop":
        s, v = p.fresh(Float()), p.fresh(Float())
        p.line(f"{s} = {p.atom()}")
        p.line(f"for {v} in {given}:")
        with p.block(loop=True, trips=3):
            p.bind(Float(), s, rebindable=False), p.bind(Float(), v)
            p.body(0, 1)
            p.line(f"{s} = {p.choice(['math.sin({})', '{}']).format(s)} + {v} * {p.atom()}")
        p.bind(Float(), s)
    elif how == "sum":
        p.let(Float(), p.tame(f"sum({given})"))
    else:
        p.let(List(Float()), f"list({given})")


@statement("functions", "generator_views", 0.7)
def generator_views(p: Pen) -> None:
    """A generator which yields views, written by whoever consumes them, and between the yields."""
    m = p.pick(matrix, writable=True)
    name = f"rows_{len(p.shared.definitions) + 1}"
    between = p.choice([[], ["        r *= 0.9"], ["        r[0] = np.sum(r)"]])
    p.shared.definitions.append(
        [f"def {name}(m):", f"    for r in {p.choice(['m', 'm[::-1]', 'm'])}:", "        yield r", *between]
    )
    r = p.fresh(Array(()))
    p.line(f"for {r} in {name}({m}):")
    with p.block(loop=True, trips=m.kind.shape[0]):
        p.wrote(p.bind(Array(m.kind.shape[1:]), r, group=m.group, rebindable=False))
        p.line(f"{r} {p.choice(['+=', '*='])} {p.atom()}")
        p.body(0, 1)
    p.wrote(m)
