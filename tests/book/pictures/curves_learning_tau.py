"""What the still pictures of the chapter `learning-tau` draw, computed a second time."""

import re
from base64 import b64decode
from io import BytesIO

import numpy as np
import references
from matplotlib import image
from scipy import integrate, interpolate, special
from still_pictures import heights, histogram, panels, svg, upright
from tables_learning_tau import rank_chances

DRAWS = 100_000  # independent ones, behind the ranks and the replicated data


def three_curves():
    """The density of tau, and the mean and the standard deviation of each effect given tau."""
    top, middle, bottom = panels("learning-tau", "fig-three-curves")
    fine = np.linspace(0, 30, 400)
    likelihood = interpolate.CubicSpline(fine, [np.exp(references.restricted_log_likelihood(tau)) for tau in fine])
    beyond, _ = integrate.quad(lambda tau: np.exp(references.restricted_log_likelihood(tau)), 30, 3000, limit=400)
    area = likelihood.integrate(0, 30) + beyond
    rows = [(top, top.curves[0], lambda tau: likelihood(tau) / area)]
    given = [references.given_tau(max(tau, 1e-3)) for tau in np.linspace(0, 30, 301)]
    means, sds = (np.array(values)[:, :8] for values in zip(*((m, np.sqrt(np.diag(c))) for m, c in given), strict=True))
    grid = np.linspace(0, 30, 301)
    for j, curve in enumerate(middle.curves[:8]):
        rows.append((middle, curve, interpolate.CubicSpline(grid, means[:, j])))
    for error, curve in zip(sorted(set(references.SIGMA)), bottom.curves, strict=True):
        rows.append((bottom, curve, interpolate.CubicSpline(grid, sds[:, list(references.SIGMA).index(error)])))
    return rows


def crossover():
    """Three runs stand at each factor, and the line goes through the middle one; what NUTS is worth cannot be known."""
    [panel] = panels("learning-tau", "fig-crossover")
    factors = np.array([1.0, 2.0, 4.0, 16.0])
    rows = []
    for line, runs in zip(panel.curves, (panel.markers[:3], panel.markers[3:]), strict=True):
        rows += [(panel, dots, np.stack([factors, dots[:, 1]], axis=1)) for dots in runs]
        rows.append((panel, line, np.stack([factors, np.median([dots[:, 1] for dots in runs], axis=0)], axis=1)))
    return rows


def funnel():
    """The draws of the scatter plots with mu and tau, once more; of the chain, beside them, nothing is known."""
    left, _ = panels("learning-tau", "fig-funnel")
    with_mu, with_tau = (panel.markers[0] for panel in panels("learning-tau", "fig-joint"))
    [dots] = left.markers
    wide = with_tau[:, 0] > 2  # below, a pixel of tau is many of its logarithm
    rows = [(left, dots[wide], np.stack([with_mu[:, 1] - with_mu[:, 0], np.log(with_tau[:, 0])], axis=1)[wide])]
    mean, covariance = references.moments()
    middle, width = mean[0] - mean[-1], (covariance[0, 0] + covariance[-1, -1] - 2 * covariance[0, -1]) ** 0.5
    near = 4 * width / left.pixel[0] / len(dots) ** 0.5
    for found, expected in ((dots[:, 0].mean(), middle), (dots[:, 0].std(), width)):
        rows.append((left, np.array([[found, 0]]), np.array([[expected, 0]]), near))
    return rows


def joint():
    """The same draws of school A's effect in both panels; of the clouds, the middle and the standard deviations."""
    left, right = panels("learning-tau", "fig-joint")
    [with_mu], [with_tau] = left.markers, right.markers
    rows = [(right, with_tau, np.stack([with_tau[:, 0], with_mu[:, 1]], axis=1))]
    mean, covariance = references.moments()
    sd = np.diag(covariance) ** 0.5
    tau = references.tau_moment(1)
    sd_tau = (references.tau_moment(2) - tau**2) ** 0.5
    for panel, dots, middle, width in (
        (left, with_mu, (mean[-1], mean[0]), (sd[-1], sd[0])),
        (right, with_tau, (tau, mean[0]), (sd_tau, sd[0])),
    ):
        # Four standard errors of the mean; that of a standard deviation is no larger, unless the kurtosis is above 5.
        near = 4 * np.hypot(*(width / panel.pixel)) / len(dots) ** 0.5
        rows.append((panel, dots.mean(axis=0)[np.newaxis], np.array([middle]), near))
        rows.append((panel, dots.std(axis=0)[np.newaxis], np.array([width]), near))
    return rows


