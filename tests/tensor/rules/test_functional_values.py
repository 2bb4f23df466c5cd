"""The tables of polynomials, at their samples."""

import pytest

from tests.tensor.rules import numerical

TABLES = ("functional", "polynomials")


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
