"""From the core language to a function that runs."""

from __future__ import annotations

import pytest

from transforms.deriving.finish import loaded
from transforms.errors import UnsupportedError


def nested(depth: int) -> str:
    branches = "".join(f"{' ' * (level + 1)}if x > {level}:\n" for level in range(depth))
    return f"def f(x):\n{branches}{' ' * (depth + 1)}return x\n"


def test_as_deep_as_python_reads():
    assert loaded(nested(98), "f", {}, {}).f(1e3) == 1e3


def test_deeper_than_python_reads():
    with pytest.raises(UnsupportedError, match="nested deeper than Python can read") as caught:
        loaded(nested(101), "f", {}, {})
    assert "write fewer branches and loops" in str(caught.value)


def test_an_emitted_text_that_is_wrong_is_no_refusal():
    with pytest.raises(SyntaxError):
        loaded("def f(x)\n", "f", {}, {})
