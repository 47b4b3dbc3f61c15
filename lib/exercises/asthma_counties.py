"""Checks for the practice exercises of the chapter on asthma in many counties."""

from collections.abc import Callable

import numpy as np
from scipy import optimize, special, stats

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
    for (words, people), answer in zip(sizes.items(), (small, large), strict=True):
        expected = expected_counts[words]
        one_year = expected / _YEARS
        edge = 2 * expected
        slips = {
            "this is the chance of 20 or more; above 20 leaves out the count at the edge.": stats.poisson.sf(
                edge - 1, expected
            ),
            "this is the chance of the other side.": stats.poisson.cdf(edge, expected),
            "this is the chance of twice the expected number itself.": stats.poisson.pmf(edge, expected),
            "this is the chance of the next number alone: sum those that follow.": stats.poisson.pmf(
                np.floor(edge) + 1, expected
            ),
            "this is one year.": stats.poisson.sf(2 * one_year, one_year),
            "the normal approximation is poor in the tail of a Poisson count.": stats.norm.sf(
                edge, expected, np.sqrt(expected)
            ),
            "this is the normal approximation with half a death added: it is poor in the tail too.": stats.norm.sf(
                edge + 0.5, expected, np.sqrt(expected)
            ),
        }
        if people == max(sizes.values()):
            slips |= {"a count so rare shows in no number of replicates that you have: sum the tail instead.": 0.0}
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
            "Above five it is shown, too.": 1 - _chances(np.zeros(1), exposure).sum(),
            "Five is hidden too.": _chances(_HIDDEN[:-1], exposure).sum(),
            "This is the chance that the count is shown.": 1 - _chances(_HIDDEN, exposure).sum(),
            "This is the chance of a count from 0 to 4.": _chances(np.arange(5.0), exposure).sum(),
            "The rate parameter is shape / mean; this takes the mean for it.": stats.nbinom.pmf(
                _HIDDEN, _SHAPE, _MEAN / (_MEAN + exposure)
            ).sum(),
            "This takes every rate to be the mean: the count is negative binomial, not Poisson.": stats.poisson.pmf(
                _HIDDEN, exposure * _MEAN
            ).sum(),
            "The three years are left out of the exposure.": _chances(_HIDDEN, exposure / _YEARS).sum(),
            "p and 1 - p are the wrong way round: it is b / (b + x).": stats.nbinom.pmf(
                _HIDDEN, _SHAPE, exposure / (_RATE + exposure)
            ).sum(),
        },
        rtol=5e-4,  # a normal approximation is off by 9e-4
    )


def expected_hidden_count(count: object) -> None:
    """Check the expected count in Yuba County given that it is from 1 to 5."""
    exposure = _YEARS * _YUBA / _MILLION
    weights = _chances(_HIDDEN, exposure)
    one_year = _chances(_HIDDEN, exposure / _YEARS)
    mean_as_rate = stats.nbinom.pmf(_HIDDEN, _SHAPE, _MEAN / (_MEAN + exposure))
    turned_round = stats.nbinom.pmf(_HIDDEN, _SHAPE, exposure / (_RATE + exposure))
    poisson = stats.poisson.pmf(_HIDDEN, exposure * _MEAN)
    check(
        count,
        (_HIDDEN * weights).sum() / weights.sum(),
        slips={
            "This is the middle of the interval: weigh the numbers by their probabilities.": _HIDDEN.mean(),
            "This is the expected count before we know that it is hidden.": exposure * _MEAN,
            "Divide by the chance that the count is hidden.": (_HIDDEN * weights).sum(),
            "Zero is shown, not hidden: leave it out.": (_HIDDEN * weights).sum()
            / _chances(np.arange(6.0), exposure).sum(),
            "This is given that the count is not zero. Above five it is shown, too.": exposure
            * _MEAN
            / (1 - _chances(np.zeros(1), exposure).sum()),
            "This divides the mean of all counts. Sum over the hidden ones, from 1 to 5.": exposure
            * _MEAN
            / weights.sum(),
            "This takes every rate to be the mean: the count is negative binomial, not Poisson.": (
                _HIDDEN * poisson
            ).sum()
            / poisson.sum(),
            "The three years are left out of the exposure.": (_HIDDEN * one_year).sum() / one_year.sum(),
            "The rate parameter is shape / mean; this takes the mean for it.": (_HIDDEN * mean_as_rate).sum()
            / mean_as_rate.sum(),
            "p and 1 - p are the wrong way round: it is b / (b + x).": (_HIDDEN * turned_round).sum()
            / turned_round.sum(),
        },
    )


