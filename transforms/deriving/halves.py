"""A derivative in two functions: the forward sweep returns the value and what is kept, the backward sweep reads it.

    y, kept = f_forward(x)
    x_bar, = f_backward(kept, y_bar)

The backward sweep may be run any number of times.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tensor import runtime
from transforms import ir, kinds
from transforms.arguments import gradient_tree
from transforms.deriving import precision
from transforms.deriving.attempts import function_name, restarting
from transforms.deriving.finish import finish
from transforms.deriving.lowered import check_output, lower, output_operand
from transforms.deriving.ownership import own_residuals, owned
from transforms.deriving.told import tell
from transforms.deriving.variants import Derived, cached, run
from transforms.differentiate import forward
from transforms.differentiate.detached import detach
from transforms.differentiate.exposing import surface
from transforms.differentiate.pullbacks.list_kinds import shadow_kind
from transforms.differentiate.reverse import Reverse
from transforms.differentiate.views import ALWAYS_VIEWS
from transforms.errors import REFUSALS, shorten
from transforms.ir import Block, Var
from transforms.lower.operations import unpack
from transforms.lower.state.notes import Notes
from transforms.optimise import optimise
from transforms.seeds import COTANGENT, carriers, cotangent_leaves, places


def pullback(fn: Any, primals: tuple, kwargs: dict[str, Any] | None = None, at: int | None = None) -> Any:
    """The value of `fn` and its pullback, to all its positional arguments or to the one `at` this position alone."""
    given = kwargs or {}
    variants = cached(("vjp", at, *given), fn, (*primals, *given.values()))
    value, kept = run(variants, primals, given, lambda general: split(fn, primals, given, at, general))
    return value, Pullback(variants[0], value, kept)


class Pullback:
    """From a cotangent of the output to the tuple of cotangents of the inputs; it may be called any number of times."""

    def __init__(self, derived: Derived, value: Any, kept: Any) -> None:
        self.derived = derived
        self.value = value
        self.kept = kept

    def __call__(self, cotangent: Any) -> Any:
        assert self.derived.backward is not None
        try:
            seeds = cotangent_leaves(self.derived.places, self.value, cotangent, COTANGENT)
            return self.derived.backward(self.kept, *seeds)
        except BaseException as error:
            tell(error, self.derived)
            if isinstance(error, REFUSALS):
                shorten(error)
            raise


def split(fn: Any, args: tuple, kwargs: dict[str, Any], at: int | None = None, general: bool = False) -> Derived:
    """Two functions: the forward sweep, which returns the value and what is kept, and the backward sweep."""
    nums = tuple(range(len(args))) if at is None else (at,)
    return restarting(fn, lambda notes: _split(fn, args, kwargs, nums, notes), general)


def _split(fn: Any, args: tuple, kwargs: dict[str, Any], nums: tuple[int, ...], notes: Notes) -> Derived:
    low = lower(fn, args, kwargs, nums, notes)
    check_output(fn, low)
    lo = low.lo
    outputs = list(carriers(lo, low.result))
    inputs = [v for n in nums for v in low.entry.leaves[n]]
    detach(low.block, forward.leaf_vars(lo, low.result))
    reverse = Reverse(lo, low.block, inputs, tuple(outputs), apart=True)
    lo.block = ahead = Block()
    reverse.sweep_forward()
    seeds = [
        Var(
            f"{v.name or 'y'}_bar",
            shadow_kind(v.kind) if v.kind.base == "list" else v.kind,
            ir.Region() if v.kind.memory else None,
            shape=v.shape,
        )
        for v in outputs
    ]
    back = Block()
    lo.block = back
    bars = reverse.sweep_backward(list(zip(outputs, seeds, strict=True)))
    move_shadows(reverse, ahead, back)
    bars = precision.restored(lo, [ahead, back], inputs, bars)
    table = owned(lo, {v.serial: b for v, b in zip(inputs, bars, strict=True)})
    back.results = [tuple(gradient_tree(low.values[n], low.params[n], table, low.abstract[n], lo) for n in nums)]
    lo.book.closed = True
    optimise(ir.Function("", [*low.params, *seeds], back), lo.book, ahead)
    kept = [v for v in ir.free_vars(back.stmts, back.results) if v not in seeds]
    lo.block = ahead
    seen = seen_outside(ahead, kept)
    ahead.results = [(output_operand(lo, low.result), own_residuals(low, reverse, outputs, seen))]
    name = function_name(fn)
    derived = finish(low, ir.Function(f"{name}_forward", low.params, ahead))
    copier = ir.Copier()
    holders = copier.bind(list(kept))
    packed = Var("kept", kinds.Kind("object", type=tuple))
    block = copier.block(back)
    if holders:
        block.stmts[:0] = [ir.Apply(tuple(holders), unpack, (packed,)), *renewal(reverse, kept, holders, block)]
    backward = finish(low, ir.Function(f"{name}_backward", [packed, *seeds], block), checked=True)
    derived.backward = backward.run
    derived.source += "\n\n" + backward.source
    derived.refresh += []
    derived.places = places(lo, low.result)
    derived.twin = backward
    return derived


def seen_outside(block: Block, kept: list[Var]) -> list[Var]:
    """What is kept, as the end of a block sees it: a Var bound in one branch has no value on the other way there."""
    inside = {v.serial for stmt in ir.walk(block) for v in ir.defined(stmt)}
    return [surface(block, v) if v.serial in inside else v for v in kept]


def renewal(reverse: Reverse, kept: list[Var], holders: list[Var], block: Block) -> list[ir.Apply]:
    """Each backward sweep begins with shadows as the forward sweep left them: what the last one added is not there."""
    used = [h for h, v in zip(holders, kept, strict=True) if reverse.is_shadow(v)]
    if not used:
        return []
    copier = ir.Copier()
    fresh = copier.bind(used)
    block.stmts[:] = [copier.stmt(s) for s in block.stmts]
    block.results[:] = [copier.tree(r) for r in block.results]
    return [ir.Apply(tuple(fresh), runtime.renewed, (tuple(used),), effect=True)]


def move_shadows(reverse: Reverse, ahead: Block, back: Block) -> None:
    """Shadows that the forward sweep only makes are made by the backward sweep, anew each time that it is run."""
    shadows = {s.serial for s in reverse.shadows.values()}
    moved = [s for s in ahead.stmts if isinstance(s, ir.Apply) and isinstance(s.out, Var) and s.out.serial in shadows]
    moved = [s for s in moved if s.fn is np.zeros_like or s.fn in ALWAYS_VIEWS]
    size = -1
    while size != (size := len(moved)):
        staying = {v.serial for s in ahead.stmts if s not in moved for v in ir.uses(s)}
        made = {s.out.serial for s in moved}
        moved = [
            s
            for s in moved
            if s.out.serial not in staying
            and all(v.serial in made or v.serial not in shadows for v in ir.tree_vars(s.args))
        ]
    ahead.stmts[:] = [s for s in ahead.stmts if s not in moved]
    back.stmts[:0] = moved
