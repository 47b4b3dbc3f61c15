"""Answers to the practice exercises of the chapter on asthma in one county, found without their checks."""

import numpy as np
from exercise_rules import Right, Wrong
from references_asthma import county_count, county_mean, county_quantile
from scipy import stats


def interval(shape, rate, low=0.025):
    return ([county_quantile(low, shape, rate), county_quantile(1 - low, shape, rate)],)


def half_way():
    """Where a county with the raw rate 3 has the posterior mean half-way between 3 and 3/5."""
    low, high = 1e3, 1e7
    for _ in range(100):
        people = (low + high) / 2
        deaths, exposure = 3 * people / 1e5, people / 1e5
        low, high = (people, high) if (3 + deaths) / (5 + exposure) < 1.8 else (low, people)
    return (low,)


NORMAL = 33 / 25 + np.array([-1.959964, 1.959964]) * 33**0.5 / 25

RIGHT = [
    Right("mean_in_the_book", (county_mean(2),)),
    Right("interval_after_ten_years", interval(33, 25)),
    Right("stronger_prior", (12, 20)),
    Right("prior_per_million", (3, 0.5)),  # test_answers.py compares the two priors
    Right("two_quiet_years", (county_count(2, [0], 6, 6),)),
    Right("half_way", half_way),
]
WRONG = [
    Wrong("mean_in_the_book", (county_mean(1),), ["With 200,000"]),
    Wrong("mean_in_the_book", (3 / 2,), ["the prior is left out"]),
    Wrong("mean_in_the_book", (3 / 5,), ["the data are left out"]),
    Wrong("mean_in_the_book", (6 / 200_005,), ["in people here"]),
    Wrong("mean_in_the_book", (6 / 2.2,), ["one over 5"]),
    Wrong("mean_in_the_book", (5 / 7,), ["posterior mode"]),
    Wrong("mean_in_the_book", ((3 / 2 + 3 / 5) / 2,), ["plain average"]),
    Wrong("interval_after_ten_years", lambda: interval(33, 7), ["exposure of one year"]),
    Wrong("interval_after_ten_years", lambda: interval(33, 15), ["counted as 100,000"]),
    Wrong("interval_after_ten_years", (stats.gamma.ppf([0.025, 0.975], 33, scale=25),), ["one over the rate"]),
    Wrong("interval_after_ten_years", lambda: interval(30, 20), ["prior is left out"]),
    Wrong("interval_after_ten_years", lambda: interval(33, 25, 0.05), ["90% interval"]),
    Wrong("interval_after_ten_years", (NORMAL,), ["skewed"]),
    Wrong("interval_after_ten_years", (33 / 25,), ["2 numbers"]),
    Wrong("stronger_prior", (3, 20), ["keeps the shape", "Right."]),
    Wrong("stronger_prior", (20 / 0.6, 1 / 20), ["mean times the rate", "this is a scale"]),
    Wrong("stronger_prior", (0.6 * 25, 5 + 20), ["on top of", "adds to the prior"]),
    Wrong("stronger_prior", (12, 2_000_000), ["Right.", "in person-years"]),
    Wrong("stronger_prior", (12, 2), ["Right.", "in millions"]),
    Wrong("prior_per_million", (3 * 10, 5 * 10), ["no unit, and stays", "other way"]),
    Wrong("prior_per_million", (3 / 10, 5), ["does not shrink", "as before"]),
    Wrong("prior_per_million", (3, 1 / 0.5), ["Right.", "the scale"]),
    Wrong("two_quiet_years", (county_count(1, [0], 6, 6) ** 2,), ["not independent"]),
    Wrong("two_quiet_years", (county_count(1, [0], 6, 6),), ["for one year"]),
    Wrong("two_quiet_years", (np.exp(-2 * 6 / 6),), ["posterior mean"]),
    Wrong("two_quiet_years", (np.exp(-2 * 3),), ["raw rate"]),
    Wrong("two_quiet_years", (county_count(2, [0]),), ["left out"]),
    Wrong("two_quiet_years", ((1 - 6 / 8) ** 6,), ["wrong way round"]),
    Wrong("half_way", (5,), ["asks for people"]),
    Wrong("half_way", (5 * 0.6 * 100_000,), ["the rate alone"]),
    Wrong("half_way", (3 / (3 / 100_000),), ["depend on the exposure"]),
    Wrong("half_way", (2 * 5 * 100_000,), ["two to one"]),
]
