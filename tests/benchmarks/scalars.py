"""Python floats and `math`: no array in sight."""

import math

from tests.benchmarks.workload import Workload


def chain(x):
    a = math.sin(x) * x
    b = math.exp(-a * a)
    c = math.sqrt(1.0 + b)
    d = a / c + math.log(1.0 + a * a)
    e = math.tanh(d - b)
    return e * c + 0.1 * d * d


def chain_by_hand(x):
    s = math.sin(x)
    a = s * x
    b = math.exp(-a * a)
    c = math.sqrt(1.0 + b)
    q = 1.0 + a * a
    d = a / c + math.log(q)
    e = math.tanh(d - b)
    t_bar = c * (1.0 - e * e)
    d_bar = 0.2 * d + t_bar
    c_bar = e - d_bar * a / (c * c)
    b_bar = 0.5 * c_bar / c - t_bar
    a_bar = d_bar / c + d_bar * 2.0 * a / q - 2.0 * a * b * b_bar
    return a_bar * (s + x * math.cos(x))


def trips(x):
    s = x
    for _ in range(1000):
        s = math.sin(s) + 0.3 * x
    return s


def trips_by_hand(x):
    s = x
    kept = []
    for _ in range(1000):
        kept.append(s)
        s = math.sin(s) + 0.3 * x
    s_bar = 1.0
    x_bar = 0.0
    for s in reversed(kept):
        x_bar += 0.3 * s_bar
        s_bar *= math.cos(s)
    return x_bar + s_bar


def cube_root(a):
    x = a
    while abs(x * x * x - a) > 1e-12:
        x = x - (x * x * x - a) / (3.0 * x * x)
    return x


def cube_root_by_hand(a):
    x = a
    kept = []
    while abs(x * x * x - a) > 1e-12:
        kept.append(x)
        x = x - (x * x * x - a) / (3.0 * x * x)
    x_bar = 1.0
    a_bar = 0.0
    for x in reversed(kept):
        a_bar += x_bar / (3.0 * x * x)
        x_bar *= (2.0 - 2.0 * a / (x * x * x)) / 3.0
    return a_bar + x_bar


def power(x, n):
    if n == 0:
        return 1.0
    half = power(x, n // 2)
    return half * half * x if n % 2 else half * half


def recursion(x):
    return power(math.sin(x) + 1.0, 13) / power(x + 1.0, 6)


def recursion_by_hand(x):
    u, v = math.sin(x) + 1.0, x + 1.0
    return 13.0 * u**12 * math.cos(x) / v**6 - 6.0 * u**13 / v**7


def wave(x):
    return x * math.sin(x)


def wave_derivative(n):
    def derivative(x):
        return x * math.sin(x + n * math.pi / 2) + n * math.sin(x + (n - 1) * math.pi / 2)

    return derivative


WORKLOADS = (
    Workload("scalar_chain", chain, chain_by_hand, lambda: (0.7,)),
    Workload("scalar_loop", trips, trips_by_hand, lambda: (0.7,)),
    Workload("scalar_while", cube_root, cube_root_by_hand, lambda: (30.0,)),
    Workload("scalar_recursion", recursion, recursion_by_hand, lambda: (0.7,)),
    *(
        Workload(f"nth_{n}", wave, wave_derivative(n), lambda: (0.7,), kind="nth", order=n, skip=frozenset(skip))
        for n, skip in ((2, ()), (4, ()), (6, ("autograd", "torch")))
    ),
)
