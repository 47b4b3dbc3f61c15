import math
import warnings

import numpy as np
import pytest
from scipy import stats

from lib.priors.scales import LOG, LOGIT, REAL
from lib.priors.specification import hyperparameter


def tau(specification):
    return hyperparameter("tau", specification, LOG)


def mu(specification):
    return hyperparameter("mu", specification, REAL)


ONE_ARRAY = "; it is called with an array of values, for which use numpy.log rather than math.log$"
REFUSED = {
    "unfrozen": (stats.halfnorm, TypeError, "tau must be a number"),
    "unfrozen discrete": (stats.poisson, TypeError, "tau must be a number"),
    "frozen discrete": (stats.poisson(3), TypeError, "tau must be a number"),
    "class": (float, TypeError, "tau must be a number"),
    "text": ("5", TypeError, "tau must be a number"),
    "bool": (True, TypeError, "tau must be a number"),
    "list": ([5.0], TypeError, "tau must be a number"),
    "several": (stats.halfnorm(scale=[1, 2]), ValueError, "tau: its prior must be one distribution"),
    "invalid": (stats.halfnorm(scale=-1), ValueError, "tau: the parameters of its prior are not valid"),
    "below zero": (stats.norm(5, 1), ValueError, "tau: its prior reaches from -inf.*half"),
    "NaN": (lambda x: x * np.nan, ValueError, "tau: its log density is NaN"),
    "plus infinity": (lambda x: np.full(x.shape, np.inf), ValueError, "tau: its log density is NaN or .infinity"),
    "one value for all": (lambda x: -x.sum(), ValueError, "tau: its log density must be vectorised"),
    "two values": (lambda x: np.zeros(2), ValueError, "tau: its log density must be vectorised"),
    "normalised over its argument": (lambda x: x - x.max(), ValueError, "tau: its log density must be vectorised"),
    "returns text": (lambda x: "a", TypeError, "tau: what its log density returns must be real numbers"),
    "takes nothing": (
        lambda: 0.0,
        ValueError,
        r"^tau: its log density raised TypeError: .* takes 0 positional arguments but 1 was given" + ONE_ARRAY,
    ),
    "takes two": (
        lambda x, scale: -x / scale,
        ValueError,
        "^tau: its log density raised TypeError: .* missing 1 required positional argument: 'scale'" + ONE_ARRAY,
    ),
    "an error of its own": (
        lambda x: 1 / 0,
        ValueError,
        "^tau: its log density raised ZeroDivisionError: [a-z ]+$",
    ),
    "a key": (lambda x: {}["scale"], ValueError, "^tau: its log density raised KeyError: 'scale'$"),
    "one number at a time": (
        lambda x: -x if x > 1 else -1.0,
        ValueError,
        "^tau: its log density raised ValueError: The truth value of an array .*" + ONE_ARRAY,
    ),
    "not an array function": (
        lambda x: -sum(math.log(value) for value in x) * math.log(x),
        ValueError,
        "^tau: its log density raised TypeError: .*" + ONE_ARRAY,
    ),
    "returns nothing": (lambda x: None, ValueError, "tau: its log density is NaN"),
}


@pytest.mark.parametrize(("specification", "error", "message"), REFUSED.values(), ids=REFUSED)
def test_refused_by_name(specification, error, message):
    with pytest.raises(error, match=message):
        tau(specification)


def test_a_known_value_at_the_edge_or_beyond_a_limit_is_refused_where_a_model_says_so():
    assert hyperparameter("tau", 0.0, LOG).value == 0
    assert hyperparameter("shape", 100.0, LOG, most=100.0).value == 100
    for value, scale, rule in ((0, LOG, "be above zero"), (0, LOGIT, "lie between 0 and 1"), (1, LOGIT, "lie between")):
        with pytest.raises(ValueError, match=f"mean must {rule}.*: there is no such population"):
            hyperparameter("mean", value, scale, edge="there is no such population")
    with pytest.raises(ValueError, match="shape must be at most 100, not 101: there the rates hardly differ any more"):
        hyperparameter("shape", 101.0, LOG, most=100.0)


def test_a_callers_own_error_is_not_swallowed():
    def broken(x):
        raise ZeroDivisionError("mine")

    with pytest.raises(ValueError, match="^tau: its log density raised ZeroDivisionError: mine$") as refused:
        tau(broken)
    assert isinstance(refused.value.__cause__, ZeroDivisionError)


