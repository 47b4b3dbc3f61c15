"""What the still pictures of the chapter `asthma-county` draw, computed a second time."""

from scipy import stats
from still_pictures import panels


def triplet():
    """Prior Gamma(3, 5), three deaths in one unit of exposure, and the likelihood with an area of one."""
    [panel] = panels("asthma-county", "fig-county-triplet")
    laws = [stats.gamma(3, scale=1 / 5), stats.gamma(4), stats.gamma(6, scale=1 / 6)]
    return [(panel, curve, law.pdf) for curve, law in zip(panel.curves[:3], laws, strict=True)]


FIGURES = {"fig-county-triplet": triplet}
