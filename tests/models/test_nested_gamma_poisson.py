"""The states' likelihood and every step against the joint density; a grid, PyMC, planted bugs, and what is refused."""

import arviz as az
import numpy as np
import pymc as pm
import pytest
from scipy import stats

from lib import NestedGammaPoisson, datasets, gibbs, metropolis
from lib.models.base import SliceStep

NAN = float("nan")
PRIORS = {
    "mu": stats.norm(1, 1),
    "tau": stats.halfnorm(scale=0.5),
    "nu": stats.norm(1, 0.7),
    "omega": stats.halfnorm(scale=0.5),
}
# The states are not in order, and one has a single group.
COUNTS = np.array([3.0, 0, 12, 7, 1, 30, 2, 5, 9])
EXPOSURE = np.array([1.0, 0.4, 3, 2, 0.9, 8, 1, 2, 2.5])
GROUP = np.array(["U", "W", "U", "W", "V", "U", "W", "W", "U"])
HIDDEN = np.where((COUNTS >= 1) & (COUNTS <= 5), NAN, COUNTS)


def example(kind=NestedGammaPoisson, *, counts=COUNTS, suppressed=None, **priors):
    return kind(counts, EXPOSURE, GROUP, suppressed=suppressed, **(PRIORS | priors))


def brute(counts, log_mean, log_shape):
    """Log likelihood of every state by SciPy, for one value of each state's parameters."""
    total = {}
    for y, x, state in zip(counts, EXPOSURE, GROUP, strict=True):
        s = "UVW".index(state)
        a, b = np.exp(log_shape[s]), np.exp(log_shape[s] - log_mean[s])
        total[s] = total.get(s, 0) + stats.nbinom.logpmf(y, a, b / (b + x))
    return np.array([total[s] for s in range(3)])


def random_states(rng, size):
    return rng.normal(1, 0.7, (size, 3)), rng.normal(0.5, 1, (size, 3))


def states_likelihood_is_scipys(kind):
    rng = np.random.default_rng(1)
    means, shapes = random_states(rng, 20)
    model = example(kind)
    found = model.log_state_likelihood(means, shapes)
    expected = np.array([brute(COUNTS, m, a) for m, a in zip(means, shapes, strict=True)])
    np.testing.assert_allclose(found - found[0], expected - expected[0], atol=1e-8)
    # Where some are suppressed and complete counts are given, it is the likelihood of those.
    hidden = example(kind, counts=HIDDEN, suppressed=(1, 5))
    complete = np.tile(COUNTS, (20, 1))
    complete[:, np.isnan(HIDDEN)] = rng.integers(1, 6, (20, int(np.isnan(HIDDEN).sum())))
    found = hidden.log_state_likelihood(np.tile(means[0], (20, 1)), np.tile(shapes[0], (20, 1)), complete)
    other = hidden.log_state_likelihood(np.tile(means[1], (20, 1)), np.tile(shapes[1], (20, 1)), complete)
    expected = np.array([brute(y, means[0], shapes[0]) - brute(y, means[1], shapes[1]) for y in complete])
    np.testing.assert_allclose(found - other, expected, atol=1e-8)


def log_joint(model, state):
    """All but the rates, which are integrated out; shape (chains,)."""
    total = np.zeros(len(state["mu"]))
    for name, centre, spread in (("log_mean", "mu", "tau"), ("log_shape", "nu", "omega")):
        total += stats.norm.logpdf(state[name], state[centre][:, np.newaxis], state[spread][:, np.newaxis]).sum(axis=1)
        total += PRIORS[centre].logpdf(state[centre]) + PRIORS[spread].logpdf(state[spread])
    likelihood = [brute(COUNTS, m, a).sum() for m, a in zip(state["log_mean"], state["log_shape"], strict=True)]
    return total + np.array(likelihood)


