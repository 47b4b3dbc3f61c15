"""Chapters are executed again when what they compute with has changed, and only then; a failing cell is an error."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import small_book
import trees
from paths import ROOT

HEADER = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {display_name: Python 3, name: python3}
---
"""
CHAPTER = """
# Chapter {name}

```{{code-cell}} ipython3
import lib

with open("executions.log", "a") as log:
    log.write("{name}\\n")
print("The value is", lib.VALUE)
```
"""
INDEX = """# A book

```{toctree}
book/one
book/two
```
"""
# The extensions under test, and what they rest on; the rest of the real settings would only cost time.
CONFIGURATION = """
import sys

sys.path[:0] = ["book/_ext", "."]
extensions = ["myst_nb", "sphinxcontrib.bibtex", "dependencies", "notebooks"]
bibtex_bibfiles = []
html_theme = "basic"
html_title = "A book"
nb_execution_mode = "cache"
nb_execution_show_tb = True
exclude_patterns = ["_build", "book/_ext"]
"""


class Book:
    """A book of two chapters that leave a line in a file each time they are executed."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.log = folder / "book" / "executions.log"
        shutil.copytree(ROOT / "book" / "_ext", folder / "book" / "_ext")
        shutil.copytree(small_book.FIXTURE / "lib", folder / "lib")
        shutil.copy(ROOT / "requirements.txt", folder)
        (folder / "conf.py").write_text(CONFIGURATION)
        (folder / "index.md").write_text(INDEX)
        for name in ("one", "two"):
            self.write(name, CHAPTER.format(name=name))

    def write(self, name: str, text: str) -> None:
        (self.folder / "book" / f"{name}.md").write_text(HEADER + text, encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def run(self) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-d", "_build/.doctrees", ".", "_build/html"]
        self.log.unlink(missing_ok=True)
        return subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )

    def build(self) -> tuple[list[str], str]:
        """Build the book; return the chapters that were executed, and what page one shows."""
        result = self.run()
        assert result.returncode == 0, result.stdout
        page = (self.folder / "_build" / "html" / "book" / "one.html").read_text(encoding="utf-8")
        executed = sorted(self.log.read_text().split()) if self.log.exists() else []
        return executed, page.partition("The value is ")[2].split("\n")[0]


def test_a_change_in_lib_data_or_lock_executes_the_chapters_again(tmp_path):
    book, both = Book(tmp_path / "book"), ["one", "two"]
    assert book.build() == (both, "1.5")

    notebook = tmp_path / "book" / "_build" / "html" / "notebooks" / "one.ipynb"
    assert book.build() == ([], "1.5")  # nothing has changed

    book.change("lib/__init__.py", "VALUE = float", "VALUE = 2 * float")
    assert book.build() == (both, "3.0")
    book.change("lib/data/value.csv", "1.5", "4.5")
    assert book.build() == (both, "9.0")
    book.change("requirements.txt", "altair==", "altair==0.")
    assert book.build() == (both, "9.0")
    book.change("requirements.txt", "altair==0.", "altair==")
    assert book.build() == ([], "9.0")  # back to a state whose cache is still there

    # One page changes: the other is not executed, and its notebook stays; one that is lost comes back.
    notebook.unlink()
    book.write("two", CHAPTER.format(name="two").replace("lib.VALUE)", "lib.VALUE + 1)"))
    assert book.build() == (["two"], "9.0")
    assert {path.stem for path in notebook.parent.iterdir()} == {"one", "two"}


def test_a_failing_cell_fails_the_build(tmp_path):
    folder = small_book.make(tmp_path / "book")  # with the real settings, under which `make book` would run
    page = folder / "book" / "two.md"
    page.write_text(page.read_text(encoding="utf-8").replace("print(lib", "1 / 0\nprint(lib"), encoding="utf-8")
    result = small_book.build(folder)
    assert result.returncode != 0
    assert "ZeroDivisionError" in result.stdout


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "lib" / "data").mkdir(parents=True)
    (tmp_path / "lib" / "a.py").write_text("A = 1\n")
    (tmp_path / "lib" / "data" / "b.csv").write_text("b\n")
    (tmp_path / "requirements.txt").write_text("c==1\n")
    return tmp_path


NAMES = ["lib", "requirements.txt"]


@pytest.mark.parametrize("name", ["lib/a.py", "lib/data/b.csv", "requirements.txt", "lib/new.py"])
def test_the_digest_sees_a_change(folder, name):
    before = trees.digest(folder, NAMES)
    (folder / name).write_text("changed\n")
    assert trees.digest(folder, NAMES) != before


def test_the_digest_sees_a_file_move(folder):
    before = trees.digest(folder, NAMES)
    (folder / "lib" / "a.py").rename(folder / "lib" / "c.py")
    assert trees.digest(folder, NAMES) != before


def test_the_digest_ignores_times_and_caches(folder):
    before = trees.digest(folder, NAMES)
    os.utime(folder / "lib" / "a.py", (1, 1))
    (folder / "lib" / "__pycache__").mkdir()
    (folder / "lib" / "__pycache__" / "a.pyc").write_text("compiled")
    (folder / "lib" / ".ipynb_checkpoints").mkdir()
    (folder / "lib" / ".ipynb_checkpoints" / "a.py").write_text("old")
    assert trees.digest(folder, NAMES) == before


def test_a_missing_dependency_is_named(folder):
    shutil.rmtree(folder / "lib")
    with pytest.raises(FileNotFoundError, match="lib"):
        trees.digest(folder, NAMES)


def test_the_order_in_which_files_are_found_does_not_matter(folder, monkeypatch):
    """A file system lists a folder in an order of its own; digests, zip files and notebooks have to be the same."""
    digest, names = trees.digest(folder, NAMES), list(trees.contents(folder, folder))
    found = Path.rglob
    monkeypatch.setattr(Path, "rglob", lambda path, pattern: reversed(sorted(found(path, pattern))))
    assert trees.digest(folder, NAMES) == digest
    assert list(trees.contents(folder, folder)) == names
