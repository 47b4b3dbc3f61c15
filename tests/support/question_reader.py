"""Read a problem set's source: what each question says, what its hidden tests want, and what these can say."""

import ast
import functools
import inspect
import re
import textwrap
from dataclasses import dataclass, field

import numpy as np
from problem_set_tools import builder

SMALL = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
WORDS = dict(zip(SMALL, range(2, 13), strict=True)) | {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "hundred": 100,
    "thousand": 1000,
    "half": 0.5,
}
NUMBER = re.compile(
    r"three quarters|(?<![\w.])(?:(?<![\w}])-)?\d[\d,]*(?:\.\d+)?(?:/\d+)?%?(?<!,)(?!\w)"
    rf"|(?<!\w)(?:{'|'.join(WORDS)})s?(?!\w)",
    re.IGNORECASE,
)
# The halves of a season are no numbers; neither are those that count questions and the parts of one.
COUNTERS = re.compile(r"^#.*?\d+[.:]|^\d+\. |\b(first|second) half('s)?\b|^\|.*\|$", re.MULTILINE | re.IGNORECASE)


@dataclass
class Question:
    """A question: its text, and the code of its solution and tests."""

    name: str
    points: int
    manual: bool
    text: str = ""
    solution: str = ""
    stub: str = ""
    public: list[str] = field(default_factory=list)
    hidden: dict[str, str] = field(default_factory=dict)
    test_points: list[float] = field(default_factory=list)
    notes: str = ""


@dataclass
class Heard:
    """What a hidden test did with the right answers: arguments of functions, right values and slips."""

    given: list[tuple] = field(default_factory=list)
    expected: list[np.ndarray] = field(default_factory=list)
    slips: dict[str, object] = field(default_factory=dict)


@dataclass
class Reading:
    """A problem set, read."""

    name: str
    introduction: str
    questions: list[Question]
    grader: str

    def question(self, name):
        return next(question for question in self.questions if question.name == name)

    @property
    def hidden(self):
        return {name: code for question in self.questions for name, code in question.hidden.items()}


def read(source):
    """Read a source by its markers."""
    found, grader, block = Reading(source.stem, "", [], ""), [], ""
    for cell in builder.read(source).cells:
        now = found.questions[-1] if found.questions else None
        if cell.cell_type == "raw":
            if begin := builder.configuration(cell, "BEGIN QUESTION"):
                found.questions.append(Question(begin["name"], begin["points"], begin.get("manual", False)))
            if marker := re.match(r"# (BEGIN|END) (SOLUTION|TESTS|QUESTION)", cell.source):
                block = marker[2] if marker[1] == "BEGIN" else "QUESTION" if marker[2] != "QUESTION" else ""
        elif "grader" in builder.tags(cell):
            grader.append(cell.source)
        elif "instructor" in builder.tags(cell):
            if now and cell.cell_type == "markdown":
                now.notes += cell.source + "\n"
        elif block == "SOLUTION":
            now.solution += cell.source + "\n"
        elif block == "TESTS":
            head, _, body = cell.source.rpartition('""" # END TEST CONFIG\n')
            now.test_points.append(float(re.search(r"points: (\S+)", head)[1]))
            if "hidden: true" in head:
                now.hidden[re.search(r"def (test_\w+)", body)[1]] = body
            else:
                now.public.append(body)
        elif cell.cell_type == "markdown" and now is None:
            found.introduction += cell.source + "\n\n"
        elif cell.cell_type == "markdown":
            now.text += cell.source + "\n\n"
    found.grader = "\n\n".join(grader)
    return found


def said_in_code(source):
    """What the code that students get says to them: comments on the data, and docstrings of the functions to write."""
    found = []
    for cell in builder.read(source).cells:
        if cell.cell_type == "code" and "data" in builder.tags(cell):
            found += [line.removeprefix("# ") for line in cell.source.splitlines() if line.startswith("# ")]
    for question in read(source).questions:
        if not question.manual:
            functions = [node for node in ast.walk(ast.parse(question.solution)) if isinstance(node, ast.FunctionDef)]
            asked = {answer for code in question.hidden.values() for answer in answers(code)}
            found += [ast.get_docstring(function) for function in functions if function.name in asked]
    return found


@functools.cache
def reading(name):
    return read(builder.SOURCES / f"{name}.md")


def numbers(text):
    """The numbers in a text as they are written, in its order."""
    return NUMBER.findall(COUNTERS.sub(lambda found: " " * len(found[0]), text))


