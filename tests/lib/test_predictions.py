"""What models expect to see: against SciPy's formulas, refits without a group, and with ArviZ; what is refused."""

import re

import arviz as az
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from beta_negative_binomial import BetaNegativeBinomial
from poisson_lognormal import PoissonLognormal
from quadrature_reference import EIGHT_SIGMA, EIGHT_Y
from scipy import special, stats

from lib import (
    BetaBinomial,
    GammaPoisson,
    NestedGammaPoisson,
    NormalNormal,
    exact,
    gibbs,
    log_likelihood,
    metropolis,
    predictive,
)

HITS, AT_BATS = np.array([3.0, 5, 9, 0, 14]), np.array([10.0, 20, 30, 7, 14])
DEATHS, YEARS = np.array([3.0, 0, 9, 14]), np.array([10.0, 0.4, 30, 7.5])
STATE = list("xxyy")
HALF = stats.halfcauchy(scale=2)
HYPER = {"mu": stats.norm(0, 2), "tau": stats.halfnorm(), "nu": stats.norm(0, 1), "omega": stats.halfnorm()}
MODELS = {
    "schools": NormalNormal(EIGHT_Y, EIGHT_SIGMA, tau=stats.halfcauchy(scale=5), labels=list("ABCDEFGH")),
    "shares": BetaBinomial(HITS, AT_BATS, concentration=stats.halfcauchy(scale=20)),
    "counts": GammaPoisson(DEATHS, YEARS, shape=HALF, mean=HALF),
    "counts by rate": GammaPoisson(DEATHS, YEARS, shape=HALF, rate=HALF),
    "counts, suppressed": GammaPoisson([np.nan, 0, 9, 14], YEARS, shape=HALF, mean=HALF, suppressed=(1, 5)),
    "nested": NestedGammaPoisson(DEATHS, YEARS, STATE, **HYPER),
    "nested, suppressed": NestedGammaPoisson([np.nan, 0, 9, 14], YEARS, STATE, **HYPER, suppressed=(1, 5)),
}
KNOWN = {
    "schools": NormalNormal(EIGHT_Y, EIGHT_SIGMA, mu=8, tau=5),
    "schools, all the same": NormalNormal(EIGHT_Y, EIGHT_SIGMA, mu=8, tau=0),
    "shares": BetaBinomial(HITS, AT_BATS, mean=0.3, concentration=12),
    "counts": GammaPoisson(DEATHS, YEARS, shape=2, mean=0.6),
}
every_model = pytest.mark.parametrize("name", MODELS)


def generator(seed=1):
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def drawn():
    return {name: exact(model, draws=500, rng=generator()) for name, model in MODELS.items()}


def values(tree, group, name):
    return tree[group][name].to_numpy()


# 1. The likelihood of each group.


def mass(name, model, draws):
    """The same by SciPy, its groups' own parameters integrated out by its own distributions."""
    of = {str(key): value.to_numpy()[..., np.newaxis] for key, value in draws.posterior.data_vars.items()}
    if name == "schools":
        return stats.norm.logpdf(EIGHT_Y, of["mu"], np.sqrt(EIGHT_SIGMA**2 + of["tau"] ** 2))
    if name == "shares":
        a, b = of["mean"] * of["concentration"], (1 - of["mean"]) * of["concentration"]
        return stats.betabinom.logpmf(HITS, AT_BATS, a, b)
    if "nested" in name:
        place = [0, 0, 1, 1]
        a, m = (draws.posterior[key].to_numpy()[..., place] for key in ("state_shape", "state_mean"))
    else:
        a = of["shape"]
        m = of["mean"] if "mean" in of else a / of["rate"]
    chance = a / m / (a / m + YEARS)
    found = stats.nbinom.logpmf(DEATHS, a, chance)
    if "suppressed" in name:
        each = [stats.nbinom.logpmf(k, a, chance)[..., 0] for k in range(1, 6)]
        found[..., 0] = special.logsumexp(each, axis=0)
    return found


