"""What no computation sees: statements that lose a word, and numbers of a sentence that change places.

Both are compared with a second record: `statements.yml` and `glued.yml`.
"""

import re

import pytest
import yaml
from paths import ROOT

STATEMENTS = yaml.safe_load((ROOT / "tests" / "book" / "statements.yml").read_text(encoding="utf-8"))


LETTER = re.compile(
    r"^```\{raw-cell\}\n# BEGIN SOLUTION\n```\n(.*?)^```\{raw-cell\}\n# END SOLUTION$", re.MULTILINE | re.DOTALL
)


def statements():
    """Definitions and theorems by label, entries of the glossary by term, symbols, and the letters of the sets."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "book").rglob("*.md"))]
    blocks = [found for text in texts for found in re.findall(r"^```\{prf:\w+\}.*?\n(.*?)^```$", text, re.M | re.S)]
    symbols: dict[str, str] = {}
    [glossary] = re.findall(r"^```\{glossary\}\n(.*?)^```$", "\n".join(texts), re.M | re.S)
    entries = re.findall(r"^(\S.*)\n((?:  .*\n)+)", glossary, re.M)
    for symbol, meaning in re.findall(r"^\| (\$.+?) \| (.*) \|$", "\n".join(texts), re.M):
        symbols[symbol] = f"{symbols.get(symbol, '')} {meaning}"
    letters = {
        f"letter of {path.stem}": text
        for path in (ROOT / "book" / "problem-sets").glob("*.md")
        for text in LETTER.findall(path.read_text(encoding="utf-8"))
        if "{code-cell}" not in text
    }
    labelled = [(re.search(r"^:label: (\S+)$", block, re.M)[1], block) for block in blocks]
    return {name: " ".join(text.split()) for name, text in [*labelled, *entries, *symbols.items(), *letters.items()]}


def test_a_statement_says_what_it_must():
    """No computation sees that a hypothesis is gone: what a statement must say is written down with the reason."""
    found = statements()
    assert set(found) == set(STATEMENTS)
    gone = [
        f"{label}: {words}" for label, needed in STATEMENTS.items() for words in needed if words not in found[label]
    ]
    assert gone == []


GLUED = yaml.safe_load((ROOT / "tests" / "book" / "glued.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sorted((ROOT / "book").glob("*.md")), ids=lambda path: path.stem)
def test_the_numbers_of_a_sentence_stand_in_their_order(path):
    """Two numbers that change places are both right, and the sentence is not."""
    sentences = re.split(r"(?<=[.?!]) (?=[A-Z*])|\n", path.read_text(encoding="utf-8"))
    found = [re.findall(r"\{glue:text\}`(\w+)", sentence) for sentence in sentences]
    assert [names for names in found if len(names) > 1] == GLUED.get(path.stem, [])
