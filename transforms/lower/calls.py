"""Lowering of calls: the user's functions are followed into, pure primitives become operations, the rest is refused
or, where nothing active is involved, called as it is."""

from __future__ import annotations

import collections
import contextlib
import functools
import inspect
import operator
import types
from collections.abc import Callable
from typing import Any

import gast
import numpy as np

import tensor.rules  # noqa: F401  (importing it fills the registry)
from tensor import registry, runtime
from tensor.attributes import Attribute, Method
from transforms import ir, kinds, source
from transforms.errors import DerivativeError, SourceError
from transforms.guards import Outside
from transforms.lower import intrinsics, objects, outer, subclasses, texts, ufuncs, vectorized, written
from transforms.lower.containers import making, methods, numeric, operators, reading, updating, writing
from transforms.lower.failures import GONE, Raised, close, reopen
from transforms.lower.scope import parameters
from transforms.lower.state import ARITHMETIC, TRUE, Frame, Loc, Lowering
from transforms.lower.values import (
    UNDEFINED,
    Bound,
    Cell,
    Choice,
    Closure,
    Const,
    Derived,
    Iter,
    Lost,
    Partial,
    Pullback,
    Ref,
    Var,
)

DEEPEST = 40
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


def call(lo: Lowering, func: Any, args: tuple, kwargs: dict[str, Any], node: Any) -> Any:
    """The value of `func(*args, **kwargs)`."""
    if isinstance(func, Choice):
        return lo.branch(
            func.cond,
            lambda: call(lo, func.then, args, kwargs, node),
            lambda: call(lo, func.orelse, args, kwargs, node),
        )
    if isinstance(func, Closure):
        return call_closure(lo, func, args, kwargs, node)
    if isinstance(func, Bound):
        return call_bound(lo, func, args, kwargs, node)
    if isinstance(func, Partial):
        return call(lo, func.func, (*func.args, *args), {**func.kwargs, **kwargs}, node)
    if isinstance(func, Const):
        return call_known(lo, func.value, args, kwargs, node)
    if lo.tries and isinstance(func, (Derived, Pullback)):
        return lo.refuse("a derivative inside a try statement is not followed", "take it before the try statement")
    if isinstance(func, Derived):
        from transforms.lower import derivatives

        return derivatives.call(lo, func, args, kwargs)
    if isinstance(func, Pullback):
        return func.run(*args, **kwargs)
    if isinstance(func, Lost):
        return lo.lost(func)
    cls = objects.user_class(func)
    if cls is not None:
        method = objects.get_attribute(lo, func, "__call__")
        return call(lo, method, args, kwargs, node)
    if isinstance(func, Var) and func.kind.base == "object":
        return opaque(lo, func, args, kwargs)
    return lo.refuse(f"{lo.describe(func)} cannot be called")


def call_bound(lo: Lowering, func: Bound, args: tuple, kwargs: dict[str, Any], node: Any) -> Any:
    if isinstance(func.func, Method):
        return call_method(lo, func, args, kwargs)
    if isinstance(func.func, Const) and isinstance(func.self, Const) and isinstance(func.self.value, np.ufunc):
        return ufuncs.method(lo, func.self.value, func.func.value, args, kwargs)
    if callable(func.func) and not isinstance(func.func, (Const, Closure)):
        return func.func(lo, func.self, args, kwargs, node)
    if isinstance(func.func, Const) and func.func.value in METHOD_CALLS:
        return METHOD_CALLS[func.func.value](lo, func.self, args, kwargs)
    return call(lo, func.func, (func.self, *args), kwargs, node)