def value(number):
    """What a number in a text is worth."""
    number = number.lower().replace(",", "")
    if number == "three quarters":
        return 0.75
    if number.rstrip("s") in WORDS:
        return WORDS[number.rstrip("s")]
    if number.endswith("%"):
        return float(number[:-1]) / 100
    top, _, bottom = number.partition("/")
    return float(top) / float(bottom or 1)


@functools.cache
def heard(name, seed=None):
    """Run the hidden tests on the reference solution: the space they ran in, and what each did."""
    source = builder.SOURCES / f"{name}.md"
    space, solution, records = {}, {}, {}
    exec(builder.grader_code(builder.read(source, seed)), space)
    for cell in builder.solution_notebook(source, seed).cells:
        if cell.cell_type == "code":
            exec(cell.source, solution)
    attempt, grade, away = space["attempt"], space["grade"], space.get("away")

    def listening_attempt(function, *arguments):
        records[now].given.append(arguments)
        return attempt(function, *arguments)

    def listening_grade(answer, expected, slips=None, **settings):
        records[now].expected.append(np.asarray(expected, dtype=float))
        records[now].slips.update(slips or {})
        grade(answer, expected, slips, **settings)

    # What is left out for this class's data is a slip all the same.
    def listening_away(slips, expected, *least):
        records[now].slips.update(slips)
        return away(slips, expected, *least)

    space |= {"attempt": listening_attempt, "grade": listening_grade} | ({"away": listening_away} if away else {})
    for now, body in reading(name).hidden.items():
        records[now] = Heard()
        exec(body, space)
        space[now](*(solution[argument.arg] for argument in ast.parse(body).body[0].args.args))
    return space, records


def tolerance(code, name):
    """The tolerance of each call of `grade` in a hidden test, its default where none is given."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    graded = [call for call in calls if ast.unparse(call.func) == "grade"]
    given = [{keyword.arg: keyword.value for keyword in call.keywords} for call in graded]
    default = {"rtol": 1e-3, "atol": 0.0}[name]
    return [ast.literal_eval(keywords[name]) if name in keywords else default for keywords in given]


def answers(code):
    """The names of the answers that a test reads."""
    [function] = [node for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)]
    return [argument.arg for argument in function.args.args]


def messages(code):
    """Everything that code can say, with the function or the name that says it: its texts of four words or more."""
    found = []
    for top in ast.parse(code).body:
        owner = top.name if isinstance(top, ast.FunctionDef) else ast.unparse(getattr(top, "targets", [top])[0])
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(top)
            if isinstance(node, ast.FunctionDef) and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(top):
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if is_text and id(node) not in docstrings and len(node.value.split()) > 3:
                found.append((owner, node.value))
    return found


@functools.cache
def answered(name, seed=None):
    """What a student has who has answered everything rightly: the data, the answers, and `right_...` for functions."""
    space = {}
    for cell in builder.solution_notebook(builder.SOURCES / f"{name}.md", seed).cells:
        if cell.cell_type == "code":
            exec(cell.source, space)
    functions = {f"right_{key}": thing for key, thing in space.items() if inspect.isfunction(thing)}
    return space | functions


def parameters(name):
    """The parameters of each function in the solutions, as the stubs have them."""
    solutions = "\n".join(question.solution for question in reading(name).questions if not question.manual)
    functions = [node for node in ast.walk(ast.parse(solutions)) if isinstance(node, ast.FunctionDef)]
    return {function.name: ast.unparse(function.args) for function in functions}


def said_to(name, test, given, seed=None, setup=""):
    """What a hidden test, or the check of form of a question, says to a wrong answer.

    An answer is an expression or the body of a function; several are given by name.
    """
    hidden = reading(name).hidden
    space = dict(heard(name, seed)[0])
    student = dict(answered(name, seed))
    exec(setup, student)
    code = hidden.get(test)
    if code is None:
        [code] = reading(name).question(test).public
        exec(code, space := {"np": np})
        test = "test_form"
    names = answers(code)
    heads = parameters(name)
    for answer, code in (given if isinstance(given, dict) else {names[0]: given}).items():
        if answer in heads:
            exec(f"def {answer}({heads[answer]}):\n" + textwrap.indent(code, "    "), student)
        else:
            student[answer] = eval(code, student)
    try:
        space[test](*(student[answer] for answer in names))
    except AssertionError as failure:
        return str(failure)
    return ""
