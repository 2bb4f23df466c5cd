"""What one side of a branch alone has bound, as it is seen after the join."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transforms import ir
from transforms.ir import UNDEFINED, Var
from transforms.lower.failures.contexts import UNWOUND
from transforms.lower.values import Choice, Ref

if TYPE_CHECKING:
    from transforms.lower.state.joining import Join


def show(join: Join, side: int) -> None:
    """Where one side alone goes on, all that it has bound is seen after it."""
    lo = join.lo
    for frame in lo.active():
        frame.env = {name: exposed(join, value, side, name) for name, value in frame.env.items()}
        frame.exits = {name: exposed(join, value, side) for name, value in frame.exits.items()}
        frame.result = exposed(join, frame.result, side)
    lo.heap.update({key: content for key, content in join.shown.items() if content is not None})


def survivor(join: Join, a: Any, b: Any) -> Any:
    """The frame of the side on which the function has not been left by an exception."""
    if UNWOUND in a[1] and UNWOUND in b[1]:
        return a
    (env, exits, result), side = (b, 1) if UNWOUND in a[1] else (a, 0)
    seen = {name: exposed(join, value, side, name) for name, value in env.items()}
    return seen, {k: exposed(join, v, side) for k, v in exits.items()}, exposed(join, result, side)


def exposed(join: Join, value: Any, side: int, name: str = "") -> Any:
    """A value of one side alone, as it is seen after the join."""
    if isinstance(value, Var):
        if value.serial not in bound_by(join, side):
            return value
        out = join.phi(UNDEFINED if side else value, value if side else UNDEFINED, value.kind, name)
        out.shape = value.shape
        return out
    if isinstance(value, tuple):
        items = [exposed(join, v, side) for v in value]
        if (
            all(i is v for i, v in zip(items, value, strict=True))
            or type(value) is not tuple
            and not hasattr(value, "_fields")
        ):
            return value
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    if isinstance(value, Choice):
        return Choice(
            exposed(join, value.cond, side), exposed(join, value.then, side), exposed(join, value.orelse, side)
        )
    if isinstance(value, Ref) and value.id not in join.before.heap and value.id not in join.shown:
        join.shown[value.id] = None
        content = join.heaps[side].get(value.id)
        if isinstance(content, tuple):
            join.shown[value.id] = tuple(exposed(join, v, side) for v in content)
        elif isinstance(content, dict):
            join.shown[value.id] = {k: exposed(join, v, side, str(k)) for k, v in content.items()}
    return value


def bound_by(join: Join, side: int) -> set[int]:
    """The serials of what one side's statements bind."""
    found = join.bounds.get(side)
    if found is None:
        inner = [join.stmt.orelse if side else join.stmt.then]
        found = join.bounds[side] = set()
        if isinstance(join.stmt, ir.Guarded):
            inner += [join.stmt.body] if side else []
            found.add(join.stmt.caught.serial)
        for block in inner:
            found.update(v.serial for s in ir.walk(block) for v in ir.defined(s))
    return found
