"""Loops over the entries of arrays become operations on whole arrays.

    for i in reversed(range(len(x) - 1)):
        t = i + 1                                   t = 2.0 * (x[1:] - x[:-1])
        t_1 = 2.0 * (x[t] - x[i])         ->        x_bar[:-1] -= t
        x_bar[i] -= t_1                             x_bar[1:] += t
        x_bar[t] += t_1

The trips of a loop are taken all at once where nothing passes from one to another (`transforms.analyse.slots`), and
where every index is the counter plus what stays the same.  No index may be negative; that none is beyond its axis is
proved from bounds and extents (`transforms.analyse.bounds`), or checked when run: a slice does not raise what an index
raises.  A derivative may be summed in another order; what is the user's own keeps each bit: it is taken at once only if
NumPy computes the same for one number and for many, as IEEE 754 demands of + - * / and the square root.

Reference: Allen and Kennedy, Automatic Translation of Fortran Programs to Vector Form (TOPLAS 9, 1987).
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from tensor import registry
from transforms import ir, kinds, shapes
from transforms.analyse.bounds import Bounds, upwards
from transforms.analyse.slots import SIGNS, Origins, Slots, Touched, accessed
from transforms.ir import Const, Slice, Var
from transforms.kinds import Kind
from transforms.lower.operations import same_object
from transforms.optimise.places import NONE, OneByOne, Places, need

ARITHMETIC = {operator.add, operator.sub, operator.mul, operator.truediv}
EXACT: set[Any] = {*ARITHMETIC, operator.neg, operator.pos, abs}
EXACT |= {np.add, np.subtract, np.multiply, np.divide, np.negative, np.positive, np.absolute, np.sqrt}
OPERATORS = {*EXACT, operator.pow}
NEVER_RAISE = {operator.add, operator.sub, operator.mul, operator.neg, operator.pos, abs}
FEW = 8  # trips that cost no more one by one


def vectorise(fn: ir.Function, book: shapes.Book | None = None, before: ir.Block | None = None) -> None:
    """Take the trips of loops at once where that is safe, in place.

    `book` takes down what is assumed of shapes; `before` is where numbers are made that come from outside.
    """
    if not any(isinstance(stmt, ir.Loop) for stmt in ir.walk(fn.body)):
        return
    with shapes.opened(book):
        _block(fn.body, Facts(fn.body, before))


def _block(block: ir.Block, facts: Facts) -> None:
    stmts: list[Any] = []
    for stmt in block.stmts:
        for inner in ir.blocks(stmt):
            _block(inner, facts)
        stmts.extend(_at_once(stmt, facts) if isinstance(stmt, ir.Loop) and _simple(stmt) else [stmt])
    block.stmts[:] = stmts


def _at_once(loop: ir.Loop, facts: Facts) -> list[Any]:
    facts.bounds.agreeing.clear()
    try:
        return AtOnce(loop, facts).stmts
    except OneByOne:
        return [loop]


def _simple(loop: ir.Loop) -> bool:
    """Whether a loop counts, and its trips are straight text that computes numbers and writes entries."""
    if loop.index is None or not upwards(loop) or loop.test is not None or loop.halt is not None:
        return False
    if loop.trips is not None or loop.scans or loop.collects:
        return False
    assert loop.bounds is not None
    start, stop, step = loop.bounds
    if all(isinstance(end, Const) for end in (start, stop)) and stop.value - start.value < FEW * step.value:
        return False
    return all(
        isinstance(s, ir.Store) or isinstance(s, ir.Apply) and isinstance(s.out, Var) and not s.effect
        for s in loop.body.stmts
    )


class Facts:
    """What is known of a function's body: of its numbers, of where its arrays come from and of where they are used."""

    def __init__(self, body: ir.Block, before: ir.Block | None) -> None:
        self.bounds = Bounds(body, before)
        self.origins = Origins(body)
        self.touched = Touched(body)


