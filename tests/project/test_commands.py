"""Every file and every command that a text names is there for whoever reads it.

The README in the zip file of notebooks is read beside what lies in the zip; pages of the book and the instructor's
edition beside the repository and what its commands make. `commands.py` serves any other text.
"""

import ast
import os
import re
import shlex
import subprocess
import tomllib
import zipfile
from pathlib import PurePosixPath

import pytest
from commands import blocks, commands, environment_name, faults, named_files
from otter.cli import cli as otter_cli
from paths import ROOT, SITE
from problem_set_tools import builder
from reproducible import source_files

FOLDER = "borrowing-strength"
PAGES = [*sorted((ROOT / "book").rglob("*.md"))]
SEED = 20270214


def with_folders(files):
    return {*files, *(f"{parent}/" for file in files for parent in PurePosixPath(file).parents if parent.name)}


@pytest.fixture(scope="module")
def repository():
    return with_folders(source_files(ROOT))


@pytest.fixture(scope="module")
def products():
    """What the commands of the README make, where the builder puts it."""
    found = {"results.json", "notebooks.zip"}
    for seed in (None, SEED):
        folder = builder.folder_of(seed).relative_to(ROOT).as_posix()
        found |= {f"{folder}/", f"{folder}/problem-sets/", f"{folder}/instructor/"}
        for name in ("<name>", *(source.stem for source in builder.sources())):
            found |= {
                f"{folder}/problem-sets/{name}/",
                f"{folder}/problem-sets/{name}/{name}.zip",
                f"{folder}/problem-sets/{name}/autograder/{name}-autograder.zip",
            }
    return found


@pytest.fixture(scope="module")
def download():
    """The files of the zip file with all notebooks, by name."""
    with zipfile.ZipFile(SITE / "notebooks.zip") as archive:
        return {
            name.removeprefix(f"{FOLDER}/"): archive.read(name).decode("utf-8", "replace")
            for name in archive.namelist()
        }


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_pages_name_what_there_is(path, repository, products):
    """The front page's commands run in the unpacked zip file, which has the same files at its top."""
    assert list(faults(path.read_text(encoding="utf-8"), repository, products)) == []


def test_built_sets_lie_where_the_texts_say(products):
    for source in builder.sources():
        built = builder.build(source)
        for product in (f"{source.stem}.zip", f"autograder/{source.stem}-autograder.zip"):
            path = built / product
            assert path.exists() and path.relative_to(ROOT).as_posix() in products


def written_readme(download):
    """The README as the builder's text would have it now, whether or not the zip file was built with it."""
    code = (ROOT / "book/_ext/notebooks.py").read_text(encoding="utf-8")
    [text] = [ast.literal_eval(node.value) for node in ast.parse(code).body
              if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "README"]  # fmt: skip
    listed = [line for line in download["README.md"].splitlines() if line.startswith("- ")]
    title = download["README.md"].removeprefix("# ").partition(": the")[0]
    return text.format(title=title, folder=FOLDER, notebooks="\n".join(listed))


@pytest.mark.parametrize("readme", [lambda files: files["README.md"], written_readme], ids=["built", "written"])
def test_the_readme_in_the_download_names_what_lies_beside_it(readme, download):
    text = readme(download)
    assert len(commands(text)) == 7 and len(named_files(text)) > 10
    assert list(faults(text, with_folders(download))) == []
    listed = set(re.findall(r"^- ([\w-]+\.ipynb): ", text, re.MULTILINE))
    assert listed == {name for name in download if name.endswith(".ipynb")}
    assert environment_name() == FOLDER, "the commands make the environment that the folder is named after"


def test_the_front_page_names_what_is_in_the_download(download):
    [block] = blocks((ROOT / "book/index.md").read_text(encoding="utf-8"))
    assert list(faults(f"```bash\n{block}```\n", with_folders(download))) == []
    assert {"README.md", "lib/__init__.py"} <= set(download)


def test_the_python_that_the_readme_wants_is_the_one_of_the_package(download):
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    [named] = re.findall(r"Python (3\.\d+) or newer", download["README.md"])
    assert wanted == f">={named}"