def _reshape(lo: Lowering, value: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    shape = args[0] if len(args) == 1 else tuple(args)
    return call_known(lo, np.reshape, (value, shape), kwargs, None)


def _transpose(lo: Lowering, value: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    if not args:
        return call_known(lo, np.transpose, (value,), kwargs, None)
    return call_known(lo, np.transpose, (value, args[0] if len(args) == 1 else tuple(args)), kwargs, None)


def _compress(lo: Lowering, value: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    condition, args = (args[0], args[1:]) if args else (kwargs.pop("condition"), ())
    return call_known(lo, np.compress, (condition, value, *args), kwargs, None)


def _conjugate(lo: Lowering, value: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    """A real array's method gives the array itself, where the function makes a new one."""
    if isinstance(value, Var) and not value.kind.complex:
        return value
    return call_known(lo, np.conjugate, (value, *args), kwargs, None)


METHOD_CALLS: dict[Any, Callable[..., Any]] = {
    np.reshape: _reshape,
    np.transpose: _transpose,
    np.compress: _compress,
    np.conjugate: _conjugate,
}


CONTAINER_WRITERS = set(
    "append appendleft extend extendleft insert pop popleft popitem remove clear sort reverse rotate add discard "
    "update setdefault difference_update intersection_update symmetric_difference_update __setitem__ __delitem__ "
    "__iadd__".split()
)


def call_method(lo: Lowering, func: Bound, args: tuple, kwargs: dict[str, Any]) -> Any:
    """A method of an array, number or object that is an operation of its own."""
    held = func.self.value if isinstance(func.self, Const) else None
    if isinstance(held, (list, dict, set, bytearray, collections.deque)) and func.func.name in CONTAINER_WRITERS:
        ref = written.entered(lo, func.self)
        return call(lo, Bound(ref, methods.method(lo, ref, func.func.name), func.func.name), args, kwargs, None)
    known = not args or isinstance(args[0], (Const, tuple))
    if type(held) is dict and func.func.name in methods.READING and known:
        return methods.read_method(lo, func.self, func.func.name, args, kwargs, None)
    handler = intrinsics.METHODS.get(func.func.name)
    if handler is not None and isinstance(func.self, Var) and func.self.kind.numeric:
        return handler(lo, func.self, args, kwargs)
    if pure(func.func) and isinstance(func.self, Var) and func.self.kind.numeric:
        return lo.apply(func.func, func.self, *args, **kwargs)
    if texts.is_text(func.self) and func.func.name in texts.METHODS:
        return texts.call_method(lo, func.self, func.func.name, args, kwargs)
    if isinstance(func.self, Const) and isinstance(func.self.value, (str, int, float, complex)):
        return intrinsics.literal_method(lo, func, args, kwargs)
    return opaque(lo, func.func, (func.self, *args), kwargs)


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
    if subclasses.among(lo, *args, *kwargs.values()) and subclasses.takes(fn):
        return subclasses.known_call(lo, fn, args, kwargs, node)
    handler = intrinsics.find(fn)
    if handler is not None:
        return handler(lo, args, kwargs, node)
    if isinstance(fn, (operator.itemgetter, operator.attrgetter)) and len(args) == 1 and not kwargs:
        return got(lo, fn, args[0])
    rule = registry.lookup(fn)
    if rule is not None and rule.mutates is not None:
        if lo.tries:
            return lo.refuse(
                f"{getattr(fn, '__name__', fn)} inside a try statement is not followed", "write into the array by items"
            )
        arrays = tuple(numeric.as_array(lo, a) for a in args)
        return call_template(lo, rule.mutates, arrays, {k: numeric.as_array(lo, v) for k, v in kwargs.items()})
    if rule is not None and rule.by_type:
        return told_by_types(lo, fn, args, kwargs)
    if rule is not None and rule.checks:
        operands, named = tuple(map(lo.operand, args)), {k: lo.operand(v) for k, v in kwargs.items()}
        lo.emit(ir.Apply(None, fn, operands, named, effect=True, loc=lo.loc))
        return Const(None)
    if pure(fn):
        return primitive(lo, fn, args, kwargs)
    if isinstance(fn, functools._lru_cache_wrapper) and any(map(depends, (*args, *kwargs.values()))):
        return cached(lo, fn, args, kwargs, node)
    if isinstance(fn, np.vectorize):
        return vectorized.known_vectorize(lo, fn, args, kwargs, node)
    if isinstance(fn, functools.partial):
        return call(
            lo,
            Const(fn.func),
            (*map(lo.lift, fn.args), *args),
            {**{k: lo.lift(v) for k, v in fn.keywords.items()}, **kwargs},
            node,
        )
    if isinstance(fn, types.MethodType):
        keep_text(fn)
        return call(lo, Bound(lo.lift(fn.__self__), callable_of(lo, fn.__func__), fn.__name__), args, kwargs, node)
    written = fn if isinstance(fn, types.FunctionType) else dispatched(fn)
    if getattr(written, "__module__", None) == "json":  # it makes text: there is nothing to follow
        return opaque(lo, fn, args, kwargs)
    if isinstance(written, types.FunctionType):
        return follow(lo, written, args, kwargs, node)
    if isinstance(fn, type):
        if (fn.__module__, fn.__name__) in EXACT_NUMBERS:
            return opaque(lo, fn, args, kwargs)
        if fn.__module__ in ("builtins",) and not issubclass(fn, BaseException) and fn is not object:
            return opaque(lo, fn, args, kwargs)
        if objects.heap_class(fn) or issubclass(fn, BaseException) or fn is object:
            return objects.instantiate(lo, fn, args, kwargs, node)
        return opaque(lo, fn, args, kwargs)
    cls = objects.user_class(Const(fn))
    if cls is not None and isinstance(objects.lookup(cls, "__call__"), objects.FUNCTIONS):
        return call(lo, objects.get_attribute(lo, Const(fn), "__call__"), args, kwargs, node)
    return opaque(lo, fn, args, kwargs)


# classes of exact numbers: a value that varies is not followed through their arithmetic
EXACT_NUMBERS = {("decimal", "Decimal"), ("fractions", "Fraction")}


def got(lo: Lowering, fn: Any, value: Any) -> Any:
    """What an itemgetter or attrgetter gets."""
    names = fn.__reduce__()[1]
    if isinstance(fn, operator.itemgetter):
        found = tuple(reading.get_item(lo, value, lo.lift(name)) for name in names)
    else:
        step = lambda held, name: objects.get_attribute(lo, held, name)  # noqa: E731
        found = tuple(functools.reduce(step, name.split("."), value) for name in names)
    return found[0] if len(found) == 1 else found


def keep_text(method: types.MethodType) -> None:
    """Tell where the text of a method is that a library has made by `exec`."""
    code = getattr(method.__func__, "__code__", None)
    if code is not None and code.co_filename.startswith("<"):
        registry.import_tables(registry.home(type(method.__self__)))
        text = registry.text_of(method)
        if text is not None:
            source.keep(code, text)


def told_by_types(lo: Lowering, fn: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    """What a function of types gives, found by calling it with a small value of each argument's type."""
    if any(isinstance(a, Choice) for a in (*args, *kwargs.values())):
        return lo.refuse(f"{fn.__name__} is asked about a value of several types: this is not followed")
    try:
        given, named = tuple(stand_in(lo, a) for a in args), {k: stand_in(lo, v) for k, v in kwargs.items()}
    except kinds.Unknown:
        return lo.refuse(f"{fn.__name__} is asked about a value whose type is not known when deriving")
    return lo.lift(fn(*given, **named))


def stand_in(lo: Lowering, value: Any) -> Any:
    """A value of this type; of containers one with such items."""
    if isinstance(value, Const):
        return value.value
    if isinstance(value, tuple):
        return tuple(stand_in(lo, item) for item in value)
    if isinstance(value, Ref) and value.cls is list:
        return [stand_in(lo, item) for item in lo.content(value)]
    if isinstance(value, Var):
        return kinds.exemplar(value.kind, 2, 1, 1.25)
    raise kinds.Unknown


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
    value = follow(lo, wrapped, args, kwargs, node)
    changed = any(updating.writes(s) for s in lo.block.stmts[before:]) or any(
        lo.heap.get(k) is not v for k, v in heap.items()
    )
    if changed or not (isinstance(value, Const) or isinstance(value, Var) and value.kind.scalar):
        return lo.refuse(
            "a cached function that does more than compute a number is not followed", "call the function itself"
        )
    return value


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
    found = objects.overloaded(lo, fn, *args) if args else None
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
        return store_result(lo, fn, args, kwargs, target)
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


def store_result(lo: Lowering, fn: Any, args: tuple, kwargs: dict[str, Any], target: Any) -> Any:
    """`fn(..., out=target)`: the result is computed and stored, the value is the target itself."""
    if not isinstance(target, Var) or target.kind.base != "array":
        return lo.refuse("out= is followed for arrays only")
    mask = kwargs.pop("where", None) if kinds.is_ufunc(fn) else None
    if mask is not None and mask != TRUE:
        return store_where(lo, fn, args, kwargs, target, mask)
    kwargs = {**kwargs, **accumulated(lo, fn, args, kwargs, target)}
    value = lo.apply(fn, *args, **kwargs)
    value = lo.operand(value)
    if isinstance(value, Var) and value.kind.dtype and target.kind.dtype:
        if not np.can_cast(value.kind.dtype, target.kind.dtype, "same_kind"):
            lo.refuse("the result does not fit the type of out=, and NumPy raises", "make out= an array of floats")
    lo.emit(ir.Store(target, Const(Ellipsis), value, None, lo.loc))
    return target


def store_where(lo: Lowering, fn: Any, args: tuple, kwargs: dict[str, Any], target: Var, mask: Any) -> Any:
    """`fn(..., out=target, where=mask)`: done on the entries chosen alone, as elsewhere it may be undefined."""
    shape = objects.get_attribute(lo, target, "shape")
    mask = lo.apply(np.broadcast_to, mask, shape)

    def chosen_of(a: Any) -> Any:
        if not isinstance(a, Var) or a.kind.scalar:
            return a
        same = a.shape == target.shape and a.kind.ndim == target.kind.ndim
        return reading.get_item(lo, a if same else lo.apply(np.broadcast_to, lo.apply(np.copy, a), shape), mask)

    chosen = [chosen_of(a) for a in args]
    writing.set_item(lo, target, mask, lo.apply(fn, *chosen, **kwargs))
    return target


def accumulated(lo: Lowering, fn: Any, args: tuple, kwargs: dict[str, Any], target: Var) -> dict[str, Any]:
    """The dtype in which NumPy sums up for an `out=`: the target's own, where that is a wider one than the result's."""
    if kinds.is_ufunc(fn) or fn in EXACT or "dtype" in kwargs:
        return {}
    found = kinds.infer(fn, tuple(map(lo.operand, args)), {k: lo.operand(v) for k, v in kwargs.items()})
    kind = found.kind if found is not None else None
    if isinstance(kind, kinds.Kind) and kind.dtype == target.kind.dtype:
        return {}
    own = (kind.dtype if isinstance(kind, kinds.Kind) else None) or ""
    known = own and target.kind.dtype
    narrower = known and np.can_cast(target.kind.dtype, own)
    if narrower and fn in SUMMING and fn is not np.mean:  # a mean is divided in the type of its target
        return {}
    if known and not narrower and fn in SUMMING:
        return {"dtype": Const(np.dtype(target.kind.dtype).type)}
    return lo.refuse("out= of another type than the result is not followed here", "assign the result instead")


EXACT = {np.max, np.min, np.amax, np.amin, np.take, np.concatenate, np.stack, np.compress, np.choose, np.clip, np.round}
SUMMING = {np.sum, np.prod, np.cumsum, np.cumprod, np.mean, np.trace}


def opaque(lo: Lowering, fn: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    """A call that is not looked into: allowed, as an effect, where no operand turns out to be active."""
    out = lo.var(intrinsics.result_kind(fn, args))
    target = fn if isinstance(fn, Var) else None
    operands = tuple(map(lo.operand, args))
    if target is not None:
        operands, fn = (target, *operands), intrinsics.call_object
    lo.emit_call(ir.Apply(out, fn, operands, {k: lo.operand(v) for k, v in kwargs.items()}, effect=True, loc=lo.loc))
    return out


def text(lo: Lowering, fn: Any, *args: Any) -> Any:
    """Text made of a value: it may be printed, and carries no derivative."""
    if all(isinstance(a, Const) and isinstance(a.value, (str, int)) for a in args):
        return Const(fn(*(a.value for a in args)))
    out = lo.var(kinds.Kind("object", type=str))
    lo.emit(ir.Apply(out, fn, tuple(intrinsics.printable(lo, a) for a in args), loc=lo.loc))
    return out


# -- functions written in Python ---------------------------------------------------------------------------------------


def callable_of(lo: Lowering, fn: Any, owner: type | None = None) -> Any:
    if isinstance(fn, objects.LocalFunction):
        return fn.closure
    return closure_of(lo, fn, owner) if isinstance(fn, types.FunctionType) else Const(fn)


def closure_of(lo: Lowering, fn: Any, owner: type | None = None) -> Closure:
    """The closure of a function that exists already (or of a method of a class defined inside the function)."""
    if isinstance(fn, objects.LocalFunction):
        return fn.closure
    found = source.find(fn)
    if str(fn.__module__).partition(".")[0] not in ("numpy", "scipy"):
        outer.kept(lo, (id(fn), "code"), Outside(fn, "attr", "__code__"))
    cells = dict(zip(fn.__code__.co_freevars, fn.__closure__ or (), strict=True))
    if owner is None and "__class__" in cells:
        owner = cells["__class__"].cell_contents
    defaults = tuple(
        outer.settled(lo, (id(fn), "default", i), lambda i=i: fn.__defaults__[i], f"{fn.__name__}_default")
        for i in range(len(fn.__defaults__ or ()))
    )
    kwdefaults = {
        k: outer.settled(lo, (id(fn), "kwdefault", k), lambda k=k: fn.__kwdefaults__[k], k)
        for k in fn.__kwdefaults__ or {}
    }
    return Closure(found.node, found, fn.__globals__, cells, defaults, kwdefaults, owner, fn)


def make_closure(lo: Lowering, node: Any) -> Closure:
    """A function defined inside the function at hand."""
    from transforms.lower.expressions import evaluate
    from transforms.lower.scope import free_names

    frame = lo.frame
    cells = dict(frame.closure.cells) if frame.closure is not None else {}
    for name in free_names(node):
        if name in frame.cell_names:
            cell = frame.env.get(name)
            if not (isinstance(cell, Ref) and cell.cls is Cell):
                cell = lo.new(Cell, (UNDEFINED if cell is None else cell,))
                frame.env[name] = cell
            cells[name] = cell
    defaults = tuple(evaluate(lo, d) for d in node.args.defaults)
    kwdefaults = {
        a.id: evaluate(lo, d) for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if d is not None
    }
    owner = frame.closure.owner if frame.closure is not None else None
    return Closure(node, frame.source, frame.globals, cells, defaults, kwdefaults, owner)


def follow(lo: Lowering, fn: types.FunctionType, args: tuple, kwargs: dict[str, Any], node: Any) -> Any:
    """A Python function is followed into; one that cannot be is called as it is, if nothing active goes in."""
    template = registry.STAND_INS.get(fn.__code__)
    if template is not None:
        return call_template(lo, template, (Const(fn), *args), kwargs)
    saved, block, size, mark = lo.snapshot(), lo.block, len(lo.block.stmts), len(lo.open)
    try:
        return call_closure(lo, closure_of(lo, fn), args, kwargs, node)
    except DerivativeError as error:
        if not library(fn) and not isinstance(error, SourceError):
            raise
        if any(depends(a) for a in (*args, *kwargs.values())):
            raise
        lo.block = block
        del lo.block.stmts[size:], lo.open[mark:]
        lo.resume(saved)
        return opaque(lo, fn, args, kwargs)


def library(fn: types.FunctionType) -> bool:
    name = fn.__code__.co_filename
    return "site-packages" in name or "/lib/python" in name or name.startswith("<")


def depends(value: Any) -> bool:
    """Whether a value may depend on the inputs: a conservative guess, used before giving up on a library's code."""
    if isinstance(value, Var):
        return value.kind.continuous or value.kind.base != "number"
    if isinstance(value, tuple):
        return any(map(depends, value))
    return isinstance(value, (Ref, Iter, Closure, Partial, Choice))


def call_closure(lo: Lowering, closure: Closure, args: tuple, kwargs: dict[str, Any], node: Any) -> Any:
    """Follow a call into a function written in Python."""
    if closure.scope.generator:
        return lo.iterator("generator", (closure, args, kwargs))
    if isinstance(closure.node, gast.AsyncFunctionDef):
        return lo.refuse("async functions are not supported", "write it with def, and compute what it awaits before")
    frame = enter(lo, closure, args, kwargs)
    return run(lo, frame)


def enter(lo: Lowering, closure: Closure, args: tuple, kwargs: dict[str, Any]) -> Frame:
    """A frame with the parameters bound."""
    if sum(f.closure is not None and f.closure.node is closure.node for f in lo.frames) > DEEPEST:
        lo.refuse(
            f"the recursion of {closure.name} depends on computed values: this is not followed", "write it as a loop"
        )
    scope = closure.scope
    frame = Frame(
        {},
        closure.globals,
        closure.source,
        closure,
        scope.cells,
        scope.globals,
        rule=lo.frame.rule if lo.frames else False,
    )
    for name, value in bind_arguments(lo, closure, args, kwargs).items():
        frame.env[name] = lo.new(Cell, (value,)) if name in scope.cells else value
        if isinstance(value, Var) and not value.name and not frame.rule:
            value.name = name
    return frame


def run(lo: Lowering, frame: Frame) -> Any:
    """Execute a frame's body and give its result."""
    from transforms.lower import statements

    closure: Any = frame.closure
    saved, mark = lo.loc, len(lo.open)
    lo.frames.append(frame)
    try:
        try:
            if isinstance(closure.node, gast.Lambda):
                from transforms.lower.expressions import evaluate

                result = evaluate(lo, closure.node.body)
            else:
                statements.execute(lo, [*closure.node.body, statements.IMPLICIT_RETURN])
                result = frame.result
        except Raised:
            result = GONE
        result = close(lo, mark, result)
    finally:
        lo.frames.pop()
        lo.loc = saved
    if frame.exits.get("raise") == TRUE:
        lo.frame.exits["raise"] = TRUE
    if result is GONE:
        raise Raised
    if lo.tries:
        reopen(lo)
    return Const(None) if result is UNDEFINED else result


def bind_arguments(lo: Lowering, closure: Closure, args: tuple, kwargs: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a call by Python's rules."""
    spec = closure.node.args
    positional = [a.id for a in (*spec.posonlyargs, *spec.args)]
    bound: dict[str, Any] = dict(zip(positional, args, strict=False))
    extra = args[len(positional) :]
    if spec.vararg is not None:
        bound[spec.vararg.id] = tuple(extra)
    elif extra:
        lo.refuse(f"{closure.name} takes {len(positional)} positional arguments but {len(args)} are given")
    rest = {}
    only_positional = {a.id for a in spec.posonlyargs}
    for name, value in kwargs.items():
        if name in parameters(spec) and name not in only_positional and name not in bound:
            bound[name] = value
        elif spec.kwarg is not None:
            rest[name] = value
        else:
            lo.refuse(f"{closure.name} has no parameter {name} left to bind")
    for name, value in zip(reversed(positional), reversed(closure.defaults), strict=False):
        bound.setdefault(name, value)
    for name, value in closure.kwdefaults.items():
        bound.setdefault(name, value)
    if spec.kwarg is not None:
        bound[spec.kwarg.id] = lo.new(dict, rest)
    for name in (*positional, *(a.id for a in spec.kwonlyargs)):
        if name not in bound:
            lo.refuse(f"{closure.name} is called without its argument {name}")
    return bound


# -- rule templates ----------------------------------------------------------------------------------------------------


@functools.cache
def _template_closure(fn: Any) -> Closure:
    found = source.find(fn)
    defaults = tuple(map(_constant, fn.__defaults__ or ()))
    kwdefaults = {k: _constant(v) for k, v in (fn.__kwdefaults__ or {}).items()}
    cells = dict(zip(fn.__code__.co_freevars, fn.__closure__ or (), strict=True))
    return Closure(found.node, found, fn.__globals__, cells, defaults, kwdefaults, None, fn)


def _constant(value: Any) -> Any:
    return tuple(map(_constant, value)) if isinstance(value, tuple) else Const(value)


def call_template(lo: Lowering, fn: Callable[..., Any], args: tuple, kwargs: dict[str, Any]) -> Any:
    """Follow a rule's template: the user's line stays the place of all that it emits."""
    frame = enter(lo, _template_closure(fn), args, kwargs)
    frame.rule, frame.entry = True, lo.block
    return run(lo, frame)


def signature_position(fn: Any, keyword: str) -> int | None:
    """The position of a keyword argument in a callable's signature, if it has one."""
    try:
        names = list(inspect.signature(fn).parameters)
    except (TypeError, ValueError):
        return None
    return names.index(keyword) if keyword in names else None


__all__ = ["call", "closure_of", "make_closure", "Loc", "Partial"]
