"""Identities that hold without randomness, the same tests against planted bugs, and what the model refuses."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from quadrature_reference import EIGHT_SIGMA, EIGHT_Y
from scipy import stats
from scipy.integrate import trapezoid

from lib import NormalNormal
from lib.priors.distributions import Normal

# On [-12, 12] standard deviations the trapezoid rule integrates a normal density to rounding error.
STANDARD = np.linspace(-12, 12, 241)


@st.composite
def problems(draw, most=5):
    J = draw(st.integers(1, most))
    y = draw(st.lists(st.floats(-50, 50), min_size=J, max_size=J))
    sigma = draw(st.lists(st.floats(0.2, 30), min_size=J, max_size=J))
    return np.array(y), np.array(sigma), draw(st.floats(-30, 30)), draw(st.floats(0.2, 50))


def model_of(kind, y, sigma, mu):
    """Make a model with a proper prior on tau, so that any number of groups will do."""
    return kind(y, sigma, mu=mu, tau=stats.halfcauchy(scale=5))


def close(a, b):
    np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-8)


def theta_given_is_the_joint_along_each_coordinate(kind, problem, mu_prior):
    y, sigma, mu, tau = problem
    model = model_of(kind, y, sigma, mu_prior)
    conditional = model.groups_given(mu, tau)
    theta = np.linspace(-20, 20, y.size)
    for j in range(y.size):
        moved = np.tile(theta, (7, 1))
        moved[:, j] = conditional.mean[j] + np.linspace(-3, 3, 7) * conditional.sd[j]
        log_joint = model.log_joint(moved, np.full(7, mu), np.full(7, tau))
        expected = stats.norm.logpdf(moved[:, j], conditional.mean[j], conditional.sd[j])
        close(np.diff(log_joint), np.diff(expected))


def mu_given_is_the_joint_with_theta_integrated(kind, problem, mu_prior):
    y, sigma, _, tau = problem
    model = model_of(kind, y, sigma, mu_prior)
    conditional = model.mu_given(tau)
    mu = conditional.mean + np.linspace(-3, 3, 7) * conditional.sd
    # In the joint density theta is a product of normals; each group's integral is done by the trapezoid rule.
    log_joint = model.log_hyperprior(mu, np.full(7, tau)) + brute_log_marginal(kind, y, sigma, mu, tau)
    close(np.diff(log_joint), np.diff(stats.norm.logpdf(mu, conditional.mean, conditional.sd)))


def brute_log_marginal(kind, y, sigma, mu, tau):
    total = 0.0
    for one_y, one_sigma in zip(y, sigma, strict=True):
        one = model_of(kind, [one_y], [one_sigma], None)
        mu_column = np.reshape(mu, (-1, 1))
        precision = 1 / one_sigma**2 + 1 / tau**2
        mean = (one_y / one_sigma**2 + mu_column / tau**2) / precision
        theta = mean + STANDARD / np.sqrt(precision)
        log_density = one.log_likelihood(theta[..., np.newaxis]) + one.log_population(
            theta[..., np.newaxis], mu_column, np.full_like(theta, tau)
        )
        top = log_density.max(axis=1, keepdims=True)
        total = total + top[:, 0] + np.log(trapezoid(np.exp(log_density - top), theta, axis=1))
    return total


def marginal_over_theta_is_quadrature(kind, problem, mu_prior):
    y, sigma, mu, tau = problem
    model = model_of(kind, y, sigma, mu_prior)
    close(model.log_marginal_likelihood(mu, tau), brute_log_marginal(kind, y, sigma, mu, tau)[0])
    close(model.log_marginal_likelihood(mu, tau), stats.norm.logpdf(y, mu, np.sqrt(sigma**2 + tau**2)).sum())


def marginal_over_mu_is_quadrature(kind, problem, mu_prior):
    y, sigma, _, tau = problem
    model = model_of(kind, y, sigma, mu_prior)
    precision = (1 / (sigma**2 + tau**2)).sum() + (1 / mu_prior.var() if mu_prior else 0)
    centre = (y / (sigma**2 + tau**2)).sum() + (mu_prior.mean() / mu_prior.var() if mu_prior else 0)
    mu = centre / precision + STANDARD / np.sqrt(precision)
    log_density = stats.norm.logpdf(y, mu[:, np.newaxis], np.sqrt(sigma**2 + tau**2)).sum(axis=1)
    if mu_prior:
        log_density += mu_prior.logpdf(mu)
    top = log_density.max()
    close(model.log_marginal_likelihood(tau=tau), top + np.log(trapezoid(np.exp(log_density - top), mu)))


IDENTITIES = [
    theta_given_is_the_joint_along_each_coordinate,
    mu_given_is_the_joint_with_theta_integrated,
    marginal_over_theta_is_quadrature,
    marginal_over_mu_is_quadrature,
]
MU_PRIORS = {"flat": None, "normal": stats.norm(3, 7), "narrow": stats.norm(-20, 0.5)}


@pytest.mark.parametrize("mu_prior", MU_PRIORS.values(), ids=MU_PRIORS)
@pytest.mark.parametrize("identity", IDENTITIES)
@given(problem=problems())
def test_identity(identity, mu_prior, problem):
    identity(NormalNormal, problem, mu_prior)


class SigmaForItsSquare(NormalNormal):
    """In all that is summed over the groups: a right model with the roots of the standard errors does the sums."""

    def _wrong(self):
        return NormalNormal(self.y, np.sqrt(self.sigma), mu=0, tau=1)

    def _centres(self, tau):
        return self._wrong()._centres(tau)

    def _sums(self, tau):
        return self._wrong()._sums(tau)


class TauForItsSquare(NormalNormal):
    def groups_given(self, mu, tau):
        return super().groups_given(mu, np.sqrt(tau))


class WeightsSwapped(NormalNormal):
    def groups_given(self, mu, tau):
        mean, sd = super().groups_given(mu, tau)
        return Normal(self.y + np.expand_dims(mu, -1) - mean, sd)


class PriorOfMuForgotten(NormalNormal):
    def mu_given(self, tau):
        return self.inner_given(np.asarray(tau, dtype=float))


class MuNotIntegrated(NormalNormal):
    """Forgets -log(precision) / 2, the width of mu's conditional distribution."""

    def log_marginal_likelihood(self, mu=None, tau=None):
        value = super().log_marginal_likelihood(mu, tau)
        forgotten = np.log((1 / (self.sigma**2 + np.expand_dims(tau, -1) ** 2)).sum(axis=-1)) / 2
        return value + forgotten if mu is None and self.mu.value is None else value


