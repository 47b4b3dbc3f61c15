"""Each chapter is offered as a notebook that reads well without the book and runs without the repository."""

import os
import re
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import book_rules
import nbformat
import notebooks
import package_index
import pytest
import small_book
import yaml
from bs4 import BeautifulSoup
from paths import ROOT, SITE

pytestmark = pytest.mark.xdist_group("notebooks")  # one worker builds the fixture book and the fresh environment
BIBLIOGRAPHY = yaml.safe_load((ROOT / "tests" / "book" / "bibliography.yml").read_text(encoding="utf-8"))[
    "bibliography"
]
CHAPTERS = [
    page  # a problem set's notebook is made elsewhere; a page for instructors computes, and is none
    for page in book_rules.pages(ROOT)
    if "kernelspec" in page.front_matter
    and page.front_matter.get("notebook", True)
    and page.part != book_rules.PROBLEM_SETS
]
each_chapter = pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: page.name)

RAW = {
    "a directive": r"^\s*(?:>\s*)*(?:`{3,}|:{3,})\s*\{",
    "the end of a directive": r"^\s*:{3,}\s*$",
    "a role": r"\{[\w:.-]+\}`",
    "a label": r"^\s*\([\w:.-]+\)=\s*$",
    "an option of a directive": r"^\s*:(?:label|class|name|tags|alt|width|header-rows):",
    "a span with attributes": r"\]\{[.#]?\w",
    "a footnote": r"\[\^[\w-]+\]",
    "a comment": r"^% ",
    "a block break": r"^\+\+\+",
    "a script": r"<script",
    "an unresolved reference": r"\[@|\?\?|<(?:pending|container|inline)",
}


def raw_syntax(text: str) -> list[str]:
    """Return what a Markdown text holds that only MyST understands; code and formulas are not looked at."""
    text = re.sub(r"^(\s*)(`{3,})(?!\{)[\w]*\n.*?^\s*\2`*\s*$", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"\$\$.*?\$\$", "", text, flags=re.DOTALL)
    text = re.sub(r"(?<![\\}`])(`+)(?!`).*?(?<!`)\1(?!`)", "code", text)
    return [what for what, how in RAW.items() if re.search(how, text, flags=re.MULTILINE)]


