"""One driver a library: from a workload to a call without arguments that computes its derivative.

A peer gets the workload's own text with its namespace under the names `np` and `math`.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from types import FunctionType, SimpleNamespace
from typing import Any

import numpy as np

from tensor.tree import flatten as flatten_tree
from tensor.tree import leaves, tree_map, unflatten
from tests.benchmarks.workload import Workload

Call = Callable[[], Any]


def rebound(f: Callable[..., Any], **names: Any) -> Callable[..., Any]:
    """A copy of `f`, and of the functions of its module that it may call, with other meanings for global names."""
    scope = dict(f.__globals__)
    for name, value in f.__globals__.items():
        if isinstance(value, FunctionType) and value.__module__ == f.__module__:
            scope[name] = FunctionType(value.__code__, scope, name, value.__defaults__, value.__closure__)
    scope.update(names)
    return FunctionType(f.__code__, scope, f.__name__, f.__defaults__, f.__closure__)


def nested(derivative: Callable[..., Any], f: Callable[..., Any], order: int) -> Callable[..., Any]:
    for _ in range(order):
        f = derivative(f)
    return f


def drive_hand(w: Workload) -> Call:
    args = w.args()
    return lambda: w.hand(*args)


def drive_ad(w: Workload) -> Call:
    import ad

    args = w.args()
    derive = {
        "grad": lambda: ad.grad(w.f, w.argnums),
        "hvp": lambda: ad.hvp(w.f),
        "hessian": lambda: ad.hessian(w.f),
        "nth": lambda: nested(ad.grad, w.f, w.order),
    }
    df = derive[w.kind]()
    return lambda: df(*args)


def drive_autograd(w: Workload) -> Call:
    import autograd
    import autograd.numpy as anp
    from autograd.differential_operators import hessian_vector_product

    names = {"np": anp, "math": anp}
    if importlib.util.find_spec("scipy"):
        from autograd.scipy.special import erf

        names["erf"] = erf
    f, args = rebound(w.text_for("autograd"), **names), w.args()
    derive = {
        "grad": lambda: autograd.grad(f, w.argnums),
        "hvp": lambda: hessian_vector_product(f),
        "hessian": lambda: autograd.hessian(f),
        "nth": lambda: nested(autograd.grad, f, w.order),
    }
    df = derive[w.kind]()
    return lambda: df(*args)


def drive_jax(w: Workload, jit: bool = False) -> Call:
    import jax
    import jax.numpy as jnp
    from jax.scipy.special import erf

    jax.config.update("jax_enable_x64", True)
    f = rebound(w.text_for("jaxjit" if jit else "jax"), np=jnp, math=jnp, erf=erf, scan=jax.lax.scan)
    args = tree_map(lambda x: x if isinstance(x, int) else jnp.asarray(x), w.args())
    derive = {
        "grad": lambda: jax.grad(f, w.argnums),
        "hvp": lambda: lambda x, v: jax.jvp(jax.grad(f), (x,), (v,))[1],
        "hessian": lambda: jax.hessian(f),
        "nth": lambda: nested(jax.grad, f, w.order),
    }
    df = jax.jit(derive[w.kind]()) if jit else derive[w.kind]()
    return lambda: jax.block_until_ready(df(*args))


def drive_jaxjit(w: Workload) -> Call:
    return drive_jax(w, jit=True)


def drive_torch(w: Workload) -> Call:
    import torch

    torch.set_num_threads(1)
    f = rebound(w.text_for("torch"), np=torch, math=torch, erf=torch.erf)
    args = tree_map(lambda x: torch.as_tensor(x) if isinstance(x, np.ndarray) else x, w.args())
    argnums = w.argnums if isinstance(w.argnums, tuple) else (w.argnums,)
    args = [as_leaves(torch, x) if k in argnums else x for k, x in enumerate(args)]
    if w.kind == "hvp":
        return lambda: torch.autograd.functional.hvp(f, args[0], args[1])[1]
    if w.kind == "hessian":
        return lambda: torch.autograd.functional.hessian(f, args[0])
    if w.kind == "nth":
        return lambda: torch_derivative(torch, f, args[0], w.order)

    def call() -> Any:
        wanted, structure = flatten_tree([args[k] for k in argnums])
        found = unflatten(structure, torch.autograd.grad(f(*args), wanted))
        return found if isinstance(w.argnums, tuple) else found[0]

    return call


def as_leaves(torch: Any, tree: Any) -> Any:
    return tree_map(lambda x: torch.as_tensor(x, dtype=torch.float64).requires_grad_(), tree)


def torch_derivative(torch: Any, f: Callable[..., Any], x: Any, order: int) -> Any:
    y = f(x)
    for _ in range(order):
        (y,) = torch.autograd.grad(y, x, create_graph=True)
    return y.detach()


DRIVERS: dict[str, Callable[[Workload], Call]] = {
    "hand": drive_hand,
    "ad": drive_ad,
    "autograd": drive_autograd,
    "jax": drive_jax,
    "jaxjit": drive_jaxjit,
    "torch": drive_torch,
}
PACKAGES = SimpleNamespace(hand="numpy", ad="ad", autograd="autograd", jax="jax", jaxjit="jax", torch="torch")


def is_here(library: str) -> bool:
    return importlib.util.find_spec(getattr(PACKAGES, library)) is not None


def error(found: Any, expected: Any) -> float:
    """The largest difference, relative to the largest entry of each leaf; infinite if the structures differ."""
    a, b = leaves(as_lists(found)), leaves(as_lists(expected))
    if len(a) != len(b) or any(np.shape(x) != np.shape(y) for x, y in zip(a, b, strict=False)):
        return float("inf")
    worst = [np.max(np.abs(x - y)) / max(np.max(np.abs(y)), 1e-300) for x, y in zip(a, b, strict=True)]
    return float(np.max(worst)) if np.all(np.isfinite(worst)) else float("inf")


def as_lists(tree: Any) -> Any:
    """Dicts by sorted key, since JAX sorts; arrays of all libraries as NumPy's."""
    if isinstance(tree, dict):
        return [as_lists(tree[key]) for key in sorted(tree)]
    if isinstance(tree, (list, tuple)):
        return [as_lists(item) for item in tree]
    return np.asarray(tree)
