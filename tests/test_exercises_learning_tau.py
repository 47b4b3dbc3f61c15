"""The checks of the chapter on learning tau accept answers found in another way, and name the usual slips."""

import numpy as np
import pytest
import references
from scipy import integrate, optimize, stats

from lib.exercises import learning_tau as practice

TAU, MASS = references.tau_rule()


def said(capsys, check, answer):
    check(answer)
    return capsys.readouterr().out.strip()


def mean_under(log_prior, power=1):
    """E[tau**power] by SciPy's adaptive integrator."""

    def integral(k):
        def integrand(tau):
            return tau**k * np.exp(log_prior(tau) + references.restricted_log_likelihood(tau) + 25)

        return sum(integrate.quad(integrand, a, b, limit=200)[0] for a, b in [(0, 20), (20, 100), (100, 1000)])

    return integral(power) / integral(0)


def sweeps(form, tau, sigma=references.SIGMA, chains=2000, draws=60):
    """Estimate the lag-one autocorrelation of mu from Gibbs sampling, its start thrown away."""
    rng, pairs = np.random.default_rng(3), []
    y = np.resize(references.Y, sigma.size)
    mu = np.full((chains, 1), 8.0)
    for _ in range(100 + draws):
        before = mu
        variance = 1 / (1 / sigma**2 + 1 / tau**2)
        theta = rng.normal(variance * (y / sigma**2 + mu / tau**2), np.sqrt(variance))
        if form == "centred":
            mu = rng.normal(theta.mean(axis=1, keepdims=True), tau / np.sqrt(sigma.size))
        else:
            eta = (theta - mu) / tau
            mean = np.average(y - tau * eta, axis=1, weights=1 / sigma**2)[:, np.newaxis]
            mu = rng.normal(mean, (1 / sigma**2).sum() ** -0.5)
        pairs.append((before[:, 0], mu[:, 0]))
    return np.corrcoef(*np.concatenate(pairs[100:], axis=1))[0, 1]


def with_58():
    """School A's posterior mean with 58 in place of 28, from the precision matrix and contrasts."""
    y = references.Y.copy()
    y[0] = 58
    contrasts = references.CONTRASTS
    share, weight = np.polynomial.legendre.leggauss(120)
    tau = 10 * (1 + share) / (1 - share)
    mass = []
    for t in tau:
        covariance = contrasts.T @ np.diag(references.SIGMA**2 + t**2) @ contrasts
        mass.append(stats.multivariate_normal(np.zeros(7), covariance).pdf(contrasts.T @ y))
    mass = np.array(mass) * weight / (1 - share) ** 2
    return mass @ [references.given_tau(t, y)[0][0] for t in tau] / mass.sum()


def new_estimate():
    return np.hypot(references.new_school()[0], 12)


def best_under_half_cauchy():
    """P(A is the best) by drawing tau from its distribution on Gauss's nodes and the effects from the joint normal."""
    rng = np.random.default_rng(4)
    tau, mass = references.tau_rule("half-Cauchy 5")
    wins = 0
    for t, count in zip(tau, rng.multinomial(200_000, mass), strict=True):
        mean, covariance = references.given_tau(t)
        theta = rng.multivariate_normal(mean, covariance, size=count, method="cholesky")[:, :-1] if count else []
        wins += sum(np.argmax(theta, axis=1) == 0) if count else 0
    return wins / 200_000


def factor_of_break_even():
    """Where the two autocorrelations agree, from the shares of mu that one sweep keeps; tau = 10."""

    def difference(factor):
        precision = (factor / references.SIGMA) ** 2
        kept = (1 / 100) / (precision + 1 / 100)  # of mu, in the mean of an effect given mu
        return kept.mean() - np.average(1 - kept, weights=precision)

    return optimize.bisect(difference, 0.5, 5)


