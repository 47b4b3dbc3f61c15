"""The plotting helpers draw what they are given, where they are told, and touch nothing else."""

import io
import json
import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import references
from matplotlib import colors
from scipy import stats

from lib import NormalNormal, datasets, estimators, exact, plots


@pytest.fixture
def ax():
    figure, ax = plt.subplots()
    yield ax
    plt.close(figure)


@pytest.fixture(autouse=True)
def nothing_global_changes(monkeypatch):
    def fail():
        raise AssertionError("a helper called show")

    monkeypatch.setattr(plt, "show", fail)
    before = dict(plt.rcParams)
    yield
    assert dict(plt.rcParams) == before
    plt.close("all")


def test_forest_draws_one_row_a_group_from_the_top(ax):
    figures = plt.get_fignums()
    assert plots.forest([3.0, 1.0, 2.0], [1.0, 0.5, 0.25], labels=["a", "b", "c"], ax=ax) is ax
    assert plt.get_fignums() == figures  # it made no other
    x, rows = ax.lines[0].get_data()
    assert list(x) == [3, 1, 2] and list(rows) == [0, 1, 2]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["a", "b", "c"]
    bottom, top = ax.get_ylim()
    assert bottom > top
    ends = [segment[:, 0].tolist() for segment in ax.collections[0].get_segments()]
    assert ends == [[2.0, 4.0], [0.5, 1.5], [1.75, 2.25]]


@pytest.mark.parametrize("groups", [1, 3, 30])
def test_forest_draws_each_point_interval_and_name_in_the_same_row(ax, groups):
    rng = np.random.default_rng(groups)
    estimate, half_width = rng.normal(-5, 9, groups), rng.uniform(1, 4, groups)
    names = rng.permutation(groups) + 100  # numbers, and not in their order
    given = {"labels": names, "color": plots.GREEN, "marker": "^", "label": "these", "shift": 0.2}
    plots.forest(estimate, half_width, **given, ax=ax)
    plots.forest(-estimate, labels=names, ax=ax)
    (points, others), (bars,) = ax.lines, ax.collections
    rows = np.arange(groups)
    assert points.get_xdata() == pytest.approx(estimate) and points.get_ydata() == pytest.approx(rows + 0.2)
    assert others.get_xdata() == pytest.approx(-estimate) and others.get_ydata() == pytest.approx(rows)
    wanted = [[(x - half, y), (x + half, y)] for x, half, y in zip(estimate, half_width, rows + 0.2, strict=True)]
    assert np.array(bars.get_segments()) == pytest.approx(np.array(wanted))
    assert list(ax.get_yticks()) == list(rows)
    assert [text.get_text() for text in ax.get_yticklabels()] == [str(name) for name in names]
    bottom, top = ax.get_ylim()
    assert top < -0.2 and bottom > groups - 1 + 0.2
    left, right = ax.get_xlim()
    assert left <= np.min(wanted, axis=(0, 1))[0] and right >= np.max(wanted, axis=(0, 1))[0]
    assert (points.get_color(), points.get_marker(), points.get_linestyle()) == (plots.GREEN, "^", "None")
    assert (others.get_color(), others.get_marker()) == (plots.BLUE, "o")
    assert colors.to_hex(bars.get_color()[0]) == plots.GREEN.lower()
    assert ax.get_legend_handles_labels() == ([points], ["these"])


@pytest.mark.parametrize("groups", [1, 3, 30])
def test_paths_draws_every_line_and_names_it_at_its_end(ax, groups):
    rng = np.random.default_rng(groups)
    x, names = np.array([0.0, 1.0, 4.0, 9.0]), rng.permutation(groups) + 100
    lines = rng.normal(0, 20, (4, groups))
    plots.paths(x, lines, labels=names, gap=0.01, ax=ax)
    for drawn, wanted in zip(ax.lines, lines.T, strict=True):
        assert drawn.get_xdata() == pytest.approx(x) and drawn.get_ydata() == pytest.approx(wanted)
        assert drawn.get_linestyle() == "-"
    told = {text.get_text(): text for text in ax.texts}
    assert set(told) == {str(name) for name in names}
    for name, end in zip(names, lines[-1], strict=True):
        text = told[str(name)]
        assert text.xy == pytest.approx((9.0, end), abs=0.01 * groups)
        assert text.anncoords == "offset points" and text.xyann == (5, 0) and text.get_va() == "center"


def test_paths_names_lines_at_their_ends_and_apart(ax):
    ends = np.array([0.0, 0.1, 5.0, 0.2])
    plots.paths([0, 1], np.stack([np.zeros(4), ends]), labels="abcd", gap=1.0, ax=ax)
    heights = {text.get_text(): text.xy[1] for text in ax.texts}
    assert sorted(heights, key=heights.get) == ["a", "b", "d", "c"]  # the order of the lines
    assert heights["a"] == 0 and heights["c"] == 5  # nobody crowds these
    assert np.diff(sorted(heights.values())).min() >= 1 - 1e-12


