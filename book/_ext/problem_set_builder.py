"""Turn the one source of a problem set into all its editions.

A source is a MyST notebook in ``book/problem-sets/``, in the format of ``otter assign`` (raw cells mark questions,
solutions and tests), with three cell tags of our own:

data
    Code that students get and that the hidden tests need too.
grader
    Code for the hidden tests alone.
instructor
    Notes (or code) for the instructor's edition alone.
seed, instructor
    Code that makes a class's own data: a number ``SEED`` and a function ``generate(seed)`` that returns a dictionary of
    what students get. Its result is written out as a data cell in its place; the code stays with the instructor, so a
    student who has the data has neither the seed nor what else was drawn with it.

    python book/_ext/problem_set_builder.py students     # student notebooks and autograders
    python book/_ext/problem_set_builder.py instructor   # the instructor's edition

Both take ``--seed``, for which the sets that have a seed make other data; what they then write is in
``_build/seed-<seed>``.
"""

import argparse
import ast
import importlib.metadata
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import zipfile
from pathlib import Path

import jupytext
import nbformat
import numpy as np
import yaml
from nbformat import NotebookNode
from trees import contents, digest, locked, replace, write_zip

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "book" / "problem-sets"
BUILD = ROOT / "_build"
FLAGS = ["--all", "-W", "-n", "--keep-going"]
OURS = {"grader", "instructor"}
# The foot of every test file; `test_case` is Otter's, which the file imports.
GUARD = b"\nguard_all([value for value in list(globals().values()) if isinstance(value, test_case)])\n"


def sources(folder: Path = SOURCES) -> list[Path]:
    """Every problem set there is: each has an Otter configuration, which an ordinary page has not."""
    return sorted(path for path in folder.glob("*.md") if "# ASSIGNMENT CONFIG" in path.read_text(encoding="utf-8"))


