"""Pytrees: opening and closing is the identity, containers keep their class, errors name the path."""

from collections import OrderedDict, defaultdict, namedtuple
from dataclasses import InitVar, dataclass, field
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tensor import tree
from tensor.tree import check_same, flatten, leaves, paths, ravel, tree_map, unflatten, zeros_like


class Point(NamedTuple):
    x: Any
    y: Any = 0.0


@dataclass
class Layer:
    w: Any
    b: Any
    name: str = "layer"
    count: ClassVar[int] = 7


@dataclass(frozen=True)
class Frozen:
    w: Any
    b: Any


@dataclass(kw_only=True, slots=True)
class Keyword:
    w: Any
    b: Any = 1.0


@dataclass
class Derived:
    w: Any
    scale: InitVar[float]
    twice: Any = field(init=False)
    unset: Any = field(init=False, repr=False)
    runs: ClassVar[list] = []

    def __post_init__(self, scale):
        self.runs.append(1)
        self.twice = scale * self.w


class Stack(list):
    pass


atoms = st.one_of(
    st.floats(allow_nan=False),
    st.complex_numbers(allow_nan=False),
    st.integers(),
    st.booleans(),
    st.none(),
    st.text(max_size=3),
    hnp.arrays(st.sampled_from(["f4", "f8", "c16", "i8", "?"]), hnp.array_shapes(min_dims=0, max_dims=2, max_side=3)),
)
names = st.one_of(st.text(max_size=2), st.integers(0, 5))


def containers(inner):
    return st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(names, inner, max_size=3),
        st.dictionaries(names, inner, max_size=3).map(OrderedDict),
        st.dictionaries(names, inner, max_size=3).map(lambda d: defaultdict(list, d)),
        st.builds(Point, inner, inner),
        st.builds(Layer, inner, inner),
        st.builds(Frozen, inner, inner),
        st.builds(Keyword, w=inner, b=inner),
    )


trees = st.recursive(atoms, containers, max_leaves=12)


def assert_same(a, b):
    """Equal in class, keys and order, with the very same objects as leaves."""
    (leaves_a, structure_a), (leaves_b, structure_b) = flatten(a), flatten(b)
    assert structure_a == structure_b
    assert len(leaves_a) == len(leaves_b)
    assert all(x is y for x, y in zip(leaves_a, leaves_b, strict=True))


@given(trees)
def test_unflatten_inverts_flatten(value):
    found, structure = flatten(value)
    assert_same(unflatten(structure, found), value)
    assert_same(tree_map(lambda leaf: leaf, value), value)
    assert all(x is y for x, y in zip(found, leaves(value), strict=True))


@given(trees)
def test_structures_are_values(value):
    structure = flatten(value)[1]
    again = flatten(tree_map(lambda leaf: 0.0, value))[1]
    assert structure == again
    assert hash(structure) == hash(again)
    assert check_same(structure, value) is not None


@given(trees)
def test_every_leaf_has_a_path_that_python_can_follow(value):
    for path, leaf in zip(paths(value, "value"), leaves(value), strict=True):
        assert eval(path) is leaf


@given(trees)
def test_zeros_keep_kind_shape_and_dtype(value):
    for leaf, zero in zip(leaves(value), leaves(zeros_like(value)), strict=True):
        if not tree.is_float(leaf):
            assert zero is None
            continue
        assert type(zero) is type(leaf)
        assert np.shape(zero) == np.shape(leaf)
        assert np.asarray(zero).dtype == np.asarray(leaf).dtype
        assert not np.any(zero)


@given(trees)
def test_ravel_is_inverted(value):
    vector, unravel = ravel(value)
    assert vector.ndim == 1
    assert vector.dtype.kind in "fc"
    for old, new in zip(leaves(value), leaves(unravel(vector)), strict=True):
        assert type(old) is type(new)
        assert np.asarray(old).dtype == np.asarray(new).dtype
        np.testing.assert_array_equal(old, new)


def test_map_over_several_trees_follows_keys_not_order():
    total = tree_map(lambda a, b: a + b, {"x": 1.0, "y": 2.0}, {"y": 20.0, "x": 10.0})
    assert total == {"x": 11.0, "y": 22.0}
    assert list(total) == ["x", "y"]


def test_map_passes_none_as_a_leaf():
    step = tree_map(lambda p, g: p if g is None else p - g, {"w": 1.0, "name": "net"}, {"w": 0.5, "name": None})
    assert step == {"w": 0.5, "name": "net"}


def test_dicts_keep_insertion_order_and_class():
    value = OrderedDict(b=1.0, a=defaultdict(float, z=2.0, c=3.0))
    new = tree_map(lambda x: 2 * x, value)
    assert leaves(value) == [1.0, 2.0, 3.0]
    assert type(new) is OrderedDict
    assert type(new["a"]) is defaultdict
    assert list(new["a"]) == ["z", "c"]
    assert new["a"]["missing"] == 0.0


