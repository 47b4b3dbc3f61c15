"""Calibration passes right samplers, finds planted bugs, and gives the same ranks whoever does the work."""

import dataclasses

import arviz as az
import joblib
import numpy as np
import planted_bugs as bugs
import pytest
import xarray as xr
from distributed import Client, LocalCluster
from scipy import stats

from lib import NormalNormal, exact, gibbs, metropolis
from lib.calibration import _columns, _enough, simulation_based_calibration
from lib.samplers.draws import to_datatree

MODEL = {"y": np.zeros(3), "sigma": [2.0, 3.0, 4.0], "mu": stats.norm(0, 1), "tau": stats.gamma(2, scale=1.5)}
# Each with as many replicates as its speed allows; `make calibration` has more.
OPTIONS = {
    exact: {"replicates": 120, "draws": 49, "chains": 1},
    gibbs: {"replicates": 50, "draws": 19, "chains": 8, "thin": 16, "warmup": 30},
    metropolis: {"replicates": 20, "draws": 19, "chains": 8, "thin": 150, "warmup": 150},
}
COLUMNS = ["mu", "tau", "theta[0]", "theta[1]", "theta[2]", "log_likelihood", "log_prior", "product"]


def calibrate(sampler, kind=NormalNormal, *, seed=1, planted=None, model=MODEL, **more):
    options = OPTIONS[sampler] | {"rng": np.random.default_rng(seed)} | more
    return simulation_based_calibration(kind(**model), planted or sampler, **options)


@pytest.mark.parametrize("sampler", OPTIONS)
def test_right_samplers_pass(sampler):
    found = calibrate(sampler)
    assert list(found.p_values.index) == COLUMNS
    assert found.p_value > 0.01
    assert (found.effective >= found.enough).all()
    coverage = found.coverage((0.5, 0.8), confidence=0.9999)
    assert ((coverage["low"] < coverage["level"]) & (coverage["level"] < coverage["high"])).all()


@pytest.mark.parametrize(
    ("sampler", "bug", "seen_in", "replicates"),
    [
        (exact, bugs.SigmaForItsSquare, "log_likelihood", 60),
        (exact, bugs.MissingJacobian, "tau", 120),
        (exact, bugs.PriorOfMuForgotten, "log_prior", 120),
        (gibbs, bugs.PriorOfMuForgotten, "log_prior", 80),
        (metropolis, bugs.SigmaForItsSquare, "log_likelihood", 12),
        (metropolis, bugs.MissingJacobian, "tau", 40),
    ],
)
def test_planted_bugs_are_found(sampler, bug, seen_in, replicates):
    found = calibrate(sampler, bug, replicates=replicates)
    assert found.p_value < 1e-3
    assert found.p_values[seen_in] < 1e-4


@pytest.mark.parametrize("replicates", [3, 40])
def test_one_p_value_for_all_columns_is_bonferronis(replicates):
    """As many columns as it has, whether they are fewer than the replicates or more."""
    found = calibrate(exact, replicates=replicates)
    pit = found.pit.assign(mu=np.linspace(0.5, 0.9, replicates))  # at least this column is no uniform sample
    found = dataclasses.replace(found, pit=pit)
    assert 0 < found.p_values.min() < 1 / len(COLUMNS)
    assert found.p_value == pytest.approx(len(COLUMNS) * found.p_values.min())
    column, smallest = min(found.p_values.items(), key=lambda item: item[1])
    assert column == "mu" or replicates == 3
    assert repr(found) == (
        f"Calibration of {replicates} replicates: among 8 columns the smallest p-value is {smallest:.2g}, "
        f"of {column}; for all together {found.p_value:.2g}"
    )


@pytest.mark.parametrize(("kind", "planted"), [(bugs.SignOfMu, exact), (NormalNormal, bugs.shuffled(exact))])
def test_wrong_correlations_show_in_joint_summaries_alone(kind, planted):
    model = MODEL | {"mu": stats.norm(0, 3)}  # the less is known of mu, the more the effects depend on it
    p_values = calibrate(exact, kind, planted=planted, model=model, replicates=200).p_values
    assert p_values[["mu", "tau", "theta[0]", "theta[1]", "theta[2]"]].min() > 1e-3
    assert p_values[["log_prior", "product"]].min() < 1e-6


# What the ranks rest on, with a sampler whose draws are known.


def prior(model, *, draws, chains, rng, correlation=0.0):
    """Draw from the prior, as if there were no data; the draws of a chain may be correlated."""
    noise = rng.standard_normal((chains, draws))
    for i in range(1, draws):
        noise[:, i] = correlation * noise[:, i - 1] + np.sqrt(1 - correlation**2) * noise[:, i]
    return to_datatree(model, {"mu": noise, "theta": noise[..., np.newaxis] * np.ones(2)})


