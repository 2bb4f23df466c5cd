"""Who may write which arrays: gradients are the caller's own, and what a pullback keeps is its own.

def f(x, y):                     def f_grad(x, y):
    return np.sum(x * y)             return np.copy(y)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensor import runtime
from transforms import ir, kinds
from transforms.deriving.lowered import Lowered, is_put_outside
from transforms.differentiate.reverse import Reverse
from transforms.ir import Var
from transforms.lower.state.lowering import Lowering


def owned(lo: Lowering, table: dict[int, Any]) -> dict[int, Any]:
    """Gradients that the caller may write: copies of those that are an argument's memory, or another gradient's."""
    made = {v.serial: s for s in ir.walk(lo.block) for v in ir.defined(s)}
    seen: set[int] = set()
    found = {}
    for serial, bar in table.items():
        if isinstance(bar, Var) and bar.kind.base == "array":
            roots = origins(bar, made)
            if roots is None or roots & seen:
                bar = lo.apply(np.copy, bar)
            seen |= roots or set()
        found[serial] = bar
    return found


def origins(bar: Any, made: dict[int, Any]) -> set[int] | None:
    """The arrays made here whose memory this one may have; None: memory from outside, or repeated entries."""
    stmt = made.get(bar.serial) if isinstance(bar, Var) else None
    if isinstance(stmt, ir.If):
        i = next(i for i, out in enumerate(stmt.outs) if out is bar)
        sides = [origins(side.results[i], made) for side in (stmt.then, stmt.orelse)]
        return None if None in sides else set().union(*sides)  # type: ignore[arg-type]
    if isinstance(stmt, ir.Loop):
        return {bar.serial}
    if not isinstance(stmt, ir.Apply) or stmt.fn is np.broadcast_to:
        return None
    inferred = kinds.infer(stmt.fn, stmt.args, stmt.kwargs)
    if inferred is None and stmt.fn is not runtime.unbroadcast:
        return None
    if stmt.fn is runtime.unbroadcast:
        return origins(stmt.args[0], made)
    assert inferred is not None
    if not inferred.shares:
        return {bar.serial}
    shared = [origins(v, made) for i in inferred.shares for v in ir.tree_vars(stmt.args[i])]
    return None if None in shared else set().union(*shared)  # type: ignore[arg-type]


def own_residuals(low: Lowered, reverse: Reverse, outputs: list[Var], kept: list[Var]) -> tuple[Var, ...]:
    """What a pullback keeps; arrays of the caller's, from outside and of the result copied: they may be written before
    it runs."""
    outside = [var for var, _ in low.lo.outers.values()]
    outside += [v for s in ir.walk(low.block) if is_put_outside(s) for v in ir.tree_vars(s.args)]
    reached = {v.region.find() for v in (*low.entry.arrays, *outside, *outputs) if v.region is not None}
    shadows = {s.serial for s in reverse.shadows.values()}

    def own(v: Var) -> Var:
        shared = v.kind.base == "array" and v.region is not None and v.region.find() in reached
        return low.lo.apply(np.copy, v) if shared and v.serial not in shadows else v

    return tuple(own(v) for v in kept)
