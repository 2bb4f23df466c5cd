from tensor.runtime import check_shapes
import numpy as np


def score_grad(w, b, x):
    check_shapes("i_,i,i", w, b, x)
    kept = []
    for _ in range(3):
        t = w @ x + b
        t_1 = 0.1 * t
        x_1 = np.maximum(t, t_1)
        kept.append((t, t_1, x))
        x = x_1
    x_bar = 2.0 * x  # return x @ x
    b_bar = np.zeros_like(b)
    w_bar = np.zeros_like(w)
    for t, t_1, x in reversed(kept):
        t_2 = 0.5 * x_bar  # return np.maximum(w @ x + b, 0.1 * (w @ x + b))
        t_3 = np.where(t > t_1, x_bar, np.where(t == t_1, t_2, 0))
        t = 0.1 * np.where(t_1 > t, x_bar, np.where(t_1 == t, t_2, 0))
        b_bar += t
        w_bar += np.outer(t, x)
        t_1 = w.T
        x_bar = t_1 @ t
        b_bar += t_3
        w_bar += np.outer(t_3, x)
        x_bar = x_bar + t_1 @ t_3
    return w_bar, b_bar
