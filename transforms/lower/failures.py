"""What may raise inside a try statement: control flow that leaves by an exception, as flags.

While the body of a try statement is lowered, `lo.tries` holds its `Context`.  An operation that may raise what it
catches goes into an `ir.Guarded`, and all that follows, into its `orelse` (`attempt`).  The state at the failing
operation waits beside it; where the block ends (a branch, a trip of a loop, a function, the try statement itself),
the two are joined (`close`), the flag of the context being true on the failing side.  After a branch, a loop or a
call that may have failed, the flag is tested, and what follows goes into the side where nothing did (`reopen`).

    try:                                try:
        y = a / b                           t = a / b
        z = g(y)            ->          except ZeroDivisionError: failed = True
    except ZeroDivisionError:           else: failed = False; z = g(t)
        z = 0.0                         if failed: z = 0.0

What surely raises (`raise_to`) sets the flag and leaves the lowering of the block by `Raised`.  Operations that are not
known to raise what a handler catches are left as they are: if they raise it all the same, the exception reaches the
caller, which is loud.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tensor import registry, runtime
from tensor.attributes import ADD_AT, Attribute, Method
from transforms import ir, kinds, shapes
from transforms.ir import UNDEFINED, Block, Const, Var
from transforms.lower.state.frames import same_state
from transforms.lower.values import FALSE, TRUE

if TYPE_CHECKING:
    from transforms.lower.state.frames import Frame, State
    from transforms.lower.state.lowering import Lowering

FLAG = "failed_"
UNWOUND = "unwound"


class Raised(Exception):
    """The block being lowered is left by an exception that is caught further out; the state is that of failing."""


class Gone:
    """The value of what was left by an exception."""


GONE = Gone()


@dataclass(eq=False, repr=False)
class Context:
    """A try statement whose body is being lowered: what it catches, and where its flag and exception are.

    `standing` are the calls and generators under way when it began: an exception that it catches does not end them.
    """

    frame: Frame
    standing: list[Frame]
    classes: tuple[type, ...]
    flag: str
    error: str
    shadowed: int


def context(lo: Lowering, classes: tuple[type, ...]) -> Context:
    depth = len(lo.tries)
    return Context(lo.frame, lo.active(), classes, f"{FLAG}{depth}", f"__error_{depth}__", len(lo.shadowed))


# -- leaving -----------------------------------------------------------------------------------------------------------


def failing(lo: Lowering, ctx: Context, error: Any = UNDEFINED) -> State:
    """The state at hand as the handlers of a context will see it."""
    state = lo.snapshot()
    for frame, (env, exits, _) in zip(lo.active(), state.frames, strict=True):
        if not any(frame is other for other in ctx.standing):
            exits.clear()
            exits[UNWOUND] = TRUE
        for other in lo.tries:
            exits.pop(other.flag, None)
        if frame is ctx.frame:
            exits.clear()
            exits[ctx.flag] = TRUE
            if error is not UNDEFINED:
                env[ctx.error] = error
        for owner, names in reversed(lo.shadowed[ctx.shadowed :]):
            if owner is frame:
                unshadow(env, names)
    return state


def unshadow(env: dict[str, Any], names: dict[str, Any]) -> None:
    """The names of a comprehension are what they were around it."""
    for name, old in names.items():
        env.pop(name, None)
        if old is not None:
            env[name] = old


def raise_to(lo: Lowering, ctx: Context, error: Any) -> None:
    """Leave for the handlers of a context."""
    lo.resume(failing(lo, ctx, error))
    raise Raised


def catcher(lo: Lowering, cls: type) -> Context | None:
    """The innermost context that surely catches exceptions of a class."""
    return next((ctx for ctx in reversed(lo.tries) if issubclass(cls, ctx.classes)), None)


def known(lo: Lowering, error: Exception, reason: str = "") -> Any:
    """Python surely raises `error` here: it is caught by a try statement of the function, or refused."""
    ctx = catcher(lo, type(error))
    if ctx is None:
        return lo.refuse(reason or str(error))
    out = lo.var(kinds.Kind("object", type=type(error)))
    lo.block.stmts.append(
        ir.Apply(out, type(error), tuple(Const(a) for a in error.args if isinstance(a, ir.LITERALS)), loc=lo.loc)
    )
    return raise_to(lo, ctx, out)


# -- guarding ----------------------------------------------------------------------------------------------------------


def attempt(lo: Lowering, stmt: Any) -> None:
    """Emit a statement that may raise; what is emitted after it is for the case that it did not."""
    targets = catching(lo, stmt)
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
            lo.resume(failing(lo, ctx, caught))
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
        failed = failing(lo, ctx)
        for frame in lo.active():
            frame.exits.pop(UNWOUND, None)
        stmt = ir.If(flag, Block(), Block(), [], lo.loc)
        lo.open.append((lo.block, stmt, lo.snapshot(), failed, (ctx,)))
        lo.block = stmt.orelse


def settle(lo: Lowering, alive: State) -> None:
    """Where only one side of a branch goes on, its returns and breaks are as known as they were there."""
    for frame, (_, exits, _) in zip(lo.active(), alive.frames, strict=True):
        frame.exits.update({k: v for k, v in exits.items() if isinstance(v, Const) and k in frame.exits})


# -- what may raise ----------------------------------------------------------------------------------------------------


def catching(lo: Lowering, stmt: Any) -> list[tuple[Context, tuple[type, ...]]]:
    """The contexts that may catch what a statement may raise, innermost first, with the classes concerned."""
    possible = raises(stmt)
    found = []
    for ctx in reversed(lo.tries):
        related = tuple(c for c in ctx.classes if any(issubclass(p, c) or issubclass(c, p) for p in possible))
        if related:
            found.append((ctx, related))
        possible = tuple(p for p in possible if not issubclass(p, ctx.classes))
        if not possible:
            break
    return found


def raises(stmt: Any) -> tuple[type, ...]:
    """The classes of the exceptions that a statement of the core language may raise."""
    if isinstance(stmt, ir.Store):
        return _store(stmt)
    if not isinstance(stmt, ir.Apply):
        return ()
    fn = stmt.fn
    try:
        if fn in NEVER:
            return ()
        if fn in SOME:
            return SOME[fn](stmt)
    except TypeError:
        pass
    if getattr(fn, "__module__", "") == OWN and fn.__name__ in SAFE:
        return SAFE[fn.__name__]
    operands = list(ir.tree_vars((stmt.args, stmt.kwargs)))
    if isinstance(fn, Attribute):
        return () if all(v.kind.numeric for v in operands) else EVERYTHING
    if isinstance(fn, Method):
        return {"append": (), "insert": (), "pop": (IndexError,)}.get(fn.name, EVERYTHING)
    if isinstance(fn, type) and issubclass(fn, BaseException):
        return ()
    rule = registry.lookup(fn)
    if getattr(fn, "__module__", "") in ("math", "cmath"):
        return (ValueError, ArithmeticError, TypeError)
    if rule is not None and rule.elementwise or kinds.is_ufunc(fn) or fn in ARITHMETIC:
        return _elementwise(stmt, operands)
    return EVERYTHING


def _elementwise(stmt: ir.Apply, operands: list[Var]) -> tuple[type, ...]:
    """Arrays of which the shapes may not fit raise; so does NumPy's arithmetic, if it has been told to."""
    if any(not v.kind.numeric for v in operands):
        return EVERYTHING
    found: tuple[type, ...] = _floating()
    arrays = [v for v in operands if not v.kind.scalar]
    if len({shapes.key(v) for v in arrays}) > 1:
        found += (ValueError,)
    return found


