"""The checks of the chapter on three-point shooting know the right answers and the usual slips."""

import numpy as np
import pytest
import references_three_point as reference

from lib.exercises import three_point

# Right answers by hand, by enumeration or by simulation; wrong ones as students reach them.
RIGHT = [
    (three_point.beta_posterior, (0.44, (0.44 * 0.56 / 101) ** 0.5)),
    (three_point.beta_posterior, (44 / 100, 0.04939)),
    (three_point.history_and_league, (673.2 / 1841,)),
    (three_point.stabilisation_point, (207.33,)),
    (three_point.regression_slope, (0.2069,)),
    (three_point.predictive_sd, (8.98,)),
    (three_point.expected_squared_error, (0.00058288,)),
    (three_point.other_prior, (355,)),
    (three_point.other_prior, (360,)),
]
WRONG = [
    (three_point.beta_posterior, (0.7, 0.04939), ["without the prior", "Right."]),
    (three_point.beta_posterior, (0.375, 0.053793), ["without the data", "is the prior's"]),
    (three_point.beta_posterior, (0.5375, 0.002440), ["plain average", "the variance"]),
    (three_point.beta_posterior, (44 / 114, 0.10247), ["not the attempts", "his own 20 shots"]),
    (three_point.beta_posterior, (43 / 98, 0.04964), ["the mode", "with the one"]),
    (three_point.history_and_league, (0.39760,), ["history is missing"]),
    (three_point.history_and_league, (0.36364,), ["league is missing"]),
    (three_point.history_and_league, (0.35816,), ["hot start is missing"]),
    (three_point.history_and_league, (0.40726,), ["Add up the shots"]),
    (three_point.stabilisation_point, (208.33,), ["with the one"]),
    (three_point.stabilisation_point, (5.25,), ["square it"]),
    (three_point.stabilisation_point, (276.78,), ["only if m = 1/2"]),
    (three_point.stabilisation_point, (-0.97917,), ["3 of them are 0.03"]),
    (three_point.regression_slope, (0.7931,), ["weight of the league"]),
    (three_point.regression_slope, (0.0534,), ["actual slope"]),
    (three_point.regression_slope, (0.0428,), ["squared"]),
    (three_point.predictive_sd, (7.437,), ["The rate is uncertain"]),
    (three_point.predictive_sd, (5.047,), ["rate alone"]),
    (three_point.predictive_sd, (12.484,), ["variances do"]),
    (three_point.predictive_sd, (80.65,), ["Take the root"]),
    (three_point.predictive_sd, (0.03888,), ["his share"]),
    (three_point.predictive_sd, (9.22,), ["whom we have not seen"]),
    (three_point.expected_squared_error, (0.00087449,), ["complete pooling"]),
    (three_point.expected_squared_error, (0.00029161,), ["later shots is missing"]),
    (three_point.expected_squared_error, (0.024143,), ["This is the root"]),
    (three_point.other_prior, (418,), ["with the power -3/2"]),
    (three_point.other_prior, (393.3,), ["most likely value"]),
    (three_point.other_prior, (...,), ["no answer yet"]),
]


@pytest.mark.parametrize(("check", "answer"), RIGHT)
def test_right_answers_are_right(check, answer, capsys):
    check(*answer)
    assert set(capsys.readouterr().out.splitlines()) == {"Right."}


@pytest.mark.parametrize(("check", "answer", "messages"), WRONG)
def test_slips_are_named(check, answer, messages, capsys):
    check(*answer)
    said = capsys.readouterr().out.splitlines()
    assert len(said) == len(messages)
    for line, message in zip(said, messages, strict=True):
        assert message in line


def test_the_best_fit_is_the_best_fit():
    assert abs(three_point._KAPPA_HAT - reference.best_beta_binomial()[1]) < 0.01


def test_the_medians_of_the_concentration_by_another_grid():
    """Reweight a grid on which the chapter's prior is flat by the ratio of the two priors."""
    _, kappa, weight = reference.spread_grid("first")
    for power in (-1.5, -2.0):
        reweighted = (weight * (1 + kappa) ** (power + 1.5)).sum(axis=0)
        t = reference.grid_quantile(-np.sqrt(1 / (kappa[0] + 1)), reweighted / reweighted.sum(), 0.5)
        assert abs(three_point.concentration_median(power) / (1 / t**2 - 1) - 1) < 0.005


def test_expected_error_and_predictive_sd_by_simulation():
    rng = np.random.default_rng(4)
    draws = 400_000
    rate = rng.beta(0.373 * 400, 0.627 * 400, draws)
    guess = (0.373 * 400 + rng.binomial(400, rate)) / 800
    squared = (guess - rng.binomial(800, rate) / 800) ** 2
    assert abs(squared.mean() - 0.00058288) < 5 * squared.std() / draws**0.5
    makes = rng.binomial(231, rng.beta(0.373 * 400 + 50, 0.627 * 400 + 51, draws))
    assert abs(makes.std() - 8.98) < 5 * makes.std() / (2 * draws) ** 0.5
