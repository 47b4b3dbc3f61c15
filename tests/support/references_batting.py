"""Values of the numbers of the chapter on batting averages, found without `lib` and by another method than there.

The chapter has closed forms, a grid of mean and concentration, Poisson mixtures and draws; here it is quadrature over
abilities, over the population's two shapes and over noncentral chi-squared variables.
"""

from functools import cache
from math import asin, comb, sqrt

import numpy as np
import references
from scipy import integrate, optimize, special, stats

# Eighteen batting averages: hits in 45 at bats, at bats and hits in the rest of the season

HITS = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7])
REST = np.array([367, 426, 521, 275, 418, 466, 586, 138, 510, 200, 277, 270, 435, 538, 186, 558, 408, 70])
REST_HITS = np.array([127, 127, 144, 61, 114, 126, 155, 29, 137, 46, 73, 69, 132, 142, 42, 159, 129, 14])
WILLIAMS = 11
PLAYERS = HITS.size


def arcsine(share):
    """Scale of Efron and Morris, by the tangent: arcsin(2p - 1) = 2 arctan(sqrt(p / (1 - p))) - pi / 2."""
    return sqrt(45) * (2 * np.arctan(np.sqrt(share / (1 - share))) - np.pi / 2)


def shrunk(kept, values):
    """Values moved towards their mean."""
    return kept * values + (1 - kept) * values.mean()


def sd_on_arcsine(chance):
    """Standard deviation of the arcsine of an average of 45, term by term; the ends are pi / 2 away."""
    terms = [(comb(45, y) * chance**y * (1 - chance) ** (45 - y), asin(2 * y / 45 - 1)) for y in range(46)]
    mean = sum(p * value for p, value in terms)
    return sqrt(45 * sum(p * (value - mean) ** 2 for p, value in terms))


def nearer(first, rest, kept):
    """How many values come nearer to the rest by moving to their mean."""
    return int((np.abs(shrunk(kept, first) - rest) < np.abs(first - rest)).sum())


@cache
def best_share():
    """Share of the distance from the mean that predicts the rest best, and its squared error."""

    def error(kept):
        return ((shrunk(kept, HITS / 45) - REST_HITS / REST) ** 2).sum()

    found = optimize.minimize_scalar(error, bounds=(0, 1), method="bounded", options={"xatol": 1e-9})
    return float(found.x), float(found.fun)


def flat_spread_means(x):
    """Posterior means with unit variances and a flat prior for mu and tau: contrasts, then the precision matrix."""
    ones = np.ones(x.size)
    contrasts = np.linalg.svd(np.eye(x.size) - 1 / x.size)[0][:, :-1].T @ x
    tau = np.linspace(0.005, 4, 400)
    density = np.exp(stats.norm.logpdf(contrasts, 0, np.sqrt(1 + tau[:, np.newaxis] ** 2)).sum(axis=1))
    means = np.array([references.given_tau(t, x, ones)[0][:-1] for t in tau])
    return (density[:, np.newaxis] * means).sum(axis=0) / density.sum()


def score_of_own_averages():
    """Log probability of each player's rest if his first average were his ability."""
    first = HITS / 45
    return float((log_ways(REST_HITS, REST) + REST_HITS * np.log(first) + (REST - REST_HITS) * np.log(1 - first)).sum())


def with_copied_williams():
    """Hits and at bats of the rest of the season in the file that many courses copy."""
    hits, at_bats = REST_HITS.copy(), REST.copy()
    hits[WILLIAMS], at_bats[WILLIAMS] = 195, 591
    return hits, at_bats


def log_ways(hits, at_bats):
    """Log of the binomial coefficient."""
    return special.gammaln(at_bats + 1) - special.gammaln(hits + 1) - special.gammaln(at_bats - hits + 1)


def score_by_integration(alpha, beta, hits=REST_HITS, at_bats=REST):
    """Log predictive probability of each player's rest, by Simpson's rule over the ability."""
    p = np.linspace(1e-4, 0.9999, 20_001)[:, np.newaxis]
    density = stats.beta(alpha, beta).pdf(p) * stats.binom.pmf(hits, at_bats, p)
    return np.log(integrate.simpson(density, x=p[:, 0], axis=0))


