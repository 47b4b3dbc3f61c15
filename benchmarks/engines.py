"""Each engine, with the settings that its users would take: 4 chains of 1,000 draws after a warm-up of 1,000.

An engine is a function of a `Problem`, `Settings` and a `Run`, which it fills in. It imports what it needs itself, then
marks 'imported': what follows is timed.
"""

import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from lib import NormalNormal, datasets, exact, gibbs, metropolis

ROOT = Path(__file__).parents[1]
STAN_PROGRAM = ROOT / "book" / "stan" / "eight_schools.stan"
TRUTH = {"mu": 8.0, "tau": 5.0}


@dataclass(frozen=True)
class Problem:
    """Estimates, their standard errors, and the scale of the half-Cauchy prior on tau; None if the prior is flat."""

    y: NDArray[np.float64]
    sigma: NDArray[np.float64]
    scale: float | None

    @property
    def model(self) -> NormalNormal:
        """The posterior, for our own samplers."""
        return NormalNormal(self.y, self.sigma, tau=None if self.scale is None else stats.halfcauchy(scale=self.scale))

    @property
    def target(self) -> float:
        """The acceptance that NUTS should aim at: a flat prior lets tau into the funnel's neck and far out."""
        return 0.95 if self.scale is None else 0.8


@dataclass(frozen=True)
class Settings:
    """How much to draw."""

    chains: int = 4
    warmup: int = 1000
    draws: int = 1000
    seed: int = 1


@dataclass
class Run:
    """Draws by name, shape (chains, draws, ...), and when each stage ended."""

    draws: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    marks: dict[str, float] = field(default_factory=dict)
    notes: dict[str, float | str] = field(default_factory=dict)

    def mark(self, stage: str) -> None:
        """Note the time: 'imported', then 'built' (the model, compiled), then 'done'."""
        self.marks[stage] = time.perf_counter()


def problem(groups: int, prior: str) -> Problem:
    """Eight schools, or as many simulated groups as are asked for, of a known population."""
    scale = {"flat": None, "half-Cauchy(5)": 5.0}[prior]
    if groups == 8:
        schools = datasets.eight_schools()
        return Problem(schools["y"].to_numpy(dtype=float), schools["sigma"].to_numpy(dtype=float), scale)
    rng = np.random.default_rng(groups)
    sigma = rng.uniform(9, 18, groups)
    return Problem(TRUTH["mu"] + np.hypot(TRUTH["tau"], sigma) * rng.standard_normal(groups), sigma, scale)


def _ours(sampler: Callable, given: Problem, run: Run, **options: int) -> None:
    run.mark("imported")
    model = given.model
    run.mark("built")
    tree = sampler(model, **options)
    posterior = tree["posterior"].dataset
    run.draws = {name: posterior[name].values for name in ("mu", "tau", "theta")}
    run.mark("done")


def run_exact(given: Problem, settings: Settings, run: Run) -> None:
    """Quadrature and independent draws."""
    rng = np.random.default_rng(settings.seed)
    _ours(exact, given, run, draws=settings.draws, chains=settings.chains, rng=rng)


def run_gibbs(given: Problem, settings: Settings, run: Run) -> None:
    """Full conditionals, interwoven."""
    rng = np.random.default_rng(settings.seed)
    _ours(gibbs, given, run, draws=settings.draws, warmup=settings.warmup, chains=settings.chains, rng=rng)


def run_metropolis(given: Problem, settings: Settings, run: Run) -> None:
    """Adaptive random walk."""
    rng = np.random.default_rng(settings.seed)
    _ours(metropolis, given, run, draws=settings.draws, warmup=settings.warmup, chains=settings.chains, rng=rng)


def _pymc_model(given: Problem):
    import pymc as pm

    with pm.Model() as model:
        mu = pm.Flat("mu")
        tau = pm.HalfFlat("tau") if given.scale is None else pm.HalfCauchy("tau", given.scale)
        eta = pm.Normal("eta", 0, 1, shape=given.y.size)
        pm.Normal("y", pm.Deterministic("theta", mu + tau * eta), given.sigma, observed=given.y)
    return model


