"""Functions of Python's own library: operator, itertools, statistics, decimal."""

from __future__ import annotations

import decimal
import fractions
import itertools
import operator
import statistics

import numpy as np
import pytest

from tests.transforms.lower.checks import MODES, agrees, refused


class Holder:
    def __init__(self, value):
        self.value = value
        self.own = self


def operators_in_place(x):
    y, total, items = x * 1.0, x[0], [1.0, 2.0, 3.0]
    z = operator.imul(y, 2.0)
    z[0] = x[1]
    total = operator.iadd(total, x[2])
    operator.delitem(items, 0)
    return np.sum(y * y) * total * items[0]


def getters(x):
    both = operator.attrgetter("value", "own.value")(Holder(x))
    return np.sum(both[0] * both[1]) + operator.methodcaller("take", [0, 1])(x)[1] * operator.methodcaller("sum")(x)


def iterators(x):
    products = sum(itertools.starmap(lambda a, b: a * b, [(x[0], x[1]), (x[2], x[3])]))
    powers = sum(itertools.starmap(pow, zip(x * x, x, strict=True)))
    return products * powers + sum(itertools.filterfalse(lambda v: v > 1.0, x)) ** 2


def means(x):
    return statistics.mean(x) ** 2 * statistics.fmean([x[0], x[1] * x[2]]) + statistics.fmean(v * v for v in x)


def deviations(x):
    few = [x[0], x[1] * 2.0, x[2]]
    return statistics.stdev(few) ** 3 * statistics.variance(x) + statistics.pstdev(x) * statistics.pvariance(few)


def exact_numbers_that_do_not_vary(x):
    return float(decimal.Decimal("1.5")) * x[0] ** 2 * float(fractions.Fraction(1, 3))


PROGRAMS = [operators_in_place, getters, iterators, means, deviations, exact_numbers_that_do_not_vary]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_the_library_is_followed(f, mode):
    agrees(f, mode)


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("number", [decimal.Decimal, fractions.Fraction])
def test_exact_numbers_of_values_are_refused(number, mode):
    def f(x):
        return float(number(x[0]) ** 2)

    assert f"{number.__name__} of a value that varies is not followed" in refused(f, mode)
