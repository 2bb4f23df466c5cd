"""Jacobians and Hessians: a pullback for each entry of the output, or a pushforward for each of the argument."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

import transforms
from ad.gradients import grad
from transforms.errors import ArgumentError, KindError, UnsupportedError


def jacrev(fn: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """The Jacobian by reverse mode, one pullback for each entry of the output.

    Its shape is the output's shape followed by the argument's, its dtype the output's.  `fn` returns a number or an
    array; other arguments, keyword arguments too, are passed on.  Cheaper than `jacfwd` where the output has fewer
    entries than the argument.  For a real function of a complex argument it is df/dx - i df/dy, as for `grad`.

    Raises:
        KindError: `fn` returns a container, integers, bools or None, or the argument is an integer array; or both are
            complex.
        ArgumentError: `argnums` is not the position of one argument.

    >>> import ad, numpy as np
    >>> ad.jacrev(lambda x, power: x**power)(np.array([1.0, 2.0]), power=2)
    array([[2., 0.],
           [0., 4.]])
    """

    def jacobian_of(*args: Any, **kwargs: Any) -> Any:
        at = position(argnums, args)

        def along(x: Any) -> Any:
            return fn(*args[:at], x, *args[at + 1 :], **kwargs)

        y, pullback = transforms.derive.pullback_of_one(along, args[at], fn, args, kwargs, at)
        one_array("jacrev", y)
        return by_rows(along, args[at], y, pullback)

    return jacobian_of


def by_rows(along: Callable[[Any], Any], x: Any, y: Any, pullback: Any) -> Any:
    """The Jacobian of `along` at `x`, where its value is `y`, by its pullback."""
    if np.iscomplexobj(y):
        if np.iscomplexobj(x):
            raise KindError("a Jacobian of a complex function of a complex argument is not defined", None, "use ad.vjp")
        if pullback.derived.writes:
            raise UnsupportedError("a Jacobian of a complex function that writes what is outside is not defined")
        real, imaginary = jacrev(lambda x: np.real(along(x))), jacrev(lambda x: np.imag(along(x)))
        return real(x) + 1j * imaginary(x)
    if np.ndim(y) == 0:
        return pullback(np.ones_like(y) if hasattr(y, "shape") else 1.0)[0]
    if not is_number_or_array(x):
        raise KindError("a Jacobian of an array needs a number or array as its argument", None, WAY_OUT)
    rows = np.zeros((np.size(y), *np.shape(x)), dtype=np.result_type(y, 1j) if np.iscomplexobj(x) else y.dtype)
    for i in range(np.size(y)):
        seed = np.zeros_like(y, order="C")
        seed.reshape(-1)[i] = 1.0
        rows[i] = pullback(seed)[0]
    return rows.reshape((*np.shape(y), *np.shape(x)))


def jacfwd(fn: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """The Jacobian by forward mode, one pushforward for each entry of the argument.

    Its shape is the output's shape followed by the argument's.  The argument is a real number or array, and `fn`
    returns a number or an array; other arguments, keyword arguments too, are passed on.  `fn` runs once, or, where it
    writes what it is given, once for each entry of the argument.

    Raises:
        KindError: `fn` returns a container, integers, bools or None, or the argument is a container, an integer array
            or complex.
        ArgumentError: `argnums` is not the position of one argument.
        UnsupportedError: `fn` writes what is outside of it, which would be done once for each entry.

    >>> import ad, numpy as np
    >>> ad.jacfwd(lambda x: x**2)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """

    def jacobian_of(*args: Any, **kwargs: Any) -> Any:
        at = position(argnums, args)
        x = args[at]
        if not is_number_or_array(x):
            raise KindError("jacfwd needs a number or array as its argument", None, WAY_OUT)
        if np.iscomplexobj(x):
            raise KindError("jacfwd of a complex argument is not defined", None, "use ad.jacrev, or ad.jvp")

        def along(x: Any) -> Any:
            return fn(*args[:at], x, *args[at + 1 :], **kwargs)

        if np.ndim(x) == 0:
            y, y_dot = transforms.derive.pushforward_of_one(along, x, 1.0, fn, args, kwargs, at)
            one_array("jacfwd", y)
            return y_dot
        runs = max(np.size(x), 1)
        push = transforms.derive.linear(fn, args, at, kwargs)
        if push is not None:
            return joined(x, [push(direction(x, i)) for i in range(runs)])
        if runs > 1:
            transforms.derive.repeatable(fn, args, at, kwargs)
        columns = []
        for i in range(runs):
            given, named = (
                copy.deepcopy((args, kwargs)) if i + 1 < runs else (args, kwargs)
            )  # written once, by the last
            y_dot = transforms.derive.pushforward_of_one(along, x, direction(x, i), fn, given, named, at)[1]
            columns.append(y_dot)
        return joined(x, columns)

    return jacobian_of


def direction(x: Any, i: int) -> Any:
    """The tangent of `x` in which its entry `i` moves, or none if it has no entries."""
    x_dot = np.zeros_like(x, order="C")
    x_dot.reshape(-1)[i : i + 1] = 1.0
    return x_dot


def joined(x: Any, columns: list[Any]) -> Any:
    """The Jacobian of these columns, one for each entry of `x`; one that says the shape where `x` has none."""
    one_array("jacfwd", columns[0])
    stacked = np.stack(columns, axis=-1)[..., : np.size(x)]
    return stacked.reshape((*np.shape(columns[0]), *np.shape(x)))


def position(argnums: int, args: tuple[Any, ...]) -> int:
    """The argument to differentiate, counted from the start."""
    if not isinstance(argnums, (int, np.integer)):
        raise ArgumentError("argnums of a Jacobian is the position of one argument", None, "write one whole number")
    if not -len(args) <= argnums < len(args):
        remedy = "count from 0, and pass the argument to differentiate by position"
        raise ArgumentError("argnums is beyond the positional arguments", None, remedy)
    return argnums % len(args)


def one_array(name: str, y: Any) -> None:
    """Refuse a function that returns a container or object: its Jacobian would be a container of arrays."""
    if not is_number_or_array(y):
        raise KindError(f"{name} needs a function that returns a number or array, not a container", None, WAY_OUT)


def is_number_or_array(x: Any) -> bool:
    return isinstance(x, (int, float, complex)) or hasattr(x, "shape")


WAY_OUT = "use ad.vjp or ad.jvp, which take containers, or put the numbers into one array"


def jacobian(fn: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """The Jacobian by the mode that takes fewer passes: forward where the output has more entries than the argument.

    Shapes, arguments and errors are those of `jacrev`.  Where it cannot be found from one run of `fn`, as where that
    writes its arguments or prints, reverse mode is used.

    >>> import ad, numpy as np
    >>> ad.jacobian(lambda x: np.sum(x**2))(np.array([1.0, 2.0]))
    array([2., 4.])
    """

    def jacobian_of(*args: Any, **kwargs: Any) -> Any:
        at = position(argnums, args)
        x = args[at]

        def along(x: Any) -> Any:
            return fn(*args[:at], x, *args[at + 1 :], **kwargs)

        y, pullback = transforms.derive.pullback_of_one(along, x, fn, args, kwargs, at)
        one_array("jacobian", y)
        if is_number_or_array(x) and 0 < np.size(x) < np.size(y) and not np.iscomplexobj(x):
            push = transforms.derive.linear(fn, args, at, kwargs)
            if push is not None:
                return joined(x, [push(direction(x, i)) for i in range(np.size(x))]) if np.ndim(x) else push(1.0)
        return by_rows(along, x, y, pullback)

    return jacobian_of


def hessian(fn: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """The matrix of second derivatives of a scalar function: forward over reverse.

    Its shape is that of the argument, twice.  Arguments and errors are those of `jacfwd`, of the gradient of `fn`.

    >>> import ad, numpy as np
    >>> ad.hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 2.0]))
    array([[4., 2.],
           [2., 0.]])
    """
    return jacfwd(grad(fn, argnums), argnums)
