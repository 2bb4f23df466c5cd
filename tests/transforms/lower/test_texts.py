"""Text made of values: shown, asked and measured, but no way back to a number."""

from __future__ import annotations

import io

import numpy as np
import pytest

from tests.transforms.lower.checks import MODES, agrees, refused


def length_of_a_slice(x):
    message = f"{x[0]:.3f} and {x[1]}"
    return np.sum(x * x) + len(message[:3]) * x[0]


def methods(x):
    message = "<" + f" {x[0]:.2f} ".strip().upper().replace("7", "8") + ">" * 2
    message += "-"
    return np.sum(x * x) * message.count("8") + message.find("8") * x[1]


def branches(x):
    message = "%.2f" % x[0]
    if message.startswith("0.7") and "9" not in message and message != "1.00":
        return np.sum(x**3)
    return np.sum(x)


def filled_in(x):
    message = "{:.1f} {y:.2f}".format(x[0], y=x[1])
    return x @ x if message[0] == "0" and message[-1].isdigit() else x[0]


def chosen_by_a_branch(x):
    message = f"{x[0]}" if x[1] < 0 else "none"
    return np.sum(x * x) * len(message[:2] + "...")


def words_known_when_deriving(x):
    words = "first second".split()
    words.append("third")
    try:
        at = "abc".index("q")
    except ValueError:
        at = len(words)
    return sum(v * len(w) for v, w in zip(x, words, strict=False)) * x[0] * at


PROGRAMS = [words_known_when_deriving, length_of_a_slice, methods, branches, filled_in, chosen_by_a_branch]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_text_is_asked(f, mode):
    agrees(f, mode)


def through_a_slice(x):
    return float(str(x[0])[:20]) * x[1]


def through_a_method(x):
    return float(str(x[0]).replace("a", "b")) * x[1]


def through_a_sum(x):
    return float(str(x[0]) + "") * x[1]


def through_a_percent(x):
    return float("%r" % x[0]) * x[1]


def through_an_array(x):
    return float(np.array2string(x[:1])[1:-1]) * x[1]


def through_a_file(x):
    file = io.StringIO()
    print(x[0], file=file)
    return float(file.getvalue()) * x[1]


def through_writing(x):
    file = io.StringIO()
    file.write(f"{x[0]}")
    return float(file.getvalue()) * x[1]


def through_parts(x):
    return float(",".join([str(x[0]), "1"]).split(",")[0]) * x[1]


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize(
    "f",
    [
        through_a_slice,
        through_a_method,
        through_a_sum,
        through_a_percent,
        through_an_array,
        through_parts,
        through_a_file,
        through_writing,
    ],
    ids=lambda f: f.__name__,
)
def test_no_number_comes_back(f, mode):
    assert "has no derivative rule" in refused(f, mode)


@pytest.mark.parametrize("mode", MODES)
def test_arrays_of_text(mode):
    def f(x):
        return np.sum(x.astype(str).astype(float) * x)

    assert "an array of text or bytes made of values is not followed" in refused(f, mode)
