"""What is known of a value's type, and that what is not known is never taken for known."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import ad
from tensor.runtime import Refused
from transforms import kinds
from transforms.kinds import Kind

UNKNOWN = [kinds.OBJECT, kinds.NUMERIC]


@pytest.mark.parametrize("kind", UNKNOWN)
def test_what_is_unknown_is_no_number_and_has_no_rank(kind) -> None:
    assert not kind.scalar
    assert not kind.rank_known
    assert kind.may_be_number


def test_objects_and_lists_have_no_rank() -> None:
    for kind in (kinds.OBJECT, Kind("object", type=str), Kind("list", item=kinds.FLOAT)):
        assert kind.ndim is None
        assert not kind.rank_known
    assert not Kind("object", type=str).may_be_number
    assert not Kind("list", item=kinds.FLOAT).may_be_number


def test_what_may_be_a_number_is_asked_for_when_run() -> None:
    def f(x):
        value = x[0]
        for k in range(len(x)):
            value = value * x if k == 1 else x[k]
        return np.sum(value * x) if np.isscalar(value) else np.sum(value)

    x = np.array([0.5, 2.0])
    value, gradient = ad.value_and_grad(f)(x)
    assert value == f(x)
    np.testing.assert_allclose(gradient, [2.0 * x[0] + x[1], x[0]])


def test_a_complex_number_of_unknown_origin_is_refused() -> None:
    def f(x):
        return np.real(x * pickle.loads(COMPLEX)) * x

    with pytest.raises(Refused, match="a real number or array is needed"):
        ad.grad(f)(0.5)


COMPLEX = pickle.dumps(1j)
