"""The block being built: statements go into it, and what cannot be followed is refused at the user's line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from transforms import ir
from transforms.errors import UnsupportedError
from transforms.ir import Block
from transforms.lower.failures import guarding
from transforms.lower.failures.contexts import GONE, Raised
from transforms.lower.state.notes import Restart
from transforms.lower.values import Lost

if TYPE_CHECKING:
    from transforms.lower.state.lowering import Lowering


def emit(lo: Lowering, stmt: Any) -> Any:
    if lo.tries:
        guarding.attempt(lo, stmt)
    else:
        lo.block.stmts.append(stmt)
    return stmt


def emit_call(lo: Lowering, stmt: ir.Apply) -> None:
    """Emit a call of what is not looked into."""
    if lo.entered or lo.places:
        from transforms.lower.outside import hidden

        hidden.check(lo, stmt)
    lo.emit(stmt)


def within(lo: Lowering, block: Block, run: Callable[[], Any]) -> Any:
    """Run with `block` as the block being built; where an exception that is caught leaves it, the value is GONE."""
    saved, lo.block = lo.block, block
    lo.enclosing.append(saved)
    mark, path, loc = len(lo.open), lo.path, lo.loc
    try:
        try:
            value = run()
        except Raised:
            value, lo.path, lo.loc = GONE, path, loc
        return guarding.close(lo, mark, value)
    finally:
        lo.block = saved
        lo.enclosing.pop()
        del lo.open[mark:]


def refuse(lo: Lowering, reason: str, remedy: str = "", node: Any = None) -> NoReturn:
    """Raise the refusal of what is being lowered, at the user's line."""
    loc = lo.loc
    place = None
    if loc is not None:
        place = loc.source.location(node if node is not None and not lo.frame.rule else loc.node)
    raise UnsupportedError(reason, place, remedy)


def lost(lo: Lowering, value: Lost) -> NoReturn:
    """A lost value is used: refused, or begun again with the loop that lost it peeled, or else unrolled."""
    if (held := getattr(value, "held", None)) is not None:  # a list outside
        lo.notes.looked_into.add(id(held))
        raise Restart
    tried = [sites for sites in (lo.notes.peeled, lo.notes.spread) if value.loop not in sites]
    if value.loop is None or not tried:
        lo.refuse(value.reason)
    tried[0].add(value.loop)
    lo.restart()
    raise Restart


def site(lo: Lowering, node: Any) -> Any:
    return (*lo.path, id(node))


def restart(lo: Lowering) -> NoReturn:
    lo.notes.restarts += 1
    if lo.notes.restarts > 60:
        lo.refuse("the types in this function do not settle")
    raise Restart
