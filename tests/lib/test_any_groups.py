"""Data that nobody chose: the small form of ``make study``, what it once found, and whether it finds what is wrong."""

import re

import any_groups_study as study
import arviz as az
import joblib
import numpy as np
import pytest
from any_groups import case
from distributed import Client, LocalCluster
from midpoints import Midpoints
from posterior_reference import PROBABILITIES, reference
from quadrature_reference import EIGHT_SIGMA, EIGHT_Y
from scipy import special, stats

from lib import BetaBinomial, GammaPoisson, NormalNormal, exact, gibbs, metropolis


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_exact_answers_any_groups(first):
    """Ten data sets; the study has a thousand, with up to 2,000 groups each."""
    rows = [study.try_case(seed, (), most=300) for seed in range(first, first + 10)]
    assert study.verdict(rows)[-1] == []


@pytest.fixture(scope="module")
def rows():
    return [study.try_case(seed, (gibbs, metropolis), most=40) for seed in range(100, 124)]


def test_the_samplers_agree(rows):
    table, of_z, wrong = study.verdict(rows)
    assert wrong == []
    assert {what for what, _ in of_z.index} == {"group_z", "gibbs_z", "metropolis_z"}
    assert table["tried"].sum() == 24


def test_a_dask_cluster_gives_the_same_rows():
    alone = list(study.study([300, 301], samplers=(metropolis,), most=20))
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster):  # noqa: SIM117 (below)
        # Not one statement: joblib looks for the client when it is told of Dask.
        with joblib.parallel_config(backend="dask"):
            found = list(study.study([300, 301], samplers=(metropolis,), most=20))
    assert found == alone


def test_no_two_cases_are_the_same_and_all_kinds_come():
    cases = [case(seed) for seed in range(200)]
    assert {(one.kind, one.tails) for one in cases} == {
        (kind, tails) for kind in ("normal", "beta", "gamma", "nested") for tails in ("light", "heavy", "improper")
    }
    sizes = [len(next(iter(one.data.values()))) for one in cases]
    assert min(sizes) == 3 and max(sizes) > 1500
    assert any("suppressed" in one.data for one in cases)
    shares = [one.data["successes"] for one in cases if one.kind == "beta"]
    assert any((y == 0).all() for y in shares) and any((y == 0).any() and (y > 0).any() for y in shares)


def shifted(sampler):
    """A sampler whose draws are all a little too large: by a tenth of their standard deviation."""

    def wrong(model, **run):
        tree = sampler(model, **run)
        for name, values in tree.posterior.data_vars.items():
            tree["posterior"][name] = values * (1 + 0.1 * values.std() / values.mean())
        return tree

    wrong.__name__ = sampler.__name__
    return wrong


def test_a_sampler_that_is_slightly_wrong_is_found(monkeypatch):
    bug = shifted(gibbs)
    monkeypatch.setitem(study.RUNS, bug, study.RUNS[gibbs])
    rows = [study.try_case(seed, (bug,), most=20) for seed in range(200, 216)]
    assert any("gibbs_z" in sentence for sentence in study.verdict(rows)[-1])


def test_an_answer_that_is_slightly_wrong_is_found(monkeypatch):
    """By half a percent of a concentration, or of a shape or a tau."""
    right = study.EXACT._draw_coordinates

    def wrong(*arguments):
        outer, *inner = right(*arguments)
        return 1.005 * outer, *inner

    monkeypatch.setattr(study.EXACT, "_draw_coordinates", wrong)
    rows = [study.try_case(seed, (), most=30) for seed in (300, 301, 302, 303)]
    assert sum("off by" in sentence for sentence in study.verdict(rows)[-1]) >= 3


def test_a_refusal_is_found(monkeypatch):
    def refuses(model, **run):
        raise ValueError("the density is too rough")

    monkeypatch.setattr(study, "exact", refuses)
    assert any("refused: the density is too rough" in s for s in study.verdict([study.try_case(0, ())])[-1])


def test_a_case_that_breaks_is_a_row_and_the_others_are_tried(monkeypatch):
    right = study.try_case

    def breaks(seed, **options):
        return [][0] if seed == 300 else right(seed, **options)

    monkeypatch.setattr(study, "try_case", breaks)
    rows = list(study.study([300, 301], samplers=(), most=20))
    assert [row["exact"] for row in rows] == ["broke", "answered"]
    assert [sentence[:30] for sentence in study.verdict(rows)[-1]] == ['seed 300: broke:   File "' + str(__file__)[:5]]


def test_a_case_of_which_every_group_that_is_looked_at_is_suppressed():
    seed = next(seed for seed in range(10_000) if all_hidden(seed))
    assert study.try_case(seed, (), most=40)["group_z"] == []


def all_hidden(seed):
    given = study.case(seed, most=40)
    hidden = np.isnan(next(iter(given.data.values())))
    return hidden[np.linspace(0, len(hidden) - 1, study.GROUPS).round().astype(int)].all()


# What was found once, with the right values.

FOUND = [
    (stats.expon(), 20),
    (stats.expon(), 56),
    (stats.expon(), 200),
    (stats.halfcauchy(), 8),
    (stats.gamma(2, scale=2), 56),
]


@pytest.mark.parametrize(("prior", "groups"), FOUND, ids=[f"{prior.dist.name}, {J}" for prior, J in FOUND])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_ordinary_counts(prior, groups, seed):
    """Shape and rate lie along a ridge, on which nodes placed for one given the other missed the mass."""
    rng = np.random.default_rng(seed)
    exposure = rng.uniform(1, 20, groups).round(1)
    counts = rng.poisson(exposure * rng.gamma(1.8, 1 / 1.25, groups))
    model = GammaPoisson(counts, exposure, shape=prior, rate=prior)
    agrees(model, reference("gamma", {"y": counts, "x": exposure}, {"shape": prior, "rate": prior}), np.log, np.log)


