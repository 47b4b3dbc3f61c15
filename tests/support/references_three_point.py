"""Values of the numbers in the chapter on three-point shooting, each found without `lib` and by another method.

The chapter uses the library's model and its draws; here it is log gammas, a grid on which the prior is flat,
enumeration, and the delta method.
"""

import csv
from functools import cache
from math import comb, exp, sqrt

import numpy as np
from paths import DATA
from scipy import optimize, stats
from scipy.special import gammaln

SHOTS = list(csv.DictReader((DATA / "three_point_2018.csv").open(encoding="utf-8")))
REGULARS = [row for row in SHOTS if int(row["rest_attempts"]) >= 100]
COVINGTON = (50, 101)
PLACE = [row["player"] for row in REGULARS].index("Robert Covington")


def counts(part, rows=SHOTS):
    """Makes and attempts of a part ("first", "rest" or "season"), as lists of integers."""
    parts = ["first", "rest"] if part == "season" else [part]
    return tuple(
        np.array([sum(int(row[f"{name}_{what}"]) for name in parts) for row in rows]) for what in ("made", "attempts")
    )


def log_beta_binomial(made, attempts, mean, kappa):
    """Log likelihood up to a constant, by log gammas; mean and kappa broadcast against each other."""
    a, b = mean * kappa, (1 - mean) * kappa
    total = 0.0
    for y, n in zip(made, attempts, strict=True):
        total = total + gammaln(a + y) + gammaln(b + n - y) - gammaln(kappa + n)
    return total + len(made) * (gammaln(kappa) - gammaln(a) - gammaln(b))


@cache
def best_beta_binomial(regulars=False):
    """Most likely mean and concentration from the first shots, one search inside another."""
    made, attempts = counts("first", REGULARS if regulars else SHOTS)

    def best_mean(kappa):
        return optimize.minimize_scalar(
            lambda mean: -log_beta_binomial(made, attempts, mean, kappa), bounds=(0.2, 0.6), options={"xatol": 1e-9}
        )

    found = optimize.minimize_scalar(lambda x: best_mean(exp(x)).fun, bounds=(4, 8), options={"xatol": 1e-9})
    return float(best_mean(exp(found.x)).x), exp(found.x)


@cache
def spread_grid(part, regulars=False):
    """Grid of (mean, t) and its posterior weights, t = (kappa + 1)^(-1/2), in which the chapter's prior is flat."""
    made, attempts = counts(part, REGULARS if regulars else SHOTS)
    pooled = made.sum() / attempts.sum()
    width = 7 * sqrt(pooled * (1 - pooled) / attempts.sum())
    mean = pooled + width * (np.arange(40) + 0.5 - 20)[:, np.newaxis] / 20
    t = 0.18 * (np.arange(450) + 0.5)[np.newaxis, :] / 450
    kappa = 1 / t**2 - 1
    log_weight = log_beta_binomial(made, attempts, mean, kappa)
    weight = np.exp(log_weight - log_weight.max())
    return mean, kappa, weight / weight.sum()


def grid_quantile(values, weight, share):
    """Quantile of weighted values, each weight spread about its value."""
    values, weight = (np.ravel(x) for x in np.broadcast_arrays(values, weight))
    order = np.argsort(values)
    below = weight[order].cumsum() - weight[order] / 2
    return float(np.interp(share, below, values[order]))


def kappa_quantile(share, part):
    """Posterior quantile of the concentration."""
    _, kappa, weight = spread_grid(part)
    return 1 / grid_quantile(-np.sqrt(1 / (kappa[0] + 1)), weight.sum(axis=0), share) ** 2 - 1


@cache
def spread_between(part, regulars=False):
    """Grid of the standard deviation between players, and the posterior chance to be below each, mean by mean."""
    mean, kappa, weight = spread_grid(part, regulars)
    step = 2 / sqrt(kappa[0, 0] + 1)  # the grid has the middles of equal cells of (kappa + 1)^(-1/2), from zero on
    edges = step * np.arange(weight.shape[1] + 1)
    spreads = np.linspace(0, 0.08, 2001)
    below = 0.0
    for m, row in zip(mean[:, 0], weight, strict=True):
        below = below + np.interp(spreads / sqrt(m * (1 - m)), edges, np.append(0, row.cumsum()))
    return spreads, below


