"""Build a small book with the settings and extensions of the real one, in a folder of its own."""

import shutil
from pathlib import Path

import yaml
from paths import ROOT
from reproducible import build

__all__ = ["build", "make"]

FIXTURE = ROOT / "tests" / "support" / "fixture_book"


def make(folder: Path, *, url: str = "", branch: str = "main") -> Path:
    """Copy the fixture book into a folder, with all of the real book but its pages, its package and its address."""
    shutil.copytree(
        ROOT / "book", folder / "book", ignore=shutil.ignore_patterns("*.md", "problem-sets", "__pycache__")
    )
    for name in ["environment.yml", "pyproject.toml", "requirements.txt"]:
        shutil.copy(ROOT / name, folder)
    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    settings["repository"] |= {"url": url, "branch": branch}
    (folder / "_config.yml").write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    shutil.copytree(FIXTURE, folder, dirs_exist_ok=True)
    return folder
