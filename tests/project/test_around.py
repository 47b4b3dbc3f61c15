"""What surrounds the book: Binder's script, the citation, the licences."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import date
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.utils import canonicalize_name
from paths import ROOT

BIN = Path(sys.executable).parent


def commands(script: str) -> list[str]:
    """Return the programs that a script of plain lines calls."""
    lines = [line.strip() for line in script.splitlines()]
    return [line.split()[0] for line in lines if line and not line.startswith("#")]


def script_faults(path: Path) -> list[str]:
    """List why Binder could not run a script in the environment that it builds from environment.yml."""
    text, faults = path.read_text(encoding="utf-8"), []
    if not os.access(path, os.X_OK):
        faults.append("not executable")
    if text.partition("\n")[0] not in ("#!/bin/bash", "#!/usr/bin/env bash"):
        faults.append("no shell is named")
    if (checked := subprocess.run(["bash", "-n", path], capture_output=True, text=True)).returncode:
        faults.append(f"bash: {checked.stderr}")
    if re.search(r"[;|&`$]", re.sub("#.*", "", text)):
        faults.append("more than a plain command a line")
    if "set -euo pipefail" not in text.splitlines():
        faults.append("it goes on after an error")
    entries = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    pinned = {canonicalize_name(re.split("[= ]", pin)[0]) for pin in entries[-1]["pip"]}
    offered = {
        script.name
        for found in metadata.distributions()
        if canonicalize_name(found.name) in pinned
        for script in found.entry_points.select(group="console_scripts")
    }
    return faults + [f"nobody offers {name}" for name in commands(text) if name not in offered | {"set"}]


def set_up(path: Path, home: Path) -> dict:
    """Run the script as Binder does, for a user whose home is empty; return which editors JupyterLab then opens."""
    environment = {"HOME": str(home), "PATH": f"{BIN}{os.pathsep}/usr/bin{os.pathsep}/bin"}
    subprocess.run([path], env=environment, cwd=home, check=True, capture_output=True)
    (settings,) = home.rglob("default_setting_overrides.json")
    return json.loads(settings.read_text())["@jupyterlab/docmanager-extension:plugin"]["defaultViewers"]


def test_binder_can_run_its_script():
    assert script_faults(ROOT / "postBuild") == []


def test_on_binder_a_chapter_opens_as_it_does_here(tmp_path):
    here = json.loads((ROOT / ".jupyter" / "overrides.json").read_text())
    viewers = here["@jupyterlab/docmanager-extension:plugin"]["defaultViewers"]
    assert viewers["markdown"] == "Jupytext Notebook"
    assert set_up(ROOT / "postBuild", tmp_path).items() >= viewers.items()


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("jupytext-config", "jupytext-configure", "nobody offers jupytext-configure"),
        ("jupytext-config", "ruff", "nobody offers ruff"),  # the tests' environment has it, Binder's has not
        ("jupytext-config", "jupytext --quiet; jupytext-conf", "more than a plain command"),
        (r"\A.*\n", "", "no shell"),
        ("set -euo pipefail\n", "", "goes on"),
        (r"\Z", "if true; then\n", "bash: "),
    ],
)
def test_a_fault_of_the_script_is_seen(tmp_path, old, new, fault):
    text = (ROOT / "postBuild").read_text(encoding="utf-8")
    changed = re.sub(old, new, text, count=1)
    assert changed != text
    path = tmp_path / "postBuild"
    path.write_text(changed)
    path.chmod(0o755)
    assert any(fault in found for found in script_faults(path))
    path.chmod(0o644)
    assert "not executable" in script_faults(path)


def words(text: str) -> set[str]:
    return set(text.split())


# The keys of version 1.2.0 of the Citation File Format (doi 10.5281/zenodo.5171937), and those of an author.
CFF = words(
    "abstract authors cff-version commit contact date-released doi identifiers keywords license license-url message"
    " preferred-citation references repository repository-artifact repository-code title type url version"
)
PERSON = words(
    "address affiliation alias city country email family-names fax given-names name-particle name-suffix orcid"
    " post-code region tel website"
)
ENTITY = words(
    "address alias city country date-end date-start email fax location name orcid post-code region tel website"
)
# How the text of LICENSE calls the licences, by the names that packages and citations use.
LICENCES = {
    "BSD-3-Clause": "Code: BSD 3-Clause License",
    "CC-BY-4.0": "Text and figures: Creative Commons Attribution 4.0",
}


def citation_faults(folder: Path) -> list[str]:
    """List what in CITATION.cff breaks the format, or says something else than the other files do."""
    read = {
        name: (folder / name).read_text(encoding="utf-8")
        for name in ("CITATION.cff", "pyproject.toml", "_config.yml", "README.md", "LICENSE")
    }
    cited, settings = yaml.safe_load(read["CITATION.cff"]), yaml.safe_load(read["_config.yml"])
    project = tomllib.loads(read["pyproject.toml"])["project"]
    faults = [f"unknown key {key}" for key in cited.keys() - CFF]
    faults += [f"no {key}" for key in {"authors", "cff-version", "message", "title", "version"} - cited.keys()]
    if faults:
        return faults
    if cited["cff-version"] != "1.2.0":
        faults.append(f"version {cited['cff-version']} of the format")
    if cited.get("type") not in ("software", "dataset"):
        faults.append(f"type {cited.get('type')}")
    if not isinstance(cited["authors"], list) or not cited["authors"]:
        faults.append("no list of authors")
    for author in cited["authors"]:
        if not isinstance(author, dict) or not ("name" in author or {"family-names", "alias"} & author.keys()):
            faults.append(f"an author without a name: {author}")
        elif unknown := author.keys() - (ENTITY if "name" in author else PERSON):
            faults.append(f"an author has {unknown}")
    if [author.get("name") if isinstance(author, dict) else author for author in cited["authors"]] != [
        settings["author"]
    ]:
        faults.append("other authors than the book's")
    released = cited.get("date-released")
    if not isinstance(released, date) or str(released.year) != str(settings["copyright"]):
        faults.append(f"released {released}, copyright {settings['copyright']}")
    if str(cited["version"]) != project["version"]:
        faults.append(f"version {cited['version']}, the package's is {project['version']}")
    title = read["README.md"].partition("\n")[0].removeprefix("# ")
    if cited["title"] != title or title.partition(":")[0] != settings["title"]:
        faults.append(f"title {cited['title']}, README {title}, book {settings['title']}")
    if cited.get("abstract") not in read["README.md"].splitlines():
        faults.append("the abstract is not the README's first sentence")
    keywords = cited.get("keywords", [])
    if not keywords or not all(isinstance(word, str) for word in keywords) or len(set(keywords)) != len(keywords):
        faults.append(f"keywords {keywords}")
    named = {licence for licence, heading in LICENCES.items() if heading in read["LICENSE"]}
    if set(cited.get("license", [])) != named or named != LICENCES.keys():
        faults.append(f"licences {cited.get('license')}, LICENSE has {named}")
    if project["license"] != "BSD-3-Clause":
        faults.append(f"the package's licence is {project['license']}")
    if "BSD 3-Clause" not in read["README.md"] or "CC BY 4.0" not in read["README.md"]:
        faults.append("README names other licences")
    holder = re.search(r"Copyright \(c\) (\d{4}), the (.+)", read["LICENSE"])
    if holder is None or holder.groups() != (str(settings["copyright"]), settings["author"].removeprefix("The ")):
        faults.append("LICENSE names another year or holder")
    return faults


def test_the_citation_is_sound():
    assert citation_faults(ROOT) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("CITATION.cff", "cff-version", "cff_version", "unknown key cff_version"),
        ("CITATION.cff", "1.2.0", "1.3.0", "of the format"),
        ("CITATION.cff", "message:.*\n", "", "no message"),
        ("CITATION.cff", "- name:", "- nam:", "an author without a name"),
        ("CITATION.cff", "- name: .*", "- The authors", "an author without a name"),
        ("CITATION.cff", "- name: .*", "- name: Somebody else", "other authors"),
        ("CITATION.cff", "- name: (.*)", r"- name: \1\n    given-names: A", "an author has"),
        ("CITATION.cff", "version: 0.*", "version: 0.2.0", "version 0.2.0"),
        ("CITATION.cff", "date-released: .*", "date-released: 22.11.2026", "released 22.11.2026"),
        ("CITATION.cff", "date-released: 2026", "date-released: 2025", "released 2025"),
        ("CITATION.cff", "BSD-3-Clause", "BSD-2-Clause", "licences"),
        ("CITATION.cff", "  - CC-BY-4.0\n", "", "licences"),
        ("CITATION.cff", "Borrowing", "Lending", "title Lending"),
        ("CITATION.cff", "type: software", "type: book", "type book"),
        ("CITATION.cff", "An executable", "A printed", "abstract"),
        ("CITATION.cff", "- shrinkage", "- 1", "keywords"),
        ("_config.yml", 'title: "Borrowing', 'title: "Lending', "title Borrowing"),
        ("_config.yml", 'copyright: "2026"', 'copyright: "2024"', "another year"),
        ("pyproject.toml", 'license = ".*"', 'license = "MIT"', "the package's licence is MIT"),
        ("pyproject.toml", 'version = ".*"', 'version = "9.9"', "the package's is 9.9"),
        ("LICENSE", "Attribution 4", "Attribution 3", "LICENSE has"),
        ("LICENSE", "Copyright \\(c\\) 2026", "Copyright (c) 2020", "another year"),
        ("README.md", "CC BY 4.0", "CC BY-NC 4.0", "README names"),
    ],
)
def test_a_disagreement_is_seen(tmp_path, name, old, new, fault):
    for file in ("CITATION.cff", "pyproject.toml", "_config.yml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, tmp_path)
    text = (tmp_path / name).read_text(encoding="utf-8")
    changed = re.sub(old, new, text, count=1)
    assert changed != text
    (tmp_path / name).write_text(changed, encoding="utf-8")
    assert any(fault in found for found in citation_faults(tmp_path)), citation_faults(tmp_path)


# CI's script, with programs in place of apt-get, sudo and make that note what they are asked for


@pytest.fixture
def run_ci(tmp_path):
    """A function that runs CI's script where one of its programs fails, and returns its exit code and what it ran."""
    (tmp_path / "programs").mkdir()
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    log = tmp_path / "log"
    for name in ("apt-get", "sudo", "make"):
        program = tmp_path / "programs" / name
        program.write_text(
            f'#!/bin/bash\necho "{name} $1 CI=$CI $(cat)" >> "{log}"\n'
            f'[ "{name} $1" != "$FAILS" ] || exit 3\n[ {name} != sudo ] || {{ shift 2; exec "$@"; }}\n'
        )
        program.chmod(0o755)

    def run(fails=""):
        log.unlink(missing_ok=True)
        environment = {"PATH": f"{tmp_path / 'programs'}:{os.environ['PATH']}", "FAILS": fails}
        done = subprocess.run([tmp_path / ".ci" / "run"], env=environment, input="typed", text=True, check=False)
        ran = [line for line in log.read_text().splitlines() if not line.startswith("sudo")]
        return done.returncode, ran

    return run


