"""The rule registry: what the transformations know about a callable that they do not look inside.

A rule is stated once, in the language that derivatives are emitted in.  The transformations read its *text*
(an expression string, or the source of a small template function), specialise it to the arguments at hand
and splice it in; they never run it.  Four declarators say what kind of rule it is:

    elementwise(np.tanh, "g * (1 - ans * ans)", at=(-2, 2))     one text per argument, linear in `g`
    linear(np.transpose, transpose=transpose_pullback)           the derivative is the function itself
    @derivative(np.linalg.inv)                                   a template for what the two cannot say
    constant(np.argmax, np.floor)                                no derivative, by definition

In an elementwise text `x`, `y`, `z` are the arguments, `ans` the result and `g` the tangent of that argument
(forward mode) or the cotangent of the result (reverse mode): one text serves both, because it is linear in `g`
and acts entry by entry.  Broadcasting is undone by the transformations, never by a rule.

Complex convention (JAX's and autograd's): reverse mode multiplies by the plain, unconjugated derivative.
"""

from __future__ import annotations

import cmath
import importlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

Text = str | Callable[..., Any]


@dataclass(eq=False, repr=False)
class Partial:
    """The derivative of a callable with respect to one of its arguments.

    pushforward  template `(g, ans, *args, **kwargs) -> tangent of the result`, `g` the argument's tangent
    pullback     template `(g, ans, *args, **kwargs) -> cotangent of the argument`, `g` the result's cotangent;
                 None: the transposition of the pushforward, found by differentiating it with respect to `g`
    linear       the pushforward is the callable itself, applied to `g` in place of the argument
    sequence     the argument is a sequence of arrays (or all the rest of the arguments, if the template has `*items`
                 there): `g` holds one tangent for each item, and a pullback returns one cotangent for each item
    """

    pushforward: Text | None = None
    pullback: Text | None = None
    linear: bool = False
    sequence: bool = False


@dataclass(eq=False, repr=False)
class Rule:
    """All that is known about one callable: its partials by argument position, and how they are to be read.

    elementwise  the result has the arguments' broadcast shape; pullbacks are summed back to each argument's shape
    constant     the result carries no derivative (if there are partials too: none where the arguments are real)
    by_type      the result is no number or array, and depends on the types of the arguments alone: a module, a dtype
    checks       it looks at its arguments, and raises if they are not as they should be: the result is None
    mutates      a template with the same signature, written with plain stores, that does what the callable does
    sequence     argument 0 is a sequence of arrays, in which the callable is jointly linear
    independent  positions of the arguments of which only shape and type are read: no derivative, whatever they hold
    """

    fn: Any
    partials: dict[int, Partial] = field(default_factory=dict)
    elementwise: bool = False
    constant: bool = False
    by_type: bool = False
    checks: bool = False
    mutates: Callable[..., Any] | None = None
    sequence: bool = False
    independent: set[int] = field(default_factory=set)
    samples: list[Any] = field(default_factory=list)


RULES: dict[Any, Rule] = {}

# what texts may name besides their arguments
NAMES: dict[str, Any] = {"np": np, "math": math, "cmath": cmath}


REST = ("binning", "calling", "cumulative", "functional", "joining", "products", "sorting", "ufuncs")
LINALG = ("factorisations", "linalg", "norms", "products")

# the tables that are imported when a function of a library is first asked for, and not found in `tensor.rules`
LIBRARIES: dict[str, tuple[str, ...]] = {
    "numpy": REST,
    "numpy.fft": ("fft",),
    "numpy.linalg": LINALG,
    "numpy.polynomial": ("polynomials",),
    "math": ("special",),
    "cmath": ("special",),
    "statistics": ("statistics",),
    "scipy": ("scipy_special", "array_namespaces", "distributions"),
    "sklearn": ("sklearn_arrays",),
    "tensor.runtime": (*REST, *LINALG, "fft", "special"),
}

# templates that say what functions with this code do
STAND_INS: dict[Any, Callable[..., Any]] = {}

# where libraries keep the texts of methods that they make by `exec`
TEXTS: list[Callable[[Any], str | None]] = []


def lookup(fn: Any) -> Rule | None:
    """The rule of `fn`, or None.  Unhashable callables have none."""
    try:
        found = RULES.get(fn)
    except TypeError:
        return None
    if found is None and import_tables(home(fn)):
        found = RULES.get(fn)
    return found


def home(fn: Any) -> str:
    """The library that a callable comes from.  Ufuncs do not say: those that are not NumPy's own count as SciPy's."""
    module = getattr(fn, "__module__", None)
    if isinstance(module, str):
        return module
    fn = getattr(fn, "__self__", fn)  # `np.add.reduceat` is a method of a ufunc
    if isinstance(fn, np.ufunc):
        return "numpy" if getattr(np, fn.__name__, None) is fn else "scipy"
    return ""


