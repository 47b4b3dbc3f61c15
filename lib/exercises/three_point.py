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
        "makes were added to the first number; misses are to be added to the second.": 44 / (44 + 50),
        "this is the chance of a miss.": 56 / 100,
        "makes go with the first number, 30, and misses with the second.": (30 + 6) / 100,
        "these are the odds, makes to misses.": 44 / 56,
        "the weights have changed places: the prior is worth 80 shots, his own are 20.": 0.2 * prior + 0.8 * own,
    }
    check(mean, right.mean(), slips=slips, of="The mean", other=right.std())
    slips = {
        "this is the variance.": right.var(),
        "this is the prior's.": stats.beta(30, 50).std(),
        "the variance is m (1 - m) / (kappa + 1), with the one.": np.sqrt(0.44 * 0.56 / 100),
        "this is the standard error of his own 20 shots.": np.sqrt(0.7 * 0.3 / 20),
        "this is the noise of 20 shots. The posterior knows as much as 100.": np.sqrt(0.44 * 0.56 / 20),
        "this is that of a single shot.": np.sqrt(0.44 * 0.56),
        "add the misses, not the attempts, to the second number.": stats.beta(44, 70).std(),
        "the precisions of two normal distributions add up. Here the shots do.": (
            stats.beta(30, 50).var() ** -1 + 20 / 0.21
        )
        ** -0.5,
    }
    check(sd, right.std(), slips=slips, rtol=2e-3, of="The standard deviation", other=right.mean())


def history_and_league(mean: object) -> None:
    """Check Covington's posterior mean from the league's prior, his three earlier seasons and the hot start."""
    m, kappa = 0.373, 400
    made, shots = m * kappa + 474 + 50, kappa + 1340 + 101
    after_league, after_history = (m * kappa + 50) / (kappa + 101), (474 + 50) / (1340 + 101)
    check(
        mean,
        made / shots,
        slips={
            "His history is missing: this is the league's prior and the hot start.": after_league,
            "The league is missing: this is his history and the hot start.": after_history,
            "The hot start is missing.": (m * kappa + 474) / (kappa + 1340),
            "This is the plain average of three percentages. Add up the shots.": (m + 474 / 1340 + 50 / 101) / 3,
            "This is the plain average of two posteriors. Add up the shots.": (after_league + after_history) / 2,
            "The hot start got half of the weight. It is 101 shots among many.": (
                (m * kappa + 474) / (kappa + 1340) + 50 / 101
            )
            / 2,
            "This is his history alone.": 474 / 1340,
            "This is the hot start alone.": 50 / 101,
            "This is the league alone.": m,
            "Of the league's kappa shots only a share m went in.": (kappa + 474 + 50) / shots,
            "The league's mean is not a number of makes: it made m * kappa of kappa.": (m + 474 + 50) / (1340 + 101),
            "The league's misses are (1 - m) * kappa, its makes m * kappa.": ((1 - m) * kappa + 474 + 50) / shots,
            "The league has come in twice, with each of the others.": (2 * m * kappa + 474 + 50) / (shots + kappa),
            "He made 50 of 101. The 49 are of his first 100.": (made - 1) / (shots - 1),
            "This adds a flat prior. The league's is the prior.": (made + 1) / (shots + 2),
            "The 77 of 231 come later: they are not known yet.": (made + 77) / (shots + 231),
        },
        rtol=2e-4,
    )


def stabilisation_point(point: object) -> None:
    """Check kappa for a population with mean 1/10 and standard deviation 0.03."""
    m, s = 0.1, 0.03  # kappa is a whole number: one shot less is another answer
    check(
        point,
        m * (1 - m) / s**2 - 1,
        slips={
            "Nearly: the variance is m (1 - m) / (kappa + 1), with the one.": m * (1 - m) / s**2,
            "Nearly: take the one away, and do not add it.": m * (1 - m) / s**2 + 1,
            "The 3 percentage points are a standard deviation: square it.": m * (1 - m) / s - 1,
            "The variance has the one, and the 3 percentage points are a standard deviation: square it first.": m
            * (1 - m)
            / s,
            "This takes m (1 - m) for a quarter, which it is only if m = 1/2.": 0.25 / s**2 - 1,
            "The variance of a shot is m (1 - m), not m.": m / s**2 - 1,
            "This is a ratio of standard deviations. Take that of variances.": np.sqrt(m * (1 - m)) / s,
            "Percentage points: 3 of them are 0.03.": m * (1 - m) / 9 - 1,
            "This is where the reliability is seven tenths. Here the two weights are equal.": (m * (1 - m) / s**2 - 1)
            * 0.7
            / 0.3,
        },
    )


