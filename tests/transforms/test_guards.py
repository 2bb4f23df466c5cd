"""What a text takes for granted of the world outside."""

from __future__ import annotations

import copy
import types
from typing import Any

import numpy as np
import pytest

import ad
from transforms.guards import Outside, together

SCALE = 2.0
OFFSET = "plain"
TABLE = types.SimpleNamespace(factor=np.ones(2), mode="double", odd=None)


def scaled(x):
    return SCALE * x if OFFSET == "plain" else x


def by_mode(x):
    return 2.0 * x if TABLE.mode == "double" else 3.0 * x


def test_items_attributes_and_anything_else() -> None:
    held, numbers = types.SimpleNamespace(a=1, **{"not a name": 2}), {"k": 3}
    guards = [
        (Outside(held, "attr", "a"), 1),
        (Outside(held, "attr", "not a name"), 2),
        (Outside(numbers, "item", "k"), 3),
        (lambda: len(numbers), 1),
    ]
    assert [get() for get, _ in guards] == [1, 2, 3, 1]
    holds = together(guards)
    assert holds()
    for change in (lambda: setattr(held, "a", None), lambda: numbers.update(k="other"), lambda: numbers.update(new=4)):
        before, known = vars(held).copy(), dict(numbers)
        change()
        assert not holds()
        vars(held).update(before)
        numbers.clear()
        numbers.update(known)
        assert holds()


def test_no_guards_hold() -> None:
    assert together([])()


def test_a_derivative_follows_what_changes_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    derivative = ad.grad(scaled)
    assert [derivative(1.0) for _ in range(3)] == [2.0, 2.0, 2.0]
    monkeypatch.setitem(globals(), "SCALE", 5.0)
    assert [derivative(1.0) for _ in range(3)] == [5.0, 5.0, 5.0]
    monkeypatch.setitem(globals(), "OFFSET", "other")
    assert [derivative(1.0) for _ in range(3)] == [1.0, 1.0, 1.0]
    monkeypatch.setitem(globals(), "OFFSET", "".join(["pl", "ain"]))  # equal, another object
    assert [derivative(1.0) for _ in range(3)] == [5.0, 5.0, 5.0]


def test_a_derivative_follows_attributes(monkeypatch: pytest.MonkeyPatch) -> None:
    derivative = ad.grad(by_mode)
    assert [derivative(1.0) for _ in range(2)] == [2.0, 2.0]
    monkeypatch.setattr(TABLE, "mode", "triple")
    assert [derivative(1.0) for _ in range(2)] == [3.0, 3.0]


def test_rules_guard_nothing_of_their_own() -> None:
    derivative = ad.grad(lambda x: np.mean(np.sin(x)))
    derivative(np.ones(3))
    holders = {
        get.holder["__name__"] if get.how == "item" else get.holder.__name__ for get, _ in derivative._latest.guards
    }
    assert holders == {"<lambda>", __name__, "numpy"}


# -- what is taken for granted of containers outside -------------------------------------------------------------------

OPTIONS: dict = {"a": 1.0}
NAMES = {"a", "b"}
SIZES = [1, 2]
PLAIN = types.SimpleNamespace()


def by_member(x):
    return 2.0 * x if "new" in OPTIONS else x


def by_length(x):
    return x * len(OPTIONS)


def by_iteration(x):
    total = 0.0
    for _ in OPTIONS:
        total += x
    return total


def by_truth(x):
    return x if OPTIONS else 5.0 * x


def by_set(x):
    return 2.0 * x if "new" in NAMES else x


def by_largest(x):
    return x * max(SIZES)


def by_list_member(x):
    return x if 2 in SIZES else 3.0 * x


def by_union(x):
    merged = OPTIONS | {"y": x * x}
    return merged["y"] * len(merged)


def by_attribute_there(x):
    return 2.0 * x if hasattr(PLAIN, "extra") else x * getattr(PLAIN, "factor", 1.0)


def by_equal_dict(x):
    return 2.0 * x if OPTIONS == {"a": 1.0} else x


def by_equal_list(x):
    return 2.0 * x if SIZES == [1, 2] else x


def by_equal_set(x):
    return 2.0 * x if NAMES != {"a", "b"} else x


def by_values(x):
    return sum(v * x for v in OPTIONS.values()) + sum(OPTIONS[k] * x for k, _ in OPTIONS.items())


def by_get(x):
    return x * OPTIONS.get("new", 3.0)


CHANGES = [
    (by_equal_dict, lambda: OPTIONS.update(a=2.0)),
    (by_equal_dict, lambda: OPTIONS.update(new=2.0)),
    (by_equal_list, lambda: SIZES.append(7)),
    (by_equal_list, lambda: SIZES.__setitem__(1, 9)),
    (by_equal_set, lambda: NAMES.add("new")),
    (by_values, lambda: OPTIONS.update(new=2.0)),
    (by_get, lambda: OPTIONS.update(new=2.0)),
    (by_member, lambda: OPTIONS.update(new=1.0)),
    (by_length, lambda: OPTIONS.update(new=1.0)),
    (by_iteration, lambda: OPTIONS.update(new=1.0)),
    (by_truth, lambda: OPTIONS.clear()),
    (by_set, lambda: NAMES.add("new")),
    (by_largest, lambda: SIZES.append(7)),
    (by_largest, lambda: SIZES.__setitem__(1, 9)),
    (by_list_member, lambda: SIZES.remove(2)),
    (by_union, lambda: OPTIONS.update(new=1.0)),
    (by_attribute_there, lambda: setattr(PLAIN, "extra", 1.0)),
    (by_attribute_there, lambda: setattr(PLAIN, "factor", 4.0)),
]


@pytest.mark.parametrize(("f", "change"), CHANGES)
def test_a_derivative_follows_containers_outside(f: Any, change: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    names = f.__globals__
    for name in ("OPTIONS", "NAMES", "SIZES", "PLAIN"):
        monkeypatch.setitem(names, name, copy.copy(names[name]))
    derivative = ad.grad(f)
    before = f(3.0 + 1e-6) - f(3.0 - 1e-6)
    assert derivative(3.0) == pytest.approx(before / 2e-6)
    change()
    after = f(3.0 + 1e-6) - f(3.0 - 1e-6)
    assert after != before
    assert derivative(3.0) == pytest.approx(after / 2e-6)


FACTOR, WEIGHTS = 3.0, np.ones(2)


def with_factor(x):
    return FACTOR * np.sum(np.sin(x) * WEIGHTS)


def test_a_pullback_keeps_what_was_outside_at_its_forward_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    _, pullback = ad.vjp(with_factor, np.zeros(2))
    monkeypatch.setitem(globals(), "FACTOR", 5.0)
    WEIGHTS[:] = 7.0
    ad.vjp(with_factor, np.zeros(2))
    assert pullback(1.0)[0].tolist() == [3.0, 3.0]
    WEIGHTS[:] = 1.0
