"""Every Markov chain sampler on every model: the stationary law, agreement with exact draws, contract and refusals."""

import dataclasses

import arviz as az
import numpy as np
import pytest
import xarray as xr
from quadrature_reference import EIGHT_SIGMA, EIGHT_Y
from sampler_checks import BETA_BINOMIAL, GAMMA_POISSON, MODELS, agrees_with_exact, right_kind, stays_put, two_windows
from scipy import stats

from lib import BetaBinomial, GammaPoisson, NormalNormal, gibbs, metropolis
from lib.models.location_scale import Measured

SAMPLERS = {"gibbs": gibbs, "metropolis": metropolis}
every_sampler = pytest.mark.parametrize("sampler", SAMPLERS.values(), ids=SAMPLERS)
EVERY_MODEL = MODELS | BETA_BINOMIAL | GAMMA_POISSON
every_model = pytest.mark.parametrize("options", EVERY_MODEL.values(), ids=EVERY_MODEL)
# A random walk in ten dimensions needs many steps; one in fifteen is kept, so that they are soon summed up.
RUNS = {gibbs: dict(draws=500, warmup=200, chains=32), metropolis: dict(draws=15_000, warmup=1000, chains=8)}
THIN = {gibbs: 1, metropolis: 15}


def generator(seed=1):
    return np.random.default_rng(seed)


def scaled_metropolis(model, **run):
    """One step in which some proposals are accepted, in any units: a warm-up would move the chains."""
    positions = model.start_position(None, 0)
    return metropolis(
        model, **run, covariance=np.atleast_2d(np.cov(positions.T)) + 1e-9 * np.diag(positions.var(axis=0))
    )


ONE_STEP = {gibbs: gibbs, metropolis: scaled_metropolis}


def runs_to_exact(options, sampler, *, kind=None, longer=1.0):
    run = RUNS[sampler] | {"draws": int(RUNS[sampler]["draws"] * longer)}
    tree = sampler((kind or right_kind(options))(**options), **run, rng=generator())
    agrees_with_exact(options, tree, thin=THIN[sampler])


# 1. The right law stays put, and is reached.


@every_sampler
@every_model
def test_exact_draws_stay_exact(sampler, options):
    stays_put(options, ONE_STEP[sampler])


# Of the random walk's, the slow ones among the runs are left out: the test above has them all. With three groups and a
# flat tau, which has no mean then, a random walk would need millions of steps to see enough of the tail.
LONG = [(gibbs, name) for name in EVERY_MODEL] + [
    (metropolis, name) for name in ("flat", "half-Cauchy", "known mu", "shares, gamma")
]


@pytest.mark.parametrize(("sampler", "name"), LONG, ids=[f"{sampler.__name__}-{name}" for sampler, name in LONG])
def test_a_run_agrees_with_exact_draws(sampler, name):
    runs_to_exact(EVERY_MODEL[name], sampler)


# 2. The same tests, planted bugs.


class MissingJacobian(NormalNormal):
    """Takes the density of tau for that of its logarithm."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        object.__setattr__(self.tau, "log_jacobian", np.zeros_like)


class SigmaForItsSquare(NormalNormal):
    """The standard errors are taken for variances, by all that a sampler asks."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.sigma = np.sqrt(self.sigma)


class PriorOfMuForgotten(NormalNormal):
    class _moves(Measured):
        def __init__(self, mean, *rest, **given):
            super().__init__(dataclasses.replace(mean, normal=(0.0, 0.0)), *rest, **given)

    def log_free_density(self, position):
        return super().log_free_density(position) - self.mu.log_density(position[..., self.size])


class PopulationForgotten(NormalNormal):
    """The walk's distances reach too far, and the effects do not feel the population."""

    def log_free_density(self, position):
        return super().log_free_density(position) + (position[..., : self.y.size] ** 2).sum(axis=-1) / 4

    def deviation_given(self, mu, tau):
        given = super().deviation_given(mu, tau)
        return given._replace(mean=given.mean * 0 + self.y - mu[..., np.newaxis])


BUGS = {
    "missing Jacobian": (MissingJacobian, "gamma tau"),  # for a bounded prior, Gibbs needs no Jacobian
    "sigma for its square": (SigmaForItsSquare, "flat"),
    "prior of mu forgotten": (PriorOfMuForgotten, "normal mu"),
    "population forgotten": (PopulationForgotten, "flat"),
}


@every_sampler
@pytest.mark.parametrize(("kind", "model"), BUGS.values(), ids=BUGS)
def test_a_planted_bug_does_not_stay_put(sampler, kind, model):
    with pytest.raises(AssertionError, match="standard errors"):
        stays_put(MODELS[model], ONE_STEP[sampler], kind=kind)


