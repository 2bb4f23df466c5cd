"""Whole-array expressions: elementwise chains, broadcasting, second derivatives."""

import numpy as np

from tests.benchmarks.workload import Workload

try:
    from scipy.special import erf
except ImportError:  # the workload that needs it is then left out
    erf = None


def mixture(x):
    y = np.sin(x) * np.exp(-x * x)
    z = np.tanh(y) + y * x
    return np.sum(z * z / (1.0 + y * y))


def mixture_by_hand(x):
    s, e = np.sin(x), np.exp(-x * x)
    y = s * e
    t = np.tanh(y)
    z = t + y * x
    q = 1.0 + y * y
    z_bar = 2.0 * z / q
    y_bar = z_bar * (1.0 - t * t + x) - z_bar * z * y / q
    return y_bar * e * (np.cos(x) - 2.0 * x * s) + z_bar * y


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def rosenbrock_by_hand(x):
    d = x[1:] - x[:-1] ** 2
    x_bar = np.zeros_like(x)
    x_bar[1:] = 200.0 * d
    x_bar[:-1] -= 400.0 * x[:-1] * d + 2.0 * (1.0 - x[:-1])
    return x_bar


def rosenbrock_hvp_by_hand(x, v):
    out = np.zeros_like(x)
    out[1:] = 200.0 * (v[1:] - 2.0 * x[:-1] * v[:-1])
    out[:-1] += (1200.0 * x[:-1] ** 2 - 400.0 * x[1:] + 2.0) * v[:-1] - 400.0 * x[:-1] * v[1:]
    return out


def rosenbrock_hessian_by_hand(x):
    n = len(x)
    h = np.zeros((n, n))
    i = np.arange(n - 1)
    h[i, i] = 1200.0 * x[:-1] ** 2 - 400.0 * x[1:] + 2.0
    h[i + 1, i + 1] += 200.0
    h[i, i + 1] = h[i + 1, i] = -400.0 * x[:-1]
    return h


def black_scholes(spot, strike, time, rate, vol):
    spread = vol * np.sqrt(time)
    d1 = (np.log(spot / strike) + (rate + 0.5 * vol * vol) * time) / spread
    d2 = d1 - spread
    p1 = 0.5 * (1.0 + erf(d1 / 2.0**0.5))
    p2 = 0.5 * (1.0 + erf(d2 / 2.0**0.5))
    return np.sum(spot * p1 - strike * np.exp(-rate * time) * p2)


def greeks_by_hand(spot, strike, time, rate, vol):
    spread = vol * np.sqrt(time)
    d1 = (np.log(spot / strike) + (rate + 0.5 * vol * vol) * time) / spread
    delta = 0.5 * (1.0 + erf(d1 / 2.0**0.5))
    vega = spot * np.exp(-0.5 * d1 * d1) * np.sqrt(time / (2.0 * np.pi))
    return delta, vega


def pair_energy(x, eye):
    d = x[:, None, :] - x[None, :, :]
    r = np.sum(d * d, axis=2) + 10.0 * eye
    c = 1.0 / (r * r * r)
    return np.sum(c * c - c)


def pair_energy_by_hand(x, eye):
    d = x[:, None, :] - x[None, :, :]
    r = np.sum(d * d, axis=2) + 10.0 * eye
    c = 1.0 / (r * r * r)
    r_bar = (2.0 * c - 1.0) * -3.0 * c / r
    d_bar = 2.0 * r_bar[:, :, None] * d
    return d_bar.sum(axis=1) - d_bar.sum(axis=0)


def normal(*shape):
    return np.random.default_rng(len(shape)).normal(size=shape)


def hvp_args():
    return normal(10_000), normal(10_000, 1)[:, 0]


def market():
    rng = np.random.default_rng(3)
    n = 100_000
    return rng.uniform(80, 120, n), rng.uniform(80, 120, n), rng.uniform(0.2, 2, n), 0.03, rng.uniform(0.1, 0.5, n)


WORKLOADS = (
    Workload("elementwise_small", mixture, mixture_by_hand, lambda: (normal(10),)),
    Workload("elementwise_large", mixture, mixture_by_hand, lambda: (normal(200_000),)),
    Workload("rosenbrock_grad", rosenbrock, rosenbrock_by_hand, lambda: (normal(1000),)),
    Workload("rosenbrock_hvp", rosenbrock, rosenbrock_hvp_by_hand, hvp_args, kind="hvp"),
    Workload("rosenbrock_hessian", rosenbrock, rosenbrock_hessian_by_hand, lambda: (normal(30),), kind="hessian"),
    Workload("pair_energy", pair_energy, pair_energy_by_hand, lambda: (2.0 * normal(60, 3), np.eye(60))),
    *([Workload("black_scholes", black_scholes, greeks_by_hand, market, argnums=(0, 4))] if erf else []),
)
