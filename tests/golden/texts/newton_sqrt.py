import numpy as np


def newton_sqrt_grad(a):
    x_kept = []
    x = a
    while abs(x * x - a) > 1e-12:
        x_1 = 0.5 * (x + a / x)
        x_kept.append(x)
        x = x_1
    x_bar = 1.0
    a_bar = 0.0
    for x in reversed(x_kept):
        x_bar = 0.5 * x_bar  # x = 0.5 * (x + a / x)
        a_bar = a_bar + x_bar / x
        x_bar = x_bar - x_bar * (a / x) / x
    a_bar = a_bar + x_bar
    return a_bar
