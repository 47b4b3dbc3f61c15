"""What the still pictures of the chapter `asthma-county` draw, computed a second time."""

from math import factorial

import numpy as np
import references_asthma as asthma
from scipy import stats
from still_pictures import panels


def triplet():
    """Prior Gamma(3, 5), three deaths in one unit of exposure, and the likelihood with an area of one."""
    [panel] = panels("asthma-county", "fig-county-triplet")
    laws = [stats.gamma(3, scale=1 / 5), stats.gamma(4), stats.gamma(6, scale=1 / 6)]
    rows = [(panel, curve, law.pdf) for curve, law in zip(panel.curves[:3], laws, strict=True)]
    return [*rows, (panel, panel.markers[0], [[3, 0]])]


def sizes():
    """The prior, and what three deaths make of it in exposures of ten, of one and of a tenth."""
    [panel] = panels("asthma-county", "fig-county-sizes")

    def density(shape, rate):
        """Waiting time for so many events of a Poisson process."""
        return lambda x: rate * np.exp(-rate * x) * (rate * x) ** (shape - 1) / factorial(shape - 1)

    laws = [density(3, 5), density(6, 15), density(6, 6), density(6, 5.1)]
    return [(panel, curve, law) for curve, law in zip(panel.curves, laws, strict=True)]


def predictive():
    """Bars for the count of next year, and markers for Poisson counts with means of one and of three."""
    [panel] = panels("asthma-county", "fig-county-predictive")
    deaths = np.arange(9)
    chances = [asthma.county_count(1, [k], shape=6, rate=6) for k in deaths]
    bars = [
        [(k + side, height) for side in (-0.4, 0.4) for height in (0, p)] for k, p in zip(deaths, chances, strict=True)
    ]
    rows = [(panel, drawn, bar) for drawn, bar in zip(panel.shapes, bars, strict=True)]
    for drawn, mean in zip(panel.markers, (1, 3), strict=True):
        rows.append((panel, drawn, [(k, np.exp(-mean) * mean**k / factorial(k)) for k in deaths]))
    return rows


FIGURES = {"fig-county-triplet": triplet, "fig-county-sizes": sizes, "fig-county-predictive": predictive}
