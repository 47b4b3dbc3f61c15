"""Package draws the way ArviZ wants them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from lib.models.base import Model
from lib.validation import FloatArray


def to_datatree(
    model: Model, posterior: Mapping[str, FloatArray], *, sample_stats: Mapping[str, NDArray[Any]] | None = None
) -> xr.DataTree:
    """Label draws by chain, draw and group.

    ArviZ's own `from_dict` does the same in one call and twice the time, of which calibration and `exact` on a small
    model have mostly none to give away.

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
    vectors = model.vectors
    labels = {"group": model.labels, **dict(vectors.values())}
    group = xr.Coordinates({"group": coordinate(labels["group"])})  # shared: pandas takes its time over an index

    def drawn(arrays: Mapping[str, NDArray[Any]]) -> xr.Dataset:
        chains, draws = next(iter(arrays.values())).shape[:2]
        along = {name: (vectors[name][0],) if values.ndim == 3 else () for name, values in arrays.items()}
        steps = {"chain": np.arange(chains), "draw": np.arange(draws)}
        others = {dim: coordinate(labels[dim]) for dims in along.values() for dim in dims if dim != "group"}
        coordinates = xr.Coordinates(steps | others)
        if ("group",) in along.values():
            coordinates |= group
        return xr.Dataset({name: (("chain", "draw", *along[name]), arrays[name]) for name in arrays}, coordinates)

    def fixed(arrays: Mapping[str, FloatArray | float]) -> xr.Dataset:
        # Copies: the draws may be edited without harm to the model.
        return xr.Dataset({n: (("group",) if np.ndim(x) else (), np.array(x)) for n, x in arrays.items()}, group)

    groups = {
        "posterior": drawn(posterior),
        "observed_data": fixed(model.observed),
        "constant_data": fixed(model.constants),
    }
    if sample_stats:
        groups["sample_stats"] = drawn(sample_stats)
    tree = xr.DataTree()
    tree.children = {name: xr.DataTree(dataset) for name, dataset in groups.items()}  # `from_dict` copies each twice
    return tree


def coordinate(labels: list[object]) -> NDArray[Any]:
    """Return labels as an array; text and tuples stay what they are."""
    if any(isinstance(label, str | tuple) for label in labels):
        return np.fromiter(labels, dtype=object, count=len(labels))
    return np.asarray(labels)
