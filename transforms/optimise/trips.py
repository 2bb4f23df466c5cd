"""Loops whose counter nobody reads beside a list that they scan run over the list alone."""

from __future__ import annotations

from transforms import ir


def simplify(fn: ir.Function) -> None:
    """Drop the range of loops that scan a list of the same length and do not read their counter, in place."""
    read = {v.serial for s in fn.body.stmts for v in ir.uses(s)} | {v.serial for v in ir.tree_vars(fn.body.results)}
    for stmt in ir.walk(fn.body):
        if isinstance(stmt, ir.Loop) and stmt.bounds is not None and stmt.scans:
            if stmt.index is None or stmt.index.serial not in read:
                stmt.bounds, stmt.index = None, None
