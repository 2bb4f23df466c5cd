"""Every refusal of this library, and the one place where a refusal is put into words.

A message names the user's file, line and function, shows the line with carets under the construct, gives the
reason, and ends with a way out:

    model.py:12, in loss: np.foo has no derivative rule
        y = np.foo(x) * 2
            ^^^^^^^^^
      register one with ad.defvjp(np.foo, ...)
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from types import TracebackType

from tensor.runtime import Refused


@dataclass(frozen=True, repr=False)
class Location:
    """A place in the user's source.  Lines count from 1, columns are characters from 0, and any part may be unknown."""

    filename: str | None = None
    function: str | None = None
    line: int | None = None
    col: int | None = None
    end_line: int | None = None
    end_col: int | None = None
    text: str | None = None

    def __str__(self) -> str:
        place = self.filename or "<unknown file>"
        if self.line is not None:
            place += f":{self.line}"
        return f"{place}, in {self.function}" if self.function else place


class _Explained(BaseException):
    """What all the exceptions share: a reason, the place it concerns, a remedy, and one way of printing them."""

    def __init__(self, reason: str, location: Location | None = None, remedy: str = "") -> None:
        super().__init__(reason, location, remedy)  # `args` are all that pickling needs
        self.reason = reason
        self.location = location
        self.remedy = remedy

    def __str__(self) -> str:
        return explain(self.reason, self.location, self.remedy)


class DerivativeError(_Explained, Exception):
    """The base of everything that is raised on purpose; catch it to catch any refusal made when deriving.

    Cause: never raised itself.
    Wrong: `except TypeError` round `ad.grad(f)(x)`, which misses most refusals.
    Right: `except ad.DerivativeError`.

    >>> import ad
    >>> def f(x):
    ...     return 2.0 * float(repr(x))
    >>> try:
    ...     print(ad.grad(f)(2.0))
    ... except ad.DerivativeError as error:
    ...     print(error.reason)
    repr has no derivative rule
    """


class SourceError(DerivativeError):
    """There is no Python source for a function, or the source found is not what is running.

    Cause: the function was typed at a plain prompt, made by `exec`, written in C, or its file changed after import.
    Wrong: `exec("def f(x): return x * x"); ad.grad(f)`.
    Right: the same function in a file or in a notebook cell.
    """


class UnsupportedError(DerivativeError):
    """A construct or a function whose derivative would not be known to be right.

    Cause: active values flow into something that has no rule, or out of Python's data flow.
    Wrong: `float(repr(x)) * 2`.
    Right: `x * 2`; or a rule for the function, given with `ad.defvjp`.
    """


class KindError(DerivativeError, TypeError):
    """A value of the wrong kind: nothing can be differentiated with respect to it, or as an output.

    Cause: an integer array as input, an output that is no real scalar, a cotangent of another shape or structure.
    Wrong: `ad.grad(np.sum)(np.array([1, 2, 3]))`.
    Right: `ad.grad(np.sum)(np.array([1.0, 2.0, 3.0]))`.
    """


class ArgumentError(DerivativeError, ValueError):
    """The library itself was called with arguments that do not fit together.

    Cause: `argnums` beyond the function's parameters, primals and tangents of different structure.
    Wrong: `ad.grad(lambda x: x * x, argnums=1)(3.0)`.
    Right: `ad.grad(lambda x: x * x, argnums=0)(3.0)`.
    """


class RefusedAtRunTime(_Explained, Refused):
    """A refusal that could only be made while the derivative was running.

    No subclass of Exception: swallowed by the user's own `except Exception` it would become a wrong number.
    Cause: two arguments turn out to share memory which one of them writes, say.
    Wrong: `df(buffer[1:], buffer[:-1])` where the function writes into its first argument.
    Right: `df(buffer[1:].copy(), buffer[:-1])`.

    >>> import ad, numpy as np
    >>> def f(x, y):
    ...     x[0] = y[1]
    ...     return np.sum(x * y)
    >>> x = np.ones(2)
    >>> try:
    ...     ad.grad(f)(x, x)
    ... except ad.RefusedAtRunTime as error:
    ...     print(error.remedy)
    pass copies of them
    """


REFUSALS = (DerivativeError, RefusedAtRunTime)
ROOMS = ("ad", "tensor", "transforms")


def shorten(error: DerivativeError | RefusedAtRunTime) -> None:
    """Leave out of a traceback what is inside of this library, below the function that the user called.

    The message says where in the user's code the reason is.  Frames of emitted texts stay, and so does the exception
    that the user was handling meanwhile.  With the environment variable AD_TRACEBACK=full all stays.
    """
    if os.environ.get("AD_TRACEBACK") == "full":
        return
    context = error.__context__
    while context is not None and context.__traceback__ is not None and is_ours(context.__traceback__):
        context = context.__context__
    error.__context__, error.__cause__, error.__suppress_context__ = context, None, False
    frames: list[TracebackType] = []
    trace = error.__traceback__
    while trace is not None:
        if not frames or not is_ours(trace):
            frames.append(trace)
        trace = trace.tb_next
    short: TracebackType | None = None
    for frame in reversed(frames):
        short = TracebackType(short, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    error.__traceback__ = short


def is_ours(trace: TracebackType) -> bool:
    """Whether a function of this library is at work in this frame."""
    return str(trace.tb_frame.f_globals.get("__name__")).partition(".")[0] in ROOMS


def explain(reason: str, location: Location | None = None, remedy: str = "") -> str:
    """The text of a refusal: place and reason, the line with carets, the remedy."""
    lines = [f"{location}: {reason}" if location else reason]
    if location:
        lines += _quoted_line(location)
    lines += ["  " + line for line in remedy.splitlines()]
    return "\n".join(lines)


def _quoted_line(location: Location) -> list[str]:
    """The user's line without its indentation, and carets below the part which is meant."""
    if not location.text or not location.text.strip():
        return []
    text = location.text.rstrip()
    shift = len(text) - len(text.lstrip())
    quoted = ["    " + text[shift:]]
    if location.col is None:
        return quoted
    start = max(location.col, shift)
    one_line = location.end_line in (None, location.line)
    end = location.end_col if one_line and location.end_col is not None else len(text)
    blank = "".join("\t" if char == "\t" else " " for char in text[shift:start])
    return [*quoted, "    " + blank + "^" * max(1, min(end, len(text)) - start)]
