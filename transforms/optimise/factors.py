"""Constant factors of a cotangent are gathered into one; what is added twice is doubled.

    t = g * 0.5 / c * b; b_bar += t + t      ->      b_bar += g / c * b
    x_bar += -(t * 2) * 100.0 * x            ->      x_bar += -200.0 * t * x

A product here is a tree of multiplications, divisions and signs, whose root belongs to the derivative and whose inner
values nobody else reads.  Its constants are taken out, and their product is put where it costs least: at a number, else
at the first operand.  The last digit of a cotangent may change by this; what the user can see never does.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from transforms import ir, shapes
from transforms.analyse.memory import Memory
from transforms.ir import Const, Var


def gather(fn: ir.Function) -> None:
    """Gather constant factors, in place."""
    gathering = Gathering(fn)
    gathering.block(fn.body)
    ir.replace(fn.body, gathering.memo)


class Gathering:
    """`uses` counts the readers of each value, `makers` are the products of the block at hand; `memo` says which values
    turn out to be others."""

    def __init__(self, fn: ir.Function) -> None:
        self.memo: dict[int, Any] = {}
        self.memory = Memory(fn.body)
        self.uses: dict[int, int] = {}
        trees = [tree for stmt in ir.walk(fn.body) for tree in (*ir.operands(stmt), *ir.inner_results(stmt))]
        for tree in (*trees, *fn.body.results):
            for var in ir.tree_vars(tree):
                self.uses[var.serial] = self.uses.get(var.serial, 0) + 1
        self.makers: dict[int, ir.Apply] = {}
        self.insert: dict[int, list[ir.Apply]] = {}

    def block(self, block: ir.Block) -> None:
        for stmt in block.stmts:
            for inner in ir.blocks(stmt):
                self.block(inner)
        self.double(block)
        self.makers = {s.out.serial: s for s in block.stmts if is_product(s)}
        inner_nodes = set()
        own = [s for s in self.makers.values() if s.loc.derived]
        for child in [c for s in own for c in self.children(s)]:
            inner_nodes.add(id(child))
            child.out.name = ""  # it is a part of a product of the same name
        self.insert = {}
        for stmt in block.stmts:
            derived = stmt.loc is not None and stmt.loc.derived
            if derived and is_product(stmt) and id(stmt) not in inner_nodes:
                self.root(stmt)
        block.stmts[:] = [s for stmt in block.stmts for s in (*self.insert.get(id(stmt), ()), stmt)]

    def double(self, block: ir.Block) -> None:
        """`x + t + t` as `x + (t + t)`, and `b += t; b += t` as `b += t + t`."""
        stmts: list[Any] = []
        sums: dict[int, ir.Apply] = {}
        for stmt in block.stmts:
            if is_sum(stmt):
                first, second = stmt.args
                inner = sums.get(first.serial) if isinstance(first, Var) and self.uses[first.serial] == 1 else None
                if inner is not None and inner.args[1] is second and not self.writable(inner):
                    stmts.append(twice := self.twice(second, stmt))
                    stmt.args = (inner.args[0], twice.out)
                sums[stmt.out.serial] = stmt
            elif is_repeated(stmt, stmts[-1] if stmts else None):
                twice = self.twice(stmt.value, stmt)
                stmts[-1:] = [twice]
                stmt.value = twice.out
            stmts.append(stmt)
        block.stmts[:] = stmts

    def twice(self, operand: Var, stmt: Any) -> ir.Apply:
        made = self.beside(operand)
        self.uses[made.serial] = 1
        return ir.Apply(made, operator.add, (operand, operand), loc=stmt.loc)

    def writable(self, stmt: ir.Apply) -> bool:
        """Whether a statement reads arrays that are written in place: what it read may not be there later."""
        return any(self.memory.is_memory(v) for v in ir.tree_vars(stmt.args))

    def beside(self, operand: Var) -> Var:
        """A new value of the kind and shape of another."""
        return Var("", operand.kind, ir.Region() if operand.region is not None else None, shape=operand.shape)

    # -- the tree ------------------------------------------------------------------------------------------------------

    def child(self, stmt: ir.Apply, operand: Any) -> ir.Apply | None:
        """The product that an operand of a product is, if nobody else reads it and it is no smaller than the whole."""
        maker = self.makers.get(operand.serial) if isinstance(operand, Var) else None
        if maker is None or maker is stmt or operand.kind != stmt.out.kind and not operand.kind.scalar:
            return None
        if operand.name not in ("", stmt.out.name) or self.writable(maker):
            return None
        readers = 2 if doubles(stmt) else 1
        alike = operand.kind.scalar or shapes.same(operand, stmt.out)
        return maker if alike and self.uses.get(operand.serial, 0) == readers else None

    def children(self, stmt: ir.Apply) -> list[ir.Apply]:
        operands = stmt.args[:1] if doubles(stmt) else stmt.args
        return [c for c in (self.child(stmt, a) for a in operands) if c is not None]

    def count(self, stmt: ir.Apply) -> int:
        """How many constant factors a product has; a doubling alone is worth rewriting."""
        constant = constant_of(stmt)
        own = 2 if doubles(stmt) or constant == -1.0 and stmt.fn is operator.mul else int(constant is not None)
        return own + sum(map(self.count, self.children(stmt)))

    # -- rewriting -----------------------------------------------------------------------------------------------------

    def root(self, root: ir.Apply) -> None:
        count = self.count(root)
        if count > 1 or count and self.children(root):
            nodes = {id(root), *map(id, self.nodes(root))}
            factor, rest = self.strip(root)
            if rest is None:
                self.put(root, factor)
            else:
                self.reduce(root, factor, rest, nodes)

    def nodes(self, stmt: ir.Apply) -> list[ir.Apply]:
        """The products inside a product."""
        return [n for child in self.children(stmt) for n in (child, *self.nodes(child))]

    def reduce(self, root: ir.Apply, factor: float, rest: Var, nodes: set[int]) -> None:
        """Of a product only a constant times one value is left."""
        own = self.makers.get(rest.serial)
        if own is not None and id(own) in nodes:
            self.put(own, factor)
            self.memo[root.out.serial] = rest
            root.fn, root.args = operator.mul, (Const(1.0), rest)  # for who has been told of it before
            rest.name = rest.name or root.out.name
        elif factor == 1.0 and rest.kind.scalar:
            self.memo[root.out.serial] = rest
        elif factor == 1.0:
            root.fn, root.args = np.copy, (rest,)  # what is returned, or added to, is no array of somebody else's
        else:
            root.fn, root.args = (operator.mul, (Const(factor), rest)) if factor != -1.0 else (operator.neg, (rest,))

    def strip(self, stmt: ir.Apply) -> tuple[float, Any]:
        """Take the constants out of a product: their product, and the operand that is left if there is only one."""
        factor, constant = 1.0, constant_of(stmt)
        if doubles(stmt):
            found, rest = self.stripped(stmt, stmt.args[0])
            return 2.0 * found, rest
        if stmt.fn is operator.neg:
            found, rest = self.stripped(stmt, stmt.args[0])
            return -found, rest
        args: list[Any] = []
        for operand in stmt.args:
            found, rest = self.stripped(stmt, operand) if isinstance(operand, Var) else (1.0, operand)
            factor = factor / found if args and stmt.fn is operator.truediv else factor * found
            args.append(rest)
        stmt.args = tuple(args)
        if constant is None:
            return factor, None
        position = 0 if isinstance(stmt.args[0], Const) else 1
        if stmt.fn is operator.truediv:
            if position == 0:
                stmt.args = (Const(1.0), stmt.args[1])
                return factor * constant, None
            return factor / constant, stmt.args[0]
        return factor * constant, stmt.args[1 - position]

    def stripped(self, stmt: ir.Apply, operand: Var) -> tuple[float, Any]:
        child = self.child(stmt, operand)
        if child is None:
            return 1.0, operand
        factor, rest = self.strip(child)
        return factor, operand if rest is None else rest

    def put(self, stmt: ir.Apply, factor: float) -> None:
        """Multiply a product, that has no constants any more, by one."""
        if factor == 1.0:
            return
        place, position = self.place(stmt)
        operand = place.args[position]
        if isinstance(operand, Const):
            made: Any = Const(factor * operand.value)
        else:
            made = self.beside(operand)
            fn, args = (operator.neg, (operand,)) if factor == -1.0 else (operator.mul, (Const(factor), operand))
            self.insert.setdefault(id(place), []).append(ir.Apply(made, fn, args, loc=place.loc))
        place.args = tuple(made if i == position else a for i, a in enumerate(place.args))

    def place(self, stmt: ir.Apply) -> tuple[ir.Apply, int]:
        """Where a constant costs least: at a number among the factors, else at the first operand."""
        for position, operand in enumerate(stmt.args[: 1 if stmt.fn is operator.truediv else 2]):
            if isinstance(operand, Const) or operand.kind.scalar and self.child(stmt, operand) is None:
                return stmt, position
        child = self.child(stmt, stmt.args[0])
        return self.place(child) if child is not None else (stmt, 0)


def is_product(stmt: Any) -> bool:
    """Whether a statement multiplies, divides, negates or doubles real or complex values."""
    if not isinstance(stmt, ir.Apply) or stmt.kwargs or stmt.effect or stmt.loc is None:
        return False
    if not isinstance(stmt.out, Var) or not stmt.out.kind.continuous or stmt.out.kind.ndim is None:
        return False
    if stmt.fn not in (operator.mul, operator.truediv, operator.neg) and not doubles(stmt):
        return False
    vars_ = [a for a in stmt.args if isinstance(a, Var)]
    numerators = stmt.args[:1] if stmt.fn is operator.truediv else vars_
    real = all(v.kind.numeric for v in vars_) and all(v.kind.continuous for v in numerators if isinstance(v, Var))
    return bool(vars_) and real and kept_type(stmt)


def is_sum(stmt: Any) -> bool:
    """Whether a statement adds up cotangents or tangents."""
    if not isinstance(stmt, ir.Apply) or stmt.fn is not operator.add or stmt.loc is None or not stmt.loc.derived:
        return False
    second = stmt.args[1]
    return isinstance(stmt.out, Var) and isinstance(second, Var) and second.kind.continuous


def is_repeated(stmt: Any, last: Any) -> bool:
    """Whether a statement adds the same value to the same place as the one before it."""
    return (
        isinstance(stmt, ir.Store)
        and isinstance(last, ir.Store)
        and stmt.op is last.op is operator.add
        and stmt.target is last.target
        and stmt.index == last.index
        and isinstance(stmt.value, Var)
        and stmt.value is last.value
        and stmt.value.kind.continuous
        and stmt.loc is not None
        and stmt.loc.derived
    )


def doubles(stmt: ir.Apply) -> bool:
    return stmt.fn is operator.add and isinstance(stmt.args[0], Var) and stmt.args[0] is stmt.args[1]


def kept_type(stmt: ir.Apply) -> bool:
    """Without its constant a statement has a result of the same type."""
    if constant_of(stmt) is None and stmt.fn in (operator.mul, operator.truediv):
        return True
    if stmt.fn is operator.truediv and isinstance(stmt.args[0], Const):
        return True
    return all(a.kind == stmt.out.kind for a in stmt.args if isinstance(a, Var))


def constant_of(stmt: ir.Apply) -> float | None:
    """The constant factor of a statement itself; one that is divided by only if its reciprocal is exact."""
    if stmt.fn is operator.neg:
        return -1.0
    if stmt.fn not in (operator.mul, operator.truediv):
        return None
    for position, operand in enumerate(stmt.args):
        if isinstance(operand, Const) and type(operand.value) in (int, float) and math.isfinite(operand.value):
            value = float(operand.value)
            if stmt.fn is operator.truediv and position == 1 and abs(math.frexp(value)[0]) != 0.5:
                return None
            return value
    return None


__all__ = ["gather"]