def mean_of_2020(mean: object) -> None:
    """Check the maximum likelihood estimate of the mean rate in 2020-22, the hidden counts' sum known, to 0.2%."""
    frame = asthma_california()
    exposure = _YEARS * frame["population_2017"].to_numpy() / _MILLION
    counts, before = (frame[f"deaths_{period}"].to_numpy() for period in ("2020_2022", "2017_2019"))
    shown = ~np.isnan(counts)
    bounds = frame.attrs["suppressed"]
    total = 55
    shape, right = _best_with_total(counts, exposure, total)
    check(
        mean,
        right,
        slips={
            "The total is left out: this has the hidden counts from 1 to 5 and nothing of their sum.": _best(
                counts, exposure, bounds
            )[1],
            "The hidden counts are dropped.": _best(counts[shown], exposure[shown])[1],
            "The hidden counts are read as zero.": _best(np.nan_to_num(counts), exposure)[1],
            "Every hidden count is read as 3. Only their sum is known, and that each is from 1 to 5.": _best(
                np.where(shown, counts, 3), exposure
            )[1],
            "This gives every hidden count the same share of the sum. Each may be anything from 1 to 5.": _best_shared(
                counts, exposure, total
            )[1],
            "The sum is as it should be, but each hidden count is also from 1 to 5.": _best_with_total(
                counts, exposure, total, np.arange(total + 1.0)
            )[1],
            "Zero is shown, not hidden: each hidden count is from 1 to 5.": _best_with_total(
                counts, exposure, total, np.arange(6.0)
            )[1],
            "This is for a sum of 75. What the hidden counts have above one each sums to 55 - 20.": _best_with_total(
                counts, exposure, total + (~shown).sum()
            )[1],
            "This has the population of 2010; the question has that of 2017.": _best_with_total(
                counts, _YEARS * frame["population_2010"].to_numpy() / _MILLION, total
            )[1],
            "This has the total of the period before, 66.": _best_with_total(counts, exposure, 66)[1],
            "This is the period before, with its total.": _best_with_total(before, exposure, 66)[1],
            "This is the period before, and without a total.": _best(before, exposure, bounds)[1],
            "The three years are left out of the exposure.": _YEARS * right,
            "This is the shape.": shape,
            "This is the state's rate, which weighs people; the mean weighs counties.": (np.nansum(counts) + total)
            / exposure.sum(),
        },
        rtol=2e-3,
    )


def county_of_the_last_chapter(mean: object, chance: object) -> None:
    """Check the posterior mean, per 100,000, and the chance of more than 1, after 3 deaths in 100,000 person-years."""
    shape, rate, exposure = 10.8, 1.015, 0.1
    after = stats.gamma(shape + 3, scale=1 / (rate + exposure))
    chosen = stats.gamma(3 + 3, scale=1 / (5 + 1))
    right = {"The mean": after.mean() / 10, "The probability": after.sf(10)}
    check(
        mean,
        right["The mean"],
        slips={
            "this is the raw rate, with no prior.": 3.0,
            "this is the prior mean: the three deaths are left out.": shape / rate / 10,
            "this is the answer of the last chapter, with its own prior.": chosen.mean(),
            "the exposure is a tenth of a million person-years; this takes it for one.": (shape + 3) / (rate + 1) / 10,
            "this counts three years. The deaths are of one year.": (shape + 3) / (rate + 0.3) / 10,
            "this is the mode, with the shape minus one.": (shape + 2) / (rate + exposure) / 10,
            "the three deaths add to the shape.": shape / (rate + exposure) / 10,
            "the exposure adds to the rate parameter.": (shape + 3) / rate / 10,
            "this is the plain average of raw rate and prior mean. Weigh them by exposure.": (3 + shape / rate / 10)
            / 2,
        },
        of="The mean",
        other=right["The probability"],
    )
    check(
        chance,
        right["The probability"],
        slips={
            "this is the chance of less than 1.": after.cdf(10),
            "this is the chance before the three deaths.": stats.gamma(shape, scale=1 / rate).sf(10),
            "this has the prior of the last chapter.": chosen.sf(1),
            "the prior is per million: 1 per 100,000 is 10 there.": after.sf(1),
            "this is for the state's own rate; the question has 1 per 100,000.": after.sf(_state_rate()),
            "SciPy's gamma takes a scale, which is one over the rate.": stats.gamma(
                shape + 3, scale=rate + exposure
            ).sf(10),
            "the exposure is a tenth of a million person-years; this takes it for one.": stats.gamma(
                shape + 3, scale=1 / (rate + 1)
            ).sf(10),
            "this counts three years. The deaths are of one year.": stats.gamma(shape + 3, scale=1 / (rate + 0.3)).sf(
                10
            ),
            "this is the normal approximation; the Gamma distribution is skewed.": stats.norm.sf(
                10, after.mean(), after.std()
            ),
            "the three deaths add to the shape.": stats.gamma(shape, scale=1 / (rate + exposure)).sf(10),
        },
        of="The probability",
        other=right["The mean"],
    )


