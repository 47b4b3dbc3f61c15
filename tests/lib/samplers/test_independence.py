"""Independent proposals: targets that are known, the nested model beside Gibbs sampling, and what is refused."""

import arviz as az
import numpy as np
import pytest
from scipy import special, stats

from lib import NestedGammaPoisson, exact, gibbs, metropolis
from lib.calibration import simulation_based_calibration
from lib.priors.scales import LOG, REAL
from lib.priors.specification import hyperparameter
from lib.samplers import independence

NAN = float("nan")


class Known:
    """A model whose posterior is that of its hyperparameters' priors, up to a constant. All else is missing."""

    improper = ""
    labels: list = []
    observed: dict = {}
    constants: dict = {}

    def __init__(self, **priors):
        scales = {name: LOG if prior.support()[0] >= 0 else REAL for name, prior in priors.items()}
        self.integrated = tuple(hyperparameter(name, prior, scales[name]) for name, prior in priors.items())
        self.vectors = {}

    def start_position(self, rng, chains):
        return rng.normal(0, 2, (chains, len(self.integrated)))

    def log_free_density(self, position):
        return sum(p.log_free_density(position[..., i]) for i, p in enumerate(self.integrated))

    def parameters(self, position, rng):
        return {p.name: p.natural(position[..., i]) for i, p in enumerate(self.integrated)}


TARGETS = {
    "bells": dict(mu=stats.norm(3, 0.01), nu=stats.norm(-20, 7)),
    "half bells": dict(mu=stats.norm(), tau=stats.halfnorm(scale=1e-3), omega=stats.halfnorm(scale=50)),
    "heavy tails": dict(mu=stats.t(5), tau=stats.halfcauchy(scale=2)),
    "heavier tails": dict(mu=stats.t(2), tau=stats.halfcauchy(scale=2)),
    "heaviest tails": dict(mu=stats.cauchy(3, 7)),
    "far from zero": dict(tau=stats.lognorm(0.1, scale=30), omega=stats.gamma(20)),
    "skewed": dict(tau=stats.gamma(2, scale=3), omega=stats.expon(scale=0.2)),
    "one": dict(omega=stats.halfnorm()),
}


def draws_are_exact(priors, **changes):
    tree = exact(Known(**priors), draws=3000, rng=np.random.default_rng(1))
    for name, prior in priors.items():
        drawn = tree.posterior[name].values
        size = float(az.ess(prior.cdf(drawn)))
        assert size > 3000, (name, size)
        every = max(1, round(drawn.size / size))
        assert stats.kstest(prior.cdf(drawn.ravel()[::every]), "uniform").pvalue > 1e-3, name
    assert tree.sample_stats["acceptance_rate"].values.mean() > 0.5


@pytest.mark.parametrize("name", TARGETS)
def test_a_known_posterior_is_drawn_from(name):
    draws_are_exact(TARGETS[name])


def test_a_proposal_that_forgets_its_density_is_caught(monkeypatch):
    monkeypatch.setattr(independence.Proposal, "log_density", lambda self, x: np.zeros(len(x)))
    with pytest.raises(AssertionError):
        draws_are_exact(TARGETS["bells"])


def test_a_bend_without_its_jacobian_is_caught(monkeypatch):
    def without(self, x):
        return self.model.log_free_density(self.position(x))

    monkeypatch.setattr(independence.Folded, "log_density", without)
    with pytest.raises(AssertionError):
        draws_are_exact(TARGETS["half bells"])


def test_what_is_bent_comes_back():
    folded = independence.Folded(Known(mu=stats.norm(), tau=stats.halfnorm()), np.array([[0.0, -3.0], [2.0, 1.0]]))
    position = np.array([[0.3, -40.0], [-2.0, 0.0], [5.0, 3.0], [1.0, 300.0]])
    np.testing.assert_allclose(folded.position(folded.point(position)), position, rtol=1e-12, atol=1e-12)
    # The density of bent points integrates to what it integrated to: here, tau by itself.
    x = np.linspace(1e-9, 12, 20_001)
    for mu in (0.0, 1.0):
        density = np.exp(folded.log_density(np.stack([np.full(x.size, mu), x], axis=1)))
        free = np.linspace(-20, 5, 20_001)
        straight = np.exp(folded.model.log_free_density(np.stack([np.full(free.size, mu), free], axis=1)))
        assert np.trapezoid(density, x) == pytest.approx(np.trapezoid(straight, free), rel=1e-5)


