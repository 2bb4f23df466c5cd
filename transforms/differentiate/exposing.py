"""Values of a branch that are read outside it become outs of it."""

from __future__ import annotations

from typing import Any

from transforms import ir
from transforms.errors import UnsupportedError
from transforms.ir import UNDEFINED, Var


def expose(new: ir.If, back: ir.If) -> None:
    """Values of a forward branch that its backward branch reads become outs of the forward branch."""
    for position, (forward, backward) in enumerate(((new.then, back.then), (new.orelse, back.orelse))):
        own = {v.serial: v for s in (*forward.stmts, *attempted(new, position)) for v in ir.defined(s)}
        memo: dict[int, Any] = {}
        seen = {id(r): out for out, r in zip(new.outs, forward.results, strict=True)}
        for var in ir.free_vars(backward.stmts, backward.results):
            if var.serial in own:
                memo[var.serial] = seen.get(id(var)) or add_out(new, position, var)
        ir.replace(backward, memo)


def attempted(stmt: ir.If, position: int) -> list[Any]:
    """The statements whose success the second side of a guarded statement may count on."""
    return stmt.body.stmts if isinstance(stmt, ir.Guarded) and position else []


def exposed(new: ir.If, position: int, var: Var) -> Var:
    """The out by which a Var of one branch is seen after it."""
    results = (new.then, new.orelse)[position].results
    found = next((out for out, result in zip(new.outs, results, strict=True) if result is var), None)
    return found or add_out(new, position, var)


def add_out(new: ir.If, position: int, var: Var) -> Var:
    """A new out for a Var that one branch binds."""
    sides = (new.then, new.orelse)
    out = Var(var.name, var.kind, var.region, shape=var.shape)
    new.outs.append(out)
    sides[position].results.append(var)
    sides[1 - position].results.append(UNDEFINED)
    return out


def surface(block: ir.Block, var: Var) -> Var:
    """A Var bound in a branch somewhere inside a block, as seen in the block itself."""
    for stmt in block.stmts:
        if any(v is var for v in ir.defined(stmt)):
            return var
        if isinstance(stmt, ir.If):
            for position, side in enumerate((stmt.then, stmt.orelse)):
                if any(v is var for s in attempted(stmt, position) for v in ir.defined(s)):
                    return exposed(stmt, position, var)
                if any(v is var for s in ir.walk(side) for v in ir.defined(s)):
                    return exposed(stmt, position, surface(side, var))
    raise UnsupportedError(
        f"the value {var.name or 'computed'} inside a loop is needed outside it: this is not followed",
        block.stmts[0].loc.location() if block.stmts and block.stmts[0].loc is not None else None,
    )
