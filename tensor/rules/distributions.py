"""The distributions of scipy.stats: their methods are followed; the text of those that are made by `exec` is kept here.

Each distribution writes the function that sorts its arguments from a template, and keeps the text as an attribute.
"""

from __future__ import annotations

from typing import Any

from tensor.registry import kept_text


@kept_text
def argument_parser(method: Any) -> str | None:
    """The text of `dist._parse_args` and its like."""
    text = getattr(method.__self__, "_parse_arg_template", None)
    return text if method.__name__.startswith("_parse_args") and isinstance(text, str) else None
