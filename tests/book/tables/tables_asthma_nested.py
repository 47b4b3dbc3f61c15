"""What the tables of the chapter on counties within states show.

The posteriors come from quadrature: given the four hyperparameters the states are independent, so a table of each
state's likelihood over its log mean and log shape, and sums over a grid of the hyperparameters, give everything. The
idea is that of `nested_reference.py`, for any counts and priors; the states' normal distributions are integrated
exactly, however narrow, and half by half, which tells on which side of the median state a state is.
"""

from functools import cache
from typing import NamedTuple

import nested_reference
import numpy as np
from cells import About, Between
from nested_reference import counts
from scipy import integrate, interpolate, special, stats

ERRORS = 4  # standard errors that a simulated number may be off; the effective sizes below are low ones


# Table 1: quantiles of worlds that the priors make, by distribution functions.


class Priors(NamedTuple):
    """Mean and sd of mu, scale of tau; the same of nu and omega; and axes of log rate and log shape."""

    mu: tuple[float, float]
    tau: float
    nu: tuple[float, float]
    omega: float
    log_rate: np.ndarray
    log_shape: np.ndarray


CHOSEN = Priors((np.log(5), np.log(2)), 0.5, (np.log(10), 1), 1, np.arange(-4, 10, 0.12), np.arange(-4, 8, 0.25))
VAGUE = Priors((0, 10), 5, (0, 10), 5, np.arange(-150, 100, 2.0), np.arange(-45, 45, 1.5))
STATES, WORLDS = 50, 400


def normal_rule(low, size):
    """Standard normal values from `low` to 4.5 and their probabilities, which add up to 1, by Gauss's rule."""
    node, weight = np.polynomial.legendre.leggauss(size)
    z = low + (4.5 - low) * (1 + node) / 2
    weight = weight * stats.norm.pdf(z)
    return z, weight / weight.sum()


def cells(axis, centre, spread):
    """Probabilities that normal variables (rows) lie next to each value of an axis."""
    middles = (axis[1:] + axis[:-1]) / 2
    below = special.ndtr((middles - np.asarray(centre)[:, np.newaxis]) / np.asarray(spread)[:, np.newaxis])
    return np.diff(below, prepend=0, append=1)


def median_below(log_value, centre, spread, scale):
    """Chance that the median of 50 log-normal variables is below, by its two middle ones' place between them."""
    u = (np.arange(30) + 0.5) / 30
    z = special.ndtri(stats.beta.ppf(u, STATES / 2 + 0.5, STATES / 2 + 0.5))
    half, weight = normal_rule(0, 30)
    at = (log_value[:, np.newaxis, np.newaxis] - centre - scale * half[:, np.newaxis] * z) / spread
    return special.ndtr(at).mean(axis=2) @ weight


def range_below(log_ratio, scale):
    """Chance that the range of 50 log means is below: n times the integral of the others' chance to lie close above."""
    x, r = np.linspace(-7, 7, 281), np.linspace(0, 14, 281)
    close = special.ndtr(x + r[:, np.newaxis]) - special.ndtr(x)
    table = integrate.simpson(STATES * stats.norm.pdf(x) * close ** (STATES - 1), x=x)
    half, weight = normal_rule(0, 60)
    return np.interp(log_ratio[:, np.newaxis] / (scale * half), r, table) @ weight


def highest_below(priors):
    """Chance that no county's log rate is above each value: the counties' chances multiplied, then averaged."""
    value, log_a = priors.log_rate, priors.log_shape
    sizes, times = np.unique(np.bincount(counts().state), return_counts=True)
    shape = np.exp(log_a)[:, np.newaxis]
    county = special.gammainc(shape, shape * np.exp(value))  # relative to the state's mean
    all_of_a_state = county[:, np.newaxis] ** sizes[:, np.newaxis]
    (nu, nu_weight), (omega, omega_weight) = normal_rule(-4.5, 14), normal_rule(0, 7)
    nu, omega = np.meshgrid(priors.nu[0] + priors.nu[1] * nu, priors.omega * omega, indexing="ij")
    given_nu_omega = np.tensordot(cells(log_a, nu.ravel(), omega.ravel()), all_of_a_state, axes=1)
    weight = np.outer(nu_weight, omega_weight).ravel()
    relative = 0
    for half, share in zip(*normal_rule(0, 8), strict=True):  # tau; the chance is relative to exp(mu)
        moved = given_nu_omega @ cells(value, value, np.full(value.size, priors.tau * half)).T
        with np.errstate(divide="ignore"):
            relative = relative + share * (weight @ np.exp((np.log(moved) * times[:, np.newaxis]).sum(axis=1)))
    return cells(value, value - priors.mu[0], np.full(value.size, priors.mu[1])) @ relative


