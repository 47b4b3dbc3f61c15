"""One setting, the repository's address, brings the source, Binder and Colab buttons."""

import shutil
from pathlib import Path

import nbformat
import pytest
import small_book
from inspection import soup

ROOT = Path(__file__).parents[2]
PAGE = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# {title}

Text.
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A small book with the settings of this one, and an address."""
    folder = tmp_path_factory.mktemp("book")
    for name in ("_static", "_ext"):
        shutil.copytree(ROOT / "book" / name, folder / "book" / name)
    shutil.copytree(ROOT / "lib", folder / "lib")
    for name in ("requirements.txt", "environment.yml", "pyproject.toml", "book/references.bib"):
        shutil.copy(ROOT / name, folder / name)
    settings = (ROOT / "_config.yml").read_text(encoding="utf-8")
    assert settings.count('url: ""') == 1
    settings = settings.replace('url: ""', 'url: "https://github.com/someone/a-book"')
    (folder / "_config.yml").write_text(settings, encoding="utf-8")
    (folder / "_toc.yml").write_text("format: jb-book\nroot: book/index\nchapters:\n- file: book/pooling\n")
    for name in ("index", "pooling"):
        (folder / "book" / f"{name}.md").write_text(PAGE.format(title=name))
    result = small_book.build(folder)
    assert result.returncode == 0, result.stdout
    return folder / "_build" / "html"


@pytest.fixture(scope="module")
def page(site):
    return soup(site / "book" / "pooling.html")


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/someone/a-book",
        "https://github.com/someone/a-book/blob/main/book/pooling.md?plain=1",
        "https://mybinder.org/v2/gh/someone/a-book/main?urlpath=lab/tree/book/pooling.md",
        "https://colab.research.google.com/github/someone/a-book/blob/notebooks/pooling.ipynb",
    ],
)
def test_the_address_brings_a_button(address, page):
    assert page.select(f'.article-header-buttons a[href="{address}"]')


def test_a_notebook_alone_fetches_what_it_imports(site):
    notebook = nbformat.read(site / "notebooks" / "pooling.ipynb", as_version=4)
    (code,) = (cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert "%pip install --quiet git+https://github.com/someone/a-book" in code
    without = nbformat.read(ROOT / "_build" / "html" / "notebooks" / "pooling.ipynb", as_version=4)
    assert not any("pip install" in cell.source for cell in without.cells)


def test_every_button_has_a_name(page):
    for button in page.select(".article-header-buttons :is(a, button)"):
        assert button.get("title") or button.get("aria-label") or button.get_text(strip=True), button
