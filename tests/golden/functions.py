"""Functions as users write them, whose derivatives are stored in `texts`."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

# The ten functions that the output was designed on.


def loss(w, x, y):
    h = np.tanh(x @ w)
    return np.mean((h - y) ** 2)


def roughness(x):
    s = 0.0
    for i in range(len(x) - 1):
        s += (x[i + 1] - x[i]) ** 2
    return s


def rollout(theta, x0):
    x = x0
    for _ in range(10):
        x = np.tanh(theta @ x)
    return np.sum(x**2)


def filtered(x, a):
    y = np.zeros_like(x)
    y[0] = x[0]
    for i in range(1, len(x)):
        y[i] = np.tanh(a * y[i - 1]) + x[i]
    return np.sum(y)


def newton_sqrt(a):
    x = a
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x


def huber(r, delta):
    if abs(r) <= delta:
        return 0.5 * r * r
    return delta * (abs(r) - 0.5 * delta)


def layer(w, b, x):
    return np.maximum(w @ x + b, 0.1 * (w @ x + b))


def score(w, b, x):
    for _ in range(3):
        x = layer(w, b, x)
    return x @ x


def affine_energy(scale, shift, x):
    return np.sum((scale * x + shift) ** 2)


# Scalars.


def quartic(x):
    return 3.0 * x**4 - x**2 + 2.0


def height(speed, angle, distance):
    drop = distance / (speed * math.cos(angle))
    return distance * math.tan(angle) - 0.5 * 9.81 * drop * drop


def logistic_map(r):
    x = 0.3
    for _ in range(20):
        x = r * x * (1.0 - x)
    return x


# Loops.


def matrix_vector(a, x):
    total = 0.0
    for i in range(a.shape[0]):
        row = 0.0
        for j in range(a.shape[1]):
            row += a[i, j] * x[j]
        total += row * row
    return total


def polynomial(coefficients, x):
    y = 0.0
    for c in coefficients:
        y = y * x + c
    return y


def positive_part(x):
    total = 0.0
    for value in x:
        if value < 0.0:
            continue
        if value > 3.0:
            break
        total += value**1.5
    return total


# Writes in place, and views.


def cool(start, rate):
    u = start.copy()
    for _ in range(5):
        u[1:-1] += rate * (u[:-2] - 2.0 * u[1:-1] + u[2:])
    return np.sum(u * u)


def through_views(x):
    y = x.reshape(2, -1).copy()
    first, flat = y[0], y.ravel()
    first *= 2.0
    flat[-1] = first[0] * first[1]
    return np.sum(y**2)


def histogram(x, bins, width):
    counts = np.zeros(width)
    np.add.at(counts, bins, np.exp(x))
    return np.sum(np.log(1.0 + counts))


def last_row(x):
    y = np.empty((3, x.size))
    y[0] = x
    for i in range(1, 3):
        y[i] = np.sin(y[i - 1]) * x
    return y[-1].sum()


# Calls, closures, recursion.


def spring(x, i):
    return 0.5 * (x[i + 1] - x[i] - 1.0) ** 2


def chain_energy(x):
    return sum(spring(x, i) for i in range(len(x) - 1))


def power(x, n):
    return x if n == 1 else x * power(x, n - 1)


def fourth(x):
    return power(x, 4)


def scaled_sum(x):
    scale = np.sum(x)

    def scaled(value):
        return value / scale

    return scaled(x[0]) * scaled(x[1])


def composed(x, functions):
    for f in functions:
        x = f(x)
    return x


def softplus(x):
    return math.log1p(math.exp(x))


# Containers.


class Point(NamedTuple):
    x: float
    y: float


@dataclass
class Body:
    mass: float
    speed: np.ndarray


def distance(a, b):
    return math.hypot(a.x - b.x, a.y - b.y)


def kinetic(bodies):
    return sum(0.5 * body.mass * (body.speed @ body.speed) for body in bodies)


def network(params, x, y):
    hidden = np.tanh(x @ params["w"] + params["b"])
    return np.mean((hidden @ params["out"] - y) ** 2)


def grown(x):
    values = [x]
    for i in range(4):
        values.append(values[-1] * values[i // 2] + 1.0)
    return values.pop() * values[1]


# While loops and branches.


def halved(x):
    count = 0
    while x > 1.0:
        x = x / 2.0 if count % 2 else math.sqrt(x)
        count += 1
    return x * count


def piecewise(x):
    return np.sum(np.where(x > 0.0, x**2, np.exp(x) - 1.0))
