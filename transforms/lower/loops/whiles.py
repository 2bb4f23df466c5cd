"""While loops, and those whose condition is known when deriving, trip by trip."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from transforms import ir
from transforms.errors import UnsupportedError
from transforms.ir import Block
from transforms.lower.failures.contexts import GONE
from transforms.lower.loops import bodies, fixpoint, unrolling
from transforms.lower.state.frames import same_state
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import TRUE, Const


def while_(lo: Lowering, stmt: gast.While) -> None:
    site = (*lo.path, "loop", id(stmt))

    def try_loop() -> None:
        try:
            begin(lo, stmt, site)
        except UnsupportedError as error:
            if site in lo.notes.unrolled or not may_be_unrolled(stmt.test):
                raise
            lo.notes.unrolled[site] = error
            lo.notes.known |= lo.notes.dynamic
            lo.notes.dynamic.clear()
            lo.restart()

    bodies.looped(lo, stmt, try_loop)


def begin(lo: Lowering, stmt: gast.While, site: Any) -> None:
    """The way in which this attempt follows a while loop."""
    from transforms.lower.expressions.logic import condition
    from transforms.lower.statements.executing import execute

    run = lambda: as_loop(lo, stmt, site)  # noqa: E731
    if site in lo.notes.unrolled:
        trip_by_trip(lo, stmt, site, 0)
    elif lo.notes.concrete:
        while_known(lo, stmt, run, 0)
    elif site in lo.notes.peeled:
        body = lambda: unrolling.alone(lo, "first", lambda: execute(lo, stmt.body), run)  # noqa: E731
        lo.branch(condition(lo, stmt.test), body, lambda: None)
    else:
        run()


def as_loop(lo: Lowering, stmt: gast.While, site: Any) -> None:
    """A loop with a test, or, where the condition does more than compute, one that breaks at the head of its body."""
    from transforms.lower.expressions.logic import condition
    from transforms.lower.statements.executing import execute

    loop = ir.Loop([], [], [], Block(), test=Block(), loc=lo.loc)

    def trip() -> None:
        before = lo.snapshot()
        loop.test = Block()
        cond = lo.within(loop.test, lambda: condition(lo, stmt.test))
        loop.test.results = [cond]
        if cond is GONE or not same_state(before, lo.snapshot()) or any(_effects(s) for s in loop.test.stmts):
            lo.resume(before)
            loop.test = Block([], [TRUE])
            inside = condition(lo, stmt.test)
            lo.branch(inside, lambda: execute(lo, stmt.body), lambda: lo.frame.exits.update({"break": TRUE}))
        else:
            execute(lo, stmt.body)

    fixpoint.Fixpoint(lo, loop, trip, site).run()


def may_be_unrolled(test: Any) -> bool:
    """Whether a loop may go on by what is known when deriving: a list that is not empty, an object that is not None."""
    return not any(isinstance(n, gast.Constant) and isinstance(n.value, float) for n in gast.walk(test))


def while_known(lo: Lowering, stmt: gast.While, run: Callable[[], None], count: int) -> None:
    """The trips of a while loop whose condition is known when deriving, and a loop from where it is not."""
    from transforms.lower.expressions.logic import condition
    from transforms.lower.statements.executing import execute

    if lo.tries:
        run()
        return
    size, before = len(lo.block.stmts), lo.snapshot()
    cond = condition(lo, stmt.test)
    if not isinstance(cond, Const) or count == unrolling.LONGEST_UNROLLED:
        del lo.block.stmts[size:]
        lo.resume(before)
        run()
    elif cond.value:
        rest = lambda: while_known(lo, stmt, run, count + 1)  # noqa: E731
        unrolling.alone(lo, ("trip", count), lambda: execute(lo, stmt.body), rest)


def trip_by_trip(lo: Lowering, stmt: gast.While, site: Any, count: int) -> None:
    """A while loop whose condition is known when deriving at the head of each trip."""
    from transforms.lower.expressions.logic import condition
    from transforms.lower.statements.executing import execute

    cond = condition(lo, stmt.test)
    if not isinstance(cond, Const) or count == unrolling.LONGEST_UNROLLED:
        raise lo.notes.unrolled[site]
    if cond.value:
        rest = lambda: trip_by_trip(lo, stmt, site, count + 1)  # noqa: E731
        unrolling.alone(lo, ("trip", count), lambda: execute(lo, stmt.body), rest)


def _effects(stmt: Any) -> bool:
    return isinstance(stmt, (ir.Store, ir.Guarded)) or isinstance(stmt, ir.Apply) and stmt.effect


STATEMENTS: dict[type, Callable[[Lowering, Any], None]] = {gast.While: while_}
