"""Adaptive quadrature of a density in one dimension, for many densities at once, and exact draws from it."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lib.validation import FloatArray

_NEGLIGIBLE = 32.0  # the grid ends where the mass beyond it is about exp(-32), or 1e-14, of the whole
_LITTLE = 2e-5  # of the mass: so accurate is the distribution function
_MAX_NODES = 4000
_ROUNDING = 16 * np.finfo(float).eps  # of a log density, which is a sum of some terms


class NoMassError(ValueError):
    """The density is zero wherever quadrature looked, or its tail does not fall."""


class LogLinear:
    """Densities given by log densities at nodes, linear in between: one density a row.

    Parameters
    ----------
    nodes : ndarray, shape (rows, nodes)
        Increasing along each row.
    log_density : ndarray, shape (rows, nodes)
    log_beyond : ndarray, shape (rows,), or float
        Log of the mass that lies beyond the nodes, about.

    Attributes
    ----------
    log_total : ndarray, shape (rows,)
        Log of each row's integral over its nodes.
    """

    def __init__(self, nodes: FloatArray, log_density: FloatArray, log_beyond: FloatArray | float = -np.inf) -> None:
        self.nodes = nodes
        self.log_beyond = log_beyond
        self.log_density = log_density
        log_mass = _log_masses(nodes, log_density)
        top = log_mass.max(axis=1, keepdims=True)
        mass = np.exp(log_mass - top)
        self.log_total = np.log(mass.sum(axis=1)) + top[:, 0]
        cumulative = np.cumsum(mass, axis=1)
        self._cumulative = np.concatenate([np.zeros((len(mass), 1)), cumulative / cumulative[:, -1:]], axis=1)

    def quantile(self, probability: FloatArray, row: NDArray[np.intp] | int = 0) -> FloatArray:
        """Invert the distribution function of the given row(s) at each probability.

        Parameters
        ----------
        probability : ndarray, shape (n,)
            In [0, 1).
        row : int or ndarray of int, shape (n,)

        Returns
        -------
        ndarray, shape (n,)
        """
        row = np.broadcast_to(np.asarray(row, dtype=np.intp), probability.shape)
        rows, size = self._cumulative.shape
        # One search serves all rows: row r's distribution function is lifted to run from r to r + 1.
        lifted = (self._cumulative + np.arange(rows)[:, np.newaxis]).ravel()
        index = np.searchsorted(lifted, probability + row, side="right") - 1 - row * size
        index = np.clip(index, 0, size - 2)
        low, high = self._cumulative[row, index], self._cumulative[row, index + 1]
        within = np.clip((probability - low) / np.where(high > low, high - low, 1), 0, 1)
        left, right = self.nodes[row, index], self.nodes[row, index + 1]
        rise = np.clip(self.log_density[row, index + 1] - self.log_density[row, index], -700, 700)
        return np.asarray(left + (right - left) * _exponential_quantile(within, rise))


def integrate(
    log_density: Callable[[FloatArray], FloatArray],
    nodes: FloatArray,
    bounds: tuple[float, float],
    *,
    open_ends: tuple[bool, bool] = (False, False),
    tolerance: float = 1e-4,
) -> LogLinear:
    """Place nodes where the mass of a density is, until log-linear interpolation is accurate.

    Parameters
    ----------
    log_density : callable
        Maps an array of shape (rows, n) to log densities of the same shape, one density a row.
    nodes : ndarray, shape (rows, m)
        Where to look first; in any order.
    bounds : tuple of float
        The range, for all rows; infinite where it has no bound.
    open_ends : tuple of bool
        Whether the density goes on beyond a bound, which is then that of floating point.
    tolerance : float
        Stop when the estimated error of each row's integral is below this share of it. Most of that error is common to
        the whole range and cancels when the density is normalised.

    Returns
    -------
    LogLinear

    Raises
    ------
    NoMassError
        If no node has positive density, or the density does not fall off within the range of floating point.
    """
    x = np.sort(np.clip(nodes, *bounds), axis=1)
    f = log_density(x)
    if np.isneginf(f).all(axis=1).any():
        raise NoMassError(
            "the density is zero at every point that was tried; a narrow prior is best given as a SciPy distribution"
        )
    x, f = _extend(log_density, x, f, bounds)
    while True:
        log_error = _log_errors(x, f)
        if (np.logaddexp.reduce(log_error, axis=1) < np.log(tolerance)).all():
            return LogLinear(x, f, _log_beyond(x, f, bounds, open_ends))
        if x.shape[1] > _MAX_NODES:
            raise NoMassError(f"the density is too rough: {_MAX_NODES} nodes do not resolve it")
        # Halve the intervals that matter: all of them, but never so many at once that a narrow peak exhausts the nodes.
        matter = (log_error > np.log(tolerance / x.shape[1])).sum(axis=1).max()
        count = max(1, min(matter, x.shape[1] // 5))
        split = np.argpartition(-log_error, count - 1, axis=1)[:, :count]
        middle = (np.take_along_axis(x, split, 1) + np.take_along_axis(x, split + 1, 1)) / 2
        x, f = _insert(x, f, middle, log_density(middle))


def _extend(
    log_density: Callable[[FloatArray], FloatArray], x: FloatArray, f: FloatArray, bounds: tuple[float, float]
) -> tuple[FloatArray, FloatArray]:
    """Add nodes beyond both ends until the density there is negligible or the range ends."""
    steps = np.arange(1, 9) / 8
    whole = log_total(x, f)
    for sign, end, bound in ((-1, 0, bounds[0]), (1, -1, bounds[1])):
        for _ in range(64):
            span = np.maximum(np.ptp(x, axis=1), 1e-9 * np.maximum(np.abs(x[:, end]), 1))
            left_out = f[:, end] + np.log(span)  # about, if the density went on at this height
            too_high = np.isfinite(f[:, end]) & (left_out >= whole - _NEGLIGIBLE) & (x[:, end] != bound)
            if not too_high.any():
                break
            # Where nothing is left out, the end is repeated: further out such a density may leave floating point.
            beyond = np.clip(x[:, [end]] + sign * (span * too_high)[:, np.newaxis] * steps, *bounds)
            with np.errstate(all="ignore"):  # beyond floating point, what comes back is refused below
                density = log_density(beyond)
            if not (density < np.inf).all():  # a NaN too
                break
            x, f = _insert(x, f, beyond, density)
            whole = log_total(x, f)
        if too_high.any():
            raise NoMassError(
                "the tail does not fall off within floating point (so the posterior is improper, or nearly so)"
            )
    return x, f


def refuse_mass_beyond(log_beyond: FloatArray | float, total: FloatArray | float) -> None:
    """Refuse a density of which more than a little lies beyond floating point; both are logs of masses."""
    if np.any(log_beyond - total > np.log(_LITTLE)):
        raise NoMassError("a part of its mass lies where floating point ends; give a prior with less mass there")


def _log_beyond(x: FloatArray, f: FloatArray, bounds: tuple[float, float], open_ends: tuple[bool, bool]) -> FloatArray:
    """Log of the mass beyond the open ends that the nodes reach, where each row's density falls exponentially."""
    log_mass = np.full(len(x), -np.inf)
    row = np.arange(len(x))
    for end, bound, goes_on in ((0, bounds[0], open_ends[0]), (-1, bounds[1], open_ends[1])):
        there = (x[:, end] == bound) & np.isfinite(f[:, end])
        if not (goes_on and there.any()):
            continue
        away = np.abs(x - bound) > 1  # the node next to the end that is well inside
        inside = away.argmax(axis=1) if end == 0 else x.shape[1] - 1 - away[:, ::-1].argmax(axis=1)
        with np.errstate(all="ignore"):
            # A fall that rounding hides is taken for the least that it lets see.
            fall = np.maximum(f[row, inside] - f[:, end], _ROUNDING * np.maximum(np.abs(f[:, end]), 1))
            fall /= np.abs(x[row, inside] - bound)
            log_mass = np.logaddexp(log_mass, np.where(there, f[:, end] - np.log(fall), -np.inf))
    return log_mass


