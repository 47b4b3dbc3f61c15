"""The Poisson model of many rates with exposure: deaths in counties, some of them suppressed."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from lib.labels import align_and_label
from lib.models.conjugate import Conjugate
from lib.models.counted import Counted
from lib.models.grouped import End
from lib.models.two_level import columns
from lib.numerics.chunks import in_chunks
from lib.numerics.rising import Table, log_rising_total
from lib.priors.distributions import Gamma, Normal
from lib.priors.hyperparameter import Hyperparameter
from lib.priors.proposed import Priors, half_cauchy
from lib.priors.scales import LOG
from lib.priors.specification import Specification, hyperparameter
from lib.validation import FloatArray, counts_or_bounds, positive_vector

_CLOSEST = 1e12  # beyond it, rates differ by less than a millionth part, and their density loses its digits
_EDGE = "at zero there is no such population"
_MEAN = Hyperparameter("mean", LOG.range, LOG)
_TINY = np.finfo(float).tiny


class GammaPoisson(Counted, Conjugate):
    r"""Event rates from a Gamma population, each seen through a count and an exposure.

    .. math:: y_j \sim \operatorname{Poisson}(x_j \lambda_j), \qquad
              \lambda_j \sim \operatorname{Gamma}(a, b), \qquad j = 1, \dots, J

    Here b is a rate: the population's mean is m = a / b.

    Parameters
    ----------
    counts : array_like, shape (J,)
        Whole numbers of events; NaN where a count is suppressed.
    exposure : array_like, shape (J,)
        Above zero: people, or person-years. The rates are per unit of it.
    shape : float, frozen SciPy distribution, callable or None
        The population's shape a: a number (known), a prior, a callable that returns a log density up to a constant,
        vectorised over its argument, or None (flat on the positive numbers).
    rate : float, frozen SciPy distribution, callable or None
        Its rate b; the same four things.
    mean : float, frozen SciPy distribution or callable, optional
        Its mean m. Where it is given, the hyperparameters are the shape and the mean, and there is no `rate`.
    suppressed : tuple of int, optional
        The least and the greatest number that a suppressed count can be.
    labels : sequence, optional
        One distinct label a group; by default those that the data carry, as a pandas Series does, or 0, 1, ...
    allow_improper : bool
        Accept a posterior that does not exist, to see what a sampler makes of it.

    Raises
    ------
    TypeError, ValueError
        If an argument breaks a rule, by name; or if the posterior is improper, with the condition that fails.

    References
    ----------
    Gelman et al. (2013), *Bayesian Data Analysis*, 3rd ed., section 2.7.
    """

    scale, group, data, hyper = LOG, "lam", ("counts", "exposure"), ("population_shape", "rate_or_mean")
    outer, outer_start, outer_nodes = "population_shape", (-1.0, 4.0), np.geomspace(0.05, 1e5, 50)

    def __init__(
        self,
        counts: ArrayLike,
        exposure: ArrayLike,
        *,
        shape: Specification = None,
        rate: Specification = None,
        mean: Specification = None,
        suppressed: tuple[int, int] | None = None,
        labels: Sequence[object] | None = None,
        allow_improper: bool = False,
    ) -> None:
        (counts, exposure), labels = align_and_label(labels, counts=counts, exposure=exposure)
        self.counts, self.suppressed = counts_or_bounds("counts", counts, suppressed)
        self.exposure = positive_vector("exposure", exposure, length=self.counts.size, like="counts")
        if mean is not None and rate is not None:
            raise ValueError("rate and mean say the same thing twice: give one of them")
        name, given = ("rate", rate) if mean is None else ("mean", mean)
        self.rate_or_mean = hyperparameter(name, given, LOG, edge=_EDGE)
        self.population_shape = hyperparameter("shape", shape, LOG, edge=_EDGE, most=_CLOSEST)
        self._ridge = name == "rate" and self.rate_or_mean.value is None
        super().__init__(labels, allow_improper)

    # The model. Its population is known by shape and rate; its hyperparameters may be shape and mean.

    def population(self, shape: FloatArray, rate: FloatArray) -> Gamma:
        """Gamma(a, b)."""
        return Gamma(shape, rate)

    def natural(self, shape: FloatArray, rate_or_mean: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Shape and rate, given the shape and the rate or the mean, whichever the model has."""
        return shape, rate_or_mean if self.rate_or_mean.name == "rate" else shape / rate_or_mean

    def groups_given(self, shape: ArrayLike, rate: ArrayLike, counts: ArrayLike | None = None) -> Gamma:
        """Posterior of each group's rate given shape and rate, shape (..., J): counts and exposures add up.

        Where a count is suppressed it is NaN, unless complete `counts` of shape (..., J) are given.
        """
        a, b = columns(shape, rate)
        return Gamma(a + (self.counts if counts is None else np.asarray(counts, dtype=float)), b + self.exposure)

    def draw_groups(self, rng: np.random.Generator, shape: FloatArray, rate: FloatArray) -> FloatArray:
        """Draw the suppressed counts, and every rate given them."""
        a, b = columns(shape, rate)
        return self.groups_given(shape, rate, self._suppression.impute(rng, a, b, self.exposure)).draw(rng)

    def log_marginal_likelihood(self, shape: ArrayLike, rate: ArrayLike) -> FloatArray:
        """Log p(counts | shape, rate), every group's rate integrated out; the arguments broadcast.

        Each count is then negative binomial; a suppressed one adds up the probabilities of its possible numbers.

        References
        ----------
        Greenwood and Yule (1920), "An inquiry into the nature of frequency distributions representative of multiple
        happenings", *Journal of the Royal Statistical Society* 83:255-279.
        """
        given = np.asarray(shape, dtype=float)
        a, b = np.broadcast_arrays(given, np.asarray(rate, dtype=float))
        width = self.size + self._suppression.hidden.sum() * self._suppression.possible.size
        with np.errstate(all="ignore"):  # far out, where a shape or a rate is zero or infinite
            total = in_chunks(self._sums, a, b, width=width)
            return np.asarray(total + log_rising_total(given, self._table) + self._constant)

    def pointwise_log_marginal_likelihood(self, shape: ArrayLike, rate: ArrayLike) -> FloatArray:
        """Log p(count of a group | shape, rate), shape (..., J)."""
        return self._suppression.pointwise_log_marginal_likelihood(self.exposure, *columns(shape, rate))

    def _sums(self, a: FloatArray, b: FloatArray) -> FloatArray:
        """Add up what depends on both hyperparameters, for a column of each."""
        counts, x = self._seen
        hidden = self._suppression.log_marginal_likelihood(a, b, self.exposure)
        per_group = (counts + a) * np.log1p(x / b)  # log(x + b) is this logarithm and log b: one for two
        return np.asarray(hidden - per_group.sum(axis=-1) - counts.sum() * np.log(np.maximum(b[:, 0], _TINY)))

    # Where the mass lies, and whether it is finite.

    @property
    def inner(self) -> Hyperparameter:
        """The mean, unless the rate is known: shape and rate lie along a ridge, shape and mean do not."""
        return _MEAN if self._ridge else self.rate_or_mean

    def inner_at(self, shape: FloatArray, other: FloatArray) -> FloatArray:
        """Return the mean for a rate, and the other way round, where the mean is the coordinate."""
        return shape / other if self._ridge else other

    def log_jacobian(self, shape: FloatArray, inner: FloatArray) -> FloatArray | float:
        """Log of a / m**2, the derivative of a rate by the mean."""
        return np.log(shape) - 2 * np.log(inner) if self._ridge else 0.0

    def inner_given(self, shape: FloatArray) -> Normal:
        """Give the log of the pooled rate and its standard error, about."""
        (a,), expected = columns(shape), np.exp(self._log_pooled) * self.exposure + 0.1
        worth = (expected * a / (a + expected)).sum(axis=-1)  # in events, had the rates all been the same
        return Normal(self._log_pooled, 1 / np.sqrt(worth))

    def ends(self) -> Iterator[End]:
        """Every group with an event brings a factor a for a small shape, every event a factor m for a small mean.

        As the shape grows at a fixed mean, the likelihood tends to that of one rate for all, which is positive. As the
        mean grows, it falls as m**(-J a), which is hardly at all where the shape is near zero: there the prior must do
        it alone, or nearly (with the power -1, the factors a bring powers of a logarithm).
        """
        events, with_events = self._suppression.least.sum(), int((self._suppression.least > 0).sum())
        shape, other = self.hyperparameters
        falls, grows = other.power_at_zero(), other.power_at_infinity()
        by_rate, known = other.name == "rate", other.value is not None
        # Along a fixed mean the prior of a rate falls with the shape too, and da db = (a / m**2) da dm.
        if not (by_rate and known):
            power = shape.power_at_infinity() + (grows + 1 if by_rate else 0)
            yield End("shape", "infinity", power, "the likelihood tends to that of one rate for all, above zero")
        yield End("shape", "zero", shape.power_at_zero() + with_events, f"{with_events} groups have events")
        if known:
            return
        low, high = (-grows - 2, -falls - 2) if by_rate else (falls, grows)  # powers of the mean, at zero and infinity
        yield End("mean", "zero", low + events, f"there are {events:.0f} events")
        smallest = shape.support[0] if shape.value is None else shape.value
        logarithms = smallest == 0 and with_events + shape.power_at_zero() > 0
        hardly = "for a small shape the likelihood hardly falls"
        yield End("mean", "infinity", high - self.size * smallest, hardly, logarithms)

    def proper_priors(self) -> Priors:
        """Propose some about the shape and the mean of the raw rates, or the rate if one is given."""
        mean, variance = self._moments()
        shape, by_rate = mean**2 / variance, self.rate_or_mean.name == "rate" and not self.rate_or_mean.flat
        other = ("rate", shape / mean) if by_rate else ("mean", mean)
        return {name: half_cauchy(scale) for name, scale in (("shape", shape), other)}

    def _tabulate(self) -> None:
        super()._tabulate()
        self._seen = counts, x = self.counts[self._suppression.seen], self.exposure[self._suppression.seen]
        self._table = Table.of(counts)
        self._constant = (special.xlogy(counts, x) - special.gammaln(counts + 1)).sum()
        self._log_pooled = np.log(self._suppression.middle.sum() + 0.5) - np.log(self.exposure.sum())
