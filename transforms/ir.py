"""The core language: what every transformation works on, between the two doors `lower` and `rebuild`.

Values are in single assignment: a `Var` is bound once, by one statement.  Control flow is structured, so a `Block`
is a list of statements and the values it yields; loops carry values explicitly.  Arrays and lists that are written
in place are *memory*: a `Var` then is a pointer, `Store` writes through it, and statements that read or write memory
keep their order.  Every `Var` of an array or list belongs to a `Region`, the class of all that may share memory.

Operands are trees: a `Var`, a `Const`, or a tuple, list, dict or slice (`Slice`) of operands.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
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


# -- trees of operands ------------------------------------------------------------------------------------------------


# What follows is asked for thousands of times in one derivation: hence lists, not generators, and types compared.


def tree_vars(tree: Any) -> list[Var]:
    """The Vars of an operand tree, in order."""
    cls = type(tree)
    if cls is Var:
        return [tree]
    found: list[Var] = []
    if cls is not Const:
        _collect(tree, found)
    return found


def _collect(tree: Any, found: list[Var]) -> None:
    if isinstance(tree, dict):
        tree = tree.values()
    elif type(tree) is Slice:
        tree = (tree.start, tree.stop, tree.step)
    elif tree is None:
        return
    elif not isinstance(tree, (tuple, list)):
        raise TypeError(f"no operand: {tree!r}")  # it would be taken for a constant
    for item in tree:
        cls = type(item)
        if cls is Var:
            found.append(item)
        elif cls is not Const:
            _collect(item, found)


def tree_map(f: Callable[[Any], Any], tree: Any) -> Any:
    """The tree with `f` applied to each Var and Const of it."""
    cls = type(tree)
    if cls is Var or cls is Const:
        return f(tree)
    if cls is tuple:
        return tuple([tree_map(f, item) for item in tree])
    if cls is list:
        return [tree_map(f, item) for item in tree]
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return cls(*(tree_map(f, item) for item in tree))
    if isinstance(tree, (tuple, list)):
        return cls(tree_map(f, item) for item in tree)
    if isinstance(tree, dict):
        return {key: tree_map(f, item) for key, item in tree.items()}
    if cls is Slice:
        return Slice(tree_map(f, tree.start), tree_map(f, tree.stop), tree_map(f, tree.step))
    return f(tree)


def substituted(tree: Any, memo: dict[int, Any]) -> Any:
    """The tree with what `memo` has for the serials of its Vars in their place."""
    cls = type(tree)
    if cls is Var:
        return memo.get(tree.serial, tree)
    if cls is Const:
        return tree
    if cls is tuple:
        return tuple([substituted(item, memo) for item in tree])
    return tree_map(lambda a: memo.get(a.serial, a) if isinstance(a, Var) else a, tree)


# -- walking -----------------------------------------------------------------------------------------------------------


def blocks(stmt: Any) -> Sequence[Block]:
    """The blocks that a statement holds."""
    found = _BLOCKS.get(type(stmt))
    return found(stmt) if found is not None else ()


def walk(block: Block) -> Iterator[Any]:
    """All statements of a block and of the blocks inside, in order."""
    for stmt in block.stmts:
        yield stmt
        if type(stmt) in _BLOCKS:
            for inner in blocks(stmt):
                yield from walk(inner)


def defined(stmt: Any) -> list[Var]:
    """The Vars that a statement binds in the block where it stands."""
    cls = type(stmt)
    if cls is Apply:
        return tree_vars(stmt.out)
    if cls is If:
        return list(stmt.outs)
    if cls is Guarded:
        return [*stmt.outs, stmt.cond]
    if cls is Loop:
        found = [*stmt.outs, *(out for out, _ in stmt.collects)]
        return found if stmt.trips is None else [*found, stmt.trips]
    return []


def bound_inside(loop: Any) -> list[Var]:
    """The Vars that a loop binds for its body at the head of each trip, or a guarded statement for its handler."""
    if isinstance(loop, Guarded):
        return [loop.caught]
    found = list(loop.phis)
    if loop.index is not None:
        found.append(loop.index)
    for scan in loop.scans:
        found += tree_vars(scan.item)
    return found


def operands(stmt: Any) -> Sequence[Any]:
    """The operand trees that a statement itself reads (not those of the blocks inside)."""
    cls = type(stmt)
    if cls is Apply:
        return (*stmt.args, *stmt.kwargs.values()) if stmt.kwargs else stmt.args
    if cls is Store:
        return (stmt.target, stmt.index, stmt.value)
    if cls is If:
        return (stmt.cond,)
    if cls is Loop:
        return (*stmt.inits, stmt.bounds, *[scan.source for scan in stmt.scans])
    return ()


def inner_results(stmt: Any) -> list[Any]:
    """The operand trees that the blocks inside a statement yield to it."""
    if type(stmt) not in _BLOCKS:
        return []
    found = [tree for block in blocks(stmt) for tree in block.results]
    if type(stmt) is Loop:
        found.append(stmt.halt)
        found += [item for _, item in stmt.collects]
    return found


def uses(stmt: Any) -> list[Var]:
    """All Vars that a statement reads, those read inside its blocks included."""
    found: list[Var] = []
    _uses(stmt, found)
    return found


def _uses(stmt: Any, found: list[Var]) -> None:
    _collect(operands(stmt), found)
    if type(stmt) in _BLOCKS:
        for block in blocks(stmt):
            for inner in block.stmts:
                _uses(inner, found)
        _collect(inner_results(stmt), found)


_BLOCKS: dict[type, Callable[[Any], tuple[Block, ...]]] = {
    If: lambda stmt: (stmt.then, stmt.orelse),
    Guarded: lambda stmt: (stmt.body, stmt.then, stmt.orelse),
    Loop: lambda stmt: (stmt.test, stmt.body) if stmt.test else (stmt.body,),
}


def free_vars(stmts: Iterable[Any], results: Any = ()) -> list[Var]:
    """The Vars read by statements and results but not bound by them, in order of first use."""
    bound: set[int] = set()
    found: dict[int, Var] = {}

    def read(tree: Any) -> None:
        for var in tree_vars(tree):
            if var.serial not in bound:
                found.setdefault(var.serial, var)

    def visit(stmt: Any) -> None:
        for tree in operands(stmt):
            read(tree)
        if isinstance(stmt, (Loop, Guarded)):
            bound.update(var.serial for var in bound_inside(stmt))
        for block in blocks(stmt):
            for inner in block.stmts:
                visit(inner)
        for tree in inner_results(stmt):
            read(tree)
        bound.update(var.serial for var in defined(stmt))

    for stmt in stmts:
        visit(stmt)
    read(results)
    return list(found.values())


# -- copying -----------------------------------------------------------------------------------------------------------


class Copier:
    """Copies statements with fresh Vars; `memo` maps a Var's serial to the operand that takes its place."""

    def __init__(self, memo: dict[int, Any] | None = None) -> None:
        self.memo: dict[int, Any] = dict(memo or {})
        self.regions: dict[int, Region] = {}

    def tree(self, tree: Any) -> Any:
        return substituted(tree, self.memo)

    def bind(self, tree: Any) -> Any:
        """Fresh Vars for the Vars of `tree`, remembered."""

        def fresh(var: Any) -> Any:
            if isinstance(var, Var):
                new = Var(var.name, var.kind, var.region, shape=var.shape)
                self.memo[var.serial] = new
                return new
            return var

        return tree_map(fresh, tree)

    def block(self, block: Block) -> Block:
        stmts = [self.stmt(stmt) for stmt in block.stmts]
        return Block(stmts, [self.tree(tree) for tree in block.results])

    def stmt(self, stmt: Any) -> Any:
        return _COPIES[type(stmt)](self, stmt)

    def _apply(self, s: Apply) -> Apply:
        args, kwargs = self.tree(s.args), self.tree(s.kwargs)
        return Apply(self.bind(s.out), s.fn, args, kwargs, s.effect, s.loc)

    def _store(self, s: Store) -> Store:
        return Store(self.tree(s.target), self.tree(s.index), self.tree(s.value), s.op, s.loc)

    def _if(self, s: If) -> If:
        cond = self.tree(s.cond)
        then, orelse = self.block(s.then), self.block(s.orelse)
        return If(cond, then, orelse, self.bind(s.outs), s.loc)

    def _loop(self, s: Loop) -> Loop:
        inits, bounds = self.tree(s.inits), self.tree(s.bounds)
        sources = [self.tree(scan.source) for scan in s.scans]
        phis, index = self.bind(s.phis), self.bind(s.index)
        scans = [
            Scan(self.bind(scan.item), source, scan.reverse) for scan, source in zip(s.scans, sources, strict=True)
        ]
        test = self.block(s.test) if s.test else None
        body = self.block(s.body)
        halt = self.tree(s.halt)
        items = [self.tree(item) for _, item in s.collects]
        collects = [(self.bind(out), item) for (out, _), item in zip(s.collects, items, strict=True)]
        outs, trips = self.bind(s.outs), self.bind(s.trips)
        return Loop(phis, inits, outs, body, index, bounds, s.reverse, scans, collects, test, halt, trips, s.loc)

    def _guarded(self, s: Guarded) -> Guarded:
        body = self.block(s.body)
        cond, caught = self.bind(s.cond), self.bind(s.caught)
        then, orelse = self.block(s.then), self.block(s.orelse)
        return Guarded(cond, then, orelse, self.bind(s.outs), s.loc, body, s.catches, caught)


_COPIES: dict[type, Callable[..., Any]] = {
    Apply: Copier._apply,
    Store: Copier._store,
    If: Copier._if,
    Loop: Copier._loop,
    Guarded: Copier._guarded,
}
