"""Problem set 5: every class has its own country, right functions earn full marks in all, and wrong ones are told why.

What all problem sets share is tested in `test_problem_sets.py` and `test_problem_set_secrets.py`. Right answers are
found here in other ways than the grader's: rates are integrated out on a grid, and stars are added up count by count.
"""

import math
import re
from fractions import Fraction

import nbformat
import numpy as np
import pytest
from problem_set_tools import ProblemSet, builder, key, pass_hidden_tests
from scipy import integrate, optimize, stats

NAME = "rates"
SOURCE = builder.SOURCES / f"{NAME}.md"
CLASSES = {"the book's": None, "a class's": 20270215}
MANUAL = 3
# The hidden tests: (question, place among its tests, points).
TESTS = {
    "highest_rate": ("q1", 1, 1),
    "funnel": ("q1", 2, 1),
    "outside": ("q1", 3, 1),
    "log_star": ("q2", 1, 2),
    "log_star, extremes": ("q2", 2, 1),
    "log_likelihood": ("q3", 1, 1),
    "log_likelihood, other country": ("q3", 2, 1),
    "mean_hat": ("q4", 1, 1),
    "sd_hat": ("q4", 2, 1),
    "mean_dropped, mean_zeroed": ("q4", 3, 1),
    "rate_posterior": ("q5", 1, 1),
    "rate_posterior, sd": ("q5", 2, 1),
    "rate_posterior, other country": ("q5", 3, 1),
    "log_predictive": ("q6", 1, 1),
    "log_predictive, other country": ("q6", 2, 1),
    "score_gain": ("q6", 3, 1),
}
HEADS = {
    "funnel": "rate, exposure",
    "log_star": "shape, rate, exposure",
    "log_likelihood": "shape, rate, deaths, exposure",
    "rate_posterior": "shape, rate, deaths, exposure",
    "log_predictive": "later, shape, rate, deaths, exposure",
}

# Right functions, written otherwise than the solutions. They stand before the first question under the name `good_...`.
SETUP = """
import math
from scipy import integrate

def good_funnel(rate, exposure):
    def limit(mean, level):
        k = 0
        while stats.poisson.cdf(k, mean) < level:
            k += 1
        return k
    return [[limit(rate * x, level) / x for x in exposure] for level in (0.025, 0.975)]

def good_log_star(shape, rate, exposure, counts=(1, 2, 3, 4)):
    found = []
    for x in exposure:
        terms = [math.lgamma(shape + k) - math.lgamma(shape) - math.lgamma(k + 1)
                 - shape * math.log1p(x / rate) - k * math.log1p(rate / x) for k in counts]
        largest = max(terms)
        found.append(largest + math.log(math.fsum(math.exp(term - largest) for term in terms)))
    return found

def on_grid(shape, rate, y, x):
    # Rates, and the probability of each with what is printed about the county; the step is in the logarithm.
    rates = np.exp(np.linspace(-25, 9, 4001))
    counts = (1, 2, 3, 4) if np.isnan(y) else (y,)
    seen = sum(stats.poisson.pmf(k, x * rates) for k in counts)
    return rates, seen * stats.gamma.pdf(rates, shape, scale=1 / rate) * rates * 34 / 4000

def good_log_likelihood(shape, rate, deaths, exposure):
    return math.fsum(math.log(on_grid(shape, rate, y, x)[1].sum()) for y, x in zip(deaths, exposure))

def good_rate_posterior(shape, rate, deaths, exposure):
    means, sds = [], []
    for y, x in zip(deaths, exposure):
        rates, weight = on_grid(shape, rate, y, x)
        means.append(np.average(rates, weights=weight))
        sds.append(np.average((rates - means[-1]) ** 2, weights=weight) ** 0.5)
    return means, sds

def good_log_predictive(later, shape, rate, deaths, exposure):
    found = []
    for z, y, x in zip(later, deaths, exposure):
        rates, weight = on_grid(shape, rate, y, x)
        found.append(math.log(np.average(stats.poisson.pmf(z, x * rates), weights=weight)))
    return found

# Parts of wrong answers.
def at_mean(k, shape, rate, x):
    return stats.poisson.logpmf(k, x * shape / rate)

def negative_binomial(k, shape, rate, x):
    return stats.nbinom.logpmf(k, shape, rate / (rate + x))
"""


