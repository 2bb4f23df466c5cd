"""Expressions: operands, and the operations that are nested in them."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any

import gast
import numpy as np

from tensor.attributes import Attribute, Method
from transforms import ir
from transforms.ir import Const, Var
from transforms.lower.operations import call_object, make_list, unpack
from transforms.rebuild import references
from transforms.rebuild.spelling import BINARY, COMPARE, METHODS, UNARY, dotted, name

if TYPE_CHECKING:
    from transforms.rebuild.function import Rebuild


def is_array(operand: Any) -> bool:
    """Whether an operand is surely an array, and not a number."""
    return isinstance(operand, Var) and operand.kind.base == "array" and operand.kind.ndim is not None


def expr(rb: Rebuild, tree: Any) -> Any:
    if isinstance(tree, Var):
        maker = rb.nesting.inline.get(tree.serial)
        return application(rb, maker) if maker is not None else name(rb.naming.of(tree))
    if isinstance(tree, Const):
        return constant(rb, tree.value)
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        path = references.path_of(rb, type(tree)) if id(type(tree)) not in rb.paths else rb.paths[id(type(tree))]
        return gast.Call(dotted(path), [expr(rb, t) for t in tree], [])
    if isinstance(tree, tuple):
        return gast.Tuple([expr(rb, t) for t in tree], gast.Load())
    if isinstance(tree, list):
        return gast.List([expr(rb, t) for t in tree], gast.Load())
    if isinstance(tree, dict):
        return gast.Dict([gast.Constant(k, None) for k in tree], [expr(rb, v) for v in tree.values()])
    if isinstance(tree, ir.Slice):
        parts = [expr(rb, p) for p in (tree.start, tree.stop, tree.step)]
        return gast.Call(
            name("slice"), parts if tree.step != Const(None) or tree.start != Const(None) else parts[1:2], []
        )
    raise TypeError(f"no text for {tree!r}")


def constant(rb: Rebuild, value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        path = dotted("math.nan" if math.isnan(value) else "math.inf")
        return gast.UnaryOp(gast.USub(), path) if value == -math.inf else path
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value < 0:
        return gast.UnaryOp(gast.USub(), gast.Constant(-value, None))
    if isinstance(value, ir.LITERALS):
        return gast.Constant(value, None)
    if isinstance(value, np.dtype):
        return gast.Call(dotted("np.dtype"), [gast.Constant(value.str, None)], [])
    return dotted(references.reference(rb, value))  # type: ignore[arg-type]


def application(rb: Rebuild, stmt: ir.Apply) -> Any:
    fn, args = stmt.fn, stmt.args
    if fn in BINARY:
        node = expr(rb, args[0])
        for other in args[1:]:
            node = gast.BinOp(node, BINARY[fn](), expr(rb, other))
        return node
    if fn in COMPARE:
        return gast.Compare(expr(rb, args[0]), [COMPARE[fn]()], [expr(rb, args[1])])
    if fn is operator.contains:
        return gast.Compare(expr(rb, args[1]), [gast.In()], [expr(rb, args[0])])
    if fn in UNARY:
        return gast.UnaryOp(UNARY[fn](), expr(rb, args[0]))
    if fn is operator.getitem:
        return gast.Subscript(expr(rb, args[0]), index_of(rb, args[1]), gast.Load())
    if isinstance(fn, Attribute):
        return gast.Attribute(expr(rb, args[0]), fn.name, gast.Load())
    if fn is make_list:
        return gast.List([expr(rb, a) for a in args], gast.Load())
    if fn is unpack or getattr(fn, "__name__", "") == "same_object":
        return expr(rb, args[0])
    if isinstance(fn, Method):
        target = gast.Attribute(expr(rb, args[0]), fn.name, gast.Load())
        return gast.Call(target, [expr(rb, a) for a in args[1:]], keywords(rb, stmt.kwargs))
    if fn is call_object:
        return gast.Call(expr(rb, args[0]), [expr(rb, a) for a in args[1:]], keywords(rb, stmt.kwargs))
    if fn is np.transpose and len(args) == 1 and not stmt.kwargs:
        return gast.Attribute(expr(rb, args[0]), "T", gast.Load())
    if fn is np.copy and stmt.kwargs == {"order": Const("C")}:
        return gast.Call(gast.Attribute(expr(rb, args[0]), "copy", gast.Load()), [], [])
    if fn in METHODS and stmt.loc is not None and stmt.loc.derived and is_array(args[0]):
        target = gast.Attribute(expr(rb, args[0]), METHODS[fn], gast.Load())
        return gast.Call(target, [expr(rb, a) for a in args[1:]], keywords(rb, stmt.kwargs))
    return gast.Call(dotted(references.reference(rb, fn)), [expr(rb, a) for a in args], keywords(rb, stmt.kwargs))  # type: ignore[arg-type]


def index_of(rb: Rebuild, tree: Any) -> Any:
    """An index, where slices have their own syntax."""
    if isinstance(tree, ir.Slice):
        parts = [None if p == Const(None) else expr(rb, p) for p in (tree.start, tree.stop, tree.step)]
        return gast.Slice(*parts)
    if isinstance(tree, tuple) and tree:
        return gast.Tuple([index_of(rb, t) for t in tree], gast.Load())
    return expr(rb, tree)


def keywords(rb: Rebuild, kwargs: dict[str, Any]) -> list[Any]:
    return [gast.keyword(k, expr(rb, v)) for k, v in kwargs.items()]
