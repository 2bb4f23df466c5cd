import numpy as np


def huber_grad(r, delta):
    if abs(r) <= delta:
        r_bar = r
    # return delta * (abs(r) - 0.5 * delta)
    elif r > 0:
        r_bar = delta
    else:
        r_bar = -delta if r < 0 else 0.0
    return r_bar
