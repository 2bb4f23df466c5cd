"""Functions defined inside, and imports."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import gast

from transforms.lower.calls import calling, closures
from transforms.lower.expressions.evaluating import evaluate
from transforms.lower.expressions.names import bind
from transforms.lower.outside import outer
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Const


def function(lo: Lowering, stmt: gast.FunctionDef) -> None:
    value: Any = closures.make_closure(lo, stmt)
    for decorator in reversed(stmt.decorator_list):
        value = calling.call(lo, evaluate(lo, decorator), (value,), {}, decorator)
    bind(lo, stmt.name, value)


def import_(lo: Lowering, stmt: gast.Import) -> None:
    for alias in stmt.names:
        module = importlib.import_module(alias.name)
        if alias.asname is None:
            module = importlib.import_module(alias.name.split(".")[0])
        bind(lo, alias.asname or alias.name.split(".")[0], Const(module))


def import_from(lo: Lowering, stmt: gast.ImportFrom) -> None:
    package = lo.frame.globals.get("__package__") or ""
    module = importlib.import_module("." * (stmt.level or 0) + (stmt.module or ""), package)
    for alias in stmt.names:
        if hasattr(module, alias.name):
            value: Any = getattr(module, alias.name)
        else:
            value = importlib.import_module(f"{module.__name__}.{alias.name}")
        known = alias.name in vars(module)
        bind(lo, alias.asname or alias.name, outer.attr(lo, module, alias.name) if known else Const(value))


STATEMENTS: dict[type, Callable[[Lowering, Any], None]] = {
    gast.FunctionDef: function,
    gast.Import: import_,
    gast.ImportFrom: import_from,
}
