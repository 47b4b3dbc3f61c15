"""Answers to the practice exercises of the chapter on checking samplers, found without their checks."""

from statistics import NormalDist

import numpy as np
from exercise_rules import Right, Wrong
from references import SIGMA, checking_power

NORMAL = NormalDist()
EDGE = 1.2815516  # a table's 90% point
NINE = [-3, 12, 7, 4, 19, 8, 1, 10, 6]
BELOW = sum(draw < 11 for draw in NINE)


def covered(factor, edge=EDGE):
    return 1 - 2 * NORMAL.cdf(-factor * edge)


def largest_distance():
    """Between the distribution function of rank / 9 and the uniform one, on a fine grid."""
    at = np.linspace(0, 1, 9001)
    return (np.abs((np.arange(10) / 9 <= at[:, np.newaxis] + 1e-12).mean(axis=1) - at).max(),)


def covariance_of_all(prior_sd, tau=10.0):
    """Posterior covariance of the eight effects and mu, from their precision matrix."""
    precision = np.diag(np.append(1 / SIGMA**2 + 1 / tau**2, 8 / tau**2 + 1 / prior_sd**2))
    precision[:-1, -1] = precision[-1, :-1] = -1 / tau**2
    return np.linalg.inv(precision)


def posterior_sd(prior_sd):
    return covariance_of_all(prior_sd)[-1, -1] ** 0.5


def wider_world(spread=10.0, noise=1.0):
    """Coverage of mu, from the weights of the data in its mean."""
    covariance = covariance_of_all(5.0)
    weights = covariance[:-1, -1] / SIGMA**2
    error = (1 - weights.sum()) ** 2 * spread**2 + noise * weights**2 @ (SIGMA**2 + 10.0**2)
    return covered(np.sqrt(covariance[-1, -1] / error))


