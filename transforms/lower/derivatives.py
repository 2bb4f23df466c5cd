"""Derivatives taken inside a function: `ad.grad`, `vjp`, `jvp`, ... met while lowering.

The inner function is lowered where it is called, differentiated, and its sweeps become statements like any other, so
that what is around may be differentiated again.  Each derivative has inputs of its own (`same_object`): what the inner
function captures is not its argument, even where both are the same value, and no perturbations can be confused.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from transforms import ir, kinds
from transforms.errors import KindError
from transforms.ir import Block, Const, Region, Var
from transforms.lower import calls, objects, subclasses, through
from transforms.lower.operations import same_object
from transforms.lower.scalar import no_gradient
from transforms.lower.state import Lowering
from transforms.lower.values import Choice, Derived, Pullback, Ref


def operator(how: tuple[Any, ...], lo: Lowering, args: tuple, kwargs: dict[str, Any], node: Any) -> Any:
    """A call of one of ad's operators (or of a derivative that exists already)."""
    if lo.tries:
        return lo.refuse("a derivative inside a try statement is not followed", "take it before the try statement")
    if len(how) == 3:
        name, fn, options = how
        return call(lo, Derived(name, calls.callable_of(lo, fn), options), args, kwargs)
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


NONE = Const(None)

# -- inputs ------------------------------------------------------------------------------------------------------------


class Inputs:
    """The arguments of an inner derivative with fresh Vars for the numbers and arrays to differentiate."""

    def __init__(self, lo: Lowering) -> None:
        self.lo = lo
        self.vars: list[Var] = []
        self.objects: list[tuple[Ref, Any]] = []

    def fresh(self, value: Any, inside: bool = False) -> Any:
        lo = self.lo
        if inside and _integer(value):
            return value
        if (
            isinstance(value, Const)
            and isinstance(value.value, (int, float, complex))
            and not isinstance(value.value, bool)
        ):
            kind = kinds.kind_of(float(value.value) if isinstance(value.value, int) else value.value)
            return self.alias(value, kind, None)
        if isinstance(value, Var) and value.kind.numeric:
            kind = value.kind if value.kind.continuous else kinds.FLOAT
            if value.kind.base == "array" and not value.kind.continuous:
                lo.refuse("an integer array is differentiated", "convert it with astype(float)")
            return self.alias(value, kind, value.region, value.shape)
        if isinstance(value, Var) and value.kind.base == "list":
            return self.alias(value, value.kind, value.region)
        if isinstance(value, tuple):
            items = [self.fresh(v, True) for v in value]
            return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
        if isinstance(value, Ref):
            content = lo.content(value)
            new = (
                {k: self.fresh(v, True) for k, v in content.items()}
                if isinstance(content, dict)
                else tuple(self.fresh(v, True) for v in content)
            )
            if any(value.id == ref.id for ref in lo.entered.values()):
                lo.refuse("an object from outside that is written is given to a derivative: this is not followed")
            made = lo.new(value.cls, new, value.site, value.origin)
            self.objects.append((made, new))
            return made
        return value

    def unchanged(self) -> None:
        """Refuse a function that has written the containers that it was given: here they are others."""
        for ref, content in self.objects:
            if self.lo.heap.get(ref.id) is not content:
                self.lo.refuse(
                    f"{self.lo.describe(ref)} given to a derivative inside is written there: this is not followed",
                    "write a copy of it",
                )

    def alias(self, value: Any, kind: kinds.Kind, region: Region | None, shape: Any = None) -> Var:
        made = Var(value.name if isinstance(value, Var) else "", kind, region, shape=shape)
        self.lo.emit(ir.Apply(made, same_object, (value,), loc=self.lo.loc))
        self.vars.append(made)
        return made


def _integer(value: Any) -> bool:
    """An integer or flag inside a container has no derivative."""
    if isinstance(value, Var):
        return value.kind.numeric and not value.kind.continuous
    return isinstance(value, Const) and type(value.value) in (int, bool)


@dataclass(eq=False, repr=False)
class Frozen:
    """An object as it was at some moment."""

    cls: type
    site: Any
    content: Any


def freeze(lo: Lowering, value: Any) -> Any:
    """A value with its objects as they are now: the structure of an argument at entry."""
    if isinstance(value, tuple):
        items = [freeze(lo, v) for v in value]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    if isinstance(value, Ref):
        content = lo.content(value)
        if isinstance(content, dict):
            return Frozen(value.cls, value.site, {k: freeze(lo, v) for k, v in content.items()})
        return Frozen(value.cls, value.site, tuple(freeze(lo, v) for v in content))
    return value


