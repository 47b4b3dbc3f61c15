"""Answers to the practice exercises of the chapter on batting averages, found without their checks."""

from functools import cache
from math import exp, lgamma, log

import numpy as np
from exercise_rules import Right, Wrong
from references_batting import HITS, REST, REST_HITS, arcsine
from scipy import integrate, stats

X = arcsine(HITS / 45)
SQUARES = np.var(X) * 18
KEPT = 0.20897  # by an independent program
MEAN = X.mean()
LOG_WAYS = lgamma(539) - lgamma(143) - lgamma(397)
KEPT_OF_AVERAGES = 0.211653  # by an independent program


def average(kept):
    """Clemente's average if he keeps this share of the distance; back by the sine of half the angle, squared."""
    return np.sin((MEAN + kept * (X[0] - MEAN)) / np.sqrt(45) / 2 + np.pi / 4) ** 2


@cache
def simulated_risk(truth, below=2.0, power=1.0, across=0.0):
    """Risk in two dimensions, by simulation in polar coordinates around the truth; standard error below 0.003.

    The factor is one less `below` over a power of the squared length; `across` is the truth's second coordinate.
    """
    rng = np.random.default_rng(22)
    radius, angle = np.sqrt(rng.chisquare(2, 1_000_000)), rng.uniform(0, 2 * np.pi, 1_000_000)
    x, y = truth + radius * np.cos(angle), across + radius * np.sin(angle)
    factor = np.clip(1 - below / (x**2 + y**2) ** power, 0, None)
    return ((factor * x - truth) ** 2 + (factor * y - across) ** 2).mean()


def log_chance(p):
    """Log probability of 142 hits in 538."""
    return LOG_WAYS + 142 * np.log(p) + 396 * np.log1p(-p)


