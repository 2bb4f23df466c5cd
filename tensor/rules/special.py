"""Functions of Python numbers: `math` and `cmath`.

Their texts stay in `math`, which is ten times as fast on a Python float as NumPy.  Where NumPy's policy is an infinite
derivative (sqrt at 0, asin at 1), Python's division would raise: those texts choose.
The functions of scipy.special have a table of their own.
"""

from __future__ import annotations

import cmath
import math

from tensor.registry import constant, derivative, elementwise, independent, linear
from tensor.rules.arithmetic import power_base, power_exponent
from tensor.runtime import polygamma

ANY, POSITIVE, INSIDE, BEYOND = (-2, 2), (0.3, 3), (-0.9, 0.9), (1.2, 3)

# -- one number --------------------------------------------------------------------------------------------------------

elementwise(math.exp, "g * ans", at=ANY)
elementwise(math.exp2, "g * ans * 0.6931471805599453", at=ANY)
elementwise(math.expm1, "g * (ans + 1)", at=ANY)
elementwise(math.log2, "g / (x * 0.6931471805599453)", at=POSITIVE)
elementwise(math.log10, "g / (x * 2.302585092994046)", at=POSITIVE)
elementwise(math.log1p, "g / (1 + x)", at=INSIDE)
elementwise(math.sqrt, "g * 0.5 / ans if ans else g * math.inf", at=POSITIVE)
elementwise(math.cbrt, "g / (3 * ans * ans) if ans else g * math.inf", at=POSITIVE)
elementwise(math.sin, "g * math.cos(x)", at=ANY)
elementwise(math.cos, "-g * math.sin(x)", at=ANY)
elementwise(math.tan, "g * (1 + ans * ans)", at=(-1, 1))
elementwise(math.asin, "g / math.sqrt(1 - x * x) if x * x != 1 else g * math.inf", at=INSIDE)
elementwise(math.acos, "-g / math.sqrt(1 - x * x) if x * x != 1 else -g * math.inf", at=INSIDE)
elementwise(math.atan, "g / (1 + x * x)", at=ANY)
elementwise(math.sinh, "g * math.cosh(x)", at=ANY)
elementwise(math.cosh, "g * math.sinh(x)", at=ANY)
elementwise(math.tanh, "g * (1 - ans * ans)", at=ANY)
elementwise(math.asinh, "g / math.sqrt(1 + x * x)", at=ANY)
elementwise(math.acosh, "g / math.sqrt(x * x - 1) if x != 1 else g * math.inf", at=BEYOND)
elementwise(math.atanh, "g / (1 - x * x)", at=INSIDE)
elementwise(math.radians, "math.radians(g)", at=ANY)
elementwise(math.degrees, "math.degrees(g)", at=ANY)
elementwise(math.fabs, "g if x > 0 else -g if x < 0 else 0.0", at=ANY)
elementwise(math.erf, "g * 1.1283791670955126 * math.exp(-x * x)", at=ANY)
elementwise(math.erfc, "g * -1.1283791670955126 * math.exp(-x * x)", at=ANY)

# -- several numbers ---------------------------------------------------------------------------------------------------


def log_number(g, ans, x, base=None):
    return g / x if base is None else g / (x * math.log(base))


def log_base(g, ans, x, base=None):
    return -g * ans / (base * math.log(base))


def gamma_slope(g, ans, x):
    return g * ans * polygamma(0, x)


def lgamma_slope(g, ans, x):
    return g * polygamma(0, x)


def polygamma_slope(g, ans, n, x):
    return g * polygamma(n + 1, x)


def quotient_slope(g, ans, x, y):
    """Of what `x` leaves when divided by `y`; the quotient is locally constant."""
    return -g * round((x - ans) / y)


