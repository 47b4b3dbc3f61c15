"""The rules of the book hold in the book, and each of them fails on the fault it is there for."""

import re
from pathlib import Path

import book_rules as rules
import nbformat
import pytest
from bs4 import BeautifulSoup
from chapter_numbers import NUMBERS, MonteCarlo, Number
from paths import ROOT

BOOK = ROOT
PAGES = rules.pages(BOOK)
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
STANDARD_ERRORS = {row.tolerance.se for row in NUMBERS if isinstance(row.tolerance, MonteCarlo)}
GOOD_ALT = "Eight points with bars, one for each school, around a dashed line at the pooled mean."


@pytest.fixture(scope="session", autouse=True)
def built():
    assert (BOOK / "_build" / "html" / "book").is_dir(), "these tests read the built book: run `make book` first"


def page_of(folder: Path, text: str, part: str = "Chapters") -> rules.Page:
    """Write a page with this text."""
    path = folder / "page.md"
    path.write_text(text, encoding="utf-8")
    return rules.Page("book/page", part, path)


def cell(code: str, options: str = "") -> str:
    return f"```{{code-cell}} ipython3\n{options}{code}\n```\n\n"


# Decimals


@each_page
def test_no_decimal_is_typed_into_prose(page):
    assert rules.typed_decimals(page) == []


@pytest.mark.parametrize(
    "text",
    [
        "The pooled mean is 7.7 points.",
        "# About 7.7 points",
        "It is -3.4, or .5, or 0·5.",
        "It is *7.7*, **7.7** or [7.7](one.md).",
        "It is $\\hat\\mu = 7.7$.",
        "$$\n\\mu = 7.7\n$$",
        "\\begin{align}\n\\mu &= 7.7\n\\end{align}",
        "The weight is `0.37` here.",
        "| a |\n| - |\n| 7.7 |",
        "```{list-table}\n* - a\n* - 7.7\n```",
        "```{list-table} With 7.7\n* - a\n```",
        "```{exercise}\n:label: a\n\nWhat is 7.7 squared?\n```",
        "```{exercise} With 7.7\n:label: a\n\nWhat?\n```",
        "```{prf:theorem}\n:label: a\n\nIt is 7.7.\n```",
        "```{prf:theorem} With 7.7\n:label: a\n\nIt is.\n```",
        ":::{note}\nIt is 7.7.\n:::",
        ":::{admonition} About 7.7\nIt is.\n:::",
        "```{figure} a.png\n:alt: A bar at 7.7\n\nA bar.\n```",
        "```{figure} a.png\n:alt: A bar\n\nA bar at 7.7.\n```",
        "![a bar at 7.7](a.png)",
        "```{math}\n\\mu = 7.7\n```",
        "> It is 7.7.",
        "Pooling\n: It is 7.7.",
        "- It is 7.7.",
        "A note.[^a]\n\n[^a]: It is 7.7.",
        cell("1", "---\nmystnb:\n  figure: {name: fig-a, caption: A bar at 7.7}\n---\n"),
        cell("1", '---\nmystnb:\n  image: {alt: "A bar at 7.7"}\n---\n'),
        '<p>It is <b>7.7</b></p>\n<img alt="none" src="a.png">',
        '<img alt="A bar at 7.7" src="a.png">',
        "[It was 2.7]{.quotation}, that is 7.7.",
    ],
)
def test_a_typed_decimal_is_seen(tmp_path, text):
    assert rules.typed_decimals(page_of(tmp_path, f"# Title\n\n{text}\n")) != []


@pytest.mark.parametrize(
    "text",
    [
        "See section 2.7, sections 5.4 and 5.5, chapter 5.5 or table 5.2.",
        "With Python 3.12 under CC BY 4.0, see https://example.org/3.5/a or doi 10.1234/a.5.6.",
        "The authors say [the effect was 2.7 points]{.quotation}.",
        "```{epigraph}\n:class: quotation\nThe effect was 2.7 points.\n```",
        "It is {glue:text}`mean:.2f`, for eight schools, 4,000 draws and 95% of them.",
        "Call `partial_pooling(y, sigma, tau=2.5)`.",
        "```python\nx = 2.5\n```",
        cell("x = 2.5"),
        "1. First\n2. Second",
        "See {cite}`gelman2013` and {numref}`fig-2.5`.",
    ],
)
def test_what_is_not_data_may_be_typed(tmp_path, text):
    assert rules.typed_decimals(page_of(tmp_path, f"# Title\n\n{text}\n")) == []


