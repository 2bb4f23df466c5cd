"""A rule that does not know the derivative for the operands at hand refuses, at the user's line.

A template says so by `raise NotImplementedError("reason: remedy")`.  Where that surely happens the derivative is
refused when it is made; where it depends on what is known at run time only, the text raises what no
`except Exception` swallows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gast

from tensor import runtime
from transforms.lower.calls import calling
from transforms.lower.values import Const

if TYPE_CHECKING:
    from transforms.lower.state.lowering import Lowering


def reason_of(lo: Lowering, stmt: gast.Raise) -> Any:
    """The expression that says why a rule of ours does not know a derivative, if this is what a statement does."""
    exc = stmt.exc
    if not lo.frame.rule or not str(lo.frame.globals.get("__name__", "")).startswith("tensor."):
        return None
    is_call = isinstance(exc, gast.Call) and isinstance(exc.func, gast.Name) and len(exc.args) == 1
    return exc.args[0] if is_call and exc.func.id == "NotImplementedError" else None


def refuse(lo: Lowering, reason: Any, node: Any) -> Any:
    """Refuse what surely is not known; else the value is the exception that is raised at run time."""
    if isinstance(reason, Const) and lo.block is entry(lo):
        what, _, remedy = reason.value.partition(": ")
        lo.refuse(what, remedy)
    return calling.call(lo, Const(runtime.Refused), (reason,), {}, node)


def entry(lo: Lowering) -> Any:
    """The block in which the rule at hand is followed; its helpers have frames of their own."""
    return next((frame.entry for frame in reversed(lo.frames) if frame.entry is not None), None)
