from tensor.runtime import check_shapes
import numpy as np


def loss_grad(w, x, y):
    check_shapes("_j,i_,ij", w, x, y)
    h = np.tanh(x @ w)
    h_bar = 2.0 / y.size * (h - y)  # return np.mean((h - y) ** 2)
    w_bar = x.T @ (h_bar * (1.0 - h * h))  # h = np.tanh(x @ w)
    return w_bar
