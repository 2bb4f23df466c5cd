"""Copies of objects: copy, deepcopy, and the dataclasses that are made into others."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import numpy as np

from transforms.lower.intrinsics.handler import Handler
from transforms.lower.objects import instances
from transforms.lower.outside import written
from transforms.lower.state.lowering import Lowering
from transforms.lower.subclasses import wrapping
from transforms.lower.values import Const, Ref, Var


def deepcopy_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """copy.deepcopy: arrays copied, containers made anew, an object that is met twice copied once."""
    memo: dict[int, Any] = {}

    def copied(value: Any) -> Any:
        value = written.made_known(lo, value)
        wrapping.not_copied(lo, value)
        if isinstance(value, Var):
            if id(value) not in memo:
                memo[id(value)] = lo.apply(np.copy, value) if value.kind.base == "array" else value
            return memo[id(value)]
        if isinstance(value, tuple):
            items = [copied(v) for v in value]
            return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
        if isinstance(value, Ref):
            if value.id not in memo:
                made = lo.new(value.cls, (), value.site)
                memo[value.id] = made
                content = lo.content(value)
                lo.put(
                    made,
                    {k: copied(v) for k, v in content.items()}
                    if isinstance(content, dict)
                    else tuple(map(copied, content)),
                )
            return memo[value.id]
        return value

    if isinstance(args[0], Var) and args[0].kind.base == "list":
        return lo.refuse("deepcopy of this list is not followed")
    return copied(args[0])


def copy_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    value = written.made_known(lo, args[0])
    wrapping.not_copied(lo, value)
    if isinstance(value, Var) and value.kind.base == "array":
        return lo.apply(np.copy, value)
    if isinstance(value, Ref):
        return lo.new(value.cls, lo.content(value), value.site or lo.site(node))
    return value


def replace_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    """dataclasses.replace."""
    value = args[0]
    if not isinstance(value, Ref):
        return lo.refuse("dataclasses.replace of this is not followed")
    made = value.cls.__dict__.get("__local_fields__")
    fields = dataclasses.fields(value.cls) if made is None else made
    content = lo.content(value)
    given = {f.name: content[f.name] for f in fields if f.init and f.name in content}
    return instances.instantiate(lo, value.cls, (), {**given, **kwargs}, node)


def record_fields(lo: Lowering, value: Any) -> dict[str, Any]:
    """The fields of a dataclass instance, which must not hold containers."""
    if not (
        isinstance(value, Ref) and (dataclasses.is_dataclass(value.cls) or "__local_fields__" in value.cls.__dict__)
    ):
        return lo.refuse("this function of what is no dataclass instance made here is not followed")
    names = [f.name for f in (value.cls.__dict__.get("__local_fields__") or dataclasses.fields(value.cls))]
    content = lo.content(value)
    found = {n: content[n] for n in names if n in content}
    if len(found) < len(names) or not all(isinstance(v, (Const, Var)) for v in found.values()):
        return lo.refuse("the fields of this dataclass instance are not numbers and arrays only: this is not followed")
    if any(isinstance(v, Var) and v.kind.memory for v in found.values()):
        found = {n: deepcopy_(lo, (v,), {}, None) for n, v in found.items()}
    return found


def astuple_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return tuple(record_fields(lo, args[0]).values())


def asdict_(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return lo.new(dict, record_fields(lo, args[0]), lo.site(node))


def opaque_fields(lo: Lowering, args: tuple, kwargs: dict, node: Any) -> Any:
    return lo.refuse("dataclasses.fields is not followed", "name the fields")


HANDLERS: dict[Any, Handler] = {
    copy.deepcopy: deepcopy_,
    copy.copy: copy_,
    dataclasses.replace: replace_,
    dataclasses.astuple: astuple_,
    dataclasses.asdict: asdict_,
    dataclasses.fields: opaque_fields,
}