def test_the_four_things_it_may_be():
    x = np.array([[0.5, 2.0], [3.0, 7.0]])
    assert tau(5).value == tau(np.float32(5)).value == tau(np.int64(5)).value == 5.0
    assert tau(0).value == 0.0
    np.testing.assert_array_equal(tau(None).log_density(x), np.zeros((2, 2)))
    np.testing.assert_array_equal(tau(stats.gamma(2)).log_density(x), stats.gamma(2).logpdf(x))
    np.testing.assert_array_equal(tau(lambda t: -t).log_density(x), -x)
    np.testing.assert_array_equal(tau(lambda t: 0.0).log_density(x), np.zeros((2, 2)))
    assert mu(None).normal == (0.0, 0.0)
    assert mu(stats.norm(3, 2)).normal == (3.0, 0.25)
    assert mu(stats.t(4)).normal is None
    assert mu(lambda x: 0 * x).normal is None


def test_a_truncated_log_density_may_be_minus_infinity():
    log_density = tau(lambda t: np.where(t < 1, 0, -np.inf)).log_density(np.array([0.5, 2.0]))
    np.testing.assert_array_equal(log_density, [0, -np.inf])


@pytest.mark.parametrize(
    ("prior", "at_zero", "at_infinity"),
    [
        (stats.halfcauchy(scale=5), 0, -2),
        (stats.gamma(0.3), -0.7, -np.inf),
        (stats.lomax(0.5), 0, -1.5),
        (stats.burr12(2, 0.5), 1, -2),
        (stats.uniform(0, 10), 0, -np.inf),
        (stats.uniform(2, 3), np.inf, -np.inf),
        (stats.halfnorm(), 0, -np.inf),
        (None, 0, 0),
        (lambda t: -0.5 * np.log(t), -0.5, -0.5),
        (lambda t: np.where(t < 10, 0, -np.inf), 0, -np.inf),
        (lambda t: np.where(t > 10, 0, -np.inf), np.inf, 0),
    ],
)
def test_powers_of_the_tails(prior, at_zero, at_infinity):
    parameter = tau(prior)
    assert parameter.power_at_zero() == pytest.approx(at_zero, abs=0.02)
    found = parameter.power_at_infinity()
    assert found < -1e30 if at_infinity == -np.inf else found == pytest.approx(at_infinity, abs=0.02)


def test_the_heavier_end_counts():
    assert mu(lambda m: np.where(m < 0, -3, -2) * np.log1p(np.abs(m))).power_at_infinity() == pytest.approx(
        -2, abs=0.02
    )
    assert mu(lambda m: np.where(m < 0, -2, -3) * np.log1p(np.abs(m))).power_at_infinity() == pytest.approx(
        -2, abs=0.02
    )


@pytest.mark.parametrize("specification", [None, stats.uniform(2, 3), stats.halfnorm(scale=4), lambda t: -t])
def test_the_free_scale(specification):
    parameter, x = tau(specification), np.array([2.0, 3.1, 5.0])
    np.testing.assert_allclose(parameter.natural(parameter.free(x)), x, rtol=1e-15)
    step = 1e-6
    free = parameter.free(np.array([2.5, 3.1, 4.5]))
    slope = (parameter.natural(free + step) - parameter.natural(free - step)) / (2 * step)
    np.testing.assert_allclose(np.exp(parameter.log_jacobian(free)), slope, rtol=1e-8)
    unmoved = mu(None)
    np.testing.assert_array_equal(unmoved.free(x), x)
    np.testing.assert_array_equal(unmoved.log_jacobian(x), np.zeros(3))


def test_the_free_scale_never_leaves_the_support():
    for end in (3.0, 7.0, 10.0, 1e-6, 12345.6):
        parameter = tau(stats.uniform(0, end))
        assert parameter.natural(np.array([parameter.free_support[1]]))[0] <= parameter.support[1]


@pytest.mark.parametrize(
    "prior",
    [
        stats.beta(0.5, 0.5, 0, 10),
        stats.arcsine(2, 3),
        stats.gamma(0.3),
        stats.invgamma(0.001, scale=0.001),
        stats.levy(),
    ],
)
def test_priors_with_infinite_density_or_far_quantiles_give_finite_probes(prior):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for parameter in (tau(prior), mu(prior)):
            assert np.isfinite(parameter.quantiles**2).all()
            assert parameter.quantiles.size > 5
            inside = np.clip(parameter.quantiles, *parameter.support)
            assert not np.isposinf(parameter.log_density(inside)).any()
        assert (tau(prior).quantiles > 0).all()


