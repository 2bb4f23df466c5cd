"""A stand-in for CuPy, for tests where there is no GPU: NumPy arrays behind CuPy's refusals.

    monkeypatch.setitem(sys.modules, "cupy", fakecupy)

What goes wrong on a GPU goes wrong here: an array that slips into NumPy (`np.asarray(v)`, `np.array([v, v])`), a NumPy
array beside a device array (`v + np.ones(3)`), results that are taken for Python scalars (a sum is a 0-d array).
Python and NumPy scalars pass, as on the device.  Known differences from CuPy 14.2: this one also refuses `np.add.at`
with a NumPy index array, and named tuples (`eigh`) stay named tuples, where CuPy gives plain ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

# Functions that make arrays out of nothing, and those for which CuPy has its own because NumPy cannot dispatch them.
_CREATORS = ("arange", "array", "asarray", "empty", "eye", "full", "linspace", "ones", "zeros")
_ATTRIBUTES = ("shape", "dtype", "ndim", "size", "nbytes", "itemsize", "strides", "flags")
_METHODS = (
    "all any argmax argmin argsort astype clip conj conjugate copy cumprod cumsum diagonal dot fill flatten max mean "
    "min nonzero partition prod ravel repeat reshape round searchsorted sort squeeze std sum swapaxes take trace "
    "transpose var"
).split()


class ndarray(NDArrayOperatorsMixin):
    """An array "on the device": `get()` alone brings it back."""

    __module__ = "cupy"

    def __init__(self, host: np.ndarray) -> None:
        self._host = host

    def get(self) -> np.ndarray:
        """A copy of the array as NumPy's."""
        return self._host.copy()

    def item(self, *index: int) -> Any:
        return self._host.item(*index)

    def tolist(self) -> Any:
        return self._host.tolist()

    def __array__(self, *args: Any, **kwargs: Any) -> np.ndarray:
        raise TypeError("Implicit conversion to a NumPy array is not allowed. Please use `.get()` explicitly.")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        operands = (*inputs, *kwargs.get("out", ()), kwargs.get("where"))
        if any(isinstance(x, np.ndarray) for x in operands):
            return NotImplemented  # a TypeError in the end, as CuPy's
        return _wrap(getattr(ufunc, method)(*_unwrap(inputs), **_unwrap(kwargs)), kwargs.get("out"))

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
        if any(issubclass(cls, np.ndarray) for cls in types):
            return NotImplemented
        return _wrap(function(*_unwrap(args), **_unwrap(kwargs)), kwargs.get("out"))

    def __getitem__(self, index: Any) -> Any:
        return _wrap(self._host[_unwrap(index)])

    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(value, np.ndarray):
            raise TypeError("Unsupported type <class 'numpy.ndarray'>")
        self._host[_unwrap(index)] = _unwrap(value)

    def __len__(self) -> int:
        return len(self._host)

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    def __bool__(self) -> bool:
        return bool(self._host)

    def __float__(self) -> float:
        return float(self._host)

    def __int__(self) -> int:
        return int(self._host)

    def __index__(self) -> int:
        return self._host.__index__()

    def __complex__(self) -> complex:
        return complex(self._host)

    def __repr__(self) -> str:
        return repr(self._host)

    @property
    def T(self) -> ndarray:
        return ndarray(self._host.T)

    @property
    def real(self) -> ndarray:
        return ndarray(self._host.real)

    @real.setter
    def real(self, value: Any) -> None:
        self._host.real = _unwrap(value)

    @property
    def imag(self) -> ndarray:
        return ndarray(self._host.imag)

    @imag.setter
    def imag(self, value: Any) -> None:
        self._host.imag = _unwrap(value)


def _unwrap(x: Any) -> Any:
    if isinstance(x, ndarray):
        return x._host
    if isinstance(x, (tuple, list)) and type(x) in (tuple, list):
        return type(x)(_unwrap(item) for item in x)
    if isinstance(x, dict):
        return {key: _unwrap(item) for key, item in x.items()}
    return x


def _wrap(x: Any, out: Any = None) -> Any:
    """Arrays for arrays and for NumPy's scalars: CuPy never returns scalars.  `out` comes back as the object it was."""
    if out is not None:
        return out[0] if isinstance(out, tuple) and len(out) == 1 else out
    if isinstance(x, (np.ndarray, np.generic)):
        return ndarray(np.asarray(x))
    if isinstance(x, tuple):
        return tuple.__new__(type(x), (_wrap(item) for item in x))
    return [_wrap(item) for item in x] if isinstance(x, list) else x


def _attribute(name: str) -> property:
    return property(lambda self: getattr(self._host, name))


def _method(name: str) -> Callable[..., Any]:
    def method(self: ndarray, *args: Any, **kwargs: Any) -> Any:
        operands = (*args, *kwargs.values())
        if name != "fill" and any(isinstance(x, np.ndarray) for x in operands):
            raise TypeError(f"Unsupported type {np.ndarray} in {name}")
        return _wrap(getattr(self._host, name)(*_unwrap(args), **_unwrap(kwargs)), kwargs.get("out"))

    method.__name__ = name
    return method


for _name in _ATTRIBUTES:
    setattr(ndarray, _name, _attribute(_name))
for _name in _METHODS:
    setattr(ndarray, _name, _method(_name))


def _creator(name: str) -> Callable[..., ndarray]:
    def create(*args: Any, **kwargs: Any) -> ndarray:
        return ndarray(np.asarray(getattr(np, name)(*_unwrap(args), **_unwrap(kwargs))))

    create.__name__ = name
    return create


def asnumpy(x: Any) -> Any:
    """A NumPy array with the values of `x`."""
    return x.get() if isinstance(x, ndarray) else np.asarray(x)


def __getattr__(name: str) -> Any:
    """The rest of the namespace: NumPy's function, which dispatches to the arrays above."""
    if name in _CREATORS:
        return _creator(name)
    if name.startswith("__"):
        raise AttributeError(name)
    return getattr(np, name)
