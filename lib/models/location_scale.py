"""How Gibbs sampling moves the mean and the standard deviation of a normal population.

Each moves twice a sweep: given the members of the population (centred), and given their distances from the mean in
standard deviations, which takes the members along (non-centred). The second leads out of the neck of a funnel.

Yu and Meng (2011), "To center or not to center", *Journal of Computational and Graphical Statistics* 20:531-570, for
the interweaving of both.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from scipy import special

from lib.models.base import ExactStep, SliceStep, State
from lib.priors.hyperparameter import Hyperparameter
from lib.validation import FloatArray

type Step = ExactStep | SliceStep

_SAYS_NOTHING = 100.0  # a member with so many times the others' standard error has a ten-thousandth of their weight


def where_the_data_are(y: FloatArray, sigma: FloatArray) -> tuple[float, float]:
    """Centre and spread of the members that say something: a standard error of 1e9 says nothing of the others."""
    second = np.sort(sigma)[min(1, (y.size - 1) // 2)]  # the first of two; one may be tiny by itself
    telling = sigma <= _SAYS_NOTHING * second
    spread = np.hypot(y[telling].std(), sigma[telling].mean())
    telling |= sigma <= _SAYS_NOTHING * spread
    return float(y[telling].mean()), float(np.hypot(y[telling].std(), sigma[telling].mean()))


class Parabola(NamedTuple):
    """The log density of a normal likelihood in one parameter, up to a constant."""

    slope: FloatArray  # at zero
    precision: FloatArray

    def at(self, x: FloatArray) -> FloatArray:
        """Evaluate it."""
        return x * (self.slope - self.precision * x / 2)


@dataclass
class LocationScale:
    """The moves of one population.

    A state holds its members under their name, shape (chains, size), and under ``<name>_deviation`` their deviations
    from the mean: where the standard deviation is tiny, rounding would lose them from the members.
    """

    mean: Hyperparameter
    sd: Hyperparameter
    members: str
    size: int
    log_likelihood: Callable[[State], FloatArray] = field(default=lambda state: np.zeros(()), kw_only=True)
    """Log p(data | members), shape (..., chains)."""

    @property
    def steps(self) -> list[Step]:
        """Mean and standard deviation, unless they are known: given the members, then taking them along."""
        mean, sd = self.mean.value is None, self.sd.value is None
        steps: list[Step] = []
        if mean and self.sd.value != 0:
            steps.append(self._mean_step(self._members_on_mean, self._shift_alone))
        if sd:
            # One member alone says nothing of the spread.
            candidates = self._sd_given_members if self.size > 1 else None
            steps.append(self._sd_step(self._members_on_sd, lambda sd, state: state | {self.sd.name: sd}, candidates))
        return steps + ([self.mean_along()] if mean else []) + ([self.sd_along()] if sd else [])

    def mean_along(self) -> Step:
        """Shift the mean, and the members by as much."""

        def shifted(mean: FloatArray, state: State) -> State:
            return self.shift(mean, mean, state)

        return SliceStep(self.mean, lambda mean, state: self.log_likelihood(shifted(mean, state)), shifted)

    def sd_along(self) -> Step:
        """Change the standard deviation, and stretch the members' deviations with it."""
        return SliceStep(self.sd, lambda sd, state: self.log_likelihood(self.stretch(sd, state)), self.stretch)

    def shift(self, mean: FloatArray, by: FloatArray, state: State) -> State:
        """Return the state with another mean, and the members shifted with it."""
        return state | {self.mean.name: mean, self.members: mean[..., np.newaxis] + self._deviations(state)}

    def stretch(self, sd: FloatArray, state: State) -> State:
        """Return the state with another standard deviation, and the members' deviations stretched with it."""
        deviation = self._deviations(state) * (sd / state[self.sd.name])[..., np.newaxis]
        members = state[self.mean.name][:, np.newaxis] + deviation
        return state | {self.sd.name: sd, f"{self.members}_deviation": deviation, self.members: members}

    def _deviations(self, state: State) -> FloatArray:
        return state[f"{self.members}_deviation"]

    def _shift_alone(self, mean: FloatArray, by: FloatArray, state: State) -> State:
        deviation = self._deviations(state) - by[:, np.newaxis]
        return state | {self.mean.name: mean, f"{self.members}_deviation": deviation}

    def _members_on_mean(self, state: State) -> Parabola:
        """Log p(members | mean + x, sd): they are so many measurements of the mean, with standard error sd."""
        precision = self.size / state[self.sd.name] ** 2
        return Parabola(precision * self._deviations(state).mean(axis=-1), precision)

    def _members_on_sd(self, sd: FloatArray, state: State) -> FloatArray:
        return -self.size * np.log(sd) - (self._deviations(state) ** 2).sum(axis=-1) / (2 * sd**2)

    def _sd_given_members(self, state: State, rng: np.random.Generator, size: int) -> FloatArray:
        """Draw it under a flat prior: its square is half their sum of squares over a Gamma((n - 1) / 2) draw."""
        square = (self._deviations(state) ** 2).sum(axis=-1)
        return np.asarray(np.sqrt(square / 2 / rng.standard_gamma((self.size - 1) / 2, (size, square.size))))

    def _mean_step(
        self, likelihood: Callable[[State], Parabola], shift: Callable[[FloatArray, FloatArray, State], State]
    ) -> Step:
        """Move the mean, whose likelihood is normal: exactly for a normal or flat prior, where precisions add up."""
        name = self.mean.name
        if self.mean.normal is None:
            return SliceStep(
                self.mean,
                lambda value, state: likelihood(state).at(value - state[name]),
                lambda value, state: shift(value, value - state[name], state),
            )
        centre, precision = self.mean.normal

        def draw(state: State, rng: np.random.Generator) -> State:
            now, data = state[name], likelihood(state)
            total = data.precision + precision
            by = (data.slope + precision * (centre - now)) / total + rng.standard_normal(now.shape) / np.sqrt(total)
            return shift(now + by, by, state)

        return ExactStep(draw)

    def _sd_step(
        self,
        log_rest: Callable[[FloatArray, State], FloatArray],
        moved: Callable[[FloatArray, State], State],
        candidates: Callable[[State, np.random.Generator, int], FloatArray] | None,
    ) -> Step:
        """Move the standard deviation: exactly for a flat prior, where its likelihood can be drawn from."""
        if self.sd.flat and candidates:
            return ExactStep(lambda state, rng: moved(candidates(state, rng, 1)[0], state))
        return SliceStep(self.sd, log_rest, moved, candidates)


