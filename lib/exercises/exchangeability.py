"""Checks for the practice exercises of the chapter on exchangeability."""

import numpy as np
from scipy import stats

from lib.checks import check
from lib.datasets import batting_1970
from lib.exchangeability import first_draws, nearest_mixture, total_variation, urn_counts


def correlation_of_heads(correlation: object) -> None:
    """Check the correlation of two flips when three heads fell in six."""
    n, heads = 6, 3
    p = heads / n
    covariance = p * (heads - 1) / (n - 1) - p**2
    check(
        correlation,
        covariance / (p * (1 - p)),
        slips={
            "This is the covariance. Divide it by the variance of one flip.": covariance,
            "The size is right, but a head here makes a head there less likely. Or is this the probability that both "
            "are heads? It is the same number: subtract the product of the two chances, and divide.": 1 / (n - 1),
            "This is -1/n. After one flip, n - 1 are left.": -1 / n,
            "This is the answer for two heads in five, as in the text.": -1 / 4,
            "This is by how much a head lowers the chance of another. Multiply by the chance of a head, divide by the "
            "variance.": (heads - 1) / (n - 1) - p,
            "This is the chance of a head after a head.": (heads - 1) / (n - 1),
            "The flips were independent before the number of heads was known. Now they are not.": 0.0,
        },
    )


def nearest_coin(distance: object) -> None:
    """Check how far one head in two flips is from the nearest mixture of coins."""
    check(
        distance,
        nearest_mixture([0, 1, 0]).distance,
        slips={
            "This is the probability that the best coin gives to one single order, and half the sum of the differences "
            "at the two orders. The mixture also gives probability to two heads and to none.": 0.25,
            "This is the sum of the absolute differences. Total variation is half of it.": 1.0,
            "This is half the difference at one order. Total variation adds up all four sequences.": 0.125,
            "The orders are exchangeable, but with a correlation of -1 they are no mixture.": 0.0,
            "This is the distance for two heads in five.": 1 - 10 * 0.4**2 * 0.6**3,
            "This is the distance to the mixture with a uniform chance. A nearer one exists.": total_variation(
                [0, 1, 0], [1 / 3, 1 / 3, 1 / 3]
            ),
        },
    )


def longest_extension(normal: object, coins: object) -> None:
    """Check how many exchangeable normals, and how many fair coins, there can be when two have the correlation -1/6."""
    slips = {
        "with n = 8 the variance of the sum would be negative: 1 - 7/6 < 0.": 8.0,
        "this is the correlation.": -1 / 6,
        "two is where you begin. Can a third join them?": 2.0,
    }
    check(
        normal,
        7,
        slips=slips
        | {
            "with n = 6 the correlation could be as low as -1/5. How low with one more? (Or have the two answers "
            "changed places?)": 6.0
        },
        rtol=1e-9,
        whole=True,
        of="Normals",
    )
    check(
        coins,
        6,
        slips=slips
        | {
            "seven normals exist. The sum of seven coins would have to be constant: at which number of heads?": 7.0,
            "five can: two or three heads mostly, one or four now and then. Can more?": 5.0,
        },
        rtol=1e-9,
        whole=True,
        of="Fair coins",
    )


def two_draws_far_apart(chance: object) -> None:
    """Check P(X_10 = 1 | X_1 = 1) for Polya's urn with two ones and three zeros."""
    ones, zeros = 2, 3
    check(
        chance,
        (ones + 1) / (ones + zeros + 1),
        slips={
            "This is the chance before the first draw is seen. A ball came in with it.": ones / (ones + zeros),
            "This is the chance that both are ones. Divide by the chance of the first.": ones
            / (ones + zeros)
            * (ones + 1)
            / (ones + zeros + 1),
            "The ball that came in is one more of all balls, too, not of the ones alone.": (ones + 1) / (ones + zeros),
            "This urn has ten more balls of the first kind. Only one draw has been seen.": (ones + 10)
            / (ones + zeros + 10),
            "This takes the ball out.": (ones - 1) / (ones + zeros - 1),
            "This takes draws 2 to 9 for zeros. Nobody looked at them.": (ones + 1) / (ones + zeros + 9),
            "This takes draws 2 to 9 for ones. Nobody looked at them.": (ones + 9) / (ones + zeros + 9),
        },
    )


def next_draw(chance: object) -> None:
    """Check the chance of a one after seven ones in ten draws from Polya's urn with two ones and three zeros."""
    ones, zeros, seen, n = 2, 3, 7, 10
    check(
        chance,
        (ones + seen) / (ones + zeros + n),
        slips={
            "This is the frequency seen. The balls from the start count too.": seen / n,
            "This is the chance before anything was drawn. (It is that of a zero now, too.)": ones / (ones + zeros),
            "This leaves out the ones of the start.": seen / (ones + zeros + n),
            "This is the most likely value of the chance. The next draw is a one with its mean.": (ones + seen - 1)
            / (ones + zeros + n - 2),
            "This counts the eleventh draw as seen already.": (ones + seen + 1) / (ones + zeros + n + 1),
            "This is Laplace's rule, for an urn that began with one ball of each kind.": (seen + 1) / (n + 2),
            "This counts the ones, but not the balls that the zeros brought in.": (ones + seen) / (ones + zeros + seen),
        },
    )


