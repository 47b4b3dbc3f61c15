"""The distributions that a group's own parameter can have: small records that know their density and how to draw.

Each has a *free scale*, that of `lib.priors.scales` for its range, on which it is about normal.
"""

from typing import NamedTuple, Protocol

import numpy as np
from scipy import special

from lib.priors.scales import LOG
from lib.validation import FloatArray

LOG_TWO_PI = np.log(2 * np.pi)


class Distribution(Protocol):
    """What a model asks of its population; all arrays broadcast."""

    @property
    def mean(self) -> FloatArray:
        """Its mean."""

    @property
    def sd(self) -> FloatArray:
        """Its standard deviation."""

    @property
    def free_centre(self) -> FloatArray:
        """About its mean on the free scale."""

    @property
    def free_sd(self) -> FloatArray:
        """About its standard deviation there."""

    def log_density(self, x: FloatArray) -> FloatArray:
        """Log density at `x`."""

    def log_free_density(self, free: FloatArray) -> FloatArray:
        """Log density on the free scale, Jacobian included."""

    def draw(self, rng: np.random.Generator, size: tuple[int, ...] | None = None) -> FloatArray:
        """Draw values of the shape `size`, by default one for each of its parameters."""


class Normal(NamedTuple):
    """Mean and standard deviation of a normal distribution, whose free scale is its own."""

    mean: FloatArray
    sd: FloatArray

    @property
    def free_centre(self) -> FloatArray:
        """Its mean."""
        return self.mean

    @property
    def free_sd(self) -> FloatArray:
        """Its standard deviation."""
        return self.sd

    def log_density(self, x: FloatArray) -> FloatArray:
        """Log density at any number."""
        return np.asarray(-(((x - self.mean) / self.sd) ** 2) / 2 - np.log(self.sd) - LOG_TWO_PI / 2)

    def log_free_density(self, free: FloatArray) -> FloatArray:
        """Log density at any number."""
        return self.log_density(free)

    def draw(self, rng: np.random.Generator, size: tuple[int, ...] | None = None) -> FloatArray:
        """Draw numbers of the shape `size`, by default one for each mean and standard deviation."""
        return np.asarray(
            self.mean + self.sd * rng.standard_normal(np.broadcast(*self).shape if size is None else size)
        )


class Beta(NamedTuple):
    """The two shapes of a Beta distribution."""

    alpha: FloatArray
    beta: FloatArray

    @property
    def mean(self) -> FloatArray:
        """Its mean."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def sd(self) -> FloatArray:
        """Its standard deviation."""
        total = self.alpha + self.beta
        return np.sqrt(self.alpha * self.beta / (total + 1)) / total

    @property
    def free_centre(self) -> FloatArray:
        """The logit of its mean."""
        return np.asarray(np.log(self.alpha) - np.log(self.beta))

    @property
    def free_sd(self) -> FloatArray:
        """About the standard deviation of the logit, by the delta method."""
        total = self.alpha + self.beta
        return np.asarray(total / np.sqrt(self.alpha * self.beta * (total + 1)))

    def log_density(self, x: FloatArray) -> FloatArray:
        """Log density at shares strictly between zero and one."""
        powers = special.xlogy(self.alpha - 1, x) + special.xlog1py(self.beta - 1, -x)
        return np.asarray(powers - special.betaln(self.alpha, self.beta))

    def log_free_density(self, free: FloatArray) -> FloatArray:
        """Log density of the logit: with the Jacobian, x (1 - x), the powers lose their minus one."""
        powers = self.alpha * special.log_expit(free) + self.beta * special.log_expit(-free)
        return np.asarray(powers - special.betaln(self.alpha, self.beta))

    def draw(self, rng: np.random.Generator, size: tuple[int, ...] | None = None) -> FloatArray:
        """Draw shares; a shape that rounds to zero is taken for the smallest number."""
        alpha, beta = (np.maximum(shape, LOG.inside[0]) for shape in self)
        return np.asarray(rng.beta(alpha, beta, size=size))


class Gamma(NamedTuple):
    """Shape and rate of a Gamma distribution. SciPy takes the scale, which is one over the rate."""

    shape: FloatArray
    rate: FloatArray

    @property
    def mean(self) -> FloatArray:
        """Its mean."""
        return self.shape / self.rate

    @property
    def sd(self) -> FloatArray:
        """Its standard deviation."""
        return np.sqrt(self.shape) / self.rate

    @property
    def free_centre(self) -> FloatArray:
        """The logarithm of its mean."""
        return np.asarray(np.log(self.shape) - np.log(self.rate))

    @property
    def free_sd(self) -> FloatArray:
        """About the standard deviation of the logarithm, by the delta method."""
        return np.asarray(self.shape**-0.5)

    def log_density(self, x: FloatArray) -> FloatArray:
        """Log density at values above zero."""
        return np.asarray(self._log_constant + special.xlogy(self.shape - 1, x) - self.rate * x)

    def log_free_density(self, free: FloatArray) -> FloatArray:
        """Log density of the logarithm."""
        return np.asarray(self._log_constant + self.shape * free - self.rate * np.exp(free))

    @property
    def _log_constant(self) -> FloatArray:
        return np.asarray(special.xlogy(self.shape, self.rate) - special.gammaln(self.shape))

    def draw(self, rng: np.random.Generator, size: tuple[int, ...] | None = None) -> FloatArray:
        """Draw values; a shape is one of its parameters, `size` that of the array."""
        return np.asarray(rng.standard_gamma(self.shape, size) / self.rate)
