"""Full conditionals against the joint without randomness, slices on known densities, interweaving; planted bugs."""

import dataclasses
import sys
from itertools import pairwise

import arviz as az
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampler_checks import MODELS, exact_values, from_exact_draws, stays_put, summaries_of, unchanged
from scipy import special, stats

from lib import NormalNormal, gibbs
from lib.models.base import ExactStep, SliceStep
from lib.models.location_scale import Measured, Parabola
from lib.priors.scales import LOG, REAL
from lib.priors.specification import hyperparameter
from lib.samplers.gibbs import pool_move, slice_move

MODULE = sys.modules["lib.samplers.gibbs"]  # the package gives its name to the function


def close(a, b):
    np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-7)


# 1. Each full conditional is the joint along its line, without randomness.


@st.composite
def problems(draw):
    J = draw(st.integers(2, 5))
    numbers = st.lists(st.floats(-30, 30), min_size=J, max_size=J)
    sigma = draw(st.lists(st.floats(0.5, 20), min_size=J, max_size=J))
    eta = draw(st.lists(st.floats(-3, 3).filter(lambda x: abs(x) > 0.01), min_size=J, max_size=J))
    mu, tau = draw(st.floats(-30, 30)), draw(st.floats(0.2, 30))
    return np.array(draw(numbers)), np.array(sigma), np.array(eta), mu, tau


def state_at(eta, mu, tau, chains):
    """One state a chain; mu and tau are numbers or arrays."""
    mu, tau = np.full(chains, mu), np.full(chains, tau)
    deviation = tau[:, np.newaxis] * eta
    return {"mu": mu, "tau": tau, "theta": mu[:, np.newaxis] + deviation, "theta_deviation": deviation}


def log_joint(model, state, *, non_centred):
    """The log joint of theta, mu and tau; or of eta, mu and tau, with the Jacobian of theta = mu + tau eta."""
    jacobian = model.y.size * np.log(state["tau"]) if non_centred else 0
    return model.log_joint(state["theta"], state["mu"], state["tau"]) + jacobian


def consistent(before, after, *, non_centred):
    """A centred move leaves theta where it is, a non-centred one eta; and the deviations are theta - mu."""
    close(after["theta_deviation"], after["theta"] - after["mu"][:, np.newaxis])
    if non_centred:
        close(*(state["theta_deviation"] / state["tau"][:, np.newaxis] for state in (before, after)))
    else:
        np.testing.assert_array_equal(before["theta"], after["theta"])


SLICES = {"mu": 1, "tau": 2, "mu, non-centred": 3, "tau, non-centred": 4}


def slice_is_the_joint_along_its_line(kind, which, problem):
    y, sigma, eta, mu, tau = problem
    model = kind(y, sigma, mu=stats.t(4, 1, 3), tau=stats.halfcauchy(scale=5))
    number = SLICES[which]
    step, state = model.steps[number], state_at(eta, mu, tau, 9)
    assert isinstance(step, SliceStep)
    assert step.parameter.name == which.split(",")[0]
    values = mu + tau * np.linspace(-2, 2, 9) if step.parameter.name == "mu" else tau * np.geomspace(0.3, 3, 9)
    moved = state | step.moved(values, state)
    np.testing.assert_array_equal(moved[step.parameter.name], values)
    consistent(state, moved, non_centred=number > 2)
    conditional = step.log_rest(values, state) + step.parameter.log_density(values)
    close(np.diff(conditional), np.diff(log_joint(model, moved, non_centred=number > 2)))


@pytest.mark.parametrize("which", SLICES)
@given(problem=problems())
def test_slice_is_the_joint_along_its_line(which, problem):
    slice_is_the_joint_along_its_line(NormalNormal, which, problem)


class Even(np.random.Generator):
    """A generator of evenly spaced quantiles: what a draw makes of them are quantiles of its distribution."""

    def __init__(self):
        super().__init__(np.random.PCG64(0))

    def random(self, shape):
        chains = shape[1] if shape[0] == 1 else shape[0]  # one candidate a chain, or one row a chain
        even = (np.arange(chains) + 0.5) / chains
        return np.broadcast_to(even if shape[0] == 1 else even.reshape(-1, *[1] * (len(shape) - 1)), shape)

    def standard_normal(self, shape):
        return special.ndtri(self.random(shape))

    def standard_gamma(self, a, shape):
        return special.gammaincinv(a, self.random(shape))


NODES, WEIGHTS = np.polynomial.legendre.leggauss(12)
DRAWS = {"theta": 0, "mu": 1, "tau": 2, "mu, non-centred": 3, "tau, non-centred": 4}


