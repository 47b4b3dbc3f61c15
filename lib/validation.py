"""Refuse bad input before any work is done, with a message that names the argument and the rule."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

type FloatArray = NDArray[np.float64]


def real_array(name: str, values: object) -> FloatArray:
    """Return `values` as floats, or refuse what is not a real number."""
    try:
        raw = np.asarray(values)
        kinds = {type(value) for value in raw.flat} if raw.dtype == object else {raw.dtype.type}
        if any(
            issubclass(kind, str | bytes | complex | np.complexfloating | np.datetime64 | np.timedelta64)
            for kind in kinds
        ):
            raise TypeError("NumPy would read the text '28' as a number, and drop what is imaginary")
        array = np.asarray(raw, dtype=float)
    except (TypeError, ValueError, OverflowError) as error:
        raise TypeError(f"{name} must be real numbers, and all rows of the same length") from error
    return array


def finite_array(name: str, values: ArrayLike) -> FloatArray:
    """Return `values` as floats, or say which rule `name` breaks."""
    array = real_array(name, values)
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


def count_vector(name: str, values: ArrayLike, *, length: int | None = None, like: str = "y") -> FloatArray:
    """Return one whole number from zero on a group."""
    array = finite_vector(name, values, length=length, like=like)
    if (array < 0).any() or (array != np.floor(array)).any():
        raise ValueError(f"{name} must be whole numbers from zero on")
    return array


def counts_or_bounds(
    name: str, values: ArrayLike, suppressed: tuple[int, int] | None
) -> tuple[FloatArray, tuple[int, int] | None]:
    """Return one whole number a group, NaN where it is suppressed, and the bounds of those."""
    if suppressed is not None:
        bounds = finite_array("suppressed", suppressed)
        if bounds.shape != (2,) or (bounds != np.floor(bounds)).any() or not 0 <= bounds[0] <= bounds[1]:
            raise ValueError("suppressed must be two whole numbers from zero on, the least and the greatest")
        suppressed = int(bounds[0]), int(bounds[1])
    array = real_array(name, values).copy()
    missing = np.isnan(array)
    if missing.any() and suppressed is None:
        raise ValueError(f"{name} must be finite; if a NaN is a suppressed count, say between which numbers it lies")
    array[missing] = 0
    array = count_vector(name, array)
    array[missing] = np.nan
    return array, suppressed


def group_labels(labels: Sequence[object] | None, *, length: int) -> list[object]:
    """Return one distinct label a group; 0, 1, ... if none are given."""
    if labels is None:
        return list(range(length))
    names = list(labels)
    if len(names) != length:
        raise ValueError(f"labels must have one label for each of the {length} groups; it has {len(names)}")
    try:
        distinct = set(names)
    except TypeError as error:
        raise TypeError("labels must be plain values, such as strings or whole numbers") from error
    if pd.Series(names, dtype=object).isna().any():
        raise ValueError("labels must not be missing: one is None or NaN")
    if len(distinct) != length:
        raise ValueError("labels must be distinct: two groups have the same one")
    return names


def positive_integer(name: str, value: int) -> int:
    """Return a whole number of at least one."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, not {value!r}")
    return int(value)


def whole_number(name: str, value: int) -> int:
    """Return a whole number of at least zero."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
        raise ValueError(f"{name} must be a whole number of at least 0, not {value!r}")
    return int(value)


def generator(rng: np.random.Generator) -> np.random.Generator:
    """Return `rng` if it is a NumPy generator; a seed or a legacy state is refused."""
    if not isinstance(rng, np.random.Generator):
        kind = type(rng).__name__
        raise TypeError(f"rng must be a numpy.random.Generator (numpy.random.default_rng(seed)), not {kind}")
    return rng
