"""Sentences that order, point or name: the words that decide are computed, and the sentence stands on its page.

A sentence here has a hole for each word that could be the other one. What fills it comes from the data or from a
computation that shares nothing with the page. Those of a page stand in `sentences/sentences_<page>.py`.
"""

import csv
import re
from importlib import import_module
from pathlib import Path

import answers_learning_tau as learning_tau
import arviz as az
import curves_asthma_nested as nested
import curves_batting
import numpy as np
import pytest
import references
import references_asthma as asthma
import references_batting as batting
import tables_asthma_counties as counties
import tables_learning_tau as learning_tau_tables
import yaml
from exercise_rules import ask
from scipy import special, stats

from lib.checks import RIGHT
from lib.exercises import asthma_counties, checking

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


def crosses_of_leads():
    over = asthma.california_scores("full") - asthma.california_scores("half")
    names = np.array(counties.names())
    assert over.min() < -2 and over.max() > 6
    return names[over.argmin()], names[over.argmax()]


def points_of_larger_counties():
    """Those of more than two hundred thousand people: over one rate, and the crosses over raw rates."""
    large = np.array([int(row["population_2017"]) > 200_000 for row in counties.counties()])
    names = np.array(counties.names())[large]
    one, raw = (
        (asthma.california_scores("full") - asthma.california_scores(method))[large] for method in ("common", "half")
    )
    return names[one.argmax()], names[one.argmin()], names[raw.argmax()], SMALL.split()[round(raw.max())]


def counties_that_fall():
    """Raw rates above twenty with posterior means that round to fourteen, in the middle of the axis."""
    exposure, least, greatest = asthma.california()
    high = (least / exposure > 20) & (least == greatest)
    names = np.array(counties.names())[high]
    assert all(round(counties.rate(name)[0]) == 14 for name in names)
    return tuple(sorted(names))


def ends_of_eight(data=references.Y):
    return -data.min(), SCHOOLS[data.argmin()], data.max(), SCHOOLS[data.argmax()]


def on_their_shoulders():
    """A dot on a bell curve around the pooled effect: by its distance in standard errors."""
    z = (references.Y - references.pooled()[0]) / references.SIGMA
    near = np.abs(z) < 0.3
    assert (np.abs(z)[~near] > 0.5).all()
    right, left = SCHOOLS[~near & (z > 0)], SCHOOLS[~near & (z < 0)]
    by_value = [SCHOOLS[j] for j in np.argsort(references.Y) if SCHOOLS[j] in left]
    return listed(right), f"{', '.join(by_value[:-1])} and {by_value[-1]}", listed(SCHOOLS[near])


def starts_and_ends_of_paths():
    """Posterior means for a spread near zero and for one of 40, as the figure goes."""
    start, end = (np.array([references.posterior_mean(j, tau) for j in SCHOOLS]) for tau in (0.5, 40.0))
    over = [(g, a) for g in range(8) for a in range(8) if start[g] > start[a] and end[g] < end[a]]
    top = [(g, a) for g, a in over if end[a] == end.max()]
    low = [(c, e) for c, e in over if end[c] == end.min()]
    assert len(top) == 1 and len({c for c, _ in low}) == 1
    return (*SCHOOLS[list(top[0])], SCHOOLS[low[0][0]], *SCHOOLS[sorted(e for _, e in low)])


def furthest_diamonds():
    names = players()
    first, second = np.argsort(-batting.REST_HITS / batting.REST)[:2]
    assert second > 12  # near the bottom
    return names[first], names[second]


def widest_and_outside():
    """90% predictive intervals of the hierarchy, for the average over the rest of the season."""
    alpha, beta, weight = list(curves_batting.populations())[1]
    ends = []
    for hits, at_bats in zip(batting.HITS, batting.REST, strict=True):
        below = (weight @ curves_batting.chances(alpha, beta, at_bats, hits)).cumsum()
        ends.append(np.searchsorted(below, [0.05, 0.95]) / at_bats)
    low, high = np.array(ends).T
    after, names = batting.REST_HITS / batting.REST, players()
    [outside] = names[(after < low) | (after > high)]
    return (
        names[(high - low).argmax()],
        outside,
        "right" if after[names == outside] > high[names == outside] else "left",
    )


def players():
    with (ROOT / "lib" / "data" / "batting_1970.csv").open(encoding="utf-8") as file:
        return np.array([row["player"].split()[-1] for row in csv.DictReader(file)])


