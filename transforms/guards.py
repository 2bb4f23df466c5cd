"""Guards: what a text takes for granted of the world outside, looked at before each call.

A guard is a pair: a function that gets a value, and the value expected.  Those that read an item or an attribute say so
(`Outside`), so that they are looked at without a call.

>>> import math
>>> holds = together([(Outside(math, "attr", "pi"), math.pi), (Outside({"n": None}, "item", "n"), None)])
>>> holds()
True
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MISSING = (LookupError, AttributeError, ValueError, TypeError)  # an item, attribute or cell is not there any more

Guard = tuple[Callable[[], Any], Any]


@dataclass(eq=False, repr=False)
class Outside:
    """Gets `holder[key]` (how: "item") or `holder.key` (how: "attr")."""

    holder: Any
    how: str
    key: Any

    def __call__(self) -> Any:
        return self.holder[self.key] if self.how == "item" else getattr(self.holder, self.key)


def together(guards: list[Guard]) -> Callable[[], bool]:
    """A function that says whether all guards get the very objects that are expected."""
    reads = [(get, expected) for get, expected in guards if isinstance(get, Outside)]
    items = [(get.holder, get.key, expected) for get, expected in reads if get.how == "item"]
    attributes = [(get.holder, get.key, expected) for get, expected in reads if get.how == "attr"]
    others = [(get, expected) for get, expected in guards if not isinstance(get, Outside)]

    def holds() -> bool:
        try:
            for holder, key, expected in items:
                if holder[key] is not expected:
                    return False
            for holder, key, expected in attributes:
                if getattr(holder, key) is not expected:
                    return False
            for get, expected in others:
                if get() is not expected:
                    return False
        except MISSING:
            return False
        return True

    return holds
