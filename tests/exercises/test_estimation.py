"""The checks of the chapter on estimation know the right answers, found another way, and name each slip."""

import numpy as np
import pytest
from references import SIGMA, Y, given_tau
from scipy import integrate, stats

from lib import NormalNormal
from lib.exercises import estimation as practice

EFFECTS = np.array([9.0, 8, 6, 8, 6, 7, 10, 8])
PHI = np.mean(SIGMA**2 / (25 + SIGMA**2))


def said(capsys, check, *answer):
    check(*answer)
    return capsys.readouterr().out.strip().split("\n")


def moments_of_mu(effects=EFFECTS, tau=5.0, prior_sd=4.0):
    """Mean and sd of mu given the effects, by integrating prior times likelihood."""
    mu = np.linspace(-60, 60, 200_001)
    log_density = stats.norm.logpdf(mu, 0, prior_sd) + sum(stats.norm.logpdf(e, mu, tau) for e in effects)
    density = np.exp(log_density - log_density.max())
    mean = integrate.simpson(mu * density, x=mu) / integrate.simpson(density, x=mu)
    return mean, np.sqrt(integrate.simpson((mu - mean) ** 2 * density, x=mu) / integrate.simpson(density, x=mu))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (moments_of_mu(), ("Right.", "Right.")),
        (moments_of_mu(prior_sd=1e6), ("prior of mu is left out", "prior of mu is left out")),
        (moments_of_mu([EFFECTS.mean()]), ("eight measurements", "eight measurements")),
        (moments_of_mu(tau=5**0.5), ("tau is a standard deviation", "tau is a standard deviation")),
        (moments_of_mu(prior_sd=2.0), ("4 is the prior's", "4 is the prior's")),
        ((moments_of_mu()[0], moments_of_mu()[1] ** 2), ("Right.", "this is the variance")),
    ],
)
def test_full_conditional_of_mu(capsys, answer, words):
    for line, word in zip(said(capsys, practice.full_conditional_of_mu, *answer), words, strict=True):
        assert word in line


def conditional(count=8.0, power=2, half=0.5, prior=1.0, scale2=25.0, about=1.0, jacobian=0.0, data=False):
    def log_conditional(tau, theta, mu):
        squares = np.sum(((Y if data else theta) - about * mu) ** 2)
        return (jacobian - count) * np.log(tau) - half * squares / tau**power - prior * np.log(1 + tau**2 / scale2)

    return log_conditional


def test_the_joint_along_tau_is_right(capsys):
    model = NormalNormal(Y, SIGMA, tau=stats.halfcauchy(scale=5))
    assert said(capsys, practice.full_conditional_of_tau, lambda tau, theta, mu: model.log_joint(theta, mu, tau)) == [
        "Right."
    ]


@pytest.mark.parametrize(
    ("slip", "word"),
    [
        ({}, "Right."),
        ({"count": 1}, "J is forgotten"),
        ({"count": 0}, "are missing"),
        ({"count": 4}, "written in the variance"),
        ({"power": 1}, "tau is a standard deviation"),
        ({"half": 1}, "the 2 is missing"),
        ({"half": -0.5}, "wrong sign"),
        ({"prior": 0}, "prior of tau is missing"),
        ({"scale2": 5}, "must be squared"),
        ({"about": 0}, "about mu"),
        ({"jacobian": 1}, "density of log(tau)"),
        ({"data": True}, "does not look at the data"),
    ],
)
def test_full_conditional_of_tau(capsys, slip, word):
    assert word in said(capsys, practice.full_conditional_of_tau, conditional(**slip))[-1]


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (..., "no answer yet"),
        (3.0, "the function itself"),
        (lambda tau: tau, "TypeError"),
        (lambda tau, theta, mu: "x", "it must be real numbers"),
        (lambda tau, theta, mu: None, "NaN"),
        (lambda tau, theta, mu: np.inf - np.inf, "NaN"),
        (lambda tau, theta, mu: -theta / tau, "sum over the effects"),
        (lambda tau, theta, mu: 1 / (tau - 5), "stops with ZeroDivisionError"),
        (lambda tau, theta, mu: np.sin(tau), "Not right yet"),
    ],
)
def test_whatever_a_student_hands_in_is_answered(capsys, answer, word):
    assert word in said(capsys, practice.full_conditional_of_tau, answer)[-1]