def of(name, body="return {}"):
    """A function of the student's; in its body, {} is the right function, called with the arguments."""
    called = f"good_{name}({HEADS[name]})"
    return f"def {name}({HEADS[name]}):\n    " + body.replace("{}", called).replace("\n", "\n    ") + "\n"


FUNCTIONS = {name: of(name) for name in HEADS}
STAR = "star = np.isnan(deaths)\n"
K = "k = np.arange(1, 5)[:, None]\n"
WEIGHT = STAR + K + "w = np.exp(negative_binomial(k, shape, rate, exposure)); w = w / w.sum(axis=0)\n"
MOMENTS = "mean, sd = np.array({})\n"
# (answer, what the student gave: a number or the body of a function, words of the message written for it)
WRONG = [
    ("highest_rate", "np.nanmax(deaths / exposure)", "printed counts alone"),
    ("highest_rate", "(np.where(hidden, 5, deaths) / exposure).max()", "five would be printed"),
    ("highest_rate", "(np.where(hidden, 2.5, deaths) / exposure).max()", "not the middle"),
    ("highest_rate", "4 * {highest_rate}", "The four years are missing"),
    ("highest_rate", "{highest_rate} / 1e5", "per person and year"),
    ("highest_rate", "4 * {highest_rate} / 1e5", "This is per person. Divide"),
    ("highest_rate", "4", "count in that county"),
    ("funnel", "return np.array({}) * exposure", "limits of the counts"),
    ("funnel", "return np.array({})[::-1]", "highest rates come first"),
    ("funnel", "s = 1.96 * np.sqrt(rate / exposure); return rate - s, rate + s", "normal approximation."),
    ("funnel", "s = 1.96 * np.sqrt(rate / exposure); return np.maximum(rate - s, 0), rate + s", "cut at"),
    ("funnel", "return stats.poisson.ppf([[0.05], [0.95]], rate * exposure) / exposure", "middle 90%"),
    ("funnel", "return stats.poisson.ppf([[0.025], [0.975]], rate) / exposure", "lacks the exposure"),
    ("funnel", "return good_funnel(globals()['total_deaths'] / globals()['exposure'].sum(), exposure)",
     "does not use the rate"),
    ("outside", "{outside} + hidden.sum()", "counts the stars"),
    ("outside", "(~hidden).sum() - {outside}", "inside the limits"),
    ("log_star", "return good_log_star(shape, rate, exposure, range(5))", "Zero is printed"),
    ("log_star", "return good_log_star(shape, rate, exposure, range(1, 4))", "stops at 3"),
    ("log_star", "return good_log_star(shape, rate, exposure, range(1, 6))", "count of 5 is printed"),
    ("log_star", "return np.exp({})", "asks for its logarithm"),
    ("log_star", "return np.log(1 - np.exp({}))", "any other count"),
    ("log_star", K + "return special.logsumexp(at_mean(k, shape, rate, exposure), axis=0)", "mean rate"),
    ("log_star", "return [good_log_star(shape, x, [rate])[0] for x in exposure]", "wrong way round"),
    ("log_star", "return good_log_star(shape, 1 / rate, exposure)", "took it for a scale"),
    ("log_star", K + "return negative_binomial(k, shape, rate, exposure).sum(axis=0)", "four logarithms"),
    ("log_star", K + "return negative_binomial(k, shape, rate, exposure).max(axis=0)", "largest of the"),
    ("log_star, extremes", K + "with np.errstate(divide='ignore'):\n"
     "    return np.log(np.exp(negative_binomial(k, shape, rate, exposure)).sum(axis=0))", "minus infinity"),
    ("log_likelihood", STAR + "return good_log_likelihood(shape, rate, deaths[~star], exposure[~star])",
     "counties with a star are missing"),
    ("log_likelihood", "return good_log_likelihood(shape, rate, np.nan_to_num(deaths), exposure)",
     "takes a star for a zero"),
    ("log_likelihood", "return {} + special.gammaln(deaths[~np.isnan(deaths)] + 1).sum()", "factorials"),
    ("log_likelihood", "return [good_log_likelihood(shape, rate, [y], [x]) " "for y, x in zip(deaths, exposure)]",
     "logarithm for each county"),
    ("log_likelihood", STAR + K + "return at_mean(deaths, shape, rate, exposure)[~star].sum() "
     "+ special.logsumexp(at_mean(k, shape, rate, exposure), axis=0)[star].sum()", "mean rate"),
    ("log_likelihood", STAR + K + "return stats.nbinom.logpmf(deaths, shape, exposure / (rate + "
     "exposure))[~star].sum() + special.logsumexp(stats.nbinom.logpmf(k, shape, exposure / (rate + "
     "exposure)), axis=0)[star].sum()", "wrong way round"),
    ("log_likelihood", "return good_log_likelihood(shape, 1 / rate, deaths, exposure)", "a scale"),
    ("log_likelihood", "return -{}", "minus the log likelihood"),
    ("log_likelihood", STAR + "return good_log_likelihood(shape, rate, deaths[~star], exposure[~star]) "
     "+ sum(good_log_star(shape, rate, exposure[star], range(5)))", "cannot be under a star"),
    ("log_likelihood", STAR + "return good_log_likelihood(shape, rate, deaths[~star], exposure[~star]) "
     "+ sum(good_log_star(shape, rate, exposure[star], range(1, 4)))", "stops at 3"),
    ("log_likelihood, other country", "d, x = globals()['deaths'], globals()['exposure']\n"
     "return good_log_likelihood(shape, rate, d, x)", "does not use the counts"),
    ("log_likelihood, other country", "return {} if (deaths >= 0).any() else 0.0", "not nothing"),
    ("mean_hat", "{mean_dropped}", "without the counties under a star"),
    ("mean_hat", "{mean_zeroed}", "stars for zeros"),
    ("mean_hat", "({mean_hat} / {sd_hat})**2", "This is the shape"),
    ("mean_hat", "{mean_hat} / {sd_hat}**2", "This is the rate of the Gamma"),
    ("mean_hat", "1 / {mean_hat}", "rate over shape"),
    ("mean_hat", "total_deaths / exposure.sum()", "weighs people"),
    ("sd_hat", "{sd_hat}**2", "Take its root"),
    ("sd_hat", "{sd_hat} / {mean_hat}", "relative to the mean"),
    ("sd_hat", "np.nanstd(deaths / exposure)", "raw rates"),
    ("sd_hat", "({mean_hat} / {sd_hat})**3 / {mean_hat}", "for a scale"),
    ("sd_hat", "{mean_hat}", "the mean of the rates"),
    ("mean_dropped, mean_zeroed", ("{mean_hat}", "{mean_zeroed}"),
     "mean_dropped: this is the mean with the stars modelled"),
    ("mean_dropped, mean_zeroed", ("{mean_zeroed}", "{mean_dropped}"),
     "mean_dropped: this is the mean with stars read"),
    ("mean_dropped, mean_zeroed", ("{mean_dropped}", "{mean_hat}"),
     "mean_zeroed: this is the mean with the stars modelled"),
    ("mean_dropped, mean_zeroed", ("{mean_dropped}", "{mean_dropped}"), "mean_zeroed: this is the mean without"),
    ("mean_dropped, mean_zeroed", ("np.nanmean(deaths / exposure)", "{mean_zeroed}"), "plain average of printed"),
    ("mean_dropped, mean_zeroed", ("{mean_dropped}", "np.nan_to_num(deaths / exposure).mean()"), "zero under a star"),
    ("rate_posterior", "return good_rate_posterior(shape, rate, np.nan_to_num(deaths), exposure)", "star for a zero"),
    ("rate_posterior", STAR + "y = np.where(star, 2.5, deaths)\n"
     "return (shape + y) / (rate + exposure), (shape + y)**0.5 / (rate + exposure)", "not equally probable"),
    ("rate_posterior", STAR + MOMENTS + "return np.where(star, shape / rate, mean), "
     "np.where(star, shape**0.5 / rate, sd)", "population's mean"),
    ("rate_posterior", STAR + K + "w = stats.poisson.pmf(k, exposure * shape / rate)\n"
     "y = np.where(star, (w * k).sum(axis=0) / w.sum(axis=0), deaths)\n"
     "return (shape + y) / (rate + exposure), good_rate_posterior(shape, rate, deaths, exposure)[1]",
     "Poisson distribution at the mean"),
    ("rate_posterior", MOMENTS + "return mean - 1 / (rate + exposure), sd", "modes"),
    ("rate_posterior", MOMENTS + "return mean * exposure, sd * exposure", "expected counts"),
    ("rate_posterior", "return good_rate_posterior(shape, 1 / rate, deaths, exposure)", "a scale"),
    ("rate_posterior", STAR + "k = np.arange(5)[:, None]\n"
     "w = np.exp(negative_binomial(k, shape, rate, exposure))\n"
     "y = np.where(star, (w * k).sum(axis=0) / w.sum(axis=0), deaths)\n" + MOMENTS +
     "return (shape + y) / (rate + exposure), sd", "cannot be under a star"),
    ("rate_posterior, sd", MOMENTS + "return mean, sd**2", "Take their roots"),
    ("rate_posterior, sd", WEIGHT + MOMENTS + "return mean, np.where(star, (w * (shape + k)).sum(axis=0)"
     "**0.5 / (rate + exposure), sd)", "root of the average variance"),
    ("rate_posterior, sd", WEIGHT + MOMENTS + "return mean, np.where(star, (w * (shape + k)**0.5)"
     ".sum(axis=0) / (rate + exposure), sd)", "average of the four standard deviations"),
    ("rate_posterior, sd", STAR + MOMENTS + "return mean, np.where(star, shape**0.5 / rate, sd)",
     "population's standard deviation"),
    ("rate_posterior, sd", STAR + MOMENTS + "return mean, np.where(star, (shape + 2.5)**0.5 / (rate + "
     "exposure), sd)", "middle of 1 to 4"),
    ("rate_posterior, sd", STAR + MOMENTS + "return mean, np.where(star, shape**0.5 / (rate + " "exposure), sd)",
     "star for a zero"),
    ("rate_posterior, other country",
     "return good_rate_posterior(shape, rate, globals()['deaths'], globals()['exposure'])",
     "does not use the counts"),
    ("log_predictive", "return np.exp({})", "asks for their logarithms"),
    ("log_predictive", "mean = np.array(good_rate_posterior(shape, rate, deaths, exposure)[0])\n"
     "return stats.poisson.logpmf(later, mean * exposure)", "rate is uncertain"),
    ("log_predictive", "return negative_binomial(later, shape, rate, exposure)", "a new county"),
    ("log_predictive", "return good_log_predictive(later, shape, rate, np.nan_to_num(deaths), exposure)",
     "star for a zero"),
    ("log_predictive", STAR + "y = np.where(star, 2.5, deaths)\n"
     "return negative_binomial(later, shape + y, rate + exposure, exposure)", "average the four"),
    ("log_predictive", WEIGHT + "each = negative_binomial(later, shape + k, rate + exposure, exposure)\n"
     "return np.where(star, (w * each).sum(axis=0), {})", "averaged logarithms"),
    ("log_predictive", STAR + "return np.where(star, negative_binomial(later, shape, rate, exposure), " "{})",
     "Under a star this is the prediction for a new county"),
    ("log_predictive", STAR + "y = np.where(star, 2.5, deaths)\n"
     "return negative_binomial(later, shape + y, rate + exposure, 2 * exposure)", "only its own"),
    ("log_predictive, other country",
     "return good_log_predictive(globals()['later'], shape, rate, globals()['deaths'], " "globals()['exposure'])",
     "does not use the counts"),
    ("score_gain", "stats.poisson.logpmf(later, total_deaths / exposure.sum() * exposure).sum()",
     "second prediction alone"),
    ("score_gain", "{score_gain} + stats.poisson.logpmf(later, total_deaths / exposure.sum() * exposure).sum()",
     "first prediction alone"),
    ("score_gain", "{score_gain} / 48", "average county"),
    ("score_gain", "-{score_gain}", "the sign is not"),
]  # fmt: skip
NUMBERS = ("highest_rate", "outside", "mean_hat", "sd_hat", "mean_dropped", "mean_zeroed", "score_gain")


