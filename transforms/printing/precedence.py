"""How tightly the kinds of expressions bind, and how tightly each place of a node needs its child to bind.

    (a + b) * c       a sum binds less tightly than a factor of a product needs: it keeps its parentheses

The levels are those of Python's grammar.
"""

from __future__ import annotations

import gast

# How tightly an expression binds.  A child keeps its parentheses unless it binds as tightly as its place needs.
YIELD, TUPLE, NAMED, TEST, OR, AND, NOT, COMPARE = range(8)
BIT_OR, BIT_XOR, BIT_AND, SHIFT, SUM, TERM, FACTOR, POWER, AWAIT, ATOM = range(8, 18)

OPERATORS = {
    gast.BitOr: BIT_OR, gast.BitXor: BIT_XOR, gast.BitAnd: BIT_AND, gast.LShift: SHIFT, gast.RShift: SHIFT,
    gast.Add: SUM, gast.Sub: SUM, gast.Mult: TERM, gast.MatMult: TERM, gast.Div: TERM, gast.Mod: TERM,
    gast.FloorDiv: TERM, gast.Pow: POWER, gast.Or: OR, gast.And: AND, gast.Not: NOT, gast.USub: FACTOR,
    gast.UAdd: FACTOR, gast.Invert: FACTOR,
}  # fmt: skip

# The kinds that astunparse always wraps in one pair of parentheses, and how tightly each binds.
WRAPPED = {
    gast.Yield: YIELD, gast.YieldFrom: YIELD, gast.Tuple: TUPLE, gast.NamedExpr: NAMED, gast.IfExp: TEST,
    gast.Lambda: TEST, gast.Compare: COMPARE, gast.Await: AWAIT,
}  # fmt: skip

# What each place of a node needs; places that are not listed need an atom.
PLACES = {
    gast.AnnAssign: {"annotation": TEST, "value": YIELD},
    gast.Assert: {"test": TEST, "msg": TEST},
    gast.Assign: {"targets": TUPLE, "value": YIELD},
    gast.AsyncFor: {"target": TUPLE, "iter": TEST},
    gast.AsyncFunctionDef: {"decorator_list": TEST, "returns": TEST},
    gast.AugAssign: {"value": YIELD},
    gast.Call: {"args": TEST},
    gast.ClassDef: {"decorator_list": TEST, "bases": TEST},
    gast.Compare: {"left": BIT_OR, "comparators": BIT_OR},
    gast.DictComp: {"key": TEST, "value": TEST},
    gast.ExceptHandler: {"type": TEST},
    gast.Expr: {"value": YIELD},
    gast.For: {"target": TUPLE, "iter": TEST},
    gast.FunctionDef: {"decorator_list": TEST, "returns": TEST},
    gast.GeneratorExp: {"elt": TEST},
    gast.If: {"test": NAMED},
    gast.IfExp: {"body": OR, "test": OR, "orelse": TEST},
    gast.Lambda: {"body": TEST},
    gast.List: {"elts": TEST},
    gast.ListComp: {"elt": TEST},
    gast.Match: {"subject": TEST},
    gast.NamedExpr: {"value": TEST},
    gast.Raise: {"exc": TEST, "cause": TEST},
    gast.Return: {"value": TUPLE},
    gast.Set: {"elts": TEST},
    gast.SetComp: {"elt": TEST},
    gast.Slice: {"lower": TEST, "upper": TEST, "step": TEST},
    gast.Starred: {"value": BIT_OR},
    gast.Subscript: {"slice": TUPLE},
    gast.Tuple: {"elts": TEST},
    gast.While: {"test": NAMED},
    gast.Yield: {"value": TUPLE},
    gast.YieldFrom: {"value": TEST},
    gast.arguments: {"defaults": TEST, "kw_defaults": TEST},
    gast.comprehension: {"target": TUPLE, "iter": OR, "ifs": OR},
    gast.keyword: {"value": TEST},
    gast.match_case: {"guard": TEST},
    gast.withitem: {"context_expr": TEST},
}


def level_of(tree: gast.AST) -> int | None:
    """How tightly an expression binds; None for those which never stand in parentheses."""
    if isinstance(tree, gast.BinOp | gast.BoolOp | gast.UnaryOp):
        return OPERATORS[type(tree.op)]
    if isinstance(tree, gast.Constant):
        return FACTOR if _is_negative(tree.value) else None
    if isinstance(tree, gast.Tuple) and not tree.elts:
        return None
    return WRAPPED.get(type(tree))


def _is_negative(value: object) -> bool:
    """A constant printed with a leading minus: parsing makes no such constants, folding does."""
    return isinstance(value, int | float | complex) and repr(value).startswith("-")
