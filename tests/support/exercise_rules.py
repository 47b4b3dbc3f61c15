"""The rules of the practice exercises, each as a function that returns what breaks it, in words.

Those of a check compare it with the answers in `answers_<chapter>.py`, which were found without it; those of a page
read the built book. `test_practice.py` applies them.
"""

import ast
import inspect
import io
import re
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from itertools import combinations
from textwrap import dedent
from types import ModuleType
from typing import NamedTuple
from unittest import mock

import numpy as np
from bs4 import BeautifulSoup
from paths import ROOT

from lib.checks import _SWAPPED, RIGHT, diagnose

CHAPTERS = sorted(path.stem for path in (ROOT / "lib" / "exercises").glob("[!_]*.py"))
NO_ANSWER = "There is no answer yet: put yours in place of the dots."
JUNK = (None, "a half", [1, 2])


class Right(NamedTuple):
    """Right answers to a check, one for each of its parameters, or a function that returns them."""

    check: str
    answers: tuple | Callable[[], tuple]
    rtol: float | tuple = 1e-3  # what the exercise grants
    atol: float | tuple = 0.0
    known: float = 0.1  # the error of these answers themselves, as a share of what is granted


class Wrong(NamedTuple):
    """Answers as students reach them, and a part of what the check says of each: no other slip has this part."""

    check: str
    answers: tuple | Callable[[], tuple]
    says: list[str]


class Question(NamedTuple):
    """What a check asks of `lib.checks`, what it hears, and the name that it gives to the answer."""

    expected: np.ndarray
    slips: dict[str, np.ndarray]
    rtol: float
    atol: float
    options: dict[str, object]
    said: str
    of: str = ""

    def told(self, answer) -> str:
        return diagnose(answer, self.expected, slips=self.slips, rtol=self.rtol, atol=self.atol, **self.options)

    def is_right(self, answer) -> bool:
        return not self.told(answer)


def checks_of(module: ModuleType) -> dict[str, Callable]:
    """Return the checks of a chapter: the public functions of its module."""
    functions = inspect.getmembers(module, inspect.isfunction)
    own = {name: f for name, f in functions if f.__module__ == module.__name__ and not name.startswith("_")}
    return {name: f for name, f in own.items() if "__mutmut_" not in name}  # what `make mutants` adds


def ask(check: Callable, answers: tuple) -> tuple[list[str], list[Question]]:
    """Return the lines that a check prints, without the names of the answers, and what it asked."""
    questions = []

    def listen(answer, expected, *, slips, rtol, atol, **options):
        values = {message: np.asarray(value, dtype=float) for message, value in (slips or {}).items()}
        heard = diagnose(answer, expected, slips=slips, rtol=rtol, atol=atol, **options)
        questions.append(Question(np.asarray(expected, dtype=float), values, rtol, atol, options, heard or RIGHT))
        return heard

    with mock.patch("lib.checks.diagnose", listen), redirect_stdout(io.StringIO()) as said:
        check(*answers)
    lines, at = said.getvalue().splitlines(), 0
    for number, question in enumerate(questions):
        for place in range(at, len(lines)):  # a check may print lines of its own between them
            name, named, _ = lines[place].partition(f": {question.said[0].lower()}{question.said[1:]}")
            if named:
                questions[number], lines[place], at = question._replace(of=name), question.said, place + 1
                break
    return lines, questions


def found(answers: tuple | Callable[[], tuple]) -> tuple:
    return answers() if callable(answers) else answers


# The rules of a check


def faults_of_check(
    check: Callable, right: Iterable[Right], wrong: Iterable[Wrong], known: Iterable[str] = ()
) -> list[str]:
    """A check knows right answers, and no others; it has a test for each slip, and says one thing of each answer.

    `known` are the texts of which one is in whatever a check says of a wrong answer, if they are to be compared.
    """
    name, count = check.__name__, len(inspect.signature(check).parameters)
    right, wrong = [r for r in right if r.check == name], [w for w in wrong if w.check == name]
    faults = [] if right else [f"{name}: no right answer is known"]
    said, slips = [], {}
    for row in right:
        answers = found(row.answers)
        lines, questions = ask(check, answers)
        if lines != [RIGHT] * count:
            faults.append(f"{name}: to the right answers {answers} it says {lines}")
        if len(questions) == count:
            faults += tolerance_faults(name, row, answers, questions)
        for question in questions:
            faults += [f"{name}: {fault}" for fault in slip_faults(question)]
        faults += [f"{name}: {fault}" for fault in name_faults(questions)]
        if len(questions) == count:
            faults += form_faults(check, answers, questions)
    for row in wrong:
        answers = found(row.answers)
        lines, questions = ask(check, answers)
        said += lines
        slips |= {message: None for question in questions for message in question.slips if message != _SWAPPED}
        parts = zip(questions, row.says, strict=False)  # a check may print without a question
        named = [[message for message in question.slips if part in message] for question, part in parts]
        if not len(lines) == len(row.says) == count or not all(
            line == part if part == RIGHT else part in line for line, part in zip(lines, row.says, strict=True)
        ):
            faults.append(f"{name}: to {answers} it says {lines}, not {row.says}")
        for answer, question, line in zip(answers, questions, lines, strict=False):
            if line in question.slips and not callable(answer):
                value = question.slips[line]
                if not np.allclose(answer, value, rtol=question.rtol / 2, atol=question.atol / 2):
                    faults.append(f"{name}: {line!r} stands for {value}, not {answer}")
        faults += [f"{name}: several slips are called the same: {several}" for several in named if len(several) > 1]
    faults += [f"{name}: no wrong answer is known to {message!r}" for message in slips if message not in said]
    for answer in (..., *JUNK):
        lines, _ = ask(check, (answer,) * count)
        if len(lines) != count or RIGHT in lines or (answer is ... and lines != [NO_ANSWER] * count):
            faults.append(f"{name}: to {answer!r} it says {lines}")
        said += lines
    stray = [line for line in said if known and line != RIGHT and not any(text in line for text in known)]
    faults += [f"{name}: {line!r} is not a message that the pages are searched for" for line in stray]
    faults += [f"{name}: no answer makes it print {text!r}" for text in printed(check) if text not in "\n".join(said)]
    return faults


