import numpy as np


def grad_newton_sqrt_grad(a):
    x_kept = []
    x_kept_1 = []
    x = a
    while abs(x * x - a) > 1e-12:
        x_1 = 0.5 * (x + a / x)
        x_kept.append(x)
        x_kept_1.append(x)
        x = x_1
    x_bar_kept = []
    x_bar = 1.0
    for x in reversed(x_kept):
        x_bar_1 = 0.5 * x_bar  # x = 0.5 * (x + a / x)
        x_bar_1 = x_bar_1 - x_bar_1 * (a / x) / x
        x_bar_kept.append(x_bar)
        x_bar = x_bar_1
    t = []
    x_bar_bar = 1.0
    a_bar = 0.0
    for x, x_bar in zip(x_kept, reversed(x_bar_kept)):
        t_1 = a / x
        x_bar = 0.5 * x_bar
        t_2 = -x_bar_bar
        t_3 = t_2 / x
        x_bar_1 = -t_2 * (x_bar * t_1 / x) / x
        x_bar_bar = x_bar_bar + t_3 * t_1
        t_2 = t_3 * x_bar
        x_bar_bar = x_bar_bar + 1.0 / x
        x_bar = x_bar_1 - x_bar / x / x
        x_bar_bar = 0.5 * x_bar_bar
        a_bar = a_bar + t_2 / x
        x_bar = x_bar - t_2 * t_1 / x
        t.append(x_bar)
    x_bar = 0.0
    for x_bar_1, x in zip(reversed(t), reversed(x_kept_1)):
        t = 0.5 * x_bar
        x_bar = x_bar_1 + t
        a_bar = a_bar + t / x
        x_bar = x_bar - t * (a / x) / x
    a_bar = a_bar + x_bar
    return a_bar
