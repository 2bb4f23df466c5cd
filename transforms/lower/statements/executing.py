"""Statements are executed in order, until control leaves them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import gast

from transforms.lower.expressions.logic import condition
from transforms.lower.loops import iterating, whiles
from transforms.lower.objects import classes
from transforms.lower.state.frames import Loc
from transforms.lower.state.lowering import Lowering
from transforms.lower.statements import assigning, augmenting, definitions, leaving, patterns, raises, tries, withs

IMPLICIT_RETURN = gast.Return(value=None)
SUBJECTS = (assigning, augmenting, classes, definitions, iterating, leaving, raises, tries, whiles, withs)


@functools.cache
def table() -> dict[type, Callable[[Lowering, Any], None]]:
    """The handlers of all kinds of statements; made when first asked for, as they call each other through it."""
    return {syntax: handler for subject in SUBJECTS for syntax, handler in subject.STATEMENTS.items()}


def execute(lo: Lowering, stmts: list[Any]) -> None:
    """Execute statements in order until control leaves them."""
    for position, stmt in enumerate(stmts):
        if lo.exited() is True:
            return
        rest = stmts[position + 1 :]
        if isinstance(stmt, gast.If) and (leaves(stmt.body) or leaves(stmt.orelse)):
            execute_if(lo, stmt, rest)
            return
        if isinstance(stmt, gast.Match):
            patterns.match(lo, stmt, rest)
            return
        step(lo, stmt)
        left = lo.exited()
        if left is True:
            return
        if left is not False and rest:
            lo.branch(left, lambda: None, lambda rest=rest: go_on(lo, rest))
            return


def go_on(lo: Lowering, stmts: list[Any]) -> None:
    """Execute statements where it is known that control has not left."""
    lo.frame.exits.clear()
    execute(lo, stmts)


def step(lo: Lowering, stmt: Any) -> None:
    handler = table().get(type(stmt))
    if not lo.frame.rule and lo.frame.source is not None and hasattr(stmt, "lineno"):
        lo.loc = Loc(lo.frame.source, stmt, stmt)
    if handler is None:
        lo.refuse(f"{type(stmt).__name__} statements are not supported", node=stmt)
    handler(lo, stmt)


def leaves(stmts: list[Any]) -> bool:
    """Whether control surely leaves these statements."""
    for stmt in stmts:
        if isinstance(stmt, (gast.Return, gast.Break, gast.Continue, gast.Raise)):
            return True
        if isinstance(stmt, gast.If) and stmt.orelse and leaves(stmt.body) and leaves(stmt.orelse):
            return True
    return False


def execute_if(lo: Lowering, stmt: gast.If, rest: list[Any]) -> None:
    """An if of which one side leaves: what follows belongs to the other side."""
    if not lo.frame.rule and lo.frame.source is not None:
        lo.loc = Loc(lo.frame.source, stmt, stmt)
    cond = condition(lo, stmt.test)
    then = stmt.body if leaves(stmt.body) else [*stmt.body, *rest]
    orelse = stmt.orelse if leaves(stmt.orelse) else [*stmt.orelse, *rest]
    lo.branch(cond, lambda: execute(lo, then), lambda: execute(lo, orelse))
