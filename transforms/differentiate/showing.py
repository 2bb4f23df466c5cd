"""Calls that may be given active values, because they only show them: printing, logging, raising."""

from __future__ import annotations

import io
from typing import Any

from tensor.attributes import Method
from transforms import ir
from transforms.ir import Var
from transforms.lower.operations import assert_, raise_, write_attribute, write_item
from transforms.lower.outside.through import write_by_method

SHOWING = {print, format, repr, str, len, isinstance, assert_, raise_, write_item, write_attribute, write_by_method}
METHODS = {"debug", "info", "warning", "error", "critical", "log", "write", "flush"}


def shows(stmt: ir.Apply) -> bool:
    """Whether a statement only shows what it is given, to nobody who could make numbers of it again."""
    if isinstance(stmt.fn, Method):
        return stmt.fn.name in METHODS and not keeps(stmt.args[0])
    return stmt.fn in SHOWING and not keeps(stmt.kwargs.get("file"))


def keeps(file: Any) -> bool:
    """Whether a file is one in memory, made inside the function, from which what was written is read again."""
    return isinstance(file, Var) and file.kind.type in (io.StringIO, io.BytesIO)
