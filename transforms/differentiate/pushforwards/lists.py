"""Operations on lists, mirrored on the lists of the tangents of their items.

    L.append(v)           L_dot.append(v_dot)
    L = M + N             L_dot = M_dot + N_dot

An item that does not vary has 0.0 there, or an array of zeros.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from tensor.attributes import Method
from transforms import ir
from transforms.differentiate.pullbacks.list_operations import makes
from transforms.differentiate.pushforwards.tangents import ZERO, dot_kind, dot_name, filled
from transforms.ir import Var
from transforms.lower.operations import make_list

if TYPE_CHECKING:
    from transforms.differentiate.forward import Forward


def item_dot(fwd: Forward, item: Any) -> Any:
    def leaf(a: Any) -> Any:
        if isinstance(a, Var) and a.kind.base == "list":
            return fwd.dot(a)
        return filled(fwd, a) if isinstance(a, Var) and a.kind.continuous else ZERO

    return ir.tree_map(leaf, item)


def list_operation(fwd: Forward, stmt: ir.Apply) -> None:
    fwd.lo.emit(stmt)
    subject = stmt.out if makes(stmt) else stmt.args[0]
    if not fwd.varied(subject):
        return
    if stmt.fn is make_list:
        made = fwd.lo.var(dot_kind(stmt.out.kind), dot_name(stmt.out), fwd.list_region(stmt.out.region, stmt.out.kind))
        fwd.lo.emit(ir.Apply(made, make_list, tuple(item_dot(fwd, a) for a in stmt.args), loc=stmt.loc))
        fwd.dots[stmt.out.serial] = made
        return
    memo = {v.serial: fwd.dot(v) for v in ir.tree_vars(stmt.args[:1])}
    if stmt.fn in (operator.mul, operator.add):
        memo.update({v.serial: fwd.dot(v) for v in ir.tree_vars(stmt.args) if v.kind.base == "list"})
    args = ir.tree_map(lambda a: memo.get(a.serial, a) if isinstance(a, Var) else a, stmt.args)
    if isinstance(stmt.fn, Method) and stmt.fn.name in ("append", "insert"):
        args = (*args[:-1], item_dot(fwd, stmt.args[-1]))

    def made_for(var: Any) -> Any:
        region = fwd.region_for(var)
        dot = Var(dot_name(var), dot_kind(var.kind), region, shape=var.shape)
        if var.kind.continuous or var.kind.base == "list":
            fwd.dots[var.serial] = dot
        return dot

    out = ir.tree_map(made_for, stmt.out) if stmt.out is not None else None
    fwd.lo.emit(ir.Apply(out, stmt.fn, args, stmt.kwargs, stmt.effect, stmt.loc))
