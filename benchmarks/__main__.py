"""Run the benchmark: ``python -m benchmarks``, or ``make bench``, which makes the environment for it too.

Every run is a process of its own. Each engine draws several times from small posteriors; from more and more groups,
with few draws; and from a large nested one until it has 1,000 effective draws. The results are tables, a picture and
JSON.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from benchmarks import report
from benchmarks.engines import ENGINES, PACKAGES, ROOT
from benchmarks.posteriors import PARTS, POSTERIORS

GROUPS = [8, 100, 1000, 10_000, 100_000]
FEW = {"chains": 4, "draws": 25, "warmup": 100}  # 100 draws are kept, however many groups there are
QUICK = {"settings": {"draws": 100, "warmup": 100}, "reference": 20_000}
MORE = FEW | {"draws": 100}


def main() -> None:
    """Read the options, measure, and write the results."""
    options = _options()
    options.output.mkdir(parents=True, exist_ok=True)
    names = options.engines or list(ENGINES)
    parts = options.only or PARTS
    groups = [100] if options.quick else [size for size in GROUPS if size <= options.most_groups]
    results = {"about": _about(options.repeats), "imports": {}, "posteriors": [], "scaling": []}
    for part in parts:
        results["posteriors"] += _posteriors(part, names, options)
        report.write(results, options.output)  # the rest takes long: keep what there is
    if "normal" in parts:
        results["scaling"] = _scaling(names, groups, options.limit)
    taking_part = dict.fromkeys(row["engine"] for row in results["posteriors"])
    results["imports"] = {name: _import_seconds(name, options.repeats) for name in taking_part}
    results["about"]["load_after"] = _load()
    report.write(results, options.output)
    print((options.output / "benchmarks.md").read_text(encoding="utf-8"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "_build" / "bench", help="folder for what is written")
    parser.add_argument("--repeats", type=int, default=3, help="processes for each number; the median counts")
    parser.add_argument("--limit", type=float, default=120, help="seconds after which more groups are not tried")
    parser.add_argument("--most-groups", type=int, default=GROUPS[-1])
    parser.add_argument("--engines", nargs="+", choices=list(ENGINES), metavar="ENGINE")
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART", help=f"some of {', '.join(PARTS)}")
    parser.add_argument(
        "--quick", action="store_true", help="few draws and groups, one posterior a part: to see that it runs"
    )
    return parser.parse_args()


def _posteriors(part: str, names: list[str], options: argparse.Namespace) -> list[dict]:
    """Measure the engines on a part's posteriors. The repeats are spread over the time that it takes."""
    posteriors = [name for name, posterior in POSTERIORS.items() if posterior.part == part]
    rows = []
    for repeat in range(options.repeats):
        for posterior in posteriors[:1] if options.quick else posteriors:
            given = POSTERIORS[posterior]
            for name in [name for name in names if name in given.engines]:
                case = {"engine": name, "posterior": posterior, "seed": repeat + 1}
                case |= QUICK if options.quick else {"settings": given.settings.get(name, {})}
                rows.append(_measure(case, max(options.limit, given.patience)))
    return rows


def _scaling(names: list[str], groups: list[int], limit: float) -> list[dict]:
    """Measure engines on more and more groups, until one takes too long; ours with more draws too."""
    rows = []
    for name in names:
        engine = ENGINES[name]
        if engine.settings.chains != FEW["chains"] or engine.settings.draws != 1000 or name == "NumPyro, parallel":
            continue
        for size in groups:
            if size > engine.most_groups:
                break
            case = {"engine": name, "groups": size, "seed": 1, "settings": FEW}
            rows.append(_measure(case, limit))
            if "failed" in rows[-1]:
                break
            if engine.ours:
                rows.append(_measure(case | {"settings": MORE}, limit))
    return rows


def _measure(case: dict, limit: float) -> dict:
    """Run one case in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks.measure", json.dumps(case)]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        if case["engine"] == "Stan":
            environment["XDG_CACHE_HOME"] = folder  # or a program compiled before would be used
        try:
            done = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, text=True, timeout=limit, check=False
            )
        except subprocess.TimeoutExpired:
            result = case | {"failed": f"more than {limit:.0f} s"}
        else:
            last = (done.stdout.strip() or "{}").splitlines()[-1]
            said = (done.stderr.strip() or "nothing").splitlines()[-1]
            result = json.loads(last) if done.returncode == 0 else case | {"failed": said}
    seconds = f"{result['total_seconds']:.3g} s" if "total_seconds" in result else result["failed"]
    what = case.get("posterior", f"{case.get('groups')} groups")
    print(f"{case['engine']}, {what}: {seconds}", file=sys.stderr, flush=True)
    return result


def _import_seconds(name: str, repeats: int) -> list[float]:
    """Time an engine's imports in processes of their own."""
    program = f"import time; start = time.perf_counter(); {ENGINES[name].imports}; print(time.perf_counter() - start)"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    found = []
    for _ in range(repeats):
        command = [sys.executable, "-W", "ignore", "-c", program]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        found.append(float(done.stdout.strip().splitlines()[-1]))
    return found


def _about(repeats: int) -> dict:
    """Say what ran where."""
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = None
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load_before": _load(),
        "load_after": None,
        "repeats": repeats,
        "versions": versions,
    }


def _load() -> float | None:
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None


def _commit() -> str | None:
    if not shutil.which("git"):
        return None
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or None


if __name__ == "__main__":
    main()
