"""Rule tables tested without the engine: the templates are plain Python functions, so they are simply called.

A pushforward is compared with central differences of the function, a pullback with the pushforward by the dot product
<J v, w> = <v, J' w>, where <a, b> is the real part of the plain, unconjugated sum.  Also: float32 stays float32, real
arguments have real cotangents, outputs that are not used may be None, CuPy's refusals are respected, and whatever a
template calls has a rule itself.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import textwrap
import warnings
from typing import Any

import numpy as np
import pytest

from tensor import runtime
from tensor.attributes import Attribute, Method
from tensor.registry import RULES, lookup
from tests import fakecupy


class Case:
    """One partial of one rule, at one sample."""

    def __init__(self, rule: Any, argnum: int, sample: Any, number: int) -> None:
        self.rule, self.fn, self.partial = rule, rule.fn, rule.partials[argnum]
        sample = tuple(sample() if callable(sample) else sample)
        self.kwargs = sample[-1] if sample and isinstance(sample[-1], dict) and number >= 0 else {}
        if self.kwargs and not all(isinstance(k, str) for k in self.kwargs):
            self.kwargs = {}
        self.args = sample[: len(sample) - 1] if self.kwargs else sample
        template = self.partial.pullback or self.partial.pushforward
        parameters = list(inspect.signature(template).parameters.values())[2:]
        self.name = parameters[argnum].name if argnum < len(parameters) else ""
        self.argnum = argnum
        variadic = argnum < len(parameters) and parameters[argnum].kind is inspect.Parameter.VAR_POSITIONAL
        self.rest = self.partial.sequence and variadic
        self.id = f"{name_of(self.fn)}-{argnum}-{number}"

    @property
    def x(self) -> Any:
        """The argument with respect to which the derivative is; None if the sample does not give it."""
        if self.rest:
            return self.args[self.argnum :]
        if self.argnum < len(self.args):
            return self.args[self.argnum]
        return self.kwargs.get(self.name)

    def given(self, x: Any) -> tuple[tuple, dict[str, Any]]:
        if self.rest:
            return (*self.args[: self.argnum], *x), self.kwargs
        if self.argnum < len(self.args):
            return (*self.args[: self.argnum], x, *self.args[self.argnum + 1 :]), self.kwargs
        return self.args, {**self.kwargs, self.name: x}

    def call(self, x: Any) -> Any:
        args, kwargs = self.given(x)
        args = tree(lambda leaf: leaf.copy() if isinstance(leaf, np.ndarray) else leaf, args)  # it may write into them
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self.fn(*args, **kwargs)

    def push(self, v: Any, ans: Any) -> Any:
        if self.partial.linear:
            return self.call(v)
        return self.partial.pushforward(v, ans, *self.args, **self.kwargs)

    def pull(self, w: Any, ans: Any) -> Any:
        return self.partial.pullback(w, ans, *self.args, **self.kwargs)

    def cast(self, convert: Any) -> Case:
        """The same case with all arrays converted."""
        other = object.__new__(Case)
        other.__dict__.update(self.__dict__)
        other.args, other.kwargs = tree(convert, self.args), tree(convert, self.kwargs)
        return other


def name_of(fn: Any) -> str:
    name = f"{getattr(fn, '__module__', '')}.{getattr(fn, '__name__', fn)}"
    return name.removeprefix("numpy.").replace("None.", "")


# -- trees --------------------------------------------------------------------


def tree(f: Any, x: Any) -> Any:
    if isinstance(x, (list, tuple)):
        items = [tree(f, item) for item in x]
        return items if isinstance(x, list) else tuple(items)
    if isinstance(x, dict):
        return {k: tree(f, v) for k, v in x.items()}
    return f(x)


def active(x: Any) -> bool:
    return isinstance(x, (float, complex)) or isinstance(x, (np.ndarray, np.generic)) and x.dtype.kind in "fc"


def leaves(x: Any) -> list[Any]:
    """The real and complex leaves of a tree."""
    if isinstance(x, (list, tuple)):
        return [leaf for item in x for leaf in leaves(item)]
    return [x] if active(x) else []


def paired(x: Any, like: Any) -> list[Any]:
    """The leaves of `x` at the places where `like` has real and complex ones."""
    if isinstance(like, (list, tuple)):
        assert isinstance(x, (list, tuple)), f"{type(x)} for {type(like)}"
        assert len(x) == len(like)
        return [leaf for a, b in zip(x, like, strict=True) for leaf in paired(a, b)]
    return [x] if active(like) else []


def random_like(x: Any, rng: Any, others: bool = True) -> Any:
    """A random tree like `x`; leaves that are not active become 0 (or None)."""

    def draw(leaf: Any) -> Any:
        if not active(leaf):
            return 0 if others and isinstance(leaf, (int, np.integer)) else leaf if others else None
        value = rng.normal(size=np.shape(leaf))
        if np.iscomplexobj(leaf):
            value = value + 1j * rng.normal(size=np.shape(leaf))
        if isinstance(leaf, (np.ndarray, np.generic)):
            return np.asarray(value).astype(leaf.dtype)[()] if np.ndim(leaf) == 0 else value.astype(leaf.dtype)
        return complex(value) if isinstance(leaf, complex) else float(value)

    return tree(draw, x)


def moved(x: Any, v: Any, step: float) -> Any:
    if isinstance(x, (list, tuple)):
        items = [moved(a, b, step) for a, b in zip(x, v, strict=True)]
        return items if isinstance(x, list) else tuple(items)
    return x + step * v if active(x) else x


def inner(a: list[Any], b: list[Any]) -> float:
    return sum(float(np.real(np.sum(np.asarray(x) * np.asarray(y)))) for x, y in zip(a, b, strict=True))


def scale(a: list[Any], b: list[Any]) -> float:
    return 1.0 + sum(float(np.sum(np.abs(np.asarray(x) * np.asarray(y)))) for x, y in zip(a, b, strict=True))


# -- the checks --------------------------------------------------------------------


def templates(rule: Any) -> list[Any]:
    texts = [t for p in rule.partials.values() for t in (p.pushforward, p.pullback)]
    return [t for t in (*texts, rule.mutates) if callable(t)]


def rules_of(*modules: str) -> list[Any]:
    """The rules whose templates are in these tables."""
    for module in modules:
        importlib.import_module(f"tensor.rules.{module}")
    owned = {f"tensor.rules.{module}" for module in modules}
    return [r for r in list(RULES.values()) if any(t.__module__ in owned for t in templates(r))]


def cases(*modules: str) -> list[Any]:
    found = []
    for rule in rules_of(*modules):
        for argnum in rule.partials:
            for number, sample in enumerate(rule.samples):
                case = Case(rule, argnum, sample, number)
                if leaves(case.x):
                    found.append(pytest.param(case, id=case.id))
    return found


def check_sampled(*modules: str) -> None:
    """Each partial of each rule is exercised by a sample."""
    tried = {(id(p.values[0].rule), p.values[0].argnum) for p in cases(*modules)}
    missing = [(name_of(r.fn), k) for r in rules_of(*modules) for k in r.partials if (id(r), k) not in tried]
    missing += [(name_of(r.fn), "mutates") for r in rules_of(*modules) if r.mutates and not r.samples]
    assert not missing


def check_case(case: Case) -> None:
    rng = np.random.default_rng(7)
    x = case.x
    ans = case.call(x)
    fine = all(np.finfo(np.asarray(y).dtype).eps < 1e-9 for y in leaves(ans))
    step, rtol, exact = (1e-6, 1e-6, 1e-9) if fine else (0.5, 5e-3, 5e-3)
    v = random_like(x, rng)
    push = paired(case.push(v, ans), ans)
    hi, lo = paired(case.call(moved(x, v, step)), ans), paired(case.call(moved(x, v, -step)), ans)
    for got, up, down in zip(push, hi, lo, strict=True):
        assert np.shape(got) == np.shape(up), "shape of the tangent"
        np.testing.assert_allclose(
            got, (up - down) / (2 * step), rtol=rtol, atol=0.1 * rtol * (1 + np.max(np.abs(up), initial=0))
        )
    if case.partial.pullback is None:
        return
    if any(np.iscomplexobj(y) for y in leaves(ans)):
        check_real_cotangent(case, ans, push, v, exact)
    w = random_like(ans, rng, others=False)
    w = tuple(w) if isinstance(w, tuple) else w
    several = isinstance(w, (tuple, list))
    alone = [k for k in range(len(w)) if leaves(w[k])] if several else []
    for used in [None, *(alone if len(alone) > 1 else [])]:
        part = w if used is None else type(w)(b if k == used else None for k, b in enumerate(w))
        bars = case.pull(part, ans)
        check_like(paired(bars, x), leaves(x))
        weights = leaves(part)
        tangents = (
            push if used is None else [t for t, leaf in zip(push, leaves(w), strict=True) if is_one(leaf, weights)]
        )
        left, right = inner(tangents, weights), inner(paired(bars, x), leaves(v))
        assert abs(left - right) <= exact * max(scale(tangents, weights), scale(paired(bars, x), leaves(v)))


def check_real_cotangent(case: Case, ans: Any, push: list[Any], v: Any, exact: float) -> None:
    """A complex result of which only the real part is used has a real cotangent."""
    w = tree(
        lambda leaf: leaf if leaf is None else np.real(leaf), random_like(ans, np.random.default_rng(8), others=False)
    )
    left, right = inner(push, leaves(w)), inner(paired(case.pull(w, ans), case.x), leaves(v))
    assert abs(left - right) <= exact * max(scale(push, leaves(w)), scale(paired(case.pull(w, ans), case.x), leaves(v)))


def is_one(leaf: Any, of: list[Any]) -> bool:
    return any(leaf is other for other in of)


def check_like(bars: list[Any], xs: list[Any]) -> None:
    for bar, x in zip(bars, xs, strict=True):
        assert np.shape(bar) == np.shape(x), "shape of the cotangent"
        assert np.iscomplexobj(x) or not np.iscomplexobj(bar), "a real argument has a real cotangent"


def check_single_precision(case: Case) -> None:
    """With float32 arrays everything is float32."""

    def single(x: Any) -> Any:
        return x.astype({"d": "f", "D": "F"}.get(x.dtype.char, x.dtype)) if isinstance(x, np.ndarray) else x

    case = case.cast(single)
    if not any(isinstance(leaf, np.ndarray) for leaf in leaves((case.args, tuple(case.kwargs.values())))):
        pytest.skip("no arrays")
    rng = np.random.default_rng(7)
    ans = case.call(case.x)
    if any(np.asarray(y).dtype.char not in "fF" for y in leaves(ans)):
        pytest.skip("the function itself gives float64")
    for tangent in paired(case.push(random_like(case.x, rng), ans), ans):
        assert isinstance(tangent, float) or tangent.dtype.char in "fF"
    if case.partial.pullback is not None:
        bars = paired(case.pull(random_like(ans, rng, others=False), ans), case.x)
        for bar, x in zip(bars, leaves(case.x), strict=True):
            assert not isinstance(x, np.ndarray) or bar.dtype.char in "fF"


# what CuPy 14.2 does not have
ABSENT = (
    "block geomspace insert vecdot matvec vecmat unstack linalg.multi_dot linalg.svdvals linalg.vector_norm "
    "linalg.matrix_norm linalg.vecdot linalg.diagonal linalg.trace linalg.outer linalg.tensordot "
    "linalg.matrix_transpose"
).split()


def to_device(x: Any, library: Any = fakecupy) -> Any:
    make = fakecupy.ndarray if library is fakecupy else library.asarray
    return tree(lambda leaf: make(leaf) if isinstance(leaf, np.ndarray) else leaf, x)


def to_host(x: Any) -> Any:
    return tree(lambda leaf: leaf.get() if hasattr(leaf, "get") else leaf, x)


def check_on_device(case: Case, library: Any = fakecupy) -> None:
    """The templates run on arrays that refuse NumPy's, and give the same."""
    if name_of(case.fn) in ABSENT:
        pytest.skip("not in CuPy")
    rng = np.random.default_rng(7)
    ans = case.call(case.x)
    v, w = random_like(case.x, rng), random_like(ans, rng, others=False)
    device = case.cast(lambda x: to_device(x, library))
    if not any(hasattr(a, "get") for a in flat((device.args, device.kwargs))):
        pytest.skip("no arrays")
    try:
        answer = device.call(device.x)
    except (TypeError, AttributeError, ValueError, NotImplementedError):
        pytest.skip("CuPy's arrays do not go into the function itself")
    close(device.push(to_device(v, library), answer), case.push(v, ans))
    if case.partial.pullback is not None:
        seeds = tree(lambda leaf: to_device(np.asarray(leaf), library) if active(leaf) else leaf, w)
        close(device.pull(seeds, answer), case.pull(w, ans))


