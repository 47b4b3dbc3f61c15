"""What the still pictures of the chapter `learning-tau` draw, computed a second time."""

import numpy as np
import references
from scipy import integrate, interpolate
from still_pictures import panels, smooth


def three_curves():
    """The density of tau, and the mean and the standard deviation of each effect given tau."""
    top, middle, bottom = panels("learning-tau", "fig-three-curves")
    likelihood = smooth(lambda tau: np.exp(references.restricted_log_likelihood(tau)), 0, 30)
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


FIGURES = {"fig-three-curves": three_curves}
