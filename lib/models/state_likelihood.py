"""The likelihood of a state's mean and shape, its groups' rates integrated out, at a cost that they do not raise."""

import numpy as np
from numpy.typing import NDArray
from scipy import special

from lib.models.suppression import Suppression
from lib.numerics.curves import Curves
from lib.numerics.rising import Table, log_rising
from lib.validation import FloatArray, freeze

WIDEST = 30.0  # beyond, in a log mean or a log shape, the log likelihood is level, or falls along a line


class StateLikelihood:
    """Log p(counts of a state | its log mean, its log shape), up to a constant, for S states.

    It is made of sums over a state's groups, each a function of one variable, tabulated once: those of log(1 + x e^t)
    and of k log(1 + x e^t), where e^t is the mean over the shape; and that of log a (a + 1) ... (a + k - 1), a function
    of the log shape. What a suppressed count adds is summed over its possible numbers.

    Parameters
    ----------
    counts : Suppression
        Of J groups.
    exposure : ndarray, shape (J,)
    state : ndarray of int, shape (J,)
        Each group's state, from 0 to S - 1.

    Attributes
    ----------
    size : int
        The number of states.
    groups, events, exposure : ndarray, shape (S,)
        How many groups they have, and what these have together; a suppressed count is half way between its bounds.
    pooled : float
        The log of the rate of all groups together. Tables hold a log mean within `WIDEST` of it, a log shape of zero.
    """

    def __init__(self, counts: Suppression, exposure: FloatArray, state: NDArray[np.intp]) -> None:
        self.pooled = float(np.log(counts.middle.sum() + 0.5) - np.log(exposure.sum()))
        seen = np.where(counts.hidden, 0.0, counts.counts)
        members = [np.flatnonzero(state == s) for s in range(state.max() + 1)]
        self._events = np.array([seen[some].sum() for some in members])
        # The powers of a mean, and of a shape, with which the likelihood vanishes as these go to zero.
        self._powers = np.array([[counts.least[some].sum(), (counts.least[some] > 0).sum()] for some in members]).T
        self.size = len(members)
        self.groups = np.array([some.size for some in members])
        self.events = np.array([counts.middle[some].sum() for some in members])
        self.exposure = np.array([exposure[some].sum() for some in members])
        self._spread = Curves(
            lambda t, x: np.log1p(x * np.exp(t)),
            [(exposure[some], np.stack([np.ones(some.size), seen[some]], axis=1)) for some in members],
            self.pooled - 2 * WIDEST,
            self.pooled + 2 * WIDEST,
        )
        tables = [Table.of(seen[some]) for some in members]
        self._rising = Curves(
            lambda log_shape, k: log_rising(np.exp(log_shape), k),
            [(table.numbers, table.times[:, np.newaxis]) for table in tables],
            -WIDEST,
            WIDEST,
        )
        hidden = np.flatnonzero(counts.hidden)
        hidden = hidden[np.argsort(state[hidden], kind="stable")]
        self._state, self._log_exposure, self._possible = state[hidden], np.log(exposure[hidden]), counts.possible
        freeze(self)

    def __call__(
        self, log_mean: FloatArray, log_shape: FloatArray, states: NDArray[np.intp] | slice = slice(None)
    ) -> FloatArray:
        """Evaluate it at one point a state, of all or of some: shape (..., S)."""
        u = np.clip(log_mean, self.pooled - WIDEST, self.pooled + WIDEST)
        v = np.clip(log_shape, -WIDEST, WIDEST)
        total = self._within(u, v, states)
        further, beyond = log_mean - u, log_shape - v
        if further.any() or beyond.any():
            least, some = self._powers[:, states]
            total += np.where(further < 0, least, -self.groups[states] * np.exp(v)) * further
            total += some * np.minimum(beyond, 0)  # a shape that is large makes no difference any more
        return total

    def _within(self, log_mean: FloatArray, log_shape: FloatArray, states: NDArray[np.intp] | slice) -> FloatArray:
        """Evaluate it where there are tables."""
        t = log_mean - log_shape
        plain, weighted = self._spread(t, states)
        rising = self._rising(log_shape, states)[0]
        total = np.asarray(self._events[states] * t - np.exp(log_shape) * plain - weighted + rising)
        places = np.arange(self._events.size)[states]
        some = np.isin(self._state, places)
        if some.any():
            self._add_hidden(total, t, log_shape, np.searchsorted(places, self._state[some]), self._log_exposure[some])
        return total

    def _add_hidden(
        self, total: FloatArray, t: FloatArray, log_shape: FloatArray, state: NDArray[np.intp], log_exposure: FloatArray
    ) -> None:
        """Add the log of the sum over each suppressed count's numbers to the total of its state."""
        k = self._possible
        steps = np.log(np.exp(log_shape[..., np.newaxis]) + np.arange(k[-1]))
        rising = np.concatenate([np.zeros((*log_shape.shape, 1)), steps.cumsum(axis=-1)], axis=-1)[..., k.astype(int)]
        log_odds = t[..., state] + log_exposure
        log_share = (log_odds - np.logaddexp(0, log_odds))[..., np.newaxis]
        terms = (rising - special.gammaln(k + 1))[..., state, :] + k * log_share
        with_some, first = np.unique(state, return_index=True)
        total[..., with_some] += np.add.reduceat(special.logsumexp(terms, axis=-1), first, axis=-1)
