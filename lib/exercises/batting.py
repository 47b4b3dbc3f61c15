"""Checks for the practice exercises of the chapter on batting averages."""

import numpy as np
from scipy import integrate, special, stats

from lib.checks import check
from lib.datasets import batting_1970
from lib.estimators import from_arcsine, to_arcsine

_BATTING = batting_1970()
_AVERAGES = (_BATTING["first_hits"] / _BATTING["first_at_bats"]).to_numpy()
_X = to_arcsine(_AVERAGES, 45)
_K = _X.size
_SQUARES = float(((_X - _X.mean()) ** 2).sum())
_KEPT = 1 - (_K - 3) / _SQUARES


def two_factors(to_mean: object, to_five: object) -> None:
    """Check the share that is kept of ten distances, towards the mean (S = 18) and towards a fixed point (S = 20)."""
    slips = {
        "k - 2 is for a point chosen beforehand. Estimating it costs one dimension more.": 1 - 8 / 18,
        "this is the dimension itself; the mean of 1 / chi-squared takes two off, the mean one.": 1 - 10 / 18,
        "one degree of freedom goes with the mean, two more with the inverse.": 1 - 9 / 18,
        "this is the share that is taken away.": 7 / 18,
        "take the sum of squares around the mean.": 1 - 7 / 20,
    }
    check(to_mean, 1 - 7 / 18, slips=slips, of="To the mean", other=1 - 8 / 20)
    slips = {
        "k - 3 is for a point that was estimated. This one was not.": 1 - 7 / 20,
        "this is the dimension itself; the mean of 1 / chi-squared takes two off.": 1 - 10 / 20,
        "this is the share that is taken away.": 8 / 20,
        "take the sum of squares around 5.": 1 - 8 / 18,
    }
    check(to_five, 1 - 8 / 20, slips=slips, of="To 5", other=1 - 7 / 18)


def positive_part(plain: object, positive: object) -> None:
    """Check James-Stein and its positive part for the first of 2, -1, 0, 1, -2, 1 with variance 4, towards zero."""
    right = (1 - 4 * 4 / 11) * 2
    slips = {
        "the variance is 4, and the factor has to know it.": (1 - 4 / 11) * 2,
        "the factor has the variance, not the standard deviation.": (1 - 4 * 2 / 11) * 2,
        "0 was chosen beforehand, so it is k - 2.": (1 - 3 * 4 / 11) * 2,
        "this is the factor. Multiply the observation by it.": 1 - 4 * 4 / 11,
        "this is its positive part.": 0.0,
    }
    check(plain, right, slips=slips, of="James-Stein")
    slips = {
        "it never shrinks past the point.": right,
        "it sets a negative factor to zero; it does not drop the sign.": -right,
        "a negative factor becomes zero, which is not the same as no shrinkage.": 2.0,
    }
    check(positive, 0.0, slips=slips, atol=1e-9, of="The positive part")


def risk_of_half(estimated: object) -> None:
    """Check Stein's estimate of the risk of shrinking the 18 players half-way to their mean."""
    check(
        estimated,
        1 + _SQUARES / 4,
        slips={
            "The mean contains each observation: the derivative of a correction is -(1 - 1/k) / 2.": _SQUARES / 4,
            "The middle term is twice the sum of the derivatives.": _K - (_K - 1) / 2 + _SQUARES / 4,
            "The square of the correction is S / 4, since one half is squared too.": 1 + _SQUARES / 2,
            "The sum of squared corrections is missing.": 1.0,
            "This is the risk that the data estimate for James-Stein.": _K - (_K - 3) ** 2 / _SQUARES,
        },
    )


def two_dimensions(at_zero: object, at_three: object) -> None:
    """Check two simulated risks of max(0, 1 - 2 / |X|^2) X in dimension two, each to within two per cent."""
    distances = {"At (0, 0)": 0.0, "At (3, 0)": 3.0}
    right_at = {where: _risk_in_two(distance) for where, distance in distances.items()}
    for where, answer in zip(distances, (at_zero, at_three), strict=True):
        right = right_at[where]
        [other] = (risk for others, risk in right_at.items() if others != where)
        slips = {
            "this is the risk of the observations as they are.": 2.0,
            "this is the average of both coordinates. The risk is their sum.": right / 2,
        }
        check(answer, right, slips=slips, rtol=0.02, simulated=True, of=where, other=other)


def score_of_petrocelli(score: object) -> None:
    """Check George Scott's log score under no pooling, to within half a per cent."""
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
        },
        rtol=0.005,
    )


def constrained(average: object) -> None:
    """Check Clemente's constrained empirical Bayes estimate, as a batting average."""
    distance = _X[0] - _X.mean()

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
            "The mean is estimated, so the factor has k - 3.": 1 - (_K - 2) / (10 * _SQUARES),
            "This is the share that is taken away.": (_K - 3) / (10 * _SQUARES),
        },
    )


def _risk_in_two(distance: float) -> float:
    """Risk of max(0, 1 - 2 / |X|^2) X in dimension two, by two integrals over the noncentral chi-squared density."""
    noncentrality = distance**2

    def mean(function: object, freedom: int) -> float:
        density = stats.ncx2(freedom, noncentrality) if noncentrality else stats.chi2(freedom)
        value, _ = integrate.quad(lambda s: function(s) * density.pdf(s), 2, 200, limit=200)  # type: ignore[operator]
        return float(value)

    square, cross = mean(lambda s: (1 - 2 / s) ** 2 * s, 2), mean(lambda s: 1 - 2 / s, 4)
    return square - 2 * noncentrality * cross + noncentrality
