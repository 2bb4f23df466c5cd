"""Writing through: what changes a `Ref` changes the object outside, or the caller's own, that it stands for.

Each change is a statement of the text where the user made it.  What is put into such an object is an object outside,
too, from then on: one that has an `origin` is put there as itself.  A list or dict that the function has made is put
there as a literal, which is another object than the one that is followed.  If it is changed afterwards, the lowering
begins again with a text that reads it back at once, so that both are changed.

    held["trace"] = []
    list_ = held["trace"]
    list_.append(x)                    list_ is the origin of the list from here on, in this block and those inside
"""

from __future__ import annotations

import operator
from typing import Any, NoReturn

from tensor.attributes import attribute
from transforms import ir, kinds
from transforms.lower.operations import write_item
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Choice, Const, Ref


def write_by_method(holder: Any, name: str, *values: Any) -> None:
    """`holder.name(*values)` of a container outside, whose content is followed beside it."""
    getattr(holder, name)(*values)


def only_read(lo: Lowering) -> Const:
    """From here on the world outside may be read only: a function is run more than once for one derivative."""
    lo.only_read = True
    return Const(None)


def emit(lo: Lowering, fn: Any, *operands: Any) -> None:
    if lo.only_read:
        lo.refuse(
            "the world outside is written by a function that is run once for each entry of its argument",
            "use ad.jacrev instead of ad.jacfwd or ad.hessian",
        )
    lo.block.stmts.append(ir.Apply(None, fn, operands, effect=True, loc=lo.loc))


def put(lo: Lowering, fn: Any, holder: Ref, key: Any, value: Any) -> None:
    """An item or attribute (`fn` says which) of the object outside that `holder` stands for is written, too."""
    own = origin(lo, holder)
    if own is None:
        return
    emit(lo, fn, lo.operand(own), lo.operand(key), stored(lo, value))
    if isinstance(value, Ref) and value.site in lo.notes.changing and origin(lo, value) is None:
        var = lo.var(kinds.Kind("object", type=value.cls))
        read, args = (operator.getitem, (lo.operand(key),)) if fn is write_item else (attribute(key.value), ())
        lo.block.stmts.append(ir.Apply(var, read, (lo.operand(own), *args), effect=True, loc=lo.loc))
        lo.homes[value.id] = (var, lo.block)


def origin(lo: Lowering, ref: Ref) -> Any:
    """The operand of the object outside that is written when `ref` is; None where there is none."""
    if ref.origin is None and ref.id in lo.homes:
        var, home = lo.homes[ref.id]
        return var if any(home is block for block in (*lo.enclosing, lo.block)) else refuse_escaped(lo)
    return ref.origin


def stored(lo: Lowering, value: Any) -> Any:
    """The operand of a value that an object outside will hold: objects as themselves, new containers as literals.

    What has been put there as a literal is another object than the one that is followed: it must stay as it is, or be
    read back so that both are changed (`put`).
    """
    value = lo.read(value)
    if isinstance(value, Ref) and origin(lo, value) is not None:
        return lo.operand(origin(lo, value))
    if isinstance(value, Ref) and value.cls in (list, dict):
        content = lo.content(value)
        if value.id in lo.escaped:
            check_escaped(lo, value)  # put there twice, it is one object
        lo.escaped.add(value.id)
        if value.cls is list:
            return [stored(lo, item) for item in content]
        return {k: stored(lo, item) for k, item in content.items()}
    if type(value) is tuple:
        return tuple(stored(lo, item) for item in value)
    if isinstance(value, Choice) and _with_container(value):
        return lo.refuse("one of two containers is put into an object outside: this is not followed")
    return lo.operand(value)


def _with_container(value: Any) -> bool:
    if isinstance(value, Choice):
        return _with_container(value.then) or _with_container(value.orelse)
    return isinstance(value, Ref) or isinstance(value, tuple) and any(map(_with_container, value))


def changed(lo: Lowering, ref: Ref, name: str, *values: Any) -> None:
    """A method that changes a container, called on the object outside that it stands for."""
    own = origin(lo, ref)
    if own is not None:
        emit(lo, write_by_method, lo.operand(own), Const(name), *(stored(lo, v) for v in values))


def put_items(lo: Lowering, ref: Ref, items: tuple[Any, ...]) -> None:
    """Give a list these items, and so the object outside that it stands for."""
    lo.put(ref, items)
    own = origin(lo, ref)
    if own is not None:
        everything = ir.Slice(Const(None), Const(None), Const(None))
        emit(lo, write_item, lo.operand(own), everything, [stored(lo, item) for item in items])


def check_escaped(lo: Lowering, ref: Ref) -> None:
    """A container that was put into an object outside is changed, or put there again: begin again, or refuse."""
    if ref.id in lo.homes:
        origin(lo, ref)
    elif ref.site is None or ref.site in lo.notes.changing:
        refuse_escaped(lo)
    else:
        lo.notes.changing.add(ref.site)
        lo.restart()


def refuse_escaped(lo: Lowering) -> NoReturn:
    lo.refuse(
        "a list or dict that was put into an object from outside is changed afterwards, or put there twice: this is "
        "not followed",
        "put it there once, when it is complete",
    )
