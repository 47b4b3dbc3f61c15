"""What the benchmark found, as a table, a picture and JSON."""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from benchmarks.engines import ENGINES
from lib.plots import BLUE, GREY, VERMILION

TARGETS = {"exact": 500, "gibbs, 4 chains": 5, "gibbs, 64 chains": 50}
HOW = """\
Effective draws are those of the worst of mu, tau and the eight effects, the lesser of bulk and tail (5% and 95%).
*Rate* divides them by all the time after the imports: building the model, compiling, warm-up, draws.
*Without building* leaves out building and compiling, but not the warm-up. Imports are timed by themselves.
Unless the name says otherwise, an engine draws 4 x 1,000 after a warm-up of 1,000. NUTS engines use the non-centred
form, with a target acceptance of 0.95 under the flat prior and of 0.8 under the other; 64 walkers of emcee take 2,000
steps and 8,000 more. Every run is a new process; Stan finds no compiled program, the others what caches they keep.
Numbers are medians over runs.
*Agrees*: in every run, every mean lies within 5 standard errors of the exact one, from at least 100 effective draws.
"""


def write(results: dict, folder: Path) -> None:
    """Write benchmarks.json, benchmarks.md and benchmarks.svg."""
    (folder / "benchmarks.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    schools, scaling = summary(results), pd.DataFrame(results["scaling"])
    (folder / "benchmarks.md").write_text(_text(results, schools, scaling), encoding="utf-8")
    _picture(schools, scaling, folder / "benchmarks.svg")


def summary(results: dict) -> pd.DataFrame:
    """One row an engine and prior: medians over the runs, and the ratio to the fastest general-purpose engine."""
    runs = pd.DataFrame(results["schools"])
    if "failed" not in runs:
        runs["failed"] = None
    runs["rate"] = runs["effective"] / runs["total_seconds"]
    runs["rate_without_building"] = runs["effective"] / runs["sampling_seconds"]
    rows = []
    for (prior, name), part in runs.groupby(["prior", "engine"], sort=False):
        failed = part["failed"].notna()
        row = {"prior": prior, "engine": name, "ours": ENGINES[name].ours}
        for column in ("rate", "rate_without_building", "effective", "build_seconds", "sampling_seconds"):
            row[column] = part[column].median()
        row |= {"least": part["rate"].min(), "most": part["rate"].max()}
        worst = part["worst"].mode()
        row["worst"] = worst[0] if len(worst) else ""
        row["import_seconds"] = pd.Series(results["imports"][name]).median()
        row["standard_errors"] = part["standard_errors"].max()
        row["divergences"] = part["divergences"].median() if "divergences" in part else float("nan")
        row["agrees"] = "it failed" if failed.any() else "yes" if part["agrees"].all() else "no"
        rows.append(row)
    table = pd.DataFrame(rows)
    right = table[(table["agrees"] == "yes") & ~table["ours"]]
    fastest = right.groupby("prior")["rate"].max()
    table["ratio"] = table["rate"] / table["prior"].map(fastest)
    return table


def _text(results: dict, schools: pd.DataFrame, scaling: pd.DataFrame) -> str:
    about = results["about"]
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items() if version)
    parts = [
        "# Benchmarks",
        f"{about['date']}, commit {about['commit']}, Python {about['python']}, {about['system']}, "
        f"{about['cores']} cores, load {about['load_before']} before and {about['load_after']} after, "
        f"{about['repeats']} runs each. {versions}.",
        HOW,
    ]
    for prior, part in schools.groupby("prior", sort=False):
        lines = [_school_line(row) for row in part.sort_values("rate", ascending=False).to_dict("records")]
        parts.append(f"## Eight schools, {prior} prior on tau: effective draws per second")
        head = ["engine", "rate", "least to most", "times the fastest general engine", "without building"]
        head += ["effective draws", "worst", "building, s", "sampling, s", "imports, s", "divergences", "agrees"]
        parts.append(_table(head, lines))
        reached = [_target_line(row) for row in part.to_dict("records") if row["engine"] in TARGETS]
        parts.append("\n".join(line for line in reached if line))
    if len(scaling):
        parts.append("## More groups: 4 x 25 draws after a warm-up of 100, and 4 x 100, flat priors, one run each")
        parts.append(_table(_SCALING_HEAD, [_scaling_line(row) for row in scaling.to_dict("records")]))
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"


