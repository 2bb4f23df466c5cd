"""grad, value_and_grad, vjp, jvp, hvp, stop_gradient: what they return, for which arguments, and what they refuse."""

from __future__ import annotations

import math
from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import ad
from tensor.runtime import Refused
from transforms.errors import ArgumentError, DerivativeError, KindError, SourceError, UnsupportedError

X = np.array([1.0, -2.0, 3.0])


def product(a, b, c=2.0):
    return a * b * c


def with_aux(x):
    return np.sum(x**2), {"doubled": 2.0 * x, "name": "square"}


# grad and value_and_grad.


def test_grad_of_a_float_is_a_float() -> None:
    found = ad.grad(lambda x: math.sin(x))(0.5)
    assert type(found) is float
    assert found == math.cos(0.5)


def test_grad_of_an_int_counts_as_a_float() -> None:
    assert ad.grad(lambda x: x * x)(3) == 6.0


@pytest.mark.parametrize(
    ("argnums", "expected"),
    [(0, 6.0), (1, 4.0), (2, 6.0), (-1, 6.0), ((0, 1), (6.0, 4.0)), ((2, 0), (6.0, 6.0)), ((1,), (4.0,))],
)
def test_argnums(argnums: Any, expected: Any) -> None:
    assert ad.grad(product, argnums=argnums)(2.0, 3.0, 2.0) == expected


def test_keyword_arguments_pass_through() -> None:
    assert ad.grad(product)(2.0, 3.0, c=5.0) == 15.0
    assert ad.grad(product)(2.0, b=3.0) == 6.0


def test_value_and_grad() -> None:
    value, gradient = ad.value_and_grad(lambda x: np.sum(x**2))(X)
    assert value == 14.0
    np.testing.assert_array_equal(gradient, 2.0 * X)


def test_has_aux() -> None:
    gradient, aux = ad.grad(with_aux, has_aux=True)(X)
    np.testing.assert_array_equal(gradient, 2.0 * X)
    assert aux["name"] == "square"
    np.testing.assert_array_equal(aux["doubled"], 2.0 * X)
    (value, aux), gradient = ad.value_and_grad(with_aux, has_aux=True)(X)
    assert value == 14.0
    np.testing.assert_array_equal(gradient, 2.0 * X)


