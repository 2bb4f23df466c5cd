"""Lowering of classes defined inside the function: they exist only while deriving.

A real class stands for each, so that inheritance, `isinstance` and `super()` are Python's own; its methods are closures
(they see the function's names), its other attributes cells.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import gast
import numpy as np

from transforms.lower.calls import calling, closures
from transforms.lower.objects.instances import made_by
from transforms.lower.objects.model import FUNCTIONS, LocalFunction, LocalValue, heap_class, lookup, owner_of
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import UNDEFINED, Cell, Const, Ref, Var

NOT_FOLLOWED = {
    "__new__",
    "__init_subclass__",
    "__class_getitem__",
    "__getattribute__",
    "__setattr__",
    "__set_name__",
    "__slots__",
}


@dataclass(eq=False, repr=False)
class Field:
    """A field of a dataclass: its default value (a cell) or what makes one."""

    name: str
    default: Ref | None = None
    factory: Any = None
    init: bool = True


def class_definition(lo: Lowering, stmt: gast.ClassDef) -> None:
    """`class Name(Bases): ...` as a statement of the function."""
    from transforms.lower.expressions.evaluating import evaluate
    from transforms.lower.expressions.names import bind

    if stmt.keywords:
        lo.refuse("a metaclass or other class keyword is not followed", node=stmt)
    bases = tuple(base_class(lo, evaluate(lo, b)) for b in stmt.bases)
    if any(issubclass(b, BaseException) for b in bases) and not all(map(_says_nothing, stmt.body)):
        lo.refuse(f"a class that extends {bases[0].__name__} inside the function is not followed", "define it outside")
    attributes: dict[str, Any] = {}
    fields: list[Field] = []
    makes = any(issubclass(base, np.ndarray) for base in bases)
    for inner in stmt.body:
        member(lo, inner, attributes, fields, makes)
    made = new_class(lo, stmt, bases, attributes)
    for decorator in reversed(stmt.decorator_list):
        decorate(lo, made, decorator, fields)
    bind(lo, stmt.name, Const(made))


def _says_nothing(stmt: Any) -> bool:
    """`pass` or a docstring."""
    return isinstance(stmt, gast.Pass) or isinstance(stmt, gast.Expr) and isinstance(stmt.value, gast.Constant)


def base_class(lo: Lowering, value: Any) -> type:
    """A base class: written in Python, and made in the ordinary way."""
    cls = value.value if isinstance(value, Const) else None
    if not isinstance(cls, type):
        return lo.refuse("a base class that is computed is not followed")
    if issubclass(cls, BaseException) and not any(heap_class(k) and "__init__" in vars(k) for k in cls.__mro__):
        return cls
    written = [k for k in cls.__mro__[:-1] if k is not np.ndarray]
    ordinary = type(cls) is type and (cls is object or all(map(heap_class, written)))
    if not ordinary or "__init_subclass__" in {n for k in cls.__mro__[:-1] for n in vars(k)} or issubclass(cls, tuple):
        return lo.refuse(
            f"a class that extends {cls.__name__} inside the function is not followed", "define it outside"
        )
    if dataclasses.is_dataclass(cls) and "__local_fields__" not in cls.__dict__:
        return lo.refuse(
            f"a class that extends the dataclass {cls.__name__} inside the function is not followed",
            "define it outside",
        )
    return cls


def new_class(lo: Lowering, stmt: gast.ClassDef, bases: tuple[type, ...], attributes: dict[str, Any]) -> type:
    """The class that stands for the user's; its methods know it, for `super()`."""
    made = type(stmt.name, bases, {**attributes, "__module__": __name__})
    for found in attributes.values():
        for fn in functions_of(found):
            fn.closure = replace(fn.closure, owner=made)
    return made


def functions_of(found: Any) -> list[LocalFunction]:
    """The functions behind a class attribute."""
    if isinstance(found, property):
        return [f for f in (found.fget, found.fset) if isinstance(f, LocalFunction)]
    inner = getattr(found, "__func__", found)
    return [inner] if isinstance(inner, LocalFunction) else []


def member(lo: Lowering, stmt: Any, attributes: dict[str, Any], fields: list[Field], makes: bool) -> None:
    """One statement of a class body; `makes`: its `__new__` is followed, as that of a subclass of np.ndarray."""
    from transforms.lower.expressions.evaluating import evaluate

    if isinstance(stmt, gast.FunctionDef):
        if stmt.name in NOT_FOLLOWED and not (makes and stmt.name == "__new__"):
            lo.refuse(f"{stmt.name} in a class defined inside the function is not followed", "define it outside", stmt)
        attributes[stmt.name] = method(lo, stmt, attributes)
    elif isinstance(stmt, gast.Assign) and all(isinstance(t, gast.Name) for t in stmt.targets):
        value = in_body(lo, stmt.value, attributes)
        for target in stmt.targets:
            if target.id == "__slots__":
                continue
            attributes[target.id] = value if isinstance(value, LocalValue) else LocalValue(lo.new(Cell, (value,)))
    elif isinstance(stmt, gast.AnnAssign) and isinstance(stmt.target, gast.Name):
        made = field(lo, stmt, attributes)
        fields.append(made)
        if made.default is not None:
            attributes[made.name] = LocalValue(made.default)
    elif isinstance(stmt, gast.Expr) and isinstance(stmt.value, gast.Constant):
        evaluate(lo, stmt.value)
    elif not isinstance(stmt, gast.Pass):
        lo.refuse(
            "this statement in the body of a class inside the function is not followed",
            "define the class outside",
            stmt,
        )


