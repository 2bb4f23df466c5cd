"""The contexts of try statements: leaving for their handlers, and the state that these see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from transforms import ir, kinds
from transforms.ir import UNDEFINED, Const
from transforms.lower.values import TRUE

if TYPE_CHECKING:
    from transforms.lower.state.frames import Frame, State
    from transforms.lower.state.lowering import Lowering


FLAG = "failed_"
UNWOUND = "unwound"


class Raised(Exception):
    """The block being lowered is left by an exception that is caught further out; the state is that of failing."""


class Gone:
    """The value of what was left by an exception."""


GONE = Gone()


@dataclass(eq=False, repr=False)
class Context:
    """A try statement whose body is being lowered: what it catches, and where its flag and exception are.

    `standing` are the calls and generators under way when it began: an exception that it catches does not end them.
    """

    frame: Frame
    standing: list[Frame]
    classes: tuple[type, ...]
    flag: str
    error: str
    shadowed: int


def context(lo: Lowering, classes: tuple[type, ...]) -> Context:
    depth = len(lo.tries)
    return Context(lo.frame, lo.active(), classes, f"{FLAG}{depth}", f"__error_{depth}__", len(lo.shadowed))


def failing(lo: Lowering, ctx: Context, error: Any = UNDEFINED) -> State:
    """The state at hand as the handlers of a context will see it."""
    state = lo.snapshot()
    for frame, (env, exits, _) in zip(lo.active(), state.frames, strict=True):
        if not any(frame is other for other in ctx.standing):
            exits.clear()
            exits[UNWOUND] = TRUE
        for other in lo.tries:
            exits.pop(other.flag, None)
        if frame is ctx.frame:
            exits.clear()
            exits[ctx.flag] = TRUE
            if error is not UNDEFINED:
                env[ctx.error] = error
        for owner, names in reversed(lo.shadowed[ctx.shadowed :]):
            if owner is frame:
                unshadow(env, names)
    return state


def unshadow(env: dict[str, Any], names: dict[str, Any]) -> None:
    """The names of a comprehension are what they were around it."""
    for name, old in names.items():
        env.pop(name, None)
        if old is not None:
            env[name] = old


def raise_to(lo: Lowering, ctx: Context, error: Any) -> None:
    """Leave for the handlers of a context."""
    lo.resume(failing(lo, ctx, error))
    raise Raised


def catcher(lo: Lowering, cls: type) -> Context | None:
    """The innermost context that surely catches exceptions of a class."""
    return next((ctx for ctx in reversed(lo.tries) if issubclass(cls, ctx.classes)), None)


def known(lo: Lowering, error: Exception, reason: str = "") -> Any:
    """Python surely raises `error` here: it is caught by a try statement of the function, or refused."""
    ctx = catcher(lo, type(error))
    if ctx is None:
        return lo.refuse(reason or str(error))
    out = lo.var(kinds.Kind("object", type=type(error)))
    lo.block.stmts.append(
        ir.Apply(out, type(error), tuple(Const(a) for a in error.args if isinstance(a, ir.LITERALS)), loc=lo.loc)
    )
    return raise_to(lo, ctx, out)
