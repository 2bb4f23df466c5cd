"""What is called, by what it is as an abstract value."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensor.attributes import Method
from transforms.lower.calls import existing, following, method_calls, unfollowed
from transforms.lower.intrinsics import ufuncs
from transforms.lower.objects import attributes, model
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Bound, Choice, Closure, Const, Derived, Lost, Partial, Pullback, Var


def call(lo: Lowering, func: Any, args: tuple, kwargs: dict[str, Any], node: Any) -> Any:
    """The value of `func(*args, **kwargs)`."""
    if isinstance(func, Choice):
        return lo.branch(
            func.cond,
            lambda: call(lo, func.then, args, kwargs, node),
            lambda: call(lo, func.orelse, args, kwargs, node),
        )
    if isinstance(func, Closure):
        return following.call_closure(lo, func, args, kwargs, node)
    if isinstance(func, Bound):
        return call_bound(lo, func, args, kwargs, node)
    if isinstance(func, Partial):
        return call(lo, func.func, (*func.args, *args), {**func.kwargs, **kwargs}, node)
    if isinstance(func, Const):
        return existing.call_known(lo, func.value, args, kwargs, node)
    if lo.tries and isinstance(func, (Derived, Pullback)):
        return lo.refuse("a derivative inside a try statement is not followed", "take it before the try statement")
    if isinstance(func, Derived):
        from transforms.lower.derivatives import gradients

        return gradients.call(lo, func, args, kwargs)
    if isinstance(func, Pullback):
        return func.run(*args, **kwargs)
    if isinstance(func, Lost):
        return lo.lost(func)
    cls = model.user_class(func)
    if cls is not None:
        method = attributes.get_attribute(lo, func, "__call__")
        return call(lo, method, args, kwargs, node)
    if isinstance(func, Var) and func.kind.base == "object":
        return unfollowed.opaque(lo, func, args, kwargs)
    return lo.refuse(f"{lo.describe(func)} cannot be called")


def call_bound(lo: Lowering, func: Bound, args: tuple, kwargs: dict[str, Any], node: Any) -> Any:
    if isinstance(func.func, Method):
        return method_calls.call_method(lo, func, args, kwargs)
    if isinstance(func.func, Const) and isinstance(func.self, Const) and isinstance(func.self.value, np.ufunc):
        return ufuncs.method(lo, func.self.value, func.func.value, args, kwargs)
    if callable(func.func) and not isinstance(func.func, (Const, Closure)):
        return func.func(lo, func.self, args, kwargs, node)
    if isinstance(func.func, Const) and func.func.value in method_calls.METHOD_CALLS:
        return method_calls.METHOD_CALLS[func.func.value](lo, func.self, args, kwargs)
    return call(lo, func.func, (func.self, *args), kwargs, node)
