"""The tables of elementwise functions, at their samples and at their kinks, without the engine: texts are evaluated.

A text is compared with central differences of its function, with complex arguments where it is holomorphic; it is
linear in `g`; float32 stays float32.  Rules that are templates for the call as a whole go through `numerical`.
"""

import ast
import builtins
import cmath
import importlib
import math
import operator
import warnings

import numpy as np
import pytest

from tensor.registry import NAMES, RULES, lookup
from tensor.runtime import besseli_derivative, polygamma, sinc_derivative
from tests.tensor.rules import numerical

try:
    from scipy import special

    TABLES = ("arithmetic", "elementary", "special", "scipy_special")
except ImportError:
    special = None
    TABLES = ("arithmetic", "elementary", "special")
for table in TABLES:
    importlib.import_module(f"tensor.rules.{table}")


def domains(rule):
    """The domains of the samples of an elementwise rule."""
    return [s[1] for s in rule.samples if isinstance(s, tuple) and s[:1] == ("elementwise",)]


def sampled_by_domain(rule):
    return bool(domains(rule))


def template_cases():
    for rule in numerical.rules_of(*TABLES):
        if not sampled_by_domain(rule):
            made = [numerical.Case(rule, k, s, i) for k in rule.partials for i, s in enumerate(rule.samples)]
            yield from (pytest.param(case, id=case.id) for case in made if numerical.leaves(case.x))


TEMPLATES = list(template_cases())
TEXTS = [r for r in RULES.values() if sampled_by_domain(r)]
SCALAR_MODULES = ("math", "cmath", "builtins")


def evaluate(text, g, ans, args):
    if callable(text):
        return text(g, ans, *args)
    return eval(text, {**NAMES, "g": g, "ans": ans, **dict(zip("xyz", args, strict=False))})


def is_scalar(fn):
    return fn is polygamma or getattr(fn, "__module__", "") in SCALAR_MODULES


def of_scipy(fn):
    return special is not None and any(fn is other for other in vars(special).values()) and fn is not np.sinc


def arity(rule, at):
    if isinstance(at, list):
        return len(at)
    return max([k + 1 for k in rule.partials] + [getattr(rule.fn, "nin", 1)])


def draws(rule, at, size=7):
    """Arguments in the domain: numbers for functions of numbers, else arrays; every integer where only these go."""
    rng = np.random.default_rng(3)
    pairs = at if isinstance(at, list) else [at] * arity(rule, at)
    lists = [[]]
    for k, (low, high) in enumerate(pairs):
        if k not in rule.partials and isinstance(low, int) and isinstance(high, int):
            lists = [[*given, value] for given in lists for value in range(low, high)]
        elif is_scalar(rule.fn):
            lists = [[*given, float(rng.uniform(low, high))] for given in lists for _ in range(3)]
        else:
            lists = [[*given, rng.uniform(low, high, size)] for given in lists]
    return lists


def cases():
    for rule in TEXTS:
        for at in domains(rule):
            for k in rule.partials:
                if k < arity(rule, at):
                    yield pytest.param(rule, k, at, id=f"{numerical.name_of(rule.fn)}-{k}")


CASES = list(cases())


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def difference(fn, args, k, v, step):
    hi, lo = ([*args[:k], args[k] + s * v, *args[k + 1 :]] for s in (step, -step))
    return (fn(*hi) - fn(*lo)) / (2 * step)


@pytest.mark.parametrize("rule, k, at", CASES)
def test_values(rule, k, at):
    for args in draws(rule, at):
        v = np.random.default_rng(4).normal(size=np.shape(args[k]))
        v = float(v) if is_scalar(rule.fn) else v
        ans = rule.fn(*args)
        got = evaluate(rule.partials[k].pushforward, v, ans, args)
        expected = difference(rule.fn, args, k, v, 1e-6)
        np.testing.assert_allclose(got, expected, rtol=1e-6, atol=2e-9 * (1 + np.max(np.abs(ans))))


