"""The user's own rules: autograd's `defvjp` and `defjvp` forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from transforms.errors import ArgumentError


def defvjp(fun: Callable[..., Any], *makers: Callable[..., Any], argnums: tuple[int, ...] | None = None) -> None:
    """Declare the pullbacks of `fun`: `maker(ans, *args, **kwargs)` gives `g -> cotangent`, one for each argument.

    Args:
        fun: the function, of NumPy, of a library or your own; its source is then not read.
        makers: for each argument a function of the result `ans` and the arguments; what it returns takes the
            cotangent of the result and gives that of the argument, in the argument's shape.
        argnums: the positions of the arguments that the makers are for, if not 0, 1, ...

    Raises:
        ArgumentError: the makers are no functions, or not as many as `argnums`.
        UnsupportedError: when a derivative is asked for along an argument without a maker.

    >>> import ad, numpy as np
    >>> ad.defvjp(np.spacing, lambda ans, x: lambda g: 0.0 * g)
    >>> ad.grad(lambda x: x + np.spacing(x))(1.0)
    1.0
    """
    from tensor.registry import Partial

    numbered = positions("defvjp", fun, makers, argnums)
    rule = rule_of(fun)
    for position, maker in numbered:
        old = rule.partials.get(position, Partial())
        rule.partials[position] = Partial(old.pushforward, uncurried(maker), old.linear)


def defjvp(fun: Callable[..., Any], *jvps: Callable[..., Any], argnums: tuple[int, ...] | None = None) -> None:
    """Declare the pushforwards of `fun`: `jvp(g, ans, *args, **kwargs)` gives a tangent, one for each argument.

    `g` is the tangent of the argument, `ans` the result; the tangent of the result is the sum over the arguments.
    `argnums` and errors as for `defvjp`.

    >>> import ad, numpy as np
    >>> ad.defjvp(np.spacing, lambda g, ans, x: 0.0 * g)
    >>> ad.jvp(lambda x: x + np.spacing(x), (1.0,), (1.0,))[1]
    1.0
    """
    from tensor.registry import Partial

    numbered = positions("defjvp", fun, jvps, argnums)
    rule = rule_of(fun)
    for position, pushforward in numbered:
        old = rule.partials.get(position, Partial())
        rule.partials[position] = Partial(pushforward, old.pullback, False)


def positions(
    name: str, fun: Any, makers: tuple[Any, ...], argnums: tuple[int, ...] | None
) -> Iterator[tuple[int, Callable[..., Any]]]:
    """The functions of a rule with the positions that they are for."""
    if not makers or not all(map(callable, (fun, *makers))):
        reason = f"ad.{name} takes a function, and for each of its arguments one that gives the derivative"
        raise ArgumentError(reason, None, f"write ad.{name}(f, lambda {SIGNATURES[name]})")
    nums = range(len(makers)) if argnums is None else argnums
    if len(nums) != len(makers):
        raise ArgumentError(f"{len(makers)} functions are given to ad.{name}, and {len(nums)} argnums")
    return zip(nums, makers, strict=True)


SIGNATURES = {"defvjp": "ans, x: lambda g: ...", "defjvp": "g, ans, x: ..."}


def rule_of(fun: Callable[..., Any]) -> Any:
    """The rule of a callable, a new one if it has none; the tables come first, so that they replace nothing later."""
    import tensor.rules  # noqa: F401  (importing it fills the registry)
    from tensor import registry

    return registry.lookup(fun) or registry.RULES.setdefault(fun, registry.Rule(fun))


def uncurried(maker: Callable[..., Any]) -> Callable[..., Any]:
    """`maker(ans, *args)(g)` as a template of `(g, ans, *args)`."""

    def pullback(g: Any, ans: Any, *args: Any, **kwargs: Any) -> Any:
        return maker(ans, *args, **kwargs)(g)

    return pullback
