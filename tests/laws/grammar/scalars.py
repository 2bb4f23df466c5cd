"""Float expressions and conditions."""

from __future__ import annotations

import math

from .core import Array, Float, Int, Pen, Table, Unfit, arrays, condition, floats, matrix, option, scalar, vector

MATH = [
    "math.sin({})",
    "math.cos({})",
    "math.tanh({})",
    "math.atan({})",
    "math.sqrt(1.0 + ({}) ** 2)",
    "math.log(1.5 + ({}) ** 2)",
    "math.exp(-({}) ** 2)",
    "math.exp(0.4 * math.sin({}))",
    "math.erf({})",
    "math.log1p(({}) ** 2)",
    "math.expm1(math.tanh({}))",
    "math.sinh(math.sin({}))",
    "math.asinh({})",
    "math.pow(1.3 + math.tanh({}), 2.5)",
    "math.hypot({}, 1.2)",
    "math.fabs({})",
]
NUMPY = [
    "np.sin({})",
    "np.cos({})",
    "np.tanh({})",
    "np.exp(-({}) ** 2)",
    "np.log(1.2 + ({}) ** 2)",
    "np.sqrt(0.5 + ({}) ** 2)",
    "np.square({})",
    "np.arctan({})",
    "np.log1p(({}) ** 2)",
    "np.abs({})",
    "np.negative({})",
    "np.maximum({}, 0.4)",
    "np.clip({}, -0.8, 1.1)",
]

option("inputs", "array_1d", 1.0)
option("inputs", "array_2d", 1.0)
option("inputs", "float32", 0.05)
option("inputs", "tree_argument", 0.08)
option("inputs", "strided_argument", 0.06)
option("inputs", "numpy_scalar", 0.1)


@scalar("scalars", "scalar_arith", 6)
def arith(p: Pen, depth: int) -> str:
    return f"({p.scalar(depth)} {p.choice('++-**')} {p.scalar(depth)})"


@scalar("scalars", "scalar_math", 4)
def math_call(p: Pen, depth: int) -> str:
    return p.choice(MATH).format(p.scalar(depth))


@scalar("scalars", "scalar_math_two", 0.5)
def math_two(p: Pen, depth: int) -> str:
    forms = [
        "math.atan2({}, 1.5 + ({}) ** 2)",
        "math.hypot({}, 1.0 + ({}) ** 2)",
        "math.copysign({}, {})",
        "math.fsum([{}, {}])",
        "math.prod([{}, {}])",
    ]
    return p.choice(forms).format(p.scalar(depth), p.atom())


@scalar("scalars", "scalar_numpy", 2)
def numpy_call(p: Pen, depth: int) -> str:
    return p.choice(NUMPY).format(p.scalar(depth))


@scalar("scalars", "division", 1.5)
def division(p: Pen, depth: int) -> str:
    if p.chance(0.3):
        return f"{p.scalar(depth)} / {p.number(1.5, 3.0)}"
    b = p.atom()
    return f"({p.scalar(depth)} / ({p.number(0.8, 2.0)} + {b} * {b}))"


@scalar("scalars", "power", 1.5)
def power(p: Pen, depth: int) -> str:
    if p.chance(0.3):
        return f"({p.number(1.2, 2.0)} + math.sin({p.scalar(depth)})) ** {p.choice([p.number(), '-1.5', 2.5])}"
    return f"{p.choice(['({})', 'math.sin({})']).format(p.scalar(depth))} ** {p.choice([2, 2, 3])}"


@scalar("scalars", "negation", 0.6)
def negation(p: Pen, depth: int) -> str:
    return f"(-{p.scalar(depth)})"


@scalar("scalars", "abs", 0.5)
def absolute(p: Pen, depth: int) -> str:
    return f"abs({p.scalar(depth)})"


@scalar("scalars", "min_max", 0.6)
def extremum(p: Pen, depth: int) -> str:
    return f"{p.choice(['min', 'max'])}({p.scalar(depth)}, {p.scalar(depth)}{p.choice(['', f', {p.number()}'])})"


