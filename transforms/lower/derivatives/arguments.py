"""The inputs of an inner derivative, and what is given back in their structure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from transforms import ir, kinds
from transforms.ir import Const, Region, Var
from transforms.lower.operations import same_object
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Ref

NONE = Const(None)


class Inputs:
    """The arguments of an inner derivative with fresh Vars for the numbers and arrays to differentiate."""

    def __init__(self, lo: Lowering) -> None:
        self.lo = lo
        self.vars: list[Var] = []
        self.objects: list[tuple[Ref, Any]] = []

    def fresh(self, value: Any, inside: bool = False) -> Any:
        lo = self.lo
        if inside and _integer(value):
            return value
        if (
            isinstance(value, Const)
            and isinstance(value.value, (int, float, complex))
            and not isinstance(value.value, bool)
        ):
            kind = kinds.kind_of(float(value.value) if isinstance(value.value, int) else value.value)
            return self.alias(value, kind, None)
        if isinstance(value, Var) and value.kind.numeric:
            kind = value.kind if value.kind.continuous else kinds.FLOAT
            if value.kind.base == "array" and not value.kind.continuous:
                lo.refuse("an integer array is differentiated", "convert it with astype(float)")
            return self.alias(value, kind, value.region, value.shape)
        if isinstance(value, Var) and value.kind.base == "list":
            return self.alias(value, value.kind, value.region)
        if isinstance(value, tuple):
            items = [self.fresh(v, True) for v in value]
            return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
        if isinstance(value, Ref):
            content = lo.content(value)
            new = (
                {k: self.fresh(v, True) for k, v in content.items()}
                if isinstance(content, dict)
                else tuple(self.fresh(v, True) for v in content)
            )
            if any(value.id == ref.id for ref in lo.entered.values()):
                lo.refuse("an object from outside that is written is given to a derivative: this is not followed")
            made = lo.new(value.cls, new, value.site, value.origin)
            self.objects.append((made, new))
            return made
        return value

    def unchanged(self) -> None:
        """Refuse a function that has written the containers that it was given: here they are others."""
        for ref, content in self.objects:
            if self.lo.heap.get(ref.id) is not content:
                self.lo.refuse(
                    f"{self.lo.describe(ref)} given to a derivative inside is written there: this is not followed",
                    "write a copy of it",
                )

    def alias(self, value: Any, kind: kinds.Kind, region: Region | None, shape: Any = None) -> Var:
        made = Var(value.name if isinstance(value, Var) else "", kind, region, shape=shape)
        self.lo.emit(ir.Apply(made, same_object, (value,), loc=self.lo.loc))
        self.vars.append(made)
        return made


def _integer(value: Any) -> bool:
    """An integer or flag inside a container has no derivative."""
    if isinstance(value, Var):
        return value.kind.numeric and not value.kind.continuous
    return isinstance(value, Const) and type(value.value) in (int, bool)


@dataclass(eq=False, repr=False)
class Frozen:
    """An object as it was at some moment."""

    cls: type
    site: Any
    content: Any


def freeze(lo: Lowering, value: Any) -> Any:
    """A value with its objects as they are now: the structure of an argument at entry."""
    if isinstance(value, tuple):
        items = [freeze(lo, v) for v in value]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    if isinstance(value, Ref):
        content = lo.content(value)
        if isinstance(content, dict):
            return Frozen(value.cls, value.site, {k: freeze(lo, v) for k, v in content.items()})
        return Frozen(value.cls, value.site, tuple(freeze(lo, v) for v in content))
    return value


def structured(lo: Lowering, value: Any, table: dict[int, Any], number: Any = NONE) -> Any:
    """The cotangents (or tangents) of a value's leaves in its own structure; None for what is no number.

    `number` is what stands for a number known when deriving.
    """
    if isinstance(value, Const) and type(value.value) in (int, float, complex):
        return number
    if isinstance(value, Var):
        return table.get(value.serial, Const(None))
    if isinstance(value, tuple):
        items = [structured(lo, v, table, number) for v in value]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    if isinstance(value, (Ref, Frozen)):
        content = lo.content(value) if isinstance(value, Ref) else value.content
        if isinstance(content, dict):
            return lo.new(value.cls, {k: structured(lo, v, table, number) for k, v in content.items()}, value.site)
        return lo.new(value.cls, tuple(structured(lo, v, table, number) for v in content), value.site)
    return Const(None)
