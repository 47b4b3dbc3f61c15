"""Put each problem set into the book as students get it.

Sphinx never sees the source of a problem set, in which the solutions are: before it parses the page, the text is
replaced by that of the student notebook. So nothing that Sphinx derives from a page (search index, page source,
doctree) can hold a solution. On the repository's site the solutions are one click away, so these pages have no button
for their source. A change in this machinery or in ``lib`` has every page read again: see ``dependencies.py``.
"""

import shutil
from pathlib import Path

import nbformat
import problem_set_builder as builder

DOWNLOAD = """```{{raw}} html
<p><a href="{name}.zip" download>Download this problem set as a notebook</a> (a zip file with all that it needs).</p>
```"""


def problem_sets(app) -> dict[str, Path]:
    """The problem sets of this book, by the name of their page."""
    folder = Path(app.srcdir) / "book" / "problem-sets"
    return {path.relative_to(app.srcdir).with_suffix("").as_posix(): path for path in builder.sources(folder)}


def replace_source(app, docname, source):
    path = problem_sets(app).get(docname)
    if path is None:
        return
    output = builder.build(path)
    student = nbformat.read(output / "student" / f"{path.stem}.ipynb", as_version=4)
    source[0] = builder.page(student, DOWNLOAD.format(name=path.stem))


def write_downloads(app, exception):
    if exception is not None or app.builder.format != "html":
        return
    for docname, path in problem_sets(app).items():
        if docname in app.env.found_docs:
            target = Path(app.outdir) / f"{docname}.zip"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(builder.build(path) / f"{path.stem}.zip", target)


def drop_repository_buttons(app, pagename, templatename, context, doctree):
    if pagename not in problem_sets(app):
        return
    # Without a suffix there is no source file to show, edit, launch or download.
    context["page_source_suffix"] = ""
    context["has_source"] = context["show_source"] = False
    context["sourcename"] = ""


def setup(app):
    app.connect("source-read", replace_source)
    # Before the theme makes its buttons, which it does at the default priority of 500 and later.
    app.connect("html-page-context", drop_repository_buttons, priority=1)
    app.connect("build-finished", write_downloads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
