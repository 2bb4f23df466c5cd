from tensor.runtime import with_attributes
import numpy as np


def kinetic_grad(bodies):
    bodies_0 = bodies[0]
    mass = bodies_0.mass
    speed = bodies_0.speed
    bodies_1 = bodies[1]
    mass_1 = bodies_1.mass
    speed_1 = bodies_1.speed
    speed_bar = mass_1 * speed_1  # return sum(0.5 * body.mass * (body.speed @ body.speed) for body in bodies)
    mass_bar = 0.5 * (speed_1 @ speed_1)
    speed_bar_1 = mass * speed
    mass_bar_1 = 0.5 * (speed @ speed)
    return [
        with_attributes(Body, mass=mass_bar_1, speed=speed_bar_1), with_attributes(Body, mass=mass_bar, speed=speed_bar)
    ]
