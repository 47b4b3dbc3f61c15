"""Find what belongs to solutions, hidden tests and instructor's notes in anything that a student gets.

What to look for comes from the source of the problem set itself, by a reading of its markers that shares nothing with
Otter or the builder.
"""

import ast
import html
import io
import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import jupytext

SHORTEST = 12  # a fragment shorter than this could stand anywhere

# Formulas that chapters and `lib` teach, and that a solution therefore may share with them. Each is here on purpose.
TAUGHT = {
    "(1 - weight) * y + weight * mu,",
    "mu_hat = (precision * y).sum() / precision.sum()",
    "pd.DataFrame(",
    "precision = 1 / (sigma**2 + tau**2)",
    "precision = 1 / sigma**2",
    "raise AssertionError(",
    "squares = ((theta - mu) ** 2).sum()",
    "weight /= weight.sum()",
    "weight = tau**2 / (tau**2 + sigma**2)",
}


@dataclass(frozen=True)
class Parts:
    """What a source keeps from students, and what it shows them."""

    secret_code: tuple[str, ...]
    secret_prose: tuple[str, ...]
    public: tuple[str, ...]
    heads: tuple[str, ...]  # what is public of the cells of solutions


def parts(source: Path) -> Parts:
    code, prose, public, heads = [], [], [], []
    block = ""
    for cell in jupytext.read(source).cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "raw":
            if match := re.match(r"# (BEGIN|END) (SOLUTION|TESTS)", cell.source):
                block = match[2] if match[1] == "BEGIN" else ""
            continue
        hidden = (
            "grader" in tags
            or "instructor" in tags
            or (block == "TESTS" and "hidden: true" in cell.source)
            or (block == "SOLUTION" and cell.cell_type == "markdown")
        )
        if hidden:
            (code if cell.cell_type == "code" else prose).append(cell.source)
        elif block == "SOLUTION":
            secret, shown = split_solution(cell.source)
            code.append(secret)
            public.append(shown)
            heads.append(shown)
        else:
            public.append(cell.source)
    return Parts(tuple(code), tuple(prose), tuple(public), tuple(heads))


def split_solution(source: str) -> tuple[str, str]:
    """Part the lines of a solution cell into those that students must not see and those that they may."""
    secret, shown, inside = [], [], False
    for line in source.split("\n"):
        if "# BEGIN SOLUTION" in line or "# END SOLUTION" in line:
            inside = "BEGIN" in line
        elif inside:
            secret.append(line.strip())
        elif "# SOLUTION" in line:
            secret.append(line.split("# SOLUTION")[0].split(" = ", 1)[-1].strip())
        else:
            shown.append(line)
    return "\n".join(secret), "\n".join(shown)


def squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def fragments(source: Path) -> set[str]:
    """Every telling piece of what a source keeps from students, with single spaces."""
    found: set[str] = set()
    kept = parts(source)
    for cell in kept.secret_code:
        found |= {squeeze(line) for line in cell.split("\n")}
        try:
            tree = ast.parse(cell)
        except SyntaxError:  # the lines of a solution that are left when the rest of the cell is public
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(squeeze(node.value))
            elif isinstance(node, ast.FunctionDef):
                found.add(node.name)
            elif isinstance(node, ast.stmt):  # Otter rewrites tests with ast.unparse
                found.add(squeeze(ast.unparse(node)))
    for cell in kept.secret_prose:
        found |= {squeeze(sentence) for sentence in re.split(r"[.:|\n]", cell)}
    # What a question's own text gives away is a leak too, so nothing is excused for being public in the source.
    common = re.compile(r"(import|from) \w+|.*(BEGIN|END) TEST CONFIG$")
    return {piece for piece in found if len(piece) >= SHORTEST and not common.match(piece)}


def words(text: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Za-z_]{5,}", text)}


def secret_words(source: Path) -> set[str]:
    """Words that stand in secret parts alone: what must not be in a search index, which has no phrases."""
    kept = parts(source)
    return words("\n".join(kept.secret_code + kept.secret_prose)) - words("\n".join(kept.public))


def texts(name: str, content: bytes):
    """Yield, with a name, every reading of a file's content: raw, without markup, and what is packed in it."""
    text = content.decode("utf-8", errors="replace")
    yield name, text
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from texts(f"{name}/{member}", archive.read(member))
    elif name.endswith((".html", ".htm", ".svg", ".xml")):
        yield f"{name} (text)", html.unescape(re.sub(r"<[^>]*>", "", text))
    elif name.endswith((".ipynb", ".json")):
        yield f"{name} (strings)", "\n".join(strings(json.loads(text)))


def strings(value: object):
    """Yield every string in a JSON value; the lines of a cell may be strings of their own."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from strings(inner)
    elif isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):
            yield "".join(value)
        for item in value:
            yield from strings(item)


def leaks(paths, pieces: set[str]) -> list[str]:
    """Say where in these files a piece was found: "<file>: <piece>"."""
    found = []
    for path in paths:
        for name, text in texts(path.as_posix(), path.read_bytes()):
            text = squeeze(text)
            found += [f"{name}: {piece}" for piece in pieces if piece in text]
    return found


def indexed_words(index: Path, docname: str) -> set[str]:
    """The words, stemmed, under which Sphinx's search finds a page."""
    content = json.loads(re.search(r"Search\.setIndex\((.*)\)", index.read_text(encoding="utf-8"), re.S)[1])
    number = content["docnames"].index(docname)
    every = {**content["terms"], **content["titleterms"]}
    return {word for word, pages in every.items() if number in (pages if isinstance(pages, list) else [pages])}
