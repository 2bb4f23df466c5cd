"""Where an exception of a text comes from, and what becomes of a refusal whose line is not known."""

from __future__ import annotations

import numpy as np
import pytest

import ad
from tensor.runtime import Refused
from transforms.deriving.told import known_place, tell
from transforms.deriving.variants import Derived
from transforms.errors import RefusedAtRunTime

PLACES = {3: None, 5: "five", 9: "nine"}


def test_place_of_a_line_is_its_own():
    assert known_place(PLACES, 5, nearest=False) == "five"
    assert known_place(PLACES, 6, nearest=False) is None
    assert known_place(PLACES, 3, nearest=False) is None


def test_nearest_place_is_taken_on_demand():
    assert known_place(PLACES, 5, nearest=True) == "five"
    assert known_place(PLACES, 3, nearest=True) == "five"
    assert known_place(PLACES, 8, nearest=True) == "nine"
    assert known_place({3: None}, 3, nearest=True) is None


def empty_text() -> Derived:
    return Derived(len, "", "nowhere.py", {})


@pytest.mark.parametrize(
    ("given", "reason", "remedy"),
    [
        (("no", "do this"), "no", "do this"),
        (("no: do this",), "no", "do this"),
        (("no",), "no", ""),
        (("this: not", "do: that"), "this: not", "do: that"),
    ],
)
def test_refusal_is_told_with_reason_and_remedy(given, reason, remedy):
    refusal = Refused(*given)
    tell(refusal, empty_text())
    assert isinstance(refusal, RefusedAtRunTime)
    assert (refusal.reason, refusal.location, refusal.remedy) == (reason, None, remedy)


def test_what_was_told_before_stays():
    refusal = RefusedAtRunTime("no", None, "do this")
    tell(refusal, empty_text())
    assert str(refusal) == "no\n  do this"


def test_users_exceptions_keep_their_causes():
    def f(x):
        try:
            y = x[7]
        except IndexError as error:
            raise RuntimeError("mine") from error
        return y

    with pytest.raises(RuntimeError, match="mine") as caught:
        ad.grad(f)(np.ones(2))
    assert isinstance(caught.value.__cause__, IndexError)
    assert len(caught.value.__notes__) == 1


def test_an_interrupt_is_not_touched():
    interrupt = KeyboardInterrupt()
    tell(interrupt, empty_text())
    assert not hasattr(interrupt, "__notes__")