def right_answers(data):
    """The right answers for a student's data, as text."""
    deaths, x, later = (np.array(data[name], dtype=float) for name in ("deaths", "exposure", "later"))
    star = np.isnan(deaths)
    common = data["total_deaths"] / x.sum()
    printed = [(y, common * size) for y, size in zip(deaths[~star], x[~star], strict=True)]

    def fit(counts, size):
        gone = np.isnan(counts)

        def loss(free):
            shape, rate = np.exp(free)
            p = rate / (rate + size)
            four = stats.nbinom.cdf(4, shape, p[gone]) - stats.nbinom.pmf(0, shape, p[gone])
            return -stats.nbinom.logpmf(counts[~gone], shape, p[~gone]).sum() - np.log(four).sum()

        return np.exp(optimize.minimize(loss, [1.0, 0.5], method="BFGS").x)

    shape, rate = fit(deaths, x)
    dropped, zeroed = fit(deaths[~star], x[~star]), fit(np.nan_to_num(deaths), x)
    space = {"np": np, "stats": stats}
    exec(SETUP, space)
    gain = math.fsum(space["good_log_predictive"](later, shape, rate, deaths, x))
    answers = {
        "highest_rate": max((4 if np.isnan(y) else y) / size for y, size in zip(deaths, x, strict=True)),
        "outside": sum(
            stats.poisson.cdf(y, mean) < 0.025 or (y > 0 and stats.poisson.cdf(y - 1, mean) >= 0.975)
            for y, mean in printed
        ),
        "mean_hat": shape / rate,
        "sd_hat": shape**0.5 / rate,
        "mean_dropped": dropped[0] / dropped[1],
        "mean_zeroed": zeroed[0] / zeroed[1],
        "score_gain": gain - math.fsum(stats.poisson.logpmf(later, common * x)),
    }
    assert set(answers) == set(NUMBERS)
    return {name: repr(float(value)) for name, value in answers.items()} | FUNCTIONS


