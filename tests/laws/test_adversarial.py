"""Programs written to fool the engine: each derivative is right in every respect, or refused in words.

`right` marks a program whose value, gradient, forward mode, second order and treatment of arguments must all be right;
`refused` one that must be refused by name.  The oracle is central differences of the plain run.
"""

from __future__ import annotations

import collections
import contextlib
import copy
import dataclasses
import functools
import io
import itertools
import math
import operator
import typing
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ad
from tensor import runtime
from transforms.errors import DerivativeError, RefusedAtRunTime

REFUSALS = (DerivativeError, RefusedAtRunTime, runtime.Refused)
RIGHT: list[Any] = []
REFUSED: list[Any] = []
EITHER: list[Any] = []
UNFOLLOWED = set(
    """
    atleast_and_squeeze_alias fortran_argument_ravel_k_is_a_view list_changed_while_iterated redirected
    resize_and_repeat split_are_views string_keys_from_values appended_in_last_trip dyn_pop bc byteswap
    del_item dyn_appended enum_used_twice eq_obj frompy gen_used_twice getdiag id_ index_of is_base
    iter_next list_popped_while_iterated map_used_twice mat mg mk ndit next_gen ob2 ob3 ob4 ob rec
    resz rev_used_twice setfl shuf sp1 sp2 sp3 sp5 st triu truth_and viewc viewdt zip_same_iter zip_used_twice
    """.split()
)
V = np.array([0.7, -1.3, 2.1])
M = np.array([[0.5, -1.2, 0.3], [1.1, 0.8, -0.6], [0.4, 1.7, -0.9]])


def right(*make: Any, argnums: Any = 0, second: bool = True, tol: float = 2e-6) -> Callable[[Any], Any]:
    """The program is differentiated rightly at these arguments; `second=False`: its second order may be refused."""

    def mark(f: Any) -> Any:
        RIGHT.append(pytest.param(f, make, argnums, second, tol, id=f.__name__))
        return f

    return mark


def refused(*make: Any, words: str = "") -> Callable[[Any], Any]:
    """The program is refused, with these words."""

    def mark(f: Any) -> Any:
        REFUSED.append(pytest.param(f, make, words, id=f.__name__))
        return f

    return mark


# ---- the oracle


def fresh(make: tuple) -> tuple:
    """New arguments, which share memory among each other as the old ones do."""
    return tuple(m() if callable(m) else copy.deepcopy(m) for m in make)


def leaves(tree: Any) -> list:
    """The places of the numbers in a pytree: `(get, set)` pairs, by the structure that Python gives them."""
    found = []

    def walk(value: Any, get: Any, put: Any) -> None:
        if isinstance(value, np.ndarray) and value.dtype.kind in "fc":
            for index in np.ndindex(value.shape):
                found.append((lambda i=index: value[i], lambda v, i=index: value.__setitem__(i, v)))
        elif isinstance(value, (float, np.floating)) or (type(value) is int and put is not None and get == "top"):
            found.append((lambda: value, put))
        elif isinstance(value, list):
            for i, v in enumerate(value):
                walk(v, None, lambda w, i=i: value.__setitem__(i, w))
        elif isinstance(value, dict):
            for k, v in value.items():
                walk(v, None, lambda w, k=k: value.__setitem__(k, w))
        elif isinstance(value, tuple):
            for i, v in enumerate(value):
                walk(v, None, lambda w, i=i: put(replaced(value, i, w)))
        elif dataclasses.is_dataclass(value):
            for field in dataclasses.fields(value):
                walk(getattr(value, field.name), None, lambda w, n=field.name: object.__setattr__(value, n, w))

    walk(tree, "top", lambda w: None)
    return found


def replaced(value: tuple, i: int, item: Any) -> tuple:
    items = [item if j == i else v for j, v in enumerate(value)]
    return type(value)(*items) if hasattr(value, "_fields") else tuple(items)


def plain(f: Any, args: tuple) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return f(*args)


def differences(f: Any, make: tuple, position: int, eps: float = 1e-5) -> list:
    """df/d(leaf) for every float in argument `position`."""

    def at(index: int, step: float) -> Any:
        args = list(fresh(make))
        if isinstance(args[position], (int, float, np.floating)):
            args[position] = float(args[position]) + step
        else:
            holder = [args[position]]
            get, put = leaves(holder)[index]
            put(get() + step)
            args[position] = holder[0]
        return plain(f, tuple(args))

    count = 1 if isinstance(fresh(make)[position], (int, float, np.floating)) else len(leaves(fresh(make)[position]))
    return [(8 * (at(i, eps) - at(i, -eps)) - (at(i, 2 * eps) - at(i, -2 * eps))) / (12 * eps) for i in range(count)]


def flat(tree: Any) -> np.ndarray:
    """The numbers of a gradient in one row."""
    if tree is None:
        return np.zeros(0)
    if isinstance(tree, (float, int, np.floating)):
        return np.array([float(tree)])
    if isinstance(tree, np.ndarray):
        return tree.ravel().astype(float) if tree.dtype.kind == "f" else np.zeros(0)
    if isinstance(tree, dict):
        parts = [flat(v) for v in tree.values()]
    elif isinstance(tree, (tuple, list)):
        parts = [flat(v) for v in tree]
    else:
        parts = [flat(getattr(tree, field.name)) for field in dataclasses.fields(tree)]
    return np.concatenate(parts) if parts else np.zeros(0)


def arrays(tree: Any) -> list:
    if isinstance(tree, np.ndarray):
        return [tree]
    if isinstance(tree, dict):
        return [a for v in tree.values() for a in arrays(v)]
    if isinstance(tree, (tuple, list)):
        return [a for v in tree for a in arrays(v)]
    if dataclasses.is_dataclass(tree):
        return [a for field in dataclasses.fields(tree) for a in arrays(getattr(tree, field.name))]
    return []


