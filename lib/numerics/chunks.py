"""Sums over groups for many hyperparameters at once, in pieces that fit into memory."""

from collections.abc import Callable

import numpy as np

from lib.validation import FloatArray

_CHUNK = 2**20  # numbers held at once


def chunks(size: int, width: int) -> list[slice]:
    """Cut `size` rows, each `width` numbers wide, into pieces."""
    step = max(1, _CHUNK // max(1, width))
    return [slice(start, start + step) for start in range(0, size, step)]


def in_chunks(
    function: Callable[..., tuple[FloatArray, ...] | FloatArray], *values: FloatArray, width: int
) -> FloatArray:
    """Call a function piece by piece.

    Parameters
    ----------
    function : callable
        Maps columns of shape (n, 1) to an array of shape (n,), or to a tuple of F such.
    *values : ndarray, all of the same shape
    width : int
        How many numbers it makes of one value.

    Returns
    -------
    ndarray, shape (F, *shape), or the shape of the values where F is one
    """
    flat = [value.reshape(-1, 1) for value in values]
    parts = [np.asarray(function(*(value[some] for value in flat))) for some in chunks(len(flat[0]), width)]
    together = np.concatenate(parts, axis=-1)
    return together.reshape((*together.shape[:-1], *values[0].shape))
