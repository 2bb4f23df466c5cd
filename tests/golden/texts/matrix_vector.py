from tensor.runtime import check_shapes
import numpy as np


def matrix_vector_grad(a, x):
    check_shapes("_i,i", a, x)
    t = a.shape
    t_1 = t[0]
    row_kept = []
    for i in range(t_1):
        row = 0.0
        for j in range(t[1]):
            row = row + a[i, j] * x[j]
        row_kept.append(row)
    x_bar = np.zeros_like(x)
    a_bar = np.zeros_like(a)
    for i, row in zip(reversed(range(t_1)), reversed(row_kept)):
        row_bar = 2.0 * row  # total += row * row
        t = row_bar * x  # row += a[i, j] * x[j]
        x_bar += row_bar * a[i]
        a_bar[i] += t
    return a_bar, x_bar