RIGHT = {
    "mean_of_tau": lambda: mean_under(lambda tau: -tau / 10),
    "proper_powers": lambda: [True, True, True, False, False],
    "best_school": best_under_half_cauchy,
    "prediction_for_a_new_school": new_estimate,
    "effective_share": lambda: (1 - 0.8) / (1 + 0.8),
    "autocorrelations": lambda: [sweeps("centred", 3.0), sweeps("other", 3.0)],
    "break_even": factor_of_break_even,
    "extreme_school_a": with_58,
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_answer_is_right(name, capsys):
    answer = RIGHT[name]()
    answer = [float(value) for value in answer] if isinstance(answer, list) else answer
    assert said(capsys, getattr(practice, name), answer) == "Right."


@pytest.mark.parametrize(
    ("name", "answer", "says"),
    [
        ("mean_of_tau", lambda: mean_under(lambda tau: -tau / 10, power=2), "mean of tau squared"),
        ("mean_of_tau", lambda: mean_under(lambda tau: -tau / 10, power=2) ** 0.5, "the root of the mean"),
        ("mean_of_tau", lambda: references.tau_moment(1), "flat on tau. Multiply"),
        ("mean_of_tau", lambda: references.tau_moment(1, "flat on tau squared"), "flat on tau squared"),
        ("mean_of_tau", lambda: mean_under(lambda tau: -10 * tau), "not as exp(-10 tau)"),
        ("mean_of_tau", lambda: mean_under(lambda tau: np.log(tau) - tau**2 / 10), "not on tau squared"),
        ("proper_powers", lambda: [1, 1, 0, 0, 0], "the area below it is not"),
        ("proper_powers", lambda: [1, 1, 1, 1, 0], "1 / tau fails too"),
        ("proper_powers", lambda: [0, 0, 0, 1, 1], "the other way round"),
        ("best_school", lambda: references.best_chances()[0], "under a flat prior"),
        ("best_school", lambda: 1, "compared the posterior means"),
        ("prediction_for_a_new_school", lambda: references.new_school()[0], "has noise on top"),
        ("prediction_for_a_new_school", lambda: new_estimate() ** 2, "the variance"),
        (
            "prediction_for_a_new_school",
            lambda: np.sqrt(references.moments()[1][-1, -1] + references.tau_moment(1) ** 2 + 144),
            "not the square of the mean",
        ),
        ("prediction_for_a_new_school", lambda: np.sqrt(references.tau_moment(2) + 144), "mu is uncertain"),
        ("effective_share", lambda: 2 / 3, "of the non-centred form"),
        ("effective_share", lambda: 0.8, "Put it into"),
        ("autocorrelations", lambda: [sweeps("other", 3.0), sweeps("centred", 3.0)], "the wrong way round"),
        ("break_even", lambda: factor_of_break_even() ** 2, "times as many pupils"),
        ("extreme_school_a", lambda: references.posterior_mean("A", 6.5755), "Not right yet"),
        ("extreme_school_a", lambda: references.moments()[0][0], "as it was, with 28"),
    ],
)
def test_a_slip_is_named(name, answer, says, capsys):
    assert says in said(capsys, getattr(practice, name), answer())


@pytest.mark.parametrize("name", RIGHT)
def test_no_answer_yet(name, capsys):
    assert "no answer yet" in said(capsys, getattr(practice, name), ...)


def test_a_forgotten_jacobian_is_named(capsys):
    tau = np.geomspace(1e-5, 1e5, 2001)
    density = np.exp([references.restricted_log_likelihood(t) - t / 10 + 25 for t in tau])
    assert "Jacobian" in said(capsys, practice.mean_of_tau, density @ tau / density.sum())


def test_twins_do_not_decide_between_the_forms():
    """What the solution says of 128 schools."""
    eight, many = (sweeps("centred", 10.0, np.tile(references.SIGMA, n), chains=1000) for n in (1, 16))
    assert eight == pytest.approx(many, abs=0.02)
