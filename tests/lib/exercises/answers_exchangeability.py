"""Answers to the practice exercises of the chapter on exchangeability, found without their checks."""

from fractions import Fraction
from itertools import permutations, product
from math import comb, erfc

import numpy as np
from exercise_rules import Right, Wrong


def two_of_six():
    """Covariance and correlation of the first two of six flips with three heads, and the chance that both are heads."""
    orders = np.array([x for x in product([0, 1], repeat=6) if sum(x) == 3])
    covariance = np.cov(orders[:, :2].T, ddof=0)
    return covariance[0, 1], covariance[0, 1] / covariance[0, 0], orders[:, :2].prod(axis=1).mean()


COVARIANCE, CORRELATION, BOTH_HEADS = two_of_six()


def differences(orders, coin):
    """Absolute differences between two lists of probabilities of sequences."""
    return [abs(a - b) for a, b in zip(orders, coin, strict=True)]


def coin(p):
    """Probabilities of the four sequences of two flips."""
    return [(1 - p) ** 2, p * (1 - p), p * (1 - p), p**2]


ONE_HEAD = [0, 0.5, 0.5, 0]
BEST = min(np.linspace(0, 1, 1001), key=lambda p: sum(differences(ONE_HEAD, coin(p))))
AT_BEST = differences(ONE_HEAD, coin(BEST))


def two_heads_in_five():
    """The event of two heads has probability one, and less under each coin."""
    return 1 - max(comb(5, 2) * p**2 * (1 - p) ** 3 for p in np.linspace(0, 1, 1001))


def longest():
    """The largest matrix with correlations -1/6 whose eigenvalues are not negative."""
    sizes = range(2, 20)
    return max(n for n in sizes if np.linalg.eigvalsh(np.eye(n) * 7 / 6 - np.ones((n, n)) / 6)[0] > -1e-9)


def chances_of_heads(n, chance=Fraction(1, 2), rho=Fraction(-1, 6)):
    """Chances of 0, ..., n heads of exchangeable coins with that correlation, about the middle; some may be negative.

    Three numbers of heads next to each other have one set of weights with the right mean and variance. A negative one
    says that the variance is too small for whole numbers with this mean.
    """
    middle = round(n * chance)
    variance = n * chance * (1 - chance) * (1 + (n - 1) * rho)
    second = variance + (n * chance - middle) ** 2
    up, down = (second + n * chance - middle) / 2, (second - n * chance + middle) / 2
    return up, down, 1 - up - down


def longest_of_coins():
    return max(n for n in range(2, 12) if min(chances_of_heads(n)) >= 0)


def urn(wanted, n, ones=2, zeros=3, added=1):
    """Probability of a set of sequences from Polya's urn, in fractions."""
    total = Fraction(0)
    for x in product([0, 1], repeat=n):
        if wanted(x):
            inside, chance = [zeros, ones], Fraction(1)
            for mark in x:
                chance *= Fraction(inside[mark], sum(inside))
                inside[mark] += added
            total += chance
    return total


SEVEN = (1, 0, 1, 1, 1, 0, 1, 1, 0, 1)


def tenth_after_first():
    return (float(urn(lambda x: x[0] and x[9], 10) / urn(lambda x: x[0], 10)),)


def eleventh_after(ones, zeros):
    return (float(urn(lambda x: x == (*SEVEN, 1), 11, ones, zeros) / urn(lambda x: x == SEVEN, 10, ones, zeros)),)


def eigenvalues(rho):
    return np.linalg.eigvalsh(np.eye(8) * (1 - rho) + rho)


def clemente(low, high):
    """Chance of so many hits among 45 of 412 at bats with 145 hits, by counting."""
    return sum(comb(145, s) * comb(267, 45 - s) for s in range(low, high + 1)) / comb(412, 45)


def normal_from(hits):
    """Chance of so many hits or more from the normal law with the mean and variance of draws without replacement."""
    rate = 145 / 412
    variance = 45 * rate * (1 - rate) * (412 - 45) / (412 - 1)
    return erfc((hits - 45 * rate) / (2 * variance) ** 0.5) / 2


