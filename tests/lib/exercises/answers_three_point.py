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
SPREAD = sd_of_beta(0.373 * 400, 0.627 * 400) ** 2
SHOT = 700 * ERRORS["noise"]


def other_quantile(power, part="first", share=0.5):
    """Reweight a grid on which the chapter's prior is flat by the ratio of the two priors."""
    _, kappa, weight = reference.spread_grid(part)
    reweighted = (weight * (1 + kappa) ** (power + 1.5)).sum(axis=0)
    t = reference.grid_quantile(-np.sqrt(1 / (kappa[0] + 1)), reweighted / reweighted.sum(), share)
    return (1 / t**2 - 1,)


def actual(of="slope"):
    """What the 77 show: the correlation, or the slope of the first on the later percentages."""
    own, later = (made / attempts for made, attempts in (shots("first"), shots("rest")))
    both = np.cov(own, later)[0, 1]
    return (both / later.var(ddof=1) if of == "slope" else both / (own.std(ddof=1) * later.std(ddof=1)),)


def weight(attempts, kappa=None):
    return attempts / (attempts + (kappa or reference.best_beta_binomial()[1]))


FIRST, LATER = (float(np.mean(shots(part)[1])) for part in ("first", "rest"))
ALL = float(np.mean(reference.counts("first")[1]))