def darkest_and_palest_cells():
    chance = learning_tau_tables.rank_chances()
    order = [divmod(int(cell), 8) for cell in np.argsort(-chance, axis=None)]
    darkest, palest = order[:3], order[:-4:-1]
    words = [f"rank {rank + 1} for school {SCHOOLS[school]}" for school, rank in darkest]
    shares = [SMALL.split()[round(1 / chance[cell])] for cell in darkest]
    assert shares[1] == shares[2]
    assert [rank for _, rank in palest] == [0, 7, 7] and all(0.045 < chance[cell] < 0.065 for cell in palest)
    assert np.mean(np.abs(chance - 1 / 8) < 0.035) > 0.6
    return words[0], shares[0], words[1], words[2], shares[1], *(SCHOOLS[school] for school, _ in palest)


def schools_with_one_error():
    pairs = [SCHOOLS[error == references.SIGMA] for error in np.unique(references.SIGMA)]
    return tuple(school for pair in pairs if len(pair) == 2 for school in pair)


def ends_of_states():
    mass = nested.posterior()[0].sum(axis=2) @ nested.MEAN.ravel()
    states = np.array(nested.counts().states)
    return states[mass.argmin()], states[mass.argmax()]


def states_far_from_their_rings():
    """Raw rate less posterior mean: the two furthest to the left, the furthest to the right."""
    states = np.array(nested.counts().states)
    away = [nested.raw_rate(state) for state in states] - nested.posterior()[0].sum(axis=2) @ nested.MEAN.ravel()
    order = states[np.argsort(away)]
    return (*sorted(order[:2], reverse=True), order[-1])


def the_widest_spread():
    """The state whose 95% interval for the coefficient of variation starts near thirty per cent."""
    mass = nested.posterior()[0].sum(axis=1)
    starts = [np.exp(-nested.quantile_and_error(nested.LOG_SHAPE, row, 0.975, 1)[0] / 2) for row in mass]
    first, second = np.argsort(starts)[::-1][:2]
    assert starts[first] > 1.2 * starts[second]
    return nested.counts().states[first], round(10 * starts[first]) * 10


def the_longest_bar():
    """Log score of the hierarchy less that of complete pooling."""
    complete = batting.log_ways(batting.REST_HITS, batting.REST) - special.betaln(216, 596)
    complete += special.betaln(216 + batting.REST_HITS, 596 + batting.REST - batting.REST_HITS)
    lead = batting.beta_scores(batting.REST_HITS, batting.REST)[0] - complete
    assert 2.3 < lead.max() < 2.7 and np.sort(lead)[0] > -0.45
    return (players()[lead.argmax()],)


def what_a_refused_walker_does():
    """On a ring of three points, exactly: which rule has the density as its stationary distribution."""
    density = np.array([0.2, 0.3, 0.5])
    move = 0.5 * np.minimum(1, density / density[:, np.newaxis]) * (1 - np.eye(3))
    kept = {
        "stay, **counting the present point once more**": move + np.diag(1 - move.sum(axis=1)),
        "propose again, until a move is accepted": move / move.sum(axis=1, keepdims=True),
    }
    return tuple(words for words, chances in kept.items() if np.allclose(density @ chances, density))


def judged_right(check, answers):
    """The words whose answer the check takes."""
    [words] = [words for words, answer in answers.items() if set(ask(check, answer)[0]) == {RIGHT}]
    return (words,)


def beyond_twenty():
    """Raw rates of 20 per million over three years, at a rate of 10: 3 deaths in 50,000 people, 60 in a million."""
    laws = stats.poisson(1.5), stats.poisson(30)
    return judged_right(
        asthma_counties.twice_the_rate,
        {
            "*above 20*": [law.sf(edge) for law, edge in zip(laws, (3, 60), strict=True)],
            "*at 20 or above*": [law.sf(edge - 1) for law, edge in zip(laws, (3, 60), strict=True)],
        },
    )


def as_high():
    return judged_right(checking.rank_of_a_truth, {"at least as high": (7, 3 / 10), "higher": (7, 2 / 10)})


