"""Products of matrices and vectors: matmul, dot, inner, vdot, vecdot, matvec, multi_dot; see `products` for the others.

All are linear in each operand; a transposition is again such a product, of the cotangent and the other operands.
After the branches on ranks are resolved, one line is left: `a.T @ g`, `np.outer(g, b)`, `g * b`.
"""

from __future__ import annotations

import operator

import numpy as np

from tensor.registry import derivative, linear, normal
from tensor.rules.shaping import real_like, reshape_like
from tensor.runtime import unbroadcast


def conjugate_of(x):
    """`np.conj(x)`, nothing at all where `x` is real."""
    return np.conj(x) if np.iscomplexobj(x) else x


# -- matrix products -------------------------------------------------------------


def matmul_left(g, ans, a, b):
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        bar = g * b
    elif np.ndim(a) == 1 and np.ndim(b) == 2:
        bar = b @ g
    elif np.ndim(a) == 1:
        bar = np.tensordot(b, g, (batch_and_last(b), tuple(range(np.ndim(g)))))
    elif np.ndim(b) == 1 and np.ndim(a) == 2:
        bar = np.outer(g, b)
    elif np.ndim(b) == 1:
        bar = g[..., None] * b
    elif np.ndim(b) == 2:
        bar = g @ b.T
    elif np.ndim(a) == 2:
        bar = np.tensordot(g, b, (batch_and_last(g), batch_and_last(b)))
    else:
        bar = unbroadcast(g @ np.swapaxes(b, -1, -2), a)
    return real_like(bar, a)


def matmul_right(g, ans, a, b):
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        bar = g * a
    elif np.ndim(b) == 1 and np.ndim(a) == 2:
        bar = a.T @ g
    elif np.ndim(b) == 1:
        bar = np.reshape(g, -1) @ np.reshape(a, (-1, a.shape[-1]))
    elif np.ndim(a) == 1 and np.ndim(b) == 2:
        bar = np.outer(a, g)
    elif np.ndim(a) == 1:
        bar = a[:, None] * g[..., None, :]
    elif np.ndim(a) == 2 and np.ndim(b) == 2:
        bar = a.T @ g
    elif np.ndim(b) == 2:
        bar = np.reshape(a, (-1, a.shape[-1])).T @ np.reshape(g, (-1, g.shape[-1]))
    elif np.ndim(a) == 2:
        bar = a.T @ g
    else:
        bar = unbroadcast(np.swapaxes(a, -1, -2) @ g, b)
    return real_like(bar, b)


def batch_and_last(x):
    """All axes but the last but one."""
    return tuple(range(np.ndim(x) - 2)) + (np.ndim(x) - 1,)


PRODUCTS = [
    lambda: (normal(3), normal(3, seed=1)),
    lambda: (normal(2, 3), normal(3)),
    lambda: (normal(3), normal(3, 2)),
    lambda: (normal(2, 3), normal(3, 4)),
    lambda: (normal(2, 3) + 1j * normal(2, 3, seed=1), normal(3, 4)),
    lambda: (normal(2, 3), normal(3, 4) + 1j * normal(3, 4, seed=1)),
]
BATCHES = [
    lambda: (normal(5, 2, 3), normal(3)),
    lambda: (normal(6, 5, 2, 3), normal(3)),
    lambda: (normal(3), normal(5, 3, 2)),
    lambda: (normal(3), normal(6, 5, 3, 2)),
    lambda: (normal(5, 2, 3), normal(3, 4)),
    lambda: (normal(2, 3), normal(5, 3, 4)),
    lambda: (normal(5, 2, 3), normal(5, 3, 4)),
    lambda: (normal(6, 1, 2, 3), normal(5, 3, 4)),
    lambda: (normal(2, 3), normal(6, 5, 3, 4)),
]
for fn in (operator.matmul, np.matmul, np.linalg.matmul):
    linear(fn, 0, transpose=matmul_left, at=[*PRODUCTS, *BATCHES])
    linear(fn, 1, transpose=matmul_right)


