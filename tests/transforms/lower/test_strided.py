"""Strided views and memoryviews: other names for the entries of an array, some of them for one entry many times."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided, sliding_window_view

import ad
from tensor.runtime import Refused
from tests.transforms.lower.checks import MODES, X, agrees, refused


def windows(x):
    return np.sum(sliding_window_view(x, 3).mean(axis=-1) ** 2)


def windows_of_a_table(x):
    return np.sum(sliding_window_view(np.outer(x, x), (2, 3)) ** 3)


def windows_along_an_axis(x):
    return np.sum(sliding_window_view(np.outer(x, x), 2, axis=1) @ np.array([1.0, 2.0]))


def rows_of_windows(x):
    total = 0.0
    for row in sliding_window_view(x * x, 3):
        total += row[0] * row[2] + np.max(row)
    return total


def written_under_the_windows(x):
    y = x * 1.0
    v = sliding_window_view(y, 2)
    first, copied = v[1:, 0], v[[0, 1]]
    y[0] = x[1] * 5.0
    y[3] *= 2.0
    return np.sum(v * v * v) + np.sum(first**2) + np.sum(copied**3)


def written_through_a_view(x):
    y = x * 1.0
    v = as_strided(y, shape=(2, 2), strides=(8, 8))
    v[1, 1] = 5.0 * x[0]
    return np.sum(v * v) + np.sum(y)


def written_whole(x):
    y = x * 1.0
    v = as_strided(y, (2, 2), (y.strides[0] * 2, y.itemsize))
    v[...] = v * v + 1.0
    v[0] += x[:2]
    v *= 2.0
    return np.sum(v * v) + np.sum(y**3)


def a_diagonal(x):
    y = np.outer(x, x)
    d = as_strided(y, (5,), (y.strides[0] + y.strides[1],))
    d += x[0]
    d[1] = d[0] * d[2]
    return np.sum(y**2)


def one_value_for_all(x):
    y = x * 1.0
    v = as_strided(y, (3, 2), y.strides * 2)
    v[...] = 3.0
    v[:, 0] = x[:3]
    return np.sum(v * v) + np.sum(y * x)


def item_by_item(x):
    y = x * 1.0
    v = as_strided(y, (2, 2), (8, 8))
    for i in range(2):
        for j in range(len(v)):
            v[i, j] = v[i, j] * x[i] + v[0, 0] + v.shape[1]
    return np.sum(y**2)


def the_argument_itself(x):
    v = as_strided(x, (2, 2), (8, 8))
    v[0, 0] = x[1] ** 2
    return np.sum(x**2)


def memory(x):
    y = x * 1.0
    memoryview(y)[1] = y[0] * 3.0
    return np.sum(y**2)


def parts_of_memory(x):
    y = x * 1.0
    m = memoryview(y)
    part = m[1:3]
    for i in range(len(part)):
        part[i] = part[i] * m[0]
    return np.sum(np.asarray(m) ** 2) + sum(v * v for v in m) + sum(m.tolist()) * m[-1]


def memory_of_the_argument(x):
    m = memoryview(x)
    m[0] = x[1] ** 2
    m[1] += 2.0
    return np.sum(x**2)


def kept_in_a_list(x):
    y, kept = x * 1.0, []
    for i in range(len(x) - 1):
        kept.append(sliding_window_view(y, 2)[i] * 1.0 if i > 2 else sliding_window_view(y, 2)[i])
        y[i] = x[i + 1] ** 2
    return np.sum(np.array(kept) ** 2)


PROGRAMS = [
    kept_in_a_list,
    windows,
    windows_of_a_table,
    windows_along_an_axis,
    rows_of_windows,
    written_under_the_windows,
    written_through_a_view,
    written_whole,
    a_diagonal,
    one_value_for_all,
    item_by_item,
    the_argument_itself,
    memory,
    parts_of_memory,
    memory_of_the_argument,
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_entries_are_followed(f, mode):
    agrees(f, mode)


def transposed_and_written_under(x):
    y = x * 1.0
    w = sliding_window_view(y, 2).T
    y[0] = x[1] * 5.0
    return np.sum(w * w)


def written_through_a_reshape(x):
    y = x * 1.0
    w = as_strided(y, (2, 2), (8, 8)).reshape(-1)
    w[0] = 7.0
    return np.sum(y**2)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("f", [transposed_and_written_under, written_through_a_reshape])
def test_what_outlives_the_entries_is_refused(f, mode):
    assert "a part of a strided view is written, or is read after the array was written" in refused(f, mode)


@pytest.mark.parametrize("derivative", [ad.grad, lambda f: lambda x: ad.jvp(f, (x,), (x,))])
@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda x: np.sum(as_strided(x[::2], (2,), (8,)) ** 2), "not contiguous, or beyond its entries"),
        (lambda x: np.sum(as_strided(x, (6,), (8,)) ** 2), "not contiguous, or beyond its entries"),
        (lambda x: np.sum(as_strided(x, (2,), (4,)) ** 2), "not contiguous, or beyond its entries"),
    ],
)
def test_entries_of_something_else_are_refused_when_run(f, words, derivative):
    with pytest.raises(Refused, match=words):
        derivative(f)(X.copy())


def test_an_entry_written_twice_is_refused_when_run():
    def f(x):
        y = x * 1.0
        v = as_strided(y, (3, 2), (8, 8))
        v[...] = v * v + 1.0
        return np.sum(y)

    with pytest.raises(Refused, match="written twice at once"):
        ad.grad(f)(X.copy())
