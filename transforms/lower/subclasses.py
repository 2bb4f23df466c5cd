"""Lowering of subclasses of np.ndarray: an instance is an array and the attributes that its class gives it.

What the class defines in Python is followed; all else happens to the array, and the result is an instance again where
NumPy makes one: that is found out by calling with small arrays of a subclass that keeps what it was made from.
"""

from __future__ import annotations

import functools
import operator
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from transforms import kinds
from transforms.lower.calls import calling, closures, existing, primitives
from transforms.lower.containers import making, reading, writing
from transforms.lower.objects import array_attributes, model, overloading
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import UNDEFINED, Bound, Const, Ref, Var

ENTRIES = "the entries of"  # no name of an attribute
HOOKS = "__array_ufunc__ __array_function__ __array_wrap__ __array_priority__ __array__ __array_prepare__".split()
# what asks for the class, or shows it
ASKING = {isinstance, str, repr, format, hash, print, operator.is_, operator.is_not}


class Probe(np.ndarray):
    """A subclass that knows which object each instance was made from."""

    made_from: Any = None

    def __array_finalize__(self, source: Any) -> None:
        self.made_from = source


class Same(int):
    """The number of an argument that is the result itself."""


def is_instance(value: Any) -> bool:
    """Whether a value is an instance of a subclass of np.ndarray."""
    return isinstance(value, Ref) and issubclass(value.cls, np.ndarray)


def entries(lo: Lowering, value: Any) -> Any:
    """The array behind an instance; anything else as it is."""
    if is_instance(value):
        return lo.content(value)[ENTRIES]
    if type(value) is tuple:
        return tuple(entries(lo, v) for v in value)
    if isinstance(value, Ref) and value.cls is list and isinstance(lo.content(value), tuple):
        items = lo.content(value)
        return lo.new(list, tuple(entries(lo, v) for v in items)) if any(map(is_instance, items)) else value
    return value


def among(lo: Lowering, *values: Any) -> bool:
    """Whether there is an instance among arguments, or in a list or tuple of them."""
    return any(is_instance(v) or any(map(is_instance, v if type(v) is tuple else listed(lo, v))) for v in values)


def listed(lo: Lowering, value: Any) -> tuple:
    content = lo.content(value) if isinstance(value, Ref) and value.cls is list else ()
    return content if isinstance(content, tuple) else ()


# -- making them -------------------------------------------------------------------------------------------------------


def made(lo: Lowering, cls: type, array: Any, source: Any) -> Ref:
    """An instance of the array, as NumPy makes it: `__array_finalize__` is told what it was made from."""
    for name in HOOKS:
        if any(name in vars(base) for base in cls.__mro__ if base not in (np.ndarray, object)):
            lo.refuse(f"the subclass {cls.__name__} of np.ndarray defines {name}, which is not followed")
    ref = lo.new(cls, {ENTRIES: array}, lo.path)
    finalize = model.lookup(cls, "__array_finalize__")
    if isinstance(finalize, model.FUNCTIONS):
        owner = model.owner_of(cls, "__array_finalize__")
        calling.call(lo, closures.closure_of(lo, finalize, owner), (ref, source), {}, None)
    return ref


def view(lo: Lowering, value: Any, cls: type) -> Any:
    """`value.view(cls)`: another name for the entries."""
    array = entries(lo, value)
    return array if cls is np.ndarray else made(lo, cls, array, value)


def instantiate(lo: Lowering, cls: type, args: tuple, kwargs: dict[str, Any], node: Any) -> Any:
    """`cls(...)`, by a `__new__` that the class defines."""
    new = model.lookup(cls, "__new__")
    new = new.__func__ if isinstance(new, staticmethod) else new
    if not isinstance(new, model.FUNCTIONS):
        return lo.refuse(f"{cls.__name__} is made as np.ndarray is, which is not followed", "use x.view(cls)")
    ref = calling.call(
        lo, closures.closure_of(lo, new, model.owner_of(cls, "__new__")), (Const(cls), *args), kwargs, node
    )
    init = model.lookup(cls, "__init__")
    if is_instance(ref) and issubclass(ref.cls, cls) and isinstance(init, model.FUNCTIONS):
        owner = model.owner_of(cls, "__init__")
        calling.call(lo, closures.closure_of(lo, init, owner), (ref, *args), kwargs, node)
    return ref


def returned(lo: Lowering, value: Any) -> Any:
    """The result of a differentiated function: a number is returned without its class, anything else is refused."""
    if is_instance(value) and entries(lo, value).kind.scalar:
        return entries(lo, value)
    if holds(lo, value):
        lo.refuse("an instance of a subclass of np.ndarray is returned: this is not followed", "return np.asarray(y)")
    return value


def holds(lo: Lowering, value: Any) -> bool:
    """Whether a value is an instance, or holds one."""
    if is_instance(value):
        return True
    content = lo.heap.get(value.id, ()) if isinstance(value, Ref) else value
    items = content.values() if isinstance(content, dict) else content if isinstance(content, tuple) else ()
    return any(holds(lo, item) for item in items)


# -- what NumPy does with them -----------------------------------------------------------------------------------------


