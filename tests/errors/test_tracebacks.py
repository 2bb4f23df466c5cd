"""The tracebacks of refusals: the user's call, what was called, and no more of what is inside of this library."""

from __future__ import annotations

import traceback
from pathlib import Path

import numpy as np
import pytest

import ad
import tensor
import transforms
from tests.errors import refusals
from transforms.errors import REFUSALS

V = np.array([1.0, 2.0])
X = 2.0

DERIVING = [
    lambda: ad.grad(refusals.through_text)(X),
    lambda: ad.grad(refusals.through_text).source_for(X),
    lambda: ad.value_and_grad(refusals.through_text)(X),
    lambda: ad.vjp(refusals.through_text, X),
    lambda: ad.jvp(refusals.through_text, (X,), (X,)),
    lambda: ad.vjp(refusals.vector, V)[1](X),
    lambda: ad.grad(refusals.vector)(V),
    lambda: ad.grad(refusals.times, argnums=5)(X, X),
    lambda: ad.grad(ad.grad(refusals.through_text))(X),
]
COMPOSED = [
    lambda: ad.hvp(refusals.through_text)(X, X),
    lambda: ad.jacrev(refusals.through_text)(X),
    lambda: ad.jacfwd(refusals.through_text)(V),
    lambda: ad.hessian(refusals.through_text)(V),
    lambda: ad.check_grads(refusals.through_text, (X,)),
]
RUNNING = [
    lambda: ad.grad(refusals.shares)(V, V),
    lambda: ad.vjp(refusals.shares, V, V),
    lambda: ad.jvp(refusals.shares, (V, V), (V, V)),
]


@pytest.fixture(autouse=True)
def as_by_default(monkeypatch):
    monkeypatch.delenv("AD_TRACEBACK", raising=False)


def frames(call) -> list[traceback.FrameSummary]:
    """The frames below the call itself."""
    with pytest.raises(REFUSALS) as caught:
        call()
    return traceback.extract_tb(caught.value.__traceback__)[2:]


def inside(found: list[traceback.FrameSummary]) -> list[str]:
    rooms = [str(Path(package.__file__).parent) for package in (ad, tensor, transforms)]
    return [frame.filename for frame in found if frame.filename.startswith(tuple(rooms))]


@pytest.mark.parametrize("call", [*DERIVING, *RUNNING])
def test_one_frame_is_of_this_library(call):
    assert len(inside(frames(call))) == 1


@pytest.mark.parametrize("call", COMPOSED)
def test_what_is_composed_of_others_has_a_frame_for_each(call):
    assert len(inside(frames(call))) == 2


@pytest.mark.parametrize("call", [*DERIVING, *COMPOSED])
def test_only_one_exception_is_printed(call):
    with pytest.raises(REFUSALS) as caught:
        call()
    assert "".join(traceback.format_exception(caught.value)).count("Traceback") == 1


@pytest.mark.parametrize("call", RUNNING)
def test_line_of_the_text_stays(call):
    assert frames(call)[-1].line.startswith("unshared(")


def test_known_text_is_shortened_too():
    df = ad.grad(refusals.shares)
    df(np.copy(V), np.copy(V))
    assert len(frames(lambda: df(V, V))) == 2


def test_all_frames_are_there_on_demand(monkeypatch):
    monkeypatch.setenv("AD_TRACEBACK", "full")
    assert len(inside(frames(DERIVING[0]))) > 10


def test_exception_that_the_user_handles_stays():
    def called():
        try:
            raise LookupError("mine")
        except LookupError:
            ad.grad(refusals.through_text)(X)

    with pytest.raises(REFUSALS) as caught:
        called()
    assert isinstance(caught.value.__context__, LookupError)
    assert "".join(traceback.format_exception(caught.value)).count("Traceback") == 2


def test_frames_of_the_users_stay():
    def called(x):
        return ad.grad(refusals.through_text)(x)

    found = frames(lambda: ad.check_grads(called, (X,)))
    assert [frame.name for frame in found] == ["check_grads", "called", "__call__"]
