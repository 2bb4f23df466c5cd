"""Jacobians and Hessians, as compositions of vjp and jvp."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

import transforms
from ad.gradients import grad, jvp, vjp
from transforms.errors import ArgumentError, KindError, UnsupportedError


def jacrev(fn: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """The Jacobian by reverse mode, one pullback for each entry of the output.

    Its shape is the output's shape followed by the argument's, its dtype the output's.  `fn` returns a number or an
    array.  Cheaper than `jacfwd` where the output has fewer entries than the argument.

    Raises:
        KindError: `fn` returns a container, or the argument is an integer array.
        ArgumentError: `argnums` is not the position of one argument.

    >>> import ad, numpy as np
    >>> ad.jacrev(lambda x: x**2)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """

    def jacobian_of(*args: Any) -> Any:
        at = position(argnums, args)

        def along(x: Any) -> Any:
            return fn(*args[:at], x, *args[at + 1 :])

        y, pullback = vjp(fn, args[0]) if len(args) == 1 else vjp(along, args[at])
        one_array("jacrev", y)
        if np.iscomplexobj(y):
            if np.iscomplexobj(args[at]):
                raise KindError("jacrev of a complex function of a complex argument is not defined", None, "use ad.vjp")
            if pullback.derived.writes:  # type: ignore[attr-defined]
                raise UnsupportedError("jacrev of a complex function that writes what is outside is not defined")
            real, imaginary = jacrev(lambda x: np.real(along(x))), jacrev(lambda x: np.imag(along(x)))
            return real(args[at]) + 1j * imaginary(args[at])
        if np.ndim(y) == 0:
            return pullback(np.ones_like(y) if hasattr(y, "shape") else 1.0)[0]
        if isinstance(args[at], dict):
            raise KindError("jacrev of an array needs a number or array as its argument", None, WAY_OUT)
        rows = np.zeros((np.size(y), *np.shape(args[at])), dtype=y.dtype)
        for i in range(np.size(y)):
            seed = np.zeros_like(y, order="C")
            seed.reshape(-1)[i] = 1.0
            rows[i] = pullback(seed)[0]
        return rows.reshape((*np.shape(y), *np.shape(args[at])))

    return jacobian_of


def jacfwd(fn: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """The Jacobian by forward mode, one pushforward for each entry of the argument.

    Its shape is the output's shape followed by the argument's.  The argument is a number or an array, and so is what
    `fn` returns.  `fn` runs once for each entry of the argument.

    Raises:
        KindError: the argument or the output is a container, or the argument an integer array.
        ArgumentError: `argnums` is not the position of one argument.
        UnsupportedError: `fn` writes what is outside of it, which would be done once for each entry.

    >>> import ad, numpy as np
    >>> ad.jacfwd(lambda x: x**2)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """

    def jacobian_of(*args: Any) -> Any:
        at = position(argnums, args)
        x = args[at]
        if isinstance(x, (tuple, list, dict)):
            raise KindError("jacfwd needs a number or array as its argument", None, WAY_OUT)
        if np.ndim(x) == 0:
            return jvp(fn, args, tangents(args, at, 1.0))[1]
        columns = []
        push = transforms.derive.linear(fn, args, at)
        if push is None and np.size(x) > 1:
            transforms.derive.repeatable(fn, args, tangents(args, at, np.zeros_like(x)))
        for i in range(np.size(x)):
            direction = np.zeros_like(x, order="C")
            direction.reshape(-1)[i] = 1.0
            if push is not None:
                columns.append(push(direction))
                continue
            given = copy.deepcopy(args) if i + 1 < np.size(x) else args  # `fn` may write its arguments, once
            columns.append(jvp(fn, given, tangents(args, at, direction))[1])
        one_array("jacfwd", columns[-1] if columns else x)
        stacked = np.stack(columns, axis=-1)
        return stacked.reshape((*np.shape(columns[0]), *np.shape(x)))

    return jacobian_of


def position(argnums: int, args: tuple[Any, ...]) -> int:
    """The argument to differentiate, counted from the start."""
    if not isinstance(argnums, (int, np.integer)):
        raise ArgumentError("argnums of a Jacobian is the position of one argument", None, "write one whole number")
    if not -len(args) <= argnums < len(args):
        remedy = "count from 0, and pass the argument to differentiate by position"
        raise ArgumentError("argnums is beyond the positional arguments", None, remedy)
    return argnums % len(args)


def one_array(name: str, y: Any) -> None:
    """Refuse a function that returns a container: its Jacobian would be a container of arrays."""
    if isinstance(y, (tuple, list, dict)):
        raise KindError(f"{name} needs a function that returns a number or array, not a container", None, WAY_OUT)


WAY_OUT = "use ad.vjp or ad.jvp, which take containers, or put the numbers into one array"


def tangents(args: tuple[Any, ...], at: int, direction: Any) -> tuple[Any, ...]:
    """The tangents of the arguments when one of them moves."""
    return (*(None,) * at, direction, *(None,) * (len(args) - at - 1))


def jacobian(fn: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """The Jacobian by reverse mode: another name for `jacrev`.

    >>> import ad, numpy as np
    >>> ad.jacobian(lambda x: np.sum(x**2))(np.array([1.0, 2.0]))
    array([2., 4.])
    """
    return jacrev(fn, argnums)


def hessian(fn: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """The matrix of second derivatives of a scalar function: forward over reverse.

    Its shape is that of the argument, twice.  Arguments and errors are those of `jacfwd`, of the gradient of `fn`.

    >>> import ad, numpy as np
    >>> ad.hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 2.0]))
    array([[4., 2.],
           [2., 0.]])
    """
    return jacfwd(grad(fn, argnums), argnums)
