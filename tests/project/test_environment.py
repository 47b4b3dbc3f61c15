"""The lists of dependencies agree: what pyproject.toml asks for, what the lock pins, what conda and Binder get."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import jupytext
import problem_set_builder
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from paths import ROOT
from setuptools import Distribution


class Environment:
    """The lists of dependencies in a folder."""

    def __init__(self, folder: Path):
        self.project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
        self.lock = (folder / "requirements.txt").read_text(encoding="utf-8")
        self.conda = yaml.safe_load((folder / "environment.yml").read_text(encoding="utf-8"))
        self.python = (folder / ".python-version").read_text(encoding="utf-8").strip()

    def asked(self, *, tests: bool) -> list[Requirement]:
        listed = self.project["project"]["dependencies"]
        return [Requirement(text) for text in listed + (self.project["dependency-groups"]["test"] if tests else [])]

    def locked(self) -> dict[str, Requirement]:
        entries = re.sub(r"\\\n\s*", " ", self.lock).splitlines()
        return pins(entry.split(" --hash")[0] for entry in entries if entry and not entry.startswith("#"))

    def pip(self) -> list[str]:
        """Return the part of environment.yml that pip installs."""
        return next(entry["pip"] for entry in self.conda["dependencies"] if isinstance(entry, dict))


def pins(lines) -> dict[str, Requirement]:
    found = [Requirement(line) for line in lines]
    return {canonicalize_name(requirement.name): requirement for requirement in found}


def closure(names: list[str]) -> set[str]:
    """Return the installed packages that these need on this machine, themselves included."""
    seen: set[tuple[str, str]] = set()
    queue = [(Requirement(name).name, extra) for name in names for extra in ("", *Requirement(name).extras)]
    while queue:
        name, extra = queue.pop()
        if (canonicalize_name(name), extra) not in seen:
            seen.add((canonicalize_name(name), extra))
            for text in metadata.requires(name) or []:
                needed = Requirement(text)
                if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                    queue += [(needed.name, wanted) for wanted in ("", *needed.extras)]
    return {name for name, _ in seen}


def disagreements(environment: Environment) -> list[str]:
    """Return where the lists differ."""
    faults, locked = [], environment.locked()
    for wanted in environment.asked(tests=True):
        pin = locked.get(canonicalize_name(wanted.name))
        if pin is None:
            faults.append(f"{wanted.name} is asked for but not locked")
        elif not wanted.specifier.contains(str(pin.specifier).removeprefix("=="), prereleases=True):
            faults.append(f"{pin} is locked, but {wanted} is asked for")
    *listed, last = environment.pip()
    if last != "-e .":
        faults.append("environment.yml does not install the project itself")
    conda = pins(listed)
    for name, pin in conda.items():
        lock = locked.get(name)
        # The lock serves the tests too, and so may need everywhere what the chapters need on some systems only.
        same_systems = lock is not None and (lock.marker is None or pin.marker == lock.marker)
        if lock is None or pin.specifier != lock.specifier or not same_systems:
            faults.append(f"environment.yml has {pin}, the lock has {locked.get(name)}")
    for name in sorted(closure([str(wanted) for wanted in environment.asked(tests=False)]) - conda.keys()):
        faults.append(f"environment.yml lacks {name}, which a chapter's package needs")
    for entry in re.split(r"\n(?=\S)", environment.lock.strip()):
        if "--hash=sha256:" not in entry:
            faults.append(f"the lock has no hash for {entry}")
    if "://" in environment.lock or "://" in str(environment.conda):
        faults.append("a list holds an address")
    pythons = {environment.python, *(entry[7:] for entry in environment.conda["dependencies"] if "python=" in entry)}
    if pythons != {environment.project["project"]["requires-python"].removeprefix(">=")}:
        faults.append(f"the lists name different Pythons: {pythons}")
    if environment.conda["channels"] != ["conda-forge", "nodefaults"]:
        faults.append("environment.yml names other channels")
    return faults


def test_the_lists_agree():
    assert disagreements(Environment(ROOT)) == []


def test_what_runs_here_is_what_is_locked():
    for name, pin in Environment(ROOT).locked().items():
        if pin.marker is None or pin.marker.evaluate():
            assert pin.specifier.contains(metadata.version(name), prereleases=True), f"{name} {metadata.version(name)}"


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("requirements.txt", r"^numpy==\S+", "numpy==1.0.0", "environment.yml has numpy"),
        ("requirements.txt", r"^pymc==\S+", "pymc==5.0", "is asked for"),
        ("requirements.txt", r"^hypothesis==", "other==", "hypothesis is asked for but not locked"),
        ("requirements.txt", r"^zipp==.*\n(\s+--hash.*\n)+", "zipp==4.1.2\n", "no hash for zipp"),
        ("requirements.txt", r"\A", "# https://example.org/simple\n", "address"),
        ("environment.yml", r"- numpy==\S+", "- numpy==1.0.0", "environment.yml has numpy==1.0.0"),
        ("environment.yml", r"\n\s+- scipy==.*", "", "lacks scipy"),
        ("environment.yml", r"\n\s+- -e \.", "", "the project itself"),
        ("environment.yml", r"python=3\.\d+", "python=3.11", "different Pythons"),
        ("environment.yml", "nodefaults", "defaults", "channels"),
        (".python-version", r"3\.\d+", "3.11", "different Pythons"),
        ("pyproject.toml", r'"pandas",', '"pandas>=99",', "pandas>=99 is asked for"),
    ],
)
def test_a_disagreement_is_seen(tmp_path, name, old, new, fault):
    for file in ["pyproject.toml", "requirements.txt", "environment.yml", ".python-version"]:
        shutil.copy(ROOT / file, tmp_path)
    text = (tmp_path / name).read_text(encoding="utf-8")
    changed = re.sub(old, new, text, count=1, flags=re.MULTILINE)
    assert changed != text
    (tmp_path / name).write_text(changed, encoding="utf-8")
    assert fault in " ".join(disagreements(Environment(tmp_path)))


def imported(folder: Path) -> set[str]:
    """Return the packages of others that the modules in a folder import, by the names of their distributions."""
    names = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names.add(node.module.split(".")[0])
    distributions = metadata.packages_distributions()
    others = names - sys.stdlib_module_names - {"lib"}
    return {canonicalize_name(distributions.get(name, [name])[0]) for name in others}


def test_lib_imports_only_what_the_project_asks_for():
    asked = {canonicalize_name(wanted.name) for wanted in Environment(ROOT).asked(tests=False)}
    assert imported(ROOT / "lib") <= asked


def packaged(folder, monkeypatch):
    """The files that setuptools puts into a wheel."""
    monkeypatch.chdir(folder)
    distribution = Distribution({"script_name": "setup.py"})
    distribution.parse_config_files()
    builder = distribution.get_command_obj("build_py")
    builder.ensure_finalized()
    return {
        Path(name).relative_to(builder.build_lib).as_posix() for name in builder.get_outputs(include_bytecode=False)
    }


def test_the_package_has_every_file_of_lib(monkeypatch):
    """Colab installs it; here it is linked, and would be whole without."""
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "lib").rglob("*") if path.is_file()}
    assert {name for name in files if "__pycache__" not in name} == packaged(ROOT, monkeypatch)


def test_an_import_of_something_else_is_seen(tmp_path):
    (tmp_path / "a.py").write_text("import numpy.linalg\nimport os\nfrom yaml import load\nfrom .b import c\n")
    assert imported(tmp_path) == {"numpy", "pyyaml"}


@pytest.mark.parametrize("source", problem_set_builder.sources(), ids=lambda source: source.stem)
def test_a_problem_set_asks_for_what_its_notebook_imports(source, tmp_path):
    """Its solution too: a student may import what the solution does."""
    notebook = problem_set_builder.solution_notebook(source)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    (tmp_path / "notebook.py").write_text(re.sub(r"^[%!].*$", "", "\n".join(code), flags=re.MULTILINE))
    asked = next(
        config["requirements"]
        for cell in notebook.cells + jupytext.read(source).cells
        if (config := problem_set_builder.configuration(cell, "ASSIGNMENT CONFIG"))
    )
    assert imported(tmp_path) - {"otter-grader"} <= {canonicalize_name(name) for name in asked}


def test_both_locks_have_the_same_versions_by_construction():
    """What writes `environment.yml` is held to `requirements.txt`, which it has just written."""
    recipe = subprocess.run(["make", "--dry-run", "lock"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    compiled = [" ".join(line.split()) for line in re.findall(r"pip compile ((?:.*\\\n)*.*)", recipe)]
    first, second = compiled[-2:]
    assert "--output-file requirements.txt" in first
    assert "--constraint requirements.txt" in second and "pyproject.toml" in second