class PopulationForgotten(NormalNormal):
    def log_population(self, theta, mu, tau):
        return super().log_population(theta, mu, tau) + self.y.size * np.log(tau) * (1 + np.asarray(mu) / 10)


CAUGHT = {
    SigmaForItsSquare: {
        mu_given_is_the_joint_with_theta_integrated,
        marginal_over_theta_is_quadrature,
        marginal_over_mu_is_quadrature,
    },
    TauForItsSquare: {theta_given_is_the_joint_along_each_coordinate},
    WeightsSwapped: {theta_given_is_the_joint_along_each_coordinate},
    PriorOfMuForgotten: {mu_given_is_the_joint_with_theta_integrated},
    MuNotIntegrated: {marginal_over_mu_is_quadrature},
    PopulationForgotten: {mu_given_is_the_joint_with_theta_integrated, marginal_over_theta_is_quadrature},
}


@pytest.mark.parametrize("bug", CAUGHT)
def test_planted_bugs_fail_the_identities_that_they_break(bug):
    problem = EIGHT_Y, EIGHT_SIGMA, 5.0, 8.0
    caught = set()
    for identity in IDENTITIES:
        try:
            identity(bug, problem, MU_PRIORS["normal"])
        except AssertionError:
            caught.add(identity)
    assert caught == CAUGHT[bug]


@given(problem=problems())
def test_known_mu_is_the_marginal_likelihood_at_that_mu(problem):
    y, sigma, mu, tau = problem
    known = model_of(NormalNormal, y, sigma, mu)
    close(known.log_marginal_likelihood(tau=tau), known.log_marginal_likelihood(mu, tau))


@given(problem=problems(), shift=st.floats(-100, 100), scale=st.floats(0.01, 100))
def test_shift_and_scale(problem, shift, scale):
    y, sigma, mu, tau = problem
    model, moved = (model_of(NormalNormal, *data, None) for data in ((y, sigma), (scale * y + shift, scale * sigma)))
    close(moved.groups_given(scale * mu + shift, scale * tau).mean, scale * model.groups_given(mu, tau).mean + shift)
    close(moved.groups_given(scale * mu + shift, scale * tau).sd, scale * model.groups_given(mu, tau).sd)
    close(moved.mu_given(scale * tau).mean, scale * model.mu_given(tau).mean + shift)
    close(moved.mu_given(scale * tau).sd, scale * model.mu_given(tau).sd)
    # A density in other units: J factors of 1 / scale, and one back for the integral over mu.
    change = -y.size * np.log(scale)
    close(
        moved.log_marginal_likelihood(scale * mu + shift, scale * tau), model.log_marginal_likelihood(mu, tau) + change
    )
    close(
        moved.log_marginal_likelihood(tau=scale * tau), model.log_marginal_likelihood(tau=tau) + change + np.log(scale)
    )


