"""Dual numbers, and the names that take the place of `np`, `math` and `float` while a program is run on them.

Arrays of floats become object arrays whose elements are `Dual`: a value and its derivative along every input at once.
NumPy itself moves the objects about, so its views, aliases and in-place writes are its own.

    >>> x = Dual(2.0, np.array([1.0, 0.0]))
    >>> y = NP.zeros(3)
    >>> y[1:] += x * MATH.sin(x)
    >>> y[::-1][0]
    Dual(1.818..., [0.0770... 0. ...])
"""

from __future__ import annotations

import builtins
import functools
import math
import operator
import types
from collections.abc import Callable
from typing import Any

import numpy as np

NEAR = 6e-4  # how far the inputs are moved where a comparison must not turn


# ---- arrays


class Careful(np.ndarray):
    """Copies between overlapping parts of one array as if the source were copied first.

    NumPy promises that, but `y[1] = y[:, 2]` breaks it where the strides differ.
    """

    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(value, np.ndarray) and np.may_share_memory(self, value):
            value = value.copy()
        super().__setitem__(index, value)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if function is np.copyto and np.may_share_memory(*args[:2]):
            args = (args[0], np.copy(args[1]), *args[2:])
        return super().__array_function__(function, types, args, kwargs)

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        """What has no axes is a number, as it is for plain arrays."""
        return array[()] if return_scalar else array.view(Careful)


# ---- dual numbers


class Kinks:
    """Counts the comparisons which a small step of the inputs might turn."""

    met = 0

    @classmethod
    def check(cls, gap: float, slope: Any) -> None:
        reach = 0.0 if type(slope) is float else NEAR * float(np.abs(slope).sum())
        cls.met += abs(gap) <= reach > 0.0


class Dual:
    """A float and its derivative: an array with an entry for every input, or 0.0 for a constant."""

    __slots__ = ("d", "v")
    single = False  # round all values and derivatives to single precision

    def __init__(self, v: float, d: Any = 0.0):
        if Dual.single:
            v, d = float(np.float32(v)), d if type(d) is float else d.astype(np.float32).astype(float)
        self.v, self.d = v, d

    def __repr__(self) -> str:
        return f"Dual({self.v}, {self.d})"

    __hash__ = None
    ndim, shape, size = 0, (), 1

    def __bool__(self) -> bool:
        Kinks.check(self.v, self.d)
        return self.v != 0

    def __int__(self) -> int:
        Kinks.check(self.v - round(self.v), self.d)
        return int(self.v)

    def __float__(self) -> float:
        raise TypeError("an active value went into something that keeps plain floats")

    def __neg__(self) -> Dual:
        return Dual(-self.v, -self.d)

    def __pos__(self) -> Dual:
        return self

    def __abs__(self) -> Dual:
        Kinks.check(self.v, self.d)
        return Dual(abs(self.v), math.copysign(1.0, self.v) * self.d)

    def __round__(self, digits: int | None = None) -> Any:
        return round(self.v, digits)

    def conjugate(self) -> Dual:
        return self

    def item(self) -> Dual:
        return self

    copy = conjugate
    real = property(conjugate)


Number = (float, int, np.number)


def binary(name: str, value: Callable, rule: Callable) -> None:
    """Gives `Dual` the operator: `rule(a, da, b, db, result)` is the derivative of the result."""

    def forward(a: Dual, b: Any) -> Any:
        if type(b) is Dual:
            v = value(a.v, b.v)
            return Dual(v, rule(a.v, a.d, b.v, b.d, v))
        if isinstance(b, Number):
            b = b.item() if isinstance(b, np.generic) else b
            v = value(a.v, b)
            return Dual(v, rule(a.v, a.d, b, 0.0, v))
        return NotImplemented

    def backward(b: Dual, a: Any) -> Any:
        if isinstance(a, Number):
            a = a.item() if isinstance(a, np.generic) else a
            v = value(a, b.v)
            return Dual(v, rule(a, 0.0, b.v, b.d, v))
        return NotImplemented

    setattr(Dual, f"__{name}__", forward)
    setattr(Dual, f"__r{name}__", backward)


def power_rule(a: float, da: Any, b: float, db: Any, v: float) -> Any:
    d = 0.0
    if type(da) is not float and b != 0:
        d = d + b * a ** (b - 1) * da
    if type(db) is not float:
        d = d + v * math.log(a) * db
    return d


def real_power(a: float, b: float) -> float:
    v = a**b
    if isinstance(v, complex):
        raise ValueError("a fractional power of a negative number")
    return v


def floor_rule(a: float, da: Any, b: float, db: Any, v: float) -> float:
    q = a / b
    Kinks.check(q - round(q), (da - q * db) / b)
    return 0.0


