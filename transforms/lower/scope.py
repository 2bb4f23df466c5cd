"""The scope of a function's syntax: which names are nonlocal, global, captured inside; is it a generator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gast

FUNCTIONS = (gast.FunctionDef, gast.AsyncFunctionDef, gast.Lambda)
COMPREHENSIONS = (gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)


@dataclass(eq=False, repr=False)
class Scope:
    """What a function's syntax says of its names; `cells` are captured by functions inside it."""

    nonlocals: frozenset[str]
    globals: frozenset[str]
    assigned: frozenset[str]
    cells: frozenset[str]
    generator: bool


def parameters(args: gast.arguments) -> list[str]:
    """The names of all parameters."""
    names = [a.id for a in (*args.posonlyargs, *args.args, *args.kwonlyargs)]
    return names + [a.id for a in (args.vararg, args.kwarg) if a is not None]


def scope(node: Any) -> Scope:
    """The scope of a FunctionDef or Lambda; kept on the node."""
    found = getattr(node, "_scope", None)
    if found is None:
        found = node._scope = _scope(node)
    return found


def body_of(node: Any) -> list[Any]:
    return [node.body] if isinstance(node, gast.Lambda) else node.body


def _scope(node: Any) -> Scope:
    walker = _Walker()
    for stmt in body_of(node):
        walker.visit(stmt)
    assigned = (walker.stored | set(parameters(node.args))) - walker.nonlocals - walker.globals
    cells = assigned & walker.captured
    return Scope(
        frozenset(walker.nonlocals), frozenset(walker.globals), frozenset(assigned), frozenset(cells), walker.yields
    )


def free_names(node: Any) -> set[str]:
    """The names that a function's body reads or writes but does not own."""
    walker = _Walker()
    for stmt in body_of(node):
        walker.visit(stmt)
    own = (walker.stored | set(parameters(node.args))) - walker.nonlocals
    return (walker.loaded | walker.captured | walker.nonlocals) - own


class _Walker(gast.NodeVisitor):
    """Collects what a function's own statements load, store, declare and leave to inner functions."""

    def __init__(self) -> None:
        self.loaded: set[str] = set()
        self.stored: set[str] = set()
        self.nonlocals: set[str] = set()
        self.globals: set[str] = set()
        self.captured: set[str] = set()
        self.yields = False

    def visit_Name(self, node: gast.Name) -> None:
        (self.loaded if isinstance(node.ctx, gast.Load) else self.stored).add(node.id)

    def visit_Nonlocal(self, node: gast.Nonlocal) -> None:
        self.nonlocals.update(node.names)

    def visit_Global(self, node: gast.Global) -> None:
        self.globals.update(node.names)

    def visit_Yield(self, node: gast.Yield) -> None:
        self.yields = True
        self.generic_visit(node)

    visit_YieldFrom = visit_Yield

    def visit_ExceptHandler(self, node: gast.ExceptHandler) -> None:
        if node.name is not None:
            self.stored.add(node.name.id if isinstance(node.name, gast.Name) else node.name)
        self.generic_visit(node)

    def visit_Import(self, node: gast.Import) -> None:
        self.stored.update((alias.asname or alias.name.split(".")[0]) for alias in node.names)

    def visit_ImportFrom(self, node: gast.ImportFrom) -> None:
        self.stored.update((alias.asname or alias.name) for alias in node.names)

    def visit_MatchAs(self, node: gast.MatchAs) -> None:
        if node.name is not None:
            self.stored.add(node.name)
        self.generic_visit(node)

    def visit_MatchStar(self, node: gast.MatchStar) -> None:
        if node.name is not None:
            self.stored.add(node.name)

    def visit_MatchMapping(self, node: gast.MatchMapping) -> None:
        if node.rest is not None:
            self.stored.add(node.rest)
        self.generic_visit(node)

    def inner(self, node: Any) -> None:
        self.captured |= free_names(node)
        for default in (*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)):
            self.visit(default)

    def visit_FunctionDef(self, node: gast.FunctionDef) -> None:
        self.stored.add(node.name)
        self.inner(node)
        for decorator in node.decorator_list:
            self.visit(decorator)

    visit_AsyncFunctionDef = visit_FunctionDef
    visit_Lambda = inner

    def visit_ClassDef(self, node: gast.ClassDef) -> None:
        self.stored.add(node.name)
        for stmt in node.body:
            if isinstance(stmt, FUNCTIONS):
                self.inner(stmt)
            else:
                self.visit(stmt)
        for base in (*node.bases, *node.decorator_list):
            self.visit(base)
