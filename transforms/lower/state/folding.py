"""Operations on what is known when deriving are done at once."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from transforms import ir
from transforms.ir import Const

if TYPE_CHECKING:
    from transforms.lower.state.lowering import Lowering


COMPARISONS = {operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne}
FOLDABLE = COMPARISONS | {
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.floordiv,
    operator.mod,
    operator.pow,
    operator.neg,
    operator.pos,
    operator.not_,
    operator.is_,
    operator.is_not,
    operator.and_,
    operator.or_,
    operator.invert,
    operator.getitem,
    operator.index,
    int,
    bool,
    str,
    abs,
    max,
    min,
    len,
}


def fold(lo: Lowering, fn: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    """The result where every operand is known and folding keeps the text readable; else None."""
    if kwargs or fn not in FOLDABLE or not all(lo.known(a) for a in args):
        return None
    values = [lo.python(a) for a in args]
    if fn not in (operator.is_, operator.is_not):
        from transforms.lower.objects import model
        from transforms.lower.outside import outer

        if fn not in COMPARISONS and any(model.user_class(a) is not None for a in args):
            return None
        for operand in args:
            outer.contents(lo, operand)
    try:
        result = fn(*values)
    except Exception:
        return None
    return lo.lift(result) if isinstance(result, (*ir.LITERALS, tuple)) else None


def known(lo: Lowering, operand: Any) -> bool:
    """Known when deriving, and folded away: integers, strings, None, tuples; floats only inside rules."""
    if isinstance(operand, tuple):
        return all(map(lo.known, operand))
    if isinstance(operand, ir.Slice):
        return False
    if not isinstance(operand, Const):
        return False
    return lo.frame.rule if lo.frames and isinstance(operand.value, (float, complex)) else True


def python(lo: Lowering, operand: Any) -> Any:
    return tuple(map(lo.python, operand)) if isinstance(operand, tuple) else operand.value


def followed(lo: Lowering, value: Any) -> Any:
    """A value, or what stands for it where it is an object outside that is written."""
    return lo.entered.get(id(value.value), value) if type(value) is Const and lo.entered else value


def lift(lo: Lowering, value: Any) -> Any:
    """The abstract value of a Python value that was computed when deriving."""
    if type(value) is tuple:
        return tuple(map(lo.lift, value))
    return lo.followed(Const(value))
