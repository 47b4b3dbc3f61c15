"""What each explorable should show at a setting, computed without its table: by closed forms, quadrature, counting."""

import numpy as np
from drawn import Drawn, Panel
from scipy import optimize, stats

from lib import plots
from lib.estimators import partial_pooling


def on_rows(x):
    """Symbols, one a row."""
    return np.column_stack([x, np.arange(len(x))])


def bars(start, end):
    """Bars, one a row; their ends from left to right."""
    low, high = np.minimum(start, end), np.maximum(start, end)
    return np.stack([on_rows(low), on_rows(high)], axis=1)


def log_likelihood(y, sigma, tau):
    """Log density, up to a constant, of the differences from the last group, with the effects integrated out.

    The differences know nothing of mu. For an array tau, one value each.
    """
    contrast = np.column_stack([np.eye(len(y) - 1), -np.ones(len(y) - 1)])
    variance = np.square(sigma) + np.square(tau)[..., np.newaxis]
    covariance = (contrast * variance[..., np.newaxis, :]) @ contrast.T
    difference = (contrast @ y)[:, np.newaxis]
    square = (difference.T @ np.linalg.solve(covariance, difference))[..., 0, 0]
    return -(np.linalg.slogdet(covariance)[1] + square) / 2


def shrinkage(y, sigma, names, taus, tau, axis="Effect"):
    """Give the panels of `shrinkage_explorable` with its slider at tau."""
    pooled, z = partial_pooling(y, sigma, tau), stats.norm.ppf(0.975)
    curve = log_likelihood(y, sigma, taus)
    top = {
        "Ring": Drawn(on_rows(y), "a group's own estimate"),
        "Dashed": Drawn([pooled.mu], "population mean"),
        "Dot": Drawn(on_rows(pooled.mean), "the estimate given τ"),
        "bar": Drawn(bars(pooled.mean - z * pooled.sd, pooled.mean + z * pooled.sd), "its 95% interval"),
    }
    bottom = {
        "line": Drawn([np.column_stack([taus, curve - curve.max()])]),
        "Dot": Drawn([[tau, log_likelihood(y, sigma, tau) - curve.max()]]),
    }
    return [
        Panel("Estimates at this τ", axis, None, top, list(names)),
        Panel("How well each τ explains the data", "τ", "Log likelihood", bottom),
    ]


def prior(y, sigma, names, scale, axis="Effect"):
    """Give the panels of `prior_explorable` with its slider at a scale."""
    # The half-Cauchy distribution is uniform in the angle whose tangent is tau / scale.
    node, weight = np.polynomial.legendre.leggauss(600)
    tau = scale * np.tan((node + 1) * np.pi / 4)
    likelihood = log_likelihood(y, sigma, tau)
    weight = weight * np.exp(likelihood - likelihood.max())
    weight /= weight.sum()
    pooled = partial_pooling(y, sigma, tau)
    mean = weight @ pooled.mean

    def quantile(group, probability):
        def beyond(value):
            return weight @ stats.norm.cdf(value, pooled.mean[:, group], pooled.sd[:, group]) - probability

        return optimize.brentq(beyond, mean[group] - 50 * max(sigma), mean[group] + 50 * max(sigma))

    low, high = ([quantile(group, p) for group in range(len(y))] for p in (0.025, 0.975))
    top = {
        "Ring": Drawn(on_rows(y), "a group's own estimate"),
        "Dashed": Drawn([weight @ pooled.mu], "mean of μ"),
        "Dot": Drawn(on_rows(mean), "posterior mean"),
        "bar": Drawn(bars(low, high), "95% interval"),
    }
    shown = np.linspace(0, 3 * np.mean(sigma), 73)
    curve = log_likelihood(y, sigma, shown)
    curve = np.exp(curve - curve.max())
    density = stats.cauchy.pdf(shown, scale=scale) / stats.cauchy.pdf(0, scale=scale)
    bottom = {
        "Dashed": Drawn([np.column_stack([shown, density])], "prior"),
        "Grey": Drawn([np.column_stack([shown, curve])], "likelihood"),
        "Thick": Drawn([np.column_stack([shown, density * curve])], "posterior"),
        "Dotted upright": Drawn([weight @ tau], "posterior mean of τ"),
    }
    return [
        Panel("Estimates under this prior", axis, None, top, list(names)),
        Panel("Prior times likelihood", "Spread between groups, τ", "Relative density", bottom),
    ]


def frequency(sequences, number):
    """Give the panels of `frequency_explorable` with its slider at the sequence of a number, from one."""
    panels = []
    for place, (name, rows) in enumerate(sequences.items()):
        running = []
        for row in rows[:number]:
            counts = [sum(row[: draw + 1]) for draw in range(len(row))]
            running.append([(draw, count / draw) for draw, count in enumerate(counts, start=1)])
        ones = [(draw, -0.12) for draw, one in enumerate(rows[number - 1], start=1) if one]
        drawn = {
            "Grey": Drawn(running[:-1]),
            "line": Drawn(running[-1:], color=plots.BLUE),
            "Dot": Drawn([running[-1][-1]], color=plots.BLUE),
            "Upright stroke": Drawn(np.reshape(ones, (-1, 2)), color=plots.VERMILION),
        }
        last = place == len(sequences) - 1
        panels.append(Panel(name, "draw" if last else None, "frequency", drawn))
    return panels


def nested(counts, exposure, group, *, show, centre, between, within, axis="Rate"):
    """Give the panel of `nested_explorable` with its sliders at two spreads, in per cent."""
    counts, exposure, group = np.asarray(counts), np.asarray(exposure), np.asarray(group)
    tau, a = between / 100, 1 / (within / 100) ** 2
    m = centre * np.exp(np.linspace(-8 * tau, 8 * tau, 4001))
    raw, estimate, state = [], [], []
    for place in show:
        weight = stats.norm.logpdf(np.log(m / centre), scale=tau)
        for other in np.flatnonzero(group == group[place]):
            weight = weight + stats.nbinom.logpmf(counts[other], a, a / (a + m * exposure[other]))
        weight = np.exp(weight - weight.max())
        raw.append(counts[place] / exposure[place])
        estimate.append(np.average((a + counts[place]) / (a / m + exposure[place]), weights=weight))
        state.append(np.average(m, weights=weight))
    drawn = {
        "Ring": Drawn(on_rows(raw), "raw rate"),
        "Dot": Drawn(on_rows(estimate), "the county's estimate"),
        "Upright stroke": Drawn(on_rows(state), "its state's mean", plots.GREEN),
        "Dashed": Drawn([centre], "median state"),
        "bar": Drawn(bars(raw, estimate)),
    }
    return [Panel("Estimates at these spreads", axis, None, drawn, list(show.values()))]
