"""Problem set 2: any right sampler earns full marks, each wrong one fails and is told why, and nothing leaks.

What all problem sets share (the builder, the guard, downloads) is tested in `test_problem_sets.py`.
"""

import re
from functools import partial

import numpy as np
import pytest
from problem_set_tools import builder, outcome
from scipy import integrate, stats

NAME = "sampling"
SOURCE = builder.SOURCES / f"{NAME}.md"
AUTOMATIC, MANUAL = 17, 3
# The hidden tests: (question, place among its tests, points).
TESTS = {
    "theta_given": ("q1", 1, 3),
    "mu_given": ("q1", 2, 2),
    "sigma2_given": ("q2", 1, 2),
    "sweep": ("q3", 1, 2),
    "sweep, from afar": ("q3", 2, 2),
    "step_tau": ("q4", 1, 2),
    "step_tau, from afar": ("q4", 2, 2),
    "tau_draws": ("q5", 1, 1),
    "diagnostics": ("q5", 2, 1),
}

# Right answers, written otherwise than the solution.
THETA = """
def theta_given(mu, sigma2, tau, n, ybar):
    weight = tau**2 / (tau**2 + sigma2 / n)
    return [weight * ybar + (1 - weight) * mu, weight * sigma2 / n]
"""
MU = """
def mu_given(theta, tau):
    weight = MU_SD**2 / (MU_SD**2 + tau**2 / theta.size)
    return weight * theta.mean() + (1 - weight) * MU_MEAN, weight * tau**2 / theta.size
"""
SIGMA2 = """
def sigma2_given(theta, n, ybar, within):
    a, b = SIGMA2_SHAPE, SIGMA2_SCALE + within / 2
    for size, mean, value in zip(n, ybar, theta):
        a, b = a + size / 2, b + size * (mean - value) ** 2 / 2
    return np.array([a, b])
"""
SWEEP = """
def sweep(theta, mu, sigma2, tau, n, ybar, within, rng):
    mean, variance = theta_given(mu, sigma2, tau, n, ybar)
    theta = np.array(mean) + np.sqrt(variance) * rng.standard_normal(len(n))
    mean, variance = mu_given(theta, tau)
    mu = mean + variance**0.5 * rng.standard_normal()
    a, b = sigma2_given(theta, n, ybar, within)
    return theta, mu, 1 / rng.gamma(a, 1 / b)
"""
STEP = """
def step_tau(tau, theta, mu, step, rng):
    def log_density(tau):
        return stats.norm.logpdf(theta, mu, tau).sum() + stats.norm.logpdf(tau, 0, TAU_SCALE)
    proposal = np.exp(np.log(tau) + step * rng.standard_normal())
    ratio = np.exp(log_density(proposal) - log_density(tau)) * proposal / tau
    return proposal if rng.random() < ratio else tau
"""
SETUP = """
def run_chains(draws=2500, warmup=300, step=0.9, seed=3):
    rng = np.random.default_rng(seed)
    chains = []
    for start in (0.5, 2.0, 5.0, 20.0):
        theta, mu, sigma2, tau = ybar + start, 50 - start, start, start
        kept = []
        for i in range(-warmup, draws):
            theta, mu, sigma2 = sweep(theta, mu, sigma2, tau, n, ybar, within, rng)
            tau = step_tau(tau, theta, mu, step, rng)
            if i >= 0:
                kept.append(tau)
        chains.append(kept)
    return np.array(chains)
import arviz as az
"""
RIGHT = {
    "theta_given": THETA,
    "mu_given": MU,
    "sigma2_given": SIGMA2,
    "sweep": SWEEP,
    "step_tau": STEP,
    "tau_draws": "run_chains()",
    "tau_rhat": "float(az.rhat(tau_draws))",
    "tau_ess": "np.float64(az.ess(tau_draws))",
}

outcome = partial(outcome, TESTS)

HEAD = "def sweep(theta, mu, sigma2, tau, n, ybar, within, rng):\n"


def of(body, head=HEAD):
    return head + "".join(f"    {line}\n" for line in body.strip().split("\n"))


