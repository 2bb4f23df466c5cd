"""The benchmarks measure right derivatives: by hand against differences, and ours against those by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tensor.tree import ravel
from tests.benchmarks import arrays, elements, models, scalars, steps
from tests.benchmarks.libraries import drive_ad, error
from tests.benchmarks.workload import Workload

WORKLOADS = [w for module in (scalars, elements, arrays, models, steps) for w in module.WORKLOADS]
FIRST_ORDER = [w for w in WORKLOADS if w.kind == "grad"]


@pytest.mark.parametrize("w", FIRST_ORDER, ids=lambda w: w.name)
def test_gradient_by_hand_is_the_slope(w: Workload) -> None:
    args = w.args()
    argnums = w.argnums if isinstance(w.argnums, tuple) else (w.argnums,)
    point, unravel = ravel([args[k] for k in argnums])
    direction = np.random.default_rng(0).normal(size=point.shape)

    def value(step: float) -> float:
        moved = list(args)
        for k, x in zip(argnums, unravel(point + step * direction), strict=True):
            moved[k] = x
        return float(w.f(*moved))

    gradient = w.hand(*args)
    slope = ravel(gradient)[0] @ direction
    h = 1e-5
    differences = (8.0 * (value(h) - value(-h)) - (value(2 * h) - value(-2 * h))) / (12.0 * h)
    assert slope == pytest.approx(differences, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("w", WORKLOADS, ids=lambda w: w.name)
def test_ours_agrees(w: Workload) -> None:
    assert error(drive_ad(w)(), w.hand(*w.args())) <= w.rtol
