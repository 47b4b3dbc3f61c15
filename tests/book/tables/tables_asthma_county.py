"""What the tables of the chapter on asthma in one county show."""

from fractions import Fraction
from math import exp, factorial, sqrt

import numpy as np
import references_asthma as asthma
from cells import About
from scipy import integrate, stats

PEOPLE = ["10,000", "100,000", "1,000,000"]
EXPOSURES = [Fraction(1, 10), Fraction(1), Fraction(10)]  # in 100,000 person-years
DEATHS = range(6)
SIMULATED = 1_000_000  # counties, of which those with three deaths are kept


def headings(label, *names):
    """Two rows: the columns, and the name of what the rows are."""
    return [["", *names], [label, *[""] * len(names)]]


def moment(power, exposure=0.0, deaths=0):
    """Mean of a power of the rate, prior times likelihood written out, by Gauss's rule for exponentials (exact)."""
    node, share = np.polynomial.laguerre.laggauss(10)
    rate = node / (5 + exposure)
    mass = share * rate ** (2 + deaths)
    return float(mass @ rate**power / mass.sum())


def weight(exposure):
    """Share of the raw rate's variance that is due to the rate: its slope in the best linear prediction of the rate."""
    mean, variance = moment(1), moment(2) - moment(1) ** 2
    return variance / (variance + mean / exposure)


def sizes():
    rows = [
        [
            people,
            3 / x,
            weight(x),
            moment(1, x, deaths=3),
            asthma.county_quantile(0.025, 6, 5 + x),
            asthma.county_quantile(0.975, 6, 5 + x),
        ]
        for people, x in zip(PEOPLE, map(float, EXPOSURES), strict=True)
    ]
    return [*headings("people", "raw rate", "weight of raw rate", "posterior mean", "2.5%", "97.5%"), *rows]


def before_the_data():
    rows = [
        [
            people,
            float(x) * moment(1),
            1 - asthma.county_count(x, range(3)),
            asthma.county_count(x, range(4)),
        ]
        for people, x in zip(PEOPLE, EXPOSURES, strict=True)
    ]
    return [*headings("people", "expected deaths", "three or more", "three or fewer"), *rows]


def poisson(count, mean):
    """Chance of a count if the rate is known."""
    return exp(-mean) * mean**count / factorial(count)


def next_year():
    kept = SIMULATED * asthma.county_count(1, [3])
    rows = []
    for count in DEATHS:
        chance = asthma.county_count(1, [count], 6, 6)
        simulated = About(chance, 5 * sqrt(chance * (1 - chance) / kept))
        rows.append([str(count), chance, simulated, poisson(count, 1), poisson(count, 3)])
    columns = ["posterior predictive", "simulated", "Poisson at the posterior mean", "Poisson at the raw rate"]
    return [*headings("deaths", *columns), *rows]


def rate_and_scale():
    """Means by integrating the densities over what they cover, and where that begins."""
    calls = {
        "stats.gamma(6, scale=1 / 6)": stats.gamma(6, scale=1 / 6),
        "stats.gamma(6, scale=6)": stats.gamma(6, scale=6),
        "stats.gamma(6, 6)": stats.gamma(6, 6),
    }
    rows = []
    for call, gamma in calls.items():
        least, most = float(gamma.ppf(0)), float(gamma.isf(1e-15))
        mean, _ = integrate.quad(lambda t, gamma=gamma: t * gamma.pdf(t), least, most)
        rows.append([call, mean, least])
    return [["", "mean", "least possible"], *rows]


TABLES = [sizes, before_the_data, next_year, rate_and_scale]