class Classroom(ProblemSet):
    """What one class gets, its grader, and its right answers."""

    def __init__(self, folder, seed):
        super().__init__(NAME, folder, TESTS, seed, SETUP)
        self.answers = right_answers(self.data())


@pytest.fixture(scope="module")
def classrooms(tmp_path_factory):
    return {name: Classroom(tmp_path_factory.mktemp("class"), seed) for name, seed in CLASSES.items()}


@pytest.fixture(params=CLASSES)
def classroom(request, classrooms):
    return classrooms[request.param]


def test_students_get_what_a_state_publishes_and_nothing_else(classroom):
    """Not, above all, the true rates, nor the counts that are starred."""
    published = {"county", "people", "published", "total_deaths", "later"}
    assert classroom.given() == published | {"exposure", "deaths", "hidden"}


def test_points_and_minutes_add_up(classroom):
    classroom.adds_up(MANUAL)


def test_reference_solution_earns_full_marks(classroom, tmp_path):
    results = classroom.submit(builder.solution_notebook(SOURCE, classroom.seed), tmp_path)
    assert (results.total, results.possible) == (17, 17), results.summary()


def test_right_answers_found_another_way_earn_full_marks(classroom):
    results = classroom.try_out(classroom.answers)
    assert (results.total, results.possible) == (17, 17), results.summary()


