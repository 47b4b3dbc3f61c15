"""Build a small book with the settings and extensions of the real one, in a folder of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from book_rules import ROOT

FIXTURE = ROOT / "tests" / "fixture_book"


def make(folder: Path) -> Path:
    """Copy the fixture book into a folder, with all of the real book but its pages and its package."""
    shutil.copytree(
        ROOT / "book", folder / "book", ignore=shutil.ignore_patterns("*.md", "problem-sets", "__pycache__")
    )
    for name in ["_config.yml", "environment.yml", "pyproject.toml", "requirements.txt"]:
        shutil.copy(ROOT / name, folder)
    shutil.copytree(FIXTURE, folder, dirs_exist_ok=True)
    return folder


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    """Build the book in a folder as `make book` does; its own `lib` is the one that it imports."""
    return subprocess.run(
        [Path(sys.executable).with_name("jupyter-book"), "build", str(folder), "-W", "-n", "--keep-going"],
        env={**os.environ, "PYTHONPATH": str(folder), "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
