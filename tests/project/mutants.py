"""Plant defects and print those that no test notices; `make mutants` runs this.

Two kinds are planted, in a copy of the repository under `_build/mutants`:

- `planted`: those of `planted_defects.yml`, over the book, the problem sets, the scripts and the settings. Each must
  turn a test red that stands beside it.
- `lib`: what mutmut makes of every function of the package, one operator or constant at a time. What survives and
  cannot be wrong stands in `excused_mutants.yml`, with the reason.

The name of a module, such as `lib.estimators`, tries that one alone; a word, such as `pooling`, the planted defects
that have it in their name or file.
"""

import argparse
import io
import json
import os
import shutil
import subprocess
import sys
import tokenize
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

import yaml
from paths import ROOT
from reproducible import NOT_SOURCE, build

WORK = ROOT / "_build" / "mutants"
TREE = WORK / "tree"
DEFECTS = Path(__file__).with_name("planted_defects.yml")
EXCUSED = Path(__file__).with_name("excused_mutants.yml")
# Pictures: defects are planted there by hand. And files without a function.
NOT_MUTATED = [
    "lib/explorables.py",
    "lib/plots.py",
    "lib/prose.py",
    *(f"lib/{folder}__init__.py" for folder in ("", "exercises/", "models/", "numerics/", "priors/", "samplers/")),
]
# The tests of a folder of the package. Those of samplers reach what they alone ask of a model.
TESTS_OF_FOLDERS = {
    "exercises": ["tests/lib/exercises/test_practice.py"],
    "models": ["tests/lib/models", "tests/lib/priors", "tests/lib/samplers", "tests/lib/test_arguments.py"],
    "numerics": ["tests/lib/models", "tests/lib/test_exchangeability.py"],
    "priors": ["tests/lib/priors", "tests/lib/models", "tests/lib/samplers", "tests/lib/test_arguments.py"],
    "samplers": ["tests/lib/samplers", "tests/lib/test_arguments.py"],
}
# Beside the tests that are named after a file; the others of `lib/validation.py`, which everything calls, take hours.
FURTHER_TESTS = {
    "lib/calibration.py": ["tests/lib/test_arguments.py"],
    "lib/datasets.py": ["tests/lib/test_arguments.py"],
    "lib/estimators.py": ["tests/lib/test_arguments.py"],
    "lib/exchangeability.py": ["tests/lib/test_arguments.py", "tests/lib/test_memory.py"],
}


def copy_repository() -> None:
    shutil.rmtree(TREE, ignore_errors=True)
    shutil.copytree(ROOT, TREE, ignore=NOT_SOURCE)
    shutil.copytree(
        ROOT / "_build", TREE / "_build", ignore=shutil.ignore_patterns("mutants", "bench", "seed-*", ".lock")
    )


