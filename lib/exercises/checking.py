"""Checks for the practice exercises of the chapter on checking samplers."""

import numpy as np
from scipy import stats

from lib.checks import RIGHT, check, diagnose
from lib.datasets import eight_schools

_SIGMA = eight_schools()["sigma"].to_numpy(float)
_TAU, _PRIOR_SD = 10.0, 5.0
_EDGE = float(stats.norm.ppf(0.9))  # of a central 80% interval


def rank_of_a_truth(rank: object, chance: object) -> None:
    """Check the rank of 11 among nine draws, and the chance of one at least as high."""
    slips = {
        "it counts the draws below the truth, not those above.": 2,
        "ranks start from 0, the number of draws below a truth that is the smallest.": 8,
        "this is a share. The rank is a whole number.": 7 / 9,
    }
    check(rank, 7, slips=slips, of="The rank", other=3 / 10)
    slips = {
        "there are ten possible ranks, from 0 to 9.": 3 / 9,
        "this is the chance of a higher rank. Rank 7 itself counts too.": 2 / 10,
        "this is the chance of a lower rank.": 7 / 10,
        "this is the chance of rank 7 alone.": 1 / 10,
        "this counts rank 6 as well.": 4 / 10,
        "rank 7 itself counts too, and there are ten ranks in all.": 2 / 9,
        "this is the chance of rank 2 or higher. Is the rank right?": 8 / 10,
    }
    check(chance, 3 / 10, slips=slips, of="The chance", other=7)


def distance_of_ranks(distance: object) -> None:
    """Check the Kolmogorov-Smirnov distance of rank / 9 from the uniform distribution."""
    check(
        distance,
        1 / 10,
        slips={
            "The steps have width 1/9, but each value has probability 1/10: there are ten of them.": 1 / 9,
            "Not zero: the values sit on ten points, however many data sets there are.": 0.0,
            "The largest distance stands at a jump: look at the distribution function at 0, and just before 1.": 1 / 20,
            "This is half a step between two values. The distance is one of distribution functions.": 1 / 18,
        },
    )


def shapes(answer: object) -> None:
    """Check what four histograms say."""
    check(
        answer,
        [3, 2, 0, 1],
        slips={
            "A U means that the truth often lies outside the draws: are they too wide, then, or too narrow?": [
                3,
                1,
                0,
                2,
            ],
        },
        rtol=0,
        atol=0.01,
    )


def data_sets_needed(number: object) -> None:
    """Check how many data sets give a 95% coverage a standard error of one percentage point."""
    variance = 0.95 * 0.05
    check(
        number,
        variance / 0.01**2,
        slips={
            "The standard error goes with one over the root of the number: square it.": np.sqrt(variance) / 0.01,
            "The variance of a share is p (1 - p) / N; this leaves 1 - p out.": 0.95 / 0.01**2,
            "This is the number for the 50% interval.": 0.25 / 0.01**2,
            "This makes two standard errors one percentage point.": variance / 0.005**2,
            "This makes 1.96 standard errors one percentage point.": variance * (stats.norm.ppf(0.975) / 0.01) ** 2,
            "The variance of a share is p (1 - p) / N; this leaves p out.": 0.05 / 0.01**2,
            "This is the number for the 80% interval.": 0.8 * 0.2 / 0.01**2,
        },
        rtol=3e-3,  # a whole number of data sets
    )


