"""The live charts of the site, and the pictures before them, draw what the estimators say at the sliders' settings."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import explorable
import numpy as np
import pytest
from drawn import Drawn, Panel, faults, read
from explorable_references import bars, frequency, nested, on_rows, prior, shrinkage
from inspection import WIDTHS, opened, soup
from paths import ROOT, SITE

from lib import datasets, plots
from lib import exchangeability as ex

# In pixels: on a page, ticks snap to whole ones.
TOLERANCE = 1.0
EXPLORABLE = [
    path.relative_to(SITE).as_posix()
    for path in sorted(SITE.rglob("*.html"))
    if "_static" not in path.relative_to(SITE).parts and soup(path).select(".explorable")
]


@dataclass
class Chart:
    """The explorable of a page: its sliders' names, what they should show at each setting, and the panels there."""

    sliders: list[str]
    settings: list[tuple[str, ...]]  # the start first
    panels: Callable[..., list[Panel]]


def eight_schools():
    schools = datasets.eight_schools()
    return schools["y"].to_numpy(float), schools["sigma"].to_numpy(float), schools["school"].tolist()


def mechanisms():
    """Draw the sequences as the chapter does."""
    rng = np.random.default_rng(60)
    switches = rng.random((24, 60)) < np.where(np.arange(60) == 0, 0.5, 0.08)
    return {
        "Panel A": switches.cumsum(axis=1) % 2,
        "Panel B": ex.urn_draws(60, 1, 1, 1, replicates=24, rng=rng),
        "Panel C": rng.permuted(np.tile([0, 1], (24, 30)), axis=1),
        "Panel D": (rng.random((24, 60)) < rng.random((24, 1))).astype(int),
    }


def counties(between, within):
    kidney = datasets.kidney_cancer_us()
    wanted = {"Utah": ["Piute", "Beaver", "Sanpete", "Salt Lake"]}
    wanted["West Virginia"] = ["Calhoun", "Ritchie", "Boone", "Kanawha"]
    places = {(row.state, row.county): place for place, row in enumerate(kidney.itertuples())}
    show = {places[state, f"{name} County"]: f"{name}, {state}" for state, names in wanted.items() for name in names}
    return nested(
        kidney["deaths_1980_84"],
        kidney["person_years_1980_84"] / 1e5,
        kidney["state"],
        show=show,
        centre=4.8,
        between=between,
        within=within,
        axis="Deaths per 100,000 person-years",
    )


def batting(kept):
    players = datasets.batting_1970()
    first, rest = players["first_hits"] / 45, players["rest_hits"] / players["rest_at_bats"]
    mean = first.mean()

    def error(share):
        return ((mean + share * (first - mean) - rest) ** 2).sum()

    now, steps = mean + kept * (first - mean), np.linspace(0, 1, 51)
    # The shares of the averages, by the formula of James and Stein with the mean estimated.
    share = 1 - 15 * (mean * (1 - mean) / 45) / ((first - mean) ** 2).sum()
    top = {
        "Dot": Drawn(on_rows(now), "prediction"),
        "Diamond": Drawn(on_rows(rest), "rest of the season"),
        "bar": Drawn(bars(now, rest)),
    }
    bottom = {
        "line": Drawn([[(step, error(step)) for step in steps]]),
        "triangle": Drawn([(share, error(share))], color=plots.GREEN),
        "name": Drawn(["James-Stein", f"error {error(kept):.4f}"]),
        "Dot": Drawn([(kept, error(kept))]),
    }
    return [
        Panel("Dot: prediction.", "Batting average", None, top, players["player"].tolist()),
        Panel("Error of all 18 predictions", "Share of the distance kept", "Squared error", bottom),
    ]


CHARTS = {
    "book/shrinkage.html": Chart(
        ["Spread between groups, τ"],
        [("5.0",), ("0.0",), ("23.5",), ("60.0",)],
        lambda tau: shrinkage(*eight_schools(), np.arange(0, 60.5, 0.5), tau, "Effect (points)"),
    ),
    "book/learning-tau.html": Chart(
        ["Scale of the prior"],
        [("5",), ("1",), ("17",), ("40",)],
        lambda scale: prior(*eight_schools(), scale, "Effect (points)"),
    ),
    "book/batting.html": Chart(
        ["Share of the distance kept"], [("1.00",), ("0.00",), ("0.14",), ("0.58",)], lambda kept: batting(kept)
    ),
    "book/exchangeability.html": Chart(
        ["Sequence number"], [("1",), ("2",), ("13",), ("24",)], lambda number: frequency(mechanisms(), int(number))
    ),
    "book/asthma-nested.html": Chart(
        ["Spread between states, %", "Spread within a state, %"],
        [("12", "20"), ("2", "20"), ("62", "5"), ("32", "80")],
        counties,
    ),
}
every_chart = pytest.mark.parametrize("name", CHARTS)


def test_every_explorable_is_compared(site):
    assert set(CHARTS) == set(EXPLORABLE)
    assert all(len(soup(site / name).select(".explorable")) == 1 for name in CHARTS)


