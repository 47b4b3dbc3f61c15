"""Mend the theme's pages and the site as a whole, and add the buttons that a public repository makes possible.

The repository's address (``repository: url`` in ``_config.yml``) is the one setting that turns on the source, Binder
and Colab buttons.
"""

import hashlib
import re
import shutil
from html import escape
from pathlib import Path, PurePosixPath
from urllib.parse import quote, urlsplit

from docutils import nodes
from sphinx.errors import ConfigError

BINDER = "https://mybinder.org/v2"
COLAB = "https://colab.research.google.com"
# Colab opens notebooks alone, and this repository's chapters are Markdown: the workflow that publishes the site
# (.github/workflows/pages.yml) puts their notebooks on a branch of this name.
NOTEBOOK_BRANCH = "notebooks"
NOTEBOOK_BUTTON = "download-notebook-button"  # as notebooks.py labels it


def use_repository(app, config):
    """Let the theme show its source button when, and only when, the repository's address is known."""
    options = config.html_theme_options
    url = (options.get("repository_url") or "").rstrip("/").removesuffix(".git")
    options["repository_url"] = url
    options["use_repository_button"] = options["use_source_button"] = bool(url)
    if url and (urlsplit(url).scheme != "https" or urlsplit(url).path.count("/") < 2):
        raise ConfigError(
            f"repository: url in _config.yml is {url!r}; expected https://<host>/<owner>/<name>, or nothing"
        )


def launch_links(url, branch, docname):
    """List the buttons that run a chapter elsewhere, for the repository at ``url``."""
    owner_and_name = urlsplit(url).path.strip("/")
    on_github = urlsplit(url).netloc == "github.com"
    binder_source = f"gh/{owner_and_name}" if on_github else f"git/{quote(url, safe='')}"
    where = quote(f"lab/tree/{docname}.md")
    buttons = [("Binder", "logo_binder.svg", f"{BINDER}/{binder_source}/{branch}?urlpath={where}")]
    if on_github:
        notebook = f"{PurePosixPath(docname).name}.ipynb"
        buttons.append(
            ("Colab", "logo_colab.png", f"{COLAB}/github/{owner_and_name}/blob/{NOTEBOOK_BRANCH}/{notebook}")
        )
    return [
        {"type": "link", "text": name, "tooltip": f"Run on {name}", "icon": f"_static/images/{logo}", "url": link}
        for name, logo, link in buttons
    ]


def add_buttons(app, pagename, templatename, context, doctree):
    """Set the notebook's download apart from the icons and, with a known repository, add the launch buttons."""
    if pagename == app.config.root_doc:
        context["all_notebooks_url"] = context["pathto"]("notebooks.zip", 1)
    buttons = context.get("header_buttons", [])
    download = next((button for button in buttons if button.get("label") == NOTEBOOK_BUTTON), None)
    if download is None:
        return
    buttons.remove(download)
    context["notebook_url"] = download["url"]  # article-header-buttons.html shows it
    options = app.config.html_theme_options
    # A page without a suffix is one whose source is not for its readers.
    if options["repository_url"] and context.get("page_source_suffix"):
        links = launch_links(options["repository_url"], options.get("repository_branch", "main"), pagename)
        group = {"type": "group", "tooltip": "Run this chapter elsewhere", "icon": "fas fa-rocket", "buttons": links}
        buttons.append(group | {"label": "launch-buttons"})


def disable_thebe(app, config):
    """Keep thebe off the pages: it fetches its code from another host, and declares its constants twice.

    Jupyter Book loads the extension without asking; what it would do on later events is cancelled here.
    """
    for listeners in list(app.events.listeners.values()):
        for listener in list(listeners):
            if listener.handler.__module__ == "sphinx_thebe":
                app.disconnect(listener.id)
    app.registry.css_files[:] = [entry for entry in app.registry.css_files if entry[0] != "sphinx-thebe.css"]


