"""The derivative of a loop over elements costs time linear in their number.

The classic way to lose this is to build a whole array of zeros for every `x[i]` that is read, or to copy an array
for every `y[i] = v`: the exponent is then 2.  Each program is derived before it is timed.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Callable
from time import thread_time
from typing import Any

import numpy as np
import pytest

import ad

SIZES = (1_000, 3_200, 10_000, 32_000, 100_000)
LIMIT = 1.1


def read(x):
    s = 0.0
    for i in range(len(x) - 1):
        s += x[i] * x[i + 1]
    return s


def read_in_while(x):
    s = 0.0
    i = 0
    while i < len(x):
        s += math.sin(x[i])
        i += 1
    return s


def read_on_one_side(x):
    s = 0.0
    for i in range(len(x)):
        if x[i] > 0.0:
            s += x[i] * x[i]
        else:
            s -= x[i]
    return s


def read_through_index(x):
    order = np.argsort(x)
    s = 0.0
    for i in range(1, len(x)):
        s += x[order[i]] * x[order[i - 1]]
    return s


def read_rows(x):
    rows = x.reshape(-1, 4)
    s = 0.0
    for row in rows:
        s += row[0] * row[3]
    return s


def read_modify_write(x):
    y = x.copy()
    for i in range(len(y)):
        y[i] *= y[i]
        y[i] += x[i]
    return np.sum(y)


def overwrite(x):
    y = np.zeros_like(x)
    for _ in range(2):
        for i in range(len(x)):
            y[i] = math.tanh(x[i] + y[i])
    return np.sum(y)


def recurrence(x):
    y = np.zeros_like(x)
    y[0] = x[0]
    for i in range(1, len(x)):
        y[i] = math.tanh(0.9 * y[i - 1]) + x[i]
    return np.sum(y)


def scalar_recurrence(x):
    state = 0.1
    for v in x:
        state = math.sin(state) + 0.5 * v
    return state


def write_slices(x):
    y = np.zeros_like(x)
    for i in range(0, len(x) - 4, 4):
        y[i : i + 4] = x[i : i + 4] * x[i]
    return np.sum(y)


def product_at(x, i):
    return x[i] * x[i - 1]


def call_that_reads(x):
    s = 0.0
    for i in range(1, len(x)):
        s += product_at(x, i)
    return s


def scaled_product_at(x, i):
    return 0.5 * product_at(x, i)


def call_of_call(x):
    s = 0.0
    for i in range(1, len(x)):
        s += scaled_product_at(x, i)
    return s


def put(y, i, v):
    y[i] = v * v


def call_that_writes(x):
    y = np.zeros_like(x)
    for i in range(len(x)):
        put(y, i, x[i])
    return np.sum(y)


def growing_list(x):
    values = [x[0]]
    for i in range(1, len(x)):
        values.append(0.9 * values[-1] + x[i] * x[i])
    s = 0.0
    for v in values:
        s += v
    return s


def list_read_by_index(x):
    squares = []
    for v in x:
        squares.append(v * v)
    s = 0.0
    for i in range(1, len(squares)):
        s += squares[i] * squares[i - 1]
    return s


def comprehension(x):
    return sum([v * v for v in x])


def stack(x):
    waiting = []
    for v in x:
        waiting.append(math.sin(v))
    s = 0.0
    while waiting:
        s = 0.5 * s + waiting.pop()
    return s


def list_argument(values):
    s = 0.0
    for v in values:
        s += v * v
    return s


PROGRAMS = [
    read, read_in_while, read_on_one_side, read_through_index, read_rows, read_modify_write, overwrite, recurrence,
    scalar_recurrence, write_slices, call_that_reads, call_of_call, call_that_writes, growing_list, list_read_by_index,
    comprehension, stack,
]  # fmt: skip


def seconds(call: Callable[[], Any]) -> float:
    """The time of the processor that a call takes: long ones are interrupted by others, short ones are not."""
    start = thread_time()
    call()
    return thread_time() - start


def exponent(call: Callable[[Any], Any], inputs: list[Any], rounds: int = 5) -> float:
    """The slope of log time over log size: minimum of several rounds, which take turns over the sizes."""
    best = [math.inf] * len(inputs)
    for value in inputs:
        call(value)  # derives, and touches memory for the first time
    gc.disable()
    try:
        for _ in range(rounds):
            best = [min(old, seconds(lambda v=value: call(v))) for old, value in zip(best, inputs, strict=True)]
    finally:
        gc.enable()
    sizes = [len(value) for value in inputs]
    return float(np.polyfit(np.log(sizes), np.log(best), 1)[0])


def assert_linear(call: Callable[[Any], Any], inputs: list[Any]) -> None:
    """A busy machine can spoil one measurement; a quadratic program fails them all."""
    found = []
    for _ in range(3):
        found.append(exponent(call, inputs))
        if found[-1] <= LIMIT:
            return
    pytest.fail(f"time grows as n ** {min(found):.2f}")


def arrays() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.normal(size=n) for n in SIZES]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_gradient_is_linear(program: Callable[..., Any]) -> None:
    assert_linear(ad.grad(program), arrays())


@pytest.mark.parametrize("program", [read, recurrence, call_that_reads, growing_list], ids=lambda p: p.__name__)
def test_hessian_vector_product_is_linear(program: Callable[..., Any]) -> None:
    product = ad.hvp(program)
    assert_linear(lambda x: product(x, x), arrays())


@pytest.mark.parametrize("program", [read, read_modify_write, recurrence], ids=lambda p: p.__name__)
def test_tangent_is_linear(program: Callable[..., Any]) -> None:
    assert_linear(lambda x: ad.jvp(program, (x,), (x,)), arrays())


def test_list_of_floats_as_argument() -> None:
    assert_linear(ad.grad(list_argument), [x.tolist() for x in arrays()])


def test_the_measurement_sees_a_quadratic_program() -> None:
    def copies(x: np.ndarray) -> None:
        for i in range(0, len(x), 8):
            x = x.copy()
            x[i] = 0.0

    assert exponent(copies, arrays()[:4], rounds=1) > LIMIT
