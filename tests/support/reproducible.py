"""Build the book a second time, from nothing and elsewhere, and compare every file; `make reproducible` runs this.

What must not matter differs: the path, the time and its zone, the mask, the locale, a date from outside, and whether
git's data are there.
"""

import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from paths import ROOT

ELSEWHERE = {"TZ": "Pacific/Chatham", "LC_ALL": "xx_XX.UTF-8", "SOURCE_DATE_EPOCH": "1700000000", "PYTHONHASHSEED": "7"}
NOT_SOURCE = shutil.ignore_patterns(
    *["_build", ".git", ".venv", ".uv", ".uv-unfinished", ".cache", ".*_cache"],
    *[".hypothesis", ".ipynb_checkpoints", "__pycache__", "*.egg-info"],
)


def source_files(root: Path) -> list[str]:
    """List the files that make up the repository in a folder, also where git's data are not there to ask."""
    found = []
    for folder, folders, files in os.walk(root):
        away = NOT_SOURCE(folder, [*folders, *files])
        folders[:] = [name for name in folders if name not in away]
        found += [Path(folder, name).relative_to(root).as_posix() for name in files if name not in away]
    return sorted(found)


def build(folder: Path, *, mask: int = 0o022, **environment: str) -> subprocess.CompletedProcess[str]:
    """Build the book in a folder as `make book` does; its own `lib` is the one that it imports."""
    return subprocess.run(
        [sys.executable, folder / "book" / "_ext" / "build.py"],
        env=os.environ | {"PYTHONPATH": str(folder), "NO_COLOR": "1"} | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1800,
        umask=mask,
        check=False,
    )


def differences(first: Path, second: Path) -> list[str]:
    """List the files that are in one folder alone, or not the same byte for byte in both."""
    names = [{path.relative_to(root) for path in root.rglob("*") if path.is_file()} for root in (first, second)]
    alone = [f"{name} is in {root} alone" for root, these in zip((first, second), names, strict=True)
             for name in sorted(these - set.intersection(*names))]  # fmt: skip
    common = sorted(set.intersection(*names))
    return alone + [f"{name} differs" for name in common if not filecmp.cmp(first / name, second / name, shallow=False)]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="another path, ümlaut ") as folder:
        copy = Path(shutil.copytree(ROOT, Path(folder) / "book", ignore=NOT_SOURCE))
        built = build(copy, mask=0o077, **ELSEWHERE)
        if built.returncode:
            sys.exit(f"{built.stdout}\nThe second build failed.")
        found = differences(ROOT / "_build" / "html", copy / "_build" / "html")
        problem_sets = [base / "_build" / "problem-sets" for base in (ROOT, copy)]
        found += differences(*problem_sets)
    for line in found:
        print(line)
    if found:
        sys.exit(f"{len(found)} files differ between two builds of the same tree.")
    print("Two builds of the same tree are the same, byte for byte.")


if __name__ == "__main__":
    main()
