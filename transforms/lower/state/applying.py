"""Operations: the abstract value of a pure function of operands."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from tensor import registry, runtime
from transforms import ir, kinds
from transforms.ir import Const, Region, Var
from transforms.lower import integers, simplify, spreading
from transforms.lower.state.folding import COMPARISONS

if TYPE_CHECKING:
    from transforms.lower.state.lowering import Lowering


ARITHMETIC = {
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.floordiv,
    operator.mod,
    operator.pow,
    operator.matmul,
    operator.neg,
}
LIKE_FIRST = {np.full_like, runtime.scatter_like, runtime.diagonal_like, runtime.spread_like}


def var(lo: Lowering, kind: kinds.Kind, name: str = "", region: Region | None = None) -> Var:
    """A fresh Var; arrays and lists get a region."""
    if kind.memory and region is None:
        region = Region()
    return Var(name, kind, region if kind.memory else None)


def vars_of(lo: Lowering, kind: Any, name: str = "", region: Region | None = None) -> Any:
    """Fresh Vars for a tree of kinds."""
    if isinstance(kind, tuple):
        items = [lo.vars_of(k, "", region) for k in kind]
        return type(kind)(*items) if hasattr(kind, "_fields") else tuple(items)
    return lo.var(kind, name, region)


def apply(lo: Lowering, fn: Any, *args: Any, name: str = "", **kwargs: Any) -> Any:
    """The abstract value of `fn(*args, **kwargs)` for a pure function of operands."""
    return lo.apply_operands(fn, tuple(map(lo.operand, args)), {k: lo.operand(v) for k, v in kwargs.items()}, name)


def apply_operands(lo: Lowering, fn: Any, args: tuple, kwargs: dict[str, Any], name: str = "") -> Any:
    folded = lo.fold(fn, args, kwargs)
    if folded is None and lo.frame.rule and not kwargs:
        folded = simplify.simplified(fn, args)
        if folded is None:
            folded = spreading.shorter(lo, fn, args)
    if folded is not None:
        return folded
    inferred = kinds.infer(fn, args, kwargs)
    if inferred is None:
        return lo.apply_unknown(fn, args, kwargs, name)
    if inferred.kind == kinds.NONE:
        return Const(None)
    if getattr(inferred.kind, "dtype", None) == "O":
        lo.refuse("an array of Python objects is not followed", "make it an array of floats")
    if getattr(inferred.kind, "dtype", "") in ("U", "S", "V") and any(v.kind.continuous for v in ir.tree_vars(args)):
        lo.refuse("an array of text or bytes made of values is not followed", "keep the array of floats")
    out = lo.outputs(inferred, args, name)
    lo.emit_call(ir.Apply(out, fn, args, kwargs, loc=lo.loc))
    if lo.mixed or fn in integers.CHOOSING:
        integers.note(lo, fn, out, args, kwargs)
    lo.token(fn, out, args, kwargs)
    if fn is np.broadcast_to and lo.frame.rule:  # the source of a user's own may be overwritten meanwhile
        spreading.note(lo, out, *args[:2])
    return out


def outputs(lo: Lowering, inferred: kinds.Inferred, args: tuple, name: str) -> Any:
    """Vars for the result of an operation, in the region of the arguments whose memory they share."""
    region = None
    for position in inferred.shares:
        shared = args[position] if position < len(args) else None
        for var in ir.tree_vars(shared):
            if var.region is not None:
                region = region or var.region
                region.union(var.region)
    if region is not None and isinstance(inferred.kind, kinds.Kind) and inferred.kind.base == "list":
        out = lo.var(inferred.kind, name)  # a list of views
        out.region.items.union(region)  # type: ignore[union-attr]
        return out
    return lo.vars_of(inferred.kind, name, region)


def apply_unknown(lo: Lowering, fn: Any, args: tuple, kwargs: dict[str, Any], name: str) -> Any:
    """The result of an operation on a value of unknown rank or type."""
    vars_ = list(ir.tree_vars((args, kwargs)))
    rule = registry.lookup(fn)
    if fn in kinds.RESULTS:
        kind = kinds.RESULTS[fn]
    elif fn in LIKE_FIRST and isinstance(args[0], Var):
        kind = args[0].kind
    elif any(v.kind.base == "object" for v in vars_) and fn in ARITHMETIC:
        args = tuple(lo.numeric(a) for a in args)
        return lo.apply_operands(fn, args, kwargs, name)
    elif any(v.kind.base == "object" or v.kind.base == "list" for v in vars_):
        kind = kinds.OBJECT
    elif rule is not None and rule.constant:
        kind = kinds.OBJECT
    else:
        dtypes = [v.kind.dtype for v in vars_ if v.kind.numeric]
        kind = kinds.Kind("array", "D" if any(d in "FDG" for d in dtypes) else "d", None)
        if fn in COMPARISONS:
            kind = kinds.Kind("array", "?", None)
    region = None
    if rule is None or not rule.elementwise:
        left_out = rule.independent if rule is not None else ()
        sources = [a for i, a in enumerate(args) if i not in left_out]
        for var in ir.tree_vars((sources, kwargs)):
            if var.region is not None and kind.memory:
                region = region or var.region
                region.union(var.region)
    out = lo.var(kind, name, region)
    lo.emit_call(ir.Apply(out, fn, args, kwargs, loc=lo.loc))
    return out


def numeric(lo: Lowering, operand: Any) -> Any:
    """An object of unknown type in arithmetic: checked to be a number or array when run."""
    if not isinstance(operand, Var) or operand.kind.base != "object":
        return operand
    if operand.kind.type is str or operand.kind.type is tuple:
        return lo.refuse("text or a tuple of unknown content is used in arithmetic")
    out = lo.var(kinds.NUMERIC, operand.name)
    lo.emit(ir.Apply(out, runtime.numeric, (operand,), effect=True, loc=lo.loc))
    return out
