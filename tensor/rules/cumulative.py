"""Running sums and products, differences, gradients on a grid and the trapezoidal rule: neighbours along an axis.

A running product is right where entries are zero, to any order: its tangent is a linear recurrence, not a quotient.
"""

from __future__ import annotations

import numpy as np

from tensor.registry import derivative, linear, normal
from tensor.rules.axes import back, lanes, last
from tensor.rules.reductions import holed
from tensor.rules.shaping import reshape_like, span
from tensor.runtime import linear_recurrence, scatter_like, unbroadcast

# -- running sums ------------------------------------------------------------------------------------------------------


def running_back(g, axis):
    """The running sum from the end."""
    if axis is None:
        return np.cumsum(g[::-1])[::-1]
    return np.flip(np.cumsum(np.flip(g, axis), axis=axis), axis)


def cumsum_pullback(g, ans, a, axis=None, dtype=None, out=None):
    return running_back(g, axis) if axis is not None or np.ndim(a) == 1 else reshape_like(running_back(g, axis), a)


def nancumsum_pushforward(g, ans, a, axis=None, dtype=None, out=None):
    return np.cumsum(np.where(np.isnan(a), 0, g), axis=axis, dtype=dtype)


def nancumsum_pullback(g, ans, a, axis=None, dtype=None, out=None):
    return np.where(np.isnan(a), 0, cumsum_pullback(g, ans, a, axis))


def cumulative_sum_pullback(g, ans, x, *, axis=None, dtype=None, out=None, include_initial=False):
    axis = 0 if axis is None else axis
    bar = running_back(g, axis)
    return span(bar, 1, None, axis) if include_initial else bar


# -- running products --------------------------------------------------------------------------------------------------


def before(ans):
    """The product of all entries before each one."""
    return np.concatenate((np.ones_like(ans[..., :1]), ans[..., :-1]), axis=-1)


def later(a, g):
    """The recurrence of a running product from the end: `r[i] = g[i] + a[i + 1] * r[i + 1]`."""
    turned = np.concatenate((np.ones_like(a[..., :1]), a[..., :0:-1]), axis=-1)
    return linear_recurrence(turned, g[..., ::-1])[..., ::-1]


def cumprod_pushforward(g, ans, a, axis=None, dtype=None, out=None):
    if axis is None:
        return linear_recurrence(lanes(a, axis), before(ans) * lanes(g, axis))
    return back(linear_recurrence(last(a, axis), before(last(ans, axis)) * last(g, axis)), axis)


def cumprod_pullback(g, ans, a, axis=None, dtype=None, out=None):
    if axis is None:
        bar = before(ans) * later(lanes(a, axis), g)
        return bar if np.ndim(a) == 1 else reshape_like(bar, a)
    return back(before(last(ans, axis)) * later(last(a, axis), last(g, axis)), axis)


def nancumprod_pushforward(g, ans, a, axis=None, dtype=None, out=None):
    missing = np.isnan(a)
    return cumprod_pushforward(np.where(missing, 0, g), ans, np.where(missing, 1, a), axis)


def nancumprod_pullback(g, ans, a, axis=None, dtype=None, out=None):
    missing = np.isnan(a)
    return np.where(missing, 0, cumprod_pullback(g, ans, np.where(missing, 1, a), axis))


def cumulative_prod_pushforward(g, ans, x, *, axis=None, dtype=None, out=None, include_initial=False):
    axis = 0 if axis is None else axis
    if not include_initial:
        return cumprod_pushforward(g, ans, x, axis)
    tangent = cumprod_pushforward(g, span(ans, 1, None, axis), x, axis)
    return np.concatenate((np.zeros_like(span(ans, 0, 1, axis)), tangent), axis=axis)


def cumulative_prod_pullback(g, ans, x, *, axis=None, dtype=None, out=None, include_initial=False):
    axis = 0 if axis is None else axis
    if not include_initial:
        return cumprod_pullback(g, ans, x, axis)
    return cumprod_pullback(span(g, 1, None, axis), span(ans, 1, None, axis), x, axis)


def recurrence_factor_pushforward(g, ans, a, b):
    return linear_recurrence(a, g * shifted(ans))


def recurrence_factor_pullback(g, ans, a, b):
    return later(a, g) * shifted(ans)


def shifted(y):
    return np.concatenate((np.zeros_like(y[..., :1]), y[..., :-1]), axis=-1)


def recurrence_term_pushforward(g, ans, a, b):
    return linear_recurrence(a, g)


def recurrence_term_pullback(g, ans, a, b):
    return later(a, g)


# -- differences -------------------------------------------------------------------------------------------------------


