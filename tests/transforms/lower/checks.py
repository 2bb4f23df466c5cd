"""What each program of these tests must satisfy: value, reverse, forward, second order against differences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import ad
from transforms.errors import UnsupportedError

X = np.array([0.7, -1.3, 0.4, 1.9, -0.6])
V = np.array([0.3, 0.8, -0.5, 0.2, 0.9])
STEP = 1e-6


def difference(f: Callable[[np.ndarray], object], x: np.ndarray, v: np.ndarray, step: float = STEP) -> object:
    """The directional derivative of `f` by central differences."""
    return (np.asarray(f(x + step * v)) - np.asarray(f(x - step * v))) / (2 * step)


def gradient(f: Callable[[np.ndarray], float], x: np.ndarray) -> np.ndarray:
    """The gradient of `f` by central differences."""
    return np.array([difference(f, x, e) for e in np.eye(x.size)]).reshape(x.shape)


def reverse(f: Callable[[np.ndarray], float], x: np.ndarray) -> None:
    given = x.copy()
    value, found = ad.value_and_grad(f)(given)
    after = x.copy()
    expected = f(after)
    np.testing.assert_allclose(value, expected, rtol=1e-13)
    np.testing.assert_array_equal(given, after)
    np.testing.assert_allclose(found, gradient(lambda y: f(y.copy()), x), rtol=2e-6, atol=2e-7)


def forward(f: Callable[[np.ndarray], float], x: np.ndarray) -> None:
    value, found = ad.jvp(f, (x.copy(),), (V,))
    np.testing.assert_allclose(value, f(x.copy()), rtol=1e-13)
    np.testing.assert_allclose(found, difference(lambda y: f(y.copy()), x, V), rtol=2e-6, atol=2e-7)


def second(f: Callable[[np.ndarray], float], x: np.ndarray) -> None:
    derivative = ad.grad(f)
    expected = difference(lambda y: derivative(y.copy()), x, V)
    _, found = ad.jvp(derivative, (x.copy(),), (V,))
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-6)
    found = ad.grad(lambda y: np.sum(derivative(y) * V))(x.copy())
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-6)


MODES = {"reverse": reverse, "forward": forward, "second": second}


def agrees(f: Callable[[np.ndarray], float], mode: str, x: np.ndarray = X) -> None:
    """Check `f` at `x` in one mode."""
    MODES[mode](f, x)


def refused(f: Callable[[np.ndarray], float], mode: str, x: np.ndarray = X) -> str:
    """The reason why a derivative of `f` is refused in one mode; it must be."""
    try:
        MODES[mode](f, x)
    except UnsupportedError as error:
        return str(error)
    raise AssertionError("this program was to be refused")
