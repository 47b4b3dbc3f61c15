"""The nested model of counts for kidney cancer, by quadrature and without `lib`: no sampler, no random number.

Given the four hyperparameters the states are independent. So one table a state, of the likelihood of its mean and
shape with the county rates integrated out, gives everything: the prior of a table's two axes factorises, and summing a
table for all hyperparameters is two matrix products.
"""

import statistics
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from paths import DATA
from scipy import interpolate, optimize, special, stats

FILE = DATA / "kidney_cancer_us.csv"
# Axes of a state's table: log mean (per 100,000 person-years) and log shape; and of the hyperparameters.
LOG_MEAN = np.log(5) + np.arange(-1.0, 1.0001, 0.02)
LOG_SHAPE = np.arange(-2.5, 10.01, 0.3)
MU = np.arange(1.43, 1.7001, 0.01)
TAU = np.exp(np.arange(np.log(0.035), np.log(0.35), 0.1))
NU = np.arange(1.9, 4.8, 0.1)
OMEGA = np.exp(np.arange(np.log(0.12), np.log(3.0), 0.12))


class Counts(NamedTuple):
    """Deaths and 100,000 person-years of the counties in the two periods, and each county's state as a number."""

    y: np.ndarray
    x: np.ndarray
    later: np.ndarray
    later_x: np.ndarray
    states: list[str]
    state: np.ndarray

    @property
    def growth(self):
        """National rate of the second period over that of the first."""
        return (self.later.sum() / self.later_x.sum()) / (self.y.sum() / self.x.sum())


@cache
def counts():
    frame = pd.read_csv(FILE)
    states = sorted(set(frame["state"]))
    return Counts(
        frame["deaths_1980_84"].to_numpy(float),
        frame["person_years_1980_84"].to_numpy() / 1e5,
        frame["deaths_1985_89"].to_numpy(float),
        frame["person_years_1985_89"].to_numpy() / 1e5,
        states,
        frame["state"].map({name: place for place, name in enumerate(states)}).to_numpy(),
    )


class Posterior(NamedTuple):
    """Weights of the hyperparameters, shape (mu, tau, nu, omega), and of each state's table, shape (S, mean, shape)."""

    hyper: np.ndarray
    table: np.ndarray


def _prior(values, centres, spreads):
    """Density of a state's parameter on its axis, a row for each pair of centre and spread."""
    centre, spread = (grid.ravel()[:, np.newaxis] for grid in np.meshgrid(centres, spreads, indexing="ij"))
    return stats.norm.pdf(values, centre, spread) * (values[1] - values[0])


@cache
def posterior():
    """The posterior of the chapter's model, with the chapter's priors."""
    data = counts()
    a, m = np.exp(LOG_SHAPE), np.exp(LOG_MEAN)[:, np.newaxis]
    table = np.zeros((len(data.states), LOG_MEAN.size, LOG_SHAPE.size))
    for y, x, s in zip(data.y, data.x, data.state, strict=True):  # negative binomial, by its mean and shape
        table[s] += special.gammaln(a + y) - special.gammaln(a) - a * np.log1p(x * m / a) + y * np.log(m / (a + x * m))
    table = np.exp(table - table.max(axis=(1, 2), keepdims=True))
    mean_prior, shape_prior = _prior(LOG_MEAN, MU, TAU), _prior(LOG_SHAPE, NU, OMEGA)
    sums = np.einsum("pm,sma->spa", mean_prior, table) @ shape_prior.T
    # tau and omega lie on logarithmic axes: dtau = tau dlog(tau).
    mean_hyper = (
        stats.norm.logpdf(MU, np.log(5), np.log(2))[:, np.newaxis] + stats.halfnorm.logpdf(TAU, scale=0.5) + np.log(TAU)
    )
    shape_hyper = (
        stats.norm.logpdf(NU, np.log(10), 1)[:, np.newaxis] + stats.halfnorm.logpdf(OMEGA, scale=1) + np.log(OMEGA)
    )
    log_hyper = np.log(sums).sum(axis=0) + mean_hyper.ravel()[:, np.newaxis] + shape_hyper.ravel()
    hyper = np.exp(log_hyper - log_hyper.max())
    hyper /= hyper.sum()
    for s in range(len(table)):
        table[s] *= mean_prior.T @ (hyper / sums[s]) @ shape_prior
    return Posterior(hyper.reshape(MU.size, TAU.size, NU.size, OMEGA.size), table)


def hyper_mean(name, function=lambda value: value):
    """Posterior mean of a hyperparameter, or of a function of one."""
    axes = {"mu": MU, "tau": TAU, "nu": NU, "omega": OMEGA}
    place = list(axes).index(name)
    others = tuple(i for i in range(4) if i != place)
    return float(posterior().hyper.sum(axis=others) @ function(axes[name]))


def state_expectation(state, function):
    """Posterior mean of a function of a state's mean and shape."""
    weight = posterior().table[counts().states.index(state)]
    return float((weight * function(np.exp(LOG_MEAN)[:, np.newaxis], np.exp(LOG_SHAPE))).sum() / weight.sum())


def state_quantile(state, probability, parameter):
    """Quantile of a state's mean or shape: its log's distribution function, smoothly interpolated between cells."""
    weight = posterior().table[counts().states.index(state)]
    axis, marginal = {"mean": (LOG_MEAN, weight.sum(axis=1)), "shape": (LOG_SHAPE, weight.sum(axis=0))}[parameter]
    below = interpolate.PchipInterpolator(axis + (axis[1] - axis[0]) / 2, np.cumsum(marginal) / marginal.sum())
    return float(np.exp(optimize.brentq(lambda log: below(log) - probability, axis[0] + 0.1, axis[-1] - 0.1)))


