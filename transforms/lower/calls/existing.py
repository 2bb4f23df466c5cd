"""Calls of callables that exist already: each is followed, has a handler, is a primitive, or is left as it is."""

from __future__ import annotations

import contextlib
import functools
import inspect
import operator
import types
from typing import Any

import numpy as np

from tensor import registry, runtime
from tensor.registry import Rule
from transforms import ir
from transforms.lower.calls import calling, closures, following, primitives, stand_ins, unfollowed
from transforms.lower.containers import numeric, reading, updating
from transforms.lower.intrinsics import table, vectorized
from transforms.lower.objects import attributes, instances, model
from transforms.lower.state.lowering import Lowering
from transforms.lower.subclasses import probing, wrapping
from transforms.lower.values import Bound, Const, Var
from transforms.source import finding


@functools.cache
def shipped(fn: types.FunctionType) -> Any:
    """The helper of `tensor.runtime` that `fn` is a copy of, as in an exported file; else `fn` itself."""
    known = getattr(runtime, fn.__name__)
    with contextlib.suppress(OSError, TypeError):
        return known if inspect.getsource(known) == inspect.getsource(fn) else fn
    return fn


def call_known(lo: Lowering, fn: Any, args: tuple, kwargs: dict[str, Any], node: Any) -> Any:
    """A call of a callable that exists already."""
    if isinstance(fn, types.FunctionType) and fn.__name__ in vars(runtime):
        fn = shipped(fn)
    if wrapping.among(lo, *args, *kwargs.values()) and probing.takes(fn):
        return probing.known_call(lo, fn, args, kwargs, node)
    handler = table.find(fn)
    if handler is not None:
        return handler(lo, args, kwargs, node)
    if isinstance(fn, (operator.itemgetter, operator.attrgetter)) and len(args) == 1 and not kwargs:
        return got(lo, fn, args[0])
    rule = registry.lookup(fn)
    if rule is not None and (rule.mutates is not None or rule.by_type or rule.checks):
        return call_by_rule(lo, rule, fn, args, kwargs)
    if primitives.pure(fn):
        return primitives.primitive(lo, fn, args, kwargs)
    if isinstance(fn, functools._lru_cache_wrapper) and any(map(following.depends, (*args, *kwargs.values()))):
        return cached(lo, fn, args, kwargs, node)
    if isinstance(fn, np.vectorize):
        return vectorized.known_vectorize(lo, fn, args, kwargs, node)
    if isinstance(fn, functools.partial):
        return calling.call(
            lo,
            Const(fn.func),
            (*map(lo.lift, fn.args), *args),
            {**{k: lo.lift(v) for k, v in fn.keywords.items()}, **kwargs},
            node,
        )
    if isinstance(fn, types.MethodType):
        keep_text(fn)
        return calling.call(
            lo, Bound(lo.lift(fn.__self__), closures.callable_of(lo, fn.__func__), fn.__name__), args, kwargs, node
        )
    written = fn if isinstance(fn, types.FunctionType) else dispatched(fn)
    if getattr(written, "__module__", None) == "json":  # it makes text: there is nothing to follow
        return unfollowed.opaque(lo, fn, args, kwargs)
    if isinstance(written, types.FunctionType):
        return following.follow(lo, written, args, kwargs, node)
    if isinstance(fn, type):
        return call_class(lo, fn, args, kwargs, node)
    cls = model.user_class(Const(fn))
    if cls is not None and isinstance(model.lookup(cls, "__call__"), model.FUNCTIONS):
        return calling.call(lo, attributes.get_attribute(lo, Const(fn), "__call__"), args, kwargs, node)
    return unfollowed.opaque(lo, fn, args, kwargs)


