"""The built site in a browser: accessible, silent, whole, and at home on a phone and without scripts."""

import io
import re

import numpy as np
import pytest
import yaml
from inspection import (
    WIDTHS,
    axe_faults,
    follow,
    head_faults,
    image_faults,
    link_faults,
    opened,
    repository_traces,
    settle,
    sideways_faults,
    soup,
    table_faults,
)
from paths import ROOT, SITE
from PIL import Image

PAGES = sorted(
    path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html") if "_static" not in path.relative_to(SITE).parts
)
INDEX = "book/index.html"
EXPLORABLE = [page for page in PAGES if soup(SITE / page).select(".explorable")]
# The front page is a bare redirection.
CONTENT = [page for page in PAGES if page != "index.html"]

every_page = pytest.mark.parametrize("name", CONTENT)


def test_the_site_has_pages(site):
    assert {INDEX, "search.html"} <= set(PAGES)


def test_the_front_page_leads_to_the_book(browser, address):
    # It redirects at once, which `opened` might meet half-way: without scripts there is nothing to wait for.
    with opened(browser, f"{address}/index.html", scripts=False) as (page, log):
        page.wait_for_url(f"{address}/{INDEX}")
        assert log.faults() == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_the_head_that_it_needs(name, site):
    assert head_faults(site / name) == []


@every_page
@pytest.mark.parametrize(("width", "theme"), list(zip(WIDTHS, ["light", "dark"], strict=True)))
def test_a_page_is_sound(name, width, theme, browser, address):
    """Colours do not depend on the width, nor what fits on the theme: each width once, and each theme once."""
    with opened(browser, f"{address}/{name}", width=width, theme=theme) as (page, log):
        assert page.locator("html").get_attribute("data-theme") == theme
        assert log.faults() == []
        asked_for_vega = any("vega" in url for url in log.requests)
        assert asked_for_vega == (name in EXPLORABLE), "Vega is for the pages that have an explorable"
        assert sideways_faults(page) == []
        assert image_faults(page) == []
        # What is folded is read too: unfold it.
        page.evaluate("document.querySelectorAll('main details').forEach(e => (e.open = true))")
        page.evaluate("document.querySelectorAll('.toggle-button-hidden').forEach(e => e.click())")
        assert axe_faults(page) == []
        assert sideways_faults(page) == []
        assert width == "phone" or table_faults(page) == []  # on a phone wide tables scroll
        assert log.faults() == []


@every_page
def test_links_lead_somewhere(name, site):
    assert link_faults(site, site / name) == []


@every_page
def test_a_page_can_be_read_without_scripts(name, browser, address):
    with opened(browser, f"{address}/{name}", scripts=False) as (page, log):
        assert log.faults() == []
        assert page.locator("main h1:visible").count() == 1
        assert not page.locator("main .sidebar-toggle:visible").count(), "a button that would do nothing"
        unseen = page.evaluate(
            """() => {
                document.querySelectorAll('main details').forEach(e => (e.open = true));
                const seen = e => e.getClientRects().length > 0;
                const loaded = e => e.tagName !== 'IMG' || e.naturalWidth > 0;
                return [...document.querySelectorAll('article :is(h1, h2, h3, p, math, img, pre, table)')]
                    .filter(e => !seen(e) || !loaded(e)).map(e => e.outerHTML.slice(0, 160));
            }"""
        )
        # A details element has one title for each of its two states.
        assert [markup for markup in unseen if "admonition-title" not in markup] == []
        assert page.locator("article .solution").count() == page.locator("article .solution:visible").count()


@every_page
def test_mathematics_is_typeset_in_its_own_font(name, browser, address):
    with opened(browser, f"{address}/{name}") as (page, log):
        assert page.locator("article .math").count() == page.locator("article .math math").count()
        # The number of an equation stands at the right of its formula.
        assert (
            page.evaluate(
                """[...document.querySelectorAll('article div.math > .eqno')].filter((number) => {
                   const left = (element) => element.getBoundingClientRect().left;
                   return left(number) < left(number.parentElement.querySelector('math'));
               }).map((number) => number.textContent)"""
            )
            == []
        )
        if page.locator("article math").count():
            assert any(url.split("?")[0].endswith("stix-two-math.woff") for url in log.requests)
            assert page.evaluate("document.fonts.check('16px STIX Two Math')")


def points(page):
    """Where the points of a page's first explorable are."""
    return page.eval_on_selector_all(
        ".explorable-chart .mark-symbol path", "all => all.map(e => e.getAttribute('transform'))"
    )


def test_there_is_an_explorable():
    assert EXPLORABLE


