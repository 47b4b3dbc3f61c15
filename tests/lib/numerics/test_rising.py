"""Products of consecutive numbers keep their digits, however far out the first one is."""

import math

import numpy as np
import pytest

from lib.numerics.rising import Table, log_rising, log_rising_total

FAR = [0.3, 1.1, 3.0, 9.9, 10.0, 10.3, 50.0, 9.99e3, 1.01e4, 1e5, 1e7, 1e9, 5e11, 1e15, 1e40, 1e280]


@pytest.mark.parametrize("n", [1, 2, 30, 1000, 10**6])
@pytest.mark.parametrize("x", FAR)
def test_it_is_the_sum_of_the_logs(x, n):
    expected = math.fsum(np.log(x + np.arange(n, dtype=float)))
    found = float(log_rising(np.array(x), np.array(float(n))))
    # Nearer, Stirling's series, and below 10 SciPy's Beta function, has a few digits less.
    assert found == pytest.approx(expected, rel=1e-15 if x > 1e4 else 1e-11, abs=1e-15)


def test_arguments_broadcast_and_near_and_far_go_together():
    x, n = np.array(FAR)[:, np.newaxis], np.array([1.0, 30, 1000])
    found = log_rising(x, n)
    assert found.shape == (len(FAR), 3)
    for row, start in zip(found, FAR, strict=True):
        np.testing.assert_array_equal(row, log_rising(np.array(start), n))
    table = Table.of(np.array([30.0, 0, 30, 1]))
    np.testing.assert_allclose(log_rising_total(x, table)[:, 0], 2 * found[:, 1] + found[:, 0], rtol=1e-14)


def test_noise_does_not_grow_with_the_trials():
    """The second differences of a smooth function are as small as rounding makes them: 1e-8, of sums of about 1e8."""
    x = 5e11 * np.exp(np.linspace(-1e-3, 1e-3, 1001))
    noise = np.diff(log_rising(x, np.array(1e6)) - 1e6 * np.log(x), 2)
    assert np.abs(noise).max() < 1e-7
