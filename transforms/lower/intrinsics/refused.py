"""Functions that are refused, with what to write in their place."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from transforms.lower.intrinsics.handler import Handler
from transforms.lower.state.lowering import Lowering


def refused(fn: Any, remedy: str) -> Handler:
    """The handler of a function through which values leave or change where this is not followed."""

    def handler(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
        return lo.refuse(f"{fn.__name__} is not followed", remedy, node)

    return handler


HANDLERS: dict[Any, Handler] = {
    eval: refused(eval, "write the expression itself"),
    np.frompyfunc: lambda lo, args, kwargs, node: lo.refuse(
        "np.frompyfunc is not followed", "use np.vectorize, which gives arrays of numbers", node
    ),
    exec: refused(exec, "write the statements themselves"),
    locals: refused(locals, "name the variables"),
    operator.iconcat: refused(operator.iconcat, "write the statement, as a += b for iadd(a, b)"),
}
