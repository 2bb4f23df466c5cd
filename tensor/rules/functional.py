"""Polynomials given by their coefficients, highest power first: polyval, polyder, polyint, sums, products, roots, fits.

The families of `numpy.polynomial` are in `polynomials`.
"""

from __future__ import annotations

import numpy as np

from tensor.registry import derivative, linear, normal
from tensor.rules.creation import vander_slopes
from tensor.rules.shaping import real_like, zero_of
from tensor.runtime import count_like, placed, scatter_like

# -- values ----------------------------------------------------------------------


def slopes(p):
    """`np.polyder(p)` in the type of `p`."""
    if isinstance(p, (list, tuple)):
        return [c * (len(p) - 1 - k) for k, c in enumerate(p[:-1])]
    return p[:-1] * count_like(p, len(p))[:0:-1]


def powers(x, n, p):
    """The powers of `x`, the highest (`n - 1`) first, in the type of `p`."""
    return x ** count_like(p, n)[::-1]


def polyval_coefficients_pullback(g, ans, p, x):
    if isinstance(p, (list, tuple)):
        return [real_like(np.sum(g * x ** (len(p) - 1 - k)), c) for k, c in enumerate(p)]
    if np.ndim(x) == 0:
        return real_like(g * powers(x, len(p), p), p)
    if np.ndim(x) == 1:
        return real_like(g @ powers(x[:, None], len(p), p), p)
    return real_like(np.reshape(g, -1) @ powers(np.reshape(x, (-1, 1)), len(p), p), p)


linear(
    np.polyval,
    sequence=True,
    transpose=polyval_coefficients_pullback,
    at=[
        lambda: (normal(4), 0.7),
        lambda: (normal(4), normal(3)),
        lambda: (normal(3), normal(2, 3)),
        lambda: (normal(1), normal(3)),
        lambda: ([0.5, -1.5, 2.0], normal(3)),
        lambda: ([0.5, -1.5, 2.0], 0.7),
        lambda: (normal(3), normal(3) + 1j * normal(3, seed=1)),
        lambda: (normal(3) + 1j * normal(3, seed=1), normal(4)),
    ],
)


def polyval_at_pullback(g, ans, p, x):
    return real_like(g * np.polyval(slopes(p), x), x)


@derivative(np.polyval, 1, pullback=polyval_at_pullback)
def polyval_at_pushforward(g, ans, p, x):
    return g * np.polyval(slopes(p), x)


# -- derivatives and integrals ---------------------------------------------------


def rising(p, m):
    """For each coefficient of `p` the product of the `m` powers above its own."""
    power = count_like(p, len(p))[::-1]
    factor = power + 1
    for k in range(1, m):
        factor = factor * (power + 1 + k)
    return factor


def polyder_pullback(g, ans, p, m=1):
    return g if m == 0 else scatter_like(p, slice(0, len(ans)), g * rising(ans, m))


def polyint_pullback(g, ans, p, m=1, k=None):
    return g if m == 0 else g[: len(p)] / rising(p, m)


@derivative(np.polyint, pullback=polyint_pullback, at=[lambda: (normal(4),), lambda: (normal(3), 2, [0.5, 1.0])])
def polyint_pushforward(g, ans, p, m=1, k=None):
    return np.polyint(g, m)


linear(
    np.polyder, transpose=polyder_pullback, at=[lambda: (normal(4),), lambda: (normal(5), 2), lambda: (normal(2), 0)]
)

# -- sums and products -----------------------------------------------------------


def aligned(g, a):
    """The part of a sum's cotangent that belongs to `a`: polynomials are added from the lowest power up."""
    return real_like(g[-1] if np.ndim(a) == 0 else g[len(g) - len(a) :], a)


def polyadd_left_pullback(g, ans, a, b):
    return aligned(g, a)


def polyadd_right_pullback(g, ans, a, b):
    return aligned(g, b)


def polysub_right_pullback(g, ans, a, b):
    return aligned(-g, b)


SUMS = [lambda: (normal(4), normal(2)), lambda: (normal(2), normal(4)), lambda: (normal(3), 0.5)]


@derivative(np.polyadd, 0, pullback=polyadd_left_pullback, at=SUMS)
def polyadd_left_pushforward(g, ans, a, b):
    return np.polyadd(g, zero_of(b))


@derivative(np.polyadd, 1, pullback=polyadd_right_pullback)
def polyadd_right_pushforward(g, ans, a, b):
    return np.polyadd(zero_of(a), g)