def _floating() -> tuple[type, ...]:
    return (FloatingPointError,) if "raise" in np.geterr().values() else ()


def _division(stmt: ir.Apply) -> tuple[type, ...]:
    return (ZeroDivisionError, OverflowError, *_elementwise(stmt, list(ir.tree_vars(stmt.args))))


def _getitem(stmt: ir.Apply) -> tuple[type, ...]:
    source, index = stmt.args
    if isinstance(source, Var) and source.kind.base in ("array", "list"):
        whole = isinstance(index, ir.Slice) and (source.kind.base == "list" or (source.kind.ndim or 0) > 0)
        return () if whole else (IndexError, ValueError, TypeError)
    if isinstance(source, Var) and source.kind.type is tuple:
        return ()
    return EVERYTHING


def _store(stmt: ir.Store) -> tuple[type, ...]:
    if stmt.target.kind.base == "list":
        return (IndexError,)
    value_scalar = isinstance(stmt.value, Const) or isinstance(stmt.value, Var) and stmt.value.kind.scalar
    found: tuple[type, ...] = _floating()
    if not value_scalar and not shapes.same(stmt.value, stmt.target):
        found += (ValueError, TypeError)
    if stmt.index is not None and stmt.index != Const(Ellipsis):
        found += (IndexError, ValueError)
    if stmt.op in (operator.truediv, operator.floordiv, operator.mod, operator.pow):
        found += (ArithmeticError, TypeError)
    return found


def _conversion(stmt: ir.Apply) -> tuple[type, ...]:
    operand = stmt.args[0] if stmt.args else None
    if isinstance(operand, Var) and operand.kind.scalar and operand.kind.numeric:
        return (ValueError, OverflowError) if stmt.fn is int else ()
    return EVERYTHING


def _shown(stmt: ir.Apply) -> tuple[type, ...]:
    return (ValueError, TypeError)


EVERYTHING: tuple[type, ...] = (Exception,)
ARITHMETIC = {operator.add, operator.sub, operator.mul, operator.neg, operator.pos, abs}
NEVER: set[Any] = {
    operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne, operator.not_, operator.is_,
    operator.is_not, operator.or_, operator.and_, isinstance, len, print, str, repr, max, min, range, bool,
    np.zeros_like, np.ones_like, np.empty_like, np.copy, np.array, np.asarray, np.sum, np.mean, np.ravel, setattr,
    np.broadcast_to, runtime.numeric, operator.setitem, operator.concat,
}  # fmt: skip
OWN = "transforms.lower.operations"
SAFE: dict[str, tuple[type, ...]] = {
    "make_list": (), "same_object": (), "unpack": (ValueError, TypeError), "assert_": (AssertionError,),
    "write_item": (), "write_attribute": (), "write_by_method": (), "error_type": (), "traceback": (),
    "raise_": (BaseException,),
}  # fmt: skip
SOME: dict[Any, Any] = {
    operator.truediv: _division,
    operator.floordiv: _division,
    operator.mod: _division,
    operator.pow: _division,
    divmod: _division,
    operator.getitem: _getitem,
    int: _conversion,
    float: _conversion,
    format: _shown,
    ADD_AT: lambda stmt: (IndexError, ValueError),
}
