"""The shapes of results: what the axes of an operation's result have to do with those of its operands.

    np.sum(x, axis=0)       Dims(n, m)  ->  Dims(m)            x[1:-1]      Dims(n)  ->  Dims(Less(n, 2))
    w @ x                   Dims(n, m), Dims(m)  ->  Dims(n)   x[:, None]   Dims(n)  ->  Dims(n, 1)

Only what is surely so is said; of everything else the result has a shape of its own.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from tensor import registry, runtime
from tensor.attributes import Method, attribute
from transforms import ir
from transforms.ir import Const, Var
from transforms.shapes import Dims, Less, Value, broadcast, dims, less, meet

NONE, FALSE, LAST = Const(None), Const(False), Const(-1)


def infer(fn: Any, out: Var, args: tuple, kwargs: dict[str, Any], extents: dict[int, Any]) -> Any:
    """The shape of `out = fn(*args, **kwargs)`, or None where nothing is known of it.

    `extents` holds the token of each whole number that is the extent of an axis.
    """
    if not out.kind.numeric or out.kind.scalar or out.kind.ndim is None:
        return None
    rule = registry.lookup(fn)
    try:
        if rule is not None and rule.elementwise or fn in COMPARISONS:
            found = None if kwargs.keys() - {"where", "dtype"} else broadcast(*map(dims, (*args, *_masks(kwargs))))
        else:
            handler = HANDLERS.get(fn.name if isinstance(fn, Method) else fn)
            found = handler(extents, *args, **kwargs) if handler is not None else None
    except TypeError:  # a call in a form that the handler does not know
        return None
    if found is None or len(found) != out.kind.ndim:
        return None
    return Dims((out.serial, axis) if dim is None else dim for axis, dim in enumerate(found))


def _masks(kwargs: dict[str, Any]) -> list[Any]:
    return [kwargs["where"]] if "where" in kwargs and kwargs["where"] != Const(True) else []


def by_example(fn: Any, out: Var, args: tuple, kwargs: dict[str, Any]) -> Dims | None:
    """The shape of a result whose operands have known shapes: that of the same call on zeros."""
    if fn not in BY_SHAPES or not out.kind.numeric or out.kind.scalar:
        return None

    def example(operand: Any) -> Any:
        if isinstance(operand, Const):
            return operand.value
        if isinstance(operand, (tuple, list)):
            return type(operand)(map(example, operand))
        found = dims(operand)
        if found is None or not operand.kind.continuous or not all(isinstance(dim, int) for dim in found):
            raise TypeError
        return np.zeros(found, operand.kind.dtype)

    try:
        return Dims(np.shape(fn(*map(example, args), **{k: example(v) for k, v in kwargs.items()})))
    except Exception:  # it raises, or not all of the shapes are known
        return None


def number(operand: Any) -> int | None:
    """A whole number that is known when deriving."""
    value = operand.value if isinstance(operand, Const) else None
    return int(value) if isinstance(value, (int, np.integer)) and not isinstance(value, bool) else None


def given(shape: Any, extents: dict[int, Any]) -> Dims | None:
    """The tokens of a shape that is an operand."""
    if whole(shape) is not None:
        return whole(shape)
    if isinstance(shape, Const) and isinstance(shape.value, tuple):
        return Dims(shape.value)
    axes = shape if isinstance(shape, (tuple, list)) else (shape,)
    found = [_extent(axis, extents) for axis in axes]
    return None if any(dim is None for dim in found) else Dims(-1 if dim == -1 else dim for dim in found)


def whole(shape: Any) -> Dims | None:
    """The tokens of the shape of an array, as one operand."""
    known = isinstance(shape, Var) and isinstance(shape.shape, tuple) and shape.shape[:1] == ("shape of",)
    return shape.shape[1] if known else None


def _extent(operand: Any, extents: dict[int, Any]) -> Any:
    known = number(operand)
    if known is not None:
        return known
    if isinstance(operand, Var) and operand.kind.scalar and operand.kind.dtype in "lqiI":
        return extents.get(operand.serial, Value(operand.serial))
    return None


def _like(extents: Any, a: Any, *rest: Any, shape: Any = None, **kwargs: Any) -> Any:
    return dims(a) if len(rest) < 4 and (shape is None or shape == NONE) else None


def _along(extents: Any, a: Any, axis: Any = LAST, *rest: Any, **kwargs: Any) -> Any:
    """Functions that keep the shape, but flatten where the axis is None."""
    found = dims(a)
    return found if found is not None and (len(found) == 1 or number(axis) is not None) else None


def _running(extents: Any, a: Any, axis: Any = NONE, *rest: Any, **kwargs: Any) -> Any:
    return _along(extents, a, axis)


def _made(extents: Any, shape: Any, *rest: Any, **kwargs: Any) -> Any:
    return given(shape, extents)


def _spread(extents: Any, a: Any, shape: Any, *rest: Any, **kwargs: Any) -> Any:
    return given(shape, extents)


def _reshaped(extents: Any, a: Any, shape: Any, *rest: Any, **kwargs: Any) -> Any:
    """An extent of -1 is what is left: a number that is computed may be that."""
    found = given(shape, extents)
    if found is None or whole(shape) is not None:
        return found
    return Dims(None if dim == -1 or isinstance(dim, (Less, Value)) else dim for dim in found)


def _item(extents: Any, a: Any, index: Any) -> Any:
    """Basic indexing: numbers, slices, None and one Ellipsis."""
    found = dims(a)
    items = index if isinstance(index, tuple) else (index,)
    if found is None or not all(_basic(item) for item in items):
        return None
    taken = sum(1 for item in items if item not in (NONE, Const(Ellipsis)))
    if taken > len(found):
        return None
    if Const(Ellipsis) not in items:
        items = (*items, Const(Ellipsis))
    left, result = list(found), []
    rest = len(found) - taken
    for item in items:
        if item == NONE:
            result.append(1)
        elif item == Const(Ellipsis):
            result.extend(left.pop(0) for _ in range(rest))
        elif isinstance(item, ir.Slice):
            result.append(_sliced(left.pop(0), item))
        else:
            left.pop(0)
    return Dims(result)


def _basic(item: Any) -> bool:
    if isinstance(item, ir.Slice) or item in (NONE, Const(Ellipsis)):
        return True
    return number(item) is not None or isinstance(item, Var) and item.kind.scalar and item.kind.dtype in "lqiI"


def _sliced(dim: Any, item: ir.Slice) -> Any:
    """The extent that a slice leaves."""
    parts = (item.start, item.stop, item.step)
    if any(part != NONE and number(part) is None for part in parts):
        return None
    start, stop, step = map(number, parts)
    if isinstance(dim, int):
        return len(range(*slice(start, stop, step).indices(dim)))
    if step == -1 and start is None and stop is None:
        return dim
    if step not in (None, 1) or start is not None and start < 0 or stop is not None and stop >= 0:
        return None
    cut = (start or 0) - (stop or 0)
    return less(dim, cut) if cut else dim


def _expanded(extents: Any, a: Any, axis: Any) -> Any:
    found, places = dims(a), axis if isinstance(axis, tuple) else (axis,)
    known = [number(place) for place in places]
    if found is None or None in known:
        return None
    rank = len(found) + len(known)
    left = iter(found)
    new = {place % rank for place in known if place is not None}
    return Dims(1 if position in new else next(left) for position in range(rank))


def _transposed(extents: Any, a: Any, axes: Any = NONE) -> Any:
    found = dims(a)
    if found is None:
        return None
    if axes == NONE:
        return Dims(reversed(found))
    order = [number(axis) for axis in axes] if isinstance(axes, tuple) else [None]
    return None if None in order else Dims(found[axis] for axis in order)  # type: ignore[index]


def _swapped(extents: Any, a: Any, first: Any, second: Any) -> Any:
    found, i, j = dims(a), number(first), number(second)
    if found is None or i is None or j is None:
        return None
    axes = list(found)
    axes[i], axes[j] = axes[j], axes[i]
    return Dims(axes)


def _reduced(extents: Any, a: Any, axis: Any = NONE, *rest: Any, keepdims: Any = FALSE, **kwargs: Any) -> Any:
    """Reductions: axes go, or shrink to 1."""
    found = dims(a)
    if found is None or rest and rest != (NONE,) * len(rest) or not isinstance(keepdims, Const):
        return None
    if axis == NONE:
        gone = set(range(len(found)))
    else:
        known = [number(place) for place in (axis if isinstance(axis, tuple) else (axis,))]
        if None in known:
            return None
        gone = {place % len(found) for place in known if place is not None}
    if keepdims.value:
        return Dims(1 if i in gone else dim for i, dim in enumerate(found))
    return Dims(dim for i, dim in enumerate(found) if i not in gone)


def _product(extents: Any, a: Any, b: Any) -> Any:
    """Matrix products of vectors and matrices, and of stacks of equal shape."""
    first, second = dims(a), dims(b)
    if first is None or second is None or not first or not second:
        return None
    if len(second) == 1:
        return Dims(first[:-1])
    if len(first) == 1:
        return Dims((*second[:-2], second[-1]))
    stack = broadcast(Dims(first[:-2]), Dims(second[:-2]))
    return None if stack is None else Dims((*stack, first[-2], second[-1]))


def _dot(extents: Any, a: Any, b: Any) -> Any:
    first, second = dims(a), dims(b)
    if first is None or second is None or len(first) > 2 or len(second) > 2:
        return None
    return _product(extents, a, b)


def _outer(extents: Any, a: Any, b: Any) -> Any:
    first, second = dims(a), dims(b)
    if first is None or second is None or len(first) != 1 or len(second) != 1:
        return None
    return Dims((first[0], second[0]))


def _einsum(extents: Any, subscripts: Any, *operands: Any, **kwargs: Any) -> Any:
    """Each letter has one extent; where operands give it two tokens nothing is known."""
    given_text = subscripts.value if isinstance(subscripts, Const) else None
    text = given_text.replace(" ", "") if isinstance(given_text, str) else ""
    if "->" not in text or "." in text or kwargs.keys() - {"optimize"}:
        return None
    inputs, output = text.split("->")
    tokens: dict[str, list[Any]] = {}
    for term, operand in zip(inputs.split(","), operands, strict=True):
        found = dims(operand)
        if found is None or len(found) != len(term):
            return None
        for letter, dim in zip(term, found, strict=True):
            tokens.setdefault(letter, []).append(dim)
    return Dims(meet(tokens[letter]) for letter in output)


def _as_second(extents: Any, bar: Any, x: Any) -> Any:
    return given(x, extents) if isinstance(x, Var) and x.kind.type is tuple else dims(x)


COMPARISONS = {operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne}
LIKE = {np.zeros_like, np.ones_like, np.empty_like, np.full_like, np.copy, np.asarray, np.real, np.imag}
ALONG = {np.sort, np.flip}
RUNNING = {np.cumsum, np.cumprod, np.roll}
# functions whose result has a shape that follows from the shapes of arrays of numbers and from constants
BY_SHAPES = {
    np.append, np.array_split, np.column_stack, np.concatenate, np.convolve, np.cross, np.delete, np.diag, np.diagonal,
    np.diff, np.hstack, np.insert, np.kron, np.moveaxis, np.pad, np.ravel, np.repeat, np.squeeze, np.stack,
    np.tensordot, np.tile, np.tril, np.triu, np.vstack, np.flipud, np.fliplr, np.linalg.inv, np.linalg.cholesky,
    np.linalg.solve, np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.irfft, np.array,
}  # fmt: skip
REDUCTIONS = {
    np.sum, np.mean, np.max, np.min, np.amax, np.amin, np.prod, np.std, np.var, np.any, np.all, np.argmax, np.argmin,
    np.nansum, np.nanmean, np.nanmax, np.nanmin, np.median,
}  # fmt: skip
HANDLERS: dict[Any, Callable[..., Any]] = {
    **dict.fromkeys(LIKE, _like),
    **dict.fromkeys(ALONG, _along),
    **dict.fromkeys(REDUCTIONS, _reduced),
    **dict.fromkeys((np.zeros, np.ones, np.empty, np.full), _made),
    np.cumsum: _running,
    np.cumprod: _running,
    np.roll: lambda extents, a, *rest, **kwargs: dims(a),
    np.broadcast_to: _spread,
    np.reshape: _reshaped,
    operator.getitem: _item,
    np.expand_dims: _expanded,
    np.transpose: _transposed,
    attribute("T"): lambda extents, a: _transposed(extents, a),
    np.swapaxes: _swapped,
    operator.matmul: _product,
    np.matmul: _product,
    np.dot: _dot,
    np.outer: _outer,
    np.einsum: _einsum,
    runtime.unbroadcast: _as_second,
    runtime.broadcast_like: _as_second,
    "astype": _like,
    "copy": _like,
}
