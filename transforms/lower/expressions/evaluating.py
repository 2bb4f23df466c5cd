"""The value of an expression, by the handler of its kind of syntax."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from transforms.lower.expressions import access, arithmetic, calls, comparisons, displays, logic, names
from transforms.lower.state.frames import Loc
from transforms.lower.state.lowering import Lowering

SUBJECTS = (access, arithmetic, calls, comparisons, displays, logic, names)


@functools.cache
def table() -> dict[type, Callable[[Lowering, Any], Any]]:
    """The handlers of all kinds of expressions; made when first asked for, as they call each other through it."""
    return {syntax: handler for subject in SUBJECTS for syntax, handler in subject.EXPRESSIONS.items()}


def evaluate(lo: Lowering, node: Any) -> Any:
    """The abstract value of an expression."""
    handler = table().get(type(node))
    if handler is None:
        return lo.refuse(f"{type(node).__name__} expressions are not supported", node=node)
    frame, saved = lo.frame, lo.loc
    if not frame.rule and frame.source is not None and hasattr(node, "lineno"):
        lo.loc = Loc(frame.source, node, saved.stmt if saved else None)
    value = handler(lo, node)
    lo.loc = saved
    return value
