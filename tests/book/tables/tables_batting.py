"""What the tables of the chapter on batting averages show.

The chapter has beta posteriors, beta-binomial probabilities, a grid and chains. Here the ability is a grid of a
thousand probabilities, and each model a list of populations of abilities on it, with a prior over the list; all that
is asked of a model is a sum over both.
"""

import csv
from dataclasses import dataclass
from functools import cache

import numpy as np
from cells import About
from paths import DATA
from references_batting import HITS, REST, REST_HITS, arcsine, with_copied_williams
from scipy import special, stats

CSV = DATA / "batting_1970.csv"
MODELS = ["complete", "none", "beta-binomial", "logit-normal"]
FIRST, AFTER = HITS / 45, REST_HITS / REST

DRAWS = 10_000  # independent ones, of all models but the logit-normal
# Its 4 chains have 2,000 draws each. With other seeds they were worth 3,000 to 7,400 independent ones, according to
# which of the averages in these tables is asked for (ArviZ, two fits).
EFFECTIVE = 3_000
ERRORS = 5  # standard errors by which a simulated number may be off

P = np.arange(0.0005, 1, 0.001)
CHANCE = stats.binom.pmf(np.arange(46)[:, np.newaxis], 45, P)  # of each number of hits in 45, at each ability


@cache
def roster():
    """Names and leagues, from the raw file."""
    with CSV.open(encoding="utf-8", newline="") as file:
        return [(row["player"], row["league"]) for row in csv.DictReader(file)]


def labelled(heading, *columns):
    """A table with a row for each player."""
    names = [name for name, _ in roster()]
    return [["", *heading], *([*row] for row in zip(names, *columns, strict=True))]


def james_stein_share(values, variance):
    """Share of the distance from the mean that is kept; the sum of squares from all pairs."""
    squares = sum((a - b) ** 2 for i, a in enumerate(values) for b in values[:i]) / len(values)
    return 1 - (len(values) - 3) * variance / squares


def towards_mean(values, share):
    """Values of which a share of the distance from their mean is left."""
    return [values.mean() + share * (value - values.mean()) for value in values]


def james_stein_averages():
    """James-Stein on averages, all with the variance at the grand mean."""
    grand = 215 / 810
    return np.array(towards_mean(FIRST, james_stein_share(FIRST, grand * (1 - grand) / 45)))


@dataclass(frozen=True)
class Model:
    """Populations of abilities on the grid, and what the players' first hits say about each."""

    weight: np.ndarray  # posterior probability of each population
    abilities: np.ndarray  # of each number of hits, population and place on the grid: the posterior probability
    effective: int  # what the chapter's draws are worth

    def given(self, values):
        """Mean of a function of each ability, a column for each player, given the population."""
        return np.stack([self.abilities[hits] @ values[:, j] for j, hits in enumerate(HITS)], axis=1)

    def mean(self, values):
        """Posterior mean of the same."""
        return self.weight @ self.given(values)

    def sd_of_sum(self, values):
        """Posterior standard deviation of the sum over the players of a function of each ability."""
        mean, square = self.given(values), self.given(values**2)
        total = mean.sum(axis=1)
        variance = self.weight @ ((square - mean**2).sum(axis=1) + (total - self.weight @ total) ** 2)
        return float(np.sqrt(variance))

    def share(self, given):
        """A chance that the chapter counts among its draws, from the chance given each population."""
        chance = float(self.weight @ given)
        return About(chance, ERRORS * np.sqrt(chance * (1 - chance) / self.effective))


def populations(name, power):
    """The populations of a model, as log densities up to a constant each, and the logarithm of their prior."""
    if name == "complete":
        return np.where(np.eye(P.size), 0, -np.inf), np.zeros(P.size)
    if name == "none":
        return np.zeros((1, P.size)), np.zeros(1)
    # Means in equal steps; a spread from zero, by Gauss's rule
    beta = name == "beta-binomial"
    means, widest = (np.arange(0.14, 0.42, 0.005), 0.45) if beta else (np.arange(-1.75, -0.35, 0.05), 1.2)
    node, weight = np.polynomial.legendre.leggauss(22)
    mean, spread = np.tile(means, node.size), np.repeat((node + 1) * widest / 2, means.size)
    log_prior = np.repeat(np.log(weight), means.size)
    if beta:  # the spread is t = kappa**(-1/2), and dkappa = 2 t**-3 dt
        log_prior -= (2 * power + 3) * np.log(spread)
        shapes = [(share * spread**-2)[:, np.newaxis] - 1 for share in (mean, 1 - mean)]
        return shapes[0] * np.log(P) + shapes[1] * np.log1p(-P), log_prior
    log_prior += stats.norm(-1, 1).logpdf(mean) + stats.halfnorm(0, 0.5).logpdf(spread)
    distance = (special.logit(P) - mean[:, np.newaxis]) / spread[:, np.newaxis]
    return -(distance**2) / 2 - np.log(P * (1 - P)), log_prior


