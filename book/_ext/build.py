"""Build the site whole, or leave the last one as it was; `make book` runs this.

Sphinx trusts the files that it finds, also those that a killed build has left half-written, and what it writes depends
on what it has written before. So a build starts from nothing but the executed chapters (see dependencies.py) and the
problem sets, in a folder of its own. When it is complete, that takes the place of the last site. Where neither what
goes in nor what came out has changed since, there is nothing to do.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from trees import digest, locked, replace

BASE = Path(__file__).resolve().parents[2]
BUILD = BASE / "_build"
NEW = BUILD / "unfinished"
MARK = BUILD / ".finished"  # what the last complete build was made from, and what it made
INPUTS = [
    *["_config.yml", "_toc.yml", "book", "lib"],
    *["LICENSE", "environment.yml", "pyproject.toml", "requirements.txt"],  # the notebooks' zip file holds them
]
OUTPUTS = ["html", "jupyter_execute"]
KEPT = ["problem-sets"]  # made beside the site, one set at a time, and built anew where one is gone or cut short


def inputs():
    """Describe what goes into the site."""
    return f"{sys.version} {digest(BASE, [name for name in INPUTS if (BASE / name).exists()])}"


def outputs():
    """Describe what there is of the site, and of the problem sets."""
    return digest(BUILD, [name for name in [*OUTPUTS, *KEPT] if (BUILD / name).exists()])


def jupyter_book(lock):
    """Build into a folder of its own; return what the command returns."""
    shutil.rmtree(NEW, ignore_errors=True)
    NEW.mkdir()
    command = [Path(sys.executable).with_name("jupyter-book"), "build", BASE, "--path-output", NEW]
    # Should this process be killed, its child would go on: the lock stays with it for as long.
    return subprocess.run([*command, "-W", "-n", "--keep-going"], pass_fds=[lock], check=False).returncode


def main():
    with locked(BUILD / ".lock") as lock:
        begun = inputs()  # not those at the end: someone may be writing
        if MARK.exists() and MARK.read_text(encoding="utf-8") == f"{begun}\n{outputs()}\n":
            print("Nothing has changed since the last build.")
            return 0
        if code := jupyter_book(lock.fileno()):
            print(
                "The build failed; if there is a site in _build/html, it is that of an earlier build.", file=sys.stderr
            )
            return code
        MARK.unlink(missing_ok=True)
        for name in OUTPUTS:
            replace(BUILD / name, NEW / "_build" / name)
        shutil.rmtree(NEW)
        MARK.write_text(f"{begun}\n{outputs()}\n", encoding="utf-8")  # cut short, it is no description of the site
    return 0


if __name__ == "__main__":
    sys.exit(main())
