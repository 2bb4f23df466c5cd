"""A function lowered on given arguments: their kinds are all that the text is made for.

    lower(f, (2.0, np.ones(3)), ...)     f's body in the core language, for a number and a vector

What is taken for granted of the memory of the arguments is checked where the text begins.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tensor import registry, runtime
from transforms import ir, kinds
from transforms.analyse.memory import written_regions
from transforms.arguments import Entry, is_record
from transforms.deriving.attempts import spoken_name
from transforms.errors import ArgumentError, DerivativeError, KindError, UnsupportedError
from transforms.ir import Block, Const, Var
from transforms.lower import integers
from transforms.lower.calls import calling, closures
from transforms.lower.derivatives.arguments import freeze
from transforms.lower.intrinsics import threads
from transforms.lower.operations import write_attribute, write_item
from transforms.lower.outside import through, written
from transforms.lower.scalar import no_derivative
from transforms.lower.state.frames import Frame
from transforms.lower.state.lowering import Lowering
from transforms.lower.state.notes import Notes, Restart
from transforms.lower.subclasses import wrapping
from transforms.lower.values import Choice, Ref
from transforms.lower.views import strided


@dataclass(eq=False, repr=False)
class Lowered:
    """A function lowered on given arguments."""

    lo: Lowering
    params: list[Var]
    abstract: list[Any]
    values: list[Any]
    entry: Entry
    block: Block
    result: Any


def lower(
    fn: Any, args: tuple, kwargs: dict[str, Any], argnums: tuple[int, ...], notes: Notes, strict: bool = False
) -> Lowered:
    """Lower `fn` on the kinds of its arguments."""
    check_call(fn, args, kwargs)
    lo = Lowering(notes)
    lo.book.closed = notes.general
    entry = Entry(lo, strict)
    values = [*args, *kwargs.values()]
    names = parameter_names(fn, len(args), list(kwargs))
    lo.frames.append(Frame({}, {}))
    written.enter(lo)
    pairs = [entry.argument(v, n, i, i in argnums) for i, (v, n) in enumerate(zip(values, names, strict=True))]
    params, abstract = [p for p, _ in pairs], [a for _, a in pairs]
    entered = [freeze(lo, a) for a in abstract]
    positional, named = tuple(abstract[: len(args)]), dict(zip(kwargs, abstract[len(args) :], strict=True))
    start = len(lo.block.stmts)
    called = lambda: calling.call(lo, callable_value(lo, fn), positional, named, None)  # noqa: E731
    result = located(lo, lambda: wrapping.returned(lo, called()))
    threads.check_joined(lo)
    check_separate(lo, entry.arrays, start)
    check_distinct(lo, entry, start)
    integers.check_types(lo)
    strided.check_gathered(lo)
    check_closed(lo, params)
    return Lowered(lo, params, entered, values, entry, lo.block, result)


def check_call(fn: Any, args: tuple, kwargs: dict[str, Any]) -> None:
    """Refuse arguments that the function does not take."""
    if not isinstance(fn, (types.FunctionType, types.MethodType)) or hasattr(fn, "__signature__"):
        return
    try:
        inspect.Signature.from_callable(fn, follow_wrapped=False).bind(*args, **kwargs)
    except TypeError as error:
        reason = f"{spoken_name(fn)} does not take these arguments: {error}"
        raise ArgumentError(reason, None, "call the derivative as the function is called") from None


def located(lo: Lowering, run: Callable[[], Any]) -> Any:
    """Run a lowering; what goes wrong in it by accident is a refusal of the user's line, too."""
    try:
        return run()
    except (DerivativeError, Restart):
        raise
    except Exception as error:
        place = lo.loc.location() if lo.loc is not None else None
        raise UnsupportedError(f"this is not followed ({type(error).__name__}: {error})", place) from error


def check_separate(lo: Lowering, arrays: list[Var], start: int) -> None:
    """Where an array from outside is written, it must share no memory with another one: checked at run time."""
    regions = {region for stmt in ir.walk(lo.block) for region in written_regions(stmt)}
    read = {
        v.serial
        for s in ir.walk(lo.block)
        for tree in (*ir.operands(s), *ir.inner_results(s))
        for v in ir.tree_vars(tree)
    }
    arrays = [v for v in (*arrays, *(v for v, _ in lo.outers.values())) if v.kind.base == "array" and v.serial in read]
    written = tuple(v for v in arrays if v.region.find() in regions)  # type: ignore[union-attr]
    others = tuple(v for v in arrays if v not in written)
    if written:
        place = writing_place(lo.block, {v.region.find() for v in written if v.region is not None})
        lo.block.stmts.insert(start, ir.Apply(None, runtime.unshared, (written, others), effect=True, loc=place))


def writing_place(block: Block, regions: set[Any]) -> Any:
    """Where one of these regions is written first."""
    return next((stmt.loc for stmt in ir.walk(block) if regions.intersection(written_regions(stmt))), None)


