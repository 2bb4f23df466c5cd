"""Text -> a module that runs it, such that everything which looks for the text finds it.

The text lives in a real file (so tracebacks, pdb, line_profiler, pickling and Numba's cache work) and in linecache;
where no directory can be written, in linecache alone.  The file is there to be read by people and tools: what is
executed is always the text that was passed in, never something found in the cache.

>>> load("def double(x):\\n    return factor * x\\n", "double", {"factor": 2}).double(4)
8
"""

from __future__ import annotations

import io
import linecache
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from types import CodeType, ModuleType

PRIME = 2**60 - 93


def load(text: str, stem: str, namespace: Mapping[str, object], version: str = "") -> ModuleType:
    """Execute `text` in a new module that starts out with the names in `namespace`.

    The file's name is the stem and a number for the text and `version`; the module's name adds a number where the same
    text is loaded again.
    """
    digest = _digest(f"{version}\n{text}")
    filename = _save(text, f"{stem}_{digest}.py") or f"<tapeless {stem}_{digest}>"
    # Without a time of modification checkcache() keeps the entry.
    linecache.cache[filename] = (len(text), None, io.StringIO(text).readlines(), filename)
    module = _new_module(f"tapeless_{stem}_{digest}", namespace, filename)
    try:
        exec(_compiled(text, filename), module.__dict__)
    except BaseException:
        sys.modules.pop(module.__name__, None)
        raise
    return module


def _digest(text: str) -> str:
    """What tells texts apart in file names: the text as one number, modulo a prime (importing hashlib costs 3 ms)."""
    return f"{int.from_bytes(text.encode(), 'big') % PRIME:015x}"


def cache_directory() -> str | None:
    """Where the files go: $AD_CACHE_DIR, else `tapeless` in the user's cache directory; None if there is no home."""
    chosen = os.environ.get("AD_CACHE_DIR")
    if not chosen:
        home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser(os.path.join("~", ".cache"))
        chosen = os.path.join(home, "tapeless")
    return None if chosen.startswith("~") else os.path.abspath(chosen)


@lru_cache(maxsize=256)
def _compiled(text: str, filename: str) -> CodeType:
    """One code object for one text, so that what is known of its functions serves every module made of it."""
    return compile(text, filename, "exec", dont_inherit=True)


def _save(text: str, name: str) -> str | None:
    """The path of a file with exactly this text, or None if there can be none."""
    directory = cache_directory()
    if directory is None:
        return None
    path, content = os.path.join(directory, name), text.encode()
    with suppress(OSError):
        if _content(path) != content:
            _write(directory, path, content)
        return path
    return None


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def _write(directory: str, path: str, content: bytes) -> None:
    """Appear at once or not at all, readable by the user alone."""
    os.makedirs(directory, mode=0o700, exist_ok=True)
    temporary = f"{path}.{os.urandom(8).hex()}.tmp"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def _new_module(name: str, namespace: Mapping[str, object], filename: str) -> ModuleType:
    module, number = ModuleType(name), 1
    while sys.modules.setdefault(module.__name__, module) is not module:  # one step, whatever other threads do
        number += 1
        module = ModuleType(f"{name}_{number}")
    own = {key: value for key, value in module.__dict__.items() if key.startswith("__")}
    module.__dict__.update(namespace)
    module.__dict__.update(own, __file__=filename)
    return module
