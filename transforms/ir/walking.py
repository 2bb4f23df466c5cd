"""What statements hold, bind and read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from transforms.ir.statements import Apply, Block, Guarded, If, Loop, Store
from transforms.ir.trees import collect, tree_vars
from transforms.ir.values import Var

# What follows is asked for thousands of times in one derivation: hence lists, not generators, and types compared.


def blocks(stmt: Any) -> Sequence[Block]:
    """The blocks that a statement holds."""
    found = BLOCKS.get(type(stmt))
    return found(stmt) if found is not None else ()


def walk(block: Block) -> Iterator[Any]:
    """All statements of a block and of the blocks inside, in order."""
    for stmt in block.stmts:
        yield stmt
        if type(stmt) in BLOCKS:
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
    if type(stmt) not in BLOCKS:
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
    collect(operands(stmt), found)
    if type(stmt) in BLOCKS:
        for block in blocks(stmt):
            for inner in block.stmts:
                _uses(inner, found)
        collect(inner_results(stmt), found)


BLOCKS: dict[type, Callable[[Any], tuple[Block, ...]]] = {
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
