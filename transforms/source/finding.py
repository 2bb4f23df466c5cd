"""The source of a function: looked for in the lines at hand, then in the file as it is now."""

from __future__ import annotations

import linecache
import weakref
from dataclasses import dataclass
from types import CodeType, FunctionType

import gast

from transforms.errors import Location
from transforms.source import candidates, refusals

_found: dict[int, tuple[weakref.ref[CodeType], Source]] = {}
_kept: dict[int, tuple[weakref.ref[CodeType], list[str]]] = {}


@dataclass(eq=False, repr=False)
class Source:
    """Where a function was written.  `node` is shared by all who ask for this function: copy it before changing it."""

    node: gast.FunctionDef | gast.AsyncFunctionDef | gast.Lambda
    filename: str
    name: str
    lines: list[str]

    def location(self, node: gast.AST) -> Location:
        """The place of a node of this source (or of a tree made from it that kept its positions)."""
        line, col = getattr(node, "lineno", None), getattr(node, "col_offset", None)
        end_line, end_col = getattr(node, "end_lineno", None), getattr(node, "end_col_offset", None)
        return Location(
            self.filename,
            self.name,
            line,
            refusals.characters(self.lines, line, col),
            end_line,
            refusals.characters(self.lines, end_line, end_col),
            refusals.line_of(self.lines, line),
        )


def find(fn: FunctionType) -> Source:
    """The source of a Python function, or SourceError."""
    code = getattr(fn, "__code__", None)
    if not isinstance(code, CodeType):
        raise refusals.no_code(fn)
    key = id(code)  # by identity: twins in different files are equal
    known = _found.get(key)
    if known and known[0]() is code:
        return known[1]
    source = _search(code, fn.__globals__)
    _found[key] = (weakref.ref(code, lambda _: _found.pop(key, None)), source)
    return source


def keep(code: CodeType, text: str) -> None:
    """Note the text that a code object was compiled from, where no file has it; `find` checks that it is the one."""
    _kept[id(code)] = (weakref.ref(code, lambda _: _kept.pop(id(code), None)), text.splitlines(keepends=True))


def _search(code: CodeType, scope: dict[str, object]) -> Source:
    """Look in the lines at hand, then in the file as it is now."""
    lines = _lines(code, scope)
    node = candidates.definition(code, lines, scope)
    if node is None:
        linecache.checkcache(code.co_filename)
        fresh = _lines(code, scope)
        if fresh != lines:
            lines, node = fresh, candidates.definition(code, fresh, scope)
    if not lines or (node is None and code.co_filename == "<string>"):  # every `exec` of a string has this name
        raise refusals.no_source(code)
    if node is None:
        raise refusals.stale(code, lines)
    return Source(gast.ast_to_gast(node), code.co_filename, refusals.name_of(code), lines)


def _lines(code: CodeType, scope: dict[str, object]) -> list[str]:
    kept = _kept.get(id(code))
    if kept and kept[0]() is code:
        return kept[1]
    lines = linecache.getlines(code.co_filename, scope)
    if not lines and hasattr(linecache, "_getlines_from_code"):  # the plain prompt of Python 3.13
        lines = linecache._getlines_from_code(code)
    return lines