PARTS = {
    "one": ([1.0], [[0.3, 0.5]], [[[0.7, 0.0], [0.2, 0.9]]], [False]),
    "two": ([0.8, 0.2], [[0.3, 0.5], [-2.0, 3.0]], [[[0.7, 0.0], [0.2, 0.9]], [[0.4, 0.0], [-0.6, 1.3]]], [False] * 2),
}


@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS)
def test_a_proposal_is_a_density(parts):
    signs = np.array([[1.0, 1.0], [1.0, -1.0]])
    proposal = independence.Proposal(signs, *map(np.array, parts))
    grid, step = np.linspace(-40, 40, 801, retstep=True)
    half = grid[grid >= 0]
    points = np.stack(np.meshgrid(grid, half, indexing="ij"), axis=-1).reshape(-1, 2)
    weight = np.where(points[:, 1] == 0, 0.5, 1.0) * step**2
    density = np.exp(proposal.log_density(points)) * weight
    drawn = proposal.draw(np.random.default_rng(1), 100_000)
    assert (drawn[:, 1] >= 0).all()
    share = density / density.sum()
    for function in (lambda x: np.tanh(x[:, 0]), lambda x: np.exp(-x[:, 1]), lambda x: np.tanh(x[:, 0] * x[:, 1])):
        found = function(drawn)
        assert abs(found.mean() - share @ function(points)) < 5 * found.std() / np.sqrt(found.size)


def test_a_proposal_with_heavy_tails_is_a_density_too():
    """Its parts in one dimension are a t and a Cauchy distribution, folded; of two Cauchy numbers each is one."""
    one = independence.Proposal(*map(np.array, ([[1.0], [-1.0]], [1.0], [[0.4]], [[[2.0]]], [False])))
    both = one.defended(one)
    x = np.linspace(0, 30, 301)
    parts = ((0.9, stats.t(8, 0.4, 2)), (0.1, stats.cauchy(0.4, 2)))
    expected = sum(share * (law.pdf(x) + law.pdf(-x)) for share, law in parts)
    np.testing.assert_allclose(np.exp(both.log_density(x[:, np.newaxis])), expected, rtol=1e-10)
    drawn = both.draw(np.random.default_rng(1), 100_000)[:, 0]
    assert stats.kstest(drawn, lambda y: sum(s * (law.cdf(y) - law.cdf(-y)) for s, law in parts)).pvalue > 1e-3
    pair = independence.Proposal(*map(np.array, ([[1.0, 1.0]], [1.0], [[1.0, 2]], [[[0.7, 0], [0.2, 0.9]]], [True])))
    z = pair.draw(np.random.default_rng(1), 50_000) @ np.linalg.inv(pair.root[0]).T
    z -= np.linalg.inv(pair.root[0]) @ pair.centre[0]
    for values in (z[:, 0], z[:, 1]):
        assert stats.kstest(values, stats.cauchy.cdf).pvalue > 1e-3
    assert abs(stats.spearmanr(*np.abs(z.T)).statistic) < 0.02  # in a t distribution, they are large together


def the_tail_is_visited():
    mu = exact(Known(**TARGETS["heavier tails"]), draws=5000, rng=np.random.default_rng(3)).posterior["mu"].values
    share = np.mean(np.abs(mu) > stats.t(2).isf(0.005))
    assert share == pytest.approx(0.01, abs=5 * np.sqrt(0.01 / 10_000))


def test_tails_that_fall_as_a_power_are_visited():
    the_tail_is_visited()


