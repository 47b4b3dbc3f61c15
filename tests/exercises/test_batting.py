"""The checks of the chapter on batting averages know the right answers, found another way, and the usual slips."""

from math import exp, lgamma, log

import numpy as np
import pytest
from references_batting import HITS, arcsine
from scipy import integrate

from lib.exercises import batting

X = arcsine(HITS / 45)
SQUARES = np.var(X) * 18
KEPT = 0.20897  # by an independent program


def average(x):
    """Back from the arcsine scale: the sine of half the angle, squared."""
    return np.sin(x / np.sqrt(45) / 2 + np.pi / 4) ** 2


def simulated_risk(truth):
    """Risk in two dimensions, by simulation in polar coordinates around the truth; standard error below 0.003."""
    rng = np.random.default_rng(22)
    radius, angle = np.sqrt(rng.chisquare(2, 1_000_000)), rng.uniform(0, 2 * np.pi, 1_000_000)
    x, y = truth + radius * np.cos(angle), radius * np.sin(angle)
    factor = np.clip(1 - 2 / (x**2 + y**2), 0, None)
    return ((factor * x - truth) ** 2 + (factor * y) ** 2).mean()


def score_of_scott():
    """The log of an integral over the ability."""
    p = np.linspace(0.001, 0.999, 50_001)
    log_beta = lgamma(47) - lgamma(11) - lgamma(36)
    log_ways = lgamma(436) - lgamma(133) - lgamma(304)
    log_density = log_beta + log_ways + (10 + 132) * np.log(p) + (35 + 303) * np.log1p(-p)
    return log(integrate.simpson(np.exp(log_density), x=p))


RISKS = (simulated_risk(0.0), simulated_risk(3.0))
SCORE = score_of_scott()
MEAN = X.mean()

RIGHT = [
    (batting.two_factors, (0.5, 0.6)),
    (batting.positive_part, (-10 / 11, 0)),
    (batting.risk_of_half, (1 + SQUARES / 4,)),
    (batting.two_dimensions, RISKS),
    (batting.score_of_scott, (SCORE,)),
    (batting.constrained, (average(MEAN + KEPT**0.5 * (X[0] - MEAN)),)),
    (batting.ten_times, (1 - (1 - KEPT) / 10,)),
]
WRONG = [
    (batting.two_factors, (1 - 8 / 14, 1 - 7 / 20), ["Estimating it costs", "This one was not"]),
    (batting.two_factors, (1 - 10 / 14, 0.4), ["takes two off", "taken away"]),
    (batting.two_factors, (1 - 9 / 14, 0.5), ["goes with the mean", "dimension itself"]),
    (batting.two_factors, (0.65, 1 - 8 / 14), ["around the mean", "around 5"]),
    (batting.positive_part, ((1 - 4 / 11) * 2, -10 / 11), ["variance is 4", "never shrinks past"]),
    (batting.positive_part, ((1 - 8 / 11) * 2, 10 / 11), ["not the standard deviation", "drop the sign"]),
    (batting.positive_part, ((1 - 12 / 11) * 2, 2), ["k - 2", "not the same as no shrinkage"]),
    (batting.positive_part, (-5 / 11, 0), ["the factor. Multiply", "Right."]),
    (batting.positive_part, (0, 0), ["its positive part", "Right."]),
    (batting.risk_of_half, (SQUARES / 4,), ["mean contains each"]),
    (batting.risk_of_half, (18 - 8.5 + SQUARES / 4,), ["twice the sum"]),
    (batting.risk_of_half, (1 + SQUARES / 2,), ["one half is squared"]),
    (batting.risk_of_half, (1,), ["squared corrections is missing"]),
    (batting.risk_of_half, (18 - 225 / SQUARES,), ["for James-Stein"]),
    (batting.two_dimensions, (2, RISKS[1] / 2), ["as they are", "average of both"]),
    (batting.score_of_scott, (-14.356,), ["log of the mean"]),
    (batting.score_of_scott, (-10.882,), ["own average"]),
    (batting.score_of_scott, (-8.681,), ["posterior mean"]),
    (batting.score_of_scott, (exp(SCORE),), ["Take its logarithm"]),
    (batting.score_of_scott, (SCORE - lgamma(436) + lgamma(133) + lgamma(304),), ["coefficient"]),
    (batting.constrained, (average(MEAN + KEPT * (X[0] - MEAN)),), ["keeps w"]),
    (batting.constrained, (0.4,), ["own average"]),
    (batting.constrained, (average(MEAN + KEPT**2 * (X[0] - MEAN)),), ["square of w"]),
    (batting.constrained, (average(MEAN + (1 - KEPT) ** 0.5 * (X[0] - MEAN)),), ["root of 1 - w"]),
    (batting.constrained, (MEAN + KEPT**0.5 * (X[0] - MEAN),), ["arcsine scale"]),
    (batting.ten_times, (KEPT,), ["after 45"]),
    (batting.ten_times, (1 - (1 - KEPT) / 10**0.5,), ["number of at bats itself"]),
    (batting.ten_times, (1 - 1.6 / SQUARES,), ["k - 3"]),
    (batting.ten_times, ((1 - KEPT) / 10,), ["taken away"]),
    (batting.ten_times, (...,), ["no answer yet"]),
]


@pytest.mark.parametrize(("check", "answer"), RIGHT)
def test_right_answers_are_right(check, answer, capsys):
    check(*answer)
    assert set(capsys.readouterr().out.splitlines()) == {"Right."}


@pytest.mark.parametrize(("check", "answer", "messages"), WRONG)
def test_slips_are_named(check, answer, messages, capsys):
    check(*answer)
    said = capsys.readouterr().out.splitlines()
    assert len(said) == len(messages)
    for line, message in zip(said, messages, strict=True):
        assert message in line
