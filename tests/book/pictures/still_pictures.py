"""Read what a still picture draws: Matplotlib's SVG, in the units of its axes.

Only the picture is read. Its ticks and their labels, which a reader goes by, say where a number lies.
"""

import re
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np
from bs4 import BeautifulSoup
from paths import SITE
from scipy import optimize

BOOK = SITE / "book"
SVG = "{http://www.w3.org/2000/svg}"
DRAWN = r"(line2d|patch|LineCollection|QuadContourSet|FillBetweenPolyCollection|PathCollection)_\d+"
POWER = re.compile(r"\$\\mathdefault\{(?:(?P<times>[\d.]+)\\times)?10\^\{(?P<power>.*?)\}\}\$")


NEAR = 0.6  # pixels by which what is drawn may be off: Matplotlib moves a point by a ninth, and rounds


class Panel(NamedTuple):
    """One pair of axes: its curves in drawing order, each of shape (n, 2), its markers likewise, and its words.

    Rows with names instead of numbers are counted from zero, and an axis without labels is in pixels from its start.
    """

    curves: list[np.ndarray]
    markers: list[np.ndarray]
    words: list[str]
    pixel: np.ndarray  # of a pixel's size in x and y, in units of the axes (of their logarithm, on a log scale)
    log: tuple[bool, bool]
    bundles: list[list[np.ndarray]]  # the contours or strokes that one call draws
    shapes: list[np.ndarray]  # corners of bars, of outlines of histograms, of areas, and ends of single strokes


def svg(page: str, figure: str) -> str:
    path = BOOK / f"{page}.html"
    [image] = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").find(id=figure).find_all("img")
    return (path.parent / image["src"]).read_text(encoding="utf-8")


def _parsed(page: str, figure: str):
    """A picture's tree, comments included, and the groups of its axes."""
    parser = ElementTree.XMLParser(target=ElementTree.TreeBuilder(insert_comments=True))
    root = ElementTree.fromstring(svg(page, figure), parser=parser)
    return root, [group for group in root.iter(f"{SVG}g") if re.fullmatch(r"axes_\d+", group.get("id", ""))]


def words(page: str, figure: str) -> list[str]:
    """What is written in a figure, in the order in which it was drawn: Matplotlib notes it beside the glyphs."""
    return re.findall(r"<!-- (.*?) -->", svg(page, figure))


def panels(page: str, figure: str, **ends: tuple[float, float]) -> list[Panel]:
    """The panels in drawing order; `ends` are those of an axis, x or y, that has no labels."""
    _, every = _parsed(page, figure)
    # Panels that share an axis have its labels on one of them: on that which spans the same pixels.
    labelled = {
        (which, _span(axes, which)): scale for axes in every for which in "xy" if (scale := _scale(axes, which))
    }
    found = []
    for axes in every:
        scales = [_scale(axes, which) or labelled.get((which, _span(axes, which))) for which in "xy"]
        scales = [scale or _bare(axes, which, ends.get(which)) for scale, which in zip(scales, "xy", strict=True)]
        curves, markers, shapes, bundles = [], [], [], []
        for child in axes:
            corners = [_units(places, scales) for places in _corners(child)]
            if re.match("LineCollection|QuadContourSet", child.get("id", "")):
                bundles.append(corners)
            shapes += corners
            if not re.fullmatch(r"line2d_\d+", child.get("id", "")):
                continue
            path = child.find(f"{SVG}path")
            if path is not None:
                numbers = np.array(re.findall(r"[ML] (\S+) (\S+)", path.get("d", "")), dtype=float).reshape(-1, 2)
                curves.append(_units(numbers, scales))
            uses = [(float(use.get("x")), float(use.get("y"))) for use in child.iter(f"{SVG}use")]
            if uses:
                markers.append(_units(np.array(uses), scales))
        said = [node.text.strip() for node in axes.iter() if node.tag is ElementTree.Comment]
        pixel = np.array([abs(slope) for slope, _, _ in scales])
        found.append(Panel(curves, markers, said, pixel, (scales[0][2], scales[1][2]), bundles, shapes))
    return found


def _corners(child):
    """Places of the corners of what is no line of a plot: patches but the frame, and collections."""
    if not re.fullmatch(r"(patch|LineCollection|QuadContourSet|FillBetweenPolyCollection)_\d+", child.get("id", "")):
        return
    use = child.find(f"{SVG}g/{SVG}use")
    moved = (0, 0) if use is None else (float(use.get("x")), float(use.get("y")))
    for path in child.iter(f"{SVG}path"):
        if use is not None or path.get("clip-path"):
            yield np.array(re.findall(r"[ML] (\S+) (\S+)", path.get("d")), dtype=float) + moved


def _units(places: np.ndarray, scales) -> np.ndarray:
    columns = [places[:, i] * slope + start for i, (slope, start, _) in enumerate(scales)]
    return np.stack(
        [10**column if log else column for column, (_, _, log) in zip(columns, scales, strict=True)], axis=1
    )


def _bare(axes, which, ends):
    """The scale of an axis without labels, from its ends or in pixels; heights count from the top of the page."""
    low, high = _span(axes, which)
    if ends is None:
        return (1.0, -low, False) if which == "x" else (-1.0, high, False)
    start, end = ends if which == "x" else ends[::-1]
    slope = (end - start) / (high - low)
    return slope, start - slope * low, False


def _span(axes, which):
    """From where to where the axes reach on the page."""
    frame = axes.find(f"{SVG}g/{SVG}path").get("d")
    column = np.array(re.findall(r"[ML] (\S+) (\S+)", frame), dtype=float)[:, "xy".index(which)]
    return round(column.min(), 3), round(column.max(), 3)


