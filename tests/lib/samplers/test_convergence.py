"""Samplers say when their draws cannot be trusted: when, in which words, once, and at what price."""

import re
import warnings

import arviz as az
import numpy as np
import pytest
from quadrature_reference import EIGHT_SIGMA, EIGHT_Y
from scipy import stats

from lib import (
    BetaBinomial,
    ConvergenceWarning,
    GammaPoisson,
    NestedGammaPoisson,
    NormalNormal,
    exact,
    gibbs,
    metropolis,
)
from lib.calibration import simulation_based_calibration
from lib.samplers.convergence import checked, judge, judged_elsewhere
from lib.samplers.draws import to_datatree

pytestmark = pytest.mark.filterwarnings("error::lib.samplers.convergence.ConvergenceWarning")

SCHOOLS = NormalNormal(EIGHT_Y, EIGHT_SIGMA, tau=stats.halfcauchy(scale=5), labels=list("ABCDEFGH"))


def generator(seed=1):
    return np.random.default_rng(seed)


def autoregressive(rng, shape, lag_one):
    """Stationary chains with standard normal values; shape (chains, draws, ...)."""
    x = rng.standard_normal(shape)
    for draw in range(1, shape[1]):
        x[:, draw] = lag_one * x[:, draw - 1] + np.sqrt(1 - lag_one**2) * x[:, draw]
    return x


def tree_of(mu, *, tau=None, theta=None):
    rng, shape = generator(7), mu.shape
    return to_datatree(
        SCHOOLS,
        {
            "mu": mu,
            "tau": rng.standard_normal(shape) if tau is None else tau,
            "theta": rng.standard_normal((*shape, 8)) if theta is None else theta,
        },
    )


def said(sampler, model, tree):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert checked(sampler, model, tree) is tree
    assert len(caught) <= 1
    return str(caught[0].message) if caught else ""


