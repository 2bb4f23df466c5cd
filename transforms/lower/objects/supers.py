"""`super()` in a method, and the attributes of what it gives."""

from __future__ import annotations

import dataclasses
from typing import Any

from transforms.lower.calls import closures
from transforms.lower.objects import attributes, model
from transforms.lower.objects.model import FUNCTIONS
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Bound, Const, Ref, Super


def super_(lo: Lowering) -> Any:
    """`super()` in a method."""
    closure = lo.frame.closure
    if closure is None or closure.owner is None:
        return lo.refuse("super() is used outside a method here")
    first = closure.node.args.args[0].id
    value = lo.frame.env[first]
    return Super(
        closure.owner, lo.content(value)[0] if isinstance(value, Ref) and value.cls.__name__ == "Cell" else value
    )


def super_attribute(lo: Lowering, value: Super, name: str) -> Any:
    own = (
        value.self.value
        if isinstance(value.self, Const) and isinstance(value.self.value, type)
        else model.user_class(value.self)
    )
    if own is None:
        return lo.refuse("super() of this object is not followed")
    order = own.__mro__
    for base in order[order.index(value.owner) + 1 :]:
        if name == "__init__" and "__local_fields__" in base.__dict__ and name not in base.__dict__:
            return lo.refuse(f"super().__init__ of the dataclass {base.__name__} is not followed")
        if name in base.__dict__:
            found = base.__dict__[name]
            if base is object and name == "__init__":
                return Const(object)
            if isinstance(found, classmethod):
                return Bound(value.self, closures.closure_of(lo, found.__func__, base), name)
            return bind_super(lo, value, base, found, name)
    return lo.refuse(f"no base class has {name}")


def bind_super(lo: Lowering, value: Super, base: type, found: Any, name: str) -> Any:
    if isinstance(found, FUNCTIONS):
        if name == "__init__" and dataclasses.is_dataclass(base) and model.generated(found):
            return lo.refuse(f"super().__init__ of the dataclass {base.__name__} is not followed")
        return Bound(value.self, closures.closure_of(lo, found, base), name)
    return attributes.bind_class_attribute(lo, value.self, base, found, name)
