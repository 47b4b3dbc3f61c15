"""Values of the numbers in the chapter on exchangeability, found without `lib`: by counting, fractions, convolution.

The chapter draws, solves linear programs and takes distributions from SciPy; here each order is counted, each urn is a
product of fractions, and the witness of a linear program is found by hand.
"""

import csv
from fractions import Fraction
from functools import cache
from itertools import combinations
from math import comb, perm, sqrt

import numpy as np
from paths import DATA
from references import SIGMA, J, Y, phi
from scipy import integrate, optimize, stats


@cache
def under_proper_priors(prior_sd=10.0, scale=10.0):
    """Eight schools, mu ~ N(0, prior_sd^2), tau half-normal: what the chapter says of A, B and a ninth school.

    Given tau all is normal. The prior of mu adds its precision to the last place of the precision matrix.

    Returns
    -------
    tuple
        The correlation of A and B, P(A > B), and the ninth effect's mean, standard deviation and chance to be positive.
    """
    taus = np.linspace(1e-3, 80, 801)
    log_density, values = [], []
    for tau in taus:
        precision = np.diag(np.append(1 / SIGMA**2 + 1 / tau**2, J / tau**2 + 1 / prior_sd**2))
        precision[-1, :-1] = precision[:-1, -1] = -1 / tau**2
        covariance = np.linalg.inv(precision)
        mean = covariance @ np.append(Y / SIGMA**2, 0)
        marginal = stats.multivariate_normal(np.zeros(J), np.diag(SIGMA**2 + tau**2) + prior_sd**2)
        log_density.append(marginal.logpdf(Y) - tau**2 / (2 * scale**2))
        a, b, mu = mean[0], mean[1], mean[-1]
        apart = sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
        new = covariance[-1, -1] + tau**2
        second = [a * a + covariance[0, 0], b * b + covariance[1, 1], a * b + covariance[0, 1]]
        values.append([a, b, *second, phi((a - b) / apart), mu, mu**2 + new, phi(mu / sqrt(new))])
    density = np.exp(np.array(log_density) - max(log_density))
    density /= integrate.simpson(density, x=taus)
    a, b, aa, bb, ab, beats, mu, square, positive = integrate.simpson(
        np.array(values) * density[:, np.newaxis], x=taus, axis=0
    )
    return (ab - a * b) / sqrt((aa - a * a) * (bb - b * b)), beats, mu, sqrt(square - mu**2), positive


def even_heads_distance():
    """How far "an even number of three coins shows heads" is from every mixture.

    The witness is 1 on two heads and some a on none, chosen such that no coin beats the one that never shows heads.
    """

    def excess(a):
        best = optimize.minimize_scalar(
            lambda p: -(a * (1 - p) ** 3 + 3 * p**2 * (1 - p)), bounds=(0.3, 0.9), method="bounded"
        )
        return -best.fun - a

    a = optimize.brentq(excess, 0.1, 0.9)
    return 3 / 4 + a / 4 - a


def polya(n, s, a=2, b=3):
    """Probability of one sequence with s ones among n draws from Polya's urn."""
    result, inside = Fraction(1), [a, b]
    for draw in range(n):
        kind = 0 if draw < s else 1
        result *= Fraction(inside[kind], sum(inside))
        inside[kind] += 1
    return result


def polya_counts(n, a=2, b=3):
    """Probabilities of 0, ..., n ones."""
    counts = []
    for s in range(n + 1):  # the rising factorials as ratios of binomial coefficients
        counts.append(float(Fraction(comb(a + s - 1, s) * comb(b + n - s - 1, n - s), comb(a + b + n - 1, n))))
    return counts


def gap_to_beta(n):
    """Largest distance between the distribution functions of the frequency and of Beta(2, 3)."""

    def beta(x):  # the integral of 12 x (1 - x)^2
        return 6 * x**2 - 8 * x**3 + 3 * x**4

    below, gap = 0.0, 0.0
    for s, probability in enumerate(polya_counts(n)):
        gap = max(gap, abs(below - beta(s / n)), abs(below + probability - beta(s / n)))
        below += probability
    return gap


def shuffle_to_coin(n, k):
    """Distance between k of n/2 ones and n/2 zeros and k tosses of a fair coin, in whole numbers."""
    half, total = n // 2, Fraction(0)
    for s in range(k + 1):
        total += abs(Fraction(comb(half, s) * comb(half, k - s), comb(n, k)) - Fraction(comb(k, s), 2**k))
    return float(total / 2)


