"""Checks for the practice exercises of the chapter on counties within states."""

import numpy as np

from lib.checks import check
from lib.validation import FloatArray


def empty_county(mean: object, person_years: object) -> None:
    """Check a county without a death in 20,000 person-years: its estimate, and what its state's prior is worth."""
    m, a, y, x = 4.0, 24.0, 0.0, 0.2  # a / m is not m, which would make a slip right
    slips = {
        "this is the raw rate. The state has a say, too.": 0.0,
        "this is the state's mean. The county's person-years count, though nobody died.": m,
        "the Gamma's rate is a / m, not a.": (a + y) / (a + x),
        "the Gamma's rate is a / m, not m.": (a + y) / (m + x),
        "the Gamma's rate is a / m, not a * m.": (a + y) / (a * m + x),
        "20,000 person-years are 0.2 of the unit, not 20,000 of them.": (a + y) / (a / m + 20_000),
        "20,000 person-years are 0.2 of the unit, not 2.": (a + y) / (a / m + 2),
        "20,000 person-years are 0.2 of the unit, not 0.02.": (a + y) / (a / m + 0.02),
        "this is the mode, with one taken off the shape.": (a + y - 1) / (a / m + x),
    }
    right, right_worth = (a + y) / (a / m + x), 1e5 * a / m
    check(mean, right, slips=slips, of="The estimate", other=right_worth)
    slips = {
        "this is in units of 100,000.": a / m,
        "this is the shape, which counts deaths.": 1e5 * a,
        "deaths over rate, not rate over deaths.": 1e5 * m / a,
        "this is the mean, in person-years. The prior's exposure is a / m.": 1e5 * m,
        "this adds the county's own person-years. The state alone is worth a / m.": 1e5 * (a / m + x),
    }
    check(person_years, right_worth, slips=slips, of="The person-years", other=right)


def factor_between_states(factor: object) -> None:
    """Check the ratio of a state at the 97.5th percentile to one at the 2.5th, for tau = 0.12."""
    tau, z = 0.12, 1.959964
    check(
        factor,
        np.exp(2 * z * tau),
        slips={
            "This is the factor to the median. The other state lies as far below it.": np.exp(z * tau),
            "tau is the standard deviation of logarithms: take the exponential at the end.": 2 * z * tau,
            "tau is on the log scale: take the exponential, not one plus.": 1 + 2 * z * tau,
            "This is one standard deviation.": np.exp(tau),
            "tau is a standard deviation, not a variance: no root.": np.exp(2 * z * np.sqrt(tau)),
            "On the log scale the two are 2 * 1.96 tau apart, not 2 tau.": np.exp(2 * tau),
            "The point is 1.96, not 2. Or is this (1 + 1.96 tau) / (1 - 1.96 tau)? It is nearly the same number: take "
            "exponentials, since tau is on the log scale.": np.exp(4 * tau),
            "97.5% lies at 1.96 standard deviations; 1.645 leaves 5% on a side.": np.exp(2 * 1.644854 * tau),
        },
    )


def _moments() -> tuple[float, float, float]:
    """Mean, variance between states and variance within them of a rate, for mu = log 4, tau = 0.12, a = 24."""
    mu, tau, a = np.log(4), 0.12, 24.0
    mean, square = np.exp(mu + tau**2 / 2), np.exp(2 * mu + 2 * tau**2)
    return float(mean), float(square - mean**2), float(square / a)


def county_in_a_new_state(sd: object) -> None:
    """Check the standard deviation of a county's rate in a state that gave no data, to within half a per cent."""
    mean, between, within = _moments()
    median = np.exp(np.log(4))
    check(
        sd,
        np.sqrt(between + within),
        slips={
            "This is how counties differ within a state. Which state it is, is uncertain as well.": np.sqrt(within),
            "This is how counties differ within the median state. Which state it is, is uncertain as well.": median
            / np.sqrt(24),
            "This is how states differ. Counties differ within them.": np.sqrt(between),
            "Standard deviations do not add up; variances do.": np.sqrt(between) + np.sqrt(within),
            "This adds standard deviations, of the median state and of 12% of it. Variances add up.": median
            / np.sqrt(24)
            + 0.12 * median,
            "This takes variances at the median state, m = 4. The mean of m squared is more than 16.": median
            * np.sqrt(1 / 24 + 0.12**2),
            "This is the variance. Take the root.": between + within,
            "The variance of a Gamma with mean m and shape a is m squared over a, not m over a.": np.sqrt(
                between + mean / 24
            ),
        },
        rtol=0.005,
        simulated=True,
    )


