"""Whole numbers in the prose are sizes of the data, numbers of the page's code, or listed in `page_sizes.py`."""

import inspect
import re
from importlib import import_module
from pathlib import Path

import book_rules as rules
import book_sizes as sizes
import numpy as np
import pytest
from exercise_rules import checks_of
from page_sizes import COUNTS, FRACTIONS, NUMBERS, SIZES
from paths import ROOT

PAGES = rules.pages(ROOT)
README = rules.Page("README", "Reference", ROOT / "README.md")
each_page = pytest.mark.parametrize("page", [*PAGES, README], ids=lambda page: page.name)


@each_page
def test_every_number_comes_from_somewhere(page):
    assert sizes.strange_numbers(page, SIZES, COUNTS, NUMBERS) == []


def test_no_entry_is_left_over():
    """A number that no page states any more is not allowed to one that is mistyped into it."""
    stale = []
    for page in [*PAGES, README]:
        found = sizes.of_page(page)
        said = {(one.unit, one.value) for one in found}
        for (name, unit), values in COUNTS.items():
            if name == sizes.name_of(page):
                stale += [f"{name}: {value} {unit}" for value in values if (unit, value) not in said]
        stale += [
            f"{page.name}: {value}"
            for value in NUMBERS.get(sizes.name_of(page), ())
            if value not in {value for _, value in said}
        ]
    assert stale == []
    assert {name for name, _ in COUNTS} | set(NUMBERS) <= {sizes.name_of(page) for page in [*PAGES, README]}


def mistyped(written: str) -> list[str]:
    """Return a number with two neighbouring digits exchanged, with one digit changed, or the next number word."""
    if not written[0].isdigit():
        value = sizes.WORDS[written.lower()]
        return [min((word for word in sizes.WORDS if sizes.WORDS[word] > value), key=sizes.WORDS.get, default="ten")]
    digits = written.replace(",", "")
    swapped = [digits[:n] + digits[n + 1] + digits[n] + digits[n + 2 :] for n in range(len(digits) - 1)]
    return [one for one in [*swapped, str(int(digits) + 1)] if one != digits and one[0] != "0"]


def test_most_mistyped_numbers_are_seen():
    """Each number on each page, mistyped in each way: what slips through is another number of the same page."""
    seen, missed, with_unit, missed_with_unit = 0, [], 0, []
    for page in [*PAGES, README]:
        allowed = sizes.allowed_on(page, SIZES, COUNTS, NUMBERS)
        for found in sizes.of_page(page):
            if found.unit in ("", "%") and found.value <= sizes.SMALL:
                continue
            for wrong in mistyped(found.written):
                value = int(wrong) if wrong[0].isdigit() else sizes.WORDS[wrong]
                caught = not allowed(found.unit, value)
                seen += 1
                with_unit += found.unit not in ("", "%")
                if not caught:
                    missed.append(f"{page.name}: {found.written} as {wrong} ({found.unit})")
                    if found.unit not in ("", "%"):
                        missed_with_unit.append(missed[-1])
    assert seen > 900 and with_unit > 150
    assert len(missed_with_unit) < 0.07 * with_unit, missed_with_unit
    assert len(missed) < 0.15 * seen, missed


def page_of(folder: Path, text: str) -> rules.Page:
    path = folder / "batting.md"
    path.write_text(text, encoding="utf-8")
    return rules.Page("book/batting", "Chapters", path)


@each_page
def test_every_fraction_comes_from_somewhere(page):
    others = FRACTIONS.get(sizes.name_of(page), {})
    assert sizes.strange_fractions(page, others) == []
    assert others.keys() <= {written for written, _ in sizes.fractions(page)}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("With probability 23/25, or 2/25.", ""),
        ("With probability 22/25.", "22/25"),
        ("The weight is 3 / 4 of it.", ""),
        ("The weight is 3 / 5 of it.", "3/5"),
        ("In $1/n$, $x^{1/3}$, $\\tau^2/4$ and on 3/4/2020.", ""),
    ],
)
def test_a_mistyped_fraction_is_seen(tmp_path, text, fault):
    code = "```{code-cell} ipython3\nchain = 0.08\nweight = 3 / 4\n```"
    faults = " ".join(sizes.strange_fractions(page_of(tmp_path, f"# Title\n\n{text}\n\n{code}\n"), {}))
    assert (fault in faults) if fault else faults == ""


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("There are 18 players.", ""),
        ("There are 81 players.", "81 player"),
        ("The eighteen players batted.", ""),
        ("The nineteen players batted.", "nineteen player"),
        ("Of 176 young basketball players.", ""),
        ("Of 167 young basketball players.", "167 player"),
        ("# The 54 at bats", "54 at bat"),
        ("Together the 176 made a third.", ""),
        ("Together the 167 made a third.\n\n```{code-cell} ipython3\nmade = 167\n```", "167 of them"),
        ("```{figure} a.png\n:alt: Nine schools\n\nThe eight schools.\n```", "Nine school"),
        ("All 3,101 counties.", "3,101 county"),
        ("The 57 counties, or fifty-seven counties.", "fifty-seven county"),
        ("It was drawn 4,000 times.\n\n```{code-cell} ipython3\ndraws = 4_000\n```", ""),
        ("It was drawn 5,000 times.\n\n```{code-cell} ipython3\ndraws = 4_000\n```", "5,000"),
        ("A 95% interval.\n\n```{code-cell} ipython3\nquantile = 0.975\nlevel = 0.95\n```", ""),
        ("A 59% interval.\n\n```{code-cell} ipython3\nlevel = 0.95\n```", "59"),
        ("In 1970, from 2014 to 2016 and in 1980-84 {cite:p}`a1981`, see section 27 and table 52.", ""),
        ("Two of them, or three of ten.", ""),
        ("It is {glue:text}`a:.0f` of [167 players]{.quotation}.", ""),
    ],
)
def test_a_mistyped_number_is_seen(tmp_path, text, fault):
    faults = " ".join(sizes.strange_numbers(page_of(tmp_path, f"# Title\n\n{text}\n"), SIZES, {}, {}))
    assert (fault in faults) if fault else faults == ""


