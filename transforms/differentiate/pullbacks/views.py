"""Views of arrays written in place: a view of the array is a view of its shadow.

    z = y[1:]             z_bar = y_bar[1:]           (forward; nothing is left to do backward)
    z = y.reshape(2, 3)   z_bar = y_bar.reshape(2, 3), with a check that both are views, or both copies

Views of which the cotangent is no view are refused where the array is written later.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from tensor import runtime
from transforms import ir
from transforms.differentiate import rules
from transforms.differentiate.pullbacks.scopes import bar_name
from transforms.differentiate.views import ALWAYS_VIEWS, copied_at_once, is_view, writable
from transforms.errors import UnsupportedError
from transforms.ir import Var

if TYPE_CHECKING:
    from transforms.differentiate.reverse import Reverse


def mirror_view(rev: Reverse, stmt: ir.Apply) -> bool:
    """Mirror a view of memory on the shadow; False if the statement makes a new array."""
    sources = [a for a in ir.tree_vars(stmt.args) if a.region is not None and rev.is_shadowed(a)]
    outs = [v for v in ir.tree_vars(stmt.out) if rev.is_shadowed(v)]
    shared = [a for a in sources if any(a.region.find() is v.region.find() for v in outs)]  # type: ignore[union-attr]
    if not shared or not is_view(stmt):
        return False
    if not writable(stmt):
        refuse_written_later(rev, stmt, shared)
        return False
    memo = {a.serial: rev.shadow(a) for a in shared}
    args = ir.tree_map(lambda a: memo.get(a.serial, a) if isinstance(a, Var) else a, stmt.args)

    def mirrored(var: Any) -> Any:
        made = Var(bar_name(var), var.kind, rev.shadow_region(var), shape=var.shape)
        rev.shadows[var.serial] = made
        return made

    rev.lo.emit(ir.Apply(ir.tree_map(mirrored, stmt.out), stmt.fn, args, stmt.kwargs, loc=stmt.loc))
    if stmt.fn not in ALWAYS_VIEWS:
        check_same_view(rev, stmt, shared[0])
    return True


def refuse_written_later(rev: Reverse, stmt: ir.Apply, shared: list[Var]) -> None:
    """A view that cannot be written through, of an array that is written after it was made."""
    later = any(rev.memory.written_after(a.region, stmt) for a in shared)  # type: ignore[arg-type]
    if later and not copied_at_once(stmt, rev.body):
        raise UnsupportedError(
            f"{rules.spelled(stmt.fn)} makes a view, not followed, of an array that is written later"
            if stmt.fn is np.imag
            else f"{rules.spelled(stmt.fn)} makes a read-only view of an array that is written later",
            stmt.loc.location() if stmt.loc is not None else None,
            "copy it first, or write before",
        )


def check_same_view(rev: Reverse, stmt: ir.Apply, source: Var) -> None:
    """Emit the check that the shadow was viewed where the array was viewed, and copied where it was copied."""
    positions = {np.ravel: 1, np.reshape: 2}
    if "order" in stmt.kwargs or len(stmt.args) > positions.get(stmt.fn, len(stmt.args)):
        raise UnsupportedError(
            "an array is reshaped in another order, and written in place: this is not followed",
            stmt.loc.location() if stmt.loc is not None else None,
            "copy it first",
        )
    out = next(v for v in ir.tree_vars(stmt.out))
    operands = (out, source, rev.shadow(out), rev.shadow(source))
    rev.lo.emit(ir.Apply(None, runtime.same_view, operands, effect=True, loc=stmt.loc))


def return_copy(rev: Reverse, stmt: ir.Apply) -> Callable[[], None]:
    """The backward step of what may be a view or a copy: of a copy, the cotangent goes back to the source."""

    source = next(a for a in ir.tree_vars(stmt.args) if a.region is not None and rev.is_shadowed(a))
    out = next(v for v in ir.tree_vars(stmt.out) if rev.is_shadowed(v))

    def run() -> None:
        operands = (rev.shadow(source), rev.shadow(out))
        rev.lo.emit(ir.Apply(None, runtime.return_copy, operands, effect=True, loc=rev.lo.loc))

    return run


def take_copy(rev: Reverse, stmt: ir.Apply) -> Callable[[], None] | None:
    """`return_copy(a, b)` adds b to a where b is a copy of a's part: transposed, a's cotangent goes to b's."""
    if not all(rev.is_shadowed(a) for a in stmt.args):
        if any(rev.active(a) for a in stmt.args):
            rules.refuse(stmt, 0, None)
        return None
    shadows = tuple(rev.shadow(a) for a in reversed(stmt.args))
    return lambda: rev.lo.emit(ir.Apply(None, stmt.fn, shadows, effect=True, loc=rev.lo.loc))
