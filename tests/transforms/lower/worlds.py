"""Functions that write what is outside of them, each with a world of its own, which derivatives must leave as plain
calls leave it; differences at a call are taken in a world that has seen the calls before it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ad

World = Callable[[], tuple[Callable[..., Any], Callable[[], Any]]]  # a function, and what it leaves outside
POINTS = (0.7, 1.3, 1.3, -0.4, 2.1)


def lived(make: World, points: tuple[float, ...]) -> tuple[Callable[..., Any], Callable[[], Any]]:
    """A world in which the function was called at these points."""
    f, left = make()
    for x in points:
        f(x)
    return f, left


def slope(make: World, before: tuple[float, ...], x: float, order: int = 1) -> float:
    """Richardson's difference of the plain function, each value in a world of its own."""

    def value(at: float) -> float:
        return float(lived(make, before)[0](at))

    def step(h: float) -> float:
        if order == 1:
            return (value(x + h) - value(x - h)) / (2 * h)
        return (value(x + h) - 2 * value(x) + value(x - h)) / (h * h)

    h = 1e-3 if order == 1 else 1e-2
    return (4 * step(h / 2) - step(h)) / 3


FIRST = {
    "grad": lambda f, x: ad.grad(f)(x),
    "value_and_grad": lambda f, x: ad.value_and_grad(f)(x)[1],
    "vjp": lambda f, x: ad.vjp(f, x)[1](1.0)[0],
    "jvp": lambda f, x: ad.jvp(f, (x,), (1.0,))[1],
}
SECOND = {
    "grad of grad": lambda f, x: ad.grad(ad.grad(f))(x),
    "jvp of grad": lambda f, x: ad.jvp(ad.grad(f), (x,), (1.0,))[1],
}


HOW = [*((how, 1) for how in FIRST), *((how, 2) for how in SECOND)]


def check(make: World, how: str, order: int) -> None:
    """A world is left as by plain calls, and the derivatives in it are right."""
    derivative = (FIRST | SECOND)[how]
    f, left = make()
    for number, x in enumerate(POINTS):
        got = derivative(f, x)
        now = copy.deepcopy(left())
        assert shown(now) == shown(lived(make, POINTS[: number + 1])[1]())
        wanted = slope(make, POINTS[:number], x, order)
        assert got == pytest.approx(wanted, rel=1e-6 if order == 1 else 1e-4, abs=1e-7 if order == 1 else 1e-4)


def shown(value: Any) -> str:
    """The text of a value, with the types of its numbers."""
    if isinstance(value, dict):
        return str({k: shown(v) for k, v in value.items()})
    if isinstance(value, (list, tuple)):
        return f"{type(value).__name__}{[shown(v) for v in value]}"
    if hasattr(value, "__dict__"):
        return shown(vars(value))
    return f"{type(value).__name__} {np.round(value, 9) if isinstance(value, (float, np.ndarray)) else value}"
