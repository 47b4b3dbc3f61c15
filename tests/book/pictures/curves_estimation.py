"""What the still pictures of the chapter `estimation` draw, computed a second time."""

import numpy as np
from references import J, Y, gibbs_autocorrelation, given_tau, restricted_log_likelihood
from scipy import integrate, interpolate, stats
from still_pictures import panels

TAU = 5.0
MEAN, COVARIANCE = given_tau(TAU)  # of the eight effects and mu
PRECISION = np.linalg.inv(COVARIANCE)


def slices():
    """Full conditionals, from the precision matrix of all nine parameters, relative to their highest values."""
    top, bottom = panels("estimation", "fig-slices", y=(0, 1.5))

    def along(k, theta, mu):
        away = np.append(theta, mu) - MEAN
        others = np.arange(J + 1) != k
        centre = MEAN[k] - PRECISION[k, others] @ away[others] / PRECISION[k, k]
        return lambda x: np.exp(-PRECISION[k, k] * (x - centre) ** 2 / 2)

    return [
        (top, top.curves[0], along(0, Y, 8)),
        (top, top.curves[1], along(0, Y + 20, 8)),
        (top, top.curves[2], along(0, Y, 28)),
        (bottom, bottom.curves[0], along(J, Y, 8)),
        (bottom, bottom.curves[1], along(J, Y + 20, 8)),
    ]


def gibbs(mu, normal):
    """Draws of effects and mu in turn, from standard normal values of shape (draws, chains, 9)."""
    kept, position = [], np.empty((normal.shape[1], J + 1))
    position[:, -1] = mu
    sd = np.diag(PRECISION) ** -0.5
    for z in normal:
        for block in (slice(0, J), slice(J, J + 1)):
            rest = np.ones(J + 1, dtype=bool)
            rest[block] = False
            pull = (position[:, rest] - MEAN[rest]) @ PRECISION[rest, block] * sd[block] ** 2
            position[:, block] = MEAN[block] - pull + sd[block] * z[:, block]
        kept.append(position.copy())
    return np.array(kept)


def staircase():
    """Ellipses of the exact posterior; the path is that of the seed's normal values."""
    [panel] = panels("estimation", "fig-staircase")
    centre, inverse = MEAN[[0, -1]], np.linalg.inv(COVARIANCE[np.ix_([0, -1], [0, -1])])
    rows = []
    for outside, [ellipse] in zip((0.5, 0.2, 0.05), ([bundle] for bundle in panel.bundles[0]), strict=True):
        away = ellipse - centre
        square = np.einsum("ni,ij,nj->n", away, inverse, away)
        rows.append((panel, ellipse, centre + away * np.sqrt(-2 * np.log(outside) / square)[:, np.newaxis]))
    path = gibbs(-8, np.random.default_rng(26).standard_normal((12, 1, J + 1)))[:, 0, [0, -1]]
    corners = [(path[0, 0], -8), *path, *zip(path[1:, 0], path[:-1, 1], strict=True)]
    return [
        *rows,
        (panel, panel.curves[0], np.array(corners)),
        (panel, panel.markers[0], path),
        (panel, panel.markers[1], np.array(corners[:1])),
    ]


def warm_up():
    """Expected and drawn paths of mu from four starts; each iteration takes its normal values for the effects first."""
    [panel] = panels("estimation", "fig-warm-up")
    rng, t = np.random.default_rng(8), np.arange(61)
    starts = np.array([-60, -20, 40, 80])
    normal = [np.hstack([rng.standard_normal((4, J)), rng.standard_normal((4, 1))]) for _ in range(60)]
    drawn = np.vstack([starts, gibbs(starts, np.array(normal))[..., -1]])
    rows = []
    for k, start in enumerate(starts):
        expected = MEAN[-1] + (start - MEAN[-1]) * gibbs_autocorrelation(TAU) ** t
        rows.append((panel, panel.curves[2 * k], np.column_stack([t, expected])))
        rows.append((panel, panel.curves[2 * k + 1], np.column_stack([t, drawn[:, k]])))
    return rows


def acceptance(step):
    """Mean acceptance rate of a random walk: a step d is accepted with probability 2 Phi(-(d' P d)^(1/2) / 2).

    Craig's formula for Phi turns the average over normal steps into one integral.
    """
    power = step**2 * np.linalg.eigvalsh(PRECISION) / 4
    return integrate.quad(lambda a: np.prod((1 + power / np.sin(a) ** 2) ** -0.5), 0, np.pi / 2)[0] * 2 / np.pi


