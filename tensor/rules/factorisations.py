"""Factorisations of matrices: cholesky, eigh, eig, svd, qr, for one matrix or a batch of them.

NumPy is the specification: `cholesky` and `eigh` read one triangle only, so their derivative lies in that triangle.
Eigenvectors and singular vectors whose values coincide have no derivative: infinities and NaN come out.
Where the phase of a complex vector is arbitrary, there is none either, and the rule refuses.
"""

from __future__ import annotations

import numpy as np

from tensor.registry import derivative, normal
from tensor.rules.contraction import conjugate_of
from tensor.rules.linalg import adjoint, as_factor, definite, mT, total
from tensor.runtime import diagonal_like, fit_length

# -- matrices of which one triangle is read --------------------------------------


def hermitian(a, upper):
    """The Hermitian matrix of which `a` gives one triangle."""
    if upper:
        a = adjoint(a)
    if np.iscomplexobj(a):
        return np.tril(a, -1) + adjoint(np.tril(a, -1)) + np.real(np.tril(np.triu(a)))
    return np.tril(a) + mT(np.tril(a, -1))


def into_triangle(bar, upper):
    """The cotangent of `a`, given that of `hermitian(a, upper)`."""
    if np.iscomplexobj(bar):
        lower = np.tril(bar, -1) + np.tril(adjoint(bar), -1) + np.real(np.tril(np.triu(bar)))
        return adjoint(lower) if upper else lower
    return np.triu(bar) + np.triu(mT(bar), 1) if upper else np.tril(bar) + np.tril(mT(bar), -1)


def lower_half(x):
    """The lower triangle, the diagonal halved."""
    return 0.5 * (np.tril(x) + np.tril(x, -1))


def cholesky_pullback(g, ans, a, upper=False):
    if upper:
        g, ans = adjoint(g), adjoint(ans)
    half = np.linalg.solve(mT(ans), lower_half(mT(ans) @ g))
    return into_triangle(mT(np.linalg.solve(adjoint(ans), mT(half))), upper)


def positive(*shape, seed=0):
    """Positive definite."""
    x = normal(*shape, seed=seed)
    return x @ np.swapaxes(x, -1, -2) + np.eye(shape[-1])


def positive_complex(n):
    x = normal(n, n) + 1j * normal(n, n, seed=1)
    return x @ np.conj(x.T) + np.eye(n)


@derivative(
    np.linalg.cholesky,
    pullback=cholesky_pullback,
    at=[
        lambda: (positive(3, 3),),
        lambda: (positive(2, 3, 3),),
        lambda: (positive(3, 3), {"upper": True}),
        lambda: (positive_complex(3),),
        lambda: (positive_complex(3), {"upper": True}),
    ],
)
def cholesky_pushforward(g, ans, a, upper=False):
    low = adjoint(ans) if upper else ans
    inner = mT(np.linalg.solve(conjugate_of(low), mT(np.linalg.solve(low, hermitian(g, upper)))))
    tangent = low @ lower_half(inner)
    return adjoint(tangent) if upper else tangent


def inverse_gaps(w):
    """`1 / (w[j] - w[i])` off the diagonal, 0 on it."""
    gaps = w - w[:, None] if np.ndim(w) == 1 else w[..., None, :] - w[..., None]
    eye = diagonal_like(gaps, 1.0, 0, -2, -1)
    return 1.0 / (gaps + eye) - eye


def weighted(x, w):
    """The columns of `x` multiplied by the entries of `w`."""
    return x * w if np.ndim(x) == 2 else x * w[..., None, :]


def no_phase(a, name):
    if np.iscomplexobj(a):
        raise NotImplementedError(
            f"{name} of a complex matrix has no derivative: the phase of its vectors is arbitrary"
        )


