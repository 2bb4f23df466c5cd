"""Primitives: pure functions of numbers and arrays, which become operations."""

from __future__ import annotations

from typing import Any

import numpy as np

import tensor.rules  # noqa: F401  (importing it fills the registry)
from tensor import registry
from tensor.attributes import Attribute, Method
from transforms import kinds
from transforms.lower.calls import storing
from transforms.lower.containers import making, numeric, operators
from transforms.lower.objects import overloading
from transforms.lower.state.applying import ARITHMETIC
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import TRUE, Choice, Const, Ref, Var

PURE_BUILTINS = {
    abs,
    float,
    int,
    bool,
    complex,
    round,
    divmod,
    pow,
    hash,
    ord,
    chr,
    str,
    repr,
    format,
    len,
    range,
    slice,
}


def pure(fn: Any) -> bool:
    """A primitive: it only computes, and the rule table or NumPy says all that there is to know."""
    if isinstance(fn, (Attribute, Method)):
        return registry.lookup(fn) is not None
    if registry.lookup(fn) is not None or kinds.is_ufunc(fn):
        return True
    try:
        return fn in PURE_BUILTINS or getattr(fn, "__module__", None) in ("_operator", "math", "cmath")
    except TypeError:
        return False


def primitive(lo: Lowering, fn: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    """A pure function applied; `out=` is a store of its result."""
    choice = next((a for a in (*args, *kwargs.values()) if isinstance(a, Choice)), None)
    if choice is not None:

        def spread(v: Any) -> Any:
            given = tuple(v if a is choice else a for a in args)
            return primitive(lo, fn, given, {k: v if a is choice else a for k, a in kwargs.items()})

        return lo.branch(choice.cond, lambda: spread(choice.then), lambda: spread(choice.orelse))
    found = overloading.overloaded(lo, fn, *args) if args else None
    if found is None and len(args) == 2 and getattr(fn, "__module__", None) == "_operator":
        found = operators.binary(lo, fn, *args)
    if found is not None:
        return found
    args = arrayed(lo, fn, tuple(making.realised(lo, a) for a in args))
    target = kwargs.pop("out", None) if "out" in kwargs else None
    if kinds.is_ufunc(fn) and len(args) > fn.nin:
        target, args = args[fn.nin], args[: fn.nin]
    if isinstance(target, tuple) and len(target) == 1:
        target = target[0]
    if target is not None and target != Const(None):
        return storing.store_result(lo, fn, args, kwargs, target)
    if kinds.is_ufunc(fn) and kwargs.get("where", TRUE) != TRUE:
        lo.refuse("where= without out= leaves entries undefined", "give an array with out=, or use np.where")
    if kinds.is_ufunc(fn) and any(name in kwargs for name in ("axes", "signature", "sig")):
        lo.refuse(f"np.{fn.__name__} with axes or signature is not followed", "move the axes before the call")
    if not kwargs and fn in ARITHMETIC:
        from transforms.lower import undefined

        return undefined.apply(lo, fn, *args)
    return lo.apply(fn, *args, **kwargs)


def arrayed(lo: Lowering, fn: Any, args: tuple) -> tuple:
    """Lists at run time as the arrays that NumPy makes of them; where a sequence of arrays is wanted, lists."""
    if not kinds.is_ufunc(fn) and not str(getattr(fn, "__module__", "")).startswith("numpy"):
        return args
    if fn is np.einsum:
        return tuple(subscript_list(lo, a) for a in args)
    rule = registry.lookup(fn)
    partials = rule.partials if rule is not None else {}
    sequences = {i for i, partial in partials.items() if partial.sequence}
    arrays = range(len(args)) if kinds.is_ufunc(fn) else set(partials) - sequences
    return tuple(
        lo.apply(np.array, a)
        if numeric.number_list(a) and i not in sequences
        else numeric.as_array(lo, a)
        if i in arrays
        else numeric.even(lo, itemised(lo, fn, a))
        if i in sequences
        else a
        for i, a in enumerate(args)
    )


JOINING = {np.concatenate, np.stack, np.vstack, np.hstack, np.dstack, np.column_stack, np.choose, np.linalg.multi_dot}


def itemised(lo: Lowering, fn: Any, value: Any) -> Any:
    """An array whose items are to be joined as the list of them."""
    if fn in JOINING and isinstance(value, Var) and value.kind.base == "array":
        return making.listed_at(lo, value, ("joined", *lo.path))
    return value


def subscript_list(lo: Lowering, value: Any) -> Any:
    """`[0, 1]` in `np.einsum(x, [0, 1])` as the tuple that it means; an operand as an array."""
    items = lo.content(value) if isinstance(value, Ref) and value.cls is list else value
    if isinstance(items, tuple) and all(isinstance(i, Const) and isinstance(i.value, (int, type(...))) for i in items):
        return items
    return numeric.as_array(lo, value)
