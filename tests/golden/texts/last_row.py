from tensor.runtime import unbroadcast
import numpy as np


def last_row_grad(x):
    y = np.empty((3, x.size))
    y[0] = x
    kept = []
    for i in range(1, 3):
        t = np.sin(y[i - 1])
        t_1 = t * x
        t_2 = t_1.shape
        y[i] = t_1
        kept.append((t, t_2))
    y_bar = np.zeros_like(y)
    y_bar[-1] += 1.0  # return y[-1].sum()
    x_bar = np.zeros_like(x)
    for i, (t, t_1) in zip(reversed(range(1, 3)), reversed(kept)):
        t_2 = i - 1
        t_3 = y[t_2]
        t_2 = y_bar[t_2]
        t_1 = np.copy(unbroadcast(y_bar[i], t_1))  # y[i] = np.sin(y[i - 1]) * x
        y_bar[i] = 0.0
        t_4 = unbroadcast(t_1 * x, t)
        x_bar += unbroadcast(t_1 * t, x)
        t_2 += t_4 * np.cos(t_3)
    t = np.copy(unbroadcast(y_bar[0], x))  # y[0] = x
    y_bar[0] = 0.0
    x_bar += t
    return x_bar