def structured(lo: Lowering, value: Any, table: dict[int, Any], number: Any = NONE) -> Any:
    """The cotangents (or tangents) of a value's leaves in its own structure; None for what is no number.

    `number` is what stands for a number known when deriving.
    """
    if isinstance(value, Const) and type(value.value) in (int, float, complex):
        return number
    if isinstance(value, Var):
        return table.get(value.serial, Const(None))
    if isinstance(value, tuple):
        items = [structured(lo, v, table, number) for v in value]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    if isinstance(value, (Ref, Frozen)):
        content = lo.content(value) if isinstance(value, Ref) else value.content
        if isinstance(content, dict):
            return lo.new(value.cls, {k: structured(lo, v, table, number) for k, v in content.items()}, value.site)
        return lo.new(value.cls, tuple(structured(lo, v, table, number) for v in content), value.site)
    return Const(None)


# -- calls -------------------------------------------------------------------------------------------------------------


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
    entered = tuple(freeze(lo, g) for g in given)
    block = Block()
    result = lo.within(block, lambda: subclasses.returned(lo, calls.call(lo, derived.func, given, kwargs, None)))
    inputs.unchanged()
    output, extra = result if options["aux"] else (result, None)
    check_scalar(lo, output)
    sweeps = Block()
    bars = lo.within(sweeps, lambda: reversed_(lo, block, inputs.vars, output).sweep_backward([(output, Const(1.0))]))
    lo.block.stmts.extend(tidied(lo, sweeps, (output, extra, bars)).stmts)
    table = {v.serial: b for v, b in zip(inputs.vars, bars, strict=True)}
    found = tuple(structured(lo, entered[n], table) for n in nums)
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


def tidied(lo: Lowering, sweeps: Block, results: Any) -> Block:
    """The sweeps of an inner derivative without what nobody needs, their loops taken at once where they can be.

    So much less is differentiated again.  What is around may read all memory that was there before, in whatever list it
    is held.
    """
    from transforms.analyse.slots import accessed_by
    from transforms.optimise import arrays, dead

    before = accessed_by(ir.free_vars(sweeps.stmts))
    used = [v for stmt in ir.walk(sweeps) for v in ir.tree_vars(list(ir.operands(stmt)))]
    sweeps.results = [
        (*reachable(lo, results), *[v for v in used if v.region is not None and v.region.find() in before])
    ]
    function = ir.Function("", [], sweeps)
    dead.remove(function)
    arrays.vectorise(function)
    dead.remove(function)
    return sweeps


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
    found = no_gradient(output)
    if found is not None:
        returned, remedy = found
        place = lo.loc.location() if lo.loc is not None else None
        raise KindError(f"a gradient is taken of a function that returns {returned}", place, remedy)


def _vjp(lo: Lowering, args: tuple, kwargs: dict[str, Any]) -> Any:
    func, *primals = args
    inputs = Inputs(lo)
    given = tuple(inputs.fresh(a) for a in primals)
    entered = tuple(freeze(lo, g) for g in given)
    block = Block()
    output = lo.within(block, lambda: subclasses.returned(lo, calls.call(lo, func, given, {}, None)))
    inputs.unchanged()
    reverse = reversed_(lo, block, inputs.vars, output)

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
        return tuple(structured(lo, g, table) for g in entered)

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
    output = lo.within(block, lambda: subclasses.returned(lo, calls.call(lo, func, given, {}, None)))
    inputs.unchanged()
    run = forward.Forward(lo, block, inputs.vars, dots)
    lo.block.stmts.extend(run.sweep().stmts)
    return (output, run.tangent_tree(output))


def stop(lo: Lowering, value: Any) -> Any:
    """A value as a constant."""
    if isinstance(value, Var):
        out = Var(value.name, value.kind, Region() if value.kind.memory else None, shape=value.shape)
        lo.emit(ir.Apply(out, stopped, (value,), loc=lo.loc))
        return out
    if isinstance(value, tuple) and not isinstance(value, objects.Shape):
        return tuple(stop(lo, v) for v in value)
    return value


def stopped(x: Any) -> Any:
    """`x` as a constant: the text of ad.stop_gradient."""
    return x


OPERATORS: dict[str, Any] = {
    "grad": _grad("grad", False),
    "value_and_grad": _grad("value_and_grad", True),
    "vjp": _vjp,
    "jvp": _jvp,
    "repeatable": lambda lo, args, kwargs: through.only_read(lo),
    "linear": lambda lo, args, kwargs: Const(None),  # followed one direction after the other
    "stop_gradient": lambda lo, args, kwargs: stop(lo, args[0]),
}
__all__ = ["call", "operator", "np"]
