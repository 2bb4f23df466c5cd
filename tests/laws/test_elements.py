"""Loops taken at once, on random programs: nothing tells them from the same loops taken one by one, but rounding.

Each chunk of seeds is one test, for xdist to share out.  `python -m tests.laws.both --seeds A:B` runs more of them.
"""

from __future__ import annotations

import pytest

import ad

from .both import judge, load, one_by_one
from .elements import Program, generate

PROGRAMS = 250
CHUNK = 50
TAKEN = 0.04  # the share of programs that must have a loop that is taken at once: others show nothing

SUM = """
import numpy as np


def f(x):
    s = 0.0
    for i in range(len(x)):
        s += x[i] * x[i]
    return s


def arguments(call):
    return (np.ones(3),)
"""


@pytest.mark.parametrize("start", range(0, PROGRAMS, CHUNK))
def test_at_once_is_as_one_by_one(start: int) -> None:
    verdicts = {seed: judge(generate(seed)) for seed in range(start, start + CHUNK)}
    failed = [f"seed {seed}: {verdict.failure}" for seed, verdict in verdicts.items() if verdict.failure]
    assert not failed, "\n".join(failed)
    assert sum(verdict.taken for verdict in verdicts.values()) >= TAKEN * CHUNK


def test_the_judge_takes_loops_one_by_one_where_it_says_so() -> None:
    program = Program(0, SUM, (0,), ("plain",), "value_and_grad")
    texts = []
    for name in ("elements_sum_at_once", "elements_sum_one_by_one"):
        module = load(program, name)
        if name.endswith("one_by_one"):
            with one_by_one():
                texts.append(ad.grad(module.f).source_for(*module.arguments("plain")))
        else:
            texts.append(ad.grad(module.f).source_for(*module.arguments("plain")))
    assert [text.count("for i in") for text in texts] == [0, 1]


UPDATED = """
import numpy as np


def f(x, c):
    y = x * 2.0
    for i in range(len(x)):
        y[i] *= 2.0
        y[i] += c
    return np.sum(y * x)


def arguments(call):
    return (np.ones(3), np.float64(0.5))
"""


def test_the_judge_sees_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the copy of what is overwritten, the gradient by `c` is another."""
    from transforms.optimise import arrays

    program = Program(0, UPDATED, (0, 1), ("plain",), "value_and_grad")
    assert not judge(program).failure
    monkeypatch.setattr(arrays.AtOnce, "overwritten", lambda self, read, place: False)
    assert "gradient" in judge(program).failure
