"""Sums of cotangents in place: the first contribution is an array that nobody else holds, so the next is added to it.

    x_bar = a @ b; x_bar = x_bar + c @ d      ->      x_bar = a @ b; x_bar += c @ d

Done last, because it turns values into memory: the array must be made by this function, by an operation that shares no
memory with its operands, in the same block, be read by the sum alone, and have the sum's shape and dtype.
"""

from __future__ import annotations

import operator

from transforms import ir, shapes
from transforms.analyse.memory import Memory
from transforms.analyse.slots import makes_array
from transforms.ir import Var


def accumulate(fn: ir.Function) -> None:
    """Turn sums into in-place additions where that is safe, in place."""
    uses: dict[int, int] = {}
    for stmt in ir.walk(fn.body):
        for tree in (*ir.operands(stmt), *ir.inner_results(stmt)):
            for var in ir.tree_vars(tree):
                uses[var.serial] = uses.get(var.serial, 0) + 1
    for var in ir.tree_vars(fn.body.results):
        uses[var.serial] = uses.get(var.serial, 0) + 1
    memo: dict[int, Var] = {}
    _block(fn.body, uses, Memory(fn.body), memo)
    ir.replace(fn.body, memo)


def _block(block: ir.Block, uses: dict[int, int], memory: Memory, memo: dict[int, Var]) -> None:
    fresh: dict[int, Var] = {}
    stmts = []
    for stmt in block.stmts:
        for inner in ir.blocks(stmt):
            _block(inner, uses, memory, memo)
        if _is_sum(stmt, fresh, uses, memory):
            total = fresh.pop(stmt.args[0].serial)
            stmts.append(ir.Store(total, None, stmt.args[1], stmt.fn, stmt.loc))
            total.name = total.name or stmt.out.name
            memo[stmt.out.serial] = total
            fresh[stmt.out.serial] = total
            continue
        if isinstance(stmt, ir.Apply) and isinstance(stmt.out, Var) and makes_array(stmt) and stmt.out.kind.ndim:
            fresh[stmt.out.serial] = stmt.out
        stmts.append(stmt)
    block.stmts[:] = stmts


def _is_sum(stmt: object, fresh: dict[int, Var], uses: dict[int, int], memory: Memory) -> bool:
    if not isinstance(stmt, ir.Apply) or stmt.fn not in (operator.add, operator.sub) or not isinstance(stmt.out, Var):
        return False
    if stmt.loc is None or not stmt.loc.derived or memory.is_memory(stmt.out):
        return False
    first, second = stmt.args
    if not isinstance(first, Var) or first.serial not in fresh or uses.get(first.serial, 0) != 1 or first is second:
        return False
    if not first.name and not stmt.out.name:
        return False  # it is written in one expression, in which NumPy uses the memory again by itself
    if first.name and first.name != stmt.out.name and not first.name.endswith(("_bar", "_dot")):
        return False  # the user's name for another value
    same = first.kind.dtype == stmt.out.kind.dtype and first.kind.ndim == stmt.out.kind.ndim
    return same and shapes.same(first, stmt.out) and not memory.is_memory(first)
