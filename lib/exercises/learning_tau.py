"""Checks for the practice exercises of the chapter on learning tau."""

from collections.abc import Callable
from functools import cache

import numpy as np
from scipy import optimize, stats

from lib import NormalNormal, exact
from lib.checks import check
from lib.datasets import eight_schools
from lib.estimators import method_of_moments_tau2, partial_pooling, shrinkage_weight
from lib.validation import FloatArray

_SCHOOLS = eight_schools()
_Y, _SIGMA = _SCHOOLS["y"].to_numpy(float), _SCHOOLS["sigma"].to_numpy(float)
_A, _G = 0, 6
_TAU = np.geomspace(1e-5, 1e5, 4001)  # in steps of equal ratio: the mass of a step is its density times tau


def _flat(tau: FloatArray) -> FloatArray:
    return np.zeros_like(tau)


def _mass(log_prior: Callable[[FloatArray], FloatArray] = _flat, y: FloatArray = _Y) -> FloatArray:
    """Posterior probabilities of the values in _TAU."""
    log_mass = log_prior(_TAU) + NormalNormal(y, _SIGMA).log_marginal_likelihood(tau=_TAU) + np.log(_TAU)
    mass = np.exp(log_mass - log_mass.max())
    return np.asarray(mass / mass.sum())


def mean_of_tau(mean: object) -> None:
    """Check E[tau] under an exponential prior with mean 10."""

    def log_prior(tau: FloatArray) -> FloatArray:
        return -tau / 10

    right = _mass(log_prior)
    check(
        mean,
        right @ _TAU,
        slips={
            "This is the mean of tau squared. The question is about tau.": right @ _TAU**2,
            "This is the root of the mean of tau squared, not the mean of tau.": np.sqrt(right @ _TAU**2),
            "The Jacobian is missing: on a grid with steps of equal ratio, a step's mass is its density times tau.": (
                _mass(lambda tau: log_prior(tau) - np.log(tau)) @ _TAU
            ),
            "This is the mean under a prior that is flat on tau. Multiply by the exponential density.": _mass() @ _TAU,
            "This is the mean under a prior that is flat on tau squared.": _mass(np.log) @ _TAU,
            "The exponential is on tau here, not on tau squared.": (
                _mass(lambda tau: np.log(tau) - tau**2 / 10) @ _TAU
            ),
            "An exponential with mean 10 falls as exp(-tau / 10), not as exp(-10 tau).": (
                _mass(lambda tau: -10 * tau) @ _TAU
            ),
            "This is the mean of the prior. Multiply its density by the likelihood.": 10.0,
            "The Jacobian is there twice: a step's mass is its density times tau, once.": (
                _mass(lambda tau: log_prior(tau) + np.log(tau)) @ _TAU
            ),
            "This is the mean under an exponential prior with mean 5: the density falls as exp(-tau / 10).": (
                _mass(lambda tau: -tau / 5) @ _TAU
            ),
            "This is the median. The mean is larger: the tail is long.": np.interp(
                0.5, np.cumsum(right) - right / 2, _TAU
            ),
        },
        rtol=2e-3,
    )


def proper_powers(proper: object) -> None:
    """Check for which k of -1, 0, 1/2, 1, 2 the prior tau**-k gives a proper posterior: five zeros and ones."""
    check(
        proper,
        [1, 1, 1, 0, 0],
        slips={
            "tau**(-1/2) is infinite at zero, but the area below it is not: look at the integral.": [1, 1, 0, 0, 0],
            "1 / tau fails too, more slowly: its integral from epsilon grows as log(1 / epsilon).": [1, 1, 1, 1, 0],
            "tau, the flat prior and tau**(-1/2) are all improper as priors. The likelihood falls as tau**-7 and "
            "makes the posteriors of all three proper.": [0, 0, 1, 0, 0],
            "The flat prior is not the only one that leaves a posterior: compare each power with -1 at zero, and "
            "with the likelihood's tau**-7 at infinity.": [0, 1, 0, 0, 0],
            "The likelihood cures what happens far out, where it falls as tau**-7. At zero it tends to a constant, and "
            "cures nothing.": [1, 1, 1, 1, 1],
            "tau rises without end, but the likelihood falls as tau**-7 and wins.": [0, 1, 1, 0, 0],
            "All five are improper as priors, but a proper posterior may come from an improper prior.": [
                0,
                0,
                0,
                0,
                0,
            ],
            "It is the other way round: 1 stands for a posterior that exists.": [0, 0, 0, 1, 1],
        },
        atol=1e-9,
    )


@cache
def _effects(scale: float | None) -> FloatArray:
    """Draws of the effects under a half-Cauchy prior with this scale, or a flat one."""
    tau = stats.halfcauchy(scale=scale) if scale else None
    draws = exact(NormalNormal(_Y, _SIGMA, tau=tau), draws=50_000, rng=np.random.default_rng(8))
    return np.asarray(draws.posterior["theta"].to_numpy().reshape(-1, _Y.size))