@every_model
def test_a_group_is_integrated_out(name, drawn):
    model, draws = MODELS[name], drawn[name]
    found = log_likelihood(model, draws).log_likelihood[model.data[0]]
    assert found.dims == ("chain", "draw", "group")
    assert found["group"].values.tolist() == model.labels
    np.testing.assert_allclose(found, mass(name, model, draws), rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("name", ["schools", "shares", "counts", "counts by rate"])
def test_the_groups_make_up_the_marginal_likelihood(name, drawn):
    model = MODELS[name]
    natural = model._natural({key: value.to_numpy() for key, value in drawn[name].posterior.data_vars.items()})
    each = model.pointwise_log_marginal_likelihood(*natural)
    np.testing.assert_allclose(each.sum(axis=-1), model.log_marginal_likelihood(*natural), rtol=1e-8)


def test_bayess_theorem_does_it_for_a_model_that_has_no_formula():
    hits, misses = np.array([1.0, 3, 8]), np.array([2.0, 9, 5])
    model = BetaNegativeBinomial(misses, hits, mean=stats.beta(2, 2), concentration=stats.expon(scale=10))
    draws = exact(model, draws=50, rng=generator())
    m, k = (draws.posterior[name].to_numpy()[..., np.newaxis] for name in ("mean", "concentration"))
    expected = stats.betanbinom.logpmf(misses, hits, m * k, (1 - m) * k)
    np.testing.assert_allclose(values(log_likelihood(model, draws), "log_likelihood", "misses"), expected, atol=1e-8)


@pytest.mark.parametrize("name", KNOWN)
def test_with_all_known_there_is_one_value_for_all_draws(name):
    model = KNOWN[name]
    found = values(log_likelihood(model, exact(model, draws=3, rng=generator())), "log_likelihood", model.data[0])
    assert found.shape == (4, 3, model.size)
    assert (found == found[0, 0]).all()


@every_model
def test_the_conditional_version_is_scipys(name, drawn):
    model, draws = MODELS[name], drawn[name]
    own = draws.posterior[model.group].to_numpy()
    expected = {
        "theta": lambda: (
            stats.norm.logpdf(EIGHT_Y, own, EIGHT_SIGMA)
            if name == "schools"
            else stats.binom.logpmf(HITS, AT_BATS, own)
        ),
        "lam": lambda: stats.poisson.logpmf(DEATHS, own * YEARS),
    }[model.group]()
    if "suppressed" in name:
        each = [stats.poisson.logpmf(k, own[..., 0] * YEARS[0]) for k in range(1, 6)]
        expected[..., 0] = special.logsumexp(each, axis=0)
    found = values(log_likelihood(model, draws, conditional=True), "log_likelihood", model.data[0])
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-8)


def test_leave_one_out_is_what_refits_say():
    """For each school: the density of its estimate, given the other seven, from a fit without it."""
    model = MODELS["schools"]
    tree = log_likelihood(model, exact(model, draws=10_000, rng=generator()))
    found = az.loo(tree, pointwise=True).elpd_i.to_numpy()
    for j in range(8):
        others = np.arange(8) != j
        refit = NormalNormal(EIGHT_Y[others], EIGHT_SIGMA[others], tau=stats.halfcauchy(scale=5))
        given = exact(refit, draws=10_000, rng=generator(j)).posterior
        wide = np.sqrt(EIGHT_SIGMA[j] ** 2 + given["tau"] ** 2)
        density = stats.norm.pdf(EIGHT_Y[j], given["mu"], wide)
        error = density.std() / density.mean() / np.sqrt(density.size)
        assert found[j] == pytest.approx(
            np.log(density.mean()), abs=5 * error + 0.01
        )  # 0.01: that of its own smoothing


# 2. The data again.


@pytest.mark.parametrize("name", KNOWN)
def test_the_data_again_have_the_distribution_that_algebra_says(name):
    """With known hyperparameters a group's posterior has a name, and so have its next data."""
    model = KNOWN[name]
    again = values(
        predictive(model, exact(model, draws=10_000, rng=generator()), rng=generator(2)),
        "posterior_predictive",
        model.data[0],
    )
    given = model.groups_given(*model.natural(*(np.asarray(p.value) for p in model.hyperparameters)))
    for j in range(model.size):
        if name.startswith("schools"):
            mean, sd = given.mean[j], np.hypot(given.sd[j], EIGHT_SIGMA[j])
            assert stats.kstest(again[..., j].ravel(), stats.norm(mean, sd).cdf).pvalue > 1e-4
            continue
        if name == "shares":
            law = stats.betabinom(int(AT_BATS[j]), given.alpha[j], given.beta[j])
        else:
            law = stats.nbinom(given.shape[j], given.rate[j] / (given.rate[j] + YEARS[j]))
        z = (again[..., j].mean() - law.mean()) / law.std() * np.sqrt(again[..., j].size)
        assert abs(z) < 4.5
        assert (again[..., j] == 0).mean() == pytest.approx(
            law.pmf(0), abs=4.5 * np.sqrt(law.pmf(0) / again[..., j].size)
        )