def tolerance_faults(name: str, row: Right, answers: tuple, questions: list[Question]) -> list[str]:
    """What is granted is granted, a tenth more is not, and four digits, which the pages ask for, are enough."""
    faults = []
    rtols, atols = (value if isinstance(value, tuple) else (value,) * len(answers) for value in (row.rtol, row.atol))
    for answer, question, rtol, atol in zip(answers, questions, rtols, atols, strict=True):
        if callable(answer):
            continue
        expected = question.expected
        granted = atol + rtol * np.abs(expected)
        if np.any(np.abs(np.asarray(answer, dtype=float) - expected) > row.known * granted + 1e-12 * np.abs(expected)):
            faults.append(f"{name}: it expects {expected}, not {answer}")
        rounded = np.vectorize(lambda value: float(f"{value:.4g}"))(expected)
        if not question.is_right(rounded):
            faults.append(f"{name}: {rounded}, which has four digits, is not enough")
        for at in np.ndindex(expected.shape):
            for share in (-1.1, -0.95, 0.95, 1.1):
                moved = expected.copy()
                moved[at] += share * granted[at]
                if granted[at] and question.is_right(moved) != (abs(share) < 1):
                    faults.append(f"{name}: {moved}, off by {share} times what is granted, is judged wrongly")
    return faults


def slip_faults(question: Question) -> list[str]:
    """Each slip leads to a number, and no two to the same: of two, one would be named for the other."""
    faults = [f"the slip {message!r} leads to {v}" for message, v in question.slips.items() if not np.isfinite(v).all()]
    for (one, value), (other, near) in combinations(question.slips.items(), 2):
        if value.shape == near.shape and (
            np.allclose(value, near, rtol=question.rtol, atol=question.atol)
            or np.allclose(near, value, rtol=question.rtol, atol=question.atol)
        ):
            faults.append(f"{one!r} and {other!r} lead to the same: {value}, {near}")
    return faults


def name_faults(questions: list[Question]) -> list[str]:
    """Of several answers, each has a name, with which whatever is said of it begins."""
    names = [question.of for question in questions]
    named = "" not in names and len(names) == len(set(names))
    return [] if named or len(questions) < 2 else [f"it does not say which answer it speaks of: {names}"]


def form_faults(check: Callable, answers: tuple, questions: list[Question]) -> list[str]:
    """Numbers in another form are right; in per cent, in the wrong order, and with too few digits they are told so."""
    name, faults = check.__name__, []
    numbers = [float(answer) for answer in answers if np.ndim(answer) == 0 and not callable(answer)]
    if len(numbers) < len(answers):
        return []
    if len(numbers) == 2:
        lines, _ = ask(check, tuple(numbers[::-1]))
        if not all(line in {_SWAPPED, *q.slips} for line, q in zip(lines, questions, strict=False)):
            faults.append(f"{name}: to the right answers in the wrong order it says {lines}")
    for place, (number, question) in enumerate(zip(numbers, questions, strict=True)):

        def said(answer: object, place: int = place) -> str:
            return ask(check, (*numbers[:place], answer, *numbers[place + 1 :]))[0][place]

        forms = [np.float64(number), np.array(number), f"{number:.17g}", [number], np.array([[number]])]
        told = [said(form).split(". ")[0] for form in forms]
        if [text.startswith("Right") for text in told] != [True, True, False, True, True]:
            faults.append(f"{name}: to {number} in other forms it says {told}")
        if 0 < abs(number) < 1 and said(100 * number) not in {_IN_PER_CENT, *question.slips}:
            faults.append(f"{name}: to {number} in per cent it says {said(100 * number)!r}")
        for digits in (1, 2, 3) if not question.options["whole"] else ():
            rounded = float(f"{number:.{digits}g}")
            line = said(rounded)
            near = abs(rounded - number) <= abs(number) / 5
            if near and line not in {RIGHT, *question.slips} and "so few digits" not in line:
                faults.append(f"{name}: to {rounded}, which is rounded, it says {line!r}")
    return faults


