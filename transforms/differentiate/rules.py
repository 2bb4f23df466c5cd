"""Applying a rule of the table: its text or template is followed by the lowering, specialised to the operands."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

import gast
import numpy as np

from tensor import registry
from transforms import ir, shapes
from transforms.errors import UnsupportedError
from transforms.ir import Const, Var
from transforms.lower.calls import existing, following
from transforms.lower.derivatives.stopping import stopped
from transforms.lower.expressions.evaluating import evaluate
from transforms.lower.operations import same_object
from transforms.lower.state.frames import Frame
from transforms.lower.state.lowering import Lowering

registry.linear(same_object, transpose=lambda g, ans, x: g, at=[(0.7,)])
registry.constant(stopped)
registry.RULES[same_object].partials[0].pullback = "g"
NAMES = ("x", "y", "z", "w")


@cache
def parsed(text: str) -> Any:
    return gast.parse(text, mode="eval").body


def follow(lo: Lowering, text: Any, g: Any, ans: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    """The value of a rule's text for these operands."""
    if isinstance(g, (tuple, list)):
        g = (
            type(g)(Const(None) if item is None else item for item in g)
            if not hasattr(g, "_fields")
            else tuple(Const(None) if item is None else item for item in g)
        )
    ans, args, kwargs = lo.abstract(ans), tuple(map(lo.abstract, args)), {k: lo.abstract(v) for k, v in kwargs.items()}
    if callable(text):
        return following.call_template(lo, text, (g, ans, *args), understood(lo, text, kwargs))
    env = {"g": g, "ans": ans, **dict(zip(NAMES, args, strict=False)), **kwargs}
    frame = Frame(env, registry.NAMES, rule=True, entry=lo.block)
    lo.frames.append(frame)
    try:
        return evaluate(lo, parsed(text))
    finally:
        lo.frames.pop()


def understood(lo: Lowering, template: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
    """The keywords without a ufunc's `dtype` and `casting`, if the template does not ask: the result has its type."""
    code = template.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    found = {k: v for k, v in kwargs.items() if k in names or k not in ("dtype", "casting")}
    unknown = next((k for k in found if k not in names), None)
    if unknown is not None and not code.co_flags & CO_VARKEYWORDS:
        lo.refuse(f"the derivative rule of this function does not know the argument {unknown}", f"leave out {unknown}=")
    return found


CO_VARKEYWORDS = 0x08


def partial_of(stmt: ir.Apply, position: int) -> registry.Partial:
    """The rule for one argument of a statement, or the refusal that there is none."""
    rule = registry.lookup(stmt.fn)
    partial = rule.partials.get(position) if rule is not None else None
    if partial is None:
        refuse(stmt, position, rule)
    assert partial is not None
    return partial


def refuse(stmt: ir.Apply, position: int, rule: Any, how: str = "defvjp") -> None:
    name = spelled(stmt.fn)
    reason = f"{name} has no derivative rule"
    if rule is not None and rule.partials:
        reason += f" for its argument {position + 1}" if position >= 0 else " for this keyword argument"
    place = stmt.loc.location() if stmt.loc is not None else None
    if name.removeprefix("builtins.") in TEXT or name.partition(".")[0] in SERIALISERS:
        raise UnsupportedError(
            reason, place, "text and bytes carry no derivative: use the value itself, or show ad.stop_gradient of it"
        )
    if (getattr(stmt.fn, "__module__", None), name.rpartition(".")[2]) in existing.EXACT_NUMBERS:
        reason = f"{name} of a value that varies is not followed"
        raise UnsupportedError(reason, place, "compute with floats")
    raise UnsupportedError(
        reason,
        place,
        f"register one with ad.{how}({name}, ...), or write {name} with functions that have rules",
    )


TEXT = {"repr", "str", "ascii", "format", "bytes", "tobytes"}
SERIALISERS = {"json", "pickle", "struct"}


def spelled(fn: Any) -> str:
    """The name of a callable as users write it."""
    module = (getattr(fn, "__module__", "") or "").removeprefix("_")  # pickle.dumps is made in _pickle
    name = getattr(fn, "__name__", str(fn))
    if isinstance(fn, np.ufunc) or module.startswith("numpy"):
        return f"np.{name}" if "linalg" not in module else f"np.linalg.{name}"
    return name if module in ("builtins", "") or module.startswith("tensor.attributes") else f"{module}.{name}"


def unbroadcast(lo: Lowering, bar: Any, x: Any) -> Any:
    """`bar` summed to the shape of `x`, where their shapes may differ: to a number, not an array, for a number."""
    from tensor import runtime

    if isinstance(x, Var) and x.kind.scalar or isinstance(x, Const):
        if isinstance(bar, Const) or bar.kind.scalar:
            return bar
        return lo.apply(np.sum, bar)
    if shapes.same(bar, x):
        return bar
    if isinstance(bar, Const) and x.kind.ndim == 0:
        return bar
    out = lo.apply(runtime.unbroadcast, bar, x)
    if isinstance(out, Var):
        out.shape = x.shape
    return out


def broadcast(lo: Lowering, dot: Any, x: Any) -> Any:
    """A tangent in the shape of its value."""
    from tensor import runtime

    if shapes.same(dot, x):
        return dot
    out = lo.apply(runtime.broadcast_like, dot, x)
    if isinstance(out, Var):
        out.shape = x.shape
    return out


def carries_none(stmt: ir.Apply) -> bool:
    """Whether a statement's result carries no derivative: by declaration, for complex arguments perhaps not."""
    rule = registry.lookup(stmt.fn)
    if rule is None or not rule.constant:
        return False
    return not rule.partials or not any(v.kind.complex for v in ir.tree_vars((stmt.args, stmt.kwargs)))


def argument_trees(stmt: ir.Apply) -> list[tuple[int, Any]]:
    """The arguments of a statement that a derivative may depend on, with their positions in the rule.

    Arguments of which only the shape is read are left out; the items of a variadic function are one sequence.
    """
    rule = registry.lookup(stmt.fn)
    left_out = rule.independent if rule is not None else ()
    first = variadic(rule)
    found = [(i, a) for i, a in enumerate(stmt.args) if i not in left_out and (first is None or i < first)]
    if first is not None:
        found.append((first, tuple(stmt.args[first:])))
    for name, arg in stmt.kwargs.items():
        position = signature_position(stmt.fn, name)
        if position is None or position not in left_out:
            found.append((-1 if position is None else position, arg))
    return found


def variadic(rule: Any) -> int | None:
    """The position from which on all arguments are one sequence, for functions of any number of arguments."""
    if rule is None:
        return None
    for position, partial in rule.partials.items():
        template = partial.pullback or partial.pushforward
        if partial.sequence and callable(template) and template.__code__.co_flags & 4:
            return position
    return None


def signature_position(fn: Any, keyword: str) -> int | None:
    """The position of a keyword argument in a callable's signature, if it has one."""
    try:
        names = list(inspect.signature(fn).parameters)
    except (TypeError, ValueError):
        return None
    return names.index(keyword) if keyword in names else None
