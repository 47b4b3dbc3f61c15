"""Each formula in the book's prose says what the code computes, or is listed with the reason why it cannot be tried."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import book_rules as rules
import chapter_formulas as chapters
import formula_reader as reader
import numpy as np
import pytest
from paths import ROOT

PAGES = rules.pages(ROOT)
KEYS = {
    name: {(page, "".join(reader.tokenise(latex))): (page, latex) for page, latex in table}
    for name, table in (
        ("readings", chapters.READINGS),
        ("expressions", chapters.EXPRESSIONS),
        ("excused", {**chapters.EXCUSED, **chapters.SPELT}),
    )
}


def names_for(statement: reader.Statement) -> reader.Names:
    """What the signs of a statement mean: on its page, and in it alone."""
    names = dict(chapters.MEANINGS.get(statement.page, {}))
    own = [key for key in KEYS["readings"] if key[0] == statement.page and statement.text.startswith(key[1])]
    if own:
        names.update(chapters.READINGS[KEYS["readings"][max(own, key=lambda key: len(key[1]))]]())
    if key := KEYS["expressions"].get((statement.page, statement.text)):
        value = chapters.EXPRESSIONS[key]
        names.update(value() if callable(value) else {"=": value})
    return names


def fault_of(statement: reader.Statement) -> str:
    """Say what is wrong with a statement, nothing if it holds, is excused, or only chooses a number."""
    if reader.is_setting(statement) or (statement.page, statement.text) in KEYS["excused"]:
        return ""
    return tried(statement, names_for(statement))


def tried(statement: reader.Statement, names: reader.Names) -> str:
    """Say what is wrong with a statement when its signs mean `names`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a wrong formula may divide by zero
        try:
            return reader.fault(statement, names)
        except reader.UnreadError as error:
            return f"it cannot be evaluated ({error}): say what its signs mean in chapter_formulas.py"
        except (ArithmeticError, ValueError, IndexError, TypeError) as error:  # shapes that do not fit, and the like
            return f"it cannot be evaluated: {error}"


def bound(page: rules.Page) -> list[reader.Statement]:
    """Return the statements of a page that are evaluated."""
    return [
        statement
        for statement in reader.statements(page)
        if not reader.is_setting(statement) and (statement.page, statement.text) not in KEYS["excused"]
    ]


def mutants(tokens: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the formula with one sign wrong: + for -, a factor for a divisor, a fraction upside down, a number one
    higher, a power lost, a law or a sum for another, a bound turned round."""
    other = {"+": ("-",), "-": ("+",), "/": (r"\cdot",), r"\sum": (r"\prod",), r"\prod": (r"\sum",), r"\sqrt": ()}
    other |= {r"\le": (r"\ge",), r"\ge": (r"\le",), "<": (">",), ">": ("<",)}
    for n, token in enumerate(tokens):
        before, after = tokens[:n], tokens[n + 1 :]
        if token in other:
            yield (*before, *other[token], *after)
        elif token[0].isdigit():
            yield (*before, str(int(token.replace(r"\,", "")) + 1), *after)
        elif token == "^":
            yield (*before, *after[argument(after) :])
        elif token == r"\frac" and after[0][0].isdigit() and len(after[0]) > 1:
            yield (*before, token, after[0][1], after[0][0], *after[1:])
        elif token == r"\frac":
            first = argument(after)
            second = first + argument(after[first:])
            yield (*before, token, *braced(after[first:second]), *braced(after[:first]), *after[second:])


def argument(tokens: tuple[str, ...]) -> int:
    """Return how many tokens the argument has that begins here."""
    depth = 0
    for n, token in enumerate(tokens):
        depth += (token == "{") - (token == "}")
        if depth == 0:
            return n + 1
    raise ValueError("a brace is open")


def braced(tokens: tuple[str, ...]) -> tuple[str, ...]:
    return tokens if tokens[0] == "{" else ("{", *tokens, "}")


# Tests


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_formula_holds(page):
    faults = [f"{statement.page}: {statement.latex}: {fault_of(statement)}" for statement in reader.statements(page)]
    assert [fault for fault in faults if not fault.endswith(": ")] == []


def test_no_entry_is_left_over():
    said = [statement for page in PAGES for statement in reader.statements(page)]
    texts = {(statement.page, statement.text) for statement in said}
    stale = [latex for name in ("expressions", "excused") for key, latex in KEYS[name].items() if key not in texts]
    stale += [
        latex
        for (page, start), latex in KEYS["readings"].items()
        if not any(one.page == page and one.text.startswith(start) for one in said)
    ]
    assert stale == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_wrong_sign_is_seen(page):
    """Each sign of each formula matters: what survives a wrong one has the same value, or one in proportion."""
    survivors = []
    for statement in bound(page):
        if {r"\le", r"\ge", r"\approx"} & set(statement.relations):
            continue  # a bound or an approximation leaves room
        names = names_for(statement)
        for tokens in mutants(statement.tokens):
            mutant = reader.Statement(statement.page, statement.display, tokens)
            if not tried(mutant, names) and not same(statement, mutant, names):
                survivors.append(f"{statement.latex} as {mutant.latex}")
    assert survivors == []


def same(one: reader.Statement, other: reader.Statement, names: reader.Names) -> bool:
    """Return whether each side has the same value in both statements, or proportional ones where that is the claim."""
    for left, right in zip(one.sides, other.sides, strict=True):
        if left != right:
            ratio = np.asarray(reader.evaluate(left, names) / reader.evaluate(right, names))
            target = ratio.ravel()[0] if r"\propto" in one.relations else 1.0
            if not np.allclose(ratio, target, rtol=1e-7, atol=0):
                return False
    return True


def page_of(folder: Path, text: str, stem: str = "shrinkage") -> rules.Page:
    path = folder / f"{stem}.md"
    path.write_text(text, encoding="utf-8")
    return rules.Page(f"book/{stem}", "Chapters", path)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("$$\nw_j = \\frac{\\tau^2}{\\tau^2 + \\sigma_j^2}\n$$", ""),
        ("$$\nw_j = \\frac{\\sigma_j^2}{\\tau^2 + \\sigma_j^2}\n$$", "is not"),
        ("The weight $w_j = \\tau^2 / (\\tau^2 - \\sigma_j^2)$ is", "is not"),
        ("```{math}\nw_j = \\tau / (\\tau + \\sigma_j)\n```", "is not"),
        ("```{prf:theorem}\n:label: a\n\nIt is $w_j = 1 - \\tau$.\n```", "is not"),
        ("$$\n\\begin{aligned}\nw_j &= w_j \\\\\n&= 1 - w_j\n\\end{aligned}\n$$", "is not"),
        ("$$\ny_j \\mid \\theta_j \\sim N(\\theta_j, \\sigma_j), \\qquad \\sigma_j \\text{ known}\n$$", "is not"),
        ("$$\nw_j = \\tau^2 / (\\tau^2 + \\sigma_j^2), \\quad \\zeta = w_j\n$$", "nothing gives a meaning"),
        ("The variance is $\\tau^2 \\sigma_j^2 / (\\tau^2 + \\sigma_j^2 + 1)$.", "nothing says what it must be"),
        ("There are $J - 1 = 8$ left.", "is not"),
        ("With $\\tau = 5$ and $J$ groups", ""),
    ],
)
def test_a_planted_formula_is_judged(tmp_path, text, fault):
    faults = " ".join(fault_of(one) for one in reader.statements(page_of(tmp_path, f"# Title\n\n{text}\n"))).strip()
    assert (fault in faults) if fault else faults == ""
