"""Try every sampler on data that nobody chose: ``make study`` writes _build/study.jsonl and prints a table.

`exact` is compared with quadrature written independently (tests/support/posterior_reference.py), `gibbs` and
`metropolis` with `exact`. It takes too long to be a test; test_any_groups.py is its small form.
"""

import argparse
import json
import sys
import traceback
import warnings
from pathlib import Path

import arviz as az
import numpy as np
import pandas as pd
from any_groups import MOST, case
from joblib import Parallel, delayed
from midpoints import Midpoints
from posterior_reference import PROBABILITIES, reference
from scipy import special, stats
from tqdm import tqdm

from lib import ConvergenceWarning, exact, gibbs, metropolis

EXACT = sys.modules["lib.samplers.exact"]  # the package gives its name to the function
LATTICE = 200_000
GROUPS = 3  # of which the own parameters are looked at, besides the hyperparameters
# What an answer may be off by: `exact` says that its distribution functions are good to about 2e-5, and the lattice by
# which they are seen leaves up to a few 1e-4 of the inner one.
TOLERANCE = 5e-4
OF_ITSELF = 1e-3  # what the reference may say of itself
LEVEL = 0.001  # of all tests of z-scores together
ENOUGH = 10  # z-scores, to test how they are distributed
COLUMNS = ["seed", "kind", "tails", "J", "exact", "why", "error", "itself", "gibbs_warned", "metropolis_warned"]
RUNS = {gibbs: {"draws": 1000, "warmup": 300}, metropolis: {"draws": 3000, "warmup": 1500}}


def free(kind, name, values):
    """On the scale of the reference."""
    if name in ("mu", "nu"):
        return values
    return special.logit(values) if kind == "beta" and name == "mean" else np.log(values)


def try_case(seed, samplers=(gibbs, metropolis), *, most=MOST):
    """Return what came of one case: a row of the table."""
    given = case(seed, most=most)
    row = {"seed": seed, "kind": given.kind, "tails": given.tails, "J": len(next(iter(given.data.values())))}
    row["priors"] = "; ".join(f"{name}: {_words(prior)}" for name, prior in given.priors.items())
    try:
        model = given.build()
    except ValueError as error:
        return row | {"exact": "improper", "why": str(error)}
    rng = np.random.default_rng([seed, 1])
    groups = np.unique(np.linspace(0, row["J"] - 1, GROUPS).round().astype(int))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = exact(model, draws=2500, rng=rng).posterior
        except ValueError as error:
            return row | {"exact": "refused", "why": str(error)}
    row["exact"] = "warned" if caught else "answered"
    if given.reference:
        row |= _against_reference(given, model, found, groups)
    for sampler in samplers:
        row |= _against_exact(given, model, sampler, found, groups, rng)
    return row


def _row(seed, options):
    """Try a case; what breaks is a row too, and the others are tried all the same."""
    try:
        return try_case(seed, **options)
    except Exception as error:
        return {"seed": seed, "exact": "broke", "why": "".join(traceback.format_exception(error)[-2:])}


def _words(prior):
    if hasattr(prior, "dist"):
        return f"{prior.dist.name}{tuple(round(float(x), 6) for x in [*prior.args, *prior.kwds.values()])}"
    return repr(prior)


def _against_reference(given, model, found, groups):
    """The largest error of a distribution function that `exact` inverts; z-scores of the means of all that it draws."""
    hidden = np.isnan(next(iter(given.data.values())))
    groups = [int(j) for j in groups if not hidden[j]]
    priors = {name: np.zeros_like if prior is None else prior for name, prior in given.priors.items()}
    truth = reference(given.kind, given.reference, priors, groups)
    # The coordinates alone: the groups of so many draws would not fit into memory.
    coordinates = EXACT._draw_coordinates(model, Midpoints(), LATTICE)
    inverted = dict(zip((p.name for p in model.hyperparameters), model._at(coordinates)[2], strict=True))
    own = found[model.group].to_numpy()[..., groups]
    size = found.sizes["chain"] * found.sizes["draw"]
    z = (
        (own.mean(axis=(0, 1)) - truth.group_mean) / truth.group_sd * np.sqrt(size)
    ).tolist()  # empty if all are hidden
    error = 0.0
    for name, at in truth.quantiles.items():
        if name == "mu" and model.mu not in model.integrated:  # algebra integrates it, and it is drawn at random
            values = found[name].to_numpy()
            z.append(float((values.mean() - truth.mean[name]) / truth.sd[name] * np.sqrt(values.size)))
            continue
        values = np.sort(free(given.kind, name, inverted[name]))
        error = max(error, np.abs(np.searchsorted(values, at) / LATTICE - PROBABILITIES).max())
    return {"error": float(error), "itself": truth.error, "group_z": z}


