"""Abstract values: what an expression is while its function is being lowered.

Numbers, arrays and lists of unknown length are operands of the core language (`ir.Var`, `ir.Const`).  Everything that
Python code builds to organise them is known when deriving and leaves no trace in the text: tuples are Python tuples of
abstract values; lists of known length, dicts, sets, instances and closure cells are `Ref`s, whose content is in the
heap of the lowering; functions are `Closure`s, `Bound`, `Partial` or known callables (`ir.Const`).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from transforms.ir import UNDEFINED, Const, Slice, Var
from transforms.lower.scope import Scope, scope

__all__ = [
    "UNDEFINED",
    "Const",
    "Slice",
    "Var",
    "Ref",
    "Closure",
    "Bound",
    "Partial",
    "Choice",
    "Initial",
    "Iter",
    "Lost",
    "Super",
]

TRUE, FALSE = Const(True), Const(False)
_ids = itertools.count()


@dataclass(eq=False, repr=False)
class Ref:
    """A mutable object that exists only while deriving; `cls` is list, dict, set, Cell or a class of the user's.

    Content in the heap: list and Cell: a tuple; dict and instance: a dict; set: a tuple of known values.
    `site` is the syntax that made it; `origin` the operand of the caller's own object, which is written through.
    """

    cls: type
    site: Any = None
    origin: Any = None
    id: int = field(default_factory=lambda: next(_ids))


class Cell:
    """The class of a closure cell."""


@dataclass(eq=False, repr=False)
class Closure:
    """A Python function: its syntax, and what it sees from where it was made."""

    node: Any
    source: Any
    globals: dict[str, Any]
    cells: dict[str, Any]
    defaults: tuple[Any, ...] = ()
    kwdefaults: dict[str, Any] = field(default_factory=dict)
    owner: Any = None
    fn: Any = None

    @property
    def name(self) -> str:
        return getattr(self.node, "name", "<lambda>")

    @property
    def scope(self) -> Scope:
        return scope(self.node)


@dataclass(eq=False, repr=False)
class Bound:
    """A method of an abstract value: `func` called with `self` first."""

    self: Any
    func: Any
    name: str = ""


@dataclass(eq=False, repr=False)
class Partial:
    """`functools.partial(func, *args, **kwargs)`."""

    func: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


@dataclass(eq=False, repr=False)
class Choice:
    """One of two values that cannot be one operand (functions, None and a number, ...), by a condition."""

    cond: Any
    then: Any
    orelse: Any


@dataclass(eq=False, repr=False)
class Iter:
    """Something to iterate over: range, zip, enumerate, map, filter, reversed, a generator, a dict's view."""

    kind: str
    parts: tuple[Any, ...]


@dataclass(eq=False, repr=False)
class Super:
    """`super()`: the class after `owner` in the order of `self`'s class."""

    owner: type
    self: Any


@dataclass(eq=False, repr=False)
class Lost:
    """A value that cannot be followed past a join; using it is refused with this reason.

    `loop` is the site of the loop that lost it, where its first trip taken by itself may help.
    """

    reason: str
    loop: Any = None


class Initial:
    """What an item, attribute or name outside held when the function was called; it is read where it is needed."""

    def __init__(self, key: Any, get: Callable[[], Any], name: str) -> None:
        self.key = key
        self.get = get
        self.name = name


@dataclass(eq=False, repr=False)
class Derived:
    """A derivative taken inside the function: `how` of the callable `func`, with its options."""

    how: str
    func: Any
    options: dict[str, Any]


@dataclass(eq=False, repr=False)
class Pullback:
    """The pullback of a `vjp` taken inside the function: core-language text waiting for its cotangent."""

    run: Any
