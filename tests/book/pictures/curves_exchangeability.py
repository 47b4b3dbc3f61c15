"""What the still pictures of the chapter `exchangeability` draw, computed a second time."""

from functools import cache
from math import comb

import exchangeability_reference as reference
import numpy as np
from references import SIGMA, J, Y
from scipy import special, stats
from still_pictures import histogram, histograms, panels, tops, upright

TAU = (np.arange(800) + 0.5) / 10


def means_of_a_and_b(prior_sd=10.0, scale=10.0):
    """Posterior means and standard deviations of the effects in A and B: mu and tau have the chapter's proper priors.

    Given tau, data and effects are jointly normal: the effects' mean is that of a regression on the data.
    """
    weights, means, covariances = given_tau(prior_sd, scale)
    mean = np.average(means, axis=0, weights=weights)
    squares = means**2 + covariances[:, [0, 1], [0, 1]]
    return mean, np.sqrt(np.average(squares, axis=0, weights=weights) - mean**2)


@cache
def given_tau(prior_sd=10.0, scale=10.0):
    """The posterior weight of each tau, and the means and the covariance matrices of the effects in A and B there."""
    weights, means, covariances = [], [], []
    for t in TAU:
        effects = np.diag(np.full(J, t**2)) + prior_sd**2
        gain = effects @ np.linalg.inv(effects + np.diag(SIGMA**2))
        density = stats.multivariate_normal(np.zeros(J), effects + np.diag(SIGMA**2)).pdf(Y)
        weights.append(density * np.exp(-(t**2) / (2 * scale**2)))
        means.append((gain @ Y)[:2])
        covariances.append((effects - gain @ effects)[:2, :2])
    return np.array(weights), np.array(means), np.array(covariances)


def a_less_b(edges):
    """Chances that the difference of the effects in A and B lies between the edges, before the data and after."""
    weights, means, covariances = given_tau()
    contrast = np.array([1, -1])
    before = stats.norm.cdf(edges / (2**0.5 * TAU[:, np.newaxis]))
    middle, sd = means @ contrast, np.sqrt(contrast @ covariances @ contrast)
    after = stats.norm.cdf((edges - middle[:, np.newaxis]) / sd[:, np.newaxis])
    prior = np.exp(-(TAU**2) / (2 * 10**2))
    return [np.diff(np.average(each, axis=0, weights=w)) for each, w in ((before, prior), (after, weights))]


def before_after():
    """The diagonals, the middle of either cloud, since draws themselves cannot be known, and the differences."""
    before, after, both = panels("exchangeability", "fig-before-after")
    rows = [(panel, panel.curves[0], lambda x: x) for panel in (before, after)]
    mean, sd = means_of_a_and_b()
    cloud = before.markers[0]
    cloud = cloud[(np.abs(cloud) < 45).all(axis=1)]  # beyond the frame Matplotlib moves them
    # Four standard errors; before the data, a standard deviation is below sqrt(10**2 + 10**2).
    near = 4 * np.hypot(200**0.5, 200**0.5) / len(cloud) ** 0.5 / before.pixel[0]
    rows.append((before, cloud.mean(axis=0)[np.newaxis], np.zeros((1, 2)), near))
    cloud = after.markers[0]
    near = 4 * np.hypot(*sd) / len(cloud) ** 0.5 / after.pixel[0]
    rows.append((after, cloud.mean(axis=0)[np.newaxis], mean[np.newaxis], near))
    rows.append((after, cloud.std(axis=0)[np.newaxis], sd[np.newaxis], near))
    edges = np.arange(-34, 35, 4)
    chances = a_less_b(edges)
    outlines = [shape - [0, shape[0, 1]] for shape in both.shapes]  # heights from the foot: they have no scale
    rows += histograms(both, outlines, chances, [100_000 * each.sum() for each in chances])
    return [*rows, upright(both, both.curves[-1], 0.0)]


def correlations():
    """The lowest correlation, and the corners of the areas above and below zero."""
    [panel] = panels("exchangeability", "fig-correlations")
    sizes = np.arange(2, 51)
    lowest, zero = np.stack([sizes, -1 / (sizes - 1)], axis=1), np.stack([sizes, np.zeros(49)], axis=1)
    blue, orange = (np.unique(corners, axis=0) for corners in panel.shapes)
    return [
        (panel, panel.markers[0], lowest),
        (panel, blue, np.concatenate([zero, zero + [0, 1]])),
        (panel, orange, np.concatenate([zero, lowest])),
    ]