def tuning():
    """Acceptance rates. What a chain is worth is skipped: nobody knows it exactly."""
    top, bottom = panels("estimation", "fig-tuning")
    steps = 10 ** (-1 + np.log10(300) * np.arange(9) / 8)
    rows = []
    for step, marker in zip(steps, top.markers[0], strict=True):
        rate = acceptance(step)
        error = 0.0042  # of 16,000 iterations, here more: the most that forty such studies showed at any step
        rows.append((top, marker[np.newaxis], np.array([[step, rate]]), 0.6 + 4 * error / top.pixel[1]))
    rows += [(panel, panel.curves[0], panel.markers[0]) for panel in (top, bottom)]
    rows.append((bottom, bottom.markers[0], np.column_stack([steps, bottom.markers[0][:, 1]])))
    return rows


def ranks():
    """From the traces as they are drawn: a chain's draws among the first share of all, minus that share.

    Not of the largest steps: there many draws are equal, which the lines of the traces do not show.
    """
    rows, first = [], np.arange(201) / 200
    for panel, traces in zip(
        panels("estimation", "fig-ranks")[:2], panels("estimation", "fig-traces")[:2], strict=True
    ):
        drawn = np.array([np.interp(10 * np.arange(300), *line.T) for line in traces.curves])
        places = stats.rankdata(drawn).reshape(drawn.shape) / drawn.size
        for curve, own in zip(panel.curves[-len(drawn) :], places, strict=True):
            away = (own[:, np.newaxis] < first).mean(axis=0) - first
            rows.append((panel, curve, lambda x, away=away: np.interp(x, first, away)))
    return rows


def hastings():
    """Walks of the seed on tau, with the likelihood of contrasts; the wrong one leaves its correction out."""
    [panel] = panels("estimation", "fig-hastings")
    grid = np.linspace(-12, 8, 801)
    spline = interpolate.CubicSpline(grid, [restricted_log_likelihood(np.exp(value)) for value in grid])
    rng, draws = np.random.default_rng(70), 2_500
    walks = []
    for corrected in (1, 0):
        log_tau, kept = np.full(20, np.log(TAU)), []
        for _ in range(draws):
            step = rng.standard_normal(20)
            gain = spline(np.maximum(log_tau + step, -12)) - spline(np.maximum(log_tau, -12)) + corrected * step
            log_tau = np.where(np.log(rng.random(20)) < gain, log_tau + step, log_tau)
            kept.append(log_tau)
        walks.append(np.exp(kept))
    right, wrong = walks
    lines = [*wrong[:, :3].T, *right[:, :3].T]
    return [
        (panel, curve, lambda x, line=line: line[5 * np.rint(x / 5).astype(int)])
        for curve, line in zip(panel.curves, lines, strict=True)
    ]


def four_routes():
    """Exact means and central intervals; each row's bar is centred on its marker."""
    [panel] = panels("estimation", "fig-four-routes", y=(7.6, -0.6))
    sd = np.sqrt(np.diag(COVARIANCE))[:J]
    half = stats.norm.ppf(0.975) * sd
    rows = []
    # Effective draws, from the chapter's table of costs, rounded down: the least of all parameters.
    for k, size in enumerate((9_000, 8_000, 1_000, 4_000)):
        row = np.arange(J) - 0.27 + 0.18 * k
        error = sd.max() / size**0.5
        bars = np.array(panel.bundles[k])
        rows.append(
            (panel, panel.markers[k], np.column_stack([MEAN[:J], row]), 0.6 + 4 * error / panel.pixel[0]),
        )
        rows.append((panel, bars.mean(axis=1), panel.markers[k]))
        # Half the distance of two quantiles, whose errors hardly go together: 0.0584 is the normal density there.
        error *= np.sqrt(0.025 * 0.95 / 2) / 0.0584
        width = np.diff(bars[:, :, 0]).ravel() / 2
        rows.append(
            (panel, np.column_stack([width, row]), np.column_stack([half, row]), 0.6 + 4 * error / panel.pixel[0])
        )
    return rows


FIGURES = {
    "fig-slices": slices,
    "fig-staircase": staircase,
    "fig-warm-up": warm_up,
    "fig-tuning": tuning,
    "fig-ranks": ranks,
    "fig-hastings": hastings,
    "fig-four-routes": four_routes,
}