def draw_is_the_joint_along_its_line(kind, which, problem, mu_prior):
    """Between one drawn quantile and the next, the joint along the line has the same mass every time."""
    y, sigma, eta, mu, tau = problem
    model, number = kind(y, sigma, mu=mu_prior, allow_improper=True), DRAWS[which]  # two groups will do here
    step, state = model.steps[number], state_at(eta, mu, tau, 20)
    assert isinstance(step, ExactStep)
    drawn = state | step.draw(state, Even())
    if which == "theta":
        close(drawn["theta_deviation"], drawn["theta"] - mu)
    else:
        consistent(state, drawn, non_centred=number > 2)
    name = which.split(",")[0]
    for j in range(y.size if name == "theta" else 1):
        quantiles = np.sort(drawn["theta"][:, j] if name == "theta" else drawn[name])
        masses = []
        for a, b in pairwise(quantiles):
            points = (a + b) / 2 + (b - a) / 2 * NODES
            if number > 2:  # along the line on which eta stays as it is
                at = state_at(eta, points if name == "mu" else mu, points if name == "tau" else tau, points.size)
            else:
                at = state_at(eta, mu, tau, points.size)
                at[name][..., j if name == "theta" else slice(None)] = points
            density = log_joint(model, at, non_centred=number > 2)
            masses.append(np.log((WEIGHTS * np.exp(density - density.max())).sum() * (b - a) / 2) + density.max())
        np.testing.assert_allclose(masses, masses[0], atol=1e-5)


@pytest.mark.parametrize("mu_prior", [None, stats.norm(3, 7)], ids=["flat mu", "normal mu"])
@pytest.mark.parametrize("which", DRAWS)
@settings(max_examples=30)
@given(problem=problems())
def test_draw_is_the_joint_along_its_line(which, mu_prior, problem):
    draw_is_the_joint_along_its_line(NormalNormal, which, problem, mu_prior)


class PriorOfMuForgotten(NormalNormal):
    class _moves(Measured):
        def __init__(self, mean, *rest, **given):
            super().__init__(dataclasses.replace(mean, normal=(0.0, 0.0)), *rest, **given)


class HalfJ(NormalNormal):
    """The inverse gamma distribution of tau squared has shape J / 2 under a flat prior on log(tau), not on tau."""

    class _moves(Measured):
        def _sd_given_members(self, state, rng, size):
            square = (state["theta_deviation"] ** 2).sum(axis=-1)
            return np.sqrt(square / 2 / rng.standard_gamma(self.y.size / 2, (size, square.size)))


class SigmaForItsSquare(NormalNormal):
    class _moves(Measured):
        def _data_on_mean(self, state):
            root = np.sqrt(self.precision)
            return Parabola((root * (self.y - state["theta"])).sum(axis=-1), root.sum())


class JacobianTwice(NormalNormal):
    """Counts the Jacobian of theta = mu + tau eta once more."""

    class _moves(Measured):
        def sd_along(self):
            step = super().sd_along()
            return step._replace(log_rest=lambda tau, state: step.log_rest(tau, state) + self.size * np.log(tau))


class LeftBehind(NormalNormal):
    """Moves mu given eta, and forgets to take theta along."""

    class _moves(Measured):
        def shift(self, mean, by, state):
            return self._shift_alone(mean, by, state)


class Untruncated(NormalNormal):
    """Draws tau given eta as if it could be negative, and turns the sign."""

    class _moves(Measured):
        def _sd_given_data(self, state, rng, size):
            slope, precision = self._data_on_sd(state)
            return np.abs(slope / precision + rng.standard_normal((size, slope.size)) / np.sqrt(precision))


BUGS = {
    "prior of mu": (PriorOfMuForgotten, "normal mu"),
    "J / 2": (HalfJ, "flat"),
    "sigma": (SigmaForItsSquare, "flat"),
    "Jacobian twice": (JacobianTwice, "half-Cauchy"),
    "left behind": (LeftBehind, "flat"),
    "untruncated": (Untruncated, "flat"),
}
IDENTITY_OF = {
    "prior of mu": (draw_is_the_joint_along_its_line, "mu", stats.norm(3, 7)),
    "J / 2": (draw_is_the_joint_along_its_line, "tau", None),
    "sigma": (draw_is_the_joint_along_its_line, "mu, non-centred", None),
    "Jacobian twice": (slice_is_the_joint_along_its_line, "tau, non-centred"),
    "left behind": (draw_is_the_joint_along_its_line, "mu, non-centred", None),
    "untruncated": (draw_is_the_joint_along_its_line, "tau, non-centred", None),
}
PROBLEM = np.array([28.0, 8, -3]), np.array([15.0, 10, 16]), np.array([0.8, -0.3, -1.1]), 7.0, 6.0