def faults(notebook: nbformat.NotebookNode) -> list[str]:
    """Return what is wrong with a notebook."""
    nbformat.validate(notebook)
    found = []
    if notebook.metadata.kernelspec != notebooks.KERNEL:
        found.append(f"the kernel is {notebook.metadata.kernelspec}")
    for number, cell in enumerate(notebook.cells):
        where = f"cell {number} "
        if cell.cell_type == "markdown":
            found += [f"{where}holds {what}: {cell.source[:200]!r}" for what in raw_syntax(cell.source)]
            continue
        if cell.cell_type != "code":
            found.append(f"{where}is {cell.cell_type}")
        if cell.outputs or cell.execution_count is not None:
            found.append(f"{where}has outputs")
        if "glue" in cell.source or "myst_nb" in cell.source:
            found.append(f"{where}serves the page: {cell.source!r}")
        if strange := set(cell.metadata) - {"jupyter", "tags"}:
            found.append(f"{where}has metadata {strange}")
    return found


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Build the fixture book, which holds one of everything."""
    folder = small_book.make(tmp_path_factory.mktemp("small"))
    result = small_book.build(folder)
    assert result.returncode == 0, result.stdout
    return folder / "_build" / "html"


@pytest.fixture(scope="module")
def everything(small):
    return nbformat.read(small / "notebooks" / "one.ipynb", as_version=4)


def markdown(notebook) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


@each_chapter
def test_a_notebook_has_no_raw_syntax(page):
    assert faults(nbformat.read(SITE / "notebooks" / f"{page.stem}.ipynb", as_version=4)) == []


def test_one_of_everything_has_no_raw_syntax(everything):
    assert faults(everything) == []


@pytest.mark.parametrize(
    "text",
    [
        "It is {glue:text}`mean:.2f`.",
        "See {numref}`fig-a`.",
        "```{note}\nA\n```",
        "> ```{note}\n> A\n> ```",
        ":::{note}\nA\n:::",
        "A\n:::",
        "(label)=\n# Title",
        ":label: a",
        "[It was]{.quotation}",
        "A note[^a].",
        "% a comment",
        "+++",
        "<script>1</script>",
        "```python\nx\n```\n\nSee {ref}`a`.",
    ],
)
def test_raw_syntax_is_seen(text):
    assert raw_syntax(text) != []


@pytest.mark.parametrize(
    "text",
    ["`{ref}` in code, $x^{a}$ and ``:::``", "```python\n:label: a\n{ref}`a`\n```", "$$\n(a)_{.b}\n$$", "> **Note**"],
)
def test_what_is_not_raw_passes(text):
    assert raw_syntax(text) == []


def test_a_faulty_notebook_is_seen(everything):
    copy = nbformat.from_dict(everything)
    assert faults(copy) == []
    code = next(cell for cell in copy.cells if cell.cell_type == "code")
    code.source, code.metadata["mystnb"], code.execution_count = "glue('a', 1)", {}, 1
    copy.metadata.kernelspec.display_name = ""
    assert len(faults(copy)) == 4


@pytest.mark.parametrize(
    "text",
    [
        "own standard error [Rubin, 1981]",  # a citation, its work, and a footnote
        "- Donald B. Rubin. Estimation in parallel randomized experiments.",
        "is cited again<sup>[1]</sup>",
        "<sup>[1]</sup> A footnote",
        "*[Which weight?](two.ipynb)* is in [The second](two.ipynb), as is [(2)](two.ipynb)",  # other chapters
        "a\\*b and snake_case stay, and so does a < b",
        "The mean is **2.33**, the others **1.25** and **2.5**. See Figure 1 and Table 1 and (1) and Exercise 1 and",
        "\\sigma_j^2) \\tag{1}\n$$",
        "$$\n\\begin{aligned}\na &= b",
        "**Figure 1.** Three values rise: the caption has $y_j$ and `code`.",
        "*What the figure shows:* Line through three points",
        "**Table 1.** The values, by *name*\n\n| name | value $p(x \\vert{} y)$ |\n| --- | --- |\n| first | **1.25** |",
        "| left | right |\n| :-- | --: |\n| a | `b` |",
        "![A single grey square of one pixel, which stands for any picture in a file.](data:image/png;base64,",
        "**Figure 2.** A picture from a file.",
        "> **Note**\n>\n> A note with a list:\n>\n> - one\n> - two\n>\n> 1. three\n> 2. four",
        "> **Folded**\n>\n> With `code`, and\n>\n> $$\n> x = 1\n> $$",
        "> **Definition 1**\n>\n> The mean is $\\bar y$.",
        "> **Theorem 2 (Fixture, 1981)**\n>\n> By Definition 1, the mean of **1.25** is\n>\n> $$\n> x = 1.\n> $$",
        "It follows from Theorem 2.",
        "- **Pooling**: All groups share one mean.",
        "- **shrinkage**: Moving estimates towards each other.",
        "> “The coaching effects were 28 and 2.7”",
        "### Exercise 1 (By hand)\n\nWhat is $1 + 1$?",
        "#### Solution to Exercise 2",
        "And what is **1.25** plus one?",
        "[a link](https://www.example.org/page)",
        '```python\n"""The package that the fixture imports."""',
    ],
)
def test_one_of_everything_is_written_as_text(everything, text):
    assert text in markdown(everything)


def test_code_cells_are_those_that_readers_see(everything):
    code = [cell.source for cell in everything.cells if cell.cell_type == "code"]
    assert code[0] == "import matplotlib.pyplot as plt\nimport numpy as np\n\nimport lib"
    assert code[1] == "values = np.array([1.0, 2.0, 4.0])"
    assert code[3] == "1 + 1"  # in a solution
    assert len(code) == 4


def test_solutions_are_folded(everything):
    folded = [cell.source for cell in everything.cells if cell.metadata.get("jp-MarkdownHeadingCollapsed")]
    assert folded == ["#### Solution to Exercise 1 (By hand)", "#### Solution to Exercise 2"]


def cells(hidden, shown):
    return [
        nbformat.v4.new_code_cell(hidden, metadata={"tags": ["remove-cell"]}),
        nbformat.v4.new_code_cell(shown),
    ]


def test_what_only_serves_the_page_is_left_out():
    page = cells("from lib.prose import glue\na = 1\nglue(a=a)", "%config b\nprint(b)")
    assert notebooks.plain_code(page) == ["", "%config b\nprint(b)"]
    own = cells("c = [b for b in range(3)]", "print(b)")  # what a comprehension names is its own
    assert notebooks.plain_code(own) == ["", "print(b)"]


@pytest.mark.parametrize(
    ("hidden", "shown", "message"),
    [
        ("a = 1", "print(a)", "defines a, which other cells read"),
        ("def f():\n    return 1", "f()", "defines f, which other cells read"),
        ("for a in b:\n    pass", "a + 1", "defines a, which other cells read"),
        ("glue(a=rng.normal())", "rng.normal()", "draws random numbers"),
        ("", "glue(a=1)", "glue stands in a cell that readers see"),
        ("", "x = [glue(a=b) for b in c]", "glue stands in a cell that readers see"),
    ],
)
def test_a_notebook_that_would_miss_a_cell_is_refused(hidden, shown, message):
    with pytest.raises(ValueError, match=message):
        notebooks.plain_code(cells(hidden, shown))


def test_an_element_without_a_rule_fails_the_build(tmp_path):
    folder = small_book.make(tmp_path / "book")
    page = folder / "book" / "two.md"
    page.write_text(page.read_text(encoding="utf-8") + "\n```{centered} A line\n```\n", encoding="utf-8")
    result = small_book.build(folder)
    assert result.returncode != 0
    assert "notebook: no rule for the element <centered>" in result.stdout


@each_chapter
def test_a_notebook_says_what_the_page_says(page):
    """Every word of the page's paragraphs is in the notebook: nothing was dropped."""
    soup = BeautifulSoup((SITE / f"{page.name}.html").read_text(encoding="utf-8"), "html.parser")
    notebook = markdown(nbformat.read(SITE / "notebooks" / f"{page.stem}.ipynb", as_version=4))
    notebook = re.sub(r"[\\*`]", "", notebook)
    article = soup.select_one("article")
    for other in article.select(".cell, .math, math, script, style, .prev-next-area, .headerlink, .toctree-wrapper"):
        other.decompose()
    words = {
        word for paragraph in article.select("p, li, dd, td") for word in re.findall(r"\w{4,}", paragraph.get_text(" "))
    }
    assert words <= set(re.findall(r"\w{4,}", notebook))


