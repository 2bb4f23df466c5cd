"""Loops over the elements of arrays: reads, writes in place, gathers, lists of arrays."""

import math

import numpy as np

from tests.benchmarks.workload import Workload


def roughness(x):
    s = 0.0
    for i in range(len(x) - 1):
        s += (x[i + 1] - x[i]) ** 2
    return s


def roughness_by_hand(x):
    x_bar = np.zeros_like(x)
    for i in range(len(x) - 1):
        d_bar = 2.0 * (x[i + 1] - x[i])
        x_bar[i + 1] += d_bar
        x_bar[i] -= d_bar
    return x_bar


def gather(w, index, x):
    s = 0.0
    for i in range(len(index)):
        s += w[index[i]] * w[index[i]] * x[i]
    return s


def gather_by_hand(w, index, x):
    w_bar = np.zeros_like(w)
    for i in range(len(index)):
        k = index[i]
        w_bar[k] += 2.0 * w[k] * x[i]
    return w_bar


def filtered(x, a):
    y = np.zeros_like(x)
    y[0] = x[0]
    for i in range(1, len(x)):
        y[i] = math.tanh(a * y[i - 1]) + x[i]
    return np.sum(y)


def filtered_as_list(x, a):
    y = [x[0]]
    for i in range(1, len(x)):
        y.append(np.tanh(a * y[-1]) + x[i])
    return np.sum(np.stack(y))


def filtered_by_hand(x, a):
    y = np.zeros_like(x)
    y[0] = x[0]
    for i in range(1, len(x)):
        y[i] = math.tanh(a * y[i - 1]) + x[i]
    y_bar = np.ones_like(y)
    for i in range(len(x) - 1, 0, -1):
        t = math.tanh(a * y[i - 1])
        y_bar[i - 1] += y_bar[i] * (1.0 - t * t) * a
    return y_bar  # y[i] = ... + x[i]: the bars of x are those of y


def accumulated(x):
    y = x.copy()
    for i in range(1, len(y)):
        y[i] += 0.5 * math.sin(y[i - 1])
    return np.sum(y * y)


def accumulated_as_list(x):
    y = [x[0]]
    for i in range(1, len(x)):
        y.append(x[i] + 0.5 * np.sin(y[-1]))
    y = np.stack(y)
    return np.sum(y * y)


def accumulated_by_hand(x):
    y = x.copy()
    for i in range(1, len(y)):
        y[i] += 0.5 * math.sin(y[i - 1])
    y_bar = 2.0 * y
    for i in range(len(y) - 1, 0, -1):
        y_bar[i - 1] += 0.5 * math.cos(y[i - 1]) * y_bar[i]
    return y_bar


def cell(w, v, x, h):
    return np.tanh(w @ x + v @ h)


def recurrent(w, v, xs, h):
    total = 0.0
    for t in range(len(xs)):
        h = cell(w, v, xs[t], h)
        total += np.sum(h * h)
    return total


def recurrent_by_hand(w, v, xs, h):
    kept = [h]
    for x in xs:
        kept.append(np.tanh(w @ x + v @ kept[-1]))
    w_bar, v_bar = np.zeros_like(w), np.zeros_like(v)
    h_bar = np.zeros_like(h)
    for t in range(len(xs) - 1, -1, -1):
        h = kept[t + 1]
        a_bar = (h_bar + 2.0 * h) * (1.0 - h * h)
        w_bar += np.outer(a_bar, xs[t])
        v_bar += np.outer(a_bar, kept[t])
        h_bar = v.T @ a_bar
    return w_bar, v_bar


def vector(n):
    return 0.5 * np.random.default_rng(n).normal(size=n)


def gather_args():
    rng = np.random.default_rng(1)
    return rng.normal(size=200), rng.integers(0, 200, size=500), rng.normal(size=500)


def recurrent_args():
    rng = np.random.default_rng(2)
    return 0.3 * rng.normal(size=(16, 8)), 0.2 * rng.normal(size=(16, 16)), rng.normal(size=(50, 8)), np.zeros(16)


SLOW = frozenset({"jax", "jaxjit"})

WORKLOADS = (
    Workload("element_loop", roughness, roughness_by_hand, lambda: (vector(500),), skip=SLOW),
    Workload("element_loop_long", roughness, roughness_by_hand, lambda: (vector(20_000),), skip=SLOW | {"autograd"}),
    Workload("element_gather", gather, gather_by_hand, gather_args, skip=SLOW),
    Workload(
        "recurrence_in_place",
        filtered,
        filtered_by_hand,
        lambda: (vector(500), 0.7),
        variants={"peers": filtered_as_list},
        skip=SLOW,
    ),
    Workload(
        "read_modify_write",
        accumulated,
        accumulated_by_hand,
        lambda: (vector(500),),
        variants={"peers": accumulated_as_list},
        skip=SLOW,
    ),
    Workload("recurrent_network", recurrent, recurrent_by_hand, recurrent_args, argnums=(0, 1)),
)
