"""What the still pictures of the chapter `asthma-nested` draw, computed a second time.

Posteriors come from quadrature, as in `nested_reference`, on coarser axes: a pixel is wider than their error.
"""

import re
from functools import cache
from xml.etree import ElementTree

import numpy as np
from nested_reference import counts, raw_rate
from scipy import interpolate, optimize, special, stats
from still_pictures import SVG, Panel, panels, svg

MODEL = [  # from what each symbol of the model depends on, to the symbol
    *[("mu", "m_i"), ("tau", "m_i"), ("nu", "a_i"), ("omega", "a_i")],
    *[("m_i", "lambda_{ij}"), ("a_i", "lambda_{ij}"), ("lambda_{ij}", "y_{ij}"), ("x_{ij}", "y_{ij}")],
]


def graph():
    """Arrows between the symbols, shortened by 17 points at each end, and what the two frames hold; in points."""
    parser = ElementTree.XMLParser(target=ElementTree.TreeBuilder(insert_comments=True))
    axes = next(g for g in ElementTree.fromstring(svg("asthma-nested", "fig-nested-graph"), parser).iter(f"{SVG}g"))
    circles, arrows, frames, places, labels = [], [], [], {}, {}
    for group in axes.iter(f"{SVG}g"):
        name = group.get("id", "")
        lines = [path.get("d") for path in group.findall(f"{SVG}path")]
        if name.startswith("patch"):
            corners = np.array(re.findall(r"[\d.]+", lines[0]), dtype=float).reshape(-1, 2)
        if name.startswith("patch") and "C" in lines[0]:
            circles.append((corners.min(axis=0) + corners.max(axis=0)) / 2)
        elif name.startswith("patch") and len(lines) == 2:  # the line and the head of an arrow
            head = np.array(re.findall(r"[\d.]+", lines[1]), dtype=float).reshape(-1, 2)
            arrows.append([corners[0], head[1]])
        elif name.startswith("patch"):
            frames.append(corners)
        elif name.startswith("text"):
            said = next(node.text.strip() for node in group.iter() if node.tag is ElementTree.Comment)
            moved = next(node.get("transform") for node in group.iter(f"{SVG}g") if node.get("transform"))
            where = np.array(re.match(r"translate\((\S+) (\S+)\)", moved).groups(), dtype=float)
            symbol = said.strip("$").lstrip("\\")
            (labels if " " in said else places)[symbol] = where + ([0, 0] if " " in said else [7, -4])
    nodes = {}
    for symbol, where in places.items():  # the middle of the circle around a symbol; the exposure has none
        near = min(circles, key=lambda circle: np.linalg.norm(circle - where))
        nodes[symbol] = near if np.linalg.norm(near - where) < 15 else where
    panel = Panel([], [], [], np.ones(2), (False, False), [], [])
    expected = []
    for start, end in MODEL:
        way = (nodes[end] - nodes[start]) / np.linalg.norm(nodes[end] - nodes[start])
        expected.append([*(nodes[start] + 17 * way), *(nodes[end] - 17 * way)])
    found, expected = np.array(arrows).reshape(-1, 4), np.array(expected)
    order = optimize.linear_sum_assignment(np.linalg.norm(expected[:, np.newaxis] - found, axis=2))[1]
    assert len(order) == len(arrows) == len(MODEL)
    # The head's own width shortens an arrow by a point; the exposure's middle is known to a few.
    rows = [
        (panel, drawn[ends][np.newaxis], wanted[ends][np.newaxis], 4)
        for drawn, wanted in zip(found[order], expected, strict=True)
        for ends in (slice(0, 2), slice(2, 4))
    ]
    for what, index in (("counties $j", "j"), ("states $i", "i")):
        # The label lies in its frame's lower left corner.
        frame = min(frames[-2:], key=lambda f: np.linalg.norm([f[:, 0].min(), f[:, 1].max()] - labels[what]))
        held = [n for n in nodes.values() if (frame.min(axis=0) < n).all() and (n < frame.max(axis=0)).all()]
        rows.append((panel, np.array(held), np.array([n for s, n in nodes.items() if index in s.partition("_")[2]])))
    return rows


LOG_MEAN, LOG_SHAPE = np.log(5) + np.arange(-1, 1.01, 0.04), np.arange(-2.4, 10, 0.4)
MEAN, SHAPE = np.exp(LOG_MEAN)[:, np.newaxis], np.exp(LOG_SHAPE)
MU, NU = np.arange(1.46, 1.67, 0.02), np.arange(2.2, 4.4, 0.2)
LOG_TAU, LOG_OMEGA = np.arange(np.log(0.05), np.log(0.28), 0.2), np.arange(np.log(0.3), np.log(2.5), 0.2)