# Control characters


@each_page
def test_no_control_character_is_left_in_a_page(page):
    assert rules.control_characters(page) == []


def test_a_control_character_is_seen(tmp_path):
    assert rules.control_characters(page_of(tmp_path, "# Title\n\nWith $\tau = 5$.\n")) != []
    assert rules.control_characters(page_of(tmp_path, "# Title\n\nWith $\\tau = 5$, naïve – and “quoted”.\n")) == []


# Numbers


@each_page
def test_glue_and_prose_agree(page):
    glued = set(rules.glued_values(BOOK, page))
    assert rules.unused_or_missing_glue(page, glued, STANDARD_ERRORS) == []


def test_a_name_glued_or_pasted_alone_is_seen(tmp_path):
    page = page_of(tmp_path, "It is {glue:text}`mean:.2f`.\n\n```{glue:figure} picture\n```\n")
    assert rules.unused_or_missing_glue(page, {"mean", "picture"}, set()) == []
    assert "pastes picture" in rules.unused_or_missing_glue(page, {"mean"}, set())[0]
    assert "glues error" in rules.unused_or_missing_glue(page, {"mean", "picture", "error"}, set())[0]
    assert rules.unused_or_missing_glue(page, {"mean", "picture", "error"}, {"error"}) == []


@each_page
def test_every_number_has_its_value(page):
    rows = [] if page.part == rules.PROBLEM_SETS else NUMBERS  # a problem set may share its name with a chapter
    assert rules.wrong_numbers(page.stem, rules.glued_values(BOOK, page), rows) == []


def test_every_row_belongs_to_a_page():
    assert {row.chapter for row in NUMBERS} <= {page.stem for page in PAGES}


@pytest.mark.parametrize(
    ("glued", "row", "fault"),
    [
        ({"a": 7.69}, Number("c", "a", 7.69, 0.005, "a book"), ""),
        ({"a": 7.70}, Number("c", "a", 7.69, 0.005, "a book"), "not within"),
        ({"a": float("nan")}, Number("c", "a", 7.69, 0.005, "a book"), "not within"),
        ({"a": 7.69}, Number("c", "a", 7.69, 0.005, " "), "no source"),
        ({"a": 7.69, "b": 1}, Number("c", "a", 7.69, 0.005, "a book"), "b is glued but has no row"),
        ({}, Number("c", "a", 7.69, 0.005, "a book"), "not glued"),
        ({"a": [1.0, 2.0]}, Number("c", "a", [1, 2], 0.001, "a book"), ""),
        ({"a": [1.0, 2.1]}, Number("c", "a", [1, 2], 0.001, "a book"), "not within"),
        ({"a": [1.0, 2.0, 3.0]}, Number("c", "a", [1, 2], 0.001, "a book"), "not within"),
        ({"a": "A"}, Number("c", "a", "A", 0, "a book"), ""),
        ({"a": "B"}, Number("c", "a", "A", 0, "a book"), "not 'A'"),
        ({"a": 1.04, "e": 0.01}, Number("c", "a", 1, MonteCarlo("e"), "a book"), ""),
        ({"a": 1.06, "e": 0.01}, Number("c", "a", 1, MonteCarlo("e"), "a book"), "not within"),
        ({"a": 1.06}, Number("c", "a", 1, MonteCarlo("e"), "a book"), "standard error"),
        ({"a": 1.0, "e": 0.0}, Number("c", "a", 1, MonteCarlo("e"), "a book"), "standard error"),
    ],
)
def test_a_wrong_number_is_seen(glued, row, fault):
    faults = rules.wrong_numbers("c", glued, [row])
    assert (fault in " ".join(faults)) if fault else faults == []


def test_a_number_with_two_rows_is_seen():
    row = Number("c", "a", 1, 0, "a book")
    assert "two rows" in rules.wrong_numbers("c", {"a": 1}, [row, row])[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7.69", 7.69),
        ("np.float64(7.69)", 7.69),
        ("np.float64(-1e-05)", -1e-05),
        ("'A'", "A"),
        ("array([1. , 2.5])", [1.0, 2.5]),
        ("array([1, 2], dtype=int32)", [1, 2]),
        ("[np.float64(1.0), 2]", [1.0, 2]),
        ("inf", float("inf")),
    ],
)
def test_a_representation_is_read(text, value):
    assert rules.value(text) == value