@scalar("scalars", "modulo", 0.2)
def modulo(p: Pen, depth: int) -> str:
    return f"({p.scalar(depth)} % {p.number(0.7, 2.0)})"


@scalar("scalars", "floor_division", 0.15)
def floor_division(p: Pen, depth: int) -> str:
    return f"{p.scalar(depth)} * ({p.atom()} // {p.number(0.7, 2.0)})"


@scalar("scalars", "int_mixed", 0.8)
def int_mixed(p: Pen, depth: int) -> str:
    k = p.pick(Int)
    forms = [
        f"{k} * {{}}",
        f"({{}} + {k})",
        f"{{}} / ({k} + 2)" if k.kind.low > -2 else f"{{}} * {k}",
        f"math.sin({{}} + {k})",
        f"(1 + {k} % 2) * {{}}",
    ]
    return p.choice(forms).format(p.scalar(depth))


@scalar("scalars", "if_expression", 1)
def if_expression(p: Pen, depth: int) -> str:
    return f"({p.scalar(depth)} if {p.condition()} else {p.scalar(depth)})"


@scalar("scalars", "and_or_value", 0.4)
def and_or_value(p: Pen, depth: int) -> str:
    forms = [
        f"({p.atom()} or {p.atom()})",
        f"({p.atom()} and {p.scalar(depth)})",
        f"({p.condition()} and {p.scalar(depth)} or {p.atom()})",
    ]
    return p.choice(forms)


@scalar("scalars", "float_call", 0.3)
def float_call(p: Pen, depth: int) -> str:
    return f"float({p.scalar(depth)})"


# ---- floats out of arrays and containers


@scalar("scalars", "reduce", 3)
def reduce(p: Pen, depth: int) -> str:
    y = p.pick(Array)
    what = y.text if p.chance(0.4) else p.array(y.kind.shape, depth)
    forms = [
        "np.sum({})",
        "np.sum({})",
        "np.mean({})",
        "({}).sum()",
        "({}).mean()",
        "np.max({})",
        "({}).min()",
        "np.add.reduce({}, axis=None)",
        "np.var({})",
        "np.sqrt(0.3 + np.sum(({}) ** 2))",
        "np.linalg.norm({})",
        "np.prod(np.cos({}))",
    ]
    return p.choice(forms).format(what)


@scalar("scalars", "weighted_sum", 2)
def weighted_sum(p: Pen, depth: int) -> str:
    y = p.pick(Array)
    return f"np.sum({weighted(p, y.text, y.kind.shape)})"


def weighted(p: Pen, text: str, shape: tuple[int, ...]) -> str:
    """An array whose sum tells the elements of `text` apart."""
    size = math.prod(shape)
    ramp = f"np.cos(np.arange({float(size)}))" if p.chance(0.5) else f"np.arange(1.0, {size + 1.0})"
    if len(shape) == 2:
        ramp = f"{ramp}.reshape({shape[0]}, {shape[1]})"
    return p.choice(["{} * {}", "np.sin({}) * {}", "{} ** 2 * {}", "{} * {}"]).format(text, ramp)


@scalar("scalars", "index_element", 3)
def index_element(p: Pen, depth: int) -> str:
    return p.element(p.pick(Array))


@scalar("scalars", "dot", 1)
def dot(p: Pen, depth: int) -> str:
    y = p.pick(vector)
    other = p.array(y.kind.shape, depth)
    return p.choice(
        ["{} @ {}", "np.dot({}, {})", "np.inner({}, {})", "np.einsum('i,i->', {}, {})", "np.vdot({}, {})"]
    ).format(y, wrap(other))


@scalar("scalars", "trace_diagonal", 0.4)
def trace(p: Pen, depth: int) -> str:
    m = p.pick(matrix)
    return p.choice(
        ["np.trace({})", "np.sum(np.diag({}) ** 2)", "np.einsum('ij,ij->', {0}, {0})", "np.sum({}.diagonal())"]
    ).format(m)


