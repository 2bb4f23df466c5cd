"""Values from outside the function: globals, captured cells, attributes and items of objects that exist already.

Functions, classes, modules, strings and flags are constants, guarded: a derivative is made anew if one of them changes.
Numbers and arrays are read at each call, under their own name; only their kind is guarded.
"""

from __future__ import annotations

import collections
import keyword
import types
import weakref
from collections.abc import Callable
from typing import Any

from tensor import registry, rules
from transforms import kinds
from transforms.guards import Outside
from transforms.lower.state.lowering import Lowering
from transforms.lower.state.notes import Restart
from transforms.lower.values import UNDEFINED, Const, Lost

CONSTANT_MODULES = {"numpy", "math", "cmath", "scipy", "sys", "operator"}  # nobody writes np.pi
NAMED = (type, types.ModuleType, types.FunctionType)
_FLAGS = (bool, str, bytes, type(None), type(Ellipsis))


def item(lo: Lowering, container: Any, key: Any, name: str) -> Any:
    """`container[key]` of a dict, list or tuple outside."""
    ref = lo.entered.get(id(container))
    if ref is not None:
        return of_entered(lo, ref, key)
    lo.read_outside[id(container)] = container
    return value(lo, (id(container), "item", key), Outside(container, "item", key), name)


def attr(lo: Lowering, obj: Any, name: str) -> Any:
    """`obj.name` of an object outside."""
    label = obj.__name__ if isinstance(obj, NAMED) else type(obj).__name__.lower()
    label = label.rpartition(".")[2]
    if type(obj).__name__ == "module":
        found = getattr(obj, name)
        if isinstance(found, (float, complex, int)) and obj.__name__.partition(".")[0] in CONSTANT_MODULES:
            return Const(found)
        label = ""
        if name in vars(obj):
            return item(lo, vars(obj), name, name)
    elif type(obj) in weakref.ProxyTypes and lo.entered:
        return lo.refuse("a weak reference is read where objects outside are written: this is not followed")
    elif isinstance(obj, type):
        if not name.startswith("__"):  # as C.__dict__, which is no attribute in it
            obj = next((base for base in obj.__mro__ if name in base.__dict__), obj)
    elif (ref := lo.entered.get(id(obj))) is not None:
        return of_entered(lo, ref, name)
    elif id(getattr(obj, "__dict__", None)) in lo.entered:  # its attributes are written as a dict
        lo.notes.written[id(obj)] = obj
        raise Restart
    if name == "__dict__" and any(id(obj) == holder for holder, _, _ in lo.places):
        return lo.refuse(f"the __dict__ of {label} is read where its attributes are written: this is not followed")
    lo.read_outside[id(obj)] = obj
    return value(lo, (id(obj), "attr", name), Outside(obj, "attr", name), f"{label}_{name}" if label else name)


def of_entered(lo: Lowering, ref: Any, key: Any) -> Any:
    """What an object outside that is written holds now."""
    found = lo.held(ref)
    try:
        held = lo.read(found[key])
    except (LookupError, TypeError):
        return lo.refuse(f"{key} has no value here")
    return lo.lost(held) if isinstance(held, Lost) else held


def kept(lo: Lowering, key: Any, get: Callable[[], Any]) -> None:
    """Guard that `get()` stays what it is."""
    guard(lo, key, get, get())


def guard(lo: Lowering, key: Any, get: Callable[[], Any], found: Any) -> None:
    """Guard that `get()` stays `found`: nobody writes what the rules of this library refer to."""
    scope = lo.frame.globals
    if scope is not registry.NAMES and not str(scope.get("__name__")).startswith(f"{rules.__name__}."):
        lo.guards.setdefault(key, (get, found))


def structure(lo: Lowering, held: Any) -> None:
    """Guard that a container outside keeps its length, and a dict or set its keys in their order."""
    lo.read_outside[id(held)] = held
    if isinstance(held, (dict, set, frozenset)):
        keys = list(held)
        guard(lo, (id(held), "keys"), lambda: len(held) == len(keys) and all(map(same, held, keys)), True)
    elif isinstance(held, (list, collections.deque, bytearray)):
        guard(lo, (id(held), "length"), lambda: len(held), len(held))


