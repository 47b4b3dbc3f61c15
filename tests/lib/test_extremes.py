"""Numbers at the ends of floating point: the right answer, or a sentence that names the argument; never a quiet lie."""

import warnings

import numpy as np
import pytest
from quadrature_reference import EIGHT_SIGMA, EIGHT_Y
from sampler_checks import agrees_with_exact, within_five_standard_errors
from scipy import stats

from lib import BetaBinomial, GammaPoisson, NestedGammaPoisson, NormalNormal, estimators, exact, gibbs, metropolis

pytestmark = [
    pytest.mark.filterwarnings("error"),
    pytest.mark.filterwarnings("ignore::lib.samplers.convergence.ConvergenceWarning"),  # most runs are short on purpose
]
SAMPLERS = {"exact": exact, "gibbs": gibbs, "metropolis": metropolis}


def run(sampler, model, draws=200, warmup=400, seed=1, chains=4):
    options = {} if sampler is exact else {"warmup": warmup}
    return sampler(model, draws=draws, chains=chains, rng=np.random.default_rng(seed), **options)


# 1. Standard errors that differ by many powers of ten.


def eight(changed):
    """Eight schools, some with another standard error; where it is huge, the estimate is as wild."""
    y, sigma = EIGHT_Y.copy(), EIGHT_SIGMA.copy()
    for school, value in changed.items():
        sigma[school] = value
        y[school] = y[school] if value < 100 else 0.7 * value
    return {"y": y, "sigma": sigma}


UNEQUAL = {
    "one of 1e4": eight({0: 1e4}),
    "one of 1e6": eight({0: 1e6}),
    "one of 1e9": eight({0: 1e9}),
    "one of 1e12": eight({3: 1e12}),
    "one of 1e70": eight({3: 1e70}),
    "three": eight({0: 1e9, 2: 1e6, 5: 1e12}),
    "four, with a prior": eight({0: 1e9, 2: 1e6, 5: 1e12, 6: 1e9}) | {"tau": stats.halfnorm(scale=10)},
    "one of 1e-6": eight({3: 1e-6}),
    "one of 1e-70": eight({3: 1e-70}),
    "two tiny": eight({1: 1e-6, 3: 1e-9}),
    "tiny and huge": eight({1: 1e-6, 0: 1e9, 2: 1e12}),
    "two groups, one huge": {
        "y": [8.0, 7e8],
        "sigma": [10.0, 1e9],
        "mu": stats.norm(0, 30),
        "tau": stats.halfnorm(scale=10),
    },
}


# Where one group alone is known nearly exactly, Gibbs sampling mixes slowly, and R-hat says so.
PAIRS = [(sampler, name) for sampler in (gibbs, metropolis) for name in UNEQUAL]
PAIRS = [pair for pair in PAIRS if pair[0] is metropolis or not {"tiny", "1e-6", "1e-70"} & {*pair[1].split()}]


@pytest.mark.parametrize(("sampler", "name"), PAIRS)
def test_a_group_that_says_nothing_spoils_nothing(sampler, name):
    runs = {gibbs: dict(draws=500, warmup=200, chains=32), metropolis: dict(draws=30_000, warmup=2000, chains=8)}
    tree = sampler(NormalNormal(**UNEQUAL[name]), rng=np.random.default_rng(1), **runs[sampler])
    agrees_with_exact(UNEQUAL[name], tree, thin=15 if sampler is metropolis else 1, floor=200)


@pytest.mark.parametrize("huge", [1e6, 1e9, 1e12, 1e70])
def test_exact_forgets_a_group_that_says_nothing(huge):
    """The others' effects, mu and tau are as if it were not there."""
    draws = run(exact, NormalNormal(**eight({0: huge})), draws=5000).posterior
    without = run(exact, NormalNormal(EIGHT_Y[1:], EIGHT_SIGMA[1:]), draws=5000, seed=2).posterior
    for name in ("mu", "tau"):
        assert stats.ks_2samp(draws[name].values.ravel(), without[name].values.ravel()).pvalue > 1e-3
    found, error = {}, {}
    for j in range(7):
        a, b = draws["theta"][..., j + 1].values.ravel(), without["theta"][..., j].values.ravel()
        found[j], error[j] = a.mean() - b.mean(), np.sqrt(a.var() / a.size + b.var() / b.size)
    within_five_standard_errors(found, error)


