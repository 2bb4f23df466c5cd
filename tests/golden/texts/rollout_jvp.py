from tensor.runtime import check_shapes
import numpy as np


def rollout_jvp(theta, x0, theta_dot):
    check_shapes("i_,i", theta, x0)
    x_dot = np.zeros_like(x0)
    for _ in range(10):
        x = np.tanh(theta @ x0)
        x_dot = (theta_dot @ x0 + theta @ x_dot) * (1.0 - x * x)
        x0 = x
    return np.sum(x0**2), 2.0 * x_dot @ x0
