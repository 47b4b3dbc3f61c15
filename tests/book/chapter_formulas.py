"""What the signs in the book's formulas mean, so that `test_formulas.py` can evaluate each of them.

`MEANINGS` has, for each page, the value of each sign at a few random points: data and parameters drawn at random, and
everything else computed by `lib`, by SciPy or by another route than the formula's own, never by the formula itself.
`READINGS` adds or replaces signs for single formulas, found by their page and the LaTeX they begin with.
`EXPRESSIONS` has the values of expressions that stand alone: the value, or names with the value under "=".
`EXCUSED` lists statements that cannot be evaluated, each with its reason, and `SPELT` expressions whose spelling alone
is compared. Whatever is in none of these must hold with the signs of its page.

Unknowns have the points along the first axis, shape (P, 1) or (P, J); data are of shape (J,). A name that ends in
`\\sim` is a law: a SciPy distribution, or the log density at the variable's value.
"""

import re
import statistics
from collections.abc import Callable
from functools import cache

import arviz as az
import book_rules as rules
import exchangeability_reference as exchangeable
import numpy as np
import references
import references_batting
from formula_reader import Names, UnreadError
from paths import ROOT
from scipy import integrate, optimize, special, stats

from lib import estimators
from lib import exchangeability as ex
from lib.models import BetaBinomial, GammaPoisson, NestedGammaPoisson, NormalNormal

P, J = 6, 8
RNG = np.random.default_rng(1970)


def between(low: float, high: float, *shape: int) -> np.ndarray:
    return RNG.uniform(low, high, shape or (P, 1))


def column(values) -> np.ndarray:
    """What `lib` returns for P points, as a column."""
    return np.asarray(values).reshape(P, 1)


def derivative(function: Callable, x):
    step = 1e-5 * (1 + np.abs(x))
    slope = (function(x + step) - function(x - step)) / (2 * step)
    return (4 * slope - (function(x + 2 * step) - function(x - 2 * step)) / (4 * step)) / 3  # Richardson


def variance_of(log_density: Callable, centre) -> np.ndarray:
    """Variance of a normal law, from how far its log density falls one step from its centre."""
    return 1 / (2 * (log_density(centre) - log_density(centre + 1)))


# Normal models

Y, SIGMA, TAU, MU = between(-5, 25, J), between(8, 18, J), between(2, 20), between(0, 12)
THETA = between(-10, 20, P, J)
ONE_SIGMA = 12.0  # where a page lets all groups have the same standard error
MODEL = NormalNormal(Y, SIGMA)
GIVEN = estimators.partial_pooling(Y, SIGMA, TAU[:, 0])
POOLED = estimators.complete_pooling(Y, SIGMA)
MU_GIVEN = MODEL.mu_given(TAU[:, 0])
THETA_GIVEN = MODEL.groups_given(MU[:, 0], TAU[:, 0])
MARGINAL = column(MODEL.log_marginal_likelihood(MU[:, 0], TAU[:, 0]))
DEVIATION = (THETA - MU) / TAU


def one_group(centre):
    """Log density of the estimate of one group of standard error ONE_SIGMA, given mu and tau."""
    model = NormalNormal([0.0], [ONE_SIGMA], tau=1.0)
    return column(model.log_marginal_likelihood(centre[:, 0], TAU[:, 0]))


NORMAL: Names = {
    "J": J,
    "y_j": Y,
    r"\sigma_j": SIGMA,
    r"\sigma": ONE_SIGMA,
    r"\tau": TAU,
    r"\mu": MU,
    r"\theta_j": THETA,
    r"\eta_j": DEVIATION,
    "w_j": estimators.shrinkage_weight(SIGMA, TAU),
    "w": estimators.shrinkage_weight(ONE_SIGMA, TAU),
    r"\hat\mu": POOLED.mean,
    r"\operatorname{se}(\hat\mu)": POOLED.se,
    r"\operatorname{se}": POOLED.se,
    "Q": POOLED.q,
    r"\hat\mu(\tau)": column(MU_GIVEN.mean),
    r"V_\mu(\tau)": column(MU_GIVEN.sd**2),
    r"\operatorname{E}(\theta_j \mid y, \tau)": GIVEN.mean,
    r"\operatorname{Var}(\theta_j \mid y, \tau)": GIVEN.sd**2,
    r"\operatorname{Var}(y_j)": variance_of(one_group, np.zeros((P, 1))),
    r"y_j \sim": column(MODEL.log_likelihood(THETA)),
    r"y_j \mid \theta_j \sim": column(MODEL.log_likelihood(THETA)),
    r"\theta_j \sim": column(MODEL.log_population(THETA, MU[:, 0], TAU[:, 0])),
    r"\theta_j \mid \mu, \tau \sim": column(MODEL.log_population(THETA, MU[:, 0], TAU[:, 0])),
    r"y_j \mid \mu, \tau \sim": MARGINAL,
    r"\mu \mid y, \tau \sim": stats.norm(column(MU_GIVEN.mean), column(MU_GIVEN.sd)),
    r"\theta_j \mid y, \mu, \tau \sim": stats.norm(THETA_GIVEN.mean, THETA_GIVEN.sd),
    r"\theta_j \mid \text{all else} \sim": stats.norm(THETA_GIVEN.mean, THETA_GIVEN.sd),
    r"p(\mu)": np.exp(column(MODEL.mu.log_density(MU[:, 0]))),
}


def shape_of_theta() -> Names:
    """Log posterior of each effect less its value at zero, which is what the constant stands for."""
    posterior = stats.norm(THETA_GIVEN.mean, THETA_GIVEN.sd)
    return {
        r"\log p(\theta_j \mid y, \mu, \tau)": posterior.logpdf(THETA) - posterior.logpdf(0),
        r"\text{constant}": Y**2 / (2 * SIGMA**2) + MU**2 / (2 * TAU**2),
    }


def no_pooling() -> Names:
    return {r"\hat\theta_j": estimators.partial_pooling(Y, SIGMA, np.inf).mean}


def compromise() -> Names:
    mu_hat = estimators.complete_pooling(Y, np.full(J, ONE_SIGMA)).mean
    given = estimators.partial_pooling(Y, np.full(J, ONE_SIGMA), TAU[:, 0])
    return {r"\hat\theta_j^{\text{compromise}}": given.mean, r"\hat\mu": mu_hat}


def chance_of_28() -> Names:
    schools = {r"\sigma_j": references.SIGMA, r"\mu": references.pooled()[0]}
    return {**schools, r"P(\max_j y_j \ge 28 \mid \mu)": references.some_at_least(28)}


def chance_of_both() -> Names:
    schools = {r"\sigma_j": references.SIGMA, r"\mu": references.pooled()[0]}
    return {**schools, r"P(\max_j y_j \ge 28, \min_j y_j \le -3 \mid \mu)": references.some_at_both()}


def on_turned_axes() -> Names:
    """Distances in standard errors, and the direction of the pooled mean: the root of what each estimate moves it."""
    moved = [estimators.complete_pooling(Y + row, SIGMA).mean - POOLED.mean for row in np.eye(J)]
    return {"z_j": stats.norm.ppf(stats.norm(MU, SIGMA).cdf(Y)), "u_j": np.sqrt(moved)}


def tied_by_mu() -> Names:
    """Covariance of two effects, from the precision matrix of all unknowns at once."""
    together = [references.given_tau(float(tau), Y, SIGMA)[1][0, 2] for tau in TAU[:, 0]]
    weight = estimators.shrinkage_weight(SIGMA, TAU)
    return {
        r"\operatorname{Cov}(\theta_A, \theta_C \mid y, \tau)": column(together),
        "w_A": weight[:, :1],
        "w_C": weight[:, 2:3],
    }


def all_unknowns() -> Names:
    return {r"p(\theta, \mu \mid y, \tau)": np.exp(column(MODEL.log_joint(THETA, MU[:, 0], TAU[:, 0]) + 60))}


def mean_of_effects() -> Names:
    rows = [estimators.complete_pooling(theta, np.full(J, tau)) for theta, tau in zip(THETA, TAU[:, 0], strict=True)]
    law = stats.norm(column([row.mean for row in rows]), column([row.se for row in rows]))
    return {r"\mu \mid \text{all else} \sim": law, r"\bar\theta": THETA.mean(axis=1, keepdims=True)}


def gibbs_in_turn() -> Names:
    phi = column([references.gibbs_autocorrelation(tau) for tau in TAU[:, 0]])
    return {
        r"\varphi": phi,
        r"\sigma_j": references.SIGMA,
        "w_j": estimators.shrinkage_weight(references.SIGMA, TAU),
    }


def effective_size() -> Names:
    """Draws of an autoregression: their worth is their number over the sum of all correlations, on both sides."""
    phi = between(0.1, 0.9)
    lags = np.arange(1, 1001)
    return {
        r"\varphi": phi,
        "n": 4000,
        "k": lags,
        r"\rho_k": phi**lags,
        r"n_{\text{eff}}": 4000 / (phi ** np.abs(np.arange(-1000, 1001))).sum(axis=1, keepdims=True),
    }


def r_hat() -> Names:
    chains = RNG.standard_normal((4, 50)) + np.arange(4)[:, np.newaxis] / 3
    return {
        "n": 50,
        "W": chains.var(axis=1, ddof=1).mean(),
        "B": 50 * chains.mean(axis=1).var(ddof=1),
        r"\hat R": float(az.rhat(chains, method="identity")),
    }


def walk_on_log_scale(s=None) -> Names:
    """A proposal that is normal on the log scale is log-normal: SciPy's density has the Jacobian in it."""
    s, z = 0.7 if s is None else s, between(-2, 2)
    proposal = stats.lognorm(s, scale=TAU).ppf(stats.norm.cdf(z))
    return {
        "s": s,
        "z": z,
        r"\tau'": proposal,
        r"q(\tau \to \tau')": stats.lognorm(s, scale=TAU).pdf(proposal),
        r"q(\tau' \to \tau)": stats.lognorm(s, scale=proposal).pdf(TAU),
    }


def tau_alone() -> Names:
    """The marginal posterior of tau, with a half-Cauchy prior."""
    model = NormalNormal(Y, SIGMA, tau=stats.halfcauchy(scale=10))
    tau = TAU[:, 0]
    joint = model.log_marginal_likelihood(MU[:, 0], tau) + model.log_hyperprior(MU[:, 0], tau)
    given_tau = stats.norm(column(MU_GIVEN.mean), column(MU_GIVEN.sd))
    return {
        r"p(\tau)": stats.halfcauchy(scale=10).pdf(TAU),
        r"p(\tau \mid y)": np.exp(column(model.log_marginal_likelihood(tau=tau) + model.tau.log_density(tau)) + 30),
        r"p(\mu, \tau \mid y)": np.exp(column(joint) + 30),
        r"p(\mu \mid \tau, y)": given_tau.pdf(MU),
    }


