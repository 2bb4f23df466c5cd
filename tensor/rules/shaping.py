"""Shapes: reshape, transpose, joining, splitting, repeating, padding.

Nearly all of these only move entries, so that they are linear and their transposition moves them back.
A template's parameters are NumPy's own.  `g` of a function with several results is a tuple, None where one is unused.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensor.attributes import attribute, method
from tensor.registry import derivative, independent, linear, normal
from tensor.runtime import inverse_axes, pad_widths, scatter_like, unbroadcast

# -- pieces of templates --------------------------------------------------------------------


def reshape_like(g, a, order="C"):
    """`g` in the shape of `a`."""
    if np.ndim(a) == 0:
        return np.sum(g)
    return np.reshape(g, a.shape) if order == "C" else np.reshape(g, a.shape, order=order)


def real_like(bar, a):
    """`bar`, made real where `a` is real."""
    if np.iscomplexobj(bar) and not np.iscomplexobj(a):
        return np.real(bar)
    return bar


def zero_of(a):
    """The zero that stands for `a` where only its shape matters."""
    return 0.0 if np.ndim(a) == 0 else np.zeros_like(a)


def span(g, start, stop, axis):
    """`g[start:stop]` along `axis`."""
    if axis == 0:
        return g[start:stop]
    if axis < 0:
        return g[(..., slice(start, stop)) + (slice(None),) * (-1 - axis)]
    return g[(slice(None),) * axis + (slice(start, stop),)]


def entry(g, k, axis):
    """`g[k]` along `axis`."""
    if axis == 0:
        return g[k]
    if axis < 0:
        return g[(..., k) + (slice(None),) * (-1 - axis)]
    return g[(slice(None),) * axis + (k,)]


def turned_along(x, k, count):
    """The vector `x` as an array of `count` axes, along axis `k`."""
    return x if count == 1 else np.reshape(x, (1,) * k + (-1,) + (1,) * (count - 1 - k))


def not_in_memory_order(order):
    if order not in ("C", "F"):
        raise NotImplementedError("order='A' and 'K' depend on the memory layout: use order='C' or 'F'")


# -- the same entries in another shape --------------------------------------------------------------------


def reshape_pullback(g, ans, a, shape=None, order="C", copy=None):
    not_in_memory_order(order)
    return reshape_like(g, a, order)


@derivative(
    np.reshape,
    pullback=reshape_pullback,
    at=[
        lambda: (normal(2, 6), (3, 4)),
        lambda: (normal(2, 6), -1),
        lambda: (normal(2, 3, 2), (2, -1), {"order": "F"}),
        lambda: (0.7, (1, 1)),
    ],
)
def reshape_pushforward(g, ans, a, shape=None, order="C", copy=None):
    not_in_memory_order(order)
    return np.reshape(g, shape) if order == "C" else np.reshape(g, shape, order=order)


def ravel_pullback(g, ans, a, order="C"):
    not_in_memory_order(order)
    return reshape_like(g, a, order)


@derivative(np.ravel, pullback=ravel_pullback, at=[lambda: (normal(2, 3),), lambda: (normal(2, 3), "F")])
def ravel_pushforward(g, ans, a, order="C"):
    not_in_memory_order(order)
    return np.ravel(g) if order == "C" else np.ravel(g, order)


derivative(
    method("flatten"), pullback=ravel_pullback, at=[lambda: (normal(2, 3),), lambda: (normal(2, 3), {"order": "F"})]
)(ravel_pushforward)


def same_entries(g, ans, a, axis=None):
    return reshape_like(g, a)


linear(np.expand_dims, transpose=same_entries, at=[lambda: (normal(2, 3), 1), lambda: (normal(3), (0, -1))])
linear(np.squeeze, transpose=same_entries, at=[lambda: (normal(1, 3, 1),), lambda: (normal(1, 3, 1), -1)])
fn: Any
for fn in (np.atleast_1d, np.atleast_2d, np.atleast_3d):
    linear(fn, transpose=same_entries, at=[lambda: (0.3,), lambda: (normal(3),), lambda: (normal(2, 1, 2, 1),)])

# -- axes in another order --------------------------------------------------------------------


def transpose_pullback(g, ans, a, axes=None):
    if axes is None:
        return g.T
    return np.transpose(g, inverse_axes(axes, np.ndim(a)))


def reversed_axes(g, ans, a):
    return g.T


def swapped_back(g, ans, a):
    return np.swapaxes(g, -1, -2)


def swapaxes_pullback(g, ans, a, axis1, axis2):
    return np.swapaxes(g, axis1, axis2)


def moveaxis_pullback(g, ans, a, source, destination):
    return np.moveaxis(g, destination, source)


def rollaxis_pullback(g, ans, a, axis, start=0):
    axis, start = axis % np.ndim(a), start + np.ndim(a) if start < 0 else start
    return np.moveaxis(g, start - 1 if start > axis else start, axis)


linear(
    np.transpose,
    transpose=transpose_pullback,
    at=[lambda: (normal(2, 3),), lambda: (normal(2, 3, 4), (1, 2, 0)), lambda: (normal(2, 3, 4), (-1, 0, 1))],
)
linear(attribute("T"), transpose=reversed_axes, at=[lambda: (normal(2, 3),), lambda: (normal(2, 3, 4),)])
for fn in (attribute("mT"), np.matrix_transpose, np.linalg.matrix_transpose):
    linear(fn, transpose=swapped_back, at=[lambda: (normal(2, 3),), lambda: (normal(2, 3, 4),)])
linear(np.swapaxes, transpose=swapaxes_pullback, at=[lambda: (normal(2, 3, 4), 0, -1)])
linear(
    np.moveaxis,
    transpose=moveaxis_pullback,
    at=[lambda: (normal(2, 3, 4), 0, -1), lambda: (normal(2, 3, 4, 2), (0, 1), (-1, 1))],
)
linear(
    np.rollaxis,
    transpose=rollaxis_pullback,
    at=[lambda: (normal(2, 3, 4), 2), lambda: (normal(2, 3, 4), 0, 3), lambda: (normal(2, 3, 4), -1, -2)],
)

# -- entries turned round --------------------------------------------------------------------


def flip_pullback(g, ans, m, axis=None):
    return np.flip(g, axis)


def fliplr_pullback(g, ans, m):
    return np.fliplr(g)


def flipud_pullback(g, ans, m):
    return np.flipud(g)


def rot90_pullback(g, ans, m, k=1, axes=(0, 1)):
    return np.rot90(g, -k, axes)


def roll_pullback(g, ans, a, shift, axis=None):
    if isinstance(shift, (tuple, list)):
        return np.roll(g, tuple([-s for s in shift]), axis)
    return np.roll(g, -shift, axis)


linear(
    np.flip,
    transpose=flip_pullback,
    at=[lambda: (normal(2, 3),), lambda: (normal(2, 3), 1), lambda: (normal(2, 3, 4), (0, -1))],
)
linear(np.fliplr, transpose=fliplr_pullback, at=[lambda: (normal(2, 3),)])
linear(np.flipud, transpose=flipud_pullback, at=[lambda: (normal(2, 3),)])
linear(np.rot90, transpose=rot90_pullback, at=[lambda: (normal(2, 3),), lambda: (normal(2, 3, 4), 3, (2, 0))])
linear(
    np.roll,
    transpose=roll_pullback,
    at=[lambda: (normal(5), 2), lambda: (normal(2, 3), -1, 1), lambda: (normal(2, 3), (1, 2), (0, 1))],
)

# -- entries repeated --------------------------------------------------------------------


def broadcast_to_pullback(g, ans, array, shape, subok=False):
    return unbroadcast(g, array)


def broadcast_arrays_pullback(g, ans, *args, subok=False):
    return [zero_of(a) if g[k] is None else unbroadcast(g[k], a) for k, a in enumerate(args)]


def unbroadcast_pullback(g, ans, bar, x):
    return unbroadcast(g, bar) if np.ndim(bar) < np.ndim(x) else np.broadcast_to(g, np.shape(bar))


def tile_pullback(g, ans, A, reps):
    reps = tuple(reps) if isinstance(reps, (tuple, list)) else (reps,)
    extents = np.shape(A)
    reps = (1,) * (len(extents) - len(reps)) + reps
    extents = (1,) * (len(reps) - len(extents)) + extents
    interleaved, copies = (), ()
    for k in range(len(reps)):
        copies += (2 * k,)
        interleaved += (reps[k], extents[k])
    return reshape_like(np.sum(np.reshape(g, interleaved), axis=copies), A)


def repeat_pullback(g, ans, a, repeats, axis=None):
    if axis is None:
        flat = np.reshape(a, -1)
        return reshape_like(repeat_pullback(g, ans, flat, repeats, 0), a)
    axis = axis % np.ndim(a)
    extent = a.shape[axis]
    if np.ndim(repeats) == 0:
        return np.sum(np.reshape(g, a.shape[:axis] + (extent, repeats) + a.shape[axis + 1 :]), axis=axis + 1)
    return scatter_like(a, (slice(None),) * axis + (np.repeat(np.arange(extent, like=a), repeats),), g)


def resize_pullback(g, ans, a, new_shape):
    source = np.resize(np.arange(a.size, like=a), ans.size)
    return reshape_like(scatter_like(np.reshape(a, -1), source, np.reshape(g, -1)), a)


linear(
    np.broadcast_to,
    transpose=broadcast_to_pullback,
    at=[lambda: (normal(3), (2, 3)), lambda: (normal(2, 1, 3), (4, 2, 5, 3)), lambda: (1.5, (2, 2))],
)
linear(
    np.broadcast_arrays,
    sequence=True,
    transpose=broadcast_arrays_pullback,
    at=[lambda: (normal(3), normal(2, 1)), lambda: (normal(3), 0.5, normal(1))],
)
linear(
    unbroadcast,
    transpose=unbroadcast_pullback,
    at=[lambda: (normal(4, 2, 3), normal(2, 1)), lambda: (normal(2, 3), 1.0), lambda: (normal(2), normal(2))],
)
independent(unbroadcast, 1)
linear(
    np.tile,
    transpose=tile_pullback,
    at=[
        lambda: (normal(3), 2),
        lambda: (normal(2, 3), 2),
        lambda: (normal(2, 3), (2, 1, 3)),
        lambda: (0.5, (2, 3)),
        lambda: (normal(3, 2, 1), (2,)),
    ],
)
linear(
    np.repeat,
    transpose=repeat_pullback,
    at=[
        lambda: (normal(2, 3), 2),
        lambda: (normal(2, 3), 2, 1),
        lambda: (normal(2, 3), [1, 0, 3], -1),
        lambda: (normal(3), np.array([1, 0, 3])),
        lambda: (0.5, 3),
    ],
)
linear(np.resize, transpose=resize_pullback, at=[lambda: (normal(2, 3), (4, 2)), lambda: (normal(5), 3)])

# -- padding --------------------------------------------------------------------


def widths_of(pad_width, count):
    """The widths before and after each axis; they may be known only when running."""
    if isinstance(pad_width, (tuple, list)):
        if len(pad_width) == 1:
            each = tuple(pad_width) * count
        else:
            each = tuple(pad_width) if isinstance(pad_width[0], (tuple, list)) else (tuple(pad_width),) * count
        return [(w[0], w[-1]) if isinstance(w, (tuple, list)) else (w, w) for w in each]
    return pad_widths(pad_width, count) if isinstance(pad_width, dict) else [(pad_width, pad_width)] * count


def interior(g, array, widths):
    """The part of a padded `g` that was `array`."""
    index = tuple([slice(widths[k][0], widths[k][0] + array.shape[k]) for k in range(np.ndim(array))])
    return g[index] if len(index) > 1 else g[index[0]]


def pad_pullback(
    g, ans, array, pad_width, mode="constant", constant_values=0, reflect_type="even", end_values=0, stat_length=None
):
    widths = widths_of(pad_width, np.ndim(array))
    if mode in ("constant", "empty"):
        return interior(g, array, widths)
    only_known_padding(mode, reflect_type)
    index = ()
    for k in range(np.ndim(array)):
        source = np.pad(np.arange(array.shape[k], like=array), widths[k], mode)
        index += (turned_along(source, k, np.ndim(array)),)
    return scatter_like(array, index, g)


def only_known_padding(mode, reflect_type):
    if mode not in ("edge", "reflect", "symmetric", "wrap") or reflect_type != "even":
        raise NotImplementedError(
            "np.pad in this mode has no derivative rule: use the mode constant, edge, reflect, symmetric or wrap, or "
            "join the array and its border with np.concatenate"
        )


@derivative(
    np.pad,
    pullback=pad_pullback,
    at=[
        lambda: (normal(3), 2),
        lambda: (normal(2, 3), (1, 2)),
        lambda: (normal(2, 3), ((0, 0), (2, 1)), {"constant_values": 3.0}),
        lambda: (normal(2, 3), {-1: (1, 2)}),
        lambda: (normal(3), (1, 2), "edge"),
        lambda: (normal(2, 3), ((0, 0), (4, 5)), "reflect"),
        lambda: (normal(2, 3), 4, "symmetric"),
        lambda: (normal(2, 3), ((1, 0), (2, 5)), "wrap"),
    ],
)
def pad_pushforward(
    g, ans, array, pad_width, mode="constant", constant_values=0, reflect_type="even", end_values=0, stat_length=None
):
    if mode in ("constant", "empty"):
        return np.pad(g, pad_width)
    only_known_padding(mode, reflect_type)
    return np.pad(g, pad_width, mode)


def border(array, pad_width, constant_values):
    """Ones in the padding."""
    if np.ndim(constant_values):
        raise NotImplementedError("np.pad has a derivative with respect to constant_values where this is one number")
    return np.pad(np.zeros_like(array), pad_width, constant_values=1.0)


def pad_value_pullback(g, ans, array, pad_width, mode="constant", constant_values=0):
    return np.sum(g * border(array, pad_width, constant_values))


@derivative(np.pad, 3, pullback=pad_value_pullback, at=[lambda: (normal(2, 3), (1, 2), {"constant_values": 3.0})])
def pad_value_pushforward(g, ans, array, pad_width, mode="constant", constant_values=0):
    return g * border(array, pad_width, constant_values)
