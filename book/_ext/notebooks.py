"""Write each chapter as a plain Jupyter notebook, and all of them as one zip file, while the pages are written.

The notebook comes from the same resolved document as the page: numbers, cross references, citations and exercises are
text already, and the cells are those of the executed chapter, without their outputs. Sphinx tells us of every page it
writes (``doctree-resolved``), so no second run of Sphinx is needed.
An element without a rule here is a warning, and so a failed build: nothing is dropped in silence.

A page gets a notebook when its front matter names a kernel, unless it says ``notebook: false``.
"""

import ast
import base64
import re
from pathlib import Path, PurePosixPath

import nbformat
from docutils import nodes
from pybtex.backends.markdown import Backend
from sphinx.util import logging
from trees import contents, write_zip

logger = logging.getLogger(__name__)

FOLDER = "borrowing-strength"  # what the zip file unpacks to
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
NEEDS_LIB = (
    "*A chapter of {title}, as a notebook. It needs the folder `lib` beside it: the book's site offers all notebooks, "
    "with `lib` and the data, as `notebooks.zip`.*"
)
# Colab opens a notebook alone. Where the repository's address is known, the notebook can fetch `lib` from it.
FETCH_LIB = """import importlib.util

if importlib.util.find_spec("lib") is None:  # not beside the notebook: on Colab, say
    %pip install --quiet git+{url}"""
README = """# {title}: the chapters as notebooks

The notebooks need Python 3.12 or newer. In this folder, with conda:

    conda env create --file environment.yml
    conda activate {folder}
    jupyter lab

or with pip, in a virtual environment:

    python -m venv .venv
    source .venv/bin/activate
    python -m pip install --requirement requirements.txt
    jupyter lab

Then open a notebook and choose Run, Run All Cells. The notebooks, in the order of the book:

{notebooks}
"""


# Code


def parse(source):
    """Return the syntax tree of a cell, in which IPython's own commands do nothing."""
    return ast.parse(re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.MULTILINE))


def names(source, context):
    """Return the names that the code of a cell reads (`ast.Load`) or defines (`ast.Store`)."""
    tree = list(ast.walk(parse(source)))
    defined = {node.name for node in tree if isinstance(node, ast.FunctionDef) and context is ast.Store}
    within = {name for node in tree if isinstance(node, ast.comprehension) for name in ast.walk(node.target)}
    found = (node for node in tree if isinstance(node, ast.Name) and isinstance(node.ctx, context))
    return defined | {node.id for node in found if node not in within}  # what a comprehension names stays in it


def plain_code(cells):
    """Return the code of each executed cell, "" for those that the page hides (`remove-cell`): they serve it alone.

    Raises
    ------
    ValueError
        When the notebook would not do without a hidden cell, or a cell that readers see hands a number to the page.
    """
    hidden = ["remove-cell" in cell.metadata.get("tags", []) for cell in cells]
    code = [cell.source if cell.cell_type == "code" else "" for cell in cells]
    needed = set().union(*(names(source, ast.Load) for source, away in zip(code, hidden, strict=True) if not away))
    if "glue" in needed:
        raise ValueError("glue stands in a cell that readers see; give it a cell of its own, with the tag remove-cell")
    for source, away in zip(code, hidden, strict=True):
        if away and (used := needed & names(source, ast.Store)):
            raise ValueError(
                f"a cell with the tag remove-cell defines {', '.join(sorted(used))}, which other cells read"
            )
        if away and "rng" in names(source, ast.Load):
            raise ValueError("a cell with the tag remove-cell draws random numbers, so later cells would draw others")
    return ["" if away else source for source, away in zip(code, hidden, strict=True)]


def cell_metadata(metadata):
    """Keep of a cell's metadata what Jupyter understands."""
    tags = set(metadata.get("tags", []))
    kept = {}
    if tags & {"hide-input", "hide-cell", "remove-input"}:
        kept["jupyter"] = {"source_hidden": True}
    if "raises-exception" in tags:
        kept["tags"] = ["raises-exception"]
    return kept


# Text


