"""The reference posteriors agree with brute force, closed forms and one another."""

from fractions import Fraction
from math import exp, lgamma, log, sqrt

import numpy as np
import pytest
from posterior_reference import PROBABILITIES, fewer, log_rising, reference
from scipy import integrate, stats
from scipy.special import expit, logit

COUNTS, EXPOSURE = np.array([0.0, 3, 9, 1]), np.array([0.5, 1, 2.5, 4])


def flat(x):
    return np.zeros_like(x)


def inverse_square(x):
    return -2 * np.log(x)


@pytest.mark.parametrize("x", [Fraction(1, 10**300), Fraction(1, 7), 3, 19, 20, 21, 1000, 10**9, 10**150])
@pytest.mark.parametrize("n", [0, 1, 2, 7, 300])
def test_rising_factorials_against_exact_products(x, n):
    product = Fraction(1)
    for i in range(n):
        product *= 1 + Fraction(i) / x
    excess = product - 1  # a float of the product itself would round what is near one
    exact = np.log1p(float(excess)) if excess < 1 else log(product.numerator) - log(product.denominator)
    log_x = log(Fraction(x).numerator) - log(Fraction(x).denominator)
    assert log_rising(log_x, n) == pytest.approx(exact, rel=1e-12, abs=3e-13)


@pytest.mark.parametrize("x", [1e-5, 0.3, 19.9, 20.1, 1e4, 1e9])
def test_rising_factorials_of_millions_against_sums(x):
    n = 2_000_000
    assert log_rising(log(x), n) == pytest.approx(np.sum(np.log1p(np.arange(n) / x)), rel=1e-11)


def test_fewer_exposures_have_the_same_sums():
    log_x = np.random.default_rng(1).uniform(-3, 4, 1000)
    points, weights = fewer(log_x)
    assert points.size < 300

    def between(at):  # the log of a chance of 1 to 9 events
        return np.log(sum(stats.nbinom.pmf(c, 0.7, 1 / (1 + np.exp(at))) for c in range(1, 10)))

    for shift in (-2, 0, 3):
        assert between(points + shift) @ weights == pytest.approx(between(log_x + shift).sum(), rel=1e-11)


def brute(log_density, outer, inner, group):
    """Means, sds, quantiles and one group's mean and sd from a plain grid of the free scales."""
    u, v = np.linspace(*outer, 300)[:, np.newaxis], np.linspace(*inner, 401)
    with np.errstate(all="ignore"):
        log_f = log_density(u, v)
    weights = np.exp(log_f - log_f.max())
    weights /= weights.sum()
    found = []
    for axis, at in ((1, u.ravel()), (0, v)):
        share = weights.sum(axis=axis)
        mean = at @ share
        middle = np.cumsum(share) - share / 2
        found.append((mean, sqrt(np.square(at - mean) @ share), np.interp(PROBABILITIES, middle, at)))
    mean, variance = (np.broadcast_to(part, weights.shape) for part in group(u, v))
    centre = np.sum(weights * mean)
    return *found, (centre, sqrt(np.sum(weights * (variance + np.square(mean - centre)))))


def agrees(found, names, expected):
    assert found.error < 1e-5
    for name, (mean, sd, quantiles) in zip(names, expected[:2], strict=True):
        assert found.mean[name] == pytest.approx(mean, abs=1e-3 * sd)
        assert found.sd[name] == pytest.approx(sd, rel=1e-3)
        np.testing.assert_allclose(found.quantiles[name], quantiles, atol=6e-3 * sd)
    assert found.group_mean[0] == pytest.approx(expected[2][0], abs=1e-3 * expected[2][1])
    assert found.group_sd[0] == pytest.approx(expected[2][1], rel=1e-3)


def test_normal_against_a_grid():
    y, sigma = np.array([28.0, 8, -3, 7]), np.array([15.0, 10, 16, 11])
    mu, tau = stats.t(4, -5, 3), stats.halfnorm(scale=10)

    def log_density(u, v):
        likelihood = sum(stats.norm.logpdf(a, v, np.hypot(s, np.exp(u))) for a, s in zip(y, sigma, strict=True))
        return likelihood + tau.logpdf(np.exp(u)) + u + mu.logpdf(v)

    def group(u, v):
        precision = 1 / sigma[0] ** 2 + np.exp(-2 * u)
        return (y[0] / sigma[0] ** 2 + v * np.exp(-2 * u)) / precision, 1 / precision

    expected = brute(log_density, (-12, 5), (-60, 60), group)
    agrees(reference("normal", {"y": y, "sigma": sigma}, {"tau": tau, "mu": mu}, [0]), ("tau", "mu"), expected)


