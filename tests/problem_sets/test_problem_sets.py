"""The problem sets: what they award, what they say, and what they keep to themselves.

Wrong answers and right ones are written here as a student would write them. What can be learned from Otter's own tests
classes, run on the autograder's test files in this process, is learned so: it is a hundred times faster than starting
a kernel. The rest is graded by `otter run`.
"""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from functools import partial
from importlib.metadata import version
from pathlib import Path

import nbformat
import pytest
import yaml
from nbclient import NotebookClient
from otter.api import grade_submission
from paths import ROOT, SITE
from problem_set_leaks import TAUGHT, fragments, indexed_words, leaks, secret_words
from problem_set_tools import builder, key, outcome, stems

NAME = "pooling-and-shrinkage"
SOURCE = ROOT / "book" / "problem-sets" / f"{NAME}.md"
PAGE = f"book/problem-sets/{NAME}"
SECOND = Path(__file__).with_name("second.md")


# Each answer: the question, the place of its hidden test in it, the points, and the right answer found another way:
# typed in after work by hand, from a loop, or from pandas and SciPy.
SHRINK = """
import math
def shrink(y, sigma, tau):
    total = sum(1 / (s * s + tau * tau) for s in sigma)
    centre = sum(value / (s * s + tau * tau) for value, s in zip(y, sigma)) / total
    return [centre + (value - centre) * tau**2 / (tau**2 + s**2) for value, s in zip(y, sigma)]
"""
RIGHT = {
    "pooled_mean": "39 / 6",
    "pooled_se": "1.63",
    "q_statistic": "19.25",
    "q_p_value": "0.0136",
    "p_this_town": "0.5 * math.erfc((26 - 6.95996) / 9 / math.sqrt(2))",
    "p_some_town": "1 - math.prod(stats.norm(6.95996, s).cdf(26) for s in sigma)",
    "crossing_tau": "8.08",
    "variance_raw": "np.int64(25)",
    "variance_shrunken": "3.24",
}
# The hidden tests: (question, place among its tests, points).
TESTS = {
    "pooled_mean": ("q1", 1, 2),
    "pooled_se": ("q1", 2, 2),
    "q_statistic": ("q2", 1, 1),
    "q_p_value": ("q2", 2, 1),
    "p_this_town": ("q2", 3, 1),
    "p_some_town": ("q2", 4, 1),
    "shrink": ("q3", 1, 2),
    "shrink, other groups": ("q3", 2, 1),
    "shrink, tau = 0": ("q3", 3, 1),
    "crossing_tau": ("q4", 1, 2),
    "variance_raw": ("q4", 2, 1),
    "variance_shrunken": ("q4", 3, 1),
}
AUTOMATIC, MANUAL = 16, 4
SETUP = "import math"
outcome = partial(outcome, TESTS)


def function(body):
    return f"def shrink(y, sigma, tau):\n    w = tau**2 / (tau**2 + sigma**2)\n    {body}\n"


