"""Pytrees: nested tuples, lists, dicts, NamedTuples and dataclasses, taken as they are, without registration.

A tree is opened into its leaves and a `Structure`, and closed again.  Everything that is not a container is a leaf and
is carried along: arrays and floats, but also None, strings and integers.  Dicts keep their insertion order;
dataclasses are rebuilt field by field, without running `__init__`.  Subclasses of list and dict and objects of other
classes may keep more than their items, so they are leaves.

>>> leaves, structure = flatten({"w": [1.0, 2.0], "name": "net"})
>>> leaves, structure
([1.0, 2.0, 'net'], {'w': [*, *], 'name': *})
>>> unflatten(structure, [10.0, 20.0, "other"])
{'w': [10.0, 20.0], 'name': 'other'}
"""

from __future__ import annotations

import dataclasses
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from tensor.backend import array_module, is_array, is_float_array


@dataclass(frozen=True, repr=False)
class Structure:
    """What remains of a tree without its leaves.  Structures are equal if they close the same leaves to the same tree.

    type      the container's class; None for a leaf
    keys      indices, dict keys or field names
    children  one structure for each key
    extra     the factory of a defaultdict

    >>> flatten((1.0, [2.0]))[1] == flatten((None, ["text"]))[1]
    True
    """

    type: type | None = None
    keys: Sequence[Hashable] = ()
    children: tuple[Structure, ...] = ()
    extra: Any = None

    def __repr__(self) -> str:
        if self.type is None:
            return "*"
        if self.type is tuple:
            return f"({', '.join(map(repr, self.children))}{',' * (len(self.children) == 1)})"
        if self.type is list:
            return repr(list(self.children))
        if issubclass(self.type, dict):
            items = repr(dict(zip(self.keys, self.children, strict=True)))
            return items if self.type is dict else f"{self.type.__name__}({items})"
        items = ", ".join(f"{key}={child!r}" for key, child in zip(self.keys, self.children, strict=True))
        return f"{self.type.__name__}({items})"


LEAF = Structure()


@dataclass(eq=False, repr=False)
class _Container:
    """How the values of one container class are opened and closed.

    keys      tree -> its keys
    children  tree -> its children, in the order of the keys
    build     (class, keys, children, extra) -> tree
    step      key -> how one writes the access to that child
    extra     tree -> what else is needed to build it
    """

    keys: Callable[[Any], Sequence[Hashable]]
    children: Callable[[Any], Iterable[Any]]
    build: Callable[[Any, Sequence[Hashable], Iterable[Any], Any], Any]
    step: Callable[[Hashable], str]
    extra: Callable[[Any], Any] = lambda tree: None


def _item(key: Hashable) -> str:
    return f"[{key!r}]"


def _attribute(name: Hashable) -> str:
    return f".{name}"


def _indices(tree: Any) -> Sequence[Hashable]:
    return range(len(tree))


def _build_defaultdict(cls: Any, keys: Sequence[Hashable], children: Iterable[Any], factory: Any) -> Any:
    return cls(factory, zip(keys, children, strict=True))


def _build_dataclass(cls: Any, keys: Sequence[Hashable], children: Iterable[Any], extra: Any) -> Any:
    # Neither __init__ nor __post_init__ runs again: their checks are not meant for cotangents, and a frozen
    # instance or a field with init=False could not be set through them.
    new = object.__new__(cls)
    for name, child in zip(keys, children, strict=True):
        object.__setattr__(new, str(name), child)
    return new


_SEQUENCE = _Container(_indices, iter, lambda cls, keys, children, extra: cls(children), _item)
_DICT = _Container(tuple, lambda tree: tree.values(), lambda cls, keys, c, extra: cls(zip(keys, c, strict=True)), _item)
_DEFAULTDICT = _Container(tuple, _DICT.children, _build_defaultdict, _item, lambda tree: tree.default_factory)
_NAMEDTUPLE = _Container(lambda tree: tree._fields, iter, lambda cls, keys, c, extra: tuple.__new__(cls, c), _attribute)
_BUILTIN = {tuple: _SEQUENCE, list: _SEQUENCE, dict: _DICT, OrderedDict: _DICT, defaultdict: _DEFAULTDICT}

# The classes of nearly all leaves: known at a glance, without asking for the class's container.
_LEAF_TYPES = frozenset({float, int, bool, complex, str, type(None), np.ndarray, np.float64, np.float32})


@lru_cache(maxsize=1024)
def _container(cls: Any) -> _Container | None:
    """How to open the values of `cls`, or None if they are leaves."""
    if cls in _BUILTIN:
        return _BUILTIN[cls]
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return _NAMEDTUPLE
    if hasattr(cls, "__dataclass_fields__") and not issubclass(cls, (tuple, list, dict, np.ndarray)):
        names = tuple(field.name for field in dataclasses.fields(cls))
        return _Container(
            # A field with init=False may not have been set yet.
            lambda tree: tuple(name for name in names if hasattr(tree, name)),
            lambda tree: [getattr(tree, name) for name in names if hasattr(tree, name)],
            _build_dataclass,
            _attribute,
        )
    return None


