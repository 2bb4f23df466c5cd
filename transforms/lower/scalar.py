"""What the output of a function must be for `grad`: one real number; and in which words other outputs are refused."""

from __future__ import annotations

from typing import Any

from transforms.ir import Const, Var
from transforms.lower.values import Ref

JACOBIAN = "return one number, its sum say, or use ad.jacrev for its Jacobian, or ad.vjp with a cotangent"
PULLBACK = "return the number to differentiate; a pair (value, extra) goes with has_aux=True; or use ad.vjp"


def no_gradient(output: Any) -> tuple[str, str] | None:
    """What a function returns that has no gradient, and the way out; None of one real number."""
    if isinstance(output, Const) and isinstance(output.value, (int, float)):
        return None
    if not isinstance(output, Var) or not output.kind.numeric:
        return no_number(output)
    kind = output.kind
    if kind.ndim not in (0, None):
        return f"an array with {kind.ndim} {'axis' if kind.ndim == 1 else 'axes'}", JACOBIAN
    if kind.complex:
        return "a complex number", "return its real part or modulus"
    if kind.base == "array" and not kind.continuous:
        return "an array of integers or flags", JACOBIAN
    return None


def no_number(output: Any) -> tuple[str, str]:
    """Words for what is neither a number nor an array."""
    if isinstance(output, Const) and output.value is None:
        return "None", "end it with a return of the number to differentiate"
    if isinstance(output, Ref):
        cls: Any = output.cls
    elif isinstance(output, Const):
        cls = type(output.value)
    elif isinstance(output, Var):
        cls = list if output.kind.base == "list" else output.kind.type
    else:
        cls = type(output) if isinstance(output, tuple) else None
    return f"a {cls.__name__}" if cls else "what is not known to be a number", PULLBACK
