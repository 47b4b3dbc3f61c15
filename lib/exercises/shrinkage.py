"""Checks for the practice exercises of the chapter on shrinkage."""

import numpy as np
from scipy import optimize, stats

from lib.checks import check
from lib.datasets import eight_schools
from lib.estimators import complete_pooling, partial_pooling, shrinkage_weight

_SCHOOLS = eight_schools()
_Y, _SIGMA = _SCHOOLS["y"].to_numpy(float), _SCHOOLS["sigma"].to_numpy(float)
_A, _G = 0, 6


def weight_of_c(weight: object) -> None:
    """Check the weight that school C gives to its own number at tau = 5."""
    tau, sigma = 5.0, 16.0
    check(
        weight,
        shrinkage_weight(sigma, tau),
        slips={
            "This is the weight of the population mean. School C itself gets one minus it.": 1
            - shrinkage_weight(sigma, tau),
            "These are standard deviations. Square both.": tau / (tau + sigma),
            "tau is a standard deviation: square it too.": tau / (tau + sigma**2),
            "sigma is a standard error: square it too.": tau**2 / (tau**2 + sigma),
            "This is tau**2 / sigma**2. A weight is a share of the sum of the two.": tau**2 / sigma**2,
            "These are standard deviations, and the weight of the population mean.": sigma / (tau + sigma),
            "This is the weight of school A. School C has another standard error.": shrinkage_weight(_SIGMA[_A], tau),
            "This is the posterior mean. The question is about the weight.": partial_pooling(_Y, _SIGMA, tau).mean[2],
        },
    )


def posterior_of_a(mean: object, sd: object) -> None:
    """Check the posterior mean and sd of school A with mu = 8 and tau = 10 known."""
    mu, tau, y, sigma = 8.0, 10.0, 28.0, 15.0
    weight = float(shrinkage_weight(sigma, tau))
    estimated = partial_pooling(_Y, _SIGMA, tau)
    slips = {
        "the weights are the wrong way round.": (1 - weight) * y + weight * mu,
        "this is the plain average of 28 and 8.": (y + mu) / 2,
        "these are weights from standard deviations. Square them.": (tau * y + sigma * mu) / (tau + sigma),
        "mu is estimated from all schools. In this question it is known to be 8.": estimated.mean[_A],
        "the weights are not divided by their sum: they must sum to one.": y / sigma**2 + mu / tau**2,
    }
    right_mean, right_sd = weight * y + (1 - weight) * mu, np.sqrt(weight) * sigma
    check(mean, right_mean, slips=slips, of="The mean", other=right_sd)
    slips = {
        "this is its square, the variance.": weight * sigma**2,
        "this is w * sigma. The variance is w * sigma**2, so take the root of w.": weight * sigma,
        "precisions add, not variances.": np.hypot(tau, sigma),
        "this holds the uncertainty of mu. In this question it is known to be 8.": estimated.sd[_A],
        "this is the precision. The variance is one over it.": 1 / (weight * sigma**2),
        "these are 1 / sigma and 1 / tau, added up and turned over. Add their squares, and take the root.": 1
        / (1 / sigma + 1 / tau),
        "this is the weight of the prior for that of the estimate.": np.sqrt(1 - weight) * sigma,
    }
    check(sd, right_sd, slips=slips, of="The standard deviation", other=right_mean)


def crossing_of_a_and_g(tau: object) -> None:
    """Check the spread at which schools A and G have the same posterior mean, to within a fifth of one per cent."""

    def difference(tau: float, mu: float | None = None) -> float:
        mean = partial_pooling(_Y, _SIGMA, tau, mu).mean
        return float(mean[_A] - mean[_G])

    right = optimize.brentq(difference, 1, 100)
    fixed = complete_pooling(_Y, _SIGMA).mean

    def with_mu(mu: float) -> float:
        return float(optimize.brentq(difference, 0.1, 100, args=(mu,)))

    check(
        tau,
        right,
        slips={
            "Is mu held at the pooled mean? It is estimated again at every tau.": with_mu(fixed),
            "Is mu held at the plain average? It is estimated again at every tau.": with_mu(_Y.mean()),
            "Is mu held at its estimate for tau = 5? It is estimated again at every tau.": with_mu(
                float(partial_pooling(_Y, _SIGMA, 5.0).mu)
            ),
            "Is mu held at 8? It is estimated again at every tau.": with_mu(8.0),
            "The part of mu is missing: a mean is w * y + (1 - w) * mu.": with_mu(0.0),
            "This is tau squared.": right**2,
            "At zero all schools agree. The question is about a spread above zero.": 0.0,
        },
        rtol=2e-3,
    )


