"""Functions that are made anew from the same code share their texts.

    for batch in batches:
        w = w - 0.1 * ad.grad(lambda w: loss(w, batch))(w)      derives once

A text belongs to one function: its guards look into that function's closure, and its module holds the numbers found
there.  What is remembered for the code is the text with the places that it looks at named by the way to them from the
function (`Place`), and without what was found in them.  For another function of that code the ways lead to its own
closure; its text runs in a module of its own, so that each sees its own numbers, in threads too.

Only what is said so is shared.  A text that looks at anything that may belong to one function alone is derived again.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from transforms.deriving.variants import Derived
from transforms.guards import Outside

# these are the same for all functions of a code, or told from one another by value
COMMON = (types.ModuleType, type, types.BuiltinFunctionType, np.ufunc, bool, int, str, bytes, type(None))


@dataclass(frozen=True)
class Place:
    """The way from a function to its cell `steps[0]`, to the cell `steps[1]` of the function in there, and so on.

    `code`: not to the last cell itself, but to the function of this code in it.
    """

    steps: tuple[int, ...]
    code: types.CodeType | None

    def find(self, fn: types.FunctionType) -> Any:
        """What is there for another function; LookupError if nothing like it is."""
        held: Any = fn
        for number in self.steps:
            cells = getattr(content(held), "__closure__", None) or ()
            held = cells[number]  # IndexError is a LookupError
        if self.code is None:
            return held
        function = content(held)
        if not isinstance(function, types.FunctionType) or function.__code__ is not self.code:
            raise LookupError
        return function


def content(held: Any) -> Any:
    """The function itself, or what is in a cell."""
    try:
        return held.cell_contents if isinstance(held, types.CellType) else held
    except ValueError:
        raise LookupError("an empty cell") from None


@dataclass(frozen=True)
class Remembered:
    """A text without the function that it was made for."""

    derived: Derived
    namespace: dict[str, Any]
    guards: list[tuple[Any, str, Any, Any]]
    refresh: list[tuple[str, tuple[Any, str, Any], Any]]
    meetings: list[list[Place]]  # ways that lead to the same cell or function

    def of(self, fn: Any) -> Derived:
        """The text for another function of the same code."""
        for first, *others in self.meetings:
            if any(other.find(fn) is not first.find(fn) for other in others):
                raise LookupError
        guards: list[Any] = [
            (Outside(found(fn, holder), how, key), found(fn, expected)) for holder, how, key, expected in self.guards
        ]
        refresh: list[Any] = [
            (name, Outside(found(fn, holder), how, key), kind) for name, (holder, how, key), kind in self.refresh
        ]
        module = types.ModuleType(self.derived.filename)
        module.__dict__.update(self.namespace, **{name: None for name, _, _ in refresh})
        run = types.FunctionType(self.derived.run.__code__, module.__dict__)
        return replace(self.derived, run=run, guards=guards, refresh=refresh, module=module)


def found(fn: Any, held: Any) -> Any:
    return held.find(fn) if isinstance(held, Place) else held


_remembered: dict[int, tuple[types.CodeType, dict[Any, list[Remembered]]]] = {}  # by identity: twins may be equal
MOST = 4  # texts for one code and the same kinds of arguments
MOST_CODES = 256


def remember(fn: Any, key: Any, derived: Derived) -> None:
    """Keep a text that was made for `fn` for other functions of its code."""
    function = base(fn)
    text = stripped(function, derived) if function is not None and function.__closure__ else None
    if function is None or text is None:
        return
    code = function.__code__
    _, known = _remembered.setdefault(id(code), (code, {}))
    texts = known.setdefault((chain(fn), key), [])
    texts.insert(0, text)
    del texts[MOST:]
    for oldest in list(_remembered)[:-MOST_CODES]:
        _remembered.pop(oldest, None)


def recall(fn: Any, key: Any) -> Iterator[Derived]:
    """The texts that were made for other functions of the same code."""
    function = base(fn)
    known = _remembered.get(id(function.__code__)) if function is not None else None
    if function is None or known is None:
        return
    for text in list(known[1].get((chain(fn), key), ())):
        try:
            yield text.of(function)
        except LookupError:
            continue


def base(fn: Any) -> types.FunctionType | None:
    """The function that a derivative of derivatives is of."""
    while isinstance(link := getattr(fn, "__derivative__", None), tuple) and len(link) == 3:
        fn = link[1]
    return fn if isinstance(fn, types.FunctionType) else None


def chain(fn: Any) -> tuple[Any, ...]:
    """How a derivative comes from its function."""
    steps: list[Any] = []
    while isinstance(link := getattr(fn, "__derivative__", None), tuple) and len(link) == 3:
        steps.append((link[0], *sorted(link[2].items())))
        fn = link[1]
    return tuple(steps)


# -- taking a text from its function -----------------------------------------------------------------------------------


def stripped(fn: types.FunctionType, derived: Derived) -> Remembered | None:
    """A text whose ways to what it looks at are known and lead to nothing that is the function's alone; or None."""
    if derived.writes or derived.twin is not None or derived.module is None:
        return None
    all_ways: dict[int, list[Place]] = {}
    for identity, place in ways(fn):
        all_ways.setdefault(identity, []).append(place)
    places = {identity: met[0] for identity, met in all_ways.items()}
    guards: list[tuple[Any, str, Any, Any]] = []
    for get, expected in derived.guards:
        seen = step(places, get)
        if seen is None:
            return None
        wanted = common(places, expected) if isinstance(seen[0], Place) else (expected,)
        if wanted is None:
            return None
        guards.append((*seen, *wanted))
    refresh: list[tuple[str, tuple[Any, str, Any], Any]] = []
    for name, get, kind in derived.refresh:
        seen = step(places, get)
        if seen is None:
            return None
        refresh.append((name, seen, kind))
    own = {name for name, _, _ in derived.refresh}
    namespace = {k: v for k, v in derived.module.__dict__.items() if k not in own}
    if any(id(value) in places for value in namespace.values()):
        return None
    bare = replace(derived, run=bare_function(derived.run), guards=[], refresh=[], module=None, same=None, holds=None)
    meetings = [met for met in all_ways.values() if len(met) > 1]
    return Remembered(replace(bare, variants=[]), namespace, guards, refresh, meetings)