def modulo_rule(a: float, da: Any, b: float, db: Any, v: float) -> Any:
    floor_rule(a, da, b, db, v)
    return da - (a // b) * db


binary("add", operator.add, lambda a, da, b, db, v: da + db)
binary("sub", operator.sub, lambda a, da, b, db, v: da - db)
binary("mul", operator.mul, lambda a, da, b, db, v: da * b + a * db)
binary("truediv", operator.truediv, lambda a, da, b, db, v: (da - v * db) / b)
binary("floordiv", operator.floordiv, floor_rule)
binary("mod", operator.mod, modulo_rule)
binary("pow", real_power, power_rule)


def compare(name: str) -> None:
    test = getattr(operator, name)

    def method(a: Dual, b: Any) -> Any:
        if type(b) is Dual:
            Kinks.check(a.v - b.v, a.d - b.d)
            return test(a.v, b.v)
        if isinstance(b, Number):
            Kinks.check(a.v - b, a.d)
            return bool(test(a.v, b))
        return NotImplemented

    setattr(Dual, f"__{name}__", method)


for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    compare(_name)


# ---- functions of one and two numbers

Rule = tuple[Callable[[float], float], Callable[[float, float], float]]

RULES: dict[str, Rule] = {
    "sin": (math.sin, lambda x, y: math.cos(x)),
    "cos": (math.cos, lambda x, y: -math.sin(x)),
    "tan": (math.tan, lambda x, y: 1 + y * y),
    "arcsin": (math.asin, lambda x, y: 1 / math.sqrt(1 - x * x)),
    "arccos": (math.acos, lambda x, y: -1 / math.sqrt(1 - x * x)),
    "arctan": (math.atan, lambda x, y: 1 / (1 + x * x)),
    "sinh": (math.sinh, lambda x, y: math.cosh(x)),
    "cosh": (math.cosh, lambda x, y: math.sinh(x)),
    "tanh": (math.tanh, lambda x, y: 1 - y * y),
    "arcsinh": (math.asinh, lambda x, y: 1 / math.sqrt(x * x + 1)),
    "arccosh": (math.acosh, lambda x, y: 1 / math.sqrt(x * x - 1)),
    "arctanh": (math.atanh, lambda x, y: 1 / (1 - x * x)),
    "exp": (math.exp, lambda x, y: y),
    "exp2": (lambda x: 2.0**x, lambda x, y: y * math.log(2)),
    "expm1": (math.expm1, lambda x, y: y + 1),
    "log": (math.log, lambda x, y: 1 / x),
    "log2": (math.log2, lambda x, y: 1 / (x * math.log(2))),
    "log10": (math.log10, lambda x, y: 1 / (x * math.log(10))),
    "log1p": (math.log1p, lambda x, y: 1 / (1 + x)),
    "sqrt": (math.sqrt, lambda x, y: 0.5 / y),
    "cbrt": (math.cbrt, lambda x, y: y / (3 * x)),
    "square": (lambda x: x * x, lambda x, y: 2 * x),
    "reciprocal": (lambda x: 1 / x, lambda x, y: -y * y),
    "erf": (math.erf, lambda x, y: 2 / math.sqrt(math.pi) * math.exp(-x * x)),
    "erfc": (math.erfc, lambda x, y: -2 / math.sqrt(math.pi) * math.exp(-x * x)),
    "radians": (math.radians, lambda x, y: math.pi / 180),
    "degrees": (math.degrees, lambda x, y: 180 / math.pi),
    "gamma": (math.gamma, lambda x, y: y * digamma(x)),
    "lgamma": (math.lgamma, lambda x, y: digamma(x)),
}


def digamma(x: float) -> float:
    """The asymptotic series, after the recurrence has carried x to where it converges."""
    below = 0.0
    while x < 12:
        below, x = below - 1 / x, x + 1
    z = 1 / (x * x)
    return below + math.log(x) - 0.5 / x - z * (1 / 12 - z * (1 / 120 - z * (1 / 252 - z * (1 / 240 - z / 132))))


def unary(name: str) -> Callable[[Any], Any]:
    value, slope = RULES[name]

    def call(x: Any) -> Any:
        if type(x) is Dual:
            y = Dual(value(x.v)).v  # the slope sees the value as rounded
            return Dual(y, 0.0 if type(x.d) is float else slope(x.v, y) * x.d)
        return value(x)

    return call


def sign(x: Any) -> Any:
    if type(x) is Dual:
        Kinks.check(x.v, x.d)
        x = x.v
    return math.copysign(1.0, x) if x else 0.0


def rounded(how: Callable) -> Callable:
    def call(x: Any) -> Any:
        if type(x) is Dual:
            Kinks.check(x.v - round(x.v), x.d)
            x = x.v
        return how(x)

    return call


def hypot(*parts: Any) -> Any:
    return SCALAR["sqrt"](sum(v * v for v in parts))


def arctan2(a: Any, b: Any) -> Any:
    y, x = (v if type(v) is Dual else Dual(v) for v in (a, b))
    return Dual(math.atan2(y.v, x.v), (x.v * y.d - y.v * x.d) / (x.v**2 + y.v**2))


def copysign(a: Any, b: Any) -> Any:
    sign(b)
    return abs(a) * math.copysign(1.0, b.v if type(b) is Dual else b)


SCALAR: dict[str, Callable] = {
    **{name: unary(name) for name in RULES},
    "hypot": hypot,
    "arctan2": arctan2,
    "copysign": copysign,
    "fabs": abs,
    "sign": sign,
}
RENAMED = {
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "atan2": "arctan2",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
}


# ---- the names which the program sees


def scalar_of(x: Any) -> Any:
    """The object inside a zero-dimensional array."""
    return x.item() if isinstance(x, np.ndarray) and x.ndim == 0 else x


def math_function(name: str) -> Callable:
    plain = getattr(math, name)
    dual = SCALAR.get(RENAMED.get(name, name)) or OTHERS.get(name)

    def call(*args: Any) -> Any:
        args = tuple(map(scalar_of, args))
        if not any(type(a) is Dual or isinstance(a, (list, tuple, np.ndarray, types.GeneratorType)) for a in args):
            return plain(*args)
        if dual is None:
            raise NotImplementedError(f"math.{name} of dual numbers")
        return dual(*args)

    return call


def product(values: Any, *, start: Any = 1) -> Any:
    return functools.reduce(operator.mul, values, start)


OTHERS: dict[str, Callable] = {
    "fsum": lambda values: sum(values),
    "prod": product,
    "pow": lambda a, b: a**b,
    "dist": lambda p, q: hypot(*(a - b for a, b in zip(p, q, strict=True))),
    "floor": rounded(math.floor),
    "ceil": rounded(math.ceil),
    "trunc": rounded(math.trunc),
    "isfinite": lambda x: math.isfinite(x.v),
    "isnan": lambda x: math.isnan(x.v),
}


class FloatMeta(type):
    def __instancecheck__(cls, x: Any) -> bool:
        return isinstance(x, (Dual, builtins.float))

    def __call__(cls, x: Any = 0.0) -> Any:
        x = scalar_of(x)
        return x if isinstance(x, Dual) else builtins.float(x)


class float_(metaclass=FloatMeta):
    """Takes the place of `float`, `np.float64` and `np.float32`: as a function, a type and a dtype."""


def objects(result: Any) -> Any:
    """What NumPy returned, its arrays of floats turned into arrays of objects, which may hold dual numbers."""
    if isinstance(result, np.ndarray) and result.dtype.kind == "f":
        return result.astype(object)
    return result


def numpy_function(name: str) -> Any:
    plain = getattr(np, name)
    if not callable(plain) or isinstance(plain, type) and name not in ("float64", "float32", "float16"):
        return plain
    if name in SCALAR:
        return elementwise(name)

    def call(*args: Any, **kwargs: Any) -> Any:
        if "dtype" in kwargs and (kwargs["dtype"] is float_ or np.dtype(kwargs["dtype"]).kind in "fO"):
            del kwargs["dtype"]
        return objects(plain(*args, **kwargs))

    return call


class elementwise:
    """One of NumPy's functions as a map of objects, with `out=` and broadcasting from NumPy itself."""

    def __init__(self, name: str):
        function = SCALAR[name]
        self.ufunc = np.frompyfunc(function, 2 if name in ("hypot", "arctan2", "copysign") else 1, 1)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.ufunc(*args, **kwargs)


class Shim(types.ModuleType):
    """A module whose members are made when first asked for."""

    def __init__(self, name: str, make: Callable[[str], Any], **given: Any):
        super().__init__(name)
        self.__dict__.update(given)
        self.__dict__["make"] = make

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = self.__dict__[name] = self.make(name)
        return value


def variance(x: Any, axis: Any = None, ddof: int = 0, keepdims: bool = False) -> Any:
    centred = x - np.mean(x, axis=axis, keepdims=True)
    count = np.size(x) if axis is None else np.shape(x)[axis]
    return np.sum(centred * centred, axis=axis, keepdims=keepdims) / (count - ddof)


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    if ord not in (None, 2) or ord == 2 and np.ndim(x) != 1:
        raise NotImplementedError("norm")
    return root(np.sum(x * x, axis=axis, keepdims=keepdims))


def math_member(name: str) -> Any:
    value = getattr(math, name)
    return math_function(name) if callable(value) else value


def root(x: Any) -> Any:
    return NP.sqrt(x)


KEPT = ("add", "subtract", "multiply", "divide", "true_divide", "maximum", "minimum", "negative", "power")
GIVEN = {
    "linalg": Shim("dual_linalg", lambda name: getattr(np.linalg, name), norm=norm),
    "float64": float_,
    "float32": float_,
    "var": variance,
    "std": lambda *args, **kwargs: root(variance(*args, **kwargs)),
    "abs": np.absolute,
    "absolute": np.absolute,
    **{name: getattr(np, name) for name in KEPT},  # as they are: with `at`, `reduce`, `outer`
}
NP = Shim("dual_numpy", numpy_function, **GIVEN)
MATH = Shim("dual_math", math_member)