@pytest.mark.parametrize("bug", BUGS)
def test_an_identity_catches_a_planted_bug(bug):
    identity, which, *prior = IDENTITY_OF[bug]
    identity(NormalNormal, which, PROBLEM, *prior)
    with pytest.raises(AssertionError):
        identity(BUGS[bug][0], which, PROBLEM, *prior)


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_does_not_stay_put(bug):
    kind, model = BUGS[bug]
    with pytest.raises(AssertionError, match="standard errors"):
        stays_put(MODELS[model], gibbs, kind=kind)


# 2. Each step alone leaves exact draws exact: no step makes good what another spoils.


@pytest.mark.parametrize("name", ["flat", "half-Cauchy", "t mu", "normal mu", "tau often tiny"])
def test_each_step_alone_leaves_exact_draws_exact(name):
    model, before = from_exact_draws(NormalNormal, MODELS[name], 20_000)
    summaries, rng = summaries_of(MODELS[name]), np.random.default_rng(4)
    assert len(model.steps) == 5
    for step in model.steps:
        state = model.start_state(rng, 20_000)
        after = step.draw(state, rng) if isinstance(step, ExactStep) else slice_move(step, state, 1.0, rng)[0]
        unchanged(summaries, before, state | after)
        if isinstance(step, SliceStep) and step.candidates is not None:
            unchanged(summaries, before, state | pool_move(step, state, rng)[0])


@pytest.mark.parametrize("kind", [HalfJ, Untruncated])
def test_wrong_candidates_do_not_leave_exact_draws_exact(kind):
    model, before = from_exact_draws(kind, MODELS["half-Cauchy"], 20_000)
    state, rng = model.start_state(np.random.default_rng(4), 20_000), np.random.default_rng(5)
    with pytest.raises(AssertionError, match="standard errors"):
        for step in model.steps:
            if isinstance(step, SliceStep):
                after = state | pool_move(step, state, rng)[0]
                unchanged(summaries_of(MODELS["half-Cauchy"]), before, after)


# 3. Interweaving is what moves tau out of the neck of the funnel.


def efficiency(kind, name="flat"):
    posterior = gibbs(kind(**MODELS[name]), draws=2000, warmup=500, chains=8, rng=np.random.default_rng(1)).posterior
    return float(az.ess(posterior)["tau"]) / posterior["tau"].size


class Centred(NormalNormal):
    """Without the steps given eta."""

    @property
    def steps(self):
        return super().steps[:3]


def test_the_effective_sample_size_of_tau_does_not_collapse():
    assert efficiency(NormalNormal) > 0.25
    assert efficiency(NormalNormal, "half-Cauchy") > 0.25
    assert efficiency(Centred) < 0.05


# 4. The slice, on densities that are known.


def slice_step(name, prior, support):
    """A full conditional that is its prior: the data say nothing."""
    parameter = hyperparameter(name, prior, support)
    return SliceStep(parameter, lambda value, state: np.zeros(value.shape), lambda value, state: state | {name: value})


def bumps(x):
    return np.logaddexp(-(((x + 2) / 0.5) ** 2) / 2, -((x - 2) ** 2) / 2)


def draw_bumps(size, rng):
    left = rng.random(size) < 1 / 3  # as 0.5 is to 1
    return np.where(left, rng.normal(-2, 0.5, size), rng.normal(2, 1, size))


TARGETS = {
    "t": (slice_step("mu", stats.t(3), REAL), lambda size, rng: rng.standard_t(3, size)),
    "uniform": (slice_step("tau", stats.uniform(2, 1), LOG), lambda size, rng: rng.uniform(2, 3, size)),
    "half-Cauchy": (
        slice_step("tau", stats.halfcauchy(), LOG),
        lambda size, rng: np.abs(rng.standard_cauchy(size)),
    ),
    "gamma": (slice_step("tau", stats.gamma(0.5), LOG), lambda size, rng: rng.gamma(0.5, 1, size)),
    "bumps": (slice_step("mu", bumps, REAL), draw_bumps),
    "bounded below": (slice_step("mu", stats.expon(3), REAL), lambda size, rng: 3 + rng.exponential(size=size)),
}


