"""Answers to the practice exercises of the chapter on estimation, found without their checks."""

import numpy as np
from exercise_rules import Right, Wrong
from references import SIGMA, Y, given_tau
from scipy import integrate, stats

from lib import NormalNormal

EFFECTS = np.array([9.0, 8, 6, 8, 6, 7, 10, 8])
PHI = np.mean(SIGMA**2 / (25 + SIGMA**2))
VARIANCE = given_tau(5)[1][-1, -1]


def moments_of_mu(effects=EFFECTS, tau=5.0, prior_sd=4.0):
    """Mean and sd of mu given the effects, by integrating prior times likelihood."""
    mu = np.linspace(-60, 60, 200_001)
    log_density = stats.norm.logpdf(mu, 0, prior_sd) + sum(stats.norm.logpdf(e, mu, tau) for e in effects)
    density = np.exp(log_density - log_density.max())
    mean = integrate.simpson(mu * density, x=mu) / integrate.simpson(density, x=mu)
    return mean, np.sqrt(integrate.simpson((mu - mean) ** 2 * density, x=mu) / integrate.simpson(density, x=mu))


def weighed_by_data():
    """Mean and variance of mu from eight effects whose mean is weighed by the precision of the estimates."""
    mean, sd = moments_of_mu(np.full(8, np.average(EFFECTS, weights=SIGMA**-2)))
    return mean, sd**2


def joint_along_tau(tau, theta, mu):
    return NormalNormal(Y, SIGMA, tau=stats.halfcauchy(scale=5)).log_joint(theta, mu, tau)


def weighed_by_totals():
    """Mean and sd of mu if each effect had the variance of its estimate about mu, not of itself."""
    precision = np.sum(1 / (25 + SIGMA**2))
    return moments_of_mu([EFFECTS.mean()], tau=precision**-0.5)


HALF_CAUCHY = stats.halfcauchy(scale=5).logpdf


def with_scipy(sd=lambda tau: tau, prior=HALF_CAUCHY):
    """Tau's log full conditional by SciPy's distributions, or a wrong one."""
    return (lambda tau, theta, mu: stats.norm.logpdf(theta, mu, sd(tau)).sum() + prior(tau),)


def without_effects(tau, theta, mu):
    """The log likelihood of tau and mu, times tau's prior."""
    return stats.norm.logpdf(Y, mu, np.hypot(tau, SIGMA)).sum() + HALF_CAUCHY(tau)


def conditional(count=8.0, power=2, half=0.5, prior=1.0, scale2=25.0, about=1.0, jacobian=0.0, data=False):
    """Return tau's log full conditional, or a wrong one."""

    def log_conditional(tau, theta, mu):
        squares = np.sum(((Y if data else theta) - about * mu) ** 2)
        return (jacobian - count) * np.log(tau) - half * squares / tau**power - prior * np.log(1 + tau**2 / scale2)

    return (log_conditional,)


def spoils(tau, theta, mu):
    """Tau's log full conditional, which changes the effects that it is given."""
    theta -= mu
    return -8 * np.log(tau) - np.sum(theta**2) / (2 * tau**2) - np.log1p(tau**2 / 25)


def ratio(data=True, population=True):
    """Posterior at 20 over posterior at 10, from densities themselves."""

    def density(theta):
        return (stats.norm.pdf(28, theta, 15) if data else 1) * (stats.norm.pdf(theta, 8, 5) if population else 1)

    return density(20) / density(10)


def uncorrected(power):
    """Mean of Gamma(3), scale 2, times tau to a power."""
    tau = np.linspace(1e-9, 200, 400_001)
    density = stats.gamma(3, scale=2).pdf(tau) * tau**power
    return integrate.simpson(tau * density, x=tau) / integrate.simpson(density, x=tau)


def share(tau):
    """Share of Gibbs draws of mu that is left, from the joint covariance of effects and mu."""
    covariance = given_tau(tau)[1]
    block, link = covariance[:-1, :-1], covariance[:-1, -1]
    phi = link @ np.linalg.solve(block, link) / covariance[-1, -1]
    return (1 - phi) / (1 + phi)


def mean_weight(tau):
    return np.mean(tau**2 / (tau**2 + SIGMA**2))


def where(function, value, low=0.1, high=1e4):
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) < value else (low, middle)
    return low


def phi_with(factor):
    return np.mean((factor * SIGMA) ** 2 / (25 + (factor * SIGMA) ** 2))


