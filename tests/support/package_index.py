"""Ask the package index, by way of uv.

Without an index, a test that needs one is skipped, and in CI it fails; either way it says that this was the reason.
Whatever else goes wrong is a failure, with what uv said.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from paths import ROOT
from skips import missing


def program() -> str:
    """Return uv: the one on PATH, or else the one that `make` has installed."""
    found = shutil.which("uv") or shutil.which(ROOT / ".uv" / "bin" / "uv")
    if found is None:
        missing("uv", "make installs one")
    return found


def answers() -> bool:
    """Say whether there is an index: ask it anew for one small package."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "wanted.txt")
        wanted.write_text("zipp")
        command = [program(), "pip", "compile", "--quiet", "--no-cache", "--no-deps", str(wanted)]
        # The address and the patience are those of the environment.
        return subprocess.run(command, cwd=folder, capture_output=True, timeout=300, check=False).returncode == 0


def uv(*arguments: str | Path, folder: Path, environment: dict[str, str] | None = None) -> str:
    """Run uv in a folder and return what it wrote; in want of an index, skip the test, but fail in CI."""
    try:
        done = subprocess.run(
            [program(), *map(str, arguments)],
            cwd=folder,
            env=dict(os.environ) if environment is None else environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        failure = done.returncode and done.stderr
    except subprocess.TimeoutExpired:
        failure = "no answer in ten minutes"
    if failure:
        if not answers():
            missing("package index", "this test installs packages, or compares the lock with what there is")
        raise AssertionError(f"uv {arguments[0]}: {failure}")
    return done.stdout
