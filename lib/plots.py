"""Plotting helpers. Each draws on the axes it is given, or makes them, and returns them."""

from collections.abc import Mapping, Sequence

import altair as alt
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import ArrayLike
from scipy import special, stats

from lib.estimators import partial_pooling
from lib.models import NestedGammaPoisson, NormalNormal
from lib.validation import FloatArray, finite_array, finite_number, finite_vector

# From the palette of Okabe and Ito: told apart by readers of every kind of colour vision, in either theme.
BLUE, VERMILION, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#6E6E6E"

EXPLORABLE_MIME = "application/vnd.borrowing-strength.explorable+json"


def forest(
    estimate: ArrayLike,
    half_width: ArrayLike | None = None,
    *,
    labels: Sequence[object],
    color: str = BLUE,
    marker: str = "o",
    label: str | None = None,
    shift: float = 0.0,
    ax: Axes | None = None,
) -> Axes:
    """Draw one estimate a row, the first on top, with its interval.

    Parameters
    ----------
    estimate : array_like, shape (J,)
    half_width : array_like, shape (J,), optional
        Half the interval's width; no interval if left out.
    labels : sequence, length J
        The rows' names.
    color, marker, label : str
        How the points look, and what the legend calls them.
    shift : float
        How far below the middle of its row a point is drawn, in rows: two sets of estimates can share the rows.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    estimate = finite_vector("estimate", estimate)
    if half_width is not None:
        half_width = finite_vector("half_width", half_width, length=estimate.size, like="estimate")
        if (half_width < 0).any():
            raise ValueError(f"half_width must be zero or more in every group; the smallest is {half_width.min():g}")
    if estimate.size != len(labels):
        raise ValueError(f"labels must name each of the {estimate.size} estimates; it has {len(labels)}")
    rows = np.arange(len(labels)) + finite_number("shift", shift)
    ax = ax or plt.subplots()[1]
    if half_width is not None:
        ax.hlines(rows, estimate - half_width, estimate + half_width, color=color, linewidth=1.5)
    ax.plot(estimate, rows, marker, color=color, markersize=6, label=label)
    ax.set_yticks(np.arange(len(labels)), [str(name) for name in labels])
    ax.set_ylim(len(labels) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    return ax


def paths(x: ArrayLike, lines: ArrayLike, *, labels: Sequence[object], gap: float, ax: Axes | None = None) -> Axes:
    """Draw one line a group and name it at its right end, the names moved apart where the lines end close together.

    Parameters
    ----------
    x : array_like, shape (n,)
    lines : array_like, shape (n, J)
    labels : sequence, length J
    gap : float
        The least distance between two names, in units of the vertical axis.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    x, lines, gap = finite_vector("x", x), finite_array("lines", lines), finite_number("gap", gap)
    if lines.shape != (x.size, len(labels)):
        raise ValueError(
            f"lines must have the shape ({x.size}, {len(labels)}), a row for each x and a column a label; "
            f"it has {lines.shape}"
        )
    ax = ax or plt.subplots()[1]
    ax.plot(x, lines, color=BLUE, linewidth=1.5)
    ends = lines[-1]
    order = np.argsort(ends)
    # Each name goes to the end of its line, or just above the name below it.
    raised = np.maximum.accumulate(ends[order] - gap * np.arange(order.size)) + gap * np.arange(order.size)
    for position, group in zip(raised, order, strict=True):
        ax.annotate(str(labels[group]), (x[-1], position), xytext=(5, 0), textcoords="offset points", va="center")
    return ax


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


def explorable(chart: alt.TopLevelMixin, *, alt: str, title: str) -> Explorable:
    """Wrap a chart for the page; the parameters are those of `Explorable`."""
    return Explorable(chart, alt=alt, title=title)


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
    tau, start = _stops("tau", tau, start)
    model = NormalNormal(y, sigma, labels=labels)
    pooled = partial_pooling(y, sigma, tau)
    half = stats.norm.ppf(0.975) * pooled.sd
    names = [str(name) for name in model.labels]
    groups = pd.DataFrame(
        {
            "tau": np.repeat(tau, len(names)),
            "group": np.tile(names, tau.size),
            "y": np.tile(model.y, tau.size),
            "estimate": pooled.mean.ravel().round(3),
            "low": (pooled.mean - half).ravel().round(3),
            "high": (pooled.mean + half).ravel().round(3),
        }
    )
    log_likelihood = model.log_marginal_likelihood(tau=tau)
    curve = pd.DataFrame(
        {"tau": tau, "mu": pooled.mu.round(3), "log_likelihood": (log_likelihood - log_likelihood.max()).round(4)}
    )

    slider, here = _slider("tau", "tau", tau, start, "Spread between groups, τ ")
    top = _estimates_panel(
        groups,
        curve,
        here,
        axis,
        "Estimates at this τ",
        [
            "Ring: a group's own estimate. Dashed: population mean.",
            "Dot and bar: the estimate given τ, and its 95% interval.",
        ],
    )
    line = alt.Chart(curve).encode(x=alt.X("tau:Q", title="τ"), y=alt.Y("log_likelihood:Q", title="Log likelihood"))
    bottom = alt.layer(
        line.mark_line(color=BLUE), line.transform_filter(here).mark_circle(color=VERMILION, size=110, opacity=1)
    ).properties(width=440, height=110, title=alt.TitleParams("How well each τ explains the data", anchor="start"))
    return alt.vconcat(top, bottom).add_params(slider)


