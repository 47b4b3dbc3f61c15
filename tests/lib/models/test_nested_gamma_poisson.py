"""The states' likelihood and every step against the joint density; a grid, PyMC, planted bugs, and what is refused."""

import arviz as az
import numpy as np
import pymc as pm
import pytest
import scipy
from scipy import special, stats

from lib import NestedGammaPoisson, datasets, exact, gibbs, predictive
from lib.models.base import SliceStep
from lib.models.counted import draw_counts
from lib.models.location_scale import LocationScale
from lib.models.state_likelihood import StateLikelihood

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
    found = example(kind).log_state_likelihood(means, shapes)
    expected = np.array([brute(COUNTS, m, a) for m, a in zip(means, shapes, strict=True)])
    np.testing.assert_allclose(found - found[0], expected - expected[0], atol=1e-8)


def suppression_is_a_sum(kind):
    """Over all that the suppressed counts can be, group by group."""
    means, shapes = random_states(np.random.default_rng(1), 20)
    found = example(kind, counts=HIDDEN, suppressed=(1, 5)).log_state_likelihood(means, shapes)
    hidden = np.isnan(HIDDEN)
    seen = [brute(np.where(hidden, 0, COUNTS), m, a) for m, a in zip(means, shapes, strict=True)]
    expected = np.array(seen)
    for j in np.flatnonzero(hidden):
        s = "UVW".index(GROUP[j])
        a, b = np.exp(shapes[:, s]), np.exp(shapes[:, s] - means[:, s])
        each = stats.nbinom.logpmf(np.arange(6)[:, np.newaxis], a, b / (b + EXPOSURE[j]))
        expected[:, s] += np.logaddexp.reduce(each[1:]) - each[0]
    np.testing.assert_allclose(found - found[0], expected - expected[0], atol=1e-8)


# With these, no full conditional of a hyperparameter has a name.
UNNAMED = PRIORS | {"mu": stats.t(5, 1, 1), "nu": stats.t(5, 1, 0.7)}


def log_joint(state):
    """All but the rates, which are integrated out; shape (chains,)."""
    total = np.zeros(len(state["mu"]))
    for name, centre, spread in (("log_mean", "mu", "tau"), ("log_shape", "nu", "omega")):
        total += stats.norm.logpdf(state[name], state[centre][:, np.newaxis], state[spread][:, np.newaxis]).sum(axis=1)
        total += UNNAMED[centre].logpdf(state[centre]) + UNNAMED[spread].logpdf(state[spread])
    likelihood = [brute(COUNTS, m, a).sum() for m, a in zip(state["log_mean"], state["log_shape"], strict=True)]
    return total + np.array(likelihood)


def every_step_is_the_joint_along_its_line(kind):
    model, rng, chains = example(kind, **UNNAMED), np.random.default_rng(2), 6
    means, shapes = random_states(rng, 1)
    one = {"mu": 1.2, "tau": 0.4, "nu": 0.7, "omega": 0.6}
    state = {name: np.full(chains, value) for name, value in one.items()}
    for name, values, centre in (("log_mean", means, "mu"), ("log_shape", shapes, "nu")):
        members = np.tile(values, (chains, 1))
        state |= {name: members, f"{name}_deviation": members - state[centre][:, np.newaxis]}
    seen = set()
    for step in model.steps:
        if not isinstance(step, SliceStep):
            continue
        name, grid = step.parameter.name, np.linspace(-0.3, 0.5, chains)
        if state[name].ndim == 2:  # a state's own: each state on its own line
            for s in range(3):
                value = state[name].copy()
                value[:, s] += grid
                conditional = step.log_rest(value, state)[:, s]
                joint = log_joint(step.moved(value, state))
                np.testing.assert_allclose(np.diff(conditional), np.diff(joint), atol=1e-8)
            continue
        value = state[name] + grid
        moved = step.moved(value, state)
        for states, centre in (("log_mean", "mu"), ("log_shape", "nu")):
            deviation = moved[states] - moved[centre][:, np.newaxis]
            np.testing.assert_allclose(moved[f"{states}_deviation"], deviation, atol=1e-12)
        conditional = step.log_rest(value, state) + step.parameter.log_density(value)
        joint = log_joint(moved)
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


IDENTITIES = [states_likelihood_is_scipys, suppression_is_a_sum, every_step_is_the_joint_along_its_line]


@pytest.mark.parametrize("identity", IDENTITIES)
def test_identity(identity):
    identity(NestedGammaPoisson)


