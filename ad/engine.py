"""When the engine, `transforms.derive`, is imported.

With the library, if Python has it compiled, as it has every installed package: then that takes 25 ms, and the first
derivative does not wait for it.  If it would have to be compiled first (in a checkout that is new, or of which Python
may not keep the bytecode), that would take 200 ms: then it is imported when the first derivative is asked for.
"""

from __future__ import annotations

import importlib
import importlib.util
import os

from ad import rooms  # noqa: F401  (it checks that the engine is ours)

ENGINE = "transforms.derive"


def is_compiled(module: str) -> bool:
    """Whether Python keeps the bytecode of a module."""
    spec = importlib.util.find_spec(module)
    return spec is not None and spec.cached is not None and os.path.exists(spec.cached)


if is_compiled(ENGINE):
    importlib.import_module(ENGINE)
