"""Counts that a model makes up are suppressed by the rule by which it reads them, at both ends."""

import numpy as np
import pytest
from scipy import stats

from lib import GammaPoisson, NestedGammaPoisson

NAN, CENTRE, SPREAD = np.nan, stats.norm(0.7, 0.3), stats.gamma(2, scale=0.2)
MODELS = {
    "counts": lambda rule: GammaPoisson([0, NAN, 9], [1, 2, 3], shape=1.0, mean=2.0, suppressed=rule),
    "nested": lambda rule: NestedGammaPoisson(
        [0, NAN, 9], [1, 2, 3], list("UUV"), mu=CENTRE, tau=SPREAD, nu=CENTRE, omega=SPREAD, suppressed=rule
    ),
}


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize("rule", [(1, 5), (2, 4), (3, 3)])
def test_replicates_are_suppressed_from_the_lowest_count_to_the_highest(make, rule):
    rng = np.random.default_rng(1)
    model = make(rule)
    counts = np.array([model.replicate(rng)[1].counts for _ in range(500)])
    shown = set(counts[~np.isnan(counts)].astype(int))
    assert np.isnan(counts).any()
    assert shown & set(range(10)) == set(range(10)) - set(range(rule[0], rule[1] + 1))