def check_distinct(lo: Lowering, entry: Entry, start: int) -> None:
    """Where a container from outside is written, no two may be the same object: checked at run time."""
    lists = entry.lists
    regions = {region for stmt in ir.walk(lo.block) for region in written_regions(stmt)} if lists else set()
    changed = any(v.region is not None and v.region.find() in regions for v in lists)
    if (entry.containers or lists) and (entry.written_containers() or changed):
        outside = {id(ref.origin.value): ref.origin for ref in lo.entered.values()}
        outside.update((key, Const(held)) for key, held in lo.read_outside.items() if mutable(held))
        holders = (*(holder for _, holder, _ in entry.containers), *lists, *outside.values())
        if len(holders) == 1:
            return
        place = next((stmt.loc for stmt in ir.walk(lo.block) if is_put_outside(stmt)), None)
        place = place or writing_place(lo.block, {v.region.find() for v in lists if v.region is not None})
        lo.block.stmts.insert(start, ir.Apply(None, runtime.distinct, (holders,), effect=True, loc=place))


def is_put_outside(stmt: Any) -> bool:
    """Whether a statement puts values into an object of the caller's, or outside."""
    return isinstance(stmt, ir.Apply) and stmt.fn in (write_item, write_attribute, through.write_by_method)


def mutable(held: Any) -> bool:
    """Whether an object outside may be one that is given as an argument, too, and written there."""
    return isinstance(held, (list, dict)) and not written.is_namespace(held) or is_record(held)


def check_closed(lo: Lowering, params: list[Var]) -> None:
    """What a text reads it must make itself: a value that nothing makes would be taken for a constant."""
    made = {v.serial for v in (*params, *(var for var, _ in lo.outers.values()))}
    for stmt in ir.walk(lo.block):
        made.update(v.serial for v in ir.defined(stmt))
        if isinstance(stmt, (ir.Loop, ir.Guarded)):
            made.update(v.serial for v in ir.bound_inside(stmt))
    for stmt in ir.walk(lo.block):
        strange = [v for v in ir.tree_vars([*ir.operands(stmt), *ir.inner_results(stmt)]) if v.serial not in made]
        if strange:
            place = stmt.loc.location() if stmt.loc is not None else None
            raise UnsupportedError(
                f"{strange[0].name or 'a value'} is used where it is lost: this is not followed", place
            )


def callable_value(lo: Lowering, fn: Any) -> Any:
    if registry.lookup(fn) is not None:
        return Const(fn)
    if isinstance(fn, types.FunctionType) and not hasattr(fn, "__derivative__"):
        return closures.closure_of(lo, fn)
    return lo.followed(Const(fn))


def parameter_names(fn: Any, count: int, keywords: list[str]) -> list[str]:
    """Names for the arguments of a call, the function's own where it has them."""
    names: list[str] = []
    while len(getattr(fn, "__derivative__", ())) == 3:  # a derivative takes the arguments of its function
        fn = fn.__derivative__[1]
    try:
        for p in inspect.signature(fn).parameters.values():
            if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and p.name not in keywords:
                names.append(p.name)
            elif p.kind is p.VAR_POSITIONAL:
                names += [f"{p.name}_{i}" for i in range(count - len(names))]
    except (TypeError, ValueError):
        pass
    names += [f"x{i}" for i in range(len(names), count)]
    return [*names[:count], *keywords]


def check_output(fn: Any, low: Lowered) -> None:
    """Refuse a function whose output has no derivative in any mode: None, text, integers."""
    found = no_derivative(low.result)
    if found is not None:
        returned, remedy = found
        raise refusal(low.result)(f"{spoken_name(fn)} returns {returned}, which has no derivative", None, remedy)
    low.lo.within(Block(), lambda: output_operand(low.lo, low.result))  # it is a value that can be returned


def refusal(output: Any) -> type[DerivativeError]:
    """What is raised for an output: one that is of several types may be of one where whole numbers are constants."""
    return UnsupportedError if isinstance(output, Choice) else KindError


def output_operand(lo: Lowering, value: Any) -> Any:
    """The operand tree of a result: containers are rebuilt, records from their attributes."""
    if isinstance(value, Ref) and value.cls not in (list, dict):
        content = lo.content(value)
        out = lo.var(kinds.OBJECT)
        made = {k: output_operand(lo, v) for k, v in content.items()}
        lo.emit(ir.Apply(out, runtime.with_attributes, (Const(value.cls),), made))
        return out
    if isinstance(value, Ref) and value.cls is list:
        return [output_operand(lo, v) for v in lo.content(value)]
    if isinstance(value, Ref):
        return {k: output_operand(lo, v) for k, v in lo.content(value).items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(output_operand(lo, v) for v in value))
    if type(value) is tuple:
        return tuple(output_operand(lo, v) for v in value)
    return lo.operand(value)
