"""Answers to the practice exercises of the chapter on counties within states, found without their checks."""

from functools import cache

import numpy as np
from exercise_rules import Right, Wrong
from scipy import integrate, optimize, stats

Z = 1.959964
NODE, WEIGHT = np.polynomial.hermite_e.hermegauss(40)
STATES, MASS = 4 * np.exp(0.12 * NODE), WEIGHT / WEIGHT.sum()  # means of states, by Gauss's rule

BETWEEN = MASS @ (STATES - MASS @ STATES) ** 2
WITHIN = MASS @ (STATES**2 / 24)  # a Gamma with shape 24 has the variance mean^2 / 24
WHOLE = BETWEEN + WITHIN


@cache
def simulated():
    """Spread of a county's rate in a new state, and correlation of two, from a million states."""
    rng = np.random.default_rng(1)
    m = np.exp(np.log(4) + 0.12 * rng.standard_normal(1_000_000))
    one, two = (rng.gamma(24, m / 24) for _ in range(2))
    return one.std(), np.corrcoef(one, two)[0, 1]


def capital(of_county=False, poisson=False, prior=True, jacobian=True, turned=False, spread=0.12):
    """A posterior mean by SciPy's adaptive integrator over m, in place of the check's grid over log m."""

    def weight(m):
        expected = 4.376 * m
        likelihood = stats.poisson.pmf(22, expected) if poisson else stats.nbinom.pmf(22, 24, 24 / (24 + expected))
        if turned:
            likelihood = stats.nbinom.pmf(22, 24, expected / (24 + expected))
        if not jacobian:
            return likelihood * stats.norm.pdf(np.log(m), np.log(4), 0.12)
        return likelihood * (stats.lognorm.pdf(m, spread, scale=4) if prior else 1 / m)

    def value(m):
        return (24 + 22) / (24 / m + 4.376) if of_county else m

    # The check's grid ends eight standard deviations out, which matters only without a prior.
    low, high = 4 * np.exp(-8 * 0.12), 4 * np.exp(8 * 0.12)
    total = integrate.quad(weight, low, high)[0]
    return (integrate.quad(lambda m: value(m) * weight(m), low, high)[0] / total,)


def near_the_middle(log_m):
    """Minus the log posterior density of log m, by hand."""
    return (log_m - np.log(4)) ** 2 / 2 / 0.12**2 - 22 * log_m + 46 * np.log(24 + 4.376 * np.exp(log_m))


