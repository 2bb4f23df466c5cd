"""The functions of the module operator that are no arithmetic."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from transforms.lower.calls import calling
from transforms.lower.containers import writing
from transforms.lower.intrinsics import evaluated
from transforms.lower.intrinsics.handler import Handler
from transforms.lower.objects import attributes
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Const, Partial


def itemgetter_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return Const(operator.itemgetter(*(a.value for a in args)))


def setitem_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    writing.set_item(lo, *args)
    return Const(None)


def in_place(fn: Callable[..., Any]) -> Handler:
    """operator.iadd and the like: the value of the first after the statement."""

    def handler(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
        from transforms.lower.statements.augmenting import inplace

        return inplace(lo, fn, *args)

    return handler


def delitem_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    writing.delete_item(lo, *args)
    return Const(None)


def attrgetter_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return Const(operator.attrgetter(*(evaluated.plain(lo, a) for a in args)))


def methodcaller_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """operator.methodcaller: a function that calls the method of what it is given."""
    return Partial(Const(_method_called), (args[0], args[1:], tuple(kwargs.items())), {})


def _method_called(name: Any, args: tuple, kwargs: tuple, value: Any) -> Any:
    return getattr(value, name)(*args, **dict(kwargs))


def method_called(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    name, given, named, value = args
    return calling.call(lo, attributes.get_attribute(lo, value, evaluated.plain(lo, name)), given, dict(named), node)


IN_PLACE = "add sub mul truediv floordiv mod pow matmul and_ or_ xor".split()
HANDLERS: dict[Any, Handler] = {
    operator.setitem: setitem_,
    operator.delitem: delitem_,
    operator.itemgetter: itemgetter_,
    operator.attrgetter: attrgetter_,
    operator.methodcaller: methodcaller_,
    _method_called: method_called,
    **{getattr(operator, f"i{name.strip('_')}"): in_place(getattr(operator, name)) for name in IN_PLACE},
}
