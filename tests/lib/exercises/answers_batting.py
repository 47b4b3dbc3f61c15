"""Answers to the practice exercises of the chapter on batting averages, found without their checks."""

from functools import cache
from math import exp, lgamma, log

import numpy as np
from exercise_rules import Right, Wrong
from references_batting import HITS, arcsine
from scipy import integrate, stats

X = arcsine(HITS / 45)
SQUARES = np.var(X) * 18
KEPT = 0.20897  # by an independent program
MEAN = X.mean()
LOG_WAYS = lgamma(436) - lgamma(133) - lgamma(304)


def average(kept):
    """Clemente's average if he keeps this share of the distance; back by the sine of half the angle, squared."""
    return np.sin((MEAN + kept * (X[0] - MEAN)) / np.sqrt(45) / 2 + np.pi / 4) ** 2


@cache
def simulated_risk(truth):
    """Risk in two dimensions, by simulation in polar coordinates around the truth; standard error below 0.003."""
    rng = np.random.default_rng(22)
    radius, angle = np.sqrt(rng.chisquare(2, 1_000_000)), rng.uniform(0, 2 * np.pi, 1_000_000)
    x, y = truth + radius * np.cos(angle), radius * np.sin(angle)
    factor = np.clip(1 - 2 / (x**2 + y**2), 0, None)
    return ((factor * x - truth) ** 2 + (factor * y) ** 2).mean()


def log_chance(p):
    """Log probability of 132 hits in 435."""
    return LOG_WAYS + 132 * np.log(p) + 303 * np.log1p(-p)


def score_of_scott(of_mean=True):
    """The log of the mean chance over the ability, or the mean of its log, by an integral."""
    p = np.linspace(0.001, 0.999, 50_001)
    density = stats.beta(11, 36).pdf(p)
    if of_mean:
        return log(integrate.simpson(density * np.exp(log_chance(p)), x=p))
    return integrate.simpson(density * log_chance(p), x=p)


def risk(derivatives=-17 / 2, squares=1 / 4):
    """Stein's estimate for 18 players, from the sum of the derivatives of the corrections and the share of S."""
    return 18 + 2 * derivatives + squares * SQUARES


RIGHT = [
    Right("two_factors", (11 / 18, 12 / 20)),
    Right("positive_part", (2 - 32 / 11, 0), atol=(0, 1e-9)),
    Right("risk_of_half", (risk(),)),
    Right("two_dimensions", lambda: (simulated_risk(0.0), simulated_risk(3.0)), rtol=0.02, known=0.5),
    Right("score_of_scott", (score_of_scott(),), rtol=0.005),
    Right("constrained", (average(KEPT**0.5),)),
    Right("ten_times", (1 - (1 - KEPT) / 10,)),
]
WRONG = [
    Wrong("two_factors", (10 / 18, 13 / 20), ["Estimating it costs", "This one was not"]),
    Wrong("two_factors", (8 / 18, 8 / 20), ["takes two off", "taken away"]),
    Wrong("two_factors", (9 / 18, 10 / 20), ["goes with the mean", "dimension itself"]),
    Wrong("two_factors", (13 / 20, 10 / 18), ["around the mean", "around 5"]),
    Wrong("two_factors", (7 / 18, 0.6), ["taken away", "Right."]),
    Wrong("positive_part", (2 - 8 / 11, 2 - 32 / 11), ["the variance is 4", "never shrinks past"]),
    Wrong("positive_part", (2 - 16 / 11, 32 / 11 - 2), ["not the standard deviation", "drop the sign"]),
    Wrong("positive_part", (2 - 24 / 11, 2), ["k - 2", "not the same as no shrinkage"]),
    Wrong("positive_part", (1 - 16 / 11, 0), ["the factor. Multiply", "Right."]),
    Wrong("positive_part", (0, 0), ["its positive part", "Right."]),
    Wrong("risk_of_half", (risk(derivatives=-18 / 2),), ["mean contains each"]),
    Wrong("risk_of_half", (risk(derivatives=-17 / 4),), ["twice the sum"]),
    Wrong("risk_of_half", (risk(squares=1 / 2),), ["one half is squared"]),
    Wrong("risk_of_half", (risk(squares=0),), ["squared corrections is missing"]),
    Wrong("risk_of_half", (18 - 15 * (1 - KEPT),), ["for James-Stein"]),
    Wrong("two_dimensions", lambda: (2, simulated_risk(3.0) / 2), ["as they are", "average of both"]),
    Wrong("two_dimensions", lambda: (simulated_risk(0.0) / 2, 2), ["average of both", "as they are"]),
    Wrong("score_of_scott", (score_of_scott(of_mean=False),), ["log of the mean"]),
    Wrong("score_of_scott", (log_chance(10 / 45),), ["own average"]),
    Wrong("score_of_scott", (log_chance(11 / 47),), ["posterior mean"]),
    Wrong("score_of_scott", (exp(score_of_scott()),), ["Take its logarithm"]),
    Wrong("score_of_scott", (score_of_scott() - LOG_WAYS,), ["coefficient"]),
    Wrong("constrained", (average(KEPT),), ["keeps w"]),
    Wrong("constrained", (18 / 45,), ["own average"]),
    Wrong("constrained", (average(KEPT**2),), ["square of w"]),
    Wrong("constrained", (average((1 - KEPT) ** 0.5),), ["root of 1 - w"]),
    Wrong("constrained", (MEAN + KEPT**0.5 * (X[0] - MEAN),), ["arcsine scale"]),
    Wrong("ten_times", (KEPT,), ["after 45"]),
    Wrong("ten_times", (1 - (1 - KEPT) / 10**0.5,), ["number of at bats itself"]),
    Wrong("ten_times", (1 - 1.6 / SQUARES,), ["k - 3"]),
    Wrong("ten_times", ((1 - KEPT) / 10,), ["taken away"]),
]