class AtOnce:
    """The statements that do at once what a loop does; raises `OneByOne` where there are none.

    `vectors` are what stands for each number that differs from trip to trip: an array with an entry for each trip;
    `exact` those that are rounded as one by one.
    """

    def __init__(self, loop: ir.Loop, facts: Facts) -> None:
        self.loop = loop
        self.bounds = facts.bounds
        self.stmts: list[Any] = []
        self.vectors: dict[int, Var] = {}
        self.exact: set[int] = set()
        self.body = loop.body
        self.settle()
        self.places = Places(loop, self.body, facts.bounds, self.stmts)
        self.slots = Slots(self.body, self.places.offsets, facts.origins)
        self.dims = shapes.Dims((self.places.count(),))
        self.facts = facts
        need(not self.slots.entangled)
        sums = [self.summands(phi, result) for phi, result in zip(loop.phis, self.body.results, strict=True)]
        left_out = {id(update) for terms in sums for update, _, _ in terms}
        self.body = ir.Block(sorted(self.body.stmts, key=lambda s: id(s) in left_out))  # sums are taken at the end
        for place, stmt in enumerate(self.body.stmts):
            if id(stmt) not in left_out:
                self.statement(stmt, place)
        for out, init, terms in zip(loop.outs, loop.inits, sums, strict=True):
            self.total(out, init, terms)
        need(self.bounds.assume())

    def settle(self) -> None:
        """Read what a loop carries unchanged from before the loop."""
        carried = list(zip(self.loop.phis, self.loop.inits, self.body.results, strict=True))
        self.settled = {phi.serial: init for phi, init, result in carried if result is phi}
        need(ir.UNDEFINED not in self.settled.values())
        if self.settled:
            copier = ir.Replacer(self.settled)
            self.body = copier.block(self.body)

    # -- statements ----------------------------------------------------------------------------------------------------

    def statement(self, stmt: Any, place: int) -> None:
        if isinstance(stmt, ir.Store):
            self.store(stmt)
        elif stmt.out.serial in self.places.offsets:
            return
        elif stmt.fn is operator.getitem:
            self.read(stmt, place)
        else:
            self.operation(stmt)

    def operation(self, stmt: ir.Apply) -> None:
        """A number of each trip is an array of all; one that is the same in all trips is computed before."""
        need(stmt.out.kind.scalar and not stmt.kwargs)
        args = [self.operand(arg) for arg in stmt.args]
        varying = [a for a, old in zip(args, stmt.args, strict=True) if a is not old]
        if not varying:
            need(stmt.fn in NEVER_RAISE and all(number(a) for a in stmt.args))
            self.stmts.append(stmt)
            return
        need(elementwise(stmt.fn) and all(number(a) for a in stmt.args) and never_raises(stmt))
        need(stmt.out.kind.dtype == "f" or any(a.kind.dtype in "dlq" for a in varying) or sure(args))
        inferred = kinds.infer(stmt.fn, tuple(args), {})
        need(inferred is not None and inferred.kind == Kind("array", stmt.out.kind.dtype, 1))
        out = self.vector(stmt.out, ir.Region())
        self.stmts.append(ir.Apply(out, stmt.fn, tuple(args), loc=stmt.loc))
        if stmt.fn in EXACT and all(a.serial in self.exact for a in varying):
            self.exact.add(out.serial)

    def operand(self, operand: Any) -> Any:
        """What stands for a number."""
        need(isinstance(operand, (Var, Const)))
        if not isinstance(operand, Var):
            return operand
        need(operand not in self.loop.phis)
        if operand.serial in self.places.offsets and operand.serial not in self.vectors:
            self.count_up(operand)
        return self.vectors.get(operand.serial, operand)

    def count_up(self, counter: Var) -> None:
        """An array of the counter's values, plus a constant."""
        ends, like = self.places.values(counter)
        out = self.vector(counter, ir.Region())
        self.stmts.append(ir.Apply(out, np.arange, ends, like, loc=self.loop.loc))
        self.exact.add(out.serial)

    def vector(self, number: Var, region: ir.Region) -> Var:
        out = Var(number.name, Kind("array", number.kind.dtype, 1), region, shape=self.dims)
        self.vectors[number.serial] = out
        return out

    # -- arrays --------------------------------------------------------------------------------------------------------

    def read(self, stmt: ir.Apply, place: int) -> None:
        array = stmt.args[0]
        need(number(stmt.out) and stmt.out.kind.dtype in "fdlq?")
        index, moving = self.places.index(array, stmt.args[1], stmt.loc)
        if not moving:
            need(array.serial not in self.slots.slots)
            self.stmts.append(stmt)
            return
        out = self.vector(stmt.out, array.region)
        self.exact.add(out.serial)
        copied = array.serial in self.slots.slots and self.overwritten(stmt, place)
        if index is None and not copied:
            self.vectors[stmt.out.serial] = array
            self.exact.add(array.serial)
            return
        if copied:
            view, out.region = array, ir.Region()
            if index is not None:
                view = Var("", out.kind, array.region, shape=self.dims)
                self.stmts.append(ir.Apply(view, operator.getitem, (array, index), loc=stmt.loc))
            self.stmts.append(ir.Apply(out, np.copy, (view,), loc=stmt.loc))
        else:
            self.stmts.append(ir.Apply(out, operator.getitem, (array, index), loc=stmt.loc))

    def overwritten(self, read: ir.Apply, place: int) -> bool:
        """Whether an entry that is read is written before it is used for the last time."""
        array, written = read.args[0], False
        reaching = {read.out.serial}
        for stmt in self.body.stmts[place + 1 :]:
            uses = any(v.serial in reaching for v in ir.uses(stmt))
            if uses and written:
                return True
            if isinstance(stmt, ir.Store) and stmt.target is array and not self.unseen(stmt):
                written = True
        return False

    def unseen(self, stmt: ir.Store) -> bool:
        """Whether nobody reads what a statement stores, its own trip or what comes later."""
        assert stmt.target.region is not None
        region = stmt.target.region.find()
        if stmt.target.serial not in self.slots.slots or not self.facts.touched.useless_after(region, self.loop):
            return False
        behind = self.body.stmts[self.body.stmts.index(stmt) + 1 :]
        return not any(region in accessed(s) for s in behind)

    def store(self, stmt: ir.Store) -> None:
        if self.unseen(stmt):
            return
        need(number(stmt.value) and stmt.target.kind.dtype in "fd" and stmt.target.serial in self.facts.origins.made)
        need(not isinstance(stmt.value, Var) or stmt.value.kind.dtype in "fdlq?")
        value = self.operand(stmt.value)
        varying = value is not stmt.value
        index, moving = self.places.index(stmt.target, stmt.index, stmt.loc)
        need(stmt.op is None or stmt.op in ARITHMETIC)
        derived = stmt.loc is not None and stmt.loc.derived
        if stmt.target.serial in self.slots.slots:
            need(derived or not varying or value.serial in self.exact)
        else:
            need(derived and (moving or varying))
        if not moving:
            value, total = Var("", Kind("number", value.kind.dtype, 0)), value
            self.stmts.append(ir.Apply(value, np.sum, (total,), loc=stmt.loc))
            index = stmt.index
        elif index is None and stmt.op is None:
            index = Slice(NONE, NONE, NONE)  # `y = 0.0` would be another value for the name
        self.stmts.append(ir.Store(stmt.target, index, value, stmt.op, stmt.loc))

    # -- sums ----------------------------------------------------------------------------------------------------------

    def summands(self, phi: Var, result: Any) -> list[tuple[ir.Apply, Any, Any]]:
        """The updates of a number that is only added to, from first to last, with what each adds or subtracts.

        None where it stays as it is.
        """
        terms: list[tuple[ir.Apply, Any, Any]] = []
        makers = {s.out.serial: s for s in self.body.stmts if isinstance(s, ir.Apply)}
        if phi.serial in self.settled:
            return []
        while result is not phi:
            update = makers.get(result.serial) if isinstance(result, Var) else None
            need(update is not None)
            assert update is not None
            need(update.fn in SIGNS and update.loc is not None and update.loc.derived and phi.kind.scalar)
            first, second = update.args
            if update.fn is operator.add and second is phi:
                first, second = second, first
            need(isinstance(first, Var))
            terms.append((update, update.fn, second))
            result = first
        chain = {phi.serial, *(update.out.serial for update, _, _ in terms)}
        reads = [v for s in self.body.stmts for v in ir.uses(s) if v.serial in chain]
        reads += [v for v in ir.tree_vars(self.body.results) if v.serial in chain]
        need(len(reads) == len(terms) + 1)
        return terms[::-1]

    def total(self, out: Var, init: Any, terms: list[tuple[ir.Apply, Any, Any]]) -> None:
        """What a number that is added to is in the end."""
        if not terms:
            self.stmts.append(ir.Apply(out, same_object, (init,), loc=self.loop.loc))
        for position, (update, fn, term) in enumerate(terms):
            vector = self.operand(term)
            need(vector is not term)
            last = position == len(terms) - 1
            result = out if last else Var(out.name, out.kind)
            self.add(result, init, fn, vector, update.loc)
            init = result

    def add(self, result: Var, init: Any, fn: Any, vector: Var, loc: Any) -> None:
        """The sum, or difference, of a number and all entries of an array."""
        from_zero = isinstance(init, Const) and init.value == 0
        whole = from_zero and fn is operator.add
        summed = result if whole else Var("", Kind("number", vector.kind.dtype, 0))
        self.stmts.append(ir.Apply(summed, np.sum, (vector,), loc=loc))
        if whole:
            return
        if from_zero:
            fn = operator.neg
        self.stmts.append(ir.Apply(result, fn, (summed,) if from_zero else (init, summed), loc=loc))