def _school_line(row: dict) -> list[str]:
    return [
        row["engine"],
        f"{row['rate']:,.0f}",
        f"{row['least']:,.0f} to {row['most']:,.0f}",
        f"{row['ratio']:,.2g}" if row["ratio"] < 10 else f"{row['ratio']:,.0f}",
        f"{row['rate_without_building']:,.0f}",
        f"{row['effective']:,.0f}",
        row["worst"],
        f"{row['build_seconds']:.2g}",
        f"{row['sampling_seconds']:.2g}",
        f"{row['import_seconds']:.2g}",
        "" if pd.isna(row["divergences"]) else f"{row['divergences']:.0f}",
        row["agrees"],
    ]


def _target_line(row: dict) -> str:
    if pd.isna(row["ratio"]):
        return ""
    target = TARGETS[row["engine"]]
    verdict = "reached" if row["ratio"] >= target else "missed"
    return (
        f"- {row['engine']}: {row['ratio']:,.1f} times the fastest general-purpose engine; target {target}: {verdict}."
    )


_SCALING_HEAD = ["engine", "groups", "draws kept", "seconds", "microseconds a group", "peak memory, MB"]


def _scaling_line(row: dict) -> list[str]:
    kept = row["settings"]["chains"] * row["settings"]["draws"]
    if not pd.isna(row.get("failed")):
        return [row["engine"], f"{row['groups']:,}", f"{kept}", f"stopped: {row['failed']}", "", ""]
    seconds, memory = row["total_seconds"], row.get("peak_megabytes")
    shown = "in processes of its own" if pd.isna(memory) else f"{memory:,.0f}"
    return [
        row["engine"],
        f"{row['groups']:,}",
        f"{kept}",
        f"{seconds:.3g}",
        f"{seconds / row['groups'] * 1e6:,.3g}",
        shown,
    ]


def _table(head: list[str], lines: list[list[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _picture(schools: pd.DataFrame, scaling: pd.DataFrame, path: Path) -> None:
    priors = list(schools["prior"].unique())
    with plt.style.context("lib.book"):
        figure, axes = plt.subplots(1, len(priors) + 1, figsize=(4.6 * len(priors) + 4.6, 5), layout="constrained")
        for ax, prior in zip(axes, priors, strict=False):
            _rates(ax, schools[(schools["prior"] == prior) & schools["rate"].notna()], prior)
        _growth(axes[-1], scaling)
        figure.savefig(path)
        plt.close(figure)


def _rates(ax: Axes, part: pd.DataFrame, prior: str) -> None:
    """Effective draws per second on a log axis: start-up included (dots), and without building (rings)."""
    part = part.sort_values("rate")
    for place, row in enumerate(part.to_dict("records")):
        colour = BLUE if row["ours"] else VERMILION
        ax.plot([row["rate"], row["rate_without_building"]], [place, place], color=colour, linewidth=1)
        ax.plot(row["rate_without_building"], place, "o", markerfacecolor="white", color=colour)
        ax.plot(row["rate"], place, "o", color=colour)
        label = f"{row['rate']:,.0f}" + ("" if row["agrees"] == "yes" else " (does not agree)")
        ax.annotate(label, (row["rate"], place), (0, 6), textcoords="offset points", ha="center", fontsize=8)
    ax.set_xscale("log")
    ax.set_yticks(range(len(part)), part["engine"])
    ax.margins(x=0.15, y=0.08)
    ax.grid(axis="y", visible=False)
    ax.set_title(f"Eight schools, {prior} prior on tau")
    ax.set_xlabel("effective draws per second, worst parameter\n(dots: start-up included; rings: without building)")


def _growth(ax: Axes, scaling: pd.DataFrame) -> None:
    """Seconds against groups, each line labelled at its end."""
    ax.set_title("Time for 100 draws as the groups grow")
    ax.set_xlabel("groups")
    ax.set_ylabel("seconds, start-up included")
    if not len(scaling):
        return
    few = scaling[scaling["settings"].map(lambda s: s["draws"] == scaling["settings"].iloc[0]["draws"])]
    few = few[few["total_seconds"].notna()]
    ends = []
    for name, part in few.groupby("engine", sort=False):
        colour = BLUE if ENGINES[name].ours else VERMILION
        ax.plot(part["groups"], part["total_seconds"], "o-", color=colour, markersize=4)
        ends.append((part["groups"].iloc[-1], part["total_seconds"].iloc[-1], name, colour))
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(right=ax.get_xlim()[1] * 30)
    # Labels that would overlap are moved up, each to at least a tenth of a decade times three above the last.
    height: dict[float, float] = {}
    for x, y, name, colour in sorted(ends, key=lambda end: (end[0], end[1])):
        at = max(y, height.get(x, 0) * 1.6)
        height[x] = at
        ax.annotate(
            name.replace(", 4 chains", ""), (x, at), (6, 0), textcoords="offset points", va="center", color=colour
        )
    ax.grid(color=GREY, alpha=0.2)
