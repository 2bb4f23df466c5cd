import pickle

import pytest

from transforms.errors import (
    ArgumentError,
    DerivativeError,
    KindError,
    Location,
    RefusedAtRunTime,
    SourceError,
    UnsupportedError,
)

KINDS = [DerivativeError, SourceError, UnsupportedError, KindError, ArgumentError, RefusedAtRunTime]
PLACE = Location("model.py", "loss", 12, 8, 12, 17, "    y = np.foo(x) * 2")


def test_message_names_place_line_reason_and_remedy():
    error = UnsupportedError("np.foo has no derivative rule", PLACE, "register one with ad.defvjp(np.foo, ...)")
    assert str(error) == (
        "model.py:12, in loss: np.foo has no derivative rule\n"
        "    y = np.foo(x) * 2\n"
        "        ^^^^^^^^^\n"
        "  register one with ad.defvjp(np.foo, ...)"
    )


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (None, "no"),
        (Location(), "<unknown file>: no"),
        (Location("a.py"), "a.py: no"),
        (Location("a.py", line=3), "a.py:3: no"),
        (Location("a.py", "f", 3, text="  x = 1\n"), "a.py:3, in f: no\n    x = 1"),
        (Location("a.py", "f", 3, 6, text="  x = y\n"), "a.py:3, in f: no\n    x = y\n        ^"),
        (Location("a.py", "f", 3, 6, 5, 1, "  x = (y,"), "a.py:3, in f: no\n    x = (y,\n        ^^^"),
        (Location("a.py", "f", 3, 6, 3, 99, "  x = y"), "a.py:3, in f: no\n    x = y\n        ^"),
        (Location("a.py", "f", 3, 0, 3, 1, "\t"), "a.py:3, in f: no"),
        (Location("a.py", "f", 3, 3, 3, 4, "\tx\ty"), "a.py:3, in f: no\n    x\ty\n     \t^"),
    ],
)
def test_unknown_parts_are_left_out(place, expected):
    assert str(DerivativeError("no", place)) == expected


def test_every_line_of_a_remedy_is_indented():
    assert str(DerivativeError("no", remedy="do this\nor that")) == "no\n  do this\n  or that"


@pytest.mark.parametrize("kind", KINDS)
def test_pickled_errors_are_the_same(kind):
    error = kind("no", PLACE, "so")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert (again.reason, again.location, again.remedy, str(again)) == ("no", PLACE, "so", str(error))


@pytest.mark.parametrize("kind", KINDS)
def test_documented_by_cause_and_examples(kind):
    assert all(word in kind.__doc__ for word in ("Cause:", "Wrong:", "Right:"))


def test_kinds_of_exceptions():
    assert issubclass(KindError, TypeError)
    assert issubclass(ArgumentError, ValueError)
    assert all(issubclass(kind, DerivativeError) for kind in KINDS[:-1])


def test_refusal_at_run_time_survives_except_exception():
    def swallow():
        try:
            raise RefusedAtRunTime("shared memory")
        except Exception:
            return 0.0

    with pytest.raises(RefusedAtRunTime, match="shared memory"):
        swallow()
