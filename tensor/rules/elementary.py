"""Elementary functions entry by entry: exponentials, trigonometry, roots, extremes of two, choices, complex parts.

Policy: maximum and minimum share ties equally; abs'(0) = 0, sqrt'(0) = inf, the derivative of hypot at the origin is 0;
clip passes inside and at its bounds; `where` never multiplies, so that an infinite or undefined branch that is not
taken leaves no nan.  Step functions are constant.  For a real function of z the pullback is d/dx - i d/dy.
"""

from __future__ import annotations

import builtins
import operator
from typing import Any

import numpy as np

from tensor.registry import constant, derivative, elementwise, independent
from tensor.runtime import besseli_derivative, sinc_derivative

fn: Any
ANY, POSITIVE, INSIDE, BEYOND = (-2, 2), (0.3, 3), (-0.9, 0.9), (1.2, 3)

# -- exponentials, logarithms, roots -----------------------------------------------------------------------------------

elementwise(np.exp, "g * ans", at=ANY)
elementwise(np.exp2, "g * ans * 0.6931471805599453", at=ANY)
elementwise(np.expm1, "g * (ans + 1)", at=ANY)
elementwise(np.log, "g / x", at=POSITIVE)
elementwise(np.log2, "g / (x * 0.6931471805599453)", at=POSITIVE)
elementwise(np.log10, "g / (x * 2.302585092994046)", at=POSITIVE)
elementwise(np.log1p, "g / (1 + x)", at=INSIDE)
elementwise(np.sqrt, "g * 0.5 / ans", at=POSITIVE)
elementwise(np.cbrt, "g / (3 * ans * ans)", at=POSITIVE)
elementwise(np.square, "2 * g * x", at=ANY)
elementwise(np.reciprocal, "-g * ans * ans", at=POSITIVE)
elementwise(
    np.logaddexp,
    "g * np.exp(x - np.where(ans == -np.inf, 0, ans))",
    "g * np.exp(y - np.where(ans == -np.inf, 0, ans))",
    at=ANY,
)
elementwise(
    np.logaddexp2,
    "g * np.exp2(x - np.where(ans == -np.inf, 0, ans))",
    "g * np.exp2(y - np.where(ans == -np.inf, 0, ans))",
    at=ANY,
)

# -- trigonometry ------------------------------------------------------------------------------------------------------

elementwise(np.sin, "g * np.cos(x)", at=ANY)
elementwise(np.cos, "-g * np.sin(x)", at=ANY)
elementwise(np.tan, "g * (1 + ans * ans)", at=(-1, 1))
elementwise(np.arcsin, "g / np.sqrt(1 - x * x)", at=INSIDE)
elementwise(np.arccos, "-g / np.sqrt(1 - x * x)", at=INSIDE)
elementwise(np.arctan, "g / (1 + x * x)", at=ANY)
elementwise(np.sinh, "g * np.cosh(x)", at=ANY)
elementwise(np.cosh, "g * np.sinh(x)", at=ANY)
elementwise(np.tanh, "g * (1 - ans * ans)", at=ANY)
elementwise(np.arcsinh, "g / np.sqrt(1 + x * x)", at=ANY)
elementwise(np.arccosh, "g / (np.sqrt(x - 1) * np.sqrt(x + 1))", at=BEYOND)
elementwise(np.arctanh, "g / (1 - x * x)", at=INSIDE)
elementwise(np.arctan2, "g * y / (x * x + y * y)", "-g * x / (x * x + y * y)", at=[(0.5, 2), ANY])
elementwise(np.hypot, "g * x / np.where(ans == 0, 1, ans)", "g * y / np.where(ans == 0, 1, ans)", at=[(0.5, 2), ANY])
for fn in (np.deg2rad, np.radians):
    elementwise(fn, "np.deg2rad(g)", at=ANY)
for fn in (np.rad2deg, np.degrees):
    elementwise(fn, "np.rad2deg(g)", at=ANY)
elementwise(np.unwrap, "g", at=(-1, 1))


def sinc_slope(g, ans, x):
    return g * sinc_derivative(1, x)


def sinc_derivative_slope(g, ans, n, x):
    return g * sinc_derivative(n + 1, x)


def bessel_slope(g, ans, x):
    return g * besseli_derivative(1, x)


def besseli_derivative_slope(g, ans, n, x):
    return g * besseli_derivative(n + 1, x)


elementwise(np.sinc, sinc_slope, at=ANY)
elementwise(sinc_derivative, None, sinc_derivative_slope, at=[(0, 4), ANY])
elementwise(np.i0, bessel_slope, at=ANY)
elementwise(besseli_derivative, None, besseli_derivative_slope, at=[(0, 4), ANY])

# -- choices -----------------------------------------------------------------------------------------------------------


def greater_share(g, x, y):
    """`g` where `x` is the greater of the two, half of it where they are equal."""
    if np.ndim(x) == 0 and np.ndim(y) == 0:
        return g if x > y else 0.5 * g if x == y else 0.0
    return np.where(x > y, g, np.where(x == y, 0.5 * g, 0))


def maximum_first(g, ans, x, y):
    return greater_share(g, x, y)


def maximum_second(g, ans, x, y):
    return greater_share(g, y, x)


def number_share(g, ans, x, y):
    """`g` where `ans` is `x`, half of it where it is `y` too; a nan is neither."""
    return np.where(x == ans, np.where(y == ans, 0.5 * g, g), 0)


def number_share_second(g, ans, x, y):
    return number_share(g, ans, y, x)


def clip_value(g, ans, a, a_min=None, a_max=None, out=None, *, min=None, max=None):
    if np.ndim(ans) == 0:
        return g if a == ans else 0.0
    return np.where(a == ans, g, 0)