@cache
def posterior():
    """Probabilities of each state's mean and shape, and posterior mean of the median state's rate."""
    data = counts()
    table = np.empty((len(data.states), LOG_MEAN.size, LOG_SHAPE.size))
    # Both axes have steps of 0.04, or ten of these, so few ratios of mean and shape differ.
    log_ratio = LOG_MEAN[:, np.newaxis] - LOG_SHAPE
    ratio, place = np.unique(np.round(np.exp(log_ratio), 12), return_inverse=True)
    for s in range(len(table)):  # negative binomial counts
        y, x = data.y[data.state == s], data.x[data.state == s]
        lost = np.log1p(x[:, np.newaxis] * ratio)
        rising = (special.gammaln(SHAPE + y[:, np.newaxis]) - special.gammaln(SHAPE)).sum(axis=0)
        of_y, of_all = ((w @ lost)[place].reshape(log_ratio.shape) for w in (y, np.ones_like(y)))
        table[s] = rising + y.sum() * log_ratio - of_y - SHAPE * of_all
    table = np.exp(table - table.max(axis=(1, 2), keepdims=True))

    def prior(axis, centre, log_spread):
        centre, spread = np.meshgrid(centre, np.exp(log_spread), indexing="ij")
        return stats.norm.pdf(axis, centre.reshape(-1, 1), spread.reshape(-1, 1)) * (axis[1] - axis[0])

    of_mean, of_shape = prior(LOG_MEAN, MU, LOG_TAU), prior(LOG_SHAPE, NU, LOG_OMEGA)
    sums = of_mean @ table @ of_shape.T
    first = stats.norm.logpdf(MU, np.log(5), np.log(2))[:, np.newaxis] - np.exp(2 * LOG_TAU) / 0.5 + LOG_TAU
    second = stats.norm.logpdf(NU, np.log(10), 1)[:, np.newaxis] - np.exp(2 * LOG_OMEGA) / 2 + LOG_OMEGA
    log_hyper = np.log(sums).sum(axis=0) + first.reshape(-1, 1) + second.ravel()
    hyper = np.exp(log_hyper - log_hyper.max())
    hyper /= hyper.sum()
    table *= of_mean.T @ (hyper / sums) @ of_shape
    median = hyper.sum(axis=1).reshape(MU.size, -1).sum(axis=1) @ np.exp(MU)
    return table / table.sum(axis=(1, 2), keepdims=True), float(median)


# Effective draws of 1,200: low ones, since each chain of 300 shares its hyperparameters.
OF_MEAN, OF_SHAPE = 400, 150


def median_row(panel, curve):
    """The median state's rate; its posterior standard deviation is about 0.022 of it."""
    _, median = posterior()
    return panel, curve, lambda x: np.full_like(x, median), 0.6 + 4 * 0.022 * median / OF_MEAN**0.5 / panel.pixel[1]


def mean_and_error(state, function, size):
    """Posterior mean of a function of a state's mean and shape, and the standard error from so many draws."""
    mass, values = posterior()[0][state], function(MEAN, SHAPE)
    mean = (mass * values).sum()
    return mean, np.sqrt((mass * (values - mean) ** 2).sum() / size)


def quantile_and_error(log_axis, mass, probability, size):
    """Quantile of a logarithm, by interpolation between cells, and its standard error."""
    edges = np.append(log_axis - (log_axis[1] - log_axis[0]) / 2, log_axis[-1] + (log_axis[1] - log_axis[0]) / 2)
    below = interpolate.PchipInterpolator(edges, np.append(0, np.cumsum(mass)))
    fine = np.linspace(edges[0], edges[-1], 4001)
    at = np.interp(probability, below(fine), fine)
    return at, np.sqrt(probability * (1 - probability) / size) / below(at, 1)


def states():
    """Raw rates (exact), posterior means and 95% intervals of the states' means and spreads; rows go by their names."""
    left, right = panels("asthma-nested", "fig-nested-states")
    data = counts()
    named = [word for word in left.words if word in data.states]
    raw = np.array([(raw_rate(name), row) for row, name in enumerate(named)])
    rows = [(left, left.markers[1], raw)]
    line = left.curves[0]
    _, median = posterior()
    error = 4 * 0.022 * median / OF_MEAN**0.5 / left.pixel[0]
    rows.append((left, line, np.column_stack([np.full(2, median), line[:, 1]]), 0.6 + error))
    for panel, size, function in (
        (left, OF_MEAN, lambda m, a: m + 0 * a),
        (right, OF_SHAPE, lambda m, a: 100 * a**-0.5 + 0 * m),
    ):
        for row, name in enumerate(named):
            s = data.states.index(name)
            mean, error = mean_and_error(s, function, size)
            rows.append(
                (panel, panel.markers[0][row : row + 1], np.array([[mean, row]]), 0.6 + 4 * error / panel.pixel[0])
            )
            mass = posterior()[0][s]
            for end, p in enumerate((0.025, 0.975)):
                if panel is left:
                    log, error = quantile_and_error(LOG_MEAN, mass.sum(axis=1), p, size)
                    at, error = np.exp(log), np.exp(log) * error
                else:
                    log, error = quantile_and_error(LOG_SHAPE, mass.sum(axis=0), 1 - p, size)
                    at, error = 100 * np.exp(-log / 2), 50 * np.exp(-log / 2) * error
                drawn = panel.bundles[0][row][end : end + 1]
                rows.append((panel, drawn, np.array([[at, row]]), 0.6 + 4 * error / panel.pixel[0]))
    return rows


