"""Two-level models in which algebra helps: every group's parameter integrates out in closed form."""

import math
from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from lib.models.base import ExactStep, SliceStep, State
from lib.models.two_level import TwoLevel, columns
from lib.priors.distributions import Distribution, Normal
from lib.priors.hyperparameter import Hyperparameter, complete
from lib.validation import FloatArray


class Conjugate(TwoLevel):
    """A two-level model that knows its groups' posterior given the hyperparameters, and their marginal likelihood.

    Of its hyperparameters the *outer* one says how alike the groups are, the *other* one where they are. Quadrature
    integrates over the outer one and an *inner* coordinate that moves about freely given it: the other one itself, or
    where the two are entangled, something in its place.
    """

    outer: ClassVar[str]
    """Which of the hyperparameters it is."""
    outer_start: tuple[float, float]
    """Chains start between these values of it, on its free scale; unless the model has a `scatter` of its own."""
    outer_nodes: FloatArray
    """Quadrature looks here first, on its own scale."""

    def __init_subclass__(cls) -> None:
        """Refuse a class whose outer hyperparameter is none of its two."""
        super().__init_subclass__()
        if hasattr(cls, "outer") and cls.outer not in cls.hyper:
            raise TypeError(f"{cls.__name__}: outer must be one of {' and '.join(cls.hyper)}, not {cls.outer!r}")

    # The formulas that algebra adds.

    @abstractmethod
    def groups_given(self, first: ArrayLike, second: ArrayLike) -> Distribution:
        """Posterior of every group's parameter given the natural parameters, shape (..., J)."""

    @abstractmethod
    def log_marginal_likelihood(self, first: ArrayLike, second: ArrayLike) -> FloatArray:
        """Log p(data | natural parameters), every group's parameter integrated out; the arguments broadcast."""

    def pointwise_log_marginal_likelihood(self, first: ArrayLike, second: ArrayLike) -> FloatArray:
        """Log p(data of a group | natural parameters), its own parameter integrated out, shape (..., J).

        By Bayes's theorem it is likelihood times population over posterior, wherever they are looked at.
        """
        posterior = self.groups_given(first, second)
        theta = self.scale.clip(posterior.mean)
        joint = self.pointwise_log_likelihood(theta) + self.population(*columns(first, second)).log_density(theta)
        return np.asarray(joint - posterior.log_density(theta))

    def log_likelihood_of_groups(self, parameters: Mapping[str, FloatArray]) -> FloatArray:
        """Log p(data of a group | hyperparameters), its own parameter integrated out, shape (..., J)."""
        each = self.pointwise_log_marginal_likelihood(*self._natural(parameters))
        return np.broadcast_to(each, parameters[self.group].shape)

    @abstractmethod
    def inner_given(self, outer: FloatArray) -> Normal:
        """Centre and width, about, of the inner coordinate on its free scale, given the outer hyperparameter."""

    @property
    def inner(self) -> Hyperparameter:
        """The inner coordinate: the other hyperparameter itself."""
        return self._ordered[1]

    def inner_at(self, outer: FloatArray, other: FloatArray) -> FloatArray:
        """Return the inner coordinate, given both hyperparameters."""
        return other

    def other_at(self, outer: FloatArray, inner: FloatArray) -> FloatArray:
        """Return the other hyperparameter, given the outer one and the inner coordinate: by the same formula."""
        return self.inner_at(outer, inner)

    def log_jacobian(self, outer: FloatArray, inner: FloatArray) -> FloatArray | float:
        """Log of the derivative of the other hyperparameter by the inner coordinate."""
        return 0.0

    def draw_groups(self, rng: np.random.Generator, first: FloatArray, second: FloatArray) -> FloatArray:
        """Draw every group's parameter given the data and the natural parameters, shape (..., J)."""
        return self.groups_given(first, second).draw(rng)

    @property
    def _ordered(self) -> tuple[Hyperparameter, Hyperparameter]:
        """The outer hyperparameter and the other one."""
        first, second = self.hyperparameters
        return (first, second) if self.hyper[0] == self.outer else (second, first)

    # Gibbs sampling (lib.models.base.Sweepable). The hyperparameters move with the groups integrated out, and so never
    # feel how closely the groups follow them.

    def scatter(self, rng: np.random.Generator, chains: int) -> State:
        """Scatter the coordinates, and return the hyperparameters there."""
        outer, other = self._ordered
        free = {  # drawn in the order of the signature
            p.name: rng.uniform(*self.outer_start, chains) if p is outer else rng.normal(0, 0.5, chains)
            for p in self.hyperparameters
        }
        value = outer.scale.natural(free[outer.name])
        inner = self.inner.scale.natural(self.inner_given(value).mean + free[other.name])
        return {outer.name: value, other.name: self.other_at(value, inner)}

    @property
    def steps(self) -> tuple[ExactStep | SliceStep, ...]:
        """Each unknown hyperparameter, the outer one along a fixed inner coordinate; the groups given both."""
        return (*map(self._collapsed, self.unknown), ExactStep(self._draw_groups))

    def _collapsed(self, parameter: Hyperparameter) -> SliceStep:
        outer, other = self._ordered
        along = parameter is outer and self.inner is not other

        def moved(value: FloatArray, state: State) -> State:
            inner = self.inner_at(state[outer.name], state[other.name])
            return state | {parameter.name: value} | ({other.name: self.other_at(value, inner)} if along else {})

        def log_rest(value: FloatArray, state: State) -> FloatArray:
            now = moved(value, state)
            log_density = self.log_marginal_likelihood(*self._natural(now))
            if not along:
                return log_density
            jacobian = self.log_jacobian(value, self.inner_at(state[outer.name], state[other.name]))
            return log_density + other.log_density(now[other.name]) + jacobian

        return SliceStep(parameter, log_rest, moved)

    def _draw_groups(self, state: State, rng: np.random.Generator) -> State:
        return {self.group: self.draw_groups(rng, *self._natural(state))}

    # A random walk (lib.models.base.Walkable) over the coordinates that quadrature integrates over: two at most, with
    # however many groups. The groups are drawn given where it was.

    def start_position(self, rng: np.random.Generator, chains: int) -> FloatArray:
        """Coordinates scattered where the data put them, on the free scale."""
        outer, other = (self.start_hyperparameters(rng, chains)[p.name] for p in self._ordered)
        start = {self._ordered[0].name: outer, self.inner.name: self.inner_at(outer, other)}
        return np.array([p.free(start[p.name]) for p in self.integrated]).reshape(-1, chains).T

    def log_free_density(self, position: FloatArray) -> FloatArray:
        """Log posterior of the free coordinates, the groups integrated out."""
        log_jacobian, inside, values = np.zeros(position.shape[:-1]), True, []
        for number, p in enumerate(self.integrated):
            within = p.within(position[..., number])
            inside &= within == position[..., number]
            log_jacobian = log_jacobian + p.log_jacobian(within)
            values.append(p.natural(within))
        if not values:  # all is known
            return log_jacobian
        with np.errstate(all="ignore"):  # far out, where numbers overflow
            log_density = self.integrated[0].log_density(values[0]) + self.log_integrand(*values)
            return np.where(inside, log_density + log_jacobian, -np.inf)

    def parameters(self, position: FloatArray, rng: np.random.Generator) -> State:
        """Return the hyperparameters at each position, and draw the groups' parameters given them."""
        shape = position.shape[:-1]
        coordinates = (p.natural(position[..., i].ravel()) for i, p in enumerate(self.integrated))
        drawn = self.draw_given(rng, *coordinates, size=math.prod(shape))
        return {name: value.reshape(*shape, *value.shape[1:]) for name, value in drawn.items()}

    # Quadrature (lib.models.base.Integrable).

    @property
    def integrated(self) -> tuple[Hyperparameter, ...]:
        """The outer hyperparameter and the inner coordinate, unless they are known."""
        return tuple(p for p in (self._ordered[0], self.inner) if p.value is None)

    def starting_nodes(self, *outer: FloatArray) -> FloatArray:
        """Where the mass of the outer hyperparameter, or of the inner coordinate given it, may lie."""
        first, other = self._ordered
        if first.value is None and not outer:
            return np.concatenate([self.outer_nodes, first.quantiles])[np.newaxis]
        column = (outer[0] if outer else np.array([first.value], dtype=float))[:, np.newaxis]
        centre, width = self.inner_given(column)
        free = np.clip(centre + np.linspace(-8, 8, 33) * width, *self.inner.scale.reach)
        quantiles = self.inner_at(column, np.broadcast_to(other.quantiles, (len(column), other.quantiles.size)))
        return np.concatenate([self.inner.scale.natural(free), quantiles], axis=1)

    def log_integrand(self, *coordinates: FloatArray) -> FloatArray:
        """Log priors but the first coordinate's own, times marginal likelihood, Jacobian included."""
        outer, inner, hyper = self._at(coordinates)
        log_density = self.log_marginal_likelihood(*self.natural(*hyper)) + self.log_jacobian(outer, inner)
        for p, value in zip(self.hyperparameters, hyper, strict=True):
            if p is not self.integrated[0]:
                log_density = log_density + p.log_density(value)
        return log_density

    def draw_given(self, rng: np.random.Generator, *coordinates: FloatArray, size: int) -> State:
        """Return the hyperparameters, and draw the groups' parameters given them."""
        first, second = (np.broadcast_to(value, (size,)) for value in self._at(coordinates)[2])
        drawn = self.named((first, second))
        outer_first = {p.name: drawn[p.name] for p in self._ordered if p.value is None}
        return outer_first | {self.group: self.draw_groups(rng, *self.natural(first, second))}

    def _at(self, coordinates: tuple[FloatArray, ...]) -> tuple[FloatArray, FloatArray, list[FloatArray]]:
        """Return both coordinates, known ones included, and the hyperparameters in the order of the signature."""
        first, other = self._ordered
        given = dict(zip((p.name for p in self.integrated), coordinates, strict=True))
        outer, inner = complete((first, self.inner), given)
        values = {first.name: outer, other.name: self.other_at(outer, inner)}
        return outer, inner, complete(self.hyperparameters, values)
