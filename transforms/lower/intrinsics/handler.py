"""What a handler is: the abstract value of a call of the one function that it stands for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from transforms.lower.state.lowering import Lowering

Handler = Callable[[Lowering, tuple, dict[str, Any], Any], Any]
