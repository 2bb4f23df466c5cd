"""Beginning again with a list that is known item by item where it was at run time, or the other way round.

`L[i]` with a computed `i` needs a list at run time; `L[0]`, `L[1]` of an array and an object need a known one.
"""

from __future__ import annotations

from typing import Any

from transforms import kinds
from transforms.lower.containers import making
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Ref, Var


def stay_known(lo: Lowering, sites: set[Any], value: Any) -> None:
    """Begin again with lists that must be known item by item, so that the loops that fill them are unrolled."""
    if not sites or sites <= lo.notes.known:
        making._item_kind(lo, value)
    lo.notes.known |= sites
    lo.notes.dynamic -= sites
    lo.restart()


def prefer_known(lo: Lowering, holder: Var, reason: str) -> None:
    """Begin again with a list known item by item, its loops unrolled; refused if that has been tried."""
    sites = holder.region.find().sites if holder.region is not None else set()
    if not sites or sites <= lo.notes.known:
        lo.refuse(reason)
    lo.notes.known |= sites
    lo.notes.dynamic -= sites
    lo.restart()


def inner_lists(lo: Lowering, value: Any) -> None:
    """Begin again with the lists that are put into a list at run time as lists at run time, if they can be."""
    for item in value if type(value) is tuple else (value,):
        if isinstance(item, Ref) and item.cls is list and item.site is not None and item.origin is None:
            content = lo.content(item)
            if isinstance(content, tuple) and item.site not in lo.notes.dynamic and uniform(lo, content):
                lo.notes.known.discard(item.site)
                make_dynamic(lo, item)


def uniform(lo: Lowering, items: tuple[Any, ...]) -> bool:
    """Whether the items of a list are of one kind, or lists of which that is true."""
    found: Any = None
    for item in items:
        if isinstance(item, Ref):
            if item.cls is not list or not isinstance(lo.content(item), tuple) or not uniform(lo, lo.content(item)):
                return False
            continue
        kind = making._item_kind(lo, item) if making.can_be_item(item) else None
        found = kind if found is None else kinds.join(found, kind) if kind is not None else None
        if found is None:
            return False
    return True


def make_dynamic(lo: Lowering, ref: Ref) -> None:
    """Begin again with this list at run time."""
    if ref.site is None or ref.site in lo.notes.dynamic:
        lo.refuse("a list is read by a computed index here, which is not followed")
    lo.notes.dynamic.add(ref.site)
    lo.restart()
