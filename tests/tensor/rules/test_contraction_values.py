"""The tables of contractions and of products, at their samples."""

import numpy as np
import pytest

from tensor.registry import lookup
from tensor.runtime import einsum_transpose
from tests.tensor.rules import numerical

TABLES = ("contraction", "products")


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


def test_implicit_output_is_in_alphabetical_order():
    a, b = np.ones((2, 3)), np.ones((3, 4))
    assert np.einsum("Zb,ba", a, b).shape == (2, 4)
    assert einsum_transpose("Zb,ba", (2, 2), 0)[0] == "Za,ba->Zb"


@pytest.mark.parametrize(
    ("fn", "argnum", "args"),
    [
        (np.cross, 0, (np.ones(2), np.ones(2))),
        (np.convolve, 0, (np.ones(3), np.ones(2), 1)),
    ],
)
def test_refusals(fn, argnum, args):
    with pytest.raises(NotImplementedError):
        lookup(fn).partials[argnum].pullback(np.ones(()), np.ones(()), *args)