def _keep(run: Run, tree) -> None:
    posterior = tree["posterior"].dataset
    run.draws = {name: posterior[name].values for name in ("mu", "tau", "theta")}
    run.mark("done")
    run.notes["divergences"] = int(tree.sample_stats["diverging"].sum())


def run_pymc(given: Problem, settings: Settings, run: Run) -> None:
    """PyMC's own NUTS, asked for by name: with nutpie installed it would take that."""
    import pymc as pm

    logging.getLogger("pymc").setLevel(logging.ERROR)
    run.mark("imported")
    with _pymc_model(given):
        tree = pm.sample(
            settings.draws,
            tune=settings.warmup,
            chains=settings.chains,
            random_seed=settings.seed,
            target_accept=given.target,
            nuts_sampler="pymc",
            progressbar=False,
            compute_convergence_checks=False,
        )
    _keep(run, tree)
    # PyMC compiles inside sample(), and says how long the sampling itself took.
    run.marks["built"] = run.marks["done"] - float(tree.posterior.attrs["sampling_time"])


def run_nutpie(given: Problem, settings: Settings, run: Run) -> None:
    """Compile a PyMC model for nutpie, and sample."""
    import nutpie
    import pymc  # noqa: F401  (to be counted as an import)

    run.mark("imported")
    compiled = nutpie.compile_pymc_model(_pymc_model(given))
    run.mark("built")
    tree = nutpie.sample(
        compiled,
        draws=settings.draws,
        tune=settings.warmup,
        chains=settings.chains,
        seed=settings.seed,
        target_accept=given.target,
        progress_bar=False,
    )
    _keep(run, tree)


def run_numpyro(given: Problem, settings: Settings, run: Run, chain_method: str = "vectorized") -> None:
    """NumPyro's NUTS on the processor, chains as an array axis."""
    import jax
    import numpyro
    from numpyro import distributions as dist
    from numpyro.infer import MCMC, NUTS

    run.mark("imported")
    if chain_method == "parallel":
        numpyro.set_host_device_count(settings.chains)

    def model():
        mu = numpyro.sample("mu", dist.ImproperUniform(dist.constraints.real, (), ()))
        if given.scale is None:
            tau = numpyro.sample("tau", dist.ImproperUniform(dist.constraints.positive, (), ()))
        else:
            tau = numpyro.sample("tau", dist.HalfCauchy(given.scale))
        eta = numpyro.sample("eta", dist.Normal(0, 1).expand([given.y.size]).to_event(1))
        theta = numpyro.deterministic("theta", mu + tau * eta)
        numpyro.sample("y", dist.Normal(theta, given.sigma).to_event(1), obs=given.y)

    chains = MCMC(
        NUTS(model, target_accept_prob=given.target),
        num_warmup=settings.warmup,
        num_samples=settings.draws,
        num_chains=settings.chains,
        chain_method=chain_method,
        progress_bar=False,
    )
    chains.run(jax.random.key(settings.seed), extra_fields=("diverging",))
    found = chains.get_samples(group_by_chain=True)
    run.draws = {name: np.asarray(found[name], dtype=float) for name in ("mu", "tau", "theta")}
    run.mark("done")
    run.notes["divergences"] = int(chains.get_extra_fields()["diverging"].sum())
    # It compiles on the first run; what a second takes is warm-up and draws alone.
    start = time.perf_counter()
    chains.run(jax.random.key(settings.seed + 1))
    jax.block_until_ready(chains.get_samples())
    run.marks["built"] = run.marks["done"] - (time.perf_counter() - start)


