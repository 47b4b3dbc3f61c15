"""What the benchmark found, as a table, a picture and JSON."""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from benchmarks.engines import ENGINES
from benchmarks.measure import distance
from benchmarks.posteriors import POSTERIORS
from lib.plots import BLUE, GREY, VERMILION

ENOUGH = 1000  # effective draws, for the nested model
SOONER = 20  # times, than the fastest peer
TARGETS = {"exact": 500, "exact, 4 x 25,000": 500, "gibbs, 4 chains": 5, "gibbs, 64 chains": 50}
HOW = """\
Effective draws are those of the worst parameter, the lesser of bulk and tail (5% and 95%).
*Rate* divides them by all the time after the imports: building the model, compiling, warm-up, draws.
*Without building* leaves out building and compiling, but not the warm-up. Imports are timed by themselves.
Unless the name says otherwise, an engine draws 4 x 1,000 after a warm-up of 1,000. NUTS engines use the non-centred
form on eight schools, with a target acceptance of 0.95 under the flat prior and of 0.8 under the other; on batting
averages distances on the logistic scale, with 0.95; on asthma the rates themselves, with 0.8. 64 walkers of emcee take
2,000 steps and 8,000 more. Every run is a new process; Stan finds no compiled program, the others what caches they
keep. Numbers are medians over runs.
*Agrees*: in every run, every mean lies within 5 standard errors of the exact one, from at least 100 effective draws.
"""


NESTED_HOW = """\
Effective draws are those of the worst of mu, tau, nu and omega. *To 1,000* is building, and the rest (warm-up and
draws) in proportion: times 1,000 over the effective draws; each engine draws about as many as give 1,000. Imports are
left out. The peers integrate the counties' rates out; ours draw them too. *Standard errors*: between an engine's means
of the hyperparameters, of the log means and of the coefficients of variation of at most fifty states, and those of
`exact` from the same data; the largest, in any run.
"""


