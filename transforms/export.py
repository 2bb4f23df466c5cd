"""A derivative -> one file that stands alone: it needs NumPy (and SciPy, if the function uses it) and nothing of ours.

The file holds where the derivative comes from, the imports, the definitions that the text refers to, and the text.
What a name refers to is found by one rule for everything: numbers and small arrays are written out exactly, what the
standard library, NumPy or SciPy have is imported, any other function or class is pasted with what it refers to in turn.

>>> literal((1.5, -math.inf, "x"))
"(1.5, -float('inf'), 'x')"
"""

from __future__ import annotations

import ast
import builtins
import functools
import hashlib
import importlib
import inspect
import math
import pathlib
import symtable
import sys
import textwrap
import types
from typing import TYPE_CHECKING, Any

import numpy as np

from transforms.errors import DerivativeError, SourceError, UnsupportedError
from transforms.source import finding

if TYPE_CHECKING:
    from transforms.derive import Derived

LARGEST_ARRAY = 10_000  # entries that are written out
PACKAGES = {"numpy", "scipy", *sys.stdlib_module_names} - {"__main__"}


def write(derived: Derived, path: str | pathlib.Path, origin: Any = None, version: str = "") -> pathlib.Path:
    """Write the text of a derivative into a file of its own; `origin` is the function that was differentiated.

    Raises:
        UnsupportedError: the text refers to an object that cannot be written down.
    """
    path = pathlib.Path(path)
    path.write_text(standalone(derived, origin, version), encoding="utf-8")
    return path


def standalone(derived: Derived, origin: Any = None, version: str = "") -> str:
    """The whole text of the file."""
    if derived.writes:
        raise UnsupportedError(
            "export of a function that writes what is outside of it is not supported",
            None,
            "pass what it writes as an argument",
        )
    derived.valid()  # reads the numbers from outside as they are now
    file = File()
    modules = [d.module for d in (derived, derived.twin) if d is not None and d.module is not None]
    file.refer(derived.source, {name: value for module in modules for name, value in vars(module).items()})
    parts = [
        "\n".join(header(origin, version)),
        "\n".join(sorted(file.imports, key=lambda line: (line.startswith("from"), line))),
    ]
    parts += [*file.definitions, without_imports(derived.source)]
    return "\n\n\n".join(filter(None, (part.strip() for part in parts))).replace("\n\n\n", "\n\n", 1) + "\n"


def header(origin: Any, version: str) -> list[str]:
    """Comments that say what this is and which text it was made from."""
    lines = [
        f"# A derivative, written by tapeless {version}".rstrip() + "; this file needs nothing of tapeless to run."
    ]
    code = getattr(origin, "__code__", None)
    if code is None:
        name = getattr(origin, "__name__", type(origin).__name__)
        return lines if origin is None else [*lines, f"# Origin: {name}"]
    lines.append(f"# Origin: {code.co_qualname}, {code.co_filename}:{code.co_firstlineno}")
    try:
        found = finding.find(origin)
    except SourceError:
        return lines
    text = "".join(found.lines[code.co_firstlineno - 1 : found.node.end_lineno])
    return [*lines, f"# sha256 of the origin's source: {hashlib.sha256(text.encode()).hexdigest()}"]