def tags(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def configuration(cell: NotebookNode, heading: str) -> dict | None:
    """What a raw cell with this heading configures; None for any other cell."""
    if cell.cell_type != "raw" or not re.match(rf"#\s*{heading}\b", cell.source, re.IGNORECASE):
        return None
    return yaml.safe_load(cell.source) or {}


def read(source: Path, seed: int | None = None) -> NotebookNode:
    """A source as a notebook, the data of this seed (or of the source's own) written out in it."""
    notebook, cells = jupytext.read(source), []
    for cell in notebook.cells:
        cells.append(cell)
        if "seed" not in tags(cell):
            continue
        if "instructor" not in tags(cell) or not re.search(r"^SEED = \d+$", cell.source, re.MULTILINE):
            raise ValueError(
                f"{source.name}: a cell tagged seed needs the tag instructor too, and a line SEED = number"
            )
        if seed is not None:
            cell.source = re.sub(r"^SEED = \d+$", f"SEED = {seed}", cell.source, flags=re.MULTILINE)
        space: dict = {}
        exec(cell.source, space)
        written = "\n".join(assignment(name, value) for name, value in space["generate"](space["SEED"]).items())
        cells.append(nbformat.v4.new_code_cell(written, metadata={"tags": ["data"]}))
    notebook.cells = cells
    return notebook


def assignment(name: str, value: object) -> str:
    """A line of code, or several, that gives a name its value: a text, a number, a list of texts, an array."""
    if isinstance(value, str | int | float):
        return f"{name} = {value!r}"
    items = np.asarray(value).tolist()
    body = textwrap.indent(textwrap.fill(", ".join(map(repr, items)), 72, break_long_words=False), "    ")
    left, right = ("[", "]") if isinstance(items[0], str) else ("np.array([", "])")
    return f"{name} = {left}\n{body},\n{right}"


def grader_code(notebook: NotebookNode) -> str:
    """What goes above the tests: the checks, the preamble, the data, and the code for the hidden tests alone."""
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code" and tags(cell) & {"data", "grader"}]
    preamble = Path(__file__).with_name("grader_preamble.py").read_text(encoding="utf-8")
    return "\n\n\n".join([*inlined("lib.checks", set()), preamble, *cells]) + "\n\n\n"


def inlined(module: str, seen: set[str]) -> list[str]:
    """The source of a module of the library, after that of every module of the library that it imports from."""
    seen.add(module)
    source = (ROOT / module.replace(".", "/")).with_suffix(".py").read_text(encoding="utf-8")
    lines, before = source.split("\n"), []
    for node in reversed(ast.parse(source).body):
        match node:
            case ast.ImportFrom(module=str(name)) if name.startswith("lib.") and all(
                a.asname is None for a in node.names
            ):
                del lines[node.lineno - 1 : node.end_lineno]
                before += inlined(name, seen) if name not in seen else []
            case ast.Import() | ast.ImportFrom() if re.search(r"\blib\b|__future__", ast.unparse(node)):
                raise ValueError(f"{module}: the grader cannot take along `{ast.unparse(node)}`")
    return [*before, "\n".join(lines)]


def build(source: Path, output: Path | None = None, seed: int | None = None) -> Path:
    """Write the student notebook, its zip and the autograder of one source, unless they are up to date.

    Parameters
    ----------
    source : Path
        The problem set, a MyST notebook.
    output : Path, optional
        Folder to write to, ``_build/problem-sets/<name>`` by default. ``student/`` and ``autograder/`` in it are
        replaced.
    seed : int, optional
        Seed of the data, for a problem set that has one; that of the source by default.

    Returns
    -------
    Path
        The output folder: ``student/<name>.ipynb``, ``<name>.zip`` (for students) and
        ``autograder/<name>-autograder.zip``.

    Raises
    ------
    ValueError
        If the source is not a problem set that Otter can convert; the message is Otter's.
    """
    output = output or folder_of(seed) / "problem-sets" / source.stem
    with locked(output.with_name(f".{output.name}.lock")):
        inputs, stamp = _digest(source, seed), output / ".stamp"
        if not stamp.exists() or stamp.read_text() != f"{inputs} {digest(output.parent, [output.name])}":
            made = output.with_name(f".{output.name}") / output.name
            shutil.rmtree(made.parent, ignore_errors=True)
            _make(source, seed, made)
            (made / ".stamp").write_text(f"{inputs} {digest(made.parent, [made.name])}")
            replace(output, made)
            made.parent.rmdir()
    return output


def _make(source: Path, seed: int | None, made: Path) -> None:
    from otter.assign import main as otter_assign  # a slow import, needed only when something changed

    name, notebook = source.stem, read(source, seed)
    (made / "student").mkdir(parents=True)
    (made / "autograder").mkdir()
    with tempfile.TemporaryDirectory() as folder:
        master, result = Path(folder) / f"{name}.ipynb", Path(folder) / "result"
        student = nbformat.from_dict({**notebook, "cells": [c for c in notebook.cells if not tags(c) & OURS]})
        student.metadata.pop("jupytext", None)
        nbformat.write(student, master)
        otter_assign(str(master), str(result), no_pdfs=True, no_run_tests=True)
        [autograder] = (result / "autograder").glob("*.zip")
        given = nbformat.read(result / "student" / f"{name}.ipynb", as_version=4)
        with_library = _imports_library(notebook)
        _complete_autograder(
            autograder, made / "autograder" / f"{name}-autograder.zip", grader_code(notebook), with_library
        )
    for index, cell in enumerate(given.cells):
        cell.id = f"{name}-{index}"[-64:]  # the same in every build
    nbformat.write(given, made / "student" / f"{name}.ipynb")
    _write_requirements(notebook, made / "student" / "requirements.txt")
    if with_library:
        shutil.copytree(ROOT / "lib", made / "student" / "lib", ignore=shutil.ignore_patterns("__pycache__"))
    members = contents(made / "student", made / "student")
    write_zip(made / f"{name}.zip", {f"{name}/{member}": content for member, content in members.items()})


def folder_of(seed: int | None) -> Path:
    """Where the products of a seed lie: the book's own are never overwritten by those of a class."""
    return BUILD if seed is None else BUILD / f"seed-{seed}"


def page(student: NotebookNode, download: str) -> str:
    """The student notebook as a page of the book: the same cells, without the ones that run the grader."""
    parts = []
    for cell in student.cells:
        text = re.sub(r"<!-- (BEGIN|END) QUESTION -->", "", cell.source).strip()
        if not text or re.search(r"^(grader\b|# Initialize Otter|## Submission)|\bgrader\.(check|export)", text):
            continue
        if cell.cell_type == "code":
            text = f"```python\n{text}\n```"
        parts.append(text)
    parts.insert(1, download)
    return "\n\n".join(parts) + "\n"


def instructor_notebook(source: Path, seed: int | None = None) -> NotebookNode:
    """The instructor's edition: everything in the source, and after each question what the grader recognises."""
    notebook, new = read(source, seed), nbformat.v4
    preamble = Path(__file__).with_name("instructor_preamble.py").read_text(encoding="utf-8")
    hidden = [new.new_code_cell(code, metadata={"tags": ["remove-cell"]}) for code in (grader_code(notebook), preamble)]
    cells, summary, in_tests = [], ["| question | points | graded |", "| --- | ---: | --- |"], False
    total = 0
    for cell in notebook.cells:
        if (question := configuration(cell, "BEGIN QUESTION")) is not None:
            total += question["points"]
            by = "by hand, with the rubric" if question.get("manual") else "by the grader"
            summary.append(f"| {question['name']} | {question['points']} | {by} |")
        elif cell.cell_type == "raw":
            in_tests = "BEGIN TESTS" in cell.source or (in_tests and "END TESTS" not in cell.source)
            if "BEGIN SOLUTION" in cell.source:
                cells.append(new.new_markdown_cell("**Solution**"))
        elif in_tests:
            cells += _shown_test(cell.source)
        else:
            cell.metadata["tags"] = ["hide-input"] if "grader" in tags(cell) else []
            if cell.cell_type == "code":
                lines = [x for x in cell.source.splitlines() if not re.match(r"\s*# (BEGIN|END) SOLUTION", x)]
                cell.source = "\n".join(re.sub(r"\s*# SOLUTION( NO PROMPT)?$", "", line) for line in lines)
            cells.append(cell)
    summary += [f"| all | {total} | |", "", "How to grade, and what to watch for: [](index)."]
    notebook.cells = [cells[0], new.new_markdown_cell("\n".join(summary)), *hidden, *cells[1:]]
    return notebook


def build_instructor(folder: Path = SOURCES, output: Path | None = None, seed: int | None = None) -> Path:
    """Build the instructor's edition of every problem set, with the solutions executed, as a site of its own."""
    output = output or folder_of(seed) / "instructor"
    work = output / "source"
    shutil.rmtree(output, ignore_errors=True)
    work.mkdir(parents=True)
    names = []
    for source in sources(folder):
        jupytext.write(instructor_notebook(source, seed), work / f"{source.stem}.md", fmt="md:myst")
        names.append(source.stem)
    shutil.copy(Path(__file__).with_name("instructor_index.md"), work / "index.md")
    shutil.copytree(ROOT / "book" / "_static", work / "book" / "_static")
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    edition = {
        "title": f"{config['title']}: instructor's edition",
        "author": config["author"],
        "copyright": config["copyright"],
        "only_build_toc_files": True,
        "execute": {"execute_notebooks": "force", "timeout": 120},
        "parse": config["parse"],
        "sphinx": {
            "recursive_update": True,
            "extra_extensions": ["sphinxcontrib.katex"],
            "local_extensions": {"math_assets": str(ROOT / "book" / "_ext")},
            # A setting of an extension that is not loaded here is a warning. Tables in outputs are no CommonMark.
            "config": {
                key: value for key, value in config["sphinx"]["config"].items() if key.startswith(("html_", "katex_"))
            }
            | {"nb_render_markdown_format": "gfm"},
        },
    }
    (work / "_config.yml").write_text(yaml.safe_dump(edition), encoding="utf-8")
    toc = {"format": "jb-book", "root": "index", "chapters": [{"file": name} for name in names]}
    (work / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    subprocess.run(
        [Path(sys.executable).with_name("jupyter-book"), "build", work, "--path-output", output, *FLAGS], check=True
    )
    (output / "_build" / "html").rename(output / "html")
    shutil.rmtree(output / "_build")
    shutil.rmtree(work)
    print(f"The instructor's edition is at {output / 'html' / 'index.html'}")
    return output / "html"


def _shown_test(test: str) -> list[NotebookNode]:
    """A hidden test, folded, and the table of what it recognises; nothing for a public test."""
    head, _, body = test.rpartition('""" # END TEST CONFIG\n')
    if "hidden: true" not in head:
        return []
    name, points = re.search(r"def (test_\w+)", body)[1], re.search(r"points: (\S+)", head)[1]
    new = nbformat.v4
    return [
        new.new_markdown_cell(f"**Hidden test** `{name}`, points: {points}"),
        new.new_code_cell(body, metadata={"tags": ["hide-input"]}),
        new.new_code_cell(f"misconceptions({name})", metadata={"tags": ["remove-input"]}),
    ]


def _digest(source: Path, seed: int | None = None) -> str:
    """What the products depend on: the source, its seed, this machinery, the library that goes along, and Otter."""
    otter = importlib.metadata.version("otter-grader")
    return f"{digest(source.parent, [source.name])} {digest(ROOT, ['book/_ext', 'lib'])} {otter} {seed}"


def _imports_library(notebook: NotebookNode) -> bool:
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code" and not tags(cell) & OURS)
    return re.search(r"^\s*(from|import) lib\b", code, re.MULTILINE) is not None


def _complete_autograder(made: Path, wanted: Path, code: str, with_library: bool) -> None:
    """Put the grader's code above the tests, and the library beside them if the notebook imports it."""
    library = contents(ROOT / "lib", ROOT) if with_library else {}
    members = {f"files/{name}": content for name, content in library.items()}
    with zipfile.ZipFile(made) as old:
        for member in old.namelist():
            content = old.read(member)
            members[member] = code.encode() + content + GUARD if member.startswith("tests/") else content
    write_zip(wanted, members)


def _write_requirements(notebook: NotebookNode, path: Path) -> None:
    configs = [configuration(cell, "ASSIGNMENT CONFIG") for cell in notebook.cells]
    config = next(c for c in configs if c is not None)
    grader = f"otter-grader=={importlib.metadata.version('otter-grader')}"
    path.write_text("\n".join([*config.get("requirements", []), grader, "jupyterlab"]) + "\n", encoding="utf-8")


def grade_solution(source: Path, output: Path, seed: int | None = None) -> None:
    """Grade the reference solution with the autograder just built; anything but full marks is an error."""
    from otter.api import grade_submission

    with tempfile.TemporaryDirectory() as folder:
        submission = Path(folder) / f"{source.stem}.ipynb"
        nbformat.write(solution_notebook(source, seed), submission)
        results = grade_submission(
            str(submission), str(output / "autograder" / f"{source.stem}-autograder.zip"), quiet=True
        )
    if not results.possible or results.total != results.possible:
        raise ValueError(
            f"{source.name}: the solution earns {results.total} of {results.possible} points.\n{results.summary()}"
        )
    print(f"{source.stem}: the solution earns {results.total:g} of {results.possible:g} points; see {output}")


def solution_notebook(source: Path, seed: int | None = None) -> NotebookNode:
    """The source as a submission: the notebook with every solution in it."""
    notebook = read(source, seed)
    cells, in_tests = [], False
    for cell in notebook.cells:
        if cell.cell_type == "raw":
            in_tests = "BEGIN TESTS" in cell.source or (in_tests and "END TESTS" not in cell.source)
        elif not in_tests and not tags(cell) & OURS:
            cells.append(cell)
    notebook.cells = cells
    notebook.metadata["otter"] = {"assignment_name": source.stem}
    return notebook


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("edition", choices=["students", "instructor"])
    parser.add_argument("--seed", type=whole_number, help="seed of a class's own data, a whole number from zero")
    chosen = parser.parse_args()
    if chosen.edition == "instructor":
        build_instructor(seed=chosen.seed)
        return
    for source in sources():
        grade_solution(source, build(source, seed=chosen.seed), chosen.seed)


def whole_number(text: str) -> int:
    """A seed from the command line."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"a seed is a whole number from zero, not {text!r}")
    return int(text)


if __name__ == "__main__":
    main()
