import math
import numpy as np


def distance_grad(a, b):
    x = a.x
    y = a.y
    x_1 = b.x
    y_1 = b.y
    t = x - x_1
    t_1 = y - y_1
    t_2 = math.hypot(t, t_1)
    # return math.hypot(a.x - b.x, a.y - b.y)
    if t_2:
        x_bar = t / t_2
        y_bar = t_1 / t_2
    else:
        x_bar = 0.0
        y_bar = 0.0
    return Point(x_bar, y_bar)
