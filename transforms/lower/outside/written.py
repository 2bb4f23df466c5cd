"""State outside the differentiated function that it writes: globals, cells, attributes, items of containers.

What it means.  The gradient is that of the value which this call returns.

* The world outside is left as the plain call leaves it: each write is a statement of the text where the user wrote it,
  so that after `ad.grad(f)(x)` a global or a container holds the primal numbers.
* What this call has written and reads back carries its derivative, through branches, loops, callees and derivatives
  taken inside.
* What an earlier call has left is a constant at its value: it is read anew at each call.  Its kind is guarded, and of
  containers the length and keys, and the identity of objects that are gone into.

How it is done.  An object that is written (a dict, list, set, or an instance with its attributes) is *entered*: from
the beginning of the function it is a `Ref` like one that the function has made, whose content is what was there before
(`Initial`, read where it is needed), and whose `origin` is the object itself, which each change is also written to.
A global name, the cell of a closure, or an attribute of a module, class or function is a *place*, entered as a `Cell`.
Which are written is found too late, so that it is noted and the lowering begun again.  Objects are known by identity
when deriving, so that two names for one are one; those that come in as arguments are compared at run time (`distinct`).

A list that only gets longer is not looked into: `history.append(loss)` writes, and what was there does not matter.

>>> import ad
>>> memo = {"calls": 0}
>>> def f(x):
...     memo["calls"] += 1
...     memo["y"] = x * x
...     return memo["y"] * x
>>> ad.grad(f)(2.0), memo
(12.0, {'calls': 1, 'y': 4.0})
"""

from __future__ import annotations

import sys
import types
from dataclasses import dataclass
from typing import Any

from transforms import ir
from transforms.guards import Outside
from transforms.lower.containers import writing
from transforms.lower.objects import model
from transforms.lower.operations import write_attribute, write_item
from transforms.lower.outside import outer, through
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import UNDEFINED, Cell, Const, Initial, Lost, Ref

LONGEST_ENTERED = 64  # items of a list outside that is both read and written


@dataclass(eq=False, repr=False)
class Place:
    """`holder[key]` (how: "item") or `holder.key` (how: "attr")."""

    holder: Any
    how: str
    key: str
    name: str = ""

    @property
    def id(self) -> Any:
        return (id(self.holder), self.how, self.key)


# -- entering ----------------------------------------------------------------------------------------------------------


def enter(lo: Lowering) -> None:
    """At the beginning of a function: all that earlier attempts have found to be written."""
    for held in lo.notes.written.values():
        _enter_object(lo, held)
    for place in lo.notes.places.values():
        if id(place.holder) not in lo.entered:
            _enter_place(lo, place)


def _enter_object(lo: Lowering, held: Any) -> None:
    cls = type(held)
    if cls is list:
        items = _list_content(lo, held)
    elif cls is set:
        outer.structure(lo, held)
        items = tuple(map(Const, held))
    elif cls is dict:
        outer.structure(lo, held)
        items = {k: _initial(held, "item", k) for k in held}
    else:
        attributes = vars(held)
        outer.guard(lo, (id(held), "class"), lambda: type(held), cls)
        outer.guard(lo, (id(held), "vars"), lambda: vars(held), attributes)
        outer.structure(lo, attributes)
        items = {k: _initial(held, "attr", k) for k in attributes}
    ref = lo.entered[id(held)] = lo.new(cls, items, None, Const(held))
    if cls not in (list, set, dict):
        lo.entered[id(vars(held))] = Ref(dict, None, Const(vars(held)), ref.id)


def _list_content(lo: Lowering, held: list[Any]) -> Any:
    if id(held) not in lo.notes.looked_into:
        return Unread("the items of a list outside are read, which is not followed", held)
    if len(held) > LONGEST_ENTERED:
        return Lost(f"a list outside of more than {LONGEST_ENTERED} items is read and written: this is not followed")
    outer.structure(lo, held)
    return tuple(_initial(held, "item", i) for i in range(len(held)))


class Unread(Lost):
    """The content of a list that so far has only grown: reading it begins again with its items."""

    def __init__(self, reason: str, held: list[Any]) -> None:
        super().__init__(reason)
        self.held = held


def _enter_place(lo: Lowering, place: Place) -> None:
    get = Outside(place.holder, place.how, place.key)
    there = _there(place)
    outer.guard(lo, (*place.id, "there"), lambda: _there(place), there)
    content = Initial(place.id, get, place.name or str(place.key)) if there else UNDEFINED
    lo.places[place.id] = lo.new(Cell, (content,))


def _there(place: Place) -> bool:
    return place.key in place.holder if place.how == "item" else hasattr(place.holder, place.key)


