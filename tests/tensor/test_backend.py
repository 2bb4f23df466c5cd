"""The array module follows the arguments, and CuPy is never imported to find out."""

import operator
import subprocess
import sys

import numpy as np
import pytest

from tensor.backend import array_module, is_array, is_float_array
from tensor.tree import leaves, ravel, zeros_like
from tests import fakecupy


@pytest.fixture
def cupy(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", fakecupy)
    return fakecupy


def test_numpy_without_cupy():
    assert array_module() is np
    assert array_module(1.0, "text", None, [np.ones(2)]) is np
    assert array_module(np.float64(1.0), np.ma.ones(2)) is np


def test_cupy_wherever_it_stands(cupy):
    device = cupy.ones(3)
    assert array_module(device) is cupy
    assert array_module(2.0, device) is cupy
    assert array_module(np.ones(3)) is np


@pytest.mark.parametrize(
    ("value", "array", "floating"),
    [
        (np.ones(2), True, True),
        (np.ones((), np.float16), True, True),
        (np.ones(2, complex), True, True),
        (np.arange(2), True, False),
        (np.ones(2, bool), True, False),
        (np.array(["a"]), True, False),
        (np.array([1.0], object), True, False),
        (np.float64(1), False, False),
        (1.0, False, False),
        ([1.0], False, False),
        (np.ndarray, False, False),
    ],
)
def test_arrays(value, array, floating):
    assert is_array(value) is array
    assert is_float_array(value) is floating


def test_cupy_arrays(cupy):
    assert is_float_array(cupy.ones(2))
    assert is_array(cupy.arange(2))
    assert not is_float_array(cupy.arange(2))


def test_trees_of_cupy_arrays_stay_on_the_device(cupy):
    params = {"w": cupy.ones((2, 2)), "b": 0.5}
    zero = zeros_like(params)
    assert type(zero["w"]) is cupy.ndarray
    assert zero["b"] == 0.0
    vector, unravel = ravel(params)
    assert type(vector) is cupy.ndarray
    back = unravel(2.0 * vector)
    assert [type(leaf) for leaf in leaves(back)] == [cupy.ndarray, float]
    assert back["b"] == 1.0
    assert np.all(back["w"].get() == 2.0)


@pytest.mark.parametrize(
    "call",
    [
        lambda v: np.sin(v),
        lambda v: np.sum(v),
        lambda v: np.where(v > 0, v, 0.0),
        lambda v: np.concatenate([v, v]),
        lambda v: np.einsum("i,i", v, v),
        lambda v: np.linalg.norm(v),
        lambda v: np.zeros_like(v),
        lambda v: np.add(v, 1.0, out=v),
        lambda v: v[np.array([0, 2])],
        lambda v: v[v > 0],
        lambda v: v.sum(),
        lambda v: v + np.float64(2.0),
        lambda v: np.float64(2.0) * v,
        lambda v: v.T @ v,
        lambda v: np.add.reduce(v),
    ],
)
def test_stand_in_works_as_cupy_does(cupy, call):
    assert type(call(cupy.ones(3))) is cupy.ndarray  # also where NumPy gives a scalar


@pytest.mark.parametrize(
    "call",
    [
        lambda v: np.asarray(v),
        lambda v: np.array([v, v]),
        lambda v: np.zeros(3) + v,
        lambda v: v + np.zeros(3),
        lambda v: np.array(2.0) * v,
        lambda v: np.concatenate([v, np.zeros(3)]),
        lambda v: operator.iadd(np.ones(3), v),
        lambda v: operator.setitem(v, 0, np.ones(())),
        lambda v: operator.setitem(np.ones(3), slice(1), v[:1]),
    ],
)
def test_stand_in_refuses_what_cupy_refuses(cupy, call):
    with pytest.raises(TypeError):
        call(cupy.ones(3))


def test_cupy_is_not_imported():
    code = "import sys, tensor.backend as b; b.array_module(1.0); sys.exit('cupy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
