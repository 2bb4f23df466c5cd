"""`try`: what its body may raise becomes control flow, and what is to be done at the end is done in any case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from transforms.lower.failures import contexts, guarding
from transforms.lower.intrinsics import reflection
from transforms.lower.state.lowering import Lowering
from transforms.lower.statements import raises
from transforms.lower.values import FALSE, TRUE, UNDEFINED, Const


def try_(lo: Lowering, stmt: gast.Try) -> None:
    """A try statement: what its body may raise becomes control flow (`failures`)."""
    from transforms.lower.statements.executing import execute

    if yields(stmt) and not lo.frame.managing:
        lo.refuse("a try statement around the yield of a generator is not followed")
    if stmt.finalbody:
        finally_(lo, stmt)
    elif stmt.handlers:
        except_(lo, stmt)
    else:
        execute(lo, stmt.body)


def yields(node: Any) -> bool:
    return any(isinstance(n, (gast.Yield, gast.YieldFrom)) for n in gast.walk(node))


def attempted(lo: Lowering, classes: tuple[type, ...], body: Callable[[], None]) -> tuple[Any, Any, Callable[[], None]]:
    """Run a body; whether it was left by an exception of those classes, which, and what is known if it was not.

    The third is to be run where it was not: a body that ends with a return has returned, for one.
    """
    ctx = contexts.context(lo, classes)
    mark, frame = len(lo.open), lo.frame
    frame.exits.pop(ctx.flag, None)
    frame.env.pop(ctx.error, None)
    ends: dict[str, Any] = {}
    lo.tries.append(ctx)
    try:
        try:
            body()
            ends = {k: v for k, v in frame.exits.items() if isinstance(v, Const)}
        except contexts.Raised:
            pass
        guarding.close(lo, mark, Const(None))
    finally:
        lo.tries.remove(ctx)
    failed, error = frame.exits.pop(ctx.flag, FALSE), frame.env.pop(ctx.error, UNDEFINED)
    if lo.tries:
        guarding.reopen(lo)
    return failed, error, lambda: frame.exits.update({k: v for k, v in ends.items() if k in frame.exits})


def except_(lo: Lowering, stmt: gast.Try) -> None:
    """try ... except ... else."""
    from transforms.lower.statements.executing import execute, go_on

    classes = [classes_of(lo, handler) for handler in stmt.handlers]
    caught = tuple(c for held in classes for c in held)
    failed, error, settle = attempted(lo, caught, lambda: execute(lo, stmt.body))

    def otherwise() -> None:
        settle()
        left = lo.exited()
        if left is True or not stmt.orelse:
            return
        if left is False:
            execute(lo, stmt.orelse)
        else:
            lo.branch(left, lambda: None, lambda: go_on(lo, stmt.orelse))

    def handle(position: int) -> None:
        handler = stmt.handlers[position]
        if position == len(stmt.handlers) - 1:
            run_handler(lo, handler, error)
            return
        cond = reflection.isinstance_(lo, (error, tuple(map(Const, classes[position]))), {}, handler)
        lo.branch(cond, lambda: run_handler(lo, handler, error), lambda: handle(position + 1))

    def start() -> None:
        lo.frame.exits.clear()
        handle(0)

    lo.branch(failed, start, otherwise)


def run_handler(lo: Lowering, handler: Any, error: Any) -> None:
    from transforms.lower.expressions.names import bind
    from transforms.lower.statements.executing import execute

    name = handler.name.id if isinstance(handler.name, gast.Name) else handler.name
    if name is not None:
        bind(lo, name, error)
    lo.handling.append(error)
    try:
        execute(lo, handler.body)
    finally:
        lo.handling.pop()
    if name is not None:
        lo.frame.env.pop(name, None)


def classes_of(lo: Lowering, handler: Any) -> tuple[type, ...]:
    """The exceptions that a handler catches."""
    from transforms.lower.expressions.evaluating import evaluate

    if handler.type is None:
        return (BaseException,)
    return classes_in(lo, evaluate(lo, handler.type))


def classes_in(lo: Lowering, value: Any) -> tuple[type, ...]:
    if isinstance(value, Const) and isinstance(value.value, tuple):
        value = tuple(map(Const, value.value))
    found = value if isinstance(value, tuple) else (value,)
    if not all(
        isinstance(c, Const) and isinstance(c.value, type) and issubclass(c.value, BaseException) for c in found
    ):
        lo.refuse("the exceptions that are caught here are not known when deriving")
    return tuple(c.value for c in found)


def finally_(lo: Lowering, stmt: gast.Try) -> None:
    """try ... finally: what is done at the end is done however control leaves, which then goes on."""
    from transforms.lower.statements.executing import execute

    frame = lo.frame

    def body() -> None:
        if stmt.handlers:
            except_(lo, stmt)
        else:
            execute(lo, stmt.body)

    failed, error, settle = FALSE, UNDEFINED, lambda: None
    frame.keeping += 1
    try:
        if lo.tries or visible(stmt.finalbody):
            failed, error, settle = attempted(lo, (BaseException,), body)
        else:
            body()
    finally:
        frame.keeping -= 1
    if frame.exits.get("raise") == TRUE:
        return
    again = lambda: lo.branch(failed, lambda: raises.reraise(lo, error), settle)  # noqa: E731
    kept(lo, lambda: execute(lo, stmt.finalbody), again)


def kept(lo: Lowering, run: Callable[[], Any], after: Callable[[], Any] = lambda: None) -> None:
    """Run statements between a return, break, continue or exception and where it goes; one of their own goes first."""
    frame = lo.frame
    exits, result = dict(frame.exits), frame.result
    frame.exits.clear()
    run()
    left = lo.exited()

    def restore() -> None:
        frame.exits.clear()
        frame.exits.update(exits)
        frame.result = result
        after()

    if left is False:
        restore()
    elif left is not True:
        lo.branch(left, lambda: None, restore)


def visible(stmts: list[Any]) -> bool:
    """Whether what these statements do can be seen after the function has been left by an exception."""
    for part in stmts:
        for node in gast.walk(part):
            if isinstance(
                node,
                (
                    gast.Call,
                    gast.AugAssign,
                    gast.Delete,
                    gast.Raise,
                    gast.Yield,
                    gast.Return,
                    gast.Break,
                    gast.Continue,
                ),
            ):
                return True
            if isinstance(node, (gast.Attribute, gast.Subscript)) and isinstance(node.ctx, gast.Store):
                return True
    return False


STATEMENTS: dict[type, Callable[[Lowering, Any], None]] = {gast.Try: try_}