@pytest.mark.parametrize("rule, k, at", CASES)
def test_linear_in_g(rule, k, at):
    for args in draws(rule, at):
        g = 0.7 if is_scalar(rule.fn) else np.random.default_rng(5).normal(size=np.shape(args[k]))
        ans = rule.fn(*args)
        for text in (rule.partials[k].pushforward, rule.partials[k].pullback):
            once = evaluate(text, g, ans, args)
            np.testing.assert_allclose(evaluate(text, -3.0 * g, ans, args), -3.0 * once, rtol=1e-13)
            assert np.all(evaluate(text, 0.0 * g, ans, args) == 0)


@pytest.mark.parametrize("rule, k, at", [c for c in CASES if not is_scalar(c.values[0].fn)])
def test_float32(rule, k, at):
    for args in draws(rule, at):
        args = [a.astype("f") if isinstance(a, np.ndarray) else a for a in args]
        ans = rule.fn(*args)
        if ans.dtype.char not in "fF":
            pytest.skip("the function itself gives float64")
        assert evaluate(rule.partials[k].pushforward, np.ones_like(ans), ans, args).dtype.char in "fF"
        given = [a if j == k or np.ndim(a) == 0 else float(a[0]) for j, a in enumerate(args)]
        ans = rule.fn(*given)
        if ans.dtype.char in "fF" and not of_scipy(rule.fn):  # with Python floats as the other arguments too
            assert evaluate(rule.partials[k].pushforward, np.ones_like(ans), ans, given).dtype.char in "fF"


@pytest.mark.parametrize("rule, k, at", [c for c in CASES if not is_scalar(c.values[0].fn)])
def test_device(rule, k, at):
    """Texts run on arrays that refuse NumPy's, and give the same."""
    if of_scipy(rule.fn):
        pytest.skip("scipy.special has its own namespace on the device")
    for args in draws(rule, at):
        ans = rule.fn(*args)
        g = np.random.default_rng(5).normal(size=np.shape(ans))
        there = [numerical.to_device(x) for x in (g, ans, list(args))]
        got = evaluate(rule.partials[k].pushforward, *there)
        assert isinstance(got, numerical.fakecupy.ndarray)
        np.testing.assert_allclose(got.get(), evaluate(rule.partials[k].pushforward, g, ans, args), rtol=1e-13)


HOLOMORPHIC = """add subtract multiply divide power negative positive exp exp2 expm1 log log2 log10 log1p sqrt square
    reciprocal sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh""".split()
HOLOMORPHIC = [getattr(np, name) for name in HOLOMORPHIC] + [
    fn
    for name, fn in vars(cmath).items()
    if callable(fn) and lookup(fn) and sampled_by_domain(lookup(fn)) and name != "rect"
]
HOLOMORPHIC += [operator.pow, np.conjugate]


@pytest.mark.parametrize("fn", HOLOMORPHIC, ids=numerical.name_of)
def test_complex_arguments(fn):
    rule = RULES[fn]
    for z in (0.6 + 0.4j, -0.7 + 1.1j, 1.3 - 0.8j):
        args = [z, 0.4 - 0.9j][: max(rule.partials) + 1]
        for k in rule.partials:
            for v in (1.0, 1j, 0.3 - 0.7j):
                ans = fn(*args)
                got = evaluate(rule.partials[k].pushforward, v, ans, args)
                np.testing.assert_allclose(got, difference(fn, args, k, v, 1e-6), rtol=1e-7)


def test_all_math_functions_are_known():
    """Every function of math and cmath has a rule or is constant."""
    for module in (math, cmath):
        assert [name for name, fn in vars(module).items() if callable(fn) and not lookup(fn) and name[0] != "_"] == []


def test_all_ufuncs_are_known():
    """Every ufunc of NumPy has a rule or is constant; products of matrices are in another table, dates have none."""
    others = {np.matmul, np.isnat, *(getattr(np, name, None) for name in ("vecdot", "matvec", "vecmat"))}
    ufuncs = {fn for fn in vars(np).values() if isinstance(fn, np.ufunc)} - others
    assert [fn.__name__ for fn in ufuncs if not lookup(fn)] == []


