"""Lines that a cell prints: a sentence repeats their numbers, or they are computed a second time here.

A row has the page, the words with which the line begins, and its numbers in their order.
"""

import re
from itertools import pairwise, product

import book_rules as rules
import exchangeability_reference as exchangeable
import numpy as np
import pytest
import references
import references_asthma as asthma
import references_batting as batting
import references_three_point as three_point
import tables_estimation
from cells import About, Between, faults, shown
from paths import ROOT
from printed_tables import PAGES, printed_cells, printed_lines
from scipy import integrate, stats


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


def kept_counties():
    """Three deaths in one unit of exposure after a Gamma(3, 5) prior, of a million counties."""
    kept = 1e6 * stats.nbinom(3, 5 / 6).pmf(3)
    posterior = stats.gamma(6, scale=1 / 6)
    ends = posterior.ppf([0.025, 0.975])
    errors = np.sqrt(0.025 * 0.975 / kept) / posterior.pdf(ends)
    return kept, [About(end, 5 * error) for end, error in zip(ends, errors, strict=True)]


def james_stein():
    x = batting.arcsine(batting.HITS / 45)
    squares = ((x - x.mean()) ** 2).sum()
    return [x.mean(), squares, 1 - (x.size - 3) / squares]


def two_dimensions():
    """Risks of max(0, 1 - 2 / |X|^2) X at (0, 0) and at (3, 0): Stein's estimate, averaged over the length of X."""
    found = []
    for distance, error in ((0, 0.0018), (3, 0.0037)):  # of 400,000 replicates

        def mean(of, low, high, distance=distance):
            law = stats.rice(distance)
            return integrate.quad(lambda r: law.pdf(r) * of(r), low, high, limit=200)[0]

        below = mean(lambda r: r**2 - 2, 0, np.sqrt(2))
        found.append(About(below + mean(lambda r: 2 + 4 / r**2, np.sqrt(2), 40), 5 * error))
    return found


def wins():
    """In how many samples of players partial pooling is better: their scores differ by a nearly normal amount."""
    difference, error = three_point.difference_of_roots("partial", "pooled")
    return [About(100 * stats.norm.sf(difference / error), 4)]


def california():
    shape, mean = asthma.california_best()
    return [About(shape, 0.005), About(mean, 0.005), About(shape / mean, 0.0005)]


def mean_of_tau():
    """Of 100,000 independent draws, with its standard error."""
    error = np.sqrt((references.tau_moment(2) - references.tau_moment(1) ** 2) / 100_000)
    return [About(references.tau_moment(1), 5 * error), About(error, 0.02 * error)]


def sd_of_tau():
    """Of 100,000 independent draws: its error from the fourth central moment."""
    m = [references.tau_moment(k) for k in range(5)]
    variance = m[2] - m[1] ** 2
    fourth = m[4] - 4 * m[1] * m[3] + 6 * m[1] ** 2 * m[2] - 3 * m[1] ** 4
    return [About(variance**0.5, 5 * (fourth - variance**2) ** 0.5 / (2 * variance**0.5 * 100_000**0.5))]


def after_the_data():
    """What 100,000 independent draws say of schools A and B, and of a ninth school."""
    correlation, a_beats_b, mean, sd, positive = exchangeable.under_proper_priors()

    def share(p):
        return About(p, 5 * np.sqrt(p * (1 - p) / 100_000))

    far = About(mean, 5 * sd / 100_000**0.5), About(sd, 0.12)  # tails heavier than normal ones
    return [About(correlation, 0.015), share(a_beats_b)], [*far, 0, share(positive)]


def as_far():
    """In how many of 32,000 further seasons complete pooling wins by as much as in ours."""
    ours = three_point.root_error("partial") ** 2 - three_point.root_error("pooled") ** 2
    chance = three_point.pooling_ahead(ours)
    return [About(chance, 5 * np.sqrt(chance * (1 - chance) / 32_000))]


def early_threes():
    *exact, p_value = exchangeable.early("three_point_2018")
    return [*exact, About(p_value, 5 * np.sqrt(p_value / 100_000))]  # the page reassigns the shots so many times


def six_coins():
    """The correlation of two of six coins that show three heads mostly, two or four in a quarter of all runs."""
    both = sum(chance * heads * (heads - 1) / 30 for heads, chance in ((2, 1 / 8), (3, 3 / 4), (4, 1 / 8)))
    return (both - 1 / 4) / (1 / 4)