def sample_quantiles(value, below):
    """Where the 5%, 50% and 95% quantiles of 400 worlds lie, four standard errors to each side.

    The quantiles are order statistics, whose place in the distribution is a beta variable: near an end the errors to
    the two sides differ, and so this is a range.
    """
    ends = []
    for p in (0.05, 0.5, 0.95):
        place = (WORLDS - 1) * p + 1
        ends.append(stats.beta.ppf(stats.norm.cdf([-4, 4]), place, WORLDS + 1 - place))
    increasing = np.maximum.accumulate(below) + 1e-13 * np.arange(below.size)
    return [Between(*sorted(np.interp(end, increasing, value, left=0))) for end in ends]


def worlds_of(priors):
    """Rows of the four quantities, three quantiles each."""
    line = np.linspace(-60, 60, 601) if priors is VAGUE else np.linspace(-8, 8, 801)
    shape_below = median_below(line, *priors.nu, priors.omega)
    return [
        sample_quantiles(np.exp(line), median_below(line, *priors.mu, priors.tau)),
        sample_quantiles(np.exp(line[line >= 0]), range_below(line[line >= 0], priors.tau)),
        sample_quantiles((100 * np.exp(-line / 2))[::-1], 1 - shape_below[::-1]),
        sample_quantiles(np.exp(priors.log_rate), highest_below(priors)),
    ]


# The posterior of the nested model for any counts.


class Axes(NamedTuple):
    """Axes of a state's table, and of the hyperparameters."""

    log_mean: np.ndarray
    log_shape: np.ndarray
    mu: np.ndarray
    tau: np.ndarray
    nu: np.ndarray
    omega: np.ndarray


class Posterior(NamedTuple):
    """Weights of the hyperparameters and of each state's table, and each state's chances against the median state."""

    axes: Axes
    hyper: np.ndarray  # (mu, tau, nu, omega)
    table: np.ndarray  # (state, log mean, log shape)
    higher: np.ndarray  # its mean is above exp(mu)
    wider: np.ndarray  # its shape is below exp(nu)


def halves(axis, centres, spreads):
    """What to weigh values on an axis with to average over the lower, and over the upper, half of a normal variable.

    A row for each pair of centre and spread. Between the axis's values a cubic spline.
    """
    spline = interpolate.make_interp_spline(axis, np.eye(axis.size))
    z = (np.arange(120) + 0.5) / 20
    weight = stats.norm.pdf(z) / 2 / stats.norm.pdf(z).sum()
    centre, spread = (grid.ravel()[:, np.newaxis] for grid in np.meshgrid(centres, spreads, indexing="ij"))
    return [
        np.einsum("pza,z->pa", spline(np.clip(centre + side * spread * z, axis[0], axis[-1])), weight)
        for side in (-1, 1)
    ]


def likelihoods(y, x, state, log_mean, log_shape):
    """Likelihood of each state's mean and shape, the rates integrated out: negative binomial counts.

    Its costly part depends on the mean over the shape alone, of which there are few if one axis's step is a multiple of
    the other's.
    """
    a, log_ratio = np.exp(log_shape), log_mean[:, np.newaxis] - log_shape
    ratio, place = np.unique(np.round(np.exp(log_ratio), 12), return_inverse=True)
    table = np.empty((state.max() + 1, log_mean.size, log_shape.size))
    for s in range(len(table)):
        k, log_1p = y[state == s], np.log1p(x[state == s][:, np.newaxis] * ratio)
        distinct, times = np.unique(k, return_counts=True)
        rising = times @ (special.gammaln(a + distinct[:, np.newaxis]) - special.gammaln(a))
        lost = (k @ log_1p)[place].reshape(log_ratio.shape) + a * log_1p.sum(axis=0)[place].reshape(log_ratio.shape)
        table[s] = rising + k.sum() * log_ratio - lost
    return np.exp(table - table.max(axis=(1, 2), keepdims=True))


