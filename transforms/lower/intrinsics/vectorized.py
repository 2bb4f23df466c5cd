"""Lowering of np.vectorize: a loop over the items of the broadcast arrays, which calls the user's function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tensor.attributes import method
from transforms import ir, kinds
from transforms.analyse.memory import CHECKS
from transforms.lower import integers
from transforms.lower.calls import calling, existing, following
from transforms.lower.containers import making, reading, unpacking, writing
from transforms.lower.loops import bodies, iterating
from transforms.lower.objects import attributes
from transforms.lower.operations import raise_
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Const, Iter, Partial, Ref, Var


def vectorize_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """`np.vectorize(f, ...)`, or without a function the decorator of one."""
    names = ("pyfunc", "otypes", "doc", "excluded", "cache", "signature")
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    if "pyfunc" not in given:
        return Partial(Const(np.vectorize), (), given)
    signature, excluded = given.get("signature", Const(None)), given.get("excluded", Const(None))
    if signature != Const(None):
        return lo.refuse("np.vectorize with a signature is not followed", "write a loop over the rows")
    if isinstance(excluded, Ref):
        excluded = tuple(unpacking.spread(lo, excluded))
    left_out = () if excluded == Const(None) else tuple(item.value for item in excluded)
    options = (given.get("otypes", Const(None)), Const(left_out), given.get("cache", Const(False)))
    return Partial(Const(vectorized), (given["pyfunc"], *options), {})


def known_vectorize(lo: Lowering, fn: np.vectorize, args: tuple, kwargs: dict[str, Any], node: Any) -> Any:
    """A call of what np.vectorize has made outside."""
    if fn.signature is not None:
        return lo.refuse("np.vectorize with a signature is not followed", "write a loop over the rows")
    pyfunc = attributes.get_attribute(lo, Const(fn), "pyfunc")
    options = (Const(fn.otypes), Const(tuple(fn.excluded)), Const(fn.cache))
    return call_vectorized(lo, (pyfunc, *options, *args), kwargs, node)


def vectorized(pyfunc: Any, otypes: Any, excluded: Any, cache: Any, *args: Any, **kwargs: Any) -> Any:
    """What `np.vectorize(pyfunc, ...)(*args, **kwargs)` gives."""
    return np.vectorize(pyfunc, otypes, None, excluded, cache)(*args, **kwargs)


def call_vectorized(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """The loop.  Without `otypes` a first call, on the first items, says of which types the results are."""
    pyfunc, otypes, excluded, cache, *given = args
    call, values = over_items(lo, pyfunc, given, kwargs, excluded.value, node)
    if not values:
        return call(())
    arrays = tuple(array_of(lo, value) for value in values)
    if len(arrays) > 1:
        arrays = unpacking.spread(lo, existing.call_known(lo, np.broadcast_arrays, arrays, {}, node))
    line = all(array.kind.ndim == 1 for array in arrays)
    flats = arrays if line else tuple(lo.apply(np.reshape, array, Const(-1)) for array in arrays)
    count, first = lo.apply(len, flats[0]), None
    if otypes == Const(None):
        following.call_template(lo, some_items, (count,), {})
    mark, heap = len(lo.block.stmts), dict(lo.heap)
    if otypes == Const(None):
        first = call(tuple(reading.get_item(lo, flat, Const(0)) for flat in flats))
        dtypes = [result_type(lo, item) for item in parts(first)]
    else:
        dtypes = given_types(lo, otypes)
    made = tuple(lo.apply(np.empty, count, dtype=Const(dtype)) for dtype in dtypes)
    kept = first is not None and cache == Const(True)
    if kept:
        put(lo, made, Const(0), first)
    trip = lambda i: put(lo, made, i, call(tuple(item(lo, flat, i) for flat in flats)))  # noqa: E731
    iterating.iterate(lo, Iter("range", (Const(int(kept)), count, Const(1))), bodies.in_frame(lo, lo.frame, trip), node)
    if not all(array.kind.ndim in (0, 1) for array in arrays) and changes(lo, mark, heap, made):
        lo.refuse(
            "np.vectorize of a function that changes something goes over the items as they lie in memory: "
            "this is not followed for several axes",
            "write a loop over the items",
        )
    shape = () if line else attributes.get_attribute(lo, arrays[0], "shape")
    shaped = made if line else tuple(lo.apply(np.reshape, array, shape) for array in made)
    return shaped if isinstance(first, tuple) or len(made) > 1 else shaped[0]


def over_items(
    lo: Lowering, pyfunc: Any, given: list[Any], kwargs: dict[str, Any], excluded: tuple, node: Any
) -> tuple[Callable[[tuple], Any], list[Any]]:
    """The function of one tuple of items, and the arguments that the items are taken from."""
    places = [i for i in range(len(given)) if i not in excluded]
    names = [name for name in kwargs if name not in excluded]

    def call(items: tuple) -> Any:
        placed = dict(zip(places, items, strict=False))
        named = dict(zip(names, items[len(places) :], strict=True))
        positional = tuple(placed.get(i, value) for i, value in enumerate(given))
        return calling.call(lo, pyfunc, positional, {**kwargs, **named}, node)

    return call, [*(given[i] for i in places), *(kwargs[name] for name in names)]


def array_of(lo: Lowering, value: Any) -> Any:
    known = isinstance(value, Var) and value.kind.base == "array"
    return value if known else lo.apply(np.asarray, making.realised(lo, value))


def item(lo: Lowering, flat: Any, i: Any) -> Any:
    """An item as the array of Python objects holds it that NumPy makes: a number of Python's own types."""
    return lo.apply(method("item"), reading.get_item(lo, flat, i))


