"""Operators that Python does not define for their operands raise TypeError, which the function may catch."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ad

V = np.array([2.0, 3.0])


def none_is_added(x):
    try:
        return x + None
    except TypeError:
        return x * x * x


def none_is_added_by_name(x):
    try:
        return operator.add(x, None)
    except TypeError:
        return x * x * x


def text_is_taken_away(x):
    y = x * 2.0
    try:
        y = y - "a"
    except (ValueError, TypeError) as error:
        y = y * y * len(str(error))
    finally:
        y = y + x
    return y


def first_sum_of_none(x):
    total = None
    for _ in range(3):
        try:
            total = total + x * x
        except TypeError:
            total = x * x
    return total


def none_on_one_way(x):
    factor = None if x > 0.0 else 2.0
    try:
        return x * factor
    except TypeError:
        return x * x * x


def inside_a_helper(x):
    def joined(a, b):
        return a + b

    try:
        return joined(np.sin(x), np.cos)
    except TypeError:
        return 3.0 * x * x


def list_is_negated(x):
    try:
        return -[x]
    except TypeError:
        return 7.0 * x * x


def array_and_none(x):
    table = {"a": None}
    try:
        return np.sum(np.array([x, 1.0]) * table["a"])
    except TypeError:
        return 3.0 * x * x


CAUGHT = [
    none_is_added,
    none_is_added_by_name,
    text_is_taken_away,
    first_sum_of_none,
    none_on_one_way,
    inside_a_helper,
    list_is_negated,
    array_and_none,
]


@pytest.mark.parametrize("f", CAUGHT)
@pytest.mark.parametrize("x", [2.0, -1.5])
def test_caught(f: Callable[[Any], Any], x: float) -> None:
    h = 1e-5
    assert ad.value_and_grad(f)(x)[0] == f(x)
    assert ad.grad(f)(x) == pytest.approx((f(x + h) - f(x - h)) / (2.0 * h), rel=1e-6)
    assert ad.jvp(f, (x,), (1.0,))[1] == pytest.approx(ad.grad(f)(x))
    assert ad.grad(ad.grad(f))(x) == pytest.approx((f(x + h) - 2.0 * f(x) + f(x - h)) / h**2, rel=1e-3, abs=1e-4)


def list_and_number(x):
    return x + 1.0


def list_is_squared(x):
    return x**2


def adds_what_print_returns(x):
    y = np.sin(x[0])
    return y + print("")


def text_and_number(x):
    return "a" + x[0]


def product_of_lists(x):
    return x @ x


@pytest.mark.parametrize(
    "f", [list_and_number, list_is_squared, adds_what_print_returns, text_and_number, product_of_lists]
)
@pytest.mark.parametrize("how", [lambda f, x: ad.grad(f)(x), lambda f, x: ad.jvp(f, (x,), (x,))])
def test_raised(f: Callable[[Any], Any], how: Callable[[Any, Any], Any]) -> None:
    with pytest.raises(TypeError) as expected:
        f([1.0, 2.0])
    with pytest.raises(TypeError) as caught:
        how(f, [1.0, 2.0])
    assert str(caught.value) == str(expected.value)


def raises_on_one_way(x):
    scale = None
    if x > 0.0:
        scale = x
    return scale * 3.0


def test_raised_only_where_the_function_does() -> None:
    gradient = ad.grad(raises_on_one_way)
    assert gradient(2.0) == 3.0
    with pytest.raises(TypeError):
        gradient(-2.0)


def test_arrays_and_lists_are_defined() -> None:
    assert np.array_equal(ad.grad(lambda x: np.sum(x * [2.0, 3.0]))(V), [2.0, 3.0])
    assert ad.grad(lambda x: len([1.0] * 2) * x)(1.0) == 2.0
