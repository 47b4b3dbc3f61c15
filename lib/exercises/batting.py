"""Checks for the practice exercises of the chapter on batting averages."""

import numpy as np
from scipy import integrate, special, stats

from lib.checks import check
from lib.datasets import batting_1970
from lib.estimators import from_arcsine, to_arcsine

_BATTING = batting_1970()
_AVERAGES = (_BATTING["first_hits"] / _BATTING["first_at_bats"]).to_numpy()
_X = to_arcsine(_AVERAGES, 45)
_THETA = to_arcsine((_BATTING["rest_hits"] / _BATTING["rest_at_bats"]).to_numpy(), 45)
_K = _X.size
_SQUARES = float(((_X - _X.mean()) ** 2).sum())
_KEPT = 1 - (_K - 3) / _SQUARES
_NOISE = _AVERAGES.mean() * (1 - _AVERAGES.mean()) / 45
_SQUARES_OF_AVERAGES = float(((_AVERAGES - _AVERAGES.mean()) ** 2).sum() / _NOISE)


def two_factors(to_mean: object, to_five: object) -> None:
    """Check the share that is kept of ten distances, towards the mean (S = 18) and towards a fixed point (S = 20)."""
    slips = {
        "k - 2 is for a point chosen beforehand. Estimating it costs one dimension more.": 1 - 8 / 18,
        "this is the dimension itself; the mean of 1 / chi-squared takes two off, the mean one.": 1 - 10 / 18,
        "one degree of freedom goes with the mean, two more with the inverse.": 1 - 9 / 18,
        "this is the share that is taken away.": 7 / 18,
        "take the sum of squares around the mean.": 1 - 7 / 20,
        "this is the root of the share that is kept.": np.sqrt(1 - 7 / 18),
    }
    check(to_mean, 1 - 7 / 18, slips=slips, of="To the mean", other=1 - 8 / 20)
    slips = {
        "k - 3 is for a point that was estimated. This one was not.": 1 - 7 / 20,
        "this is the dimension itself; the mean of 1 / chi-squared takes two off.": 1 - 10 / 20,
        "nothing is estimated here, so no degree of freedom goes; two go with the inverse.": 1 - 9 / 20,
        "this is the share that is taken away.": 8 / 20,
        "take the sum of squares around 5.": 1 - 8 / 18,
        "this is the root of the share that is kept.": np.sqrt(1 - 8 / 20),
    }
    check(to_five, 1 - 8 / 20, slips=slips, of="To 5", other=1 - 7 / 18)


def positive_part(plain: object, positive: object) -> None:
    """Check James-Stein and its positive part for the first of 2, -1, 0, 1, -2, 1 with variance 4, towards zero."""
    right = (1 - 4 * 4 / 11) * 2
    mean, around = 1 / 6, 11 - 6 / 36
    slips = {
        "the variance is 4, and the factor has to know it.": (1 - 4 / 11) * 2,
        "the factor has the variance, not the standard deviation.": (1 - 4 * 2 / 11) * 2,
        "the factor has the variance, not its square.": (1 - 4 * 16 / 11) * 2,
        "0 was chosen beforehand, so it is k - 2.": (1 - 3 * 4 / 11) * 2,
        "this is the dimension itself. The mean of 1 / chi-squared takes two off.": (1 - 6 * 4 / 11) * 2,
        "this shrinks to the mean of the six. The question has a point of its own, 0.": mean
        + (1 - 3 * 4 / around) * (2 - mean),
        "this is what is taken away of the observation, not what is left.": 4 * 4 / 11 * 2,
        "this is the factor. Multiply the observation by it.": 1 - 4 * 4 / 11,
        "this is its positive part.": 0.0,
    }
    check(plain, right, slips=slips, of="James-Stein")
    slips = {
        "it never shrinks past the point.": right,
        "it sets a negative factor to zero; it does not drop the sign.": -right,
        "a negative factor becomes zero, which is not the same as no shrinkage.": 2.0,
        "the point is 0, not the mean of the six.": mean,
    }
    check(positive, 0.0, slips=slips, atol=1e-9, of="The positive part")