def even_pairs(first):
    """What two of three coins show, where all three show an even number of heads, each such way equally likely."""
    ways = [flips for flips in product((0, 1), repeat=3) if sum(flips) % 2 == 0]
    return [sum(flips[:2] == (first, second) for flips in ways) / len(ways) for second in (0, 1)]


CORRELATION = references.gibbs_autocorrelation(5.0)
EFFECTIVE = (1 - CORRELATION) / (1 + CORRELATION)
WOVEN = (1 - tables_estimation.kept_by_sweep()) / (1 + tables_estimation.kept_by_sweep())  # with the joint move
LINES = [
    ("asthma-counties", "shape 10", california),
    ("asthma-counties", "0.0656", lambda: [stats.gamma(4).cdf(1.5), stats.gamma(61).cdf(30)]),
    (
        "asthma-counties",
        "mean 1.24",
        lambda: [asthma.california_last_county()[0], 95, *asthma.california_last_county()[1:3]],
    ),
    ("asthma-counties", "above 1 per", lambda: [1, 100_000, asthma.california_last_county()[3]]),
    ("asthma-county", "26,865 of a", lambda: [About(kept_counties()[0], 5 * kept_counties()[0] ** 0.5)]),
    ("asthma-county", "95% of them", lambda: [95, *kept_counties()[1]]),
    ("checking", "the smallest of eight", lambda: [Between(0.05, 1)]),
    ("checking", "product: before", lambda: [Between(0.025 / 16 - 5e-4, 0.035 / 16 + 5e-4), Between(0.05, 0.5)]),
    ("batting", "mean -3.3", james_stein),
    ("batting", "0.4", two_dimensions),
    ("batting", "worst R-hat", lambda: [Between(0.999, 1.01)]),
    ("batting", "smallest effective size", lambda: [Between(400, 12_000)]),
    ("estimation", "share of the draws: ArviZ", lambda: [About(EFFECTIVE, 0.015), EFFECTIVE]),
    ("estimation", "effective draws of mu among", lambda: [4 * 5_000]),
    (
        "estimation",
        "by sweeps alone",
        lambda: [About(20_000 * one, 8_000 * one**0.5 / 4) for one in (EFFECTIVE, WOVEN)],
    ),
    ("estimation", "6.4837, ", lambda: [62 / 25 / (8 / 25 + 1 / 16), (8 / 25 + 1 / 16) ** -0.5]),
    ("estimation", "in a row: ", lambda: [0.01, Between(11, 20), 20]),
    ("estimation", "25 apart: ", lambda: [25, 0.01, Between(0, 4), 20]),
    ("estimation", "largest |z| of all 252", lambda: [4 * (9 + 45 + 9), Between(1.5, 4.2)]),
    ("estimation", "largest |z| of all 32", lambda: [2 * 4 * 4, Between(0.9, 3.9)]),
    ("estimation", "R-hat at most", lambda: [Between(1, 1.01), Between(400, 10_500)]),
    ("estimation", "largest R-hat", lambda: [Between(1, 1.01), Between(400, 10_500)]),
    ("exchangeability", "after correlation", lambda: after_the_data()[0]),
    ("exchangeability", "a ninth school", lambda: after_the_data()[1]),
    ("exchangeability", "X and 1 - X", lambda: [1, -1]),
    ("exchangeability", "N = 6: smallest", lambda: [6, 1 - 5 / 6]),
    ("exchangeability", "N = 8: smallest", lambda: [8, 1 - 7 / 6]),
    ("exchangeability", "six coins: ", lambda: [1 / 2, six_coins()]),
    ("exchangeability", "hits: ", lambda: exchangeable.early("batting_1970")),
    ("exchangeability", "threes: ", early_threes),
    ("exchangeability", "[[0.25", lambda: even_pairs(0)),
    ("exchangeability", "[0.25", lambda: even_pairs(1)),
    ("exchangeability", "simulation off by", lambda: [Between(0, 5 * 0.5 / 100_000**0.5)]),
    ("learning-tau", "E[tau] from draws", mean_of_tau),
    ("learning-tau", "sd of tau from draws", sd_of_tau),
    ("learning-tau", "share of the draws below", lambda: [About(0.5, 5 * 0.5 / 100_000**0.5)]),
    ("learning-tau", "largest departure", lambda: [Between(0, 1e-10)]),
    ("learning-tau", "gibbs: do not trust", lambda: [4 * 100, Between(0, 4 * 100)]),
    ("learning-tau", "ones, where 400", lambda: [4 * 100, Between(1.01, 1.2), 1.01]),
    ("learning-tau", "school A with tau = 0", lambda: [0, *references.pooled()[:2]]),
    ("pooling", "P(effect > 0)", lambda: [0, references.phi(7.685617 / 4.071919)]),
    ("shrinkage", "tau = 5: formula", lambda: [5, references.a_beats_c(5), About(references.a_beats_c(5), 0.005)]),
    ("shrinkage", "sd: grid", lambda: [references.posterior_sd("A", 5)] * 2),
    ("shrinkage", "difference, 'the signal'", lambda: [references.Y.var(ddof=1) - (references.SIGMA**2).mean()]),
    ("three-point", "partial wins in", wins),
    ("three-point", "wins by at least as much", as_far),
    (
        "three-point",
        "partial minus complete",
        lambda: [three_point.difference_of_roots("partial", "pooled")[0] / 1000],
    ),
    (
        "three-point",
        "standard error: 0.00",
        lambda: [About(three_point.difference_of_roots("partial", "pooled")[1] / 1000, 1e-4)],
    ),
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


# Lines whose numbers nobody can know before, or that say so themselves.
UNBOUND = {
    ("asthma-counties", "With 50,000 people: there is no answer"): "a number of the question",
    ("batting", "no pooling: -"): "from one or two of ten thousand draws: that they differ is the point",
    ("batting", "largest difference from the draws"): "a simulation's error, which a claim bounds",
    ("batting", "and of their standard deviations"): "a simulation's error, which a claim bounds",
    ("batting", "X + 1/X: "): "means of what has none: that they are huge is the point, and claimed",
    ("estimation", "independent: "): "seconds",
    ("estimation", "Gibbs: "): "seconds",
    ("estimation", "Metropolis: "): "seconds",
    ("estimation", "NUTS: "): "seconds",
    ("exchangeability", "10,000 Cauchy draws"): "the mean of Cauchy draws is as wild as one of them",
    ("exchangeability", "1,000,000 Cauchy draws"): "the mean of Cauchy draws is as wild as one of them",
    ("exchangeability", "N = 7: "): "an error of rounding: the eigenvalue is zero, as the line says",
    ("learning-tau", "divergences in each chain"): "of chains that went to zero, which hangs on the last bits",
    ("learning-tau", "largest log densities"): "how far an improper posterior was followed",
    ("learning-tau", "smallest tau"): "how far an improper posterior was followed",
    ("learning-tau", "tau after 100 draws"): "how far an improper posterior was followed",
}
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:,\d{3})*(?:\.\d+)?(?:e-?\d+)?(?!\w)")


