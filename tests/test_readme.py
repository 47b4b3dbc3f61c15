"""The README says what is so: its picture shows computed values, its commands and links exist."""

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from lib import NormalNormal, datasets, estimators, exact

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_picture_shows_the_three_answers():
    picture = ElementTree.parse(ROOT / "book/_static/eight-schools.svg")
    lines = [node.get("points", "") for node in picture.iter("{http://www.w3.org/2000/svg}polyline")]
    heights = np.array([[float(point.split(",")[1]) for point in line.split()] for line in lines])
    drawn = (200 - heights) / 5

    schools = datasets.eight_schools()
    y, sigma = schools["y"], schools["sigma"]
    theta = exact(NormalNormal(y, sigma), draws=100_000, rng=np.random.default_rng(1)).posterior["theta"]
    answers = [np.full(len(y), estimators.complete_pooling(y, sigma).mean), theta.mean(("chain", "draw")), y]
    # The drawing is rounded to a tenth of a unit of height, 0.02 points; the draws add a standard error of 0.013.
    assert np.abs(drawn - np.stack(answers, axis=1)).max() < 0.02 / 2 + 5 * 0.013


def test_every_make_target_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    mentioned = set(re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)", README))
    assert mentioned >= {"book", "test"}
    assert mentioned <= targets


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)|src=\"([^\"]+)\"", README))
def test_every_link_leads_somewhere(link):
    path = "".join(link)
    assert path.startswith("https://") or (ROOT / path).exists()
