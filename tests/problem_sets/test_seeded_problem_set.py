"""Problem set 3: every class has its own data, and its grader its own answers.

The general machinery is tested in `test_problem_sets.py`. Right answers are found here by loops in plain Python and by
SciPy's distributions, from the data that students get.
"""

import math
import re
import zipfile
from functools import cache

import jupytext
import numpy as np
import pytest
from problem_set_leaks import leaks
from problem_set_tools import ProblemSet, builder, key, pass_hidden_tests
from scipy import optimize, stats

NAME = "shrinkage-in-sport"
SOURCE = builder.SOURCES / f"{NAME}.md"
CLASSES = {"the book's": None, "a class's": 20270214}
AUTOMATIC, MANUAL = 16, 4
# The leader's attempts and makes, and what the prior is worth.
SETUP = "n, y, k = attempts[star], made[star], league_worth"

FUNCTION = """
def expected_rates(made, attempts, mean, worth):
    return [mean + (y - n * mean) / (n + worth) for y, n in zip(made, attempts)]
"""
# The hidden tests: (question, place among its tests, points).
TESTS = {
    "star_weight": ("q1", 1, 1),
    "star_mean": ("q1", 2, 2),
    "star_sd": ("q1", 3, 1),
    "expected_rates": ("q2", 1, 2),
    "expected_rates, other population": ("q2", 2, 1),
    "expected_rates, no attempts": ("q2", 3, 1),
    "mean_hat": ("q3", 1, 1),
    "worth_hat": ("q3", 2, 2),
    "attempts_needed": ("q3", 3, 1),
    "rmse_own": ("q4", 1, 1),
    "rmse_posterior": ("q4", 2, 1),
    "rmse_pooled": ("q4", 3, 1),
    "p_star_nearer": ("q4", 4, 1),
}


def given(function_body):
    return f"def expected_rates(made, attempts, mean, worth):\n    {function_body}\n"


# (answer, what the student gave, words of the message written for it); n, y and k as in SETUP.
WRONG = [
    ("star_weight", "k / (n + k)", "gets one minus it"),
    ("star_weight", "y / n", "his percentage, not its weight"),
    ("star_mean", "y / n", "The prior is missing"),
    ("star_mean", "(k * league_mean + y) / (k + y + n)", "Add his misses"),
    ("star_mean", "(k * league_mean + y - 1) / (k + n - 2)", "the mode"),
    ("star_sd", "stats.beta(k * league_mean + y, k * (1 - league_mean) + n - y).var()", "Take its root"),
    ("star_sd", "(y / n * (1 - y / n) / n) ** 0.5", "standard error of his own"),
    ("expected_rates", given("return made / attempts"), "Nothing has been drawn in"),
    ("expected_rates", given("return (mean + made) / (mean + worth + attempts)"), "mean for alpha"),
    ("expected_rates, other population",
     given("return (league_mean * league_worth + made) / (league_worth + attempts)"), "does not use the mean"),
    ("expected_rates, no attempts",
     given("own = np.divide(made, attempts, out=np.zeros(len(made)), where=attempts > 0)\n"
           "    w = attempts / (attempts + worth)\n"
           "    return np.where(attempts > 0, w * own + (1 - w) * mean, 0)"), "mean of the population, not at zero"),
    ("expected_rates, no attempts",
     given("w = attempts / (attempts + worth)\n    with np.errstate(invalid='ignore'):\n"
           "        return w * (made / attempts) + (1 - w) * mean"), "NaN"),
    ("worth_hat", "{worth_hat} + 1", "alpha + beta + 1"),
    ("worth_hat", "np.log({worth_hat})", "logarithm"),
    ("worth_hat", "{worth_hat} * {mean_hat}", "alpha alone"),
    ("attempts_needed", "{worth_hat}", "equal weights"),
    ("attempts_needed", "{worth_hat} / 3", "one quarter of the weight"),
    ("rmse_own", "{rmse_own} ** 2", "Take its root"),
    ("rmse_posterior", "np.abs(np.array(expected_rates(made, attempts, league_mean, league_worth))"
                       " - rest_made / rest_attempts).mean()", "mean absolute error"),
    ("rmse_pooled", "{rmse_pooled} * made.size ** 0.5", "without averaging"),
    ("p_star_nearer", "stats.beta.sf((y / n + league_mean) / 2, k * league_mean + y, k * (1 - league_mean) + n - y)",
     "noise of its own"),
    ("p_star_nearer", "1 - {p_star_nearer}", "nearer to the league's mean"),
]  # fmt: skip


