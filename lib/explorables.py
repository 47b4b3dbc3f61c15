"""Explorables: charts with sliders that a page can show without a server, each made by a function of its own."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from functools import partial

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special, stats

from lib.estimators import partial_pooling
from lib.models import NestedGammaPoisson, NormalNormal
from lib.plots import BLUE, GREEN, GREY, VERMILION
from lib.validation import FloatArray, count_vector, finite_number, finite_vector

EXPLORABLE_MIME = "application/vnd.borrowing-strength.explorable+json"


class Explorable:
    """An interactive chart that a page can show without a server.

    The site draws it with scripts that it carries itself, and shows a still picture where scripts are off; a notebook
    shows Altair's own offline version.

    Parameters
    ----------
    chart : altair chart
    alt : str
        What the still picture shows, for a reader who cannot see it.
    title : str
        The chart's name, for a reader who hears it.
    """

    def __init__(self, chart: alt.TopLevelMixin, *, alt: str, title: str) -> None:
        self.chart, self.alt, self.title = chart, alt, title

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        return {
            EXPLORABLE_MIME: {"spec": self.chart.to_dict(), "alt": self.alt, "title": self.title},
            "text/html": self.chart.to_html(inline=True),
            "text/plain": self.alt,
        }


def shrinkage_explorable(
    y: ArrayLike, sigma: ArrayLike, labels: Sequence[object], *, tau: ArrayLike, start: float, axis: str = "Effect"
) -> alt.VConcatChart:
    """Let a reader move the between-group standard deviation and watch every estimate follow.

    Parameters
    ----------
    y, sigma : array_like, shape (J,)
        Estimated effects and their standard errors.
    labels : sequence, length J
    tau : array_like, shape (n,)
        The values that the slider takes, evenly spaced from zero or more.
    start : float
        The value that it starts from, one of them.
    axis : str
        What the horizontal axis of the upper panel says.

    Returns
    -------
    altair.VConcatChart
        Above, the groups' estimates with 95% intervals, their own estimates and the population mean; below, the log
        marginal likelihood of tau, relative to its largest value on the slider.

    Raises
    ------
    ValueError
        If the values of tau are not evenly spaced, or `start` is not one of them.
    """
    tau, slider, here = _slider("tau", tau, start, "tau", "Spread between groups, τ ")
    model, pooled = NormalNormal(y, sigma, labels=labels), partial_pooling(y, sigma, tau)
    half = stats.norm.ppf(0.975) * pooled.sd
    fit = model.log_marginal_likelihood(tau=tau)
    curve = pd.DataFrame({"tau": tau, "mu": pooled.mu.round(3), "log_likelihood": (fit - fit.max()).round(4)})
    line = alt.Chart(curve).encode(x=alt.X("tau:Q", title="τ"), y=alt.Y("log_likelihood:Q", title="Log likelihood"))
    now = line.transform_filter(here).mark_circle(color=VERMILION, size=110, opacity=1)
    words = "Estimates at this τ", "population mean", "the estimate given τ, and its 95% interval"
    top = _estimates_panel(model, (pooled.mean, pooled.mean - half, pooled.mean + half), curve, here, axis, *words)
    bottom = _panel([line.mark_line(color=BLUE), now], 110, "How well each τ explains the data")
    return alt.vconcat(top, bottom).add_params(slider)


def prior_explorable(
    y: ArrayLike, sigma: ArrayLike, labels: Sequence[object], *, scale: ArrayLike, start: float, axis: str = "Effect"
) -> alt.VConcatChart:
    """Let a reader widen a half-Cauchy prior for the between-group standard deviation and watch every estimate follow.

    Parameters
    ----------
    y, sigma : array_like, shape (J,)
        Estimated effects and their standard errors; at least three groups.
    labels : sequence, length J
    scale : array_like, shape (n,)
        The prior's scales that the slider takes, above zero and evenly spaced.
    start : float
        The scale that it starts from, one of them.
    axis : str
        What the horizontal axis of the upper panel says.

    Returns
    -------
    altair.VConcatChart
        Above, the groups' posterior means with 95% equal-tailed intervals, tau integrated out, their own estimates and
        the posterior mean of mu; below, the prior density and the likelihood of tau, each relative to its largest
        value, their product, the posterior, and the posterior mean of tau.

    Raises
    ------
    ValueError
        If the scales are not positive and evenly spaced, or `start` is not one of them.
    """
    scale, slider, here = _slider("scale", scale, start, "prior_scale", "Scale of the prior ", positive=True)
    model = NormalNormal(y, sigma, labels=labels)
    # Steps of equal ratio resolve both ends; what lies beyond them weighs less than the rounding of what is shown.
    tau = np.geomspace(1e-5 * model.sigma.min(), 1e5 * max(model.sigma.max(), float(np.ptp(model.y))), 1000)
    log_mass = model.log_marginal_likelihood(tau=tau) + np.log(tau) - np.log1p((tau / scale[:, np.newaxis]) ** 2)
    mass, pooled = special.softmax(log_mass, axis=1), partial_pooling(y, sigma, tau)
    low, high = (_mixture_quantile(probability, mass, pooled.mean, pooled.sd) for probability in (0.025, 0.975))
    means = pd.DataFrame({"scale": scale, "mu": (mass @ pooled.mu).round(3), "tau": (mass @ tau).round(3)})
    words = "Estimates under this prior", "mean of μ", "posterior mean and 95% interval"
    top = _estimates_panel(model, (mass @ pooled.mean, low, high), means, here, axis, *words)
    shown = np.linspace(0, 3 * model.sigma.mean(), 73)
    fit = model.log_marginal_likelihood(tau=shown)
    curve = pd.DataFrame({"tau": shown.round(3), "likelihood": np.exp(fit - fit.max()).round(5)})
    spread = alt.X("tau:Q", title="Spread between groups, τ")
    density = partial(alt.Y, title="Relative density", scale=alt.Scale(domain=[0, 1]))
    line = alt.Chart(curve).transform_calculate(prior="1 / (1 + pow(datum.tau / prior_scale, 2))").encode(x=spread)
    line = line.transform_calculate(posterior="datum.prior * datum.likelihood")
    layers = [
        line.mark_line(color=VERMILION, strokeDash=[6, 3]).encode(y=density("prior:Q")),
        line.mark_line(color=GREY).encode(y=density("likelihood:Q")),
        line.mark_line(color=BLUE, strokeWidth=3).encode(y=density("posterior:Q")),
        alt.Chart(means).transform_filter(here).mark_rule(color=BLUE, strokeDash=[2, 2]).encode(x=spread),
    ]
    key = "Dashed: prior. Grey: likelihood. Thick: posterior.", "Dotted upright: posterior mean of τ."
    return alt.vconcat(top, _panel(layers, 150, "Prior times likelihood", *key)).add_params(slider)


def frequency_explorable(sequences: Mapping[str, ArrayLike]) -> alt.VConcatChart:
    """Let a reader go through sequences of zeros and ones and watch the running frequency of ones.

    Parameters
    ----------
    sequences : mapping of str to array_like, shape (replicates, n)
        For each panel, its title and its sequences, a row each. All have the same shape.

    Returns
    -------
    altair.VConcatChart
        A panel for each entry: the running frequency of the sequence that the slider names, that of all before it in
        grey, and below it a mark for each one.

    Raises
    ------
    ValueError
        If there is no sequence, the shapes differ, or a value is neither zero nor one.
    """
    arrays = {name: np.asarray(rows, dtype=float) for name, rows in sequences.items()}
    shapes = {rows.shape for rows in arrays.values()}
    if len(shapes) != 1 or len(shape := shapes.pop()) != 2 or 0 in shape:
        raise ValueError("sequences must hold arrays of the same shape, a row for each sequence")
    if any(not np.isin(rows, [0, 1]).all() for rows in arrays.values()):
        raise ValueError("sequences must consist of zeros and ones")
    replicates, n = shape
    places = {"number": np.arange(1, replicates + 1), "draw": np.arange(1, n + 1)}
    bind = alt.binding_range(min=1, max=replicates, step=1, name="Sequence number ")
    height = alt.Y("frequency:Q", title="frequency", axis=alt.Axis(values=[0, 0.5, 1])).scale(domain=[-0.2, 1])
    panels = []
    for name, rows in arrays.items():
        frame = _table(places, one=rows.astype(int), frequency=rows.cumsum(axis=1) / places["draw"]).round(4)
        across = alt.X("draw:Q", title="draw" if name == list(arrays)[-1] else None, scale=alt.Scale(domain=[0, n]))
        base = alt.Chart(frame).encode(x=across, y=height, detail="number:N")
        now = base.transform_filter("datum.number === sequence")
        ones = now.transform_filter("datum.one === 1").transform_calculate(frequency="-0.12")
        layers = [
            base.transform_filter("datum.number < sequence").mark_line(color=GREY, opacity=0.3, strokeWidth=1),
            now.mark_line(color=BLUE, strokeWidth=2.5),
            now.transform_filter(f"datum.draw === {n}").mark_circle(color=BLUE, size=90, opacity=1),
            ones.mark_tick(color=VERMILION, orient="vertical", size=10, thickness=2),
        ]
        panels.append(_panel(layers, 110, name))
    return alt.vconcat(*panels).add_params(alt.param(name="sequence", value=1, bind=bind))


def nested_explorable(
    counts: ArrayLike,
    exposure: ArrayLike,
    group: ArrayLike,
    *,
    show: Mapping[int, str],
    centre: float,
    between: ArrayLike,
    within: ArrayLike,
    start: tuple[int, int],
    axis: str = "Rate",
) -> alt.LayerChart | alt.FacetChart:
    """Let a reader move the spreads between and within states and watch the estimates of a few counties follow.

    Parameters
    ----------
    counts, exposure, group : array_like, shape (J,)
        Events, exposures and states of all counties; as in `NestedGammaPoisson`.
    show : mapping of int to str
        The rows to show: a county's place, and its name.
    centre : float
        The rate of the median state, taken as known.
    between, within : array_like of int
        What the sliders take, in per cent and evenly spaced above zero: the standard deviation of the states' log
        means, and the coefficient of variation of the county rates in each state.
    start : tuple of int
        The values that the sliders start from.
    axis : str
        What the horizontal axis says.

    Returns
    -------
    altair.LayerChart
        A row a county: its raw rate, its posterior mean given both spreads, and its state's.

    Raises
    ------
    ValueError
        If a slider's values are not evenly spaced, or it does not start from one of them.
    """
    if (centre := finite_number("centre", centre)) <= 0:
        raise ValueError(f"centre must be above zero, not {centre:g}")
    between, within = count_vector("between", between), count_vector("within", within)
    taus, upper, _ = _slider("between", between, start[0], "between_states", "Spread between states, % ", positive=True)
    cvs, lower, _ = _slider("within", within, start[1], "within_states", "Spread within a state, % ", positive=True)
    places, names, group = list(show), list(show.values()), np.asarray(group)
    y, x = (np.asarray(values, dtype=float) for values in (counts, exposure))
    kept = np.isin(group, group[places])  # given the centre and the spreads, the other states say nothing of these
    model = NestedGammaPoisson(y[kept], x[kept], group[kept], mu=np.log(centre), tau=0.1, nu=0.0, omega=0.1)
    state, y, x = np.searchsorted(model.states, group[places]), y[places], x[places]
    tau = taus[:, np.newaxis, np.newaxis] / 100  # two axes follow: the state's mean, and the county
    distance, each = np.linspace(-3, 3, 1201)[:, np.newaxis], np.ones(model.states.size)
    m, (estimate, mean) = centre * np.exp(distance), np.empty((2, cvs.size, taus.size, len(names)))
    for at, a in enumerate((cvs / 100) ** -2.0):
        log_likelihood = model.log_state_likelihood(np.log(m) * each, np.log(a) * each)[:, state]
        weight = special.softmax(log_likelihood - (distance / tau) ** 2 / 2, axis=1)
        estimate[at], mean[at] = (weight * (a + y) / (a / m + x)).sum(axis=1), (weight * m).sum(axis=1)
    rows: dict[str, Collection[Hashable]] = {"within": cvs.astype(int), "between": taus.astype(int), "county": names}
    frame = _table(rows, raw=y / x, estimate=estimate, state=mean).round(2)
    largest = max(centre, float(frame[["raw", "estimate", "state"]].to_numpy().max()))
    rate = partial(alt.X, scale=alt.Scale(domain=[0, float(np.ceil(largest))]), title=axis)
    here = "datum.between === between_states && datum.within === within_states"
    nation = alt.Chart(pd.DataFrame({"centre": [centre]}))
    moving = alt.Chart(frame).transform_filter(here).encode(y=alt.Y("county:N", title=None, sort=names))
    tooltip = ["county:N", "raw:Q", "estimate:Q", "state:Q"]
    layers = [
        nation.mark_rule(color=GREY, strokeDash=[4, 3]).encode(x=rate("centre:Q")),
        moving.mark_rule(color=BLUE, strokeWidth=1.5).encode(x=rate("raw:Q"), x2="estimate:Q"),
        moving.mark_tick(color=GREEN, thickness=3, size=18).encode(x=rate("state:Q")),
        moving.mark_point(color=VERMILION, size=60, strokeWidth=2).encode(x=rate("raw:Q")),
        moving.mark_circle(color=BLUE, size=90, opacity=1).encode(x=rate("estimate:Q"), tooltip=tooltip),
    ]
    key = "Ring: raw rate. Dot: the county's estimate.", "Upright stroke: its state's mean. Dashed: median state."
    return _panel(layers, 260, "Estimates at these spreads", *key).add_params(upper, lower)


def _slider(
    column: str, values: ArrayLike, start: float, name: str, title: str, *, positive: bool = False
) -> tuple[FloatArray, alt.Parameter, str]:
    """Return a slider's values, the slider, and what keeps the rows where it stands; or say what is wrong with them."""
    stops, start = finite_vector(column, values), finite_number("start", start)
    if stops.size < 2 or stops[1] <= stops[0] or not np.allclose(np.diff(stops), stops[1] - stops[0]):
        raise ValueError(f"{column} must hold two or more evenly spaced, increasing values: a slider takes equal steps")
    # Ten digits, since a page shows as many decimals as the step has, and 0.6 - 0.5 is not quite 0.1.
    low, high, step = (float(f"{value:.10g}") for value in (stops[0], stops[-1], stops[1] - stops[0]))
    if positive and low <= 0:
        raise ValueError(f"{column} must be above zero; the smallest is {low:g}")
    if start not in stops:
        raise ValueError(f"start must be one of the values of {column}, from {low:g} to {high:g}; it is {start:g}")
    slider = alt.param(name=name, value=start, bind=alt.binding_range(min=low, max=high, step=step, name=title))
    # Nearest and not equal: a browser's third step of 0.1 is 0.3, and 3 * 0.1 is not quite.
    return stops, slider, f"abs(datum.{column} - {name}) < {step / 2:g}"