_IN_PER_CENT = "This is in per cent. Divide it by 100."


def printed(check: Callable) -> list[str]:
    """Return the texts that a check prints itself, the fixed parts of those that depend on the answer."""
    calls = [node for node in ast.walk(ast.parse(dedent(inspect.getsource(check)))) if is_call_of(node, "print")]
    texts = [node.value for call in calls for node in ast.walk(call) if isinstance(node, ast.Constant)]
    return [text.strip() for text in texts if isinstance(text, str) and text.strip()]


def is_call_of(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


# The rules of a page


def messages() -> set[str]:
    """Return whatever the checks say of an answer that is not right, the fixed parts of what depends on the answer."""
    texts = set()
    for path in [ROOT / "lib" / "checks.py", *(ROOT / "lib" / "exercises").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict | ast.Return) or is_call_of(node, "print"):
                inside = ast.walk(node)
                texts |= {n.value.strip() for n in inside if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return {text for text in texts if " " in text and len(text) >= 12}


def faults_of_page(name: str, html: str, module: ModuleType | None, said_when_wrong: set[str]) -> list[str]:
    """On a built page, no check speaks before there is an answer; in the solution it says Right., of each answer.

    `module` is that of the chapter's checks, if it has any: each is on the page, before its solution and in it.
    """
    soup = BeautifulSoup(html, "html.parser")
    cells = [(cell, code_of(cell), lines_of(cell)) for cell in soup.select("div.cell")]
    chapters = {alias: chapter for _, code, _ in cells for alias, chapter in imported(code).items()}
    faults, asked, solved, exercise = [], {}, {}, ""
    if module and module.__name__ not in chapters.values():
        faults.append(f"{name}: it does not import its checks, {module.__name__}")
    if set(chapters.values()) - {module.__name__ if module else ""}:
        faults.append(f"{name}: it imports the checks of another chapter")
    for element in soup.select("div.exercise, div.cell"):
        if "cell" not in element["class"]:
            exercise = element["id"]
            continue
        code, lines = code_of(element), lines_of(element)
        calls, solution = check_calls(code, chapters), element.find_parent(class_="solution")
        answers = sum(count for _, count in calls)
        right = [line for line in lines if line == RIGHT or line.endswith(": right.")]
        others = [line for line in lines if line not in right]
        wrong = [line for line in others if any(text.lower() in line.lower() for text in said_when_wrong)]
        if calls and not solution:
            asked |= {check: exercise for check, _ in calls}
            if lines:
                faults.append(f"{name}: before an answer, {code!r} says {lines}")
            continue
        if solution:
            label = solution.select_one(".admonition-title a")["href"].removeprefix("#")
            solved |= {check: label for check, _ in calls}
        if wrong:
            faults.append(f"{name}: {code!r} says {wrong}")
        if len(right) != answers:
            faults.append(f"{name}: {code!r} says Right. {len(right)} times, not {answers}")
    for check in checks_of(module) if module else ():
        if check not in asked:
            faults.append(f"{name}: no exercise has the check {check}")
        elif solved.get(check) != asked[check]:
            faults.append(f"{name}: the solution of {asked[check]} does not run its check, {check}")
    return faults


def code_of(cell) -> str:
    return "\n".join(block.get_text() for block in cell.select(".cell_input pre"))


def lines_of(cell) -> list[str]:
    return [line for block in cell.select(".cell_output .stream") for line in block.get_text().splitlines() if line]


def imported(code: str) -> dict[str, str]:
    """Return the modules of checks that a cell imports, by the names that it gives them."""
    nodes = [node for node in ast.walk(tree(code)) if isinstance(node, ast.ImportFrom)]
    names = [name for node in nodes if node.module == "lib.exercises" for name in node.names]
    return {name.asname or name.name: f"lib.exercises.{name.name}" for name in names}


def check_calls(code: str, chapters: dict[str, str]) -> list[tuple[str, int]]:
    """Return the checks that a cell calls, each with the number of answers it gets."""
    calls = [node for node in ast.walk(tree(code)) if isinstance(node, ast.Call)]
    return [
        (call.func.attr, len(call.args) + len(call.keywords))
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in chapters
    ]


def tree(code: str) -> ast.AST:
    """Return the syntax tree of a cell, IPython's own commands left out; a program in another language has none."""
    try:
        return ast.parse(re.sub(r"^[%!].*$", "", code, flags=re.M))
    except SyntaxError:
        return ast.parse("")
