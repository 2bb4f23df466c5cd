"""What makes a view of an array and what a copy, as NumPy does it, and which views can be written through.

y = x[1:]                  a view whatever the layout of x
y = np.ravel(x)            a view or a copy, by the layout of x
y = np.diagonal(x)         a view, but not to be written through
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from tensor.attributes import attribute
from transforms import ir, kinds
from transforms.differentiate import rules
from transforms.errors import UnsupportedError
from transforms.ir import Block, Var
from transforms.lower.operations import same_object, unpack

# what shares memory with its argument whatever the argument's layout
ALWAYS_VIEWS = {
    operator.getitem,
    attribute("T"),
    attribute("mT"),
    np.transpose,
    np.swapaxes,
    np.moveaxis,
    np.rollaxis,
    np.expand_dims,
    np.squeeze,
    np.atleast_1d,
    np.atleast_2d,
    np.atleast_3d,
    np.flip,
    np.fliplr,
    np.flipud,
    np.rot90,
    np.diagonal,
    np.real,
    np.imag,
    same_object,
    unpack,
}


def is_view(stmt: ir.Apply) -> bool:
    """Whether the result shares memory with an argument, as NumPy does it for these kinds."""
    inferred = kinds.infer(stmt.fn, stmt.args, stmt.kwargs)
    if inferred is None:
        raise UnsupportedError(
            "it is not known whether this gives a view or a copy of an array that is written in place",
            stmt.loc.location() if stmt.loc is not None else None,
            "make the number of axes plain, by starting from an array of zeros for example",
        )
    return bool(inferred.shares)


def copied_at_once(stmt: ir.Apply, body: Block) -> bool:
    """Whether the one use of a result is the copy that is made of it next."""
    users = [s for s in ir.walk(body) if any(v is stmt.out for tree in ir.operands(s) for v in ir.tree_vars(tree))]
    if len(users) != 1 or not isinstance(users[0], ir.Apply) or users[0].fn is not np.copy:
        return False
    blocks = [body, *(b for s in ir.walk(body) for b in ir.blocks(s))]
    following = [t for b in blocks for s, t in zip(b.stmts, b.stmts[1:], strict=False) if s is stmt]
    return following == users


def writable(stmt: ir.Apply) -> bool:
    """Whether a view can be written through."""
    if stmt.fn is np.broadcast_to:
        return False
    if stmt.fn is np.imag and any(v.kind.complex for v in ir.tree_vars(stmt.args)):
        return False  # the cotangent is df/dx - i df/dy: that of an imaginary part is no view of it
    inferred = kinds.infer(stmt.fn, stmt.args, stmt.kwargs)
    value = inferred.value if inferred is not None else None
    if stmt.fn in (np.broadcast_arrays, np.meshgrid):  # their views hold an entry many times
        return False
    return not isinstance(value, np.ndarray) or value.flags.writeable


def refuse_reinterpreted(stmt: ir.Apply, outs: list[Var]) -> None:
    """A view, as real numbers, of records or integers: what is written through it is not mirrored."""
    if stmt.fn is np.broadcast_arrays:
        return  # a view of each array, as it is
    regions = {v.region.find() for v in outs if v.kind.base == "array" and v.region is not None}
    for var in ir.tree_vars(stmt.args):
        if var.kind.base == "array" and not var.kind.continuous and var.region is not None:
            if var.region.find() in regions:
                raise UnsupportedError(
                    "an array of records or integers is written through a view of it as real numbers",
                    stmt.loc.location() if stmt.loc is not None else None,
                    "write into an array of floats",
                )


def refuse_views_in_list(stmt: ir.Apply, memory: Any) -> None:
    """`np.split` gives a list of views: not followed where the array is written in place."""
    out: Any = stmt.out
    if not isinstance(out, Var) or out.kind.base != "list" or out.region is None:
        return
    sources = [
        a for a in ir.tree_vars(stmt.args) if a.kind.base == "array" and a.region is not None and memory.is_memory(a)
    ]
    if any(a.region.find() is out.region.items.find() for a in sources if a.region is not None) and is_view(stmt):
        raise UnsupportedError(
            f"{rules.spelled(stmt.fn)} makes a list of views of an array that is written in place",
            stmt.loc.location() if stmt.loc is not None else None,
            "write each view as a slice, or copy the array first",
        )
