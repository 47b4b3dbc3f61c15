"""Checks for the practice exercises of the chapter on estimation."""

from collections.abc import Callable

import numpy as np
from scipy import optimize

from lib.checks import check
from lib.datasets import eight_schools
from lib.estimators import partial_pooling, shrinkage_weight
from lib.validation import FloatArray, real_array

_SCHOOLS = eight_schools()
_Y, _SIGMA = _SCHOOLS["y"].to_numpy(float), _SCHOOLS["sigma"].to_numpy(float)
_J = _Y.size

_EFFECTS = np.array([9.0, 8, 6, 8, 6, 7, 10, 8])  # of the first exercise


def full_conditional_of_mu(mean: object, sd: object) -> None:
    """Check mean and sd of mu given the eight effects of the exercise, with tau = 5 and mu ~ N(0, 4^2)."""
    tau2, prior2 = 5.0**2, 4.0**2

    def combined(measurements: float, prior: float) -> tuple[float, float]:
        """Mean and variance from the precision of the effects' mean and that of the prior, which is centred at zero."""
        return measurements * _EFFECTS.mean() / (measurements + prior), 1 / (measurements + prior)

    right_mean, right_variance = combined(_J / tau2, 1 / prior2)
    slips = {
        "the prior of mu is left out.": combined(_J / tau2, 0.0),
        "the effects are eight measurements of mu, not one: their precision is J / tau**2.": combined(
            1 / tau2, 1 / prior2
        ),
        "tau is a standard deviation: square it.": combined(_J / np.sqrt(tau2), 1 / prior2),
        "given the effects, the sigma have no say: the precision of each effect is 1 / tau**2.": combined(
            float((1 / (tau2 + _SIGMA**2)).sum()), 1 / prior2
        ),
        "4 is the prior's standard deviation: square it.": combined(_J / tau2, 1 / np.sqrt(prior2)),
    }
    averaged = right_mean * np.average(_EFFECTS, weights=_SIGMA**-2) / _EFFECTS.mean()
    of_mean = {why: value for why, (value, _) in slips.items()} | {
        "the effects count equally here. Their standard errors belong to y, not to theta.": averaged,
        "this has the sum of the effects in place of their average.": right_mean * _J,
        "the weights have changed places: the average of the effects has weight J / tau**2, the prior's mean, which is "
        "zero, has 1 / 16.": _EFFECTS.mean() - right_mean,
    }
    of_sd = {why: np.sqrt(value) for why, (_, value) in slips.items()} | {
        "this is the variance. Take the root.": right_variance,
        "this is the precision. The variance is one over it.": 1 / right_variance,
        "these are the variances added up. Of two sources about one quantity the precisions add up.": np.sqrt(
            tau2 / _J + prior2
        ),
        "this is tau: the spread of one effect about mu. Eight effects say more.": np.sqrt(tau2),
    }
    right_sd = np.sqrt(right_variance)
    check(mean, right_mean, slips=of_mean, of="The mean", other=right_sd)
    check(sd, right_sd, slips=of_sd, of="The standard deviation", other=right_mean)


