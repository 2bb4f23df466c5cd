import numpy as np


def roughness_grad(x):
    t = 2.0 * (x[1:] - x[:-1])  # s += (x[i + 1] - x[i]) ** 2
    x_bar = np.zeros_like(x)
    x_bar[:-1] -= t
    x_bar[1:] += t
    return x_bar
