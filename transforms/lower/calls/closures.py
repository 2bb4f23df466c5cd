"""Functions written in Python, as closures: those that exist already, and those made inside."""

from __future__ import annotations

import functools
import types
from typing import Any

from transforms.guards import Outside
from transforms.lower.objects import model
from transforms.lower.outside import outer
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import UNDEFINED, Cell, Closure, Const, Ref
from transforms.source import finding


def callable_of(lo: Lowering, fn: Any, owner: type | None = None) -> Any:
    if isinstance(fn, model.LocalFunction):
        return fn.closure
    return closure_of(lo, fn, owner) if isinstance(fn, types.FunctionType) else Const(fn)


def closure_of(lo: Lowering, fn: Any, owner: type | None = None) -> Closure:
    """The closure of a function that exists already (or of a method of a class defined inside the function)."""
    if isinstance(fn, model.LocalFunction):
        return fn.closure
    found = finding.find(fn)
    if str(fn.__module__).partition(".")[0] not in ("numpy", "scipy"):
        outer.kept(lo, (id(fn), "code"), Outside(fn, "attr", "__code__"))
    cells = dict(zip(fn.__code__.co_freevars, fn.__closure__ or (), strict=True))
    if owner is None and "__class__" in cells:
        owner = cells["__class__"].cell_contents
    defaults = tuple(
        outer.settled(lo, (id(fn), "default", i), lambda i=i: fn.__defaults__[i], f"{fn.__name__}_default")
        for i in range(len(fn.__defaults__ or ()))
    )
    kwdefaults = {
        k: outer.settled(lo, (id(fn), "kwdefault", k), lambda k=k: fn.__kwdefaults__[k], k)
        for k in fn.__kwdefaults__ or {}
    }
    return Closure(found.node, found, fn.__globals__, cells, defaults, kwdefaults, owner, fn)


def make_closure(lo: Lowering, node: Any) -> Closure:
    """A function defined inside the function at hand."""
    from transforms.lower.expressions.evaluating import evaluate
    from transforms.lower.scope import free_names

    frame = lo.frame
    cells = dict(frame.closure.cells) if frame.closure is not None else {}
    for name in free_names(node):
        if name in frame.cell_names:
            cell = frame.env.get(name)
            if not (isinstance(cell, Ref) and cell.cls is Cell):
                cell = lo.new(Cell, (UNDEFINED if cell is None else cell,))
                frame.env[name] = cell
            cells[name] = cell
    defaults = tuple(evaluate(lo, d) for d in node.args.defaults)
    kwdefaults = {
        a.id: evaluate(lo, d) for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if d is not None
    }
    owner = frame.closure.owner if frame.closure is not None else None
    return Closure(node, frame.source, frame.globals, cells, defaults, kwdefaults, owner)


def library(fn: types.FunctionType) -> bool:
    name = fn.__code__.co_filename
    return "site-packages" in name or "/lib/python" in name or name.startswith("<")


@functools.cache
def template_closure(fn: Any) -> Closure:
    found = finding.find(fn)
    defaults = tuple(map(_constant, fn.__defaults__ or ()))
    kwdefaults = {k: _constant(v) for k, v in (fn.__kwdefaults__ or {}).items()}
    cells = dict(zip(fn.__code__.co_freevars, fn.__closure__ or (), strict=True))
    return Closure(found.node, found, fn.__globals__, cells, defaults, kwdefaults, None, fn)


def _constant(value: Any) -> Any:
    return tuple(map(_constant, value)) if isinstance(value, tuple) else Const(value)
