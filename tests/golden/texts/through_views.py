from tensor.runtime import return_copy
from tensor.runtime import same_view
from tensor.runtime import unbroadcast
import numpy as np


def through_views_grad(x):
    y = np.reshape(x, (2, -1)).copy()
    first = y[0]
    y_bar = np.zeros_like(y)
    first_bar = y_bar[0]
    flat = np.ravel(y)
    flat_bar = np.ravel(y_bar)
    same_view(flat, y, flat_bar, y_bar)
    t = np.copy(first)
    first *= 2.0
    t_1 = first[0]
    t_2 = first[1]
    flat[-1] = t_1 * t_2
    y_bar += 2.0 * y  # return np.sum(y**2)
    t_3 = flat_bar[-1]  # flat[-1] = first[0] * first[1]
    flat_bar[-1] = 0.0
    first_bar[1] += t_3 * t_1
    first_bar[0] += t_3 * t_2
    first_bar[...] = unbroadcast(2.0 * np.copy(first_bar), t)  # first *= 2.0
    return_copy(y_bar, flat_bar)  # first, flat = y[0], y.ravel()
    x_bar = np.reshape(y_bar, x.shape)  # y = x.reshape(2, -1).copy()
    return x_bar