def number(operand: Any) -> bool:
    """Whether an operand is a number, a whole or a real one."""
    if isinstance(operand, Const):
        return type(operand.value) in (int, float)
    return isinstance(operand, Var) and operand.kind.scalar and operand.kind.dtype in "fdlq?"


def never_raises(stmt: ir.Apply) -> bool:
    """Whether an operation gives a real number, whatever it is given: Python's numbers raise where NumPy's warn."""
    if stmt.out.kind.dtype not in "fd":
        return False
    if not stmt.out.kind.python or stmt.fn in NEVER_RAISE:
        return True
    return stmt.fn is operator.truediv and isinstance(stmt.args[1], Const) and stmt.args[1].value != 0


def sure(operands: list[Any]) -> bool:
    """Whether the numbers among operands are of the precision that their kinds say.

    One that is NumPy's on one way and Python's on another has the kind of NumPy's, but makes no float32 a float64.
    """
    return all(isinstance(a, Const) or a.kind.python or not a.kind.scalar for a in operands)


def elementwise(fn: Any) -> bool:
    """Whether an operation does to each entry of an array what it does to a number."""
    if fn in OPERATORS:
        return True
    rule = registry.lookup(fn) if isinstance(fn, np.ufunc) else None
    return rule is not None and rule.elementwise
