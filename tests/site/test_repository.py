"""One setting, the repository's address, brings the source, Binder and Colab buttons; without it there are none."""

from types import SimpleNamespace

import nbformat
import pytest
import small_book
import website
from inspection import link_faults, repository_traces, soup
from sphinx.errors import ConfigError

# One worker builds the books.
pytestmark = pytest.mark.xdist_group("repository")

URL = "https://github.com/someone/a-book"
# As it is pasted from the button that offers a clone, with a branch that is not main; and of another host.
BOOKS = {
    "github": {"url": URL + ".git/", "branch": "trunk"},
    "gitlab": {"url": "https://gitlab.com/group/someone/a-book/"},
    "none": {"url": ""},
}
BUTTONS = {
    "github": {
        URL,
        f"{URL}/blob/trunk/book/one.md?plain=1",
        "https://mybinder.org/v2/gh/someone/a-book/trunk?urlpath=lab/tree/book/one.md",
        "https://colab.research.google.com/github/someone/a-book/blob/notebooks/one.ipynb",
    },
    # No Colab, which opens notebooks from GitHub.
    "gitlab": {
        "https://gitlab.com/group/someone/a-book",
        "https://gitlab.com/group/someone/a-book/-/blob/main/book/one.md?plain=1",
        "https://mybinder.org/v2/git/https%3A%2F%2Fgitlab.com%2Fgroup%2Fsomeone%2Fa-book/main?urlpath=lab/tree/book/one.md",
    },
}


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    """A function that builds the fixture book with the settings of this one and an address; once for each."""
    built = {}

    def build(name):
        if name not in built:
            folder = small_book.make(tmp_path_factory.mktemp(name), **BOOKS[name])
            result = small_book.build(folder)
            assert result.returncode == 0, result.stdout
            built[name] = folder / "_build" / "html"
        return built[name]

    return build


@pytest.fixture(scope="module", params=list(BUTTONS))
def known(request, build):
    """A site whose address is known, and which it is."""
    return request.param, build(request.param)


def test_the_address_brings_the_buttons(known):
    name, site = known
    links = {link["href"] for link in soup(site / "book" / "one.html").select(".article-header-buttons a[href]")}
    assert {link for link in links if "://" in link} == BUTTONS[name]


def test_a_notebook_alone_fetches_what_it_imports(known):
    name, site = known
    address = BOOKS[name]["url"].rstrip("/").removesuffix(".git")
    notebook = nbformat.read(site / "notebooks" / "one.ipynb", as_version=4)
    first = next(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert f"git+{address}" in first and f"git+{address}." not in first
    assert "git+" not in "".join(cell.source for cell in notebook.cells if cell.source != first)


def test_every_button_has_a_name(known):
    for button in soup(known[1] / "book" / "one.html").select(".article-header-buttons :is(a, button)"):
        assert button.get("title") or button.get("aria-label") or button.get_text(strip=True), button


def test_an_address_breaks_no_link(known):
    _, site = known
    for page in site.glob("book/*.html"):
        assert link_faults(site, page) == []


def test_without_an_address_there_is_no_button(build):
    site = build("none")
    pages = [*site.glob("*.html"), *site.glob("book/*.html")]
    assert len(pages) > 4
    assert [page for page in pages if repository_traces(page)] == []
    notebook = nbformat.read(site / "notebooks" / "one.ipynb", as_version=4)
    assert not any("pip install" in cell.source for cell in notebook.cells)


def test_the_traces_of_buttons_are_seen(build):
    assert len(repository_traces(build("github") / "book" / "one.html")) == 5


@pytest.mark.parametrize(
    "url", ["http://github.com/someone/a-book", "github.com/someone/a-book", "https://github.com/a"]
)
def test_an_address_that_is_none_is_refused(url):
    config = SimpleNamespace(html_theme_options={"repository_url": url})
    with pytest.raises(ConfigError, match="repository: url in _config.yml is"):
        website.use_repository(None, config)
