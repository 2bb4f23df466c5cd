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


def state_constants(lo: Lowering, fn: ir.Function) -> None:
    """Put the whole numbers and shapes that were taken to be constants at the head of a text."""
    if not lo.fixed:
        return
    defined = {v.serial: i for i, s in enumerate(fn.body.stmts) for v in ir.defined(s)}
    place = max(defined.get(var.serial, -1) + 1 for var, _ in lo.fixed)
    operands = tuple(var for var, _ in lo.fixed), tuple(Const(value) for _, value in lo.fixed)
    fn.body.stmts.insert(place, ir.Apply(None, runtime.check_constants, operands, effect=True))


def state_shapes(lo: Lowering, fn: ir.Function) -> None:
    """Put what is taken for granted of the shapes of the arrays that come in at the head of a text."""
    facts = lo.book.facts()
    if not facts:
        return
    found = {axis.var for fact in facts for axis in fact if isinstance(axis, shapes.Axis)}
    arrays = sorted(found, key=lambda var: var.serial)
    defined = {v.serial: i for i, s in enumerate(fn.body.stmts) for v in ir.defined(s)}
    place = max(defined.get(var.serial, -1) + 1 for var in arrays)
    for letters, group in shape_letters(lo.book, facts, arrays):
        check = ir.Apply(None, runtime.check_shapes, (Const(letters), *group), effect=True)
        fn.body.stmts.insert(place, check)


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


AXIS_LETTERS = "ijklmnpqrstuvwxyzabcdefghABCDEFGHIJKLMNOPQRSTUVWXYZ"
