import numpy as np


def roughness_grad(x):
    x_bar = np.zeros_like(x)
    for i in reversed(range(len(x) - 1)):
        t = i + 1
        t_1 = 2.0 * (x[t] - x[i])  # s += (x[i + 1] - x[i]) ** 2
        x_bar[i] -= t_1
        x_bar[t] += t_1
    return x_bar
