"""Reductions: sums, means, products, extremes, variances, along axes, with masks and initial values.

Policy: the extremes share ties equally; a product is right where entries are zero, to any order; std'(constant) = 0.
A pullback first gives `g` the argument's number of axes (`kept`), then spreads it (`spread`).
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from tensor.registry import constant, derivative, normal
from tensor.rules.axes import back, count, ends, kept, lanes, last, total
from tensor.rules.shaping import zero_of
from tensor.runtime import unbroadcast

# -- pieces of templates -----------------------------------------------------------------------------------------------


def spread(g, a, axis, keepdims):
    """The cotangent of a sum in the shape of what was summed."""
    return g if np.ndim(a) == 0 else np.broadcast_to(kept(g, axis, keepdims), a.shape)


def chosen(a, axis, where):
    """How many entries go into one result of those that `where` chooses, as numbers of the type of `a`."""
    if np.ndim(a) == 0:
        return 1.0 * where
    n = np.sum(np.broadcast_to(where, a.shape), axis=axis, keepdims=axis is not None, dtype=a.dtype)
    return np.real(n) if np.iscomplexobj(a) else n


def real_part(x):
    return np.real(x) if np.iscomplexobj(x) else x


def number_or_one(x):
    """`x` with 1 in place of 0, to divide by."""
    return np.where(x == 0, 1, x)


def numbers(a, where):
    """The mask of the entries that a nan-function sees."""
    return ~np.isnan(a) if where is True else ~np.isnan(a) & where


# -- sum ---------------------------------------------------------------------------------------------------------------


def sum_pushforward(g, ans, a, axis=None, dtype=None, out=None, keepdims=False, initial=0, where=True):
    return total(g if where is True else np.where(where, g, 0), axis, keepdims, dtype)


def sum_pullback(g, ans, a, axis=None, dtype=None, out=None, keepdims=False, initial=0, where=True):
    bar = spread(g, a, axis, keepdims)
    return bar if where is True else np.where(where, bar, 0)


def nansum_pushforward(g, ans, a, axis=None, dtype=None, out=None, keepdims=False, initial=0, where=True):
    return total(np.where(numbers(a, where), g, 0), axis, keepdims, dtype)


def nansum_pullback(g, ans, a, axis=None, dtype=None, out=None, keepdims=False, initial=0, where=True):
    return np.where(numbers(a, where), kept(g, axis, keepdims), 0)


def sum_start_pushforward(g, ans, a, axis=None, dtype=None, out=None, keepdims=False, initial=0, where=True):
    return g if np.ndim(ans) == 0 else np.full_like(ans, g)


def sum_start_pullback(g, ans, a, axis=None, dtype=None, out=None, keepdims=False, initial=0, where=True):
    return np.sum(g)


# -- mean --------------------------------------------------------------------------------------------------------------


def mean_pushforward(g, ans, a, axis=None, dtype=None, out=None, keepdims=False, *, where=True):
    if where is True:
        return total(g, axis, keepdims, dtype) / count(a, axis)
    return total(np.where(where, g, 0) / chosen(a, axis, where), axis, keepdims, dtype)


def mean_pullback(g, ans, a, axis=None, dtype=None, out=None, keepdims=False, *, where=True):
    if where is True:
        return spread(g / count(a, axis), a, axis, keepdims)
    bar = kept(g, axis, keepdims) / chosen(a, axis, where)
    return np.where(where if np.ndim(a) == 0 else np.broadcast_to(where, a.shape), bar, 0)


def nanmean_pushforward(g, ans, a, axis=None, dtype=None, out=None, keepdims=False, *, where=True):
    return mean_pushforward(g, ans, a, axis, dtype, out, keepdims, where=numbers(a, where))


def nanmean_pullback(g, ans, a, axis=None, dtype=None, out=None, keepdims=False, *, where=True):
    return mean_pullback(g, ans, a, axis, dtype, out, keepdims, where=numbers(a, where))


# -- product -----------------------------------------------------------------------------------------------------------


def others(a, axis):
    """For each entry the product of all others along `axis`, from both sides: nothing is divided."""
    row = lanes(a, axis)
    one = np.ones_like(row[..., :1])
    before = np.concatenate((one, np.cumprod(row[..., :-1], axis=-1)), axis=-1)
    after = np.concatenate((one, np.cumprod(row[..., :0:-1], axis=-1)), axis=-1)[..., ::-1]
    if axis is None:
        return before * after if np.ndim(a) == 1 else np.reshape(before * after, a.shape)
    if not isinstance(axis, tuple):
        return back(before * after, axis)
    moved = np.moveaxis(a, axis, ends(axis))
    return np.moveaxis(np.reshape(before * after, moved.shape), ends(axis), axis)


def product_slope(a, ans, axis, keepdims, initial, where):
    """The derivative of a product with respect to each entry."""
    if np.ndim(a) == 0:
        return initial
    a = a if where is True else np.where(where, a, 1)
    divisible = ans if np.ndim(ans) == 0 else np.all(ans)
    slope = kept(ans, axis, keepdims) / a if divisible else others(a, axis) * initial
    return slope if where is True else np.where(where, slope, 0)


def prod_pushforward(g, ans, a, axis=None, dtype=None, out=None, keepdims=False, initial=1, where=True):
    return total(g * product_slope(a, ans, axis, keepdims, initial, where), axis, keepdims)


def prod_pullback(g, ans, a, axis=None, dtype=None, out=None, keepdims=False, initial=1, where=True):
    return kept(g, axis, keepdims) * product_slope(a, ans, axis, keepdims, initial, where)


def nanprod_pushforward(g, ans, a, axis=None, dtype=None, out=None, keepdims=False, initial=1, where=True):
    return prod_pushforward(g, ans, a, axis, dtype, out, keepdims, initial, numbers(a, where))


def nanprod_pullback(g, ans, a, axis=None, dtype=None, out=None, keepdims=False, initial=1, where=True):
    return prod_pullback(g, ans, a, axis, dtype, out, keepdims, initial, numbers(a, where))


def prod_start_pushforward(g, ans, a, axis=None, dtype=None, out=None, keepdims=False, initial=1, where=True):
    return g * np.prod(a if where is True else np.where(where, a, 1), axis=axis, keepdims=keepdims)


def prod_start_pullback(g, ans, a, axis=None, dtype=None, out=None, keepdims=False, initial=1, where=True):
    return np.sum(g * np.prod(a if where is True else np.where(where, a, 1), axis=axis, keepdims=keepdims))


def nanprod_start_pushforward(g, ans, a, axis=None, dtype=None, out=None, keepdims=False, initial=1, where=True):
    return prod_start_pushforward(g, ans, a, axis, dtype, out, keepdims, initial, numbers(a, where))


def nanprod_start_pullback(g, ans, a, axis=None, dtype=None, out=None, keepdims=False, initial=1, where=True):
    return prod_start_pullback(g, ans, a, axis, dtype, out, keepdims, initial, numbers(a, where))


# -- extremes ----------------------------------------------------------------------------------------------------------


def extreme_share(a, ans, axis, keepdims, initial, where):
    """How each entry shares in the extreme: equally, if it is one of several; `initial` is a contender like them."""
    if np.ndim(a) == 0:
        return 1.0 if initial is None else greatest(a, ans, initial)
    top = kept(ans, axis, keepdims)
    hit = a == top if where is True else (a == top) & where
    ties = np.sum(hit, dtype=a.dtype) if axis is None else np.sum(hit, axis=axis, keepdims=True, dtype=a.dtype)
    return hit / ties if initial is None else hit / (ties + (top == initial))


def greatest(a, ans, initial):
    return 0.0 if a != ans else 0.5 if initial == ans else 1.0


def max_pushforward(g, ans, a, axis=None, out=None, keepdims=False, initial=None, where=True):
    return total(extreme_share(a, ans, axis, keepdims, initial, where) * g, axis, keepdims)


def max_pullback(g, ans, a, axis=None, out=None, keepdims=False, initial=None, where=True):
    return extreme_share(a, ans, axis, keepdims, initial, where) * kept(g, axis, keepdims)


def range_share(a, axis):
    """How each entry shares in the greatest less the least."""
    if np.ndim(a) == 0:
        return 0.0
    most, least = np.max(a, axis=axis, keepdims=True), np.min(a, axis=axis, keepdims=True)
    return extreme_share(a, most, axis, True, None, True) - extreme_share(a, least, axis, True, None, True)


def ptp_pushforward(g, ans, a, axis=None, out=None, keepdims=False):
    return total(range_share(a, axis) * g, axis, keepdims)


def ptp_pullback(g, ans, a, axis=None, out=None, keepdims=False):
    return range_share(a, axis) * kept(g, axis, keepdims)


# -- variance ----------------------------------------------------------------------------------------------------------


def deviation(a, axis, where, mean):
    """The conjugate of each entry less the mean."""
    if mean is None:
        mean = own_mean(a, axis, where)
    far = a - mean if where is True else np.where(where, a - mean, 0)
    return np.conj(far) if np.iscomplexobj(far) else far


def own_mean(a, axis, where):
    if where is not True:
        return total(np.where(where, a, 0), axis, axis is not None) / chosen(a, axis, where)
    return np.mean(a) if axis is None else np.mean(a, axis=axis, keepdims=True)


def freedom(a, axis, ddof, where):
    """How many entries go into one result, less the degrees of freedom that are taken."""
    n = count(a, axis) if where is True else chosen(a, axis, where)
    return n - ddof if ddof else n


def var_pushforward(
    g, ans, a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=None
):
    n = freedom(a, axis, ddof if correction is None else correction, where)
    return total(real_part(2 * g * deviation(a, axis, where, mean)) / n, axis, keepdims)


def var_pullback(
    g, ans, a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=None
):
    n = freedom(a, axis, ddof if correction is None else correction, where)
    return 2 * kept(g, axis, keepdims) / n * deviation(a, axis, where, mean)


def std_pushforward(
    g, ans, a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=None
):
    n = freedom(a, axis, ddof if correction is None else correction, where)
    return total(real_part(g * deviation(a, axis, where, mean)) / n, axis, keepdims) / number_or_one(ans)


def std_pullback(
    g, ans, a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=None
):
    n = freedom(a, axis, ddof if correction is None else correction, where)
    return kept(g / number_or_one(ans), axis, keepdims) / n * deviation(a, axis, where, mean)


def var_mean_pushforward(
    g, ans, a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=None
):
    n = freedom(a, axis, ddof if correction is None else correction, where)
    return total(-2 * real_part(deviation(a, axis, where, mean) * g) / n, axis, keepdims)


def var_mean_pullback(
    g, ans, a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=None
):
    n = freedom(a, axis, ddof if correction is None else correction, where)
    return unbroadcast(-2 * kept(g, axis, keepdims) / n * deviation(a, axis, where, mean), mean)


def std_mean_pushforward(
    g, ans, a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=None
):
    n = freedom(a, axis, ddof if correction is None else correction, where)
    return total(-real_part(deviation(a, axis, where, mean) * g) / n, axis, keepdims) / number_or_one(ans)


def std_mean_pullback(
    g, ans, a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=None
):
    n = freedom(a, axis, ddof if correction is None else correction, where)
    return unbroadcast(-kept(g / number_or_one(ans), axis, keepdims) / n * deviation(a, axis, where, mean), mean)


def nanvar_pushforward(
    g, ans, a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=None
):
    ddof = ddof if correction is None else correction
    return var_pushforward(g, ans, a, axis, dtype, out, ddof, keepdims, where=numbers(a, where), mean=mean)


def nanvar_pullback(
    g, ans, a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=None
):
    ddof = ddof if correction is None else correction
    return var_pullback(g, ans, a, axis, dtype, out, ddof, keepdims, where=numbers(a, where), mean=mean)


def nanstd_pushforward(
    g, ans, a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=None
):
    ddof = ddof if correction is None else correction
    return std_pushforward(g, ans, a, axis, dtype, out, ddof, keepdims, where=numbers(a, where), mean=mean)


def nanstd_pullback(
    g, ans, a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=None
):
    ddof = ddof if correction is None else correction
    return std_pullback(g, ans, a, axis, dtype, out, ddof, keepdims, where=numbers(a, where), mean=mean)


# -- weighted mean -----------------------------------------------------------------------------------------------------


def along(weights, a, axis):
    """The weights with as many axes as `a`."""
    if np.ndim(weights) == np.ndim(a):
        return weights
    if isinstance(axis, tuple):
        raise NotImplementedError("np.average along several axes has a derivative for weights of the array's shape")
    axis = axis % np.ndim(a)
    return np.reshape(weights, (1,) * axis + (-1,) + (1,) * (np.ndim(a) - axis - 1))


def average_pushforward(g, ans, a, axis=None, weights=None, returned=False, *, keepdims=False):
    if returned:
        tangent = average_pushforward(g, ans[0], a, axis, weights, keepdims=keepdims)
        return tangent, np.zeros_like(tangent)
    if weights is None:
        return mean_pushforward(g, ans, a, axis, None, None, keepdims)
    w = along(weights, a, axis)
    return total(g * w, axis, keepdims) / total(w, axis, keepdims)


def average_pullback(g, ans, a, axis=None, weights=None, returned=False, *, keepdims=False):
    if returned:
        return zero_of(a) if g[0] is None else average_pullback(g[0], ans[0], a, axis, weights, keepdims=keepdims)
    if weights is None:
        return mean_pullback(g, ans, a, axis, None, None, keepdims)
    w = along(weights, a, axis)
    return kept(g / total(w, axis, keepdims), axis, keepdims) * w if np.ndim(w) else g


def average_weights_pushforward(g, ans, a, axis=None, weights=None, returned=False, *, keepdims=False):
    if returned:
        tangent = average_weights_pushforward(g, ans[0], a, axis, weights, keepdims=keepdims)
        return tangent, np.zeros_like(ans[1]) + total(along(g, a, axis), axis, keepdims)
    far = a - kept(ans, axis, keepdims)
    return total(along(g, a, axis) * far, axis, keepdims) / total(along(weights, a, axis), axis, keepdims)


def average_weights_pullback(g, ans, a, axis=None, weights=None, returned=False, *, keepdims=False):
    if returned:
        bar = zero_of(weights) if g[1] is None else weights_sum_back(g[1], a, axis, weights, keepdims)
        return (
            bar if g[0] is None else bar + average_weights_pullback(g[0], ans[0], a, axis, weights, keepdims=keepdims)
        )
    scaled = kept(g / total(along(weights, a, axis), axis, keepdims), axis, keepdims)
    return as_weights(scaled * (a - kept(ans, axis, keepdims)), a, axis, weights)


def weights_sum_back(g, a, axis, weights, keepdims):
    """The cotangent of the weights from that of their sum, which NumPy gives in the shape of the average."""
    if np.ndim(weights) == np.ndim(a):
        return np.broadcast_to(kept(g, axis, keepdims), weights.shape)
    return np.broadcast_to(np.sum(g), weights.shape)


def as_weights(bar, a, axis, weights):
    if np.ndim(weights) == np.ndim(a):
        return bar
    return np.sum(np.reshape(last(bar, axis), (-1, np.size(weights))), axis=0)


# -- the table ---------------------------------------------------------------------------------------------------------


def holed():
    a = normal(3, 4)
    a[0, 1] = a[2, 3] = np.nan
    return a


def zeroed(*places):
    a = normal(3, 4)
    for place in places:
        a[place] = 0.0
    return a


MASK = np.arange(12).reshape(3, 4) % 5 < 3
PLAIN = [
    lambda: (normal(3, 4),),
    lambda: (normal(5),),
    lambda: (normal(3, 4), 0),
    lambda: (normal(2, 3, 4), (0, -1)),
    lambda: (normal(3, 4), -1, {"keepdims": True}),
    lambda: (normal(2, 3, 4), (2, 0), {"keepdims": True}),
    lambda: (0.7,),
]
MASKED = [lambda: (normal(3, 4), {"where": MASK}), lambda: (normal(3, 4), 1, {"where": MASK[:, :1] | MASK})]
HOLED = [*PLAIN[:5], lambda: (holed(),), lambda: (holed(), 0), lambda: (holed(), 1, {"where": MASK})]
COMPLEX = [lambda: (normal(3, 4) + 1j * normal(3, 4, seed=1), 1)]
NARROW = [lambda: (normal(5), {"ddof": 1}), lambda: (normal(3, 4), 0, {"ddof": 1, "keepdims": True})]
ZEROED = [
    lambda: (zeroed((0, 1)), 1, {"initial": 2.0}),
    lambda: (zeroed((0, 1), (0, 2)),),
    lambda: (zeroed((0, 1), (2, 2)), (0, 1)),
    lambda: (zeroed((0, 1), (2, 2)), 0, {"where": MASK}),
]
TABLE: list[Any] = [
    (np.sum, sum_pushforward, sum_pullback, [*PLAIN, *MASKED, *COMPLEX, lambda: (normal(5), {"initial": 2.0})]),
    (np.nansum, nansum_pushforward, nansum_pullback, HOLED),
    (np.mean, mean_pushforward, mean_pullback, [*PLAIN, *MASKED, *COMPLEX]),
    (np.nanmean, nanmean_pushforward, nanmean_pullback, HOLED),
    (np.prod, prod_pushforward, prod_pullback, [*PLAIN, *MASKED, *COMPLEX, *ZEROED]),
    (np.nanprod, nanprod_pushforward, nanprod_pullback, HOLED),
    (np.ptp, ptp_pushforward, ptp_pullback, PLAIN[:6]),
    (np.var, var_pushforward, var_pullback, [*PLAIN, *MASKED, *COMPLEX, *NARROW]),
    (np.std, std_pushforward, std_pullback, [*PLAIN[:6], *MASKED, *COMPLEX, *NARROW]),
    (np.nanvar, nanvar_pushforward, nanvar_pullback, HOLED),
    (np.nanstd, nanstd_pushforward, nanstd_pullback, HOLED),
]
LIMITED = [lambda: (normal(3, 4), 0, {"initial": 0.1}), lambda: (normal(3, 4), {"initial": 9.0})]
LIMITED += [lambda: (normal(3, 4), 1, {"initial": -9.0, "where": MASK})]
for fn in (np.max, np.amax, np.nanmax, np.min, np.amin, np.nanmin):
    TABLE += [(fn, max_pushforward, max_pullback, [*PLAIN, *LIMITED, *(HOLED[5:7] if "nan" in fn.__name__ else [])])]
for fn, pushforward, pullback, samples in TABLE:
    derivative(fn, pullback=pullback, at=samples)(pushforward)

SUMS: tuple[Any, ...] = (np.sum, np.nansum)
STARTED = [lambda: (normal(5), {"initial": 2.0}), lambda: (normal(3, 4), 0, {"initial": 0.5, "where": MASK})]
for fn in SUMS:
    derivative(fn, 5, pullback=sum_start_pullback, at=STARTED)(sum_start_pushforward)
derivative(np.prod, 5, pullback=prod_start_pullback, at=STARTED)(prod_start_pushforward)
derivative(np.nanprod, 5, pullback=nanprod_start_pullback, at=STARTED)(nanprod_start_pushforward)
if "mean" in inspect.signature(np.var).parameters:
    CENTRED = [lambda: (normal(3, 4), 0, {"mean": normal(1, 4)}), lambda: (normal(5), {"mean": 0.3, "ddof": 1})]
    derivative(np.var, 7, pullback=var_mean_pullback, at=CENTRED)(var_mean_pushforward)
    derivative(np.std, 7, pullback=std_mean_pullback, at=CENTRED)(std_mean_pushforward)

WEIGHTED = [
    lambda: (normal(3, 4),),
    lambda: (normal(3, 4), 0, normal(3, 4, seed=1) ** 2),
    lambda: (normal(3, 4), -1, normal(4) ** 2, {"keepdims": True}),
    lambda: (normal(2, 3, 4), 1, normal(3) ** 2),
    lambda: (normal(3, 4), None, normal(3, 4, seed=1) ** 2),
    lambda: (normal(3, 4), 1, normal(4) ** 2, True),
    lambda: (normal(3, 4), 0, normal(3, 4, seed=1) ** 2, True),
]
derivative(np.average, pullback=average_pullback, at=WEIGHTED)(average_pushforward)
derivative(np.average, 2, pullback=average_weights_pullback)(average_weights_pushforward)

constant(np.argmax, np.argmin, np.nanargmax, np.nanargmin, np.count_nonzero, np.any, np.all)
