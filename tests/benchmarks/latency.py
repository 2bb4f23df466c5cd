"""Print what comes before the first number: importing `ad`, and the first gradient, in fresh processes.

    python -m tests.benchmarks.latency [--processes 9]

import       CPU time of `import ad`, NumPy being imported already
first        CPU time of the first gradient of a process, derivation included, and of the derivation alone
dispatch     what calling a derivative again adds to running its text, for one float and for one array

Each figure is the least of several processes, in milliseconds or microseconds.  They keep their bytecode, as an
installed package does, in a directory of their own; without it Python compiles the library first.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.starts import PROGRAMS

ROOT = Path(__file__).resolve().parents[2]

IMPORT = """
import time, numpy
start = time.process_time()
import ad
print(time.process_time() - start)
"""

FIRST = """
import time, numpy, ad
from tests.benchmarks.starts import PROGRAMS
program, arguments = PROGRAMS["{name}"]
first, again = arguments(), arguments()
start = time.process_time()
derivative = ad.grad(program)
derivative(*first)
middle = time.process_time()
derivative(*again)
print(middle - start, 2 * middle - start - time.process_time())
"""

DISPATCH = """
import time, timeit, numpy, ad
from tests.benchmarks.starts import {function}

def nothing(x):
    return None

derivative = ad.grad({function})
derivative({argument})
derivative._latest.run = nothing
given = dict(derivative=derivative, nothing=nothing, x={argument})
repeat = lambda call: min(timeit.repeat(call, globals=given, number=100_000, timer=time.process_time)) / 100_000
print(repeat("derivative(x)") - repeat("nothing(x)"))
"""


def least(code: str, processes: int, cache: str) -> list[float]:
    """The least of each of the numbers that fresh processes print."""
    known = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = {**known, "PYTHONPYCACHEPREFIX": cache, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    run = [sys.executable, "-c", code]
    rows = []
    for _ in range(processes + 1):  # the first one compiles
        done = subprocess.run(run, capture_output=True, text=True, check=True, env=environment)
        rows.append([float(number) for number in done.stdout.split()])
    return [min(column) for column in zip(*rows[1:], strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.latency", description=__doc__.splitlines()[0])
    parser.add_argument("--processes", type=int, default=9, help="how many processes each figure is the least of")
    count = parser.parse_args().processes
    with tempfile.TemporaryDirectory() as cache:
        least("import ad, transforms.derive", 0, cache)
        (seconds,) = least(IMPORT, count, cache)
        print(f"{'import ad':24}{1e3 * seconds:8.1f} ms")
        for name in PROGRAMS:
            first, derivation = least(FIRST.format(name=name), count, cache)
            print(f"{'first ' + name:24}{1e3 * first:8.1f} ms    derivation {1e3 * derivation:.1f} ms", flush=True)
        for kind, function, argument in (("float", "halved", "2.0"), ("array", "sines", "numpy.ones(3)")):
            (seconds,) = least(DISPATCH.format(function=function, argument=argument), 3, cache)
            print(f"{'dispatch of one ' + kind:24}{1e6 * seconds:8.2f} us")


if __name__ == "__main__":
    main()
