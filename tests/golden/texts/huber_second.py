import numpy as np


def grad_huber_grad(r, delta):
    r_bar = 1.0 if abs(r) <= delta else 0.0
    return r_bar
