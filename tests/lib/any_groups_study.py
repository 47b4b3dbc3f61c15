"""Try every sampler on data that nobody chose: ``make study`` writes _build/study.json and prints a table.

`exact` is compared with quadrature written independently (tests/support/posterior_reference.py), `gibbs` and `metropolis`
with `exact`. It takes too long to be a test; its small form is one (tests/lib/samplers/test_any_groups.py).
"""

import argparse
import json
import sys
import time
import warnings
from pathlib import Path

import arviz as az
import numpy as np
import pandas as pd
from any_groups import case
from joblib import Parallel, delayed
from posterior_reference import PROBABILITIES, reference
from scipy import special, stats
from tqdm import tqdm

from lib import ConvergenceWarning, exact, gibbs, metropolis

LATTICE = 20_000
GROUPS = 3  # of which the own parameters are looked at, besides the hyperparameters
# What an answer may be off by: `exact` says that its distribution functions are good to about 2e-5, and the lattice by
# which they are seen is that fine.
TOLERANCE = 1e-3
OF_ITSELF = 1e-3  # what the reference may say of itself
RUNS = {gibbs: {"draws": 1000, "warmup": 300}, metropolis: {"draws": 3000, "warmup": 1500}}


class Midpoints(np.random.Generator):
    """A generator whose uniform numbers are evenly spaced: what `exact` makes of them are quantiles, with no noise."""

    def __init__(self):
        super().__init__(np.random.PCG64(0))
        self.calls = 0

    def random(self, size):
        self.calls += 1
        if self.calls == 1:
            return (np.arange(size) + 0.5) / size
        return (np.arange(size) * (np.sqrt(5) - 1) / 2) % 1  # with the first, a lattice that fills the square evenly


def free(kind, name, values):
    """On the scale of the reference."""
    if name in ("mu", "nu"):
        return values
    return special.logit(values) if kind == "beta" and name == "mean" else np.log(values)


def try_case(seed, samplers=(gibbs, metropolis)):
    """Return what came of one case: a row of the table."""
    given = case(seed)
    row = {"seed": seed, "kind": given.kind, "tails": given.tails, "J": len(next(iter(given.data.values())))}
    row["priors"] = "; ".join(f"{name}: {_words(prior)}" for name, prior in given.priors.items())
    try:
        model = given.build()
    except ValueError as error:
        return row | {"exact": "improper", "why": str(error)}
    rng = np.random.default_rng([seed, 1])
    groups = np.unique(np.linspace(0, row["J"] - 1, GROUPS).round().astype(int))
    start = time.perf_counter()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = exact(model, draws=2500, rng=rng).posterior
        except ValueError as error:
            return row | {"exact": "refused", "why": str(error)}
    row |= {"exact": "warned" if caught else "answered", "seconds": time.perf_counter() - start}
    if given.reference:
        row |= _against_reference(given, model, groups)
    for sampler in samplers:
        row |= _against_exact(given, model, sampler, found, groups, rng)
    return row


def _words(prior):
    if hasattr(prior, "dist"):
        return f"{prior.dist.name}{tuple(round(float(x), 6) for x in [*prior.args, *prior.kwds.values()])}"
    return repr(prior)


def _against_reference(given, model, groups):
    """The largest error of a distribution function of `exact`, and z-scores of groups' means."""
    hidden = np.isnan(next(iter(given.data.values())))
    groups = [int(j) for j in groups if not hidden[j]]
    start = time.perf_counter()
    priors = {name: np.zeros_like if prior is None else prior for name, prior in given.priors.items()}
    truth = reference(given.kind, given.reference, priors, groups)
    took = time.perf_counter() - start
    posterior = exact(model, draws=LATTICE, chains=1, rng=Midpoints()).posterior.isel(chain=0)
    errors = {}
    for name, at in truth.quantiles.items():
        values = np.sort(free(given.kind, name, posterior[name].to_numpy()))
        errors[name] = float(np.abs(np.searchsorted(values, at) / values.size - PROBABILITIES).max())
    own = posterior[model.group].to_numpy()[:, groups]
    z = (own.mean(axis=0) - truth.group_mean) / truth.group_sd * np.sqrt(len(own))
    return {
        "error": max(errors.values(), default=0.0),
        "itself": truth.error,
        "group_z": z.tolist(),
        "reference_s": took,
    }