def same(a: Any, b: Any) -> bool:
    """Bit for bit, types too."""
    if isinstance(a, np.ndarray):
        return type(a) is type(b) and a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, (tuple, list)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if dataclasses.is_dataclass(a):
        return type(a) is type(b) and all(same(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(a))
    if isinstance(a, (float, np.floating)):
        return a == b or (a != a and b != b)
    return callable(a) or a == b


def shape_matches(gradient: Any, argument: Any) -> None:
    """The gradient has the argument's structure, shapes and dtypes."""
    if isinstance(argument, np.ndarray) and argument.dtype.kind == "f":
        assert isinstance(gradient, np.ndarray), f"{type(gradient)} for an array"
        assert (gradient.shape, gradient.dtype) == (argument.shape, argument.dtype)
    elif isinstance(argument, float):
        assert np.ndim(gradient) == 0 and isinstance(gradient, (float, np.floating)), f"{gradient!r} for a float"
    elif isinstance(argument, (tuple, list)):
        assert type(gradient) is type(argument) and len(gradient) == len(argument)
        for g, a in zip(gradient, argument, strict=True):
            shape_matches(g, a)
    elif isinstance(argument, dict):
        assert list(gradient) == list(argument)
        for k in argument:
            shape_matches(gradient[k], argument[k])


def direction_like(tree: Any, rng: np.random.Generator) -> Any:
    if isinstance(tree, np.ndarray):
        return rng.normal(size=tree.shape).astype(tree.dtype) if tree.dtype.kind == "f" else None
    if isinstance(tree, (float, np.floating)) or type(tree) is int:
        return float(rng.normal())
    return None


def check_first(f: Any, make: tuple, argnums: Any, tol: float) -> None:
    positions = argnums if isinstance(argnums, tuple) else (argnums,)
    args, args_ad = fresh(make), fresh(make)
    before = fresh(make)
    want = plain(f, args)
    gradient_of = ad.value_and_grad(f, argnums)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value, gradient = gradient_of(*args_ad)
    assert same(np.asarray(want)[()], np.asarray(value)[()]) or float(want) == float(value), (
        f"value {value!r}, plain run {want!r}"
    )
    assert all(map(same, args, args_ad)), f"arguments left as {args_ad}, plain run leaves {args}"
    parts = gradient if isinstance(argnums, tuple) else (gradient,)
    for n, part in zip(positions, parts, strict=True):
        expected = np.array(differences(f, make, n), float)
        got = flat(part)
        assert got.shape == expected.shape, f"argument {n}: {part} for {expected}"
        np.testing.assert_allclose(got, expected, rtol=tol * 10, atol=tol * 10, err_msg=f"gradient of argument {n}")
        shape_matches(part, before[n])
    memory = arrays(parts)
    for g, a in itertools.product(memory, arrays(args_ad)):
        assert not np.shares_memory(g, a), "the gradient shares memory with an argument"
    for g, h in itertools.combinations(memory, 2):
        assert not np.shares_memory(g, h), "two gradients share memory"
    again = [flat(p).copy() for p in parts]
    for g in memory:
        assert g.flags.writeable
        g[...] = 99.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        twice = ad.grad(f, argnums)(*fresh(make))
        thrice = gradient_of(*fresh(make))[1]
    for other in (twice, thrice):
        for p, q in zip(again, other if isinstance(argnums, tuple) else (other,), strict=True):
            np.testing.assert_array_equal(p, flat(q), err_msg="a second call differs")


def check_forward(f: Any, make: tuple, argnums: Any, tol: float) -> None:
    n = argnums[0] if isinstance(argnums, tuple) else argnums
    rng = np.random.default_rng(1)
    v = direction_like(fresh(make)[n], rng)
    if v is None:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        g = ad.grad(f, n)(*fresh(make))
        tangents = [None] * len(make)
        tangents[n] = v
        value, dot = ad.jvp(f, fresh(make), tuple(tangents))
        left = fresh(make)
        value, pullback = ad.vjp(f, *left)
        bars = pullback(1.0 if np.ndim(value) == 0 else np.ones_like(value))
    np.testing.assert_allclose(
        float(dot), float(np.sum(flat(g) * np.ravel(v))), rtol=tol * 1e-2, atol=tol * 1e-2, err_msg="forward mode"
    )
    np.testing.assert_allclose(flat(bars[n]), flat(g), rtol=tol * 1e-2, atol=tol * 1e-2, err_msg="vjp")


def check_second(f: Any, make: tuple, argnums: Any, tol: float) -> None:
    n = argnums[0] if isinstance(argnums, tuple) else argnums
    rng = np.random.default_rng(2)
    v = direction_like(fresh(make)[n], rng)
    if v is None:
        return

    def slope(*args: Any) -> Any:
        return np.sum(ad.grad(f, n)(*args) * v)

    expected = np.array(differences(slope, make, n), float)
    rest = fresh(make)
    if len(make) == 1:
        over = flat(ad.hvp(f)(*rest, v))
        np.testing.assert_allclose(over, expected, rtol=tol * 50, atol=tol * 50, err_msg="forward over reverse")
    reverse = flat(ad.grad(slope, n)(*fresh(make)))
    np.testing.assert_allclose(reverse, expected, rtol=tol * 50, atol=tol * 50, err_msg="reverse over reverse")


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def judge(f: Any, make: tuple, argnums: Any, second: bool, tol: float) -> None:
    check_first(f, make, argnums, tol)
    check_forward(f, make, argnums, tol)
    if second:
        check_second(f, make, argnums, tol)
        return
    with contextlib.suppress(*REFUSALS):
        check_second(f, make, argnums, tol)


# ---- arguments that share memory, odd layouts


@right(V, argnums=0)
def non_contiguous_inside(x):
    y = x[::2] * 2.0
    y[0] = x[1] ** 2
    return np.sum(y * y)


@right(lambda: np.arange(12.0).reshape(3, 4)[::2, 1::2] / 7)
def strided_argument(x):
    x[0] *= 3.0
    flat_x = x.ravel()
    flat_x[0] = 5.0  # a copy: x is not contiguous
    return np.sum(x**2) + flat_x[1] * flat_x[0]


@right(lambda: np.asfortranarray(M))
def fortran_argument_ravel_is_a_copy(x):
    r = x.ravel()
    r[1] = 10.0
    return np.sum(x * x) + r[1] * r[2]


@right(lambda: np.asfortranarray(M))
def fortran_argument_ravel_k_is_a_view(x):
    r = x.ravel(order="K")
    r[1] = r[0] * 2.0
    return np.sum(x * x * M)


@right(lambda: np.asfortranarray(M))
def fortran_transpose_ravel_is_a_view(x):
    r = x.T.ravel()
    r[1] = r[0] * 2.0
    return np.sum(x * x * M)


@right(M)
def transpose_ravel_is_a_copy(x):
    r = x.T.ravel()
    r[1] = 10.0
    return np.sum(x * x * M) + r[3] ** 2


@right(M)
def transpose_reshape_written(x):
    y = x.T.reshape(-1)
    y[2] = 7.0
    z = x.reshape(-1)
    z[2] = x[0, 0] * x[1, 1]
    return np.sum(x * x) + np.sum(y**2)


@right(M)
def reshape_of_slice_copies(x):
    y = x[:, :2]
    r = y.reshape(-1)
    r[0] = 100.0
    return np.sum(y * y) + r[0] + r[1] ** 2


@right(lambda: np.array(1.5))
def zero_dimensional(x):
    y = x.copy()
    y[()] = x * x
    y += x
    return y * y


@right(lambda: np.array(1.5))
def zero_dimensional_aliased(x):
    y = x
    y *= 2.0
    return x * y


@right(lambda: np.array(1.5))
def zero_dimensional_operator_gives_scalar(x):
    y = x * 1.0
    z = y
    z += 1.0
    return y * z * x


@right(lambda: np.float64(1.5))
def numpy_scalar_rebinds(x):
    y = x
    y += 1.0
    return x * y


@right(lambda: np.float32(1.5), tol=1e-1, second=False)
def float32_scalar(x):
    return np.sin(x) * x


@right(V)
def asarray_alias(x):
    y = np.asarray(x)
    y[0] = y[1] * 2.0
    return np.sum(x * x)


@right(V)
def asarray_other_dtype_is_a_copy(x):
    y = np.asarray(x, dtype=np.complex128)
    y[0] = 3.0
    return np.sum(x * x) + np.real(y[1] * y[2])


@right(V)
def astype_no_copy_alias(x):
    y = x.astype(np.float64, copy=False)
    y[0] = y[1] * x[0]
    return np.sum(x * x)


@right(V)
def astype_copies(x):
    y = x.astype(float)
    y[0] = y[1] * x[0]
    return np.sum(x * x) + np.sum(y**3)


@right(V)
def array_copy_none_alias(x):
    y = np.array(x, copy=None)
    y[0] = y[1] * x[0]
    return np.sum(x * x)


@right(V)
def ascontiguous_alias(x):
    y = np.ascontiguousarray(x)
    y[0] = y[1] * x[0]
    return np.sum(x * x)


@right(M)
def ascontiguous_of_transpose_copies(x):
    y = np.ascontiguousarray(x.T)
    y[0] = y[1] * x[0]
    return np.sum(x * x) + np.sum(y**3)


@right(M)
def atleast_and_squeeze_alias(x):
    y = np.atleast_2d(x[0])
    y[0, 1] = x[2, 2] * 3.0
    z = np.squeeze(x[1:2])
    z[0] *= x[0, 1]
    return np.sum(x * x)


@right(M)
def broadcast_of_view(x):
    y = np.expand_dims(x[0], 1)
    y[1] = x[1, 1] * x[0, 0]
    s = np.swapaxes(x, 0, 1)
    s[0] = s[2]
    return np.sum(x * x * M)


@right(M)
def moveaxis_written(x):
    y = np.moveaxis(x, 0, -1)
    y[0, 1:] *= x[1, 1]
    return np.sum(x * x * M)


@right(M)
def flat_written(x):
    x.flat[3] = x[0, 0] * x[1, 1]
    return np.sum(x * x)


@right(M)
def diagonal_of_view_of_view(x):
    y = x[1:][:, 1:].T[::-1]
    y[0] += x[0, 0] * y[1]
    return np.sum(x**2 * M)


@right(V)
def reversed_overlap(x):
    x[:] = x[::-1]
    x[1:] = x[:-1] * 2.0
    return np.sum(x * x * V)


@right(M.T)
def column_onto_the_row_that_crosses_it(x):
    x[1] = x[:, 2]
    return np.sum(x * M)


@right(M.T)
def row_copied_onto_the_column_that_crosses_it(x):
    np.copyto(x[1], x[:, 1])
    return np.sum(x * M)


@right(V)
def lists_updated_by_arrays_become_arrays(x):
    rows = [1.0, x[1], 3.0]
    same = rows
    rows += x * x
    same *= np.array([2.0, 1.0, 0.5])
    return np.sum(rows * same * x)


@right(V)
def one_item_for_all_of_a_list_in_a_loop_that_fails(x):
    y = [x[0], x[1], x[2]]
    try:
        for k in range(4):
            y[:] = [y[k % 3] for _ in range(3)]
            1 / (2 - k)
    except ZeroDivisionError:
        y[1] *= x[2]
    return y[0] * y[1] + y[2]


@right(V)
def a_stack_emptied_in_each_trip(x):
    for k in range(3):
        stack = [x[k]]
        top = x[0]
        while stack:
            top = stack.pop() ** 2
        last = top * x[1]
    return last * x[0]


@right(V)
def a_new_array_of_the_type_that_a_branch_has_chosen(x):
    single = x.astype(np.float32)
    y = x if x[0] > 5.0 else single
    return np.sum(x) * np.full_like(y, 1 / 3)[0] * (2.0 if np.zeros_like(y).dtype == np.float32 else 3.0)


@right(V)
def numbers_of_an_array_that_may_be_of_integers(x):
    y = x if x[0] > 5.0 else np.array([1, 2, 3])
    return np.sum(x * y) * (5.0 if isinstance(y[0], np.integer) else 7.0)


@right(V)
def carried_from_integers_to_floats(x):
    total = np.zeros(3, dtype=int)
    for k in range(3):
        total = total + x[k] * x
    new = np.zeros_like(total)
    new[0] = total[1] * 2.5
    return new[0] * x[2]


@right(V)
def overlap_augmented(x):
    x[1:] += x[:-1] * x[1:]
    x[:-1] *= x[1:]
    return np.sum(x * x)


@right(V)
def overlap_out(x):
    np.multiply(x[:-1], x[1:], out=x[1:])
    np.add(x, x, out=x)
    np.sin(x, out=x)
    return np.sum(x * V)


@right(V)
def out_aliases_input_twice(x):
    y = x * 1.0
    np.multiply(y, y, out=y)
    np.multiply(y, x, y)
    return np.sum(y * y)


@right(V)
def out_returned(x):
    y = np.zeros(3)
    z = np.exp(x, out=y)
    z[0] = 2.0 * x[1]
    return np.sum(y * y)


@right(V)
def out_and_where(x):
    y = x * 2.0
    np.sqrt(x, out=y, where=x > 0)
    return np.sum(y * y * y)


@right(V)
def out_and_where_alias(x):
    np.multiply(x, x, out=x, where=x > 0)
    return np.sum(x * x)


@right(V)
def integer_buffer_truncates(x):
    idx = np.zeros(3, int)
    idx[0] = x[2]
    return np.sum(idx * x)


@right(V)
def boolean_buffer(x):
    flags = np.zeros(3, bool)
    flags[:] = x > 0
    flags[1] = x[1]
    return np.sum(x[flags] ** 2)


@right(V)
def integer_array_in_place(x):
    n = np.array([1, 2, 3])
    n[1:] = x[1:] * 10.3
    return np.sum(n * x**2)


@right(V, tol=1e-4, second=False)
def float32_buffer(x):
    y = np.zeros(3, np.float64)
    z = np.zeros(3, np.float64)
    y[:] = x
    z[:] = y.astype(np.float32).astype(np.float64) * 0.0 + y
    return np.sum(z * y)


@right(V)
def add_at_duplicates(x):
    y = np.zeros(3)
    np.add.at(y, [0, 0, 2], x)
    np.multiply.at(y, [0, 2], x[:2])
    return np.sum(y * y)


@right(V)
def add_at_slice(x):
    y = x * 1.0
    np.add.at(y, slice(0, 2), x[1:] ** 2)
    np.subtract.at(y, (np.array([1, 1]),), x[0])
    return np.sum(y * y)


@right(V)
def fancy_assignment_duplicates(x):
    y = np.zeros(3)
    y[[0, 0, 1]] = x
    return np.sum(y * y * x)


@right(V)
def fancy_augmented_duplicates(x):
    y = np.ones(3)
    y[[0, 0, 1]] += x
    y[[2, 2]] *= x[:2]
    return np.sum(y * y * x)


@right(V)
def fancy_read_is_a_copy(x):
    y = x[[0, 1, 2]]
    y[0] = 100.0
    z = x[x > -10]
    z[:] = 0.0
    return np.sum(x * x) + y[1]


@right(V)
def boolean_mask_assigned(x):
    x[x > 0] = x[x > 0] ** 2
    x[x < 0] *= -x[0]
    return np.sum(x * V)


@right(M)
def mask_rows_and_columns(x):
    x[np.ix_([0, 2], [0, 2])] *= x[1, 1]
    x[[0, 1], [1, 2]] = x[2, :2]
    return np.sum(x * x)


@right(V)
def sort_in_place_view(x):
    y = x[::-1]
    y.sort()
    return np.sum(x * np.array([1.0, 2.0, 3.0]))


@right(M)
def sort_in_place_axis(x):
    x.sort(axis=0)
    x[0].sort()
    return np.sum(x * M)


@right(V)
def swap_elements(x):
    x[0], x[2] = x[2], x[0]
    return np.sum(x * np.array([1.0, 2.0, 5.0]) * x[0])


@right(M)
def swap_rows_is_not_a_swap(x):
    x[0], x[1] = x[1], x[0]
    return np.sum(x * x * M)


@right(M)
def swap_rows_fancy(x):
    x[[0, 1]] = x[[1, 0]]
    return np.sum(x * x * M)


@right(M)
def transpose_loop(x):
    for i in range(3):
        x = x.T
        x[0, i] *= x[1, 2]
    return np.sum(x * x * M)


@right(V)
def view_in_loop(x):
    y = x
    for i in range(3):
        y = y[::-1]
        y[i] = y[i] * y[0] + 0.1
    return np.sum(x * V)


@right(V)
def view_in_branch(x):
    if x[0] > 0:
        y = x[1:]
    else:
        y = x[:2].copy()
    y[0] *= x[0]
    return np.sum(x * x)


@right(-V)
def view_or_copy_in_branch(x):
    if x[0] > 0:
        y = x[1:]
    else:
        y = x[:2].copy()
    y[0] *= x[0]
    return np.sum(x * x) + y[0]


@right(V)
def chained_targets(x):
    a = b = np.zeros(3)
    a[0] = x[0] ** 2
    b[1] = a[0] * x[1]
    return np.sum(a * x) + np.sum(b)


@right(V)
def list_multiplication_shares(x):
    rows = [np.zeros(3)] * 3
    rows[0][1] = x[0] * x[1]
    return rows[2][1] * x[2]


@right(V)
def nested_list_shares(x):
    rows = [[0.0] * 2] * 2
    rows[0][1] = x[0] * x[1]
    rows[1][0] = rows[0][1] * x[2]
    return sum(sum(r) for r in rows)


@right(V)
def list_alias(x):
    a = [x[0], x[1]]
    b = a
    b.append(x[2] * a[0])
    b[0] = 5.0 * x[1]
    a += [x[0]]
    return a[0] * a[2] + len(b) * b[3]


@right(V)
def list_rebound(x):
    a = [x[0], x[1]]
    b = a
    b = b + [x[2]]
    b[0] = x[1] * x[2]
    return a[0] * b[0] * b[2]


@right(V)
def tuple_of_views(x):
    a, b = x[:2], x[1:]
    pair = (a, b)
    pair[0][1] = x[0] * 3.0
    return np.sum(pair[1] ** 2)


@right(V)
def dict_of_views(x):
    d = {0: x[:2], 1: x[1:], "a": x}
    d[0][1] *= d["a"][2]
    d[1][1] = d[0][0] * d[0][1]
    return np.sum(d["a"] ** 2)


@right(V)
def augmented_item_order(x):
    calls = []

    def index():
        calls.append(1)
        return len(calls) - 1

    y = x * 1.0
    y[index()] += y[2] * x[0]
    y[index()] *= x[1]
    return np.sum(y**2) + len(calls)


@right(V)
def walrus_in_while(x):
    s = 0.0
    i = 0
    while i < 3 and (t := x[i] * x[0]) > -10.0:
        s += t * t
        i += 1
    return s * t


def bump(log, value):
    log.append(value)
    return value


@right(V)
def side_effects_in_conditions(x):
    log = []
    if bump(log, x[0]) > 0 and bump(log, x[1]) > 0 and bump(log, x[2]) > 0:
        log.append(100.0)
    if bump(log, x[0] * 2) < 0 or bump(log, x[2] * 3) > 0:
        log.append(x[0] * x[2])
    return sum(v * v for v in log) * len(log)


@right(V)
def chained_comparison_once(x):
    log = []
    if -5 < bump(log, x[1]) < bump(log, x[0]) < bump(log, x[2] * x[2]):
        log.append(x[0] ** 3)
    return sum(log)


@right(V)
def comprehension_scope(x):
    i = 2
    y = [x[i] * x[i] for i in range(2)]
    return sum(y) * x[i]


@right(V)
def late_binding(x):
    fs = [lambda: x[i] ** 2 for i in range(3)]
    return sum(f() for f in fs)


@right(V)
def early_binding(x):
    fs = [lambda i=i: x[i] ** 2 for i in range(3)]
    return sum(f() for f in fs)


@right(2.0)
def late_bound_local(x):
    y = x

    def g():
        return y * y

    y = x**3
    return g()


@right(2.0)
def nonlocal_counter(x):
    total = 0.0

    def add(v):
        nonlocal total
        total += v * x
        return total

    add(x)
    add(x * x)
    return total * add(1.0)


@right(2.0)
def nonlocal_two_levels(x):
    a = x

    def outer():
        nonlocal a
        a = a * x

        def inner():
            nonlocal a
            a += x

        inner()
        return a

    return outer() * a


@right(2.0)
def recursion_with_lists(x):
    def tree(depth, path):
        if depth == 0:
            return path[0] * path[-1]
        return tree(depth - 1, [*path, x * depth]) + tree(depth - 1, [path[0]])

    return tree(3, [x])


@right(2.0)
def generator_with_effects(x):
    log = []

    def numbers():
        for i in range(3):
            log.append(x * i)
            yield x**i

    s = 0.0
    for v in numbers():
        s += v * len(log)
    return s + sum(log)


@right(2.0)
def early_return_nested(x):
    for i in range(5):
        for j in range(5):
            if i * j * x > 9.0:
                return x**i * (j + x)
            x = x * 1.1
    return x


@right(V)
def for_else(x):
    for v in x:
        if v > 5:
            s = v
            break
        s = v * v
    else:
        s = s * x[0]
    return s


@right(2.0)
def while_else_continue(x):
    n, s = 0, 0.0
    while n < 6:
        n += 1
        if n % 2:
            continue
        s += x**n
        if s > 1e6:
            break
    else:
        s *= x
    return s


@right(V)
def zero_trips(x):
    y = x * 2.0
    for i in range(0):
        y[i] = 5.0
        x = x * 3.0
    while x[0] > 100.0:
        x = x * 0.5
    return np.sum(x * y)


@right(lambda: np.zeros(0))
def empty_array(x):
    return np.sum(x * x) + 1.0


@right(lambda: np.zeros((0, 3)))
def empty_rows(x):
    s = 0.0
    for row in x:
        s += np.sum(row)
    return s + np.sum(x)


@right(V)
def starred_arguments(x):
    def g(a, *rest, scale=1.0, **more):
        return a * sum(rest) * scale + more.get("c", 0.0) * more["d"]

    return g(*x, scale=x[0], d=x[1], c=x[2])


@right(2.0, 3.0, argnums=(0, 1))
def keyword_order(a, b):
    def g(*, p, q):
        return p**2 * q

    return g(q=a, p=b)


@right(2.0, 3.0, argnums=-1)
def negative_argnums(a, b):
    return a * b**2


@right(2.0, 3, argnums=(1, 0))
def tuple_argnums_reversed(a, b):
    return a**2 * b**3


@right(2.0, True, None, "two", argnums=0)
def other_arguments(x, flag, nothing, word):
    if flag and nothing is None and word == "two":
        return x * len(word) ** 2
    return x


@right(3)
def integer_argument(n):
    return n * n + n / 2


@right(3)
def integer_argument_floor(n):
    return n * (n // 2) + n % 2


@dataclasses.dataclass
class Inner:
    w: Any
    n: int = 2


@dataclasses.dataclass
class Outer:
    inner: Inner
    b: float
    tag: str = "t"


@right(lambda: Outer(Inner(np.array([1.0, 2.0])), 3.0))
def nested_dataclass(p):
    p.inner.w[0] *= p.b
    p.b = p.b * p.inner.w[1]
    return np.sum(p.inner.w**2) * p.b * p.inner.n


@right(lambda: {1: 2.0, 2: [1.0, np.array([1.0, 2.0])], "k": (3.0, None, "s")})
def odd_pytree(p):
    p[2][1][0] = p[1] * p["k"][0]
    p[1] = p[1] ** 2
    return p[1] * np.sum(p[2][1]) * p[2][0]


@right(2.0)
def dataclass_inside(x):
    p = Inner(x, 3)
    q = p
    q.w = q.w * x
    r = dataclasses.replace(p, w=p.w * 2.0)
    r.w += 1.0
    return p.w * r.w * p.n


@right(V)
def matrix_inner_write_through_attribute(x):
    p = Inner(np.zeros(3))
    p.w[1:] = x[:2]
    p.w += x
    q = p.w
    p.w = p.w * 2.0
    q[0] = 3.0
    return np.sum(p.w * q)


@right(V)
def complex_inside(x):
    z = x + 1j * x[::-1]
    w = np.exp(1j * z) * z
    return np.sum(np.abs(w) ** 2) + np.real(w[0]) * np.imag(w[1])


@right(2.0)
def complex_scalar(x):
    z = complex(x, x * x)
    z *= 1j
    return abs(z) ** 2 + z.real * z.imag + abs(z.conjugate() * z)


@right(V)
def complex_buffer(x):
    z = np.zeros(3, complex)
    z.real = x
    z.imag[1:] = x[:2] ** 2
    return np.sum((z * z).real * x)


@right(V)
def real_part_is_a_view(x):
    z = x + 0j
    r = z.real
    r[0] = x[1] * 4.0
    return np.sum(np.abs(z) ** 2)


@right(V)
def int_and_round(x):
    return x[0] * int(x[2]) + round(x[2]) * x[1] + math.floor(x[2]) * x[2] + np.round(x)[0] * x[0]


@right(V)
def item_passes(x):
    return x[0].item() * float(x[1]) * x.item(2) * x.tolist()[0]


@right(V)
def prints_and_asserts(x):
    print(f"{x[0]:.3f}", end="")
    assert x[0] < 1, "no"
    return x[0] ** 2


@right(V)
def functools_and_operator(x):
    return functools.reduce(operator.mul, list(x)) + functools.partial(pow, x[0])(3) + operator.itemgetter(1)(x) ** 2


@right(V)
def augmented_on_tuple_item(x):
    pair = ([x[0]], x * 1.0)
    pair[0][0] *= x[1]
    pair[1][:] += x[2]
    return pair[0][0] * np.sum(pair[1])


@right(V)
def iterating_over_array_written(x):
    y = x * 1.0
    s = 0.0
    for v in y:
        y[:] = y * 1.1
        s += v * v
    return s


@right(M)
def iterating_rows_are_views(x):
    for row in x:
        row[0] *= row[1]
        row += x[0, 2]
    return np.sum(x * x)


@right(V)
def list_changed_while_iterated(x):
    items = [x[0], x[1]]
    for v in items:
        if len(items) < 5:
            items.append(v * x[2])
    return sum(v * v for v in items)


@right(V)
def zip_of_views(x):
    a, b = x[:-1], x[1:]
    for i, (p, q) in enumerate(zip(a, b, strict=True)):
        b[i] = p * q + 1.0
    return np.sum(x * x)


@right(V)
def copyto_and_fill(x):
    y = np.empty(3)
    y.fill(x[0])
    np.copyto(y, x * x, where=[True, False, True])
    y[1:].fill(x[1] * x[2])
    return np.sum(y * y * x)


@right(V)
def put_and_place(x):
    y = x * 1.0
    y[np.argsort(y)] = x**2
    return np.sum(y * x)


@right(V)
def self_outer_in_place(x):
    y = np.outer(x, x)
    y[np.diag_indices(3)] *= x
    y -= y.T
    y += y.T * 2.0 + 1.0
    return np.sum(y**2 * M)


@right(M)
def in_place_with_own_transpose(x):
    x += x.T
    x *= x.T
    return np.sum(x * M)


@right(V)
def in_place_broadcast(x):
    y = np.ones((2, 3))
    y *= x
    y += x[:, None][:2] * 1.0
    y[:, 1] -= x[0]
    y[0] /= x[2]
    y **= 2
    return np.sum(y * y)


@right(V)
def dot_out(x):
    y = np.zeros(3)
    np.dot(M, x, out=y)
    np.matmul(M, y, out=y.view())
    return np.sum(y * x)


@right(V)
def cumsum_out(x):
    y = np.zeros(3)
    np.cumsum(x, out=y)
    y.cumsum(out=y)
    return np.sum(y * y)


@right(V)
def add_reduce_out(x):
    y = np.zeros(())
    np.add.reduce(x * x, out=y)
    return y * x[0]


@right(V)
def del_and_rebind(x):
    y = x
    del x
    x = y * 2.0
    y[0] = 3.0
    return np.sum(x * y)


@right(2.0)
def name_bound_in_one_branch(x):
    if x > 1:
        z = x * x
    else:
        w = x
    return z * x


@right(2.0)
def shadowed_builtin(x):
    sum = x * x
    abs = lambda v: v * 3.0
    return sum * abs(x)


@right(2.0)
def except_swallows(x):
    y = x
    try:
        y = x * x
        raise ValueError
    except ValueError:
        y = y * 3.0
    finally:
        y = y + x
    return y


@right(V)
def exception_after_write(x):
    try:
        x[0] = x[1] * 2.0
        x[5] = 1.0
    except IndexError:
        x[1] = x[0] * x[2]
    return np.sum(x * x)


@right(2.0)
def redirected(x):
    with contextlib.redirect_stdout(io.StringIO()):
        print(x)
        x = x * x
    return x


@right(2.0)
def inner_gradient(x):
    return ad.grad(lambda y: x * y**3)(x) * x


@right(V)
def values_outlive_the_derivative_in_which_they_were_made(x):
    seen = []

    def inner(z):
        seen.append(z * x)
        for i in range(len(z) - 1):
            seen[0][i] += z[i + 1]
        return np.sum(seen[0] * z)

    return np.sum(ad.grad(inner)(x) * seen[0])


@right(V)
def array_in_a_list_is_written_entry_by_entry(x):
    y = np.zeros(len(x))
    held = [y]
    for i in range(len(x)):
        y[i] = x[i] * 2.0
    return held[0].sum() + held[0] @ held[0]


@right(2.0)
def perturbations_are_not_confused(x):
    return x * ad.grad(lambda y: x * ad.grad(lambda z: x * y * z**2)(y))(3.0)


@right(1.5)
def perturbation_siskind(x):
    return x * ad.jvp(lambda y: x + y, (1.0,), (1.0,))[1]


@right(V)
def gradient_descent(x):
    w = np.zeros(3)
    for _ in range(4):
        w = w - 0.1 * ad.grad(lambda v: np.sum((v - x) ** 2 * x * x))(w)
    return np.sum(w * w)


@right(V)
def gradient_descent_in_place(x):
    w = np.zeros(3)
    loss = ad.grad(lambda v: np.sum((v * x - 1.0) ** 2))
    for _ in range(3):
        w -= 0.1 * loss(w)
    return np.sum(w * x)


def slope_of(f, at):
    return ad.grad(f)(at)


@right(1.5)
def gradient_in_a_helper(x):
    s = 0.0
    for k in range(3):
        s += slope_of(lambda y: y**k * x, x) * slope_of(math.sin, x)
    return s


@right(V)
def closures_recreated(x):
    s = 0.0
    for i in range(3):

        def g(y):
            return y * x[i] ** 2

        s += g(s + 1.0) + ad.grad(g)(s)
    return s


@right(1.5)
def function_redefined(x):
    def g(y):
        return y * y

    a = g(x)

    def g(y):
        return y * y * y

    return a * g(x)


@right(1.5)
def function_chosen(x):
    def p(y):
        return y * y

    def q(y):
        return y * x

    g = p if x > 2 else q
    h = {"p": p, "q": q}["p"]
    return g(h(x)) * [p, q][int(x)](x)


@right(V)
def writes_in_a_callee(x):
    def scale(a, k):
        a *= k
        return a[1:]

    y = x * 1.0
    z = scale(y, x[0])
    z[0] = x[2] * 2.0
    return np.sum(y * y)


@right(V)
def callee_swaps_arguments(x):
    def both(a, b):
        a[0] = b[1] * 2.0
        b[0] = a[1] * 3.0
        return np.sum(a * b)

    return both(x, x) + both(x[1:], x[:-1])


@right(lambda: V.copy(), lambda: V[::-1].copy(), argnums=(0, 1))
def two_arrays(a, b):
    a, b = b, a
    a[0] *= b[0]
    b[:] = a
    return np.sum(a * b)


@right(V)
def minimum_maximum(x):
    y = np.maximum(x, 0.1)
    np.minimum(y, 1.5, out=y)
    y[np.argmax(x)] += x[0] * max(x[0], x[1]) + max([x[1], x[2]], key=abs)
    return np.sum(y * y)


@right(V)
def power_of_items(x):
    y = np.zeros((3, 3))
    for i in range(3):
        for j in range(i + 1):
            y[i, j] = x[i] ** (j + 1) + (y[i - 1, j] if i else 0.0)
    return np.sum(y * y)


@right(V)
def buffer_reused(x):
    buf = np.empty(3)
    kept = []
    for k in range(3):
        buf[:] = x * k
        kept.append(buf)
    return sum(np.sum(b * x) for b in kept)


@right(V)
def buffer_reused_copied(x):
    buf = np.empty(3)
    kept = []
    for k in range(3):
        buf[:] = x * k
        kept.append(buf.copy())
    return sum(np.sum(b * x) for b in kept)


@right(V)
def two_buffers_swapped(x):
    a, b = x * 1.0, np.zeros(3)
    for _ in range(4):
        b[1:-1] = a[:-2] * a[2:] * 0.5
        b[0], b[-1] = a[-1], a[0]
        a, b = b, a
    return np.sum(a * a) + np.sum(b)


@right(V)
def where_reads_before_write(x):
    y = np.where(x > 0, x, -x)
    x[x > 0] = 1.0
    return np.sum(y * y * x)


@right(V)
def array_from_written_parts(x):
    y = np.array([x[0], x[1] * 2.0, x[2]])
    x[0] = 9.0
    z = np.stack([x, y])
    y[1] = 0.0
    return np.sum(z**2)


@right(V)
def string_keys_from_values(x):
    d = collections.defaultdict(float)
    for v in x:
        d["pos" if v > 0 else "neg"] += v * v
    return d["pos"] * d["neg"] + d["none"]


@right(V)
def counter_and_deque(x):
    q = collections.deque(maxlen=2)
    for v in x:
        q.append(v * v)
    return q[0] * q.popleft() * q[0]


@right(V)
def set_of_indices(x):
    return sum(x[i] ** 2 for i in {0, 2}) + x[list({1}).pop()]


class Point(typing.NamedTuple):
    a: float
    b: Any


@right(lambda: Point(2.0, np.array([1.0, 2.0])))
def named_tuple(p):
    q = p._replace(a=p.a * p.b[0])
    q.b[1] *= p.a
    return q.a * np.sum(p.b**2)


class Acc:
    total = 0.0

    def __init__(self, k):
        self.k = k

    def __iadd__(self, v):
        self.total = self.total + v * self.k
        return self

    def __getitem__(self, i):
        return self.total * i

    def __setitem__(self, i, v):
        self.total += v * i

    @property
    def twice(self):
        return self.total * 2.0

    @twice.setter
    def twice(self, v):
        self.total = v / 2.0


@right(2.0)
def overloaded_in_place(x):
    a = Acc(x)
    b = a
    a += x
    a[3] = x * x
    a[2] += x
    b.twice += 1.0
    return a.total * b[2] * Acc.total + a.total**2


@right(V)
def match_statement(x):
    match [x[0], x[1]]:
        case [a, b] if a < 0:
            return a * b
        case [a, b]:
            y = a * a * b
    match {"k": x[2], "n": 2}:
        case {"k": v, "n": 2}:
            y *= v
    return y


@right(V)
def integer_power_and_negative_base(x):
    n = 3
    return (-x[0]) ** n + x[1] ** 2 + (x[1] - x[1]) ** 2 + x[2] ** -2 + 2.0 ** x[0]


@right(V)
def conditional_alias(x):
    y = x if x[0] > 0 else x.copy()
    y[0] = y[1] * 2.0
    return np.sum(x * x)


@right(V)
def conditional_alias_in_loop(x):
    a, b = x, x * 2.0
    for i in range(3):
        t = a if i % 2 else b
        t[i] *= a[0] + 1.0
    return np.sum(a * b)


@right(V)
def view_taken_before_loop_write(x):
    v = x[:2]
    s = 0.0
    for i in range(3):
        x[i] = x[i] * 2.0 + s
        s += v[0] * v[1]
    return s


@right(M)
def diag_written(x):
    d = np.einsum("ii->i", x)
    d[:] = d * x[0, 1]
    return np.sum(x * x)


@right(M)
def fill_diagonal(x):
    np.fill_diagonal(x, x[0] * x[1])
    return np.sum(x * x)


@right(V)
def resize_and_repeat(x):
    y = np.repeat(x, 2)
    y[::2] = x * x
    y = np.tile(y, 2)
    y.shape = (3, 4)
    y[0] = 2.0
    return np.sum(y * y)


@right(V)
def split_are_views(x):
    a, b, c = np.split(x, 3)
    a[0] = b[0] * c[0]
    c += a
    return np.sum(x * x)


@right(M)
def unpacked_rows_are_views(x):
    a, b, c = x
    a[0] = b[0] * c[0]
    c += a
    (p, q, _), *rest = x
    rest[0][1] = p * q
    return np.sum(x * x)


@right(V)
def nan_is_not_reached(x):
    y = np.where(x > 0, np.sqrt(np.abs(x)), 0.0)
    return np.sum(y)


@right(V)
def reduction_of_view_then_write(x):
    m = np.max(x)
    mean = x.mean()
    x -= mean
    x /= np.sqrt(np.sum(x * x) / len(x)) * m
    return np.sum(x**3)


@right(V)
def ufunc_with_dtype(x):
    return np.sum(np.add(x, x, dtype=np.float64) * np.multiply.outer(x, x)[0]) + np.add.accumulate(x)[
        2
    ] * np.multiply.reduce(x)


@right(V)
def slice_objects(x):
    s = slice(0, 2)
    t = np.s_[1:]
    x[s] *= x[t]
    x[...] = x + x[-1]
    x[None][0, 0] = x[1] ** 2
    return np.sum(x * x)


@right(V)
def negative_and_computed_index(x):
    i = int(np.argmin(x))
    x[i - 3] = x[-1] * x[0]
    x[np.int64(2)] = x[i] * 2.0
    return np.sum(x * x)


@right(V)
def loop_variable_survives(x):
    for v in x:
        pass
    for i in range(2):
        w = x[i] * v
    return v * w * i


@right(V)
def loop_target_is_an_item(x):
    y = np.zeros(3)
    for y[1] in x:
        y[0] += y[1] ** 2
    return np.sum(y * y)


@right(V)
def decorated_inside(x):
    def twice(g):
        count = [0]

        @functools.wraps(g)
        def wrapper(v):
            count[0] += 1
            return g(g(v)) * count[0]

        return wrapper

    @twice
    def square(v):
        return v * v

    return square(x[0]) + square(x[2])


# ---- what must be refused


@refused(2.0)
def through_string(x):
    return float(str(x)) * x


@refused(2.0)
def through_format(x):
    return float(f"{x}") * x


@refused(2.0)
def through_hash_key(x):
    d = {x: x * x}
    return sum(d.keys())


@refused(V)
def through_bytes(x):
    return np.sum(np.frombuffer(x.tobytes()) * x)


@refused(V)
def through_locals(x):
    y = x[0]
    return locals()["y"] * x[1]


@refused(V)
def through_globals(x):
    globals()["_leak"] = x[0]
    return globals()["_leak"] * 2.0


@refused(V)
def through_ctypes(x):
    y = np.zeros(3)
    y.data[0] = x[0]
    return np.sum(y)


@refused(V)
def through_set(x):
    return sum({x[0], x[1], x[0]})


@refused(V)
def through_object_array(x):
    y = np.empty(2, object)
    y[0] = x[0]
    y[1] = x
    return y[0] * np.sum(y[1])


@refused(V)
def through_structured_array(x):
    y = np.zeros(2, dtype=[("a", float)])
    y["a"][0] = x[0]
    return np.sum(y["a"])


# ---- the second batch: right, and where UNFOLLOWED names them right or refused


def either(*make: Any) -> Callable[[Any], Any]:
    """The program is differentiated rightly; one that UNFOLLOWED names may be refused."""

    def mark(f: Any) -> Any:
        EITHER.append(pytest.param(f, make, id=f.__name__))
        return f

    return mark


class Empty:
    def __len__(self):
        return 0


class Falsy:
    def __init__(self, v):
        self.v = v

    def __bool__(self):
        return self.v > 5


@either(2.0)
def truth_len(x):
    e = Empty()
    if e:
        return x * x
    return x * 3.0


@either(2.0)
def truth_bool(x):
    e = Falsy(x)
    if e:
        return x * x
    return x * 3.0


@either(2.0)
def truth_range(x):
    if range(0):
        return x * x
    return x * 3.0


@either(2.0)
def truth_not(x):
    e = Falsy(x)
    return x * x if not e else 3 * x


@either(2.0)
def truth_and(x):
    e = Falsy(x)
    return (e and x) or x * x


@either(2.0)
def truth_filter(x):
    return sum(filter(None, [x * 0, x, x * x]))


@either(2.0)
def truth_any(x):
    return x * x if any([0 * x, x > 5]) else x


@either(2.0)
def eq_list(x):
    return x * x if [1, 2] == [1, 2] else x


@either(2.0)
def eq_obj(x):
    a = Falsy(x)
    b = Falsy(x)
    return x * x if a == b else 3 * x


@either(2.0)
def is_same(x):
    y = x
    return x * x if y is x else 3 * x


@either(V)
def is_same_arr(x):
    y = x[:]
    return np.sum(x * x) if y is x else np.sum(3 * x)


@either(V)
def is_base(x):
    y = x[1:]
    return np.sum(x * x) if y.base is x else np.sum(3 * x)


@either(V)
def flags_(x):
    y = x.reshape(1, 3).T
    return np.sum(x * x) if y.flags.c_contiguous else np.sum(3 * x)


@either(V)
def shares_(x):
    y = x[1:]
    return np.sum(x * x) if np.shares_memory(x, y) else np.sum(3 * x)


@either(V)
def id_(x):
    y = x
    return np.sum(x * x) if id(y) == id(x) else np.sum(3 * x)


@either(2.5)
def in_list(x):
    return x * x if x in [1.0, 2.0] else 3 * x


@either(2.5)
def index_of(x):
    l = [1.0, x, 3.0]
    return x * l.index(3.0) + l.count(3.0) * x


@either(V)
def sorted_key(x):
    l = sorted(x, key=lambda v: -v)
    l.reverse()
    return l[0] * l[1]


@either(V)
def sort_list(x):
    l = list(x)
    l.sort(reverse=True)
    return l[0] * l[1]


@either(V)
def del_item(x):
    l = list(x)
    del l[0]
    l[:1] = [x[0] * 2, x[1]]
    l.extend(l)
    l.insert(1, x[2])
    l.remove(l[0])
    return l[0] * l[1] * l[-1] * len(l)


@either(V)
def slice_assign_list(x):
    l = [x[0], x[1], x[2]]
    l[::2] = [x[1] ** 2, x[0]]
    return l[0] * l[1] + l[2]


@either(V)
def list_elem_written_while_iterated(x):
    l = [x[0], x[1], x[2]]
    s = 0.0
    for i, v in enumerate(l):
        if i < 2:
            l[i + 1] = v * 2.0
        s += v * v
    return s


@either(V)
def list_popped_while_iterated(x):
    l = [x[0], x[1], x[2]]
    s = 0.0
    for v in l:
        s += v * v
        l.pop()
    return s


@either(V)
def list_rev_while(x):
    l = [x[0], x[1], x[2]]
    s = 0.0
    for v in reversed(l):
        s += v * v
        l[0] = s
    return s


@either(V)
def zip_live(x):
    a = [x[0], x[1]]
    b = [x[1], x[2]]
    s = 0.0
    for p, q in zip(a, b):
        s += p * q
        b[1] = s
        a[1] = s * s
    return s


@either(V)
def dict_changed(x):
    d = {"a": x[0], "b": x[1]}
    s = 0.0
    for k in d:
        s += d[k]
        d["b"] = s * s
    for k, v in d.items():
        d["b"] = v * 3.0
        s += v * v
    for v in d.values():
        d["b"] = v * 3.0
        s += v * v
    return s


@either(V)
def map_lazy(x):
    k = [x[0]]
    m = map(lambda v: v * k[0], x)
    k[0] = x[1]
    return sum(m)


@either(V)
def gen_lazy(x):
    k = x[0]
    m = (v * k for v in x)
    k = x[1]
    return sum(m)


@either(V)
def gen_used_twice(x):
    m = (v * v for v in x)
    a = sum(m)
    return a + sum(m)


@either(V)
def map_used_twice(x):
    m = map(abs, x)
    return sum(m) + sum(m)


@either(V)
def zip_used_twice(x):
    m = zip(x, x)
    s = 0.0
    for a, b in m:
        s += a * b
        break
    for a, b in m:
        s += a * 3 * b
    return s


@either(V)
def iter_next(x):
    it = iter(x)
    a = next(it)
    s = a * a
    for v in it:
        s += 3 * v
    return s + next(it, x[1])


@either(V)
def enum_used_twice(x):
    m = enumerate([x[0], x[1]])
    return sum(a for i, a in m) + sum(a for i, a in m)


@either(V)
def rev_used_twice(x):
    m = reversed([x[0], x[1]])
    return sum(m) + sum(m)


@either(V)
def iter_list(x):
    m = iter([x[0], x[1]])
    return sum(m) + sum(m)


@either(V)
def items_live(x):
    d = {"a": x[0]}
    v = d.values()
    d["b"] = x[1]
    return sum(v)


@either(V)
def list_copy_of_array(x):
    l = list(x)
    x[0] = 5.0
    return l[0] * x[1] + l[1]


@either(V)
def list_of_rows(x):
    m = np.outer(x, x)
    l = list(m)
    m[0] = x * 3
    return np.sum(l[0] * l[1])


@either(V)
def sum_start(x):
    return sum([x, x * x], x)[0] + np.sum(sum([x, x], x))


@either(V)
def sum_no_alias(x):
    y = sum([x])
    y[0] = 5.0
    return np.sum(x * y)


@either(np.array([0.71, -1.3, 2.1]))
def max_array_elems(x):
    return max(x) * min(x[0], x[1], key=lambda v: -v) + max(x[0], 0.7)


@either(V)
def appended_in_last_trip(x):
    l = [x[0], x[1]]
    s = 0.0
    for v in l:
        s += v * v
        if s > 1.0 and len(l) < 3:
            l.append(x[2])
    return s


@either(V)
def dyn_appended(x):
    l = []
    for v in x:
        l.append(v)
    s = 0.0
    for v in l:
        s += v * v
        if len(l) < 5:
            l.append(v * 2.0)
    return s


@either(V)
def dyn_written(x):
    l = []
    for v in x:
        l.append(v)
    s = 0.0
    for i, v in enumerate(l):
        s += v * v
        l[-1] = s
    return s


@either(V)
def dyn_pop(x):
    l = []
    for v in x:
        l.append(v)
    s = 0.0
    for v in l:
        s += v * v
        l.pop()
    return s


@either(V)
def any_shortcut(x):
    log = []

    def p(v):
        log.append(v * v)
        return v > 0

    if any(p(v) for v in [x[0], x[1], x[2]]):
        log.append(x[1] * x[2])
    return sum(log)


@either(V)
def all_shortcut_guard(x):
    l = [x[0], x[1]]
    if any(l[i] > 0 for i in range(5)):
        return x[0] ** 2
    return x[1]


@either(V)
def next_gen(x):
    m = (v * v for v in x)
    return next(m) + next(m)


@either(V)
def next_lst(x):
    m = iter([x[0], x[1]])
    return next(m) * 2 + next(m)


@either(V)
def zip_same_iter(x):
    it = iter([x[0], x[1], x[2], x[0]])
    return sum(a * b for a, b in zip(it, it))


@either(V)
def dict_get(x):
    d = {"a": x[0]}
    return (
        d.get("a") * d.get("b", x[1]) * d.setdefault("c", x[2])
        + d.pop("a")
        + len(d) * x[0]
        + sum(d.values())
        + len(d.items())
    )


@either(V)
def dict_sorted(x):
    d = {"b": x[0], "a": x[1]}
    s = 0.0
    for i, (k, v) in enumerate(sorted(d.items())):
        s += i * v * v
    p, q = d.values()
    return s + p * q + max(d, key=d.get).count("b") * x[2]


@either(V)
def dict_merge(x):
    d = {"b": x[0], "a": x[1]}
    e = {**d, "b": x[2]} | {"z": x[0]}
    e.update(a=x[0] * x[1])
    return sum(v * v * (i + 1) for i, v in enumerate(e.values()))


@either(V)
def dict_comp(x):
    d = {i: v for i, v in enumerate(x)}
    return sum(k * v * v for k, v in d.items())


@either(V)
def sp1(x):
    a, b, c = np.split(x, 3)
    a[0] = b[0] * c[0]
    return np.sum(x * x)


@either(V)
def sp2(x):
    a, b, c = np.split(x, 3)
    x[0] = x[1] * 3
    return np.sum(a * b * c)


@either(V)
def sp3(x):
    l = np.split(x, 3)
    for v in l:
        v *= x[0]
    return np.sum(x * x)


@either(V)
def sp4(x):
    a, b, c = np.split(x, 3)
    return np.sum(a * b * c)


@either(V)
def sp5(x):
    l = np.array_split(x, 2)
    l[0][0] = x[1] * x[2]
    return np.sum(x * x)


@either(V)
def bc(x):
    a, b = np.broadcast_arrays(x, np.ones((2, 3)))
    x[0] = 5.0 * x[1]
    return np.sum(a * b * x)


@either(V)
def mg(x):
    a, b = np.meshgrid(x, x, copy=False)
    x[0] = 5.0 * x[1]
    return np.sum(a * b * x)


@either(V)
def mg2(x):
    a, b = np.meshgrid(x, x)
    a[0] = 5.0 * x[1]
    return np.sum(a * b * x)


@either(V)
def ob(x):
    y = np.empty(2, object)
    y[0] = x[0]
    y[1] = x
    return y[0] * np.sum(y[1])


@either(V)
def ob2(x):
    y = np.array([x[0], x[1]], dtype=object)
    return y[0] * y[1]


@either(V)
def ob3(x):
    y = x.astype(object)
    return y[0] * y[1]


@either(V)
def ob4(x):
    y = np.zeros(3, dtype="O")
    y[:] = x
    return np.sum(y * y)


@either(V)
def st(x):
    y = np.zeros(2, dtype=[("a", float)])
    y["a"][0] = x[0] * x[1]
    return np.sum(y["a"])


@either(V)
def rec(x):
    y = np.rec.array(np.zeros(2, dtype=[("a", float)]))
    y.a[0] = x[0] * x[1]
    return np.sum(y.a)


@either(V)
def mk(x):
    y = np.ma.array(x, mask=[0, 1, 0])
    return y.sum()


@either(V)
def mat(x):
    y = np.asmatrix(x)
    return (y * y.T)[0, 0]


@either(V)
def viewdt(x):
    y = x.view(np.int64)
    y[0] = 0
    return np.sum(x * x)


@either(V)
def viewc(x):
    z = (x + 0j).view(float)
    return np.sum(z * z)


@either(V)
def ndit(x):
    s = 0.0
    for v in np.nditer(x):
        s = s + v * v
    return s


@either(V)
def ndenum(x):
    s = 0.0
    for i, v in np.ndenumerate(x):
        s = s + v * v * i[0]
    return s


@either(V)
def flt(x):
    s = 0.0
    for v in x.flat:
        s = s + v * v
    return s


@either(V)
def ndidx(x):
    s = 0.0
    for i in np.ndindex(x.shape):
        s = s + x[i] ** 2
    return s


@either(V)
def lib(x):
    out = np.lib.stride_tricks.sliding_window_view(x, 2)
    x[0] = x[1] * 4
    return np.sum(out[0] * out[1])


@either(V)
def real_(x):
    z = x + 0j
    z.real[0] = x[1] * 4
    return np.sum(np.abs(z) ** 2)


@either(V)
def real2(x):
    y = np.real(x)
    y[0] = x[1] * 4
    return np.sum(x * x)


@either(V)
def conj_(x):
    y = np.conj(x)
    y[0] = x[1] * 4
    return np.sum(x * x) + y[0]


@either(V)
def conjm(x):
    y = x.conj()
    y[0] = x[1] * 4
    return np.sum(x * x) + y[0]


@either(V)
def pos_(x):
    y = +x
    y[0] = x[1] * 4
    return np.sum(x * x) + y[0]


@either(V)
def nan2(x):
    y = np.nan_to_num(x, copy=False)
    y[0] = x[1] * 4
    return np.sum(x * x) + y[0]


@either(V)
def clipm(x):
    y = x.clip(-1, 1, out=x)
    y[0] = x[1] * 4
    return np.sum(x * x) + y[0]


@either(V)
def rnd(x):
    y = x.round(1)
    y[0] = x[1] * 4
    return np.sum(x * x) + y[0]


@either(V)
def tak(x):
    y = np.take(x, [0, 1])
    y[0] = x[1] * 4
    return np.sum(x * x) + y[0]


@either(V)
def cmp_(x):
    y = np.compress([1, 0, 1], x)
    y[0] = x[1] * 4
    z = x[None, :]
    z[0, 1] = y[1]
    w = x[..., np.newaxis][::-1]
    w[0] = z[0, 0] * 2
    return np.sum(x * x) + y[0]


@either(V)
def rot(x):
    m = np.outer(x, x)
    y = np.rot90(m)
    y[0, 0] = x[0]
    z = np.flip(m)
    z[0, 1] *= x[2]
    return np.sum(m * m * m)


@either(V)
def trp(x):
    m = np.outer(x, x)
    y = np.fliplr(m)[1:]
    y[0, 0] = x[0]
    np.flipud(m)[0] = x
    z = np.roll(m, 1)
    z[0] = 0
    return np.sum(m * m * m)


@either(V)
def triu(x):
    m = np.outer(x, x)
    u = np.triu(m)
    u[0] = 1
    d = np.diag(m)
    q = np.diagonal(m)
    m[0, 0] = x[1]
    return np.sum(m * m * m) + np.sum(d * d) + np.sum(q * u)


@either(V)
def getdiag(x):
    d = np.diag(x)
    e = np.diag(d)
    s = e[0]
    d[0, 0] = x[1] * x[2]
    return np.sum(d) + e[0] * s


@either(V)
def partn(x):
    x.partition(1)
    return x[0] * 3 + x[1] * 5 + x[2] * x[0]


@either(V)
def shuf(x):
    np.random.seed(0)
    np.random.shuffle(x)
    return x[0] * 3 + x[1] * 5


@either(V)
def putm(x):
    np.put(x, [0, 1], x[1:] * x[0])
    return np.sum(x * x)


@either(V)
def placem(x):
    np.place(x, x > 0, [1.0, 2.0])
    return np.sum(x * x)


@either(V)
def putmm(x):
    np.putmask(x, x > 0, x * x)
    return np.sum(x * x)


@either(V)
def resz(x):
    y = np.resize(x, (2, 3))
    y[0] = 1
    x.resize(3)
    return np.sum(y * x)


@either(V)
def byteswap(x):
    x.byteswap(inplace=True)
    x.byteswap(True)
    return np.sum(x * x)


@either(V)
def setfl(x):
    x.setflags(write=False)
    return np.sum(x * x)


@either(V)
def itemset(x):
    x.put(0, x[1] * 2)
    return np.sum(x * x)


@either(V)
def applya(x):
    m = np.outer(x, x)
    return np.sum(np.apply_along_axis(lambda r: r * r[0], 1, m))


@either(V)
def frompy(x):
    return np.frompyfunc(lambda v: v * v, 1, 1)(x).sum()


@either(V)
def fromiter(x):
    return np.sum(np.fromiter((v * v for v in x), float))


@either(V)
def fromfunc(x):
    return np.sum(np.fromfunction(lambda i: i * x[0], (3,)))


@either(V)
def piece(x):
    return np.sum(np.piecewise(x, [x < 0, x >= 0], [lambda v: -v * v, lambda v: v]))


@either(V)
def vecto(x):
    return np.sum(np.select([x < 0, x > 1], [x * x, x], default=x[0])) + np.choose([0, 1, 0], [x, x * x]).sum()


@either(V)
def poly(x):
    return np.poly1d(x)(2.0) + np.polyval(x, x[0])


@either(V)
def einout(x):
    y = np.zeros(3)
    np.einsum("i,i->i", x, x, out=y)
    return np.sum(y * x)


@either(V)
def concout(x):
    y = np.zeros(6)
    np.concatenate([x, x * x], out=y)
    return np.sum(y * y)


@either(V)
def sumout(x):
    y = np.zeros(())
    np.sum(x * x, out=y)
    x.max(out=y, keepdims=False) if False else None
    return y * y


@either(V)
def takeout(x):
    y = np.zeros(2)
    np.take(x, [0, 2], out=y, mode="clip")
    return np.sum(y * y)


@either(V)
def ufat(x):
    y = x * 1.0
    np.negative.at(y, [0, 0])
    np.maximum.at(y, [1], x[0])
    return np.sum(y * y * x)


@either(V)
def redat(x):
    return np.sum(np.add.reduceat(x, [0, 1]) * 2) + np.multiply.outer(x, x).sum() + np.maximum.accumulate(x).sum()


@either(V)
def whr(x):
    return np.sum(np.log(x, where=x > 0, out=np.zeros(3)))


@either(V)
def whr2(x):
    return np.sum(np.divide(1.0, x, where=x > 0, out=x * 1.0))


@either(V)
def whr3(x):
    return np.sum(x * x, where=x > 0) + np.mean(x, where=x > 0) + np.max(x, where=x < 1, initial=-9)


# ---- what the random programs found


@right(V)
def where_of_a_reduction_with_out(x):
    z = np.zeros(3)
    np.sum(np.outer(x, x), axis=0, where=M > 0.4, out=z)
    np.multiply(M, x, where=x > 0.8, out=(w := np.zeros((3, 3))))
    return np.sum(z * x) + np.sum(w * M)


@refused(V, words="where= without out=")
def where_without_out(x):
    return np.sum(np.log(x, where=x > 0))


@refused(V, words="does not fit the type of out=")
def floats_into_an_integer_out(x):
    y = np.zeros(3, dtype=int)
    np.multiply(x, 2.0, out=y)
    return np.sum(y * x)


@right(0.9, V)
def rows_swapped_in_a_loop_in_a_branch(x, y):
    rows = [0.0]
    if y[0] < 1.3:
        a = np.array([0.7, 0.7, x])
        b = np.zeros(3)
        for _ in range(3):
            for k in range(3):
                b[k] = x * b[k] + 0.7
            a, b = b, a
        rows.append(b[2] ** 2)
    return sum(v for k, v in enumerate(rows))


@right(0.84, V)
def a_loop_that_writes_in_one_branch(x, y):
    if y[1] > 0.0:
        pass
    else:
        for _ in y:
            y[1:2] += y[:1] * x
    return np.sum(np.sin(y))


@right(0.3, V)
def written_before_what_may_raise(x, y):
    try:
        y[1] += 0.7
        if x > 1.0:
            raise ValueError("too large")
        y -= y * x
    except ValueError:
        pass
    return np.sum(y * y)


@right(V)
def operators_on_lists(x):
    both = operator.add([x[0]], [x[1] * x[2]])
    return sum(v * v for v in both)


@right(V)
def outer_indices_of_floats(x):
    a, b = np.ix_(x, V)
    return np.sum(a * b * x)


@right(V)
def spacing_of_frequencies(x):
    return np.sum(np.fft.fftfreq(3, x[0]) * x) + np.sum(np.fft.rfftfreq(4, d=x[2]) * x)


@right(V)
def broadcast_and_gridded(x):
    p, q = np.broadcast_arrays(x, M * x)
    u, v = np.meshgrid(x, x)
    return np.sum(p * q) + np.sum(u * v * x)


# ---- numbers kept outside under keys that are no names; lists of arrays and numbers; sums of broadcast copies


TABLE: dict[Any, Any] = {4: (2.5, 3.5), 5: (1.5, 7.5), "if": (2.0, 3.0), "lambda": 1.25}


@right(V)
def keys_that_are_no_names(x):
    a, b = TABLE[4]
    c, d = TABLE[5]
    p, q = TABLE["if"]
    return np.sum(x * x * a * b) * c * d * p * q * TABLE["lambda"]


@either(V)
def written_array_beside_a_number(x):
    y = x * 1.0
    y[0] = 2.0
    items, total = [y, np.sum(y * y)], 0.0
    for i in range(len(x) - 1):
        total = total + np.sum(items[i] * 3.0)
    return total


@right(V)
def updated_by_a_broadcast_row(x):
    z = np.ones((2, 3)) * x
    z *= np.sin(x)
    return np.sum(z * z * z)


@right(V)
def joined_from_one_array(x):
    return np.sum(np.stack(np.outer(x, x), axis=1) * x) + np.sum(np.concatenate(np.outer(x, x * x)) ** 2)


@right(1.4)
def appended_to_a_slice_of_constants(x):
    start = [0.7 for _ in range(3)]
    rest = start[1:]
    rest.append(x)
    first, *others = start
    others.append(x * x)
    return sum(rest) + sum(others) * first


@right(V)
def chosen_among_what_may_be_a_number(x):
    total = 0
    for _ in range(4):
        total += x
    return np.sum(np.tanh(np.where(x > 9.0, 0.7, total)))


@right(V)
def a_write_whatever_was_raised(x):
    try:

        def helper(e):
            return math.sin(e)

        helper(0.7)
        y = x[2]
    finally:
        x[1] = 2.0
    return np.sum(x * x) * y


@right(V)
def a_variable_called_underscore(x):
    pair = [x[1], x[0]]
    for _ in x:
        pair[0] /= pair[1]
        a, b, _ = 0.7, 0.7, pair[1]
        pair[0] *= b + _
    return pair[0] * _ * a


# ---- the tests


@right(V)
def own_buffer_after_a_sum(x):
    x = np.array([x[0] for _ in x]) + (x - x)
    table = {"y": x, "z": -x}
    table["z"][2] = table["y"][1]
    return np.sum(table["z"] * np.arange(1.0, 4.0))


@right(V)
def added_again_and_again(x):
    total = 0
    for _ in range(4):
        total = total + np.tanh(x)
    return total[1]


@right(V, 0.7, argnums=(0, 1))
def source_of_a_broadcast_is_overwritten(x, y):
    part = x[1:2]
    product = y * np.broadcast_to(part, 3)
    part[...] = 0.3
    return np.sum(product) * x[1]


@right(1.4)
def carried_item_and_the_test_of_its_loop(x):
    rows = [0.7, 2.0]
    k = 0
    while k and 0.7 < 2.04:
        k += 1
        rows[0] = 0
    return sum(rows) * x


def two_values(v, n):
    for _ in range(n):
        yield v
        v = v * 0.7


@right(1.4)
def caught_while_a_generator_waits(x):
    for value in two_values(x, 3):
        try:
            {"a": 0.7}["b"]
        except KeyError:
            pass
    return value * x


@right(V)
def sorted_floats_stay_floats(x):
    single = np.zeros(3, dtype=np.float32)
    rows = [0.1 for v in x if v < 3.0] + [0.3]
    single[2] += sorted(rows)[0]
    rows.sort(reverse=True)
    return (float(single[2]) + rows[0]) * np.sum(x)


@right(0.2)
def returned_from_a_loop_that_is_not_entered(x):
    y = x
    if 0.7 > 0.9:
        return 0.7
    if y < 0.1:
        for n in range(3):
            if n:
                return 0.7 / y
    return y * y


@right([0.06, 1.13, 0.93])
def stacked_rows_of_unknown_rank(z):
    row = 0
    for _ in range(2):
        row = np.sin(z)
    table = np.empty((3, 3))
    table[:] = np.vstack([row, row, row])
    return np.sum(table * np.arange(9.0).reshape(3, 3))


def test_cotangents_of_single_precision_in_lists_of_arrays():
    def f(z):
        rows = [z, z]
        if rows[1][1, 2]:
            rows.append(rows[1])
        return np.sum(rows[1] * np.arange(6.0).reshape(2, 3))

    z = np.array([[0.34, 1.6, 0.78], [0.06, 0.75, 1.0]], dtype=np.float32)
    gradient = ad.grad(f)(z)
    assert gradient.dtype == np.float32
    np.testing.assert_array_equal(gradient, np.arange(6.0).reshape(2, 3))


# ---- bounds that cross, axes of one entry under einsum, rules that do not know


@right(V, np.array([0.9, 1.4, -0.5]), np.array([0.2, 0.5, 0.9]), argnums=(0, 1, 2))
def clipped_between_bounds_that_cross(x, low, high):
    return np.sum(np.clip(x, low, high) ** 2 * np.array([1.0, 2.0, 3.0]))


@right(-2.0, 0.5, -0.3, argnums=(0, 1, 2))
def a_number_clipped_between_bounds_that_cross(x, low, high):
    return np.clip(x, low, high) ** 2 + np.clip(x, None, high) ** 3 * np.clip(x, low, None)


@right(M[:2, :1], M.T, argnums=(0, 1))
def summed_label_of_one_entry_is_spread(a, b):
    return np.sum(np.einsum("ij,jk->ik", a, b) ** 2)


@right(M)
def summed_label_of_one_entry_in_a_slice(x):
    return np.sum(np.einsum("ij,jk->ik", x[:, :1], x) ** 2)


def crossed_in_the_plane(x, y):
    return np.sum(np.cross(x, y) ** 2 * np.arange(1, 3))


def crossed_with_the_plane(x, y):
    return np.sum(np.cross(x, y) ** 2)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("f", "x", "y"), [(crossed_in_the_plane, M[:2, :2], M[1:, 1:]), (crossed_with_the_plane, V[:2], V)]
)
def test_products_of_vectors_in_the_plane_are_refused_when_run(f, x, y):
    for derive in (lambda: ad.grad(f)(x, y), lambda: ad.vjp(f, x, y)[1](1.0), lambda: ad.grad(f, 1)(x, y)):
        with pytest.raises(runtime.Refused, match="vectors in the plane"):
            derive()


@refused(V, words="np.pad in this mode has no derivative rule")
def a_rule_that_does_not_know_inside_a_try(x):
    try:
        y = np.pad(x**2, 1, mode="mean")
    except Exception:
        y = x
    return np.sum(y**2)


@refused(M, words="np.linalg.cond has a derivative for p=None and p=2")
def condition_number_of_another_norm(x):
    return np.linalg.cond(x, p="fro")


@refused(M, words="order='A' and 'K' depend on the memory layout")
def flattened_in_the_order_of_memory(x):
    return np.sum(x.T.flatten("K") * np.arange(9))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("f", "make", "argnums", "second", "tol"), RIGHT)