@pytest.mark.parametrize("name", EXPLORABLE)
@pytest.mark.parametrize("width", WIDTHS)
def test_an_explorable_moves(name, width, browser, address):
    with opened(browser, f"{address}/{name}", width=width) as (page, log):
        assert page.locator(".explorable").first.get_attribute("data-state") == "live"
        slider = page.locator(".explorable input[type=range]").first
        slider.scroll_into_view_if_needed()
        named = page.get_by_role("slider", name=re.compile(r"\w{3}"))
        assert named.count() == page.locator(".explorable input[type=range]").count()
        shown = page.locator(".explorable-value").first

        start = points(page)
        assert start
        box = slider.bounding_box()
        page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2, steps=8)
        # While the slider is dragged, not only when it is let go.
        page.wait_for_function(
            "start => [...document.querySelectorAll('.explorable-chart .mark-symbol path')]"
            ".some((e, i) => e.getAttribute('transform') !== start[i])",
            arg=start,
        )
        page.mouse.up()
        assert float(shown.text_content()) == float(slider.input_value())

        dragged, at = points(page), float(slider.input_value())
        slider.press("ArrowLeft")
        step = float(slider.get_attribute("step"))
        assert float(slider.input_value()) == pytest.approx(at - step)
        assert float(slider.get_attribute("aria-valuetext")) == pytest.approx(at - step)
        page.wait_for_function(
            "start => [...document.querySelectorAll('.explorable-chart .mark-symbol path')]"
            ".some((e, i) => e.getAttribute('transform') !== start[i])",
            arg=dragged,
        )
        assert slider.evaluate("e => getComputedStyle(e).outlineStyle") != "none", "focus can be seen"
        slider.press("Home")
        assert slider.input_value() == slider.get_attribute("min")
        assert log.faults() == []
        assert axe_faults(page) == []


@pytest.mark.parametrize("name", EXPLORABLE)
def test_an_explorable_keeps_its_value_when_the_window_narrows(name, browser, address):
    with opened(browser, f"{address}/{name}") as (page, log):
        slider = page.locator(".explorable input[type=range]").first
        slider.press("End")
        page.wait_for_timeout(200)
        wide = page.locator(".explorable-chart svg").first.bounding_box()["width"]
        page.set_viewport_size({"width": 390, "height": 844})
        page.wait_for_function(
            "wide => document.querySelector('.explorable-chart svg').getBoundingClientRect().width < wide", arg=wide
        )
        assert slider.input_value() == slider.get_attribute("max")
        assert sideways_faults(page) == []
        assert log.faults() == []


@pytest.mark.parametrize("name", EXPLORABLE)
def test_an_explorable_is_a_picture_without_scripts(name, browser, address):
    with opened(browser, f"{address}/{name}", scripts=False) as (page, _):
        pictures = page.locator(".explorable img")
        assert pictures.count() == page.locator(".explorable").count()
        assert all(pictures.nth(i).is_visible() for i in range(pictures.count()))
        assert not page.locator(".explorable-live").count()


def hues(page, place):
    """The share of each sixth of the circle of hues among the strong colours of a picture."""
    pixels = Image.open(io.BytesIO(page.locator(place).first.screenshot())).convert("HSV")
    hue, saturation, value = np.moveaxis(np.asarray(pixels), -1, 0).astype(float)
    strong = (saturation > 100) & (value > 100)
    assert strong.sum() > 100
    return np.bincount((np.round(hue[strong] / 256 * 6) % 6).astype(int), minlength=6) / strong.sum()


@pytest.mark.parametrize(
    ("name", "place"),
    [*((name, ".explorable-chart") for name in EXPLORABLE), ("book/batting.html", "article figure img")],
)
def test_a_colour_is_the_same_in_both_themes(name, place, browser, address):
    """What a text calls blue is blue."""
    found = []
    for theme in ("light", "dark"):
        with opened(browser, f"{address}/{name}", theme=theme) as (page, _):
            page.locator(place).first.scroll_into_view_if_needed()
            found.append(hues(page, place))
    np.testing.assert_allclose(*found, atol=0.2)


def test_search_finds_a_chapter(browser, address):
    with opened(browser, f"{address}/search.html?q=shrinkage") as (page, log):
        # The list grows one by one, and says at last how many pages were found.
        page.wait_for_function("/found \\d+ page/.test(document.querySelector('#search-results').innerText)")
        links = page.eval_on_selector_all("#search-results ul.search li a", "all => all.map(e => e.href)")
        assert any("/book/shrinkage.html" in link for link in links)
        assert log.faults() == []


