"""The nested model's hyperparameters with every state integrated out, by a table of each state's likelihood.

Given the hyperparameters the states are independent, and each depends on its own log mean u and log shape v alone,
whose priors are normal. So a state's likelihood is written, once, as a sum of products of a function of u and one of v,
and each of these as a sum of normal curves at even nodes. Its integral over the priors is then a sum of products too,
whatever the hyperparameters are.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from typing import NamedTuple, Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import special
from threadpoolctl import ThreadpoolController

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
_CHUNK = 128  # hyperparameters looked at together
_MOST_ROUNDS = 3000  # of rejection: a draw that takes more has a likelihood like a needle under its ceilings
# Over products of so small matrices, two threads of BLAS wait for one another: ten times as long on a busy machine.
_one_thread = partial(ThreadpoolController().limit, limits=1, user_api="blas")


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
    """Functions of one variable, each a sum of normal curves at even nodes; those at its ends are repeated for ever."""

    step: float
    first: int
    coefficients: FloatArray  # (nodes + 2, functions): the first and the last are of all curves before and after

    @classmethod
    def on(cls, axes: Sequence[Axis], coefficients: Iterable[FloatArray]) -> Self:
        """Put functions together, given the axes, of one step, and their coefficients, each of shape (size, any)."""
        first, last = min(a.first for a in axes), max(a.first + a.size for a in axes)
        first, last = first - 6, last + 6  # nearer to a node the curves beyond are counted one by one
        wide = [
            np.pad(c, ((axis.first - first, last - axis.first - axis.size), (0, 0)), mode="edge")
            for axis, c in zip(axes, coefficients, strict=True)
        ]
        return cls(axes[0].step, first + 1, np.concatenate(wide, axis=1))

    def expected(self, mean: FloatArray, sd: FloatArray) -> FloatArray:
        """Return their expected values at normal random points, means and standard deviations of shape (n,)."""
        width, mean = np.hypot(_WIDTH * self.step, sd)[:, np.newaxis], mean[:, np.newaxis]
        last = self.first + len(self.coefficients) - 2
        value = mean / width - self.step * np.arange(self.first - 1, last + 1) / width
        value *= value
        value *= -0.5
        np.maximum(value, -100, out=value)  # with numbers below 1e-308, processors are slow
        np.exp(value, out=value)
        value *= _WIDTH * self.step / width
        for end, beyond in ((0, self.step * (self.first - 0.5) - mean), (-1, mean - self.step * (last - 0.5))):
            value[:, end] = _WIDTH * np.sqrt(2 * np.pi) * special.ndtr(beyond / width)[:, 0]
        return np.asarray(value @ self.coefficients)


class Band(NamedTuple):
    """Some neighbouring nodes of v, and the nodes of u that the likelihood needs there: few where shapes are small.

    There it is a sum of products of a function of u and one of v.
    """

    u: Axis
    columns: slice  # of the nodes of v
    in_u: FloatArray  # coefficients of the functions of u, shape (nodes of u, products)
    in_v: FloatArray  # of those of v, shape (all nodes of v, products)
    ceiling: FloatArray  # of the likelihood, shape (cells of u, cells of v), those beyond the ends included


class Table(NamedTuple):
    """One state's likelihood as a share of its largest value."""

    v: Axis
    bands: list[Band]
    log_top: float
    error: float  # between the nodes

    def at(self, u: FloatArray, v: FloatArray) -> FloatArray:
        """Return the likelihood at all pairs of points: shape (points of u, points of v)."""
        total = np.zeros((u.size, v.size))
        for b in self.bands:
            in_u, in_v = Curves.on([b.u], [b.in_u]), Curves.on([self.v], [b.in_v])
            total += in_u.expected(u, np.zeros(u.size)) @ in_v.expected(v, np.zeros(v.size)).T
        return total