def escape(text):
    """Escape what Markdown or MathJax would take for markup in plain text."""
    text = re.sub(r"\s*\n\s*", " ", text)
    text = re.sub(r"([\\*`])", r"\\\1", text)
    text = re.sub(r"(?<!\w)_|_(?!\w)", r"\\_", text)
    text = re.sub(r"&(?=#?\w+;)", "&amp;", text)
    text = re.sub(r"<(?=[\w/!?])", "&lt;", text)
    # Two dollars in one paragraph would enclose a formula; elements of their own keep them apart.
    return text.replace("](", "]\\(").replace("$", r"<span>\$</span>")


def indent(text, first, rest):
    """Put `first` before the first line of a text, and `rest` before the others."""
    return first + text.replace("\n", "\n" + rest).replace("\n" + rest + "\n", "\n" + rest.rstrip() + "\n")


class Translator:
    """Turns the resolved document of one page into notebook cells."""

    def __init__(self, app, docname, executed):
        self.app, self.docname, self.executed = app, docname, executed
        self.code_of = plain_code(executed.cells)
        self.cells = []
        self.pending = []  # Markdown blocks not yet in a cell
        self.depth = 0  # of headings
        self.next_cell = 0  # the first executed cell not yet written
        self.folded = None  # the heading cell of a folded solution that has just ended

    # Cells

    def translate(self, document):
        """Return the cells of the notebook."""
        self.walk(document)
        self.flush_code(len(self.executed.cells))
        self.references(document)
        self.flush()
        return self.cells

    def flush(self, **metadata):
        """Close the Markdown cell at hand."""
        if self.pending:
            text = "\n\n".join(block for block in self.pending if block)
            self.cells.append(nbformat.v4.new_markdown_cell(text, metadata=metadata))
            self.pending = []

    def heading(self, text):
        """Begin a new Markdown cell with a heading."""
        self.flush()
        self.folded = None
        self.pending.append("#" * min(self.depth, 6) + " " + text)

    def unfold(self):
        """Undo the folding of a solution: JupyterLab folds up to the next heading, and here comes something else."""
        if self.folded is not None:
            self.folded.metadata.clear()
            self.folded = None

    def flush_code(self, stop):
        """Write the executed cells up to `stop` that the page does not show but later cells may need."""
        for index in range(self.next_cell, stop):
            self.code(index)
        self.next_cell = max(self.next_cell, stop)

    def code(self, index):
        """Write the executed cell of this index, unless it only serves the page."""
        if source := self.code_of[index]:
            self.unfold()
            self.flush()
            metadata = cell_metadata(self.executed.cells[index].metadata)
            self.cells.append(nbformat.v4.new_code_cell(source, metadata=metadata))

    def warn(self, message, node=None):
        logger.warning("notebook: %s", message, location=node or self.docname, type="notebooks")

    # Blocks that may hold code cells

    def walk(self, parent):
        for node in parent.children:
            enumerable = self.app.env.get_domain("std").get_enumerable_node_type(node)
            if isinstance(node, nodes.container) and node.get("nb_element") == "cell_code":
                self.flush_code(node["cell_index"])
                self.code(node["cell_index"])
                self.next_cell = node["cell_index"] + 1
                self.figure_text(node)
            elif type(node).__name__ in ("exercise_node", "exercise_enumerable_node", "solution_node"):
                self.exercise(node, enumerable)
            elif isinstance(node, nodes.section):
                titled = bool(node.children) and isinstance(node[0], nodes.title)
                self.depth += titled
                self.walk(node)
                self.depth -= titled
            elif isinstance(node, nodes.title) and isinstance(parent, nodes.section | nodes.document):
                self.heading(self.inline(node))
            elif type(node) in (nodes.container, nodes.compound) or type(node).__name__ == "HideCodeCellNode":
                self.walk(node)
            elif block := self.block(node):
                self.unfold()
                self.pending.append(block)

    def exercise(self, node, enumerable):
        """Write an exercise or a solution under a heading; one that is folded on the page is folded here too."""
        solution = type(node).__name__ == "solution_node"
        self.depth += 1 + solution
        self.heading((self.number(node, enumerable, "") + self.inline(node[0])).strip())
        folded = None
        if "dropdown" in node["classes"]:
            self.flush(**{"jp-MarkdownHeadingCollapsed": True})
            folded = self.cells[-1]
        self.depth += 1
        for child in node.children[1:]:
            self.walk(child) if isinstance(child, nodes.section) else self.walk(nodes.container("", child.deepcopy()))
        self.depth -= 2 + solution
        self.flush()
        self.folded = folded

    def figure_text(self, cell):
        """Write number, caption and description of a figure under the cell that draws it."""
        for figure in cell.findall(nodes.figure):
            caption = "".join(self.inline(node) for node in figure.findall(nodes.caption))
            alt = next((node.get("alt", "") for node in figure.findall(nodes.image)), "")
            self.pending.append(f"**{self.number(figure, 'figure', '. ')}**{caption}".replace(". **", ".** "))
            if alt:
                self.pending.append(f"*What the figure shows:* {escape(alt)}")

    def number(self, node, kind, separator):
        """Return the number of a figure, table or exercise as the page gives it, such as "Fig. 2", or nothing."""
        if kind is None or not node["ids"]:
            return ""
        numbers = self.app.env.toc_fignumbers.get(self.docname, {}).get(kind, {})
        for name in node["ids"]:
            if name in numbers:
                return self.app.config.numfig_format[kind] % ".".join(map(str, numbers[name])) + separator
        return ""

    def references(self, document):
        """List the works that the chapter cites."""
        domain = self.app.env.get_domain("cite")
        here = (reference for reference in domain.citation_refs if reference.docname == self.docname)
        cited = {target.key for reference in here for target in reference.targets}
        entries = {entry.key: entry.formatted_entry for entry in domain.citations if entry.key in cited}
        if entries and not list(document.findall(nodes.citation)):
            self.depth = 2
            self.heading("References")
            for entry in sorted(entries.values(), key=lambda entry: entry.label):
                work = re.sub(r"\\([.()!-])", r"\1", entry.text.render(Backend("utf8")))  # escapes that nobody needs
                label = f"[{escape(entry.label)}] " if self.app.config.bibtex_reference_style == "label" else ""
                self.pending.append(f"- {label}" + " ".join(work.split()))

    # Blocks

    def block(self, node):
        """Return a block as Markdown."""
        for kind in type(node).__mro__:
            if method := getattr(self, f"block_{kind.__name__}", None):
                return method(node)
        self.warn(f"no rule for the element <{type(node).__name__}>", node)
        return ""

    def blocks(self, parent):
        if any(node.get("nb_element") == "cell_code" for node in parent.findall(nodes.container)):
            self.warn(f"a code cell cannot stand in <{type(parent).__name__}>", parent)
        return "\n\n".join(filter(None, (self.block(node) for node in parent.children)))

    def block_nothing(self, node):
        return ""

    block_comment = block_target = block_index = block_substitution_definition = block_nothing
    block_toctree = block_meta = block_nothing

    def block_paragraph(self, node):
        # What would begin a list, a heading or a quotation at the start of a line is plain text here.
        text = re.sub(r"^(\d+)([.)])(?=\s)", r"\1\\\2", self.inline(node))
        return re.sub(r"^([-+>#])", r"\\\1", text)

    block_compact_paragraph = block_paragraph

    def block_container(self, node):
        return self.blocks(node)

    block_compound = block_glossary = block_definition = block_legend = block_container

    def block_rubric(self, node):
        return f"**{self.inline(node)}**"

    def block_caption(self, node):
        return self.inline(node)

    def block_transition(self, node):
        # docutils draws a line before the footnotes.
        return "---"

    def block_bullet_list(self, node):
        return "\n".join(indent(self.blocks(item), "- ", "  ") for item in node.children)

    def block_enumerated_list(self, node):
        start = node.get("start", 1)
        marks = (f"{number}. " for number in range(start, start + len(node)))
        return "\n".join(
            indent(self.blocks(item), mark, " " * len(mark)) for mark, item in zip(marks, node.children, strict=True)
        )

    def block_definition_list(self, node):
        items = []
        for item in node.children:
            terms = ", ".join(f"**{self.inline(term)}**" for term in item.findall(nodes.term))
            meaning = "\n\n".join(self.blocks(part) for part in item.children if isinstance(part, nodes.definition))
            items.append(indent(f"{terms}: {meaning}", "- ", "  "))
        return "\n".join(items)

    def block_field_list(self, node):
        return "\n".join(f"- **{self.inline(field[0])}**: {self.blocks(field[1])}" for field in node.children)

    def block_block_quote(self, node):
        return indent(self.blocks(node), "> ", "> ")

    def block_attribution(self, node):
        return "— " + self.inline(node)

    def block_line_block(self, node):
        return "  \n".join(self.inline(line) for line in node.children)

    def block_Admonition(self, node):
        if isinstance(node[0], nodes.title):
            title, rest = self.inline(node[0]), node.children[1:]
        else:
            title, rest = type(node).__name__.capitalize(), node.children
        body = "\n\n".join(filter(None, (self.block(child) for child in rest)))
        return indent(f"**{title}**\n\n{body}", "> ", "> ")

    block_topic = block_sidebar = block_Admonition

    def block_theorem_node(self, node):
        """Write a theorem, or what else sphinx-proof counts along with theorems, under its own name and number."""
        number = self.number(node, node["countertype"], "").removeprefix(node["countertype"])
        title, content = node.children
        body = "\n\n".join(filter(None, (self.block(child) for child in content.children)))
        heading = f"{node['realtype'].capitalize()}{number}{self.inline(title)}"
        return indent(f"**{heading}**\n\n{body}", "> ", "> ")

    def block_literal_block(self, node):
        language = node.get("language", "")
        language = "python" if language.startswith("ipython") else "" if language in ("none", "default") else language
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", node.astext())), default=0))
        return f"{fence}{language}\n{node.astext().rstrip()}\n{fence}"

    block_doctest_block = block_literal_block

    def block_raw(self, node):
        return node.astext() if "html" in node["format"].split() else ""

    def block_math_block(self, node):
        formula = node.astext().strip()
        if node["nowrap"]:  # an environment that sets its own display, such as align
            inner = {"align": "aligned", "alignat": "alignedat", "gather": "gathered"}
            opening = re.match(r"\\begin\{(\w+)\*?\}", formula)
            if opening and opening[1] in inner:
                formula = re.sub(r"^\\begin\{\w+\*?\}", rf"\\begin{{{inner[opening[1]]}}}", formula)
                formula = re.sub(r"\\end\{\w+\*?\}$", rf"\\end{{{inner[opening[1]]}}}", formula)
            elif opening and opening[1] in ("equation", "multline"):
                formula = re.sub(r"^\\begin\{\w+\*?\}|\\end\{\w+\*?\}$", "", formula).strip()
        return f"$$\n{formula}{self.tag(node)}\n$$"

    def tag(self, node):
        """Return the number of an equation as TeX."""
        if not node.get("label"):
            return ""
        numbers = self.app.env.toc_fignumbers.get(self.docname, {}).get("displaymath", {})
        if self.app.config.math_numfig and self.app.config.numfig and node["ids"][0] in numbers:
            return rf" \tag{{{'.'.join(map(str, numbers[node['ids'][0]]))}}}"
        return rf" \tag{{{node['number']}}}"

    def block_image(self, node):
        alt, uri = escape(node.get("alt", "")), node["uri"]
        if "://" in uri:
            return f"![{alt}]({uri})"
        path = Path(self.app.srcdir) / uri
        kinds = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif"}
        kind = {**kinds, ".svg": "image/svg+xml"}.get(path.suffix)
        if kind is None or not path.is_file():
            self.warn(f"the image {uri} is missing or of an unknown kind", node)
            return ""
        return f"![{alt}](data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()})"

    def block_figure(self, node):
        caption = next(iter(node.findall(nodes.caption)), None)
        number = self.number(node, "figure", ".")
        parts = [self.block(child) for child in node.children if child is not caption]
        text = f"**{number}** {self.inline(caption)}" if caption is not None else ""
        return "\n\n".join(filter(None, [*parts, text]))

    def block_reference(self, node):  # an image that is a link
        return "\n\n".join(self.block(child) for child in node.children)

    def block_footnote(self, node):
        label, *rest = node.children
        return f"<sup>[{label.astext()}]</sup> " + "\n\n".join(self.block(child) for child in rest)

    def block_citation(self, node):
        label, *rest = node.children
        return f"- [{escape(label.astext())}] " + "\n\n  ".join(self.block(child) for child in rest)

    def block_table(self, node):
        title = next((child for child in node.children if isinstance(child, nodes.title)), None)
        rows = [[self.cell(entry) for entry in row.children] for row in node.findall(nodes.row)]
        if any(entry.get("morecols") or entry.get("morerows") for entry in node.findall(nodes.entry)):
            self.warn("a table cell that spans others cannot be written in Markdown", node)
        columns = max(map(len, rows))
        if not list(node.findall(nodes.thead)):
            rows.insert(0, [""] * columns)
        signs = {"text-left": ":--", "text-right": "--:", "text-center": ":-:"}
        first = next(iter(node.findall(nodes.row))).children
        rule = [next((signs[name] for name in entry["classes"] if name in signs), "---") for entry in first]
        lines = ["| " + " | ".join(row) + " |" for row in [rows[0], rule, *rows[1:]]]
        caption = [f"**{self.number(node, 'table', '.')}** {self.inline(title)}", ""] if title is not None else []
        return "\n".join(caption + lines)

    def cell(self, entry):
        """Return a table cell: one line, in which a bar does not end it."""
        text = self.blocks(entry).replace("\n\n", "<br>").replace("\n", " ")
        pieces = re.split(r"((?<!\\)\$[^$]*\$)", text)
        for index, piece in enumerate(pieces):
            if index % 2:  # a formula
                pieces[index] = piece.replace(r"\|", r"\Vert{}").replace("|", r"\vert{}")
            else:
                pieces[index] = piece.replace("|", r"\|")
        return "".join(pieces)

    # Text

    def inline(self, parent):
        """Return the children of an element as one line of Markdown."""
        return "".join(self.span(node) for node in parent.children)

    def span(self, node):
        for kind in type(node).__mro__:
            if method := getattr(self, f"span_{kind.__name__}", None):
                return method(node)
        self.warn(f"no rule for the element <{type(node).__name__}> in text", node)
        return ""

    def span_nothing(self, node):
        return ""

    span_target = span_index = span_comment = span_nothing

    def span_Text(self, node):
        return escape(node.astext())

    def span_inline(self, node):
        if "quotation" in node["classes"]:
            return f"“{self.inline(node)}”"
        if "pasted-text" in node["classes"]:  # a number from a cell
            return f"**{self.inline(node)}**"
        return self.inline(node)

    def span_paragraph(self, node):
        return self.inline(node)

    span_title = span_generated = span_number_reference = span_paragraph

    def span_emphasis(self, node):
        return f"*{self.inline(node)}*"

    span_title_reference = span_emphasis

    def span_strong(self, node):
        return f"**{self.inline(node)}**"

    def span_literal(self, node):
        if "xref" in node["classes"]:  # a number that stands for a reference
            return self.inline(node)
        text = node.astext().replace("\n", " ")
        fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
        space = " " if text.startswith("`") or text.endswith("`") else ""
        return f"{fence}{space}{text}{space}{fence}"

    def span_math(self, node):
        return f"${node.astext().strip()}$"

    def span_superscript(self, node):
        return f"<sup>{self.inline(node)}</sup>"

    def span_subscript(self, node):
        return f"<sub>{self.inline(node)}</sub>"

    def span_abbreviation(self, node):
        meaning = node.get("explanation")
        return self.inline(node) + (f" ({escape(meaning)})" if meaning else "")

    def span_footnote_reference(self, node):
        return f"<sup>[{node.astext()}]</sup>"

    def span_image(self, node):
        return self.block_image(node)

    def span_raw(self, node):
        return self.block_raw(node)

    def span_line(self, node):
        return self.inline(node)

    def span_download_reference(self, node):
        return self.inline(node)

    def span_reference(self, node):
        """Write a link to another site, or to another chapter's notebook; within the chapter, its text is enough."""
        text, uri = self.inline(node), node.get("refuri", "")
        if "://" in uri or uri.startswith("mailto:"):
            return f"[{text}]({uri})"
        page = PurePosixPath(uri.split("#")[0]).with_suffix("").name if uri.split("#")[0] else ""
        if page and page != PurePosixPath(self.docname).name and page in notebook_names(self.app):
            return f"[{text}]({page}.ipynb)"
        return text


