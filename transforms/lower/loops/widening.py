"""Widening: templates that cover the state at a loop's head and the state after a trip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transforms import kinds, shapes
from transforms.lower import integers
from transforms.lower.containers import making
from transforms.lower.loops import templates
from transforms.lower.loops.templates import Hole, Remade
from transforms.lower.state.frames import State
from transforms.lower.state.operands import operand_kind
from transforms.lower.values import FALSE, UNDEFINED, Closure, Const, Lost, Ref, Var

if TYPE_CHECKING:
    from transforms.lower.loops.fixpoint import Fixpoint

OTHER_TYPE = (
    "a value changes its type, or a list of known length is extended, from trip to trip of a loop (as `+=` and extend "
    "are one): this is not followed"
)


def widen(fix: Fixpoint, after: State) -> bool:
    """Widen the templates to cover the state after a trip; whether anything changed."""
    first, last = fix.slots(fix.before), fix.slots(after)
    changed = False
    for key, value in last.items():
        old = fix.templates.get(key, first.get(key, UNDEFINED if key[0] != "exit" else FALSE))
        head = fix.heads.get(key, old)
        new = cover(fix, old, head, value, key)
        if new is not old:
            fix.templates[key] = new
            changed = True
    return changed


def cover(fix: Fixpoint, template: Any, head: Any, value: Any, key: Any) -> Any:
    """The least template that covers both `template` and `value`; the same object if it does already."""
    if value is head or isinstance(value, Const) and value == template or isinstance(template, Lost):
        return template
    template, head, value = map(fix.lo.read, (template, head, value))
    if isinstance(template, Hole):
        return cover_hole(fix, template, value)
    if template is UNDEFINED and key[0] == "heap" and value is not UNDEFINED:
        return Lost("a value that a loop makes first is read after it, which is not followed here", fix.site)
    if template is UNDEFINED:
        return late(fix, value)
    if isinstance(template, Remade):
        return cover_remade(fix, template, head, value, key)
    if isinstance(template, tuple) and isinstance(value, tuple) and len(template) == len(value):
        return cover_tuple(fix, template, head, value, key)
    if isinstance(template, dict) and isinstance(value, dict):
        return cover_dict(fix, template, head, value, key)
    if templates.is_list(template) and templates.is_list(value) and replaced(fix, template, value):
        make_dynamic(fix, template, value)
    if isinstance(template, Ref) and isinstance(value, Ref) and template.cls is value.cls:
        return Remade(template.cls, template.site, cover_new(fix, template, value, key))
    ka, kb = operand_kind(template), operand_kind(value)
    if ka is not None and kb is not None and (kind := kinds.join(ka, kb)) is not None:
        shape = shapes.dims(template) if shapes.same(template, value) else None
        return Hole(kind, shape, integers.mixes(fix.lo, kind, template, value))
    if value is UNDEFINED:
        return template
    return grown(fix, template, value, key)


def replaced(fix: Fixpoint, template: Any, value: Any) -> bool:
    """Whether a list is replaced by one of another length, or by one that is there at run time."""
    if isinstance(template, Var) and isinstance(value, Var) or isinstance(template, Hole) and isinstance(value, Var):
        return False
    if not (isinstance(template, (Ref, Remade)) and isinstance(value, Ref)):
        return True
    if isinstance(template, Remade):
        old = template.content
    else:
        old = fix.before.heap.get(template.id, fix.lo.heap.get(template.id))
    new = fix.lo.heap[value.id]
    return isinstance(old, tuple) and isinstance(new, tuple) and len(old) != len(new)


def make_dynamic(fix: Fixpoint, *lists: Any) -> None:
    """Begin again with these lists at run time."""
    sites = [v.site for v in lists if isinstance(v, (Ref, Remade)) and v.site is not None]
    new = [s for s in sites if s not in fix.lo.notes.dynamic and s not in fix.lo.notes.known]
    if new:
        fix.lo.notes.dynamic.update(new)
        fix.lo.restart()


def cover_hole(fix: Fixpoint, template: Hole, value: Any) -> Any:
    if value is UNDEFINED:
        return template
    kind = templates.kind_tree(value)
    joined = kinds.join(template.kind, kind) if kind is not None else None
    if joined is None:
        return Lost(OTHER_TYPE, fix.site)
    mixed = template.mixed or integers.mixes(fix.lo, joined, value)
    if template.shape is not None and shapes.dims(value) != template.shape:
        return Hole(joined, None, mixed)
    return template if (joined, mixed) == (template.kind, template.mixed) else Hole(joined, template.shape, mixed)


def late(fix: Fixpoint, value: Any) -> Any:
    """A name that the loop binds first: it has a value after the loop, if there was a trip."""
    if value is UNDEFINED:
        return UNDEFINED
    kind = templates.kind_tree(value)
    if kind is not None:
        return Hole(kind)
    if isinstance(value, (Const, Closure)) and not isinstance(value, Lost):
        known = value if isinstance(value, Const) else None
        if known is not None:
            return known
    return Lost("this name is bound to an object inside a loop and used after it: this is not followed", fix.site)


def cover_tuple(fix: Fixpoint, template: tuple, head: Any, value: tuple, key: Any) -> Any:
    items = [cover(fix, t, h, v, key) for t, h, v in zip(template, head, value, strict=True)]
    if all(i is t for i, t in zip(items, template, strict=True)):
        return template
    return type(template)(*items) if hasattr(template, "_fields") else tuple(items)


def cover_dict(fix: Fixpoint, template: dict, head: dict, value: dict, key: Any) -> Any:
    if key[0] == "heap" and key[1] in fix.lo.dicts and list(template) != list(value):
        return Lost("a dict gets keys in a loop that is not unrolled: this is not followed", fix.site)
    items = {
        k: cover(fix, template.get(k, UNDEFINED), head.get(k, UNDEFINED), value.get(k, UNDEFINED), key)
        for k in {**template, **value}
    }
    same = items.keys() == template.keys() and all(items[k] is template[k] for k in template)
    return template if same else items


def cover_new(fix: Fixpoint, template: Ref, value: Ref, key: Any) -> Any:
    """The content template of an object that is made anew in each trip."""
    lo = fix.lo
    if template.origin is not None:
        lo.refuse(f"{lo.describe(template)} from outside is replaced in a loop: this is not followed")
    old = fix.before.heap.get(template.id, lo.heap.get(template.id))
    if count(fix, fix.before, template) > 1:
        lo.refuse(f"{lo.describe(template)} that has several names is replaced in a loop: this is not followed")
    return cover(fix, old, old, lo.heap[value.id], key)


def cover_remade(fix: Fixpoint, template: Remade, head: Any, value: Any, key: Any) -> Any:
    if not isinstance(value, Ref) or value.cls is not template.cls:
        return Lost("a name is bound to objects of different classes in a loop: this is not followed", fix.site)
    content = cover(fix, template.content, fix.head_contents[head.id], fix.lo.heap[value.id], key)
    return template if content is template.content else Remade(template.cls, template.site, content)


def count(fix: Fixpoint, state: State, ref: Ref) -> int:
    """How many places of a state hold an object."""

    def inside(value: Any) -> int:
        if value is ref:
            return 1
        if isinstance(value, (tuple, list)):
            return sum(map(inside, value))
        if isinstance(value, dict):
            return sum(map(inside, value.values()))
        return 0

    places = [env for env, _, _ in state.frames] + list(state.heap.values())
    return sum(map(inside, places))


def grown(fix: Fixpoint, template: Any, value: Any, key: Any) -> Any:
    """Lists of changing length become lists at run time; anything else is lost."""
    lo = fix.lo
    site = lo.list_sites.get(key[1]) if key[0] == "heap" else None
    tried = site in lo.notes.known or site in lo.notes.dynamic
    if site is not None and not tried and isinstance(template, tuple) and isinstance(value, tuple):
        lo.notes.dynamic.add(site)
        lo.restart()
    objects = isinstance(value, tuple) and all(making.can_be_item(v, objects=True) for v in value)
    if site is not None and site not in lo.notes.objects and objects:
        lo.notes.objects.add(site)  # neither at run time nor item by item: with objects for None and flags, then
        lo.notes.dynamic.add(site)
        lo.restart()
    if site is not None:
        lo.refuse("a list that grows in a loop holds what cannot be kept in a list at run time")
    return Lost(OTHER_TYPE, fix.site)