def test_empty_notebook_earns_nothing(classroom):
    results = classroom.try_out({})
    assert (results.total, results.possible) == (0, 17)
    assert "There is no answer yet" in classroom.outcome(results, "sd_hat")[1]


def written(classroom, name, code):
    """A wrong answer as the student writes it: the body of a function, or a number with right ones in braces."""
    if name in HEADS:
        return of(name, code)
    return re.sub(r"\{(\w+)\}", lambda found: classroom.answers[found[1]], code)


@pytest.mark.parametrize("case", WRONG, ids=[f"{answer}-{message}" for answer, _, message in WRONG])
def test_wrong_answer_gets_the_message_written_for_it(case, classroom):
    answer, code, message = case
    names, codes = (answer.split(", "), code) if isinstance(code, tuple) else ([key(answer)], [code])
    codes = [written(classroom, name, text) for name, text in zip(names, codes, strict=True)]
    results = classroom.try_out(classroom.answers | dict(zip(names, codes, strict=True)), [TESTS[answer][0]])
    passed, said = classroom.outcome(results, answer)
    assert not passed
    assert message in said
    lost = classroom.lost(results)
    assert {key(name) for name in lost} == {key(answer)}, "it fails its own tests and no other"
    if answer.endswith(("extremes", "other country")):
        assert lost == {answer}, "what is right where most people look keeps those points"
    elif key(answer) == "rate_posterior":
        assert {answer, "rate_posterior, other country"} <= lost, "means or standard deviations may be right alone"
    else:
        assert lost == {name for name in TESTS if key(name) == key(answer)}, "what is wrong everywhere earns nothing"


