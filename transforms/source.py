"""function object -> the piece of its file that made it, as a gast tree whose positions are the file's own.

What is found is proven: the tree is compiled again and must give the function's code object, constants included; a file
edited since its import raises SourceError instead of answering with other text.  The function is its `__code__`, so a
decorated function is the wrapper that is called, never `__wrapped__`.
Only the block of lines round the definition is parsed and compiled, so the cost does not grow with the file.

>>> import textwrap
>>> find(textwrap.dedent).node.name
'dedent'
"""

from __future__ import annotations
import __future__

import ast
import linecache
import os
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from types import CodeType, FunctionType, ModuleType
from typing import Any

import gast

from transforms.errors import Location, SourceError

Block = tuple[int, int, str, str]  # first line, line behind the last (from 0), and what to put before and behind
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

FUTURE_FLAGS = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names})
MOST_CUTS = 12  # tries to find the end of a function before the whole file is parsed
MOST_LINES_ROUND = 6  # and the lines round a lambda
LAMBDA_CONTEXTS = [("if 1:\n", ""), ("", ""), ("_(\n", "\n)"), ("_(\n", ""), ("{\n", "\n}"), ("{\n", "")]
CODE_PARTS = (
    "co_name",
    "co_argcount",
    "co_posonlyargcount",
    "co_kwonlyargcount",
    "co_varnames",
    "co_cellvars",
    "co_freevars",
    "co_names",
    "co_code",
    "co_exceptiontable",
)
ARGUMENT_FLAGS = 0x0C  # CO_VARARGS, CO_VARKEYWORDS
REWRITTEN = "@py"  # the names that pytest's rewriting of `assert` puts into a code object

_found: dict[int, tuple[weakref.ref[CodeType], Source]] = {}
_kept: dict[int, tuple[weakref.ref[CodeType], list[str]]] = {}


@dataclass(eq=False, repr=False)
class Source:
    """Where a function was written.  `node` is shared by all who ask for this function: copy it before changing it."""

    node: gast.FunctionDef | gast.AsyncFunctionDef | gast.Lambda
    filename: str
    name: str
    lines: list[str]

    def location(self, node: gast.AST) -> Location:
        """The place of a node of this source (or of a tree made from it that kept its positions)."""
        line, col = getattr(node, "lineno", None), getattr(node, "col_offset", None)
        end_line, end_col = getattr(node, "end_lineno", None), getattr(node, "end_col_offset", None)
        return Location(
            self.filename,
            self.name,
            line,
            _characters(self.lines, line, col),
            end_line,
            _characters(self.lines, end_line, end_col),
            _line(self.lines, line),
        )


def find(fn: FunctionType) -> Source:
    """The source of a Python function, or SourceError."""
    code = getattr(fn, "__code__", None)
    if not isinstance(code, CodeType):
        raise _no_code(fn)
    key = id(code)  # by identity: twins in different files are equal
    known = _found.get(key)
    if known and known[0]() is code:
        return known[1]
    source = _search(code, fn.__globals__)
    _found[key] = (weakref.ref(code, lambda _: _found.pop(key, None)), source)
    return source


def keep(code: CodeType, text: str) -> None:
    """Note the text that a code object was compiled from, where no file has it; `find` checks that it is the one."""
    _kept[id(code)] = (weakref.ref(code, lambda _: _kept.pop(id(code), None)), text.splitlines(keepends=True))


def _search(code: CodeType, scope: dict[str, object]) -> Source:
    """Look in the lines at hand, then in the file as it is now."""
    lines = _lines(code, scope)
    node = _definition(code, lines, scope)
    if node is None:
        linecache.checkcache(code.co_filename)
        fresh = _lines(code, scope)
        if fresh != lines:
            lines, node = fresh, _definition(code, fresh, scope)
    if not lines or (node is None and code.co_filename == "<string>"):  # every `exec` of a string has this name
        raise _no_source(code)
    if node is None:
        raise _stale(code, lines)
    return Source(gast.ast_to_gast(node), code.co_filename, _name(code), lines)