def averaged_over_tau() -> Names:
    """Moments of a mixture over a few values of tau, from first and second moments."""
    weight = RNG.dirichlet(np.ones(P))[:, np.newaxis]
    mean = (weight * GIVEN.mean).sum(axis=0)
    return {
        r"\operatorname{E}(\theta_j \mid y)": mean,
        r"\operatorname{Var}(\theta_j \mid y)": (weight * (GIVEN.sd**2 + GIVEN.mean**2)).sum(axis=0) - mean**2,
        r"\operatorname{E}(\theta_j \mid \tau, y)": GIVEN.mean,
        r"\operatorname{Var}(\theta_j \mid \tau, y)": GIVEN.sd**2,
        r"\operatorname{E}": lambda values: (weight * values).sum(axis=0),
        r"\operatorname{Var}": lambda values: np.array(
            [np.cov(group, aweights=weight[:, 0], ddof=0) for group in values.T]
        ),
    }


def near_zero() -> Names:
    """For a small epsilon, and data that say little about tau."""
    likelihood = NormalNormal([0.0, 10, 30], [90.0, 100, 110], tau=1.0).log_marginal_likelihood
    return {
        r"\epsilon": 0.02,
        "y": 0,
        "p": lambda _, tau: np.exp(likelihood(tau=np.atleast_1d(tau))),
        r"\approx": 0.03,
    }


def two_forms(q: float = 0.0) -> Names:
    """How much of mu one sweep keeps in each form: its squared multiple correlation with what is drawn in between."""
    kept: dict[int, list[float]] = {0: [], 1: []}
    for tau in TAU[:, 0]:
        precision = np.diag(np.append(1 / SIGMA**2 + 1 / tau**2, J / tau**2 + q))
        precision[-1, :-1] = precision[:-1, -1] = -1 / tau**2
        for non_centred, shares in kept.items():
            to_form = np.eye(J + 1)
            to_form[:-1, -1] = -non_centred
            covariance = to_form @ np.linalg.inv(precision) @ to_form.T
            link = covariance[:-1, -1]
            shares.append(float(link @ np.linalg.solve(covariance[:-1, :-1], link) / covariance[-1, -1]))
    h = stats.hmean(SIGMA**2)
    return {
        r"\varphi_c": np.array(kept[0])[:, np.newaxis],
        r"\varphi_n": np.array(kept[1])[:, np.newaxis],
        "h": h,
        "S": column(MU_GIVEN.sd**-2.0),
        "A": J / TAU**2,
        "B": (SIGMA**-2.0).sum(),
        "q": q,
    }


def where_they_break_even() -> Names:
    """The factor by which standard errors are divided, by a search; tau is known."""
    tau = 10.0

    def difference(f: float) -> float:
        precision = (f / SIGMA) ** 2
        w = precision / (precision + 1 / tau**2)
        return float((1 - w).mean() - np.average(w, weights=precision))

    return {"h": stats.hmean(SIGMA**2), r"\tau": tau, "f": optimize.brentq(difference, 0.1, 10, xtol=1e-14)}


# The arcsine scale, and James and Stein

K = 18
LEVEL = between(-5, -2)
TRIALS = 45
CHANCE = between(0.2, 0.4, P, K)
HITS = RNG.binomial(TRIALS, CHANCE)
X, MEANS, SPREAD = between(-6, -1, P, K), between(-6, -1, P, K), between(0.2, 2.0)
SQUARES = (K - 1) * X.var(axis=1, ddof=1, keepdims=True)
AT_BATS = BetaBinomial(HITS[0], np.full(K, TRIALS), mean=0.3, concentration=100.0)
MEAN, CONCENTRATION = between(0.2, 0.4), between(20, 400)
NOISE_ONE = [NormalNormal(x, np.ones(K)) for x in X]


def of_each(method: str, *arguments) -> np.ndarray:
    return column(
        [getattr(model, method)(*row) for model, *row in zip(NOISE_ONE, *arguments, strict=True)],
    )


def to_zero(c):
    """The correction of an estimator of James and Stein's kind towards zero, with the constant c."""

    def correction(x):
        return c / (K - 2) * (estimators.james_stein(x, variance=1, toward=0) - x)

    return correction


def divergence(correction: Callable) -> np.ndarray:
    """The sum of the derivatives of each coordinate's correction by that coordinate."""

    def moved(j):
        return lambda x: correction(np.where(np.arange(K) == j, x, X))[:, j : j + 1]

    return sum(derivative(moved(j), X[:, j : j + 1]) for j in range(K))


def risk_of_correction() -> Names:
    """The risk of X + g(X) for a smooth g in three dimensions, by Gauss's rule over the noise."""
    node, weight = np.polynomial.hermite_e.hermegauss(12)
    truth = np.array([0.5, -1.0, 2.0])
    x = truth + np.stack(np.meshgrid(node, node, node, indexing="ij"), axis=-1).reshape(-1, 3)
    weight = np.prod(np.stack(np.meshgrid(weight, weight, weight, indexing="ij")), axis=0).reshape(-1, 1)
    weight = weight / weight.sum()
    g = -0.2 * x + 0.05 * x[:, ::-1] ** 2
    own = -0.2 + 0.1 * np.where(np.arange(3) == 1, x, 0)  # only the middle coordinate meets its own square
    return {
        "k": 3,
        "X_j": x,
        r"\theta_j": truth,
        "g(X)": g,
        "g_j(X)": g,
        r"\partial g_j / \partial X_j": own,
        r"\frac{\partial g_j}{\partial X_j}": own,
        r"\operatorname{E}": lambda values: (weight * values).sum(axis=0, keepdims=True),
        r"\text{risk}": (weight * (x + g - truth) ** 2).sum(),
    }


def loss() -> Names:
    g = to_zero(C)(X)
    return {
        r"(X - \theta) \cdot g(X)": ((X - MEANS) * g).sum(axis=1, keepdims=True),
        "=": ((X + g - MEANS) ** 2).sum(axis=1, keepdims=True),
    }


def estimated_risk_at(c) -> np.ndarray:
    g = to_zero(c)
    return K + 2 * divergence(g) + (g(X) ** 2).sum(axis=1, keepdims=True)


def estimated_risk() -> Names:
    return {"=": estimated_risk_at(C)}


def risk_by_poisson() -> Names:
    count = np.arange(200)
    chance = stats.poisson(6 / 2).pmf(count)
    return {
        "k": 7,
        "N": count,
        r"\operatorname{E}": lambda values: (chance * values).sum(),
        r"\text{risk}": references_batting.stein_risk(7, 6),
    }


def mean_of_factor(freedom: int, noncentrality: float = 2.0) -> float:
    """The mean of exp(-S / 7), S being noncentral chi-squared."""
    law = stats.ncx2(freedom, noncentrality)
    return integrate.quad(lambda s: np.exp(-s / 7) * law.pdf(s), 0, 200, limit=200)[0]


def moments_with_a_factor() -> Names:
    """Five coordinates, the first at the root of two: Gauss's rule over it and over the squares of the others."""
    z, weight = np.polynomial.hermite_e.hermegauss(60)
    x, weight = np.sqrt(2) + z[:, np.newaxis], weight[:, np.newaxis] / weight.sum()
    square, of_square = np.polynomial.laguerre.laggauss(60)  # half a chi-squared variable with four degrees
    product = weight * of_square * square * np.exp(-(x**2 + 2 * square) / 7)
    return {
        r"\theta_j": np.sqrt(2),
        r"\operatorname{E}(X_j F)": (product * x).sum(),
        r"\operatorname{E}(X_j^2 F)": (product * x**2).sum(),
        r"\operatorname{E}_{k+2} F": mean_of_factor(7),
        r"\operatorname{E}_{k+4} F": mean_of_factor(9),
    }


def slope_by_noncentrality() -> Names:
    step = 1e-4
    return {
        r"\operatorname{E}_{k+2} F": mean_of_factor(7),
        r"\operatorname{E}_k F": mean_of_factor(5),
        "=": (mean_of_factor(5, 2 + step) - mean_of_factor(5, 2 - step)) / (2 * step),
    }


def ratio_of_densities() -> Names:
    square = between(0.5, 8)
    return {
        "s": square,
        r"\lambda": 3.0,
        r"\cosh": np.cosh,
        "=": stats.ncx2.pdf(square, 1, 3.0) / stats.chi2.pdf(square, 1),
    }


def score() -> Names:
    """The chance of later hits: SciPy's beta-binomial."""
    later = 20
    return {
        "y_j'": later,
        "n_j'": 70,
        "p(y_j' \\mid y)": stats.betabinom(70, 1 + 12, 1 + 33).pmf(later),
        "p": lambda p_j, _: stats.beta(1 + 12, 1 + 33).pdf(p_j),
        "y": 12,
        r"\int dp_j": (0, 1),
    }


def flat_on(function: Callable, low: float = 2.0) -> Names:
    """The prior of the concentration under which this function of it has a flat prior."""
    kappa = between(low, 300)
    return {r"\kappa": kappa, r"p(\kappa)": np.abs(derivative(function, kappa))}


def halfway() -> Names:
    """The exercise: half the distance to the mean."""
    return {"g_j": -(X - X.mean(axis=1, keepdims=True)) / 2, "g": (X.mean(axis=1, keepdims=True) - X) / 2}


C = between(1, 20)
OWN_CHANCE = BetaBinomial(HITS[0], np.full(K, TRIALS), mean=0.5, concentration=2.0).groups_given(0.5, 2.0)

