"""The join of the states of two branches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transforms import ir, kinds, shapes
from transforms.ir import UNDEFINED, Const, Var
from transforms.lower import integers
from transforms.lower.failures import contexts
from transforms.lower.failures.contexts import GONE, UNWOUND
from transforms.lower.state import exposing, operands
from transforms.lower.state.frames import State
from transforms.lower.values import FALSE, TRUE, Choice, Lost, Ref

if TYPE_CHECKING:
    from transforms.lower.state.lowering import Lowering


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
                exposing.show(self, int(alive is b))
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
            return exposing.survivor(self, a, b)
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
            and name.startswith(contexts.FLAG)
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
            return exposing.exposed(self, b, 1) if a is GONE else exposing.exposed(self, a, 0)
        if isinstance(self.stmt, ir.Guarded) and (a is UNDEFINED) != (b is UNDEFINED):
            bound, side = (b, 1) if a is UNDEFINED else (a, 0)
            if isinstance(bound, (tuple, Ref)):
                return exposing.exposed(self, bound, side)
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

    def kind(self, a: Any, b: Any) -> Any:
        ka, kb = (operands.operand_kind(v) for v in (a, b))
        if a is UNDEFINED or b is UNDEFINED:
            known = kb if a is UNDEFINED else ka
            return known
        if ka is None or kb is None:
            return None
        if is_literal_choice(a, b):
            return None
        return kinds.join(ka, kb)

    def phi(self, a: Any, b: Any, kind: Any, name: str) -> Var:
        key = (key_of(a), key_of(b))
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


def is_literal_choice(a: Any, b: Any) -> bool:
    return isinstance(a, Const) and isinstance(b, Const) and isinstance(a.value, str)


def key_of(value: Any) -> Any:
    return value.serial if isinstance(value, Var) else value
