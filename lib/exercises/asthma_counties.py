"""Checks for the practice exercises of the chapter on asthma in many counties."""

import numpy as np
from scipy import optimize, stats

from lib.checks import check
from lib.datasets import asthma_california
from lib.models import GammaPoisson
from lib.validation import FloatArray

_YEARS, _MILLION = 3, 1e6
_SHAPE, _MEAN = 10.0, 10.0  # the population of rates in the exercises, per million person-years
_RATE = _SHAPE / _MEAN
_YUBA = 77_031
_HIDDEN = np.arange(1.0, 6.0)


def one_death_in_alpine(rate: object) -> None:
    """Check the raw rate of Alpine County, 1,120 people, for one death in three years."""
    people = 1120
    check(
        rate,
        _MILLION / (_YEARS * people),
        slips={
            "The three years are left out: person-years are people times years.": _MILLION / people,
            "This multiplies by the three years. The count is spread over them.": _YEARS * _MILLION / people,
            "This is per 100,000 person-years.": 1e5 / (_YEARS * people),
            "This is the exposure. The rate is the count over it.": _YEARS * people / _MILLION,
        },
    )


def quiet_county(mean: object) -> None:
    """Check the posterior mean of the rate in a county of 20,000 with no death in three years."""
    exposure = _YEARS * 20_000 / _MILLION
    check(
        mean,
        _SHAPE / (_RATE + exposure),
        slips={
            "This is the raw rate. No death in a small county does not make a rate of zero.": 0.0,
            "This is the population mean: three years without a death are some evidence.": _MEAN,
            "The three years are left out of the exposure.": _SHAPE / (_RATE + exposure / _YEARS),
            "The rate parameter is shape / mean; this takes the mean for it.": _SHAPE / (_MEAN + exposure),
            "The exposure is in people. The rates are per million person-years.": _SHAPE
            / (_RATE + exposure * _MILLION),
            "This is the mode, with the shape minus one.": (_SHAPE - 1) / (_RATE + exposure),
        },
    )


def twice_the_rate(small: object, large: object) -> None:
    """Check the chances that a raw rate exceeds 20 when the rate is 10, with 50,000 and with a million people."""
    sizes = {"50,000 people": 50_000, "a million": 1_000_000}
    expected_counts = {words: _MEAN * _YEARS * people / _MILLION for words, people in sizes.items()}
    right = {words: stats.poisson.sf(2 * expected, expected) for words, expected in expected_counts.items()}
    for words, answer in zip(sizes, (small, large), strict=True):
        expected = expected_counts[words]
        one_year = expected / _YEARS
        edge = 2 * expected
        slips = {
            "this is the chance of 20 or more; above 20 leaves out the count at the edge.": stats.poisson.sf(
                edge - 1, expected
            ),
            "this is the chance of the other side.": stats.poisson.cdf(edge, expected),
            "this is one year.": stats.poisson.sf(2 * one_year, one_year),
            "the normal approximation is poor in the tail of a Poisson count.": stats.norm.sf(
                edge, expected, np.sqrt(expected)
            ),
        }
        [other] = (chance for others, chance in right.items() if others != words)
        check(answer, right[words], slips=slips, of=f"With {words}", other=other)


def chance_of_hidden(chance: object) -> None:
    """Check the probability that Yuba County's count is from 1 to 5."""
    exposure = _YEARS * _YUBA / _MILLION
    check(
        chance,
        _chances(_HIDDEN, exposure).sum(),
        slips={
            "Zero is shown, not hidden.": _chances(np.arange(6.0), exposure).sum(),
            "Five is hidden too.": _chances(_HIDDEN[:-1], exposure).sum(),
            "This takes every rate to be the mean: the count is negative binomial, not Poisson.": stats.poisson.pmf(
                _HIDDEN, exposure * _MEAN
            ).sum(),
            "The three years are left out of the exposure.": _chances(_HIDDEN, exposure / _YEARS).sum(),
            "p and 1 - p are the wrong way round: it is b / (b + x).": stats.nbinom.pmf(
                _HIDDEN, _SHAPE, exposure / (_RATE + exposure)
            ).sum(),
        },
    )


def expected_hidden_count(count: object) -> None:
    """Check the expected count in Yuba County given that it is from 1 to 5."""
    exposure = _YEARS * _YUBA / _MILLION
    weights = _chances(_HIDDEN, exposure)
    poisson = stats.poisson.pmf(_HIDDEN, exposure * _MEAN)
    check(
        count,
        (_HIDDEN * weights).sum() / weights.sum(),
        slips={
            "This is the middle of the interval: weigh the numbers by their probabilities.": _HIDDEN.mean(),
            "This is the expected count before we know that it is hidden.": exposure * _MEAN,
            "Divide by the chance that the count is hidden.": (_HIDDEN * weights).sum(),
            "This takes every rate to be the mean: the count is negative binomial, not Poisson.": (
                _HIDDEN * poisson
            ).sum()
            / poisson.sum(),
        },
    )


def mean_of_2020(mean: object) -> None:
    """Check the maximum likelihood estimate of the mean rate in 2020-22, to within two in a thousand."""
    frame = asthma_california()
    exposure = _YEARS * frame["population_2017"].to_numpy() / _MILLION
    counts, before = (frame[f"deaths_{period}"].to_numpy() for period in ("2020_2022", "2017_2019"))
    shown = ~np.isnan(counts)
    bounds = frame.attrs["suppressed"]
    shape, right = _best(counts, exposure, bounds)
    check(
        mean,
        right,
        slips={
            "The hidden counts are dropped.": _best(counts[shown], exposure[shown])[1],
            "The hidden counts are read as zero.": _best(np.nan_to_num(counts), exposure)[1],
            "This is the period before.": _best(before, exposure, bounds)[1],
            "The three years are left out of the exposure.": _YEARS * right,
            "This is the shape.": shape,
            "This is the state's rate, which weighs people; the mean weighs counties.": (np.nansum(counts) + 55)
            / exposure.sum(),
        },
        rtol=2e-3,
    )


def _chances(numbers: FloatArray, exposure: float) -> FloatArray:
    """Negative binomial chances of these counts at an exposure."""
    return np.asarray(stats.nbinom.pmf(numbers, _SHAPE, _RATE / (_RATE + exposure)))


def _best(counts: FloatArray, exposure: FloatArray, suppressed: tuple[int, int] | None = None) -> FloatArray:
    """Shape and mean with the highest marginal likelihood."""
    # The shape's prior is there to make the model proper; the marginal likelihood does not look at it.
    model = GammaPoisson(counts, exposure, shape=stats.lognorm(1), mean=stats.lognorm(1), suppressed=suppressed)

    def cost(logs: FloatArray) -> float:
        shape, mean = np.exp(logs)
        return -float(model.log_marginal_likelihood(shape, shape / mean))

    found = optimize.minimize(cost, np.log([5.0, 10.0]), method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9})
    return np.asarray(np.exp(found.x))
