"""Iterators of the library and of the user's classes, as the Python functions that they are: they are followed.

for k in itertools.count(2, x): ...     runs the loop's body at the yield of `count(2, x)`
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from transforms.lower.calls import closures
from transforms.lower.intrinsics.handler import Handler
from transforms.lower.state.lowering import Lowering
from transforms.lower.values import Closure


def count(start: Any = 0, step: Any = 1) -> Iterator[Any]:
    """itertools.count."""
    while True:
        yield start
        start = start + step


def repeat(item: Any, times: Any = None) -> Iterator[Any]:
    """itertools.repeat."""
    if times is None:
        while True:
            yield item
    for _ in range(times):
        yield item


def cycle(items: Any) -> Iterator[Any]:
    """itertools.cycle."""
    held = list(items)
    while True:
        yield from held


def takewhile(predicate: Any, items: Any) -> Iterator[Any]:
    """itertools.takewhile."""
    for item in items:
        if not predicate(item):
            break
        yield item


def dropwhile(predicate: Any, items: Any) -> Iterator[Any]:
    """itertools.dropwhile."""
    dropping = True
    for item in items:
        if dropping and predicate(item):
            continue
        dropping = False
        yield item


def filterfalse(predicate: Any, items: Any) -> Iterator[Any]:
    """itertools.filterfalse."""
    for item in items:
        if not (item if predicate is None else predicate(item)):
            yield item


def starmap(function: Any, rows: Any) -> Iterator[Any]:
    """itertools.starmap."""
    for row in rows:
        yield function(*row)


def islice(items: Any, stop: Any) -> Iterator[Any]:
    """itertools.islice up to a position: no item beyond it is asked for."""
    if stop > 0:
        taken = 0
        for item in items:
            yield item
            taken += 1
            if taken >= stop:
                break


def ndindex(*shape: Any) -> Iterator[Any]:
    """np.ndindex."""
    extents = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple) else shape
    count = 1
    for extent in extents:
        count = count * extent
    for number in range(count):
        rest = number
        index: tuple[Any, ...] = ()
        for extent in reversed(extents):
            index = (rest % extent, *index)
            rest = rest // extent
        yield index


def ndenumerate(array: Any) -> Iterator[Any]:
    """np.ndenumerate."""
    for index in ndindex(array.shape):
        yield index, array[index]


def from_next(iterator: Any) -> Iterator[Any]:
    """The items of an object with a method `__next__`."""
    while True:
        try:
            item = iterator.__next__()
        except StopIteration:
            return
        yield item


def from_getitem(sequence: Any) -> Iterator[Any]:
    """The items of an object that has `__getitem__` alone."""
    position = 0
    while True:
        try:
            item = sequence[position]
        except IndexError:
            return
        yield item
        position += 1


def generated(lo: Lowering, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """An iterator over what one of these functions yields."""
    closure: Closure = closures.template_closure(fn)
    return lo.iterator("generator", (closure, args, kwargs))


def generating(fn: Callable[..., Any]) -> Handler:
    """A function of itertools as the generator that it is."""
    return lambda lo, args, kwargs, node: generated(lo, fn, *args, **kwargs)


HANDLERS: dict[Any, Handler] = {
    itertools.count: generating(count),
    itertools.repeat: generating(repeat),
    itertools.cycle: generating(cycle),
    itertools.takewhile: generating(takewhile),
    itertools.dropwhile: generating(dropwhile),
    itertools.starmap: generating(starmap),
    itertools.filterfalse: generating(filterfalse),
    np.ndindex: generating(ndindex),
    np.ndenumerate: generating(ndenumerate),
}
