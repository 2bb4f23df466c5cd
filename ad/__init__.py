"""Tapeless: derivatives of ordinary Python and NumPy, as readable Python.

>>> import ad
>>> def f(x):
...     return x * x * x
>>> ad.grad(f)(2.0)
12.0
"""

__version__ = "0.1.0"

from ad import engine as _engine  # noqa: F401  (it imports the engine, if that takes little)
from ad import rooms as _rooms  # noqa: F401  (it checks what is imported next)
from ad.check import check_grads as check_grads
from ad.custom import defjvp as defjvp
from ad.custom import defvjp as defvjp
from ad.gradients import grad as grad
from ad.gradients import hvp as hvp
from ad.gradients import jvp as jvp
from ad.gradients import stop_gradient as stop_gradient
from ad.gradients import value_and_grad as value_and_grad
from ad.gradients import vjp as vjp
from ad.jacobians import hessian as hessian
from ad.jacobians import jacfwd as jacfwd
from ad.jacobians import jacobian as jacobian
from ad.jacobians import jacrev as jacrev
from transforms.errors import DerivativeError as DerivativeError
from transforms.errors import RefusedAtRunTime as RefusedAtRunTime

__all__ = [
    "DerivativeError",
    "RefusedAtRunTime",
    "check_grads",
    "defjvp",
    "defvjp",
    "grad",
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]
