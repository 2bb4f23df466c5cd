"""Operations on lists, mirrored on their shadows.

A list that user code makes has a shadow list of the same length at any moment: 0.0 where no cotangent has arrived, the
shadow itself where the item is an array written in place.  Growing and shrinking are each other's adjoint:

    L.append(v)     L_bar.append(0.0)     backward:  v_bar += L_bar.pop()
    v = L.pop()     L_bar.pop()           backward:  L_bar.append(v_bar)
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tensor.attributes import Method, method
from transforms import ir, kinds
from transforms.differentiate.pullbacks.cotangents import take
from transforms.differentiate.pullbacks.list_cotangents import add_item, give, taken
from transforms.differentiate.pullbacks.list_kinds import refuse, shadow_list
from transforms.differentiate.pullbacks.list_shadows import (
    all_pointers,
    give_item,
    is_pointer,
    item_pointers,
    item_vars,
    list_pointer,
    mirror_item,
    over,
    put_in,
    read_item,
    shadow_item_of,
)
from transforms.differentiate.pullbacks.list_values import REVERSED, contribute_list
from transforms.ir import Const, Region, Var
from transforms.lower.operations import make_list, unpack

if TYPE_CHECKING:
    from transforms.differentiate.reverse import Reverse


def concerns(stmt: ir.Apply) -> bool:
    """Whether a statement works on a list as a list (not as the operand of an array function)."""
    args = stmt.args
    if stmt.fn is make_list:
        return True
    first = args[0] if args else None
    if not (isinstance(first, Var) and first.kind.base == "list"):
        return False
    return stmt.fn in (operator.getitem, operator.add, operator.mul, unpack) or (
        isinstance(stmt.fn, Method) and stmt.fn.name in ("append", "pop", "insert")
    )


def makes(stmt: ir.Apply) -> bool:
    """Whether the result of a statement on lists is a new list."""
    sliced = stmt.fn is operator.getitem and isinstance(stmt.args[1], ir.Slice)
    return sliced or stmt.fn in (make_list, operator.mul, operator.add)


def apply_to_list(rev: Reverse, stmt: ir.Apply) -> Callable[[], None] | None:
    """Mirror an operation on a list on its shadow; its backward step."""
    name = stmt.fn.name if isinstance(stmt.fn, Method) else stmt.fn
    subject = stmt.out if makes(stmt) else stmt.args[0]
    if not isinstance(subject, Var) or not rev.active(subject):
        return None
    if not rev.is_shadowed(subject):
        return slice_functional(rev, stmt)
    handler = HANDLERS.get(name)
    if handler is None:
        refuse(stmt, "this operation on a list is not followed")
    assert handler is not None
    return handler(rev, stmt)


def slice_functional(rev: Reverse, stmt: ir.Apply) -> Callable[[], None] | None:
    """`kept[::-1]` of a list that a loop has collected."""
    if stmt.fn is not operator.getitem or stmt.args[1] != REVERSED:
        refuse(stmt, "this use of a list that a loop has kept is not followed")
    shadows = rev.list_shadows.get(stmt.args[0].serial)
    if shadows is not None:
        made = rev.list_shadows[stmt.out.serial] = Var("", shadows.kind, Region())
        rev.lo.emit(ir.Apply(made, operator.getitem, (shadows, REVERSED), loc=stmt.loc))

    def run() -> None:
        bar = take(rev, stmt.out)
        if bar is not None:
            contribute_list(rev, stmt.args[0], rev.lo.apply_operands(operator.getitem, (bar, REVERSED), {}))

    return run


def _make(rev: Reverse, stmt: ir.Apply) -> Callable[[], None]:
    made = shadow_list(rev, stmt.out)
    rev.lo.emit(ir.Apply(made, make_list, tuple(put_in(rev, stmt.out, a) for a in stmt.args), loc=stmt.loc))

    def run() -> None:
        for i, item in enumerate(stmt.args):
            give(rev, item, lambda i=i: read_item(rev, made, Const(i)))

    return run


def _multiply(rev: Reverse, stmt: ir.Apply) -> Callable[[], None]:
    """`made = source * n`: each copy of an item gives its cotangent to the one item."""
    lo, (source, count) = rev.lo, stmt.args
    one = list_pointer(rev, source)
    made = shadow_list(rev, stmt.out)
    lo.emit(ir.Apply(made, operator.mul, (one, count), loc=stmt.loc))
    if not rev.active(source) or all_pointers(rev, source):
        return lambda: None

    def run() -> None:
        size = lo.apply(len, one)
        over(rev, made, lambda i: give_item(rev, one, lo.apply(operator.mod, i, size), read_item(rev, made, i)))

    return run


def _concatenate(rev: Reverse, stmt: ir.Apply) -> Callable[[], None]:
    """`made = a + b`: the cotangents of the first items go to the one list, those of the others to the other."""
    lo = rev.lo
    left, right = (list_pointer(rev, side) for side in stmt.args)
    made = shadow_list(rev, stmt.out)
    lo.emit(ir.Apply(made, operator.add, (left, right), loc=stmt.loc))

    def run() -> None:
        if rev.active(stmt.args[0]) and not all_pointers(rev, stmt.args[0]):
            over(rev, left, lambda i: give_item(rev, left, i, read_item(rev, made, i)))
        if rev.active(stmt.args[1]) and not all_pointers(rev, stmt.args[1]):
            size = lo.apply(len, left)
            over(rev, right, lambda i: give_item(rev, right, i, read_item(rev, made, lo.apply(operator.add, size, i))))

    return run


def _append(rev: Reverse, stmt: ir.Apply) -> Callable[[], None]:
    holder, item = stmt.args
    shadow = rev.shadow(holder)
    rev.lo.emit(ir.Apply(None, method("append"), (shadow, put_in(rev, holder, item)), effect=True, loc=stmt.loc))

    def run() -> None:
        bar = pop_item(rev, shadow, ())
        give(rev, item, lambda: bar)

    return run


def _insert(rev: Reverse, stmt: ir.Apply) -> Callable[[], None]:
    holder, at, item = stmt.args
    shadow = rev.shadow(holder)
    rev.lo.emit(ir.Apply(None, method("insert"), (shadow, at, put_in(rev, holder, item)), effect=True, loc=stmt.loc))

    def run() -> None:
        bar = pop_item(rev, shadow, (inserted_at(rev, shadow, at),))
        give(rev, item, lambda: bar)

    return run


def inserted_at(rev: Reverse, shadow: Var, at: Any) -> Any:
    """Where an item is that was inserted at `at`: Python takes any position, and counts negative ones from the end."""
    if at == Const(0):
        return at
    lo = rev.lo
    before = lo.apply(operator.sub, lo.apply(len, shadow), Const(1))
    if isinstance(at, Const) and at.value > 0:
        return lo.apply(min, at, before)
    from_end = lo.apply(max, lo.apply(operator.add, before, at), Const(0))
    if isinstance(at, Const):
        return from_end
    negative = lo.apply(operator.lt, at, Const(0))
    return lo.branch(negative, lambda: from_end, lambda: lo.apply(min, at, before))


def pop_item(rev: Reverse, shadow: Var, at: tuple) -> Any:
    out = item_vars(rev, shadow)
    rev.lo.emit(ir.Apply(out, method("pop"), (shadow, *at), effect=True, loc=rev.lo.loc))
    return out


def _pop(rev: Reverse, stmt: ir.Apply) -> Callable[[], None]:
    holder, *at = stmt.args
    shadow = rev.shadow(holder)
    mirrored = mirror_item(rev, stmt.out, shadow)
    rev.lo.emit(ir.Apply(mirrored, method("pop"), (shadow, *at), effect=True, loc=stmt.loc))

    def run() -> None:
        bar = taken(rev, stmt.out)
        last = not at or at[0] == Const(-1)
        operands = (shadow, bar) if last else (shadow, popped_at(rev, shadow, at[0]), bar)
        name = "append" if last else "insert"
        rev.lo.emit(ir.Apply(None, method(name), operands, effect=True, loc=rev.lo.loc))

    return run


def popped_at(rev: Reverse, shadow: Var, at: Any) -> Any:
    """Where an item was that was popped at `at`, counted from the start."""
    if isinstance(at, Const) and at.value >= 0:
        return at
    lo = rev.lo
    size = lo.apply(operator.add, lo.apply(len, shadow), Const(1))
    if isinstance(at, Const):
        return lo.apply(operator.add, size, at)
    return lo.branch(lo.apply(operator.lt, at, Const(0)), lambda: lo.apply(operator.add, size, at), lambda: at)


def _getitem(rev: Reverse, stmt: ir.Apply) -> Callable[[], None]:
    holder, at = stmt.args
    if isinstance(at, ir.Slice):
        return _slice(rev, stmt)
    shadow = rev.shadow(holder)
    if any(is_pointer(rev, v) and rev.active(v) for v in ir.tree_vars(stmt.out)):
        mirrored = mirror_item(rev, stmt.out, shadow)
        rev.lo.emit(ir.Apply(mirrored, operator.getitem, (shadow, at), loc=stmt.loc))
        if all(is_pointer(rev, v) for v in ir.tree_vars(stmt.out)):
            return lambda: None
    return lambda: add_item(rev, shadow, at, stmt.out)


def _slice(rev: Reverse, stmt: ir.Apply) -> Callable[[], None]:
    holder, at = stmt.args
    shadow = list_pointer(rev, holder)
    made = shadow_list(rev, stmt.out)
    rev.lo.emit(ir.Apply(made, operator.getitem, (shadow, at), loc=stmt.loc))
    if all_pointers(rev, holder) or not rev.active(holder):
        return lambda: None

    def run() -> None:
        """Each item of the slice's shadow goes back to where it was taken from."""
        lo = rev.lo
        positions = lo.var(kinds.Kind("list", item=kinds.INT))
        everything = lo.apply_operands(range, (lo.apply(len, shadow),), {})
        lo.emit(ir.Apply(positions, operator.getitem, (everything, at), loc=lo.loc))

        def step(i: Any) -> None:
            place = lo.var(kinds.INT)
            lo.emit(ir.Apply(place, operator.getitem, (positions, i), loc=lo.loc))
            give_item(rev, shadow, place, read_item(rev, made, i))

        over(rev, made, step)

    return run