def test_helpers_make_axes_when_given_none():
    assert plots.forest([1.0], labels=["a"]).figure is plt.gcf()
    assert plots.paths([0, 1], [[0], [1]], labels=["a"], gap=1).figure is plt.gcf()


def test_explorable_holds_what_the_estimators_say():
    schools = datasets.eight_schools()
    y, sigma = schools["y"], schools["sigma"]
    chart = plots.shrinkage_explorable(y, sigma, schools["school"], tau=[0.0, 5.0, 10.0], start=5.0)
    bundle = plots.explorable(chart, alt="What is there.", title="Title")._repr_mimebundle_()
    spec = bundle[plots.EXPLORABLE_MIME]["spec"]
    rows = [row for table in spec["datasets"].values() for row in table if row.get("group") == "A" and row["tau"] == 5]
    expected = estimators.partial_pooling(y, sigma, 5)
    assert rows[0]["estimate"] == pytest.approx(expected.mean[0], abs=1e-3)
    assert rows[0]["high"] - rows[0]["low"] == pytest.approx(2 * 1.959964 * expected.sd[0], abs=2e-3)
    assert spec["params"][0]["bind"] | {"name": ""} == {"input": "range", "min": 0, "max": 10, "step": 5, "name": ""}
    assert re.findall(r"<(?:script|link)[^>]*(?:src|href)=", bundle["text/html"]) == []  # all is inside
    assert len(bundle["text/html"]) > 500_000
    assert bundle["text/plain"] == "What is there."


@pytest.mark.parametrize("scale", [1, 5, 40])
def test_prior_explorable_holds_what_exact_draws_say(scale):
    schools = datasets.eight_schools()
    y, sigma = schools["y"].to_numpy(float), schools["sigma"].to_numpy(float)
    chart = plots.prior_explorable(y, sigma, schools["school"], scale=np.arange(1, 41), start=5)
    spec = plots.explorable(chart, alt="What is there.", title="Title").chart.to_dict()
    assert len(json.dumps(spec)) < 100_000
    rows = [row for table in spec["datasets"].values() for row in table if row.get("scale") == scale]
    groups, (means,) = [row for row in rows if "group" in row], [row for row in rows if "group" not in row]
    model = NormalNormal(y, sigma, tau=stats.halfcauchy(scale=scale))
    draws = exact(model, draws=25_000, rng=np.random.default_rng(scale)).posterior
    theta = draws["theta"].to_numpy().reshape(-1, 8)
    error = theta.std(axis=0) / np.sqrt(len(theta))
    assert [row["group"] for row in groups] == list(schools["school"])
    assert (np.abs([row["estimate"] for row in groups] - theta.mean(axis=0)) < 5 * error + 1e-3).all()
    for end, probability in (("low", 0.025), ("high", 0.975)):  # the share of draws below, within its standard error
        below = (theta < [row[end] for row in groups]).mean(axis=0)
        assert np.abs(below - probability).max() < 5 * np.sqrt(0.025 * 0.975 / len(theta))
    for name in ("mu", "tau"):
        drawn = draws[name].to_numpy().ravel()
        assert means[name] == pytest.approx(drawn.mean(), abs=5 * drawn.std() / np.sqrt(drawn.size) + 1e-3)
    curve = [row for table in spec["datasets"].values() for row in table if "likelihood" in row]
    expected = references.restricted_log_likelihood(curve[20]["tau"]) - references.restricted_log_likelihood(0)
    assert np.log(curve[20]["likelihood"]) == pytest.approx(expected, abs=1e-4)
    assert spec["params"][0]["bind"] | {"name": ""} == {"input": "range", "min": 1, "max": 40, "step": 1, "name": ""}


