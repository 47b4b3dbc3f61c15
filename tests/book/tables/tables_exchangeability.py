"""What the tables of the chapter on exchangeability show.

Laws are whole numbers and fractions here, and no linear program is solved: the nearest single coin is an upper bound of
the distance to a mixture, a witness made from it a lower bound, and where the two meet both are proved.
"""

from fractions import Fraction
from functools import cache
from itertools import permutations, product
from math import comb, factorial

import numpy as np
from cells import Between
from exchangeability_reference import shuffle_to_coin
from scipy import optimize

RUNS = 100_000  # of each urn
HALF, FIFTH, TENTH = Fraction(1, 2), Fraction(1, 5), Fraction(1, 10)
YES = {True: "yes", False: "no"}


def law_of(chance_of_a_one, n=3):
    """Probability of each sequence, a chance of a one being given by what came before."""
    law = {}
    for sequence in product((0, 1), repeat=n):
        law[sequence] = Fraction(1)
        for i, flip in enumerate(sequence):
            chance = chance_of_a_one(sequence[:i])
            law[sequence] *= chance if flip else 1 - chance
    return law


def mixed(laws):
    """Law of one of these laws, each as likely as any other."""
    return {sequence: sum(law[sequence] for law in laws) / len(laws) for sequence in laws[0]}


def sticky(start):
    """Chance of a one in a chain that repeats its last with probability 9/10."""
    return lambda before: start if not before else 9 * TENTH if before[-1] else TENTH


def exchangeable(law):
    """Whether no order of the variables changes any probability."""
    return all(law[tuple(order)] == law[sequence] for sequence in law for order in permutations(sequence))


def ones(law):
    """Chance of a one at each place."""
    n = len(next(iter(law)))
    return [sum(probability for sequence, probability in law.items() if sequence[i]) for i in range(n)]


def independent(law):
    """Whether the law is the one of independent flips with its own chances."""
    chances = ones(law)
    return law == law_of(lambda before: chances[len(before)])


def mechanisms():
    laws = {
        "one coin, tossed three times": law_of(lambda before: 2 * FIFTH),
        "one coin of two, drawn at random": mixed([law_of(lambda before, c=c: c * FIFTH) for c in (1, 4)]),
        "three different coins": law_of(lambda before: [FIFTH, HALF, 4 * FIFTH][len(before)]),
        "a sticky chain from a fair start": law_of(sticky(HALF)),
        "a sticky chain from a head": law_of(sticky(Fraction(1))),
    }
    found = [[exchangeable(law), independent(law), len(set(ones(law))) == 1] for law in laws.values()]
    rows = [[name, *(YES[each] for each in row)] for name, row in zip(laws, found, strict=True)]
    return [["", "exchangeable", "independent", "same law"], *rows]


def first_two_of_five():
    """By counting all orders of the five."""
    orders = list(permutations([1, 1, 0, 0, 0]))

    def share(*start):
        return sum(order[:2] == start for order in orders) / factorial(5)

    return [
        ["", "second: tail", "second: head"],
        ["first: tail", share(0, 0), share(0, 1)],
        ["first: head", share(1, 0), share(1, 1)],
    ]


def first_of_a_shuffle(n, heads, k):
    """Probability of 0, ..., k heads among the first k flips, by counting places."""
    return np.array([comb(k, s) * comb(n - k, heads - s) / comb(n, heads) if s <= heads else 0 for s in range(k + 1)])


def tosses(k, chance):
    """Probability of 0, ..., k heads of a coin; an axis more for more coins."""
    return np.stack([comb(k, s) * chance**s * (1 - chance) ** (k - s) for s in range(k + 1)], axis=-1)


def nearest_coin(law):
    """Chance of the coin that is nearest to a law, and its distance."""
    k = law.size - 1

    def distance(chance):
        return abs(law - tosses(k, chance)).sum() / 2

    grid = np.linspace(0, 1, 201)
    start = grid[np.argmin([distance(chance) for chance in grid])]
    best = optimize.minimize_scalar(
        distance, bounds=(max(0, start - 0.005), min(1, start + 0.005)), method="bounded", options={"xatol": 1e-13}
    )
    return min([(best.fun, best.x), (distance(start), start)])


def proved(law):
    """How far the law is from every mixture at least, by a witness: a bet on numbers of heads with stakes from 0 to 1.

    It bets on the numbers that the law gives more often than its nearest coin. On a number that both give equally often
    it sets the stake that makes the coin's own expectation level.
    """
    k = law.size - 1
    _, chance = nearest_coin(law)
    excess = law - tosses(k, chance)
    bet = (excess > 0).astype(float)
    step = 1e-6
    slope = (tosses(k, chance + step) - tosses(k, chance - step)) / (2 * step)
    level = np.abs(excess) < 1e-7
    if level.sum() == 1 and k > 1:
        bet[level] = np.clip(-(bet * ~level) @ slope / slope[level], 0, 1)
    coins = np.linspace(0, 1, 20_001)
    return bet @ law - (tosses(k, coins) @ bet).max()


def first_of_two_in_five():
    rows = []
    for k in range(1, 6):
        law = first_of_a_shuffle(5, 2, k)
        fair = abs(law - tosses(k, 2 / 5)).sum() / 2
        rows.append([str(k), nearest_coin(law)[0], proved(law), fair])
    return [
        ["", "nearest mixture", "proved at least", "the coin with chance 2/5"],
        ["first k", "", "", ""],
        *rows,
    ]


def urn(rule):
    """Chance of a one from an urn of three zeros and two ones, by adding up what came in with the draws so far."""

    def chance(before):
        zeros, heads = (start + sum(rule[mark][kind] for mark in before) for kind, start in enumerate((3, 2)))
        return Fraction(heads, zeros + heads)

    return law_of(chance)


@cache
def deviations(probabilities):
    """Smallest and largest of what 20,000 studies show as their largest difference of a share from its probability."""
    size = 20_000
    counts = np.random.default_rng(1).multinomial(RUNS, probabilities, size=size)
    largest = abs(counts / RUNS - probabilities).max(axis=1)
    return largest.min(), largest.max()


def urns():
    rules = {  # what comes in after a zero, and after a one: zeros, ones
        "one of the same": [(1, 0), (0, 1)],
        "one of the other": [(0, 1), (1, 0)],
        "two ones, or one zero": [(1, 0), (0, 2)],
    }
    rows = []
    for name, rule in rules.items():
        law = urn(rule)
        # A share in a simulation has an error, and here only the largest of eight is shown, not which: a range.
        off = Between(*deviations(tuple(float(p) for p in law.values())))
        rows.append([name, float(law[1, 1, 0]), float(law[1, 0, 1]), YES[exchangeable(law)], off])
    return [["", "1, 1, 0", "1, 0, 1", "exchangeable", "off by"], *rows]


def finite():
    rows = []
    for n, k in [(10, 5), (20, 10), (100, 2), (100, 10), (100, 50)]:
        law = first_of_a_shuffle(n, n // 2, k)
        pairs = sum(range(k)) / n
        cells = [str(k), shuffle_to_coin(n, k), nearest_coin(law)[0], proved(law), pairs, k / (n / 2)]
        rows.append(cells if (n, k) in [(100, 10), (100, 50)] else [str(n), *cells])  # a repeated n is left blank
    return [["", "", "coin", "nearest", "at least", "k(k-1)/2n", "2k/n"], ["n", "k", *[""] * 5], *rows]


TABLES = [mechanisms, first_two_of_five, first_of_two_in_five, urns, finite]
