"""Printed, a page has its text, formulas, figures and tables, whole; and none of what is for a screen."""

import re

import pytest
from inspection import axe_faults, opened
from paths import SITE

PAGES = sorted(path.relative_to(SITE).as_posix() for path in SITE.glob("book/**/*.html"))
# A4 and US Letter with the margins that browsers set: what fits on the narrower fits on both.
PAPER = {"width": 718, "height": 976}

# What is read on paper; what is there for a screen. A printed page has its title from a heading of its own, with a list
# of what follows.
READ = "h2, h3, h4, p, li, dt, dd, pre, table, img, svg, .math, .admonition-title, figcaption, .caption-text"
BUTTON = re.compile(r"explorable-(slider|value)|toggle-chevron")
SCREEN = {
    "navigation": ".bd-sidebar-primary, .bd-sidebar-secondary, .prev-next-area a, nav:not(#jb-print-docs-body nav)",
    "buttons": ".bd-header-article, .article-header-buttons, button, .copybtn, .sidebar-toggle, a.headerlink",
    "sliders": "input[type=range], .explorable-slider",
    "search": ".search-button, input[type=search]",
}

SEEN = """(() => {
    const box = e => [...e.getClientRects()].some(r => r.width > 1 && r.height > 1);
    return e => box(e) && e.checkVisibility({opacityProperty: true, visibilityProperty: true});
})()"""


def visible(page, selector):
    """Return which of the elements can be seen: by their position among them."""
    return page.evaluate(
        f"selector => [...document.querySelectorAll(selector)].map({SEEN})",
        selector,
    )


def print_faults(page):
    """List what a printed page lacks, cuts, or has too much; the page is left as it is for print."""
    page.emulate_media(media="screen")
    selector = ", ".join(f"article.bd-article {part.strip()}" for part in READ.split(","))
    on_screen = visible(page, selector)
    page.emulate_media(media="print")
    page.set_viewport_size(PAPER)
    # Charts are drawn anew for another width.
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    markup = page.evaluate(
        "selector => [...document.querySelectorAll(selector)].map(e => e.outerHTML.slice(0, 120))", selector
    )
    faults = [
        f"not printed: {text}"
        for screen, paper, text in zip(on_screen, visible(page, selector), markup, strict=True)
        if screen and not paper and not BUTTON.search(text)
    ]
    if not any(visible(page, "h1")):
        faults.append("no title")
    for what, where in SCREEN.items():
        markup = page.evaluate("s => [...document.querySelectorAll(s)].map(e => e.outerHTML.slice(0, 120))", where)
        seen = visible(page, where)
        faults += [f"{what} printed: {text}" for text, is_seen in zip(markup, seen, strict=True) if is_seen]
    return faults + page.evaluate(
        """() => {
            const seen = SEEN, faults = [], width = document.documentElement.clientWidth;
            const name = e => e.outerHTML.slice(0, 120);
            for (const e of document.querySelectorAll('body, body *')) {
                // KaTeX's hidden MathML and its like take no room on purpose.
                if (!seen(e) || e.closest('.visually-hidden, .sr-only')) continue;
                const style = getComputedStyle(e), box = e.getBoundingClientRect();
                if (box.right > width + 1 || box.left < -1) faults.push(`cut at the edge: ${name(e)}`);
                // Paper does not scroll.
                if (style.display === 'inline' || e.matches('.toggle-hidden')) continue;
                const wide = e.scrollWidth > e.clientWidth + 1, high = e.scrollHeight > e.clientHeight + 1;
                if (style.overflowX !== 'visible' && wide) faults.push(`cut at the right: ${name(e)}`);
                if (style.overflowY !== 'visible' && high) faults.push(`cut below: ${name(e)}`);
            }
            return faults;
        }""".replace("SEEN", SEEN)
    )


def sheets(page):
    """Return how many sheets a page fills."""
    margin = dict.fromkeys(["top", "bottom", "left", "right"], "38px")
    printed = page.pdf(width=f"{PAPER['width'] + 76}px", height=f"{PAPER['height'] + 76}px", margin=margin)
    return len(re.findall(rb"/Type\s*/Page\b", printed))


