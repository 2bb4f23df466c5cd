"""Deriving, begun again as long as facts come too late; what is refused in the end is told with its place.

A `Restart` says that something was found that the lowering should have known before; the notes remember it.
Example: a list turns out to grow in a loop after it was taken for one of known length.
"""

from __future__ import annotations

import functools
import linecache
import sys
from _thread import RLock  # what `threading.RLock` is; importing `threading` costs more than it is worth here
from collections.abc import Callable
from typing import Any

from transforms.errors import DerivativeError, Location, UnsupportedError
from transforms.lower.state.notes import Notes, Restart

_lock = RLock()


def first_line(fn: Any) -> Location | None:
    """Where a function begins: the place of a refusal that no line of its own is the reason for."""
    while isinstance(fn, functools.partial) or len(getattr(fn, "__derivative__", ())) == 3:
        fn = fn.func if isinstance(fn, functools.partial) else fn.__derivative__[1]
    code = getattr(getattr(fn, "__func__", fn), "__code__", None)
    if code is None:
        return None
    text = linecache.getline(code.co_filename, code.co_firstlineno).rstrip("\n")
    return Location(code.co_filename, spoken_name(fn), code.co_firstlineno, text=text or None)


def restarting(fn: Any, run: Callable[[Notes], Any], general: bool = False) -> Any:
    """Run a derivation, beginning again as long as facts come too late; one derivation at a time."""
    with _lock:
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, DEEP))
        try:
            return attempts(fn, run, general)
        finally:
            sys.setrecursionlimit(limit)


def attempts(fn: Any, run: Callable[[Notes], Any], general: bool) -> Any:
    """What the first attempt gives that ends; what is refused is tried once more with whole numbers as constants."""
    notes = Notes(general=general)
    refusal: Any = None
    while True:
        try:
            return run(notes)
        except Restart:
            continue
        except DerivativeError as caught:
            found = caught
            error: Any = next(iter(notes.unrolled.values()), found)  # what was wrong before the loop was unrolled
            if isinstance(found, UnsupportedError) and not notes.concrete:
                notes, refusal = Notes(general=general, concrete=True), error
                continue
            error = refusal or error
            place(error, first_line(fn))
            raise error from (None if error is found else found)


def place(error: Any, start: Location | None) -> None:
    """Say where a refusal is; where that is in another file, how it was reached."""
    if error.location is None:
        error.location = start
    elif start is not None and error.location.filename != start.filename and not getattr(error, "__notes__", ()):
        error.add_note(f"reached from {start.function}, {start.filename}, line {start.line}")


DEEP = 20_000  # calls that the functions followed into may nest, many of ours for each of theirs


def spoken_name(fn: Any) -> str:
    """What a function is called in messages."""
    return str(getattr(fn, "__name__", type(fn).__name__))


def function_name(fn: Any) -> str:
    """What a function is called in emitted texts."""
    label = getattr(fn, "__name__", type(fn).__name__)
    return label if label.isidentifier() else "function"
