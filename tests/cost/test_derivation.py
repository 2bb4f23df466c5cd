"""What comes before the first number: importing `ad`, and deriving.

Derivation is measured as the first call less a later one, on a function that no cache has seen: each measurement
writes a module of its own, in which a constant differs.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

import ad

IMPORT_LIMIT = 0.060

LOOP = """
import math


def program(x, trips):
    s = x
    for i in range(trips):
        s = math.sin(s) + SALT * x
    return s
"""


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Callable[[str], Callable[..., Any]]]:
    """Makes `program` from a text, each time in a new module and with another constant for SALT."""
    names: list[str] = []

    def make(text: str) -> Callable[..., Any]:
        name = f"fresh_program_{len(names)}"
        path = tmp_path / f"{name}.py"
        # The clock makes the constant new in this process and in every other.
        path.write_text(text.replace("SALT", f"0.{id(path)}{int(perf_counter() * 1e9)}"))
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        names.append(name)
        spec.loader.exec_module(module)
        return module.program

    yield make
    for name in names:
        del sys.modules[name]


def seconds(call: Callable[..., Any], *args: Any) -> float:
    start = perf_counter()
    call(*args)
    return perf_counter() - start


def derivation_time(program: Callable[..., Any], *args: Any) -> float:
    start = perf_counter()
    derivative = ad.grad(program)
    derivative(*args)
    first = perf_counter() - start
    return first - min(seconds(derivative, *args) for _ in range(5))


def test_derivation_does_not_depend_on_trip_counts(fresh: Callable[..., Any]) -> None:
    derivation_time(fresh(LOOP), 0.5, 10)
    few = min(derivation_time(fresh(LOOP), 0.5, 10) for _ in range(5))
    many = min(derivation_time(fresh(LOOP), 0.5, 20_000) for _ in range(5))
    # Unrolling would cost seconds; a few milliseconds are the noise of the long run that is taken off.
    assert many < 2.0 * few + 0.010


def test_trip_counts_do_not_change_the_text(fresh: Callable[..., Any]) -> None:
    derivative = ad.grad(fresh(LOOP))
    derivative(0.5, 10)
    text = derivative.source
    derivative(0.5, 1_000)
    assert derivative.source == text


def test_a_lambda_made_anew_is_derived_once() -> None:
    def gradient(scale: float) -> float:
        return ad.grad(lambda x: scale * x * x)(3.0)

    first = seconds(gradient, 1.0)
    later = min(seconds(gradient, 2.0) for _ in range(20))
    assert gradient(5.0) == 30.0
    assert later < 0.001 or later < 0.05 * first


def test_import_costs_little_beyond_numpy() -> None:
    code = "import time, numpy; t = time.perf_counter(); import ad; print(time.perf_counter() - t)"
    run = [sys.executable, "-c", code]
    times = [float(subprocess.run(run, capture_output=True, text=True, check=True).stdout) for _ in range(9)]
    assert min(times) < IMPORT_LIMIT
