"""The tables and the lines of the chapters, as they are printed."""

from functools import cache

import book_rules as rules
from bs4 import BeautifulSoup
from paths import ROOT

PAGES = {page.stem: page for page in rules.pages(ROOT) if page.cells and page.part != rules.PROBLEM_SETS}


@cache
def cells(stem):
    """The code cells of a page, as they were run."""
    notebook = rules.executed_notebook(ROOT, PAGES[stem])
    assert notebook is not None, "there is no built book: run `make book` first"
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(stem):
    """What the cells of a page put out when they were run."""
    return [output for cell in cells(stem) for output in cell.outputs]


def printed_cells(stem):
    """Yield the code of each cell of a page with the lines that it prints, with single blanks."""
    for cell in cells(stem):
        text = "".join(output.text for output in cell.outputs if output.output_type == "stream")
        yield cell.source, [" ".join(line.split()) for line in text.splitlines()]


def printed_lines(stem):
    """The lines of a page that its cells print, with single blanks."""
    return [line for _, lines in printed_cells(stem) for line in lines]


@cache
def printed(stem):
    """The tables of a page, each as rows of texts."""
    html = [str(output.data["text/html"]) for output in outputs(stem) if "text/html" in output.get("data", {})]
    tables = [table for text in html for table in BeautifulSoup(text, "html.parser").select("table.dataframe")]
    return [[[c.get_text(strip=True) for c in row.select("th, td")] for row in table.select("tr")] for table in tables]