def call_by_rule(lo: Lowering, rule: Rule, fn: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    """A function of which the rule table says that it writes, that it asks for types only, or that it only checks."""
    if rule.mutates is not None:
        if lo.tries:
            return lo.refuse(
                f"{getattr(fn, '__name__', fn)} inside a try statement is not followed", "write into the array by items"
            )
        arrays = tuple(numeric.as_array(lo, a) for a in args)
        named = {k: numeric.as_array(lo, v) for k, v in kwargs.items()}
        return following.call_template(lo, rule.mutates, arrays, named)
    if rule.by_type:
        return stand_ins.told_by_types(lo, fn, args, kwargs)
    operands, named = tuple(map(lo.operand, args)), {k: lo.operand(v) for k, v in kwargs.items()}
    lo.emit(ir.Apply(None, fn, operands, named, effect=True, loc=lo.loc))
    return Const(None)


def call_class(lo: Lowering, cls: type, args: tuple, kwargs: dict[str, Any], node: Any) -> Any:
    """A class: an instance of one written in Python is made when deriving, of another one at run time."""
    if (cls.__module__, cls.__name__) in EXACT_NUMBERS:
        return unfollowed.opaque(lo, cls, args, kwargs)
    if cls.__module__ in ("builtins",) and not issubclass(cls, BaseException) and cls is not object:
        return unfollowed.opaque(lo, cls, args, kwargs)
    if model.heap_class(cls) or issubclass(cls, BaseException) or cls is object:
        return instances.instantiate(lo, cls, args, kwargs, node)
    return unfollowed.opaque(lo, cls, args, kwargs)


# classes of exact numbers: a value that varies is not followed through their arithmetic
EXACT_NUMBERS = {("decimal", "Decimal"), ("fractions", "Fraction")}


def got(lo: Lowering, fn: Any, value: Any) -> Any:
    """What an itemgetter or attrgetter gets."""
    names = fn.__reduce__()[1]
    if isinstance(fn, operator.itemgetter):
        found = tuple(reading.get_item(lo, value, lo.lift(name)) for name in names)
    else:
        step = lambda held, name: attributes.get_attribute(lo, held, name)  # noqa: E731
        found = tuple(functools.reduce(step, name.split("."), value) for name in names)
    return found[0] if len(found) == 1 else found


def keep_text(method: types.MethodType) -> None:
    """Tell where the text of a method is that a library has made by `exec`."""
    code = getattr(method.__func__, "__code__", None)
    if code is not None and code.co_filename.startswith("<"):
        registry.import_tables(registry.home(type(method.__self__)))
        text = registry.text_of(method)
        if text is not None:
            finding.keep(code, text)


def dispatched(fn: Any) -> Any:
    """The Python function that one of NumPy's own stands for: it looks for `__array_function__` first."""
    return getattr(fn, "_implementation", None) if type(fn).__name__ == "_ArrayFunctionDispatcher" else None


def cached(lo: Lowering, fn: Any, args: tuple, kwargs: dict[str, Any], node: Any) -> Any:
    """`functools.lru_cache` of a function of numbers: the function itself, if it only computes a number.

    A cache gives the same object again, and runs the function once: neither shows where numbers come from numbers.
    """
    numbers = all(isinstance(a, Const) or isinstance(a, Var) and a.kind.scalar for a in (*args, *kwargs.values()))
    wrapped = getattr(fn, "__wrapped__", None)
    if not numbers or not isinstance(wrapped, types.FunctionType):
        return lo.refuse(
            "a cached function is called with an array or a container: this is not followed", "call the function itself"
        )
    before, heap = len(lo.block.stmts), dict(lo.heap)
    value = following.follow(lo, wrapped, args, kwargs, node)
    changed = any(updating.writes(s) for s in lo.block.stmts[before:]) or any(
        lo.heap.get(k) is not v for k, v in heap.items()
    )
    if changed or not (isinstance(value, Const) or isinstance(value, Var) and value.kind.scalar):
        return lo.refuse(
            "a cached function that does more than compute a number is not followed", "call the function itself"
        )
    return value
