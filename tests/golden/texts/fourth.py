import numpy as np


def fourth_grad(x):
    t = x * x
    x_bar = 2.0 * x * t
    x_bar = x_bar + 2.0 * t * x  # return x if n == 1 else x * power(x, n - 1)
    return x_bar
