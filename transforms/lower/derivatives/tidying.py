"""What an inner derivative leaves is shortened before it is differentiated again."""

from __future__ import annotations

from typing import Any

from transforms import ir
from transforms.ir import Block
from transforms.lower.operations import same_object
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Pullback


def tidied(sweeps: Block) -> Block:
    """The sweeps of an inner derivative without what nobody needs, their loops taken at once where they can be.

    So much less is differentiated again.  The first of the block's results are values that others hold, too: they stay
    what they are, and so does all memory that was there before.  Where there are numbers alone, equal ones are computed
    once: of arrays, each may still be written.
    """
    from transforms.analyse.slots import accessed_by
    from transforms.optimise import arrays, common, dead, factors, fold

    copier = ir.Replacer()
    sweeps = copier.block(sweeps)  # the statements are held elsewhere, too
    before = accessed_by(ir.free_vars(sweeps.stmts))
    used = [v for stmt in ir.walk(sweeps) for v in ir.tree_vars(list(ir.operands(stmt)))]
    sweeps.results[0] = (*sweeps.results[0], *[v for v in used if v.region is not None and v.region.find() in before])
    function = ir.Function("", [], sweeps)
    dead.remove(function)
    arrays.vectorise(function)
    if not all(isinstance(s, ir.Apply) and not s.effect and are_numbers(s.out) for s in sweeps.stmts):
        dead.remove(function)
        return sweeps
    before = sweeps.results[0]
    for shorten in (common.share, factors.gather, fold.fold, common.share, dead.remove):
        shorten(function)
    aliases = [(old, new) for old, new in zip(before, sweeps.results[0], strict=True) if old is not new]
    sweeps.stmts += [ir.Apply(old, same_object, (new,)) for old, new in {v.serial: (v, n) for v, n in aliases}.values()]
    return sweeps


def count_pullbacks(lo: Lowering) -> int:
    return sum(isinstance(value, Pullback) for value in lo.heap)


def are_numbers(out: Any) -> bool:
    return all(v.kind.scalar for v in ir.tree_vars(out))
