"""What a sampler may ask of a model. Neither knows the other's name."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from lib.models.hyperparameter import Hyperparameter
from lib.validation import FloatArray


class Model(Protocol):
    """What every model tells every sampler, so that its draws can be labelled."""

    @property
    def labels(self) -> list[object]:
        """One label a group."""

    @property
    def observed(self) -> Mapping[str, FloatArray]:
        """The data that the model explains, by name, one value a group."""

    @property
    def constants(self) -> Mapping[str, FloatArray | float]:
        """What the model takes as known: standard errors, exposures, known hyperparameters."""


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
