import numpy as np


def grad_quartic_grad(x):
    x_bar = 36.0 * x**2  # return 3.0 * x**4 - x**2 + 2.0
    x_bar = x_bar + -2.0
    return x_bar
