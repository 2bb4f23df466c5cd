"""Entries picked out of arrays and written into them: indexing, take, diagonals, triangles, choose, put.

Picking is linear; its transposition adds each cotangent at the entry it came from, once for each time it was picked.
A mutator's template says with plain stores what the function writes.
"""

from __future__ import annotations

import operator

import numpy as np

from tensor.attributes import method
from tensor.registry import constant, derivative, independent, linear, mutator, normal
from tensor.rules.shaping import real_like, reshape_like, turned_along, zero_of
from tensor.runtime import STATIC, add_at, diagonal_like, scatter_like, unbroadcast

# -- by index --------------------------------------------------------------------


def getitem_pullback(g, ans, a, index):
    return scatter_like(a, index, g)


def take_pullback(g, ans, a, indices, axis=None, mode="raise"):
    if axis is None:
        flat = np.reshape(a, -1)
        return reshape_like(scatter_like(flat, within(indices, a.size, mode), g), a)
    axis = axis % np.ndim(a)
    return scatter_like(a, (slice(None),) * axis + (within(indices, a.shape[axis], mode),), g)


def within(indices, n, mode):
    """The indices that `mode` makes of `indices`."""
    if mode == "wrap":
        return np.mod(indices, n)
    return np.clip(indices, 0, n - 1) if mode == "clip" else indices


def take_along_axis_pullback(g, ans, arr, indices, axis=-1):
    if axis is None:
        return reshape_like(scatter_like(np.reshape(arr, -1), indices, g), arr)
    return scatter_like(arr, along_axis(arr, indices, axis), g)


def along_axis(arr, indices, axis):
    """The index with which `arr[...]` is `np.take_along_axis(arr, indices, axis)`."""
    index, count = (), np.ndim(arr)
    for k in range(count):
        if k == axis % count:
            index += (indices,)
        else:
            index += (turned_along(np.arange(arr.shape[k], like=indices), k, count),)
    return index


def compress_pullback(g, ans, condition, a, axis=None):
    kept = np.flatnonzero(condition)
    if axis is None:
        return reshape_like(scatter_like(np.reshape(a, -1), kept, g), a)
    return scatter_like(a, (slice(None),) * (axis % np.ndim(a)) + (kept,), g)


def extract_pullback(g, ans, condition, arr):
    return reshape_like(scatter_like(np.reshape(arr, -1), np.flatnonzero(condition), g), arr)


linear(
    operator.getitem,
    transpose=getitem_pullback,
    at=[
        lambda: (normal(4), 1),
        lambda: (normal(4), -1),
        lambda: (normal(4, 3), 2),
        lambda: (normal(4, 3), (1, 2)),
        lambda: (normal(4, 3), (slice(1, None, 2), slice(None, None, -1))),
        lambda: (normal(4, 3), (Ellipsis, None, 1)),
        lambda: (normal(4), [0, 2, 0, -1]),
        lambda: (normal(4, 3), np.array([[0, 1], [1, 1]])),
        lambda: (normal(4, 3), (slice(None), [0, 0, 2])),
        lambda: (normal(4, 3), (np.array([0, 0, 3]), np.array([1, 1, 0]))),
        lambda: (normal(4, 3), normal(4, 3) > 0),
        lambda: (normal(4, 3), (normal(4) > 0, 1)),
        lambda: (1j * normal(4), [1, 1]),
    ],
)
linear(
    np.take,
    transpose=take_pullback,
    at=[
        lambda: (normal(2, 3), [0, 5, 0]),
        lambda: (normal(2, 3), np.array([[0, 2], [2, 2]]), 1),
        lambda: (normal(2, 3), 1, -1),
        lambda: (normal(2, 3), 4),
        lambda: (normal(2, 3), np.array([-1, 4, 7]), 1, {"mode": "wrap"}),
        lambda: (normal(5), np.array([-1, 4, 7]), {"mode": "clip"}),
    ],
)
linear(
    np.take_along_axis,
    transpose=take_along_axis_pullback,
    at=[
        lambda: (normal(2, 3), np.array([[0, 0], [2, 1]]), 1),
        lambda: (normal(2, 3), np.array([[1, 0, 1]]), 0),
        lambda: (normal(2, 3), np.array([[0, -1]])),
        lambda: (normal(2, 3), np.array([0, 5, 5]), None),
    ],
)
linear(
    np.compress,
    1,
    transpose=compress_pullback,
    at=[
        lambda: (np.array([True, False, True]), normal(2, 3), 1),
        lambda: ([False, True], normal(2, 3), 0),
        lambda: (np.array([True, False, True, True]), normal(2, 3)),
    ],
)
linear(np.extract, 1, transpose=extract_pullback, at=[lambda: (normal(2, 3) > 0, normal(2, 3))])

