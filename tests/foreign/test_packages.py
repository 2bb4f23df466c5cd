"""Functions that nobody here wrote, differentiated as they are installed, against central differences.

And one real data set from end to end: a logistic regression fitted by SciPy with our gradient.
"""

from __future__ import annotations

import colorsys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ad

optimize = pytest.importorskip("scipy.optimize")
from scipy import integrate, linalg, signal, special, stats  # noqa: E402
from scipy.spatial import distance  # noqa: E402

X = np.array([0.3, 0.7, 0.9, 0.45])
Y = np.array([0.2, 0.5, 0.8, 0.4])
T = np.array([0.0, 1.0, 2.5, 4.0])
C = np.array([1.0, -2.0, 0.5, 0.3])
CASES: list[Any] = []


def case(name: str, f: Callable[..., Any], at: Any = X) -> None:
    CASES.append(pytest.param(f, at, id=name))


def of(fn: Callable[..., Any], *rest: Any) -> Callable[[Any], Any]:
    """The sum of `fn(x, *rest)`."""
    return lambda x: np.sum(fn(x, *rest))


# ---- NumPy: functions written in Python, and call sites

SERIES = {
    "polyval": np.polynomial.polynomial.polyval,
    "chebval": np.polynomial.chebyshev.chebval,
    "legval": np.polynomial.legendre.legval,
    "hermval": np.polynomial.hermite.hermval,
    "hermeval": np.polynomial.hermite_e.hermeval,
    "lagval": np.polynomial.laguerre.lagval,
}
for name, fn in SERIES.items():
    case(f"{name} at the points", of(fn, C))
    case(f"{name} in the coefficients", lambda x, fn=fn: np.sum(fn(Y, x)))
case("polyder", lambda x: np.sum(np.polynomial.polynomial.polyder(x) * np.array([1.0, 2.0, 3.0])))
case("chebder", lambda x: np.sum(np.polynomial.chebyshev.chebder(x) ** 2))
case("polyvander", lambda x: np.sum(np.polynomial.polynomial.polyvander(x, 3) * C))
case("chebvander", lambda x: np.sum(np.polynomial.chebyshev.chebvander(x, 3) * C))
case("trapezoid", lambda x: np.trapezoid(x, T))
case("trapezoid in the abscissae", lambda x: np.trapezoid(Y, x))
case("interp", lambda x: np.sum(np.interp(x, T, Y)))
case("interp in the values", lambda x: np.sum(np.interp(Y, T, x) * C))
case("vander", lambda x: np.sum(np.vander(x) * C))
case("kron", lambda x: np.sum(np.kron(x, Y) ** 2))

# ---- SciPy

for name in "cosine correlation cityblock chebyshev braycurtis canberra jensenshannon".split():
    case(f"distance.{name}", lambda x, fn=getattr(distance, name): fn(x, Y))
case("distance.minkowski", lambda x: distance.minkowski(x, Y, 3))
case("distance.mahalanobis", lambda x: distance.mahalanobis(x, Y, np.eye(4) * 2.0))
for name in "hann hamming blackman cosine".split():
    case(f"windows.{name}", lambda x, fn=getattr(signal.windows, name): np.sum(fn(4) * x))
case("windows.gaussian in its width", lambda s: np.sum(signal.windows.gaussian(7, s)), 1.3)
case("windows.kaiser in its shape", lambda s: np.sum(signal.windows.kaiser(7, s)), 1.3)
case("windows.exponential in its time", lambda s: np.sum(signal.windows.exponential(7, tau=s)), 1.3)
case("windows.general_gaussian", lambda s: np.sum(signal.windows.general_gaussian(7, 1.5, s)), 2.0)
case("chirp", lambda x: np.sum(signal.chirp(x, 1.0, 2.0, 3.0)))
case("gausspulse", lambda x: np.sum(signal.gausspulse(x, fc=2)))
case("square", lambda x: np.sum(signal.square(x) * x))
case("softmax", lambda x: special.softmax(x)[0])
case("log_softmax", lambda x: special.log_softmax(x)[0])
case("logsumexp", special.logsumexp)
case("multigammaln", lambda s: special.multigammaln(s, 2), 2.3)