def birthday(k, n):
    """The chance that some two of k birthdays in n days coincide."""
    return float(1 - Fraction(perm(n, k), n**k))


def one_switch_of_a_coin(n=10):
    """The most that a coin can give to exactly one switch in n flips: a geometric sum, p q (p^m - q^m) / (p - q)."""

    def chance(p):
        q, m = 1 - p, n - 1
        return 2 * p * q * (p**m - q**m) / (p - q)

    return -optimize.minimize_scalar(lambda p: -chance(p), bounds=(0.01, 0.4), method="bounded").fun


@cache
def chain_to_mixtures(n=10, stay=0.9):
    """How far the sticky chain is from the nearest mixture of five coins: 0, p, 1/2, 1 - p and 1, found by descent.

    The chain is its own mirror image, so a nearest mixture is too. Sequences are counted by their ones and their runs:
    of s ones in r runs of ones there are comb(s - 1, r - 1).
    """

    def ways(count, runs):
        return comb(count - 1, runs - 1) if count and runs else int(count == runs == 0)

    kinds = [
        (s, one + zero - 1, (1 + (one == zero)) * ways(s, one) * ways(n - s, zero))
        for s in range(n + 1)
        for one in range(n + 1)
        for zero in (one - 1, one, one + 1)
        if zero >= 0 and ways(s, one) * ways(n - s, zero)
    ]
    ones, switches, many = np.array(kinds).T
    assert many.sum() == 2**n
    law = many * stay ** (n - 1 - switches) * (1 - stay) ** switches / 2

    def distance(at):
        sure, fair, p = abs(at)
        pair = (p**ones * (1 - p) ** (n - ones) + (1 - p) ** ones * p ** (n - ones)) / 2
        ends = (0.0**ones + 0.0 ** (n - ones)) / 2
        mixture = many * (sure * ends + fair / 2**n + (1 - sure - fair) * pair)
        return abs(law - mixture).sum() / 2

    starts = [(0.1, 0.02, 0.1), (0.2, 0.05, 0.15), (0.1, 0.0, 0.05)]
    options = {"xatol": 1e-9, "fatol": 1e-12, "maxiter": 4000}
    return min(optimize.minimize(distance, start, method="Nelder-Mead", options=options).fun for start in starts)


def rows(name):
    with (DATA / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def column(name, key):
    return [int(row[key]) for row in rows(name)]


def rates(made, tried):
    return [m / n for m, n in zip(made, tried, strict=True)]


FIRST = rates(column("batting_1970", "first_hits"), column("batting_1970", "first_at_bats"))
REST = rates(column("batting_1970", "rest_hits"), column("batting_1970", "rest_at_bats"))


@cache
def halves(values):
    """Upper nine less lower nine, and twice the smaller tail over all ways to choose nine."""
    total, observed = sum(values), sum(values[:9])
    sums = np.array([sum(chosen) for chosen in combinations(values, 9)])
    tails = (sums >= observed - 1e-9).mean(), (sums <= observed + 1e-9).mean()
    return (2 * observed - total) / 9, min(1, 2 * min(tails))


@cache
def early(name):
    """Observed, expected, sd and two-sided p-value of the early successes, by convolving hypergeometric laws."""
    if name == "batting_1970":
        made, tried = column(name, "first_hits"), column(name, "first_at_bats")
        all_made, all_tried = column(name, "season_hits"), column(name, "season_at_bats")
    else:
        made, tried = column(name, "first_made"), column(name, "first_attempts")
        all_made = [a + b for a, b in zip(made, column(name, "rest_made"), strict=True)]
        all_tried = [a + b for a, b in zip(tried, column(name, "rest_attempts"), strict=True)]
    law = np.ones(1)
    for k, m, n in zip(tried, all_made, all_tried, strict=True):
        law = np.convolve(law, [comb(m, s) * comb(n - m, k - s) / comb(n, k) for s in range(k + 1)])
    s = np.arange(law.size)
    mean = (s * law).sum()
    sd = sqrt((s**2 * law).sum() - mean**2)
    return sum(made), mean, sd, law[abs(s - mean) >= abs(sum(made) - mean) - 1e-9].sum()


SHOTS = list(
    zip(
        column("three_point_2018", "first_made"),
        column("three_point_2018", "rest_made"),
        column("three_point_2018", "first_attempts"),
        column("three_point_2018", "rest_attempts"),
        strict=True,
    )
)
TRIES = [c + d for _, _, c, d in SHOTS]
SHARES = [(a + b) / (c + d) for a, b, c, d in SHOTS]
