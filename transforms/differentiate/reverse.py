"""Reverse mode: the forward sweep, then the backward sweep, in one body.

    y = f(x)      becomes      forward statements of f, with what the backward sweep needs kept;
                               backward statements, in the opposite order: cotangents `x_bar` from `y_bar`

Plain values have cotangents that are bound and added up; an array that is indexed or read in a loop gets one zeroed
buffer to which contributions are added in place.  Arrays written in place, and lists, are memory: each has a *shadow*,
made where it is made and viewed as it is viewed, so that aliases of the primal are aliases of the cotangent.

    y[i] = v      v_bar += y_bar[i]; y_bar[i] = 0            z = y[1:]      z_bar = y_bar[1:]   (forward)

What a backward statement reads of the forward sweep is just read: outside loops it is still there.  A loop keeps, trip
by trip, what its backward loop needs and cannot recompute (`residuals`).

Here are the two sweeps: each statement adds to the forward sweep and leaves a step, and the backward sweep runs the
steps from the last to the first.  What the steps of each kind of statement are is said in `pullbacks`.
Reference: Griewank and Walther, Evaluating Derivatives, chapters 3 and 12.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cached_property
from typing import Any

from transforms import ir, kinds
from transforms.analyse.activity import Activity
from transforms.analyse.entries import Entries
from transforms.analyse.memory import Memory
from transforms.differentiate.pullbacks.applications import apply
from transforms.differentiate.pullbacks.bindings import bound_conditions, undefined_outs
from transforms.differentiate.pullbacks.branches import branch, guarded
from transforms.differentiate.pullbacks.cotangents import contribute, final_bar
from transforms.differentiate.pullbacks.list_values import functional
from transforms.differentiate.pullbacks.loops import loop
from transforms.differentiate.pullbacks.scopes import Scope, run_reversed
from transforms.differentiate.pullbacks.sequences import give_parts
from transforms.differentiate.pullbacks.shadows import shadow_inputs
from transforms.differentiate.pullbacks.stores import store
from transforms.errors import UnsupportedError
from transforms.ir import Block, Region, Var
from transforms.lower.state.frames import Frame
from transforms.lower.state.lowering import Lowering


class Reverse:
    """One reverse-mode transformation of a function body."""

    def __init__(self, lo: Lowering, body: Block, inputs: list[Var], outputs: Any, apart: bool = False) -> None:
        """`apart`: loops keep shadows in lists of their own, so that they can be told from the other residuals."""
        self.lo = lo
        self.apart = apart
        self.activity = Activity(body, inputs, outputs)
        self.memory = Memory(body)
        self.entries = Entries(body)
        self.body = body
        self.inputs = inputs
        self.outputs = outputs
        self.input_serials = {v.serial for v in inputs}
        self.began = 0
        self.shadows: dict[int, Var] = {}
        self.shadow_regions: dict[Region, Region] = {}
        self.list_shadows: dict[int, Var] = {}
        self.list_operands: dict[int, Var] = {}
        self.kept_shadows: set[int] = set()
        self.number_shadows: dict[int, list[tuple[Var, Var]]] = defaultdict(list)
        self.owners: dict[int, int] = {}  # the value whose cotangent a buffer was made for
        self.maybe_undefined: set[int] = undefined_outs(body)
        self.bound_if: dict[int, Any] = bound_conditions(body)
        self.roots = {v.region: v.region.find() for s in ir.walk(body) for v in ir.uses(s) if v.region is not None}
        self.collected: dict[int, list[tuple[ir.Scan, Any]]] = {}
        self.scanned: dict[int, list[tuple[ir.Scan, Var]]] = defaultdict(list)
        self.frame = Frame({}, {}, rule=True)
        self.scope = Scope(Block())
        self.thunks: list[Callable[[], None]] = []

    # -- the two sweeps ------------------------------------------------------------------------------------------------

    def sweep_forward(self) -> None:
        """Emit the forward statements into the block at hand; the backward sweep may put copies among them later."""
        saved = self.lo.loc
        self.lo.frames.append(self.frame)
        try:
            shadow_inputs(self)
            self.thunks = self.sweep(self.body, self.lo.block)
        finally:
            self.lo.loc = saved
            self.lo.frames.pop()

    def sweep_backward(self, seeds: list[tuple[Any, Any]]) -> list[Any]:
        """Emit the backward statements into the block at hand; the cotangents of the inputs.

        `seeds` pairs output operands with their cotangents.
        """
        self.scope = Scope(self.lo.block)
        self.began = Var("", kinds.FLOAT).serial
        self.lo.frames.append(self.frame)
        saved = self.lo.loc
        try:
            for output, seed in seeds:
                self.seed(output, seed)
            run_reversed(self.thunks)
            found = [final_bar(self, x) for x in self.inputs]
            self.check_regions()
            return found
        finally:
            self.lo.loc = saved
            self.lo.frames.pop()

    def seed(self, output: Any, bar: Any) -> None:
        """Give an output its cotangent; that of a list comes from outside, and no item of it is a shadow."""
        if self.is_shadowed(output) and output.kind.base == "list":
            give_parts(self, output, self.shadow(output), bar)
        else:
            contribute(self, output, bar)

    def inner(self, body: Block, inputs: list[Var], outputs: Any) -> Reverse:
        """The transformation of what a rule emits, as a part of this one."""
        return Reverse(self.lo, body, inputs, outputs)

    def check_regions(self) -> None:
        """What was taken to be apart must not have been joined meanwhile: the sweeps were written on that."""
        if any(region.find() is not root for region, root in self.roots.items()):
            raise UnsupportedError(
                "which arrays share memory was found out too late here: this is not followed",
                self.lo.loc.location() if self.lo.loc is not None else None,
                "copy arrays before writing into them",
            )

    def sweep(self, block: Block, into: Block) -> list[Callable[[], None]]:
        """Put the forward statements of a block into another; the backward steps of each, in order."""
        thunks: list[Callable[[], None]] = []
        for stmt in block.stmts:
            self.lo.loc = stmt.loc
            thunk = self.lo.within(into, lambda stmt=stmt: HANDLERS[type(stmt)](self, stmt))
            if thunk is not None:
                thunks.append(self.at(stmt, thunk))
        if into is not self.lo.block:
            into.results = list(block.results)
        return thunks

    def at(self, stmt: Any, thunk: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            self.lo.loc = stmt.loc.reversed() if stmt.loc is not None else None
            thunk()

        return run

    # -- what is what --------------------------------------------------------------------------------------------------

    def active(self, operand: Any) -> bool:
        return self.activity.is_active(operand)

    def is_shadowed(self, operand: Any) -> bool:
        """An active array written in place, or an active list that the user's own code makes."""
        if not self.active(operand) or operand.region is None:
            return False
        if operand.kind.base == "list":
            return operand.serial not in self.functional_lists
        return self.memory.is_memory(operand)

    @cached_property
    def functional_lists(self) -> set[int]:
        """Lists that loops collect and scan: plain values."""
        return functional(self.body)

    def is_shadow(self, var: Var) -> bool:
        """Whether a value of the forward sweep is a shadow, a view of one, or a list in which a loop keeps shadows."""
        if var.serial in self.kept_shadows or any(var is made for made in self.list_shadows.values()):
            return True
        made = [region.find() for region in self.shadow_regions.values()]
        return var.region is not None and any(var.region.find() in (r, r.items.find()) for r in made)

    def shadow(self, var: Var) -> Var:
        found = self.shadows.get(var.serial)
        if found is None:
            raise UnsupportedError(
                f"the derivative of {var.name or 'an array or list'} is not followed to this place",
                self.lo.loc.location() if self.lo.loc is not None else None,
            )
        return found

    def owns(self, operand: Var, held: Any) -> bool:
        """Whether a cotangent may be written in place: a buffer that was made for this value, and not for another one.

        Where `a = b + c`, the cotangents of b and c are that of a: it is copied before more is added to one of them.
        """
        return isinstance(held, Var) and self.owners.get(held.serial) == operand.serial

    def shadow_region(self, var: Var) -> Region:
        """One region for the shadows of all arrays of a region: what may alias may alias in the shadow."""
        assert var.region is not None
        return self.shadow_regions.setdefault(var.region.find(), Region())


HANDLERS: dict[type, Callable[[Reverse, Any], Any]] = {
    ir.Apply: apply,
    ir.Store: store,
    ir.If: branch,
    ir.Loop: loop,
    ir.Guarded: guarded,
}
