"""Norms of vectors and matrices, all of NumPy's orders, along any axes.

A norm has derivative 0 where it is 0; entries, columns or singular values that tie share equally.
All but the Euclidean norm are written by their gradient: the tangent is its product with the argument's tangent.
"""

from __future__ import annotations

import numpy as np

from tensor.registry import derivative, normal
from tensor.rules.contraction import conjugate_of

# -- the pieces ------------------------------------------------------------------


def nonzero(x):
    """`x`, with 1 in place of 0: what `x` is to divide by where 0 / 0 means 0."""
    return x + (x == 0)


def norm_axes(x, axis):
    """The axes that a norm goes over."""
    if axis is None:
        return tuple(range(np.ndim(x)))
    return axis if isinstance(axis, tuple) else (axis,)


def is_euclidean(ord, axes, whole):
    return ord is None or ord in ("fro", "f") or (ord == 2 and (len(axes) == 1 or whole))


def kept(y, x, axes, keepdims):
    """`y`, one number for each norm, so that it broadcasts against `x`."""
    return y if keepdims or np.ndim(x) == len(axes) else np.expand_dims(y, axes)


def sign_of(x):
    """What the tangent of `x` is multiplied by to give that of `abs(x)`."""
    return np.conj(np.sign(x)) if np.iscomplexobj(x) else np.sign(x)


def shared(picked):
    """Weights that share 1 between the places that are picked, along the last axis."""
    return picked / nonzero(np.sum(picked, axis=-1, keepdims=True))


def vector_gradient(x, ans, ord, axes):
    """The gradient of a norm of vectors."""
    size = np.abs(x)
    if ord == 0:
        return np.zeros_like(size)
    if ord == 1:
        return sign_of(x)
    if ord in (np.inf, -np.inf):
        picked = np.sign(size) * (size == ans)
        return sign_of(x) * picked / nonzero(np.sum(picked, axis=axes, keepdims=True))
    return sign_of(x) * (size / nonzero(ans)) ** (ord - 1)


def matrix_gradient(x, ord):
    """The gradient of a norm of the matrices that the last two axes of `x` hold."""
    if ord in ("nuc", 2, -2):
        u, s, vh = np.linalg.svd(x, full_matrices=False)
        if ord == "nuc":
            weights = np.sign(s)
        else:
            weights = shared(np.sign(s) * (s == (s[..., :1] if ord == 2 else s[..., -1:])))
        return conjugate_of((u * weights[..., None, :]) @ vh)
    if ord in (1, -1):
        sums = np.sum(np.abs(x), axis=-2)
        return sign_of(x) * shared(extreme(sums, ord))[..., None, :]
    sums = np.sum(np.abs(x), axis=-1)
    return sign_of(x) * shared(extreme(sums, ord))[..., None]


def extreme(sums, ord):
    """1 where a sum is the greatest (or, for a negative order, the least) along the last axis, else 0."""
    best = np.max(sums, axis=-1, keepdims=True) if ord > 0 else np.min(sums, axis=-1, keepdims=True)
    return np.sign(sums) * (sums == best)


def gradient(x, ans, ord, axes, whole):
    """The gradient of the norm over `axes`; `whole`: of all the entries as one vector."""
    if whole or len(axes) == 1:
        return vector_gradient(x, ans, ord, axes)
    if axes in ((-2, -1), (np.ndim(x) - 2, np.ndim(x) - 1)):
        return matrix_gradient(x, ord)
    return np.moveaxis(matrix_gradient(np.moveaxis(x, axes, (-2, -1)), ord), (-2, -1), axes)


def pull(g, ans, x, ord, axes, keepdims, whole):
    g, ans = kept(g, x, axes, keepdims), kept(ans, x, axes, keepdims)
    if is_euclidean(ord, axes, whole):
        return conjugate_of(x) * (g / nonzero(ans))
    return g * gradient(x, ans, ord, axes, whole)


def push(g, ans, x, ord, axes, keepdims, whole):
    if is_euclidean(ord, axes, whole):
        return summed(conjugate_of(x) * g, axes, keepdims) / nonzero(ans)
    return summed(gradient(x, kept(ans, x, axes, keepdims), ord, axes, whole) * g, axes, keepdims)