case("rosen", optimize.rosen)
case("rosen_der", lambda x: np.sum(optimize.rosen_der(x) * C))
case("rosen_hess_prod", lambda x: np.sum(optimize.rosen_hess_prod(x, Y) * C))
case("fixed_quad", lambda s: integrate.fixed_quad(lambda t: np.sin(t * s), 0.0, 1.0, n=4)[0], 0.7)
case("detrend", lambda x: np.sum(signal.detrend(x, type="constant") ** 2))
case("sawtooth", lambda x: np.sum(signal.sawtooth(x)))
case("tukey window", lambda x: np.sum(signal.windows.tukey(4, 0.5) * x**2))
case("savgol_coeffs", lambda x: np.sum(signal.savgol_coeffs(5, 2)[:4] * x**2))
case("companion", lambda x: np.sum(linalg.companion(x) ** 2))
case("hadamard", lambda x: np.sum((linalg.hadamard(4) @ x) ** 3))

# ---- scipy.stats: methods of distributions, each with its shape parameters

SHAPES: dict[str, tuple[float, ...]] = {
    **dict.fromkeys("norm expon logistic laplace cauchy gumbel_r gumbel_l uniform rayleigh halfnorm".split(), ()),
    **dict.fromkeys("halfcauchy maxwell hypsecant semicircular wald moyal".split(), ()),
    "gamma": (2.3,),
    "beta": (2.3, 1.7),
    "lognorm": (0.7,),
    "t": (3.2,),
    "chi2": (3.0,),
    "weibull_min": (1.7,),
    "invgamma": (2.1,),
    "powerlaw": (1.6,),
    "genextreme": (0.3,),
    "genpareto": (0.3,),
    "invgauss": (0.8,),
    "f": (3.0, 5.0),
    "vonmises": (1.3,),
    "fisk": (1.7,),
    "nakagami": (1.3,),
    "exponnorm": (1.2,),
    "johnsonsu": (1.2, 1.3),
    "lomax": (1.3,),
}
for name, shapes in SHAPES.items():
    dist = getattr(stats, name)
    case(f"{name}.logpdf", lambda x, d=dist, a=shapes: np.sum(d.logpdf(0.8 * x, *a)))
    case(f"{name}.logpdf in its scale", lambda s, d=dist, a=shapes: np.sum(d.logpdf(X, *a, loc=0.01, scale=s)), 1.2)
    if name != "beta":
        case(f"{name}.pdf", lambda x, d=dist, a=shapes: np.sum(d.pdf(0.8 * x, *a)))
    if name not in ("t", "f", "chi2", "genpareto", "vonmises"):
        case(f"{name}.cdf", lambda x, d=dist, a=shapes: np.sum(d.cdf(0.8 * x, *a)))
case("norm.sf", lambda x: np.sum(stats.norm.sf(x)))
case("norm.logcdf", lambda x: np.sum(stats.norm.logcdf(x)))
case("norm.ppf", lambda x: np.sum(stats.norm.ppf(x)))
case("norm frozen", lambda x, d=stats.norm(0.3, 1.2): np.sum(d.logpdf(x)))
case("poisson.logpmf in its mean", lambda m: np.sum(stats.poisson.logpmf(np.array([1, 2, 0, 3]), m)), 1.3)
case("binom.logpmf in its chance", lambda p: np.sum(stats.binom.logpmf(np.array([1, 2, 0, 3]), 5, p)), 0.3)

# ---- the standard library

case("rgb_to_hsv", lambda x: sum(colorsys.rgb_to_hsv(x[0], x[1], x[2])))
case("rgb_to_yiq", lambda x: sum(colorsys.rgb_to_yiq(x[0], x[1], x[2])))
case("hls_to_rgb", lambda x: sum(colorsys.hls_to_rgb(x[0], x[1], x[2])))