def solve(y, x, state, axes, centre, prior_of_omega=True):
    """The posterior; `centre` is the prior median of exp(mu), the other priors are those of the chapter."""
    table = likelihoods(y, x, state, axes.log_mean, axes.log_shape)
    low_mean, high_mean = halves(axes.log_mean, axes.mu, axes.tau)
    low_shape, high_shape = halves(axes.log_shape, axes.nu, axes.omega)
    mean, shape = low_mean + high_mean, low_shape + high_shape
    sums = np.maximum(mean @ table @ shape.T, 1e-12)  # the spline may dip below zero where there is nothing
    log_priors = [
        stats.norm.logpdf(axes.mu, np.log(centre), np.log(2)),
        stats.halfnorm.logpdf(axes.tau, scale=0.5) + np.log(np.gradient(axes.tau)),
        stats.norm.logpdf(axes.nu, np.log(10), 1),
        stats.halfnorm.logpdf(axes.omega) + np.log(np.gradient(axes.omega)) if prior_of_omega else np.zeros(1),
    ]
    first, second = (np.add.outer(*pair).ravel() for pair in (log_priors[:2], log_priors[2:]))
    log_hyper = np.log(sums).sum(axis=0) + first[:, np.newaxis] + second
    hyper = np.exp(log_hyper - log_hyper.max())
    hyper /= hyper.sum()
    share = hyper / sums
    higher = ((high_mean @ table @ shape.T) * share).sum(axis=(1, 2))
    wider = ((mean @ table @ low_shape.T) * share).sum(axis=(1, 2))
    table *= mean.T @ share @ shape
    sizes = [axis.size for axis in axes[2:]]
    return Posterior(axes, hyper.reshape(sizes), table, higher, wider)


KIDNEY = Axes(
    np.log(5) + np.arange(-1.0, 1.001, 0.02),
    np.arange(-2.5, 10, 0.24),
    np.arange(1.47, 1.665, 0.0125),
    np.exp(np.arange(np.log(0.05), np.log(0.28), 0.11)),
    np.arange(2.4, 4.5, 0.12),
    np.exp(np.arange(np.log(0.2), np.log(2.5), 0.15)),
)
ASTHMA = Axes(
    np.log(1.5) + np.arange(-1.6, 1.601, 0.05),
    np.arange(-1.5, 6.5, 0.15),
    np.arange(0.1, 0.52, 0.025),
    np.exp(np.arange(np.log(0.13), np.log(0.5), 0.09)),
    np.arange(1.35, 3.0, 0.075),
    np.arange(0.025, 1.3, 0.05),  # middles of cells that start from zero
)
NAMES = ["mu", "tau", "nu", "omega"]


@cache
def kidney():
    return solve(counts().y, counts().x, counts().state, KIDNEY, 5)


@cache
def one_spread():
    shared = np.arange(2.44, 3.6, 0.04)  # its posterior is narrow, and so the steps are
    axes = KIDNEY._replace(log_shape=shared, nu=shared, omega=np.array([0.01]))
    return solve(counts().y, counts().x, counts().state, axes, 5, prior_of_omega=False)


@cache
def made_up():
    """Each county's deaths and rate, each state's mean and shape: made from the seed, in the order of the symbols."""
    data, rng = counts(), np.random.default_rng(7)
    mean = rng.lognormal(np.log(1.5), 0.3, STATES)
    shape = rng.lognormal(np.log(8), 0.6, STATES)
    rate = rng.gamma(shape[data.state], (mean / shape)[data.state])
    return rng.poisson(rate * data.x), rate, mean, shape


@cache
def asthma():
    return solve(made_up()[0], counts().x, counts().state, ASTHMA, 1)