def test_has_aux_needs_a_pair() -> None:
    with pytest.raises(KindError, match="pair"):
        ad.grad(lambda x: x * x, has_aux=True)(2.0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradient_has_the_dtype_and_shape_of_the_argument(dtype: Any) -> None:
    x, w = X.astype(dtype), np.ones((2, 3))
    by_x, by_w = ad.grad(lambda x, w: np.sum(np.tanh(w @ x)), argnums=(0, 1))(x, w)
    assert (by_x.dtype, by_x.shape) == (dtype, x.shape)
    assert (by_w.dtype, by_w.shape) == (w.dtype, w.shape)


def test_unused_arguments_get_zeros_of_their_form() -> None:
    by_x, by_s = ad.grad(lambda x, s: 2.0, argnums=(0, 1))(X, 1.5)
    np.testing.assert_array_equal(by_x, np.zeros(3))
    assert by_s == 0.0


def test_complex_argument() -> None:
    z = 1.0 + 2.0j
    assert ad.grad(lambda z: (z * z).real)(z) == 2.0 * z  # df/dx - i df/dy


def test_arguments_are_left_as_the_function_leaves_them() -> None:
    def doubles(x):
        x *= 2.0
        return np.sum(x**2)

    x = X.copy()
    np.testing.assert_array_equal(ad.grad(doubles)(x), 8.0 * X)
    np.testing.assert_array_equal(x, 2.0 * X)


def test_exceptions_of_the_function_come_out_and_name_its_line() -> None:
    def fails(x):
        if x > 1.0:
            raise RuntimeError("too large")
        return x * x

    derivative = ad.grad(fails)
    with pytest.raises(RuntimeError, match="too large"):
        derivative(2.0)
    assert derivative(0.5) == 1.0


@dataclass
class Model:
    weights: np.ndarray
    bias: float
    name: str = "linear"


Point = namedtuple("Point", "x y")


def test_pytrees_without_registration() -> None:
    gradient = ad.grad(lambda m: np.sum(m.weights**2) * m.bias)(Model(X, 2.0))
    assert type(gradient) is Model
    np.testing.assert_array_equal(gradient.weights, 4.0 * X)
    assert (gradient.bias, gradient.name) == (14.0, None)
    assert ad.grad(lambda p: p.x * p.y)(Point(2.0, 3.0)) == Point(3.0, 2.0)
    assert ad.grad(lambda d: d["a"] * d["b"][0])({"a": 2.0, "b": [3.0, 1.0], "c": "word", "n": 4}) == {
        "a": 3.0,
        "b": [2.0, 0.0],
        "c": None,
        "n": None,
    }
    assert ad.grad(lambda t: t[0] * t[1][0])((2.0, (3.0, None))) == (3.0, (2.0, None))


def test_derivatives_of_callables_without_source() -> None:
    assert ad.grad(np.exp)(0.0) == 1.0
    assert ad.grad(math.sin)(0.0) == 1.0
    np.testing.assert_array_equal(ad.grad(np.sum)(X), np.ones(3))


def test_methods_and_objects() -> None:
    class Square:
        def __init__(self, k):
            self.k = k

        def __call__(self, x):
            return self.k * x * x

        def method(self, x):
            return self.k * x

    assert ad.grad(Square(3.0))(2.0) == 12.0
    assert ad.grad(Square(3.0).method)(2.0) == 3.0


def test_what_a_text_takes_for_granted_is_guarded() -> None:
    scale = [2.0]
    holder = {"fn": math.sin}

    def f(x):
        return scale[0] * holder["fn"](x)

    derivative = ad.grad(f)
    assert derivative(0.0) == 2.0
    scale[0] = 3.0
    assert derivative(0.0) == 3.0
    holder["fn"] = math.tan
    assert derivative(0.0) == 3.0
    assert derivative(0.5) == pytest.approx(3.0 / math.cos(0.5) ** 2)


def test_kinds_have_their_own_texts() -> None:
    derivative = ad.grad(lambda x: np.sum(3.0 * x))
    assert derivative(3.0) == 3.0
    first = derivative.source
    np.testing.assert_array_equal(derivative(X), [3.0, 3.0, 3.0])
    assert derivative.source != first
    assert derivative(3.0) == 3.0
    assert derivative.source == first


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda: ad.grad(np.sum)(np.arange(3)), KindError, "int64"),
        (lambda: ad.grad(np.sum)(np.array([True])), KindError, "bool"),
        (lambda: ad.grad(lambda x: x * 2.0)(X), KindError, "jacrev"),
        (lambda: ad.grad(lambda x: np.argsort(x))(X), KindError, "axes"),
        (lambda: ad.grad(lambda x: 1j * x)(2.0), KindError, "complex"),
        (lambda: ad.grad(lambda x: "word")(2.0), KindError, "number"),
        (lambda: ad.grad(lambda x: None)(2.0), KindError, "number"),
        (lambda: ad.grad(lambda x: x)("word"), KindError, "str"),
        (lambda: ad.grad(lambda x: x)(None), KindError, "None"),
        (lambda: ad.grad(product, argnums=3)(1.0, 2.0, 3.0), ArgumentError, "argnums"),
        (lambda: ad.grad(product, argnums=(0, -4))(1.0, 2.0, 3.0), ArgumentError, "argnums"),
        (lambda: ad.grad(eval("lambda x: x * x"))(2.0), SourceError, "source"),
        (lambda: ad.grad(lambda x: np.frompyfunc(math.sin, 1, 1)(x))(X), UnsupportedError, "frompyfunc"),
        (lambda: ad.jvp(product, (1.0, 2.0), (1.0,)), ArgumentError, "tangents"),
        (lambda: ad.jvp(np.sum, (X,), (np.ones(2),)), ArgumentError, "shape"),
        (lambda: ad.jvp(lambda d: d["a"], ({"a": 1.0},), ({"b": 1.0},)), ArgumentError, "keys"),
        (lambda: ad.vjp(lambda x: 2.0 * x, X)[1](np.ones(2)), ArgumentError, "shape"),
        (lambda: ad.vjp(lambda x: (x, x), 2.0)[1](1.0), ArgumentError, "structure"),
    ],
)
def test_bad_input_gets_an_error(call: Any, kind: type, words: str) -> None:
    with pytest.raises(kind, match=words) as caught:
        call()
    assert isinstance(caught.value, DerivativeError)