def test_closed():
    """Whatever a text or template calls has a rule or is constant."""
    importlib.import_module("tensor.rules")
    numerical.check_closed(*TABLES)
    for rule in TEXTS:
        for text in {p.pushforward for p in rule.partials.values()}:
            nodes = ast.walk(ast.parse(text)) if isinstance(text, str) else ()
            called = [ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)]
            assert [name for name in called if not lookup(eval(name, NAMES))] == []


def test_every_rule_has_a_sample():
    owned = [r for r in RULES.values() if r.elementwise or r in numerical.rules_of(*TABLES)]
    assert [numerical.name_of(r.fn) for r in owned if r.partials and not r.samples] == []
    tried = {(id(c.values[0]), c.values[1]) for c in CASES}
    tried |= {(id(p.values[0].rule), p.values[0].argnum) for p in TEMPLATES}
    missing = [(numerical.name_of(r.fn), k) for r in owned for k in r.partials if (id(r), k) not in tried]
    assert missing == [("clip", 4), ("clip", 5)]  # the keywords `min` and `max`: tested below


# -- rules for the call as a whole -------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", TEMPLATES)
def test_templates(case):
    numerical.check_case(case)


@pytest.mark.parametrize("case", TEMPLATES)
def test_templates_float32(case):
    numerical.check_single_precision(case)


@pytest.mark.parametrize("case", TEMPLATES)
def test_templates_device(case):
    numerical.check_on_device(case)


# -- policy at kinks and singular points -------------------------------------------------------------------------------


def slope(fn, k, *args):
    rule = RULES[fn]
    return evaluate(rule.partials[k].pullback, 1.0, fn(*args), args)


INF, NAN = math.inf, math.nan
POLICY = [
    (np.maximum, (1.5, 1.5), (0.5, 0.5)),
    (np.minimum, (1.5, 1.5), (0.5, 0.5)),
    (np.fmax, (1.5, 1.5), (0.5, 0.5)),
    (np.fmin, (1.5, NAN), (1.0, 0.0)),
    (np.fmax, (NAN, 1.5), (0.0, 1.0)),
    (np.maximum, (-INF, -INF), (0.5, 0.5)),
    (builtins.max, (2.0, 2.0), (0.5, 0.5)),
    (builtins.min, (2.0, 1.0), (0.0, 1.0)),
    (np.absolute, (0.0,), (0.0,)),
    (np.absolute, (0j,), (0.0,)),
    (np.fabs, (0.0,), (0.0,)),
    (math.fabs, (0.0,), (0.0,)),
    (builtins.abs, (0.0,), (0.0,)),
    (np.sqrt, (0.0,), (INF,)),
    (math.sqrt, (0.0,), (INF,)),
    (np.cbrt, (0.0,), (INF,)),
    (math.cbrt, (0.0,), (INF,)),
    (math.asin, (1.0,), (INF,)),
    (math.acos, (-1.0,), (-INF,)),
    (math.acosh, (1.0,), (INF,)),
    (np.hypot, (0.0, 0.0), (0.0, 0.0)),
    (np.logaddexp, (-INF, -INF), (0.0, 0.0)),
    (np.logaddexp, (-INF, 1.0), (0.0, 1.0)),
    (np.sinc, (0.0,), (0.0,)),
    (np.heaviside, (0.0, 0.3), (None, 1.0)),
    (np.copysign, (0.0, 1.0), (0.0,)),
    (math.copysign, (0.0, 1.0), (0.0,)),
    (np.nan_to_num, (NAN,), (0.0,)),
    (np.clip, (0.5, 0.5, 1.0), (1.0, 0.0, 0.0)),
    (np.clip, (1.0, 0.5, 1.0), (1.0, 0.0, 0.0)),
    (np.clip, (0.4, 0.5, 1.0), (0.0, 1.0, 0.0)),
    (np.clip, (1.1, 0.5, None), (1.0, 0.0)),
    (np.where, (True, 1.0, INF), (None, 1.0, 0.0)),
]
POWERS = [
    # base, exponent, slope of the base, slope of the exponent
    (2.0, 0.0, 0.0, math.log(2.0)),
    (0.0, 0.0, 0.0, 0.0),
    (0.0, 1.0, 1.0, 0.0),
    (0.0, 2.0, 0.0, 0.0),
    (0.0, 3, 0.0, 0.0),
    (0.0, 0.5, INF, 0.0),
    (-2.0, 3, 12.0, NAN),
    (-2.0, 2.0, -4.0, NAN),
    (-2.0, -1, -0.25, NAN),
    (1.5, -2.0, -2 * 1.5**-3, 1.5**-2 * math.log(1.5)),
]