@derivative(np.polysub, 0, pullback=polyadd_left_pullback, at=SUMS)
def polysub_left_pushforward(g, ans, a, b):
    return np.polysub(g, zero_of(b))


@derivative(np.polysub, 1, pullback=polysub_right_pullback)
def polysub_right_pushforward(g, ans, a, b):
    return np.polysub(zero_of(a), g)


def untrimmed(g, a, b):
    """The cotangent of the full product: `np.polymul` drops leading zeros of its factors."""
    return placed(g, len(a) + len(b) - 1 - len(g), len(a) + len(b) - 1)


def polymul_left_pullback(g, ans, a, b):
    return real_like(np.convolve(untrimmed(g, a, b), b[::-1], "valid"), a)


def polymul_right_pullback(g, ans, a, b):
    return real_like(np.convolve(untrimmed(g, a, b), a[::-1], "valid"), b)


@derivative(
    np.polymul,
    0,
    pullback=polymul_left_pullback,
    at=[lambda: (normal(4), normal(2)), lambda: (normal(2), normal(3)), lambda: (np.array([1.0, 2.0]), normal(3))],
)
def polymul_left_pushforward(g, ans, a, b):
    return np.convolve(g, b)[-len(ans) :]


@derivative(np.polymul, 1, pullback=polymul_right_pullback)
def polymul_right_pushforward(g, ans, a, b):
    return np.convolve(a, g)[-len(ans) :]


# -- roots and fits --------------------------------------------------------------


def roots_pullback(g, ans, p):
    bar = -((g / np.polyval(slopes(p), ans)) @ powers(ans[:, None], len(p), p))
    return bar if np.iscomplexobj(p) else np.real(bar)


@derivative(np.roots, pullback=roots_pullback, at=[lambda: (normal(4),), lambda: (np.array([1.0, -6.0, 11.0, -6.0]),)])
def roots_pushforward(g, ans, p):
    return -np.polyval(g, ans) / np.polyval(slopes(p), ans)


def plain_fit(full, cov):
    if full or cov:
        raise NotImplementedError("np.polyfit has derivatives with full=False and cov=False only")


def weighted_vander(x, deg, w):
    return np.vander(x, deg + 1) if w is None else np.vander(x, deg + 1) * w[:, None]


def polyfit_values_pullback(g, ans, x, y, deg, rcond=None, full=False, w=None, cov=False):
    plain_fit(full, cov)
    bar = np.linalg.pinv(weighted_vander(x, deg, w)).T @ g
    return bar if w is None else (bar.T * w).T


@derivative(
    np.polyfit,
    1,
    pullback=polyfit_values_pullback,
    at=[
        lambda: (normal(6), normal(6, seed=1), 2),
        lambda: (normal(6), normal(6, seed=1), 1, {"w": abs(normal(6, seed=2))}),
    ],
)
def polyfit_values_pushforward(g, ans, x, y, deg, rcond=None, full=False, w=None, cov=False):
    plain_fit(full, cov)
    return np.polyfit(x, g, deg, w=w)


def polyfit_points_pullback(g, ans, x, y, deg, rcond=None, full=False, w=None, cov=False):
    plain_fit(full, cov)
    one_fit(y)
    inverse = np.linalg.pinv(weighted_vander(x, deg, w))
    u, residual = inverse.T @ g, y - np.polyval(ans, x)
    if w is not None:
        u, residual = u * w, residual * w * w
    return residual * np.polyval(slopes(inverse @ (inverse.T @ g)), x) - u * np.polyval(slopes(ans), x)


@derivative(np.polyfit, 0, pullback=polyfit_points_pullback)
def polyfit_points_pushforward(g, ans, x, y, deg, rcond=None, full=False, w=None, cov=False):
    plain_fit(full, cov)
    one_fit(y)
    vander = weighted_vander(x, deg, w)
    inverse = np.linalg.pinv(vander)
    moved, residual = np.polyval(slopes(ans), x) * g, y - np.polyval(ans, x)
    if w is not None:
        moved, residual = moved * w, residual * w * w
    return inverse @ (inverse.T @ (vander_slopes(x, vander, False).T @ (residual * g)) - moved)


def one_fit(y):
    if np.ndim(y) != 1:
        raise NotImplementedError("np.polyfit has a derivative with respect to x for one set of values at a time")
