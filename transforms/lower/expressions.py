"""Lowering of expressions: one small handler for each kind of syntax, none by default."""

from __future__ import annotations

import builtins
import operator
import types
from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from tensor.runtime import join_text
from transforms import ir, kinds
from transforms.lower import outer, undefined, written
from transforms.lower.calls import calling, closures
from transforms.lower.containers import comparing, comprehensions, lists, making, operators, reading, unpacking
from transforms.lower.intrinsics import showing
from transforms.lower.objects import attributes, overloading, supers
from transforms.lower.state.frames import Loc
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import FALSE, TRUE, UNDEFINED, Bound, Cell, Choice, Closure, Const, Iter, Lost, Ref, Var

BINARY = {
    gast.Add: operator.add,
    gast.Sub: operator.sub,
    gast.Mult: operator.mul,
    gast.Div: operator.truediv,
    gast.FloorDiv: operator.floordiv,
    gast.Mod: operator.mod,
    gast.Pow: operator.pow,
    gast.MatMult: operator.matmul,
    gast.BitAnd: operator.and_,
    gast.BitOr: operator.or_,
    gast.BitXor: operator.xor,
    gast.LShift: operator.lshift,
    gast.RShift: operator.rshift,
}
UNARY = {gast.USub: operator.neg, gast.UAdd: operator.pos, gast.Invert: operator.invert}
COMPARE = {
    gast.Lt: operator.lt,
    gast.LtE: operator.le,
    gast.Gt: operator.gt,
    gast.GtE: operator.ge,
    gast.Eq: operator.eq,
    gast.NotEq: operator.ne,
}


def evaluate(lo: Lowering, node: Any) -> Any:
    """The abstract value of an expression."""
    handler = EXPRESSIONS.get(type(node))
    if handler is None:
        return lo.refuse(f"{type(node).__name__} expressions are not supported", node=node)
    frame, saved = lo.frame, lo.loc
    if not frame.rule and frame.source is not None and hasattr(node, "lineno"):
        lo.loc = Loc(frame.source, node, saved.stmt if saved else None)
    value = handler(lo, node)
    lo.loc = saved
    return value


def constant(lo: Lowering, node: gast.Constant) -> Any:
    return lo.lift(node.value)


def name(lo: Lowering, node: gast.Name) -> Any:
    return load(lo, node.id)


def load(lo: Lowering, ident: str) -> Any:
    """The value of a name: local, captured, global or builtin."""
    frame = lo.frame
    if ident in frame.env and ident not in frame.global_names:
        value = frame.env[ident]
        if isinstance(value, Ref) and value.cls is Cell:
            value = lo.content(value)[0]
    elif frame.closure is not None and ident in frame.closure.cells:
        value = frame.closure.cells[ident]
        value = lo.content(value)[0] if isinstance(value, Ref) else outer.cell(lo, value, ident)
    elif (place := lo.places.get((id(frame.globals), "item", ident))) is not None:
        value = lo.content(place)[0]
    elif ident in frame.globals:
        value = outer.item(lo, frame.globals, ident, ident)
    elif hasattr(builtins, ident):
        value = Const(getattr(builtins, ident))
    else:
        return lo.refuse(f"the name {ident} is not bound here")
    if value is UNDEFINED:
        return lo.refuse(f"the name {ident} is not bound here")
    if isinstance(value, Lost):
        return lo.lost(value)
    if isinstance(value, Choice) and (value.then is UNDEFINED or value.orelse is UNDEFINED):
        return value.orelse if value.then is UNDEFINED else value.then
    return value


def bind(lo: Lowering, ident: str, value: Any) -> None:
    """Bind a name in the frame at hand."""
    frame = lo.frame
    if ident in frame.global_names:
        written.write_global(lo, ident, value)
        return
    if isinstance(value, Var) and not value.name and not frame.rule:
        value.name = ident
    if ident in frame.cell_names:
        cell = frame.env.get(ident)
        if isinstance(cell, Ref) and cell.cls is Cell:
            lo.put(cell, (value,))
        else:
            frame.env[ident] = lo.new(Cell, (value,))
        return
    captured = frame.closure.cells.get(ident) if frame.closure is not None else None
    if captured is not None and ident in nonlocals(frame):
        if not isinstance(captured, Ref):
            written.write_place(lo, written.Place(captured, "attr", "cell_contents", ident), value)
            return
        lo.put(captured, (value,))
        return
    frame.env[ident] = value


def nonlocals(frame: Any) -> frozenset[str]:
    return frame.closure.scope.nonlocals if frame.closure is not None else frozenset()


