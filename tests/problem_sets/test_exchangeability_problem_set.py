"""Problem set 4: right answers found another way earn full marks, wrong ones get their message, and nothing leaks.

What all problem sets share (the builder, the guard, downloads) is tested in `test_problem_sets.py`.
"""

from functools import partial

import pytest
from problem_set_tools import builder, key, outcome

NAME = "exchangeability"
SOURCE = builder.SOURCES / f"{NAME}.md"
AUTOMATIC, MANUAL = 16, 4
# The hidden tests: (question, place among its tests, points).
TESTS = {
    "covariance": ("q1", 1, 2),
    "correlation": ("q1", 2, 2),
    "urn_law": ("q2", 1, 2),
    "urn_law, -1": ("q2", 2, 1),
    "urn_law, 0": ("q2", 3, 1),
    "distance_crate": ("q3", 1, 2),
    "distance_four": ("q3", 2, 1),
    "bound_four": ("q3", 3, 1),
    "p_value": ("q4", 1, 2),
    "early_expected": ("q4", 2, 1),
    "early_sd": ("q4", 3, 1),
}

# Right answers, written otherwise than the solution.
URN = """
import math
def urn_law(n, ones, zeros, added):
    def rising(start, steps):
        return math.prod(start + added * i for i in range(steps))
    return [math.comb(n, s) * rising(ones, s) * rising(zeros, n - s) / rising(ones + zeros, n) for s in range(n + 1)]
"""
RIGHT = {
    "covariance": "-2 / 99",
    "correlation": "-0.0909",
    "urn_law": URN,
    "distance_crate": "1 - 495 * 2**8 / 3**12",
    "distance_four": "sum(max(math.comb(4, s) * math.comb(8, 4 - s) / 495 - math.comb(4, s) * 2**(4 - s) / 81, 0) "
    "for s in range(5))",
    "bound_four": "0.5",
    "p_value": "11 / 252",
    "early_expected": "20",
    "early_sd": "(50 * 0.4 * 0.6 * 100 / 149)**0.5",
}
OF = "def urn_law(n, ones, zeros, added):\n    "
FROM_SCIPY = """
def urn_law(n, ones, zeros, added):
    k = np.arange(n + 1)
    if added == -1:
        return stats.hypergeom(ones + zeros, ones, n).pmf(k)
    if added == 0:
        return stats.binom(n, ones / (ones + zeros)).pmf(k)
    return stats.betabinom(n, ones / added, zeros / added).pmf(k)
"""
# (answer, what the student gave, words of the message written for it)
WRONG = [
    ("covariance", "1 / 11", "Subtract the product"),
    ("covariance", "0", "independent bottles"),
    ("covariance", "-1 / 11", "This is the correlation"),
    ("covariance", "1 / 3 * 3 / 12 - 1 / 9", "one of eleven"),
    ("covariance", "1 / 3 * 4 / 11 - 1 / 9", "but not out of the corked ones"),
    ("correlation", "-2 / 99", "Divide it by the variance"),
    ("correlation", "1 / 11", "less likely, not more"),
    ("correlation", "-1 / 12", "one fewer"),
    ("correlation", "-1 / 3", "length of the crate"),
    ("correlation", "-2 / 99 / (2 / 9)**0.5", "divide by their product"),
    ("urn_law", OF + "return np.array(honest(n, ones, zeros, added)) / [math.comb(n, s) for s in range(n + 1)]",
     "one single order each"),
    ("urn_law", OF + "return honest(n, zeros, ones, added)", "place of the zeros"),
    ("urn_law", OF + "return stats.binom(n, ones / (ones + zeros)).pmf(range(n + 1))", "does not change"),
    ("urn_law", OF + "return honest(n, ones, zeros, min(added, 1))", "Use `added`"),
    ("urn_law, -1", OF + "return honest(n, ones, zeros, max(added, 0))", "independent draws"),
    ("urn_law, 0", OF + "return honest(n, ones, zeros, added or 1)", "one ball added"),
    ("urn_law, 0", OF + "return honest(n, *((ones, zeros) if added else (zeros, ones)), added)", "question asks for ones"),  # noqa: E501
    ("distance_crate", "495 * 2**8 / 3**12", "the distance is what is missing"),
    ("distance_crate", "1 - 2**8 / 3**12", "one single order"),
    ("distance_crate", "1 - 495 / 2**12", "fair coin"),
    ("distance_crate", "12 / 13", "uniform chance"),
    ("distance_four", "2 * 0.1005612", "half of it"),
    ("distance_four", "0.7615", "all twelve"),
    ("distance_four", "16 / 81 - 70 / 495", "one number of corked bottles alone"),
    ("bound_four", "2 / 3", "the weaker one"),
    ("bound_four", "1", "doubles total variation"),
    ("bound_four", "1 / 3", "factor of two"),
    ("bound_four", "0.1005612", "the distance itself"),
    ("p_value", "5 / 252", "do exactly as well"),
    ("p_value", "22 / 252", "both directions"),
    ("p_value", "247 / 252", "smaller, or the same"),
    ("p_value", "stats.ttest_ind(volume[5:], volume[:5]).pvalue / 2", "t test"),
    ("early_expected", "26", "what was found"),
    ("early_expected", "0.4", "Multiply it by"),
    ("early_expected", "40", "later bottles"),
    ("early_expected", "17", "leaves out a part"),
    ("early_sd", "12**0.5", "independent bottles"),
    ("early_sd", "12 * 100 / 149", "Take its square root"),
    ("early_sd", "12", "variance for independent"),
    ("early_sd", "8**0.5", "divided by N"),
    ("early_sd", "12**0.5 * 100 / 149", "under the root"),
]  # fmt: skip
BAD = ["None", "'a third'", "float('nan')", "float('inf')", "np.zeros(4)", "6.5j", "object()", "{}", "[[1], [2, 3]]"]
SETUP = "import math\n" + URN.replace("def urn_law", "def honest")
outcome = partial(outcome, TESTS)


