"""What a question of a problem set asks is what its hidden tests want.

In `problem_sets/questions/` each set has a file with these parts; a set that is added needs one too, and nothing here.

numbers
    Every number in the text, as it is written and in its order, and what it must equal: an expression that is evaluated
    where the hidden tests run, with the set's data, the grader's functions and the helpers below. A plain number
    stands where no test can know better, as for the length of a letter.
clauses
    For each hidden test, words of its question that say what it wants; and of the introduction what all rely on.
code
    What the code that students get says: comments on the data, and docstrings of the functions to write.
exact
    Hidden tests that allow for rounding although the question says nothing of it, and why.

Names, points, minutes and tables are read from both sides.
"""

import ast
import functools
import inspect
import re

import numpy as np
import pytest
import yaml
from paths import ROOT
from problem_set_tools import builder
from question_reader import answers, heard, numbers, read, reading, said_in_code, tolerance, value
from scipy import stats

pytestmark = pytest.mark.xdist_group("questions")  # the hidden tests run once a set, and take a while

SETS = [source.stem for source in builder.sources()]
FILES = ROOT / "tests" / "problem_sets" / "questions"
ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]


@pytest.fixture(params=SETS)
def name(request):
    return request.param


@functools.cache
def stated(name):
    return yaml.safe_load((FILES / f"{name}.yml").read_text(encoding="utf-8"))


def texts(found):
    return {"introduction": found.introduction} | {question.name: question.text for question in found.questions}


def rounded(allowed, digits=0):
    """The fewest decimals at which an answer, rounded, is always within these tolerances."""
    if len(set(allowed)) > 1:
        return np.nan  # one number of the text cannot stand for both
    tolerated = allowed[0]
    return next(places for places in range(12) if 0.5 * 10.0**-places <= tolerated) + digits


def helpers(found, question, space, records):
    """What the expressions of the rows may call."""

    def allowed(kind, tests):
        return [limit for test in tests for limit in tolerance(found.hidden[test], kind)]

    def decimals(*tests):
        return rounded(allowed("atol", tests))

    def digits(*tests):
        return rounded(allowed("rtol", tests), digits=1)

    def relative(*tests):
        limits = set(allowed("rtol", tests))
        return limits.pop() if len(limits) == 1 else np.nan

    def compared(function, what):
        """The number with which code compares something of this name, at the most."""
        tree = ast.parse(found.hidden.get(function) or inspect_source(found.grader, function))
        pairs = [
            node.comparators[0].value
            for node in ast.walk(tree)
            if isinstance(node, ast.Compare) and ast.unparse(node.left).endswith(what)
        ]
        [number] = set(pairs)
        return number

    def question_of(piece):
        """The first question in whose hidden tests a piece of code stands."""
        return next(n for n, q in enumerate(found.questions, 1) if any(piece in code for code in q.hidden.values()))

    def opened(distance):
        def of_first(k):
            gap = stats.hypergeom(space["bottles"], space["corked"], k).pmf(range(k + 1)) - stats.binom.pmf(
                range(k + 1), k, 1 / 3
            )
            return np.abs(gap).sum() / 2

        [number] = [k for k in range(1, space["bottles"]) if np.isclose(of_first(k), distance(1 / 3))]
        return number

    def chosen(tails):
        volume = space["volume"]
        [number] = [k for k in range(1, 10) if last_are_larger(volume, k) == pytest.approx(tails()[0])]
        return number

    minutes = re.search(r"[Aa]bout (\d+) minutes", question.text) if question else None
    return {
        "questions": len(found.questions),
        "points": sum(q.points for q in found.questions),
        "minutes": int(minutes[1]) if minutes else whole_time(found),
        "decimals": decimals,
        "digits": digits,
        "relative": relative,
        "compared": compared,
        "question_of": question_of,
        "opened": opened,
        "chosen": chosen,
        "given": lambda test: records[test].given[0],
        "right": lambda test: float(records[test].expected[0]),
        "default": lambda function, parameter: inspect.signature(function).parameters[parameter].default,
        "in_solution": lambda pattern: int(re.search(pattern, question.solution)[1]),
    }