def pale_faults(page):
    """List the text that does not stand out from what it is printed on."""
    return [fault for fault in axe_faults(page) if fault.startswith("axe color-contrast")]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_printed(name, browser, address):
    with opened(browser, f"{address}/{name}") as (page, _):
        assert print_faults(page) == []
        # A box that does not grow beyond the window would end on the first sheet.
        height = page.evaluate("document.querySelector('article.bd-article').getBoundingClientRect().height")
        assert sheets(page) >= 0.9 * height / PAPER["height"]


@pytest.mark.parametrize("name", ["book/index.html", "book/pooling.html", "book/notation.html"])
def test_a_dark_page_is_printed_on_white_paper(name, browser, address):
    def expect(theme):
        page.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme, timeout=10_000)

    with opened(browser, f"{address}/{name}", theme="dark") as (page, log):
        expect("dark")
        page.emulate_media(media="print")
        expect("light")
        assert pale_faults(page) == []
        page.emulate_media(media="screen")
        expect("dark")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")  # where a browser announces it in this way alone
        expect("light")
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        expect("dark")
        # A reader who has changed to the light theme since keeps it, whatever was printed before.
        page.evaluate("document.documentElement.dataset.theme = 'light'")
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="screen")
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        page.wait_for_timeout(200)
        expect("light")
        assert log.faults() == []


def test_dark_print_is_seen(browser, address):
    with opened(browser, f"{address}/book/notation.html", theme="dark") as (page, _):
        page.emulate_media(media="print")
        page.wait_for_function("document.documentElement.dataset.theme === 'light'")
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        assert pale_faults(page)


PRE = "html .bd-article.bd-article pre"
# Style that a page may get, and what is then wrong with its print.
PLANTED = {
    "nothing at all": ("main { display: none !important }", "not printed"),
    "no formulas": (".math { visibility: hidden }", 'not printed: <span class="math'),
    "no figures": ("article img { display: none }", "not printed: <img"),
    "ghostly text": ("article p { opacity: 0 }", "not printed: <p"),
    "text without height": ("article li { height: 0; overflow: hidden; display: block }", "not printed: <li"),
    "no tables": ("article table { position: absolute; display: none }", "not printed: <table"),
    "no code": ("div.highlight pre { display: none !important }", "not printed: <pre"),
    "no title": ("#jb-print-docs-body { display: none !important }", "no title"),
    "the sidebar": (".bd-sidebar-primary { display: block !important; visibility: visible !important }", "navigation"),
    "the way on": ("footer.prev-next-footer.d-print-none { display: block !important }", "navigation"),
    "buttons": ("button.toggle-button { display: block !important }", "buttons"),
    "the bar above": (".bd-header-article { display: block !important }", "buttons"),
    "lines that do not break": (f"{PRE} {{ white-space: pre !important; font-size: 2em }}", "cut at the edge"),
    "a box that scrolls sideways": (
        f"{PRE} {{ white-space: pre !important; font-size: 2em; overflow-x: auto !important }}",
        "cut at the right",
    ),
    "wider than paper": ("main { min-width: 1200px !important }", "cut at the edge"),
    "a box that scrolls": (".bd-article { height: 500px; overflow: auto; display: block }", "cut below"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_fault_of_the_print_style_is_seen(name, browser, address):
    style, fault = PLANTED[name]
    with opened(browser, f"{address}/book/pooling.html") as (page, _):
        page.add_style_tag(content=f"@media print {{ {style} }}")
        found = print_faults(page)
        assert any(fault in text for text in found), found


def test_the_printed_sheets_are_counted(browser, address):
    with opened(browser, f"{address}/book/pooling.html") as (page, _):
        assert sheets(page) > 10
        page.add_style_tag(
            content="@media print { main { height: 900px !important; overflow: hidden; display: block } }"
        )
        assert sheets(page) == 1
