"""Proper priors and a bounded likelihood always leave a posterior: no model refuses them, whatever their ends."""

import pytest
from scipy import stats

from lib import BetaBinomial, GammaPoisson, NormalNormal

POSITIVE = {
    "infinite at zero": stats.gamma(0.3),
    "nearly flat at zero": stats.gamma(1.01),
    "zero at zero": stats.gamma(4, scale=0.2),
    "a tail like a power": stats.betaprime(1, 0.4),
    "a spike and a tail": stats.betaprime(0.2, 0.2),
    "half Cauchy": stats.halfcauchy(scale=3),
    "log-normal": stats.lognorm(2),
}
SHARES = {
    "rising at both ends": stats.beta(0.2, 0.1),
    "falling at both ends": stats.beta(3, 2),
    "flat": stats.uniform(),
}
DATA = {
    "ordinary": ([3, 0, 9, 4], [5.0, 2.0, 12.0, 4.0]),
    "nothing happened": ([0, 0, 0, 0], [5.0, 2.0, 12.0, 4.0]),
    "one group": ([2], [3.0]),
}
each_data = pytest.mark.parametrize("data", DATA)
each_positive = pytest.mark.parametrize("positive", POSITIVE)


@each_data
@each_positive
@pytest.mark.parametrize("shape", POSITIVE)
def test_counts(data, positive, shape):
    counts, exposure = DATA[data]
    assert not GammaPoisson(counts, exposure, shape=POSITIVE[shape], rate=POSITIVE[positive]).improper


@each_data
@each_positive
@pytest.mark.parametrize("mean", SHARES)
def test_shares(data, positive, mean):
    successes, trials = DATA[data]
    assert not BetaBinomial(successes, trials, mean=SHARES[mean], concentration=POSITIVE[positive]).improper


@each_data
@each_positive
def test_measurements(data, positive):
    y, sigma = DATA[data]
    assert not NormalNormal(y, sigma, mu=stats.cauchy(), tau=POSITIVE[positive]).improper