def clip_lower(g, ans, a, a_min=None, a_max=None, out=None, *, min=None, max=None):
    low, high = min if a_min is None else a_min, max if a_max is None else a_max
    return np.where(a < low if high is None else (a < low) & (low <= high), g, 0)


def clip_upper(g, ans, a, a_min=None, a_max=None, out=None, *, min=None, max=None):
    low, high = min if a_min is None else a_min, max if a_max is None else a_max
    return np.where(a > high if low is None else (a > high) | (a < high) & (low > high), g, 0)


for fn in (np.maximum, builtins.max):
    elementwise(fn, maximum_first, maximum_second, at=[(0.3, 1.7), (0.2, 1.8)])
for fn in (np.minimum, builtins.min):
    elementwise(fn, maximum_second, maximum_first, at=[(0.3, 1.7), (0.2, 1.8)])
for fn in (np.fmax, np.fmin):
    elementwise(fn, number_share, number_share_second, at=[(0.3, 1.7), (0.2, 1.8)])
elementwise(np.where, None, "np.where(x, g, 0)", "np.where(x, 0, g)", at=[(0, 2), ANY, ANY])
independent(np.where, 0)
# positions 1 and 2 are `a_min` and `a_max`, 4 and 5 their other names, `min` and `max`
elementwise(
    np.clip, clip_value, clip_lower, clip_upper, None, clip_lower, clip_upper, at=[(0, 2), (0.5, 1), (1.1, 1.6)]
)
elementwise(np.heaviside, None, "np.where(x == 0, g, 0)", at=[(0, 2), ANY])
independent(np.heaviside, 0)
elementwise(np.copysign, "g * np.sign(x) * np.sign(ans)", None, at=[POSITIVE, ANY])
independent(np.copysign, 1)
elementwise(np.nextafter, "g", None, at=[ANY, ANY])
independent(np.nextafter, 1)
elementwise(np.nan_to_num, "np.where(np.isfinite(x), g, 0)", at=ANY)

# -- absolute value, sign and complex parts ----------------------------------------------------------------------------


def absolute_pushforward(g, ans, x):
    if np.iscomplexobj(x):
        return np.real(g * np.conj(x)) / np.where(ans == 0, 1, ans)
    return absolute_pullback(g, ans, x)


def absolute_pullback(g, ans, x):
    if np.iscomplexobj(x):
        return g * np.conj(x) / np.where(ans == 0, 1, ans)
    if np.ndim(x) == 0:
        return g if x > 0 else -g if x < 0 else 0.0
    return g * np.sign(x)


def sign_pushforward(g, ans, x):
    return 1j * ans * np.imag(np.conj(ans) * g) / np.where(x == 0, 1, np.abs(x))


def sign_pullback(g, ans, x):
    return 1j * np.conj(ans) * np.imag(ans * g) / np.where(x == 0, 1, np.abs(x))


def conjugate(g, ans, x):
    return np.conj(g) if np.iscomplexobj(x) else g


def real_pushforward(g, ans, val):
    return np.real(g) if np.iscomplexobj(val) else g


def real_pullback(g, ans, val):
    return g


def imag_pushforward(g, ans, val):
    return np.imag(g) if np.iscomplexobj(val) else g * 0.0


def imag_pullback(g, ans, val):
    return -1j * g if np.iscomplexobj(val) else g * 0.0


def angle_pushforward(g, ans, z, deg=False):
    if not np.iscomplexobj(z):
        return g * 0.0
    return np.rad2deg(np.imag(g / z)) if deg else np.imag(g / z)


def angle_pullback(g, ans, z, deg=False):
    if not np.iscomplexobj(z):
        return g * 0.0
    return -1j * (np.rad2deg(g) if deg else g) / z


def real_if_close_slope(g, ans, a, tol=100):
    if np.iscomplexobj(a):
        raise NotImplementedError("np.real_if_close of complex numbers is real or complex by their values: use np.real")
    return g


REAL = [lambda: (np.array([0.7, -1.2]),)]
COMPLEX = [lambda: (np.array([0.7 - 1.1j, -0.4 + 0.3j]),)]
BOTH = [*REAL, *COMPLEX]

for fn in (np.absolute, builtins.abs, operator.abs):
    derivative(fn, pullback=absolute_pullback, elementwise=True, at=[*BOTH, lambda: (-0.7,), lambda: (0.7 - 1.1j,)])(
        absolute_pushforward
    )
elementwise(np.fabs, absolute_pullback, at=ANY)
# the sign of real numbers is constant, that of complex ones is on the unit circle
constant(np.sign)
derivative(np.sign, pullback=sign_pullback, elementwise=True, at=COMPLEX)(sign_pushforward)
elementwise(np.conjugate, conjugate, at=ANY)
derivative(np.real, pullback=real_pullback, elementwise=True, at=BOTH)(real_pushforward)
derivative(np.imag, pullback=imag_pullback, elementwise=True, at=BOTH)(imag_pushforward)
derivative(np.angle, pullback=angle_pullback, elementwise=True, at=[*BOTH, lambda: (1.2 + 0.5j, True)])(
    angle_pushforward
)
elementwise(np.real_if_close, real_if_close_slope, at=ANY)

# -- constant ----------------------------------------------------------------------------------------------------------

constant(np.floor, np.ceil, np.trunc, np.rint, np.fix, np.round, np.around, builtins.round)
constant(np.signbit, np.spacing, np.isnan, np.isinf, np.isfinite, np.isneginf, np.isposinf)
constant(np.iscomplex, np.iscomplexobj, np.isreal, np.isrealobj)
