"""Answers to the practice exercises of the chapter on pooling, found without their checks."""

from math import comb, hypot

import numpy as np
from exercise_rules import Right, Wrong
from references import SIGMA, Y, exceeds, phi, pooled, some_at_least
from scipy import stats

# School A, 28 with standard error 15, and B, 8 with 10, on a common denominator of 15^2 * 10^2.
MEAN_AB = (28 * 100 + 8 * 225) / 325
SE_AB = (22500 / 325) ** 0.5
SCHOOLS = np.array(list("ABCDEFGH"))
PRECISION = 1 / SIGMA**2
ONE = 1 - phi((28 - pooled()[0]) / 15)


def all_but(school, power=-2):
    """Mean of the other seven, weighted by a power of their standard errors: by least squares, or a sum."""
    others = school != SCHOOLS
    if power == -2:
        return pooled(Y[others], SIGMA[others])[0]
    return (Y * SIGMA**power)[others].sum() / (SIGMA**power)[others].sum()


def not_renormalised(school):
    return pooled()[0] - (Y * PRECISION)[school == SCHOOLS][0] / PRECISION.sum()


def most_missed():
    return max((all_but(school) for school in SCHOOLS), key=lambda mean: abs(mean - pooled()[0]))


def rejects(variance, point=14.067, about=PRECISION):
    """How often Q exceeds the 95% point, 14.067 in any table, when the estimates have these variances."""
    remove = np.eye(8) - np.outer(np.ones(8), about / max(about.sum(), 1e-9))
    return exceeds(remove.T @ np.diag(PRECISION) @ remove, np.diag(variance), point)


def averaged():
    """Chance that some of eight schools reaches 28, over the posterior of the pooled mean, on a grid."""
    mu = np.linspace(-30, 45, 4001)
    weight = stats.norm.pdf(mu, *pooled()[:2])
    return 1 - weight @ stats.norm.cdf((28 - mu) / 15) ** 8 / weight.sum()


def q(sigma):
    """Cochran's Q from all pairs of schools."""
    w = 1 / sigma**2
    return sum(w[i] * w[j] * (Y[i] - Y[j]) ** 2 for i in range(8) for j in range(i)) / w.sum()


def reaches(times):
    """Chance that so many of eight schools reach 28."""
    return comb(8, times) * ONE**times * (1 - ONE) ** (8 - times)


RIGHT = [
    Right("two_schools", (MEAN_AB, SE_AB)),
    Right("how_many", (next(J for J in range(1, 100) if (J / 10**2) ** -0.5 < 2 + 1e-9),)),
    Right("without_one", lambda: (most_missed(), all_but("G"))),
    Right("some_school", (sum(reaches(times) for times in range(1, 9)),)),
    Right("halved_errors", (q(SIGMA / 2),)),
    Right("power_at_20", lambda: (rejects(SIGMA**2 + 400),), rtol=0, atol=0.01, known=0.3),  # the check simulates
]
WRONG = [
    Wrong("two_schools", ((28 + 8) / 2, 22500 / 325), ["plain average", "its square"]),
    Wrong("two_schools", ((28 / 15 + 8 / 10) / (1 / 15 + 1 / 10), 325 / 22500), ["1 / sigma.", "total precision"]),
    Wrong("two_schools", ((28 * 225 + 8 * 100) / 325, 12.5), ["Turn them over", "average of the two"]),
    Wrong("two_schools", (MEAN_AB, hypot(15 / 2, 10 / 2)), ["Right.", "plain average's"]),
    Wrong("two_schools", (28 / 15**2 + 8 / 10**2, (325 / 22500) ** 0.5), ["divided by their sum", "Turn it over"]),
    Wrong("two_schools", (MEAN_AB, 15 * 10 / (15 + 10)), ["Right.", "added up and turned over"]),
    Wrong("two_schools", ((28 * 15 + 8 * 10) / 25, hypot(15, 10)), ["weights sigma. Each", "the sum of the two"]),
    Wrong("how_many", (10 / 2,), ["must be squared"]),
    Wrong("how_many", (10**2 / 2,), ["square it as well"]),
    Wrong("how_many", ((2 / 10) ** 2,), ["Turn the ratio over"]),
    Wrong("how_many", (26,), ["Not right yet"]),
    Wrong("without_one", ((70 + 1) / 7, (70 - 18) / 7), ["plain average", "plain average"]),
    Wrong("without_one", lambda: (all_but("E", -1), all_but("G", -1)), ["weights 1 / sigma.", "weights 1 / sigma."]),
    Wrong("without_one", (not_renormalised("E"), not_renormalised("G")), ["no longer sum to one"] * 2),
    Wrong("without_one", lambda: (all_but("E") - pooled()[0], all_but("G") - pooled()[0]), ["this is the change"] * 2),
    Wrong("without_one", lambda: (all_but("A"), all_but("G")), ["without school A", "Right."]),
    Wrong("without_one", lambda: (all_but("E"), pooled()[0] - all_but("G")), ["Right.", "the size of the change"]),
    Wrong("without_one", (pooled()[0], pooled()[0]), ["all eight schools"] * 2),
    Wrong("some_school", (ONE,), ["one named school"]),
    Wrong("some_school", (sum(times * reaches(times) for times in range(9)),), ["expected number"]),
    Wrong("some_school", (reaches(0),), ["none does"]),
    Wrong("some_school", (reaches(8),), ["all eight do"]),
    Wrong("some_school", (some_at_least(28),), ["own standard errors"]),
    Wrong("some_school", lambda: (averaged(),), ["averaged over mu"]),
    Wrong("halved_errors", (q(SIGMA / 2**0.5),), ["not to a half"]),
    Wrong("halved_errors", (q(SIGMA),), ["as it was"]),
    Wrong("halved_errors", (q(2 * SIGMA),), ["a quarter of Q"]),
    Wrong("halved_errors", (q(SIGMA * 2**0.5),), ["half of Q"]),
    Wrong("halved_errors", (q(SIGMA / 4),), ["a sixteenth"]),
    Wrong("halved_errors", (stats.gamma(3.5, scale=2).sf(q(SIGMA / 2)),), ["the p-value"]),
    Wrong("power_at_20", lambda: (rejects(SIGMA**2 + 20),), ["square it before you add"]),
    Wrong("power_at_20", lambda: (rejects(np.full(8, 400.0)),), ["two variances"]),
    Wrong("power_at_20", lambda: (rejects((SIGMA + 20) ** 2),), ["do not add up"]),
    Wrong("power_at_20", lambda: (1 - rejects(SIGMA**2 + 400),), ["does not reject"]),
    Wrong("power_at_20", lambda: (rejects(SIGMA**2 + 400, 15.507),), ["degrees of freedom"]),
    # From the plain average: what a thousand replicates of the right method may find as well.
    Wrong("power_at_20", lambda: (rejects(SIGMA**2 + 400, about=np.ones(8)) + 0.003,), ["more replicates will bring"]),
    Wrong("power_at_20", (0.79,), ["more replicates will bring"]),  # one run of a thousand in 25 is as low
    Wrong("power_at_20", (0.8,), ["give more, from more replicates"]),
    Wrong("power_at_20", lambda: (rejects(SIGMA**2 + 400, about=np.zeros(8)),), ["true mean"]),
    Wrong("power_at_20", (0.05,), ["false alarm"]),
]