def regression_slope(slope: object) -> None:
    """Check the slope that the model expects of later on first percentages, over the 77 players."""
    shots = three_point_2018()
    regulars = shots[shots["rest_attempts"] >= 100]
    n, later = regulars["first_attempts"].mean(), regulars["rest_attempts"].mean()
    own, rest = (regulars[f"{part}_made"] / regulars[f"{part}_attempts"] for part in ("first", "rest"))
    weight, all_176 = n / (n + _KAPPA_HAT), shots["first_attempts"].mean()
    check(
        slope,
        weight,
        slips={
            "This is the weight of the league. The slope is the weight of the player's own percentage.": 1 - weight,
            "This is the actual slope. Which one does the model expect?": np.polyfit(own, rest, 1)[0],
            "This is the actual correlation. Which slope does the model expect?": np.corrcoef(own, rest)[0, 1],
            "This is the actual slope of the first on the later percentages.": np.polyfit(rest, own, 1)[0],
            "The later attempts do not enter: they make the later percentage noisier, not its mean.": later
            / (later + _KAPPA_HAT),
            "Only the first attempts give the weight, not all of the season's.": (n + later) / (n + later + _KAPPA_HAT),
            "This is the correlation that the model expects if the later run is as long as the first, squared.": (
                weight**2
            ),
            "This is the correlation that the model expects. A slope needs no later attempts.": np.sqrt(
                weight * later / (later + _KAPPA_HAT)
            ),
            "This is the ratio of the two weights.": n / _KAPPA_HAT,
            "This has the attempts at their mean over all 176. Take it over the 77.": all_176 / (all_176 + _KAPPA_HAT),
            "This has 100 attempts. Take their mean over the 77.": 100 / (100 + _KAPPA_HAT),
            "This has kappa at 400. Take `kappa_hat`.": n / (n + 400),
        },
    )


def predictive_sd(sd: object) -> None:
    """Check the standard deviation of Covington's next 231 shots, with m = 0.373 and kappa = 400."""
    a, b, n = 0.373 * 400 + 50, 0.627 * 400 + 51, 231
    rate, law = stats.beta(a, b), stats.betabinom(n, a, b)
    mean, spread = rate.mean(), n * rate.std()
    noise = np.sqrt(n * mean * (1 - mean))
    at_m, without_one = np.hypot(noise, spread), noise * np.sqrt((a + b + n) / (a + b))
    check(
        sd,
        law.std(),
        slips={
            "This is the binomial noise at one known rate. The rate is uncertain as well.": noise,
            "This is the binomial noise at his own percentage. Shrink it, and the rate is uncertain as well.": np.sqrt(
                n * 50 * 51 / 101**2
            ),
            "This is the binomial noise at what he made afterwards.": np.sqrt(n * 2 / 9),
            "This is the uncertainty of the rate alone, in shots. The shots themselves are random too.": spread,
            "This is the uncertainty of the rate alone; the question is about the number.": rate.std(),
            "Standard deviations do not add up; variances do.": spread + noise,
            "This is the variance. Take the root.": law.var(),
            "This is the standard deviation of his share; the question is about the number.": law.std() / n,
            "This leaves out his 50 of 101: it is the prediction for a player whom we have not seen.": stats.betabinom(
                n, 0.373 * 400, 0.627 * 400
            ).std(),
            "This leaves the league out: it is the prediction from a flat prior and his own shots.": stats.betabinom(
                n, 51, 52
            ).std(),
            "Add his 51 misses, not his 101 attempts, to the second number.": stats.betabinom(n, a, b + 50).std(),
            "He takes 231 shots; this is for 101.": stats.betabinom(101, a, b).std(),
            "This is the number that he is expected to make.": law.mean(),
            "Nearly, unless simulated: the binomial noise is n E[theta (1 - theta)], less than at the mean rate.": at_m,
            "Nearly, unless simulated: the variance of the rate is m (1 - m) / (kappa + 1), with the one.": without_one,
        },
        rtol=2e-4,
    )