def full_conditional_of_tau(log_conditional: object) -> None:
    """Check a function ``log_conditional(tau, theta, mu)``: tau's log full conditional under tau ~ half-Cauchy(5).

    It is compared with the log joint along tau, up to a constant, at two settings of the other parameters.
    """
    if log_conditional is None or log_conditional is Ellipsis:
        print("There is no answer yet: put yours in place of the dots.")
        return
    if not callable(log_conditional):
        print("Give the function itself, without brackets: practice.full_conditional_of_tau(log_conditional).")
        return
    taus = np.array([1.0, 2.0, 5.0, 9.0, 20.0])
    settings = [(np.array([12.0, 9, 2, 8, 4, 5, 14, 10]), 7.0), (_Y, 3.0)]

    def values(function: Callable[[float, FloatArray, float], object]) -> FloatArray:
        """Return a log density at each tau, a row for each setting of the others."""
        rows = [[real_array("it", function(float(tau), theta.copy(), mu)) for tau in taus] for theta, mu in settings]
        if any(value.size != 1 for row in rows for value in row):
            raise ValueError("it returns several numbers, and a log density is one: sum over the effects")
        return np.array([[float(value.reshape(())) for value in row] for row in rows])

    def along_tau(function: Callable[[float, FloatArray, float], object]) -> FloatArray:
        """Differences of a log density from its first value: a constant drops out."""
        return differences(values(function))

    def differences(rows: FloatArray) -> FloatArray:
        return np.concatenate([row - row[0] for row in rows])

    def density(
        count: float = _J,
        power: float = 2,
        half: float = 0.5,
        prior: float = 1.0,
        scale2: float = 25.0,
        about_mu: float = 1.0,
        jacobian: float = 0.0,
        sign: float = 1.0,
        data: bool = False,
        about_average: bool = False,
        log_prior: Callable[[float], float] | None = None,
    ) -> FloatArray:
        def log_density(tau: float, theta: FloatArray, mu: float) -> float:
            centre = theta.mean() if about_average else about_mu * mu
            squares = (((_Y if data else theta) - centre) ** 2).sum()
            spread = -count * np.log(tau) - sign * half * squares / tau**power
            of_tau = log_prior(tau) if log_prior else -prior * np.log1p(tau**2 / scale2)
            return float(spread + of_tau + jacobian * np.log(tau))

        return along_tau(log_density)

    def marginal(tau: float, _: FloatArray, mu: float) -> float:
        variance = tau**2 + _SIGMA**2
        log_likelihood = -(np.log(variance) + (_Y - mu) ** 2 / variance).sum() / 2
        return float(log_likelihood - np.log1p(tau**2 / 25))

    slips = {
        "J is forgotten: eight effects, so eight factors 1 / tau.": density(count=1),
        "The factors 1 / tau of the eight normal densities are missing: they depend on tau.": density(count=0),
        "This has tau**(-J/2), which is right for a density written in the variance. Each of the eight normal "
        "densities has one factor 1 / tau.": density(count=_J / 2),
        "tau is a standard deviation: the sum of squares is divided by 2 * tau**2.": density(power=1),
        "The sum of squares is divided by 2 * tau**2; the 2 is missing.": density(half=1.0),
        "The sum of squares has the wrong sign: a large tau should be unlikely when the effects lie together.": density(
            sign=-1.0
        ),
        "The prior of tau is missing: this is the full conditional under a flat prior.": density(prior=0.0),
        "In the prior, the scale 5 must be squared: 1 + tau**2 / 25.": density(scale2=5.0),
        "The squares are about mu, not about zero.": density(about_mu=0.0),
        "This is the density of log(tau): a factor tau (a Jacobian) too many.": density(jacobian=1.0),
        "These are the squares of y - mu. Given the effects, tau does not look at the data.": density(data=True),
        "SciPy's norm wants the standard deviation, tau; here it has got tau**2.": density(count=2 * _J, power=4),
        "tau is the standard deviation itself; here its root stands in its place.": density(count=_J / 2, power=1),
        "The squares are about mu, not about the average of the effects.": density(about_average=True),
        "The squares of all eight effects add up; this has their average.": density(half=0.5 / _J),
        "Each normal density has 1 / tau: its logarithm is minus log(tau).": density(count=-_J),
        "This is the density of tau**2: a factor 1 / tau too many.": density(jacobian=-1.0),
        "The prior has the wrong sign: it falls as tau grows.": density(prior=-1.0),
        "The scale of the prior is 5; here it is 1.": density(scale2=1.0),
        "The scale of the prior is 5; here it is 25.": density(scale2=625.0),
        "Take the logarithm of the prior too.": density(log_prior=lambda tau: 1 / (1 + tau**2 / 25)),
        "This prior is half-normal; the half-Cauchy density is 1 / (1 + tau**2 / 25).": density(
            log_prior=lambda tau: -(tau**2) / 50
        ),
        "This is the likelihood of tau and mu, the effects integrated out. The full conditional is given the effects, "
        "and then the data have no say.": along_tau(marginal),
    }
    try:
        with np.errstate(all="ignore"):
            rows = values(log_conditional)
    except Exception as error:  # whatever a student's function does
        print(
            f"The function stops with {type(error).__name__}: {error}. It is called as log_conditional(5.0, theta, mu)."
        )
        return
    if not np.isfinite(rows).all():
        print(
            "At some positive tau the function is no finite number. (In SciPy the first argument of halfcauchy is the "
            "place where it begins: write scale=5.)"
        )
        return
    if (rows > 0).all() and np.allclose(differences(np.log(rows)), density(), atol=1e-6):
        print("This is the density itself. Return its logarithm.")
        return
    check(
        differences(rows),
        density(),
        slips=slips,
        atol=1e-6,
        otherwise="Not right yet: along tau, its shape is not that of the joint. Write the joint down, and keep each "
        "factor that has tau in it.",
    )


