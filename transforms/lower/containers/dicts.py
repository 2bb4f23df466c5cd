"""Methods of dicts, whose keys are known when deriving: `d.get("a", 0.0)`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transforms.lower.containers import unpacking, writing
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import TRUE, Const, Iter


def dict_get(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    content, at = lo.content(value), unpacking.key(lo, args[0])
    return content[at] if at in content else (args[1] if len(args) > 1 else Const(None))


def dict_pop(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    at = unpacking.key(lo, args[0])
    return args[1] if len(args) > 1 and at not in lo.content(value) else writing.taken_out(lo, value, at)


def dict_update(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    new = {**(unpacking.mapping(lo, args[0]) if args else {}), **kwargs}
    for at, item in new.items():
        writing.set_item(lo, value, Const(at), item)
    return Const(None)


def setdefault(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    at = unpacking.key(lo, args[0])
    if at not in lo.content(value):
        writing.set_item(lo, value, args[0], args[1] if len(args) > 1 else Const(None))
    return lo.content(value)[at]


def keys(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    return Iter("view", (value, lambda key: lo.lift(key)))


def values(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    return Iter("view", (value, lambda key: lo.content(value)[key]))


def items(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    return Iter("view", (value, lambda key: (lo.lift(key), lo.content(value)[key])))


def move_to_end(lo: Lowering, value: Any, args: tuple, kwargs: dict, node: Any) -> Any:
    """OrderedDict.move_to_end."""
    if value.origin is not None:
        lo.refuse("the caller's own dict is put into another order: this is not followed", "work on a copy of it")
    content, at = dict(lo.content(value)), unpacking.key(lo, args[0])
    if at not in content:
        return lo.refuse(f"the key {at!r} is not in the dict here")
    last = args[1] if len(args) > 1 else kwargs.get("last", TRUE)
    held = {at: content.pop(at)}
    lo.put(value, {**content, **held} if last == TRUE else {**held, **content})
    return Const(None)


METHODS: dict[tuple[str, str], Callable[..., Any]] = {
    ("dict", "get"): dict_get,
    ("dict", "pop"): dict_pop,
    ("dict", "update"): dict_update,
    ("dict", "setdefault"): setdefault,
    ("dict", "keys"): keys,
    ("dict", "values"): values,
    ("dict", "items"): items,
    ("dict", "move_to_end"): move_to_end,
}
