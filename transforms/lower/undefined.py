"""Operators that Python does not define for their operands: `x + None`, `"a" - x`, `x ** {}`.

The function would raise TypeError there, so its derivative does, at the same place: a gradient that needs no value of
the operation would not run it, and nobody would hear of the mistake, or of the handler that the function has for it.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import numpy as np

from transforms.ir import Const, Var
from transforms.lower.calls import following
from transforms.lower.state.applying import ARITHMETIC
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Ref

NUMBERS = {"d": 1.0, "l": 1, "?": True, "D": 1j}
NOT_IN_ARITHMETIC = (
    type(None),
    str,
    bytes,
    np.ufunc,
    types.FunctionType,
    types.BuiltinFunctionType,
    types.ModuleType,
)
NUMERIC = "?bhilqBHILQefdgFDG"
UNKNOWN = object()


def apply(lo: Lowering, fn: Callable[..., Any], *operands: Any) -> Any:
    """The value of an operator; where it surely raises TypeError, a number that nobody will see."""
    error = mistake(fn, operands)
    if error is None:
        return lo.apply(fn, *operands)
    following.call_template(lo, not_defined, (Const(str(error)),), {})
    return Const(0.0)


def mistake(fn: Callable[..., Any], operands: tuple[Any, ...]) -> TypeError | None:
    """What an operator surely raises for operands of these types; None where it is defined or not enough is known."""
    examples = [example(v) for v in operands]
    if fn not in ARITHMETIC or any(e is UNKNOWN for e in examples):
        return None
    try:
        fn(*examples)
    except TypeError as error:
        return error
    except Exception:
        return None
    return None


def not_defined(words: str) -> None:
    raise TypeError(words)


def example(value: Any) -> Any:
    """A value of the type of an operand: of a number, an array, or what is surely of no use in arithmetic."""
    if isinstance(value, Var):
        kind = value.kind
        if kind.scalar and kind.python:
            return NUMBERS.get(kind.dtype, UNKNOWN)
        if kind.ndim is not None and kind.numeric and kind.dtype in NUMERIC:
            ones = np.ones((1,) * kind.ndim, kind.dtype)
            return ones[()] if kind.scalar else ones
        return UNKNOWN
    if isinstance(value, Const):
        plain = type(value.value) in (int, float, complex, bool) or isinstance(value.value, NOT_IN_ARITHMETIC)
        return value.value if plain else UNKNOWN
    if isinstance(value, Ref) and value.cls in (list, dict, set):
        return value.cls()
    return () if type(value) is tuple else UNKNOWN
