"""What must hold of a page in a browser, as functions that return the faults they find.

The tests demand that a page of the book has none; the negative controls demand that a page with a planted fault has it.
"""

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import unquote, urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from bs4 import BeautifulSoup

WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}
# WCAG 2.2 AA includes the levels and versions below it; the last tag is axe's own advice.
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Log:
    """What a page said and asked for while it was open."""

    origin: str
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def faults(self):
        """List console errors and warnings, failed requests, and requests to another origin."""
        # data: and blob: addresses stay in the browser.
        foreign = [url for url in self.requests if not url.startswith((self.origin + "/", "data:", "blob:"))]
        return self.console + [f"failed: {url}" for url in self.failed] + [f"other origin: {url}" for url in foreign]


def dropped(request, scripts):
    """Say whether the browser itself dropped a request that it made by itself.

    These are the page's icon, for which it asks after the page has loaded, when the reader leaves before it has come;
    and, with scripts off, the scripts that the page told it to preload.
    """
    icon = request.resource_type == "other" and request.failure == "net::ERR_ABORTED"
    return icon or (request.resource_type == "script" and not scripts)


def settle(page):
    """Wait until a loaded page asks for nothing more: what is broken off by leaving counts as a fault."""
    page.evaluate("document.fonts.ready.then(() => true)")
    # An explorable says so when it is live, or has given up.
    page.wait_for_function("[...document.querySelectorAll('.explorable')].every(box => box.dataset.state)")


def follow(page, link):
    """Click on a link, and wait until the page to which it leads has loaded and is at rest."""
    with page.expect_event("load"):
        page.locator(link).click()
    settle(page)


@contextmanager
def opened(browser, url, *, width="desktop", theme="light", scripts=True, permissions=()):
    """Open ``url`` in a fresh context and give the page with its log."""
    pixels, height = WIDTHS[width]
    context = browser.new_context(
        viewport={"width": pixels, "height": height},
        color_scheme=theme,
        java_script_enabled=scripts,
        permissions=list(permissions),
        reduced_motion="reduce",
    )
    parts = urlsplit(url)
    log = Log(f"{parts.scheme}://{parts.netloc}")
    page = context.new_page()
    page.on("console", lambda m: log.console.append(f"console: {m.text}") if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: log.console.append(f"uncaught: {error}"))
    page.on("request", lambda request: log.requests.append(request.url))
    page.on("requestfailed", lambda request: None if dropped(request, scripts) else log.failed.append(request.url))
    page.on("response", lambda response: log.failed.append(response.url) if response.status >= 400 else None)
    try:
        page.goto(url, wait_until="load")
        if scripts:
            settle(page)
        yield page, log
    finally:
        context.close()


def axe_faults(page):
    """List what axe-core finds."""
    page.evaluate(AXE_SCRIPT)
    # preload: axe would fetch the style sheets' imports from addresses that it gets wrong, for a rule not asked for.
    found = page.evaluate("tags => axe.run({runOnly: tags, resultTypes: ['violations'], preload: false})", AXE_TAGS)[
        "violations"
    ]
    return [f"axe {rule['id']}: {node['html'][:300]}" for rule in found for node in rule["nodes"]]


def sideways_faults(page):
    """List the elements that make the page scroll sideways, or the page itself."""
    return page.evaluate(
        """() => {
            const wide = document.documentElement.scrollWidth, room = document.documentElement.clientWidth;
            if (wide <= room) return [];
            const tooWide = e => e.getBoundingClientRect().right > room + 1;
            const culprits = [...document.querySelectorAll('main *')].filter(tooWide).slice(0, 5);
            return [`page is ${wide} pixels wide in ${room}`, ...culprits.map(e => e.outerHTML.slice(0, 160))];
        }"""
    )


def table_faults(page):
    """List the tables of which a column lies outside the box in which the table scrolls."""
    return page.evaluate(
        """() => {
            const isWide = box => box.scrollWidth > box.clientWidth + 1;
            const isCut = box => box.tagName !== "MAIN" && (isWide(box) || isCut(box.parentElement));
            const tables = [...document.querySelectorAll("main table")].filter(e => e.clientWidth);
            return tables.filter(e => isCut(e.parentElement)).map(e => `a table is cut: ${e.outerHTML.slice(0, 300)}`);
        }"""
    )


def image_faults(page):
    """List the content images whose alternative text says nothing: absent, a file name, or a few words."""
    images = page.eval_on_selector_all(
        "article img, article [role=img]",
        "all => all.map(e => [e.getAttribute('src') || e.className, e.alt ?? e.getAttribute('aria-label') ?? ''])",
    )
    return [
        f"alt text {alt!r} of {source}"
        for source, alt in images
        if len(alt.split()) < 5 or alt.lower().endswith((".svg", ".png", ".jpg", ".jpeg", ".gif"))
    ]


@cache
def soup(path):
    """Return a page of the site, parsed."""
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def link_faults(root, path):
    """List the links of a page into the site that lead nowhere."""
    found = []
    for element in soup(path).find_all(href=True) + soup(path).find_all(src=True):
        link = element.get("href") or element.get("src")
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if not target.is_relative_to(root.resolve()) or not target.is_file():
            found.append(f"dead link {link}")
        elif parts.fragment and target.suffix == ".html" and not soup(target).find(id=unquote(parts.fragment)):
            found.append(f"dead anchor {link}")
    return found


def repository_traces(path):
    """List what a page holds of the buttons that need the address of the repository."""
    traces = ("mybinder.org", "colab.research", "source-buttons", "launch-buttons", "repository-button")
    return [trace for trace in traces if trace in path.read_text(encoding="utf-8")]


def head_faults(path):
    """List what a page does not say of itself: its language, its title, its width on a phone, its icon.

    Without an icon a browser asks for /favicon.ico, at a time of its own choosing, and has a 404 in its console.
    """
    page = soup(path)
    icon = page.select_one("head link[rel=icon][href]")
    said = {
        "language": page.html and page.html.get("lang"),
        "character set": page.select_one("head meta[charset]"),
        "title": page.title and page.title.get_text(strip=True),
        "viewport": page.select_one("head meta[name=viewport]"),
        "icon": icon and (icon["href"].startswith("data:") or (path.parent / urlsplit(icon["href"]).path).is_file()),
    }
    return [f"no {what}" for what, there in said.items() if not there]