def score_of_petrocelli(of_mean=True, shapes=(11, 36), early=0):
    """The log of the mean chance over the ability, or the mean of its log, by an integral; with `early` hits of 45."""
    p = np.linspace(0.001, 0.999, 50_001)
    density = stats.beta(*shapes).pdf(p)
    if early:
        return log(integrate.simpson(density * stats.binom.pmf(142 + early, 583, p), x=p))
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
    Right("two_dimensions", lambda: (simulated_risk(0.0), simulated_risk(3.0)), rtol=0.0, atol=(0.046, 0.093)),
    Right("score_of_petrocelli", (score_of_petrocelli(),), rtol=0.0038),
    Right("constrained", (average(KEPT**0.5),)),
    Right("ten_times", (1 - (1 - KEPT) / 10,), rtol=1e-4),
]
WRONG = [
    Wrong("two_factors", (10 / 18, 13 / 20), ["Estimating it costs", "This one was not"]),
    Wrong("two_factors", (8 / 18, 8 / 20), ["takes two off", "taken away"]),
    Wrong("two_factors", (9 / 18, 10 / 20), ["goes with the mean", "dimension itself"]),
    Wrong("two_factors", (13 / 20, 10 / 18), ["around the mean", "around 5"]),
    Wrong("two_factors", (7 / 18, 0.6), ["taken away", "Right."]),
    Wrong("two_factors", ((11 / 18) ** 0.5, 0.6**0.5), ["root of the share", "root of the share"]),
    Wrong("two_factors", (11 / 18, 11 / 20), ["Right.", "nothing is estimated"]),
    Wrong("positive_part", (2 - 8 / 11, 2 - 32 / 11), ["the variance is 4", "never shrinks past"]),
    Wrong("positive_part", (2 - 16 / 11, 32 / 11 - 2), ["not the standard deviation", "drop the sign"]),
    Wrong("positive_part", (2 - 24 / 11, 2), ["k - 2", "not the same as no shrinkage"]),
    Wrong("positive_part", (1 - 16 / 11, 0), ["the factor. Multiply", "Right."]),
    Wrong("positive_part", (0, 0), ["its positive part", "Right."]),
    Wrong("positive_part", (2 - 48 / 11, 1 / 6), ["dimension itself", "not the mean of the six"]),
    Wrong("positive_part", (2 - 128 / 11, 0), ["not its square", "Right."]),
    Wrong("positive_part", (32 / 11, 0), ["taken away of the observation", "Right."]),
    Wrong("positive_part", ((1 + (1 - 72 / 65) * 11) / 6, 0), ["shrinks to the mean of the six", "Right."]),
    Wrong("risk_of_half", (risk(derivatives=-18 / 2),), ["mean contains each"]),
    Wrong("risk_of_half", (risk(derivatives=-17 / 4),), ["twice the sum"]),
    Wrong("risk_of_half", (risk(squares=1 / 2),), ["one half is squared"]),
    Wrong("risk_of_half", (risk(squares=0),), ["squared corrections is missing"]),
    Wrong("risk_of_half", (18 - 15 * (1 - KEPT),), ["for James-Stein"]),
    Wrong("risk_of_half", (risk(squares=1),), ["not all of it"]),
    Wrong("risk_of_half", (risk(derivatives=17 / 2),), ["pulls back"]),
    Wrong("risk_of_half", (risk(derivatives=0),), ["derivatives are missing"]),
    Wrong("risk_of_half", (1 + 15 / (1 - KEPT_OF_AVERAGES) / 4,), ["from the averages"]),
    Wrong("risk_of_half", (((X / 2 + MEAN / 2 - arcsine(REST_HITS / REST)) ** 2).sum(),), ["made in 1970"]),
    Wrong("two_dimensions", lambda: (2, simulated_risk(3.0) / 2), ["as they are", "average of both"]),
    Wrong("two_dimensions", lambda: (simulated_risk(0.0) / 2, 2), ["average of both", "as they are"]),
    Wrong(
        "two_dimensions",
        lambda: (simulated_risk(0.0, below=1.0), simulated_risk(3.0, below=1.0)),
        ["not 1 / |X|^2", "not 1 / |X|^2"],
    ),
    Wrong(
        "two_dimensions",
        lambda: (simulated_risk(0.0, power=0.5), simulated_risk(3.0, power=0.5)),
        ["square of the length", "square of the length"],
    ),
    Wrong("two_dimensions", lambda: (27.8, simulated_risk(3.0, across=3.0)), ["another number", "at (3, 3)"]),
    Wrong("two_dimensions", lambda: (simulated_risk(0.0), 2.92), ["Right.", "another number"]),
    Wrong("score_of_petrocelli", (score_of_petrocelli(of_mean=False),), ["log of the mean"]),
    Wrong("score_of_petrocelli", (score_of_petrocelli(early=10),), ["whole season"]),
    Wrong("score_of_petrocelli", (score_of_petrocelli(shapes=(10, 35)),), ["adds one"]),
    Wrong("score_of_petrocelli", (score_of_petrocelli(shapes=(11, 46)),), ["counts the misses"]),
    Wrong("score_of_petrocelli", (score_of_petrocelli(shapes=(216, 596)),), ["complete pooling"]),
    Wrong("score_of_petrocelli", (score_of_petrocelli() / log(10),), ["base ten"]),
    Wrong("score_of_petrocelli", (log_chance(10 / 45),), ["own average"]),
    Wrong("score_of_petrocelli", (log_chance(11 / 47),), ["posterior mean"]),
    Wrong("score_of_petrocelli", (exp(score_of_petrocelli()),), ["Take its logarithm"]),
    Wrong("score_of_petrocelli", (score_of_petrocelli() - LOG_WAYS,), ["coefficient"]),
    Wrong("constrained", (average(KEPT),), ["keeps w"]),
    Wrong("constrained", (18 / 45,), ["own average"]),
    Wrong("constrained", (average(KEPT**2),), ["square of w"]),
    Wrong("constrained", (average((1 - KEPT) ** 0.5),), ["root of 1 - w"]),
    Wrong("constrained", (MEAN + KEPT**0.5 * (X[0] - MEAN),), ["arcsine scale"]),
    Wrong("constrained", (215 / 810 + KEPT_OF_AVERAGES**0.5 * (18 / 45 - 215 / 810),), ["works with the averages"]),
    Wrong("constrained", (average((1 - 16 / SQUARES) ** 0.5),), ["k - 3"]),
    Wrong("ten_times", (KEPT,), ["after 45"]),
    Wrong("ten_times", (1 - (1 - KEPT) / 100,), ["not with the number itself"]),
    Wrong("ten_times", (1 - (1 - KEPT_OF_AVERAGES) / 10,), ["scale of averages"]),
    Wrong("ten_times", (1 - (1 - KEPT) / 10**0.5,), ["number of at bats itself"]),
    Wrong("ten_times", (1 - 1.6 / SQUARES,), ["k - 3"]),
    Wrong("ten_times", ((1 - KEPT) / 10,), ["taken away"]),
]
