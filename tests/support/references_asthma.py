"""Values of the numbers in the chapters on asthma, each found without `lib` and not by the chapter's method."""

import csv
from fractions import Fraction
from functools import cache
from math import comb

import numpy as np
from paths import DATA
from scipy import interpolate, optimize, special, stats

# Asthma in one county: three deaths at an exposure x, in 100,000 person-years, under a prior Gamma(3, rate 5).


def county_rates(exposure, deaths=3):
    """Rates and their posterior probabilities, prior times likelihood written out, by Gauss's rule on 0 to 60."""
    node, weight = np.polynomial.legendre.leggauss(300)
    rates = 30 * (1 + node)
    mass = weight * rates ** (2 + deaths) * np.exp(-(5 + exposure) * rates)
    return rates, mass / mass.sum()


def county_mean(exposure, deaths=3):
    rates, mass = county_rates(exposure, deaths)
    return float(mass @ rates)


def county_quantile(probability, shape, rate):
    """Quantile of a Gamma whose shape is a whole number: it exceeds t if a Poisson process has had fewer events."""

    def above(t):
        return sum(np.exp(-rate * t) * (rate * t) ** k / np.prod(np.arange(1.0, k + 1)) for k in range(shape))

    return optimize.bisect(lambda t: above(t) - (1 - probability), 0, 60, xtol=1e-13)


def county_above(rate):
    """Chance that the rate of a county with three deaths in 100,000 is at least this: a Poisson count is below six."""
    return sum(np.exp(-6 * rate) * (6 * rate) ** k / np.prod(np.arange(1.0, k + 1)) for k in range(6))


def county_exact_interval(deaths, probability):
    """End of the exact interval of a Poisson mean: where the count becomes this unlikely from above or below."""

    def below(mean, count):
        return sum(np.exp(-mean) * mean**k / np.prod(np.arange(1.0, k + 1)) for k in range(count))

    count, target = (deaths, 1 - probability) if probability < 0.5 else (deaths + 1, 1 - probability)
    return optimize.bisect(lambda mean: below(mean, count) - target, 1e-9, 50, xtol=1e-12)


def county_count(exposure, counts, shape=3, rate=5):
    """Chance that the count is one of these: coins that count failures before so many successes (Pascal)."""
    share = Fraction(rate) / (Fraction(rate) + Fraction(exposure))
    return float(sum(comb(shape + k - 1, k) * share**shape * (1 - share) ** k for k in counts))


# Asthma in the counties of California: rates lam ~ Gamma(shape a, mean m), here integrated out by sums over a grid of
# lam, where the chapter uses the negative binomial in closed form, or draws.


