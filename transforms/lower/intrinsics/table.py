"""The handler of a callable: found in the table of its subject, or by what marks the callable."""

from __future__ import annotations

import functools
from typing import Any

from tensor import runtime
from transforms import ir
from transforms.analyse.memory import CHECKS
from transforms.lower.intrinsics import (
    arrays,
    combinations,
    constructors,
    copies,
    evaluated,
    folds,
    functions,
    iterables,
    iterators,
    operators,
    reflection,
    refused,
    showing,
    sorting,
    threads,
    vectorized,
)
from transforms.lower.intrinsics.handler import Handler
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Const
from transforms.lower.views import memoryviews, strided

SUBJECTS = (
    arrays,
    combinations,
    constructors,
    copies,
    folds,
    functions,
    iterables,
    iterators,
    memoryviews,
    operators,
    reflection,
    refused,
    showing,
    sorting,
    strided,
    threads,
    vectorized,
)


@functools.cache
def table() -> dict[Any, Handler]:
    """The tables of all subjects as one; made when first asked for, as the subjects call each other through it."""
    return {fn: handler for subject in SUBJECTS for fn, handler in subject.HANDLERS.items()}


def find(fn: Any) -> Handler | None:
    """The handler of a callable, or None."""
    try:
        found = table().get(fn)
    except TypeError:
        return None
    if found is None and fn in runtime.STATIC:
        return lambda lo, args, kwargs, node: evaluated.worked_out(lo, fn, args)
    if found is None and fn in CHECKS:
        return lambda lo, args, kwargs, node: checked(lo, fn, args)
    if found is None and threads.is_thread(fn):
        return threads.make
    if found is None:
        return derivative_of(fn)
    return found


def checked(lo: Lowering, fn: Any, args: tuple) -> Const:
    """A check that a text makes at run time: it stays where it is."""
    lo.emit(ir.Apply(None, fn, tuple(map(lo.operand, args)), effect=True, loc=lo.loc))
    return Const(None)


def derivative_of(fn: Any) -> Handler | None:
    """`ad`'s own operators mark their functions with what they are."""
    how = getattr(fn, "__derivative__", None)
    if how is None:
        return None
    from transforms.lower.derivatives import operators

    return functools.partial(operators.operator, how)
