"""The methods of ufuncs that are no function of their own: reduce, accumulate, reduceat and at of any binary ufunc.

Each is a template that does what the method does, slice by slice and in NumPy's order; the lowering follows it, so that
the rule of the ufunc itself is all that a derivative needs.  Sums have a rule for `np.add.reduceat`, which is linear.
"""

from __future__ import annotations

import numpy as np

from tensor.registry import linear, normal

# of others (power, arctan2) NumPy's vectorised loops may give what no chain of calls gives
CHAINED = {
    np.add, np.subtract, np.multiply, np.divide, np.maximum, np.minimum, np.fmax, np.fmin, np.logaddexp, np.logaddexp2,
    np.hypot, np.remainder, np.fmod,
}  # fmt: skip


def reduced(fn, a, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=True):
    """`fn.reduce(a, axis)`."""
    plain(dtype, where)
    if axis is None:
        total = chain(fn, np.reshape(a, -1), initial)
        return np.reshape(total, (1,) * np.ndim(a)) if keepdims else total
    if isinstance(axis, tuple):
        raise NotImplementedError("the reduce of this ufunc is followed along one axis or all of them")
    total = chain(fn, np.moveaxis(a, axis, 0), initial)
    return np.expand_dims(total, axis) if keepdims else total


def plain(dtype, where):
    if dtype is not None or where is not True:
        raise NotImplementedError("this method of a ufunc is followed without dtype= and where=")


def chain(fn, items, initial=None):
    """`fn(fn(items[0], items[1]), items[2])` and so on, from the ufunc's identity if it has one."""
    start = fn.identity if initial is None else initial
    total = items[0] if start is None else fn(start, items[0])
    for i in range(1, items.shape[0]):
        total = fn(total, items[i])
    return total


def accumulated(fn, array, axis=0, dtype=None, out=None):
    """`fn.accumulate(array, axis)`."""
    plain(dtype, True)
    items = np.moveaxis(array, axis, 0)
    total = np.zeros_like(items)
    total[0] = items[0]
    for i in range(1, items.shape[0]):
        total[i] = fn(total[i - 1], items[i])
    return np.moveaxis(total, 0, axis)


def reduced_at(fn, array, indices, axis=0, dtype=None, out=None):
    """`fn.reduceat(array, indices, axis)`: each part ends where the next begins."""
    plain(dtype, True)
    items, starts = np.moveaxis(array, axis, 0), np.asarray(indices)
    total = np.zeros_like(items, shape=starts.shape + items.shape[1:])
    for k in range(starts.size):
        stop = starts[k + 1] if k + 1 < starts.size else items.shape[0]
        total[k] = items[starts[k]]
        for i in range(starts[k] + 1, stop):
            total[k] = fn(total[k], items[i])
    return np.moveaxis(total, 0, axis)


def applied_at(fn, a, indices, b=None):
    """`fn.at(a, indices, b)`: entry after entry, so that one which is named twice is changed twice."""
    picked = np.reshape(np.arange(a.size), a.shape)[indices]
    places = np.unravel_index(np.reshape(picked, -1), a.shape)
    values = None if b is None else np.reshape(np.broadcast_to(b, np.shape(picked)), -1)
    for k in range(np.size(picked)):
        place = ()
        for axis in range(np.ndim(a)):
            place += (places[axis][k],)
        a[place] = fn(a[place]) if b is None else fn(a[place], values[k])


def add_reduceat_pullback(g, ans, array, indices, axis=0, dtype=None, out=None):
    """A part that is empty, or ends before it begins, is one entry."""
    starts = np.asarray(indices)
    bar, back = np.zeros_like(np.moveaxis(array, axis, 0)), np.moveaxis(g, axis, 0)
    for k in range(starts.size):
        stop = starts[k + 1] if k + 1 < starts.size else bar.shape[0]
        bar[starts[k] : max(stop, starts[k] + 1)] += back[k]
    return np.moveaxis(bar, 0, axis)


SUMS_AT = np.add.reduceat  # statements hold this one object: each look-up makes a new one
linear(
    SUMS_AT,
    transpose=add_reduceat_pullback,
    at=[
        lambda: (normal(5), [0, 2, 1]),
        lambda: (normal(3, 6), np.array([0, 3, 3]), 1),
        lambda: (normal(4, 2), (1,), 0),
    ],
)
