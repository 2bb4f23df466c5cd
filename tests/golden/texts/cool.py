import numpy as np


def cool_grad(start, rate):
    u = start.copy()
    kept = []
    for _ in range(5):
        t = u[:-2] - 2.0 * u[1:-1] + u[2:]
        u[1:-1] += rate * t
        kept.append(t)
    u_bar = 2.0 * u  # return np.sum(u * u)
    rate_bar = 0.0
    for t in reversed(kept):
        t_1 = u_bar[:-2]
        t_2 = u_bar[1:-1]
        t_3 = np.copy(u_bar[1:-1])  # u[1:-1] += rate * (u[:-2] - 2.0 * u[1:-1] + u[2:])
        rate_bar = rate_bar + t_3 @ t
        t = t_3 * rate
        u_bar[2:] += t
        t_1 += t
        t_2 -= 2.0 * t
    return u_bar, rate_bar
