"""The state of a lowering: the block being built, the frames, the heap of abstract objects, and how states are joined.

Lowering runs the function abstractly, once, statement by statement: numerical operations become statements of the core
language, everything else happens here.  Where control flow splits, both sides run from the same snapshot and their
states are joined (`branch`); a loop's body runs until the state at its head stands still (`loops.py`).
Some facts are found too late (a list turns out to grow in a loop): they go into `notes`, and `Restart` begins again.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

from tensor import registry, runtime
from transforms import extents, ir, kinds, shapes
from transforms.errors import UnsupportedError
from transforms.ir import UNDEFINED, Block, Const, Region, Var
from transforms.lower import failures, integers, simplify, spreading
from transforms.lower.failures import GONE, UNWOUND, Raised
from transforms.lower.values import Bound, Cell, Choice, Closure, Initial, Iter, Lost, Partial, Ref


class Restart(Exception):
    """Lower once more, with what has been noted."""


@dataclass(eq=False, repr=False)
class Frame:
    """One activation of a function.  `exits` are the flags of pending return, break and continue.

    managing: it is a generator that is a context manager; keeping: how many finally parts are yet to see its names;
    entry: the block in which it is followed, if it is a rule.
    """

    env: dict[str, Any]
    globals: dict[str, Any]
    source: Any = None
    closure: Closure | None = None
    cell_names: frozenset[str] = frozenset()
    global_names: frozenset[str] = frozenset()
    exits: dict[str, Any] = field(default_factory=dict)
    result: Any = UNDEFINED
    on_yield: Callable[[Any], None] | None = None
    managing: bool = False
    keeping: int = 0
    rule: bool = False
    entry: Block | None = None


@dataclass(eq=False, repr=False)
class Loc:
    """Where a statement of the core language comes from: `backward` those of a backward sweep, `tangent` those that
    push a tangent forward."""

    source: Any
    node: Any
    stmt: Any = None
    backward: bool = False
    tangent: bool = False

    @property
    def derived(self) -> bool:
        """Whether a statement is of a derivative, and not the user's own."""
        return self.backward or self.tangent

    def location(self) -> Any:
        return self.source.location(self.node)

    def reversed(self) -> Loc:
        """The same place, for the backward sweep."""
        return Loc(self.source, self.node, self.stmt, True)


@dataclass(eq=False, repr=False)
class Notes:
    """What earlier attempts at this lowering have found, by site.

    dynamic, known: lists that must be lists at run time, or known item by item; items: what kinds they hold;
    peeled: loops whose first trip stands before them; spread: those that are unrolled, if that is short;
    unrolled: while loops that are run trip by trip, with the refusal of their being followed as loops;
    concrete: whole numbers and shapes that come in are constants, which the text checks first;
    written, places: objects and places outside that are written; looked_into: lists among them that are read, too;
    changing: containers that are changed after they were put into an object outside.
    """

    dynamic: set[Any] = field(default_factory=set)
    items: dict[Any, Any] = field(default_factory=dict)
    known: set[Any] = field(default_factory=set)
    objects: set[Any] = field(default_factory=set)
    peeled: set[Any] = field(default_factory=set)
    spread: set[Any] = field(default_factory=set)
    unrolled: dict[Any, Exception] = field(default_factory=dict)
    restarts: int = 0
    general: bool = False
    concrete: bool = False
    written: dict[int, Any] = field(default_factory=dict)
    places: dict[Any, Any] = field(default_factory=dict)
    looked_into: set[int] = field(default_factory=set)
    changing: set[Any] = field(default_factory=set)


