"""The proof: compile the candidate as its surroundings would, and compare."""

from __future__ import annotations
import __future__

import ast
from collections.abc import Iterator
from itertools import pairwise
from types import CodeType, FunctionType, ModuleType
from typing import Any

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
FUTURE_FLAGS = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names})
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


def compiles_to(node: Definition, code: CodeType, imports: set[str]) -> bool:
    tree, flags = _surroundings(node, code, imports), code.co_flags & FUTURE_FLAGS
    try:
        module = compile(tree, code.co_filename, "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return any(_same_code(candidate, code) for candidate in _codes_within(module, code.co_name))


def likely_imports(code: CodeType, scope: dict[str, object]) -> list[set[str]]:
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


def imports_of(tree: ast.AST) -> set[str]:
    """The names that a module imports at its own level."""
    names = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif not isinstance(node, Definition | ast.ClassDef | ast.expr):
            names |= imports_of(node)
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
