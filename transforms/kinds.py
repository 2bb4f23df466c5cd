"""Kinds: what is known of a value's type when deriving, and what an operation makes of kinds.

A `Kind` is read off actual arguments (`kind_of`).  What a pure function returns for given kinds is found by calling it
once on tiny exemplars of those kinds (`infer`): the type, dtype and rank that NumPy gives are the specification, and no
table of them has to be kept.  Shapes are never part of a kind; a rank of None means a number or an array of any rank.
"""

from __future__ import annotations

import bisect
import operator
import warnings
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from tensor import runtime
from transforms import ir

PYTHON_NUMBERS = {float: "d", int: "l", bool: "?", complex: "D"}


class Kind:
    """base: "number", "array", "list", "object"; dtype: NumPy's character; ndim: rank (None: any, even a number, or
    none at all); python: a number of Python's own types; item: tree of kinds of a list's items; type: an object's type.

    numeric: a number or an array; continuous: real or complex, a value that can carry a derivative; scalar: a number;
    rank_known: a number, or an array of so many axes; memory: it can be written in place, so that two names for it
    share what is written; type_unknown: anything at all.  What is unknown is neither a number nor an array: these say
    what is sure, and `may_be_number` what cannot be excluded.  Kinds are values; those of numbers and arrays are one
    object each.
    """

    __slots__ = (
        "base", "complex", "continuous", "dtype", "item", "may_be_number", "memory", "ndim", "numeric", "python",
        "rank_known", "scalar", "type", "type_unknown",
    )  # fmt: skip

    base: str
    dtype: str
    ndim: int | None
    python: bool
    item: Any
    type: Any
    numeric: bool
    continuous: bool
    complex: bool
    scalar: bool
    rank_known: bool
    may_be_number: bool
    memory: bool
    type_unknown: bool

    def __new__(
        cls,
        base: str,
        dtype: str = "",
        ndim: int | None = None,
        python: bool = False,
        item: Any = None,
        type: Any = None,
    ) -> Kind:
        plain = item is None and type is None
        found = _plain.get((base, dtype, ndim, python)) if plain else None
        if found is None:
            found = object.__new__(cls)
            found.base, found.dtype, found.ndim, found.python, found.item, found.type = (
                base, dtype, ndim, python, item, type
            )  # fmt: skip
            found.scalar = base == "number"
            found.numeric = found.scalar or base == "array"
            found.memory = base in ("array", "list")
            found.complex = found.numeric and dtype in "FDG"
            found.continuous = found.numeric and dtype in "efdgFDG"
            found.type_unknown = base == "object" and type is None
            found.rank_known = found.numeric and ndim is not None
            found.may_be_number = found.scalar or found.type_unknown or found.numeric and ndim is None
            if plain:
                _plain[base, dtype, ndim, python] = found
        return found

    def fields(self) -> tuple[Any, ...]:
        return self.base, self.dtype, self.ndim, self.python, self.item, self.type

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Kind) or self.item is self.type is other.item is other.type:  # None, all of them
            return False
        return self.fields() == other.fields()

    def __hash__(self) -> int:
        return hash((self.base, self.dtype, self.ndim, self.type))

    def __repr__(self) -> str:
        return f"Kind{self.fields()}"


_plain: dict[Any, Kind] = {}
FLOAT = Kind("number", "d", 0, True)
INT = Kind("number", "l", 0, True)
BOOL = Kind("number", "?", 0, True)
OBJECT = Kind("object")
NONE = Kind("object", type=type(None))
NUMERIC = Kind("array", "d", None)  # a real number, or an array of any rank


def kind_of(value: Any) -> Any:
    """The kind of an actual value; a tuple gives the tuple of its items' kinds."""
    cls = type(value)
    if cls in PYTHON_NUMBERS:
        return Kind("number", PYTHON_NUMBERS[cls], 0, True)
    if isinstance(value, np.ndarray) or cls.__module__.split(".")[0] == "cupy" and hasattr(value, "dtype"):
        if cls in (np.ndarray,) or cls.__name__ == "ndarray":
            return Kind("array", value.dtype.char, value.ndim)
        return Kind("object", type=cls)
    if isinstance(value, np.generic):
        return Kind("number", value.dtype.char, 0)
    if isinstance(value, tuple) and hasattr(cls, "_fields"):
        return cls(*map(kind_of, value))
    if cls is tuple:
        return tuple(kind_of(v) for v in value)
    if cls is list:
        return list_kind(value)
    if isinstance(value, np.dtype) and value.char in np.typecodes["All"]:
        return Kind("object", type=np.dtype, item=value.char)
    return Kind("object", type=cls)