def _insert(x: FloatArray, f: FloatArray, new_x: FloatArray, new_f: FloatArray) -> tuple[FloatArray, FloatArray]:
    x, f = np.concatenate([x, new_x], axis=1), np.concatenate([f, new_f], axis=1)
    order = np.argsort(x, axis=1, kind="stable")
    return np.take_along_axis(x, order, 1), np.take_along_axis(f, order, 1)


def log_total(x: FloatArray, f: FloatArray) -> FloatArray:
    """Log of the integral of each row, shape (rows,), from log densities at increasing nodes, linear in between."""
    return np.asarray(np.logaddexp.reduce(_log_masses(x, f), axis=1))


def _log_masses(x: FloatArray, f: FloatArray) -> FloatArray:
    """Log of the integral over each interval, the log density being linear there."""
    with np.errstate(invalid="ignore"):
        fall = np.abs(np.diff(f, axis=1))
    fall = np.where(np.isnan(fall), 0, fall)  # minus infinity at both ends: no mass, whatever the slope
    top = np.maximum(f[:, :-1], f[:, 1:])
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(fall > 1e-8, -np.expm1(-fall) / np.where(fall > 1e-8, fall, 1), 1 - fall / 2)
        return np.log(np.diff(x, axis=1)) + top + np.log(share)


