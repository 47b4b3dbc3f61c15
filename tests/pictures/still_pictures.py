"""Read what a still picture draws: Matplotlib's SVG, in the units of its axes.

Only the picture is read. Its ticks and their labels, which a reader goes by, say where a number lies.
"""

import re
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np
from bs4 import BeautifulSoup
from scipy import interpolate, optimize

BOOK = Path(__file__).parents[2] / "_build" / "html" / "book"
SVG = "{http://www.w3.org/2000/svg}"
POWER = re.compile(r"\$\\mathdefault\{(?:(?P<times>[\d.]+)\\times)?10\^\{(?P<power>.*?)\}\}\$")


class Panel(NamedTuple):
    """One pair of axes: its curves in drawing order, each of shape (n, 2), its markers likewise, and its words."""

    curves: list[np.ndarray]
    markers: list[np.ndarray]
    words: list[str]
    pixel: np.ndarray  # of a pixel's size in x and y, in units of the axes (of their logarithm, on a log scale)
    log: tuple[bool, bool]


def svg(page: str, figure: str) -> str:
    path = BOOK / f"{page}.html"
    [image] = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").find(id=figure).find_all("img")
    return (path.parent / image["src"]).read_text(encoding="utf-8")


def words(page: str, figure: str) -> list[str]:
    """What is written in a figure, in the order in which it was drawn: Matplotlib notes it beside the glyphs."""
    return re.findall(r"<!-- (.*?) -->", svg(page, figure))


def panels(page: str, figure: str) -> list[Panel]:
    parser = ElementTree.XMLParser(target=ElementTree.TreeBuilder(insert_comments=True))
    root = ElementTree.fromstring(svg(page, figure), parser=parser)
    every = [group for group in root.iter(f"{SVG}g") if re.fullmatch(r"axes_\d+", group.get("id", ""))]
    # Panels that share an axis have its labels on one of them: on that which spans the same pixels.
    labelled = {
        (which, _span(axes, which)): scale for axes in every for which in "xy" if (scale := _scale(axes, which))
    }
    found = []
    for axes in every:
        scales = [_scale(axes, which) or labelled[which, _span(axes, which)] for which in "xy"]
        curves, markers = [], []
        for child in axes:
            if not re.fullmatch(r"line2d_\d+", child.get("id", "")):
                continue
            path = child.find(f"{SVG}path")
            if path is not None:
                numbers = np.array(re.findall(r"[ML] (\S+) (\S+)", path.get("d")), dtype=float)
                curves.append(_units(numbers, scales))
            uses = [(float(use.get("x")), float(use.get("y"))) for use in child.iter(f"{SVG}use")]
            if uses:
                markers.append(_units(np.array(uses), scales))
        said = [node.text.strip() for node in axes.iter() if node.tag is ElementTree.Comment]
        pixel = np.array([abs(slope) for slope, _, _ in scales])
        found.append(Panel(curves, markers, said, pixel, (scales[0][2], scales[1][2])))
    return found


def _units(places: np.ndarray, scales) -> np.ndarray:
    columns = [places[:, i] * slope + start for i, (slope, start, _) in enumerate(scales)]
    return np.stack(
        [10**column if log else column for column, (_, _, log) in zip(columns, scales, strict=True)], axis=1
    )


def _span(axes, which):
    """From where to where the axes reach on the page."""
    frame = axes.find(f"{SVG}g/{SVG}path").get("d")
    column = np.array(re.findall(r"[ML] (\S+) (\S+)", frame), dtype=float)[:, "xy".index(which)]
    return round(column.min(), 3), round(column.max(), 3)


def _scale(axes, which):
    """Slope and start with which a place becomes a number, and whether it is a logarithm; None without labels."""
    places, numbers, log = [], [], False
    for tick in axes.iter(f"{SVG}g"):
        if not re.fullmatch(rf"{which}tick_\d+", tick.get("id", "")):
            continue
        use = next(tick.iter(f"{SVG}use"), None)
        label = next((node.text.strip() for node in tick.iter() if node.tag is ElementTree.Comment), "")
        label = label.replace("\N{MINUS SIGN}", "-")
        if power := POWER.fullmatch(label):
            log = True
            number = float(power["power"].replace("−", "-")) + np.log10(float(power["times"] or 1))
        else:
            try:
                number = float(label.replace(",", "").rstrip("%"))
            except ValueError:
                continue
        places.append(float(use.get(which)))
        numbers.append(number)
    if len(places) < 2:
        return None
    slope, start = np.polyfit(places, numbers, 1)
    if np.abs(np.polyval([slope, start], places) - numbers).max() > 1e-3 * np.ptp(
        numbers
    ):  # plain labels on a log axis
        slope, start = np.polyfit(places, np.log10(numbers), 1)
        log = True
        assert np.abs(np.polyval([slope, start], places) - np.log10(numbers)).max() < 1e-3, numbers
    return slope, start, log


def stray(curve: np.ndarray, expected, panel: Panel) -> float:
    """How far a curve is from a function of x, in pixels of the vertical axis, at worst.

    Matplotlib leaves out points that lie within a ninth of a pixel of the line between others, so the curve's own
    points are compared.
    """
    inside = curve[np.isfinite(curve).all(axis=1)]
    height, wanted = inside[:, 1], expected(inside[:, 0])
    if panel.log[1]:
        height, wanted = np.log10(height), np.log10(wanted)
    return float(np.max(np.abs(height - wanted) / panel.pixel[1]))


def stray_points(found: np.ndarray, expected: np.ndarray, panel: Panel) -> float:
    """How far markers are from where they should be, in pixels, at worst; their order does not matter."""
    found, expected = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    assert found.shape == expected.shape, (found.shape, expected.shape)
    found, expected = (
        np.stack([np.log10(c) if log else c for c, log in zip(points.T, panel.log, strict=True)], axis=1) / panel.pixel
        for points in (found, expected)
    )
    distance = np.linalg.norm(found[:, np.newaxis] - expected, axis=-1)
    rows, columns = optimize.linear_sum_assignment(distance)
    return float(distance[rows, columns].max())


def smooth(function, low: float, high: float, count: int = 400):
    """A function that takes its time, by a spline."""
    x = np.linspace(low, high, count)
    return interpolate.CubicSpline(x, np.array([function(value) for value in x]))