def test_ci_runs_every_test_and_compares_two_builds(run_ci):
    code, ran = run_ci()
    assert code == 0
    assert [line.split(" CI=")[0] for line in ran] == [
        "apt-get update",
        "apt-get install",
        "make test",
        "make reproducible",
    ]
    assert all(line.endswith("CI=true ") for line in ran), "in CI, and with nobody to type anything"


@pytest.mark.parametrize("fails", ["apt-get update", "apt-get install", "make test", "make reproducible"])
def test_ci_stops_at_the_first_failure(fails, run_ci):
    code, ran = run_ci(fails)
    assert code == 3
    assert ran[-1].startswith(fails)


@pytest.mark.parametrize(
    ("target", "environment"),
    [("book", ".venv"), ("test", ".venv"), ("mutants", "_build/mutants/venv"), ("bench", "_build/bench/venv")],
)
@pytest.mark.parametrize("changed", ["requirements.txt", "pyproject.toml"])
def test_a_changed_lock_installs_the_packages_anew(target, environment, changed, tmp_path):
    """In a copy whose environments are there already, as after a pull."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    for name in ("requirements.txt", "pyproject.toml", ".uv/bin/uv", ".venv/installed", f"{environment}/installed"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    def installs(*options):
        made = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}  # by `make test`
        command = ["make", "--dry-run", *options, target]
        said = subprocess.run(command, cwd=tmp_path, env=made, capture_output=True, check=True)
        return f"touch {environment}/installed" in said.stdout.decode() and "--require-hashes" in said.stdout.decode()

    assert installs("--what-if", changed) and not installs()
