"""The rules of the book, each as a function that returns what breaks it, in words; `test_book.py` applies them."""

import ast
import json
import math
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import yaml
from bs4 import BeautifulSoup
from chapter_numbers import MonteCarlo, Number
from jupyter_cache import get_cache
from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser
from paths import ROOT

PROBLEM_SETS = "Problem sets"  # the caption of their part of the book
WITHOUT_EXERCISES = {"Reference", PROBLEM_SETS}  # the parts of the book that hold no chapters
LONGEST_CELL = 30  # lines: what fits on a screen
SHORTEST_ALT = 40  # characters: less cannot say what a figure shows

# A number with decimals, unless it is part of a word or of a longer dotted number.
DECIMAL = re.compile(r"(?<![\w.])(?:\d+[.·]\d+|\.\d+)(?![\w]|[.·]\d)")
# What looks like one and is none: where to find something, the version of something, an address.
NOT_DATA = re.compile(
    r"https?://\S+|\b10\.\d{4,}/\S+|"
    r"(?:\b(?:sections?|chapters?|figures?|tables?|equations?|exercises?|appendix|theorems?|pages?|version|Python|"
    r"PyMC|ArviZ|NumPy|SciPy|Stan|Altair|WCAG|CC BY(?:-SA)?)|§)\s*\d+(?:\.\d+)+(?:(?:,| and| to|–)\s*\d+(?:\.\d+)+)*",
    re.IGNORECASE,
)
# Roles and directives whose text is a name, a place or code, and not prose.
REFERENCES = {
    "cite",
    "cite:p",
    "cite:t",
    "doc",
    "download",
    "eq",
    "glue",
    "glue:any",
    "glue:text",
    "numref",
    "prf:ref",
    "ref",
    "term",
}
NOT_PROSE = {
    "bibliography",
    "code",
    "code-block",
    "code-cell",
    "glue",
    "literalinclude",
    "raw-cell",
    "solution-end",
    "toctree",
}
ARGUMENT_IS_PROSE = {"admonition", "card", "dropdown", "exercise", "exercise-start", "list-table", "table", "topic"}


@dataclass
class Prose:
    """What a reader of a page's source meets, besides the code."""

    texts: list[str] = field(default_factory=list)
    glued: set[str] = field(default_factory=set)  # names that the prose pastes
    images: list[tuple[str, str]] = field(default_factory=list)  # description, caption
    exercises: dict[str, str] = field(default_factory=dict)  # by label
    solutions: dict[str, str] = field(default_factory=dict)  # by the label of the exercise