BATTING: Names = {
    "n": TRIALS,
    "k": K,
    "p": CHANCE,
    "p_j": CHANCE,
    "y_j": HITS[0],
    "Y_j": CHANCE,
    "X_j": X,
    "X": X,
    r"\theta_j": MEANS,
    r"\theta": MEANS,
    r"\tau": SPREAD,
    r"\mu": LEVEL,
    "c": C,
    "m": MEAN,
    r"\kappa": CONCENTRATION,
    r"\alpha": MEAN * CONCENTRATION,
    r"\beta": (1 - MEAN) * CONCENTRATION,
    "f": lambda p: estimators.to_arcsine(p, TRIALS),
    "f'": lambda p: derivative(lambda q: estimators.to_arcsine(q, TRIALS), p),
    "w": estimators.shrinkage_weight(1, SPREAD),
    "S": SQUARES,
    r"\bar X": X.mean(axis=1, keepdims=True),
    r"\nu": round(np.trace(np.eye(K) - 1 / K)),
    "g(X)": to_zero(C)(X),
    "g": to_zero(C)(X),
    "x": X,
    r"\varphi": stats.norm.pdf,
    r"\varphi'": lambda x: derivative(stats.norm.pdf, x),
    r"\operatorname{Var}(Y_j)": stats.binom(TRIALS, CHANCE).var() / TRIALS**2,
    r"\operatorname{E}\left(\frac{k - 3}{S}\right)": (K - 3)
    * stats.invgamma((K - 1) / 2, scale=0.5).mean()
    / stats.norm(0, np.hypot(SPREAD, 1)).var(),
    r"\hat\theta_j": estimators.james_stein(X, variance=1),
    r"X_j \mid \theta_j \sim": of_each("log_likelihood", MEANS),
    r"X_j \sim": of_each("log_likelihood", MEANS),
    r"\theta_j \sim": of_each("log_population", MEANS, LEVEL[:, 0], SPREAD[:, 0]),
    r"y_j \mid p_j \sim": column(AT_BATS.log_likelihood(CHANCE)),
    r"p_j \sim": column(AT_BATS.log_population(CHANCE, MEAN[:, 0], CONCENTRATION[:, 0])),
}

# Shares

SHARE, ATTEMPTS = between(0.2, 0.6, P, 1), np.array([40.0])
MADE = np.array([13.0])
SHOOTER = BetaBinomial(MADE, ATTEMPTS, mean=0.4, concentration=50.0)
SHOOTER_MEAN = SHOOTER.groups_given(MEAN[:, 0], CONCENTRATION[:, 0]).mean
POPULATION = stats.beta(MEAN * CONCENTRATION, (1 - MEAN) * CONCENTRATION)
SHARES: Names = {
    "n": ATTEMPTS,
    "n_j": ATTEMPTS,
    "y": MADE,
    "y_j": MADE,
    "m": MEAN,
    r"\kappa": CONCENTRATION,
    r"\theta": SHARE,
    r"\theta_j": SHARE,
    "w": (SHOOTER_MEAN - MEAN) / (MADE / ATTEMPTS - MEAN),
    "s": POPULATION.std(),
    r"\operatorname{E}(\theta \mid y)": SHOOTER_MEAN,
    r"\operatorname{E}[\theta (1 - \theta)]": MEAN - POPULATION.moment(2),
    r"y \sim": column(SHOOTER.log_likelihood(SHARE)),
    r"y_j \mid \theta_j \sim": column(SHOOTER.log_likelihood(SHARE)),
    r"\theta_j \mid m, \kappa \sim": POPULATION,
}


def one_prior() -> Names:
    """One prior, as a function of the share."""
    m, kappa = 0.35, 60.0
    return {"m": m, r"\kappa": kappa, r"p(\theta)": stats.beta(m * kappa, (1 - m) * kappa).pdf(SHARE)}


# Counts

SHAPE, RATE, LAM = between(2, 9), between(0.5, 3), between(0.5, 6)
EXPOSURE, COUNT = np.array([4.0]), np.array([7.0])
COUNTY = GammaPoisson(COUNT, EXPOSURE, shape=2.0, rate=1.0)
COUNTY_GIVEN = COUNTY.groups_given(SHAPE[:, 0], RATE[:, 0])
LATER, LATER_EXPOSURE = 5, 2.5
COUNTY_MEAN = COUNTY_GIVEN.mean
COUNTY_LAW = stats.gamma(COUNTY_GIVEN.shape, scale=1 / COUNTY_GIVEN.rate)


def predicted_moments() -> Names:
    count = np.arange(2000)
    chance = np.exp(
        [
            GammaPoisson(np.array([n]), [LATER_EXPOSURE], shape=2.0, rate=1.0).log_marginal_likelihood(
                COUNTY_GIVEN.shape[:, 0], COUNTY_GIVEN.rate[:, 0]
            )
            for n in count
        ]
    ).T
    mean = (chance * count).sum(axis=1, keepdims=True)
    return {r"\operatorname{Var}(\tilde y \mid y)": (chance * (count - mean) ** 2).sum(axis=1, keepdims=True)}


COUNTS: Names = {
    "a": SHAPE,
    "b": RATE,
    "m": stats.gamma(SHAPE, scale=1 / RATE).mean(),
    "s": stats.gamma(SHAPE, scale=1 / RATE).mean() / SHAPE,
    r"\lambda": LAM,
    r"\lambda_0": LAM,
    r"\lambda_j": LAM,
    "x": EXPOSURE,
    "x_j": EXPOSURE,
    "y": COUNT,
    "y_j": COUNT,
    "w": (COUNTY_MEAN - SHAPE / RATE) / (COUNT / EXPOSURE - SHAPE / RATE),
    r"\tilde x": LATER_EXPOSURE,
    r"\tilde y": LATER,
    r"p(y \mid \lambda)": np.exp(column(COUNTY.log_likelihood(LAM))),
    r"p(\lambda)": np.exp(column(COUNTY.log_population(LAM, SHAPE[:, 0], RATE[:, 0]))),
    "p(y)": np.exp(column(COUNTY.log_marginal_likelihood(SHAPE[:, 0], RATE[:, 0]))),
    r"\operatorname{E}(\lambda \mid y)": COUNTY_MEAN,
    r"\operatorname{Var}(\lambda \mid y)": COUNTY_GIVEN.sd**2,
    r"\operatorname{E}\left( \frac{y_j}{x_j} \right)": stats.poisson(EXPOSURE * LAM).mean() / EXPOSURE,
    r"\operatorname{sd}\left( \frac{y_j}{x_j} \right)": stats.poisson(EXPOSURE * LAM).std() / EXPOSURE,
    r"y \mid \lambda \sim": column(COUNTY.log_likelihood(LAM)),
    r"y \sim": stats.poisson(LAM),
    r"y_j \sim": stats.poisson(EXPOSURE * LAM),
    r"y_j \mid \lambda_j \sim": column(COUNTY.log_likelihood(LAM)),
    r"\lambda \sim": column(COUNTY.log_population(LAM, SHAPE[:, 0], RATE[:, 0])),
    r"\lambda_j \sim": column(COUNTY.log_population(LAM, SHAPE[:, 0], RATE[:, 0])),
    r"\lambda_j \mid a, b \sim": column(COUNTY.log_population(LAM, SHAPE[:, 0], RATE[:, 0])),
    r"\lambda \mid y \sim": COUNTY_LAW,
    r"\lambda_j \mid y_j \sim": COUNTY_LAW,
}


def one_county() -> Names:
    """One prior and one count, as a function of the rate."""
    given = GammaPoisson(COUNT, EXPOSURE, shape=2.0, rate=1.0).groups_given(3.0, 0.8)
    law = stats.gamma(given.shape[0], scale=1 / given.rate[0])
    return {"a": 3.0, "b": 0.8, r"p(\lambda \mid y)": law.pdf(LAM)}


def later_count() -> Names:
    """The count of a later exposure, its rate integrated out."""
    later = GammaPoisson(np.array([LATER]), [LATER_EXPOSURE], shape=2.0, rate=1.0)
    chance = later.log_marginal_likelihood(COUNTY_GIVEN.shape[:, 0], COUNTY_GIVEN.rate[:, 0])
    return {r"\tilde y \mid y \sim": column(chance)}


def hidden_county() -> Names:
    """Two counties whose counts are shown and one whose count is hidden."""
    model = GammaPoisson([7.0, 11.0, np.nan], [4.0, 5.0, 1.5], shape=2.0, rate=1.0, suppressed=(1, 5))
    own = [GammaPoisson([y], [x], shape=2.0, rate=1.0) for y, x in ((7.0, 4.0), (11.0, 5.0))]
    hyper = SHAPE[:, 0], RATE[:, 0]
    return {
        r"p(y \mid a, b)": np.exp(column(model.log_marginal_likelihood(*hyper))),
        "p_j(y_j)": np.exp(np.stack([one.log_marginal_likelihood(*hyper) for one in own], axis=1)),
        "p_j": lambda k: np.exp(
            np.stack([GammaPoisson([n], [1.5], shape=2.0, rate=1.0).log_marginal_likelihood(*hyper) for n in k], axis=1)
        ),
    }


def law_of_a_count() -> Names:
    frozen = [[GammaPoisson([n], EXPOSURE, shape=2.0, rate=1.0).log_marginal_likelihood(3.0, 0.8) for n in range(1, 9)]]
    return {"a": 3.0, "b": 0.8, "p_j": Table(np.exp(np.ravel(frozen)))}


class Table:
    """A law as the chances of 1, 2, ..., 8."""

    def __init__(self, chances: np.ndarray) -> None:
        self.dist = self
        self.chances = chances

    def logpmf(self, values):
        return np.log(self.chances[values - 1])


NESTED_MODEL = NestedGammaPoisson(
    COUNT, EXPOSURE, ["A"], mu=stats.norm(0, 1), tau=stats.halfnorm(), nu=stats.norm(2, 1), omega=stats.halfnorm()
)
STATE_MEAN, STATE_SHAPE = between(1, 4), between(3, 20)
NESTED_GIVEN = NESTED_MODEL.groups_given(STATE_MEAN, STATE_SHAPE, COUNT)
STATE_LAW = stats.gamma(STATE_SHAPE, scale=STATE_MEAN / STATE_SHAPE)  # of mean m and coefficient of variation a^(-1/2)
NU, OMEGA = between(1, 3), between(0.3, 1)
NESTED: Names = {
    "y_{ij}": COUNT,
    "x_{ij}": EXPOSURE,
    r"\lambda_{ij}": LAM,
    "a_i": STATE_SHAPE,
    "b_i": STATE_SHAPE / STATE_LAW.mean(),
    "m_i": STATE_MEAN,
    r"\mu": MU,
    r"\tau": TAU,
    r"\nu": NU,
    r"\omega": OMEGA,
    r"y_{ij} \mid \lambda_{ij} \sim": stats.poisson(EXPOSURE * LAM),
    r"\lambda_{ij} \mid a_i, m_i \sim": STATE_LAW,
    r"\lambda_{ij} \sim": STATE_LAW,
    r"\log m_i \sim": stats.norm(MU, TAU),
    r"\log a_i \sim": stats.norm(NU, OMEGA),
    r"\lambda_{ij} \mid y_{ij}, a_i, m_i \sim": stats.gamma(NESTED_GIVEN.shape, scale=1 / NESTED_GIVEN.rate),
}


