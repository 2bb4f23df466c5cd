"""What the output of a function must be, and in which words other outputs are refused.

For `grad` it is one real number; for the other modes what has a derivative, in containers too.  A Python int counts as
a float, as the `return 0` of a guard does.
"""

from __future__ import annotations

from typing import Any

from transforms import kinds
from transforms.ir import Const, Var
from transforms.lower.values import Choice, Iter, Ref

JACOBIAN = "return one number, its sum say, or use ad.jacrev for its Jacobian, or ad.vjp with a cotangent"
PULLBACK = "return the number to differentiate; a pair (value, extra) goes with has_aux=True; or use ad.vjp"


def no_gradient(output: Any) -> tuple[str, str] | None:
    """What a function returns that has no gradient, and the way out; None of one real number."""
    found = no_derivative(output)
    if found is not None:
        return found
    if isinstance(output, Const) and isinstance(output.value, (int, float)):
        return None
    if not isinstance(output, Var) or not output.kind.numeric:
        return no_number(output)
    kind = output.kind
    if kind.ndim not in (0, None):
        return f"an array with {kind.ndim} {'axis' if kind.ndim == 1 else 'axes'}", JACOBIAN
    if kind.complex:
        return "a complex number", "return its real part or modulus"
    return None


def no_derivative(output: Any) -> tuple[str, str] | None:
    """What a function returns that has no derivative in any mode, and the way out; None of what may have one."""
    if isinstance(output, Iter) and output.kind == "generator":
        return "a generator", "return a number: sum what it yields, in a function that iterates over it"
    kind = kinds.kind_of(output.value) if isinstance(output, Const) else getattr(output, "kind", None)
    if isinstance(output, Choice):
        return no_number(output)
    if not isinstance(kind, kinds.Kind):
        return None
    if kind.numeric and not kind.continuous and kind != kinds.INT:
        returned, remedy = ("a bool", COMPARISON) if kind.dtype == "?" else ("an integer of NumPy", INTEGERS)
        many = "an array of bools" if kind.dtype == "?" else "an array of integers"
        return many if kind.base == "array" else returned, remedy
    if isinstance(output, Const) and not kind.numeric or kind.type in (str, type(None)) and kind.base == "object":
        return no_number(output)
    return None


COMPARISON = "a comparison has no derivative: return the numbers that are compared"
INTEGERS = "integers have no derivative: return floats"


def no_number(output: Any) -> tuple[str, str]:
    """Words for what is neither a number nor an array."""
    if output == Const(None) or isinstance(output, Var) and output.kind == kinds.NONE:
        return "None", "end it with a return of the number to differentiate"
    if isinstance(output, Choice):
        return "a number on one way, and None or a container on another", "end each way with a return of a number"
    if isinstance(output, Ref):
        cls: Any = output.cls
    elif isinstance(output, Const):
        cls = type(output.value)
    elif isinstance(output, Var):
        cls = list if output.kind.base == "list" else output.kind.type
    else:
        cls = type(output) if isinstance(output, tuple) else None
    return f"a {cls.__name__}" if cls else "what is not known to be a number", PULLBACK