# (answer, what the student gave, words of the message written for it)
WRONG = [
    ("pooled_mean", "y[:3].mean()", "unweighted mean"),
    ("pooled_mean", "np.average(y[:3], weights=1 / sigma[:3])", "You weighted by 1/sigma."),
    ("pooled_mean", "12.33", "upside down"),
    ("pooled_mean", "6.96", "pools all nine"),
    ("pooled_se", "2.67", "Take its square root"),
    ("pooled_se", "(1 / sigma[:3]**2).sum()", "sum of the precisions"),
    ("pooled_se", "2.0", "standard error of the unweighted mean"),
    ("pooled_se", "1 / np.sqrt((1 / sigma[:3]).sum())", "You summed 1/sigma"),
    ("q_statistic", "(((y - y.mean()) / sigma) ** 2).sum()", "from the unweighted mean"),
    ("q_statistic", "((y - 6.95996) ** 2 / sigma).sum()", "divided by sigma;"),
    ("q_p_value", "stats.chi2.sf(19.2534, 9)", "nine degrees of freedom"),
    ("q_p_value", "stats.chi2.cdf(19.2534, 8)", "a smaller Q"),
    ("p_this_town", "2 * stats.norm.sf((26 - 6.95996) / 9)", "both tails"),
    ("p_this_town", "stats.norm.sf((26 - 6.95996) / 81)", "variance sigma^2"),
    ("p_this_town", "1 - np.prod(stats.norm.cdf((26 - 6.95996) / sigma))", "this town, Fernleigh"),
    ("p_some_town", "stats.norm.sf((26 - 6.95996) / 9)", "Any of the nine"),
    ("p_some_town", "1 - stats.norm.cdf((26 - 6.95996) / 9) ** 9", "standard error of Fernleigh"),
    ("p_some_town", "9 * stats.norm.sf((26 - 6.95996) / 9)", "Nine times the probability"),
    ("shrink", function("v = 1 / (sigma**2 + tau); m = (v * y).sum() / v.sum(); w = tau / (tau + sigma**2); "
                        "return w * y + (1 - w) * m"), "tau where the formulas have tau^2"),
    ("shrink", function("return w * y + (1 - w) * y.mean()"), "shrank towards the unweighted mean"),
    ("shrink", function("m = np.average(y, weights=1 / sigma**2); return w * y + (1 - w) * m"),
     "mu is estimated again at each tau"),
    ("shrink", function("m = np.average(y, weights=1 / (sigma**2 + tau**2)); return (1 - w) * y + w * m"),
     "weights are reversed"),
    ("shrink", function("return w * y"), "shrank towards zero"),
    ("shrink, other groups", function("tau = 5; w = tau**2 / (tau**2 + sigma**2); "
                                      "m = np.average(y, weights=1 / (sigma**2 + tau**2)); return w * y + (1 - w) * m"),
     "does not use the tau"),
    ("shrink, tau = 0", function("v = 1 / (sigma**2 + tau**2); m = (v * y).sum() / v.sum(); "
                                 "p = np.float64(1) / np.float64(tau)**2; "
                                 "return (y / sigma**2 + m * p) / (1 / sigma**2 + p)"), "NaN"),
    ("crossing_tau", "65.25", "This is tau^2 at the crossing"),
    ("crossing_tau", "1.5", "You used sigma where"),
    ("crossing_tau", "11.41", "shrank towards zero"),
    ("variance_raw", "5", "standard deviation"),
    ("variance_raw", "9", "also carry noise"),
    ("variance_raw", "49", "added the standard deviations and squared"),
    ("variance_shrunken", "9", "multiplies their variance by w^2"),
    ("variance_shrunken", "5.76", "posterior variance of one town"),
    ("variance_shrunken", "1.8", "standard deviation"),
]  # fmt: skip

BAD = ["None", "'about six'", "float('nan')", "float('inf')", "np.zeros(4)", "6.5j", "object()", "{}", "[[1], [2, 3]]"]
BAD_FUNCTIONS = {
    "raise ValueError('no idea')": "ValueError: no idea",
    "return None": "no answer yet",
    "return y[:4]": "should have 9 numbers in a row",
    "import sys; sys.exit(0)": "SystemExit",
    "return ['a'] * y.size": "an array of numbers",
    "while True: pass": "had not finished",
}


@pytest.fixture
def submit(problem_set, tmp_path):
    """Grade the student notebook with these answers, as an instructor does."""
    return lambda answers, before="": problem_set.submit(problem_set.fill_in(answers, before), tmp_path)


def right_answers():
    return RIGHT | {"shrink": SHRINK}


def test_points_and_minutes_add_up(problem_set):
    problem_set.adds_up(MANUAL)


def test_reference_solution_earns_full_marks(problem_set, tmp_path):
    results = problem_set.submit(builder.solution_notebook(SOURCE), tmp_path)
    assert (results.total, results.possible) == (AUTOMATIC, AUTOMATIC), results.summary()


