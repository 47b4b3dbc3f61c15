"""Each check of the practice exercises is right about right answers, about slips and about nothing else."""

import importlib
from functools import cache
from pathlib import Path
from types import ModuleType

import exercise_rules as rules
import numpy as np
import pytest
from exercise_rules import CHAPTERS, NO_ANSWER, Right, Wrong
from paths import SITE

from lib.checks import check as compare


@cache
def module(chapter):
    return importlib.import_module(f"lib.exercises.{chapter}")


@cache
def answers(chapter):
    return importlib.import_module(f"answers_{chapter}")


@cache
def messages():
    return rules.messages()


@pytest.mark.parametrize(
    ("chapter", "name"), [(chapter, name) for chapter in CHAPTERS for name in rules.checks_of(module(chapter))]
)
def test_a_check_tells_right_from_wrong(chapter, name):
    check = rules.checks_of(module(chapter))[name]
    assert rules.faults_of_check(check, answers(chapter).RIGHT, answers(chapter).WRONG, messages()) == []


SIMULATED = [
    chapter for chapter in CHAPTERS if "default_rng" in Path(module(chapter).__file__).read_text(encoding="utf-8")
]


@pytest.mark.parametrize("chapter", SIMULATED)
@pytest.mark.parametrize("seed", [1001, 2002, 3003])
def test_what_a_check_expects_does_not_hang_on_its_seed(chapter, seed, monkeypatch):
    """What it simulates would be right with other random numbers too: it draws enough of them."""
    checks, seeded = rules.checks_of(module(chapter)), np.random.default_rng
    right = [row._replace(answers=rules.found(row.answers)) for row in answers(chapter).RIGHT]

    def forget():
        for kept in vars(module(chapter)).values():
            getattr(kept, "cache_clear", lambda: None)()

    forget()
    monkeypatch.setattr(np.random, "default_rng", lambda old: seeded([old, seed]))
    faults = [fault for check in checks.values() for fault in rules.faults_of_check(check, right, [])]
    forget()
    assert [
        fault for fault in faults if "no wrong answer is known" not in fault and "no answer makes" not in fault
    ] == []


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_answer_is_for_a_check(chapter):
    rows = answers(chapter).RIGHT + answers(chapter).WRONG
    assert {row.check for row in rows} == set(rules.checks_of(module(chapter)))


# Faults that the rules must find, each in a check of two answers whose slips are told apart.


ROWS = (
    [Right("halves", (2.0, 5.0), rtol=(1e-3, 1e-2))],
    [Wrong("halves", (8.0, 20.0), ["twice", "doubled"]), Wrong("halves", (4.0, 5.0), ["as it was", rules.RIGHT])],
)


def fault_of(halves, right=ROWS[0], wrong=ROWS[1]):
    return " ".join(rules.faults_of_check(halves, right, wrong))


def halves_with(
    first=2.0,
    second=5.0,
    slips=None,
    rtol=1e-2,
    atol=0.0,
    last=compare,
    names=("One", "Other"),
    swap=True,
):
    """Return a check of two answers, half of 4 and half of 10, or one with a fault."""
    slips = slips or {"This is twice 4.": 8.0, "This is 4 as it was.": 4.0}

    def halves(one: object, other: object) -> None:
        compare(one, first, slips=slips, of=names[0], other=second if swap else None)
        last(other, second, slips={"This is 10 doubled.": 20.0}, rtol=rtol, atol=atol, of=names[1], other=first)

    return halves


def test_a_faultless_check_has_no_fault():
    assert fault_of(halves_with()) == ""


def test_an_exercise_may_ask_for_several_numbers_or_for_zero():
    def pair(answer: object) -> None:
        compare(answer, [0.0, 3.0], slips={"They are the wrong way round.": [3.0, 0.0]}, atol=1e-9)

    wrong = [Wrong("pair", ([3, 0],), ["wrong way"])]
    assert fault_of(pair, [Right("pair", ([0, 3],), atol=1e-9)], wrong) == ""
    assert "off by" in fault_of(pair, [Right("pair", ([0, 3],), atol=1e-6)], wrong)