def eigh_pullback(g, ans, a, UPLO="L"):
    w, v = ans
    if g[1] is None:
        bar = weighted(conjugate_of(v), g[0]) @ mT(v)
    else:
        no_phase(a, "the vectors of np.linalg.eigh")
        inner = inverse_gaps(w) * (mT(v) @ g[1])
        bar = v @ inner @ mT(v) if g[0] is None else (weighted(v, g[0]) + v @ inner) @ mT(v)
    return into_triangle(bar, UPLO == "U")


@derivative(
    np.linalg.eigh,
    pullback=eigh_pullback,
    at=[
        lambda: (positive(3, 3),),
        lambda: (normal(2, 3, 3),),
        lambda: (normal(3, 3), "U"),
        lambda: (normal(2, 3, 3), {"UPLO": "U"}),
    ],
)
def eigh_pushforward(g, ans, a, UPLO="L"):
    no_phase(a, "np.linalg.eigh")
    w, v = ans
    inner = mT(v) @ hermitian(g, UPLO == "U") @ v
    return np.diagonal(inner, 0, -2, -1), v @ (inverse_gaps(w) * inner)


def eigvalsh_pullback(g, ans, a, UPLO="L"):
    w, v = np.linalg.eigh(a, UPLO)
    return into_triangle(weighted(conjugate_of(v), g) @ mT(v), UPLO == "U")


@derivative(
    np.linalg.eigvalsh,
    pullback=eigvalsh_pullback,
    at=[lambda: (positive(3, 3),), lambda: (normal(2, 3, 3), "U"), lambda: (positive_complex(3),)],
)
def eigvalsh_pushforward(g, ans, a, UPLO="L"):
    w, v = np.linalg.eigh(a, UPLO)
    return np.real(np.sum(conjugate_of(v) * (hermitian(g, UPLO == "U") @ v), axis=-2))


# -- general matrices ------------------------------------------------------------


def largest_real(v):
    """For each vector the row of its largest real entry, which LAPACK has made real to fix the vector's phase."""
    return np.argmax(np.where(np.imag(v) == 0, np.abs(v), -1.0), axis=-2)[..., None, :]


def back_to(bar, a):
    """Eigenvalues of a real matrix may be complex or not, which only the values can tell."""
    return bar if np.iscomplexobj(a) else np.real(bar)


def eig_pullback(g, ans, a):
    w, v = ans
    inner = np.zeros_like(v)
    if g[1] is not None:
        # vectors have length 1, and their largest entry is real
        along = np.sum(g[1] * v, axis=-2, keepdims=True)
        row = largest_real(v)
        phase = (np.real(along) - along) / np.take_along_axis(v, row, -2)
        rows = np.arange(v.shape[-1], like=row)[:, None]
        v_bar = g[1] - conjugate_of(v) * np.real(along) + (rows == row) * phase
        inner = inverse_gaps(w) * (mT(v) @ v_bar)
    if g[0] is not None:
        inner = inner + diagonal_like(v, g[0], 0, -2, -1)
    return back_to(np.linalg.solve(mT(v), inner @ mT(v)), a)


def complex_spectrum(n):
    """A real matrix with complex eigenvalues."""
    return np.tril(normal(n, n)) - 2.0 * np.triu(normal(n, n)).T + np.triu(normal(n, n, seed=2), 1) * 3.0


@derivative(
    np.linalg.eig,
    pullback=eig_pullback,
    at=[
        lambda: (positive(3, 3) + 0.1 * normal(3, 3),),
        lambda: (complex_spectrum(4),),
        lambda: (normal(3, 3) + 1j * normal(3, 3, seed=1),),
        lambda: (normal(2, 3, 3) + 1j * normal(2, 3, 3, seed=1),),
    ],
)
def eig_pushforward(g, ans, a):
    w, v = ans
    inner = np.linalg.solve(v, g @ v)
    v_dot = v @ (inverse_gaps(w) * inner)
    row = largest_real(v)
    turned = np.take_along_axis(v_dot, row, -2)
    phase = (turned - np.real(turned)) / np.take_along_axis(v, row, -2)
    length = np.real(np.sum(conjugate_of(v) * v_dot, axis=-2, keepdims=True))
    return np.diagonal(inner, 0, -2, -1), v_dot - v * (length + phase)


