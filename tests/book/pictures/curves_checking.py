"""What the still pictures of the chapter `checking` draw, computed a second time.

Bars of histograms are simulated but for the last figure; they are compared with expected ones, to four and a half
standard errors, since there are many. The strips are draws throughout: only the ranks beside them can be found again.
"""

import numpy as np
import references
from references import SIGMA, J
from scipy import integrate, special, stats
from still_pictures import panels

DATA_SETS, DRAWS, BARS = 2_000, 49, 10
ERRORS = 4.5


def strips():
    """The number beside a row is that of the strokes on the left of its diamond; rows are labelled from one."""
    [panel] = panels("checking", "fig-checking-strips")
    said = [int(word) for word in panel.words[panel.words.index("data set") + 1 :] if word != "rank"]
    rows = []
    for row, number in enumerate(said, start=1):
        strokes, diamond = panel.markers[2 * row - 2 : 2 * row]
        rank = (strokes[:, 0] < diamond[0, 0]).sum()
        rows.append((panel, np.array([[number, row]]), np.array([[rank, row]])))
        rows.append((panel, diamond, np.array([[diamond[0, 0], row]])))
        rows.append((panel, strokes, np.column_stack([strokes[:, 0], np.full(DRAWS, row)])))
    return rows


def band(size=DATA_SETS):
    """Counts that each of ten bars stays within, except for once in two thousand on either side."""
    k = np.arange(size + 1)
    log_choose = special.gammaln(size + 1) - special.gammaln(k + 1) - special.gammaln(size - k + 1)
    below = np.cumsum(np.exp(log_choose - k * np.log(10) + (size - k) * np.log(0.9)))
    return np.searchsorted(below, [0.0005, 0.9995])


def band_row(panel, count=1.0, size=DATA_SETS):
    """The band's corners; `count` is the height of one data set."""
    low, high = band(size) * count
    left, right = -0.5, DRAWS + 0.5
    return panel, panel.shapes[0], np.array([(left, low), (right, low), (right, high), (left, high)])


def bars(panel):
    """Heights of the bars of an outline, which has two corners a bar between its two ends."""
    outline = panel.shapes[1]
    tops = outline[1:-1].reshape(BARS, 2, 2)
    edges = -0.5 + 5 * np.arange(BARS + 1)
    np.testing.assert_allclose(tops[:, :, 0], np.stack([edges[:-1], edges[1:]], axis=1), atol=0.1)
    np.testing.assert_allclose(tops[:, 0, 1], tops[:, 1, 1])
    return np.column_stack([tops[:, :, 0].mean(axis=1), tops[:, 0, 1]])


def bar_rows(panel, chances, count=1.0, more=0, size=DATA_SETS):
    """A row for each bar; `more` is a variance of the chances themselves."""
    middles = 2 + 5 * np.arange(BARS)
    rows = []
    for place, bar, chance in zip(middles, bars(panel), chances, strict=True):
        error = np.sqrt(size * chance * (1 - chance) * (1 + more)) + 0.5
        expected = np.array([[place, size * chance * count]])
        rows.append((panel, bar[np.newaxis], expected, 0.6 + ERRORS * error * count / panel.pixel[1]))
    return rows


EVEN = np.full(BARS, 1 / BARS)


def slip_chances():
    """How often the truth in school A has a rank in each bar, among draws of the chain with the slip.

    Given how far the truth lies from the draws' mean, its rank is binomial.
    """
    coefficients, sd = references.checking_slip_of_a()
    effects = 10.0**2 * np.eye(J) + 5.0**2
    estimates = effects + np.diag(SIGMA**2)
    error = np.sqrt(effects[0, 0] - 2 * coefficients @ effects[:, 0] + coefficients @ estimates @ coefficients)
    z = np.linspace(-8, 8, 1601)
    below = special.ndtr(z * error / sd)
    up_to = stats.binom.cdf(5 * np.arange(BARS + 1)[:, np.newaxis] - 1, DRAWS, below)
    return np.diff(integrate.simpson(up_to * stats.norm.pdf(z), x=z))


def slip():
    """Bands, and bars of the right sampler and of the slip."""
    left, right = panels("checking", "fig-checking-slip")
    return [band_row(left), *bar_rows(left, EVEN), band_row(right), *bar_rows(right, slip_chances())]


