"""Loops: tangents are carried beside the values that are, and scanned and collected beside the lists that are.

    for x in xs:          for x, x_dot in zip(xs, xs_dot):
        s = s * x             s_dot = s_dot * x + s * x_dot; s = s * x

An array that the loop carries has an array for its tangent from the start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from transforms import ir
from transforms.differentiate.pushforwards.lists import item_dot
from transforms.differentiate.pushforwards.tangents import ZERO, dot_kind, dot_name, own_dot
from transforms.ir import UNDEFINED, Block, Const, Region, Var

if TYPE_CHECKING:
    from transforms.differentiate.forward import Forward


def loop(fwd: Forward, stmt: ir.Loop) -> None:
    new = ir.Loop(
        list(stmt.phis), list(stmt.inits), list(stmt.outs), Block(), stmt.index, stmt.bounds, stmt.reverse,
        list(stmt.scans), list(stmt.collects), None, stmt.halt, stmt.trips, stmt.loc,
    )  # fmt: skip
    carried = carried_dots(fwd, stmt)
    scan_dots(fwd, stmt, new)
    if stmt.test is not None:
        new.test = Block()
        fwd.block(stmt.test, new.test)
    fwd.block(stmt.body, new.body)
    for phi, dot, start, result, last in carried:
        end = result if result is UNDEFINED else fwd.lo.within(new.body, lambda r=result, p=phi: loop_dot(fwd, r, p))
        new.phis.append(dot)
        new.inits.append(start)
        new.outs.append(last)
        new.body.results.append(end)
        fwd.share(dot, [start, end])
    collect_dots(fwd, stmt, new)
    fwd.lo.emit(new)


def carried_dots(fwd: Forward, stmt: ir.Loop) -> list[tuple[Var, Var, Any, Any, Var]]:
    """For each varying value that the loop carries: its phi, the tangent of that, its start, the value's result, and
    the tangent that the loop leaves."""
    carried = []
    for phi, init, result, out in zip(stmt.phis, stmt.inits, stmt.body.results, stmt.outs, strict=True):
        if not (fwd.varied(phi) or fwd.varied(out)):
            continue
        start = UNDEFINED if init is UNDEFINED else fwd.dot(init)
        if isinstance(init, Var) and isinstance(start, Const) and has_array(phi):
            start = own_dot(fwd, init, ZERO)
        dot = Var(dot_name(phi), dot_kind(phi.kind), fwd.region_for(phi), shape=phi.shape)
        last = Var(dot_name(out), dot.kind, dot.region, shape=out.shape)
        fwd.dots[phi.serial], fwd.dots[out.serial] = dot, last
        carried.append((phi, dot, start, result, last))
    return carried


def scan_dots(fwd: Forward, stmt: ir.Loop, new: ir.Loop) -> None:
    """Scan the tangents of what the loop scans."""
    for scan in stmt.scans:
        if fwd.any_varied(scan.source):
            item = ir.tree_map(
                lambda v: Var(dot_name(v), dot_kind(v.kind), fwd.region_for(v), shape=v.shape), scan.item
            )
            for v, d in zip(ir.tree_vars(scan.item), ir.tree_vars(item), strict=True):
                if v.kind.continuous or v.kind.base == "list":
                    fwd.dots[v.serial] = d
            new.scans.append(ir.Scan(item, fwd.dot(scan.source), scan.reverse))


def collect_dots(fwd: Forward, stmt: ir.Loop, new: ir.Loop) -> None:
    """Collect the tangents of what the loop collects."""
    for out, item in stmt.collects:
        if fwd.varied(out):
            made = Var(dot_name(out), dot_kind(out.kind), Region())
            dots = fwd.lo.within(new.body, lambda item=item: item_dot(fwd, item))
            new.collects.append((made, dots))
            fwd.dots[out.serial] = made


def loop_dot(fwd: Forward, result: Any, phi: Var) -> Any:
    """The tangent that a trip leaves for the next one."""
    dot = fwd.dot(result)
    if isinstance(dot, Const) and isinstance(result, Var) and has_array(phi):
        return fwd.lo.apply(np.zeros_like, result)
    return dot


def has_array(phi: Var) -> bool:
    """Whether the loop carries an array, and so an array of tangents."""
    return phi.kind.base == "array" and phi.kind.ndim is not None