def test_without_heavy_tails_of_its_own_a_proposal_misses_them(monkeypatch):
    monkeypatch.setattr(independence.Proposal, "defended", lambda self, other: self)
    with pytest.raises(AssertionError):
        the_tail_is_visited()


class Crescent(Known):
    """Mu falls off on both sides of a parabola in nu."""

    def log_free_density(self, position):
        mu, nu = position[..., 0], position[..., 1]
        return -((mu - nu**2) ** 2) / 0.5 - nu**2 / 2


def crescent_is_drawn(least):
    model = Crescent(mu=stats.norm(), nu=stats.norm())
    posterior = exact(model, draws=5000, rng=np.random.default_rng(1)).posterior
    mu, nu = posterior["mu"].values, posterior["nu"].values
    for values, law in ((nu, stats.norm()), (mu - nu**2, stats.norm(scale=0.5))):
        size = float(az.ess(values))
        assert size > least, size
        every = max(1, round(values.size / size))
        assert stats.kstest(values.ravel()[::every], law.cdf).pvalue > 1e-3


def test_a_posterior_that_is_no_bell_takes_several():
    crescent_is_drawn(4000)


def test_one_bell_alone_would_not_do(monkeypatch):
    monkeypatch.setattr(independence, "_GOOD", 0.0)
    with pytest.raises(AssertionError):
        crescent_is_drawn(4000)


def test_parts_are_fitted_to_their_points():
    """Two clouds, half of one of them folded at zero: their shares, means and spreads come back."""
    rng = np.random.default_rng(1)
    clouds = [rng.normal([-4, 0], [1.0, 2.0], (30_000, 2)), rng.normal([4, 9], [0.5, 1.0], (10_000, 2))]
    x = np.concatenate(clouds)
    x[:, 1] = np.abs(x[:, 1])
    signs = np.array([[1.0, 1.0], [1.0, -1.0]])
    wide = independence.Proposal(signs, np.ones(1), np.zeros((1, 2)), 5 * np.eye(2)[np.newaxis], np.array([False]))
    mixture = wide.split(np.array([[-3.0, 0.0], [3.0, 7.0]]))
    for _ in range(20):
        mixture = mixture.fitted(x, np.full(len(x), 1 / len(x)))
    np.testing.assert_allclose(mixture.share, [0.75, 0.25], atol=0.01)
    np.testing.assert_allclose(mixture.centre, [[-4, 0], [4, 9]], atol=0.05)
    # A tenth of a part's covariance is that within all parts: here three quarters and a quarter.
    within = 0.75 * np.array([1.0, 4.0]) + 0.25 * np.array([0.25, 1.0])
    covariance = mixture.root @ mixture.root.swapaxes(1, 2)
    for part, own in enumerate(([1.0, 4.0], [0.25, 1.0])):
        np.testing.assert_allclose(covariance[part].diagonal(), 0.9 * np.array(own) + 0.1 * within, rtol=0.05)


class Shell(Known):
    """All mass is near the surface of a ball."""

    def log_free_density(self, position):
        return -1e5 * (np.linalg.norm(position, axis=-1) - 5) ** 2


def test_a_posterior_that_is_no_bell_is_refused():
    model = Shell(mu=stats.norm(), nu=stats.norm(), xi=stats.norm())
    with pytest.raises(ValueError, match="model: 1000 proposals for its hyperparameters are worth .* gibbs can draw"):
        exact(model, draws=10, rng=np.random.default_rng(1))


# The nested model.

PRIORS = {
    "mu": stats.norm(1, 1),
    "tau": stats.halfnorm(scale=0.5),
    "nu": stats.norm(1, 0.7),
    "omega": stats.halfnorm(scale=0.5),
}
COUNTS = np.array([3.0, 0, 12, 7, 1, 30, 2, 5, 9, 0])
EXPOSURE = np.array([1.0, 0.4, 3, 2, 0.9, 8, 1, 2, 2.5, 1])
GROUP = np.array(["U", "W", "U", "W", "V", "U", "W", "W", "U", "X"])  # V has one group, X no event
HIDDEN = np.where((COUNTS >= 1) & (COUNTS <= 5), NAN, COUNTS)


