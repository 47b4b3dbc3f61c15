"""What each explorable draws, at several settings of its sliders, is what the estimators say."""

import json
import re
from functools import cache
from types import SimpleNamespace

import explorable
import numpy as np
import pandas as pd
import pytest
import references
from drawn import faults, render
from explorable_references import frequency, nested, prior, shrinkage
from scipy import stats

from lib import NormalNormal, datasets, estimators, exact, explorables

# In pixels: what the rounding in the charts' tables leaves. Nobody sees so little.
TOLERANCE = 0.2


def check(spec, panels, **settings):
    """Demand that a chart with its sliders at these settings draws these panels."""
    found = faults(render(spec, **settings), panels, TOLERANCE)
    assert not found, "\n".join([str(settings), *found])


def schools():
    data = datasets.eight_schools()
    return data["y"].to_numpy(float), data["sigma"].to_numpy(float), list(data["school"])


def made_up(groups, seed, spread=8.0):
    """Return data that no page uses: names that are not in the order of the alphabet, errors that differ."""
    rng = np.random.default_rng(seed)
    sigma = rng.uniform(3, 12, groups)
    names = [f"group {number}" for number in rng.permutation(groups)]
    return rng.normal(-20, np.hypot(spread, sigma)).round(2), sigma.round(2), names


GROUPS = {"schools": schools(), "three": made_up(3, 1), "apart": made_up(4, 2, spread=60), "thirty": made_up(30, 3)}
every_group = pytest.mark.parametrize("data", GROUPS.values(), ids=GROUPS)


@every_group
def test_shrinkage_explorable_draws_the_estimates(data):
    taus = np.arange(0, 12.05, 0.1)  # as a slider steps: not all of these are what a reader would type
    spec = explorables.shrinkage_explorable(*data, tau=taus, start=5.0, axis="Points").to_dict()
    for tau in (0, 0.3, 5, 8.2, 12):
        check(spec, shrinkage(*data, taus, tau, "Points"), tau=tau)


@every_group
def test_prior_explorable_draws_the_posterior(data):
    spec = explorables.prior_explorable(*data, scale=np.arange(0.1, 12.05, 0.1), start=5.0, axis="Points").to_dict()
    for scale in (0.1, 0.3, 5, 12):
        check(spec, prior(*data, scale, "Points"), prior_scale=scale)


