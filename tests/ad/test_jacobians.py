import numpy as np
import pytest

import ad
from transforms.errors import KindError

X = np.array([0.5, -1.0, 2.0])
A = np.arange(6.0).reshape(2, 3)
EVERY = [ad.jacrev, ad.jacfwd, ad.jacobian]


@pytest.mark.parametrize("jacobian", EVERY)
def test_of_a_linear_function_is_its_matrix(jacobian):
    np.testing.assert_allclose(jacobian(lambda x: A @ x)(X), A)


@pytest.mark.parametrize("jacobian", EVERY)
def test_shape_is_that_of_the_output_and_of_the_argument(jacobian):
    found = jacobian(lambda x: np.outer(x, x) @ A.T)(X)
    assert found.shape == (3, 2, 3)
    expected = np.einsum("ik,j->ijk", np.eye(3), A @ X) + np.einsum("i,jk->ijk", X, A)
    np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize("jacobian", EVERY)
def test_scalar_functions_and_scalar_arguments(jacobian):
    np.testing.assert_allclose(jacobian(lambda x: np.sum(x**2))(X), 2.0 * X)
    assert jacobian(lambda x: x**3)(2.0) == 12.0
    np.testing.assert_allclose(jacobian(lambda t: t * X)(2.0), X)


@pytest.mark.parametrize("jacobian", EVERY)
def test_argnums(jacobian):
    np.testing.assert_allclose(jacobian(lambda a, b: a * b, argnums=1)(X, 2.0 * X), np.diag(X))


@pytest.mark.parametrize("jacobian", EVERY)
def test_writes_in_place(jacobian):
    def f(x):
        y = np.zeros(3)
        for i in range(1, 3):
            y[i] = y[i - 1] + x[i] * x[0]
        return y

    expected = np.array([[0.0, 0.0, 0.0], [X[1], X[0], 0.0], [X[1] + X[2], X[0], X[0]]])
    np.testing.assert_allclose(jacobian(f)(X), expected)


@pytest.mark.parametrize("jacobian", EVERY)
def test_complex_output(jacobian):
    np.testing.assert_allclose(jacobian(lambda x: x * (1.0 + 2.0j))(X), np.eye(3) * (1.0 + 2.0j))


def test_hessian():
    def f(x):
        return x[0] ** 2 * x[1] + np.sin(x[2]) * x[0]

    expected = [[2 * X[1], 2 * X[0], np.cos(X[2])], [2 * X[0], 0, 0], [np.cos(X[2]), 0, -X[0] * np.sin(X[2])]]
    np.testing.assert_allclose(ad.hessian(f)(X), expected)
    np.testing.assert_allclose(ad.hessian(lambda a, x: a * f(x), argnums=1)(2.0, X), 2.0 * np.array(expected))


def test_hessian_of_a_function_of_one_number():
    assert ad.hessian(lambda x: x**4)(2.0) == 48.0


def test_complex_function_of_a_complex_argument_is_refused():
    with pytest.raises(KindError, match="complex"):
        ad.jacrev(lambda z: z * z)(X + 1.0j)


def test_inside_a_function():
    def f(x):
        return np.sum(ad.jacfwd(lambda x: x**3)(x) ** 2)

    np.testing.assert_allclose(ad.grad(f)(X), 36.0 * X**3)
