"""The families of `numpy.polynomial`: power, Chebyshev, Legendre, Hermite and Laguerre series, lowest degree first.

For each family: the value of a series with coefficients along one axis, its derivative series, and the matrix of the
family's polynomials.  Imported when first asked for: `numpy.polynomial` itself costs some milliseconds.
"""

from __future__ import annotations

import numpy as np
from numpy.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre, polynomial

from tensor.registry import derivative, linear, normal
from tensor.rules.shaping import real_like
from tensor.runtime import count_like

# -- the same for all families ---------------------------------------------------


def one_series(c):
    if np.ndim(c) != 1:
        raise NotImplementedError("series of numpy.polynomial have derivatives for one axis of coefficients")


def slope_at(g, x, c, val, der):
    one_series(c)
    return real_like(g * val(x, der(c)), x)


def onto_coefficients(g, x, c, vander):
    one_series(c)
    if np.ndim(x) == 0:
        return real_like(g * vander(x, len(c) - 1)[0], c).astype(c.dtype)
    return real_like(np.reshape(g, -1) @ vander(np.reshape(x, -1), len(c) - 1), c)


def differentiation(c, m, scl, der):
    """The matrix that takes coefficients to those of the derivative."""
    one_series(c)
    return der(np.diag(np.ones_like(c)), m, scl)


def vander_slopes(x, deg, vander, der):
    """The derivative of each entry of the matrix of polynomials up to degree `deg`."""
    return vander(x, max(deg - 1, 0)) @ der(np.diag(np.ones_like(count_like(x, deg + 1))))


VALUES = [
    lambda: (normal(3), normal(4)),
    lambda: (0.3, normal(4)),
    lambda: (normal(2, 3), normal(2)),
    lambda: (normal(3), normal(1)),
]
SERIES = [lambda: (normal(5),), lambda: (normal(5), 2), lambda: (normal(4), 1, 2.0)]
POINTS = [lambda: (normal(3), 4), lambda: (normal(2, 3), 2), lambda: (normal(3), 0)]

# -- Power series --------------------------------------------------------------


def polyval_coefficients(g, ans, x, c, tensor=True):
    return onto_coefficients(g, x, c, polynomial.polyvander)


def polyval_at(g, ans, x, c, tensor=True):
    return slope_at(g, x, c, polynomial.polyval, polynomial.polyder)


def polyder_pullback(g, ans, c, m=1, scl=1, axis=0):
    return g @ differentiation(c, m, scl, polynomial.polyder)


def polyvander_pullback(g, ans, x, deg):
    return np.sum(g * vander_slopes(x, deg, polynomial.polyvander, polynomial.polyder), axis=-1)


def polyvander_pushforward(g, ans, x, deg):
    return g[..., None] * vander_slopes(x, deg, polynomial.polyvander, polynomial.polyder)


linear(polynomial.polyval, 1, transpose=polyval_coefficients, at=VALUES)
derivative(polynomial.polyval, 0, pullback=polyval_at)(polyval_at)
linear(polynomial.polyder, transpose=polyder_pullback, at=SERIES)
derivative(polynomial.polyvander, pullback=polyvander_pullback, at=POINTS)(polyvander_pushforward)

# -- Chebyshev -----------------------------------------------------------------


def chebval_coefficients(g, ans, x, c, tensor=True):
    return onto_coefficients(g, x, c, chebyshev.chebvander)


def chebval_at(g, ans, x, c, tensor=True):
    return slope_at(g, x, c, chebyshev.chebval, chebyshev.chebder)


def chebder_pullback(g, ans, c, m=1, scl=1, axis=0):
    return g @ differentiation(c, m, scl, chebyshev.chebder)


def chebvander_pullback(g, ans, x, deg):
    return np.sum(g * vander_slopes(x, deg, chebyshev.chebvander, chebyshev.chebder), axis=-1)


def chebvander_pushforward(g, ans, x, deg):
    return g[..., None] * vander_slopes(x, deg, chebyshev.chebvander, chebyshev.chebder)


linear(chebyshev.chebval, 1, transpose=chebval_coefficients, at=VALUES)
derivative(chebyshev.chebval, 0, pullback=chebval_at)(chebval_at)
linear(chebyshev.chebder, transpose=chebder_pullback, at=SERIES)
derivative(chebyshev.chebvander, pullback=chebvander_pullback, at=POINTS)(chebvander_pushforward)

# -- Legendre ------------------------------------------------------------------


def legval_coefficients(g, ans, x, c, tensor=True):
    return onto_coefficients(g, x, c, legendre.legvander)