def urns():
    """The frequencies after a thousand draws and the density of Beta(2, 3), in proportion: the axis has no numbers.

    The forty single urns on the left are draws, which cannot be known.
    """
    _, right = panels("exchangeability", "fig-urns")
    corners = np.round(1000 * np.array([right.shapes[0][:, 0].min(), right.shapes[-1][:, 0].max()]))
    edges = np.linspace(*corners / 1000, 31)
    chances, _ = np.histogram(np.arange(1001) / 1000, edges, weights=reference.polya_counts(1000))
    found = tops(right.shapes)
    unit = found[:, 1].sum()
    area = unit * (edges[1] - edges[0])
    return [
        *histogram(right, found, chances, unit, 4000),
        (right, right.curves[0], lambda p: area * 12 * p * (1 - p) ** 2),
    ]


def distance(n, k):
    """From the first k of n, half of them ones, to a fair coin: all orders are counted, by their logarithms."""

    def log_comb(a, b):
        return special.gammaln(a + 1) - special.gammaln(b + 1) - special.gammaln(a - b + 1)

    s = np.arange(max(0, k - n // 2), min(k, n // 2) + 1)
    shuffle = np.exp(log_comb(n // 2, s) + log_comb(n // 2, k - s) - log_comb(n, k))
    coin = np.exp(log_comb(k, s) - k * np.log(2))
    return float(np.abs(shuffle - coin).sum() + 1 - coin.sum()) / 2


def bounds():
    """Both bounds and the distance: of the first ten of n, and of the first k of ten thousand."""
    left, right = panels("exchangeability", "fig-bounds")
    return [
        (left, left.curves[0], lambda n: 45 / n),
        (left, left.curves[1], lambda n: 20 / n),
        (left, left.curves[2], lambda n: np.array([distance(2 * round(value / 2), 10) for value in n])),
        (right, right.curves[0], lambda k: k * (k - 1) / 20_000),
        (right, right.curves[1], lambda k: k / 5000),
        (right, right.curves[2], lambda k: np.array([distance(10_000, round(value)) for value in k])),
    ]


def permutations():
    """Correlations after reassignment, simulated a second time, and the exact law of the early shots.

    The heights are in proportion: the axes have no numbers.
    """
    *correlated, early = panels("exchangeability", "fig-permutations")
    shares, rows, again = np.array(reference.SHARES), [], 50_000
    rng = np.random.default_rng(0)
    mixed = rng.permuted(np.tile(stats.zscore(shares), (again, 1)), axis=1)
    for panel, label in zip(correlated, (np.arange(len(shares)), np.array(reference.TRIES)), strict=True):
        found = tops(panel.shapes)
        edges = np.append([bar[:, 0].min() for bar in panel.shapes], panel.shapes[-1][:, 0].max())
        counts, _ = np.histogram(mixed @ stats.zscore(label) / len(label), edges)
        # Five thousand reassignments there, and ours: their variances add up.
        rows += histogram(panel, found, counts / again, found[:, 1].sum(), 1 / (1 / 5000 + 1 / again))
        rows.append(upright(panel, panel.curves[0], stats.pearsonr(shares, label).statistic))
    law = np.ones(1)
    for a, b, c, d in reference.SHOTS:
        m, n = a + b, c + d
        law = np.convolve(law, [comb(m, s) * comb(n - m, c - s) / comb(n, c) for s in range(c + 1)])
    found = tops(early.shapes)
    ends = np.round([early.shapes[0][:, 0].min(), early.shapes[-1][:, 0].max()])
    chances, _ = np.histogram(np.arange(law.size), np.linspace(*ends, 31), weights=law)
    rows += histogram(early, found, chances, found[:, 1].sum(), 100_000)
    return [*rows, upright(early, early.curves[0], sum(a for a, _, _, _ in reference.SHOTS))]


FIGURES = {
    "fig-before-after": before_after,
    "fig-correlations": correlations,
    "fig-urns": urns,
    "fig-bounds": bounds,
    "fig-permutations": permutations,
}