def binop(lo: Lowering, node: gast.BinOp) -> Any:
    left, right = evaluate(lo, node.left), evaluate(lo, node.right)
    return binary(lo, BINARY[type(node.op)], left, right)


def binary(lo: Lowering, fn: Callable[..., Any], left: Any, right: Any) -> Any:
    """`left fn right` with Python's meaning for the values at hand."""
    if is_numeric(left) and is_numeric(right):
        return lo.apply(fn, left, right)
    for side in (left, right):
        if isinstance(side, Choice):
            return choose(
                lo, side, lambda v, side=side: binary(lo, fn, *(v if s is side else s for s in (left, right)))
            )
    found = overloading.overloaded(lo, fn, left, right)
    if found is not None:
        return found
    found = operators.binary(lo, fn, left, right)
    if found is not None:
        return found
    if isinstance(left, Const) and isinstance(right, Const) and isinstance(left.value, (type, types.UnionType)):
        return Const(fn(left.value, right.value))
    return undefined.apply(lo, fn, left, right)


def is_numeric(value: Any) -> bool:
    """Whether a value is a number or an array and nothing else: operators on it are NumPy's and Python's own."""
    if type(value) is Var:
        return value.kind.numeric
    return type(value) is Const and type(value.value) in (float, int, complex, bool)


def choose(lo: Lowering, choice: Choice, use: Callable[[Any], Any]) -> Any:
    """What `use` makes of a choice: done on both sides of its condition."""
    return lo.branch(choice.cond, lambda: use(choice.then), lambda: use(choice.orelse))


def unaryop(lo: Lowering, node: gast.UnaryOp) -> Any:
    value = evaluate(lo, node.operand)
    if isinstance(node.op, gast.Not):
        cond = lo.truth(value)
        return Const(not cond.value) if isinstance(cond, Const) else lo.negated(cond)
    fn: Any = UNARY[type(node.op)]
    if isinstance(value, Choice):
        return choose(lo, value, lambda v: unary(lo, fn, v))
    return unary(lo, fn, value)


def unary(lo: Lowering, fn: Callable[..., Any], value: Any) -> Any:
    if isinstance(value, Const) and isinstance(value.value, (int, float, complex)):
        return Const(fn(value.value))
    found = overloading.overloaded(lo, fn, value)
    return found if found is not None else undefined.apply(lo, fn, value)


def condition(lo: Lowering, node: Any) -> Any:
    """The truth of an expression in a test: of `and` and `or` only the truth of each operand is needed."""
    if not isinstance(node, gast.BoolOp):
        return lo.truth(evaluate(lo, node))

    def rest(values: list[Any]) -> Any:
        cond = condition(lo, values[0])
        if len(values) == 1:
            return cond
        if isinstance(node.op, gast.And):
            return lo.branch(cond, lambda: rest(values[1:]), lambda: cond)
        return lo.branch(cond, lambda: cond, lambda: rest(values[1:]))

    return rest(node.values)


def boolop(lo: Lowering, node: gast.BoolOp) -> Any:
    """`and`/`or` as values: the next operand is evaluated only on the side that needs it."""

    def rest(values: list[Any]) -> Any:
        value = evaluate(lo, values[0])
        if len(values) == 1:
            return value
        cond = lo.truth(value)
        if isinstance(node.op, gast.And):
            return lo.branch(cond, lambda: rest(values[1:]), lambda: value)
        return lo.branch(cond, lambda: value, lambda: rest(values[1:]))

    return rest(node.values)


def compare(lo: Lowering, node: gast.Compare) -> Any:
    def rest(left: Any, pairs: list[tuple[Any, Any]]) -> Any:
        op, right_node = pairs[0]
        right = evaluate(lo, right_node)
        value = comparison(lo, type(op), left, right)
        if len(pairs) == 1:
            return value
        return lo.branch(lo.truth(value), lambda: rest(right, pairs[1:]), lambda: value)

    return rest(evaluate(lo, node.left), list(zip(node.ops, node.comparators, strict=True)))


