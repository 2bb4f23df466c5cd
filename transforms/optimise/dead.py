"""Dead code: statements whose results nobody reads, stores into memory that nobody reads, values that loops carry for
nothing.

Only what has no effect goes: printing, raising, writing into the caller's arrays stay.
"""

from __future__ import annotations

from typing import Any

from tensor import runtime
from tensor.attributes import ADD_AT, Method
from transforms import ir
from transforms.analyse.memory import LIST_WRITERS, content_operands
from transforms.ir import Region, Var


def remove(fn: ir.Function) -> None:
    """Remove dead statements, in place."""
    live = Live(fn)
    _sweep(fn.body, live)


class Live:
    """The Vars and regions whose values matter, and the statements that stay.

    The least set: each Var, region and statement is looked at once, when it is found to matter, and what it needs in
    turn is noted for later, so that the time is that of reading the text.
    """

    def __init__(self, fn: ir.Function) -> None:
        self.vars: set[int] = set()
        self.regions: set[Region] = set()
        self.stay: set[int] = set()
        self.around: dict[int, Any] = {}
        self.makers: dict[int, list[Any]] = {}
        self.writers: dict[Region, list[Any]] = {}
        self.needs: dict[int, list[Any]] = {}
        self.phis: dict[int, int] = {}
        self.waiting: list[Any] = []
        self.unread: list[Any] = []
        for param in fn.params:
            if param.region is not None and param.kind.memory:
                param.region.find().external = True
        self.survey(fn.body, None)
        self.read(fn.body.results)
        while self.waiting or self.unread:
            if self.unread:
                self.read(self.unread.pop())
            else:
                self.keep(self.waiting.pop())

    def read(self, tree: Any, content: bool = True) -> None:
        """These values matter, and what makes them; with their `content`, what is written into their memory, too."""
        for var in ir.tree_vars(tree):
            serial = var.serial
            if serial not in self.vars:
                self.vars.add(serial)
                self.waiting += self.makers.get(serial, ())
                self.unread += self.needs.get(serial, ())
                if serial in self.phis:
                    self.vars.add(self.phis[serial])
            if content and var.region is not None:
                root = var.region.find()
                if root not in self.regions:
                    self.regions.add(root)
                    self.waiting += self.writers.get(root, ())

    def survey(self, block: ir.Block, around: Any) -> None:
        """Note for a block what makes each Var, what writes each region, and what stays in any case."""
        for stmt in block.stmts:
            self.around[id(stmt)] = around
            for var in ir.defined(stmt):
                self.makers.setdefault(var.serial, []).append(stmt)
            if isinstance(stmt, ir.Store):
                self.note_write(stmt, stmt.target)
            elif isinstance(stmt, ir.Apply):
                if stmt.effect:
                    self.note_write(stmt, stmt.args[0] if writes_only(stmt) else None)
            elif isinstance(stmt, ir.If):
                for out, a, b in zip(stmt.outs, stmt.then.results, stmt.orelse.results, strict=True):
                    self.needs.setdefault(out.serial, []).append((a, b))
            else:
                for phi, init, result, out in zip(stmt.phis, stmt.inits, stmt.body.results, stmt.outs, strict=True):
                    self.phis[out.serial] = phi.serial
                    for serial in (phi.serial, out.serial):
                        self.needs.setdefault(serial, []).append((init, result))
                for out, item in stmt.collects:
                    self.needs.setdefault(out.serial, []).append(item)
                for scan in stmt.scans:
                    for var in ir.tree_vars(scan.item):
                        self.needs.setdefault(var.serial, []).append(scan.source)
            for inner in ir.blocks(stmt):
                self.survey(inner, stmt)

    def note_write(self, stmt: Any, target: Any) -> None:
        if not isinstance(target, Var) or target.region is None or target.region.find().external:
            self.waiting.append(stmt)
        else:
            self.writers.setdefault(target.region.find(), []).append(stmt)

    def keep(self, stmt: Any) -> None:
        """A statement stays, and so do those around it, and what they read."""
        while stmt is not None and id(stmt) not in self.stay:
            self.stay.add(id(stmt))
            if isinstance(stmt, ir.Apply):
                self.read((stmt.args, stmt.kwargs), content=False)
                self.read(content_operands(stmt))
            elif isinstance(stmt, ir.Store):
                self.read((stmt.target, stmt.index, stmt.value))
            elif isinstance(stmt, ir.If):
                self.read(stmt.cond)
                if isinstance(stmt, ir.Guarded):  # what may raise stays as it is, as long as it matters whether it does
                    self.waiting += stmt.body.stmts
                    self.vars.update(v.serial for inner in stmt.body.stmts for v in ir.defined(inner))
                    self.read([list(ir.operands(inner)) for inner in stmt.body.stmts])
            else:
                self.read((stmt.bounds, stmt.halt, stmt.test.results if stmt.test else ()))
                self.read([scan.source for scan in stmt.scans if self.scan_needed(stmt, scan)])
            stmt = self.around[id(stmt)]

    def scan_needed(self, stmt: ir.Loop, scan: ir.Scan) -> bool:
        if any(v.serial in self.vars for v in ir.tree_vars(scan.item)):
            return True
        return stmt.bounds is None and stmt.test is None

    def kept(self, stmt: Any) -> bool:
        """Whether a statement stays."""
        return id(stmt) in self.stay


def writes_only(stmt: ir.Apply) -> bool:
    """Whether all that a statement with an effect does is to write into its first operand."""
    return stmt.fn in (ADD_AT, runtime.return_copy) or isinstance(stmt.fn, Method) and stmt.fn.name in LIST_WRITERS


def _sweep(block: ir.Block, live: Live) -> None:
    block.stmts[:] = [s for s in block.stmts if live.kept(s)]
    for stmt in block.stmts:
        for inner in ir.blocks(stmt):
            if not (isinstance(stmt, ir.Guarded) and inner is stmt.body):
                _sweep(inner, live)
        if isinstance(stmt, ir.If):
            _trim_if(stmt, live)
        elif isinstance(stmt, ir.Loop):
            _trim_loop(stmt, live)


def _trim_if(stmt: ir.If, live: Live) -> None:
    keep = [i for i, out in enumerate(stmt.outs) if out.serial in live.vars]
    stmt.outs[:] = [stmt.outs[i] for i in keep]
    for side in (stmt.then, stmt.orelse):
        side.results[:] = [side.results[i] for i in keep]


def _trim_loop(stmt: ir.Loop, live: Live) -> None:
    keep = [
        i
        for i, (p, o) in enumerate(zip(stmt.phis, stmt.outs, strict=True))
        if p.serial in live.vars or o.serial in live.vars
    ]
    stmt.phis[:], stmt.inits[:], stmt.outs[:] = ([seq[i] for i in keep] for seq in (stmt.phis, stmt.inits, stmt.outs))
    stmt.body.results[:] = [stmt.body.results[i] for i in keep]
    stmt.collects[:] = [(out, item) for out, item in stmt.collects if out.serial in live.vars]
    stmt.scans[:] = [s for s in stmt.scans if live.scan_needed(stmt, s)]
    if stmt.trips is not None and stmt.trips.serial not in live.vars:
        stmt.trips = None
