"""Each program of `programs` against central differences: reverse and forward mode, and the second order."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import ad
from tensor import tree
from tests.conformance.programs import PROGRAMS, Program
from transforms.errors import DerivativeError

RIGHT = [p for p in PROGRAMS if not p.words]
REFUSED = [p for p in PROGRAMS if p.words]


def named(program: Program) -> str:
    return f"{program.group}: {program.fn.__name__}".replace(" ", "_")


def is_float(leaf: Any) -> bool:
    return isinstance(leaf, (float, np.ndarray))


def direction(x: Any) -> Any:
    """A direction of the form of `x`; None where there is no number."""
    rng = np.random.default_rng(1)
    return tree.tree_map(lambda a: rng.normal(size=np.shape(a))[()] * 1.0 if is_float(a) else None, x)


def shifted(x: Any, d: Any, step: float) -> Any:
    x = copy.deepcopy(x)
    return tree.tree_map(lambda a, b: a + step * b if is_float(a) else a, x, d)


def along(f: Any, x: Any, d: Any) -> Any:
    """The derivative of `f` along `d` by differences of the fourth order."""
    h = 1e-3
    ends = [f(shifted(x, d, k * h)) for k in (-2, -1, 1, 2)]
    return tree.tree_map(lambda a, b, c, e: (a - 8 * b + 8 * c - e) / (12 * h) if is_float(a) else None, *ends)


def dot(a: Any, b: Any) -> float:
    pairs = zip(tree.leaves(a), tree.leaves(b), strict=True)
    return float(sum(np.sum(p * q) for p, q in pairs if p is not None and q is not None and is_float(p)))


@pytest.mark.parametrize("program", RIGHT, ids=named)
def test_reverse_mode_is_right(program: Program) -> None:
    x, d = program.x, direction(program.x)
    value, gradient = ad.value_and_grad(program.fn)(copy.deepcopy(x))
    assert value == program.fn(copy.deepcopy(x))
    np.testing.assert_allclose(dot(gradient, d), along(program.fn, x, d), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("program", RIGHT, ids=named)
def test_forward_mode_agrees(program: Program) -> None:
    x, d = program.x, direction(program.x)
    _, dot_forward = ad.jvp(program.fn, (copy.deepcopy(x),), (d,))
    np.testing.assert_allclose(dot_forward, along(program.fn, x, d), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("program", RIGHT, ids=named)
def test_second_order_is_right_or_refused(program: Program) -> None:
    x, d = program.x, direction(program.x)
    gradient = ad.grad(program.fn)
    try:
        _, second = ad.jvp(gradient, (copy.deepcopy(x),), (d,))
    except DerivativeError as error:
        pytest.skip(f"refused: {error.reason}")
    expected = along(gradient, x, d)
    for a, b in zip(tree.leaves(second), tree.leaves(expected), strict=True):
        if b is not None:
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("program", REFUSED, ids=named)
def test_refused_with_the_reason_and_the_line(program: Program) -> None:
    with pytest.raises(DerivativeError, match=program.words) as caught:
        ad.grad(program.fn)(copy.deepcopy(program.x))
    if program.words != "async":
        assert "programs.py:" in str(caught.value)


def test_there_are_sixty_programs() -> None:
    assert len(PROGRAMS) >= 60
    assert len({named(p) for p in PROGRAMS}) == len(PROGRAMS)