elementwise(math.log, log_number, log_base, at=[POSITIVE, (2, 3)])
elementwise(math.gamma, gamma_slope, at=POSITIVE)
elementwise(math.lgamma, lgamma_slope, at=POSITIVE)
elementwise(polygamma, None, polygamma_slope, at=[(0, 4), POSITIVE])
elementwise(math.pow, power_base, power_exponent, at=[POSITIVE, ANY])
elementwise(math.atan2, "g * y / (x * x + y * y)", "-g * x / (x * x + y * y)", at=[POSITIVE, ANY])
elementwise(math.fmod, "g", quotient_slope, at=[(7.1, 7.9), (2.1, 2.3)])
elementwise(math.remainder, "g", quotient_slope, at=[(7.1, 7.6), (2.1, 2.3)])
elementwise(math.ldexp, "math.ldexp(g, y)", None, at=[ANY, (0, 4)])
elementwise(math.copysign, "g * math.copysign(1.0, x) * math.copysign(1.0, y) if x else 0.0", None, at=[POSITIVE, ANY])
independent(math.copysign, 1)
elementwise(math.nextafter, "g", None, at=[ANY, ANY])
independent(math.nextafter, 1)
if hasattr(math, "fma"):
    elementwise(math.fma, "g * y", "g * x", "g", at=ANY)

# -- sequences of numbers, two results ---------------------------------------------------------------------------------


def fsum_pullback(g, ans, seq):
    return [g for _ in seq]


def prod_pushforward(g, ans, iterable, start=1):
    product, tangent = start, 0.0
    for x, x_dot in zip(iterable, g, strict=True):
        tangent = tangent * x + product * x_dot
        product = product * x
    return tangent


def prod_pullback(g, ans, iterable, start=1):
    before, product = [], start
    for x in iterable:
        before.append(product)
        product = product * x
    bars, product = [], g
    for x, others in zip(reversed(iterable), reversed(before), strict=True):
        bars.append(product * others)
        product = product * x
    return bars[::-1]


def prod_start(g, ans, iterable, start=1):
    return g * math.prod(iterable)


def hypot_pushforward(g, ans, *coordinates):
    tangent = 0.0
    for x, x_dot in zip(coordinates, g, strict=True):
        tangent = tangent + x * x_dot
    return tangent / ans if ans else 0.0


def hypot_pullback(g, ans, *coordinates):
    return [g * x / ans if ans else 0.0 for x in coordinates]


def dist_from_pushforward(g, ans, p, q):
    tangent = 0.0
    for x, y, x_dot in zip(p, q, g, strict=True):
        tangent = tangent + (x - y) * x_dot
    return tangent / ans if ans else 0.0


def dist_from_pullback(g, ans, p, q):
    return [g * (x - y) / ans if ans else 0.0 for x, y in zip(p, q, strict=True)]


def dist_to_pushforward(g, ans, p, q):
    return dist_from_pushforward(g, ans, q, p)


def dist_to_pullback(g, ans, p, q):
    return dist_from_pullback(g, ans, q, p)


def sumprod_left_pushforward(g, ans, p, q):
    return math.sumprod(g, q)


def sumprod_left_pullback(g, ans, p, q):
    return [g * y for y in q]


def sumprod_right_pushforward(g, ans, p, q):
    return math.sumprod(p, g)


def sumprod_right_pullback(g, ans, p, q):
    return [g * x for x in p]


def modf_pushforward(g, ans, x):
    return g, 0.0


def modf_pullback(g, ans, x):
    return 0.0 if g[0] is None else g[0]


def frexp_pushforward(g, ans, x):
    return math.ldexp(g, -ans[1]), None


def frexp_pullback(g, ans, x):
    return math.ldexp(g[0], -ans[1])


SEVERAL = [lambda: ([0.7, -1.2, 2.5],), lambda: ((1.5,),)]
WITH_ZERO = [lambda: ([0.7, 0.0, 2.5],), lambda: ((0.7, 0.0, 2.5, 0.0),), lambda: ([0.7, 2.5], {"start": 1.5})]
POINTS = [lambda: ([0.7, -1.2, 2.5], [0.1, 0.4, 2.0]), lambda: ((0.7, -1.2), (0.1, 0.4))]

