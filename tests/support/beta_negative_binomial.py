"""A fifth model, as a reader would add it: misses before so many hits, hit rates from a Beta population."""

import numpy as np
from scipy import special

from lib.models.conjugate import Conjugate
from lib.models.grouped import End
from lib.models.two_level import columns
from lib.priors.distributions import Beta, Normal
from lib.priors.scales import LOG, LOGIT
from lib.priors.specification import hyperparameter
from lib.validation import count_vector, positive_vector


class BetaNegativeBinomial(Conjugate):
    scale, group, data, hyper = LOGIT, "theta", ("misses", "hits"), ("mean", "concentration")
    outer, outer_start, outer_nodes = "concentration", (0.0, 7.0), np.geomspace(1e-3, 1e7, 60)

    def __init__(self, misses, hits, *, mean=None, concentration=None, labels=None, allow_improper=False):
        self.misses = count_vector("misses", misses)
        self.hits = positive_vector("hits", count_vector("hits", hits, length=self.misses.size, like="misses"))
        self.mean = hyperparameter("mean", mean, LOGIT, edge="otherwise all rates are the same")
        self.concentration = hyperparameter("concentration", concentration, LOG, edge="at zero every rate is 0 or 1")
        super().__init__(labels, allow_improper)

    def population(self, mean, concentration):
        return Beta(mean * concentration, (1 - mean) * concentration)

    def pointwise_log_likelihood(self, theta):
        return self._log_ways + special.xlogy(self.hits, theta) + special.xlog1py(self.misses, -theta)

    def simulate(self, rng, theta):
        return rng.negative_binomial(self.hits, theta).astype(float)

    def groups_given(self, mean, concentration):
        prior = self.population(*columns(mean, concentration))
        return Beta(prior.alpha + self.hits, prior.beta + self.misses)

    def log_marginal_likelihood(self, mean, concentration):
        prior, given = self.population(*columns(mean, concentration)), self.groups_given(mean, concentration)
        return (self._log_ways + special.betaln(*given) - special.betaln(*prior)).sum(axis=-1)

    def own_estimates(self):
        share = (self.hits + 0.5) / (self.hits + self.misses + 1)
        return Normal(share, share * np.sqrt((1 - share) / self.hits))

    def inner_given(self, concentration):
        (kappa,) = columns(concentration)
        worth = (self.hits * kappa / (self.hits + kappa)).sum(axis=-1)
        return Normal(np.log(self.hits.sum() / (self.misses.sum() + 0.5)), worth**-0.5)

    def _tabulate(self):
        self._log_ways = -np.log(self.misses + self.hits) - special.betaln(self.misses + 1, self.hits)

    def ends(self):
        missed, m, kappa = (self.misses > 0).sum(), self.mean, self.concentration
        yield End("concentration", "infinity", kappa.power_at_infinity(), "one rate for all will do")
        yield End("concentration", "zero", kappa.power_at_zero() + missed, f"{missed} groups have misses")
        yield End("mean", "zero", m.power_at_zero() + self.hits.size, "all groups have hits")
        yield End("mean", "one", m.power_at_one() + missed, f"{missed} groups have misses")
