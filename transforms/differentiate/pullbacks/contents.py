"""Content that may be overwritten: what a backward statement reads of an array is copied before it is written.

y = sin(a)            y = sin(a); a_kept = copy(a); a *= 2
a *= 2                backward: a_bar += y_bar * cos(a_kept)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from transforms import ir
from transforms.analyse.memory import content_operands
from transforms.ir import Block, Region, Var

if TYPE_CHECKING:
    from transforms.differentiate.reverse import Reverse


def with_content(rev: Reverse, stmt: Any, operands: list[Any], run: Callable[[list[Any]], Any], before: Block) -> Any:
    """Run a rule on operands; those whose content it needs and that may be overwritten are copied forward.

    `before` holds the forward statements up to `stmt`; the copy of an operand is put at its end, the copy of the
    result of `stmt` right behind it.
    """
    proxies: dict[int, tuple[Var, Var]] = {}

    def proxy(operand: Any) -> Any:
        if isinstance(operand, Var) and operand.kind.base == "array" and rev.memory.is_memory(operand):
            written = rev.memory.written_after(operand.region, stmt)  # type: ignore[arg-type]
            if written and not rev.entries.stay(operand):
                made = Var(operand.name, operand.kind, Region(), shape=operand.shape)
                proxies[made.serial] = (made, operand)
                return made
        return operand

    given = ir.tree_map(proxy, operands)
    if not proxies and not rev.lo.tries:
        return run(operands)
    block = Block()
    result = rev.lo.within(block, lambda: run(given))
    memo: dict[int, Any] = {}
    for made, operand in proxies.values():
        if any(reads_content(s, made) for s in ir.walk(block)) or any(v is made for v in ir.tree_vars(result)):
            rev.lo.within(before, lambda made=made, operand=operand: keep_copy(rev, stmt, made, operand))
        else:
            memo[made.serial] = operand
    ir.replace(block, memo)
    rev.lo.block.stmts.extend(block.stmts)
    return ir.tree_map(lambda a: memo.get(a.serial, a) if isinstance(a, Var) else a, result)


def keep_copy(rev: Reverse, stmt: Any, made: Var, operand: Var) -> None:
    """Copy the content of `operand` as the statement sees it (or, for its own result, as it leaves it)."""
    own = any(v is operand for v in ir.defined(stmt))
    stmts = rev.lo.block.stmts
    at = next(i for i, s in enumerate(stmts) if s is stmt or getattr(s, "primal", None) is stmt)
    stmts.insert(at + 1 if own else at, ir.Apply(made, np.copy, (operand,), loc=stmt.loc))


def reads_content(stmt: Any, var: Var) -> bool:
    """Whether a statement reads the entries of an array, not just its shape or type."""
    if isinstance(stmt, ir.Apply):
        return any(v is var for tree in content_operands(stmt) for v in ir.tree_vars(tree))
    if any(v is var for tree in ir.operands(stmt) for v in ir.tree_vars(tree)):
        return True
    return any(v is var for tree in ir.inner_results(stmt) for v in ir.tree_vars(tree))