RIGHT = [
    Right("rank_of_a_truth", (BELOW, len(range(BELOW, 10)) / 10)),
    Right("distance_of_ranks", largest_distance),
    Right("shapes", ([3, 2, 0, 1],), rtol=0, atol=0.01),  # test_answers.py makes such histograms
    Right("data_sets_needed", (475,), rtol=3e-3),
    Right("data_sets_needed", (476,), rtol=3e-3, known=1),
    Right("too_wide", (covered(1.2), checking_power(500, 1.2))),
    Right("forgotten_prior", ([0.4, 0.3, 0.02, 1e-30],)),
    Right("forgotten_prior", ([0.4, 0.3, 2e-3, 5e-7],)),
    Right("forgotten_prior", ([2e-3, 0.3, 0.6, 1e-62],)),
    Right("wider_world", (wider_world(),), rtol=0, atol=0.01),
]
WRONG = [
    Wrong("rank_of_a_truth", (9 - BELOW, len(range(BELOW + 1, 10)) / 10), ["not those above", "Rank 7 itself"]),
    Wrong("rank_of_a_truth", (BELOW + 1, 3 / 9), ["ranks start from 0", "ten possible ranks"]),
    Wrong("rank_of_a_truth", (BELOW / 9, len(range(BELOW)) / 10), ["this is a share", "chance of a lower rank"]),
    Wrong("rank_of_a_truth", (BELOW, 1 / 10), ["Right.", "rank 7 alone"]),
    Wrong("rank_of_a_truth", (BELOW, len(range(BELOW - 1, 10)) / 10), ["Right.", "rank 6 as well"]),
    Wrong("rank_of_a_truth", (BELOW, 2 / 9), ["Right.", "ten ranks in all"]),
    Wrong("rank_of_a_truth", (9 - BELOW, len(range(9 - BELOW, 10)) / 10), ["not those above", "rank 2 or higher"]),
    Wrong("distance_of_ranks", (1 / 9 / 2,), ["half a step"]),
    Wrong("distance_of_ranks", (1 / 9,), ["each value has probability 1/10"]),
    Wrong("distance_of_ranks", (0,), ["ten points"]),
    Wrong("distance_of_ranks", (1 / 10 / 2,), ["at a jump"]),
    Wrong("shapes", ([3, 1, 0, 2],), ["too wide, then, or too narrow"]),
    Wrong("shapes", ([3, 2, 1, 0],), ["2 of the 4"]),
    Wrong("data_sets_needed", ((0.95 - 0.95**2) ** 0.5 * 100,), ["square it"]),
    Wrong("data_sets_needed", (0.95 * 100**2,), ["leaves 1 - p out"]),
    Wrong("data_sets_needed", (50**2,), ["50% interval"]),
    Wrong("data_sets_needed", ((0.95 - 0.95**2) * 200**2,), ["two standard errors"]),
    Wrong("data_sets_needed", ((0.95 - 0.95**2) * 196**2,), ["1.96 standard errors"]),
    Wrong("data_sets_needed", (0.05 * 100**2,), ["leaves p out"]),
    Wrong("data_sets_needed", ((0.8 - 0.8**2) * 100**2,), ["80% interval"]),
    Wrong("too_wide", (covered(0.8), checking_power(500, 1 / 1.2)), ["a factor of 0.8, too narrow.", "1 / 1.2"]),
    Wrong("too_wide", (covered(1.44), 1 - checking_power(500, 1.2)), ["squares it", "do not notice"]),
    Wrong("too_wide", (NORMAL.cdf(1.2 * EDGE), checking_power(500, covered(1.2))), ["one end", "takes the factor"]),
    Wrong("too_wide", (covered(1.2), checking_power(500, 1.2, level=0.95)), ["Right.", "95% intervals"]),
    Wrong("too_wide", (0.96, checking_power(500, 0.8)), ["in proportion", "factor of 0.8"]),
    Wrong("too_wide", (covered(1 / 1.2), checking_power(5000, 1.2)), ["that are too narrow", "5,000 data sets"]),
    Wrong("too_wide", (covered(1.2**0.5), checking_power(50, 1.2)), ["on the variance", "50 data sets"]),
    Wrong("too_wide", (covered(1.2, 0.8416212), 0.5), ["the 90% point", "Not right yet"]),
    Wrong("forgotten_prior", ([0.4, 0.3, 0.02, 0.5],), ["should have noticed"]),
    Wrong("forgotten_prior", ([0.4, 0.3, 0.02, 2e-6],), ["should have noticed"]),
    Wrong("forgotten_prior", ([0.4, 0.3, 5e-4, 1e-30],), ["wrong in more than the prior"]),
    Wrong("forgotten_prior", ([1e-30, 5e-38, 0.02, 1e-30],), ["wrong in more than the prior"]),
    Wrong("forgotten_prior", ([7e-5, 0.7, 0.04, 5e-47],), ["its mean or its sd is wrong"]),
    Wrong("forgotten_prior", ([1.5e-87, 0.89, 0.0033, 7e-11],), ["its mean or its sd is wrong"]),  # sd tau / J
    Wrong("forgotten_prior", ([0.4, 0.3, 0.02, 7],), ["between 0 and 1"]),
    Wrong("forgotten_prior", ([0.4, -0.3, 0.02, 1e-30],), ["between 0 and 1"]),
    Wrong("forgotten_prior", ([0.4, 1e-30],), ["4 numbers in a row"]),
    Wrong("forgotten_prior", ([0.4, 0.3, 0.02, np.nan],), ["NaN"]),
    Wrong("wider_world", (wider_world(5.0),), ["own prior"]),
    Wrong("wider_world", (covered(5 / 10),), ["the two priors alone"]),
    Wrong("wider_world", lambda: (wider_world(noise=0),), ["leaves the noise"]),
    Wrong("wider_world", lambda: (covered(posterior_sd(5.0) / posterior_sd(10.0)),), ["two posterior spreads"]),
    Wrong("wider_world", lambda: (wider_world(50**0.5),), ["doubles the variance"]),
]