@dataclass(frozen=True)
class Page:
    """A page of the book: its name in the table of contents, its part's caption, its source."""

    name: str
    part: str
    path: Path

    @property
    def stem(self) -> str:
        return self.path.stem

    @property
    def source(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def front_matter(self) -> dict:
        found = re.match(r"---\n(.*?)\n---\n", self.source, re.DOTALL)
        return yaml.safe_load(found[1]) if found else {}

    @property
    def cells(self) -> list[tuple[dict, str]]:
        """Options and code of each code cell."""
        found = []
        for token in parser().parse(self.source):
            if token.type in ("fence", "colon_fence") and directive_name(token) == "code-cell":
                found.append(options_and_body(token.content))
        return found

    @property
    def is_chapter(self) -> bool:
        return bool(self.part) and self.part not in WITHOUT_EXERCISES


def pages(base: Path) -> list[Page]:
    """Return the pages that the table of contents of the book in the folder `base` names."""
    contents = yaml.safe_load((base / "_toc.yml").read_text(encoding="utf-8"))
    named = [("", contents["root"])]
    for part in contents.get("parts", []):
        named += [(part.get("caption", ""), name) for name in file_names(part["chapters"])]
    return [Page(name, part, base / f"{name}.md") for part, name in named]


def file_names(entries: list[dict]) -> Iterator[str]:
    for entry in entries:
        yield entry["file"]
        yield from file_names(entry.get("sections", []))


# Reading Markdown


@cache
def parser():
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    extensions = [name for name in config["parse"]["myst_enable_extensions"] if name != "smartquotes"]
    return create_md_parser(MdParserConfig(enable_extensions=extensions), RendererHTML)


def directive_name(token) -> str:
    found = re.match(r"\{([\w:.-]+)\}", token.info.strip())
    return found[1] if found else ""


def options_and_body(content: str) -> tuple[dict, str]:
    """Split the content of a directive into its options and the rest."""
    if found := re.match(r"---\n(.*?)\n---(?:\n|$)(.*)", content, re.DOTALL):
        return yaml.safe_load(found[1]) or {}, found[2]
    lines = content.split("\n")
    count = next((n for n, line in enumerate(lines) if not re.match(r":[\w-]+:", line)), len(lines))
    pairs = (re.match(r":([\w-]+):\s*(.*)", line).groups() for line in lines[:count])
    return dict(pairs), "\n".join(lines[count:]).lstrip("\n")


def read_prose(markdown: str) -> Prose:
    """Collect what is prose in a page: text, captions, descriptions, formulas; quotations of a source excepted."""
    prose = Prose()
    source = re.sub(r"\A---\n.*?\n---\n", "", markdown, count=1, flags=re.DOTALL)
    read_blocks(source, prose)
    for found in re.finditer(r"^(`{3,}|:{3,})\{solution-start\}\s*(\S+)(.*?)\{solution-end\}", source, re.M | re.S):
        body = re.sub(r"^(?::[\w-]+:.*|[`:]{3,})$", "", found[3], flags=re.M)
        prose.solutions[found[2]] = body.strip()
    return prose


def read_blocks(markdown: str, prose: Prose) -> None:
    for token in parser().parse(markdown):
        if token.type == "inline":
            read_spans(token.children or [], prose)
        elif token.type in ("fence", "colon_fence"):
            read_directive(token, prose)
        elif token.type in ("math_block", "math_block_label", "amsmath"):
            prose.texts.append(token.content)
        elif token.type == "html_block":
            prose.texts.append(html_text(token.content))


def read_spans(tokens: list, prose: Prose) -> None:
    spans: list[bool] = []  # is each span that is open a quotation?
    text = ""
    for token in tokens:
        if token.type == "span_open":
            spans.append("quotation" in str(token.attrs.get("class", "")).split())
        elif token.type == "span_close":
            spans.pop()
        elif any(spans):
            continue
        elif token.type in ("text", "math_inline", "math_inline_double", "math_single"):
            text += token.content
        elif token.type in ("softbreak", "hardbreak"):
            text += " "
        elif token.type == "code_inline":  # code, unless it is a number dressed up as code
            text += token.content if re.fullmatch(r"\s*[-+−]?[\d.]+%?\s*", token.content) else " "
        elif token.type == "html_inline":
            text += html_text(token.content)
        elif token.type == "image":
            prose.images.append((token.content, ""))
            text += f" {token.content} "
        elif token.type == "myst_role":
            role = token.meta["name"]
            if role.startswith("glue"):
                prose.glued.add(token.content.split(":")[0].strip())
            elif role not in REFERENCES:
                text += token.content
    prose.texts.append(text)


def read_directive(token, prose: Prose) -> None:
    name = directive_name(token)
    argument = token.info.strip()[len(name) + 2 :].strip() if name else ""
    options, body = options_and_body(token.content) if name else ({}, "")
    figure = (options.get("mystnb") or {}).get("figure") or {} if name == "code-cell" else {}
    for text in [options.get("alt"), options.get("caption"), figure.get("caption")]:
        read_blocks(str(text or ""), prose)
    read_blocks(str(((options.get("mystnb") or {}).get("image") or {}).get("alt") or ""), prose)
    if name.startswith("glue:"):
        prose.glued.add(argument)
    if name in ARGUMENT_IS_PROSE or name.startswith("prf:"):
        read_blocks(argument, prose)
    if name in ("exercise", "exercise-start"):
        prose.exercises[str(options.get("label", ""))] = body.strip()
    if name == "solution":
        prose.solutions[argument] = body.strip()
    if name in ("figure", "image"):
        prose.images.append((str(options.get("alt", "")), body.strip()))
    if name == "math":
        prose.texts.append(body)
    elif name == "raw":
        prose.texts.append(html_text(body))
    elif name and name.split(":")[0] not in NOT_PROSE and "quotation" not in str(options.get("class", "")).split():
        read_blocks(body, prose)


def html_text(html: str) -> str:
    """Return what a reader gets from HTML: its text, and what its attributes say."""
    soup = BeautifulSoup(html, "html.parser")
    for hidden in soup(["script", "style"]):
        hidden.decompose()
    said = [tag[name] for tag in soup.find_all(True) for name in ("alt", "title", "aria-label") if tag.get(name)]
    return " ".join([soup.get_text(" "), *said])


# The rules


def typed_decimals(page: Page) -> list[str]:
    """Numbers come from cells: no decimal is typed into prose, quotations of a source excepted."""
    faults = []
    for text in read_prose(page.source).texts:
        for found in DECIMAL.finditer(NOT_DATA.sub(" ", text)):
            faults.append(f"{page.name}: {found[0]} is typed into the prose: {' '.join(text.split())[:100]!r}")
    return faults


def control_characters(page: Page) -> list[str]:
    """A backslash that a program took for an escape leaves one: a tab and "au" for a Greek letter."""
    lines = enumerate(page.source.split("\n"), 1)
    return [f"{page.name}, line {number}: {line[:60]!r}" for number, line in lines if not line.isprintable()]


def unused_or_missing_glue(page: Page, glued: set[str], standard_errors: set[str]) -> list[str]:
    """Each name that the prose pastes is glued by a cell, and each glued name is pasted or is a standard error."""
    pasted = read_prose(page.source).glued
    return [f"{page.name}: the prose pastes {name}, which no cell glues" for name in sorted(pasted - glued)] + [
        f"{page.name}: a cell glues {name}, which the prose never pastes"
        for name in sorted(glued - pasted - standard_errors)
    ]


def wrong_numbers(chapter: str, glued: dict[str, object], rows: list[Number]) -> list[str]:
    """Each glued value has a row, each row a glued value, and they agree within the row's tolerance."""
    rows = [row for row in rows if row.chapter == chapter]
    named = {row.name for row in rows}
    errors = {row.tolerance.se for row in rows if isinstance(row.tolerance, MonteCarlo)}
    faults = [f"{chapter}: {name} is glued but has no row" for name in sorted(glued.keys() - named - errors)]
    faults += [f"{chapter}: {name} has two rows" for name in sorted(named) if [r.name for r in rows].count(name) > 1]
    for row in rows:
        where = f"{chapter}: {row.name}"
        if not row.source.strip():
            faults.append(f"{where} has no source")
        if row.name not in glued:
            faults.append(f"{where} has a row but is not glued")
            continue
        stated, tolerance = glued[row.name], row.tolerance
        if isinstance(row.value, str) or isinstance(stated, str):
            if stated != row.value:
                faults.append(f"{where} is {stated!r}, not {row.value!r}")
            continue
        if isinstance(tolerance, MonteCarlo):
            error = glued.get(tolerance.se)
            if not isinstance(error, int | float) or not (math.isfinite(error) and error > 0):
                faults.append(f"{where}: its standard error {tolerance.se} is {error!r}, not a positive number")
                continue
            tolerance = tolerance.standard_errors * error
            if tolerance > np.abs(row.value).min() / 5:  # such a simulation could hardly be wrong
                faults.append(f"{where}: its standard error {row.tolerance.se} is too large to notice an error")
                continue
        actual, expected = np.asarray(stated, dtype=float), np.asarray(row.value, dtype=float)
        if actual.shape != expected.shape or not np.all(np.abs(actual - expected) <= tolerance):
            faults.append(f"{where} is {stated}, not within {tolerance:g} of {row.value}")
    return faults


def undescribed_figures(page: Page, executed: nbformat.NotebookNode | None) -> list[str]:
    """Each figure has a name, a caption, and a description that says what is there."""
    faults = []
    images = list(read_prose(page.source).images)
    for number, cell in enumerate(executed.cells if executed is not None else []):
        outputs = cell.get("outputs", [])
        if not any(kind.startswith("image/") for output in outputs for kind in output.get("data", {})):
            continue
        settings = cell.metadata.get("mystnb", {})
        figure, alt = settings.get("figure", {}), settings.get("image", {}).get("alt", "")
        for key in ("name", "caption"):
            if not str(figure.get(key, "")).strip():
                faults.append(f"{page.name}: the figure of code cell {number} has no {key}")
        images.append((alt, figure.get("caption", "")))
    for alt, caption in images:
        if len(alt.strip()) < SHORTEST_ALT:
            faults.append(f"{page.name}: the description {alt!r} has fewer than {SHORTEST_ALT} characters")
        elif " ".join(alt.split()).rstrip(".") == " ".join(caption.split()).rstrip("."):
            faults.append(f"{page.name}: the description {alt!r} only repeats the caption")
        elif re.search(r"\w\.(png|svg|jpe?g|gif|webp|pdf)\b", alt):
            faults.append(f"{page.name}: the description {alt!r} names a file")
    return faults


def missing_front_matter(page: Page) -> list[str]:
    """A page with code opens in Jupyter: its front matter names the format and the kernel."""
    if not (page.is_chapter or page.cells):
        return []
    front = page.front_matter
    faults = [] if "jupytext" in front else [f"{page.name}: the front matter has no jupytext section"]
    if not front.get("kernelspec", {}).get("display_name"):
        faults.append(f"{page.name}: the front matter has no kernelspec with a display_name")
    return faults


def missing_exercises(page: Page, least: int = 5) -> list[str]:
    """A chapter has at least five exercises, each with a solution that says something."""
    prose = read_prose(page.source)
    faults = []
    if page.is_chapter and len(prose.exercises) < least:
        faults.append(f"{page.name}: {len(prose.exercises)} exercises, not {least}")
    for label in prose.exercises:
        if not label:
            faults.append(f"{page.name}: an exercise has no label")
        elif not prose.solutions.get(label):
            faults.append(f"{page.name}: the exercise {label} has no solution, or an empty one")
    return faults


def long_cells_and_late_imports(page: Page) -> list[str]:
    """A cell fits on a screen, and a chapter's imports, glue aside, stand in its first cell."""
    faults = []
    if page.part == PROBLEM_SETS:  # its tests are cells of the source, and students get them as files
        return faults
    for number, (options, code) in enumerate(page.cells, start=1):
        if "remove-cell" in str(options.get("tags", "")):
            continue
        length = len(code.strip("\n").split("\n"))
        if length > LONGEST_CELL:
            faults.append(f"{page.name}: code cell {number} has {length} lines, more than {LONGEST_CELL}")
        imports = any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(ast.parse(plain(code))))
        if imports and number > 1:
            faults.append(f"{page.name}: code cell {number} imports something; imports belong in the first cell")
    return faults