@pytest.mark.parametrize("prior", [stats.norm(3, 2), stats.cauchy(1, 2), stats.gamma(2), stats.uniform(1, 4)])
def test_chains_start_between_the_first_and_the_last_percent_of_the_prior(prior):
    outside, within = prior.ppf([0.001, 0.008, 0.992, 0.999]), prior.ppf([0.012, 0.3, 0.5, 0.988])
    started = mu(prior).starting_values(np.tile(outside, 50), np.zeros(1), np.random.default_rng(1))
    assert (started >= prior.ppf(0.0099)).all() and (started <= prior.ppf(0.9901)).all()
    np.testing.assert_array_equal(mu(prior).starting_values(within, np.zeros(1), np.random.default_rng(1)), within)


STANDARD = [
    stats.norm(3, 2),
    stats.norm(loc=-1),
    stats.halfnorm(scale=5),
    stats.halfnorm(2, 3),
    stats.cauchy(1, 2),
    stats.halfcauchy(scale=25),
    stats.halfcauchy(1),
    stats.expon(scale=3),
    stats.expon(2),
    stats.uniform(1, 4),
]


@pytest.mark.parametrize("prior", STANDARD, ids=lambda prior: f"{prior.dist.name}{prior.args}{prior.kwds}")
def test_a_formula_for_a_usual_prior_is_its_log_density_up_to_a_constant(prior):
    x = np.concatenate([prior.ppf(np.linspace(0.001, 0.999, 50)), [-1e3, -1.0, 0.0, 1e3, 1e60, *prior.support()]])
    parameter = hyperparameter("mu", prior, REAL)
    assert parameter._log_density != prior.logpdf
    formula, density = parameter.log_density(x), prior.logpdf(x)
    np.testing.assert_array_equal(np.isneginf(formula), np.isneginf(density))
    inside = np.isfinite(density)
    difference = formula[inside] - density[inside]
    np.testing.assert_allclose(difference, difference[0], rtol=1e-9, atol=1e-9 * np.abs(density[inside]).max())


@pytest.mark.parametrize(
    ("prior", "at_zero", "at_one"),
    [
        (None, 0, 0),
        (stats.beta(0.5, 3), -0.5, 2),
        (stats.uniform(0.2, 0.5), np.inf, np.inf),
        (lambda m: -np.log(m) - 2 * np.log1p(-m), -1, -2),
        (lambda m: np.where(m < 0.9, 0, -np.inf), 0, np.inf),
    ],
)
def test_a_share_moves_on_the_logistic_scale(prior, at_zero, at_one):
    share = hyperparameter("mean", prior, LOGIT)
    assert share.power_at_zero() == pytest.approx(at_zero, abs=0.02)
    assert share.power_at_one() == pytest.approx(at_one, abs=0.02)
    free, step = share.free(np.array([0.25, 0.4, 0.6])), 1e-6
    np.testing.assert_allclose(share.natural(free), [0.25, 0.4, 0.6], rtol=1e-12)
    slope = (share.natural(free + step) - share.natural(free - step)) / (2 * step)
    np.testing.assert_allclose(np.exp(share.log_jacobian(free)), slope, rtol=1e-8)
    if prior is None:
        assert share.free_support == (-690, 36)
        np.testing.assert_allclose(share.log_free_density(np.array([-700.0, 40.0])), -np.inf)


# Where a chain starts.


@pytest.mark.parametrize(
    ("prior", "scale"),
    [
        (stats.norm(3, 7), REAL),
        (stats.t(3), REAL),
        (stats.gamma(2), LOG),
        (stats.beta(2, 5), LOGIT),
    ],
)
def test_a_chain_starts_where_the_prior_has_mass(prior, scale):
    """Above its lowest 1%: what the data say stands there; elsewhere such a value takes its place."""
    parameter = hyperparameter("x", prior, scale)
    rng, size = np.random.default_rng(1), 400
    within = prior.ppf(np.linspace(0.011, 0.989, size))
    np.testing.assert_array_equal(parameter.starting_values(within, np.empty(0), rng), within)
    for probability in (1e-10, 1e-6, 0.003, 0.009):
        started = parameter.starting_values(np.full(size, prior.ppf(probability)), np.empty(0), rng)
        assert (started != prior.ppf(probability)).all()
        assert (prior.cdf(started) > 0.0099).all()
        assert np.unique(started).size > 10  # scattered
    mixed = np.where(np.arange(size) % 2, within, prior.ppf(1e-8))
    started = parameter.starting_values(mixed, np.empty(0), rng)
    np.testing.assert_array_equal(started[1::2], within[1::2])
    assert (prior.cdf(started) > 0.0099).all()
