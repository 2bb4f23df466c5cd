"""What the statements of a body bind: all of it, and what is bound on one way through a branch only."""

from __future__ import annotations

from typing import Any

from transforms import ir
from transforms.ir import UNDEFINED, Block, Var


def bound_in(block: Block) -> set[int]:
    """The serials of all Vars bound in a block or inside it."""
    found: set[int] = set()
    for stmt in ir.walk(block):
        found.update(v.serial for v in ir.defined(stmt))
        if isinstance(stmt, ir.Loop):
            found.update(v.serial for v in ir.bound_inside(stmt))
    return found


def undefined_outs(body: Block) -> set[int]:
    """The outs of branches that only one side binds."""
    found: set[int] = set()
    size = -1
    while size != (size := len(found)):  # a branch comes before those inside it, on which it may depend
        note_undefined(body, found)
    return found


def note_undefined(body: Block, found: set[int]) -> None:
    """One walk of `undefined_outs`."""
    for stmt in ir.walk(body):
        if isinstance(stmt, ir.If):
            for out, a, b in zip(stmt.outs, stmt.then.results, stmt.orelse.results, strict=True):
                if any(v is UNDEFINED or isinstance(v, Var) and v.serial in found for v in (a, b)):
                    found.add(out.serial)
        elif isinstance(stmt, ir.Loop):
            for phi, init, result, out in zip(stmt.phis, stmt.inits, stmt.body.results, stmt.outs, strict=True):
                if any(v is UNDEFINED or isinstance(v, Var) and v.serial in found for v in (init, result)):
                    found.update((phi.serial, out.serial))


def bound_conditions(body: Block) -> dict[int, Any]:
    """For the outs of branches that only one side binds, the condition."""
    return {
        out.serial: stmt.cond
        for stmt in ir.walk(body)
        if isinstance(stmt, ir.If)
        for out, a, b in zip(stmt.outs, stmt.then.results, stmt.orelse.results, strict=True)
        if a is UNDEFINED or b is UNDEFINED
    }
