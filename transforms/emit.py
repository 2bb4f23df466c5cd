"""gast tree -> Python text, the way a careful person would have typed it.

Parentheses only where precedence asks for them, `x[i, :, None]`, bare tuples, black's spacing and blank lines.
Comments come from a table by statement, because trees carry none: give each statement a `lineno` of its own, and the
text under that number is put at the end of the statement's line, or above it where there is no room.
What is printed parses back to the tree that was given: `dump(parse(unparse(tree))) == dump(tree)`.

>>> import gast
>>> unparse(gast.parse("y[(i, slice)] = ((- x) ** 2) * (a + b)"))
'y[i, slice] = (-x) ** 2 * (a + b)\\n'
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import gast

from transforms.printing.expressions import ExpressionPrinter
from transforms.printing.literals import as_python_prints, docstring
from transforms.printing.precedence import TEST
from transforms.printing.wrapping import WIDTH, wrapped

DEFINITIONS = (gast.FunctionDef, gast.AsyncFunctionDef, gast.ClassDef)
IMPORTS = (gast.Import, gast.ImportFrom)


def unparse(tree: gast.AST, comments: Mapping[int, str] | None = None) -> str:
    """The text of a gast module (ending in a newline), statement or expression (not ending in one)."""
    return unparse_with_map(tree, comments)[0]


def unparse_with_map(tree: gast.AST, comments: Mapping[int, str] | None = None) -> tuple[str, dict[int, int]]:
    """The text, and for each of its lines (from 1) on which a statement stands the `lineno` that the tree gave it."""
    printer = _Printer(comments or {})
    text = printer.text_of(tree)
    return (text + "\n" if isinstance(tree, gast.Module) and text else text), printer.line_map


class _Printer(ExpressionPrinter):
    """The walk over statements: each begins a line, whose pieces are put together when the next one begins."""

    def __init__(self, comments: Mapping[int, str]) -> None:
        super().__init__()
        self.comments = comments
        self.lines: list[str] = []
        self.line_map: dict[int, int] = {}
        self.next_key: int | None = None
        self.key: int | None = None
        self.remark: str | None = None
        self.future_imports: list[str] = []
        self._indent = 0

    def text_of(self, tree: gast.AST) -> str:
        self.child(tree, TEST)
        self.end_line()
        return "\n".join(self.lines)

    # Lines.

    def fill(self, text: str = "") -> None:
        self.end_line()
        self.key, self.next_key = self.next_key, None
        self.pieces = ["    " * self._indent, text]

    def end_line(self) -> None:
        if not self.pieces:
            return
        text, remark = wrapped(self.pieces), self.remark
        indent, self.pieces, self.remark = self.pieces[0], [], None
        if remark and ("\n" in text or len(text) + len("  # ") + len(remark) > WIDTH):
            self.lines.append(f"{indent}# {remark}")
        elif remark:
            text += "  # " + remark
        for line in text.split("\n"):
            self.lines.append(line)
            if self.key is not None:
                self.line_map[len(self.lines)] = self.key

    # The walk.

    def dispatch(self, tree: Any) -> None:
        if isinstance(tree, list):
            self.block(tree)
        elif isinstance(tree, ast.stmt):
            self.statement(tree)
        else:
            self.expression(tree)

    def block(self, body: list[ast.stmt]) -> None:
        for before, tree in zip([None, *body], body, strict=False):
            blank = self.blank_lines(before, tree)
            if blank:
                self.end_line()
                self.lines += [""] * blank
            self.dispatch(tree)

    def blank_lines(self, before: gast.AST | None, tree: gast.AST) -> int:
        if before is None:
            return 0
        if isinstance(before, DEFINITIONS) or isinstance(tree, DEFINITIONS):
            return 1 if self._indent else 2
        after_imports = isinstance(before, IMPORTS) and not isinstance(tree, IMPORTS)
        return int(not self._indent and (after_imports or (not self.lines and _is_text(before))))

    def statement(self, tree: ast.stmt, **how: Any) -> None:
        key = getattr(tree, "lineno", -1)  # trees made by hand may have no numbers
        remark = " ".join(self.comments.get(key, "").split())
        if remark and (hasattr(tree, "body") or isinstance(tree, gast.Match)):
            self.fill("# " + remark)
            remark = ""
        self.end_line()
        self.next_key = None if key == -1 else key
        self.visit(tree, **how)
        if remark:
            self.remark = remark  # of a simple statement, whose line is still open

    # Statements which astunparse prints wrongly, not at all, or without their blank lines.

    def _Module(self, tree: gast.Module) -> None:
        self.block(tree.body)

    def _Expr(self, tree: Any) -> None:
        self.fill()
        if _is_text(tree):
            self.write(docstring(tree.value.value))
        else:
            self.dispatch(tree.value)

    def _FunctionDef(self, tree: gast.FunctionDef) -> None:
        self.definition("def ", tree)

    def _AsyncFunctionDef(self, tree: gast.AsyncFunctionDef) -> None:
        self.definition("async def ", tree)

    def definition(self, word: str, tree: gast.FunctionDef | gast.AsyncFunctionDef) -> None:
        self.decorators(tree)
        self.fill(word + tree.name + _type_parameters(tree))
        self.write("(")
        self.dispatch(tree.args)
        self.write(")")
        if tree.returns:
            self.write(" -> ")
            self.dispatch(tree.returns)
        self.suite(tree.body)

    def _AnnAssign(self, tree: gast.AnnAssign) -> None:
        self.fill()
        bare = tree.simple or not isinstance(tree.target, gast.Name)
        self.pieces += [] if bare else ["("]
        self.dispatch(tree.target)
        self.pieces += [] if bare else [")"]
        self.annotation(tree.annotation)
        if tree.value:
            self.write(" = ")
            self.dispatch(tree.value)

    def _ClassDef(self, tree: gast.ClassDef) -> None:
        self.decorators(tree)
        self.fill("class " + tree.name + _type_parameters(tree))
        if tree.bases or tree.keywords:
            self.write("(")
            self.separated([*tree.bases, *tree.keywords])
            self.write(")")
        self.suite(tree.body)

    def decorators(self, tree: Any) -> None:
        key = self.next_key
        for decorator in tree.decorator_list:
            self.fill("@")
            self.dispatch(decorator)
            self.next_key = key

    def suite(self, body: list[ast.stmt]) -> None:
        self.enter()
        self.block(body)
        self.leave()

    def _If(self, tree: gast.If, word: str = "if ") -> None:
        self.fill(word)
        self.dispatch(tree.test)
        self.suite(tree.body)
        if len(tree.orelse) == 1 and isinstance(tree.orelse[0], gast.If):
            self.statement(tree.orelse[0], word="elif ")
        elif tree.orelse:
            self.fill("else")
            self.suite(tree.orelse)

    def _Try(self, tree: gast.Try, word: str = "except") -> None:
        key = self.next_key
        self.fill("try")
        self.suite(tree.body)
        for handler in tree.handlers:
            self.next_key = key
            self.fill(word)
            self.handler(handler)
        for name, body in (("else", tree.orelse), ("finally", tree.finalbody)):
            if body:
                self.fill(name)
                self.suite(body)

    def _TryStar(self, tree: Any) -> None:
        self._Try(tree, "except*")

    def handler(self, tree: gast.ExceptHandler) -> None:
        if tree.type:
            self.write(" ")
            self.dispatch(tree.type)
        if tree.name:
            self.write(" as " + tree.name.id)
        self.suite(tree.body)

    def _Match(self, tree: gast.Match) -> None:
        key = self.next_key
        self.fill("match ")
        self.dispatch(tree.subject)
        self.enter()
        for case in tree.cases:
            self.next_key = key
            self.fill("case " + as_python_prints(case.pattern))
            if case.guard:
                self.write(" if ")
                self.dispatch(case.guard)
            self.suite(case.body)
        self.leave()

    def _TypeAlias(self, tree: Any) -> None:
        self.fill(f"type {tree.name.id}{_type_parameters(tree)} = ")
        self.dispatch(tree.value)

    def _withitem(self, tree: gast.withitem) -> None:
        lone_tuple = isinstance(tree.context_expr, gast.Tuple) and not tree.optional_vars
        self.write("(" if lone_tuple else "")  # `with (a, b):` would be two context managers
        super()._withitem(tree)
        self.write(")" if lone_tuple else "")


def _is_text(tree: gast.AST) -> bool:
    return isinstance(tree, gast.Expr) and isinstance(tree.value, gast.Constant) and isinstance(tree.value.value, str)


def _type_parameters(tree: Any) -> str:
    parameters = getattr(tree, "type_params", None)
    return "[" + ", ".join(map(as_python_prints, parameters)) + "]" if parameters else ""
