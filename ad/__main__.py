"""python -m ad FILE.py:function: print the derivative's source, the function's value and the gradient.

The function is called with its defaults, so each argument that it needs must have one:

    python -m ad notebooks/rosenbrock.py:f
    python -m ad notebooks/rosenbrock.py:misfit --argnums 0 --mode value_and_grad
"""

from __future__ import annotations

import argparse
import copy
import importlib.util
import inspect
import pathlib
import sys
from collections.abc import Callable, Sequence
from typing import Any

import ad
from transforms.errors import DerivativeError, RefusedAtRunTime


class UsageError(Exception):
    """What was asked for on the command line cannot be done."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is 0, or 2 with a message on the standard error."""
    parser = argparse.ArgumentParser(prog="python -m ad", description="Print the derivative of a Python function.")
    parser.add_argument("function", metavar="FILE.py:function", help="a function whose arguments all have defaults")
    parser.add_argument("--argnums", default="0", help="the arguments to differentiate, as 0 or 0,2 (default: 0)")
    parser.add_argument("--mode", choices=("grad", "value_and_grad"), default="grad", help="default: grad")
    options = parser.parse_args(argv)
    try:
        report(options.function, numbers(options.argnums), options.mode)
    except (UsageError, DerivativeError, RefusedAtRunTime) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def report(place: str, argnums: int | tuple[int, ...], mode: str) -> None:
    """Print the text, the value and the gradient of the function at `place`, at its defaults."""
    fn = load(place)
    derivative = getattr(ad, mode)(fn, argnums=argnums)
    arguments = samples(fn, place)
    value = fn(*samples(fn, place))  # the function may write into its arguments: each run has its own
    result = derivative(*arguments)
    gradient = result[1] if mode == "value_and_grad" else result
    print(derivative.source)
    print(f"value     {value}")
    print(f"gradient  {gradient}")


def numbers(text: str) -> int | tuple[int, ...]:
    """`0` or `0,2` as an int or a tuple."""
    try:
        found = tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise UsageError(f"--argnums takes positions such as 0 or 0,2, not {text!r}") from None
    if not found:
        raise UsageError("--argnums names no argument")
    return found if "," in text else found[0]


def load(place: str) -> Callable[..., Any]:
    """The function at FILE.py:function; the file is run as a module under its own name."""
    filename, colon, name = place.rpartition(":")
    if not colon or not name.isidentifier():
        raise UsageError(f"{place!r} is not of the form FILE.py:function")
    path = pathlib.Path(filename)
    if not path.is_file():
        raise UsageError(f"there is no file {filename}")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{filename} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)
    sys.path.insert(0, str(path.resolve().parent))
    spec.loader.exec_module(module)
    found: Callable[..., Any] | None = getattr(module, name, None)
    if found is None or not callable(found):
        known = [n for n, v in vars(module).items() if inspect.isfunction(v) and v.__module__ == module.__name__]
        raise UsageError(f"{filename} has no function {name}; it has {', '.join(known) or 'none'}")
    return found


def samples(fn: Callable[..., Any], place: str) -> list[Any]:
    """The defaults of a function, copied, to call it with."""
    values = []
    for parameter in inspect.signature(fn).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.KEYWORD_ONLY):
            continue
        if parameter.default is parameter.empty:
            raise UsageError(f"{place}: the argument {parameter.name} has no default to call the function with")
        values.append(copy.deepcopy(parameter.default))
    return values


if __name__ == "__main__":
    sys.exit(main())