@pytest.mark.parametrize("sampler", [gibbs, metropolis])
@pytest.mark.parametrize("changed", [{0: 1e9}, {3: 1e12, 1: 1e6}, {2: 1e-9, 0: 1e9}, {1: 1e-6, 3: 1e-9}])
def test_chains_start_where_the_others_are(sampler, changed):
    model = NormalNormal(**eight(changed))
    state = model.start_state(np.random.default_rng(1), 1000)
    ordinary = NormalNormal(EIGHT_Y, EIGHT_SIGMA).start_state(np.random.default_rng(1), 1000)
    for name in ("mu", "tau"):
        assert np.ptp(state[name]) < 3 * np.ptp(ordinary[name])
        assert np.ptp(state[name]) > np.ptp(ordinary[name]) / 3


def test_of_two_groups_the_one_that_says_something_is_where_chains_start():
    model = NormalNormal([8.0, 7e8], [10.0, 1e9], mu=None, tau=stats.halfnorm(scale=10))
    assert np.abs(model.start_state(np.random.default_rng(1), 1000)["mu"] - 8).max() < 50


def test_suppressed_counts_start_in_the_middle():
    model = GammaPoisson([np.nan, 9], [2, 5], shape=PRIOR, mean=PRIOR, suppressed=(1, 6))
    np.testing.assert_allclose(model.start_state(np.random.default_rng(1), 1)["lam"], [[4 / 2, 9.5 / 5]])


@pytest.mark.parametrize("scale", [1e-70, 1e-20, 1e20, 1e70])
@pytest.mark.parametrize("sampler", SAMPLERS.values(), ids=SAMPLERS)
@pytest.mark.parametrize("mu", ["flat", "t"])
def test_units_do_not_matter(sampler, scale, mu):
    """The same data in other units: with a prior on mu too, and so slices, which must not stop at a fixed width."""
    prior = {name: None if mu == "flat" else stats.t(4, 5 * unit, 9 * unit) for name, unit in (("1", 1), ("s", scale))}
    length = dict(draws=400, warmup=200 if sampler is gibbs else 1000, chains=32)
    one = run(exact, NormalNormal(EIGHT_Y, EIGHT_SIGMA, mu=prior["1"]), draws=2000).posterior
    other = NormalNormal(EIGHT_Y * scale, EIGHT_SIGMA * scale, mu=prior["s"])
    found = run(sampler, other, **length).posterior
    for name in ("mu", "tau"):
        quantiles = [np.quantile(posterior[name], [0.2, 0.5, 0.8]) for posterior in (one, found / scale)]
        assert quantiles[0] == pytest.approx(quantiles[1], rel=0.25, abs=0.6)


# 2. What is beyond floating point is refused, by name.

BEYOND = [1e76, 1e150, 1e200, 1e300, 1.7e308]
TOO_SMALL = [1e-76, 1e-150, 1e-200, 1e-300, 5e-324]
TAKE_SIGMA = {
    "NormalNormal": lambda y, sigma: NormalNormal(y, sigma),
    "complete_pooling": estimators.complete_pooling,
    "partial_pooling": lambda y, sigma: estimators.partial_pooling(y, sigma, 5.0),
    "partial_pooling, mu": lambda y, sigma: estimators.partial_pooling(y, sigma, 5.0, 3.0),
    "method_of_moments_tau2": estimators.method_of_moments_tau2,
}


@pytest.mark.parametrize("call", TAKE_SIGMA.values(), ids=TAKE_SIGMA)
@pytest.mark.parametrize("group", [0, 2, slice(None)])
def test_a_sigma_beyond_is_refused(call, group):
    sigma = EIGHT_SIGMA.copy()
    for value in BEYOND:
        sigma[group] = value
        with pytest.raises(ValueError, match=r"sigma must be at most 1e\+75 in size, not .*; use other units"):
            call(EIGHT_Y, sigma)
    for value in TOO_SMALL:
        sigma[group] = value
        with pytest.raises(ValueError, match=r"sigma must be at least 1e-75, not .*; use other units"):
            call(EIGHT_Y, sigma)


@pytest.mark.parametrize("call", TAKE_SIGMA.values(), ids=TAKE_SIGMA)
def test_a_y_beyond_is_refused(call):
    for value in (*BEYOND, *(-x for x in BEYOND)):
        with pytest.raises(ValueError, match=r"y must be at most 1e\+75 in size"):
            call([1.0, value, 3.0], [1.0, 2.0, 3.0])


