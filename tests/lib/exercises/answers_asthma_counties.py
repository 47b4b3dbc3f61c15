"""Answers to the practice exercises of the chapter on asthma in many counties, found without their checks."""

import numpy as np
from exercise_rules import Right, Wrong
from references_asthma import LOG_RATES, california, california_best, gamma_masses
from scipy import stats

RATES = np.exp(LOG_RATES)
POPULATION = gamma_masses(10.0, 10.0)[0]
YUBA = 3 * 77_031 / 1e6
HIDDEN = np.arange(1, 6)
POISSON = stats.poisson.pmf(HIDDEN, 10 * YUBA)
LATER = "2020_2022"


def mean_without_deaths(exposure):
    """Posterior mean of a rate, by a sum over rates."""
    weight = POPULATION * np.exp(-exposure * RATES)
    return weight @ RATES / weight.sum()


def above(edge, mean):
    """Chance that a Poisson count exceeds a number, by summing its terms."""
    k = np.arange(edge + 1, edge + 400)
    return np.exp(k * np.log(mean) - mean - np.array([np.log(np.arange(1.0, n + 1)).sum() for n in k])).sum()


def normal_above(edge, mean):
    return stats.norm.sf((edge - mean) / mean**0.5)


def chances(exposure=YUBA, counts=HIDDEN):
    """Chances of the counts, a sum over rates each."""
    return np.array([stats.poisson.pmf(k, exposure * RATES) @ POPULATION for k in counts])


def wrong_way_round():
    """Negative binomial chances with p and 1 - p exchanged: a count of failures before ten successes."""
    p = YUBA / (1 + YUBA)
    return (sum(stats.binom.pmf(9, k + 9, p) * p for k in HIDDEN),)


def state_rate():
    """Deaths of the whole state, those of the table's notes included, over its person-years."""
    return (1190 / california()[0].sum(),)


RIGHT = [
    Right("one_death_in_alpine", (1e6 / 3360,)),
    Right("quiet_county", (mean_without_deaths(0.06),)),
    Right("twice_the_rate", (above(3, 1.5), above(60, 30))),
    Right("chance_of_hidden", (chances().sum(),)),
    Right("expected_hidden_count", (HIDDEN @ chances() / chances().sum(),)),
    Right("mean_of_2020", lambda: (california_best(period=LATER)[1],), rtol=2e-3),
]
WRONG = [
    Wrong("one_death_in_alpine", (1e6 / 1120,), ["three years are left out"]),
    Wrong("one_death_in_alpine", (1e6 / 1120 * 3,), ["multiplies by the three years"]),
    Wrong("one_death_in_alpine", (1e5 / 3360,), ["per 100,000"]),
    Wrong("one_death_in_alpine", (3360 / 1e6,), ["This is the exposure"]),
    Wrong("quiet_county", (0,), ["raw rate"]),
    Wrong("quiet_county", (mean_without_deaths(0),), ["population mean"]),
    Wrong("quiet_county", (mean_without_deaths(0.02),), ["left out of the exposure"]),
    Wrong("quiet_county", (10 / 10.06,), ["takes the mean for it"]),
    Wrong("quiet_county", (10 / 60_001,), ["in people"]),
    Wrong("quiet_county", (9 / 1.06,), ["mode"]),
    Wrong(
        "twice_the_rate",
        (above(2, 1.5), above(59, 30)),
        ["this is the chance of 20 or more", "this is the chance of 20 or more"],
    ),
    Wrong("twice_the_rate", (1 - above(3, 1.5), 1 - above(60, 30)), ["other side", "other side"]),
    Wrong("twice_the_rate", (above(1, 0.5), above(20, 10)), ["one year", "one year"]),
    Wrong("twice_the_rate", (normal_above(3, 1.5), normal_above(60, 30)), ["normal", "normal"]),
    Wrong("chance_of_hidden", (chances(counts=range(6)).sum(),), ["Zero is shown"]),
    Wrong("chance_of_hidden", (chances(counts=range(1, 5)).sum(),), ["Five is hidden"]),
    Wrong("chance_of_hidden", (POISSON.sum(),), ["not Poisson"]),
    Wrong("chance_of_hidden", (chances(YUBA / 3).sum(),), ["three years"]),
    Wrong("chance_of_hidden", wrong_way_round, ["wrong way round"]),
    Wrong("expected_hidden_count", (3,), ["middle of the interval"]),
    Wrong("expected_hidden_count", (10 * YUBA,), ["before we know"]),
    Wrong("expected_hidden_count", (HIDDEN @ chances(),), ["Divide"]),
    Wrong("expected_hidden_count", (HIDDEN @ POISSON / POISSON.sum(),), ["not Poisson"]),
    Wrong("mean_of_2020", lambda: (california_best("dropped", LATER)[1],), ["dropped"]),
    Wrong("mean_of_2020", lambda: (california_best("zeroed", LATER)[1],), ["zero"]),
    Wrong("mean_of_2020", lambda: (california_best()[1],), ["period before"]),
    Wrong("mean_of_2020", lambda: (3 * california_best(period=LATER)[1],), ["three years"]),
    Wrong("mean_of_2020", lambda: (california_best(period=LATER)[0],), ["This is the shape"]),
    Wrong("mean_of_2020", state_rate, ["weighs people"]),
]