def live(page):
    """Give the live chart as it is drawn now."""
    return page.evaluate(
        "new XMLSerializer().serializeToString(document.querySelector('.explorable-chart svg'))",
    )


def demand(page, panels, said=""):
    """Wait until the live chart draws these panels: it is laid out anew some time after the window changes."""
    end = time.monotonic() + 30
    while (found := faults(live(page), panels, TOLERANCE)) and time.monotonic() < end:
        page.wait_for_timeout(100)
    assert not found, "\n".join([str(said), *found])


def move(page, sliders, setting):
    """Move each slider of a page, and demand that the number beside it says where it stands."""
    for label, text in zip(sliders, setting, strict=True):
        slider = page.get_by_role("slider", name=label, exact=True)
        slider.fill(f"{float(text):g}")
        assert shown(page, label) == text
        assert slider.get_attribute("aria-valuetext") == text


def shown(page, label):
    """Give the number beside a slider."""
    return page.locator(".explorable-slider", has_text=label).locator(".explorable-value").text_content()


@every_chart
def test_the_picture_in_the_page_shows_the_start(name, site):
    chart = CHARTS[name]
    picture = soup(site / name).select_one(".explorable img")
    svg = (site / name).parent.joinpath(picture["src"]).read_text(encoding="utf-8")
    assert faults(svg, chart.panels(*map(float, chart.settings[0])), TOLERANCE) == []


@every_chart
def test_the_live_chart_draws_what_the_sliders_say(name, browser, address):
    chart = CHARTS[name]
    with opened(browser, f"{address}/{name}") as (page, log):
        assert [shown(page, label) for label in chart.sliders] == list(chart.settings[0])
        demand(page, chart.panels(*map(float, chart.settings[0])), "at the start")
        for setting in chart.settings[1:]:
            move(page, chart.sliders, setting)
            demand(page, panels := chart.panels(*map(float, setting)), setting)
        # Narrow, the chart is laid out anew, and stays where the sliders stand.
        width = page.locator(".explorable-chart svg").bounding_box()["width"]
        page.set_viewport_size(dict(zip(("width", "height"), WIDTHS["phone"], strict=True)))
        page.wait_for_function(
            "width => document.querySelector('.explorable-chart svg').getBoundingClientRect().width < width", arg=width
        )
        demand(page, panels, "narrow")
        assert [shown(page, label) for label in chart.sliders] == list(setting)
        move(page, chart.sliders, chart.settings[1])
        demand(page, chart.panels(*map(float, chart.settings[1])), "narrow, moved")
        assert log.faults() == []


# What a name in the box beside the pointer stands for: a look, and which of its points.
TOLD = {
    "y": "Ring",
    "raw": "Ring",
    "estimate": "Dot",
    "prediction": "Dot",
    "rest": "Diamond",
    "state": "Upright stroke",
}


@pytest.mark.parametrize("name", [name for name in CHARTS if "exchangeability" not in name])
def test_the_box_beside_the_pointer_says_what_is_drawn(name, browser, address):
    chart = CHARTS[name]
    (panel, *_) = chart.panels(*map(float, chart.settings[-1]))
    with opened(browser, f"{address}/{name}") as (page, _):
        move(page, chart.sliders, chart.settings[-1])
        for row in (0, len(panel.rows) - 1):
            page.locator(".explorable-chart .mark-symbol.role-mark").last.wait_for(state="attached")
            dots = page.locator(".explorable-chart .mark-symbol.role-mark").filter(
                has=page.locator(f"path:nth-child({len(panel.rows)})")
            )
            dots.last.locator("path").nth(row).hover(force=True)
            page.wait_for_function("document.querySelector('#vg-tooltip-element.visible')")
            cells = page.locator("#vg-tooltip-element td").all_text_contents()
            told = dict(zip([key.rstrip(": ") for key in cells[::2]], cells[1::2], strict=True))
            assert panel.rows[row] in told.values()
            ends = np.array(panel.drawn["bar"].values)[row, :, 0]
            wanted = {key: panel.drawn[look].values[row][0] for key, look in TOLD.items() if look in panel.drawn}
            wanted |= {"low": ends[0], "high": ends[1]}
            numbers = {key: float(value.replace("−", "-")) for key, value in told.items() if key in wanted}
            assert len(numbers) == len(told) - 1
            assert numbers == pytest.approx({key: wanted[key] for key in numbers}, abs=0.006)
            page.mouse.move(0, 0)


# Below: the script with charts that no page has, in a page made here.


def two_panels():
    """Make a chart of two panels side by side: a point at (a, b), and one at (b, a)."""

    def panel(x, y, title):
        return {
            "title": title,
            "width": 300,
            "height": 100,
            "mark": {"type": "circle", "opacity": 1},
            "transform": [{"calculate": "a", "as": "a"}, {"calculate": "b", "as": "b"}],
            "encoding": {
                axis: {"field": field, "type": "quantitative", "title": field, "scale": {"domain": [0, 100]}}
                for axis, field in (("x", x), ("y", y))
            },
        }

    def param(name, label, low, high, step):
        bind = {"input": "range", "min": low, "max": high, "step": step, "name": label}
        return {"name": name, "value": 10, "bind": bind}

    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": [{}]},
        "params": [
            param("a", "First: ", 0, 50, 0.25),
            param("b", "Second ", 10, 100, 5),
        ],
        "hconcat": [panel("a", "b", f"One {'word and ' * 9}more"), panel("b", "a", "Two")],
    }