PRIOR = stats.gamma(2)
OTHERS = {
    "mu": lambda x: NormalNormal(EIGHT_Y, EIGHT_SIGMA, mu=x),
    "tau": lambda x: NormalNormal(EIGHT_Y, EIGHT_SIGMA, tau=x),
    "mu: the mean of its prior": lambda x: NormalNormal(EIGHT_Y, EIGHT_SIGMA, mu=stats.norm(x, 1)),
    "mu: the standard deviation of its prior": lambda x: NormalNormal(EIGHT_Y, EIGHT_SIGMA, mu=stats.norm(0, x)),
    "successes": lambda x: BetaBinomial([x, 3], [x, 5], concentration=PRIOR),
    "trials": lambda x: BetaBinomial([2, 3], [x, 5], concentration=PRIOR),
    "concentration": lambda x: BetaBinomial([2, 3], [4, 5], concentration=x),
    "counts": lambda x: GammaPoisson([2, x], [4, 5], shape=PRIOR, mean=PRIOR),
    "exposure": lambda x: GammaPoisson([2, 3], [4, x], shape=PRIOR, mean=PRIOR),
    "shape": lambda x: GammaPoisson([2, 3], [4, 5], shape=x, mean=PRIOR),
    "rate": lambda x: GammaPoisson([2, 3], [4, 5], shape=PRIOR, rate=x),
    "mean": lambda x: GammaPoisson([2, 3], [4, 5], shape=PRIOR, mean=x),
    "x": lambda x: estimators.james_stein([1.0, x, 3.0], variance=1.0),
    "toward": lambda x: estimators.james_stein([1.0, 2.0, 3.0], variance=1.0, toward=x),
    "variance": lambda x: estimators.james_stein([1.0, 2.0, 3.0], variance=x),
}
NESTED = dict(mu=stats.norm(), tau=stats.halfnorm(), nu=stats.norm(), omega=stats.halfnorm())
OTHERS["nested exposure"] = lambda x: NestedGammaPoisson([2, 3], [4, x], ["a", "b"], **NESTED)
OTHERS["nested counts"] = lambda x: NestedGammaPoisson([2, x], [4, 5], ["a", "b"], **NESTED)
for NAME in NESTED:
    OTHERS[f"nested {NAME}"] = lambda x, name=NAME: NestedGammaPoisson(
        [2, 3], [4, 5], ["a", "b"], **(NESTED | {name: x})
    )
POSITIVE = ["tau", "mu: the standard deviation of its prior", "concentration", "exposure", "shape", "rate", "mean"]
POSITIVE += ["variance", "nested tau", "nested omega", "nested exposure"]


@pytest.mark.parametrize("name", OTHERS)
def test_every_argument_beyond_is_refused_by_name(name):
    argument = name.removeprefix("nested ")
    for value in BEYOND:
        with pytest.raises(ValueError, match=f"^{argument} must be at most "):
            OTHERS[name](value)
    if name in POSITIVE:
        for value in TOO_SMALL:
            with pytest.raises(ValueError, match=f"^{argument} must be at least "):
                OTHERS[name](value)


def test_whole_numbers_are_whole_up_to_the_limit():
    BetaBinomial([2**53, 3], [2**53, 5], concentration=PRIOR)
    with pytest.raises(ValueError, match=r"successes must be at most 2\*\*53"):
        BetaBinomial([2**53 + 2, 3], [2**53 + 2, 5], concentration=PRIOR)


@pytest.mark.parametrize("counts", [[2, 1e12], np.full(100, 1e6)], ids=["one", "many"])
def test_states_with_large_counts_are_taken(counts):
    """What is tabulated of them does not grow with the counts."""
    model = NestedGammaPoisson(counts, np.ones(len(counts)), np.arange(len(counts)), **NESTED)
    drawn = gibbs(model, draws=5, warmup=5, rng=np.random.default_rng(1)).posterior
    assert all(np.isfinite(drawn[name]).all() for name in drawn)


@pytest.mark.parametrize("value", [1e12, 1e-75, 1.0])
def test_a_known_shape_or_concentration_within_reach_is_taken(value):
    assert GammaPoisson([2, 3], [4, 5], shape=value, mean=PRIOR).population_shape.value == value
    assert BetaBinomial([2, 3], [4, 5], concentration=value).concentration.value == value
    with pytest.raises(ValueError, match="shape must be at most"):
        GammaPoisson([2, 3], [4, 5], shape=1.01e12, mean=PRIOR)
    with pytest.raises(ValueError, match="concentration must be at most"):
        BetaBinomial([2, 3], [4, 5], concentration=1.01e12)


