"""The Poisson model of many rates with exposure: deaths in counties, some of them suppressed."""

from collections.abc import Mapping, Sequence
from copy import copy
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from lib.models.base import ExactStep, SliceStep, State
from lib.models.hyperparameter import POSITIVE, Hyperparameter, Specification, complete, hyperparameter, place
from lib.models.rising import Table, log_rising, log_rising_total
from lib.validation import FloatArray, at_most, counts_or_bounds, freeze, group_labels, positive_vector

_CLOSEST = 1e12  # beyond it, rates differ by less than a millionth part, and their density loses its digits
_CHUNK = 2**20  # numbers held at once when something is summed over groups for many hyperparameters


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


class GammaPoisson:
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
        One distinct label a group; 0, 1, ... by default.
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
        self.counts, self.suppressed = counts_or_bounds("counts", counts, suppressed)
        self.exposure = positive_vector("exposure", exposure, length=self.counts.size, like="counts")
        self._labels = group_labels(labels, length=self.counts.size)
        self.shape = hyperparameter("shape", shape, POSITIVE)
        if mean is not None and rate is not None:
            raise ValueError("rate and mean say the same thing twice: give one of them")
        name, given = ("rate", rate) if mean is None else ("mean", mean)
        self.location = hyperparameter(name, given, POSITIVE)
        for parameter in (self.shape, self.location):
            if parameter.value == 0:
                raise ValueError(f"{parameter.name} must be above zero")
        at_most("shape", self.shape.value, _CLOSEST)
        self._tabulate()
        self.improper = self._why_improper()
        if self.improper and not allow_improper:
            raise ValueError(f"the posterior is improper: {self.improper}")
        freeze(self)

    @property
    def labels(self) -> list[object]:
        """One label a group; the list is a copy."""
        return list(self._labels)

    @property
    def vectors(self) -> dict[str, tuple[str, list[object]]]:
        """One rate a group."""
        return {"lam": ("group", self.labels)}

    @property
    def observed(self) -> dict[str, FloatArray]:
        """The counts, NaN where suppressed."""
        return {"counts": self.counts}

    @property
    def constants(self) -> dict[str, FloatArray | float]:
        """The exposures, and the hyperparameters that are known."""
        known = {p.name: p.value for p in (self.shape, self.location) if p.value is not None}
        return {"exposure": self.exposure, **known}

    # The joint density, factor by factor. Arguments broadcast: hyperparameters of shape (...), lam of shape (..., J).

    def log_likelihood(self, lam: FloatArray) -> FloatArray:
        """Log p(counts | lam), shape (...) for lam of shape (..., J): a suppressed count may be any of its numbers."""
        expected = lam * self.exposure
        total = _log_poisson(self.counts[self._seen], expected[..., self._seen]).sum(axis=-1)
        if self._hidden.any():
            each = _log_poisson(self._possible, expected[..., self._hidden, np.newaxis])
            total = total + special.logsumexp(each, axis=-1).sum(axis=-1)
        return np.asarray(total)

    def log_population(self, lam: FloatArray, shape: FloatArray, rate: FloatArray) -> FloatArray:
        """Log p(lam | shape, rate), shape (...); every rate above zero."""
        a, b = np.expand_dims(shape, -1), np.expand_dims(rate, -1)
        terms = special.xlogy(a, b) - special.gammaln(a) + special.xlogy(a - 1, lam) - b * lam
        return np.asarray(terms.sum(axis=-1))

    def log_hyperprior(self, shape: FloatArray, location: FloatArray) -> FloatArray:
        """Log prior of the shape and of the rate or mean, whichever the model has, up to a constant."""
        return self.shape.log_density(np.asarray(shape, dtype=float)) + self.location.log_density(
            np.asarray(location, dtype=float)
        )

    def rate_of(self, shape: FloatArray, location: FloatArray) -> FloatArray:
        """Return the population's rate, given its rate or its mean, whichever the model has."""
        return location if self.location.name == "rate" else shape / location

    # What integrates out in closed form.

    def lam_given(self, shape: ArrayLike, rate: ArrayLike, counts: ArrayLike | None = None) -> Gamma:
        """Posterior of each group's rate given shape and rate, shape (..., J): counts and exposures add up.

        Where a count is suppressed it is NaN, unless complete `counts` of shape (..., J) are given.
        """
        a, b = (np.expand_dims(np.asarray(value, dtype=float), -1) for value in (shape, rate))
        return Gamma(a + (self.counts if counts is None else np.asarray(counts, dtype=float)), b + self.exposure)

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
        flat_a, flat_b = a.reshape(-1, 1), b.reshape(-1, 1)
        width = self.exposure.size + self._hidden.sum() * self._possible.size
        step = max(1, _CHUNK // width)
        total = np.empty(a.size)
        with np.errstate(all="ignore"):  # far out, where a shape or a rate is zero or infinite
            for i in range(0, a.size, step):
                total[i : i + step] = self._sums(flat_a[i : i + step], flat_b[i : i + step])
            return np.asarray(total.reshape(a.shape) + log_rising_total(given, self._table) + self._constant)

    def _sums(self, a: FloatArray, b: FloatArray) -> FloatArray:
        """Add up what depends on both hyperparameters, for a column of each."""
        x, counts = self.exposure[self._seen], self.counts[self._seen]
        total = -(counts * np.log(x + b) + a * np.log1p(x / b)).sum(axis=-1)
        if self._hidden.any():
            total = total + special.logsumexp(self._log_possible(a, b), axis=-1).sum(axis=-1)
        return np.asarray(total)

    def _log_possible(self, a: FloatArray, b: FloatArray) -> FloatArray:
        """Log probability of each possible number where a count is suppressed, shape (..., hidden, numbers)."""
        a, b = a[..., np.newaxis], b[..., np.newaxis]
        x, k = self.exposure[self._hidden][:, np.newaxis], self._possible
        rising = log_rising(a, np.maximum(k, 1)) * (k > 0)
        return np.asarray(rising - special.gammaln(k + 1) + k * np.log(x / (x + b)) - a * np.log1p(x / b))

    def impute(self, rng: np.random.Generator, shape: FloatArray, rate: FloatArray) -> FloatArray:
        """Draw the suppressed counts given the hyperparameters, shape (..., J); the others are what they are."""
        counts = np.array(np.broadcast_to(self.counts, (*shape.shape, self.counts.size)))
        if self._hidden.any():
            weight = self._log_possible(shape[..., np.newaxis], rate[..., np.newaxis])
            counts[..., self._hidden] = self._possible[(weight + rng.gumbel(size=weight.shape)).argmax(axis=-1)]
        return counts

    # What calibration asks for (lib.models.base.Simulated).

    def replicate(self, rng: np.random.Generator) -> tuple[dict[str, FloatArray], Self]:
        """Draw hyperparameters from their priors, rates given them, counts given those; the exposures stay.

        Where the model has suppressed counts, every count within their bounds is suppressed.

        Raises
        ------
        ValueError
            If a hyperparameter has no proper prior.
        """
        shape, location = self.shape.draw(rng), self.location.draw(rng)
        lam = rng.gamma(shape, 1 / self.rate_of(shape, location), size=self.exposure.size)
        model = copy(self)
        model.counts = rng.poisson(lam * self.exposure).astype(float)
        if self.suppressed is not None:
            model.counts[(model.counts >= self.suppressed[0]) & (model.counts <= self.suppressed[1])] = np.nan
        model._tabulate()
        freeze(model)
        drawn = {self.shape.name: shape, self.location.name: location}
        return {p.name: drawn[p.name] for p in self._unknown} | {"lam": lam}, model

    def summaries(self, parameters: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Return the log likelihood, the log prior of all parameters and (lam_1 - m)(lam_2 - m) in units of m."""
        lam = np.maximum(parameters["lam"], 1e-300)
        shape, location = complete(self._hyper, parameters)
        rate = self.rate_of(shape, location)
        summaries = {
            "log_likelihood": self.log_likelihood(lam),
            "log_prior": self.log_hyperprior(shape, location) + self.log_population(lam, shape, rate),
        }
        if self.exposure.size > 1:
            summaries["product"] = (lam[..., 0] * rate / shape - 1) * (lam[..., 1] * rate / shape - 1)
        return summaries

    # What a random walk asks for (lib.models.base.Walk). It moves the distance of each log rate from the log mean, in
    # units of about its standard deviation, so that a high shape does not squeeze it.

    def start(self, rng: np.random.Generator, chains: int) -> FloatArray:
        """Distances from a standard normal, hyperparameters scattered where the data put them."""
        state = self.start_state(rng, chains)
        free = [p.free(state[p.name])[:, np.newaxis] for p in self._unknown]
        return np.concatenate([rng.standard_normal((chains, self.exposure.size)), *free], axis=1)

    def log_free_density(self, position: FloatArray) -> FloatArray:
        """Log posterior of the distances and the free hyperparameters."""
        log_lam, shape, location, log_prior = self._place(position)
        with np.errstate(all="ignore"):  # far out, where numbers overflow
            lam, rate = np.exp(log_lam), self.rate_of(shape, location)
            jacobian = log_lam.sum(axis=-1) - self.exposure.size * np.log(shape) / 2
            return np.asarray(self.log_likelihood(lam) + self.log_population(lam, shape, rate) + jacobian + log_prior)

    def parameters(self, position: FloatArray) -> State:
        """Rates and hyperparameters at each position."""
        log_lam, shape, location, _ = self._place(position)
        known = {self.shape.name: shape, self.location.name: location}
        return {p.name: known[p.name] for p in self._unknown} | {"lam": np.exp(log_lam)}

    @property
    def _hyper(self) -> tuple[Hyperparameter, Hyperparameter]:
        return self.shape, self.location

    @property
    def _unknown(self) -> list[Hyperparameter]:
        return [p for p in self._hyper if p.value is None]

    def _place(self, position: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Log of each rate, shape, rate or mean, and the log prior of the free hyperparameters."""
        (shape, location), log_prior = place(self._hyper, position[..., self.exposure.size :])
        log_mean = np.log(shape) - np.log(self.rate_of(shape, location))
        distance = position[..., : self.exposure.size] / np.sqrt(shape)[..., np.newaxis]
        return log_mean[..., np.newaxis] + distance, shape, location, log_prior

    # What Gibbs sampling asks for (lib.models.base.Conditionals). The hyperparameters move with the rates integrated
    # out, and so never feel how closely the rates follow them.

    @property
    def sampled(self) -> tuple[str, ...]:
        """The unknown hyperparameters and the rates."""
        return (*(p.name for p in self._unknown), "lam")

    @property
    def steps(self) -> tuple[ExactStep | SliceStep, ...]:
        """Each unknown hyperparameter given the other and the data; suppressed counts and rates given both."""

        def slice_step(parameter: Hyperparameter) -> SliceStep:
            def log_likelihood(value: FloatArray, state: State) -> FloatArray:
                now = state | {parameter.name: value}
                shape, location = now["shape"], now[self.location.name]
                return self.log_marginal_likelihood(shape, self.rate_of(shape, location))

            return SliceStep(parameter, log_likelihood, lambda value, state: state | {parameter.name: value})

        if self.location.name == "mean" or len(self._unknown) < 2:
            return (*(slice_step(p) for p in self._unknown), ExactStep(self._draw_lam))

        # Shape and rate follow each other closely: move both along a fixed mean, then the rate alone.
        def log_both(value: FloatArray, state: State) -> FloatArray:
            rate = value * (state["rate"] / state["shape"])
            # With da db = (a / m**2) da dm, a density along a fixed mean has one more factor a.
            return self.log_marginal_likelihood(value, rate) + self.location.log_density(rate) + np.log(value)

        def both(value: FloatArray, state: State) -> State:
            return state | {"shape": value, "rate": value * (state["rate"] / state["shape"])}

        return (SliceStep(self.shape, log_both, both), slice_step(self.location), ExactStep(self._draw_lam))

    def start_state(self, rng: np.random.Generator, chains: int) -> State:
        """Rates at their estimates, hyperparameters scattered where the data put them, inside their priors."""
        shape = np.exp(rng.uniform(-1, 4, chains))
        mean = self._pooled * np.exp(rng.normal(0, 0.5, chains))
        start = {"shape": shape, "rate": shape / mean, "mean": mean}
        steps = np.geomspace(1e-8, 1e8, 4001)
        wide = {"shape": steps, "rate": steps / self._pooled, "mean": steps * self._pooled}
        hyperparameters = {
            p.name: p.inside(start[p.name], wide[p.name], rng) if p.value is None else np.full(chains, p.value)
            for p in (self.shape, self.location)
        }
        return hyperparameters | {"lam": np.tile((self._middle + 0.5) / self.exposure, (chains, 1))}

    def _draw_lam(self, state: State, rng: np.random.Generator) -> State:
        return {"lam": self._draw(rng, state["shape"], self.rate_of(state["shape"], state[self.location.name]))}

    # What quadrature asks for (lib.models.base.Quadrature).

    @property
    def integrated(self) -> tuple[Hyperparameter, ...]:
        """The shape, and the rate or mean given it, unless they are known."""
        return tuple(self._unknown)

    def starting_nodes(self, *outer: FloatArray) -> FloatArray:
        """Where the mass of the shape, or of the rate or mean given it, may lie."""
        if self.shape.value is None and not outer:
            return np.concatenate([np.geomspace(0.05, 1e5, 50), self.shape.quantiles])[np.newaxis]
        shape = outer[0] if outer else np.array([self.shape.value], dtype=float)
        column = shape[:, np.newaxis]
        expected = self._pooled * self.exposure + 0.1
        worth = (expected * column / (column + expected)).sum(axis=-1)  # in events, had the rates all been the same
        span = np.clip(np.linspace(-8, 8, 33) / np.sqrt(worth)[:, np.newaxis], -200, 200)
        mean = self._pooled * np.exp(span)
        quantiles = np.broadcast_to(self.location.quantiles, (shape.size, self.location.quantiles.size))
        return np.concatenate([column / mean if self.location.name == "rate" else mean, quantiles], axis=1)

    def log_integrand(self, *hyperparameters: FloatArray) -> FloatArray:
        """Log prior times marginal likelihood."""
        shape, location = self._complete(hyperparameters)
        return self.log_hyperprior(shape, location) + self.log_marginal_likelihood(shape, self.rate_of(shape, location))

    def draw_rest(self, rng: np.random.Generator, *hyperparameters: FloatArray, size: int) -> dict[str, FloatArray]:
        """Draw the suppressed counts and the rates given the hyperparameters."""
        shape, location = (np.broadcast_to(value, (size,)) for value in self._complete(hyperparameters))
        return {"lam": self._draw(rng, shape, self.rate_of(shape, location))}

    def _complete(self, hyperparameters: tuple[FloatArray, ...]) -> tuple[FloatArray, FloatArray]:
        given = {p.name: value for p, value in zip(self.integrated, hyperparameters, strict=True)}
        shape, location = complete(self._hyper, given)
        return shape, location

    def _draw(self, rng: np.random.Generator, shape: FloatArray, rate: FloatArray) -> FloatArray:
        given = self.lam_given(shape, rate, self.impute(rng, shape, rate))
        return np.asarray(rng.standard_gamma(given.shape) / given.rate)

    def _tabulate(self) -> None:
        """Keep what the marginal likelihood needs of the data again and again."""
        self._hidden = np.isnan(self.counts)
        self._seen = ~self._hidden
        least, greatest = self.suppressed or (0, 0)
        self._possible = np.arange(least, greatest + 1, dtype=float)
        counts, x = self.counts[self._seen], self.exposure[self._seen]
        self._table = Table.of(counts)
        self._constant = (special.xlogy(counts, x) - special.gammaln(counts + 1)).sum()
        self._middle = np.where(self._hidden, (least + greatest) / 2, self.counts)
        self._pooled = float((self._middle.sum() + 0.5) / self.exposure.sum())

    def _why_improper(self) -> str:
        """Say which condition for a proper posterior fails; empty if none does.

        As the shape grows at a fixed mean, the likelihood tends to that of one rate for all, which is positive. As it
        goes to zero, every group with an event brings a factor a. As the mean goes to zero, every event brings a factor
        m. As the mean grows, the likelihood falls as m**(-J a), which is hardly at all where the shape is near zero:
        there the prior must do it alone, or nearly (with the power -1, the factors a bring powers of a logarithm).
        """
        least = np.where(self._hidden, self._possible[0], self.counts)
        events, with_events = least.sum(), int((least > 0).sum())
        at_zero, at_infinity = self.shape.power_at_zero(), self.shape.power_at_infinity()
        falls, grows = self.location.power_at_zero(), self.location.power_at_infinity()
        by_rate, known = self.location.name == "rate", self.location.value is not None
        if self.shape.value is None and not (by_rate and known):
            # Along a fixed mean the prior of a rate falls with the shape too, and da db = (a / m**2) da dm.
            along = at_infinity + (grows + 1 if by_rate else 0)
            if along > -1 - 1e-9:
                return (
                    "for a large shape the likelihood tends to that of one rate for all, which is not zero, and the "
                    f"prior goes as shape**{along:.3g}, so the integral diverges; the power must be below -1"
                )
        if self.shape.value is None and at_zero + with_events < -1 + 1e-9:
            return (
                f"near zero the prior of shape rises as shape**{at_zero:.3g}, and {with_events} groups have events, so "
                "the integral diverges"
            )
        if known:
            return ""
        low, high = (-grows - 2, -falls - 2) if by_rate else (falls, grows)  # powers of the mean, at zero and infinity
        if low + events < -1 + 1e-9:
            return (
                f"as the mean goes to zero, its prior rises as mean**{low:.3g}, and there are {events:.0f} events, so "
                "the integral diverges"
            )
        smallest = self.shape.support[0] if self.shape.value is None else self.shape.value
        tail = high - self.counts.size * smallest
        logarithms = 0.0 if smallest > 0 else with_events + at_zero
        if tail > -1 + 1e-9 or (tail > -1 - 1e-9 and not logarithms > 0):
            return (
                f"as the mean grows, its prior falls only as mean**{high:.3g}, and for a small shape the likelihood "
                "hardly falls, so the integral diverges"
            )
        return ""


def _log_poisson(counts: FloatArray, expected: FloatArray) -> FloatArray:
    return np.asarray(special.xlogy(counts, expected) - expected - special.gammaln(counts + 1))