def test_what_is_no_function_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="function"):
        ad.grad(3.0)  # type: ignore[arg-type]


# vjp and jvp.


def test_vjp_gives_a_tuple_for_all_arguments() -> None:
    y, pullback = ad.vjp(lambda a, b: a * np.sin(b), 2.0, X)
    np.testing.assert_array_equal(y, 2.0 * np.sin(X))
    a_bar, b_bar = pullback(np.ones(3))
    assert a_bar == pytest.approx(np.sum(np.sin(X)))
    np.testing.assert_allclose(b_bar, 2.0 * np.cos(X))


def test_pullback_may_be_called_again() -> None:
    def f(x):
        for _ in range(3):
            x = np.sin(x) * x
        return x

    _, pullback = ad.vjp(f, X)
    once, twice = pullback(np.ones(3))[0], pullback(2.0 * np.ones(3))[0]
    np.testing.assert_allclose(twice, 2.0 * once)
    np.testing.assert_array_equal(pullback(np.ones(3))[0], once)


def written_in_each_trip(x: np.ndarray) -> float:
    total = 0.0
    for _ in range(3):
        y = x * 1.0
        y[0] = y[1] * x[2]
        y *= x
        total = total + np.sum(y * y)
    return total


def arrays_in_a_list(x: np.ndarray) -> float:
    rows = []
    for _ in range(3):
        y = x * 1.0
        rows.append(y)
        y[0] *= y[1]
    rows[0][1] = rows[1][2] * x[0]
    return sum(np.sum(y * y) for y in rows)


def views_in_nested_loops(x: np.ndarray) -> float:
    total = 0.0
    for _ in range(3):
        y = x * 1.0
        rest = y[1:]
        for _ in range(2):
            y[0] = y[1] * x[2]
            rest *= x[1:]
            total = total + np.sum(y * y)
    return total


@pytest.mark.parametrize("f", [written_in_each_trip, arrays_in_a_list, views_in_nested_loops])
def test_pullback_of_a_function_that_writes_in_place_may_be_called_again(f) -> None:
    _, pullback = ad.vjp(f, X)
    first, second = pullback(1.0)[0], pullback(2.0)[0]
    np.testing.assert_array_equal(first, ad.grad(f)(X))
    np.testing.assert_allclose(second, 2.0 * first)


class Holder:
    def __init__(self, value: float) -> None:
        self.value = value


def list_in_one_branch(x: float) -> float:
    if x > 0:
        y = [x, x * x]
    z = x
    if x > 0:
        z = y[0] * y[1] * z
    return z


def containers_in_one_branch(x: float) -> float:
    if x > 0:
        y = {"a": np.sin(x), "b": (x, x * x)}
    z = x
    if x > 0:
        z = y["a"] * y["b"][1] * z
    return z


def object_in_inner_branches(x: float) -> float:
    if x > 0:
        if x > 1:
            y = Holder(x * x)
        else:
            y = Holder(x * x * x)
    z = x
    if x > 0:
        z = y.value * y.value * z
    return z


def array_in_one_branch(x: float) -> float:
    if x > 0:
        y = [np.array([x, x * x]), x]
    z = x
    if x > 0:
        y[0][0] = z * y[1]
        z = np.sum(y[0]) * y[1]
    return z


def list_in_a_branch_of_a_loop(x: float) -> float:
    out = x
    for i in range(3):
        if i > 0:
            y = [x * i, x * x]
        if i > 0:
            out = out * y[0] + y[1] * out
    return out


@pytest.mark.parametrize("x", [1.5, 0.5, -1.5])
@pytest.mark.parametrize(
    "f",
    [
        list_in_one_branch,
        containers_in_one_branch,
        object_in_inner_branches,
        array_in_one_branch,
        list_in_a_branch_of_a_loop,
    ],
)
def test_what_one_branch_binds_is_there_for_the_pullback(f, x) -> None:
    value, pullback = ad.vjp(f, x)
    assert value == f(x)
    np.testing.assert_allclose(pullback(1.0)[0], (f(x + 1e-6) - f(x - 1e-6)) / 2e-6, rtol=1e-6)
    assert pullback(1.0)[0] == pytest.approx(ad.grad(f)(x), rel=1e-14)


