import numpy as np


def roughness_jvp(x, x_dot):
    s = 0.0
    s_dot = 0.0
    for i in range(len(x) - 1):
        t = i + 1
        t_1 = x[t] - x[i]
        s = s + t_1**2
        s_dot = s_dot + 2.0 * (x_dot[t] - x_dot[i]) * t_1
    return s, s_dot