def border(edge, a, axis):
    """What `np.diff` puts beside `a`, with as many axes."""
    if np.ndim(edge) > 0:
        return edge
    return edge + np.zeros_like(span(a, 0, 1, axis))


def diff_pushforward(g, ans, a, n=1, axis=-1, prepend=None, append=None):
    if prepend is None and append is None:
        return np.diff(g, n=n, axis=axis)
    parts = () if prepend is None else (np.zeros_like(border(prepend, g, axis)),)
    parts += (g,) if append is None else (g, np.zeros_like(border(append, g, axis)))
    return np.diff(np.concatenate(parts, axis=axis), n=n, axis=axis)


def undo_diff(g, none, axis):
    """A difference transposed; `none` is zero, with one entry along `axis`."""
    return np.concatenate((none, g), axis=axis) - np.concatenate((g, none), axis=axis)


def undo_diffs(g, a, n, axis):
    none = np.zeros_like(span(a, 0, 1, axis))
    for _ in range(n):
        g = undo_diff(g, none, axis)
    return g


def diff_pullback(g, ans, a, n=1, axis=-1, prepend=None, append=None):
    g = undo_diffs(g, a, n, axis)
    if prepend is None and append is None:
        return g
    start = 0 if prepend is None else border(prepend, a, axis).shape[axis]
    return span(g, start, start + a.shape[axis], axis)


def diff_prepend_pushforward(g, ans, a, n=1, axis=-1, prepend=None, append=None):
    rest = np.concatenate((a,) if append is None else (a, border(append, a, axis)), axis=axis)
    return np.diff(np.concatenate((border(g, a, axis), np.zeros_like(rest)), axis=axis), n=n, axis=axis)


def diff_prepend_pullback(g, ans, a, n=1, axis=-1, prepend=None, append=None):
    bar = undo_diffs(g, a, n, axis)
    return unbroadcast(span(bar, 0, border(prepend, a, axis).shape[axis], axis), prepend)


def diff_append_pushforward(g, ans, a, n=1, axis=-1, prepend=None, append=None):
    rest = np.concatenate((a,) if prepend is None else (border(prepend, a, axis), a), axis=axis)
    return np.diff(np.concatenate((np.zeros_like(rest), border(g, a, axis)), axis=axis), n=n, axis=axis)


def diff_append_pullback(g, ans, a, n=1, axis=-1, prepend=None, append=None):
    bar = undo_diffs(g, a, n, axis)
    return unbroadcast(span(bar, bar.shape[axis] - border(append, a, axis).shape[axis], None, axis), append)


def ediff_pushforward(g, ans, ary, to_end=None, to_begin=None):
    inner = np.diff(np.reshape(g, -1))
    parts = (inner,) if to_begin is None else (np.zeros_like(g, shape=(np.size(to_begin),)), inner)
    return np.concatenate(parts if to_end is None else (*parts, np.zeros_like(g, shape=(np.size(to_end),))))


def ediff_pullback(g, ans, ary, to_end=None, to_begin=None):
    start = 0 if to_begin is None else np.size(to_begin)
    flat = np.reshape(ary, -1)
    return reshape_like(undo_diff(g[start : start + np.size(ary) - 1], np.zeros_like(flat[:1]), 0), ary)


def as_row(g):
    return g if np.ndim(g) < 2 else np.reshape(g, -1)


def ediff_end_pushforward(g, ans, ary, to_end=None, to_begin=None):
    return scatter_like(ans, slice(np.size(ans) - np.size(to_end), None), as_row(g))


def ediff_end_pullback(g, ans, ary, to_end=None, to_begin=None):
    bar = g[np.size(g) - np.size(to_end) :]
    return bar[0] if np.ndim(to_end) == 0 else reshape_like(bar, to_end)


def ediff_begin_pushforward(g, ans, ary, to_end=None, to_begin=None):
    return scatter_like(ans, slice(0, np.size(to_begin)), as_row(g))


def ediff_begin_pullback(g, ans, ary, to_end=None, to_begin=None):
    return g[0] if np.ndim(to_begin) == 0 else reshape_like(g[: np.size(to_begin)], to_begin)


# -- the slope on a grid -----------------------------------------------------------------------------------------------


def gradient_pushforward(g, ans, f, *varargs, axis=None, edge_order=1):
    axes = axes_of(f, axis)
    if len(axes) == 1:
        return slope(g, steps(varargs, 0), axes[0], edge_order)
    slopes = ()
    for k in range(len(axes)):
        slopes += (slope(g, steps(varargs, k), axes[k], edge_order),)
    return slopes


