"""What NumPy's functions make of instances, found out by calling them with small ones."""

from __future__ import annotations

import functools
import operator
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from transforms import kinds
from transforms.lower.calls import existing, primitives
from transforms.lower.containers import making
from transforms.lower.objects import model
from transforms.lower.state.lowering import Lowering
from transforms.lower.subclasses import wrapping
from transforms.lower.values import UNDEFINED, Var

# what asks for the class, or shows it
ASKING = {isinstance, str, repr, format, hash, print, operator.is_, operator.is_not}


class Probe(np.ndarray):
    """A subclass that knows which object each instance was made from."""

    made_from: Any = None

    def __array_finalize__(self, source: Any) -> None:
        self.made_from = source


class Same(int):
    """The number of an argument that is the result itself."""


def apply(lo: Lowering, fn: Callable[..., Any], args: tuple, kwargs: dict[str, Any], run: Callable[..., Any]) -> Any:
    """The result of `run(*args, **kwargs)` on the arrays, an instance where `fn` gives one."""
    fresh = probed(lo, fn, args, kwargs)
    result = run(*(wrapping.entries(lo, a) for a in args), **{k: wrapping.entries(lo, v) for k, v in kwargs.items()})
    return wrapped(lo, result, fresh, [*args, *kwargs.values()])


def wrapped(lo: Lowering, result: Any, fresh: Any, args: list[Any]) -> Any:
    if isinstance(fresh, tuple) and isinstance(result, tuple):
        items = [wrapped(lo, r, f, args) for r, f in zip(result, fresh, strict=True)]
        return type(result)(*items) if hasattr(result, "_fields") else tuple(items)
    if fresh is None or isinstance(fresh, tuple):
        return result
    if isinstance(fresh, Same):
        return args[fresh]
    if not isinstance(result, Var):
        return lo.refuse("what NumPy makes of an instance of a subclass of np.ndarray here is not followed")
    instances = [a for a in args if wrapping.is_instance(a)]
    if len({a.cls for a in instances}) > 1:
        return lo.refuse("instances of several subclasses of np.ndarray are mixed: this is not followed")
    source = args[fresh] if fresh >= 0 and fresh < len(args) else UNDEFINED
    cls = instances[0].cls
    if source is UNDEFINED and isinstance(model.lookup(cls, "__array_finalize__"), model.FUNCTIONS):
        return lo.refuse(f"what {cls.__name__}.__array_finalize__ is told here is not followed")
    return wrapping.made(lo, cls, result, source)


def probed(lo: Lowering, fn: Callable[..., Any], args: tuple, kwargs: dict[str, Any]) -> Any:
    """For a result that is an instance, the number of the argument that it is made from (-1: of something else); None
    for one that is none; a tuple of these for several results."""
    for extent, integer, real in kinds.TRIALS:
        sample = functools.partial(sampled, lo, trial=(extent, integer, real, fn is operator.getitem))
        try:
            given, named = [sample(a) for a in args], {k: sample(v) for k, v in kwargs.items()}
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                found = fn(*given, **named)
        except kinds.Unknown:
            break
        except Exception:
            continue
        if found is not NotImplemented:
            return origin(found, [*given, *named.values()])
    return lo.refuse(f"{getattr(fn, '__name__', fn)} of an instance of a subclass of np.ndarray is not followed")


def sampled(lo: Lowering, value: Any, trial: tuple) -> Any:
    """A small argument of the same kind."""
    if wrapping.is_instance(value):
        return np.asarray(kinds.example(wrapping.entries(lo, value), *trial)).view(Probe)
    if wrapping.among(lo, value):
        items = value if type(value) is tuple else wrapping.listed(lo, value)
        return (
            type(value)(sampled(lo, v, trial) for v in items)
            if type(value) is tuple
            else [sampled(lo, v, trial) for v in items]
        )
    return kinds.example(lo.operand(making.realised(lo, value)), *trial)


def origin(found: Any, given: list[Any]) -> Any:
    if isinstance(found, (tuple, list)):
        return tuple(origin(item, given) for item in found)
    if not isinstance(found, Probe):
        return None
    for i, a in enumerate(given):
        if a is found:
            return Same(i)
    return next((i for i, a in enumerate(given) if a is found.made_from), -1)


OVERRIDDEN = {"amax": "max", "amin": "min", "absolute": "__abs__"}


def known_call(lo: Lowering, fn: Any, args: tuple, kwargs: dict[str, Any], node: Any) -> Any:
    """A function of NumPy's or Python's called with instances."""
    name = getattr(fn, "__name__", "")
    for value in (*args, *kwargs.values()):
        if wrapping.is_instance(value) and not kinds.is_ufunc(fn):
            found = model.lookup(value.cls, OVERRIDDEN.get(name, name))
            if isinstance(found, model.FUNCTIONS):
                lo.refuse(f"{name} of an instance whose class defines {name} itself is not followed", "call the method")
    return apply(lo, fn, args, kwargs, lambda *a, **k: existing.call_known(lo, fn, a, k, node))


def takes(fn: Any) -> bool:
    """Whether a callable is one of those that work on arrays, whatever their class."""
    if fn in ASKING:
        return False
    return primitives.pure(fn) or kinds.is_ufunc(fn) or str(getattr(fn, "__module__", "")).startswith("numpy")