# Files


def has_notebook(app, docname):
    """Say whether a page is offered as a notebook."""
    metadata = app.env.metadata.get(docname, {})
    return "kernelspec" in metadata and str(metadata.get("notebook", True)).lower() != "false"


def notebook_names(app):
    """Return the pages that are offered as notebooks, by the names of their notebooks, in the order of the book."""
    names = {}
    for docname in book_order(app):
        if has_notebook(app, docname):
            name = PurePosixPath(docname).name
            if name in names:
                raise ValueError(f"two chapters would share the notebook {name}.ipynb: {names[name]} and {docname}")
            names[name] = docname
    return names


def book_order(app):
    """Return the pages as the table of contents lists them."""
    order, queue = [], [app.config.root_doc]
    while queue:
        docname = queue.pop(0)
        if docname not in order:
            order.append(docname)
            queue = app.env.toctree_includes.get(docname, []) + queue
    return order


def notebook_path(app, docname):
    return Path(app.outdir) / "notebooks" / f"{PurePosixPath(docname).name}.ipynb"


def executed_path(app, docname):
    """Return where MyST-NB keeps the executed chapter."""
    return Path(app.outdir).parent / "jupyter_execute" / f"{docname}.ipynb"


def write_notebook(app, doctree, docname):
    """Write the notebook of a page that Sphinx is about to write."""
    if app.builder.format != "html" or not has_notebook(app, docname):
        return
    executed = nbformat.read(executed_path(app, docname), as_version=4)
    try:
        cells = Translator(app, docname, executed).translate(doctree)
    except ValueError as error:
        logger.warning("notebook: %s", error, location=docname, type="notebooks")
        return
    if not cells or not cells[0].source.startswith("# "):
        logger.warning("notebook: a chapter begins with its title", location=docname, type="notebooks")
        return
    title, _, rest = cells[0].source.partition("\n\n")
    cells[0].source = "\n\n".join(filter(None, [title, NEEDS_LIB.format(title=app.config.html_title), rest]))
    if url := app.config.html_theme_options.get("repository_url"):
        cells.insert(1, nbformat.v4.new_code_cell(FETCH_LIB.format(url=url)))
    name = PurePosixPath(docname).name
    for index, cell in enumerate(cells):
        cell.id = f"{name}-{index}"[-64:]  # the same in every build
    notebook = nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )
    nbformat.validate(notebook)
    path = notebook_path(app, docname)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