def test_all_wrong_at_once_earns_nothing_and_says_nothing(classroom):
    zeros = {name: f"def {name}({head}):\n    return np.zeros(len(exposure))\n" for name, head in HEADS.items()}
    results = classroom.try_out(dict.fromkeys(NUMBERS, "0.5") | zeros)
    assert results.total == 0
    said = "\n".join(classroom.outcome(results, name)[1] for name in TESTS)
    for name in NUMBERS:
        assert f"{float(classroom.answers[name]):.3f}" not in said


BAD = ["None", "'about six'", "float('nan')", "float('inf')", "np.zeros(4)", "6.5j", "object()", "{}", "[[1], [2, 3]]"]
BAD_BODIES = {
    "raise ValueError('no idea')": "ValueError: no idea",
    "return None": "",
    "return 'much'": "",
    "return object()": "",
    "return np.nan": "",
    "return [np.nan] * len(exposure)": "",
    "return {'a': 1}": "",
    "import sys; sys.exit(0)": "SystemExit",
    "return [[0.1, 0.2], [0.3]]": "",
}


@pytest.mark.parametrize("bad", BAD)
def test_bad_number_fails_with_a_message_and_nothing_else_does(bad, classrooms):
    classroom = classrooms["a class's"]
    results = classroom.try_out(classroom.answers | dict.fromkeys(NUMBERS, bad), ["q1", "q4"])
    assert results.total == TESTS["funnel"][2] and results.possible == 6
    for name in classroom.lost(results):
        said = classroom.outcome(results, name)[1].partition("AssertionError: ")[2]
        assert re.match(r"The answer (should|holds|cannot)|There is no answer|Not right yet|mean_", said), said


@pytest.mark.parametrize(("body", "message"), BAD_BODIES.items(), ids=BAD_BODIES)
def test_bad_function_fails_with_a_message_and_nothing_else_does(body, message, classrooms):
    classroom = classrooms["the book's"]
    questions = ["q1", "q2", "q3", "q5"]
    spoilt = {name: of(name, body) for name in HEADS if name != "log_predictive"}
    results = classroom.try_out(classroom.answers | spoilt, questions)
    assert {key(name) for name in classroom.lost(results)} == set(spoilt), results.summary()
    assert (results.total, results.possible) == (2, 11)
    for name in classroom.lost(results):
        assert message in classroom.outcome(results, name)[1]


def test_function_that_never_ends_is_stopped(classrooms):
    classroom = classrooms["the book's"]
    results = classroom.try_out(classroom.answers | {"log_star": of("log_star", "while True: pass")}, ["q2"], seconds=1)
    assert results.total == 0 and "had not finished" in classroom.outcome(results, "log_star")[1]


def test_function_that_changes_its_arguments_is_no_trap(classroom):
    spoil = "\nexposure[:] = 1.0\nreturn answer"
    more = "\ndeaths[:] = 0.0" + spoil
    functions = {name: of(name, "answer = {}" + (more if "deaths" in head else spoil)) for name, head in HEADS.items()}
    assert classroom.try_out(classroom.answers | functions, ["q1", "q2", "q3", "q5"]).total == 11


def test_function_that_remembers_the_books_country_fails_elsewhere(classrooms):
    """A table of right answers, copied from another class, earns nothing; right functions are right in every class."""
    for one, other in (classrooms.values(), reversed(classrooms.values())):
        results = one.try_out(other.answers)
        assert {key(name) for name in one.lost(results)} >= set(NUMBERS) - {"outside", "mean_zeroed"}
        assert not any(key(name) in HEADS for name in one.lost(results))
        space = other.data()
        exec(SETUP, space)
        copied = space["good_log_star"](3.7, 1.4, space["exposure"])
        results = one.try_out(one.answers | {"log_star": of("log_star", f"return {copied}[:len(exposure)]")}, ["q2"])
        assert results.total == 0


ATTACK = """
import lib.checks
lib.checks.diagnose = lambda *a, **k: ""
diagnose = grade = attempt = guard = row = bounded = away = lambda *a, **k: ""
deaths, exposure, later, total_deaths = np.zeros(48), np.ones(48), np.zeros(48), 0
np.allclose = np.isclose = lambda *a, **k: True
"""


