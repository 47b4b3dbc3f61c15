"""No problem set gives away a solution or a hidden test: not in the notebook, on the page, in the index or elsewhere.

That what looks for leaks finds them is tested in `test_problem_sets.py`.
"""

import ast
import io
import re
import tokenize

import pytest
from paths import SITE
from problem_set_leaks import TAUGHT, fragments, indexed_words, leaks, parts, secret_words
from problem_set_tools import builder, site_files, stems

# A word of the page, in the form that the search index has it, and pieces that must be looked for.
SETS = {
    "pooling-and-shrinkage": (
        "fernleigh",
        [
            "def shrinkage_slips(y, sigma, tau):",
            "test_pooled_mean",
            "weight = tau**2 / (tau**2 + sigma**2)",
            "np.sqrt((10 * 9**2 - 18 * 4**2) / (18 - 10))",
        ],
    ),
    "sampling": ("nitrat", ["def swept(sweep):", "test_step_stays", "proposal = tau * np.exp(step * rng.normal())"]),
    "shrinkage-in-sport": ("club", ["def league(seed):", "def most_likely():"]),
    "exchangeability": (
        "sommeli",
        ["def urn_slips(n, ones, zeros, added):", "test_p_value", "4 / 12 * 3 / 11 - (4 / 12) ** 2"],
    ),
    "rates": (
        "drown",
        [
            "def country(seed):",
            "def moment_slips(shape, rate, counts, size):",
            "test_village_and_continent",
            "return few / exposure, many / exposure",
            "(np.where(hidden, 4, deaths) / exposure).max()",
        ],
    ),
}


def source_of(name):
    return builder.SOURCES / f"{name}.md"


@pytest.fixture(params=SETS)
def name(request):
    return request.param


def test_every_set_is_here():
    assert {path.stem for path in builder.sources()} == set(SETS)


def test_source_is_parted_well(name):
    """The detector looks for enough, the rubric included."""
    pieces = fragments(source_of(name))
    assert len(pieces) > 100 and set(SETS[name][1]) <= pieces
    assert any("Rubric" in cell for cell in parts(source_of(name)).secret_prose)


NOTES = ("**Before you hand it out.**", "**In class.**", "**Rubric.**")


def test_every_note_for_the_instructor_is_tagged_as_one(name):
    """By its first words: a note that loses its tag would be a text like any other, and go to the class."""
    cells = [cell for cell in builder.read(source_of(name)).cells if cell.cell_type == "markdown"]
    tagged = [cell.source.startswith(NOTES) for cell in cells if "instructor" in builder.tags(cell)]
    assert all(tagged) and len(tagged) >= 6
    assert sum(any(note in cell.source for note in NOTES) for cell in cells) == len(tagged)


def only_heads(code):
    """Whether a text of a program is empty, but for the heads of functions and what they are for."""
    comments = [
        token for token in tokenize.generate_tokens(io.StringIO(code).readline) if token.type == tokenize.COMMENT
    ]
    return not comments and all(
        isinstance(node, ast.FunctionDef) and len(node.body) == 1 and ast.get_docstring(node)
        for node in ast.parse(code).body
    )


def test_of_a_solution_students_see_the_heads_of_functions_alone(name):
    """A line that loses its mark of a solution would be a line of the question like any other."""
    heads = parts(source_of(name)).heads
    assert len(heads) >= 4 and [code for code in heads if not only_heads(code)] == []


@pytest.mark.parametrize("line", ["# tau^2 is (10 * 81 - 18 * 16) / 8", "answer = 3", "def f(x):\n    return x"])
def test_a_line_without_its_mark_is_seen(line):
    assert only_heads('def f(x):\n    """Twice x."""') and only_heads("\n\n")
    assert not only_heads(line)


def test_nothing_secret_for_students(name):
    built = builder.build(source_of(name))
    files = [built / f"{name}.zip", *(built / "student").rglob("*.*")]
    assert leaks(files, fragments(source_of(name))) == []


def test_nothing_secret_on_the_page_or_in_its_download(name):
    page = SITE / f"book/problem-sets/{name}.html"
    assert leaks([page, page.with_suffix(".zip")], fragments(source_of(name))) == []


def test_nothing_secret_on_the_site():
    pieces = set().union(*(fragments(source_of(name)) for name in SETS)) - TAUGHT
    assert len(pieces) > 700
    assert leaks(site_files(), pieces) == []


def test_nothing_secret_in_the_search_index(name):
    found = indexed_words(SITE / "searchindex.js", f"book/problem-sets/{name}")
    assert SETS[name][0] in found, "the page is in the index"
    data = [cell.source for cell in builder.read(source_of(name)).cells if "data" in builder.tags(cell)]
    link = "Download this problem set as a notebook (a zip file with all that it needs)."
    shown = [*parts(source_of(name)).public, *data, link]
    public = stems(word for text in shown for word in re.findall(r"[A-Za-z_]{3,}", text.lower()))
    assert found & (stems(secret_words(source_of(name))) - public) == set()


def test_instructor_edition_leaves_nothing_out(name):
    """Its tables are computed by the hidden tests themselves, in `make instructor`; here: none is left out."""
    text = "\n".join(cell.source for cell in builder.instructor_notebook(source_of(name)).cells)
    secret = parts(source_of(name))
    hidden = re.findall(r"def (test_\w+)", "\n".join(secret.secret_code))
    assert len(hidden) == source_of(name).read_text().count("\nhidden: true\n") >= 8
    for test in hidden:
        assert f"misconceptions({test})" in text
    for cell in secret.secret_prose:
        assert cell in text
    assert "| all | 20 |" in text and "# SOLUTION" not in text
