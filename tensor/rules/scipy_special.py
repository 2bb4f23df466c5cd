"""scipy.special: error functions, gamma and Bessel functions, entropies, the normal distribution, softmax.

Imported only once SciPy is in use (`registry.lookup`).  Texts here may name `special`.
A derivative that SciPy cannot compute (with respect to the order of a Bessel function, say) is left out: None.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from tensor.registry import NAMES, constant, derivative, elementwise, independent, normal
from tensor.rules.axes import kept, total
from tensor.runtime import unbroadcast

NAMES["special"] = special

ANY, POSITIVE, UNIT = (-2, 2), (0.3, 3), (0.1, 0.9)
ORDER = (0, 4)

# -- the error function and the normal distribution --------------------------------------------------------------------

elementwise(special.erf, "g * 1.1283791670955126 * np.exp(-x * x)", at=ANY)
elementwise(special.erfc, "g * -1.1283791670955126 * np.exp(-x * x)", at=ANY)
elementwise(special.erfcx, "g * (2 * x * ans - 1.1283791670955126)", at=ANY)
elementwise(special.erfi, "g * 1.1283791670955126 * np.exp(x * x)", at=ANY)
elementwise(special.dawsn, "g * (1 - 2 * x * ans)", at=ANY)
elementwise(special.erfinv, "g * 0.886226925452758 * np.exp(ans * ans)", at=(-0.9, 0.9))
elementwise(special.erfcinv, "g * -0.886226925452758 * np.exp(ans * ans)", at=(0.1, 1.9))
elementwise(special.ndtr, "g * 0.3989422804014327 * np.exp(-0.5 * x * x)", at=ANY)
elementwise(special.log_ndtr, "g * 0.3989422804014327 * np.exp(-0.5 * x * x - ans)", at=(-9, 2))
elementwise(special.ndtri, "g * 2.5066282746310002 * np.exp(0.5 * ans * ans)", at=UNIT)
elementwise(special.ndtri_exp, "g * 2.5066282746310002 * np.exp(x + 0.5 * ans * ans)", at=(-3, -0.3))

# -- gamma and beta functions ------------------------------------------------------------------------------------------

elementwise(special.gamma, "g * ans * special.digamma(x)", at=POSITIVE)
elementwise(special.gammaln, "g * special.digamma(x)", at=POSITIVE)
elementwise(special.loggamma, "g * special.digamma(x)", at=POSITIVE)
elementwise(special.rgamma, "-g * ans * special.digamma(x)", at=POSITIVE)
elementwise(special.digamma, "g * special.zeta(2.0, x)", at=POSITIVE)
elementwise(special.polygamma, None, "g * special.polygamma(x + 1, y)", at=[ORDER, POSITIVE])
elementwise(special.zeta, None, "-g * x * special.zeta(x + 1, y)", at=[(1.5, 3), POSITIVE])
elementwise(
    special.beta,
    "g * ans * (special.digamma(x) - special.digamma(x + y))",
    "g * ans * (special.digamma(y) - special.digamma(x + y))",
    at=POSITIVE,
)
elementwise(
    special.betaln,
    "g * (special.digamma(x) - special.digamma(x + y))",
    "g * (special.digamma(y) - special.digamma(x + y))",
    at=POSITIVE,
)
elementwise(
    special.poch,
    "g * ans * (special.digamma(x + y) - special.digamma(x))",
    "g * ans * special.digamma(x + y)",
    at=POSITIVE,
)
elementwise(
    special.binom,
    "g * ans * (special.digamma(x + 1) - special.digamma(x - y + 1))",
    "g * ans * (special.digamma(x - y + 1) - special.digamma(y + 1))",
    at=[(3.2, 4), (0.3, 1.7)],
)
elementwise(
    special.gammainc, None, "g * np.exp(special.xlogy(x - 1, y) - y - special.gammaln(x))", at=[POSITIVE, POSITIVE]
)
elementwise(
    special.gammaincc, None, "-g * np.exp(special.xlogy(x - 1, y) - y - special.gammaln(x))", at=[POSITIVE, POSITIVE]
)
elementwise(
    special.betainc,
    None,
    None,
    "g * np.exp(special.xlogy(x - 1, z) + special.xlog1py(y - 1, -z) - special.betaln(x, y))",
    at=[POSITIVE, POSITIVE, UNIT],
)
if hasattr(special, "betaincc"):
    elementwise(
        special.betaincc,
        None,
        None,
        "-g * np.exp(special.xlogy(x - 1, z) + special.xlog1py(y - 1, -z) - special.betaln(x, y))",
        at=[POSITIVE, POSITIVE, UNIT],
    )

# -- exponentials, logarithms, entropies -------------------------------------------------------------------------------

elementwise(special.expit, "g * ans * (1 - ans)", at=ANY)
elementwise(special.logit, "g / (x * (1 - x))", at=UNIT)
elementwise(special.log_expit, "g * special.expit(-x)", at=ANY)
if hasattr(special, "softplus"):
    elementwise(special.softplus, "g * special.expit(x)", at=ANY)
elementwise(special.exp2, "g * ans * 0.6931471805599453", at=ANY)
elementwise(special.exp10, "g * ans * 2.302585092994046", at=ANY)
elementwise(special.expm1, "g * (ans + 1)", at=ANY)
elementwise(special.log1p, "g / (1 + x)", at=POSITIVE)
elementwise(special.cosm1, "-g * np.sin(x)", at=ANY)
elementwise(special.cbrt, "g / (3 * ans * ans)", at=POSITIVE)
elementwise(special.powm1, "g * y * x ** (y - 1)", "g * (ans + 1) * np.log(x)", at=[POSITIVE, ANY])
elementwise(special.xlogy, "g * np.log(y)", "g * x / np.where((x == 0) & (y == 0), 1, y)", at=POSITIVE)
elementwise(special.xlog1py, "g * np.log1p(y)", "g * x / np.where((x == 0) & (y == -1), 1, 1 + y)", at=POSITIVE)
elementwise(special.entr, "-g * (np.log(x) + 1)", at=POSITIVE)
elementwise(special.rel_entr, "g * (np.log(x / y) + 1)", "-g * x / y", at=POSITIVE)
elementwise(special.kl_div, "g * np.log(x / y)", "g * (1 - x / y)", at=POSITIVE)
elementwise(special.huber, "g * np.maximum(np.abs(y) - x, 0)", "g * np.clip(y, -x, x)", at=[(0.5, 1), ANY])
elementwise(
    special.pseudo_huber,
    "g * (2 * ans / x - y * y / (x * np.sqrt(1 + (y / x) ** 2)))",
    "g * y / np.sqrt(1 + (y / x) ** 2)",
    at=[(0.5, 1), ANY],
)
elementwise(special.boxcox, "g * x ** (y - 1)", None, at=POSITIVE)
elementwise(special.inv_boxcox, "g * ans ** (1 - y)", None, at=POSITIVE)
elementwise(special.expi, "g * np.exp(x) / x", at=POSITIVE)
elementwise(special.exp1, "-g * np.exp(-x) / x", at=POSITIVE)
elementwise(
    special.expn,
    None,
    "-g * np.where(x > 0, special.expn(np.maximum(x - 1, 0), y), np.exp(-y) * (y + 1) / (y * y))",
    at=[ORDER, POSITIVE],
)
elementwise(special.lambertw, "g / (np.exp(ans) * (1 + ans))", at=POSITIVE)

# -- Bessel functions --------------------------------------------------------------------------------------------------

elementwise(special.j0, "-g * special.j1(x)", at=POSITIVE)
elementwise(special.y0, "-g * special.y1(x)", at=POSITIVE)
elementwise(special.i0, "g * special.i1(x)", at=ANY)
elementwise(special.k0, "-g * special.k1(x)", at=POSITIVE)
elementwise(special.j1, "g * 0.5 * (special.j0(x) - special.jv(2, x))", at=POSITIVE)
elementwise(special.y1, "g * 0.5 * (special.y0(x) - special.yv(2, x))", at=POSITIVE)
elementwise(special.i1, "g * 0.5 * (special.i0(x) + special.iv(2, x))", at=ANY)
elementwise(special.k1, "g * -0.5 * (special.k0(x) + special.kv(2, x))", at=POSITIVE)
elementwise(special.i0e, "g * (special.i1e(x) - np.sign(x) * ans)", at=ANY)
elementwise(special.k0e, "g * (ans - special.k1e(x))", at=POSITIVE)
elementwise(special.i1e, "g * (0.5 * (special.i0e(x) + special.ive(2, x)) - np.sign(x) * ans)", at=ANY)
elementwise(special.k1e, "g * (ans - 0.5 * (special.k0e(x) + special.kve(2, x)))", at=POSITIVE)
elementwise(special.jv, None, "g * 0.5 * (special.jv(x - 1, y) - special.jv(x + 1, y))", at=[ORDER, POSITIVE])
elementwise(special.yv, None, "g * 0.5 * (special.yv(x - 1, y) - special.yv(x + 1, y))", at=[ORDER, POSITIVE])
elementwise(special.yn, None, "g * 0.5 * (special.yv(x - 1, y) - special.yv(x + 1, y))", at=[ORDER, POSITIVE])
elementwise(special.iv, None, "g * 0.5 * (special.iv(x - 1, y) + special.iv(x + 1, y))", at=[ORDER, POSITIVE])
elementwise(special.kv, None, "g * -0.5 * (special.kv(x - 1, y) + special.kv(x + 1, y))", at=[ORDER, POSITIVE])
elementwise(special.kn, None, "g * -0.5 * (special.kv(x - 1, y) + special.kv(x + 1, y))", at=[ORDER, POSITIVE])
elementwise(
    special.ive,
    None,
    "g * (0.5 * (special.ive(x - 1, y) + special.ive(x + 1, y)) - np.sign(y) * ans)",
    at=[ORDER, POSITIVE],
)
elementwise(
    special.kve, None, "g * (ans - 0.5 * (special.kve(x - 1, y) + special.kve(x + 1, y)))", at=[ORDER, POSITIVE]
)

# -- along axes --------------------------------------------------------------------------------------------------------


def log_share(a, ans, axis, keepdims):
    """The share of each entry in a sum of exponentials, from its logarithm."""
    top = kept(ans, axis, keepdims)
    return np.exp(a - np.where(top == -np.inf, 0, top))


def not_signed(return_sign):
    if return_sign:
        raise NotImplementedError("logsumexp has a derivative for return_sign=False")


def logsumexp_pushforward(g, ans, a, axis=None, b=None, keepdims=False, return_sign=False):
    not_signed(return_sign)
    share = log_share(a, ans, axis, keepdims)
    return total(share * g if b is None else b * share * g, axis, keepdims)


def logsumexp_pullback(g, ans, a, axis=None, b=None, keepdims=False, return_sign=False):
    not_signed(return_sign)
    bar = log_share(a, ans, axis, keepdims) * kept(g, axis, keepdims)
    return bar if b is None else b * bar


def logsumexp_factor_pushforward(g, ans, a, axis=None, b=None, keepdims=False, return_sign=False):
    not_signed(return_sign)
    return total(log_share(a, ans, axis, keepdims) * g, axis, keepdims)


def logsumexp_factor_pullback(g, ans, a, axis=None, b=None, keepdims=False, return_sign=False):
    not_signed(return_sign)
    return unbroadcast(log_share(a, ans, axis, keepdims) * kept(g, axis, keepdims), b)


def softmax_slope(g, ans, x, axis=None):
    return ans * (g - np.sum(ans * g, axis=axis, keepdims=True))


def log_softmax_pushforward(g, ans, x, axis=None):
    return g - np.sum(np.exp(ans) * g, axis=axis, keepdims=True)


def log_softmax_pullback(g, ans, x, axis=None):
    return g - np.exp(ans) * np.sum(g, axis=axis, keepdims=True)


ALONG = [lambda: (normal(3, 4),), lambda: (normal(3, 4), 0), lambda: (normal(3, 4), -1)]
derivative(
    special.logsumexp,
    pullback=logsumexp_pullback,
    at=[
        *ALONG,
        lambda: (normal(2, 3, 4), (0, 2), {"keepdims": True}),
        lambda: (normal(3, 4), 1, normal(3, 4, seed=1) ** 2),
    ],
)(logsumexp_pushforward)
derivative(special.logsumexp, 2, pullback=logsumexp_factor_pullback)(logsumexp_factor_pushforward)
derivative(special.softmax, pullback=softmax_slope, at=ALONG)(softmax_slope)
derivative(special.log_softmax, pullback=log_softmax_pullback, at=ALONG)(log_softmax_pushforward)

# -- several results ---------------------------------------------------------------------------------------------------


def scaled(g, slopes):
    """The tangents of several results."""
    return tuple([g * slope for slope in slopes])


def gathered(g, slopes):
    """The cotangent that several results send back."""
    bar = 0.0
    for k in range(len(slopes)):
        if g[k] is not None:
            bar = bar + g[k] * slopes[k]
    return bar


def sici_slopes(x):
    return np.sinc(x / np.pi), np.cos(x) / x


def fresnel_slopes(z):
    return np.sin(0.5 * np.pi * z * z), np.cos(0.5 * np.pi * z * z)


def airy_slopes(ans, z):
    return ans[1], z * ans[0], ans[3], z * ans[2]


def sici_pushforward(g, ans, x):
    return scaled(g, sici_slopes(x))


def sici_pullback(g, ans, x):
    return gathered(g, sici_slopes(x))


def fresnel_pushforward(g, ans, z):
    return scaled(g, fresnel_slopes(z))


def fresnel_pullback(g, ans, z):
    return gathered(g, fresnel_slopes(z))


def airy_pushforward(g, ans, z):
    return scaled(g, airy_slopes(ans, z))


def airy_pullback(g, ans, z):
    return gathered(g, airy_slopes(ans, z))


def multigammaln_pushforward(g, ans, a, d):
    slope = 0.0
    for k in range(d):
        slope = slope + special.digamma(a - 0.5 * k)
    return g * slope


POINTS = [lambda: (0.7,), lambda: (normal(4) ** 2 + 0.3,)]
derivative(special.sici, pullback=sici_pullback, at=POINTS)(sici_pushforward)
derivative(special.fresnel, pullback=fresnel_pullback, at=POINTS)(fresnel_pushforward)
derivative(special.airy, pullback=airy_pullback, at=POINTS)(airy_pushforward)
derivative(special.multigammaln, pullback=multigammaln_pushforward, at=[lambda: (normal(4) ** 2 + 2.3, 3)])(
    multigammaln_pushforward
)

constant(special.gammasgn, special.round)
independent(special.lambertw, 1)