def run(command: list, **options) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(TREE), "NO_COLOR": "1"}
    return subprocess.run(
        command,
        cwd=TREE,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def failing(tests: list[str], *further_options: str) -> bool:
    """Run tests until one fails; say whether one did."""
    report = WORK / "report.xml"
    report.unlink(missing_ok=True)
    options = ["-q", "-x", "-p", "no:cacheprovider", "--tb=no", f"--junitxml={report}", *further_options]
    done = run([sys.executable, "-m", "pytest", *options, *tests])
    cases = list(ElementTree.parse(report).iter("testcase")) if report.exists() else []
    if not cases:
        raise RuntimeError(f"no test ran of {tests}:\n{done.stdout}\n{done.stderr}")
    return any({"failure", "error"} & {part.tag for part in case} for case in cases)


def planted(defect: dict) -> tuple[str, str]:
    """Return the text of a defect's file without it and with it."""
    text = (ROOT / defect["file"]).read_text(encoding="utf-8")
    if text.count(defect["old"]) != 1 or defect["old"] == defect["new"]:
        raise ValueError(f"{defect['name']}: its old text must stand in {defect['file']} once, and differ from the new")
    return text, text.replace(defect["old"], defect["new"])


def survivors_of_planting(word: str = "") -> list[str]:
    """Plant each defect of the list, alone; return those that no test of theirs noticed."""
    defects = yaml.safe_load(DEFECTS.read_text(encoding="utf-8"))
    defects = [defect for defect in defects if word in defect["name"] or word in defect["file"]]
    defects.sort(key=lambda defect: bool(defect.get("build")))  # those last: they leave a faulty site behind
    texts = [planted(defect) for defect in defects]  # all are refused, or none
    copy_repository()
    at_once = ("-n", str(os.cpu_count()), "--dist", "loadgroup")
    if failing(sorted({test for defect in defects for test in defect["tests"]}), *at_once):
        raise RuntimeError("a test that should see a defect fails without one: run `make test` first")
    survivors = []
    for defect, (whole, faulty) in zip(defects, texts, strict=True):
        path = TREE / defect["file"]
        path.write_text(faulty, encoding="utf-8")
        red = defect.get("build") and build(TREE).returncode  # the tests of some read the built book
        survivors += report(defect, seen=bool(red or (defect["tests"] and failing(defect["tests"]))))
        path.write_text(whole, encoding="utf-8")
    return survivors


def report(defect: dict, *, seen: bool) -> list[str]:
    print(f"{'caught' if seen else 'SURVIVED'}: {defect['name']} ({defect['file']})", flush=True)
    return [] if seen else [f"{defect['name']} ({defect['file']})"]


def tests_of(files: list[str]) -> list[str]:
    """Return the tests that mutants of some files meet: those named after their folder, or after the only file."""
    folder = Path(files[0]).parent.name
    named = [f"tests/lib/test_{Path(files[0]).stem}.py", *FURTHER_TESTS.get(files[0], [])]
    return named if folder == "lib" else TESTS_OF_FOLDERS[folder]


def survivors_in_lib(module: str = "lib", ending: str = "") -> list[str]:
    """Let mutmut mutate the package, a folder or a file at a time; return what survives and is not excused.

    With an `ending`, such as 3, only mutants of a function whose number ends so are tried: a tenth of them.
    """
    copy_repository()
    settings = (TREE / "pyproject.toml").read_text(encoding="utf-8")
    groups: dict[str, list[str]] = {}
    for path in sorted((ROOT / "lib").rglob("*.py")):
        file = path.relative_to(ROOT).as_posix()
        if f"{file[:-3]}/".startswith(module.replace(".", "/") + "/") and file not in NOT_MUTATED:
            groups.setdefault(file if path.parent.name == "lib" else path.parent.name, []).append(file)
    survivors = []
    for files in groups.values():
        chosen = {"only_mutate": files, "pytest_add_cli_args_test_selection": tests_of(files)}
        lines = [f"{name} = {json.dumps(value)}\n" for name, value in chosen.items()]
        marked = settings.replace("[tool.mutmut]\n", "[tool.mutmut]\n" + "".join(lines))
        (TREE / "pyproject.toml").write_text(marked, encoding="utf-8")
        shutil.rmtree(TREE / "mutants", ignore_errors=True)
        survivors += survivors_of_mutmut(ending)
    return survivors


def survivors_of_mutmut(ending: str) -> list[str]:
    command = [shutil.which("mutmut"), "run", "--max-children", str(os.cpu_count())]
    tried = [f"*__mutmut_*{ending}"] if ending else []
    environment = os.environ | {"NO_COLOR": "1", "PYTHONPATH": str(TREE)}
    subprocess.run([*command, *tried], cwd=TREE, env=environment, stdin=subprocess.DEVNULL, check=False)
    listed = run([command[0], "results", "--all", "true"]).stdout.split("\n")
    verdicts = [line.strip().rsplit(": ", 1) for line in listed if ": " in line]
    verdicts = [(name, verdict) for name, verdict in verdicts if name.endswith(ending)]
    if not verdicts or any(verdict == "not checked" for _, verdict in verdicts):
        raise RuntimeError("mutmut stopped before it had tried them all: what it says stands above")
    survived = [name for name, verdict in verdicts if verdict in ("survived", "no tests")]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        shown = list(pool.map(lambda name: run([command[0], "show", name]).stdout.split("\n"), survived))
    survivors = []
    for name, lines in zip(survived, shown, strict=True):
        change = [line for line in lines if line[:1] in ("-", "+") and line[:4] not in ("--- ", "+++ ")]
        if not only_words(change) and not excuse(name, "\n".join(change)):
            survivors.append("\n".join([name, *change]))
    return survivors


def excuse(name: str, change: str) -> str:
    """Return why a mutant that survives cannot be wrong, or nothing."""
    for excused in yaml.safe_load(EXCUSED.read_text(encoding="utf-8")):
        if excused["function"] in name and any(piece in change for piece in excused["changes"]):
            return excused["why"]
    return ""


def only_words(change: list[str]) -> bool:
    """Say whether a change is one of the wording of a sentence: which words it has to have, its own test says."""

    def tokens(line):
        try:
            found = list(tokenize.generate_tokens(io.StringIO(line[1:].strip() + "\n").readline))
        except (tokenize.TokenError, SyntaxError):
            return [("?", line)]
        sentence = (tokenize.STRING, tokenize.FSTRING_MIDDLE)
        return [(t.type, "" if t.type in sentence and " " in t.string.strip() else t.string) for t in found]

    return len(change) == 2 and tokens(change[0]) == tokens(change[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="planted, lib, a module of lib, or a word of a planted defect")
    parser.add_argument("--ending", default="", help="of lib, only each function's mutants whose number ends so")
    arguments = parser.parse_args()
    only = arguments.only
    survivors = []
    if only in ("", "planted") or not only.startswith("lib"):
        survivors += survivors_of_planting("" if only == "planted" else only)
    if only == "" or only.startswith("lib"):
        survivors += survivors_in_lib(only or "lib", arguments.ending)
    print(f"\n{len(survivors)} survived" + ("." if not survivors else ":"))
    for survivor in survivors:
        print(survivor)
    sys.exit(bool(survivors))


if __name__ == "__main__":
    main()