def test_pullback_inside_a_function_that_writes_in_place_is_refused_the_second_time() -> None:
    def twice(x):
        _, pullback = ad.vjp(written_in_each_trip, x)
        return np.sum(pullback(1.0)[0] * pullback(2.0)[0])

    def in_a_loop(x):
        _, pullback = ad.vjp(written_in_each_trip, x)
        total = 0.0
        for k in range(2):
            total = total + np.sum(pullback(1.0 + k)[0])
        return total

    for f in (twice, in_a_loop):
        with pytest.raises(UnsupportedError, match="a pullback of a function that writes in place"):
            ad.grad(f)(X)


@pytest.mark.parametrize("seed", [1j, "a", None])
def test_a_cotangent_or_tangent_that_is_no_real_number_is_refused(seed) -> None:
    with pytest.raises(ArgumentError, match="the cotangent is"):
        ad.vjp(np.sin, 0.5)[1](seed)
    with pytest.raises(ArgumentError, match="the cotangent is"):
        ad.vjp(np.sin, X)[1](np.array([seed] * 3))
    if seed is not None:
        with pytest.raises(ArgumentError, match=r"tangents\[0\] is"):
            ad.jvp(np.sin, (0.5,), (seed,))


def test_integer_cotangents_are_brought_to_the_type_of_the_output() -> None:
    def f(x):
        y = x * 1.0
        y[0] = y[1] * 2.5
        return y

    (x_bar,) = ad.vjp(f, X)[1](np.array([1, 1, 1]))
    np.testing.assert_array_equal(x_bar, [0.0, 3.5, 1.0])
    assert ad.vjp(np.sin, X.astype(np.float32))[1](X)[0].dtype == np.float32


def test_a_list_that_is_returned_has_a_cotangent_and_a_tangent() -> None:
    def f(x):
        rows = []
        for i in range(3):
            rows.append(x[i] * x)
        return rows, 3

    y, pullback = ad.vjp(f, X)
    seeds = [np.ones(3), np.zeros(3), np.array([1.0, 0.0, 0.0])]
    expected = [np.sum(X) + X[0] + X[2], X[0], X[0] + X[0]]
    np.testing.assert_allclose(pullback((seeds, None))[0], expected)
    _, (dots, _) = ad.jvp(f, (X,), (np.ones(3),))
    np.testing.assert_allclose(dots, [X + X[i] for i in range(3)])


def test_a_result_that_is_none_on_one_way_is_refused() -> None:
    def f(x):
        found = None
        if x > 0:
            found = x * 2
        return found

    for call in (
        lambda: ad.grad(f)(0.5),
        lambda: ad.vjp(f, 0.5),
        lambda: ad.jvp(f, (0.5,), (1.0,)),
        lambda: ad.jacfwd(f)(X),
    ):
        with pytest.raises(UnsupportedError, match="f returns a number on one way, and None or a container on another"):
            call()


def test_a_result_that_is_none_for_other_whole_numbers_has_a_derivative() -> None:
    def f(x, n):
        if n > 1:
            return x**n
        if n == 1:
            return [x]

    assert ad.grad(f)(3.0, 2) == 6.0
    assert ad.jvp(f, (3.0, 2), (1.0, None)) == (9.0, 6.0)
    assert ad.jacrev(f)(3.0, 2) == ad.jacfwd(f)(3.0, 2) == 6.0
    with pytest.raises(UnsupportedError, match="so it has no gradient"):
        ad.grad(f)(3.0, 1)