def gradient_pullback(g, ans, f, *varargs, axis=None, edge_order=1):
    axes = axes_of(f, axis)
    if len(axes) == 1:
        return slope_back(g, steps(varargs, 0), axes[0], edge_order)
    bar = np.zeros_like(f)
    for k, part in enumerate(g):
        if part is not None:
            bar = bar + slope_back(part, steps(varargs, k), axes[k], edge_order)
    return bar


def axes_of(f, axis):
    if axis is None:
        return tuple(range(np.ndim(f)))
    return axis if isinstance(axis, tuple) else (axis,)


def steps(varargs, k):
    """The spacing along the k-th axis: a number, or the distances between points."""
    step = 1.0 if not varargs else varargs[k] if len(varargs) > 1 else varargs[0]
    return step if np.ndim(step) == 0 else np.diff(step)


def parts_inside(h):
    """How the slopes on the left and on the right share in that of a point inside."""
    if np.ndim(h) == 0:
        return 0.5, 0.5
    return h[1:] / (h[:-1] + h[1:]), h[:-1] / (h[:-1] + h[1:])


def parts_outside(h):
    """How much of the change of the slope is added at the first point and at the last, to second order."""
    if np.ndim(h) == 0:
        return 0.5, 0.5
    return h[0] / (h[0] + h[1]), h[-1] / (h[-1] + h[-2])


def slope(f, h, axis, edge_order):
    """`np.gradient` along one axis: three points inside, two (or three) at the ends."""
    f = last(f, axis)
    rate = (f[..., 1:] - f[..., :-1]) / h
    left, right = parts_inside(h)
    begin, end = rate[..., :1], rate[..., -1:]
    if edge_order == 2:
        near, far = parts_outside(h)
        begin = begin + near * (begin - rate[..., 1:2])
        end = end + far * (end - rate[..., -2:-1])
    inside = left * rate[..., :-1] + right * rate[..., 1:]
    return back(np.concatenate((begin, inside, end), axis=-1), axis)


def slope_back(g, h, axis, edge_order):
    """`slope` transposed."""
    g = last(g, axis)
    begin, inside, end = g[..., :1], g[..., 1:-1], g[..., -1:]
    left, right = parts_inside(h)
    rate = np.concatenate((begin, right * inside), axis=-1) + np.concatenate((left * inside, end), axis=-1)
    if edge_order == 2:
        near, far = parts_outside(h)
        none = np.zeros_like(inside[..., 1:])
        rate = rate + np.concatenate((near * begin, -near * begin, none), axis=-1)
        rate = rate + np.concatenate((none, -far * end, far * end), axis=-1)
    return back(undo_diff(rate / h, np.zeros_like(begin), -1), axis)


# -- the trapezoidal rule ----------------------------------------------------------------------------------------------


def widths(x, dx, axis):
    """The distances between points, along the last axis."""
    if x is None:
        return dx
    return np.diff(x) if np.ndim(x) == 1 else last(np.diff(x, axis=axis), axis)


def pair_sums(y, axis):
    y = last(y, axis)
    return y[..., 1:] + y[..., :-1]


def trapezoid_pushforward(g, ans, y, x=None, dx=1.0, axis=-1):
    return 0.5 * np.sum(widths(x, dx, axis) * pair_sums(g, axis), axis=-1)


def trapezoid_pullback(g, ans, y, x=None, dx=1.0, axis=-1):
    y = last(y, axis)
    area = np.broadcast_to(0.5 * np.expand_dims(g, -1) * widths(x, dx, axis), y[..., 1:].shape)
    none = np.zeros_like(y[..., :1])
    bar = np.concatenate((none, area), axis=-1) + np.concatenate((area, none), axis=-1)
    return back(bar, axis)


def trapezoid_points_pushforward(g, ans, y, x=None, dx=1.0, axis=-1):
    return 0.5 * np.sum(widths(g, dx, axis) * pair_sums(y, axis), axis=-1)


def trapezoid_points_pullback(g, ans, y, x=None, dx=1.0, axis=-1):
    area = 0.5 * np.expand_dims(g, -1) * pair_sums(y, axis)
    if np.ndim(x) == 1:
        area = np.sum(np.reshape(area, (-1, np.size(x) - 1)), axis=0)
        return undo_diff(area, np.zeros_like(x[:1]), 0)
    bar = undo_diff(area, np.zeros_like(last(x, axis)[..., :1]), -1)
    return back(bar, axis)


def trapezoid_width_pushforward(g, ans, y, x=None, dx=1.0, axis=-1):
    return np.zeros_like(ans) if x is not None else 0.5 * g * np.sum(pair_sums(y, axis), axis=-1)


def trapezoid_width_pullback(g, ans, y, x=None, dx=1.0, axis=-1):
    return 0.0 if x is not None else 0.5 * np.sum(g * np.sum(pair_sums(y, axis), axis=-1))


