"""What the still pictures of the chapter `shrinkage` draw, computed a second time."""

import numpy as np
import references
from scipy import interpolate, stats
from still_pictures import heights, histogram, panels


def shrinkage_paths():
    """Nine curves, and below them the lead of the school A over school G."""
    above, below = panels("shrinkage", "fig-paths")
    grid = np.linspace(0, 40, 401)
    given = np.array([references.given_tau(max(tau, 1e-3))[0] for tau in grid])
    lead = interpolate.CubicSpline(grid, given[:, 0] - given[:, 6])
    zero, line = below.curves
    rows = [(above, curve, interpolate.CubicSpline(grid, given[:, j])) for j, curve in enumerate(above.curves[:9])]
    return [*rows, (below, zero, np.zeros_like), (below, line, lead)]


def three_taus():
    """The schools' own estimates, then their posterior means for three spreads, each in its own line of a row."""
    [panel] = panels("shrinkage", "fig-three-taus")
    means = [references.Y, *(references.given_tau(tau)[0][:-1] for tau in (5**0.5, 5, 20))]
    rows = np.arange(references.J) + np.array([[-0.3], [-0.1], [0.1], [0.3]])
    return [
        (panel, dots, np.stack([mean, row], axis=1)) for dots, mean, row in zip(panel.markers, means, rows, strict=True)
    ]


def under_dispersed():
    """Estimates, effects and posterior means of many schools, in proportion: the axis has no numbers."""
    [panel] = panels("shrinkage", "fig-under-dispersed")
    edges = np.arange(-30, 46, 0.5)
    found = [heights(outline, edges) for outline in panel.shapes]
    unit = sum(places[:, 1].sum() for places in found) / 3  # the area is one in each
    rows = []
    for places, variance in zip(found, (100 + 25, 25, 25**2 / (100 + 25)), strict=True):
        chances = np.diff(stats.norm(8, variance**0.5).cdf(edges))
        rows += histogram(panel, places, chances / chances.sum(), unit, 100_000)
    return rows


FIGURES = {"fig-paths": shrinkage_paths, "fig-three-taus": three_taus, "fig-under-dispersed": under_dispersed}
