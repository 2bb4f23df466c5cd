"""The body of a loop: run in its own frame whoever calls it, with its own break and continue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transforms.lower.state.lowering import Lowering
from transforms.lower.values import FALSE, TRUE


def looped(lo: Lowering, stmt: Any, run: Callable[[], None]) -> None:
    """Run a loop with its own break flag; its else part runs unless it was broken."""
    from transforms.lower.statements.executing import execute

    frame = lo.frame
    outside = {k: frame.exits.pop(k, FALSE) for k in ("break", "continue")}
    run()
    broken = frame.exits.pop("break", FALSE)
    frame.exits.pop("continue", None)
    frame.exits.update({k: v for k, v in outside.items() if v != FALSE})
    if stmt.orelse:
        left = lo.exited()
        if left is True:
            return
        skip = broken if left is False else lo.branch(left, lambda: TRUE, lambda: broken)
        lo.branch(skip, lambda: None, lambda: execute(lo, stmt.orelse))


def in_frame(lo: Lowering, frame: Any, body: Callable[[Any], None]) -> Callable[[Any], None]:
    """A body that runs in the frame of the loop, whoever calls it (a generator, say)."""

    tries = list(lo.tries)

    def consume(item: Any) -> None:
        """A generator's own try statements do not catch what its consumer raises."""
        saved, lo.tries = lo.tries, list(tries)
        try:
            body(item)
        finally:
            lo.tries = saved

    def run(item: Any) -> None:
        if lo.frame is frame:
            consume(item)
            return
        lo.frames.append(frame)
        try:
            consume(item)
        finally:
            lo.frames.pop()
        stop = [f for k in ("break", "return", "raise") if (f := frame.exits.get(k, FALSE)) != FALSE]
        for flag in stop:
            lo.frame.exits["return"] = flag

    run.frame = frame  # type: ignore[attr-defined]
    return run


def end_trip(lo: Lowering) -> None:
    """At the end of a trip a pending continue is done."""
    for frame in lo.active():
        frame.exits.pop("continue", None)


def end_trip_of(frame: Any) -> None:
    frame.exits.pop("continue", None)