def every_step_is_the_joint_along_its_line(kind):
    model, rng, chains = example(kind), np.random.default_rng(2), 6
    means, shapes = random_states(rng, 1)
    one = {"mu": 1.2, "tau": 0.4, "nu": 0.7, "omega": 0.6}
    state = {name: np.full(chains, value) for name, value in one.items()}
    state |= {"log_mean": np.tile(means, (chains, 1)), "log_shape": np.tile(shapes, (chains, 1)), "counts": COUNTS}
    seen = set()
    for step in model.steps:
        if not isinstance(step, SliceStep):
            continue
        name, grid = step.parameter.name, np.linspace(-0.3, 0.5, chains)
        if state[name].ndim == 2:  # a state's own: each state on its own line
            for s in range(3):
                value = state[name].copy()
                value[:, s] += grid
                conditional = step.log_likelihood(value, state)[:, s]
                joint = log_joint(model, state | step.moved(value, state))
                np.testing.assert_allclose(np.diff(conditional), np.diff(joint), atol=1e-8)
            continue
        value = state[name] + grid
        moved = state | step.moved(value, state)
        conditional = step.log_likelihood(value, state) + step.parameter.log_density(value)
        joint = log_joint(model, moved)
        if name in seen:  # the second time non-centred: along the states' distances, with their Jacobian
            for states, centre, spread in (("log_mean", "mu", "tau"), ("log_shape", "nu", "omega")):
                before, after = (
                    (s[states] - s[centre][:, np.newaxis]) / s[spread][:, np.newaxis] for s in (state, moved)
                )
                np.testing.assert_allclose(before, after, atol=1e-12)
                joint = joint + 3 * np.log(moved[spread])
        np.testing.assert_allclose(np.diff(conditional), np.diff(joint), atol=1e-8)
        seen.add(name)
    assert seen == set(PRIORS)


IDENTITIES = [states_likelihood_is_scipys, every_step_is_the_joint_along_its_line]


@pytest.mark.parametrize("identity", IDENTITIES)
def test_identity(identity):
    identity(NestedGammaPoisson)


class StatesMixedUp(NestedGammaPoisson):
    """Forgets to sort the exposures by state."""

    def _tabulate(self):
        super()._tabulate()
        self._sorted_exposure = self.exposure


class SpreadTwice(NestedGammaPoisson):
    """Takes tau for the variance of the log means."""

    def _centred(self, name, centre, spread, parameter):
        step = super()._centred(name, centre, spread, parameter)

        def log_likelihood(value, state):
            root = {spread: np.sqrt(state[spread])}
            return step.log_likelihood(np.sqrt(value) if parameter.name == spread else value, state | root)

        return step._replace(log_likelihood=log_likelihood)


class LeftBehind(NestedGammaPoisson):
    """The states do not move along."""

    def _non_centred(self, name, centre, spread, parameter):
        step = super()._non_centred(name, centre, spread, parameter)
        return step._replace(moved=lambda value, state: state | {parameter.name: value})


CAUGHT = {
    StatesMixedUp: set(IDENTITIES),
    SpreadTwice: {every_step_is_the_joint_along_its_line},
    LeftBehind: {every_step_is_the_joint_along_its_line},
}


@pytest.mark.parametrize("bug", CAUGHT)
def test_planted_bugs_fail_the_identities_that_they_break(bug):
    caught = set()
    for identity in IDENTITIES:
        try:
            identity(bug)
        except AssertionError:
            caught.add(identity)
    assert caught == CAUGHT[bug]


def kidney_model():
    kidney = datasets.kidney_cancer_us()
    counts, exposure = kidney["deaths_1980_84"], kidney["person_years_1980_84"] / 1e5
    return NestedGammaPoisson(counts, exposure, kidney["state"], **(PRIORS | {"nu": stats.norm(2, 2)}))


def furthest_from_the_sum(model, spread):
    """Where the curves that Gibbs moves by are furthest from the sum over all groups, in units of the sum's size."""
    rng, shape = np.random.default_rng(3), (200, model.states.size)
    log_mean, log_shape = model._pooled + spread / 3 * rng.standard_normal(shape), spread * rng.standard_normal(shape)
    one_sum = model.log_state_likelihood(log_mean, log_shape)
    curves = model._likelihood({}, log_mean, log_shape)
    return (np.abs(curves - one_sum) / (1 + np.abs(one_sum))).max()


