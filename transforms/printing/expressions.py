"""Expressions printed with parentheses only where precedence asks for them, and with black's spacing.

    y[(i, slice)]     ->  y[i, slice]
    ((- x) ** 2)      ->  (-x) ** 2

What is printed parses back to the tree that was given.
"""

from __future__ import annotations

from typing import Any

import astunparse
import gast

from transforms.printing.literals import as_python_prints, literal
from transforms.printing.precedence import ATOM, AWAIT, BIT_OR, FACTOR, NAMED, OPERATORS, PLACES, POWER, TEST, level_of

CONNECTIVES = {gast.And: "and", gast.Or: "or"}


class ExpressionPrinter(astunparse.Unparser):
    """astunparse's walk, writing a list of pieces, so that a pair of parentheses can be taken back."""

    def __init__(self) -> None:  # the base class's constructor prints at once
        self.pieces: list[str] = []
        self.needs: dict[int, int] = {}

    def write(self, text: str) -> None:
        self.pieces.append(text)

    def expression(self, tree: gast.AST) -> None:
        level = level_of(tree)
        start = len(self.pieces)
        need = self.needs.pop(id(tree), ATOM)
        self.visit(tree)
        if level is not None and (need == level if level == NAMED else need <= level):
            del self.pieces[-1], self.pieces[start]

    def child(self, tree: gast.AST, need: int) -> None:
        self.needs[id(tree)] = need
        self.dispatch(tree)

    def separated(self, trees: list[gast.AST]) -> None:
        for number, tree in enumerate(trees):
            self.write(", " if number else "")
            self.dispatch(tree)

    def visit(self, tree: gast.AST, **how: Any) -> None:
        for name, need in PLACES.get(type(tree), {}).items():
            place = getattr(tree, name, None)
            for child in place if isinstance(place, list) else [place]:
                self.needs[id(child)] = need
        getattr(self, "_" + type(tree).__name__)(tree, **how)

    def _Constant(self, tree: gast.Constant) -> None:
        text = literal(tree.value)
        if level_of(tree) is not None:
            self.pieces += ["(", text, ")"]
        else:
            self.write(("u" if getattr(tree, "kind", None) == "u" else "") + text)

    def _JoinedStr(self, tree: gast.JoinedStr) -> None:
        text = as_python_prints(tree)
        if text.count("'") == 2 and text.startswith("f'") and '"' not in text:
            text = text.replace("'", '"')
        self.write(text)

    def _Attribute(self, tree: gast.Attribute) -> None:
        is_int = isinstance(tree.value, gast.Constant) and type(tree.value.value) is int and tree.value.value >= 0
        self.write("(" if is_int else "")  # `1.real` is a syntax error
        self.dispatch(tree.value)
        self.write(")" if is_int else "")
        self.write("." + tree.attr)

    def _Dict(self, tree: gast.Dict) -> None:
        self.write("{")
        for number, (key, value) in enumerate(zip(tree.keys, tree.values, strict=True)):
            self.write(", " if number else "")
            if key:
                self.child(key, TEST)
            self.write(": " if key else "**")
            self.child(value, TEST if key else BIT_OR)
        self.write("}")

    def _Call(self, tree: gast.Call) -> None:
        self.dispatch(tree.func)
        if len(tree.args) == 1 and not tree.keywords and isinstance(tree.args[0], gast.GeneratorExp):
            self.dispatch(tree.args[0])  # its own parentheses serve
            return
        self.write("(")
        self.separated([*tree.args, *tree.keywords])
        self.write(")")

    def _Lambda(self, tree: gast.Lambda) -> None:
        self.write("(")
        self.write("lambda")
        start = len(self.pieces)
        self.write(" ")
        self.dispatch(tree.args)
        if len(self.pieces) == start + 1:
            del self.pieces[start]
        self.write(": ")
        self.dispatch(tree.body)
        self.write(")")

    def _BinOp(self, tree: gast.BinOp) -> None:
        level = OPERATORS[type(tree.op)]
        is_power = level == POWER
        hugs = is_power and _is_plain(tree.left) and _is_plain(tree.right) and level_of(tree.left) is None
        space = "" if hugs else " "
        self.write("(")
        self.child(tree.left, AWAIT if is_power else level)
        self.write(space + self.binop[type(tree.op).__name__] + space)
        self.child(tree.right, FACTOR if is_power else level + 1)
        self.write(")")

    def _BoolOp(self, tree: gast.BoolOp) -> None:
        level = OPERATORS[type(tree.op)]
        self.write("(")
        for number, value in enumerate(tree.values):
            self.write(f" {CONNECTIVES[type(tree.op)]} " if number else "")
            self.child(value, level + 1)
        self.write(")")

    def _UnaryOp(self, tree: gast.UnaryOp) -> None:
        self.write("(")
        self.write("not " if isinstance(tree.op, gast.Not) else self.unop[type(tree.op).__name__])
        self.child(tree.operand, OPERATORS[type(tree.op)])
        self.write(")")

    def _Slice(self, tree: gast.Slice) -> None:
        bounds = [bound for bound in (tree.lower, tree.upper, tree.step) if bound]
        space = "" if all(_is_short(bound) for bound in bounds) else " "
        if tree.lower:
            self.dispatch(tree.lower)
            self.write(space)
        self.write(":")
        if tree.upper:
            self.write(space)
            self.dispatch(tree.upper)
        if tree.step:
            self.write((space if tree.upper else "") + ":" + space)
            self.dispatch(tree.step)

    def _arguments(self, tree: gast.arguments) -> None:
        positional = [*tree.posonlyargs, *tree.args]
        without = [None] * (len(positional) - len(tree.defaults))
        rows: list[Any] = [("", *pair) for pair in zip(positional, [*without, *tree.defaults], strict=True)]
        if tree.posonlyargs:
            rows.insert(len(tree.posonlyargs), ("/", None, None))
        if tree.vararg or tree.kwonlyargs:
            rows.append(("*", tree.vararg, None))
        rows += [("", *pair) for pair in zip(tree.kwonlyargs, tree.kw_defaults, strict=True)]
        if tree.kwarg:
            rows.append(("**", tree.kwarg, None))
        for number, (mark, argument, default) in enumerate(rows):
            self.write(", " if number else "")
            self.write(mark)
            if argument:
                self.write(argument.id)
                self.annotation(argument.annotation)
            if default:
                self.pieces += [" ", "=", " "] if argument.annotation else ["="]
                self.dispatch(default)

    def annotation(self, tree: Any) -> None:
        if tree:
            self.write(": ")
            self.child(tree, TEST)


def _is_plain(tree: gast.AST) -> bool:
    """An operand round which black writes `**` without spaces."""
    if isinstance(tree, gast.UnaryOp):
        return not isinstance(tree.op, gast.Not) and _is_plain(tree.operand)
    if isinstance(tree, gast.Attribute):
        return isinstance(tree.value, gast.Name | gast.Attribute) and _is_plain(tree.value)
    is_number = isinstance(tree, gast.Constant) and isinstance(tree.value, int | float | complex)
    return is_number or isinstance(tree, gast.Name)


def _is_short(tree: gast.AST) -> bool:
    """A bound of a slice round which black writes `:` without spaces."""
    if isinstance(tree, gast.UnaryOp):
        return not isinstance(tree.op, gast.Not) and _is_short(tree.operand)
    return isinstance(tree, gast.Name | gast.Constant)