def apply(lo: Lowering, fn: Callable[..., Any], args: tuple, kwargs: dict[str, Any], run: Callable[..., Any]) -> Any:
    """The result of `run(*args, **kwargs)` on the arrays, an instance where `fn` gives one."""
    fresh = probed(lo, fn, args, kwargs)
    result = run(*(entries(lo, a) for a in args), **{k: entries(lo, v) for k, v in kwargs.items()})
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
    instances = [a for a in args if is_instance(a)]
    if len({a.cls for a in instances}) > 1:
        return lo.refuse("instances of several subclasses of np.ndarray are mixed: this is not followed")
    source = args[fresh] if fresh >= 0 and fresh < len(args) else UNDEFINED
    cls = instances[0].cls
    if source is UNDEFINED and isinstance(model.lookup(cls, "__array_finalize__"), model.FUNCTIONS):
        return lo.refuse(f"what {cls.__name__}.__array_finalize__ is told here is not followed")
    return made(lo, cls, result, source)


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
    if is_instance(value):
        return np.asarray(kinds.example(entries(lo, value), *trial)).view(Probe)
    if among(lo, value):
        items = value if type(value) is tuple else listed(lo, value)
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
        if is_instance(value) and not kinds.is_ufunc(fn):
            found = model.lookup(value.cls, OVERRIDDEN.get(name, name))
            if isinstance(found, model.FUNCTIONS):
                lo.refuse(f"{name} of an instance whose class defines {name} itself is not followed", "call the method")
    return apply(lo, fn, args, kwargs, lambda *a, **k: existing.call_known(lo, fn, a, k, node))


def takes(fn: Any) -> bool:
    """Whether a callable is one of those that work on arrays, whatever their class."""
    if fn in ASKING:
        return False
    return primitives.pure(fn) or kinds.is_ufunc(fn) or str(getattr(fn, "__module__", "")).startswith("numpy")


# -- operators, items, attributes --------------------------------------------------------------------------------------


def operate(lo: Lowering, fn: Callable[..., Any], *operands: Any) -> Any:
    """An operator that the classes do not define themselves."""
    from transforms.lower.expressions.arithmetic import binary

    def run(*arrays: Any) -> Any:
        if fn is operator.getitem:
            return reading.get_item(lo, *arrays)
        return binary(lo, fn, *arrays) if len(arrays) == 2 else lo.apply(fn, *arrays)

    return apply(lo, fn, operands, {}, run)


@functools.cache
def operators() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The operators by the names of their methods: plain ones, those with the operands swapped, those in place."""
    plain = {names[0]: fn for fn, names in overloading.DUNDERS.items()}
    swapped = {names[1]: fn for fn, names in overloading.DUNDERS.items() if len(names) > 1 and names[1] not in plain}
    return plain, swapped, {f"__i{name.strip('_')}__": fn for name, fn in plain.items()}


def attribute(lo: Lowering, value: Ref, name: str) -> Any:
    """An attribute or method that np.ndarray has."""
    plain, swapped, in_place = operators()
    if name in plain:
        return Bound(value, lambda lo, self, args, kwargs, node: operate(lo, plain[name], self, *args), name)
    if name in swapped:
        return Bound(value, lambda lo, self, args, kwargs, node: operate(lo, swapped[name], *args, self), name)
    if name in in_place:
        return Bound(value, lambda lo, self, args, kwargs, node: update(lo, self, in_place[name], *args), name)
    if name == "__array_finalize__":
        return Bound(value, lambda lo, self, args, kwargs, node: Const(None), name)
    if name == "__setitem__":
        return Bound(value, lambda lo, self, args, kwargs, node: set_item(lo, self, *args), name)
    if name == "__bool__":
        return Bound(value, lambda lo, self, args, kwargs, node: lo.truth(entries(lo, self)), name)
    if name == "view":
        return Bound(value, lambda lo, self, args, kwargs, node: view(lo, self, given_class(lo, args, kwargs)), name)
    if name.startswith("__") or name == "base":
        return lo.refuse(f"{value.cls.__name__}.{name} is not followed")
    found = array_attributes.array_attribute(lo, entries(lo, value), name)
    if isinstance(found, Bound):
        return Bound(value, method(name), name)
    fresh = probed(lo, lambda a: getattr(a, name), (value,), {})
    return found if fresh is None or isinstance(fresh, tuple) else wrapped(lo, found, fresh, [value])


def method(name: str) -> Callable[..., Any]:
    """A method of np.ndarray on an instance."""

    def handler(lo: Lowering, self: Any, args: tuple, kwargs: dict[str, Any], node: Any) -> Any:
        def run(array: Any, *rest: Any, **named: Any) -> Any:
            return calling.call(lo, array_attributes.array_attribute(lo, array, name), rest, named, node)

        return apply(lo, lambda a, *rest, **named: getattr(a, name)(*rest, **named), (self, *args), kwargs, run)

    return handler


def given_class(lo: Lowering, args: tuple, kwargs: dict[str, Any]) -> type:
    given = args[0] if len(args) == 1 and not kwargs else kwargs.get("type")
    if isinstance(given, Const) and isinstance(given.value, type) and issubclass(given.value, np.ndarray):
        return given.value
    return lo.refuse("the attribute view of an array is not supported")


def update(lo: Lowering, value: Ref, fn: Callable[..., Any], new: Any) -> Any:
    """`value op= new` in place."""
    from transforms.lower.statements.augmenting import inplace

    array = entries(lo, value)
    if array.kind.base != "array" or array.kind.ndim is None:
        lo.refuse("a number that is an instance of a subclass of np.ndarray is written in place: this is not followed")
    inplace(lo, fn, array, entries(lo, new))
    return value


def iterated(value: Any) -> bool:
    """Whether a value is an instance that is iterated over as arrays are."""
    return is_instance(value) and not isinstance(model.lookup(value.cls, "__iter__"), model.FUNCTIONS)


def set_item(lo: Lowering, value: Ref, index: Any, new: Any) -> Const:
    writing.set_item(lo, entries(lo, value), entries(lo, index), entries(lo, new))
    return Const(None)


def not_copied(lo: Lowering, value: Any) -> None:
    """Refuse to copy an instance by `copy`."""
    if is_instance(value):
        lo.refuse(f"copying an instance of {value.cls.__name__} is not followed", "use its method copy")