def piled_up(size=8_000):
    """Chances of the ranks that pile up, from independent draws: of the likelihood, and of the prior.

    The first sampler draws from the prior, the second the effects from the data and mu from the effects.
    """
    rng = np.random.default_rng(1)
    mu = 5 * rng.standard_normal(size)
    theta = mu[:, np.newaxis] + 10 * rng.standard_normal((size, J))
    data = theta + SIGMA * rng.standard_normal((size, J))
    ranks = np.zeros((2, size), dtype=int)

    def misfit(theta):
        return (((data - theta) / SIGMA) ** 2).sum(axis=1)

    def distance(mu, theta):
        return ((theta - mu[:, np.newaxis]) ** 2).sum(axis=1) / 100 + mu**2 / 25

    for _ in range(DRAWS):
        other = 5 * rng.standard_normal((size, 1)) + 10 * rng.standard_normal((size, J))
        ranks[0] += misfit(other) > misfit(theta)
        other = data + SIGMA * rng.standard_normal((size, J))
        precision = J / 100 + 1 / 25
        other_mu = other.sum(axis=1) / 100 / precision + precision**-0.5 * rng.standard_normal(size)
        ranks[1] += distance(other_mu, other) > distance(mu, theta)
    return [np.bincount(row // 5, minlength=BARS) / size for row in ranks]


def joint():
    """Bands and bars of twelve panels without ticks: the height of one data set follows from all two thousand."""
    every = panels("checking", "fig-checking-joint", y=(0, 1))
    likelihood, prior = piled_up()
    rows = []
    for number, panel in enumerate(every):
        heights = bars(panel)[:, 1]
        count = heights.sum() / DATA_SETS
        # The panel reaches up to 400 data sets, or Matplotlib's twentieth above its highest bar.
        top = np.array([[0, max(400, 1.05 * heights.max() / count) * count]])
        rows += [(panel, np.array([[0, 1]]), top), band_row(panel, count)]
        chances = {6: likelihood, 11: prior}.get(number, EVEN)
        rows += bar_rows(panel, chances, count, DATA_SETS / 8_000 if number in (6, 11) else 0)
    return rows


def looked_at():
    """Bands, and bars where A's estimate is in its highest tenth, and of the school with the largest estimate."""
    rows = []
    for number, panel in enumerate(panels("checking", "fig-checking-looked-at")):
        size = (DATA_SETS // 10, DATA_SETS)[number % 2]
        chances = EVEN if number < 2 else references.checking_ranks_looked_at(("high", "best")[number % 2])
        rows += [band_row(panel, size=size), *bar_rows(panel, chances, size=size)]
    return rows


def library():
    """The lines of no departure; the others are draws."""
    return [(panel, panel.curves[0], np.zeros_like) for panel in panels("checking", "fig-checking-library")]


def power():
    """Chances to notice, by sums of binomial terms."""
    [panel] = panels("checking", "fig-checking-power")
    return [
        (panel, curve, np.vectorize(lambda factor, size=size: references.checking_power(size, factor)))
        for size, curve in zip((100, 1_000, 10_000), panel.curves, strict=True)
    ]


def shapes():
    """Bars of four sets of normal values from the seed, cut at the tenths of the normal distribution."""
    every = panels("checking", "fig-checking-shapes")
    z = np.random.default_rng(4).standard_normal((4, DATA_SETS))
    moved = [z[0] + 0.3, z[1] / 1.4, z[2], z[3] / 0.7]
    cuts = stats.norm.ppf(np.arange(BARS + 1) / BARS)
    rows = []
    for panel, values in zip(every, moved, strict=True):
        counted = np.histogram(values, cuts)[0]
        rows += [band_row(panel), (panel, bars(panel), np.column_stack([2 + 5 * np.arange(BARS), counted]))]
    return rows


FIGURES = {
    "fig-checking-strips": strips,
    "fig-checking-slip": slip,
    "fig-checking-joint": joint,
    "fig-checking-looked-at": looked_at,
    "fig-checking-library": library,
    "fig-checking-power": power,
    "fig-checking-shapes": shapes,
}
