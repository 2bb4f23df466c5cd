"""Gradients: the two sweeps of an inner function, emitted where it is called."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from transforms.errors import KindError
from transforms.ir import Block, Const, Var
from transforms.lower.calls import calling
from transforms.lower.derivatives import arguments
from transforms.lower.derivatives.arguments import Inputs
from transforms.lower.derivatives.tidying import count_pullbacks, tidied
from transforms.lower.scalar import no_gradient
from transforms.lower.state.lowering import Lowering
from transforms.lower.subclasses import wrapping
from transforms.lower.values import Derived


def call(lo: Lowering, derived: Derived, args: tuple, kwargs: dict[str, Any]) -> Any:
    """A call of grad(f), value_and_grad(f)."""
    options = derived.options
    argnums = options["argnums"]
    nums = argnums if isinstance(argnums, tuple) else (argnums,)
    nums = tuple(
        n % len(args)
        if -len(args) <= n < len(args)
        else lo.refuse(f"argnums has {n}, but there are {len(args)} arguments")
        for n in nums
    )
    inputs = Inputs(lo)
    given = tuple(inputs.fresh(a) if i in nums else a for i, a in enumerate(args))
    entered = tuple(arguments.freeze(lo, g) for g in given)
    block, pullbacks = Block(), count_pullbacks(lo)
    result = lo.within(block, lambda: wrapping.returned(lo, calling.call(lo, derived.func, given, kwargs, None)))
    inputs.unchanged()
    output, extra = result if options["aux"] else (result, None)
    check_scalar(lo, output)
    sweeps = Block()
    bars = lo.within(sweeps, lambda: reversed_(lo, block, inputs.vars, output).sweep_backward([(output, Const(1.0))]))
    sweeps.results = [tuple(reachable(lo, (output, extra))), tuple(bars)]
    if count_pullbacks(lo) == pullbacks:  # one that is called later emits what it needs of values that nobody sees here
        sweeps = tidied(sweeps)
    lo.block.stmts.extend(sweeps.stmts)
    table = {v.serial: b for v, b in zip(inputs.vars, sweeps.results[1], strict=True)}
    found = tuple(arguments.structured(lo, entered[n], table) for n in nums)
    gradient = found if isinstance(argnums, tuple) else found[0]
    value = (output, extra) if options["aux"] else output
    if options["value"]:
        return (value, gradient)
    return (gradient, extra) if options["aux"] else gradient


def reversed_(lo: Lowering, block: Block, inputs: list[Var], outputs: Any) -> Any:
    """Emit the forward sweep; what then emits the backward sweep for given seeds."""
    from transforms.differentiate.detached import detach
    from transforms.differentiate.reverse import Reverse

    detach(block, reachable(lo, outputs))
    reverse = Reverse(lo, block, inputs, lo.operand(outputs))
    reverse.sweep_forward()
    return reverse


def reachable(lo: Lowering, results: Any) -> list[Var]:
    """The Vars that names and objects hold, and those of `results`."""
    places = [*(v for f in lo.active() for v in (*f.env.values(), f.result)), *lo.heap.values(), results]
    return [v for place in places for v in held(place)]


def held(value: Any) -> list[Var]:
    """The Vars in an abstract value; those in the objects that it refers to are in the heap."""
    if isinstance(value, Var):
        return [value]
    if isinstance(value, dict):
        return [v for item in value.values() for v in held(item)]
    if isinstance(value, (tuple, list)):
        return [v for item in value for v in held(item)]
    if type(value).__module__.startswith("transforms.") and is_dataclass(value) and not isinstance(value, Const):
        return [v for f in fields(value) for v in held(getattr(value, f.name))]
    return []


def check_scalar(lo: Lowering, output: Any) -> None:
    check(lo, "gradient", no_gradient(output))


def check(lo: Lowering, what: str, found: tuple[str, str] | None) -> None:
    """Refuse an output that has none of what is taken."""
    if found is not None:
        returned, remedy = found
        place = lo.loc.location() if lo.loc is not None else None
        raise KindError(f"a {what} is taken of a function that returns {returned}", place, remedy)