def mean_over_draws() -> Names:
    each = between(-5, -1, P, 40)
    return {
        r"\log p(y'_{ij} \mid y)": np.log(np.exp(each).mean(axis=1, keepdims=True)),
        r"\log p\left(y'_{ij} \mid A^{(s)}_{ij}, B^{(s)}_{ij}\right)": each,
        r"\operatorname{logsumexp}_s": lambda values: special.logsumexp(values, axis=1, keepdims=True),
        "S": 40,
        r"\approx": 1e-9,
    }


def alike_in_a_state() -> Names:
    """Correlation of two rates of one state, by the moments of log-normal variables."""
    tau, nu, omega = between(0.05, 1.2), between(1, 3), between(0.2, 1.2)
    mean, over_shape = stats.lognorm(tau), stats.lognorm(omega, scale=np.exp(-nu))
    within = mean.moment(2) * over_shape.mean()
    return {
        r"\tau": tau,
        r"\nu": nu,
        r"\omega": omega,
        r"\rho": mean.var() / (mean.var() + within),
        r"\operatorname{E}(1 / a_i)": over_shape.mean(),
    }


# Exchangeable variables

BALLS, ADDED, DRAWN, ONES = (3.0, 4.0), 2.0, 5, 2
URN = ex.urn_counts(DRAWN, *BALLS, ADDED)
PAIR = ex.joint_law(ex.urn_counts(2, *BALLS, ADDED))
PLUS, RHO, VARIANCE = stats.beta(BALLS[0] / ADDED, BALLS[1] / ADDED), between(0.05, 0.95), between(1, 30)


def two_stages() -> Names:
    """Population and noise that add up to variance v, the population having the share rho of it."""
    within = VARIANCE - RHO * VARIANCE
    effects = NormalNormal([0.0], [1.0], tau=1.0)
    shared = np.array(
        [
            1 / (2 * (effects.log_marginal_likelihood(0.0, 0.0) - effects.log_marginal_likelihood(1.0, 0.0)))
            for _ in range(P)
        ]
    )
    return {
        r"\operatorname{Var}(X_j)": VARIANCE * shared[:, np.newaxis],
        r"\operatorname{Var}(\phi)": RHO * VARIANCE,
        r"\operatorname{Cov}(X_i, X_j)": RHO * VARIANCE,
        r"\tau^2": within,
    }


EXCHANGEABLE: Names = {
    "a": BALLS[0],
    "b": BALLS[1],
    "c": ADDED,
    "n": DRAWN,
    "s": ONES,
    "p": PAIR.sum(axis=1)[1],
    r"\rho": RHO,
    "v": VARIANCE,
    r"\alpha": PLUS.args[0],
    r"\beta": PLUS.args[1],
    "P(X_1 = X_2 = 1)": PAIR[1, 1],
}


def smallest_correlation(n: int) -> float:
    """By bisection: the lowest common correlation of n variables whose matrix has no negative eigenvalue."""
    low, high = -1.0, 0.0
    for _ in range(60):
        middle = (low + high) / 2
        matrix = np.full((n, n), middle) + (1 - middle) * np.eye(n)
        low, high = (middle, high) if np.linalg.eigvalsh(matrix).min() < 0 else (low, middle)
    return high


def urn_of_colours() -> Names:
    """Drawing k of n different things without putting them back, and with: how far apart, by counting."""
    k, n = 3, 9
    repeated = exchangeable.birthday(k, n)
    return {"k": k, "n": n, "d(P_k, Q_k)": repeated, r"\beta(k, n)": repeated, "slack": 0.05}


def shuffled_coins() -> Names:
    return {"k": 3, "n": 10, "q": 2, "d(P_k, Q_k)": exchangeable.shuffle_to_coin(10, 3), "slack": 0.6}


# Laws and choices that a page's own code makes


@cache
def code_of(page: str) -> str:
    return "\n".join(code for _, code in PAGES[page].cells)


def in_code(page: str, expression: str, **names):
    """Evaluate an expression that the code of a page must hold."""
    if " ".join(expression.split()) not in " ".join(code_of(page).split()):
        raise UnreadError(f"the code of {page} holds no {expression!r}")
    return eval(expression, {"np": np, "stats": stats, **names})


def constants(page: str) -> dict[str, float]:
    """Return the numbers to which the code of a page gives a name."""
    return {
        name: float(value)
        for names, values in re.findall(r"^([\w, ]+) = (\d[\d.]*(?:, \d[\d.]*)*)$", code_of(page), re.MULTILINE)
        for name, value in zip(names.split(", "), values.split(", "), strict=True)
    }


PAGES = {page.name.removeprefix("book/"): page for page in rules.pages(ROOT)}


def equal_sigma() -> Names:
    return {r"\operatorname{se}(\hat\mu)": estimators.complete_pooling(Y, np.full(J, 10.0)).se}


def one_effect() -> Names:
    """The posterior of mu if all groups share it; and the data then."""
    model = NormalNormal(Y, SIGMA, tau=0.0)
    shared = model.mu_given(0.0)
    return {
        r"\mu \sim": stats.norm(shared.mean, shared.sd),
        r"y_j \sim": NormalNormal(Y, SIGMA).log_likelihood(np.full(J, POOLED.mean)),
    }


def weight(sigma: float, tau: float) -> Callable[[], Names]:
    w = float(estimators.shrinkage_weight(sigma, tau))
    # In the centred form mu follows its last value by the share of the effects that is not data.
    return lambda: {"w": w, r"\varphi": 1 - w, r"\sigma": sigma, r"\tau": tau}


def half_cauchy() -> Names:
    return {r"p(\tau)": stats.halfcauchy(scale=5).pdf(TAU)}


def on_log_scale() -> Names:
    """The density of the logarithm, by the distribution function's slope."""
    prior = stats.halfcauchy(scale=5)
    return {
        r"p(\tau)": prior.pdf(TAU),
        r"p(\log \tau)": derivative(lambda t: prior.cdf(np.exp(t)), np.log(TAU)),
    }


def flat_on_the_variance() -> Names:
    return {r"p(\tau^2)": 1 / 900, r"p(\tau)": stats.powerlaw(2, scale=30).pdf(TAU)}


def improper_prior() -> Names:
    return {r"p(\tau)": np.exp(in_code("learning-tau", "-2 * np.log(tau)", tau=TAU))}


def standardised() -> Names:
    """Effects in the model's own standardised form."""
    return {r"\eta_j \sim": stats.norm(0, 1)}


def first_order() -> Names:
    return {"Y": CHANCE + 1e-4, r"\approx": 1e-6}


def arcsine_of_averages() -> Names:
    return {"X_j": estimators.to_arcsine(CHANCE, TRIALS), r"\theta_j": estimators.to_arcsine(CHANCE, TRIALS)}


def each_marginal() -> Names:
    models = [NormalNormal(x, np.ones(K)) for x in X]
    each = [model.log_marginal_likelihood(m, t) for model, t, m in zip(models, SPREAD[:, 0], LEVEL[:, 0], strict=True)]
    return {r"X_j \sim": column(each)}


def toward_zero() -> Names:
    return {"h": estimators.james_stein(X, variance=1, toward=0) / X, "c": K - 2}


def best_constant() -> Names:
    """The constant under which the estimate of the risk is lowest: a parabola through three of its values."""
    values = [float(estimated_risk_at(c)[0, 0]) for c in (5.0, 10.0, 15.0)]
    curve = np.polyfit([5.0, 10.0, 15.0], values, 2)
    return {"c": -curve[1] / (2 * curve[0])}


def constant_of_james_stein() -> Names:
    distance = X - X.mean(axis=1, keepdims=True)
    kept = (estimators.james_stein(X, variance=1) - X.mean(axis=1, keepdims=True)) / distance
    return {"c": (1 - kept) * SQUARES}


def flat_coordinate() -> Names:
    """What lies above a concentration under the prior in the code, halved."""

    def above(kappa):
        return integrate.quad(lambda u: np.exp(in_code("batting", BATTING_PRIOR, concentration=u)), kappa, np.inf)[0]

    kappa = between(5, 50)
    return {r"\kappa": kappa, "t": column([above(one) / 2 for one in kappa[:, 0]])}


BATTING_PRIOR = "-1.5 * np.log(concentration)"


def prior_of_checking() -> Names:
    found = constants("checking")
    return {
        r"\mu \sim": stats.norm(0, found["prior_sd"]),
        r"\theta_j \mid \mu \sim": stats.norm(MU, found["tau"]),
    }


def prior_of_exchangeability() -> Names:
    return {r"\mu": MU, r"\mu \sim": in_code("exchangeability", "stats.norm(0, 10)")}


def priors_of_nested() -> Names:
    return {
        r"\mu \sim": in_code("asthma-nested", "stats.norm(np.log(5), np.log(2))"),
        r"\nu \sim": in_code("asthma-nested", "stats.norm(np.log(10), 1)"),
    }


def all_batters() -> Names:
    hits = references_batting.HITS
    return {"p": between(0.2, 0.3), r"p \sim": stats.beta(1 + hits.sum(), 1 + (TRIALS - hits).sum())}


def batter_alone() -> Names:
    return {r"p_j \sim": stats.beta(OWN_CHANCE.alpha, OWN_CHANCE.beta)}


def flat_chances() -> Names:
    return {r"p_j \sim": stats.beta(1, 1), r"p \sim": stats.beta(1, 1)}


def beta_hyperprior() -> Names:
    """The prior of both shapes from that of mean and concentration, by the derivatives of the one by the other."""
    alpha, beta = between(5, 50), between(20, 150)
    prior = np.exp(in_code("batting", BATTING_PRIOR, concentration=alpha + beta))
    step = 1e-6

    def back(a, b):
        return np.array([a / (a + b), a + b])

    by_alpha = (back(alpha + step, beta) - back(alpha - step, beta)) / (2 * step)
    by_beta = (back(alpha, beta + step) - back(alpha, beta - step)) / (2 * step)
    jacobian = np.abs(by_alpha[0] * by_beta[1] - by_alpha[1] * by_beta[0])
    return {r"\alpha": alpha, r"\beta": beta, r"p(\alpha, \beta)": prior * jacobian}