RIGHT = [
    Right("beta_posterior", (0.44, SD), rtol=(1e-3, 2e-3)),
    Right("history_and_league", (673.2 / 1841,), rtol=2e-4),
    Right("stabilisation_point", (99,)),
    Right("regression_slope", lambda: (slope(shots("first")[1]),)),
    Right("predictive_sd", (SD_MAKES,), rtol=2e-4),
    Right("expected_squared_error", (ERRORS["partial"],), rtol=1e-4),
    Right("other_prior", lambda: other_quantile(-2.0), rtol=0.02),
]
WRONG = [
    Wrong("beta_posterior", (14 / 20, SD**2), ["without the prior", "the variance."]),
    Wrong("beta_posterior", (30 / 80, sd_of_beta(30, 50)), ["without the data", "is the prior's"]),
    Wrong("beta_posterior", ((0.375 + 0.7) / 2, (0.44 * 0.56 / 100) ** 0.5), ["plain average", "with the one"]),
    Wrong("beta_posterior", (44 / (44 + 50 + 20), (0.7 * 0.3 / 20) ** 0.5), ["not the attempts", "his own 20 shots"]),
    Wrong("beta_posterior", ((44 - 1) / (44 - 1 + 50 + MISSES - 1), SD), ["the mode", "Right."]),
    Wrong("beta_posterior", (44 / 94, (0.44 * 0.56 / 20) ** 0.5), ["misses are to be added", "noise of 20 shots"]),
    Wrong("beta_posterior", (56 / 100, (0.44 * 0.56) ** 0.5), ["chance of a miss", "a single shot"]),
    Wrong("beta_posterior", (36 / 100, sd_of_beta(44, 70)), ["makes go with", "not the attempts"]),
    Wrong("beta_posterior", (44 / 56, (1 / sd_of_beta(30, 50) ** 2 + 20 / 0.21) ** -0.5), ["the odds", "precisions"]),
    Wrong("beta_posterior", ((20 * 0.375 + 80 * 0.7) / 100, SD), ["his own are 20", "Right."]),
    Wrong("history_and_league", ((149.2 + 50) / 501,), ["history is missing"]),
    Wrong("history_and_league", (524 / 1441,), ["league is missing"]),
    Wrong("history_and_league", ((149.2 + 474) / 1740,), ["hot start is missing"]),
    Wrong("history_and_league", (np.mean([0.373, 474 / 1340, 50 / 101]),), ["three percentages"]),
    Wrong("history_and_league", ((199.2 / 501 + 524 / 1441) / 2,), ["two posteriors"]),
    Wrong("history_and_league", ((623.2 / 1740 + 50 / 101) / 2,), ["half of the weight"]),
    Wrong("history_and_league", (474 / 1340,), ["his history alone"]),
    Wrong("history_and_league", (50 / 101,), ["hot start alone"]),
    Wrong("history_and_league", (0.373,), ["the league alone"]),
    Wrong("history_and_league", ((400 + 524) / 1841,), ["only a share m"]),
    Wrong("history_and_league", ((0.373 + 524) / 1441,), ["not a number of makes"]),
    Wrong("history_and_league", ((250.8 + 524) / 1841,), ["misses are"]),
    Wrong("history_and_league", ((2 * 149.2 + 524) / 2241,), ["come in twice"]),
    Wrong("history_and_league", ((149.2 + 474 + 49) / 1840,), ["of his first 100"]),
    Wrong("history_and_league", (674.2 / 1843,), ["adds a flat prior"]),
    Wrong("history_and_league", ((673.2 + 77) / 2072,), ["come later"]),
    Wrong("stabilisation_point", (100,), ["with the one"]),
    Wrong("stabilisation_point", (101,), ["do not add it"]),
    Wrong("stabilisation_point", (2,), ["square it."]),
    Wrong("stabilisation_point", (3,), ["square it first"]),
    Wrong("stabilisation_point", (2500 / 9 - 1,), ["only if m = 1/2"]),
    Wrong("stabilisation_point", (1000 / 9 - 1,), ["not m."]),
    Wrong("stabilisation_point", (10,), ["that of variances"]),
    Wrong("stabilisation_point", (0.09 / 3**2 - 1,), ["3 of them are 0.03"]),
    Wrong("stabilisation_point", (231,), ["seven tenths"]),
    Wrong("regression_slope", lambda: (1 - slope(shots("first")[1]),), ["weight of the league"]),
    Wrong("regression_slope", actual_slope, ["actual slope. Which"]),
    Wrong("regression_slope", lambda: (slope(shots("rest")[1]),), ["later attempts do not enter"]),
    Wrong("regression_slope", lambda: (slope(shots("first")[1]) ** 2,), ["squared"]),
    Wrong("regression_slope", lambda: actual("correlation"), ["actual correlation"]),
    Wrong("regression_slope", actual, ["first on the later"]),
    Wrong("regression_slope", lambda: (weight(FIRST + LATER),), ["all of the season's"]),
    Wrong("regression_slope", lambda: ((weight(FIRST) * weight(LATER)) ** 0.5,), ["needs no later attempts"]),
    Wrong("regression_slope", lambda: (1 / (1 / weight(FIRST) - 1),), ["ratio of the two weights"]),
    Wrong("regression_slope", lambda: (weight(ALL),), ["over all 176"]),
    Wrong("regression_slope", lambda: (weight(100),), ["This has 100 attempts"]),
    Wrong("regression_slope", (weight(FIRST, 400),), ["kappa at 400"]),
    Wrong("predictive_sd", (BINOMIAL,), ["The rate is uncertain"]),
    Wrong("predictive_sd", ((231 * 50 * 51) ** 0.5 / 101,), ["at his own percentage"]),
    Wrong("predictive_sd", ((231 / 3 * 2 / 3) ** 0.5,), ["what he made afterwards"]),
    Wrong("predictive_sd", (sd_of_beta(A, B),), ["rate alone; the question"]),
    Wrong("predictive_sd", (makes(51, 52)[1],), ["from a flat prior"]),
    Wrong("predictive_sd", (makes(A, B + 50)[1],), ["51 misses"]),
    Wrong("predictive_sd", (makes(A, B, 101)[1],), ["this is for 101"]),
    Wrong("predictive_sd", (MEAN_MAKES,), ["expected to make"]),
    Wrong("predictive_sd", ((BINOMIAL**2 + OF_RATE**2) ** 0.5,), ["less than at the mean rate"]),
    Wrong("predictive_sd", (BINOMIAL * ((A + B + 231) / (A + B)) ** 0.5,), ["with the one"]),
    # Right simulations of 100,000: the page asks for none, and is not to call them wrong
    Wrong("predictive_sd", (9.0053,), ["unless simulated: the variance"]),
    Wrong("predictive_sd", (8.9890,), ["unless simulated: the binomial"]),
    Wrong("expected_squared_error", (6.0848e-4,), ["unless simulated: the variance"]),
    Wrong("expected_squared_error", (6.0858e-4,), ["unless simulated: the mean"]),
    Wrong("predictive_sd", (OF_RATE,), ["rate alone, in shots"]),
    Wrong("predictive_sd", (BINOMIAL + OF_RATE,), ["variances do"]),
    Wrong("predictive_sd", (SD_MAKES**2,), ["Take the root"]),
    Wrong("predictive_sd", (SD_MAKES / 231,), ["his share"]),
    Wrong("predictive_sd", (makes(A - 50, B - 51)[1],), ["whom we have not seen"]),
    Wrong("expected_squared_error", (ERRORS["complete"],), ["complete pooling"]),
    Wrong("expected_squared_error", (ERRORS["none"],), ["no pooling"]),
    Wrong("expected_squared_error", (ERRORS["noise"],), ["what a prophet"]),
    Wrong("expected_squared_error", (ERRORS["rates"],), ["later shots is missing"]),
    Wrong("expected_squared_error", (ERRORS["rates"] + 0.373 * 0.627 / 700,), ["not m (1 - m)."]),
    Wrong("expected_squared_error", (ERRORS["partial"] ** 0.5,), ["This is the root"]),
    Wrong("expected_squared_error", (SPREAD * 450 / 850 + ERRORS["noise"],), ["a share of 1 - w"]),
    Wrong("expected_squared_error", (SPREAD * (400 / 850) ** 2 + ERRORS["noise"],), ["pulling alone"]),
    Wrong(
        "expected_squared_error", ((450 / 850) ** 2 * SHOT / 450 + ERRORS["noise"],), ["what is lost by pulling comes"]
    ),
    Wrong("expected_squared_error", (SPREAD * 400 / 1100 + SHOT / 450,), ["are 450, the later"]),
    Wrong("expected_squared_error", (ERRORS["rates"] + SHOT / 450,), ["divided by the later shots"]),
    Wrong("expected_squared_error", (ERRORS["rates"] + 0.373 / 700,), ["not theta."]),
    Wrong("expected_squared_error", (ERRORS["rates"] ** 0.5 + ERRORS["noise"] ** 0.5,), ["do not add up"]),
    Wrong("expected_squared_error", (0.373 * 0.627 * (1 / 850 + 399 / 400 / 700),), ["with the one"]),
    Wrong("expected_squared_error", (0.373 * 0.627 / 851 + ERRORS["noise"],), ["at the mean rate"]),
    Wrong("other_prior", lambda: other_quantile(-1.5), ["with the power -3/2"]),
    Wrong("other_prior", lambda: (reference.best_beta_binomial()[1],), ["without a prior"]),
    Wrong("other_prior", lambda: other_quantile(-2.0, "season"), ["from all the shots"]),
    Wrong("other_prior", lambda: other_quantile(-2.0, share=0.95), ["upper end"]),
    Wrong("other_prior", lambda: other_quantile(-2.0, share=0.05), ["lower end"]),
]
