"""The README's examples, executed: what stands below an example is what it prints.

A block marked `python` is run, all in one module; so is a `python -m ad` in a block marked `sh`.  The block marked `py`
or `text` behind it is what was printed.  The table of refusals holds functions of `x` and the message that each gets.
`python -m tests.golden --write` writes the outputs and messages anew.
"""

from __future__ import annotations

import contextlib
import io
import linecache
import re
from pathlib import Path
from typing import Any

import numpy as np

import ad
from ad.__main__ import main
from transforms.errors import DerivativeError

README = Path(__file__).resolve().parents[1] / "README.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```\n", re.M | re.S)
ROW = re.compile(r"^\| `(.*?)` \| (.*?) \| (.*?) \|$", re.M)


def refreshed() -> str:
    """The text of the README with every output and message as it is now."""
    text = README.read_text()
    namespace: dict[str, Any] = {"__name__": "readme"}
    outputs, printed = {}, None
    for number, block in enumerate(BLOCK.finditer(text)):
        kind, body = block.groups()
        if kind in ("python", "sh"):
            printed = output(kind, body, namespace, number)
        elif kind in ("py", "text") and printed is not None:
            outputs[block.span(2)], printed = printed, None
    for (start, stop), new in sorted(outputs.items(), reverse=True):
        text = text[:start] + new + text[stop:]
    return ROW.sub(lambda row: f"| `{row[1]}` | {message(row[1])} | {row[3]} |", text)


def output(kind: str, body: str, namespace: dict[str, Any], number: int) -> str | None:
    """What a block prints; None for commands that are not run here."""
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream):
        if kind == "python":
            filename = f"<README {number}>"
            linecache.cache[filename] = (len(body), None, body.splitlines(keepends=True), filename)
            exec(compile(body, filename, "exec"), namespace)
        else:
            found = re.search(r"python -m ad (\S+:\w+)", body)
            if found is None:
                return None
            with contextlib.chdir(README.parent):
                main([found[1]])
    return stream.getvalue()


def message(expression: str) -> str:
    """The reason for which the gradient of an expression of `x` is refused, at 2.0 or at what follows `at x = `."""
    body, _, at = expression.partition(" at x = ")
    source = f"import decimal, json, math\nimport numpy as np\ndef f(x):\n    return {body}\n"
    filename = f"<row {expression}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    namespace: dict[str, Any] = {}
    exec(compile(source, filename, "exec"), namespace)
    try:
        found = ad.grad(namespace["f"])(eval(at, {"np": np}) if at else 2.0)
    except DerivativeError as error:
        return error.reason
    return f"NOT REFUSED: {found}"
