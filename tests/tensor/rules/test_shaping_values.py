"""The tables of shapes and of joining, at their samples."""

import numpy as np
import pytest

from tensor.registry import lookup, normal
from tests.tensor.rules import numerical

TABLES = ("shaping", "joining")


def test_every_partial_has_a_sample():
    numerical.check_sampled(*TABLES)


def test_templates_call_only_what_has_a_rule():
    numerical.check_closed(*TABLES)


@pytest.mark.parametrize("case", numerical.cases(*TABLES))
def test_values(case):
    numerical.check_case(case)


@pytest.mark.parametrize("case", numerical.cases(*TABLES))
def test_float32(case):
    numerical.check_single_precision(case)


@pytest.mark.parametrize("case", numerical.cases(*TABLES))
def test_device(case):
    numerical.check_on_device(case)


@pytest.mark.parametrize(
    ("fn", "args", "kwargs"),
    [
        (np.reshape, (normal(2, 3), (3, 2)), {"order": "A"}),
        (np.ravel, (normal(2, 3),), {"order": "K"}),
        (np.pad, (normal(3), 2), {"mode": "linear_ramp"}),
        (np.pad, (normal(3), 2), {"mode": "reflect", "reflect_type": "odd"}),
    ],
)
def test_refusals(fn, args, kwargs):
    ans = fn(*args, **kwargs)
    partial = lookup(fn).partials[0]
    with pytest.raises((NotImplementedError, TypeError)):
        partial.pullback(ans, ans, *args, **kwargs)
    with pytest.raises((NotImplementedError, TypeError)):
        partial.pushforward(args[0], ans, *args, **kwargs)


def test_helpers_on_integers_are_constant():
    numerical.check_static_are_constant()


def test_trim_zeros_puts_back_what_it_cut():
    x, partial = np.array([0.0, 0.0, 1.0, 0.0, 2.0, 0.0]), lookup(np.trim_zeros).partials[0]
    for trim, expected in [("fb", [0, 0, 1, 2, 3, 0]), ("f", [0, 0, 1, 2, 3, 4]), ("b", [1, 2, 3, 4, 5, 0])]:
        ans = np.trim_zeros(x, trim)
        g = np.arange(1.0, len(ans) + 1)
        np.testing.assert_array_equal(partial.pullback(g, ans, x, trim), expected)
        np.testing.assert_array_equal(partial.pushforward(x, ans, x, trim), ans)
