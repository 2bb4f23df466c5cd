"""Numbers that are an int on one way and a float on another: `y = 0 if x < 0 else x`.

The kind of such a number is that of the float.  Where its type shows, in `isinstance` or in the type of an array that
is made of it, this is asked or checked when run: an array of integers cuts off what is written into it.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from tensor import runtime
from tensor.attributes import attribute
from transforms import ir, kinds
from transforms.analyse.memory import written_regions
from transforms.ir import Const, Var

if TYPE_CHECKING:
    from transforms.lower.state import Lowering

# what gives ints for ints, and what gives one of its operands
INTEGRAL = {operator.add, operator.sub, operator.mul, operator.floordiv, operator.mod, operator.pow} | {
    operator.neg,
    operator.pos,
    abs,
    round,
}
CHOOSING = {max, min}
LIKE = {np.zeros_like, np.ones_like, np.empty_like, np.full_like}


def mixed(lo: Lowering, value: Any) -> bool:
    """Whether a number for which a float was seen may be an int."""
    return isinstance(value, Var) and value.serial in lo.mixed


def maybe_integer(lo: Lowering, value: Any) -> bool:
    """Whether a number is an int, or may be one."""
    if isinstance(value, Var):
        return value.serial in lo.mixed or value.kind.scalar and not value.kind.continuous
    return isinstance(value, Const) and isinstance(value.value, int)


def mixes(lo: Lowering, kind: Any, *values: Any) -> bool:
    """Whether what is one of these values, and has this kind, may be an int though the kind is a float's."""
    real = isinstance(kind, kinds.Kind) and kind.scalar and kind.continuous
    return real and any(maybe_integer(lo, value) for value in values)


def note(lo: Lowering, fn: Any, out: Any, args: tuple, kwargs: dict[str, Any]) -> None:
    """Note that the result of an operation may be an int, or an array of integers, though a float was seen."""
    if not isinstance(out, Var) or not out.kind.continuous:
        return
    may_be = [maybe_integer(lo, a) for a in args]
    if fn in CHOOSING and any(may_be) or fn in INTEGRAL and all(may_be):
        lo.mixed.add(out.serial)
    if out.kind.base == "array" and "dtype" not in kwargs and (found := [v for v in leaves(args) if number(v)]):
        doubtful = tuple(dict.fromkeys(v for v in found if mixed(lo, v)))
        if doubtful and all(maybe_integer(lo, v) for v in found):
            lo.doubtful[out.serial] = doubtful


def leaves(tree: Any) -> list[Any]:
    found: list[Any] = []
    ir.tree_map(found.append, tree)
    return found


def number(value: Any) -> bool:
    return value.kind.numeric if isinstance(value, Var) else isinstance(value.value, (int, float, complex))


def check(lo: Lowering, value: Any) -> None:
    """Check when run that a number for which a float was seen is no int."""
    if mixed(lo, value):
        lo.emit(ir.Apply(None, runtime.not_integer, (value,), effect=True, loc=lo.loc))


def check_types(lo: Lowering) -> None:
    """Where an array may turn out to be of integers, and that matters, check when run that it is not."""
    if not lo.doubtful:
        return
    told = {v.region.find() for s in ir.walk(lo.block) if tells_type(s) for v in ir.tree_vars(s.args) if v.region}
    told |= {region for stmt in ir.walk(lo.block) for region in written_regions(stmt)}
    for block in (lo.block, *(b for stmt in ir.walk(lo.block) for b in ir.blocks(stmt))):
        for i in reversed(range(len(block.stmts))):
            out = getattr(block.stmts[i], "out", None)
            values = lo.doubtful.get(out.serial, ()) if isinstance(out, Var) else ()
            if values and out.region.find() in told:  # type: ignore[union-attr]
                block.stmts.insert(i, ir.Apply(None, runtime.not_integer, values, effect=True, loc=block.stmts[i].loc))


def tells_type(stmt: Any) -> bool:
    """Whether the type of an array shows in what a statement makes of it."""
    return isinstance(stmt, ir.Apply) and (stmt.fn is attribute("dtype") or stmt.fn in LIKE)
