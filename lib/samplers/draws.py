"""Package draws the way ArviZ wants them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from lib.models.base import Model
from lib.validation import FloatArray


def stack(values: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Join what each iteration kept, chains first: shape (chains, draws, ...)."""
    return np.stack(values, axis=1)


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
    labels = np.fromiter(model.labels, dtype=object, count=len(model.labels))
    group = {"group": labels if any(isinstance(label, str | tuple) for label in labels) else np.asarray(model.labels)}

    def drawn(arrays: Mapping[str, NDArray[Any]]) -> xr.Dataset:
        dimensions = ("chain", "draw", "group")
        chains, draws = next(iter(arrays.values())).shape[:2]
        coordinates = {"chain": np.arange(chains), "draw": np.arange(draws)}
        variables = {name: (dimensions[: values.ndim], values) for name, values in arrays.items()}
        return xr.Dataset(variables, coords=coordinates | (group if any(v.ndim == 3 for v in arrays.values()) else {}))

    def fixed(arrays: Mapping[str, FloatArray | float]) -> xr.Dataset:
        # Copies: the draws may be edited without harm to the model.
        variables = {name: (("group",) if np.ndim(value) else (), np.array(value)) for name, value in arrays.items()}
        return xr.Dataset(variables, coords=group)

    groups = {
        "posterior": drawn(posterior),
        "observed_data": fixed(model.observed),
        "constant_data": fixed(model.constants),
    }
    if sample_stats:
        groups["sample_stats"] = drawn(sample_stats)
    return xr.DataTree.from_dict(groups)
