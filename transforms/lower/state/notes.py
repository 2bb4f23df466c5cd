"""What earlier attempts at a lowering have found, and the call for another one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class Restart(Exception):
    """Lower once more, with what has been noted."""


@dataclass(eq=False, repr=False)
class Notes:
    """What earlier attempts at this lowering have found, by site.

    dynamic, known: lists that must be lists at run time, or known item by item; items: what kinds they hold;
    peeled: loops whose first trip stands before them; spread: those that are unrolled, if that is short;
    unrolled: while loops that are run trip by trip, with the refusal of their being followed as loops;
    concrete: whole numbers and shapes that come in are constants, which the text checks first;
    written, places: objects and places outside that are written; looked_into: lists among them that are read, too;
    changing: containers that are changed after they were put into an object outside.
    """

    dynamic: set[Any] = field(default_factory=set)
    items: dict[Any, Any] = field(default_factory=dict)
    known: set[Any] = field(default_factory=set)
    objects: set[Any] = field(default_factory=set)
    peeled: set[Any] = field(default_factory=set)
    spread: set[Any] = field(default_factory=set)
    unrolled: dict[Any, Exception] = field(default_factory=dict)
    restarts: int = 0
    general: bool = False
    concrete: bool = False
    written: dict[int, Any] = field(default_factory=dict)
    places: dict[Any, Any] = field(default_factory=dict)
    looked_into: set[int] = field(default_factory=set)
    changing: set[Any] = field(default_factory=set)
