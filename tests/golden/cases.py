"""Which derivative of which function, on which arguments, is stored under which name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import ad
from tests.golden import functions as f
from transforms import derive
from transforms.derive import Derived


@dataclass(frozen=True)
class Case:
    """`fn` at `args`; mode is grad, value_and_grad, jvp, vjp, or grad_grad for the gradient of the gradient."""

    name: str
    fn: Callable[..., Any]
    args: tuple[Any, ...]
    argnums: int | tuple[int, ...] = 0
    mode: str = "grad"

    def derivative(self) -> Any:
        """The derivative as the public API gives it."""
        if self.mode == "grad_grad":
            return ad.grad(ad.grad(self.fn))
        return getattr(ad, self.mode)(self.fn, argnums=self.argnums)

    def derived(self) -> Derived:
        """The text with all that belongs to it."""
        if self.mode == "jvp":
            return derive.tangent(self.fn, self.args, self.active)
        if self.mode == "vjp":
            return derive.split(self.fn, self.args, {})
        return self.derivative().derive(self.args, {})

    @property
    def active(self) -> tuple[int, ...]:
        return self.argnums if isinstance(self.argnums, tuple) else (self.argnums,)


def array(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


CASES = [
    Case("loss", f.loss, (array(4, 3), array(7, 4), array(7, 3))),
    Case("roughness", f.roughness, (array(6),)),
    Case("roughness_jvp", f.roughness, (array(6),), mode="jvp"),
    Case("rollout", f.rollout, (array(5, 5), array(5, seed=1))),
    Case("filtered", f.filtered, (array(6), 0.7)),
    Case("newton_sqrt", f.newton_sqrt, (2.0,)),
    Case("huber", f.huber, (0.3, 1.0)),
    Case("score", f.score, (array(4, 4), array(4), array(4, seed=1)), (0, 1)),
    Case("rollout_jvp", f.rollout, (array(5, 5), array(5, seed=1)), mode="jvp"),
    Case("affine_energy", f.affine_energy, (array(3, 1), array(4), array(3, 4)), (0, 1)),
    Case("quartic", f.quartic, (1.5,), mode="value_and_grad"),
    Case("quartic_second", f.quartic, (1.5,), mode="grad_grad"),
    Case("height", f.height, (12.0, 0.7, 8.0), (0, 1)),
    Case("logistic_map", f.logistic_map, (3.2,)),
    Case("logistic_map_second", f.logistic_map, (3.2,), mode="grad_grad"),
    Case("newton_sqrt_second", f.newton_sqrt, (2.0,), mode="grad_grad"),
    Case("huber_second", f.huber, (0.3, 1.0), mode="grad_grad"),
    Case("matrix_vector", f.matrix_vector, (array(3, 4), array(4)), (0, 1)),
    Case("polynomial", f.polynomial, ((1.0, -2.0, 0.5), 1.3), (0, 1)),
    Case("positive_part", f.positive_part, (np.array([0.5, -1.0, 2.0, 4.0, 1.0]),)),
    Case("cool", f.cool, (array(8), 0.2), (0, 1)),
    Case("through_views", f.through_views, (array(6),)),
    Case("histogram", f.histogram, (array(5), np.array([0, 2, 2, 1, 0]), 3)),
    Case("last_row", f.last_row, (array(4),)),
    Case("chain_energy", f.chain_energy, (array(5),)),
    Case("fourth", f.fourth, (1.3,)),
    Case("scaled_sum", f.scaled_sum, (np.array([1.0, 2.0, 4.0]),)),
    Case("composed", f.composed, (0.4, (f.softplus, f.quartic))),
    Case("distance", f.distance, (f.Point(0.0, 1.0), f.Point(3.0, 5.0))),
    Case("kinetic", f.kinetic, ([f.Body(2.0, array(3)), f.Body(0.5, array(3, seed=1))],)),
    Case("network", f.network, ({"w": array(3, 4), "b": array(4), "out": array(4, seed=1)}, array(9, 3), array(9))),
    Case("grown", f.grown, (0.8,)),
    Case("halved", f.halved, (50.0,)),
    Case("piecewise", f.piecewise, (array(6),)),
    Case("rollout_vjp", f.rollout, (array(5, 5), array(5, seed=1)), mode="vjp"),
]
