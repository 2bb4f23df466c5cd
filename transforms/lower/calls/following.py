"""Functions written in Python are followed into: a frame, its arguments, its body."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import gast

from tensor import registry
from transforms.errors import DerivativeError, SourceError
from transforms.lower.calls import closures, unfollowed
from transforms.lower.failures.contexts import GONE, Raised
from transforms.lower.failures.guarding import close, reopen
from transforms.lower.scope import parameters
from transforms.lower.state.frames import Frame
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import TRUE, UNDEFINED, Cell, Choice, Closure, Const, Iter, Partial, Ref, Var

DEEPEST = 40


def follow(lo: Lowering, fn: types.FunctionType, args: tuple, kwargs: dict[str, Any], node: Any) -> Any:
    """A Python function is followed into; one that cannot be is called as it is, if nothing active goes in."""
    template = registry.STAND_INS.get(fn.__code__)
    if template is not None:
        return call_template(lo, template, (Const(fn), *args), kwargs)
    saved, block, size, mark = lo.snapshot(), lo.block, len(lo.block.stmts), len(lo.open)
    try:
        return call_closure(lo, closures.closure_of(lo, fn), args, kwargs, node)
    except DerivativeError as error:
        if not closures.library(fn) and not isinstance(error, SourceError):
            raise
        if any(depends(a) for a in (*args, *kwargs.values())):
            raise
        lo.block = block
        del lo.block.stmts[size:], lo.open[mark:]
        lo.resume(saved)
        return unfollowed.opaque(lo, fn, args, kwargs)


def depends(value: Any) -> bool:
    """Whether a value may depend on the inputs: a conservative guess, used before giving up on a library's code."""
    if isinstance(value, Var):
        return value.kind.continuous or value.kind.base != "number"
    if isinstance(value, tuple):
        return any(map(depends, value))
    return isinstance(value, (Ref, Iter, Closure, Partial, Choice))


def call_closure(lo: Lowering, closure: Closure, args: tuple, kwargs: dict[str, Any], node: Any) -> Any:
    """Follow a call into a function written in Python."""
    if closure.scope.generator:
        return lo.iterator("generator", (closure, args, kwargs))
    if isinstance(closure.node, gast.AsyncFunctionDef):
        return lo.refuse("async functions are not supported", "write it with def, and compute what it awaits before")
    frame = enter(lo, closure, args, kwargs)
    return run(lo, frame)


def enter(lo: Lowering, closure: Closure, args: tuple, kwargs: dict[str, Any]) -> Frame:
    """A frame with the parameters bound."""
    if sum(f.closure is not None and f.closure.node is closure.node for f in lo.frames) > DEEPEST:
        lo.refuse(
            f"the recursion of {closure.name} depends on computed values: this is not followed", "write it as a loop"
        )
    scope = closure.scope
    frame = Frame(
        {},
        closure.globals,
        closure.source,
        closure,
        scope.cells,
        scope.globals,
        rule=lo.frame.rule if lo.frames else False,
    )
    for name, value in bind_arguments(lo, closure, args, kwargs).items():
        frame.env[name] = lo.new(Cell, (value,)) if name in scope.cells else value
        if isinstance(value, Var) and not value.name and not frame.rule:
            value.name = name
    return frame


def run(lo: Lowering, frame: Frame) -> Any:
    """Execute a frame's body and give its result."""
    from transforms.lower.statements import executing

    closure: Any = frame.closure
    saved, mark = lo.loc, len(lo.open)
    lo.frames.append(frame)
    try:
        try:
            if isinstance(closure.node, gast.Lambda):
                from transforms.lower.expressions.evaluating import evaluate

                result = evaluate(lo, closure.node.body)
            else:
                executing.execute(lo, [*closure.node.body, executing.IMPLICIT_RETURN])
                result = frame.result
        except Raised:
            result = GONE
        result = close(lo, mark, result)
    finally:
        lo.frames.pop()
        lo.loc = saved
    if frame.exits.get("raise") == TRUE:
        lo.frame.exits["raise"] = TRUE
    if result is GONE:
        raise Raised
    if lo.tries:
        reopen(lo)
    return Const(None) if result is UNDEFINED else result


def bind_arguments(lo: Lowering, closure: Closure, args: tuple, kwargs: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a call by Python's rules."""
    spec = closure.node.args
    positional = [a.id for a in (*spec.posonlyargs, *spec.args)]
    bound: dict[str, Any] = dict(zip(positional, args, strict=False))
    extra = args[len(positional) :]
    if spec.vararg is not None:
        bound[spec.vararg.id] = tuple(extra)
    elif extra:
        lo.refuse(f"{closure.name} takes {len(positional)} positional arguments but {len(args)} are given")
    rest = {}
    only_positional = {a.id for a in spec.posonlyargs}
    for name, value in kwargs.items():
        if name in parameters(spec) and name not in only_positional and name not in bound:
            bound[name] = value
        elif spec.kwarg is not None:
            rest[name] = value
        else:
            lo.refuse(f"{closure.name} has no parameter {name} left to bind")
    for name, value in zip(reversed(positional), reversed(closure.defaults), strict=False):
        bound.setdefault(name, value)
    for name, value in closure.kwdefaults.items():
        bound.setdefault(name, value)
    if spec.kwarg is not None:
        bound[spec.kwarg.id] = lo.new(dict, rest)
    for name in (*positional, *(a.id for a in spec.kwonlyargs)):
        if name not in bound:
            lo.refuse(f"{closure.name} is called without its argument {name}")
    return bound


def call_template(lo: Lowering, fn: Callable[..., Any], args: tuple, kwargs: dict[str, Any]) -> Any:
    """Follow a rule's template: the user's line stays the place of all that it emits."""
    frame = enter(lo, closures.template_closure(fn), args, kwargs)
    frame.rule, frame.entry = True, lo.block
    return run(lo, frame)