def too_wide(coverage: object, noticed: object) -> None:
    """Check the coverage of 80% intervals that are 20% too wide, and the power of 500 data sets."""

    def covered(factor: float) -> float:
        return float(2 * stats.norm.cdf(factor * _EDGE) - 1)

    def chance(actual: float, replicates: int = 500, level: float = 0.8) -> float:
        few = float(stats.binom.ppf(0.005, replicates, level))
        many = float(stats.binom.ppf(0.995, replicates, level))
        return float(stats.binom.cdf(few - 1, replicates, actual) + stats.binom.sf(many, replicates, actual))

    slips = {
        "it does not grow in proportion to the width.": 0.8 * 1.2,
        "this is for intervals that are too narrow.": covered(1 / 1.2),
        "this is for a factor of 0.8, too narrow.": covered(0.8),
        "the factor is on the standard deviation; this squares it.": covered(1.2**2),
        "this leaves one end of the interval out.": float(stats.norm.cdf(1.2 * _EDGE)),
        "this factor is on the variance, not on the standard deviation.": covered(np.sqrt(1.2)),
        "the edge of a central 80% interval is the 90% point, not the 80% point.": float(
            2 * stats.norm.cdf(1.2 * stats.norm.ppf(0.8)) - 1
        ),
    }
    right, right_chance = covered(1.2), chance(covered(1.2))
    check(coverage, right, slips=slips, of="The coverage", other=right_chance)
    slips = {
        "this is for a factor of 0.8, too narrow, or for a test at the 5% level.": chance(covered(0.8)),
        "this is for a factor of 1 / 1.2, too narrow.": chance(covered(1 / 1.2)),
        "this is the chance that they do not notice.": 1 - right_chance,
        "`power` takes the factor, not the coverage.": chance(covered(right)),
        "this is for 95% intervals.": chance(float(2 * stats.norm.cdf(1.2 * stats.norm.ppf(0.975)) - 1), level=0.95),
        "this is for 5,000 data sets.": chance(covered(1.2), 5_000),
        "this is for 50 data sets.": chance(covered(1.2), 50),
    }
    check(noticed, right_chance, slips=slips, of="The chance to notice", other=right)


def forgotten_prior(p_values: object) -> None:
    """Check that of four p-values the last alone, that of the log prior, is small."""
    unread = diagnose(p_values, np.full(4, 2.0))  # no p-value is 2: this looks at the form alone
    if not unread.startswith("Not right yet"):
        print(unread)
        return
    found = np.asarray(p_values, dtype=float)
    if (found < 0).any() or (found > 1).any():
        print("A p-value lies between 0 and 1.")
    elif found[-1] > 1e-6:
        print(
            "The ranks of the log prior should have noticed. Is the prior really left out of the mean and of the sd "
            "of mu, and does `run` get your sweep?"
        )
    elif found[0] < 1e-3 <= found[1:-1].min():
        print(
            "The ranks of mu notice as well, so its mean or its sd is wrong. Without its prior, mu has mean "
            "theta.mean(axis=-1) and standard deviation tau / sqrt(J)."
        )
    elif found[:-1].min() < 1e-3:
        print(
            "Your sampler is wrong in more than the prior: other ranks notice it. Without its prior, mu has mean "
            "theta.mean(axis=-1) and standard deviation tau / sqrt(J); leave the effects to `theta_given`."
        )
    else:
        print(RIGHT)


def wider_world(coverage: object) -> None:
    """Check the coverage of 80% intervals for mu when its true standard deviation is twice the prior's."""
    precision = float((1 / (_SIGMA**2 + _TAU**2)).sum())
    variance = 1 / (precision + _PRIOR_SD**-2)
    kept = variance * precision

    def covered(sd: float) -> float:
        error = (1 - kept) ** 2 * sd**2 + kept**2 / precision
        return float(2 * stats.norm.cdf(_EDGE * np.sqrt(variance / error)) - 1)

    check(
        coverage,
        covered(2 * _PRIOR_SD),
        slips={
            "This is the coverage when the truths come from the sampler's own prior.": 0.8,
            "This compares the two priors alone: the data have their say as well.": float(
                2 * stats.norm.cdf(_EDGE / 2) - 1
            ),
            "This leaves the noise of the data out of the error.": float(
                2 * stats.norm.cdf(_EDGE * np.sqrt(variance) / ((1 - kept) * 2 * _PRIOR_SD)) - 1
            ),
            "This compares two posterior spreads. The interval's centre is off as well, pulled to 0 too far.": float(
                2 * stats.norm.cdf(_EDGE * np.sqrt(variance * (precision + 1 / (2 * _PRIOR_SD) ** 2))) - 1
            ),
            "This doubles the variance of the truths. It is their standard deviation that is doubled.": covered(
                np.sqrt(2) * _PRIOR_SD
            ),
        },
        rtol=0,
        atol=0.01,
        simulated=True,
    )
