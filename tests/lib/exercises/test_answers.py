"""What the answers to the practice exercises take for granted."""

import answers_learning_tau as learning_tau
import numpy as np
import pytest
import references_three_point
from references import SIGMA
from scipy import stats

from lib.exercises import three_point


def test_the_shapes_of_histograms_are_what_the_answer_says():
    """Too low, too wide, right, too narrow: from the ranks of the chapter's own samplers of a standard normal."""
    rng = np.random.default_rng(1)
    truth = rng.standard_normal(20_000)
    for code, (shift, spread) in zip([3, 2, 0, 1], [(-0.3, 1), (0, 1.4), (0, 1), (0, 0.7)], strict=True):
        draws = shift + spread * rng.standard_normal((49, truth.size))
        bars = np.bincount((draws < truth).sum(axis=0) // 5, minlength=10) / truth.size
        ends, middle, slope = bars[0] + bars[-1], bars[4] + bars[5], bars[-1] - bars[0]
        assert code == (3 if slope > 0.05 else 2 if ends < middle - 0.05 else 1 if ends > middle + 0.05 else 0)


def test_the_prior_per_million_is_the_same_prior():
    at = np.linspace(0.1, 40, 50)
    per_hundred_thousand = stats.gamma(3, scale=1 / 5).cdf(at / 10)
    np.testing.assert_allclose(stats.gamma(3, scale=1 / 0.5).cdf(at), per_hundred_thousand, rtol=1e-12)


def test_the_best_fit_that_a_check_knows_is_the_best_fit():
    assert abs(three_point._KAPPA_HAT - references_three_point.best_beta_binomial()[1]) < 0.01


def test_twins_do_not_decide_between_the_forms():
    """What the solution says of 128 schools."""
    sweeps = learning_tau.sweeps
    eight, many = (sweeps("centred", 10.0, np.tile(SIGMA, n), chains=1000) for n in (1, 16))
    assert eight == pytest.approx(many, abs=0.02)
