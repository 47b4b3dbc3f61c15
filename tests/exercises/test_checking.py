"""The checks of the chapter on checking samplers know the right answers and the usual slips."""

import numpy as np
import pytest
from scipy import stats

from lib.exercises import checking

# Right answers by hand, from tables or from a simulation; wrong ones as students reach them.
RIGHT = [
    (checking.rank_of_a_truth, (7, 0.3)),
    (checking.distance_of_ranks, (0.1,)),
    (checking.shapes, ([3, 2, 0, 1],)),
    (checking.data_sets_needed, (475,)),
    (checking.data_sets_needed, (476,)),
    (checking.too_wide, (0.8759, 0.9797)),  # from 2 * Phi(1.53786) - 1, and a simulation, standard error 0.0002
    (checking.forgotten_prior, ([0.4, 0.3, 0.02, 1e-30],)),
    (checking.wider_world, (0.5687,)),
]
WRONG = [
    (checking.rank_of_a_truth, (2, 0.2), ["not those above", "Rank 7 itself"]),
    (checking.rank_of_a_truth, (8, 1 / 3), ["ranks start from 0", "ten possible ranks"]),
    (checking.rank_of_a_truth, (7 / 9, 0.7), ["this is a share", "chance of a lower rank"]),
    (checking.rank_of_a_truth, (7, 0.1), ["Right.", "rank 7 alone"]),
    (checking.distance_of_ranks, (1 / 9,), ["each value has probability 1/10"]),
    (checking.distance_of_ranks, (0,), ["ten points"]),
    (checking.distance_of_ranks, (0.05,), ["at a jump"]),
    (checking.shapes, ([3, 1, 0, 2],), ["too wide, then, or too narrow"]),
    (checking.shapes, ([3, 2, 1, 0],), ["2 of the 4"]),
    (checking.data_sets_needed, (21.8,), ["square it"]),
    (checking.data_sets_needed, (9500,), ["leaves 1 - p out"]),
    (checking.data_sets_needed, (2500,), ["50% interval"]),
    (checking.data_sets_needed, (1900,), ["two standard errors"]),
    (checking.too_wide, (0.96, 0.5), ["in proportion", "Not right yet"]),
    (checking.too_wide, (2 * stats.norm.cdf(1.28155 / 1.2) - 1, 1.0), ["too narrow", "5,000 data sets"]),
    (checking.too_wide, (2 * stats.norm.cdf(1.28155 * 1.2**0.5) - 1, 0.9797), ["on the variance", "Right."]),
    (checking.too_wide, (2 * stats.norm.cdf(1.2 * 0.84162) - 1, 0.9797), ["the 90% point", "Right."]),
    (checking.forgotten_prior, ([0.4, 0.3, 0.02, 0.5],), ["should have noticed"]),
    (checking.forgotten_prior, ([1e-30, 0.3, 0.02, 1e-30],), ["wrong in more than the prior"]),
    (checking.forgotten_prior, ([0.4, 0.3, 0.02, 7],), ["between 0 and 1"]),
    (checking.forgotten_prior, ([0.4, 1e-30],), ["4 numbers in a row"]),
    (checking.forgotten_prior, (...,), ["no answer yet"]),
    (checking.forgotten_prior, ([0.4, 0.3, 0.02, np.nan],), ["NaN"]),
    (checking.wider_world, (0.8,), ["own prior"]),
    (checking.wider_world, (0.4784,), ["the two priors alone"]),
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


def test_the_shapes_are_what_the_answer_says():
    """Too low, too wide, right, too narrow: from the ranks of the chapter's own samplers of a standard normal."""
    rng = np.random.default_rng(1)
    truth = rng.standard_normal(20_000)
    for code, (shift, spread) in zip([3, 2, 0, 1], [(-0.3, 1), (0, 1.4), (0, 1), (0, 0.7)], strict=True):
        draws = shift + spread * rng.standard_normal((49, truth.size))
        bars = np.bincount((draws < truth).sum(axis=0) // 5, minlength=10) / truth.size
        ends, middle, slope = bars[0] + bars[-1], bars[4] + bars[5], bars[-1] - bars[0]
        assert code == (3 if slope > 0.05 else 2 if ends < middle - 0.05 else 1 if ends > middle + 0.05 else 0)


def test_the_wider_world_by_simulation():
    """Coverage of mu when truths have twice the prior's spread, from the precision matrix of all nine parameters."""
    rng = np.random.default_rng(2)
    sigma, tau, n = np.array([15.0, 10, 16, 11, 9, 11, 10, 18]), 10.0, 200_000
    mu = rng.normal(0, 10, n)
    y = mu[:, np.newaxis] + rng.normal(0, np.hypot(sigma, tau), (n, 8))
    precision = np.diag(np.append(1 / sigma**2 + 1 / tau**2, 8 / tau**2 + 1 / 25))
    precision[:-1, -1] = precision[-1, :-1] = -1 / tau**2
    covariance = np.linalg.inv(precision)
    z = (mu - y / sigma**2 @ covariance[:-1, -1]) / covariance[-1, -1] ** 0.5
    covered = (np.abs(z) < 1.2815516).mean()
    assert abs(covered - 0.5687) < 5 * np.sqrt(0.25 / n)
