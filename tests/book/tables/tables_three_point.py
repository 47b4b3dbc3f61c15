"""What the tables of the chapter on three-point shooting show."""

from fractions import Fraction
from functools import cache
from math import comb, log, sqrt

import numpy as np
from cells import About
from references_three_point import (
    COVINGTON,
    REGULARS,
    SHOTS,
    best_beta_binomial,
    counts,
    kappa_quantile,
    predictions,
    root_error,
    spread_grid,
    spread_quantile,
    squared_errors,
    ten,
)
from scipy import integrate, interpolate, stats

LEVELS = [0.05, 0.5, 0.95]
FIRST_DRAWS, SEASON_DRAWS, REGULARS_DRAWS, LEAGUES = 4 * 8000, 4 * 3000, 4 * 2500, 10_000
SEASONS = {"2014-15": (167, 446), "2015-16": (170, 482), "2016-17": (137, 412)}


def simulated(value, deviation, draws):
    """The mean of independent draws whose standard deviation is known."""
    return About(float(value), 5 * float(deviation) / sqrt(draws))


def sample_quantiles(quantile, draws):
    """Quantiles of independent draws: the share of draws below one strays by its binomial standard error."""
    cells = []
    for level in LEVELS:
        stray = 5 * sqrt(level * (1 - level) / draws)
        cells.append(About(quantile(level), (quantile(level + stray) - quantile(level - stray)) / 2))
    return cells


def hot_starts():
    parts = zip(SHOTS, *(x.tolist() for part in ("first", "rest") for x in counts(part)), strict=True)
    best = sorted(parts, key=lambda player: Fraction(player[1], player[2]), reverse=True)[:6]  # equals stay in order
    rows = [[row["player"], y, n, y / n, later, of, later / of] for row, y, n, later, of in best]
    return [["", "made", "of", "share", "later made", "of", "share"], ["player", *[""] * 6], *rows]


def history():
    return [["", "made", "attempts", "percentage"], *([name, y, n, y / n] for name, (y, n) in SEASONS.items())]


def worths():
    """Weighted means of his own percentage and that of his history."""
    all_made, worth = (sum(column) for column in zip(*SEASONS.values(), strict=True))
    y, n = COVINGTON
    kept = [(other, n / (n + other)) for other in (0, 50, 100, 400, worth)]
    means = [w * y / n + (1 - w) * all_made / worth for _, w in kept]
    return [["prior worth", *(other for other, _ in kept)], ["posterior mean", *means]]


@cache
def mean_of_league():
    """Fine grid of the league's mean, and the posterior chance to be below each, by a spline of the log density."""
    mean, _, weight = spread_grid("first")
    fine = np.linspace(mean[0, 0], mean[-1, 0], 20_001)
    density = np.exp(interpolate.CubicSpline(mean[:, 0], np.log(weight.sum(axis=1)))(fine))
    below = integrate.cumulative_trapezoid(density, fine, initial=0)
    return fine, below / below[-1]


@cache
def rate_of_covington():
    """Grid of his rate, and the posterior chance to be below each: a mixture of Beta distributions."""
    mean, kappa, weight = (np.ravel(x) for x in np.broadcast_arrays(*spread_grid("first")))
    likely = weight > 1e-7 * weight.max()
    mean, kappa, weight = mean[likely], kappa[likely], weight[likely]
    y, n = COVINGTON
    beta = stats.beta(mean * kappa + y, (1 - mean) * kappa + n - y)
    rates = np.linspace(0.33, 0.50, 35)
    return rates, np.array([weight @ beta.cdf(rate) for rate in rates]) / weight.sum()


