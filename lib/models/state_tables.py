"""The nested model's hyperparameters with every state integrated out, by a table of each state's likelihood.

Given the hyperparameters the states are independent, and each depends on its own log mean u and log shape v alone,
whose priors are normal. So a state's likelihood is written, once, as a sum of products of a normal curve in u and one
in v, at the nodes of a grid. Its integral over the priors is then a sum too, whatever the hyperparameters are.
"""

from collections.abc import Callable, Iterable
from functools import cache
from typing import NamedTuple, Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import special

from lib.models.state_likelihood import WIDEST, StateLikelihood
from lib.validation import FloatArray

type Prior = tuple[FloatArray, FloatArray]
"""Means and standard deviations."""

_FINE = 2.5  # nodes in a standard deviation of the likelihood, at least
_WIDTH = 1.3  # of a curve, in distances between nodes
_SHARE = 1e-6  # of the likelihood's largest value: what is below it is left out
_ERROR = 3e-3  # of the log density, at most: ten thousand draws see a shift of 0.01 standard deviations
_STRIDE = 2  # nodes from one edge of a cell to the next
_MARGIN = 1.05  # of a cell's ceiling above the values at its nodes
_CHUNK = 512  # hyperparameters looked at together


class Axis(NamedTuple):
    """Nodes at whole multiples of a step; where several states share the step, what is computed there serves all."""

    step: float
    first: int
    size: int

    @property
    def nodes(self) -> FloatArray:
        """Where they are, shape (size,)."""
        return np.asarray(self.step * np.arange(self.first, self.first + self.size))

    @classmethod
    def over(cls, low: float, high: float, step: float) -> Self:
        """Cover a range by whole cells, with a step of at most the one given: a power of the root of two."""
        step = 2.0 ** (np.floor(2 * np.log2(step)) / 2)
        first, last = int(np.floor(low / step / _STRIDE)), int(np.ceil(high / step / _STRIDE))
        return cls(step, _STRIDE * first, _STRIDE * max(last - first, 2) + 1)


class Curves(NamedTuple):
    """Expected values of normal curves at all nodes of one step, and what those before and after them add up to."""

    first: int
    value: FloatArray  # (n, nodes)
    total: FloatArray  # cumulative, with those before
    beyond: FloatArray  # (n,)

    @classmethod
    def at(cls, step: float, axes: Iterable[Axis], mean: FloatArray, sd: FloatArray) -> Self:
        """Compute them at normal random points, means and standard deviations of shape (n,), for all axes of a step."""
        first, last = min(a.first for a in axes), max(a.first + a.size for a in axes)
        first, last = first - 5, last + 5  # of the curves beyond the ends, some are counted one by one
        width = np.hypot(_WIDTH * step, sd)[:, np.newaxis]
        value = mean[:, np.newaxis] / width - step * np.arange(first, last) / width
        value *= value
        value *= -0.5
        np.exp(value, out=value)
        value *= _WIDTH * step / width
        ends = step * (first - 0.5) - mean, mean - step * (last - 0.5)
        below, above = (_WIDTH * np.sqrt(2 * np.pi) * special.ndtr(end / width[:, 0]) for end in ends)
        return cls(first, value, below[:, np.newaxis] + value.cumsum(axis=1), above)

    def on(self, axis: Axis) -> FloatArray:
        """Those of one axis, the first and the last repeated for ever: shape (n, size)."""
        start = axis.first - self.first
        value = self.value[:, start : start + axis.size].copy()
        value[:, 0] = self.total[:, start]
        value[:, -1] += self.beyond + self.total[:, -1] - self.total[:, start + axis.size - 1]
        return value


class Band(NamedTuple):
    """Some neighbouring nodes of v, and the nodes of u that the likelihood needs there: few where shapes are small."""

    u: Axis
    columns: slice  # of the nodes of v
    coefficients: FloatArray  # of the curves in u, shape (nodes of u, columns); the last ones are repeated for ever
    ceiling: FloatArray  # of the likelihood, shape (cells of u, cells of v), those beyond the ends included


