"""Values as text: print, str, repr, format, and the methods of strings."""

from __future__ import annotations

from typing import Any

from transforms import ir, kinds
from transforms.lower import texts
from transforms.lower.containers import making
from transforms.lower.failures import contexts
from transforms.lower.intrinsics.handler import Handler
from transforms.lower.objects import model
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Bound, Const, Ref


def print_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    shown = tuple(printable(lo, a) for a in args)
    lo.emit(ir.Apply(None, print, shown, {k: lo.operand(v) for k, v in kwargs.items()}, effect=True, loc=lo.loc))
    return Const(None)


def printable(lo: Lowering, value: Any) -> Any:
    """An operand for showing only."""
    if isinstance(value, Ref) and model.user_class(value) is not None:
        return lo.refuse(f"showing an object of class {value.cls.__name__} is not followed", "show its attributes")
    return lo.operand(making.realised(lo, value))


def str_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return text(lo, str, *args) if args else Const("")


def repr_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return text(lo, repr, *args)


def format_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return text(lo, format, *args)


def literal_method(lo: Lowering, func: Bound, args: tuple, kwargs: dict[str, Any]) -> Any:
    """A method of a string or number known when deriving."""
    name, held = func.func.name, func.self.value
    if all(isinstance(a, Const) for a in (*args, *kwargs.values())):
        try:
            result = getattr(held, name)(*(a.value for a in args), **{k: v.value for k, v in kwargs.items()})
        except Exception as error:
            return contexts.known(lo, error)
        return lo.new(list, tuple(map(lo.lift, result))) if isinstance(result, list) else lo.lift(result)
    out = lo.var(texts.METHODS.get(name, kinds.OBJECT) if isinstance(held, str) else kinds.OBJECT)
    shown = tuple(printable(lo, a) for a in args)
    named = {k: printable(lo, v) for k, v in kwargs.items()}
    lo.emit(ir.Apply(out, func.func, (func.self, *shown), named, loc=lo.loc))
    return out


HANDLERS: dict[Any, Handler] = {print: print_, str: str_, repr: repr_, format: format_}


def text(lo: Lowering, fn: Any, *args: Any) -> Any:
    """Text made of a value: it may be printed, and carries no derivative."""
    if all(isinstance(a, Const) and isinstance(a.value, (str, int)) for a in args):
        return Const(fn(*(a.value for a in args)))
    out = lo.var(kinds.Kind("object", type=str))
    lo.emit(ir.Apply(out, fn, tuple(printable(lo, a) for a in args), loc=lo.loc))
    return out