def without_imports(text: str) -> str:
    """`text` without its imports."""
    imports = [node for node in ast.parse(text).body if isinstance(node, (ast.Import, ast.ImportFrom))]
    left_out = {number for node in imports for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    return "".join(line for number, line in enumerate(text.splitlines(keepends=True), 1) if number not in left_out)


class File:
    """What the file must hold so that every name has its meaning: `imports`, and `definitions` in their order."""

    def __init__(self) -> None:
        self.imports: set[str] = set()
        self.definitions: list[str] = []
        self.known: dict[str, Any] = {}

    def refer(self, text: str, namespace: dict[str, Any]) -> None:
        """Define what `text` reads and does not define itself."""
        for name in outside_names(text):
            if name not in namespace and not hasattr(builtins, name):
                raise refused(name, "which has no value where it was defined")
            if name in namespace:
                self.define(name, namespace[name])

    def define(self, name: str, value: Any) -> None:
        """Give `name` this value in the file."""
        if name in self.known:
            if self.known[name] is not value:
                raise refused(name, "a name that two parts of the text use for different things")
            return
        self.known[name] = value
        imported = import_of(name, value)
        if imported:
            self.imports.add(imported)
        elif isinstance(value, (types.FunctionType, type, functools._lru_cache_wrapper)):
            self.paste(name, value)
        else:
            self.definitions.append(f"{name} = {self.written(name, value)}")

    def written(self, name: str, value: Any) -> str:
        try:
            text = literal(value)
        except TypeError as error:
            raise refused(name, f"{error}", f"make {name} an argument of the function") from None
        if "np." in text:
            self.define("np", np)
        return text

    def paste(self, name: str, value: Any) -> None:
        """The source of a function or class, after what it refers to."""
        label = value.__name__
        if getattr(value, "__closure__", None):
            raise refused(name, "a function with captured variables", "define it in the module, or make it an argument")
        try:
            text = textwrap.dedent(inspect.getsource(value))
        except (OSError, TypeError):
            raise refused(name, f"{type(value).__name__} {label!r}, whose source cannot be found") from None
        if label == "<lambda>":
            raise refused(name, "a lambda", "give it a name with def")
        if label != name:
            self.define(label, value)
            self.definitions.append(f"{name} = {label}")
            return
        module = sys.modules.get(value.__module__)
        self.refer(text, getattr(value, "__globals__", None) or vars(module))
        self.definitions.append(text)


def outside_names(text: str) -> list[str]:
    """The names that `text` reads but does not bind, in the order of the alphabet."""
    top = symtable.symtable(text, "<export>", "exec")
    bound = {s.get_name() for s in top.get_symbols() if s.is_assigned() and not s.is_imported()}
    found: set[str] = set()
    tables = [top]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (symbol.is_global() or table is top):
                found.add(symbol.get_name())
    return sorted(found - bound)


def import_of(name: str, value: Any) -> str | None:
    """The import of a module, or of what a package that may be relied on has under its own name."""
    if isinstance(value, types.ModuleType):
        path = value.__name__
        if path.partition(".")[0] not in PACKAGES:
            raise refused(name, f"the module {path}", "import from it the names that are used")
        if "." not in path:
            return f"import {path}" if path == name else f"import {path} as {name}"
        parent, _, last = path.rpartition(".")
        return f"from {parent} import {last}" + (f" as {name}" if last != name else "")
    label = str(getattr(value, "__qualname__", None) or getattr(value, "__name__", ""))
    for home in (str(getattr(value, "__module__", None)), "numpy"):
        if home.partition(".")[0] not in PACKAGES or not label.isidentifier():
            continue
        if getattr(importlib.import_module(home), label, None) is value:
            return f"from {home} import {label}" + (f" as {name}" if label != name else "")
    return None


def literal(value: Any) -> str:
    """An expression with exactly this value, or TypeError."""
    cls = type(value)
    if cls in (int, bool, str, bytes, type(None), type(Ellipsis)):
        return repr(value)
    if cls is float:
        return repr(value) if math.isfinite(value) else f"{'-' if value < 0 else ''}float('{abs(value)}')"
    if cls is complex:
        return f"complex({literal(value.real)}, {literal(value.imag)})"
    if isinstance(value, np.dtype):
        return f"np.dtype({value.str!r})"
    if isinstance(value, np.generic) and plain_numbers(value.dtype):
        return f"np.{cls.__name__}({literal(value.item())})"
    if cls is np.ndarray:
        return array_literal(value)
    if cls in (tuple, list, set, frozenset, slice):
        return collection_literal(value)
    if cls is dict:
        return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"
    if cls is range:
        return repr(value)
    raise TypeError(f"an object of {cls.__module__}.{cls.__qualname__}")


def plain_numbers(dtype: np.dtype) -> bool:
    """Whether numbers of this type have exact literals in Python."""
    return dtype.kind in "biufc" and dtype.char not in "gG"


def array_literal(value: np.ndarray) -> str:
    if not plain_numbers(value.dtype):
        raise TypeError(f"an array of {value.dtype}")
    if value.size > LARGEST_ARRAY:
        raise TypeError(f"an array of {value.size} entries")
    if value.size == 0:
        return f"np.zeros({value.shape}, dtype={value.dtype.str!r})"
    order = ', order="F"' if value.flags.f_contiguous and not value.flags.c_contiguous else ""
    return f"np.array({literal(value.tolist())}, dtype={value.dtype.str!r}{order})"


def collection_literal(value: Any) -> str:
    if isinstance(value, slice):
        return f"slice({literal(value.start)}, {literal(value.stop)}, {literal(value.step)})"
    items = [literal(item) for item in value]
    if isinstance(value, tuple):
        return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
    if isinstance(value, list):
        return f"[{', '.join(items)}]"
    return f"{type(value).__name__}([{', '.join(sorted(items))}])"


def refused(name: str, what: str, remedy: str = "") -> DerivativeError:
    return UnsupportedError(f"export cannot write {name}: {what}", None, remedy)
