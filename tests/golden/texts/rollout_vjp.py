from tensor.runtime import check_shapes
import numpy as np


def rollout_forward(theta, x0):
    check_shapes("i_,i", theta, x0)
    x_kept = []
    for _ in range(10):
        x = np.tanh(theta @ x0)
        x_kept.append(x0)
        x0 = x
    return np.sum(x0**2), (np.copy(x0), np.copy(theta), x_kept)


import numpy as np


def rollout_backward(kept, y_bar):
    x, theta, x_kept = kept
    x_bar = 2.0 * y_bar * x  # return np.sum(x**2)
    theta_bar = np.zeros_like(theta)
    for x_1 in reversed(x_kept):
        t = x_bar * (1.0 - x * x)  # x = np.tanh(theta @ x)
        theta_bar += np.outer(t, x_1)
        x_bar = theta.T @ t
        x = x_1
    return theta_bar, x_bar