def offer_notebook(app, pagename, templatename, context, doctree):
    """Put a button for the notebook at the top of its page."""
    if doctree is not None and has_notebook(app, pagename) and "header_buttons" in context:
        context["header_buttons"].append(
            {
                "type": "link",
                "url": context["pathto"](f"notebooks/{PurePosixPath(pagename).name}.ipynb", 1),
                "tooltip": "Download this chapter as a notebook",
                "icon": "fas fa-download",
                "label": "download-notebook-button",
            }
        )


def write_collection(app, error):
    """Collect the notebooks, the package, its data and the environment in one zip file, the same in every build."""
    if error is not None or app.builder.format != "html":
        return
    folder, base = Path(app.outdir) / "notebooks", Path(app.srcdir)
    names = notebook_names(app)
    title = app.config.html_title
    listed = "\n".join(f"- {name}.ipynb: {app.env.titles[page].astext()}" for name, page in names.items())
    members = {"README.md": README.format(title=title, folder=FOLDER, notebooks=listed).encode()}
    members |= {f"{name}.ipynb": (folder / f"{name}.ipynb").read_bytes() for name in names}
    for name in ["environment.yml", "requirements.txt", "pyproject.toml", "LICENSE"]:
        if (base / name).exists():
            members[name] = (base / name).read_bytes()
    members |= contents(base / "lib", base)
    write_zip(Path(app.outdir) / "notebooks.zip", {f"{FOLDER}/{name}": content for name, content in members.items()})


def setup(app):
    app.connect("doctree-resolved", write_notebook, priority=400)  # before scripts are added for the page
    app.connect("html-page-context", offer_notebook, priority=502)  # after the theme has made its own buttons
    app.connect("build-finished", write_collection)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
