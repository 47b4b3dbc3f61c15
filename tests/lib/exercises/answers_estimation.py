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


COLLAPSE = where(share, 0.01, high=100)

RIGHT = [
    Right("full_conditional_of_mu", moments_of_mu),
    Right("full_conditional_of_tau", conditional),
    Right("full_conditional_of_tau", (joint_along_tau,)),
    Right("full_conditional_of_tau", (spoils,)),
    Right("chance_of_acceptance", (ratio(),)),
    Right("mean_without_correction", lambda: (uncorrected(-1),)),
    Right("spread_of_collapse", (COLLAPSE,), rtol=0.01),
    Right("iterations_for_a_tenth", (100 * VARIANCE / share(5),), rtol=0.01),
    Right("iterations_for_a_tenth", (int(100 * VARIANCE / share(5)) + 1,), rtol=0.01),
    Right("autocorrelation_with_more_pupils", (phi_with(0.5),)),
]
WRONG = [
    Wrong("full_conditional_of_mu", lambda: moments_of_mu(prior_sd=1e6), ["prior of mu is left out"] * 2),
    Wrong("full_conditional_of_mu", lambda: moments_of_mu([EFFECTS.mean()]), ["eight measurements"] * 2),
    Wrong("full_conditional_of_mu", lambda: moments_of_mu(tau=5**0.5), ["tau is a standard deviation"] * 2),
    Wrong("full_conditional_of_mu", lambda: moments_of_mu(prior_sd=2.0), ["4 is the prior's"] * 2),
    Wrong("full_conditional_of_mu", weighed_by_data, ["belong to y, not to theta", "this is the variance"]),
    Wrong("full_conditional_of_tau", lambda: conditional(count=1), ["J is forgotten"]),
    Wrong("full_conditional_of_tau", lambda: conditional(count=0), ["are missing"]),
    Wrong("full_conditional_of_tau", lambda: conditional(count=4), ["written in the variance"]),
    Wrong("full_conditional_of_tau", lambda: conditional(power=1), ["tau is a standard deviation"]),
    Wrong("full_conditional_of_tau", lambda: conditional(half=1), ["the 2 is missing"]),
    Wrong("full_conditional_of_tau", lambda: conditional(half=-0.5), ["wrong sign"]),
    Wrong("full_conditional_of_tau", lambda: conditional(prior=0), ["prior of tau is missing"]),
    Wrong("full_conditional_of_tau", lambda: conditional(scale2=5), ["must be squared"]),
    Wrong("full_conditional_of_tau", lambda: conditional(about=0), ["about mu"]),
    Wrong("full_conditional_of_tau", lambda: conditional(jacobian=1), ["density of log(tau)"]),
    Wrong("full_conditional_of_tau", lambda: conditional(data=True), ["does not look at the data"]),
    Wrong("full_conditional_of_tau", lambda: conditional(count=9), ["Not right yet"]),
    Wrong("full_conditional_of_tau", (3.0,), ["the function itself"]),
    Wrong("full_conditional_of_tau", (lambda tau: tau,), ["TypeError"]),
    Wrong("full_conditional_of_tau", (lambda tau, theta, mu: "x",), ["it must be real numbers"]),
    Wrong("full_conditional_of_tau", (lambda tau, theta, mu: None,), ["NaN"]),
    Wrong("full_conditional_of_tau", (lambda tau, theta, mu: np.inf - np.inf,), ["NaN"]),
    Wrong("full_conditional_of_tau", (lambda tau, theta, mu: -theta / tau,), ["sum over the effects"]),
    Wrong("full_conditional_of_tau", (lambda tau, theta, mu: 1 / (tau - 5),), ["stops with ZeroDivisionError"]),
    Wrong("full_conditional_of_tau", (lambda tau, theta, mu: np.sin(tau),), ["Not right yet"]),
    Wrong("chance_of_acceptance", (np.log(ratio()),), ["logarithm"]),
    Wrong("chance_of_acceptance", (min(1, ratio(population=False)),), ["alone would always accept"]),
    Wrong("chance_of_acceptance", (ratio(population=False),), ["at most 1"]),
    Wrong("chance_of_acceptance", (ratio(data=False),), ["likelihood is missing"]),
    Wrong("chance_of_acceptance", (1 / ratio(),), ["way back"]),
    Wrong(
        "chance_of_acceptance", (np.exp((18**2 - 8**2) / 30 - (12**2 - 2**2) / 10),), ["twice the standard deviation"]
    ),
    Wrong("chance_of_acceptance", (np.exp((18**2 - 8**2) / 225 - (12**2 - 2**2) / 25),), ["The 2 in"]),
    Wrong("mean_without_correction", lambda: (uncorrected(0),), ["mean of the target"]),
    Wrong("mean_without_correction", lambda: (uncorrected(1),), ["other way round"]),
    Wrong("mean_without_correction", (stats.gamma(2, scale=1 / 2).mean(),), ["scale"]),
    Wrong("spread_of_collapse", (COLLAPSE**2,), ["tau squared"]),
    Wrong("spread_of_collapse", (where(mean_weight, 0.01),), ["one hundredth"]),
    Wrong("spread_of_collapse", (where(mean_weight, 99 / 101),), ["phi is the weight"]),
    Wrong("spread_of_collapse", ((np.mean(SIGMA**2) * 2 / 99) ** 0.5,), ["average variance"]),
    Wrong("spread_of_collapse", (np.mean(SIGMA) * (2 / 99) ** 0.5,), ["average standard error"]),
    Wrong("iterations_for_a_tenth", (100 * VARIANCE,), ["independent draws"]),
    Wrong("iterations_for_a_tenth", (100 * VARIANCE * share(5),), ["worth less"]),
    Wrong("iterations_for_a_tenth", (10 * VARIANCE**0.5 / share(5),), ["Square"]),
    Wrong("iterations_for_a_tenth", (100 * VARIANCE / (1 - PHI),), ["here it is 1 - phi"]),
    Wrong("iterations_for_a_tenth", (100 * given_tau(5)[1][0, 0] / share(5),), ["school A"]),
    Wrong("iterations_for_a_tenth", (100 * 25 / 8 / share(5),), ["given the effects"]),
    Wrong("autocorrelation_with_more_pupils", (phi_with(1),), ["as it was"]),
    Wrong("autocorrelation_with_more_pupils", (phi_with(0.25),), ["a quarter"]),
    Wrong("autocorrelation_with_more_pupils", (phi_with(2),), ["less noise"]),
    Wrong("autocorrelation_with_more_pupils", (1 - phi_with(0.5),), ["average weight"]),
    Wrong("autocorrelation_with_more_pupils", ((1 - phi_with(0.5)) / (1 + phi_with(0.5)),), ["share of the draws"]),
]
