"""Whatever a test of a problem set can say is true of the answer that it says it to.

In `problem_sets/messages/` each set has a file. Under each hidden test, or several, and under each question for the
check of form that students see, stands what it says, word by word, and a wrong answer worked out from those words.
Where a message is put together, its parts stand in their order. `setup` is code for the wrong answers, `seed` a class
in which the slip can be told from the right answer. No message may be missing.
"""

import functools

import pytest
import yaml
from paths import ROOT
from problem_set_tools import builder
from question_reader import heard, messages, reading, said_to

pytestmark = pytest.mark.xdist_group("questions")  # the hidden tests run once a set, and take a while

SETS = [source.stem for source in builder.sources()]
FILES = ROOT / "tests" / "problem_sets" / "messages"
# Said by one function to several tests; the first of them can tell it from the right answer, the second cannot.
TOO_SMALL = {
    ("test_village_and_continent", "Zero is printed. A star is a count from 1 to 4."),  # about 1e-17: lost in rounding
}


@functools.cache
def recorded(name):
    return yaml.safe_load((FILES / f"{name}.yml").read_text(encoding="utf-8"))


def rows(name):
    """Each test, with each answer given to it and what it says."""
    for tests, cases in recorded(name)["messages"].items():
        for case in cases:
            for test in tests.split():
                yield test, case


def parts(said):
    return [said] if isinstance(said, str) else said


def is_said(message, said):
    """Whether a message is this text, or holds these parts in their order."""
    if isinstance(said, str):
        return message == said
    places = [message.find(part) for part in said]
    return -1 not in places and places == sorted(places)


ROWS = [(name, test, case) for name in SETS for test, case in rows(name)]


@pytest.mark.parametrize(
    ("name", "test", "case"), ROWS, ids=[f"{name}-{test}-{parts(case['said'])[0][:50]}" for name, test, case in ROWS]
)
def test_wrong_answer_gets_exactly_this_message(name, test, case):
    message = said_to(name, test, case["given"], case.get("seed"), recorded(name).get("setup", ""))
    assert is_said(message, case["said"]), message


def unsaid(found, records, written):
    """What a test of the set can say to a wrong answer, and no row has."""
    said = {(test, part) for test, case in written for part in parts(case["said"])}
    for test, code in found.hidden.items():
        for message in {text for _, text in messages(code)} | set(records[test].slips):
            if (test, message.strip()) not in said | TOO_SMALL:
                yield test, message
    # What is said by a function of the grader for several tests is said by one of them.
    everything = "\n".join(part for _, part in said)
    for owner, message in messages(found.grader):
        if message.strip() not in everything:
            yield owner, message
    for question in found.questions:
        in_form = "\n".join(part for test, part in said if test == question.name)
        for code in question.public:
            yield from ((question.name, message) for _, message in messages(code) if message.strip() not in in_form)


@pytest.mark.parametrize("name", SETS)
def test_no_message_is_missing(name):
    assert list(unsaid(reading(name), heard(name)[1], list(rows(name)))) == []


def test_no_row_is_left_over():
    """Each row's test exists, and each set has a file."""
    assert {path.stem for path in FILES.glob("*.yml")} == set(SETS)
    for name in SETS:
        known = {question.name for question in reading(name).questions} | set(reading(name).hidden)
        assert {test for test, _ in rows(name)} <= known


def test_a_row_that_is_missing_is_found():
    name = SETS[0]
    every = list(rows(name))
    hidden = every[0]
    form = next(row for row in every if "returns nothing" in row[1]["said"])
    for left_out in (hidden, form):
        rest = [row for row in every if row is not left_out]
        found = list(unsaid(reading(name), heard(name)[1], rest))
        assert left_out[0] in {test for test, _ in found}


@pytest.mark.parametrize(
    ("message", "said", "expected"),
    [
        ("Take its root.", "Take its root.", True),
        ("Take its square root.", "Take its root.", False),
        ("It does not stay: a. Also: b.", ["It does not stay:", "a.", "b."], True),
        ("It does not stay: a. Also: b.", ["It does not stay:", "b.", "a."], False),
        ("", "Take its root.", False),
    ],
)
def test_what_is_said_is_compared_word_by_word(message, said, expected):
    assert is_said(message, said) is expected
