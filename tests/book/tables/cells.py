"""Cells of a printed table, and whether they show what they should."""

import math
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class About:
    """A number that the page simulates or finds by iteration: its value, and how far off it may be."""

    value: float
    error: float  # absolute; of a simulation, at least four and at most six of its standard errors


@dataclass(frozen=True)
class Between:
    """A number of which only a range is known: a diagnostic, or a count of draws."""

    low: float
    high: float


type Cell = str | float | About | Between


def shown(text: str) -> tuple[float, float]:
    """Return a printed number and half a unit of its last digit; a percentage as a share."""
    bare = text.replace(",", "").replace("\N{MINUS SIGN}", "-").strip()
    scale = 0.01 if bare.endswith("%") else 1.0
    bare = bare.rstrip("%")
    mantissa, _, power = bare.lower().partition("e")
    unit = 10.0 ** (int(power or 0) - len(mantissa.partition(".")[2]))
    return float(bare) * scale, unit * scale / 2


def fault(text: str, cell: Cell) -> str:
    """Say what is wrong with a printed cell, or nothing."""
    if isinstance(cell, str):
        return "" if text == cell else f"{text!r} should be {cell!r}"
    if isinstance(cell, Between) and (bound := re.fullmatch(r"([<>]) ([\d.,]+)", text)):
        limit = float(bound[2].replace(",", ""))
        return "" if (cell.high > limit if bound[1] == ">" else cell.low < limit) else f"{text!r} should be {cell!r}"
    if not re.search(r"\d", text):  # NaN, inf, or words
        same = not isinstance(cell, (About, Between)) and text.lower() == str(float(cell))
        return "" if same else f"{text!r} should be {cell!r}"
    value, rounding = shown(text)
    if isinstance(cell, Between):
        right = cell.low <= value <= cell.high
    else:
        wanted, error = (cell.value, cell.error) if isinstance(cell, About) else (float(cell), 0.0)
        # A number half-way between two prints may be printed either way.
        right = math.isfinite(wanted) and abs(value - wanted) <= error + rounding * 1.0001 + 1e-9 * abs(wanted)
    return "" if right else f"{text!r} should be {cell!r}"


def faults(printed: list[list[str]], wanted: list[list[Cell]]) -> list[str]:
    """Compare a printed table, its headings among it, with what it should show."""
    if [len(row) for row in printed] != [len(row) for row in wanted]:
        return [f"the rows have {[len(row) for row in printed]} cells, not {[len(row) for row in wanted]}"]
    return [
        f"row {i}, cell {j}: {found}"
        for i, (texts, cells) in enumerate(zip(printed, wanted, strict=True))
        for j, (text, cell) in enumerate(zip(texts, cells, strict=True))
        if (found := fault(text, cell))
    ]