def test_right(f, make, argnums, second, tol):
    refusals = contextlib.suppress(*REFUSALS) if f.__name__ in UNFOLLOWED else contextlib.nullcontext()
    with refusals:
        judge(f, make, argnums, second, tol)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("f", "make", "words"), REFUSED)
def test_refused(f, make, words):
    for derivative in (
        ad.grad(f),
        lambda *a: ad.jvp(f, a, tuple(np.ones_like(v) for v in a)),
        lambda *a: ad.vjp(f, *a),
    ):
        with pytest.raises(REFUSALS) as caught:
            derivative(*fresh(make))
        text = str(caught.value)
        assert words in text
        assert "test_adversarial.py" in text


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("f", "make"), EITHER)
def test_right_or_refused(f, make):
    refusals = contextlib.suppress(*REFUSALS) if f.__name__ in UNFOLLOWED else contextlib.nullcontext()
    with refusals:
        check_first(f, make, 0, 2e-6)
    with contextlib.suppress(*REFUSALS):
        check_forward(f, make, 0, 2e-6)
    with contextlib.suppress(*REFUSALS):
        check_second(f, make, 0, 2e-6)


@pytest.mark.parametrize("function", [np.sum, np.prod, np.cumsum, np.trace])
@pytest.mark.parametrize(("given", "target"), [("d", "f"), ("f", "d"), ("d", "g"), ("i", "d")])
def test_results_in_arrays_of_another_type_have_numpys_own_rounding(function, given, target):
    def f(x, y):
        out = np.zeros(np.shape(function(x)), dtype=target)
        function(x, out=out)
        return np.sum(out) * y

    x = (np.random.default_rng(5).random((40, 40)) * 10).astype(given)
    assert ad.value_and_grad(f, argnums=1)(x, 1.5)[0] == f(x, 1.5)