def _lines(code: CodeType, scope: dict[str, object]) -> list[str]:
    kept = _kept.get(id(code))
    if kept and kept[0]() is code:
        return kept[1]
    lines = linecache.getlines(code.co_filename, scope)
    if not lines and hasattr(linecache, "_getlines_from_code"):  # the plain prompt of Python 3.13
        lines = linecache._getlines_from_code(code)
    return lines


# From lines to candidates, the cheapest first.


def _definition(code: CodeType, lines: list[str], scope: dict[str, object]) -> Definition | None:
    """The definition in these lines that compiles to this very code object."""
    if code.co_firstlineno > len(lines):
        return None
    is_lambda = code.co_name == "<lambda>"
    guesses = _likely_imports(code, scope)
    for block in _lambda_blocks(code, lines) if is_lambda else _def_blocks(code, lines):
        nodes = _candidates(_parse(lines, *block), code)
        matching = [n for n in nodes if any(_compiles_to(n, code, names) for names in guesses)]
        if matching and (not is_lambda or _has_columns(code)):
            return min(matching, key=_extent)
        if nodes and not is_lambda:  # nothing is missing from a block that parses
            break
    module = _parse(lines, 0, len(lines))
    imports = _imports(module)
    matching = [node for node in _candidates(module, code) if _compiles_to(node, code, imports)]
    return min(matching, key=_extent) if len(matching) == 1 or (matching and _has_columns(code)) else None


def _parse(lines: list[str], start: int, stop: int, opening: str = "", closing: str = "") -> ast.Module:
    """Some of the lines as a tree whose positions are the file's; an empty tree where they make no sense alone."""
    blank = "\n" * (start - opening.count("\n"))
    try:
        return ast.parse(blank + opening + "".join(lines[start:stop]) + closing)
    except (SyntaxError, ValueError):
        return ast.Module(body=[], type_ignores=[])


def _def_blocks(code: CodeType, lines: list[str]) -> Iterator[Block]:
    """Cuts before lines indented no deeper than the first: the earliest that parses holds the whole definition."""
    first = code.co_firstlineno - 1
    margin = _indentation(lines[first])
    opening = "if 1:\n" if margin and first else ""  # on a line of its own, so that every column is kept
    head = next((n for n in range(first, len(lines)) if lines[n][margin:].startswith(("def ", "async "))), first)
    stops = (n for n in range(head + 1, len(lines)) if _ends_block(lines[n], margin))
    for stop in islice(chain(stops, [len(lines)]), MOST_CUTS):
        yield first, stop, opening, ""


def _ends_block(line: str, margin: int) -> bool:
    return _indentation(line) <= margin and line.strip()[:1] not in ("", "#", ")", "]", "}")


def _lambda_blocks(code: CodeType, lines: list[str]) -> Iterator[Block]:
    """Windows of lines round a lambda, the smallest first, read as statements, arguments or items of a dict.

    A lambda that is cut short does not parse, or does not compile to the same code.
    """
    first = code.co_firstlineno - 1
    last = max(end for _, end, *_ in code.co_positions() if end)
    for size in range(MOST_LINES_ROUND):
        for before in range(size + 1):
            start, stop = first - before, last + size - before
            if 0 <= start and stop <= len(lines):
                yield from ((start, stop, *context) for context in LAMBDA_CONTEXTS if start or context == ("", ""))


def _candidates(tree: ast.Module, code: CodeType) -> list[Definition]:
    nodes = ast.walk(tree) if code.co_name == "<lambda>" else _definitions(tree)
    return [node for node in nodes if isinstance(node, Definition) and _may_be(node, code)]


