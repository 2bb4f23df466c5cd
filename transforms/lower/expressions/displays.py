"""Containers written out, comprehensions and texts."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import gast

from tensor.runtime import join_text
from transforms import ir, kinds
from transforms.lower.containers import comprehensions, lists, making, unpacking
from transforms.lower.expressions import evaluating
from transforms.lower.intrinsics import showing
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Const, Var


def elements(lo: Lowering, nodes: list[Any]) -> tuple[Any, ...]:
    """The items of a display or call, starred ones spread."""
    items: list[Any] = []
    for node in nodes:
        if isinstance(node, gast.Starred):
            items.extend(unpacking.spread(lo, evaluating.evaluate(lo, node.value)))
        else:
            items.append(evaluating.evaluate(lo, node))
    return tuple(items)


def tuple_(lo: Lowering, node: gast.Tuple) -> Any:
    return elements(lo, node.elts)


def list_(lo: Lowering, node: gast.List) -> Any:
    if any(isinstance(n, gast.Starred) for n in node.elts):
        return starred_list(lo, node)
    return making.new_list(lo, elements(lo, node.elts), node)


def starred_list(lo: Lowering, node: gast.List) -> Any:
    """`[*a, b]`: of lists at run time, a new list that they are put into."""
    parts = [evaluating.evaluate(lo, n.value if isinstance(n, gast.Starred) else n) for n in node.elts]
    starred = [isinstance(n, gast.Starred) for n in node.elts]
    made = making.new_list(lo, (), node)
    if not isinstance(made, Var) and not any(s and isinstance(p, Var) for s, p in zip(starred, parts, strict=True)):
        items = [i for s, p in zip(starred, parts, strict=True) for i in (unpacking.spread(lo, p) if s else (p,))]
        return making.new_list(lo, tuple(items), node)
    for star, part in zip(starred, parts, strict=True):
        if star:
            lists.extend(lo, made, part)
        else:
            lists.append(lo, made, (part,), {}, node)
    return made


def set_(lo: Lowering, node: gast.Set) -> Any:
    return making.new_set(lo, elements(lo, node.elts))


def dict_(lo: Lowering, node: gast.Dict) -> Any:
    content: dict[Any, Any] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            content.update(unpacking.mapping(lo, evaluating.evaluate(lo, value)))
        else:
            content[unpacking.key(lo, evaluating.evaluate(lo, key))] = evaluating.evaluate(lo, value)
    return lo.new(dict, content, lo.site(node))


def joinedstr(lo: Lowering, node: gast.JoinedStr) -> Any:
    """An f-string: text, which carries no derivative."""
    parts = []
    for part in node.values:
        if isinstance(part, gast.FormattedValue):
            spec = evaluating.evaluate(lo, part.format_spec) if part.format_spec is not None else Const("")
            value = evaluating.evaluate(lo, part.value)
            if part.conversion in (114, 97):
                value = showing.text(lo, repr, value)
            elif part.conversion == 115:
                value = showing.text(lo, str, value)
            parts.append(showing.text(lo, format, value, spec))
        else:
            parts.append(evaluating.evaluate(lo, part))
    if all(isinstance(p, Const) for p in parts):
        return Const("".join(p.value for p in parts))
    out = lo.var(kinds.Kind("object", type=str))
    lo.emit(ir.Apply(out, operator.concat if len(parts) == 2 else join_text, tuple(parts), loc=lo.loc))
    return out


def comprehension(lo: Lowering, node: Any) -> Any:
    return comprehensions.comprehension(lo, node)


EXPRESSIONS: dict[type, Callable[[Lowering, Any], Any]] = {
    gast.Tuple: tuple_,
    gast.List: list_,
    gast.Set: set_,
    gast.Dict: dict_,
    gast.ListComp: comprehension,
    gast.SetComp: comprehension,
    gast.DictComp: comprehension,
    gast.GeneratorExp: comprehension,
    gast.JoinedStr: joinedstr,
}
