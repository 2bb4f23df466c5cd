"""Residuals: how values of a forward loop's trip, or of a forward branch, reach the backward statements that need them.

A backward loop was written as if the forward trip's values were at hand.  `connect` finds out which it needs, and
decides for each: it is recomputed where that is cheap and its own operands are at hand, else the forward loop keeps it,
one item a trip, and the backward loop scans what was kept from its end.  The loop's counter is replayed, not kept.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from tensor import runtime
from tensor.attributes import Attribute, attribute
from transforms import ir, kinds
from transforms.differentiate import exposing
from transforms.differentiate.views import ALWAYS_VIEWS
from transforms.ir import UNDEFINED, Const, Var

if TYPE_CHECKING:
    from transforms.differentiate.reverse import Reverse


def connect(rev: Reverse, stmt: ir.Loop, new: ir.Loop, back: ir.Loop) -> None:
    """Give the backward loop its range or scans, and what it needs of each forward trip."""
    Connection(rev, stmt, new, back).run()


class Connection:
    """One forward loop and its backward loop."""

    def __init__(self, rev: Reverse, stmt: ir.Loop, new: ir.Loop, back: ir.Loop) -> None:
        self.rev = rev
        self.stmt = stmt
        self.new = new
        self.back = back
        self.makers = {v.serial: s for s in new.body.stmts for v in ir.defined(s)}
        self.stored = self.stored_values()
        self.inside = set(self.makers) | {v.serial for v in ir.bound_inside(new)}
        self.nested = {v.serial for s in ir.walk(new.body) for v in ir.defined(s)}
        self.kept: dict[int, Var] = {}
        self.memo: dict[int, Any] = {}
        self.recomputed: dict[int, Any] = {}
        self.counted = new.bounds is not None and new.halt is None

    def run(self) -> None:
        back = self.back
        collected = [item for _, item in back.collects]
        results = [back.body.results, collected]
        free = ir.free_vars(back.body.stmts, results)
        self.memo.update(
            {v.serial: self.surfaced(v) for v in free if v.serial in self.nested and v.serial not in self.inside}
        )
        needed = [self.memo.get(v.serial, v) for v in free if v.serial in self.inside or v.serial in self.nested]
        needed = self.shapes_alone(self.carried_back(needed))
        self.choose(needed)
        self.replay()
        self.close_carried()
        self.memo = {k: self.memo.get(v.serial, v) if isinstance(v, Var) else v for k, v in self.memo.items()}
        copier = ir.Replacer(self.memo)
        back.body.stmts[:] = self.remade(copier) + [copier.stmt(s) for s in back.body.stmts]
        back.body.results[:] = [copier.tree(r) for r in back.body.results]
        back.collects = [(out, copier.tree(item)) for out, item in back.collects]

    def surfaced(self, var: Var) -> Var:
        """A value of a branch inside the trip, as an out of that branch."""
        out = exposing.surface(self.new.body, var)
        self.makers = {v.serial: s for s in self.new.body.stmts for v in ir.defined(s)}
        self.inside = set(self.makers) | {v.serial for v in ir.bound_inside(self.new)}
        return out

    # -- what the next trip knows --------------------------------------------------------------------------------------

    def carried_back(self, needed: list[Var]) -> list[Var]:
        """A value that the next trip begins with need not be kept beside what each trip begins with.

        If both a phi and the value that it takes next are needed, the backward loop carries the phi's values along.
        """
        self.followers: list[tuple[Var, Var]] = []
        wanted = {v.serial for v in needed}
        rest = list(needed)
        for phi, init, result, out in zip(
            self.new.phis, self.new.inits, self.new.body.results, self.new.outs, strict=True
        ):
            plain = isinstance(result, Var) and result.serial in self.makers and not self.rev.is_shadowed(result)
            if not plain or phi.serial not in wanted or result.serial not in wanted or init is UNDEFINED:
                continue
            if phi.kind != result.kind or result.kind.base == "list" or self.cost(result) is not None:
                continue
            if self.new.outs.count(out) == 1 and any(v is result for v in rest):
                after = Var(result.name or phi.name, result.kind, result.region, shape=result.shape)
                self.memo[result.serial] = after
                self.back.phis.append(after)
                self.back.inits.append(out)
                self.followers.append((phi, after))
                rest = [v for v in rest if v is not result]
        return rest

    def shapes_alone(self, needed: list[Var]) -> list[Var]:
        """Of an array that is needed for its shape alone, the shape is kept."""
        found, shapes = [], {}
        for var in needed:
            maker = self.makers.get(var.serial)
            if (
                not isinstance(maker, ir.Apply)
                or var.kind.base != "array"
                or var.kind.ndim is None
                or not self.shape_alone(var)
            ):
                found.append(var)
                continue
            shape = Var("", kinds.Kind("object", type=tuple, item=var.kind.ndim))
            stmts = self.new.body.stmts
            stmts.insert(stmts.index(maker) + 1, made := ir.Apply(shape, attribute("shape"), (var,), loc=maker.loc))
            self.makers[shape.serial] = made
            self.inside.add(shape.serial)
            shapes[var.serial] = shape
            found.append(shape)
        ir.replace(self.back.body, shapes)
        return found

    def shape_alone(self, var: Var) -> bool:
        """Whether the backward loop reads an array only as the second operand of `unbroadcast`."""
        for stmt in ir.walk(self.back.body):
            plain = isinstance(stmt, ir.Apply) and stmt.fn is runtime.unbroadcast
            trees = (stmt.args[0],) if plain else (*ir.operands(stmt), *ir.inner_results(stmt))
            if any(v is var for tree in trees for v in ir.tree_vars(tree)):
                return False
        ends = (self.back.body.results, [item for _, item in self.back.collects])
        return self.cost(var) is None and not any(v is var for v in ir.tree_vars(ends))

    def close_carried(self) -> None:
        for phi, after in self.followers:
            self.back.body.results.append(phi)
            self.back.outs.append(Var(after.name, after.kind, after.region))

    # -- what is kept --------------------------------------------------------------------------------------------------

    def choose(self, needed: list[Var]) -> None:
        """Decide for each needed value: replayed, recomputed or kept."""
        must = [v for v in needed if self.cost(v) is None]
        must += [v for v in needed if must and self.dear(v)]
        for var in must:
            self.kept[var.serial] = var
        for var in needed:
            if var.serial in self.kept or self.replayed(var):
                continue
            missing = self.missing(var)
            if not missing or len(missing) == 1 and len(needed) > 0 and self.shared(missing, needed, var):
                for leaf in missing.values():
                    self.kept[leaf.serial] = leaf
                self.recompute(var)
            else:
                self.kept[var.serial] = var

    def shared(self, missing: dict[int, Var], needed: list[Var], var: Var) -> bool:
        """Whether keeping the one operand that is missing serves another needed value, too."""
        (leaf,) = missing
        return sum(leaf in self.missing(v) for v in needed if not self.replayed(v)) > 1

    def replayed(self, var: Var) -> bool:
        """The counter and the items of scans are had again by running backwards."""
        if not self.counted and not (self.new.bounds is None and self.new.test is None and self.new.halt is None):
            return False
        return var is self.new.index or any(v is var for scan in self.new.scans for v in ir.tree_vars(scan.item))

    def cost(self, var: Var) -> int | None:
        """The effort of recomputing one value from its operands; None if it must be kept."""
        if self.replayed(var):
            return 0
        maker = self.makers.get(var.serial)
        if not isinstance(maker, ir.Apply) or maker.effect or not isinstance(maker.out, Var):
            return None
        if var.serial in self.stored:
            return 1
        if any(self.unstable(a) for a in ir.tree_vars((maker.args, maker.kwargs))) and not self.rev.entries.stay(var):
            if not (isinstance(maker.fn, Attribute) or is_view(maker)):
                return None
        if self.is_shadow_maker(maker) or self.may_copy_shadow(maker) or var.kind.base == "list":
            return None
        if var.kind.scalar or not var.kind.numeric:
            reads_array = any(v.kind.base in ("array", "list") for v in ir.tree_vars(maker.args))
            if (
                reads_array
                and maker.fn is not operator.getitem
                and not isinstance(maker.fn, Attribute)
                and maker.fn is not len
            ):
                return None
            return 1
        if is_view(maker) or maker.fn in CHEAP_ARRAYS:
            return 1
        return None

    def dear(self, var: Var) -> bool:
        """Whether a number is computed by a NumPy function, which takes longer than keeping it beside others."""
        maker = self.makers.get(var.serial)
        return var.kind.scalar and isinstance(maker, ir.Apply) and kinds.is_ufunc(maker.fn) and not self.replayed(var)

    def stored_values(self) -> dict[int, ir.Apply]:
        """The numbers that a trip stores into an array, and that are still there at the end, as reads of it."""
        found = {}
        for stmt in self.new.body.stmts:
            value = getattr(stmt, "value", None)
            if isinstance(value, Var) and value.kind.scalar and self.rev.entries.stored(stmt) and not value.kind.python:
                if value.kind.dtype == stmt.target.kind.dtype and value.serial in self.makers:
                    read = ir.Apply(value, operator.getitem, (stmt.target, stmt.index), loc=stmt.loc)
                    found[value.serial] = read
        return found

    def is_shadow_maker(self, maker: ir.Apply) -> bool:
        """Shadows are made once, in the forward sweep."""
        return maker.fn in (np.zeros_like,) and any(maker.out is s for s in self.rev.shadows.values())

    def may_copy_shadow(self, maker: ir.Apply) -> bool:
        """What may copy a shadow copies zeros in the forward sweep, but not in the backward sweep."""
        roots = self.shadow_roots()
        reads = any(v.region is not None and v.region.find() in roots for v in ir.tree_vars(maker.args))
        return reads and maker.fn not in ALWAYS_VIEWS and not isinstance(maker.fn, Attribute)

    def unstable(self, var: Var) -> bool:
        """Memory whose content may be another by the time the backward sweep reads it."""
        if not var.kind.memory or var.region is None:
            return False
        root = var.region.find()
        memory = self.rev.memory
        return root in memory.writes and memory.written_after(root, self.stmt) or root in self.shadow_roots()

    def shadow_roots(self) -> set[Any]:
        return {r.find() for r in self.rev.shadow_regions.values()}

    def missing(self, var: Var, depth: int = 0) -> dict[int, Var]:
        """The values that would have to be kept for `var` to be recomputed."""
        if var.serial not in self.inside or var.serial in self.kept or self.replayed(var):
            return {}
        if depth > 12 or self.cost(var) is None:
            return {var.serial: var}
        found: dict[int, Var] = {}
        maker = self.stored.get(var.serial, self.makers[var.serial])
        for operand in ir.tree_vars((maker.args, maker.kwargs)):
            found.update(self.missing(operand, depth + 1))
        return found

    def recompute(self, var: Var) -> None:
        if var.serial not in self.inside or var.serial in self.kept or self.replayed(var):
            return
        maker = self.stored.get(var.serial, self.makers[var.serial])
        for operand in ir.tree_vars((maker.args, maker.kwargs)):
            self.recompute(operand)
        self.recomputed.setdefault(var.serial, maker)

    # -- the backward loop's head --------------------------------------------------------------------------------------

    def replay(self) -> None:
        """The backward loop's range and scans."""
        new, back = self.new, self.back
        if self.counted:
            back.bounds, back.reverse = new.bounds, not new.reverse
            back.index = Var(new.index.name if new.index else "", kinds.INT)
            if new.index is not None:
                self.memo[new.index.serial] = back.index
        if self.counted or new.bounds is None and new.test is None and new.halt is None:
            for scan in new.scans:
                item = self.fresh(scan.item)
                back.scans.append(ir.Scan(item, scan.source, not scan.reverse))
        if self.kept:
            self.keep()
        elif back.bounds is None and not back.scans:
            self.count()

    def fresh(self, tree: Any) -> Any:
        copier = ir.Copier()
        made = copier.bind(tree)
        self.memo.update(copier.memo)
        return made

    def keep(self) -> None:
        """One list of tuples (or of single values) for all that is kept; one more for shadows, if they stand apart."""
        items = tuple(self.kept.values())
        shadows = tuple(v for v in items if self.rev.apart and self.rev.is_shadow(v))
        others = tuple(v for v in items if v not in shadows)
        if others:
            self.keep_items(others, "kept")
        if shadows:
            self.rev.kept_shadows.add(self.keep_items(shadows, "bars_kept").serial)

    def keep_items(self, items: tuple[Var, ...], name: str) -> Var:
        """The forward loop collects these values of each trip, and the backward loop scans them from their end."""
        item = items if len(items) > 1 else items[0]
        kind = ir.tree_map(lambda v: v.kind, item)
        name = f"{items[0].name}_kept" if len(items) == 1 and items[0].name else name
        kept = self.rev.lo.var(kinds.Kind("list", item=kind), name)
        self.new.collects.append((kept, item))
        self.back.scans.append(ir.Scan(self.fresh(item), kept, reverse=True))
        return kept

    def count(self) -> None:
        """A loop that ends by a condition counts its trips, if nothing else tells them."""
        if self.new.trips is None:
            self.new.trips = Var("trips", kinds.INT)
        self.back.bounds = (Const(0), self.new.trips, Const(1))
        self.back.index = Var("", kinds.INT)

    def remade(self, copier: ir.Copier) -> list[Any]:
        """The statements that recompute, in the forward order, with fresh Vars.

        Operands come first: an index at which a stored value is read may be computed after the value.
        """
        fresh = ir.Copier(copier.memo)
        made: dict[int, Any] = {}

        def make(serial: int) -> None:
            maker = self.recomputed.get(serial)
            if maker is not None and serial not in made:
                for operand in ir.tree_vars((maker.args, maker.kwargs)):
                    make(operand.serial)
                made[serial] = fresh.stmt(maker)

        for stmt in self.new.body.stmts:
            for var in ir.defined(stmt):
                make(var.serial)
        copier.memo.update(fresh.memo)
        return list(made.values())


CHEAP_ARRAYS = {np.zeros_like, np.ones_like, np.arange, np.roll}


def is_view(maker: ir.Apply) -> bool:
    inferred = kinds.infer(maker.fn, maker.args, maker.kwargs)
    return inferred is not None and bool(inferred.shares)
