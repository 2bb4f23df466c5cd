"""Numbers that are an int on one way and a float on another."""

from __future__ import annotations

import numpy as np
import pytest

import ad
from tensor.runtime import Refused


def asked(x):
    y = 0 if x < 0 else x
    return x * 2.0 if isinstance(y, float) else x * 3.0


def asked_after_arithmetic(x):
    y = -abs(0 if x < 0 else x) * 2
    return x * 2.0 if isinstance(y, int) else x * 3.0


def asked_of_the_greater(x):
    return x * 2.0 if isinstance(max(0, x), int) else x * 3.0


def asked_after_a_loop(x):
    s = 0
    for _ in range(3):
        if x > 0:
            s = s + x
    return x * 2.0 if isinstance(s, int) else x * 3.0


@pytest.mark.parametrize("x", [1.5, -1.5])
@pytest.mark.parametrize("f", [asked, asked_after_arithmetic, asked_of_the_greater, asked_after_a_loop])
def test_the_type_is_asked_when_run(f, x):
    value, slope = ad.value_and_grad(f)(x)
    assert value == f(x)
    assert slope == f(x) / x
    assert ad.jvp(f, (x,), (1.0,)) == (f(x), f(x) / x)


def written(x):
    y = 0 if x < 0 else x
    a = np.array([y, y])
    a[0] = 2.0 * x
    return a[0] * 1.0


def filled(x):
    a = np.full(2, max(x, 0))
    a[0] = 2.0 * x
    return a[0] * 1.0


def made_alike(x):
    a = np.zeros_like(np.array([0 if x < 0 else x, 1]))
    a[0] = 2.0 * x
    return a[0] * 1.0


def of_its_type(x):
    a = np.zeros(2, dtype=np.asarray(0 if x < 0 else x).dtype)
    a[0] = 2.0 * x
    return a[0] * 1.0


def of_items(x):
    a = np.vectorize(lambda v: 0 if v < 0 else v)(np.array([x, 1.0]))
    a[1] = 2.0 * x
    return a[1] * 1.0


@pytest.mark.parametrize("f", [written, filled, made_alike, of_its_type, of_items])
def test_an_array_of_integers_is_refused_when_run(f):
    assert ad.grad(f)(1.5) == 2.0
    assert ad.jvp(f, (1.5,), (1.0,)) == (3.0, 2.0)
    with pytest.raises(Refused, match="of ints on one way and of floats on another"):
        ad.grad(f)(-1.5)
    with pytest.raises(Refused, match="of ints on one way and of floats on another"):
        ad.jvp(f, (-1.5,), (1.0,))


def test_an_array_that_is_only_read_may_be_of_integers():
    def f(x):
        y = 0 if x < 0 else x
        return np.sum(np.array([y, y]) * x)

    assert ad.grad(f)(-1.5) == 0.0
    assert ad.grad(f)(1.5) == 6.0