def marginal(posterior, name):
    """Values of a hyperparameter, its density and distribution function there, and its mean, by a spline."""
    place = NAMES.index(name)
    axis = posterior.axes[2 + place]
    mass = posterior.hyper.sum(axis=tuple(i for i in range(4) if i != place))
    first = axis[0] - (axis[1] - axis[0]) / 2
    fine = np.linspace(max(first, 0), axis[-1], 4001)
    log_density = interpolate.CubicSpline(axis, np.log(mass / np.gradient(axis)))(fine)
    density = np.exp(log_density - log_density.max())
    below = integrate.cumulative_trapezoid(density, fine, initial=0)
    density, below = density / below[-1], below / below[-1]
    mean = integrate.simpson(fine * density, x=fine)
    return fine, density, below, mean


def summary(posterior, name, size, size_of_tails):
    """Mean, sd and the two 5% quantiles of a hyperparameter, from as many draws as these numbers of independent ones.

    The numbers are low among those that eight other seeds gave: a mean depends on the one, a quantile on the other.
    """
    axis, density, below, mean = marginal(posterior, name)
    variance, fourth = (integrate.simpson((axis - mean) ** k * density, x=axis) for k in (2, 4))
    sd = variance**0.5
    ends = np.interp([0.05, 0.95], below, axis)
    errors = np.sqrt(0.05 * 0.95 / size_of_tails) / np.interp(ends, axis, density)
    return [
        About(mean, ERRORS * sd / size**0.5),
        About(sd, ERRORS * np.sqrt((fourth - variance**2) / size) / (2 * sd)),
        *(About(end, ERRORS * error) for end, error in zip(ends, errors, strict=True)),
    ]


# Of 4,000 draws in four chains, few of which repeat another: a mean's and a quantile's effective sizes, low ones of
# several seeds. Diagnostics have no exact value. An estimate of an effective size is itself uncertain by a tenth. Of
# R-hat: half-chains of 500 draws give at least sqrt(499 / 500), and their eight means vary like a chi-squared variable
# with seven degrees of freedom, here at most its 99.9% point, at the low effective size.
SIZES = (3300, 3100)
DIAGNOSTICS = [
    Between(0.9 * SIZES[0], 4400),
    Between(0.9 * SIZES[1], 4400),
    Between(0.9985, (499 / 500 + 8 / SIZES[0] * stats.chi2.ppf(0.999, 7) / 7) ** 0.5),
]


def summarised(posterior, name):
    """A row of ArviZ's summary. Its errors of the mean and of the sd are what so many effective draws leave."""
    mean, sd, *ends = summary(posterior, name, *SIZES)
    errors = [about.error / ERRORS for about in (mean, sd)]
    return [mean, sd, *ends, *DIAGNOSTICS, *(Between(0.8 * error - 5e-4, 1.1 * error + 5e-4) for error in errors)]


SUMMARY = ["mean", "sd", "eti90_lb", "eti90_ub", "ess_bulk", "ess_tail", "r_hat", "mcse_mean", "mcse_sd"]


# Predictions of the second period.

EFFECTIVE = {"nested": 560, "one spread": 560, "one population": 560}  # of the 668 draws kept


class Part(NamedTuple):
    """The counties of a state, and values of its mean and shape with their masses."""

    rows: np.ndarray
    mass: np.ndarray
    m: np.ndarray
    a: np.ndarray
    shape_place: np.ndarray
    chance: np.ndarray  # of each county's later count (a row) at each value, over its posterior mean
    expected: np.ndarray  # later deaths


class Prediction(NamedTuple):
    """Of each county: log score, expected deaths, place of its count and how much that varies between draws."""

    score: np.ndarray
    expected: np.ndarray
    place: np.ndarray
    place_sd: np.ndarray


def exposure():
    """Later person-years times the national growth."""
    return counts().later_x * counts().growth


@cache
def uniform():
    return np.random.default_rng(3).uniform(size=counts().y.size)


def nodes(table, axes, least):
    """Mass, mean and shape where a table has at least this share of its greatest weight, and the shape's place."""
    where = np.nonzero(table > least * table.max())
    mass = table[where]
    return mass / mass.sum(), np.exp(axes.log_mean[where[0]]), np.exp(axes.log_shape[where[1]]), where[1]


