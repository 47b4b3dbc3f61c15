"""Names in the pages' still pictures stand at the curves that they name, from the lowest to the highest."""

import re
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
import references
from bs4 import BeautifulSoup

BOOK = Path(__file__).parents[1] / "_build" / "html" / "book"
SCHOOLS = "ABCDEFGH"


def words(page, figure):
    """What is written in a figure, in the order in which it was drawn: Matplotlib notes it beside the glyphs."""
    path = BOOK / f"{page}.html"
    [image] = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").find(id=figure).find_all("img")
    return re.findall(r"<!-- (.*?) -->", (path.parent / image["src"]).read_text(encoding="utf-8"))


def runs(texts, names):
    """The unbroken runs of names among texts."""
    return [list(run) for named, run in groupby(texts, lambda text: text in names) if named]


def ascending(values):
    return [SCHOOLS[j] for j in np.argsort(values)]


def given(tau):
    """Mean and standard deviation of each effect, given the spread."""
    mean, covariance = references.given_tau(tau)
    return mean[: len(SCHOOLS)], np.sqrt(np.diag(covariance))[: len(SCHOOLS)]


def shared():
    """Schools with one standard error share a curve; the larger the error, the higher it ends."""
    errors = sorted(set(references.SIGMA))
    return [
        ", ".join(name for name, sigma in zip(SCHOOLS, references.SIGMA, strict=True) if sigma == e) for e in errors
    ]


@pytest.mark.parametrize(
    ("page", "figure", "expected"),
    [
        ("pooling", "fig-compromise", lambda: [ascending(references.Y)]),
        ("shrinkage", "fig-paths", lambda: [ascending(given(40.0)[0])]),
        ("learning-tau", "fig-three-curves", lambda: [ascending(given(30.0)[0]), shared()]),
    ],
)
def test_names_stand_at_their_curves(page, figure, expected):
    lists = expected()
    names = {name for run in lists for name in run}
    assert runs(words(page, figure), names) == lists


def test_curves_that_schools_share_end_as_their_errors():
    sd = dict(zip(SCHOOLS, given(30.0)[1], strict=True))
    ends = [sd[names[0]] for names in shared()]
    assert ends == sorted(ends)
