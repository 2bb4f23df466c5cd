import numpy as np


def chain_energy_grad(x):
    t = x[1:] - x[:-1] - 1.0
    x_bar = np.zeros_like(x)
    x_bar[:-1] -= t  # return 0.5 * (x[i + 1] - x[i] - 1.0) ** 2
    x_bar[1:] += t
    return x_bar
