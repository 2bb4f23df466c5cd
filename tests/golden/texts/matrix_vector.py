import numpy as np


def matrix_vector_grad(a, x):
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
        for j in reversed(range(t[1])):
            t_1 = row_bar * x[j]  # row += a[i, j] * x[j]
            x_bar[j] += row_bar * a[i, j]
            a_bar[i, j] += t_1
    return a_bar, x_bar
