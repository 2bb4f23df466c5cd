"""Numbers and arrays that are of ints on one way and of floats on another: `y = 0 if x < 0 else x`.

The kind of such a value is that of the floats.  Where its type shows, in `isinstance` or in the type of an array that
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
    from transforms.lower.state.lowering import Lowering

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
    """Whether a number is an int or may be one, or an array one of integers."""
    if isinstance(value, Var):
        return value.serial in lo.mixed or value.kind.numeric and not value.kind.continuous
    return isinstance(value, Const) and isinstance(value.value, int)


def told_apart(cls: type, wanted: tuple) -> bool:
    """Whether `isinstance` answers one thing of floats of a class and another of ints, Python's or NumPy's."""
    return any(issubclass(cls, wanted) != issubclass(of_ints, wanted) for of_ints in (int, np.int64))


def mixes(lo: Lowering, kind: Any, *values: Any) -> bool:
    """Whether what is one of these values, and has this kind, may be of ints though the kind is that of floats."""
    real = isinstance(kind, kinds.Kind) and kind.numeric and kind.continuous
    return real and any(maybe_integer(lo, value) for value in values)


def note(lo: Lowering, fn: Any, out: Any, args: tuple, kwargs: dict[str, Any]) -> None:
    """Note that the result of an operation may be an int, or an array of integers, though a float was seen."""
    if not isinstance(out, Var) or not out.kind.continuous:
        return
    may_be = [maybe_integer(lo, a) for a in args]
    if fn in CHOOSING and any(may_be) or fn in INTEGRAL and all(may_be):
        lo.mixed.add(out.serial)
    if fn is not operator.truediv and any(mixed(lo, v) and v.kind.base == "array" for v in args):
        lo.mixed.add(out.serial)  # views and reads are; of what a function computes this only says that it is asked
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
    if not lo.doubtful and not lo.mixed:
        return
    told = {v.region.find() for s in ir.walk(lo.block) if tells_type(s) for v in ir.tree_vars(s.args) if v.region}
    told |= {region for stmt in ir.walk(lo.block) for region in written_regions(stmt)}
    for block in (lo.block, *(b for stmt in ir.walk(lo.block) for b in ir.blocks(stmt))):
        for i in reversed(range(len(block.stmts))):
            values = made_of(lo, block.stmts[i], told) or told_of(lo, block.stmts[i])
            if values:
                block.stmts.insert(i, ir.Apply(None, runtime.not_integer, values, effect=True, loc=block.stmts[i].loc))


def made_of(lo: Lowering, stmt: Any, told: set[ir.Region]) -> tuple[Var, ...]:
    """The numbers that may be ints of which a statement makes an array whose type is told."""
    out = getattr(stmt, "out", None)
    values = lo.doubtful.get(out.serial, ()) if isinstance(out, Var) else ()
    return values if values and out.region.find() in told else ()  # type: ignore[union-attr]


def told_of(lo: Lowering, stmt: Any) -> tuple[Var, ...]:
    """The arrays that may be of integers whose type a statement tells, or that it writes into."""
    asked = [stmt.target] if isinstance(stmt, ir.Store) else ir.tree_vars(stmt.args) if tells_type(stmt) else []
    return tuple(v for v in asked if mixed(lo, v) and v.kind.base == "array")


def tells_type(stmt: Any) -> bool:
    """Whether the type of an array shows in what a statement makes of it."""
    return isinstance(stmt, ir.Apply) and (stmt.fn is attribute("dtype") or stmt.fn in LIKE)
