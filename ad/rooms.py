"""Checks that the packages `tensor` and `transforms` are ours: other distributions use these names as well.

pip installs `tensor` or `transforms` of PyPI over ours without a word, and a folder of that name in the working
directory hides ours.
"""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path

MARK = "__distribution__"


def check(room: str) -> None:
    """Raise ImportError unless the package of this name is ours."""
    try:
        package = importlib.import_module(room)
    except Exception as error:
        if is_ours_by_text(room):
            raise
        raise ImportError(refusal(room, "another place")) from error
    if getattr(package, MARK, None) != "tapeless":
        raise ImportError(refusal(room, next(filter(None, [package.__file__, *package.__path__]))))


def is_ours_by_text(room: str) -> bool:
    """Whether a package that cannot be imported is ours all the same, and lacks a package that it needs, say."""
    spec = importlib.util.find_spec(room)
    return spec is not None and spec.origin is not None and MARK in Path(spec.origin).read_text()


def refusal(room: str, place: str) -> str:
    return (
        f"the package {room!r} found at {place} is not the one that belongs to ad (distribution tapeless): if it is "
        f"installed, `pip uninstall {room}`, then install tapeless again; if it is a folder of yours, rename it"
    )


check("tensor")
check("transforms")
