"""Whatever the system calls its Chromium or Chrome, the tests of the site find it."""

import shlex
import subprocess
import sys
from pathlib import Path

import browsers
import pytest
from paths import ROOT
from playwright.sync_api import Error


@pytest.fixture
def only(tmp_path, monkeypatch):
    """A function that puts programs of these names, each a shell script, on PATH and nothing else."""

    def programs(**scripts):
        for name, script in scripts.items():
            path = tmp_path / name.replace("_", "-")
            path.write_text(f"#!/bin/sh\n{script}\n")
            path.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        return tmp_path

    return programs


@pytest.fixture
def real(browser, playwright):
    """A line that becomes the browser of these tests, whatever PATH says by then."""
    path = browsers.candidates()[0] or playwright.chromium.executable_path
    # Debian's is a script that needs the usual programs.
    return f'PATH=/usr/bin:/bin exec {shlex.quote(str(Path(path)))} "$@"'


@pytest.mark.parametrize("name", ["chromium", "chromium_browser", "google_chrome", "google_chrome_stable"])
def test_any_name_will_do(name, only, real, playwright):
    folder = only(**{name: real})
    assert browsers.candidates() == [str(folder / name.replace("_", "-")), None]
    browsers.launch(playwright).close()


def test_one_that_does_not_start_is_passed_over(only, real, playwright):
    only(chromium="echo 'install the snap' >&2; exit 1", google_chrome=real)
    browsers.launch(playwright).close()


def test_none_is_said(only, playwright, monkeypatch):
    only(chromium="exit 1")
    found = browsers.candidates()[:-1]  # Playwright's own may be there
    monkeypatch.setattr(browsers, "candidates", lambda: found)
    with pytest.raises(Error):
        browsers.launch(playwright)


def test_as_a_program_it_names_the_browser(browser):
    done = subprocess.run([sys.executable, browsers.__file__], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, f"The site is tested in Chromium {browser.version}.\n")


def test_as_a_program_it_fails_without_one(tmp_path):
    """`make test` then fetches one."""
    environment = {"PATH": "", "HOME": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)}
    assert subprocess.run([sys.executable, browsers.__file__], env=environment).returncode == 1


def test_make_has_no_list_of_its_own():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "python tests/site/browsers.py || playwright install chromium" in makefile
    assert not any(f"command -v {name}" in makefile for name in browsers.NAMES)
