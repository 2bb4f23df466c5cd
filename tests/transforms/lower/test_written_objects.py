"""State outside the function that it writes: the ways to it, objects of classes, copies, other control flow."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import functools
import types
from typing import Any

import numpy as np
import pytest

import ad
from tests.transforms.lower.worlds import HOW, World, check

WORLDS: list[Any] = []


def world(make: World) -> World:
    WORLDS.append(pytest.param(make, id=make.__name__))
    return make


@pytest.mark.parametrize("make", WORLDS)
@pytest.mark.parametrize(("how", "order"), HOW)
def test_a_world_is_left_as_by_plain_calls_and_its_derivatives_are_right(make: World, how: str, order: int) -> None:
    check(make, how, order)


@world
def argument_that_is_known_by_identity():

    class M:
        def __init__(s):
            s.k = 1.0
            s.c = {}

        def run(s, x):
            s.c["z"] = s.k * x
            s.k = s.c["z"]
            return s.c["z"] * x

    m = M()

    def g(m, x):
        return m.run(x) * m.k

    return (lambda x: g(m, x), lambda: m)


@world
def attribute_of_the_function_itself():
    ns = {}

    def f(x):
        f.calls += 1
        return x * x * f.calls

    f.calls = 0
    return (f, lambda: f.calls)


@world
def recursion_with_a_memo():
    memo = {}

    def p(n, x):
        if n in memo:
            return memo[n] * x
        if n < 2:
            return x
        memo[n] = p(n - 1, x) * x + p(n - 2, x)
        return memo[n]

    return (lambda x: p(4, x), lambda: memo)


@world
def in_a_comprehension():
    H = []

    def f(x):
        ys = [H.append(x * i) or i * x for i in range(3)]
        return sum(ys) * x

    return (f, lambda: H)


@world
def in_a_generator():
    s = {"v": 1.0}

    def g(x):
        for i in range(3):
            s["v"] = s["v"] * x + i
            yield s["v"]

    def f(x):
        t = 0.0
        for y in g(x):
            t = t + y * s["v"]
        return t

    return (f, lambda: s)


@world
def in_a_context_manager():
    s = {"v": 1.0, "depth": 0}

    @contextlib.contextmanager
    def c(x):
        s["depth"] += 1
        s["v"] = x
        try:
            yield s
        finally:
            s["depth"] -= 1

    def f(x):
        with c(x * x) as q:
            y = q["v"] * x * s["depth"]
        return y * s["v"]

    return (f, lambda: s)


@world
def list_extended_in_place():
    H = [1.0]

    def f(x):
        nonlocal H
        H += [x * x]
        return H[-1] * x

    return (f, lambda: H)


@world
def lists_in_a_list():
    Tb = [[1.0, 2.0], [3.0, 4.0]]

    def f(x):
        Tb[0][1] = x * x
        row = Tb[0]
        row[0] += x
        return Tb[0][0] * Tb[0][1] * Tb[1][0]

    return (f, lambda: Tb)


@world
def keys_that_are_tuples():
    s = {}

    def f(x):
        s[0, 1] = x * x
        s[0, 1] += x
        return s[0, 1] * x

    return (f, lambda: s)


@world
def one_of_two_dicts():
    a = {"k": 1.0}
    b = {"k": 2.0}

    def f(x):
        d = a if x > 1 else b
        d["k"] = d["k"] * x
        return a["k"] * b["k"] * x

    return (f, lambda: (a, b))


@world
def names_exchanged():
    cur = {"k": 1.0}
    other = {"k": 5.0}

    def f(x):
        nonlocal cur, other
        cur["k"] = cur["k"] * x
        cur, other = (other, cur)
        return cur["k"] * x + other["k"]

    return (f, lambda: (cur, other))


@world
def copies_are_others():
    s = {"k": 1.0, "n": {"j": 2.0}}

    def f(x):
        c = copy.copy(s)
        c["k"] = x * x
        c["n"]["j"] = x
        d = copy.deepcopy(s)
        d["k"] = x
        d["n"]["j"] = x * x * x
        e = dict(s)
        e["k"] = 4 * x
        return c["k"] * s["k"] + d["k"] * s["n"]["j"] + d["n"]["j"] + e["k"] * x

    return (f, lambda: s)


@world
def copy_of_an_instance():

    class M:
        def __init__(s):
            s.k = 1.0

    m = M()

    def f(x):
        c = copy.copy(m)
        c.k = x * x
        return c.k * m.k * x

    return (f, lambda: m)


@world
def array_kept_and_written():
    s = {"h": None}

    def f(x):
        a = np.array([x, x * x, 1.0])
        if s["h"] is not None:
            a = a + s["h"]
        s["h"] = a
        a[2] *= x
        return np.sum(a * s["h"])

    return (f, lambda: s)


@world
def moving_average():
    s = {"m": np.zeros(2), "t": 0}

    def f(x):
        g = np.array([x, np.sin(x)])
        s["t"] += 1
        s["m"] = 0.9 * s["m"] + 0.1 * g
        return np.sum(s["m"] ** 2) / (1 - 0.9 ** s["t"])

    return (f, lambda: s)


@world
def dataclass_outside():

    @dataclasses.dataclass
    class P:
        a: float
        hist: list

    p = P(1.0, [])

    def f(x):
        p.a = p.a * x
        p.hist.append(p.a)
        return p.a * x

    return (f, lambda: p)


@world
def in_place_operator_of_a_class():

    class Acc:
        def __init__(s):
            s.t = 0.0

        def __iadd__(s, v):
            s.t = s.t + v
            return s

    acc = Acc()

    def f(x):
        nonlocal acc
        acc += x * x
        return acc.t * x

    return (f, lambda: acc)


@world
def items_of_a_class():

    class Table:
        def __init__(s):
            s.d = {}

        def __getitem__(s, k):
            return s.d.get(k, 1.0)

        def __setitem__(s, k, v):
            s.d[k] = v

        def __contains__(s, k):
            return k in s.d

        def __len__(s):
            return len(s.d)

    t = Table()

    def f(x):
        t["a"] = t["a"] * x
        if "b" not in t:
            t["b"] = x
        return t["a"] * t["b"] * len(t)

    return (f, lambda: t)


@world
def names_in_a_while_loop():
    n = 0
    v = 1.0

    def f(x):
        nonlocal n, v
        i = 0
        while i < 3 + abs(x):
            v = v * x + 1.0
            n += 1
            if v > 5.0:
                break
            i += 1
        return v * x * n

    return (f, lambda: (n, v))


@world
def cell_shared_by_functions():
    v = 1.0

    def put(y):
        nonlocal v
        v = y * v

    def get():
        return v

    def f(x):
        put(x)
        put(x)
        return get() * x

    return (f, lambda: v)


@world
def dicts_in_a_list():
    L = [{"a": 1.0}, {"a": 2.0}]

    def f(x):
        for d in L:
            d["a"] = d["a"] * x
        return sum((d["a"] for d in L)) * x

    return (f, lambda: L)


@world
def list_written_in_a_loop_over_it():
    L = [1.0, 2.0, 3.0]

    def f(x):
        for i, v in enumerate(L):
            L[i] = v * x
        return sum(L) * L[-1]

    return (f, lambda: L)


@world
def items_exchanged():
    L = [1.0, 2.0]

    def f(x):
        L[0] *= x
        L[0], L[1] = (L[1], L[0])
        return L[0] * L[1] * x

    return (f, lambda: L)


@world
def list_cleared_and_filled():
    s = {"tr": [1.0]}

    def f(x):
        s["tr"].clear()
        for i in range(4):
            s["tr"].append(x**i)
        return sum(s["tr"])

    return (f, lambda: s)


@world
def new_list_filled_in_a_loop():
    s = {}

    def f(x):
        s["tr"] = []
        i = 0
        while i < 2 + abs(x):
            s["tr"].append(x * i)
            i += 1
        return sum(s["tr"]) * x

    return (f, lambda: s)


@world
def in_a_finally_part():
    s = {"busy": False, "v": 0.0}

    def f(x):
        s["busy"] = True
        try:
            s["v"] = s["v"] + x * x
            if x < 0:
                return s["v"] * 2
            return s["v"] * x
        finally:
            s["busy"] = False

    return (f, lambda: s)


@world
def property_that_is_cached():

    class M:
        def __init__(s):
            s.k = 2.0

        @functools.cached_property
        def sq(s):
            return s.k * s.k

    m = M()

    def f(x):
        m.k = m.k * x
        return m.sq * x

    return (f, lambda: m)


@world
def attributes_made_at_the_first_call():

    class M:
        def __init__(s):
            s.w = None

        def __call__(s, x):
            if s.w is None:
                s.w = np.array([1.0, 2.0]) * x
            if not hasattr(s, "b"):
                s.b = x
            s.out = s.w * x + s.b
            return s.out.sum()

    m = M()
    return (m, lambda: m)


@world
def containers_in_an_attribute():

    class M:
        pass

    m = M()
    m.p = {"w": [1.0, 2.0]}

    def f(x):
        m.p["w"][1] = m.p["w"][1] * x
        m.p["g"] = {"q": x}
        m.p["g"]["q"] *= x
        return m.p["w"][1] * m.p["g"]["q"]

    return (f, lambda: m)


@world
def attributes_of_a_class_and_its_subclass():

    class B:
        n = 0
        hist = []

        def tick(self, v):
            type(self).n += 1
            self.last = v

    class C(B):
        n = 10

    c = C()
    c.last = 1.0

    def f(x):
        before = c.last
        c.tick(x * x)
        return before * x * C.n + B.n * x + c.last

    return (f, lambda: (c, C.n, B.n))


@world
def inside_jvp_and_vjp():
    s = {"v": 1.0}

    def g(x):
        s["v"] = s["v"] * x
        return s["v"] * x

    def f(x):
        y, t = ad.jvp(g, (x,), (1.0,))
        y2, pb = ad.vjp(g, x)
        return y * t * s["v"] + pb(1.0)[0]

    return (f, lambda: s)


class Doubled:
    def __get__(self, instance, owner):
        return instance.k * 2.0

    def __set__(self, instance, value):
        instance.k = value


class Described:
    d = Doubled()

    def __init__(self):
        self.k = 1.0


@world
def one_list_under_two_keys():
    held: dict = {"a": [1.0], "b": [1.0]}

    def f(x):
        held["a"][0] = held["a"][0] * x
        before = held["b"][0]
        rows = [x]
        held["a"] = rows
        held["b"] = rows
        return before * x + held["b"][0] * x

    return f, lambda: (held, held["a"] is held["b"])


@world
def views_of_one_array():
    held: dict = {}

    def f(x):
        whole = np.zeros(2)
        held["whole"], held["part"] = whole, whole[:1]
        whole[0] = x * x
        return held["part"][0] * x + held["whole"].sum()

    return f, lambda: (held, np.shares_memory(held["whole"], held["part"]))


@world
def descriptor():
    held = Described()

    def f(x):
        held.d = x * held.k
        own = Described()
        own.d = x
        return held.k * own.k * x

    return f, lambda: held


class Open:
    def __init__(self):
        self.k = 1.0

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self.k * 2.0


@world
def attributes_by_getattr():
    held = Open()

    def f(x):
        held.k = x * x
        return held.more * x

    return f, lambda: held.k


@world
def ways_to_a_module():
    settings = types.ModuleType("settings")
    settings.rate = 0.5

    def f(x):
        settings.rate = settings.rate * x
        vars(settings)["rate"] += x
        return settings.rate * vars(settings)["rate"]

    return f, lambda: settings.rate