def _scale(axes, which):
    """Slope and start with which a place becomes a number, and whether it is a logarithm; None without labels."""
    places, numbers, log, names = [], [], False, []
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
                if label and (which == "y" or use.get("x") is not None):
                    names.append(_row(tick, use) if which == "y" else float(use.get("x")))
                continue
        if use.get(which) is not None:  # else there is no stroke at the label
            places.append(float(use.get(which)))
            numbers.append(number)
    if not places:
        places, numbers = names, list(range(len(names)))
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


def _row(tick, use):
    """Where the row with a name lies: at its stroke or, without one, in the middle of its capital letters."""
    if use.get("y") is not None:
        return float(use.get("y"))
    name = next(node for node in tick.iter(f"{SVG}g") if node.get("transform"))
    _, baseline, size = re.match(r"translate\((\S+) (\S+)\) scale\((\S+)", name.get("transform")).groups()
    return float(baseline) - 38 * float(size)


def heights(outline: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """The places (n, 2) of the tops of an outlined histogram, in the middle of each bin."""
    middles = (edges[:-1] + edges[1:]) / 2
    return np.stack([middles, np.interp(middles, *outline.T)], axis=1)


def tops(bars: list[np.ndarray]) -> np.ndarray:
    """The places (n, 2) of the tops of bars, in the middle of each."""
    return np.array([(bar[:, 0].mean(), bar[:, 1].max()) for bar in bars])


def upright(panel: Panel, line: np.ndarray, x: float):
    """The row for an upright line at x, however long."""
    return panel, line, np.stack([np.full(len(line), x), line[:, 1]], axis=1)


def histogram(panel: Panel, found: np.ndarray, chances: np.ndarray, unit: float, draws: float):
    """A row for each bin of a histogram: the unit times its chance, give or take four standard errors."""
    for place, chance in zip(found, chances, strict=True):
        error = unit * (chance * (1 - chance) / draws) ** 0.5 / panel.pixel[1]
        yield panel, place[np.newaxis], np.array([[place[0], unit * chance]]), NEAR + 4 * error


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


def steps(shape: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The edges of the bins of a histogram that is drawn as an outline, and its heights."""
    return shape[::2, 0], shape[1:-1:2, 1]


def histograms(panel, shapes, shares, draws):
    """Rows for histograms with an area of one, whose axis has no numbers: the first says how high a density of one is.

    Each has the chances of its bins.
    """
    outlines = [steps(shape) for shape in shapes]
    edges, first = outlines[0]
    high = first @ np.diff(edges)
    rows = []
    for (edges, found), share, number in zip(outlines, shares, draws, strict=True):
        places = np.stack([(edges[:-1] + edges[1:]) / 2, found], axis=1)
        rows += histogram(panel, places, share / share.sum(), high / np.diff(edges).mean(), number)
    return rows


def written(page: str, figure: str) -> list[dict]:
    """What is written in each panel, at its axes, in it, and in the legends; last, what is written around all panels.

    Numbers in a panel are left out: tables and sizes have theirs.
    Labels of a legend come in the order in which the panel draws what looks like their samples: a label beside the
    wrong sample stands in another place.
    """
    root, every = _parsed(page, figure)
    inside = [(axes, legend) for axes in every for legend in _legends(axes)]
    everybodys = [legend for legend in _legends(root) if all(legend is not own for _, own in inside)]
    found = []
    for axes in every:
        texts = {"within": [said for said in _said(axes) if not re.fullmatch(r"[-\d]+|p=.*", said)]}
        for name, axis in zip("xy", (child for child in axes if "axis" in child.get("id", "")), strict=False):
            texts[name] = _said(axis)
            ticks = [said for tick in axis if "tick" in tick.get("id", "") for said in _said(tick)]
            if any(re.search("[A-Za-z]{4}", said) and "$" not in said for said in ticks) and len(ticks) < 9:
                texts[f"{name} ticks"] = ticks
        looks = [_look(child) for child in axes if re.match(DRAWN, child.get("id", ""))]
        firsts = {}
        for legend in [own for owner, own in inside if owner is axes] + everybodys:
            for label, sample in _samples(legend):
                if places := [place for place, look in enumerate(looks) if look & sample]:
                    firsts[label] = places[0]
        found.append({key: value for key, value in texts.items() if value})
        if firsts:
            found[-1]["legend"] = sorted(firsts, key=firsts.get)
    around = _said(next(group for group in root.iter(f"{SVG}g") if group.get("id") == "figure_1"))
    return [*found, {"around": around}] if around else found


def _legends(root) -> list:
    return [group for group in root.iter(f"{SVG}g") if group.get("id", "").startswith("legend_")]


def _said(group) -> list[str]:
    """The texts that stand directly in a group, each on one line."""
    return [
        " ".join(node.text.strip() for node in child.iter() if node.tag is ElementTree.Comment)
        for child in group
        if re.match(r"text_\d", child.get("id", ""))
    ]


def _look(group) -> set[tuple]:
    """How something is drawn: its parts' colours and dashes."""
    found = set()
    for node in group.iter():
        style = dict(re.findall(r"([\w-]+): ([^;]+)", node.get("style", "")))
        if style and node.tag in (f"{SVG}path", f"{SVG}use"):
            found.add((node.tag, *(style.get(key) for key in ("fill", "stroke", "stroke-dasharray", "opacity"))))
    return found


def _samples(legend) -> list[tuple[str, set[tuple]]]:
    """Each label of a legend, and how the sample beside it is drawn."""
    found, sample = [], set()
    for child in legend:
        if said := [node.text.strip() for node in child.iter() if node.tag is ElementTree.Comment]:
            if sample:  # else it is the title
                found.append((" ".join(said), sample))
            sample = set()
        else:
            sample |= _look(child)
    return found