def plain(code: str) -> str:
    """Return a cell's code without IPython's own commands."""
    return re.sub(r"^\s*[%!].*$", "", code, flags=re.M)


def cut_listings(page: Page) -> list[str]:
    """A function shown from `lib` without its docstring (`:lines:`) is shown with its whole signature and body."""
    faults = []
    for token in parser().parse(page.source):
        if token.type != "fence" or directive_name(token) != "literalinclude":
            continue
        options, _ = options_and_body(token.content)
        if "lines" not in options:
            continue
        path = page.path.parent / token.info.split()[-1]
        module = ast.parse(path.read_text(encoding="utf-8"))
        (shown,) = (node for node in module.body if getattr(node, "name", "") == options["pyobject"])
        signature, body = shown.body[0].lineno - shown.lineno, shown.body[0].end_lineno - shown.lineno + 2
        right = f"1-{signature}, {body}-" if signature > 1 else f"1, {body}-"
        if options["lines"] != right:
            faults.append(f"{page.name}: {options['pyobject']} is shown by lines {options['lines']}, not {right}")
    return faults


def silenced(page: Page) -> list[str]:
    """A page may show a warning, and may not silence one: that a run cannot be trusted is for its readers too."""
    return re.findall(
        r"""simplefilter\(["']ignore|filterwarnings\(["']ignore|action=["']ignore|judged_elsewhere|%%capture""",
        page.source,
    )


