"""Names in the pages' still pictures stand at the curves that they name, from the lowest to the highest."""

import re
from itertools import groupby

import numpy as np
import pytest
import references
from paths import ROOT, SITE
from still_pictures import words

BOOK = SITE / "book"
SCHOOLS = "ABCDEFGH"


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


def test_panels_have_the_titles_that_the_description_gives_them():
    """Left and right, and no title twice."""
    assert runs(words("three-point", "fig-tp-funnel"), {"own percentage", "posterior mean"}) == [
        ["own percentage"],
        ["posterior mean"],
    ]
    image = re.search(r"name: fig-tp-funnel.*?alt: \"(.*?)\"", source("three-point"), re.DOTALL)[1]
    assert re.search(r"Left, own percentages: .*Right, posterior means: ", image)
    [values] = re.findall(r"\(axes\[0\], (.*?), \"own percentage\"\)", source("three-point"))
    assert values == "total_made / total"


def source(page):
    return (ROOT / "book" / f"{page}.md").read_text(encoding="utf-8")


# What a chapter says of a figure that is neither the last one before the sentence nor the next one.
FURTHER_OFF = {
    ("estimation", "fig-staircase", "shows the reason for the loss"),
    ("estimation", "fig-hastings", "showed a chain that never settles"),
    ("checking", "fig-checking-joint", "they are far from it"),
}


def test_a_chapter_points_to_the_figure_beside_the_sentence():
    """A reference to another figure than the nearest two is named above, with its words."""
    found = set()
    for path in sorted((ROOT / "book").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        figures = [(match.start(), match[1]) for match in re.finditer(r"^\s*name: (fig-[\w-]+)", text, re.MULTILINE)]
        for match in re.finditer(r"\{numref\}`(?:[^`<]*<)?(fig-[\w-]+)>?`\s+((?:\S+ ?){5})", text):
            before = [name for place, name in figures if place < match.start()][-1:]
            after = [name for place, name in figures if place > match.start()][:1]
            if figures and match[1] not in before + after:
                found.add((path.stem, match[1], match[2].strip()))
    assert {(page, name) for page, name, _ in found} == {(page, name) for page, name, _ in FURTHER_OFF}
    assert all(
        any(said.startswith(words[:20]) for p, n, words in FURTHER_OFF if (p, n) == (page, name))
        for page, name, said in found
    )


def test_a_plan_shows_no_figure_twice_and_a_chapter_its_own():
    """On the instructors' page: within a plan, and for each chapter in the order of its page."""
    page = source("instructors")
    plans = re.split(r"^## ", page, flags=re.MULTILINE)
    named = {plan.split("\n")[0]: re.findall(r"\{numref\}`(fig-[\w-]+)`", plan) for plan in plans}
    for plan in ("One lecture", "A week"):
        assert named[plan] and len(set(named[plan])) == len(named[plan]), plan
    chapters = re.split(
        r"^### ", next(plan for plan in plans if plan.startswith("Chapter by chapter")), flags=re.MULTILINE
    )
    seen = set()
    for chapter in chapters[1:]:
        page = re.search(r"Reading \[\]\(([\w-]+)\.md\)", chapter)[1]
        shown = re.findall(r"\{numref\}`(fig-[\w-]+)`", chapter)
        own = re.findall(r"^\s*name: (fig-[\w-]+)", source(page), re.MULTILINE)
        places = [own.index(figure) for figure in shown]
        assert places == sorted(set(places)), page
        seen.add(page)
    assert len(seen) >= 10