def list_kind(values: list) -> Kind:
    """The kind of a list, with its items' common kind where they have one."""
    item = None
    for value in values:
        kind = kind_of(value)
        item = kind if item is None else join(item, kind)
        if item is None:
            return Kind("object", type=list)
    return Kind("list", item=item)


def join(a: Any, b: Any) -> Any:
    """The least kind that covers both, or None."""
    if a == b:
        return a
    if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        items = tuple(join(x, y) for x, y in zip(a, b, strict=True))
        return None if None in items else items
    if isinstance(a, tuple) or isinstance(b, tuple) or not (a.numeric and b.numeric):
        if not isinstance(a, tuple) and not isinstance(b, tuple) and "object" in (a.base, b.base):
            return OBJECT
        if not isinstance(a, tuple) and not isinstance(b, tuple) and a.base == b.base == "list":
            item = b.item if a.item is None else a.item if b.item is None else join(a.item, b.item)
            return Kind("list", item=item) if item is not None or a.item is b.item else None
        return None
    dtype = promoted(a, b)
    if a.ndim == b.ndim and a.base == b.base:
        return Kind(a.base, dtype, a.ndim, a.python and b.python)
    return Kind("array", dtype, None)


def promoted(a: Kind, b: Kind) -> str:
    if a.dtype == b.dtype:
        return a.dtype
    if not a.dtype or not b.dtype:
        return a.dtype or b.dtype
    return np.promote_types(a.dtype, b.dtype).char


# -- exemplars ---------------------------------------------------------------------------------------------------------

# (array extent, integer, real): tried in turn until the function accepts them
TRIALS = (
    (2, 1, 1.25),
    (2, 0, 1.25),
    (1, 1, 1.25),
    (1, 0, 1.25),
    (3, 1, 0.5),
    (3, 2, 1.25),
    (4, 1, 0.5),
    (6, 1, 1.25),
    (1, 2, 0.5),
)


class Unknown(Exception):
    """The kinds do not say enough to make an exemplar."""


def exemplar(kind: Any, extent: int, integer: int, real: float) -> Any:
    """A small value of the kind."""
    if isinstance(kind, tuple):
        return tuple(exemplar(k, extent, integer, real) for k in kind)
    if kind.base == "list":
        if kind.item is None:
            return []
        return [exemplar(kind.item, extent, integer, real) for _ in range(extent)]
    if kind.type is np.dtype and isinstance(kind.item, str):
        return np.dtype(kind.item)
    if kind.type is tuple and isinstance(kind.item, int):
        return (extent,) * kind.item
    if not kind.numeric or kind.ndim is None or not kind.dtype:
        raise Unknown
    number = integer if kind.dtype in "bhilqpBHILQPnN" else True if kind.dtype == "?" else real
    if kind.python:
        return complex(number) if kind.dtype == "D" else float(number) if kind.dtype == "d" else number
    if kind.base == "number":
        return np.dtype(kind.dtype).type(number)
    array = np.full((extent,) * kind.ndim, number, dtype=kind.dtype)
    if kind.ndim == 2:  # positive definite, so that solvers and factorisations accept it
        array = array * 0.25 + np.eye(extent, dtype=kind.dtype) if kind.dtype in "fdgFDG" else array
        array = array.astype(kind.dtype)
    return array


def example(operand: Any, extent: int, integer: int, real: float, as_index: bool) -> Any:
    """The exemplar of an operand tree."""
    if isinstance(operand, ir.Var):
        return exemplar(operand.kind, extent, integer, real)
    if isinstance(operand, ir.Const):
        value = operand.value
        if type(value) is int and (as_index or abs(value) > 3):
            return min(max(value, -1), 0) if as_index else 2
        return value
    if isinstance(operand, ir.Slice):
        return slice(None)
    if isinstance(operand, tuple) and hasattr(operand, "_fields"):
        return type(operand)(*(example(o, extent, integer, real, as_index) for o in operand))
    if isinstance(operand, (tuple, list)):
        return type(operand)(example(o, extent, integer, real, as_index) for o in operand)
    if isinstance(operand, dict):
        return {key: example(o, extent, integer, real, as_index) for key, o in operand.items()}
    raise Unknown


