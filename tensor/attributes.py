"""Attributes and methods of arrays as callables, for rules to be keyed by them: `attribute("T")`, `method("item")`.

Each is one object for each name, callable as `attribute("T")(x)`; emitted text prints it as `x.T` and `x.item()`.
Methods that are the same as a NumPy function (`x.sum()`, `np.sum(x)`) have no object here: `METHODS` names it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np


@dataclass(eq=False, repr=False)
class Attribute:
    """`x.name`."""

    name: str

    @property
    def __name__(self) -> str:
        return self.name

    def __call__(self, x: Any) -> Any:
        return getattr(x, self.name)


@dataclass(eq=False, repr=False)
class Method:
    """`x.name(*args, **kwargs)`."""

    name: str

    @property
    def __name__(self) -> str:
        return self.name

    def __call__(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        return getattr(x, self.name)(*args, **kwargs)


@cache
def attribute(name: str) -> Attribute:
    return Attribute(name)


@cache
def method(name: str) -> Method:
    return Method(name)


ADD_AT = np.add.at  # each look-up of a ufunc's method makes a new object: this is the one that statements hold

# methods of arrays that are a NumPy function of the same arguments
METHODS: dict[str, Callable[..., Any]] = {
    name: getattr(np, name)
    for name in (
        "all any argmax argmin argpartition argsort choose clip compress conj conjugate cumprod cumsum "
        "diagonal dot max mean min nonzero prod ravel repeat reshape round searchsorted squeeze std sum "
        "swapaxes take trace transpose var"
    ).split()
}
