"""Linear systems, inverses, determinants, least squares, powers; see `factorisations` and `norms` for the rest.

For one matrix or a batch of them; rank 2 gives the text without the batch.  Transpositions are plain, never conjugate.
"""

from __future__ import annotations

import numpy as np

from tensor.registry import constant, derivative, linear, normal
from tensor.rules.contraction import conjugate_of
from tensor.rules.shaping import real_like, zero_of
from tensor.runtime import unbroadcast


def mT(x):
    """The matrices of `x` transposed."""
    return x.T if np.ndim(x) == 2 else np.swapaxes(x, -1, -2)


def adjoint(x):
    """The matrices of `x` transposed and conjugated."""
    return conjugate_of(mT(x))


def as_factor(x, a):
    """`x`, one number for each matrix of `a`, as a factor of the matrices."""
    return x if np.ndim(a) == 2 else x[..., None, None]


def definite(n, seed=0):
    return normal(n, n, seed=seed) + 3.0 * np.eye(n)


REGULAR = [
    lambda: (definite(3),),
    lambda: (normal(2, 3, 3),),
    lambda: (normal(3, 3) + 1j * normal(3, 3, seed=1),),
]

# -- linear systems --------------------------------------------------------------


def solve_like(a, g, b):
    """`np.linalg.solve(a, g)`, where `g` is one vector for each system if `b` is a vector."""
    if np.ndim(b) == 1 and np.ndim(a) > 2:
        return np.linalg.solve(a, g[..., None])[..., 0]
    return np.linalg.solve(a, g)


def solve_matrix_pullback(g, ans, a, b):
    b_bar = solve_like(mT(a), g, b)
    if np.ndim(b) == 1:
        bar = -np.outer(b_bar, ans) if np.ndim(a) == 2 else -(b_bar[..., None] * ans[..., None, :])
    else:
        bar = -(b_bar @ mT(ans))
    return real_like(bar if np.ndim(ans) <= 2 and np.ndim(a) == 2 else unbroadcast(bar, a), a)


@derivative(
    np.linalg.solve,
    pullback=solve_matrix_pullback,
    at=[
        lambda: (definite(3), normal(3)),
        lambda: (definite(3), normal(3, 2)),
        lambda: (normal(2, 3, 3), normal(3)),
        lambda: (normal(2, 3, 3), normal(2, 3, 4)),
        lambda: (normal(2, 3, 3), normal(3, 4)),
        lambda: (definite(3), normal(2, 3, 4)),
        lambda: (definite(3) + 1j * normal(3, 3, seed=1), normal(3)),
        lambda: (definite(3), normal(3) + 1j * normal(3, seed=1)),
    ],
)
def solve_matrix_pushforward(g, ans, a, b):
    if np.ndim(b) == 1 and np.ndim(a) > 2:
        return -solve_like(a, (g @ ans[..., None])[..., 0], b)
    return -np.linalg.solve(a, g @ ans)


def solve_right_pullback(g, ans, a, b):
    bar = solve_like(mT(a), g, b)
    return real_like(bar if np.ndim(a) == 2 else unbroadcast(bar, b), b)


linear(np.linalg.solve, 1, transpose=solve_right_pullback)


def inv_pullback(g, ans, a):
    return -(mT(ans) @ g @ mT(ans))


@derivative(np.linalg.inv, pullback=inv_pullback, at=REGULAR)
def inv_pushforward(g, ans, a):
    return -(ans @ g @ ans)


def tensorinv_pullback(g, ans, a, ind=2):
    columns = a[(0,) * ind].size
    inverse = np.reshape(ans, (columns, -1))
    return np.reshape(-(inverse.T @ np.reshape(g, (columns, -1)) @ inverse.T), a.shape)


@derivative(
    np.linalg.tensorinv,
    pullback=tensorinv_pullback,
    at=[lambda: (normal(2, 3, 3, 2),), lambda: (normal(4, 2, 2), 1)],
)
def tensorinv_pushforward(g, ans, a, ind=2):
    columns = a[(0,) * ind].size
    inverse = np.reshape(ans, (columns, -1))
    return np.reshape(-(inverse @ np.reshape(g, (-1, columns)) @ inverse), ans.shape)