def test_the_tabulated_likelihood_is_the_sum_over_groups(monkeypatch):
    for model in (example(), example(counts=COUNTS * 0), kidney_model()):
        assert furthest_from_the_sum(model, 1) < 2e-11
        assert furthest_from_the_sum(model, 8) < 2e-10  # e^20 is a shape at which the sum itself loses digits
        outside = model._pooled + np.full(model.states.size, 70.0)
        assert np.isnan(model._likelihood({}, outside, np.zeros(model.states.size))).all()
    monkeypatch.setattr("lib.models.curves._DEGREE", 5)
    assert furthest_from_the_sum(kidney_model(), 1) > 1e-9


def test_imputed_counts_have_their_probabilities():
    model, size = example(counts=HIDDEN, suppressed=(1, 5)), 40_000
    mean, shape = np.exp([1.0, 0.5, 1.5]), np.exp([0.3, 1.0, 0.0])
    drawn = model.impute(np.random.default_rng(1), np.tile(mean, (size, 1)), np.tile(shape, (size, 1)))
    for j in np.flatnonzero(np.isnan(HIDDEN)):
        s = "UVW".index(GROUP[j])
        b = shape[s] / mean[s]
        log_probability = stats.nbinom.logpmf(np.arange(1, 6), shape[s], b / (b + EXPOSURE[j]))
        expected = np.exp(log_probability - np.logaddexp.reduce(log_probability))
        found = np.bincount(drawn[:, j].astype(int), minlength=6)[1:] / size
        assert (np.abs(found - expected) < 5 * np.sqrt(expected * (1 - expected) / size)).all()
    assert (drawn[:, ~np.isnan(HIDDEN)] == HIDDEN[~np.isnan(HIDDEN)]).all()


@pytest.mark.parametrize("counts", [COUNTS, HIDDEN], ids=["all seen", "some suppressed"])
def test_a_run_agrees_with_a_grid_where_the_hyperparameters_are_known(counts):
    """Each state by itself, the suppressed counts summed over by brute force."""
    known = {"mu": 1.2, "tau": 0.5, "nu": 0.7, "omega": 0.6}
    model = example(counts=counts, suppressed=(1, 5) if np.isnan(counts).any() else None, **known)
    posterior = gibbs(model, draws=4000, warmup=300, chains=4, rng=np.random.default_rng(1)).posterior
    assert set(posterior.data_vars) == {"state_mean", "state_shape", "lam"}
    u, v = np.linspace(-2, 4, 300)[:, np.newaxis], np.linspace(-3, 4, 300)
    for label in "UVW":
        density = stats.norm.logpdf(u, 1.2, 0.5) + stats.norm.logpdf(v, 0.7, 0.6)
        b = np.exp(v - u)
        for y, x in zip(counts[label == GROUP], EXPOSURE[label == GROUP], strict=True):
            numbers = range(1, 6) if np.isnan(y) else [y]
            each = [stats.nbinom.logpmf(k, np.exp(v), b / (b + x)) for k in numbers]
            density = density + np.logaddexp.reduce(each, axis=0)
        weight = np.exp(density - density.max())
        weight /= weight.sum()
        for name, expected in (("state_mean", (weight * u).sum()), ("state_shape", (weight * v).sum())):
            drawn = np.log(posterior[name].sel(state=label).values)
            size = float(az.ess(drawn))
            assert size > 1000
            assert abs(drawn.mean() - expected) < 5 * drawn.std() / np.sqrt(size), (label, name)


def test_gibbs_agrees_with_pymc():
    """The counties marginalised by hand, NUTS on what is left."""
    model = example()
    names = ["mu", "tau", "nu", "omega", "state_mean", "state_shape"]
    tree = gibbs(model, draws=6000, warmup=500, chains=4, rng=np.random.default_rng(1))
    state = np.searchsorted(model.states, GROUP)
    with pm.Model():
        mu, nu = pm.Normal("mu", 1, 1), pm.Normal("nu", 1, 0.7)
        tau, omega = pm.HalfNormal("tau", 0.5), pm.HalfNormal("omega", 0.5)
        mean = pm.Deterministic("state_mean", pm.math.exp(mu + tau * pm.Normal("z", shape=3)))
        shape = pm.Deterministic("state_shape", pm.math.exp(nu + omega * pm.Normal("w", shape=3)))
        pm.NegativeBinomial("y", mu=mean[state] * EXPOSURE, alpha=shape[state], observed=COUNTS.astype(int))
        other = pm.sample(4000, tune=1000, chains=4, target_accept=0.95, progressbar=False, random_seed=1)
    for name in names:
        for mine, theirs in zip(
            np.moveaxis(tree.posterior[name].values.reshape(4, 6000, -1), -1, 0),
            np.moveaxis(other.posterior[name].values.reshape(4, 4000, -1), -1, 0),
            strict=True,
        ):
            mine, theirs = np.log(np.abs(mine)), np.log(np.abs(theirs))
            sizes = [float(az.ess(values)) for values in (mine, theirs)]
            assert min(sizes) > 1000, (name, sizes)
            error = np.sqrt(mine.var() / sizes[0] + theirs.var() / sizes[1])
            assert abs(mine.mean() - theirs.mean()) < 5 * error, name


