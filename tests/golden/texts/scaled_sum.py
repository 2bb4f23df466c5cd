import numpy as np


def scaled_sum_grad(x):
    scale = np.sum(x)
    value = x[0]
    t = value / scale
    value = x[1]
    t_1 = value / scale
    value_bar = t / scale  # return value / scale
    scale_bar = -t * t_1 / scale
    x_bar = np.zeros_like(x)
    x_bar[1] += value_bar  # return scaled(x[0]) * scaled(x[1])
    value_bar = t_1 / scale  # return value / scale
    scale_bar = scale_bar - t_1 * t / scale
    x_bar[0] += value_bar  # return scaled(x[0]) * scaled(x[1])
    x_bar += scale_bar  # scale = np.sum(x)
    return x_bar
