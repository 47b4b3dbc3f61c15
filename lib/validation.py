"""Refuse bad input before any work is done, with a message that names the argument and the rule."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

type FloatArray = NDArray[np.float64]


def finite_array(name: str, values: ArrayLike) -> FloatArray:
    """Return `values` as floats, or say which rule `name` breaks."""
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be numbers, and all rows of the same length") from error
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite: it holds a NaN or an infinity")
    return array


def finite_vector(name: str, values: ArrayLike, *, length: int | None = None, like: str = "y") -> FloatArray:
    """Return one finite number a group, as a one-dimensional array of its own."""
    array = finite_array(name, values).copy()
    if array.ndim != 1:
        raise ValueError(f"{name} must have one dimension, one value a group; it has {array.ndim}")
    if array.size == 0:
        raise ValueError(f"{name} must hold at least one group; it is empty")
    if length is not None and array.size != length:
        raise ValueError(f"{name} must have one value for each of {like}'s {length} groups; it has {array.size}")
    return array


def positive_vector(name: str, values: ArrayLike, *, length: int | None = None, like: str = "y") -> FloatArray:
    """Return one finite number above zero a group."""
    array = finite_vector(name, values, length=length, like=like)
    if (array <= 0).any():
        raise ValueError(f"{name} must be above zero in every group; the smallest is {array.min():g}")
    return array


def group_labels(labels: Sequence[object] | None, *, length: int) -> list[object]:
    """Return one distinct label a group; 0, 1, ... if none are given."""
    if labels is None:
        return list(range(length))
    names = list(labels)
    if len(names) != length:
        raise ValueError(f"labels must have one label for each of the {length} groups; it has {len(names)}")
    if any(name is None or name != name for name in names):  # NaN is the value that differs from itself
        raise ValueError("labels must not be missing: one is None or NaN")
    if len(set(names)) != length:
        raise ValueError("labels must be distinct: two groups have the same one")
    return names


def positive_integer(name: str, value: int) -> int:
    """Return a whole number of at least one."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, not {value!r}")
    return int(value)


def generator(rng: np.random.Generator) -> np.random.Generator:
    """Return `rng` if it is a NumPy generator; a seed or a legacy state is refused."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator (numpy.random.default_rng(seed)), not {type(rng).__name__}")
    return rng