# -- by choice -------------------------------------------------------------------


def choose_pullback(g, ans, a, choices, mode="raise"):
    picked = within(a, len(choices), mode)
    return [real_like(unbroadcast(np.where(np.equal(picked, k), g, 0.0), c), c) for k, c in enumerate(choices)]


linear(
    np.choose,
    1,
    sequence=True,
    transpose=choose_pullback,
    at=[
        lambda: (np.array([0, 2, 1, 0]), [normal(4), normal(4, seed=1), 0.5]),
        lambda: (np.array([[0, 3], [-1, 1]]), (normal(2), normal(2, 1)), {"mode": "wrap"}),
        lambda: (np.array([0, 3]), (normal(2), normal(2, 1)), {"mode": "clip"}),
    ],
)


def select_choices_pullback(g, ans, condlist, choicelist, default=0):
    bars, rest = [], g
    for k in range(len(choicelist)):
        bar = np.where(condlist[k], rest, 0.0)
        rest = np.where(condlist[k], 0.0, rest)
        bars.append(real_like(unbroadcast(bar, choicelist[k]), choicelist[k]))
    return bars


@derivative(
    np.select,
    1,
    sequence=True,
    pullback=select_choices_pullback,
    at=[
        lambda: ([normal(4) > 0, normal(4) < 1], [normal(4), normal(4, seed=1)], 0.5),
        lambda: ([normal(2, 3) > 0.5, normal(3) < 0.2], [normal(3), normal(2, 1)]),
        lambda: ([normal(2, 3) > 0.5, normal(3) < 0.2], [normal(3), 1.5], normal(2, 1)),
    ],
)
def select_choices_pushforward(g, ans, condlist, choicelist, default=0):
    return np.select(condlist, g, 0.0)


def select_default_pullback(g, ans, condlist, choicelist, default=0):
    for condition in condlist:
        g = np.where(condition, 0.0, g)
    return real_like(unbroadcast(g, default), default)


@derivative(np.select, 2, pullback=select_default_pullback)
def select_default_pushforward(g, ans, condlist, choicelist, default=0):
    return np.select(condlist, [zero_of(choice) for choice in choicelist], g)


# -- diagonals and triangles -----------------------------------------------------


def diagonal_pullback(g, ans, a, offset=0, axis1=0, axis2=1):
    return diagonal_like(a, g, offset, axis1, axis2)


def linalg_diagonal_pullback(g, ans, x, offset=0):
    return diagonal_like(x, g, offset, -2, -1)


def diag_pullback(g, ans, v, k=0):
    return np.diagonal(g, k) if np.ndim(v) == 1 else diagonal_like(v, g, k)


def diagflat_pullback(g, ans, v, k=0):
    return reshape_like(np.diagonal(g, k), v)


def diagonal_like_pullback(g, ans, a, diagonal, offset=0, axis1=0, axis2=1):
    return real_like(unbroadcast(np.diagonal(g, offset, axis1, axis2), diagonal), diagonal)


def trace_pullback(g, ans, a, offset=0, axis1=0, axis2=1, dtype=None):
    return diagonal_like(a, g if np.ndim(a) == 2 else np.expand_dims(g, -1), offset, axis1, axis2)