@each_chapter
def test_a_notebook_says_nothing_that_the_page_does_not(page):
    """But for the line under the title, and the works at the end: those that the page cites, and no other."""
    soup = BeautifulSoup((SITE / f"{page.name}.html").read_text(encoding="utf-8"), "html.parser")
    article = soup.select_one("article")
    on_page = article.get_text(" ") + " ".join(picture["alt"] for picture in article.select("[alt]"))
    notebook = markdown(nbformat.read(SITE / "notebooks" / f"{page.stem}.ipynb", as_version=4))
    text, _, works = notebook.partition("## References\n")
    text = re.sub(r"^\*A chapter of .*$|\]\([^)]*\)|\$\$.*?\$\$|\$.*?\$|`[^`]*`", " ", text, flags=re.M | re.S)

    def words(text):
        return set(re.findall(r"[^\W\d_]{4,}", text))

    assert words(text) <= words(on_page)
    cited = {key for keys in re.findall(r"\{cite:\w+\}`([^`]+)`", page.source) for key in keys.split(",")}
    listed = [line for line in works.splitlines() if line]
    assert len(listed) == len(cited)
    for key in cited:
        title = words(BIBLIOGRAPHY[key]["title"].casefold())
        assert [line for line in listed if title <= words(line.casefold())], key


@each_chapter
def test_a_page_offers_its_notebook(page):
    html = BeautifulSoup((SITE / f"{page.name}.html").read_text(encoding="utf-8"), "html.parser")
    # Colab's address, where the book has one, ends like a notebook's too.
    links = {link["href"] for link in html.select("a[href$='.ipynb']") if "://" not in link["href"]}
    assert f"../notebooks/{page.stem}.ipynb" in links
    assert all((SITE / page.name).parent.joinpath(link).resolve().is_file() for link in links)


