import math

import numpy as np
import pytest

import ad
from tensor.registry import RULES
from transforms.errors import ArgumentError, UnsupportedError


@pytest.fixture(autouse=True)
def own_rules():
    """Rules given in a test are forgotten after it."""
    before = dict(RULES)
    yield
    RULES.clear()
    RULES.update(before)


def hidden(x, y=1.0):
    return float(repr(x * x * y))


def test_defvjp_gives_reverse_mode():
    with pytest.raises(UnsupportedError):
        ad.grad(lambda x: hidden(x) * 2.0)(3.0)
    ad.defvjp(hidden, lambda ans, x, y=1.0: lambda g: g * 2.0 * x * y, lambda ans, x, y: lambda g: g * x * x)
    assert ad.grad(lambda x: hidden(x) * 2.0)(3.0) == 12.0
    assert ad.grad(lambda x, y: hidden(x, y), argnums=(0, 1))(3.0, 2.0) == (12.0, 9.0)


def test_defvjp_for_some_arguments():
    ad.defvjp(hidden, lambda ans, x, y: lambda g: g * x * x, argnums=(1,))
    assert ad.grad(lambda y: hidden(3.0, y))(2.0) == 9.0


def test_defjvp_gives_forward_mode():
    ad.defjvp(hidden, lambda g, ans, x: 2.0 * x * g)
    assert ad.jvp(lambda x: hidden(x), (3.0,), (1.0,)) == (9.0, 6.0)


def test_a_rule_replaces_the_derivative_of_a_function_with_source():
    def clipped(x):
        return min(max(x, -1.0), 1.0)

    ad.defvjp(clipped, lambda ans, x: lambda g: g)
    assert ad.grad(lambda x: clipped(x))(5.0) == 1.0


def test_rules_use_the_result():
    def exponential(x):
        return math.exp(float(f"{x}"))

    ad.defvjp(exponential, lambda ans, x: lambda g: g * ans)
    ad.defjvp(exponential, lambda g, ans, x: g * ans)
    assert ad.grad(lambda x: exponential(x))(1.0) == pytest.approx(math.e)
    assert ad.jvp(lambda x: exponential(x), (1.0,), (2.0,))[1] == pytest.approx(2.0 * math.e)


def test_rules_on_arrays_can_be_differentiated_again():
    def cube(x):
        return np.array([float(str(v)) ** 3 for v in x])

    ad.defvjp(cube, lambda ans, x: lambda g: g * 3.0 * x**2)
    x = np.array([1.0, 2.0])
    np.testing.assert_allclose(ad.grad(lambda x: np.sum(cube(x)))(x), 3.0 * x**2)
    second = ad.grad(lambda x: np.sum(ad.grad(lambda x: np.sum(cube(x)))(x)))
    np.testing.assert_allclose(second(x), 6.0 * x)


@pytest.mark.parametrize("declare", [ad.defvjp, ad.defjvp])
@pytest.mark.parametrize("given", [(math.gamma,), (math.gamma, 2.0), (math.gamma, None), (2.0, lambda g, ans, x: g)])
def test_what_is_no_rule_is_refused(declare, given):
    with pytest.raises(
        ArgumentError, match=f"ad.{declare.__name__} takes a function, and for each of its arguments one"
    ):
        declare(*given)


def test_argnums_are_as_many_as_the_rules():
    with pytest.raises(ArgumentError, match="1 functions are given to ad.defvjp, and 2 argnums"):
        ad.defvjp(math.gamma, lambda ans, x: lambda g: g, argnums=(0, 1))
    assert ad.grad(math.gamma)(1.0) == pytest.approx(-0.5772156649)
