import math
import numpy as np


def composed_grad(x, functions):
    t = math.exp(x)
    x = math.log1p(t)
    x_bar = -2.0 * x  # return 3.0 * x**4 - x**2 + 2.0
    x_bar = x_bar + 12.0 * x**3
    x_bar = x_bar / (1.0 + t) * t  # return math.log1p(math.exp(x))
    return x_bar