def chance_of_acceptance(chance: object) -> None:
    """Check the probability of accepting a move of school A's effect from 10 to 20, with mu = 8 and tau = 5."""
    y, sigma, mu, tau = 28.0, 15.0, 8.0, 5.0

    def log_ratio(data: float = 1.0, population: float = 1.0, power: float = 2.0) -> float:
        def log_density(theta: float) -> float:
            likelihood = -data * (y - theta) ** 2 / (2 * sigma**power)
            return float(likelihood - population * (theta - mu) ** 2 / (2 * tau**power))

        return log_density(20.0) - log_density(10.0)

    check(
        chance,
        np.exp(log_ratio()),
        slips={
            "This is the logarithm of the ratio. Exponentiate.": log_ratio(),
            "The likelihood alone would always accept this move, and the posterior the way back, from 20 to 10. Are "
            "both factors in, and the right way round?": 1.0,
            "The population's factor is missing, and a probability is at most 1.": np.exp(log_ratio(population=0.0)),
            "The likelihood is missing: this is the ratio of the population's densities.": np.exp(log_ratio(data=0.0)),
            "This is the ratio for the way back, from 20 to 10.": np.exp(-log_ratio()),
            "The squares are divided by twice the variance; here it is twice the standard deviation.": np.exp(
                log_ratio(power=1.0)
            ),
            "The 2 in 2 * variance is missing.": np.exp(2 * log_ratio()),
            "This is the probability that the walk stays.": 1 - np.exp(log_ratio()),
            "This is the data's factor for the way back, times the population's for the way there.": np.exp(
                log_ratio(data=-1.0)
            ),
            "tau = 5 is the standard deviation; here 5 is the variance.": np.exp(log_ratio(population=tau)),
            "SciPy's norm wants standard deviations; here it has got variances.": np.exp(log_ratio(power=4.0)),
            "The population is centred at mu = 8, not at zero.": np.exp(
                log_ratio(population=0.0) - (20.0**2 - 10.0**2) / (2 * tau**2)
            ),
            "The two factors multiply; here they add up.": np.exp(log_ratio(population=0.0))
            + np.exp(log_ratio(data=0.0)),
        },
    )


def mean_without_correction(mean: object) -> None:
    """Check the mean that an uncorrected log-normal proposal leads to when the target is Gamma(3), scale 2.

    The tolerance is four standard errors of the walk in the solution.
    """
    shape, scale = 3.0, 2.0
    check(
        mean,
        (shape - 1) * scale,
        slips={
            "This is the mean of the target. Without the correction the chain settles elsewhere.": shape * scale,
            "The other way round: the chain's density is the target divided by tau, not times tau.": (shape + 1)
            * scale,
            "The shape is right, but 2 is a scale, not a rate.": (shape - 1) / scale,
            "Which power of tau is left in the chain's density? This is that density's mode, or the mean at a shape "
            "that is one too small.": (shape - 2) * scale,
            "The chain of the page ran to zero because its density, over tau, has no finite integral. This target has "
            "one.": 0.0,
        },
        atol=0.14,
        simulated=True,
    )


def spread_of_collapse(tau: object) -> None:
    """Check the tau at which 10,000 draws of mu from the chapter's Gibbs sampler are worth 100."""

    def solve(autocorrelation: float, sigma: FloatArray = _SIGMA) -> float:
        return float(optimize.brentq(lambda t: (1 - shrinkage_weight(sigma, t)).mean() - autocorrelation, 1e-6, 1e4))

    right = solve(99 / 101)
    check(
        tau,
        right,
        slips={
            "This is tau squared.": right**2,
            "Here 1 - phi is one hundredth. The share is (1 - phi) / (1 + phi).": solve(0.99),
            "Here phi is the weight; it is one minus the weight, averaged over schools.": solve(2 / 101),
            "The average of the weights is not the weight at the average variance.": solve(
                99 / 101, np.array([np.sqrt((_SIGMA**2).mean())])
            ),
            "The average of the weights is not the weight at the average standard error.": solve(
                99 / 101, np.array([_SIGMA.mean()])
            ),
            "The weight is tau**2 / (tau**2 + sigma**2). With tau**2 / sigma**2, which is larger, tau comes out too "
            "small.": np.sqrt(2 / 101 / (1 / _SIGMA**2).mean()),
            "Here the draws are worth 1,000; the question is about 100.": solve(9 / 11),
            "Here the draws are worth 10; the question is about 100.": solve(999 / 1001),
            "Here phi is one hundredth; the share of the draws, (1 - phi) / (1 + phi), should be.": solve(0.01),
            "This is the tau for school A alone. phi is an average over the schools.": solve(99 / 101, _SIGMA[:1]),
            "The sum in the effective sample size begins at k = 1. With k = 0 too, the draws seem worth less.": solve(
                97 / 99
            ),
        },
    )