@cache
def import_tables(library: str) -> bool:
    """Import the tables of a library; False if it has none."""
    while library and library not in LIBRARIES:
        library = library.rpartition(".")[0]
    for table in LIBRARIES.get(library, ()):
        importlib.import_module(f"tensor.rules.{table}")
    return library in LIBRARIES


def _rule(fn: Any) -> Rule:
    return RULES.setdefault(fn, Rule(fn))


def elementwise(fn: Any, *texts: Text | None, at: Any = None) -> None:
    """Declare `fn` entry by entry, with one text or template for each argument (None: no derivative is known).

    `at` is the domain of the sample on which the rule is tested: one `(low, high)` for all arguments or a list
    with one pair for each.
    """
    rule = _rule(fn)
    rule.elementwise = True
    for position, text in enumerate(texts):
        if text is not None:
            rule.partials[position] = Partial(text, text)
    rule.samples.append(("elementwise", at if at is not None else (0.3, 1.7)))


def linear(fn: Any, argnum: int = 0, *, transpose: Callable[..., Any], sequence: bool = False, at: Any = None) -> None:
    """Declare `fn` linear in argument `argnum` (jointly in all the items of it, if `sequence`).

    `transpose(g, ans, *args, **kwargs)` is the cotangent of that argument (a list of cotangents, if `sequence`);
    `at` is a list of sample calls, each a tuple of arguments (a dict in last place holds keyword arguments), or a
    function that returns such a tuple.
    """
    rule = _rule(fn)
    rule.sequence = rule.sequence or sequence and argnum == 0
    rule.partials[argnum] = Partial(None, transpose, linear=True, sequence=sequence)
    rule.samples.extend(at or ())


def derivative(
    fn: Any,
    argnum: int = 0,
    *,
    pullback: Callable[..., Any] | None = None,
    sequence: bool = False,
    elementwise: bool = False,
    at: Any = None,
) -> Callable[..., Any]:
    """Declare the pushforward of `fn` with respect to argument `argnum`; the decorated template is
    `(g, ans, *args, **kwargs) -> tangent`, linear in `g`.  Without a `pullback` it is transposed.
    `elementwise` is for what acts entry by entry, but whose pullback is not its pushforward: complex parts."""

    def declare(template: Callable[..., Any]) -> Callable[..., Any]:
        rule = _rule(fn)
        rule.partials[argnum] = Partial(template, pullback, sequence=sequence)
        rule.elementwise = rule.elementwise or elementwise
        rule.samples.extend(at or ())
        return template

    return declare


def constant(*fns: Any) -> None:
    """Declare that the results of `fns` carry no derivative (integers, comparisons, shapes, step functions)."""
    for fn in fns:
        _rule(fn).constant = True


def by_type(*fns: Any) -> None:
    """Declare that the results of `fns` are told by the types of their arguments: they are computed when deriving."""
    for fn in fns:
        _rule(fn).by_type = True


def checks(*fns: Any) -> None:
    """Declare that `fns` only look at their arguments and raise if these are not as they should be."""
    for fn in fns:
        _rule(fn).constant = _rule(fn).checks = True


def stands_for(code: Any) -> Callable[..., Any]:
    """Declare what functions with this code object do, by a template `(function, *args, **kwargs)` that is followed."""

    def declare(template: Callable[..., Any]) -> Callable[..., Any]:
        STAND_INS[code] = template
        return template

    return declare


def kept_text(finder: Callable[[Any], str | None]) -> Callable[[Any], str | None]:
    """Declare where the text of a method can be had which Python has not kept: `finder(method)`, None for others."""
    TEXTS.append(finder)
    return finder


def text_of(method: Any) -> str | None:
    """The text that a library keeps of a method made by `exec`."""
    return next((text for finder in TEXTS if (text := finder(method)) is not None), None)


def independent(fn: Any, *argnums: int) -> None:
    """Declare that the result carries no derivative with respect to these arguments, even where they are active."""
    _rule(fn).independent.update(argnums)


def mutator(fn: Any, *, at: Any = None) -> Callable[..., Any]:
    """Declare that `fn` writes into an argument; the decorated template says how, with plain stores."""

    def declare(template: Callable[..., Any]) -> Callable[..., Any]:
        rule = _rule(fn)
        rule.mutates = template
        rule.samples.extend(at or ())
        return template

    return declare


def normal(*shape: int, seed: int = 0) -> Any:
    """A sample array of this shape: reproducible, normally distributed, without ties.  Samples call it when tested."""
    return np.random.default_rng([seed, *shape]).normal(size=shape)
