"""The pipeline as a whole: threads, the cache directory, what a derivative is made anew for."""

from __future__ import annotations

import math
import os
import pickle
import subprocess
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ad

ROOT = Path(__file__).resolve().parents[2]
THREADS = 8


def helper(x, k):
    y = np.zeros_like(x)
    for i in range(1, len(x)):
        y[i] = np.tanh(k * y[i - 1]) * x[i]
    return y


def model(x):
    scale = 1.0
    for k in range(3):
        scale = scale * np.sum(helper(x, k + 1.0)) if k else np.sum(x)
    return scale


def in_threads(run: Any) -> list[Any]:
    """What `run(number)` gives in each of the threads, which start at once."""
    gate, found = threading.Barrier(THREADS), [None] * THREADS

    def work(number: int) -> None:
        gate.wait()
        try:
            found[number] = run(number)
        except BaseException as error:
            found[number] = error

    threads = [threading.Thread(target=work, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_one_derivative_in_several_threads() -> None:
    x = np.linspace(0.5, 1.5, 6)
    expected = ad.grad(model)(x)
    shared = ad.grad(model)
    for found in in_threads(lambda n: shared(x)):
        np.testing.assert_array_equal(found, expected)


def test_the_same_function_derived_in_several_threads() -> None:
    x = np.linspace(0.5, 1.5, 6)
    expected, source = ad.grad(model)(x), ad.grad(model).source_for(x)

    def derive(number: int) -> Any:
        own = ad.grad(model)
        return own(x * 1.0), own.source

    for gradient, text in in_threads(derive):
        np.testing.assert_array_equal(gradient, expected)
        assert text == source


def test_every_mode_in_several_threads() -> None:
    x, v = np.linspace(0.5, 1.5, 6), np.ones(6)
    modes = [
        lambda: ad.grad(model)(x),
        lambda: ad.vjp(model, x)[1](1.0)[0],
        lambda: ad.jvp(model, (x,), (v,))[1],
        lambda: ad.hvp(model)(x, v),
    ]
    expected = [mode() for mode in modes]
    for number, found in enumerate(in_threads(lambda n: modes[n % 4]())):
        np.testing.assert_array_equal(found, expected[number % 4])


def test_kinds_in_turn_in_several_threads() -> None:
    shared = ad.grad(lambda x: np.sum(x * x * x))

    def both(number: int) -> Any:
        return [(shared(2.0), shared(np.array([1.0, 2.0]))) for _ in range(20)]

    for found in in_threads(both):
        for number, array in found:
            assert number == 12.0
            np.testing.assert_array_equal(array, [3.0, 12.0])


SCRIPT = """
import sys
sys.path.insert(0, {root!r})
import ad
from tests.golden import functions
derivative = ad.grad(functions.newton_sqrt)
print(round(derivative(4.0), 9))
assert derivative.source.startswith("import")
try:
    ad.grad(functions.huber)("word", 1.0)
except TypeError as error:
    print("refused")
"""


def test_a_cache_directory_that_cannot_be_written_makes_no_noise(tmp_path: Path) -> None:
    """A directory below a file can be neither made nor written, by the superuser either."""
    (tmp_path / "file").write_text("")
    environment = {**os.environ, "AD_CACHE_DIR": str(tmp_path / "file" / "cache"), "PYTHONWARNINGS": "error"}
    run = [sys.executable, "-c", SCRIPT.format(root=str(ROOT))]
    done = subprocess.run(run, env=environment, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("0.25\nrefused\n", "")
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_the_text_is_in_the_cache_directory(tmp_path: Path) -> None:
    environment = {**os.environ, "AD_CACHE_DIR": str(tmp_path)}
    run = [sys.executable, "-c", SCRIPT.format(root=str(ROOT))]
    subprocess.run(run, env=environment, capture_output=True, text=True, check=True)
    (path,) = tmp_path.glob("newton_sqrt_grad_*.py")
    assert "def newton_sqrt_grad(a):" in path.read_text()


def test_refusals_can_be_pickled() -> None:
    try:
        ad.grad(lambda x: 2.0 * float(repr(x)))(1.0)
    except Exception as error:
        assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_a_variable_called_underscore_is_no_loop_counter() -> None:
    def f(x, _):
        total = 0.0
        for row in x:
            total = total + row * _
            __ = total
            for _unused in range(2):
                total = total + __
        return total

    x = np.array([0.5, 1.5])
    value, gradient = ad.value_and_grad(f, argnums=(0, 1))(x, 0.7)
    assert value == f(x, 0.7)
    np.testing.assert_allclose(gradient[0], [0.7 * 9, 0.7 * 3])
    np.testing.assert_allclose(gradient[1], 0.5 * 9 + 1.5 * 3)


def test_warnings_that_the_function_silences_are_silent_in_its_derivatives() -> None:
    def f(x):
        with np.errstate(divide="ignore", invalid="ignore"):
            y = np.where(x > 0, np.log(x), 0.0)
        return np.sum(y * y)

    x = np.array([0.5, 0.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ad.grad(f)(x)[0] == pytest.approx(4 * math.log(0.5))
        ad.jvp(f, (x,), (x,))
        ad.vjp(f, x)[1](1.0)
        ad.hvp(f)(x, x)
    assert 'with np.errstate(divide="ignore", invalid="ignore"):' in ad.grad(f).source_for(x)


def power_of(x, n):
    return 1.0 if n == 0 else x * power_of(x, n - 1)


def product_of_halves(x):
    return x[0] if len(x) == 1 else product_of_halves(x[: len(x) // 2]) * product_of_halves(x[len(x) // 2 :])


def test_whole_numbers_and_shapes_that_are_taken_for_constants_are_checked() -> None:
    """A recursion is written out for the numbers at hand; for others another text is made, as often as it takes."""
    slope = ad.grad(power_of)
    for n in (3, 5, 1, 4, 6, 3, 5):
        assert slope(2.0, n) == pytest.approx(n * 2.0 ** (n - 1))
    gradient = ad.grad(product_of_halves)
    for n in (2, 4, 5, 3, 6, 2, 5):
        x = np.arange(1.0, n + 1.0)
        np.testing.assert_allclose(gradient(x), np.prod(x) / x)
