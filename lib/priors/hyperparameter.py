"""A hyperparameter and what is known of it before the data: its value, its prior, or nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.stats.distributions import rv_frozen

from lib.priors.scales import LOGIT, REAL, Scale
from lib.validation import FloatArray, freeze, real_array

type LogDensity = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True)
class Hyperparameter:
    """One hyperparameter and its prior; `lib.priors.specification.hyperparameter` makes it of what a caller says.

    Attributes
    ----------
    name : str
    support : tuple of float
        The range on which the prior has density.
    scale : Scale
        The range that it has in its model, and how it moves freely.
    value : float or None
        The known value, if it is known.
    normal : tuple of float or None
        Mean and precision of a normal prior; a flat prior on the real line has precision zero. None for any other.
    quantiles : ndarray
        Points spread over a proper prior's mass, where quadrature should look; empty for a log density or none.
    prior : frozen SciPy distribution or None
        The prior, if it is proper and so can be drawn from.
    free_support : tuple of float
        The support on the free scale.
    """

    name: str
    support: tuple[float, float]
    scale: Scale = REAL
    value: float | None = None
    normal: tuple[float, float] | None = None
    quantiles: FloatArray = field(default_factory=lambda: np.empty(0))
    _log_density: LogDensity | None = None
    prior: rv_frozen | None = None
    free_support: tuple[float, float] = field(init=False)
    _walkable: tuple[float, float] = field(init=False, repr=False)  # where a walk ends

    def __post_init__(self) -> None:
        """Place the support on the free scale, and make the probes read-only."""
        with np.errstate(divide="ignore"):  # zero, one and infinity are infinitely far away
            lower, upper = np.clip(self.scale.free(np.array(self.support)), *self.scale.ends)
        object.__setattr__(self, "free_support", (float(lower), float(upper)))
        least, greatest = self.scale.reach
        object.__setattr__(self, "_walkable", (max(float(lower), least), min(float(upper), greatest)))
        freeze(self)

    @property
    def flat(self) -> bool:
        """Whether nothing at all is known of it."""
        return self.value is None and self._log_density is None

    def __str__(self) -> str:
        """Say what is known of it, as a caller would write it."""
        if self.value is not None:
            return f"{self.name} = {self.value:g}"
        if self.prior is None:
            return f"{self.name}: flat" if self.flat else f"{self.name}: a log density of yours"
        given = [f"{x:g}" for x in self.prior.args] + [f"{name}={x:g}" for name, x in self.prior.kwds.items()]
        family = getattr(self.prior.dist, "name", "a distribution")
        return f"{self.name} ~ {family}({', '.join(given)})"

    def draw(self, rng: np.random.Generator) -> FloatArray:
        """Draw one value from the prior, or return the known value; a zero-dimensional array.

        Raises
        ------
        ValueError
            If the prior is flat or a callable: such a prior need not be proper, and nobody can draw from it.
        """
        if self.value is not None:
            return np.asarray(self.value)
        if self.prior is None:
            given = "is flat" if self.flat else "is a callable"
            raise ValueError(
                f"{self.name}: its prior {given}, so it cannot be drawn from; to simulate from the prior, give "
                "a number or a SciPy distribution"
            )
        return np.asarray(self.prior.rvs(random_state=rng), dtype=float)

    def log_density(self, x: FloatArray) -> FloatArray:
        """Log prior density at `x`, up to a constant; zero everywhere for a flat or a known hyperparameter.

        Raises
        ------
        ValueError
            If a caller's log density raises, or returns a NaN, plus infinity, or an array of another shape.
        """
        if self._log_density is None:
            return np.zeros_like(x)
        if self.prior is not None:
            return self._log_density(x)
        points = x.ravel()
        try:
            with np.errstate(all="ignore"):  # log(0) and overflow far out are answers here: minus infinity
                returned = self._log_density(points)
        except Exception as error:  # whatever it is, the caller learns of which parameter
            advice = "; it is called with an array of values, for which use numpy.log rather than math.log"
            raise ValueError(
                f"{self.name}: its log density raised {type(error).__name__}: {error}"
                f"{advice if isinstance(error, TypeError | ValueError) else ''}"
            ) from error
        density = real_array(f"{self.name}: what its log density returns", returned)
        if density.ndim == 0:  # such as a constant function
            density = np.full_like(points, density)
        if density.shape != points.shape:
            raise ValueError(f"{self.name}: its log density must be vectorised, one value for each of its argument's")
        # At the ends of the range, and beyond floating point, nobody can say.
        inside = np.isfinite(points) & (points > self.scale.range[0]) & (points < self.scale.range[1])
        if not (density < np.inf)[inside].all():
            raise ValueError(
                f"{self.name}: its log density is NaN or +infinity within its range {self.support}; "
                "it must be -infinity where there is no density"
            )
        return density.reshape(x.shape)

    def starting_values(self, values: FloatArray, elsewhere: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Return the values given, but where the prior has next to no mass, others that it allows.

        Parameters
        ----------
        values : ndarray
            Where a chain would start for all that the data say.
        elsewhere : ndarray
            Where to look for a log density that says nothing of where its mass is.
        rng : numpy.random.Generator

        Returns
        -------
        ndarray
            The shape of `values`; the known value everywhere, if it is known.

        Raises
        ------
        ValueError
            If a caller's log density is zero wherever we look.
        """
        if self.value is not None:
            return np.full(values.shape, self.value)
        quarter = self.quantiles.size // 4  # of the probes, not of the mass: what is left is from 1% to 99%
        probable = self.quantiles[quarter:-quarter] if quarter else self.quantiles
        within = self._has_density(values)
        if probable.size:
            within &= (values >= probable[0]) & (values <= probable[-1])
        if within.all():
            return values
        allowed = probable if probable.size else elsewhere[self._has_density(elsewhere)]
        if not allowed.size:
            raise ValueError(f"{self.name}: its log density is -infinity wherever a chain could start")
        return np.where(within, values, rng.choice(allowed, values.shape))

    def _has_density(self, values: FloatArray) -> NDArray[np.bool_]:
        inside = (values > self.support[0]) & (values < self.support[1])
        return np.asarray(inside & np.isfinite(self.log_density(values)))

    # On the free scale.

    @property
    def open_ends(self) -> tuple[bool, bool]:
        """Whether the support goes on beyond either end of the free one, where floating point ends."""
        (lower, upper), (least, greatest) = self.free_support, self.scale.ends
        return lower == least, upper == greatest

    def free(self, value: FloatArray) -> FloatArray:
        """Move to the free scale."""
        return self.scale.free(value)

    def natural(self, free: FloatArray) -> FloatArray:
        """Move back from the free scale."""
        # A function and its inverse may land a rounding error outside the support.
        return np.asarray(np.minimum(np.maximum(self.scale.natural(free), self.support[0]), self.support[1]))

    def log_jacobian(self, free: FloatArray) -> FloatArray:
        """Log of the derivative of `natural`, which a density on the free scale must include."""
        return self.scale.log_jacobian(free)

    def within(self, free: FloatArray) -> FloatArray:
        """Bring what lies outside the support to its edge; and to where the scale ends for a walk.

        A chain that an improper posterior draws towards zero or infinity stops there.
        """
        lower, upper = self._walkable
        return np.asarray(np.minimum(np.maximum(free, lower), upper))

    def log_free_density(self, free: FloatArray) -> FloatArray:
        """Log prior density on the free scale, up to a constant; minus infinity outside the support."""
        within = self.within(free)
        density = self.log_density(self.natural(within)) + self.log_jacobian(within)
        return np.where(free == within, density, -np.inf)

    # How the prior behaves at the ends of the range.

    def power_at_zero(self) -> float:
        """Return the power with which the density behaves as x falls to zero, for a range that starts there.

        A log-uniform density (1 / x) has the power -1. Infinity means that the density vanishes faster than any power.
        """
        return self._power(1e-60, 1e-120) if self.scale.range[0] == self.support[0] == 0 else np.inf

    def power_at_one(self) -> float:
        """Return the power of 1 - x with which a share's density behaves as x rises to one."""
        if not (self.scale == LOGIT and self.support[1] == 1):
            return np.inf
        near, far = 2.0**-30, 2.0**-50  # powers of two, so that the distance from one is exact
        at_near, at_far = self.log_density(np.array([1 - near, 1 - far]))
        return np.inf if np.isneginf(at_far) else float((at_far - at_near) / np.log(far / near))

    def power_at_infinity(self) -> float:
        """Return the power with which the density behaves as abs(x) grows; the larger of both ends if there are two.

        Minus infinity means that the density vanishes faster than any power, or has a finite range.
        """
        ends = [float(np.sign(bound)) for bound in self.support if np.isinf(bound)]
        return max((self._power(end * 1e60, end * 1e120) for end in ends), default=-np.inf)

    def _power(self, near: float, far: float) -> float:
        at_near, at_far = self.log_density(np.array([near, far]))
        distance = np.log(abs(far)) - np.log(abs(near))
        if np.isneginf(at_far):
            return float(np.copysign(np.inf, -distance))
        return float((at_far - at_near) / distance)


def complete(parameters: Sequence[Hyperparameter], given: Mapping[str, FloatArray]) -> list[FloatArray]:
    """Return the value of every hyperparameter in order: what is given by name, or else what is known."""
    return [given.get(p.name, np.asarray(p.value, dtype=float)) for p in parameters]


def place(parameters: Sequence[Hyperparameter], free: FloatArray) -> tuple[list[FloatArray], FloatArray]:
    """Bring the unknown hyperparameters back from the free scale.

    Parameters
    ----------
    parameters : sequence of Hyperparameter
        All of a model's, known ones too.
    free : ndarray, shape (..., number of unknown ones)
        Their positions, in order.

    Returns
    -------
    values : list of ndarray, each of shape (...)
        All of them, in order.
    log_prior : ndarray, shape (...)
        On the free scale, Jacobians included.
    """
    given, log_prior = {}, np.zeros(free.shape[:-1])
    for number, p in enumerate(p for p in parameters if p.value is None):
        with np.errstate(over="ignore"):  # far out, where there is no density
            given[p.name] = p.natural(free[..., number])
        log_prior = log_prior + p.log_free_density(free[..., number])
    return [np.broadcast_to(value, log_prior.shape) for value in complete(parameters, given)], log_prior
