"""Sentences of the page for instructors whose deciding words are computed."""

import re
from pathlib import Path

import yaml
from paths import ROOT


def last_chapter_before_sampling():
    """Of the chapters that the set's own note names, the one that comes last in the book."""
    note = (ROOT / "book/problem-sets/sampling.md").read_text(encoding="utf-8").split("The set follows the chapters")[1]
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [Path(found).name for found in re.findall(r"'file': '([^']+)'", str(contents))]
    named = [name for name in chapters if re.search(rf"on {name.split('-')[0]}\b", note.split(".")[0])]
    assert len(named) == 3
    return (named[-1],)


SENTENCES = [
    (
        "[The second, sampling](problem-sets/sampling.md), 120 minutes : After the chapter on {}.",
        last_chapter_before_sampling,
    ),
]