def _ahead(scale: float | None = 5, *, of: int | None = None, school: int = _A, by: float = 5.0) -> float:
    """Chance that a school is ahead by so many points, of all others or of one."""
    effects = _effects(scale)
    others = np.delete(effects, school, axis=1) if of is None else effects[:, [of]]
    return float((effects[:, school] - others.max(axis=1) >= by).mean())


def _ahead_given_mean() -> float:
    """Return the chance that A is ahead by 5 if tau is known to be its posterior mean."""
    tau = float(_mass(stats.halfcauchy(scale=5).logpdf) @ _TAU)
    draws = exact(NormalNormal(_Y, _SIGMA, tau=tau), draws=50_000, rng=np.random.default_rng(9))
    effects = draws.posterior["theta"].to_numpy().reshape(-1, _Y.size)
    return float((effects[:, _A] - np.delete(effects, _A, axis=1).max(axis=1) >= 5).mean())


def best_school(chance: object) -> None:
    """Check the chance that A is the best by 5 points under a half-Cauchy(5) prior, to within seven per cent."""
    right = _ahead()
    any_school = sum(_ahead(school=school) for school in range(_Y.size))
    check(
        chance,
        right,
        slips={
            "This is the chance that A is the best, by however little; or the share of a lead of 5 points among those "
            "draws. Count both together, among all draws.": _ahead(by=0.0),
            "This is the chance under a flat prior.": _ahead(None),
            "This is the chance under a half-Cauchy prior with scale 25.": _ahead(25),
            "This is the chance of school G.": _ahead(school=_G),
            "This is the chance that the best school, whichever it is, is ahead by 5 points.": any_school,
            "This is the chance that A is ahead of G by 5 points. It must be ahead of all seven others.": _ahead(of=_G),
            "This is the chance that this does not happen.": 1 - right,
            "This takes tau at its posterior mean. The draws must have different values of tau.": _ahead_given_mean(),
            "You have compared the posterior means. Ask each draw which school is the largest, and by how much.": 0.0,
        },
        rtol=0.07,
        simulated=True,
    )


def prediction_for_a_new_school(sd: object) -> None:
    """Check the sd of the estimate that a ninth school with a standard error of 12 will report, under a flat prior."""
    mass = _mass()
    pooled = partial_pooling(_Y, _SIGMA, _TAU)
    variance_of_mu = float(
        mass @ ((1 / (_SIGMA**2 + _TAU[:, np.newaxis] ** 2)).sum(axis=1) ** -1 + pooled.mu**2) - (mass @ pooled.mu) ** 2
    )
    square, mean, noise = float(mass @ _TAU**2), float(mass @ _TAU), 12.0**2
    check(
        sd,
        np.sqrt(variance_of_mu + square + noise),
        slips={
            "This is the spread of the new school's true effect. Its estimate has noise on top.": np.sqrt(
                variance_of_mu + square
            ),
            "The new school differs from the mean: add the mean of tau squared.": np.sqrt(variance_of_mu + noise),
            "The mean of tau squared is not the square of the mean of tau.": np.sqrt(variance_of_mu + mean**2 + noise),
            "mu is uncertain too.": np.sqrt(square + noise),
            "This is the variance. Take the root.": variance_of_mu + square + noise,
            "Standard deviations do not add up; variances do.": np.sqrt(variance_of_mu) + np.sqrt(square) + 12,
            "Standard deviations do not add up; variances do, also for the last step.": np.sqrt(variance_of_mu + square)
            + 12,
            "This takes the variance of tau. The new effect has the variance tau squared: add its mean.": np.sqrt(
                variance_of_mu + square - mean**2 + noise
            ),
            "This is complete pooling: tau = 0, as if all schools were alike.": np.sqrt(
                partial_pooling(_Y, _SIGMA, 0).sd[_A] ** 2 + noise
            ),
            "This is a prediction for school A's next estimate. The ninth school has no estimate yet.": np.sqrt(
                _variance_of_a(mass) + _SIGMA[_A] ** 2
            ),
        },
        rtol=5e-3,
    )


def _variance_of_a(mass: FloatArray) -> float:
    given = partial_pooling(_Y, _SIGMA, _TAU)
    mean, sd = given.mean[:, _A], given.sd[:, _A]
    return float(mass @ (sd**2 + mean**2) - (mass @ mean) ** 2)


def effective_share(share: object) -> None:
    """Check (1 - phi) / (1 + phi) for mu in the centred Gibbs sampler, sigma = 10 and tau = 5."""
    weight = float(shrinkage_weight(10, 5))
    check(
        share,
        weight / (2 - weight),
        slips={
            "This is the autocorrelation, 1 - w. Put it into (1 - phi) / (1 + phi).": 1 - weight,
            "In the centred form phi is 1 - w, not w: this is the share of the non-centred form. Or have tau and sigma "
            "changed places in w? That gives the same number.": (1 - weight) / (1 + weight),
            "This is w = 1 - phi. Put phi into (1 - phi) / (1 + phi). Or have you left tau and sigma unsquared in the "
            "weight? That gives the same number.": weight,
            "The formula is upside down: the share of effective draws is below one.": (2 - weight) / weight,
            "This puts phi squared into the formula, as if a sweep were two. Put phi itself.": (1 - (1 - weight) ** 2)
            / (1 + (1 - weight) ** 2),
        },
    )


