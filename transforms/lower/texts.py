"""Lowering of text that is made of values: slices, methods and operators give text, numbers of characters or truths.

Text carries no derivative, but is not constant either: activity follows it, and what makes a number of it is refused.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tensor.attributes import method
from transforms import ir, kinds
from transforms.ir import Const, Var

if TYPE_CHECKING:
    from transforms.lower.state.lowering import Lowering

TEXT = kinds.Kind("object", type=str)
METHODS: dict[str, kinds.Kind] = {
    **dict.fromkeys(
        "capitalize casefold center expandtabs format join ljust lower lstrip removeprefix removesuffix replace rjust "
        "rstrip strip swapcase title translate upper zfill".split(),
        TEXT,
    ),
    **dict.fromkeys(
        "endswith isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle "
        "isupper startswith".split(),
        kinds.BOOL,
    ),
    **dict.fromkeys("count find index rfind rindex".split(), kinds.INT),
}
COMPARISONS = {operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge}


def is_text(value: Any) -> bool:
    """Whether a value is text that is there at run time."""
    return isinstance(value, Var) and value.kind.type is str


def maybe_text(value: Any) -> bool:
    return is_text(value) or isinstance(value, Const) and isinstance(value.value, str)


def made(lo: Lowering, kind: kinds.Kind, fn: Any, *args: Any, **kwargs: Any) -> Var:
    out = lo.var(kind)
    lo.emit(ir.Apply(out, fn, tuple(map(lo.operand, args)), {k: lo.operand(v) for k, v in kwargs.items()}, loc=lo.loc))
    return out


def call_method(lo: Lowering, value: Any, name: str, args: tuple, kwargs: dict[str, Any]) -> Var:
    """A method of text that gives text or a number."""
    return made(lo, METHODS[name], method(name), value, *args, **kwargs)


def item(lo: Lowering, value: Var, index: Any) -> Var:
    """A character, or a part of the text."""
    return made(lo, TEXT, operator.getitem, value, index)


def binary(lo: Lowering, fn: Callable[..., Any], left: Any, right: Any) -> Any:
    """Text joined, repeated, filled in and compared; None for other operators."""
    if fn is operator.mod and is_text(left):
        return made(lo, TEXT, fn, left, right)
    if fn is operator.mul and (is_text(left) or is_text(right)):
        return made(lo, TEXT, fn, left, right)
    if not (is_text(left) or is_text(right)) or not (maybe_text(left) and maybe_text(right)):
        return None
    if fn is operator.add:
        return made(lo, TEXT, fn, left, right)
    return made(lo, kinds.BOOL, fn, left, right) if fn in COMPARISONS else None