def test_attack_earns_nothing(classrooms, tmp_path):
    classroom = classrooms["a class's"]
    wrong = dict.fromkeys(NUMBERS, "0.5") | {name: of(name, "return np.zeros(len(exposure))") for name in HEADS}
    results = classroom.submit(classroom.fill_in(wrong, before=ATTACK), tmp_path)
    assert (results.total, results.possible) == (0, 17), results.summary()


def test_notebook_of_another_class_fails(classrooms, tmp_path):
    """Handed in whole, with the other class's data in it: the grader has its own. Its functions are right."""
    one, other = classrooms.values()
    results = one.submit(builder.solution_notebook(SOURCE, other.seed), tmp_path)
    assert one.lost(results) == {name for name in TESTS if key(name) in NUMBERS}
    assert results.total == 11


# The data


def test_seed_makes_the_data(classrooms):
    one, other = (classroom.data() for classroom in classrooms.values())
    for name in ("people", "later"):
        assert one[name].shape == (48,) and not np.array_equal(one[name], other[name])
    cells = [[cell.source for cell in builder.read(SOURCE, seed).cells] for seed in (20270215, 20270215, 20270216)]
    assert cells[0] == cells[1] != cells[2]


def drawn(seed):
    """The truth behind a seed, from the cell that stays with the instructor."""
    [cell] = [cell.source for cell in builder.read(SOURCE, seed).cells if "seed" in builder.tags(cell)]
    space = {}
    exec(cell, space)
    return space["country"](space["SEED"])


def test_stars_stand_for_1_to_4_and_nothing_else(classroom):
    _, true_rate, true_deaths, _ = drawn(classroom.seed)
    data = classroom.data()
    assert len(set(data["county"])) == len(data["published"]) == 48
    for text, count, value in zip(data["published"], true_deaths, data["deaths"], strict=True):
        assert (text == "*") == (1 <= count <= 4) == math.isnan(value)
        assert text == "*" or int(text) == count == value
    assert data["total_deaths"] == true_deaths.sum()
    assert data["exposure"] == pytest.approx([people / 25_000 for people in data["people"]])
    assert np.corrcoef(data["later"], true_rate * data["exposure"])[0, 1] > 0.95


def test_every_country_is_as_the_note_for_the_instructor_says():
    """Stars are many, zeros are there, a star may top the list, and eight printed counties lie outside the funnel."""
    for seed in range(400):
        _, _, deaths, data = drawn(seed)
        years = 4 * data["people"] / 1e5
        star = (deaths >= 1) & (deaths <= 4)
        below = stats.poisson.cdf(deaths, years * deaths.sum() / years.sum())
        above = stats.poisson.sf(deaths - 1, years * deaths.sum() / years.sum())
        assert 12 <= star.sum() <= 22 and (deaths == 0).sum() >= 3, seed
        assert star[(np.where(star, 4, deaths) / years).argmax()], seed
        # A count is below its limit if as few or fewer have a probability under 1/40, and above likewise.
        assert ((np.minimum(below, above) < 0.025) & ~star).sum() >= 8, seed


def test_countries_are_drawn_from_the_population_that_they_are_said_to_be():
    """Truth over many seeds: standardised rates have mean 1, and counts have the rate's expectation."""
    ratios, spreads, z = [], [], []
    for seed in range(60):
        (shape, mean), true_rate, true_deaths, data = drawn(seed)
        ratios.append(true_rate.mean() / mean)
        spreads.append(true_rate.var() / (mean**2 / shape))
        expected = 4 * data["people"] / 1e5 * true_rate
        z.append((data["later"] - expected).sum() / math.sqrt(expected.sum()))
    # The countries are not all that are drawn: some are drawn again. That moves neither by much.
    assert np.mean(ratios) == pytest.approx(1, abs=5 * np.std(ratios) / math.sqrt(60))
    assert np.mean(spreads) == pytest.approx(1, abs=5 * np.std(spreads) / math.sqrt(60))
    assert abs(np.mean(z)) < 5 / math.sqrt(60)


# The grader


@pytest.fixture(scope="module")
def grader(classrooms):
    space = {}
    exec(classrooms["the book's"].test_files["q6"].split("\nname = ")[0].split("from otter")[0], space)
    return space


