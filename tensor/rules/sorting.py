"""Order: sort, partition, order statistics, unique values.

Policy: ties share equally, in sorting as in the extremes.  What finds positions (argsort, searchsorted, nonzero, ...)
is constant.
"""

from __future__ import annotations

import math

import numpy as np

from tensor.registry import constant, derivative, linear, normal
from tensor.rules.axes import kept, lanes, total
from tensor.rules.reductions import holed
from tensor.rules.shaping import reshape_like, span, zero_of
from tensor.runtime import scatter_like, share_ties

# -- sort and partition ------------------------------------------------------------------------------------------------


def tied(ordered, axis):
    """Which entries are equal to the one before."""
    return span(ordered, 1, None, axis) == span(ordered, 0, -1, axis)


def share_ties_pullback(g, ans, bar, tied, axis=-1):
    return share_ties(g, tied, axis)


def sort_pushforward(g, ans, a, axis=-1, kind=None, order=None, *, stable=None):
    if axis is None:
        return sort_pushforward(np.reshape(g, -1), ans, np.reshape(a, -1), 0)
    return share_ties(np.take_along_axis(g, np.argsort(a, axis=axis), axis), tied(ans, axis), axis)


def sort_pullback(g, ans, a, axis=-1, kind=None, order=None, *, stable=None):
    if axis is None:
        return reshape_like(sort_pullback(g, ans, np.reshape(a, -1), 0), a)
    back = np.argsort(np.argsort(a, axis=axis), axis=axis)
    return np.take_along_axis(share_ties(g, tied(ans, axis), axis), back, axis)


def partition_pushforward(g, ans, a, kth, axis=-1, kind="introselect", order=None):
    if axis is None:
        return partition_pushforward(np.reshape(g, -1), ans, np.reshape(a, -1), kth, 0)
    ranks = np.argsort(np.argsort(ans, axis=axis), axis=axis)
    return np.take_along_axis(sort_pushforward(g, np.sort(ans, axis=axis), a, axis), ranks, axis)


def partition_pullback(g, ans, a, kth, axis=-1, kind="introselect", order=None):
    if axis is None:
        return reshape_like(partition_pullback(g, ans, np.reshape(a, -1), kth, 0), a)
    ordered = np.take_along_axis(g, np.argsort(ans, axis=axis), axis)
    return sort_pullback(ordered, np.sort(ans, axis=axis), a, axis)


# -- order statistics --------------------------------------------------------------------------------------------------


def share(a, value, axis):
    """How each entry shares in an order statistic: equally, if it is one of several of this value."""
    hit = a == kept(value, axis, False)
    return hit / (np.sum(hit, dtype=a.dtype) if axis is None else np.sum(hit, axis=axis, keepdims=True, dtype=a.dtype))


def place(q, n, method):
    """Where the quantile is among `n` ordered entries, counted from 0; between two of them, both have a part in it."""
    if method == "linear":
        return q * (n - 1)
    if method == "lower":
        return math.floor(q * (n - 1))
    if method == "higher":
        return math.ceil(q * (n - 1))
    if method == "nearest":
        return round(q * (n - 1))
    if method == "midpoint":
        return 0.5 * (math.floor(q * (n - 1)) + math.ceil(q * (n - 1)))
    at = q * (n + stretch(method)) - 0.5 - 0.5 * stretch(method)
    return 0 if at < 0 else n - 1 if at > n - 1 else at


def stretch(method):
    """By how much more than `n` entries the whole is, in the methods that extend beyond the first and the last."""
    if method not in ("hazen", "weibull", "median_unbiased", "normal_unbiased"):
        raise NotImplementedError("this method of np.quantile has no derivative: use method='linear' or 'lower'")
    return {"hazen": 0, "weibull": 1, "median_unbiased": 1 / 3, "normal_unbiased": 0.25}[method]


def quantile_share(a, q, axis, method):
    """How each entry shares in the quantile."""
    if np.ndim(a) == 0:
        return 1.0
    ordered = np.sort(lanes(a, axis), axis=-1)
    n = ordered.shape[-1]
    at = place(q, n, method)
    low = math.floor(at)
    part = math.fmod(at, 1)
    lower, upper = share(a, ordered[..., low], axis), share(a, ordered[..., min(low + 1, n - 1)], axis)
    return (1 - part) * lower + part * upper


