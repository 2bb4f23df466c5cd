"""Lists as plain values: those that loops collect, one item a trip, and that other loops scan.

    ys = [f(x) for x in xs]       ys_bar is a list that the backward loop of a scan of `ys` collects

Their cotangents are added item by item.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from transforms import ir, kinds
from transforms.errors import UnsupportedError
from transforms.ir import Block, Const, Var

if TYPE_CHECKING:
    from transforms.differentiate.reverse import Reverse

REVERSED = ir.Slice(Const(None), Const(None), Const(-1))


def functional(body: Block) -> set[int]:
    """The lists that only loops make and read; a list made in another way is not, though such a list may hold it."""
    found: set[int] = set()
    held: dict[int, Any] = {}
    size = -1
    while size != (size := len(found)):  # a branch comes before the loops inside it
        note_functional(body, found, held)
    return found


def note_functional(body: Block, found: set[int], held: dict[int, Any]) -> None:
    """One walk of `functional`; `held` says what is kept in which list."""
    for stmt in ir.walk(body):
        if isinstance(stmt, ir.Loop):
            for out, item in stmt.collects:
                found.add(out.serial)
                held[out.serial] = item
            for scan in stmt.scans:
                source = held.get(scan.source.serial) if isinstance(scan.source, Var) else None
                scanned(scan.item, source, found, held)
        elif isinstance(stmt, ir.Apply) and stmt.fn is operator.getitem and isinstance(stmt.args[1], ir.Slice):
            if any(v.serial in found for v in ir.tree_vars(stmt.args[0])):
                found.update(v.serial for v in ir.tree_vars(stmt.out))
        elif isinstance(stmt, ir.If):
            for out, a, b in zip(stmt.outs, stmt.then.results, stmt.orelse.results, strict=True):
                for side in (a, b):
                    if isinstance(side, Var) and side.serial in found:
                        found.add(out.serial)
                        if side.serial in held:
                            held[out.serial] = held[side.serial]


def scanned(item: Any, source: Any, found: set[int], held: dict[int, Any]) -> None:
    """Note which of the lists that a loop takes out of a list are functional: `source` is what was kept there."""
    if isinstance(item, tuple):
        for i, part in enumerate(item):
            scanned(part, source[i] if isinstance(source, tuple) else None, found, held)
    elif isinstance(item, Var) and item.kind.base == "list":
        if not isinstance(source, Var) or source.serial in found:
            found.add(item.serial)
            if isinstance(source, Var) and source.serial in held:
                held[item.serial] = held[source.serial]


def contribute_list(rev: Reverse, operand: Var, bar: Any) -> None:
    """Add a list of cotangents to that of a list value."""
    if rev.scope.away(operand):
        raise UnsupportedError(
            "a list that is kept outside a loop is read inside it: this is not followed",
            rev.lo.loc.location() if rev.lo.loc is not None else None,
        )
    held = rev.scope.bars.get(operand.serial)
    rev.list_operands[operand.serial] = operand
    rev.scope.bars[operand.serial] = bar if held is None else sum_lists(rev, held, bar)


def sum_lists(rev: Reverse, a: Var, b: Var) -> Var:
    """`[x + y for x, y in zip(a, b)]`."""
    lo = rev.lo
    loop = ir.Loop([], [], [], Block(), loc=lo.loc)
    items = [lo.vars_of(v.kind.item) for v in (a, b)]
    loop.scans = [ir.Scan(item, v) for item, v in zip(items, (a, b), strict=True)]
    out = lo.var(kinds.join(a.kind, b.kind) or a.kind)
    total = lo.within(loop.body, lambda: sum_items(rev, *items))
    loop.collects = [(out, total)]
    lo.emit(loop)
    return out


def sum_items(rev: Reverse, a: Any, b: Any) -> Any:
    if isinstance(a, tuple):
        return tuple(sum_items(rev, x, y) for x, y in zip(a, b, strict=True))
    if a.kind.base == "list":
        return sum_lists(rev, a, b)
    return rev.lo.apply_operands(operator.add, (a, b), {})