@every_model
def test_shapes_labels_and_counts(name, drawn):
    model, draws = MODELS[name], drawn[name]
    again = predictive(model, draws, rng=generator()).posterior_predictive
    assert list(again.data_vars) == [model.data[0]]
    assert again[model.data[0]].dims == ("chain", "draw", "group")
    assert dict(again.sizes) == {"chain": 4, "draw": 500, "group": model.size}
    assert again["group"].values.tolist() == model.labels
    found = again[model.data[0]].to_numpy()
    assert np.isfinite(found).all()  # no count is suppressed
    if name != "schools":
        assert (found == np.floor(found)).all() and (found >= 0).all()
    if name == "shares":
        assert (found <= AT_BATS).all()


# 3. New groups.


@pytest.mark.parametrize("name", KNOWN)
def test_new_groups_come_from_the_population(name):
    model, known = KNOWN[name], np.array([4.0, 25.0])
    draws = exact(model, draws=5000, rng=generator())
    new = predictive(model, draws, rng=generator(2), new=known).predictions
    own, data = new[model.group].to_numpy(), new[model.data[0]].to_numpy()
    for j, x in enumerate(known):
        if name == "schools, all the same":
            assert (own == 8).all()
            assert stats.kstest(data[..., j].ravel(), stats.norm(8, x).cdf).pvalue > 1e-4
        elif name == "schools":
            assert stats.kstest(own[..., j].ravel(), stats.norm(8, 5).cdf).pvalue > 1e-4
            assert stats.kstest(data[..., j].ravel(), stats.norm(8, np.hypot(5, x)).cdf).pvalue > 1e-4
        else:
            beta = name == "shares"
            law = stats.beta(0.3 * 12, 0.7 * 12) if beta else stats.gamma(2, scale=0.3)
            count = stats.betabinom(int(x), 0.3 * 12, 0.7 * 12) if beta else stats.nbinom(2, 1 / (1 + 0.3 * x))
            assert stats.kstest(own[..., j].ravel(), law.cdf).pvalue > 1e-4
            z = (data[..., j].mean() - count.mean()) / count.std() * np.sqrt(data[..., j].size)
            assert abs(z) < 4.5


def test_new_groups_of_one_draw_share_its_hyperparameters(drawn):
    """Two new schools know of one another through mu and tau: their covariance is the variance of mu."""
    draws = exact(MODELS["schools"], draws=10_000, rng=generator())
    theta = predictive(MODELS["schools"], draws, rng=generator(2), new=[10, 12]).predictions["theta"].to_numpy()
    covariance = np.cov(theta[..., 0].ravel(), theta[..., 1].ravel())[0, 1]
    assert covariance == pytest.approx(float(draws.posterior["mu"].var()), rel=0.15)


def test_a_new_county_of_a_known_state_and_of_a_new_one(drawn):
    model = MODELS["nested"]
    draws = exact(model, draws=5000, rng=generator())
    posterior = draws.posterior
    known = predictive(model, draws, rng=generator(2), new=[50.0, 2.0], group=["y", "x"]).predictions
    for j, state in enumerate("yx"):
        mean, shape = (posterior[name].sel(state=state) for name in ("state_mean", "state_shape"))
        place = stats.gamma.cdf(known["lam"].isel(group=j), shape, scale=mean / shape)
        assert stats.kstest(place.ravel(), stats.uniform.cdf).pvalue > 1e-4
    new = predictive(model, draws, rng=generator(2), new=[50.0, 50.0]).predictions["lam"]
    # Both in one new state: its log mean is N(mu, tau), about which a county's rate has its Gamma distribution.
    rng, size = generator(3), posterior["mu"].shape
    mean = np.exp(posterior["mu"] + posterior["tau"] * rng.standard_normal(size)).to_numpy()
    shape = np.exp(posterior["nu"] + posterior["omega"] * rng.standard_normal(size)).to_numpy()
    both = rng.standard_gamma(shape, (2, *size)) * mean / shape
    one = new.transpose("group", ...).to_numpy()
    for function in (lambda rates: rates[0], lambda rates: rates.prod(axis=0), lambda rates: rates.min(axis=0)):
        assert stats.ks_2samp(np.ravel(function(one)), np.ravel(function(both))).pvalue > 1e-4
    apart = [np.abs(np.diff(np.log(rates + 1e-9), axis=0)).ravel() for rates in (one, both)]
    assert stats.ks_2samp(*apart).pvalue > 1e-4