def ugly_outputs(name: str, html: str) -> list[str]:
    """No output on a page is a warning, a progress bar, a traceback or a bare object; no number has a hyphen."""
    ugly = {
        "a warning": r"\w*Warning\b",
        "a progress bar": r"\d+%\||[█━]{3}|\bit/s\b",
        "a bare object": r"<(?:Axes|Figure|xarray|matplotlib|function|bound method|class)\b|<[\w.]+ (?:object )?at 0x",
        "a traceback": r"Traceback \(most recent call last\)",
    }
    faults = []
    soup = BeautifulSoup(html, "html.parser")
    for output in soup.select(".cell_output"):
        text = output.get_text(" ")
        faults += [
            f"{name}: an output holds {what}: {text[:80]!r}" for what, how in ugly.items() if re.search(how, text)
        ]
    for number in soup.select(".pasted-text"):
        if re.match(r"-\d", number.get_text()):
            faults.append(f"{name}: a hyphen stands for the minus sign of {number.get_text()}")
    for output in soup.select(".cell_output .stderr, .cell_output .traceback"):
        faults.append(f"{name}: an output was written to standard error: {output.get_text(' ')[:80]!r}")
    return faults


def contents_and_files_differ(base: Path) -> list[str]:
    """Every page in the table of contents exists, and every page is in the table of contents."""
    listed = pages(base)
    faults = [f"_toc.yml names {page.name}, which does not exist" for page in listed if not page.path.is_file()]
    strays = set((base / "book").glob("*.md")) - {page.path for page in listed}
    return faults + [f"{path.relative_to(base)} is not in _toc.yml" for path in sorted(strays)]