class StateTables:
    """The tables of all states.

    Raises
    ------
    ValueError
        If a likelihood cannot be tabulated well enough.
    """

    def __init__(self, likelihood: StateLikelihood) -> None:
        self.likelihood = likelihood
        with _one_thread():
            self.tables = [_tabulate(likelihood, s) for s in range(likelihood.size)]
        if (error := sum(table.error for table in self.tables)) > _ERROR:
            raise ValueError(f"model: the tables of its states' likelihood are off by {error:.1g}; gibbs does without")
        bands = [(table.v, band) for table in self.tables for band in table.bands]
        self._in_u = _by_step([band.u for _, band in bands], [band.in_u for _, band in bands])
        self._in_v = _by_step([v for v, _ in bands], [band.in_v for _, band in bands])
        products = [sum(band.in_u.shape[1] for band in table.bands) for table in self.tables]
        self._first = np.cumsum([0, *products[:-1]])

    def log_density(self, mu: FloatArray, tau: FloatArray, nu: FloatArray, omega: FloatArray) -> FloatArray:
        """Log p(counts | hyperparameters), each of shape (n,), the states integrated out, up to a constant."""
        total = np.empty(mu.size)
        with _one_thread():
            for start in range(0, mu.size, _CHUNK):
                some = slice(start, start + _CHUNK)
                products = _expected(self._in_u, mu[some], tau[some])
                products *= _expected(self._in_v, nu[some], omega[some])
                states = np.add.reduceat(products, self._first, axis=1)
                total[some] = np.log(np.maximum(states, 1e-300)).sum(axis=1)
        return total

    def draw(
        self, rng: np.random.Generator, mu: FloatArray, tau: FloatArray, nu: FloatArray, omega: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Draw every state's log mean and log shape given the data and the hyperparameters, shapes (n, S).

        By rejection, so that the tables' error does not matter: each cell of a state's grid has a ceiling for the
        likelihood; a point comes from the prior under the ceilings, and stays with probability likelihood over ceiling.
        """
        u, v = np.empty((mu.size, len(self.tables))), np.empty((mu.size, len(self.tables)))
        with _one_thread():
            for s, table in enumerate(self.tables):
                while (drawn := self._draw_state(rng, s, table, (mu, tau), (nu, omega))) is None:
                    table = table._replace(bands=[b._replace(ceiling=2 * b.ceiling) for b in table.bands])  # too low
                u[:, s], v[:, s] = drawn
        return u, v

    def _draw_state(
        self, rng: np.random.Generator, s: int, table: Table, u_prior: Prior, v_prior: Prior
    ) -> tuple[FloatArray, FloatArray] | None:
        v_edges, u_edges = _edges(table.v), [_edges(band.u) for band in table.bands]
        in_u = [_probabilities(edges, *u_prior) for edges in u_edges]
        under = np.concatenate([p @ band.ceiling for p, band in zip(in_u, table.bands, strict=True)], axis=1)
        under = np.cumsum(under * _probabilities(v_edges, *v_prior), axis=1)
        first = np.cumsum([0] + [band.ceiling.shape[1] for band in table.bands])
        u, v, left = np.empty(len(under)), np.empty(len(under)), np.arange(len(under))
        rounds = 0
        while left.size:
            if (rounds := rounds + 1) > _MOST_ROUNDS:
                raise ValueError(
                    f"model: with {self.likelihood.events[s]:.2g} events in a state, its mean and shape are not found "
                    "by rejection; gibbs does without"
                )
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


def _by_step(axes: list[Axis], coefficients: list[FloatArray]) -> list[tuple[Curves, NDArray[np.intp]]]:
    """Put functions together that share a step, and say which they are."""
    last = np.cumsum([c.shape[1] for c in coefficients])
    found = []
    for step in {axis.step for axis in axes}:
        some = [i for i, axis in enumerate(axes) if axis.step == step]
        columns = np.concatenate([np.arange(last[i] - coefficients[i].shape[1], last[i]) for i in some])
        found.append((Curves.on([axes[i] for i in some], [coefficients[i] for i in some]), columns))
    return found


def _expected(curves: list[tuple[Curves, NDArray[np.intp]]], mean: FloatArray, sd: FloatArray) -> FloatArray:
    """Return the expected values of all functions, in their order, at normal random points: shape (n, functions)."""
    value = np.empty((mean.size, sum(columns.size for _, columns in curves)))
    for some, columns in curves:
        value[:, columns] = some.expected(mean, sd)
    return value


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
        error = np.abs(table.at(*points) - np.exp(log_likelihood(*points) - table.log_top)).max()
        if error < _ERROR / likelihood.size:
            break
        fine *= np.sqrt(2)
    return table._replace(error=float(error))


def _where_it_changes(x: FloatArray, share: FloatArray) -> tuple[float, float]:
    """From where to where along x any column of a likelihood is not level: at its middle, if all are."""
    changes = np.flatnonzero((np.abs(np.diff(share, axis=0)) > _SHARE).any(axis=1))
    first, last = (changes[0], changes[-1] + 1) if changes.size else (x.size // 2, x.size // 2)
    return float(x[first]), float(x[last])


def _band(
    log_likelihood: Callable[[FloatArray, FloatArray], FloatArray],
    u: Axis,
    v: FloatArray,
    columns: slice,
    size: int,
    log_top: float,
) -> Band:
    """Make sums of products agree with the likelihood at the nodes, and put a ceiling above each cell."""
    share = np.exp(log_likelihood(u.nodes, v) - log_top)
    left, weight, right = np.linalg.svd(share[:, : columns.stop - columns.start], full_matrices=False)
    products = max(1, int((weight > _SHARE / 10).sum()))
    in_u = _inverse(u.size) @ (left[:, :products] * weight[:products])
    in_v = _inverse(size)[:, columns] @ right[:products].T
    # Beyond the ends there are cells too: all of u's, and those of v's that end the table.
    ends = _STRIDE * (columns.start == 0), _STRIDE * (columns.stop == size)
    padded = np.pad(share, ((_STRIDE, _STRIDE), ends), mode="edge")
    nodes = sliding_window_view(padded, (_STRIDE + 1, _STRIDE + 1))[::_STRIDE, ::_STRIDE]
    ceiling = _MARGIN * nodes.max(axis=(2, 3)) + _SHARE
    for array in (in_u, in_v, ceiling):
        array.setflags(write=False)
    return Band(u, columns, in_u, in_v, ceiling)


@cache
def _inverse(size: int) -> FloatArray:
    """Coefficients of the curves that are one at one node and zero at the others."""
    axis = Axis(1.0, 0, size)
    return np.linalg.inv(Curves.on([axis], [np.eye(size)]).expected(axis.nodes, np.zeros(size)))


def _edges(axis: Axis) -> FloatArray:
    return np.concatenate([[-np.inf], axis.nodes[::_STRIDE], [np.inf]])


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
