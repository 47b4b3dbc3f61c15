"""Every sentence that orders, compares, names or counts rests on a claim in a hidden cell of its page.

What a page says without computing it (a definition, an advice, what somebody wrote) stands in `unclaimed/<page>.yml`,
under the reason for which no cell could compute it.
"""

import ast

import jupytext
import notebooks
import page_sentences
import pytest
import yaml
from paths import ROOT

from lib.prose import claim

UNCLAIMED = ROOT / "tests" / "book" / "unclaimed"
PAGES = [path.stem for path in sorted((ROOT / "book").glob("*.md"))]
REASONS = {
    "definition": "it says what a word or a symbol means, or what a model assumes",
    "mathematics": "it holds for every number, and the page derives it, or states it as a theorem",
    "source": "somebody else wrote it or found it, and the page names them",
    "advice": "it says what to do, or what matters",
    "task": "it says what an exercise or a question asks",
    "signpost": "it says where something stands in the book",
    "world": "everybody knows it: no data of the book could say otherwise",
}


def record(page):
    return yaml.safe_load((UNCLAIMED / f"{page}.yml").read_text(encoding="utf-8")) or {}


def faults(text, unclaimed):
    """What is not bound on a page, what is bound twice or to nothing, in words."""
    blocks, claims = page_sentences.read(text)
    claimed, reasons = [each.words for each in claims], [words for several in unclaimed.values() for words in several]
    found = [f"claimed twice: {words!r}" for words in sorted({words for words in claimed if claimed.count(words) > 1})]
    for each in claims:
        places = sum(block.count(each.words) for block in blocks)
        if places != 1:
            found.append(f"{places} times on the page: {each.words!r}")
        if not any(isinstance(node, ast.Name) for node in ast.walk(each.holds)):
            found.append(f"computed from nothing: {each.words!r}")
    found += [f"not on the page: {words!r}" for words in reasons if not any(words in block for block in blocks)]
    for block in blocks:
        found += [f"not claimed: {words}" for words in page_sentences.open_words(block, claimed + reasons)]
    return found


def test_every_page_has_its_record():
    assert sorted(path.stem for path in UNCLAIMED.glob("*.yml")) == PAGES


@pytest.mark.parametrize("page", PAGES)
def test_every_sentence_that_compares_is_claimed(page):
    assert set(record(page)) <= set(REASONS)
    assert faults((ROOT / "book" / f"{page}.md").read_text(encoding="utf-8"), record(page)) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_notebook_can_do_without_the_claims(page):
    """The build would say so too, after minutes."""
    cells = jupytext.read(ROOT / "book" / f"{page}.md").cells
    assert len(notebooks.plain_code(cells)) == len(cells)


# The rules, tried on a page of their own

PAGE = """---
kernelspec: none
---

# Two schools

School A has 28 points, more than school C. Which one is better? It is *28*, `more`, $\\\\max$ and [more]{.quotation}.

```{code-cell} ipython3
:tags: [remove-cell]

claim("School A has 28 points, more than school C", y[0] > y[1])
```

```{code-cell} ipython3
---
mystnb:
  figure:
    name: fig-one
    caption: |
      A is higher.
  image:
    alt: "Two dots, the left one higher."
---
plot(more)
```

## Practice

```{exercise} The better one
:label: ex-better

Find the better school, and say it in
fewer than ten words.
```

Pooling has the smaller error.

```{code-cell} ipython3
:tags: [remove-cell]

claim("the smaller error", pooled.se < sigma.min())
```

## Sources

The best book.
"""
REST = {"task": ["The better one", "Find the better school", "fewer than ten words"], "signpost": ["A is higher"],
        "world": ["the left one higher"]}  # fmt: skip


def test_a_page_without_faults_has_none():
    assert faults(PAGE, REST) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("more than school C.", "less than school C.", "0 times on the page: 'School A has"),
        ("more than school C.", "less than school C.", "not claimed: School A has 28 points, >>less<<"),
        ("more than school C. Which", "*more* than school C. Which", "0 times on the page"),
        ("A is higher.", "A is lower.", "not claimed: A is >>lower<<"),
        ("one higher", "one lower", "not on the page: 'the left one higher'"),
        ("fewer than ten", "ten", "not on the page"),
        ("y[0] > y[1]", "True", "computed from nothing: 'School A"),
        ("Pooling has the smaller error.", "Pooling errs. Nobody knows.", ">>Nobody<<"),
        ("Pooling has the smaller error.", "Pooling has the smaller error, the smaller error.", "2 times"),
        (':tags: [remove-cell]\n\nclaim("the', 'claim("the', "not claimed: Pooling has the >>smaller<<"),
        ("Which one is better?", "C is better.", "not claimed"),
        ("`more`", "more", "not claimed"),
    ],
)
def test_a_fault_is_found(old, new, fault):
    page = PAGE.replace("fewer than\nten", "fewer than ten")
    assert old in page
    assert fault in " ".join(faults(page.replace(old, new), REST))


def test_a_claim_that_does_not_hold_stops_the_book():
    claim("four times as large", 4.1 > 4)
    with pytest.raises(AssertionError, match="the text says 'four times as large', and this does not hold"):
        claim("four times as large", 3.9 > 4)