@pytest.mark.parametrize("name", ["shape", "rate", "mean"])
def test_a_known_zero_is_refused_by_its_own_name(name):
    with pytest.raises(ValueError, match=f"^{name} must be above zero"):
        OTHERS[name](0)


# 3. At the ends of the range, and for any tau, the closed forms are right.


@pytest.mark.parametrize("scale", [1e-74, 1e-40, 1e40, 1e73])
def test_estimators_are_right_at_the_ends(scale):
    def at(unit):
        y, sigma = EIGHT_Y * unit, EIGHT_SIGMA * unit
        whole, partial = estimators.complete_pooling(y, sigma), estimators.partial_pooling(y, sigma, 5 * unit)
        twice = 3 * EIGHT_Y * unit  # spread enough that moments do not say zero
        return {
            "mean": whole.mean / unit,
            "se": whole.se / unit,
            "q": whole.q,
            "p": whole.p_value,
            "means": partial.mean / unit,
            "sds": partial.sd / unit,
            "mu": partial.mu / unit,
            "weight": partial.weight,
            "tau": np.sqrt(estimators.method_of_moments_tau2(twice, sigma)) / unit,
            "js": estimators.james_stein(y, variance=(10 * unit) ** 2) / unit if 1e-37 < unit < 1e36 else 0,
        }

    one, other = at(1.0), at(scale)
    assert one["tau"] > 1
    for name, value in one.items():
        if name != "js" or np.any(other[name]):
            np.testing.assert_allclose(other[name], value, rtol=1e-10, err_msg=name)


@pytest.mark.parametrize("tau", [1e-300, 1e-200, 5e-324])
def test_a_tiny_tau_is_complete_pooling(tau):
    whole, partial = (
        estimators.complete_pooling(EIGHT_Y, EIGHT_SIGMA),
        estimators.partial_pooling(EIGHT_Y, EIGHT_SIGMA, tau),
    )
    np.testing.assert_allclose(partial.mean, whole.mean)
    np.testing.assert_allclose(partial.sd, whole.se)
    assert (estimators.shrinkage_weight(EIGHT_SIGMA, tau) == 0).all()


@pytest.mark.parametrize("tau", [1e100, 1e200, 1.7e308, np.inf])
def test_a_huge_tau_is_no_pooling(tau):
    partial = estimators.partial_pooling(EIGHT_Y, EIGHT_SIGMA, tau)
    np.testing.assert_allclose(partial.mean, EIGHT_Y)
    np.testing.assert_allclose(partial.sd, EIGHT_SIGMA)
    np.testing.assert_allclose(partial.mu, EIGHT_Y.mean())


def test_a_weight_is_right_for_any_sigma_and_tau():
    for scale in (5e-324, 1e-300, 1e-200, 1e200, 1e307):
        assert estimators.shrinkage_weight(scale, scale) == 0.5
        assert estimators.shrinkage_weight(scale, 0.0) == 0
        assert estimators.shrinkage_weight(scale, np.inf) == 1
    for sigma in (np.inf, np.array([1.0, np.inf])):
        with pytest.raises(ValueError, match="sigma must be finite"):
            estimators.shrinkage_weight(sigma, np.inf)


@pytest.mark.parametrize("unit", [1e-300, 1e-200, 1e-100])
def test_james_stein_leaves_what_sits_on_the_point(unit):
    """Distances of less than 1e-75 standard deviations: whatever the factor, nothing that is finite comes of them."""
    x = unit * np.arange(5.0)
    np.testing.assert_array_equal(estimators.james_stein(x, variance=1.0, toward=0.0), x)
    assert (estimators.james_stein(1e-60 * np.arange(5.0), variance=1.0, toward=0.0, positive_part=True) == 0).all()
    # In small units a small distance is large enough.
    assert (estimators.james_stein(1e-76 * np.arange(5.0), variance=1e-75, toward=0.0, positive_part=True) == 0).all()


@pytest.mark.parametrize("value", [1e-75, 1e75])
def test_the_ends_themselves_are_taken(value):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = estimators.complete_pooling([value, value], [value, value])
    assert found.mean == pytest.approx(value)
    assert found.se == pytest.approx(value / np.sqrt(2))


@pytest.mark.parametrize("bounds", [(-1, 5), (3, 2), (0.5, 2), (1,)])
def test_bounds_of_suppressed_counts_are_whole_numbers_from_zero_on(bounds):
    with pytest.raises(ValueError, match="suppressed must be two whole numbers from zero on"):
        GammaPoisson([np.nan, 9], [2, 5], shape=PRIOR, mean=PRIOR, suppressed=bounds)