def of_the_prior(*, tau=0.0, **more):
    model = NormalNormal(np.zeros(2), np.ones(2), mu=stats.norm(), tau=tau)
    return simulation_based_calibration(model, prior, rng=np.random.default_rng(2), chains=2, **more)


def test_ranks_of_correlated_draws_are_uniform():
    found = of_the_prior(replicates=100, draws=19, correlation=0.97, thin=120)
    assert found.effective.min() >= found.enough == 38
    assert found.p_values["mu"] > 0.01
    assert found.ranks["mu"].between(0, 19).all()
    assert (found.pit["mu"] * 20).astype(int).equals(found.ranks["mu"])
    assert found.p_values["log_likelihood"] < 1e-6  # that the data were ignored shows nowhere else


def test_each_chain_has_some_effective_draws():
    """Ten chains with hardly one each would agree, wherever they stand."""
    model = NormalNormal(np.zeros(2), np.ones(2), mu=stats.norm(), tau=0.0)
    options = {"draws": 19, "chains": 10, "rng": np.random.default_rng(2), "correlation": 0.97}
    found = simulation_based_calibration(model, prior, replicates=5, **options)
    assert found.effective.min() >= found.enough == 50


def test_without_thinning_they_are_not(monkeypatch):
    monkeypatch.setattr("lib.calibration._enough", lambda draws, chains: 0)
    assert of_the_prior(replicates=300, draws=19, correlation=0.97).p_values["mu"] < 1e-3


def test_too_few_effective_draws_are_reported(monkeypatch):
    monkeypatch.setattr("lib.calibration._ATTEMPTS", 1)
    with pytest.warns(RuntimeWarning, match="in 3 of 3 replicates the longest run had too few effective draws"):
        of_the_prior(replicates=3, draws=19, correlation=0.99)


def test_many_chains_ask_for_more_draws():
    """Twice the draws that are kept, and five a chain: below that an effective sample size says little."""
    for draws, chains, enough in ((19, 2, 38), (19, 7, 38), (19, 8, 40), (4, 40, 200), (1, 1, 5)):
        assert _enough(draws, chains) == enough
    model = NormalNormal(np.zeros(2), np.ones(2), mu=stats.norm(), tau=0.0)
    found = simulation_based_calibration(model, prior, rng=np.random.default_rng(2), chains=12, replicates=3, draws=5)
    assert found.enough == 60
    assert (found.effective >= 60).all()


def test_equal_values_share_the_ranks_evenly():
    found = of_the_prior(replicates=150, draws=9)
    assert stats.chisquare(np.bincount(found.ranks["product"], minlength=10)).pvalue > 0.01  # 0, in truth and draws


def test_a_statistic_can_be_added():
    statistics = {"minus the first": lambda model, parameters: -parameters["theta"][..., 0]}
    ranks = calibrate(exact, replicates=5, statistics=statistics).ranks
    assert (ranks["minus the first"] == 49 - ranks["theta[0]"]).all()


def test_columns_are_named_after_groups_and_a_statistic_is_given_the_model():
    """Another vector than one a group, such as the states' means, is numbered."""
    model = NormalNormal([1.0, 2, 3], MODEL["sigma"], mu=MODEL["mu"], tau=MODEL["tau"], labels=["x", "y", "z"])
    drawn = {"mu": np.zeros((1, 5)), "tau": np.ones((1, 5)), "theta": np.zeros((1, 5, 3)), "two": np.zeros((1, 5, 2))}
    columns = _columns(model, drawn, {"miss": lambda model, parameters: parameters["mu"] - model.y[2]})
    assert list(columns)[:7] == ["mu", "tau", "theta[x]", "theta[y]", "theta[z]", "two[0]", "two[1]"]
    assert (columns["miss"] == -3).all()


def test_coverage_counts_intervals():
    found = of_the_prior(replicates=40, draws=9)
    table = found.coverage((0.5,)).set_index("statistic").loc["mu"]
    held = int(found.pit["mu"].between(0.25, 0.75).sum())
    low, high = stats.binomtest(held, 40).proportion_ci(method="wilson")
    assert tuple(table[["coverage", "low", "high"]]) == (held / 40, low, high)
    with pytest.raises(ValueError, match="levels must be probabilities between 0 and 1"):
        found.coverage((0.5, 95))


def test_arviz_plots_it():
    tree = calibrate(exact, replicates=20).to_datatree()
    assert isinstance(tree, xr.DataTree)
    az.plot_ecdf_pit(tree, var_names=["mu", "tau"], sample_dims="replicate", backend="none")