def test_what_comes_back_of_new_groups(drawn):
    exposure = pd.Series([5.0, 80.0], index=["Inyo", "Kern"])
    tree = predictive(MODELS["counts"], drawn["counts"], rng=generator(), new=exposure)
    assert list(tree.predictions.data_vars) == ["lam", "counts"]
    assert tree.predictions["counts"].dims == ("chain", "draw", "group")
    assert tree.predictions["group"].values.tolist() == ["Inyo", "Kern"]
    assert tree.predictions_constant_data["exposure"].values.tolist() == [5.0, 80.0]
    assert predictive(MODELS["counts"], drawn["counts"], rng=generator(), new=[1, 2]).predictions[
        "group"
    ].values.tolist() == [0, 1]
    assert "predictions" not in drawn["counts"].children  # the tree that was given stays as it is


# 4. ArviZ.


@every_model
@pytest.mark.filterwarnings("ignore:Estimated shape parameter")  # two counties of a state are few to leave one out
def test_arviz_takes_it(name, drawn):
    model = MODELS[name]
    tree = log_likelihood(model, predictive(model, drawn[name], rng=generator()))
    assert {"posterior", "observed_data", "posterior_predictive", "log_likelihood"} <= set(tree.children)
    assert np.isfinite(az.loo(tree).elpd)
    az.plot_ppc_dist(tree)
    plt.close("all")


def test_arviz_compares():
    """Equal schools beside a model that takes them for very different: the first predicts a left-out school better."""
    same, apart = (NormalNormal(EIGHT_Y, EIGHT_SIGMA, tau=tau) for tau in (1.0, 100.0))
    trees = {
        name: log_likelihood(model, exact(model, draws=1000, rng=generator()))
        for name, model in {"same": same, "apart": apart}.items()
    }
    table = az.compare(trees)
    assert table.index[0] == "same"
    gap = sum(
        stats.norm.logpdf(EIGHT_Y[j], *_left_out(j, 1.0)) - stats.norm.logpdf(EIGHT_Y[j], *_left_out(j, 100.0))
        for j in range(8)
    )
    found = {name: az.loo(tree).elpd for name, tree in trees.items()}
    assert found["same"] - found["apart"] == pytest.approx(gap, abs=0.1)


def _left_out(j, tau):
    """Mean and standard deviation of a school's estimate, given the others."""
    others = np.arange(8) != j
    weight = 1 / (EIGHT_SIGMA[others] ** 2 + tau**2)
    return np.average(EIGHT_Y[others], weights=weight), np.sqrt(EIGHT_SIGMA[j] ** 2 + tau**2 + 1 / weight.sum())


@pytest.mark.parametrize("sampler", [gibbs, metropolis])
def test_draws_of_every_sampler(sampler):
    for name in ("schools", "counts, suppressed", "nested"):
        draws = sampler(MODELS[name], draws=20, warmup=20, rng=generator())
        assert np.isfinite(log_likelihood(MODELS[name], draws).log_likelihood[MODELS[name].data[0]]).all()
        assert np.isfinite(
            predictive(MODELS[name], draws, rng=generator(), new=[3.0]).predictions.dataset.to_array()
        ).all()


def test_a_model_that_is_not_conjugate_has_the_conditional_one_alone():
    model = PoissonLognormal(DEATHS, YEARS, mu=stats.norm(0, 2), tau=stats.halfnorm())
    draws = gibbs(model, draws=20, warmup=20, rng=generator())
    found = values(log_likelihood(model, draws, conditional=True), "log_likelihood", "counts")
    expected = stats.poisson.logpmf(DEATHS, YEARS * np.exp(draws.posterior["theta"].to_numpy()))
    np.testing.assert_allclose(found, expected)
    assert predictive(model, draws, rng=generator(), new=[3.0]).predictions["theta"].shape == (4, 20, 1)
    message = (
        "model: PoissonLognormal cannot integrate a group's own parameter out; with conditional=True its likelihood"
    )
    with pytest.raises(TypeError, match=f"^{message}"):
        log_likelihood(model, draws)


