"""The statements of the core language, and the blocks and functions that they make up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from transforms.ir.values import Var


@dataclass(eq=False, repr=False)
class Block:
    """Statements, and the operands that the block yields to the statement that holds it."""

    stmts: list[Any] = field(default_factory=list)
    results: list[Any] = field(default_factory=list)

    def take_others(self, kept: list[Any]) -> list[Any]:
        """Take out the statements that are not among `kept`."""
        own = {id(stmt) for stmt in kept}
        others = [stmt for stmt in self.stmts if id(stmt) not in own]
        self.stmts[:] = [stmt for stmt in self.stmts if id(stmt) in own]
        return others


@dataclass(eq=False, repr=False)
class Apply:
    """`out = fn(*args, **kwargs)`: a function or operator applied; `out` is a Var, a tree of Vars or None.

    effect: it does more than compute its result (it prints, raises, grows a list): never dropped nor moved.
    """

    out: Any
    fn: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)
    effect: bool = False
    loc: Any = None


@dataclass(eq=False, repr=False)
class Store:
    """`target[index] = value`, or with `op` the in-place `target[index] op= value`; index None: the whole array."""

    target: Var
    index: Any
    value: Any
    op: Callable[..., Any] | None = None
    loc: Any = None


@dataclass(eq=False, repr=False)
class If:
    """`outs = then.results if cond else orelse.results`, with the statements of the branch taken."""

    cond: Any
    then: Block
    orelse: Block
    outs: list[Var] = field(default_factory=list)
    loc: Any = None


@dataclass(eq=False, repr=False)
class Scan:
    """One list read item by item along with a loop: `item` (a tree of Vars) in `source`, or in `reversed(source)`."""

    item: Any
    source: Any
    reverse: bool = False


@dataclass(eq=False, repr=False)
class Loop:
    """A loop.  Each trip sees `phis` (first `inits`, then what the body yielded), `outs` are the last values.

    A counted loop runs `index` over `range(start, stop, step)` (in reverse, if so told) and reads `scans`; with no
    range it runs over its scans alone.  A while loop has a `test`, a block that yields the condition.
    `collects` are lists of one item a trip (`item`, operands of the body).  `halt`, an operand of the body, ends the
    loop after the trip in which it is true.  `trips`, if asked for, counts the trips.
    """

    phis: list[Var]
    inits: list[Any]
    outs: list[Var]
    body: Block
    index: Var | None = None
    bounds: tuple[Any, Any, Any] | None = None
    reverse: bool = False
    scans: list[Scan] = field(default_factory=list)
    collects: list[tuple[Var, Any]] = field(default_factory=list)
    test: Block | None = None
    halt: Any = None
    trips: Var | None = None
    loc: Any = None


@dataclass(eq=False, repr=False)
class Guarded(If):
    """Operations that may raise: `body` runs; if it raises one of `catches`, `then` runs, else `orelse`.

    `cond` is bound by the statement itself: whether it was raised.  `caught`, bound for `then`, is what was.  What
    `body` binds is seen by `orelse` alone.  The body holds operations without effect, or one store: what raises leaves
    nothing half done.
    """

    body: Block = field(default_factory=Block)
    catches: tuple[type, ...] = ()
    caught: Any = None


@dataclass(eq=False, repr=False)
class Function:
    """A function of the core language: `params` are Vars, `body.results` holds one operand tree, the result."""

    name: str
    params: list[Var]
    body: Block
    loc: Any = None

    @property
    def result(self) -> Any:
        return self.body.results[0]
