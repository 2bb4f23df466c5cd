import math
import numpy as np


def height_grad(speed, angle, distance):
    t = math.cos(angle)
    t_1 = speed * t
    drop = distance / t_1
    t_2 = math.tan(angle)
    t_3 = 0.5 * 9.81
    drop_bar = -t_3 * drop
    drop_bar = drop_bar - drop * t_3  # return distance * math.tan(angle) - 0.5 * 9.81 * drop * drop
    angle_bar = distance * (1.0 + t_2 * t_2)
    t_1 = -drop_bar * drop / t_1  # drop = distance / (speed * math.cos(angle))
    speed_bar = t_1 * t
    angle_bar = angle_bar + t_1 * speed * -math.sin(angle)
    return speed_bar, angle_bar
