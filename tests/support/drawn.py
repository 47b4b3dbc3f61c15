"""What a Vega chart draws, read from its SVG, against what it should draw.

The picture alone is read, never the table behind it: a mark that encodes the wrong column is in the wrong place. Places
in data units become pixels by the ticks and labels that a reader would use. The same rules serve a specification
rendered here, the still picture in a page and the live chart in a browser.
"""

import re
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np
import vl_convert
from scipy.optimize import linear_sum_assignment

SVG = "{http://www.w3.org/2000/svg}"
NUMBER = re.compile(r"-?\d*\.?\d+(?:e-?\d+)?")


class Drawn(NamedTuple):
    """Marks of one look.

    values has a row a mark: (x, y) for a symbol, ((x, y), (x, y)) for a bar, (n, 2) for a curve, x alone for an upright
    rule, the words themselves for a text. Where the panel has named rows, y is the row's number, from the top.
    """

    values: object
    meaning: str | None = None  # what the legend in the title says of the look; None if it says nothing
    color: str | None = None  # where the text of a page names it


@dataclass
class Panel:
    """What one panel should show."""

    title: str
    x: str | None
    y: str | None
    drawn: dict[str, Drawn]
    rows: list[str] | None = None


@dataclass
class Mark:
    """One mark; its points are in the panel's pixels."""

    kind: str
    points: np.ndarray
    color: str
    filled: bool
    width: float
    dash: list[float]
    seen: bool
    text: str


@dataclass
class Picture:
    """One panel as it is drawn."""

    size: tuple[float, float]
    title: str = ""
    axes: dict[str, tuple[str | None, list[str], np.ndarray]] = field(default_factory=dict)  # title, labels, places
    marks: list[Mark] = field(default_factory=list)


def render(spec, *, exact=True, **settings):
    """Render a specification with its sliders where told; `exact` keeps ticks from snapping to whole pixels."""
    spec = spec | {"params": [param | {"value": settings[param["name"]]} for param in spec["params"]]}
    return vl_convert.vegalite_to_svg(spec | {"config": {"axis": {"tickRound": not exact}}})


def _numbers(text):
    return [float(number) for number in NUMBER.findall(text)]


def _shift(element):
    return np.array(_numbers(element.get("transform", "translate(0,0)").split(")")[0]))


def _text(element):
    spans = [span.text or "" for span in element.iter(SVG + "tspan")]
    return " ".join(spans) if spans else element.text or ""


def _vertices(path):
    """Give the corners of a path of the commands M, L, h, v and Z."""
    places = []
    for command, rest in re.findall(r"([MLhv])([^A-Za-z]*)", path):
        steps = _numbers(rest)
        if command in "ML":
            places += [steps[i : i + 2] for i in range(0, len(steps), 2)]
        else:
            x, y = places[-1]
            places.append([x + steps[0], y] if command == "h" else [x, y + steps[0]])
    return np.array(places)


def _mark(kind, element):
    fill, stroke = element.get("fill", "none"), element.get("stroke", "none")
    filled = fill not in ("none", "transparent")
    if kind == "rule":
        points = _shift(element) + [[0, 0], [float(element.get("x2", 0)), float(element.get("y2", 0))]]
        points = points[np.lexsort(points.T)]
        if not np.ptp(points[:, 1]):
            points = points[np.argsort(points[:, 0])]
    elif kind == "symbol":
        points = _shift(element)[np.newaxis]
        corners = len(_vertices(element.get("d")))
        kind = "circle" if "A" in element.get("d") else {3: "triangle", 4: "diamond"}.get(corners, "other symbol")
    elif kind == "rect":
        corners = _vertices(element.get("d"))
        points = (corners.min(axis=0) + corners.max(axis=0))[np.newaxis] / 2
        kind = "upright" if np.ptp(corners[:, 1]) > np.ptp(corners[:, 0]) else "lying"
    elif kind == "line":
        points = _vertices(element.get("d", ""))
    else:
        points = _shift(element)[np.newaxis]
    seen = min(float(element.get(name, 1)) for name in ("opacity", "fill-opacity", "stroke-opacity")) >= 0.2
    dash = _numbers(element.get("stroke-dasharray", ""))
    width = float(element.get("stroke-width", 1))
    color = fill if filled else stroke
    return Mark(kind, points, color.lower(), filled, width, dash, seen and color != "none", _text(element))


