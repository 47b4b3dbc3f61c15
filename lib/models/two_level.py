"""What follows for every two-level model from its formulas: how to label, show, simulate, walk and sweep it.

    data_j ~ likelihood(theta_j),    theta_j ~ population(hyperparameters),    hyperparameters ~ their priors

A model's own file holds the formulas, which are the abstract methods below, and little else.
"""

from abc import abstractmethod
from collections.abc import Mapping
from copy import copy
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from lib.models.base import ExactStep, SliceStep, State
from lib.models.grouped import Grouped
from lib.priors.distributions import Distribution
from lib.priors.hyperparameter import Hyperparameter, complete, place
from lib.priors.scales import REAL, Scale
from lib.validation import FloatArray


class TwoLevel(Grouped):
    """Groups whose parameters come from one population with two hyperparameters.

    Formulas take the population's *natural* parameters, each of shape (...), and groups' parameters of shape (..., J).
    """

    scale: ClassVar[Scale]
    """The free scale of a group's own parameter."""

    def __init_subclass__(cls) -> None:
        """Refuse a class whose scale is none, or whose population has more hyperparameters than two."""
        super().__init_subclass__()
        if not isinstance(getattr(cls, "scale", REAL), Scale):
            raise TypeError(f"{cls.__name__}: scale must be REAL, LOG or LOGIT of lib.priors.scales, not {cls.scale!r}")
        if len(getattr(cls, "hyper", "ab")) != 2:
            raise TypeError(f"{cls.__name__}: hyper must be two names, not {cls.hyper}")

    # The formulas.

    @abstractmethod
    def population(self, first: FloatArray, second: FloatArray) -> Distribution:
        """Distribution of a group's parameter given the natural parameters; all broadcast."""

    @abstractmethod
    def pointwise_log_likelihood(self, theta: FloatArray) -> FloatArray:
        """Log p(a group's data | its theta), shape (..., J)."""

    @abstractmethod
    def simulate(self, rng: np.random.Generator, theta: FloatArray) -> FloatArray:
        """Draw data given theta."""

    def natural(self, first: FloatArray, second: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the population's natural parameters, given the hyperparameters."""
        return first, second

    def anchor(self, first: FloatArray, second: FloatArray) -> Distribution:
        """Return what a random walk measures each group's distance from: the population."""
        return self.population(*columns(first, second))

    def log_free_likelihood(self, free: FloatArray) -> FloatArray:
        """Log p(data | theta), theta on the free scale; for models in which theta loses digits there."""
        return self.log_likelihood(self.scale.natural(free))

    # The joint density.

    def log_likelihood(self, theta: FloatArray) -> FloatArray:
        """Log p(data | theta), shape (...) for theta of shape (..., J)."""
        return np.asarray(self.pointwise_log_likelihood(theta).sum(axis=-1))

    def log_population(self, theta: FloatArray, first: ArrayLike, second: ArrayLike) -> FloatArray:
        """Log p(theta | natural parameters), shape (...)."""
        return np.asarray(self.population(*columns(first, second)).log_density(theta).sum(axis=-1))

    def log_hyperprior(self, first: ArrayLike, second: ArrayLike) -> FloatArray:
        """Log prior of the hyperparameters, up to a constant."""
        pairs = zip(self.hyperparameters, (first, second), strict=True)
        densities = [p.log_density(np.asarray(value, dtype=float)) for p, value in pairs]
        return np.asarray(densities[0] + densities[1])

    def log_joint(self, theta: FloatArray, first: FloatArray, second: FloatArray) -> FloatArray:
        """Log p(data, theta, hyperparameters), up to a constant: the posterior's shape."""
        population = self.log_population(theta, *self.natural(first, second))
        return self.log_likelihood(theta) + population + self.log_hyperprior(first, second)

    # Simulation (lib.models.base.Simulated).

    def replicate(self, rng: np.random.Generator) -> tuple[dict[str, FloatArray], Self]:
        """Draw hyperparameters from their priors, groups given them, and data given those; the rest stays.

        Raises
        ------
        ValueError
            If a hyperparameter has no proper prior.
        """
        drawn = {p.name: p.draw(rng) for p in self.hyperparameters}
        theta = self.population(*self._natural(drawn)).draw(rng, (self.size,))
        model = self.with_data(self.simulate(rng, theta))
        return {p.name: drawn[p.name] for p in self.unknown} | {self.group: theta}, model

    def summaries(self, parameters: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Return the log likelihood, the log prior of all parameters, and (theta_1 - m)(theta_2 - m), m their mean."""
        theta = self.scale.clip(parameters[self.group])
        hyper = complete(self.hyperparameters, parameters)
        natural = self.natural(*hyper)
        summaries = {"log_likelihood": self.log_likelihood(theta), "log_prior": self.log_hyperprior(*hyper)}
        population = self.population(*columns(*natural))
        if (population.sd > 0).all():  # otherwise the groups have no density: they are all the same
            summaries["log_prior"] = summaries["log_prior"] + self.log_population(theta, *natural)
        if self.size > 1:
            distance = theta[..., :2] - population.mean
            summaries["product"] = distance[..., 0] * distance[..., 1]
        return summaries

    # What is to be expected (lib.models.base.Predictive).

    def draw_new(
        self, rng: np.random.Generator, parameters: Mapping[str, FloatArray], known: FloatArray, group: None = None
    ) -> State:
        """Draw the parameters of new groups from the population, and their data given those: shapes (..., new)."""
        if group is not None:
            raise ValueError("group must be left out: this model has no states")
        population = self._population_at(parameters)
        theta = population.draw(rng, (*parameters[self.group].shape[:-1], known.size))
        others = copy(self)
        setattr(others, self.data[1], known)
        return {self.group: theta, self.data[0]: others.simulate(rng, theta)}

    # A random walk (lib.models.base.Walkable). It moves each group's distance from the population's centre on the free
    # scale, in units of about a standard deviation, so that a population in which groups are alike does not squeeze it.

    def start_position(self, rng: np.random.Generator, chains: int) -> FloatArray:
        """Distances from a standard normal, hyperparameters scattered where the data put them."""
        state = self.start_state(rng, chains)
        return np.concatenate([rng.standard_normal((chains, self.size)), self.free_hyperparameters(state)], axis=1)

    def log_free_density(self, position: FloatArray) -> FloatArray:
        """Log posterior of the distances and the free hyperparameters."""
        hyper, log_prior = place(self.hyperparameters, position[..., self.size :])
        with np.errstate(all="ignore"):  # far out, where numbers overflow
            natural = self.natural(*hyper)
            anchor, population = self.anchor(*natural), self.population(*columns(*natural))
            free = anchor.free_centre + position[..., : self.size] * anchor.free_sd
            log_population = (population.log_free_density(free) + np.log(anchor.free_sd)).sum(axis=-1)
            return np.asarray(self.log_free_likelihood(free) + log_population + log_prior)

    def parameters(self, position: FloatArray, rng: np.random.Generator) -> State:
        """Return groups' parameters and hyperparameters at each position; none is left to draw."""
        hyper, _ = place(self.hyperparameters, position[..., self.size :])
        anchor = self.anchor(*self.natural(*hyper))
        theta = self.scale.natural(anchor.free_centre + position[..., : self.size] * anchor.free_sd)
        return self.named(hyper) | {self.group: theta}

    # Gibbs sampling (lib.models.base.Sweepable): each group by a slice; each hyperparameter twice, given the groups
    # (centred) and given their distances, as above, which take the groups along (non-centred).

    @property
    def sampled(self) -> tuple[str, ...]:
        """The unknown hyperparameters and the groups' parameters."""
        return (*(p.name for p in self.unknown), self.group)

    @property
    def steps(self) -> tuple[ExactStep | SliceStep, ...]:
        """The groups; each unknown hyperparameter given the groups; each given their distances.

        References
        ----------
        Yu and Meng (2011), "To center or not to center", *Journal of Computational and Graphical Statistics*
        20:531-570, for the interweaving of both.
        """
        own = Hyperparameter(self.group, self.scale.range, self.scale)
        steps = [SliceStep(own, self._log_group, lambda value, state: state | {self.group: value})]
        return (*steps, *map(self._centred, self.unknown), *map(self._non_centred, self.unknown))

    def start_state(self, rng: np.random.Generator, chains: int) -> State:
        """Put groups at their own estimates, and hyperparameters where the data put them, inside their priors."""
        groups = np.tile(self.own_estimates().mean, (chains, 1))
        return self.start_hyperparameters(rng, chains) | {self.group: groups}

    def _population_at(self, state: Mapping[str, FloatArray]) -> Distribution:
        return self.population(*columns(*self._natural(state)))

    def _log_group(self, theta: FloatArray, state: State) -> FloatArray:
        return self.pointwise_log_likelihood(theta) + self._population_at(state).log_density(theta)

    def _centred(self, parameter: Hyperparameter) -> SliceStep:
        def log_rest(value: FloatArray, state: State) -> FloatArray:
            return self.log_population(state[self.group], *self._natural(state | {parameter.name: value}))

        return SliceStep(parameter, log_rest, lambda value, state: state | {parameter.name: value})

    def _non_centred(self, parameter: Hyperparameter) -> SliceStep:
        scale = self.scale

        def along(value: FloatArray, state: State) -> tuple[FloatArray, Distribution]:
            before, after = self._population_at(state), self._population_at(state | {parameter.name: value})
            distance = (scale.free(state[self.group]) - before.free_centre) / before.free_sd
            return after.free_centre + after.free_sd * distance, after

        def log_rest(value: FloatArray, state: State) -> FloatArray:
            free, population = along(value, state)
            log_population = (population.log_free_density(free) + np.log(population.free_sd)).sum(axis=-1)
            return self.log_free_likelihood(free) + log_population

        def moved(value: FloatArray, state: State) -> State:
            return state | {parameter.name: value, self.group: scale.natural(along(value, state)[0])}

        return SliceStep(parameter, log_rest, moved)

    def _natural(self, values: Mapping[str, FloatArray]) -> tuple[FloatArray, FloatArray]:
        return self.natural(*complete(self.hyperparameters, values))


def columns(*values: ArrayLike) -> tuple[FloatArray, ...]:
    """Return each array with an axis for the groups: shape (..., 1) for (...)."""
    return tuple(np.asarray(value, dtype=float)[..., np.newaxis] for value in values)