@pytest.mark.parametrize("word", ["constructor", "__proto__", "hasOwnProperty", "zzyzx"])
def test_search_says_that_no_page_has_a_word(word, browser, address):
    """The first three are what every object of JavaScript has."""
    with opened(browser, f"{address}/search.html?q={word}") as (page, log):
        page.wait_for_function("document.querySelector('#search-results').innerText.includes('did not match')")
        assert page.locator("#search-results li").count() == 0
        assert log.faults() == []


@pytest.fixture(scope="session")
def address_without_eval(site, serve):
    """The site on a host whose policy forbids scripts of other hosts, and text that is run as a script."""
    return serve(site, {"Content-Security-Policy": "default-src 'self' 'unsafe-inline'; img-src 'self' data:"})


@pytest.fixture(scope="session")
def address_without_storage(site, serve):
    """The site as a frame in a course's own page may show it: of no origin, so that nothing can be stored."""
    return serve(site, {"Content-Security-Policy": "sandbox allow-scripts", "Access-Control-Allow-Origin": "*"})


@every_page
def test_a_page_goes_with_a_content_security_policy(name, browser, address_without_eval):
    with opened(browser, f"{address_without_eval}/{name}") as (page, log):
        assert set(page.eval_on_selector_all(".explorable", "all => all.map(e => e.dataset.state)")) <= {"live"}
        assert log.faults() == []


@every_page
def test_a_page_goes_without_storage(name, browser, address_without_storage):
    with opened(browser, f"{address_without_storage}/{name}") as (page, log):
        assert set(page.eval_on_selector_all(".explorable", "all => all.map(e => e.dataset.state)")) <= {"live"}
        before = page.locator("html").get_attribute("data-mode")
        page.locator(".theme-switch-button:visible").first.click()
        assert page.locator("html").get_attribute("data-mode") != before
        assert log.faults() == []


def test_nothing_is_published_that_no_reader_opens(site):
    kinds = ("**/*.map", "**/*macros*", "**/*.po", "**/*.mo", ".buildinfo", ".doctrees", "**/*.pickle", "**/*.py")
    assert [path for kind in kinds for path in site.glob(kind)] == []


def test_a_copy_button_copies(browser, address):
    permissions = ["clipboard-read", "clipboard-write"]
    with opened(browser, f"{address}/book/pooling.html", permissions=permissions) as (page, log):
        cell = page.locator("div.highlight:has(button.copybtn):visible").first
        cell.hover()
        cell.locator("button.copybtn").click()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.strip() and copied.strip() == cell.locator("pre").text_content().strip()
        assert log.faults() == []


def test_next_leads_through_every_page_of_the_book_and_previous_back(browser, address):
    book = {page for page in PAGES if page.startswith("book/")}
    with opened(browser, f"{address}/{INDEX}") as (page, log):
        seen = [page.url]
        while page.locator("a.right-next").count():
            follow(page, "a.right-next")
            seen.append(page.url)
        assert {url.removeprefix(f"{address}/").split("#")[0] for url in seen} == book
        follow(page, "a.left-prev")
        assert page.url == seen[-2]
        assert log.faults() == []


def test_the_chosen_theme_stays(browser, address):
    with opened(browser, f"{address}/{INDEX}", theme="light") as (page, log):
        page.locator(".theme-switch-button:visible").first.click()  # from the system's setting to dark
        assert page.locator("html").get_attribute("data-theme") == "dark"
        page.reload()
        settle(page)
        assert page.locator("html").get_attribute("data-theme") == "dark"
        assert log.faults() == []


def test_notebooks_are_offered(site):
    notebooks = {path.stem for path in (site / "notebooks").glob("*.ipynb")}
    assert notebooks
    offered = set()
    for name in CONTENT:
        for link in soup(site / name).select("a.notebook-link[download]"):
            offered.add(link["href"].rsplit("/", 1)[-1])
    assert offered == {f"{name}.ipynb" for name in notebooks} | {"notebooks.zip"}


@every_page
def test_the_repository_has_its_buttons_when_its_address_is_known_and_only_then(name, site):
    """What they lead to, with an address and without one, is in test_repository.py."""
    known = bool(yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]["url"])
    is_chapter = bool(soup(site / name).select("a.notebook-link[href$='.ipynb']"))
    # The source of a problem set holds its solutions.
    has_source = name.startswith("book/") and not name.startswith("book/problem-sets/")
    buttons = {"source-buttons": known and has_source, "launch-buttons": known and is_chapter}
    assert {button: button in repository_traces(site / name) for button in buttons} == buttons
    assert known or not repository_traces(site / name)
    assert not (site / "_sources").exists()