def independent(rate):
    return sum(comb(45, s) * rate**s * (1 - rate) ** (45 - s) for s in range(18, 46))


def first_below(limit):
    for n in range(6, 2000, 2):
        half = n // 2
        shuffle = [comb(half, s) * comb(half, 5 - s) / comb(n, 5) for s in range(6)]
        if sum(abs(a - comb(5, s) / 32) for s, a in enumerate(shuffle)) / 2 <= limit:
            return n
    return None


def correlation(added):
    """Of two draws from the urn with two ones and three zeros, and their covariance."""
    one, both = urn(lambda x: x[0], 1, added=added), urn(lambda x: x[0] and x[1], 2, added=added)
    return float((both - one**2) / (one - one**2)), float(both - one**2)


RIGHT = [
    Right("correlation_of_heads", (CORRELATION,)),
    Right("nearest_coin", (sum(AT_BEST) / 2,)),
    Right("longest_extension", (longest(), longest_of_coins()), rtol=1e-9),
    Right("two_draws_far_apart", tenth_after_first),
    Right("next_draw", lambda: eleventh_after(2, 3)),
    Right("smallest_eigenvalue", (eigenvalues(-0.1)[0],)),
    Right("fast_start", (clemente(18, 45),)),
    Right("long_enough", (first_below(0.01),), rtol=1e-9),
    Right("one_order", (1 / len(set(permutations([1, 1, 0, 1, 0, 0]))),)),
    Right("five_added", (correlation(5)[0],), rtol=1e-6),
]
WRONG = [
    Wrong("correlation_of_heads", (COVARIANCE,), ["the covariance. Divide"]),
    Wrong("correlation_of_heads", (-1 / 6,), ["-1/n"]),
    Wrong("correlation_of_heads", (-1 / 4,), ["two heads in five"]),
    Wrong("correlation_of_heads", (1 / 5,), ["less likely"]),
    Wrong("correlation_of_heads", (BOTH_HEADS,), ["both are heads"]),
    Wrong("correlation_of_heads", (2 * BOTH_HEADS,), ["after a head"]),
    Wrong("correlation_of_heads", (2 * BOTH_HEADS - 1 / 2,), ["lowers the chance"]),
    Wrong("correlation_of_heads", (0,), ["were independent"]),
    Wrong("nearest_coin", (sum(AT_BEST),), ["Total variation is half"]),
    Wrong("nearest_coin", (coin(BEST)[1],), ["one single order"]),
    Wrong("nearest_coin", ((AT_BEST[1] + AT_BEST[2]) / 2,), ["at the two orders"]),
    Wrong("nearest_coin", (AT_BEST[1] / 2,), ["half the difference at one order"]),
    Wrong("nearest_coin", (0,), ["they are no mixture"]),
    Wrong("nearest_coin", (two_heads_in_five(),), ["two heads in five"]),
    Wrong(
        "nearest_coin", (1 - np.mean([2 * p * (1 - p) for p in np.linspace(0, 1, 100_001)]),), ["with a uniform chance"]
    ),
    Wrong("longest_extension", (6, 7), ["How low with one more", "have to be constant"]),
    Wrong("longest_extension", (8, 8), ["negative", "negative"]),
    Wrong("longest_extension", (-1 / 6, -1 / 6), ["the correlation.", "the correlation."]),
    Wrong("longest_extension", (2, 2), ["where you begin", "where you begin"]),
    Wrong("longest_extension", (longest(), 5), ["Right.", "Can more?"]),
    Wrong("two_draws_far_apart", (2 / 5,), ["before the first draw"]),
    Wrong("two_draws_far_apart", (float(urn(all, 2)),), ["Divide by"]),
    Wrong("two_draws_far_apart", (3 / 5,), ["one more of all balls"]),
    Wrong("two_draws_far_apart", ((2 + 10) / (5 + 10),), ["ten more balls"]),
    Wrong("two_draws_far_apart", ((2 - 1) / (5 - 1),), ["takes the ball out"]),
    Wrong("two_draws_far_apart", (3 / 14,), ["2 to 9 for zeros"]),
    Wrong("two_draws_far_apart", (11 / 14,), ["2 to 9 for ones"]),
    Wrong("next_draw", (sum(SEVEN) / len(SEVEN),), ["frequency seen"]),
    Wrong("next_draw", (2 / 5,), ["before anything"]),
    Wrong("next_draw", lambda: eleventh_after(1, 1), ["Laplace"]),
    Wrong("next_draw", ((2 + 7) / (5 + 7),), ["zeros brought in"]),
    Wrong("next_draw", (7 / 15,), ["ones of the start"]),
    Wrong("next_draw", (max(np.linspace(0, 1, 130_001), key=lambda p: p**8 * (1 - p) ** 5),), ["most likely value"]),
    Wrong("next_draw", (10 / 16,), ["eleventh draw as seen"]),
    Wrong("smallest_eigenvalue", (eigenvalues(-0.1)[-1],), ["1 - rho"]),
    Wrong("smallest_eigenvalue", (1 - 8 / 10,), ["J - 1 others"]),
    Wrong("smallest_eigenvalue", ((np.eye(8) * 1.1 - 0.1).sum(),), ["divide by J"]),
    Wrong("smallest_eigenvalue", (eigenvalues(0.1)[-1],), ["rho = +1/10"]),
    Wrong("smallest_eigenvalue", (eigenvalues(-0.1)[0] + 0.1,), ["1 + 6 rho"]),
    Wrong("smallest_eigenvalue", (np.linalg.eigvalsh([[1, -0.1], [-0.1, 1]])[0],), ["for two variables"]),
    Wrong("smallest_eigenvalue", (eigenvalues(-0.1)[0] - 1,), ["7 rho. The ones"]),
    Wrong("fast_start", (clemente(19, 45),), ["Eighteen itself"]),
    Wrong("fast_start", (clemente(18, 18),), ["exactly 18"]),
    Wrong("fast_start", (independent(145 / 412),), ["without replacement"]),
    Wrong("fast_start", (independent(127 / 367),), ["leaves the first 45 out"]),
    Wrong("fast_start", (clemente(0, 18),), ["18 or fewer"]),
    Wrong("fast_start", (clemente(0, 17),), ["17 or fewer"]),
    Wrong("fast_start", (normal_from(18),), ["normal approximation at 18"]),
    Wrong("fast_start", (normal_from(17.5),), ["sum of hypergeometric terms"]),
    Wrong("long_enough", (2 * 5 / 0.01,), ["what the bounds ask for"]),
    Wrong("long_enough", (first_below(0.005),), ["Total variation is half"]),
    Wrong("long_enough", (first_below(0.01) - 2,), ["still above"]),
    Wrong("long_enough", (first_below(0.01) - 1,), ["n must be even"]),
    Wrong("long_enough", (5 / 0.01,), ["without the number of colours"]),
    Wrong("long_enough", (122,), ["For five draws compute"]),
    Wrong("long_enough", (121,), ["it is odd"]),
    Wrong("one_order", (1 / 2**6,), ["a fair coin, before the number"]),
    Wrong("one_order", (20 / 64,), ["three ones under a fair coin"]),
    Wrong("one_order", (1 / 6,), ["share the probability"]),
    Wrong("one_order", (float(urn(lambda x: sum(x) == 3, 6, 1, 1)),), ["all seven counts"]),
    Wrong("one_order", (20,), ["number of orders"]),
    Wrong("one_order", (1 / len(list(permutations("abcdef"))),), ["with names"]),
    Wrong("one_order", (float(urn(lambda x: x == (1, 1, 0, 1, 0, 0), 6, 1, 1)),), ["order in the urn"]),
    Wrong("one_order", ((0.2**3 * 0.8**3 + 0.8**3 * 0.2**3) / 2,), ["from the two coins"]),
    Wrong("five_added", (correlation(1)[0],), ["one ball comes in"]),
    Wrong("five_added", (correlation(5)[1],), ["covariance"]),
    Wrong("five_added", ((2 + 5) / (5 + 5),), ["after a one"]),
    Wrong("five_added", (5 / 5,), ["denominator"]),
    Wrong("five_added", (2 / 5,), ["chance of a one."]),
    Wrong("five_added", (float(urn(lambda x: x[0] and x[1], 2, added=5)),), ["both are ones"]),
]