@dataclass(eq=False, repr=False)
class Inferred:
    """The kind tree of a result, and the positions of the arguments whose memory it shares."""

    kind: Any
    shares: tuple[int, ...]
    value: Any = None


def infer(fn: Any, args: tuple, kwargs: dict[str, Any]) -> Inferred | None:
    """What `fn` returns for operands of these kinds, or None where that cannot be known."""
    key = (id(fn), _key(args), _key(kwargs) if kwargs else None)
    found = _seen.get(key)
    if found is None:
        if len(_seen) > 20_000:
            _seen.clear()
        found = _seen[key] = (_infer(fn, args, kwargs), (fn, args, kwargs))
    return found[0]


_seen: dict[Any, tuple[Inferred | None, Any]] = {}


def _key(tree: Any) -> Any:
    """What `infer` sees of an operand tree."""
    cls = type(tree)
    if cls is ir.Var:
        return tree.kind
    if cls is ir.Const:
        value = tree.value
        return (type(value), value) if isinstance(value, ir.LITERALS) else ("id", id(value))
    if cls is ir.Slice:
        return "slice"
    if isinstance(tree, (tuple, list)):
        return (cls, *[_key(t) for t in tree])
    if isinstance(tree, dict):
        return tuple([(k, _key(v)) for k, v in tree.items()])
    return ("str", tree) if isinstance(tree, str) else ("fn", id(tree))


def _infer(fn: Any, args: tuple, kwargs: dict[str, Any]) -> Inferred | None:
    known = SPECIAL.get(fn)
    if known is not None:
        found = known(*args, **kwargs)
        if found is not None:
            return found
    as_index = fn is operator.getitem
    for extent, integer, real in TRIALS:
        try:
            given = [example(a, extent, integer, real, as_index and i == 1) for i, a in enumerate(args)]
            named = {k: example(v, extent, integer, real, False) for k, v in kwargs.items()}
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                value = fn(*given, **named)
        except Unknown:
            return None
        except Exception:
            continue
        if value is NotImplemented:
            continue
        return Inferred(kind_of(value), _shared(value, given), value)
    return None


def _shared(value: Any, given: list[Any]) -> tuple[int, ...]:
    outs = [v for v in (value if isinstance(value, (tuple, list)) else [value]) if isinstance(v, np.ndarray)]
    return tuple(
        i
        for i, arg in enumerate(given)
        if any(isinstance(arg, np.ndarray) and np.may_share_memory(out, arg) and out.size for out in outs)
    )


# -- results that exemplars cannot show --------------------------------------------------------------------------------


def _rank_of_shape(shape: Any) -> int | None:
    """How many axes a shape operand has."""
    if isinstance(shape, (tuple, list)):
        return len(shape)
    if isinstance(shape, ir.Const):
        return 1 if isinstance(shape.value, int) else len(shape.value) if isinstance(shape.value, tuple) else None
    if isinstance(shape, ir.Var) and shape.kind.scalar:
        return 1
    if isinstance(shape, ir.Var) and isinstance(shape.kind.item, int):
        return shape.kind.item
    return None


def _dtype_of(operand: Any) -> str:
    kind = operand.kind if isinstance(operand, ir.Var) else kind_of(getattr(operand, "value", None))
    return kind.dtype if isinstance(kind, Kind) and kind.numeric else "d"


def _reshape(a: Any, shape: Any = None, *rest: Any, **kwargs: Any) -> Inferred | None:
    rank = _rank_of_shape(shape if shape is not None else kwargs.get("newshape"))
    return Inferred(Kind("array", _dtype_of(a), rank), (0,))


def _broadcast_to(a: Any, shape: Any, **kwargs: Any) -> Inferred:
    return Inferred(Kind("array", _dtype_of(a), _rank_of_shape(shape)), (0,))


def _squeeze(a: Any, axis: Any = None) -> Inferred | None:
    if axis is None:
        return Inferred(Kind("array", _dtype_of(a), None), (0,))
    return None


def _ravel(a: Any, *rest: Any, **kwargs: Any) -> Inferred:
    return Inferred(Kind("array", _dtype_of(a), 1), (0,))


