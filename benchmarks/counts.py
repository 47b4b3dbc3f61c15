"""Rates from a Gamma population: asthma in California's 58 counties in 2017-19, counts from 1 to 5 suppressed."""

import numpy as np
from scipy import special, stats

from benchmarks.engines import Problem
from lib import GammaPoisson, datasets


class Counts(Problem):
    """The priors are those of the book's chapter on many counties; a suppressed count enters as an interval."""

    names = ("shape", "mean", "lam")

    def __init__(self) -> None:
        counties = datasets.asthma_california()
        self.suppressed = counties.attrs["suppressed"]
        self.counts = counties["deaths_2017_2019"].to_numpy()
        self.exposure = 3 * counties["population_2017"].to_numpy() / 1e6  # million person-years
        self.seen = ~np.isnan(self.counts)
        # Each number that a suppressed count can be, in a row of its own.
        self.possible = np.arange(self.suppressed[0], self.suppressed[1] + 1)[:, np.newaxis]

    @property
    def model(self) -> GammaPoisson:
        """The course's model."""
        priors = {"mean": stats.lognorm(1, scale=10), "shape": stats.lognorm(1.5, scale=10)}
        return GammaPoisson(self.counts, self.exposure, suppressed=self.suppressed, **priors)

    def pymc(self):
        """Write the rates given shape and mean."""
        import pymc as pm

        with pm.Model() as model:
            shape, mean = pm.LogNormal("shape", np.log(10), 1.5), pm.LogNormal("mean", np.log(10), 1)
            lam = pm.Gamma("lam", alpha=shape, beta=shape / mean, shape=self.counts.size)
            expected = self.exposure * lam
            pm.Poisson("counts", expected[self.seen], observed=self.counts[self.seen].astype(int))
            each = pm.logp(pm.Poisson.dist(expected[~self.seen]), self.possible)
            pm.Potential("suppressed", pm.math.logsumexp(each, axis=0).sum())
        return model

    def numpyro(self):
        """Write the same."""
        import jax
        import numpyro
        from numpyro import distributions as dist

        # Up to a constant: JAX's own is slower.
        log_ways = special.gammaln(self.possible + 1.0)

        def program():
            shape = numpyro.sample("shape", dist.LogNormal(np.log(10), 1.5))
            mean = numpyro.sample("mean", dist.LogNormal(np.log(10), 1))
            lam = numpyro.sample("lam", dist.Gamma(shape, shape / mean).expand([self.counts.size]).to_event(1))
            expected = self.exposure * lam
            numpyro.sample("counts", dist.Poisson(expected[self.seen]).to_event(1), obs=self.counts[self.seen])
            hidden = expected[~self.seen]
            each = self.possible * jax.numpy.log(hidden) - hidden - log_ways
            numpyro.factor("suppressed", jax.nn.logsumexp(each, axis=0).sum())

        return program