@pytest.mark.parametrize("x", [0.7, np.float64(0.7), np.float32(0.7)])
def test_the_gradient_of_a_number_made_an_array_is_a_number(x) -> None:
    def taken(z):
        w = np.array(z)
        return w[()]

    def item(z):
        w = np.array(z)
        if z > 0:
            w = np.sin(w)
        return w.item()

    def reshaped(z):
        return np.array([z]).reshape(()) * 1.0

    for f in (taken, item, reshaped):
        assert isinstance(ad.grad(f)(x), (float, np.floating))
        assert isinstance(ad.jvp(f, (x,), (1.0,))[1], (float, np.floating))
    assert isinstance(ad.grad(ad.grad(item))(x), (float, np.floating))


def test_vjp_and_jvp_of_several_outputs() -> None:
    def f(x):
        return {"square": x * x, "rest": (np.sum(x), np.max(x) * 2.0)}

    y, pullback = ad.vjp(f, X)
    assert set(y) == {"square", "rest"}
    (x_bar,) = pullback({"square": np.ones(3), "rest": (1.0, 0.0)})
    np.testing.assert_array_equal(x_bar, 2.0 * X + 1.0)
    (x_bar,) = pullback({"square": np.zeros(3), "rest": (0.0, 1.0)})
    np.testing.assert_array_equal(x_bar, [0.0, 0.0, 2.0])
    _, dot = ad.jvp(f, (X,), (np.ones(3),))
    np.testing.assert_array_equal(dot["square"], 2.0 * X)
    assert dot["rest"][0] == 3.0


def test_vjp_of_an_output_with_a_constant_in_it() -> None:
    y, pullback = ad.vjp(lambda x: (x * x, 2.0), 3.0)
    assert pullback((1.0, 1.0)) == (6.0,)


def test_vjp_takes_what_is_no_number() -> None:
    y, pullback = ad.vjp(lambda x, n, mode: x**n if mode == "power" else x, 2.0, 3, "power")
    assert y == 8.0
    assert pullback(1.0)[0] == 12.0
    assert pullback(1.0)[2] is None


def test_jvp() -> None:
    y, dot = ad.jvp(product, (2.0, 3.0), (1.0, 10.0))
    assert (y, dot) == (12.0, 46.0)
    y, dot = ad.jvp(product, (2.0, 3.0), (1.0, None))
    assert (y, dot) == (12.0, 6.0)


def test_forward_and_reverse_are_transposes() -> None:
    def f(w, x):
        return np.tanh(w @ x) * x[0]

    rng = np.random.default_rng(0)
    w, x, w_dot, x_dot, y_bar = (rng.normal(size=s) for s in [(2, 3), 3, (2, 3), 3, 2])
    _, dot = ad.jvp(f, (w, x), (w_dot, x_dot))
    w_bar, x_bar = ad.vjp(f, w, x)[1](y_bar)
    assert dot @ y_bar == pytest.approx(np.sum(w_bar * w_dot) + x_bar @ x_dot)


# Compositions.


def test_derivatives_of_any_order() -> None:
    f = lambda x: math.sin(x) * x
    second, third = ad.grad(ad.grad(f)), ad.grad(ad.grad(ad.grad(f)))
    assert second(0.7) == pytest.approx(2.0 * math.cos(0.7) - 0.7 * math.sin(0.7))
    assert third(0.7) == pytest.approx(-3.0 * math.sin(0.7) - 0.7 * math.cos(0.7))


def test_grad_inside_a_function_does_not_confuse_perturbations() -> None:
    def outer(x):
        return x * ad.grad(lambda y: x * y * y)(2.0)

    assert ad.grad(outer)(3.0) == 24.0


def test_descent_with_an_inner_gradient() -> None:
    def trained(rate):
        w = 1.0
        for _ in range(3):
            w = w - rate * ad.grad(lambda w: w * w)(w)
        return w * w

    assert ad.grad(trained)(0.1) == pytest.approx(6.0 * (1.0 - 0.2) ** 5 * -2.0)


def test_hvp() -> None:
    np.testing.assert_allclose(ad.hvp(lambda x: np.sum(x**3))(X, np.ones(3)), 6.0 * X)


def test_stop_gradient() -> None:
    assert ad.stop_gradient(2.0) == 2.0
    assert ad.grad(lambda x: x * ad.stop_gradient(x))(3.0) == 3.0
    assert ad.jvp(lambda x: x * ad.stop_gradient(x), (3.0,), (1.0,))[1] == 3.0
    np.testing.assert_array_equal(ad.grad(lambda x: np.sum(x * ad.stop_gradient(x) ** 2))(X), X**2)


