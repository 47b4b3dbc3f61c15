"""Answers to the practice exercises of the chapter on three-point shooting, found without their checks."""

import numpy as np
import references_three_point as reference
from exercise_rules import Right, Wrong

SD = (0.44 * 0.56 / 101) ** 0.5
MISSES = 20 - 14


def sd_of_beta(a, b):
    """From the second moment, a (a + 1) / ((a + b) (a + b + 1))."""
    return (a * (a + 1) / ((a + b) * (a + b + 1)) - (a / (a + b)) ** 2) ** 0.5


def shots(part):
    """Makes and attempts of the 77."""
    return reference.counts(part, reference.REGULARS)


def slope(attempts):
    kappa = reference.best_beta_binomial()[1]
    return 1 / (1 + kappa / np.mean(attempts))


def actual_slope():
    own, later = (made / attempts for made, attempts in (shots("first"), shots("rest")))
    return (np.cov(own, later)[0, 1] / own.var(ddof=1),)


def makes(a, b, n=231):
    """Mean and standard deviation of the number of makes, by summing over all numbers."""
    chance, k = reference.predictive_pmf(n, a, b), np.arange(n + 1)
    mean = chance @ k
    return mean, (chance @ (k - mean) ** 2) ** 0.5


A, B = 0.373 * 400 + 50, 0.627 * 400 + 51
MEAN_MAKES, SD_MAKES = makes(A, B)
BINOMIAL = (231 * (A / (A + B)) * (B / (A + B))) ** 0.5
OF_RATE = 231 * sd_of_beta(A, B)


def errors():
    """Expected squared errors of predictions from 450 shots of 700 later ones, by summing over all numbers of makes."""
    a, b, y = 0.373 * 400, 0.627 * 400, np.arange(451)
    chance = reference.predictive_pmf(450, a, b)
    mean, var = (a + y) / 850, sd_of_beta(a + y, b + 450 - y) ** 2
    noise = (mean - mean**2 - var) / 700  # of the later share, averaged over the posterior

    def of(guess):
        return float(chance @ ((guess - mean) ** 2 + var + noise))

    return {
        "partial": of(mean),
        "complete": of(0.373),
        "none": of(y / 450),
        "noise": float(chance @ noise),
        "rates": float(chance @ var),
    }


ERRORS = errors()


def other_median(power):
    """Reweight a grid on which the chapter's prior is flat by the ratio of the two priors."""
    _, kappa, weight = reference.spread_grid("first")
    reweighted = (weight * (1 + kappa) ** (power + 1.5)).sum(axis=0)
    t = reference.grid_quantile(-np.sqrt(1 / (kappa[0] + 1)), reweighted / reweighted.sum(), 0.5)
    return (1 / t**2 - 1,)


RIGHT = [
    Right("beta_posterior", (0.44, SD), rtol=(1e-3, 2e-3)),
    Right("history_and_league", (673.2 / 1841,)),
    Right("stabilisation_point", (1875 / 9 - 1,)),
    Right("regression_slope", lambda: (slope(shots("first")[1]),), rtol=4e-3),
    Right("predictive_sd", (SD_MAKES,)),
    Right("expected_squared_error", (ERRORS["partial"],), rtol=5e-4),
    Right("other_prior", lambda: other_median(-2.0), rtol=0.05),
]
WRONG = [
    Wrong("beta_posterior", (14 / 20, SD**2), ["without the prior", "the variance."]),
    Wrong("beta_posterior", (30 / 80, sd_of_beta(30, 50)), ["without the data", "is the prior's"]),
    Wrong("beta_posterior", ((0.375 + 0.7) / 2, (0.44 * 0.56 / 100) ** 0.5), ["plain average", "with the one"]),
    Wrong("beta_posterior", (44 / (44 + 50 + 20), (0.7 * 0.3 / 20) ** 0.5), ["not the attempts", "his own 20 shots"]),
    Wrong("beta_posterior", ((44 - 1) / (44 - 1 + 50 + MISSES - 1), SD), ["the mode", "Right."]),
    Wrong("history_and_league", ((149.2 + 50) / 501,), ["history is missing"]),
    Wrong("history_and_league", (524 / 1441,), ["league is missing"]),
    Wrong("history_and_league", ((149.2 + 474) / 1740,), ["hot start is missing"]),
    Wrong("history_and_league", (np.mean([0.373, 474 / 1340, 50 / 101]),), ["Add up the shots"]),
    Wrong("stabilisation_point", (1875 / 9,), ["with the one"]),
    Wrong("stabilisation_point", (0.1875 / 0.03 - 1,), ["square it"]),
    Wrong("stabilisation_point", (2500 / 9 - 1,), ["only if m = 1/2"]),
    Wrong("stabilisation_point", (0.1875 / 3**2 - 1,), ["3 of them are 0.03"]),
    Wrong("regression_slope", lambda: (1 - slope(shots("first")[1]),), ["weight of the league"]),
    Wrong("regression_slope", actual_slope, ["actual slope"]),
    Wrong("regression_slope", lambda: (slope(shots("rest")[1]),), ["later attempts do not enter"]),
    Wrong("regression_slope", lambda: (slope(shots("first")[1]) ** 2,), ["squared"]),
    Wrong("predictive_sd", (BINOMIAL,), ["The rate is uncertain"]),
    Wrong("predictive_sd", (OF_RATE,), ["rate alone"]),
    Wrong("predictive_sd", (BINOMIAL + OF_RATE,), ["variances do"]),
    Wrong("predictive_sd", (SD_MAKES**2,), ["Take the root"]),
    Wrong("predictive_sd", (SD_MAKES / 231,), ["his share"]),
    Wrong("predictive_sd", (makes(A - 50, B - 51)[1],), ["whom we have not seen"]),
    Wrong("expected_squared_error", (ERRORS["complete"],), ["complete pooling"]),
    Wrong("expected_squared_error", (ERRORS["none"],), ["no pooling"]),
    Wrong("expected_squared_error", (ERRORS["noise"],), ["what a prophet"]),
    Wrong("expected_squared_error", (ERRORS["rates"],), ["later shots is missing"]),
    Wrong("expected_squared_error", (ERRORS["rates"] + 0.373 * 0.627 / 700,), ["Nearly"]),
    Wrong("expected_squared_error", (ERRORS["partial"] ** 0.5,), ["This is the root"]),
    Wrong("other_prior", lambda: other_median(-1.5), ["with the power -3/2"]),
    Wrong("other_prior", lambda: (reference.best_beta_binomial()[1],), ["most likely value"]),
]
