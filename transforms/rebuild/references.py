"""The global names and imports by which a text refers to objects."""

from __future__ import annotations

import builtins
import keyword
import math
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from tensor import runtime
from tensor.attributes import ADD_AT, Attribute, Method
from transforms import ir
from transforms.ir import UNDEFINED, Const
from transforms.rebuild.spelling import MODULES, SPELLED, catchable

if TYPE_CHECKING:
    from transforms.rebuild.function import Rebuild


def find_references(rb: Rebuild) -> set[str]:
    """The global names that the text will use."""
    for stmt in ir.walk(rb.fn.body):
        if isinstance(stmt, ir.Apply):
            reference(rb, stmt.fn)
        if isinstance(stmt, ir.Guarded):
            for cls in stmt.catches:
                reference(rb, catchable(cls))
        for tree in (*ir.operands(stmt), *ir.inner_results(stmt)):
            ir.tree_map(lambda a: reference(rb, a.value) if isinstance(a, Const) else None, tree)
    ir.tree_map(lambda a: reference(rb, a.value) if isinstance(a, Const) else None, rb.fn.body.results)
    names = {p.split(".")[0] for p in rb.paths.values()}
    return names | {"np", "math", "range", "reversed", "zip", "len", "slice"}


def reference(rb: Rebuild, obj: Any) -> str | None:
    """The dotted path by which text refers to an object; None for literals and operators."""
    if isinstance(obj, float) and (math.isinf(obj) or math.isnan(obj)):
        rb.imports.add("import math")
    if isinstance(obj, ir.LITERALS) or obj is UNDEFINED.value or isinstance(obj, (Attribute, Method)):
        return None
    if id(obj) in SPELLED:
        return None
    found = rb.paths.get(id(obj))
    if found is None:
        found = rb.paths[id(obj)] = path_of(rb, obj)
    return found


def path_of(rb: Rebuild, obj: Any) -> str:
    label = getattr(obj, "__name__", "")
    label = label if isinstance(label, str) else ""
    if label and getattr(builtins, label, None) is obj:
        return label
    for prefix, module in MODULES.items():
        if label and getattr(sys.modules.get(module), label, None) is obj:
            rb.imports.add("import math" if prefix == "math" else "import numpy as np")
            return f"{prefix}.{label}"
    if obj is ADD_AT or getattr(obj, "__self__", None) is np.add and label == "at":
        rb.imports.add("import numpy as np")
        return "np.add.at"
    if isinstance(getattr(obj, "__self__", None), np.ufunc):
        rb.imports.add("import numpy as np")
        return f"np.{obj.__self__.__name__}.{label}"
    if label and getattr(runtime, label, None) is obj and getattr(obj, "__module__", "") == runtime.__name__:
        rb.imports.add(f"from tensor.runtime import {label}")
        return label
    special = sys.modules.get("scipy.special")
    if special is not None and label and getattr(special, label, None) is obj:
        rb.imports.add("from scipy import special")
        return f"special.{label}"
    label = label or rb.known_as.get(id(obj), "")
    path = label if label.isidentifier() and not keyword.iskeyword(label) else type(obj).__name__.lower() + "_"
    while rb.namespace.get(path, obj) is not obj or hasattr(builtins, path) or path in rb.taken:
        path += "_"
    rb.namespace[path] = obj
    return path
