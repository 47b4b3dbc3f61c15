"""The checks of the chapter on counties within states know the right answers and the usual slips."""

import numpy as np
import pytest
from scipy import integrate, stats

from lib.exercises import asthma_nested

# Right answers by hand or by other means below; wrong ones as students reach them.
RIGHT = [
    (asthma_nested.empty_county, (16 / 4.2, 400_000)),
    (asthma_nested.factor_between_states, (1.6005,)),
    (asthma_nested.twice_the_years, (1 / 3,)),
]
WRONG = [
    (asthma_nested.empty_county, (0, 4), ["raw rate", "units of 100,000"]),
    (asthma_nested.empty_county, (4, 1_600_000), ["state's mean", "counts deaths"]),
    (asthma_nested.empty_county, (16 / 16.2, 25_000), ["not a.", "deaths over rate"]),
    (asthma_nested.empty_county, (16 / 64.2, 400_000), ["not m.", "Right."]),
    (asthma_nested.empty_county, (16 / 20_004, ...), ["0.2 of the unit", "no answer yet"]),
    (asthma_nested.factor_between_states, (1.2651,), ["factor to the median"]),
    (asthma_nested.factor_between_states, (0.4704,), ["take the exponential"]),
    (asthma_nested.factor_between_states, (1.1275,), ["one standard deviation"]),
    (asthma_nested.factor_between_states, (3.888,), ["no root"]),
    (asthma_nested.factor_between_states, (1.2712,), ["2 * 1.96 tau"]),
    (asthma_nested.county_in_a_new_state, (0.828,), ["differ within a state"]),
    (asthma_nested.county_in_a_new_state, (0.4852,), ["Counties differ within them"]),
    (asthma_nested.county_in_a_new_state, (1.314,), ["variances do"]),
    (asthma_nested.county_in_a_new_state, (0.9215,), ["Take the root"]),
    (asthma_nested.correlation_within_a_state, (0.7446,), ["not have in common"]),
    (asthma_nested.correlation_within_a_state, (1,), ["deviation of its own"]),
    (asthma_nested.correlation_within_a_state, (0,), ["the mean is not given"]),
    (asthma_nested.correlation_within_a_state, (0.5054,), ["not of standard deviations"]),
    (asthma_nested.correlation_within_a_state, (0.3431,), ["over the whole variance"]),
    (asthma_nested.capital, (22 / 4.379,), ["raw rate"]),
    (asthma_nested.twice_the_years, (0.2,), ["weight before"]),
    (asthma_nested.twice_the_years, (0.8,), ["state's mean before"]),
    (asthma_nested.twice_the_years, (0.4,), ["can never pass one"]),
    (asthma_nested.twice_the_years, (1 / 9,), ["not a."]),
]


def said_by(check, answer, capsys):
    check(*answer)
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(("check", "answer"), RIGHT)
def test_right_answers_are_right(check, answer, capsys):
    assert set(said_by(check, answer, capsys)) == {"Right."}


@pytest.mark.parametrize(("check", "answer", "messages"), WRONG)
def test_slips_are_named(check, answer, messages, capsys):
    said = said_by(check, answer, capsys)
    assert len(said) == len(messages)
    for line, message in zip(said, messages, strict=True):
        assert message in line


def test_two_counties_by_simulation(capsys):
    """The spread of a county's rate in a new state, and the correlation of two, from a million states."""
    rng = np.random.default_rng(1)
    m = np.exp(np.log(4) + 0.12 * rng.standard_normal(1_000_000))
    one, two = (rng.gamma(24, m / 24) for _ in range(2))
    assert said_by(asthma_nested.county_in_a_new_state, (one.std(),), capsys) == ["Right."]
    assert said_by(asthma_nested.correlation_within_a_state, (np.corrcoef(one, two)[0, 1],), capsys) == ["Right."]


def capital(of_county, poisson=False, prior=True):
    """A posterior mean by SciPy's adaptive integrator over m, in place of the check's grid over log m."""

    def weight(m):
        expected = 4.379 * m
        likelihood = stats.poisson.pmf(22, expected) if poisson else stats.nbinom.pmf(22, 24, 24 / (24 + expected))
        return likelihood * (stats.lognorm.pdf(m, 0.12, scale=4) if prior else 1 / m)

    def value(m):
        return (24 + 22) / (24 / m + 4.379) if of_county else m

    # The check's grid ends eight standard deviations out, which matters only without a prior.
    low, high = 4 * np.exp(-8 * 0.12), 4 * np.exp(8 * 0.12)
    total = integrate.quad(weight, low, high)[0]
    return integrate.quad(lambda m: value(m) * weight(m), low, high)[0] / total


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"of_county": False}, "Right."),
        ({"of_county": True}, "the county's own rate"),
        ({"of_county": False, "poisson": True}, "not Poisson"),
        ({"of_county": False, "prior": False}, "Where is the prior"),
    ],
)
def test_the_capital_by_adaptive_integration(answer, message, capsys):
    (said,) = said_by(asthma_nested.capital, (capital(**answer),), capsys)
    assert message in said