def of_two_panels(a, b):
    return [
        Panel(f"One {'word and ' * 9}more", "a", "b", {"Dot": Drawn([(a, b)])}),
        Panel("Two", "b", "a", {"Dot": Drawn([(b, a)])}),
    ]


@pytest.fixture
def shown_page(serve, tmp_path):
    """Give a function that serves a page with one explorable, its script element as the book's builder writes it."""

    def serve_page(spec, title="A title"):
        settings = SimpleNamespace(write_file=lambda names, content, **_: names[0])
        content = {"spec": spec, "alt": "What there is.", "title": title}
        output = SimpleNamespace(mime_type=explorable.EXPLORABLE_MIME, content=content, line=1)
        (box,) = explorable.ExplorableRenderer.handle_mime(settings, output, inline=False)
        explorable.write_vega(SimpleNamespace(builder=SimpleNamespace(format="html"), outdir=tmp_path))
        script = (ROOT / "book" / "_static" / "explorable.js").read_text(encoding="utf-8")
        (tmp_path / "_static" / "explorable.js").write_text(script, encoding="utf-8")
        scripts = "".join(f'<script defer src="_static/{name}"></script>' for name in ("vega.js", "explorable.js"))
        (tmp_path / "index.html").write_text(
            f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Page</title>'
            f'<link rel="icon" href="data:,">{scripts}</head><body>'
            f'<div class="explorable"><img alt="{box.children[0]["alt"]}" src="data:,">'
            f'{box.children[1].astext()}</div><p id="after">After.</p></body></html>',
            encoding="utf-8",
        )
        return f"{serve(tmp_path)}/index.html"

    return serve_page


def places(page):
    """Give the places of the panels on the screen."""
    return page.eval_on_selector_all(
        ".explorable-chart .role-scope > g > .background",
        "all => all.map(e => (({x, y}) => [x, y])(e.getBoundingClientRect()))",
    )


def test_panels_stand_side_by_side_or_one_below_the_other_and_keep_their_values(shown_page, browser):
    with opened(browser, shown_page(two_panels())) as (page, _):
        assert [shown(page, label) for label in ("First", "Second")] == ["10.00", "10"]
        move(page, ["First", "Second"], ("32.50", "75"))
        demand(page, of_two_panels(32.5, 75))
        (left, top), (right, other_top) = places(page)
        assert right > left + 300 and abs(top - other_top) < 30
        page.set_viewport_size({"width": 390, "height": 844})
        page.wait_for_function("document.querySelector('.explorable-chart svg').getBoundingClientRect().width < 400")
        demand(page, of_two_panels(32.5, 75), "narrow")
        (left, top), (right, below) = places(page)
        assert below > top + 100 and abs(right - left) < 30
        assert len(page.locator(".role-title-text").first.locator("tspan").all()) > 1, "too long a title is broken"
        move(page, ["First", "Second"], ("0.00", "100"))
        demand(page, of_two_panels(0, 100), "narrow, moved")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.wait_for_function("document.querySelector('.explorable-chart svg').getBoundingClientRect().width > 600")
        demand(page, of_two_panels(0, 100), "wide again")
        assert places(page)[1][0] > places(page)[0][0] + 300
        assert [shown(page, label) for label in ("First", "Second")] == ["0.00", "100"]


HOSTILE = ["<!--<script>", "</script><b>", "]]> <!--", "\"'><img src=x onerror=alert(1)>", "&lt;b&gt; \\u003c \u2028 b"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_chart_leaves_its_script_element(text, shown_page, browser):
    spec = two_panels()
    spec["params"][0]["bind"]["name"] = text
    spec["hconcat"][1]["title"] = {"text": text}
    spec["hconcat"][1]["encoding"]["x"]["title"] = text
    with opened(browser, shown_page(spec, title=text)) as (page, log):
        assert page.locator("#after").is_visible()
        assert page.locator("b, img[src=x]").count() == 0
        assert page.locator(".explorable").get_attribute("data-state") == "live"
        assert page.locator(".explorable").get_attribute("aria-label") == text
        drawn = read(live(page))[1]
        assert drawn.axes["x"][0] == text
        assert re.sub(r"\s+", " ", drawn.title).strip() == re.sub(r"\s+", " ", text).strip()
        assert log.faults() == []


def test_the_chart_is_described_in_its_own_words(shown_page, browser):
    with opened(browser, shown_page(two_panels())) as (page, _):
        assert page.get_by_role("group", name="A title").count() == 1
        assert page.get_by_role("img", name="What there is.").count() == 1
