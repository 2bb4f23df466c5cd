"""Source to source: from a Python function to the text of its derivative.

`transforms.derive` is the door.  Its modules are imported when they are first asked for, so that importing the library
costs little more than NumPy.
"""

from __future__ import annotations

import importlib
from typing import Any

__distribution__ = "tapeless"  # other packages have this name too: see ad.rooms


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    try:
        return importlib.import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"{__name__}.{name}":
            raise  # a package that the module needs is missing: it must be named
        raise AttributeError(f"there is no transforms.{name}") from error
