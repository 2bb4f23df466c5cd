"""What a text takes for granted of numbers and shapes that come in, stated at its head, where it is checked.

runtime.check_shapes("ij,j", W, x)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tensor import runtime
from transforms import ir, shapes
from transforms.ir import Const, Var
from transforms.lower.state.lowering import Lowering
from transforms.optimise import dead


def state_constants(lo: Lowering, fn: ir.Function) -> None:
    """Put the whole numbers and shapes that were taken to be constants at the head of a text."""
    if not lo.fixed:
        return
    place = behind(fn.body, [var for var, _ in lo.fixed])
    operands = tuple(var for var, _ in lo.fixed), tuple(Const(value) for _, value in lo.fixed)
    fn.body.stmts.insert(place, ir.Apply(None, runtime.check_constants, operands, effect=True))


def pin_shapes(lo: Lowering, fn: ir.Function) -> list[Var]:
    """Keep the arrays that come in at hand for the check of their shapes, while more is found out about these."""
    arrays = sorted({axis.var for axis in lo.book.axes}, key=lambda var: var.serial)
    if arrays:
        check = ir.Apply(None, runtime.check_shapes, (UNSTATED, *arrays), effect=True)
        fn.body.stmts.insert(behind(fn.body, arrays), check)
    return arrays


def is_pin(stmt: Any) -> bool:
    """Whether a statement keeps the arrays at hand: a text of the user's own may be empty, too."""
    return isinstance(stmt, ir.Apply) and stmt.fn is runtime.check_shapes and stmt.args[0] == UNSTATED


def behind(block: ir.Block, operands: list[Any]) -> int:
    """The first place in a block where these are bound."""
    bound = {v.serial: place for place, stmt in enumerate(block.stmts) for v in ir.defined(stmt)}
    return max((bound.get(var.serial, -1) + 1 for var in operands), default=0)


def state_shapes(lo: Lowering, fn: ir.Function, arrays: list[Var]) -> None:
    """Put what is taken for granted of the shapes of the `arrays` that were kept at hand at the head of a text."""
    if not arrays:
        return
    place, pin = next((i, s) for i, s in enumerate(fn.body.stmts) if is_pin(s))
    now = {var.serial: operand for var, operand in zip(arrays, pin.args[1:], strict=True)}
    facts = lo.book.facts()
    found = {axis.var for fact in facts for axis in fact if isinstance(axis, shapes.Axis)}
    del fn.body.stmts[place]
    place = behind(fn.body, [now[var.serial] for var in found])
    for letters, group in shape_letters(lo.book, facts, sorted(found, key=lambda var: var.serial)):
        operands = Const(letters), *[now[var.serial] for var in group]
        fn.body.stmts.insert(place, ir.Apply(None, runtime.check_shapes, operands, effect=True))
    if len(found) < len(arrays):
        dead.remove(fn)  # what was kept at hand for nothing


def shape_letters(book: shapes.Book, facts: list[Any], arrays: list[Var]) -> Iterator[tuple[str, list[Var]]]:
    """What `runtime.check_shapes` is given: a letter for each axis of each array, the same for the same extent."""
    classes: dict[Any, list[Any]] = {}
    for axis, other in facts:
        classes.setdefault(1 if other == 1 else book.find(axis), []).extend((axis, other))
    if 1 in classes:  # axes that are the same as one whose extent is 1
        classes[1] += [axis for axis in book.parents if book.find(axis) in classes[1]]
    for start in range(0, len(classes), len(AXIS_LETTERS)):
        group = list(classes.items())[start : start + len(AXIS_LETTERS)]
        letters: dict[Any, str] = {}
        for letter, (name, axes) in zip(AXIS_LETTERS, group, strict=False):
            letters.update(dict.fromkeys(axes, "1" if name == 1 else letter))
        named = [(var, "".join(letters.get(axis, "_") for axis in shapes.dims(var) or ())) for var in arrays]
        named = [(var, text) for var, text in named if set(text) != {"_"}]
        yield ",".join(text for _, text in named), [var for var, _ in named]


UNSTATED = Const("")
AXIS_LETTERS = "ijklmnpqrstuvwxyzabcdefghABCDEFGHIJKLMNOPQRSTUVWXYZ"