def _open(tree: Any) -> _Container | None:
    cls: Any = type(tree)
    return None if cls in _LEAF_TYPES else _container(cls)


def leaves(tree: Any) -> list[Any]:
    """The leaves of `tree`, from left to right.

    >>> leaves({"w": (1.0, None), "b": "text"})
    [1.0, None, 'text']
    """
    found: list[Any] = []
    _collect(tree, found)
    return found


def _collect(tree: Any, found: list[Any]) -> None:
    container = _open(tree)
    if container is None:
        found.append(tree)
        return
    for child in container.children(tree):
        _collect(child, found)


def flatten(tree: Any) -> tuple[list[Any], Structure]:
    """The leaves of `tree` and its structure; `unflatten` is the inverse.

    >>> flatten((1.0, [2.0, None]))
    ([1.0, 2.0, None], (*, [*, *]))
    """
    found: list[Any] = []
    return found, _flatten(tree, found)


def _flatten(tree: Any, found: list[Any]) -> Structure:
    container = _open(tree)
    if container is None:
        found.append(tree)
        return LEAF
    children = tuple([_flatten(child, found) for child in container.children(tree)])
    return Structure(type(tree), container.keys(tree), children, container.extra(tree))


def unflatten(structure: Structure, values: Iterable[Any]) -> Any:
    """The tree with this structure and these leaves.

    >>> unflatten(flatten({"a": 1.0, "b": (2.0,)})[1], [3.0, 4.0])
    {'a': 3.0, 'b': (4.0,)}
    """
    rest = iter(values)
    tree = _unflatten(structure, rest)
    if next(rest, LEAF) is not LEAF:
        raise ValueError(f"too many leaves for the structure {structure}")
    return tree


def _unflatten(structure: Structure, rest: Iterator[Any]) -> Any:
    if structure.type is None:
        for value in rest:
            return value
        raise ValueError("too few leaves for the structure")
    container = _container(structure.type)
    assert container is not None
    children = [_unflatten(child, rest) for child in structure.children]
    return container.build(structure.type, structure.keys, children, structure.extra)


def tree_map(f: Callable[..., Any], tree: Any, *rest: Any) -> Any:
    """The tree of `f(leaf, *leaves at the same place of rest)`.  All trees must have the structure of the first.

    >>> tree_map(lambda p, g: p - 0.1 * g, {"w": 1.0, "b": [2.0]}, {"w": 10.0, "b": [0.0]})
    {'w': 0.0, 'b': [2.0]}
    """
    if not rest:
        return _map(f, tree)
    if _open(tree) is None and all(_open(other) is None for other in rest):
        return f(tree, *rest)
    values, structure = flatten(tree)
    others = [check_same(structure, other) for other in rest]
    return unflatten(structure, map(f, values, *others))


def _map(f: Callable[[Any], Any], tree: Any) -> Any:
    container = _open(tree)
    if container is None:
        return f(tree)
    children = [_map(f, child) for child in container.children(tree)]
    return container.build(type(tree), container.keys(tree), children, container.extra(tree))


def is_float(leaf: Any) -> bool:
    """Whether `leaf` is a real or complex floating-point number or an array of them: what has a derivative.

    >>> [is_float(x) for x in (1.0, 1j, np.float32(1), np.ones(2), 1, True, None, "text", np.arange(2))]
    [True, True, True, True, False, False, False, False, False]
    """
    return isinstance(leaf, (float, complex, np.inexact)) or is_float_array(leaf)


def zeros_like(tree: Any) -> Any:
    """The zero cotangent of `tree`: each float leaf becomes a zero of its own kind, shape and dtype, other leaves None.

    >>> zeros_like({"w": np.ones(2, np.float32), "rate": 0.5, "steps": 10})
    {'w': array([0., 0.], dtype=float32), 'rate': 0.0, 'steps': None}
    """
    return _map(_zero, tree)


def _zero(leaf: Any) -> Any:
    if type(leaf) is float:
        return 0.0
    if not is_float(leaf):
        return None
    if type(leaf) is np.ndarray and leaf.flags.c_contiguous:
        return np.zeros(leaf.shape, leaf.dtype)  # the same as below in a tenth of the time
    if is_array(leaf):
        return np.zeros_like(leaf)  # dispatches to CuPy for CuPy's arrays
    if isinstance(leaf, np.generic):
        return leaf.dtype.type(0)
    return 0j if isinstance(leaf, complex) else 0.0


