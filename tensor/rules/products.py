"""Products of arrays by their axes: outer, kron, tensordot, einsum, cross, convolve, correlate.

All are linear in each operand; a transposition is again such a product, of the cotangent and the other operands.
The axes and subscripts of the transposed product are worked out when deriving (`runtime.STATIC`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensor.registry import independent, linear, normal
from tensor.rules.contraction import conjugate_of
from tensor.rules.shaping import real_like, reshape_like
from tensor.runtime import axes_text, einsum_transpose, placed, spread_like, tensordot_transpose, unbroadcast

# -- outer products --------------------------------------------------------------


def flattened(x):
    return x if np.ndim(x) == 1 else np.reshape(x, -1)


def with_number(g, x, other):
    """The cotangent of `x` in a product with `other`, where one of them is a number."""
    return np.sum(reshape_like(g, other) * other) if np.ndim(x) == 0 else reshape_like(g * other, x)


def outer_left(g, ans, a, b):
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return real_like(with_number(g, a, b), a)
    bar = g @ flattened(b)
    return real_like(bar if np.ndim(a) == 1 else reshape_like(bar, a), a)


def outer_right(g, ans, a, b):
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return real_like(with_number(g, b, a), b)
    bar = flattened(a) @ g
    return real_like(bar if np.ndim(b) == 1 else reshape_like(bar, b), b)


VECTORS = [
    lambda: (normal(3), normal(2)),
    lambda: (1j * normal(3), normal(2)),
    lambda: (normal(3), 1j * normal(2)),
]
for fn in (np.outer, np.linalg.outer):
    linear(fn, 0, transpose=outer_left, at=VECTORS)
    linear(fn, 1, transpose=outer_right)
linear(
    np.outer,
    0,
    transpose=outer_left,
    at=[lambda: (normal(2, 3), normal(2, 2)), lambda: (0.5, normal(3)), lambda: (normal(3), 2.0)],
)


def with_axes(x, count):
    """`x` with as many axes."""
    return np.reshape(x, (1,) * (count - np.ndim(x)) + np.shape(x)) if np.ndim(x) < count else x


def kron_blocks(g, a, b, count):
    """The cotangent with one axis for each axis of `a` and, beside it, one for the same axis of `b`."""
    left = (1,) * (count - np.ndim(a)) + np.shape(a)
    right = (1,) * (count - np.ndim(b)) + np.shape(b)
    interleaved = ()
    for k in range(count):
        interleaved += (left[k], right[k])
    return np.reshape(g, interleaved)


def kron_left(g, ans, a, b):
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return real_like(with_number(g, a, b), a)
    count = np.ndim(ans)
    inner = tuple(range(1, 2 * count, 2))
    bar = np.tensordot(kron_blocks(g, a, b, count), with_axes(b, count), (inner, tuple(range(count))))
    return real_like(bar if np.ndim(a) == count else reshape_like(bar, a), a)


def kron_right(g, ans, a, b):
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return real_like(with_number(g, b, a), b)
    count = np.ndim(ans)
    outer = tuple(range(0, 2 * count, 2))
    bar = np.tensordot(with_axes(a, count), kron_blocks(g, a, b, count), (tuple(range(count)), outer))
    return real_like(bar if np.ndim(b) == count else reshape_like(bar, b), b)


linear(
    np.kron,
    0,
    transpose=kron_left,
    at=[
        *VECTORS,
        lambda: (normal(2, 3), normal(3, 2)),
        lambda: (normal(2), normal(3, 2)),
        lambda: (normal(2, 3, 2), normal(2, 2)),
        lambda: (0.5, normal(3)),
    ],
)
linear(np.kron, 1, transpose=kron_right)

# -- tensordot -------------------------------------------------------------------


def tensordot_left(g, ans, a, b, axes=2):
    over, free, order = tensordot_transpose(axes, (np.ndim(a), np.ndim(b)), 0)
    bar = np.tensordot(g, b, (over, free))
    return real_like(bar if order == tuple(range(len(order))) else np.transpose(bar, order), a)


def tensordot_right(g, ans, a, b, axes=2):
    over, free, order = tensordot_transpose(axes, (np.ndim(a), np.ndim(b)), 1)
    bar = np.tensordot(a, g, (free, over))
    return real_like(bar if order == tuple(range(len(order))) else np.transpose(bar, order), b)


linear(
    np.tensordot,
    0,
    transpose=tensordot_left,
    at=[
        lambda: (normal(2, 3, 4), normal(3, 4, 5)),
        lambda: (normal(2, 3), normal(3, 4), 1),
        lambda: (normal(2, 3), normal(4), 0),
        lambda: (normal(2, 3, 4), normal(4, 5, 2), ((0, 2), (2, 0))),
        lambda: (normal(2, 3, 4), normal(4, 5, 2), ([2, 0], [0, -1])),
        lambda: (normal(2, 3, 4), normal(5, 3), (1, 1)),
        lambda: (normal(2, 3), normal(2, 3, seed=1)),
        lambda: (1j * normal(2, 3), normal(3, 4), 1),
        lambda: (normal(2, 3), 1j * normal(3, 4), 1),
    ],
)
linear(np.tensordot, 1, transpose=tensordot_right)
linear(
    np.linalg.tensordot,
    0,
    transpose=tensordot_left,
    at=[lambda: (normal(2, 3), normal(3, 4), {"axes": 1}), lambda: (normal(2, 3), normal(2, 3, seed=1))],
)
linear(np.linalg.tensordot, 1, transpose=tensordot_right)

# -- einsum ----------------------------------------------------------------------


def einsum_pullback(g, position, subscripts, operands, optimize):
    if isinstance(subscripts, str):
        k = position - 1
    else:
        args, k = (subscripts,) + operands, position // 2
        pairs = len(args) // 2
        subscripts, operands = axes_text(tuple(args[1])), (args[0],)
        for i in range(1, pairs):
            subscripts = subscripts + "," + axes_text(tuple(args[2 * i + 1]))
            operands += (args[2 * i],)
        if len(args) % 2:
            subscripts = subscripts + "->" + axes_text(tuple(args[-1]))
    x = operands[k]
    core, lost, diagonal = einsum_transpose(subscripts, tuple([np.ndim(y) for y in operands]), k)
    others = operands[:k] + operands[k + 1 :]
    bar = np.einsum(core, g, *others, optimize=optimize) if optimize else np.einsum(core, g, *others)
    if lost:
        bar = np.expand_dims(bar, lost)
    if diagonal:
        return spread_like(x, diagonal, real_like(bar, x))
    if lost:
        bar = np.broadcast_to(bar, x.shape)
    return real_like(unbroadcast(bar, x), x)


def einsum_leading(g, ans, subscripts, *operands, optimize=False):
    return einsum_pullback(g, 0, subscripts, operands, optimize)


def einsum_first(g, ans, subscripts, *operands, optimize=False):
    return einsum_pullback(g, 1, subscripts, operands, optimize)


def einsum_second(g, ans, subscripts, *operands, optimize=False):
    return einsum_pullback(g, 2, subscripts, operands, optimize)


def einsum_third(g, ans, subscripts, *operands, optimize=False):
    return einsum_pullback(g, 3, subscripts, operands, optimize)


def einsum_fourth(g, ans, subscripts, *operands, optimize=False):
    return einsum_pullback(g, 4, subscripts, operands, optimize)


def einsum_fifth(g, ans, subscripts, *operands, optimize=False):
    return einsum_pullback(g, 5, subscripts, operands, optimize)


def einsum_sixth(g, ans, subscripts, *operands, optimize=False):
    return einsum_pullback(g, 6, subscripts, operands, optimize)


linear(np.einsum, 0, transpose=einsum_leading)
linear(
    np.einsum,
    1,
    transpose=einsum_first,
    at=[
        lambda: ("i,i", normal(3), normal(3, seed=1)),
        lambda: ("ij,jk->ik", normal(2, 3), normal(3, 4)),
        lambda: ("ij, jk", normal(2, 3), normal(3, 4)),
        lambda: ("ij->ji", normal(2, 3)),
        lambda: ("ba", normal(2, 3)),
        lambda: ("ij->", normal(2, 3)),
        lambda: ("ij->j", normal(2, 3)),
        lambda: ("ii", normal(3, 3)),
        lambda: ("ii->i", normal(3, 3)),
        lambda: ("iij->j", normal(3, 3, 2)),
        lambda: ("iji->ij", normal(3, 2, 3)),
        lambda: ("iij,j->i", normal(3, 3, 2), normal(2)),
        lambda: ("ij,kl->il", normal(2, 3), normal(4, 2)),
        lambda: ("bij,bjk->bik", normal(5, 2, 3), normal(5, 3, 4)),
        lambda: ("...ij,...jk->...ik", normal(5, 2, 3), normal(3, 4)),
        lambda: ("...ij,jk", normal(6, 5, 2, 3), normal(3, 4)),
        lambda: ("i...,i...->...", normal(3, 2, 1), normal(3, 4)),
        lambda: ("...,...", normal(2, 3), 0.5),
        lambda: ("...i->...", normal(2, 3)),
        lambda: ("i,j,k->ijk", normal(2), normal(3), normal(4)),
        lambda: ("ij,jk,kl->il", normal(2, 3), normal(3, 4), normal(4, 2), {"optimize": True}),
        lambda: ("ij,ij->i", normal(1, 3), normal(2, 3)),
        lambda: ("ij,ij,i,j,jk,->k", *[normal(2, 3, seed=s) for s in (0, 1)], normal(2), normal(3), normal(3, 2), 0.5),
        lambda: ("ij,j->i", 1j * normal(2, 3), normal(3)),
        lambda: (normal(2, 3), [0, 1], normal(3, 4), [1, 2], normal(4), [2], [2, 0]),
        lambda: (normal(5, 2, 3), [Ellipsis, 0, 1], normal(3), [1]),
    ],
)
linear(np.einsum, 2, transpose=einsum_second)
linear(np.einsum, 3, transpose=einsum_third)
linear(np.einsum, 4, transpose=einsum_fourth)
linear(np.einsum, 5, transpose=einsum_fifth)
linear(np.einsum, 6, transpose=einsum_sixth)


def spread_pullback(g, ans, a, subscripts, value):
    return unbroadcast(np.einsum(subscripts, g), value)


linear(spread_like, 2, transpose=spread_pullback, at=[lambda: (normal(3, 3, 2), "iij->ij", normal(3, 1))])
independent(spread_like, 0)

# -- cross products --------------------------------------------------------------


def only_in_space(a, b, axisa, axisb):
    """Vectors in the plane have a product of another rank or extent, which is seen in their own extents alone."""
    if np.shape(a)[axisa] == 2 or np.shape(b)[axisb] == 2:
        raise NotImplementedError(
            "np.cross of vectors in the plane has no derivative rule: write a[0] * b[1] - a[1] * b[0], or "
            "give both a third entry"
        )


def from_last(bar, a, axis):
    """A cotangent whose vectors lie along the last axis, as one of `a`, whose vectors lie along `axis`."""
    if axis in (-1, np.ndim(a) - 1):
        return real_like(unbroadcast(bar, a), a)
    return np.moveaxis(real_like(unbroadcast(bar, np.moveaxis(a, axis, -1)), a), -1, axis)


def cross_left(g, ans, a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    if axis is not None:
        axisa, axisb, axisc = axis, axis, axis
    only_in_space(a, b, axisa, axisb)
    return from_last(np.cross(b, g) if axisb == axisc == -1 else np.cross(b, g, axisb, axisc), a, axisa)


def cross_right(g, ans, a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    if axis is not None:
        axisa, axisb, axisc = axis, axis, axis
    only_in_space(a, b, axisa, axisb)
    return from_last(np.cross(g, a) if axisa == axisc == -1 else np.cross(g, a, axisc, axisa), b, axisb)


def linalg_cross_left(g, ans, a, b, axis=-1):
    return cross_left(g, ans, a, b, axis, axis, axis)


def linalg_cross_right(g, ans, a, b, axis=-1):
    return cross_right(g, ans, a, b, axis, axis, axis)


IN_SPACE = [
    lambda: (normal(3), normal(3, seed=1)),
    lambda: (normal(2, 3), normal(3)),
    lambda: (normal(3), normal(2, 3)),
    lambda: (normal(1, 3), normal(2, 3)),
    lambda: (1j * normal(3), normal(3)),
    lambda: (normal(3, 2), normal(3, 2, seed=1), {"axis": 0}),
]
linear(
    np.cross,
    0,
    transpose=cross_left,
    at=[*IN_SPACE, lambda: (normal(3, 2), normal(4, 2, 3), 0, 2, 1), lambda: (normal(2, 3), normal(3, 1), -1, 0, 0)],
)
linear(np.cross, 1, transpose=cross_right)
linear(np.linalg.cross, 0, transpose=linalg_cross_left, at=IN_SPACE)
linear(np.linalg.cross, 1, transpose=linalg_cross_right)

# -- convolutions ----------------------------------------------------------------


def whole(g, mode, a, v, middle):
    """The cotangent of the full convolution, of which `mode` returns a part; "same" begins at `middle`."""
    if mode == "full":
        return g
    if mode not in ("same", "valid"):
        raise NotImplementedError("the mode of a convolution must be 'full', 'same' or 'valid'")
    start = middle if mode == "same" else min(np.size(a), np.size(v)) - 1
    return placed(g, start, np.size(a) + np.size(v) - 1)


def convolve_left(g, ans, a, v, mode="full"):
    g = whole(g, mode, a, v, (min(np.size(a), np.size(v)) - 1) // 2)
    return like_vector(np.correlate(g, conjugate_of(v), "valid"), a)


def convolve_right(g, ans, a, v, mode="full"):
    g = whole(g, mode, a, v, (min(np.size(a), np.size(v)) - 1) // 2)
    return like_vector(np.correlate(g, conjugate_of(a), "valid"), v)


def like_vector(bar, a):
    return real_like(bar if np.ndim(a) else np.sum(bar), a)


def correlate_left(g, ans, a, v, mode="valid"):
    g = whole(g, mode, a, v, correlate_middle(np.size(a), np.size(v)))
    return like_vector(np.convolve(g, conjugate_of(v), "valid"), a)


def correlate_right(g, ans, a, v, mode="valid"):
    g = whole(g, mode, a, v, correlate_middle(np.size(a), np.size(v)))
    return like_vector(conjugate_of(np.correlate(g, conjugate_of(a), "valid")[::-1]), v)


def correlate_middle(n, m):
    return n // 2 if m > n else (m - 1) // 2


LENGTHS: list[Any] = [
    lambda mode=mode, n=n, m=m: (normal(n), normal(m, seed=1), mode)
    for mode in ("full", "same", "valid")
    for n, m in ((5, 3), (5, 2), (4, 4), (2, 5), (3, 6))
]
LENGTHS += [
    lambda: (normal(4), normal(3)),
    lambda: (normal(4), 1j * normal(3) + normal(3)),
    lambda: (1j * normal(4) + normal(4), normal(3), "same"),
]


def placed_pullback(g, ans, x, start, n):
    return g[start : start + x.shape[0]]


linear(placed, transpose=placed_pullback, at=[lambda: (normal(3), 2, 6), lambda: (normal(3), 0, 3)])
linear(np.convolve, 0, transpose=convolve_left, at=LENGTHS)
linear(np.convolve, 1, transpose=convolve_right)
linear(np.correlate, 0, transpose=correlate_left, at=LENGTHS)
linear(np.correlate, 1, transpose=correlate_right)