def deaths(state):
    """Deaths of 1980-84 in a state, added up one by one."""
    data = counts()
    return sum(int(y) for y, s in zip(data.y, data.state, strict=True) if data.states[s] == state)


def raw_rate(state):
    """Deaths over person-years of a state."""
    data = counts()
    there = data.state == data.states.index(state)
    return float(data.y[there].sum() / data.x[there].sum())


def ahead_of(scores):
    """How far the nested model's log score is ahead, and the standard errors of that over states and over counties."""
    gain, state = nested_scores()[0] - scores, counts().state
    over_states = statistics.stdev(gain[state == s].sum() for s in range(len(counts().states)))
    return float(gain.sum()), over_states * len(counts().states) ** 0.5, float(gain.std() * gain.size**0.5)


def county_rate(place):
    """Posterior mean of a county's rate, per 100,000 person-years."""
    data = counts()
    return state_expectation(data.states[data.state[place]], lambda m, a: (a + data.y[place]) / (a / m + data.x[place]))


def place_of_piute():
    """The row of Piute County in Utah."""
    frame = pd.read_csv(FILE)
    (place,) = np.flatnonzero((frame["state"] == "Utah") & (frame["county"] == "Piute County"))
    return int(place)


def piute():
    """Its posterior mean rate."""
    return county_rate(place_of_piute())


def piute_in_one_population():
    """The same, the states not known: averaged over the shape and the mean of one population."""
    weight, a, m = one_population()[4:]
    place = place_of_piute()
    return float(weight @ ((a + counts().y[place]) / (a / m + counts().x[place])))


def alike():
    """Posterior mean of the correlation of two rates in a state, by the variances of a simulated state and county."""
    hyper = posterior().hyper
    total = 0.0
    z = np.linspace(-6, 6, 241)
    weight = np.exp(-(z**2) / 2) / np.exp(-(z**2) / 2).sum()
    for (i, j, k), mass in np.ndenumerate(hyper.sum(axis=0)):
        m, a = np.exp(TAU[i] * z), np.exp(NU[j] + OMEGA[k] * z)
        between = weight @ m**2 - (weight @ m) ** 2
        total += mass * between / (between + (weight @ m**2) * (weight @ (1 / a)))
    return float(total / hyper.sum())


@cache
def nested_scores():
    """Sum of the log scores of 1985-89, and the deviance, with every rate multiplied by the national growth."""
    data, weight = counts(), posterior().table
    weight = weight / weight.sum(axis=(1, 2), keepdims=True)
    a, m = np.exp(LOG_SHAPE), np.exp(LOG_MEAN)[:, np.newaxis]
    log_score, expected = np.empty(data.y.size), np.empty(data.y.size)
    for i, (y, x, k, e, s) in enumerate(
        zip(data.y, data.x, data.later, data.later_x * data.growth, data.state, strict=True)
    ):
        shape, rate = a + y, a / m + x
        log_p = special.gammaln(shape + k) - special.gammaln(shape) - special.gammaln(k + 1)
        log_p = log_p - shape * np.log1p(e / rate) + k * np.log(e / (rate + e))
        log_score[i] = np.log((weight[s] * np.exp(log_p)).sum())
        expected[i] = e * (weight[s] * (shape / rate)).sum()
    return log_score, deviance(expected)


def deviance(expected):
    """Poisson deviance of the counts of 1985-89."""
    later = counts().later
    seen = later > 0
    return float(2 * ((later[seen] * np.log(later[seen] / expected[seen])).sum() - (later - expected).sum()))


@cache
def pooled_scores(what):
    """The same for no pooling ("county"), state means ("state") and one rate for all ("nation").

    Each rate has the posterior that its own deaths and person-years give with Jeffreys's prior.
    """
    data = counts()
    index = {"county": np.arange(data.y.size), "state": data.state, "nation": np.zeros(data.y.size, int)}[what]
    shape = (np.bincount(index, data.y) + 0.5)[index]
    rate = np.bincount(index, data.x)[index]
    e = data.later_x * data.growth
    return stats.nbinom.logpmf(data.later, shape, rate / (rate + e)), deviance(e * shape / rate)


@cache
def one_population():
    """Shape, mean (posterior means) and scores of one Gamma population for all counties."""
    data = counts()
    log_shape, log_mean = np.arange(np.log(7), np.log(30), 0.02), np.log(4.87) + np.arange(-0.07, 0.071, 0.0025)
    a, m = (grid.ravel() for grid in np.meshgrid(np.exp(log_shape), np.exp(log_mean), indexing="ij"))
    log_p = stats.norm.logpdf(np.log(a), np.log(10), 1) + stats.norm.logpdf(np.log(m), np.log(5), np.log(2))
    for y, x in zip(data.y, data.x, strict=True):
        log_p += special.gammaln(a + y) - special.gammaln(a) - a * np.log1p(x * m / a) + y * np.log(m / (a + x * m))
    weight = np.exp(log_p - log_p.max())
    keep = weight > 1e-6 * weight.max()
    a, m, weight = a[keep], m[keep], weight[keep] / weight[keep].sum()
    shape, rate = a[:, np.newaxis] + data.y, (a / m)[:, np.newaxis] + data.x
    e = data.later_x * data.growth
    p = np.exp(stats.nbinom.logpmf(data.later, shape, rate / (rate + e)))
    return (
        float(weight @ a),
        float(weight @ m),
        np.log(weight @ p),
        deviance(e * (weight @ (shape / rate))),
        weight,
        a,
        m,
    )
