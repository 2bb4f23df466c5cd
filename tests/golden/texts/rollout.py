from tensor.runtime import check_shapes
import numpy as np


def rollout_grad(theta, x0):
    check_shapes("i_,i", theta, x0)
    x_kept = []
    for _ in range(10):
        x = np.tanh(theta @ x0)
        x_kept.append(x0)
        x0 = x
    x_bar = 2.0 * x0  # return np.sum(x**2)
    theta_bar = np.zeros_like(theta)
    for x in reversed(x_kept):
        t = x_bar * (1.0 - x0 * x0)  # x = np.tanh(theta @ x)
        theta_bar += np.outer(t, x)
        x_bar = theta.T @ t
        x0 = x
    return theta_bar