def test_right_answers_found_another_way_earn_full_marks(try_out):
    """`test_from_download_to_grade` sends the same through `otter run`."""
    results = try_out(right_answers())
    assert (results.total, results.possible) == (AUTOMATIC, AUTOMATIC), results.summary()


def test_empty_notebook_earns_nothing(submit):
    results = submit({})
    assert (results.total, results.possible) == (0, AUTOMATIC)
    for answer in TESTS:
        assert not outcome(results, answer)[0]
    assert "There is no answer yet" in outcome(results, "pooled_mean")[1]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # a wrong answer may divide by zero
@pytest.mark.parametrize("case", WRONG, ids=[f"{answer}-{message}" for answer, _, message in WRONG])
def test_wrong_answer_gets_the_message_written_for_it(case, try_out):
    answer, code, message = case
    results = try_out(right_answers() | {key(answer): code})
    passed, said = outcome(results, answer)
    assert not passed
    assert message in said
    # It fails its own tests and no other.
    lost = [points for name, (_, _, points) in TESTS.items() if not outcome(results, name)[0]]
    assert results.total == AUTOMATIC - sum(lost)
    assert {key(name) for name in TESTS if not outcome(results, name)[0]} == {key(answer)}


def test_wrong_answers_reach_the_instructor(submit):
    """The same through `otter run`: the last wrong answer to each question."""
    wrong = {key(answer): (answer, code, message) for answer, code, message in WRONG}
    results = submit({name: code for name, (_, code, _) in wrong.items()})
    assert results.possible == AUTOMATIC
    for answer, _, message in wrong.values():
        passed, said = outcome(results, answer)
        assert not passed and message in said
        # The instructor may hand it on: no right answer is in it.
        assert not re.search(r"\b(6\.5|1\.63|19\.25|0\.0135|0\.0171|0\.054|8\.07|25|3\.24)\b", said)


def test_function_that_divides_by_tau_squared_loses_one_point(try_out):
    case = next(case for case in WRONG if case[0] == "shrink, tau = 0")
    assert try_out(right_answers() | {"shrink": case[1]}).total == AUTOMATIC - 1


@pytest.mark.parametrize("bad", BAD)
def test_bad_answer_fails_with_a_message_and_nothing_else_does(bad, try_out):
    results = try_out(dict.fromkeys(RIGHT, bad) | {"shrink": SHRINK})
    assert results.possible == AUTOMATIC and results.total == 4, results.summary()
    for answer in RIGHT:
        passed, message = outcome(results, answer)
        assert not passed
        said = message.partition("AssertionError: ")[2]
        assert re.match(r"The answer (should|holds)|There is no answer|Not right yet", said), message


@pytest.mark.parametrize(("body", "message"), BAD_FUNCTIONS.items(), ids=BAD_FUNCTIONS)
def test_bad_function_fails_with_a_message_and_nothing_else_does(body, message, try_out):
    results = try_out(RIGHT | {"shrink": f"def shrink(y, sigma, tau):\n    {body}\n"}, seconds=1)
    assert results.possible == AUTOMATIC and results.total == AUTOMATIC - 4, results.summary()
    assert message in outcome(results, "shrink")[1]


def test_bad_answers_do_not_stop_the_grader(submit):
    bad = {name: BAD[place % len(BAD)] for place, name in enumerate(RIGHT)}
    results = submit(bad | {"shrink": "def shrink(y, sigma, tau):\n    import sys; sys.exit(0)\n"})
    assert (results.total, results.possible) == (0, AUTOMATIC)
    assert "SystemExit" in outcome(results, "shrink")[1]


def test_function_that_changes_its_arguments_is_no_trap(try_out):
    spoil = SHRINK.replace("def shrink", "def honest") + "def shrink(y, sigma, tau):\n"
    spoil += "    answer = honest(y, sigma, tau)\n    y[:] = 0\n    sigma[:] = 1\n    return answer\n"
    assert try_out(right_answers() | {"shrink": spoil}).total == AUTOMATIC


