import numpy as np


def filtered_grad(x, a):
    y = np.zeros_like(x)
    y[0] = x[0]
    t = len(x)
    for i in range(1, t):
        y[i] = np.tanh(a * y[i - 1]) + x[i]
    y_bar = np.full_like(x, 1.0)  # return np.sum(y)
    x_bar = np.zeros_like(x)
    for i in reversed(range(1, t)):
        t = i - 1
        t_1 = np.tanh(a * y[t])
        t_2 = y_bar[i]  # y[i] = np.tanh(a * y[i - 1]) + x[i]
        y_bar[i] = 0.0
        x_bar[i] += t_2
        y_bar[t] += t_2 * (1.0 - t_1 * t_1) * a
    t = y_bar[0]  # y[0] = x[0]
    y_bar[0] = 0.0
    x_bar[0] += t
    return x_bar
