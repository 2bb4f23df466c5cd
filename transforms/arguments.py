"""Actual arguments -> abstract values: pytrees taken apart, numbers and arrays as parameters, the rest as constants.

The *key* of an argument says all that a derivative is specialised to: types, dtypes, ranks, structure, and the values
of what is constant (strings, flags, None, functions).  Two calls with the same keys run the same text.
"""

from __future__ import annotations

import dataclasses
import numbers
import operator
from types import ModuleType
from typing import Any

import numpy as np

from tensor import tree
from transforms import ir, kinds
from transforms.errors import ArgumentError, KindError
from transforms.ir import Const, Var
from transforms.lower.derivatives.arguments import Frozen
from transforms.lower.objects.model import heap_class
from transforms.lower.state.lowering import Lowering

LONGEST_KNOWN_LIST = 16
ndarray = np.ndarray
CONSTANTS = (str, bytes, bool, type(None), type(Ellipsis))


def key_of(value: Any) -> Any:
    """The key of an argument."""
    cls = type(value)
    if cls is float:
        return "d"
    if cls is ndarray:
        return (value.dtype, value.ndim)
    if cls in (int, complex):
        return cls
    if cls in CONSTANTS:
        return (cls, value)
    if isinstance(value, np.generic):
        return (cls, 0)
    if isinstance(value, tuple):
        return (cls, *map(key_of, value))
    if cls is list:
        return list_key(value)
    if isinstance(value, dict):
        return (cls, tuple((k, key_of(v)) for k, v in value.items()))
    if is_record(value):
        return (cls, tuple((k, key_of(v)) for k, v in vars(value).items()))
    if hasattr(value, "dtype") and hasattr(value, "ndim"):
        return (cls, value.dtype.char, value.ndim)
    return (cls, Identity(value))


class Identity:
    """A key that holds its object, so that its identity cannot be reused."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Identity) and other.value is self.value


def list_key(values: list) -> Any:
    if len(values) <= LONGEST_KNOWN_LIST:
        return (list, *map(key_of, values))
    kind = kinds.list_kind(values)
    return (list, "long", kind) if kind.base == "list" else (list, *map(key_of, values))


def is_record(value: Any) -> bool:
    """A dataclass instance: its attributes are its leaves."""
    return (
        dataclasses.is_dataclass(value)
        and not isinstance(value, type)
        and heap_class(type(value))
        and hasattr(value, "__dict__")
    )


class Entry:
    """Takes the arguments of a function apart, at its beginning."""

    def __init__(self, lo: Lowering, strict: bool = False) -> None:
        self.lo = lo
        self.strict = strict
        self.arrays: list[Var] = []
        self.leaves: dict[int, list[Var]] = {}
        self.lists: list[Var] = []
        self.containers: list[tuple[Any, Any, Any]] = []

    def argument(self, value: Any, name: str, number: int, differentiated: bool) -> tuple[Var, Any]:
        """The parameter for an argument, and its abstract value."""
        kind = kinds.kind_of(value)
        self.current = self.leaves.setdefault(number, [])
        if type(value) is int and not differentiated and self.lo.notes.concrete:
            return self.constant(value, Var(name, kinds.INT))
        if isinstance(kind, kinds.Kind) and kind.numeric and type(value) is not bool:
            var = self.number(value, kind, name, differentiated)
            return var, var
        if (
            type(value) is list
            and len(value) > LONGEST_KNOWN_LIST
            and isinstance(kind, kinds.Kind)
            and kind.base == "list"
        ):
            var = self.lo.var(kind, name)
            self.external(var)
            self.current.append(var)
            self.lists.append(var)
            return var, var
        param = Var(name, kinds.Kind("object", type=type(value)))
        found = self.part(value, param, name, differentiated)
        if differentiated and self.strict and not self.current:
            raise nothing_to_differentiate(value, name)
        return param, found

    def number(self, value: Any, kind: kinds.Kind, name: str, differentiated: bool) -> Var:
        if differentiated:
            if kind.base == "array" and not kind.continuous:
                raise KindError(
                    f"the argument {name} is an array of {np.dtype(kind.dtype).name}, which has no derivative",
                    None,
                    f"convert it with {name}.astype(float)",
                )
            if not kind.continuous:
                kind = kinds.FLOAT
        var = self.lo.var(kind, name)
        self.external(var)
        self.lo.observe(var, value)
        self.current.append(var)
        return var

    def constant(self, value: int, var: Var) -> tuple[Var, Any]:
        """A whole number that is taken to be a constant."""
        self.lo.fixed.append((var, value))
        return var, Const(value)

    def external(self, var: Var) -> None:
        if var.region is not None:
            var.region.external = True
            if var.kind.base == "array":
                self.arrays.append(var)

    def part(self, value: Any, holder: Any, name: str, differentiated: bool) -> Any:
        """The abstract value of a container or constant."""
        lo = self.lo
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(
                *(self.item(getattr(value, f), holder, f, True, f, differentiated) for f in value._fields)
            )
        if isinstance(value, tuple):
            return tuple(self.item(v, holder, i, False, f"{name}_{i}", differentiated) for i, v in enumerate(value))
        if type(value) is list:
            items = tuple(self.item(v, holder, i, False, f"{name}_{i}", differentiated) for i, v in enumerate(value))
            return self.container(lo.new(list, items, None, holder), holder)
        if isinstance(value, dict):
            held = {k: self.item(v, holder, k, False, _label(k, name), differentiated) for k, v in value.items()}
            return self.container(lo.new(dict, held, None, holder), holder)
        if is_record(value):
            content = {k: self.item(v, holder, k, True, k, differentiated) for k, v in vars(value).items()}
            return self.container(lo.new(type(value), content, None, holder), holder)
        return lo.lift(value)

    def container(self, ref: Any, holder: Any) -> Any:
        """Note a container of the caller's, as it is at entry."""
        self.containers.append((ref, holder, self.lo.content(ref)))
        return ref

    def written_containers(self) -> bool:
        """Whether the function changed a container of the caller's, or one outside."""
        changed = any(self.lo.heap.get(ref.id) is not content for ref, _, content in self.containers)
        return changed or bool(self.lo.entered)

    def item(self, value: Any, holder: Any, at: Any, attribute: bool, name: str, differentiated: bool) -> Any:
        """One item of a container: read from it at the beginning."""
        from tensor.attributes import attribute as attribute_of

        kind = kinds.kind_of(value)
        fn, args = (attribute_of(at), (holder,)) if attribute else (operator.getitem, (holder, Const(at)))
        if isinstance(kind, kinds.Kind) and kind.numeric and type(value) is not bool:
            if differentiated and kind.continuous:
                var = self.number(value, kind, name, differentiated)
            else:
                var = self.lo.var(kind, name)
                self.external(var)
                self.lo.observe(var, value)
            if type(value) is int and self.lo.notes.concrete:
                self.lo.emit(ir.Apply(var, fn, args))
                return self.constant(value, var)[1]
        elif isinstance(value, (tuple, list, dict)) or is_record(value):
            var = Var(name, kinds.Kind("object", type=type(value)))
            self.lo.emit(ir.Apply(var, fn, args))
            return self.part(value, var, name, differentiated)
        else:
            return self.lo.lift(value)
        self.lo.emit(ir.Apply(var, fn, args))
        return var


