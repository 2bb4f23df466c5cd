"""ad.stop_gradient: a value as a constant."""

from __future__ import annotations

from typing import Any

from transforms import ir
from transforms.ir import Region, Var
from transforms.lower.objects import array_attributes
from transforms.lower.state.lowering import Lowering


def stop(lo: Lowering, value: Any) -> Any:
    """A value as a constant."""
    if isinstance(value, Var):
        out = Var(value.name, value.kind, Region() if value.kind.memory else None, shape=value.shape)
        lo.emit(ir.Apply(out, stopped, (value,), loc=lo.loc))
        return out
    if isinstance(value, tuple) and not isinstance(value, array_attributes.Shape):
        return tuple(stop(lo, v) for v in value)
    return value


def stopped(x: Any) -> Any:
    """`x` as a constant: the text of ad.stop_gradient."""
    return x
