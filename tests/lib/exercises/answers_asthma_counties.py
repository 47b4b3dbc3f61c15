"""Answers to the practice exercises of the chapter on asthma in many counties, found without their checks."""

import numpy as np
from exercise_rules import RIGHT as RIGHT_SAID
from exercise_rules import Right, Wrong
from references_asthma import LOG_RATES, california, california_best, california_with_total, gamma_masses
from scipy import optimize, special, stats

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


def turned_round():
    """Negative binomial chances with p and 1 - p exchanged: a count of failures before ten successes."""
    p = YUBA / (1 + YUBA)
    return [stats.binom.pmf(9, k + 9, p) * p for k in HIDDEN]


def given_mean_one():
    """Chances of 1 to 5 if rates have shape 10 and mean 1, by a sum over rates."""
    weight = gamma_masses(10.0, 1.0)[0]
    return [stats.poisson.pmf(k, YUBA * RATES) @ weight for k in HIDDEN]


def state_rate():
    """Deaths of the whole state, those of the table's notes included, over its person-years."""
    return (1190 / california()[0].sum(),)


def learned_above(shape, rate, edge=10):
    """Chance that a Gamma variable exceeds a number, by Gauss's rule from there to where nothing is left."""
    node, weight = np.polynomial.legendre.leggauss(200)
    far = edge + (shape + 40 * shape**0.5 + 60) / rate
    rates = edge + (far - edge) * (1 + node) / 2
    density = (rates * rate) ** (shape - 1) * rate * np.exp(-rate * rates) / special.gamma(shape)
    return weight @ density * (far - edge) / 2


def read_as_three():
    """The mean with the highest likelihood if each hidden count is three, by a quasi-Newton search."""
    exposure, least, greatest = california(LATER)
    counts = (least + greatest) / 2

    def cost(place):
        shape, mean = np.exp(place)
        return -stats.nbinom(shape, shape / (shape + mean * exposure)).logpmf(counts).sum()

    best = optimize.minimize(cost, np.log([5.0, 10.0]), method="L-BFGS-B", tol=1e-12)
    return (np.exp(best.x[1]),)


def equal_shares():
    """The mean with the highest likelihood if each hidden count is a twentieth of 55, by sums over rates."""
    exposure, least, greatest = california(LATER)
    hidden = least < greatest
    expected = np.outer(exposure, RATES)
    counts = np.where(hidden, 55 / hidden.sum(), least)[:, np.newaxis]
    likely = np.exp(special.xlogy(counts, expected) - expected - special.gammaln(counts + 1))

    def cost(place):
        (mass,) = gamma_masses(*np.exp(place))
        return -np.log(likely @ mass).sum()

    return (np.exp(optimize.minimize(cost, np.log([5.0, 10.0]), method="L-BFGS-B", tol=1e-12).x[1]),)


def behind_the_mask(chances):
    return (HIDDEN @ chances / sum(chances),)


