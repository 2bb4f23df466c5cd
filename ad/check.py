"""check_grads: derivatives against differences, and the two modes against each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ad.gradients import jvp, vjp
from tensor import tree
from transforms.errors import ArgumentError


def check_grads(
    f: Callable[..., Any],
    args: tuple[Any, ...],
    order: int = 2,
    modes: tuple[str, ...] = ("fwd", "rev"),
    atol: float = 1e-6,
    rtol: float = 1e-5,
    eps: float = 1e-5,
) -> None:
    """Check the derivatives of `f` at `args` along a random direction, up to `order`.

    Forward mode is compared with central differences, reverse mode with the same differences by <J v, w> = <v, J' w>.

    Args:
        f: a function as for `vjp`, of floats.
        args: its arguments, in a tuple.
        order: 1 for first derivatives, 2 for the second ones as well, and so on.
        modes: which of "fwd" and "rev" to check.
        atol, rtol: what may differ; each order allows ten times as much as the one before.
        eps: the step of the differences.

    Raises:
        ArgumentError: `args` is no tuple, or a mode has another name.
        AssertionError: they differ by more than `atol + rtol * size`.

    >>> import ad
    >>> ad.check_grads(lambda x: x**3, (1.5,), order=2)
    """
    if not isinstance(args, tuple):
        raise ArgumentError("the arguments of check_grads are a tuple", None, "write ad.check_grads(f, (x,))")
    if not modes or not {"fwd", "rev"}.issuperset(modes):
        raise ArgumentError(f"modes is {modes!r}", None, 'write ("fwd",), ("rev",) or ("fwd", "rev")')
    rng = np.random.default_rng(0)
    direction = tuple(random_like(a, rng) for a in args)
    ahead = f(*shifted(args, direction, eps))
    behind = f(*shifted(args, direction, -eps))
    difference = tree.tree_map(lambda a, b: (a - b) / (2 * eps), ahead, behind)
    if "fwd" in modes:
        _, y_dot = jvp(f, args, direction)
        close(y_dot, difference, atol, rtol, "forward mode and differences")
    if "rev" in modes:
        y, pullback = vjp(f, *args)
        w = random_like(y, rng)
        close(dot(pullback(w), direction), dot(w, difference), atol, rtol, "reverse mode and differences")
    if order > 1:
        check_grads(lambda *xs: jvp(f, xs, direction)[1], args, order - 1, modes, atol * 10, rtol * 10, eps)


def random_like(x: Any, rng: np.random.Generator) -> Any:
    """A random pytree of the structure of `x`."""
    return tree.tree_map(lambda a: rng.normal(size=np.shape(a)) if np.ndim(a) else float(rng.normal()), x)


def shifted(args: Any, direction: Any, step: float) -> Any:
    return tree.tree_map(lambda a, d: a + step * d, args, direction)


def dot(a: Any, b: Any) -> float:
    return float(sum(np.sum(x * y) for x, y in zip(tree.leaves(a), tree.leaves(b), strict=True)))


def close(a: Any, b: Any, atol: float, rtol: float, what: str) -> None:
    for x, y in zip(tree.leaves(a), tree.leaves(b), strict=True):
        if not np.allclose(x, y, atol=atol, rtol=rtol):
            raise AssertionError(f"{what} differ: {x} and {y}")
