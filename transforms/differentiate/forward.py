"""Forward mode: beside each primal statement the one that carries its tangent, in the same control flow.

    y = np.sin(x)      y_dot = x_dot * np.cos(x)

Memory has a mirror: an array or list written in place has a tangent array or list that is made, viewed and written as
it is, so that aliases stay aliases.  Reference: Griewank and Walther, Evaluating Derivatives, section 3.1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from transforms import ir, kinds
from transforms.analyse.activity import Activity
from transforms.analyse.memory import Memory
from transforms.differentiate.pullbacks.list_kinds import leaf_kinds
from transforms.differentiate.pushforwards.applications import apply
from transforms.differentiate.pushforwards.branches import branch, guarded
from transforms.differentiate.pushforwards.loops import loop
from transforms.differentiate.pushforwards.stores import store
from transforms.differentiate.pushforwards.tangents import ZERO, mirror_inputs, whole_dot, zero_dot
from transforms.errors import UnsupportedError
from transforms.ir import Block, Const, Region, Var
from transforms.lower.derivatives.arguments import structured
from transforms.lower.state.frames import Frame
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Ref


class Forward:
    """One forward-mode transformation of a function body; `dots` are the tangents of the inputs."""

    def __init__(self, lo: Lowering, body: Block, inputs: list[Var], dots: list[Any]) -> None:
        self.lo = lo
        self.body = body
        active = [v for v, d in zip(inputs, dots, strict=True) if d is not None and d != Const(None)]
        self.activity = Activity(body, active, [v for s in ir.walk(body) for v in ir.defined(s)] + inputs)
        self.memory = Memory(body)
        self.dots: dict[int, Any] = {v.serial: d for v, d in zip(inputs, dots, strict=True)}
        self.inputs = {v.serial for v in inputs}
        self.regions: dict[Region, Region] = {}
        self.frame = Frame({}, {}, rule=True)

    def sweep(self) -> Block:
        """The primal statements with the tangent statements among them."""
        into = Block()
        saved = self.lo.loc
        self.lo.frames.append(self.frame)
        try:
            self.lo.within(into, lambda: mirror_inputs(self))
            self.block(self.body, into)
        finally:
            self.lo.frames.pop()
            self.lo.loc = saved
        return into

    def block(self, block: Block, into: Block) -> None:
        """Put the statements of a block, and those of their tangents, into another."""
        for stmt in block.stmts:
            self.lo.loc = replace(stmt.loc, tangent=True) if stmt.loc is not None else None
            self.lo.within(into, lambda stmt=stmt: HANDLERS[type(stmt)](self, stmt))
        into.results = list(block.results)

    # -- tangents ------------------------------------------------------------------------------------------------------

    def varied(self, operand: Any) -> bool:
        """Whether an operand may have a tangent other than 0.0."""
        return (
            isinstance(operand, Var)
            and self.activity.is_varied(operand)
            and (operand.kind.continuous or operand.kind.base == "list" or operand.kind.type_unknown)
        )

    def any_varied(self, tree: Any) -> bool:
        return any(self.varied(v) for v in ir.tree_vars(tree))

    def dot(self, operand: Any) -> Any:
        """The tangent of an operand; zero if it does not vary."""
        if not isinstance(operand, Var):
            return ZERO
        found = self.dots.get(operand.serial)
        if found is None and self.varied(operand) and not operand.kind.type_unknown:
            raise UnsupportedError(
                f"the derivative of {operand.name or 'a value'} is not followed to this place",
                self.lo.loc.location() if self.lo.loc is not None else None,
            )
        if found is None or found == Const(None):
            found = zero_dot(self, operand)
        return found

    # -- memory --------------------------------------------------------------------------------------------------------

    def is_mirror(self, dot: Var) -> bool:
        """Whether a tangent is that of memory, or a view of it: it may be written later."""
        return dot.region is not None and any(dot.region.find() is r.find() for r in self.regions.values())

    def region(self, var: Var) -> Region | None:
        """One region for the tangents of all arrays of a region: what may alias may alias there."""
        return self.regions.setdefault(var.region.find(), Region()) if var.region is not None else None

    def list_region(self, region: Region | None, kind: kinds.Kind) -> Region:
        """The region of the tangents of a list's region; those of what it holds are in the region for that."""
        assert region is not None
        found = self.regions.setdefault(region.find(), Region())
        held = [k for k in leaf_kinds(kind.item) if k.memory]
        if any(k.base == "list" for k in held) or held and region.items.find() in self.memory.writes:
            found.items.union(self.regions.setdefault(region.items.find(), Region()))
        for leaf in held:
            if leaf.base == "list":
                self.list_region(region.items, leaf)
        return found

    def region_for(self, var: Var) -> Region | None:
        """The region of the tangent of what a branch chooses or a loop carries."""
        if not var.kind.memory:
            return Region() if var.kind.type_unknown else None
        if var.kind.base == "list":
            return self.list_region(var.region, var.kind)
        return self.region(var) if self.memory.is_memory(var) else Region()

    def share(self, made: Var, dots: list[Any]) -> None:
        """A tangent that is one of these may share memory with any of them."""
        for dot in dots:
            if isinstance(dot, Var) and dot.region is not None and made.region is not None:
                made.region.union(dot.region)

    def tangent_tree(self, value: Any) -> Any:
        """The tangent of an abstract value in its own structure."""
        self.lo.frames.append(self.frame)
        leaves = {v.serial: whole_dot(self, v) for v in leaf_vars(self.lo, value)}
        self.lo.frames.pop()
        if isinstance(value, Const):
            return ZERO
        return structured(self.lo, value, leaves, ZERO)


def leaf_vars(lo: Lowering, value: Any) -> list[Var]:
    """The Vars in an abstract value, those in the objects that it refers to included."""
    if isinstance(value, Var):
        return [value]
    if isinstance(value, tuple):
        return [v for item in value for v in leaf_vars(lo, item)]
    if isinstance(value, Ref):
        content = lo.content(value)
        items = content.values() if isinstance(content, dict) else content
        return [v for item in items for v in leaf_vars(lo, item)]
    return []


HANDLERS: dict[type, Callable[[Forward, Any], None]] = {
    ir.Apply: apply,
    ir.Store: store,
    ir.If: branch,
    ir.Loop: loop,
    ir.Guarded: guarded,
}