def _against_exact(given, model, sampler, found, groups, rng):
    """Z-scores of a sampler's means, or what it warned of."""
    name = sampler.__name__
    start = time.perf_counter()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        posterior = sampler(model, **RUNS[sampler], rng=rng).posterior
    row = {f"{name}_s": time.perf_counter() - start, f"{name}_z": {}}
    if any(issubclass(warning.category, ConvergenceWarning) for warning in caught):
        row[f"{name}_warned"] = str(caught[-1].message)
        return row
    for variable, values in found.data_vars.items():
        if values.ndim == 2:
            pairs = {
                str(variable): tuple(free(given.kind, variable, x[variable].to_numpy()) for x in (found, posterior))
            }
        elif variable == model.group:
            pairs = {
                f"{variable}[{j}]": (values.to_numpy()[..., j], posterior[variable].to_numpy()[..., j]) for j in groups
            }
        else:
            continue
        for what, (one, other) in pairs.items():
            if given.kind != "normal" and what.startswith(model.group):
                one, other = np.cbrt(one), np.cbrt(other)  # rates of every size, down to what rounds to zero
            error = np.hypot(float(az.mcse(one, method="mean")), float(az.mcse(other, method="mean")))
            row[f"{name}_z"][what] = float((other.mean() - one.mean()) / error)
    return row


def verdict(rows):
    """Return the table, and sentences about what is wrong."""
    frame = pd.DataFrame(rows)
    wrong = [f"seed {row['seed']}: refused: {row['why']}" for row in rows if row["exact"] == "refused"]
    wrong += [f"seed {r['seed']}: off by {r['error']:.2g}" for r in rows if r.get("error", 0) > TOLERANCE]
    wrong += [
        f"seed {r['seed']}: the reference says {r['itself']:.2g} of itself"
        for r in rows
        if r.get("itself", 0) > OF_ITSELF
    ]
    z = {"groups": np.concatenate([r["group_z"] for r in rows if r.get("group_z")] or [[]])}
    for name in ("gibbs", "metropolis"):
        z[name] = np.array([value for row in rows for value in row.get(f"{name}_z", {}).values()])
    for name, values in z.items():
        if len(values) < 20:
            continue
        # Of one data set they hang together: the test takes one of each.
        far = int((np.abs(values) > 4).sum())
        print(
            f"{name}: {len(values)} z-scores, sd {values.std():.3f}, beyond 2: {np.mean(np.abs(values) > 2):.3f} "
            f"(0.046), beyond 4: {far}, largest {np.abs(values).max():.2f}, "
            f"KS p = {stats.kstest(values, stats.norm.cdf).pvalue:.2g}"
        )
    table = frame.groupby(["kind", "tails"]).agg(
        tried=("seed", "size"),
        answered=("exact", lambda x: (x == "answered").sum()),
        improper=("exact", lambda x: (x == "improper").sum()),
        refused=("exact", lambda x: (x == "refused").sum()),
        warned=("exact", lambda x: (x == "warned").sum()),
        largest_error=("error", "max"),
        seconds=("seconds", "median"),
    )
    return table, wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="seed of the first case")
    parser.add_argument("--jobs", type=int, default=-1)
    given = parser.parse_args()
    seeds = range(given.first, given.first + given.cases)
    made = Parallel(n_jobs=given.jobs, return_as="generator_unordered")(delayed(try_case)(seed) for seed in seeds)
    rows = sorted(tqdm(made, total=len(seeds), disable=not sys.stderr.isatty()), key=lambda row: row["seed"])
    path = Path("_build/study.json")
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(rows, indent=1, default=float))
    table, wrong = verdict(rows)
    print(table.to_string(float_format="{:.2g}".format))
    print(*wrong, sep="\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
