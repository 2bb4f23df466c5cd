"""The few helpers that emitted code may call.  Each is pure, short and self-contained, so that export can paste it.

They run on NumPy and CuPy arrays alike: nothing here creates an array except from one that it was given.
`STATIC` lists those that take and return integers, strings and tuples alone: they are evaluated when deriving.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np


class Refused(BaseException):
    """A refusal that could only come at run time, with its reason and perhaps a remedy.

    No `except Exception` of the user's swallows it.
    """

    def __str__(self) -> str:
        return ": ".join(self.args)


class ShapesDiffer(ValueError):
    """The shapes of the arguments agree in another way than those that a derivative was made for."""


def check_shapes(axes: str, *arrays: Any) -> None:
    """Check what a text takes for granted of shapes: "ij,jk,i1" names the axes of three arrays.

    Axes of the same letter have the same extent, that of an axis named 1 is 1, and nothing is said of those named _.
    """
    shapes = [array.shape for array in arrays]
    for first, axis, others in named_axes(axes):
        extent = shapes[first][axis] if first >= 0 else 1
        for array, place in others:
            if shapes[array][place] != extent:
                raise ShapesDiffer(f"this text was written for arrays whose shapes agree as in {axes!r}")


@functools.cache
def named_axes(axes: str) -> list[tuple[int, int, list[tuple[int, int]]]]:
    """For each letter in "ij,jk,i1" the array and axis where it stands first, and those of the same extent.

    >>> named_axes("ij,j1")
    [(-1, 0, [(1, 1)]), (0, 1, [(1, 0)])]
    """
    places: dict[str, list[tuple[int, int]]] = {"1": [(-1, 0)]}
    for array, letters in enumerate(axes.split(",")):
        for axis, letter in enumerate(letters):
            if letter != "_":
                places.setdefault(letter, []).append((array, axis))
    return [(*found[0], found[1:]) for found in places.values() if len(found) > 1]


def check_constants(given: tuple[Any, ...], expected: tuple[Any, ...]) -> None:
    """Check the whole numbers, and the shapes of the arrays, that a text was written for."""
    for value, wanted in zip(given, expected, strict=True):
        if (np.shape(value) if isinstance(wanted, tuple) else value) != wanted:
            raise ShapesDiffer(f"this text was written for {wanted}, not for {value}")


def check_key(key: Any, keys: tuple[Any, ...]) -> None:
    """Raise what a dict of these keys raises."""
    if key not in keys:
        raise KeyError(key)


def check_entries(array: Any, axis: int, start: int, stop: int, step: int = 1) -> None:
    """Raise what an index raises that is beyond an axis, if one of `range(start, stop, step)` is; a slice does not."""
    size, entries = array.shape[axis], range(start, stop, step)
    if entries and entries[-1] >= size:
        first = max(0, -((start - size) // step))
        raise IndexError(f"index {entries[first]} is out of bounds for axis {axis} with size {size}")


def unbroadcast(bar: Any, x: Any) -> Any:
    """Sum `bar` over the axes along which `x` was broadcast, so that it has the shape of `x` (or is of that shape)."""
    shape = x if type(x) is tuple else np.shape(x)
    if np.shape(bar) == shape:
        return bar
    extra = np.ndim(bar) - len(shape)
    if extra > 0:
        bar = np.add.reduce(bar, axis=tuple(range(extra)))
    axes = tuple(i for i, n in enumerate(shape) if extra >= 0 and n == 1 and np.shape(bar)[i] != 1)
    if axes:
        bar = np.add.reduce(bar, axis=axes, keepdims=True)
    if np.shape(bar) == shape:
        return bar
    if type(bar) is float and hasattr(x, "dtype"):
        bar = np.asarray(bar).astype(x.dtype)  # a Python float has no precision of its own
    return np.copy(np.broadcast_to(bar, shape))


# -- placing values into zeros --------------------------------------------------------------------


def add_at(a: Any, index: Any, g: Any) -> Any:
    """Add `g` to `a[index]` in place, once for each time that an entry is named, and return `a`."""
    items = index if type(index) is tuple else (index,)
    once = (int, slice, np.integer, type(None), type(Ellipsis))
    if all(isinstance(i, once) or getattr(i, "dtype", None) in (bool,) for i in items):
        a[index] += g
    else:
        np.add.at(a, index, g)
    return a


def scatter_like(a: Any, index: Any, g: Any) -> Any:
    """Zeros like `a` with `g` added at `index`, once for each time that an entry is named: `a[index]` transposed."""
    bar = np.zeros_like(a)
    items = index if type(index) is tuple else (index,)
    once = (int, slice, np.integer, type(None), type(Ellipsis))
    if all(isinstance(i, once) or getattr(i, "dtype", None) in (bool,) for i in items):
        bar[index] = g
    else:
        np.add.at(bar, index, g)
    return bar


def diagonal_like(a: Any, g: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Zeros like `a` with `g` on a diagonal: `np.diagonal(a, offset, axis1, axis2)` transposed."""
    bar = np.zeros_like(a)
    matrices = np.moveaxis(bar, (axis1, axis2), (-2, -1))
    row, column = max(-offset, 0), max(offset, 0)
    i = np.arange(max(min(matrices.shape[-2] - row, matrices.shape[-1] - column), 0))
    matrices[..., i + row, i + column] = g
    return bar