def variance_of_posterior_means(variance: object) -> None:
    """Check the variance of the posterior means for tau = 8 and sigma = 12."""
    tau2, sigma2 = 8.0**2, 12.0**2
    check(
        variance,
        tau2**2 / (tau2 + sigma2),
        slips={
            "This is the variance of the true effects. The posterior means vary less.": tau2,
            "This is the variance of the estimates. Shrinking brings in the weight squared.": tau2 + sigma2,
            "This is the posterior variance of one effect, the part that the means do not show.": tau2
            * sigma2
            / (tau2 + sigma2),
            "This is the weight. Multiply its square by the variance of the estimates.": tau2 / (tau2 + sigma2),
            "This is a standard deviation; the question is about the variance.": tau2 / np.sqrt(tau2 + sigma2),
            "This is the square of the weight alone. Multiply it by the variance of the estimates.": (
                tau2 / (tau2 + sigma2)
            )
            ** 2,
            "This is what the effects bring to it. The noise in the estimates brings its part too.": tau2**3
            / (tau2 + sigma2) ** 2,
            "This is what the noise brings to it. The effects bring their part too.": tau2**2
            * sigma2
            / (tau2 + sigma2) ** 2,
            "The weight is the wrong way round.": sigma2**2 / (tau2 + sigma2),
            "These are weights from standard deviations. Square them.": 0.4**2 * (tau2 + sigma2),
        },
    )


def larger_school_a(mean: object) -> None:
    """Check school A's posterior mean at tau = 5 when its standard error is halved."""
    tau = 5.0
    sigma = np.where(np.arange(_Y.size) == _A, _SIGMA / 2, _SIGMA)
    weight = shrinkage_weight(sigma[_A], tau)
    before = partial_pooling(_Y, _SIGMA, tau)
    check(
        mean,
        partial_pooling(_Y, sigma, tau).mean[_A],
        slips={
            "The weight is right, but mu moves too: school A now counts for more in it.": weight * _Y[_A]
            + (1 - weight) * before.mu,
            "Four times the pupils halve the standard error; here it is a quarter.": partial_pooling(
                _Y, np.where(np.arange(_Y.size) == _A, _SIGMA / 4, _SIGMA), tau
            ).mean[_A],
            "Four times the pupils halve the standard error; here its square is halved.": partial_pooling(
                _Y, np.where(np.arange(_Y.size) == _A, _SIGMA / np.sqrt(2), _SIGMA), tau
            ).mean[_A],
            "More pupils make the standard error smaller; here it is doubled.": partial_pooling(
                _Y, np.where(np.arange(_Y.size) == _A, 2 * _SIGMA, _SIGMA), tau
            ).mean[_A],
            "The weight is right, but mu is the pooled mean. At tau = 5 it has other weights.": weight * _Y[_A]
            + (1 - weight) * complete_pooling(_Y, sigma).mean,
            "The weight is right, but mu is the plain average. At tau = 5 it has other weights.": weight * _Y[_A]
            + (1 - weight) * _Y.mean(),
            "This is the population mean, to which school A is moved.": float(partial_pooling(_Y, sigma, tau).mu),
            "This is the posterior mean as it was.": before.mean[_A],
        },
    )


def second_experiment(sd: object, chance: object) -> None:
    """Check the sd of the prediction for a second experiment in school A at tau = 5, and the chance of 28."""
    tau = 5.0
    now = partial_pooling(_Y, _SIGMA, tau)
    mean, of_effect, sigma = float(now.mean[_A]), float(now.sd[_A]), float(_SIGMA[_A])
    of_mu = float((1 / (tau**2 + _SIGMA**2)).sum() ** -0.5)
    right = float(np.hypot(of_effect, sigma))
    at_known_mu = float(sigma * np.sqrt(1 + now.weight[_A]))

    def reaches(centre: float, spread: float) -> float:
        return float(stats.norm.sf(28, centre, spread))

    slips: dict[str, float] = {
        "this is the uncertainty of the true effect. A new estimate has noise of its own on top.": of_effect,
        "this is the noise of a new estimate. The true effect is uncertain as well.": sigma,
        "standard deviations do not add up; variances do.": of_effect + sigma,
        "this is the prediction for a school that we have not seen. School A's own data say more of A.": np.sqrt(
            of_mu**2 + tau**2 + sigma**2
        ),
        "this is how an estimate varies about mu. School A's own data are left out, and mu is uncertain.": np.hypot(
            tau, sigma
        ),
        "this takes mu for known. It is uncertain as well.": at_known_mu,
        "this is the variance. Take the root.": right**2,
    }
    of_chance = {
        "this is the chance that the true effect exceeds 28. A new estimate has noise of its own.": reaches(
            mean, of_effect
        ),
        "this takes the true effect for known. It is uncertain as well.": reaches(mean, sigma),
        "this takes mu for known. It is uncertain as well.": reaches(mean, at_known_mu),
        "this adds the two standard deviations; variances add.": reaches(mean, of_effect + sigma),
        "this is the no-pooling answer: half of the repeats reach what was found.": 0.5,
        "this is the chance that it stays below 28: take one minus it.": 1 - reaches(mean, right),
        "this is the complete-pooling answer.": reaches(complete_pooling(_Y, _SIGMA).mean, sigma),
        "this is centred at mu, and not at school A's posterior mean.": reaches(float(now.mu), right),
    }
    chance_now = reaches(mean, right)
    check(sd, right, slips=slips, of="The standard deviation", other=chance_now)
    check(chance, chance_now, slips=of_chance, of="The chance", other=right)
