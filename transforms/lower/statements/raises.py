"""`raise` and `assert`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from transforms import ir
from transforms.lower import operations, unknown
from transforms.lower.calls import calling
from transforms.lower.expressions.evaluating import evaluate
from transforms.lower.expressions.logic import condition
from transforms.lower.failures import contexts
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import TRUE, UNDEFINED, Choice, Const, Var


def raise_(lo: Lowering, stmt: gast.Raise) -> None:
    if stmt.exc is None and lo.handling:
        reraise(lo, lo.handling[-1])
        return
    reason = unknown.reason_of(lo, stmt)
    if reason is not None:
        value = unknown.refuse(lo, evaluate(lo, reason), stmt.exc)
    else:
        value = evaluate(lo, stmt.exc) if stmt.exc is not None else Const(None)
    cause = evaluate(lo, stmt.cause) if stmt.cause is not None else None
    value = raised(lo, value, stmt)
    args = (lo.operand(value),) if cause is None else (lo.operand(value), lo.operand(cause))
    lo.emit(ir.Apply(None, operations.raise_, args, effect=True, loc=lo.loc))
    lo.frame.exits["raise"] = TRUE


def assert_(lo: Lowering, stmt: gast.Assert) -> None:
    cond = condition(lo, stmt.test)
    if cond == TRUE:
        return
    message = () if stmt.msg is None else (lo.operand(evaluate(lo, stmt.msg)),)
    lo.emit(ir.Apply(None, operations.assert_, (cond, *message), effect=True, loc=lo.loc))


STATEMENTS: dict[type, Callable[[Lowering, Any], None]] = {gast.Raise: raise_, gast.Assert: assert_}


def raised(lo: Lowering, value: Any, node: Any) -> Any:
    """The operand of a `raise` whose exception leaves the function; one caught inside leaves for its handler."""
    if (
        lo.tries
        and isinstance(value, Const)
        and isinstance(value.value, type)
        and issubclass(value.value, BaseException)
    ):
        value = calling.call(lo, value, (), {}, node)
    cls = value.kind.type if isinstance(value, Var) and value.kind.base == "object" else None
    if isinstance(cls, type) and issubclass(cls, BaseException):
        ctx = contexts.catcher(lo, cls)
        if ctx is not None:
            contexts.raise_to(lo, ctx, value)
    return value


def reraise(lo: Lowering, error: Any) -> None:
    """Raise an exception again that has been caught."""
    if isinstance(error, Choice):
        lo.branch(error.cond, lambda: reraise(lo, error.then), lambda: reraise(lo, error.orelse))
        return
    error = Const(None) if error is UNDEFINED else error
    raised(lo, error, None)
    lo.emit(ir.Apply(None, operations.raise_, (lo.operand(error),), effect=True, loc=lo.loc))
    lo.frame.exits["raise"] = TRUE
