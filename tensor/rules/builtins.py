"""Python's own functions on numbers, and the attributes and methods of arrays that are operations of their own."""

from __future__ import annotations

import bisect
import operator

import numpy as np

from tensor import runtime
from tensor.attributes import attribute, method
from tensor.registry import constant, derivative, elementwise, independent, linear


def imaginary_pullback(g, ans, real, imag=0.0):
    return np.real(1j * g) if not np.iscomplexobj(imag) else 1j * g


def real_part_pullback(g, ans, real=0.0, imag=0.0):
    return np.real(g) if not np.iscomplexobj(real) else g


@derivative(complex, 0, pullback=real_part_pullback, at=[(0.7, 0.2)])
def complex_real_pushforward(g, ans, real=0.0, imag=0.0):
    return g + 0j


@derivative(complex, 1, pullback=imaginary_pullback)
def complex_imaginary_pushforward(g, ans, real, imag=0.0):
    return 1j * g


def same_pullback(g, ans, x):
    return g


def item_pullback(g, ans, a, *args):
    if np.ndim(a) == 0:
        return g
    if args:
        out = np.zeros_like(a)
        flat = np.reshape(out, -1)
        flat[args[0]] = g
        return out
    return np.full_like(a, g)


def unbroadcast_pullback(g, ans, bar, x):
    return runtime.unbroadcast(g, bar)


def broadcast_like_pullback(g, ans, dot, x):
    return runtime.unbroadcast(g, dot)


def written_part_pullback(g, ans, bar, index):
    out = np.zeros_like(bar)
    out[index] = g
    return out


linear(float, transpose=same_pullback, at=[(0.7,)])
linear(method("item"), transpose=item_pullback, at=[lambda: (np.full((1,), 0.7),)])
elementwise(abs, "g * np.sign(x)", at=(0.3, 1.7))
elementwise(min, "g * ((x < y) + 0.5 * (x == y))", "g * ((y < x) + 0.5 * (x == y))")
elementwise(max, "g * ((x > y) + 0.5 * (x == y))", "g * ((y > x) + 0.5 * (x == y))")
constant(
    int, bool, round, len, str, repr, format, hash, isinstance, range, operator.contains, operator.is_, operator.is_not
)
constant(operator.not_, operator.index)
constant(bisect.bisect, bisect.bisect_left, bisect.bisect_right)
constant(*(attribute(n) for n in ("shape", "ndim", "size", "dtype", "itemsize", "nbytes", "strides", "flags")))
constant(
    runtime.shadow_of,
    runtime.same_view,
    runtime.same_length,
    runtime.check_shapes,
    runtime.check_entries,
    runtime.check_key,
    runtime.check_constants,
    runtime.some_trips,
    runtime.not_integer,
    runtime.distinct_places,
    runtime.strided_places,
    runtime.window_places,
    runtime.unshared,
    runtime.distinct,
    runtime.join_text,
    operator.concat,
)
linear(runtime.unbroadcast, transpose=unbroadcast_pullback, at=[lambda: (np.ones((2, 3)), np.ones(3))])
linear(runtime.broadcast_like, transpose=broadcast_like_pullback, at=[lambda: (np.ones(3), np.ones((2, 3)))])
linear(runtime.written_part, transpose=written_part_pullback, at=[lambda: (np.ones(3), [0, 0, 1])])
linear(runtime.numeric, transpose=same_pullback, at=[(0.7,)])
for fn, position in ((runtime.unbroadcast, 1), (runtime.broadcast_like, 1), (np.full_like, 0)):
    independent(fn, position)
