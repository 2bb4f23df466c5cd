"""What itertools makes of items known in number: products, groups, choices."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from transforms.lower.calls import calling
from transforms.lower.containers import unpacking
from transforms.lower.intrinsics.handler import Handler
from transforms.lower.loops import unrolling
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Const, Iter


def combined(fn: Callable[..., Any]) -> Handler:
    """product, combinations, permutations, ...: of items known in number, combined when deriving."""

    def handler(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
        given = [a.value if isinstance(a, Const) and isinstance(a.value, int) else _items(lo, a) for a in args]
        known = {k: v.value for k, v in kwargs.items()}
        made = []
        for count, item in enumerate(fn(*given, **known)):
            if count > unrolling.LONGEST_UNROLLED * 8:
                return lo.refuse(f"{fn.__name__} of so many items is not followed", "write it as nested loops")
            made.append(item)
        return tuple(made)

    return handler


def _items(lo: Lowering, value: Any) -> tuple:
    if isinstance(value, Iter) and value.kind == "range" and all(isinstance(p, Const) for p in value.parts):
        return tuple(map(Const, range(*(p.value for p in value.parts))))
    return unpacking.spread(lo, value)


def zip_longest_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """itertools.zip_longest of iterables of which the lengths are known."""
    fill = kwargs.get("fillvalue", Const(None))
    return tuple(itertools.zip_longest(*(unpacking.spread(lo, a) for a in args), fillvalue=fill))


def groupby_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """itertools.groupby by keys that are known when deriving."""
    key = args[1] if len(args) > 1 else kwargs.get("key", Const(None))
    items = unpacking.spread(lo, args[0])
    keys = [item if key == Const(None) else calling.call(lo, key, (item,), {}, node) for item in items]
    if not all(isinstance(k, Const) for k in keys):
        return lo.refuse("itertools.groupby by computed keys is not followed")
    groups = itertools.groupby(zip(keys, items, strict=True), key=lambda pair: pair[0].value)
    return tuple((Const(k), tuple(item for _, item in group)) for k, group in groups)


def compress_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """itertools.compress by flags that are known when deriving."""
    items, flags = (unpacking.spread(lo, a) for a in args)
    if not all(isinstance(f, Const) for f in flags):
        return lo.refuse("itertools.compress by computed flags is not followed")
    return tuple(item for item, flag in zip(items, flags, strict=False) if flag.value)


HANDLERS: dict[Any, Handler] = {
    itertools.product: combined(itertools.product),
    itertools.combinations: combined(itertools.combinations),
    itertools.permutations: combined(itertools.permutations),
    itertools.zip_longest: zip_longest_,
    itertools.groupby: groupby_,
    itertools.compress: compress_,
}