class Lowering:
    """See the module's docstring."""

    def __init__(self, notes: Notes | None = None) -> None:
        self.block = Block()
        self.heap: dict[int, Any] = {}
        self.frames: list[Frame] = []
        self.notes = notes or Notes()
        self.outers: dict[Any, tuple[Var, Any]] = {}
        self.entered: dict[int, Ref] = {}
        self.places: dict[Any, Ref] = {}
        self.escaped: set[int] = set()
        self.homes: dict[int, tuple[Var, Block]] = {}
        self.enclosing: list[Block] = []
        self.only_read = False
        self.threads: list[Ref] = []
        self.known_as: dict[int, str] = {}
        self.read_outside: dict[int, Any] = {}
        self.guards: dict[Any, tuple[Callable[[], Any], Any]] = {}
        self.loc: Loc | None = None
        self.path: tuple[Any, ...] = ()
        self.tries: list[failures.Context] = []
        self.open: list[Any] = []
        self.shadowed: list[tuple[Frame, dict[str, Any]]] = []
        self.handling: list[Any] = []
        self.list_sites: dict[int, Any] = {}
        self.factories: dict[int, Any] = {}
        self.mixed: set[int] = set()
        self.gathered: list[tuple[Any, Any, Any]] = []
        self.doubtful: dict[int, tuple[Var, ...]] = {}
        self.dicts: set[int] = set()
        self.silenced: set[str] = set()
        self.broadcasts: dict[Any, Any] = {}
        self.stretched: dict[int, Var] = {}
        self.shape_sources: dict[int, Var] = {}
        self.extents: dict[int, Any] = {}
        self.fixed: list[tuple[Var, Any]] = []
        self.book = shapes.Book()

    # -- frames, statements, errors ---------------------------------------------------------------------------------

    @property
    def frame(self) -> Frame:
        return self.frames[-1]

    def emit(self, stmt: Any) -> Any:
        if self.tries:
            failures.attempt(self, stmt)
        else:
            self.block.stmts.append(stmt)
        return stmt

    def emit_call(self, stmt: ir.Apply) -> None:
        """Emit a call of what is not looked into."""
        if self.entered or self.places:
            from transforms.lower import hidden

            hidden.check(self, stmt)
        self.emit(stmt)

    def within(self, block: Block, run: Callable[[], Any]) -> Any:
        """Run with `block` as the block being built; where an exception that is caught leaves it, the value is GONE."""
        saved, self.block = self.block, block
        self.enclosing.append(saved)
        mark, path, loc = len(self.open), self.path, self.loc
        try:
            try:
                value = run()
            except Raised:
                value, self.path, self.loc = GONE, path, loc
            return failures.close(self, mark, value)
        finally:
            self.block = saved
            self.enclosing.pop()
            del self.open[mark:]

    def refuse(self, reason: str, remedy: str = "", node: Any = None) -> NoReturn:
        """Raise the refusal of what is being lowered, at the user's line."""
        loc = self.loc
        place = None
        if loc is not None:
            place = loc.source.location(node if node is not None and not self.frame.rule else loc.node)
        raise UnsupportedError(reason, place, remedy)

    def lost(self, value: Lost) -> NoReturn:
        """A lost value is used: refused, or begun again with the loop that lost it peeled, or else unrolled."""
        if (held := getattr(value, "held", None)) is not None:  # a list outside
            self.notes.looked_into.add(id(held))
            raise Restart
        tried = [sites for sites in (self.notes.peeled, self.notes.spread) if value.loop not in sites]
        if value.loop is None or not tried:
            self.refuse(value.reason)
        tried[0].add(value.loop)
        self.restart()
        raise Restart

    def site(self, node: Any) -> Any:
        return (*self.path, id(node))

    def restart(self) -> NoReturn:
        self.notes.restarts += 1
        if self.notes.restarts > 60:
            self.refuse("the types in this function do not settle")
        raise Restart

    # -- the heap -----------------------------------------------------------------------------------------------------

    def new(self, cls: type, content: Any, site: Any = None, origin: Any = None) -> Ref:
        ref = Ref(cls, site, origin)
        if cls is list and site is not None:
            self.list_sites[ref.id] = site
        if cls is dict:
            self.dicts.add(ref.id)
        self.heap[ref.id] = content
        return ref

    def content(self, ref: Ref) -> Any:
        """What an object holds; refused if that cannot be said."""
        found = self.held(ref)
        if isinstance(found, tuple) and any(type(v) is Initial for v in found):
            return tuple(map(self.read, found))
        if isinstance(found, dict) and any(type(v) is Initial for v in found.values()):
            return {key: self.read(value) for key, value in found.items()}
        return found

    def held(self, ref: Ref) -> Any:
        """What an object holds, where what was there before the call has not been read yet."""
        found = self.heap[ref.id]
        return self.lost(found) if isinstance(found, Lost) else found

    def read(self, value: Any) -> Any:
        """A value in an object outside, read if it is there since before the call."""
        if type(value) is not Initial:
            return value
        from transforms.lower import outer

        return outer.at_start(self, value.key, value.get, value.name)

    def put(self, ref: Ref, content: Any) -> None:
        if ref.id in self.escaped:
            from transforms.lower import through

            through.check_escaped(self, ref)
        self.heap[ref.id] = content

    def iterator(self, kind: str, parts: tuple) -> Iter:
        """An iterator that can be used up once: the heap says whether it was."""
        return self.once(Iter(kind, parts))

    def once(self, value: Any) -> Any:
        """What can be used up: the heap says whether it was."""
        self.heap[value] = ()
        return value

    def spend(self, value: Any, reason: str, remedy: str) -> None:
        """Use up what can be used once; refused where it may have been before."""
        if self.heap.get(value, ()) != ():
            self.refuse(reason, remedy)
        self.heap[value] = (True,)

    def use_up(self, value: Iter) -> None:
        """Note that an iterator is run through; a second time it would be empty, or go on from where it was left."""
        if value.kind in ("range", "view"):
            return
        self.spend(
            value,
            f"a {value.kind} iterator is used twice, or in a loop that it was made outside of",
            "make a list of it",
        )

    # -- variables -----------------------------------------------------------------------------------------------------

    def var(self, kind: kinds.Kind, name: str = "", region: Region | None = None) -> Var:
        """A fresh Var; arrays and lists get a region."""
        if kind.memory and region is None:
            region = Region()
        return Var(name, kind, region if kind.memory else None)

    def vars_of(self, kind: Any, name: str = "", region: Region | None = None) -> Any:
        """Fresh Vars for a tree of kinds."""
        if isinstance(kind, tuple):
            items = [self.vars_of(k, "", region) for k in kind]
            return type(kind)(*items) if hasattr(kind, "_fields") else tuple(items)
        return self.var(kind, name, region)

    # -- operations ----------------------------------------------------------------------------------------------------

    def apply(self, fn: Any, *args: Any, name: str = "", **kwargs: Any) -> Any:
        """The abstract value of `fn(*args, **kwargs)` for a pure function of operands."""
        return self.apply_operands(
            fn, tuple(map(self.operand, args)), {k: self.operand(v) for k, v in kwargs.items()}, name
        )

    def apply_operands(self, fn: Any, args: tuple, kwargs: dict[str, Any], name: str = "") -> Any:
        folded = self.fold(fn, args, kwargs)
        if folded is None and self.frame.rule and not kwargs:
            folded = simplify.simplified(fn, args)
            if folded is None:
                folded = spreading.shorter(self, fn, args)
        if folded is not None:
            return folded
        inferred = kinds.infer(fn, args, kwargs)
        if inferred is None:
            return self.apply_unknown(fn, args, kwargs, name)
        if inferred.kind == kinds.NONE:
            return Const(None)
        if getattr(inferred.kind, "dtype", None) == "O":
            self.refuse("an array of Python objects is not followed", "make it an array of floats")
        if getattr(inferred.kind, "dtype", "") in ("U", "S", "V") and any(
            v.kind.continuous for v in ir.tree_vars(args)
        ):
            self.refuse("an array of text or bytes made of values is not followed", "keep the array of floats")
        out = self.outputs(inferred, args, name)
        self.emit_call(ir.Apply(out, fn, args, kwargs, loc=self.loc))
        if self.mixed or fn in integers.CHOOSING:
            integers.note(self, fn, out, args, kwargs)
        self.token(fn, out, args, kwargs)
        if fn is np.broadcast_to and self.frame.rule:  # the source of a user's own may be overwritten meanwhile
            spreading.note(self, out, *args[:2])
        return out

    def outputs(self, inferred: kinds.Inferred, args: tuple, name: str) -> Any:
        """Vars for the result of an operation, in the region of the arguments whose memory they share."""
        region = None
        for position in inferred.shares:
            shared = args[position] if position < len(args) else None
            for var in ir.tree_vars(shared):
                if var.region is not None:
                    region = region or var.region
                    region.union(var.region)
        if region is not None and isinstance(inferred.kind, kinds.Kind) and inferred.kind.base == "list":
            out = self.var(inferred.kind, name)  # a list of views
            out.region.items.union(region)  # type: ignore[union-attr]
            return out
        return self.vars_of(inferred.kind, name, region)

    def apply_unknown(self, fn: Any, args: tuple, kwargs: dict[str, Any], name: str) -> Any:
        """The result of an operation on a value of unknown rank or type."""
        vars_ = list(ir.tree_vars((args, kwargs)))
        rule = registry.lookup(fn)
        if fn in kinds.RESULTS:
            kind = kinds.RESULTS[fn]
        elif fn in LIKE_FIRST and isinstance(args[0], Var):
            kind = args[0].kind
        elif any(v.kind.base == "object" for v in vars_) and fn in ARITHMETIC:
            args = tuple(self.numeric(a) for a in args)
            return self.apply_operands(fn, args, kwargs, name)
        elif any(v.kind.base == "object" or v.kind.base == "list" for v in vars_):
            kind = kinds.OBJECT
        elif rule is not None and rule.constant:
            kind = kinds.OBJECT
        else:
            dtypes = [v.kind.dtype for v in vars_ if v.kind.numeric]
            kind = kinds.Kind("array", "D" if any(d in "FDG" for d in dtypes) else "d", None)
            if fn in COMPARISONS:
                kind = kinds.Kind("array", "?", None)
        region = None
        if rule is None or not rule.elementwise:
            left_out = rule.independent if rule is not None else ()
            sources = [a for i, a in enumerate(args) if i not in left_out]
            for var in ir.tree_vars((sources, kwargs)):
                if var.region is not None and kind.memory:
                    region = region or var.region
                    region.union(var.region)
        out = self.var(kind, name, region)
        self.emit_call(ir.Apply(out, fn, args, kwargs, loc=self.loc))
        return out

    def numeric(self, operand: Any) -> Any:
        """An object of unknown type in arithmetic: checked to be a number or array when run."""
        if not isinstance(operand, Var) or operand.kind.base != "object":
            return operand
        if operand.kind.type is str or operand.kind.type is tuple:
            return self.refuse("text or a tuple of unknown content is used in arithmetic")
        out = self.var(kinds.NUMERIC, operand.name)
        self.emit(ir.Apply(out, runtime.numeric, (operand,), effect=True, loc=self.loc))
        return out

    def fold(self, fn: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
        """The result where every operand is known and folding keeps the text readable; else None."""
        if kwargs or fn not in FOLDABLE or not all(self.known(a) for a in args):
            return None
        values = [self.python(a) for a in args]
        if fn not in (operator.is_, operator.is_not):
            from transforms.lower import objects, outer

            if fn not in COMPARISONS and any(objects.user_class(a) is not None for a in args):
                return None
            for operand in args:
                outer.contents(self, operand)
        try:
            result = fn(*values)
        except Exception:
            return None
        return self.lift(result) if isinstance(result, (*ir.LITERALS, tuple)) else None

    def known(self, operand: Any) -> bool:
        """Known when deriving, and folded away: integers, strings, None, tuples; floats only inside rules."""
        if isinstance(operand, tuple):
            return all(map(self.known, operand))
        if isinstance(operand, ir.Slice):
            return False
        if not isinstance(operand, Const):
            return False
        return self.frame.rule if self.frames and isinstance(operand.value, (float, complex)) else True

    def python(self, operand: Any) -> Any:
        return tuple(map(self.python, operand)) if isinstance(operand, tuple) else operand.value

    def followed(self, value: Any) -> Any:
        """A value, or what stands for it where it is an object outside that is written."""
        return self.entered.get(id(value.value), value) if type(value) is Const and self.entered else value

    def lift(self, value: Any) -> Any:
        """The abstract value of a Python value that was computed when deriving."""
        if type(value) is tuple:
            return tuple(map(self.lift, value))
        return self.followed(Const(value))

    def token(self, fn: Any, out: Any, args: tuple, kwargs: dict[str, Any]) -> None:
        """Note what is known of the shape of a result, or of the extent that a whole number is."""
        if not isinstance(out, Var):
            return
        if out.kind == kinds.INT:
            self.note_extent(fn, out, args)
        elif fn in SHAPED and (given := extents.whole(args[-1])) is not None:
            out.shape = given
        else:
            found = extents.infer(fn, out, args, kwargs, self.extents)
            if found is None and self.notes.concrete:
                found = extents.by_example(fn, out, args, kwargs)
            out.shape = out.shape if found is None else found

    def observe(self, var: Var, value: Any) -> None:
        """Note the shape of an array that comes in from outside."""
        if var.kind.base == "array" and self.notes.concrete:
            var.shape = shapes.Dims(np.shape(value))
            self.fixed.append((var, np.shape(value)))
        elif var.kind.base == "array" and not self.book.closed:
            axes = enumerate(np.shape(value))
            var.shape = shapes.Dims(shapes.Axis(var, axis, extent, self.book) for axis, extent in axes)

    def extent(self, value: Any, axis: int = 0) -> Const | None:
        """The extent of an axis where whole numbers and shapes are constants."""
        found = shapes.dims(value) if self.notes.concrete and isinstance(value, Var) else None
        return Const(found[axis]) if found and isinstance(found[axis], int) else None

    def note_extent(self, fn: Any, out: Var, args: tuple) -> None:
        """Note that a whole number is the extent of an axis, or what is left of one."""
        if fn is len and isinstance(args[0], Var) and (dims := shapes.dims(args[0])):
            self.extents[out.serial] = dims[0]
        elif fn is operator.sub and isinstance(args[0], Var) and args[0].serial in self.extents:
            dim, cut = self.extents[args[0].serial], extents.number(args[1])
            if cut is not None and cut > 0 and not isinstance(dim, int):
                self.extents[out.serial] = shapes.less(dim, cut)

    def operand(self, value: Any) -> Any:
        """The operand tree of an abstract value."""
        if isinstance(value, (Var, Const)):
            return value
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*map(self.operand, value))
        if isinstance(value, tuple):
            whole = getattr(value, "whole", None)
            return whole if whole is not None else tuple(map(self.operand, value))
        if isinstance(value, list):
            return [self.operand(v) for v in value]
        if isinstance(value, ir.Slice):
            return ir.Slice(*(self.operand(v) for v in (value.start, value.stop, value.step)))
        if isinstance(value, Ref) and value.cls is list:
            return [self.operand(v) for v in self.content(value)]
        if isinstance(value, Ref) and value.cls is dict:
            return {k: self.operand(v) for k, v in self.content(value).items()}
        if isinstance(value, Choice):
            return self.settle(value)
        if isinstance(value, Lost):
            return self.lost(value)
        if isinstance(value, Iter) and value.kind == "range":
            return (
                self.apply(range, *value.parts)
                if all(isinstance(p, Const) for p in value.parts)
                else self.array_of(value)
            )
        if isinstance(value, Iter) and value.kind == "flat":
            return self.apply(np.copy, self.apply(np.ravel, *value.parts))
        if isinstance(value, Iter) and value.kind == "strided":
            from transforms.lower import strided

            return strided.entries(self, value)
        if isinstance(value, Iter) and value.kind == "memory":
            return self.operand(value.parts[0])
        if isinstance(value, Closure) and value.fn is not None:
            return Const(value.fn)
        return self.refuse(f"{self.describe(value)} is used where a number or an array is needed")

    def array_of(self, value: Iter) -> Any:
        import numpy as np

        return self.apply(np.arange, *value.parts)

    def abstract(self, operand: Any) -> Any:
        """The abstract value of an operand tree: its lists and dicts become objects again."""
        if isinstance(operand, tuple) and not hasattr(operand, "_fields"):
            return tuple(map(self.abstract, operand))
        if isinstance(operand, list):
            return self.new(list, tuple(map(self.abstract, operand)))
        if isinstance(operand, dict):
            return self.new(dict, {k: self.abstract(v) for k, v in operand.items()})
        return operand

    def settle(self, choice: Choice) -> Any:
        """A choice between numbers as one operand, if it can be."""
        value = self.branch(choice.cond, lambda: self.operand(choice.then), lambda: self.operand(choice.orelse))
        if not isinstance(value, Choice):
            return value
        if not without_derivative(value):
            self.refuse("one value is needed here, and this is a number on one way, None or a container on another")
        out = self.var(kinds.OBJECT)
        then, orelse = (Block([], [self.operand(side)]) for side in (value.then, value.orelse))
        self.emit(ir.If(value.cond, then, orelse, [out], self.loc))
        return out

    def describe(self, value: Any) -> str:
        if isinstance(value, Ref):
            return "a cell" if value.cls is Cell else f"a {value.cls.__name__}"
        if isinstance(value, Closure):
            return f"the function {value.name}"
        if isinstance(value, Bound):
            return f"the method {value.name}"
        if isinstance(value, Partial):
            return "a functools.partial"
        if isinstance(value, Iter):
            return f"a {value.kind} iterator"
        if isinstance(value, tuple):
            return "a tuple"
        return "a value"

    # -- states --------------------------------------------------------------------------------------------------------

    def snapshot(self) -> State:
        frames = [(dict(f.env), dict(f.exits), f.result) for f in self.active()]
        return State(frames, dict(self.heap))

    def active(self) -> list[Frame]:
        """The frames on the stack, each once (a generator's consumer stands above and below it)."""
        return list({id(f): f for f in self.frames}.values())

    def resume(self, state: State) -> None:
        for frame, (env, exits, result) in zip(self.active(), state.frames, strict=True):
            frame.env, frame.exits, frame.result = dict(env), dict(exits), result
        self.heap = dict(state.heap)

    def exited(self) -> Any:
        """Whether control has left the current statement list: False, True or an operand."""
        flags = [f for f in self.frame.exits.values() if f != FALSE]
        if any(f == TRUE for f in flags):
            return True
        if not flags:
            return False
        flag = flags[0]
        for other in flags[1:]:
            flag = self.branch(flag, lambda: TRUE, lambda other=other: other)
        return flag

    def truth(self, value: Any) -> Any:
        """The condition operand of a value's truth."""
        from transforms.lower import objects, outer

        value = self.followed(value)
        if isinstance(value, Const) and objects.user_class(value) is None:
            outer.structure(self, value.value)
            return Const(bool(value.value))
        if isinstance(value, tuple):
            return Const(bool(value))
        if isinstance(value, Ref) and value.cls in (list, dict, set):
            return Const(bool(self.content(value)))
        if isinstance(value, Choice):
            return self.branch(value.cond, lambda: self.truth(value.then), lambda: self.truth(value.orelse))
        if isinstance(value, Var):
            return self.apply(operator.gt, self.apply(len, value), Const(0)) if value.kind.base == "list" else value
        if isinstance(value, Lost):
            return self.lost(value)
        if isinstance(value, Iter) and value.kind == "range":
            return self.truth(self.apply(len, self.operand(value)))
        if isinstance(value, Iter) and value.kind == "view":
            return self.truth(value.parts[0])
        return self.truth_of_object(value)

    def truth_of_object(self, value: Any) -> Any:
        """The truth of an instance, as its class defines it."""
        from transforms.lower import calls, objects

        cls = objects.user_class(value)
        for name in ("__bool__", "__len__"):
            if cls is not None and objects.lookup(cls, name) is not UNDEFINED:
                return self.truth(calls.call(self, objects.get_attribute(self, value, name), (), {}, None))
        return Const(True)

    def negated(self, cond: Any) -> Any:
        return self.apply(operator.not_, cond)

    def branch(self, cond: Any, then: Callable[[], Any], orelse: Callable[[], Any]) -> Any:
        """Run one side or both; the state afterwards is their join, the value the join of theirs."""
        if isinstance(cond, Choice):
            cond = self.truth(cond)
        if isinstance(cond, Const):
            return then() if cond.value else orelse()
        before = self.snapshot()
        stmt = ir.If(cond, Block(), Block(), [], self.loc)
        loc = self.loc
        value_then = self.within(stmt.then, then)
        state_then = self.snapshot()
        self.resume(before)
        self.loc = loc
        value_else = self.within(stmt.orelse, orelse)
        state_else = self.snapshot()
        self.loc = loc
        join = Join(self, stmt, before)
        value = join.run(state_then, state_else, value_then, value_else)
        self.emit(stmt)
        if value is GONE:
            raise Raised
        if self.tries:
            failures.reopen(self)
            if GONE in (value_then, value_else):
                failures.settle(self, state_else if value_then is GONE else state_then)
        return value