def slice_leaves_unchanged(step, draw, width, *, moves=3, wrap=lambda rng: rng):
    """Exact draws stay so under several moves: by their distribution, and by the mean change of some functions."""
    rng, size, name = np.random.default_rng(11), 10_000, step.parameter.name
    before = draw(size, rng)
    state = {name: before}
    for _ in range(moves):
        state, distance = slice_move(step, state, width, wrap(rng))
        assert distance > 0
    other = np.sort(draw(size, np.random.default_rng(12)))
    rank, old = (np.searchsorted(other, x) / size - 0.5 for x in (state[name], before))
    change = np.stack([rank - old, rank**2 - old**2, rank**3 - old**3])
    assert (np.abs(change.mean(axis=1)) < 5 * change.std(axis=1) / np.sqrt(size)).all()
    assert stats.ks_2samp(state[name], other).pvalue > 1e-5


@pytest.mark.parametrize("width", [0.2, 2.0, 30.0])
@pytest.mark.parametrize("target", TARGETS)
def test_slice_leaves_a_known_density_unchanged(target, width):
    slice_leaves_unchanged(*TARGETS[target], width)


@pytest.mark.parametrize("width", [0.2, 2.0, 30.0])
@pytest.mark.parametrize("target", TARGETS)
def test_a_slice_moves_every_chain(target, width):
    """One that gave up at the first failure on one side would leave the density unchanged too, and the chain."""
    step, draw = TARGETS[target]
    rng, name = np.random.default_rng(13), step.parameter.name
    before = draw(2000, rng)
    after, _ = slice_move(step, {name: before}, width, rng)
    assert (after[name] != before).all()


@pytest.mark.parametrize("most", [1, 2, 5])
@pytest.mark.parametrize("target", TARGETS)
def test_slice_with_few_steps_leaves_a_known_density_unchanged(target, most, monkeypatch):
    monkeypatch.setattr(MODULE, "_MOST_STEPS", most)
    slice_leaves_unchanged(*TARGETS[target], 0.2)


class NoSplit:
    """Gives the left side a fixed share of the steps, and is random in all else."""

    def __init__(self, rng, share):
        self.rng, self.share, self.calls = rng, share, 0

    def random(self, shape):
        self.calls += 1  # the second call in a move is the split
        return np.full(shape, self.share) if self.calls == 2 else self.rng.random(shape)

    def standard_exponential(self, shape):
        return self.rng.standard_exponential(shape)


def test_a_fixed_share_of_the_steps_is_caught(monkeypatch):
    monkeypatch.setattr(MODULE, "_MOST_STEPS", 4)
    with pytest.raises(AssertionError):
        slice_leaves_unchanged(*TARGETS["bumps"], 0.3, wrap=lambda rng: NoSplit(rng, 0.0))


def test_a_slice_without_the_jacobian_is_caught():
    step, draw = TARGETS["half-Cauchy"]
    bare = hyperparameter("tau", stats.halfcauchy(), LOG)
    object.__setattr__(bare, "log_jacobian", np.zeros_like)
    with pytest.raises(AssertionError):
        slice_leaves_unchanged(step._replace(parameter=bare), draw, 1.0)


def test_a_slice_takes_few_calls(monkeypatch):
    """One call for the start and both ends, and one for the proposals, mostly."""
    monkeypatch.setattr(MODULE, "_can_choose", lambda step: False)
    calls = []

    def counted(tau):
        calls.append(tau.size)
        return -np.log1p((tau / 5) ** 2)

    model = NormalNormal(**(MODELS["flat"] | {"tau": counted}))
    before = len(calls)
    gibbs(model, draws=400, warmup=100, chains=4, rng=np.random.default_rng(1))
    assert len(calls) - before < 2 * 500 * 3  # two slices a sweep


def test_widths_are_learned_in_warm_up_only(monkeypatch):
    widths = []

    def watched(step, state, width, rng):
        widths.append(width)
        return slice_move(step, state, width, rng)

    monkeypatch.setattr(MODULE, "slice_move", watched)
    monkeypatch.setattr(MODULE, "_can_choose", lambda step: False)
    gibbs(NormalNormal(**MODELS["half-Cauchy"]), draws=30, warmup=20, rng=np.random.default_rng(1))
    first = np.array(widths).reshape(50, 2)
    assert (np.diff(first[:20], axis=0) != 0).all()
    assert (np.diff(first[20:], axis=0) == 0).all()


# 5. The choice among candidates, on densities that are known.


def pool_step(prior, support, likelihood):
    """A full conditional that is the prior times a likelihood with a name."""
    name = "tau" if support == LOG else "mu"

    def candidates(state, rng, size):
        return likelihood.rvs((size, state[name].size), random_state=rng)

    return SliceStep(
        hyperparameter(name, prior, support),
        lambda v, state: likelihood.logpdf(v),
        lambda v, state: {name: v},
        candidates,
    )


