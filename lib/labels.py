"""Labels that the data bring along: they name the groups, and put vectors into one order."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
import xarray as xr
from numpy.typing import NDArray


def labels_of(values: object) -> list[object] | None:
    """Return the labels of a pandas Series or a one-dimensional DataArray, None for a missing one; or that it has none.

    Anything else is positional.
    """
    index = None
    if isinstance(values, pd.Series):
        index = values.index
    elif isinstance(values, xr.DataArray) and values.ndim == 1:
        index = values.indexes.get(values.dims[0])
    if index is None:
        return None
    labels = index.tolist()
    missing = pd.isna(pd.Series(labels, dtype=object))
    return [None if gone else label for label, gone in zip(labels, missing, strict=True)] if missing.any() else labels


def align(**vectors: Any) -> list[Any]:
    """Put vectors that carry labels into the order of the first that does; those without stay as they are.

    Parameters
    ----------
    **vectors : array_like or None
        In the order of the signature.

    Returns
    -------
    list
        The vectors, in that order.

    Raises
    ------
    ValueError
        By name: if the labels are not the same; if it cannot be told which is which, because one comes twice; or if
        one vector would have to be put into another order and another has no labels, so that nobody knows its order.
    """
    labelled = {name: labels for name, values in vectors.items() if (labels := labels_of(values)) is not None}
    aligned = dict(vectors)
    for name in list(labelled)[1:]:
        first, *_ = labelled
        target, own = labelled[first], labelled[name]
        if own == target or (_default(own) and _default(target)):  # the second: what is too short is refused elsewhere
            continue
        _refuse_what_cannot_be_aligned(name, first, vectors, own, target)
        place = {label: position for position, label in enumerate(own)}
        order = [place[label] for label in target]
        aligned[name] = vectors[name].iloc[order] if isinstance(vectors[name], pd.Series) else vectors[name][order]
    return list(aligned.values())


def align_and_label(labels: Sequence[object] | None, **vectors: Any) -> tuple[list[Any], Sequence[object] | None]:
    """Align the vectors, and the labels with them; where none are given, return those that the first vector carries.

    Raises
    ------
    ValueError
        As `align` does; and if labels that a vector carries do not tell its groups apart.
    """
    *aligned, labels = align(**vectors, labels=labels)
    if isinstance(labels, pd.Series | xr.DataArray):
        return aligned, labels.to_numpy().tolist()
    if labels is not None:
        return aligned, labels
    for name, values in vectors.items():
        own = labels_of(values)
        if own is None:
            continue
        words = f"so it cannot name the groups: give labels, for instance labels=range({len(own)})"
        if (twice := _twice(own)) is not None:
            raise ValueError(f"{name}: {twice[0]!r} comes twice in its index, {words}")
        if None in own:
            raise ValueError(f"{name}: a label is missing in its index, {words}")
        return aligned, own
    return aligned, None


def first_place(name: str, values: object, at: NDArray[Any]) -> str:
    """Say as code which the first of some values is: ``y[2]``, or ``y['Choate']`` where the vector has labels."""
    place = [int(axis[0]) for axis in at.nonzero()]
    own = labels_of(values)
    return f"{name}[{', '.join(map(str, place)) if own is None else repr(own[place[0]])}]"


def _default(labels: list[object]) -> bool:
    return labels == list(range(len(labels)))


def _twice(labels: list[object]) -> list[object] | None:
    """Return the first label that comes again, in a list; or None if all are distinct."""
    seen = set()
    for label in labels:
        if label in seen:
            return [label]
        seen.add(label)
    return None


def _refuse_what_cannot_be_aligned(
    name: str, first: str, vectors: dict[str, Any], own: list[object], target: list[object]
) -> None:
    alone, missing = set(own) - set(target), set(target) - set(own)
    if alone or missing:
        told = [f"{label!r} is in {first} and not in {name}" for label in target if label in missing][:1]
        told += [f"{label!r} is in {name} and not in {first}" for label in own if label in alone][:1]
        words = _words_for_other_labels(name, first, vectors, own, target)
        raise ValueError(f"{name}: its labels are not those of {first}: {' and '.join(told)}{words}")
    if (twice := _twice(own) or _twice(target)) is not None:
        raise ValueError(
            f"{name}: its labels are in another order than those of {first}, and {twice[0]!r} comes twice, so nobody "
            f"can tell which is which; to combine by position, write {name}.to_numpy()"
        )
    for other, values in vectors.items():
        if isinstance(values, Iterable) and getattr(values, "ndim", 1) > 0 and labels_of(values) is None:
            raise ValueError(
                f"{other} has no labels, and those of {first} and {name} are in different orders: in which of them is "
                f"{other}? If in that of {first}, write pandas.Series({other}, index={_index(first, vectors[first])})"
            )


def _words_for_other_labels(
    name: str, first: str, vectors: dict[str, Any], own: list[object], target: list[object]
) -> str:
    numbered = [of for of, labels in ((name, own), (first, target)) if _default(labels)]
    if numbered and len(own) == len(target):
        which = numbered[0]
        return f"; {which} has only its positions for labels: to combine by position, write {which}.to_numpy()"
    if not set(own) & set(target) or _twice(own) or _twice(target):
        return ""
    if isinstance(vectors[name], pd.Series) and isinstance(vectors[first], pd.Series):
        return f"; to keep what is in both, write {first}, {name} = {first}.align({name}, join='inner')"
    return f"; to keep what is in both, write {first}, {name} = xarray.align({first}, {name}, join='inner')"


def _index(name: str, values: pd.Series | xr.DataArray) -> str:
    return f"{name}.index" if isinstance(values, pd.Series) else f"{name}.indexes[{values.dims[0]!r}]"
