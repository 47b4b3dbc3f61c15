"""What the tables of the chapter on asthma in the counties of California show."""

import csv
from functools import cache
from itertools import pairwise

import numpy as np
import references_asthma as asthma
from cells import About, Between
from paths import DATA
from scipy import interpolate, optimize, special, stats

FILE = DATA / "asthma_california.csv"
TOTALS = {"2014_2016": 36, "2017_2019": 66, "2020_2022": 55}  # of the hidden deaths, as the state says
DRAWN = 40_000  # independent draws of the posterior
BELIEVED = 10_000  # draws of the rates, hyperparameters known
MOVED = 2_000  # draws by Gibbs sampling
ERRORS = 4  # standard errors that a simulated number may be off
# The chapter's searches end when the logarithms of shape and mean in their last simplex lie within 1e-4.
SEARCHED = 2e-4


def searched(value):
    return About(value, SEARCHED * abs(value))


@cache
def counties():
    with FILE.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def names():
    return [row["county"] for row in counties()]


def data():
    rows = []
    for period, total in TOTALS.items():
        counts = [row[f"deaths_{period}"] for row in counties()]
        shown = [int(count) for count in counts if count]
        rows.append([f"deaths_{period}", sum(shown), len(counts) - len(shown), total, shown.count(0)])
    return [["", "shown", "counties hidden", "deaths hidden", "counties with zero"], *rows]


def ends_of_the_list():
    """Counties with the same rate are in the order of the file."""
    rows = []
    for row in counties():
        count, years = row["deaths_2017_2019"], 3 * int(row["population_2017"])
        low, high = (1_000_000 * int(count or end) / years for end in (1, 5))
        rows.append([row["county"], int(row["population_2017"]), float(count) if count else "hidden", low, high])
    rows.sort(key=lambda row: -row[3])
    return [["", "people", "count", "least raw rate", "greatest raw rate"], *rows[:6], *rows[-6:]]


def treatments():
    rows = []
    for treatment in ["modelled", "dropped", "zeroed"]:
        shape, mean = asthma.california_best(treatment)
        rows.append([treatment, searched(shape), searched(mean), searched(mean / shape**0.5)])
    return [["", "shape", "mean", "sd of rates"], *rows]


@cache
def limit(treatment):
    """Shape and mean that a treatment tends to: the mean of the reference, and where the score in the shape is zero.

    The score of a negative binomial count in its shape a is the sum of 1 / (a + i) for i below the count, and a part
    that depends on the expected count alone.
    """
    mean = asthma.california_limit(treatment)
    exposure = asthma.california()[0]
    expected = mean * exposure[:, np.newaxis]
    chance, k = asthma.california_pmf(*asthma.california_best()), np.arange(2001)
    hidden = (k >= 1) & (k <= 5)
    kept = chance * ~hidden if treatment == "dropped" else chance
    read = np.where(hidden, 0, k) if treatment == "zeroed" else k

    def score(shape):
        rising = np.concatenate([[0], np.cumsum(1 / (shape + np.arange(2000)))])[read]
        return (kept * (rising - np.log1p(expected / shape) - (read - expected) / (shape + expected))).sum()

    return optimize.brentq(score, 0.5, 50), mean


def limits():
    found = {"truth": asthma.california_best(), "dropped": limit("dropped"), "zeroed": limit("zeroed")}
    return [["", "shape", "mean"], *([name, *map(searched, pair)] for name, pair in found.items())]


def hidden_totals():
    """Deaths and then counties, from the last period to the first."""
    rows = []
    for kind in ("deaths", "counties"):
        for period, total in reversed(TOTALS.items()):
            _, least, greatest = asthma.california(period)
            if kind == "deaths":
                found, (expected, sd) = total, asthma.california_hidden_total(period)
            else:
                found, (expected, sd, _) = (least < greatest).sum(), asthma.california_numbers_hidden(period)
            # What moves the expected number a little moves z by as many sds.
            z = About((found - expected) / sd, SEARCHED * expected / sd)
            rows.append([f"{kind} {period}", float(found), searched(expected), searched(sd), z])
    return [["", "hidden", "expected", "sd", "z"], *rows]


# Full Bayes. The reference has the posterior on a grid of log shape and log mean; here a smooth surface through it.


@cache
def surface():
    """A finer grid of log shape and log mean, and its probabilities."""
    shape, mean, mass = asthma.california_posterior()
    log_shape, log_mean = np.unique(np.log(shape).round(9)), np.unique(np.log(mean).round(9))
    height = np.log(np.maximum(mass, 1e-300)).reshape(log_shape.size, log_mean.size)
    # What lies outside has less than a millionth of the mass.
    fine_shape, fine_mean = np.linspace(0.5, 6.5, 121), np.linspace(1.9, 2.9, 101)
    fine = np.exp(interpolate.RectBivariateSpline(log_shape, log_mean, height)(fine_shape, fine_mean))
    return fine_shape, fine_mean, fine / fine.sum()