TAUS = np.linspace(0.001, 20, 20_000)
COLLAPSE = where(share, 0.01, high=100)

RIGHT = [
    Right("full_conditional_of_mu", moments_of_mu),
    Right("full_conditional_of_tau", conditional),
    Right("full_conditional_of_tau", (joint_along_tau,)),
    Right("full_conditional_of_tau", (spoils,)),
    Right("full_conditional_of_tau", with_scipy()),
    Right("full_conditional_of_tau", (lambda tau, theta, mu: [joint_along_tau(tau, theta, mu)],)),
    Right("chance_of_acceptance", (ratio(),)),
    Right("mean_without_correction", lambda: (uncorrected(-1),), rtol=1e-3, atol=0.14),
    Right("spread_of_collapse", (COLLAPSE,)),
    Right("iterations_for_a_tenth", (100 * VARIANCE / share(5),), rtol=0.002),
    Right("iterations_for_a_tenth", (int(100 * VARIANCE / share(5)) + 1,), rtol=0.002),
    Right("autocorrelation_with_more_pupils", (phi_with(0.5),)),
]
WRONG = [
    Wrong("full_conditional_of_mu", lambda: moments_of_mu(prior_sd=1e6), ["prior of mu is left out"] * 2),
    Wrong("full_conditional_of_mu", lambda: moments_of_mu([EFFECTS.mean()]), ["eight measurements"] * 2),
    Wrong("full_conditional_of_mu", lambda: moments_of_mu(tau=5**0.5), ["tau is a standard deviation"] * 2),
    Wrong("full_conditional_of_mu", lambda: moments_of_mu(prior_sd=2.0), ["4 is the prior's"] * 2),
    Wrong("full_conditional_of_mu", weighed_by_data, ["belong to y, not to theta", "this is the variance"]),
    Wrong("full_conditional_of_mu", weighed_by_totals, ["sigma have no say"] * 2),
    Wrong(
        "full_conditional_of_mu",
        lambda: (8 * moments_of_mu()[0], moments_of_mu()[1] ** -2),
        ["the sum of the effects", "this is the precision"],
    ),
    Wrong(
        "full_conditional_of_mu",
        lambda: (EFFECTS.mean() * (25 / 8) / (25 / 8 + 16), (25 / 8 + 16) ** 0.5),
        ["the weights have changed places", "variances added up"],
    ),
    Wrong("full_conditional_of_mu", lambda: (moments_of_mu()[0], 5.0), ["Right.", "this is tau"]),
    Wrong("full_conditional_of_tau", lambda: conditional(count=1), ["J is forgotten"]),
    Wrong("full_conditional_of_tau", lambda: conditional(count=0), ["are missing"]),
    Wrong("full_conditional_of_tau", lambda: conditional(count=4), ["written in the variance"]),
    Wrong("full_conditional_of_tau", lambda: conditional(power=1), ["tau is a standard deviation"]),
    Wrong("full_conditional_of_tau", lambda: conditional(half=1), ["the 2 is missing"]),
    Wrong("full_conditional_of_tau", lambda: conditional(half=-0.5), ["squares has the wrong sign"]),
    Wrong("full_conditional_of_tau", lambda: conditional(prior=0), ["prior of tau is missing"]),
    Wrong("full_conditional_of_tau", lambda: conditional(scale2=5), ["must be squared"]),
    Wrong("full_conditional_of_tau", lambda: conditional(about=0), ["not about zero"]),
    Wrong("full_conditional_of_tau", lambda: conditional(jacobian=1), ["density of log(tau)"]),
    Wrong("full_conditional_of_tau", lambda: conditional(data=True), ["does not look at the data"]),
    Wrong("full_conditional_of_tau", lambda: conditional(count=9), ["density of tau**2"]),
    Wrong("full_conditional_of_tau", lambda: with_scipy(sd=lambda tau: tau**2), ["it has got tau**2"]),
    Wrong("full_conditional_of_tau", lambda: with_scipy(sd=np.sqrt), ["its root stands"]),
    Wrong("full_conditional_of_tau", lambda: conditional(half=0.5 / 8), ["has their average"]),
    Wrong("full_conditional_of_tau", lambda: conditional(count=-8), ["minus log(tau)"]),
    Wrong("full_conditional_of_tau", lambda: conditional(prior=-1), ["prior has the wrong sign"]),
    Wrong("full_conditional_of_tau", lambda: with_scipy(prior=stats.halfcauchy.logpdf), ["here it is 1."]),
    Wrong("full_conditional_of_tau", lambda: with_scipy(prior=stats.halfcauchy(scale=25).logpdf), ["here it is 25."]),
    Wrong("full_conditional_of_tau", lambda: with_scipy(prior=lambda t: 1 / (1 + t**2 / 25)), ["of the prior too"]),
    Wrong("full_conditional_of_tau", lambda: with_scipy(prior=stats.halfnorm(scale=5).logpdf), ["half-normal"]),
    Wrong("full_conditional_of_tau", lambda: with_scipy(prior=stats.halfcauchy(5).logpdf), ["no finite number"]),
    Wrong("full_conditional_of_tau", (without_effects,), ["effects integrated out"]),
    Wrong(
        "full_conditional_of_tau",
        (lambda tau, theta, mu: conditional()[0](tau, theta, theta.mean()) + 0 * mu,),
        ["not about the average of the effects"],
    ),
    Wrong(
        "full_conditional_of_tau",
        (lambda tau, theta, mu: np.exp(joint_along_tau(tau, theta, mu)),),
        ["the density itself"],
    ),
    Wrong("full_conditional_of_tau", lambda: conditional(count=10), ["not that of the joint"]),
    Wrong("full_conditional_of_tau", (3.0,), ["the function itself"]),
    Wrong("full_conditional_of_tau", (lambda tau: tau,), ["TypeError"]),
    Wrong("full_conditional_of_tau", (lambda tau, theta, mu: "x",), ["it must be real numbers"]),
    Wrong("full_conditional_of_tau", (lambda tau, theta, mu: None,), ["no finite number"]),
    Wrong("full_conditional_of_tau", (lambda tau, theta, mu: np.inf - np.inf,), ["no finite number"]),
    Wrong("full_conditional_of_tau", (lambda tau, theta, mu: -theta / tau,), ["sum over the effects"]),
    Wrong("full_conditional_of_tau", (lambda tau, theta, mu: 1 / (tau - 5),), ["stops with ZeroDivisionError"]),
    Wrong("full_conditional_of_tau", (lambda tau, theta, mu: np.sin(tau),), ["Not right yet"]),
    Wrong("chance_of_acceptance", (np.log(ratio()),), ["logarithm"]),
    Wrong("chance_of_acceptance", (min(1, ratio(population=False)),), ["Are both factors in"]),
    Wrong("chance_of_acceptance", (min(1, 1 / ratio()),), ["the right way round"]),
    Wrong("chance_of_acceptance", (ratio(population=False),), ["at most 1"]),
    Wrong("chance_of_acceptance", (ratio(data=False),), ["likelihood is missing"]),
    Wrong("chance_of_acceptance", (1 / ratio(),), ["the ratio for the way back"]),
    Wrong(
        "chance_of_acceptance", (np.exp((18**2 - 8**2) / 30 - (12**2 - 2**2) / 10),), ["twice the standard deviation"]
    ),
    Wrong("chance_of_acceptance", (np.exp((18**2 - 8**2) / 225 - (12**2 - 2**2) / 25),), ["The 2 in"]),
    Wrong("chance_of_acceptance", (1 - ratio(),), ["that the walk stays"]),
    Wrong("chance_of_acceptance", (ratio(data=False) / ratio(population=False),), ["factor for the way back"]),
    Wrong(
        "chance_of_acceptance",
        (ratio(population=False) * stats.norm.pdf(20, 8, 5**0.5) / stats.norm.pdf(10, 8, 5**0.5),),
        ["here 5 is the variance"],
    ),
    Wrong(
        "chance_of_acceptance",
        (
            np.prod(stats.norm.pdf([28, 20], [20, 8], [225, 25]))
            / np.prod(stats.norm.pdf([28, 10], [10, 8], [225, 25])),
        ),
        ["it has got variances"],
    ),
    Wrong(
        "chance_of_acceptance",
        (ratio(population=False) * stats.norm.pdf(20, 0, 5) / stats.norm.pdf(10, 0, 5),),
        ["not at zero"],
    ),
    Wrong("chance_of_acceptance", (ratio(population=False) + ratio(data=False),), ["here they add up"]),
    Wrong("mean_without_correction", lambda: (uncorrected(0),), ["mean of the target"]),
    Wrong("mean_without_correction", lambda: (uncorrected(-2),), ["Which power of tau is left"]),
    Wrong("mean_without_correction", (float(TAUS[np.argmax(TAUS**2 * np.exp(-TAUS / 2) / TAUS)]),), ["density's mode"]),
    Wrong("mean_without_correction", (0.0,), ["has no finite integral"]),
    Wrong("mean_without_correction", lambda: (uncorrected(1),), ["other way round"]),
    Wrong("mean_without_correction", (stats.gamma(2, scale=1 / 2).mean(),), ["not a rate"]),
    Wrong("spread_of_collapse", (COLLAPSE**2,), ["tau squared"]),
    Wrong("spread_of_collapse", (where(mean_weight, 0.01),), ["1 - phi is one hundredth"]),
    Wrong("spread_of_collapse", (where(mean_weight, 99 / 101),), ["phi is the weight"]),
    Wrong("spread_of_collapse", ((np.mean(SIGMA**2) * 2 / 99) ** 0.5,), ["average variance"]),
    Wrong("spread_of_collapse", (np.mean(SIGMA) * (2 / 99) ** 0.5,), ["average standard error"]),
    Wrong("spread_of_collapse", ((2 / 101 / np.mean(SIGMA**-2)) ** 0.5,), ["which is larger"]),
    Wrong("spread_of_collapse", (where(share, 0.1),), ["worth 1,000"]),
    Wrong("spread_of_collapse", (where(share, 0.001, low=0.01),), ["worth 10;"]),
    Wrong("spread_of_collapse", (where(mean_weight, 0.99, high=1e5),), ["Here phi is one hundredth"]),
    Wrong("spread_of_collapse", (15 * (2 / 99) ** 0.5,), ["school A alone"]),
    Wrong("spread_of_collapse", (where(mean_weight, 2 / 99),), ["With k = 0 too"]),
    Wrong("iterations_for_a_tenth", (100 * VARIANCE / PHI,), ["divides by phi"]),
    Wrong("iterations_for_a_tenth", (10 * VARIANCE / share(5),), ["the square of the standard error, 0.01"]),
    Wrong("iterations_for_a_tenth", (100 / np.sum(SIGMA**-2) / share(5),), ["complete pooling"]),
    Wrong("iterations_for_a_tenth", (25 * VARIANCE / share(5),), ["each of four chains"]),
    Wrong("iterations_for_a_tenth", (19.6**2 * VARIANCE / share(5),), ["1.96"]),
    Wrong("iterations_for_a_tenth", (100 * VARIANCE,), ["independent draws"]),
    Wrong("iterations_for_a_tenth", (100 * VARIANCE * share(5),), ["worth less"]),
    Wrong("iterations_for_a_tenth", (10 * VARIANCE**0.5 / share(5),), ["Square"]),
    Wrong("iterations_for_a_tenth", (100 * VARIANCE / (1 - PHI),), ["here it is 1 - phi"]),
    Wrong("iterations_for_a_tenth", (100 * given_tau(5)[1][0, 0] / share(5),), ["school A"]),
    Wrong("iterations_for_a_tenth", (100 * 25 / 8 / share(5),), ["given the effects"]),
    Wrong("autocorrelation_with_more_pupils", (phi_with(1),), ["as it was"]),
    Wrong("autocorrelation_with_more_pupils", (phi_with(0.25),), ["error; here it is a quarter"]),
    Wrong("autocorrelation_with_more_pupils", (phi_with(2),), ["less noise"]),
    Wrong("autocorrelation_with_more_pupils", (1 - phi_with(0.5),), ["average weight"]),
    Wrong("autocorrelation_with_more_pupils", ((1 - phi_with(0.5)) / (1 + phi_with(0.5)),), ["share of the draws"]),
    Wrong("autocorrelation_with_more_pupils", (phi_with(4),), ["four times as large"]),
    Wrong("autocorrelation_with_more_pupils", (phi_with(0.5**0.5),), ["here it is a half"]),
    Wrong("autocorrelation_with_more_pupils", (PHI / 4,), ["a quarter of the old autocorrelation"]),
    Wrong("autocorrelation_with_more_pupils", (PHI / 2,), ["half of the old autocorrelation"]),
    Wrong("autocorrelation_with_more_pupils", (1 - 1 / (1 + SIGMA.mean() ** 2 / 100),), ["average standard error"]),
    Wrong("autocorrelation_with_more_pupils", (1 - 1 / (1 + np.mean(SIGMA**2) / 100),), ["average variance"]),
    Wrong("autocorrelation_with_more_pupils", (np.mean(SIGMA**2 / (20 + SIGMA**2)),), ["square it"]),
]
