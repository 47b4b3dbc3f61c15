"""What is known of a hyperparameter before the data: a number, a prior, a log density, or nothing."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats
from scipy.stats.distributions import rv_frozen

from lib.validation import FloatArray, freeze, real_array, within_reach

type LogDensity = Callable[[FloatArray], FloatArray]
type Specification = float | rv_frozen | LogDensity | None

REAL_LINE = (-np.inf, np.inf)
POSITIVE = (0.0, np.inf)
UNIT_INTERVAL = (0.0, 1.0)

_TAIL = 1e-10  # a prior's quantiles are probed from here to one minus this
# Log densities of the usual priors, up to a constant. SciPy checks its arguments at length in every call, and Gibbs
# sampling calls in every step.
_STANDARD: tuple[tuple[stats.rv_continuous, LogDensity], ...] = (
    (stats.norm, lambda z: -(z**2) / 2),
    (stats.halfnorm, lambda z: -(z**2) / 2),
    (stats.cauchy, lambda z: -np.log1p(z**2)),
    (stats.halfcauchy, lambda z: -np.log1p(z**2)),
    (stats.expon, lambda z: -z),
    (stats.uniform, np.zeros_like),
)
_LOGIT_LARGEST = 36.0  # beyond it, a share rounds to one; no posterior has mass there unless it is improper
_LOG_LARGEST = 340.0  # the square of exp(340) is within floating point, and so is its inverse


@dataclass(frozen=True)
class Hyperparameter:
    """One hyperparameter and its prior.

    Attributes
    ----------
    name : str
    support : tuple of float
        The range on which the prior has density.
    whole : tuple of float
        The range that it has in its model: the real line, the positive numbers (it is then moved on the logarithmic
        scale) or the unit interval (on the logistic scale).
    value : float or None
        The known value, if it is known.
    normal : tuple of float or None
        Mean and precision of a normal prior; a flat prior on the real line has precision zero. None for any other.
    quantiles : ndarray
        Points spread over a proper prior's mass, where quadrature should look; empty for a log density or none.
    prior : frozen SciPy distribution or None
        The prior, if it is proper and so can be drawn from.
    """

    name: str
    support: tuple[float, float]
    whole: tuple[float, float] = REAL_LINE
    value: float | None = None
    normal: tuple[float, float] | None = None
    quantiles: FloatArray = field(default_factory=lambda: np.empty(0))
    _log_density: LogDensity | None = None
    prior: rv_frozen | None = None

    def __post_init__(self) -> None:
        """Make the probes read-only."""
        freeze(self)

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
            If a caller's log density returns a NaN, plus infinity, or an array of another shape.
        """
        if self._log_density is None:
            return np.zeros_like(x)
        if self.prior is not None:
            return self._log_density(x)
        points = x.ravel()
        with np.errstate(all="ignore"):  # log(0) and overflow far out are answers here: minus infinity
            density = real_array(f"{self.name}: what its log density returns", self._log_density(points))
        if density.ndim == 0:  # such as a constant function
            density = np.full_like(points, density)
        if density.shape != points.shape:
            raise ValueError(f"{self.name}: its log density must be vectorised, one value for each of its argument's")
        # At the ends of the range, and beyond floating point, nobody can say.
        inside = np.isfinite(points) & (points > self.whole[0]) & (points < self.whole[1])
        if not (density < np.inf)[inside].all():
            raise ValueError(
                f"{self.name}: its log density is NaN or +infinity within its range {self.support}; "
                "it must be -infinity where there is no density"
            )
        return density.reshape(x.shape)

    @property
    def positive(self) -> bool:
        """Whether it can be any number above zero, such as a scale."""
        return self.whole == POSITIVE

    @property
    def share(self) -> bool:
        """Whether it can be any number from zero to one, such as a probability."""
        return self.whole == UNIT_INTERVAL

    @property
    def flat(self) -> bool:
        """Whether nothing at all is known of it."""
        return self.value is None and self._log_density is None

    def inside(self, values: FloatArray, elsewhere: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Return starting values: those given, but where the prior has next to no mass, others that it allows.

        Parameters
        ----------
        values : ndarray
            Where a chain would start for all that the data say.
        elsewhere : ndarray
            Where to look for a log density that says nothing of where its mass is.
        rng : numpy.random.Generator

        Raises
        ------
        ValueError
            If a caller's log density is zero wherever we look.
        """
        if self.value is not None:
            return values
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

    @property
    def free_support(self) -> tuple[float, float]:
        """The support on the free scale."""
        if not (self.positive or self.share):
            return self.support
        with np.errstate(divide="ignore"):  # zero, one and infinity are infinitely far away
            lower, upper = self.free(np.array(self.support))
        if self.share:
            lower, upper = max(lower, -_LOGIT_LARGEST), min(upper, _LOGIT_LARGEST)
        return float(lower), float(upper)

    def free(self, value: FloatArray) -> FloatArray:
        """Move to the free scale: the logarithm of a positive number, the logit of a share, any other as it is."""
        if self.share:
            return np.asarray(special.logit(value))
        return np.log(value) if self.positive else value

    def natural(self, free: FloatArray) -> FloatArray:
        """Move back from the free scale."""
        if not (self.positive or self.share):
            return free
        value = np.exp(free) if self.positive else special.expit(free)
        # A function and its inverse may land a rounding error outside the support.
        return np.asarray(np.minimum(np.maximum(value, self.support[0]), self.support[1]))

    def log_jacobian(self, free: FloatArray) -> FloatArray:
        """Log of the derivative of `natural`, which a density on the free scale must include."""
        if self.share:
            return np.asarray(special.log_expit(free) + special.log_expit(-free))
        return free if self.positive else np.zeros_like(free)

    def log_free_density(self, free: FloatArray) -> FloatArray:
        """Log prior density on the free scale, up to a constant; minus infinity outside the support.

        So it is where the square of a scale leaves floating point: a chain that an improper posterior draws towards
        zero or infinity stops there.
        """
        lower, upper = self.free_support
        if self.positive:
            lower, upper = max(lower, -_LOG_LARGEST), min(upper, _LOG_LARGEST)
        within = np.minimum(np.maximum(free, lower), upper)
        density = self.log_density(self.natural(within)) + self.log_jacobian(within)
        return np.where(free == within, density, -np.inf)

    def power_at_zero(self) -> float:
        """Return the power with which the density behaves as x falls to zero, for a range that starts there.

        A log-uniform density (1 / x) has the power -1. Infinity means that the density vanishes faster than any power.
        """
        return self._power(1e-60, 1e-120) if self.whole[0] == self.support[0] == 0 else np.inf

    def power_at_one(self) -> float:
        """Return the power of 1 - x with which a share's density behaves as x rises to one."""
        if not (self.share and self.support[1] == 1):
            return np.inf
        near, far = 1e-4, 1e-8  # the distance from one is exact to eight digits
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


def hyperparameter(name: str, specification: Specification, support: tuple[float, float]) -> Hyperparameter:
    """Read what a caller says of a hyperparameter.

    Parameters
    ----------
    name : str
        The name that messages use.
    specification : float, frozen SciPy distribution, callable or None
        A known value; a prior; a log density up to a constant, vectorised over its argument; or None for a flat prior.
    support : tuple of float
        The hyperparameter's whole range.

    Returns
    -------
    Hyperparameter

    Raises
    ------
    TypeError
        If the specification is none of the four.
    ValueError
        If a known value or a prior lies outside the range.
    """
    lower, upper = support
    if specification is None:
        return Hyperparameter(name, support, support, normal=(0.0, 0.0) if support == REAL_LINE else None)
    if isinstance(specification, int | float | np.number) and not isinstance(specification, bool):
        value = float(specification)
        if not (np.isfinite(value) and lower <= value <= upper):
            raise ValueError(f"{name} must be a finite number from {lower:g} to {upper:g}, not {value:g}")
        within_reach(name, np.asarray(value), positive=lower == 0 and value > 0)
        return Hyperparameter(name, support, support, value=value)
    if isinstance(specification, rv_frozen) and isinstance(specification.dist, stats.rv_continuous):
        return _prior(name, specification, support)
    if callable(specification) and not isinstance(specification, type | stats.rv_continuous | stats.rv_discrete):
        parameter = Hyperparameter(name, support, support, _log_density=specification)
        inside = parameter.natural(np.array([-1.0, 0.25, 1.0]))
        one_by_one = np.concatenate([parameter.log_density(inside[[i]]) for i in range(inside.size)])
        if not np.allclose(parameter.log_density(inside), one_by_one):  # it sums or normalises over its argument
            raise ValueError(
                f"{name}: its log density must be vectorised: each value must depend on its own argument alone"
            )
        return parameter
    raise TypeError(
        f"{name} must be a number (known), a frozen continuous SciPy distribution (its prior, such as "
        f"scipy.stats.halfnorm(scale=5)), a callable that returns its log density, or None (flat); "
        f"not {type(specification).__name__}"
    )


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
        given[p.name] = p.natural(free[..., number])
        log_prior = log_prior + p.log_free_density(free[..., number])
    return [np.broadcast_to(value, log_prior.shape) for value in complete(parameters, given)], log_prior


def _prior(name: str, prior: rv_frozen, support: tuple[float, float]) -> Hyperparameter:
    if np.ndim(prior.support()[0]) != 0:
        raise ValueError(f"{name}: its prior must be one distribution, not an array of them")
    start, end = (float(bound) for bound in prior.support())
    if np.isnan([start, end]).any():
        raise ValueError(f"{name}: the parameters of its prior are not valid")
    if start < support[0] or end > support[1]:
        raise ValueError(
            f"{name}: its prior reaches from {start:g} to {end:g}, outside {support[0]:g} to {support[1]:g}"
            + (
                "; perhaps you want half of one, such as scipy.stats.halfnorm or halfcauchy"
                if support == POSITIVE
                else ""
            )
        )
    if isinstance(prior.dist, type(stats.norm)):  # known by its mean and its precision
        with np.errstate(all="ignore"):  # what is infinite or zero is refused
            mean_and_sd = np.array([float(prior.mean()), float(prior.std())])
        within_reach(f"{name}: the mean of its prior", mean_and_sd[:1])
        within_reach(f"{name}: the standard deviation of its prior", mean_and_sd[1:], positive=True)
    log_density = _log_density(prior, start, end)
    tail = np.geomspace(_TAIL, 0.1, 10)
    probability = np.concatenate([tail, np.linspace(0.1, 0.9, 17)[1:-1], 1 - tail[::-1]])
    with np.errstate(all="ignore"):
        with warnings.catch_warnings():
            # SciPy is not sure of a quantile far out, of beta(0.5, 3) for one; any point there serves as a probe.
            warnings.simplefilter("ignore", RuntimeWarning)
            quantiles = np.asarray(prior.ppf(probability), dtype=float)
        at_start, at_end = log_density(np.array([start, end]))
    # Where a density rises without bound towards an end of its range, stop short of that end by a rounding error.
    # (Not where the whole range ends: on the free scale it never gets there.)
    if at_start == np.inf and start != support[0]:
        start = float(max(start + 1e-15 * (prior.median() - start), np.nextafter(start, end)))
    if at_end == np.inf and end != support[1]:
        end = float(min(end - 1e-15 * (end - prior.median()), np.nextafter(end, start)))
    squares = np.abs(quantiles) < 1e150  # and not NaN: a probe must have a square within floating point
    return Hyperparameter(
        name,
        (start, end),
        support,
        normal=(float(prior.mean()), 1 / float(prior.var())) if isinstance(prior.dist, type(stats.norm)) else None,
        quantiles=quantiles[squares & (quantiles > support[0]) & (quantiles < support[1])],
        _log_density=log_density,
        prior=prior,
    )


def _log_density(prior: rv_frozen, start: float, end: float) -> LogDensity:
    """Return the prior's log density: SciPy's, or for the families in `_STANDARD` a formula ten times as fast."""

    def checked(x: FloatArray) -> FloatArray:
        with np.errstate(over="ignore"):  # far out there is no density
            density: FloatArray = prior.logpdf(x)  # type: ignore[attr-defined]  # the stubs take it for discrete
        return density

    standard = next((formula for family, formula in _STANDARD if isinstance(prior.dist, type(family))), None)
    if standard is None or len(prior.args) > 2 or prior.kwds.keys() - {"loc", "scale"}:
        return checked
    given = dict(zip(("loc", "scale"), prior.args, strict=False)) | prior.kwds
    loc, scale = (np.asarray(given.get(name, value), dtype=float) for name, value in (("loc", 0), ("scale", 1)))

    def log_density(x: FloatArray) -> FloatArray:
        with np.errstate(over="ignore", invalid="ignore"):  # far out there is no density
            return np.where((x >= start) & (x <= end), standard((x - loc) / scale), -np.inf)

    return log_density