# 1. When.


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("chains", [1, 4, 16])
def test_independent_draws_raise_no_alarm(seed, chains):
    assert said("gibbs", SCHOOLS, tree_of(generator(seed).standard_normal((chains, 4000 // chains)))) == ""


@pytest.mark.parametrize("seed", range(10))
def test_slow_chains_raise_one(seed):
    mu = autoregressive(generator(seed), (4, 1000), 0.98)  # worth about 40 draws
    assert "of mu" in said("gibbs", SCHOOLS, tree_of(mu))


def test_a_chain_that_is_elsewhere_raises_one():
    mu = generator().standard_normal((4, 1000))
    mu[2] += 1
    assert "of mu" in said("gibbs", SCHOOLS, tree_of(mu))


def test_a_chain_that_is_wider_raises_one():
    """Its mean agrees: that is what ranks of distances are for."""
    mu = generator().standard_normal((4, 1000))
    mu[2] *= 3
    assert "of mu" in said("gibbs", SCHOOLS, tree_of(mu))


def test_the_worst_is_named():
    rng = generator()
    tau, theta = autoregressive(rng, (4, 1000), 0.97), rng.standard_normal((4, 1000, 8))
    theta[..., 0] = autoregressive(rng, (4, 1000), 0.995)
    assert "of theta[A]" in said("gibbs", SCHOOLS, tree_of(rng.standard_normal((4, 1000)), tau=tau, theta=theta))


def test_what_is_known_is_not_judged():
    """All chains have the same value in every draw: the effects where tau is zero and mu is known."""
    tree = tree_of(generator().standard_normal((4, 1000)), theta=np.full((4, 1000, 8), 3.0))
    assert said("gibbs", SCHOOLS, tree) == ""


# 2. In which words.

EXACT = "or take exact(model, draws=1000, rng=rng), whose draws are independent"
SENTENCES = {
    "slow": (
        lambda: tree_of(autoregressive(generator(3), (4, 1000), 0.98)),
        r"gibbs: do not trust these draws yet: 4,000 of mu are worth \d\d independent ones, where 400 is the least to "
        rf"ask for, and its R-hat is 1\.\d\d\d, where 1\.01 is the most; give draws=\d0000, {re.escape(EXACT)}",
    ),
    "stuck": (
        lambda: tree_of(np.repeat(np.arange(4.0), 500).reshape(4, 500)),
        f"gibbs: do not trust these draws yet: in some chain mu has not moved once; give a longer warm-up, "
        f"{re.escape(EXACT)}",
    ),
    "one of four stuck": (
        lambda: tree_of(generator().standard_normal((4, 500)) * np.array([1, 1, 0, 1])[:, np.newaxis]),
        ".*in some chain mu has not moved once.*",
    ),
    "a single chain that is stuck": (
        lambda: tree_of(np.full((1, 500), 3.0)),
        ".*in some chain mu has not moved once.*",
    ),
    "too short": (
        lambda: tree_of(generator().standard_normal((4, 3))),
        f"gibbs: do not trust these draws yet: from fewer than 4 in a chain nobody can tell whether it has settled; "
        f"give a longer warm-up, {re.escape(EXACT)}",
    ),
}


@pytest.mark.parametrize(("tree", "sentence"), SENTENCES.values(), ids=SENTENCES)
def test_the_sentence(tree, sentence):
    assert re.fullmatch(sentence, said("gibbs", SCHOOLS, tree()))


def test_of_an_improper_posterior_no_draws_are_proposed():
    model = NormalNormal(EIGHT_Y, EIGHT_SIGMA, tau=lambda tau: -2 * np.log(tau), allow_improper=True)
    tree = tree_of(autoregressive(generator(), (4, 1000), 0.98))
    assert said("gibbs", model, tree).endswith("; give a prior that is proper: this posterior does not exist")


def test_exact_is_not_proposed_in_place_of_itself():
    tree = tree_of(autoregressive(generator(), (4, 1000), 0.98))
    assert "exact(" not in said("exact", SCHOOLS, tree)


@pytest.mark.parametrize("sampler", [gibbs, metropolis])
@pytest.mark.parametrize(
    "model",
    [
        SCHOOLS,
        BetaBinomial([3, 5, 9, 0], [10, 20, 30, 7], concentration=stats.halfcauchy(scale=20)),
        GammaPoisson([3, 5, 9, 0], [10, 20, 30, 7.5], shape=stats.halfcauchy(scale=2), rate=stats.halfcauchy(scale=5)),
    ],
    ids=["schools", "shares", "counts"],
)
def test_the_draws_that_it_proposes_suffice(sampler, model):
    run = {"warmup": 1000, "chains": 4}
    with pytest.warns(ConvergenceWarning, match=f"^{sampler.__name__}: do not trust") as caught:
        sampler(model, draws=60, **run, rng=generator())
    draws = 60
    for _ in range(2):  # a short run misjudges how short it is
        proposed = int(re.search(r"draws=(\d+)", str(caught[-1].message)).group(1))
        assert proposed >= 2 * draws
        draws = proposed
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            sampler(model, draws=draws, **run, rng=generator(2))
        if not caught:
            return
    pytest.fail(f"{draws} draws are still too few")


# 3. Every sampler, once, and at the caller's line.

NESTED = NestedGammaPoisson(
    [3, 5, 9, 0, 4, 4],
    [10, 20, 30, 7.5, 3, 3],
    list("xxyyzz"),
    mu=stats.norm(0, 2),
    tau=stats.halfnorm(),
    nu=stats.norm(0, 1),
    omega=stats.halfnorm(),
)


@pytest.mark.parametrize(
    "run",
    [
        lambda: gibbs(SCHOOLS, draws=20, warmup=5, rng=generator()),
        lambda: metropolis(SCHOOLS, draws=20, warmup=5, rng=generator()),
        lambda: exact(NESTED, draws=20, rng=generator()),
    ],
    ids=["gibbs", "metropolis", "exact"],
)
def test_every_markov_chain_is_judged(run):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run()
    assert [warning.category for warning in caught] == [ConvergenceWarning]
    assert caught[0].filename == __file__


def test_independent_draws_are_not():
    exact(SCHOOLS, draws=2, rng=generator())


def test_it_can_be_made_an_error():
    with pytest.raises(ConvergenceWarning, match="do not trust these draws"):
        gibbs(SCHOOLS, draws=20, warmup=5, rng=generator())


@pytest.mark.parametrize(("shares", "groups"), [(True, 100), (False, 40), (False, 100)])
def test_a_walk_over_many_groups_is_right_or_warns(shares, groups):
    """Ten thousand draws; the hyperparameters' means within four honest standard errors."""
    rng = generator(groups)
    if shares:
        trials = rng.integers(5, 400, groups)
        model = BetaBinomial(rng.binomial(trials, rng.beta(3, 9, groups)), trials, concentration=stats.expon(scale=50))
    else:
        exposure = rng.uniform(1, 20, groups)
        counts = rng.poisson(exposure * rng.gamma(1.8, 0.8, groups))
        model = GammaPoisson(counts, exposure, shape=stats.expon(), rate=stats.expon())
    found = metropolis(model, draws=10_000, warmup=3000, rng=rng).posterior  # a warning is an error here
    right = exact(model, draws=10_000, rng=rng).posterior
    for name in (p.name for p in model.hyperparameters):
        errors = [float(az.mcse(x[name].to_numpy(), method="mean")) for x in (found, right)]
        assert abs(float(found[name].mean() - right[name].mean())) < 4 * np.hypot(*errors)


def test_the_normal_walk_over_a_hundred_groups_warns():
    """Here the walk goes through all 102 dimensions, as a textbook's."""
    rng = generator()
    sigma = rng.uniform(5, 20, 100)
    model = NormalNormal(rng.normal(3, np.hypot(sigma, 5)), sigma, tau=stats.halfcauchy(scale=5))
    with pytest.warns(ConvergenceWarning, match="or take exact"):
        metropolis(model, draws=10_000, warmup=3000, rng=rng)


# 4. At what price, and what it looks at.


def test_few_of_many_are_looked_at(monkeypatch):
    """ArviZ takes some milliseconds for each; a thousand would take longer than to draw them."""
    seen = []
    monkeypatch.setattr(az, "rhat", lambda draws, **axes: seen.append(draws.shape) or np.ones(len(draws)))
    model = BetaBinomial(np.arange(500), np.full(500, 600), concentration=stats.expon(scale=9))
    gibbs(model, draws=1000, warmup=100, rng=generator())
    assert seen == [(6, 4, 1000)]


def test_the_numbers_are_arvizs():
    tree = tree_of(autoregressive(generator(), (4, 300), 0.7))
    found = {one.name: one for one in judge(tree)}
    assert set(found) == {"mu", "tau", "theta[A]", "theta[C]", "theta[F]", "theta[H]"}
    for name, draws in {"mu": tree.posterior["mu"], "theta[C]": tree.posterior["theta"].sel(group="C")}.items():
        assert found[name].rhat == pytest.approx(float(az.rhat(draws.to_numpy())))
        assert found[name].effective == pytest.approx(float(az.ess(draws.to_numpy(), method="bulk")))


# 5. A caller that judges by itself.


def test_calibration_judges_its_runs_itself():
    model = NormalNormal(EIGHT_Y, EIGHT_SIGMA, mu=stats.norm(0, 15), tau=stats.halfnorm(scale=10))
    simulation_based_calibration(model, gibbs, replicates=2, draws=9, warmup=20, rng=generator())


def test_silence_ends_with_the_block():
    tree = tree_of(autoregressive(generator(), (4, 1000), 0.98))
    with pytest.raises(ZeroDivisionError), judged_elsewhere():
        assert said("gibbs", SCHOOLS, tree) == ""
        raise ZeroDivisionError
    assert said("gibbs", SCHOOLS, tree)
