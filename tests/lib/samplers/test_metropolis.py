"""The density that the walk climbs, the acceptance rule, what warm-up learns, what is refused; planted bugs."""

import sys

import arviz as az
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from quadrature_reference import EIGHT_SIGMA, EIGHT_Y
from sampler_checks import MODELS
from scipy import stats

from lib import NormalNormal, metropolis
from lib.samplers import chain
from lib.samplers.metropolis import accept

MODULE = sys.modules["lib.samplers.metropolis"]  # the package gives its name to the function

# 1. The density on the free scale is the joint with its Jacobians.

FREE = {
    "both": dict(mu=stats.t(4, 1, 3), tau=stats.halfcauchy(scale=5)),
    "flat": {},
    "mu": dict(mu=stats.norm(3, 7), tau=5.0),
    "tau": dict(mu=3.0, tau=stats.gamma(2, scale=3)),
    "neither": dict(mu=3.0, tau=5.0),
}


def free_density_is_the_joint(kind, priors, positions):
    model = kind(EIGHT_Y, EIGHT_SIGMA, **priors)
    unknown = [name for name in ("mu", "tau") if not isinstance(priors.get(name), float)]
    positions = np.array(positions)[:, : 8 + len(unknown)]
    values = model.parameters(positions, np.random.default_rng(1))
    distance, place = positions[:, :8], dict(zip(unknown, positions[:, 8:].T, strict=True))
    mu = place.get("mu", np.full(len(positions), 3.0))
    tau = np.exp(place["tau"]) if "tau" in place else np.full(len(positions), 5.0)
    precision = 1 / EIGHT_SIGMA**2 + 1 / tau[:, np.newaxis] ** 2
    centre = (EIGHT_Y / EIGHT_SIGMA**2 + mu[:, np.newaxis] / tau[:, np.newaxis] ** 2) / precision
    np.testing.assert_allclose(values["theta"], centre + distance / np.sqrt(precision))
    assert set(values) == {"theta", *unknown}
    # theta = centre + distance / sqrt(precision) has the Jacobian of its scales' product, tau = exp(u) has tau.
    log_determinant = -np.log(precision).sum(axis=1) / 2 + ("tau" in place) * np.log(tau)
    log_joint = model.log_joint(values["theta"], mu, tau) + log_determinant
    np.testing.assert_allclose(np.diff(model.log_free_density(positions)), np.diff(log_joint), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("priors", FREE.values(), ids=FREE)
@given(positions=st.lists(st.lists(st.floats(-3, 3), min_size=10, max_size=10), min_size=2, max_size=4))
def test_free_density_is_the_joint(priors, positions):
    free_density_is_the_joint(NormalNormal, priors, positions)


class MissingJacobian(NormalNormal):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        object.__setattr__(self.tau, "log_jacobian", np.zeros_like)


class SigmaForItsSquare(NormalNormal):
    def log_marginal_likelihood(self, mu=None, tau=None):
        return stats.norm.logpdf(self.y, mu[:, np.newaxis], np.sqrt(self.sigma + tau[:, np.newaxis] ** 2)).sum(axis=-1)


class DistanceUnbound(NormalNormal):
    def log_free_density(self, position):
        return super().log_free_density(position) + (position[..., :8] ** 2).sum(axis=-1) / 2


@pytest.mark.parametrize("kind", [MissingJacobian, SigmaForItsSquare, DistanceUnbound])
def test_a_planted_bug_is_not_the_joint(kind):
    positions = np.random.default_rng(1).normal(size=(5, 10))
    with pytest.raises(AssertionError):
        free_density_is_the_joint(kind, {}, positions)


# 2. The acceptance rule.


@st.composite
def grids(draw):
    """A density on five points, and the probabilities of an asymmetric proposal between them."""
    weights = st.lists(st.floats(0.01, 1), min_size=5, max_size=5)
    density = np.array(draw(weights))
    proposal = np.array([draw(weights) for _ in range(5)])
    return density / density.sum(), proposal / proposal.sum(axis=1, keepdims=True)


def flow_is_balanced(density, proposal, *, corrected=True):
    here, there = (index.ravel() for index in np.indices((5, 5)))
    back = np.log(proposal[there, here]) - np.log(proposal[here, there])
    _, rate = accept(
        np.log(density[there]) - np.log(density[here]),
        np.random.default_rng(1),
        log_correction=back if corrected else 0.0,
    )
    flow = (density[here] * proposal[here, there] * rate).reshape(5, 5)
    np.testing.assert_allclose(flow, flow.T, rtol=1e-10)
    assert ((rate.reshape(5, 5) == 1) | (rate.reshape(5, 5).T == 1)).all()  # and no more is refused than need be


@given(grid=grids())
def test_detailed_balance(grid):
    flow_is_balanced(*grid)


def test_a_dropped_correction_is_not_balanced():
    rng = np.random.default_rng(1)
    with pytest.raises(AssertionError):
        flow_is_balanced(rng.dirichlet(np.ones(5)), rng.dirichlet(np.ones(5), size=5), corrected=False)


def test_as_many_are_accepted_as_the_rate_says():
    ratio = np.log(np.repeat([0.1, 0.5, 0.9, 2.0], 20_000))
    accepted, rate = accept(ratio, np.random.default_rng(1))
    np.testing.assert_allclose(rate, np.minimum(np.exp(ratio), 1))
    found = accepted.reshape(4, -1).mean(axis=1)
    np.testing.assert_allclose(found, [0.1, 0.5, 0.9, 1], atol=5 * 0.5 / np.sqrt(20_000))
    assert found[-1] == 1


@pytest.mark.parametrize("ratio", [-np.inf, np.nan])
def test_what_has_no_density_is_never_accepted(ratio):
    accepted, rate = accept(np.full(1000, ratio), np.random.default_rng(1))
    assert not accepted.any()
    assert (rate == 0).all()


def multiplicative_walk_keeps_gamma(*, corrected=True):
    """Proposals x exp(z) for a Gamma(3) variable: the way back has another density, by the factor of the new x to x."""
    rng = np.random.default_rng(1)
    x = rng.gamma(3, size=40_000)
    for _ in range(5):
        proposal = x * np.exp(rng.normal(size=x.size))
        log_ratio = stats.gamma.logpdf(proposal, 3) - stats.gamma.logpdf(x, 3)
        accepted, _ = accept(log_ratio, rng, log_correction=np.log(proposal / x) if corrected else 0.0)
        x = np.where(accepted, proposal, x)
    assert stats.kstest(x, stats.gamma(3).cdf).pvalue > 1e-4


def test_a_multiplicative_walk_with_its_correction():
    multiplicative_walk_keeps_gamma()


def test_a_multiplicative_walk_without_its_correction_is_caught():
    with pytest.raises(AssertionError):
        multiplicative_walk_keeps_gamma(corrected=False)


# 3. What warm-up learns, and that it ends.


@pytest.mark.parametrize("name", ["flat", "t mu", "tau in units of 1e-6", "known mu", "tau 0"])
@pytest.mark.parametrize("target", [0.15, 0.3])
def test_warm_up_reaches_the_rate(name, target):
    tree = metropolis(
        NormalNormal(**MODELS[name]), draws=1000, warmup=1500, chains=8, target=target, rng=np.random.default_rng(1)
    )
    assert float(tree.sample_stats["acceptance_rate"].mean()) == pytest.approx(target, abs=0.05)


def test_sample_stats():
    tree = metropolis(NormalNormal(**MODELS["flat"]), draws=200, warmup=300, rng=np.random.default_rng(1))
    info = tree.sample_stats
    assert {name: info[name].dims for name in info.data_vars} == dict.fromkeys(
        ["acceptance_rate", "accepted", "step_size"], ("chain", "draw")
    )
    assert info["accepted"].dtype == bool
    assert np.unique(info["step_size"]).size == 1
    assert ((info["acceptance_rate"] >= 0) & (info["acceptance_rate"] <= 1)).all()
    moved = (np.diff(tree.posterior["mu"].values, axis=1) != 0) == info["accepted"].values[:, 1:]
    assert moved.all()


class Recorded(NormalNormal):
    """Keeps every position that it is asked about."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.asked = []

    def log_free_density(self, position):
        self.asked.append(position)
        return super().log_free_density(position)


def test_the_proposal_stays_as_it_is_after_warm_up():
    """The proposals' own covariance, about where each chain stood, is the same early and late."""
    model, chains = Recorded(**MODELS["flat"]), 400
    tree = metropolis(model, draws=400, warmup=300, chains=chains, rng=np.random.default_rng(1))
    proposals = np.stack(model.asked[-400:], axis=1)
    at = tree.posterior["mu"].values  # a position after each step, so that the step before it is the start of the next
    jumps = proposals[:, 1:, 8] - at[:, :-1]
    early, late = jumps[:, :199].std(), jumps[:, 200:].std()
    assert early == pytest.approx(late, rel=5 * np.sqrt(1 / jumps[:, :199].size))


def test_a_given_shape_is_kept():
    shape = np.diag(np.arange(1.0, 11))
    model = Recorded(**MODELS["flat"])
    tree = metropolis(model, draws=1, warmup=0, chains=50_000, covariance=shape, rng=np.random.default_rng(1))
    jumps = model.asked[1] - model.asked[0]
    np.testing.assert_allclose(np.cov(jumps.T), 2.4**2 / 10 * shape, atol=0.3)
    assert float(tree.sample_stats["step_size"][0, 0]) == pytest.approx(2.4 / np.sqrt(10))


def test_a_given_shape_is_not_learned_away(monkeypatch):
    monkeypatch.setattr(MODULE, "_learned_root", lambda *_: pytest.fail("another shape was learned"))
    model, rng = Recorded(**MODELS["flat"]), np.random.default_rng(1)
    metropolis(model, draws=1, warmup=1000, chains=4, covariance=np.eye(10), rng=rng)
    with pytest.raises(pytest.fail.Exception, match="another shape"):  # as it would be without one
        metropolis(model, draws=1, warmup=1000, chains=4, rng=rng)


@pytest.mark.parametrize(("groups", "chains"), [(8, 1), (60, 1), (60, 4)])
def test_a_covariance_is_learned_from_the_later_half_of_the_positions(groups, chains, monkeypatch):
    """The early ones are of the way there."""
    model, calls = Recorded(np.zeros(groups), np.ones(groups)), []

    def learned(positions, scatter):
        calls.append((len(model.asked) - 1, positions))
        return np.diag(scatter)

    monkeypatch.setattr(MODULE, "_learned_root", learned)
    metropolis(model, draws=1, warmup=1000, chains=chains, rng=np.random.default_rng(1))
    assert calls[-1][0] == 1000  # of every hundred iterations, the last
    for iteration, positions in calls:
        assert iteration % 100 == 0
        assert len(positions) == chains * iteration / 2
        # each is where a chain was: a proposal made in the later half, but for the first, which it came with
        proposed = np.concatenate(model.asked[iteration // 2 + 1 : iteration + 1])
        seen = {row.tobytes() for row in proposed}
        assert sum(row.tobytes() in seen for row in positions) > 0.5 * len(positions)


class Bell:
    """A standard normal density in many dimensions, with chains that start inside it."""

    def __init__(self, size, spread=1.0):
        self.size, self.spread = size, spread

    def start_position(self, rng, chains):
        return self.spread * rng.standard_normal((chains, self.size))

    def log_free_density(self, position):
        return -(position**2).sum(axis=-1) / 2


def spread_of_a_walk(size, *, spread=1.0, draws=8000):
    """Variance of the positions, which is one, as its median over dimensions."""
    walk = MODULE.RandomWalk(Bell(size, spread), 0.3, None)
    kept = chain.run(walk, draws=draws, warmup=3000, chains=4, rng=np.random.default_rng(1))
    return np.median(kept["position"].var(axis=(0, 1)))


def unshrunk(positions, scatter):
    covariance = np.cov(positions, rowvar=False)
    return np.linalg.cholesky(covariance + 1e-6 * np.diag(covariance.diagonal()))


@pytest.mark.parametrize("size", [50, 100, 200])
def test_what_is_learned_does_not_collapse(size, monkeypatch):
    """Few positions of a slow walk say little of many correlations."""
    assert spread_of_a_walk(size) == pytest.approx(1, abs=0.1)
    monkeypatch.setattr(MODULE, "_learned_root", unshrunk)
    assert spread_of_a_walk(size) < 0.75  # as it did


def test_a_start_that_is_far_too_wide_is_forgotten():
    walk = MODULE.RandomWalk(Bell(2, 1000.0), 0.3, None)
    kept = chain.run(walk, draws=4000, warmup=3000, chains=4, rng=np.random.default_rng(1))
    assert float(az.ess(kept["position"][..., 0])) > 1000  # of 16,000


@pytest.mark.parametrize("count", [3, 40, 10_000])
def test_what_is_learned_is_between_the_scatter_and_the_positions(count):
    """Variances on their logarithms, correlations towards none; n positions are worth n over the dimensions."""
    rng, scatter = np.random.default_rng(1), np.array([10.0, 0.1])
    positions = rng.multivariate_normal([3, 5], [[4.0, 1.9], [1.9, 1.0]], count)
    root = MODULE._learned_root(positions, scatter)
    assert root[0, 1] == 0
    learned, worth = root @ root.T, count / 2
    log_variance = (worth * np.log(positions.var(axis=0, ddof=1)) + 5 * np.log(scatter**2)) / (worth + 5)
    np.testing.assert_allclose(np.log(learned.diagonal()), log_variance)
    correlation = worth / (worth + 2) * np.corrcoef(positions.T)[0, 1]
    assert learned[0, 1] / np.sqrt(learned[0, 0] * learned[1, 1]) == pytest.approx(correlation)


def test_of_positions_that_have_not_moved_nothing_is_learned():
    still = MODULE._learned_root(np.ones((50, 2)), np.array([10.0, 0.1]))
    np.testing.assert_allclose(still, np.diag([10.0, 0.1]))


def test_without_warm_up_the_units_do_not_matter():
    """The first steps are as large as the starting positions are scattered."""
    run = dict(draws=50, warmup=0, chains=4)
    one = metropolis(NormalNormal(EIGHT_Y, EIGHT_SIGMA), **run, rng=np.random.default_rng(1)).posterior
    other = metropolis(NormalNormal(EIGHT_Y * 1e-6, EIGHT_SIGMA * 1e-6), **run, rng=np.random.default_rng(1)).posterior
    np.testing.assert_allclose(one["mu"] * 1e-6, other["mu"], rtol=1e-6)


# 4. What is refused.


class NoWork(NormalNormal):
    def start_position(self, rng, chains):
        raise AssertionError("work was done")


@pytest.mark.parametrize("target", [0, 1, -0.1, 1.5, np.nan, np.inf])
def test_target_is_a_rate(target):
    with pytest.raises(ValueError, match="target must be"):
        metropolis(NoWork(**MODELS["flat"]), draws=1, warmup=1, target=target, rng=np.random.default_rng(1))


@pytest.mark.parametrize("target", ["0.3", None, [0.3, 0.4]])
def test_target_is_a_number(target):
    with pytest.raises((TypeError, ValueError), match="target must be"):
        metropolis(NoWork(**MODELS["flat"]), draws=1, warmup=1, target=target, rng=np.random.default_rng(1))


SHAPES = {
    "number": 1.0,
    "vector": np.ones(10),
    "not square": np.ones((10, 9)),
    "not symmetric": np.eye(10) + np.diag(np.ones(9), 1),
    "not positive": -np.eye(10),
    "singular": np.ones((10, 10)),
    "NaN": np.full((10, 10), np.nan),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_shape_is_a_covariance(shape):
    with pytest.raises(ValueError, match="covariance must be"):
        metropolis(NoWork(**MODELS["flat"]), draws=1, warmup=1, covariance=shape, rng=np.random.default_rng(1))


def test_shape_fits_the_model():
    with pytest.raises(ValueError, match="covariance must be 10 by 10 for this model; it is 9 by 9"):
        metropolis(Recorded(**MODELS["flat"]), draws=1, warmup=1, covariance=np.eye(9), rng=np.random.default_rng(1))
