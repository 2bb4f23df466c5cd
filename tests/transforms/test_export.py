"""What an exported file holds, and what cannot be written into one."""

from __future__ import annotations

import ast
import importlib.util
import math
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import ad
from transforms.errors import UnsupportedError
from transforms.export import literal, outside_names

SCALE, TABLE = 2.5, np.array([[1.0, math.inf], [-0.1, 1e-300]])


@dataclass
class Spring:
    """A class of the user, which the file must hold too."""

    stiffness: float
    rest: float = 1.0


def module_of(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def exported(fn: Any, *args: Any, path: Path, argnums: Any = 0) -> tuple[ModuleType, Any, str]:
    derivative = ad.grad(fn, argnums=argnums)
    expected = derivative(*args)
    file = derivative.export(path / "derivative.py")
    return module_of(file), expected, file.read_text()


def test_header_says_where_it_comes_from(tmp_path: Path) -> None:
    def cubed(x):
        return x**3

    _, _, text = exported(cubed, 2.0, path=tmp_path)
    first, second, third = text.splitlines()[:3]
    assert first == f"# A derivative, written by tapeless {ad.__version__}; this file needs nothing of tapeless to run."
    assert second.startswith("# Origin: test_header_says_where_it_comes_from.<locals>.cubed, ")
    assert second.endswith(f"test_export.py:{cubed.__code__.co_firstlineno}")
    assert third.startswith("# sha256 of the origin's source: ") and len(third.split()[-1]) == 64


def test_only_the_helpers_that_are_used_are_pasted(tmp_path: Path) -> None:
    module, expected, text = exported(lambda a, b: np.sum((a * b) ** 2), np.ones((3, 1)), np.ones(4), path=tmp_path)
    names = [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    assert names[:2] == ["named_axes", "check_shapes"] and len(names) == 3
    np.testing.assert_array_equal(getattr(module, names[2])(np.ones((3, 1)), np.ones(4)), expected)


def test_numbers_and_arrays_from_outside_are_written_exactly(tmp_path: Path) -> None:
    local = np.array([0.1, 1.0 / 3.0], dtype=np.float32)

    def f(x):
        return SCALE * x**2 * local[1] + np.sum(TABLE[1] * x)

    module, expected, text = exported(f, 3.0, path=tmp_path)
    assert module.f_grad(3.0) == expected
    assert "SCALE = 2.5" in text and "float('inf')" in text


def test_values_are_those_at_the_time_of_export(tmp_path: Path) -> None:
    holder = [2.0]
    derivative = ad.grad(lambda x: holder[0] * x**2)
    assert derivative(1.0) == 4.0
    holder[0] = 5.0
    (function,) = (v for k, v in vars(module_of(derivative.export(tmp_path / "m.py"))).items() if k.endswith("_grad"))
    assert function(1.0) == 10.0


def test_classes_of_the_user_are_pasted(tmp_path: Path) -> None:
    def energy(spring, x):
        return 0.5 * spring.stiffness * (x - spring.rest) ** 2

    module, expected, text = exported(energy, Spring(2.0), 1.5, path=tmp_path)
    assert "class Spring:" in text and "from dataclasses import dataclass" in text
    found = module.energy_grad(module.Spring(2.0), 1.5)
    assert (found.stiffness, found.rest) == (expected.stiffness, expected.rest)


def test_scipy_is_imported_where_it_is_used(tmp_path: Path) -> None:
    special = pytest.importorskip("scipy.special")
    module, expected, text = exported(lambda x: np.sum(special.gammaln(x)), np.array([1.5, 2.5]), path=tmp_path)
    assert "from scipy import special" in text
    (function,) = (v for k, v in vars(module).items() if k.endswith("_grad"))
    np.testing.assert_array_equal(function(np.array([1.5, 2.5])), expected)


def test_large_arrays_are_refused_by_name(tmp_path: Path) -> None:
    data = np.ones(20_000)
    derivative = ad.grad(lambda x: np.sum(data * x**2))
    derivative(2.0)
    with pytest.raises(UnsupportedError, match="export cannot write data: an array of 20000 entries") as caught:
        derivative.export(tmp_path / "m.py")
    assert "make data an argument" in str(caught.value)
    assert not (tmp_path / "m.py").exists()


def test_second_derivatives_are_exported(tmp_path: Path) -> None:
    second = ad.grad(ad.grad(lambda x: math.sin(x) * x))
    expected = second(0.5)
    path = second.export(tmp_path / "second.py")
    (function,) = (
        v for v in vars(module_of(path)).values() if getattr(v, "__module__", "") == "second" and callable(v)
    )
    assert function(0.5) == expected


@pytest.mark.parametrize(
    "value",
    [
        *(
            1,
            -2.5,
            1e-300,
            math.inf,
            -math.inf,
            0.1 + 0.2,
            1j,
            complex(0.0, -math.inf),
            True,
            None,
            ...,
            "a'b\n",
            b"x",
            -0.0,
        ),
        *((1,), (), [1.0, (2, "x")], {"a": [1]}, {1, 2}, frozenset([3]), slice(1, None, 2), range(1, 9, 2)),
        *(np.float32(0.1), np.int64(3), np.bool_(True), np.complex64(1 + 2j), np.dtype("float32")),
        *(
            np.array([0.1, np.inf]),
            np.zeros((0, 3)),
            np.arange(6).reshape(2, 3).T,
            np.array(2.5),
            np.array([1 + 1j], "F"),
        ),
    ],
    ids=repr,
)
def test_literals_are_exact(value: Any) -> None:
    found = eval(literal(value), {"np": np})
    assert type(found) is type(value)
    assert repr(found) == repr(value)
    if isinstance(value, np.ndarray):
        assert (found.dtype, found.shape, found.flags.f_contiguous) == (
            value.dtype,
            value.shape,
            value.flags.f_contiguous,
        )


@pytest.mark.parametrize("value", [object(), np.array([None]), np.array(["a"]), lambda: 0, np.longdouble(1)])
def test_other_objects_have_no_literal(value: Any) -> None:
    with pytest.raises(TypeError):
        literal(value)


def test_nan_is_written() -> None:
    assert math.isnan(eval(literal(math.nan)))


def test_outside_names() -> None:
    text = "import math\ndef f(x):\n    def g(y):\n        return y * K + x\n    return g(math.pi) + max(x, h(x))\n"
    assert outside_names(text) == ["K", "h", "math", "max"]


def test_a_function_that_writes_what_is_outside_is_not_exported(tmp_path):
    memo = {"y": 1.0}

    def f(x):
        memo["y"] = memo["y"] * x
        return memo["y"] * x

    derivative = ad.grad(f)
    derivative(2.0)
    with pytest.raises(UnsupportedError, match="writes what is outside"):
        derivative.export(tmp_path / "exported.py")