@given(problem=problems(), data=st.data())
def test_order_of_the_groups_does_not_matter(problem, data):
    y, sigma, mu, tau = problem
    order = np.array(data.draw(st.permutations(range(y.size))))
    model, moved = (model_of(NormalNormal, *d, None) for d in ((y, sigma), (y[order], sigma[order])))
    close(moved.groups_given(mu, tau).mean, model.groups_given(mu, tau).mean[order])
    close(moved.log_marginal_likelihood(tau=tau), model.log_marginal_likelihood(tau=tau))


def test_arguments_broadcast():
    model = NormalNormal(EIGHT_Y, EIGHT_SIGMA)
    tau, mu = np.array([[0.0], [5.0], [20.0]]), np.linspace(0, 10, 4)
    table = model.log_marginal_likelihood(mu, tau)
    assert table.shape == (3, 4)
    close(table[1, 2], model.log_marginal_likelihood(mu[2], 5.0))
    assert model.mu_given(tau).mean.shape == (3, 1)
    assert model.groups_given(mu, tau).mean.shape == (3, 4, 8)
    assert model.log_likelihood(np.zeros((3, 4, 8))).shape == (3, 4)


def test_summing_in_pieces_changes_nothing(monkeypatch):
    model, tau = NormalNormal(EIGHT_Y, EIGHT_SIGMA), np.geomspace(0.01, 100, 57)
    whole = model.log_marginal_likelihood(tau=tau)
    monkeypatch.setattr("lib.numerics.chunks._CHUNK", 20)  # two values of tau at a time
    np.testing.assert_array_equal(model.log_marginal_likelihood(tau=tau), whole)


# What is refused.

Y, SIGMA = [1.0, 2.0, 4.0], [1.0, 1.0, 2.0]
REFUSED = {
    "sigma negative": (dict(sigma=[1, -1, 2]), ValueError, "sigma must be above zero"),
    "sigma zero": (dict(sigma=[1, 0, 2]), ValueError, "sigma must be above zero"),
    "sigma short": (dict(sigma=[1, 2]), ValueError, "sigma must have one value for each of y's 3 groups"),
    "sigma scalar": (dict(sigma=1.0), ValueError, "sigma must have one dimension"),
    "sigma NaN": (dict(sigma=[1, np.nan, 2]), ValueError, "sigma must be finite"),
    "y NaN": (dict(y=[1, np.nan, 2]), ValueError, "y must be finite"),
    "y infinite": (dict(y=[1, -np.inf, 2]), ValueError, "y must be finite"),
    "y None": (dict(y=[1, None, 2]), ValueError, "y must be finite"),
    "y empty": (dict(y=[], sigma=[]), ValueError, "y must hold at least one group"),
    "y square": (dict(y=[[1, 2], [3, 4]]), ValueError, "y must have one dimension"),
    "y ragged": (dict(y=[[1, 2], [3]]), TypeError, "y must be real numbers"),
    "y words": (dict(y=["a", "b", "c"]), TypeError, "y must be real numbers"),
    "y digits as text": (dict(y=["1", "2", "3"]), TypeError, "y must be real numbers"),
    "y text in a series": (dict(y=pd.Series(["1", "2", "3"], dtype=object)), TypeError, "y must be real numbers"),
    "y complex": (dict(y=np.array([1, 2, 3j])), TypeError, "y must be real numbers"),
    "y dates": (dict(y=pd.date_range("2020", periods=3)), TypeError, "y must be real numbers"),
    "labels short": (dict(labels=["a"]), ValueError, "labels must have one label for each of the 3 groups"),
    "labels twice": (dict(labels=["a", "b", "a"]), ValueError, "labels must be distinct"),
    "labels None": (dict(labels=["a", None, "b"]), ValueError, "labels must not be missing"),
    "labels NaN": (dict(labels=[1.0, np.nan, 2.0]), ValueError, "labels must not be missing"),
    "labels NA": (dict(labels=["a", pd.NA, "b"]), ValueError, "labels must not be missing"),
    "labels lists": (dict(labels=[["a"], ["b"], ["c"]]), TypeError, "labels must be plain values"),
    "tau negative": (dict(tau=-1), ValueError, "tau must be a finite number from 0"),
    "tau NaN": (dict(tau=np.nan), ValueError, "tau must be a finite number"),
    "tau infinite": (dict(tau=np.inf), ValueError, "tau must be a finite number"),
    "mu infinite": (dict(mu=np.inf), ValueError, "mu must be a finite number"),
    "tau normal": (dict(tau=stats.norm(0, 5)), ValueError, "tau: its prior reaches from -inf"),
    "improper for two groups": (dict(y=Y[:2], sigma=SIGMA[:2]), ValueError, "flat prior on tau needs J >= 3"),
    "improper for one group, mu flat": (dict(y=[1], sigma=[1]), ValueError, "flat prior on tau needs J >= 3"),
    "improper for one group": (dict(y=[1], sigma=[1], mu=0), ValueError, "flat prior on tau needs J >= 2"),
    "improper, proper mu": (dict(y=[1], sigma=[1], mu=stats.norm()), ValueError, "flat prior on tau needs J >= 2"),
    "1 / tau": (dict(tau=lambda tau: -np.log(tau)), ValueError, "as tau goes to zero"),
    "1 / tau**1.5": (dict(tau=lambda tau: -1.5 * np.log(tau)), ValueError, "as tau goes to zero"),
    "1 / tau**2": (dict(tau=lambda tau: -2 * np.log(tau)), ValueError, "as tau goes to zero"),
    "flat on tau**2": (dict(tau=lambda tau: np.log(tau)), ValueError, "as tau grows"),  # it needs J >= 4
    "mu**2": (dict(mu=lambda mu: 2 * np.log(np.abs(mu))), ValueError, "as tau grows"),
}