RARE = [stats.halfcauchy(scale=1e5), stats.lognorm(2, scale=1e5), stats.halfnorm(scale=1e5)]


@pytest.mark.parametrize("prior", RARE, ids=[prior.dist.name for prior in RARE])
def test_rare_events(prior):
    """SciPy's log Beta function loses its digits for a million trials: quadrature took that for a rough density."""
    trials, successes = np.array([1.5e6, 2e6, 8e5, 2.6e6]), np.array([12, 40, 9, 27])
    model = BetaBinomial(successes, trials, concentration=prior)
    right = reference("beta", {"y": successes, "n": trials}, {"concentration": prior, "mean": np.zeros_like})
    agrees(model, right, np.log, special.logit)


@pytest.mark.parametrize("successes", [[0, 0], [4, 4], [1, 3]])
def test_a_prior_whose_density_falls_fast(successes):
    """At a concentration of 1e8 its logarithm is -5e14, which swallowed the digits of the likelihood."""
    prior = stats.halfnorm(scale=3)
    model = BetaBinomial(successes, [4, 4], concentration=prior)
    data = {"y": np.array(successes), "n": np.array([4, 4])}
    agrees(model, reference("beta", data, {"concentration": prior, "mean": np.zeros_like}), np.log, special.logit)


FAR_OUT = {
    "half of tau below 1e-6": stats.gamma(0.05, scale=5),
    "tau over a hundred powers of ten": stats.lognorm(60, scale=1),
    "tau from one on, without a mean": stats.pareto(0.2),
}


@pytest.mark.parametrize("prior", FAR_OUT.values(), ids=FAR_OUT)
def test_a_tail_that_falls_slowly(prior):
    """A prior that has a pole at zero was asked about zero itself, and the tail then did not seem to fall."""
    model = NormalNormal(EIGHT_Y, EIGHT_SIGMA, tau=prior)
    right = reference("normal", {"y": EIGHT_Y, "sigma": EIGHT_SIGMA}, {"tau": prior, "mu": np.zeros_like})
    tau = np.sort(np.log(exact(model, draws=20_000, chains=1, rng=Midpoints()).posterior["tau"].to_numpy()[0]))
    np.testing.assert_allclose(np.searchsorted(tau, right.quantiles["tau"]) / tau.size, PROBABILITIES, atol=1e-3)


def test_a_prior_that_fights_the_data_far_out():
    """For a huge shape the prior of the rate is e**(-1e69): no node more resolves what rounding does to that."""
    counts, exposure = np.array([3.0, 0, 9, 14]), np.array([10, 0.4, 30, 7.5])
    priors = {"shape": stats.pareto(0.2), "rate": stats.expon()}
    right = reference("gamma", {"y": counts, "x": exposure}, priors)
    agrees(GammaPoisson(counts, exposure, **priors), right, np.log, np.log)


SHARES = [((0, 0), 0.05, 1.0), ((0, 0, 0), 0.2, 0.2), ((0, 4), 0.01, 0.01), ((4, 4), 0.5, 0.5)]


@pytest.mark.parametrize(("successes", "one", "other"), SHARES)
def test_a_mean_near_zero(successes, one, other):
    """Logits ended at -36, and half of the posterior lay beyond: a group's mean was off by a quarter, in silence."""
    trials, prior = np.full(len(successes), 4), stats.expon(scale=5)
    model = BetaBinomial(successes, trials, mean=stats.beta(one, other), concentration=prior)
    data = {"y": np.array(successes), "n": trials}
    right = reference("beta", data, {"concentration": prior, "mean": stats.beta(one, other)}, [0])
    agrees(model, right, np.log, special.logit)
    own = gibbs(model, draws=5000, warmup=300, rng=np.random.default_rng(1)).posterior["theta"][..., 0].to_numpy()
    error = float(az.mcse(own, method="mean"))
    assert abs(own.mean() - right.group_mean[0]) < 4.5 * error


BEYOND = {
    "one": (
        {"successes": [4, 4], "mean": stats.beta(1, 0.05)},
        "as mean goes to one, 0 groups have a failure, and prior times likelihood goes as (1 - mean)**-0.95, so much "
        "of the posterior lies where mean cannot be told from one; the power must be above -0.7",
    ),
    "zero": (
        {"successes": [0, 0], "mean": stats.beta(0.01, 1)},
        "as mean goes to zero, 0 groups have a success, and prior times likelihood goes as mean**-0.99, so much of the "
        "posterior lies where mean cannot be told from zero; the power must be above -0.98",
    ),
}


@pytest.mark.parametrize(("given", "why"), BEYOND.values(), ids=BEYOND)
@pytest.mark.parametrize("allow", [False, True])
def test_a_posterior_that_floating_point_does_not_hold(given, why, allow):
    message = (
        f"the posterior is proper, but floating point does not hold it: {why}; give a proper prior, for instance mean="
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        BetaBinomial(trials=[4, 4], concentration=stats.expon(), allow_improper=allow, **given)


def agrees(model, right, *scales):
    assert right.error < 1e-3
    posterior = exact(model, draws=20_000, chains=1, rng=Midpoints()).posterior.isel(chain=0)
    for (name, at), free in zip(right.quantiles.items(), scales, strict=True):
        drawn = np.sort(free(posterior[name].to_numpy()))
        np.testing.assert_allclose(np.searchsorted(drawn, at) / drawn.size, PROBABILITIES, atol=3e-3)  # of the lattice