def median_share(a, axis):
    if np.ndim(a) == 0:
        return 1.0
    ordered = np.sort(lanes(a, axis), axis=-1)
    n = ordered.shape[-1]
    return 0.5 * share(a, ordered[..., (n - 1) // 2], axis) + 0.5 * share(a, ordered[..., n // 2], axis)


def nanquantile_share(a, q, axis, method):
    """The same among the entries that are numbers, which are not as many in each lane; nan is sorted last."""
    if method != "linear":
        raise NotImplementedError("np.nanquantile has a derivative for method='linear'")
    if np.ndim(a) == 0:
        return 1.0
    ordered = np.sort(lanes(a, axis), axis=-1)
    n = np.sum(~np.isnan(ordered), axis=-1, keepdims=True)
    at = q * np.maximum(n - 1, 0)
    floor = np.floor(at)
    low, part = floor.astype(int), at - floor
    part = kept(part[..., 0].astype(a.dtype), axis, False)
    lower = np.take_along_axis(ordered, low, -1)[..., 0]
    upper = np.take_along_axis(ordered, np.minimum(low + 1, np.maximum(n - 1, 0)), -1)[..., 0]
    return (1 - part) * share(a, lower, axis) + part * share(a, upper, axis)


def not_overwritten(overwrite_input, weights=None):
    if overwrite_input:
        raise NotImplementedError("overwrite_input=True leaves the input in no known order: leave it out")
    if weights is not None:
        raise NotImplementedError("quantiles with weights have no derivative")


def median_pushforward(g, ans, a, axis=None, out=None, overwrite_input=False, keepdims=False):
    not_overwritten(overwrite_input)
    return total(median_share(a, axis) * g, axis, keepdims)


def median_pullback(g, ans, a, axis=None, out=None, overwrite_input=False, keepdims=False):
    not_overwritten(overwrite_input)
    return median_share(a, axis) * kept(g, axis, keepdims)


def nanmedian_pushforward(g, ans, a, axis=None, out=None, overwrite_input=False, keepdims=False):
    not_overwritten(overwrite_input)
    return total(nanquantile_share(a, 0.5, axis, "linear") * g, axis, keepdims)


def nanmedian_pullback(g, ans, a, axis=None, out=None, overwrite_input=False, keepdims=False):
    not_overwritten(overwrite_input)
    return nanquantile_share(a, 0.5, axis, "linear") * kept(g, axis, keepdims)


def quantile_pushforward(
    g, ans, a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None
):
    not_overwritten(overwrite_input, weights)
    if np.ndim(q) == 0:
        return total(quantile_share(a, q, axis, method) * g, axis, keepdims)
    return np.stack([total(quantile_share(a, p, axis, method) * g, axis, keepdims) for p in q])


def quantile_pullback(
    g, ans, a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None
):
    not_overwritten(overwrite_input, weights)
    if np.ndim(q) == 0:
        return quantile_share(a, q, axis, method) * kept(g, axis, keepdims)
    bar = zero_of(a)
    for k, p in enumerate(q):
        bar = bar + quantile_share(a, p, axis, method) * kept(g[k], axis, keepdims)
    return bar


def parts(q):
    """Percentages as parts of one."""
    if not isinstance(q, (list, tuple)):
        return q / 100
    made = ()
    for p in q:
        made += (p / 100,)
    return made


def percentile_pushforward(
    g, ans, a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None
):
    return quantile_pushforward(g, ans, a, parts(q), axis, out, overwrite_input, method, keepdims, weights=weights)


def percentile_pullback(
    g, ans, a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None
):
    return quantile_pullback(g, ans, a, parts(q), axis, out, overwrite_input, method, keepdims, weights=weights)


def nanquantile_pushforward(
    g, ans, a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None
):
    not_overwritten(overwrite_input, weights)
    if np.ndim(q) == 0:
        return total(nanquantile_share(a, q, axis, method) * g, axis, keepdims)
    return np.stack([total(nanquantile_share(a, p, axis, method) * g, axis, keepdims) for p in q])


def nanquantile_pullback(
    g, ans, a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None
):
    not_overwritten(overwrite_input, weights)
    if np.ndim(q) == 0:
        return nanquantile_share(a, q, axis, method) * kept(g, axis, keepdims)
    bar = zero_of(a)
    for k, p in enumerate(q):
        bar = bar + nanquantile_share(a, p, axis, method) * kept(g[k], axis, keepdims)
    return bar


def nanpercentile_pushforward(
    g, ans, a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None
):
    return nanquantile_pushforward(g, ans, a, parts(q), axis, out, overwrite_input, method, keepdims, weights=weights)


def nanpercentile_pullback(
    g, ans, a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None
):
    return nanquantile_pullback(g, ans, a, parts(q), axis, out, overwrite_input, method, keepdims, weights=weights)


# -- unique values -----------------------------------------------------------------------------------------------------


def only_sorted(axis, sorted):
    if axis is not None or not sorted:
        raise NotImplementedError("np.unique has a derivative for axis=None and sorted=True")


def unique_pushforward(
    g, ans, ar, return_index=False, return_inverse=False, return_counts=False, axis=None, *, equal_nan=True, sorted=True
):
    only_sorted(axis, sorted)
    several = return_index or return_inverse or return_counts
    ordered = np.sort(ar, axis=None)
    tangents = sort_pushforward(g, ordered, ar, None)
    if not several:
        return tangents[np.searchsorted(ordered, ans)]
    return (tangents[np.searchsorted(ordered, ans[0])],) + (None,) * (len(ans) - 1)


def unique_pullback(
    g, ans, ar, return_index=False, return_inverse=False, return_counts=False, axis=None, *, equal_nan=True, sorted=True
):
    only_sorted(axis, sorted)
    values, bar = (ans[0], g[0]) if return_index or return_inverse or return_counts else (ans, g)
    ordered = np.sort(ar, axis=None)
    return sort_pullback(scatter_like(ordered, np.searchsorted(ordered, values), bar), ordered, ar, None)


# -- the table ---------------------------------------------------------------------------------------------------------


def repeated():
    return np.array([[1.0, 3.0, 1.0, 2.0], [2.0, 2.0, 2.0, 0.5]])


AXES = [lambda: (normal(5),), lambda: (normal(3, 4), 0), lambda: (normal(3, 4), None), lambda: (normal(3, 4), -1)]
KTH = [lambda: (normal(7), 3), lambda: (normal(3, 5), (1, 3), 1), lambda: (normal(3, 5), 7, None)]
derivative(np.sort, pullback=sort_pullback, at=AXES)(sort_pushforward)
linear(
    share_ties, transpose=share_ties_pullback, at=[lambda: (normal(2, 4), np.array([[1, 0, 1], [1, 1, 1]], dtype=bool))]
)
derivative(np.partition, pullback=partition_pullback, at=KTH)(partition_pushforward)

LANES = [
    lambda: (normal(5),),
    lambda: (normal(3, 4),),
    lambda: (normal(3, 4), 0),
    lambda: (normal(3, 5), -1, {"keepdims": True}),
    lambda: (normal(2, 3, 4), (0, 2)),
    lambda: (0.7,),
]
derivative(np.median, pullback=median_pullback, at=LANES)(median_pushforward)
derivative(np.nanmedian, pullback=nanmedian_pullback, at=[*LANES[:5], lambda: (holed(),), lambda: (holed(), 1)])(
    nanmedian_pushforward
)
METHODS = ["lower", "higher", "nearest", "midpoint", "hazen", "weibull", "median_unbiased", "normal_unbiased"]
QUANTILES = [
    lambda: (normal(6), 0.3),
    lambda: (normal(3, 4), 0.8, 1),
    lambda: (normal(3, 4), 1.0, 0, {"keepdims": True}),
    lambda: (normal(2, 3, 4), [0.2, 0.55], (0, 2)),
    lambda: (normal(3, 4), np.array([0.2, 0.55]), 1),
    lambda: (0.7, 0.4),
    *(lambda method=method: (normal(6), 0.33, {"method": method}) for method in METHODS),
]
derivative(np.quantile, pullback=quantile_pullback, at=QUANTILES)(quantile_pushforward)
derivative(np.percentile, pullback=percentile_pullback, at=[lambda: (normal(6), 30), lambda: (normal(3, 4), [30, 70])])(
    percentile_pushforward
)
derivative(
    np.nanquantile,
    pullback=nanquantile_pullback,
    at=[*QUANTILES[:5], lambda: (holed(), 0.3), lambda: (holed(), 0.3, 1)],
)(nanquantile_pushforward)
derivative(
    np.nanpercentile, pullback=nanpercentile_pullback, at=[lambda: (normal(6), 30), lambda: (holed(), [30, 70], 0)]
)(nanpercentile_pushforward)
derivative(
    np.unique,
    pullback=unique_pullback,
    at=[lambda: (normal(5),), lambda: (normal(2, 3), True, {"return_counts": True})],
)(unique_pushforward)

constant(np.argsort, np.argpartition, np.lexsort, np.searchsorted, np.isin)
constant(np.nonzero, np.flatnonzero, np.argwhere)
