"""Each call of the table in reverse, forward and second order, against central differences.

The result is weighted to one number, not linearly, so that linear functions have second derivatives too.  For complex
arguments the gradient is df/dx - i df/dy.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ad
from tests.callables.calls import CASES

pytestmark = pytest.mark.filterwarnings("ignore")


def weights(x: Any, seed: int) -> Any:
    return np.random.default_rng(seed).uniform(0.5, 1.5, size=np.shape(x))


def one_number(f: Any, out: Any) -> Any:
    """A number made of the result (of all that are real or complex, if there are several)."""
    parts = out if isinstance(out, (tuple, list)) else [out]
    chosen = [(k, weights(part, k)) for k, part in enumerate(parts) if np.asarray(part).dtype.kind in "fc"]
    if not isinstance(out, (tuple, list)):
        w = chosen[0][1]
        if np.iscomplexobj(out):
            return lambda *args: np.sum(w * np.real(f(*args))) + np.sum(w * np.abs(f(*args)) ** 2)
        return lambda *args: np.sum(w * f(*args) * (1 + 0.5 * f(*args)))

    def loss(*args):
        made, total = f(*args), 0.0
        for k, w in chosen:
            total = total + np.sum(w * np.real(made[k] * (1 + 0.5 * made[k])))
        return total

    return loss


def differences(f: Any, args: tuple, k: int, step: float) -> Any:
    x = np.asarray(args[k])
    slopes = np.zeros(x.shape, x.dtype)

    def at(index: Any, change: complex) -> Any:
        moved = np.array(x)
        moved[index] += change
        return f(*args[:k], moved if isinstance(args[k], np.ndarray) else moved.item(), *args[k + 1 :])

    for index in np.ndindex(x.shape):
        slopes[index] = (at(index, step) - at(index, -step)) / (2 * step)
        if np.iscomplexobj(x):
            slopes[index] -= 1j * (at(index, 1j * step) - at(index, -1j * step)) / (2 * step)
    return slopes


def direction(x: Any, seed: int) -> Any:
    v = np.random.default_rng(seed).normal(size=np.shape(x))
    v = v + 1j * np.random.default_rng(seed + 1).normal(size=np.shape(x)) if np.iscomplexobj(x) else v
    return v.astype(x.dtype) if isinstance(x, np.ndarray) else float(v)


def inner(a: Any, b: Any) -> float:
    return float(sum(np.real(np.sum(np.asarray(x) * y)) for x, y in zip(a, b, strict=True)))


@pytest.mark.parametrize(("f", "args"), CASES)
def test_call(f, args):
    loss, places = one_number(f, f(*args)), tuple(range(len(args)))
    single = any(getattr(x, "dtype", None) == np.float32 for x in args)
    step, rtol = (1e-2, 2e-2) if single else (1e-6, 2e-5)
    expected = [differences(loss, args, k, step) for k in places]
    value, gradient = ad.value_and_grad(loss, argnums=places)(*args)
    np.testing.assert_array_equal(value, loss(*args))
    for got, want, x in zip(gradient, expected, args, strict=True):
        assert np.shape(got) == np.shape(x) and np.asarray(got).dtype == np.asarray(x).dtype
        np.testing.assert_allclose(got, want, rtol=rtol, atol=rtol * (0.01 + 0.1 * np.max(np.abs(want), initial=0)))
    v = tuple(direction(x, k) for k, x in enumerate(args))
    slope = ad.jvp(loss, args, v)[1]
    np.testing.assert_allclose(slope, inner(expected, v), rtol=rtol, atol=0.1 * rtol * (1 + abs(slope)))
    if not single:
        check_second(ad.grad(loss, argnums=places), args, v)


def check_second(df: Any, args: tuple, v: tuple) -> None:
    """The gradient's own slope along `v`, by reverse over reverse and forward over reverse."""
    w = tuple(direction(x, k + 7) for k, x in enumerate(args))

    def turned(*xs):
        total = 0.0
        for bar, u in zip(df(*xs), w, strict=True):
            total = total + np.sum(np.real(u * bar))
        return total

    step = 1e-5
    up, down = (tuple(x + s * d for x, d in zip(args, v, strict=True)) for s in (step, -step))
    expected = (turned(*up) - turned(*down)) / (2 * step)
    again = ad.grad(turned, argnums=tuple(range(len(args))))(*args)
    for got in (inner(again, v), ad.jvp(turned, args, v)[1]):
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5 * (1 + abs(expected)))
