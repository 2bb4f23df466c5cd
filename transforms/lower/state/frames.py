"""The activations of functions, their state, and the places in the source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from transforms.ir import UNDEFINED, Block
from transforms.lower.values import Closure


@dataclass(eq=False, repr=False)
class Frame:
    """One activation of a function.  `exits` are the flags of pending return, break and continue.

    managing: it is a generator that is a context manager; keeping: how many finally parts are yet to see its names;
    entry: the block in which it is followed, if it is a rule.
    """

    env: dict[str, Any]
    globals: dict[str, Any]
    source: Any = None
    closure: Closure | None = None
    cell_names: frozenset[str] = frozenset()
    global_names: frozenset[str] = frozenset()
    exits: dict[str, Any] = field(default_factory=dict)
    result: Any = UNDEFINED
    on_yield: Callable[[Any], None] | None = None
    managing: bool = False
    keeping: int = 0
    rule: bool = False
    entry: Block | None = None


@dataclass(eq=False, repr=False)
class Loc:
    """Where a statement of the core language comes from: `backward` those of a backward sweep, `tangent` those that
    push a tangent forward."""

    source: Any
    node: Any
    stmt: Any = None
    backward: bool = False
    tangent: bool = False

    @property
    def derived(self) -> bool:
        """Whether a statement is of a derivative, and not the user's own."""
        return self.backward or self.tangent

    def location(self) -> Any:
        return self.source.location(self.node)

    def reversed(self) -> Loc:
        """The same place, for the backward sweep."""
        return Loc(self.source, self.node, self.stmt, True)


@dataclass(eq=False, repr=False)
class State:
    """A snapshot: each frame's names, exit flags and result, and the heap."""

    frames: list[tuple[dict[str, Any], dict[str, Any], Any]]
    heap: dict[int, Any]


def same_state(a: State, b: State) -> bool:
    for fa, fb in zip(a.frames, b.frames, strict=True):
        if fa[0].keys() != fb[0].keys() or any(fa[0][k] is not fb[0][k] for k in fa[0]):
            return False
    return all(b.heap.get(k) is v for k, v in a.heap.items())
