"""Refuse bad input before any work is done, with a message that names the argument and the rule."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from lib.labels import first_place

type FloatArray = NDArray[np.float64]

SMALLEST, LARGEST = 1e-75, 1e75  # the fourth power of a number, and its inverse, must stay within floating point
_OTHER_UNITS = "its powers would leave floating point; use other units"
MOST_COUNTED = 2**53  # beyond it a float does not hold every whole number
MOST_BYTES = 2**32  # 4 GiB: what the results of one call may take, whatever the machine


def real_array(name: str, values: object) -> FloatArray:
    """Return `values` as floats, NaN for what is missing; or refuse what is masked or not a real number."""
    refuse_masked(name, values)
    try:
        raw = np.asarray(values)
        if raw.dtype == object and raw.ndim:
            raw = np.where(pd.isna(raw), np.nan, raw)  # None, and NA and NaT, which are no floats
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


def refuse_masked(name: str, values: object, *, or_else: str = "") -> None:
    """Refuse a masked array that hides something: NumPy would read the numbers under the mask."""
    if not isinstance(values, np.ma.MaskedArray) or not np.ma.is_masked(values):
        return
    at = np.ma.getmaskarray(values)
    if at.ndim == 0:
        raise ValueError(f"{name} must be a number: it is masked")
    raise ValueError(
        f"{name}: {_how_many(at, 'masked')}, {first_place(name, values, at)} the first; leave those groups out of "
        f"every argument, by [~{name}.mask]{or_else}"
    )


def finite_array(name: str, values: ArrayLike) -> FloatArray:
    """Return `values` as floats, or say which rule `name` breaks."""
    array = real_array(name, values)
    for at, what in ((np.isnan(array), "missing (None, NA or NaN)"), (np.isinf(array), "infinite")):
        if at.any():
            told = (
                f": {_how_many(at, what)}, {first_place(name, values, at)} the first" if at.ndim else f", not {array}"
            )
            raise ValueError(f"{name} must be finite{told}")
    within_reach(name, array)
    return array


def _how_many(at: NDArray[np.bool_], what: str) -> str:
    return f"{at.sum()} of its values {'is' if at.sum() == 1 else 'are'} {what}"


def within_reach(name: str, array: FloatArray, *, positive: bool = False) -> None:
    """Refuse numbers whose powers leave floating point: too large, or too close to zero where they are positive."""
    size = np.abs(array)
    if (size > LARGEST).any():
        raise ValueError(f"{name} must be at most {LARGEST:g} in size, not {size.max():g}: {_OTHER_UNITS}")
    if positive and (array < SMALLEST).any():
        raise ValueError(f"{name} must be at least {SMALLEST:g}, not {array.min():g}: {_OTHER_UNITS}")


def finite_number(name: str, value: object) -> float:
    """Return one finite number."""
    array = finite_array(name, value)  # type: ignore[arg-type]
    if array.ndim != 0:
        raise ValueError(f"{name} must be one number, not an array of the shape {array.shape}")
    return float(array)


def broadcast(name: str, array: FloatArray, like: str, other: FloatArray) -> None:
    """Refuse an array whose shape does not go with that of another."""
    try:
        np.broadcast_shapes(array.shape, other.shape)
    except ValueError as error:
        raise ValueError(
            f"{name} must have one value for each of {like}, or one for all: "
            f"the shape {array.shape} does not go with {other.shape}"
        ) from error


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
    within_reach(name, array, positive=True)
    return array


def count_vector(
    name: str, values: ArrayLike, *, length: int | None = None, like: str = "y", out_of: str = ""
) -> FloatArray:
    """Return one whole number from zero on a group. Shares, or rates, of the argument `out_of` are recognised."""
    array = finite_vector(name, values, length=length, like=like)
    if (array < 0).any() or (array != np.floor(array)).any():
        raise ValueError(f"{name} must be whole numbers from zero on{_as_shares(array, out_of)}")
    if (array > MOST_COUNTED).any():
        raise ValueError(f"{name} must be at most 2**53, or about 9e15; the largest is {array.max():g}")
    return array


def _as_shares(array: FloatArray, out_of: str) -> str:
    """Say what numbers that are no counts look like, and how to make counts of them."""
    if not out_of or (array < 0).any():
        return ""
    if out_of == "exposure":
        return "; these are not all whole, as rates are not: give the counts, for instance numpy.round(rate * exposure)"
    if (array <= 1).all():
        return f"; these lie between 0 and 1, as shares do: give the counts, for instance numpy.round(share * {out_of})"
    if (array <= 100).all():
        return (
            "; these lie between 0 and 100, as percentages do: give the counts, for instance "
            f"numpy.round(percentage / 100 * {out_of})"
        )
    return ""


def trial_vector(name: str, values: ArrayLike, *, length: int | None = None, like: str = "y") -> FloatArray:
    """Return one whole number from one on a group."""
    array = count_vector(name, values, length=length, like=like)
    if (array == 0).any():
        raise ValueError(f"{name} must be at least one in every group: a group without trials has no data")
    return array


def successes_and_trials(successes: ArrayLike, trials: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return whole numbers of both, no more successes than trials in any group."""
    made = count_vector("successes", successes, out_of="trials")
    tried = count_vector("trials", trials, length=made.size, like="successes")
    if (made > tried).any():
        rule = "successes must not be more than trials in any group"
        swapped = "; in no group they are fewer: are the two swapped? Write BetaBinomial(successes, trials)"
        raise ValueError(rule + (swapped if (made >= tried).all() else ""))
    return made, trial_vector("trials", tried)


