"""From lines to candidates, the cheapest first."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain, islice
from types import CodeType
from typing import Any

from transforms.source import proof
from transforms.source.proof import Definition

Block = tuple[int, int, str, str]  # first line, line behind the last (from 0), and what to put before and behind
MOST_CUTS = 12  # tries to find the end of a function before the whole file is parsed
MOST_LINES_ROUND = 6  # and the lines round a lambda
LAMBDA_CONTEXTS = [("if 1:\n", ""), ("", ""), ("_(\n", "\n)"), ("_(\n", ""), ("{\n", "\n}"), ("{\n", "")]


def definition(code: CodeType, lines: list[str], scope: dict[str, object]) -> Definition | None:
    """The definition in these lines that compiles to this very code object."""
    if code.co_firstlineno > len(lines):
        return None
    is_lambda = code.co_name == "<lambda>"
    guesses = proof.likely_imports(code, scope)
    for block in _lambda_blocks(code, lines) if is_lambda else _def_blocks(code, lines):
        nodes = _candidates(_parse(lines, *block), code)
        matching = [n for n in nodes if any(proof.compiles_to(n, code, names) for names in guesses)]
        if matching and (not is_lambda or has_columns(code)):
            return min(matching, key=_extent)
        if nodes and not is_lambda:  # nothing is missing from a block that parses
            break
    module = _parse(lines, 0, len(lines))
    imports = proof.imports_of(module)
    matching = [node for node in _candidates(module, code) if proof.compiles_to(node, code, imports)]
    return min(matching, key=_extent) if len(matching) == 1 or (matching and has_columns(code)) else None


def _parse(lines: list[str], start: int, stop: int, opening: str = "", closing: str = "") -> ast.Module:
    """Some of the lines as a tree whose positions are the file's; an empty tree where they make no sense alone."""
    blank = "\n" * (start - opening.count("\n"))
    try:
        return ast.parse(blank + opening + "".join(lines[start:stop]) + closing)
    except (SyntaxError, ValueError):
        return ast.Module(body=[], type_ignores=[])


def _def_blocks(code: CodeType, lines: list[str]) -> Iterator[Block]:
    """Cuts before lines indented no deeper than the first: the earliest that parses holds the whole definition."""
    first = code.co_firstlineno - 1
    margin = _indentation(lines[first])
    opening = "if 1:\n" if margin and first else ""  # on a line of its own, so that every column is kept
    head = next((n for n in range(first, len(lines)) if lines[n][margin:].startswith(("def ", "async "))), first)
    stops = (n for n in range(head + 1, len(lines)) if _ends_block(lines[n], margin))
    for stop in islice(chain(stops, [len(lines)]), MOST_CUTS):
        yield first, stop, opening, ""


def _ends_block(line: str, margin: int) -> bool:
    return _indentation(line) <= margin and line.strip()[:1] not in ("", "#", ")", "]", "}")


def _lambda_blocks(code: CodeType, lines: list[str]) -> Iterator[Block]:
    """Windows of lines round a lambda, the smallest first, read as statements, arguments or items of a dict.

    A lambda that is cut short does not parse, or does not compile to the same code.
    """
    first = code.co_firstlineno - 1
    last = max(end for _, end, *_ in code.co_positions() if end)
    for size in range(MOST_LINES_ROUND):
        for before in range(size + 1):
            start, stop = first - before, last + size - before
            if 0 <= start and stop <= len(lines):
                yield from ((start, stop, *context) for context in LAMBDA_CONTEXTS if start or context == ("", ""))


def _candidates(tree: ast.Module, code: CodeType) -> list[Definition]:
    nodes = ast.walk(tree) if code.co_name == "<lambda>" else _definitions(tree)
    return [node for node in nodes if isinstance(node, Definition) and _may_be(node, code)]


def _definitions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All that is defined by `def`; expressions, the greater part of a tree, are not looked into."""
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        for node in getattr(tree, field, ()):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node
            yield from _definitions(node)


def _may_be(node: Definition, code: CodeType) -> bool:
    if isinstance(node, ast.Lambda):
        return code.co_name == "<lambda>" and node.lineno == code.co_firstlineno and _surrounds(node.body, code)
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return node.name == code.co_name and first == code.co_firstlineno


def _surrounds(body: ast.expr, code: CodeType) -> bool:
    """Whether all instructions come from within this body; without columns (-X no_debug_ranges) any body may be it."""
    places = [place for place in code.co_positions() if None not in place and place[2] != place[3]]
    start, stop = (body.lineno, body.col_offset), (body.end_lineno, body.end_col_offset)
    return all(start <= (line, col) and (end_line, end_col) <= stop for line, end_line, col, end_col in places)


def has_columns(code: CodeType) -> bool:
    return any(None not in place for place in code.co_positions())


def _extent(node: Any) -> tuple[int, int]:
    return node.end_lineno - node.lineno, node.end_col_offset - node.col_offset


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())