def central(f: Callable[..., Any], x: Any, step: float = 1e-5) -> Any:
    if isinstance(x, float):
        return (f(x + step) - f(x - step)) / (2 * step)
    rows = step * np.eye(len(x))
    return np.array([(f(x + row) - f(x - row)) / (2 * step) for row in rows])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("f", "at"), CASES)
def test_gradient_is_that_of_differences(f, at):
    x = np.copy(at) if isinstance(at, np.ndarray) else at
    value, gradient = ad.value_and_grad(f)(x)
    assert value == f(at)
    np.testing.assert_allclose(gradient, central(f, at), rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(x, at)


# ---- statsmodels: links of generalised linear models, robust norms, families, measures


def statsmodels_cases() -> list[Any]:
    links = pytest.importorskip("statsmodels.genmod.families.links")
    norms = pytest.importorskip("statsmodels.robust.norms")
    families = pytest.importorskip("statsmodels.genmod.families")
    measures = pytest.importorskip("statsmodels.tools.eval_measures")
    found: dict[str, Any] = {}
    for name in "Logit CLogLog LogLog Log NegativeBinomial".split():
        link = getattr(links, name)()
        found[f"{name}"] = lambda x, link=link: np.sum(link(x))
        found[f"{name}.inverse"] = lambda x, link=link: np.sum(link.inverse(x))
        found[f"{name}.deriv"] = lambda x, link=link: np.sum(link.deriv(x))
    for name in "LeastSquares HuberT RamsayE AndrewWave TrimmedMean TukeyBiweight".split():
        norm = getattr(norms, name)()
        found[f"{name}.rho"] = lambda x, norm=norm: np.sum(norm.rho(x))
        found[f"{name}.psi"] = lambda x, norm=norm: np.sum(norm.psi(x))
    for name in "Gaussian Poisson Gamma InverseGaussian".split():
        family = getattr(families, name)()
        found[f"{name}.deviance"] = lambda x, family=family: family.deviance(Y, x)
    for name in "mse rmse meanabs bias vare".split():
        found[name] = lambda x, fn=getattr(measures, name): fn(x, Y)
    return list(found.items())


@pytest.mark.filterwarnings("ignore")
def test_statsmodels():
    for name, f in statsmodels_cases():
        gradient = ad.grad(f)(X.copy())
        np.testing.assert_allclose(gradient, central(f, X), rtol=1e-5, atol=1e-7, err_msg=name)


# ---- scikit-learn: kernels, distances and losses, with their checks of what they are given


def sklearn_cases() -> list[Any]:
    pairwise = pytest.importorskip("sklearn.metrics.pairwise")
    metrics = pytest.importorskip("sklearn.metrics")
    rows = np.random.default_rng(0).normal(size=(3, 4))
    found: dict[str, Any] = {}
    for name in "rbf_kernel linear_kernel polynomial_kernel sigmoid_kernel cosine_similarity".split():
        found[name] = lambda x, fn=getattr(pairwise, name): np.sum(fn(rows * x, rows[:2]) ** 2)
    for name in "euclidean_distances".split():
        found[name] = lambda x, fn=getattr(pairwise, name): np.sum(fn(rows * x, rows[:2] + 2.0))
    for name in "paired_euclidean_distances paired_cosine_distances".split():
        found[name] = lambda x, fn=getattr(pairwise, name): np.sum(fn(rows * x, rows + 1.0))
    found["rbf_kernel in gamma"] = lambda x: np.sum(pairwise.rbf_kernel(rows, gamma=x[0]))
    for name in (
        "mean_squared_error mean_absolute_error root_mean_squared_error mean_squared_log_error r2_score "
        "explained_variance_score mean_poisson_deviance mean_gamma_deviance max_error mean_pinball_loss"
    ).split():
        found[name] = lambda x, fn=getattr(metrics, name): fn(Y, x)
    return list(found.items())


@pytest.mark.filterwarnings("ignore")
def test_sklearn():
    for name, f in sklearn_cases():
        value, gradient = ad.value_and_grad(f)(X.copy())
        assert value == f(X)
        np.testing.assert_allclose(gradient, central(f, X), rtol=1e-5, atol=1e-7, err_msg=name)


def test_what_sklearn_refuses_is_raised():
    metrics = pytest.importorskip("sklearn.metrics")
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        ad.grad(lambda x: metrics.mean_squared_error(Y[:3], x))(X)
    with pytest.raises(ValueError, match="alpha"):
        ad.grad(lambda x: metrics.mean_pinball_loss(Y, x, alpha=2.0))(X)


def test_closed_forms():
    links = pytest.importorskip("statsmodels.genmod.families.links")
    link = links.Logit()
    for x in X:
        assert ad.grad(lambda v: link(v))(float(x)) == pytest.approx(link.deriv(x))
        assert ad.grad(lambda v: link.deriv(v))(float(x)) == pytest.approx(link.deriv2(x))
    value, slope = ad.value_and_grad(special.logsumexp)(X)
    np.testing.assert_allclose(slope, np.exp(X - value), rtol=1e-12)
    scores = ad.grad(lambda p: np.sum(stats.norm.logpdf(X, loc=p[0], scale=p[1])))(np.array([0.2, 1.3]))
    far = (X - 0.2) / 1.3
    np.testing.assert_allclose(scores, [np.sum(far) / 1.3, np.sum(far**2 - 1) / 1.3], rtol=1e-12)
    np.testing.assert_allclose(
        ad.grad(lambda x: np.sum(stats.gamma.cdf(x, 2.3)))(X), stats.gamma.pdf(X, 2.3), rtol=1e-9
    )
    np.testing.assert_allclose(ad.grad(optimize.rosen)(X), optimize.rosen_der(X), rtol=1e-12)


# ---- a real data set, end to end


def test_breast_cancer_is_fitted():
    data = pytest.importorskip("sklearn.datasets").load_breast_cancer()
    x = (data.data - data.data.mean(axis=0)) / data.data.std(axis=0)
    y = 2.0 * data.target - 1.0

    def loss(w):
        margins = y * (x @ w[1:] + w[0])
        return np.mean(np.logaddexp(0.0, -margins)) + 1e-3 * np.sum(w[1:] ** 2)

    start = np.zeros(x.shape[1] + 1)
    found = optimize.minimize(loss, start, jac=ad.grad(loss), method="L-BFGS-B", options={"maxiter": 500, "gtol": 1e-7})
    assert found.success
    assert np.abs(ad.grad(loss)(found.x)).max() < 1e-5
    accuracy = np.mean((x @ found.x[1:] + found.x[0] > 0) == (y > 0))
    print(f"breast cancer: loss {found.fun:.6f} after {found.nit} steps, {100 * accuracy:.2f} % classified rightly")
    assert accuracy > 0.98
    newton = optimize.minimize(loss, start, jac=ad.grad(loss), hessp=ad.hvp(loss), method="Newton-CG")
    np.testing.assert_allclose(newton.fun, found.fun, rtol=1e-5)


def test_digits_are_classified():
    data = pytest.importorskip("sklearn.datasets").load_digits()
    x, y = data.data / 16.0, data.target
    train, rows = slice(0, 1200), np.arange(1200)

    def loss(p):
        scores = x[train] @ p["w"] + p["b"]
        log_sum = np.log(np.sum(np.exp(scores - scores.max(axis=1, keepdims=True)), axis=1)) + scores.max(axis=1)
        return np.mean(log_sum - scores[rows, y[train]]) + 1e-3 * np.sum(p["w"] ** 2)

    def unpacked(v):
        return {"w": v[:640].reshape(64, 10), "b": v[640:]}

    gradient = ad.value_and_grad(lambda v: loss(unpacked(v)))
    found = optimize.minimize(gradient, np.zeros(650), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    p = unpacked(found.x)
    assert np.mean(np.argmax(x[1200:] @ p["w"] + p["b"], axis=1) == y[1200:]) > 0.89
