"""Each state's likelihood on a table: the integral over it, and draws from it, against grids made without it."""

import numpy as np
import pytest
from scipy import integrate, stats

from lib import NestedGammaPoisson, exact
from lib.models import state_tables
from lib.models.state_likelihood import StateLikelihood
from lib.models.state_tables import StateTables

NAN = float("nan")
PRIORS = dict(mu=stats.norm(0, 2), tau=stats.halfnorm(), nu=stats.norm(1, 2), omega=stats.halfnorm())
STATES = {
    "events": ([3, 0, 12, 7, 1, 30], [1.0, 0.4, 3, 2, 0.9, 8], None),
    "one group": ([9], [2.5], None),
    "no event": ([0, 0, 0], [1.0, 0.4, 3], None),
    "one group, no event": ([0], [0.7], None),
    "one event": ([0, 1, 0, 0], [0.1, 2.0, 1.0, 1.0], None),
    "many events": ([5000, 7000, 300], [1e4, 1.3e4, 900.0], None),
    "suppressed": ([NAN, 9, NAN, 0], [1.0, 3.0, 0.2, 2.0], (1, 5)),
}
HYPER = [  # mu, tau, nu, omega
    (0.5, 0.3, 1.0, 0.5),
    (0.2, 1e-9, 1.5, 1e-9),
    (0.8, 1e-3, 0.0, 2.0),
    (-0.5, 2.0, 3.0, 1e-4),
    (1.5, 3.0, -1.0, 1.5),
    (0.4, 0.05, 6.0, 3.0),
]


def of_one_state(name):
    counts, exposure, suppressed = STATES[name]
    return NestedGammaPoisson(counts, exposure, ["A"] * len(counts), suppressed=suppressed, **PRIORS)


def log_likelihood(name, u, v):
    """By SciPy, count by count; u and v broadcast."""
    counts, exposure, suppressed = STATES[name]
    a, b, total = np.exp(v), np.exp(v - u), 0.0
    for y, x in zip(counts, exposure, strict=True):
        numbers = range(suppressed[0], suppressed[1] + 1) if np.isnan(y) else [y]
        total = total + np.logaddexp.reduce([stats.nbinom.logpmf(k, a, b / (b + x)) for k in numbers])
    return total


def brute_log_density(name, mu, tau, nu, omega):
    """The likelihood averaged over the state's prior, by Gauss and Legendre in pieces that are narrow beside both."""
    (u, in_u), (v, in_v) = _pieces(mu, tau, 0.01), _pieces(nu, omega, 0.3)
    value = log_likelihood(name, u[:, np.newaxis], v)
    top = value.max()
    return top + np.log(in_u @ np.exp(value - top) @ in_v)


def _pieces(mean, sd, width):
    x, w = np.polynomial.legendre.leggauss(6)
    edges, step = np.linspace(-8, 8, max(17, int(16 * sd / width)), retstep=True)
    z = (edges[:-1, np.newaxis] + step * (x + 1) / 2).ravel()
    return mean + sd * z, np.tile(w * step / 2, edges.size - 1) * stats.norm.pdf(z)


def integral_is_that_of_a_grid(name):
    # Compared with one of them, since the likelihood is known up to a constant.
    tables = of_one_state(name)._tables
    found = tables.log_density(*np.array(HYPER).T)
    expected = np.array([brute_log_density(name, *hyper) for hyper in HYPER])
    apart = (found - found[0]) - (expected - expected[0])
    weighs = expected > expected.max() - 7  # what has less than a thousandth of the density may be off by more
    assert np.abs(apart[weighs]).max() < 1e-3
    assert np.abs(apart[expected > expected.max() - 12]).max() < 0.1


@pytest.mark.parametrize("name", STATES)
def test_the_integral_is_that_of_a_grid(name):
    integral_is_that_of_a_grid(name)


def test_the_curves_beyond_the_ends_are_needed(monkeypatch):
    """Without them a likelihood that stays level, as that of a state without an event does, would end at the table."""

    padded = np.pad
    monkeypatch.setattr(state_tables.np, "pad", lambda *given, mode: padded(*given, mode="constant"))
    monkeypatch.setattr(state_tables, "_ERROR", 1e9)
    state_tables._inverse.cache_clear()
    try:
        with pytest.raises(AssertionError):
            integral_is_that_of_a_grid("no event")
    finally:
        state_tables._inverse.cache_clear()