def batting_prior() -> Names:
    return {r"p(\kappa)": np.exp(in_code("batting", BATTING_PRIOR, concentration=CONCENTRATION))}


def shots_prior() -> Names:
    return {r"p(\kappa)": np.exp(in_code("three-point", "-1.5 * np.log1p(concentration)", concentration=CONCENTRATION))}


def steeper_prior() -> Names:
    return {r"p(\kappa)": np.exp(in_code("three-point", "-2 * np.log1p(kappa)", kappa=CONCENTRATION))}


def too_narrow() -> Names:
    """Coverage of intervals whose sd is off by a factor, by integrating the normal density."""
    factor = 0.8
    z = 1.2815515655446004  # the standard normal's ninth decile, from a table
    return {"c": factor, "=": integrate.quad(stats.norm.pdf, -z * factor, z * factor)[0]}


def information_on_mu() -> Names:
    return {"P": column(1 / MU_GIVEN.sd**2)}


def lowest_correlation(n: int) -> Callable[[], Names]:
    return lambda: {"n": n, r"\rho": np.array([smallest_correlation(n), 0.5])}


def heads_in_five() -> Names:
    """The chance of two heads in five under the best coin."""
    coins = np.linspace(0, 1, 20001)
    chance = stats.binom(5, coins).pmf(2)
    return {r"\theta": coins[chance.argmax()], "=": 1 - chance.max()}


def urn_sequence() -> Names:
    one = URN[ONES] / special.comb(DRAWN, ONES)
    return {"=": one}


def urn_as_mixture() -> Names:
    return {
        r"P(X_1 = x_1, \dots, X_n = x_n)": URN[ONES] / special.comb(DRAWN, ONES),
        "dF": PLUS.pdf,
    }


def with_and_without() -> Names:
    """Two draws from N balls of which N t are ones: exactly, by the hypergeometric law."""
    n, s, balls = 2, 1, 10
    t = np.arange(1, balls)[:, np.newaxis] / balls
    exact = stats.hypergeom(balls, np.round(balls * t).astype(int), n).pmf(s) / special.comb(n, s)
    return {"n": n, "s": s, "N": balls, "t": t, "h_N(t)": exact, "slack": 0.08}


def one_head_of_two() -> Names:
    theta = np.linspace(0, 1, 11)[:, np.newaxis]
    return {r"\theta": theta}


def distance_of_two_laws() -> Names:
    """The largest difference over all events, by trying them all."""
    p, q = RNG.dirichlet(np.ones(5)), RNG.dirichlet(np.ones(5))
    events = (np.arange(32)[:, np.newaxis] >> np.arange(5)) & 1
    return {
        "d(P, Q)": ex.total_variation(p, q),
        r"\sup_A": np.max,
        r"\lvert P(A) - Q(A) \rvert": np.abs(events @ (p - q)),
        "P(x)": p,
        "Q(x)": q,
    }


def stages() -> Names:
    """What the two stages must make: variables of variance v and correlation rho, seen through their joint density."""
    x, phi = between(-5, 15), between(-3, 10)
    both = stats.multivariate_normal
    joint = [
        both([m, m], [[r * v, r * v], [r * v, v]]).logpdf([p, one])
        for m, r, v, p, one in np.column_stack([MU, RHO, VARIANCE, phi, x])
    ]
    first = stats.norm(MU, np.sqrt(RHO * VARIANCE))
    return {
        "X_j": x,
        r"\phi": phi,
        r"\mu": MU,
        r"\phi \sim": first,
        r"X_j \mid \phi \sim": column(joint) - first.logpdf(phi),
    }


def small_counties() -> Names:
    """Three years of twenty thousand people, in million person-years."""
    return {"x": sum([20_000] * 3) / 1_000_000}


def spread_of_rates() -> Names:
    """Forty equally likely sets of 58 rates: distances from the average of a set, and the variance of a set."""
    rng = np.random.default_rng(58)
    sets = rng.uniform(2, 20, (40, 58)) + rng.uniform(0, 9, 58)
    about = sets - sets.mean(axis=1, keepdims=True)
    return {
        "J": 58,
        "g_j": sets.mean(axis=0, keepdims=True) - sets.mean(),
        "v_j": about.var(axis=0, keepdims=True),
        r"\operatorname{E}(s^2 \mid y)": np.mean([statistics.variance(one) for one in sets.tolist()]),
    }


def half_dispersed() -> Names:
    return {"a": 24, "m": 4}


def laboratories() -> Names:
    """The priors of the problem set, from the constants in its code."""
    found = constants("problem-sets/sampling")
    mu, sigma2 = between(40, 60), between(2, 12)
    return {
        r"\mu": mu,
        r"\sigma^2": sigma2,
        r"\tau": TAU,
        r"\theta_j": THETA,
        "y_{ij}": THETA + 1,
        r"\mu \sim": stats.norm(found["MU_MEAN"], found["MU_SD"]),
        r"\sigma^2 \sim": stats.invgamma(found["SIGMA2_SHAPE"], scale=found["SIGMA2_SCALE"]),
        r"\tau \sim": stats.norm(0, found["TAU_SCALE"]),
        r"\theta_j \mid \mu, \tau \sim": stats.norm(mu, TAU),
        r"y_{ij} \mid \theta_j, \sigma^2 \sim": stats.norm(THETA, np.sqrt(sigma2)),
    }


MEANINGS: dict[str, Names] = {
    "pooling": NORMAL,
    "shrinkage": NORMAL,
    "estimation": NORMAL,
    "learning-tau": NORMAL,
    "lecture": NORMAL,
    "notation": NORMAL,
    "checking": NORMAL,
    "batting": BATTING,
    "three-point": SHARES,
    "asthma-county": COUNTS,
    "asthma-counties": COUNTS,
    "asthma-nested": NESTED,
    "exchangeability": EXCHANGEABLE,
    "problem-sets/rates": COUNTS,
    "problem-sets/pooling-and-shrinkage": NORMAL,
    "problem-sets/sampling": laboratories(),
}