def _stops(name: str, values: ArrayLike, start: float, *, positive: bool = False) -> tuple[FloatArray, float]:
    """Return the values that a slider takes and the one that it starts from, or say what is wrong with them."""
    stops, start = finite_vector(name, values), finite_number("start", start)
    if stops.size < 2 or stops[1] <= stops[0] or not np.allclose(np.diff(stops), stops[1] - stops[0]):
        raise ValueError(
            f"{name} must hold at least two evenly spaced, increasing values: a slider moves in equal steps"
        )
    if positive and stops[0] <= 0:
        raise ValueError(f"{name} must be above zero; the smallest is {stops[0]:g}")
    if start not in stops:
        raise ValueError(
            f"start must be one of the values of {name}, which run from {stops[0]:g} to {stops[-1]:g}; it is {start:g}"
        )
    return stops, start


def _slider(name: str, column: str, values: FloatArray, start: float, title: str) -> tuple[alt.Parameter, str]:
    """Make a slider over evenly spaced values, and the filter that keeps the rows of a column where it stands."""
    # Ten digits, since a page shows as many decimals as the step has, and 0.6 - 0.5 is not quite 0.1.
    low, high, step = (float(f"{value:.10g}") for value in (values[0], values[-1], values[1] - values[0]))
    bind = alt.binding_range(min=low, max=high, step=step, name=title)
    # Nearest and not equal: a browser's third step of 0.1 is 0.3, and 3 * 0.1 is not quite.
    return alt.param(name=name, value=start, bind=bind), f"abs(datum.{column} - {name}) < {step / 2:g}"