def dot_left(g, ans, a, b):
    if np.ndim(a) == 0:
        bar = np.sum(g * b)
    elif np.ndim(b) == 0:
        bar = g * b
    elif np.ndim(b) == 1 or np.ndim(a) <= 2 and np.ndim(b) == 2:
        bar = matmul_left(g, ans, a, b)
    else:
        free = np.ndim(b) - 1
        bar = np.tensordot(g, b, (tuple(range(np.ndim(g) - free, np.ndim(g))), batch_and_last(b)))
    return real_like(bar, a)


def dot_right(g, ans, a, b):
    if np.ndim(b) == 0:
        bar = np.sum(g * a)
    elif np.ndim(a) == 0:
        bar = g * a
    elif np.ndim(b) == 1 or np.ndim(a) <= 2 and np.ndim(b) == 2:
        bar = matmul_right(g, ans, a, b)
    else:
        free = tuple(range(np.ndim(a) - 1))
        bar = np.moveaxis(np.tensordot(a, g, (free, free)), 0, -2)
    return real_like(bar, b)


FACTORS = [lambda: (0.5, normal(2, 3)), lambda: (normal(3), 1.5), lambda: (0.5, 1.5)]
linear(
    np.dot,
    0,
    transpose=dot_left,
    at=[
        *PRODUCTS,
        *FACTORS,
        lambda: (normal(5, 2, 3), normal(3)),
        lambda: (normal(5, 2, 3), normal(3, 4)),
        lambda: (normal(3), normal(5, 3, 4)),
        lambda: (normal(6, 2, 3), normal(5, 3, 4)),
    ],
)
linear(np.dot, 1, transpose=dot_right)


def inner_left(g, ans, a, b):
    if np.ndim(a) == 0:
        bar = np.sum(g * b)
    elif np.ndim(b) == 0 or np.ndim(a) == 1 and np.ndim(b) == 1:
        bar = g * b
    elif np.ndim(b) == 1:
        bar = np.outer(g, b) if np.ndim(a) == 2 else g[..., None] * b
    elif np.ndim(b) == 2:
        bar = g @ b
    else:
        bar = np.tensordot(g, b, np.ndim(b) - 1)
    return real_like(bar, a)


def inner_right(g, ans, a, b):
    if np.ndim(b) == 0:
        bar = np.sum(g * a)
    elif np.ndim(a) == 0 or np.ndim(a) == 1 and np.ndim(b) == 1:
        bar = g * a
    elif np.ndim(a) == 1:
        bar = np.outer(g, a) if np.ndim(b) == 2 else g[..., None] * a
    elif np.ndim(a) == 2:
        bar = g.T @ a if np.ndim(b) <= 2 else np.tensordot(g, a, ((0,), (0,)))
    else:
        free = tuple(range(np.ndim(a) - 1))
        bar = np.tensordot(g, a, (free, free))
    return real_like(bar, b)


linear(
    np.inner,
    0,
    transpose=inner_left,
    at=[
        *FACTORS,
        lambda: (normal(3), normal(3, seed=1)),
        lambda: (normal(2, 3), normal(3)),
        lambda: (normal(3), normal(2, 3)),
        lambda: (normal(2, 3), normal(4, 3)),
        lambda: (normal(5, 2, 3), normal(3)),
        lambda: (normal(3), normal(5, 2, 3)),
        lambda: (normal(2, 3), normal(5, 4, 3)),
        lambda: (normal(5, 2, 3), normal(4, 3)),
        lambda: (1j * normal(2, 3), normal(3)),
    ],
)
linear(np.inner, 1, transpose=inner_right)


def vdot_left(g, ans, a, b):
    return real_like(conjugate_of(g * reshape_like(b, a)), a)


def vdot_right(g, ans, a, b):
    return real_like(g * conjugate_of(reshape_like(a, b)), b)


linear(
    np.vdot,
    0,
    transpose=vdot_left,
    at=[
        *FACTORS[2:],
        lambda: (normal(3), normal(3, seed=1)),
        lambda: (normal(2, 3), normal(3, 2)),
        lambda: (normal(3) + 1j * normal(3, seed=1), normal(3, seed=2) + 1j * normal(3, seed=3)),
        lambda: (normal(3), normal(3, seed=2) + 1j * normal(3, seed=3)),
        lambda: (normal(3) + 1j * normal(3, seed=1), normal(3, seed=2)),
    ],
)
linear(np.vdot, 1, transpose=vdot_right)


