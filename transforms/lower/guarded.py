"""Lowering of `with`, `try`, `raise` and `assert`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from transforms import ir, kinds, source
from transforms.lower import calls, failures, intrinsics, objects, operations
from transforms.lower.state import FALSE, TRUE, Lowering
from transforms.lower.values import UNDEFINED, Choice, Const, Partial, Var

# -- with --------------------------------------------------------------------------------------------------------------


def with_(lo: Lowering, stmt: gast.With) -> None:
    """A with statement: the context's own methods are followed, or it is one that changes no value."""
    from transforms.lower.statements import execute

    items = list(stmt.items)
    if lo.tries and not lo.frame.managing and yields(stmt):
        lo.refuse("a with statement around the yield of a generator is not followed inside a try statement")

    def nest(position: int) -> None:
        if position == len(items):
            execute(lo, stmt.body)
        else:
            enter_item(lo, items[position], lambda: nest(position + 1))

    nest(0)


def enter_item(lo: Lowering, item: Any, body: Callable[[], None]) -> None:
    """One context around a body: a call that makes it, or an object."""
    from transforms.lower.expressions import elements, evaluate

    call = item.context_expr
    if not isinstance(call, gast.Call):
        manage(lo, evaluate(lo, call), item, body)
        return
    func = evaluate(lo, call.func)
    known = func.value if isinstance(func, Const) else None
    wrapped = getattr(known, "__wrapped__", None)
    closure = calls.closure_of(lo, wrapped) if wrapped is not None and _is_contextmanager(known) else None
    if isinstance(func, Partial) and func.func == Const(contextlib.contextmanager):
        closure = func.args[0]
    if closure is None and known not in NEUTRAL and known is not contextlib.suppress:
        manage(lo, evaluate(lo, call), item, body)
        return
    args = elements(lo, call.args)
    kwargs = {k.arg: evaluate(lo, k.value) for k in call.keywords}
    if closure is not None:
        run_generator(lo, closure, args, kwargs, item, body)
    elif known is contextlib.suppress:
        target(lo, item, Const(None))
        failed, _, settle = attempted(lo, classes_in(lo, args), body)
        lo.branch(failed, lambda: lo.frame.exits.clear(), settle)
    else:
        check_errstate(lo, args, kwargs)
        target(lo, item, args[0] if args else Const(None))
        body()


NEUTRAL = (contextlib.nullcontext, np.errstate, np.printoptions)


def check_errstate(lo: Lowering, args: tuple, kwargs: dict[str, Any]) -> None:
    """What NumPy does about floating point errors changes no value, unless it raises; what is silenced stays so."""
    for name, value in kwargs.items():
        if isinstance(value, Const) and value.value in ("raise", "call"):
            lo.refuse("np.errstate that raises or calls is not followed", "test for the condition with an if statement")
        if isinstance(value, Const) and value.value == "ignore":
            lo.silenced.add(name)


def target(lo: Lowering, item: Any, value: Any) -> None:
    from transforms.lower.statements import store

    if item.optional_vars is not None:
        store(lo, item.optional_vars, value)


def _is_contextmanager(fn: Any) -> bool:
    code = getattr(fn, "__code__", None)
    return code is not None and code.co_filename == contextlib.__file__


def run_generator(lo: Lowering, closure: Any, args: tuple, kwargs: dict, item: Any, body: Callable[[], None]) -> None:
    """A context manager written as a generator: its body runs around the block, at its yield.

    What leaves the block by return, break or continue waits until the generator has come to its end; what is raised in
    the block is raised at the yield.
    """
    consumer = lo.frame
    left: list[dict[str, Any]] = []

    def block(value: Any) -> None:
        if left:
            lo.refuse("a context manager that yields twice, or in a loop, is not followed")
        lo.frames.append(consumer)
        try:
            target(lo, item, value)
            body()
        finally:
            lo.frames.pop()
        left.append(consumer.exits)

    if any(
        yields(n)
        for n in gast.walk(closure.node)
        if isinstance(n, (gast.If, gast.For, gast.While, gast.IfExp, gast.Match))
    ):
        lo.refuse("a context manager that yields in a branch or loop is not followed")
    frame = calls.enter(lo, closure, args, kwargs)
    frame.on_yield = block
    frame.managing = True
    calls.run(lo, frame)
    if not left:
        lo.refuse("this context manager does not surely yield: it is not followed")