def correlation_within_a_state(correlation: object) -> None:
    """Check the correlation of the rates of two counties in one state, to within one per cent."""
    _, between, within = _moments()
    share = between / (between + within)
    check(
        correlation,
        share,
        slips={
            "This is the share of the variance within states, which two counties do not have in common.": 1 - share,
            "They share their state's mean, but each has a deviation of its own.": 1.0,
            "Given the state's mean the rates are independent. But the mean is not given.": 0.0,
            "A correlation is a ratio of variances, not of standard deviations.": np.sqrt(share),
            "A correlation is a ratio of variances; standard deviations do not add up.": np.sqrt(between)
            / (np.sqrt(between) + np.sqrt(within)),
            "The covariance belongs over the whole variance, not over that within states.": between / within,
            "This is the variance between states over that within the median state alone, m**2 / a with m = 4.": between
            / (16 / 24),
            "The variance of a Gamma with mean m and shape a is m squared over a, not m over a.": between
            / (between + np.exp(np.log(4) + 0.12**2 / 2) / 24),
        },
        rtol=0.01,
    )


def capital(mean: object) -> None:
    """Check the posterior mean of the state mean of the District of Columbia, one county with 22 deaths.

    Here mu = log 4, tau = 0.12 and a = 24 are known, and the person-years are 437,600. To within two in a thousand.
    """
    mu, tau, a, y, x = np.log(4), 0.12, 24.0, 22.0, 4.376
    log_m = np.linspace(mu - 8 * tau, mu + 8 * tau, 4001)
    m = np.exp(log_m)
    prior = -(((log_m - mu) / tau) ** 2) / 2

    def average(log_likelihood: FloatArray, log_prior: FloatArray = prior) -> float:
        weight = np.exp(log_prior + log_likelihood - (log_prior + log_likelihood).max())
        return float((m * weight).sum() / weight.sum())

    negative_binomial = y * np.log(m) - (a + y) * np.log(a + x * m)
    right = average(negative_binomial)
    check(
        mean,
        right,
        slips={
            "This is the raw rate.": y / x,
            "This is the county's own rate. The question is about its state's mean.": _county(
                m, negative_binomial + prior, a, y, x
            ),
            "The county's rate is not the state's mean: the count is negative binomial given m, not Poisson.": average(
                y * np.log(m) - x * m
            ),
            "p and 1 - p have changed places: p is b / (b + x).": average(a * np.log(m) - (a + y) * np.log(a + x * m)),
            "tau is a standard deviation, not a variance: no root.": average(negative_binomial, prior * tau),
            "Where is the prior for m?": average(negative_binomial, np.zeros_like(m)),
            "Is this a grid of m, weighed by the normal density of log m? The density of m has a factor 1 / m "
            "besides.": average(negative_binomial, prior + log_m),
            "This is the posterior median of m, or the exponential of the mean or the mode of log m. The question is "
            "about the mean of m.": _median(m, negative_binomial + prior),
            "This is the median of m before the county is seen.": 4.0,
            "This is the county's rate under the prior's median state. Its state's mean is uncertain.": (a + y)
            / (a / 4 + x),
        },
        rtol=0.002,
    )


def _county(m: FloatArray, log_weight: FloatArray, a: float, y: float, x: float) -> float:
    weight = np.exp(log_weight - log_weight.max())
    return float((weight * (a + y) / (a / m + x)).sum() / weight.sum())


def _median(m: FloatArray, log_weight: FloatArray) -> float:
    below = np.exp(log_weight - log_weight.max()).cumsum()
    return float(np.interp(0.5, below / below[-1], m))


def twice_the_years(weight: object) -> None:
    """Check the weight of a county's own rate when 100,000 person-years become 200,000, with a = 24 and m = 4."""
    a, m, x = 24.0, 4.0, 1.0
    prior = a / m
    check(
        weight,
        2 * x / (2 * x + prior),
        slips={
            "This is the weight before.": x / (x + prior),
            "Twice the person-years do not double the weight: it can never pass one.": 2 * x / (x + prior),
            "This is the weight of the state's mean before.": prior / (x + prior),
            "The prior is worth a / m units, not a.": 2 * x / (2 * x + a),
            "The prior is worth a / m units, not m.": 2 * x / (2 * x + m),
            "This is the weight of the state's mean now. The question is about the county's own rate.": prior
            / (2 * x + prior),
        },
    )