def legval_at(g, ans, x, c, tensor=True):
    return slope_at(g, x, c, legendre.legval, legendre.legder)


def legder_pullback(g, ans, c, m=1, scl=1, axis=0):
    return g @ differentiation(c, m, scl, legendre.legder)


def legvander_pullback(g, ans, x, deg):
    return np.sum(g * vander_slopes(x, deg, legendre.legvander, legendre.legder), axis=-1)


def legvander_pushforward(g, ans, x, deg):
    return g[..., None] * vander_slopes(x, deg, legendre.legvander, legendre.legder)


linear(legendre.legval, 1, transpose=legval_coefficients, at=VALUES)
derivative(legendre.legval, 0, pullback=legval_at)(legval_at)
linear(legendre.legder, transpose=legder_pullback, at=SERIES)
derivative(legendre.legvander, pullback=legvander_pullback, at=POINTS)(legvander_pushforward)

# -- Hermite -------------------------------------------------------------------


def hermval_coefficients(g, ans, x, c, tensor=True):
    return onto_coefficients(g, x, c, hermite.hermvander)


def hermval_at(g, ans, x, c, tensor=True):
    return slope_at(g, x, c, hermite.hermval, hermite.hermder)


def hermder_pullback(g, ans, c, m=1, scl=1, axis=0):
    return g @ differentiation(c, m, scl, hermite.hermder)


def hermvander_pullback(g, ans, x, deg):
    return np.sum(g * vander_slopes(x, deg, hermite.hermvander, hermite.hermder), axis=-1)


def hermvander_pushforward(g, ans, x, deg):
    return g[..., None] * vander_slopes(x, deg, hermite.hermvander, hermite.hermder)


linear(hermite.hermval, 1, transpose=hermval_coefficients, at=VALUES)
derivative(hermite.hermval, 0, pullback=hermval_at)(hermval_at)
linear(hermite.hermder, transpose=hermder_pullback, at=SERIES)
derivative(hermite.hermvander, pullback=hermvander_pullback, at=POINTS)(hermvander_pushforward)

# -- Hermite, probabilists' ----------------------------------------------------


def hermeval_coefficients(g, ans, x, c, tensor=True):
    return onto_coefficients(g, x, c, hermite_e.hermevander)


def hermeval_at(g, ans, x, c, tensor=True):
    return slope_at(g, x, c, hermite_e.hermeval, hermite_e.hermeder)


def hermeder_pullback(g, ans, c, m=1, scl=1, axis=0):
    return g @ differentiation(c, m, scl, hermite_e.hermeder)


def hermevander_pullback(g, ans, x, deg):
    return np.sum(g * vander_slopes(x, deg, hermite_e.hermevander, hermite_e.hermeder), axis=-1)


def hermevander_pushforward(g, ans, x, deg):
    return g[..., None] * vander_slopes(x, deg, hermite_e.hermevander, hermite_e.hermeder)


linear(hermite_e.hermeval, 1, transpose=hermeval_coefficients, at=VALUES)
derivative(hermite_e.hermeval, 0, pullback=hermeval_at)(hermeval_at)
linear(hermite_e.hermeder, transpose=hermeder_pullback, at=SERIES)
derivative(hermite_e.hermevander, pullback=hermevander_pullback, at=POINTS)(hermevander_pushforward)

# -- Laguerre ------------------------------------------------------------------


def lagval_coefficients(g, ans, x, c, tensor=True):
    return onto_coefficients(g, x, c, laguerre.lagvander)


def lagval_at(g, ans, x, c, tensor=True):
    return slope_at(g, x, c, laguerre.lagval, laguerre.lagder)


def lagder_pullback(g, ans, c, m=1, scl=1, axis=0):
    return g @ differentiation(c, m, scl, laguerre.lagder)


def lagvander_pullback(g, ans, x, deg):
    return np.sum(g * vander_slopes(x, deg, laguerre.lagvander, laguerre.lagder), axis=-1)


def lagvander_pushforward(g, ans, x, deg):
    return g[..., None] * vander_slopes(x, deg, laguerre.lagvander, laguerre.lagder)


linear(laguerre.lagval, 1, transpose=lagval_coefficients, at=VALUES)
derivative(laguerre.lagval, 0, pullback=lagval_at)(lagval_at)
linear(laguerre.lagder, transpose=lagder_pullback, at=SERIES)
derivative(laguerre.lagvander, pullback=lagvander_pullback, at=POINTS)(lagvander_pushforward)