@dataclass
class Measured(LocationScale):
    """The moves of a population whose members are measured by `y` with known precisions: all is normal then."""

    y: FloatArray = field(kw_only=True)
    precision: FloatArray = field(kw_only=True)

    def mean_along(self) -> Step:
        """Shift the mean, and the members by as much."""
        return self._mean_step(self._data_on_mean, self.shift)

    def _data_on_mean(self, state: State) -> Parabola:
        """Log p(y | mean + x, the deviations): each y less its deviation measures the mean."""
        slope = (self.precision * (self.y - state[self.members])).sum(axis=-1)
        return Parabola(slope, np.asarray(self.precision.sum()))

    def sd_along(self) -> Step:
        """Change the standard deviation, and stretch the members' deviations with it."""
        return self._sd_step(lambda sd, state: self._data_on_sd(state).at(sd), self.stretch, self._sd_given_data)

    def _data_on_sd(self, state: State) -> Parabola:
        """Log p(y | mean, x, the distances in standard deviations): x is the slope of y less the mean on these."""
        distance = self._deviations(state) / state[self.sd.name][:, np.newaxis]
        weighted = distance * self.precision
        residual = self.y - state[self.mean.name][:, np.newaxis]
        return Parabola((weighted * residual).sum(axis=-1), (weighted * distance).sum(axis=-1))

    def _sd_given_data(self, state: State, rng: np.random.Generator, size: int) -> FloatArray:
        """Draw it under a flat prior: normal about that slope, kept above zero."""
        slope, precision = self._data_on_sd(state)
        centre, sd = slope / precision, precision**-0.5
        # The upper share rng of the part above zero, in logarithms, so that it holds far out in the tail too.
        tail = np.log1p(-rng.random((size, centre.size))) + special.log_ndtr(centre / sd)
        return np.abs(centre - sd * special.ndtri_exp(tail))  # abs: rounding at zero