def content(lo: Lowering, held: Any) -> None:
    """Guard that a container outside keeps its items: what is computed from all of them is a constant."""
    if type(held) not in HELD:
        return
    structure(lo, held)
    if not isinstance(held, (set, frozenset)):
        items = lambda: list(held.values()) if isinstance(held, dict) else list(held)  # noqa: E731
        now = items()
        guard(lo, (id(held), "content"), lambda: all(map(same, items(), now)), True)
        for part in now:
            content(lo, part)


HELD = {list, tuple, dict, set, frozenset, collections.deque, bytearray}


def contents(lo: Lowering, operand: Any) -> None:
    """Guard the contents of the containers outside in an operand."""
    for part in operand if isinstance(operand, tuple) else (operand,):
        if isinstance(part, tuple):
            contents(lo, part)
        elif isinstance(part, Const):
            content(lo, part.value)


def same(a: Any, b: Any) -> bool:
    """Whether a guard takes two values for the same."""
    return a is b or type(a) is type(b) and isinstance(a, (int, float, str, bytes, tuple)) and bool(a == b)


def member(lo: Lowering, held: Any, value: Any) -> bool:
    """Whether `value` is in a container outside: guarded."""
    found = value in held
    lo.read_outside[id(held)] = held
    guard(lo, (id(held), "member", value), lambda: value in held, found)
    return found


def cell(lo: Lowering, holder: Any, name: str) -> Any:
    """The content of a closure cell of a function that exists already."""
    if (ref := lo.places.get((id(holder), "attr", "cell_contents"))) is not None:
        return lo.content(ref)[0]
    if not hasattr(holder, "cell_contents"):
        return lo.refuse(f"{name} has no value yet")
    return settled(lo, (id(holder), "cell", name), Outside(holder, "attr", "cell_contents"), name)


def settled(lo: Lowering, key: Any, get: Callable[[], Any], name: str) -> Any:
    """The value of what seldom changes, a cell or a default: integers are constants."""
    if key not in lo.outers and key not in lo.places and type(get()) is int:
        kept(lo, key, get)
        return Const(get())
    return value(lo, key, get, name)


def value(lo: Lowering, key: Any, get: Callable[[], Any], name: str) -> Any:
    """The abstract value of what `get()` gives now, with a guard that it stays of this kind."""
    if (ref := lo.places.get(key)) is not None:
        held = lo.content(ref)[0]
        if held is UNDEFINED:
            return lo.refuse(f"{name} has no value yet")
        return lo.lost(held) if isinstance(held, Lost) else held
    return at_start(lo, key, get, name)


def at_start(lo: Lowering, key: Any, get: Callable[[], Any], name: str) -> Any:
    """The abstract value of what `get()` gave when the function was called."""
    if key in lo.outers:
        return lo.outers[key][0]
    try:
        found = get()
    except Exception:
        return lo.refuse(f"{name} has no value yet")
    if isinstance(found, tuple) and not hasattr(found, "_fields"):
        guard(lo, key, get, found)
        return tuple(value(lo, (*key, i), lambda i=i: get()[i], f"{name}_{i}") for i in range(len(found)))
    if lo.notes.concrete and type(found) is int:
        guard(lo, key, get, found)
        return Const(found)
    kind = kinds.kind_of(found)
    if isinstance(kind, kinds.Kind) and kind.numeric and not isinstance(found, _FLAGS):
        var = number(lo, key, get, kind, name)
        lo.observe(var, found)
        return var
    guard(lo, key, get, found)
    lo.known_as.setdefault(id(found), name)
    return lo.followed(Const(found))


def number(lo: Lowering, key: Any, get: Callable[[], Any], kind: kinds.Kind, name: str) -> Any:
    """A number or array outside: read at each call."""
    var = lo.var(kind, name if name.isidentifier() and not keyword.iskeyword(name) else "constant")
    if var.region is not None:
        var.region.external = True
    lo.outers[key] = (var, get)
    return var
