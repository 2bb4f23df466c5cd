"""Other ways to an object outside that is written: what is called as it is must not know it.

A bound method of a dict, a `MappingProxyType`, a function without source: the text calls these as they are, and what
they read of an object that this call has written would be a number without its derivative.  Where they refer to such an
object, however far down, they are refused.

>>> seen = {"a": 1.0}
>>> refers(seen.get, {id(seen)}), refers(len, {id(seen)})
(True, False)
"""

from __future__ import annotations

import gc
import types
import weakref
from typing import Any

import numpy as np

from tensor.attributes import Attribute, Method
from transforms import ir
from transforms.lower.calls import closures, primitives
from transforms.lower.state.lowering import Lowering

DEEPEST, MOST = 4, 2000
OPEN = (*ir.LITERALS, type, types.ModuleType, np.ufunc, np.ndarray, np.generic, np.dtype)


def check(lo: Lowering, stmt: ir.Apply) -> None:
    """Refuse an operation on, or a call of, what may read an object or a name outside that is written."""
    objects = {*lo.entered, *(holder for holder, _, _ in lo.places)}
    called = () if primitives.pure(stmt.fn) or isinstance(stmt.fn, (Attribute, Method)) else (ir.Const(stmt.fn),)
    for tree in (*called, *ir.operands(stmt)):
        for held in constants(tree):
            if not isinstance(held, OPEN) and refers(held, objects, set(lo.places)):
                lo.refuse(
                    f"this {type(held).__name__} refers to an object from outside that is written: this is not followed"
                )


def constants(tree: Any) -> list[Any]:
    """The values of the constants in an operand tree."""
    found: list[Any] = []

    def note(leaf: Any) -> Any:
        if isinstance(leaf, ir.Const):
            found.append(leaf.value)
        return leaf

    ir.tree_map(note, tree)
    return found


def refers(held: Any, objects: set[int], places: set[Any] = frozenset()) -> bool:  # type: ignore[assignment]
    """Whether one of these objects, or a function that names one of these places, can be reached from `held`."""
    level, seen = [held], {id(held)}
    for _ in range(DEEPEST):
        following = []
        for value in level:
            if id(value) in objects or id(type(value)) in objects or reads_names(value, places):
                return True
            if isinstance(value, weakref.ref) or type(value) in weakref.ProxyTypes:
                return True
            for part in referents(value):
                if id(part) not in seen and not isinstance(part, OPEN):
                    seen.add(id(part))
                    following.append(part)
        if len(seen) > MOST:
            return True  # not looked through
        level = following
    return False


def referents(value: Any) -> list[Any]:
    """What an object refers to; of a function's globals only what it names."""
    if not isinstance(value, types.FunctionType):
        return gc.get_referents(value)
    names = () if closures.library(value) else all_names(value.__code__)
    return [*(value.__closure__ or ()), value.__defaults__, value.__kwdefaults__, *map(value.__globals__.get, names)]


def reads_names(held: Any, places: set[Any]) -> bool:
    """Whether a function names a global that is written."""
    if not places or not isinstance(held, types.FunctionType):
        return False
    return any((id(held.__globals__), "item", name) in places for name in all_names(held.__code__))


def all_names(code: types.CodeType) -> set[str]:
    """The names of globals and attributes in a function, those in the functions inside included."""
    inner = (part for part in code.co_consts if isinstance(part, types.CodeType))
    return set(code.co_names).union(*map(all_names, inner))
