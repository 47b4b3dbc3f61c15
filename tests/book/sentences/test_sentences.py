"""Sentences that order, point or name: the words that decide are computed, and the sentence stands on its page.

`sentences_<page>.py` has the rows of a page: a sentence with a hole for each word that could be the other one, and a
function that returns the words. They come from the data, or from a computation that shares nothing with the page.
"""

from importlib import import_module

import pytest
from paths import ROOT

PAGES = {path.stem.replace("-", "_"): path for folder in ("book/problem-sets", "book")
         for path in (ROOT / folder).glob("*.md")}  # fmt: skip
ROWS = [
    (module.stem.removeprefix("sentences_"), sentence, words)
    for module in sorted((ROOT / "tests" / "book" / "sentences").glob("sentences_*.py"))
    for sentence, words in import_module(module.stem).SENTENCES
]


@pytest.mark.parametrize(("page", "sentence", "words"), ROWS, ids=[f"{page}-{sentence}" for page, sentence, _ in ROWS])
def test_the_words_that_decide_are_the_right_ones(page, sentence, words):
    text = " ".join(PAGES[page].read_text(encoding="utf-8").split())
    assert sentence.format(*words()) in text
