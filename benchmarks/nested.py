"""Counties within states, the book's priors: deaths from cancer of the kidney in 3,110 counties, and simulated ones."""

import importlib.util
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.engines import ROOT, Draws, Problem
from lib import NestedGammaPoisson, datasets

HYPER = ("mu", "tau", "nu", "omega")
TRUTH = {"mu": 1.5, "tau": 0.3, "nu": 2.0, "omega": 0.7}
COUNTIES = [1, 40, 3, 120, 12]  # of the simulated states, over and over
JUDGED = 50  # states, at most: among a thousand means one is four standard errors off without any fault


@dataclass(frozen=True)
class Nested(Problem):
    """The peers' programs integrate the counties' rates out by hand: negative binomial counts, non-centred states."""

    counts: NDArray[np.float64]
    exposure: NDArray[np.float64]
    group: NDArray[np.str_]
    names = (*HYPER, "state_mean", "state_shape")
    scored = HYPER
    has_reference = False

    @classmethod
    def kidney(cls) -> Self:
        """Take the book's data, exposures in 100,000 person-years."""
        data = datasets.kidney_cancer_us()
        exposure = data["person_years_1980_84"].to_numpy() / 1e5
        return cls(data["deaths_1980_84"].to_numpy(float), exposure, data["state"].to_numpy(str))

    @classmethod
    def simulated(cls, states: int) -> Self:
        """Draw states of one county to 120 from a known population. The third has no death."""
        rng = np.random.default_rng(states)
        state = np.repeat(np.arange(states), np.resize(COUNTIES, states))
        mean = np.exp(TRUTH["mu"] + TRUTH["tau"] * rng.standard_normal(states))
        shape = np.exp(TRUTH["nu"] + TRUTH["omega"] * rng.standard_normal(states))
        exposure = np.exp(rng.normal(0, 1.2, state.size))
        counts = rng.poisson(rng.gamma(shape[state], (mean / shape)[state]) * exposure).astype(float)
        counts[state == 2] = 0
        return cls(counts, exposure, np.char.mod("state %03d", state))

    @property
    def states(self) -> NDArray[np.str_]:
        """Their names, in the order of the draws."""
        return np.unique(self.group)

    @property
    def state(self) -> NDArray[np.intp]:
        """Each county's state, by number."""
        return np.unique(self.group, return_inverse=True)[1]

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
        mean, shape = draws["state_mean"][..., :JUDGED], draws["state_shape"][..., :JUDGED]
        return hyper | {"state_log_mean": np.log(mean), "state_cv": shape**-0.5}

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

        state = self.state

        def program():
            mu = numpyro.sample("mu", dist.Normal(np.log(5), np.log(2)))
            tau = numpyro.sample("tau", dist.HalfNormal(0.5))
            nu = numpyro.sample("nu", dist.Normal(np.log(10), 1))
            omega = numpyro.sample("omega", dist.HalfNormal(1))
            standard = dist.Normal(0, 1).expand([self.states.size]).to_event(1)
            mean = numpyro.deterministic("state_mean", jnp.exp(mu + tau * numpyro.sample("level", standard)))
            shape = numpyro.deterministic("state_shape", jnp.exp(nu + omega * numpyro.sample("spread", standard)))
            expected = self.exposure * mean[state]
            deaths = dist.NegativeBinomial2(expected, shape[state]).to_event(1)
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
