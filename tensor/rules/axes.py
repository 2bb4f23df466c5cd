"""Pieces of templates that deal with axes: those that a reduction removes, one at the end, several joined into one."""

from __future__ import annotations

import numpy as np


def kept(g, axis, keepdims):
    """`g` with the reduced axes as axes of one entry; a number stays one."""
    return g if axis is None or keepdims else np.expand_dims(g, axis)


def total(g, axis, keepdims, dtype=None):
    """`np.sum` with only the keywords that it needs."""
    if dtype is not None:
        return np.sum(g, axis=axis, dtype=dtype, keepdims=keepdims)
    if keepdims:
        return np.sum(g, axis=axis, keepdims=True)
    return np.sum(g) if axis is None else np.sum(g, axis=axis)


def count(a, axis):
    """How many entries go into one result."""
    if np.ndim(a) == 0:
        return 1
    if axis is None:
        return a.size
    if isinstance(axis, tuple):
        n = 1
        for k in axis:
            n = n * a.shape[k]
        return n
    return a.shape[axis]


def lanes(a, axis):
    """`a` with the reduced axes joined into the last one."""
    if axis is None:
        return a if np.ndim(a) == 1 else np.reshape(a, -1)
    if not isinstance(axis, tuple):
        return last(a, axis)
    return np.reshape(np.moveaxis(a, axis, ends(axis)), (*rest(a, axis), -1))


def last(a, axis):
    """`a` with this axis moved to the end."""
    return a if axis in (-1, np.ndim(a) - 1) else np.moveaxis(a, axis, -1)


def back(a, axis):
    """`a` with its last axis moved to this place."""
    return a if axis in (-1, np.ndim(a) - 1) else np.moveaxis(a, -1, axis)


def ends(axis):
    """The last axes, as many as there are in `axis`."""
    places = ()
    for k in range(len(axis)):
        places += (k - len(axis),)
    return places


def rest(a, axis):
    """The extents of the axes that are not reduced."""
    reduced = [k % np.ndim(a) for k in axis]
    shape = ()
    for k in range(np.ndim(a)):
        if k not in reduced:
            shape += (a.shape[k],)
    return shape