@pytest.mark.parametrize("fn, args, expected", POLICY)
def test_policy_at_kinks(fn, args, expected):
    for k, slope_there in enumerate(expected):
        if slope_there is not None:
            assert slope(fn, k, *args) == slope_there
            if not is_scalar(fn):
                arrays = [np.array([a, a]) if isinstance(a, (float, complex)) else a for a in args]
                np.testing.assert_array_equal(slope(fn, k, *arrays), slope_there)


@pytest.mark.parametrize("x, y, base, exponent", POWERS)
@pytest.mark.parametrize("fn", [operator.pow, np.power, math.pow, np.float_power])
def test_policy_of_powers(fn, x, y, base, exponent):
    kinds = [(x, y)]
    if fn is not math.pow:
        kinds += [(np.array([x]), y), (np.array([x]), np.array([float(y)])), (np.float64(x), y)]
        kinds += [(x, np.array([float(y)]))]
    for args in kinds:
        np.testing.assert_allclose(slope(fn, 0, *args), base, rtol=1e-14)
        np.testing.assert_allclose(slope(fn, 1, *args), exponent, rtol=1e-14)


def test_clip_by_its_other_names():
    x = np.array([0.2, 0.7, 1.4])
    lower, upper = RULES[np.clip].partials[4].pullback, RULES[np.clip].partials[5].pullback
    ans = np.clip(x, 0.5, 1.0)
    assert lower(np.ones(3), ans, x, min=0.5, max=1.0).tolist() == [1, 0, 0]
    assert upper(np.ones(3), ans, x, min=0.5, max=1.0).tolist() == [0, 0, 1]


def test_remainders_agree_with_their_own_quotient():
    # 1.0 / 0.1 rounds to 10, but 1.0 % 0.1 is 1.0 - 9 * 0.1
    for fn in (operator.mod, np.remainder, np.fmod, math.fmod):
        assert slope(fn, 1, 1.0, 0.1) == -9
    assert slope(operator.mod, 1, -7.0, 2.0) == 4
    assert slope(math.fmod, 1, -7.0, 2.0) == 3
    assert slope(math.remainder, 1, 7.6, 2.0) == -4


def test_sign_is_constant_for_real_numbers_only():
    assert RULES[np.sign].constant and RULES[np.sign].partials


@pytest.mark.parametrize("x", [-30.25, -0.3, 0.1, 0.49, 1.0, 3.3, 40.0])
@pytest.mark.parametrize("n", range(4))
def test_polygamma(n, x):
    pytest.importorskip("mpmath")
    import mpmath

    assert math.isclose(polygamma(n, x), float(mpmath.polygamma(n, x)), rel_tol=1e-13)


@pytest.mark.parametrize("n", range(4))
def test_derivatives_of_sinc_and_i0(n):
    mpmath = pytest.importorskip("mpmath")
    x = np.array([-3.3, 1e-9, 0.2, 0.33, 0.7, 1.0, 8.5])
    with mpmath.workdps(40):
        expected = [float(mpmath.re(mpmath.diff(mpmath.sincpi, v, n))) if n else float(mpmath.sincpi(v)) for v in x]
        bessel = [float(mpmath.re(mpmath.besseli(0, v, n))) for v in x]
    np.testing.assert_allclose(sinc_derivative(n, x), expected, rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(besseli_derivative(n, x), bessel, rtol=1e-13, atol=1e-15)
    assert sinc_derivative(2, 0.0) == pytest.approx(-(math.pi**2) / 3, rel=1e-14)