@pytest.mark.parametrize(
    ("faulty", "fault"),
    [
        ({"first": 2.3}, "to the right answers (2.0, 5.0) it says ['In so few digits right and wrong answers"),
        ({"swap": False}, "to the right answers in the wrong order it says ['Not right yet"),
        ({"first": 2.0005}, "it expects 2.0005, not 2.0"),
        ({"rtol": 2e-2}, "off by 1.1 times what is granted"),
        ({"rtol": 5e-3}, "off by 0.95 times what is granted"),
        ({"atol": 0.1}, "off by 1.1 times what is granted"),
        ({"slips": {"This is twice 4.": 16.0, "This is 4 as it was.": 4.0}}, "not ['twice', 'doubled']"),
        ({"slips": {"This is twice 4.": 8.006, "This is 4 as it was.": 4.0}}, "stands for 8.006, not 8.0"),
        ({"slips": {"This is twice 4.": 4.0, "This is 4 as it was.": 8.0}}, "not ['twice', 'doubled']"),
        ({"slips": {"This is twice 4.": 8.0, "This is 4 as it was.": 4.0, "This is one.": 1.0}}, "'This is one.'"),
        ({"slips": {"This is twice 4.": 8.0, "This is 4 as it was.": 4.0, "Not this.": np.nan}}, "leads to nan"),
        ({"slips": {"This is twice 4.": 8.0, "This is 4 as it was.": 4.0, "Four.": 4.001}}, "lead to the same"),
        ({"slips": {"This is twice 4.": 8.0, "This is 4 as it was.": 4.0, "Nor twice.": 9.0}}, "are called the same"),
        ({"names": ("", "")}, "does not say which answer it speaks of: ['', '']"),
        ({"names": ("One", "One")}, "does not say which answer it speaks of: ['One', 'One']"),
        ({"last": lambda *_, **more: print(rules.RIGHT)}, "to Ellipsis it says"),
        ({"last": lambda *_, **more: None}, "it says ['Right.']"),
        ({"last": lambda *args, **more: (compare(*args, **more), print("Well done."))}, "'Well done.'"),
    ],
)
def test_a_faulty_check_is_seen(faulty, fault):
    assert fault in fault_of(halves_with(**faulty))


def test_a_check_or_a_message_without_a_test_is_seen():
    def halves(one: object, other: object) -> None:
        halves_with()(one, other)
        if one == 3:
            print(f"With {one}, this is not even.")

    assert fault_of(halves_with(), right=[]) == "halves: no right answer is known"
    assert "no wrong answer is known to 'This is 10 doubled.'" in fault_of(halves_with(), wrong=ROWS[1][1:])
    assert "no answer makes it print 'With'" in fault_of(halves)
    assert "not a message" in " ".join(rules.faults_of_check(halves_with(), *ROWS, messages()))
    wrong = [*ROWS[1], Wrong("halves", (3, 5.0), ["Not right yet", rules.RIGHT, "not even"])]
    assert fault_of(halves, wrong=wrong).startswith("halves: to (3, 5.0) it says")  # three lines for two answers


def test_digits_that_pages_do_not_ask_for_are_seen():
    def fine(answer: object) -> None:
        compare(answer, 1.23456, rtol=1e-6)

    assert "four digits, is not enough" in fault_of(fine, [Right("fine", (1.23456,), rtol=1e-6)], [])


# The pages


def built_pages():
    folder = SITE / "book"
    return {str(path.relative_to(folder).with_suffix("")): path for path in sorted(folder.rglob("*.html"))}


def test_every_check_is_on_its_page_and_right_in_its_solution():
    pages = built_pages()
    assert {chapter.replace("_", "-") for chapter in CHAPTERS} <= pages.keys(), "run `make book` first"
    for name, path in pages.items():
        chapter = name.replace("-", "_")
        of_chapter = module(chapter) if chapter in CHAPTERS else None
        assert rules.faults_of_page(name, path.read_text(encoding="utf-8"), of_chapter, messages()) == []