def iterations_for_a_tenth(iterations: object) -> None:
    """Check how many Gibbs iterations bring the standard error of E(mu) to a tenth of a point, within 0.2 per cent."""
    tau = 5.0
    phi = float((1 - shrinkage_weight(_SIGMA, tau)).mean())
    share = (1 - phi) / (1 + phi)
    sd = float(np.sqrt(1 / (1 / (tau**2 + _SIGMA**2)).sum()))
    effective = (sd / 0.1) ** 2
    check(
        iterations,
        effective / share,
        slips={
            "So many independent draws would do. Iterations depend on each other: divide by their share.": effective,
            "Multiplied by the share: dependent draws are worth less, so you need more.": effective * share,
            "Square: the standard error falls with the root of the effective sample size.": sd / 0.1 / share,
            "The share is (1 - phi) / (1 + phi); here it is 1 - phi.": effective / (1 - phi),
            "This standard deviation is that of school A's effect; the question is about mu.": (
                float(partial_pooling(_Y, _SIGMA, tau).sd[0]) / 0.1
            )
            ** 2
            / share,
            "This is the sd of mu given the effects, tau / sqrt(J). Its posterior sd is larger.": (
                tau / np.sqrt(_J) / 0.1
            )
            ** 2
            / share,
            "This divides by phi. Divide by the share of the draws that is left, (1 - phi) / (1 + phi).": effective
            / phi,
            "The posterior variance is over the square of the standard error, 0.01.": sd**2 / 0.1 / share,
            "This standard deviation is that of complete pooling, where tau is zero.": (
                1 / (1 / _SIGMA**2).sum() / 0.1**2
            )
            / share,
            "This is for each of four chains. The question is about all iterations.": effective / share / 4,
            "This makes 1.96 standard errors a tenth; the question is about one.": 1.96**2 * effective / share,
        },
        rtol=0.002,
    )


def autocorrelation_with_more_pupils(phi: object) -> None:
    """Check the autocorrelation of mu at tau = 5 when every school has tested four times as many pupils."""
    tau = 5.0
    right = 1 - shrinkage_weight(_SIGMA / 2, tau)
    check(
        phi,
        right.mean(),
        slips={
            "This is the autocorrelation as it was.": (1 - shrinkage_weight(_SIGMA, tau)).mean(),
            "Four times the pupils halve the standard error; here it is a quarter.": (
                1 - shrinkage_weight(_SIGMA / 4, tau)
            ).mean(),
            "The standard errors have grown: more pupils mean less noise.": (
                1 - shrinkage_weight(2 * _SIGMA, tau)
            ).mean(),
            "This is the average weight. The autocorrelation is one minus it.": 1 - right.mean(),
            "This is the share of the draws that is left. The question is about phi.": (1 - right.mean())
            / (1 + right.mean()),
            "The standard error is four times as large here; it should be halved.": (
                1 - shrinkage_weight(4 * _SIGMA, tau)
            ).mean(),
            "Four times the pupils make the variance a quarter; here it is a half.": (
                1 - shrinkage_weight(_SIGMA / np.sqrt(2), tau)
            ).mean(),
            "This is a quarter of the old autocorrelation. The variance is a quarter of the old one, and it stands in "
            "the numerator and in the denominator.": (1 - shrinkage_weight(_SIGMA, tau)).mean() / 4,
            "This is half of the old autocorrelation. The standard error is half of the old one, and its square stands "
            "in the numerator and in the denominator.": (1 - shrinkage_weight(_SIGMA, tau)).mean() / 2,
            "phi is the average over the schools, not the value at the average standard error.": float(
                1 - shrinkage_weight(_SIGMA.mean() / 2, tau)
            ),
            "phi is the average over the schools, not the value at the average variance.": float(
                1 - shrinkage_weight(np.sqrt((_SIGMA**2).mean()) / 2, tau)
            ),
            "tau is a standard deviation: square it.": (1 - shrinkage_weight(_SIGMA / 2, np.sqrt(tau))).mean(),
        },
    )