def summed(x, axes, keepdims):
    over = None if np.ndim(x) == len(axes) else axes
    return (
        np.real(np.sum(x, axis=over, keepdims=keepdims))
        if np.iscomplexobj(x)
        else np.sum(x, axis=over, keepdims=keepdims)
    )


# -- the functions ---------------------------------------------------------------


def norm_pullback(g, ans, x, ord=None, axis=None, keepdims=False):
    return pull(g, ans, x, ord, norm_axes(x, axis), keepdims, False)


@derivative(
    np.linalg.norm,
    pullback=norm_pullback,
    at=[
        lambda: (normal(3),),
        lambda: (normal(2, 3),),
        lambda: (normal(2, 3, 4),),
        lambda: (normal(2, 3), {"keepdims": True}),
        lambda: (normal(2, 3) + 1j * normal(2, 3, seed=1),),
        lambda: (normal(2, 3, 4), None, (2, 0)),
        *[lambda ord=ord: (normal(4), ord) for ord in (2, 1, 0, 3, 2.5, -1, np.inf, -np.inf)],
        *[lambda ord=ord: (normal(4) + 1j * normal(4, seed=1), ord) for ord in (1, 3, np.inf)],
        *[lambda ord=ord: (normal(2, 3), ord, 1) for ord in (None, 2, 1, 3, np.inf)],
        *[lambda ord=ord: (normal(2, 3), ord, -2, True) for ord in (None, 2, 3, -np.inf)],
        *[lambda ord=ord: (normal(4, 3), ord) for ord in ("fro", "nuc", 2, -2, 1, -1, np.inf, -np.inf)],
        *[lambda ord=ord: (normal(2, 3) + 1j * normal(2, 3, seed=1), ord) for ord in ("nuc", 2, 1, -np.inf)],
        *[lambda ord=ord: (normal(2, 3, 4), ord, (2, 0)) for ord in ("fro", "nuc", 2, -1, np.inf)],
        *[lambda ord=ord: (normal(2, 3, 4), ord, (-2, -1), True) for ord in ("fro", "nuc", 2, 1)],
    ],
)
def norm_pushforward(g, ans, x, ord=None, axis=None, keepdims=False):
    return push(g, ans, x, ord, norm_axes(x, axis), keepdims, False)


def vector_norm_pullback(g, ans, x, axis=None, keepdims=False, ord=2):
    return pull(g, ans, x, ord, norm_axes(x, axis), keepdims, True)


@derivative(
    np.linalg.vector_norm,
    pullback=vector_norm_pullback,
    at=[
        lambda: (normal(2, 3),),
        *[lambda ord=ord: (normal(2, 3), {"ord": ord}) for ord in (1, 3, np.inf)],
        *[lambda ord=ord: (normal(2, 3, 4), {"ord": ord, "axis": (0, -1)}) for ord in (1, 2, 3, -np.inf)],
        *[lambda ord=ord: (normal(2, 3), {"ord": ord, "axis": 1, "keepdims": True}) for ord in (2, 3, np.inf)],
    ],
)
def vector_norm_pushforward(g, ans, x, axis=None, keepdims=False, ord=2):
    return push(g, ans, x, ord, norm_axes(x, axis), keepdims, True)


def matrix_norm_pullback(g, ans, x, keepdims=False, ord="fro"):
    return pull(g, ans, x, ord, (-2, -1), keepdims, False)


@derivative(
    np.linalg.matrix_norm,
    pullback=matrix_norm_pullback,
    at=[
        lambda: (normal(2, 3),),
        *[lambda ord=ord: (normal(2, 3, 4), {"ord": ord}) for ord in ("fro", "nuc", 2, -1)],
        lambda: (normal(2, 3, 4), {"ord": 1, "keepdims": True}),
    ],
)
def matrix_norm_pushforward(g, ans, x, keepdims=False, ord="fro"):
    return push(g, ans, x, ord, (-2, -1), keepdims, False)