def written_like_an_array_that_is_of_integers(x):
    y = x if x[0] > 5.0 else np.array([1, 2, 3])
    z = np.zeros_like(y)
    z[0] = x[0] * 5.0
    return z[0] * 1.0


def written_into_what_is_of_integers(x):
    y = x * 2.0 if x[0] > 5.0 else np.array([1, 2, 3])
    y[1:] = x[1:] * 5.0
    return y[1] * x[0]


@pytest.mark.parametrize("f", [written_like_an_array_that_is_of_integers, written_into_what_is_of_integers])
def test_what_is_of_integers_when_run_is_not_written(f):
    for derivative in (ad.grad(f), ad.value_and_grad(f), lambda x: ad.jvp(f, (x,), (x,)), lambda x: ad.vjp(f, x)):
        with pytest.raises(runtime.Refused, match="of ints on one way and of floats on another"):
            derivative(V.copy())
    assert ad.value_and_grad(f)(V + 5.0)[0] == f(V + 5.0)


def test_a_copied_broadcast_keeps_its_strides():
    def f(x):
        x[2] *= x[1]
        rows = np.broadcast_to(x, (13, 3)) * 0.76
        x[0] += 1.0
        return np.sum(np.sin(rows)) + x[0]

    for seed in range(20):
        x = np.random.default_rng(seed).normal(size=3)
        assert ad.value_and_grad(f)(x.copy())[0] == f(x.copy())


