"""Sums of smooth functions of one variable, tabulated so that a value costs the same however many terms there are."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from lib.validation import FloatArray, freeze

_STEP = 0.5  # width of a cell
_DEGREE = 9  # of the polynomial in each cell
_BLOCK = 500  # terms looked at together


class Curves:
    r"""Polynomials, cell by cell, for sums over j of weights times a function of t and of a number x_j.

    Made for :math:`\log(1 + x_j e^t)`, which is analytic within a distance of :math:`\pi` of the real line: in a cell
    of width h the error of degree d is about :math:`(4 \pi / h)^{-d - 1}`, here 1e-14, of what the sum is there.

    Parameters
    ----------
    term : callable
        The function of t, shape (..., 1), and x, shape (n,): an array of shape (..., n).
    groups : sequence of pairs
        In each group: the numbers x, shape (n,), and their weights, shape (n, F) for F sums.
    low, high : float
        Where t may lie.

    References
    ----------
    Trefethen (2013), *Approximation Theory and Approximation Practice*, theorem 8.2, for the error.
    """

    def __init__(
        self,
        term: Callable[[FloatArray, FloatArray], FloatArray],
        groups: Sequence[tuple[FloatArray, FloatArray]],
        low: float,
        high: float,
    ) -> None:
        self._low, self._cells = low, int(np.ceil((high - low) / _STEP))
        nodes = np.cos(np.pi * (np.arange(_DEGREE + 1) + 0.5) / (_DEGREE + 1))  # Chebyshev's, on [-1, 1]
        t = low + _STEP * (np.arange(self._cells)[:, np.newaxis] + (nodes + 1) / 2)
        values = np.zeros((len(groups), *t.shape, groups[0][1].shape[1]))
        for total, (x, weights) in zip(values, groups, strict=True):
            for i in range(0, len(x), _BLOCK):
                total += term(t[..., np.newaxis], x[i : i + _BLOCK]) @ weights[i : i + _BLOCK]
        # Coefficients of the powers, shape (degree + 1, F, groups x cells).
        powers = np.linalg.inv(np.vander(nodes, increasing=True)) @ values
        self._powers = np.ascontiguousarray(np.moveaxis(powers, (2, 3), (0, 1))).reshape(*powers.shape[2:], -1)
        self._first = np.arange(len(groups)) * self._cells
        freeze(self)

    def __call__(self, t: FloatArray, groups: NDArray[np.intp] | slice = slice(None)) -> FloatArray:
        """Evaluate the sums of each group at its own point.

        Parameters
        ----------
        t : ndarray, shape (..., groups)
        groups : ndarray of int, optional
            Which; all by default.

        Returns
        -------
        ndarray, shape (F, ..., groups)
            NaN outside the range.
        """
        place = (t - self._low) / _STEP
        outside = ~((place >= 0) & (place <= self._cells))
        place[outside] = 0.0
        cell = np.minimum(place.astype(int), self._cells - 1)
        z = 2 * (place - cell) - 1
        z[outside] = np.nan
        cell += self._first[groups]
        total: FloatArray = self._powers[_DEGREE].take(cell, axis=-1)
        for powers in self._powers[_DEGREE - 1 :: -1]:  # Horner's rule
            total *= z
            total += powers.take(cell, axis=-1)
        return total