def linalg_trace_pullback(g, ans, x, offset=0, dtype=None):
    return diagonal_like(x, g if np.ndim(x) == 2 else np.expand_dims(g, -1), offset, -2, -1)


def tril_pullback(g, ans, m, k=0):
    return np.tril(g, k) if np.ndim(m) > 1 else unbroadcast(np.tril(g, k), m)


def triu_pullback(g, ans, m, k=0):
    return np.triu(g, k) if np.ndim(m) > 1 else unbroadcast(np.triu(g, k), m)


AROUND_A_DIAGONAL = [
    lambda: (normal(3, 3),),
    lambda: (normal(2, 4), 1),
    lambda: (normal(4, 2), -1),
    lambda: (normal(2, 3, 4), -1),
]
BETWEEN_AXES = [lambda: (normal(2, 3, 4), 1, 2, 0), lambda: (normal(2, 3, 4), -1, 0, -1)]
linear(np.diagonal, transpose=diagonal_pullback, at=[*AROUND_A_DIAGONAL, *BETWEEN_AXES])
linear(np.trace, transpose=trace_pullback, at=[*AROUND_A_DIAGONAL, *BETWEEN_AXES])
linear(np.tril, transpose=tril_pullback, at=[*AROUND_A_DIAGONAL, lambda: (normal(3),)])
linear(np.triu, transpose=triu_pullback, at=[*AROUND_A_DIAGONAL, lambda: (normal(3),)])
linear(np.diag, transpose=diag_pullback, at=[*AROUND_A_DIAGONAL[:3], lambda: (normal(3),), lambda: (normal(3), -1)])
linear(np.diagflat, transpose=diagflat_pullback, at=[lambda: (normal(2, 2), 1), lambda: (0.5,), lambda: (normal(3),)])
BY_KEYWORD = [lambda: (normal(2, 3),), lambda: (normal(2, 3, 4), {"offset": 1}), lambda: (normal(3, 2), {"offset": -1})]
linear(np.linalg.diagonal, transpose=linalg_diagonal_pullback, at=BY_KEYWORD)
linear(np.linalg.trace, transpose=linalg_trace_pullback, at=BY_KEYWORD)

# -- the transpositions themselves -----------------------------------------------


def gathered(g, ans, a, index, value):
    return real_like(unbroadcast(g[index], value), value)


linear(
    scatter_like,
    2,
    transpose=gathered,
    at=[
        lambda: (normal(4, 3), 2, normal(3)),
        lambda: (normal(4, 3), ([0, 0, 1], slice(None)), normal(3, 3)),
        lambda: (normal(4, 3), normal(4, 3) > 0, 0.5),
    ],
)
independent(scatter_like, 0)
linear(
    diagonal_like,
    1,
    transpose=diagonal_like_pullback,
    at=[
        lambda: (normal(3, 4), normal(3)),
        lambda: (normal(2, 4, 3), normal(3, 1), 1, 0, 1),
        lambda: (normal(3, 3), 0.5),
    ],
)
independent(diagonal_like, 0)


def added_to(g, ans, a, index, value):
    return g


derivative(add_at, 0, pullback=added_to, at=[lambda: (normal(4), [1, 1], normal(2)), lambda: (normal(4, 3), 2, 0.5)])(
    added_to
)


@derivative(add_at, 2, pullback=gathered)
def added_pushforward(g, ans, a, index, value):
    return scatter_like(a, index, g)


# -- stores ----------------------------------------------------------------------


@mutator(
    np.fill_diagonal,
    at=[lambda: (normal(3, 4), 0.5), lambda: (normal(4, 3), normal(3)), lambda: (normal(2, 2, 2), normal(2))],
)
def fill_diagonal_stores(a, val, wrap=False):
    if wrap:
        raise NotImplementedError("np.fill_diagonal(..., wrap=True) has no derivative rule: write a[i, j] = val")
    i = np.arange(min(a.shape))
    a[(i,) * np.ndim(a)] = val


