from dataclasses import dataclass

import numpy as np
import pytest

import ad
from transforms.deriving import attempts
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


@pytest.mark.parametrize("jacobian", EVERY)
@pytest.mark.parametrize("shape", [(0,), (2, 0)])
def test_of_an_argument_without_entries(jacobian, shape):
    x = np.zeros(shape)
    assert jacobian(lambda x: 2.0 * x)(x).shape == (*shape, *shape)
    assert jacobian(np.sum)(x).shape == shape
    assert jacobian(lambda x: np.sum(x) * X)(x).shape == (3, *shape)
    assert jacobian(lambda x: np.float32(2) * x)(x.astype(np.float32)).dtype == np.float32


def test_hessian_of_an_argument_without_entries():
    assert ad.hessian(lambda x: np.sum(x**2))(np.zeros(0)).shape == (0, 0)


def scaled(x, *others, power=1, scale):
    return scale * x**power + sum(others)


@pytest.mark.parametrize("jacobian", EVERY)
def test_other_arguments_are_passed_on(jacobian):
    np.testing.assert_allclose(jacobian(scaled)(X, X, 2.0, scale=3.0, power=2), np.diag(6.0 * X))
    np.testing.assert_allclose(jacobian(scaled, argnums=-1)(X, X, scale=3.0), np.eye(3))
    np.testing.assert_allclose(jacobian(scaled)(X, scale=X), np.diag(X))
    np.testing.assert_allclose(jacobian(scaled)(2.0, scale=X, power=2), 4.0 * X)


def test_hessian_with_keyword_arguments():
    found = ad.hessian(lambda x, scale: np.sum(scale * x**2))(X, scale=2.0)
    np.testing.assert_allclose(found, 4.0 * np.eye(3))


@pytest.mark.parametrize("jacobian", [*EVERY, ad.hessian])
def test_is_derived_once_for_all_calls(jacobian, monkeypatch):
    def energy(x, y, *, scale):
        return np.sum(scale * x * y**2)

    jacobian(energy, argnums=1)(X, X, scale=2.0)
    monkeypatch.setattr(attempts, "attempts", None)
    jacobian(energy, argnums=1)(2.0 * X, X, scale=3.0)


@pytest.mark.parametrize(("argument", "forward"), [(X[:2], True), (2.0, True), (X, False), (np.arange(9.0), False)])
def test_jacobian_takes_the_mode_of_fewer_passes(argument, forward, monkeypatch):
    asked = []
    linear = ad.jacobians.transforms.derive.linear
    monkeypatch.setattr(ad.jacobians.transforms.derive, "linear", lambda *args: asked.append(args) or linear(*args))

    def f(x):
        return np.sum(x**2) * X

    np.testing.assert_allclose(ad.jacobian(f)(argument), ad.jacrev(f)(argument))
    assert bool(asked) == forward


def test_jacobian_runs_a_function_with_effects_once(capsys):
    def f(x):
        print("once")
        return x[0] * X

    np.testing.assert_allclose(ad.jacobian(f)(X[:1]), X[:, None])
    assert capsys.readouterr().out == "once\n"


@pytest.mark.parametrize("jacobian", EVERY)
def test_arguments_are_left_as_the_function_leaves_them(jacobian):
    def f(x, *, buffer):
        buffer += 1.0
        x[0] = 2.0
        return x * buffer

    x, buffer = X.copy(), np.ones(3)
    np.testing.assert_allclose(jacobian(f)(x, buffer=buffer), np.diag([0.0, 2.0, 2.0]))
    np.testing.assert_array_equal(buffer, [2.0, 2.0, 2.0])
    np.testing.assert_array_equal(x, [2.0, X[1], X[2]])


@pytest.mark.parametrize("jacobian", [ad.jacrev, ad.jacobian])
def test_real_function_of_a_complex_argument_is_as_for_grad(jacobian):
    z = X + 1j * X[::-1]

    def f(z):
        return np.abs(z) ** 2

    np.testing.assert_allclose(jacobian(f)(z), np.diag(ad.grad(lambda z: np.sum(f(z)))(z)))
    found = jacobian(lambda z: np.array([f(z)[0], f(z)[1]]))(z[:1].repeat(2).astype(np.complex64))
    assert found.dtype == np.complex64


def test_forward_mode_along_a_complex_argument_is_refused():
    with pytest.raises(KindError, match="jacfwd of a complex argument is not defined"):
        ad.jacfwd(lambda z: np.abs(z) ** 2)(X + 1.0j)


@dataclass
class Pair:
    a: float
    b: float


@pytest.mark.parametrize("jacobian", EVERY)
def test_objects_are_refused(jacobian):
    with pytest.raises(KindError, match="needs a number or array as its argument"):
        jacobian(lambda p: p.a * X)(Pair(1.0, 2.0))
    with pytest.raises(KindError, match="needs a function that returns a number or array"):
        jacobian(lambda x: Pair(x[0], x[1]))(X)


def test_complex_function_of_a_complex_argument_is_refused():
    for jacobian in EVERY:
        with pytest.raises(KindError, match="complex"):
            jacobian(lambda z: z * z)(X + 1.0j)


@pytest.mark.parametrize("jacobian", EVERY)
def test_inside_a_function(jacobian):
    def f(x):
        return np.sum(jacobian(lambda x, power: x**power)(x, power=3) ** 2)

    np.testing.assert_allclose(ad.grad(f)(X), 36.0 * X**3)
    np.testing.assert_allclose(ad.grad(lambda t: np.sum(jacobian(lambda t: t**3 * X)(t) ** 2))(2.0), 4 * 9 * 8 * X @ X)
