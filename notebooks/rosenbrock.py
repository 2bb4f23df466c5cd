"""Functions for a first look, each with arguments to try it on as its defaults.

python -m ad notebooks/rosenbrock.py:f
python -m ad notebooks/rosenbrock.py:misfit
"""

import numpy as np

START = np.array([-1.2, 1.0, -1.2, 1.0])

# Speed of an enzyme's reaction (counts/min/min) at each concentration of its substrate (ppm), cells treated with
# Puromycin: M. Treloar's measurements of 1974, as in Bates and Watts, Nonlinear Regression Analysis, 1988.
CONCENTRATION = np.array([0.02, 0.02, 0.06, 0.06, 0.11, 0.11, 0.22, 0.22, 0.56, 0.56, 1.10, 1.10])
SPEED = np.array([76.0, 47.0, 97.0, 107.0, 123.0, 139.0, 159.0, 152.0, 191.0, 201.0, 207.0, 200.0])
GUESS = np.array([200.0, 0.05])


def f(x=START):
    """Rosenbrock's curved valley, summed over neighbours; its minimum is 0 where all of x are 1."""
    total = 0.0
    for i in range(len(x) - 1):
        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


def misfit(p=GUESS, concentration=CONCENTRATION, speed=SPEED):
    """Sum of squares of the Michaelis-Menten curve; its minimum is near p = (212.7, 0.0641)."""
    curve = p[0] * concentration / (p[1] + concentration)
    return np.sum((curve - speed) ** 2)
