"""Functions made of functions: functools and contextlib."""

from __future__ import annotations

import contextlib
import functools
from typing import Any

from transforms.lower.calls import calling
from transforms.lower.intrinsics.handler import Handler
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Closure, Const, Partial


def partial_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return Partial(args[0], args[1:], kwargs)


def wraps_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return Const(_same)


def same(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return args[0]


def _same(fn: Any) -> Any:
    """What `functools.wraps(f)` does, as far as values go: nothing."""
    return fn


def contextmanager_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """contextlib.contextmanager of a generator made inside: `with` knows it by its name."""
    if len(args) != 1 or kwargs:
        return lo.refuse("a context manager that is called outside a with statement is not followed")
    return Partial(Const(contextlib.contextmanager), args, {})


def remembered(fn: Any) -> Any:
    """What `functools.lru_cache` makes of a function."""
    known: dict[Any, Any] = {}

    def wrapper(*args: Any) -> Any:
        if args not in known:
            known[args] = fn(*args)
        return known[args]

    return wrapper


def cache_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """functools.cache, or lru_cache, of a function made inside: each result is kept under the arguments."""
    return calling.call(lo, Const(remembered), args[:1], {}, node)


def lru_cache_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    if args and isinstance(args[0], (Closure, Partial)):
        return cache_(lo, args, kwargs, node)
    size = args[0] if args else kwargs.get("maxsize", Const(128))
    if not isinstance(size, Const) or size.value is not None and size.value < 128:
        return lo.refuse("functools.lru_cache with a small maxsize is not followed", "use functools.cache")
    return Const(remembered)


HANDLERS: dict[Any, Handler] = {
    functools.partial: partial_,
    functools.wraps: wraps_,
    functools.cache: cache_,
    functools.lru_cache: lru_cache_,
    _same: same,
    contextlib.contextmanager: contextmanager_,
}
