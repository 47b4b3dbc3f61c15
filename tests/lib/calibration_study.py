"""Calibrate every sampler on every model, and planted bugs: ``make calibration`` writes _build/calibration.json.

It lies beside the tests because it needs their planted bugs, and takes too long to be one of them.
"""

import json
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import planted_bugs as bugs
from scipy import stats

from lib import BetaBinomial, GammaPoisson, NestedGammaPoisson, NormalNormal, datasets, exact, gibbs, metropolis
from lib.calibration import simulation_based_calibration

REPLICATES = 500
LEVEL = 0.001  # of each row: all right samplers together fail by bad luck once in a hundred studies
JOINT = {"log_likelihood", "log_prior", "product"}

SCHOOLS = datasets.eight_schools()
EIGHT = {"y": SCHOOLS["y"], "sigma": SCHOOLS["sigma"], "labels": list(SCHOOLS["school"])}
TIGHT = {"y": np.zeros(3), "sigma": [2.0, 3.0, 4.0], "mu": stats.norm(0, 1), "tau": stats.gamma(2, scale=1.5)}
PEAKED = TIGHT | {"tau": stats.gamma(0.8, scale=3)}  # Gibbs moves tau by slices where its prior rises at zero
PRECISE = TIGHT | {"sigma": [0.3, 0.4, 0.5]}  # the steps given eta, which lack a bug, lead nowhere
LOOSE = TIGHT | {"mu": stats.norm(0, 3)}  # the less is known of mu, the more the effects depend on it
NORMAL = {"mu": stats.norm(0, 15), "tau": stats.halfnorm(scale=10)}
HEAVY = {"mu": stats.t(4, 0, 10), "tau": stats.halfcauchy(scale=5)}
SHARES = {
    "successes": [0, 0, 0],
    "trials": [4, 10, 20],
    "mean": stats.beta(2, 3),
    "concentration": stats.gamma(3, scale=4),
}
COUNTS = {
    "counts": [0, 0, 0],
    "exposure": [1.0, 2.0, 5.0],
    "shape": stats.gamma(3),
    "mean": stats.lognorm(0.7, scale=3),
}
NESTED = {
    "counts": [0] * 9,
    "exposure": [0.5, 1.0, 4.0] * 3,
    "group": ["U", "V", "W"] * 3,
    "mu": stats.norm(1, 0.7),
    "tau": stats.gamma(3, scale=0.2),
    "nu": stats.norm(1, 0.7),
    "omega": stats.gamma(3, scale=0.2),
}
MODELS = {
    "three groups, tight priors": NormalNormal(**TIGHT),
    "eight schools, normal mu, half-normal tau": NormalNormal(**EIGHT, **NORMAL),
    "eight schools, t mu, half-Cauchy tau": NormalNormal(**EIGHT, **HEAVY),
    "three shares": BetaBinomial(**SHARES),
    "three counts": GammaPoisson(**COUNTS),
    "three counts, suppressed": GammaPoisson(**COUNTS, suppressed=(1, 5)),
    "nine counts in three states": NestedGammaPoisson(**NESTED),
    "nine counts in three states, suppressed": NestedGammaPoisson(**NESTED, suppressed=(1, 5)),
}
SAMPLERS = {
    exact: {"chains": 1},
    metropolis: {"chains": 32, "thin": 120, "warmup": 1500},
    gibbs: {"chains": 16, "thin": 16, "warmup": 100},
}
FOUR_DIMENSIONS = {"thin": 40, "warmup": 400}  # in which a walk needs fewer steps, and each costs more
WITH_BUGS = {
    "three groups, tight priors": TIGHT,
    "three groups, tau's prior rises at zero": PEAKED,
    "three groups, loose mu": LOOSE,
    "three groups, precise": PRECISE,
    "three counts": COUNTS,
}
EVERYONES_BUGS = [
    ("three groups, tight priors", bugs.SigmaForItsSquare),
    ("three groups, tight priors", bugs.PriorOfMuForgotten),
]
# Where tau's prior rises at zero, no proper density is left on the free scale without the Jacobian.
JACOBIAN = ("three groups, tight priors", bugs.MissingJacobian)
BUGS = {
    exact: [
        *EVERYONES_BUGS,
        JACOBIAN,
        ("three groups, loose mu", bugs.UncertaintyOfMuForgotten),
        ("three groups, loose mu", bugs.SignOfMu),
    ],
    metropolis: [*EVERYONES_BUGS, JACOBIAN],
    gibbs: [
        *EVERYONES_BUGS,
        # Tau moves on the free scale only where its prior rises at zero: a shape stands in for it.
        ("three counts", bugs.MissingJacobianOfShape),
        ("three groups, tight priors", bugs.PopulationTermForgotten),
        ("three groups, precise", bugs.DegreeOfFreedomForgotten),
        ("three groups, tau's prior rises at zero", bugs.PowerOfTauForgotten),
    ],
}