class StatesMixedUp(NestedGammaPoisson):
    """Takes the exposures in another order than the counts."""

    def _tabulate(self):
        super()._tabulate()
        self._likelihood = StateLikelihood(self._suppression, self.exposure[::-1], self._state)


class SuppressedAsLeast(NestedGammaPoisson):
    """Takes a suppressed count for its least number."""

    def _tabulate(self):
        super()._tabulate()
        self._likelihood._possible = self._likelihood._possible[:1]


class SpreadTwice(NestedGammaPoisson):
    """Takes tau for the variance of the log means."""

    class _moves(LocationScale):
        def _members_on_sd(self, sd, state):
            return super()._members_on_sd(np.sqrt(sd), state)


class LeftBehind(NestedGammaPoisson):
    """The states do not move along."""

    class _moves(LocationScale):
        def shift(self, mean, by, state):
            return self._shift_alone(mean, mean - state[self.mean.name], state)


CAUGHT = {
    StatesMixedUp: set(IDENTITIES),
    SuppressedAsLeast: {suppression_is_a_sum},
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


def summed(model, log_mean, log_shape):
    """The states' likelihood group by group, count by count, with no special function; and the size of its parts."""
    a, total, size = np.exp(log_shape), np.zeros(log_mean.shape), np.ones(log_mean.shape)
    for s, state in enumerate(model.states):
        y, x = (values[np.asarray(GROUPS[len(model.counts)]) == state] for values in (model.counts, model.exposure))
        spread = np.log1p(x * np.exp(log_mean - log_shape)[:, s, np.newaxis])
        parts = [y.sum() * (log_mean - log_shape)[:, s], -((y + a[:, s, np.newaxis]) * spread).sum(axis=-1)]
        parts += [(y > i).sum() * np.log(a[:, s] + i) for i in range(int(y.max()))]
        total[:, s] = sum(parts)
        size[:, s] += sum(np.abs(part) for part in parts)
    return total, size


GROUPS = {len(GROUP): GROUP, 3110: datasets.kidney_cancer_us()["state"].to_numpy(str)}


def furthest_from_the_sum(model, spread):
    """Where the curves that Gibbs moves by are furthest from the sum over all groups, in units of what is added up."""
    rng, shape = np.random.default_rng(3), (200, model.states.size)
    pooled = model._likelihood.pooled
    log_mean, log_shape = pooled + spread / 3 * rng.standard_normal(shape), spread * rng.standard_normal(shape)
    one_sum, size = summed(model, log_mean, log_shape)
    curves = model._likelihood(log_mean, log_shape)
    return (np.abs(curves - one_sum) / size).max()


def test_the_tabulated_likelihood_is_the_sum_over_groups(monkeypatch):
    for model in (example(), example(counts=COUNTS * 0), kidney_model()):
        assert furthest_from_the_sum(model, 1) < 2e-13
        assert furthest_from_the_sum(model, 8) < 2e-10  # e^20 is a shape at which the sum itself loses digits
    monkeypatch.setattr("lib.numerics.curves._DEGREE", 5)
    assert furthest_from_the_sum(kidney_model(), 1) > 1e-10


@pytest.mark.parametrize("name", ["events everywhere", "a state without", "suppressed"])
def test_far_out_the_likelihood_is_what_it_tends_to(name):
    """Beyond its tables too: a prior of the states' spread that is wide leaves mass there."""
    counts = {"events everywhere": COUNTS, "a state without": np.where(GROUP == "V", 0, COUNTS), "suppressed": HIDDEN}
    model = example(counts=counts[name], suppressed=(1, 5) if name == "suppressed" else None)
    u, v = (
        np.ravel(x) for x in np.meshgrid([-300.0, -45, -32, -10, 2, 10, 25, 34], [-120.0, -40, -31, -5, 0, 8, 28, 33])
    )
    found = model.log_state_likelihood(*(np.tile(x[:, np.newaxis], 3) for x in (u, v)))
    expected = np.zeros((3, u.size))
    for y, x, state in zip(model.counts, EXPOSURE, GROUP, strict=True):
        log_odds = u + np.log(x) - v
        none = -np.exp(v + np.log(np.logaddexp(0, log_odds)))
        each = []
        for k in range(1, 6) if np.isnan(y) else [int(y)]:
            rising = sum((np.logaddexp(v, np.log(i)) for i in range(1, k)), start=v * (k > 0))
            each.append(none + rising - k * np.logaddexp(0, -log_odds) - special.gammaln(k + 1))
        expected["UVW".index(state)] += np.logaddexp.reduce(each)
    expected = expected.T
    found, expected = (x - x[(u == 2) & (v == 0)] for x in (found, expected))
    matters = expected > -25
    assert matters[(np.abs(u) > 30) | (np.abs(v) > 30)].any(axis=0).all()
    np.testing.assert_allclose(found[matters], expected[matters], atol=1e-7)
    assert (found[~matters] < -25).all()


WIDE = {"mu": None, "tau": stats.halfcauchy(scale=0.5), "nu": stats.norm(1, 2), "omega": stats.halfcauchy(scale=0.5)}
FEW = (
    [4.0, 2, 0, 0, 0, 2, 0, 1, 0, 0, 3, 0, 2, 0],
    [3.76, 4.98, 0.02, 0.4, 0.09, 2.03, 0.11, 0.08, 0.44, 0.7, 1.31, 0.01, 3.07, 0.04],
    [1, 1, 1, 0, 1, 1, 0, 1, 0, 0, 0, 1, 1, 0],
)


def tails_of_shapes(levels, far):
    """P(omega > each level | FEW, WIDE), and P(log shape > far) for each state: sums over even grids of everything."""
    y, x, state = (np.array(values) for values in FEW)
    u, v = np.arange(-15, 15, 0.2)[:, np.newaxis], np.arange(-20, 45, 0.2)  # shapes beyond are as good as infinite
    a = np.exp(v)
    log_likelihood = np.zeros((2, u.size, v.size))
    for count, exposure, s in zip(y, x, state, strict=True):
        rising = sum(np.log1p(i / a) for i in range(int(count)))  # over a**count
        log_likelihood[s] += rising + count * u - (a + count) * np.log1p(np.exp(u - v) * exposure)

    def weights(grid, centre, sd):
        edges = np.concatenate([[-np.inf], (grid[1:] + grid[:-1]) / 2, [np.inf]])
        return np.diff(stats.norm.cdf((edges - centre[:, np.newaxis]) / sd[:, np.newaxis]), axis=1)

    def pairs(first, second):
        return tuple(values.ravel() for values in np.meshgrid(first, second))

    mu, log_tau = pairs(np.sinh(np.arange(-6, 6, 0.1)), np.arange(-8, 5, 0.25))
    nu, log_omega = pairs(np.arange(-7, 9, 0.5), np.arange(-9, 12, 0.1))
    of_means, of_shapes = weights(u.ravel(), mu, np.exp(log_tau)), weights(v, nu, np.exp(log_omega))
    first, second = np.exp(log_likelihood - log_likelihood.max(axis=(1, 2), keepdims=True))
    first, second, first_far, second_far = (
        of_means @ each @ of_shapes.T for each in (first, second, first * (v > far), second * (v > far))
    )
    prior_of_means = np.cosh(np.arcsinh(mu)) * np.exp(log_tau) * WIDE["tau"].pdf(np.exp(log_tau))
    prior_of_shapes = WIDE["nu"].pdf(nu) * np.exp(log_omega) * WIDE["omega"].pdf(np.exp(log_omega))
    posterior, *shares = (
        prior_of_means @ both * prior_of_shapes for both in (first * second, first_far * second, first * second_far)
    )
    omegas = [posterior[log_omega > np.log(level) + 1e-9].sum() for level in levels]
    return np.array([*omegas, *(share.sum() for share in shares)]) / posterior.sum()


@pytest.mark.parametrize("sampler", [exact, gibbs])
def test_a_wide_prior_of_the_spread_of_shapes_leaves_its_tail(sampler):
    """Log shapes ended at 30 where Gibbs moves, and for one omega in a hundred that is near: its tail was cut off."""
    options = {"warmup": 500} if sampler is gibbs else {}
    model = NestedGammaPoisson(*FEW, **WIDE)
    tree = sampler(model, draws=5000, chains=8, rng=np.random.default_rng(1), **options)
    levels = np.exp(np.arange(0.05, 5, 1.2))
    shape = np.log(tree.posterior["state_shape"].to_numpy())
    found = [(tree.posterior["omega"] > level).to_numpy() for level in levels] + [shape[..., s] > 31.1 for s in (0, 1)]
    for beyond, expected in zip(found, tails_of_shapes(levels, 31.1), strict=True):
        error = float(az.mcse(beyond.astype(float), method="mean"))
        assert beyond.mean() == pytest.approx(expected, abs=4 * error + 0.01 * expected)
        assert error < 0.2 * expected
    assert all(np.isfinite(values).all() for values in tree.posterior.data_vars.values())
    drawn = predictive(model, tree, new=[1.0, 5.0], rng=np.random.default_rng(2)).predictions
    assert np.isfinite(drawn["counts"]).all() and (drawn["counts"] >= 0).all()


def test_counts_beyond_those_that_numpy_draws():
    expected = np.array([3.0, 1e14, 1e16, 1e20, 1e150])
    drawn = draw_counts(np.random.default_rng(1), np.tile(expected, (4000, 1)))
    np.testing.assert_array_equal(drawn, np.round(drawn))
    z = (drawn - expected) / np.sqrt(expected)
    assert (np.abs(z[:, :3].mean(axis=0)) < 4 / np.sqrt(4000)).all()
    np.testing.assert_allclose(z[:, :3].std(axis=0), 1, atol=0.05)
    np.testing.assert_allclose(drawn[:, 3:], np.tile(expected[3:], (4000, 1)), rtol=1e-9)


def test_imputed_counts_have_their_probabilities():
    model, size = example(counts=HIDDEN, suppressed=(1, 5)), 40_000
    mean, shape = np.exp([1.0, 0.5, 1.5]), np.exp([0.3, 1.0, 0.0])
    of = ["UVW".index(state) for state in GROUP[np.isnan(HIDDEN)]]
    a, b = (np.tile(values[of], (size, 1)) for values in (shape, shape / mean))
    drawn = model._suppression.impute(np.random.default_rng(1), a, b, EXPOSURE)
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


def test_without_priors_it_says_which_would_do():
    """Its four hyperparameters were keywords without a default, and Python's own message had no word to type."""
    with pytest.raises(
        ValueError, match=r"; give proper priors, for instance .*nu=scipy\.stats\.norm\(1, 1\)"
    ) as refusal:
        NestedGammaPoisson([3, 5, 0], [1.0, 2, 3], ["a", "a", "b"])
    told = str(refusal.value).split("for instance ")[1]
    assert NestedGammaPoisson([3, 5, 0], [1.0, 2, 3], ["a", "a", "b"], **eval(f"dict({told})", {"scipy": scipy}))


REFUSED = {
    "group": (dict(group=["U"]), "group must name one state for each of counts's 9"),
    "group missing": (
        dict(group=[*GROUP[:8], None]),
        r"^group must name the state of every group: 1 .* group\[8\]",
    ),
    "rates": (
        dict(counts=COUNTS / 3),
        r"^counts must be .* as rates are not: .* numpy.round\(rate \* exposure\)",
    ),
    "masked": (dict(exposure=np.ma.masked_less(EXPOSURE, 1e9)), "^exposure: 9 of its values are masked"),
    "exposure": (dict(exposure=EXPOSURE[:3]), "exposure must have one value for each of counts's 9"),
    "NaN": (dict(counts=HIDDEN), "counts must be finite; if a NaN is a suppressed count"),
    "tau of zero": (dict(tau=0), "tau must be above zero"),
    "omega of zero": (dict(omega=0), "omega must be above zero"),
    "flat nu": (dict(nu=None), "the posterior is improper: as nu grows"),
    "flat omega": (dict(omega=None), "the posterior is improper: as omega grows"),
    "flat tau": (dict(tau=None, mu=None), "the posterior is improper: as tau grows"),
    "log-uniform tau": (dict(tau=lambda t: -np.log(t)), "the posterior is improper: as tau goes to zero"),
    "omega infinite at zero": (
        dict(omega=lambda omega: -np.log(omega) - np.log1p(omega)),
        "the posterior is improper: as omega goes to zero",
    ),
    "no events": (dict(counts=0 * COUNTS, mu=None), "the posterior is improper: as mu grows, there is no event"),
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


def test_replicates_come_from_the_prior():
    model, rng = example(), np.random.default_rng(1)
    truths, replicated = zip(*(model.replicate(rng) for _ in range(3000)), strict=True)
    for name, prior in PRIORS.items():
        assert stats.kstest([float(t[name]) for t in truths], prior.cdf).pvalue > 1e-4
    ratio = np.array([(r.counts[5] - t["lam"][5] * EXPOSURE[5]) for t, r in zip(truths, replicated, strict=True)])
    assert abs(ratio.mean()) < 5 * ratio.std() / np.sqrt(3000)
    hidden = example(counts=HIDDEN, suppressed=(1, 5)).replicate(rng)[1]
    assert not ((hidden.counts >= 1) & (hidden.counts <= 5)).any()
