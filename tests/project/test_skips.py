"""What is skipped is counted, and in CI it is a failure."""

import os
import subprocess
import sys

import pytest
from paths import ROOT

TESTS = """
import pytest
from skips import missing

@pytest.mark.parametrize("number", range(3))
def test_browser(number):
    missing("browser", "install one")

def test_compiler():
    missing("C++ compiler")

def test_that_runs():
    pass
"""
OTHER = """
import pytest

@pytest.mark.skip(reason="not today")
def test_anything():
    pass

def test_that_runs():
    pass
"""


def run(folder, text, *, ci, workers=()):
    """Run tests with the hooks of this suite; return the exit status and what was said."""
    (folder / "test_a.py").write_text(text)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CI", "PYTEST"))}
    environment |= {"PYTHONPATH": str(ROOT / "tests" / "support"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment |= {"CI": "true"} if ci else {}
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-c",
            os.devnull,
            "--rootdir",
            folder,
            "-p",
            "skips",
            "-p",
            "xdist",
            *workers,
            folder,
        ],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_skipped_tests_are_counted_by_what_they_lacked(tmp_path, workers):
    status, said = run(tmp_path, TESTS, ci=False, workers=workers)
    assert status == 0
    assert "skipped: 1 (no C++ compiler), 3 (no browser)" in said


def test_in_ci_what_is_missing_is_a_failure(tmp_path):
    status, said = run(tmp_path, TESTS, ci=True)
    assert status == 1
    assert "4 failed, 1 passed" in said


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_in_ci_any_skipped_test_is_a_failure(tmp_path, workers):
    assert run(tmp_path, OTHER, ci=False, workers=workers)[0] == 0
    status, said = run(tmp_path, OTHER, ci=True, workers=workers)
    assert status == 1
    assert "skipped: 1 (not today): in CI, a failure" in said


def test_without_skipped_tests_nothing_is_said(tmp_path):
    status, said = run(tmp_path, "def test_that_runs():\n    pass\n", ci=True)
    assert status == 0
    assert "skipped:" not in said and "did not run" not in said
