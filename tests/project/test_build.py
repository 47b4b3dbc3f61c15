"""A build gives a whole site or leaves the last one, gives the same one every time, and names what stopped it."""

import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import build
import notebooks
import pytest
import reproducible
import small_book
from bs4 import BeautifulSoup
from paths import ROOT, SITE

# One worker builds: what is compared was built once.
pytestmark = pytest.mark.xdist_group("build")
KERNEL_DIES = """
```{code-cell} ipython3
import os

os.kill(os.getpid(), 9)
```
"""


def site(folder: Path) -> Path:
    return folder / "_build" / "html"


def built(folder: Path, **settings) -> Path:
    """Build the book in a folder; return the folder."""
    result = reproducible.build(folder, **settings)
    assert result.returncode == 0, result.stdout
    return folder


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / "book" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def times(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_a_change_in_whatever_goes_into_the_site_is_seen(tmp_path, monkeypatch):
    """The zip file of notebooks holds more than what the pages are made from."""
    shutil.copytree(ROOT, tmp_path / "book", ignore=reproducible.NOT_SOURCE)
    monkeypatch.setattr(build, "BASE", tmp_path / "book")
    names = {name.removeprefix(f"{notebooks.FOLDER}/").split("/")[0] for name in zipped(SITE / "notebooks.zip")}
    made = {"README.md", *(path.name for path in (SITE / "notebooks").glob("*.ipynb"))}  # while the site is built
    for name in {"_config.yml", "_toc.yml", "book/pooling.md", "book/_ext/website.py", *names - made}:
        path = tmp_path / "book" / name
        path = path / "__init__.py" if path.is_dir() else path
        before = build.inputs()
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        assert build.inputs() != before, name


def zipped(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The small book, built; tests that change it work on a copy."""
    return built(small_book.make(tmp_path_factory.mktemp("built") / "book"))


@pytest.fixture
def copy(tmp_path):
    return small_book.make(tmp_path / "a copy, with blanks and an ümlaut" / "book")


def test_two_builds_are_the_same(book, copy):
    """Elsewhere, at another time of another zone; `make reproducible` does the same with the whole book."""
    built(copy, mask=0o077, **reproducible.ELSEWHERE)
    assert reproducible.differences(site(book), site(copy)) == []
    assert {"index.html", "notebooks.zip", "searchindex.js"} <= {path.name for path in site(copy).iterdir()}


def test_a_difference_is_seen(tmp_path):
    for root, text in (("a", "1"), ("b", "2")):
        (tmp_path / root / "deep").mkdir(parents=True)
        (tmp_path / root / "deep" / "same").write_text("same")
        (tmp_path / root / "deep" / "other").write_text(text)
    (tmp_path / "b" / ".alone").touch()
    found = reproducible.differences(tmp_path / "a", tmp_path / "b")
    assert found == [f".alone is in {tmp_path / 'b'} alone", "deep/other differs"]


def test_a_second_build_changes_nothing_and_a_damaged_file_is_mended(book):
    before = times(site(book))
    result = reproducible.build(book)
    assert result.returncode == 0 and "Nothing has changed" in result.stdout
    assert times(site(book)) == before

    page, notebook = site(book) / "book" / "one.html", site(book) / "notebooks" / "one.ipynb"
    whole = {path: path.read_bytes() for path in (page, notebook)}
    page.write_bytes(whole[page][:100])
    notebook.unlink()
    built(book)
    assert {path: path.read_bytes() for path in whole} == whole


@pytest.mark.parametrize("name", ["html/index.html", "jupyter_execute/a.ipynb", "problem-sets/rates/rates.zip"])
def test_whatever_was_made_is_looked_at_before_a_build_is_left_out(name, tmp_path, monkeypatch):
    """An autograder that is gone or cut short is made again, although the site is whole."""
    for folder in ("html", "jupyter_execute", "problem-sets/rates"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / name).write_text("whole")
    monkeypatch.setattr(build, "BUILD", tmp_path)
    whole = build.outputs()
    (tmp_path / name).write_text("who")
    assert build.outputs() != whole
    (tmp_path / name).unlink()
    assert build.outputs() != whole


def test_a_change_of_title_or_contents_reaches_every_page(book, copy, tmp_path):
    built(copy)
    other = small_book.make(tmp_path / "other")
    for folder in (copy, other):
        change(folder, "two.md", "# The second", "# A new title")
        (folder / "book" / "three.md").write_text("# A third page\n", encoding="utf-8")
        contents = (folder / "_toc.yml").read_text(encoding="utf-8")
        more = contents.replace("- file: book/two\n", "- file: book/two\n      - file: book/three\n")
        (folder / "_toc.yml").write_text(more, encoding="utf-8")
    built(copy)
    built(other)
    assert reproducible.differences(site(copy), site(other)) == []
    pages = [*site(copy).glob("book/*.html"), site(copy) / "search.html"]
    assert len(pages) > 4
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "A new title" in text and "The second" not in text and "A third page" in text, page


def killed(folder: Path, moment) -> None:
    """Start a build and kill it, with all that it has started, as soon as `moment` is true."""
    with subprocess.Popen(
        [sys.executable, folder / "book" / "_ext" / "build.py"],
        env=os.environ | {"PYTHONPATH": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        while process.poll() is None and not moment():
            time.sleep(0.005)
        assert process.poll() is None, "the build ended before it could be killed"
        os.killpg(process.pid, signal.SIGKILL)


def test_a_killed_build_is_made_good_by_the_next(book, copy):
    unfinished = copy / "_build" / "unfinished" / "_build"
    moments = {
        "while chapters are executed": lambda: any(copy.glob("_build/.jupyter_cache/*")),
        "while pages are read": lambda: (unfinished / "jupyter_execute" / "book" / "one.ipynb").exists(),
        "while pages are written": lambda: (unfinished / "html" / "book" / "index.html").exists(),
        "while the site is finished": lambda: (unfinished / "html" / "searchindex.js").exists(),
    }
    for moment in moments.values():
        killed(copy, moment)
        assert not site(copy).exists(), "a site is whole, or not there"
    built(copy)
    assert reproducible.differences(site(book), site(copy)) == []


def test_half_a_cache_of_executions_is_not_trusted(book, copy):
    built(copy)

    def cached():
        return next(copy.glob("_build/.jupyter_cache/*/executed/*/base.ipynb"))

    for damage in (
        lambda: cached().write_bytes(cached().read_bytes()[:500]),
        lambda: cached().unlink(),
        lambda: next(copy.glob("_build/.jupyter_cache/*/global.db")).unlink(),
    ):
        damage()
        (copy / "_build" / ".finished").unlink()
        built(copy)
        assert reproducible.differences(site(book), site(copy)) == []


def test_a_failed_build_leaves_the_last_site_and_says_so(book):
    before = times(site(book))
    page = book / "book" / "two.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(text + "\n{ref}`nowhere`\n", encoding="utf-8")
    result = reproducible.build(book)
    page.write_text(text, encoding="utf-8")
    assert result.returncode != 0
    assert "that of an earlier build" in result.stdout and "nowhere" in result.stdout
    assert times(site(book)) == before


def test_a_kernel_that_dies_is_named_with_its_chapter_and_cell(copy):
    with (copy / "book" / "two.md").open("a", encoding="utf-8") as page:
        page.write(KERNEL_DIES)
    result = reproducible.build(copy)
    assert result.returncode != 0
    assert "two: Kernel died" in result.stdout
    assert "in code cell 2, which begins: import os" in result.stdout  # its second; the text between is no code


def test_two_builds_at_once_wait_for_each_other(book, copy):
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(reproducible.build, [copy, copy]))
    assert [result.returncode for result in results] == [0, 0]
    assert sum("waiting for it to end" in result.stdout for result in results) == 1
    assert reproducible.differences(site(book), site(copy)) == []


def test_a_print_in_two_pieces_is_one_output(copy):
    change(copy, "two.md", "print(lib", "print('one', flush=True)\nimport time\ntime.sleep(0.5)\nprint(lib")
    built(copy)
    cells = BeautifulSoup((site(copy) / "book" / "two.html").read_text(encoding="utf-8"), "html.parser").select(".cell")
    outputs = [cell.select(".output") for cell in cells if "time.sleep" in cell.get_text()]
    assert [[output.get_text().split() for output in each] for each in outputs] == [[["one", "lib"]]]


def test_the_site_holds_nothing_that_is_not_for_its_readers(book):
    names = {path.relative_to(site(book)).as_posix() for path in site(book).rglob("*") if path.is_file()}
    assert not [name for name in names if name.startswith(".") or "macros" in name or name.endswith(".log")]
    for page in site(book).rglob("*.html"):
        assert "{%" not in page.read_text(encoding="utf-8"), page