def spread_quantile(share, part, regulars=False):
    """Posterior quantile of the standard deviation between players, in percentage points."""
    spreads, below = spread_between(part, regulars)
    return 100 * float(np.interp(share, below, spreads))


def two_digits(value):
    """A positive number, rounded to its first two digits."""
    place = 10 ** (int(np.log10(value)) - 1)
    return place * round(value / place)


def covington_posterior():
    """Mean and standard deviation of his rate, from the first shots of all."""
    mean, kappa, weight = spread_grid("first")
    y, n = COVINGTON
    rate = (mean * kappa + y) / (kappa + n)
    average = (weight * rate).sum()
    variance = (weight * (rate * (1 - rate) / (kappa + n + 1) + (rate - average) ** 2)).sum()
    return float(average), float(variance**0.5)


def predictions(kind, regulars=False):
    """Predicted share of the later shots of the 77, by kind."""
    made, attempts = counts("first", REGULARS)
    if kind == "own":
        return made / attempts
    if kind == "pooled":
        y, n = counts("first", REGULARS if regulars else SHOTS)
        return np.full(made.size, y.sum() / n.sum())
    if kind == "bayes":
        mean, kappa, weight = spread_grid("first")
        return np.array(
            [(weight * (mean * kappa + y) / (kappa + n)).sum() for y, n in zip(made, attempts, strict=True)]
        )
    mean, kappa = best_beta_binomial(regulars)
    return (mean * kappa + made) / (kappa + attempts)


def squared_errors(kind, regulars=False):
    made, attempts = counts("rest", REGULARS)
    return (predictions(kind, regulars) - made / attempts) ** 2


def root_error(kind, regulars=False):
    return float(squared_errors(kind, regulars).mean() ** 0.5)


def difference_of_roots(one, other, regulars=False):
    """Difference of two root mean squared errors in thousandths, and its standard error by the delta method.

    The first is fitted to the 77 alone if `regulars`.
    """
    a, b = squared_errors(one, regulars), squared_errors(other)
    slope = a / (2 * a.mean() ** 0.5) - b / (2 * b.mean() ** 0.5)
    return 1000 * (a.mean() ** 0.5 - b.mean() ** 0.5), 1000 * slope.std() / slope.size**0.5


def noise_floor():
    rate, (_, attempts) = predictions("partial"), counts("rest", REGULARS)
    return float((rate * (1 - rate) / attempts).mean() ** 0.5)


@cache
def pooling_ahead(least):
    """Posterior chance that complete pooling's mean squared error is smaller by `least` or more.

    The difference is linear in the later makes: given the hyperparameters these are independent beta-binomials, and 77
    of them make a normal distribution.
    """
    made, attempts = counts("first", REGULARS)
    _, later = counts("rest", REGULARS)
    p, c = predictions("partial"), predictions("pooled")
    mean, kappa, weight = (np.broadcast_to(x, (40, 450)).ravel() for x in spread_grid("first"))
    centre = variance = 0.0
    for j in range(made.size):
        rate, worth = (mean * kappa + made[j]) / (kappa + attempts[j]), kappa + attempts[j]
        centre = centre + (p[j] ** 2 - c[j] ** 2) - 2 * (p[j] - c[j]) * rate
        noise = rate * (1 - rate) / later[j] * (worth + later[j]) / (worth + 1)
        variance = variance + 4 * (p[j] - c[j]) ** 2 * noise
    z = (least * made.size - centre) / np.sqrt(variance)
    return float((weight * stats.norm.sf(z)).sum())


