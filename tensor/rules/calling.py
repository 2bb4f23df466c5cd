"""NumPy functions that call a function of the user's, as the loops that they are: templates that are followed."""

from __future__ import annotations

import numpy as np

from tensor.registry import stands_for


@stands_for(np.apply_along_axis._implementation.__code__)  # type: ignore[attr-defined]
def along_axis(implementation, func1d, axis, arr, *args, **kwargs):
    """The first call says of which shape and type all results are."""
    moved = np.moveaxis(np.asarray(arr), axis, -1)
    others = moved.shape[:-1]
    rows = np.reshape(moved, (-1, moved.shape[-1]))
    if len(rows) == 0:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    first = np.asarray(func1d(rows[0], *args, **kwargs))
    made = np.zeros((len(rows), *first.shape), dtype=first.dtype)
    made[0] = first
    for i in range(1, len(rows)):
        made[i] = func1d(rows[i], *args, **kwargs)
    made = np.reshape(made, others + first.shape)
    at = axis % moved.ndim
    return np.moveaxis(made, tuple(range(-first.ndim, 0)), tuple(range(at, at + first.ndim)))


@stands_for(np.fromfunction.__code__)
def from_function(implementation, function, shape, *, dtype=float, **kwargs):
    """The function of the arrays of positions, one for each axis."""
    positions = np.indices(shape, dtype=dtype)
    return function(*[positions[axis] for axis in range(len(shape))], **kwargs)
