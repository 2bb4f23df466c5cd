import numpy as np


def piecewise_grad(x):
    t = x > 0.0
    t_1 = np.full_like(x, 1.0)  # return np.sum(np.where(x > 0.0, x**2, np.exp(x) - 1.0))
    x_bar = np.where(t, 0, t_1) * np.exp(x)
    x_bar += 2.0 * np.where(t, t_1, 0) * x
    return x_bar
