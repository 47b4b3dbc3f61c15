"""Answers to the practice exercises of the chapter on pooling, found without their checks."""

from math import comb, hypot

import numpy as np
from exercise_rules import Right, Wrong
from references import SIGMA, Y, exceeds, phi, pooled

# School A, 28 with standard error 15, and B, 8 with 10, on a common denominator of 15^2 * 10^2.
MEAN_AB = (28 * 100 + 8 * 225) / 325
SE_AB = (22500 / 325) ** 0.5
OTHERS = np.arange(8) != 6  # all but G
PRECISION = 1 / SIGMA**2
ONE = 1 - phi((28 - pooled()[0]) / 15)


def all_but_g():
    return pooled(Y[OTHERS], SIGMA[OTHERS])[0]


def rejects(variance):
    """How often Q exceeds the 95% point, 14.067 in any table, when the estimates have these variances."""
    form = np.diag(PRECISION) - np.outer(PRECISION, PRECISION) / PRECISION.sum()
    return exceeds(form, np.diag(variance), 14.067)


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
    Right("without_g", (all_but_g(),)),
    Right("some_school", (sum(reaches(times) for times in range(1, 9)),)),
    Right("halved_errors", (q(SIGMA / 2),)),
    Right("power_at_20", lambda: (rejects(SIGMA**2 + 400),), rtol=0, atol=0.01, known=0.3),  # the check simulates
]
WRONG = [
    Wrong("two_schools", ((28 + 8) / 2, 22500 / 325), ["plain average", "its square"]),
    Wrong("two_schools", ((28 / 15 + 8 / 10) / (1 / 15 + 1 / 10), 325 / 22500), ["1 / sigma.", "total precision"]),
    Wrong("two_schools", ((28 * 225 + 8 * 100) / 325, 12.5), ["Turn them over", "average of the two"]),
    Wrong("two_schools", (MEAN_AB, hypot(15 / 2, 10 / 2)), ["Right.", "plain average's"]),
    Wrong("how_many", (10 / 2,), ["must be squared"]),
    Wrong("how_many", ((2 / 10) ** 2,), ["Turn the ratio over"]),
    Wrong("how_many", (26,), ["Not right yet"]),
    Wrong("without_g", ((28 + 8 - 3 + 7 - 1 + 1 + 12) / 7,), ["plain average"]),
    Wrong("without_g", (pooled()[0] - 18 * PRECISION[6] / PRECISION.sum(),), ["no longer sum to one"]),
    Wrong("without_g", (pooled()[0],), ["all eight"]),
    Wrong("some_school", (ONE,), ["one named school"]),
    Wrong("some_school", (sum(times * reaches(times) for times in range(9)),), ["expected number"]),
    Wrong("some_school", (reaches(0),), ["none does"]),
    Wrong("some_school", (reaches(8),), ["all eight do"]),
    Wrong("halved_errors", (q(SIGMA / 2**0.5),), ["not to a half"]),
    Wrong("halved_errors", (q(SIGMA),), ["as it was"]),
    Wrong("halved_errors", (q(2 * SIGMA),), ["a quarter of Q"]),
    Wrong("power_at_20", lambda: (rejects(SIGMA**2 + 20),), ["square it before you add"]),
    Wrong("power_at_20", lambda: (rejects(np.full(8, 400.0)),), ["two variances"]),
    Wrong("power_at_20", lambda: (rejects((SIGMA + 20) ** 2),), ["do not add up"]),
    Wrong("power_at_20", lambda: (1 - rejects(SIGMA**2 + 400),), ["does not reject"]),
]