ATTACKS = {
    "the grader and the data": """
import lib.checks
lib.checks.diagnose = lambda *a, **k: ""
diagnose = grade = attempt = guard = lambda *a, **k: ""
y, sigma, town = np.zeros(9), np.ones(9), []
class Grader:
    def check(self, name):
        return "passed"
    check_all = export = check
grader = Grader()
""",
    "NumPy, and an exit": """
np.allclose = np.isclose = lambda *a, **k: True
import sys
sys.exit(0)
""",
}
WRONG_FUNCTION = "def shrink(y, sigma, tau):\n    return y * 0 + 1.5\n"


@pytest.mark.parametrize("attack", ATTACKS)
def test_attack_earns_nothing(attack, submit):
    results = submit(dict.fromkeys(RIGHT, "5.5") | {"shrink": WRONG_FUNCTION}, before=ATTACKS[attack])
    assert (results.total, results.possible) == (0, AUTOMATIC), results.summary()


def test_object_equal_to_everything_earns_nothing(try_out):
    anything = "type('Anything', (float,), {name: lambda self, other: True for name in ['__eq__', '__lt__', '__ge__']})"
    results = try_out(dict.fromkeys(RIGHT, f"{anything}(5.5)") | {"shrink": WRONG_FUNCTION})
    assert results.total == 0


def test_library_brought_along_is_not_used(problem_set, tmp_path):
    """A submission may be a zip file, in which anything can lie."""
    notebook = problem_set.fill_in(dict.fromkeys(RIGHT, "5.5"))
    submission = tmp_path / "submission.zip"
    with zipfile.ZipFile(submission, "w") as archive:
        archive.writestr(f"{NAME}.ipynb", nbformat.writes(notebook))
        archive.writestr("lib/__init__.py", "")
        archive.writestr("lib/checks.py", "def diagnose(*a, **k): return ''")
        archive.writestr("tests/q1.py", "from otter.test_files import test_case\nname = 'q1'\npoints = 4\n")
    results = grade_submission(str(submission), str(problem_set.autograder), quiet=True)
    assert (results.total, results.possible) == (0, AUTOMATIC)


def test_from_download_to_grade(problem_set, tmp_path):
    """What a student does, outside the repository: unpack, answer, run all cells, hand in what the last cell makes."""
    with zipfile.ZipFile(problem_set.built / f"{NAME}.zip") as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / NAME
    assert sorted(path.name for path in folder.iterdir()) == [f"{NAME}.ipynb", "requirements.txt"]
    needed = (folder / "requirements.txt").read_text(encoding="utf-8").split()
    assert needed[-2:] == [f"otter-grader=={version('otter-grader')}", "jupyterlab"]  # to check, and to open it with
    path = folder / f"{NAME}.ipynb"
    notebook = problem_set.fill_in(right_answers(), notebook=nbformat.read(path, as_version=4))
    nbformat.write(notebook, path)
    NotebookClient(notebook, resources={"metadata": {"path": str(folder)}}, timeout=120).execute()
    printed = "\n".join(
        str(output.get("data", output)) for cell in notebook.cells for output in cell.get("outputs", [])
    )
    assert len(re.findall(r"q\d</pre></strong> passed", printed)) >= 4 and "failed" not in printed, printed
    [submission] = folder.glob("*.zip")
    command = [Path(sys.executable).with_name("otter"), "run", "--no-logo", "-a", problem_set.autograder, submission]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    assert "Total Score: 16.000 / 16.000" in run.stdout
    assert (tmp_path / "results.json").exists()


def test_stub_tells_what_is_missing(student, tmp_path):
    notebook = nbformat.reads(nbformat.writes(student), as_version=4)
    nbformat.write(notebook, tmp_path / f"{NAME}.ipynb")
    NotebookClient(notebook, resources={"metadata": {"path": str(tmp_path)}}, timeout=120, allow_errors=True).execute()
    checks = [cell for cell in notebook.cells if cell.source.startswith("grader.check(")]
    assert len(checks) == 4
    for cell in checks:
        assert not any(output.output_type == "error" for output in cell.outputs)
        assert re.search("in place of the dots|returns nothing", str(cell.outputs))


