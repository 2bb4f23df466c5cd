"""What a statement computes with: Vars, constants, slices, and the regions of memory."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transforms.kinds import Kind


_serial = itertools.count()


class Region:
    """A class of arrays or lists that may share memory (union-find); what is known of it holds for all members."""

    __slots__ = ("_items", "_parent", "external", "serial", "sites")

    def __init__(self, external: bool = False) -> None:
        self._parent: Region | None = None
        self._items: Region | None = None
        self.sites: set[Any] = set()
        self.external = external
        self.serial = next(_serial)

    @property
    def items(self) -> Region:
        """The region of the arrays held by lists of this region."""
        root = self.find()
        if root._items is None:
            root._items = Region(root.external)
        return root._items

    def find(self) -> Region:
        root = self
        while root._parent is not None:
            root = root._parent
        return root

    def reach(self) -> list[Region]:
        """The class itself, that of what its lists hold, that of what the lists among these hold, and so on."""
        found = [self.find()]
        while found[-1]._items is not None and found[-1]._items.find() not in found:
            found.append(found[-1]._items.find())
        return found

    def union(self, other: Region) -> None:
        """Merge two classes; what is external stays external."""
        a, b = self.find(), other.find()
        if a is not b:
            if b.serial < a.serial:
                a, b = b, a
            b._parent = a
            a.external = a.external or b.external
            a.sites |= b.sites
            if a._items is not None and b._items is not None:
                a._items.union(b._items)
            a._items = a._items or b._items


class Var:
    """A value bound once.  `name` is the user's name for it, if it has one; `kind` what is known of its type;
    Vars with the same `shape` token are known to have the same shape."""

    __slots__ = ("kind", "name", "region", "serial", "shape")

    def __init__(self, name: str, kind: Kind, region: Region | None = None, shape: Any = None) -> None:
        self.name = name
        self.kind = kind
        self.region = region
        self.serial = next(_serial)
        self.shape = self.serial if shape is None else shape

    def __repr__(self) -> str:
        return f"{self.name or 't'}#{self.serial}"


class Const:
    """A value known when deriving: a literal, or an object that emitted text refers to by name.  Never changed."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"Const(value={self.value!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Const) or type(self.value) is not type(other.value):
            return False
        if self.value is other.value:
            return True
        return isinstance(self.value, LITERALS) and repr(self.value) == repr(other.value)

    def __hash__(self) -> int:
        return hash(repr(self.value)) if isinstance(self.value, LITERALS) else id(self.value)


LITERALS = (bool, int, float, complex, str, bytes, type(None), type(Ellipsis))


class _Undefined:
    """The value of a name that a branch has not bound."""

    def __repr__(self) -> str:
        return "UNDEFINED"


UNDEFINED = Const(_Undefined())


@dataclass(frozen=True, repr=False)
class Slice:
    """An operand tree for `start:stop:step`."""

    start: Any
    stop: Any
    step: Any
