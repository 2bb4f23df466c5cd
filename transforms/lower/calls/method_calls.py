"""Methods of arrays, numbers, texts and objects from outside."""

from __future__ import annotations

import collections
from collections.abc import Callable
from typing import Any

import numpy as np

from transforms.lower import texts
from transforms.lower.calls import calling, existing, primitives, unfollowed
from transforms.lower.containers import methods
from transforms.lower.intrinsics import array_methods, showing
from transforms.lower.outside import written
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Bound, Const, Var


def _reshape(lo: Lowering, value: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    shape = args[0] if len(args) == 1 else tuple(args)
    return existing.call_known(lo, np.reshape, (value, shape), kwargs, None)


def _transpose(lo: Lowering, value: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    if not args:
        return existing.call_known(lo, np.transpose, (value,), kwargs, None)
    return existing.call_known(lo, np.transpose, (value, args[0] if len(args) == 1 else tuple(args)), kwargs, None)


def _compress(lo: Lowering, value: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    condition, args = (args[0], args[1:]) if args else (kwargs.pop("condition"), ())
    return existing.call_known(lo, np.compress, (condition, value, *args), kwargs, None)


def _conjugate(lo: Lowering, value: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    """A real array's method gives the array itself, where the function makes a new one."""
    if isinstance(value, Var) and not value.kind.complex:
        return value
    return existing.call_known(lo, np.conjugate, (value, *args), kwargs, None)


METHOD_CALLS: dict[Any, Callable[..., Any]] = {
    np.reshape: _reshape,
    np.transpose: _transpose,
    np.compress: _compress,
    np.conjugate: _conjugate,
}
CONTAINER_WRITERS = set(
    "append appendleft extend extendleft insert pop popleft popitem remove clear sort reverse rotate add discard "
    "update setdefault difference_update intersection_update symmetric_difference_update __setitem__ __delitem__ "
    "__iadd__".split()
)


def call_method(lo: Lowering, func: Bound, args: tuple, kwargs: dict[str, Any]) -> Any:
    """A method of an array, number or object that is an operation of its own."""
    held = func.self.value if isinstance(func.self, Const) else None
    if isinstance(held, (list, dict, set, bytearray, collections.deque)) and func.func.name in CONTAINER_WRITERS:
        ref = written.entered(lo, func.self)
        return calling.call(lo, Bound(ref, methods.method(lo, ref, func.func.name), func.func.name), args, kwargs, None)
    known = not args or isinstance(args[0], (Const, tuple))
    if type(held) is dict and func.func.name in methods.READING and known:
        return methods.read_method(lo, func.self, func.func.name, args, kwargs, None)
    handler = array_methods.METHODS.get(func.func.name)
    if handler is not None and isinstance(func.self, Var) and func.self.kind.numeric:
        return handler(lo, func.self, args, kwargs)
    if primitives.pure(func.func) and isinstance(func.self, Var) and func.self.kind.numeric:
        return lo.apply(func.func, func.self, *args, **kwargs)
    if texts.is_text(func.self) and func.func.name in texts.METHODS:
        return texts.call_method(lo, func.self, func.func.name, args, kwargs)
    if isinstance(func.self, Const) and isinstance(func.self.value, (str, int, float, complex)):
        return showing.literal_method(lo, func, args, kwargs)
    return unfollowed.opaque(lo, func.func, (func.self, *args), kwargs)
