"""Counties within states: deaths from cancer of the kidney in 3,110 counties, the book's priors."""

import importlib.util

import numpy as np
from scipy import stats

from benchmarks.engines import ROOT, Draws, Problem
from lib import NestedGammaPoisson, datasets

HYPER = ("mu", "tau", "nu", "omega")


class Nested(Problem):
    """The peers' programs integrate the counties' rates out by hand: negative binomial counts, non-centred states."""

    names = (*HYPER, "state_mean", "state_shape")
    scored = HYPER
    has_exact = False

    def __init__(self) -> None:
        kidney = datasets.kidney_cancer_us()
        self.counts = kidney["deaths_1980_84"].to_numpy()
        self.exposure = kidney["person_years_1980_84"].to_numpy() / 1e5
        self.group = kidney["state"].to_numpy(str)
        self.states, self.state = np.unique(self.group, return_inverse=True)

    @property
    def model(self) -> NestedGammaPoisson:
        """The course's model. Its sampler draws the counties' rates too."""
        return NestedGammaPoisson(
            self.counts,
            self.exposure,
            self.group,
            mu=stats.norm(np.log(5), np.log(2)),
            tau=stats.halfnorm(scale=0.5),
            nu=stats.norm(np.log(10), 1),
            omega=stats.halfnorm(scale=1),
        )

    def judged(self, draws: Draws) -> Draws:
        """Judge the hyperparameters, and what the states have finite moments of."""
        hyper = {name: draws[name] for name in HYPER}
        return hyper | {"state_log_mean": np.log(draws["state_mean"]), "state_cv": draws["state_shape"] ** -0.5}

    def pymc(self):
        """Take the program that the book prints."""
        path = ROOT / "book" / "programs" / "nested_counts.py"
        spec = importlib.util.spec_from_file_location("nested_counts", path)
        assert spec is not None and spec.loader is not None
        program = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(program)
        return program.nested_counts(self.counts, self.exposure, self.group)

    def numpyro(self):
        """Write the same."""
        import jax.numpy as jnp
        import numpyro
        from numpyro import distributions as dist

        def program():
            mu = numpyro.sample("mu", dist.Normal(np.log(5), np.log(2)))
            tau = numpyro.sample("tau", dist.HalfNormal(0.5))
            nu = numpyro.sample("nu", dist.Normal(np.log(10), 1))
            omega = numpyro.sample("omega", dist.HalfNormal(1))
            standard = dist.Normal(0, 1).expand([self.states.size]).to_event(1)
            mean = numpyro.deterministic("state_mean", jnp.exp(mu + tau * numpyro.sample("level", standard)))
            shape = numpyro.deterministic("state_shape", jnp.exp(nu + omega * numpyro.sample("spread", standard)))
            expected = self.exposure * mean[self.state]
            deaths = dist.NegativeBinomial2(expected, shape[self.state]).to_event(1)
            numpyro.sample("deaths", deaths, obs=self.counts)

        return program


class NestedInFull(Nested):
    """The counties' rates are drawn as well."""

    def pymc(self):
        """Write Poisson counts and Gamma rates."""
        import pymc as pm

        with pm.Model() as model:
            mu, tau = pm.Normal("mu", np.log(5), np.log(2)), pm.HalfNormal("tau", 0.5)
            nu, omega = pm.Normal("nu", np.log(10), 1), pm.HalfNormal("omega", 1)
            level, spread = (pm.Normal(name, shape=self.states.size) for name in ("level", "spread"))
            mean = pm.Deterministic("state_mean", pm.math.exp(mu + tau * level))
            shape = pm.Deterministic("state_shape", pm.math.exp(nu + omega * spread))
            # A rate in units of its state's mean: with counts as small as these, it hangs less on the state that way.
            unit = pm.Gamma("unit", shape[self.state], shape[self.state], shape=self.counts.size)
            pm.Poisson("deaths", self.exposure * mean[self.state] * unit, observed=self.counts)
        return model
