"""Shadows of what a branch chooses or a loop carries: they are chosen and carried with it.

    z = a if c else b     z_bar = a_bar if c else b_bar       (forward)

A number among arrays gets an array of no axes for a shadow; its content is the number's cotangent (`pull_numbers`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from transforms import ir
from transforms.differentiate.pullbacks.collected import shadow_choice
from transforms.differentiate.pullbacks.cotangents import contribute
from transforms.differentiate.pullbacks.list_kinds import shadow_list
from transforms.differentiate.pullbacks.list_shadows import list_pointer
from transforms.differentiate.pullbacks.scopes import ZERO, bar_name
from transforms.differentiate.pullbacks.shadows import new_shadow
from transforms.ir import UNDEFINED, Block, Const, Var

if TYPE_CHECKING:
    from transforms.differentiate.reverse import Reverse


def shadow_outs(rev: Reverse, stmt: ir.If, new: ir.If) -> None:
    """The shadow of an array chosen by a branch is chosen with it."""
    for position, out in enumerate(stmt.outs):
        if not rev.is_shadowed(out):
            shadow_choice(rev, new, position, out)
            continue
        if out.kind.base == "list":
            made = shadow_list(rev, out)
        else:
            made = Var(bar_name(out), out.kind, rev.shadow_region(out), shape=out.shape)
        for block in (new.then, new.orelse):
            block.results.append(pointer(rev, block.results[position], block, out, block))
        new.outs.append(made)
        rev.shadows[out.serial] = made


def shadow_phis(rev: Reverse, stmt: ir.Loop) -> list[tuple[Var, Any, Any, Var]]:
    """Shadows of arrays and lists carried by the loop are carried with them."""
    pending = []
    for phi, init, result, out in zip(stmt.phis, stmt.inits, stmt.body.results, stmt.outs, strict=True):
        if rev.is_shadowed(phi) or rev.is_shadowed(out):
            if phi.kind.base == "list":
                shadow_list(rev, phi)
                shadow_list(rev, out)
                pending.append((phi, init, result, out))
                continue
            made = Var(bar_name(phi), phi.kind, rev.shadow_region(phi), shape=phi.shape)
            rev.shadows[phi.serial] = made
            rev.shadows[out.serial] = Var(bar_name(out), out.kind, rev.shadow_region(out), shape=out.shape)
            pending.append((phi, init, result, out))
    return pending


def close_shadow(rev: Reverse, new: ir.Loop, phi: Var, init: Any, result: Any, out: Var) -> None:
    made = rev.shadow(phi)
    new.phis.append(made)
    new.inits.append(pointer(rev, init, rev.lo.block, phi, new))
    new.outs.append(rev.shadow(out))
    new.body.results.append(pointer(rev, result, new.body, phi, new.body))


def pointer(rev: Reverse, source: Any, block: Block, target: Var, owner: Any) -> Any:
    """The shadow of a memory operand that becomes `target`; an inactive one gets a shadow that nobody reads.

    A number among arrays has an array of no axes, whose content is given to it where `owner` is reversed.
    """
    if source is UNDEFINED:
        return UNDEFINED
    if isinstance(source, Var) and source.serial in rev.shadows:
        return rev.shadows[source.serial]
    if target.kind.base == "array" and (isinstance(source, Const) or source.region is None):
        made = rev.lo.within(block, lambda: number_shadow(rev, source, target))
        if rev.active(source):
            rev.number_shadows[id(owner)].append((source, made))
        return made
    if isinstance(source, Const) or source.region is None:
        return UNDEFINED
    if source.kind.base == "list":
        return rev.lo.within(block, lambda: list_pointer(rev, source))
    made = rev.lo.within(block, lambda: new_shadow(rev, source))
    return made


def number_shadow(rev: Reverse, source: Any, target: Var) -> Var:
    """A zeroed array of no axes."""
    made = Var(bar_name(target), target.kind, rev.shadow_region(target))
    number = source if isinstance(source, Var) and source.kind.continuous else ZERO
    rev.lo.emit(ir.Apply(made, np.zeros_like, (number,), loc=rev.lo.loc))
    return made


def pull_numbers(rev: Reverse, owner: Any) -> None:
    """Give numbers that became memory the cotangents that have come together in their shadows."""
    for number, shadow in rev.number_shadows.get(id(owner), ()):
        contribute(rev, number, rev.lo.apply(np.sum, shadow))