# Other right sweeps: any order, any parametrisation, any kernel.
DRAW_THETA = "v = 1 / (n / sigma2 + 1 / tau**2); theta = rng.normal(v * (n * ybar / sigma2 + mu / tau**2), v**0.5)\n"
DRAW_MU = "v = 1 / (len(n) / tau**2 + 1 / 9); mu = rng.normal(v * (theta.sum() / tau**2 + 50 / 9), v**0.5)\n"
DRAW_SIGMA2 = "sigma2 = (10 + (within + (n * (ybar - theta)**2).sum()) / 2) / rng.gamma(3 + n.sum() / 2)\n"
END = "return theta, mu, sigma2"
RIGHT_SWEEPS = {
    "another order": DRAW_SIGMA2 + DRAW_MU + DRAW_THETA + END,
    "a random order": """
todo = ["theta", "mu", "sigma2"]
rng.shuffle(todo)
for name in todo:
    if name == "theta":
        """ + DRAW_THETA + """
    elif name == "mu":
        """ + DRAW_MU + """
    else:
        """ + DRAW_SIGMA2 + END,
    "mu with theta integrated out": "p = 1 / (tau**2 + sigma2 / n); v = 1 / (p.sum() + 1 / 9)\n"
    "mu = rng.normal(v * ((p * ybar).sum() + 50 / 9), v**0.5)\n" + DRAW_THETA + DRAW_SIGMA2 + END,
    "one theta at a time, and each twice": """
theta = np.array(theta)
for _ in range(2):
    for j in range(len(n)):
        v = 1 / (n[j] / sigma2 + 1 / tau**2)
        theta[j] = rng.normal(v * (n[j] * ybar[j] / sigma2 + mu / tau**2), v**0.5)
""" + DRAW_MU + DRAW_SIGMA2 + END,
    "not centred": DRAW_THETA + """eta = (theta - mu) / tau
v = 1 / ((n / sigma2).sum() + 1 / 9)
mu = rng.normal(v * ((n * (ybar - tau * eta)).sum() / sigma2 + 50 / 9), v**0.5)
theta = mu + tau * eta
""" + DRAW_MU + DRAW_SIGMA2 + END,
    "Metropolis for sigma2": DRAW_THETA + DRAW_MU + """
b = 10 + (within + (n * (ybar - theta)**2).sum()) / 2; a = 3 + n.sum() / 2
for _ in range(3):
    new = sigma2 * np.exp(0.6 * rng.normal())
    if np.log(rng.random()) < -a * np.log(new / sigma2) - b / new + b / sigma2:
        sigma2 = new
""" + END,
}  # fmt: skip
# Wrong sweeps, and words of the message that each gets: what the first test says.
WRONG_SWEEPS = {
    "sigma for its square": (DRAW_THETA.replace("sigma2", "sigma2**0.5") + DRAW_MU + DRAW_SIGMA2 + END, "data's part"),
    "n forgotten": (DRAW_THETA.replace("n / sigma2", "1 / sigma2").replace("n * ybar", "ybar") + DRAW_MU + DRAW_SIGMA2
                    + END, "lie around the laboratories' means"),
    "no population": ("theta = rng.normal(ybar, (sigma2 / n)**0.5)\n" + DRAW_MU + DRAW_SIGMA2 + END, "population"),
    "no data": ("theta = rng.normal(mu, tau, len(n))\n" + DRAW_MU + DRAW_SIGMA2 + END, "the data's part"),
    "the prior of mu forgotten": (DRAW_THETA + "mu = rng.normal(theta.mean(), tau / len(n)**0.5)\n" + DRAW_SIGMA2 + END,
                                  "the prior's part in the draw of mu"),
    "a variance for a standard deviation": (DRAW_THETA + DRAW_MU.replace("v**0.5", "v") + DRAW_SIGMA2 + END, "mu"),
    "rate for scale": (DRAW_THETA + DRAW_MU + DRAW_SIGMA2.replace("rng.gamma(3 + n.sum() / 2)",
                       "1 * rng.gamma(3 + n.sum() / 2)").replace("(10 +", "1 / (10 +").replace(") / 1 *", ") *") + END,
                       "sigma2"),
    "laboratories for measurements": (DRAW_THETA + DRAW_MU + DRAW_SIGMA2.replace("n.sum() / 2", "len(n) / 2") + END,
                                      "sigma2"),
    "within forgotten": (DRAW_THETA + DRAW_MU + DRAW_SIGMA2.replace("within + ", "") + END, "sigma2"),
    "theta forgotten in sigma2": (DRAW_THETA + DRAW_MU + DRAW_SIGMA2.replace("within + (n * (ybar - theta)**2).sum()",
                                  "within") + END, "sigma2"),
    "sigma2 about mu": (DRAW_THETA + DRAW_MU + DRAW_SIGMA2.replace("ybar - theta", "ybar - mu") + END, "sigma2"),
    "the prior of sigma2 forgotten": (DRAW_THETA + DRAW_MU + DRAW_SIGMA2.replace("10 + ", "0 + ").replace("3 + ", "")
                                      + END, "sigma2"),
    "sigma for sigma2 returned": (DRAW_THETA + DRAW_MU + DRAW_SIGMA2 + "return theta, mu, sigma2**0.5", "sigma2"),
    "all from old values": ("old = theta, mu, sigma2\n" + DRAW_THETA + "new = theta; theta = old[0]\n" + DRAW_MU
                            + DRAW_SIGMA2 + "return new, mu, sigma2", "newest values"),
    "means without noise": (DRAW_THETA.replace("rng.normal(", "(").replace(", v**0.5)", ")") + DRAW_MU + DRAW_SIGMA2
                            + END, "theta"),
    "tau not squared": (DRAW_THETA.replace("tau**2", "tau") + DRAW_MU + DRAW_SIGMA2 + END, "theta"),
}  # fmt: skip
STUCK_SWEEPS = {
    "nothing moves": END,
    "mu is left out": DRAW_THETA + DRAW_SIGMA2 + END,
    "sigma2 is left out": DRAW_THETA + DRAW_MU + END,
    "theta is left out": DRAW_MU + DRAW_SIGMA2 + END,
}