# In a fresh environment, outside the repository

RUN = """
import sys, nbformat
from nbclient import NotebookClient

path, folder = sys.argv[1:]
notebook = nbformat.read(path, as_version=4)
notebook.cells.append(nbformat.v4.new_code_cell("import lib, sys\\nprint(lib.__file__, sys.prefix)"))
client = NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": folder}})
client.execute()
print("".join(output.text for output in notebook.cells[-1].outputs))
"""


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """Make an environment from the lock that the zip file carries, and nothing else; return its Python."""
    folder = tmp_path_factory.mktemp("fresh")
    with zipfile.ZipFile(SITE / "notebooks.zip") as archive:
        archive.extract(f"{notebooks.FOLDER}/requirements.txt", folder)
    python = folder / "venv" / "bin" / "python"
    lock = folder / notebooks.FOLDER / "requirements.txt"
    for command in (
        ["venv", "--quiet", "--python", sys.executable, folder / "venv"],
        ["pip", "sync", "--quiet", "--require-hashes", "--python", python, lock],
    ):
        package_index.uv(*command, folder=folder, environment=clean_environment())
    return python


def clean_environment() -> dict[str, str]:
    """Return this process's environment without what would lead to the repository's packages."""
    ours = {"PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME", "JUPYTER_PATH"}
    return {name: value for name, value in os.environ.items() if name not in ours}


def run(python: Path, notebook: Path) -> str:
    """Run a notebook where it lies; return where its kernel found `lib`, and which environment it ran in."""
    command = [python, "-c", RUN, notebook, notebook.parent]
    result = subprocess.run(
        command, env=clean_environment(), cwd=notebook.parent, capture_output=True, text=True, timeout=600, check=False
    )
    assert result.returncode == 0, f"{notebook.name}: {result.stderr[-3000:]}"
    return result.stdout.strip()


def imported(notebook: Path) -> set[str]:
    """Return the packages and the modules of `lib` that a notebook imports."""
    code = "\n".join(cell.source for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code")
    return set(re.findall(r"^(?:from|import) ([\w.]+)", code, flags=re.MULTILINE))


def few_with_all_imports(found: list[Path]) -> list[Path]:
    """Choose notebooks until every import of any of them is among theirs, the one that adds most first.

    All run, cell by cell, when the book is built; what a fresh environment may lack is something to import.
    """
    needed, chosen = {path: imported(path) for path in found}, []
    missing = set().union(*needed.values())
    while missing:
        chosen.append(max(found, key=lambda path: len(needed[path] & missing)))
        missing -= needed[chosen[-1]]
    return chosen


@pytest.mark.parametrize("book", ["real", "fixture"])
def test_the_notebooks_run_in_a_fresh_environment(book, fresh, small, tmp_path):
    with zipfile.ZipFile((SITE if book == "real" else small) / "notebooks.zip") as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / notebooks.FOLDER
    found = sorted(folder.glob("*.ipynb"))
    assert {path.stem for path in found} == ({page.stem for page in CHAPTERS} if book == "real" else {"one", "two"})
    few = few_with_all_imports(found)
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda path: run(fresh, path), few))
    assert reports == [f"{folder / 'lib' / '__init__.py'} {fresh.parent.parent}"] * len(few)


def test_a_notebook_that_fails_is_seen(fresh, tmp_path):
    broken = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import lib\n1 / 0")])
    nbformat.write(broken, tmp_path / "broken.ipynb")
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "__init__.py").touch()
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        run(fresh, tmp_path / "broken.ipynb")


def test_the_zip_holds_what_the_notebooks_need():
    with zipfile.ZipFile(SITE / "notebooks.zip") as archive:
        names = {name.removeprefix(f"{notebooks.FOLDER}/") for name in archive.namelist()}
        lock = archive.read(f"{notebooks.FOLDER}/requirements.txt")
    assert {"README.md", "LICENSE", "environment.yml", "requirements.txt", "pyproject.toml"} <= names
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "lib").rglob("*") if path.suffix in (".py", ".csv")}
    assert files <= names
    assert not any("__pycache__" in name or "problem" in name for name in names)
    assert lock == (ROOT / "requirements.txt").read_bytes()