def test_namedtuple_with_a_constructor_of_its_own():
    class Checked(namedtuple("Checked", "x y")):
        def __new__(cls, total):
            return super().__new__(cls, total, total)

    new = tree_map(lambda v: v + 1, Checked(1.0))
    assert type(new) is Checked
    assert tuple(new) == (2.0, 2.0)


def test_numpy_results_are_namedtuples():
    result = np.linalg.eigh(np.eye(2))
    assert paths(result, "r") == ["r.eigenvalues", "r.eigenvectors"]
    assert type(zeros_like(result)) is type(result)


def test_dataclass_is_rebuilt_without_its_constructor():
    value = Derived(3.0, 2.0)
    runs = len(Derived.runs)
    new = tree_map(lambda v: 10 * v, value)
    assert (new.w, new.twice) == (30.0, 60.0)
    assert not hasattr(new, "unset")
    assert len(Derived.runs) == runs
    assert paths(value) == [".w", ".twice"]


def test_frozen_dataclass():
    assert zeros_like(Frozen(1.0, np.float32(2.0))) == Frozen(0.0, np.float32(0.0))


@pytest.mark.parametrize("value", [Stack([1.0]), {1.0}, object(), range(3), "text", b"bytes", Layer, iter([1.0])])
def test_everything_else_is_a_leaf(value):
    assert leaves(value) == [value]
    assert zeros_like(value) is None


def test_zero_follows_the_memory_order():
    assert zeros_like(np.ones((3, 2)).T).flags.f_contiguous
    assert type(zeros_like(np.ma.ones(2))) is np.ma.MaskedArray


@pytest.mark.parametrize(
    ("expected", "got", "message"),
    [
        ({"w": [1.0, (2.0,)]}, {"w": [1.0, 2.0]}, "params['w'][1]: expected a tuple of 1, got a float"),
        ({"w": [1.0, 2.0]}, {"w": [1.0]}, "params['w']: expected a list of 2, got one of 1"),
        ({"w": 1.0, "b": 1.0}, {"w": 1.0}, "params['b']: expected, but missing"),
        ({"w": 1.0}, {"w": 1.0, "b": 1.0}, "params['b']: not expected"),
        ([1.0], (1.0,), "params: expected a list of 1, got a tuple of 1"),
        (1.0, [1.0], "params: expected a leaf, got a list of 1"),
        ([1.0], None, "params: expected a list of 1, got None"),
        (Layer([1.0], 2.0), Layer(1.0, 2.0), "params.w: expected a list of 1, got a float"),
        (Point(1.0), Point(1.0, {}), "params.y: expected a leaf, got a dict of 0"),
        ([np.ones(2)], np.ones(2), "params: expected a list of 1, got an array"),
    ],
)
def test_mismatch_names_the_path(expected, got, message):
    with pytest.raises(ValueError, match="params") as caught:
        check_same(flatten(expected)[1], got, "params")
    assert str(caught.value) == message
    with pytest.raises(ValueError, match="tree"):
        tree_map(lambda a, b: a, expected, got)


def test_wrong_number_of_leaves():
    structure = flatten([1.0, 2.0])[1]
    with pytest.raises(ValueError, match="too few"):
        unflatten(structure, [1.0])
    with pytest.raises(ValueError, match="too many"):
        unflatten(structure, [1.0, 2.0, 3.0])


def test_structure_prints_like_the_tree():
    value = ({"w": [1.0, None]}, Point(1.0), Layer(1.0, ()), OrderedDict(a="text"), (2.0,))
    text = "({'w': [*, *]}, Point(x=*, y=*), Layer(w=*, b=(), name=*), OrderedDict({'a': *}), (*,))"
    assert repr(flatten(value)[1]) == text


def test_unravel_does_not_share_the_vector():
    vector, unravel = ravel([np.ones(3)])
    new = unravel(vector)
    vector[:] = 5.0
    assert np.all(new[0] == 1.0)


def test_unravel_refuses_another_size():
    with pytest.raises(ValueError, match=r"shape \(2,\), got one of shape \(3,\)"):
        ravel([1.0, 2.0])[1](np.ones(3))


def test_ravel_serves_scipy():
    optimize = pytest.importorskip("scipy.optimize")
    target = {"w": np.array([[1.0, -2.0]]), "b": 3.0}
    start, unravel = ravel(zeros_like(target))

    def value_and_gradient(vector):
        params = unravel(vector)
        gradient = tree_map(lambda p, t: 2.0 * (p - t), params, target)
        loss = sum(np.sum((p - t) ** 2) for p, t in zip(leaves(params), leaves(target), strict=True))
        return loss, ravel(gradient)[0]

    found = unravel(optimize.minimize(value_and_gradient, start, jac=True).x)
    np.testing.assert_allclose(found["w"], target["w"], atol=1e-6)
    assert found["b"] == pytest.approx(3.0)
