"""Arrays made: from numbers and nested lists, filled, copied and converted, evenly spaced, grids.

An array built of items is linear in each of them: `np.array([x, [y, z]])` gives back a cotangent for each place.
What is made of a shape alone, and what is asked about an array, carries no derivative.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tensor.attributes import method
from tensor.registry import constant, derivative, independent, linear, normal
from tensor.rules.shaping import real_like, reshape_like, zero_of
from tensor.runtime import count_like, unbroadcast

# -- from items, and copies ------------------------------------------------------


def items_of(g, object):
    """The cotangents of all that nested lists hold."""
    if isinstance(object, (list, tuple)):
        return [items_of(g[k], item) for k, item in enumerate(object)]
    return real_like(g, object)


def depth(object):
    return 1 + depth(object[0]) if isinstance(object, (list, tuple)) else np.ndim(object)


def converted(g, ans, x, dtype=None):
    """The cotangent of `x`, given that of its conversion to another type."""
    if np.ndim(x) == 0 or dtype is None:
        return real_like(g, x)
    return real_like(g, x).astype(x.dtype)


def array_pullback(
    g, ans, object, dtype=None, copy=True, order="K", subok=False, ndmin=0, ndmax=0, device=None, like=None
):
    if ndmin:
        for _ in range(np.ndim(ans) - depth(object)):
            g = g[0]
    return items_of(g, object) if isinstance(object, (list, tuple)) else converted(g, ans, object, dtype)


def asarray_pullback(g, ans, a, dtype=None, order=None, device=None, copy=None, like=None, requirements=None):
    return items_of(g, a) if isinstance(a, (list, tuple)) else converted(g, ans, a, dtype)


def at_least_vector(g, ans, a, dtype=None, like=None):
    return converted(reshape_like(g, a) if np.ndim(a) == 0 else g, ans, a, dtype)


def copy_pullback(g, ans, a, order="K", subok=False):
    return g


def astype_pullback(g, ans, x, dtype, order="K", casting="unsafe", subok=True, copy=True, device=None):
    return converted(g, ans, x, dtype)


def scalar_type_pullback(g, ans, x):
    return real_like(g, x) if np.ndim(x) == 0 else real_like(g, x).astype(x.dtype)


NESTED = [
    lambda: ([0.5, 1.5, -1.0],),
    lambda: ([normal(2), normal(2, seed=1)],),
    lambda: ([[0.5, 1.5], [-1.0, 2.0], [3.0, 4.0]],),
    lambda: ([normal(2), [0.5, 1.5]],),
    lambda: (normal(2, 3),),
    lambda: (0.5,),
    lambda: ((0.5, 2j),),
    lambda: ([0.5, 1, normal(3)[0]], float),
]
linear(
    np.array,
    sequence=True,
    transpose=array_pullback,
    at=[*NESTED, lambda: ([0.5, 1.5], {"ndmin": 2}), lambda: (normal(2), {"ndmin": 3}), lambda: (normal(2), "f")],
)
fn: Any
for fn in (np.asarray, np.asanyarray, np.asarray_chkfinite, np.require):
    linear(fn, sequence=True, transpose=asarray_pullback, at=[*NESTED, lambda: (normal(2), complex)])
for fn in (np.ascontiguousarray, np.asfortranarray):
    linear(fn, transpose=at_least_vector, at=[lambda: (normal(2, 3),), lambda: (0.5,), lambda: (normal(2), complex)])
linear(np.copy, transpose=copy_pullback, at=[lambda: (normal(2, 3),), lambda: (0.5,)])
for fn in (method("astype"), *([np.astype] if hasattr(np, "astype") else [])):
    linear(fn, transpose=astype_pullback, at=[lambda: (normal(2, 3), complex), lambda: (normal(2, 3), "f")])
for fn in (np.float16, np.float32, np.float64, np.longdouble, np.complex64, np.complex128, np.clongdouble):
    linear(fn, transpose=scalar_type_pullback, at=[lambda: (0.5,), lambda: (normal(3),)])

# -- filled ----------------------------------------------------------------------


def full_pullback(g, ans, shape, fill_value, dtype=None, order="C", device=None, like=None):
    return real_like(np.sum(g) if np.ndim(fill_value) == 0 else unbroadcast(g, fill_value), fill_value)


def full_like_pullback(g, ans, a, fill_value, dtype=None, order="K", subok=True, shape=None, device=None):
    return real_like(np.sum(g) if np.ndim(fill_value) == 0 else unbroadcast(g, fill_value), fill_value)


linear(
    np.full,
    1,
    transpose=full_pullback,
    at=[lambda: (3, 0.5), lambda: ((2, 3), 0.5), lambda: ((2, 3), normal(3)), lambda: (2, 0.5, complex)],
)
linear(
    np.full_like,
    1,
    transpose=full_like_pullback,
    at=[lambda: (normal(2, 3), 0.5), lambda: (normal(2, 3), normal(2, 1)), lambda: (normal(2), 0.5, {"shape": (3, 2)})],
)
independent(np.full_like, 0)

# -- evenly spaced ---------------------------------------------------------------


@derivative(np.arange, at=[lambda: (0.5, 3.0), lambda: (2.7,), lambda: (0.5, 3.0, 0.4), lambda: (3.0, 0.5, -0.4)])
def arange_start_pushforward(g, ans, start, stop=None, step=1, dtype=None, device=None, like=None):
    return np.zeros_like(ans) if stop is None else np.full_like(ans, g)


def arange_step_pullback(g, ans, start, stop=None, step=1, dtype=None, device=None, like=None):
    return np.sum(g * count_like(ans, ans.size))


@derivative(np.arange, 2, pullback=arange_step_pullback)
def arange_step_pushforward(g, ans, start, stop=None, step=1, dtype=None, device=None, like=None):
    return g * count_like(ans, ans.size)


independent(np.arange, 1)


def fractions(g, num, endpoint):
    """How far along each of `num` points is, from 0 at the start to 1 at the stop."""
    return count_like(g, num) / (max(num - 1, 1) if endpoint else num)


def gathered(g, weights, axis, x):
    """The cotangent of an end of a line from those of its points."""
    if np.ndim(g) == 1:
        return real_like(np.sum(g * weights), x)
    return real_like(unbroadcast(np.tensordot(weights, np.moveaxis(g, axis, 0) if axis else g, 1), x), x)


def points(start, stop, num, endpoint, axis):
    return np.linspace(start, stop, num, endpoint) if axis == 0 else np.linspace(start, stop, num, endpoint, axis=axis)


def no_step(retstep):
    if retstep:
        raise NotImplementedError("np.linspace with retstep has no derivative rule: write (stop - start) / (num - 1)")


def linspace_start_pullback(g, ans, start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, device=None):
    no_step(retstep)
    return gathered(g, 1.0 - fractions(g, num, endpoint), axis, start)


def linspace_stop_pullback(g, ans, start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, device=None):
    no_step(retstep)
    return gathered(g, fractions(g, num, endpoint), axis, stop)


LINES = [
    lambda: (0.5, 2.0, 5),
    lambda: (0.5, 2.0, 4, False),
    lambda: (0.5, 2.0, 1),
    lambda: (abs(normal(2, 3)), 2.0 + abs(normal(3)), 4),
    lambda: (0.5, abs(normal(2)) + 1.0, 4, {"axis": -1}),
    lambda: (abs(normal(2, 2)), 2.0, 4, {"axis": 1, "endpoint": False}),
]


@derivative(np.linspace, 0, pullback=linspace_start_pullback, at=[*LINES, lambda: (0.5, 2.0 + 1j, 3)])
def linspace_start_pushforward(
    g, ans, start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, device=None
):
    no_step(retstep)
    return points(g, zero_of(stop), num, endpoint, axis)


@derivative(np.linspace, 1, pullback=linspace_stop_pullback)
def linspace_stop_pushforward(
    g, ans, start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, device=None
):
    no_step(retstep)
    return points(zero_of(start), g, num, endpoint, axis)


def log_of(base):
    if np.ndim(base):
        raise NotImplementedError("np.logspace of several bases has no derivative rule: write base ** np.linspace(...)")
    return math.log(base)


def logspace_start_pullback(g, ans, start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    return gathered(log_of(base) * ans * g, 1.0 - fractions(g, num, endpoint), axis, start)


def logspace_stop_pullback(g, ans, start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    return gathered(log_of(base) * ans * g, fractions(g, num, endpoint), axis, stop)


@derivative(np.logspace, 0, pullback=logspace_start_pullback, at=[*LINES, lambda: (0.0, 2.0, 4, True, 2.0)])
def logspace_start_pushforward(g, ans, start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    return log_of(base) * ans * points(g, zero_of(stop), num, endpoint, axis)


@derivative(np.logspace, 1, pullback=logspace_stop_pullback)
def logspace_stop_pushforward(g, ans, start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    return log_of(base) * ans * points(zero_of(start), g, num, endpoint, axis)


def geomspace_start_pullback(g, ans, start, stop, num=50, endpoint=True, dtype=None, axis=0):
    return gathered(g * ans, 1.0 - fractions(g, num, endpoint), axis, start) / start


def geomspace_stop_pullback(g, ans, start, stop, num=50, endpoint=True, dtype=None, axis=0):
    return gathered(g * ans, fractions(g, num, endpoint), axis, stop) / stop


@derivative(np.geomspace, 0, pullback=geomspace_start_pullback, at=LINES)
def geomspace_start_pushforward(g, ans, start, stop, num=50, endpoint=True, dtype=None, axis=0):
    return ans * points(g / start, zero_of(stop), num, endpoint, axis)


@derivative(np.geomspace, 1, pullback=geomspace_stop_pullback)
def geomspace_stop_pushforward(g, ans, start, stop, num=50, endpoint=True, dtype=None, axis=0):
    return ans * points(zero_of(start), g / stop, num, endpoint, axis)


# -- grids -----------------------------------------------------------------------


def meshgrid_pullback(g, ans, *xi, copy=True, sparse=False, indexing="xy"):
    bars = []
    for k, x in enumerate(xi):
        axis = 1 - k if indexing == "xy" and k < 2 and len(xi) > 1 else k
        if g[k] is None:
            bars.append(zero_of(x))
        else:
            others = (*range(axis), *range(axis + 1, len(xi)))
            bars.append(reshape_like(np.sum(g[k], axis=others), x))
    return bars


linear(
    np.meshgrid,
    sequence=True,
    transpose=meshgrid_pullback,
    at=[
        lambda: (normal(3), normal(2)),
        lambda: (normal(3), normal(2), normal(4), {"indexing": "ij"}),
        lambda: (normal(3), normal(2), {"sparse": True}),
        lambda: (0.5, normal(2)),
        lambda: (normal(3),),
    ],
)


def vander_slopes(x, ans, increasing):
    """The derivative of each entry of `np.vander(x)`."""
    powers = count_like(x, ans.shape[1])
    powers = powers if increasing else powers[::-1]
    return powers * x[:, None] ** np.maximum(powers - 1, 0)


def vander_pullback(g, ans, x, N=None, increasing=False):
    return np.sum(g * vander_slopes(x, ans, increasing), axis=1)


@derivative(
    np.vander,
    pullback=vander_pullback,
    at=[lambda: (normal(3),), lambda: (normal(3), 5), lambda: (normal(4), 3, True), lambda: (1j * normal(3), 2)],
)
def vander_pushforward(g, ans, x, N=None, increasing=False):
    return g[:, None] * vander_slopes(x, ans, increasing)


# -- no derivative ---------------------------------------------------------------

constant(np.zeros, np.ones, np.empty, np.zeros_like, np.ones_like, np.empty_like, np.eye, np.identity, np.tri)
constant(count_like)
constant(np.bartlett, np.blackman, np.hamming, np.hanning)
constant(np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64, np.bool_, np.intp)
constant(np.shape, np.ndim, np.size, np.isscalar, np.iterable, np.broadcast_shapes, np.isfortran)
constant(np.dtype, np.finfo, np.iinfo, np.result_type, np.promote_types, np.min_scalar_type, np.can_cast)
constant(np.common_type, np.issubdtype, np.isdtype, np.typename, np.mintypecode)
constant(np.shares_memory, np.may_share_memory, np.einsum_path)
constant(np.array2string, np.array_repr, np.array_str, np.format_float_positional, np.format_float_scientific)
