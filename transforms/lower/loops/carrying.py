"""The end of a loop: what it carries becomes phis, and what it leaves, the state after it."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from transforms import shapes
from transforms.lower.failures.contexts import FLAG
from transforms.lower.failures.guarding import reopen
from transforms.lower.loops.templates import Hole, Remade
from transforms.lower.state.frames import State
from transforms.lower.values import FALSE, UNDEFINED, Lost, Ref, Var

if TYPE_CHECKING:
    from transforms.lower.loops.fixpoint import Fixpoint


def finish(fix: Fixpoint, after: State) -> None:
    """Bind phis, inits, results and outs, and leave the state as the loop leaves it."""
    lo, loop = fix.lo, fix.loop
    fix.after = after
    first, last = fix.slots(fix.before), fix.slots(after)
    halts = [
        v
        for k, v in last.items()
        if k[0] == "exit" and (k[2] in ("break", "return", "raise") or k[2].startswith(FLAG)) and v != FALSE
    ]
    lo.resume(fix.before)
    for key, template in fix.templates.items():
        initial = first.get(key, FALSE if key[0] == "exit" else UNDEFINED)
        out = bind(fix, template, fix.heads[key], initial, last.get(key, UNDEFINED), key)
        fix.assign(key, out)
    lo.loc = fix.loc
    loop.halt = any_of(fix, halts)
    lo.emit(loop)
    if lo.tries:
        reopen(lo)


def any_of(fix: Fixpoint, flags: list[Any]) -> Any:
    """The operand that is true if one of the flags is."""
    flags = list(dict.fromkeys(flags))
    if not flags:
        return None
    result = flags[0]
    for flag in flags[1:]:
        result = fix.lo.within(fix.loop.body, lambda a=result, b=flag: fix.lo.apply(operator.or_, a, b))
    return result


def bind(fix: Fixpoint, template: Any, head: Any, initial: Any, last: Any, key: Any) -> Any:
    """The value after the loop of one slot."""
    if isinstance(template, Lost):
        return template
    initial, last = fix.lo.read(initial), fix.lo.read(last)
    if isinstance(template, Hole):
        return carry(fix, template.kind, head, initial, last, key)
    if isinstance(template, Remade):
        ref, after_heap = Ref(template.cls, template.site), fix.after.heap
        if fix.lo.escaped:
            fix.lo.escaped.add(ref.id)
        before = fix.before.heap.get(initial.id) if isinstance(initial, Ref) else UNDEFINED
        content = bind(fix, template.content, fix.head_contents[head.id], before, after_heap[last.id], key)
        fix.lo.heap[ref.id] = content
        return ref
    if isinstance(template, tuple) and template is not head:
        initials = initial if isinstance(initial, tuple) else (UNDEFINED,) * len(template)
        items = [bind(fix, t, h, i, v, key) for t, h, i, v in zip(template, head, initials, last, strict=True)]
        return type(template)(*items) if hasattr(template, "_fields") else tuple(items)
    if isinstance(template, dict) and template is not head:
        held = initial if isinstance(initial, dict) else {}
        return {
            k: bind(fix, t, head[k], held.get(k, UNDEFINED), last.get(k, UNDEFINED), (*key[:2], str(k)))
            for k, t in template.items()
        }
    return template if template is not UNDEFINED else last


def carry(fix: Fixpoint, kind: Any, head: Any, initial: Any, last: Any, key: Any) -> Any:
    """A phi for each number or array of a hole."""
    lo, loop = fix.lo, fix.loop
    if isinstance(kind, tuple):
        initials = initial if isinstance(initial, tuple) else (UNDEFINED,) * len(kind)
        heads = head if isinstance(head, tuple) else (UNDEFINED,) * len(kind)
        return tuple(carry(fix, k, h, i, v, key) for k, h, i, v in zip(kind, heads, initials, last, strict=True))
    phi = head if isinstance(head, Var) else lo.var(kind)
    for value in (initial, last):
        if isinstance(value, Var) and value.region is not None and phi.region is not None:
            phi.region.union(value.region)
    out = Var(key[2] or phi.name, kind, phi.region, shape=None if shapes.unknown(phi) else phi.shape)
    if phi.serial in lo.mixed:
        lo.mixed.add(out.serial)
    loop.phis.append(phi)
    loop.inits.append(initial)
    loop.body.results.append(last)
    loop.outs.append(out)
    return out
