"""The derivatives that were made before, and which of them runs: the first that is valid and fits the arguments.

    grad(f)(2.0)                  derives
    grad(f)(3.0)                  runs the same text
    grad(f)(np.ones(3))           derives again, for an array

A text takes for granted what the world outside was like, and perhaps shapes; both are looked at before it runs.
"""

from __future__ import annotations

import types
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tensor import runtime
from transforms import kinds
from transforms.arguments import key_of
from transforms.deriving.told import executed, tell
from transforms.guards import MISSING, Guard, together


@dataclass(eq=False, repr=False)
class Derived:
    """A derivative for one signature: `run(*flat arguments)`, its text, and where each of its lines comes from."""

    run: Callable[..., Any]
    source: str
    filename: str
    lines: dict[int, Any]
    guards: list[Guard] = field(default_factory=list)
    refresh: list[tuple[str, Callable[[], Any], Any]] = field(default_factory=list)
    module: types.ModuleType | None = None
    backward: Callable[..., Any] | None = None
    places: Any = False
    twin: Derived | None = None
    variants: list[Derived] = field(default_factory=list)
    same: Callable[[], bool] | None = None  # whether the guards get the very objects that they expect
    writes: bool = False  # whether it writes what is outside and no argument
    holds: Callable[[], bool] | None = None  # the same, where there is nothing else to ask before a call

    def stands(self) -> bool:
        """Whether all outside is as it was, to the very objects; if not, `valid` says whether that matters."""
        if self.same is None:
            self.same = together(self.guards)
            self.holds = None if self.refresh else self.same
        return self.same() and (not self.refresh or self.refreshed())

    def valid(self) -> bool:
        """Whether what the text takes for granted of the world outside still holds."""
        for get, expected in self.guards:
            try:
                found = get()
            except MISSING:
                return False
            if found is not expected and not equal_constants(found, expected):
                return False
        return not self.refresh and self.twin is None or self.refreshed()

    def refreshed(self) -> bool:
        """Give the text the numbers and arrays outside as they are now, if they are of the kinds it was made for."""
        for name, get, kind in self.refresh:
            try:
                value = get()
            except MISSING:
                return False
            assert self.module is not None
            if self.module.__dict__[name] is not value:
                if kinds.kind_of(value) != kind:
                    return False
                self.module.__dict__[name] = value
        return self.twin is None or self.twin.valid()


def equal_constants(a: Any, b: Any) -> bool:
    return type(a) is type(b) and isinstance(a, (int, str, bool)) and bool(a == b)


_derived: weakref.WeakKeyDictionary[Any, dict[Any, list[Derived]]] = weakref.WeakKeyDictionary()


def texts(fn: Any, how: tuple[Any, ...]) -> dict[Any, list[Derived]]:
    """The derivatives of `fn` of one sort by the keys of their arguments, shared by all who ask for them."""
    if isinstance(fn, types.MethodType):
        return {}
    try:
        return _texts.setdefault(fn, {}).setdefault(how, {})
    except TypeError:
        return {}


_texts: weakref.WeakKeyDictionary[Any, dict[Any, dict[Any, list[Derived]]]] = weakref.WeakKeyDictionary()


def cached(how: Any, fn: Any, args: tuple) -> list[Derived]:
    """The derivatives made for these kinds before.

    A derivative of a derivative is kept with the function that both are of: making `grad(f)` anew costs nothing.
    """
    while isinstance(getattr(fn, "__derivative__", None), tuple) and len(fn.__derivative__) == 3:
        name, fn, options = fn.__derivative__
        how = (how, name, *sorted(options.items()))
    if isinstance(fn, types.MethodType):
        return []
    try:
        return _derived.setdefault(fn, {}).setdefault((how, *map(key_of, args)), [])
    except TypeError:
        return []


def run(variants: list[Derived], args: tuple, kwargs: dict[str, Any], make: Callable[[bool], Derived]) -> Any:
    """Run the first of the variants that is still valid and fits the shapes of the arguments, or a new one.

    The one that has run is the first of them afterwards.
    """
    for derived in list(variants):
        if not derived.valid():
            variants.remove(derived)
            continue
        try:
            value = derived.run(*args, **kwargs)
        except BaseException as error:
            if not own_check(error, derived):
                tell(error, derived)
                raise
            continue
        if derived is not variants[0]:
            variants.remove(derived)
            variants.insert(0, derived)
        return value
    variants.insert(0, make(len(variants) >= MOST_VARIANTS))
    return executed(variants[0], variants[0].run, *args, **kwargs)


MOST_VARIANTS = 3  # texts that take something for granted of the shapes; the next one is for all shapes


def own_check(error: BaseException, derived: Derived) -> bool:
    """Whether the check at the head of a text has failed, and not that of another one which it calls."""
    if not isinstance(error, runtime.ShapesDiffer):
        return False
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code is not derived.run.__code__:
        trace = trace.tb_next
    return trace is not None and trace.tb_next is not None and trace.tb_next.tb_next is None
