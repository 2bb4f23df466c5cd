"""Programs whose first gradient is timed: small ones, and fifty lines of the kinds that numerical programs have."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np


def sines(x):
    return np.sum(np.sin(x) * x)


def halved(x):
    return 0.5 * x


def logistic(x, trips):
    for _ in range(trips):
        x = 3.7 * x * (1.0 - x)
    return x


def network(params, x, y):
    hidden = np.tanh(x @ params["w"] + params["b"])
    residual = hidden @ params["v"] - y
    return np.mean(residual**2)


def fifty_lines(x, w):
    n = len(x)
    scale = 0.5
    total = 0.0
    y = np.zeros_like(x)
    y[0] = x[0]
    for i in range(1, n):
        previous = y[i - 1]
        if previous > 0.0:
            step = math.tanh(w[0] * previous)
        elif previous < -1.0:
            step = w[1] * previous
        else:
            step = math.sin(previous) + w[2]
        y[i] = step + x[i]
    for i in range(n - 1):
        left = y[i]
        right = y[i + 1]
        difference = right - left
        total += difference * difference
        total += scale * left * right
    z = np.exp(-y * y)
    z += 0.5
    mean = np.mean(z)
    centred = z - mean
    variance = np.mean(centred**2)
    normal = centred / np.sqrt(variance + 1e-3)
    total += np.sum(normal[1:] * normal[:-1])
    state = 0.1
    energy = 0.0
    count = 0
    while count < 8:
        velocity = math.cos(state) - w[0] * state
        state = state + 0.05 * velocity
        energy += velocity * velocity
        if energy > 100.0:
            break
        count += 1
    total += energy
    kept = []
    for i in range(3):
        part = w[i] * state
        kept.append(part)
    for part in kept:
        total += part * part
    z[0] = total
    z[1:] *= scale
    penalty = 0.0
    for weight in w:
        penalty += abs(weight)
    ratio = np.sum(z) / (1.0 + penalty)
    clipped = np.maximum(y, 0.1 * y)
    total += np.dot(clipped, x) + ratio
    return total + 0.01 * penalty


def parameters() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    return {"w": rng.normal(size=(4, 8)), "b": np.zeros(8), "v": rng.normal(size=8)}


PROGRAMS: dict[str, tuple[Callable[..., Any], Callable[[], tuple[Any, ...]]]] = {
    "sines": (sines, lambda: (np.linspace(-1.0, 1.0, 20),)),
    "logistic": (logistic, lambda: (0.3, 100)),
    "network": (network, lambda: (parameters(), np.ones((16, 4)), np.ones(16))),
    "fifty_lines": (fifty_lines, lambda: (np.linspace(-1.0, 1.0, 20), np.array([0.3, -0.2, 0.7]))),
}