def _cross(a: Any, b: Any, *rest: Any, **kwargs: Any) -> Inferred | None:
    """The rank for vectors of three entries."""
    kinds_ = [o.kind if isinstance(o, ir.Var) else kind_of(getattr(o, "value", None)) for o in (a, b)]
    if any(k.ndim is None for k in kinds_):
        return None
    return Inferred(Kind("array", promoted(*kinds_), max(k.ndim or 0 for k in kinds_)), ())


def _complex_result(fn: Any) -> Any:
    """Eigenvalues of a real matrix are real or complex, by its entries: complex covers both."""

    def inferred(a: Any, *rest: Any, **kwargs: Any) -> Inferred | None:
        if not isinstance(a, ir.Var) or a.kind.ndim is None:
            return None
        dtype = "F" if a.kind.dtype in "fF" else "D"
        values = Kind("array", dtype, 1 if fn is np.roots else a.kind.ndim - 1)
        if fn is not np.linalg.eig:
            return Inferred(values, ())
        return Inferred((values, Kind("array", dtype, a.kind.ndim)), ())

    return inferred


def _like_second(bar: Any, x: Any) -> Inferred | None:
    """The rank of the second operand: cotangents and tangents in the shape of their value."""
    if isinstance(x, ir.Var) and x.kind.type is tuple and isinstance(x.kind.item, int):
        return Inferred(Kind("array", _dtype_of(bar), x.kind.item), (0,))
    if not isinstance(x, ir.Var) or x.kind.ndim is None or not x.kind.numeric:
        return None
    return Inferred(Kind(x.kind.base, _dtype_of(bar), x.kind.ndim), (0,) if x.kind.base == "array" else ())


def _filled_like(a: Any, *rest: Any, dtype: Any = None, **kwargs: Any) -> Inferred | None:
    """An array of zeros in the shape of what is a number or an array of unknown rank."""
    from transforms import ir

    if not isinstance(a, ir.Var) or not a.kind.numeric or a.kind.ndim is not None or dtype is not None:
        return None
    return Inferred(Kind("array", a.kind.dtype, None), ())


def _whole(fn: Any) -> Any:
    """A reduction over all axes of what is a number or an array of unknown rank: as of a vector."""

    def inferred(a: Any, *rest: Any, **kwargs: Any) -> Inferred | None:
        from transforms import ir

        if rest or kwargs or not isinstance(a, ir.Var) or not a.kind.numeric or a.kind.ndim is not None:
            return None
        return _infer(fn, (ir.Var("", Kind("array", a.kind.dtype, 1)),), {})

    return inferred


REDUCTIONS = (np.sum, np.prod, np.mean, np.max, np.min, np.std, np.var, np.linalg.norm)
SPECIAL: dict[Any, Any] = {
    **{fn: _whole(fn) for fn in REDUCTIONS},
    np.zeros_like: _filled_like,
    np.ones_like: _filled_like,
    np.empty_like: _filled_like,
    np.full_like: _filled_like,
    runtime.unbroadcast: _like_second,
    runtime.broadcast_like: _like_second,
    runtime.strided_places: lambda x, shape, strides: Inferred(Kind("array", "l", _rank_of_shape(shape)), ()),
    np.cross: _cross,
    np.linalg.eig: _complex_result(np.linalg.eig),
    np.linalg.eigvals: _complex_result(np.linalg.eigvals),
    np.roots: _complex_result(np.roots),
    np.reshape: _reshape,
    np.broadcast_to: _broadcast_to,
    np.squeeze: _squeeze,
    np.ravel: _ravel,
}


@cache
def is_ufunc(fn: Any) -> bool:
    return isinstance(fn, np.ufunc) or type(fn).__name__ == "ufunc"


# results whose kind does not depend on the arguments
RESULTS = {
    len: INT,
    int: INT,
    hash: INT,
    bool: BOOL,
    isinstance: BOOL,
    operator.not_: BOOL,
    operator.is_: BOOL,
    operator.is_not: BOOL,
    operator.contains: BOOL,
    str: Kind("object", type=str),
    repr: Kind("object", type=str),
    format: Kind("object", type=str),
    np.size: INT,
    np.isscalar: BOOL,
    np.ndim: INT,
    bisect.bisect: INT,
    bisect.bisect_left: INT,
    bisect.bisect_right: INT,
}