def smallest_eigenvalue(eigenvalue: object) -> None:
    """Check the smallest eigenvalue of the equicorrelation matrix for J = 8 and rho = -1/10."""
    size, rho = 8, -0.1
    check(
        eigenvalue,
        1 + (size - 1) * rho,
        slips={
            "This is 1 - rho, the eigenvalue of differences. For a negative rho it is the larger one.": 1 - rho,
            "This is 1 + J rho. Each variable is correlated with J - 1 others.": 1 + size * rho,
            "This is the variance of the sum. The eigenvalue belongs to a vector of length one: divide by J.": size
            * (1 + (size - 1) * rho),
            "This is the eigenvalue for rho = +1/10.": 1 - (size - 1) * rho,
            "This is 1 + 6 rho. Eight variables leave seven others to each.": 1 + (size - 2) * rho,
            "This is 1 + rho, the eigenvalue for two variables.": 1 + rho,
            "This is 7 rho. The ones on the diagonal count too.": (size - 1) * rho,
        },
    )


def fast_start(chance: object) -> None:
    """Check the chance that Clemente's first 45 at bats hold 18 hits or more, given his season."""
    clemente = batting_1970().iloc[0]
    first, hits = int(clemente["first_at_bats"]), int(clemente["first_hits"])
    season, season_hits = int(clemente["season_at_bats"]), int(clemente["season_hits"])
    urn = stats.hypergeom(season, season_hits, first)
    check(
        chance,
        urn.sf(hits - 1),
        slips={
            "This is the chance of more than 18. Eighteen itself counts.": urn.sf(hits),
            "This is the chance of exactly 18.": urn.pmf(hits),
            "These are independent at bats at the season's rate. Given the season's hits, each hit among the first 45 "
            "leaves one fewer: draw without replacement.": stats.binom.sf(hits - 1, first, season_hits / season),
            "These are independent at bats at the rate of the rest of the season, which leaves the first 45 out.": (
                stats.binom.sf(hits - 1, first, int(clemente["rest_hits"]) / int(clemente["rest_at_bats"]))
            ),
            "This is the chance of 18 or fewer.": urn.cdf(hits),
            "This is the chance of 17 or fewer. Take it from one.": urn.cdf(hits - 1),
            "This is a normal approximation at 18. Counts are whole: from 17.5 on, if you approximate, or exactly.": (
                stats.norm.sf(hits, urn.mean(), urn.std())
            ),
            "This is a normal approximation. The exact chance is a sum of hypergeometric terms.": (
                stats.norm.sf(hits - 0.5, urn.mean(), urn.std())
            ),
        },
    )


def long_enough(n: object) -> None:
    """Check how long a half-and-half composition must be for its first five to be within 1/100 of coin tosses."""
    k, wanted = 5, 0.01

    def distance(n: int) -> float:
        composition = np.zeros(n + 1)
        composition[n // 2] = 1
        return total_variation(first_draws(composition, k), stats.binom.pmf(np.arange(k + 1), k, 0.5))

    right = next(n for n in range(6, 1000, 2) if distance(n) <= wanted)
    doubled = next(n for n in range(6, 1000, 2) if 2 * distance(n) <= wanted)
    check(
        n,
        right,
        slips={
            "This is what the bounds ask for. The question is about the distance itself.": 1000,
            "This is the sum of the absolute differences. Total variation is half of it.": doubled,
            "One step less, and the distance is still above 1/100.": right - 2,
            "The last n above 1/100 is even, and so is the first below it: n must be even.": right - 1,
            "This is k/n, without the number of colours. The question is about the distance.": k / wanted,
            "This takes the factor of k/n that holds for large k. For five draws compute the distance.": 122,
            "This takes the factor of k/n that holds for large k, and it is odd.": 121,
        },
        rtol=1e-9,
    )


def one_order(chance: object) -> None:
    """Check the chance of the order 1, 1, 0, 1, 0, 0 given three ones in six exchangeable draws."""
    check(
        chance,
        1 / 20,
        slips={
            "This is the chance of the order under a fair coin, before the number of ones is known.": 1 / 64,
            "This is the chance of three ones under a fair coin.": 20 / 64,
            "There are 20 orders with three ones in six, and they share the probability equally.": 1 / 6,
            "This is the chance of three ones when the urn starts with one ball of each kind: all seven counts are "
            "equally likely.": urn_counts(6, 1, 1, 1)[3],
            "This is the number of orders.": 20,
            "There are 720 orders of six flips with names, but a one is like any other one.": 1 / 720,
            "This is the chance of the order in the urn, before the number of ones is known. Divide by that of three "
            "ones.": urn_counts(6, 1, 1, 1)[3] / 20,
            "This is the chance of the order from the two coins, before the number of ones is known. Divide by that of "
            "three ones.": (0.2 * 0.8) ** 3,
        },
    )


def five_added(correlation: object) -> None:
    """Check the correlation of two draws from an urn with two ones and three zeros that gains five balls a draw."""
    ones, zeros, added = 2, 3, 5
    p = ones / (ones + zeros)
    covariance = p * (ones + added) / (ones + zeros + added) - p**2
    check(
        correlation,
        added / (ones + zeros + added),
        slips={
            "This is the correlation when one ball comes in.": 1 / (ones + zeros + 1),
            "This is the covariance. Divide it by the variance of one draw.": covariance,
            "This is the chance of a one after a one.": (ones + added) / (ones + zeros + added),
            "The number that comes in belongs in the denominator too.": added / (ones + zeros),
            "This is the chance of a one.": p,
            "This is the chance that both are ones.": p * (ones + added) / (ones + zeros + added),
        },
        rtol=1e-6,
    )