def as_system(a, b, axes):
    """The matrix that `np.linalg.tensorsolve(a, b)` inverts."""
    if axes is not None:
        raise NotImplementedError("np.linalg.tensorsolve(..., axes=...) has no derivative rule: move the axes first")
    return np.reshape(a, (b.size, b.size))


def tensorsolve_matrix_pullback(g, ans, a, b, axes=None):
    b_bar = np.linalg.solve(as_system(a, b, axes).T, np.reshape(g, -1))
    return np.reshape(-np.outer(b_bar, np.reshape(ans, -1)), a.shape)


@derivative(
    np.linalg.tensorsolve, 0, pullback=tensorsolve_matrix_pullback, at=[lambda: (normal(2, 3, 6), normal(2, 3))]
)
def tensorsolve_matrix_pushforward(g, ans, a, b, axes=None):
    moved = np.reshape(g, (b.size, b.size)) @ np.reshape(ans, -1)
    return np.reshape(-np.linalg.solve(as_system(a, b, axes), moved), ans.shape)


def tensorsolve_right_pullback(g, ans, a, b, axes=None):
    return np.reshape(np.linalg.solve(as_system(a, b, axes).T, np.reshape(g, -1)), b.shape)


linear(np.linalg.tensorsolve, 1, transpose=tensorsolve_right_pullback)


def known_rank(a, rcond, hermitian):
    if hermitian:
        raise NotImplementedError("np.linalg.pinv(..., hermitian=True) has no derivative: leave hermitian out")


def pinv_pullback(g, ans, a, rcond=None, hermitian=False, rtol=None):
    known_rank(a, rcond, hermitian)
    left = mT(g) @ ans @ adjoint(ans)
    right = adjoint(ans) @ ans @ mT(g)
    onto = left - a @ (ans @ left) + right - (right @ ans) @ a
    return conjugate_of(onto) - mT(ans) @ g @ mT(ans)


@derivative(
    np.linalg.pinv,
    pullback=pinv_pullback,
    at=[
        lambda: (normal(4, 3),),
        lambda: (normal(2, 3, 4),),
        lambda: (normal(3, 3), 1e-10),
        lambda: (normal(4, 3) + 1j * normal(4, 3, seed=1),),
    ],
)
def pinv_pushforward(g, ans, a, rcond=None, hermitian=False, rtol=None):
    known_rank(a, rcond, hermitian)
    left = ans @ adjoint(ans) @ adjoint(g)
    right = adjoint(g) @ adjoint(ans) @ ans
    return left - (left @ a) @ ans + right - ans @ (a @ right) - ans @ g @ ans


# -- determinants ----------------------------------------------------------------


def det_pullback(g, ans, a):
    return as_factor(g * ans, a) * mT(np.linalg.inv(a))


@derivative(np.linalg.det, pullback=det_pullback, at=REGULAR)
def det_pushforward(g, ans, a):
    return ans * log_det_tangent(g, a)


def log_det_tangent(g, a):
    """The trace of `inv(a) @ g`."""
    return np.sum(mT(np.linalg.inv(a)) * g, axis=(-2, -1))


def slogdet_pullback(g, ans, a):
    if np.iscomplexobj(a):
        weight = zero_of(ans[1]) if g[1] is None else g[1]
        if g[0] is not None:
            weight = weight + 1j * np.imag(g[0] * ans[0])
        return as_factor(weight, a) * mT(np.linalg.inv(a))
    if g[1] is None:
        return np.zeros_like(a)
    return as_factor(g[1], a) * mT(np.linalg.inv(a))


@derivative(np.linalg.slogdet, pullback=slogdet_pullback, at=REGULAR)
def slogdet_pushforward(g, ans, a):
    tangent = log_det_tangent(g, a)
    if np.iscomplexobj(a):
        return 1j * ans[0] * np.imag(tangent), np.real(tangent)
    return zero_of(ans[0]), tangent


# -- least squares ---------------------------------------------------------------


