"""Forward mode for many tangents: the columns are those of single pushforwards, and what can be is computed once."""

from __future__ import annotations

import numpy as np
import pytest

import ad
from transforms.deriving.linearised import linear

V = np.array([0.7, -1.3, 2.1])
W = np.arange(9.0).reshape(3, 3)
scale = np.array([1.0, 2.0, 3.0])


def straight(x):
    t = np.exp(x) * scale
    return np.sin(t) + t[::-1] * x


def written_locals(x):
    y = x.copy()
    for i in range(1, 3):
        y[i] += y[i - 1] * x[i]
    y *= np.cos(x)
    z = y[1:]
    z[0] = x[2] ** 2
    return y


def written_constant_buffer(x):
    """The buffer takes what does not depend on `x` first: it must be new for each tangent."""
    y = np.zeros(3)
    y[0] = 2.0
    y += x
    y[1] *= y[0]
    return y * y


def branches(x):
    s = np.sum(x)
    if s > 1.0:
        t = x * s
    else:
        t = x - s
    while np.sum(t) < 20.0:
        t = t * 1.5 + 0.1
    return t


def lists(x):
    rows = [x[i] * x for i in range(3)]
    rows.append(np.sin(x))
    return sum(rows)


def writes_its_argument(x):
    x[0] = x[1] * x[2]
    x *= x
    return x + 1.0


def itself(x):
    return x


def one_entry(x):
    return x[1]


def constant(x):
    return np.ones(3)


def products(x):
    return W @ x * np.dot(x, x)


@pytest.mark.parametrize(
    "f",
    [straight, written_locals, written_constant_buffer, branches, lists, writes_its_argument, itself, one_entry]
    + [constant, products, ad.grad(lambda x: np.sum(branches(x) * straight(x)))],
)
def test_columns_are_pushforwards(f):
    columns = [ad.jvp(f, (V.copy(),), (e,))[1] for e in np.eye(3)]
    for _ in range(2):
        assert np.array_equal(ad.jacfwd(f)(V.copy()), np.stack(columns, axis=-1))


def test_hessian_of_a_matrix():
    def f(x, y):
        return np.sum(np.tanh(x @ x * y))

    x = W / 10 + 0.1
    want = np.stack([ad.jvp(ad.grad(f), (x, 0.5), (e.reshape(3, 3), None))[1] for e in np.eye(9)], axis=-1)
    assert np.array_equal(ad.hessian(f)(x, 0.5), want.reshape(3, 3, 3, 3))


def test_single_precision_stays():
    assert ad.jacfwd(straight)(V.astype("f")).dtype == ad.jvp(straight, (V.astype("f"),), (V.astype("f"),))[1].dtype


def test_the_world_outside_is_read_anew(monkeypatch):
    first = ad.jacfwd(straight)(V)
    monkeypatch.setitem(globals(), "scale", np.array([3.0, 2.0, 1.0]))
    second = ad.jacfwd(straight)(V)
    assert not np.allclose(first, second)
    assert np.array_equal(second[:, 0], ad.jvp(straight, (V,), (np.eye(3)[0],))[1])


def test_the_map_may_be_used_again():
    push = linear(straight, (V,), 0)
    kept = [push(e) for e in np.eye(3)]
    assert all(np.array_equal(push(e), k) for e, k in zip(np.eye(3), kept, strict=True))


@pytest.mark.parametrize("f", [writes_its_argument])
def test_what_must_run_for_each(f):
    assert linear(f, (V.copy(),), 0) is None


def test_what_prints_runs_for_each(capsys):
    def f(x):
        print("here")
        return x * x

    ad.jacfwd(f)(V)
    assert capsys.readouterr().out == "here\n" * 3


def test_inside_a_derivative():
    def f(x):
        return np.sum(ad.jacfwd(straight)(x) ** 2)

    def along(t):
        return f(V + t * np.array([0.3, -0.2, 0.5]))

    h = 1e-6
    assert np.isclose(ad.grad(f)(V) @ np.array([0.3, -0.2, 0.5]), (along(h) - along(-h)) / (2 * h), rtol=1e-6)