def run_emcee(given: Problem, settings: Settings, run: Run) -> None:
    """Emcee's stretch move on (mu, log tau, eta), all walkers in one call; each walker counts as a chain."""
    import emcee

    run.mark("imported")
    rng = np.random.default_rng(settings.seed)
    np.random.seed(settings.seed)  # noqa: NPY002  (emcee draws from NumPy's global generator)
    size = given.y.size

    def log_density(position):
        mu, log_tau, eta = position[:, 0], position[:, 1], position[:, 2:]
        tau = np.exp(log_tau)
        theta = mu[:, np.newaxis] + tau[:, np.newaxis] * eta
        log_prior = log_tau - (eta**2).sum(axis=1) / 2
        if given.scale is not None:
            log_prior = log_prior - np.log1p((tau / given.scale) ** 2)
        return log_prior - (((given.y - theta) / given.sigma) ** 2).sum(axis=1) / 2

    start = rng.standard_normal((settings.chains, size + 2))
    start[:, 0] = given.y.mean() + 5 * start[:, 0]
    start[:, 1] = np.log(5) + start[:, 1]
    sampler = emcee.EnsembleSampler(settings.chains, size + 2, log_density, vectorize=True)
    run.mark("built")
    state = sampler.run_mcmc(start, settings.warmup)
    sampler.reset()
    sampler.run_mcmc(state, settings.draws)
    chain = sampler.get_chain().swapaxes(0, 1)
    mu, tau = chain[..., 0], np.exp(chain[..., 1])
    theta = mu[..., np.newaxis] + tau[..., np.newaxis] * chain[..., 2:]
    run.draws = {"mu": mu, "tau": tau, "theta": theta}
    run.mark("done")


def run_stan(given: Problem, settings: Settings, run: Run) -> None:
    """Stan through PyStan, on the book's own program."""
    import httpstan.cache
    import stan

    run.mark("imported")
    program, last = STAN_PROGRAM.read_text(encoding="utf-8"), "  target += normal_lpdf(y | theta, sigma);\n"
    if given.scale is not None:
        program = program.replace(last, f"  target += cauchy_lpdf(tau | 0, {given.scale});\n{last}")
    data = {"J": given.y.size, "y": given.y.tolist(), "sigma": given.sigma.tolist()}
    model = stan.build(program, data=data, random_seed=settings.seed)
    run.mark("built")
    shutil.rmtree(httpstan.cache.model_directory(model.model_name) / "fits", ignore_errors=True)  # or no draw is made
    fit = model.sample(
        num_chains=settings.chains, num_samples=settings.draws, num_warmup=settings.warmup, delta=given.target
    )
    shape = (settings.draws, settings.chains)
    run.draws = {name: fit[name].reshape(-1, *shape).T for name in ("mu", "tau", "theta")}
    run.draws |= {name: run.draws[name][..., 0] for name in ("mu", "tau")}
    run.mark("done")
    run.notes["divergences"] = int(fit["divergent__"].sum())
    shutil.rmtree("build", ignore_errors=True)


@dataclass(frozen=True)
class Engine:
    """An engine with its settings, under the name that the table shows."""

    run: Callable[[Problem, Settings, Run], None]
    imports: str
    settings: Settings = Settings()
    ours: bool = False
    processes: bool = False  # it draws in processes of their own, whose memory is not measured
    most_groups: int = 100_000


ENGINES = {
    "exact": Engine(run_exact, "from lib import exact", ours=True),
    "exact, 4 x 25,000": Engine(run_exact, "from lib import exact", Settings(draws=25_000), ours=True),
    "gibbs, 4 chains": Engine(run_gibbs, "from lib import gibbs", ours=True),
    "gibbs, 64 chains": Engine(run_gibbs, "from lib import gibbs", Settings(chains=64), ours=True),
    "metropolis, 4 chains": Engine(run_metropolis, "from lib import metropolis", ours=True, most_groups=1000),
    "metropolis, 64 chains": Engine(
        run_metropolis, "from lib import metropolis", Settings(chains=64), ours=True, most_groups=1000
    ),
    "PyMC": Engine(run_pymc, "import pymc", processes=True),
    "PyMC with nutpie": Engine(run_nutpie, "import nutpie, pymc"),
    "NumPyro": Engine(run_numpyro, "import numpyro"),
    "emcee, 64 walkers": Engine(run_emcee, "import emcee", Settings(chains=64, warmup=2000, draws=8000), most_groups=8),
    "Stan": Engine(run_stan, "import stan", processes=True),
}
PACKAGES = ["numpy", "scipy", "arviz", "xarray", "pymc", "nutpie", "numpyro", "jax", "emcee", "pystan", "httpstan"]