def _panel(frame, contents):
    corners = _vertices(frame.get("d"))
    picture = Picture(tuple(np.ptp(corners, axis=0)))
    for group in contents:
        kind, role = re.match(r"mark-(\w+) role-([\w-]+)", group.get("class")).groups()
        if "pathgroup" in group.get("class"):  # curves that share a layer: each in a group of its own
            picture.marks += [_mark("line", line) for line in group.iter(SVG + "path") if line.get("stroke")]
        elif role == "mark":
            picture.marks += [_mark(kind, element) for element in group]
        elif role == "title":
            picture.title = " ".join(_text(text) for text in group.iter(SVG + "text"))
        elif role == "axis":
            parts = {
                part.get("class").split("role-axis-")[1]: part
                for part in group.iter(SVG + "g")
                if "role-axis-" in part.get("class", "")
            }
            if "label" in parts:
                across = float(parts["domain"][0].get("x2")) != 0
                title = _text(parts["title"][0]) if "title" in parts else None
                labels = [_text(label) for label in parts["label"]]
                places = np.array([_shift(tick)[0 if across else 1] for tick in parts["tick"]])
                picture.axes["x" if across else "y"] = (title, labels, places)
    return picture


def read(svg):
    """Read the panels of a picture."""
    root = ElementTree.fromstring(svg)
    groups = [g for g in root.iter(SVG + "g") if re.search("role-scope (?!.*pathgroup)", g.get("class", ""))]
    groups = groups or [g for g in root.iter(SVG + "g") if "role-frame" in g.get("class", "")]
    return [_panel(item.find(SVG + "path"), item.find(SVG + "g")) for group in groups for item in group]


def _gray(color):
    digits = color.removeprefix("#")
    return len(digits) == 6 and len({digits[:2], digits[2:4], digits[4:]}) == 1


def _is_thick(mark, marks):
    return mark.kind == "line" and all(
        mark.width > 1.4 * other.width for other in marks if other is not mark and other.kind == "line"
    )


# What a reader takes each word of a legend for. Lower case: looks that no legend names, since the panel's title does.
LOOKS = {
    "Ring": lambda mark, _: mark.kind == "circle" and not mark.filled,
    "Dot": lambda mark, _: mark.kind == "circle" and mark.filled,
    "Diamond": lambda mark, _: mark.kind == "diamond",
    "Upright stroke": lambda mark, _: mark.kind == "upright",
    "bar": lambda mark, _: mark.kind == "rule" and not mark.dash and not np.ptp(mark.points[:, 1]),
    "Dashed": lambda mark, _: mark.kind in ("rule", "line") and bool(mark.dash) and mark.dash[0] > mark.dash[1],
    "Dotted upright": lambda mark, _: mark.kind == "rule" and bool(mark.dash) and mark.dash[0] <= mark.dash[1],
    "Grey": lambda mark, _: mark.kind == "line" and not mark.dash and _gray(mark.color),
    "Thick": lambda mark, marks: not mark.dash and not _gray(mark.color) and _is_thick(mark, marks),
    "line": lambda mark, _: mark.kind == "line" and not mark.dash and not _gray(mark.color),
    "triangle": lambda mark, _: mark.kind == "triangle",
    "name": lambda mark, _: mark.kind == "text",
}


def legend(title):
    """Read a title such as "Estimates Ring: raw rate. Dot and bar: estimate, and its interval." as {look: meaning}."""
    said = {}
    for sentence in title.split("."):
        looks, colon, meanings = sentence.partition(": ")
        if colon:
            words = re.split(r",? and ", looks)
            named = next(look for look in sorted(LOOKS, key=len, reverse=True) if words[0].endswith(look))
            said |= zip([named, *words[1:]], re.split(r",? and ", meanings), strict=True)
    return said


