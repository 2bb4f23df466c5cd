import numpy as np


def grad_logistic_map_grad(r):
    x_kept = []
    x_kept_1 = []
    x = 0.3
    for _ in range(20):
        x_1 = r * x * (1.0 - x)
        x_kept.append(x)
        x_kept_1.append(x)
        x = x_1
    x_bar_kept = []
    x_bar = 1.0
    for x in reversed(x_kept):
        x_bar_1 = -x_bar * (r * x)  # x = r * x * (1.0 - x)
        x_bar_1 = x_bar_1 + x_bar * (1.0 - x) * r
        x_bar_kept.append(x_bar)
        x_bar = x_bar_1
    t = []
    x_bar_bar = 0.0
    r_bar = 0.0
    for x, x_bar in zip(x_kept, reversed(x_bar_kept)):
        t_1 = 1.0 - x
        t_2 = x_bar * t_1
        r_bar = r_bar + x_bar_bar * t_2
        t_3 = x_bar_bar * r + x
        t_4 = -x_bar_bar
        x_bar_bar = t_4 * (r * x)
        t_4 = t_4 * x_bar
        x_bar_bar = x_bar_bar + t_3 * t_1
        x_bar = t_2 - t_3 * x_bar
        r_bar = r_bar + t_4 * x
        x_bar = x_bar + t_4 * r
        t.append(x_bar)
    x_bar = 0.0
    for x_bar_1, x in zip(reversed(t), reversed(x_kept_1)):
        t = x_bar * (1.0 - x)
        x_bar = x_bar_1 - x_bar * (r * x)
        r_bar = r_bar + t * x
        x_bar = x_bar + t * r
    return r_bar