def test_times_of_the_instructors_index_are_those_of_the_grader():
    index = (ROOT / "book/_ext/instructor_index.md").read_text(encoding="utf-8")
    preamble = (ROOT / "book/_ext/grader_preamble.py").read_text(encoding="utf-8")
    assert re.findall(r"stopped after (\w+) seconds", index) == re.findall(r"^SECONDS = (\d+)", preamble, re.MULTILINE)


def test_the_loop_over_submissions_keeps_every_result(tmp_path):
    """As it stands in the instructor's index, with a grader that writes down what it is given."""
    index = (ROOT / "book/_ext/instructor_index.md").read_text(encoding="utf-8")
    [loop] = [block for block in blocks(index) if block.startswith("for file in")]
    (tmp_path / "submissions").mkdir()
    names = ["anna", "bo b", "caf\u00e9"]
    for name in names:
        (tmp_path / "submissions" / f"{name}.ipynb").write_text(name, encoding="utf-8")
    grader = tmp_path / "otter"
    grader.write_text(
        '#!/bin/sh\nfor last; do :; done\nwhile [ "$1" != -o ]; do shift; done\ncp "$last" "$2/results.json"\n'
    )
    grader.chmod(0o755)
    subprocess.run(
        ["bash", "-euc", loop.replace("<name>", "set")],
        cwd=tmp_path,
        env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        check=True,
    )
    found = {path.parent.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("results/*/results.json")}
    assert found == {name: name for name in names}


RIGHT = """In this folder:

    conda env create --file environment.yml
    conda activate borrowing-strength
    python -m venv .venv
    source .venv/bin/activate
    python -m pip install --requirement requirements.txt
    jupyter lab

`make problem-sets SEED=7` writes `results.json`; then `otter run --no-logo -a <name>-autograder.zip` it.

- pooling.ipynb: Pooling
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("requirements.txt", "requirement.txt"),
        ("environment.yml", "environment.yaml"),
        ("--file", "--files"),
        ("--requirement ", "--requirements "),
        ("activate borrowing-strength", "activate borrowing"),
        ("python -m venv", "python -m virtual"),
        ("source .venv", "source venv"),
        ("jupyter lab", "jupyter labs"),
        ("problem-sets", "problem-set"),
        ("SEED", "SEEDS"),
        ("`results.json`", "`result.json`"),
        ("otter run", "otter grades"),
        ("--no-logo", "--no-logos"),
        ("pooling.ipynb", "pool.ipynb"),
        ("conda env create", "conda create"),
        ("python -m pip", "pythn -m pip"),
    ],
)
def test_planted_names_are_found(old, new):
    files = {"environment.yml", "requirements.txt", "pooling.ipynb"}
    assert list(faults(RIGHT, files, {"results.json"})) == []
    assert list(faults(RIGHT.replace(old, new), files, {"results.json"})) != []


def test_a_block_that_no_shell_understands_is_found():
    assert list(faults("```bash\nfor file in a b; do\n    mkdir -p out\n```\n", set())) != []
    assert list(faults("```bash\nfor file in a b; do\n    mkdir -p out\ndone\n```\n", set())) == []


def test_otters_commands_are_what_otter_takes(tmp_path, monkeypatch):
    """Each is read by Otter itself, with the files that it names: `otter grade` needs a name and a container."""
    index = (ROOT / "book/_ext/instructor_index.md").read_text(encoding="utf-8")
    lines = [line.strip() for block in blocks(index) for line in block.splitlines() if "timeout" in line]
    lines = [re.sub(r"\$\(.*?\)", "anna", line).replace("$file", "submission.ipynb") for line in lines]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results" / "anna").mkdir(parents=True)
    for file in ("<name>-autograder.zip", "submission.ipynb"):
        (tmp_path / file).write_text("", encoding="utf-8")
    assert len(lines) == 2
    for line in lines:
        *limit, name = (words := shlex.split(line))[:4]
        assert limit == ["timeout", "600", "otter"] and name == "run"  # in this process, without a container
        read = otter_cli.commands[name].make_context(name, words[4:]).params
        assert (read["autograder"], read["submission"]) == ("<name>-autograder.zip", "submission.ipynb")