def _unpack(rev: Reverse, stmt: ir.Apply) -> Callable[[], None]:
    shadow = rev.shadow(stmt.args[0])
    for i, out in enumerate(stmt.out):
        if any(is_pointer(rev, v) and rev.active(v) for v in ir.tree_vars(out)):
            mirrored = mirror_item(rev, out, shadow)
            rev.lo.emit(ir.Apply(mirrored, operator.getitem, (shadow, Const(i)), loc=rev.lo.loc))

    def run() -> None:
        for i, out in enumerate(stmt.out):
            if not all(is_pointer(rev, v) for v in ir.tree_vars(out)):
                add_item(rev, shadow, Const(i), out)

    return run


def store_item(rev: Reverse, stmt: ir.Store) -> Callable[[], None] | None:
    """`L[i] = v`: the shadow's pointers are replaced with the list's, and put back on the way back."""
    rev.lo.emit(stmt)
    if not rev.is_shadowed(stmt.target):
        return None
    shadow = rev.shadow(stmt.target)
    pointers = item_pointers(rev, stmt.target)
    old: Any = None
    if any(pointers):
        old = read_item(rev, shadow, stmt.index)
        rev.lo.emit(ir.Store(shadow, stmt.index, put_in(rev, stmt.target, stmt.value), None, stmt.loc))

    def run() -> None:
        bar = read_item(rev, shadow, stmt.index)
        before = shadow_item_of(stmt.target.kind.item)
        if isinstance(old, tuple):
            before = tuple(o if p else b for o, p, b in zip(old, pointers, before, strict=True))
        elif old is not None:
            before = old
        rev.lo.emit(ir.Store(shadow, stmt.index, before, None, rev.lo.loc))
        give(rev, stmt.value, lambda: bar)

    return run


HANDLERS: dict[Any, Callable[..., Any]] = {
    make_list: _make,
    operator.mul: _multiply,
    operator.add: _concatenate,
    operator.getitem: _getitem,
    unpack: _unpack,
    "append": _append,
    "insert": _insert,
    "pop": _pop,
}
