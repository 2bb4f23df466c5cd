"""The `statistics` of Python: exact sums of the items of a list or of the entries of an array."""

from __future__ import annotations

import statistics

from tensor.registry import derivative, linear, normal

SAMPLES = [lambda: ([0.5, -1.5, 2.0],), lambda: (normal(4),)]


def spread_evenly(g, ans, data):
    return [g / len(data) for _ in data] if isinstance(data, (list, tuple)) else g / len(data) + 0.0 * data


linear(statistics.mean, sequence=True, transpose=spread_evenly, at=SAMPLES)
linear(statistics.fmean, sequence=True, transpose=spread_evenly, at=SAMPLES)


def deviations(g, data, count):
    center = statistics.fmean(data)
    if isinstance(data, (list, tuple)):
        return [g * 2.0 * (item - center) / count for item in data]
    return g * 2.0 * (data - center) / count


def variance_pullback(g, ans, data):
    return deviations(g, data, len(data) - 1)


def pvariance_pullback(g, ans, data):
    return deviations(g, data, len(data))


def stdev_pullback(g, ans, data):
    return deviations(g / (2.0 * ans) if ans != 0 else 0.0 * g, data, len(data) - 1)


def pstdev_pullback(g, ans, data):
    return deviations(g / (2.0 * ans) if ans != 0 else 0.0 * g, data, len(data))


@derivative(statistics.variance, pullback=variance_pullback, sequence=True, at=SAMPLES)
def variance_pushforward(g, ans, data):
    return sum([d * s for d, s in zip(g, variance_pullback(1.0, ans, data), strict=True)])


@derivative(statistics.pvariance, pullback=pvariance_pullback, sequence=True, at=SAMPLES)
def pvariance_pushforward(g, ans, data):
    return sum([d * s for d, s in zip(g, pvariance_pullback(1.0, ans, data), strict=True)])


@derivative(statistics.stdev, pullback=stdev_pullback, sequence=True, at=SAMPLES)
def stdev_pushforward(g, ans, data):
    return sum([d * s for d, s in zip(g, stdev_pullback(1.0, ans, data), strict=True)])


@derivative(statistics.pstdev, pullback=pstdev_pullback, sequence=True, at=SAMPLES)
def pstdev_pushforward(g, ans, data):
    return sum([d * s for d, s in zip(g, pstdev_pullback(1.0, ans, data), strict=True)])
