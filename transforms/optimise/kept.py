"""What loops keep is trimmed to what is read, each value once.

kept.append((t, x, t)) ... for a, b, c in reversed(kept): use(a, b)      ->      kept.append((t, x))
"""

from __future__ import annotations

from typing import Any

from transforms import ir
from transforms.ir import Var


def trim(fn: ir.Function) -> None:
    """Trim the items of collected lists, in place."""
    makers: dict[int, tuple[ir.Loop, int]] = {}
    scans: dict[int, list[ir.Scan]] = {}
    other: set[int] = set()
    read: set[int] = {v.serial for v in ir.tree_vars(fn.body.results)}
    other |= read
    for stmt in ir.walk(fn.body):
        if isinstance(stmt, ir.Loop):
            makers.update({out.serial: (stmt, i) for i, (out, _) in enumerate(stmt.collects)})
            for scan in stmt.scans:
                if isinstance(scan.source, Var):
                    scans.setdefault(scan.source.serial, []).append(scan)
        found = {v.serial for tree in (*_plain_operands(stmt), *ir.inner_results(stmt)) for v in ir.tree_vars(tree)}
        other |= found
        read |= found | {v.serial for tree in ir.operands(stmt) for v in ir.tree_vars(tree)}
    memo: dict[int, Any] = {}
    for serial, (loop, position) in makers.items():
        if serial not in other and serial in scans:
            _trim_list(loop, position, scans[serial], read, memo)
    ir.replace(fn.body, memo)


def _plain_operands(stmt: Any) -> list[Any]:
    """The operands of a statement without the lists that it scans."""
    if isinstance(stmt, ir.Loop):
        return [*stmt.inits, stmt.bounds]
    return list(ir.operands(stmt))


def _trim_list(loop: ir.Loop, position: int, scans: list[ir.Scan], read: set[int], memo: dict[int, Any]) -> None:
    out, item = loop.collects[position]
    if not isinstance(item, tuple) or not all(isinstance(s.item, tuple) and len(s.item) == len(item) for s in scans):
        return
    keep: list[int] = []
    for i, value in enumerate(item):
        used = any(v.serial in read for s in scans for v in ir.tree_vars(s.item[i]))
        same = next((k for k in keep if isinstance(value, Var) and item[k] is value), None)
        if used and same is not None:
            for scan in scans:
                memo[scan.item[i].serial] = scan.item[same]
        elif used:
            keep.append(i)
    if not keep:
        keep = [0]
    if len(keep) == len(item):
        return
    single = len(keep) == 1
    pick = (lambda tree: tree[keep[0]]) if single else (lambda tree: tuple(tree[i] for i in keep))
    loop.collects[position] = (out, pick(item))
    for scan in scans:
        scan.item = pick(scan.item)
    if out.kind.base == "list" and isinstance(out.kind.item, tuple):
        out.kind = type(out.kind)("list", item=pick(out.kind.item))
    names = {v.name for v in ir.tree_vars(pick(item)) if v.name}
    if single and len(names) == 1 and out.name == "kept":
        out.name = f"{names.pop()}_kept"