def test_kidney_cancer_mixes():
    """The effective sample size of every hyperparameter is at least a tenth of the draws."""
    posterior = gibbs(kidney_model(), draws=150, warmup=100, chains=4, rng=np.random.default_rng(1)).posterior
    assert posterior["lam"].sizes["group"] == 3110
    assert list(posterior["state_mean"]["state"].values[:2]) == ["Alabama", "Arizona"]
    for name in PRIORS:
        assert float(az.ess(posterior[name].values)) > 60
        assert float(az.rhat(posterior[name].values)) < 1.1


REFUSED = {
    "group": (dict(group=["U"]), "group must name one state for each of counts's 9"),
    "exposure": (dict(exposure=EXPOSURE[:3]), "exposure must have one value for each of counts's 9"),
    "NaN": (dict(counts=HIDDEN), "counts must be finite; if a NaN is a suppressed count"),
    "tau of zero": (dict(tau=0), "tau must be above zero"),
    "omega of zero": (dict(omega=0), "omega must be above zero"),
    "flat nu": (dict(nu=None), "the posterior is improper: the prior of nu"),
    "flat omega": (dict(omega=None), "the posterior is improper: the prior of omega"),
    "flat tau": (dict(tau=None, mu=None), "the posterior is improper: for large tau"),
    "log-uniform tau": (dict(tau=lambda t: -np.log(t)), "the posterior is improper: near zero the prior of tau"),
    "omega infinite at zero": (
        dict(omega=lambda omega: -np.log(omega) - np.log1p(omega)),
        "the posterior is improper: near zero the prior of omega",
    ),
    "no events": (dict(counts=0 * COUNTS, mu=None), "the posterior is improper: without an event"),
}


@pytest.mark.parametrize(("options", "message"), REFUSED.values(), ids=REFUSED)
def test_bad_input_is_refused_by_name(options, message):
    right = dict(counts=COUNTS, exposure=EXPOSURE, group=GROUP) | PRIORS
    if "flat tau" in message or options.get("tau", 0) is None:
        right |= {"group": np.array(list("UUUUWWWWW"))}
    with pytest.raises(ValueError, match=message):
        NestedGammaPoisson(**(right | options))


def test_flat_mu_and_tau_need_states():
    NestedGammaPoisson(COUNTS, EXPOSURE, GROUP, **(PRIORS | {"mu": None, "tau": None}))


def test_a_sampler_that_the_model_does_not_serve_is_refused():
    with pytest.raises(AttributeError):
        metropolis(example(), draws=5, warmup=5, rng=np.random.default_rng(1))


def test_replicates_come_from_the_prior():
    model, rng = example(), np.random.default_rng(1)
    truths, replicated = zip(*(model.replicate(rng) for _ in range(3000)), strict=True)
    for name, prior in PRIORS.items():
        assert stats.kstest([float(t[name]) for t in truths], prior.cdf).pvalue > 1e-4
    ratio = np.array([(r.counts[5] - t["lam"][5] * EXPOSURE[5]) for t, r in zip(truths, replicated, strict=True)])
    assert abs(ratio.mean()) < 5 * ratio.std() / np.sqrt(3000)
    hidden = example(counts=HIDDEN, suppressed=(1, 5)).replicate(rng)[1]
    assert not ((hidden.counts >= 1) & (hidden.counts <= 5)).any()
