"""np.vectorize, np.apply_along_axis and others that call the user's function, as loops."""

from __future__ import annotations

import math

import numpy as np
import pytest

import ad
from tests.transforms.lower.checks import MODES, X, agrees, refused


def by_a_branch(x):
    f = np.vectorize(lambda v: v * v if v > 0.5 else v)
    return np.sum(f(x) * x)


def two_arguments_of_different_shapes(x):
    f = np.vectorize(lambda v, w: v * w + math.sin(v))
    return np.sum(f(x, x[:, None]) ** 2)


def two_results_of_a_decorated_function(x):
    @np.vectorize
    def f(v, w=2):
        return v**w, v + w

    a, b = f(x)
    return np.sum(a * b)


def types_that_are_given(x):
    @np.vectorize(otypes=[float])
    def f(v):
        return 0 if v < 0 else v * v

    return np.sum(f(x) * x)


def an_argument_left_out(x):
    f = np.vectorize(lambda p, v: sum(c * v**i for i, c in enumerate(p)), excluded={0})
    return np.sum(f([x[0], x[1]], x) * x)


def a_keyword_left_out(x):
    return np.sum(np.vectorize(lambda v, k: v**k, excluded=["k"])(x, k=3) * x)


@np.vectorize
def outside(v, k):
    return v * v * k if v > 0 else -v


def made_outside(x):
    return np.sum(outside(x, 2.0) * x)


def first_call_kept(x):
    return np.sum(np.vectorize(lambda v: v * v, cache=True)(x) * x)


def several_axes(x):
    return np.sum(np.vectorize(lambda v: v**3 if v > 0 else v)(np.outer(x, x).T) * np.arange(25.0).reshape(5, 5))


def called_twice_on_the_first(x):
    total = 0.0

    def f(v):
        nonlocal total
        total += v
        return v * total

    return np.sum(np.vectorize(f)(x))


def written_afterwards(x):
    y = np.vectorize(lambda v: v * v)(x)
    y[0] = x[1] * 2.0
    return np.sum(y * y)


def ints_cut_off(x):
    y = np.vectorize(lambda v: int(3.0 * v))(x)
    y[0] = x[1] * 2.0
    return np.sum(y * x)


def rows(x):
    table = np.outer(x, x)
    return np.sum(np.apply_along_axis(lambda row: row * row[0], 1, table) * table)


def columns_to_numbers(x):
    return np.sum(np.apply_along_axis(lambda c, k: np.sum(c**3) * k, 0, np.outer(x, x), 2.0) * x)


def rows_to_matrices(x):
    made = np.apply_along_axis(lambda row: np.outer(row, row), 0, np.outer(x, x[:2]))
    return np.sum(made * np.arange(50.0).reshape(5, 5, 2))


def rows_written(x):
    table = np.outer(x, x)

    def f(row):
        row[0] = row[1] ** 2
        return row.sum()

    return np.sum(np.apply_along_axis(f, 1, table) * x) + np.sum(table**2)


def of_positions(x):
    return np.sum(np.fromfunction(lambda i, j: i * x[0] + j * x[1] ** 2, (3, 2)))


def some_of_an_iterator(x):
    return np.sum(np.fromiter((v * v for v in (x[0], x[1], x[2])), float, count=2) ** 2)


def piecewise_by_one_condition(x):
    return np.sum(np.piecewise(x, x < 0, [lambda v, a: v * v * a, lambda v, a: 3 * v], 2.0) * x)


def by_index(x):
    table = np.outer(x, x)
    made = np.zeros_like(table)
    for index, v in np.ndenumerate(table):
        made[index] = v * v
    for index in np.ndindex(*table.shape):
        made[index] *= 1.0 + index[0]
    return sum(np.sum(made[i] * x) for i in np.ndindex(table.shape[:1]))


PROGRAMS = [
    by_index,
    by_a_branch,
    two_arguments_of_different_shapes,
    two_results_of_a_decorated_function,
    types_that_are_given,
    an_argument_left_out,
    a_keyword_left_out,
    made_outside,
    first_call_kept,
    several_axes,
    called_twice_on_the_first,
    written_afterwards,
    ints_cut_off,
    rows,
    columns_to_numbers,
    rows_to_matrices,
    rows_written,
    of_positions,
    some_of_an_iterator,
    piecewise_by_one_condition,
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_functions_called_for_each_item(f, mode):
    agrees(f, mode)


def counted_over_a_table(x):
    total = 0.0

    def f(v):
        nonlocal total
        total += v
        return v * total

    return np.sum(np.vectorize(f)(np.outer(x, x)))


def no_numbers(x):
    return np.sum(np.vectorize(lambda v: [v])(x))


@pytest.mark.parametrize(
    ("f", "words"),
    [(counted_over_a_table, "np.vectorize of a function that changes something"), (no_numbers, "are no numbers")],
    ids=["counted", "no_numbers"],
)
@pytest.mark.parametrize("mode", MODES)
def test_refused(f, words, mode):
    assert words in refused(f, mode)


def test_nothing_to_call_with_raises_what_numpy_raises():
    with pytest.raises(ValueError, match="size 0 inputs"):
        ad.grad(lambda x: np.sum(np.vectorize(math.exp)(x[:0])) + x[0])(X.copy())


def test_lines_are_printed_as_the_function_alone_prints_them(capsys):
    def f(x):
        def shown(v):
            print(v)
            return v * v

        return np.sum(np.vectorize(shown)(x))

    f(X.copy())
    alone = capsys.readouterr().out
    ad.grad(f)(X.copy())
    assert capsys.readouterr().out == alone