def joint_score_of_one_rate(hits=REST_HITS, at_bats=REST):
    """Log predictive probability of all players' rest at once if they share one ability."""
    p = np.linspace(0.2, 0.34, 20_001)[:, np.newaxis]
    log_density = stats.beta(216, 596).logpdf(p[:, 0]) + stats.binom.logpmf(hits, at_bats, p).sum(axis=1)
    return float(np.log(integrate.simpson(np.exp(log_density + 70), x=p[:, 0])) - 70)


@cache
def beta_population(power=-2.5, steps=(81, 150)):
    """Shapes and log weights on a grid of log(alpha / beta) and log(alpha + beta), p = (alpha + beta)**power."""
    ratio, total = np.meshgrid(np.linspace(-1.9, -0.3, steps[0]), np.exp(np.linspace(0.4, 21, steps[1])))
    alpha = total / (1 + np.exp(-ratio))
    beta = total / (1 + np.exp(ratio))
    log_weight = power * np.log(total) + np.log(alpha) + np.log(beta)  # the Jacobian of the two logarithms
    for hits in HITS:
        # Rising factorials one factor at a time: no large log gammas to subtract
        log_weight = log_weight + np.log(alpha[..., np.newaxis] + np.arange(hits)).sum(axis=-1)
        log_weight += np.log(beta[..., np.newaxis] + np.arange(45 - hits)).sum(axis=-1)
        log_weight -= np.log(total[..., np.newaxis] + np.arange(45)).sum(axis=-1)
    keep = log_weight > log_weight.max() - 20
    return alpha[keep], beta[keep], log_weight[keep] - special.logsumexp(log_weight[keep])


def expected_population_sd():
    """Posterior mean of the standard deviation of abilities."""
    alpha, beta, log_weight = beta_population()
    total = alpha + beta
    return float((np.exp(log_weight) * np.sqrt(alpha * beta / (total + 1)) / total).sum())


def population_sd_at(share):
    """Quantile of the posterior of the standard deviation of abilities."""
    alpha, beta, log_weight = beta_population()
    total = alpha + beta
    sd = np.sqrt(alpha * beta / (total + 1)) / total
    order = sd.argsort()
    return float(np.interp(share, np.exp(log_weight)[order].cumsum(), sd[order]))


def beta_scores(hits, at_bats, power=-2.5):
    """Log predictive probability under the beta population: one by one, and of all at once."""
    alpha, beta, log_weight = beta_population(power)
    a, b = alpha[:, np.newaxis] + HITS, beta[:, np.newaxis] + 45 - HITS
    each = log_ways(hits, at_bats) + special.betaln(a + hits, b + at_bats - hits) - special.betaln(a, b)
    weighted = log_weight[:, np.newaxis] + each
    return special.logsumexp(weighted, axis=0), float(special.logsumexp(log_weight + each.sum(axis=1)))


def beta_average(function):
    """Posterior mean of a function of the population's two shapes and of the players' posterior shapes."""
    alpha, beta, log_weight = beta_population(steps=(25, 60))
    weight = np.exp(log_weight)
    some = weight > 1e-5
    alpha, beta, weight = alpha[some], beta[some], weight[some] / weight[some].sum()
    values = [function(a + HITS, b + 45 - HITS) for a, b in zip(alpha, beta, strict=True)]
    return np.tensordot(weight, np.array(values), 1)


@cache
def logit_normal_score():
    """Log score of the logit-normal model, one by one: quadrature over mean, spread and ability."""
    mu, log_sigma = np.meshgrid(np.linspace(-1.5, -0.6, 61), np.linspace(np.log(1e-3), np.log(2), 81))
    z, weight = np.polynomial.hermite_e.hermegauss(61)
    logit = mu[..., np.newaxis] + np.exp(log_sigma)[..., np.newaxis] * z
    success, failure, log_weight = -np.log1p(np.exp(-logit)), -np.log1p(np.exp(logit)), np.log(weight / weight.sum())

    def evidence(hits, misses):
        return special.logsumexp(log_weight + hits * success + misses * failure, axis=-1)

    of = {hits: evidence(hits, 45 - hits) for hits in set(HITS.tolist())}
    posterior = (
        -((mu + 1) ** 2) / 2 - np.exp(2 * log_sigma) / (2 * 0.5**2) + log_sigma + sum(of[h] for h in HITS.tolist())
    )
    posterior -= special.logsumexp(posterior)
    total = 0.0
    for first, later, at_bats in zip(HITS.tolist(), REST_HITS, REST, strict=True):
        both = evidence(first + later, 45 - first + at_bats - later)
        total += log_ways(later, at_bats) + special.logsumexp(posterior + both - of[first])
    return float(total)