def only_real(a, b):
    if np.iscomplexobj(a) or np.iscomplexobj(b):
        raise NotImplementedError("np.linalg.lstsq of complex arrays has no derivative: write np.linalg.pinv(a) @ b")


def total(bars):
    result = bars[0]
    for bar in bars[1:]:
        result = result + bar
    return result


def product_with(u, x):
    """The outer product of vectors, or the sum of those of the columns of matrices."""
    return np.outer(u, x) if np.ndim(x) == 1 else u @ x.T


def lstsq_matrix_pullback(g, ans, a, b, rcond=None):
    only_real(a, b)
    bars, residual = [], b - a @ ans[0]
    if g[0] is not None:
        inverse = np.linalg.pinv(a)
        u = inverse.T @ g[0]
        bars.append(product_with(residual, inverse @ u) - product_with(u, ans[0]))
        bars.append(product_with(inverse.T @ ans[0], g[0] - a.T @ u))
    if g[1] is not None:
        bars.append(-2.0 * product_with(residual * (np.sum(g[1]) if np.ndim(b) == 1 else g[1]), ans[0]))
    if g[3] is not None:
        u, _, vh = np.linalg.svd(a, full_matrices=False)
        bars.append((u * g[3]) @ vh)
    return total(bars)


@derivative(
    np.linalg.lstsq,
    pullback=lstsq_matrix_pullback,
    at=[
        lambda: (normal(5, 3), normal(5)),
        lambda: (normal(5, 3), normal(5, 2)),
        lambda: (normal(3, 5), normal(3), None),
    ],
)
def lstsq_matrix_pushforward(g, ans, a, b, rcond=None):
    only_real(a, b)
    inverse = np.linalg.pinv(a)
    residual = b - a @ ans[0]
    moved = g.T @ residual
    seen = g.T @ (inverse.T @ ans[0])
    x_dot = inverse @ (inverse.T @ moved - g @ ans[0]) + seen - inverse @ (a @ seen)
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    squares_dot = np.atleast_1d(-2.0 * np.sum(residual * (g @ ans[0]), axis=0))[: ans[1].size]
    return x_dot, squares_dot, None, np.sum(u * (g @ vh.T), axis=0)


def lstsq_right_pullback(g, ans, a, b, rcond=None):
    only_real(a, b)
    bars = []
    if g[0] is not None:
        bars.append(np.linalg.pinv(a).T @ g[0])
    if g[1] is not None:
        bars.append(2.0 * (b - a @ ans[0]) * (np.sum(g[1]) if np.ndim(b) == 1 else g[1]))
    return total(bars) if bars else np.zeros_like(b)


@derivative(np.linalg.lstsq, 1, pullback=lstsq_right_pullback)
def lstsq_right_pushforward(g, ans, a, b, rcond=None):
    only_real(a, b)
    squares_dot = np.atleast_1d(2.0 * np.sum((b - a @ ans[0]) * g, axis=0))[: ans[1].size]
    return np.linalg.pinv(a) @ g, squares_dot, None, np.zeros_like(ans[3])


# -- powers ----------------------------------------------------------------------


def matrix_power_pullback(g, ans, a, n):
    if n == 0:
        return np.zeros_like(a)
    turned = mT(a) if n > 0 else mT(np.linalg.inv(a))
    bar, left = g, g
    for _ in range(abs(n) - 1):
        left = turned @ left
        bar = bar @ turned + left
    return bar if n > 0 else -(turned @ bar @ turned)


@derivative(
    np.linalg.matrix_power,
    pullback=matrix_power_pullback,
    at=[lambda n=n: (definite(3), n) for n in (0, 1, 2, 5, -1, -3)] + [lambda: (normal(2, 3, 3), 3)],
)
def matrix_power_pushforward(g, ans, a, n):
    if n == 0:
        return np.zeros_like(a)
    base = a if n > 0 else np.linalg.inv(a)
    base_dot = g if n > 0 else -(base @ g @ base)
    tangent, power = base_dot, base
    for _ in range(abs(n) - 1):
        tangent = tangent @ base + power @ base_dot
        power = power @ base
    return tangent


constant(np.linalg.matrix_rank)
