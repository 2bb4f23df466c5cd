from tensor.runtime import unbroadcast
import numpy as np


def histogram_grad(x, bins, width):
    counts = np.zeros(width)
    t = np.exp(x)
    np.add.at(counts, bins, t)
    counts_bar = 1.0 / (1.0 + counts)  # return np.sum(np.log(1.0 + counts))
    x_bar = unbroadcast(counts_bar[bins], t) * t  # np.add.at(counts, bins, np.exp(x))
    return x_bar