def nested(counts=COUNTS, **changes):
    suppressed = (1, 5) if np.isnan(counts).any() else None
    return NestedGammaPoisson(counts, EXPOSURE, GROUP, suppressed=suppressed, **PRIORS | changes)


def summed_up(posterior):
    """Functions of the draws whose means are compared, by name: shapes (chains, draws)."""
    found = {}
    for name in posterior.data_vars:
        values = posterior[name].values
        values = values if name in ("mu", "nu") else np.log(values + 1e-3)
        for place in range(min(4, values[0, 0].size)):
            one = values.reshape(*values.shape[:2], -1)[..., place]
            found |= {f"{name}[{place}]": one, f"{name}[{place}] squared": one**2}
    return found


def agree(one, other):
    one, other = summed_up(one), summed_up(other)
    assert one.keys() == other.keys()
    for name, values in one.items():
        errors = [x.std() / np.sqrt(float(az.ess(x))) for x in (values, other[name])]
        assert abs(values.mean() - other[name].mean()) < 5 * np.hypot(*errors), name


CASES = {
    "all seen": {},
    "suppressed": {"counts": HIDDEN},
    "one known": {"tau": 0.3},
    "all known": {"mu": 1.2, "tau": 0.5, "nu": 0.7, "omega": 0.6},
    "flat, and a log density": {"mu": None, "omega": lambda omega: -np.log1p(omega**4)},
}


@pytest.mark.parametrize("changes", CASES.values(), ids=CASES)
def test_exact_agrees_with_gibbs(changes):
    model = nested(**changes)
    posterior = exact(model, draws=3000, rng=np.random.default_rng(1)).posterior
    assert posterior["state_mean"].dims == ("chain", "draw", "state")
    agree(posterior, gibbs(model, draws=3000, warmup=300, rng=np.random.default_rng(2)).posterior)


def test_metropolis_walks_the_same_density():
    model = nested()
    posterior = exact(model, draws=3000, rng=np.random.default_rng(1)).posterior
    walk = metropolis(model, draws=1500, warmup=600, chains=32, rng=np.random.default_rng(2))
    assert set(walk.sample_stats) == {"acceptance_rate", "accepted", "step_size"}
    agree(posterior, walk.posterior)


def test_exact_is_calibrated():
    found = simulation_based_calibration(nested(), exact, replicates=80, draws=49, rng=np.random.default_rng(3))
    assert found.p_value > 1e-3


class StatesFromThePrior(NestedGammaPoisson):
    """The states do not feel their data."""

    def parameters(self, position, rng):
        values = super().parameters(position, rng)
        z = rng.standard_normal(values["state_mean"].shape)
        return values | {"state_mean": np.exp(values["mu"][..., np.newaxis] + values["tau"][..., np.newaxis] * z)}


def test_states_that_do_not_feel_their_data_are_caught():
    model = StatesFromThePrior(COUNTS, EXPOSURE, GROUP, **PRIORS)
    with pytest.raises(AssertionError):
        agree(
            exact(model, draws=3000, rng=np.random.default_rng(1)).posterior,
            gibbs(nested(), draws=3000, warmup=300, rng=np.random.default_rng(2)).posterior,
        )


def test_the_same_generator_gives_the_same_draws():
    first, second = (exact(nested(), draws=20, rng=np.random.default_rng(1)) for _ in range(2))
    assert first.equals(second)
    assert not first.posterior.equals(exact(nested(), draws=20, rng=np.random.default_rng(2)).posterior)


def test_tempered_weights_leave_a_quarter():
    log_weight = np.random.default_rng(1).normal(0, 30, 400)
    assert independence._worth(log_weight) < 0.02
    weight = independence._tempered(log_weight)
    assert 1 / (weight**2).sum() / 400 == pytest.approx(0.25, abs=0.01)
    even = np.random.default_rng(1).normal(0, 0.5, 400)
    np.testing.assert_allclose(independence._tempered(even), special.softmax(even))