def test_frequency_explorable_holds_running_frequencies():
    sequences = {"A": [[1, 0, 1, 1], [0, 0, 0, 1]], "B": np.eye(4)[:2]}
    chart = plots.frequency_explorable(sequences)
    spec = chart.to_dict()
    assert [panel["title"]["text"] for panel in spec["vconcat"]] == ["A", "B"]
    bind = spec["params"][0]["bind"]
    assert (bind["min"], bind["max"], bind["step"]) == (1, 2, 1)
    rows = spec["datasets"][spec["vconcat"][0]["data"]["name"]]
    first = [row for row in rows if row["number"] == 1]
    assert [row["frequency"] for row in first] == pytest.approx([1, 0.5, 2 / 3, 0.75], abs=1e-4)
    assert [row["one"] for row in first] == [1, 0, 1, 1] and [row["draw"] for row in first] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plots.prior_explorable([1, 2, 4], [1, 1, 1], "abc", scale=[1, 2, 4], start=1), "scale must hold"),
        (
            lambda: plots.prior_explorable([1, 2, 4], [1, 1, 1], "abc", scale=[0, 1, 2], start=1),
            "scale must be above zero",
        ),
        (lambda: plots.prior_explorable([1, 2, 4], [1, 1, 1], "abc", scale=[1, 2, 3], start=9), "start must be one of"),
        (lambda: plots.frequency_explorable({"a": [[0, 1]], "b": [[0, 1, 1]]}), "arrays of the same shape"),
        (lambda: plots.frequency_explorable({}), "arrays of the same shape"),
        (lambda: plots.frequency_explorable({"a": [[0, 2]]}), "zeros and ones"),
        (lambda: plots.forest([1.0, 2.0], labels=["a"]), "labels must name each of the 2 estimates"),
        (lambda: plots.paths([0, 1], [[0, 1]], labels="ab", gap=1), r"lines must have the shape \(2, 2\)"),
        (lambda: plots.shrinkage_explorable([1, 2], [1, 1], "ab", tau=[0, 1, 3], start=1), "tau must hold"),
        (lambda: plots.shrinkage_explorable([1, 2], [1, 1], "ab", tau=[0, 1, 2], start=1.5), "start must be one of"),
    ],
)
def test_bad_input_is_refused_before_anything_is_drawn(call, message):
    figures = plt.get_fignums()
    with pytest.raises(ValueError, match=message):
        call()
    assert plt.get_fignums() == figures


def nested_chart(**changes):
    y, x, group = [2, 0, 9, 3], [0.1, 0.3, 5.6, 0.4], ["Utah", "Utah", "Utah", "Ohio"]
    given = {"show": {0: "a", 3: "b"}, "centre": 4.8, "between": [5, 30, 55], "within": [10, 40], "start": (30, 40)}
    return plots.nested_explorable(y, x, group, **(given | changes))


def test_nested_explorable_holds_the_posterior_means():
    """Against the posterior of the state's mean and all of its counties' rates at once, by a sum over m and lambda."""
    spec = nested_chart().to_dict()
    frames = [pd.DataFrame(rows) for rows in spec["datasets"].values()]
    frame = next(frame for frame in frames if "estimate" in frame).set_index(["county", "between", "within"])
    assert len(frame) == 12
    for param, most in zip(spec["params"], (55, 40), strict=True):
        assert param["bind"]["max"] == most
    tau, a = 0.3, 0.4**-2
    m = np.exp(np.log(4.8) + np.linspace(-2.4, 2.4, 401))[:, np.newaxis]
    lam = np.linspace(0.005, 60, 12_000)
    prior = stats.norm.pdf(np.log(m[:, 0]), np.log(4.8), tau)
    density = stats.gamma.pdf(lam, a, scale=m / a)
    each = [density * stats.poisson.pmf(k, e * lam) for k, e in ((2, 0.1), (0, 0.3), (9, 5.6))]
    weight = prior * each[1].sum(axis=1) * each[2].sum(axis=1)
    total = (weight * each[0].sum(axis=1)).sum()
    row = frame.loc[("a", 30, 40)]
    assert row["estimate"] == pytest.approx((weight * (each[0] * lam).sum(axis=1)).sum() / total, abs=0.006)
    assert row["state"] == pytest.approx((weight * each[0].sum(axis=1) * m[:, 0]).sum() / total, abs=0.006)
    assert row["raw"] == 20


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"between": [5, 10, 20]}, "between must hold"),
        ({"within": [0, 10]}, "within must be above zero"),
        ({"between": [0.5, 1.0, 1.5], "start": (1, 40)}, "between must be whole numbers"),
        ({"centre": -1.0}, "centre must be above zero"),
        ({"start": (30, 41)}, "one of the values of within"),
    ],
)
def test_nested_explorable_refuses_uneven_sliders(changes, message):
    with pytest.raises(ValueError, match=message):
        nested_chart(**changes)


def test_the_style_of_the_book_draws_the_same_picture_each_time():
    """Else every build of the book would be another one."""

    def drawn():
        with plt.style.context("lib.book"):
            ax = plots.forest([3.0, 1.0], [1.0, 0.5], labels=["a", "b"])
            picture = io.BytesIO()
            ax.figure.savefig(picture, format="svg", metadata={"Date": None})
            plt.close(ax.figure)
        return picture.getvalue()

    assert b"clip-path" in drawn(), "it has names that Matplotlib makes up"
    assert drawn() == drawn()