STEP_HEAD = "def step_tau(tau, theta, mu, step, rng):\n"
DENSITY = "f = lambda t: -len(theta) * np.log(t) - ((theta - mu)**2).sum() / (2 * t**2) - t**2 / 50\n"
WALK = "new = tau * np.exp(step * rng.normal())\n"
ACCEPT = "return new if np.log(rng.random()) < f(new) - f(tau) + np.log(new / tau) else tau"
RIGHT_STEPS = {
    "a walk on tau": DENSITY + "new = tau + 2 * step * rng.normal()\n"
    "return new if new > 0 and np.log(rng.random()) < f(new) - f(tau) else tau",
    "a walk reflected at zero": DENSITY + "new = abs(tau + 2 * step * rng.normal())\n"
    "return new if np.log(rng.random()) < f(new) - f(tau) else tau",
    "proposals from the prior": "f = lambda t: -len(theta) * np.log(t) - ((theta - mu)**2).sum() / (2 * t**2)\n"
    "new = abs(rng.normal(0, 5))\nreturn new if np.log(rng.random()) < f(new) - f(tau) else tau",
    "two steps": DENSITY + "for _ in range(2):\n    " + WALK
    + "    tau = new if np.log(rng.random()) < f(new) - f(tau) + np.log(new / tau) else tau\nreturn tau",
}  # fmt: skip
WRONG_STEPS = {
    "no Jacobian": (DENSITY + WALK + ACCEPT.replace(" + np.log(new / tau)", ""), "Jacobian"),
    "the Jacobian upside down": (DENSITY + WALK + ACCEPT.replace("new / tau", "tau / new"), "Jacobian"),
    "no prior": (DENSITY.replace(" - t**2 / 50", "") + WALK + ACCEPT, "prior"),
    "a prior of variance 5": (DENSITY.replace("/ 50", "/ 10") + WALK + ACCEPT, "prior"),
    "no power of tau": (DENSITY.replace("-len(theta) * np.log(t) ", "") + WALK + ACCEPT, "tau^-J"),
    "one power of tau": (DENSITY.replace("-len(theta) * np.log(t)", "-np.log(t)") + WALK + ACCEPT, "tau^-J"),
    "the ratio upside down": (DENSITY + WALK + ACCEPT.replace("f(new) - f(tau)", "f(tau) - f(new)"), "tau"),
    "no half": (DENSITY.replace("(2 * t**2)", "t**2") + WALK + ACCEPT, "tau"),
    "tau for its square": (DENSITY.replace("2 * t**2", "2 * t") + WALK + ACCEPT, "tau"),
    "always accepted": (WALK + "return new", "tau"),
    "better ones alone": (DENSITY + WALK + ACCEPT.replace("np.log(rng.random()) <", "0 <"), "tau"),
    "log(tau) returned": (DENSITY + WALK + ACCEPT.replace("return new", "return abs(np.log(new))"), "tau"),
}  # fmt: skip


