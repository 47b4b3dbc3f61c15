"""Sentences that order, point or name: the words that decide are computed, and the sentence stands on its page.

A sentence here has a hole for each word that could be the other one. What fills it comes from the data or from a
computation that shares nothing with the page.
"""

import csv
import re
from pathlib import Path

import answers_learning_tau as learning_tau
import arviz as az
import numpy as np
import pytest
import references
import references_asthma as asthma
import references_batting as batting
import tables_asthma_counties as counties
from scipy import stats

ROOT = Path(__file__).parents[1]

SCHOOLS = np.array(list("ABCDEFGH"))
SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
)


def listed(names):
    return f"{', '.join(names[:-1])} and {names[-1]}"


def schools_by_error():
    order = SCHOOLS[np.argsort(references.SIGMA, kind="stable")]
    return listed(order[:3]), listed(order[:-4:-1])


def what_a_u_means():
    """Ranks of the truth among draws that spread too little or too much."""
    rng = np.random.default_rng(1)
    truth, draws = rng.normal(size=4000), rng.normal(size=(4000, 99))
    ends = {}
    for word, spread in {"narrow": 0.7, "wide": 1.4}.items():
        rank = (spread * draws < truth[:, np.newaxis]).sum(axis=1)
        ends[word] = np.mean((rank < 10) | (rank >= 90))
    return (max(ends, key=ends.get),)


def ranks_without_jacobian():
    """A walk on log tau without its Jacobian samples p(tau) / tau."""
    tau = np.linspace(1e-3, 60, 20_000)
    prior = stats.gamma(2, scale=5).pdf(tau)
    wrong = np.cumsum(prior / tau) / (prior / tau).sum()  # the share of its draws below a true value
    return ("high" if prior @ wrong / prior.sum() > 0.5 else "low",)


def the_variance_of_means():
    """Which of B and B / n is the variance of the chains' means, if R-hat is what the page says it is."""
    m, n = 4, 500
    draws = np.random.default_rng(1).normal(np.arange(m)[:, np.newaxis] / 2, size=(m, n))
    within, of_means = draws.var(axis=1, ddof=1).mean(), draws.mean(axis=1).var(ddof=1)
    rhat = float(az.rhat(draws, method="identity"))
    between = {"B / n": n * of_means, "B": of_means}
    return (
        [name for name, b in between.items() if np.isclose(rhat, np.sqrt(((n - 1) * within + b) / (n * within)))][0],
    )


def counties_outside_the_band():
    exposure, least, greatest = asthma.california()
    expected = exposure * asthma.california_common()
    where = {}
    for county in ("Fresno", "Sacramento", "San Diego"):
        place = asthma.california_place(county)
        assert least[place] == greatest[place]
        low, high = stats.poisson.interval(0.95, expected[place])
        where[county] = "above" if least[place] > high else "below" if least[place] < low else "in"
    assert where["Fresno"] == where["Sacramento"]
    return where["Fresno"], where["San Diego"]


def highest_and_lowest_county():
    rates = {name: counties.rate(name)[0] for name in counties.names()}
    high, low = max(rates, key=rates.get), min(rates, key=rates.get)
    return high, SMALL.split()[round(rates[high])], low, SMALL.split()[round(rates[low])]


def mean_of_counties():
    """The state's rate: shown deaths, and the total of the hidden ones as the state says it."""
    exposure, least, greatest = asthma.california()
    rate = (least[least == greatest].sum() + 66) / exposure.sum()
    larger = asthma.california_best()[1] > rate
    return ("larger", "higher") if larger else ("smaller", "lower")


def not_improved():
    """Players whose own first average was nearer, on the scale of averages; they began low, and stayed within 0.02."""
    with (ROOT / "lib" / "data" / "batting_1970.csv").open(encoding="utf-8") as file:
        names = [row["player"].split()[-1] for row in csv.DictReader(file)]
    first, rest = batting.HITS / 45, batting.REST_HITS / batting.REST
    variance = first.mean() * (1 - first.mean()) / 45
    kept = 1 - (batting.PLAYERS - 3) * variance / ((first - first.mean()) ** 2).sum()
    worse = np.abs(batting.shrunk(kept, first) - rest) >= np.abs(first - rest)
    assert (first[worse] < first.mean() - 0.02).all() and (np.abs(rest - first)[worse] < 0.02).all()
    return tuple(np.array(names)[worse])


