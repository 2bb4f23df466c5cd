"""Discrete Fourier transforms.

The transform's matrix is symmetric, so that `fft` is its own transposition, with the same norm.  Half spectra stand for
whole ones: `rfft` is transposed by `fft` of the cotangent continued by zeros, and `irfft` by `rfft`, where the entries
that stood for two frequencies count twice.  A length `n` cuts or continues the input first, which is undone last.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensor.registry import derivative, linear, normal
from tensor.rules.shaping import real_like
from tensor.runtime import double_interior, fit_length

# -- along one axis --------------------------------------------------------------


def restored(bar, a, n, axis):
    """The cotangent of `a`, given that of `a` with length `n`."""
    return real_like(bar if n is None else fit_length(bar, a.shape[axis], axis), a)


def transformed(fn, x, axis, norm, n=None):
    """`fn(x, n, axis, norm)`, without the arguments that are at their defaults."""
    if axis == -1 and norm is None:
        return fn(x) if n is None else fn(x, n)
    return fn(x, n, axis) if norm is None else fn(x, n, axis, norm)


def inverse_norm(norm):
    """The norm with which the other direction is scaled alike."""
    if norm == "ortho":
        return "ortho"
    return None if norm == "forward" else "forward"


def fft_pullback(g, ans, a, n=None, axis=-1, norm=None):
    return restored(transformed(np.fft.fft, g, axis, norm), a, n, axis)


def ifft_pullback(g, ans, a, n=None, axis=-1, norm=None):
    return restored(transformed(np.fft.ifft, g, axis, norm), a, n, axis)


def rfft_pullback(g, ans, a, n=None, axis=-1, norm=None):
    bar = np.real(transformed(np.fft.fft, g, axis, norm, a.shape[axis] if n is None else n))
    return bar if n is None else fit_length(bar, a.shape[axis], axis)


def irfft_pullback(g, ans, a, n=None, axis=-1, norm=None):
    bar = np.conj(transformed(np.fft.rfft, g, axis, inverse_norm(norm)))
    return restored(double_interior(bar, g.shape[axis], axis), a, n, axis)


def hfft_pullback(g, ans, a, n=None, axis=-1, norm=None):
    bar = transformed(np.fft.rfft, g, axis, norm)
    return restored(double_interior(bar, g.shape[axis], axis), a, n, axis)


def ihfft_pullback(g, ans, a, n=None, axis=-1, norm=None):
    bar = np.real(transformed(np.fft.ifft, g, axis, norm, a.shape[axis] if n is None else n))
    return bar if n is None else fit_length(bar, a.shape[axis], axis)


def spectrum(*shape):
    return normal(*shape) + 1j * normal(*shape, seed=1)


COMPLEX = [lambda: (spectrum(4),), lambda: (spectrum(2, 5),), lambda: (spectrum(4, 3), None, 0)]
REAL = [lambda: (normal(4),), lambda: (normal(2, 5),), lambda: (normal(4, 3), None, 0)]
LENGTHS: list[Any] = [lambda n=n: (normal(2, 5), n) for n in (4, 7, 8)]
LENGTHS += [lambda n=n: (normal(5, 2), n, 0, "ortho") for n in (3, 5, 8)]
NORMS: list[Any] = [lambda norm=norm: (normal(6), {"norm": norm}) for norm in ("backward", "ortho", "forward")]
NORMS += [lambda norm=norm: (normal(2, 5), 6, -1, norm) for norm in ("backward", "ortho", "forward")]
HALVES: list[Any] = [lambda n=n: (spectrum(2, 4), n) for n in (1, 2, 4, 5, 6, 7, 8, 11)]
HALVES += [lambda norm=norm: (spectrum(4, 2), 7, 0, norm) for norm in ("backward", "ortho", "forward")]

linear(np.fft.fft, transpose=fft_pullback, at=[*COMPLEX, *REAL, *LENGTHS, *NORMS])
linear(np.fft.ifft, transpose=ifft_pullback, at=[*COMPLEX, *REAL, *LENGTHS, *NORMS])
linear(np.fft.rfft, transpose=rfft_pullback, at=[*REAL, *LENGTHS, *NORMS])
linear(np.fft.irfft, transpose=irfft_pullback, at=[*COMPLEX, *REAL, *HALVES, *LENGTHS, *NORMS])
linear(np.fft.hfft, transpose=hfft_pullback, at=[*COMPLEX, *REAL, *HALVES, *LENGTHS, *NORMS])
linear(np.fft.ihfft, transpose=ihfft_pullback, at=[*REAL, *LENGTHS, *NORMS])

# -- along several axes ----------------------------------------------------------


def axes_of(a, s, axes):
    """The axes that a transform goes over."""
    if axes is None:
        count = np.ndim(a) if s is None else len(s)
        return tuple(range(-count, 0))
    return tuple(axes)


def extents(a, s, axes):
    """The lengths along `axes` after cutting or continuing."""
    if s is None:
        return tuple([a.shape[axis] for axis in axes])
    return tuple([a.shape[axes[k]] if s[k] == -1 else s[k] for k in range(len(axes))])


def refitted(bar, a, s, axes):
    """The cotangent of `a`, given that of `a` with lengths `s`."""
    if s is not None:
        for axis in axes:
            bar = fit_length(bar, a.shape[axis], axis)
    return real_like(bar, a)


def fftn_pullback(g, ans, a, s=None, axes=None, norm=None):
    axes = axes_of(a, s, axes)
    return refitted(np.fft.fftn(g, axes=axes, norm=norm), a, s, axes)


def ifftn_pullback(g, ans, a, s=None, axes=None, norm=None):
    axes = axes_of(a, s, axes)
    return refitted(np.fft.ifftn(g, axes=axes, norm=norm), a, s, axes)


def rfftn_pullback(g, ans, a, s=None, axes=None, norm=None):
    axes = axes_of(a, s, axes)
    return refitted(np.real(np.fft.fftn(g, extents(a, s, axes), axes, norm)), a, s, axes)


def irfftn_pullback(g, ans, a, s=None, axes=None, norm=None):
    axes = axes_of(a, s, axes)
    bar = np.conj(np.fft.rfftn(g, axes=axes, norm=inverse_norm(norm)))
    return refitted(double_interior(bar, g.shape[axes[-1]], axes[-1]), a, s, axes)


def fft2_pullback(g, ans, a, s=None, axes=(-2, -1), norm=None):
    return fftn_pullback(g, ans, a, s, axes, norm)


def ifft2_pullback(g, ans, a, s=None, axes=(-2, -1), norm=None):
    return ifftn_pullback(g, ans, a, s, axes, norm)


def rfft2_pullback(g, ans, a, s=None, axes=(-2, -1), norm=None):
    return rfftn_pullback(g, ans, a, s, axes, norm)


def irfft2_pullback(g, ans, a, s=None, axes=(-2, -1), norm=None):
    return irfftn_pullback(g, ans, a, s, axes, norm)


PLANES = [
    lambda: (normal(3, 4),),
    lambda: (normal(2, 3, 5), None, (0, 2)),
    lambda: (normal(3, 4), (4, 6), (0, 1)),
    lambda: (normal(3, 4), (2, 3), (1, 0)),
    lambda: (normal(2, 5, 4), (4, -1), (1, -1)),
    *[lambda norm=norm: (normal(3, 4), {"norm": norm}) for norm in ("ortho", "forward")],
    lambda: (normal(3, 4), (4, 3), (-2, -1), "ortho"),
]
SPECTRA = [lambda: (spectrum(3, 4),), lambda: (spectrum(2, 3, 4), (3, 5), (0, 1), "forward")]
for fn, transpose in (
    (np.fft.fftn, fftn_pullback),
    (np.fft.ifftn, ifftn_pullback),
    (np.fft.irfftn, irfftn_pullback),
    (np.fft.fft2, fft2_pullback),
    (np.fft.ifft2, ifft2_pullback),
    (np.fft.irfft2, irfft2_pullback),
):
    linear(fn, transpose=transpose, at=[*PLANES, *SPECTRA])
linear(np.fft.rfftn, transpose=rfftn_pullback, at=PLANES)
linear(np.fft.rfft2, transpose=rfft2_pullback, at=PLANES)

# -- order of the entries --------------------------------------------------------


def fftshift_pullback(g, ans, x, axes=None):
    return np.fft.ifftshift(g, axes)


def ifftshift_pullback(g, ans, x, axes=None):
    return np.fft.fftshift(g, axes)


SHIFTS = [lambda: (normal(5),), lambda: (normal(3, 4),), lambda: (normal(3, 4), 1), lambda: (normal(3, 4, 5), (0, 2))]
linear(np.fft.fftshift, transpose=fftshift_pullback, at=SHIFTS)
linear(np.fft.ifftshift, transpose=ifftshift_pullback, at=SHIFTS)


def frequencies_pullback(g, ans, n, d=1.0):
    return -np.sum(g * ans) / d


@derivative(np.fft.fftfreq, 1, pullback=frequencies_pullback, at=[lambda: (5, 0.5)])
@derivative(np.fft.rfftfreq, 1, pullback=frequencies_pullback, at=[lambda: (6, 0.5)])
def frequencies_pushforward(g, ans, n, d=1.0):
    return -ans * (g / d)


# -- the transpositions themselves -----------------------------------------------


def fit_length_pullback(g, ans, x, n, axis=-1):
    return fit_length(g, x.shape[axis], axis)


def double_interior_pullback(g, ans, x, n, axis=-1):
    return double_interior(g, n, axis)


linear(
    fit_length,
    transpose=fit_length_pullback,
    at=[lambda: (normal(2, 5), 3), lambda: (normal(2, 3), 5, 0), lambda: (normal(4), 4)],
)
linear(
    double_interior,
    transpose=double_interior_pullback,
    at=[lambda: (normal(2, 4), 6), lambda: (normal(4, 2), 7, 0), lambda: (normal(1), 1)],
)
