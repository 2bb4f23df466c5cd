import math

import numpy as np
import pytest

import ad
from tensor.registry import RULES


@pytest.mark.parametrize("modes", [("fwd",), ("rev",), ("fwd", "rev")])
def test_right_derivatives_pass(modes):
    ad.check_grads(lambda x, y: np.sum(np.sin(x) * y), (np.array([0.3, -1.0]), 2.0), order=2, modes=modes)


def test_pytrees_pass():
    ad.check_grads(lambda p: {"a": p["w"] * p["b"]}, ({"w": np.array([0.3, -1.0]), "b": 2.0},), order=1)


def test_wrong_rules_fail():
    def wrong(x):
        return math.sin(float(repr(x)))

    ad.defvjp(wrong, lambda ans, x: lambda g: g * math.sin(x))
    try:
        with pytest.raises(AssertionError, match="reverse mode"):
            ad.check_grads(lambda x: wrong(x), (0.5,), order=1, modes=("rev",))
    finally:
        RULES.pop(wrong)


def test_a_jump_fails():
    with pytest.raises(AssertionError):
        ad.check_grads(lambda x: x if x > 0.5 else 2.0 * x, (0.5,), order=1)