@cache
def nation():
    """A table of one population for all counties: as if they were one state."""
    axes = Axes(np.log(4.87) + np.arange(-0.06, 0.0601, 0.006), np.arange(2.22, 3.3, 0.06), *[np.zeros(1)] * 4)
    table = likelihoods(counts().y, counts().x, np.zeros(counts().y.size, int), axes.log_mean, axes.log_shape)
    prior = stats.norm.pdf(axes.log_mean, np.log(5), np.log(2))[:, np.newaxis]
    return axes, table * prior * stats.norm.pdf(axes.log_shape, np.log(10), 1)


@cache
def predicted(name):
    """The parts and the predictions of a model with a population of counties."""
    data = counts()
    if name == "one population":
        (axes, tables), state = nation(), np.zeros(data.y.size, int)
    else:
        posterior = kidney() if name == "nested" else one_spread()
        axes, tables, state = posterior.axes, posterior.table, data.state
    parts, values = [], np.empty((4, data.y.size))
    for s, table in enumerate(tables):
        rows = np.flatnonzero(state == s)
        k, e, u, y, x = (v[rows, np.newaxis] for v in (data.later, exposure(), uniform(), data.y, data.x))
        mass, m, a, place = nodes(table, axes, 1e-4)
        shape, rate = a + y, a / m + x
        log_p = special.gammaln(shape + k) - special.gammaln(shape) - special.gammaln(k + 1)
        p = np.exp(log_p - shape * np.log1p(e / rate) + k * np.log(e / (rate + e)))
        chance = p @ mass
        values[0, rows], values[1, rows] = np.log(chance), (e * shape / rate) @ mass
        parts.append(Part(rows, mass, m, a, place, p / chance[:, np.newaxis], e * shape / rate))
        few, m, a, _ = nodes(table, axes, 1e-2)
        shape, rate = a + y, a / m + x
        above = special.betainc(k + 1, shape, e / (rate + e))
        place = 1 - above - u * chance[:, np.newaxis]
        values[2, rows] = place @ few
        values[3, rows] = np.sqrt((place - values[2, rows, np.newaxis]) ** 2 @ few)
    return parts, Prediction(*values)


def noise(name, weight, what):
    """Standard error of a weighted sum, over counties, of chances (over their means) or of expected deaths."""
    within, between, shape_mass = 0.0, 0.0, None
    for part in predicted(name)[0]:
        value = weight[part.rows] @ getattr(part, what)
        if name == "one spread":  # all states have one shape
            size = one_spread().axes.log_shape.size
            shape_mass = np.bincount(part.shape_place, part.mass, size)
            given = np.bincount(part.shape_place, part.mass * value, size) / np.maximum(shape_mass, 1e-300)
            between = between + given
            within += part.mass @ (value - given[part.shape_place]) ** 2
        else:
            within += part.mass @ (value - part.mass @ value) ** 2
    if shape_mass is not None:
        within += shape_mass @ (between - shape_mass @ between) ** 2
    return np.sqrt(within / EFFECTIVE[name])


def score_of(name):
    """Log score, its standard error, and by how much an average over so few draws is too low on the log scale."""
    parts, prediction = predicted(name)
    spread = sum(((part.chance - 1) ** 2 @ part.mass).sum() for part in parts)
    return prediction.score.sum(), noise(name, np.ones(counts().y.size), "chance"), spread / EFFECTIVE[name] / 2


def pooled(group):
    """Log score, expected deaths and place of each county's count if whole groups share a rate."""
    data, e = counts(), exposure()
    shape, rate = np.empty((2, e.size))
    for g in range(group.max() + 1):
        shape[group == g], rate[group == g] = data.y[group == g].sum() + 0.5, data.x[group == g].sum()
    p = rate / (rate + e)
    score = stats.nbinom.logpmf(data.later, shape, p)
    place = stats.nbinom.cdf(data.later - 1, shape, p) + (1 - uniform()) * np.exp(score)
    return score, e * shape / rate, place


