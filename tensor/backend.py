"""Which array library a value belongs to: NumPy, or CuPy where that is in use.

CuPy is never imported from here.  A CuPy array can exist only if its module has been imported, so `sys.modules`
answers for it, and `import tensor` costs NumPy alone.

>>> array_module(np.ones(3), 2.0) is np
True
>>> is_array(np.ones(3)), is_array(np.float64(1.0)), is_array([1.0])
(True, False, False)
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np

FLOAT_KINDS = "fc"


def _is_cupy(x: Any) -> bool:
    cupy = sys.modules.get("cupy")
    return cupy is not None and isinstance(x, getattr(cupy, "ndarray", ()))


def array_module(*args: Any) -> ModuleType:
    """The module whose functions work on `args`: CuPy if one of them is a CuPy array, else NumPy.

    Mixing arrays of both is not judged here: CuPy itself refuses it when the operation runs.

    >>> array_module(1.0, None, "text").__name__
    'numpy'
    """
    for x in args:
        if type(x) is not np.ndarray and _is_cupy(x):
            return sys.modules["cupy"]
    return np


def is_array(x: Any) -> bool:
    """Whether `x` is a NumPy or CuPy array.  NumPy scalars are not: nothing can be written into them.

    >>> is_array(np.zeros(())), is_array(np.float32(0))
    (True, False)
    """
    return isinstance(x, np.ndarray) or _is_cupy(x)


def is_float_array(x: Any) -> bool:
    """Whether `x` is an array of real or complex floating-point numbers, the kind that has a derivative.

    >>> is_float_array(np.ones(2, "f4")), is_float_array(np.ones(2, complex)), is_float_array(np.arange(2))
    (True, True, False)
    """
    return is_array(x) and x.dtype.kind in FLOAT_KINDS
