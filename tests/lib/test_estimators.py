"""Closed forms against identities, limits and published values; and the same tests against planted bugs."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from quadrature_reference import EIGHT_SIGMA, EIGHT_Y
from scipy import stats

from lib import NormalNormal, datasets, estimators
from lib.estimators import (
    PartialPooling,
    complete_pooling,
    from_arcsine,
    james_stein,
    method_of_moments_tau2,
    partial_pooling,
    shrinkage_weight,
    to_arcsine,
)


@st.composite
def problems(draw, least=1, most=6):
    J = draw(st.integers(least, most))
    y = draw(st.lists(st.floats(-50, 50), min_size=J, max_size=J))
    sigma = draw(st.lists(st.floats(0.2, 30), min_size=J, max_size=J))
    return np.array(y), np.array(sigma), draw(st.floats(0.05, 50))


def close(a, b, rtol=1e-9, atol=1e-9):
    np.testing.assert_allclose(a, b, rtol=rtol, atol=atol)


def solves_the_normal_equations(pool, y, sigma, tau):
    """Theta and mu jointly are normal; its precision matrix and a linear solver know nothing of the closed forms."""
    J = y.size
    precision = np.diag(np.append(1 / sigma**2 + 1 / tau**2, J / tau**2))
    precision[:J, J] = precision[J, :J] = -1 / tau**2
    covariance = np.linalg.inv(precision)
    mean = covariance @ np.append(y / sigma**2, 0)
    found = pool(y, sigma, tau)
    close(found.mean, mean[:J], 1e-6, 1e-6)
    close(found.mu, mean[J], 1e-6, 1e-6)
    close(found.sd, np.sqrt(np.diag(covariance)[:J]), 1e-6, 1e-6)


def composes_the_models_conditionals(pool, y, sigma, tau):
    model = NormalNormal(y, sigma, tau=tau)
    mu = model.mu_given(tau)
    theta = model.groups_given(mu.mean, tau)
    found = pool(y, sigma, tau)
    close(found.mu, mu.mean)
    close(found.mean, theta.mean)
    # The law of total variance; what theta's mean does when mu moves by one is 1 - weight.
    moved = model.groups_given(mu.mean + 1, tau).mean - theta.mean
    close(found.sd, np.sqrt(theta.sd**2 + (moved * mu.sd) ** 2), 1e-6, 1e-6)


def weight_is_the_share_of_the_groups_own_estimate(pool, y, sigma, tau):
    found = pool(y, sigma, tau)
    close(found.weight, tau**2 / (tau**2 + sigma**2))
    assert ((found.weight >= 0) & (found.weight <= 1)).all()
    close(found.mean, found.weight * y + (1 - found.weight) * found.mu)


def tends_to_no_and_to_complete_pooling(pool, y, sigma, tau):
    pooled = complete_pooling(y, sigma)
    for zero in (0, 1e-9):
        found = pool(y, sigma, zero)
        close(found.mean, np.full(y.size, pooled.mean), 1e-6, 1e-6)
        close(found.sd, np.full(y.size, pooled.se), 1e-6, 1e-6)
        close(found.weight, np.zeros(y.size))
    for infinity in (1e9, np.inf):
        found = pool(y, sigma, infinity)
        close(found.mean, y, 1e-6, 1e-6)
        close(found.sd, sigma, 1e-6, 1e-6)
        close(found.weight, np.ones(y.size))
    close(pool(y, sigma, np.inf).mu, y.mean())


PROPERTIES = [
    solves_the_normal_equations,
    composes_the_models_conditionals,
    weight_is_the_share_of_the_groups_own_estimate,
    tends_to_no_and_to_complete_pooling,
]


@pytest.mark.parametrize("check", PROPERTIES)
@given(problem=problems())
def test_partial_pooling(check, problem):
    check(partial_pooling, *problem)


def changed(**changes):
    """Return partial_pooling with some of what it returns replaced."""

    def pool(y, sigma, tau, mu=None):
        right = partial_pooling(y, sigma, tau, mu)
        values = {name: getattr(right, name) for name in ("mu", "mean", "sd", "weight")}
        return PartialPooling(**values | {name: change(y, sigma, tau, right) for name, change in changes.items()})

    return pool


PLANTED = {
    "sigma for its square": lambda y, sigma, tau, mu=None: partial_pooling(y, np.sqrt(sigma), tau, mu),
    "tau for its square": lambda y, sigma, tau, mu=None: partial_pooling(y, sigma, np.sqrt(tau), mu),
    "weights swapped": changed(mean=lambda y, s, tau, p: (1 - p.weight) * y + p.weight * p.mu),
    "mu taken as known in the sd": changed(sd=lambda y, s, tau, p: np.sqrt(p.weight) * s),
    "mu by plain average": changed(mu=lambda y, s, tau, p: y.mean()),
    "mu by complete pooling": changed(mu=lambda y, s, tau, p: complete_pooling(y, s).mean),
    "mu's variance not shrunk": changed(
        sd=lambda y, s, tau, p: np.sqrt(p.weight * s**2 + (1 - p.weight) / (1 / (s**2 + tau**2)).sum())
    ),
}


@pytest.mark.parametrize("bug", PLANTED.values(), ids=PLANTED)
def test_planted_bugs_are_caught(bug):
    caught = []
    for check in PROPERTIES:
        try:
            check(bug, EIGHT_Y, EIGHT_SIGMA, 8.0)
        except AssertionError:
            caught.append(check)
    assert solves_the_normal_equations in caught or weight_is_the_share_of_the_groups_own_estimate in caught


@given(problem=problems(), shift=st.floats(-1e3, 1e3), scale=st.floats(0.01, 100))
def test_shift_and_scale(problem, shift, scale):
    y, sigma, tau = problem
    found, moved = partial_pooling(y, sigma, tau), partial_pooling(scale * y + shift, scale * sigma, scale * tau)
    close(moved.mean, scale * found.mean + shift, 1e-9, 1e-7)
    close(moved.sd, scale * found.sd)
    close(moved.weight, found.weight)
    pooled, moved_pooled = complete_pooling(y, sigma), complete_pooling(scale * y + shift, scale * sigma)
    close(moved_pooled.mean, scale * pooled.mean + shift, 1e-9, 1e-7)
    close(moved_pooled.q, pooled.q, 1e-6, 1e-6)


@given(problem=problems(), data=st.data())
def test_order_of_the_groups_does_not_matter(problem, data):
    y, sigma, tau = problem
    order = np.array(data.draw(st.permutations(range(y.size))))
    close(partial_pooling(y[order], sigma[order], tau).mean, partial_pooling(y, sigma, tau).mean[order])


def test_many_values_of_tau_at_once_are_each_on_its_own():
    tau = np.array([[0.0, 0.5, 5], [20, 1e100, np.inf]])
    table = partial_pooling(EIGHT_Y, EIGHT_SIGMA, tau)
    assert table.mean.shape == (2, 3, 8)
    assert table.mu.shape == (2, 3)
    for index in np.ndindex(2, 3):
        one = partial_pooling(EIGHT_Y, EIGHT_SIGMA, tau[index])
        for name in ("mu", "mean", "sd", "weight"):
            np.testing.assert_array_equal(getattr(table, name)[index], getattr(one, name))


@given(problem=problems(), mu=st.floats(-30, 30))
def test_known_mu_is_the_models_conditional(problem, mu):
    y, sigma, tau = problem
    found, expected = partial_pooling(y, sigma, tau, mu), NormalNormal(y, sigma, mu=mu, tau=tau).groups_given(mu, tau)
    close(found.mean, expected.mean)
    close(found.sd, expected.sd)
    assert found.mu == mu


# Published: Bayesian Data Analysis, section 5.5, and the rounded values of the issue, found there by another program.
KNOWN_TAU = {
    5: [9.866, 7.881, 6.886, 7.705, 5.763, 6.678, 9.881, 8.148],
    np.sqrt(5): [8.165, 7.737, 7.519, 7.695, 7.217, 7.457, 8.213, 7.789],
    20: [20.967, 8.093, 1.474, 7.340, 0.594, 2.733, 16.093, 10.418],
}


@pytest.mark.parametrize("tau", KNOWN_TAU)
def test_eight_schools_at_known_tau(tau):
    close(partial_pooling(EIGHT_Y, EIGHT_SIGMA, tau).mean, KNOWN_TAU[tau], 0, 5e-4)


def test_eight_schools_mu_at_tau_5():
    close(partial_pooling(EIGHT_Y, EIGHT_SIGMA, 5).mu, 7.851, 0, 5e-4)


def test_eight_schools_complete_pooling():
    pooled = complete_pooling(EIGHT_Y, EIGHT_SIGMA)
    close(pooled.mean, 7.685616725, 0, 5e-10)
    close([pooled.se, pooled.q, pooled.p_value], [4.0719, 4.7071, 0.6957], 0, 5e-5)


@given(problem=problems(least=2))
def test_complete_pooling_is_weighted_least_squares(problem):
    y, sigma, _ = problem
    pooled = complete_pooling(y, sigma)
    solution, residual, *_ = np.linalg.lstsq((1 / sigma)[:, np.newaxis], y / sigma, rcond=None)
    close(pooled.mean, solution[0], 1e-7, 1e-7)
    close(pooled.q, residual[0], 1e-7, 1e-7)
    close(pooled.p_value, 1 - stats.chi2(y.size - 1).cdf(pooled.q), 1e-7, 1e-9)


def test_one_group_has_nothing_to_compare():
    pooled = complete_pooling([3.0], [2.0])
    assert (pooled.mean, pooled.se, pooled.q) == (3, 2, 0)
    assert np.isnan(pooled.p_value)
    close(partial_pooling([3.0], [2.0], 5.0).mean, [3.0])
    close(partial_pooling([3.0], [2.0], 5.0).sd, [2.0])
    with pytest.raises(ValueError, match="y must hold at least two groups"):
        method_of_moments_tau2([3.0], [2.0])


def test_method_of_moments():
    assert method_of_moments_tau2(EIGHT_Y, EIGHT_SIGMA) == 0
    precision = 1 / EIGHT_SIGMA**2
    scale = precision.sum() - (precision**2).sum() / precision.sum()
    # Untruncated, eight schools gives -44.6 (statsmodels.stats.meta_analysis.combine_effects agrees).
    assert (complete_pooling(EIGHT_Y, EIGHT_SIGMA).q - 7) / scale == pytest.approx(-44.6, abs=0.05)
    spread = 3 * EIGHT_Y
    expected = (complete_pooling(spread, EIGHT_SIGMA).q - 7) / scale
    assert method_of_moments_tau2(spread, EIGHT_SIGMA) == pytest.approx(expected)
    assert expected > 100


def test_method_of_moments_with_equal_sigma_is_the_excess_variance():
    y = np.array([1.0, 5, 12, -3, 8])
    assert method_of_moments_tau2(y, np.full(5, 2.0)) == pytest.approx(y.var(ddof=1) - 4)


def test_method_of_moments_when_one_group_outweighs_the_others():
    # With two groups it is ((y1 - y2)**2 - sigma1**2 - sigma2**2) / 2, whatever the weights.
    assert method_of_moments_tau2([0, 9], [1e-9, 3]) == pytest.approx(36, rel=1e-12)


def test_method_of_moments_is_right_on_average():
    """Where truncation hardly ever bites, the estimator is unbiased."""
    rng = np.random.default_rng(1)
    sigma, tau = rng.uniform(0.5, 2, size=40), 5.0
    y = 3 + np.hypot(tau, sigma) * rng.standard_normal((4000, 40))
    estimates = np.array([method_of_moments_tau2(row, sigma) for row in y])
    assert abs(estimates.mean() - tau**2) < 5 * estimates.std() / np.sqrt(4000)


def test_james_stein_by_hand():
    x = np.array([1.0, 2, 3, 6])
    close(james_stein(x, variance=2, toward=0), (1 - 2 * 2 / 50) * x)
    close(james_stein(x, variance=2), 3 + (1 - 1 * 2 / 14) * (x - 3))


def test_james_stein_positive_part_stops_at_the_point():
    x = np.array([0.1, -0.1, 0.2])
    close(james_stein(x, variance=1, toward=0, positive_part=True), np.zeros(3))
    assert james_stein(x, variance=1, toward=0)[0] < 0
    assert james_stein([5.0, 5, 5, 5], variance=1).tolist() == [5, 5, 5, 5]


@given(
    x=st.lists(st.floats(-100, 100), min_size=3, max_size=8), variance=st.floats(0.01, 100), shift=st.floats(-100, 100)
)
def test_james_stein_moves_with_the_data(x, variance, shift):
    x = np.array(x)
    deviation = ((x - x.mean()) ** 2).sum()
    if deviation > 1e-6:
        moved = james_stein(x + shift, variance=variance)
        close(moved - shift, james_stein(x, variance=variance), 1e-6, 1e-6 * (1 + variance / deviation))


def test_james_stein_beats_the_observations_and_rows_are_separate():
    rng = np.random.default_rng(2)
    theta = np.linspace(-1, 1, 10)
    x = theta + rng.standard_normal((20000, 10))
    for toward in (None, 0.0):
        gain = ((x - theta) ** 2 - (james_stein(x, variance=1, toward=toward) - theta) ** 2).sum(axis=1)
        assert gain.mean() > 5 * gain.std() / np.sqrt(20000)
        np.testing.assert_allclose(
            james_stein(x[3], variance=1, toward=toward), james_stein(x, variance=1, toward=toward)[3]
        )
    # At theta on the point the risk is exactly 2 (of k = 10), and 3 towards the grand mean.
    noise = rng.standard_normal((20000, 10))
    for toward, risk in ((0.0, 2), (None, 3)):
        loss = (james_stein(noise, variance=1, toward=toward) ** 2).sum(axis=1)
        assert abs(loss.mean() - risk) < 5 * loss.std() / np.sqrt(20000)


# Printed by Efron and Morris (1975), Table 1: X and theta, in the order of the table.
X = [-1.35, -1.66, -1.97, -2.28, -2.60, -2.60, -2.92, -3.26, -3.60, -3.60, -3.95, -3.95, -3.95, -3.95, -3.95, -4.32]
THETA = [-2.10, -2.79, -3.11, -3.96, -3.17, -3.20, -3.32, -4.15, -3.23, -3.83, -3.30, -3.43, -2.71, -3.30, -3.89, -2.98]


def test_the_arcsine_scale_is_that_of_efron_and_morris():
    batting = datasets.batting_1970()
    first = batting["first_hits"] / batting["first_at_bats"]
    hits = batting["rest_hits"].where(batting["player"] != "Don Kessinger", 154)  # as they had it, for 155
    rest = hits / batting["rest_at_bats"]
    np.testing.assert_allclose(to_arcsine(first, 45)[:16], X, atol=0.0051)
    np.testing.assert_allclose(to_arcsine(first, 45)[16:], [-4.70, -5.10], atol=0.0051)
    np.testing.assert_allclose(to_arcsine(rest, 45)[:16], THETA, atol=0.0051)
    np.testing.assert_allclose(to_arcsine(rest, 45)[16:], [-2.53, -4.32], atol=0.0051)


@given(st.floats(0, 1), st.integers(1, 1000))
def test_there_and_back(share, trials):
    close(from_arcsine(to_arcsine(share, trials), trials), share, atol=1e-7)


def test_the_variance_on_the_arcsine_scale_is_about_one():
    for share in (0.2, 0.5, 0.8):
        y = np.arange(201)
        weight, x = stats.binom.pmf(y, 200, share), to_arcsine(y / 200, 200)
        mean = (weight * x).sum()
        assert abs((weight * (x - mean) ** 2).sum() - 1) < 0.02


@pytest.mark.parametrize("variance", [0.0, 0.3, 1.0])
def test_the_mean_share_is_an_integral(variance):
    """Against a sum over quantiles of the normal distribution."""
    z = stats.norm.ppf((np.arange(200_000) + 0.5) / 200_000)
    shares = (1 + np.sin((-3.0 + np.sqrt(variance) * z) / np.sqrt(45))) / 2
    close(from_arcsine(-3.0, 45, variance=variance), shares.mean(), rtol=1e-7)
    naive = from_arcsine(-3.0, 45)
    if variance:  # below one half, the mean of the sines is higher
        assert naive < shares.mean() - 0.0005


def test_shrinkage_weight_from_one_end_to_the_other():
    np.testing.assert_array_equal(shrinkage_weight(3, [0, 3, np.inf]), [0, 0.5, 1])
    close(shrinkage_weight([1.0, 2], 2), [0.8, 0.5])


REFUSED = [
    (lambda: complete_pooling([1, 2], [1]), ValueError, "sigma must have one value"),
    (lambda: complete_pooling([1, 2], [1, 0]), ValueError, "sigma must be above zero"),
    (lambda: complete_pooling([], []), ValueError, "y must hold at least one"),
    (lambda: complete_pooling(["1", "2"], [1, 1]), TypeError, "y must be real numbers"),
    (lambda: partial_pooling([1, 2], [1, 1], -1), ValueError, "tau must be zero or more"),
    (lambda: partial_pooling([1, 2], [1, 1], np.nan), ValueError, "tau must be zero or more"),
    (lambda: partial_pooling([1, 2], [1, 1], [1, -1]), ValueError, "tau must be zero or more"),
    (lambda: partial_pooling([1, 2], [1, 1], "1"), TypeError, "tau must be real numbers"),
    (lambda: partial_pooling([1, 2], [1, 1], 1, mu=np.nan), ValueError, "mu must be finite"),
    (lambda: partial_pooling([1, 2], [1, 1], 1, mu=[1, 2]), ValueError, "mu must be one number"),
    (lambda: shrinkage_weight([1, 0], 1), ValueError, "sigma must be above zero"),
    (lambda: shrinkage_weight([1, np.nan], 1), ValueError, "sigma must be above zero"),
    (lambda: shrinkage_weight(np.inf, 1), ValueError, "sigma must be finite$"),
    (lambda: shrinkage_weight([1, 2], [1, 2, 3]), ValueError, "tau must have one value for each of sigma, or one"),
    (lambda: to_arcsine([0.2, 0.3], [9, 9, 9]), ValueError, "share must have one value for each of trials, or one"),
    (lambda: from_arcsine([1.0, 2], [9, 9, 9]), ValueError, "x must have one value for each of trials, or one"),
    (
        lambda: from_arcsine(1.0, [9, 9, 9], variance=[1, 2]),
        ValueError,
        "variance must have one value for each of trials, or one",
    ),
    (lambda: james_stein([1.0, 2, 3], variance=1e-320), ValueError, "variance"),
    (lambda: shrinkage_weight(1, [0, -1]), ValueError, "tau must be zero or more"),
    (lambda: shrinkage_weight(1, "5"), TypeError, "tau must be real numbers"),
    (lambda: method_of_moments_tau2([1, np.inf], [1, 1]), ValueError, "y must be finite"),
    (lambda: james_stein([1.0, 2], variance=1), ValueError, "x must hold at least 3"),
    (lambda: james_stein([1.0], variance=1, toward=0), ValueError, "x must hold at least 2"),
    (lambda: james_stein(3.0, variance=1), ValueError, "x must hold at least 3"),
    (lambda: james_stein([1.0, 2, 3], variance=0), ValueError, "variance must be above zero"),
    (lambda: james_stein([1.0, 2, 3], variance=np.nan), ValueError, "variance must be finite"),
    (lambda: james_stein([1.0, 2, 3], variance=[1, 1, 1]), ValueError, "variance must be one number"),
    (lambda: james_stein([1.0, np.nan, 3], variance=1), ValueError, "x must be finite"),
    (lambda: james_stein([1.0, 2, 3], variance=1, toward=np.inf), ValueError, "toward must be finite"),
    (lambda: to_arcsine(1.2, 45), ValueError, "share must lie from 0 to 1"),
    (lambda: to_arcsine(0.2, 0), ValueError, "trials must be above zero"),
    (lambda: from_arcsine(11.0, 45), ValueError, "x must lie within"),
    (lambda: from_arcsine(1.0, 45, variance=-1), ValueError, "variance must be zero or more"),
]


@pytest.mark.parametrize(("call", "error", "message"), REFUSED)
def test_bad_input_is_refused_by_name(call, error, message):
    with pytest.raises(error, match=f"^{message}"):
        call()


def test_extremes_that_have_an_answer_come_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(shrinkage_weight(1e-140, [0, 1e140, np.inf]), [0, 1, 1])
        np.testing.assert_array_equal(shrinkage_weight(1e140, [0, 1e-140]), [0, 0])
        np.testing.assert_array_equal(partial_pooling([1, 3], [1, 1], [1e200, np.inf]).mean, [[1, 3], [1, 3]])
        assert np.isnan(complete_pooling([1.0], [2.0]).p_value)


def test_input_is_not_changed():
    y, sigma, tau = EIGHT_Y.copy(), EIGHT_SIGMA.copy(), np.array([0.0, 5, np.inf])
    partial_pooling(y, sigma, tau)
    complete_pooling(y, sigma)
    method_of_moments_tau2(y, sigma)
    estimators.james_stein(y, variance=1)
    np.testing.assert_array_equal(y, EIGHT_Y)
    np.testing.assert_array_equal(sigma, EIGHT_SIGMA)
    np.testing.assert_array_equal(tau, [0, 5, np.inf])


def test_a_refusal_says_what_it_saw():
    with pytest.raises(ValueError, match=r"sigma must be above zero in every group; the smallest is -3$"):
        estimators.complete_pooling([1.0, 2.0, 4.0], [2.0, -3.0, 9.0])