def league():
    columns = [
        sample_quantiles(lambda level: float(np.interp(level, *mean_of_league()[::-1])), FIRST_DRAWS),
        sample_quantiles(lambda level: kappa_quantile(level, "first"), FIRST_DRAWS),
        sample_quantiles(lambda level: spread_quantile(level, "first") / 100, FIRST_DRAWS),
        sample_quantiles(
            lambda level: float(interpolate.PchipInterpolator(*rate_of_covington()[::-1])(level)), FIRST_DRAWS
        ),
    ]
    rows = zip(["5%", "median", "95%"], *columns, strict=True)
    return [["", "m", "kappa", "s", "Covington"], *rows]


def leaders():
    """Who has the largest posterior means from all shots; a rank is one more than the number of higher percentages."""
    mean, kappa, weight = spread_grid("season")
    shots = list(zip(SHOTS, *(x.tolist() for x in counts("season")), strict=True))
    rows = []
    for row, y, n in shots:
        rate = (mean * kappa + y) / (kappa + n)
        average = (weight * rate).sum()
        spread = sqrt((weight * (rate - average) ** 2).sum())
        rank = 1 + sum(other_y * n > y * other_n for _, other_y, other_n in shots)
        rows.append([row["player"], n, y / n, rank, simulated(average, spread, SEASON_DRAWS)])
    rows.sort(key=lambda cells: -cells[-1].value)
    return [["", "attempts", "own", "rank by own", "posterior mean"], ["player", *[""] * 4], *rows[:6]]


def full_bayes_deviation():
    """Standard deviation over draws of what the rates of the 77 add to the root mean squared error, linearised."""
    mean, kappa, weight = spread_grid("first")
    made, attempts = counts("first", REGULARS)
    later = np.divide(*counts("rest", REGULARS))
    slopes = (predictions("bayes") - later) / (later.size * root_error("bayes"))
    centre = noise = 0.0
    for slope, y, n in zip(slopes, made, attempts, strict=True):
        rate = (mean * kappa + y) / (kappa + n)
        centre = centre + slope * rate
        noise = noise + slope**2 * rate * (1 - rate) / (kappa + n + 1)
    return sqrt((weight * (noise + centre**2)).sum() - (weight * centre).sum() ** 2)


def root_mean_squared_errors():
    return [
        ["", "root mean squared error"],
        ["own", root_error("own")],
        ["partial pooling, fitted to 176", root_error("partial")],
        ["full Bayes, 176", simulated(root_error("bayes"), full_bayes_deviation(), FIRST_DRAWS)],
        ["complete pooling, 176", root_error("pooled")],
        ["partial pooling, fitted to 77", root_error("partial", True)],
        ["complete pooling, 77", sqrt(squared_errors("pooled", True).mean())],
    ]


def spreads():
    kinds = {
        "first shots, all 176": ("first", False, FIRST_DRAWS),
        "first shots, the 77": ("first", True, REGULARS_DRAWS),
        "later shots, the 77": ("rest", True, REGULARS_DRAWS),
    }
    rows = [
        [name, *sample_quantiles(lambda level, part=part, few=few: spread_quantile(level, part, few), draws)]
        for name, (part, few, draws) in kinds.items()
    ]
    return [["", "5%", "median", "95%"], *rows]


def own_pmf(later, y, n):
    """Chances of 0 to `later` makes after y of n and a flat prior: ways to place the new shots among the old."""
    return [
        Fraction(comb(y + k, k) * comb(n - y + later - k, later - k), comb(n + 1 + later, later))
        for k in range(later + 1)
    ]


def partial_pmf(later, y, n):
    """The same after the best-fitting Beta prior, each from the one before."""
    mean, kappa = best_beta_binomial()
    a, b = mean * kappa + y, (1 - mean) * kappa + n - y
    chances = [1.0]
    for k in range(later):
        chances.append(chances[-1] * (later - k) * (a + k) / ((k + 1) * (b + later - k - 1)))
    return np.array(chances) / sum(chances)


def pooled_pmf(later, y, n):
    """The same if all shoot like the league, as an exact fraction."""
    made, attempts = (int(x.sum()) for x in counts("first"))
    ways = [comb(later, k) * made**k * (attempts - made) ** (later - k) for k in range(later + 1)]
    return [Fraction(way, attempts**later) for way in ways]


