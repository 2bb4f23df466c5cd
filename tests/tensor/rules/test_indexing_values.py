"""The table of indexing, at its samples."""

import numpy as np
import pytest

from tensor.runtime import add_at, scatter_like
from tests.tensor.rules import numerical

TABLES = ("indexing",)


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


MUTATORS = [rule for rule in numerical.rules_of(*TABLES) if rule.mutates]


@pytest.mark.parametrize("rule", MUTATORS, ids=[rule.fn.__name__ for rule in MUTATORS])
def test_mutators_do_what_the_function_does(rule):
    numerical.check_mutator(rule)
    assert rule.samples


def test_put_refuses_what_numpy_refuses():
    from tensor.registry import lookup

    with pytest.raises(IndexError):
        lookup(np.put).mutates(np.zeros(3), [3], 1.0)


@pytest.mark.parametrize("index", [1, [0, 0, 2], (0, 0), np.array([True, False, True]), ([1, 1], [0, 0]), slice(1, 3)])
def test_add_at_adds_once_for_each_name(index):
    x = np.zeros((3, 2))
    expected = np.zeros_like(x)
    np.add.at(expected, index, 1.0)
    assert add_at(x, index, 1.0) is x
    np.testing.assert_array_equal(x, expected)
    np.testing.assert_array_equal(scatter_like(x, index, 1.0), expected)