def flat(x: Any) -> list[Any]:
    if isinstance(x, dict):
        x = tuple(x.values())
    return [leaf for item in x for leaf in flat(item)] if isinstance(x, (list, tuple)) else [x]


def close(got: Any, expected: Any) -> None:
    for a, b in zip(flat(to_host(got)), flat(expected), strict=True):
        if b is not None and not isinstance(b, (int, str)):
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-10)


def check_mutator(rule: Any) -> None:
    """A mutator's template does what the function does."""
    for sample in rule.samples:
        made = tuple(sample() if callable(sample) else sample)
        kwargs = made[-1] if isinstance(made[-1], dict) else {}
        args = made[:-1] if kwargs else made
        mine, theirs = (tree(lambda leaf: leaf.copy() if isinstance(leaf, np.ndarray) else leaf, args) for _ in "ab")
        rule.fn(*theirs, **kwargs)
        rule.mutates(*mine, **kwargs)
        for a, b in zip(mine, theirs, strict=True):
            np.testing.assert_array_equal(a, b)


def check_closed(*modules: str) -> None:
    """Whatever a template calls has a rule or is constant, so that emitted text can be differentiated again."""
    open_calls = set()
    for rule in rules_of(*modules):
        for template in templates(rule):
            open_calls |= calls_without_rule(template, set())
    assert sorted(open_calls) == []


PLAIN = {"len", "range", "tuple", "list", "enumerate", "isinstance", "int", "max", "min", "abs", "slice", "sorted"}


def calls_without_rule(fn: Any, seen: set[Any]) -> set[str]:
    if fn in seen:
        return set()
    seen.add(fn)
    found: set[str] = set()
    code = ast.parse(textwrap.dedent(inspect.getsource(fn)))
    for node in ast.walk(ast.Module(code.body[0].body, [])):  # type: ignore[attr-defined]
        if not isinstance(node, ast.Call):
            continue
        text = ast.unparse(node.func)
        root = text.split(".")[0]
        if root not in fn.__globals__ or text in PLAIN:
            continue
        callee = eval(text, fn.__globals__)
        if lookup(callee) is not None or isinstance(callee, (Attribute, Method, type)):
            continue
        if inspect.isfunction(callee) and callee.__module__.startswith("tensor.rules"):
            found |= calls_without_rule(callee, seen)
        else:
            found.add(f"{fn.__module__}.{fn.__name__}: {text}")
    return found


def check_static_are_constant() -> None:
    assert [f.__name__ for f in runtime.STATIC if lookup(f) is None or not lookup(f).constant] == []
