"""A share or a multiple in words, "a quarter of them", "one in eight", "four times as large", is that, to a tenth.

Each has a row: the value, computed here or by a reference; or `CODE`, where the page's own code has the number; or the
number once more, where the page only supposes it. Pictures that no reference draws are named: those were looked at.
"""

import ast
import inspect
import math
import re
from functools import cache

import book_rules as rules
import curves_batting
import numpy as np
import page_sentences
import pytest
import references
import references_asthma as asthma
import references_batting as batting
import references_three_point as three_point
import tables_learning_tau as ranks
from book_sizes import WORDS, literals
from exchangeability_reference import shuffle_to_coin, under_proper_priors
from page_sizes import BATTING, COVINGTON, PEOPLE, SHOTS
from paths import ROOT
from scipy import optimize, stats

from lib import estimators
from lib.exercises import learning_tau

TOPS = {"a": 1, "an": 1} | {word: n for word, n in WORDS.items() if 0 < n < 10}
PARTS = {"third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10}
MANY = {word: n for word, n in WORDS.items() if n > 1}
TRIES = MANY | {"a hundred": 100, "a thousand": 1000, "a hundred thousand": 100_000}
HITS = {word: n for word, n in WORDS.items() if n > 0} | {"once": 1, "twice": 2}


def bars_of_partial_pooling():
    """Widths of 90% predictive intervals, relative to those of no pooling, on average over the players."""
    widths = []
    for alpha, beta, weight in curves_batting.populations():
        cases = zip(batting.HITS, batting.REST, strict=True)
        below = [(weight @ curves_batting.chances(alpha, beta, n, hits)).cumsum() for hits, n in cases]
        widths.append([np.diff(np.searchsorted(chances, [0.05, 0.95]))[0] for chances in below])
    return np.divide(*widths[::-1]).mean()


def one_of(words):
    """A pattern for any of these words, or a number."""
    return "|".join([r"\d+(?:,\d{3})*", *sorted(words, key=len, reverse=True)])


SHARE = re.compile(
    rf"\b(?:(?P<top>{'|'.join(TOPS)}) (?P<part>{'|'.join(PARTS)})s?\b(?! (?:school|curve|error|route)\b)"
    r"|(?P<percent>(?!few)\w+) per ?cent\b"
    rf"|(?P<times>{'|'.join(sorted(MANY, key=len, reverse=True))}) (?:times (?:as|the|its)|to one)\b"
    rf"|(?P<hits>{one_of(HITS)}) (?:times )?(?:in|of) (?:the )?(?P<tries>{one_of(TRIES)})\b)",
    re.IGNORECASE,
)
CODE = "the page's code has it"
LOOKED_AT = "a picture that no reference draws"
ASSERTED = "the page claims it, in these words"
ASIDE = "an ordinal, or no share of anything"


def fall_under_the_steeper_prior():
    """By what share the median of the concentration falls under (1 + kappa)^-2, from the first shots."""
    _, kappa, weight = three_point.spread_grid("first")
    steeper = weight.sum(axis=0) / np.sqrt(kappa[0] + 1)
    median = 1 / three_point.grid_quantile(-np.sqrt(1 / (kappa[0] + 1)), steeper / steeper.sum(), 0.5) ** 2 - 1
    return 1 - median / three_point.kappa_quantile(0.5, "first")


def tolerance_of(check):
    """The relative tolerance in the code of a check."""
    return float(re.search(r"rtol=([\d.e-]+)", inspect.getsource(check))[1])


def kept_by_james_stein():
    first = BATTING["first_hits"].to_numpy() / 45
    mean = first.mean()
    shrunk = estimators.james_stein(first, variance=mean * (1 - mean) / 45)
    return (shrunk[0] - mean) / (first[0] - mean)


def kappa_of_the_league():
    return three_point.best_beta_binomial()[1]


def alone_at_least(value):
    """The chance that school A by itself reaches a value if its effect is the pooled mean."""
    return 1 - references.phi((value - references.pooled()[0]) / 15)


def alpine_after_one_death():
    """Alpine's raw rate if one person died, over the state's, from what is printed of 2017-19."""
    exposure, low, high = (np.asarray(part) for part in asthma.california())
    shown = low == high
    return float((1 / exposure[asthma.california_place("Alpine")]) / (low[shown].sum() / exposure[shown].sum()))


def twins():
    """How many of the ten best starts were 50 of 101."""
    best = sorted(zip(SHOTS["first_made"], SHOTS["first_attempts"], strict=True), key=lambda pair: -pair[0] / pair[1])
    return best[:10].count((50, 101))


def pooled_by_shooters():
    kappa = kappa_of_the_league()
    return float((kappa / (kappa + SHOTS["first_attempts"])).mean())


def pupils_at_break_even():
    """How many times the pupils it takes until mu's two forms mix equally well at tau = 10."""

    def difference(pupils):
        precision = pupils / references.SIGMA**2
        weight = 100 / (100 + 1 / precision)
        return (1 - weight).mean() - precision @ weight / precision.sum()

    return optimize.brentq(difference, 0.1, 10)


def highest_share(least, most, how):
    attempts = SHOTS["first_attempts"] + SHOTS["rest_attempts"]
    share = (SHOTS["first_made"] + SHOTS["rest_made"]) / attempts
    return how(share[(attempts >= least) & (attempts <= most)])


def smaller_than_fresno():
    """The largest county with a higher raw rate than Fresno, as a share of Fresno's people."""
    exposure, low, _ = (np.asarray(part) for part in asthma.california())
    rate, fresno = low / exposure, asthma.california_place("Fresno")
    return float((exposure[rate > rate[fresno]]).max() / exposure[fresno])


def all_bars_in_the_band():
    """The chance, at least, that all bars lie in the band that the page draws."""
    (stray,) = re.findall(r"each = (\S+) / bins", found_on("checking")[0].source)
    return 1 - float(stray)


def shasta_of_the_lead():
    """Of the lead of full Bayes over raw rates with half a death added, by sums over a grid."""
    lead = asthma.california_scores("full") - asthma.california_scores("half")
    return lead[asthma.california_place("Shasta")] / lead.sum()


def know_themselves():
    """Of the counties of more than a million, those that half a death added predicts better than one rate."""
    many = asthma.california()[0] > 3
    return (asthma.california_scores("half") > asthma.california_scores("common"))[many].mean()


def hidden_counties():
    _, low, high = asthma.california()
    return (np.asarray(low) < np.asarray(high)).mean()


# The words as the page has them, as many as it takes to tell them apart; and the value.
SHARES = {
    "pooling": {
        "less than a one in eleven": lambda: alone_at_least(28),
        "four times in five": lambda: references.power_of_q(20),
        "starts at 5 percent": lambda: references.power_of_q(0),
        "about 30 percent": lambda: references.power_of_q(10),
        "reaches about 80 percent": lambda: references.power_of_q(20),
        "a quarter of the variance": lambda: 0.5**2,
        "four times as large": lambda: references.some_at_least(28) / alone_at_least(28),
        "A third lies between": ASIDE,
        "as for school H, with one of 18": ASIDE,
        "A fifth of the error": lambda: 25**-0.5,
        "tested four times as many": 4,
        "four times the term": lambda: 1 / 0.5**2,
    },
    "shrinkage": {
        "28 points one of 15": ASIDE,
        "less than a tenth of a point": ASIDE,
        "one of the two is ahead": ASIDE,
        "it is two to one": lambda: references.a_beats_c(5.0) / (1 - references.a_beats_c(5.0)),
        "tested four times as many": 4,
        "Less than a third of the variance": lambda: 8**2 / (8**2 + 12**2)},
    "estimation": {
        "one in twenty lies beyond 2": lambda: 2 * references.phi(-2),
        "one in twenty of normal draws": lambda: 2 * references.phi(-2),
        "up to a sixth away": ASSERTED,
        "within a sixth of zero": ASSERTED,
        # Each of four lines, by Kolmogorov's limit: the bound that one of them passes once in 370 times.
        "stay within a tenth": lambda: stats.kstwobign.isf(2 * references.phi(-3) / 4) * (3 / 4 / 300) ** 0.5,
        "from a tenth of a point": CODE,
        "Steps of a tenth of a point": CODE,
        "for steps of a tenth of a point": CODE,
        "down to a tenth of a point": CODE,
        "must be a tenth": CODE,
        "hundred times as many": lambda: 10**2,
        "tested four times as many": 4,
    },
    "learning-tau": {
        "one of 25 or more": ASIDE,
        "one in eight": lambda: 1 / references.J,
        "one in four": lambda: ranks.rank_chances().max(),
        "one in five": lambda: ranks.rank_chances()[6, 0],
        "one in twenty": lambda: ranks.rank_chances().min(),
        "three of the five leave": lambda: sum(k < 1 for k in (-1, 0, 0.5, 1, 2)) / 5,
        "is a tenth of a point": 0.1,
        "thirty times as": ASSERTED,
        "within seven per cent": lambda: tolerance_of(learning_tau.best_school),
        "a third more pupils": lambda: pupils_at_break_even() - 1,
        "more than five to one": LOOKED_AT,
    },
    "checking": {
        "99 of 100 such studies": all_bars_in_the_band,
        "49 in ten bars": ASIDE,
        "about nine times in ten": lambda: 1 - (1 - 0.13) ** 16,  # by simulation of the test
        "three in a hundred": ASSERTED,
        "three of the ten are 7 or more": lambda: (np.arange(10) >= 7).mean(),
        "from thirty per cent": CODE,
        "to thirty per cent": CODE,
        "ten per cent too small": CODE,
        "five per cent too small": CODE,
        "with probability one tenth": lambda: 1 / 10,
        "jumps to one tenth": lambda: 1 / 10,
        "wide by a fifth": CODE,
        "four times as many data sets": lambda: 2**2,
    },
    "batting": {
        "two of the four scores": ASIDE,
        "90% interval nine in ten": 0.9,
        "bat four in ten": 0.4,
        "about one in seventy": lambda: batting.reaches_four_in_ten_at_one_rate(216, 596),
        "nearly three quarters": lambda: 25 / (25 + 9),
        "three in ten": CODE,
        "all of them nearly four fifths": lambda: 1 - kept_by_james_stein(),
        "two and four tenths": CODE,
        "from four tenths": lambda: BATTING["first_hits"].max() / 45,
        "below two tenths": lambda: BATTING["first_hits"].min() / 45,
        "about two tenths to nearly": lambda: (BATTING["rest_hits"] / BATTING["rest_at_bats"]).min(),
        "starts at two thirds": lambda: batting.stein_risk(3, 0) / 3,
        "at three tenths or less": lambda: (1 + 2) / 10,  # for the mean, and for a point that is estimated
        "eight and nine tenths": LOOKED_AT,
        "climbs slowly from one ninth": lambda: batting.stein_risk(18, 0) / 18,
        "starts near one ninth": lambda: batting.coordinate_risks(18, 0)[0],
        "starts near two tenths": lambda: (25 + 9) / (25 + 9) * batting.stein_risk(10, 0) / 10,
        "over three fifths as wide": bars_of_partial_pooling,
        "about four tenths at most": LOOKED_AT,
        "away a tenth": lambda: 45 / 450,
        "batted ten times as": 10,
        "is ten times as large": lambda: 450 / 45,
    },
    "three-point": {
        "50 of 101": lambda: COVINGTON["first_made"] / COVINGTON["first_attempts"],
        "51 of 101": lambda: max(SHOTS["first_made"] / SHOTS["first_attempts"]),
        "Two of the ten": lambda: twins() / 10,
        "78 of 200": 78 / 200,
        "14 of 20": 14 / 20,
        "474 of 1340": 474 / 1340,
        "one of 100": ASIDE,
        "about 36 per cent": lambda: 524 / 1441,
        "line at one third": lambda: COVINGTON["rest_made"] / COVINGTON["rest_attempts"],
        "to 46 per cent below": lambda: highest_share(100, 150, max),
        "40 per cent": LOOKED_AT,
        "a fifth of the weight": lambda: 400 / 1841,
        "has four fifths": lambda: 400 / 500,
        "over a third less": lambda: 1 - three_point.root_error("partial") / three_point.root_error("own"),
        "pool four fifths": pooled_by_shooters,
        "falls by about 15 per cent": fall_under_the_steeper_prior,
        "around 37 per cent": lambda: three_point.best_beta_binomial()[0],
        "about one seventh": lambda: 500 / (500 + three_point.kappa_quantile(0.95, "first")),
        "to seven tenths": lambda: 500 / (500 + three_point.kappa_quantile(0.05, "first")),
        "is seven tenths": CODE,
        "At seven tenths": lambda: 750 / (750 + 2250 / 7),
        "reliability of seven tenths": CODE,
        "mean is a tenth": CODE,
        "four times as many as Covington": lambda: kappa_of_the_league() / COVINGTON["first_attempts"],
        "shot four times as": 4,
        "about four times as many as ours": lambda: 450 / SHOTS["first_attempts"].mean(),
    },
    "exchangeability": {
        "correlation of about a third": lambda: under_proper_priors()[0],
        "first ten of a hundred": CODE,
        "About three in ten": lambda: stats.hypergeom(412, 145, 45).sf(17),
        "more than four in ten": lambda: stats.beta(2 / 5, 3 / 5).cdf(1 / 10) + stats.beta(2 / 5, 3 / 5).sf(9 / 10),
        "expect a fifth of": kept_by_james_stein,
        "between a tenth": LOOKED_AT,
        "nine tenths": LOOKED_AT,
        "near one third": lambda: (2 - 1) / (2 + 3 - 2),  # the mode of the law that the urn tends to
        "ended below one quarter": CODE,
        "settle below one quarter": CODE,
        "about an eighth": lambda: float(shuffle_to_coin(10_000, 100) / (2 * 100 / 10_000)),
    },
    "asthma-county": {
        "peaks at two fifths and": lambda: (3 - 1) / 5,
        "dashed prior peaks at two fifths": lambda: (3 - 1) / 5,
        "a third of the raw rate": lambda: asthma.county_mean(1) / 3,
        "near one third": lambda: (3 + 3 - 1) / (5 + 10),
        "five times as much exposure": lambda: 5 / 1,
        "fifty times as much": lambda: 5 / 0.1,
        "by two to one": lambda: 10 / 5,
        "by four to one": lambda: 20 / 5,
        "ten times as large": lambda: 1_000_000 / 100_000,
        "two fifths at zero": lambda: asthma.county_count(1, [0], shape=3 + 3, rate=5 + 1),
    },
    "asthma-counties": {
        "Two in five of the counts are hidden": hidden_counties,
        "about a third": lambda: 10**-0.5,
        "a quarter of them": lambda: PEOPLE["Los Angeles"] / PEOPLE.sum(),
        "Shasta a quarter of it": shasta_of_the_lead,
        "six of nine": know_themselves,
        "more than a sixth": smaller_than_fresno,
        "ten times the number": lambda: 1_000_000 / 100_000,
        "39 in 40": 0.975,
        "a tenth of a million": lambda: 100_000 / 1_000_000,
        "Thirty times the rate": alpine_after_one_death,
        "twenty times as large": 20,
    },
    "asthma-nested": {
        "nine in ten of the 90% intervals": 0.9,
        "once in 40": lambda: references.phi(-1.96),
        "of about a third": lambda: 10**-0.5,
        "between one tenth": lambda: (1 - 0.8) / 2,
        "nine tenths": lambda: (1 + 0.8) / 2,
        "by about a third": LOOKED_AT,
        "40 per cent": LOOKED_AT,
        # The page claims these itself.
        "one of the four hyperparameters": 1 / 4,
        "more than four times the rate": LOOKED_AT,
        "one of twenty a county": 0.05,
        "Three of the four truths": 3 / 4,
        "two to four times the median": LOOKED_AT,
        "about a fifth": LOOKED_AT,
        "as much as a third": LOOKED_AT,
    },
    "problem-sets/sampling": {"once in ten thousand": LOOKED_AT},  # bounded in test_sampling_problem_set
    "lecture": {
        "49 of 100": 49 / 100,
        "first ten of a hundred": 0.1,
    },
    "problem-sets/shrinkage-in-sport": {
        "nine times in ten, a player": 0.95 - 0.05,
        "three quarters of the weight": 0.75,
    },
    "problem-sets/exchangeability": {
        "shows four in twelve": lambda: 4 / 12,
        "a chance of a third": lambda: 4 / 12,
        "60 of the 150": 60 / 150,
        "one of the 252": lambda: 1 / math.comb(10, 5),
        "about a fifth": LOOKED_AT},
    "instructors": {
        "batted ten times as": 10,
        "shot four times as": 4,
        "twenty times as large": 20,
        "wide by a fifth": ASIDE, "three quarters of the lecture": ASIDE, "choose a third": ASIDE},
}  # fmt: skip


@cache
def found_on(name):
    """Return a page and each share in words on it, with the text around."""
    page = next(page for page in rules.pages(ROOT) if page.name == f"book/{name}")
    texts = [" ".join(text.split()) for text in rules.read_prose(page.source).texts]
    return page, [match for text in texts for match in SHARE.finditer(text)]


def is_for(words, match):
    """Say whether a row's words stand around this share, and not around another beside it."""
    return any(
        place.start() <= match.start() and match.end() <= place.end()
        for place in re.finditer(re.escape(words), match.string)
    )


def number(text, words):
    return words.get(text.lower()) or int(text.replace(",", ""))


def said(match):
    if match["times"]:
        return MANY[match["times"].lower()]
    if match["percent"]:
        word = match["percent"].lower()
        return (WORDS.get(word) or int(word)) / 100
    if match["hits"]:
        return number(match["hits"], HITS) / number(match["tries"], TRIES)
    return TOPS[match["top"].lower()] / PARTS[match["part"].lower()]


def fault(match, rows, code, source=""):
    fitting = [row for words, row in rows.items() if is_for(words, match)]
    context = match.string[max(0, match.start() - 40) : match.end() + 40]
    if len(fitting) != 1:
        return f"{match[0]!r} has {len(fitting)} rows, not one: {context!r}"
    if fitting[0] in (LOOKED_AT, ASIDE):
        return ""
    if fitting[0] is ASSERTED:
        claimed = any(match[0] in claim.words for claim in page_sentences.read(source)[1])
        return "" if claimed else f"{match[0]!r}: not claimed"
    share = said(match)
    if fitting[0] is CODE:
        around = {round(100 * value) for value in (share, 1 + share)}
        return "" if any(("%", value) in code for value in around) else f"{match[0]!r}: not in the code of the page"
    value = float(fitting[0]() if callable(fitting[0]) else fitting[0])
    low, high = 0.9, 1.1
    if more_or_less := re.search(
        r"\b(over|(?:none of which has )?more than|less than|below)(?: a)? $",
        match.string[: match.start()],
        re.IGNORECASE,
    ):
        low, high = (1, 1.25) if more_or_less[1].lower() in ("over", "more than") else (0.75, 1)
    if 0.9 <= share < 1:  # what is left out shows how near one it is
        share, value = 1 - share, 1 - value
    return "" if low <= value / share <= high else f"{match[0]!r}: it is {value:.3f}: {context!r}"


@pytest.mark.parametrize("name", SHARES)
def test_a_share_in_words_is_that_share(name):
    page, found = found_on(name)
    code = frozenset().union(*(literals(text) for _, text in page.cells))
    faults = [fault(match, SHARES[name], code, page.source) for match in found]
    assert not any(faults), "\n".join(filter(None, faults))
    assert [words for words in SHARES[name] if not any(is_for(words, match) for match in found)] == []


def test_every_page_with_such_a_share_has_rows():
    names = {page.name.removeprefix("book/") for page in rules.pages(ROOT)}
    assert {name for name in names if found_on(name)[1]} == SHARES.keys()


@pytest.mark.parametrize(
    ("sentence", "missed"),
    [
        ("A third", False),
        ("a quarter", True),
        ("Over a third", False),
        ("less than a third", True),
        ("35 percent", False),
    ],
)
def test_a_wrong_share_is_found(sentence, missed):
    (match,) = SHARE.finditer(sentence)
    assert bool(fault(match, {sentence: lambda: 0.34}, frozenset())) == missed


# Percentages beside a figure


def strange_percentages(options, code):
    """List the percentages in a figure's caption and description that its own code does not draw."""
    said = {int(number) for number in re.findall(r"\b(\d+)%", str(options.get("mystnb")))}
    if not said:
        return []
    constants = {node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant)}
    numbers = {number for number in constants if type(number) is float}
    tails = {number for number in numbers if any(number + other == pytest.approx(1) for other in numbers - {number})}
    # A level as it is, or by both its tails, its upper one, or its distance from the middle of a normal.
    levels = (
        (numbers - tails) | {abs(2 * number - 1) for number in numbers} | {1 - 2 * stats.norm.sf(n) for n in numbers}
    )
    return sorted(number for number in said if not any(abs(number / 100 - level) < 1e-4 for level in levels))


# Figures whose level a function of the page has.
ELSEWHERE = {"fig-checking-power"}


@pytest.mark.parametrize("page", rules.pages(ROOT), ids=lambda page: page.stem)
def test_a_percentage_beside_a_figure_is_that_of_its_code(page):
    figures = [
        (options.get("mystnb", {}).get("figure", {}).get("name", ""), options, code) for options, code in page.cells
    ]
    strange = {name: found for name, options, code in figures if (found := strange_percentages(options, code))}
    assert strange.keys() <= ELSEWHERE, strange


@pytest.mark.parametrize(
    ("code", "strange"),
    [
        ("stats.norm.ppf([0.025, 0.975])", []),
        ("stats.norm.ppf([[0.05], [0.95]])", [95]),
        ("np.quantile(x, [0.1, 0.5, 0.9])", [95]),
        ("1.96 * se", []),
        ("1.64 * se", [95]),
        ("stats.chi2(2).ppf([0.5, 0.95])", []),
    ],
)
def test_another_percentage_is_seen(code, strange):
    options = {"mystnb": {"figure": {"name": "fig", "caption": "Shaded: where 95% lie."}}}
    assert strange_percentages(options, code) == strange