@cache
def california(period="2017_2019", census=2017):
    """Exposure in million person-years, and the least and the greatest number that each count may be."""
    with (DATA / "asthma_california.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    exposure = np.array([3e-6 * int(row[f"population_{census}"]) for row in rows])
    counts = [row[f"deaths_{period}"] for row in rows]
    least, greatest = ([float(count or end) for count in counts] for end in (1, 5))
    return exposure, np.array(least), np.array(greatest)


def california_place(county):
    with (DATA / "asthma_california.csv").open(encoding="utf-8") as file:
        return [row["county"] for row in csv.DictReader(file)].index(county)


LOG_RATES = np.linspace(np.log(1e-4), np.log(200), 1001)


@cache
def california_chances(period="2017_2019"):
    """Probability of what is published of each county (a row) at each rate."""
    exposure, least, greatest = california(period)
    mean = exposure[:, np.newaxis] * np.exp(LOG_RATES)
    hidden = np.exp(-mean) * sum(mean**k / np.prod(np.arange(1.0, k + 1)) for k in range(1, 6))
    return np.where((least < greatest)[:, np.newaxis], hidden, stats.poisson.pmf(least[:, np.newaxis], mean))


def gamma_masses(shape, mean):
    """Probability of each rate; rows for several hyperparameters."""
    shape, mean = np.atleast_1d(shape)[:, np.newaxis], np.atleast_1d(mean)[:, np.newaxis]
    log_density = shape * (LOG_RATES - np.log(mean) + np.log(shape)) - shape * np.exp(LOG_RATES) / mean
    return np.exp(log_density - special.gammaln(shape)) * (LOG_RATES[1] - LOG_RATES[0])


@cache
def california_best(treatment="modelled", period="2017_2019"):
    """Shape and mean with the highest marginal likelihood, by a quasi-Newton search on log mean and spread."""
    exposure, least, greatest = california(period)
    hidden = least < greatest

    def cost(place):
        shape, mean = 1 / place[1] ** 2, np.exp(place[0])
        count = stats.nbinom(shape, shape / (shape + mean * exposure))
        modelled = np.log(count.cdf(5) - count.cdf(0)) if treatment == "modelled" else 0
        read = count.logpmf(np.where(hidden & (treatment != "modelled"), 0, least))
        if treatment == "dropped":
            read = read * ~hidden
        return -np.where(hidden & (treatment == "modelled"), modelled, read).sum()

    best = optimize.minimize(cost, [np.log(9), 0.5], method="L-BFGS-B", bounds=[(0, 4), (0.05, 3)], tol=1e-12)
    return float(1 / best.x[1] ** 2), float(np.exp(best.x[0]))


@cache
def california_log_likelihood():
    """Log marginal likelihood at its best, over the grid of rates."""
    (mass,) = gamma_masses(*california_best())
    return float(np.log(california_chances() @ mass).sum())


def california_pmf(shape, mean, size=2001):
    """Chances of 0, 1, 2, ... deaths in each county, by the recursion from one count to the next."""
    exposure = california()[0]
    share = mean * exposure / (shape + mean * exposure)
    ratio = share[:, np.newaxis] * (shape + np.arange(size - 1)) / np.arange(1, size)
    log_first = shape * np.log1p(-share)[:, np.newaxis]
    return np.exp(np.concatenate([log_first, log_first + np.cumsum(np.log(ratio), axis=1)], axis=1))


@cache
def california_limit(treatment):
    """Mean rate that a treatment tends to if the fit is the truth: where the expected score function is zero.

    The score of a negative binomial count in the logarithm of its mean and in its shape.
    """
    exposure, (shape, mean) = california()[0], california_best()
    chance, k = california_pmf(shape, mean), np.arange(2001)
    hidden = (k >= 1) & (k <= 5)
    kept = chance * (~hidden if treatment == "dropped" else 1)
    read = np.where(hidden, 0, k) if treatment == "zeroed" else k

    def scores(logs):
        a, expected = np.exp(logs[0]), np.exp(logs[1]) * exposure[:, np.newaxis]
        in_mean = a * (read - expected) / (a + expected)
        in_shape = (
            special.digamma(a + read) - special.digamma(a) - np.log1p(expected / a) - (read - expected) / (a + expected)
        )
        return [(kept * in_mean).sum(), (kept * in_shape).sum()]

    start = np.log(california_best("dropped")) if treatment == "dropped" else np.log([1.5, 8])
    return float(np.exp(optimize.root(scores, start, tol=1e-12).x[1]))


def california_expected_hidden_counts(treatment="modelled"):
    """Expected number of counts from 1 to 5 if the fit is the truth."""
    return float(california_pmf(*california_best(treatment))[:, 1:6].sum())


def california_hidden_total(period):
    """Mean and sd of the sum of the hidden counts given the fit, over the grid of rates."""
    exposure, least, greatest = california(period)
    (mass,) = gamma_masses(*california_best(period=period))
    expected = exposure[least < greatest, np.newaxis] * np.exp(LOG_RATES)
    weight = np.array([stats.poisson.pmf(k, expected) @ mass for k in range(1, 6)])
    weight /= weight.sum(axis=0)
    k = np.arange(1, 6)
    average = k @ weight
    return float(average.sum()), float(np.sqrt((k**2 @ weight - average**2).sum()))


@cache
def california_posterior():
    """Grid of log shape and log mean, and its posterior probabilities: log-normal priors around 10, sd 1.5 and 1."""
    log_shape, log_mean = np.meshgrid(np.linspace(-0.5, 7.5, 49), np.linspace(1.6, 3.1, 40), indexing="ij")
    log_shape, log_mean = log_shape.ravel(), log_mean.ravel()
    likely = california_chances() @ gamma_masses(np.exp(log_shape), np.exp(log_mean)).T
    log_mass = np.log(likely).sum(axis=0) - ((log_shape - np.log(10)) / 1.5) ** 2 / 2 - (log_mean - np.log(10)) ** 2 / 2
    mass = np.exp(log_mass - log_mass.max())
    return np.exp(log_shape), np.exp(log_mean), mass / mass.sum()


@cache
def california_rates():
    """Posterior probabilities of each county's rate over the grid, hyperparameters integrated out."""
    shape, mean, mass = california_posterior()
    prior = gamma_masses(shape, mean)
    likely = california_chances()
    joint = likely * ((mass / (likely @ prior.T)) @ prior)
    return joint / joint.sum(axis=1, keepdims=True)


def california_rate(county, power=1):
    return float(california_rates()[california_place(county)] @ np.exp(power * LOG_RATES))


def california_rate_sd(county):
    return float(np.sqrt(california_rate(county, 2) - california_rate(county) ** 2))


@cache
def california_scores(method):
    """Log score of each county in 2020-22, over the grid of rates."""
    exposure, least, greatest = california()
    hidden = least < greatest
    later = california_chances("2020_2022")
    if method == "full":
        return np.log((later * california_rates()).sum(axis=1))
    if method in ("common", "half"):
        middle = (least + greatest) / 2
        rate = np.full(exposure.size, california_common()) if method == "common" else (middle + 0.5) / exposure
        _, low, high = california("2020_2022")
        expected = exposure * rate
        interval = stats.poisson.cdf(5, expected) - stats.poisson.cdf(0, expected)
        return np.log(np.where(low < high, interval, stats.poisson.pmf(low, expected)))
    (mass,) = gamma_masses(*california_best(method))
    likely = california_chances()
    if method == "dropped":
        likely = np.where(hidden[:, np.newaxis], 1, likely)
    if method == "zeroed":
        likely = np.where(hidden[:, np.newaxis], np.exp(-exposure[:, np.newaxis] * np.exp(LOG_RATES)), likely)
    weight = likely * mass
    return np.log((later * weight).sum(axis=1) / weight.sum(axis=1))


@cache
def california_common():
    """One rate for all counties: where the expected deaths given what is published equal those of the rate."""
    exposure, least, greatest = california()
    k = np.arange(1, 6)[:, np.newaxis]

    def excess(rate):
        weight = stats.poisson.pmf(k, rate * exposure)
        count = np.where(least < greatest, (k * weight).sum(axis=0) / weight.sum(axis=0), least)
        return count.sum() - rate * exposure.sum()

    return float(optimize.brentq(excess, 5, 20))


def california_outside():
    """Shown counts outside the central 95% of a Poisson count at the state's rate, and shown counts."""
    exposure, least, greatest = california()
    shown = least == greatest
    mean = exposure * (least[shown].sum() + 66) / exposure.sum()
    below, above = stats.gamma.sf(mean, least + 1), stats.gamma.cdf(mean, np.maximum(least, 1e-9))
    return int((shown & ((below < 0.025) | (above < 0.025))).sum()), int(shown.sum())


# The ends of the list of rates


def california_above(rate):
    """Chance that each county's rate is above this one, by a smooth curve through the grid's distribution functions."""
    below = np.cumsum(california_rates(), axis=1)
    at = np.log(rate) - (LOG_RATES[1] - LOG_RATES[0]) / 2  # a cell's mass lies half before its point, half after
    return np.array([1 - float(interpolate.CubicSpline(LOG_RATES, row)(at)) for row in below])


@cache
def california_sets(size=40_000, seed=58):
    """Sets of the 58 rates (rows) from the grid's posterior: its points drawn, then each rate by inverting its sums."""
    rng = np.random.default_rng(seed)
    shape, mean, mass = california_posterior()
    likely, numbers = california_chances(), rng.multinomial(size, mass)
    step = LOG_RATES[1] - LOG_RATES[0]
    rows = []
    for a, m, number in zip(shape, mean, numbers, strict=True):
        if number:
            sums = np.cumsum(likely * gamma_masses(a, m), axis=1)
            sums /= sums[:, -1:]
            draws = rng.random((likely.shape[0], number))
            rows.append([np.interp(u, row, LOG_RATES + step / 2) for u, row in zip(draws, sums, strict=True)])
    return np.exp(np.concatenate(rows, axis=1)).T


@cache
def california_ends():
    """For each county the chances of the highest and of the lowest rate, in those sets."""
    sets = california_sets()
    return tuple(np.bincount(end, minlength=sets.shape[1]) / len(sets) for end in (sets.argmax(1), sets.argmin(1)))


@cache
def california_with_total(period, total, numbers=range(1, 6), census=2017):
    """Shape and mean with the highest likelihood if the sum of the hidden counts is known, by products of polynomials.

    The chance of a sum is a coefficient of the product of the counties' generating functions: here found by evaluating
    it at roots of unity.
    """
    exposure, least, greatest = california(period, census)
    hidden = least < greatest
    unity = np.exp(2j * np.pi * np.arange(2048) / 2048)
    powers = np.power.outer(unity, np.asarray(numbers))

    def cost(place):
        shape, mean = 1 / place[1] ** 2, np.exp(place[0])
        count = stats.nbinom(shape, shape / (shape + mean * exposure))
        chances = np.array([count.pmf(k) for k in numbers])[:, hidden]
        product = np.prod(powers @ (chances / chances.sum(axis=0)), axis=1)
        of_total = float((product * unity**-total).mean().real)
        return -count.logpmf(least)[~hidden].sum() - np.log(chances.sum(axis=0)).sum() - np.log(of_total)

    best = optimize.minimize(cost, [np.log(9), 0.5], method="L-BFGS-B", bounds=[(0, 4), (0.05, 3)], tol=1e-12)
    return float(1 / best.x[1] ** 2), float(np.exp(best.x[0]))


def california_numbers_hidden(period):
    """Mean and sd of the number of hidden counts if the fit is the truth, over the grid of rates, and P(24 or more)."""
    exposure = california(period)[0]
    (mass,) = gamma_masses(*california_best(period=period))
    expected = exposure[:, np.newaxis] * np.exp(LOG_RATES)
    hides = (stats.poisson.cdf(5, expected) - stats.poisson.cdf(0, expected)) @ mass
    unity = np.exp(2j * np.pi * np.arange(64) / 64)
    product = np.prod(1 - hides + np.multiply.outer(unity, hides), axis=1)
    chances = np.array([(product * unity**-n).mean().real for n in range(59)])
    return float(hides.sum()), float(np.sqrt((hides * (1 - hides)).sum())), float(chances[24:].sum())


def california_expected_outside():
    """How many counts, given that they are shown, are outside the band at equal rates; and Humboldt's two chances."""
    exposure, least, greatest = california()
    shown = least == greatest
    rate = (least[shown].sum() + 66) / exposure.sum()
    chances = []
    for mean in exposure * rate:
        law = stats.poisson(mean)
        low, high = (next(k for k in range(1000) if law.cdf(k) >= end) for end in (0.025, 0.975))
        out = law.cdf(low - 1) + law.sf(high)
        masked = sum(law.pmf(k) for k in range(1, 6) if k < low or k > high)
        chances.append((out, (out - masked) / (1 - law.cdf(5) + law.pmf(0))))
    chances = np.array(chances)
    return float(chances[shown, 1].sum()), *map(float, chances[california_place("Humboldt")])


def california_worth():
    """What the learned prior is worth in people watched for three years: a 95% interval, over the grid."""
    shape, mean, mass = california_posterior()
    people = shape / mean / 3e-6
    order = people.argsort()
    middle = np.cumsum(mass[order]) - mass[order] / 2
    return np.interp([0.025, 0.975], middle, people[order])


def california_deaths_needed():
    """Deaths in 10,000 people and three years with which the state's rate is below 39 in 40 of the rates, by a sum."""
    (mass,) = gamma_masses(*california_best())
    exposure, least, greatest = california()
    rate = (least[least == greatest].sum() + 66) / exposure.sum()
    for deaths in range(100):
        weight = mass * stats.poisson.pmf(deaths, 0.03 * np.exp(LOG_RATES))
        if weight[np.exp(LOG_RATES) > rate].sum() > 39 / 40 * weight.sum():
            return deaths
    raise AssertionError("no number of deaths is enough")


def california_last_county():
    """Three deaths in a tenth of a million person-years under Gamma(10.8, 1.015): mean, ends of 95%, chance above 10.

    Rates are per million, the mean and the ends per 100,000; all by sums over a grid.
    """
    rates = np.linspace(1e-4, 80, 400_001)
    weight = rates**12.8 * np.exp(-1.115 * rates)  # of a Gamma density, whose factor cancels
    weight /= weight.sum()
    below = np.cumsum(weight)
    low, high = np.interp([0.025, 0.975], below, rates) / 10
    return float(weight @ rates) / 10, float(low), float(high), float(weight[rates > 10].sum())


def raw_rates(*counties):
    """Deaths of 2017-19 per million person-years: of these counties, and of all whose count is shown together."""
    found, deaths, people = {}, 0, 0
    for row in csv.DictReader((DATA / "asthma_california.csv").open(encoding="utf-8")):
        if not row["deaths_2017_2019"]:
            continue
        deaths, people = deaths + int(row["deaths_2017_2019"]), people + int(row["population_2017"])
        if row["county"] in counties:
            found[row["county"].lower()] = 1e6 * int(row["deaths_2017_2019"]) / (3 * int(row["population_2017"]))
    return found | {"all": 1e6 * deaths / (3 * people)}
