"""Gathering of constant factors: random texts of products and sums have the same values before and after."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest

from transforms import ir, kinds
from transforms.ir import Block, Const, Function, Region, Store, Var
from transforms.lower.state.frames import Loc
from transforms.optimise import common, contractions, dead, factors, fold

OWN, DERIVED = Loc(None, None), Loc(None, None, backward=True)
CONSTANTS = [1.0, -1.0, 2.0, 0.5, -3.0, 2, -1, 0.1]


class Text:
    """A random text: numbers, arrays of one shape, arrays that are written; several values are read more than once."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.params = [self.var(scalar) for scalar in (True, True, False, False)]
        self.values = list(self.params)
        self.block = Block()
        self.written = self.var(False)
        self.block.stmts.append(ir.Apply(self.written, np.zeros_like, (self.params[2],), loc=OWN))
        self.values.append(self.written)
        for _ in range(int(self.rng.integers(3, 14))):
            self.step()
        self.block.results = [tuple(self.values[-4:])]
        self.fn = Function("f", self.params, self.block)

    def var(self, scalar: bool) -> Var:
        kind = kinds.Kind("number", "d", 0, True) if scalar else kinds.Kind("array", "d", 1)
        return Var("", kind, None if scalar else Region(), shape=None if scalar else "n")

    def pick(self, items: list[Any]) -> Any:
        return items[self.rng.integers(len(items))]

    def step(self) -> None:
        loc = self.pick([OWN, DERIVED, DERIVED])
        a = self.pick(self.values)
        b = Const(self.pick(CONSTANTS)) if self.rng.random() < 0.5 else self.pick(self.values)
        if self.rng.random() < 0.2:
            self.block.stmts.append(Store(self.written, None, a, self.pick([operator.add, None]), loc))
            return
        fn = self.pick([operator.mul, operator.mul, operator.truediv, operator.neg, operator.add, "double"])
        args = {operator.neg: (a,), "double": (a, a)}.get(fn, (a, b) if self.rng.random() < 0.7 else (b, a))
        out = self.var(all(isinstance(v, Const) or v.kind.scalar for v in args))
        self.block.stmts.append(ir.Apply(out, operator.add if fn == "double" else fn, args, loc=loc))
        self.values.append(out)


def run(fn: Function, args: list[Any]) -> list[Any]:
    """The values that a text without branches and loops gives."""
    env = {p.serial: a for p, a in zip(fn.params, args, strict=True)}
    value = lambda o: env[o.serial] if isinstance(o, Var) else o.value
    for stmt in fn.body.stmts:
        if isinstance(stmt, Store):
            target = env[stmt.target.serial]
            target[...] = stmt.op(target, value(stmt.value)) if stmt.op else value(stmt.value)
        else:
            env[stmt.out.serial] = stmt.fn(*map(value, stmt.args))
    return [np.array(value(v)) for v in fn.body.results[0]]


PASSES = {
    "factors": [factors.gather],
    "fold": [fold.fold],
    "all": [dead.remove, common.share, factors.gather, fold.fold] * 3 + [contractions.contract, dead.remove],
}


@pytest.mark.parametrize("passes", PASSES)
@pytest.mark.parametrize("seed", range(150))
def test_a_text_keeps_its_values(seed: int, passes: str) -> None:
    text = Text(seed)
    rng = np.random.default_rng(1)
    args = [0.7, -1.3, rng.normal(size=3), rng.normal(size=3)]
    with np.errstate(all="ignore"):
        try:
            expected = run(text.fn, args)
        except ZeroDivisionError:
            return
        for each in PASSES[passes]:
            each(text.fn)
        found = run(text.fn, args)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)
        assert a.shape == b.shape


@pytest.mark.parametrize("seed", range(150))
def test_the_users_own_values_are_not_touched(seed: int) -> None:
    """Of a text that is all the user's own, not a bit changes."""
    text = Text(seed)
    for stmt in text.block.stmts:
        stmt.loc = OWN
    args = [0.7, -1.3, np.array([0.1, 0.2, 0.3]), np.array([1.1, 0.7, -0.3])]
    with np.errstate(all="ignore"):
        try:
            expected = run(text.fn, args)
        except ZeroDivisionError:
            return
        for each in PASSES["all"]:
            each(text.fn)
        for a, b in zip(run(text.fn, args), expected, strict=True):
            np.testing.assert_array_equal(a, b)