@pytest.fixture
def try_out(problem_set):
    """Grade answers in this process, without running the chains of question 5 where nobody looks at them."""

    def run(answers, questions=problem_set.questions):
        if "q5" not in questions:
            answers = {name: code for name, code in answers.items() if not name.startswith("tau_")}
        return problem_set.try_out(answers, questions)

    return run


def test_points_and_minutes_add_up(problem_set):
    problem_set.adds_up(MANUAL)


def test_table_and_data_agree(student):
    text = "\n".join(cell.source for cell in student.cells)
    table = {
        name: [float(x) for x in row.split(",")] for name, row in re.findall(r"^\| (\w+) \| ([\d, ]+) \|$", text, re.M)
    }
    space = {}
    exec(next(cell.source for cell in student.cells if "measurements = [" in cell.source), space)
    assert dict(zip(space["laboratory"], space["measurements"], strict=True)) == table


def test_reference_solution_earns_full_marks(problem_set, tmp_path):
    results = problem_set.submit(builder.solution_notebook(SOURCE), tmp_path)
    assert (results.total, results.possible) == (AUTOMATIC, AUTOMATIC), results.summary()


def test_right_answers_found_another_way_earn_full_marks(try_out):
    results = try_out(RIGHT)
    assert (results.total, results.possible) == (AUTOMATIC, AUTOMATIC), results.summary()


def test_empty_notebook_earns_nothing(problem_set, tmp_path):
    results = problem_set.submit(problem_set.student, tmp_path)
    assert (results.total, results.possible) == (0, AUTOMATIC)


WRONG = [
    ("theta_given", THETA.replace("weight * sigma2 / n]", "np.sqrt(weight * sigma2 / n)]"), "standard deviations"),
    ("theta_given", THETA.replace("sigma2 / n", "np.sqrt(sigma2) / n"), "You used sigma where"),
    ("theta_given", THETA.replace("tau**2", "tau"), "You used tau where"),
    ("theta_given", THETA.replace(" / n", "+ 0 * n"), "you left n out"),
    ("theta_given", THETA.replace("tau**2 / (tau**2 + sigma2 / n)", "1"), "population is missing"),
    ("mu_given", MU.replace("MU_SD**2", "1e9"), "prior of mu is missing"),
    ("mu_given", MU.replace("tau**2", "tau"), "You used tau where"),
    ("mu_given", MU.replace(
        "weight * tau**2 / theta.size", "(weight * tau**2 / theta.size) ** 0.5"), "this is a standard deviation"),
    ("sigma2_given", SIGMA2.replace("size * (mean", "(mean"), "you left n out"),
    ("sigma2_given", SIGMA2.replace(" + within / 2", ""), "lacks the scatter within"),
    ("sigma2_given", SIGMA2.replace("a + size / 2", "a + 1 / 2"), "count the measurements"),
]  # fmt: skip


@pytest.mark.parametrize("case", WRONG, ids=[f"{answer}-{message}" for answer, _, message in WRONG])
def test_wrong_conditional_gets_the_message_written_for_it(case, try_out):
    answer, code, message = case
    passed, said = outcome(try_out(RIGHT | {answer: code}, ["q1", "q2"]), answer)
    assert not passed and message in said


@pytest.mark.parametrize("name", RIGHT_SWEEPS)
def test_any_right_sweep_passes(name, try_out):
    results = try_out(RIGHT | {"sweep": of(RIGHT_SWEEPS[name])}, ["q3"])
    assert results.total == 4, results.summary()


