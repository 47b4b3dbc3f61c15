"""Show a chart with a slider: a picture in every page, a live chart where scripts run.

A cell whose value offers the type of ``lib.explorables.Explorable`` becomes a static figure with alternative text,
followed by the chart's specification, from which ``explorable.js`` makes the live chart. Only a page that has one loads
the scripts. Vega's own comes from the locked ``vl-convert-python``.
"""

import hashlib
import json
from html import escape
from pathlib import Path

import vl_convert
from docutils import nodes
from myst_nb.core.render import load_mime_renders

from lib.explorables import EXPLORABLE_MIME

CLASS = "explorable"
VEGA = "vega.js"
# Under whatever the chart says itself: readable text, no paper, and one description (the alternative text) in place
# of a name for each of hundreds of marks.
CONFIG = {
    "background": "transparent",
    "aria": False,
    "axis": {"labelFontSize": 12, "titleFontSize": 13},
    "legend": {"labelFontSize": 12, "titleFontSize": 13},
}


class ExplorableRenderer:
    """What MyST-NB asks for the nodes of an explorable."""

    mime_priority_overrides = [(builder, EXPLORABLE_MIME, 0) for builder in ("html", "dirhtml", "singlehtml")]

    @staticmethod
    def handle_mime(renderer, data, inline):
        """Return the nodes of an explorable, or None for any other kind of output."""
        if inline or data.mime_type != EXPLORABLE_MIME:
            return None
        content = data.content
        missing = [key for key in ("spec", "alt", "title") if not content.get(key)]
        if missing:
            renderer.logger.warning(f"explorable without {', '.join(missing)}", subtype="explorable", line=data.line)
            return []
        spec = content["spec"]
        own = spec.get("config", {})
        merged = {key: value | own.get(key, {}) if isinstance(value, dict) else value for key, value in CONFIG.items()}
        spec = spec | {"config": merged | {key: value for key, value in own.items() if key not in merged}}
        svg = vl_convert.vegalite_to_svg(spec).encode()
        uri = renderer.write_file([f"{hashlib.sha256(svg).hexdigest()}.svg"], svg, exists_ok=True)
        # In a script element "</script" ends it early, and "<!--" with "<script" swallows what follows it.
        text = json.dumps(spec).replace("<", r"\u003c")
        label = escape(content["title"], quote=True)
        picture = nodes.image(uri=uri, alt=content["alt"])
        box = nodes.container("", picture, classes=[CLASS])
        box += nodes.raw("", f'<script type="application/json" data-title="{label}">{text}</script>', format="html")
        return [box]


def load_scripts(app, pagename, templatename, context, doctree):
    """Load the scripts on the pages that have an explorable, and on no other."""
    if doctree is not None and any(CLASS in box["classes"] for box in doctree.findall(nodes.container)):
        app.add_js_file(VEGA, loading_method="defer")
        app.add_js_file("explorable.js", loading_method="defer")


def write_vega(app):
    """Write Vega, Vega-Lite and Vega-Embed into the site."""
    if app.builder.format == "html":
        path = Path(app.outdir, "_static", VEGA)
        path.parent.mkdir(parents=True, exist_ok=True)
        # In a function of its own: the bundle declares names, such as "_", that Sphinx's scripts declare too.
        path.write_text(f"(() => {{\n{vl_convert.javascript_bundle()}\n}})();\n", encoding="utf-8")


def setup(app):
    # The documented way in is an entry point, but that would name this file to every other book built in the same
    # environment, where it cannot be imported. The cached list of entry points is the list that MyST-NB uses.
    renderers = load_mime_renders()
    if ExplorableRenderer not in renderers:
        renderers.append(ExplorableRenderer)
    app.connect("builder-inited", write_vega)
    app.connect("html-page-context", load_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