def nothing_to_differentiate(value: Any, name: str) -> KindError:
    """The refusal of an argument that holds no float: of a container of ints, and of what is no number at all."""
    what = "None" if value is None else f"a {type(value).__name__}"
    if isinstance(value, (list, tuple, dict)) and any(type(v) is int for v in tree.leaves(value)):
        return KindError(
            f"the argument {name} is {what} of ints, which have no derivative", None, "write them as floats"
        )
    if isinstance(value, (list, tuple, dict)) or is_record(value):
        reason = f"the argument {name} is {what} without a float in it: there is nothing to differentiate"
        return KindError(reason, None, ANOTHER)
    return KindError(f"the argument {name} is {what}, which has no derivative", None, conversion(value, name))


def conversion(value: Any, name: str) -> str:
    """What to write for an argument that is no float and no container of floats."""
    if isinstance(value, bool):
        return f"write 1.0 for True and 0.0 for False, or {ANOTHER}"
    if isinstance(value, numbers.Number):
        return f"convert it with float({name})"
    if isinstance(value, ndarray):
        return f"write {name}.filled(0.0)" if hasattr(value, "filled") else f"convert it with np.asarray({name})"
    if isinstance(value, (set, frozenset)):
        return "write a list or a tuple"
    if hasattr(value, "__dict__") and not callable(value) and not isinstance(value, ModuleType):
        return f"make {type(value).__name__} a dataclass, whose attributes are differentiated, or {ANOTHER}"
    return ANOTHER


ANOTHER = "choose another argument with argnums"


def _label(key: Any, name: str) -> str:
    return (
        key
        if isinstance(key, str) and key.isidentifier()
        else f"{name}_{key}"
        if isinstance(key, int)
        else f"{name}_item"
    )


def gradient_tree(value: Any, param: Var, bars: dict[int, Any], abstract: Any, lo: Lowering) -> Any:
    """The gradient of an argument: its own structure, None for what is no number."""
    from tensor import runtime

    if isinstance(abstract, Var):
        return bars.get(abstract.serial, Const(None))
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(gradient_tree(v, param, bars, a, lo) for v, a in zip(value, abstract, strict=True)))
    if isinstance(value, tuple):
        return tuple(gradient_tree(v, param, bars, a, lo) for v, a in zip(value, abstract, strict=True))
    if isinstance(abstract, Frozen):
        content = abstract.content
        if abstract.cls is list:
            return [gradient_tree(v, param, bars, a, lo) for v, a in zip(value, content, strict=True)]
        if isinstance(value, dict):
            made = {k: gradient_tree(v, param, bars, content[k], lo) for k, v in value.items()}
            return made
        made = {k: gradient_tree(v, param, bars, content[k], lo) for k, v in vars(value).items()}
        out = lo.var(kinds.OBJECT)
        lo.emit(ir.Apply(out, runtime.with_attributes, (Const(type(value)),), made))
        return out
    return Const(None)


__all__ = ["ArgumentError", "Entry", "gradient_tree", "key_of"]
