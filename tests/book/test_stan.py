"""Every Stan program that the book prints is compiled and run, and does what the book says it does."""

import re

import arviz as az
import numpy as np
import pytest
from paths import ROOT
from quadrature_reference import EIGHT_SIGMA, EIGHT_Y
from sampler_checks import within_five_standard_errors
from stan_runner import run_stan

from lib import NormalNormal, estimators, exact

PROGRAMS = {path.stem: path for path in sorted((ROOT / "book" / "stan").glob("*.stan"))}
DATA = {"J": len(EIGHT_Y), "y": EIGHT_Y, "sigma": EIGHT_SIGMA}
CHAINS, DRAWS = 4, 5000
# Each program is compiled by one worker only: two would write the same files.
EACH_PROGRAM = [pytest.param(name, id=name, marks=pytest.mark.xdist_group(f"stan {name}")) for name in PROGRAMS]


def run(program, **options):
    return run_stan(program, DATA | options.pop("data", {}), seed=1, draws=DRAWS, chains=CHAINS, **options)


def effective(draws, method="bulk"):
    prob = {"prob": (0.05, 0.95)} if method == "tail" else {}
    return float(az.ess(draws, method=method, **prob))


def one_by_one(posterior):
    """Every parameter by itself: arrays of shape (chains, draws) by name."""
    each = {}
    for name, draws in posterior.items():
        parts = np.moveaxis(draws.reshape(*draws.shape[:2], -1), -1, 0)
        each |= {name if len(parts) == 1 else f"{name}[{j}]": part for j, part in enumerate(parts)}
    return each


def agrees_with_exact(drawn, *, floor=1000, **hyperparameters):
    """Each parameter has its exact mean, and mean distance from it, within five standard errors."""
    model = NormalNormal(EIGHT_Y, EIGHT_SIGMA, **hyperparameters)
    tree = exact(model, draws=100_000, rng=np.random.default_rng(1))
    references = one_by_one({name: tree.posterior[name].values for name in tree.posterior.data_vars})
    runs = one_by_one({name: drawn[name] for name in tree.posterior.data_vars})
    difference, error = {}, {}
    for name, reference in references.items():
        centre = reference.mean()
        pairs = {
            f"mean of {name}": (runs[name], reference),
            f"spread of {name}": (abs(runs[name] - centre), abs(reference - centre)),
        }
        for summary, (found, expected) in pairs.items():
            size = effective(found, "mean")
            assert size > floor, f"too few effective draws for the {summary}: {size:.0f}"
            difference[summary] = found.mean() - expected.mean()
            error[summary] = np.sqrt(found.var() / size + expected.var() / expected.size)
    within_five_standard_errors(difference, error)


def the_posterior_with_flat_priors(program):
    agrees_with_exact(run(program, target=0.95))


def the_posterior_with_tau_known(program):
    agrees_with_exact(run(program, data={"tau": 5.0}), tau=5.0)


def a_chain_kept_out_of_the_neck(program):
    """The centred form hardly sees a small tau. Divergences and effective draws say so; R-hat barely does."""
    drawn = run(program)
    tree = exact(NormalNormal(EIGHT_Y, EIGHT_SIGMA), draws=100_000, rng=np.random.default_rng(1))
    small = float((tree.posterior["tau"] < 0.5).mean())
    assert small > 0.05
    assert (drawn["tau"] < 0.5).mean() < small / 2
    assert drawn["divergent__"].mean() > 0.005
    assert effective(drawn["tau"]) < 0.1 * CHAINS * DRAWS
    assert effective(drawn["tau"], "tail") < 0.1 * CHAINS * DRAWS
    assert az.rhat(drawn["tau"]) < 1.05


def complete_pooling_from_no_posterior(program):
    """Tau falls to the smallest numbers there are: no posterior, yet the estimates and R-hat look well.

    Stan does ring an alarm here, at the end of floating point: most of its transitions count as divergent. In the
    chapter on learning tau, where nutpie runs the same model, some chains report none.
    """
    drawn = run(program)
    assert drawn["tau"].max() < 1e-300
    assert drawn["divergent__"].mean() > 0.5
    assert max(float(az.rhat(draws)) for name, draws in one_by_one(drawn).items() if name in {"mu", "tau"}) < 1.02
    assert (drawn["theta"] == drawn["mu"][..., np.newaxis]).all()
    pooled = estimators.complete_pooling(EIGHT_Y, EIGHT_SIGMA)
    size = effective(drawn["mu"], "mean")
    assert size > 400
    assert abs(drawn["mu"].mean() - pooled.mean) < 5 * pooled.se / np.sqrt(size)


EXPECTED = {
    "eight_schools": the_posterior_with_flat_priors,
    "eight_schools_known_tau": the_posterior_with_tau_known,
    "eight_schools_centred": a_chain_kept_out_of_the_neck,
    "eight_schools_improper": complete_pooling_from_no_posterior,
}


@pytest.mark.parametrize("name", EACH_PROGRAM)
def test_a_program_does_what_the_book_says(name):
    assert name in EXPECTED, "say in EXPECTED what this program gives"
    EXPECTED[name](PROGRAMS[name].read_text(encoding="utf-8"))
    assert not (ROOT / "build").exists(), "the compiler left its files in the repository"


def test_every_expectation_has_its_program():
    assert PROGRAMS.keys() == EXPECTED.keys()


@pytest.mark.xdist_group("stan slip")
def test_a_slip_is_seen():
    program = PROGRAMS["eight_schools_known_tau"].read_text(encoding="utf-8")
    slip = program.replace("mu + tau * eta", "mu + sqrt(tau) * eta")  # the lecture's: tau where its square belongs
    assert slip != program
    with pytest.raises(AssertionError, match="standard errors"):
        the_posterior_with_tau_known(slip)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_page_shows_the_program(name):
    shown = set()
    for page in (ROOT / "book").rglob("*.md"):
        for path in re.findall(r"\{literalinclude\}\s+(\S+\.stan)", page.read_text(encoding="utf-8")):
            shown.add((page.parent / path).resolve())
    assert PROGRAMS[name] in shown, f"no page shows {name}.stan by literalinclude"