def autocorrelations(phi: object) -> None:
    """Check the lag-one autocorrelation of mu at tau = 3 in the centred form and in the other, to within 0.01."""
    weight = shrinkage_weight(_SIGMA, 3.0)
    precision = 1 / _SIGMA**2
    centred, other = float((1 - weight).mean()), float((precision * weight).sum() / precision.sum())
    check(
        phi,
        [centred, other],
        slips={
            "These two are right, but the wrong way round.": [other, centred],
            "The first is right. Given eta, the draw of mu weighs the schools by precision.": [
                centred,
                float(weight.mean()),
            ],
            "These are the weights w. In the centred form the autocorrelation is the mean of 1 - w.": [
                float(weight.mean()),
                other,
            ],
            "The second is right. Given the effects, the draw of mu gives each of them the same vote.": [
                1 - other,
                other,
            ],
            "Both of these are of the centred form. In the other, mu is drawn given eta, not given theta.": [centred]
            * 2,
            "Both of these are of the non-centred form. In the centred one, mu is drawn given theta alone.": [other]
            * 2,
            "These are the shares of effective draws, (1 - phi) / (1 + phi). The question is about phi.": [
                (1 - centred) / (1 + centred),
                (1 - other) / (1 + other),
            ],
        },
        rtol=0,
        atol=0.01,
        simulated=True,
    )


def break_even(factor: object) -> None:
    """Check by how much all standard errors must be divided for both forms to mix alike at tau = 10."""
    tau = 10.0

    def difference(divisor: float, sigma: FloatArray = _SIGMA, by_precision: bool = True) -> float:
        sigma = sigma / divisor
        weight = shrinkage_weight(sigma, tau)
        vote = 1 / sigma**2 if by_precision else np.ones_like(sigma)
        return float((1 - weight).mean() - (vote * weight).sum() / vote.sum())

    right = float(optimize.brentq(difference, 0.2, 20))
    check(
        factor,
        right,
        slips={
            "This is how many times as many pupils it takes. The standard errors are divided by its root.": right**2,
            "Given eta, the draw of mu weighs the schools by precision, not equally.": optimize.brentq(
                difference, 0.2, 20, args=(_SIGMA, False)
            ),
            "This takes one standard error for all, their average. Solve for the eight that there are.": _SIGMA.mean()
            / tau,
            "This is the reciprocal: what the standard errors are multiplied by.": 1 / right,
            "This comes from the arithmetic mean of the squared errors. The theorem has their harmonic mean: small "
            "errors count for more.": np.sqrt((_SIGMA**2).mean()) / tau,
            "This comes from the harmonic mean of the errors themselves. Take that of their squares, then the root.": (
                _SIGMA.size / (1 / _SIGMA).sum() / tau
            ),
            "This is the root of the harmonic mean, where tau would break even now. Divide it by tau.": right * tau,
            "This is the harmonic mean of the squared errors. The factor makes it equal to tau squared.": (right * tau)
            ** 2,
            "This is for tau = 5, not 10.": right * tau / 5,
        },
    )


def extreme_school_a(mean: object) -> None:
    """Check school A's posterior mean under a flat prior if it had reported 58."""
    y = np.where(np.arange(_Y.size) == _A, 58.0, _Y)
    given = partial_pooling(y, _SIGMA, _TAU).mean[:, _A]
    plug_in = _mass(y=y) @ _TAU
    check(
        mean,
        _mass(y=y) @ given,
        slips={
            "The posterior of tau is still that of the old data. A 58 changes it too.": _mass() @ given,
            "This is school A's posterior mean as it was, with 28.": _mass()
            @ partial_pooling(_Y, _SIGMA, _TAU).mean[:, _A],
            "This takes tau at its posterior mean. Average over tau instead.": partial_pooling(y, _SIGMA, plug_in).mean[
                _A
            ],
            "This is no pooling. What do the other seven schools say?": 58.0,
            "This is the rise. The question is about the posterior mean itself.": _mass(y=y) @ given
            - _mass() @ partial_pooling(_Y, _SIGMA, _TAU).mean[:, _A],
            "This is the posterior mean of tau. The question is about school A's effect.": plug_in,
            "The Jacobian is missing: on a grid with steps of equal ratio, a step's mass is its density times tau.": (
                _mass(lambda tau: -np.log(tau), y=y) @ given
            ),
            "This is the mean under a prior that is flat on tau squared.": _mass(np.log, y=y) @ given,
            "This takes one estimate of tau, that of moments. Average over tau instead.": partial_pooling(
                y, _SIGMA, np.sqrt(method_of_moments_tau2(y, _SIGMA))
            ).mean[_A],
            "This is complete pooling: tau = 0.": partial_pooling(y, _SIGMA, 0).mean[_A],
        },
        rtol=2e-3,
    )