def predictive_pmf(n, a, b):
    """Beta-binomial probabilities of 0 to n, by log gammas."""
    k = np.arange(n + 1)
    log = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) + gammaln(a + k) + gammaln(b + n - k)
    return np.exp(log - gammaln(a + b + n) + gammaln(a + b) - gammaln(a) - gammaln(b))


def predictive(kind):
    """For each of the 77: the probabilities of all numbers of later makes, and the number that happened."""
    made, attempts = counts("first", REGULARS)
    mean, kappa = best_beta_binomial()
    pooled = predictions("pooled")[0]
    for y, n, k, later in zip(made, attempts, *counts("rest", REGULARS), strict=True):
        if kind == "pooled":
            pmf = np.array([comb(later, i) * pooled**i * (1 - pooled) ** (later - i) for i in range(later + 1)])
        else:
            pmf = predictive_pmf(later, mean * kappa + y, (1 - mean) * kappa + n - y)
        yield pmf, k


def coverage(kind, level):
    """Share of the 77 inside the central interval, whose ends are the first numbers to reach the tails."""
    inside = 0
    for pmf, k in predictive(kind):
        cdf = pmf.cumsum()
        inside += np.argmax(cdf >= (1 - level) / 2) <= k <= np.argmax(cdf >= (1 + level) / 2)
    return inside / len(REGULARS)


def log_score_gain():
    """By how much complete pooling's log score is larger, and its standard error."""
    pairs = zip(predictive("pooled"), predictive("partial"), strict=True)
    gain = np.array([np.log(one[k]) - np.log(other[k]) for (one, k), (other, _) in pairs])
    return gain.sum(), gain.std() * gain.size**0.5


def history_steady():
    """Chi-squared p-value for one rate in his three earlier seasons: with two degrees of freedom it is exp(-x / 2)."""
    seasons = [(167, 446), (170, 482), (137, 412)]
    p = sum(y for y, _ in seasons) / sum(n for _, n in seasons)
    return exp(-sum((y - n * p) ** 2 / (n * p * (1 - p)) for y, n in seasons) / 2)


def heterogeneity(part):
    """Chi-squared p-value for one rate for all players."""
    made, attempts = counts(part)
    table = np.array([made, attempts - made])
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    return float(stats.chi2.sf(((table - expected) ** 2 / expected).sum(), made.size - 1))