linear(math.fsum, transpose=fsum_pullback, sequence=True, at=SEVERAL)
derivative(math.prod, pullback=prod_pullback, sequence=True, at=[*SEVERAL, *WITH_ZERO])(prod_pushforward)
derivative(math.prod, 1, pullback=prod_start)(prod_start)
derivative(math.hypot, pullback=hypot_pullback, sequence=True, at=[lambda: (0.7, -1.2), lambda: (0.3, 2.0, -1.5, 0.1)])(
    hypot_pushforward
)
derivative(math.dist, pullback=dist_from_pullback, sequence=True, at=POINTS)(dist_from_pushforward)
derivative(math.dist, 1, pullback=dist_to_pullback, sequence=True)(dist_to_pushforward)
if hasattr(math, "sumprod"):
    derivative(math.sumprod, pullback=sumprod_left_pullback, sequence=True, at=POINTS)(sumprod_left_pushforward)
    derivative(math.sumprod, 1, pullback=sumprod_right_pullback, sequence=True)(sumprod_right_pushforward)
derivative(math.modf, pullback=modf_pullback, at=[lambda: (2.7,)])(modf_pushforward)
derivative(math.frexp, pullback=frexp_pullback, at=[lambda: (2.7,)])(frexp_pushforward)

constant(math.floor, math.ceil, math.trunc, math.isfinite, math.isinf, math.isnan, math.isclose, math.ulp)
constant(math.gcd, math.lcm, math.comb, math.perm, math.factorial, math.isqrt)

# -- complex numbers ---------------------------------------------------------------------------------------------------

elementwise(cmath.exp, "g * ans", at=ANY)
elementwise(cmath.log10, "g / (x * 2.302585092994046)", at=POSITIVE)
elementwise(cmath.sqrt, "g * 0.5 / ans if ans else g * math.inf", at=POSITIVE)
elementwise(cmath.sin, "g * cmath.cos(x)", at=ANY)
elementwise(cmath.cos, "-g * cmath.sin(x)", at=ANY)
elementwise(cmath.tan, "g * (1 + ans * ans)", at=(-1, 1))
elementwise(cmath.asin, "g / cmath.sqrt(1 - x * x)", at=INSIDE)
elementwise(cmath.acos, "-g / cmath.sqrt(1 - x * x)", at=INSIDE)
elementwise(cmath.atan, "g / (1 + x * x)", at=ANY)
elementwise(cmath.sinh, "g * cmath.cosh(x)", at=ANY)
elementwise(cmath.cosh, "g * cmath.sinh(x)", at=ANY)
elementwise(cmath.tanh, "g * (1 - ans * ans)", at=ANY)
elementwise(cmath.asinh, "g / cmath.sqrt(1 + x * x)", at=ANY)
elementwise(cmath.acosh, "g / (cmath.sqrt(x - 1) * cmath.sqrt(x + 1))", at=BEYOND)
elementwise(cmath.atanh, "g / (1 - x * x)", at=INSIDE)
elementwise(cmath.rect, "g * cmath.exp(1j * y)", "g * 1j * ans", at=[POSITIVE, ANY])


def complex_log_number(g, ans, z, base=None):
    return g / z if base is None else g / (z * cmath.log(base))


def complex_log_base(g, ans, z, base=None):
    return -g * ans / (base * cmath.log(base))


def phase_pushforward(g, ans, z):
    return (g / z).imag


def phase_pullback(g, ans, z):
    return -1j * g / z


def polar_pushforward(g, ans, z):
    return (g * z.conjugate()).real / ans[0] if z else 0.0, (g / z).imag


def polar_pullback(g, ans, z):
    bar = 0j
    if g[0] is not None:
        bar = g[0] * z.conjugate() / ans[0] if z else 0j
    return bar if g[1] is None else bar - 1j * g[1] / z


elementwise(cmath.log, complex_log_number, complex_log_base, at=[POSITIVE, (2, 3)])
derivative(cmath.phase, pullback=phase_pullback, at=[lambda: (0.7 - 1.1j,)])(phase_pushforward)
derivative(cmath.polar, pullback=polar_pullback, at=[lambda: (0.7 - 1.1j,)])(polar_pushforward)
constant(cmath.isfinite, cmath.isinf, cmath.isnan, cmath.isclose)