def risk_of_half(estimated: object) -> None:
    """Check Stein's estimate of the risk of shrinking the 18 players half-way to their mean."""
    half = _X.mean() + (_X - _X.mean()) / 2
    check(
        estimated,
        1 + _SQUARES / 4,
        slips={
            "The mean contains each observation: the derivative of a correction is -(1 - 1/k) / 2.": _SQUARES / 4,
            "The middle term is twice the sum of the derivatives.": _K - (_K - 1) / 2 + _SQUARES / 4,
            "The square of the correction is S / 4, since one half is squared too.": 1 + _SQUARES / 2,
            "The correction is half the distance, not all of it.": 1 + _SQUARES,
            "The sum of squared corrections is missing.": 1.0,
            "The derivatives are negative: the correction pulls back.": _K + (_K - 1) + _SQUARES / 4,
            "The derivatives are missing: they make the middle term.": _K + _SQUARES / 4,
            "This is the risk that the data estimate for James-Stein.": _K - (_K - 3) ** 2 / _SQUARES,
            "This is from the averages. Take S on the arcsine scale, where the variance is one.": 1
            + _SQUARES_OF_AVERAGES / 4,
            "This is the error that was made in 1970. Estimate it without the rest of the season.": float(
                ((half - _THETA) ** 2).sum()
            ),
        },
    )


def two_dimensions(at_zero: object, at_three: object) -> None:
    """Check two simulated risks of max(0, 1 - 2 / |X|^2) X in dimension two, to four errors of 10,000 replicates."""
    distances, four_errors = {"At (0, 0)": 0.0, "At (3, 0)": 3.0}, {"At (0, 0)": 0.046, "At (3, 0)": 0.093}
    right_at = {where: _risk_in_two(distance) for where, distance in distances.items()}
    for where, answer in zip(distances, (at_zero, at_three), strict=True):
        distance, right = distances[where], right_at[where]
        [other] = (risk for others, risk in right_at.items() if others != where)
        slips = {
            "this is the risk of the observations as they are.": 2.0,
            "this is the average of both coordinates. The risk is their sum.": right / 2,
            "the factor takes off 2 / |X|^2, not 1 / |X|^2.": _risk_in_two(distance, 1.0, lambda s: 1 - 1 / s),
            "the factor has the square of the length of X.": _risk_in_two(distance, 4.0, lambda s: 1 - 2 / np.sqrt(s)),
        }
        if distance:
            slips |= {"this is at (3, 3). The second coordinate of the truth is 0.": _risk_in_two(np.sqrt(18))}
        check(
            answer,
            right,
            slips=slips,
            rtol=0.0,
            atol=four_errors[where],
            simulated=True,
            otherwise=_infinite(),
            of=where,
            other=other,
        )


def _infinite() -> str:
    return (
        "Not right yet. Can your factor go below zero? Then the risk is infinite, and a simulation gives another "
        "number each time."
    )


