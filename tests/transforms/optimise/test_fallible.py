"""What would raise is not left out, though its value is computed for nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ad

X = np.array([0.7, -1.3])


def other_length(x):
    return np.sum(x + np.ones(5))


def not_needed(x):
    return np.sum((x**2)[:0]) + np.sum(x**2 + np.ones(5)[:2] * np.ones(3))


def no_product(x):
    return np.sum(x) + np.sum(np.ones((2, 3)) @ np.ones(4))


@pytest.mark.parametrize("f", [other_length, not_needed, no_product])
def test_what_raises_is_run(f: Any) -> None:
    for derivative in (ad.grad(f), ad.value_and_grad(f), ad.hessian(f), ad.jacfwd(f), lambda x: ad.hvp(f)(x, x)):
        with pytest.raises(ValueError):
            derivative(X)


def of_one_shape(x, y):
    return np.sum(x + y) + x @ y


def test_what_cannot_raise_is_left_out() -> None:
    assert ad.grad(of_one_shape).source_for(X, X).count("\n    ") == 3  # the check, the gradient, the return
