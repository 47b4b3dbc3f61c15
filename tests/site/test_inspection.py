"""Negative controls: each fault that the tests of the site look for is found when it is planted."""

import pytest
from inspection import axe_faults, head_faults, image_faults, link_faults, opened, sideways_faults, table_faults

PAGE = """<!doctype html>
<html lang="en"><head><title>A page</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>A page</h1><article><p>Text.</p>{fault}</article></main></body></html>
"""
PICTURE = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/%3E"
FAULTS = {
    "no alt text": (f'<img src="{PICTURE}">', "axe image-alt"),
    "alt text is a file name": (f'<img src="{PICTURE}" alt="the first of our new figures.svg">', "alt text"),
    "alt text says nothing": (f'<img src="{PICTURE}" alt="A figure">', "alt text"),
    "console error": ("<script>console.error('planted')</script>", "console: planted"),
    "console warning": ("<script>console.warn('planted')</script>", "console: planted"),
    "exception": ("<script>throw new Error('planted')</script>", "uncaught: planted"),
    "missing file": ('<script src="absent.js"></script>', "failed: "),
    # Port 9 answers nowhere; that it was asked is enough.
    "other origin": ('<script src="http://127.0.0.1:9/tracker.js"></script>', "other origin: http://127.0.0.1:9/"),
    "sideways scroll": ('<p style="width: 3000px">Wide.</p>', "pixels wide"),
    "table cut off": (
        f'<div tabindex="0" style="overflow: auto"><table><tr><td>{"w" * 999}</td></tr></table></div>',
        "a table is cut",
    ),
    "low contrast": ('<p style="color: #bbb; background: #fff">Pale.</p>', "axe color-contrast"),
    "unnamed slider": ('<input type="range">', "axe label"),
    "skipped heading": ("<h4>Deep</h4>", "axe heading-order"),
    "dead link": ('<a href="absent.html">there</a>', "absent.html"),
    "dead anchor": ('<a href="#absent">there</a>', "#absent"),
}


def faults(browser, folder, url):
    with opened(browser, f"{url}/page.html") as (page, log):
        found = log.faults() + axe_faults(page) + sideways_faults(page) + table_faults(page) + image_faults(page)
    return found + link_faults(folder, folder / "page.html")


def test_a_sound_page_has_no_fault(browser, serve, tmp_path):
    (tmp_path / "page.html").write_text(PAGE.format(fault=""))
    assert faults(browser, tmp_path, serve(tmp_path)) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(name, browser, serve, tmp_path):
    markup, expected = FAULTS[name]
    (tmp_path / "page.html").write_text(PAGE.format(fault=markup))
    assert any(expected in fault for fault in faults(browser, tmp_path, serve(tmp_path)))


@pytest.mark.parametrize(
    ("old", "new", "missing"),
    [
        (' lang="en"', "", "language"),
        ("<title>A page</title>", "<title> </title>", "title"),
        ('<link rel="icon" href="data:,">', "", "icon"),
        ('href="data:,"', 'href="absent.svg"', "icon"),
        ('<meta name="viewport" content="width=device-width, initial-scale=1">', "", "viewport"),
        ('<meta charset="utf-8">', "", "character set"),
    ],
)
def test_a_missing_part_of_the_head_is_seen(old, new, missing, tmp_path):
    page = PAGE.replace("<head>", '<head><meta charset="utf-8">').format(fault="")
    (tmp_path / "whole.html").write_text(page)
    (tmp_path / "page.html").write_text(page.replace(old, new))
    assert head_faults(tmp_path / "whole.html") == []
    assert head_faults(tmp_path / "page.html") == [f"no {missing}"]