def spread_like(a: Any, subscripts: str, g: Any) -> Any:
    """Zeros like `a` with `g` on a diagonal: `np.einsum(subscripts, a)`, as in "iij->ij", transposed."""
    bar = np.zeros_like(a)
    mine, once = subscripts.split("->")
    places = {c: np.arange(a.shape[mine.index(c)]).reshape([-1 if d == c else 1 for d in once]) for c in once}
    bar[tuple(places[c] for c in mine)] = g
    return bar


def inserted_places(obj: Any, n: int, count: int) -> Any:
    """Where `np.insert(x, obj, values)` puts its `count` values, if `x` has `n` entries."""
    places = np.atleast_1d(np.arange(*obj.indices(n)) if isinstance(obj, slice) else obj)
    places = np.flatnonzero(places) if places.dtype == bool else np.where(places < 0, places + n, places)
    if places.size == 1:
        return places[0] + np.arange(count)
    places[np.argsort(places, kind="stable")] += np.arange(count)
    return places


# -- spectra --------------------------------------------------------------------


def fit_length(x: Any, n: int, axis: int = -1) -> Any:
    """`x` cut, or continued by zeros, to `n` entries along `axis`."""
    axis %= x.ndim
    if x.shape[axis] >= n:
        return x[(slice(None),) * axis + (slice(n),)]
    longer = np.zeros_like(x, shape=(*x.shape[:axis], n, *x.shape[axis + 1 :]))
    longer[(slice(None),) * axis + (slice(x.shape[axis]),)] = x
    return longer


def placed(x: Any, start: int, n: int) -> Any:
    """The vector `x` from place `start` on in a vector of `n` zeros."""
    longer = np.zeros_like(x, shape=n)
    longer[start : start + x.size] = x
    return longer


def double_interior(x: Any, n: int, axis: int = -1) -> Any:
    """Half a spectrum of `n` real values, doubled where a frequency also stands for its negative."""
    doubled = 2.0 * x
    ends = (0, -1) if n % 2 == 0 else (0,)
    for end in ends:
        index = (slice(None),) * (axis % x.ndim) + (end,)
        doubled[index] = x[index]
    return doubled


# -- sorting and running products --------------------------------------------------------------------------------------


def share_ties(g: Any, tied: Any, axis: int = -1) -> Any:
    """The mean of `g` over each run of ties along `axis`; `tied` says which entries are equal to the one before."""
    if not tied.any():
        return g
    runs = np.moveaxis(g, axis, -1)
    first = np.ones_like(runs, dtype=bool)
    first[..., 1:] = ~np.moveaxis(tied, axis, -1)
    run = np.cumsum(first.reshape(-1)) - 1
    total = np.zeros_like(runs.reshape(-1))
    count = np.zeros_like(total)
    np.add.at(total, run, runs.reshape(-1))
    np.add.at(count, run, 1)
    return np.moveaxis((total[run] / count[run]).reshape(runs.shape), -1, axis)


def linear_recurrence(a: Any, b: Any) -> Any:
    """`y[i] = a[i] * y[i - 1] + b[i]` along the last axis, from `y[-1] = 0`, in log(n) rounds of array operations."""
    factor, y, step = a.copy(), b.astype(np.result_type(a, b)), 1
    while step < y.shape[-1]:
        y[..., step:] = y[..., step:] + factor[..., step:] * y[..., :-step]
        factor[..., step:] = factor[..., step:] * factor[..., :-step]
        step *= 2
    return y


# -- derivatives, of any order, of functions whose derivatives are not in NumPy or math --------------------------------


