"""ad's operators: grad, vjp, jvp and the others, by name."""

from __future__ import annotations

from typing import Any

import numpy as np

from transforms.ir import Block, Const, Var
from transforms.lower.calls import calling, closures
from transforms.lower.derivatives import arguments, gradients, stopping
from transforms.lower.derivatives.arguments import NONE, Inputs
from transforms.lower.outside import through
from transforms.lower.scalar import no_derivative
from transforms.lower.state.lowering import Lowering
from transforms.lower.subclasses import wrapping
from transforms.lower.values import Choice, Derived, Pullback, Ref


def operator(how: tuple[Any, ...], lo: Lowering, args: tuple, kwargs: dict[str, Any], node: Any) -> Any:
    """A call of one of ad's operators (or of a derivative that exists already)."""
    if lo.tries:
        return lo.refuse("a derivative inside a try statement is not followed", "take it before the try statement")
    if len(how) == 3:
        name, fn, options = how
        return gradients.call(lo, Derived(name, closures.callable_of(lo, fn), options), args, kwargs)
    return OPERATORS[how[0]](lo, args, kwargs)


def _grad(name: str, value: bool) -> Any:
    def make(lo: Lowering, args: tuple, kwargs: dict[str, Any]) -> Any:
        given = dict(zip(("fn", "argnums", "has_aux"), args, strict=False)) | kwargs
        argnums = known(lo, given.get("argnums", Const(0)))
        aux = bool(known(lo, given.get("has_aux", Const(False))))
        return Derived(name, given.get("fn", given.get("f")), {"argnums": argnums, "value": value, "aux": aux})

    return make


def known(lo: Lowering, value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(known(lo, v) for v in value)
    if not isinstance(value, Const):
        return lo.refuse("argnums must be known when deriving")
    return value.value


def _vjp(lo: Lowering, args: tuple, kwargs: dict[str, Any]) -> Any:
    func, *primals = args
    inputs = Inputs(lo)
    given = tuple(inputs.fresh(a) for a in primals)
    entered = tuple(arguments.freeze(lo, g) for g in given)
    block = Block()
    output = lo.within(block, lambda: wrapping.returned(lo, calling.call(lo, func, given, {}, None)))
    inputs.unchanged()
    gradients.check(lo, "derivative", no_derivative(output))
    reverse = gradients.reversed_(lo, block, inputs.vars, output)

    def run(*seeds: Any) -> Any:
        if reverse.shadows or reverse.list_shadows:
            lo.spend(
                pullback,
                "a pullback of a function that writes in place is called twice, or in a loop that it was made outside "
                "of: this is not followed",
                "call ad.vjp again for each cotangent",
            )
        bars = reverse.sweep_backward(paired(lo, output, seeds[0]))
        table = {v.serial: b for v, b in zip(inputs.vars, bars, strict=True)}
        return tuple(arguments.structured(lo, g, table) for g in entered)

    pullback = lo.once(Pullback(run))
    return (output, pullback)


def paired(lo: Lowering, output: Any, seed: Any) -> list[tuple[Any, Any]]:
    """Output operands with their cotangents."""
    if isinstance(output, (Var, Const)):
        return [(output, chosen(lo, output, seed) if isinstance(seed, Choice) else lo.operand(seed))]
    if isinstance(output, tuple):
        return [pair for o, s in zip(output, seed, strict=True) for pair in paired(lo, o, s)]
    if isinstance(output, Ref):
        mine, theirs = lo.content(output), lo.content(seed)
        keys = mine if isinstance(mine, dict) else range(len(mine))
        return [pair for k in keys for pair in paired(lo, mine[k], theirs[k])]
    return []


def chosen(lo: Lowering, output: Any, seed: Any) -> Any:
    """A seed that a branch chooses; one that is None on a way is zero there."""
    if isinstance(seed, Choice):
        return lo.branch(seed.cond, lambda: chosen(lo, output, seed.then), lambda: chosen(lo, output, seed.orelse))
    if seed != NONE:
        return lo.operand(seed)
    return lo.apply(np.zeros_like, output) if isinstance(output, Var) and not output.kind.scalar else Const(0.0)


def _jvp(lo: Lowering, args: tuple, kwargs: dict[str, Any]) -> Any:
    from transforms.differentiate import forward

    func, primals, tangents = args
    primals, tangents = (tuple(lo.content(v)) if isinstance(v, Ref) else v for v in (primals, tangents))
    inputs = Inputs(lo)
    given = tuple(inputs.fresh(a) for a in primals)
    dots = [s for o, t in zip(given, tangents, strict=True) for _, s in paired(lo, o, t)]
    block = Block()
    output = lo.within(block, lambda: wrapping.returned(lo, calling.call(lo, func, given, {}, None)))
    inputs.unchanged()
    gradients.check(lo, "derivative", no_derivative(output))
    run = forward.Forward(lo, block, inputs.vars, dots)
    lo.block.stmts.extend(run.sweep().stmts)
    return (output, run.tangent_tree(output))


OPERATORS: dict[str, Any] = {
    "grad": _grad("grad", False),
    "value_and_grad": _grad("value_and_grad", True),
    "vjp": _vjp,
    "jvp": _jvp,
    "vjp_of_one": lambda lo, args, kwargs: _vjp(lo, args[:2], {}),
    "jvp_of_one": lambda lo, args, kwargs: _jvp(lo, (args[0], (args[1],), (args[2],)), {}),
    "along": lambda lo, args, kwargs: _jvp(lo, args, kwargs)[1],
    "repeatable": lambda lo, args, kwargs: through.only_read(lo),
    "linear": lambda lo, args, kwargs: Const(None),  # followed one direction after the other
    "stop_gradient": lambda lo, args, kwargs: stopping.stop(lo, args[0]),
}
