"""Where control flow splits: both sides run from the same snapshot, and their states are joined."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from transforms import ir
from transforms.ir import UNDEFINED, Block, Const, Var
from transforms.lower.failures import guarding
from transforms.lower.failures.contexts import GONE, Raised
from transforms.lower.state.frames import Frame, State
from transforms.lower.state.joining import Join
from transforms.lower.values import FALSE, TRUE, Choice, Iter, Lost, Ref

if TYPE_CHECKING:
    from transforms.lower.state.lowering import Lowering


def snapshot(lo: Lowering) -> State:
    frames = [(dict(f.env), dict(f.exits), f.result) for f in lo.active()]
    return State(frames, dict(lo.heap))


def active(lo: Lowering) -> list[Frame]:
    """The frames on the stack, each once (a generator's consumer stands above and below it)."""
    return list({id(f): f for f in lo.frames}.values())


def resume(lo: Lowering, state: State) -> None:
    for frame, (env, exits, result) in zip(lo.active(), state.frames, strict=True):
        frame.env, frame.exits, frame.result = dict(env), dict(exits), result
    lo.heap = dict(state.heap)


def exited(lo: Lowering) -> Any:
    """Whether control has left the current statement list: False, True or an operand."""
    flags = [f for f in lo.frame.exits.values() if f != FALSE]
    if any(f == TRUE for f in flags):
        return True
    if not flags:
        return False
    flag = flags[0]
    for other in flags[1:]:
        flag = lo.branch(flag, lambda: TRUE, lambda other=other: other)
    return flag


def truth(lo: Lowering, value: Any) -> Any:
    """The condition operand of a value's truth."""
    from transforms.lower.objects import model
    from transforms.lower.outside import outer

    value = lo.followed(value)
    if isinstance(value, Const) and model.user_class(value) is None:
        outer.structure(lo, value.value)
        return Const(bool(value.value))
    if isinstance(value, tuple):
        return Const(bool(value))
    if isinstance(value, Ref) and value.cls in (list, dict, set):
        return Const(bool(lo.content(value)))
    if isinstance(value, Choice):
        return lo.branch(value.cond, lambda: lo.truth(value.then), lambda: lo.truth(value.orelse))
    if isinstance(value, Var):
        return lo.apply(operator.gt, lo.apply(len, value), Const(0)) if value.kind.base == "list" else value
    if isinstance(value, Lost):
        return lo.lost(value)
    if isinstance(value, Iter) and value.kind == "range":
        return lo.truth(lo.apply(len, lo.operand(value)))
    if isinstance(value, Iter) and value.kind == "view":
        return lo.truth(value.parts[0])
    return lo.truth_of_object(value)


def truth_of_object(lo: Lowering, value: Any) -> Any:
    """The truth of an instance, as its class defines it."""
    from transforms.lower.calls import calling
    from transforms.lower.objects import attributes, model

    cls = model.user_class(value)
    for name in ("__bool__", "__len__"):
        if cls is not None and model.lookup(cls, name) is not UNDEFINED:
            return lo.truth(calling.call(lo, attributes.get_attribute(lo, value, name), (), {}, None))
    return Const(True)


def negated(lo: Lowering, cond: Any) -> Any:
    return lo.apply(operator.not_, cond)


def branch(lo: Lowering, cond: Any, then: Callable[[], Any], orelse: Callable[[], Any]) -> Any:
    """Run one side or both; the state afterwards is their join, the value the join of theirs."""
    if isinstance(cond, Choice):
        cond = lo.truth(cond)
    if isinstance(cond, Const):
        return then() if cond.value else orelse()
    before = lo.snapshot()
    stmt = ir.If(cond, Block(), Block(), [], lo.loc)
    loc = lo.loc
    value_then = lo.within(stmt.then, then)
    state_then = lo.snapshot()
    lo.resume(before)
    lo.loc = loc
    value_else = lo.within(stmt.orelse, orelse)
    state_else = lo.snapshot()
    lo.loc = loc
    join = Join(lo, stmt, before)
    value = join.run(state_then, state_else, value_then, value_else)
    lo.emit(stmt)
    if value is GONE:
        raise Raised
    if lo.tries:
        guarding.reopen(lo)
        if GONE in (value_then, value_else):
            guarding.settle(lo, state_else if value_then is GONE else state_then)
    return value
