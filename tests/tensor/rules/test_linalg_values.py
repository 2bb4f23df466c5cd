"""The tables of linear algebra, at their samples, at their kinks, and where they refuse."""

import numpy as np
import pytest

from tensor.registry import lookup, normal
from tests.tensor.rules import numerical

TABLES = ("linalg", "norms", "factorisations")


def test_every_partial_has_a_sample():
    numerical.check_sampled(*TABLES)


def test_templates_call_only_what_has_a_rule():
    numerical.check_closed(*TABLES)


@pytest.mark.parametrize("case", numerical.cases(*TABLES))
def test_values(case):
    numerical.check_case(case)


@pytest.mark.parametrize("case", numerical.cases(*TABLES))
def test_float32(case):
    numerical.check_single_precision(case)


@pytest.mark.parametrize("case", numerical.cases(*TABLES))
def test_device(case):
    numerical.check_on_device(case)


def pullback(fn, g, *args, argnum=0, **kwargs):
    return lookup(fn).partials[argnum].pullback(g, fn(*args, **kwargs), *args, **kwargs)


@pytest.mark.parametrize("ord", [None, 2, 1, 0, 3, 2.5, np.inf, -np.inf])
def test_norm_of_the_zero_vector_has_derivative_zero(ord):
    np.testing.assert_array_equal(pullback(np.linalg.norm, 1.0, np.zeros(3), ord), np.zeros(3))


@pytest.mark.parametrize("ord", [None, "fro", "nuc", 2, -2, 1, -1, np.inf, -np.inf])
def test_norm_of_the_zero_matrix_has_derivative_zero(ord):
    np.testing.assert_array_equal(pullback(np.linalg.norm, 1.0, np.zeros((2, 3)), ord), np.zeros((2, 3)))


@pytest.mark.parametrize(
    ("x", "ord", "expected"),
    [
        (np.array([1.0, -1.0, 0.5]), np.inf, np.array([0.5, -0.5, 0.0])),
        (np.array([2.0, -1.0, 1.0]), -np.inf, np.array([0.0, -0.5, 0.5])),
        (np.eye(2), 2, 0.5 * np.eye(2)),
        (np.eye(2), -2, 0.5 * np.eye(2)),
        (np.array([[1.0, 2.0], [2.0, 1.0]]), 1, np.full((2, 2), 0.5)),
        (np.array([[1.0, 2.0], [2.0, 1.0]]), np.inf, np.full((2, 2), 0.5)),
    ],
)
def test_ties_in_a_norm_share_equally(x, ord, expected):
    np.testing.assert_allclose(pullback(np.linalg.norm, 1.0, x, ord), expected, atol=1e-15)


def test_derivative_lies_in_the_triangle_that_is_read():
    a = normal(3, 3) @ normal(3, 3).T + np.eye(3)
    low = np.tril(np.ones((3, 3)))
    for fn, g, kwargs, mask in [
        (np.linalg.cholesky, normal(3, 3), {}, low),
        (np.linalg.cholesky, normal(3, 3), {"upper": True}, low.T),
        (np.linalg.eigh, (normal(3), normal(3, 3)), {}, low),
        (np.linalg.eigvalsh, normal(3), {"UPLO": "U"}, low.T),
    ]:
        bar = pullback(fn, g, a, **kwargs)
        np.testing.assert_array_equal(bar * mask, bar)
        assert np.all(bar[mask > 0] != 0)


def test_vectors_of_equal_values_have_no_derivative():
    with np.errstate(all="ignore"):
        assert not np.all(np.isfinite(pullback(np.linalg.eigh, (None, normal(2, 2)), np.eye(2))))
        assert not np.all(np.isfinite(pullback(np.linalg.svd, (normal(2, 2), None, None), np.eye(2), False)))
    np.testing.assert_allclose(pullback(np.linalg.eigh, (np.ones(2), None), np.eye(2)), np.eye(2))


def test_vectors_of_a_singular_square_matrix():
    a = np.diag([3.0, 1.0, 0.0])
    g = normal(3, 3)
    g[:, 2] = 0.0
    assert np.all(np.isfinite(pullback(np.linalg.svd, (g, None, None), a, False)))


COMPLEX = normal(3, 3) + 1j * normal(3, 3, seed=1)


@pytest.mark.parametrize(
    ("fn", "g", "args", "kwargs"),
    [
        (np.linalg.svd, (normal(3, 3), None, None), (normal(3, 3),), {}),
        (np.linalg.svd, (None, normal(3), None), (normal(3, 3),), {"hermitian": True}),
        (np.linalg.svd, (COMPLEX, None, None), (COMPLEX,), {"full_matrices": False}),
        (np.linalg.eigh, (None, COMPLEX), (COMPLEX,), {}),
        (np.linalg.qr, (COMPLEX, None), (COMPLEX,), {}),
        (np.linalg.qr, (normal(3, 3), None), (normal(3, 2),), {"mode": "complete"}),
        (np.linalg.pinv, normal(3, 3), (normal(3, 3),), {"hermitian": True}),
        (np.linalg.lstsq, (COMPLEX[0], None, None, None), (COMPLEX, COMPLEX[0]), {}),
    ],
)
def test_refusals(fn, g, args, kwargs):
    with pytest.raises(NotImplementedError):
        pullback(fn, g, *args, **kwargs)


def test_values_alone_of_a_full_svd():
    a = normal(4, 3)
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    np.testing.assert_allclose(pullback(np.linalg.svd, (None, np.ones(3), None), a), u @ vh)