def _definitions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All that is defined by `def`; expressions, the greater part of a tree, are not looked into."""
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        for node in getattr(tree, field, ()):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node
            yield from _definitions(node)


def _may_be(node: Definition, code: CodeType) -> bool:
    if isinstance(node, ast.Lambda):
        return code.co_name == "<lambda>" and node.lineno == code.co_firstlineno and _surrounds(node.body, code)
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return node.name == code.co_name and first == code.co_firstlineno


def _surrounds(body: ast.expr, code: CodeType) -> bool:
    """Whether all instructions come from within this body; without columns (-X no_debug_ranges) any body may be it."""
    places = [place for place in code.co_positions() if None not in place and place[2] != place[3]]
    start, stop = (body.lineno, body.col_offset), (body.end_lineno, body.end_col_offset)
    return all(start <= (line, col) and (end_line, end_col) <= stop for line, end_line, col, end_col in places)


def _has_columns(code: CodeType) -> bool:
    return any(None not in place for place in code.co_positions())


def _extent(node: Any) -> tuple[int, int]:
    return node.end_lineno - node.lineno, node.end_col_offset - node.col_offset


# The proof: compile the candidate as its surroundings would, and compare.


def _compiles_to(node: Definition, code: CodeType, imports: set[str]) -> bool:
    tree, flags = _surroundings(node, code, imports), code.co_flags & FUTURE_FLAGS
    try:
        module = compile(tree, code.co_filename, "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return any(_same_code(candidate, code) for candidate in _codes_within(module, code.co_name))


def _likely_imports(code: CodeType, scope: dict[str, object]) -> list[set[str]]:
    """Guesses at which names the module has from imports: CPython compiles calls `m.f()` of such a name differently.

    A module, and a class or function from elsewhere, is an import; of other objects all are, or none.
    """
    names = {name for name in _names_within(code) if name in scope}
    defined = {name for name in names if isinstance(scope[name], type | FunctionType)}
    own = {name for name in defined if scope[name].__module__ == scope.get("__name__")}
    doubtful = {name for name in names - defined if not isinstance(scope[name], ModuleType)}
    return [names - own, names - own - doubtful] if doubtful else [names - own]


def _names_within(code: CodeType) -> set[str]:
    """The global names that a function and those inside it use, and names of attributes among them."""
    inner = (const for const in code.co_consts if isinstance(const, CodeType))
    return set(code.co_names).union(*map(_names_within, inner))


def _imports(tree: ast.AST) -> set[str]:
    """The names that a module imports at its own level."""
    names = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif not isinstance(node, Definition | ast.ClassDef | ast.expr):
            names |= _imports(node)
    return names - {"*"}


def _surroundings(node: Definition, code: CodeType, imports: set[str]) -> ast.Module:
    """The definition alone, inside what decides how names are read: the module's imports, the class that mangles them,
    and a function that binds those which are free."""
    owner = _enclosing_class(code)
    bare = _bare(node)
    body: list[Any] = [ast.Expr(bare) if isinstance(bare, ast.Lambda) else bare]
    if owner:
        body = [_definition_of(ast.ClassDef, name=owner, bases=[], keywords=[], body=body)]
    if code.co_freevars:
        own_name = owner or code.co_name
        own_is_global = own_name.isidentifier() and own_name not in code.co_freevars
        binder = [ast.Global(names=[own_name])] if own_is_global else []
        arguments = _arguments([ast.arg(arg=name) for name in code.co_freevars])
        body = [_definition_of(ast.FunctionDef, name="<surroundings>", args=arguments, body=binder + body)]
    if imports:
        body = [ast.Import(names=[ast.alias(name=name) for name in sorted(imports)]), *body]
    module = ast.fix_missing_locations(ast.Module(body=body, type_ignores=[]))
    bare.body = node.body  # it has its locations
    return module


def _bare(node: Definition) -> Any:
    """The definition without decorators, defaults and annotations, which belong to the code outside; no body yet."""
    given = node.args
    arguments = _arguments(
        [ast.arg(arg=argument.arg) for argument in given.args],
        posonlyargs=[ast.arg(arg=argument.arg) for argument in given.posonlyargs],
        vararg=given.vararg and ast.arg(arg=given.vararg.arg),
        kwonlyargs=[ast.arg(arg=argument.arg) for argument in given.kwonlyargs],
        kwarg=given.kwarg and ast.arg(arg=given.kwarg.arg),
    )
    if isinstance(node, ast.Lambda):
        return ast.copy_location(ast.Lambda(arguments, ast.Constant(None)), node)
    type_params = getattr(node, "type_params", [])
    bare = _definition_of(type(node), name=node.name, args=arguments, body=[], type_params=type_params)
    return ast.copy_location(bare, node)


def _arguments(args: list[ast.arg], **others: Any) -> ast.arguments:
    blank: dict[str, Any] = {"posonlyargs": [], "vararg": None, "kwonlyargs": [], "kwarg": None, **others}
    return ast.arguments(args=args, defaults=[], kw_defaults=[None for _ in blank["kwonlyargs"]], **blank)


def _definition_of(kind: Any, **fields: Any) -> Any:
    """A `def` or `class` without decorators, with the fields that this version of Python has."""
    fields = {"decorator_list": [], "returns": None, "type_params": [], **fields}
    return kind(**{name: value for name, value in fields.items() if name in kind._fields})


def _enclosing_class(code: CodeType) -> str | None:
    """The innermost class round a function: a part of its qualified name that is not followed by `<locals>`."""
    parts = code.co_qualname.split(".")
    classes = [part for part, after in pairwise(parts) if part.isidentifier() and after != "<locals>"]
    return classes[-1] if classes else None


def _codes_within(code: CodeType, name: str) -> Iterator[CodeType]:
    """The outermost functions of this name."""
    for const in code.co_consts:
        if isinstance(const, CodeType):
            is_function = const.co_flags & 1  # CO_OPTIMIZED, which a class body of the same name has not
            yield from [const] if is_function and const.co_name == name else _codes_within(const, name)


def _same_code(found: CodeType, running: CodeType) -> bool:
    """Whether two code objects do the same; where pytest has rewritten asserts, the name has to do."""
    if any(REWRITTEN in name for name in running.co_names + running.co_varnames):
        return found.co_name == running.co_name
    return (
        all(getattr(found, part) == getattr(running, part) for part in CODE_PARTS)
        and found.co_flags & ARGUMENT_FLAGS == running.co_flags & ARGUMENT_FLAGS
        and _same_constant(found.co_consts, running.co_consts)
    )


def _same_constant(found: Any, running: Any) -> bool:
    if type(found) is not type(running):
        return False
    if isinstance(found, CodeType):
        return _same_code(found, running)
    if isinstance(found, tuple):
        return len(found) == len(running) and all(map(_same_constant, found, running))
    return found == running and (isinstance(found, frozenset) or repr(found) == repr(running))  # 0.0 is not -0.0


# Places and refusals.


def _line(lines: list[str], number: int | None) -> str | None:
    return lines[number - 1].rstrip("\n") if number and number <= len(lines) else None


def _characters(lines: list[str], number: int | None, col: int | None) -> int | None:
    """A column in characters: trees count bytes of UTF-8."""
    text = _line(lines, number)
    return col if text is None or col is None else len(text.encode()[:col].decode(errors="ignore"))


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())


def _name(code: CodeType) -> str:
    return code.co_qualname.replace("<locals>.", "")


def _no_code(fn: object) -> SourceError:
    name = getattr(fn, "__qualname__", repr(fn))
    remedy = f"give its derivative with ad.defvjp({name}, ...) or call something that has a rule"
    return SourceError(f"{name} is not written in Python, so there is no source to differentiate", remedy=remedy)


def _no_source(code: CodeType) -> SourceError:
    filename = code.co_filename
    where = Location(filename, _name(code), code.co_firstlineno)
    if os.path.isabs(filename):
        return SourceError("the file with the source of this function cannot be read", where, f"put {filename} back")
    remedy = "define it in a file, in a notebook or IPython cell, or at the prompt of Python 3.13 or later"
    if filename == "<string>":
        remedy = "write the text to a file and import it, or enter it in linecache.cache under its file name"
    return SourceError("Python has not kept the source of this function", where, remedy)


def _stale(code: CodeType, lines: list[str]) -> SourceError:
    line = code.co_firstlineno
    where = Location(code.co_filename, _name(code), line, text=_line(lines, line))
    reason = "the source found is not that of the function which is running; was the file edited after the import?"
    if code.co_name == "<lambda>" and not _has_columns(code):
        reason = "the source of this lambda cannot be told from others on its line, as Python runs without columns"
        return SourceError(reason, where, "define a named function, or run without -X no_debug_ranges")
    return SourceError(reason, where, "restart Python or reload the module")