def centred_is_better():
    """By the autocorrelation of mu, with errors that are a fifth of tau, and five times tau."""
    spread = 10.0
    better = []
    for error in (spread / 5, 5 * spread):
        sigma = np.full(8, error)
        better.append(learning_tau.sweeps("centred", spread, sigma) < learning_tau.sweeps("other", spread, sigma))
    assert better in ([True, False], [False, True])
    return ("are precise" if better[0] else "say little",)


def direction_in_shape():
    """The coefficient of variation of Gamma rates, one standard deviation of log shape away from the median."""
    shape, omega = 4.0, 0.8
    times = {way: stats.gamma(shape * np.exp(sign * omega)) for way, sign in {"up": 1, "down": -1}.items()}
    median = stats.gamma(shape)
    ratio = {way: law.std() / law.mean() / (median.std() / median.mean()) for way, law in times.items()}
    return ([way for way, value in ratio.items() if np.isclose(value, np.exp(omega / 2))][0],)


def marks_of_averages():
    """From the code of the figure: a hollow marker is a ring; `plots.forest` draws dots."""
    code = (ROOT / "book" / "batting.md").read_text(encoding="utf-8")
    call = re.search(r"ax\.plot\(\s*first, range\(k\), (.*?label=\"first 45\")", code, re.DOTALL)[1]
    dots = re.search(r"plots\.forest\(js_raw, .*?label=\"James-Stein\"", code)
    assert dots and re.search(r"ax\.plot\(rest, range\(k\), \"D\"", code)
    return ("ring", "dot", "diamond") if 'mfc="none"' in call else ("dot", "ring", "diamond")


def leads_of_full_bayes():
    """By exact log scores: the county that is worst over raw rates, and over one rate; what the description says."""
    full = asthma.california_scores("full")
    over = {method: full - asthma.california_scores(method) for method in ("half", "common")}
    names = np.array(counties.names())
    assert names[over["common"].argmax()] == "Fresno" and names[over["half"].argmax()] == "Shasta"
    people = np.array([int(row["population_2017"]) for row in counties.counties()])
    assert names[people > 200_000][over["half"][people > 200_000].argmax()] == "Stanislaus"
    few, many = (over["half"][part].sum() for part in (people < 1_000_000, people >= 1_000_000))
    assert few > 4 * many and over["common"][people > 200_000].sum() > 4 * over["common"][people < 200_000].sum()
    return names[over["half"].argmin()], names[over["common"].argmin()]


SENTENCES = [
    (
        "asthma-counties",
        "over raw rates {}, where the count jumped, goes against it most, and over one rate {}.",
        leads_of_full_bayes,
    ),
    (
        "batting",
        "in his first 45 at bats ({}), the James-Stein prediction ({}) and his average in the rest of the season ({}).",
        marks_of_averages,
    ),
    ("pooling", "narrow for schools {} and wide for {}.", schools_by_error),
    ("checking", "a **U** means that the posterior is too {}, so that the truth falls outside", what_a_u_means),
    ("estimation", "within the chains and ${}$ the variance of the chains' means.", the_variance_of_means),
    ("exchangeability", "to minus one {} at fifty", lambda: ({49: "forty-ninth", 50: "fiftieth"}[50 - 1],)),
    ("asthma-counties", "Fresno and Sacramento lie {} the band, San Diego {}.", counties_outside_the_band),
    ("asthma-counties", "with {} highest at {} and {} lowest at {}.", highest_and_lowest_county),
    (
        "asthma-counties",
        "That $m$ is {} says that small counties have, if anything, slightly {} rates.",
        mean_of_counties,
    ),
    ("batting", "The two others, {} and {}, began low and stayed about as low.", not_improved),
    ("asthma-nested", "a state one standard deviation {} in shape has a coefficient of variation", direction_in_shape),
    ("notation", "The better form where the data {}.", centred_is_better),
    ("problem-sets/sampling", "Those of tau would pile up at the {} end.", ranks_without_jacobian),
]


@pytest.mark.parametrize(("page", "sentence", "words"), SENTENCES, ids=[sentence for _, sentence, _ in SENTENCES])
def test_the_words_that_decide_are_the_right_ones(page, sentence, words):
    text = " ".join((ROOT / "book" / f"{page}.md").read_text(encoding="utf-8").split())
    assert sentence.format(*words()) in text