RIGHT = [
    Right("empty_county", (24 / 6.2, 600_000)),
    Right("factor_between_states", (np.exp(0.12 * Z) / np.exp(-0.12 * Z),)),
    Right("county_in_a_new_state", (WHOLE**0.5,), rtol=0.005),
    Right("county_in_a_new_state", lambda: simulated()[:1], rtol=0.005, known=0.8),
    Right("correlation_within_a_state", (BETWEEN / WHOLE,), rtol=0.01),
    Right("correlation_within_a_state", lambda: simulated()[1:], rtol=0.01, known=0.8),
    Right("capital", capital, rtol=0.002),
    Right("twice_the_years", (1 / 4,)),
]
WRONG = [
    Wrong("empty_county", (0, 6), ["raw rate", "units of 100,000"]),
    Wrong("empty_county", (4, 2_400_000), ["state's mean", "counts deaths"]),
    Wrong("empty_county", (24 / 24.2, 100_000 / 6), ["not a.", "deaths over rate"]),
    Wrong("empty_county", (24 / 4.2, 400_000), ["not m.", "this is the mean"]),
    Wrong("empty_county", (24 / 96.2, 600_000), ["not a * m", "Right."]),
    Wrong("empty_county", (24 / 20_006, 600_000), ["not 20,000", "Right."]),
    Wrong("factor_between_states", (np.exp(0.12 * Z),), ["factor to the median"]),
    Wrong("factor_between_states", (0.12 * 2 * Z,), ["exponential at the end"]),
    Wrong("factor_between_states", (1 + 0.24 * Z,), ["not one plus"]),
    Wrong("factor_between_states", (np.exp(0.12),), ["one standard deviation"]),
    Wrong("factor_between_states", (np.exp(2 * Z * 0.12**0.5),), ["no root"]),
    Wrong("factor_between_states", (np.exp(0.24),), ["2 * 1.96 tau"]),
    Wrong("factor_between_states", (np.exp(0.48),), ["1.96, not 2"]),
    Wrong("factor_between_states", (np.exp(0.24 * stats.norm.ppf(0.95)),), ["1.645"]),
    Wrong("empty_county", (24 / 8, 620_000), ["of the unit, not 2.", "own person-years"]),
    Wrong("empty_county", (24 / 6.02, 600_000), ["not 0.02", "Right."]),
    Wrong("empty_county", (23 / 6.2, 600_000), ["one taken off", "Right."]),
    Wrong("county_in_a_new_state", (4 / 24**0.5,), ["within the median state. Which"]),
    Wrong("county_in_a_new_state", (4 / 24**0.5 + 0.48,), ["12% of it. V"]),
    Wrong("county_in_a_new_state", ((16 / 24 + 0.48**2) ** 0.5,), ["more than 16"]),
    Wrong("county_in_a_new_state", ((BETWEEN + MASS @ STATES / 24) ** 0.5,), ["not m over a"]),
    Wrong("correlation_within_a_state", (BETWEEN / (16 / 24),), ["with m = 4"]),
    Wrong("correlation_within_a_state", (BETWEEN / (BETWEEN + MASS @ STATES / 24),), ["not m over a"]),
    Wrong("capital", (4,), ["before the county is seen"]),
    Wrong("capital", (46 / 10.376,), ["mean is uncertain"]),
    Wrong("twice_the_years", (6 / 8,), ["state's mean now"]),
    Wrong("county_in_a_new_state", (WITHIN**0.5,), ["differ within a state"]),
    Wrong("county_in_a_new_state", (BETWEEN**0.5,), ["Counties differ within them"]),
    Wrong("county_in_a_new_state", (WITHIN**0.5 + BETWEEN**0.5,), ["variances do"]),
    Wrong("county_in_a_new_state", (WHOLE,), ["Take the root"]),
    Wrong("correlation_within_a_state", (WITHIN / WHOLE,), ["not have in common"]),
    Wrong("correlation_within_a_state", (1,), ["deviation of its own"]),
    Wrong("correlation_within_a_state", (0,), ["the mean is not given"]),
    Wrong("correlation_within_a_state", ((BETWEEN / WHOLE) ** 0.5,), ["not of standard deviations"]),
    Wrong("correlation_within_a_state", (BETWEEN**0.5 / (BETWEEN**0.5 + WITHIN**0.5),), ["do not add up"]),
    Wrong("correlation_within_a_state", (0.12 / (0.12 + 24**-0.5),), ["do not add up"]),
    Wrong("correlation_within_a_state", (BETWEEN / WITHIN,), ["over the whole variance"]),
    Wrong("capital", (22 / 4.376,), ["raw rate"]),
    Wrong("capital", lambda: capital(of_county=True), ["the county's own rate"]),
    Wrong("capital", lambda: capital(poisson=True), ["not Poisson"]),
    Wrong("capital", lambda: capital(turned=True), ["changed places"]),
    Wrong("capital", lambda: capital(spread=0.12**0.5), ["no root"]),
    Wrong("capital", lambda: capital(prior=False), ["Where is the prior"]),
    Wrong("capital", lambda: capital(jacobian=False), ["a factor 1 / m"]),
    Wrong("capital", lambda: (np.exp(optimize.minimize_scalar(near_the_middle, (1, 2)).x),), ["posterior median"]),
    Wrong("twice_the_years", (1 / 7,), ["weight before"]),
    Wrong("twice_the_years", (2 / 7,), ["can never pass one"]),
    Wrong("twice_the_years", (6 / 7,), ["state's mean before"]),
    Wrong("twice_the_years", (2 / 26,), ["not a."]),
    Wrong("twice_the_years", (2 / 6,), ["not m."]),
]