def _log_errors(x: FloatArray, f: FloatArray) -> FloatArray:
    """Log of each interval's error bound, as a share of its row's integral."""
    width = np.diff(x, axis=1)
    top = np.maximum(f[:, :-1], f[:, 1:])
    with np.errstate(all="ignore"):  # far out, where numbers overflow
        slope = np.diff(f, axis=1) / width
        # Where a node comes twice, the interval between has no slope: it takes the one to its left.
        slope = np.take_along_axis(slope, np.maximum.accumulate((width > 0) * np.arange(width.shape[1]), axis=1), 1)
        kink = np.abs(np.diff(slope, axis=1))
        kink = np.where(np.isnan(kink), 0, kink)  # minus infinity at both ends of an interval: no mass, no error
        # Where the slope turns, the log density may stray from its chord by about this much.
        edge = np.zeros((len(x), 1))
        bend = np.maximum(np.concatenate([edge, kink], axis=1), np.concatenate([kink, edge], axis=1)) * width / 8
        # What rounding does to so large a number is no bend: no node more would tell.
        size = np.where(np.isfinite(f), np.abs(f), 0)
        bend = np.maximum(bend - _ROUNDING * np.maximum(size[:, :-1], size[:, 1:]), 0)
        error = np.where(width > 0, np.log(width) + top + np.log(np.minimum(bend, 1)), -np.inf)
    return np.asarray(error - np.maximum(log_total(x, f), -1e300)[:, np.newaxis])  # no mass yet: all error


def _exponential_quantile(probability: FloatArray, rise: FloatArray) -> FloatArray:
    """Invert the distribution function of a density proportional to exp(rise * t) on [0, 1]."""
    down = -np.abs(rise)
    probability = np.where(rise > 0, 1 - probability, probability)
    steep = down < -1e-8
    safe = np.where(steep, down, -1.0)
    with np.errstate(divide="ignore"):  # at probability 1 of a steep fall, where clipping gives the right answer
        # Nearly level: the first two terms of the series, since the formula would be 0 / 0.
        level = probability * (1 + np.where(steep, 0, down) * (1 - probability) / 2)
        t = np.clip(np.where(steep, np.log1p(probability * np.expm1(safe)) / safe, level), 0, 1)
    return np.where(rise > 0, 1 - t, t)
