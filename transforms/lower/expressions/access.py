"""Attributes, items and slices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from transforms.lower.containers import reading
from transforms.lower.expressions import evaluating
from transforms.lower.objects import attributes
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Const


def attribute(lo: Lowering, node: gast.Attribute) -> Any:
    return attributes.get_attribute(lo, evaluating.evaluate(lo, node.value), node.attr)


def subscript(lo: Lowering, node: gast.Subscript) -> Any:
    return reading.get_item(lo, evaluating.evaluate(lo, node.value), evaluating.evaluate(lo, node.slice))


def slice_(lo: Lowering, node: gast.Slice) -> Any:
    parts = (Const(None) if n is None else evaluating.evaluate(lo, n) for n in (node.lower, node.upper, node.step))
    return reading.plain_slice(lo, *parts)


EXPRESSIONS: dict[type, Callable[[Lowering, Any], Any]] = {
    gast.Attribute: attribute,
    gast.Subscript: subscript,
    gast.Slice: slice_,
}
