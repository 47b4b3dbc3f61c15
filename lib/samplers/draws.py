"""Package draws the way ArviZ wants them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from lib.models.base import Model
from lib.validation import FloatArray, positive_integer, refuse_what_does_not_fit, whole_number

_BESIDES = 8  # numbers a draw, at most, besides the parameters that are vectors: hyperparameters, statistics


def run_length(model: Model, draws: int, chains: int, warmup: int = 0) -> tuple[int, int, int]:
    """Return draws, chains and warm-up, or refuse by name what is no number of them, and what memory cannot hold.

    A warm-up may be as long as the draws: a longer one is a slip of the pen. (Metropolis keeps it, to learn from it.)
    """
    draws, chains = positive_integer("draws", draws), positive_integer("chains", chains)
    warmup = whole_number("warmup", warmup)
    each = 8 * (_BESIDES + sum(len(labels) for _, labels in model.vectors.values()))
    refuse_what_does_not_fit("chains", chains, each=each, more=" with this model")
    for name, length in (("draws", draws), ("warmup", warmup)):
        refuse_what_does_not_fit(name, length, each=each * chains, more=f" with chains={chains} and this model")
    return draws, chains, warmup


def to_datatree(
    model: Model, posterior: Mapping[str, FloatArray], *, sample_stats: Mapping[str, NDArray[Any]] | None = None
) -> xr.DataTree:
    """Label draws by chain, draw and group.

    Parameters
    ----------
    model : Model
        It names the groups and holds the data.
    posterior : mapping of str to ndarray
        Draws of shape (chains, draws) or (chains, draws, J).
    sample_stats : mapping of str to ndarray, optional
        What a sampler says of itself, shape (chains, draws).

    Returns
    -------
    xarray.DataTree
        With groups ``posterior``, ``observed_data``, ``constant_data`` and, if there are any, ``sample_stats``.
    """
    # One set of coordinates for each dimension, shared by the groups: pandas takes its time over each.
    labelled = {
        dimension: xr.Coordinates({dimension: _coordinate(labels)})
        for dimension, labels in {"group": model.labels, **dict(model.vectors.values())}.items()
    }

    def drawn(arrays: Mapping[str, NDArray[Any]]) -> xr.Dataset:
        chains, draws = next(iter(arrays.values())).shape[:2]
        coordinates = xr.Coordinates({"chain": np.arange(chains), "draw": np.arange(draws)})
        variables = {}
        for name, values in arrays.items():
            along: tuple[str, ...] = ()
            if values.ndim == 3:
                dimension, _ = model.vectors[name]
                along = (dimension,)
                coordinates |= labelled[dimension]
            variables[name] = (("chain", "draw", *along), values)
        return xr.Dataset(variables, coords=coordinates)

    def fixed(arrays: Mapping[str, FloatArray | float]) -> xr.Dataset:
        # Copies: the draws may be edited without harm to the model.
        variables = {name: (("group",) if np.ndim(value) else (), np.array(value)) for name, value in arrays.items()}
        return xr.Dataset(variables, coords=labelled["group"])

    groups = {
        "posterior": drawn(posterior),
        "observed_data": fixed(model.observed),
        "constant_data": fixed(model.constants),
    }
    if sample_stats:
        groups["sample_stats"] = drawn(sample_stats)
    return xr.DataTree.from_dict(groups)


def _coordinate(labels: list[object]) -> NDArray[Any]:
    """Return labels as an array; text and tuples stay what they are."""
    if any(isinstance(label, str | tuple) for label in labels):
        return np.fromiter(labels, dtype=object, count=len(labels))
    return np.asarray(labels)
