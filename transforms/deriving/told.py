"""What goes wrong while a text runs is told with the line of the user's that it comes from.

    model.py:3, in f: two arrays given to this function share memory, and one is written in place
        x[0] = y[1]
        ^^^^^^^^^^^
      pass copies of them

A refusal gets a message as those made when deriving have it; any other exception stays what it is, with a note.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tensor.runtime import Refused
from transforms.errors import DerivativeError, RefusedAtRunTime

if TYPE_CHECKING:
    from transforms.deriving.variants import Derived


def executed(derived: Derived, run: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """`run(*args, **kwargs)`, one of the functions of this text."""
    try:
        return run(*args, **kwargs)
    except BaseException as error:
        tell(error, derived)
        raise


def tell(error: BaseException, derived: Derived) -> None:
    """Say which of the user's lines an exception that left this text comes from."""
    if isinstance(error, (DerivativeError, RefusedAtRunTime)):
        return
    if isinstance(error, Refused):
        place = place_of(error, derived, nearest=True)
        reason, *rest = error.args if len(error.args) > 1 else error.args[0].split(": ", 1)  # a rule's are one text
        told: Any = error  # the same object, as it is on its way
        told.__class__ = RefusedAtRunTime
        told.__init__(reason, place.location() if place is not None else None, *rest)
        return
    place = place_of(error, derived)
    if place is not None and isinstance(error, Exception):
        node, source = place.stmt or place.node, place.source
        line = source.lines[node.lineno - 1].strip() if node.lineno <= len(source.lines) else ""
        error.add_note(f"in the derivative of {source.name}, {source.filename}, line {node.lineno}: {line}")


def place_of(error: BaseException, derived: Derived, nearest: bool = False) -> Any:
    """The place of the user's that the innermost line at work in this text comes from; `nearest`: or one beside it."""
    texts = {d.filename: d.lines for d in (derived, derived.twin) if d is not None}
    trace, place = error.__traceback__, None
    while trace is not None:
        places = texts.get(trace.tb_frame.f_code.co_filename, {})
        place = known_place(places, trace.tb_lineno, nearest) or place
        trace = trace.tb_next
    return place


def known_place(places: dict[int, Any], number: int, nearest: bool) -> Any:
    """Where a line comes from, or None; `nearest`: where a line comes from that is as near as possible."""
    known = {line: place for line, place in places.items() if place is not None}
    if nearest and known:
        return known[min(known, key=lambda line: abs(line - number))]
    return known.get(number)