def deviance(expected):
    """Twice what the log likelihood of Poisson counts with these means lacks."""
    k = counts().later
    return 2 * (stats.poisson.logpmf(k, k) - stats.poisson.logpmf(k, expected)).sum()


def data():
    rows = []
    for name in ("Utah", "West Virginia", "Florida", "Texas"):
        here = counts().state == counts().states.index(name)
        deaths, exposure = counts().y[here].sum(), counts().x[here].sum()
        rows.append([name, float(here.sum()), deaths, exposure, deaths / exposure])
    return [["", "counties", "deaths", "person-years", "raw rate"], ["state", "", "", "", ""], *rows]


def worlds():
    names = ["median state, rate", "highest / lowest state", "median CV within, %", "highest county, rate"]

    rows = [[name, *a, *b] for name, a, b in zip(names, worlds_of(CHOSEN), worlds_of(VAGUE), strict=True)]
    return [["", "chosen", "vague"], ["", *["0.05", "0.50", "0.95"] * 2], *rows]


def recovered():
    truth = [np.log(1.5), 0.3, np.log(8), 0.6]
    rows = [[n, t, *summarised(asthma(), n)] for n, t in zip(NAMES, truth, strict=True)]
    return [["", "truth", *SUMMARY], *rows]


def share_inside(below, size, error=None):
    """Share of 90% intervals that hold the truth, given its place in each posterior, and how much draws blur it.

    Of so many draws the share below the truth is binomial; the interval holds the truth if that is from 5% to 95%.
    The standard error is that of independent misses, if no other is given.
    """
    sd = np.sqrt(np.maximum(below * (1 - below), 1e-12) / size)
    chance = special.ndtr((below - 0.05) / sd) - special.ndtr((below - 0.95) / sd)
    independent = np.sqrt((chance * (1 - chance)).sum()) / below.size
    return About(chance.mean(), ERRORS * (error or independent))


@cache
def county_rates():
    """Posterior mean of each county's simulated rate, and the chance that the rate is below the true one.

    And of one draw of all rates: the mean square distance from their means, and the variance of the sum of the rates,
    each times how far its mean is from the truth.
    """
    y, truth = made_up()[:2]
    mean, below = np.empty((2, y.size))
    square = variance = 0.0
    for s, table in enumerate(asthma().table):
        rows = np.flatnonzero(counts().state == s)
        mass, m, a, _ = nodes(table, asthma().axes, 1e-3)
        shape, rate = a + y[rows, np.newaxis], a / m + counts().x[rows, np.newaxis]
        mean[rows] = (shape / rate) @ mass
        below[rows] = special.gammainc(shape, rate * truth[rows, np.newaxis]) @ mass
        square += ((shape * (shape + 1) / rate**2) @ mass - mean[rows] ** 2).sum() / y.size
        off = mean[rows] - truth[rows]
        total = off @ (shape / rate)
        variance += (total - total @ mass) ** 2 @ mass + off**2 @ (shape / rate**2) @ mass
    return mean, below, square, variance


def states_below(axis, marginals, truths):
    """Chance that each state's parameter is below the truth: its distribution function between cells of its axis."""
    edges = axis + (axis[1] - axis[0]) / 2
    below = np.cumsum(marginals, axis=1) / marginals.sum(axis=1, keepdims=True)
    return np.array(
        [float(interpolate.PchipInterpolator(edges, b)(np.log(t))) for b, t in zip(below, truths, strict=True)]
    )


def covered():
    _, _, mean, shape = made_up()
    axes, table = asthma().axes, asthma().table
    # All intervals of shapes follow the draws of omega and miss together, so that the error is more than of independent
    # misses.
    return [
        ["", "covered by 90% intervals"],
        ["county rates", share_inside(county_rates()[1], 3500)],
        ["state means", share_inside(states_below(axes.log_mean, table.sum(axis=2), mean), 3300)],
        ["state shapes", share_inside(states_below(axes.log_shape, table.sum(axis=1), shape), 3100, 0.015)],
    ]