# 5. What is refused, and the sentence.

COUNTS = MODELS["counts"]
REFUSED = {
    "a class": (
        lambda d: predictive(GammaPoisson, d, rng=generator()),
        "model must be a model that expects data, such as",
    ),
    "no model": (
        lambda d: log_likelihood(3, d),
        "model must be a model that has a likelihood, such as NormalNormal(y, ",
    ),
    "an array": (
        lambda d: predictive(COUNTS, d.posterior["lam"].values, rng=generator()),
        "draws must be what a sampler",
    ),
    "a posterior alone": (lambda d: log_likelihood(COUNTS, d.posterior), "draws must be what a sampler returned"),
    "another model's": (
        lambda d: log_likelihood(MODELS["shares"], d),
        "draws must be those of this model: they have no concentration",
    ),
    "those of a model that knows more": (
        lambda d: predictive(GammaPoisson(DEATHS, YEARS, shape=HALF, rate=HALF), d, rng=generator()),
        "draws must be those of this model: they have no rate",
    ),
    "those of a model that knows less": (
        lambda d: log_likelihood(GammaPoisson(DEATHS, YEARS, shape=2, mean=HALF), d),
        "draws must be those of this model: they have shape, which it knows",
    ),
    "no generator": (
        lambda d: predictive(COUNTS, d),
        "predictive needs rng, which is not given: for instance predictive(model, draws, rng=numpy.random.default_rng(",
    ),
    "other groups": (
        lambda d: log_likelihood(GammaPoisson(DEATHS, YEARS, shape=HALF, mean=HALF, labels=list("abcd")), d),
        "draws must be those of this model: their lam is not along its labels of group",
    ),
    "a seed": (lambda d: predictive(COUNTS, d, rng=1), "rng must be a numpy.random.Generator"),
    "an exposure of zero": (lambda d: predictive(COUNTS, d, rng=generator(), new=[1, 0]), "new must be above zero"),
    "no exposure": (lambda d: predictive(COUNTS, d, rng=generator(), new=[]), "new must hold at least one group"),
    "a state": (
        lambda d: predictive(COUNTS, d, rng=generator(), new=[1], group=["x"]),
        "group must be left out: this model has no states",
    ),
    "a state, and nothing new": (
        lambda d: predictive(COUNTS, d, rng=generator(), group=["x"]),
        "group says in which states new groups lie: say with new what is known of them",
    ),
    "too many": (
        lambda d: predictive(COUNTS, d, rng=generator(), new=np.ones(10**6)),
        "new must be at most 134,217 groups with these draws",
    ),
    "two of a name": (
        lambda d: predictive(COUNTS, d, rng=generator(), new=pd.Series([1, 2], index=["a", "a"])),
        "new: 'a' comes twice in its index",
    ),
}


@pytest.mark.parametrize(("call", "message"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_by_name(call, message, drawn):
    with pytest.raises((TypeError, ValueError), match=f"^{re.escape(message)}"):
        call(drawn["counts"])


OTHERS = {
    "half a trial": ("shares", dict(new=[2.5]), "new must be whole numbers"),
    "no trial": ("shares", dict(new=[3, 0]), "new must be at least one in every group"),
    "a state that there is not": (
        "nested",
        dict(new=[3, 1], group=["y", "Y"]),
        "group must name states of the model, and 'Y' is none; leave it out for a new state",
    ),
    "too few states": (
        "nested",
        dict(new=[3, 1, 2], group=["y", "x"]),
        "group must name one state for each of the 3 new groups; it names 2",
    ),
}


@pytest.mark.parametrize(("name", "given", "message"), OTHERS.values(), ids=OTHERS)
def test_what_is_known_of_new_groups_is_checked_as_the_model_does(name, given, message, drawn):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        predictive(MODELS[name], drawn[name], rng=generator(), **given)


def test_the_same_generator_state_gives_the_same_draws(drawn):
    trees = [predictive(COUNTS, drawn["counts"], rng=generator(5), new=[2.0]) for _ in range(2)]
    xr.testing.assert_identical(trees[0].predictions.dataset, trees[1].predictions.dataset)
