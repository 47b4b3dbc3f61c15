"""Normal estimates of normal effects: eight schools, or many simulated groups."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.engines import ROOT, Problem
from lib import NormalNormal, datasets

TRUTH = {"mu": 8.0, "tau": 5.0}
SCALES = {"flat": None, "half-Cauchy(5)": 5.0}


@dataclass(frozen=True)
class Normal(Problem):
    """Estimates, their standard errors, and the scale of the half-Cauchy prior on tau; None if the prior is flat."""

    y: NDArray[np.float64]
    sigma: NDArray[np.float64]
    scale: float | None
    names = ("mu", "tau", "theta")

    @property
    def target(self) -> float:
        """A flat prior lets tau into the funnel's neck and far out."""
        return 0.95 if self.scale is None else 0.8

    @property
    def model(self) -> NormalNormal:
        """The course's model."""
        return NormalNormal(self.y, self.sigma, tau=None if self.scale is None else stats.halfcauchy(scale=self.scale))

    def pymc(self):
        """Write it non-centred."""
        import pymc as pm

        with pm.Model() as model:
            mu = pm.Flat("mu")
            tau = pm.HalfFlat("tau") if self.scale is None else pm.HalfCauchy("tau", self.scale)
            eta = pm.Normal("eta", 0, 1, shape=self.y.size)
            pm.Normal("y", pm.Deterministic("theta", mu + tau * eta), self.sigma, observed=self.y)
        return model

    def numpyro(self):
        """Write it non-centred."""
        import numpyro
        from numpyro import distributions as dist

        def program():
            mu = numpyro.sample("mu", dist.ImproperUniform(dist.constraints.real, (), ()))
            if self.scale is None:
                tau = numpyro.sample("tau", dist.ImproperUniform(dist.constraints.positive, (), ()))
            else:
                tau = numpyro.sample("tau", dist.HalfCauchy(self.scale))
            eta = numpyro.sample("eta", dist.Normal(0, 1).expand([self.y.size]).to_event(1))
            theta = numpyro.deterministic("theta", mu + tau * eta)
            numpyro.sample("y", dist.Normal(theta, self.sigma).to_event(1), obs=self.y)

        return program

    def walkers(self, rng, size):
        """Walk on (mu, log tau, eta)."""

        def log_density(position):
            mu, log_tau, eta = position[:, 0], position[:, 1], position[:, 2:]
            tau = np.exp(log_tau)
            theta = mu[:, np.newaxis] + tau[:, np.newaxis] * eta
            log_prior = log_tau - (eta**2).sum(axis=1) / 2
            if self.scale is not None:
                log_prior = log_prior - np.log1p((tau / self.scale) ** 2)
            return log_prior - (((self.y - theta) / self.sigma) ** 2).sum(axis=1) / 2

        start = rng.standard_normal((size, self.y.size + 2))
        start[:, 0] = self.y.mean() + 5 * start[:, 0]
        start[:, 1] = np.log(5) + start[:, 1]

        def parameters(position):
            mu, tau = position[..., 0], np.exp(position[..., 1])
            return {"mu": mu, "tau": tau, "theta": mu[..., np.newaxis] + tau[..., np.newaxis] * position[..., 2:]}

        return start, log_density, parameters

    def stan(self) -> tuple[str, dict]:
        """Take the book's own program."""
        program = (ROOT / "book" / "stan" / "eight_schools.stan").read_text(encoding="utf-8")
        last = "  target += normal_lpdf(y | theta, sigma);\n"
        if self.scale is not None:
            program = program.replace(last, f"  target += cauchy_lpdf(tau | 0, {self.scale});\n{last}")
        return program, {"J": self.y.size, "y": self.y.tolist(), "sigma": self.sigma.tolist()}


def schools(prior: str) -> Normal:
    """Eight schools."""
    frame = datasets.eight_schools()
    return Normal(frame["y"].to_numpy(dtype=float), frame["sigma"].to_numpy(dtype=float), SCALES[prior])


def simulated(groups: int, prior: str) -> Normal:
    """As many groups as are asked for, of a known population."""
    rng = np.random.default_rng(groups)
    sigma = rng.uniform(9, 18, groups)
    return Normal(TRUTH["mu"] + np.hypot(TRUTH["tau"], sigma) * rng.standard_normal(groups), sigma, SCALES[prior])