def errors():
    (y, truth), x, state = made_up()[:2], counts().x, counts().state
    own = np.array([y[state == s].sum() / x[state == s].sum() for s in state])

    def rmse(estimate):
        return float(np.linalg.norm(estimate - truth) / truth.size**0.5)

    mean, _, square, variance = county_rates()
    draws = 3500  # effective ones of 4,000
    best = np.sqrt(rmse(mean) ** 2 + square / draws)  # the draws' own error adds to the square
    error = np.sqrt(variance / draws) / (best * truth.size)
    return [
        ["", "root mean squared error, simulated asthma"],
        ["raw rate", rmse(y / x)],
        ["one rate for all", rmse(y.sum() / x.sum())],
        ["the state's raw rate", rmse(own)],
        ["nested", About(best, ERRORS * error)],
    ]


def fitted():
    return [["", *SUMMARY], *([name, *summarised(kidney(), name)] for name in NAMES)]


CLASSES = ["smallest quarter", "second", "third", "next fifth", "largest 5%"]


def of_class():
    """For each class of size, which counties are in it."""
    smaller = counts().x.argsort().argsort() / (counts().x.size - 1)  # share of the other counties that are smaller
    ends = zip([-1, 0.25, 0.5, 0.75, 0.95], [0.25, 0.5, 0.75, 0.95, 1], strict=True)
    return [(smaller > low) & (smaller <= high) for low, high in ends]


@cache
def expected_then():
    """Deaths of the first period that the posterior means of the rates lead to expect."""
    data, expected = counts(), np.empty(counts().y.size)
    for s, table in enumerate(kidney().table):
        rows = np.flatnonzero(data.state == s)
        mass, m, a, _ = nodes(table, KIDNEY, 1e-4)
        y, x = data.y[rows, np.newaxis], data.x[rows, np.newaxis]
        expected[rows] = (x * (a + y) / (a / m + x)) @ mass
    return expected


def by_size():
    rows = []
    for name, here in zip(CLASSES, of_class(), strict=True):
        deaths, person_years, mean = (v[here].sum() for v in (counts().y, counts().x, expected_then()))
        error = ERRORS * np.sqrt(mean / 3500)  # of 4,000 draws; a sum of rates varies no more than the deaths
        row = [deaths, deaths / person_years, About(mean, error), About(deaths / mean, error * deaths / mean**2)]
        rows.append([name, *row])
    return [["", "deaths", "raw rate", "fitted", "deaths / fitted"], ["counties", "", "", "", ""], *rows]


def scores():
    heads = ["", "log score", "ahead by", "standard error", "deviance", "80% coverage"]
    state, size, later = counts().state, counts().y.size, counts().later
    best = predicted("nested")[1]
    best_total, best_error, best_bias = score_of("nested")
    rows = []

    def compared(score, name=None):
        """By how much nested is ahead and its standard error over states, and the draws' errors of these."""
        gain = best.score - score
        of_state = np.array([gain[state == s].sum() for s in range(STATES)])
        off = of_state - of_state.sum() / STATES
        spread = np.sqrt(STATES * (off**2).sum() / (STATES - 1))
        weight = (STATES / (STATES - 1) * off / spread)[state]  # the derivative by a county's gain
        kinds = ["nested"] if name is None else ["nested", name]
        error = np.sqrt(sum(noise(kind, np.ones(size), "chance") ** 2 for kind in kinds))
        error_of_spread = np.sqrt(sum(noise(kind, weight, "chance") ** 2 for kind in kinds))
        bias = best_bias - (score_of(name)[2] if name else 0)
        return [About(gain.sum() - bias, ERRORS * error), About(spread, ERRORS * error_of_spread)]

    def inside(place):
        return float(((place > 0.1) & (place < 0.9)).mean())

    def sampled(name):
        """Deviance and coverage, with the draws' errors: a place near an edge may fall on either side."""
        p = predicted(name)[1]
        error = noise(name, 2 * (1 - later / p.expected), "expected")
        sd = p.place_sd / np.sqrt(EFFECTIVE[name])
        chance = special.ndtr((p.place - 0.1) / sd) - special.ndtr((p.place - 0.9) / sd)
        blur = np.sqrt((chance * (1 - chance)).sum()) / size
        return [About(deviance(p.expected), ERRORS * error), About(chance.mean(), ERRORS * blur)]

    for name, group in [("county", np.arange(size)), ("nation", np.zeros(size, int)), ("state", state)]:
        score, expected, place = pooled(group)
        rows.append([name, score.sum(), *compared(score), deviance(expected), inside(place)])
    for name in ("one population", "one spread"):
        total, error, bias = score_of(name)
        mine = predicted(name)[1].score
        rows.append([name, About(total - bias, ERRORS * error), *compared(mine, name), *sampled(name)])
    rows.append(["nested", About(best_total - best_bias, ERRORS * best_error), 0.0, 0.0, *sampled("nested")])
    return [heads, *rows]


