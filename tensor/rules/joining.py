"""Arrays joined into one, taken apart again, and changed in length: concatenate, stack, split, append, insert, delete.

Joining is jointly linear in all that is joined; its transposition cuts the cotangent into one piece for each item, and
the transposition of splitting joins the pieces.
"""

from __future__ import annotations

import numpy as np

from tensor.registry import constant, derivative, linear, normal
from tensor.rules.shaping import entry, real_like, reshape_like, span, zero_of
from tensor.runtime import inserted_places, scatter_like, unbroadcast

# -- joined along an axis --------------------------------------------------------------------


def concatenate_pullback(g, ans, arrays, axis=0, dtype=None, casting="same_kind"):
    bars, start = [], 0
    for a in arrays:
        if axis is None:
            stop = start + np.size(a)
            bars.append(real_like(reshape_like(g[start:stop], a), a))
        else:
            stop = start + a.shape[axis]
            bars.append(real_like(span(g, start, stop, axis), a))
        start = stop
    return bars


def stack_pullback(g, ans, arrays, axis=0, dtype=None, casting="same_kind"):
    return [real_like(entry(g, k, axis), a) for k, a in enumerate(arrays)]


def hstack_pullback(g, ans, tup, dtype=None, casting="same_kind"):
    axis = 0 if np.ndim(ans) == 1 else 1
    bars, start = [], 0
    for a in tup:
        if np.ndim(a) == 0:
            bars.append(real_like(g[start], a))
            start = start + 1
        else:
            stop = start + a.shape[axis]
            bars.append(real_like(span(g, start, stop, axis), a))
            start = stop
    return bars


def vstack_pullback(g, ans, tup, dtype=None, casting="same_kind"):
    bars, start = [], 0
    for a in tup:
        if np.ndim(a) < 2:
            bars.append(real_like(g[start] if np.ndim(a) else g[start, 0], a))
            start = start + 1
        else:
            stop = start + a.shape[0]
            bars.append(real_like(g[start:stop], a))
            start = stop
    return bars


def dstack_pullback(g, ans, tup):
    bars, start = [], 0
    for a in tup:
        if np.ndim(a) < 3:
            bars.append(
                real_like(g[:, :, start] if np.ndim(a) == 2 else g[0, :, start] if np.ndim(a) else g[0, 0, start], a)
            )
            start = start + 1
        else:
            stop = start + a.shape[2]
            bars.append(real_like(g[:, :, start:stop], a))
            start = stop
    return bars


def column_stack_pullback(g, ans, tup):
    bars, start = [], 0
    for a in tup:
        if np.ndim(a) < 2:
            bars.append(real_like(g[:, start] if np.ndim(a) else g[0, start], a))
            start = start + 1
        else:
            stop = start + a.shape[1]
            bars.append(real_like(g[:, start:stop], a))
            start = stop
    return bars


def block_pullback(g, ans, arrays):
    return block_bars(g, arrays, block_depth(arrays))


def block_depth(blocks):
    return 1 + block_depth(blocks[0]) if isinstance(blocks, list) else 0


def block_bars(g, blocks, depth):
    """The cotangents of nested lists of blocks; lists of this depth are joined along axis `-depth`."""
    if not isinstance(blocks, list):
        return real_like(reshape_like(g, blocks), blocks)
    bars, start = [], 0
    for item in blocks:
        stop = start + block_extent(item, depth)
        bars.append(block_bars(span(g, start, stop, -depth), item, depth - 1))
        start = stop
    return bars


def block_extent(block, depth):
    """The extent of a block along axis `-depth`."""
    if isinstance(block, list):
        return block_extent(block[0], depth)
    return block.shape[-depth] if np.ndim(block) >= depth else 1