RIGHT = [
    Right("one_death_in_alpine", (1e6 / 3360,)),
    Right("quiet_county", (mean_without_deaths(0.06),)),
    Right("twice_the_rate", (above(3, 1.5), above(60, 30))),
    Right("chance_of_hidden", (chances().sum(),), rtol=5e-4),
    Right("expected_hidden_count", (HIDDEN @ chances() / chances().sum(),)),
    Right("mean_of_2020", lambda: (california_with_total(LATER, 55)[1],), rtol=2e-3),
    Right("county_of_the_last_chapter", (13.8 / 1.115 / 10, learned_above(13.8, 1.115))),
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
    Wrong(
        "twice_the_rate",
        (normal_above(3, 1.5), normal_above(60, 30)),
        ["the normal approximation is poor", "the normal approximation is poor"],
    ),
    Wrong("chance_of_hidden", (chances(counts=range(6)).sum(),), ["Zero is shown"]),
    Wrong("chance_of_hidden", (1 - chances(counts=[0])[0],), ["Above five it is shown"]),
    Wrong("chance_of_hidden", (chances(counts=range(1, 5)).sum(),), ["Five is hidden"]),
    Wrong("chance_of_hidden", (POISSON.sum(),), ["not Poisson"]),
    Wrong("chance_of_hidden", (chances(YUBA / 3).sum(),), ["three years"]),
    Wrong("chance_of_hidden", lambda: (sum(turned_round()),), ["wrong way round"]),
    Wrong("expected_hidden_count", (3,), ["middle of the interval"]),
    Wrong("expected_hidden_count", (10 * YUBA,), ["before we know"]),
    Wrong("expected_hidden_count", (HIDDEN @ chances(),), ["Divide"]),
    Wrong("expected_hidden_count", (HIDDEN @ POISSON / POISSON.sum(),), ["not Poisson"]),
    Wrong("expected_hidden_count", lambda: behind_the_mask(chances(YUBA / 3)), ["three years"]),
    Wrong("expected_hidden_count", lambda: behind_the_mask(given_mean_one()), ["takes the mean for it"]),
    Wrong("expected_hidden_count", lambda: behind_the_mask(turned_round()), ["wrong way round"]),
    Wrong("chance_of_hidden", (1 - chances().sum(),), ["the count is shown"]),
    Wrong("chance_of_hidden", (chances(counts=range(5)).sum(),), ["from 0 to 4"]),
    Wrong("chance_of_hidden", lambda: (sum(given_mean_one()),), ["takes the mean for it"]),
    Wrong("expected_hidden_count", (HIDDEN @ chances() / chances(counts=range(6)).sum(),), ["leave it out"]),
    Wrong("expected_hidden_count", (10 * YUBA / (1 - chances(counts=[0])[0]),), ["not zero"]),
    Wrong("expected_hidden_count", (10 * YUBA / chances().sum(),), ["mean of all counts"]),
    Wrong("twice_the_rate", (normal_above(3.5, 1.5), normal_above(60.5, 30)), ["half a death", "half a death"]),
    Wrong("twice_the_rate", (above(2, 1.5) - above(3, 1.5), above(59, 30) - above(60, 30)), ["itself", "itself"]),
    Wrong("twice_the_rate", (above(3, 1.5) - above(4, 1.5), above(60, 30) - above(61, 30)), ["next number"] * 2),
    Wrong("twice_the_rate", (above(3, 1.5), 0), [RIGHT_SAID, "so rare"]),
    Wrong("mean_of_2020", lambda: (california_best(period=LATER)[1],), ["The total is left out"]),
    Wrong("mean_of_2020", lambda: (california_best("dropped", LATER)[1],), ["dropped"]),
    Wrong("mean_of_2020", lambda: (california_best("zeroed", LATER)[1],), ["read as zero"]),
    Wrong("mean_of_2020", read_as_three, ["read as 3"]),
    Wrong("mean_of_2020", equal_shares, ["same share of the sum"]),
    Wrong("mean_of_2020", lambda: (california_with_total(LATER, 55, range(56))[1],), ["also from 1 to 5"]),
    Wrong("mean_of_2020", lambda: (california_with_total(LATER, 55, range(6))[1],), ["Zero is shown"]),
    Wrong("mean_of_2020", lambda: (california_with_total(LATER, 55 + 20)[1],), ["above one each"]),
    Wrong("mean_of_2020", lambda: (california_with_total(LATER, 55, census=2010)[1],), ["population of 2010"]),
    Wrong("mean_of_2020", lambda: (california_with_total(LATER, 66)[1],), ["total of the period before"]),
    Wrong("mean_of_2020", lambda: (california_with_total("2017_2019", 66)[1],), ["period before, with"]),
    Wrong("mean_of_2020", lambda: (california_best()[1],), ["without a total"]),
    Wrong("mean_of_2020", lambda: (3 * california_with_total(LATER, 55)[1],), ["three years"]),
    Wrong("mean_of_2020", lambda: (california_with_total(LATER, 55)[0],), ["This is the shape"]),
    Wrong("mean_of_2020", state_rate, ["weighs people"]),
    Wrong(
        "county_of_the_last_chapter",
        (3, learned_above(13.8, 1.115, 0) - learned_above(13.8, 1.115)),
        ["raw rate, with", "less than 1"],
    ),
    Wrong(
        "county_of_the_last_chapter", (10.8 / 10.15, learned_above(10.8, 1.015)), ["prior mean: ", "before the three"]
    ),
    Wrong("county_of_the_last_chapter", (1, learned_above(6, 6, 1)), ["the answer of the last", "prior of the last"]),
    Wrong(
        "county_of_the_last_chapter",
        (13.8 / 20.15, learned_above(13.8, 2.015)),
        ["takes it for one", "takes it for one"],
    ),
    Wrong("county_of_the_last_chapter", (13.8 / 13.15, learned_above(13.8, 1.315)), ["three years", "three years"]),
    Wrong("county_of_the_last_chapter", (12.8 / 11.15, learned_above(13.8, 1.115, 1)), ["mode", "10 there"]),
    Wrong(
        "county_of_the_last_chapter",
        (10.8 / 11.15, learned_above(10.8, 1.115)),
        ["add to the shape", "add to the shape"],
    ),
    Wrong(
        "county_of_the_last_chapter",
        (13.8 / 10.15, learned_above(13.8, 1 / 1.115)),
        ["adds to the rate", "takes a scale"],
    ),
    Wrong(
        "county_of_the_last_chapter",
        ((3 + 10.8 / 10.15) / 2, stats.norm.sf((10 - 13.8 / 1.115) / (13.8**0.5 / 1.115))),
        ["plain average", "normal"],
    ),
    Wrong(
        "county_of_the_last_chapter",
        (13.8 / 11.15, learned_above(13.8, 1.115, 1168 / california()[0].sum())),
        [RIGHT_SAID, "own rate"],
    ),
]
