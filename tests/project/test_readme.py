"""The README says what is so: its picture shows computed values, its commands and links exist."""

import ast
import pkgutil
import re
import shlex
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
import yaml
from paths import ROOT

from benchmarks.posteriors import PARTS
from lib import NormalNormal, datasets, estimators, exact

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_picture_shows_the_three_answers():
    picture = ElementTree.parse(ROOT / "book/_static/eight-schools.svg")
    lines = [node.get("points", "") for node in picture.iter("{http://www.w3.org/2000/svg}polyline")]
    heights = np.array([[float(point.split(",")[1]) for point in line.split()] for line in lines])
    drawn = (200 - heights) / 5

    schools = datasets.eight_schools()
    y, sigma = schools["y"], schools["sigma"]
    theta = exact(NormalNormal(y, sigma), draws=100_000, rng=np.random.default_rng(1)).posterior["theta"]
    answers = [np.full(len(y), estimators.complete_pooling(y, sigma).mean), theta.mean(("chain", "draw")), y]
    # The drawing is rounded to a tenth of a unit of height, 0.02 points; the draws add a standard error of 0.013.
    assert np.abs(drawn - np.stack(answers, axis=1)).max() < 0.02 / 2 + 5 * 0.013


# Commands, files and names

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
# What is set as code and names no file.
PROGRAMS = {"make", "g++", "conda", "uv"}
BRANCHES = {"main", "notebooks"}
CLASSES = {"dropdown", "seed", "remove-output"}  # of a solution, of a cell


def recipe(target: str) -> str:
    """Return the lines of a target of the Makefile, or nothing."""
    found = re.search(rf"^{re.escape(target)}:.*\n(?:\t.*\n)*", MAKEFILE, flags=re.MULTILINE)
    return found[0] if found else ""


def command_fault(command: str) -> str | None:
    """Say what is wrong with a command of make or conda."""
    program, *words = shlex.split(command, comments=True)
    if program == "conda":
        files = [after for before, after in pairwise(words) if before == "--file"]
        return None if words[:2] == ["env", "create"] and all((ROOT / file).is_file() for file in files) else "conda"
    for word in words:
        name, _, value = word.partition("=")
        if "=" not in word and not recipe(word):
            return f"no target {word}"
        if "=" in word and not any(f"$({name})" in recipe(target) for target in words if "=" not in target):
            return f"no variable {name}"
        if name == "ONLY" and value not in parts_of(words[0]):
            return f"no part {value}"
    return None


def parts_of(target: str) -> set[str]:
    """What a target can be told to do alone."""
    if target == "bench":
        return set(PARTS)
    files = (path.relative_to(ROOT).with_suffix("").parts for path in (ROOT / "lib").rglob("*.py"))
    return {"planted", *(".".join(parts[:n]) for parts in files for n in range(1, len(parts) + 1))}


def names_of_the_library() -> set[str]:
    """What the package, and the models and samplers that are examples, call their classes, functions and attributes."""
    found = set()
    for path in (*(ROOT / "lib").rglob("*.py"), *(ROOT / "tests" / "support").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                found.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
    return found


def fault(span: str, pages: str) -> str | None:
    """Say why what stands in a span of code does not exist; `pages` is the text of the book."""
    if span.split()[0] in ("make", "conda"):
        return command_fault(span)
    if span.isidentifier() and span in names_of_the_library():
        return None
    if span in PROGRAMS or span in PARTS:
        return None
    if span.startswith("https://") or span in BRANCHES:
        return None
    if span == "branch" or span.startswith("repository: "):
        settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]
        return None if span.removeprefix("repository: ") in settings else f"no setting {span}"
    if span.isupper() and len(span) < 8 and span != "LICENSE":
        return None if f"$({span})" in MAKEFILE else f"no variable {span}"
    if span.startswith(("_build", ".venv", ".uv")):
        written = MAKEFILE + (ROOT / "book/_ext/problem_set_builder.py").read_text(encoding="utf-8")
        last = re.sub(r"\d+", "", span.rstrip("/").rsplit("/", 1)[-1])
        return None if last in written else f"nothing writes {span}"
    if re.fullmatch(r"lib(\.\w+)+", span):
        try:
            pkgutil.resolve_name(span)
        except (AttributeError, ImportError):
            return f"no {span}"
        return None
    if span in CLASSES or "{" in span:  # an attribute, a directive
        mark = span if span in CLASSES else span[span.index("{") :]
        return None if mark in pages else f"no page has {span}"
    return None if list(ROOT.glob(re.sub(r"<\w+>", "*", span))) else f"no file {span}"


def spans(text: str) -> list[str]:
    """Return what a text sets as code, and the commands in its blocks."""
    blocks = re.findall(r"^```bash\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^(`{3,})[^\n]*\n.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", prose) + [line for block in blocks for line in block.splitlines()]


@pytest.fixture(scope="module")
def pages():
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "book").rglob("*.md")))


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_what_is_named_exists(name, pages):
    found = spans((ROOT / name).read_text(encoding="utf-8"))
    assert len(found) > 20
    assert [wrong for span in found if (wrong := fault(span, pages))] == []


@pytest.mark.parametrize(
    "span",
    [
        "make books",
        "make test-all",
        "make book  # build it\nmake tests",
        "make problem-sets SED=1",
        "make lab SEED=1",
        "make bench ONLY=nest",
        "make bench ONLY=planted",
        "make mutants ONLY=lib.estimator",
        "conda env create --file environments.yml",
        "conda create --file environment.yml",
        "SEEDS",
        "_build/bench-marks",
        "_build/sed-20270214",
        "lib.plotting",
        "lib.checks.check_answer",
        "lib/exercise/<subject>.py",
        "requirement.txt",
        "tests/book/chapter_number.py",
        "book/<subject>.rst",
        "{exercises-start}",
        "[0.378]{.quote}",
        "pyproject.yml",
        "repository: address",
        "LICENCE",
        ".ci/uv.lock",
    ],
)
def test_what_does_not_exist_is_seen(span, pages):
    assert any(fault(line, pages) for line in span.splitlines())


def test_every_target_has_a_word_of_help_and_is_phony():
    targets = set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, flags=re.MULTILINE))
    phony = set(" ".join(re.findall(r"^\.PHONY: (.*)$", MAKEFILE, flags=re.MULTILINE)).split())
    assert targets == phony


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)|src=\"([^\"]+)\"", README + CONTRIBUTING))
def test_every_link_leads_somewhere(link):
    path = "".join(link)
    assert path.startswith("https://") or (ROOT / path).exists()


def test_the_sets_that_take_a_seed_are_those():
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    (part,) = (part for part in contents["parts"] if part["caption"] == "Problem sets")
    sources = [(ROOT / f"{entry['file']}.md").read_text(encoding="utf-8") for entry in part["chapters"]]
    ordinals = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh"]
    seeded = [
        ordinals[place] for place, source in enumerate(sources) if re.search(r"^:tags: \[.*\bseed\b", source, re.M)
    ]
    (named,) = re.findall(r"The (\w+) set and the (\w+) can give each class data of its own", README)
    assert list(named) == seeded