def right_answers(space):
    """The right answers for a student's data, as text."""
    y, n, m, k = (space[name] for name in ("made", "attempts", "league_mean", "league_worth"))
    i = max(range(30), key=lambda j: y[j] / n[j])
    rate = stats.beta(m * k + y[i], (1 - m) * k + n[i] - y[i])

    def loss(free):
        a, b = np.exp(free)
        return -sum(stats.betabinom(trials, a, b).logpmf(hits) for trials, hits in zip(n, y, strict=True))

    a, b = np.exp(optimize.minimize(loss, [3.0, 2.0], method="Nelder-Mead", tol=1e-8).x)
    later = [hits / trials for hits, trials in zip(space["rest_made"], space["rest_attempts"], strict=True)]

    def miss(guess):
        return math.sqrt(math.fsum((g - x) ** 2 for g, x in zip(guess, later, strict=True)) / len(later))

    trials = int(space["rest_attempts"][i])
    nearer = [hits for hits in range(trials + 1) if abs(hits / trials - y[i] / n[i]) < abs(hits / trials - m)]
    answers = {
        "star_weight": 1 / (1 + k / n[i]),
        "star_mean": rate.mean(),
        "star_sd": rate.std(),
        "mean_hat": a / (a + b),
        "worth_hat": a + b,
        "attempts_needed": 3 * (a + b),
        "rmse_own": miss(y / n),
        "rmse_posterior": miss([(m * k + hits) / (k + tries) for hits, tries in zip(y, n, strict=True)]),
        "rmse_pooled": miss([sum(y) / sum(n)] * 30),
        "p_star_nearer": rate.expect(lambda p: stats.binom.sf(nearer[0] - 1, trials, p)),
    }
    return {name: repr(float(value)) for name, value in answers.items()} | {"expected_rates": FUNCTION}


class Classroom(ProblemSet):
    """What one class gets, its grader, and its right answers."""

    def __init__(self, folder, seed):
        super().__init__(NAME, folder, TESTS, seed, SETUP)
        self.answers = right_answers(self.data())


@pytest.fixture(scope="module", params=CLASSES.values(), ids=CLASSES)
def classroom(request, tmp_path_factory):
    return Classroom(tmp_path_factory.mktemp("class"), request.param)


@pytest.fixture(scope="module")
def classrooms(tmp_path_factory):
    return [Classroom(tmp_path_factory.mktemp("class"), seed) for seed in CLASSES.values()]


def test_points_and_minutes_add_up(classroom):
    classroom.adds_up(MANUAL)


def test_reference_solution_earns_full_marks(classroom, tmp_path):
    results = classroom.submit(builder.solution_notebook(SOURCE, classroom.seed), tmp_path)
    assert (results.total, results.possible) == (AUTOMATIC, AUTOMATIC), results.summary()


def test_right_answers_found_another_way_earn_full_marks(classroom):
    results = classroom.try_out(classroom.answers)
    assert (results.total, results.possible) == (AUTOMATIC, AUTOMATIC), results.summary()


def test_empty_notebook_earns_nothing(classroom, tmp_path):
    results = classroom.submit(classroom.student, tmp_path)
    assert (results.total, results.possible) == (0, AUTOMATIC)
    assert "There is no answer yet" in classroom.outcome(results, "star_mean")[1]


@pytest.mark.parametrize("case", WRONG, ids=[f"{answer}-{message}" for answer, _, message in WRONG])
def test_wrong_answer_gets_the_message_written_for_it(case, classroom):
    answer, code, message = case
    if key(answer) != "expected_rates":
        code = re.sub(r"\{(\w+)\}", lambda found: classroom.answers[found[1]], code)
    results = classroom.try_out(classroom.answers | {key(answer): code})
    passed, said = classroom.outcome(results, answer)
    assert not passed
    assert message in said
    lost = {name for name in TESTS if not classroom.outcome(results, name)[0]}
    assert {key(name) for name in lost} == {key(answer)}, "it fails its own tests and no other"
    assert results.total == AUTOMATIC - sum(TESTS[name][2] for name in lost)


def test_messages_hold_no_right_answer(classroom):
    results = classroom.try_out({name: "0.5" for name in classroom.answers if name != "expected_rates"})
    said = "\n".join(classroom.outcome(results, name)[1] or "" for name in TESTS)
    for name, value in classroom.answers.items():
        if name != "expected_rates":
            assert f"{float(value):.3f}"[1:] not in said


def test_answers_of_another_class_fail(classrooms):
    """All numbers do. The function alone is right in every class."""
    for one, other in (classrooms, reversed(classrooms)):
        results = one.try_out(other.answers)
        assert {name for name in TESTS if one.outcome(results, name)[0]} == {
            name for name in TESTS if key(name) == "expected_rates"
        }
        assert results.total == 4


def test_notebook_of_another_class_fails(classrooms, tmp_path):
    """Handed in whole, with the other class's data in it: the grader has its own."""
    one, other = classrooms
    assert one.submit(builder.solution_notebook(SOURCE, other.seed), tmp_path).total == 4