linear(
    np.concatenate,
    sequence=True,
    transpose=concatenate_pullback,
    at=[
        lambda: ([normal(2), normal(3)],),
        lambda: ((normal(2, 3), normal(1, 3), normal(2, 3, seed=1)), 0),
        lambda: ([normal(2, 3, 2), normal(2, 1, 2)], 1),
        lambda: ([normal(2, 3), normal(2, 1)], -1),
        lambda: ([normal(3, 2), normal(1, 2)], -2),
        lambda: ([normal(2, 3), normal(2), 0.5], None),
        lambda: ([normal(2), 1j * normal(3)],),
    ],
)
linear(
    np.stack,
    sequence=True,
    transpose=stack_pullback,
    at=[
        lambda: ([normal(3), normal(3, seed=1)],),
        lambda: ((normal(2, 3), normal(2, 3, seed=1)), 1),
        lambda: ([normal(2, 3), normal(2, 3, seed=1)], -1),
        lambda: ([normal(2, 3), normal(2, 3, seed=1)], -2),
        lambda: ([0.5, 1.5, -1.0],),
    ],
)
for fn in (np.vstack, getattr(np, "row_stack", np.vstack)):
    linear(
        fn,
        sequence=True,
        transpose=vstack_pullback,
        at=[lambda: ([normal(3), normal(2, 3)],), lambda: ((0.5, 1.5),), lambda: ([normal(2, 3, 2), normal(1, 3, 2)],)],
    )
linear(
    np.hstack,
    sequence=True,
    transpose=hstack_pullback,
    at=[lambda: ([normal(3), 0.5, normal(2)],), lambda: ([normal(2, 3), normal(2, 1)],), lambda: ((0.5, 1.5),)],
)
linear(
    np.dstack,
    sequence=True,
    transpose=dstack_pullback,
    at=[
        lambda: ([normal(2, 3), normal(2, 3, 2)],),
        lambda: ([normal(3), normal(3, seed=1)],),
        lambda: ([0.5, 1.5],),
    ],
)
linear(
    np.column_stack,
    sequence=True,
    transpose=column_stack_pullback,
    at=[lambda: ([normal(3), normal(3, 2)],), lambda: ([0.5, 1.5],), lambda: ([normal(3), normal(3, seed=1)],)],
)
linear(
    np.block,
    sequence=True,
    transpose=block_pullback,
    at=[
        lambda: ([[normal(2, 3), normal(2, 1)], [normal(1, 3), normal(1, 1)]],),
        lambda: ([[normal(3), 0.5], [normal(4)]],),
        lambda: ([normal(2), normal(3)],),
        lambda: (normal(2, 3),),
        lambda: ([[[normal(2, 2)], [normal(1, 2)]], [[normal(3, 2)]]],),
    ],
)

# -- taken apart --------------------------------------------------------------------


def filled(g, ans):
    """The cotangents of all pieces, zeros for those that are not used."""
    return [np.zeros_like(ans[k]) if g[k] is None else g[k] for k in range(len(ans))]


def split_pullback(g, ans, ary, indices_or_sections, axis=0):
    return np.concatenate(filled(g, ans), axis)


def hsplit_pullback(g, ans, ary, indices_or_sections):
    return np.concatenate(filled(g, ans), 0 if np.ndim(ary) == 1 else 1)


def vsplit_pullback(g, ans, ary, indices_or_sections):
    return np.concatenate(filled(g, ans), 0)


def dsplit_pullback(g, ans, ary, indices_or_sections):
    return np.concatenate(filled(g, ans), 2)


for fn in (np.split, np.array_split):
    linear(
        fn,
        transpose=split_pullback,
        at=[lambda: (normal(6), 3), lambda: (normal(2, 5), [1, 3], 1), lambda: (normal(2, 4), 2, -1)],
    )
linear(np.array_split, transpose=split_pullback, at=[lambda: (normal(5, 2), 3)])
linear(np.hsplit, transpose=hsplit_pullback, at=[lambda: (normal(6), 3), lambda: (normal(2, 5), [1, 3])])
linear(np.vsplit, transpose=vsplit_pullback, at=[lambda: (normal(4, 2), 2)])
linear(np.dsplit, transpose=dsplit_pullback, at=[lambda: (normal(2, 2, 4), 2)])

# -- changed in length --------------------------------------------------------------------


def append_array_pullback(g, ans, arr, values, axis=None):
    if axis is None:
        return real_like(reshape_like(g[: np.size(arr)], arr), arr)
    return real_like(span(g, 0, arr.shape[axis], axis), arr)


@derivative(
    np.append,
    pullback=append_array_pullback,
    at=[
        lambda: (normal(3), 0.5),
        lambda: (normal(3), normal(2)),
        lambda: (normal(2, 3), normal(2, 1), 1),
        lambda: (normal(2, 3), normal(1, 3), 0),
        lambda: (normal(2, 3), normal(2, 1), -1),
    ],
)
def append_array_pushforward(g, ans, arr, values, axis=None):
    return np.append(g, zero_of(values), axis)


