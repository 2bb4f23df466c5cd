import numpy as np


def grown_grad(x):
    values = [x]
    values_bar = [0.0]
    kept = []
    for i in range(4):
        t = values[-1]
        t_1 = values[i // 2]
        values.append(t * t_1 + 1.0)
        values_bar.append(0.0)
        kept.append((t_1, t))
    t = values.pop()
    values_bar.pop()
    t_1 = values[1]
    values_bar[1] = values_bar[1] + t  # return values.pop() * values[1]
    values_bar.append(t_1)
    for i, (t, t_1) in zip(reversed(range(4)), reversed(kept)):
        t_2 = i // 2
        t_3 = values_bar.pop()  # values.append(values[-1] * values[i // 2] + 1.0)
        values_bar[t_2] = values_bar[t_2] + t_3 * t_1
        values_bar[-1] = values_bar[-1] + t_3 * t
    x_bar = values_bar[0]  # values = [x]
    return x_bar
