import math
import numpy as np


def halved_grad(x):
    kept = []
    count = 0
    while x > 1.0:
        t = count % 2
        x_1 = x / 2.0 if t else math.sqrt(x)
        count = count + 1
        kept.append((x_1, t))
        x = x_1
    x_bar = 1.0 * count  # return x * count
    for x, t in reversed(kept):
        if t:
            x_bar_1 = x_bar / 2.0  # x = x / 2.0 if count % 2 else math.sqrt(x)
        else:
            x_bar_1 = 0.5 * x_bar / x if x else math.inf * x_bar
        x_bar = x_bar_1
    return x_bar