@every_sampler
@pytest.mark.parametrize(("kind", "model"), BUGS.values(), ids=BUGS)
def test_a_run_with_a_planted_bug_disagrees(sampler, kind, model):
    with pytest.raises(AssertionError, match="standard errors|too few"):  # slow mixing can be a symptom too
        runs_to_exact(MODELS[model], sampler, kind=kind, longer=0.5)


# 3. Where the prior is narrow, far away, or has holes.

PRIORS = {
    "uniform(2, 3)": dict(tau=stats.uniform(2, 1)),
    "narrow": dict(tau=stats.lognorm(1e-3, scale=5)),
    "far away": dict(tau=stats.uniform(1000, 10)),
    "arcsine": dict(tau=stats.arcsine(0, 10)),
    "mu far away": dict(mu=stats.uniform(100, 1), tau=stats.halfcauchy(scale=5)),
    "mu in a window": dict(mu=lambda mu: np.where(np.abs(mu - 30) < 0.5, 0, -np.inf), tau=5),
    "window": dict(tau=lambda tau: np.where((tau > 5) & (tau < 5.1), 0, -np.inf)),
}


@every_sampler
@pytest.mark.parametrize("priors", PRIORS.values(), ids=PRIORS)
@pytest.mark.parametrize("chains", [1, 4])
def test_chains_start_inside_the_prior_and_stay_there(sampler, priors, chains):
    model = NormalNormal(EIGHT_Y, EIGHT_SIGMA, **priors)
    posterior = sampler(model, draws=100, warmup=0, chains=chains, rng=generator()).posterior
    for parameter in (model.mu, model.tau):
        if parameter.value is None:
            values = posterior[parameter.name].values
            assert np.isfinite(parameter.log_density(values)).all()
            assert np.isfinite(values).all()


INSIDE = {
    "shares": BetaBinomial([3, 5, 9], [10, 20, 30], mean=stats.uniform(0.2, 0.1), concentration=stats.uniform(5, 2)),
    "counts": GammaPoisson([3, 5, 9], [10, 20, 30], shape=stats.uniform(2, 1), mean=stats.uniform(0.3, 0.1)),
    "counts by rate": GammaPoisson([3, 5, 9], [10, 20, 30], shape=stats.uniform(2, 1), rate=stats.uniform(3, 1)),
}


@every_sampler
@pytest.mark.parametrize("model", INSIDE.values(), ids=INSIDE)
def test_chains_of_conjugate_models_stay_inside_their_priors(sampler, model):
    posterior = sampler(model, draws=400, warmup=200, rng=generator()).posterior
    for parameter in model.hyperparameters:
        values, (low, high) = posterior[parameter.name].to_numpy(), parameter.support
        assert (values > low).all() and (values < high).all()
        assert values.std() > 0.2 * (high - low)  # and they move all over them


NARROW = [(gibbs, "uniform(2, 3)"), (gibbs, "narrow"), (gibbs, "far away"), (gibbs, "mu far away")]
NARROW += [(metropolis, "narrow"), (metropolis, "far away")]


@pytest.mark.parametrize(("sampler", "name"), NARROW, ids=[f"{sampler.__name__}-{name}" for sampler, name in NARROW])
def test_narrow_and_distant_priors(sampler, name):
    options = {"y": EIGHT_Y, "sigma": EIGHT_SIGMA, **PRIORS[name]}
    runs_to_exact(options, sampler)


def test_gibbs_steps_over_a_gap():
    """A slice reaches from one window of the prior to the other; a random walk may take for ever."""
    options = {"y": EIGHT_Y, "sigma": EIGHT_SIGMA, "tau": two_windows}
    runs_to_exact(options, gibbs, longer=4)


@every_sampler
def test_a_log_density_that_is_nowhere_finite(sampler):
    model = NormalNormal(EIGHT_Y, EIGHT_SIGMA, tau=lambda tau: np.full(tau.shape, -np.inf))
    with pytest.raises(ValueError, match="tau: its log density is -infinity wherever a chain could start"):
        sampler(model, draws=5, warmup=5, rng=generator())


# 4. A posterior that does not exist: no error, no NaN, no endless loop, and an answer that means nothing.


@every_sampler
@pytest.mark.parametrize("warmup", [0, 200])
def test_an_improper_posterior_drifts_to_zero(sampler, warmup):
    model = NormalNormal(EIGHT_Y, EIGHT_SIGMA, tau=lambda tau: -2 * np.log(tau), allow_improper=True)
    run = dict(draws=2000, warmup=warmup, rng=generator())
    posterior = sampler(model, **run).posterior
    assert all(np.isfinite(posterior[name]).all() for name in posterior.data_vars)
    # On the scale of log(tau) the density rises as 1 / tau all the way down: the chains go to where lib stops them, at
    # the smallest scale whose square and its inverse are still numbers.
    tau = posterior["tau"].values
    assert (tau > 0).all()
    assert np.median(tau[:, -500:]) < 1e-12


