"""What the still pictures of the chapter `batting` draw, computed a second time."""

import numpy as np
import references_batting as batting
from scipy import interpolate, special, stats
from still_pictures import NEAR, histograms, panels

DRAWS = 10_000  # independent ones, of each of the two models in the pictures
ROWS = np.arange(batting.PLAYERS)
FIRST, AFTER = batting.HITS / 45, batting.REST_HITS / batting.REST


def arcsine():
    """Standard deviation of an average of 45, on its own scale and on the arcsine scale."""
    left, right = panels("batting", "fig-arcsine")
    return [
        (left, left.curves[0], lambda p: np.sqrt(p * (1 - p) / 45)),
        (right, right.curves[0], np.vectorize(batting.sd_on_arcsine)),
        (right, right.curves[1], np.ones_like),
    ]


def eighteen():
    """For each player his average, the James-Stein prediction and the rest of the season."""
    [panel] = panels("batting", "fig-eighteen")
    grand = 215 / 810
    kept = 1 - (batting.PLAYERS - 3) * grand * (1 - grand) / 45 / (batting.PLAYERS * FIRST.var())
    first, predicted, rest = (np.stack([x, ROWS], axis=1) for x in (FIRST, batting.shrunk(kept, FIRST), AFTER))
    return [
        (panel, panel.curves[0], np.array([[grand, -0.6], [grand, batting.PLAYERS - 0.4]])),
        (panel, np.concatenate(panel.shapes), np.concatenate([first, predicted])),
        *((panel, *pair) for pair in zip(panel.markers, (first, predicted, rest), strict=True)),
    ]


def stein_risk(k, noncentrality, positive=False):
    """Risk of James-Stein towards a point, with or without the positive part, by quadrature over the length of X.

    Where the positive part leaves nothing, Stein's unbiased estimate of the risk is the square of the length less k.
    """
    if k == 2:
        return 2.0  # nothing is shrunk
    node, weight = np.polynomial.legendre.leggauss(60)
    kink, middle = np.sqrt(k - 2), np.sqrt(k + noncentrality)
    ends = [1e-9, kink, max(kink, middle - 9) + 1e-9, middle + 9]
    total = 0.0
    for low, high in zip(ends, ends[1:], strict=False):
        length = low + (high - low) * (node + 1) / 2
        density = 2 * length * stats.ncx2.pdf(length**2, k, noncentrality)
        loss = k - (k - 2) ** 2 / length**2
        if positive and high <= kink:
            loss = length**2 - k
        total += (high - low) / 2 * (weight * density) @ loss
    return total


def stein_risks():
    """Formulas and simulations for four dimensions, against the spread of the true values."""
    rows = []
    for k, panel in zip((2, 3, 10, 50), panels("batting", "fig-stein-risk"), strict=True):
        rules = {
            "James-Stein": lambda s, k=k: stein_risk(k, k * s**2),
            "positive part": lambda s, k=k: stein_risk(k, k * s**2, positive=True),
            "wrong point": lambda s, k=k: stein_risk(k, k * (s**2 + 4)),
        }
        if k > 2:
            rules["grand mean"] = lambda s, k=k: 1 + stein_risk(k - 1, k * s**2)
        # The errors of observations as they are, chi-squared with variance 2 k, spread more than those of any rule
        # but James-Stein in three dimensions, whose have no variance near zero: two and a half times as much is theirs
        near = NEAR + 4 * np.sqrt(2 / k / 10_000) / panel.pixel[1]
        rows.append((panel, panel.curves[0], np.ones_like))
        dots = iter(panel.markers)
        for (name, rule), curve in zip(rules.items(), panel.curves[1:], strict=True):
            rows.append((panel, curve, lambda s, rule=rule, k=k: np.array([rule(value) for value in s]) / k))
            wide = 2.5 * near if (k, name) == (3, "James-Stein") else near
            rows += [(panel, next(dots), np.array([[s, rule(s) / k]]), wide) for s in (0.5, 1.5, 3)]
    return rows


def populations():
    """Shapes of all likely populations' Beta distributions and their weights: first no pooling, then a hierarchy."""
    alpha, beta, log_weight = batting.beta_population(steps=(25, 60))
    likely = log_weight > np.log(1e-5)
    weight = np.exp(log_weight[likely])
    yield np.ones(1), np.ones(1), np.ones(1)
    yield alpha[likely], beta[likely], weight / weight.sum()


def chances(alpha, beta, at_bats, hits):
    """Chances of 0 to all hits in new at bats, a row for each population, for one who had so many in 45."""
    a, b, new = (alpha + hits)[:, np.newaxis], (beta + 45 - hits)[:, np.newaxis], np.arange(at_bats + 1)
    return np.exp(batting.log_ways(new, at_bats) + special.betaln(a + new, b + at_bats - new) - special.betaln(a, b))