@cache
def hyperparameter(name):
    """Mean, sd, their standard errors in independent draws; and a function that gives quantiles and theirs."""
    log_shape, log_mean, mass = surface()
    logs, mass = (log_shape, mass.sum(axis=1)) if name == "shape" else (log_mean, mass.sum(axis=0))
    value = np.exp(logs)
    mean = value @ mass
    sd = np.sqrt((value - mean) ** 2 @ mass)
    fourth = (value - mean) ** 4 @ mass
    density = interpolate.CubicSpline(logs, mass / (logs[1] - logs[0]))
    below = density.antiderivative()

    def quantile(probability):
        at = optimize.brentq(lambda log: below(log) - probability * below(logs[-1]), logs[0], logs[-1])
        return np.exp(at), np.sqrt(probability * (1 - probability) / DRAWN) * np.exp(at) / density(at)

    return mean, sd, sd / np.sqrt(DRAWN), np.sqrt((fourth - sd**4) / DRAWN) / 2 / sd, quantile


def drawn(value, error):
    return About(float(value), ERRORS * float(error))


def full_bayes():
    rows = []
    for name in ["mean", "shape"]:
        mean, sd, error, error_of_sd, quantile = hyperparameter(name)
        ends = [drawn(*quantile(probability)) for probability in (0.025, 0.975)]
        rows.append([name, drawn(mean, error), drawn(sd, error_of_sd), *ends])
    return [["", "mean", "sd", "eti95_lb", "eti95_ub"], *rows]


def slice_moves(density):
    """Chances of moving from each place (a row) to each by a slice, for a density of one peak on a grid.

    The level is uniform below the density here, and the new place uniform where the density is above the level: the
    smaller of two densities bounds the levels that lead from one place to the other.
    """
    order = np.sort(density)
    wide = density.size - np.arange(density.size)  # places whose density is above a level just below each
    led = np.cumsum(np.diff(order, prepend=0) / wide)  # integral of one over the width, up to each level
    return np.interp(np.minimum.outer(density, density), order, led) / density[:, np.newaxis]


@cache
def sweeps():
    """How a function of shape and mean is expected to be after one sweep: the shape moves, and then the mean."""
    _, _, mass = surface()
    shape_moves = np.array([slice_moves(column) for column in mass.T])
    mean_moves = np.array([slice_moves(row) for row in mass])
    return lambda values: np.einsum("mst,tm->sm", shape_moves, np.einsum("smn,sn->sm", mean_moves, values))


@cache
def draws_a_draw_costs(name):
    """Integrated autocorrelation time of a hyperparameter in slice sampling, with no simulation."""
    log_shape, log_mean, mass = surface()
    start = np.exp(log_shape)[:, np.newaxis] if name == "shape" else np.exp(log_mean)
    start = np.broadcast_to(start, mass.shape)
    start = start - (mass * start).sum()
    covariances, now = [], start
    for _ in range(15):
        covariances.append((mass * start * now).sum())
        now = sweeps()(now)
    return 2 * sum(covariances) / covariances[0] - 1


def error_of_error(times, size):
    """Relative error of an estimated standard error.

    It is half as uncertain as the time, of which the relative error, with 10 lags in its sum, is
    sqrt(2 (2 * 10 + 1) / draws) (Sokal 1997).
    """
    return np.hypot(np.sqrt(42 / size) / 2, 1 / np.sqrt(2 * size)) * (1 if times > 1.001 else 1.5)


def other_route():
    """Independent draws, and those of a sampler: what they are worth is known without a simulation."""
    names = ["mean", "sd", "ess_bulk", "ess_tail", "r_hat", "mcse_mean", "mcse_sd"]
    rows = {name: [name] for name in names}
    for size, independent in ((DRAWN, True), (MOVED, False)):
        for name in ("mean", "shape"):
            mean, sd, error, error_of_sd, _ = hyperparameter(name)
            time = 1.0 if independent else draws_a_draw_costs(name)
            scale = np.sqrt(time * DRAWN / size)
            rows["mean"].append(drawn(mean, error * scale))
            rows["sd"].append(drawn(sd, error_of_sd * scale))
            worth = size / time
            rows["ess_bulk"].append(Between(0.7 * worth, 1.3 * worth))  # of ranks, which move a little otherwise
            rows["ess_tail"].append(Between(0.4 * worth, 1.3 * worth))
            rows["r_hat"].append(Between(0.999, 1.01))
            off = 4 * (error_of_error(time, size) + error_of_sd / sd * scale)
            rows["mcse_mean"].append(About(error * scale, off * error * scale))
            rows["mcse_sd"].append(Between(error_of_sd * scale / 2, error_of_sd * scale * 2))
    heads = [f"{name}, {how}" for how in ("quadrature", "Gibbs") for name in ("mean", "shape")]
    return [["", *heads], *rows.values()]


