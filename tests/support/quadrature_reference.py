"""The exact answers by a second route: SciPy's adaptive integrators on formulas written out anew, not lib's."""

from collections.abc import Callable

import numpy as np
from scipy import integrate, stats

EIGHT_Y = np.array([28.0, 8, -3, 7, -1, 1, 18, 12])
EIGHT_SIGMA = np.array([15.0, 10, 16, 11, 9, 11, 10, 18])


def log_likelihood_of_tau(y, sigma, tau, mu=None):
    """Log p(y | tau) with theta integrated out, and mu too: flat (None), known (a number) or normal (mean, sd)."""
    v = sigma**2 + tau**2
    if mu is not None and np.ndim(mu) == 0:
        return stats.norm.logpdf(y, mu, np.sqrt(v)).sum()
    shift = y.mean() if mu is None else mu[0]
    r = y - shift
    square, cross, total = (r**2 / v).sum(), (r / v).sum(), (1 / v).sum()
    if mu is None:  # up to a constant
        return -(np.log(v).sum() + np.log(total) + square - cross**2 / total) / 2
    k = mu[1] ** 2  # by the matrix determinant lemma and Woodbury's identity, for the covariance diag(v) + k
    return -(np.log(2 * np.pi * v).sum() + np.log1p(k * total) + square - k * cross**2 / (1 + k * total)) / 2


class Posterior:
    """Posterior of one hyperparameter, from its log density on a scale where a grid of nodes can find it."""

    def __init__(self, log_density: Callable[[float], float], grid):
        self.log_density = log_density
        height = np.array([log_density(u) for u in grid])
        step = int(np.argmax(height))
        fine = np.linspace(grid[max(step - 1, 0)], grid[min(step + 1, len(grid) - 1)], 401)
        self.top = max(log_density(u) for u in fine)
        high = np.flatnonzero(height > self.top - 45)
        first, last = (high[0], high[-1]) if high.size else (step, step)
        self.low, self.high = grid[max(first - 1, 0)], grid[min(last + 1, len(grid) - 1)]
        # Break points about the peak, so that no integrator steps over a narrow one.
        heavy = fine[np.array([log_density(u) for u in fine]) > self.top - 8]
        self.points = np.unique(np.clip(np.linspace(heavy[0], heavy[-1], 9), self.low, self.high))

    def mass(self, start, end):
        cuts = [start, *self.points[(self.points > start) & (self.points < end)], end]
        parts = [
            integrate.quad(
                lambda u: np.exp(self.log_density(u) - self.top), a, b, epsabs=1e-14, epsrel=1e-9, limit=500
            )[0]
            for a, b in zip(cuts, cuts[1:], strict=False)
        ]
        return sum(parts)

    def cdf(self, u):
        """Distribution function at increasing points."""
        cuts = [self.low, *np.clip(u, self.low, self.high), self.high]
        masses = np.array([self.mass(a, b) if b > a else 0.0 for a, b in zip(cuts, cuts[1:], strict=False)])
        return np.cumsum(masses)[:-1] / masses.sum()

    def expect(self, function):
        """Expectation of a vector-valued function of the hyperparameter on its grid's scale."""

        def integrand(u):
            return np.append(1.0, function(u)) * np.exp(self.log_density(u) - self.top)

        total, _ = integrate.quad_vec(integrand, self.low, self.high, epsabs=1e-13, epsrel=1e-10, points=self.points)
        return total[1:] / total[0]


def tau_posterior(y, sigma, log_prior=lambda tau: 0.0, *, support=(0.0, np.inf), mu=None):
    """Posterior of log tau for a prior given as a log density."""
    scale = np.log(sigma.min() / 2)
    low, high = max(scale - 45, np.log(support[0]) if support[0] > 0 else -np.inf), min(scale + 60, np.log(support[1]))

    def log_density(u):
        tau = np.exp(u)
        return log_prior(tau) + u + log_likelihood_of_tau(y, sigma, tau, mu)

    return Posterior(log_density, np.linspace(low, high, 2101))


def group_moments(y, sigma, posterior):
    """Exact E, sd and P(> 0) of every theta, and of mu, with mu flat."""
    size = y.size + 1

    def given(u):
        tau2 = np.exp(2 * u)
        v = sigma**2 + tau2
        mu_var = 1 / (1 / v).sum()
        mu = mu_var * (y / v).sum()
        mean = (y / sigma**2 + mu / tau2) / (1 / sigma**2 + 1 / tau2)
        var = 1 / (1 / sigma**2 + 1 / tau2) + (sigma**2 / v) ** 2 * mu_var
        mean, var = np.append(mean, mu), np.append(var, mu_var)
        return np.concatenate([mean, var + mean**2, stats.norm.cdf(mean / np.sqrt(var))])

    mean, square, above = posterior.expect(given).reshape(3, size)
    return mean, np.sqrt(square - mean**2), above