def test_beta_against_a_grid():
    y, n = np.array([0.0, 3, 20, 7]), np.array([5.0, 30, 20, 11])
    mean, concentration = stats.beta(0.5, 0.5), stats.lognorm(1)

    def log_density(u, v):
        k, m = np.exp(u), expit(v)
        likelihood = sum(stats.betabinom.logpmf(a, b, m * k, (1 - m) * k) for a, b in zip(y, n, strict=True))
        return likelihood + concentration.logpdf(k) + u + mean.logpdf(m) + np.log(m * (1 - m))

    def group(u, v):
        posterior = stats.beta(expit(v) * np.exp(u) + y[1], expit(-v) * np.exp(u) + n[1] - y[1])
        return posterior.mean(), posterior.var()

    found = reference("beta", {"y": y, "n": n}, {"mean": mean, "concentration": concentration}, [1])
    agrees(found, ("concentration", "mean"), brute(log_density, (-6, 6), (-12, 14), group))


@pytest.mark.parametrize("suppressed", [False, True])
def test_gamma_against_a_grid(suppressed):
    shape, rate = stats.lognorm(1), stats.expon()
    y = np.where([False, False, suppressed, suppressed], np.nan, COUNTS)

    def log_density(u, w):
        a, b = np.exp(u), np.exp(w)
        total = shape.logpdf(a) + u + rate.logpdf(b) + w
        for count, x in zip(y, EXPOSURE, strict=True):
            counts = np.arange(1, 10) if np.isnan(count) else [count]
            total = total + np.log(sum(stats.nbinom.pmf(c, a, b / (b + x)) for c in counts))
        return total

    def group(u, w):
        return (np.exp(u) + y[1]) / (np.exp(w) + EXPOSURE[1]), (np.exp(u) + y[1]) / (np.exp(w) + EXPOSURE[1]) ** 2

    found = reference("gamma", {"y": y, "x": EXPOSURE, "lo": 1, "hi": 9}, {"shape": shape, "rate": rate}, [1])
    agrees(found, ("shape", "rate"), brute(log_density, (-6, 5), (-14, 4), group))


def test_one_expectation_against_dblquad():
    def density(w, a, power):
        log_f = -a - w
        for y, x in zip(COUNTS, EXPOSURE, strict=True):
            log_f += lgamma(a + y) - lgamma(a) + a * log(w / (w + x)) - y * log(w + x)
        return exp(log_f) * log(a) ** power

    mass, mean = (integrate.dblquad(density, 0, 25, 0, 25, args=(power,), epsrel=1e-6)[0] for power in (0, 1))
    found = reference("gamma", {"y": COUNTS, "x": EXPOSURE}, {"shape": stats.expon(), "rate": stats.expon()})
    assert found.mean["shape"] == pytest.approx(mean / mass, abs=1e-4)


def test_normal_with_known_tau_is_conjugate():
    y, sigma = np.array([1e6 + 1, 1e6 + 5, 1e6 - 2]), np.array([1.0, 2, 3])
    weight = 1 / (sigma**2 + 4)
    posterior = stats.norm(weight @ y / weight.sum(), 1 / sqrt(weight.sum()))
    found = reference("normal", {"y": y, "sigma": sigma}, {"tau": 2.0, "mu": flat})
    assert found.mean["mu"] == pytest.approx(posterior.mean(), abs=1e-7)
    assert found.sd["mu"] == pytest.approx(posterior.std(), rel=1e-7)
    np.testing.assert_allclose(found.quantiles["mu"] - 1e6, posterior.ppf(PROBABILITIES) - 1e6, atol=1e-2)


