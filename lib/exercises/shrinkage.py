"""Checks for the practice exercises of the chapter on shrinkage."""

import numpy as np
from scipy import optimize

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
        },
    )


def posterior_of_a(mean: object, sd: object) -> None:
    """Check the posterior mean and sd of school A with mu = 8 and tau = 10 known."""
    mu, tau, y, sigma = 8.0, 10.0, 28.0, 15.0
    weight = float(shrinkage_weight(sigma, tau))
    slips = {
        "the weights are the wrong way round.": (1 - weight) * y + weight * mu,
        "this is the plain average of 28 and 8.": (y + mu) / 2,
        "these are weights from standard deviations. Square them.": (tau * y + sigma * mu) / (tau + sigma),
    }
    right_mean, right_sd = weight * y + (1 - weight) * mu, np.sqrt(weight) * sigma
    check(mean, right_mean, slips=slips, of="The mean", other=right_sd)
    slips = {
        "this is its square, the variance.": weight * sigma**2,
        "this is w * sigma. The variance is w * sigma**2, so take the root of w.": weight * sigma,
        "precisions add, not variances.": np.hypot(tau, sigma),
    }
    check(sd, right_sd, slips=slips, of="The standard deviation", other=right_mean)


def crossing_of_a_and_g(tau: object) -> None:
    """Check the spread at which schools A and G have the same posterior mean, to within one per cent."""

    def difference(tau: float, mu: float | None = None) -> float:
        mean = partial_pooling(_Y, _SIGMA, tau, mu).mean
        return float(mean[_A] - mean[_G])

    right = optimize.brentq(difference, 1, 100)
    fixed = complete_pooling(_Y, _SIGMA).mean
    check(
        tau,
        right,
        slips={
            "mu is held at the pooled mean. It is estimated again at every tau.": optimize.brentq(
                difference, 1, 100, args=(fixed,)
            ),
            "mu is held at the plain average. It is estimated again at every tau.": optimize.brentq(
                difference, 0.1, 100, args=(_Y.mean(),)
            ),
            "This is tau squared.": right**2,
        },
        rtol=0.01,
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
            "This is the posterior mean as it was.": before.mean[_A],
        },
    )


def second_experiment(sd: object) -> None:
    """Check the standard deviation of the prediction for a second experiment in school A at tau = 5."""
    tau = 5.0
    now = float(partial_pooling(_Y, _SIGMA, tau).sd[_A])
    sigma = float(_SIGMA[_A])
    of_mu = float((1 / (tau**2 + _SIGMA**2)).sum() ** -0.5)
    check(
        sd,
        np.hypot(now, sigma),
        slips={
            "This is the uncertainty of the true effect. A new estimate has noise of its own on top.": now,
            "This is the noise of a new estimate. The true effect is uncertain as well.": sigma,
            "Standard deviations do not add up; variances do.": now + sigma,
            "This is the prediction for a school that we have not seen: school A's own data are left out.": np.sqrt(
                of_mu**2 + tau**2 + sigma**2
            ),
            "This is how an estimate varies about mu. School A's own data are left out, and mu is uncertain.": np.hypot(
                tau, sigma
            ),
            "This is the variance. Take the root.": now**2 + sigma**2,
        },
    )