READINGS: dict[tuple[str, str], Callable[[], Names]] = {
    ("pooling", r"\hat\theta_j = y_j"): no_pooling,
    ("pooling", r"P\big(\max_j y_j \ge 28"): chance_of_28,
    ("pooling", r"P\big(\max_j y_j \ge 28,\, \min_j"): chance_of_both,
    ("pooling", "z_j = "): on_turned_axes,
    ("pooling", "u_j = "): on_turned_axes,
    ("pooling", r"\sum_j u_j z_j ="): on_turned_axes,
    ("pooling", r"Q = \sum_j z_j^2"): on_turned_axes,
    ("pooling", r"\hat\theta_j^{\text{compromise}}"): compromise,
    ("pooling", r"\mu \sim"): one_effect,
    ("pooling", r"\operatorname{se}(\hat\mu) = 10"): equal_sigma,
    ("shrinkage", r"\log p(\theta_j"): shape_of_theta,
    ("shrinkage", "w = 25"): weight(16, 5),
    ("shrinkage", r"\operatorname{Cov}(\theta_A"): tied_by_mu,
    ("estimation", r"p(\theta, \mu \mid y, \tau) \propto"): all_unknowns,
    ("estimation", r"\mu \mid \text{all else}"): mean_of_effects,
    ("estimation", r"\varphi = \frac{1}{J}"): gibbs_in_turn,
    ("estimation", r"n_{\text{eff}}"): effective_size,
    ("estimation", r"\rho_k"): effective_size,
    ("estimation", r"\hat R"): r_hat,
    ("estimation", r"\tau' = \tau e^{s z}"): walk_on_log_scale,
    ("estimation", r"\tau' = \tau e^{z}"): lambda: walk_on_log_scale(1.0),
    ("estimation", r"q(\tau \to"): walk_on_log_scale,
    ("estimation", r"\frac{q(\tau'"): walk_on_log_scale,
    ("estimation", r"\eta_j \sim"): standardised,
    ("estimation", r"J / \tau^2"): weight(1, 5),
    ("estimation", r"p(\tau) \propto 1 / (1"): half_cauchy,
    ("learning-tau", r"p(\tau \mid y)"): tau_alone,
    ("learning-tau", r"\operatorname{E}(\theta_j \mid y)"): averaged_over_tau,
    ("learning-tau", r"\operatorname{Var}(\theta_j \mid y)"): averaged_over_tau,
    ("learning-tau", r"p(\tau) = p(\tau^2)"): flat_on_the_variance,
    ("learning-tau", r"p(\tau) \propto \tau^{-2}"): improper_prior,
    ("learning-tau", r"\int_\epsilon^{1}"): near_zero,
    ("learning-tau", r"\eta_j \sim"): standardised,
    ("learning-tau", "w = 1/2"): weight(12, 12),
    ("learning-tau", r"h ="): two_forms,
    ("learning-tau", r"S ="): two_forms,
    ("learning-tau", r"A ="): two_forms,
    ("learning-tau", r"B ="): two_forms,
    ("learning-tau", r"\frac{1 - \varphi_n}"): two_forms,
    ("learning-tau", r"1 - \varphi_c"): two_forms,
    ("learning-tau", r"1 - \varphi_n"): two_forms,
    ("learning-tau", r"\varphi_c ="): lambda: two_forms(0.02),
    ("learning-tau", r"\varphi_n ="): lambda: two_forms(0.02),
    ("learning-tau", r"f ="): where_they_break_even,
    ("learning-tau", "w = 25/125"): weight(10, 5),
    ("learning-tau", r"\varphi = 1 - w = 4/5"): weight(10, 5),
    ("notation", r"p(\log \tau)"): on_log_scale,
    ("checking", r"2 \, \Phi"): too_narrow,
    ("checking", r"\mu \sim"): prior_of_checking,
    ("checking", r"\theta_j \mid \mu \sim"): prior_of_checking,
    ("checking", "P ="): information_on_mu,
    ("batting", r"f(Y) \approx"): first_order,
    ("batting", "X_j = f"): arcsine_of_averages,
    ("batting", r"\theta_j = f"): arcsine_of_averages,
    ("batting", r"X_j \sim N(\mu"): each_marginal,
    ("batting", r"\operatorname{E}\left( (X_j"): risk_of_correction,
    ("batting", r"\text{risk} = \operatorname{E}"): risk_of_correction,
    ("batting", r"\|X - \theta\|^2 +"): loss,
    ("batting", r"k - \frac{2 c"): estimated_risk,
    ("batting", r"\text{risk} = k"): risk_by_poisson,
    ("batting", r"\operatorname{E}(X_j F)"): moments_with_a_factor,
    ("batting", r"\operatorname{E}(X_j^2 F)"): moments_with_a_factor,
    ("batting", "c = k - 2"): best_constant,
    ("batting", "c = k - 3"): constant_of_james_stein,
    ("batting", r"t = 1 / \sqrt\kappa"): flat_coordinate,
    ("batting", "h = 1"): toward_zero,
    ("batting", r"p \sim \operatorname{Beta}"): all_batters,
    ("batting", r"p \sim \operatorname{Uniform}"): flat_chances,
    ("batting", r"p_j \sim \operatorname{Uniform}"): flat_chances,
    ("batting", r"p_j \sim \operatorname{Beta}(1"): batter_alone,
    ("batting", r"p(\kappa) \propto \kappa^{-3/2}"): batting_prior,
    ("batting", r"p(\alpha, \beta)"): beta_hyperprior,
    ("batting", r"\log p(y_j'"): score,
    ("batting", "g_j = -"): halfway,
    ("batting", r"\|g\|^2 = S"): halfway,
    ("three-point", r"p(\theta) \propto"): one_prior,
    ("three-point", r"p(\kappa) \propto \kappa^{-3/2}"): batting_prior,
    ("three-point", r"p(\kappa) \propto (1 + \kappa)^{-3/2}"): shots_prior,
    ("three-point", r"p(\kappa) \propto (1 + \kappa)^{-2}"): steeper_prior,
    ("exchangeability", r"\mu \sim"): lambda: {
        r"\mu": MU,
        r"\mu \sim": in_code("exchangeability", "stats.norm(0, 10)"),
    },
    ("exchangeability", r"\rho \ge -1"): lowest_correlation(7),
    ("exchangeability", r"-1/(J-1) \le"): lambda: {"J": 5, r"\rho": np.array([smallest_correlation(5), 1.0])},
    ("exchangeability", r"1 - 10"): heads_in_five,
    ("exchangeability", r"\theta = 2/5"): heads_in_five,
    ("exchangeability", r"d(P, Q) ="): distance_of_two_laws,
    ("exchangeability", r"\frac{\prod"): urn_sequence,
    ("exchangeability", r"P(X_1 = x_1,"): urn_as_mixture,
    ("exchangeability", r"\left| h_N"): with_and_without,
    ("exchangeability", r"2\theta(1-\theta)"): one_head_of_two,
    ("exchangeability", r"\phi \sim N"): stages,
    ("exchangeability", r"X_j \mid \phi"): stages,
    ("exchangeability", r"\operatorname{Var}(X_j)"): two_stages,
    ("exchangeability", r"\operatorname{Cov}(X_i"): two_stages,
    ("exchangeability", r"\tau^2 ="): two_stages,
    ("exchangeability", r"d(P_k, Q_k) \le \beta"): urn_of_colours,
    ("exchangeability", r"d(P_k, Q_k) \le \frac{k"): urn_of_colours,
    ("exchangeability", r"d(P_k, Q_k) \le \frac{qk"): shuffled_coins,
    ("asthma-county", r"p(\lambda \mid y) \propto"): one_county,
    ("asthma-county", r"\tilde y \mid y"): later_count,
    ("asthma-county", r"\operatorname{Var}(\tilde y"): predicted_moments,
    ("asthma-counties", r"p(y \mid a, b)"): hidden_county,
    ("asthma-counties", "p_j ="): law_of_a_count,
    ("asthma-counties", r"x = 3 \cdot"): small_counties,
    ("asthma-counties", r"\operatorname{E}(s^2"): spread_of_rates,
    ("asthma-nested", r"\log p(y'_{ij}"): mean_over_draws,
    ("asthma-nested", r"\mu \sim N(\log 5"): lambda: {
        r"\mu \sim": in_code("asthma-nested", "stats.norm(np.log(5), np.log(2))")
    },
    ("asthma-nested", r"\nu \sim N(\log 10"): lambda: {
        r"\nu \sim": in_code("asthma-nested", "stats.norm(np.log(10), 1)")
    },
    ("asthma-nested", r"\rho = \frac"): alike_in_a_state,
    ("asthma-nested", r"\operatorname{E}(1 / a_i)"): alike_in_a_state,
    ("asthma-nested", "a / m ="): half_dispersed,
    ("lecture", r"y_j \sim N(\hat\mu"): one_effect,
    ("lecture", r"y_j \sim \operatorname{Poisson}"): lambda: COUNTS,
    ("lecture", r"\rho \ge -1/2"): lowest_correlation(3),
}

A_CHOICE = "chosen for what follows, not a result"
A_PRIOR = "a prior that is named, or an improper one that no code of the page holds"
IN_WORDS = "its parts are words"
A_LIMIT = "a limit, or a rule that replaces one value by another"
A_CONDITION = "the condition under which something holds"
NO_NUMBER = "about densities in general: nothing to put numbers into"
EXCUSED: dict[tuple[str, str], str] = {
    ("shrinkage", r"\tau \to \infty"): A_LIMIT,
    ("lecture", r"\tau \to \infty"): A_LIMIT,
    ("lecture", r"\tau \to 0"): A_LIMIT,
    ("lecture", r"J \to \infty"): A_LIMIT,
    ("shrinkage", r"\tau \to 0"): A_LIMIT,
    ("shrinkage", r"w_j \to 0"): A_LIMIT,
    ("shrinkage", r"w_j \to 1"): A_LIMIT,
    ("estimation", r"\tau \to 0"): A_LIMIT,
    ("batting", r"X_j \to \bar X+(X_j-\bar X)/2"): A_LIMIT,
    ("learning-tau", r"\tau>0"): A_CONDITION,
    ("learning-tau", r"J\ge3"): A_CONDITION,
    ("learning-tau", r"\sigma_j>0"): A_CONDITION,
    ("learning-tau", r"\tau^2 = h"): A_CONDITION,
    ("learning-tau", r"\tau^2<h"): A_CONDITION,
    ("learning-tau", r"\tau^2>h"): A_CONDITION,
    ("learning-tau", r"A = B"): A_CONDITION,
    ("learning-tau", r"J\ge4"): A_CONDITION,
    ("learning-tau", r"k<1"): A_CONDITION,
    ("learning-tau", r"k>-6"): A_CONDITION,
    ("batting", r"k\ge3"): A_CONDITION,
    ("batting", r"k\ge4"): A_CONDITION,
    ("batting", r"\nu>2"): A_CONDITION,
    ("batting", r"\operatorname{E}|\partial g_j/\partial X_j|<\infty"): A_CONDITION,
    ("batting", r"\theta = 1/2"): A_CHOICE,
    ("exchangeability", r"n\ge2"): A_CONDITION,
    ("exchangeability", r"\rho\ge0"): A_CONDITION,
    ("exchangeability", r"J\ge2"): A_CONDITION,
    ("exchangeability", r"v>0"): A_CONDITION,
    ("exchangeability", r"\rho<0"): A_CONDITION,
    ("exchangeability", r"c>0"): A_CONDITION,
    ("exchangeability", r"a,b>0"): A_CONDITION,
    ("exchangeability", r"c\ge0"): A_CONDITION,
    ("exchangeability", r"N\ge n"): A_CONDITION,
    ("exchangeability", r"k\le n"): A_CONDITION,
    ("exchangeability", r"N\le7"): A_CONDITION,
    ("problem-sets/sampling", r"x>0"): A_CONDITION,
    ("pooling", r"\theta_1 = \dots = \theta_8 = \mu"): "the hypothesis that is tested",
    ("pooling", r"\sqrt{J} = 5"): A_CHOICE,
    ("shrinkage", r"y_j = \theta_j+\varepsilon_j"): "it defines the noise",
    ("estimation", r"p(\theta\mid y)p(\mu\mid\theta,y) = p(\theta,\mu\mid y)"): NO_NUMBER,
    (
        "estimation",
        r"z = \frac{\text{mean of the draws}-\text{exact mean}}{\text{Monte Carlo standard error}}",
    ): "in words",
    ("learning-tau", r"p(\mu,\tau) \propto p(\tau)"): A_PRIOR,
    ("learning-tau", r"p(\tau) \propto 1"): A_PRIOR,
    ("learning-tau", r"\mu = \hat\mu(\tau)"): A_CHOICE,
    ("learning-tau", r"p(\tau) \propto \tau^{-1}"): A_PRIOR,
    ("learning-tau", r"\sigma = \tau"): A_CHOICE,
    ("learning-tau", r"p(\tau) \propto \tau^{-k}"): A_PRIOR,
    ("learning-tau", r"k = -1,0,1/2,1,2"): A_CHOICE,
    ("learning-tau", r"\varphi = w"): "the other form's correlation, which the exercise measures",
    ("checking", r"y_j \sim N(\theta_j^*,\sigma_j^2)"): "it defines the data of a replication",
    (
        "checking",
        r"\Pr(\text{rank} = r\mid y) = \frac{1}{L+1}",
    ): "tested in test_calibration.py",
    ("checking", r"y = \theta^*+\sigma\varepsilon"): "it defines the noise",
    ("checking", r"\theta = y+\sigma\varepsilon'"): "it defines the noise",
    ("batting", r"\lambda = \|\theta\|^2"): "it defines the noncentrality",
    ("batting", r"\operatorname{logit}(p_j) \sim N(\mu,\sigma^2)"): "a model that `lib` does not have",
    ("batting", r"p(\kappa) \propto \kappa^{-2}"): A_PRIOR,
    ("three-point", r"n = \kappa"): A_CHOICE,
    ("three-point", r"m = 373/1000"): A_CHOICE,
    (
        "exchangeability",
        r"\operatorname{Cov}(X_1,X_2) = \operatorname{Var}(m(\phi)) \ge 0",
    ): NO_NUMBER,
    ("exchangeability", r"\rho = 3/10"): A_CHOICE,
    ("exchangeability", r"n \le a+b"): A_CHOICE,
    ("exchangeability", r"s = x_1+\dots+x_n"): "it defines s",
    ("exchangeability", r"P(X_j = 1\mid\Theta) = \Theta"): NO_NUMBER,
    ("exchangeability", r"\Theta_N = t"): A_CHOICE,
    ("exchangeability", r"P(x_1,\dots,x_n) = \int h_N(t)dF_N(t)"): NO_NUMBER,
    ("exchangeability", r"P(x_1,\dots,x_n) = \lim_{N \to \infty}\int t^s(1-t)^{n-s}dF_N(t)"): NO_NUMBER,
    ("exchangeability", r"s = n"): A_CHOICE,
    ("exchangeability", r"P(X_1\in A_1,\dots,X_n\in A_n) = \int\prod_{j = 1}^nQ(A_j)d\Pi(Q)"): NO_NUMBER,
    ("exchangeability", r"p(\theta_1,\dots,\theta_J) = \int\prod_{j = 1}^Jp(\theta_j\mid\phi)p(\phi)d\phi"): NO_NUMBER,
    ("exchangeability", r"\phi = (\mu,\tau)"): "it defines phi",
    (
        "exchangeability",
        r"\lambda_{ij}\mid a_i,b_i \sim \operatorname{Gamma}(a_i,b_i)",
    ): NO_NUMBER,
    ("exchangeability", r"(a_i,b_i)\mid\phi \sim p(\cdot\mid\phi)"): NO_NUMBER,
    ("exchangeability", r"\phi \sim p(\phi)"): NO_NUMBER,
    ("exchangeability", r"\theta_j\mid z_j \sim N(\beta_0+\beta_1z_j,\tau^2)"): "a model that `lib` does not have",
    ("exchangeability", r"p(\theta_{J+1}\mid y) = \int p(\theta_{J+1}\mid\phi)p(\phi\mid y)d\phi"): NO_NUMBER,
    ("exchangeability", r"P(X_{n+1} = 1\mid x) = \operatorname{E}(\Theta\mid x)"): NO_NUMBER,
    ("asthma-county", r"x = b"): A_CHOICE,
    ("asthma-counties", r"(a,b) \sim p(a,b)"): NO_NUMBER,
    ("asthma-nested", r"\mu = \log4"): A_CHOICE,
    ("problem-sets/sampling", r"\theta_j = \bar y_j"): A_CHOICE,
    ("problem-sets/sampling", r"\log\tau' = \log\tau+\texttt{step}\cdot z"): "it defines a proposal",
    ("problem-sets/sampling", r"z \sim N(0,1)"): "it defines a proposal",
    ("lecture", r"p(\tau) \propto \tau^{-2}"): A_PRIOR,
    ("lecture", r"p(\theta_1,\dots,\theta_n) = \int\prod_jp(\theta_j\mid\phi)p(\phi)d\phi"): NO_NUMBER,
    ("lecture", r"k = n > 2"): A_CHOICE,
    ("lecture", r"\mu \sim N(\mu_0,\tau_0^2)"): "a prior that the lecture proposes, without numbers",
    ("lecture", r"Y_j \sim \operatorname{Pois}(\lambda_j)"): "the lecture's notation",
    ("lecture", r"\lambda_j \sim \operatorname{Gam}(a,b)"): "the lecture's notation",
    ("lecture", r"Y_{ij} \sim \operatorname{Pois}(\lambda_{ij})"): "the lecture's notation",
    ("lecture", r"\lambda_{ij} \sim \operatorname{Gam}(a_i,b_i)"): "the lecture's notation",
}