def test_beta_with_a_huge_concentration_is_one_binomial():
    # Log k = 345 is the scale's end: all groups have one chance, whose posterior is a Beta.
    y, n = np.array([1.0, 0, 2]), np.array([3e6, 10, 1e5])
    posterior = stats.beta(y.sum() + 0.5, n.sum() - y.sum() + 0.5)
    found = reference("beta", {"y": y, "n": n}, {"concentration": 1e150, "mean": stats.beta(0.5, 0.5)}, [1])
    np.testing.assert_allclose(found.quantiles["mean"], logit(posterior.ppf(PROBABILITIES)), atol=1e-6)
    assert found.group_mean[0] == pytest.approx(posterior.mean(), rel=1e-7)
    assert found.group_sd[0] == pytest.approx(posterior.std(), rel=1e-7)


def test_a_prior_of_the_rate_is_one_of_the_mean():
    # A known shape of 3 and a prior 1 / (1 + b)^2 of the rate b = 3 / m give the mean a prior 3 / (m + 3)^2.
    data = {"y": COUNTS, "x": EXPOSURE}
    rate = reference("gamma", data, {"shape": 3.0, "rate": lambda b: -2 * np.log1p(b)}, [0])
    mean = reference("gamma", data, {"shape": 3.0, "mean": lambda m: -2 * np.log(m + 3)}, [0])
    assert log(3) - rate.mean["rate"] == pytest.approx(mean.mean["mean"], abs=1e-6)
    np.testing.assert_allclose(log(3) - rate.quantiles["rate"][::-1], mean.quantiles["mean"], atol=1e-6)
    assert rate.group_sd == pytest.approx(mean.group_sd, rel=1e-6)


def test_quantiles_of_a_rate_far_narrower_given_the_shape():
    # Two hundred events hold the mean to 0.07, priors far apart let shape and rate go along a ridge twenty times wider.
    y, x = np.array([30.0, 23, 25, 18, 20, 51, 27, 26]), np.full(8, 840.0)
    found = reference(
        "gamma", {"y": y, "x": x}, {"shape": stats.lognorm(2, scale=50), "rate": stats.lognorm(2, scale=4e5)}
    )
    assert found.error < 1e-5
    assert found.sd["rate"] > 20 * 0.07


def test_units_of_exposure_do_not_matter():
    priors = {"shape": inverse_square, "rate": stats.gamma(2, scale=3)}
    one = reference("gamma", {"y": COUNTS, "x": EXPOSURE}, priors, [1])
    scaled = priors | {"rate": stats.gamma(2, scale=3000)}
    other = reference("gamma", {"y": COUNTS, "x": 1000 * EXPOSURE}, scaled, [1])
    assert other.mean["shape"] == pytest.approx(one.mean["shape"], abs=1e-6)
    np.testing.assert_allclose(other.quantiles["rate"] - log(1000), one.quantiles["rate"], atol=1e-6)
    assert 1000 * other.group_mean == pytest.approx(one.group_mean, rel=1e-6)


def test_a_prior_in_two_pieces():
    # One group, almost without data: the posterior is the prior, uniform on 2 to 3 and on 4 to 5.
    def windows(tau):
        return np.where(((tau > 2) & (tau < 3)) | ((tau > 4) & (tau < 5)), 0, -np.inf)

    found = reference("normal", {"y": [0.0], "sigma": [1e6]}, {"tau": windows, "mu": 0.0})
    np.testing.assert_allclose(np.exp(found.quantiles["tau"]), [2.02, 2.2, 3, 4.8, 4.98], atol=1e-5)


def test_tails_of_hundreds_of_units():
    # Without events, a shape with prior a^(0.05 - 1) near zero keeps it: log a is minus an exponential, of mean 20.
    data = {"y": [0.0], "x": [1e-300]}
    found = reference("gamma", data, {"shape": stats.gamma(0.05), "mean": 1.0})
    assert found.error < 1e-3
    tail = stats.loggamma(0.05)
    assert found.sd["shape"] == pytest.approx(tail.std(), rel=1e-4)
    np.testing.assert_allclose(found.quantiles["shape"], np.log(stats.gamma(0.05).ppf(PROBABILITIES)), atol=1e-4)


def test_an_improper_posterior_has_a_large_error():
    improper = {"shape": lambda a: -np.log(a), "mean": 1.0}
    assert reference("gamma", {"y": COUNTS, "x": EXPOSURE}, improper).error > 1
