"""Counts of events with exposures, of which some may be suppressed: what such models share."""

from typing import Self

import numpy as np

from lib.models.grouped import Grouped
from lib.models.suppression import Suppression
from lib.priors.distributions import Normal
from lib.validation import FloatArray

_VERY_MANY = 1e15  # NumPy draws no Poisson number beyond 9e18; this far out it is normal to all digits that matter


def draw_counts(rng: np.random.Generator, expected: FloatArray) -> FloatArray:
    """Draw Poisson numbers, shape of their expected values."""
    many = expected > _VERY_MANY
    counts = rng.poisson(np.where(many, 0, expected)).astype(float)
    counts[many] = np.round(expected[many] + np.sqrt(expected[many]) * rng.standard_normal(np.count_nonzero(many)))
    return counts


class Counted(Grouped):
    """A model of events at rates of its groups' own; `_tabulate` makes `_suppression` of its counts."""

    counts: FloatArray
    exposure: FloatArray
    suppressed: tuple[int, int] | None
    _suppression: Suppression

    def pointwise_log_likelihood(self, lam: FloatArray) -> FloatArray:
        """Log p(count of a group | lam), shape (..., J): a suppressed count may be any of its numbers."""
        return self._suppression.log_likelihood(lam * self.exposure)

    def simulate(self, rng: np.random.Generator, lam: FloatArray) -> FloatArray:
        """Draw counts."""
        return draw_counts(rng, lam * self.exposure)

    def with_data(self, observed: FloatArray) -> Self:
        """Return a copy that has observed other counts, of which those within the bounds are suppressed."""
        return super().with_data(self._suppression.suppress(observed))

    def own_estimates(self) -> Normal:
        """Give the raw rates, half an event added, and their standard errors."""
        return self._suppression.own_rates(self.exposure)

    def _tabulate(self) -> None:
        self._suppression = Suppression(self.counts, self.suppressed)