def test_a_check_does_not_let_a_function_change_the_effects(capsys):
    def spoils(tau, theta, mu):
        theta -= mu
        return -8 * np.log(tau) - np.sum(theta**2) / (2 * tau**2) - np.log1p(tau**2 / 25)

    assert said(capsys, practice.full_conditional_of_tau, spoils) == ["Right."]


def ratio(data=True, population=True):
    """Posterior at 20 over posterior at 10, from densities themselves."""

    def density(theta):
        return (stats.norm.pdf(28, theta, 15) if data else 1) * (stats.norm.pdf(theta, 8, 5) if population else 1)

    return density(20) / density(10)


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (ratio(), "Right."),
        (np.log(ratio()), "logarithm"),
        (1, "alone would always accept"),
        (ratio(population=False), "at most 1"),
        (ratio(data=False), "likelihood is missing"),
        (1 / ratio(), "way back"),
        (ratio() ** 2, "The 2 in"),
    ],
)
def test_chance_of_acceptance(capsys, answer, word):
    assert word in said(capsys, practice.chance_of_acceptance, answer)[-1]


def uncorrected(power):
    """Mean of Gamma(3), scale 2, times tau to a power."""
    tau = np.linspace(1e-9, 200, 400_001)
    density = stats.gamma(3, scale=2).pdf(tau) * tau**power
    return integrate.simpson(tau * density, x=tau) / integrate.simpson(density, x=tau)


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (uncorrected(-1), "Right."),
        (uncorrected(0), "mean of the target"),
        (uncorrected(1), "other way round"),
        (1, "scale"),
    ],
)
def test_mean_without_correction(capsys, answer, word):
    assert word in said(capsys, practice.mean_without_correction, answer)[-1]


def share(tau):
    """Share of Gibbs draws of mu that is left, from the joint covariance of effects and mu."""
    covariance = given_tau(tau)[1]
    block, link = covariance[:-1, :-1], covariance[:-1, -1]
    phi = link @ np.linalg.solve(block, link) / covariance[-1, -1]
    return (1 - phi) / (1 + phi)


def where(function, value, low=0.1, high=100):
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) < value else (low, middle)
    return low


COLLAPSE = where(share, 0.01)


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (COLLAPSE, "Right."),
        (COLLAPSE**2, "tau squared"),
        (where(lambda t: np.mean(t**2 / (t**2 + SIGMA**2)), 0.01), "one hundredth"),
        (where(lambda t: np.mean(t**2 / (t**2 + SIGMA**2)), 99 / 101, high=1e4), "phi is the weight"),
        ((np.mean(SIGMA**2) * 2 / 99) ** 0.5, "average variance"),
        (np.mean(SIGMA) * (2 / 99) ** 0.5, "average standard error"),
    ],
)
def test_spread_of_collapse(capsys, answer, word):
    assert word in said(capsys, practice.spread_of_collapse, answer)[-1]


VARIANCE = given_tau(5)[1][-1, -1]


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (100 * VARIANCE / share(5), "Right."),
        (int(100 * VARIANCE / share(5)) + 1, "Right."),
        (100 * VARIANCE, "independent draws"),
        (100 * VARIANCE * share(5), "worth less"),
        (10 * VARIANCE**0.5 / share(5), "Square"),
        (100 * VARIANCE / (1 - PHI), "here it is 1 - phi"),
        (100 * given_tau(5)[1][0, 0] / share(5), "school A"),
        (100 * 25 / 8 / share(5), "given the effects"),
    ],
)
def test_iterations_for_a_tenth(capsys, answer, word):
    assert word in said(capsys, practice.iterations_for_a_tenth, answer)[-1]


def phi_with(factor):
    return np.mean((factor * SIGMA) ** 2 / (25 + (factor * SIGMA) ** 2))


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (phi_with(0.5), "Right."),
        (phi_with(1), "as it was"),
        (phi_with(0.25), "a quarter"),
        (phi_with(2), "less noise"),
        (1 - phi_with(0.5), "average weight"),
        ((1 - phi_with(0.5)) / (1 + phi_with(0.5)), "share of the draws"),
    ],
)
def test_autocorrelation_with_more_pupils(capsys, answer, word):
    assert word in said(capsys, practice.autocorrelation_with_more_pupils, answer)[-1]
