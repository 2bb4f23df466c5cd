"""Calls that are not looked into."""

from __future__ import annotations

from typing import Any

from transforms import kinds


def call_object(fn: Any, *args: Any, **kwargs: Any) -> Any:
    """A call of an object that is there at run time only."""
    return fn(*args, **kwargs)


def result_kind(fn: Any, args: tuple) -> kinds.Kind:
    """What is known of the result of a call that is not looked into."""
    if isinstance(fn, type):
        return kinds.Kind("object", type=fn)
    return kinds.OBJECT