class Table(NamedTuple):
    """One state's likelihood as a share of its largest value."""

    v: Axis
    bands: list[Band]
    log_top: float
    error: float  # between the nodes

    def expected(self, in_u: dict[float, Curves], in_v: dict[float, Curves]) -> FloatArray:
        """Return its expected value, given those of the curves at n random points: shape (n,)."""
        between = in_v[self.v.step].on(self.v) @ _inverse(self.v.size)
        return np.asarray(np.einsum("nv,nv->n", self.at_nodes(in_u), between))

    def at_nodes(self, in_u: dict[float, Curves]) -> FloatArray:
        """Return its expected value over u alone, at the nodes of v: shape (n, nodes of v)."""
        return np.concatenate([in_u[b.u.step].on(b.u) @ b.coefficients for b in self.bands], axis=1)


class StateTables:
    """The tables of all states.

    Raises
    ------
    ValueError
        If a likelihood cannot be tabulated well enough.
    """

    def __init__(self, likelihood: StateLikelihood) -> None:
        self.likelihood = likelihood
        self.tables = [_tabulate(likelihood, s) for s in range(likelihood.size)]
        if (error := sum(table.error for table in self.tables)) > _ERROR:
            raise ValueError(f"model: the tables of its states' likelihood are off by {error:.1g}; gibbs does without")

    def log_density(self, mu: FloatArray, tau: FloatArray, nu: FloatArray, omega: FloatArray) -> FloatArray:
        """Log p(counts | hyperparameters), each of shape (n,), the states integrated out, up to a constant."""
        axes = [band.u for table in self.tables for band in table.bands], [table.v for table in self.tables]
        total = np.zeros(mu.size)
        for start in range(0, mu.size, _CHUNK):
            some = slice(start, start + _CHUNK)
            in_u, in_v = _by_step(axes[0], mu[some], tau[some]), _by_step(axes[1], nu[some], omega[some])
            for table in self.tables:
                total[some] += np.log(np.maximum(table.expected(in_u, in_v), 1e-300))
        return total

    def draw(
        self, rng: np.random.Generator, mu: FloatArray, tau: FloatArray, nu: FloatArray, omega: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Draw every state's log mean and log shape given the data and the hyperparameters, shapes (n, S).

        By rejection, so that the tables' error does not matter: each cell of a state's grid has a ceiling for the
        likelihood; a point comes from the prior under the ceilings, and stays with probability likelihood over ceiling.
        """
        u, v = np.empty((mu.size, len(self.tables))), np.empty((mu.size, len(self.tables)))
        for s, table in enumerate(self.tables):
            while (drawn := self._draw_state(rng, s, table, (mu, tau), (nu, omega))) is None:
                table = table._replace(bands=[b._replace(ceiling=2 * b.ceiling) for b in table.bands])  # too low
            u[:, s], v[:, s] = drawn
        return u, v

    def _draw_state(
        self, rng: np.random.Generator, s: int, table: Table, u_prior: Prior, v_prior: Prior
    ) -> tuple[FloatArray, FloatArray] | None:
        v_edges, u_edges = _edges(table.v, 0.0), [_edges(band.u, self.likelihood.pooled) for band in table.bands]
        in_u = [_probabilities(edges, *u_prior) for edges in u_edges]
        under = np.concatenate([p @ band.ceiling for p, band in zip(in_u, table.bands, strict=True)], axis=1)
        under = np.cumsum(under * _probabilities(v_edges, *v_prior), axis=1)
        first = np.cumsum([0] + [band.ceiling.shape[1] for band in table.bands])
        u, v, left = np.empty(len(under)), np.empty(len(under)), np.arange(len(under))
        while left.size:
            column = _choose(rng, under[left])
            v[left] = _between(rng, v_edges, column, *(x[left] for x in v_prior))
            log_ceiling = np.empty(left.size)
            for band, p, edges, start, stop in zip(table.bands, in_u, u_edges, first, first[1:], strict=False):
                here = np.flatnonzero((column >= start) & (column < stop))
                ceiling = band.ceiling.T[column[here] - start]
                row = _choose(rng, np.cumsum(p[left[here]] * ceiling, axis=1))
                u[left[here]] = _between(rng, edges, row, *(x[left[here]] for x in u_prior))
                log_ceiling[here] = np.log(ceiling[np.arange(here.size), row]) + table.log_top
            log_share = self.likelihood(u[left, np.newaxis], v[left, np.newaxis], np.array([s]))[:, 0] - log_ceiling
            if (log_share > 0).any():
                return None
            left = left[rng.random(left.size) >= np.exp(log_share)]
        return u, v


def _by_step(axes: list[Axis], mean: FloatArray, sd: FloatArray) -> dict[float, Curves]:
    return {step: Curves.at(step, [a for a in axes if a.step == step], mean, sd) for step in {a.step for a in axes}}


def _tabulate(likelihood: StateLikelihood, s: int) -> Table:
    """Find where a state's likelihood is, and how fine a grid it needs."""

    def log_likelihood(u: FloatArray, v: FloatArray) -> FloatArray:
        u, v = np.broadcast_arrays(u[:, np.newaxis, np.newaxis], v[:, np.newaxis])
        return likelihood(u, v, np.array([s]))[..., 0]

    # What a state says of its log mean is worth so many events; the larger its shape, the more.
    events, groups = likelihood.events[s] + 0.5, likelihood.groups[s]
    peak = np.log(events / likelihood.exposure[s])

    def sd(v: FloatArray) -> FloatArray:
        worth = 1 / (1 / events + np.exp(-v) / groups)
        return np.asarray(np.minimum((worth + 1) ** -0.5, 0.5))

    # A coarse look, in steps that grow from the peak of u, and in even ones of v.
    away = np.geomspace(sd(np.array(20.0)) / 2, 2 * WIDEST, 45)
    u = peak + np.concatenate([-away[::-1], [0.0], away])
    u, v = u[np.abs(u - likelihood.pooled) < WIDEST - 1], np.linspace(-15, 20, 71)
    look = log_likelihood(u, v)
    share = np.exp(look - look.max())
    row, column = np.unravel_index(look.argmax(), look.shape)
    bend = -np.diff(look[row, np.clip([column - 1, column, column + 1], 0, v.size - 1)], 2)[0] / (v[1] - v[0]) ** 2
    fine = _FINE
    for _ in range(4):
        v_axis = Axis.over(*_where_it_changes(v, share.T), max(bend, 1.0) ** -0.5 / fine)
        steps = 2.0 ** np.floor(np.log2(sd(v_axis.nodes[:-1:_STRIDE]) / fine))  # of each cell of v
        table = Table(v_axis, [], float(look.max()), 0.0)
        for step in np.unique(steps)[::-1]:
            cells = np.flatnonzero(steps == step)
            columns = slice(_STRIDE * cells[0], _STRIDE * (cells[-1] + 1) + (cells[-1] == steps.size - 1))
            nodes = v_axis.nodes[columns.start : _STRIDE * (cells[-1] + 1) + 1]
            seen = (v >= nodes[0] - 0.5) & (v <= nodes[-1] + 0.5)
            u_axis = Axis.over(*_where_it_changes(u, share[:, seen]), step)
            table.bands.append(_band(log_likelihood, u_axis, nodes, columns, v_axis.size, table.log_top))
        points = np.concatenate([u, peak + sd(v[-1:]) * np.linspace(-4, 4, 50)]), v_axis.nodes[:-1:3] + v_axis.step / 2
        in_u = _by_step([band.u for band in table.bands], points[0], np.zeros(points[0].size))
        found = table.at_nodes(in_u) @ (_matrix(v_axis, points[1]) @ _inverse(v_axis.size)).T
        error = np.abs(found - np.exp(log_likelihood(*points) - table.log_top)).max()
        if error < _ERROR / likelihood.size:
            break
        fine *= np.sqrt(2)
    return table._replace(error=float(error))


def _where_it_changes(x: FloatArray, share: FloatArray) -> tuple[float, float]:
    """From where to where along x any column of a likelihood is not level."""
    changes = np.flatnonzero((np.abs(np.diff(share, axis=0)) > _SHARE).any(axis=1))
    return (float(x[changes[0]]), float(x[changes[-1] + 1])) if changes.size else (float(x[0]), float(x[-1]))


def _band(
    log_likelihood: Callable[[FloatArray, FloatArray], FloatArray],
    u: Axis,
    v: FloatArray,
    columns: slice,
    size: int,
    log_top: float,
) -> Band:
    """Make the curves in u agree with the likelihood at the nodes, and put a ceiling above each cell."""
    share = np.exp(log_likelihood(u.nodes, v) - log_top)
    coefficients = _inverse(u.size) @ share[:, : columns.stop - columns.start]
    # Beyond the ends there are cells too: all of u's, and those of v's that end the table.
    ends = _STRIDE * (columns.start == 0), _STRIDE * (columns.stop == size)
    padded = np.pad(share, ((_STRIDE, _STRIDE), ends), mode="edge")
    nodes = sliding_window_view(padded, (_STRIDE + 1, _STRIDE + 1))[::_STRIDE, ::_STRIDE]
    ceiling = _MARGIN * nodes.max(axis=(2, 3)) + _SHARE
    for array in (coefficients, ceiling):
        array.setflags(write=False)
    return Band(u, columns, coefficients, ceiling)


def _matrix(axis: Axis, points: FloatArray) -> FloatArray:
    """Curves of an axis at points, the last ones repeated for ever: shape (points, size)."""
    return Curves.at(axis.step, [axis], points, np.zeros(points.size)).on(axis)


@cache
def _inverse(size: int) -> FloatArray:
    """Coefficients of the curves that are one at one node and zero at the others."""
    axis = Axis(1.0, 0, size)
    return np.linalg.inv(_matrix(axis, axis.nodes))


def _edges(axis: Axis, centre: float) -> FloatArray:
    return np.concatenate([[centre - WIDEST], axis.nodes[::_STRIDE], [centre + WIDEST]])


def _probabilities(edges: FloatArray, mean: FloatArray, sd: FloatArray) -> FloatArray:
    """Prior probability of every cell, shape (n, cells)."""
    return np.diff(special.ndtr((edges - mean[:, np.newaxis]) / sd[:, np.newaxis]), axis=1)


def _choose(rng: np.random.Generator, cumulative: FloatArray) -> NDArray[np.intp]:
    """Choose a cell in every row, given cumulative weights."""
    at = cumulative[:, -1:] * rng.random((len(cumulative), 1))
    return np.asarray(np.minimum((cumulative <= at).sum(axis=1), cumulative.shape[1] - 1))


def _between(
    rng: np.random.Generator, edges: FloatArray, cell: NDArray[np.intp], mean: FloatArray, sd: FloatArray
) -> FloatArray:
    """Draw from a normal distribution between the edges of a cell."""
    low, high = (edges[cell] - mean) / sd, (edges[cell + 1] - mean) / sd
    sign = np.where(low > 0, -1.0, 1.0)  # the lower tail keeps its digits
    low, high = np.where(low > 0, -high, low), np.where(low > 0, -low, high)
    below = special.ndtr(low)
    z = special.ndtri(below + (special.ndtr(high) - below) * rng.random(cell.size))
    return np.clip(mean + sign * sd * z, edges[cell], edges[cell + 1])