def write(results: dict, folder: Path) -> None:
    """Write benchmarks.json, benchmarks.md and benchmarks.svg."""
    (folder / "benchmarks.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    small, nested, scaling = summary(results), nested_summary(results), pd.DataFrame(results["scaling"])
    (folder / "benchmarks.md").write_text(_text(results, small, nested, scaling), encoding="utf-8")
    _picture(small, nested, scaling, folder / "benchmarks.svg")


def _of(results: dict, *, nested: bool) -> pd.DataFrame:
    """Return the runs of the nested posteriors, or of all others."""
    rows = [row for row in results["posteriors"] if (POSTERIORS[row["posterior"]].part == "nested") == nested]
    runs = pd.DataFrame(rows)
    if len(runs) and "failed" not in runs:
        runs["failed"] = None
    return runs


def summary(results: dict) -> pd.DataFrame:
    """One row an engine and posterior: medians over the runs, and the ratio to the fastest general-purpose engine."""
    runs = _of(results, nested=False)
    if not len(runs):
        return runs
    runs["rate"] = runs["effective"] / runs["total_seconds"]
    runs["rate_without_building"] = runs["effective"] / runs["sampling_seconds"]
    rows = []
    for (posterior, name), part in runs.groupby(["posterior", "engine"], sort=False):
        failed = part["failed"].notna()
        row = {"posterior": posterior, "engine": name, "ours": ENGINES[name].ours}
        for column in ("rate", "rate_without_building", "effective", "build_seconds", "sampling_seconds"):
            row[column] = part[column].median()
        row |= {"least": part["rate"].min(), "most": part["rate"].max()}
        worst = part["worst"].mode()
        row["worst"] = worst[0] if len(worst) else ""
        row["import_seconds"] = _imports(results, name)
        row["standard_errors"] = part["standard_errors"].max()
        row["divergences"] = part["divergences"].median() if "divergences" in part else float("nan")
        row["agrees"] = "it failed" if failed.any() else "yes" if part["agrees"].all() else "no"
        rows.append(row)
    table = pd.DataFrame(rows)
    right = table[(table["agrees"] == "yes") & ~table["ours"]]
    fastest = right.groupby("posterior")["rate"].max()
    table["ratio"] = table["rate"] / table["posterior"].map(fastest)
    return table


def nested_summary(results: dict) -> pd.DataFrame:
    """One row an engine and nested posterior: how long 1,000 effective draws take, and how far it is from our exact."""
    runs = _of(results, nested=True)
    if not len(runs):
        return runs
    runs["to_enough"] = runs["build_seconds"] + runs["sampling_seconds"] * ENOUGH / runs["effective"]
    runs["data"] = runs["posterior"].map(_data)
    ours = {(row["data"], row["seed"]): row.get("means") for row in runs.to_dict("records") if row["engine"] == "exact"}
    rows = []
    for (posterior, name), part in runs.groupby(["posterior", "engine"], sort=False):
        done = part[part["failed"].isna()]
        row = {"posterior": posterior, "engine": name, "ours": ENGINES[name].ours, "settings": part["settings"].iloc[0]}
        for column in ("total_seconds", "build_seconds", "sampling_seconds", "effective", "to_enough"):
            row[column] = done[column].median()
        row |= {"least": done["to_enough"].min(), "most": done["to_enough"].max()}
        row |= {"fewest": done["effective"].min(), "import_seconds": _imports(results, name)}
        row["worst"] = ", ".join(dict.fromkeys(done["worst"]))
        row["divergences"] = done["divergences"].sum(min_count=1) if "divergences" in done else float("nan")
        records = [(row["means"], ours.get((row["data"], row["seed"]))) for row in done.to_dict("records")]
        apart = [distance(means, exact) for means, exact in records if isinstance(exact, dict)]
        row["furthest"], row["standard_errors"] = (
            max(apart, key=lambda found: found[1]) if apart else ("", float("nan"))
        )
        row["failed"] = "; ".join(part["failed"].dropna().unique())
        rows.append(row)
    return pd.DataFrame(rows)


def _imports(results: dict, name: str) -> float:
    return pd.Series(results["imports"].get(name, []), dtype=float).median()


def _text(results: dict, small: pd.DataFrame, nested: pd.DataFrame, scaling: pd.DataFrame) -> str:
    about = results["about"]
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items() if version)
    parts = [
        "# Benchmarks",
        f"{about['date']}, commit {about['commit']}, Python {about['python']}, {about['system']}, "
        f"{about['cores']} cores, load {about['load_before']} before and {about['load_after']} after, "
        f"{about['repeats']} runs each. {versions}.",
        HOW,
    ]
    for posterior, part in small.groupby("posterior", sort=False) if len(small) else ():
        lines = [_line(row) for row in part.sort_values("rate", ascending=False).to_dict("records")]
        parts.append(f"## {POSTERIORS[posterior].title}: effective draws per second")
        head = ["engine", "rate", "least to most", "times the fastest general engine", "without building"]
        head += ["effective draws", "worst", "building, s", "sampling, s", "imports, s", "divergences", "agrees"]
        head += ["standard errors from exact"]
        parts.append(_table(head, lines))
        if POSTERIORS[posterior].part == "normal":
            reached = [_target_line(row) for row in part.to_dict("records") if row["engine"] in TARGETS]
            parts.append("\n".join(line for line in reached if line))
    if len(nested):
        parts.append(f"## Counties within states: seconds to {ENOUGH:,} effective draws")
        parts.append(NESTED_HOW)
        for data, part in nested.groupby(nested["posterior"].map(_data), sort=False):
            parts.append(f"### {POSTERIORS[data].title}")
            parts.append(_table(_NESTED_HEAD, [_nested_line(row) for row in part.to_dict("records")]))
            parts.append(_nested_verdict(part))
    if len(scaling):
        parts.append("## More groups: 4 x 25 draws after a warm-up of 100, and 4 x 100, flat priors, one run each")
        parts.append(_table(_SCALING_HEAD, [_scaling_line(row) for row in scaling.to_dict("records")]))
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"


def _line(row: dict) -> list[str]:
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
        "" if pd.isna(row["standard_errors"]) else f"{row['standard_errors']:.1f}",
    ]


def _target_line(row: dict) -> str:
    if pd.isna(row["ratio"]):
        return ""
    target = TARGETS[row["engine"]]
    verdict = "reached" if row["ratio"] >= target else "missed"
    return (
        f"- {row['engine']}: {row['ratio']:,.1f} times the fastest general-purpose engine; target {target}: {verdict}."
    )


_NESTED_HEAD = ["engine", "to 1,000, s", "least to most", "effective draws", "fewest", "worst", "chains x draws"]
_NESTED_HEAD += ["warm-up", "in all, s", "building, s", "sampling, s", "imports, s", "divergences", "standard errors"]


def _nested_line(row: dict) -> list[str]:
    full = ", no rate integrated out" if row["posterior"] != _data(row["posterior"]) else ""
    if pd.isna(row["to_enough"]):
        return [row["engine"] + full, f"stopped: {row['failed']}", *[""] * (len(_NESTED_HEAD) - 2)]
    settings = row["settings"]
    return [
        row["engine"] + full,
        f"{row['to_enough']:.3g}",
        f"{row['least']:.3g} to {row['most']:.3g}",
        f"{row['effective']:,.0f}",
        f"{row['fewest']:,.0f}",
        row["worst"],
        f"{settings.get('chains', 4)} x {settings['draws']:,}",
        f"{settings['warmup']:,}" if "warmup" in settings else "none",
        f"{row['total_seconds']:.3g}",
        f"{row['build_seconds']:.2g}",
        f"{row['sampling_seconds']:.3g}",
        f"{row['import_seconds']:.2g}",
        "" if pd.isna(row["divergences"]) else f"{row['divergences']:.0f}",
        "" if pd.isna(row["standard_errors"]) else f"{row['standard_errors']:.1f} ({row['furthest']})",
    ]