@pytest.mark.parametrize(("changes", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_bad_input_is_refused_by_name(changes, error, message):
    with pytest.raises(error, match=message.replace("*", r"\*")):
        NormalNormal(**(dict(y=Y, sigma=SIGMA) | changes))


FINE = {
    "flat, three groups": {},
    "flat, two groups, known mu": dict(y=Y[:2], sigma=SIGMA[:2], mu=0),
    "flat, two groups, proper mu": dict(y=Y[:2], sigma=SIGMA[:2], mu=stats.t(3)),
    "proper, one group": dict(y=Y[:1], sigma=SIGMA[:1], tau=stats.halfcauchy()),
    "1 / sqrt(tau)": dict(tau=lambda tau: -0.5 * np.log(tau)),
    "flat on tau**2, four groups": dict(y=[*Y, 5.0], sigma=[*SIGMA, 1.0], tau=lambda tau: np.log(tau)),
    "mu**2, five groups": dict(y=[*Y, 5.0, 6], sigma=[*SIGMA, 1, 1], mu=lambda mu: 2 * np.log(np.abs(mu))),
    "all known": dict(y=Y[:1], sigma=SIGMA[:1], mu=0, tau=0),
}


@pytest.mark.parametrize("changes", FINE.values(), ids=FINE)
def test_a_proper_posterior_is_accepted(changes):
    assert NormalNormal(**(dict(y=Y, sigma=SIGMA) | changes)).improper == ""


def test_an_improper_posterior_is_accepted_on_request_and_says_why():
    model = NormalNormal(Y[:2], SIGMA[:2], allow_improper=True)
    assert "needs J >= 3" in model.improper


def test_positional_priors_are_refused():
    with pytest.raises(TypeError):
        NormalNormal(Y, SIGMA, 0.0)


def test_later_changes_to_the_input_change_nothing():
    y, sigma, labels = np.array(Y), np.array(SIGMA), ["a", "b", "c"]
    model = NormalNormal(y, sigma, labels=labels)
    y[0], sigma[0], labels[0] = 99, 99, "z"
    assert (model.y[0], model.sigma[0], model.labels[0]) == (1, 1, "a")


def test_series_whole_numbers_and_labels_are_read():
    model = NormalNormal(pd.Series([28, 8, -3]), (15, 10, 16), labels=pd.Series(["A", "B", "C"]))
    assert model.y.dtype == float
    assert model.labels == ["A", "B", "C"]
    assert NormalNormal(Y, SIGMA).labels == [0, 1, 2]


def test_tails_decide_properness_for_every_number_of_groups():
    """At the power J - 2 of a flat mu the integral diverges only like a logarithm, and is refused; just below, not."""
    for J in range(3, 8):
        for power, proper in ((J - 2.1, True), (J - 2.0, False), (J - 1.9, False)):
            model = NormalNormal(
                np.arange(J), np.ones(J), tau=lambda tau, power=power: power * np.log(tau), allow_improper=True
            )
            assert (model.improper == "") == proper


def test_masses_grow_as_the_condition_says():
    """Where a posterior is called improper, its integral up to ever larger tau keeps growing; else it settles."""
    for J, settles in ((2, False), (3, True)):
        model = NormalNormal(np.arange(J), np.ones(J), allow_improper=True)
        integrals = []
        for largest in (1e2, 1e4, 1e6):
            log_tau = np.linspace(np.log(1e-6), np.log(largest), 20001)
            integrals.append(trapezoid(np.exp(model.log_marginal_likelihood(tau=np.exp(log_tau)) + log_tau), log_tau))
        growth = [later - earlier for earlier, later in pairwise(integrals)]
        assert (growth[1] < 0.05 * growth[0]) == settles