def test_a_pullback_outlives_the_derivative_in_which_it_was_made():
    def f(x):
        saved = []

        def inner(z):
            y, pullback = ad.vjp(lambda u: u * u * x, z)
            saved.append(pullback)
            return y

        slope = ad.grad(inner)(x)
        return slope * saved[0](1.0)[0]

    assert ad.grad(f)(3.0) == 16.0 * 3.0**3  # slope and pullback are 2 * x * x, each


def written_through_a_copy_of_what_is_in_columns(x):
    y = x.copy()
    r = np.reshape(y, -1)
    r[1] = 5.0
    return y[0, 1] * x[0, 0] + y[1, 0]


def written_past_a_copy_in_the_order_of_columns(x):
    y = np.copy(x)
    r = np.reshape(y, -1)
    r[1] = 5.0
    return y[0, 1] * x[0, 0] + y[1, 0]


@pytest.mark.parametrize(
    "f", [written_through_a_copy_of_what_is_in_columns, written_past_a_copy_in_the_order_of_columns]
)
def test_copies_have_their_rows_or_columns_in_order(f):
    """The method copies into rows, the function into the order of its argument: `reshape` then views or copies."""
    for x in (M.copy(), np.asfortranarray(M)):
        value, gradient = ad.value_and_grad(f)(x)
        assert value == f(x)
        np.testing.assert_allclose(gradient.ravel(), differences(f, (x,), 0), atol=1e-6)
        assert ad.jvp(f, (x,), (x,))[0] == value
        assert ad.vjp(f, x)[0] == value