PRODUCTS = {
    "two normals": (pool_step(stats.norm(0, 1), REAL, stats.norm(2, 1)), stats.norm(1, 0.5**0.5)),
    "they conflict": (pool_step(stats.norm(0, 1), REAL, stats.norm(6, 1)), stats.norm(3, 0.5**0.5)),
    "two exponentials": (pool_step(stats.expon(0, 1), LOG, stats.expon(0, 0.5)), stats.expon(0, 1 / 3)),
    "a window": (pool_step(stats.uniform(1, 2), LOG, stats.halfnorm(0, 2)), stats.truncnorm(0.5, 1.5, 0, 2)),
    "a log-uniform prior": (pool_step(lambda t: -np.log(t), LOG, stats.gamma(3)), stats.gamma(2)),
}


def pool_leaves_unchanged(step, product, move=pool_move):
    rng, size, name = np.random.default_rng(21), 20_000, step.parameter.name
    state = {name: product.rvs(size, random_state=rng)}
    old = product.cdf(state[name])
    for _ in range(3):
        state, share = move(step, state, rng)
        assert share > 0
    rank = product.cdf(state[name])
    change = np.stack([rank - old, rank**2 - old**2, rank**3 - old**3])
    assert (np.abs(change.mean(axis=1)) < 5 * change.std(axis=1) / np.sqrt(size)).all()
    assert stats.kstest(rank, "uniform").pvalue > 1e-5


def test_a_candidate_beyond_floating_point_is_not_chosen():
    extremes = np.array([0.0, 1e-200, 1e200, np.inf])
    step = pool_step(stats.halfcauchy(), LOG, stats.expon())._replace(
        candidates=lambda state, rng, size: np.resize(extremes, (size, state["tau"].size))
    )
    state, share = pool_move(step, {"tau": np.ones(100)}, np.random.default_rng(1))
    assert (state["tau"] == 1).all()
    assert share == 0


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_choice_among_candidates_leaves_a_known_density_unchanged(name):
    pool_leaves_unchanged(*PRODUCTS[name])


def without_the_present(step, state, rng):
    """Choose among new candidates only: importance sampling, right for many candidates and wrong for seven."""
    rest = step._replace(candidates=lambda state, rng, size: step.candidates(state, rng, size)[1:])
    fresh = {step.parameter.name: step.candidates(state, rng, 1)[0]}
    return pool_move(rest, fresh, rng)


def test_a_choice_without_the_present_value_is_caught():
    with pytest.raises(AssertionError):
        pool_leaves_unchanged(*PRODUCTS["they conflict"], move=without_the_present)


def moves_used(tau, monkeypatch, warmup=200):
    """How often each kind of move is made after the warm-up."""
    used = []

    def watched(kind, move):
        def wrapped(*args):
            used.append(kind)
            return move(*args)

        return wrapped

    for kind, move in (("slice", slice_move), ("pool", pool_move)):
        monkeypatch.setattr(MODULE, f"{kind}_move", watched(kind, move))
    model = NormalNormal(**(MODELS["flat"] | {"tau": tau}))
    gibbs(model, draws=50, warmup=warmup, rng=np.random.default_rng(1))
    return set(used[2 * warmup :])


def test_warm_up_finds_out_where_candidates_serve(monkeypatch):
    assert moves_used(stats.halfcauchy(scale=5), monkeypatch) == {"pool"}
    assert "slice" in moves_used(stats.uniform(5, 0.01), monkeypatch)  # few candidates fall into so narrow a prior
    assert moves_used(stats.gamma(0.4, scale=10), monkeypatch) == {"slice"}  # chains would stick to its peak at zero
    assert moves_used(stats.halfcauchy(scale=5), monkeypatch, warmup=0) == {"slice"}  # nothing is known yet


# 6. Where tau is tiny, rounding must not lose the deviations from theta.


def test_a_tiny_tau_keeps_its_deviations():
    model = NormalNormal(**MODELS["offset of 1e6"])
    state = state_at(np.linspace(-1, 1, 8), 1e6, 1e-30, 1000)
    state = state | model.steps[0].draw(state, np.random.default_rng(1))
    scale = state["theta_deviation"].std(axis=0) / 1e-30
    np.testing.assert_allclose(scale, 1, rtol=0.15)
    assert (state["theta"] == 1e6).all()
    for step in model.steps[1:]:
        moved = state | step.draw(state, np.random.default_rng(2))
        assert all(np.isfinite(value).all() for value in moved.values())
    values = exact_values(NormalNormal(**MODELS["tau often tiny"]), 1000, 1)
    assert (values["tau"] < 1e-12).any()  # so that the stationarity tests visit such places
