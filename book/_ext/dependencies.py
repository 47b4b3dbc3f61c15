"""Execute a chapter again when what it computes with has changed, and several chapters at once.

The execution cache of MyST-NB looks at a chapter's own cells, and not at what they import: after a change in ``lib``
the page would keep the old number. Here the cache lives in a folder named after a digest of everything that a chapter
depends on: the package, its data and the locked versions. MyST-NB's cache setting makes Sphinx read every page again
when it changes, so a new digest means a new, empty cache.

MyST-NB would execute one chapter after another, as it reads them. So before it reads the first, the cache is filled,
with as many chapters at a time as there are processors. (jupyter-cache has a parallel executor, whose workers write the
cache themselves; on a busy machine it once lost a chapter. Here one thread writes.)
"""

import hashlib
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from operator import itemgetter
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.read import is_myst_markdown_notebook, myst_nb_reader_plugin
from problem_sets import problem_sets
from sphinx.util.display import status_iterator

KEPT = 3  # caches: this one, and those of the last states, so that going back and forth is quick


def files(root):
    """Yield the files under the folder `root` (or `root` itself, a file) that count, sorted by name."""
    found = [root] if root.is_file() else sorted(root.rglob("*"))
    for path in found:
        hidden = any(part == "__pycache__" or part.startswith(".") for part in path.relative_to(root).parts)
        if path.is_file() and not hidden:
            yield path


def digest(base, names):
    """Return a digest of the names and contents of the files and folders `names` in the folder `base`.

    It does not look at times, so that a fresh clone has the same digest as an old one.
    """
    total = hashlib.sha256()
    for name in names:
        if not (base / name).exists():
            raise FileNotFoundError(f"the digest of what the chapters depend on needs {base / name}")
        for path in files(base / name):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            total.update(f"{path.relative_to(base).as_posix()} {content}\n".encode())
    return total.hexdigest()[:16]


def choose_cache(app, config):
    """Point MyST-NB at the cache of this state, and delete the oldest others."""
    base = Path(app.srcdir)
    caches = Path(app.outdir).parent / ".jupyter_cache"
    cache = caches / digest(base, ["lib", "requirements.txt"])
    cache.mkdir(parents=True, exist_ok=True)
    cache.touch()  # the newest is the one in use
    for old in sorted(caches.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    config.nb_execution_cache_path = str(cache)
    # The pages are made by our extensions too: a change there means reading the pages again, but not executing them.
    # And Sphinx copies style sheets only when it has a page to write.
    names = [name for name in ["book/_ext", "book/_static"] if (base / name).exists()]
    config.book_extensions_digest = digest(base, names)


def execute_chapters(app, env, docnames):
    """Execute what is to be read and not in the cache. A chapter that fails is left to MyST-NB, which reports it."""
    cache = get_cache(app.config.nb_execution_cache_path)
    chapters = {}
    for docname in sorted(set(docnames) - set(problem_sets(app))):  # a problem set's page executes no code
        path = env.doc2path(docname)
        if is_myst_markdown_notebook(Path(path).read_text(encoding="utf-8")):
            chapter = myst_nb_reader_plugin(path)
            try:
                cache.match_cache_notebook(chapter)
            except KeyError:
                chapters[path] = chapter

    def execute(path):
        return single_nb_execution(
            chapters[path],
            cwd=str(Path(path).parent),
            allow_errors=False,
            timeout=app.config.nb_execution_timeout,
            meta_override=True,
        )

    # Threads are enough: each has a kernel, which is a process.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        names = [Path(path).stem for path in chapters]
        results = zip(names, chapters, pool.map(execute, chapters), strict=True)
        for _, path, result in status_iterator(
            results, "executing chapters... ", length=len(chapters), stringify_func=itemgetter(0)
        ):
            if result.err is None:
                bundle = CacheBundleIn(chapters[path], path, data={"execution_seconds": result.time})
                cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def setup(app):
    app.add_config_value("book_extensions_digest", "", "env")
    app.connect("config-inited", choose_cache)
    app.connect("env-before-read-docs", execute_chapters)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
