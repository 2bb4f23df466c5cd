import numpy as np


def quartic_value_and_grad(x):
    x_bar = -2.0 * x  # return 3.0 * x**4 - x**2 + 2.0
    x_bar = x_bar + 12.0 * x**3
    return 3.0 * x**4 - x**2 + 2.0, x_bar
