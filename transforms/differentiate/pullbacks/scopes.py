"""Where the backward sweep stands: in the body of the function or of a loop, and inside which branches of it.

    for ...:                  a `Scope`, inside that of the function
        if ...:               a `Level` of it

Cotangents that are changed in a branch are chosen behind it; those that a loop changes are carried by it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from transforms.ir import Block, Const, Var

ZERO = Const(0.0)


@dataclass(eq=False, repr=False)
class Level:
    """One branch that the backward sweep is in: its block, the cotangents there and before it, the Vars it owns."""

    block: Block
    bars: dict[int, Any]
    before: dict[int, Any]
    own: set[int]


class Scope:
    """The cotangents known where the backward sweep stands in the function's or a loop's body.

    `own` are the Vars of the loop's body (None: the function's); `levels` the branches entered, outermost first.
    """

    def __init__(self, block: Block, outer: Scope | None = None, own: set[int] | None = None) -> None:
        self.outer = outer
        self.own = own
        self.levels = [Level(block, {}, {}, set())]
        self.carried: dict[int, tuple[Var, Var]] = {}

    @property
    def bars(self) -> dict[int, Any]:
        return self.levels[-1].bars

    def away(self, operand: Var) -> bool:
        """Whether the operand belongs to a scope outside the loop whose body is being reversed."""
        return self.own is not None and operand.serial not in self.own

    def level_of(self, var: Var) -> int:
        """The number of the level that a Var belongs to."""
        return max((i for i, level in enumerate(self.levels) if var.serial in level.own), default=0)


def run_reversed(thunks: list[Callable[[], None]]) -> None:
    for thunk in reversed(thunks):
        thunk()


def bar_name(var: Var) -> str:
    return f"{var.name}_bar" if var.name else ""


def widened(dtype: str) -> str:
    """The dtype that a cotangent carried by a loop may grow to: what is added to it may be of double precision."""
    return {"e": "d", "f": "d", "F": "D"}.get(dtype, dtype)
