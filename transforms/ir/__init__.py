"""The core language: what every transformation works on, between the two doors `lower` and `rebuild`.

Values are in single assignment: a `Var` is bound once, by one statement.  Control flow is structured, so a `Block`
is a list of statements and the values it yields; loops carry values explicitly.  Arrays and lists that are written
in place are *memory*: a `Var` then is a pointer, `Store` writes through it, and statements that read or write memory
keep their order.  Every `Var` of an array or list belongs to a `Region`, the class of all that may share memory.

Operands are trees: a `Var`, a `Const`, or a tuple, list, dict or slice (`Slice`) of operands.
"""

from __future__ import annotations

from transforms.ir.copying import Copier, Replacer, replace
from transforms.ir.statements import Apply, Block, Function, Guarded, If, Loop, Scan, Store
from transforms.ir.trees import tree_map, tree_vars
from transforms.ir.values import LITERALS, UNDEFINED, Const, Region, Slice, Var
from transforms.ir.walking import blocks, bound_inside, defined, free_vars, inner_results, operands, uses, walk

__all__ = [
    "LITERALS",
    "UNDEFINED",
    "Apply",
    "Block",
    "Const",
    "Copier",
    "Function",
    "Guarded",
    "If",
    "Loop",
    "Region",
    "Replacer",
    "Scan",
    "Slice",
    "Store",
    "Var",
    "blocks",
    "bound_inside",
    "defined",
    "free_vars",
    "inner_results",
    "operands",
    "replace",
    "tree_map",
    "tree_vars",
    "uses",
    "walk",
]