def test_a_pullback_keeps_what_it_needs_though_the_caller_writes_it() -> None:
    x = np.array([1.0, 2.0])
    y, pullback = ad.vjp(np.exp, x)
    expected = y.copy()
    x[:], y[:] = 0.0, 0.0
    np.testing.assert_array_equal(pullback(np.ones(2))[0], expected)


def test_a_pullback_gives_no_array_of_its_seed() -> None:
    seed = np.ones(2)
    _, pullback = ad.vjp(lambda x: x, np.array([1.0, 2.0]))
    assert not np.shares_memory(pullback(seed)[0], seed)


def test_a_container_given_twice_and_written_is_refused() -> None:
    def scaled(p: dict, q: dict) -> float:
        q["a"] = q["a"] * 2.0
        return p["a"] * q["a"]

    derivative = ad.grad(scaled)
    assert derivative({"a": 3.0}, {"a": 3.0}) == {"a": 6.0}
    same = {"a": 3.0}
    with pytest.raises(Refused, match="is given to this function twice"):
        derivative(same, same)


def test_the_gradient_of_a_carried_single_precision_value_is_single() -> None:
    def scaled(x: np.ndarray) -> float:
        total = np.float32(0.0)
        for _ in range(3):
            total = total + x * np.float64(2.0)
        return total

    assert ad.grad(scaled)(np.float32(2.0)).dtype == np.float32


def number_or_array(x: float, y: np.ndarray, z: np.ndarray) -> float:
    both = 1.0
    for _ in range(2):
        both = y
    for i, row in enumerate(z):
        total = x + both
        row[i] += total[1]
    return np.sum(z**2)


def test_the_gradient_of_a_number_is_a_number_though_it_meets_a_value_of_several_types() -> None:
    z = np.array([[0.3, 0.93], [0.8, 1.57]])
    expected = 2.0 * (0.3 + 0.91 + 1.57 + 0.91)
    assert ad.grad(number_or_array)(0.09, np.array([1.13, 0.82]), z) == pytest.approx(expected, rel=1e-14)


def test_the_second_order_follows_memory_that_may_be_a_number() -> None:
    arguments = 0.09, np.array([1.13, 0.82]), np.array([[0.3, 0.93], [0.8, 1.57]])
    assert ad.grad(ad.grad(number_or_array))(*arguments) == pytest.approx(4.0, rel=1e-14)


def test_what_may_be_a_number_is_written_as_the_array_that_it_is() -> None:
    def f(x):
        total = 0
        for _ in range(2):
            total = 0.7 * x - 0.77 * total
        total[2] += 2
        return np.sum(total * total * x)

    def by_name(x):
        total = 0.7 * x - 0.77 * (0.7 * x)
        total = total + np.array([0.0, 0.0, 2.0])
        return np.sum(total * total * x)

    np.testing.assert_allclose(ad.grad(f)(X), ad.grad(by_name)(X))
    np.testing.assert_allclose(ad.hvp(f)(X, X), ad.hvp(by_name)(X, X))


def test_the_tangent_of_a_value_that_may_be_a_flag_is_kept() -> None:
    def chosen(x: np.ndarray) -> float:
        start = 0.0
        for _ in range(2):
            start = x
        return 0.7 * (start[0] > 0.91 or x[1])

    x = np.array([0.5, 0.6])
    assert ad.jvp(chosen, (x,), (np.ones(2),))[1] == pytest.approx(0.7)


@pytest.mark.parametrize("fn", [np.sum, np.mean, np.prod, np.cumsum])
def test_a_reduction_into_an_array_of_another_type_is_summed_in_that_type(fn) -> None:
    def f(x, out):
        fn(x, axis=1, out=out)
        return np.sum(out * out)

    x = np.array([[0.45, 1.53], [0.03, 0.5]], dtype=np.float32)
    shape = (2, 2) if fn is np.cumsum else (2,)
    value, gradient = ad.value_and_grad(f)(x, np.zeros(shape))
    assert value == f(x, np.zeros(shape))
    assert gradient.dtype == np.float32