def in_body(lo: Lowering, node: Any, attributes: dict[str, Any]) -> Any:
    """The value of an expression in a class body, which must not read the names that the body itself binds."""
    from transforms.lower.expressions.evaluating import evaluate

    if any(isinstance(n, gast.Name) and n.id in attributes for n in gast.walk(node)):
        lo.refuse(
            "a class attribute is made from another one inside the function: this is not followed",
            "define the class outside",
        )
    value = evaluate(lo, node)
    if not isinstance(value, (Const, Var, tuple)):
        lo.refuse(
            "a class attribute that is a container is not followed in a class inside the function", "set it in __init__"
        )
    return value


def field(lo: Lowering, stmt: gast.AnnAssign, attributes: dict[str, Any]) -> Field:
    """An annotated name of a class body: a field, if the class is a dataclass."""
    from transforms.lower.expressions.evaluating import evaluate

    name = stmt.target.id
    if stmt.value is None:
        return Field(name)
    if isinstance(stmt.value, gast.Call) and evaluate(lo, stmt.value.func) == Const(dataclasses.field):
        options = {k.arg: evaluate(lo, k.value) for k in stmt.value.keywords}
        if set(options) - {"default", "default_factory", "init", "repr", "compare"} or stmt.value.args:
            lo.refuse("this option of dataclasses.field is not followed", node=stmt)
        default = lo.new(Cell, (options["default"],)) if "default" in options else None
        return Field(name, default, options.get("default_factory"), options.get("init", Const(True)) == Const(True))
    return Field(name, lo.new(Cell, (in_body(lo, stmt.value, attributes),)))


def method(lo: Lowering, stmt: gast.FunctionDef, attributes: dict[str, Any]) -> Any:
    """A function of a class body under its decorators."""
    from transforms.lower.expressions.evaluating import evaluate

    for default in (*stmt.args.defaults, *(d for d in stmt.args.kw_defaults if d is not None)):
        if any(isinstance(n, gast.Name) and n.id in attributes for n in gast.walk(default)):
            lo.refuse("a default that is a class attribute is not followed in a class inside the function", node=stmt)
    found: Any = LocalFunction(closures.make_closure(lo, stmt))
    for decorator in reversed(stmt.decorator_list):
        if (
            isinstance(decorator, gast.Attribute)
            and decorator.attr == "setter"
            and isinstance(decorator.value, gast.Name)
        ):
            held = attributes.get(decorator.value.id)
            if not isinstance(held, property):
                return lo.refuse("this decorator in a class inside the function is not followed", node=stmt)
            found = property(held.fget, found)
            continue
        made = evaluate(lo, decorator)
        if (
            not isinstance(made, Const)
            or made.value not in (property, staticmethod, classmethod)
            or not isinstance(found, LocalFunction)
        ):
            return lo.refuse(
                "this decorator in a class inside the function is not followed", "define the class outside", stmt
            )
        found = made.value(found)
    return found


def decorate(lo: Lowering, made: Any, decorator: Any, fields: list[Field]) -> None:
    """A decorator of the class: `dataclass`, with options that change nothing that is followed here."""
    from transforms.lower.expressions.evaluating import evaluate

    node, options = (decorator.func, decorator.keywords) if isinstance(decorator, gast.Call) else (decorator, [])
    if evaluate(lo, node) != Const(dataclasses.dataclass) or getattr(decorator, "args", None):
        lo.refuse(
            "this decorator of a class inside the function is not followed", "define the class outside", decorator
        )
    for option in options:
        if option.arg not in ("frozen", "repr", "slots", "eq") or not isinstance(option.value, gast.Constant):
            lo.refuse(
                "this option of dataclass is not followed in a class inside the function",
                "define the class outside",
                decorator,
            )
        if option.arg == "eq" and option.value.value is not True:
            lo.refuse(
                "this option of dataclass is not followed in a class inside the function",
                "define the class outside",
                decorator,
            )
    inherited = [f for base in reversed(made.__mro__[1:]) for f in base.__dict__.get("__local_fields__", ())]
    merged = {f.name: f for f in (*inherited, *fields)}
    made.__local_fields__ = tuple(merged.values())


def fill(lo: Lowering, ref: Ref, cls: type, args: tuple, kwargs: dict[str, Any]) -> None:
    """What the generated `__init__` of a dataclass does."""
    given, named = list(args), dict(kwargs)
    content: dict[str, Any] = {}
    for made in cls.__dict__["__local_fields__"]:
        if made.init and made.name in named:
            content[made.name] = named.pop(made.name)
        elif made.init and given:
            content[made.name] = given.pop(0)
        elif made.default is not None:
            content[made.name] = lo.content(made.default)[0]
        elif made.factory is not None:
            content[made.name] = made_by(lo, ref, made.name, made.factory)
        elif made.init:
            lo.refuse(f"{cls.__name__} needs its field {made.name}")
    if given or named:
        lo.refuse(f"{cls.__name__} is made with arguments that it does not have")
    lo.put(ref, content)
    after = lookup(cls, "__post_init__")
    if isinstance(after, FUNCTIONS):
        calling.call(lo, closures.closure_of(lo, after, owner_of(cls, "__post_init__")), (ref,), {}, None)


__all__ = ["UNDEFINED", "class_definition", "fill"]


STATEMENTS: dict[type, Callable[[Lowering, Any], None]] = {gast.ClassDef: class_definition}