@pytest.mark.parametrize("name", WRONG_SWEEPS)
def test_wrong_sweep_earns_nothing_and_is_told_where_to_look(name, try_out):
    body, message = WRONG_SWEEPS[name]
    results = try_out(RIGHT | {"sweep": of(body)}, ["q3"])
    passed, said = outcome(results, "sweep")
    assert not passed and "does not stay" in said and message in said, said
    assert results.total == 0, results.summary()


@pytest.mark.parametrize("name", STUCK_SWEEPS)
def test_sweep_that_leaves_something_out_does_not_get_there(name, try_out):
    results = try_out(RIGHT | {"sweep": of(STUCK_SWEEPS[name])}, ["q3"])
    passed, said = outcome(results, "sweep, from afar")
    assert not passed and "does not get there" in said


@pytest.mark.parametrize("name", RIGHT_STEPS)
def test_any_right_step_passes(name, try_out):
    results = try_out(RIGHT | {"step_tau": of(RIGHT_STEPS[name], STEP_HEAD)}, ["q4"])
    assert results.total == 4, results.summary()


@pytest.mark.parametrize("name", WRONG_STEPS)
def test_wrong_step_earns_nothing_and_is_told_where_to_look(name, try_out):
    body, message = WRONG_STEPS[name]
    results = try_out(RIGHT | {"step_tau": of(body, STEP_HEAD)}, ["q4"])
    passed, said = outcome(results, "step_tau")
    assert not passed and message in said, said
    assert results.total == 0, results.summary()


def test_step_that_does_nothing_does_not_get_there(try_out):
    results = try_out(RIGHT | {"step_tau": of("return tau", STEP_HEAD)}, ["q4"])
    assert not outcome(results, "step_tau, from afar")[0]


@pytest.mark.parametrize(
    ("answers", "test", "message"),
    [
        ({"tau_draws": "run_chains()**2"}, "tau_draws", "not that of the posterior"),
        ({"tau_draws": "run_chains(warmup=0) + np.array([[0], [0], [0], [9]])"}, "diagnostics", "not within 2% of 1"),
        ({"tau_draws": "run_chains(draws=1000, step=0.02)"}, "diagnostics", "R-hat|fewer than 400"),
        ({"tau_draws": "np.ones(2000)", "tau_rhat": "1.0", "tau_ess": "900.0"}, "tau_draws", "shape"),
        ({"tau_draws": "'many'", "tau_rhat": "1.0", "tau_ess": "900.0"}, "tau_draws", "array of numbers"),
        ({"tau_rhat": "2.0"}, "diagnostics", "Not right yet"),
        ({"tau_ess": "tau_draws.size"}, "diagnostics", "number of draws that you kept"),
        ({"tau_ess": "az.ess(tau_draws[:1])"}, "diagnostics", "first chain alone"),
        ({"step_tau": of(WRONG_STEPS["no Jacobian"][0], STEP_HEAD)}, "tau_draws", "not that of the posterior"),
    ],
)
def test_wrong_run_is_found(answers, test, message, try_out):
    passed, said = outcome(try_out(RIGHT | answers, ["q5"]), test)
    assert not passed and re.search(message, said), said


BAD_FUNCTIONS = {
    "raise ValueError('no idea')": "ValueError: no idea",
    "return None": "should return",
    "return 'a', 'b', 'c'": "should return",
    "return theta * np.nan, mu, sigma2": "all finite",
    "import sys; sys.exit(0)": "SystemExit",
}


@pytest.mark.parametrize(("body", "message"), BAD_FUNCTIONS.items(), ids=BAD_FUNCTIONS)
def test_bad_function_fails_with_a_message(body, message, try_out):
    results = try_out(RIGHT | {"sweep": of(body)}, ["q3"])
    assert results.total == 0
    assert message in outcome(results, "sweep")[1]