def _placed(values, picture, rows):
    """Turn places in data units into pixels, with the ticks of the axes: an array (marks, points, 2)."""
    values = np.asarray(values, dtype=float)
    if not values.size:
        return np.empty((0, 1, 2))
    upright = values.ndim == 1
    if upright:
        values = np.stack([values, values], axis=1)[..., np.newaxis] * [1, np.nan]
    placed = values.reshape(len(values), -1, 2).copy()
    for axis, name in enumerate("xy"):
        _, labels, places = picture.axes[name]
        if name == "y" and upright:
            placed[..., 1] = 0, picture.size[1]
        elif name == "y" and rows:
            placed[..., 1] = places[placed[..., 1].astype(int)]
        else:
            numbers = [float(label.replace("−", "-").replace(",", "")) for label in labels]
            slope, start = np.polyfit(numbers, places, 1)
            if np.abs(slope * np.array(numbers) + start - places).max() > 0.6:
                raise ValueError(f"the {name} axis is not linear")
            placed[..., axis] = slope * placed[..., axis] + start
    return placed


def _apart(placed, marks, slack):
    """Pair expected marks with those drawn, and give the largest distance of a pair in pixels, less a slack."""
    distance = np.full((len(placed), len(marks)), np.inf)
    for i, wanted in enumerate(placed):
        for j, mark in enumerate(marks):
            if wanted.shape == mark.points.shape:
                distance[i, j] = (np.abs(wanted - mark.points) - slack).max()
    if np.isinf(distance).all(axis=1).any():
        return np.inf
    pairs = linear_sum_assignment(np.minimum(distance, 1e9))
    return distance[pairs].max(initial=0)


def panel_faults(picture, panel, tolerance):
    """List where one panel is not what it should be."""
    found, (width, height) = [], picture.size
    if not picture.title.startswith(panel.title):
        found.append(f"title {picture.title!r}, not {panel.title!r}")
    for name, wanted in (("x", panel.x), ("y", panel.y)):
        if name not in picture.axes or picture.axes[name][0] != wanted:
            found.append(f"{name} axis {picture.axes.get(name)}, not {wanted!r}")
    if panel.rows and (picture.axes["y"][1] != panel.rows or (np.diff(picture.axes["y"][2]) <= 0).any()):
        found.append(f"rows {picture.axes['y'][1:]}, not {panel.rows}")
    said = {look: drawn.meaning for look, drawn in panel.drawn.items() if drawn.meaning}
    if legend(picture.title) != said:
        found.append(f"legend {legend(picture.title)}, not {said}")
    claimed = []
    for look, drawn in panel.drawn.items():
        marks = [mark for mark in picture.marks if LOOKS[look](mark, picture.marks)]
        claimed += marks
        if len(marks) != len(drawn.values):
            found.append(f"{len(marks)} marks of the look {look!r}, not {len(drawn.values)}")
            continue
        if look == "name":
            if sorted(mark.text for mark in marks) != sorted(drawn.values):
                found.append(f"the text {[mark.text for mark in marks]}, not {drawn.values}")
            continue
        # The ticks of named rows always snap to whole pixels.
        apart = _apart(_placed(drawn.values, picture, panel.rows), marks, (0, 1 if panel.rows else 0))
        if not apart <= tolerance:
            found.append(f"{look!r} is {apart:.2f} pixels away from {drawn.meaning or 'its place'}")
        if drawn.color and any(mark.color != drawn.color.lower() for mark in marks):
            found.append(f"{look!r} has the colours {sorted({mark.color for mark in marks})}, not {drawn.color}")
    for mark in picture.marks:
        times = sum(mark is other for other in claimed)
        if times != 1:
            found.append(f"a {mark.kind} of colour {mark.color} is claimed by {times} looks")
        if not mark.seen:
            found.append(f"a {mark.kind} of colour {mark.color} cannot be seen")
        if (mark.points < -1).any() or (mark.points > np.array([width, height]) + 1).any():
            found.append(f"a {mark.kind} lies outside its panel")
    return found


def faults(svg, panels, tolerance):
    """List where a picture is not what its panels should be; the tolerance is in pixels."""
    pictures = read(svg)
    if len(pictures) != len(panels):
        return [f"{len(pictures)} panels, not {len(panels)}"]
    return [
        f"{panel.title}: {fault}"
        for picture, panel in zip(pictures, panels, strict=True)
        for fault in panel_faults(picture, panel, tolerance)
    ]
