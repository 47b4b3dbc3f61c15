"""Checks for the practice exercises of the chapter on asthma in one county."""

import numpy as np
from scipy import stats

from lib.checks import check
from lib.validation import FloatArray

_A, _B, _DEATHS = 3.0, 5.0, 3.0  # the prior, per 100,000 person-years, and the deaths in the year
_UNIT = 100_000


def mean_in_the_book(mean: object, above: object) -> None:
    """Check the posterior mean for three deaths among 200,000 people, and the chance of a rate above one."""
    exposure = 2.0

    def chance(shape: float, rate: float, least: float = 1.0) -> float:
        return float(stats.gamma(shape, scale=1 / rate).sf(least))

    shape, rate = _A + _DEATHS, _B + exposure
    right, right_above = shape / rate, chance(shape, rate)
    slips = {
        "this is for 100,000 people. With 200,000 the exposure is 2.": shape / (_B + 1),
        "this is the raw rate: the prior is left out.": _DEATHS / exposure,
        "this is the prior mean: the data are left out.": _A / _B,
        "the exposure is in people here. The prior's unit is 100,000 person-years.": shape / (_B + exposure * _UNIT),
        "rate and scale: this adds the exposure to one over 5.": shape / (1 / _B + exposure),
        "this is the posterior mode: the mean is shape / rate, without minus one.": (shape - 1) / rate,
        "this is the plain average of the raw rate and the prior mean. Weigh them by exposure.": (
            _DEATHS / exposure + _A / _B
        )
        / 2,
        "the exposure adds to the rate; this leaves it out.": shape / _B,
        "the prior's three deaths are left out.": _DEATHS / rate,
        "this is per million. Give it per 100,000.": 10 * right,
    }
    check(mean, right, slips=slips, of="The mean", other=right_above)
    slips = {
        "this is for 100,000 people, or for a rate above its mean.": chance(shape, _B + 1),
        "this is the chance of a rate below one.": 1 - right_above,
        "this is before the data: the prior's chance.": chance(_A, _B),
        "the scale of SciPy's gamma is one over the rate; a second number shifts it.": 1.0,
        "this takes the deaths for the shape and the exposure for the rate: no prior at all.": chance(
            _DEATHS, exposure
        ),
        "this is the chance of a rate above the prior mean.": chance(shape, rate, _A / _B),
        "this takes a normal distribution with the posterior's mean and standard deviation. The posterior is skewed.": (
            float(stats.norm.sf((1 - right) / np.sqrt(shape) * rate))
        ),
        "this is the chance of a death, not of a rate: average no Poisson here.": float(stats.poisson.sf(0, right)),
    }
    check(above, right_above, slips=slips, of="The probability", other=right, simulated=True)


def interval_after_ten_years(interval: object) -> None:
    """Check the 95% equal-tailed interval of the rate for 30 deaths in ten years among 200,000 people."""
    deaths, exposure, ends = 30.0, 20.0, [0.025, 0.975]

    def of(shape: float, scale: float, levels: list[float] = ends) -> FloatArray:
        return np.asarray(stats.gamma(shape, scale=scale).ppf(levels))

    lower = np.linspace(1e-4, 0.05 - 1e-4, 5_000)
    pairs = stats.gamma(_A + deaths, scale=1 / (_B + exposure)).ppf([lower, lower + 0.95])
    shortest = pairs[:, np.ptp(pairs, axis=0).argmin()]
    normal = (_A + deaths + np.array([-1, 1]) * stats.norm.ppf(0.975) * np.sqrt(_A + deaths)) / (_B + exposure)
    check(
        interval,
        of(_A + deaths, 1 / (_B + exposure)),
        slips={
            "The exposure of one year: ten years of 200,000 people are two million person-years.": of(
                _A + deaths, 1 / (_B + 2)
            ),
            "The people are counted as 100,000.": of(_A + deaths, 1 / (_B + 10)),
            "SciPy's gamma takes a scale, which is one over the rate.": of(_A + deaths, _B + exposure),
            "The prior is left out.": of(deaths, 1 / exposure),
            "SciPy's gamma takes the scale by name: a second number shifts the distribution.": stats.gamma(
                _A + deaths, _B + exposure
            ).ppf(ends),
            "The lower end comes first.": of(_A + deaths, 1 / (_B + exposure), ends[::-1]),
            "The prior brings three deaths with its exposure.": of(deaths, 1 / (_B + exposure)),
            "The prior brings an exposure of 5 with its deaths.": of(_A + deaths, 1 / exposure),
            "Thirty people died, not three.": of(_A + _DEATHS, 1 / (_B + exposure)),
            "This is the shortest interval. Equal tails have 2.5% each.": shortest,
            "This is the exact interval of the data alone, without a prior.": np.array(
                [stats.gamma(deaths).ppf(0.025), stats.gamma(deaths + 1).ppf(0.975)]
            )
            / exposure,
            "This is an interval for the count of ten years. Divide by the exposure, and use the prior.": stats.poisson(
                deaths
            ).ppf(ends),
            "This is a 90% interval.": of(_A + deaths, 1 / (_B + exposure), [0.05, 0.95]),
            "This is the mean plus and minus 1.96 standard deviations. The posterior is skewed.": normal,
        },
    )


