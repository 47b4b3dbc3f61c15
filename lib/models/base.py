"""What a sampler may ask of a model. Neither knows the other's name."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol, Self

import numpy as np

from lib.models.hyperparameter import Hyperparameter
from lib.validation import FloatArray


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


class Simulated(Model, Protocol):
    """A model that can make up data, so that a sampler can be tried where the truth is known."""

    def replicate(self, rng: np.random.Generator) -> tuple[dict[str, FloatArray], Self]:
        """Draw the unknown parameters from the prior and data given them: those parameters, a model of those data."""

    def summaries(self, parameters: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Functions of several parameters and the data, shape (...) for hyperparameters of shape (...).

        They show what no parameter shows alone, such as a correlation of the wrong sign.
        """


class Walk(Model, Protocol):
    """A model whose joint density is known on a free scale, without bounds."""

    def start(self, rng: np.random.Generator, chains: int) -> FloatArray:
        """Scattered starting positions, shape (chains, d)."""

    def log_free_density(self, position: FloatArray) -> FloatArray:
        """Log posterior on the free scale, Jacobians included, up to a constant: shape (...) for (..., d)."""

    def parameters(self, position: FloatArray) -> State:
        """Return the parameters, on their own scales, at each position."""


class ExactStep(NamedTuple):
    """A draw from a full conditional that has a name. It returns the parameters that it changes."""

    draw: Callable[[State, np.random.Generator], State]


class SliceStep(NamedTuple):
    """A full conditional without a name: the log likelihood at values of a parameter, its prior left out.

    Where the likelihood alone has a name, `candidates` draws from it: values of shape (size, chains).
    """

    parameter: Hyperparameter
    log_likelihood: Callable[[FloatArray, State], FloatArray]
    moved: Callable[[FloatArray, State], State]
    candidates: Callable[[State, np.random.Generator, int], FloatArray] | None = None


class Conditionals(Model, Protocol):
    """A model that knows its full conditionals."""

    @property
    def steps(self) -> tuple[ExactStep | SliceStep, ...]:
        """One sweep over all parameters, in order."""

    @property
    def sampled(self) -> tuple[str, ...]:
        """The names of the parameters to keep."""

    def start_state(self, rng: np.random.Generator, chains: int) -> State:
        """Scattered starting values of every parameter, known ones included."""


class Quadrature(Model, Protocol):
    """A model in which numerical integration over at most two hyperparameters leaves only draws in closed form."""

    @property
    def improper(self) -> str:
        """Why the posterior does not exist; empty if it does."""

    @property
    def integrated(self) -> tuple[Hyperparameter, ...]:
        """The hyperparameters to integrate numerically, the outermost first."""

    def starting_nodes(self, *outer: FloatArray) -> FloatArray:
        """Points where the next hyperparameter's mass may lie, given those before it.

        Parameters
        ----------
        *outer : ndarray, shape (n,)
            Values of the hyperparameters already placed.

        Returns
        -------
        ndarray, shape (n, number of points); (1, number of points) for the outermost.
        """

    def log_integrand(self, *hyperparameters: FloatArray) -> FloatArray:
        """Log of prior times likelihood with all else integrated out, up to a constant; arguments broadcast."""

    def draw_rest(self, rng: np.random.Generator, *hyperparameters: FloatArray, size: int) -> dict[str, FloatArray]:
        """Draw the other parameters given these, `size` values of each."""