def _initial(held: Any, how: str, key: Any) -> Initial:
    name = key if isinstance(key, str) and key.isidentifier() else f"item_{key}"
    return Initial((id(held), how, key), Outside(held, how, key), name)


# -- what is written ---------------------------------------------------------------------------------------------------


def entered(lo: Lowering, value: Const) -> Ref:
    """The object outside that is written here; the lowering begins again with it, if it has not been entered."""
    held = value.value
    found = lo.entered.get(id(held))
    if found is not None:
        return found
    if not can_enter(lo, held):
        name = type(held).__name__
        lo.refuse(
            f"a {name} from outside is written, which is not followed",
            "pass it as an argument, or make it inside the function",
        )
    if type(held) is set and not all(isinstance(item, ir.LITERALS) for item in held):
        lo.refuse("a set from outside with other items than numbers and text is written: this is not followed")
    lo.notes.written[id(held)] = held
    return lo.restart()


def can_enter(lo: Lowering, held: Any) -> bool:
    """Whether an object outside can be entered: not by Python's own libraries, whose caches are no concern of ours."""
    if by_library(lo) or is_namespace(held):
        return False
    return type(held) in (list, dict, set) or _plain_instance(held)


def by_library(lo: Lowering) -> bool:
    """Whether what is followed here belongs to Python itself, to NumPy or to SciPy."""
    package = str(lo.frame.globals.get("__name__")).partition(".")[0]
    return package in ("numpy", "scipy") or package in sys.stdlib_module_names and package != "__main__"


def made_known(lo: Lowering, value: Any) -> Any:
    """A container or instance outside as one that is known item by item, so that it can be copied."""
    held = value.value if isinstance(value, Const) else None
    known = isinstance(value, Const) and not isinstance(held, ir.LITERALS) and can_enter(lo, held)
    return entered(lo, value) if known else value


def is_namespace(held: Any) -> bool:
    """Whether a dict holds the names of a module."""
    return isinstance(held, dict) and "__builtins__" in held


def _plain_instance(held: Any) -> bool:
    """Whether an object is an instance of a Python class that keeps its attributes in its `__dict__` alone."""
    cls = type(held)
    own = cls.__mro__[:-1]
    return (
        isinstance(getattr(held, "__dict__", None), dict)
        and not isinstance(held, (type, types.ModuleType, types.FunctionType, BaseException))
        and all(model.heap_class(base) and "__slots__" not in base.__dict__ for base in own)
        and all("__getattribute__" not in base.__dict__ for base in own)
    )


def write_global(lo: Lowering, name: str, value: Any) -> None:
    """`name = value` where it is declared global."""
    write_place(lo, Place(lo.frame.globals, "item", name), value)


def write_place(lo: Lowering, place: Place, value: Any) -> None:
    """Write a place outside; the lowering begins again with it, if it has not been entered."""
    if id(place.holder) in lo.entered:
        writing.set_item(lo, lo.entered[id(place.holder)], Const(place.key), value)
        return
    ref = lo.places.get(place.id)
    if by_library(lo):
        lo.refuse(f"{place.key}, which is outside, is written by a library: this is not followed")
    if ref is None:
        lo.notes.places[place.id] = place
        lo.restart()
    lo.put(ref, (value,))
    holder, fn = _holder(place)
    lo.known_as.setdefault(id(holder), f"{place.name}_cell" if place.name else "names")
    through.emit(lo, fn, Const(holder), Const(place.key), through.stored(lo, value))


def _holder(place: Place) -> tuple[Any, Any]:
    """The object that is written in the text, and how: the names of a module are its attributes."""
    if place.how == "attr":
        return place.holder, write_attribute
    module = sys.modules.get(str(place.holder.get("__name__")))
    if type(module) is types.ModuleType and vars(module) is place.holder:
        return module, write_attribute
    return place.holder, write_item


def attribute_place(lo: Lowering, held: Any, name: str) -> Place:
    """The place of an attribute of a module, class or function that is written."""
    if isinstance(held, types.ModuleType):
        return Place(vars(held), "item", name)
    if isinstance(held, type):
        found = held.__dict__.get(name)
        if type(held) is type and name in held.__dict__ and not hasattr(type(found), "__get__"):
            return Place(held, "attr", name)
        lo.refuse(
            f"writing the attribute {name} of the class {held.__name__} is not followed",
            "give the class this attribute where it is defined, or keep the value in an instance",
        )
    if name in vars(held) or not hasattr(type(held), name):
        return Place(held, "attr", name)
    return lo.refuse(f"writing the attribute {name} of a function is not followed")