def numbers_in(line):
    """The numbers of a line, as they are printed."""
    return [found[0].replace(",", "") for found in NUMBER.finditer(line)]


def shows(text, value):
    """Whether a printed number is a value, or it in per cent, to its last digit."""
    printed, rounding = shown(text)
    return any(abs(printed - scale * value) <= 1.02 * rounding for scale in (1, 100))


@pytest.mark.parametrize("page", sorted(PAGES))
def test_a_printed_number_stands_in_a_sentence_too_or_has_a_row(page):
    """What a cell prints with decimals, or above a thousand, is glued on the page, in the code, or in a row here."""
    glued = [value for value in rules.glued_values(ROOT, PAGES[page]).values() if isinstance(value, int | float)]
    loose = []
    for code, lines in printed_cells(page):
        if any(re.search(r"(?:: r|R)ight\.", line) for line in lines):  # a check has judged it
            continue
        typed = {float(found) for found in numbers_in(code.replace("_", ""))}
        for line in lines:
            if any(of == page and line.startswith(start) for of, start, *_ in [*LINES, *UNBOUND]):
                continue
            telling = [text for text in numbers_in(line) if "." in text or "e" in text or abs(float(text)) > 1000]
            loose += [
                line for text in telling if float(text) not in typed and not any(shows(text, value) for value in glued)
            ]
    assert loose == []


def test_a_number_that_no_sentence_has_is_seen():
    assert shows("0.3685", 0.368523) and shows("36.9", 0.3685) and shows("7e-14", 7.1e-14)
    assert not shows("0.3686", 0.368523) and not shows("0.63", 0.368523)
    assert numbers_in("a_1: -3.5, 26,865 of 4e-5 and [0.1 x2]") == ["-3.5", "26865", "4e-5", "0.1"]


@pytest.mark.parametrize(("page", "start", "numbers"), LINES, ids=[f"{page}-{start}" for page, start, _ in LINES])
def test_a_printed_line_has_the_right_numbers(page, start, numbers):
    [line] = [line for line in printed_lines(page) if line.startswith(start)]
    printed = numbers_in(line.replace("(k - 1) / 2n", ""))
    assert faults([printed], [list(numbers())]) == []
