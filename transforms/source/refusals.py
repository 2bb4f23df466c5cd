"""Places in a source, and what is said where there is none."""

from __future__ import annotations

import os
from types import CodeType

from transforms.errors import Location, SourceError
from transforms.source import candidates


def line_of(lines: list[str], number: int | None) -> str | None:
    return lines[number - 1].rstrip("\n") if number and number <= len(lines) else None


def characters(lines: list[str], number: int | None, col: int | None) -> int | None:
    """A column in characters: trees count bytes of UTF-8."""
    text = line_of(lines, number)
    return col if text is None or col is None else len(text.encode()[:col].decode(errors="ignore"))


def name_of(code: CodeType) -> str:
    return code.co_qualname.replace("<locals>.", "")


def no_code(fn: object) -> SourceError:
    name = getattr(fn, "__qualname__", repr(fn))
    remedy = f"give its derivative with ad.defvjp({name}, ...) or call something that has a rule"
    return SourceError(f"{name} is not written in Python, so there is no source to differentiate", remedy=remedy)


def no_source(code: CodeType) -> SourceError:
    filename = code.co_filename
    where = Location(filename, name_of(code), code.co_firstlineno)
    if os.path.isabs(filename):
        return SourceError("the file with the source of this function cannot be read", where, f"put {filename} back")
    remedy = "define it in a file, in a notebook or IPython cell, or at the prompt of Python 3.13 or later"
    if filename == "<string>":
        remedy = "write the text to a file and import it, or enter it in linecache.cache under its file name"
    return SourceError("Python has not kept the source of this function", where, remedy)


def stale(code: CodeType, lines: list[str]) -> SourceError:
    line = code.co_firstlineno
    where = Location(code.co_filename, name_of(code), line, text=line_of(lines, line))
    reason = "the source found is not that of the function which is running; was the file edited after the import?"
    if code.co_name == "<lambda>" and not candidates.has_columns(code):
        reason = "the source of this lambda cannot be told from others on its line, as Python runs without columns"
        return SourceError(reason, where, "define a named function, or run without -X no_debug_ranges")
    return SourceError(reason, where, "restart Python or reload the module")
