"""How operators are spelled, and which objects need no name in a text."""

from __future__ import annotations

import operator
from typing import Any

import gast
import numpy as np

from transforms.lower.operations import assert_, call_object, make_list, raise_, unpack, write_attribute, write_item
from transforms.lower.outside.through import write_by_method

BINARY = {
    operator.add: gast.Add, operator.sub: gast.Sub, operator.mul: gast.Mult, operator.truediv: gast.Div,
    operator.floordiv: gast.FloorDiv, operator.mod: gast.Mod, operator.pow: gast.Pow, operator.matmul: gast.MatMult,
    operator.and_: gast.BitAnd, operator.or_: gast.BitOr, operator.xor: gast.BitXor,
    operator.lshift: gast.LShift, operator.rshift: gast.RShift, operator.concat: gast.Add,
}  # fmt: skip
COMPARE = {
    operator.lt: gast.Lt, operator.le: gast.LtE, operator.gt: gast.Gt, operator.ge: gast.GtE, operator.eq: gast.Eq,
    operator.ne: gast.NotEq, operator.is_: gast.Is, operator.is_not: gast.IsNot,
}  # fmt: skip
UNARY = {operator.neg: gast.USub, operator.pos: gast.UAdd, operator.invert: gast.Invert, operator.not_: gast.Not}
MODULES = {"np": "numpy", "np.linalg": "numpy.linalg", "np.fft": "numpy.fft", "math": "math"}
METHODS = {np.sum: "sum"}  # in half the time of the function


def name(ident: str, ctx: Any = None) -> gast.Name:
    return gast.Name(ident, ctx or gast.Load(), None, None)


def dotted(path: str) -> Any:
    first, *rest = path.split(".")
    node: Any = name(first)
    for part in rest:
        node = gast.Attribute(node, part, gast.Load())
    return node


SPELLED = {
    id(obj)
    for obj in (
        *BINARY,
        *COMPARE,
        *UNARY,
        operator.getitem,
        operator.contains,
        operator.setitem,
        make_list,
        unpack,
        raise_,
        assert_,
        call_object,
        write_item,
        write_attribute,
        write_by_method,
    )
}


def catchable(cls: type) -> type:
    """What emitted text catches for what the user does: refusals at run time, no Exceptions, are never caught."""
    return Exception if cls is BaseException else cls