def expected_squared_error(error: object) -> None:
    """Check the expected squared error of partial pooling with 450 first and 700 later shots."""
    # n is not kappa, nor later n + kappa: parts of the error would be equal, and slips could not be told apart.
    m, kappa, n, later = 0.373, 400, 450, 700
    s2 = m * (1 - m) / (kappa + 1)
    shot = m * (1 - m) - s2  # what a shot's noise is on average
    noise = shot / later
    weight = n / (n + kappa)
    right = s2 * (1 - weight) + noise
    whole_shot = s2 * (1 - weight) + m * (1 - m) / later
    without_one = m * (1 - m) * ((1 - weight) / kappa + (1 - 1 / kappa) / later)
    at_m = m * (1 - m) / (kappa + n + 1) + noise
    check(
        error,
        right,
        slips={
            "This is complete pooling: nothing of the spread between players has been learnt.": s2 + noise,
            "The noise of the later shots is missing: this is the error about the true rates.": s2 * (1 - weight),
            "This is the noise of the later shots alone, what a prophet would have.": noise,
            "This is the root. Enter the mean squared error.": np.sqrt(right),
            "This is what no pooling would give.": shot / n + noise,
            "The weights have changed places: of s**2, a share of 1 - w is left.": s2 * weight + noise,
            "This is the error of pulling alone: w**2 times the noise of the first shots comes on top.": s2
            * (1 - weight) ** 2
            + noise,
            "This is the first shots' noise alone: what is lost by pulling comes on top.": weight**2 * shot / n + noise,
            "The first shots are 450, the later ones 700.": s2 * (1 - later / (later + kappa)) + shot / n,
            "The later noise is divided by the later shots, 700.": s2 * (1 - weight) + shot / n,
            "The variance of a shot is theta (1 - theta), not theta.": s2 * (1 - weight) + m / later,
            "Standard deviations do not add up; variances do.": np.sqrt(s2 * (1 - weight)) + np.sqrt(noise),
            "Nearly, unless simulated: the mean of theta (1 - theta) is m (1 - m) - s**2, not m (1 - m).": whole_shot,
            "Nearly, unless simulated: the variance s**2 is m (1 - m) / (kappa + 1), with the one.": without_one,
            "Nearly, unless simulated: this is the posterior variance at the mean rate. Average over all rates.": at_m,
        },
        rtol=1e-4,
    )


def other_prior(median: object) -> None:
    """Check the posterior median of the concentration under the prior (1 + kappa)**-2, simulated with 10,000 draws."""
    check(
        median,
        _concentration(-2.0),
        slips={
            "This is the median under the chapter's prior, with the power -3/2.": _concentration(-1.5),
            "This is the best fit, without a prior. The question is about the posterior median.": _KAPPA_HAT,
            "This is the median from all the shots. The question is about the first ones.": _concentration(-2.0, "all"),
            "This is the upper end of the 90% interval.": _concentration(-2.0, share=0.95),
            "This is the lower end of the 90% interval.": _concentration(-2.0, share=0.05),
        },
        rtol=0.02,
        simulated=True,
    )


def _concentration(power: float, shots: str = "first", share: float = 0.5) -> float:
    """Posterior quantile of the concentration from the first or all shots, with prior (1 + kappa)**power, on a grid."""
    data, parts = three_point_2018(), ["first"] if shots == "first" else ["first", "rest"]
    made, attempts = (sum(data[f"{part}_{what}"] for part in parts) for what in ("made", "attempts"))
    model = BetaBinomial(made, attempts, concentration=lambda kappa: power * np.log1p(kappa))
    mean, log_kappa = np.linspace(0.345, 0.402, 58)[:, np.newaxis], np.linspace(3, 25, 700)
    kappa = np.exp(log_kappa)
    log_density = model.log_marginal_likelihood(mean, kappa) + power * np.log1p(kappa) + log_kappa
    density = np.exp(log_density - log_density.max()).sum(axis=0)
    below = (density.cumsum() - density / 2) / density.sum()
    return float(np.exp(np.interp(share, below, log_kappa)))