# What a build left


def glued_values(base: Path, page: Page) -> dict[str, object]:
    """Return what a page of the built book in the folder `base` glues, by name."""
    path = base / "_build" / "jupyter_execute" / f"{page.name}.glue.json"
    if not path.exists():
        return {}
    data = json.loads(path.read_text(encoding="utf-8"))
    return {name: value(output["data"].get("text/plain", "")) for name, output in data.items()}


def value(text: str) -> object:
    """Return the value whose representation is `text`: a number, a text, or a sequence of numbers."""
    bare = re.sub(r"\bnp\.(?:float|int|str|bool)_?\d*\(([^()]*)\)", r"\1", text.strip())
    bare = re.sub(r"^array\((.*?)(?:,\s*dtype=\w+)?\)$", r"\1", bare, flags=re.DOTALL)
    try:
        return ast.literal_eval(bare)
    except (SyntaxError, ValueError):
        return float(bare) if bare in ("nan", "inf", "-inf") else text


def executed_notebook(base: Path, page: Page) -> nbformat.NotebookNode | None:
    """Return a page's notebook with its outputs, which a build leaves in the cache of executions alone."""
    path = base / "_build" / "jupyter_execute" / f"{page.name}.ipynb"
    if not path.exists():
        return None
    notebook = nbformat.read(path, as_version=4)
    caches = (base / "_build" / ".jupyter_cache").glob("*/global.db")
    for cache_file in sorted(caches, key=lambda file: file.stat().st_mtime, reverse=True):
        with suppress(KeyError):  # another version of the page
            return get_cache(cache_file.parent).merge_match_into_notebook(notebook)[1]
    return notebook


def built_pages(base: Path) -> Iterator[tuple[str, str]]:
    """Yield the names and the HTML of the pages that a build has written."""
    for path in sorted((base / "_build" / "html" / "book").rglob("*.html")):
        yield path.stem, path.read_text(encoding="utf-8")