def comparison(lo: Lowering, op: type, left: Any, right: Any) -> Any:
    for side in (left, right):
        if isinstance(side, Choice):
            return choose(
                lo, side, lambda v, side=side: comparison(lo, op, *(v if s is side else s for s in (left, right)))
            )
    if op in (gast.Is, gast.IsNot):
        same = identical(lo, left, right)
        return same if op is gast.Is else lo.negated(same)
    if op in (gast.In, gast.NotIn):
        found = reading.contains(lo, right, left)
        return found if op is gast.In else lo.negated(found)
    fn = COMPARE[op]
    found = overloading.overloaded(lo, fn, left, right)
    if found is None:
        found = comparing.compare(lo, fn, left, right)
    if found is None and fn in (operator.eq, operator.ne):
        found = same_dtype(lo, fn, left, right)
    return found if found is not None else lo.apply(fn, left, right)


def same_dtype(lo: Lowering, fn: Callable[..., Any], left: Any, right: Any) -> Any:
    """In a library's code, which asks for types to choose between its own ways: whether two dtypes are the same."""
    closure = lo.frame.closure
    if closure is None or closure.fn is None or not closures.library(closure.fn):
        return None
    types_ = [
        np.dtype(side.kind.item)
        if isinstance(side, Var) and side.kind.type is np.dtype and isinstance(side.kind.item, str)
        else side.value
        if isinstance(side, Const) and isinstance(side.value, (type, np.dtype))
        else None
        for side in (left, right)
    ]
    if any(t is None for t in types_) or not any(isinstance(t, np.dtype) for t in types_):
        return None
    return Const(bool(fn(*types_)))


def identical(lo: Lowering, left: Any, right: Any) -> Any:
    """`left is right`."""
    left, right = lo.followed(left), lo.followed(right)
    if isinstance(left, Const) and isinstance(right, Const):
        return Const(left.value is right.value or left == right and isinstance(left.value, ir.LITERALS))
    if isinstance(left, Var) and isinstance(right, Var):
        if left is right:
            return TRUE
        return lo.apply_operands(operator.is_, (left, right), {})
    for a, b in ((left, right), (right, left)):
        if isinstance(a, Const) and isinstance(b, Var) and not b.kind.numeric and b.kind.base == "object":
            return lo.apply_operands(operator.is_, (b, a), {})
    return TRUE if left is right else FALSE


def ifexp(lo: Lowering, node: gast.IfExp) -> Any:
    cond = condition(lo, node.test)
    return lo.branch(cond, lambda: evaluate(lo, node.body), lambda: evaluate(lo, node.orelse))


def namedexpr(lo: Lowering, node: gast.NamedExpr) -> Any:
    value = evaluate(lo, node.value)
    bind(lo, node.target.id, value)
    return value


def attribute(lo: Lowering, node: gast.Attribute) -> Any:
    return attributes.get_attribute(lo, evaluate(lo, node.value), node.attr)


def subscript(lo: Lowering, node: gast.Subscript) -> Any:
    return reading.get_item(lo, evaluate(lo, node.value), evaluate(lo, node.slice))


def slice_(lo: Lowering, node: gast.Slice) -> Any:
    parts = (Const(None) if n is None else evaluate(lo, n) for n in (node.lower, node.upper, node.step))
    return reading.plain_slice(lo, *parts)


def elements(lo: Lowering, nodes: list[Any]) -> tuple[Any, ...]:
    """The items of a display or call, starred ones spread."""
    items: list[Any] = []
    for node in nodes:
        if isinstance(node, gast.Starred):
            items.extend(unpacking.spread(lo, evaluate(lo, node.value)))
        else:
            items.append(evaluate(lo, node))
    return tuple(items)


def tuple_(lo: Lowering, node: gast.Tuple) -> Any:
    return elements(lo, node.elts)


def list_(lo: Lowering, node: gast.List) -> Any:
    if any(isinstance(n, gast.Starred) for n in node.elts):
        return starred_list(lo, node)
    return making.new_list(lo, elements(lo, node.elts), node)


def starred_list(lo: Lowering, node: gast.List) -> Any:
    """`[*a, b]`: of lists at run time, a new list that they are put into."""
    parts = [evaluate(lo, n.value if isinstance(n, gast.Starred) else n) for n in node.elts]
    starred = [isinstance(n, gast.Starred) for n in node.elts]
    made = making.new_list(lo, (), node)
    if not isinstance(made, Var) and not any(s and isinstance(p, Var) for s, p in zip(starred, parts, strict=True)):
        items = [i for s, p in zip(starred, parts, strict=True) for i in (unpacking.spread(lo, p) if s else (p,))]
        return making.new_list(lo, tuple(items), node)
    for star, part in zip(starred, parts, strict=True):
        if star:
            lists.extend(lo, made, part)
        else:
            lists.append(lo, made, (part,), {}, node)
    return made


