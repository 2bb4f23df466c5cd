import numpy as np


def positive_part_grad(x):
    kept = []
    for t in range(len(x)):
        value = x[t]
        if value < 0.0:
            t_2 = False
            t_1 = None
        else:
            t_1 = value > 3.0
            t_2 = True if t_1 else False
        kept.append((t_1, t))
        if t_2:
            break
    x_bar = np.zeros_like(x)
    for t, t_1 in reversed(kept):
        value = x[t_1]
        if value < 0.0:
            value_bar = 0.0
        else:
            value_bar = 0.0 if t else 1.5 * value**0.5
        x_bar[t_1] += value_bar  # for value in x:
    return x_bar
