"""Operators, items, attributes and methods of instances."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any

from transforms.lower.calls import calling
from transforms.lower.containers import reading, writing
from transforms.lower.objects import array_attributes, overloading
from transforms.lower.state.lowering import Lowering
from transforms.lower.subclasses import probing, wrapping
from transforms.lower.values import Bound, Const, Ref


def operate(lo: Lowering, fn: Callable[..., Any], *operands: Any) -> Any:
    """An operator that the classes do not define themselves."""
    from transforms.lower.expressions.arithmetic import binary

    def run(*arrays: Any) -> Any:
        if fn is operator.getitem:
            return reading.get_item(lo, *arrays)
        return binary(lo, fn, *arrays) if len(arrays) == 2 else lo.apply(fn, *arrays)

    return probing.apply(lo, fn, operands, {}, run)


@functools.cache
def operators() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The operators by the names of their methods: plain ones, those with the operands swapped, those in place."""
    plain = {names[0]: fn for fn, names in overloading.DUNDERS.items()}
    swapped = {names[1]: fn for fn, names in overloading.DUNDERS.items() if len(names) > 1 and names[1] not in plain}
    return plain, swapped, {f"__i{name.strip('_')}__": fn for name, fn in plain.items()}


def attribute(lo: Lowering, value: Ref, name: str) -> Any:
    """An attribute or method that np.ndarray has."""
    plain, swapped, in_place = operators()
    if name in plain:
        return Bound(value, lambda lo, self, args, kwargs, node: operate(lo, plain[name], self, *args), name)
    if name in swapped:
        return Bound(value, lambda lo, self, args, kwargs, node: operate(lo, swapped[name], *args, self), name)
    if name in in_place:
        return Bound(value, lambda lo, self, args, kwargs, node: update(lo, self, in_place[name], *args), name)
    if name == "__array_finalize__":
        return Bound(value, lambda lo, self, args, kwargs, node: Const(None), name)
    if name == "__setitem__":
        return Bound(value, lambda lo, self, args, kwargs, node: set_item(lo, self, *args), name)
    if name == "__bool__":
        return Bound(value, lambda lo, self, args, kwargs, node: lo.truth(wrapping.entries(lo, self)), name)
    if name == "view":
        return Bound(
            value,
            lambda lo, self, args, kwargs, node: wrapping.view(lo, self, wrapping.given_class(lo, args, kwargs)),
            name,
        )
    if name.startswith("__") or name == "base":
        return lo.refuse(f"{value.cls.__name__}.{name} is not followed")
    found = array_attributes.array_attribute(lo, wrapping.entries(lo, value), name)
    if isinstance(found, Bound):
        return Bound(value, method(name), name)
    fresh = probing.probed(lo, lambda a: getattr(a, name), (value,), {})
    return found if fresh is None or isinstance(fresh, tuple) else probing.wrapped(lo, found, fresh, [value])


def method(name: str) -> Callable[..., Any]:
    """A method of np.ndarray on an instance."""

    def handler(lo: Lowering, self: Any, args: tuple, kwargs: dict[str, Any], node: Any) -> Any:
        def run(array: Any, *rest: Any, **named: Any) -> Any:
            return calling.call(lo, array_attributes.array_attribute(lo, array, name), rest, named, node)

        return probing.apply(lo, lambda a, *rest, **named: getattr(a, name)(*rest, **named), (self, *args), kwargs, run)

    return handler


def update(lo: Lowering, value: Ref, fn: Callable[..., Any], new: Any) -> Any:
    """`value op= new` in place."""
    from transforms.lower.statements.augmenting import inplace

    array = wrapping.entries(lo, value)
    if array.kind.base != "array" or array.kind.ndim is None:
        lo.refuse("a number that is an instance of a subclass of np.ndarray is written in place: this is not followed")
    inplace(lo, fn, array, wrapping.entries(lo, new))
    return value


def set_item(lo: Lowering, value: Ref, index: Any, new: Any) -> Const:
    writing.set_item(lo, wrapping.entries(lo, value), wrapping.entries(lo, index), wrapping.entries(lo, new))
    return Const(None)