def test_an_argument_whose_entries_share_memory_is_not_written():
    def f(x, c):
        for j in range(len(x) - 1):
            x[j + 1] = np.exp(c * x[j] * 0.3)
        return x[-1]

    def only_read(x, c):
        return np.sum(x * x) * c

    folded = np.lib.stride_tricks.as_strided(np.array([0.5]), (4,), (0,))
    with pytest.raises(RefusedAtRunTime, match="entries of it share memory"):
        ad.grad(f, 1)(folded, 1.0)
    assert ad.grad(only_read, 1)(folded, 1.0) == 1.0
    for x in (M[0], M.T[0], M[::-1, ::2][1], M.ravel()[::-3]):
        np.testing.assert_allclose(ad.grad(f, 1)(x.copy(), 1.0), ad.grad(f, 1)(np.array(list(x)), 1.0))
        ad.grad(f, 1)(x.copy()[::-1], 1.0)


def returned_early_of_two_precisions(x, y):
    q = 0.0
    for _ in range(2):
        q = np.tanh(x + x) - 0.68 * q
    if y[0] > 0.5:
        return max(q[0], x[0]) * np.einsum("i,i->", q, y)
    return np.sum(y**2)


def test_gradients_have_the_precision_of_their_arguments():
    """A number of Python's leaves float32 what it is; its kind, joined with that of an array, is one of doubles."""
    f, x = returned_early_of_two_precisions, V.astype(np.float32)
    for y in (V, -V):
        for gradients in (ad.grad(f, (0, 1))(x, y), ad.vjp(f, x, y)[1](1.0)):
            assert [g.dtype for g in gradients] == [np.float32, np.float64]