def name_entries(app, pagename, templatename, context, doctree):
    """Call the entries of a bibliography what its list may hold: axe's rule is "aria-allowed-role"."""
    if doctree is not None:
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')


def mend_search(app, pagename, templatename, context, doctree):
    """Load what mends Sphinx's search, on its page alone; deferred, so after the index and before the search."""
    if pagename == "search":
        app.add_js_file("searching.js", loading_method="defer")


def name_every_header(app, doctree, docname):
    """Make the empty corner of a data frame's table a plain cell: axe's rule is "empty-table-header"."""
    for raw in doctree.findall(nodes.raw):
        if "dataframe" in raw.astext():
            raw.children[:] = [nodes.Text(raw.astext().replace("<th></th>", "<td></td>"))]


def set_minus_signs(app, doctree, docname):
    """Give a negative number that code hands to the text a minus sign, where Python writes a hyphen."""
    for pasted in doctree.findall(nodes.inline):
        for text in pasted.findall(nodes.Text) if "pasted-text" in pasted["classes"] else ():
            text.parent.replace(text, nodes.Text(re.sub(r"^-(?=\d)", "\N{MINUS SIGN}", text)))


# The site's address without a page's name. Sphinx's external table of contents would write a bare redirection, and a
# browser that has not moved on yet would ask for /favicon.ico; the icon named here is empty: nothing is asked for.
FRONT_DOOR = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url={root}">
<title>{title}</title>
<link rel="icon" href="data:,">
</head>
<body>
<main><h1>{title}</h1><p>The book begins <a href="{root}">on its front page</a>.</p></main>
</body>
</html>
"""


def write_front_door(app, error):
    """Lead from the site's address to the book."""
    root = app.builder.get_target_uri(app.config.root_doc)
    if error is None and app.builder.format == "html" and root != "index.html":
        page = FRONT_DOOR.format(root=root, title=escape(app.config.html_title))
        Path(app.outdir, "index.html").write_text(page, encoding="utf-8")


def finish(app, error):
    """Leave out what is not for readers, and give each asset on each page the sum of its final contents.

    Some extensions write their style sheets after the pages that name them, and the theme writes one anew. Sphinx then
    gives no sum, or another one than the next build, and browsers would go on using the sheet that they have.
    """
    if error is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    # A cache's key; the theme's templates, translations and what its scripts and styles were compiled from.
    unread = [site / ".buildinfo", *site.glob("_static/*webpack-macros.html"), *site.glob("_static/**/*.map")]
    for path in unread:
        path.unlink(missing_ok=True)
    shutil.rmtree(site / "_static" / "locales", ignore_errors=True)
    sums = {}

    def summed(found):
        name = found["name"]
        if name not in sums:
            path = site / "_static" / name
            sums[name] = hashlib.sha256(path.read_bytes()).hexdigest()[:8] if path.is_file() else ""
        return f"{found['place']}{name}?v={sums[name]}" if sums[name] else found[0]

    asset = re.compile(r'(?P<place>(?:href|src)="(?:\.\./)*_static/)(?P<name>[\w./-]+\.(?:css|js))(?:\?\w+=\w+)?(?=")')
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        page.write_text(asset.sub(summed, text), encoding="utf-8")


def setup(app):
    app.config.templates_path.insert(0, str(Path(__file__).parent / "templates"))
    app.connect("config-inited", disable_thebe)
    app.connect("config-inited", use_repository)
    app.connect("doctree-resolved", name_every_header)
    app.connect("doctree-resolved", set_minus_signs, priority=399)  # before the notebooks are written
    app.connect("html-page-context", name_entries)
    app.connect("html-page-context", mend_search)
    app.connect("build-finished", write_front_door, priority=400)  # where there is one, nobody writes another
    app.connect("build-finished", finish, priority=900)  # after everybody who writes at the end
    app.add_js_file("scrolling.js", loading_method="defer")
    app.add_js_file("printing.js", loading_method="defer")
    # After the theme's buttons (501) and the notebook's (502).
    app.connect("html-page-context", add_buttons, priority=503)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
