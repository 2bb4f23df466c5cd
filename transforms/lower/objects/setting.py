"""Writing an attribute."""

from __future__ import annotations

import types
from typing import Any

import numpy as np

from transforms.lower.calls import calling, closures
from transforms.lower.containers import writing
from transforms.lower.objects import array_attributes, model
from transforms.lower.objects.model import FUNCTIONS
from transforms.lower.operations import write_attribute
from transforms.lower.outside import through, written
from transforms.lower.state.lowering import Lowering
from transforms.lower.subclasses import wrapping
from transforms.lower.values import UNDEFINED, Choice, Const, Ref, Var
from transforms.lower.views import flat


def set_attribute(lo: Lowering, value: Any, name: str, new: Any) -> None:
    """`value.name = new`."""
    if isinstance(value, Choice):
        lo.branch(
            value.cond,
            lambda: set_attribute(lo, value.then, name, new),
            lambda: set_attribute(lo, value.orelse, name, new),
        )
        return
    if isinstance(value, Const):
        if isinstance(value.value, (types.ModuleType, type, types.FunctionType)):
            written.write_place(lo, written.attribute_place(lo, value.value, name), new)
            return
        value = written.entered(lo, value)
    cls = model.user_class(value)
    if cls is None or not isinstance(value, Ref):
        set_of_array(lo, value, name, new)
        return
    if set_by_class(lo, value, cls, name, new):
        return
    if isinstance(model.lookup(cls, "__setattr__"), FUNCTIONS) and not model.frozen(cls):
        lo.refuse(f"{cls.__name__}.__setattr__ is not followed")
    if isinstance(new, Var) and not new.name:
        new.name = name
    lo.put(value, {**lo.held(value), name: new})
    through.put(lo, write_attribute, value, Const(name), new)


def set_of_array(lo: Lowering, value: Any, name: str, new: Any) -> None:
    """The attributes of an array that can be written are its entries, or parts of them."""
    if isinstance(value, Var) and value.kind.base == "array" and name == "flat":
        flat.put(lo, flat.of(lo, value), Const(Ellipsis), new)
        return
    if isinstance(value, Var) and value.kind.base == "array" and name == "imag":
        array_attributes.set_imaginary(lo, value, Const(Ellipsis), new)
        return
    if isinstance(value, Var) and value.kind.base == "array" and name == "real":
        writing.set_item(lo, lo.apply(np.real, value), Const(Ellipsis), new)
        return
    if isinstance(value, Var) and name == "shape":
        lo.refuse("writing the shape of an array is not supported", "use reshape")
    lo.refuse(f"writing the attribute {name} of {lo.describe(value)} is not followed")


def set_by_class(lo: Lowering, value: Ref, cls: type, name: str, new: Any) -> bool:
    """Whether the class itself says how the attribute is written, by a property or descriptor: then it is."""
    found = model.lookup(cls, name)
    if wrapping.is_instance(value) and found is not UNDEFINED and model.owner_of(cls, name) is np.ndarray:
        lo.refuse(f"writing the attribute {name} of an array is not followed")
    if isinstance(found, property):
        if found.fset is None:
            lo.refuse(f"the property {name} of {cls.__name__} cannot be set")
        calling.call(lo, closures.closure_of(lo, found.fset, cls), (value, new), {}, None)
        return True
    if found is not UNDEFINED and hasattr(type(found), "__set__") and not isinstance(found, SLOTS):
        put = model.lookup(type(found), "__set__")
        if not isinstance(put, types.FunctionType):
            lo.refuse(f"the descriptor {name} of {cls.__name__} is not followed")
        calling.call(lo, closures.closure_of(lo, put, type(found)), (lo.lift(found), value, new), {}, None)
        return True
    return False


SLOTS = (types.MemberDescriptorType, types.GetSetDescriptorType)