def start_as_good(everybody):
    """Chance that Covington by name, or somebody, makes at least his share if all are equally good."""
    made, attempts = counts("first")
    p = made.sum() / attempts.sum()

    def reaches(n):
        least = -(-COVINGTON[0] * int(n) // COVINGTON[1])
        return sum(comb(int(n), k) * p**k * (1 - p) ** (int(n) - k) for k in range(least, int(n) + 1))

    if not everybody:
        return reaches(COVINGTON[1])
    nobody = 1.0
    for n in attempts:
        nobody *= 1 - reaches(n)
    return 1 - nobody


@cache
def winners():
    """Percentages of the player with the best start, with their chances and his expected ability, by enumeration."""
    mean, kappa = best_beta_binomial()
    kinds = [(int(n), int(times)) for n, times in zip(*np.unique(counts("first")[1], return_counts=True), strict=True)]
    shares = np.unique(np.concatenate([np.arange(n + 1) / n for n, _ in kinds]))
    below = np.ones(shares.size)
    at = []
    for n, times in kinds:
        pmf = predictive_pmf(n, mean * kappa, (1 - mean) * kappa)
        makes = np.floor(shares * n + 1e-9).astype(int)
        cdf = pmf.cumsum()[makes]
        below *= cdf**times
        hit = np.isclose(makes / n, shares)
        at.append((times * np.where(hit, pmf[makes], 0) / cdf, (mean * kappa + makes) / (kappa + n)))
    chance = np.diff(below, prepend=0.0)
    weights, abilities = np.array([w for w, _ in at]), np.array([a for _, a in at])
    ability = (weights * abilities).sum(axis=0) / np.maximum(weights.sum(axis=0), 1e-300)
    return shares, chance, ability


def winner():
    """Expected first percentage and expected ability of the player with the best start."""
    shares, chance, ability = winners()
    return float((chance * shares).sum()), float((chance * ability).sum())


def ten(best, what):
    """Share made by the ten best or worst starters: first, later, expected later; or how far that strays."""
    ranked = sorted(SHOTS, key=lambda row: -int(row["first_made"]) / int(row["first_attempts"]))
    rows = ranked[:10] if best else ranked[-10:]
    if what in ("first", "rest"):
        made, attempts = counts(what, rows)
        return made.sum() / attempts.sum()
    expected, stray = expected_later(rows)
    return stray if what == "stray" else expected


def noise_of_a_fall():
    """Standard error of the difference of the first and the later percentage of the 77, all their shots alike."""
    parts = [counts(part, REGULARS) for part in ("first", "rest")]
    return sqrt(sum(made.sum() * (of.sum() - made.sum()) / int(of.sum()) ** 3 for made, of in parts))


def expected_later(rows):
    """Share of their later shots that the best fit expects of some players together, and how far it strays."""
    (made, attempts), (_, later) = counts("first", rows), counts("rest", rows)
    mean, kappa = best_beta_binomial()
    variances = [variance_of_makes(y, n, of) for y, n, of in zip(made, attempts, later, strict=True)]
    expected = ((mean * kappa + made) / (kappa + attempts) * later).sum() / later.sum()
    return float(expected), sqrt(sum(variances)) / later.sum()


def variance_of_makes(y, n, later):
    """Variance of the number of later makes after y of n, by the best fit, all numbers added up."""
    mean, kappa = best_beta_binomial()
    chance, k = predictive_pmf(later, mean * kappa + y, (1 - mean) * kappa + n - y), np.arange(later + 1)
    return float(chance @ k**2 - (chance @ k) ** 2)


def stray_of_twins():
    """Standard deviation of the difference of two later percentages after 50 of 101: of 200 shots and of 231."""
    return sqrt(sum(variance_of_makes(50, 101, later) / later**2 for later in (200, 231)))


def content(kind, level):
    """Chance of the central intervals on average over the 77, and the standard error of the share that they hold."""
    chances = []
    for pmf, _ in predictive(kind):
        cdf = pmf.cumsum()
        low, high = np.argmax(cdf >= (1 - level) / 2), np.argmax(cdf >= (1 + level) / 2)
        chances.append(pmf[low : high + 1].sum())
    chances = np.array(chances)
    return float(chances.mean()), sqrt((chances * (1 - chances)).sum()) / chances.size


def again(kind):
    """Root of the mean squared error that the posterior expects of a prediction of the later shots."""
    made, attempts = counts("first", REGULARS)
    _, later = counts("rest", REGULARS)
    mean, kappa, weight = spread_grid("first")
    total = 0.0
    for guess, y, n, of in zip(predictions(kind), made, attempts, later, strict=True):
        rate, worth = (mean * kappa + y) / (kappa + n), kappa + n
        noise = rate * (1 - rate) / of * (worth + of) / (worth + 1)
        total += (weight * ((guess - rate) ** 2 + noise)).sum()
    return sqrt(total / made.size)


def below(value, part):
    """Posterior chance that the concentration is below a value."""
    _, kappa, weight = spread_grid(part)
    order = np.argsort(kappa[0])
    share = weight.sum(axis=0)[order]
    return float(np.interp(np.log(value), np.log(kappa[0][order]), share.cumsum() - share / 2))


def ablest():
    """Expected ability of the ablest of 176, and what the shrunken estimate expects of him, which is linear in it."""
    mean, kappa = best_beta_binomial()
    ability = np.linspace(0.3, 0.6, 30_001)
    most = stats.beta.cdf(ability, mean * kappa, (1 - mean) * kappa) ** len(SHOTS)
    best = 0.6 - np.trapezoid(most, ability)
    attempts = counts("first")[1]
    return float(best), float(np.mean((mean * kappa + attempts * best) / (kappa + attempts)))