def inspect_source(code, function):
    return next(ast.unparse(node) for node in ast.parse(code).body if getattr(node, "name", "") == function)


def last_are_larger(volume, k):
    """Share of the orders of all bottles in which the last k hold as much as the last k do, by dynamic programming."""
    ways = {(0, 0): 1}
    for one in volume:
        for (count, total), number in list(ways.items())[::-1]:
            key = (count + 1, total + one)
            ways[key] = ways.get(key, 0) + number
    sums = {total: number for (count, total), number in ways.items() if count == k}
    return sum(number for total, number in sums.items() if total >= volume[-k:].sum()) / sum(sums.values())


def whole_time(found):
    return sum(int(re.search(r"[Aa]bout (\d+) minutes", question.text)[1]) for question in found.questions)


def mismatches(found, facts, space, records):
    """Numbers of the text that have no row, in their order, or that are not what the hidden tests have."""
    wrong = []
    for place, text in texts(found).items():
        rows, written = facts.get(place, []), numbers(text)
        if [number for number, _ in rows] != written:
            wrong.append(f"{found.name} {place}: the text has {written}, the rows {[number for number, _ in rows]}")
            continue
        question = None if place == "introduction" else found.question(place)
        names = space | helpers(found, question, space, records)
        for number, expression in rows:
            wanted = eval(expression, names)
            if value(number) != pytest.approx(wanted, rel=1e-6):
                wrong.append(f"{found.name} {place}: the text says {number}, and {expression} is {wanted}")
    return wrong


def test_every_number_in_a_text_is_what_the_hidden_tests_have(name):
    space, records = heard(name)
    assert mismatches(reading(name), stated(name)["numbers"], space, records) == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("rates", "middle 95% allow", "middle 90% allow"),
        ("rates", "chance in 40 below", "chance in 20 below"),
        ("rates", "one part in 500", "one part in 50"),
        ("rates", "from question 2 on", "from question 3 on"),
        ("rates", "side=0.025):\n    \"\"\"Lowest", "side=0.05):\n    \"\"\"Lowest"),
        ("sampling", "by less than 2%", "by less than 5%"),
        ("sampling", "N(50, 3^2)", "N(50, 4^2)"),
        ("exchangeability", "Four decimals or more", "Three decimals or more"),
        ("exchangeability", "mean of the last five", "mean of the last four"),
        ("pooling-and-shrinkage", "known to be 8.", "known to be 9."),
        ("pooling-and-shrinkage", "expected, slips, atol=6e-5)", "expected, slips, atol=6e-4)"),
        ("shrinkage-in-sport", "gets three quarters of", "gets half of"),
    ],
)  # fmt: skip
def test_planted_numbers_are_found(name, old, new, tmp_path):
    source = builder.SOURCES / f"{name}.md"
    text = source.read_text(encoding="utf-8")
    assert old in text
    planted = tmp_path / f"{name}.md"
    planted.write_text(text.replace(old, new), encoding="utf-8")
    space, records = heard(name)
    found = read(planted)
    if "side=" in new:
        exec(found.grader, space := dict(space))
    assert mismatches(found, stated(name)["numbers"], space, records)


def test_every_set_and_question_has_its_rows():
    assert {path.stem for path in FILES.glob("*.yml")} == set(SETS)
    for name in SETS:
        assert set(stated(name)["numbers"]) == set(texts(reading(name)))


def tolerances_that_are_not_stated(found, facts):
    """Hidden tests that allow for rounding where no number of the text is bound to how much."""
    rows = [expression for rows in facts.values() for _, expression in rows]
    bound = " ".join(row for row in rows if re.search(r"\b(decimals|digits|relative)\(", row))
    for test, code in found.hidden.items():
        loose = [max(pair) for pair in zip(tolerance(code, "rtol"), tolerance(code, "atol"), strict=True)]
        if loose and max(loose) > 1e-5 and not is_function_test(found, code) and f"'{test}'" not in bound:
            yield test


