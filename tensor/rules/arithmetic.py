"""Arithmetic: Python's operators and the NumPy functions behind them; comparisons and bits, which are constant.

Policy: x**0 has derivative 0, 0**y has derivative 0 with respect to y, a negative base has none (nan);
x % y is x - (x // y) * y, of which the quotient is locally constant.
"""

from __future__ import annotations

import builtins
import math
import operator
from typing import Any

import numpy as np

from tensor.registry import constant, derivative, elementwise
from tensor.rules.shaping import zero_of
from tensor.runtime import unbroadcast


def power_base(g, ans, x, y):
    if np.ndim(y) > 0:
        return g * y * x ** np.where((x == 0) & (y == 0), 1, y - 1)
    if np.ndim(x) > 0 or np.iscomplexobj(y):
        return g * y * x ** (y - 1) if y else g * y / np.where(x == 0, 1, x)
    return g * y * (x ** (y - 1) if y >= 1 or x else math.inf if y else 0.0)


def power_exponent(g, ans, x, y):
    if np.ndim(x) > 0 or np.iscomplexobj(x):
        return g * ans * np.log(np.where(x == 0, 1, x))
    return g * ans * math.log(x) if x > 0 else g * 0.0 if x == 0 else g * math.nan


def fmod_divisor(g, ans, x, y):
    return -g * np.rint((x - ans) / y)


fn: Any
ANY = (-2, 2)
APART = [(0.3, 1.7), (2.0, 3.0)]

for fn in (operator.add, np.add):
    elementwise(fn, "g", "g", at=ANY)
for fn in (operator.sub, np.subtract):
    elementwise(fn, "g", "-g", at=ANY)
for fn in (operator.mul, np.multiply):
    elementwise(fn, "g * y", "g * x", at=ANY)
for fn in (operator.truediv, np.divide):
    elementwise(fn, "g / y", "-(g * ans / y)", at=[ANY, (0.5, 2)])
for fn in (operator.pow, builtins.pow, np.power, np.float_power):
    elementwise(fn, power_base, power_exponent, at=[(0.3, 1.7), (-2, 2)])
for fn in (operator.neg, np.negative):
    elementwise(fn, "-g", at=ANY)
for fn in (operator.pos, np.positive):
    elementwise(fn, "g", at=ANY)
for fn in (operator.mod, np.remainder):
    elementwise(fn, "g", "-(g * (x // y))", at=[(7.1, 7.9), (2.1, 2.3)])
elementwise(np.fmod, "g", fmod_divisor, at=[(-7.9, -7.1), (2.1, 2.3)])
elementwise(np.ldexp, "np.ldexp(g, y)", None, at=[ANY, (0, 4)])

constant(operator.floordiv, np.floor_divide)
constant(*(getattr(operator, name) for name in "lt le eq ne ge gt is_ is_not not_ truth contains index".split()))
constant(*(getattr(operator, name) for name in "and_ or_ xor invert inv lshift rshift countOf indexOf".split()))
constant(np.less, np.less_equal, np.equal, np.not_equal, np.greater_equal, np.greater)
constant(np.logical_and, np.logical_or, np.logical_xor, np.logical_not)
constant(np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert, np.left_shift, np.right_shift)
constant(np.gcd, np.lcm, np.isclose, np.allclose, np.array_equal, np.array_equiv)
constant(*(getattr(np, name) for name in ["bitwise_count"] if hasattr(np, name)))

# -- two results -------------------------------------------------------------------------------------------------------


def divmod_dividend_pushforward(g, ans, x, y):
    return np.zeros_like(ans[0]), np.broadcast_to(g, np.shape(ans[1]))


def divmod_dividend_pullback(g, ans, x, y):
    return zero_of(x) if g[1] is None else unbroadcast(g[1], x)


def divmod_divisor_pushforward(g, ans, x, y):
    return np.zeros_like(ans[0]), -g * (x // y)


def divmod_divisor_pullback(g, ans, x, y):
    return zero_of(y) if g[1] is None else unbroadcast(-g[1] * (x // y), y)


def modf_pushforward(g, ans, x):
    return g, np.zeros_like(ans[1])


def modf_pullback(g, ans, x):
    return zero_of(x) if g[0] is None else g[0]


def frexp_pushforward(g, ans, x):
    return np.ldexp(g, -ans[1]), None


def frexp_pullback(g, ans, x):
    return np.ldexp(g[0], -ans[1])


PAIRS = [lambda: (7.5, 2.2), lambda: (np.array([[7.5], [-4.1]]), np.array([2.2, 1.7, -3.2]))]
for fn in (builtins.divmod, np.divmod):
    derivative(fn, 0, pullback=divmod_dividend_pullback, at=PAIRS)(divmod_dividend_pushforward)
    derivative(fn, 1, pullback=divmod_divisor_pullback)(divmod_divisor_pushforward)
VALUES = [lambda: (2.7,), lambda: (np.array([2.7, -5.3]),)]
derivative(np.modf, pullback=modf_pullback, at=VALUES)(modf_pushforward)
derivative(np.frexp, pullback=frexp_pullback, at=VALUES)(frexp_pushforward)
