"""Sentences of the page `problem-sets/pooling-and-shrinkage` whose deciding words are computed."""

import re

import numpy as np
import references
from paths import ROOT

PAGE = ROOT / "book" / "problem-sets" / "pooling-and-shrinkage.md"


def towns():
    """Names, estimates and standard errors, as the table has them."""
    rows = re.findall(r"^\| (\w+) \| ([−\d]+) \| (\d+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    names, y, sigma = zip(*rows, strict=True)
    return np.array(names), np.array([float(text.replace("−", "-")) for text in y]), np.array(sigma, float)


def shrunken(tau):
    """Posterior means under a flat prior of the mean, by generalised least squares."""
    _, y, sigma = towns()
    mu = np.average(y, weights=1 / (sigma**2 + tau**2))
    return y - sigma**2 / (sigma**2 + tau**2) * (y - mu)


def leaders(values):
    names, _, _ = towns()
    order = names[np.argsort(-values)]
    return order[0], order[1], order[-1]


def raw_and_shrunken():
    first, _, last = leaders(towns()[1])
    best, second, worst = leaders(shrunken(5))
    gained = {9: "all nine", 8: "eight of the nine"}[int((shrunken(5) > 0).sum())]
    return first, last, best, second, worst, last, gained


def leader_if_they_differ_much_more():
    return {leaders(shrunken(tau))[0] for tau in (40, 100)}


def lines_that_cross():
    """Which of two raw estimates is the larger, and whether it keeps less of its distance from the mean."""
    names, y, sigma = towns()
    f, b = (list(names).index(name) for name in ("Fernleigh", "Beechton"))
    return "above" if y[f] > y[b] else "below", "more" if sigma[f] > sigma[b] else "less"


def parts_of_q():
    """The farthest town, the one that brings more to Q, the one that brings nearly as much; and their distances."""
    names, y, sigma = towns()
    distance = abs(y - references.pooled(y, sigma)[0])
    part = dict(zip(names, (distance / sigma) ** 2, strict=True))
    away = dict(zip(names, distance.round().astype(int), strict=True))
    more, farthest, nearly = sorted(part, key=part.get, reverse=True)[:3]
    assert farthest == names[np.argmax(distance)] and part[nearly] > 0.8 * part[farthest]
    return farthest, away[farthest], more, away[more], nearly, away[nearly]


SENTENCES = [
    ("Fernleigh's raw estimate is {} Beechton's, but it is shrunk {}.", lines_that_cross),
    ("{} leads your list and {} comes last, but these", lambda: raw_and_shrunken()[:2]),
    (
        "{} now leads, ahead of {}; {}, not {}, comes last; and {} are estimated to have gained.",
        lambda: raw_and_shrunken()[2:],
    ),
    ("if they differ by much more, {} comes out on top again.", leader_if_they_differ_much_more),
    (
        "{} lies farthest from the pooled mean, {} points away, but its standard error is large: {}, {} points away, "
        "brings more to $Q$, and {}, {} points away, nearly as much.",
        parts_of_q,
    ),
]