@pytest.mark.parametrize("x", [0.02, 0.4, 3.0, 25.0])
def test_grader_agrees_with_brute_force(x, grader):
    """Four Poisson counts added up, and the rate integrated out by quadrature: no negative binomial anywhere."""
    shape, rate = 2.3, 0.7

    def over_rates(of_rate):
        return integrate.quad(lambda lam: of_rate(lam) * stats.gamma.pdf(lam, shape, scale=1 / rate), 0, 60, limit=200)[
            0
        ]

    def star(value):
        return sum(math.exp(-x * value) * (x * value) ** k / math.factorial(k) for k in (1, 2, 3, 4))

    chance = over_rates(star)
    first, second = (over_rates(lambda value, n=n: star(value) * value**n) / chance for n in (1, 2))
    ahead = over_rates(lambda value: star(value) * math.exp(-x * value)) / chance
    given = np.array([np.nan]), np.array([x])
    assert grader["starred"](shape, rate, np.array([x]))[0] == pytest.approx(math.log(chance), rel=1e-7)
    assert grader["table_terms"](shape, rate, *given)[0] == pytest.approx(math.log(chance), rel=1e-7)
    assert grader["moments"](shape, rate, *given)[:, 0] == pytest.approx(
        [first, math.sqrt(second - first**2)], rel=1e-6
    )
    assert grader["ahead"]([0], shape, rate, *given)[0] == pytest.approx(math.log(ahead), rel=1e-6)


@pytest.mark.parametrize("x", [Fraction(1, 10_000), Fraction(100_000), Fraction(10**9)])
def test_grader_agrees_with_fractions_at_the_extremes(x, grader):
    """With a whole shape, the probability of a star is a fraction: no rounding, no underflow."""
    p = 130 / (130 + x)
    chance = sum(math.comb(399 + k, k) * p**400 * (1 - p) ** k for k in (1, 2, 3, 4))
    exact = math.log(chance.numerator) - math.log(chance.denominator)
    assert grader["starred"](400.0, 130.0, np.array([float(x)]))[0] == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_solutions_are_right_for_many_seeds(seed):
    """The hidden tests on the reference solution, and its numbers against those found in another way."""
    solution = pass_hidden_tests(SOURCE, seed, len(TESTS))
    for name, value in right_answers(solution).items():
        if name in NUMBERS:
            assert solution[name] == pytest.approx(float(value), rel=5e-4), name


# The instructor's edition


def test_instructor_edition_belongs_to_the_seed(classroom):
    notebook = builder.instructor_notebook(SOURCE, classroom.seed)
    text = "\n".join(cell.source for cell in notebook.cells)
    if classroom.seed is not None:
        assert f"SEED = {classroom.seed}\n" in text
    assert builder.assignment("people", classroom.data()["people"]) in text


def test_instructor_table_shows_truth_and_fits(classroom, capsys):
    space = {}
    for cell in builder.instructor_notebook(SOURCE, classroom.seed).cells:
        if cell.cell_type == "code" and "misconceptions(" not in cell.source and "IPython" not in cell.source:
            if "truth = pd.DataFrame(" in cell.source:
                table = cell.source
            else:
                exec(cell.source, space)
    *lines, last = table.strip().splitlines()
    exec("\n".join(lines), space)
    (shape, mean), _, true_deaths, _ = drawn(classroom.seed)
    said = capsys.readouterr().out
    assert f"rates in truth: mean {mean:.2f}, spread {mean / math.sqrt(shape):.2f}" in said
    assert f"stars modelled: mean {float(classroom.answers['mean_hat']):.2f}" in said
    shown = eval(last, space)
    assert 10 <= len(shown) <= 25 and set(shown["deaths in truth"]) <= set(true_deaths)
    assert (shown["printed"].tail(5) == "*").all() and (shown["raw rate"].head(5) > 0).all()


def test_seed_stays_with_the_instructor(classroom):
    secret = str(classroom.seed or re.search(r"^SEED = (\d+)$", SOURCE.read_text(), re.M)[1])
    assert not any(secret in cell.source for cell in classroom.student.cells)
    for path in classroom.built.joinpath("student").rglob("*.ipynb"):
        text = nbformat.writes(nbformat.read(path, as_version=4))
        assert not any(piece in text for piece in ("default_rng", "SEED", "def generate", "def country"))
    for text in classroom.test_files.values():
        assert "def country" not in text and "true_rate" not in text