def eigvals_pullback(g, ans, a):
    w, v = np.linalg.eig(a)
    return back_to(np.linalg.solve(mT(v), g[..., None] * mT(v)), a)


@derivative(
    np.linalg.eigvals,
    pullback=eigvals_pullback,
    at=[
        lambda: (normal(3, 3),),
        lambda: (complex_spectrum(4),),
        lambda: (normal(2, 3, 3) + 1j * normal(2, 3, 3, seed=1),),
    ],
)
def eigvals_pushforward(g, ans, a):
    w, v = np.linalg.eig(a)
    return np.diagonal(np.linalg.solve(v, g @ v), 0, -2, -1)


# -- singular values -------------------------------------------------------------


def svd_options(a, full_matrices, hermitian, vectors):
    if hermitian:
        raise NotImplementedError("np.linalg.svd(..., hermitian=True) has no derivative: leave hermitian out")
    if vectors:
        no_phase(a, "the vectors of np.linalg.svd")
        if full_matrices:
            raise NotImplementedError(
                "np.linalg.svd has derivatives of its vectors with full_matrices=False only, "
                "which for square matrices is the same"
            )


def singular_values_bar(g, u, vh):
    return weighted(conjugate_of(u), g) @ conjugate_of(vh)


def svd_pullback(g, ans, a, full_matrices=True, compute_uv=True, hermitian=False):
    if not compute_uv:
        svd_options(a, full_matrices, hermitian, False)
        u, s, vh = np.linalg.svd(a, full_matrices=False)
        return singular_values_bar(g, u, vh)
    u, s, vh = ans
    svd_options(a, full_matrices, hermitian, g[0] is not None or g[2] is not None)
    if g[0] is None and g[2] is None:
        k = s.shape[-1]
        return (
            singular_values_bar(g[1], u[..., :k], vh[..., :k, :]) if full_matrices else singular_values_bar(g[1], u, vh)
        )
    gaps, cores = inverse_gaps(s * s), []
    if g[0] is not None:
        inner = gaps * (mT(u) @ g[0])
        cores.append(weighted(inner + mT(inner), s))
    if g[2] is not None:
        inner = gaps * (vh @ mT(g[2]))
        cores.append(mT(weighted(inner + mT(inner), s)))
    bar = u @ total(cores) @ vh
    if g[1] is not None:
        bar = bar + singular_values_bar(g[1], u, vh)
    if g[0] is not None:
        if a.shape[-2] > a.shape[-1]:
            bar = bar + weighted(g[0] - u @ (mT(u) @ g[0]), 1.0 / s) @ vh
    if g[2] is not None:
        if a.shape[-1] > a.shape[-2]:
            bar = bar + weighted(u, 1.0 / s) @ (g[2] - (g[2] @ mT(vh)) @ vh)
    return bar


@derivative(
    np.linalg.svd,
    pullback=svd_pullback,
    at=[
        lambda: (normal(4, 3), False),
        lambda: (normal(3, 4), {"full_matrices": False}),
        lambda: (normal(2, 3, 3), False),
        lambda: (normal(2, 2, 4), False),
        lambda: (normal(4, 3), {"compute_uv": False}),
        lambda: (normal(2, 3, 4), True, False),
        lambda: (normal(3, 4) + 1j * normal(3, 4, seed=1), {"compute_uv": False}),
    ],
)
def svd_pushforward(g, ans, a, full_matrices=True, compute_uv=True, hermitian=False):
    svd_options(a, full_matrices, hermitian, compute_uv)
    if not compute_uv:
        u, s, vh = np.linalg.svd(a, full_matrices=False)
        return np.real(np.sum(conjugate_of(u) * (g @ adjoint(vh)), axis=-2))
    u, s, vh = ans
    gaps, inner = inverse_gaps(s * s), mT(u) @ g @ mT(vh)
    scaled = weighted(inner, s)
    crossed = mT(weighted(mT(inner), s))
    u_dot = u @ (gaps * (scaled + mT(scaled)))
    vh_dot = mT(gaps * (crossed + mT(crossed))) @ vh
    if a.shape[-2] > a.shape[-1]:
        u_dot = u_dot + weighted(g @ mT(vh) - u @ inner, 1.0 / s)
    if a.shape[-1] > a.shape[-2]:
        vh_dot = vh_dot + mT(weighted(mT(mT(u) @ g - inner @ vh), 1.0 / s))
    return u_dot, np.diagonal(inner, 0, -2, -1), vh_dot


