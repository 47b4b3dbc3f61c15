"""What a sampler may ask of a model. Neither knows the other's name."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from lib.priors.hyperparameter import Hyperparameter
from lib.validation import FloatArray


@runtime_checkable
class Model(Protocol):
    """What every model tells every sampler, so that its draws can be labelled."""

    @property
    def labels(self) -> list[object]:
        """One label a group."""

    @property
    def vectors(self) -> Mapping[str, tuple[str, list[object]]]:
        """The parameters that are vectors: the name of the dimension that each lies along, and the labels there."""

    @property
    def observed(self) -> Mapping[str, FloatArray]:
        """The data that the model explains, by name, one value a group."""

    @property
    def constants(self) -> Mapping[str, FloatArray | float]:
        """What the model takes as known: standard errors, exposures, known hyperparameters."""


type State = dict[str, FloatArray]
"""The present value of every parameter, chains first."""


@runtime_checkable
class Simulated(Model, Protocol):
    """A model that can make up data, so that a sampler can be tried where the truth is known."""

    def replicate(self, rng: np.random.Generator) -> tuple[dict[str, FloatArray], Self]:
        """Draw the unknown parameters from the prior and data given them: those parameters, a model of those data."""

    def summaries(self, parameters: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Functions of several parameters and the data, shape (...) for hyperparameters of shape (...).

        They show what no parameter shows alone, such as a correlation of the wrong sign.
        """


@runtime_checkable
class Walkable(Model, Protocol):
    """A model whose posterior density is known on a free scale, without bounds."""

    def start_position(self, rng: np.random.Generator, chains: int) -> FloatArray:
        """Scattered starting positions, shape (chains, d)."""

    def log_free_density(self, position: FloatArray) -> FloatArray:
        """Log posterior on the free scale, Jacobians included, up to a constant: shape (...) for (..., d)."""

    def parameters(self, position: FloatArray, rng: np.random.Generator) -> State:
        """Return the parameters, on their own scales, at each position; draw those that the position leaves out."""


class ExactStep(NamedTuple):
    """A draw from a full conditional that has a name. It returns the parameters that it changes."""

    draw: Callable[[State, np.random.Generator], State]


class SliceStep(NamedTuple):
    """A full conditional without a name: its log density at values of a parameter, the parameter's own prior left out.

    Where what is left has a name, `candidates` draws from it: values of shape (size, chains).
    """

    parameter: Hyperparameter
    log_rest: Callable[[FloatArray, State], FloatArray]
    moved: Callable[[FloatArray, State], State]
    candidates: Callable[[State, np.random.Generator, int], FloatArray] | None = None


@runtime_checkable
class Sweepable(Model, Protocol):
    """A model that knows its full conditionals."""

    @property
    def steps(self) -> tuple[ExactStep | SliceStep, ...]:
        """One sweep over all parameters, in order."""

    @property
    def sampled(self) -> tuple[str, ...]:
        """The names of the parameters to keep."""

    def start_state(self, rng: np.random.Generator, chains: int) -> State:
        """Scattered starting values of every parameter, known ones included."""


class Reduced(Model, Protocol):
    """A model of which a few coordinates, once they are drawn, leave only draws that are exact."""

    @property
    def improper(self) -> str:
        """Why the posterior does not exist; empty if it does."""

    @property
    def integrated(self) -> tuple[Hyperparameter, ...]:
        """The coordinates, the outermost first: hyperparameters, or others that are less entangled."""


@runtime_checkable
class Integrable(Reduced, Protocol):
    """One with at most two coordinates, which can be integrated on a grid."""

    def starting_nodes(self, *outer: FloatArray) -> FloatArray:
        """Points where the next coordinate's mass may lie: shape (n, points), given n values of those before it.

        For the outermost coordinate, which has none before it, the shape is (1, points).
        """

    def log_integrand(self, *coordinates: FloatArray) -> FloatArray:
        """Log of likelihood times priors with all else integrated out, up to a constant; arguments broadcast.

        The first coordinate's own prior is left out: it would be the same number all along the second, and where it is
        far below zero, it would swallow the digits of what is not.
        """

    def draw_given(self, rng: np.random.Generator, *coordinates: FloatArray, size: int) -> State:
        """Return all parameters at these coordinates, `size` values of each; draw those that they leave open."""


@runtime_checkable
class Collapsed(Reduced, Walkable, Protocol):
    """One whose position, on the free scale, is made up of the coordinates."""


@runtime_checkable
class Predictive(Model, Protocol):
    """A model that knows what to expect of its groups, and of new ones. Arrays of draws have the groups last."""

    @property
    def group(self) -> str:
        """The name of a group's own parameter."""

    @property
    def data(self) -> tuple[str, str]:
        """The names of what is observed in each group, and of what is known of it."""

    @property
    def unknown(self) -> list[Hyperparameter]:
        """The hyperparameters of which no value is known."""

    def simulate(self, rng: np.random.Generator, theta: FloatArray) -> FloatArray:
        """Draw data of the model's groups given their own parameters."""

    def pointwise_log_likelihood(self, theta: FloatArray) -> FloatArray:
        """Log p(a group's data | its own parameter)."""

    def known_of_new(self, values: ArrayLike) -> FloatArray:
        """Check what is known of new groups."""

    def draw_new(
        self, rng: np.random.Generator, parameters: Mapping[str, FloatArray], known: FloatArray, group: Any
    ) -> State:
        """Draw new groups' own parameters, and their data, by name."""


@runtime_checkable
class Marginal(Predictive, Protocol):
    """One that integrates a group's own parameter out."""

    def log_likelihood_of_groups(self, parameters: Mapping[str, FloatArray]) -> FloatArray:
        """Log p(a group's data | all parameters but its own)."""
