"""The tables of reductions, running sums, order and bins, at their samples and at their ties and zeros."""

import importlib

import numpy as np
import pytest

from tensor.registry import RULES
from tensor.runtime import linear_recurrence, share_ties
from tests.tensor.rules import numerical

TABLES = ("reductions", "cumulative", "sorting", "binning")
CASES = numerical.cases(*TABLES)


def test_every_partial_has_a_sample():
    numerical.check_sampled(*TABLES)


def test_closed():
    importlib.import_module("tensor.rules")
    numerical.check_closed(*TABLES)


@pytest.mark.parametrize("case", CASES)
def test_values(case):
    numerical.check_case(case)


@pytest.mark.parametrize("case", CASES)
def test_float32(case):
    numerical.check_single_precision(case)


@pytest.mark.parametrize("case", CASES)
def test_device(case):
    numerical.check_on_device(case)


# -- policy ------------------------------------------------------------------------------------------------------------


def pulled(fn, g, x, *args, **kwargs):
    with np.errstate(all="ignore"):
        return RULES[fn].partials[0].pullback(g, fn(x, *args, **kwargs), x, *args, **kwargs)


TIED = np.array([2.0, 0.0, 2.0, 1.0, 2.0, 1.0])
THIRD = 1 / 3
TIES = [
    (np.max, (), {}, [THIRD, 0, THIRD, 0, THIRD, 0]),
    (np.min, (), {}, [0, 1, 0, 0, 0, 0]),
    (np.max, (), {"initial": 2.0}, [0.25, 0, 0.25, 0, 0.25, 0]),
    (np.max, (), {"initial": 3.0}, [0, 0, 0, 0, 0, 0]),
    (np.max, (), {"where": np.array([1, 1, 0, 1, 1, 1], bool), "initial": 0.0}, [0.5, 0, 0, 0, 0.5, 0]),
    (np.nanmax, (), {}, [THIRD, 0, THIRD, 0, THIRD, 0]),
    (np.ptp, (), {}, [THIRD, -1, THIRD, 0, THIRD, 0]),
    (np.median, (), {}, [THIRD / 2, 0, THIRD / 2, 0.25, THIRD / 2, 0.25]),
    (np.nanmedian, (), {}, [THIRD / 2, 0, THIRD / 2, 0.25, THIRD / 2, 0.25]),
    (np.quantile, (0.4,), {}, [0, 0, 0, 0.5, 0, 0.5]),
    (np.percentile, (100,), {}, [THIRD, 0, THIRD, 0, THIRD, 0]),
]


@pytest.mark.parametrize("fn, args, kwargs, expected", TIES)
def test_ties_share_equally(fn, args, kwargs, expected):
    np.testing.assert_allclose(pulled(fn, 1.0, TIED, *args, **kwargs), expected, rtol=1e-14)
    rows = np.stack([TIED, TIED[::-1]])
    if "where" not in kwargs:
        both = pulled(fn, np.ones(2), rows, *args, axis=1, **kwargs)
        np.testing.assert_allclose(both, [expected, expected[::-1]], rtol=1e-14)


def test_sorting_shares_ties_equally():
    g = np.array([1.0, 2, 4, 8, 16, 32])  # the sorted values are 0 1 1 2 2 2
    expected = [56 / 3, 1, 56 / 3, 3, 56 / 3, 3]
    np.testing.assert_allclose(pulled(np.sort, g, TIED), expected)
    np.testing.assert_allclose(pulled(np.unique, g[:3], TIED), [4 / 3, 1, 4 / 3, 1, 4 / 3, 1])
    order = np.argsort(np.argsort(np.partition(TIED, 2), kind="stable"))
    np.testing.assert_allclose(pulled(np.partition, g[order], TIED, 2), expected)
    both = pulled(np.sort, np.stack([g, g], axis=1), np.stack([TIED, np.arange(6.0)], axis=1), 0)
    np.testing.assert_allclose(both, np.stack([expected, g], axis=1))


def test_without_ties_nothing_is_computed():
    g = np.ones(3)
    assert share_ties(g, np.array([False, False])) is g


def test_extremes_of_infinities_and_nan():
    x = np.array([-np.inf, -np.inf, 1.0])
    assert pulled(np.max, 1.0, x).tolist() == [0, 0, 1]
    assert pulled(np.min, 1.0, x).tolist() == [0.5, 0.5, 0]
    assert pulled(np.nanmax, 1.0, np.array([np.nan, 3.0, 3.0])).tolist() == [0, 0.5, 0.5]
    assert np.isnan(pulled(np.max, 1.0, np.array([np.nan, 3.0]))).all()


def test_spread_of_a_constant_has_derivative_zero():
    for fn in (np.std, np.var, np.nanstd, np.ptp):
        assert pulled(fn, 1.0, np.full(4, 1.5)).tolist() == [0, 0, 0, 0]
    assert pulled(np.std, np.ones(2), np.array([[1.0, 1.0], [1.0, 3.0]]), 1).tolist() == [[0, 0], [-0.5, 0.5]]


def test_products_with_zeros():
    assert pulled(np.prod, 1.0, np.array([2.0, 0.0, 3.0])).tolist() == [0, 6, 0]
    assert pulled(np.prod, 1.0, np.array([2.0, 0.0, 0.0])).tolist() == [0, 0, 0]
    assert pulled(np.cumprod, np.ones(4), np.array([2.0, 0.0, 3.0, 5.0])).tolist() == [1, 2 * (1 + 3 + 15), 0, 0]
    # an underflow is no zero, but leaves none to divide by
    assert pulled(np.prod, 1.0, np.array([1e-200, 1e-200, 1e300])).tolist() == pytest.approx([1e100, 1e100, 0])


def test_results_of_a_pullback_are_exact_where_numpy_is():
    x = np.arange(12.0).reshape(3, 4)
    assert pulled(np.sum, 2.0, x).tolist() == [[2.0] * 4] * 3
    assert pulled(np.mean, np.ones(3), x, 1).tolist() == [[0.25] * 4] * 3
    assert pulled(np.cumsum, np.ones(3), x[0, :3]).tolist() == [3, 2, 1]


@pytest.mark.parametrize("n", [0, 1, 2, 5, 8, 13])
def test_linear_recurrence(n):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 3, n))
    y, expected = np.zeros(3), []
    for i in range(n):
        y = a[:, i] * y + b[:, i]
        expected.append(y)
    np.testing.assert_allclose(linear_recurrence(a, b), np.array(expected).reshape(n, 3).T, rtol=1e-12)


def test_given_mean_is_the_one_subtracted():
    x = np.array([1.0, 2.0, 6.0])
    np.testing.assert_allclose(pulled(np.var, 1.0, x, mean=2.0), 2 * (x - 2.0) / 3)


@pytest.mark.parametrize(
    "fn, args, kwargs",
    [
        (np.median, (), {"overwrite_input": True}),
        (np.quantile, (0.5,), {"method": "inverted_cdf"}),
        (np.unique, (), {"axis": 0}),
    ],
)
def test_refusals(fn, args, kwargs):
    with pytest.raises(NotImplementedError):
        pulled(fn, np.ones(3), TIED.copy(), *args, **kwargs)