def svdvals_pullback(g, ans, x):
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    return singular_values_bar(g, u, vh)


@derivative(
    np.linalg.svdvals,
    pullback=svdvals_pullback,
    at=[lambda: (normal(4, 3),), lambda: (normal(2, 3, 3),), lambda: (1j * normal(2, 3),)],
)
def svdvals_pushforward(g, ans, x):
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    return np.real(np.sum(conjugate_of(u) * (g @ adjoint(vh)), axis=-2))


def cond_pullback(g, ans, x, p=None):
    """The condition number is the quotient of the first and the last singular value."""
    if p not in (None, 2):
        raise NotImplementedError("np.linalg.cond has a derivative for p=None and p=2")
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    first = u[..., :, :1] * vh[..., :1, :]
    last = u[..., :, -1:] * vh[..., -1:, :]
    return as_factor(g / s[..., -1], x) * conjugate_of(first - as_factor(ans, x) * last)


@derivative(
    np.linalg.cond,
    pullback=cond_pullback,
    at=[lambda: (normal(3, 3),), lambda: (normal(2, 4, 3), 2), lambda: (normal(3, 2) + 1j * normal(3, 2, seed=1),)],
)
def cond_pushforward(g, ans, x, p=None):
    tangent = np.sum(cond_pullback(np.ones_like(ans), ans, x, p) * g, axis=(-2, -1))
    return np.real(tangent) if np.iscomplexobj(x) else tangent


# -- orthogonal and triangular ---------------------------------------------------


def qr_options(a, mode):
    no_phase(a, "np.linalg.qr")
    if mode not in ("reduced", "r"):
        raise NotImplementedError("np.linalg.qr has derivatives for mode='reduced' and mode='r'")


def qr_pullback(g, ans, a, mode="reduced"):
    qr_options(a, mode)
    q, r = ans if mode == "reduced" else np.linalg.qr(a)
    q_bar, r_bar = g if mode == "reduced" else (None, g)
    if r_bar is None:
        turned = mT(q) @ q_bar
    else:
        turned = -(r_bar @ mT(r)) if q_bar is None else mT(q) @ q_bar - r_bar @ mT(r)
    inner = q @ np.tril(turned - mT(turned), -1)
    if q_bar is not None:
        inner = inner + q_bar - q @ (mT(q) @ q_bar)
    # of a wide matrix the first columns alone determine `q`
    bar = fit_length(mT(np.linalg.solve(r[..., : q.shape[-1]], mT(inner))), a.shape[-1])
    return bar if r_bar is None else bar + q @ r_bar


@derivative(
    np.linalg.qr,
    pullback=qr_pullback,
    at=[
        lambda: (normal(4, 3),),
        lambda: (definite(3),),
        lambda: (normal(2, 3, 4),),
        lambda: (normal(4, 3), "r"),
        lambda: (normal(3, 4), {"mode": "r"}),
    ],
)
def qr_pushforward(g, ans, a, mode="reduced"):
    qr_options(a, mode)
    q, r = ans if mode == "reduced" else np.linalg.qr(a)
    k = q.shape[-1]
    inner = mT(np.linalg.solve(mT(r[..., :k]), mT(g[..., :k])))
    along = mT(q) @ inner
    turned = np.tril(along, -1) - mT(np.tril(along, -1))
    r_dot = mT(q) @ g - turned @ r
    return (q @ turned + inner - q @ along, r_dot) if mode == "reduced" else r_dot