def manage(lo: Lowering, context: Any, item: Any, body: Callable[[], None]) -> None:
    """A context with methods of its own: what leaves the block is told to __exit__."""
    cls = objects.user_class(context)
    if cls is None:
        lo.refuse("this context manager is not followed", "use it outside of the function that is differentiated")
    target(lo, item, calls.call(lo, objects.get_attribute(lo, context, "__enter__"), (), {}, None))

    def leave(*told: Any) -> Any:
        return calls.call(lo, objects.get_attribute(lo, context, "__exit__"), told, {}, None)

    none = Const(None)
    if not lo.tries and not telling(objects.lookup(cls, "__exit__")):
        body()
        if lo.frame.exits.get("raise") != TRUE:
            kept(lo, lambda: leave(none, none, none))
        return
    failed, error, settle = attempted(lo, (BaseException,), body)

    def tell() -> None:
        lo.frame.exits.clear()
        kind, trace = lo.var(kinds.Kind("object", type=type)), lo.var(kinds.OBJECT)
        lo.emit(ir.Apply(kind, operations.error_type, (lo.operand(error),), loc=lo.loc))
        lo.emit(ir.Apply(trace, operations.traceback, (lo.operand(error),), loc=lo.loc))
        swallowed = leave(kind, error, trace)
        lo.branch(lo.truth(swallowed), lambda: None, lambda: reraise(lo, error))

    def finish() -> None:
        settle()
        kept(lo, lambda: leave(none, none, none))

    lo.branch(failed, tell, finish)


def telling(method: Any) -> bool:
    """Whether an __exit__ does what can be seen after an exception: it changes things, or may swallow the exception."""
    try:
        node = source.find(method).node
    except Exception:
        return True
    if visible(node.body):
        return True
    returned = [n.value for n in gast.walk(node) if isinstance(n, gast.Return) and n.value is not None]
    return any(not (isinstance(v, gast.Constant) and not v.value) for v in returned)


# -- raise -------------------------------------------------------------------------------------------------------------


def raised(lo: Lowering, value: Any, node: Any) -> Any:
    """The operand of a `raise` whose exception leaves the function; one caught inside leaves for its handler."""
    if (
        lo.tries
        and isinstance(value, Const)
        and isinstance(value.value, type)
        and issubclass(value.value, BaseException)
    ):
        value = calls.call(lo, value, (), {}, node)
    cls = value.kind.type if isinstance(value, Var) and value.kind.base == "object" else None
    if isinstance(cls, type) and issubclass(cls, BaseException):
        ctx = failures.catcher(lo, cls)
        if ctx is not None:
            failures.raise_to(lo, ctx, value)
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


# -- try ---------------------------------------------------------------------------------------------------------------


def try_(lo: Lowering, stmt: gast.Try) -> None:
    """A try statement: what its body may raise becomes control flow (`failures`)."""
    from transforms.lower.statements import execute

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
    ctx = failures.context(lo, classes)
    mark, frame = len(lo.open), lo.frame
    frame.exits.pop(ctx.flag, None)
    frame.env.pop(ctx.error, None)
    ends: dict[str, Any] = {}
    lo.tries.append(ctx)
    try:
        try:
            body()
            ends = {k: v for k, v in frame.exits.items() if isinstance(v, Const)}
        except failures.Raised:
            pass
        failures.close(lo, mark, Const(None))
    finally:
        lo.tries.remove(ctx)
    failed, error = frame.exits.pop(ctx.flag, FALSE), frame.env.pop(ctx.error, UNDEFINED)
    if lo.tries:
        failures.reopen(lo)
    return failed, error, lambda: frame.exits.update({k: v for k, v in ends.items() if k in frame.exits})


def except_(lo: Lowering, stmt: gast.Try) -> None:
    """try ... except ... else."""
    from transforms.lower.statements import execute, go_on

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
        cond = intrinsics.isinstance_(lo, (error, tuple(map(Const, classes[position]))), {}, handler)
        lo.branch(cond, lambda: run_handler(lo, handler, error), lambda: handle(position + 1))

    def start() -> None:
        lo.frame.exits.clear()
        handle(0)

    lo.branch(failed, start, otherwise)


def run_handler(lo: Lowering, handler: Any, error: Any) -> None:
    from transforms.lower.expressions import bind
    from transforms.lower.statements import execute

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
    from transforms.lower.expressions import evaluate

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
    from transforms.lower.statements import execute

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
    again = lambda: lo.branch(failed, lambda: reraise(lo, error), settle)  # noqa: E731
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
