"""The state at the head of a loop: its body is run until that stands still."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transforms import ir
from transforms.ir import Block
from transforms.lower.loops import carrying, widening
from transforms.lower.loops.templates import Hole, Remade
from transforms.lower.state.frames import State
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import FALSE, Ref, Var

MOST_ATTEMPTS = 40


class Fixpoint:
    """Runs a loop's body until the state at its head stands still, then binds phis and outs."""

    def __init__(self, lo: Lowering, loop: ir.Loop, trip: Callable[[], None], site: Any = None) -> None:
        self.lo = lo
        self.site = site
        self.loop = loop
        self.trip = trip
        self.before = lo.snapshot()
        self.templates: dict[Any, Any] = {}
        self.heads: dict[Any, Any] = {}
        self.head_contents: dict[int, Any] = {}
        self.after = self.before
        self.loc = lo.loc

    def run(self) -> None:
        lo, loop = self.lo, self.loop
        for _ in range(MOST_ATTEMPTS):
            lo.resume(self.before)
            lo.loc = self.loc
            loop.phis = []
            loop.body = Block()
            self.heads = {key: self.head(key, template) for key, template in self.templates.items()}
            for key, value in self.heads.items():
                self.assign(key, value)
            lo.within(loop.body, self.trip)
            self.drop_flags("continue")
            after = lo.snapshot()
            if not widening.widen(self, after):
                carrying.finish(self, after)
                return
        lo.refuse("the types of the values carried by this loop do not settle")

    def drop_flags(self, *names: str) -> None:
        for frame in self.lo.active():
            for name in names:
                frame.exits.pop(name, None)

    # -- slots ---------------------------------------------------------------------------------------------------------

    def slots(self, state: State) -> dict[Any, Any]:
        """Everything in a state that a trip may change, by key."""
        found: dict[Any, Any] = {}
        for number, (env, exits, result) in enumerate(state.frames):
            found.update({("name", number, name): value for name, value in env.items()})
            found.update({("exit", number, name): value for name, value in exits.items()})
            found[("result", number, "")] = result
        for key, content in state.heap.items():
            if key in self.before.heap:
                found[("heap", key, "")] = content
        return found

    def assign(self, key: Any, value: Any) -> None:
        where, number, name = key
        if where == "heap":
            self.lo.heap[number] = value
            return
        frame = self.lo.active()[number]
        if where == "name":
            frame.env[name] = value
        elif where == "exit":
            frame.exits[name] = value
        else:
            frame.result = value

    def head(self, key: Any, template: Any) -> Any:
        """The value at the head of a trip: flags of exits are down there, the rest has phis for its holes."""
        if key[0] == "exit":
            return FALSE
        return self.build(template, key[2] if key[0] == "name" else "")

    def build(self, template: Any, name: str = "") -> Any:
        if isinstance(template, Hole):
            made = self.lo.vars_of(template.kind, name)
            if template.shape is not None:
                made.shape = template.shape
            if template.mixed and isinstance(made, Var):
                self.lo.mixed.add(made.serial)
            return made
        if isinstance(template, Remade):
            ref = Ref(template.cls, template.site)
            if self.lo.escaped:
                self.lo.escaped.add(ref.id)  # as the object of the trip before may have
            self.lo.heap[ref.id] = self.head_contents[ref.id] = self.build(template.content)
            if template.cls is list:
                self.lo.list_sites[ref.id] = template.site
            if template.cls is dict:
                self.lo.dicts.add(ref.id)
            return ref
        if isinstance(template, tuple):
            items = [self.build(t) for t in template]
            return type(template)(*items) if hasattr(template, "_fields") else tuple(items)
        if isinstance(template, dict):
            return {k: self.build(t, str(k)) for k, t in template.items()}
        return template
