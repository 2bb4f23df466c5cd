"""Models fitted to data: networks, regression, mixtures, factorisation, a Gaussian process; parameters as pytrees."""

import numpy as np

from tests.benchmarks.workload import Workload


def network(params, x, y):
    for w, b in params:
        x = np.tanh(x @ w + b)
    return np.mean((x - y) ** 2)


def network_by_hand(params, x, y):
    kept = [x]
    for w, b in params:
        kept.append(np.tanh(kept[-1] @ w + b))
    out = kept[-1] - y
    out_bar = 2.0 / out.size * out
    bars = []
    for k in range(len(params) - 1, -1, -1):
        h = kept[k + 1]
        a_bar = out_bar * (1.0 - h * h)
        bars.append((kept[k].T @ a_bar, a_bar.sum(axis=0)))
        if k:
            out_bar = a_bar @ params[k][0].T
    return bars[::-1]


def network_args(rows, *sizes):
    rng = np.random.default_rng(4)
    params = [
        (rng.normal(size=(m, n)) / np.sqrt(m), 0.1 * rng.normal(size=n))
        for m, n in zip(sizes[:-1], sizes[1:], strict=True)
    ]
    return params, rng.normal(size=(rows, sizes[0])), rng.normal(size=(rows, sizes[-1]))


def logistic(w, x, y):
    margin = y * (x @ w)
    return np.mean(np.log1p(np.exp(-margin))) + 0.005 * np.sum(w * w)


def logistic_by_hand(w, x, y):
    margin_bar = -1.0 / (1.0 + np.exp(y * (x @ w))) / len(y)
    return x.T @ (y * margin_bar) + 0.01 * w


def logistic_args():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(5000, 50))
    return 0.1 * rng.normal(size=50), x, np.sign(x[:, 0] + 0.1)


def likelihood(params, x):
    scaled = (x[:, None, :] - params["means"]) * np.exp(-params["logs"])
    q = params["alphas"] - np.sum(params["logs"], axis=1) - 0.5 * np.sum(scaled * scaled, axis=2)
    top = np.amax(q, axis=1, keepdims=True)
    total = np.sum(top[:, 0] + np.log(np.sum(np.exp(q - top), axis=1)))
    return total - len(x) * np.log(np.sum(np.exp(params["alphas"])))


def likelihood_by_hand(params, x):
    alphas, logs = params["alphas"], params["logs"]
    inverse = np.exp(-logs)
    scaled = (x[:, None, :] - params["means"]) * inverse
    q = alphas - np.sum(logs, axis=1) - 0.5 * np.sum(scaled * scaled, axis=2)
    p = np.exp(q - np.max(q, axis=1, keepdims=True))
    p /= np.sum(p, axis=1, keepdims=True)
    weight = p.sum(axis=0)
    weights = np.exp(alphas)
    weighted = p[:, :, None] * scaled
    return {
        "alphas": weight - len(x) * weights / weights.sum(),
        "means": weighted.sum(axis=0) * inverse,
        "logs": (weighted * scaled).sum(axis=0) - weight[:, None],
    }


def likelihood_args():
    rng = np.random.default_rng(6)
    params = {
        "alphas": rng.normal(size=10),
        "means": rng.normal(size=(10, 5)),
        "logs": 0.1 * rng.normal(size=(10, 5)),
    }
    return params, rng.normal(size=(500, 5))


def factorisation(u, v, ratings, known):
    e = known * (ratings - u @ v.T)
    return 0.5 * np.sum(e * e) + 0.05 * (np.sum(u * u) + np.sum(v * v))


def factorisation_by_hand(u, v, ratings, known):
    e = known * (known * (ratings - u @ v.T))
    return 0.1 * u - e @ v, 0.1 * v - e.T @ u


def factorisation_args():
    rng = np.random.default_rng(7)
    known = (rng.random((200, 150)) < 0.3).astype(float)
    return rng.normal(size=(200, 8)), rng.normal(size=(150, 8)), rng.normal(size=(200, 150)), known


def process(theta, squares, y, eye):
    k = np.exp(theta[0]) * np.exp(-squares * np.exp(theta[1])) + 0.1 * eye
    factor = np.linalg.cholesky(k)
    return 0.5 * np.sum(y * np.linalg.solve(k, y)) + np.sum(np.log(np.diag(factor)))


def process_by_hand(theta, squares, y, eye):
    signal = np.exp(theta[0]) * np.exp(-squares * np.exp(theta[1]))
    inverse = np.linalg.inv(signal + 0.1 * eye)
    a = inverse @ y
    signal_bar = 0.5 * (inverse - np.outer(a, a)) * signal
    return np.array([np.sum(signal_bar), -np.sum(signal_bar * squares) * np.exp(theta[1])])


def process_args():
    rng = np.random.default_rng(8)
    x = rng.normal(size=60)
    return np.array([0.1, -0.2]), (x[:, None] - x) ** 2, np.sin(x), np.eye(60)


WORKLOADS = (
    Workload("network_small", network, network_by_hand, lambda: network_args(4, 8, 16, 1)),
    Workload("network_big", network, network_by_hand, lambda: network_args(128, 784, 256, 10)),
    Workload("logistic_regression", logistic, logistic_by_hand, logistic_args),
    Workload("mixture_likelihood", likelihood, likelihood_by_hand, likelihood_args),
    Workload("factorisation", factorisation, factorisation_by_hand, factorisation_args, argnums=(0, 1)),
    Workload("gaussian_process", process, process_by_hand, process_args, rtol=1e-6),
)
