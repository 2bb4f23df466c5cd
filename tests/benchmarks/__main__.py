"""Time derivatives against hand-written adjoints and other tools, all in one process, in turns.

    python -m tests.benchmarks [--libs ad,hand,autograd,jax,jaxjit,torch] [-k PATTERN] [--seconds 0.5] [--limit 20]

Each row is one workload: the time of the hand-written adjoint, and of each library as a multiple of it (ratio of
medians over rounds in which the libraries take turns).  `first` is ad's first call, derivation included.  A derivative
that differs from the hand-written one is WRONG and is not timed; t/o: the first call took longer than --limit.
Libraries that are not installed are left out.  One thread.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")  # before NumPy is imported

import argparse  # noqa: E402
import fnmatch  # noqa: E402
import gc  # noqa: E402
import signal  # noqa: E402
import statistics  # noqa: E402
from collections.abc import Callable, Iterator  # noqa: E402
from contextlib import contextmanager  # noqa: E402
from dataclasses import dataclass, field  # noqa: E402
from time import perf_counter  # noqa: E402
from typing import Any  # noqa: E402

from tests.benchmarks import arrays, elements, models, scalars, steps  # noqa: E402
from tests.benchmarks.libraries import DRIVERS, error, is_here  # noqa: E402
from tests.benchmarks.workload import Workload  # noqa: E402

WORKLOADS = [w for module in (scalars, elements, arrays, models, steps) for w in module.WORKLOADS]
ROUND = 0.002  # seconds: long enough for the clock, short enough for many turns


@dataclass
class Entry:
    """One library on one workload: a call to time, or what to print in its place."""

    call: Callable[[], Any] | None = None
    verdict: str = ""
    first: float = 0.0
    repeat: int = 1
    times: list[float] = field(default_factory=list)


class TooSlow(Exception):
    """The first call took longer than the limit."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    def stop(signum: int, frame: Any) -> None:
        raise TooSlow

    old = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, old)


def prepare(w: Workload, library: str, expected: Any, limit: float) -> Entry:
    if library in w.skip:
        return Entry(verdict="slow")
    start = perf_counter()
    try:
        with time_limit(limit):
            call = DRIVERS[library](w)
            found = call()
    except TooSlow:
        return Entry(verdict="t/o")
    except Exception as problem:  # a tool that cannot do this is a result, not an accident
        return Entry(verdict=f"{type(problem).__name__[:10]}")
    first = perf_counter() - start
    if not error(found, expected) <= w.rtol:
        return Entry(verdict="WRONG", first=first)
    return Entry(call, first=first)


def spent(call: Callable[[], Any], repeat: int) -> float:
    start = perf_counter()
    for _ in range(repeat):
        call()
    return perf_counter() - start


def time_in_turns(entries: list[Entry], seconds: float) -> None:
    for entry in entries:
        entry.repeat = max(1, int(ROUND / max(spent(entry.call, 1), 1e-7)))
        entry.repeat = max(1, int(entry.repeat * ROUND / max(spent(entry.call, entry.repeat), 1e-7)))
    gc.collect()
    start = perf_counter()
    while len(entries[0].times) < 5 or perf_counter() - start < seconds * len(entries):
        for entry in entries:
            entry.times.append(spent(entry.call, entry.repeat) / entry.repeat)


def run(w: Workload, libraries: list[str], seconds: float, limit: float) -> dict[str, Entry]:
    expected = w.hand(*w.args())
    entries = {library: prepare(w, library, expected, limit) for library in ("hand", *libraries)}
    time_in_turns([entry for entry in entries.values() if entry.call], seconds)
    return entries


def pretty(seconds: float) -> str:
    for unit, name in ((1.0, "s"), (1e-3, "ms"), (1e-6, "us")):
        if seconds >= unit:
            return f"{seconds / unit:.3g} {name}"
    return f"{seconds / 1e-9:.3g} ns"


def cell(entry: Entry, base: float) -> str:
    return f"{statistics.median(entry.times) / base:.2f}" if entry.times else entry.verdict


def row(w: Workload, entries: dict[str, Entry], libraries: list[str]) -> str:
    base = statistics.median(entries["hand"].times)
    cells = [cell(entries[library], base) for library in libraries]
    first = pretty(entries["ad"].first) if "ad" in entries else ""
    return f"{w.name:22}{pretty(base):>10}" + "".join(f"{text:>11}" for text in cells) + f"{first:>11}"


def ratios(results: list[dict[str, Entry]], library: str) -> list[float]:
    timed = [entries for entries in results if entries[library].times]
    return [statistics.median(e[library].times) / statistics.median(e["hand"].times) for e in timed]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--libs", default="ad,autograd,jax,jaxjit,torch", help="columns, of: " + ", ".join(DRIVERS))
    parser.add_argument("-k", default="*", metavar="PATTERN", help="workloads whose name matches, such as 'scalar*'")
    parser.add_argument("--seconds", type=float, default=0.5, help="time spent on each library of each workload")
    parser.add_argument("--limit", type=float, default=20.0, help="seconds that a first call may take")
    options = parser.parse_args()
    libraries = [name for name in options.libs.split(",") if name != "hand" and is_here(name)]
    pattern = options.k if "*" in options.k else f"*{options.k}*"
    print(f"{'workload':22}{'hand':>10}" + "".join(f"{name:>11}" for name in libraries) + f"{'first':>11}")
    results = []
    for w in WORKLOADS:
        if fnmatch.fnmatch(w.name, pattern):
            results.append(run(w, libraries, options.seconds, options.limit))
            print(row(w, results[-1], libraries), flush=True)
    means = [statistics.geometric_mean(ratios(results, name) or [float("nan")]) for name in libraries]
    print(f"{'geometric mean':32}" + "".join(f"{mean:>11.2f}" for mean in means))


if __name__ == "__main__":
    main()
