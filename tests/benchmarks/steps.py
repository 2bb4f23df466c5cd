"""Simulations in time steps: a stencil in place, Runge and Kutta's method on a small state."""

import numpy as np

from tests.benchmarks.workload import Workload

scan = None  # JAX's, where a text is given to JAX


def heat(u, target):
    u = u.copy()
    for _ in range(50):
        u[1:-1, 1:-1] += 0.2 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4.0 * u[1:-1, 1:-1])
    r = u - target
    return 0.5 * np.sum(r * r)


def heat_in_jax(u, target):
    def step(u, _):
        flow = u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4.0 * u[1:-1, 1:-1]
        return u.at[1:-1, 1:-1].add(0.2 * flow), None

    u, _ = scan(step, u, None, length=50)
    r = u - target
    return 0.5 * np.sum(r * r)


def heat_in_torch(u, target):
    u = u.clone()
    for _ in range(50):
        u[1:-1, 1:-1] += 0.2 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4.0 * u[1:-1, 1:-1])
    r = u - target
    return 0.5 * np.sum(r * r)


def heat_with_frames(u, target):
    for _ in range(50):
        inner = u[1:-1, 1:-1] + 0.2 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4.0 * u[1:-1, 1:-1])
        rows = np.concatenate([u[1:-1, :1], inner, u[1:-1, -1:]], axis=1)
        u = np.concatenate([u[:1], rows, u[-1:]], axis=0)
    r = u - target
    return 0.5 * np.sum(r * r)


def heat_by_hand(u, target):
    u = u.copy()
    for _ in range(50):
        u[1:-1, 1:-1] += 0.2 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4.0 * u[1:-1, 1:-1])
    u_bar = u - target
    for _ in range(50):
        flow = 0.2 * u_bar[1:-1, 1:-1]
        u_bar[:-2, 1:-1] += flow
        u_bar[2:, 1:-1] += flow
        u_bar[1:-1, :-2] += flow
        u_bar[1:-1, 2:] += flow
        u_bar[1:-1, 1:-1] -= 4.0 * flow
    return u_bar


def field(y, p):
    return np.array([p[0] * y[0] - p[1] * y[0] * y[1], p[3] * y[0] * y[1] - p[2] * y[1]])


def populations(y, p):
    h = 0.05
    for _ in range(100):
        k1 = field(y, p)
        k2 = field(y + 0.5 * h * k1, p)
        k3 = field(y + 0.5 * h * k2, p)
        k4 = field(y + h * k3, p)
        y = y + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    return np.sum(y * y)


def field_of_tensors(y, p):
    return np.stack([p[0] * y[0] - p[1] * y[0] * y[1], p[3] * y[0] * y[1] - p[2] * y[1]])


def populations_of_tensors(y, p):
    h = 0.05
    for _ in range(100):
        k1 = field_of_tensors(y, p)
        k2 = field_of_tensors(y + 0.5 * h * k1, p)
        k3 = field_of_tensors(y + 0.5 * h * k2, p)
        k4 = field_of_tensors(y + h * k3, p)
        y = y + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    return np.sum(y * y)


def populations_in_jax(y, p):
    h = 0.05

    def step(y, _):
        k1 = field(y, p)
        k2 = field(y + 0.5 * h * k1, p)
        k3 = field(y + 0.5 * h * k2, p)
        k4 = field(y + h * k3, p)
        return y + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4), None

    y, _ = scan(step, y, None, length=100)
    return np.sum(y * y)


def field_backward(y, p, g, p_bar):
    a, b = g[0] * y[0], g[1] * y[1]
    p_bar += [a, -a * y[1], -b, b * y[0]]
    return np.array([g[0] * (p[0] - p[1] * y[1]) + p[3] * b, (p[3] * y[0] - p[2]) * g[1] - p[1] * a])


def populations_by_hand(y, p):
    h = 0.05
    kept = []
    for _ in range(100):
        k1 = field(y, p)
        y2 = y + 0.5 * h * k1
        k2 = field(y2, p)
        y3 = y + 0.5 * h * k2
        k3 = field(y3, p)
        y4 = y + h * k3
        k4 = field(y4, p)
        kept.append((y, y2, y3, y4))
        y = y + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    y_bar = 2.0 * y
    p_bar = np.zeros_like(p)
    for y, y2, y3, y4 in reversed(kept):
        sixth = h / 6.0 * y_bar
        y4_bar = field_backward(y4, p, sixth, p_bar)
        y3_bar = field_backward(y3, p, 2.0 * sixth + h * y4_bar, p_bar)
        y2_bar = field_backward(y2, p, 2.0 * sixth + 0.5 * h * y3_bar, p_bar)
        y_bar = y_bar + y4_bar + y3_bar + y2_bar + field_backward(y, p, sixth + 0.5 * h * y2_bar, p_bar)
    return y_bar, p_bar


def plates():
    rng = np.random.default_rng(9)
    return rng.normal(size=(64, 64)), rng.normal(size=(64, 64))


WORKLOADS = (
    Workload(
        "heat_in_place",
        heat,
        heat_by_hand,
        plates,
        variants={"jax": heat_in_jax, "jaxjit": heat_in_jax, "torch": heat_in_torch, "autograd": heat_with_frames},
    ),
    Workload(
        "runge_kutta",
        populations,
        populations_by_hand,
        lambda: (np.array([1.0, 0.8]), np.array([1.1, 0.4, 0.4, 0.1])),
        argnums=(0, 1),
        variants={"jax": populations_in_jax, "jaxjit": populations_in_jax, "torch": populations_of_tensors},
    ),
)
