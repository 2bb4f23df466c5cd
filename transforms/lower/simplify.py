"""Algebra on the operations that rules emit: `1.0 * x`, `x ** 1`, `-(-x)` and the like are never written.

Only rewritings that change no value are done, and only inside rules: the user's own operations stay as they are.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from transforms.ir import Const, Var

ONE = (1, 1.0)


def is_number(operand: Any, *values: float) -> bool:
    return (
        isinstance(operand, Const)
        and isinstance(operand.value, (int, float))
        and not isinstance(operand.value, bool)
        and operand.value in values
    )


def continuous(operand: Any) -> bool:
    """Real or complex, so that multiplying by 1.0 does not change the type."""
    if isinstance(operand, Const):
        return isinstance(operand.value, (float, complex))
    return isinstance(operand, Var) and operand.kind.continuous


def _multiply(x: Any, y: Any) -> Any:
    for a, b in ((x, y), (y, x)):
        if is_number(a, 1, 1.0) and continuous(b):
            return b
    return None


def _divide(x: Any, y: Any) -> Any:
    return x if is_number(y, 1, 1.0) and continuous(x) else None


def _power(x: Any, y: Any) -> Any:
    return x if is_number(y, 1) and continuous(x) else None


def _add(x: Any, y: Any) -> Any:
    for a, b in ((x, y), (y, x)):
        if is_number(a, 0) and continuous(b):
            return b
    return None


def _subtract(x: Any, y: Any) -> Any:
    return x if is_number(y, 0) and continuous(x) else None


SIMPLER: dict[Any, Callable[..., Any]] = {
    operator.mul: _multiply,
    operator.truediv: _divide,
    operator.pow: _power,
    operator.add: _add,
    operator.sub: _subtract,
}


def simplified(fn: Any, args: tuple) -> Any:
    """A simpler operand of the same value, or None."""
    rule = SIMPLER.get(fn)
    return rule(*args) if rule is not None else None