def vecdot_left(g, ans, a, b, axis=-1):
    return real_like(unbroadcast(conjugate_of(np.expand_dims(g, axis) * b), a), a)


def vecdot_right(g, ans, a, b, axis=-1):
    return real_like(unbroadcast(np.expand_dims(g, axis) * conjugate_of(a), b), b)


def matvec_left(g, ans, a, b):
    return real_like(unbroadcast(g[..., None] * b[..., None, :], a), a)


def matvec_right(g, ans, a, b):
    return real_like(unbroadcast((np.swapaxes(a, -1, -2) @ g[..., None])[..., 0], b), b)


def vecmat_left(g, ans, a, b):
    return real_like(unbroadcast(conjugate_of((b @ g[..., None])[..., 0]), a), a)


def vecmat_right(g, ans, a, b):
    return real_like(unbroadcast(conjugate_of(a)[..., None] * g[..., None, :], b), b)


for fn in (np.vecdot, np.linalg.vecdot):
    linear(
        fn,
        0,
        transpose=vecdot_left,
        at=[
            lambda: (normal(3), normal(3, seed=1)),
            lambda: (normal(2, 3), normal(3)),
            lambda: (normal(1, 3), normal(2, 3)),
            lambda: (normal(3, 2), normal(3, 2, seed=1), {"axis": 0}),
            lambda: (normal(2, 3) + 1j * normal(2, 3, seed=1), normal(2, 3, seed=2) + 1j * normal(2, 3, seed=3)),
            lambda: (normal(2, 3), 1j * normal(2, 3, seed=2)),
        ],
    )
    linear(fn, 1, transpose=vecdot_right)
if hasattr(np, "matvec"):
    linear(
        np.matvec,
        0,
        transpose=matvec_left,
        at=[
            lambda: (normal(2, 3), normal(3)),
            lambda: (normal(2, 3), normal(5, 3)),
            lambda: (normal(5, 2, 3), normal(3)),
        ],
    )
    linear(np.matvec, 1, transpose=matvec_right)
    linear(
        np.vecmat,
        0,
        transpose=vecmat_left,
        at=[
            lambda: (normal(3), normal(3, 2)),
            lambda: (normal(5, 3), normal(3, 2)),
            lambda: (1j * normal(3), normal(5, 3, 2)),
        ],
    )
    linear(np.vecmat, 1, transpose=vecmat_right)

# -- chains ----------------------------------------------------------------------


def multi_dot_pullback(g, ans, arrays):
    """Each factor's cotangent is that of the product of all before it, the factor, and the product of all after it."""
    last, before, after = len(arrays) - 1, (arrays[0],), (arrays[-1],)
    for k in range(1, last):
        before += (before[k - 1] @ arrays[k],)
        after += (arrays[last - k] @ after[k - 1],)
    bars = [matmul_left(g, ans, arrays[0], after[last - 1])]
    for k in range(1, last):
        bar = matmul_left(g, ans, before[k], after[last - k - 1])
        bars.append(matmul_right(bar, ans, before[k - 1], arrays[k]))
    return [*bars, matmul_right(g, ans, before[last - 1], arrays[last])]


@derivative(
    np.linalg.multi_dot,
    sequence=True,
    pullback=multi_dot_pullback,
    at=[
        lambda: ([normal(2, 3), normal(3, 4), normal(4, 2)],),
        lambda: ([normal(3), normal(3, 4), normal(4, 2)],),
        lambda: ([normal(2, 3), normal(3, 4), normal(4, 2), normal(2)],),
        lambda: ((normal(3), normal(3, 4), normal(4)),),
        lambda: ([normal(2, 3), normal(3, 4)],),
    ],
)
def multi_dot_pushforward(g, ans, arrays):
    tangent = 0.0
    for k in range(len(arrays)):
        if g[k] is not None:
            tangent = tangent + np.linalg.multi_dot([*arrays[:k], g[k], *arrays[k + 1 :]])
    return tangent