def counts_or_bounds(
    name: str, values: ArrayLike, suppressed: tuple[int, int] | None
) -> tuple[FloatArray, tuple[int, int] | None]:
    """Return one whole number of events a group, NaN where it is suppressed, and the bounds of those."""
    as_nan = f"{name}.astype(float).filled(numpy.nan)"
    refuse_masked(name, values, or_else=f"; or if they are suppressed, write {as_nan} and suppressed=(least, greatest)")
    if suppressed is not None:
        bounds = finite_array("suppressed", suppressed)
        if bounds.shape != (2,) or (bounds != np.floor(bounds)).any() or not 0 <= bounds[0] <= bounds[1]:
            raise ValueError("suppressed must be two whole numbers from zero on, the least and the greatest")
        suppressed = int(bounds[0]), int(bounds[1])
    array = real_array(name, values).copy()
    missing = np.isnan(array)
    if missing.any() and suppressed is None:
        raise ValueError(
            f"{name} must be finite; if a NaN is a suppressed count, say between which numbers it lies, "
            "for instance suppressed=(1, 9)"
        )
    array[missing] = 0
    array = count_vector(name, array, out_of="exposure")
    array[missing] = np.nan
    return array, suppressed


def states_of_groups(name: str, values: ArrayLike, *, length: int, like: str) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return the distinct states, sorted, and the place among them of each group's own."""
    refuse_masked(name, values)
    each = np.asarray(values, dtype=object)  # else NumPy writes NaN and numbers as text where there is text
    if each.shape != (length,):
        raise ValueError(f"{name} must name one state for each of {like}'s {length} groups")
    missing = pd.isna(each)
    if missing.any():
        told = f"{_how_many(missing, 'missing (None, NA or NaN)')}, {first_place(name, values, missing)} the first"
        raise ValueError(f"{name} must name the state of every group: {told}")
    try:
        np.sort(each)
    except TypeError as error:
        kinds = " and ".join(sorted({type(state).__name__ for state in each}))
        raise TypeError(
            f"{name} must name its states by labels that can be sorted, and so of one kind; these are {kinds}: "
            f"write {name}=[str(state) for state in {name}]"
        ) from error
    states, place = np.unique(np.asarray(values), return_inverse=True)
    return states, place


def group_labels(labels: Sequence[object] | None, *, length: int) -> tuple[object, ...]:
    """Return one distinct label a group; 0, 1, ... if none are given."""
    if labels is None:
        return tuple(range(length))
    try:
        names = tuple(labels)
    except TypeError as error:
        raise TypeError(f"labels must be a sequence, such as range({length}), not {type(labels).__name__}") from error
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


def refuse_what_does_not_fit(name: str, value: int, *, each: int, more: str = "") -> None:
    """Refuse a number of things that together would take more memory than `MOST_BYTES`, before any is made.

    The limit is the same on every machine: what one accepts, another accepts too.

    Parameters
    ----------
    name, value : str, int
        The argument that says how many.
    each : int
        Bytes that one of them takes.
    more : str
        Said after the name, such as what else the bytes depend on.
    """
    if value * each > MOST_BYTES:
        raise ValueError(
            f"{name} must be at most {MOST_BYTES // each:,}{more}: to hold {value:,} would take "
            f"about {value * each / 2**30:,.3g} GiB of memory, and the limit is {MOST_BYTES / 2**30:g} GiB"
        )


def freeze(kept: object) -> None:
    """Make all arrays that an object keeps read-only, so that nobody changes the data under it."""
    for value in vars(kept).values():
        for array in value if isinstance(value, tuple) else (value,):
            if isinstance(array, np.ndarray):
                array.setflags(write=False)


def generator(rng: np.random.Generator) -> np.random.Generator:
    """Return `rng` if it is a NumPy generator; a seed or a legacy state is refused."""
    if not isinstance(rng, np.random.Generator):
        kind = type(rng).__name__
        raise TypeError(f"rng must be a numpy.random.Generator (numpy.random.default_rng(seed)), not {kind}")
    return rng
