"""Measure one engine on one problem, in the process that this module is started in: it prints what it found as JSON."""

import json
import re
import resource
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import xarray as xr

from benchmarks.engines import ENGINES, Draws, Problem, Run
from benchmarks.posteriors import POSTERIORS, simulated
from lib import exact

MEGABYTE = 1e6
LEAST_EFFECTIVE = 100  # below it, a standard error is not to be trusted, and the engine counts as failing


def main() -> None:
    """Read a case from the command line, run it, print the result."""
    case = json.loads(sys.argv[1])
    engine = ENGINES[case["engine"]]
    settings = replace(engine.settings, seed=case["seed"], **case.get("settings", {}))
    groups = case.get("groups")
    given = simulated(groups, "flat") if groups else POSTERIORS[case["posterior"]].problem()
    xr.Dataset({"warm": ("x", [0.0])})  # where Dask is installed, xarray imports it when it is first used
    run = Run()
    before = _resident()
    engine.run(given, settings, run)
    result = run.notes
    result |= {
        "build_seconds": run.marks["built"] - run.marks["imported"],
        "sampling_seconds": run.marks["done"] - run.marks["built"],
        "total_seconds": run.marks["done"] - run.marks["imported"],
    }
    if not engine.processes:
        result["peak_megabytes"] = max(0.0, _peak() - before)
    if groups:
        result |= {f"mean_{name}": float(run.draws[name].mean()) for name in ("mu", "tau")}
    else:
        result |= quality(run, given, case.get("reference", 250_000))
    print(json.dumps(case | result))


def _peak() -> float:
    """Return the most memory that the process has held, in megabytes."""
    # On Linux the resource module reports the parent's peak too, if that was higher.
    peak = _status("VmHWM")
    unit = 1 if sys.platform == "darwin" else 1024
    return peak if peak is not None else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / MEGABYTE


def _resident() -> float:
    """Return what the process holds now, or, where the system does not say, the most that it has held."""
    resident = _status("VmRSS")
    return resident if resident is not None else _peak()


def _status(entry: str) -> float | None:
    """Return an entry of Linux's report on this process, in megabytes."""
    path = Path("/proc/self/status")
    if not path.exists():
        return None
    found = re.search(rf"^{entry}:\s+(\d+) kB$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return int(found[1]) * 1024 / MEGABYTE if found else None


def one_by_one(draws: Draws) -> xr.Dataset:
    """Name every number by itself."""
    each = {}
    for name, values in draws.items():
        if values.ndim == 2:
            each[name] = values
        else:
            each |= {f"{name}[{j}]": values[..., j] for j in range(values.shape[-1])}
    return xr.Dataset({name: (("chain", "draw"), values) for name, values in each.items()})


def quality(run: Run, given: Problem, draws: int = 250_000) -> dict:
    """Return the effective draws of the worst parameter, and how far the means lie from the exact ones.

    The exact ones come from so many independent draws. Where there are none: the means and their standard errors, to be
    compared between engines.
    """
    import arviz as az  # after what is measured, and only where it is needed

    found = one_by_one(given.judged(run.draws))
    scored = found[list(given.scored)] if given.scored else found
    sizes = {
        f"{name}, {method}": float(size)
        for method, options in {"bulk": {}, "tail": {"prob": (0.05, 0.95)}}.items()
        for name, size in az.ess(scored, method=method, **options).data_vars.items()
    }
    worst = min(sizes, key=sizes.__getitem__)
    result = {
        "effective": sizes[worst],
        "worst": worst,
        "r_hat": max(float(value) for value in az.rhat(scored).data_vars.values()),
    }
    size_of_mean = az.ess(found, method="mean")
    means = {
        name: (float(values.mean()), float(np.sqrt(values.var() / size_of_mean[name])))
        for name, values in found.data_vars.items()
    }
    if not given.has_reference:
        return result | {"means": means}
    reference = exact(given.model, draws=draws, rng=np.random.default_rng(1)).posterior
    reference = one_by_one(given.judged({name: reference[name].values for name in given.names}))
    right = {name: (float(v.mean()), float(np.sqrt(v.var() / v.size))) for name, v in reference.data_vars.items()}
    furthest, z = distance(means, right)
    return result | {
        "standard_errors": z,
        "furthest": furthest,
        "agrees": bool(z < 5 and sizes[worst] > LEAST_EFFECTIVE),
    }


def distance(one: dict, other: dict) -> tuple[str, float]:
    """Return the name whose means lie furthest apart, and how many of their standard errors."""
    z = {name: abs(mean - other[name][0]) / np.hypot(error, other[name][1]) for name, (mean, error) in one.items()}
    furthest = max(z, key=z.__getitem__)
    return furthest, float(z[furthest])


if __name__ == "__main__":
    main()
