"""Answers to the practice exercises of the chapter on asthma in one county, found without their checks."""

from math import factorial

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


def above(shape=6, rate=7, least=1.0):
    """The chance that the waiting time for so many events is longer: fewer have happened."""
    return sum(np.exp(-rate * least) * (rate * least) ** k / factorial(k) for k in range(shape))


def shortest(shape=33, rate=25):
    """The interval whose ends have the same density, found by halving."""

    def of(level):
        """Both ends at which the density has this share of its highest value."""
        peak = (shape - 1) / rate
        found = []
        for inside, outside in ((peak, 1e-9), (peak, 10 * peak)):
            for _ in range(80):
                middle = (inside + outside) / 2
                ratio = np.exp((shape - 1) * np.log(middle / peak) - rate * (middle - peak))
                inside, outside = (middle, outside) if ratio > level else (inside, middle)
            found.append(inside)
        return found

    low, high = 1e-3, 0.9
    for _ in range(60):
        level = (low + high) / 2
        a, b = of(level)
        held = above(shape, rate, a) - above(shape, rate, b)
        low, high = (level, high) if held > 0.95 else (low, level)
    return (of(level),)


NORMAL = 33 / 25 + np.array([-1.959964, 1.959964]) * 33**0.5 / 25

RIGHT = [
    Right("mean_in_the_book", (county_mean(2), above())),
    Right("interval_after_ten_years", interval(33, 25)),
    Right("stronger_prior", (12, 20)),
    Right("prior_per_million", (3, 0.5)),  # test_answers.py compares the two priors
    Right("two_quiet_years", (county_count(2, [0], 6, 6),)),
    Right("half_way", half_way),
]
WRONG = [
    Wrong("mean_in_the_book", lambda: (county_mean(1), above(6, 6)), ["With 200,000", "above its mean"]),
    Wrong("mean_in_the_book", lambda: (3 / 2, 1 - above()), ["the prior is left out", "below one"]),
    Wrong("mean_in_the_book", lambda: (3 / 5, above(3, 5)), ["the data are left out", "before the data"]),
    Wrong(
        "mean_in_the_book", (6 / 200_005, stats.gamma.sf(1, 6, 7)), ["in people here", "one over the rate; a second"]
    ),
    Wrong("mean_in_the_book", lambda: (6 / 2.2, above(3, 2)), ["one over 5", "no prior at all"]),
    Wrong("mean_in_the_book", lambda: (5 / 7, above(3, 2)), ["posterior mode", "no prior at all"]),
    Wrong(
        "mean_in_the_book", lambda: ((3 / 2 + 3 / 5) / 2, above(6, 7, 0.6)), ["plain average", "above the prior mean"]
    ),
    Wrong("mean_in_the_book", lambda: (6 / 5, above(6, 7, 6 / 7)), ["this leaves it out", "above its mean"]),
    Wrong(
        "mean_in_the_book",
        (3 / 7, 1 - stats.norm.cdf(7, 6, 6**0.5)),
        ["three deaths are left out", "normal distribution"],
    ),
    Wrong("mean_in_the_book", (60 / 7, 1 - np.exp(-6 / 7)), ["per million", "not of a rate"]),
    Wrong("interval_after_ten_years", lambda: interval(33, 7), ["exposure of one year"]),
    Wrong("interval_after_ten_years", lambda: interval(33, 15), ["counted as 100,000"]),
    Wrong("interval_after_ten_years", (stats.gamma.ppf([0.025, 0.975], 33, scale=25),), ["one over the rate"]),
    Wrong("interval_after_ten_years", lambda: interval(30, 20), ["prior is left out"]),
    Wrong("interval_after_ten_years", lambda: interval(33, 25, 0.05), ["90% interval"]),
    Wrong("interval_after_ten_years", (NORMAL,), ["skewed"]),
    Wrong("interval_after_ten_years", lambda: (interval(33, 25)[0][::-1],), ["lower end"]),
    Wrong("interval_after_ten_years", (25 + stats.gamma.ppf([0.025, 0.975], 33),), ["by name"]),
    Wrong("interval_after_ten_years", lambda: interval(30, 25), ["brings three deaths"]),
    Wrong("interval_after_ten_years", lambda: interval(33, 20), ["brings an exposure"]),
    Wrong("interval_after_ten_years", lambda: interval(6, 25), ["not three"]),
    Wrong("interval_after_ten_years", shortest, ["shortest"]),
    Wrong(
        "interval_after_ten_years",
        lambda: ([county_quantile(0.025, 30, 20), county_quantile(0.975, 31, 20)],),
        ["exact interval"],
    ),
    Wrong("interval_after_ten_years", ([20, 41],), ["for the count"]),
    Wrong("interval_after_ten_years", (33 / 25,), ["2 numbers"]),
    Wrong("stronger_prior", (3, 20), ["With another rate", "Right."]),
    Wrong("stronger_prior", (20 / 0.6, 1 / 20), ["mean times the rate", "this is a scale"]),
    Wrong("stronger_prior", (0.6 * 25, 5 + 20), ["on top of", "adds to the prior"]),
    Wrong("stronger_prior", (12, 2_000_000), ["Right.", "in person-years"]),
    Wrong("stronger_prior", (12, 2), ["Right.", "in millions"]),
    Wrong("stronger_prior", (1 + 2 * 4, 20 - 5), ["what 3 lacks, or keeps the mode", "5 lacks"]),
    Wrong("stronger_prior", (12 - 3, 20 - 5), ["Give the whole, and keep the mean", "5 lacks"]),
    Wrong("stronger_prior", (12, 5 * 20), ["Right.", "multiplies"]),
    Wrong("prior_per_million", (3 * 10, 5 * 10), ["no unit, and stays", "other way"]),
    Wrong("prior_per_million", (3 / 10, 5), ["does not shrink", "its unit has changed"]),
    Wrong("prior_per_million", (3 * 10, 5), ["no unit, and stays", "It is an exposure"]),
    Wrong("prior_per_million", (3, 1 / 0.5), ["Right.", "the scale"]),
    Wrong("two_quiet_years", (county_count(1, [0], 6, 6) ** 2,), ["not independent"]),
    Wrong("two_quiet_years", (county_count(1, [0], 6, 6),), ["for one year"]),
    Wrong("two_quiet_years", (np.exp(-2 * 6 / 6),), ["posterior mean"]),
    Wrong("two_quiet_years", (np.exp(-2 * 3),), ["raw rate"]),
    Wrong("two_quiet_years", (county_count(2, [0]),), ["left out"]),
    Wrong("two_quiet_years", ((1 - 6 / 8) ** 6,), ["wrong way round"]),
    Wrong("two_quiet_years", (np.exp(-2 * 5 / 6),), ["posterior mode"]),
    Wrong("two_quiet_years", (1 - county_count(2, [0], 6, 6),), ["at least one death"]),
    Wrong("two_quiet_years", (county_count(2, [0], 6, 6) / county_count(1, [0], 6, 6),), ["after a quiet first"]),
    Wrong("two_quiet_years", (county_count(2, [0], 6, 5),), ["was watched, too"]),
    Wrong("two_quiet_years", (county_count(2, [0], 3, 6),), ["deaths were seen"]),
    Wrong("two_quiet_years", ((12 / 13) ** 6,), ["not 1/2"]),
    Wrong("half_way", (5,), ["in units of 100,000"]),
    Wrong("half_way", (1.8,), ["mean that is wanted"]),
    Wrong("half_way", (5e5 / 2,), ["Here the prior"]),
    Wrong("half_way", (5e5 - 1e5,), ["takes off"]),
    Wrong("half_way", (5e5 + 1e5,), ["together"]),
    Wrong("half_way", (5 * 0.6 * 100_000,), ["the rate alone"]),
    Wrong("half_way", (3 / (3 / 100_000),), ["depend on the exposure"]),
    Wrong("half_way", (2 * 5 * 100_000,), ["Here the raw rate"]),
]