def test_seed_makes_the_data(classrooms):
    one, other = classrooms
    for name in ("made", "attempts", "rest_made", "rest_attempts"):
        assert one.data()[name].shape == (30,) and one.data()[name].dtype.kind == "i"
        assert not np.array_equal(one.data()[name], other.data()[name])
    cells = [[cell.source for cell in builder.read(SOURCE, seed).cells] for seed in (20270214, 20270214, 20270215)]
    assert cells[0] == cells[1] != cells[2]


def test_students_get_what_a_league_sees_and_nothing_else(classroom):
    """Not, above all, the true rates."""
    seen = {"player", "made", "attempts", "rest_made", "rest_attempts"}
    assert classroom.given() == seen | {"league_mean", "league_worth", "star"}


def test_data_keep_their_rules(classroom):
    data = classroom.data()
    assert len(set(data["player"])) == 30
    for made, attempts in (("made", "attempts"), ("rest_made", "rest_attempts")):
        assert (data[made] >= 0).all() and (data[made] <= data[attempts]).all() and (data[attempts] > 0).all()
    share = np.sort(data["made"] / data["attempts"])
    assert share[-2] < share[-1] == data["made"][data["star"]] / data["attempts"][data["star"]]


@cache
def leagues(seeds=400):
    """What the generator makes of many seeds, from the cell that students do not get."""
    cells = jupytext.read(SOURCE).cells
    (code,) = (cell.source for cell in cells if "def generate" in cell.source)
    space = {}
    exec(re.sub(r"^SEED = .*$", "", code, flags=re.MULTILINE), space)
    return [space["generate"](seed) for seed in range(seeds)]


def test_whatever_the_seed_one_player_leads_alone():
    for seed, league in enumerate(leagues()):
        share = np.sort(league["made"] / league["attempts"])
        assert share[-2] < share[-1] < 1, seed


def test_both_parts_of_the_season_come_from_the_same_abilities():
    """Given the first part, the rest is right on average at the posterior mean, for good starts and for bad ones."""
    products = []
    for league in leagues():
        made, attempts, mean, worth = (league[name] for name in ("made", "attempts", "league_mean", "league_worth"))
        expected = (made + mean * worth) / (attempts + worth)
        products.append(((league["rest_made"] / league["rest_attempts"] - expected) * (made / attempts - mean)).sum())
    assert abs(np.mean(products)) < 5 * np.std(products) / np.sqrt(len(products))


def test_many_seeds_have_answers_that_no_slip_equals():
    """The hidden tests, on the reference solution: for each of these seeds every slip can be told from the answer."""
    for seed in range(25):
        pass_hidden_tests(SOURCE, seed, len(TESTS))


# What students get


def test_seed_stays_with_the_instructor(classroom):
    secret = str(classroom.seed or re.search(r"^SEED = (\d+)$", SOURCE.read_text(), re.M)[1])
    files = [classroom.built / f"{NAME}.zip", *(p for p in (classroom.built / "student").rglob("*") if p.is_file())]
    assert leaks(files, {"default_rng", "SEED", "def generate", "def league"}) == []
    assert not any(secret in cell.source for cell in classroom.student.cells)
    with zipfile.ZipFile(classroom.autograder) as archive:
        assert not any(b"def league" in archive.read(name) for name in archive.namelist() if name.startswith("tests/"))


# The instructor's edition, and what a seed must be


def test_instructor_edition_belongs_to_the_seed(classroom):
    notebook = builder.instructor_notebook(SOURCE, classroom.seed)
    text = "\n".join(cell.source for cell in notebook.cells)
    if classroom.seed is not None:
        assert f"SEED = {classroom.seed}\n" in text
    assert builder.assignment("made", classroom.data()["made"]) in text


def test_products_of_a_class_do_not_overwrite_the_books():
    assert builder.folder_of(None) != builder.folder_of(7) != builder.folder_of(8)


@pytest.mark.parametrize("bad", ["-1", "7.5", "seven", ""])
def test_a_seed_is_a_whole_number(bad, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["builder", "students", f"--seed={bad}"])
    with pytest.raises(SystemExit):
        builder.main()
    assert "a seed is a whole number" in capsys.readouterr().err


@pytest.mark.parametrize("change", [("[seed, instructor]", "[seed]"), ("SEED = 1970", "SEED = 'x'")])
def test_a_generator_that_would_reach_students_is_refused(change, tmp_path):
    source = tmp_path / "leaky.md"
    text = SOURCE.read_text()
    assert change[0] in text
    source.write_text(text.replace(*change))
    with pytest.raises(ValueError, match=r"leaky\.md: a cell tagged seed needs the tag instructor"):
        builder.build(source, tmp_path / "out")


@pytest.mark.parametrize(
    "value", ["text", 7, 0.71, ["a", "b"] * 20, np.arange(40), np.linspace(0, 1, 30)], ids=lambda v: type(v).__name__
)
def test_written_data_are_the_data(value):
    space = {"np": np}
    exec(builder.assignment("x", value), space)
    assert np.array_equal(space["x"], value) and type(space["x"]) is type(value)
