"""Which loops over entries are taken at once, and that nothing tells so but the text and the last bits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ad

X = np.array([0.7, -1.3, 2.1, 0.4, 1.1])


def text(f: Callable[..., Any], *args: Any, argnums: Any = 0) -> str:
    return ad.grad(f, argnums).source_for(*args)


def assert_gradient(f: Callable[..., Any], *args: Any) -> None:
    """The gradient by all arguments is that of central differences."""
    found = ad.grad(f, tuple(range(len(args))))(*args)
    for place, (gradient, value) in enumerate(zip(found, args, strict=True)):
        wanted = np.zeros(np.shape(value))
        for index in np.ndindex(wanted.shape):
            step = np.zeros(wanted.shape)
            step[index] = 1e-6
            ends = [f(*args[:place], value + sign * step, *args[place + 1 :]) for sign in (1.0, -1.0)]
            wanted[index] = (ends[0] - ends[1]) / 2e-6
        np.testing.assert_allclose(gradient, wanted, rtol=1e-6, atol=1e-6)


# ---- which loops are taken at once


def squares(x):
    s = 0.0
    for i in range(len(x)):
        s += x[i] * x[i]
    return s


def neighbours(x):
    s = 0.0
    for i in range(1, len(x) - 1):
        s += x[i - 1] * x[i] * x[i + 1]
    return s


def every_other(x):
    s = 0.0
    for i in range(0, len(x) - 1, 2):
        s += x[i] * x[i + 1]
    return s


def reversed_range(x):
    s = 0.0
    for i in reversed(range(len(x))):
        s += x[i] ** 3
    return s


def pairs(x):
    s = 0.0
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            s += x[i] * x[j]
    return s


def own_entries(x):
    y = np.zeros(len(x))
    for i in range(len(x)):
        y[i] = 2.0 * x[i] / 3.0
        y[i] += x[i]
    return np.sum(y * y)


def counts(x):
    s = 0.0
    for i in range(len(x)):
        s += i * x[i]
    return s


def grid(x):
    s = 0.0
    for i in range(len(x)):
        t = 0.1 * i
        s += x[i] * np.exp(-t * x[i])
    return s


def from_the_copy_before(x):
    y = x.copy()
    for _ in range(2):
        z = y.copy()
        for i in range(1, len(y) - 1):
            z[i] = y[i - 1] + 0.5 * y[i + 1]
        y = z
    return np.sum(y * y)


def common_length(x, y):
    s = 0.0
    for i in range(min(len(x), len(y))):
        s += x[i] * y[i]
    return s


def innermost(text: str) -> int:
    """The number of loops in a text that hold no other."""
    lines = text.splitlines()
    heads = [i for i, line in enumerate(lines) if line.lstrip().startswith("for ")]
    return sum(not lines[i + 1].lstrip().startswith("for ") for i in heads)


@pytest.mark.parametrize("f", [squares, neighbours, every_other, reversed_range, own_entries, counts, grid])
def test_a_loop_over_entries_is_taken_at_once(f: Any) -> None:
    assert "for " not in text(f, X)
    for n in range(6):
        assert_gradient(f, X[:n])


def test_the_inner_of_two_loops_is_taken_at_once() -> None:
    assert text(pairs, X).count("for ") == 1
    assert_gradient(pairs, X)


def test_what_a_trip_makes_is_apart_from_what_was_there_before() -> None:
    assert "z[1:-1] = y[:-2] + 0.5 * y[2:]" in text(from_the_copy_before, X).replace("y_1", "y")
    for n in range(6):
        assert_gradient(from_the_copy_before, X[:n])


def up_to(x, n):
    s = 0.0
    for i in range(2, n):
        s += x[i] ** 2 * x[i - 1] * x[i + 1]
    return s


@pytest.mark.parametrize("n", [-3, 0, 2, 3, 4])
def test_the_stop_may_be_given(n: int) -> None:
    assert "for " not in text(up_to, X, n)
    assert "check_entries(" in text(up_to, X, n)
    wanted = np.zeros(5)
    for i in range(2, n):
        wanted[i] += 2.0 * X[i] * X[i - 1] * X[i + 1]
        wanted[i - 1] += X[i] ** 2 * X[i + 1]
        wanted[i + 1] += X[i] ** 2 * X[i - 1]
    np.testing.assert_allclose(ad.grad(up_to)(X, n), wanted)


def test_an_index_beyond_the_axis_raises_what_it_raises_one_by_one() -> None:
    with pytest.raises(IndexError) as plain:
        up_to(X, 9)
    with pytest.raises(IndexError) as caught:
        ad.grad(up_to)(X, 9)
    assert str(caught.value) == str(plain.value) == "index 5 is out of bounds for axis 0 with size 5"


def moving(x, w):
    y = np.zeros(len(x) - len(w) + 1)
    for i in range(len(y)):
        for k in range(len(w)):
            y[i] += w[k] * x[i + k]
    return np.sum(y * y)


def test_the_inner_counter_may_be_added_to_the_outer_one() -> None:
    assert "w_bar += " in text(moving, X, X[:3], argnums=1)
    for m in (1, 2, 3, 5):
        assert_gradient(moving, X, X[:m])


def twice_the_counter(x):
    s = 0.0
    for i in range(len(x) // 2):
        s += x[i + i] * x[i]
    return s


def test_lengths_that_agree_are_checked_and_others_have_a_text_of_their_own() -> None:
    derivative = ad.grad(common_length, (0, 1))
    assert "for " not in derivative.source_for(X, X + 1.0)
    assert "check_shapes" in derivative.source_for(X, X + 1.0)
    for y in (X + 1.0, X[:3], np.append(X, X), X + 1.0):
        found, m = derivative(X, y), min(len(X), len(y))
        np.testing.assert_array_equal(found[0][:m], y[:m])
        np.testing.assert_array_equal(found[1][:m], X[:m])
        assert not np.any(found[0][m:]) and not np.any(found[1][m:])


# ---- which are not


def recurrence(x):
    y = x * 1.0
    for i in range(1, len(x)):
        y[i] = 0.5 * y[i - 1] + x[i]
    return np.sum(y * y)


def wraps(x):
    s = 0.0
    for i in range(len(x)):
        s += x[i] * x[i - 1]
    return s


def two_names(x):
    y = x * 1.0
    w = y[1:]
    for i in range(len(w)):
        w[i] += 2.0 * y[i]
    return np.sum(y * y)


@pytest.mark.parametrize("f", [recurrence, wraps, two_names, twice_the_counter])
def test_other_loops_are_taken_one_by_one(f: Any) -> None:
    assert innermost(text(f, X)) >= 1
    assert_gradient(f, X)


def too_far(x):
    s = 0.0
    for i in range(len(x)):
        s += x[i + 1]
    return s


def beyond_what_is_written(x):
    y = np.zeros(3)
    for i in range(len(x)):
        y[i] = x[i]
    return np.sum(y)


@pytest.mark.parametrize("f", [too_far, beyond_what_is_written])
def test_an_index_out_of_bounds_is_told(f: Any) -> None:
    with pytest.raises(IndexError):
        ad.value_and_grad(f)(X)


def rounded(x, c):
    y = np.zeros_like(x)
    for i in range(len(x)):
        y[i] = (x[i] + c) * 0.1 / 3
        y[i] -= x[i]
    return np.sum(y * y)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("c", [0.3, np.float32(0.3), np.float64(0.3), 2])
def test_what_is_the_users_own_keeps_each_bit(dtype: Any, c: Any) -> None:
    x = np.linspace(0.1, 2.3, 37, dtype=dtype)
    value, gradient = ad.value_and_grad(rounded)(x, c)
    plain = rounded(x, c)
    assert type(value) is type(plain) and value == plain and gradient.dtype == dtype


# ---- what was once wrong


def summed_then_overwritten(x, s):
    y = x * 2.0
    for i in range(1, len(x)):
        y[i] *= 2.0
        y[i] += s
    return np.sum(y * x)


def test_a_sum_reads_an_entry_as_it_was_before_it_was_overwritten() -> None:
    assert "for " not in text(summed_then_overwritten, X, np.float64(0.7), argnums=(0, 1))
    assert_gradient(summed_then_overwritten, X, np.float64(0.7))


def longer_than_what_is_left(x):
    y = x[2:]
    s = 0.0
    for i in range(len(y) + 1):
        s += x[i] * 3.0
    return s


def from_below_zero(x):
    y = x[3:]
    s = 0.0
    for i in range(-2, len(y) - 1):
        s += x[i + 2] * 3.0
    return s


@pytest.mark.parametrize("f", [longer_than_what_is_left, from_below_zero])
def test_what_is_left_of_nothing_is_nothing(f: Any) -> None:
    """len(x[2:]) is not len(x) - 2 where x is empty: the first trip then indexes an empty array."""
    assert "check_entries(" in text(f, X)
    assert_gradient(f, X)
    with pytest.raises(IndexError):
        ad.grad(f)(X[:0])


def precision(x, flag):
    s = 2
    if flag:
        s = x[0]
    y = np.zeros(len(x), dtype=np.float32)
    for i in range(len(x)):
        y[i] = x[i] / s
    return np.sum(y)


@pytest.mark.parametrize("flag", [np.bool_(True), np.bool_(False)])
def test_a_number_of_python_on_one_way_makes_no_gradient_of_another_precision(flag: Any) -> None:
    assert ad.grad(precision)(X, flag).dtype == X.dtype


def item_of_a_list(x):
    rows = []
    for _ in range(len(x)):
        rows.append(x)
    w = rows[0]
    for i in range(len(w)):
        w[i] = w[i] * 2.0 + 1.0
    return np.sum(w * w)


def test_an_item_of_a_list_may_be_the_callers_array() -> None:
    """Where its entries share one place in memory, a trip reads what the one before has written."""
    assert "for i in" in text(item_of_a_list, X)
    with pytest.raises(ad.RefusedAtRunTime, match="entries of it share memory"):
        ad.grad(item_of_a_list)(np.lib.stride_tricks.as_strided(X.copy(), (4,), (0,)))


def kept_in_a_list(x):
    rows = []
    for k in range(len(x)):
        rows.append(x * (k + 1.0))
    y = np.zeros(len(x))
    rows.append(y)
    for i in range(len(x)):
        y[i] = x[i] * 2.0
    return rows


def test_who_reads_a_list_reads_the_arrays_in_it() -> None:
    stacked = lambda x: np.sum(np.array(kept_in_a_list(x)) ** 2)
    assert_gradient(stacked, X)
    rows, tangents = ad.jvp(kept_in_a_list, (X,), (np.ones(5),))
    np.testing.assert_array_equal(rows[-1], 2.0 * X)
    np.testing.assert_array_equal(tangents[-1], np.full(5, 2.0))


KEPT: list[Any] = []


def kept_outside(x):
    y = np.zeros(len(x))
    KEPT.append(y)
    for i in range(len(x)):
        y[i] = x[i] * 2.0
    return np.sum(x * x)


def test_what_is_kept_outside_is_written() -> None:
    ad.grad(kept_outside)(X)
    np.testing.assert_array_equal(KEPT.pop(), 2.0 * X)


def written_inside(x):
    rows = []
    for k in range(len(x)):
        rows.append(x * (k + 1.0))

    def inner(v):
        s = 0.0
        first = rows[0]
        for i in range(len(v)):
            first[i] = 2.0
            s += v[i] * v[i]
        return s

    gradient = ad.grad(inner)(x)
    return np.sum(np.array(rows) ** 2) + np.sum(gradient)


def test_what_an_inner_derivative_writes_into_a_list_around_it_stays() -> None:
    assert ad.value_and_grad(written_inside)(X)[0] == pytest.approx(written_inside(X), rel=1e-12)
    assert_gradient(written_inside, X)


def reshaped(x, n):
    z = np.reshape(x, n) * 1.0
    for i in range(n):
        z[i] = 2.0 * z[i]
    return np.sum(z * z)


@pytest.mark.parametrize("n", [5, -1])
def test_a_shape_that_is_computed_may_be_what_is_left(n: int) -> None:
    value, gradient = ad.value_and_grad(reshaped)(X, n)
    assert value == reshaped(X, n)
    np.testing.assert_allclose(gradient, (8.0 if n > 0 else 2.0) * X)


def stored_behind(x):
    u = np.zeros(len(x))
    for j in range(len(x) - 1):
        u[j + 1] = np.exp(x[j])
    return np.sum(u * u)


def test_what_a_trip_has_stored_is_read_where_it_was_stored() -> None:
    assert_gradient(stored_behind, X)