def sizes():
    data, expected, rows = counts(), predicted("nested")[1].expected, []
    for name, here in zip(CLASSES, of_class(), strict=True):
        deaths, mean = data.later[here].sum(), expected[here].sum()
        error = ERRORS * noise("nested", here.astype(float), "expected")
        rose = 100 * (deaths / data.later_x[here].sum() / (data.y[here].sum() / data.x[here].sum()) - 1)
        rows.append([name, deaths, About(mean, error), About(deaths / mean, error * deaths / mean**2), rose])
    heads = ["", "deaths", "predicted", "deaths / predicted", "rate rose by (%)"]
    return [heads, ["counties", "", "", "", ""], *rows]


def surer():
    names = ["Florida", "Missouri", "Iowa", "Texas", "West Virginia", "New York", "Georgia", "Colorado", "Utah"]
    places = [counts().states.index(name) for name in names]

    def share(p):
        return About(p, ERRORS * np.sqrt(p * (1 - p) / 3000))  # of 4,000 draws

    rows = [[name, share(kidney().higher[s]), share(kidney().wider[s])] for name, s in zip(names, places, strict=True)]
    return [["", "mean above the median state", "spread above the median state"], *rows]


def quantiles(axis, below, probabilities=(0.025, 0.975)):
    return np.interp(probabilities, below, axis)


def rate_of_piute(posterior_of_state, axes):
    """Mean and 95% interval of Piute County's rate, and their standard errors from one draw."""
    place = nested_reference.place_of_piute()
    mass, m, a, _ = nodes(posterior_of_state, axes, 1e-5)
    shape, rate = a + counts().y[place], a / m + counts().x[place]
    line = np.linspace(0.01, 16, 4000)
    below = special.gammainc(shape, rate * line[:, np.newaxis]) @ mass
    mean = (shape / rate) @ mass
    sd = np.sqrt((shape * (shape + 1) / rate**2) @ mass - mean**2)
    ends = quantiles(line, below)
    density = np.interp(ends, line, np.gradient(below, line))
    return [mean, *ends], [sd, *np.sqrt(0.025 * 0.975) / density]


def how_much():
    tau, nu, omega = (grid.ravel() for grid in np.meshgrid(*KIDNEY[3:], indexing="ij"))
    mass = kidney().hyper.sum(axis=0).ravel()
    above = np.exp(tau**2) - 1
    alike = above / (above + (1 + above) * np.exp(-nu + omega**2 / 2))
    order = alike.argsort()
    mean = mass @ alike
    sd = np.sqrt(mass @ (alike - mean) ** 2)
    ends = quantiles(alike[order], np.cumsum(mass[order]))
    error = ERRORS * sd / np.sqrt(SIZES[0])
    # Half of the last printed digit for the grid, whose cells make the distribution function of a function jump.
    rows = [["correlation within a state", About(mean, error + 0.002), *(About(e, 3 * error + 0.005) for e in ends)]]
    (axes, table), utah = nation(), counts().states.index("Utah")
    for name, of_state, at in (
        ("Piute, its own state known", kidney().table[utah], KIDNEY),
        ("Piute, one population", table[0], axes),
    ):
        values, errors = rate_of_piute(of_state, at)
        cells = [About(v, ERRORS * e / np.sqrt(3500)) for v, e in zip(values, errors, strict=True)]
        rows.append([name, *cells])
    return [["", "mean", "2.5%", "97.5%"], *rows]


TABLES = [data, worlds, recovered, covered, errors, fitted, by_size, scores, sizes, surer, how_much]