def reaches_four_in_ten(alpha, beta):
    """Chance that somebody has four hits in ten at bats in the rest, abilities being independent beta."""
    return 1 - stats.betabinom.cdf(-(-4 * REST // 10) - 1, REST, alpha, beta).prod()


def reaches_four_in_ten_at_one_rate(alpha, beta):
    """Chance of the same if all share one ability."""
    rate = stats.beta(alpha, beta).ppf((np.arange(4000) + 0.5) / 4000)[:, np.newaxis]
    return 1 - stats.binom.cdf(-(-4 * REST // 10) - 1, REST, rate).prod(axis=1).mean()


def first_is_best(alpha, beta):
    """Chance that the first player's ability is the highest, abilities being independent beta."""
    p = np.linspace(0.05, 0.75, 201)[:, np.newaxis]
    density = stats.beta(alpha[0], beta[0]).pdf(p[:, 0]) * special.betainc(alpha[1:], beta[1:], p).prod(axis=1)
    return integrate.simpson(density, x=p[:, 0])


def highest_reaches_18(alpha, beta):
    """Chance that a copy of the first 45 at bats has a player with 18 hits."""
    return 1 - stats.betabinom.cdf(17, 45, alpha, beta).prod()


def inside_intervals(at_most, below, level):
    """How many outcomes lie in central intervals, from the predictive probabilities of at most and of less."""
    tail = (1 - level) / 2
    return int(((at_most >= tail) & (below < 1 - tail)).sum())


def beta_cdf(alpha, beta):
    """Predictive probabilities of at most each outcome, and of less than it."""
    return np.array([stats.betabinom.cdf(REST_HITS - shift, REST, alpha, beta) for shift in (0, 1)])


@cache
def copies_spread_more(pooled):
    """How often copies have at least the data's standard deviation: beta-binomial draws, without abilities."""
    rng = np.random.default_rng(18)
    size = 200_000
    alpha, beta = np.ones((size, 1)), np.ones((size, 1))
    if pooled:
        shapes = beta_population()
        cell = rng.choice(shapes[0].size, size, p=np.exp(shapes[2]))
        alpha, beta = shapes[0][cell][:, np.newaxis], shapes[1][cell][:, np.newaxis]
    copies = stats.betabinom.rvs(45, alpha + HITS, beta + 45 - HITS, size=(size, PLAYERS), random_state=rng)
    squares = (copies**2).sum(axis=1) - copies.sum(axis=1) ** 2 / PLAYERS
    return float((squares >= (HITS**2).sum() - HITS.sum() ** 2 / PLAYERS - 1e-9).mean())


def stein_risk(k, noncentrality):
    """Risk of James-Stein towards a point: integrate one over a noncentral chi-squared variable."""
    value, _ = integrate.quad(lambda s: stats.ncx2.pdf(s, k, noncentrality) / s, 0, 2000, limit=500, points=[k, 300])
    return k - (k - 2) ** 2 * value


def coordinate_risks(k, eta):
    """Risk of one coordinate at eta and of each other at zero, by quadrature over it and over the others' squares."""
    z, weight = np.polynomial.hermite_e.hermegauss(120)
    x, weight = (eta + z)[:, np.newaxis], (weight / weight.sum())[:, np.newaxis]
    square = np.linspace(1e-6, 150, 6001)
    density = stats.chi2.pdf(square, k - 1)
    factor = 1 - (k - 2) / (x**2 + square)
    one = (weight * (factor * x - eta) ** 2).sum(axis=0)
    other = (weight * factor**2 * square).sum(axis=0) / (k - 1)
    return tuple(float(integrate.simpson(density * value, x=square)) for value in (one, other))


@cache
def worst_odd_one():
    """Where the odd one out of 18 is worst off, his risk there and the average of all 18."""
    found = optimize.minimize_scalar(lambda eta: -coordinate_risks(18, eta)[0], bounds=(1, 10), method="bounded")
    one, other = coordinate_risks(18, found.x)
    return found.x, one, (one + 17 * other) / 18


@cache
def worst_unequal():
    """Highest risk of one factor for ten observations, one with standard error 5, relative to no shrinkage."""

    def relative(eta):
        noisy, quiet = coordinate_risks(10, eta)
        return (25 * noisy + 9 * quiet) / 34

    return -float(optimize.minimize_scalar(lambda eta: -relative(eta), bounds=(1, 10), method="bounded").fun)