def _table(keys: Mapping[str, Collection[Hashable]], **values: FloatArray) -> pd.DataFrame:
    """Make a row of each combination of keys, the last changing fastest; the values broadcast to their shape."""
    shape = [len(key) for key in keys.values()]
    frame = pd.MultiIndex.from_product(list(keys.values()), names=list(keys)).to_frame(index=False)
    return frame.assign(**{name: np.broadcast_to(value, shape).ravel() for name, value in values.items()})


def _panel(layers: list[alt.Chart], height: int, title: str, *key: str) -> alt.LayerChart | alt.FacetChart:
    """Lay charts over each other, with a title and the lines of a key below it."""
    words = alt.TitleParams(title, subtitle=list(key) or alt.Undefined, anchor="start")
    return alt.layer(*layers).properties(width=440, height=height, title=words)


def _estimates_panel(
    model: NormalNormal, estimates: Sequence[FloatArray], centres: pd.DataFrame, here: str, axis: str, *words: str
) -> alt.LayerChart | alt.FacetChart:
    """Draw the groups' estimates, their intervals and the centre, where the slider stands.

    The first column of `centres` is what the slider moves. The words: a title, what the centre is, what the dots are.
    """
    estimate, low, high = (value.round(3) for value in estimates)
    by, names = centres.columns[0], [str(name) for name in model.labels]
    rows = _table({by: centres[by], "group": names}, y=model.y, estimate=estimate, low=low, high=high)
    ends = rows[["y", "low", "high"]].to_numpy()
    effect = partial(alt.X, scale=alt.Scale(domain=[float(ends.min()), float(ends.max())], nice=True))
    order = list(rows["group"].unique())
    moving = alt.Chart(rows).transform_filter(here).encode(y=alt.Y("group:N", title=None, sort=order))
    tooltip = ["group:N", "y:Q", "estimate:Q", "low:Q", "high:Q"]
    layers = [
        alt.Chart(centres).transform_filter(here).mark_rule(color=GREY, strokeDash=[4, 3]).encode(x=effect("mu:Q")),
        moving.mark_rule(color=BLUE, strokeWidth=2).encode(x=effect("low:Q", title=axis), x2="high:Q"),
        moving.mark_point(color=VERMILION, size=60, strokeWidth=2).encode(x=effect("y:Q")),
        moving.mark_circle(color=BLUE, size=90, opacity=1).encode(x=effect("estimate:Q"), tooltip=tooltip),
    ]
    title, dashed, dot = words
    return _panel(layers, 230, title, f"Ring: a group's own estimate. Dashed: {dashed}.", f"Dot and bar: {dot}.")


def _mixture_quantile(probability: float, mass: FloatArray, mean: FloatArray, sd: FloatArray) -> FloatArray:
    """Quantiles of mixtures of normals, shape (n, J): row i of `mass` (n, T) weighs `mean` and `sd`, each (T, J)."""
    heavy = mass.max(axis=0) > 1e-9
    mass, mean, sd = mass[:, heavy], mean[heavy], sd[heavy]
    low, high = (mean - 10 * sd).min(axis=0, keepdims=True), (mean + 10 * sd).max(axis=0, keepdims=True)
    while np.max(high - low) > 1e-4:  # halve each interval, keeping the half that holds the quantile
        middle = (low + high) / 2
        below = np.einsum("nt,ntj->nj", mass, special.ndtr((middle[:, np.newaxis] - mean) / sd)) < probability
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2)