def test_second_set_needs_no_more_than_its_source(tmp_path):
    """A source that imports the library gets it, for students and in the grader."""
    built = builder.build(SECOND, tmp_path / "second")
    with zipfile.ZipFile(built / "second.zip") as archive:
        assert "second/lib/checks.py" in archive.namelist()
    builder.grade_solution(SECOND, built)


def test_unchanged_source_is_not_built_again(tmp_path):
    source = tmp_path / "second.md"
    shutil.copy(SECOND, source)
    built = builder.build(source, tmp_path / "out")
    first = (built / "second.zip").stat().st_mtime_ns
    assert builder.build(source, tmp_path / "out") == built
    assert (built / "second.zip").stat().st_mtime_ns == first
    source.write_text(source.read_text().replace("Where is", "Where lies"))
    builder.build(source, tmp_path / "out")
    assert (built / "second.zip").stat().st_mtime_ns != first


def test_whatever_goes_into_a_set_builds_it_anew(tmp_path, monkeypatch):
    """The source, the seed, the machinery and the library, which goes along in the zip files."""
    for name in ("book/_ext/machinery.py", "lib/checks.py", "lib/exercises/pooling.py", "second.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("as it was")
    monkeypatch.setattr(builder, "ROOT", tmp_path)
    digests = [builder._digest(tmp_path / "second.md"), builder._digest(tmp_path / "second.md", 7)]
    for name in ("book/_ext/machinery.py", "lib/checks.py", "lib/exercises/pooling.py", "second.md"):
        (tmp_path / name).write_text("as it is now")
        digests.append(builder._digest(tmp_path / "second.md"))
    assert len(set(digests)) == len(digests)
    assert builder._digest(tmp_path / "second.md") == digests[-1]


def test_solution_that_fails_stops_the_build(tmp_path):
    source = tmp_path / "second.md"
    source.write_text(SECOND.read_text().replace("where = lib.__file__", "where = 'nowhere/at/all'"))
    built = builder.build(source, tmp_path / "out")
    with pytest.raises(ValueError, match="earns 0 of 1"):
        builder.grade_solution(source, built)


# Leaks


def test_site_offers_the_notebook_that_is_built(built):
    """The zip file on the site has the same cells, and the page shows the same text."""
    with zipfile.ZipFile(SITE / f"{PAGE}.zip") as archive:
        offered = nbformat.reads(archive.read(f"{NAME}/{NAME}.ipynb").decode(), as_version=4)
    made = nbformat.read(built / "student" / f"{NAME}.ipynb", as_version=4)
    assert [cell.source for cell in offered.cells] == [cell.source for cell in made.cells]
    page = (SITE / f"{PAGE}.html").read_text(encoding="utf-8")
    assert f'href="{NAME}.zip"' in page
    for heading in re.findall(r"^## (Question \d)", "\n".join(cell.source for cell in made.cells), flags=re.M):
        assert heading in page
    assert "grader.check" not in page and "raw-cell" not in page


@pytest.mark.parametrize("place", ["page", "metadata", "cell", "zip", "escaped"])
def test_planted_leak_is_caught(place, problem_set, tmp_path):
    """Every place that the tests above look at, with a leak in it."""
    student = nbformat.read(problem_set.built / "student" / f"{NAME}.ipynb", as_version=4)
    file = tmp_path / "planted.ipynb"
    if place == "page":
        file = tmp_path / "planted.html"
        file.write_text("<pre><span>weight</span> <span>=</span> tau**2 / (tau**2 + <b>sigma</b>**2)</pre>")
    elif place == "metadata":
        with zipfile.ZipFile(problem_set.autograder) as archive:
            student.metadata["otter"]["tests"]["q1"] = archive.read("tests/q1.py").decode().split("def test_form")[1]
        nbformat.write(student, file)
    elif place == "cell":
        student.cells[4].source = "pooled_mean = (3 / 2**2 + 18 / 4**2 + 9 / 4**2) / (1 / 2**2 + 1 / 4**2 + 1 / 4**2)"
        nbformat.write(student, file)
    elif place == "zip":
        file = tmp_path / "planted.zip"
        with zipfile.ZipFile(file, "w") as archive:
            archive.write(problem_set.autograder, "inner.zip")
    else:
        file = tmp_path / "planted.html"
        file.write_text("<p>You weighted by 1/sigma. The weight of an estimate is its precision, 1&#x2F;sigma^2.</p>")
    assert leaks([file], fragments(SOURCE))


def small_book(book, extensions):
    """Build a book of two problem sets alone, with a public address and Sphinx's own default of copying sources."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    for folder in ["book/_ext", "book/_static", "lib"]:
        shutil.copytree(ROOT / folder, book / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (book / "book" / "problem-sets").mkdir()
    for source in [SOURCE, SECOND]:
        shutil.copy(source, book / "book" / "problem-sets")
    (book / "index.md").write_text("# A book\n")
    katex = {key: value for key, value in config["sphinx"]["config"].items() if key.startswith("katex_")}
    small = {
        "title": "A book",
        "only_build_toc_files": True,
        "execute": {"execute_notebooks": "off"},
        "parse": config["parse"],
        "repository": {"url": "https://github.com/example/example"},
        "html": {"use_repository_button": True, "use_edit_page_button": True, "use_issues_button": True},
        "launch_buttons": {"binderhub_url": "https://mybinder.org"},
        "sphinx": {
            "extra_extensions": ["sphinxcontrib.katex"],
            "local_extensions": dict.fromkeys(extensions, "book/_ext"),
            "config": katex | {"html_math_renderer": "katex"},
        },
    }
    (book / "_config.yml").write_text(yaml.safe_dump(small))
    toc = {"format": "jb-book", "root": "index", "chapters": [{"file": PAGE}, {"file": "book/problem-sets/second"}]}
    (book / "_toc.yml").write_text(yaml.safe_dump(toc))
    # Without our extension, Sphinx warns about a page that it shows and does not execute.
    flags = ["-W", "-n", "--keep-going"] if "problem_sets" in extensions else []
    command = [Path(sys.executable).with_name("jupyter-book"), "build", book, *flags]
    run = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert run.returncode == 0, run.stdout + run.stderr
    return book / "_build" / "html"


def test_forgotten_extension_is_caught(tmp_path):
    """Without our extension Sphinx publishes everything, and the tests above see it, in the page and in the index."""
    site = small_book(tmp_path, ["math_assets"])
    found = leaks(sorted(path for path in site.rglob("*") if path.is_file()), fragments(SOURCE))
    assert any(".html (text)" in leak for leak in found)
    assert any("_sources" in leak for leak in found)
    assert indexed_words(site / "searchindex.js", PAGE) & stems(secret_words(SOURCE))


def test_nothing_leads_to_the_source(tmp_path):
    """With a public address and copied sources: no button of a problem set leads to its source, and no copy is made."""
    site = small_book(tmp_path, ["math_assets", "problem_sets"])
    pieces = fragments(SOURCE) - TAUGHT
    assert leaks(sorted(path for path in site.rglob("*") if path.is_file()), pieces) == []
    assert f"{NAME}.md" not in (site / f"{PAGE}.html").read_text()
    assert "index.md" in (site / "index.html").read_text(), "other pages keep their buttons"
    second = (site / "book/problem-sets/second.html").read_text()
    assert "Where is the library?" in second and "lib.__file__" not in second, "one line of contents makes a page"
    assert (site / "book/problem-sets/second.zip").exists()


# The instructor's edition


def test_instructor_edition_builds(tmp_path):
    site = builder.build_instructor(output=tmp_path / "instructor")
    page = (site / f"{NAME}.html").read_text(encoding="utf-8")
    for _, _, message in WRONG:
        if message != "NaN":
            assert message in page or message.replace("'", "’") in page
    assert not re.search(r"""(src|href)=["'](https?:)?//(?!localhost)""", page.split("<main")[1].split("</main>")[0])
