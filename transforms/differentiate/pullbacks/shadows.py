"""Shadows: the cotangents of arrays written in place and of lists, made where these are made.

    y = np.zeros(3)       y_bar = np.zeros_like(y)  (forward)
    L = [x]               L_bar = [0.0]             (forward)

What may share memory has shadows that may share memory, in one region of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tensor import runtime
from transforms import ir
from transforms.differentiate.pullbacks.list_kinds import shadow_list
from transforms.differentiate.pullbacks.scopes import bar_name
from transforms.ir import Var

if TYPE_CHECKING:
    from transforms.differentiate.reverse import Reverse


def shadow_inputs(rev: Reverse) -> None:
    for var in body_inputs(rev):
        rev.shadows[var.serial] = new_shadow(rev, var)


def body_inputs(rev: Reverse) -> list[Var]:
    """The active arrays from outside that the function writes in place."""
    bound = {id(v) for s in ir.walk(rev.body) for v in ir.defined(s)}
    found = {v.serial: v for v in [*rev.inputs, *ir.free_vars(rev.body.stmts)] if id(v) not in bound}
    return [v for v in found.values() if rev.is_shadowed(v)]


def new_shadow(rev: Reverse, var: Var) -> Var:
    """A zeroed shadow for an array made here."""
    if var.kind.base == "list":
        out = shadow_list(rev, var)
        rev.lo.emit(ir.Apply(out, runtime.shadow_of, (var,), loc=rev.lo.loc))
        return out
    out = rev.lo.apply(np.zeros_like, var)
    out.name, out.shape, out.region = bar_name(var), var.shape, rev.shadow_region(var)
    return out