def _estimates_panel(
    groups: pd.DataFrame, centres: pd.DataFrame, here: str, axis: str, title: str, subtitle: list[str]
) -> alt.LayerChart | alt.FacetChart:
    """Draw the groups' estimates, their intervals and the centre, where the slider stands.

    `groups` holds ``group``, ``y``, ``estimate``, ``low`` and ``high``, `centres` holds ``mu``, and both what the
    filter `here` compares with the slider.
    """
    span = [float(min(groups["low"].min(), groups["y"].min())), float(max(groups["high"].max(), groups["y"].max()))]
    row = alt.Y("group:N", title=None, sort=list(groups["group"].unique()))
    effect = alt.Scale(domain=span, nice=True)
    moving = alt.Chart(groups).transform_filter(here)
    return alt.layer(
        alt.Chart(centres)
        .transform_filter(here)
        .mark_rule(color=GREY, strokeDash=[4, 3])
        .encode(x=alt.X("mu:Q", scale=effect)),
        moving.mark_rule(color=BLUE, strokeWidth=2).encode(
            x=alt.X("low:Q", scale=effect, title=axis), x2="high:Q", y=row
        ),
        moving.mark_point(color=VERMILION, size=60, strokeWidth=2).encode(x=alt.X("y:Q", scale=effect), y=row),
        moving.mark_circle(color=BLUE, size=90, opacity=1).encode(
            x=alt.X("estimate:Q", scale=effect), y=row, tooltip=["group:N", "y:Q", "estimate:Q", "low:Q", "high:Q"]
        ),
    ).properties(width=440, height=230, title=alt.TitleParams(title, subtitle=subtitle, anchor="start"))


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
    scale, start = _stops("scale", scale, start, positive=True)
    model = NormalNormal(y, sigma, labels=labels)
    # Steps of equal ratio resolve both ends; what lies beyond them weighs less than the rounding of what is shown.
    tau = np.geomspace(1e-5 * model.sigma.min(), 1e5 * max(model.sigma.max(), float(np.ptp(model.y))), 1000)
    log_mass = model.log_marginal_likelihood(tau=tau) + np.log(tau) - np.log1p((tau / scale[:, np.newaxis]) ** 2)
    mass = np.exp(log_mass - log_mass.max(axis=1, keepdims=True))
    mass /= mass.sum(axis=1, keepdims=True)
    pooled = partial_pooling(y, sigma, tau)
    low, high = (_mixture_quantile(probability, mass, pooled.mean, pooled.sd) for probability in (0.025, 0.975))
    names = [str(name) for name in model.labels]
    groups = pd.DataFrame(
        {
            "scale": np.repeat(scale, len(names)),
            "group": np.tile(names, scale.size),
            "y": np.tile(model.y, scale.size),
            "estimate": (mass @ pooled.mean).ravel().round(3),
            "low": low.ravel().round(3),
            "high": high.ravel().round(3),
        }
    )
    means = pd.DataFrame({"scale": scale, "mu": (mass @ pooled.mu).round(3), "tau": (mass @ tau).round(3)})
    shown = np.linspace(0, 3 * model.sigma.mean(), 73)
    log_likelihood = model.log_marginal_likelihood(tau=shown)
    curve = pd.DataFrame({"tau": shown.round(3), "likelihood": np.exp(log_likelihood - log_likelihood.max()).round(5)})

    slider, here = _slider("prior_scale", "scale", scale, start, "Scale of the prior ")
    top = _estimates_panel(
        groups,
        means,
        here,
        axis,
        "Estimates under this prior",
        ["Ring: a group's own estimate. Dashed: mean of μ.", "Dot and bar: posterior mean and 95% interval."],
    )
    now = alt.Chart(means).transform_filter(here)
    line = (
        alt.Chart(curve)
        .transform_calculate(prior="1 / (1 + pow(datum.tau / prior_scale, 2))")
        .transform_calculate(posterior="datum.prior * datum.likelihood")
    )
    height = alt.Scale(domain=[0, 1])

    def drawn(column: str) -> alt.Y:
        return alt.Y(f"{column}:Q", title="Relative density", scale=height)

    spread = alt.X("tau:Q", title="Spread between groups, τ")
    bottom = alt.layer(
        line.mark_line(color=VERMILION, strokeDash=[6, 3]).encode(x=spread, y=drawn("prior")),
        line.mark_line(color=GREY).encode(x=spread, y=drawn("likelihood")),
        line.mark_line(color=BLUE, strokeWidth=3).encode(x=spread, y=drawn("posterior")),
        now.mark_rule(color=BLUE, strokeDash=[2, 2]).encode(x=spread),
    ).properties(
        width=440,
        height=150,
        title=alt.TitleParams(
            "Prior times likelihood",
            subtitle=[
                "Dashed: prior. Grey: likelihood. Thick: posterior.",
                "Dotted upright: posterior mean of τ.",
            ],
            anchor="start",
        ),
    )
    return alt.vconcat(top, bottom).add_params(slider)


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
    if len(shapes) != 1 or len(next(iter(shapes))) != 2 or 0 in next(iter(shapes)):
        raise ValueError("sequences must hold arrays of the same shape, a row for each sequence")
    if any(not np.isin(rows, [0, 1]).all() for rows in arrays.values()):
        raise ValueError("sequences must consist of zeros and ones")
    replicates, n = next(iter(shapes))
    slider = alt.param(
        name="sequence", value=1, bind=alt.binding_range(min=1, max=replicates, step=1, name="Sequence number ")
    )
    panels = []
    for name, rows in arrays.items():
        frame = pd.DataFrame(
            {
                "number": np.repeat(np.arange(1, replicates + 1), n),
                "draw": np.tile(np.arange(1, n + 1), replicates),
                "one": rows.ravel().astype(int),
                "frequency": (rows.cumsum(axis=1) / np.arange(1, n + 1)).ravel().round(4),
            }
        )
        base = alt.Chart(frame).encode(
            x=alt.X("draw:Q", title="draw" if name == list(arrays)[-1] else None, scale=alt.Scale(domain=[0, n])),
            detail="number:N",
        )
        frequency = alt.Y(
            "frequency:Q", title="frequency", scale=alt.Scale(domain=[-0.2, 1]), axis=alt.Axis(values=[0, 0.5, 1])
        )
        now = base.transform_filter("datum.number === sequence")
        panels.append(
            alt.layer(
                base.transform_filter("datum.number < sequence")
                .mark_line(color=GREY, opacity=0.3, strokeWidth=1)
                .encode(y=frequency),
                now.mark_line(color=BLUE, strokeWidth=2.5).encode(y=frequency),
                now.transform_filter(f"datum.draw === {n}")
                .mark_circle(color=BLUE, size=90, opacity=1)
                .encode(y=frequency),
                now.transform_filter("datum.one === 1")
                .transform_calculate(frequency="-0.12")
                .mark_tick(color=VERMILION, orient="vertical", size=10, thickness=2)
                .encode(y=frequency),
            ).properties(width=440, height=110, title=alt.TitleParams(name, anchor="start"))
        )
    return alt.vconcat(*panels).add_params(slider)


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
    centre = finite_number("centre", centre)
    if centre <= 0:
        raise ValueError(f"centre must be above zero, not {centre:g}")
    sliders = []
    for name, values, first, title in (
        ("between", between, start[0], "Spread between states, % "),
        ("within", within, start[1], "Spread within a state, % "),
    ):
        places, at = _stops(name, values, first, positive=True)
        if (places != np.floor(places)).any():
            raise ValueError(f"{name} must be whole numbers, in per cent")
        low, high, step = int(places[0]), int(places[-1]), int(places[1] - places[0])
        bind = alt.binding_range(min=low, max=high, step=step, name=title)
        sliders.append(alt.param(name=f"{name}_states", value=int(at), bind=bind))
    shown, group = list(show), np.asarray(group)
    y, x = (np.asarray(values, dtype=float) for values in (counts, exposure))
    kept = np.isin(group, group[shown])  # given the centre and the spreads, the other states say nothing of these
    model = NestedGammaPoisson(y[kept], x[kept], group[kept], mu=np.log(centre), tau=0.1, nu=0.0, omega=0.1)
    state, y, x = np.searchsorted(model.states, group[shown]), y[shown], x[shown]
    log_mean = np.log(centre) + np.linspace(-3, 3, 1201)[:, np.newaxis]
    m, rows = np.exp(log_mean), []
    for cv in np.asarray(within, dtype=int):
        a = (cv / 100) ** -2.0
        grid = np.broadcast_to(log_mean, (log_mean.size, model.states.size))
        log_likelihood = model.log_state_likelihood(grid, np.full_like(grid, np.log(a)))[:, state]
        for tau in np.asarray(between, dtype=int):
            log_weight = log_likelihood - ((log_mean - np.log(centre)) / (tau / 100)) ** 2 / 2
            weight = np.exp(log_weight - log_weight.max(axis=0))
            weight /= weight.sum(axis=0)
            estimate, mean = (weight * (a + y) / (a / m + x)).sum(axis=0), (weight * m).sum(axis=0)
            for place, name in enumerate(show.values()):
                rows.append((tau, cv, name, *(round(v[place], 2) for v in (y / x, estimate, mean))))
    frame = pd.DataFrame(rows, columns=["between", "within", "county", "raw", "estimate", "state"])
    here = "datum.between === between_states && datum.within === within_states"
    largest = max(centre, float(frame[["raw", "estimate", "state"]].to_numpy().max()))
    scale = alt.Scale(domain=[0, float(np.ceil(largest))])
    row = alt.Y("county:N", title=None, sort=list(show.values()))

    def rate(column: str) -> alt.X:
        return alt.X(f"{column}:Q", scale=scale, title=axis)

    moving = alt.Chart(frame).transform_filter(here)
    nation = alt.Chart(pd.DataFrame({"centre": [centre]}))
    return (
        alt.layer(
            nation.mark_rule(color=GREY, strokeDash=[4, 3]).encode(x=rate("centre")),
            moving.mark_rule(color=BLUE, strokeWidth=1.5).encode(x=rate("raw"), x2="estimate:Q", y=row),
            moving.mark_tick(color=GREEN, thickness=3, size=18).encode(x=rate("state"), y=row),
            moving.mark_point(color=VERMILION, size=60, strokeWidth=2).encode(x=rate("raw"), y=row),
            moving.mark_circle(color=BLUE, size=90, opacity=1).encode(
                x=rate("estimate"), y=row, tooltip=["county:N", "raw:Q", "estimate:Q", "state:Q"]
            ),
        )
        .properties(
            width=440,
            height=260,
            title=alt.TitleParams(
                "Estimates at these spreads",
                subtitle=[
                    "Ring: raw rate. Dot: the county's estimate.",
                    "Upright stroke: its state's mean. Dashed: median state.",
                ],
                anchor="start",
            ),
        )
        .add_params(*sliders)
    )


def _mixture_quantile(probability: float, mass: FloatArray, mean: FloatArray, sd: FloatArray) -> FloatArray:
    """Quantiles of mixtures of normals, shape (n, J): row i of `mass` (n, T) weighs `mean` and `sd`, each (T, J)."""
    heavy = mass.max(axis=0) > 1e-9
    mass, mean, sd = mass[:, heavy], mean[heavy], sd[heavy]
    shape = (len(mass), mean.shape[1])
    low = np.broadcast_to((mean - 10 * sd).min(axis=0), shape)
    high = np.broadcast_to((mean + 10 * sd).max(axis=0), shape)
    while np.max(high - low) > 1e-4:  # halve each interval, keeping the half that holds the quantile
        middle = (low + high) / 2
        z = (middle[:, np.newaxis] - mean) / sd
        below = np.einsum("nt,ntj->nj", mass, special.ndtr(z)) < probability
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2)
