"""Whole numbers in the book's prose come from somewhere: a data set, the page's own code, or a line of `page_sizes.py`.

A decimal is never typed into prose (`book_rules.typed_decimals`), but whole numbers and number words are. A number that
counts units of a data set ("176 players", "eight schools") must be a size of it; any number above twelve must be a
size, or stand in the page's code, or be listed with its reason.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import book_rules as rules
import page_sentences

ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
WORDS = {word: n for n, word in enumerate([*ONES.split(), "eighteen", "nineteen"])}
WORDS |= {word: 10 * n for n, word in enumerate(TENS.split(), 2)}
WORDS |= {f"{ten}-{one}": 10 * n + WORDS[one] for n, ten in enumerate(TENS.split(), 2) for one in ONES.split()[1:10]}
WORDS |= {f"{word} hundred": 100 * n for word, n in list(WORDS.items()) if 0 < n < 100} | {"hundred": 100}
WORDS |= {f"{word} thousand": 1000 * n for word, n in list(WORDS.items()) if n} | {"thousand": 1000}
DIGITS = r"\d{1,3}(?:,\d{3})+|\d+"
SPELT = "|".join(sorted(WORDS, key=len, reverse=True))
# A whole number: no part of a word, a decimal, an ordinal or a name such as "A-12"; a dash before it may be a range's.
NUMBER = re.compile(rf"(?<![\w.\\])(?<![A-Za-z]-)(?:({DIGITS})(?![\w]|\.\d|·\d)|\b({SPELT})\b(?!-))", re.IGNORECASE)
# What is no number of the book's: years, and where to find something.
NOT_COUNTED = re.compile(
    rules.NOT_DATA.pattern
    + r"|(?:\b(?:sections?|chapters?|figures?|tables?|equations?|exercises?|questions?|pages?|version|Python|PyMC|"
    r"ArviZ|NumPy|SciPy|Stan|Altair|ICD-10|BSD|WCAG|theorems?|steps?|entry|issue)\s+\d+(?:(?:,| and| to|–)\s*\d+)*)"
    r"|(?<!\d,)(?<!\d)(?:1[89]|20)\d\d(?:[-–]\d\d(?:\d\d)?)?(?!\d|,\d)",
    re.IGNORECASE,
)

SMALL = 12  # a number without a unit is free up to here
# The units of the data sets, as the prose names them.
UNITS = {
    "school": "schools|experiments",
    "player": "players|batters|shooters",
    "at bat": "at bats|at-bats|times at bat",
    "county": "counties",
    "state": "states",
    "death": "deaths",
    "attempt": "attempts|shots",
    "hit": "hits|makes",
    "period": "periods",
}
# "The 176 made a third of their shots": a number that stands for those whom it counts is a size too, of some data set.
THEY = re.compile(r"\b(?:the|all|these|those) $", re.IGNORECASE)
DO = re.compile(r" (?:made|took|had|have|are|were|do|did|together|alone)\b|[.,;:)]")
NO_ADJECTIVE = "of|in|and|or|to|for|a|the|than|is|are|by|from|with"


@dataclass(frozen=True)
class Found:
    """A whole number on a page: its value, as it is written, the unit that it counts (if any), and its surroundings."""

    page: str
    value: int
    written: str
    unit: str
    context: str


def numbers(name: str, text: str) -> Iterator[Found]:
    """Yield the whole numbers in a text."""
    text = NOT_COUNTED.sub(lambda found: " " * len(found[0]), " ".join(text.split()))
    for found in NUMBER.finditer(text):
        value = int(found[1].replace(",", "")) if found[1] else WORDS[found[2].lower()]
        following = re.match(r"\\?%|(?:[ -][\w'-]+){1,4}", text[found.end() :])
        context = text[max(0, found.start() - 40) : found.end() + 40]
        unit = unit_in(following[0].lstrip("\\") if following else "")
        stands_for_them = THEY.search(text[: found.start()]) and DO.match(text[found.end() :])
        if (
            not unit and stands_for_them and value > SMALL and "problem-sets" not in name
        ):  # those have data of their own
            unit = "of them"
        yield Found(name, value, found[0], unit, context)


def unit_in(words: str) -> str:
    """Return the unit among the next words, with at most two adjectives before it, or the per cent sign."""
    if re.match(r"%| per ?cent\b| percentage points", words):
        return "%"
    for unit, names in UNITS.items():
        if re.match(rf"(?:[ -](?!(?:{NO_ADJECTIVE})\b)[\w'-]+){{0,2}}?[ -](?:{names})\b", words, re.IGNORECASE):
            return unit
    return ""


def parts_of(code: str) -> list[ast.AST]:
    """Return every node of the code of a cell, without its magics and claims; none if it is no Python.

    The bounds of a claim are near what the page computes: no number of its prose may lean on them.
    """
    try:
        tree = ast.parse(re.sub(r"^%.*$", "", code, flags=re.MULTILINE))
    except SyntaxError:
        return []
    tree.body = [part for part in tree.body if not ast.unparse(part).startswith("claim(")]
    return list(ast.walk(tree))


@cache
def literals(code: str) -> frozenset[tuple[str, int]]:
    """Return the whole numbers in code, and as percentages its shares; each with what it can stand before."""
    constants = [node.value for node in parts_of(code) if isinstance(node, ast.Constant)]
    values = [value for value in constants if isinstance(value, int | float) and abs(value) < 1e15]
    whole = {(" ", round(value)) for value in values if value == round(value)}
    shares = {
        ("%", round(100 * part))
        for value in values
        if 0 < value < 1
        for part in (value, 1 - value, abs(1 - 2 * value))  # 0.95, 0.05 and 0.975 all make a 95% interval
        if abs(100 * part - round(100 * part)) < 1e-9
    }
    return frozenset(whole | shares | {("%", value) for _, value in whole})


def name_of(page: rules.Page) -> str:
    return page.name.removeprefix("book/")


def unclaimed(page: rules.Page) -> list[str]:
    """Return the prose, captions and descriptions of a page without the words that its claims bind."""
    source = page.source
    for claim in page_sentences.read(source)[1]:
        source = re.sub(r"\s+".join(map(re.escape, claim.words.split())), "claimed", source)
    return rules.read_prose(source).texts


def of_page(page: rules.Page) -> list[Found]:
    """Return the whole numbers of a page that no claim binds."""
    return [found for text in unclaimed(page) for found in numbers(page.name, text)]


def allowed_on(
    page: rules.Page, sizes: dict[str, set[int]], counts: dict[tuple[str, str], set[int]], others: dict[str, set[int]]
) -> Callable[[str, int], bool]:
    """Return what says whether a page may state a number of a unit; the unit of any other number is empty."""
    in_code = frozenset().union(*(literals(code) for _, code in page.cells))

    def allowed(unit: str, value: int) -> bool:
        if unit == "%":
            return value <= SMALL or (unit, value) in in_code or value in others.get(name_of(page), ())
        if unit == "of them":
            return value in set().union(*sizes.values()) or value in others.get(name_of(page), ())
        if unit:
            return value in sizes.get(unit, ()) or value in counts.get((name_of(page), unit), ())
        return value <= SMALL or (" ", value) in in_code or value in others.get(name_of(page), ())

    return allowed


def strange_numbers(
    page: rules.Page, sizes: dict[str, set[int]], counts: dict[tuple[str, str], set[int]], others: dict[str, set[int]]
) -> list[str]:
    """Each number of a data set's unit is a size of the data, and each one above twelve comes from somewhere.

    Parameters
    ----------
    sizes : the data sets' sizes, by unit
    counts : further numbers of a unit, by page and unit
    others : numbers above twelve that are not in the page's code, by page
    """
    allowed = allowed_on(page, sizes, counts, others)
    return [
        f"{page.name}: {found.written} {found.unit}: no data set, no code of the page and no line of page_sizes.py "
        f"has it: {found.context!r}"
        for found in of_page(page)
        if not allowed(found.unit, found.value)
    ]


# A fraction that stands for itself: no part of a formula with letters.
FRACTION = re.compile(r"(?<![\w^{/.,}\\])(\d+)\s?/\s?(\d+)(?![\w}/]|\.\d|\s?[\\\w]*\{)")


def fractions(page: rules.Page) -> Iterator[tuple[str, float]]:
    """Yield the fractions of a page that no claim binds, with their values."""
    for text in unclaimed(page):
        for found in FRACTION.finditer(" ".join(text.split())):
            yield f"{found[1]}/{found[2]}", int(found[1]) / int(found[2])


def values_in(code: str) -> set[float]:
    """Return the numbers in code, and the ratios of two of them that it divides."""
    found = set()
    for node in parts_of(code):
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            found.add(float(node.value))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            sides = [side.value for side in (node.left, node.right) if isinstance(side, ast.Constant)]
            if len(sides) == 2 and sides[1]:
                found.add(sides[0] / sides[1])
    return found


def strange_fractions(page: rules.Page, others: dict[str, float]) -> list[str]:
    """Each fraction in the prose is a number of the page's code, or one minus it, or has the value that is noted."""
    in_code = set().union(*(values_in(code) for _, code in page.cells))
    return [
        f"{page.name}: {written}"
        for written, value in fractions(page)
        if abs(others.get(written, value + 1) - value) > 1e-12
        and not any(min(abs(value - other), abs(1 - value - other)) < 1e-12 for other in in_code)
    ]
