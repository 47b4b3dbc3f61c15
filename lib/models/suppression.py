"""Counts of which some are known only between bounds: agencies suppress small ones, lest a patient be recognised."""

import numpy as np
from scipy import special

from lib.numerics.rising import log_rising_or_zero
from lib.priors.distributions import Normal
from lib.validation import FloatArray, freeze


class Suppression:
    """Which counts are suppressed, and what they can be.

    Parameters
    ----------
    counts : ndarray, shape (J,)
        NaN where suppressed.
    bounds : tuple of int or None
        The least and the greatest number that a suppressed count can be.

    Attributes
    ----------
    hidden, seen : ndarray of bool, shape (J,)
    possible : ndarray
        The numbers that a suppressed count can be.
    least, middle : ndarray, shape (J,)
        The counts, a suppressed one at its least and half way between its bounds.
    """

    def __init__(self, counts: FloatArray, bounds: tuple[int, int] | None) -> None:
        self.counts, self.bounds = counts, bounds
        self.hidden = np.isnan(counts)
        self.seen = ~self.hidden
        least, greatest = bounds or (0, 0)
        self.possible = np.arange(least, greatest + 1, dtype=float)
        self.least = np.where(self.hidden, least, counts)
        self.middle = np.where(self.hidden, (least + greatest) / 2, counts)
        freeze(self)

    def suppress(self, counts: FloatArray) -> FloatArray:
        """Return counts with every one within the bounds suppressed."""
        if self.bounds is None:
            return counts
        least, greatest = self.bounds
        return np.where((counts >= least) & (counts <= greatest), np.nan, counts)

    def own_rates(self, exposure: FloatArray) -> Normal:
        """Give the groups' raw rates, half an event added, and their standard errors."""
        rate = (self.middle + 0.5) / exposure
        return Normal(rate, np.sqrt(rate / exposure))

    def log_likelihood(self, expected: FloatArray) -> FloatArray:
        """Log probability of each count given the expected number: shape (..., J), as that of `expected`."""
        total = _log_poisson(self.counts, expected)
        if self.hidden.any():
            each = _log_poisson(self.possible, expected[..., self.hidden, np.newaxis])
            total[..., self.hidden] = special.logsumexp(each, axis=-1)
        return total

    def pointwise_log_marginal_likelihood(
        self, exposure: FloatArray, shape: FloatArray, rate: FloatArray
    ) -> FloatArray:
        """Log probability of each count, its own rate integrated out, shape (..., J); parameters may be (..., 1)."""
        each = _log_negative_binomial(np.where(self.hidden, 0, self.counts), shape, rate, exposure)
        if self.hidden.any():
            a, b = (np.broadcast_to(values, each.shape)[..., self.hidden] for values in (shape, rate))
            each[..., self.hidden] = special.logsumexp(self._log_possible(a, b, exposure), axis=-1)
        return each

    def log_marginal_likelihood(self, shape: FloatArray, rate: FloatArray, exposure: FloatArray) -> FloatArray | float:
        """Log probability that all the suppressed counts are within their bounds; the parameters as in `impute`."""
        if not self.hidden.any():
            return 0.0
        return np.asarray(special.logsumexp(self._log_possible(shape, rate, exposure), axis=-1).sum(axis=-1))

    def impute(self, rng: np.random.Generator, shape: FloatArray, rate: FloatArray, exposure: FloatArray) -> FloatArray:
        """Draw the suppressed counts, the groups' rates integrated out; the others are what they are.

        Parameters
        ----------
        rng : numpy.random.Generator
        shape, rate : ndarray, shape (..., hidden) or (..., 1)
            Of the Gamma population that a group comes from.
        exposure : ndarray, shape (J,)

        Returns
        -------
        ndarray, shape (..., J)
        """
        counts = np.array(np.broadcast_to(self.counts, (*shape.shape[:-1], self.counts.size)))
        if self.hidden.any():
            weight = self._log_possible(shape, rate, exposure)
            counts[..., self.hidden] = self.possible[(weight + rng.gumbel(size=weight.shape)).argmax(axis=-1)]
        return counts

    def _log_possible(self, shape: FloatArray, rate: FloatArray, exposure: FloatArray) -> FloatArray:
        """Log probability of each number that a suppressed count can be, shape (..., hidden, numbers)."""
        a, b, x = shape[..., np.newaxis], rate[..., np.newaxis], exposure[self.hidden, np.newaxis]
        return _log_negative_binomial(self.possible, a, b, x)


def _log_negative_binomial(counts: FloatArray, a: FloatArray, b: FloatArray, x: FloatArray) -> FloatArray:
    """Log probability of counts whose rate, seen through exposure x, comes from a Gamma(a, b) population."""
    rising = log_rising_or_zero(a, counts)
    return np.asarray(rising - special.gammaln(counts + 1) + counts * np.log(x / (x + b)) - a * np.log1p(x / b))


def _log_poisson(counts: FloatArray, expected: FloatArray) -> FloatArray:
    return np.asarray(special.xlogy(counts, expected) - expected - special.gammaln(counts + 1))
