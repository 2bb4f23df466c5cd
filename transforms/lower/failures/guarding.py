"""Operations that may raise are guarded; what follows them is for the case that they did not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transforms import ir, kinds
from transforms.ir import Block, Const, Var
from transforms.lower.failures import contexts, raising
from transforms.lower.failures.contexts import GONE, UNWOUND, Context, Raised
from transforms.lower.state.frames import same_state
from transforms.lower.values import FALSE, TRUE

if TYPE_CHECKING:
    from transforms.lower.state.frames import State
    from transforms.lower.state.lowering import Lowering


def attempt(lo: Lowering, stmt: Any) -> None:
    """Emit a statement that may raise; what is emitted after it is for the case that it did not."""
    targets = raising.catching(lo, stmt)
    if not targets:
        lo.block.stmts.append(stmt)
        return
    classes = tuple(dict.fromkeys(c for _, related in targets for c in related))
    key = tuple(ctx for ctx, _ in targets)
    if joined(lo, stmt, classes, key):
        return
    caught = Var("error", kinds.OBJECT)
    guard = ir.Guarded(Var("failed", kinds.BOOL), Block(), Block(), [], lo.loc, Block([stmt]), classes, caught)
    before = lo.snapshot()
    tries, lo.tries = lo.tries, []
    lo.within(guard.then, lambda: route(lo, targets, caught, tries))
    failed = lo.snapshot()
    lo.tries = tries
    lo.resume(before)
    lo.open.append((lo.block, guard, before, failed, key))
    lo.block = guard.orelse


def route(lo: Lowering, targets: list[tuple[Context, tuple[type, ...]]], caught: Var, tries: list[Context]) -> None:
    """Leave for the first of the contexts that catches what was raised."""
    ctx, classes = targets[0]

    def leave() -> None:
        lo.tries = tries
        try:
            lo.resume(contexts.failing(lo, ctx, caught))
        finally:
            lo.tries = []

    if len(targets) == 1:
        leave()
        return
    cond = lo.var(kinds.BOOL)
    lo.emit(ir.Apply(cond, isinstance, (caught, tuple(map(Const, classes))), loc=lo.loc))
    lo.branch(cond, leave, lambda: route(lo, targets[1:], caught, tries))


def joined(lo: Lowering, stmt: Any, classes: tuple[type, ...], key: tuple[Context, ...]) -> bool:
    """Put a statement beside the one guarded before it, if a failure of either leaves the same state behind."""
    if not lo.open or not isinstance(lo.open[-1][1], ir.Guarded):
        return False
    _, guard, before, _, contexts = lo.open[-1]
    if guard.orelse is not lo.block or guard.catches != classes or contexts != key:
        return False
    inside = [*guard.body.stmts, *guard.orelse.stmts, stmt]
    now = lo.snapshot()
    if len(now.frames) != len(before.frames) or not same_state(before, now):
        return False
    if not all(isinstance(s, ir.Apply) and not s.effect for s in inside):
        return False
    guard.body.stmts = inside
    guard.orelse.stmts.clear()
    return True


def close(lo: Lowering, mark: int, value: Any) -> Any:
    """End the blocks opened since `mark`: failing states are joined with the state at hand."""
    from transforms.lower.state.joining import Join

    while len(lo.open) > mark:
        outer, stmt, before, failed, _ = lo.open.pop()
        state = lo.snapshot()
        value = Join(lo, stmt, before).run(failed, state, GONE, value)
        lo.block = outer
        outer.stmts.append(stmt)
    return value


def reopen(lo: Lowering) -> None:
    """Test the flags that are up perhaps: what follows is for the case that none is."""
    for ctx in lo.tries:
        flag = ctx.frame.exits.get(ctx.flag, FALSE)
        if flag == TRUE:
            raise Raised
    for ctx in lo.tries:
        flag = ctx.frame.exits.pop(ctx.flag, FALSE)
        if flag == FALSE:
            continue
        failed = contexts.failing(lo, ctx)
        for frame in lo.active():
            frame.exits.pop(UNWOUND, None)
        stmt = ir.If(flag, Block(), Block(), [], lo.loc)
        lo.open.append((lo.block, stmt, lo.snapshot(), failed, (ctx,)))
        lo.block = stmt.orelse


def settle(lo: Lowering, alive: State) -> None:
    """Where only one side of a branch goes on, its returns and breaks are as known as they were there."""
    for frame, (_, exits, _) in zip(lo.active(), alive.frames, strict=True):
        frame.exits.update({k: v for k, v in exits.items() if isinstance(v, Const) and k in frame.exits})