@mutator(
    np.put,
    at=[
        lambda: (normal(4), [0, -1], normal(2)),
        lambda: (normal(2, 3), np.array([0, 4, -1]), 0.5),
        lambda: (normal(2, 3), [0, 4, 5], normal(2)),
        lambda: (normal(2, 3), [7, -3], normal(2), "wrap"),
        lambda: (normal(4), [7, -3], normal(3), "clip"),
    ],
)
def put_stores(a, ind, v, mode="raise"):
    # the arrays of integers turn negative indices round, and refuse those beyond the end, as np.put does
    ind = np.arange(a.size, like=a)[within(ind, a.size, mode)]
    a[np.unravel_index(ind, a.shape)] = v if np.ndim(v) == 0 else np.resize(v, np.shape(ind))


mutator(method("put"), at=[lambda: (normal(2, 3), [0, 4], normal(2))])(put_stores)


@mutator(method("fill"), at=[lambda: (normal(2, 3), 0.5)])
def fill_stores(a, value):
    a[...] = value


@mutator(
    np.putmask,
    at=[
        lambda: (normal(2, 3), normal(2, 3) > 0, 0.5),
        lambda: (normal(2, 3), normal(2, 3) > 0, normal(2, 3)),
        lambda: (normal(2, 3), normal(2, 3) > 0, normal(4)),
    ],
)
def putmask_stores(a, mask, values):
    mask = np.not_equal(mask, 0)  # integers count as flags here, not as positions
    a[mask] = values if np.ndim(values) == 0 else np.resize(values, a.shape)[mask]


@mutator(np.place, at=[lambda: (normal(2, 3), normal(2, 3) > 0, 0.5), lambda: (normal(5), normal(5) > 0, normal(2))])
def place_stores(arr, mask, vals):
    mask = np.not_equal(mask, 0)
    vals = np.asarray(vals)
    arr[mask] = vals if np.ndim(vals) == 0 else np.resize(vals, np.count_nonzero(mask))


@mutator(
    np.copyto,
    at=[
        lambda: (normal(2, 3), normal(3)),
        lambda: (normal(2, 3), 0.5, {"where": normal(2, 3) > 0}),
        lambda: (normal(2, 3), normal(2, 1), {"where": normal(3) > 0}),
    ],
)
def copyto_stores(dst, src, casting="same_kind", where=True):
    if where is True:
        dst[...] = src
    else:
        mask = np.broadcast_to(where, dst.shape)
        dst[mask] = src if np.ndim(src) == 0 else np.broadcast_to(src, dst.shape)[mask]


@mutator(
    np.put_along_axis,
    at=[
        lambda: (normal(2, 3), np.array([[0], [2]]), 0.5, 1),
        lambda: (normal(2, 3), np.array([[1, 0, 1]]), normal(1, 3), 0),
        lambda: (normal(5), np.array([3, 0]), normal(2), None),
    ],
)
def put_along_axis_stores(arr, indices, values, axis):
    if axis is None and np.ndim(arr) > 1:
        raise NotImplementedError(
            "np.put_along_axis of a matrix without axis has no derivative rule: write a.reshape(-1)[indices] = values"
        )
    arr[along_axis(arr, indices, 0 if axis is None else axis)] = values


constant(*STATIC)


def ix_pullback(g, ans, *args):
    return [zero_of(x) if bar is None else reshape_like(bar, x) for bar, x in zip(g, args, strict=True)]


linear(np.ix_, sequence=True, transpose=ix_pullback, at=[lambda: (normal(3), normal(2)), lambda: (normal(4),)])
constant(np.indices, np.unravel_index, np.ravel_multi_index, np.diag_indices, np.diag_indices_from)
constant(np.tril_indices, np.tril_indices_from, np.triu_indices, np.triu_indices_from, np.mask_indices)
constant(np.nonzero, np.flatnonzero, np.argwhere, np.ndindex)
