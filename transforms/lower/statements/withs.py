"""`with`: a context's own methods are followed, or it is one that changes no value."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from transforms import ir, kinds
from transforms.lower import operations
from transforms.lower.calls import calling, closures, following
from transforms.lower.objects import attributes, model
from transforms.lower.state.lowering import Lowering
from transforms.lower.statements import raises, tries
from transforms.lower.values import TRUE, Const, Partial
from transforms.source import finding


def with_(lo: Lowering, stmt: gast.With) -> None:
    """A with statement: the context's own methods are followed, or it is one that changes no value."""
    from transforms.lower.statements.executing import execute

    items = list(stmt.items)
    if lo.tries and not lo.frame.managing and tries.yields(stmt):
        lo.refuse("a with statement around the yield of a generator is not followed inside a try statement")

    def nest(position: int) -> None:
        if position == len(items):
            execute(lo, stmt.body)
        else:
            enter_item(lo, items[position], lambda: nest(position + 1))

    nest(0)


def enter_item(lo: Lowering, item: Any, body: Callable[[], None]) -> None:
    """One context around a body: a call that makes it, or an object."""
    from transforms.lower.expressions.displays import elements
    from transforms.lower.expressions.evaluating import evaluate

    call = item.context_expr
    if not isinstance(call, gast.Call):
        manage(lo, evaluate(lo, call), item, body)
        return
    func = evaluate(lo, call.func)
    known = func.value if isinstance(func, Const) else None
    wrapped = getattr(known, "__wrapped__", None)
    closure = closures.closure_of(lo, wrapped) if wrapped is not None and _is_contextmanager(known) else None
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
        failed, _, settle = tries.attempted(lo, tries.classes_in(lo, args), body)
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
    from transforms.lower.statements.assigning import store

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
        tries.yields(n)
        for n in gast.walk(closure.node)
        if isinstance(n, (gast.If, gast.For, gast.While, gast.IfExp, gast.Match))
    ):
        lo.refuse("a context manager that yields in a branch or loop is not followed")
    frame = following.enter(lo, closure, args, kwargs)
    frame.on_yield = block
    frame.managing = True
    following.run(lo, frame)
    if not left:
        lo.refuse("this context manager does not surely yield: it is not followed")


def manage(lo: Lowering, context: Any, item: Any, body: Callable[[], None]) -> None:
    """A context with methods of its own: what leaves the block is told to __exit__."""
    cls = model.user_class(context)
    if cls is None:
        lo.refuse("this context manager is not followed", "use it outside of the function that is differentiated")
    target(lo, item, calling.call(lo, attributes.get_attribute(lo, context, "__enter__"), (), {}, None))

    def leave(*told: Any) -> Any:
        return calling.call(lo, attributes.get_attribute(lo, context, "__exit__"), told, {}, None)

    none = Const(None)
    if not lo.tries and not telling(model.lookup(cls, "__exit__")):
        body()
        if lo.frame.exits.get("raise") != TRUE:
            tries.kept(lo, lambda: leave(none, none, none))
        return
    failed, error, settle = tries.attempted(lo, (BaseException,), body)

    def tell() -> None:
        lo.frame.exits.clear()
        kind, trace = lo.var(kinds.Kind("object", type=type)), lo.var(kinds.OBJECT)
        lo.emit(ir.Apply(kind, operations.error_type, (lo.operand(error),), loc=lo.loc))
        lo.emit(ir.Apply(trace, operations.traceback, (lo.operand(error),), loc=lo.loc))
        swallowed = leave(kind, error, trace)
        lo.branch(lo.truth(swallowed), lambda: None, lambda: raises.reraise(lo, error))

    def finish() -> None:
        settle()
        tries.kept(lo, lambda: leave(none, none, none))

    lo.branch(failed, tell, finish)


def telling(method: Any) -> bool:
    """Whether an __exit__ does what can be seen after an exception: it changes things, or may swallow the exception."""
    try:
        node = finding.find(method).node
    except Exception:
        return True
    if tries.visible(node.body):
        return True
    returned = [n.value for n in gast.walk(node) if isinstance(n, gast.Return) and n.value is not None]
    return any(not (isinstance(v, gast.Constant) and not v.value) for v in returned)


STATEMENTS: dict[type, Callable[[Lowering, Any], None]] = {gast.With: with_}
