"""Colours and plotting helpers. Each helper draws on the axes it is given, or makes them, and returns them."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from lib.validation import finite_array, finite_number, finite_vector

# From the palette of Okabe and Ito: told apart by readers of every kind of colour vision, in either theme.
BLUE, VERMILION, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#6E6E6E"


def forest(
    estimate: ArrayLike,
    half_width: ArrayLike | None = None,
    *,
    low: ArrayLike | None = None,
    high: ArrayLike | None = None,
    labels: Sequence[object],
    color: str = BLUE,
    marker: str = "o",
    label: str | None = None,
    shift: float = 0.0,
    ax: Axes | None = None,
) -> Axes:
    """Draw one estimate a row, the first on top, with its interval.

    Parameters
    ----------
    estimate : array_like, shape (J,)
    half_width : array_like, shape (J,), optional
        Half the interval's width; no interval if left out, and its ends too.
    low, high : array_like, shape (J,), optional
        The interval's ends, in place of `half_width`: both or neither. The estimate may lie outside.
    labels : sequence, length J
        The rows' names.
    color, marker, label : str
        How the points look, and what the legend calls them.
    shift : float
        How far below the middle of its row a point is drawn, in rows: two sets of estimates can share the rows.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If an argument breaks a rule, by name: an interval has a half width or both ends, and low is at most high.
    """
    estimate = finite_vector("estimate", estimate)
    if half_width is not None:
        if low is not None or high is not None:
            raise ValueError("half_width must be left out where low or high is given: they say where an interval ends")
        half_width = finite_vector("half_width", half_width, length=estimate.size, like="estimate")
        if (half_width < 0).any():
            raise ValueError(f"half_width must be zero or more in every group; the smallest is {half_width.min():g}")
        low, high = estimate - half_width, estimate + half_width
    elif low is not None and high is not None:
        low = finite_vector("low", low, length=estimate.size, like="estimate")
        high = finite_vector("high", high, length=estimate.size, like="estimate")
        if (low > high).any():
            raise ValueError(f"low must be at most high in every group; it is above it by up to {(low - high).max():g}")
    elif low is not None or high is not None:
        missing, given = ("low", "high") if low is None else ("high", "low")
        raise ValueError(f"{missing} must be given where {given} is: an interval has two ends")
    if estimate.size != len(labels):
        raise ValueError(f"labels must name each of the {estimate.size} estimates; it has {len(labels)}")
    rows = np.arange(len(labels)) + finite_number("shift", shift)
    ax = ax or plt.subplots()[1]
    if low is not None and high is not None:
        ax.hlines(rows, low, high, color=color, linewidth=1.5)
    ax.plot(estimate, rows, marker, color=color, markersize=6, label=label)
    ax.set_yticks(np.arange(len(labels)), [str(name) for name in labels])
    ax.set_ylim(len(labels) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    return ax


def paths(x: ArrayLike, lines: ArrayLike, *, labels: Sequence[object], gap: float, ax: Axes | None = None) -> Axes:
    """Draw one line a group and name it at its right end, the names moved apart where the lines end close together.

    Parameters
    ----------
    x : array_like, shape (n,)
    lines : array_like, shape (n, J)
    labels : sequence, length J
    gap : float
        The least distance between two names, in units of the vertical axis.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    x, lines, gap = finite_vector("x", x), finite_array("lines", lines), finite_number("gap", gap)
    if lines.shape != (x.size, len(labels)):
        raise ValueError(
            f"lines must have the shape ({x.size}, {len(labels)}), a row for each x and a column a label; "
            f"it has {lines.shape}"
        )
    ax = ax or plt.subplots()[1]
    ax.plot(x, lines, color=BLUE, linewidth=1.5)
    ends = lines[-1]
    order = np.argsort(ends)
    # Each name goes to the end of its line, or just above the name below it.
    raised = np.maximum.accumulate(ends[order] - gap * np.arange(order.size)) + gap * np.arange(order.size)
    for position, group in zip(raised, order, strict=True):
        ax.annotate(str(labels[group]), (x[-1], position), xytext=(5, 0), textcoords="offset points", va="center")
    return ax
