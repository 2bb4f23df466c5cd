"""The names of all values of a function."""

from __future__ import annotations

from typing import Any

from tensor.runtime import shadow_of
from transforms import ir
from transforms.ir import Var
from transforms.names import groups
from transforms.names.groups import Group, Range
from transforms.names.numbers import Numbers, Uses


class Naming:
    """The names of all Vars of a function.  `fixed` maps Vars from outside to their names."""

    def __init__(self, fn: ir.Function, inline: dict[int, ir.Apply], fixed: dict[Any, str], reserved: set[str]) -> None:
        self.fn = fn
        self.inline = inline
        self.groups: dict[int, Group] = {}
        self.born: dict[int, int] = {}
        self.last: dict[int, int] = {}
        self.depth: dict[int, tuple[int, ...]] = {}
        self.extra: dict[int, list[Range]] = {}
        self.existing: set[int] = set()
        self.merges: list[tuple[Var, Any]] = []
        self.loop_ends: dict[int, int] = {}
        self.pending_uses: list[tuple[Var, int, tuple[int, ...]]] = []
        self.clock = 0
        self.vars: dict[int, Var] = {}
        self.params = {p.serial for p in fn.params}
        self.fixed = {v.serial: n for v, n in fixed.items()}
        self.reserved = reserved | set(self.fixed.values())
        taken = {*self.reserved, *(param.name for param in fn.params)}
        self.ignored = next(name for name in ("_", "__", "___") if name not in taken)  # for what is never read
        for param in fn.params:
            self.bind(param, ())
        self.block(fn.body, ())
        self.tick()
        self.use(fn.body.results, ())
        self.must(fn.body.results)
        self.spread_must(fn.body)
        self.close()
        self.must_copied()
        self.spread_must(fn.body)
        self.color()

    # -- events --------------------------------------------------------------------------------------------------------

    def tick(self) -> int:
        self.clock += 1
        return self.clock

    def bind(self, tree: Any, loops: tuple[int, ...]) -> None:
        for var in ir.tree_vars(tree):
            self.vars[var.serial] = var
            self.born.setdefault(var.serial, self.clock)
            self.depth.setdefault(var.serial, loops)

    def use(self, tree: Any, loops: tuple[int, ...]) -> None:
        for var in ir.tree_vars(tree):
            maker = self.inline.get(var.serial)
            if maker is not None:
                self.use((maker.args, maker.kwargs), loops)
            else:
                self.pending_uses.append((var, self.clock, loops))

    def must(self, tree: Any) -> None:
        """These are read whatever branch was taken: a name that one branch leaves unbound must exist."""
        self.existing.update(v.serial for v in ir.tree_vars(tree))

    def spread_must(self, body: ir.Block) -> None:
        """What a value that must exist is made of must exist, too."""
        size = -1
        while size != (size := len(self.existing)):
            for stmt in ir.walk(body):
                if isinstance(stmt, ir.If):
                    for out, a, b in zip(stmt.outs, stmt.then.results, stmt.orelse.results, strict=True):
                        if out.serial in self.existing:
                            self.must((a, b))
                elif isinstance(stmt, ir.Loop):
                    for phi, init, out in zip(stmt.phis, stmt.inits, stmt.outs, strict=True):
                        if out.serial in self.existing or phi.serial in self.existing:
                            self.must((init, phi))

    def block(self, block: ir.Block, loops: tuple[int, ...]) -> None:
        for stmt in block.stmts:
            self.tick()
            if isinstance(stmt, ir.If):
                self.branch(stmt, loops)
            elif isinstance(stmt, ir.Loop):
                self.loop(stmt, loops)
            else:
                if isinstance(stmt, ir.Apply) and stmt.fn is shadow_of:  # also on the way where the list was not made
                    self.must(stmt.args)
                if isinstance(stmt, ir.Apply) and isinstance(stmt.out, Var) and stmt.out.serial in self.inline:
                    continue
                for tree in ir.operands(stmt):
                    self.use(tree, loops)
                self.bind(list(ir.defined(stmt)), loops)

    def branch(self, stmt: ir.If, loops: tuple[int, ...]) -> None:
        if isinstance(stmt, ir.Guarded):
            self.block(stmt.body, loops)
            self.tick()
            self.bind([stmt.cond, stmt.caught], loops)
        else:
            self.use(stmt.cond, loops)
        caught, began = getattr(stmt, "caught", None), self.clock
        for block in (stmt.then, stmt.orelse):
            self.block(block, loops)
            self.tick()
            self.use(block.results, loops)
            if caught is not None and block is stmt.then:  # Python unbinds its name after the handler
                self.extra.setdefault(caught.serial, []).append((began, self.clock + 2))
            for out, result in zip(stmt.outs, block.results, strict=True):
                if result is not caught:
                    self.merges.append((out, result))
                self.extra.setdefault(out.serial, []).append((self.clock, self.clock + 1))
            self.tick()
        self.bind(stmt.outs, loops)

    def loop(self, stmt: ir.Loop, loops: tuple[int, ...]) -> None:
        self.bind([out for out, _ in stmt.collects], loops)
        self.bind(stmt.trips, loops)
        self.tick()
        self.use(stmt.inits, loops)
        inner = (*loops, id(stmt))
        start = self.tick()
        self.use((stmt.bounds, [s.source for s in stmt.scans]), loops)
        self.bind(list(ir.bound_inside(stmt)), inner)
        if stmt.test is not None:
            self.block(stmt.test, inner)
            self.tick()
            self.use(stmt.test.results, inner)
        tested = self.clock
        self.block(stmt.body, inner)
        self.tick()
        for _, item in stmt.collects:
            self.use(item, inner)
            self.must(item)
        self.tick()
        self.use(stmt.body.results, inner)
        self.must(stmt.body.results)
        assigned = self.clock
        self.tick()
        self.use(stmt.halt, inner)
        end = self.tick()
        self.loop_ends[id(stmt)] = end
        self.bind(stmt.outs, loops)
        for out, _ in stmt.collects:
            self.extra.setdefault(out.serial, []).append((start - 2, end))
        if stmt.trips is not None:
            self.extra.setdefault(stmt.trips.serial, []).append((start - 2, end))
        for phi, init, result, out in zip(stmt.phis, stmt.inits, stmt.body.results, stmt.outs, strict=True):
            self.extra.setdefault(phi.serial, []).extend(
                [(start - 1, tested), (assigned, end)]
            )  # the test may be the last
            self.merges.insert(0, (phi, out))
            self.merges.append((phi, result))
            self.merges.append((phi, init))

    # -- live ranges ---------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """From uses to live ranges: a value from outside a loop that is read inside lives to the loop's end."""
        for var, clock, loops in self.pending_uses:
            own = self.depth.get(var.serial, ())
            at = clock
            for loop in loops[len(own) :]:
                at = max(at, self.loop_ends[loop])
            self.last[var.serial] = max(at, self.last.get(var.serial, 0))
        for serial, var in self.vars.items():
            group = self.groups[serial] = Group(var)
            born = self.born[serial]
            group.ranges = [(born, self.last.get(serial, born)), *self.extra.get(serial, [])]
            if serial in self.params:
                group.ranges.append((0, 1))
        for target, source in self.merges:
            if isinstance(source, Var) and source.serial not in self.inline:
                self.merge(target, source)

    def must_copied(self) -> None:
        """A value that is copied into another name is read then, so it must exist."""
        for target, source in self.merges:
            if isinstance(source, Var) and source.serial in self.groups and target.serial in self.groups:
                if self.groups[source.serial].find() is not self.groups[target.serial].find():
                    self.existing.add(source.serial)

    def merge(self, target: Var, source: Var) -> None:
        if source.serial not in self.groups or target.serial not in self.groups:
            return
        a, b = self.groups[target.serial].find(), self.groups[source.serial].find()
        if a is b or groups.overlap(a, b) or self.clashing(a, b):
            return
        b.parent = a
        a.ranges += b.ranges
        a.wishes += b.wishes

    def clashing(self, a: Group, b: Group) -> bool:
        """Parameters keep their own names."""
        fixed = [g for g in (a, b) if any(self.groups[p].find() is g for p in self.params if p in self.groups)]
        return len(fixed) == 2

    # -- names ---------------------------------------------------------------------------------------------------------

    def color(self) -> None:
        order = list(dict.fromkeys(self.groups[serial].find() for serial in self.vars))
        uses: dict[str, Uses] = {}
        for param in self.fn.params:
            group = self.groups[param.serial].find()
            group.name = param.name
            uses.setdefault(param.name, Uses()).add(group)
        order.sort(key=lambda g: min(r[0] for r in g.ranges))
        numbers: dict[str, Numbers] = {}
        for group in order:
            if group.name:
                continue
            base = group.wishes[0] if group.wishes else "t"
            if base not in numbers:
                numbers[base] = Numbers(base, uses, self.reserved)
            group.name = numbers[base].take(group)

    def of(self, var: Var) -> str:
        if var.serial in self.fixed:
            return self.fixed[var.serial]
        return self.groups[var.serial].find().name

    def read(self, var: Var) -> bool:
        """Whether anything reads the value."""
        return var.serial in self.last

    def must_exist(self, var: Var) -> bool:
        return var.serial in self.existing
