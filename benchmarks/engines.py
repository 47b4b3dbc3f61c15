"""Each engine, with the settings that its users would take: 4 chains of 1,000 draws after a warm-up of 1,000.

An engine is a function of a `Problem`, `Settings` and a `Run`, which it fills in. It imports what it needs itself, then
marks 'imported': what follows is timed. What it samples is the problem's program for it.
"""

import logging
import shutil
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lib import exact, gibbs, metropolis

ROOT = Path(__file__).parents[1]
Draws = Mapping[str, NDArray[np.float64]]


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


class Problem(ABC):
    """One posterior, as a model of ours and as a program for each engine that takes part."""

    names: tuple[str, ...]  # of the parameters whose draws are kept
    scored: tuple[str, ...] = ()  # of what is judged, those whose effective draws count; all, if empty
    has_reference = True  # draws of `exact` by quadrature, which the benchmark takes for the truth
    target = 0.8  # the acceptance that NUTS should aim at

    @property
    @abstractmethod
    def model(self):
        """The posterior, for our own samplers."""

    @abstractmethod
    def pymc(self):
        """Write it as a PyMC model."""

    @abstractmethod
    def numpyro(self) -> Callable[[], None]:
        """Write it as a NumPyro program."""

    def judged(self, draws: Draws) -> Draws:
        """Return what is judged, by name: the parameters themselves, or functions of them that have a mean."""
        return draws

    def walkers(self, rng: np.random.Generator, size: int) -> tuple[NDArray, Callable, Callable]:
        """Return emcee's starting positions, the log density of positions, and the parameters at positions."""
        raise NotImplementedError(f"{type(self).__name__} has no walkers")

    def stan(self) -> tuple[str, dict]:
        """Return a Stan program, and its data."""
        raise NotImplementedError(f"{type(self).__name__} has no Stan program")


def _ours(sampler: Callable, given: Problem, run: Run, **options: int) -> None:
    run.mark("imported")
    model = given.model
    run.mark("built")
    tree = sampler(model, **options)
    posterior = tree["posterior"].dataset
    run.draws = {name: posterior[name].values for name in given.names}
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


def _keep(given: Problem, run: Run, tree) -> None:
    posterior = tree["posterior"].dataset
    run.draws = {name: posterior[name].values for name in given.names}
    run.mark("done")
    run.notes["divergences"] = int(tree.sample_stats["diverging"].sum())


def run_pymc(given: Problem, settings: Settings, run: Run) -> None:
    """PyMC's own NUTS, asked for by name: with nutpie installed it would take that."""
    import pymc as pm

    logging.getLogger("pymc").setLevel(logging.ERROR)
    run.mark("imported")
    with given.pymc():
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
    _keep(given, run, tree)
    # PyMC compiles inside sample(), and says how long the sampling itself took.
    run.marks["built"] = run.marks["done"] - float(tree.posterior.attrs["sampling_time"])


def run_nutpie(given: Problem, settings: Settings, run: Run) -> None:
    """Compile a PyMC model for nutpie, and sample."""
    import nutpie
    import pymc  # noqa: F401  (to be counted as an import)

    run.mark("imported")
    compiled = nutpie.compile_pymc_model(given.pymc())
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
    _keep(given, run, tree)


def run_numpyro(given: Problem, settings: Settings, run: Run, chain_method: str = "vectorized") -> None:
    """NumPyro's NUTS on the processor, chains as an array axis."""
    import jax
    import numpyro
    from numpyro.infer import MCMC, NUTS

    run.mark("imported")
    if chain_method == "parallel":
        numpyro.set_host_device_count(settings.chains)
    chains = MCMC(
        NUTS(given.numpyro(), target_accept_prob=given.target),
        num_warmup=settings.warmup,
        num_samples=settings.draws,
        num_chains=settings.chains,
        chain_method=chain_method,
        progress_bar=False,
    )
    chains.run(jax.random.key(settings.seed), extra_fields=("diverging",))
    found = chains.get_samples(group_by_chain=True)
    run.draws = {name: np.asarray(found[name], dtype=float) for name in given.names}
    run.mark("done")
    run.notes["divergences"] = int(chains.get_extra_fields()["diverging"].sum())
    # It compiles on the first run; what a second takes is warm-up and draws alone.
    start = time.perf_counter()
    chains.run(jax.random.key(settings.seed + 1))
    jax.block_until_ready(chains.get_samples())
    run.marks["built"] = max(run.marks["imported"], run.marks["done"] - (time.perf_counter() - start))


def run_numpyro_parallel(given: Problem, settings: Settings, run: Run) -> None:
    """NumPyro's NUTS with each chain on a device of its own: better where one step is much work."""
    run_numpyro(given, settings, run, "parallel")


def run_emcee(given: Problem, settings: Settings, run: Run) -> None:
    """Emcee's stretch move, all walkers in one call; each walker counts as a chain."""
    import emcee

    run.mark("imported")
    rng = np.random.default_rng(settings.seed)
    np.random.seed(settings.seed)  # noqa: NPY002  (emcee draws from NumPy's global generator)
    start, log_density, parameters = given.walkers(rng, settings.chains)
    sampler = emcee.EnsembleSampler(*start.shape, log_density, vectorize=True)
    run.mark("built")
    state = sampler.run_mcmc(start, settings.warmup)
    sampler.reset()
    sampler.run_mcmc(state, settings.draws)
    run.draws = parameters(sampler.get_chain().swapaxes(0, 1))
    run.mark("done")


def run_stan(given: Problem, settings: Settings, run: Run) -> None:
    """Stan through PyStan, on the book's own program."""
    import httpstan.cache
    import stan

    run.mark("imported")
    program, data = given.stan()
    model = stan.build(program, data=data, random_seed=settings.seed)
    run.mark("built")
    shutil.rmtree(httpstan.cache.model_directory(model.model_name) / "fits", ignore_errors=True)  # or no draw is made
    fit = model.sample(
        num_chains=settings.chains, num_samples=settings.draws, num_warmup=settings.warmup, delta=given.target
    )
    for name in given.names:
        drawn = fit[name].reshape(-1, settings.draws, settings.chains).T
        run.draws[name] = drawn[..., 0] if drawn.shape[-1] == 1 else drawn
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
    "NumPyro, parallel": Engine(run_numpyro_parallel, "import numpyro"),
    "emcee, 64 walkers": Engine(run_emcee, "import emcee", Settings(chains=64, warmup=2000, draws=8000), most_groups=8),
    "Stan": Engine(run_stan, "import stan", processes=True),
}
PACKAGES = ["numpy", "scipy", "arviz", "xarray", "pymc", "nutpie", "numpyro", "jax", "emcee", "pystan", "httpstan"]