def score_of_petrocelli(score: object) -> None:
    """Check Rico Petrocelli's log score under no pooling, to four errors of 100,000 draws."""
    hits, at_bats = 142, 538
    ways = special.gammaln(at_bats + 1) - special.gammaln(hits + 1) - special.gammaln(at_bats - hits + 1)
    mean_log = (
        ways
        + hits * (special.digamma(11) - special.digamma(47))
        + (at_bats - hits) * (special.digamma(36) - special.digamma(47))
    )
    right = float(stats.betabinom.logpmf(hits, at_bats, 11, 36))
    check(
        score,
        right,
        slips={
            "This is the mean of the logs. The score is the log of the mean.": mean_log,
            "This takes his own average for his ability, as if it were known.": stats.binom.logpmf(
                hits, at_bats, 10 / 45
            ),
            "This takes the posterior mean for his ability, as if it were known.": stats.binom.logpmf(
                hits, at_bats, 11 / 47
            ),
            "The binomial coefficient is missing.": right - ways,
            "This is the probability. Take its logarithm.": np.exp(right),
            "This is the logarithm to base ten. Take the natural one.": right / np.log(10),
            "This scores the whole season. Its first 45 at bats are in the posterior already.": stats.betabinom.logpmf(
                hits + 10, at_bats + 45, 11, 36
            ),
            "The flat prior is Beta(1, 1), and adds one to the hits and one to the misses.": stats.betabinom.logpmf(
                hits, at_bats, 10, 35
            ),
            "The second parameter of the posterior counts the misses, not the at bats.": stats.betabinom.logpmf(
                hits, at_bats, 11, 46
            ),
            "This is the score under complete pooling.": stats.betabinom.logpmf(hits, at_bats, 216, 596),
        },
        rtol=0.0038,
        simulated=True,
    )


def constrained(average: object) -> None:
    """Check Clemente's constrained empirical Bayes estimate, as a batting average."""
    distance = _X[0] - _X.mean()
    kept_of_averages = 1 - (_K - 3) / _SQUARES_OF_AVERAGES

    def back(share: float) -> float:
        return float(from_arcsine(_X.mean() + share * distance, 45))

    check(
        average,
        back(np.sqrt(_KEPT)),
        slips={
            "This is James-Stein, which keeps w. Keep its root.": back(_KEPT),
            "This is his own average.": float(_AVERAGES[0]),
            "This keeps the square of w. Keep its root.": back(_KEPT**2),
            "This keeps the root of 1 - w.": back(np.sqrt(1 - _KEPT)),
            "This is on the arcsine scale. Go back to an average.": _X.mean() + np.sqrt(_KEPT) * distance,
            "This works with the averages. Stretch the values of X, then go back.": _AVERAGES.mean()
            + np.sqrt(kept_of_averages) * (_AVERAGES[0] - _AVERAGES.mean()),
            "The mean is estimated, so w has k - 3.": back(np.sqrt(1 - (_K - 2) / _SQUARES)),
        },
    )


def ten_times(kept: object) -> None:
    """Check the share that is kept after 450 at bats with the same averages."""
    check(
        kept,
        1 - (_K - 3) / (10 * _SQUARES),
        slips={
            "This is the share after 45 at bats.": _KEPT,
            "The sum of squares grows with the number of at bats itself, not with its root.": 1
            - (_K - 3) / (np.sqrt(10) * _SQUARES),
            "The scale grows with the root of the number of at bats, not with the number itself.": 1
            - (_K - 3) / (100 * _SQUARES),
            "The mean is estimated, so the factor has k - 3.": 1 - (_K - 2) / (10 * _SQUARES),
            "This is the share that is taken away.": (_K - 3) / (10 * _SQUARES),
            "This is on the scale of averages. Take the arcsine scale.": 1 - (_K - 3) / (10 * _SQUARES_OF_AVERAGES),
        },
        rtol=1e-4,
    )


def _risk_in_two(distance: float, start: float = 2.0, factor: object = lambda s: 1 - 2 / s) -> float:
    """Risk of a factor of |X|^2, zero below `start`, in dimension two: integrals over noncentral chi-squared densities.

    It is max(0, 1 - 2 / |X|^2), unless told otherwise.
    """
    noncentrality = distance**2

    def mean(function: object, freedom: int) -> float:
        density = stats.ncx2(freedom, noncentrality) if noncentrality else stats.chi2(freedom)
        value, _ = integrate.quad(lambda s: function(s) * density.pdf(s), start, 200, limit=200)  # type: ignore[operator]
        return float(value)

    square, cross = mean(lambda s: factor(s) ** 2 * s, 2), mean(factor, 4)  # type: ignore[operator]
    return square - 2 * noncentrality * cross + noncentrality