def test_points_and_minutes_add_up(problem_set):
    problem_set.adds_up(MANUAL)


def test_reference_solution_earns_full_marks(built):
    builder.grade_solution(SOURCE, built)


def test_right_answers_through_otter_run(problem_set, tmp_path):
    results = problem_set.submit(problem_set.fill_in(RIGHT), tmp_path)
    assert (results.total, results.possible) == (AUTOMATIC, AUTOMATIC), results.summary()


@pytest.mark.parametrize("law", [URN, FROM_SCIPY], ids=["products", "SciPy"])
def test_right_answers_found_another_way_earn_full_marks(law, try_out):
    results = try_out(RIGHT | {"urn_law": law})
    assert (results.total, results.possible) == (AUTOMATIC, AUTOMATIC), results.summary()


def test_empty_notebook_earns_nothing(try_out):
    results = try_out({})
    assert (results.total, results.possible) == (0, AUTOMATIC)


@pytest.mark.parametrize("case", WRONG, ids=[f"{answer}-{message}" for answer, _, message in WRONG])
def test_wrong_answer_gets_the_message_written_for_it(case, try_out):
    answer, code, message = case
    results = try_out(RIGHT | {key(answer): code})
    passed, said = outcome(results, answer)
    assert not passed
    assert message in said
    assert {key(name) for name in TESTS if not outcome(results, name)[0]} == {key(answer)}


@pytest.mark.parametrize("bad", BAD)
def test_bad_answer_fails_and_nothing_else_does(bad, try_out):
    numbers = [name for name in RIGHT if name != "urn_law"]
    results = try_out(RIGHT | dict.fromkeys(numbers, bad))
    assert (results.total, results.possible) == (4, AUTOMATIC), results.summary()


@pytest.mark.parametrize("body", ["raise ValueError('no')", "return None", "return 'law'", "import sys; sys.exit(0)"])
def test_bad_function_fails_and_nothing_else_does(body, try_out):
    results = try_out(RIGHT | {"urn_law": OF + body})
    assert (results.total, results.possible) == (AUTOMATIC - 4, AUTOMATIC), results.summary()