def set_(lo: Lowering, node: gast.Set) -> Any:
    return making.new_set(lo, elements(lo, node.elts))


def dict_(lo: Lowering, node: gast.Dict) -> Any:
    content: dict[Any, Any] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            content.update(unpacking.mapping(lo, evaluate(lo, value)))
        else:
            content[unpacking.key(lo, evaluate(lo, key))] = evaluate(lo, value)
    return lo.new(dict, content, lo.site(node))


def call(lo: Lowering, node: gast.Call) -> Any:
    func = evaluate(lo, node.func)
    if func == Const(super) and not node.args:
        return supers.super_(lo)
    columns = unzipped(lo, func, node)
    if columns is not None:
        return columns
    args = elements(lo, node.args)
    kwargs: dict[str, Any] = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            kwargs.update(unpacking.mapping(lo, evaluate(lo, keyword.value)))
        else:
            kwargs[keyword.arg] = evaluate(lo, keyword.value)
    saved, lo.path = lo.path, (*lo.path, id(node))
    try:
        return calling.call(lo, func, args, kwargs, node)
    finally:
        lo.path = saved


def unzipped(lo: Lowering, func: Any, node: gast.Call) -> Any:
    """`zip(*pairs)` of a list that is there at run time: one list for each place; None for any other call."""
    if func != Const(zip) or len(node.args) != 1 or not isinstance(node.args[0], gast.Starred):
        return None
    pairs = evaluate(lo, node.args[0].value)
    if not (isinstance(pairs, Var) and pairs.kind.base == "list" and isinstance(pairs.kind.item, tuple)):
        return None
    return tuple(making.column(lo, pairs, place, node) for place in range(len(pairs.kind.item)))


def lambda_(lo: Lowering, node: gast.Lambda) -> Any:
    return closures.make_closure(lo, node)


def joinedstr(lo: Lowering, node: gast.JoinedStr) -> Any:
    """An f-string: text, which carries no derivative."""
    parts = []
    for part in node.values:
        if isinstance(part, gast.FormattedValue):
            spec = evaluate(lo, part.format_spec) if part.format_spec is not None else Const("")
            value = evaluate(lo, part.value)
            if part.conversion in (114, 97):
                value = showing.text(lo, repr, value)
            elif part.conversion == 115:
                value = showing.text(lo, str, value)
            parts.append(showing.text(lo, format, value, spec))
        else:
            parts.append(evaluate(lo, part))
    if all(isinstance(p, Const) for p in parts):
        return Const("".join(p.value for p in parts))
    out = lo.var(kinds.Kind("object", type=str))
    lo.emit(ir.Apply(out, operator.concat if len(parts) == 2 else join_text, tuple(parts), loc=lo.loc))
    return out


def comprehension(lo: Lowering, node: Any) -> Any:
    return comprehensions.comprehension(lo, node)


def yield_(lo: Lowering, node: gast.Yield) -> Any:
    if lo.frame.on_yield is None:
        return lo.refuse("a generator is used here in a way that is not followed", "iterate over it with a for loop")
    lo.frame.on_yield(Const(None) if node.value is None else evaluate(lo, node.value))
    return Const(None)


def yield_from(lo: Lowering, node: gast.YieldFrom) -> Any:
    from transforms.lower.loops import iterating

    if lo.frame.on_yield is None:
        return lo.refuse("a generator is used here in a way that is not followed", "iterate over it with a for loop")
    iterating.iterate(lo, evaluate(lo, node.value), lo.frame.on_yield, node)
    return Const(None)


EXPRESSIONS: dict[type, Callable[[Lowering, Any], Any]] = {
    gast.Constant: constant,
    gast.Name: name,
    gast.BinOp: binop,
    gast.UnaryOp: unaryop,
    gast.BoolOp: boolop,
    gast.Compare: compare,
    gast.IfExp: ifexp,
    gast.NamedExpr: namedexpr,
    gast.Attribute: attribute,
    gast.Subscript: subscript,
    gast.Slice: slice_,
    gast.Tuple: tuple_,
    gast.List: list_,
    gast.Set: set_,
    gast.Dict: dict_,
    gast.Call: call,
    gast.Lambda: lambda_,
    gast.JoinedStr: joinedstr,
    gast.ListComp: comprehension,
    gast.SetComp: comprehension,
    gast.DictComp: comprehension,
    gast.GeneratorExp: comprehension,
    gast.Yield: yield_,
    gast.YieldFrom: yield_from,
}
__all__ = ["evaluate", "bind", "load", "binary", "Bound", "Closure", "Iter"]