def test_quadrature_of_the_grader_agrees_with_another(problem_set):
    """The grader sums over a grid with mu and theta integrated out by matrices; here they are integrated one by one."""
    space = {}
    exec(problem_set.test_files["q3"].split("\nname = ")[0].split("from otter")[0], space)
    n, ybar, within = space["n"], space["ybar"], space["within"]

    def log_density(mu, sigma2, tau):
        means = stats.norm.logpdf(ybar, mu, np.sqrt(tau**2 + sigma2 / n)).sum()
        scatter = stats.gamma.logpdf(within, (n.sum() - n.size) / 2, scale=2 * sigma2)
        return means + scatter + stats.norm.logpdf(mu, 50, 3) + stats.invgamma.logpdf(sigma2, 3, scale=10)

    mus, variances = np.linspace(40, 60, 81), np.exp(np.linspace(-0.5, 4, 81))
    weight = np.exp([[log_density(mu, v, 3.0) for v in variances] for mu in mus]) * variances
    weight /= weight.sum()
    found = space["posterior_given"](3.0)
    assert found["mu"][0] == pytest.approx((weight.sum(axis=1) * mus).sum(), rel=1e-5)
    assert found["log(sigma2)"][0] == pytest.approx((weight.sum(axis=0) * np.log(variances)).sum(), rel=1e-3)
    shrink = 9 / (9 + variances / n[0])
    theta = (weight * (shrink * ybar[0] + (1 - shrink) * mus[:, np.newaxis])).sum()
    assert found["theta in Ash"][0] == pytest.approx(theta, rel=1e-5)

    squares = ((ybar - 51) ** 2).sum()
    density = lambda tau: tau**-n.size * np.exp(-squares / (2 * tau**2) - tau**2 / 50)  # noqa: E731
    total = integrate.quad(density, 0.1, 60)[0]
    mean = integrate.quad(lambda tau: np.log(tau) * density(tau), 0.1, 60)[0] / total
    assert space["tau_given_theta"]()["log(tau)"][0] == pytest.approx(mean, rel=1e-6)

    taus = np.exp(np.linspace(-2, 3.2, 40))
    by_tau = [np.sum([[np.exp(log_density(mu, v, t)) * v for v in variances[::4]] for mu in mus[::4]]) for t in taus]
    by_tau = np.array(by_tau) * stats.norm.pdf(taus, 0, 5) * taus
    assert space["tau_posterior"]()[0] == pytest.approx((by_tau * np.log(taus)).sum() / by_tau.sum(), abs=2e-3)


def hidden(problem_set):
    """What the hidden tests of the sweep are made of."""
    space = {}
    exec(problem_set.test_files["q3"].split("\nname = ")[0].split("from otter")[0], space)
    return space


def fails(test, *arguments):
    try:
        test(*arguments)
    except AssertionError:
        return True
    return False


@pytest.mark.parametrize("allowed", [1.5, 2.5])
def test_a_right_function_fails_as_rarely_as_the_standard_errors_say(problem_set, allowed):
    """At fewer standard errors than the set allows, where failures can be counted."""
    space, rng = hidden(problem_set), np.random.default_rng(1)
    space["TOO_FAR"] = allowed
    rate = 1 - (1 - 2 * stats.norm.sf(allowed)) ** 2
    one = np.mean([fails(space["gets_there"], rng.normal(size=(2000, 1)), {"x": (0.0, 1.0)}) for _ in range(4000)])
    draws = rng.normal(size=(1000, 500, 2))
    two = np.mean([fails(space["stays"], [dict(zip("ab", row, strict=True)) for row in each], {"a": "", "b": ""})
                   for each in draws])  # fmt: skip
    assert abs(one - rate) < 4 * np.sqrt(rate * (1 - rate) / 4000), one
    assert abs(two - rate) < 4 * np.sqrt(rate * (1 - rate) / 1000), two


def test_the_note_says_how_often_a_right_function_fails(problem_set):
    space, note = hidden(problem_set), " ".join(SOURCE.read_text(encoding="utf-8").split())
    assert f"Both allow {['four', 'five', 'six'][round(space['TOO_FAR']) - 4]} standard errors" in note
    averages = len(space["SWEEP_MESSAGES"]) + 4 + 2 * (4 + 1) + 2  # both tests of both functions, and the draws' two
    assert "fails less than once in ten thousand gradings" in note
    assert averages * 2 * stats.norm.sf(space["TOO_FAR"]) < 1e-4 / 3  # averages are not quite normal