@cache
def model(name, power=-1.5):
    """A model after the first 45 at bats."""
    log_density, log_prior = populations(name, power)
    shares = special.softmax(log_density, axis=1)
    evidence = shares @ CHANCE.T
    log_weight = log_prior + np.log(np.maximum(evidence[:, HITS], 1e-300)).sum(axis=1)
    keep = log_weight > log_weight.max() - 18
    weight = special.softmax(log_weight[keep])
    abilities = {hits: shares[keep] * CHANCE[hits] / evidence[keep, hits, np.newaxis] for hits in set(HITS.tolist())}
    return Model(weight, abilities, EFFECTIVE if name == "logit-normal" else DRAWS)


def log_score(name, hits=REST_HITS, at_bats=REST):
    """Log probability of each player's rest, added up."""
    chance = stats.binom.pmf(hits, at_bats, P[:, np.newaxis])
    predicted = model(name).mean(chance)
    score = float(np.log(predicted).sum())
    if name != "logit-normal":
        return score
    # A draw moves the sum of the logarithms by the sum of its chances relative to their means.
    return About(score, ERRORS * model(name).sd_of_sum(chance / predicted) / np.sqrt(EFFECTIVE))


def leads(power, hits, at_bats):
    """Lead of the beta-binomial over complete pooling: one by one, and of all the players at once."""
    chance = stats.binom.pmf(hits, at_bats, P[:, np.newaxis])
    single, joint = [], []
    for each in (model("beta-binomial", power), model("complete")):
        given = each.given(chance)
        single.append(np.log(each.weight @ given).sum())
        joint.append(special.logsumexp(np.log(np.maximum(given, 1e-300)).sum(axis=1), b=each.weight))
    return single[0] - single[1], joint[0] - joint[1]


@cache
def outcome_tails(name):
    """Chances of at most each player's outcome, and of at least it; and how far draws may put them off."""
    at_most = stats.binom.cdf(REST_HITS, REST, P[:, np.newaxis])
    exactly = stats.binom.pmf(REST_HITS, REST, P[:, np.newaxis])
    tails = np.hstack([at_most, 1 - at_most + exactly]).reshape(P.size, 2, 18)
    each = model(name)
    mean = np.array([each.mean(tails[:, side]) for side in (0, 1)])
    square = np.array([each.mean(tails[:, side] ** 2) for side in (0, 1)])
    return mean, ERRORS * np.sqrt(np.maximum(square - mean**2, 0) / each.effective)


def in_intervals(name, level):
    """How many outcomes lie in their central intervals; of those at the edge of theirs, draws may leave some out."""
    mean, error = outcome_tails(name)
    above = mean - (1 - level) / 2
    certain, possible = (int((above > shift).all(axis=0).sum()) for shift in (error, -error))
    return About((certain + possible) / 2, (possible - certain) / 2)


def first_is_best(name):
    """Chance that the first player has the highest ability, given the population; spread evenly in a step of the grid.

    Where a population is hardly wider than a step, it is what happens within the step that decides.
    """
    node, weight = np.polynomial.legendre.leggauss(4)
    of = [model(name).abilities[hits] for hits in HITS]
    below = [chance.cumsum(axis=1) - chance for chance in of]
    total = 0
    for place, share in zip((1 + node) / 2, weight / 2, strict=True):
        lower = np.prod([low + place * chance for low, chance in zip(below[1:], of[1:], strict=True)], axis=0)
        total += share * (of[0] * lower).sum(axis=1)
    return total


@cache
def copies(name):
    """Chance of each number of hits in 45 new at bats: by player, population and number."""
    return {hits: np.maximum(abilities @ CHANCE.T, 0) for hits, abilities in model(name).abilities.items()}


def spread_of_copies(name):
    """How often copies spread at least as the data, from Sobol's points: a population, then hits for each player."""
    points = stats.qmc.Sobol(19, rng=np.random.default_rng(19)).random_base2(16)
    at = np.minimum(np.searchsorted(model(name).weight.cumsum(), points[:, 18]), model(name).weight.size - 1)
    drawn = np.zeros((at.size, 18))
    for j, hits in enumerate(HITS):
        below = copies(name)[hits].cumsum(axis=1)
        # All populations' distribution functions in one increasing line
        line = (np.minimum(below[:, :-1], 1) + np.arange(below.shape[0])[:, np.newaxis]).ravel()
        drawn[:, j] = np.searchsorted(line, at + points[:, j]) - 45 * at
    squares = 18 * (drawn**2).sum(axis=1) - drawn.sum(axis=1) ** 2
    chance = float((squares >= 18 * (HITS**2).sum() - HITS.sum() ** 2).mean())
    variance = chance * (1 - chance) * (1 / model(name).effective + 1 / at.size)
    return About(chance, ERRORS * np.sqrt(variance))