def stronger_prior(shape: object, rate: object) -> None:
    """Check shape and rate of a Gamma with the mean of Gamma(3, 5) that is worth two million person-years."""
    people = 2_000_000
    rate_right = people / _UNIT
    slips = {
        "this keeps the shape. With another rate that changes the mean.": _A,
        "the mean is shape / rate, so the shape is the mean times the rate.": rate_right / (_A / _B),
        "this counts two million person-years on top of those that the prior is worth.": _A / _B * (_B + rate_right),
        "this is what 3 lacks, or keeps the mode. Give the whole, and keep the mean.": (_A - 1) / _B * rate_right + 1,
    }
    shape_right = _A / _B * rate_right
    check(shape, shape_right, slips=slips, of="The shape", other=rate_right)
    slips = {
        "this is in person-years. The unit is 100,000 of them.": float(people),
        "this is a scale, one over the rate.": 1 / rate_right,
        "this adds to the prior. The new prior is worth two million in all.": _B + rate_right,
        "this is in millions. The unit is 100,000 person-years.": people / 1e6,
        "this is what 5 lacks. Give the whole.": rate_right - _B,
        "this multiplies the prior's worth by the new one.": _B * rate_right,
    }
    check(rate, rate_right, slips=slips, of="The rate", other=shape_right)


def prior_per_million(shape: object, rate: object) -> None:
    """Check shape and rate of Gamma(3, 5) per 100,000 when it is written per million."""
    factor = 10.0
    slips = {
        "it has no unit, and stays.": _A * factor,
        "it has no unit and stays; it does not shrink.": _A / factor,
    }
    check(shape, _A, slips=slips, of="The shape", other=_B / factor)
    slips = {
        "it goes the other way. Rates per million are larger numbers, so the mean must rise.": _B * factor,
        "this is as before. It is an exposure, and its unit has changed.": _B,
        "this is the scale, one over it.": factor / _B,
    }
    check(rate, _B / factor, slips=slips, of="The rate", other=_A)


def two_quiet_years(chance: object) -> None:
    """Check the chance of no death in the next two years, after three deaths in 100,000 people."""
    shape, rate, years = _A + _DEATHS, _B + 1, 2.0
    check(
        chance,
        (rate / (rate + years)) ** shape,
        slips={
            "This is one quiet year, squared. The years share one unknown rate, so they are not independent.": (
                rate / (rate + 1)
            )
            ** (2 * shape),
            "This is the chance for one year.": (rate / (rate + 1)) ** shape,
            "This takes the posterior mean for the rate. Average over the posterior.": np.exp(-years * shape / rate),
            "This takes the posterior mode for the rate. Average over the posterior.": np.exp(
                -years * (shape - 1) / rate
            ),
            "This takes the raw rate for the rate.": np.exp(-years * _DEATHS),
            "This averages over the prior: the three deaths are left out.": (_B / (_B + years)) ** _A,
            "p and 1 - p are the wrong way round.": (years / (rate + years)) ** shape,
            "This is the chance of at least one death.": 1 - (rate / (rate + years)) ** shape,
            "This is the chance of no death in the second year, after a quiet first one.": ((rate + 1) / (rate + years))
            ** shape,
            "The rate parameter is 6: the year with three deaths was watched, too.": (_B / (_B + years)) ** shape,
            "The shape is 6: three deaths were seen.": (rate / (rate + years)) ** _A,
            "The exposure of two years is 2, not 1/2.": (rate / (rate + 1 / years)) ** shape,
        },
    )


def half_way(people: object) -> None:
    """Check the population at which the raw rate of one year and the prior mean weigh the same."""
    check(
        people,
        _B * _UNIT,
        slips={
            "This is the exposure in units of 100,000 person-years. The question asks for people.": _B,
            "This is the prior's rate times its mean. Its worth in people is the rate alone.": _A * _UNIT,
            "That is for the county's deaths to equal the prior's; the weights depend on the exposure.": _UNIT,
            "Here the raw rate outweighs the prior by two to one.": 2 * _B * _UNIT,
            "Here the prior outweighs the raw rate by two to one.": _B * _UNIT / 2,
            "This takes off the 100,000 of our county. The question is about a county of another size.": (_B - 1)
            * _UNIT,
            "This is how many people the two have together.": (_B + 1) * _UNIT,
            "This is the posterior mean that is wanted. The question asks for people.": (_DEATHS + _A / _B) / 2,
        },
    )