def _nested_verdict(nested: pd.DataFrame) -> str:
    """Each of ours beside the fastest peer that agrees with exact."""
    ours, peers = nested[nested["ours"]], nested[~nested["ours"] & (nested["standard_errors"] < 4)]
    if not len(ours) or not len(peers) or peers["to_enough"].isna().all():
        return ""
    peer = peers.loc[peers["to_enough"].idxmin()]
    lines = []
    for row in ours[ours["to_enough"].notna()].to_dict("records"):
        ratio = peer["to_enough"] / row["to_enough"]
        verdict = "reached" if ratio >= SOONER else "missed"
        target = f"; target {SOONER}: {verdict}" if row["engine"] == "exact" else ""
        lines.append(
            f"- {row['engine']}: {row['to_enough']:.3g} s; {peer['engine']}, the fastest peer that agrees within 4 "
            f"standard errors: {peer['to_enough']:.3g} s, {ratio:.1f} times as long{target}."
        )
    return "\n".join(lines)


def _data(posterior: str) -> str:
    """Return the name of the posterior that is the same but for what is integrated out."""
    return posterior.removesuffix(", in full")


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


def _picture(small: pd.DataFrame, nested: pd.DataFrame, scaling: pd.DataFrame, path: Path) -> None:
    """One panel for each small posterior, one for the nested ones, one for the growth with the groups."""
    posteriors = list(small["posterior"].unique()) if len(small) else []
    panels = len(posteriors) + bool(len(nested)) + bool(len(scaling))
    rows, columns = -(-panels // 3), min(panels, 3)
    with plt.style.context("lib.book"):
        figure, axes = plt.subplots(
            rows, columns, figsize=(4.6 * columns, 5 * rows), layout="constrained", squeeze=False
        )
        free = iter(axes.ravel())
        for posterior in posteriors:
            part = small[(small["posterior"] == posterior) & small["rate"].notna()]
            _rates(next(free), part, POSTERIORS[posterior].title)
        if len(nested):
            _waits(next(free), nested)
        if len(scaling):
            _growth(next(free), scaling)
        for ax in free:
            ax.set_axis_off()
        figure.savefig(path)
        plt.close(figure)


def _waits(ax: Axes, nested: pd.DataFrame) -> None:
    """Seconds to 1,000 effective draws."""
    part = nested[nested["to_enough"].notna()].sort_values("to_enough", ascending=False)
    for place, row in enumerate(part.to_dict("records")):
        ax.plot(row["to_enough"], place, "o", color=BLUE if row["ours"] else VERMILION)
        label = f"{row['to_enough']:.2g}" if row["to_enough"] < 10 else f"{row['to_enough']:,.0f}"
        ax.annotate(label, (row["to_enough"], place), (0, 6), textcoords="offset points", ha="center")
    names = [f"{engine}, {posterior}" for engine, posterior in zip(part["engine"], part["posterior"], strict=True)]
    ax.set_yticks(range(len(part)), names)
    ax.set_xscale("log")
    ax.margins(x=0.15, y=0.12)
    ax.grid(axis="y", visible=False)
    ax.set_title("Counties within states")
    ax.set_xlabel(f"seconds to {ENOUGH:,} effective draws, start-up included")


def _rates(ax: Axes, part: pd.DataFrame, title: str) -> None:
    """Effective draws per second on a log axis: start-up included (dots), and without building (rings)."""
    part = part.sort_values("rate")
    for place, row in enumerate(part.to_dict("records")):
        colour = BLUE if row["ours"] else VERMILION
        ax.plot([row["rate"], row["rate_without_building"]], [place, place], color=colour, linewidth=1)
        ax.plot(row["rate_without_building"], place, "o", markerfacecolor="white", color=colour)
        ax.plot(row["rate"], place, "o", color=colour)
        right = row["agrees"] == "yes"
        label = f"{row['rate']:,.0f}" + ("" if right else " (does not agree)")
        ax.annotate(
            label,
            (row["rate"], place),
            (0, 6),
            textcoords="offset points",
            ha="center" if right else "left",
            fontsize=8,
        )
    ax.set_xscale("log")
    ax.set_yticks(range(len(part)), part["engine"])
    ax.margins(x=0.15, y=0.08)
    ax.grid(axis="y", visible=False)
    ax.set_title(title)
    ax.set_xlabel("effective draws per second, worst parameter\n(dots: start-up included; rings: without building)")


def _growth(ax: Axes, scaling: pd.DataFrame) -> None:
    """Seconds against groups, each line labelled at its end."""
    ax.set_title("Time for 100 draws as the groups grow")
    ax.set_xlabel("groups")
    ax.set_ylabel("seconds, start-up included")
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