def cell(code, *lines):
    output = "".join(f"{line}\n" for line in lines)
    return (
        f'<div class="cell"><div class="cell_input"><pre>{code}</pre></div>'
        f'<div class="cell_output"><div class="output stream"><pre>{output}</pre></div></div></div>'
    )


IMPORT = cell("from lib.exercises import fake as practice\n\n%config InlineBackend.figure_formats = ['svg']")
BEFORE = cell("practice.halves(..., ...)")
AFTER = cell("print(1)\npractice.halves(2, 5)", "1", "One: right.", "Other: right.")
FAKE = ModuleType("lib.exercises.fake")
FAKE.halves = halves_with()
FAKE.halves.__module__ = FAKE.__name__


def page(before=BEFORE, after=AFTER, top=IMPORT, label="ex-one", others=""):
    return (
        f'{top}<div class="exercise" id="ex-zero"></div><div class="exercise" id="ex-one"></div>{before}'
        f'<div class="solution"><p class="admonition-title">To<a href="#{label}"> 1</a></p>{after}</div>{others}'
    )


def test_a_faultless_page_has_no_fault():
    assert rules.faults_of_page("page", page(others=cell("print(4.8)", "4.8")), FAKE, messages()) == []
    assert rules.faults_of_page("page", cell("data { int J; }", "It is 4."), None, messages()) == []


WRONG_LINES = [
    "Not right yet, and not a slip that this check knows. Write down the formula and put the numbers in by hand.",
    "Not right yet: 3 of the 4 entries are right.",
    "Near, but not by rounding: look for a small term that is missing, or one too many.",
    "One: in so few digits right and wrong answers look alike: give at least four.",
    "The answer should be a number; this is of type list.",
    "The answer should have one number; this one has 2 numbers in a row.",
    "The mean: these are weights 1 / sigma. The weight is the precision, 1 / sigma**2.",
    "With 50,000 people: this is one year.",
    "The standard deviation: the prior of mu is left out.",
    "The ranks of the log prior should have noticed. Is the prior really left out of the mean and of the sd of mu, and "
    "does `run` get your sweep?",
    NO_ANSWER,
]


@pytest.mark.parametrize("line", WRONG_LINES)
def test_a_page_that_says_what_is_wrong_is_seen(line):
    for html in (
        page(after=cell("practice.halves(2, 5)", rules.RIGHT, line)),
        page(after=cell("practice.halves(2, 5)", rules.RIGHT, rules.RIGHT, line)),
        page(others=cell("print(4.8)", line)),
    ):
        assert "says ['" in " ".join(rules.faults_of_page("page", html, FAKE, messages()))


@pytest.mark.parametrize(
    ("faulty", "fault"),
    [
        ({"after": cell("practice.halves(2, 5)", rules.RIGHT)}, "Right. 1 times, not 2"),
        ({"after": cell("practice.halves(2, 5)", *[rules.RIGHT] * 3)}, "Right. 3 times, not 2"),
        ({"after": cell("practice.halves(2, 5)")}, "Right. 0 times, not 2"),
        ({"after": cell("print(2, 5)", "2 5")}, "the solution of ex-one does not run its check, halves"),
        ({"after": ""}, "the solution of ex-one does not run its check, halves"),
        ({"label": "ex-two"}, "the solution of ex-one does not run its check, halves"),
        ({"before": cell("practice.halves(..., ...)", NO_ANSWER)}, "before an answer"),
        ({"before": cell("practice.halves(2, 5)", rules.RIGHT, rules.RIGHT)}, "before an answer"),
        ({"before": cell("1", "1")}, "no exercise has the check halves"),
        ({"others": cell("print('Right.')", "Right.")}, "Right. 1 times, not 0"),
        ({"top": ""}, "does not import its checks"),
        ({"top": cell("from lib.exercises import other as practice")}, "of another chapter"),
    ],
)
def test_a_check_that_is_not_run_or_not_right_is_seen(faulty, fault):
    assert fault in " ".join(rules.faults_of_page("page", page(**faulty), FAKE, messages()))
