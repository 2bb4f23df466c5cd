import numpy as np


def logistic_map_grad(r):
    x_kept = []
    x = 0.3
    for _ in range(20):
        x_1 = r * x * (1.0 - x)
        x_kept.append(x)
        x = x_1
    x_bar = 1.0
    r_bar = 0.0
    for x in reversed(x_kept):
        t = x_bar * (1.0 - x)  # x = r * x * (1.0 - x)
        x_bar = -x_bar * (r * x)
        r_bar = r_bar + t * x
        x_bar = x_bar + t * r
    return r_bar
