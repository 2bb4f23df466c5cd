"""grad, value_and_grad, vjp, jvp, hvp: first derivatives, and what is composed of two of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import transforms
from ad.derivative import Derivative
from transforms.errors import REFUSALS, ArgumentError, shorten


def grad(fn: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Derivative:
    """The gradient of a function that returns one real number.

    For real `f` of a complex argument it is df/dx - i df/dy (JAX's and autograd's convention).

    Args:
        fn: a Python function of numbers, arrays, and containers of these.
        argnums: the position, or tuple of positions, of the arguments to differentiate; for a tuple the gradient is
            a tuple, too.
        has_aux: `fn` returns a pair `(value, extra)`; the gradient then returns `(gradient, extra)`.

    Returns:
        A function of the same arguments; the gradient has the argument's own structure, shape and dtype. What is no
        float in a container (an int, text, None) has None in its place.

    Raises:
        KindError: the output is no real scalar, or a differentiated argument is an integer array. Also a TypeError.
        ArgumentError: `argnums` does not fit the arguments. Also a ValueError.
        SourceError: Python has not kept the source of the function.
        UnsupportedError: a construct or function that cannot be differentiated, with its line.
            All four are a `DerivativeError`, raised by the derivative when it is called, not by `grad`.
        RefusedAtRunTime: what only shows when run, as two arguments that share memory which `fn` writes; it is no
            Exception, so that no `except` of the function's swallows it.

    >>> import ad, numpy as np
    >>> ad.grad(lambda x: np.sum(x**3))(np.array([1.0, 2.0]))
    array([ 3., 12.])
    """
    return Derivative(fn, "grad", {"argnums": argnums, "value": False, "aux": has_aux})


def value_and_grad(fn: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Derivative:
    """The function's value and its gradient, as `(value, gradient)`, from one run.

    Arguments, conventions and errors are those of `grad`.

    >>> import ad
    >>> ad.value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    return Derivative(fn, "value_and_grad", {"argnums": argnums, "value": True, "aux": has_aux})


def vjp(fn: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., tuple[Any, ...]]]:
    """The value at `primals`, and the pullback: from a cotangent of the output to those of the inputs, as a tuple.

    The function runs once; the pullback may be called any number of times.  A cotangent has the structure and the
    shapes of the value, and each cotangent of an input those of the input, and its dtype.

    Raises:
        ArgumentError: from the pullback, where the cotangent does not have the structure or a shape of the value.
        KindError: the output is None, text, or of integers or bools alone; in a container these take no cotangent.
        UnsupportedError, RefusedAtRunTime: as for `grad`.

    >>> import ad
    >>> y, pullback = ad.vjp(lambda a, b: a * b, 2.0, 3.0)
    >>> y, pullback(1.0)
    (6.0, (3.0, 2.0))
    """
    try:
        found: tuple[Any, Callable[..., tuple[Any, ...]]] = transforms.derive.pullback(fn, primals)
    except REFUSALS as error:
        shorten(error)
        raise
    return found


def jvp(fn: Callable[..., Any], primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> tuple[Any, Any]:
    """The value at `primals`, and the derivative along `tangents`: forward mode.

    Args:
        fn: as for `grad`; it may return numbers, arrays, and containers of these.
        primals: the arguments, in a tuple.
        tangents: for each argument a direction of its structure and shapes, or None if it stays as it is.

    Raises:
        ArgumentError: a tangent does not have the structure or a shape of its primal.
        KindError: the output is None, text, or of integers or bools alone.
        UnsupportedError, RefusedAtRunTime: as for `grad`.

    >>> import ad
    >>> ad.jvp(lambda a, b: a * b, (2.0, 3.0), (1.0, 0.0))
    (6.0, 3.0)
    """
    if not isinstance(primals, (tuple, list)) or not isinstance(tangents, (tuple, list)):
        remedy = "write ad.jvp(f, (x,), (v,))"
        raise ArgumentError("primals and tangents are tuples with an entry for each argument", None, remedy)
    try:
        found: tuple[Any, Any] = transforms.derive.pushforward(fn, tuple(primals), tuple(tangents))
    except REFUSALS as error:
        shorten(error)
        raise
    return found


def hvp(fn: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    """The product of the Hessian with a vector, forward over reverse: `hvp(f)(x, v)`.

    `f` returns one real number; `v` and the product have the structure and the shapes of `x`.  The time is a few times
    that of `f`, however long `x` is (B. A. Pearlmutter, Fast exact multiplication by the Hessian, 1994).

    Raises:
        KindError: the output is no real scalar.
        ArgumentError: `v` does not have the structure or a shape of `x`.

    >>> import ad, numpy as np
    >>> ad.hvp(lambda x: np.sum(x**3))(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    array([6., 0.])
    """
    gradient = grad(fn)

    def product(x: Any, v: Any) -> Any:
        return transforms.derive.along(gradient, (x,), (v,))

    return product


def stop_gradient(x: Any) -> Any:
    """`x` itself, as a constant for every derivative.

    >>> import ad
    >>> ad.grad(lambda x: x * ad.stop_gradient(x))(3.0)
    3.0
    """
    return x


grad.__derivative__ = ("grad",)  # type: ignore[attr-defined]
value_and_grad.__derivative__ = ("value_and_grad",)  # type: ignore[attr-defined]
vjp.__derivative__ = ("vjp",)  # type: ignore[attr-defined]
jvp.__derivative__ = ("jvp",)  # type: ignore[attr-defined]
stop_gradient.__derivative__ = ("stop_gradient",)  # type: ignore[attr-defined]