@cache
def conditional_means():
    """Mean of each county's rate, given shape and mean, at each point of the posterior's grid."""
    shape, mean, mass = asthma.california_posterior()
    exposure, least, greatest = asthma.california()
    rows = []
    for years, low, high in zip(exposure, least, greatest, strict=True):
        counts = np.arange(low, high + 1)[:, np.newaxis]
        # Negative binomial, as a mixture of Poisson counts; what all the counts have in common cancels.
        log_chance = special.gammaln(shape + counts) - special.gammaln(counts + 1) + counts * np.log(years)
        log_chance -= counts * np.log(shape / mean + years)
        chance = special.softmax(log_chance, axis=0)
        rows.append((chance * (shape + counts)).sum(axis=0) / (shape / mean + years))
    return np.array(rows), mass


def average(values):
    """Average of values at the grid's points, and its standard error in independent draws."""
    _, mass = conditional_means()
    mean = values @ mass
    return mean, np.sqrt((values - mean) ** 2 @ mass / DRAWN)


def rate(county):
    """Mean of a county's rate, and the standard error of an average of conditional means."""
    return average(conditional_means()[0][names().index(county)])


def ahead(first, second):
    """Whether the simulated mean of one county is sure to be above that of another."""
    place = names().index
    apart, error = average(conditional_means()[0][place(first)] - conditional_means()[0][place(second)])
    return apart > 3 * error  # the nearest two are Merced and Madera


def rate_quantile(county, probability):
    """Quantile of a county's rate, and its standard error in independent draws."""
    mass, step = asthma.california_rates()[asthma.california_place(county)], asthma.LOG_RATES[1] - asthma.LOG_RATES[0]
    density = interpolate.CubicSpline(asthma.LOG_RATES, mass / step)
    below = density.antiderivative()
    at = optimize.brentq(lambda log: below(log) - probability, *asthma.LOG_RATES[[0, -1]])
    return np.exp(at), np.sqrt(probability * (1 - probability) / DRAWN) * np.exp(at) / density(at)


def every_county():
    ordered = sorted(names(), key=lambda county: -rate(county)[0])
    for pair in pairwise([*ordered[:6], *ordered[-6:]]):
        assert ahead(*pair), pair
    chosen = ordered[:5] + ordered[-5:]
    rows = []
    for county in chosen:
        row = counties()[names().index(county)]
        people = int(row["population_2017"])
        raw = int(row["deaths_2017_2019"]) / (3e-6 * people)
        ends = [drawn(*rate_quantile(county, probability)) for probability in (0.025, 0.975)]
        rows.append([county, people, raw, drawn(*rate(county)), *ends])
    return [["", "people", "raw rate", "mean", "2.5%", "97.5%"], *rows]


# The ends of the list of rates. Spreads, ranks and ends are those of sets drawn from the grid, exceedances its sums.


def spreads():
    """Variance of the means, what it leaves out, and that of the rates, each to four standard errors."""
    means = np.array([rate(name)[0] for name in names()])
    sets = asthma.california_sets()
    rates = sets.var(axis=1, ddof=1)
    error = 4 * rates.std() * np.sqrt(1 / DRAWN + 1 / len(sets))
    left_out = (sets - sets.mean(axis=1, keepdims=True)).var(axis=0).sum() / (len(means) - 1)
    first = About(means.var(ddof=1), 0.05)
    return [
        ["", "posterior means", "left out", "rates"],
        ["variance", first, About(left_out, error), About(rates.mean(), error)],
    ]


def share_of_draws(share):
    return About(share, 4 * np.sqrt(max(share * (1 - share), 3 / DRAWN) * (1 / DRAWN + 1 / 40_000)))


@cache
def ranks():
    """Rank of each county in each set, 1 the highest."""
    return (-asthma.california_sets()).argsort(axis=1).argsort(axis=1) + 1


def rank_at(place, probability):
    """A rank, and the ranks that four standard errors of a share of the page's draws, and of the sets, allow."""
    near = [np.quantile(ranks()[:, place], probability + side * 0.0044) for side in (-1, 1)]
    return Between(np.floor(near[0]), np.ceil(near[1]))


@cache
def errors_above(edge):
    """Standard error of an average, over the page's draws, of each county's chance of a rate above this one."""
    shape, mean, mass = asthma.california_posterior()
    prior, likely = asthma.gamma_masses(shape, mean).T, asthma.california_chances()
    high = np.exp(asthma.LOG_RATES) > edge
    given = (likely[:, high] @ prior[high]) / (likely @ prior)
    return np.sqrt((given - (given @ mass)[:, np.newaxis]) ** 2 @ mass / DRAWN)


