"""Branches, and what leaves a block: return, break, continue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from transforms.lower.expressions.evaluating import evaluate
from transforms.lower.expressions.logic import condition
from transforms.lower.state.lowering import Lowering
from transforms.lower.statements import executing
from transforms.lower.values import TRUE, Const


def if_(lo: Lowering, stmt: gast.If) -> None:
    cond = condition(lo, stmt.test)
    lo.branch(cond, lambda: executing.execute(lo, stmt.body), lambda: executing.execute(lo, stmt.orelse))


def return_(lo: Lowering, stmt: gast.Return) -> None:
    frame = lo.frame
    frame.result = Const(None) if stmt.value is None else evaluate(lo, stmt.value)
    frame.exits["return"] = TRUE


def break_(lo: Lowering, stmt: gast.Break) -> None:
    lo.frame.exits["break"] = TRUE


def continue_(lo: Lowering, stmt: gast.Continue) -> None:
    lo.frame.exits["continue"] = TRUE


def pass_(lo: Lowering, stmt: Any) -> None:
    """Nothing to do (pass, global, nonlocal: the scope knows)."""


STATEMENTS: dict[type, Callable[[Lowering, Any], None]] = {
    gast.If: if_,
    gast.Return: return_,
    gast.Break: break_,
    gast.Continue: continue_,
    gast.Pass: pass_,
    gast.Global: pass_,
    gast.Nonlocal: pass_,
}
