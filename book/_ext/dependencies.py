"""Execute a chapter again when what it computes with has changed, and several chapters at once.

The execution cache of MyST-NB looks at a chapter's own cells, and not at what they import: after a change in ``lib``
the page would keep the old number. Here the cache lives in a folder named after a digest of everything that a chapter
depends on: the package, its data and the locked versions. MyST-NB's cache setting makes Sphinx read every page again
when it changes, so a new digest means a new, empty cache.

MyST-NB would execute one chapter after another, as it reads them. So before it reads the first, the cache is filled,
with as many chapters at a time as there are processors. (jupyter-cache has a parallel executor, whose workers write the
cache themselves; on a busy machine it once lost a chapter. Here one thread writes.)
"""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from operator import itemgetter
from pathlib import Path
from time import monotonic

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from myst_nb.core.read import is_myst_markdown_notebook, myst_nb_reader_plugin
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from problem_sets import problem_sets
from sphinx.errors import ExtensionError
from sphinx.util.display import status_iterator
from trees import digest

KEPT = 3  # caches: this one, and those of the last states, so that going back and forth is quick


def choose_cache(app, config):
    """Point MyST-NB at the cache of this state, and delete the oldest others."""
    base = Path(app.srcdir)
    caches = base / "_build" / ".jupyter_cache"
    cache = caches / digest(base, ["lib", "requirements.txt"])
    cache.mkdir(parents=True, exist_ok=True)
    cache.touch()  # the newest is the one in use
    for old in sorted(caches.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    config.nb_execution_cache_path = str(cache)


def open_cache(path):
    """Return the cache; an empty one, if a killed build has left this one with half a notebook in it, or with none."""
    try:
        cache = get_cache(path)
        whole = {cache.get_cache_bundle(record.pk).record.hashkey for record in cache.list_cache_records()}
        in_order = whole == {folder.name for folder in Path(path, "executed").glob("*")}
    except Exception:  # whatever reading half a file ends in
        in_order = False
    if not in_order:
        shutil.rmtree(path)
        Path(path).mkdir()
        cache = get_cache(path)
    return cache


def execute(name, chapter, folder, timeout):
    """Execute a chapter where it stands; return the seconds it took, or None if a cell failed or took too long.

    Raises
    ------
    sphinx.errors.ExtensionError
        If its kernel does not start, or dies; it names the chapter and the cell.
    """
    where = "before its first cell"

    def note(cell, cell_index):
        nonlocal where
        if cell.cell_type == "code":
            before = sum(other.cell_type == "code" for other in chapter.cells[:cell_index])
            first = next(iter(cell.source.strip().splitlines()), "")
            where = f"in code cell {before + 1}, which begins: {first}"

    client = NotebookClient(
        chapter,
        timeout=timeout,
        resources={"metadata": {"path": folder}},
        record_timing=False,
        coalesce_streams=True,  # a print that arrives in two pieces is still one output
        on_cell_start=note,
        extra_arguments=["--log-level=ERROR"],  # else each kernel warns that it talks to us without encryption
    )
    began = monotonic()
    try:
        # Matplotlib dates its pictures, in microseconds, unless a date is set.
        client.execute(env=os.environ | {"SOURCE_DATE_EPOCH": "0"})
    except (CellExecutionError, CellTimeoutError):
        return None
    except Exception as error:
        raise ExtensionError(f"{name}: {error} ({where})") from error
    return monotonic() - began


def execute_chapters(app, env, docnames):
    """Execute what is to be read and not in the cache. A chapter that fails is left to MyST-NB, which reports it."""
    cache = open_cache(app.config.nb_execution_cache_path)
    chapters = {}
    for docname in sorted(set(docnames) - set(problem_sets(app))):  # a problem set's page executes no code
        path = env.doc2path(docname)
        if is_myst_markdown_notebook(Path(path).read_text(encoding="utf-8")):
            chapter = myst_nb_reader_plugin(path)
            try:
                cache.match_cache_notebook(chapter)
            except KeyError:
                chapters[path] = chapter

    def executed(path):
        return execute(Path(path).stem, chapters[path], str(Path(path).parent), app.config.nb_execution_timeout)

    # Threads are enough: each has a kernel, which is a process.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        names = [Path(path).stem for path in chapters]
        results = zip(names, chapters, pool.map(executed, chapters), strict=True)
        for _, path, seconds in status_iterator(
            results, "executing chapters... ", length=len(chapters), stringify_func=itemgetter(0)
        ):
            if seconds is not None:
                bundle = CacheBundleIn(chapters[path], path, data={"execution_seconds": seconds})
                cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def read_everything(app, env, added, changed, removed):
    """Have every page read and written: what stands on one depends on others, and on our extensions."""
    return env.found_docs


def setup(app):
    # Whoever sets it wants a build that repeats. This one does; and Sphinx would put its year in place of ours.
    os.environ.pop("SOURCE_DATE_EPOCH", None)
    app.connect("config-inited", choose_cache)
    app.connect("env-get-outdated", read_everything)
    app.connect("env-before-read-docs", execute_chapters)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