def intervals():
    """90% predictive intervals of two models, and what happened."""
    [panel] = panels("batting", "fig-batting-intervals")
    rows = [(panel, panel.markers[0], np.stack([AFTER, ROWS], axis=1))]
    bars = np.concatenate(panel.shapes).reshape(2, -1, 2)
    for (alpha, beta, weight), drawn, shift in zip(populations(), bars, (-0.15, 0.15), strict=True):
        for j, (hits, at_bats) in enumerate(zip(batting.HITS, batting.REST, strict=True)):
            below = (weight @ chances(alpha, beta, at_bats, hits)).cumsum()
            # A quantile of draws is that of a share that strays by its binomial standard error
            error = 4 * np.sqrt(0.05 * 0.95 / DRAWS)
            low, middle, high = (
                np.searchsorted(below, np.array([0.05, 0.95]) + stray) / at_bats for stray in (-error, 0, error)
            )
            near = NEAR + max((high - middle).max(), (middle - low).max()) / panel.pixel[0]
            ends = np.stack([middle, np.full(2, j + shift)], axis=1)
            rows.append((panel, drawn[2 * j : 2 * j + 2], ends, near))
    return rows


def lattice(values, chance, edges):
    """Chances of bins of a variable with few values; one on an edge, but for the last, belongs to the right."""
    at = np.searchsorted(edges - 1e-6, values, side="right") - 1
    inside = (values > edges[0] - 1e-6) & (values < edges[-1] + 1e-6)
    return np.bincount(np.minimum(at[inside], edges.size - 2), chance[inside], edges.size - 1)


def checks():
    """Copies of the data under two models, and the data: the lowest and the highest number of hits, and the mean.

    For the standard deviation only the data are checked: of it there is no distribution but by simulation, and the
    share of copies that spread more is one of the chapter's tables.
    """
    least, most, mean, sd = panels("batting", "fig-batting-checks")
    data = [batting.HITS.min(), batting.HITS.max(), batting.HITS.mean(), batting.HITS.std(ddof=1)]
    rows = []
    for panel, value in zip((least, most, mean, sd), data, strict=True):
        [line] = panel.curves
        rows.append((panel, line, np.stack([np.full(2, value), line[:, 1]], axis=1)))
    shares = {0: [], 1: [], 2: []}
    for model, (alpha, beta, weight) in enumerate(populations()):
        of = {hits: chances(alpha, beta, 45, hits) for hits in set(batting.HITS.tolist())}
        below = [of[hits].cumsum(axis=1) for hits in batting.HITS.tolist()]
        highest = np.diff(weight @ np.prod(below, axis=0), prepend=0)
        above = np.prod([1 - each + of[hits] for each, hits in zip(below, batting.HITS.tolist(), strict=True)], axis=0)
        lowest = -np.diff(weight @ above, append=0)
        total = np.prod([np.fft.rfft(of[hits], 1024) for hits in batting.HITS.tolist()], axis=0)
        total = np.fft.irfft(weight @ total, 1024)
        new = np.arange(1024)
        for place, panel, values, chance in [
            (0, least, np.arange(46), lowest),
            (1, most, np.arange(46), highest),
            (2, mean, new / batting.PLAYERS, np.maximum(total, 0)),
        ]:
            shares[place].append(lattice(values, chance, panel.shapes[model][::2, 0]))
    for place, panel in enumerate((least, most, mean)):
        rows += histograms(panel, panel.shapes, shares[place], [DRAWS, DRAWS])
    return rows


def williams():
    """By how much the hierarchy's log score exceeds complete pooling's, and that of the copied row."""
    [panel] = panels("batting", "fig-williams")
    gaps = []
    for hits, at_bats in ((batting.REST_HITS, batting.REST), batting.with_copied_williams()):
        complete = batting.log_ways(hits, at_bats) + special.betaln(216 + hits, 596 + at_bats - hits)
        gaps.append(batting.beta_scores(hits, at_bats)[0] - complete + special.betaln(216, 596))
    bars = [*zip(ROWS, gaps[0], strict=True), (batting.WILLIAMS, gaps[1][batting.WILLIAMS])]
    corners = [np.array([[x, j + y] for x in (0, gap) for y in (-0.4, 0.4)]) for j, gap in bars]
    return [
        (panel, panel.curves[0], np.array([[0, -0.6], [0, batting.PLAYERS - 0.4]])),
        *((panel, shape[:4], expected) for shape, expected in zip(panel.shapes, corners, strict=True)),
    ]


def fine_print():
    """The odd one out of eighteen and the average of all; ten with one noisy observation, relative to no shrinkage."""
    left, right = panels("batting", "fig-fine-print")
    eta = np.linspace(0, 12, 61)
    one, other = np.array([batting.coordinate_risks(18, value) for value in eta]).T
    noisy, quiet = np.array([batting.coordinate_risks(10, value) for value in eta]).T
    return [
        (left, left.curves[0], interpolate.CubicSpline(eta, one)),
        (left, left.curves[1], interpolate.CubicSpline(eta, (one + 17 * other) / 18)),
        (left, left.curves[2], np.ones_like),
        (right, right.curves[0], interpolate.CubicSpline(eta, (25 * noisy + 9 * quiet) / 34)),
        (right, right.curves[1], np.ones_like),
    ]


FIGURES = {
    "fig-arcsine": arcsine,
    "fig-eighteen": eighteen,
    "fig-stein-risk": stein_risks,
    "fig-fine-print": fine_print,
    "fig-batting-intervals": intervals,
    "fig-batting-checks": checks,
    "fig-williams": williams,
}
