"""Makes a program smaller while the same thing stays wrong with it.

>>> import ast
>>> print(ast.unparse(smaller(ast.parse("x = 1\\ny = 2"), lambda tree: "y = 2" in ast.unparse(tree), seconds=9)))
y = 2
"""

from __future__ import annotations

import ast
import copy
import dataclasses
import functools
import itertools
import time
from collections.abc import Callable, Iterator

from .judge import judge
from .programs import Program

Test = Callable[[ast.Module], bool]
Reductions = Iterator[Callable[[], ast.Module | None]]  # made only when tried


def shrink(program: Program, seconds: float = 120.0, **options: bool) -> Program:
    """The smallest program found in the time given on which `judge` fails as it fails on this one."""
    failure = judge(program, **options).failure
    if failure is None:
        return program
    mode, finding = failure
    kind = finding.outcome, finding.detail.split(":")[0]
    alone = {"reverse": mode == "reverse", "forward": mode == "forward", "second_order": mode == "second"}
    if mode in judge(program, **alone).modes and judge(program, **alone).failure:
        options = alone  # quicker, if the failure needs no other mode before it

    def still(tree: ast.Module) -> bool:
        try:
            found = judge(with_text(program, ast.unparse(tree)), **options).modes.get(mode)
        except Exception:
            return False
        return found is not None and (found.outcome, found.detail.split(":")[0]) == kind

    return with_text(program, ast.unparse(smaller(ast.parse(program.text), still, seconds)))


def with_text(program: Program, text: str) -> Program:
    return dataclasses.replace(program, text=text + "\n")


def smaller(tree: ast.Module, still: Test, seconds: float) -> ast.Module:
    """Tries every reduction, again and again, until none helps or the time is over."""
    end = time.monotonic() + seconds
    while True:
        before = ast.dump(tree)
        for reductions in (without_statements, unwrapped, simpler_expressions):
            tree = sweep(tree, reductions, still, end)
        if ast.dump(tree) == before or time.monotonic() > end:
            return tree


def size(tree: ast.Module) -> int:
    return len(ast.dump(tree))


def sweep(tree: ast.Module, reductions: Callable, still: Test, end: float) -> ast.Module:
    """Takes every reduction that keeps the failure, one after another."""
    number = 0
    while time.monotonic() < end:
        make = next(itertools.islice(reductions(tree), number, None), None)
        if make is None:
            return tree
        candidate = make()
        if candidate is not None and size(candidate) < size(tree) and still(candidate):
            tree = candidate
        else:
            number += 1
    return tree


def bodies(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Every list of statements: the node that has it, and under which name."""
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            if isinstance(getattr(node, name, None), list):
                yield node, name


def edited(tree: ast.Module, number: int, edit: Callable[[ast.AST, str], None]) -> ast.Module:
    """A copy of the tree in which the list of statements of that number is edited."""
    new = copy.deepcopy(tree)
    node, name = list(bodies(new))[number]
    edit(node, name)
    return ast.fix_missing_locations(new)


def without_statements(tree: ast.Module) -> Reductions:
    """The tree without a run of statements, long runs and late ones first."""
    places = [(len(getattr(node, name)), i) for i, (node, name) in enumerate(bodies(tree))]
    for size in (8, 4, 2, 1):
        for length, number in places:
            for start in range(length - size, -1, -1):

                def cut(node: ast.AST, name: str, start: int = start, size: int = size) -> None:
                    rest = getattr(node, name)
                    del rest[start : start + size]
                    if not rest and name == "body":
                        rest.append(ast.Pass())

                yield functools.partial(edited, tree, number, cut)


def unwrapped(tree: ast.Module) -> Reductions:
    """The tree with the body of a compound statement in place of the statement."""
    for number, (node, name) in enumerate(bodies(tree)):
        for i, child in enumerate(getattr(node, name)):
            for part in ("body", "orelse"):
                if isinstance(child, (ast.If, ast.For, ast.While, ast.Try, ast.With)) and getattr(child, part, None):

                    def lift(node: ast.AST, name: str, i: int = i, part: str = part) -> None:
                        rest = getattr(node, name)
                        rest[i : i + 1] = getattr(rest[i], part)

                    yield functools.partial(edited, tree, number, lift)


def simpler_expressions(tree: ast.Module) -> Reductions:
    """The tree with an operand in place of an expression, or a number."""
    count = sum(isinstance(node, ast.expr) for node in ast.walk(tree))
    for number in range(count):
        for choice in range(4):
            yield functools.partial(with_expression, tree, number, choice)


def with_expression(tree: ast.Module, number: int, choice: int) -> ast.Module | None:
    new = copy.deepcopy(tree)
    return ast.fix_missing_locations(new) if replace_expression(new, number, choice) else None


def replace_expression(tree: ast.Module, number: int, choice: int) -> bool:
    """Replaces the expression of that number by one of its parts, or by a constant; False if there is nothing to do."""
    found = -1
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            items = value if isinstance(value, list) else [value]
            for i, node in enumerate(items):
                if not isinstance(node, ast.expr):
                    continue
                found += 1
                if found == number:
                    return put(parent, name, i if isinstance(value, list) else None, node, choice)
    return False


def put(parent: ast.AST, name: str, index: int | None, node: ast.expr, choice: int) -> bool:
    if isinstance(node, ast.Constant) or not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return False
    parts: list[ast.expr] = [c for c in ast.iter_child_nodes(node) if isinstance(c, ast.expr)]
    if isinstance(node, ast.Call):
        parts = node.args
    parts = [*parts, ast.Constant(0.7)]
    if choice >= len(parts):
        return False
    if index is None:
        setattr(parent, name, parts[choice])
    else:
        getattr(parent, name)[index] = parts[choice]
    return True