def is_function_test(found, code):
    """Whether a test calls a student's function: its answers are as exact as the computer's numbers."""
    return "attempt(" in code


def test_tolerances_are_stated(name):
    assert set(tolerances_that_are_not_stated(reading(name), stated(name)["numbers"])) == set(stated(name)["exact"])


def squeezed(text):
    return re.sub(r"\s+", " ", text)


def test_every_hidden_test_is_asked_for(name):
    """The words of the question that say what the test wants, and no test without them."""
    found = reading(name)
    assert set(stated(name)["clauses"]) == set(found.hidden) | {"introduction"}
    for clause in stated(name)["clauses"]["introduction"]:
        assert clause in squeezed(found.introduction), f"{name}: {clause!r}"
    for question in found.questions:
        for test in question.hidden:
            for clause in stated(name)["clauses"][test]:
                assert clause in squeezed(question.text), f"{name} {question.name}, {test}: {clause!r}"


def test_code_says_to_students_what_it_should(name):
    assert said_in_code(builder.SOURCES / f"{name}.md") == stated(name)["code"]


def spoken_names(text):
    """Names in backticks, with what they are taken from and without what follows."""
    return re.findall(r"`([A-Za-z_][\w.]*)(?:\[\w+\])?(?: = -?\d+)?`", text)


def test_names_in_the_text_are_those_that_the_tests_read(name):
    """A name to enter is read by a hidden test and by the check of form; any other name exists in what students get."""
    found = reading(name)
    space, _ = heard(name)
    solutions = "\n".join(question.solution for question in found.questions if not question.manual)
    written = {node.id for node in ast.walk(ast.parse(solutions)) if isinstance(node, ast.Name | ast.FunctionDef)
               and isinstance(getattr(node, "ctx", None), ast.Store)} if solutions else set()  # fmt: skip
    functions = {node.name: node for node in ast.walk(ast.parse(solutions)) if isinstance(node, ast.FunctionDef)}
    parameters = {argument.arg for function in functions.values() for argument in function.args.args}
    for question in found.questions:
        wanted = {answer for code in question.hidden.values() for answer in answers(code)}
        assert wanted == {answer for code in question.public for answer in answers(code)}
        spoken = set(spoken_names(question.text))
        assert wanted <= spoken | set(functions), f"{question.name}: {wanted - spoken} is not named"
        assert wanted <= written | set(functions)
        entered = re.findall(r"[Ee]nter (?:the estimates as |as |it as |hers as )?`(\w+)`", squeezed(question.text))
        assert set(entered) <= wanted, f"{question.name}: {set(entered) - wanted} is read by no test"
        for one in spoken - wanted:
            head, *rest = one.split(".")
            target = space.get(head, written | set(functions) | parameters | {"az", "scipy"})
            known = head in space or head in target
            assert known, f"{question.name}: there is no {one}"
            for attribute in rest if head in space else []:
                target = getattr(target, attribute)


def test_functions_take_what_the_hidden_tests_give(name):
    """As many arguments as the stub has, in every call."""
    found = reading(name)
    _, records = heard(name)
    stubs = {
        node.name: len(node.args.args)
        for question in found.questions
        if not question.manual
        for node in ast.walk(ast.parse(question.solution))
        if isinstance(node, ast.FunctionDef)
    }
    for test, code in found.hidden.items():
        for arguments in records[test].given:
            if arguments:
                assert len(arguments) == stubs[answers(code)[0]], test


def test_points_are_those_of_the_tests_and_the_rubric(name):
    for question in reading(name).questions:
        if question.manual:
            rows = re.findall(r"^\| (\w+) \| .+ \| .+ \|$", question.notes, re.MULTILINE)
            assert rows[0] == "point" and len(rows) - 1 == question.points == len(set(rows)) - 1
            assert "One point each, no halves." in question.notes and not question.hidden
            limit = int(re.search(r"[Aa]t most (\d+) words", squeezed(question.text))[1])
            assert limit / 2 < len(question.solution.split()) <= limit * 1.1, "the model answer keeps to its length"
        else:
            assert sum(question.test_points) == question.points
            assert len(question.public) == 1 and question.test_points[0] == 0


