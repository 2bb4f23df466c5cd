"""What a statement of the core language may raise."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from tensor import registry, runtime
from tensor.attributes import ADD_AT, Attribute, Method
from transforms import ir, kinds, shapes
from transforms.ir import Const, Var
from transforms.lower.failures.contexts import Context

if TYPE_CHECKING:
    from transforms.lower.state.lowering import Lowering


def catching(lo: Lowering, stmt: Any) -> list[tuple[Context, tuple[type, ...]]]:
    """The contexts that may catch what a statement may raise, innermost first, with the classes concerned."""
    possible = raises(stmt)
    found = []
    for ctx in reversed(lo.tries):
        related = tuple(c for c in ctx.classes if any(issubclass(p, c) or issubclass(c, p) for p in possible))
        if related:
            found.append((ctx, related))
        possible = tuple(p for p in possible if not issubclass(p, ctx.classes))
        if not possible:
            break
    return found


def raises(stmt: Any) -> tuple[type, ...]:
    """The classes of the exceptions that a statement of the core language may raise."""
    if isinstance(stmt, ir.Store):
        return _store(stmt)
    if not isinstance(stmt, ir.Apply):
        return ()
    fn = stmt.fn
    try:
        if fn in NEVER:
            return ()
        if fn in SOME:
            return SOME[fn](stmt)
    except TypeError:
        pass
    if getattr(fn, "__module__", "") == OWN and fn.__name__ in SAFE:
        return SAFE[fn.__name__]
    operands = list(ir.tree_vars((stmt.args, stmt.kwargs)))
    if isinstance(fn, Attribute):
        return () if all(v.kind.numeric for v in operands) else EVERYTHING
    if isinstance(fn, Method):
        return {"append": (), "insert": (), "pop": (IndexError,)}.get(fn.name, EVERYTHING)
    if isinstance(fn, type) and issubclass(fn, BaseException):
        return ()
    rule = registry.lookup(fn)
    if getattr(fn, "__module__", "") in ("math", "cmath"):
        return (ValueError, ArithmeticError, TypeError)
    if rule is not None and rule.elementwise or kinds.is_ufunc(fn) or fn in ARITHMETIC:
        return _elementwise(stmt, operands)
    return EVERYTHING


def _elementwise(stmt: ir.Apply, operands: list[Var]) -> tuple[type, ...]:
    """Arrays of which the shapes may not fit raise; so does NumPy's arithmetic, if it has been told to."""
    if any(not v.kind.numeric for v in operands):
        return EVERYTHING
    found: tuple[type, ...] = _floating()
    arrays = [v for v in operands if not v.kind.scalar]
    if len({shapes.key(v) for v in arrays}) > 1:
        found += (ValueError,)
    return found


def _floating() -> tuple[type, ...]:
    return (FloatingPointError,) if "raise" in np.geterr().values() else ()


def _division(stmt: ir.Apply) -> tuple[type, ...]:
    return (ZeroDivisionError, OverflowError, *_elementwise(stmt, list(ir.tree_vars(stmt.args))))


def _getitem(stmt: ir.Apply) -> tuple[type, ...]:
    source, index = stmt.args
    if isinstance(source, Var) and source.kind.base in ("array", "list"):
        whole = isinstance(index, ir.Slice) and (source.kind.base == "list" or (source.kind.ndim or 0) > 0)
        return () if whole else (IndexError, ValueError, TypeError)
    if isinstance(source, Var) and source.kind.type is tuple:
        return ()
    return EVERYTHING


def _store(stmt: ir.Store) -> tuple[type, ...]:
    if stmt.target.kind.base == "list":
        return (IndexError,)
    value_scalar = isinstance(stmt.value, Const) or isinstance(stmt.value, Var) and stmt.value.kind.scalar
    found: tuple[type, ...] = _floating()
    if not value_scalar and not shapes.same(stmt.value, stmt.target):
        found += (ValueError, TypeError)
    if stmt.index is not None and stmt.index != Const(Ellipsis):
        found += (IndexError, ValueError)
    if stmt.op in (operator.truediv, operator.floordiv, operator.mod, operator.pow):
        found += (ArithmeticError, TypeError)
    return found


def _conversion(stmt: ir.Apply) -> tuple[type, ...]:
    operand = stmt.args[0] if stmt.args else None
    if isinstance(operand, Var) and operand.kind.scalar and operand.kind.numeric:
        return (ValueError, OverflowError) if stmt.fn is int else ()
    return EVERYTHING


def _shown(stmt: ir.Apply) -> tuple[type, ...]:
    return (ValueError, TypeError)


EVERYTHING: tuple[type, ...] = (Exception,)
ARITHMETIC = {operator.add, operator.sub, operator.mul, operator.neg, operator.pos, abs}
NEVER: set[Any] = {
    operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne, operator.not_, operator.is_,
    operator.is_not, operator.or_, operator.and_, isinstance, len, print, str, repr, max, min, range, bool,
    np.zeros_like, np.ones_like, np.empty_like, np.copy, np.array, np.asarray, np.sum, np.mean, np.ravel, setattr,
    np.broadcast_to, runtime.numeric, operator.setitem, operator.concat,
}  # fmt: skip
OWN = "transforms.lower.operations"
SAFE: dict[str, tuple[type, ...]] = {
    "make_list": (), "same_object": (), "unpack": (ValueError, TypeError), "assert_": (AssertionError,),
    "write_item": (), "write_attribute": (), "write_by_method": (), "error_type": (), "traceback": (),
    "raise_": (BaseException,),
}  # fmt: skip
SOME: dict[Any, Any] = {
    operator.truediv: _division,
    operator.floordiv: _division,
    operator.mod: _division,
    operator.pow: _division,
    divmod: _division,
    operator.getitem: _getitem,
    int: _conversion,
    float: _conversion,
    format: _shown,
    ADD_AT: lambda stmt: (IndexError, ValueError),
}