def school_ranks():
    """The shade of each cell, read by the scale beside it."""
    panel, scale = panels("learning-tau", "fig-school-ranks")
    # Both are stored upside down, and turned where they are shown.
    stored = r'base64,\s*([A-Za-z0-9+/=\s]+)" id="\w+" transform="scale\(1 -1\)'
    embedded = re.findall(stored, svg("learning-tau", "fig-school-ranks"))
    cells, bar = (image.imread(BytesIO(b64decode(picture)), format="png")[::-1, :, :3] for picture in embedded)
    bar = bar[:, bar.shape[1] // 2]
    middles = ((np.arange(8) + 0.5) * len(cells) / 8).astype(int)
    shades = cells[np.ix_(middles, middles)].reshape(64, 1, 3)
    place = np.abs(shades - bar).sum(axis=-1).argmin(axis=1)  # from the top of the scale
    found = 0.3 * (1 - (place + 0.5) / len(bar))
    chances = rank_chances().ravel()
    # A row of dots on the scale, and four standard errors of a share of the draws.
    near = (0.3 / len(bar) + 4 * (chances * (1 - chances) / DRAWS) ** 0.5) / scale.pixel[1]
    return [(scale, np.array([[k, found[k]]]), np.array([[k, chances[k]]]), near[k]) for k in range(64)]


def replicated():
    """The largest and the smallest replicate by integration, their standard deviation by draws of our own.

    All in proportion: the axes have no numbers.
    """
    largest, smallest, spread = panels("learning-tau", "fig-replicated")
    node, share = np.polynomial.hermite_e.hermegauss(16)
    nodes, masses = references.tau_rule(size=60)
    rng, again = np.random.default_rng(0), 300_000
    tops, bottoms, widths = np.arange(0, 81, 2), np.arange(-60, 21, 2), np.arange(41)
    rows = []
    for new in (False, True):
        below, above, spreads = np.zeros(tops.size), np.zeros(bottoms.size), np.zeros(widths.size - 1)
        for tau, mass, count in zip(nodes, masses, rng.multinomial(again, masses), strict=True):
            mean, covariance = references.given_tau(tau)
            own = np.zeros(references.J) if new else tau**2 / (tau**2 + references.SIGMA**2)
            sd = ((tau**2 if new else own * references.SIGMA**2) + references.SIGMA**2) ** 0.5
            mu = mean[-1] + covariance[-1, -1] ** 0.5 * np.append(node, rng.normal(size=count))[:, np.newaxis]
            centre = own * references.Y + (1 - own) * mu
            known, drawn = centre[: node.size], rng.normal(centre[node.size :], sd)
            weight = mass * share / share.sum()
            below += weight @ special.ndtr((tops[:, np.newaxis] - known[:, np.newaxis]) / sd).prod(axis=-1)
            above += weight @ special.ndtr((known[:, np.newaxis] - bottoms[:, np.newaxis]) / sd).prod(axis=-1)
            spreads += np.histogram(drawn.std(axis=1, ddof=1), widths)[0]
        for panel, edges, chances, draws in (
            (largest, tops, np.diff(below), DRAWS),
            (smallest, bottoms, -np.diff(above), DRAWS),
            (spread, widths, spreads, 1 / (1 / DRAWS + 1 / again)),  # of theirs and ours the variances add up
        ):
            unit = sum(heights(outline, edges)[:, 1].sum() for outline in panel.shapes) / 2  # both areas are one
            rows += histogram(panel, heights(panel.shapes[new], edges), chances / chances.sum(), unit, draws)
    observed = (references.Y.max(), references.Y.min(), references.Y.std(ddof=1))
    return rows + [
        upright(panel, panel.curves[0], x) for panel, x in zip((largest, smallest, spread), observed, strict=True)
    ]


FIGURES = {
    "fig-three-curves": three_curves,
    "fig-funnel": funnel,
    "fig-crossover": crossover,
    "fig-joint": joint,
    "fig-school-ranks": school_ranks,
    "fig-replicated": replicated,
}