def bare_function(run: Callable[..., Any]) -> Callable[..., Any]:
    """A function of the same code that holds nothing."""
    return types.FunctionType(run.__code__, {})


def ways(fn: types.FunctionType, steps: tuple[int, ...] = ()) -> Iterator[tuple[int, Place]]:
    """The ways to a function, its cells, and the functions in them, by identity."""
    if len(steps) > 4:
        return
    yield id(fn), Place(steps, fn.__code__)
    for number, cell in enumerate(fn.__closure__ or ()):
        yield id(cell), Place((*steps, number), None)
        try:
            held = content(cell)
        except LookupError:
            continue
        if isinstance(held, types.FunctionType) and held is not fn:
            yield from ways(held, (*steps, number))


def step(places: dict[int, Place], get: Any) -> tuple[Any, str, Any] | None:
    """Where a guard looks, if that is in the function's closure or in what all modules share."""
    if not isinstance(get, Outside):
        return None
    if id(get.holder) in places:
        return places[id(get.holder)], get.how, get.key
    return (get.holder, get.how, get.key) if is_shared(get.holder) else None


def common(places: dict[int, Place], expected: Any) -> tuple[Any] | None:
    """What a guard of the closure expects, if it is the closure's own, or nobody's alone."""
    if id(expected) in places:
        return (places[id(expected)],)
    plain = isinstance(expected, COMMON) or isinstance(expected, types.FunctionType) and not expected.__closure__
    return (expected,) if plain or isinstance(expected, types.CodeType) else None


def is_shared(holder: Any) -> bool:
    """Whether a holder is a module, the dict of one, a class, or a function that stands in a module."""
    if isinstance(holder, dict):
        module = sys.modules.get(str(holder.get("__name__")))
        return module is not None and module.__dict__ is holder
    return (
        isinstance(holder, (types.ModuleType, type))
        or isinstance(holder, types.FunctionType)
        and not holder.__closure__
    )
