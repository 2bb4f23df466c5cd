"""The pipeline: a function and its actual arguments -> the text of a derivative, loaded and ready to run.

find the source, lower on the arguments' kinds          transforms.lower
differentiate                                           transforms.differentiate
optimise, rebuild, print, load                          transforms.optimise, rebuild, emit, load
"""

from __future__ import annotations

from typing import Any

import numpy as np

from transforms import ir
from transforms.arguments import gradient_tree, key_of
from transforms.deriving import precision
from transforms.deriving.attempts import first_line, function_name, restarting, spoken_name
from transforms.deriving.finish import finish
from transforms.deriving.halves import pullback, split
from transforms.deriving.linearised import linear
from transforms.deriving.lowered import Lowered, check_output, lower, output_operand, refusal
from transforms.deriving.ownership import owned
from transforms.deriving.remade import recall, remember
from transforms.deriving.told import tell
from transforms.deriving.variants import Derived, cached, own_check, run, texts
from transforms.differentiate import forward
from transforms.differentiate.detached import detach
from transforms.differentiate.reverse import Reverse
from transforms.errors import REFUSALS, ArgumentError, KindError, UnsupportedError, shorten
from transforms.ir import Block, Const, Var
from transforms.lower.scalar import no_gradient
from transforms.lower.state.notes import Notes
from transforms.seeds import tangent_leaves


def wanted(fn: Any, argnums: int | tuple[int, ...], count: int) -> tuple[int, ...]:
    """The positions to differentiate, counted from the start."""
    nums = argnums if isinstance(argnums, tuple) else (argnums,)
    for n in nums:
        if not isinstance(n, (int, np.integer)):
            raise ArgumentError(f"argnums is {argnums!r}, and no position", first_line(fn), POSITIONS)
        if not -count <= n < count:
            counted = "1 positional argument" if count == 1 else f"{count} positional arguments"
            raise ArgumentError(
                f"argnums has {n}, but the function is called with {counted}",
                first_line(fn),
                "count from 0, and pass the arguments to differentiate by position",
            )
    return tuple(n % count for n in nums)


POSITIONS = "write a position, or a tuple of positions; the arguments go to the derivative: ad.grad(f, argnums)(x, y)"


def gradient(
    fn: Any,
    argnums: int | tuple[int, ...],
    args: tuple,
    kwargs: dict[str, Any],
    *,
    value: bool,
    aux: bool,
    general: bool = False,
) -> Derived:
    """The gradient of `fn` for arguments of these kinds; `value`: with the function's value; `aux`: with its extras;
    `general`: for all shapes, whether or not they agree as those of these arguments do."""
    nums = wanted(fn, argnums, len(args))
    return restarting(fn, lambda notes: _gradient(fn, argnums, nums, args, kwargs, value, aux, notes), general)


def _gradient(
    fn: Any,
    argnums: Any,
    nums: tuple[int, ...],
    args: tuple,
    kwargs: dict[str, Any],
    value: bool,
    aux: bool,
    notes: Notes,
) -> Derived:
    low = lower(fn, args, kwargs, nums, notes, strict=True)
    lo = low.lo
    output, extra = split_aux(low, aux)
    check_scalar(fn, output)
    inputs = [v for n in nums for v in low.entry.leaves[n]]
    block = Block()
    detach(low.block, forward.leaf_vars(lo, low.result))
    reverse = Reverse(lo, low.block, inputs, output)
    lo.block = block
    reverse.sweep_forward()
    bars = reverse.sweep_backward([(output, Const(1.0))])
    bars = precision.restored(lo, [block], inputs, bars)
    table = owned(lo, dict(zip((v.serial for v in inputs), bars, strict=True)))
    trees = tuple(gradient_tree(low.values[n], low.params[n], table, low.abstract[n], lo) for n in nums)
    found = trees if isinstance(argnums, tuple) else trees[0]
    result = found
    if value:
        result = (lo.operand(output), found) if not aux else ((lo.operand(output), lo.operand(extra)), found)
    elif aux:
        result = (found, lo.operand(extra))
    block.results = [result]
    suffix = "value_and_grad" if value else "grad"
    return finish(low, ir.Function(f"{function_name(fn)}_{suffix}", low.params, block))


def split_aux(low: Lowered, aux: bool) -> tuple[Any, Any]:
    if not aux:
        return low.result, None
    if not isinstance(low.result, tuple) or len(low.result) != 2:
        raise KindError("has_aux=True needs a function that returns a pair (value, extra)", None, AUX)
    return low.result


AUX = "return such a pair, or leave has_aux out"


def check_scalar(fn: Any, output: Any) -> None:
    """`grad` needs one real number."""
    found = no_gradient(output)
    if found is not None:
        returned, remedy = found
        raise refusal(output)(f"{spoken_name(fn)} returns {returned}, so it has no gradient", None, remedy)


