"""The heap of abstract objects: what each holds, and what can be used up once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transforms.lower.values import Initial, Iter, Lost, Ref

if TYPE_CHECKING:
    from transforms.lower.state.lowering import Lowering


def new(lo: Lowering, cls: type, content: Any, site: Any = None, origin: Any = None) -> Ref:
    ref = Ref(cls, site, origin)
    if cls is list and site is not None:
        lo.list_sites[ref.id] = site
    if cls is dict:
        lo.dicts.add(ref.id)
    lo.heap[ref.id] = content
    return ref


def content(lo: Lowering, ref: Ref) -> Any:
    """What an object holds; refused if that cannot be said."""
    found = lo.held(ref)
    if isinstance(found, tuple) and any(type(v) is Initial for v in found):
        return tuple(map(lo.read, found))
    if isinstance(found, dict) and any(type(v) is Initial for v in found.values()):
        return {key: lo.read(value) for key, value in found.items()}
    return found


def held(lo: Lowering, ref: Ref) -> Any:
    """What an object holds, where what was there before the call has not been read yet."""
    found = lo.heap[ref.id]
    return lo.lost(found) if isinstance(found, Lost) else found


def read(lo: Lowering, value: Any) -> Any:
    """A value in an object outside, read if it is there since before the call."""
    if type(value) is not Initial:
        return value
    from transforms.lower.outside import outer

    return outer.at_start(lo, value.key, value.get, value.name)


def put(lo: Lowering, ref: Ref, content: Any) -> None:
    if ref.id in lo.escaped:
        from transforms.lower.outside import through

        through.check_escaped(lo, ref)
    lo.heap[ref.id] = content


def iterator(lo: Lowering, kind: str, parts: tuple) -> Iter:
    """An iterator that can be used up once: the heap says whether it was."""
    return lo.once(Iter(kind, parts))


def once(lo: Lowering, value: Any) -> Any:
    """What can be used up: the heap says whether it was."""
    lo.heap[value] = ()
    return value


def spend(lo: Lowering, value: Any, reason: str, remedy: str) -> None:
    """Use up what can be used once; refused where it may have been before."""
    if lo.heap.get(value, ()) != ():
        lo.refuse(reason, remedy)
    lo.heap[value] = (True,)


def use_up(lo: Lowering, value: Iter) -> None:
    """Note that an iterator is run through; a second time it would be empty, or go on from where it was left."""
    if value.kind in ("range", "view"):
        return
    lo.spend(
        value,
        f"a {value.kind} iterator is used twice, or in a loop that it was made outside of",
        "make a list of it",
    )
