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
    assert {(row["groups"], row["settings"]["draws"]) for row in found["scaling"]} == {(100, 25), (100, 100)}
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


def test_an_engine_that_draws_something_else_does_not_agree(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    from benchmarks import engines, measure, report

    given = engines.problem(8, "flat")
    run = engines.Run()
    engines.run_exact(given, engines.Settings(), run)
    assert measure.quality(run, given)["agrees"]
    run.draws["mu"] = run.draws["mu"] + 1  # about a fifth of its standard deviation
    found = measure.quality(run, given)
    assert not found["agrees"]
    assert found["furthest"] == "mu"

    row = {"prior": "flat", "total_seconds": 1.0, "build_seconds": 0.5, "sampling_seconds": 0.5}
    row |= {"effective": 1000.0, "worst": "mu, bulk", "standard_errors": 1.0, "agrees": True}
    schools = [row | {"engine": "exact"}, row | {"engine": "Stan", "effective": 10.0}]
    schools.append(row | {"engine": "PyMC", "effective": 500.0, "agrees": False})
    schools.append({"engine": "NumPyro", "prior": "flat", "failed": "more than 1 s"})
    results = {"schools": schools, "imports": {name: [1.0] for name in ("exact", "Stan", "PyMC", "NumPyro")}}
    table = report.summary(results).set_index("engine")
    assert table["ratio"]["exact"] == 100  # Stan is the fastest of those that are right
    assert list(table["agrees"]) == ["yes", "yes", "no", "it failed"]
