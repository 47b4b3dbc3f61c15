"""What the still pictures of the chapter `shrinkage` draw, computed a second time."""

import numpy as np
import references
from scipy import interpolate
from still_pictures import panels


def shrinkage_paths():
    [panel] = panels("shrinkage", "fig-paths")
    grid = np.linspace(0, 40, 400)
    given = np.array([references.given_tau(max(tau, 1e-3))[0] for tau in grid])
    return [(panel, curve, interpolate.CubicSpline(grid, given[:, j])) for j, curve in enumerate(panel.curves[:9])]


FIGURES = {"fig-paths": shrinkage_paths}