def verdicts():
    exposure, least, greatest = asthma.california()
    edge = (least[least == greatest].sum() + 66) / exposure.sum()
    above, errors = asthma.california_above(edge), errors_above(edge)
    ordered = sorted(names(), key=lambda county: -above[names().index(county)])
    first, last = asthma.california_ends()
    rows = []
    for county in [*ordered[:5], "Humboldt", "Modoc", "Alpine", *ordered[-5:]]:
        j = names().index(county)
        people = int(counties()[j]["population_2017"])
        ends = [rank_at(j, probability) for probability in (0.025, 0.975)]
        chances = [share_of_draws(first[j]), share_of_draws(last[j])]
        rows.append([county, people, drawn(*rate(county)), *chances, *ends, drawn(above[j], errors[j])])
    return [["", "people", "mean", "highest", "lowest", "rank from", "to", "above state"], *rows]


# The next period. A simulated score of a county is the logarithm of a mean over draws of the rate; its error is that of
# the mean, relative to the mean.


@cache
def relative_moments(method):
    """First and second moment of a county's chance over its mean: rows for hyperparameters, columns for counties."""
    _, least, greatest = asthma.california()
    exposure, hidden = asthma.california()[0], (least < greatest)[:, np.newaxis]
    likely, later = asthma.california_chances(), asthma.california_chances("2020_2022")
    if method == "full":
        shape, mean, mass = asthma.california_posterior()
    else:
        shape, mean = asthma.california_best(method)
        mass = np.ones(1)
    if method == "dropped":
        likely = np.where(hidden, 1, likely)
    if method == "zeroed":
        likely = np.where(hidden, np.exp(-np.outer(exposure, np.exp(asthma.LOG_RATES))), likely)
    prior = asthma.gamma_masses(shape, mean).T
    later = later / np.exp(asthma.california_scores(method))[:, np.newaxis]
    first, second = ((likely * later**power) @ prior / (likely @ prior) for power in (1, 2))
    return first.T, second.T, mass


def score_variance(method, weights):
    """Variance of a weighted sum of the counties' simulated scores; counties are independent given hyperparameters."""
    if method in ("half", "common"):
        return 0.0
    first, second, mass = relative_moments(method)
    given = (first @ weights) ** 2 + (second - first**2) @ weights**2
    return float(mass @ given - weights.sum() ** 2) / (DRAWN if method == "full" else BELIEVED)


def raw_score():
    """Log score of the raw rates, a hidden count taken for three."""
    exposure, least, greatest = asthma.california()
    _, low, high = asthma.california("2020_2022")
    expected = (least + greatest) / 2
    chance = stats.poisson.cdf(high, expected) - stats.poisson.cdf(low - 1, expected)
    with np.errstate(divide="ignore"):
        return float(np.log(chance).sum())


METHODS = {
    "raw rate, half a death added": "half",
    "one rate for the state": "common",
    "partial pooling, zeroed": "zeroed",
    "partial pooling, dropped": "dropped",
    "partial pooling, modelled": "modelled",
}


def behind(method):
    """Two cells: how far a method is behind full Bayes, and the standard error of that from the counties."""
    lead = asthma.california_scores(method) - asthma.california_scores("full")
    size, every = lead.size, np.ones(lead.size)
    error = np.sqrt(size) * lead.std(ddof=1)
    slope = size * (lead - lead.mean()) / (size - 1) / error
    total, slopes = (sum(score_variance(m, w) for m in (method, "full")) for w in (every, slope))
    # The noise of the single scores adds its variance to that of the counties.
    noise = sum(score_variance(m, np.eye(size)[j]) for m in (method, "full") for j in range(size))
    return [drawn(lead.sum(), np.sqrt(total)), drawn(np.hypot(error, np.sqrt(noise)), np.sqrt(slopes))]


def scores():
    every = np.ones(len(counties()))

    def score(method):
        return drawn(asthma.california_scores(method).sum(), np.sqrt(score_variance(method, every)))

    rows = [[name, score(method), *behind(method)] for name, method in METHODS.items()]
    first = ["raw rate", raw_score(), float("nan"), float("nan")]
    return [
        ["", "log score", "behind full Bayes", "its standard error"],
        first,
        *rows,
        ["full Bayes", score("full"), 0.0, 0.0],
    ]


TABLES = [
    data,
    ends_of_the_list,
    treatments,
    limits,
    hidden_totals,
    full_bayes,
    other_route,
    every_county,
    scores,
    spreads,
    verdicts,
]