@pytest.mark.parametrize(("replicates", "n"), [(1, 5), (3, 20), (30, 7)])
def test_frequency_explorable_draws_running_frequencies(replicates, n):
    rng = np.random.default_rng(n)
    sequences = {"Fair": rng.integers(0, 2, (replicates, n)), "Rare": rng.random((replicates, n)) < 0.1}
    sequences["Rare"][0] = 0
    spec = explorables.frequency_explorable(sequences).to_dict()
    for number in {1, (replicates + 1) // 2, replicates}:
        check(spec, frequency(sequences, number), sequence=number)


def test_nested_explorable_draws_the_posterior_means():
    rng = np.random.default_rng(4)
    group = np.repeat(["Ohio", "Utah", "Iowa", "Guam"], [9, 1, 4, 30])
    exposure = rng.lognormal(-1, 1.5, group.size).round(3)
    counts = rng.poisson(exposure * rng.gamma(4, 1.2, group.size))
    show = {20: "in Guam", 0: "in Ohio", 43: "last", 9: "alone", 11: "in Iowa"}
    given = {"show": show, "centre": 4.8, "axis": "Deaths"}
    spec = explorables.nested_explorable(
        counts, exposure, group, between=range(4, 65, 15), within=range(5, 80, 5), start=(19, 20), **given
    ).to_dict()
    for between, within in [(4, 5), (4, 75), (64, 5), (64, 75), (19, 20)]:
        wanted = nested(counts, exposure, group, between=between, within=within, **given)
        check(spec, wanted, between_states=between, within_states=within)


@pytest.mark.parametrize(("low", "step"), [(0, 0.1), (0.5, 0.1), (0.1, 0.05), (3, 2)])
def test_sliders_step_in_short_numbers(low, step):
    """A page shows as many decimals as the step has; the difference of two floating-point numbers may have sixteen."""
    values = np.arange(low, low + 9.5 * step, step)
    for make, name in ((explorables.shrinkage_explorable, "tau"), (explorables.prior_explorable, "scale")):
        values = values[1:] if name == "scale" and not low else values
        spec = make(*made_up(3, 1), **{name: values}, start=values[3]).to_dict()
        (param,) = spec["params"]
        assert [len(str(param["bind"][key])) <= 5 for key in ("min", "max", "step")] == [True] * 3
        assert param["bind"]["step"] == step and param["value"] == values[3]


def test_every_slider_has_its_ends_its_step_and_its_start():
    params = explorables.nested_explorable(
        [1, 2], [1, 1], ["a", "b"], show={0: "A"}, centre=1, between=[5, 10, 15], within=[20, 40], start=(10, 20)
    ).to_dict()["params"]
    params += explorables.frequency_explorable({"A": [[0, 1]] * 3}).to_dict()["params"]
    told = [
        (param["name"], param["value"], *(param["bind"][key] for key in ("min", "max", "step"))) for param in params
    ]
    assert told == [("between_states", 10, 5, 15, 5), ("within_states", 20, 20, 40, 20), ("sequence", 1, 1, 3, 1)]
    assert [param["bind"]["name"].strip() for param in params] == [
        "Spread between states, %",
        "Spread within a state, %",
        "Sequence number",
    ]


def test_explorable_holds_what_the_estimators_say():
    schools = datasets.eight_schools()
    y, sigma = schools["y"], schools["sigma"]
    chart = explorables.shrinkage_explorable(y, sigma, schools["school"], tau=[0.0, 5.0, 10.0], start=5.0)
    bundle = explorables.Explorable(chart, alt="What is there.", title="Title")._repr_mimebundle_()
    spec = bundle[explorables.EXPLORABLE_MIME]["spec"]
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
    chart = explorables.prior_explorable(y, sigma, schools["school"], scale=np.arange(1, 41), start=5)
    spec = explorables.Explorable(chart, alt="What is there.", title="Title").chart.to_dict()
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
    chart = explorables.frequency_explorable(sequences)
    spec = chart.to_dict()
    assert [panel["title"]["text"] for panel in spec["vconcat"]] == ["A", "B"]
    bind = spec["params"][0]["bind"]
    assert (bind["min"], bind["max"], bind["step"]) == (1, 2, 1)
    rows = spec["datasets"][spec["vconcat"][0]["data"]["name"]]
    first = [row for row in rows if row["number"] == 1]
    assert [row["frequency"] for row in first] == pytest.approx([1, 0.5, 2 / 3, 0.75], abs=1e-4)
    assert [row["one"] for row in first] == [1, 0, 1, 1] and [row["draw"] for row in first] == [1, 2, 3, 4]


THREE = [1, 2, 4], [1, 1, 1], "abc"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: explorables.prior_explorable(*THREE, scale=[1, 2, 4], start=1), "scale must hold"),
        (lambda: explorables.prior_explorable(*THREE, scale=[0, 1, 2], start=1), "scale must be above zero"),
        (lambda: explorables.prior_explorable(*THREE, scale=[1, 2, 3], start=9), "start must be one of"),
        (lambda: explorables.shrinkage_explorable(*THREE, tau=[0, 1, 3], start=1), "tau must hold"),
        (lambda: explorables.shrinkage_explorable(*THREE, tau=[0, 1, 2], start=1.5), "start must be one of"),
        (lambda: explorables.frequency_explorable({"a": [[0, 1]], "b": [[0, 1, 1]]}), "arrays of the same shape"),
        (lambda: explorables.frequency_explorable({}), "arrays of the same shape"),
        (lambda: explorables.frequency_explorable({"a": [[0, 2]]}), "zeros and ones"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def nested_chart(**changes):
    y, x, group = [2, 0, 9, 3], [0.1, 0.3, 5.6, 0.4], ["Utah", "Utah", "Utah", "Ohio"]
    given = {"show": {0: "a", 3: "b"}, "centre": 4.8, "between": [5, 30, 55], "within": [10, 40], "start": (30, 40)}
    return explorables.nested_explorable(y, x, group, **(given | changes))


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


@pytest.mark.parametrize(
    "text", ["<!--<script>", "</script>", "</SCRIPT >", "<b>&amp;</b>", "a \\u003c b", "\"'\u2028"]
)
def test_no_text_of_a_chart_can_end_its_script_element(text):
    """To HTML, nothing inside a script element matters but "<"; to JSON, the text is the same."""
    spec = explorables.frequency_explorable({text: [[0, 1]]}).to_dict()
    content = {"spec": spec, "alt": text, "title": text}
    output = SimpleNamespace(mime_type=explorables.EXPLORABLE_MIME, content=content, line=1)
    page = SimpleNamespace(write_file=lambda names, content, **_: names[0])
    (box,) = explorable.ExplorableRenderer.handle_mime(page, output, inline=False)
    picture, script = box.children
    opening, inside = re.fullmatch(r"(<script [^<>]*>)(.*)</script>", script.astext(), re.DOTALL).groups()
    assert "<" not in inside
    assert json.loads(inside)["vconcat"][0]["title"]["text"] == text
    assert opening.count('"') == 4
    assert picture["alt"] == text


def without(panel, layer):
    """Take a layer from a panel of a chart."""
    return lambda spec: spec["vconcat"][panel]["layer"].pop(layer)


def other(old, new, times=1):
    """Write something else wherever a chart's specification says one thing, so and so often."""

    def change(spec):
        text = json.dumps(spec, ensure_ascii=False)
        assert text.count(old) == times, (old, text.count(old))
        changed = json.loads(text.replace(old, new))
        spec.clear()
        spec.update(changed)

    return change


PLANTED = {
    "shrinkage": {
        "a bar ends at the estimate": other('"x2": {"field": "high"', '"x2": {"field": "estimate"'),
        "rings stand at the estimates": other('"field": "y", "scale"', '"field": "estimate", "scale"'),
        "dots stand at the raw values": other('"field": "estimate", "scale"', '"field": "y", "scale"'),
        "the rule stands elsewhere": other('"x": {"field": "mu"', '"x": {"field": "log_likelihood"'),
        "every row is shown at once": other('"filter": "abs(datum.tau - tau) < 0.5"', '"filter": "true"', 5),
        "the rows are sorted by name": other('"sort": ["group 1", "group 0", "group 2"], ', "", 3),
        "the rows are upside down": other('["group 1", "group 0", "group 2"]', '["group 2", "group 0", "group 1"]', 3),
        "the axis says something else": other('"title": "Effect"', '"title": "Log effect"'),
        "the legend says something else": other("Dashed: population mean", "Dashed: median"),
        "rings and dots are swapped in the legend": other("Ring: a group's", "Dot: a group's"),
        "a ring is filled": other('"type": "point"', '"type": "circle"'),
        "a rule is not dashed": other('"strokeDash": [4, 3]', '"strokeWidth": 1'),
        "dots cannot be seen": other('"opacity": 1, "size": 90', '"opacity": 0, "size": 90'),
        "the highlighted point is gone": without(1, 1),
        "the curve is another": other('"y": {"field": "log_likelihood"', '"y": {"field": "mu"', 2),
    },
    "prior": {
        "the prior falls with the fourth power": other("prior_scale, 2)", "prior_scale, 4)", 3),
        "the prior's scale stays": other("datum.tau / prior_scale", "datum.tau / 5", 3),
        "the posterior is a sum": other("datum.prior * datum.likelihood", "datum.prior + datum.likelihood", 3),
        "the posterior is the prior": other("datum.prior * datum.likelihood", "datum.prior", 3),
        "prior and likelihood are swapped": other("Dashed: prior. Grey: likelihood", "Dashed: likelihood. Grey: prior"),
        "the thick curve is thin": other('"strokeWidth": 3', '"strokeWidth": 2'),
        "the mean of tau is gone": without(1, 3),
    },
    "frequency": {
        "the later are shown": other("datum.number < sequence", "datum.number > sequence", 2),
        "the present one is grey too": other("datum.number < sequence", "datum.number <= sequence", 2),
        "zeros are marked": other("datum.one === 1", "datum.one === 0", 2),
        "the dot stands at the start": other("datum.draw === 6", "datum.draw === 1", 2),
        "the marks stand on the curve": other("-0.12", "0.5", 2),
    },
}


@cache
def example(kind):
    """Make a small chart of a kind, as text; give it with what it should draw, and where the sliders stand."""
    y, sigma, names = made_up(3, 1)
    ones = np.random.default_rng(6).integers(0, 2, (3, 6))
    sequences = {"A": ones, "B": 1 - ones}
    if kind == "shrinkage":
        chart = explorables.shrinkage_explorable(y, sigma, names, tau=np.arange(9.0), start=3)
        panels, settings = shrinkage(y, sigma, names, np.arange(9), 4), {"tau": 4}
    elif kind == "prior":
        chart = explorables.prior_explorable(y, sigma, names, scale=np.arange(1.0, 9.0), start=3)
        panels, settings = prior(y, sigma, names, 4), {"prior_scale": 4}
    else:
        chart, panels, settings = explorables.frequency_explorable(sequences), frequency(sequences, 2), {"sequence": 2}
    check(chart.to_dict(), panels, **settings)
    return json.dumps(chart.to_dict()), panels, settings


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, planted in PLANTED.items() for name in planted])
def test_planted_faults_are_found(kind, name):
    """A negative control: the same chart with one thing changed is not what it should be."""
    text, panels, settings = example(kind)
    spec = json.loads(text)
    PLANTED[kind][name](spec)
    assert faults(render(spec, **settings), panels, TOLERANCE)