# -- the table ---------------------------------------------------------------------------------------------------------


def zeroed():
    a = normal(3, 5)
    a[0, 1] = a[2, 3] = a[2, 1] = 0.0
    return a


RUNNING = [lambda: (normal(5),), lambda: (normal(3, 4),), lambda: (normal(3, 4), 0), lambda: (normal(3, 4), -1)]
RUNNING += [lambda: (normal(4) + 1j * normal(4, seed=1),)]
HOLED = [lambda: (holed(),), lambda: (holed(), 1), lambda: (holed(), 0)]
NAMED = [lambda: (normal(4),), lambda: (normal(3, 4), {"axis": 1}), lambda: (normal(3, 4), {"axis": -1})]
NAMED += [lambda: (normal(3, 4), {"axis": 0, "include_initial": True})]

linear(np.cumsum, transpose=cumsum_pullback, at=RUNNING)
derivative(np.nancumsum, pullback=nancumsum_pullback, at=HOLED)(nancumsum_pushforward)
derivative(np.cumprod, pullback=cumprod_pullback, at=[*RUNNING, lambda: (zeroed(),), lambda: (zeroed(), 1)])(
    cumprod_pushforward
)
derivative(np.nancumprod, pullback=nancumprod_pullback, at=HOLED)(nancumprod_pushforward)
if hasattr(np, "cumulative_sum"):
    linear(np.cumulative_sum, transpose=cumulative_sum_pullback, at=NAMED)
    derivative(np.cumulative_prod, pullback=cumulative_prod_pullback, at=NAMED)(cumulative_prod_pushforward)
derivative(linear_recurrence, pullback=recurrence_factor_pullback, at=[lambda: (normal(2, 5), normal(2, 5, seed=1))])(
    recurrence_factor_pushforward
)
derivative(linear_recurrence, 1, pullback=recurrence_term_pullback)(recurrence_term_pushforward)

DIFFERENCES = [
    lambda: (normal(5),),
    lambda: (normal(5), 2),
    lambda: (normal(3, 5), 3, 1),
    lambda: (normal(1, 3), 1, 0),
    lambda: (normal(3, 4), 1, 0, normal(2, 4), 0.5),
    lambda: (normal(3, 4), {"append": normal(3, 1)}),
    lambda: (normal(4), {"prepend": 0.5}),
    lambda: (normal(4), 2, -1, 0.5, np.array([1.5, 2.0])),
]
derivative(np.diff, pullback=diff_pullback, at=DIFFERENCES)(diff_pushforward)
derivative(np.diff, 3, pullback=diff_prepend_pullback)(diff_prepend_pushforward)
derivative(np.diff, 4, pullback=diff_append_pullback)(diff_append_pushforward)
EDGES = [lambda: (normal(5),), lambda: (normal(2, 3),), lambda: (normal(4), np.array([1, 2]), 3)]
EDGES += [lambda: (normal(4), np.array([1.0, 2.0]), 0.5)]
derivative(np.ediff1d, pullback=ediff_pullback, at=EDGES)(ediff_pushforward)
derivative(np.ediff1d, 1, pullback=ediff_end_pullback)(ediff_end_pushforward)
derivative(np.ediff1d, 2, pullback=ediff_begin_pullback)(ediff_begin_pushforward)
SLOPES = [
    lambda: (normal(5),),
    lambda: (normal(5), 0.3, {"edge_order": 2}),
    lambda: (normal(3, 4), 0.3, 0.7),
    lambda: (normal(4, 5), {"axis": 1}),
    lambda: (normal(4, 5), np.array([0.1, 0.4, 0.5, 0.9]), {"axis": 0, "edge_order": 2}),
    lambda: (normal(4, 5), 0.3, np.array([0.1, 0.4, 0.5, 0.9, 2]), {"axis": (0, 1)}),
]
derivative(np.gradient, pullback=gradient_pullback, at=SLOPES)(gradient_pushforward)
AREAS = [
    lambda: (normal(5), None, 0.5),
    lambda: (normal(5), normal(5, seed=1)),
    lambda: (normal(3, 5), normal(3), 1.0, 0),
    lambda: (normal(3, 5), normal(3, 5, seed=1), {"axis": 1}),
]
derivative(np.trapezoid, pullback=trapezoid_pullback, at=AREAS)(trapezoid_pushforward)
derivative(np.trapezoid, 1, pullback=trapezoid_points_pullback)(trapezoid_points_pushforward)
derivative(np.trapezoid, 2, pullback=trapezoid_width_pullback)(trapezoid_width_pushforward)
