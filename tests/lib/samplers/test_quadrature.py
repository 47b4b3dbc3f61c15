"""Quadrature of densities whose integral and distribution function are known."""

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy import stats

from lib.samplers.quadrature import LogLinear, NoMassError, integrate

LINE = (-np.inf, np.inf)
PROBABILITY = np.concatenate(
    [np.geomspace(1e-6, 0.05, 12), np.linspace(0.06, 0.94, 30), 1 - np.geomspace(0.05, 1e-6, 12)]
)
TOLERANCE = 1e-4  # what integrate() promises for the integral, and so for the distribution function

DENSITIES = {
    "normal": (stats.norm(3, 2), np.linspace(-20, 20, 9)),
    "far and narrow": (stats.norm(1e6, 1e-3), np.linspace(-1e7, 1e7, 40)),
    "skewed": (stats.gumbel_r(), np.linspace(-5, 5, 5)),
    "kink": (stats.laplace(0.3, 2), np.linspace(-5, 5, 7)),
    "jump at both ends": (stats.uniform(2, 5), np.linspace(-10, 10, 41)),
    "heavy tail": (stats.t(3), np.linspace(-2, 2, 11)),
    "starts away from the mass": (stats.norm(200, 1), np.linspace(-1, 1, 5)),
    "one node": (stats.norm(0.5, 1), np.array([0.1])),
    "two nodes, doubled": (stats.norm(0.5, 1), np.array([0.1, 0.1, 2, 2])),
    "unsorted, doubled": (stats.norm(0.5, 1), np.array([3, 3, -3, 0, 0, 0, 1.5, -3])),
}


@pytest.mark.parametrize(("target", "nodes"), DENSITIES.values(), ids=DENSITIES)
def test_integral_and_quantiles(target, nodes):
    density = integrate(lambda x: target.logpdf(x) + 7.5, nodes[np.newaxis].astype(float), LINE)
    assert density.log_total[0] == pytest.approx(7.5, abs=TOLERANCE)
    np.testing.assert_allclose(target.cdf(density.quantile(PROBABILITY)), PROBABILITY, atol=TOLERANCE)


def test_a_bounded_range_is_never_left():
    target = stats.truncexpon(5)
    density = integrate(target.logpdf, np.linspace(-3, 30, 20)[np.newaxis], (0.0, 5.0))
    assert density.nodes.min() == 0
    assert density.nodes.max() == 5
    np.testing.assert_allclose(target.cdf(density.quantile(PROBABILITY)), PROBABILITY, atol=TOLERANCE)


def test_a_density_is_not_asked_for_outside_its_range():
    """Also where it does not fall off towards the ends, and the nodes to begin with lie in the middle."""

    def log_density(x):
        assert x.min() >= 0 and x.max() <= 1
        return np.zeros_like(x)

    density = integrate(log_density, np.array([[0.4, 0.5, 0.6], [0.1, 0.2, 0.3]]), (0.0, 1.0))
    assert density.nodes[:, 0].tolist() == [0, 0] and density.nodes[:, -1].tolist() == [1, 1]
    np.testing.assert_allclose(density.log_total, 0, atol=1e-12)
    np.testing.assert_allclose(density.quantile(PROBABILITY, 1), PROBABILITY, atol=1e-12)


def test_two_modes_far_apart():
    def log_density(x):
        return np.logaddexp(stats.norm.logpdf(x, -50, 0.5) + np.log(0.3), stats.norm.logpdf(x, 50, 2) + np.log(0.7))

    density = integrate(log_density, np.linspace(-100, 100, 101)[np.newaxis], LINE)
    x = density.quantile(PROBABILITY)
    np.testing.assert_allclose(
        0.3 * stats.norm.cdf(x, -50, 0.5) + 0.7 * stats.norm.cdf(x, 50, 2), PROBABILITY, atol=TOLERANCE
    )


def test_many_rows_at_once_are_as_good_as_one():
    centre, sd = np.linspace(-1000, 1000, 300)[:, np.newaxis], np.geomspace(1e-3, 100, 300)[:, np.newaxis]
    density = integrate(lambda x: stats.norm.logpdf(x, centre, sd) + centre, centre + sd * np.linspace(-4, 4, 9), LINE)
    np.testing.assert_allclose(density.log_total, centre[:, 0], atol=TOLERANCE)
    rng = np.random.default_rng(1)
    row = rng.integers(300, size=5000)
    probability = rng.random(5000)
    found = stats.norm.cdf(density.quantile(probability, row), centre[row, 0], sd[row, 0])
    np.testing.assert_allclose(found, probability, atol=TOLERANCE)


def test_halving_the_steps_quarters_the_error():
    """The method is of second order; that is where the tolerance's meaning comes from."""
    errors = []
    for count in (41, 81, 161):
        x = np.linspace(-8, 8, count)[np.newaxis]
        errors.append(abs(LogLinear(x, stats.norm.logpdf(x)).log_total[0]))
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.02)
    assert errors[1] / errors[2] == pytest.approx(4, rel=0.02)


