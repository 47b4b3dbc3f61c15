"""The sentences of a page that order, compare, name or count, and the claims that bind them to its cells.

A page claims in a hidden cell, beside the sentence: ``claim("four times as large", 3.5 < some / this < 4.5)``.
Each deciding word of its prose, captions, descriptions and solutions must stand in the words of a claim, or in
`tests/book/unclaimed/<page>.yml`, with the reason.
"""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from lib import datasets

NUMBER = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fifteen|sixteen|eighteen|twenty"
DECIDING = rf"""
    more | most | less | least | fewer | fewest | better | best | worse | worst | farther | farthest | further
  | (?:larg|small|great|high|low|wid|narrow|long|short|clos|near|heav|light|steep|flatt?|strong|weak|fast|slow|soon
      |old|young|rar|thinn?|fatt?|tall|deep|hard|eas|cheap|safe|sur|bigg?|sharp|tight|loos|rough|quick)i?(?:er|est)
  | \w+er\ than
  | all | every | none | nobody | both | neither | only | alone | half | halves | twice | a\ third | thirds | quarters?
  | above | below | beyond | in\ between | lies?\ between | inside | outside | within\ (?:about|a|one|two|its|their)
  | left\ of | right\ of
  | near | nearly | almost | close(?:ly)? | far | hardly | barely | slightly | clearly | a\ little | plainly | roughly
  | as\ \w+\ as
  | agrees? | agreed | same | equals? | equally | differs? | alike | identical | coincide | match(?:es)?
  | exceeds? | cross(?:es)? | stands?\ out | overlaps? | always | never | usually | mostly | rarely
  | (?:{NUMBER})\ (?:of|out\ of|in|times|percent|per\ cent) | \d+\ (?:of|out\ of|times|percent|per\ cent)
"""


def _names() -> str:
    """Return what names a unit of a data set: a school, a player, a county of California."""
    people = [*datasets.batting_1970()["player"], *datasets.three_point_2018()["player"]]
    surnames = sorted({name.split()[-1] for name in people if len(name.split()[-1]) > 3})
    counties = sorted(datasets.asthma_california()["county"])
    schools = r"schools?\ [A-H] | [A-H]'s | [A-H],?\ and\ [A-H] | than\ [A-H]"
    return rf"{schools} | {' | '.join(re.escape(name) for name in surnames + counties)} | \w+\ County"


DECIDES = re.compile(rf"(?<![\w-])(?:{DECIDING})(?![\w-])", re.IGNORECASE | re.VERBOSE)
NAMES = re.compile(rf"(?<![\w-])(?:{_names()})(?![\w-])", re.VERBOSE)


class Claim(NamedTuple):
    """The words that a cell binds, and the code of what it says of them."""

    words: str
    holds: ast.expr


FENCE = re.compile(r"^(`{3,}|:{3,})\{([\w:-]+)\}[^\n]*\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
SILENT = {"literalinclude", "glossary", "bibliography", "raw-cell", "math", "include", "toctree"}


def read(text: str) -> tuple[list[str], list[Claim]]:
    """Return a page's blocks of text, a paragraph, a caption, a description each, and its claims; not its sources."""
    text = re.sub(r"\A---\n.*?^---$\n", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"^\$\$.*?^\$\$.*?$", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"^## Sources$.*", "", text, flags=re.MULTILINE | re.DOTALL)
    parts = list(_parts(text))
    blocks = [" ".join(part.split()) for part in parts if isinstance(part, str)]
    return [block for block in blocks if block], [claim for part in parts if isinstance(part, list) for claim in part]


def _parts(text: str) -> Iterator[str | list[Claim]]:
    """Yield blocks of text and, for each hidden cell, its claims, in the order of the page."""
    at = 0
    for fence in FENCE.finditer(text):
        yield from _blocks(text[at : fence.start()])
        at = fence.end()
        kind, inside = fence[2], fence[3]
        if kind == "code-cell":
            yield from _cell(inside)
        elif kind not in SILENT and not kind.startswith("prf:"):
            title = re.match(r"[^\n]*?\} ?(.*)", fence[0])
            yield from _blocks((title[1] if title else "") + "\n\n" + re.sub(r"^:\w+:.*$", "", inside, flags=re.M))
    yield from _blocks(text[at:])


def _blocks(text: str) -> Iterator[str]:
    yield from re.split(r"\n\s*\n|\n(?=[-|#] ?)|\n(?=\d+\. )|(?<=\|)\n", text)


def _cell(source: str) -> Iterator[str | list[Claim]]:
    """Yield a cell's caption and description, and its claims if it is hidden."""
    if front := re.match(r"---\n(.*?)^---$", source, re.MULTILINE | re.DOTALL):
        caption = re.search(r"caption: \|\n((?: {6}.*\n)+)", front[1])
        description = re.search(r'alt: "(.*?)"$', front[1], re.MULTILINE | re.DOTALL)
        yield from (found[1] for found in (caption, description) if found)
    elif ":tags: [remove-cell]" in source:
        yield claims(re.sub(r"^:.*$", "", source, flags=re.MULTILINE))


def claims(code: str) -> list[Claim]:
    """Return the claims that a cell makes."""
    tree = ast.parse(re.sub(r"^[%!].*$", "", code, flags=re.MULTILINE))
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "claim"]
    return [Claim(call.args[0].value, call.args[1]) for call in sorted(calls, key=lambda call: call.lineno)]


def open_words(block: str, bound: list[str]) -> list[str]:
    """Return the deciding words of a block that no bound words hold, each with what stands about it."""
    covered = [span for words in bound for span in _spans(words, block)]
    found = []
    for pattern in (DECIDES, NAMES):
        for word in pattern.finditer(block):
            held = any(start <= word.start() and word.end() <= end for start, end in covered)
            if not held and not _in_question(block, word.end()) and not _in_markup(block, word):
                before, after = block[max(0, word.start() - 40) : word.start()], block[word.end() : word.end() + 40]
                found.append(f"{before}>>{word[0]}<<{after}")
    return found


def _spans(words: str, block: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(re.escape(words), block)]


def _in_question(block: str, at: int) -> bool:
    """Say whether a word stands in a question: it claims nothing."""
    end = re.search(r"[.?!:;](?=[*\")]*(?:\s|$))", block[at:])
    return bool(end) and end[0] == "?"


def _in_markup(block: str, word: re.Match) -> bool:
    """Say whether a word stands in code, a formula, a role's argument, a link to a section or a quotation."""
    markup = (
        r"\{[\w:]+\}`[^`]*`|`[^`]*`|\$[^$]*\$|\[[^\]]*\]\([^)]*#[^)]*\)|\]\([^)]*\)|\[[^\]]*\]\{\.quotation\}"
        r"|<[^>]*>|\(\w+(?:-\w+)+\)=|\{\w+\}"
    )
    return any(found.start() <= word.start() < found.end() for found in re.finditer(markup, block))
