"""Lines that a cell prints, and that no sentence repeats: their numbers, computed a second time.

A row has the page, the words with which the line begins, and its numbers in their order.
"""

from itertools import pairwise

import numpy as np
import pytest
import references
import references_three_point as three_point
from cells import About, faults
from printed_tables import printed_lines
from scipy import stats


def correlation(label):
    """With the shares of the season, and the chance of one as far from zero: nearly normal for 176 players."""
    made, attempts = three_point.counts("season")
    found = np.corrcoef(made / attempts, label)[0, 1]
    chance = 2 * stats.norm.sf(abs(found) * np.sqrt(len(made) - 1))
    return [found, About(chance, 4 * np.sqrt(chance * (1 - chance) / 5000) + 0.01 * min(1, 20 * chance))]


def birthdays(k):
    return [k, 365, 1 - np.prod(1 - np.arange(k) / 365), k * (k - 1) / 730, k / 365]


def de_finetti(n):
    """1, 1, 0, 1 from Pólya's urn with two ones and three zeros, along the urn and by the frequency of n draws."""
    ones = stats.betabinom(n, 2, 3).pmf(np.arange(n + 1))
    share = np.arange(n + 1) / n
    exact = 2 * 3 * 3 * 4 / (5 * 6 * 7 * 8)
    return [n, exact, ones @ (share**3 * (1 - share)), exact, min(1, 6 / n)]


def sticky(*flips):
    return 0.5 * np.prod([0.9 if one == other else 0.1 for one, other in pairwise(flips)])


LINES = [
    ("exchangeability", "row correlation", lambda: correlation(np.arange(len(three_point.SHOTS)))),
    ("exchangeability", "tries correlation", lambda: correlation(three_point.counts("season")[1])),
    *(("exchangeability", f"k = {k} of n", lambda k=k: birthdays(k)) for k in (2, 10, 23, 50)),
    *(("exchangeability", f"N = {n}: without", lambda n=n: de_finetti(n)) for n in (5, 10, 100, 1000)),
    ("exchangeability", "1, 1, 0: ", lambda: [1, 1, 0, sticky(1, 1, 0), 1, 0, 1, sticky(1, 0, 1)]),
    ("exchangeability", "two neighbours agree", lambda: [About(0.9, 0.005)]),
    ("exchangeability", "frequency after 20000", lambda: [20_000, About(0.5, 0.003), 200, About(0.0106, 0.0022)]),
    ("exchangeability", "lowest for J = 5", lambda: [5, -1 / 4]),
    ("estimation", "autocorrelation of mu", lambda: [About(0.845, 0.02), references.gibbs_autocorrelation(5.0)]),
]


@pytest.mark.parametrize(("page", "start", "numbers"), LINES, ids=[f"{page}-{start}" for page, start, _ in LINES])
def test_a_printed_line_has_the_right_numbers(page, start, numbers):
    [line] = [line for line in printed_lines(page) if line.startswith(start)]
    printed = [word.strip(",;:%") for word in line.replace("(k - 1) / 2n", "").split()]
    printed = [word for word in printed if word.strip("-").replace(".", "", 1).isdigit()]
    assert faults([printed], [numbers()]) == []
