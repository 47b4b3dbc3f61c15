"""The benchmark runs, and its tables and picture say what it measured; nothing here depends on how fast it was."""

import json
import os
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from paths import ROOT

WORST = {
    "schools, flat": r"(mu|tau|theta\[[0-7]\]), (bulk|tail)",
    "batting": r"(mean|spread|theta\[\d+\]), (bulk|tail)",
    "asthma": r"(mean|shape|lam\[\d+\]), (bulk|tail)",
    "kidney": "(mu|tau|nu|omega), (bulk|tail)",
}
OURS = ["exact", "gibbs, 4 chains", "metropolis, 4 chains"]


def run(folder, *arguments):
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "benchmarks", "--quick", "--repeats", "1", "--output", str(folder), *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    done = run(folder, "--only", "normal", "nested", "--engines", *OURS)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.xdist_group("benchmarks")
def test_own_samplers_are_measured(results):
    found = json.loads((results / "benchmarks.json").read_text(encoding="utf-8"))
    measured = [*(("schools, flat", engine) for engine in OURS), ("kidney", "exact"), ("kidney", "gibbs, 4 chains")]
    assert [(row["posterior"], row["engine"]) for row in found["posteriors"]] == measured
    for row in found["posteriors"]:
        assert 0 < row["effective"] < 10 * 400
        assert row["build_seconds"] + row["sampling_seconds"] == pytest.approx(row["total_seconds"])
        assert re.fullmatch(WORST[row["posterior"]], row["worst"])
        if row["engine"] == "exact" and row["posterior"] != "kidney":
            assert row["agrees"]
    assert {(row["groups"], row["settings"]["draws"]) for row in found["scaling"]} == {(100, 25), (100, 100)}
    assert all(row["peak_megabytes"] >= 0 and row["total_seconds"] > 0 for row in found["scaling"])
    assert found["about"]["cores"] == os.cpu_count()
    assert found["about"]["versions"]["numpy"]


@pytest.mark.xdist_group("benchmarks")
def test_the_table_and_the_picture_name_every_engine(results):
    table = (results / "benchmarks.md").read_text(encoding="utf-8")
    for line in (
        "| exact |",
        "| gibbs, 4 chains |",
        "| metropolis, 4 chains |",
        "| exact | 100 | 400 |",
        "### Kidney",
    ):
        assert line in table
    assert ElementTree.parse(results / "benchmarks.svg").getroot().tag.endswith("svg")


@pytest.mark.xdist_group("benchmarks")
def test_parts_are_measured_alone(tmp_path):
    done = run(tmp_path, "--only", "shares", "counts", "--engines", "exact")
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "benchmarks.json").read_text(encoding="utf-8"))
    assert not found["scaling"]
    assert [row["posterior"] for row in found["posteriors"]] == ["batting", "asthma"]
    for row in found["posteriors"]:
        assert row["agrees"]
        assert re.fullmatch(WORST[row["posterior"]], row["worst"])
    table = (tmp_path / "benchmarks.md").read_text(encoding="utf-8")
    assert "## Batting" in table and "## Asthma" in table


def test_an_unknown_engine_is_refused(tmp_path):
    done = run(tmp_path, "--engines", "exat")
    assert done.returncode == 2
    assert "exat" in done.stderr


def test_an_engine_that_draws_something_else_does_not_agree(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    from benchmarks import engines, measure, normal, report

    given = normal.schools("flat")
    run = engines.Run()
    engines.run_exact(given, engines.Settings(), run)
    assert measure.quality(run, given)["agrees"]
    run.draws["mu"] = run.draws["mu"] + 1  # about a fifth of its standard deviation
    found = measure.quality(run, given)
    assert not found["agrees"]
    assert found["furthest"] == "mu"

    row = {"posterior": "schools, flat", "total_seconds": 1.0, "build_seconds": 0.5, "sampling_seconds": 0.5}
    row |= {"effective": 1000.0, "worst": "mu, bulk", "standard_errors": 1.0, "agrees": True}
    posteriors = [row | {"engine": "exact"}, row | {"engine": "Stan", "effective": 10.0}]
    posteriors.append(row | {"engine": "PyMC", "effective": 500.0, "agrees": False})
    posteriors.append({"engine": "NumPyro", "posterior": "schools, flat", "failed": "more than 1 s"})
    results = {"posteriors": posteriors, "imports": {name: [1.0] for name in ("exact", "Stan", "PyMC", "NumPyro")}}
    table = report.summary(results).set_index("engine")
    assert table["ratio"]["exact"] == 100  # Stan is the fastest of those that are right
    assert list(table["agrees"]) == ["yes", "yes", "no", "it failed"]


def test_the_nested_engines_are_compared_by_the_time_to_a_thousand_draws(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    from benchmarks import report

    means = {"mu": (1.5, 0.003), "tau": (0.1, 0.004)}
    row = {"posterior": "kidney", "seed": 1, "settings": {"draws": 1000}, "worst": "tau, bulk", "means": means}
    ours = {"engine": "exact", "build_seconds": 0.0, "sampling_seconds": 0.4, "effective": 2000.0}
    gibbs = {"engine": "gibbs, 4 chains", "build_seconds": 0.0, "sampling_seconds": 10.0, "effective": 2000.0}
    peer = {"engine": "PyMC with nutpie", "build_seconds": 4.0, "sampling_seconds": 3.0, "effective": 500.0}
    wrong = peer | {"engine": "NumPyro, parallel", "effective": 5000.0, "means": means | {"tau": (0.13, 0.003)}}
    posteriors = [row | {"total_seconds": 1.0} | engine for engine in (ours, gibbs, peer, wrong)]
    # Other data, other means: each is compared with what exact has of the same.
    moved = {name: (mean + 1, error) for name, (mean, error) in means.items()}
    few = {"posterior": "5 states", "total_seconds": 1.0, "means": moved}
    posteriors += [row | engine | few for engine in (ours | {"sampling_seconds": 2.0}, peer)]
    posteriors.append(row | {"posterior": "kidney, in full", "engine": "PyMC with nutpie", "failed": "more than 1 s"})
    table = report.nested_summary({"posteriors": posteriors, "imports": {}})
    assert list(table["to_enough"])[:6] == pytest.approx([0.2, 5, 10, 4.6, 1, 10])
    # 0.03 apart, each with its error: 0.005
    assert list(table["standard_errors"])[:6] == pytest.approx([0, 0, 0, 6, 0, 0])
    assert table["furthest"][3] == "tau"
    # NumPyro is faster, but draws something else.
    kidney, other = report._nested_verdict(table.iloc[[0, 1, 2, 3]]), report._nested_verdict(table.iloc[[4, 5]])
    assert "exact: 0.2 s; PyMC with nutpie" in kidney and "10 s, 50.0 times as long; target 20: reached" in kidney
    assert "gibbs, 4 chains: 5 s" in kidney and "2.0 times as long.\n" in kidney + "\n"
    assert "10.0 times as long; target 20: missed" in other
    assert "stopped: more than 1 s" in "".join(report._nested_line(table.to_dict("records")[6]))
