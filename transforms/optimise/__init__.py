"""Simplification of the core language: each pass makes the text shorter or faster and changes no result."""

from __future__ import annotations

from transforms import ir
from transforms.optimise import (
    branches,
    common,
    contractions,
    dead,
    einsums,
    factors,
    fold,
    inplace,
    kept,
    shapes,
    sink,
    trips,
)


def optimise(fn: ir.Function) -> ir.Function:
    """Run the passes to a fixpoint, in place."""
    size = -1
    for _ in range(3):
        shapes.forward(fn)
        dead.remove(fn)
        common.share(fn)
        factors.gather(fn)
        fold.fold(fn)
        branches.merge(fn)
        kept.trim(fn)
        count = sum(1 for _ in ir.walk(fn.body))
        if count == size:
            break
        size = count
    trips.simplify(fn)
    contractions.contract(fn)
    einsums.multiply(fn)
    dead.remove(fn)
    inplace.accumulate(fn)
    sink.sink(fn)
    return fn