@every_sampler
@pytest.mark.parametrize("J", [1, 2])
def test_an_improper_posterior_drifts_away(sampler, J):
    model = NormalNormal(EIGHT_Y[:J], EIGHT_SIGMA[:J], allow_improper=True)
    posterior = sampler(model, draws=2000, warmup=100, rng=generator()).posterior
    assert all(np.isfinite(posterior[name]).all() for name in posterior.data_vars)
    assert posterior["tau"].max() > (1e4 if J == 1 else 100)  # log(tau) runs away, or wanders without end


# 5. What comes back.


@every_sampler
def test_structure_labels_and_types(sampler):
    model = NormalNormal(EIGHT_Y, EIGHT_SIGMA, labels=list("ABCDEFGH"))
    tree = sampler(model, draws=50, warmup=20, chains=3, rng=generator())
    assert isinstance(tree, xr.DataTree)
    assert {"posterior", "observed_data", "constant_data"} <= set(tree.children)
    posterior = tree.posterior
    assert list(posterior.data_vars) == ["mu", "tau", "theta"]
    assert posterior["theta"].dims == ("chain", "draw", "group")
    assert posterior["mu"].dims == posterior["tau"].dims == ("chain", "draw")
    assert dict(posterior.sizes) == {"chain": 3, "draw": 50, "group": 8}
    assert list(posterior["group"].values) == list("ABCDEFGH")
    assert all(posterior[name].dtype == np.float64 for name in posterior.data_vars)
    np.testing.assert_array_equal(tree.observed_data["y"], EIGHT_Y)
    assert az.summary(tree).shape[0] == 10


@every_sampler
def test_known_hyperparameters_are_constants(sampler):
    tree = sampler(NormalNormal(EIGHT_Y, EIGHT_SIGMA, mu=3, tau=5), draws=5, warmup=0, rng=generator())
    assert list(tree.posterior.data_vars) == ["theta"]
    assert (float(tree.constant_data["mu"]), float(tree.constant_data["tau"])) == (3, 5)


@every_sampler
def test_defaults(sampler):
    assert sampler(NormalNormal(**MODELS["flat"]), draws=5, warmup=0, rng=generator()).posterior.sizes["chain"] == 4


@every_sampler
@pytest.mark.parametrize("name", ["flat", "half-Cauchy", "t mu"])
def test_the_same_generator_state_gives_the_same_draws(sampler, name):
    model, rng = NormalNormal(**MODELS[name]), generator(5)
    first, second = (sampler(model, draws=30, warmup=110, rng=rng) for _ in range(2))
    again = sampler(model, draws=30, warmup=110, rng=generator(5))
    xr.testing.assert_identical(first.posterior.dataset, again.posterior.dataset)
    assert not first.posterior["theta"].equals(second.posterior["theta"])
    theta = first.posterior["theta"].values
    assert len({chain.tobytes() for chain in theta}) == 4  # no chain repeats another


class Counted(NormalNormal):
    """Counts how often a sampler asks it anything, and how many chains it is asked about at once."""

    calls = 0

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        log_density = self.tau.log_density

        def counted(x):
            self.calls += 1
            return log_density(x)

        object.__setattr__(self.tau, "log_density", counted)


@every_sampler
def test_many_chains_cost_few_more_calls_than_few(sampler):
    calls = {}
    for chains in (4, 64):
        model = Counted(**MODELS["half-Cauchy"])
        sampler(model, draws=200, warmup=100, chains=chains, rng=generator())
        calls[chains] = model.calls
    assert calls[4] >= 300
    assert calls[64] < 2 * calls[4]  # and not 16 times: chains are an axis of an array


# 6. What is refused, before any work.


class NoWork(NormalNormal):
    def start_position(self, rng, chains):
        raise AssertionError("work was done")

    start_state = start_position


@every_sampler
@pytest.mark.parametrize("number", [0, -1, 2.5, True, "10", None, np.float64(3)])
def test_numbers_must_be_whole(sampler, number):
    model, rng = NoWork(**MODELS["flat"]), generator()
    for name in ("draws", "chains", "warmup"):
        if name == "warmup" and number == 0 and number is not False:
            continue
        with pytest.raises(ValueError, match=f"{name} must be a whole number of at least"):
            sampler(model, **({"draws": 5, "warmup": 5, "chains": 2} | {name: number}), rng=rng)


@every_sampler
@pytest.mark.parametrize("rng", [1, None, np.random, np.random.RandomState(1), np.random.PCG64(1)])
def test_rng_must_be_a_generator(sampler, rng):
    with pytest.raises(TypeError, match=r"rng must be a numpy\.random\.Generator"):
        sampler(NoWork(**MODELS["flat"]), draws=1, warmup=1, rng=rng)