def draws_follow_their_conditional_distribution(name, hyper, size=20_000):
    """Each of the two by its distribution function, made of a fine grid over the state's prior."""
    model, (mu, tau, nu, omega) = of_one_state(name), hyper
    drawn = model._tables.draw(np.random.default_rng(1), *(np.full(size, value) for value in hyper))
    z = np.linspace(-8, 8, 1601)
    log_density = log_likelihood(name, mu + tau * z[:, np.newaxis], nu + omega * z)
    log_density = log_density - z[:, np.newaxis] ** 2 / 2 - z**2 / 2
    density = np.exp(log_density - log_density.max())
    for axis, (values, centre, spread) in enumerate(zip(drawn, (mu, nu), (tau, omega), strict=True)):
        marginal = density.sum(axis=1 - axis)
        below = integrate.cumulative_simpson(marginal, x=z, initial=0)
        rank = np.interp((values[:, 0] - centre) / spread, z, below / below[-1])
        assert stats.kstest(rank, "uniform").pvalue > 1e-4, (axis, rank.mean())
    # And both together: the correlation of the grid, within five of its standard errors.
    weight = density / density.sum()
    u, v = z - weight.sum(axis=1) @ z, z - weight.sum(axis=0) @ z
    product = (
        (drawn[0][:, 0] - mu) / tau - weight.sum(axis=1) @ z,
        (drawn[1][:, 0] - nu) / omega - weight.sum(axis=0) @ z,
    )
    product = product[0] * product[1]
    assert abs(product.mean() - u @ weight @ v) < 5 * product.std() / np.sqrt(size)


@pytest.mark.parametrize("hyper", HYPER[:1] + HYPER[2:], ids=str)
@pytest.mark.parametrize("name", STATES)
def test_states_follow_their_conditional_distribution(name, hyper):
    draws_follow_their_conditional_distribution(name, hyper)


def test_a_ceiling_that_is_too_low_is_raised(monkeypatch):
    monkeypatch.setattr(state_tables, "_MARGIN", 0.3)
    draws_follow_their_conditional_distribution("events", HYPER[0])


def test_a_likelihood_that_a_ceiling_cuts_off_is_caught(monkeypatch):
    original = StateTables.__init__

    class Cut(StateLikelihood):
        def __call__(self, log_mean, log_shape, states=slice(None)):
            return np.minimum(super().__call__(log_mean, log_shape, states), self.most)

    def init(self, likelihood):
        original(self, likelihood)
        self.likelihood = Cut.__new__(Cut)
        self.likelihood.__dict__ |= likelihood.__dict__ | {"most": self.tables[0].log_top + np.log(0.05)}

    monkeypatch.setattr(StateTables, "__init__", init)
    with pytest.raises(AssertionError):
        draws_follow_their_conditional_distribution("events", HYPER[0])


def test_a_table_that_is_not_good_enough_is_refused(monkeypatch):
    monkeypatch.setattr(state_tables, "_FINE", 0.3)
    with pytest.raises(
        ValueError, match="model: the tables of its states' likelihood are off by .* gibbs does without"
    ):
        of_one_state("events")._tables  # noqa: B018


def test_a_grid_that_is_too_coarse_is_made_finer(monkeypatch):
    monkeypatch.setattr(state_tables, "_FINE", 1.0)
    integral_is_that_of_a_grid("events")


def test_states_beside_one_another_are_their_own():
    """The density of several is the product of each; and each is drawn as if it were alone."""
    counts, exposure, group = [3.0, 0, 12, 9, 0, 0], [1.0, 0.4, 3, 2.5, 1.0, 0.4], list("AABCCC")
    together = NestedGammaPoisson(counts, exposure, group, **PRIORS)._tables
    hyper = np.array(HYPER).T
    total = 0.0
    for state in "ABC":
        kept = [place for place, name in enumerate(group) if name == state]
        alone = NestedGammaPoisson(*([x[i] for i in kept] for x in (counts, exposure, group)), **PRIORS)._tables
        total = total + alone.log_density(*hyper)
    found = together.log_density(*hyper)
    np.testing.assert_allclose(found - found[0], total - total[0], atol=2e-3)


def test_no_table_reaches_where_a_likelihood_is_level():
    """Of many groups with many events, small shapes are beyond belief: nothing is there to be tabulated."""
    rng = np.random.default_rng(13)  # the first of which the lowest nodes of v lie there
    exposure = np.exp(rng.normal(1, 1, 100))
    counts = rng.poisson(rng.gamma(10, 5 / 10, 100) * exposure)
    (table,) = NestedGammaPoisson(counts, exposure, ["A"] * 100, **PRIORS)._tables.tables
    assert max(band.u.size for band in table.bands) < 300


def test_states_known_to_the_last_digit_are_refused_and_not_waited_for(monkeypatch):
    """Half a billion events a state, as Poisson distributions have them: at small shapes few means are likely."""
    rng = np.random.default_rng(1)
    state, exposure = np.repeat(np.arange(4), 6), np.full(24, 1e8)
    counts = rng.poisson(exposure * np.exp(rng.normal(0, 0.3, 4))[state]).astype(float)
    priors = dict(mu=stats.norm(0, 1), tau=stats.halfnorm(), nu=stats.norm(5, 5), omega=stats.halfcauchy())
    monkeypatch.setattr("lib.models.state_tables._MOST_ROUNDS", 300)
    with pytest.raises(ValueError, match=r"^model: with [\d.]+e\+08 events in a state, .* gibbs does without$"):
        exact(NestedGammaPoisson(counts, exposure, state, **priors), draws=500, rng=rng)