def checks_of(name):
    """Chances that copies have at least the data's minimum, maximum, mean and standard deviation."""
    each, of = model(name), [copies(name)[hits] for hits in HITS]
    lowest = np.prod([chance[:, HITS.min() :].sum(axis=1) for chance in of], axis=0)
    highest = 1 - np.prod([chance[:, : HITS.max()].sum(axis=1) for chance in of], axis=0)
    total = np.fft.irfft(np.prod([np.fft.rfft(chance, 1024) for chance in of], axis=0), 1024)
    mean = total[:, HITS.sum() :].sum(axis=1)
    return [each.share(lowest), each.share(highest), each.share(mean), spread_of_copies(name)]


def data():
    leagues = [league for _, league in roster()]
    heading = ["league", "hits in 45", "average", "at bats after", "hits after", "average after"]
    return labelled(heading, leagues, HITS, FIRST, REST, REST_HITS, AFTER)


def on_arcsine_scale():
    return labelled(["X", "theta"], arcsine(FIRST), arcsine(AFTER))


def squared_errors():
    x, theta = arcsine(FIRST), arcsine(AFTER)
    on_averages = [FIRST, james_stein_averages(), 215 / 810]
    on_arcsine = [towards_mean(x, share) for share in (1, james_stein_share(x, 1), 0)]
    left, right = [
        [float(((np.array(values) - truth) ** 2).sum()) for values in predictions]
        for predictions, truth in ((on_arcsine, theta), (on_averages, AFTER))
    ]
    rows = zip(["own", "James-Stein", "grand mean"], left, right, strict=True)
    return [["", "arcsine scale", "averages"], *([*row] for row in rows)]


def shrunken():
    abilities = np.repeat(P[:, np.newaxis], 18, axis=1)
    beta, logit = (model(name).mean(abilities) for name in ("beta-binomial", "logit-normal"))
    sd = np.sqrt(model("logit-normal").mean(abilities**2) - logit**2)
    drawn = [About(value, ERRORS * error) for value, error in zip(logit, sd / np.sqrt(EFFECTIVE), strict=True)]
    heading = ["own average", "James-Stein", "beta-binomial", "logit-normal", "rest"]
    return labelled(heading, FIRST, james_stein_averages(), beta, drawn, AFTER)


def log_scores():
    return [["", *MODELS], ["log score", *(log_score(name) for name in MODELS)]]


def coverage():
    rows = [[label, *(in_intervals(name, level) for name in MODELS)] for label, level in (("50%", 0.5), ("90%", 0.9))]
    return [["", *MODELS], ["of 18 in the interval of", "", "", "", ""], *rows]


def season():
    reaching = stats.binom.sf(-(-4 * REST // 10) - 1, REST, P[:, np.newaxis])
    given = {name: model(name).given(reaching) for name in MODELS}
    questions = {
        "somebody reaches 4 in 10": lambda name: 1 - (1 - given[name]).prod(axis=1),
        "Clemente does": lambda name: given[name][:, 0],
        "Alvis does": lambda name: given[name][:, 17],
        "Clemente is the best": first_is_best,
    }
    rows = [[text, *(model(name).share(chance(name)) for name in MODELS)] for text, chance in questions.items()]
    rows[3][1] = float("nan")  # all are equal
    return [["", *MODELS], *rows]


def predictive_checks():
    columns = [checks_of(name) for name in MODELS]
    rows = [[what, *cells] for what, *cells in zip(["min", "max", "mean", "sd"], *columns, strict=True)]
    return [["", *MODELS], ["P(copy >= data)", "", "", "", ""], *rows]


def both_files():
    versions = {"right": (REST_HITS, REST), "as copied": with_copied_williams()}
    return [
        ["", *MODELS],
        *([text, *(log_score(name, *version) for name in MODELS)] for text, version in versions.items()),
    ]


def both_priors():
    columns = [
        leads(power, *version) for power in (-1.5, -2) for version in ((REST_HITS, REST), with_copied_williams())
    ]
    single, joint = zip(*columns, strict=True)
    headings = [["power of kappa", "-3/2", "-2"], ["file", "right", "copied", "right", "copied"]]
    return [*headings, ["one by one", *single], ["jointly", *joint]]


def above_three_in_ten():
    x = arcsine(FIRST)
    kept = james_stein_share(x, 1)
    counts = [int((10 * HITS > 3 * 45).sum())]
    for share in (kept, kept**0.5):
        tangents = np.tan(np.array(towards_mean(x, share)) / 45**0.5 / 2 + np.pi / 4)  # squared, the odds of a hit
        counts.append(int((10 * tangents**2 > 3 * (1 + tangents**2)).sum()))
    counts.append(int((10 * REST_HITS > 3 * REST).sum()))
    return [["", "own", "James-Stein", "constrained", "rest of the season"], ["averages above three in ten", *counts]]


TABLES = [
    data,
    on_arcsine_scale,
    squared_errors,
    shrunken,
    log_scores,
    coverage,
    season,
    predictive_checks,
    both_files,
    both_priors,
    above_three_in_ten,
]
