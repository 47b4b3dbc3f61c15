"""What the tables of the chapter on shrinkage show."""

from math import sqrt

import numpy as np
from cells import About
from printed_tables import printed
from references import (
    SIGMA,
    J,
    Y,
    a_beats_c,
    above_zero,
    best_tau,
    crossing,
    given_tau,
    log_likelihood,
    pooled,
    restricted_log_likelihood,
    varies_less_than_effects,
    varies_less_than_noise,
)

SCHOOLS = list("ABCDEFGH")
DRAWN = 100_000  # replicates, and simulated schools
DRAWS = 200_000  # from the posterior
TAU, NOISE = 5, 10  # of the simulated schools
HALF = 0.0005  # half a unit of a third decimal


def means(tau):
    """Posterior means of the eight effects."""
    return given_tau(tau)[0][:-1]


def deviations(tau):
    """Posterior standard deviations of the eight effects."""
    return np.sqrt(np.diag(given_tau(tau)[1])[:-1])


def numbers_of(place):
    """The numbers that a table of the page prints, without headings and labels."""
    return [[float(text) for text in row[1:]] for row in printed("shrinkage")[place][1:]]


def share(chance):
    """A share of the replicates: five standard errors."""
    return About(chance, 5 * sqrt(chance * (1 - chance) / DRAWN))


def how_often():
    rows = [["0", share(varies_less_than_noise(0)), 0.0]]  # a variance below none
    rows += [
        [f"{tau}", share(varies_less_than_noise(tau)), share(varies_less_than_effects(tau))] for tau in (5, 10, 15)
    ]
    return [["", "less than the mean noise variance", "less than the true effects"], ["tau", "", ""], *rows]


def posterior():
    weights = 1 / (1 + (SIGMA / TAU) ** 2)
    positive = [above_zero(school, TAU) for school in SCHOOLS]
    columns = zip(SCHOOLS, Y, SIGMA, weights, means(TAU), deviations(TAU), positive, strict=True)
    return [["", "estimate", "standard error", "weight", "mean", "sd", "P(effect > 0)"], *columns]


def formula_and_draws():
    # Each z is that of the two columns before it: what is printed leaves it open by its last digit.
    rows = []
    for school, values, printed_row in zip(
        SCHOOLS, zip(means(TAU), deviations(TAU), strict=True), numbers_of(2), strict=True
    ):
        row = [school]
        for place, value in enumerate(values):
            error = values[1] / sqrt((1 + place) * DRAWS)
            found = printed_row[3 * place + 1]
            row += [value, About(value, 5 * error), About((found - value) / error, HALF / error)]
        rows.append(row)
    return [["", "mean", "of draws", "z", "sd", "sd of draws", "z of sd"], *rows]


def crossings():
    pairs = ["AG", "CF", "CE"]
    return [["", *pairs], ["crossing at tau", *(crossing(*pair) for pair in pairs)]]


def a_against_c():
    rows = [[f"{tau:g}", a_beats_c(tau)] for tau in (0.01, 5, 10, 20, 1000)]
    return [["", "P(A > C)"], ["tau", ""], *rows]


def three_spreads():
    columns = zip(SCHOOLS, Y, means(5), means(sqrt(5)), means(20), strict=True)
    return [["", "own estimate", "tau = 5", "tau^2 = 5", "tau = 20"], *columns]


def variance(value):
    """Variance of the simulated schools: of normal values its standard error is value times the root of 2 / n."""
    return About(value, 5 * value * sqrt(2 / DRAWN))


def variances():
    # The posterior means are the estimates times a fifth, so that their variance is a twenty-fifth of the printed one.
    ((estimates, *_),) = numbers_of(6)
    total = TAU**2 + NOISE**2
    kept = 1 / (1 / TAU**2 + 1 / NOISE**2)
    heads = ["", "estimates", "effects", "posterior means", "posterior variance"]
    return [heads, ["variance", variance(total), variance(TAU**2), About(estimates / 25, 0.005 / 25), kept]]


def moment_estimate():
    """The spread by DerSimonian and Laird, from squared differences of all pairs in place of a mean."""
    precision = 1 / SIGMA**2
    q = (np.outer(precision, precision) * np.subtract.outer(Y, Y) ** 2).sum() / 2 / precision.sum()
    assert abs(q - pooled()[2]) < 1e-9
    return sqrt(max(0, (q - (J - 1)) / (precision.sum() - (precision**2).sum() / precision.sum())))


def estimates_of_tau():
    heads = ["", "moments", "maximum likelihood", "restricted maximum likelihood"]
    row = ["estimate of tau", moment_estimate(), best_tau(log_likelihood), best_tau(restricted_log_likelihood)]
    return [heads, row]


def larger_school():
    after = given_tau(TAU, sigma=SIGMA * np.array([0.5, *[1] * 7]))[0][:-1]
    return [["", *SCHOOLS], ["before", *means(TAU)], ["after", *after]]


TABLES = [
    how_often,
    posterior,
    formula_and_draws,
    crossings,
    a_against_c,
    three_spreads,
    variances,
    estimates_of_tau,
    larger_school,
]
