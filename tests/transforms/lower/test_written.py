"""State outside the function that it writes: containers, names, attributes; and what is refused."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ad
from tensor.runtime import Refused
from tests.transforms.lower.worlds import FIRST, HOW, World, check
from transforms.errors import DerivativeError

TOTAL: Any = 1.0
WORLDS: list[Any] = []


def world(make: World) -> World:
    WORLDS.append(pytest.param(make, id=make.__name__))
    return make


@pytest.mark.parametrize("make", WORLDS)
@pytest.mark.parametrize(("how", "order"), HOW)
def test_a_world_is_left_as_by_plain_calls_and_its_derivatives_are_right(make: World, how: str, order: int) -> None:
    check(make, how, order)


# -- containers --------------------------------------------------------------------------------------------------------


@world
def item_written_and_read():
    memo: dict = {}

    def f(x):
        memo["y"] = x * x
        return memo["y"] * x

    return f, lambda: memo


@world
def default_as_memo():
    def f(x, memo={}):
        if "y" not in memo:
            memo["y"] = 0.0
        memo["y"] = memo["y"] + x * x
        return memo["y"] * x

    g = types.FunctionType(f.__code__, f.__globals__, "f", ({},))
    return g, lambda: g.__defaults__


@world
def cache_that_is_filled_once():
    cache: dict = {}

    def f(x):
        if "scale" not in cache:
            cache["scale"] = np.sin(x)
        return cache["scale"] * x * x

    return f, lambda: cache


@world
def what_the_call_before_left():
    state = {"last": 1.0}

    def f(x):
        before = state["last"]
        state["last"] = x * x
        return before * x + state["last"]

    return f, lambda: state


@world
def written_on_one_branch():
    state = {"v": 2.0, "n": 0}

    def f(x):
        if x > 1.0:
            state["v"] = x * x
            state["n"] += 1
        return state["v"] * x + state["n"] * x

    return f, lambda: state


@world
def written_in_a_loop():
    state = {"s": 0.5}

    def f(x):
        k = 0
        while k < 2 + int(abs(x)):
            state["s"] = state["s"] * x + 1.0
            k += 1
        return state["s"] * x

    return f, lambda: state


@world
def written_in_a_callee():
    state = {"s": 0.5}

    def put(v):
        state["s"] = v * state["s"]

    def f(x):
        put(x)
        put(x * x)
        return state["s"] * x

    return f, lambda: state


@world
def early_return_between_writes():
    state = {"a": 1.0, "b": 1.0}

    def f(x):
        state["a"] = x * x
        if x < 1.0:
            return state["a"] * state["b"]
        state["b"] = np.exp(x)
        return state["a"] * state["b"]

    return f, lambda: state


@world
def keys_come_and_go():
    state = {"a": 1.0}

    def f(x):
        state["b"] = x * x
        a = state.pop("a")
        state.setdefault("c", x)
        state.update(a=a + x, d=2.0 * x)
        del state["d"]
        return state["a"] * state["b"] + len(state) * x

    return f, lambda: state


@world
def merged():
    state = {"a": 1.0}

    def f(x):
        nonlocal state
        state |= {"b": x * x}
        return state["b"] * x * state["a"]

    return f, lambda: state


@world
def two_names_for_one():
    state = {"v": 1.0}
    other = state

    def f(x):
        state["v"] = x * x
        other["v"] = other["v"] * x
        return state["v"]

    return f, lambda: (state, other)


@world
def one_inside_another():
    inner = {"v": 1.0}
    outer = {"inner": inner, "n": 0}

    def f(x):
        outer["inner"]["v"] = x * x
        outer["n"] += 1
        return inner["v"] * x

    return f, lambda: (outer, inner)


@world
def history():
    losses: list = []

    def f(x):
        y = np.sin(x) * x
        losses.append(y)
        return y * y

    return f, lambda: losses


@world
def history_in_a_loop():
    seen: list = []

    def f(x):
        y = x
        for _ in range(3):
            y = np.sin(y) + x
            seen.append(y)
            if y > 1.0:
                seen.append(0.0)
        return y * y

    return f, lambda: seen


@world
def history_that_is_read():
    seen = [1.0]

    def f(x):
        seen.append(x * x)
        return seen[-1] * seen[-2] * len(seen)

    return f, lambda: seen


@world
def list_items():
    table = [1.0, 2.0, 3.0]

    def f(x):
        table[0] = x * x
        table[1] += table[0] * x
        table.insert(0, x)
        table.pop()
        table.reverse()
        return table[0] * table[1] + table[2]

    return f, lambda: table


@world
def slice_of_a_list():
    table = [1.0, 2.0, 3.0]

    def f(x):
        table[1:] = [x * x, x]
        return table[1] * table[0] + table[2]

    return f, lambda: table


@world
def set_of_names():
    seen: set = set()

    def f(x):
        if "up" in seen:
            seen.discard("up")
            return x * x
        seen.add("up")
        return 3.0 * x * x

    return f, lambda: sorted(seen)


@world
def array_in_a_dict():
    state: dict = {"y": np.ones(2)}

    def f(x):
        before = state["y"]
        y = np.array([x, x * x])
        state["y"] = y
        y[0] = 2.0 * x
        return np.sum(state["y"] * before)

    return f, lambda: state


@world
def array_outside_written_in_place():
    state = {"buffer": np.zeros(2)}

    def f(x):
        state["buffer"][0] = x * x
        state["buffer"] += x
        return np.sum(state["buffer"] ** 2)

    return f, lambda: state


@world
def list_put_into_a_dict():
    state: dict = {}

    def f(x):
        state["pair"] = [x, x * x]
        return state["pair"][0] * state["pair"][1]

    return f, lambda: state


@world
def list_changed_after_it_was_put_outside():
    state: dict = {}

    def f(x):
        items = [x]
        state["items"] = items
        items.append(x * x)
        state.setdefault("more", []).append(x)
        return items[0] * items[1]

    return f, lambda: state


@world
def outside_object_put_into_another():
    a: dict = {"v": 1.0}
    b: dict = {}

    def f(x):
        b["a"] = a
        b["a"]["v"] = x * x
        return a["v"] * x

    return f, lambda: (a, b, b.get("a") is a)


@world
def text_and_flags():
    state: dict = {"mode": "low", "done": False, "best": None}

    def f(x):
        scale = 2.0 if state["mode"] == "low" else 3.0
        state["mode"] = "high" if state["mode"] == "low" else "low"
        state["done"] = True
        if state["best"] is None:
            state["best"] = x
        return scale * x * x

    return f, lambda: state


@world
def inside_try():
    state = {"v": 1.0, "w": 0.0}

    def f(x):
        try:
            state["v"] = x * x
            state["w"] = 1.0 / (state["v"] - 0.16)
        except ZeroDivisionError:
            state["v"] = 3.0 * x
        return state["v"] * x

    return f, lambda: state


@world
def missing_key():
    state: dict = {}

    def f(x):
        try:
            old = state["k"]
        except KeyError:
            old = 2.0
        state["k"] = x
        return old * x * x

    return f, lambda: state


@world
def inside_a_derivative():
    state = {"v": 1.0}

    def g(x):
        state["v"] = x * x * state["v"]
        return state["v"] * x

    def f(x):
        return ad.grad(g)(x) * state["v"]

    return f, lambda: state


# -- names, cells, attributes ------------------------------------------------------------------------------------------


def with_global(x):
    global TOTAL
    before = TOTAL
    TOTAL = x * x
    return read_total() * x + before * x


def read_total():
    return TOTAL


@world
def global_name():
    names = {**globals(), "TOTAL": 1.0}
    names["read_total"] = types.FunctionType(read_total.__code__, names)
    return types.FunctionType(with_global.__code__, names), lambda: names["TOTAL"]


@pytest.mark.parametrize("how", FIRST)
def test_a_global_name_has_its_number_afterwards(how: str) -> None:
    global TOTAL
    for before in (1.0, 5.0, 2):
        TOTAL = before
        assert FIRST[how](with_global, 3.0) == 27.0 + before
        assert (TOTAL, type(TOTAL)) == (9.0, float)


@world
def captured_name():
    count, last = 0, 1.0

    def f(x):
        nonlocal count, last
        count += 1
        last = last * x
        return count * x * x + last

    return f, lambda: (count, last)


class Spring:
    stretched = 0

    def __init__(self, k):
        self.k = k
        self.trace = []
        self.scale = np.ones(2)

    def energy(self, x):
        self.k = self.k * x
        self.trace.append(self.k)
        return self.k * x * np.sum(self.scale)

    @property
    def stiffness(self):
        return self.k

    @stiffness.setter
    def stiffness(self, k):
        self.k = k * k


@world
def attributes():
    spring = Spring(2.0)

    def f(x):
        spring.stiffness = x
        setattr(spring, "m", x * 2.0)
        spring.energy(x)
        return spring.energy(x) * spring.m

    return f, lambda: spring


@world
def attributes_as_a_dict():
    spring = Spring(2.0)

    def f(x):
        vars(spring)["k"] = x * x
        spring.__dict__["m"] = x
        return spring.k * spring.m + spring.energy(x)

    return f, lambda: spring


@world
def bound_method():
    spring = Spring(2.0)
    return spring.energy, lambda: spring


@world
def attribute_replaced_at_each_call():
    spring = Spring(2.0)

    def f(x):
        spring.trace = []
        for k in range(3):
            spring.trace.append(k * x * x)
        return spring.trace[1] * spring.trace[2] * spring.k

    return f, lambda: None


@world
def attribute_of_a_class():
    class Counted:
        calls = 0

    def f(x):
        Counted.calls += 1
        return Counted().calls * x * x

    return f, lambda: Counted.calls


@world
def attribute_of_a_function():
    def helper(x):
        helper_calls.count += 1
        return helper_calls.count * x

    def helper_calls():
        pass

    helper_calls.count = 0  # type: ignore[attr-defined]

    def f(x):
        return helper(x) * helper(x)

    return f, lambda: helper_calls.count  # type: ignore[attr-defined]


@world
def attribute_of_a_module():
    settings = types.ModuleType("settings")
    settings.rate = 0.5  # type: ignore[attr-defined]

    def f(x):
        settings.rate = settings.rate * x
        return settings.rate * x

    return f, lambda: settings.rate  # type: ignore[attr-defined]


# -- refused -----------------------------------------------------------------------------------------------------------

REFUSED: list[Any] = []


def refused(words: str) -> Callable[[World], World]:
    def mark(make: World) -> World:
        REFUSED.append(pytest.param(make, words, id=make.__name__))
        return make

    return mark


@pytest.mark.parametrize(("make", "words"), REFUSED)
def test_what_cannot_be_followed_is_refused(make: World, words: str) -> None:
    f, _ = make()
    with pytest.raises((DerivativeError, Refused), match=words):
        ad.grad(f)(1.5)


@refused("changed afterwards")
def list_changed_where_it_may_have_been_put_outside():
    state: dict = {}

    def f(x):
        items = [x]
        if x > 0.0:
            state["items"] = items
        items.append(x * x)
        return items[0] * items[1]

    return f, lambda: state


@refused("a deque from outside is written")
def deque_outside():
    import collections

    seen: Any = collections.deque()

    def f(x):
        seen.append(x)
        return x * x

    return f, lambda: seen


@refused("in a loop|read and written|not followed")
def list_read_while_it_grows_in_a_loop():
    seen = [1.0]

    def f(x):
        while len(seen) < 2 + x:
            seen.append(seen[-1] * x)
        return seen[-1]

    return f, lambda: seen
