"""Checks for the practice exercises of the chapter on three-point shooting."""

import numpy as np
from scipy import stats

from lib.checks import check
from lib.datasets import three_point_2018
from lib.models import BetaBinomial

# The best fit to the first shots of all 176 players: the chapter finds it, and a test finds it again.
_KAPPA_HAT = 393.32


def beta_posterior(mean: object, sd: object) -> None:
    """Check the posterior mean and sd under a Beta(30, 50) prior after 14 of 20."""
    right, prior, own = stats.beta(44, 56), 30 / 80, 14 / 20
    slips = {
        "this is the player's own rate, without the prior.": own,
        "this is the prior's, without the data.": prior,
        "this is the plain average of the prior's mean and his own rate. Weight each by its shots.": (prior + own) / 2,
        "add the misses, not the attempts, to the second number.": 44 / (44 + 70),
        "this is the mode of the posterior.": 43 / 98,
    }
    check(mean, right.mean(), slips=slips, of="The mean", other=right.std())
    slips = {
        "this is the variance.": right.var(),
        "this is the prior's.": stats.beta(30, 50).std(),
        "the variance is m (1 - m) / (kappa + 1), with the one.": np.sqrt(0.44 * 0.56 / 100),
        "this is the standard error of his own 20 shots.": np.sqrt(0.7 * 0.3 / 20),
    }
    check(sd, right.std(), slips=slips, rtol=2e-3, of="The standard deviation", other=right.mean())


def history_and_league(mean: object) -> None:
    """Check Covington's posterior mean from the league's prior, his three earlier seasons and the hot start."""
    m, kappa = 0.373, 400
    check(
        mean,
        (m * kappa + 474 + 50) / (kappa + 1340 + 101),
        slips={
            "His history is missing: this is the league's prior and the hot start.": (m * kappa + 50) / (kappa + 101),
            "The league is missing: this is his history and the hot start.": (474 + 50) / (1340 + 101),
            "The hot start is missing.": (m * kappa + 474) / (kappa + 1340),
            "This is the plain average of three percentages. Add up the shots.": (m + 474 / 1340 + 50 / 101) / 3,
        },
    )


def stabilisation_point(point: object) -> None:
    """Check kappa for a population with mean 1/4 and standard deviation 0.03."""
    m, s = 0.25, 0.03
    check(
        point,
        m * (1 - m) / s**2 - 1,
        slips={
            "Nearly: the variance is m (1 - m) / (kappa + 1), with the one.": m * (1 - m) / s**2,
            "The 3 percentage points are a standard deviation: square it.": m * (1 - m) / s - 1,
            "This is the number at which noise and signal have the same standard deviation only if m = 1/2.": 0.25
            / s**2
            - 1,
            "Percentage points: 3 of them are 0.03.": m * (1 - m) / 9 - 1,
        },
        whole=True,
    )


def regression_slope(slope: object) -> None:
    """Check the slope that the model expects of later on first percentages, over the 77 players."""
    shots = three_point_2018()
    regulars = shots[shots["rest_attempts"] >= 100]
    n, later = regulars["first_attempts"].mean(), regulars["rest_attempts"].mean()
    own = regulars["first_made"] / regulars["first_attempts"]
    actual = np.polyfit(own, regulars["rest_made"] / regulars["rest_attempts"], 1)[0]
    check(
        slope,
        n / (n + _KAPPA_HAT),
        slips={
            "This is the weight of the league. The slope is the weight of the player's own percentage.": _KAPPA_HAT
            / (n + _KAPPA_HAT),
            "This is the actual slope. Which one does the model expect?": actual,
            "The later attempts do not enter: they make the later percentage noisier, not its mean.": later
            / (later + _KAPPA_HAT),
            "This is the correlation that the model expects if the later run is as long as the first, squared.": (
                n / (n + _KAPPA_HAT)
            )
            ** 2,
        },
        rtol=4e-3,
    )


def predictive_sd(sd: object) -> None:
    """Check the standard deviation of Covington's next 231 shots, with m = 0.373 and kappa = 400."""
    a, b, n = 0.373 * 400 + 50, 0.627 * 400 + 51, 231
    rate = a / (a + b)
    share = stats.beta(a, b).std()
    check(
        sd,
        stats.betabinom(n, a, b).std(),
        slips={
            "This is the binomial noise at one known rate. The rate is uncertain as well.": np.sqrt(
                n * rate * (1 - rate)
            ),
            "This is the uncertainty of the rate alone, in shots. The shots themselves are random too.": n * share,
            "Standard deviations do not add up; variances do.": n * share + np.sqrt(n * rate * (1 - rate)),
            "This is the variance. Take the root.": stats.betabinom(n, a, b).var(),
            "This is the standard deviation of his share; the question is about the number.": stats.betabinom(
                n, a, b
            ).std()
            / n,
            "This leaves out his 50 of 101: it is the prediction for a player whom we have not seen.": stats.betabinom(
                n, 0.373 * 400, 0.627 * 400
            ).std(),
        },
    )


def expected_squared_error(error: object) -> None:
    """Check the expected squared error of partial pooling with 450 first and 700 later shots."""
    # n is not kappa, nor later n + kappa: parts of the error would be equal, and slips could not be told apart.
    m, kappa, n, later = 0.373, 400, 450, 700
    s2 = m * (1 - m) / (kappa + 1)
    noise = (m * (1 - m) - s2) / later
    weight = n / (n + kappa)
    right = s2 * (1 - weight) + noise
    check(
        error,
        right,
        slips={
            "This is complete pooling: nothing of the spread between players has been learnt.": s2 + noise,
            "The noise of the later shots is missing: this is the error about the true rates.": s2 * (1 - weight),
            "This is the noise of the later shots alone, what a prophet would have.": noise,
            "This is the root. Enter the mean squared error.": np.sqrt(right),
            "This is what no pooling would give.": (m * (1 - m) - s2) / n + noise,
            "Nearly: the mean of theta (1 - theta) is m (1 - m) - s**2, not m (1 - m).": s2 * (1 - weight)
            + m * (1 - m) / later,
        },
        rtol=5e-4,
    )


def other_prior(median: object) -> None:
    """Check the posterior median of the concentration under the prior (1 + kappa)**-2, to within five per cent."""
    check(
        median,
        _concentration_median(-2.0),
        slips={
            "This is the median under the chapter's prior, with the power -3/2.": _concentration_median(-1.5),
            "This is the most likely value. The question is about the posterior median.": _KAPPA_HAT,
        },
        rtol=0.05,
    )


def _concentration_median(power: float) -> float:
    """Posterior median of the concentration from the first shots, with prior (1 + kappa)**power, on a grid."""
    shots = three_point_2018()
    model = BetaBinomial(
        shots["first_made"], shots["first_attempts"], concentration=lambda kappa: power * np.log1p(kappa)
    )
    mean, log_kappa = np.linspace(0.345, 0.402, 58)[:, np.newaxis], np.linspace(3, 25, 700)
    kappa = np.exp(log_kappa)
    log_density = model.log_marginal_likelihood(mean, kappa) + power * np.log1p(kappa) + log_kappa
    density = np.exp(log_density - log_density.max()).sum(axis=0)
    below = (density.cumsum() - density / 2) / density.sum()
    return float(np.exp(np.interp(0.5, below, log_kappa)))