def mean_of_beta_binomial(function: Callable) -> np.ndarray:
    """Average a function of the makes over the counts that the population would make."""
    made = np.arange(ATTEMPTS[0] + 1)
    chance = stats.betabinom(ATTEMPTS, MEAN * CONCENTRATION, (1 - MEAN) * CONCENTRATION).pmf(made)
    return (chance * function(made)).sum(axis=1, keepdims=True)


def variance_of_share(made):
    return stats.beta(MEAN * CONCENTRATION + made, (1 - MEAN) * CONCENTRATION + ATTEMPTS - made).var()


def square_of_distance(made):
    return (made / ATTEMPTS - MEAN) ** 2


def correlation_of_two(law: np.ndarray) -> float:
    """The correlation of two draws, from their joint law."""
    chance = law.sum(axis=1)[1]
    return float((law[1, 1] - chance**2) / (chance * (1 - chance)))


def variance_of_sum(n: int, rho) -> np.ndarray:
    """The variance of a sum, entry by entry of the covariance matrix."""
    entries = [VARIANCE * (1 if i == j else rho) for i in range(n) for j in range(n)]
    return np.sum(entries, axis=0)


def largest_eigenvalue() -> Names:
    matrices = [np.full((J, J), rho) + (1 - rho) * np.eye(J) for rho in RHO[:, 0]]
    return {"J": J, "=": column([np.linalg.eigvalsh(matrix).max() for matrix in matrices])}


def smallest_eigenvalue() -> Names:
    matrices = [np.full((J, J), rho) + (1 - rho) * np.eye(J) for rho in RHO[:, 0]]
    return {"=": column([np.linalg.eigvalsh(matrix).min() for matrix in matrices])}


def next_draw() -> Names:
    """The chance of a one after s of them in n draws, for Polya's urn, from the laws of n and of n + 1 draws."""
    one = ex.joint_law(ex.urn_counts(DRAWN, *BALLS, 1))[(1,) * ONES + (0,) * (DRAWN - ONES)]
    both = ex.joint_law(ex.urn_counts(DRAWN + 1, *BALLS, 1))[(1,) * ONES + (0,) * (DRAWN - ONES) + (1,)]
    return {"=": both / one}


def without_replacement() -> Names:
    return {"=": correlation_of_two(ex.joint_law(ex.urn_counts(2, *BALLS, -1)))}


def urn_by_beta() -> Names:
    return {r"B": special.beta, "=": URN[ONES] / special.comb(DRAWN, ONES)}


def bounds_of_sequences() -> Names:
    return {"k": 2, "n": 9, "=": exchangeable.birthday(2, 9)}


def shrunken() -> Names:
    given = estimators.partial_pooling(Y, np.full(J, ONE_SIGMA), TAU[:, 0], mu=3.0)
    return {r"\mu": 3.0, "=": given.mean}


def spread_of_means() -> Names:
    """What the effects' variance has beyond the variance that is left in each."""
    given = estimators.partial_pooling(Y, np.full(J, ONE_SIGMA), TAU[:, 0], mu=3.0)
    return {"=": TAU**2 - given.sd[:, :1] ** 2}


def with_equal_noise() -> Names:
    """A group's mean, all having the same standard error and mu being known."""
    model = NormalNormal(Y, np.full(J, ONE_SIGMA))
    return {"=": model.groups_given(MU[:, 0], TAU[:, 0]).mean}


def share_of_draws() -> Names:
    names = effective_size()
    return {**names, "=": names[r"n_{\text{eff}}"] / names["n"]}


def sd_of_mu() -> Names:
    return {"=": mean_of_effects()[r"\mu \mid \text{all else} \sim"].std()}


def slope_of_correction() -> Names:
    """The exercise's correction, moved by its own coordinate."""
    x = X[0]
    step = np.zeros(K)
    step[0] = 1.0
    return {"=": ((x + step).mean() - x.mean() - 1) / 2}


def slopes_of_correction() -> Names:
    return {"=": K * slope_of_correction()["="]}