def parts(result: Any) -> tuple:
    return result if isinstance(result, tuple) else (result,)


def result_type(lo: Lowering, value: Any) -> np.dtype:
    """The dtype of the array of such results; that none is an int where a float was seen is checked when run."""
    kind = value.kind if isinstance(value, Var) else kinds.kind_of(value.value) if isinstance(value, Const) else None
    if not isinstance(kind, kinds.Kind) or not kind.scalar:
        return lo.refuse("np.vectorize of a function whose results are no numbers is not followed")
    integers.check(lo, value)
    return np.dtype(kind.dtype)


def given_types(lo: Lowering, otypes: Any) -> list[np.dtype]:
    """The dtypes that `otypes` names."""
    named = otypes.value if isinstance(otypes, Const) else [item.value for item in unpacking.spread(lo, otypes)]
    dtypes = [np.dtype(name) for name in named]
    if any(dtype.char not in np.typecodes["AllFloat"] + np.typecodes["AllInteger"] + "?" for dtype in dtypes):
        return lo.refuse("np.vectorize with results that are no numbers is not followed")
    return dtypes


def put(lo: Lowering, made: tuple, i: Any, result: Any) -> None:
    """Write the results of one call where they belong."""
    found = parts(result)
    if len(found) != len(made):
        lo.refuse("the function gives another number of results than np.vectorize has seen first")
    for array, value in zip(made, found, strict=True):
        if not isinstance(value, Const) and not (isinstance(value, Var) and value.kind.scalar):
            lo.refuse("np.vectorize of a function whose results are no numbers is not followed")
        if isinstance(value, Var) and value.kind.complex and not array.kind.complex:
            lo.refuse("np.vectorize of a function with complex results into real ones is not followed")
        writing.set_item(lo, array, i, value)


def changes(lo: Lowering, mark: int, heap: dict, made: tuple) -> bool:
    """Whether the calls have done anything but compute their results."""
    own = {array.region for array in made}
    written = (
        stmt
        for outer in lo.block.stmts[mark:]
        for stmt in (outer, *(s for block in ir.blocks(outer) for s in ir.walk(block)))
        if isinstance(stmt, (ir.Store, ir.Apply))
    )
    return any(not unchanged(lo.heap.get(key), content) for key, content in heap.items()) or any(
        stmt.target.region not in own if isinstance(stmt, ir.Store) else stmt.effect and stmt.fn not in HARMLESS
        for stmt in written
    )


def unchanged(a: Any, b: Any) -> bool:
    """Whether the content of an object is what it was."""
    if type(a) is tuple and type(b) is tuple and len(a) == len(b):
        return all(map(unchanged, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(unchanged(a[k], b[k]) for k in a)
    return a is b


def some_items(count: Any) -> None:
    """Raise what NumPy raises for empty arrays: no first call can be made."""
    if count == 0:
        raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")


HARMLESS = {*CHECKS, raise_}
HANDLERS: dict[Any, Callable[..., Any]] = {np.vectorize: vectorize_, vectorized: call_vectorized}