# Figures


@each_page
def test_every_figure_is_described(page):
    assert rules.undescribed_figures(page, rules.executed_notebook(BOOK, page)) == []


@each_page
def test_the_outputs_that_the_rules_look_at_are_those_of_the_page(page):
    """Without them no figure would lack a description."""
    path = BOOK / "_build" / "html" / f"{page.name}.html"
    shown = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").select(".cell_output img")
    notebook = rules.executed_notebook(BOOK, page)
    outputs = [output for cell in (notebook.cells if notebook else []) for output in cell.get("outputs", [])]
    drawn = [output for output in outputs if any(kind.startswith("image/") for kind in output.get("data", {}))]
    assert bool(drawn) == bool(shown)


def figure_cell(**figure) -> nbformat.NotebookNode:
    """Return an executed notebook whose one cell has drawn a figure."""
    alt = figure.pop("alt", GOOD_ALT)
    settings = {"figure": {"name": "fig-a", "caption": "The schools differ little.", **figure}, "image": {"alt": alt}}
    output = nbformat.v4.new_output("display_data", {"image/svg+xml": "<svg/>"})
    drawn = nbformat.v4.new_code_cell("plot()", metadata={"mystnb": settings}, outputs=[output])
    return nbformat.v4.new_notebook(cells=[drawn])


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({}, ""),
        ({"name": ""}, "no name"),
        ({"caption": ""}, "no caption"),
        ({"alt": ""}, "fewer than"),
        ({"alt": "A plot."}, "fewer than"),
        ({"alt": GOOD_ALT, "caption": GOOD_ALT}, "repeats the caption"),
        ({"alt": f"{GOOD_ALT} (schools.svg)"}, "names a file"),
    ],
)
def test_a_figure_without_its_words_is_seen(tmp_path, settings, fault):
    faults = rules.undescribed_figures(page_of(tmp_path, "# Title\n"), figure_cell(**settings))
    assert (fault in " ".join(faults)) if fault else faults == []


@pytest.mark.parametrize("text", ["![a plot](a.png)", "```{figure} a.png\nA caption.\n```", "```{image} a.png\n```"])
def test_an_image_without_description_is_seen(tmp_path, text):
    assert "fewer than" in rules.undescribed_figures(page_of(tmp_path, text), None)[0]


# Chapters


@each_page
def test_every_page_with_code_opens_in_jupyter(page):
    assert rules.missing_front_matter(page) == []


def test_missing_front_matter_is_seen(tmp_path):
    good = (ROOT / "tests" / "support" / "fixture_book" / "book" / "one.md").read_text(encoding="utf-8")
    assert rules.missing_front_matter(page_of(tmp_path, good)) == []
    assert "jupytext" in rules.missing_front_matter(page_of(tmp_path, good.replace("jupytext:", "other:")))[0]
    assert "kernelspec" in rules.missing_front_matter(page_of(tmp_path, re.sub("  display_name.*\n", "", good)))[0]
    assert len(rules.missing_front_matter(page_of(tmp_path, "# Title\n"))) == 2
    assert len(rules.missing_front_matter(page_of(tmp_path, "# Title\n\n" + cell("1"), part="Reference"))) == 2
    assert rules.missing_front_matter(page_of(tmp_path, "# Title\n", part="Reference")) == []


@each_page
def test_every_chapter_has_exercises_with_solutions(page):
    assert rules.missing_exercises(page) == []


def test_a_missing_exercise_or_solution_is_seen(tmp_path):
    good = "".join(
        f"```{{exercise}}\n:label: e{n}\n\nWhat?\n```\n\n````{{solution-start}} e{n}\n:class: dropdown\n````\n\n"
        f"{cell(str(n))}````{{solution-end}}\n````\n\n"
        for n in range(5)
    )
    assert rules.missing_exercises(page_of(tmp_path, good)) == []
    assert (
        "4 exercises" in rules.missing_exercises(page_of(tmp_path, good[: good.index("```{exercise}\n:label: e4")]))[0]
    )
    assert (
        "e4 has no solution"
        in rules.missing_exercises(page_of(tmp_path, good[: good.index("````{solution-start} e4")]))[0]
    )
    assert "e2 has no solution" in rules.missing_exercises(page_of(tmp_path, good.replace(cell("2"), "")))[0]
    assert "no label" in rules.missing_exercises(page_of(tmp_path, good.replace(":label: e1\n", "")))[0]
    assert rules.missing_exercises(page_of(tmp_path, "# Title\n", part="Reference")) == []