EXPRESSIONS: dict[tuple[str, str], object] = {
    ("shrinkage", r"1/\sigma_j^2+1/\tau^2"): THETA_GIVEN.sd**-2,
    ("shrinkage", r"y_j/\sigma_j^2+\mu/\tau^2"): THETA_GIVEN.mean / THETA_GIVEN.sd**2,
    ("shrinkage", r"(1-w_j)\mu"): THETA_GIVEN.mean - GIVEN.weight * Y,
    ("shrinkage", r"\mu+w(y_j-\mu)"): shrunken,
    ("shrinkage", r"w\tau^2"): spread_of_means,
    ("shrinkage", r"\tau^4/(\tau^2+\sigma^2)"): spread_of_means,
    ("estimation", r"w_j y_j+(1-w_j)\mu"): THETA_GIVEN.mean,
    ("estimation", r"\tau/\sqrt{J}"): sd_of_mu,
    ("estimation", r"(\theta_j-\mu)/\tau"): stats.norm.ppf(stats.norm(MU, TAU).cdf(THETA)),
    ("estimation", r"(1-\varphi)/(1+\varphi)"): share_of_draws,
    ("learning-tau", r"w_j y_j+(1-w_j)\mu"): THETA_GIVEN.mean,
    ("learning-tau", r"w_j(y_j-\mu)"): THETA_GIVEN.mean - MU,
    ("learning-tau", r"\tau^2S/J"): lambda: {**two_forms(), "=": GIVEN.weight.mean(axis=1, keepdims=True)},
    ("learning-tau", r"1-S/\sum_j\sigma_j^{-2}"): lambda: {
        **two_forms(),
        "=": np.average(GIVEN.weight, axis=1, weights=SIGMA**-2.0)[:, np.newaxis],
    },
    ("learning-tau", r"h/f^2"): lambda: {**where_they_break_even(), "f": 3.0, "=": stats.hmean((SIGMA / 3) ** 2)},
    ("learning-tau", r"(1-\varphi)/(1+\varphi)"): share_of_draws,
    ("lecture", r"\tau^4/(\tau^2+\sigma^2)"): spread_of_means,
    ("batting", "k-2"): lambda: {"=": best_constant()["c"]},
    ("batting", "k-3"): lambda: {"=": constant_of_james_stein()["c"]},
    ("batting", r"f'(p)^2p(1-p)/n"): 1.0,
    ("batting", r"1/(\nu-2)"): stats.invgamma((K - 1) / 2, scale=0.5).mean(),
    ("batting", r"-c(k-2)/\|X\|^2"): lambda: {"=": divergence(to_zero(C))},
    ("batting", "2(k-2)"): lambda: {"=": 2 * best_constant()["c"]},
    ("batting", r"m(1-m)/(\kappa+1)"): POPULATION.var(),
    ("batting", r"e^{-\lambda/2}\cosh\sqrt{\lambda s}"): ratio_of_densities,
    ("batting", r"(\operatorname{E}_{k+2}F-\operatorname{E}_kF)/2"): slope_by_noncentrality,
    ("batting", r"-(1-1/k)/2"): slope_of_correction,
    ("batting", r"-(k-1)/2"): slopes_of_correction,
    ("three-point", r"m\kappa+y"): SHOOTER.groups_given(MEAN[:, 0], CONCENTRATION[:, 0]).alpha,
    ("three-point", r"(1-m)\kappa+n-y"): SHOOTER.groups_given(MEAN[:, 0], CONCENTRATION[:, 0]).beta,
    ("three-point", r"n/(n+\kappa)"): SHARES["w"],
    ("three-point", r"m(1-m)/(\kappa+1)"): POPULATION.var(),
    ("three-point", r"s^2(1-w)"): mean_of_beta_binomial(variance_of_share),
    ("three-point", r"\kappa/n"): mean_of_beta_binomial(square_of_distance) / POPULATION.var() - 1,
    ("exchangeability", r"n v(1+(n-1)\rho)"): variance_of_sum(DRAWN, RHO),
    ("exchangeability", "-1/(5-1)"): smallest_correlation(5),
    ("exchangeability", r"10\theta^2(1-\theta)^3"): lambda: {r"\theta": RHO, "=": stats.binom(5, RHO).pmf(2)},
    ("exchangeability", r"1+(J-1)\rho"): largest_eigenvalue,
    ("exchangeability", r"1-\rho"): smallest_eigenvalue,
    ("exchangeability", "-1/(J-1)"): lambda: {"J": 5, "=": smallest_correlation(5)},
    ("exchangeability", "c/(a+b+c)"): correlation_of_two(PAIR),
    ("exchangeability", r"B(\alpha+s,\beta+n-s)/B(\alpha,\beta)"): urn_by_beta,
    (
        "exchangeability",
        r"\int_0^1\theta^s(1-\theta)^{n-s}\operatorname{Beta}(\theta\mid\alpha,\beta)d\theta",
    ): urn_by_beta,
    ("exchangeability", "1/(2+3+1)"): correlation_of_two(ex.joint_law(ex.urn_counts(2, 2, 3, 1))),
    ("exchangeability", "-1/(a+b-1)"): without_replacement,
    ("exchangeability", "k(k-1)/(2n)"): bounds_of_sequences,
    ("exchangeability", "n(n-1)/(2N)"): lambda: {"n": 2, "N": 9, "=": exchangeable.birthday(2, 9)},
    ("exchangeability", r"8\cdot7/(2N)"): lambda: {"N": 9.0, "=": sum(range(8)) / 9},
    ("exchangeability", r"N v(1-(N-1)/6)"): lambda: {"N": 5, "=": variance_of_sum(5, -1 / 6)},
    ("exchangeability", "(a+s)/(a+b+n)"): next_draw,
    ("exchangeability", "-1/5"): smallest_correlation(6),
    ("asthma-county", "a/b"): COUNTS["m"],
    ("asthma-county", r"\sqrt{a}/b"): stats.gamma(SHAPE, scale=1 / RATE).std(),
    ("asthma-county", "x/(b+x)"): COUNTS["w"],
    ("asthma-county", "(6/8)^6"): lambda: {"=": stats.nbinom(6, 6 / (6 + 2)).pmf(0)},
    ("asthma-counties", r"m/\sqrt{a}"): stats.gamma(SHAPE, scale=1 / RATE).std(),
    ("asthma-counties", r"1/\sqrt{a}"): stats.gamma(SHAPE, scale=1 / RATE).std() / COUNTS["m"],
    ("asthma-counties", "x_j/(b+x_j)"): COUNTS["w"],
    ("asthma-counties", "(a + y_j)/(b + x_j)"): COUNTY_MEAN,
    ("asthma-counties", "b = a/m"): COUNTS["b"],
    ("asthma-nested", r"1/\sqrt{a_i}"): STATE_LAW.std() / STATE_LAW.mean(),
    ("asthma-nested", r"a_i/m_i"): NESTED["b_i"],
    ("asthma-nested", r"m^2/a"): lambda: {"m": STATE_MEAN, "a": STATE_SHAPE, "=": STATE_LAW.var()},
    ("problem-sets/pooling-and-shrinkage", r"\tau^4/(\tau^2+\sigma^2)"): spread_of_means,
    ("problem-sets/rates", "a/b"): COUNTS["m"],
    ("problem-sets/rates", r"\sqrt{a}/b"): stats.gamma(SHAPE, scale=1 / RATE).std(),
    ("lecture", r"\sqrt{45}\arcsin(2Y-1)"): lambda: {"Y": CHANCE, "=": estimators.to_arcsine(CHANCE, 45)},
    ("lecture", "-1/(n-1)"): lambda: {"n": 7, "=": smallest_correlation(7)},
    ("lecture", "k(k-1)/(2n)"): bounds_of_sequences,
    ("notation", r"(\theta_j-\mu)/\tau"): stats.norm.ppf(stats.norm(MU, TAU).cdf(THETA)),
    ("notation", "a/(a+b)"): lambda: {**COUNTS, "=": stats.beta(SHAPE, RATE).mean()},
    ("notation", "a/b"): lambda: {**COUNTS, "=": COUNTS["m"]},
    ("notation", r"\sqrt{n}\arcsin(2p-1)"): lambda: {**BATTING, "=": BATTING["f"](CHANCE)},
}

# Names, steps and parts of formulas, without a value of their own to compare with: only their spelling is compared.
SPELT: dict[tuple[str, str], str] = {
    (page, latex): "only its spelling is compared"
    for page, lines in {
        "pooling": r"""
            N(y_j,\sigma_j^2)
            \sum_j a_j y_j
            \sum_j a_j^2\sigma_j^2
            1/\sigma_j^2
            2a_j\sigma_j^2
            N(\hat\mu,\sigma_j^2)
            J-1
            1/225
            1/100
            \Phi((28-\hat\mu)/15)
            \tau^2+\sigma_j^2
        """,
        "shrinkage": r"""
            N(\mu,\tau^2)
            J-1
            \sqrt{n}
            \sqrt{2n}
            \theta_A-\theta_C
            -3\pm16
            N(8,10^2)
        """,
        "estimation": r"""
            10^{18}
            N(y_j;\theta_j,\sigma_j^2)
            N(\theta_j;\mu,\tau^2)
            p(\theta_j\mid\theta_{-j},\mu)
            \theta_{-j}
            \varphi^t
            \sqrt{n_{\text{eff}}}
            p(x)/p(x')
            B/n
            p(\tau\mid y)/\tau
            1/\tau
            N(0,4^2)
            1/16
            e^{-(\theta_j-\mu)^2/2\tau^2}
        """,
        "learning-tau": r"""
            V_\mu(\tau)^{-1/2}
            \tau^{-1}
            \log(1/\epsilon)
            1/\tau
            V_\mu(\tau)^{1/2}
            \mu+\tau\eta_j
            \sigma_j/\tau
            \sqrt{h}
            \tau^{-(J-1)}
            y_j-\tau\eta_j
            \operatorname{Var}(\mu)+\operatorname{E}[\tau^2]
            -\tau/10
            \int_\epsilon\tau^{-k}d\tau
            \tau^{-k-7}
            \varphi^k
            1-w_j
        """,
        "checking": r"""
            (\mu^*,\theta^*)
            L+1
            \log p(\theta\mid\mu)+\log p(\mu)
            y-\sigma\varepsilon
            -\varepsilon
            (\theta_1-\mu)(\theta_2-\mu)
            0,1/9,\dots,1
            p(1-p)/N
            N(0,10^2)
        """,
        "batting": r"""
            \tau^2+1
            S/(\tau^2+1)
            k-1
            \sum_j(X_j-\mu)^2
            X+g(X)
            1/\|X\|^2
            \|X\|^2
            k+2N
            \lambda/2
            \operatorname{E}(h X_1-\eta)^2
            1/\sqrt\kappa
            X+1/X
            s^N
            1+2N
            \operatorname{E}((X_j-\theta_j)F)
            1-7/18
            1-8/20
            1-4\cdot4/11
            \max(0,1-2/\|X\|^2)X
            \sqrt{w}
        """,
        "three-point": r"""
            \theta^y(1-\theta)^{n-y}
            (1-m)\kappa
            \sqrt{\theta_j(1-\theta_j)/N_j}
            \operatorname{E}[\theta(1-\theta)]/N
            1/\sqrt\kappa
        """,
        "exchangeability": r"""
            X_1+\dots+X_n
            1-X
            -1/2
            (1-\rho)I+\rho\mathbf{1}\mathbf{1}^\top
            \operatorname{Beta}(a/c,b/c)
            a+b+(i-1)c
            a+c
            (X_1+\dots+X_n)/n
            N(1-t)
            t^s(1-t)^{n-s}
            \binom n2/N
            \int\theta^n d F(\theta)
            \mathbb{R}^d
            n+1
            n-m
            P(X_1+\dots+X_n=m)
            k(k-1)/n
            2q k/n
            q k/n
            n/2
            1/n
            2k/n
            k/n
            1-k/n
            \frac14
            -1/6
            a+s
            a+b+n
            \operatorname{Beta}(a+s,b+n-s)
            -1/10
            1+7\rho
            2\cdot5/n
            5\cdot4/(2n)
            1/\binom n s
            s/n
            \operatorname{Beta}(2/5,3/5)
        """,
        "asthma-county": r"""
            a-1
        """,
        "asthma-counties": r"""
            y_j/x_j
            1/x_j
            5/x_j
            3/2
        """,
        "asthma-nested": r"""
            y_{i j}/x_{i j}
            x_{i j}/(x_{i j}+a_i/m_i)
            1/2
            e^\tau
            e^{-\nu/2}
            e^{\omega/2}
            \operatorname{Gamma}(1/2,0)
            x'A/B
            1/7
        """,
        "problem-sets/pooling-and-shrinkage": r"""
            (y_j-\hat\mu)^2/\sigma_j^2
            1/\sigma_j^2
            1/(\sigma_j^2+\tau^2)
            \tau^2+\sigma^2
        """,
        "problem-sets/sampling": r"""
            x^{-a-1}e^{-b/x}
            b/g
        """,
        "problem-sets/shrinkage-in-sport": r"""
            \operatorname{Beta}(m\kappa,(1-m)\kappa)
        """,
        "problem-sets/exchangeability": r"""
            n+1
        """,
        "problem-sets/rates": r"""
            y_j/x_j
            10^9
        """,
        "instructors": r"""
            N(\mu,\tau^2)
            k-2
            k-3
        """,
        "lecture": r"""
            1-w
            J-1
            p(\theta_j\mid\theta_{-j},\mu)
            \tau^{-1}
            k-3
            k-2
            2k/n
            a_i/b_i
        """,
        "notation": r"""
            a+b
            N(\mu,\tau^2)
            J-1
            1-w_j
        """,
    }.items()
    for latex in map(str.strip, lines.strip().split("\n"))
}
