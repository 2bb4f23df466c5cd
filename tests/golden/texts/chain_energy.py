import numpy as np


def chain_energy_grad(x):
    x_bar = np.zeros_like(x)
    for i in reversed(range(len(x) - 1)):
        t = i + 1
        t_1 = x[t] - x[i] - 1.0
        x_bar[i] -= t_1  # return 0.5 * (x[i + 1] - x[i] - 1.0) ** 2
        x_bar[t] += t_1
    return x_bar
