"""Simplification of the core language: each pass makes the text shorter or faster and changes no result."""

from __future__ import annotations

from transforms import ir, shapes
from transforms.optimise import (
    arrays,
    branches,
    common,
    contractions,
    dead,
    einsums,
    factors,
    fallible,
    fold,
    inplace,
    kept,
    shaped,
    sink,
    trips,
)


def optimise(fn: ir.Function, book: shapes.Book | None = None, before: ir.Block | None = None) -> ir.Function:
    """Run the passes to a fixpoint, in place.

    `book` takes down what is assumed of shapes, and must be stated after; `before` is what runs before the function and
    makes values that it reads.
    """
    size = -1
    for _ in range(3):
        shaped.forward(fn)
        fallible.keep(fn)
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
    arrays.vectorise(fn, book, before)
    contractions.contract(fn)
    einsums.multiply(fn)
    dead.remove(fn)
    inplace.accumulate(fn)
    sink.sink(fn)
    return fn
