"""Forward mode for many tangents at one point: what does not depend on the tangent is computed once.

    kept = f_at(x)
    y_dot = f_along(kept, x_dot)

It is the text of the JVP, cut in two: a calculation that no tangent reaches, and that touches no memory which is
written, goes ahead.  Reference: Griewank and Walther, Evaluating Derivatives, section 3.1 (JAX calls it linearize).
"""

from __future__ import annotations

from typing import Any

from tensor import registry
from transforms import ir, kinds
from transforms.analyse.memory import CHECKS, Memory
from transforms.deriving.attempts import function_name, restarting
from transforms.deriving.finish import finish
from transforms.deriving.lowered import Lowered, check_output, lower, output_operand
from transforms.deriving.told import executed
from transforms.deriving.variants import Derived, cached, run
from transforms.differentiate import forward
from transforms.errors import REFUSALS, shorten
from transforms.ir import Block, Var
from transforms.lower.operations import unpack
from transforms.lower.state.notes import Notes
from transforms.optimise import optimise
from transforms.seeds import tangent_leaves


def linear(fn: Any, primals: tuple, at: int, kwargs: dict[str, Any] | None = None) -> Any:
    """The map from a tangent of the argument `at` to that of the output, or None where `fn` must run for each.

    The function runs once, to the extent that its tangent needs it; the map holds for these very primals.
    """
    named = kwargs or {}
    given = (*primals, *named.values())
    variants = cached(("linear", at, *named), fn, given)
    try:
        kept = run(variants, given, {}, lambda general: linearise(fn, primals, at, named, general))
    except REFUSALS as error:
        shorten(error)
        raise
    derived = variants[0]
    along = derived.backward
    if along is None:
        return None
    return lambda x_dot: executed(derived, along, kept, *tangent_leaves(primals[at], x_dot, f"tangents[{at}]"))


def linearise(fn: Any, args: tuple, at: int, kwargs: dict[str, Any], general: bool = False) -> Derived:
    """Two functions: `run(*args)` returns what is kept, `backward(kept, *tangent leaves)` the tangent of the output."""
    return restarting(fn, lambda notes: _linearise(fn, args, at, kwargs, notes), general)


def _linearise(fn: Any, args: tuple, at: int, kwargs: dict[str, Any], notes: Notes) -> Derived:
    low = lower(fn, args, kwargs, (at,), notes)
    check_output(fn, low)
    lo = low.lo
    inputs = low.entry.leaves[at]
    dots = [Var(f"{v.name}_dot", v.kind, ir.Region() if v.kind.memory else None, shape=v.shape) for v in inputs]
    sweep = forward.Forward(lo, low.block, inputs, list(dots))
    block = lo.block = sweep.sweep()
    block.results = [output_operand(lo, sweep.tangent_tree(low.result))]
    name = function_name(fn)
    if not repeats(low, block):
        return finish(low, ir.Function(f"{name}_at", low.params, Block(results=[()])))
    ahead, along = cut(block, dots)
    lo.book.closed = True
    optimise(ir.Function("", [*low.params, *dots], along), lo.book, ahead)
    kept = [v for v in ir.free_vars(along.stmts, along.results) if v not in dots]
    lo.block = ahead
    ahead.results = [tuple(kept)]
    derived = finish(low, ir.Function(f"{name}_at", low.params, ahead))
    copier = ir.Copier()
    holders = copier.bind(list(kept))
    packed = Var("kept", kinds.Kind("object", type=tuple))
    block = copier.block(along)
    if holders:
        block.stmts[:0] = [ir.Apply(tuple(holders), unpack, (packed,))]
    derived.twin = finish(low, ir.Function(f"{name}_along", [packed, *dots], block), checked=True)
    derived.backward = derived.twin.run
    derived.source += "\n\n" + derived.twin.source
    return derived


def repeats(low: Lowered, block: Block) -> bool:
    """Whether the tangent can be computed again and again: nothing is written but what the function makes itself."""
    lo = low.lo
    if (
        lo.entered
        or lo.places
        or any(s.effect and s.fn not in CHECKS for s in ir.walk(block) if isinstance(s, ir.Apply))
    ):
        return False
    given = [*low.params, *(var for var, _ in lo.outers.values())]
    writes = Memory(block).writes
    return not any(v.region.find() in writes for v in given if isinstance(v, Var) and v.region is not None)


def cut(block: Block, dots: list[Var]) -> tuple[Block, Block]:
    """The statements that can go ahead of all tangents, and the others."""
    writes = Memory(block).writes
    late = {v.serial for v in dots}
    ahead, along = Block(), Block(results=block.results)
    for stmt in block.stmts:
        if goes_ahead(stmt, writes) and not any(v.serial in late for v in ir.uses(stmt)):
            ahead.stmts.append(stmt)
        else:
            along.stmts.append(stmt)
            late.update(v.serial for v in ir.defined(stmt))
    return ahead, along


def goes_ahead(stmt: Any, writes: Any) -> bool:
    """Whether a statement only computes numbers, from numbers and arrays that stay as they are."""
    if not isinstance(stmt, ir.Apply):
        return False
    if stmt.effect:
        return stmt.fn in CHECKS
    if not isinstance(stmt.out, Var) or not stmt.out.kind.numeric or registry.lookup(stmt.fn) is None:
        return False
    touched = [stmt.out, *ir.uses(stmt)]
    return all(v.kind.numeric and (v.region is None or v.region.find() not in writes) for v in touched)