def append_values_pullback(g, ans, arr, values, axis=None):
    if axis is None:
        return real_like(reshape_like(g[np.size(arr) :], values), values)
    return real_like(span(g, arr.shape[axis], None, axis), values)


@derivative(np.append, 1, pullback=append_values_pullback)
def append_values_pushforward(g, ans, arr, values, axis=None):
    return np.append(zero_of(arr), g, axis)


def delete_pullback(g, ans, arr, obj, axis=None):
    if axis is None:
        kept = np.delete(np.arange(arr.size, like=arr), obj)
        return reshape_like(scatter_like(np.reshape(arr, -1), kept, g), arr)
    axis = axis % np.ndim(arr)
    kept = np.delete(np.arange(arr.shape[axis], like=arr), obj)
    return scatter_like(arr, (slice(None),) * axis + (kept,), g)


linear(
    np.delete,
    transpose=delete_pullback,
    at=[
        lambda: (normal(5), 2),
        lambda: (normal(5), [0, -1]),
        lambda: (normal(3, 4), slice(1, 3), 1),
        lambda: (normal(2, 3), 1),
        lambda: (normal(3, 4), np.array([True, False, True, False]), -1),
    ],
)


def insert_array_pullback(g, ans, arr, obj, values, axis=None):
    if axis is None:
        n = np.size(arr)
        return reshape_like(np.delete(g, inserted_places(obj, n, np.size(ans) - n)), arr)
    n = arr.shape[axis]
    return np.delete(g, inserted_places(obj, n, ans.shape[axis] - n), axis)


@derivative(
    np.insert,
    pullback=insert_array_pullback,
    at=[
        lambda: (normal(4), 1, 0.5),
        lambda: (normal(4), -2, normal(3)),
        lambda: (normal(4), [3, 0, 3], normal(3)),
        lambda: (normal(4), [1, 2], 0.5),
        lambda: (normal(4), slice(1, 3), normal(2)),
        lambda: (normal(2, 3), 1, normal(2), 1),
        lambda: (normal(2, 3), 1, normal(3), 0),
        lambda: (normal(2, 3), [1, 0], normal(2, 1), -1),
        lambda: (normal(2, 3), [1], normal(2, 2), -1),
        lambda: (normal(2, 3), 2, 0.5, 0),
        lambda: (normal(2, 3), [1, 4], normal(2)),
    ],
)
def insert_array_pushforward(g, ans, arr, obj, values, axis=None):
    return np.insert(g, obj, zero_of(values), axis)


def insert_values_pullback(g, ans, arr, obj, values, axis=None):
    if axis is None:
        n = np.size(arr)
        return unbroadcast(g[inserted_places(obj, n, np.size(ans) - n)], values)
    axis = axis % np.ndim(arr)
    n = arr.shape[axis]
    new = g[(slice(None),) * axis + (inserted_places(obj, n, ans.shape[axis] - n),)]
    if np.ndim(obj) == 0:
        # one place: NumPy moves the first axis of the values there
        shape = (1,) * (np.ndim(arr) - np.ndim(values)) + np.shape(values)
        moved = np.moveaxis(np.reshape(values, shape), 0, axis)
        return reshape_like(np.moveaxis(unbroadcast(new, moved), axis, 0), values)
    return unbroadcast(new, values)


@derivative(np.insert, 2, pullback=insert_values_pullback)
def insert_values_pushforward(g, ans, arr, obj, values, axis=None):
    return np.insert(zero_of(arr), obj, g, axis)


constant(inserted_places)


def first_kept(filt, trim):
    """Where `np.trim_zeros` begins."""
    if np.ndim(filt) != 1:
        raise NotImplementedError("np.trim_zeros has a derivative for one axis")
    return np.argmax(filt != 0) if "f" in trim else 0


def trim_zeros_pullback(g, ans, filt, trim="fb"):
    start = first_kept(filt, trim)
    return scatter_like(filt, slice(start, start + ans.size), g)


@derivative(
    np.trim_zeros,
    pullback=trim_zeros_pullback,
    at=[lambda trim=trim: (normal(4), trim) for trim in ("fb", "f", "b")],
)
def trim_zeros_pushforward(g, ans, filt, trim="fb"):
    start = first_kept(filt, trim)
    return g[start : start + ans.size]
