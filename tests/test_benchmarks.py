"""The benchmark runs, and its tables and picture say what it measured; nothing here depends on how fast it was."""

import json
import os
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from book_rules import ROOT


def run(folder, *arguments):
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "benchmarks", "--quick", "--repeats", "1", "--output", str(folder), *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    done = run(folder, "--engines", "exact", "gibbs, 4 chains", "metropolis, 4 chains")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.xdist_group("benchmarks")
def test_own_samplers_are_measured(results):
    found = json.loads((results / "benchmarks.json").read_text(encoding="utf-8"))
    assert [row["engine"] for row in found["schools"]] == ["exact", "gibbs, 4 chains", "metropolis, 4 chains"]
    for row in found["schools"]:
        assert 0 < row["effective"] < 10 * 400
        assert row["build_seconds"] + row["sampling_seconds"] == pytest.approx(row["total_seconds"])
        assert row["worst"].split(",")[0] in {"mu", "tau", *(f"theta[{j}]" for j in range(8))}
    assert found["schools"][0]["agrees"]
    assert {(row["groups"], row["settings"]["draws"]) for row in found["scaling"]} == {
        (groups, draws) for groups in (8, 100) for draws in (25, 100)
    }
    assert all(row["peak_megabytes"] >= 0 and row["total_seconds"] > 0 for row in found["scaling"])
    assert found["about"]["cores"] == os.cpu_count()
    assert found["about"]["versions"]["numpy"]


@pytest.mark.xdist_group("benchmarks")
def test_the_table_and_the_picture_name_every_engine(results):
    table = (results / "benchmarks.md").read_text(encoding="utf-8")
    for line in ("| exact |", "| gibbs, 4 chains |", "| metropolis, 4 chains |", "| exact | 100 | 400 |"):
        assert line in table
    assert ElementTree.parse(results / "benchmarks.svg").getroot().tag.endswith("svg")


def test_an_unknown_engine_is_refused(tmp_path):
    done = run(tmp_path, "--engines", "exat")
    assert done.returncode == 2
    assert "exat" in done.stderr
