"""Every table that a page prints shows what a second computation gives, cell by cell.

`tables_<page>.py` has a function for each table of a page, in their order: it returns the rows, headings and labels
among them, as `cells.py` describes. What it knows comes from `references*.py`, from SciPy, or from the data, and not
from `lib`.
"""

import importlib

import pytest
from cells import About, Between, fault, faults
from paths import ROOT
from printed_tables import PAGES, printed


def wanted(stem):
    name = f"tables_{stem.replace('-', '_')}"
    return importlib.import_module(name).TABLES if (ROOT / "tests" / "book" / "tables" / f"{name}.py").exists() else []


@pytest.mark.parametrize("stem", PAGES)
def test_every_table_has_its_second_computation(stem):
    assert len(printed(stem)) == len(wanted(stem))


@pytest.mark.parametrize(
    ("stem", "place"),
    [pytest.param(stem, i, id=f"{stem}-{make.__name__}") for stem in PAGES for i, make in enumerate(wanted(stem))],
)
def test_a_table_shows_what_it_should(stem, place):
    assert faults(printed(stem)[place], wanted(stem)[place]()) == []


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
        ("> 1,000", Between(900, 1100), True),
        ("> 1,000", Between(10, 20), False),
        ("< 0.001", Between(1e-5, 0.5), True),
        ("< 0.001", Between(0.01, 0.5), False),
        ("school A", "school A", True),
        ("school A", "school B", False),
    ],
)
def test_a_wrong_cell_is_seen(text, cell, right):
    assert (fault(text, cell) == "") == right
    assert (faults([["x", text]], [["x", cell]]) == []) == right


def test_a_missing_cell_is_seen():
    assert faults([["", "a"], ["b"]], [["", "a"], ["b", 1.0]]) != []