# Percentages of exercises that are not in their solutions: a function of the page has the level.
ELSEWHERE = {("ex-pooling-power", 5)}


def percentages_of_exercises(page):
    """Yield each percentage that an exercise states, with its label, and whether the solution has it."""
    prose = rules.read_prose(page.source)
    for label, text in prose.exercises.items():
        solution = prose.solutions[label]
        code = "\n".join(code for _, code in page.cells if code.strip() in solution)
        larger = {round(100 * (float(factor) - 1)) for factor in re.findall(r"\b1\.\d+", code)}  # by so much
        said = {int(number) for number in re.findall(r"(\d+)(?:%| per ?cent)", solution)}
        for number in map(int, re.findall(r"(\d+)(?:%| per ?cent)", text)):
            yield label, number, ("%", number) in sizes.literals(code) or number in larger | said


def test_a_percentage_that_an_exercise_states_is_that_of_its_solution():
    """The page may have another beside it: who is asked for a 90% interval must not be checked for a 95% one."""
    stated = [row for page in PAGES for row in percentages_of_exercises(page)]
    assert len(stated) >= 7
    assert {(label, number) for label, number, found in stated if not found} == ELSEWHERE


def test_another_percentage_is_found(tmp_path):
    source = (ROOT / "book" / "asthma-county.md").read_text(encoding="utf-8")
    page = page_of(tmp_path, source.replace("ends of the 95% equal-tailed", "ends of the 90% equal-tailed"))
    assert [number for _, number, found in percentages_of_exercises(page) if not found] == [90]


# Numbers of exercises that neither their solutions nor their checks repeat, and where they come from.
REPEATED_NOWHERE = {
    ("ex-pooling-halved", 8): "the data",
    ("ex-shrinkage-weight", 3): "the data: school C",
    ("ex-shrinkage-larger", 28): "the data: school A",
    ("ex-tau-best", 8): "the data",
    ("ex-tau-best", 100_000): "draws that are enough",
    ("ex-tau-break-even", 15): "schools of 128, of which eight are there",
    ("ex-tau-extreme", 30): "58 - 28",
    ("ex-checking-wider", 100_000): "draws that are enough",
    ("ex-batting-more", 18): "the data",
    ("ex-tp-history", 373): "the data",
    ("ex-tp-history", 1000): "the data",
    ("ex-tp-more", 373): "the data",
    ("ex-tp-more", 1000): "the data",
    ("ex-tp-prior", 176): "the data",
    ("ex-nested-longer", 5): "years of the data",
    ("ex-nested-longer", 7): "1 / 7 = 4 / 28, the weight before",
    ("ex-nested-longer", 10): "twice the years of the data",
}


def values_in(text: str) -> list[tuple[float, str]]:
    """The numbers in a text, with decimals and in formulas too, and how each is written."""
    plain = re.sub(r"\{[\w:]+\}`[^`]*`", "", text).replace("\\,", "").replace("_", "")
    written = re.findall(rf"(?<![\w.])\d+(?:,\d{{3}})*(?:\.\d+)?|\b(?:{sizes.SPELT})\b(?!-)", plain, re.IGNORECASE)
    return [(float(sizes.WORDS.get(one.lower(), one.replace(",", ""))), one) for one in written]


def numbers_of_exercises(page):
    """Yield each number that an exercise states, with its label, and what its solution and its check repeat."""
    checks = {}
    module = page.path.stem.replace("-", "_")
    if (ROOT / "lib" / "exercises" / f"{module}.py").exists():
        checks = checks_of(import_module(f"lib.exercises.{module}"))
    prose = rules.read_prose(page.source)
    for label, text in prose.exercises.items():
        solution = prose.solutions[label]
        asked = [inspect.getsource(checks[name]) for name in re.findall(r"\w\.(\w+)\(", solution) if name in checks]
        repeated = {value for part in (solution, *asked) for value, _ in values_in(part)}
        repeated |= {round(100 * value, 6) for value in repeated if value < 1}  # as a percentage
        yield from ((label, value, one, repeated) for value, one in values_in(text))


def test_a_number_that_an_exercise_states_is_one_of_its_solution_or_its_check():
    """Whoever solves the exercise as it is stated must not be told that the answer is wrong."""
    stated = [row for page in PAGES for row in numbers_of_exercises(page)]
    assert len(stated) > 250
    assert {(label, value) for label, value, _, repeated in stated if value not in repeated} == set(REPEATED_NOWHERE)
    mistyped_ones = [
        float(wrong) not in repeated
        for _, value, one, repeated in stated
        if one.isdigit() and value > 2
        for wrong in mistyped(one)
    ]
    assert len(mistyped_ones) > 200
    assert np.mean(mistyped_ones) > 0.7, np.mean(mistyped_ones)
