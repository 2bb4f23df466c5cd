"""Containers given as arguments that change their length, and those that are outside, too: right, or refused."""

from __future__ import annotations

import functools
import types

import numpy as np
import pytest

import ad
from tensor.runtime import Refused
from transforms.errors import DerivativeError

TABLE: dict = {}
LONG: list = []


def changes_a_list(items, x):
    items.append(x * x)
    items.insert(0, x)
    y = items.pop(1)
    del items[0]
    items += [3.0 * x]
    items[1:2] = [x, x]
    return items[-1] * x + y * x * items[0]


def changes_a_dict(table, x):
    table["n"] = table.pop("a") * x
    table.setdefault("trace", []).append(x)
    table["trace"].append(table["n"])
    table |= {"m": x * x}
    return table["n"] * table["trace"][1] * table["trace"][0] * table["m"]


@pytest.mark.parametrize(
    ("f", "held"), [(changes_a_list, lambda: [3.0, 4.0]), (changes_a_dict, lambda: {"a": 3.0})], ids=["list", "dict"]
)
def test_a_container_given_is_left_as_the_function_alone_leaves_it(f, held):
    wanted = held()
    f(wanted, 2.0)
    slope = (f(held(), 2.0 + 1e-5) - f(held(), 2.0 - 1e-5)) / 2e-5
    for derivative in (
        lambda *a: ad.grad(f, argnums=1)(*a),
        lambda *a: ad.vjp(f, *a)[1](1.0)[1],
        lambda *a: ad.jvp(f, a, (None, 1.0))[1],
    ):
        given = held()
        assert derivative(given, 2.0) == pytest.approx(slope)
        assert given == wanted
    assert ad.grad(f)(held(), 2.0) == pytest.approx(by_differences(f, held))


def by_differences(f, held):
    def moved(key, step):
        given = held()
        given[key] += step
        return f(given, 2.0)

    keys = held() if isinstance(held(), dict) else range(len(held()))
    found = {key: (moved(key, 1e-5) - moved(key, -1e-5)) / 2e-5 for key in keys}
    return found if isinstance(held(), dict) else list(found.values())


def argument_written(table, x):
    table["k"] = x * x
    return TABLE["k"] * x


def outside_written(table, x):
    TABLE["k"] = x * x
    return table["k"] * x


def length_asked_for(table, x):
    table["new"] = x
    return x * len(TABLE)


def member_asked_for(table, x):
    table.pop("k")
    return x * x if "k" in TABLE else x


@pytest.mark.parametrize("f", [argument_written, outside_written, length_asked_for, member_asked_for])
def test_an_argument_that_is_outside_too_is_refused(f, monkeypatch):
    monkeypatch.setitem(TABLE, "k", 1.0)
    with pytest.raises(Refused, match="pass copies of it"):
        ad.grad(f, argnums=1)(TABLE, 2.0)
    ad.grad(f, argnums=1)({"k": 1.0}, 2.0)


def long_argument(items, x):
    items.append(x * x)
    return LONG[-1] * x


def long_outside(items, x):
    LONG.append(x * x)
    return items[-1] * x


@pytest.mark.parametrize(("f", "length"), [(long_argument, 30), (long_outside, 100)])
def test_a_long_list_that_is_outside_too_is_refused(f, length):
    LONG[:] = [float(i) for i in range(length)]
    with pytest.raises(Refused, match="pass copies of it"):
        ad.grad(f, argnums=1)(LONG, 2.0)
    assert len(LONG) == length


class Model:
    def __init__(self):
        self.weights = np.ones(2)
        self.k = 1.0


def by_argument(model, x):
    model.k = x * x
    return MODEL.k * x


def array_by_argument(weights, x):
    weights[0] = x * x
    return MODEL.weights[0] * x


MODEL = Model()


def test_an_instance_is_known_by_identity():
    assert ad.grad(by_argument, argnums=1)(MODEL, 2.0) == 12.0
    assert MODEL.k == 4.0
    assert ad.grad(by_argument, argnums=1)(Model(), 3.0) == 4.0


def test_an_array_that_is_outside_too_is_refused():
    with pytest.raises(Refused, match="share memory"):
        ad.grad(array_by_argument, argnums=1)(MODEL.weights, 2.0)


VIEWS = {
    "get": TABLE.get,
    "values": TABLE.values(),
    "proxy": types.MappingProxyType(TABLE),
}


def by_method(x):
    TABLE["k"] = x * x
    return VIEWS["get"]("k") * x


def by_values(x):
    TABLE["k"] = x * x
    return sum(VIEWS["values"]) * x


def by_proxy(x):
    TABLE["k"] = x * x
    return VIEWS["proxy"]["k"] * x


class Counted:
    total = 1.0


def by_dict_of_a_class(x):
    Counted.total = x * x
    return Counted.__dict__["total"] * x


@functools.lru_cache
def cached_total(n):
    return SUM * n


SUM = 1.0


def by_a_cached_function(x):
    global SUM
    SUM = x * x
    return cached_total(2) * x


@pytest.mark.parametrize("f", [by_method, by_values, by_proxy, by_dict_of_a_class, by_a_cached_function])
def test_other_ways_to_an_object_outside_are_refused(f, monkeypatch):
    monkeypatch.setitem(TABLE, "k", 1.0)
    with pytest.raises(DerivativeError):
        ad.grad(f)(2.0)


def one_run_for_each_entry(x):
    TABLE["k"] = TABLE["k"] * x[0]
    return TABLE["k"] * x


def test_forward_jacobians_of_what_writes_outside_are_refused(monkeypatch):
    monkeypatch.setitem(TABLE, "k", 1.0)
    x = np.array([2.0, 3.0])
    for run in (
        lambda: ad.jacfwd(one_run_for_each_entry)(x),
        lambda: ad.hessian(lambda x: np.sum(one_run_for_each_entry(x)))(x),
        lambda: ad.grad(lambda x: np.sum(ad.jacfwd(one_run_for_each_entry)(x)))(x),
    ):
        with pytest.raises(DerivativeError, match="once for each entry"):
            run()
    assert TABLE["k"] == 1.0
    assert ad.jacrev(one_run_for_each_entry)(x).tolist() == [[4.0, 0.0], [3.0, 2.0]]
    assert TABLE["k"] == 2.0


def inner(table):
    table["b"] = table["a"] * 2.0
    return table["a"] * table["b"]


def written_inside_a_derivative(x):
    table = {"a": x, "b": x}
    gradient = ad.grad(inner)(table)
    return table["b"] * gradient["a"]


def test_a_container_written_inside_a_derivative_is_refused():
    with pytest.raises(DerivativeError, match="given to a derivative inside is written"):
        ad.grad(written_inside_a_derivative)(3.0)
