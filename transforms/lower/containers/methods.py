"""Finding the handler of a container's method: `L.append` is that of lists, `d.get` that of dicts."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from transforms.lower.containers import deques, dicts, lists, operators, sets
from transforms.lower.outside import outer
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Choice, Const, Iter, Var


def read_method(lo: Lowering, value: Const, name: str, args: tuple, kwargs: dict, node: Any) -> Any:
    """A method that only reads a dict outside."""
    held = value.value
    if name == "get" and isinstance(args[0], Const) and not outer.member(lo, held, args[0].value):
        return args[1] if len(args) > 1 else Const(None)
    return handlers()["dict", name](lo, operators.known_keys(lo, value), args, kwargs, node)


READING = {"get", "keys", "values", "items", "copy"}


def method(lo: Lowering, value: Any, name: str) -> Callable[..., Any]:
    """The handler of a container's method."""
    cls = "list" if isinstance(value, Var) else "tuple" if isinstance(value, (tuple, Iter)) else value.cls.__name__
    handler = handlers().get((cls, name))
    if handler is None:
        return lo.refuse(f"the method {name} of {lo.describe(value)} is not supported")
    return by_choice(handler) if cls == "dict" else handler


def by_choice(handler: Callable[..., Any]) -> Callable[..., Any]:
    """A method of a dict whose key may be one of two."""

    def handle(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
        if not args or not isinstance(args[0], Choice):
            return handler(lo, value, args, kwargs, node)
        first, rest = args[0], args[1:]
        return lo.branch(
            first.cond,
            lambda: handle(lo, value, (first.then, *rest), kwargs, node),
            lambda: handle(lo, value, (first.orelse, *rest), kwargs, node),
        )

    return handle


def named_replace(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    return value._replace(**kwargs)


def named_dict(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    return lo.new(dict, dict(zip(value._fields, value, strict=True)))


@functools.cache
def handlers() -> dict[tuple[str, str], Callable[..., Any]]:
    """The handlers by class and name."""
    return {**METHODS, **lists.METHODS, **deques.METHODS, **dicts.METHODS, **sets.METHODS}


METHODS: dict[tuple[str, str], Callable[..., Any]] = {
    ("tuple", "_replace"): named_replace,
    ("tuple", "_asdict"): named_dict,
}