def bars(panel):
    """Middles and heights of ten bars that stand on zero."""
    shapes = np.array([(s[:, 0].mean(), s[:, 1].max()) for s in panel.shapes])
    np.testing.assert_allclose([s[:, 1].min() for s in panel.shapes], 0, atol=0.5)
    return shapes


def places():
    """Histograms of the places of the later counts, with the seed's uniform values; one rate for all is exact."""
    left, right = panels("asthma-nested", "fig-nested-places")
    data, uniform = counts(), np.random.default_rng(3).uniform(size=counts().y.size)
    k, e = data.later, data.later_x * data.growth
    shape, rate = data.y.sum() + 0.5, data.x.sum()
    count = stats.nbinom(shape, rate / (rate + e))
    edges, middles = np.arange(11) / 10, np.arange(0.05, 1, 0.1)
    heights = np.histogram(count.cdf(k) - uniform * count.pmf(k), edges)[0]
    rows = [(panel, panel.curves[0], lambda x: np.full_like(x, data.y.size / 10)) for panel in (left, right)]
    rows.append((left, bars(left), np.column_stack([middles, heights])))
    chances = np.zeros((data.y.size, 10))
    for s, mass in enumerate(posterior()[0]):
        here = data.state == s
        where = np.nonzero(mass > 0.01 * mass.max())
        weight = mass[where] / mass[where].sum()
        m, a = np.exp(LOG_MEAN[where[0]]), np.exp(LOG_SHAPE[where[1]])
        y, x, later, later_x, u = (v[here, np.newaxis] for v in (data.y, data.x, k, e, uniform))
        shape, rate = a + y, a / m + x
        p = rate / (rate + later_x)
        below = special.betainc(shape, later + 1, p) - u * stats.nbinom.pmf(later, shape, p)
        centre = below @ weight
        spread = np.sqrt((below - centre[:, np.newaxis]) ** 2 @ weight / OF_SHAPE)
        up_to = special.ndtr((edges - centre[:, np.newaxis]) / np.maximum(spread, 1e-9)[:, np.newaxis])
        chances[here] = np.diff(up_to)
    # What the average over few draws leaves open is whether a place near an edge falls in one bar or the next.
    error = np.sqrt((chances * (1 - chances)).sum(axis=0))
    for bar, middle, height, each in zip(bars(right), middles, chances.sum(axis=0), error, strict=True):
        near = 0.6 + 4 * each / right.pixel[1]
        rows.append((right, bar[np.newaxis], np.array([[middle, height]]), near))
    return rows


def shrinkage():
    """From raw rates (exact) to posterior means, of the counties and of their state."""
    data, rows = counts(), []
    for panel, name in zip(
        panels("asthma-nested", "fig-nested-shrinkage"), ["Utah", "West Virginia", "Florida"], strict=True
    ):
        s = data.states.index(name)
        here = np.flatnonzero(data.state == s)
        for i, county in enumerate(here):
            y, x = data.y[county], data.x[county]
            mean, _ = mean_and_error(s, lambda m, a, y=y, x=x: (a + y) / (a / m + x), OF_MEAN)
            square, _ = mean_and_error(s, lambda m, a, y=y, x=x: (a + y) * (a + y + 1) / (a / m + x) ** 2, OF_MEAN)
            near = 0.6 + 4 * np.sqrt((square - mean**2) / OF_MEAN) / panel.pixel[1]
            line = panel.curves[i]
            rows.append((panel, panel.markers[0][i : i + 1], np.array([[1, mean]]), near))
            rows.append((panel, line[-1:], panel.markers[0][i : i + 1]))
            # A line that starts above the picture is cut off at its edge.
            end = line[-1, 1]
            rows.append((panel, line, lambda at, raw=y / x, end=end: raw + (end - raw) * at))
        mean, error = mean_and_error(s, lambda m, a: m + 0 * a, OF_MEAN)
        raw = [2, raw_rate(name)]
        for drawn in (panel.markers[1], panel.curves[len(here)]):
            rows.append((panel, drawn[:1], np.array([raw])))
            rows.append((panel, drawn[1:], np.array([[3, mean]]), 0.6 + 4 * error / panel.pixel[1]))
        rows.append(median_row(panel, panel.curves[len(here) + 1]))
    return rows


FIGURES = {
    "fig-nested-graph": graph,
    "fig-nested-places": places,
    "fig-nested-states": states,
    "fig-nested-shrinkage": shrinkage,
}
