"""What a benchmark is: a plain function, its arguments, the derivative wanted of it and a hand-written one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Workload:
    """One function and its derivative.

    f           plain Python and NumPy; what `ad` gets, unmodified
    hand        the derivative as a careful person writes it in NumPy: called with the same arguments
    args        makes the arguments
    kind        grad | hessian | hvp (the last argument is the vector) | nth (`order` times the derivative)
    variants    for the tools that cannot run `f`'s text: theirs, by name; "peers" is for all that have none
    skip        tools that take minutes here
    rtol        agreement asked for, relative to the largest entry
    """

    name: str
    f: Callable[..., Any]
    hand: Callable[..., Any]
    args: Callable[[], tuple[Any, ...]]
    argnums: int | tuple[int, ...] = 0
    kind: str = "grad"
    order: int = 1
    variants: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    skip: frozenset[str] = frozenset()
    rtol: float = 1e-8

    def text_for(self, library: str) -> Callable[..., Any]:
        """The function that `library` is given."""
        return self.variants.get(library, self.variants.get("peers", self.f))
