"""Every table that a page prints shows what a second computation gives, cell by cell.

`tables_<page>.py` has a function for each table of a page, in their order: it returns the rows, headings and labels
among them, as `cells.py` describes. What it knows comes from `references*.py`, from SciPy, or from the data, and not
from `lib`.
"""

import importlib
from functools import cache

import book_rules as rules
import pytest
from bs4 import BeautifulSoup
from cells import About, Between, fault, faults

PAGES = [page for page in rules.pages(rules.ROOT) if page.cells and page.part != rules.PROBLEM_SETS]


@cache
def printed(page):
    """The tables of a page, each as rows of texts, from what its cells put out when they were run."""
    notebook = rules.executed_notebook(rules.ROOT, page)
    assert notebook is not None, "there is no built book: run `make book` first"
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    html = [str(output.data["text/html"]) for output in outputs if "text/html" in output.get("data", {})]
    tables = [table for text in html for table in BeautifulSoup(text, "html.parser").select("table.dataframe")]
    return [[[c.get_text(strip=True) for c in row.select("th, td")] for row in table.select("tr")] for table in tables]


def wanted(page):
    name = f"tables_{page.stem.replace('-', '_')}"
    return importlib.import_module(name).TABLES if (rules.ROOT / "tests" / "tables" / f"{name}.py").exists() else []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_table_has_its_second_computation(page):
    assert len(printed(page)) == len(wanted(page))


@pytest.mark.parametrize(
    ("page", "place"),
    [pytest.param(page, i, id=f"{page.stem}-{make.__name__}") for page in PAGES for i, make in enumerate(wanted(page))],
)
def test_a_table_shows_what_it_should(page, place):
    assert faults(printed(page)[place], wanted(page)[place]()) == []


@pytest.mark.parametrize(
    ("text", "cell", "right"),
    [
        ("0.33", 1 / 3, True),
        ("0.34", 1 / 3, False),
        ("-5.10", -5.1049, True),
        ("\N{MINUS SIGN}5.10", -5.1049, True),
        ("-5.10", 5.1049, False),
        ("1,135", 1135, True),
        ("33%", 0.3349, True),
        ("34%", 0.3349, False),
        ("1.6e+01", 16.4, True),
        ("1.6e+01", 16.6, False),
        ("NaN", float("nan"), True),
        ("NaN", 1.0, False),
        ("0.5", float("nan"), False),
        ("0.52", About(0.5, 0.02), True),
        ("0.53", About(0.5, 0.02), False),
        ("17", Between(10, 20), True),
        ("21", Between(10, 20), False),
        ("school A", "school A", True),
        ("school A", "school B", False),
    ],
)
def test_a_wrong_cell_is_seen(text, cell, right):
    assert (fault(text, cell) == "") == right
    assert (faults([["x", text]], [["x", cell]]) == []) == right


def test_a_missing_cell_is_seen():
    assert faults([["", "a"], ["b"]], [["", "a"], ["b", 1.0]]) != []