SENTENCES = [
    (
        "estimation",
        "go with probability equal to the ratio of the densities, and otherwise {}",
        what_a_refused_walker_does,
    ),
    ("asthma-counties", "over three years comes out {}, if it has 50,000 people?", beyond_twenty),
    ("checking", "And how likely was a rank {}, if the sampler is right?", as_high),
    ("asthma-counties", "scatter from below minus two, for {}, to above six, for {}.", crosses_of_leads),
    (
        "asthma-counties",
        "highest for {}, a few fall below zero, lowest for {}, and most crosses lie near zero, with that of {} the "
        "highest at {}.",
        points_of_larger_counties,
    ),
    ("asthma-counties", "In the middle, {} and {} fall from above twenty to fourteen.", counties_that_fall),
    ("index", "they reach from minus {:.0f} for school {} to {:.0f} for school {}.", ends_of_eight),
    ("pooling", "The estimates run from minus {:.0f} in school {} to {:.0f} in school {}.", ends_of_eight),
    (
        "pooling",
        "The dots of {} lie on the right shoulder, those of {} on the left, those of {} near the centre.",
        on_their_shoulders,
    ),
    (
        "shrinkage",
        "School {} starts above school {} and is overtaken by it at a small spread. School {}, which starts above {} "
        "and {}, drops below both.",
        starts_and_ends_of_paths,
    ),
    (
        "learning-tau",
        "The darkest cell is {}, one in {}; then come {} and {}, one in {} each. The palest are rank 1 for school {} "
        "and rank 8 for schools {} and {}, about one in twenty.",
        darkest_and_palest_cells,
    ),
    ("learning-tau", "{} and {} share a line, and so do {} and {}.", schools_with_one_error),
    ("batting", "with {}'s the furthest right and {}'s, near the bottom, second.", furthest_diamonds),
    (
        "batting",
        "with {}'s the widest. All diamonds lie within the blue bars but {}'s, which is to the {} of his.",
        widest_and_outside,
    ),
    ("batting", "{}'s reaches about two and a half to the right;", the_longest_bar),
    ("asthma-nested", "ordered by mean rate from {} at the bottom to {} on top.", ends_of_states),
    ("asthma-nested", "such as those of {} and {} far to the left and {} to the right.", states_far_from_their_rings),
    ("asthma-nested", "{}'s is the only one that starts near {}.", the_widest_spread),
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
    (
        "notation",
        "a sampler finds it easier where the data {}.",
        lambda: ({"are precise": "say little", "say little": "are precise"}[centred_is_better()[0]],),
    ),
    ("problem-sets/sampling", "Those of tau would pile up at the {} end.", ranks_without_jacobian),
]


for module in sorted((ROOT / "tests" / "sentences").glob("sentences_*.py")):
    name = module.stem.removeprefix("sentences_").replace("_", "-")
    SENTENCES += [(name, sentence, words) for sentence, words in import_module(module.stem).SENTENCES]


@pytest.mark.parametrize(("page", "sentence", "words"), SENTENCES, ids=[sentence for _, sentence, _ in SENTENCES])
def test_the_words_that_decide_are_the_right_ones(page, sentence, words):
    text = " ".join((ROOT / "book" / f"{page}.md").read_text(encoding="utf-8").split())
    assert sentence.format(*words()) in text


STATEMENTS = yaml.safe_load((ROOT / "tests" / "statements.yml").read_text(encoding="utf-8"))


def statements():
    """Definitions, propositions and theorems by their labels, and the entries of the glossary by their terms."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "book").rglob("*.md"))]
    blocks = [found for text in texts for found in re.findall(r"^```\{prf:\w+\}.*?\n(.*?)^```$", text, re.M | re.S)]
    [glossary] = re.findall(r"^```\{glossary\}\n(.*?)^```$", "\n".join(texts), re.M | re.S)
    entries = re.findall(r"^(\S.*)\n((?:  .*\n)+)", glossary, re.M)
    labelled = [(re.search(r"^:label: (\S+)$", block, re.M)[1], block) for block in blocks]
    return {name: " ".join(text.split()) for name, text in [*labelled, *entries]}


def test_a_statement_says_what_it_must():
    """No computation sees that a hypothesis is gone: what a statement must say is written down with the reason."""
    found = statements()
    assert set(found) == set(STATEMENTS)
    gone = [
        f"{label}: {words}" for label, needed in STATEMENTS.items() for words in needed if words not in found[label]
    ]
    assert gone == []


GLUED = yaml.safe_load((ROOT / "tests" / "glued.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sorted((ROOT / "book").glob("*.md")), ids=lambda path: path.stem)
def test_the_numbers_of_a_sentence_stand_in_their_order(path):
    """Two numbers that change places are both right, and the sentence is not."""
    sentences = re.split(r"(?<=[.?!]) (?=[A-Z*])|\n", path.read_text(encoding="utf-8"))
    found = [re.findall(r"\{glue:text\}`(\w+)", sentence) for sentence in sentences]
    assert [names for names in found if len(names) > 1] == GLUED.get(path.stem, [])
