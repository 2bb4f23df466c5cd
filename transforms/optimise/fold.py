"""Arithmetic on literals, and signs: `1.0 * 2` becomes 2.0, `a + -b` becomes `a - b`, `y += -v` becomes `y -= v`.

x_bar = x_bar + -t      ->      x_bar = x_bar - t
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from transforms import ir
from transforms.analyse.memory import Memory
from transforms.ir import Const, Var
from transforms.lower.simplify import simplified

ARITHMETIC = {operator.add, operator.sub, operator.mul, operator.truediv, operator.neg}


def fold(fn: ir.Function) -> None:
    """Fold literals and signs, in place."""
    Folding(fn).block(fn.body)


class Folding:
    """`makers` are the operations whose operands are the same whenever they are read, `uses` the readers of a value."""

    def __init__(self, fn: ir.Function) -> None:
        self.memory = Memory(fn.body)
        self.makers: dict[int, ir.Apply] = {}
        self.uses: dict[int, int] = {}
        self.copier = ir.Replacer()
        self.read(fn.body.results)
        for stmt in ir.walk(fn.body):
            if isinstance(stmt, ir.Apply) and isinstance(stmt.out, Var) and not self.changes(stmt):
                self.makers[stmt.out.serial] = stmt
            self.read([*ir.operands(stmt), *ir.inner_results(stmt)])

    def read(self, tree: Any) -> None:
        for var in ir.tree_vars(tree):
            self.uses[var.serial] = self.uses.get(var.serial, 0) + 1

    def changes(self, stmt: ir.Apply) -> bool:
        """Whether a statement reads arrays that are written in place: another one must not read them for it, later."""
        return any(self.memory.is_memory(v) for v in ir.tree_vars(stmt.args))

    def block(self, block: ir.Block) -> None:
        tree = self.copier.tree
        stmts = []
        for stmt in block.stmts:
            if isinstance(stmt, ir.Apply):
                stmt.args, stmt.kwargs = tree(stmt.args), tree(stmt.kwargs)
                value = self.simpler(stmt)
                if value is not None:
                    self.replace(stmt.out, value)
                    continue
                self.operation(stmt)
            else:
                self.operands(stmt)
                for inner in ir.blocks(stmt):
                    self.block(inner)
                self.results(stmt)
            if isinstance(stmt, ir.Store):
                self.store(stmt)
            stmts += self.negated_sum(stmt) or [stmt]
        block.stmts[:] = stmts
        block.results[:] = [tree(r) for r in block.results]

    def replace(self, out: Var, value: Any) -> None:
        """Read `value` for `out` from here on."""
        self.copier.memo[out.serial] = value
        if isinstance(value, Var):
            self.uses[value.serial] = self.uses.get(value.serial, 0) + self.uses.get(out.serial, 0) - 1

    def operands(self, stmt: Any) -> None:
        tree = self.copier.tree
        if isinstance(stmt, ir.Store):
            stmt.index, stmt.value = tree(stmt.index), tree(stmt.value)
        elif isinstance(stmt, ir.If):
            stmt.cond = tree(stmt.cond)
        elif isinstance(stmt, ir.Loop):
            stmt.inits, stmt.bounds = tree(stmt.inits), tree(stmt.bounds)

    def results(self, stmt: Any) -> None:
        if isinstance(stmt, ir.Loop):
            stmt.halt = self.copier.tree(stmt.halt)
            stmt.collects = [(out, self.copier.tree(item)) for out, item in stmt.collects]

    # -- operations of a derivative ------------------------------------------------------------------------------------

    def simpler(self, stmt: ir.Apply) -> Any:
        """The literal, or simpler operand, that an operation is."""
        if (
            stmt.kwargs
            or stmt.effect
            or not isinstance(stmt.out, Var)
            or stmt.fn not in ARITHMETIC
            or not derived(stmt)
        ):
            return None
        if all(isinstance(a, Const) and type(a.value) in (int, float) for a in stmt.args):
            try:
                return Const(stmt.fn(*(a.value for a in stmt.args)))
            except ArithmeticError:
                return None
        return None if self.changes(stmt) else simplified(stmt.fn, stmt.args)

    def operation(self, stmt: ir.Apply) -> None:
        """`a - b` for `a + -b`, `0.5 * t` for `t * 0.5`, and `1.0 - t * t` for `1 - t * t`, which takes two types."""
        if stmt.fn not in ARITHMETIC or not derived(stmt):
            return
        if stmt.fn is operator.add:
            positive = self.negated(stmt.args[1])
            if positive is not None:
                stmt.fn, stmt.args = operator.sub, (stmt.args[0], positive)
        if stmt.fn is operator.mul and isinstance(stmt.args[1], Const) and not isinstance(stmt.args[0], Const):
            stmt.args = stmt.args[::-1]
        if any(isinstance(a, Var) and a.kind.continuous for a in stmt.args):
            stmt.args = tuple(Const(float(a.value)) if small_integer(a) else a for a in stmt.args)

    def negated_sum(self, stmt: Any) -> list[ir.Apply] | None:
        """`-np.sum(x, ...)` for `np.sum(-x, ...)`: as many signs as there are sums."""
        if not isinstance(stmt, ir.Apply) or stmt.fn is not np.sum or not derived(stmt):
            return None
        maker = self.makers.get(stmt.args[0].serial) if isinstance(stmt.args[0], Var) else None
        if maker is None or maker.fn is not operator.neg or self.uses.get(maker.out.serial, 0) != 1:
            return None
        if not derived(maker) or stmt.out.kind.dtype not in "fdFD":
            return None
        total = Var("", stmt.out.kind, ir.Region() if stmt.out.region is not None else None, shape=stmt.out.shape)
        self.uses[total.serial] = 1
        summed = ir.Apply(total, np.sum, (maker.args[0], *stmt.args[1:]), stmt.kwargs, loc=stmt.loc)
        self.makers[stmt.out.serial] = ir.Apply(stmt.out, operator.neg, (total,), loc=stmt.loc)
        return [summed, self.makers[stmt.out.serial]]

    def store(self, stmt: ir.Store) -> None:
        """`y -= v` for `y += -v`."""
        if stmt.op is operator.add and derived(stmt):
            positive = self.negated(stmt.value)
            if positive is not None:
                stmt.op, stmt.value = operator.sub, positive

    def negated(self, operand: Any) -> Any:
        """What is negated, if the operand is a negation, or a product with a negative constant, that nobody else reads.

        Such a product is changed to the positive one: whoever asks must subtract it.
        """
        maker = self.makers.get(operand.serial) if isinstance(operand, Var) else None
        if maker is None or self.uses.get(operand.serial, 0) != 1 or operand.name or not derived(maker):
            return None
        if maker.fn is operator.neg:
            return maker.args[0]
        if maker.fn not in (operator.mul, operator.truediv):
            return None
        first = maker.args[0]
        if isinstance(first, Const):
            positive: Any = Const(-first.value) if type(first.value) is float and first.value < 0 else None
        else:
            positive = self.negated(first)
        if positive is None:
            return None
        maker.args = (positive, *maker.args[1:])
        return operand


def derived(stmt: Any) -> bool:
    """Whether a statement is of the derivative: the user's own operations stay as they are."""
    return stmt.loc is not None and bool(stmt.loc.derived)


def small_integer(operand: Any) -> bool:
    return isinstance(operand, Const) and type(operand.value) is int and abs(operand.value) < 2**24