def sinc_derivative(n: int, x: Any) -> Any:
    """The `n`-th derivative of `np.sinc`: near zero by its series, elsewhere by a recurrence upwards."""
    t = np.pi * x
    near = abs(t) < n + 1
    far, t = np.where(near, n + 1.0, t), np.where(near, t, 0.0)
    value = np.sin(far) / far
    for k in range(1, n + 1):
        value = (np.sin(far + k * np.pi / 2) - k * value) / far
    series, term = 0.0, t if n % 2 else np.ones_like(t)
    for k in range((n + 1) // 2, (n + 1) // 2 + 2 * n + 18):
        series = series + (-1) ** k * term / (2 * k + 1)
        term = term * t * t / ((2 * k - n + 1) * (2 * k - n + 2))
    return np.pi**n * np.where(near, series, value)


def besseli_derivative(n: int, x: Any) -> Any:
    """The `n`-th derivative of `np.i0`, the mean of `cos(t)**n * exp(x * cos(t))` round the circle."""
    total = 0.5 * (np.exp(x) + (-1) ** n * np.exp(-x))
    for k in range(1, 128):
        c = math.cos(math.pi * k / 128)
        total = total + c**n * np.exp(c * x)
    return total / 128


def polygamma(n: int, x: float) -> float:
    """The `n`-th derivative of the digamma function at a number."""
    if x < 0.5:
        cot, poly = 1 / math.tan(math.pi * math.remainder(x, 1)), [0.0, 1.0]  # a polynomial in the cotangent
        for _ in range(n):
            slope = [k * p for k, p in enumerate(poly)][1:]
            poly = [-a - b for a, b in zip([*slope, 0.0, 0.0], [0.0, 0.0, *slope], strict=True)]
        mirrored = polygamma(n, 1 - x) if n % 2 == 0 else -polygamma(n, 1 - x)
        return mirrored - math.pi ** (n + 1) * sum(p * cot**k for k, p in enumerate(poly))
    total = 0.0
    while x < 15 + n:
        total, x = total + math.factorial(n) / x ** (n + 1), x + 1
    total += (math.factorial(n - 1) / x**n if n else -math.log(x)) + math.factorial(n) / (2 * x ** (n + 1))
    for k, b in enumerate((1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6), 1):
        total += b * math.factorial(2 * k + n - 1) / math.factorial(2 * k) / x ** (2 * k + n)
    return -total if n % 2 == 0 else total


def count_like(x: Any, n: int) -> Any:
    """The numbers 0, 1, ..., n - 1 in the real type of `x`, on its device."""
    return np.arange(n, dtype=x.real.dtype, like=x)


# -- integers and strings, evaluated when deriving --------------------------------------------------------------------


def inverse_axes(axes: Any, ndim: int) -> tuple[int, ...]:
    """The permutation that undoes `np.transpose(x, axes)`.

    >>> inverse_axes((2, 0, -2), 3)
    (1, 2, 0)
    """
    return tuple(sorted(range(ndim), key=lambda i: axes[i] % ndim))


def pad_widths(pad_width: Any, ndim: int) -> tuple[tuple[int, int], ...]:
    """The widths before and after each axis that `np.pad` reads from its argument.

    >>> pad_widths((1, 2), 2), pad_widths({-1: 3}, 2)
    (((1, 2), (1, 2)), ((0, 0), (3, 3)))
    """
    if isinstance(pad_width, dict):
        given = {axis % ndim: (w, w) if isinstance(w, int) else tuple(w) for axis, w in pad_width.items()}
        return tuple(given.get(axis, (0, 0)) for axis in range(ndim))
    return tuple((before, after) for before, after in np.broadcast_to(pad_width, (ndim, 2)).tolist())


def tensordot_transpose(axes: Any, ndims: Any, k: int) -> tuple[tuple[int, ...], ...]:
    """`np.tensordot` of `a` and `b` transposed in operand `k`: the axes of the cotangent and of the other operand
    that are contracted, and the permutation that then gives the operand's own order of axes.

    >>> tensordot_transpose(1, (2, 3), 0)
    ((1, 2), (1, 2), (0, 1))
    """
    if isinstance(axes, int):
        axes = (range(ndims[0] - axes, ndims[0]), range(axes))
    pair = [[i % n for i in ([part] if isinstance(part, int) else part)] for part, n in zip(axes, ndims, strict=True)]
    mine, theirs = pair[k], pair[1 - k]
    free = [[i for i in range(n) if i not in part] for part, n in zip(pair, ndims, strict=True)]
    own, other = free[k], free[1 - k]
    start = 0 if k else len(own)
    joined = [mine[theirs.index(i)] for i in sorted(theirs)]
    order = joined + own if k else own + joined
    return tuple(range(start, start + len(other))), tuple(other), tuple(order.index(i) for i in range(ndims[k]))


def axes_text(axes: tuple[Any, ...]) -> str:
    """The letters that stand for a list of axes in `np.einsum(x, [0, 1], ...)`.

    >>> axes_text((2, 0, ...))
    'CA...'
    """
    return "".join("..." if i is Ellipsis else chr(65 + i) if i < 26 else chr(71 + i) for i in axes)


def einsum_transpose(subscripts: str, ndims: Any, k: int) -> tuple[str, tuple[int, ...], str]:
    """`np.einsum` transposed in operand `k`: the subscripts that contract the cotangent with the other operands, the
    axes that this leaves out, and the subscripts of the diagonal which the operand is read along ("" if of none).

    >>> einsum_transpose("ij,jk->ik", (2, 2), 0), einsum_transpose("iij", (3,), 0)
    (('ik,jk->ij', (), ''), ('j->j', (0,), 'iij->ij'))
    """
    text = subscripts.replace(" ", "")
    spare = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" if c not in text]
    inputs, arrow, output = text.partition("->")
    terms = inputs.split(",")
    hidden = [n - len(t) + 3 if "..." in t else 0 for t, n in zip(terms, ndims, strict=True)]
    broad = "".join(spare[: max(hidden)])
    terms = [t.replace("...", broad[len(broad) - n :]) for t, n in zip(terms, hidden, strict=True)]
    named = "".join(terms)
    if not arrow:
        output = broad + "".join(sorted(c for c in set(named) - set(broad) if named.count(c) == 1))
    output = output.replace("...", broad)
    mine, others = terms[k], terms[:k] + terms[k + 1 :]
    once = "".join(dict.fromkeys(mine))
    known = set(output).union(*others)
    core = ",".join([output, *others]) + "->" + "".join(c for c in once if c in known)
    lost = tuple(i for i, c in enumerate(once) if c not in known)
    return core, lost, f"{mine}->{once}" if len(once) < len(mine) else ""


STATIC = (inverse_axes, pad_widths, tensordot_transpose, axes_text, einsum_transpose)


def same_view(out: Any, source: Any, out_bar: Any, source_bar: Any) -> None:
    """Check that a shadow was viewed (or copied) as its primal was: `reshape` decides by the memory layout."""
    if np.may_share_memory(out, source) != np.may_share_memory(out_bar, source_bar):
        raise Refused(
            "a reshape copies here, so that writes through it cannot be followed",
            "reshape a contiguous array: np.ascontiguousarray(x).reshape(...)",
        )


def overlaps(array: Any) -> bool:
    """Whether entries of an array may share memory: its axes are not nested in one another, as those of a view are."""
    reach = array.itemsize
    for step, extent in sorted((abs(step), n) for step, n in zip(array.strides, array.shape, strict=True) if n > 1):
        if step < reach:
            return bool(array.size)
        reach += step * (extent - 1)
    return False


def unshared(written: tuple[Any, ...], others: tuple[Any, ...]) -> None:
    """Check that an array written in place shares no memory with another from outside, nor its entries among them."""
    for i, a in enumerate(written):
        if overlaps(a):
            raise Refused(
                "an array given to this function is written in place, and entries of it share memory",
                "pass a copy of it",
            )
        for b in (*written[i + 1 :], *others):
            if np.may_share_memory(a, b) and np.shares_memory(a, b):
                raise Refused(
                    "two arrays given to this function share memory, and one is written in place", "pass copies of them"
                )


def distinct(containers: tuple[Any, ...]) -> None:
    """Check that a container written in place is not given twice."""
    if len({id(c) for c in containers}) < len(containers):
        raise Refused("a list, dict or object is given to this function twice, and one is written", "pass copies of it")


def same_length(before: int, after: int) -> None:
    """Check that a list has kept its length in a loop over it."""
    if before != after:
        raise Refused("the list that is iterated over changes its length meanwhile", "iterate over a copy of it")


def some_trips(count: Any) -> None:
    """Check that a loop has a trip: the first one was taken out of it."""
    if not count > 0:
        raise Refused(
            "this loop runs over no items here, and what is used after it is bound in it",
            "bind it before the loop, to a value of the same kind",
        )


def not_integer(*values: Any) -> None:
    """Check that numbers and arrays are not of integers: an array made of them would be one of integers."""
    if all(isinstance(x, int) or hasattr(x, "dtype") and x.dtype.kind in "iub" for x in values):
        raise Refused(
            "a value that is of ints on one way and of floats on another makes an array, or is written into",
            "write 0.0 for 0, .astype(float) of an array",
        )


def strided_places(x: Any, shape: Any, strides: Any) -> Any:
    """The positions of entries of `x` that `as_strided` shows: they must lie in `x`, one after the other."""
    places = np.zeros(shape, dtype=int)
    for axis, (n, step) in enumerate(zip(np.shape(places), strides, strict=True)):
        along = np.arange(n) * (step // x.itemsize)
        places = places + along.reshape((n,) + (1,) * (places.ndim - axis - 1))
    whole = all(step % x.itemsize == 0 for step in strides) and x.flags.c_contiguous
    if not whole or places.size and not 0 <= places.min() <= places.max() < x.size:
        raise Refused(
            "a strided view of what is not contiguous, or beyond its entries, is not followed",
            "view a contiguous array: np.ascontiguousarray(x)",
        )
    return places


def window_places(x: Any, window_shape: Any, axis: Any) -> Any:
    """The positions of entries of `x` that `sliding_window_view` shows."""
    places = np.arange(x.size).reshape(x.shape)
    return np.lib.stride_tricks.sliding_window_view(places, window_shape, axis).copy()


def distinct_places(places: Any) -> None:
    """Check that no entry is written twice through a strided view."""
    if np.unique(places).size != places.size:
        raise Refused(
            "an entry is written twice at once through a strided view: which value it gets is not said",
            "write through a view whose entries do not overlap",
        )


def written_part(bar: Any, index: Any) -> Any:
    """The cotangent of a value stored at `index`: where an entry is named twice, the last writing is what counts."""
    order = np.zeros_like(bar, dtype=int)
    part = order[index]
    numbers = np.arange(1, part.size + 1).reshape(part.shape)
    order[index] = numbers
    return np.where(order[index] == numbers, bar[index], 0.0 * bar[index])


def shadow_of(x: Any) -> Any:
    """A list of the structure of `x` with 0.0 for every number and array."""
    if isinstance(x, (list, tuple)):
        return type(x)(shadow_of(item) for item in x)
    return 0.0


def renewed(shadows: tuple[Any, ...]) -> tuple[Any, ...]:
    """Shadows that a backward sweep may have written, as they were before: arrays zeroed, lists copied (each once)."""
    copies: dict[int, Any] = {}

    def renew(x: Any) -> Any:
        if isinstance(x, tuple):
            return tuple(renew(item) for item in x)
        if isinstance(x, list):
            if id(x) not in copies:
                copies[id(x)] = list(map(renew, x))
            return copies[id(x)]
        if hasattr(x, "dtype") and not isinstance(x, np.generic):
            x[...] = 0.0
        return x

    return tuple(renew(x) for x in shadows)


def with_attributes(cls: type, **attributes: Any) -> Any:
    """An instance of a dataclass with these attributes, made without running its `__init__`."""
    made: Any = object.__new__(cls)
    made.__dict__.update(attributes)
    return made


def numeric(x: Any) -> Any:
    """`x`, checked to be a real number or array: what an unknown call gave is used in arithmetic."""
    if isinstance(x, (int, float, np.generic)) or hasattr(x, "dtype") and type(x).__name__ == "ndarray":
        if not np.iscomplexobj(x):
            return x
    complex_numbers = isinstance(x, (complex, np.generic)) or hasattr(x, "dtype")
    found, remedy = ("complex numbers", "take the real part") if complex_numbers else (type(x).__name__, "convert it")
    raise Refused(f"a real number or array is needed in a derivative here, not {found}", remedy)


def broadcast_like(dot: Any, x: Any) -> Any:
    """`dot` in the shape of `x`."""
    return dot if np.shape(dot) == np.shape(x) else np.broadcast_to(dot, np.shape(x))


def join_text(*parts: str) -> str:
    """The parts of an f-string, joined."""
    return "".join(parts)


def filled(bars: Any, values: Any) -> Any:
    """The cotangents of a list of arrays, with zeros in place of 0.0 where nothing has arrived."""
    return [np.zeros_like(x) if type(bar) is float else bar for bar, x in zip(bars, values, strict=True)]


def return_copy(source_bar: Any, out_bar: Any) -> None:
    """Of what made a copy, the cotangent is added to that of its source; of a view there is nothing to do.

    A copy was reshaped, or summed or repeated along axes.
    """
    if not np.may_share_memory(source_bar, out_bar):
        same = out_bar.size == source_bar.size
        source_bar += out_bar.reshape(source_bar.shape) if same else unbroadcast(out_bar, source_bar)