@each_page
def test_cells_fit_on_a_screen_and_import_at_the_top(page):
    assert rules.long_cells_and_late_imports(page) == []


def test_a_long_cell_and_a_late_import_are_seen(tmp_path):
    top = cell("import lib")
    assert rules.long_cells_and_late_imports(page_of(tmp_path, top + cell("\n".join(["x = 1"] * 30)))) == []
    assert "31 lines" in rules.long_cells_and_late_imports(page_of(tmp_path, top + cell("\n".join(["x = 1"] * 31))))[0]
    assert "imports" in rules.long_cells_and_late_imports(page_of(tmp_path, top + cell("if True:\n    import os")))[0]


@each_page
def test_listings_are_whole(page):
    assert rules.cut_listings(page) == []


def test_a_cut_listing_is_seen(tmp_path):
    (tmp_path / "code.py").write_text('def f(\n    x,\n):\n    """Say.\n\n    More.\n    """\n    return x\n')

    def listing(lines):
        return page_of(tmp_path, f"```{{literalinclude}} code.py\n:pyobject: f\n:lines: {lines}\n```\n")

    assert rules.cut_listings(listing("1-3, 8-")) == []
    assert "not 1-3, 8-" in rules.cut_listings(listing("1-3, 6-"))[0]


def test_contents_and_files_agree():
    assert rules.contents_and_files_differ(BOOK) == []


def test_a_page_missing_or_unlisted_is_seen(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "_toc.yml").write_text(
        "format: jb-book\nroot: book/index\nparts:\n- caption: A\n  chapters:\n  - file: book/a\n"
    )
    (tmp_path / "book" / "index.md").touch()
    (tmp_path / "book" / "b.md").touch()
    faults = rules.contents_and_files_differ(tmp_path)
    assert len(faults) == 2 and "book/a" in faults[0] and "b.md" in faults[1]


# Outputs


@each_page
def test_no_page_silences_a_warning(page):
    assert rules.silenced(page) == []


@pytest.mark.parametrize(
    "code",
    [
        'warnings.simplefilter("ignore")',
        "warnings.filterwarnings('ignore', category=ConvergenceWarning)",
        'with warnings.catch_warnings(action="ignore"):\n    gibbs(model, draws=9, warmup=1, rng=rng)',
        "with judged_elsewhere():\n    gibbs(model, draws=9, warmup=1, rng=rng)",
        "%%capture\ngibbs(model, draws=9, warmup=1, rng=rng)",
    ],
)
def test_a_silenced_warning_is_found(tmp_path, code):
    assert rules.silenced(page_of(tmp_path, cell(code))) != []


def test_a_warning_that_a_page_shows_is_not_silenced(tmp_path):
    code = 'with warnings.catch_warnings(record=True) as caught:\n    warnings.simplefilter("always")'
    assert rules.silenced(page_of(tmp_path, cell(code))) == []


def test_no_output_is_ugly():
    assert [fault for name, html in rules.built_pages(BOOK) for fault in rules.ugly_outputs(name, html)] == []


@pytest.mark.parametrize(
    "output",
    [
        "<pre>lib.py:3: RuntimeWarning: overflow</pre>",
        "<pre>Sampling 4 chains  45%|████     | 12/40</pre>",
        "<pre>&lt;Axes: xlabel='a'&gt;</pre>",
        "<pre>&lt;xarray.DataTree&gt;</pre>",
        "<pre>&lt;lib.Thing object at 0x7f12&gt;</pre>",
        "<pre>&lt;Figure size 640x480 with 1 Axes&gt;</pre>",
        "<pre>Traceback (most recent call last):</pre>",
        '<div class="output stderr"><pre>something</pre></div>',
        '<span class="pasted-text">-0.25</span>',
    ],
)
def test_an_ugly_output_is_seen(output):
    page = '<p>A Warning in prose.</p><div class="cell_output">{}</div>'
    assert rules.ugly_outputs("page", page.format("<pre>95% of 7</pre>")) == []
    assert rules.ugly_outputs("page", page.format(output)) != []