def _state_rate() -> float:
    """Return California's deaths per million person-years in 2017-19, the hidden ones by the state's total."""
    frame = asthma_california()
    return float((frame["deaths_2017_2019"].sum() + 66) / (_YEARS * frame["population_2017"].sum() / _MILLION))


def _chances(numbers: FloatArray, exposure: float) -> FloatArray:
    """Negative binomial chances of these counts at an exposure."""
    return np.asarray(stats.nbinom.pmf(numbers, _SHAPE, _RATE / (_RATE + exposure)))


def _least(cost: Callable[[FloatArray], float], start: FloatArray) -> FloatArray:
    """Shape and mean at which a function of their logarithms is least."""
    found = optimize.minimize(cost, np.log(start), method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9})
    return np.asarray(np.exp(found.x))


def _best(counts: FloatArray, exposure: FloatArray, suppressed: tuple[int, int] | None = None) -> FloatArray:
    """Shape and mean with the highest marginal likelihood."""
    # The shape's prior is there to make the model proper; the marginal likelihood does not look at it.
    model = GammaPoisson(counts, exposure, shape=stats.lognorm(1), mean=stats.lognorm(1), suppressed=suppressed)

    def cost(logs: FloatArray) -> float:
        shape, mean = np.exp(logs)
        return -float(model.log_marginal_likelihood(shape, shape / mean))

    return _least(cost, np.array([5.0, 10.0]))


def _best_shared(counts: FloatArray, exposure: FloatArray, total: int) -> FloatArray:
    """Shape and mean with the highest likelihood if hidden counts are equal parts of their sum, whole or not."""
    gone = np.isnan(counts)
    read = np.where(gone, total / gone.sum(), counts)

    def cost(logs: FloatArray) -> float:
        shape, mean = np.exp(logs)
        expected = mean * exposure
        rising = special.gammaln(shape + read) - special.gammaln(shape)
        return -float((rising + read * np.log(expected / shape) - (shape + read) * np.log1p(expected / shape)).sum())

    return _least(cost, np.array([5.0, 10.0]))


def _best_with_total(counts: FloatArray, exposure: FloatArray, total: int, numbers: FloatArray = _HIDDEN) -> FloatArray:
    """Shape and mean with the highest likelihood of the counts shown and of hidden ones, of these numbers, in sum."""
    gone = np.isnan(counts)
    start = _best(counts, exposure, (1, 5))

    def cost(logs: FloatArray) -> float:
        shape, mean = np.exp(logs)
        success = shape / (shape + mean * exposure)
        sums = np.ones(1)
        for chances in stats.nbinom.pmf(numbers, shape, success[gone, np.newaxis]):
            sums = np.convolve(sums, chances)
        shown = stats.nbinom.logpmf(counts[~gone], shape, success[~gone]).sum()
        return -float(shown + np.log(sums[total - gone.sum() * int(numbers[0])]))

    return _least(cost, start)