def without_derivative(value: Any) -> bool:
    """None, a flag, an integer or text, or a choice between such: any of them may stand for an object."""
    if isinstance(value, Choice):
        return without_derivative(value.then) and without_derivative(value.orelse)
    if isinstance(value, Const):
        return value.value is None or isinstance(value.value, (bool, int, str))
    return isinstance(value, Var) and value.kind.scalar and not value.kind.continuous


@dataclass(eq=False, repr=False)
class State:
    """A snapshot: each frame's names, exit flags and result, and the heap."""

    frames: list[tuple[dict[str, Any], dict[str, Any], Any]]
    heap: dict[int, Any]


TRUE, FALSE = Const(True), Const(False)
COMPARISONS = {operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne}
ARITHMETIC = {
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.floordiv,
    operator.mod,
    operator.pow,
    operator.matmul,
    operator.neg,
}
FOLDABLE = COMPARISONS | {
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.floordiv,
    operator.mod,
    operator.pow,
    operator.neg,
    operator.pos,
    operator.not_,
    operator.is_,
    operator.is_not,
    operator.and_,
    operator.or_,
    operator.invert,
    operator.getitem,
    operator.index,
    int,
    bool,
    str,
    abs,
    max,
    min,
    len,
}
LIKE_FIRST = {np.full_like, runtime.scatter_like, runtime.diagonal_like, runtime.spread_like}
SHAPED = {np.broadcast_to, np.reshape}


