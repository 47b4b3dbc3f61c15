"""What the still pictures of the chapter `pooling` draw, computed a second time."""

import numpy as np
import references
from scipy import special
from still_pictures import histogram, panels, tops, upright

DRAWS = 100_000  # simulated data sets


def eight_schools():
    """Each estimate, a bar that covers 95% about it, and a line at no effect."""
    [panel] = panels("pooling", "fig-eight-schools")
    rows = np.arange(references.J)
    reach = special.ndtri(0.975) * references.SIGMA
    bars = [
        (panel, bar, np.array([[y - half, row], [y + half, row]]))
        for bar, y, half, row in zip(panel.shapes, references.Y, reach, rows, strict=True)
    ]
    [estimates], [zero] = panel.markers, panel.curves
    return [*bars, (panel, estimates, np.stack([references.Y, rows], axis=1)), upright(panel, zero, 0)]


def extremes():
    """Histograms of the smallest and of the largest of eight, in proportion: the axis has no numbers."""
    [panel] = panels("pooling", "fig-extremes")
    edges = np.arange(-60, 80, 2)
    below = special.ndtr((edges[:, np.newaxis] - references.pooled()[0]) / references.SIGMA)
    smallest, largest = np.diff(1 - (1 - below).prod(axis=1)), np.diff(below.prod(axis=1))
    found = tops(panel.shapes)
    unit = found[:, 1].sum() / (smallest.sum() + largest.sum())
    middles = (edges[:-1] + edges[1:]) / 2
    places = np.stack([np.tile(middles, 2), found[:, 1]], axis=1)
    return [
        (panel, found, places),
        *histogram(panel, found, np.concatenate([smallest, largest]), unit, DRAWS),
        upright(panel, panel.curves[0], references.Y.min()),
        upright(panel, panel.curves[1], references.Y.max()),
    ]


def densities():
    """Normal densities about the pooled mean, the highest 0.9 rows high, each with its estimate; not the shading."""
    [panel] = panels("pooling", "fig-densities")
    pooled = references.pooled()[0]

    def height(x, row):
        sigma = references.SIGMA[row]
        return row - 0.9 * references.SIGMA.min() / sigma * np.exp(-(((x - pooled) / sigma) ** 2) / 2)

    rows = [upright(panel, panel.curves[-1], pooled)]
    for row, (curve, dot) in enumerate(zip(panel.curves[:-1], panel.markers, strict=True)):
        y = references.Y[row]
        rows += [(panel, curve, lambda x, row=row: height(x, row)), (panel, dot, np.array([[y, height(y, row)]]))]
    return rows


def power():
    """How often Q rejects, by Imhof's formula; the page simulates."""
    [panel] = panels("pooling", "fig-power")
    tau = np.arange(0, 26, 2.5)
    chances = np.array([references.power_of_q(value) for value in tau])
    line, level = panel.curves
    rows = [(panel, level, lambda x: np.full_like(x, 0.05))]
    for one, dot, at, chance in zip(line, panel.markers[0], tau, chances, strict=True):
        near = 0.6 + 4 * (chance * (1 - chance) / DRAWS) ** 0.5 / panel.pixel[1]  # four standard errors
        rows += [(panel, place[np.newaxis], np.array([[at, chance]]), near) for place in (one, dot)]
    return rows


def compromise():
    """For each school a line from the pooled mean to its own estimate."""
    [panel] = panels("pooling", "fig-compromise")
    precision = 1 / references.SIGMA**2
    pooled = precision @ references.Y / precision.sum()
    return [
        (panel, curve, lambda w, y=y: w * y + (1 - w) * pooled)
        for curve, y in zip(panel.curves, references.Y, strict=True)
    ]


FIGURES = {
    "fig-eight-schools": eight_schools,
    "fig-extremes": extremes,
    "fig-densities": densities,
    "fig-power": power,
    "fig-compromise": compromise,
}
