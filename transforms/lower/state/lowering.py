"""The state of a lowering, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transforms import shapes
from transforms.ir import Block, Var
from transforms.lower.failures import contexts
from transforms.lower.state import applying, blocks, branching, folding, heap, operands, shaping
from transforms.lower.state.frames import Frame, Loc
from transforms.lower.state.notes import Notes
from transforms.lower.values import Ref


class Lowering:
    """The state of one lowering; what can be done with it stands in the other files of this folder, by subject."""

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
        self.tries: list[contexts.Context] = []
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

    @property
    def frame(self) -> Frame:
        return self.frames[-1]

    emit = blocks.emit
    emit_call = blocks.emit_call
    within = blocks.within
    refuse = blocks.refuse
    lost = blocks.lost
    site = blocks.site
    restart = blocks.restart

    new = heap.new
    content = heap.content
    held = heap.held
    read = heap.read
    put = heap.put
    iterator = heap.iterator
    once = heap.once
    spend = heap.spend
    use_up = heap.use_up

    var = applying.var
    vars_of = applying.vars_of
    apply = applying.apply
    apply_operands = applying.apply_operands
    outputs = applying.outputs
    apply_unknown = applying.apply_unknown
    numeric = applying.numeric

    fold = folding.fold
    known = folding.known
    python = folding.python
    followed = folding.followed
    lift = folding.lift

    token = shaping.token
    observe = shaping.observe
    extent = shaping.extent
    note_extent = shaping.note_extent

    operand = operands.operand
    array_of = operands.array_of
    abstract = operands.abstract
    settle = operands.settle
    describe = operands.describe

    snapshot = branching.snapshot
    active = branching.active
    resume = branching.resume
    exited = branching.exited
    truth = branching.truth
    truth_of_object = branching.truth_of_object
    negated = branching.negated
    branch = branching.branch
