"""The curves and markers of still pictures are those of the formulas, computed a second time.

`curves_<page>.py` has a function for each figure of a page. It returns rows: the panel, what is drawn in it, and what
should be: a function of x for a curve, an array of places for markers. `words.yml` has what is written at them.
"""

import importlib
import re
from pathlib import Path

import numpy as np
import pytest
import yaml
from bs4 import BeautifulSoup
from scipy import stats
from still_pictures import BOOK, NEAR, panels, stray, stray_points, written

PAGES = {
    path.stem: importlib.import_module(path.stem).FIGURES for path in sorted(Path(__file__).parent.glob("curves_*.py"))
}
WORDS = yaml.safe_load(Path(__file__).with_name("words.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("page", "figure"), [(page, figure) for page, figures in PAGES.items() for figure in figures])
def test_what_is_drawn_is_what_the_formulas_say(page, figure):
    for number, (panel, drawn, expected, *near) in enumerate(PAGES[page][figure]()):
        assert len(drawn) >= 1, number
        away = stray(drawn, expected, panel) if callable(expected) else stray_points(drawn, expected, panel)
        assert away < (near[0] if near else NEAR), number


def test_a_curve_that_is_off_is_seen():
    [panel] = panels("asthma-county", "fig-county-triplet")
    likelihood = panel.curves[1]
    assert stray(likelihood, lambda x: stats.gamma(4).pdf(x) / stats.gamma(4).pdf(3), panel) > 10
    assert stray(likelihood, lambda x: 1.05 * stats.gamma(4).pdf(x), panel) > NEAR


@pytest.mark.parametrize("page", WORDS)
def test_axes_legends_and_panels_are_named_as_noted(page):
    html = (BOOK / f"{page}.html").read_text(encoding="utf-8")
    figures = [figure["id"] for figure in BeautifulSoup(html, "html.parser").select("figure[id^=fig-]:has(img)")]
    assert {figure: written(page, figure) for figure in figures} == WORDS[page]


def test_every_page_with_a_picture_is_noted():
    pages = {path.stem for path in BOOK.glob("*.html") if re.search(r'<figure[^>]* id="fig-', path.read_text("utf-8"))}
    assert pages == set(WORDS)


def test_traces_are_those_of_school_a_in_their_panels():
    """The population's mean is lower and spreads less; ten small steps, nearly all accepted, add up to one draw's."""
    from curves_estimation import COVARIANCE, MEAN

    small, middle, large = panels("estimation", "fig-traces")
    values = np.concatenate([line[:, 1] for line in middle.curves])
    assert values.std() == pytest.approx(COVARIANCE[0, 0] ** 0.5, rel=0.2)
    assert values.mean() == pytest.approx(MEAN[0], abs=1.2)
    steps = np.concatenate([np.diff(line[:, 1])[np.isclose(np.diff(line[:, 0]), 10)] for line in small.curves])
    assert steps.std() == pytest.approx(0.1 * np.sqrt(10), rel=0.1)
    moves = [len(np.unique(np.round(line[:, 1], 6))) for panel in (small, middle, large) for line in panel.curves]
    assert max(moves[8:]) < 60 < min(moves[:8])