def studies():
    """Yield what to run: a name for the model, the sampler's name, the bug's, the model, the sampler, its options."""
    for sampler, options in SAMPLERS.items():
        for name, model in MODELS.items():
            walks = isinstance(model, NestedGammaPoisson) and sampler is metropolis
            yield name, sampler.__name__, "", model, sampler, options | (FOUR_DIMENSIONS if walks else {})
        for name, bug in BUGS[sampler]:
            yield name, sampler.__name__, bug.__name__, bug(**WITH_BUGS[name]), sampler, options
        shuffled = bugs.shuffled(sampler)
        yield "three groups, loose mu", sampler.__name__, "Shuffled", NormalNormal(**LOOSE), shuffled, options


def study(model_name, sampler_name, bug, model, sampler, options):
    start = time.perf_counter()
    found = simulation_based_calibration(
        model,
        sampler,
        replicates=REPLICATES,
        rng=np.random.default_rng(zlib.crc32(f"{model_name} {sampler_name} {bug}".encode())),  # whatever else is run
        n_jobs=-1,
        progress=sys.stderr.isatty(),
        **options,
    )
    p_values, coverage = found.p_values, found.coverage()
    each = coverage[~coverage["statistic"].isin(JOINT)].groupby("level")["coverage"]
    return {
        "model": model_name,
        "sampler": sampler_name,
        "bug": bug,
        "p_value": found.p_value,
        "passes": found.p_value >= LEVEL,
        "worst": p_values.idxmin(),
        "coverage": {f"{level:.0%}": f"{part.min():.3f}-{part.max():.3f}" for level, part in each},
        "too_few_effective_draws": int((found.effective < found.enough).sum()),
        "seconds": time.perf_counter() - start,
        "p_values": p_values.to_dict(),
        "coverages": coverage.to_dict("records"),
    }


def main() -> int:
    only = set(sys.argv[1:])  # names of samplers, models or bugs; none for all
    rows = []
    for arguments in studies():
        if only and only.isdisjoint(arguments[:3]):
            continue
        rows.append(study(*arguments))
        print({key: rows[-1][key] for key in ("model", "sampler", "bug", "p_value", "worst", "seconds")}, flush=True)
    path = Path("_build/calibration.json")
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"replicates": REPLICATES, "level": LEVEL, "studies": rows}, indent=1))
    table = pd.DataFrame(rows).drop(columns=["p_values", "coverages"])
    table = table.drop(columns="coverage").join(pd.DataFrame(table["coverage"].tolist()).add_prefix("coverage "))
    print(table.to_string(index=False, float_format="{:.2g}".format))
    wrong = [row for row in rows if row["passes"] == bool(row["bug"])]
    for row in wrong:
        print("a planted bug passes:" if row["bug"] else "a sampler fails:", row["model"], row["sampler"], row["bug"])
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