@example(gaps=[1.0], levels=[0.0, 9.9e-9] + [-np.inf] * 7)  # nearly level, up and down
@example(gaps=[1.0], levels=[9.9e-9, 0.0] + [-np.inf] * 7)
@given(
    gaps=st.lists(st.floats(1e-3, 5), min_size=1, max_size=8),
    levels=st.lists(st.one_of(st.floats(-30, 30), st.just(-np.inf)), min_size=9, max_size=9),
)
def test_log_linear_is_exact_for_what_it_is(gaps, levels):
    """Totals and quantiles of a piecewise exponential density, against the closed form of each piece."""
    x = np.concatenate([[0.0], np.cumsum(gaps)])
    f = np.array(levels[: x.size])

    def mass(width, low, high):
        if np.isinf(low) or np.isinf(high):
            return 0.0
        if abs(high - low) < 1e-6:  # and the rest is less than its square
            return width * np.exp((low + high) / 2)
        return width * (np.exp(high) - np.exp(low)) / (high - low)

    pieces = np.array([mass(*piece) for piece in zip(np.diff(x), f, f[1:], strict=False)])
    assume(pieces.sum() > 0)
    density = LogLinear(x[np.newaxis], f[np.newaxis])
    assert density.log_total[0] == pytest.approx(np.log(pieces.sum()), abs=2e-9)
    probability = np.linspace(0, 1, 50, endpoint=False)
    drawn = density.quantile(probability)
    assert (np.diff(drawn) >= 0).all()
    assert drawn[0] >= x[0]
    assert drawn[-1] <= x[-1]
    for q, p in zip(drawn, probability, strict=True):
        i = min(np.searchsorted(x, q, side="right") - 1, pieces.size - 1)
        within = (q - x[i]) / (x[i + 1] - x[i])
        part = 0.0 if pieces[i] == 0 else mass(q - x[i], f[i], f[i] + within * (f[i + 1] - f[i]))
        assert (pieces[:i].sum() + part) / pieces.sum() == pytest.approx(p, abs=1e-9)


def test_extreme_probabilities_stay_inside_for_every_row():
    x = np.tile(np.linspace(-8, 8, 200), (1000, 1))
    density = LogLinear(x, stats.norm.logpdf(x))
    for probability in (0.0, 1e-300, np.nextafter(1, 0)):
        drawn = density.quantile(np.full(1000, probability), np.arange(1000))
        assert (np.abs(drawn) <= 8).all()
        assert np.isfinite(drawn).all()


NO_INTEGRAL = {
    "flat": (lambda x: np.zeros_like(x), "tail does not fall off"),
    "one over x": (lambda x: -np.log1p(np.abs(x)), "tail does not fall off"),
    "growing": (lambda x: x**2, "tail does not fall off"),
    "zero": (lambda x: np.full_like(x, -np.inf), "zero at every point"),
    "noise": (lambda x: stats.norm.logpdf(x) + 5 * np.sin(1e9 * x), "too rough"),
}


@pytest.mark.parametrize(("log_density", "message"), NO_INTEGRAL.values(), ids=NO_INTEGRAL)
def test_what_has_no_integral_is_refused(log_density, message):
    with pytest.raises(NoMassError, match=message):
        integrate(log_density, np.linspace(-3, 3, 9)[np.newaxis], LINE)


@pytest.mark.parametrize("far_out", [np.nan, np.inf])
def test_what_is_no_number_far_out_is_refused(far_out):
    with pytest.raises(NoMassError, match="tail does not fall off"):
        integrate(lambda x: np.where(np.abs(x) > 20, far_out, 0), np.linspace(-3, 3, 9)[np.newaxis], LINE)


def test_one_row_without_mass_is_refused():
    centre = np.array([[0.0], [1e9]])
    with pytest.raises(NoMassError, match="zero at every point"):
        integrate(lambda x: stats.uniform(-1, 2).logpdf(x - centre), np.tile(np.linspace(-3, 3, 9), (2, 1)), LINE)


@pytest.mark.parametrize("law", [stats.norm(), stats.laplace(), stats.logistic(), stats.gumbel_r()])
@pytest.mark.parametrize("nodes", [[-1.0, 0, 1], [3.0, 3.5, 4], np.linspace(-4, 4, 9)])
def test_the_grid_ends_where_next_to_nothing_is_left(law, nodes):
    """Wherever the search began: less than 1e-12 of the whole lies beyond."""
    density = integrate(law.logpdf, np.atleast_2d(nodes), (-np.inf, np.inf))
    assert law.cdf(density.nodes[0, 0]) < 1e-12
    assert law.sf(density.nodes[0, -1]) < 1e-12
    assert density.log_total[0] == pytest.approx(0, abs=2e-4)
