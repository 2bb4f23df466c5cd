"""What a caller hands in beside the primals, tangents and cotangents: checked, and taken apart to its leaves.

Each has the structure of its primal, and its leaves the shape of the primal's; a leaf is brought to the primal's own
dtype, and none is complex where the primal is real.  What has no derivative (an integer in a container, a constant of
the output) takes anything in its place.

>>> tangent_leaves((1.0, 2), (3, None), "tangents[0]")
[3.0]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from transforms import kinds
from transforms.arguments import LONGEST_KNOWN_LIST, is_record
from transforms.errors import ArgumentError, KindError
from transforms.ir import Var
from transforms.lower.containers.numeric import leaf_kinds
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Ref


def tangent_leaves(primal: Any, value: Any, where: str, inside: bool = False) -> list[Any]:
    """The tangents of an argument's numbers and arrays, in the order in which it is taken apart."""
    if type(primal) is list and len(primal) > LONGEST_KNOWN_LIST:
        return [fitted_list(primal, value, where)]
    parts = paired_parts(primal, value, where)
    if parts is not None:
        return [leaf for p, t, at in parts for leaf in tangent_leaves(p, t, at, True)]
    kind = kinds.kind_of(primal)
    return [fitted(primal, value, where)] if carries(kind, inside) and type(primal) is not bool else []


def carries(kind: Any, inside: bool) -> bool:
    """Whether a number or array takes a tangent: as an argument of its own, an integer does, too."""
    return isinstance(kind, kinds.Kind) and kind.numeric and (kind.continuous or not inside)


def paired_parts(primal: Any, value: Any, where: str) -> list[tuple[Any, Any, str]] | None:
    """The parts of a container with those of its tangent, and what to call them; None of what is no container."""
    if isinstance(primal, (tuple, list)):
        if not isinstance(value, (tuple, list)) or len(value) != len(primal):
            raise ArgumentError(f"{where} does not have the structure of {whose(where)}: {layout(primal)}")
        return [(p, t, f"{where}[{i}]") for i, (p, t) in enumerate(zip(primal, value, strict=True))]
    if isinstance(primal, dict):
        if not isinstance(value, dict) or value.keys() != primal.keys():
            raise ArgumentError(f"{where} does not have the keys of {whose(where)}: {layout(primal)}")
        return [(p, value[k], f"{where}[{k!r}]") for k, p in primal.items()]
    if is_record(primal):
        if type(value) is not type(primal):
            raise ArgumentError(f"{where} is no {type(primal).__name__}, as {whose(where)} is")
        return [(p, getattr(value, k), f"{where}.{k}") for k, p in vars(primal).items()]
    return None


def fitted_list(primal: Any, value: Any, where: str) -> Any:
    """The tangent of a list that is one operand, or of a part of it: 0.0 for what has no derivative."""
    parts = paired_parts(primal, value, where)
    if parts is not None:
        return type(primal)(fitted_list(*part) for part in parts)
    return fitted(primal, value, where) if carries(kinds.kind_of(primal), True) else 0.0


def fitted(primal: Any, value: Any, where: str) -> Any:
    """The tangent of a number or array, of the primal's own type, shape and dtype."""
    if type(value) is float and type(primal) is float:
        return value
    if isinstance(value, (str, bytes, dict)) or value is None:
        what = "None" if value is None else f"a {type(value).__name__}"
        raise ArgumentError(f"{where} is {what}, {whose(where)} a number or an array")
    if np.shape(value) != np.shape(primal):
        raise ArgumentError(f"{where} has the shape {np.shape(value)}, {whose(where)} {np.shape(primal)}")
    found = value if hasattr(value, "dtype") else np.asarray(value)
    allowed = "biufc" if np.iscomplexobj(primal) else "biuf"
    if found.dtype.kind not in allowed:
        what = f"complex, {whose(where)} real" if found.dtype.kind == "c" else f"of the type {found.dtype}"
        raise ArgumentError(f"{where} is {what}", None, "pass real numbers" if allowed == "biuf" else "pass numbers")
    if not hasattr(primal, "dtype"):
        return complex(value) if isinstance(primal, complex) else float(value)
    dtype = primal.dtype if primal.dtype.kind in "fc" else np.dtype(float)
    if found.dtype != dtype:
        found = found.astype(dtype)
    return found if np.ndim(primal) or not isinstance(primal, np.generic) else found[()]


def whose(where: str) -> str:
    """What a tangent or cotangent belongs to, for messages."""
    return "the function's value" if where.startswith(COTANGENT) else "its primal"


COTANGENT = "the cotangent"


def layout(primal: Any) -> str:
    """The keys of a dict, or the type and length of a tuple or list, for messages."""
    if isinstance(primal, dict):
        return ", ".join(map(repr, primal))
    return f"a {type(primal).__name__} of length {len(primal)}"


# -- cotangents of an output -------------------------------------------------------------------------------------------


def places(lo: Lowering, result: Any) -> Any:
    """The tree of an output with True where a leaf takes a cotangent, in the order of `carriers`."""
    if isinstance(result, Var):
        return takes_cotangent(result)
    if isinstance(result, tuple):
        return tuple(places(lo, part) for part in result)
    if isinstance(result, Ref):
        content = lo.content(result)
        if isinstance(content, dict):
            return {key: places(lo, part) for key, part in content.items()}
        return [places(lo, part) for part in content]
    return False


def carriers(lo: Lowering, result: Any) -> Iterator[Var]:
    """The leaves of an output that take a cotangent."""
    if isinstance(result, Var) and takes_cotangent(result):
        yield result
    elif isinstance(result, tuple):
        for part in result:
            yield from carriers(lo, part)
    elif isinstance(result, Ref):
        content = lo.content(result)
        for part in content.values() if isinstance(content, dict) else content:
            yield from carriers(lo, part)


def takes_cotangent(var: Var) -> bool:
    """A real or complex number or array, or a list with such; what it is must be known."""
    if var.kind.type_unknown:
        raise KindError(f"the output {var.name or 'of this function'} is of a type that is not known when deriving")
    return var.kind.continuous or var.kind.base == "list" and any(k.continuous for k in leaf_kinds(var.kind.item))


def cotangent_leaves(place: Any, primal: Any, bar: Any, where: str) -> list[Any]:
    """The cotangents of an output's leaves, where they take one."""
    if place is True:
        return [fitted_list(primal, bar, where) if isinstance(primal, list) else fitted(primal, bar, where)]
    if not place:
        return []
    if isinstance(place, dict) and not isinstance(primal, dict):
        return [leaf for k, p in place.items() for leaf in attribute_leaves(p, primal, bar, where, k)]
    inner = place.values() if isinstance(place, dict) else place
    parts = paired_parts(primal, bar, where)
    return [leaf for p, part in zip(inner, parts or (), strict=True) for leaf in cotangent_leaves(p, *part)]


def attribute_leaves(place: Any, primal: Any, bar: Any, where: str, name: str) -> list[Any]:
    """The cotangents of the leaves of an object's attribute."""
    if not hasattr(bar, name):
        raise ArgumentError(f"{where} has no attribute {name}, as {whose(where)} has")
    return cotangent_leaves(place, getattr(primal, name), getattr(bar, name), f"{where}.{name}")