def test_questions_are_counted(name):
    found = reading(name)
    text = "".join(texts(found).values())
    headings = [int(number) for number in re.findall(r"^## Question (\d+)\. ", text, re.MULTILINE)]
    assert headings == list(range(1, len(found.questions) + 1))
    assert [question.name for question in found.questions] == [f"q{number}" for number in headings]
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    order = [source for source in re.findall(r"problem-sets/([\w-]+)", str(contents))]
    assert f"# Problem set {order.index(name) + 1}: " in found.introduction


def columns(text):
    """The columns of the tables in a text, without the names of the columns."""
    for table in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
        yield from zip(*rows[2:], strict=True)


def entries(cell):
    """A cell of a table as data: a name, a number, or several numbers."""
    parts = cell.replace("−", "-").split(", ")
    try:
        found = [float(part) for part in parts]
    except ValueError:
        return cell
    return found if len(found) > 1 else found[0]


def test_tables_show_the_data(name):
    space, _ = heard(name)
    kept = [list(data) for data in space.values() if isinstance(data, list | np.ndarray)]
    for text in texts(reading(name)).values():
        for column in columns(text):
            shown = [entries(cell) for cell in column]
            assert any(len(data) == len(shown) and all(np.array_equal(a, b) for a, b in zip(data, shown, strict=True))
                       for data in kept), shown  # fmt: skip


def test_the_pages_around_say_the_same_of_each_set(name):
    """Minutes and points on the page for instructors, and the place of the set among the others."""
    found = reading(name)
    page = (ROOT / "book/instructors.md").read_text(encoding="utf-8")
    front = (ROOT / "book/index.md").read_text(encoding="utf-8")
    contents = str(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))
    place = ORDINALS[re.findall(r"problem-sets/([\w-]+)", contents).index(name)]
    said = re.search(rf"^\[The (\w+), [\w ]+\]\(problem-sets/{name}\.md\), (\d+) minutes$", page, re.MULTILINE)
    assert said and (said[1], int(said[2])) == (place, whole_time(found))
    assert f"[the {place}](problem-sets/{name}.md)" in front
    [points] = re.findall(r"Each has (\d+) points\.", page)
    assert sum(question.points for question in found.questions) == int(points)


FORMS = [
    (path.stem, cell.source)
    for path in builder.sources()
    for cell in builder.read(path).cells
    if "put it in place of the dots" in cell.source
]
NUMBERS = (2, 2.5, True + 1, np.float64(2.5), np.float32(2.5), np.int64(2))
NO_NUMBERS = (..., "2.5", None, [2.5], (1, 2))


@pytest.mark.parametrize(("name", "source"), FORMS, ids=[name for name, _ in FORMS])
def test_whatever_is_one_number_is_taken_for_one(name, source):
    """Whole answers too: a student may type 20 where the answer is exactly that."""
    space = {"np": np}
    exec(source, space)
    [check] = [value for key, value in space.items() if key.startswith("test_")]
    asked = list(inspect.signature(check).parameters)
    single = [key for key in asked if f'"{key}": {key}' in source or f'"{key} should be one number' in source]
    rest = {key: np.ones((4, 1000)) for key in asked if key not in single}
    rest |= {key: lambda *_: np.zeros(3) for key in rest if f" {key}(" in source}

    def says(**answers):
        try:
            check(**rest, **{key: answers.get(key, 0.5) for key in single})
        except AssertionError as refused:
            return str(refused)
        return ""

    assert single
    for key in single:
        assert not any("should be one number" in says(**{key: number}) for number in NUMBERS)
        assert all(f"{key} should be one number" in says(**{key: answer}) for answer in NO_NUMBERS)


def test_every_set_has_such_forms():
    assert {name for name, _ in FORMS} == {path.stem for path in builder.sources()} and len(FORMS) >= 13