@pytest.mark.parametrize("chains", [1, 2, 4])
def test_the_kept_draws_come_from_all_of_every_chain(chains, monkeypatch):
    """Draws that count up through the chains, one chain after the other: those kept count up in even steps."""
    monkeypatch.setattr("lib.calibration.az.ess", lambda *_, **__: np.array(1e9))
    below = []

    def counting(model, *, draws, chains, rng):
        total = draws * chains
        tau = np.linspace(1, 11, total, endpoint=False).reshape(chains, draws)
        return to_datatree(model, {"mu": tau, "tau": tau, "theta": np.repeat(tau[..., np.newaxis], 3, axis=-1)})

    def tau_alone(model, parameters):
        below.append(float(parameters["tau"].ravel()[0]))
        return parameters["tau"]

    found = simulation_based_calibration(
        NormalNormal(**MODEL),
        counting,
        replicates=12,
        draws=20,
        chains=chains,
        thin=10,
        rng=np.random.default_rng(2),
        statistics={"alone": tau_alone},
    )
    truth = np.array(below[::2])  # of each replicate first the truth, then the draws
    np.testing.assert_allclose(found.ranks["tau"], np.clip(2 * (truth - 1), 0, 20), atol=1.01)


# Parallel work.


@pytest.fixture(scope="module")
def alone():
    return calibrate(gibbs, replicates=6).ranks


def test_two_processes_give_the_same_ranks(alone):
    assert calibrate(gibbs, replicates=6, n_jobs=2).ranks.equals(alone)


def test_a_dask_cluster_gives_the_same_ranks(alone):
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster):  # noqa: SIM117 (below)
        # Not one statement: joblib looks for the client when it is told of Dask.
        with joblib.parallel_config(backend="dask"):
            found = calibrate(gibbs, replicates=6)
    assert found.ranks.equals(alone)


def test_the_generator_decides_the_ranks(alone):
    assert not calibrate(gibbs, replicates=6, seed=2).ranks.equals(alone)
    rng = np.random.default_rng(1)
    assert calibrate(gibbs, replicates=6, rng=rng).ranks.equals(alone)
    assert not calibrate(gibbs, replicates=6, rng=rng).ranks.equals(alone)


def test_progress_is_shown_on_request_alone(capfd):
    of_the_prior(replicates=3, draws=9)
    assert capfd.readouterr() == ("", "")
    of_the_prior(replicates=3, draws=9, progress=True)
    assert "3/3" in capfd.readouterr().err


# What is refused.


@pytest.mark.parametrize(
    ("priors", "message"),
    [
        ({"tau": 1.0}, "mu: its prior is flat, so it cannot be drawn from"),
        ({"mu": stats.norm(), "tau": np.log}, "tau: its prior is a callable, so it cannot be drawn from"),
    ],
)
def test_priors_that_cannot_be_drawn_from_are_refused(priors, message):
    model = NormalNormal(np.zeros(4), np.ones(4), **priors)
    with pytest.raises(ValueError, match=message):
        simulation_based_calibration(model, exact, replicates=2, rng=np.random.default_rng(1))


@pytest.mark.parametrize("name", ["replicates", "draws", "chains", "thin"])
@pytest.mark.parametrize("number", [0, 2.5, True])
def test_numbers_must_be_whole(name, number):
    with pytest.raises(ValueError, match=f"{name} must be a whole number"):
        calibrate(exact, **{name: number})


def test_rng_must_be_a_generator():
    with pytest.raises(TypeError, match=r"rng must be a numpy\.random\.Generator"):
        calibrate(exact, rng=1)


def test_a_value_without_a_rank_is_refused():
    with pytest.raises(ValueError, match="nothing: a draw or a true value is NaN"):
        calibrate(exact, replicates=1, statistics={"nothing": lambda model, p: p["mu"] * np.nan})


# The model that simulates itself.


def test_replicates_follow_the_model():
    model = NormalNormal(np.zeros(2), [1.0, 3.0], mu=stats.norm(5, 2), tau=stats.halfnorm(scale=2), labels=["a", "b"])
    rng = np.random.default_rng(1)
    pairs = [model.replicate(rng) for _ in range(4000)]
    mu, tau = (np.array([truth[name] for truth, _ in pairs]) for name in ("mu", "tau"))
    theta, y = np.array([truth["theta"] for truth, _ in pairs]), np.array([other.y for _, other in pairs])
    for values, law in [
        (mu, stats.norm(5, 2)),
        (tau, stats.halfnorm(scale=2)),
        *(((theta[:, j] - mu) / tau, stats.norm()) for j in range(2)),
        *((y[:, j] - theta[:, j], stats.norm(0, sigma)) for j, sigma in enumerate([1, 3])),
    ]:
        assert stats.kstest(values, law.cdf).pvalue > 0.001
    assert np.array_equal(model.y, [0, 0])
    assert all(other.labels == ["a", "b"] for _, other in pairs)


def test_known_hyperparameters_are_not_drawn():
    truth, _ = NormalNormal(np.zeros(3), np.ones(3), mu=2.0, tau=0.0).replicate(np.random.default_rng(1))
    assert list(truth) == ["theta"]
    np.testing.assert_array_equal(truth["theta"], 2.0)