@scalar("scalars", "length_of", 0.2)
def length_of(p: Pen, depth: int) -> str:
    y = p.pick(Array)
    return p.choice([f"{p.scalar(depth)} / len({y})", f"{y}.shape[0] * {p.atom()}", f"{p.scalar(depth)} / {y}.size"])


@scalar("containers", "generator_expression", 0.6)
def generator_expression(p: Pen, depth: int) -> str:
    source = p.pick(lambda k: vector(k) or floats(k))
    v = p.fresh(Float())
    inner = p.choice([f"{v} * {v}", f"math.sin({v})", f"{v} * {p.atom()}"])
    test = f" if {v} > {p.number()}" if p.chance(0.3) else ""
    return f"{p.choice(['sum', 'math.fsum'])}({inner} for {v} in {source}{test})"


@scalar("containers", "list_read", 1.5, on=floats)
def list_read(p: Pen, depth: int) -> str:
    xs = p.pick(floats)
    n = p.lengths.get(xs.group, 0)
    if n < 1:
        raise Unfit
    return p.choice(
        [
            f"{xs}[{p.rng.randrange(-n, n)}]",
            f"{xs}[{p.rng.randrange(-n, n)}]",
            f"sum({xs})",
            f"max({xs})",
            f"{xs}[-1] * {xs}[0]",
            f"sum({xs}[1:])",
            f"sorted({xs})[0]",
        ]
    )


@scalar("containers", "list_of_arrays_read", 1, on=arrays)
def list_of_arrays_read(p: Pen, depth: int) -> str:
    xs = p.pick(arrays)
    n = p.lengths.get(xs.group, 0)
    if n < 1:
        raise Unfit
    index = ", ".join(p.position(k) for k in xs.kind.item.shape)
    return p.choice(
        [
            f"{xs}[{p.rng.randrange(-n, n)}][{index}]",
            f"np.sum({xs}[{p.rng.randrange(-n, n)}])",
            f"sum(np.sum(np.sin(r)) for r in {xs})",
        ]
    )


@scalar("containers", "dict_read", 1, on=Table)
def dict_read(p: Pen, depth: int) -> str:
    d = p.pick(Table)
    if not d.kind.size:
        raise Unfit
    ints = [v for v in p.live(Int) if v.kind.low >= 0]
    key = f"{p.choice(ints)} % {d.kind.size}" if ints and p.chance(0.6) else p.rng.randrange(d.kind.size)
    return p.choice(
        [f"{d}[{key}]", f"{d}[{key}]", f"sum({d}.values())", f"{d}.get({key}, 1.0)", f"{d}.get(99, {p.atom()})"]
    )


def wrap(text: str) -> str:
    return f"({text})"


# ---- conditions


@condition("scalars", "compare", 5)
def compare(p: Pen) -> str:
    return f"{p.scalar(1)} {p.choice(['>', '<', '>=', '<='])} {p.choice([p.number(), p.atom()])}"


@condition("scalars", "compare_chain", 0.7)
def compare_chain(p: Pen) -> str:
    return f"{p.number(-0.5, 0.4)} < {p.atom()} {p.choice(['<', '<='])} {p.choice([p.number(0.6, 1.8), p.atom()])}"


@condition("scalars", "compare_both", 0.7)
def compare_both(p: Pen) -> str:
    return f"{p.atom()} > {p.number()} {p.choice(['and', 'or'])} {p.choice(['', 'not '])}{p.atom()} < {p.number()}"


@condition("scalars", "compare_int", 1)
def compare_int(p: Pen) -> str:
    k = p.pick(Int)
    return p.choice([f"{k} % 2 == 0", f"{k} > {(k.kind.low + k.kind.high) // 2}", f"{k} != {k.kind.low}"])


@condition("scalars", "any_all", 0.2)
def any_all(p: Pen) -> str:
    y = p.pick(Array)
    return p.choice(
        [f"np.any({y} > {p.number()})", f"np.all({y} < {p.number(0.8, 2.0)})", f"({y} > {p.number()}).any()"]
    )
