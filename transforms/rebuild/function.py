"""A function of the core language as a gast tree."""

from __future__ import annotations

from typing import Any

import gast

from transforms import ir
from transforms.ir import Var
from transforms.names.naming import Naming
from transforms.rebuild import branches, expressions, loops, references, statements
from transforms.rebuild.nesting import Nesting
from transforms.rebuild.spelling import name


class Rebuild:
    """Builds the gast tree of one function; `namespace` and `imports` are what its text refers to.

    `outers` are the numbers and arrays from outside with their names, `known_as` are names for objects by identity.
    """

    def __init__(
        self, fn: ir.Function, params: list[str], outers: list[tuple[Var, str]], known_as: dict[int, str]
    ) -> None:
        self.fn = fn
        self.known_as = known_as
        self.taken = {"np", "math", *params, *(name for _, name in outers)}
        self.nesting = Nesting(fn)
        self.namespace: dict[str, Any] = {}
        self.imports: set[str] = set()
        self.paths: dict[int, str] = {}
        self.reserved = references.find_references(self)
        self.outers = {var.serial for var, _ in outers}
        self.naming = Naming(fn, self.nesting.inline, {**dict(outers)}, self.reserved)
        self.lines: dict[int, Any] = {}
        self.comments: dict[int, str] = {}
        self.last_comment: Any = None
        self._line = 0
        self.params = params

    def place(self, node: Any, loc: Any) -> Any:
        """Number a statement, so that lines and comments can be looked up by it."""
        self._line += 1
        node.lineno = node.end_lineno = self._line
        node.col_offset = node.end_col_offset = 0
        self.lines[self._line] = loc
        if loc is not None and getattr(loc, "backward", False):
            where = (loc.source.filename, getattr(loc.stmt or loc.node, "lineno", 0))
            if where != self.last_comment:
                text = primal_line(loc)
                if text:
                    self.comments[self._line] = text
            self.last_comment = where
        return node

    def assign(self, target: str, value: Any, loc: Any = None) -> Any:
        return self.place(gast.Assign([name(target, gast.Store())], value, None), loc)

    def block(self, block: ir.Block) -> list[Any]:
        out: list[Any] = []
        for stmt in block.stmts:
            out.extend(STATEMENTS[type(stmt)](self, stmt))
        return out

    def function(self) -> Any:
        args = gast.arguments([name(p, gast.Param()) for p in self.params], [], None, [], [], None, [])
        node = self.place(gast.FunctionDef(self.fn.name, args, [], [], None, None, []), None)
        body = self.block(self.fn.body)
        body.append(self.place(gast.Return(expressions.expr(self, self.fn.result)), None))
        makers = [self.nesting.inline.get(v.serial) for v in ir.tree_vars(self.fn.result)]
        self.lines[self._line] = next((maker.loc for maker in makers if maker is not None), None)  # without a comment
        node.body = body
        return node


def primal_line(loc: Any) -> str:
    """The user's line that a statement comes from."""
    node = loc.stmt or loc.node
    line = getattr(node, "lineno", None)
    if line is None or line > len(loc.source.lines):
        return ""
    return loc.source.lines[line - 1].strip()


STATEMENTS: dict[type, Any] = {
    ir.Apply: statements.apply,
    ir.Store: statements.store,
    ir.If: branches.branch,
    ir.Loop: loops.loop,
    ir.Guarded: branches.guarded,
}
