"""Subclasses of np.ndarray, made outside and inside the function."""

from __future__ import annotations

import math

import numpy as np
import pytest

import ad
from tests.transforms.lower.checks import MODES, agrees, refused
from transforms.errors import UnsupportedError


class Plain(np.ndarray):
    pass


class Scaled(np.ndarray):
    def __mul__(self, other):
        return np.asarray(self) * other * 2.0


class Told(np.ndarray):
    def __new__(cls, values, info=1.0):
        made = np.asarray(values).view(cls)
        made.info = info
        return made

    def __array_finalize__(self, source):
        if source is None:
            return
        self.info = getattr(source, "info", 5.0)

    def scaled(self):
        return self * self.info

    @property
    def total(self):
        return np.sum(self)


class Odd(np.ndarray):
    def __getitem__(self, index):
        return super().__getitem__(index) * 2.0

    def __add__(self, other):
        return super().__add__(other) * 3.0

    def sum(self):
        return 7.0 * np.asarray(self).sum()


class Generations(np.ndarray):
    age = 0

    def __array_finalize__(self, source):
        self.age = getattr(source, "age", 0) + 1


def inside_the_function(x):
    class Doubled(np.ndarray):
        def __mul__(self, other):
            return np.asarray(self) * other * 2.0

    y = x.view(Doubled)
    return np.sum(np.asarray(y * 3.0) * x)


def made_inside_by_new(x):
    class Shifted(np.ndarray):
        unit = 2.0

        def __new__(cls, values):
            return (np.asarray(values) + x[0]).view(cls)

        def squares(self):
            return self**2 * self.unit

        def again(self):
            return self.__class__(self)

    return float(Shifted(x).again().squares().sum())


def operators_of_its_own(x):
    y = x.view(Scaled)
    return float(np.sum(np.asarray(y * x + y) * x)) + float((3.0 * y)[1]) + np.multiply(y, 3.0)[2] + (x * y)[3]


def attributes_handed_on(x):
    y = Told(x, x[0])
    z = y * 2.0
    first, second = Told(x, x[3]) + y, y - Told(x, x[3])
    return np.sum(np.asarray(z.scaled())) * y.info + float(y[1:].info) * first.info + second.info


def numbers_of_it(x):
    y = Told(x, 2.0)
    return float(y.total) * float(y.sum()) + y.mean() * 2.0


def methods_of_its_own(x):
    y = x.view(Odd)
    return y[0] * np.asarray(y + x)[1] + y.sum() + np.asarray(y[1:])[0]


def written(x):
    y = x.view(Plain)
    y += 1.0
    y[0] = x[1] ** 2
    y[1:3] *= 2.0
    np.add(y, x[4], out=y)
    return float(np.sum(np.asarray(y) ** 2)) + x[0]


def another_name(x):
    y = (x * 1.0).view(Plain)
    z = y.view(np.ndarray)
    z[0] = 3.0 * x[1]
    return float(np.asarray(y * y).sum())


def gone_through(x):
    y = x.view(Plain)
    total = 0.0
    for i, v in enumerate(y):
        total += v * y[i]
    for a, b in zip(y, x, strict=True):
        total += a * b
    first, second, *rest = y
    return total * len(y) * y.shape[0] + first * second + len(rest) + max(y) + math.sin(y[2])


def functions_of_numpy(x):
    y = x.view(Plain)
    joined = np.concatenate([y, np.sin(y)]).sum() + np.stack((y, y)).sum()
    return joined + np.where(y > 0, y, 0.0).sum() + float(np.asarray(2.0 - y / 3.0)[1]) + np.linalg.norm(y) + y @ y


def asked_for_its_class(x):
    y = x.view(Told)
    if isinstance(y, np.ndarray) and isinstance(y, Told) and type(y * 2.0) is Told and not isinstance(np.copy(y), Told):
        return np.asarray(np.exp(y)).sum() * y.info
    return x[0]


def grown_in_a_loop(x):
    y = x.view(Plain)
    while (y * y).sum() < 50.0:
        y = y * 1.5 + np.sin(y)
    return float(y.sum())


def by_a_branch(x):
    y = Told(x, x[1])
    y = y * 2.0 if x[0] > 0 else y + 1.0
    return float(np.mean(np.asarray(y))) * y.info


def generations(x):
    y = (x.view(Generations) * 2.0 + 1.0)[1:]
    return float(y.sum()) * y.age + x.view(Generations).age * x[0]


PROGRAMS = [
    inside_the_function,
    made_inside_by_new,
    operators_of_its_own,
    attributes_handed_on,
    numbers_of_it,
    methods_of_its_own,
    written,
    another_name,
    gone_through,
    functions_of_numpy,
    asked_for_its_class,
    grown_in_a_loop,
    by_a_branch,
    generations,
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_instances_are_followed(f, mode):
    agrees(f, mode)


class Ruled(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return 3.0


def ruled(x):
    return np.sin(x.view(Ruled)) * x[0]


def told_of_what(x):
    return float(x.view(Generations).std()) * x[0]


def summed_its_own_way(x):
    class Sevenfold(np.ndarray):
        def sum(self, axis=None, dtype=None, out=None):
            return 7.0 * np.asarray(self).sum()

    return float(np.sum(x.view(Sevenfold)))


def written_as_a_number(x):
    total = x.view(Plain).sum()
    total += x[0]
    return float(total)


def shown(x):
    print(x.view(Plain))
    return x[0]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("f", "words"),
    [
        (ruled, "the subclass Ruled of np.ndarray defines __array_ufunc__, which is not followed"),
        (told_of_what, "what Generations.__array_finalize__ is told here is not followed"),
        (summed_its_own_way, "sum of an instance whose class defines sum itself is not followed"),
        (written_as_a_number, "is written in place: this is not followed"),
        (shown, "showing an object of class Plain is not followed"),
    ],
    ids=lambda f: getattr(f, "__name__", ""),
)
def test_refused(f, words, mode):
    assert words in refused(f, mode)


def test_an_instance_is_not_returned():
    with pytest.raises(UnsupportedError, match=r"return np.asarray\(y\)"):
        ad.jacrev(lambda x: x.view(Plain) * 2.0)(np.ones(2))