def held(pmf):
    """Shares of the 77 inside their central intervals, by both tails and not by quantiles, and the log score."""
    columns = (x.tolist() for part in ("first", "rest") for x in counts(part, REGULARS))
    inside, score = np.zeros(3), 0.0
    for y, n, k, later in zip(*columns, strict=True):
        chances = pmf(later, y, n)
        up_to, from_on = sum(chances[: k + 1]), sum(chances[k:])
        inside += [up_to >= tail and from_on > tail for tail in (Fraction(1, 4), Fraction(1, 10), Fraction(1, 40))]
        score += log(chances[k])
    return [*inside / len(REGULARS), score]


def intervals():
    return [
        ["", "50%", "80%", "95%", "log score"],
        ["own", *held(own_pmf)],
        ["partial pooling", *held(partial_pmf)],
        ["complete pooling", *held(pooled_pmf)],
    ]


def winners():
    """Means over leagues, by enumeration of who wins, the first of equals, and with which share."""
    mean, kappa = best_beta_binomial()
    attempts = counts("first")[1]
    sizes, kind = np.unique(attempts, return_inverse=True)
    shares = sorted({Fraction(y, int(n)) for n in sizes for y in range(n + 1)})
    made = np.array([[share.numerator * int(n) // share.denominator for share in shares] for n in sizes])
    hit = np.array([[int(n) % share.denominator == 0 for share in shares] for n in sizes])
    a, b, n = mean * kappa, (1 - mean) * kappa, sizes[:, np.newaxis]
    pmf = np.where(hit, stats.betabinom.pmf(made, n, a, b), 0)
    most = stats.betabinom.cdf(made, n, a, b)
    least = np.maximum(most - pmf, 0)  # those before the winner must have less, those after him no more
    before = np.cumprod(np.vstack([np.ones(len(shares)), least[kind][:-1]]), axis=0)
    after = np.cumprod(np.vstack([np.ones(len(shares)), most[kind][:0:-1]]), axis=0)[::-1]
    chance = pmf[kind] * before * after
    share = np.array(shares, dtype=float)
    expected = ((a + made) / (kappa + n))[kind]
    spread = expected * (1 - expected) / (kappa + n[kind] + 1)

    def moments(values, variance=0.0):
        average = (chance * values).sum()
        return average, sqrt((chance * (variance + (values - average) ** 2)).sum())

    def above(x):
        """Chance that the best of 176 has an ability above x."""
        return 1 - stats.beta.cdf(x, a, b) ** attempts.size

    best = integrate.quad(above, 0, 1, points=[0.35, 0.55])[0]
    square = integrate.quad(lambda x: 2 * x * above(x), 0, 1, points=[0.35, 0.55])[0]
    rows = {
        "first percentage": moments(share),
        "true ability": moments(expected, spread),
        "shrunken estimate": moments(expected),
        "best ability in the league": (best, sqrt(square - best**2)),
    }
    return [["", "mean over leagues"], *([name, simulated(*both, LEAGUES)] for name, both in rows.items())]


def tens():
    rows = [
        [name, *(ten(best, what) for what in ("first", "expected", "rest"))]
        for name, best in [("ten best", True), ("ten worst", False)]
    ]
    return [["", "first shots", "expected later", "later"], *rows]


def stabilisation():
    rows = [
        [name, *sample_quantiles(lambda level, part=part: kappa_quantile(level, part), draws)]
        for name, part, draws in [("first shots", "first", FIRST_DRAWS), ("all shots", "season", SEASON_DRAWS)]
    ]
    return [["", "5%", "median", "95%"], *rows]


TABLES = [
    hot_starts,
    history,
    worths,
    league,
    leaders,
    root_mean_squared_errors,
    spreads,
    intervals,
    winners,
    tens,
    stabilisation,
]
