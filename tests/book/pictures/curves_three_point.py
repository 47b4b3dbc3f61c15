"""What the still pictures of the chapter `three-point` draw, computed a second time."""

import numpy as np
import references_three_point as three_point
from scipy import special
from still_pictures import NEAR, histograms, panels

OWN = (167 + 170 + 137, 446 + 482 + 412)  # makes and attempts of his three earlier seasons
FIRST_DRAWS, SEASON_DRAWS, REGULARS_DRAWS = 4 * 8000, 4 * 3000, 4 * 2500


def worth():
    """His expected rate against the worth of a prior from his history, and of one from the league."""
    [panel] = panels("three-point", "fig-tp-worth")
    made, attempts = three_point.counts("first")
    y, n = three_point.COVINGTON
    [(later, of)] = [
        (int(row["rest_made"]), int(row["rest_attempts"]))
        for row in three_point.SHOTS
        if row["player"] == "Robert Covington"
    ]
    history, league, afterwards = panel.curves
    return [
        (panel, history, lambda worth: (OWN[0] / OWN[1] * worth + y) / (worth + n)),
        (panel, league, lambda worth: (made.sum() / attempts.sum() * worth + y) / (worth + n)),
        (panel, afterwards, lambda worth: np.full_like(worth, later / of)),
        (panel, panel.markers[0], np.array([[OWN[1], (OWN[0] + y) / (OWN[1] + n)]])),
    ]


def funnel():
    """Percentages and posterior means against attempts, and where 95% would be if all were alike."""
    made, attempts = three_point.counts("season")
    mean, kappa, weight = three_point.spread_grid("season")
    rates = [(mean * kappa + y) / (kappa + n) for y, n in zip(made, attempts, strict=True)]
    means = np.array([(weight * rate).sum() for rate in rates])
    sds = np.array([np.sqrt((weight * (rate - m) ** 2).sum()) for rate, m in zip(rates, means, strict=True)])
    place = [row["player"] for row in three_point.SHOTS].index("Robert Covington")
    pooled = made.sum() / attempts.sum()
    rows = []
    for panel, shares in zip(panels("three-point", "fig-tp-funnel"), (made / attempts, means), strict=True):
        # the means are those of draws of the population
        near = NEAR + (4 * sds.max() / np.sqrt(SEASON_DRAWS) / panel.pixel[1] if shares is means else 0)
        points = np.stack([attempts, shares], axis=1)
        everybody, him = panel.markers
        rows += [(panel, everybody, points, near), (panel, him, points[place : place + 1], near)]
        for side, curve in zip((-1, 1), panel.curves, strict=True):
            rows.append((panel, curve, lambda n, side=side: pooled + side * 1.96 * np.sqrt(pooled * (1 - pooled) / n)))
    return rows


def spread():
    """Three posterior densities of the standard deviation between players."""
    [panel] = panels("three-point", "fig-tp-spread")
    edges = np.arange(41) * 0.0015
    kinds = [("first", False), ("first", True), ("rest", True)]
    shares = [np.diff(np.interp(edges, *three_point.spread_between(*kind))) for kind in kinds]
    draws = [FIRST_DRAWS, REGULARS_DRAWS, REGULARS_DRAWS]
    return histograms(panel, panel.shapes, shares, draws)


def winner():
    """Abilities of all; of the player with the best start in a league; and his first percentage, by enumeration."""
    [panel] = panels("three-point", "fig-tp-winner")
    mean, kappa = three_point.best_beta_binomial()
    a, b = mean * kappa, (1 - mean) * kappa
    sizes, times = np.unique(three_point.counts("first")[1], return_counts=True)
    shares = np.unique(np.concatenate([np.arange(n + 1) / n for n in sizes]))
    below, kinds = np.ones(shares.size), []
    for n, count in zip(sizes, times, strict=True):
        pmf = three_point.predictive_pmf(n, a, b)
        made = np.floor(shares * n + 1e-9).astype(int)
        up_to = pmf.cumsum()[made]
        below *= up_to**count
        kinds.append((n, made, count * np.where(np.isclose(made / n, shares), pmf[made], 0) / up_to))
    chance = np.diff(below, prepend=0)
    among = chance / np.maximum(sum(odds for _, _, odds in kinds), 1e-300)  # who of equals has won hardly matters
    edges = np.arange(0.275, 0.66, 0.01)
    ability = 0
    for n, made, odds in kinds:
        likely = among * odds > 1e-7
        y = made[likely]
        ability = ability + (among * odds)[likely] @ np.diff(
            special.betainc((a + y)[:, np.newaxis], (b + n - y)[:, np.newaxis], edges), axis=1
        )
    first, _ = np.histogram(shares, edges, weights=chance)
    return histograms(
        panel, panel.shapes, [np.diff(special.betainc(a, b, edges)), ability, first], [100 * 176, 10_000, 10_000]
    )


def stabilisation():
    """The weight of one's own percentage, its median and a band with 90%, from first and from all shots."""
    [panel] = panels("three-point", "fig-tp-stabilisation")
    *ends, half = panel.curves  # of each: the middle, the lower and the upper end
    rows = [(panel, half, lambda n: np.full_like(n, 0.5))]
    for part, draws, (middle, low_end, high_end), band in zip(
        ("first", "season"), (FIRST_DRAWS, SEASON_DRAWS), (ends[:3], ends[3:]), panel.shapes, strict=True
    ):
        # A corner, the lower edge, a corner, the upper edge backwards, and the first corner again
        count = len(band) // 2 - 1
        edges = [band[1 : count + 1], middle, low_end, high_end, band[count + 2 : 2 * count + 2]]
        for share, curve in zip((0.95, 0.5, 0.95, 0.05, 0.05), edges, strict=True):
            # A quantile of draws is that of a share that strays by its binomial standard error
            error = 4 * np.sqrt(share * (1 - share) / draws)
            kappas = [three_point.kappa_quantile(share + stray, part) for stray in (-error, 0, error)]
            low, expected, high = (lambda n, kappa=kappa: n / (n + kappa) for kappa in kappas)
            n = np.linspace(0, 2000, 201)
            near = NEAR + max(np.abs(end(n) - expected(n)).max() for end in (low, high)) / panel.pixel[1]
            rows.append((panel, curve, expected, near))
    return rows


FIGURES = {
    "fig-tp-worth": worth,
    "fig-tp-funnel": funnel,
    "fig-tp-spread": spread,
    "fig-tp-winner": winner,
    "fig-tp-stabilisation": stabilisation,
}