def paths(tree: Any, name: str = "") -> list[str]:
    """How one writes the access to each leaf of `tree`, in the order of `leaves`.

    >>> paths({"w": [1.0, 2.0], "b": 3.0}, "params")
    ["params['w'][0]", "params['w'][1]", "params['b']"]
    """
    container = _open(tree)
    if container is None:
        return [name]
    steps = [name + container.step(key) for key in container.keys(tree)]
    return [path for child, step in zip(container.children(tree), steps, strict=True) for path in paths(child, step)]


def check_same(structure: Structure, tree: Any, name: str = "tree") -> list[Any]:
    """The leaves of `tree` in the order of `structure`, after a check that it has that structure.

    Dicts may have their keys in another order.  The error names the path of the first difference:

    >>> _, structure = flatten({"w": [1.0, (2.0, 3.0)]})
    >>> check_same(structure, {"w": [1.0, 2.0]}, "params")
    Traceback (most recent call last):
        ...
    ValueError: params['w'][1]: expected a tuple of 2, got a float
    """
    found: list[Any] = []
    _check(structure, tree, name, found)
    return found


def _check(structure: Structure, tree: Any, path: str, found: list[Any]) -> None:
    container = _open(tree)
    if structure.type is None and container is None:
        found.append(tree)
        return
    if container is None or structure.type is not type(tree):
        raise ValueError(f"{path}: expected {_describe(structure)}, got {_describe_value(tree)}")
    children = dict(zip(container.keys(tree), container.children(tree), strict=True))
    _check_keys(structure, list(children), container, path)
    for key, child in zip(structure.keys, structure.children, strict=True):
        _check(child, children[key], path + container.step(key), found)


def _check_keys(structure: Structure, keys: list[Hashable], container: _Container, path: str) -> None:
    if container is _SEQUENCE and len(keys) != len(structure.keys):
        raise ValueError(f"{path}: expected {_describe(structure)}, got one of {len(keys)}")
    expected, got = set(structure.keys), set(keys)
    for key in (key for key in structure.keys if key not in got):
        raise ValueError(f"{path}{container.step(key)}: expected, but missing")
    for key in (key for key in keys if key not in expected):
        raise ValueError(f"{path}{container.step(key)}: not expected")


def _describe(structure: Structure) -> str:
    if structure.type is None:
        return "a leaf"
    return _with_article(structure.type.__name__) + f" of {len(structure.keys)}"


def _describe_value(tree: Any) -> str:
    if is_array(tree):
        return "an array"
    return _describe(flatten(tree)[1]) if _open(tree) else _with_article(type(tree).__name__)


def _with_article(noun: str) -> str:
    if noun == "NoneType":
        return "None"
    return f"{'an' if noun[0].lower() in 'aeiou' else 'a'} {noun}"


def ravel(tree: Any) -> tuple[Any, Callable[[Any], Any]]:
    """All floats of `tree` in one flat vector, and the function that turns such a vector into the tree again.

    The vector is double precision at least, as SciPy's optimisers want it, and lies on the device of the leaves.
    `unravel` gives every leaf its own kind, shape and dtype; leaves that are not floats come back unchanged.

    >>> vector, unravel = ravel({"w": np.array([[1.0, 2.0]]), "b": 3.0, "steps": 10})
    >>> vector
    array([1., 2., 3.])
    >>> unravel(vector + 1)
    {'w': array([[2., 3.]]), 'b': 4.0, 'steps': 10}
    """
    values, structure = flatten(tree)
    floats = [leaf for leaf in values if is_float(leaf)]
    xp = array_module(*floats)
    dtype = np.result_type(np.float64, *(np.asarray(x).dtype if not is_array(x) else x.dtype for x in floats))
    parts = [xp.asarray(leaf, dtype).reshape(-1) for leaf in floats]
    vector = xp.concatenate(parts) if parts else np.zeros(0, dtype)

    def unravel(new: Any) -> Any:
        if np.shape(new) != vector.shape:
            raise ValueError(f"expected a vector of shape {vector.shape}, got one of shape {np.shape(new)}")
        cut = _Cutter(new)
        return unflatten(structure, [cut.like(leaf) if is_float(leaf) else leaf for leaf in values])

    return vector, unravel


class _Cutter:
    """Cuts one leaf after the other off a flat vector."""

    def __init__(self, vector: Any) -> None:
        self.vector = vector
        self.at = 0

    def like(self, leaf: Any) -> Any:
        start = self.at
        self.at += leaf.size if is_array(leaf) else 1
        part = self.vector[start : self.at]
        if not np.iscomplexobj(leaf):
            part = part.real  # the vector is complex if any leaf is
        if is_array(leaf):
            return part.reshape(leaf.shape).astype(leaf.dtype)  # a copy: SciPy writes into its vectors
        if isinstance(leaf, np.generic):
            return leaf.dtype.type(part[0])
        return complex(part[0]) if isinstance(leaf, complex) else float(part[0])