def dead(frame: tuple[dict[str, Any], dict[str, Any], Any]) -> bool:
    return frame[1].get("raise") == TRUE


class Join:
    """Joins the states of two branches into the outs of an `If`."""

    def __init__(self, lo: Lowering, stmt: ir.If, before: State) -> None:
        self.lo = lo
        self.stmt = stmt
        self.before = before
        self.pairs: dict[tuple[int, int], Ref] = {}
        self.made: dict[Any, Var] = {}
        self._bound: set[int] | None = None
        self.shown: dict[int, Any] = {}
        self.bounds: dict[int, set[int]] = {}
        self.heaps: tuple[dict[int, Any], dict[int, Any]] = ({}, {})

    def run(self, a: State, b: State, va: Any, vb: Any) -> Any:
        top = self.lo.active().index(self.lo.frame)
        if dead(a.frames[top]) or dead(b.frames[top]):
            alive, value = (b, vb) if dead(a.frames[top]) else (a, va)
            self.lo.resume(alive)
            if isinstance(self.stmt, ir.Guarded):
                self.heaps = (a.heap, b.heap)
                self.show(int(alive is b))
            return value
        self.heaps = (a.heap, b.heap)
        lo = self.lo
        frames = [
            self.frame(fa, fb, frame.keeping > 0) for fa, fb, frame in zip(a.frames, b.frames, lo.active(), strict=True)
        ]
        value = self.value(va, vb)
        heap = {**a.heap, **b.heap}
        for key in list(a.heap):
            if key in b.heap and key in self.before.heap:
                heap[key] = self.content(a.heap[key], b.heap[key], key)
        heap.update({ref.id: lo.heap[ref.id] for ref in self.pairs.values()})
        heap.update({key: content for key, content in self.shown.items() if content is not None})
        for frame, (env, exits, result) in zip(lo.active(), frames, strict=True):
            frame.env, frame.exits, frame.result = env, exits, result
        lo.heap = heap
        return value

    def frame(self, a: Any, b: Any, keeping: bool = False) -> Any:
        """The join of one frame; names of a side that has left the function do not matter (but to a finally part)."""
        if UNWOUND in a[1] or UNWOUND in b[1]:
            return self.survivor(a, b)
        left = () if keeping else tuple(i for i, side in enumerate((a, b)) if side[1].get("return") == TRUE)
        if left == (0,):
            env = {name: self.one_sided(UNDEFINED, value, name) for name, value in b[0].items()}
        elif left == (1,):
            env = {name: self.one_sided(value, UNDEFINED, name) for name, value in a[0].items()}
        else:
            env = {
                name: self.value(a[0].get(name, UNDEFINED), b[0].get(name, UNDEFINED), name)
                for name in {**a[0], **b[0]}
            }
        exits = {k: self.flag(k, a[1].get(k, FALSE), b[1].get(k, FALSE)) for k in {**a[1], **b[1]}}
        return env, exits, self.value(a[2], b[2])

    def flag(self, name: str, a: Any, b: Any) -> Any:
        """A flag that is up on the first side alone, where an exception was raised, is the condition itself."""
        cond = self.stmt.cond
        if (
            a == TRUE
            and b == FALSE
            and name.startswith(failures.FLAG)
            and isinstance(cond, Var)
            and cond.kind == kinds.BOOL
        ):
            return cond
        return self.value(a, b)

    def one_sided(self, a: Any, b: Any, name: str = "") -> Any:
        """A value of the side that goes on; what was there before the branch needs no out."""
        value = b if a is UNDEFINED else a
        if isinstance(value, tuple) and not hasattr(value, "_fields"):
            return (
                type(value)(self.one_sided(*((UNDEFINED, v) if a is UNDEFINED else (v, UNDEFINED))) for v in value)
                if type(value) is tuple
                else value
            )
        if not isinstance(value, Var) or value.serial not in self.bound():
            return value
        return self.value(a, b, name)

    def bound(self) -> set[int]:
        """The serials of the Vars that the branch itself binds."""
        if self._bound is None:
            self._bound = {
                v.serial for side in (self.stmt.then, self.stmt.orelse) for s in side.stmts for v in ir.defined(s)
            }
        return self._bound

    def content(self, a: Any, b: Any, key: Any = None) -> Any:
        if a is b:
            return a
        if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
            return tuple(self.value(x, y) for x, y in zip(a, b, strict=True))
        if key in self.lo.dicts and isinstance(a, dict) and isinstance(b, dict) and list(a) != list(b):
            return Lost("a dict has other keys, or keys in another order, in each branch here: this is not followed")
        if isinstance(a, dict) and isinstance(b, dict):
            return {k: self.value(a.get(k, UNDEFINED), b.get(k, UNDEFINED), str(k)) for k in {**a, **b}}
        site = self.lo.list_sites.get(key)
        if site is not None and site not in self.lo.notes.dynamic:
            self.lo.notes.dynamic.add(site)
            self.lo.restart()
        return Lost("a container has other items in each branch here: this is not followed")

    def value(self, a: Any, b: Any, name: str = "") -> Any:
        if a is b or isinstance(a, Const) and a == b:
            return a
        a, b = self.lo.read(a), self.lo.read(b)
        if a is b or isinstance(a, Const) and a == b:
            return a
        if a is GONE or b is GONE:
            return self.exposed(b, 1) if a is GONE else self.exposed(a, 0)
        if isinstance(self.stmt, ir.Guarded) and (a is UNDEFINED) != (b is UNDEFINED):
            bound, side = (b, 1) if a is UNDEFINED else (a, 0)
            if isinstance(bound, (tuple, Ref)):
                return self.exposed(bound, side)
        if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b) and type(a) is type(b):
            items = [self.value(x, y) for x, y in zip(a, b, strict=True)]
            return type(a)(*items) if hasattr(a, "_fields") else tuple(items)
        if isinstance(a, Ref) and isinstance(b, Ref) and a.cls is b.cls:
            return self.refs(a, b)
        if isinstance(a, Lost) or isinstance(b, Lost):
            return a if isinstance(a, Lost) else b
        kind = self.kind(a, b)
        if kind is None:
            return Choice(self.stmt.cond, a, b)
        return self.phi(a, b, kind, name)

    def show(self, side: int) -> None:
        """Where one side alone goes on, all that it has bound is seen after it."""
        lo = self.lo
        for frame in lo.active():
            frame.env = {name: self.exposed(value, side, name) for name, value in frame.env.items()}
            frame.exits = {name: self.exposed(value, side) for name, value in frame.exits.items()}
            frame.result = self.exposed(frame.result, side)
        lo.heap.update({key: content for key, content in self.shown.items() if content is not None})

    def survivor(self, a: Any, b: Any) -> Any:
        """The frame of the side on which the function has not been left by an exception."""
        if UNWOUND in a[1] and UNWOUND in b[1]:
            return a
        (env, exits, result), side = (b, 1) if UNWOUND in a[1] else (a, 0)
        seen = {name: self.exposed(value, side, name) for name, value in env.items()}
        return seen, {k: self.exposed(v, side) for k, v in exits.items()}, self.exposed(result, side)

    def exposed(self, value: Any, side: int, name: str = "") -> Any:
        """A value of one side alone, as it is seen after the join."""
        if isinstance(value, Var):
            if value.serial not in self.bound_by(side):
                return value
            out = self.phi(UNDEFINED if side else value, value if side else UNDEFINED, value.kind, name)
            out.shape = value.shape
            return out
        if isinstance(value, tuple):
            items = [self.exposed(v, side) for v in value]
            if (
                all(i is v for i, v in zip(items, value, strict=True))
                or type(value) is not tuple
                and not hasattr(value, "_fields")
            ):
                return value
            return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
        if isinstance(value, Choice):
            return Choice(
                self.exposed(value.cond, side), self.exposed(value.then, side), self.exposed(value.orelse, side)
            )
        if isinstance(value, Ref) and value.id not in self.before.heap and value.id not in self.shown:
            self.shown[value.id] = None
            content = self.heaps[side].get(value.id)
            if isinstance(content, tuple):
                self.shown[value.id] = tuple(self.exposed(v, side) for v in content)
            elif isinstance(content, dict):
                self.shown[value.id] = {k: self.exposed(v, side, str(k)) for k, v in content.items()}
        return value

    def bound_by(self, side: int) -> set[int]:
        """The serials of what one side's statements bind."""
        found = self.bounds.get(side)
        if found is None:
            inner = [self.stmt.orelse if side else self.stmt.then]
            found = self.bounds[side] = set()
            if isinstance(self.stmt, ir.Guarded):
                inner += [self.stmt.body] if side else []
                found.add(self.stmt.caught.serial)
            for block in inner:
                found.update(v.serial for s in ir.walk(block) for v in ir.defined(s))
        return found

    def kind(self, a: Any, b: Any) -> Any:
        ka, kb = (_kind(v) for v in (a, b))
        if a is UNDEFINED or b is UNDEFINED:
            known = kb if a is UNDEFINED else ka
            return known
        if ka is None or kb is None:
            return None
        if _is_literal_choice(a, b):
            return None
        return kinds.join(ka, kb)

    def phi(self, a: Any, b: Any, kind: Any, name: str) -> Var:
        key = (_key(a), _key(b))
        if key in self.made:
            return self.made[key]
        regions = [v.region for v in (a, b) if isinstance(v, Var) and v.region is not None]
        for other in regions[1:]:
            regions[0].union(other)
        names = {v.name for v in (a, b) if isinstance(v, Var)}
        out = self.lo.var(kind, name or (names.pop() if len(names) == 1 else ""), regions[0] if regions else None)
        if shapes.same(a, b):
            out.shape = a.shape
        if integers.mixes(self.lo, kind, a, b):
            self.lo.mixed.add(out.serial)
        self.stmt.outs.append(out)
        self.stmt.then.results.append(a)
        self.stmt.orelse.results.append(b)
        self.made[key] = out
        return out

    def refs(self, a: Ref, b: Ref) -> Any:
        """Two objects made in the branches become one; an older object cannot be confused with another."""
        if (a.id, b.id) in self.pairs:
            return self.pairs[a.id, b.id]
        old = self.before.heap
        if a.id in old or b.id in old or any(a.id == x or b.id == y for x, y in self.pairs):
            return Choice(self.stmt.cond, a, b)
        joined = Ref(a.cls, a.site, None)
        if a.id in self.lo.escaped or b.id in self.lo.escaped:
            self.lo.escaped.add(joined.id)
        self.pairs[a.id, b.id] = joined
        self.lo.heap[joined.id] = ()
        if a.cls is list:
            self.lo.list_sites[joined.id] = a.site
        self.lo.heap[joined.id] = self.content(self.heaps[0][a.id], self.heaps[1][b.id], joined.id)
        return joined


def _kind(value: Any) -> Any:
    """The kind of an operand, or None for what is no operand of its own."""
    if isinstance(value, Var):
        return value.kind
    if isinstance(value, Const) and isinstance(value.value, (bool, int, float, complex)):
        return kinds.kind_of(value.value)
    return None


def _is_literal_choice(a: Any, b: Any) -> bool:
    return isinstance(a, Const) and isinstance(b, Const) and isinstance(a.value, str)


def _key(value: Any) -> Any:
    return value.serial if isinstance(value, Var) else value