def tangent(
    fn: Any,
    args: tuple,
    active: tuple[int, ...],
    general: bool = False,
    value: bool = True,
    kwargs: dict[str, Any] | None = None,
) -> Derived:
    """Forward mode: `run(*args, *keywords, *tangent leaves)` gives the value and its tangent, or the tangent alone."""
    return restarting(fn, lambda notes: _tangent(fn, args, kwargs or {}, active, notes, value), general)


def _tangent(
    fn: Any, args: tuple, kwargs: dict[str, Any], active: tuple[int, ...], notes: Notes, value: bool
) -> Derived:
    low = lower(fn, args, kwargs, active, notes)
    check_output(fn, low)
    lo = low.lo
    inputs = [v for n in active for v in low.entry.leaves[n]]
    dots = [Var(f"{v.name}_dot", v.kind, ir.Region() if v.kind.memory else None, shape=v.shape) for v in inputs]
    run = forward.Forward(lo, low.block, inputs, list(dots))
    block = run.sweep()
    lo.block = block
    dot = output_operand(lo, run.tangent_tree(low.result))
    block.results = [(output_operand(lo, low.result), dot) if value else dot]
    return finish(low, ir.Function(f"{function_name(fn)}_jvp", [*low.params, *dots], block))


def along(fn: Any, primals: tuple, tangents: tuple) -> Any:
    """The tangent of `fn` without its value."""
    try:
        return pushforward(fn, primals, tangents, value=False)
    except REFUSALS as error:
        shorten(error)
        raise


def pushforward(
    fn: Any, primals: tuple, tangents: tuple, kwargs: dict[str, Any] | None = None, value: bool = True
) -> Any:
    """The value and tangent of `fn`, or the tangent alone, deriving once for arguments of these kinds."""
    if len(primals) != len(tangents):
        remedy = "give a tangent for each primal, None for one that does not move"
        raise ArgumentError(f"{len(primals)} primals are given, but {len(tangents)} tangents", first_line(fn), remedy)
    active = tuple(i for i, t in enumerate(tangents) if t is not None)
    dots = [leaf for i in active for leaf in tangent_leaves(primals[i], tangents[i], f"tangents[{i}]")]
    named = kwargs or {}
    given = (*primals, *named.values())
    name = "jvp" if value else "along"
    variants = cached((name, active, *named), fn, given)
    known_as = (name, active, *named, *map(key_of, given))
    if not variants:
        variants.extend(recall(fn, known_as))

    def make(general: bool) -> Derived:
        made = tangent(fn, primals, active, general, value, named)
        remember(fn, known_as, made)
        return made

    return run(variants, (*given, *dots), {}, make)


def repeatable(fn: Any, primals: tuple, at: int, kwargs: dict[str, Any]) -> None:
    """Refuse a function that writes the world outside where it has to be run once for each of several tangents."""
    variants = cached(("jvp", (at,), *kwargs), fn, (*primals, *kwargs.values()))
    derived = next((d for d in variants if d.valid()), None)
    if derived is None:
        derived = tangent(fn, primals, (at,), kwargs=kwargs)
        variants.insert(0, derived)
    if derived.writes:
        raise UnsupportedError(AGAIN, first_line(fn), "use ad.jacrev, or jvp for one direction after the other")


def pullback_of_one(one: Any, x: Any, fn: Any, args: tuple, kwargs: dict[str, Any], at: int) -> Any:
    """The value of `fn(*args, **kwargs)` and the pullback to the argument `x` at this position.

    `one` is that function of `x` alone.  What is derived belongs to `fn`, so that the next call finds it; inside a
    function that is differentiated it is `one` that is followed.
    """
    try:
        return pullback(fn, args, kwargs, at)
    except REFUSALS as error:
        shorten(error)
        raise


def pushforward_of_one(one: Any, x: Any, x_dot: Any, fn: Any, args: tuple, kwargs: dict[str, Any], at: int) -> Any:
    """The value of `fn(*args, **kwargs)` and its tangent when the argument `x` at this position moves; as above."""
    tangents = (*(None,) * at, x_dot, *(None,) * (len(args) - at - 1))
    try:
        return pushforward(fn, args, tangents, kwargs)
    except REFUSALS as error:
        shorten(error)
        raise


pullback_of_one.__derivative__ = ("vjp_of_one",)  # type: ignore[attr-defined]
pushforward_of_one.__derivative__ = ("jvp_of_one",)  # type: ignore[attr-defined]
along.__derivative__ = ("along",)  # type: ignore[attr-defined]
linear.__derivative__ = ("linear",)  # type: ignore[attr-defined]
repeatable.__derivative__ = ("repeatable",)  # type: ignore[attr-defined]
AGAIN = "the function writes what is outside, and forward mode runs it once for each entry of its argument"

__all__ = [
    "Derived",
    "along",
    "function_name",
    "gradient",
    "linear",
    "own_check",
    "pullback",
    "pullback_of_one",
    "pushforward",
    "pushforward_of_one",
    "recall",
    "remember",
    "repeatable",
    "run",
    "split",
    "tangent",
    "tell",
    "texts",
]