def _against_exact(given, model, sampler, found, groups, rng):
    """Z-scores of a sampler's means, or what it warned of."""
    name = sampler.__name__
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        posterior = sampler(model, **RUNS[sampler], rng=rng).posterior
    row = {f"{name}_z": {}}
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


def z_scores(rows):
    """Return what should be standard normal: of each comparison, the z-scores of each place, one a data set."""
    found = {}
    for row in rows:
        for what in ("group_z", "gibbs_z", "metropolis_z"):
            values = row.get(what) or []
            values = list(values.values()) if isinstance(values, dict) else values
            for place, value in enumerate(values):  # those of one data set hang together, and so are tested apart
                found.setdefault((what, place), []).append(value)
    return {key: np.array(values) for key, values in found.items() if len(values) >= ENOUGH}


def verdict(rows):
    """Return the table, that of the z-scores, and sentences about what is wrong."""
    frame = pd.DataFrame(rows).reindex(columns=COLUMNS)
    wrong = [
        f"seed {row['seed']}: {row['exact']}: {row['why']}" for row in rows if row["exact"] in ("refused", "broke")
    ]
    wrong += [f"seed {r['seed']}: off by {r['error']:.2g}" for r in rows if not r.get("error", 0) <= TOLERANCE]
    wrong += [
        f"seed {r['seed']}: the reference says {r['itself']:.2g} of itself"
        for r in rows
        if not r.get("itself", 0) <= OF_ITSELF
    ]
    scores = z_scores(rows)
    of_z = pd.DataFrame(
        {
            "z-scores": {key: len(z) for key, z in scores.items()},
            "sd": {key: z.std() for key, z in scores.items()},
            "beyond 2": {key: np.mean(np.abs(z) > 2) for key, z in scores.items()},
            "largest": {key: np.abs(z).max() for key, z in scores.items()},
            "p": {key: stats.kstest(z, stats.norm.cdf).pvalue for key, z in scores.items()},
        }
    )
    for key, row in of_z.iterrows():
        if not row["p"] > LEVEL / len(of_z):
            wrong.append(f"{key}: the z-scores are not standard normal: p = {row['p']:.2g}")
        if not row["largest"] < stats.norm.isf(LEVEL / 2 / row["z-scores"] / len(of_z)):
            wrong.append(f"{key}: the largest z-score is {row['largest']:.2f}")
    table = frame.groupby(["kind", "tails"]).agg(
        tried=("seed", "size"),
        answered=("exact", lambda x: (x == "answered").sum()),
        improper=("exact", lambda x: (x == "improper").sum()),
        refused=("exact", lambda x: (x == "refused").sum()),
        warned=("exact", lambda x: (x == "warned").sum()),
        gibbs_warned=("gibbs_warned", "count"),
        metropolis_warned=("metropolis_warned", "count"),
        largest_error=("error", "max"),
    )
    return table, of_z, wrong


def study(seeds, *, n_jobs=None, progress=False, **options):
    """Try the cases of all seeds, by joblib: on whatever cluster ``joblib.parallel_config`` names. Yield their rows."""
    made = Parallel(n_jobs=n_jobs, return_as="generator")(delayed(_row)(seed, options) for seed in seeds)
    yield from tqdm(made, total=len(seeds), disable=not progress)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="seed of the first case")
    given = parser.parse_args()
    seeds, rows = range(given.first, given.first + given.cases), []
    path = Path("_build/study.jsonl")
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as file:  # a row at a time: a study that is stopped has not been for nothing
        for row in study(seeds, n_jobs=-1, progress=sys.stderr.isatty()):
            print(json.dumps(row, default=float), file=file, flush=True)
            rows.append(row)
    table, of_z, wrong = verdict(rows)
    print(table.to_string(float_format="{:.2g}".format), of_z.to_string(float_format="{:.3g}".format), sep="\n\n")
    print(*wrong, sep="\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
