import numpy as np


def polynomial_grad(coefficients, x):
    coefficients_0 = coefficients[0]
    coefficients_1 = coefficients[1]
    y = 0.0 * x + coefficients_0
    y_1 = y * x + coefficients_1
    y_bar = x * x  # y = y * x + c
    x_bar = y_1 + x * y
    x_bar = x_bar + 0.0 * y_bar
    return (y_bar, x, 1.0), x_bar
