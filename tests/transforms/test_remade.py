"""Functions made anew from the same code share their texts, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ad
import transforms

V = np.array([0.7, -1.3, 2.1])


@pytest.fixture
def derivations(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The functions that are derived from here on."""
    seen: list[Any] = []
    derive = transforms.derive.gradient

    def counted(fn: Any, **options: Any) -> Any:
        seen.append(fn)
        return derive(fn, **options)

    monkeypatch.setattr(transforms.derive, "gradient", counted)
    return seen


def test_numbers_and_arrays_in_the_closure_are_the_functions_own(derivations: list[Any]) -> None:
    def gradient(scale: float, batch: np.ndarray) -> Any:
        return ad.grad(lambda w: np.sum(scale * w * batch))(V)

    for scale, batch in ((2.0, V), (3.0, V + 1.0), (-1.0, V * V)):
        np.testing.assert_array_equal(gradient(scale, batch), scale * batch)
    assert len(derivations) == 1


def test_integers_flags_and_kinds_are_looked_at() -> None:
    def gradient(power: Any, flag: bool, batch: Any) -> Any:
        return ad.grad(lambda w: np.sum(w**power * batch) if flag else np.sum(w))(V)

    for power in (2, 3, 2, 2.5):
        np.testing.assert_allclose(gradient(power, True, V * V), power * V ** (power - 1) * V * V)
    np.testing.assert_array_equal(gradient(2, False, V), np.ones(3))
    np.testing.assert_allclose(gradient(2, True, 1.5), 3.0 * V)
    np.testing.assert_allclose(gradient(2, True, V.astype(np.float32)), 2.0 * V * V.astype(np.float32))


def test_functions_in_the_closure(derivations: list[Any]) -> None:
    def layer(weight: float) -> Callable[[Any], Any]:
        return lambda x: weight * x

    def square(x: Any) -> Any:
        return x * x

    def gradient(inner: Callable[[Any], Any]) -> Any:
        return ad.grad(lambda x: inner(x) * x)(3.0)

    assert [gradient(layer(w)) for w in (1.0, 2.0, 5.0)] == [6.0, 12.0, 30.0]
    assert len(derivations) == 1
    assert gradient(square) == 27.0
    assert gradient(layer(2.0)) == 12.0


def test_a_variable_that_was_shared_may_be_two() -> None:
    def outer(k: float, given: Any = None) -> Any:
        def own(x: Any) -> Any:
            return k * x

        inner = given or own
        return (lambda x: k * inner(x)), own

    shared, _ = outer(2.0)
    assert ad.grad(shared)(1.0) == 4.0
    _, other = outer(5.0)
    apart, _ = outer(3.0, other)
    assert ad.grad(apart)(1.0) == 15.0
    assert ad.grad(shared)(1.0) == 4.0


def test_objects_are_not_shared() -> None:
    class Model:
        def __init__(self, scale: float) -> None:
            self.scale = scale

    def gradient(model: Model) -> Any:
        return ad.grad(lambda x: model.scale * x * x)(1.0)

    assert [gradient(Model(s)) for s in (1.0, 2.0, 3.0)] == [2.0, 4.0, 6.0]


def test_what_is_written_outside_is_written_where_it_is() -> None:
    def run(x: float) -> tuple[float, float]:
        seen = 0.0

        def f(x: float) -> float:
            nonlocal seen
            seen = x * x
            return seen * x

        return ad.grad(f)(x), seen

    assert [run(x) for x in (1.0, 2.0, 3.0)] == [(3.0, 1.0), (12.0, 4.0), (27.0, 9.0)]


def test_other_modes_and_orders() -> None:
    def of(scale: float) -> Callable[[Any], Any]:
        return lambda x: scale * np.sum(x**3)

    for scale in (1.0, 2.0):
        assert ad.jvp(of(scale), (V,), (np.ones(3),))[1] == pytest.approx(scale * np.sum(3 * V * V))
        np.testing.assert_allclose(ad.hvp(of(scale))(V, np.ones(3)), scale * 6 * V)
        np.testing.assert_allclose(ad.hessian(of(scale))(V), np.diag(scale * 6 * V))
        assert ad.grad(ad.grad(lambda x, scale=scale: scale * x**3))(2.0) == pytest.approx(12.0 * scale)
    pullbacks = [ad.vjp(of(scale), V)[1] for scale in (1.0, 2.0)]
    for scale, pullback in zip((1.0, 2.0), pullbacks, strict=True):
        np.testing.assert_allclose(pullback(1.0)[0], scale * 3 * V * V)


def test_threads_see_their_own_numbers() -> None:
    def gradient(scale: float) -> Any:
        return ad.grad(lambda x: scale * np.sum(np.sin(x)))(V)

    gradient(1.0)
    wrong: list[float] = []

    def work(scale: float) -> None:
        for _ in range(200):
            if not np.allclose(gradient(scale), scale * np.cos(V)):
                wrong.append(scale)

    threads = [threading.Thread(target=work, args=(float(n),)) for n in range(2, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_shapes_that_do_not_agree() -> None:
    def gradient(w: np.ndarray, batch: np.ndarray) -> Any:
        return ad.grad(lambda w, x: np.sum((w + x) ** 2))(w, batch), ad.grad(lambda w: np.sum((w + batch) ** 2))(w)

    for w, batch in ((V, V), (V[:1], V), (V, V[:1]), (V, V + 1.0), (V[:1], V)):
        expected = 2 * (w + batch) if w.shape == np.broadcast_shapes(w.shape, batch.shape) else 2 * np.sum(w + batch)
        for found in gradient(w, batch):
            np.testing.assert_allclose(found, np.broadcast_to(expected, w.shape))
