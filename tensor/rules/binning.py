"""Interpolation in a table and counts in bins.

Policy: at a knot `np.interp` has the slope of the segment on the right.  Counts are constant, but for their weights;
the edges of a histogram follow the extremes of the data where they are not given.
"""

from __future__ import annotations

import numpy as np

from tensor.registry import constant, derivative, normal
from tensor.rules.reductions import extreme_share
from tensor.runtime import scatter_like

# -- interpolation in a table ------------------------------------------------------------------------------------------


def not_periodic(period):
    if period is not None:
        raise NotImplementedError("np.interp has a derivative without period: extend xp and fp by one period instead")


def segment(x, xp):
    """The segments that `x` is in: the index of their right ends, and how far `x` is from left (0) to right (1)."""
    right = np.clip(np.searchsorted(xp, x, side="right"), 1, len(xp) - 1)
    return right, np.clip((x - xp[right - 1]) / (xp[right] - xp[right - 1]), 0, 1)


def interp_slope(x, xp, fp):
    right, _ = segment(x, xp)
    rate = (fp[right] - fp[right - 1]) / (xp[right] - xp[right - 1])
    return np.where((x >= xp[0]) & (x <= xp[-1]), rate, 0)


def interp_point(g, ans, x, xp, fp, left=None, right=None, period=None):
    not_periodic(period)
    return g * interp_slope(x, xp, fp)


def interp_knots_pushforward(g, ans, x, xp, fp, left=None, right=None, period=None):
    not_periodic(period)
    end, part = segment(x, xp)
    return -interp_slope(x, xp, fp) * ((1 - part) * g[end - 1] + part * g[end])


def interp_knots_pullback(g, ans, x, xp, fp, left=None, right=None, period=None):
    not_periodic(period)
    end, part = segment(x, xp)
    bar = -interp_slope(x, xp, fp) * g
    return scatter_like(xp, end - 1, (1 - part) * bar) + scatter_like(xp, end, part * bar)


def within(g, x, xp, left, right):
    """`g` where the values of the table count: beyond its ends, `left` and `right` may."""
    if left is not None:
        g = np.where(x < xp[0], 0, g)
    return g if right is None else np.where(x > xp[-1], 0, g)


def interp_values_pushforward(g, ans, x, xp, fp, left=None, right=None, period=None):
    not_periodic(period)
    end, part = segment(x, xp)
    return within((1 - part) * g[end - 1] + part * g[end], x, xp, left, right)


def interp_values_pullback(g, ans, x, xp, fp, left=None, right=None, period=None):
    not_periodic(period)
    end, part = segment(x, xp)
    bar = within(g, x, xp, left, right)
    return scatter_like(fp, end - 1, (1 - part) * bar) + scatter_like(fp, end, part * bar)


def interp_left_pushforward(g, ans, x, xp, fp, left=None, right=None, period=None):
    return np.where(x < xp[0], g, 0)


def interp_left_pullback(g, ans, x, xp, fp, left=None, right=None, period=None):
    return np.sum(np.where(x < xp[0], g, 0))


def interp_right_pushforward(g, ans, x, xp, fp, left=None, right=None, period=None):
    return np.where(x > xp[-1], g, 0)


def interp_right_pullback(g, ans, x, xp, fp, left=None, right=None, period=None):
    return np.sum(np.where(x > xp[-1], g, 0))


# -- counts in bins ----------------------------------------------------------------------------------------------------


def bincount_weights_pushforward(g, ans, x, weights=None, minlength=0):
    return np.bincount(x, g, len(ans))


def bincount_weights_pullback(g, ans, x, weights=None, minlength=0):
    return g[x]


def not_of_data(density):
    if density:
        raise NotImplementedError("np.histogram with density has no derivative where its range is that of the data")


def scale_of(edges):
    """From 0 at the first edge to 1 at the last, evenly."""
    return (np.cumsum(np.ones_like(edges)) - 1) / (len(edges) - 1)


def histogram_pushforward(g, ans, a, bins=10, range=None, density=None, weights=None):
    counts = None if weights is None and not density else np.zeros_like(ans[0])
    if np.ndim(bins) or range is not None:
        return counts, np.zeros_like(ans[1])
    not_of_data(density)
    low = np.sum(extreme_share(a, np.min(a), None, False, None, True) * g)
    high = np.sum(extreme_share(a, np.max(a), None, False, None, True) * g)
    return counts, low + (high - low) * scale_of(ans[1])


def histogram_pullback(g, ans, a, bins=10, range=None, density=None, weights=None):
    if np.ndim(bins) or range is not None or g[1] is None:
        return np.zeros_like(a)
    not_of_data(density)
    high = g[1] * scale_of(ans[1])
    share = extreme_share(a, np.min(a), None, False, None, True) * np.sum(g[1] - high)
    return share + extreme_share(a, np.max(a), None, False, None, True) * np.sum(high)


def without_density(density):
    if density:
        raise NotImplementedError("np.histogram has a derivative with respect to weights for density=False")


def histogram_weights_pushforward(g, ans, a, bins=10, range=None, density=None, weights=None):
    without_density(density)
    return np.histogram(a, ans[1], weights=g)[0], np.zeros_like(ans[1])


def histogram_weights_pullback(g, ans, a, bins=10, range=None, density=None, weights=None):
    without_density(density)
    if g[0] is None:
        return np.zeros_like(weights)
    edges = ans[1]
    bin = np.clip(np.searchsorted(edges, a, side="right") - 1, 0, len(edges) - 2)
    return np.where((a >= edges[0]) & (a <= edges[-1]), g[0][bin], 0)


# -- the table ---------------------------------------------------------------------------------------------------------

KNOTS = [
    lambda: (np.array([0.5, 1.7, 3.2, -1.0, 9.0]), np.array([0.0, 1, 3, 4]), normal(4)),
    lambda: (np.array([[0.5, 5.0]]), np.array([0.0, 1, 3, 4]), normal(4), 0.3, -0.3),
    lambda: (2.2, np.array([0.0, 1, 3, 4]), normal(4)),
]
derivative(np.interp, pullback=interp_point, at=KNOTS)(interp_point)
derivative(np.interp, 1, pullback=interp_knots_pullback)(interp_knots_pushforward)
derivative(np.interp, 2, pullback=interp_values_pullback)(interp_values_pushforward)
derivative(np.interp, 3, pullback=interp_left_pullback)(interp_left_pushforward)
derivative(np.interp, 4, pullback=interp_right_pullback)(interp_right_pushforward)

derivative(np.bincount, 1, pullback=bincount_weights_pullback, at=[lambda: (np.array([1, 3, 1, 0]), normal(4))])(
    bincount_weights_pushforward
)
BINS = [
    lambda: (normal(9), 4),
    lambda: (normal(9), 4, (-1.0, 1.0), None, normal(9, seed=1)),
    lambda: (normal(9), np.array([-1.0, 0.2, 0.9]), {"weights": normal(9, seed=1)}),
    lambda: (normal(9), np.array([-1.0, 0.2, 0.9]), {"density": True}),
]
derivative(np.histogram, pullback=histogram_pullback, at=BINS)(histogram_pushforward)
derivative(np.histogram, 4, pullback=histogram_weights_pullback)(histogram_weights_pushforward)

constant(np.digitize)
