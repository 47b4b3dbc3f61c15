"""A sixth model, which is not conjugate: events from rates whose logarithms come from a normal population."""

import numpy as np
from scipy import special

from lib.models.grouped import End
from lib.models.two_level import TwoLevel
from lib.priors.distributions import Normal
from lib.priors.scales import LOG, REAL
from lib.priors.specification import hyperparameter
from lib.validation import count_vector, positive_vector


class PoissonLognormal(TwoLevel):
    r"""y_j ~ Poisson(x_j exp(theta_j)), theta_j ~ N(mu, tau^2)."""

    scale, group, data, hyper = REAL, "theta", ("counts", "exposure"), ("mu", "tau")

    def __init__(self, counts, exposure, *, mu=None, tau=None, labels=None, allow_improper=False):
        self.counts = count_vector("counts", counts)
        self.exposure = positive_vector("exposure", exposure, length=self.counts.size, like="counts")
        self.mu = hyperparameter("mu", mu, REAL)
        self.tau = hyperparameter("tau", tau, LOG, edge="at zero the rates do not differ")
        super().__init__(labels, allow_improper)

    def population(self, mu, tau):
        return Normal(mu, tau)

    def pointwise_log_likelihood(self, theta):
        log_expected = theta + np.log(self.exposure)
        return self.counts * log_expected - np.exp(log_expected) - special.gammaln(self.counts + 1)

    def simulate(self, rng, theta):
        return rng.poisson(self.exposure * np.exp(theta)).astype(float)

    def own_estimates(self):
        return Normal(np.log((self.counts + 0.5) / self.exposure), (self.counts + 0.5) ** -0.5)

    def scatter(self, rng, chains):
        centre = self.own_estimates().mean.mean()
        return {"mu": centre + rng.normal(0, 0.5, chains), "tau": np.exp(rng.uniform(-2, 1, chains))}

    def ends(self):
        events = int((self.counts > 0).sum())
        growth = 0.0 if self.mu.value is not None else max(0.0, 1 + self.mu.power_at_infinity())
        if growth > 0 and not events:
            yield End("mu", "infinity", growth - 1, "there is no event to hold the rates")
        yield End("tau", "zero", self.tau.power_at_zero(), "the likelihood does not vanish")
        yield End("tau", "infinity", self.tau.power_at_infinity() - events + growth, f"{events} groups have events")
