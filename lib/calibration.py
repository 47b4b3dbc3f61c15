"""Simulation-based calibration: try a sampler on data that its model could have produced, where the truth is known."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import arviz as az
import numpy as np
import pandas as pd
import xarray as xr
from joblib import Parallel, delayed
from scipy import stats
from tqdm import tqdm

from lib.models.base import Simulated
from lib.samplers.chain import asks_by_name
from lib.samplers.convergence import judged_elsewhere
from lib.validation import FloatArray, freeze, generator, positive_integer, refuse_what_does_not_fit

type Statistic = Callable[[Any, Mapping[str, FloatArray]], FloatArray]

_SHORTEST = 50  # draws a chain: from fewer, an effective sample size says little
_A_REPLICATE = 2048  # bytes, about: its generator's seed, its ranks
_ATTEMPTS = 5  # to get draws that are nearly independent; each is at least twice as long as the one before


@dataclass(frozen=True)
class Calibration:
    """Where the truth lay among the draws.

    Attributes
    ----------
    ranks : DataFrame, one row a replicate, one column a parameter or summary
        How many of the draws lie below the true value, from 0 to `draws`. Ties are broken by chance.
    pit : DataFrame
        The ranks spread evenly over their steps, from 0 to 1. A right sampler makes them uniform.
    draws : int
        The number of draws that each true value was ranked among.
    effective : ndarray, one value a replicate
        The smallest effective sample size of any column, before thinning.
    enough : int
        What it had to be.
    """

    ranks: pd.DataFrame
    pit: pd.DataFrame
    draws: int
    effective: FloatArray
    enough: int

    def __post_init__(self) -> None:
        """Make the array read-only, as the record is."""
        freeze(self)

    def __repr__(self) -> str:
        """Tell its size, and the column that is furthest from uniform."""
        p_values = self.p_values
        return (
            f"Calibration of {len(self.ranks)} replicates: among {len(p_values)} columns the smallest p-value is "
            f"{p_values.min():.2g}, of {p_values.idxmin()}; for all together {self.p_value:.2g}"
        )

    @property
    def p_values(self) -> pd.Series:
        """How surprising each column would be if it were uniform.

        Notes
        -----
        ArviZ's pointwise order test: is any one of the sorted values further from its place than chance allows? Its
        p-values are accurate when small, which is where they matter; they do not go above about 0.5.
        """
        found, _, _ = xr.Dataset.from_dataframe(self.pit).azstats.uniformity_test(dim="replicate")
        return pd.Series({name: float(found[name]) for name in self.pit}, name="p_value")

    @property
    def p_value(self) -> float:
        """One p-value for all columns: the smallest times their number, at most 1 (Bonferroni's rule)."""
        return min(1.0, float(self.p_values.min()) * self.pit.shape[1])

    def coverage(self, levels: Sequence[float] = (0.5, 0.8, 0.95), *, confidence: float = 0.95) -> pd.DataFrame:
        """How often the central interval of each level holds the truth.

        Parameters
        ----------
        levels : sequence of float
            Probabilities between 0 and 1.
        confidence : float
            Of the interval for the coverage itself, Wilson's: there are only so many replicates.

        Returns
        -------
        DataFrame
            One row a column of `pit` and level, with ``coverage``, ``low`` and ``high``.
        """
        if not all(0 < level < 1 for level in levels):
            raise ValueError(f"levels must be probabilities between 0 and 1, not {list(levels)}")
        rows = []
        for name, pit in self.pit.items():
            for level in levels:
                held = stats.binomtest(int((np.abs(2 * pit - 1) < level).sum()), len(pit))
                interval = held.proportion_ci(confidence, method="wilson")
                rows.append((name, level, held.statistic, interval.low, interval.high))
        return pd.DataFrame(rows, columns=["statistic", "level", "coverage", "low", "high"])

    def to_datatree(self) -> xr.DataTree:
        """Return the values from 0 to 1 for ``arviz.plot_ecdf_pit(..., sample_dims="replicate")``."""
        return xr.DataTree.from_dict({"prior_sbc": xr.Dataset.from_dataframe(self.pit)})


@asks_by_name
def simulation_based_calibration(
    model: Simulated,
    sampler: Callable[..., xr.DataTree],
    *,
    replicates: int,
    draws: int = 99,
    chains: int = 4,
    thin: int = 4,
    rng: np.random.Generator,
    statistics: Mapping[str, Statistic] | None = None,
    n_jobs: int | None = None,
    progress: bool = False,
    **options: Any,
) -> Calibration:
    """Draw parameters from the prior and data given them, run the sampler, and see where the truth lies in its draws.

    Parameters
    ----------
    model : Simulated
        Any model with proper priors. Its own data do not matter, only how many there are and how precise.
    sampler : callable
        ``sampler(model, draws=..., chains=..., rng=..., **options)`` returns draws, as those in `lib.samplers` do.
    replicates : int
        How many times.
    draws : int
        How many nearly independent draws to rank each true value among.
    chains : int
        Chains of each run.
    thin : int
        How many draws to make, at first, for each that is kept. A good guess saves time; a bad one does no harm.
    rng : numpy.random.Generator
        The same state gives the same ranks, however many workers share the replicates.
    statistics : mapping of str to callable, optional
        More to rank than each parameter and the model's own summaries: ``statistic(model, parameters)`` with parameters
        of shape (chains, draws, ...) returns an array of shape (chains, draws).
    n_jobs : int, optional
        Processes to use; -1 for all cores. Left out, it is what ``joblib.parallel_config`` says: one process, or a
        Dask cluster inside ``with joblib.parallel_config(backend="dask")``.
    progress : bool
        Show a progress bar.
    **options
        Passed to the sampler, such as ``warmup``.

    Returns
    -------
    Calibration

    Raises
    ------
    TypeError, ValueError
        If an argument breaks a rule; if the model has a prior that cannot be drawn from, by name.

    Warns
    -----
    RuntimeWarning
        If some runs gave too few effective draws even at their longest.

    Notes
    -----
    Ranks are uniform if the draws are independent. So each run is as long as it takes for the effective sample size
    (of the bulk and of the tails, of every column) to be twice `draws`, and five times the number of chains; then
    `draws` of them are kept, evenly spaced: what is left of the correlation between neighbours is about exp(-4). A run
    that is too short is begun anew, longer.

    A sampler that ignores some of what it is told, the data or a prior, can still give each parameter uniform ranks.
    The model's summaries see that, as long as what computes them is right.

    References
    ----------
    Talts et al. (2018), "Validating Bayesian inference algorithms with simulation-based calibration",
    arXiv:1804.06788. Modrak et al. (2025), "Simulation-based calibration checking for Bayesian computation",
    *Bayesian Analysis* 20:461-488, for the summaries.
    """
    if isinstance(model, type) or not isinstance(model, Simulated):
        raise TypeError(f"model must be a model that can make up data, such as NormalNormal, not {model!r:.60}")
    if not callable(sampler):
        raise TypeError(f"sampler must be a sampler itself, such as lib.gibbs, not {sampler!r:.60}")
    replicates, draws = positive_integer("replicates", replicates), positive_integer("draws", draws)
    chains, thin = positive_integer("chains", chains), positive_integer("thin", thin)
    refuse_what_does_not_fit("replicates", replicates, each=_A_REPLICATE)
    refuse_what_does_not_fit("draws", draws, each=8)
    refuse_what_does_not_fit("thin", thin, each=8 * draws, more=f" with draws={draws}")
    # Each replicate has a generator of its own, whoever runs it.
    seeds = np.random.SeedSequence(generator(rng).integers(2**32, size=4).tolist()).spawn(replicates)
    job = delayed(_replicate)
    found = Parallel(n_jobs=n_jobs, return_as="generator")(
        job(model, sampler, draws, chains, thin, dict(statistics or {}), options, seed) for seed in seeds
    )
    rows = list(tqdm(found, total=replicates, disable=not progress, unit=" replicates"))
    ranks, pit, effective = (list(column) for column in zip(*rows, strict=True))
    index = pd.RangeIndex(replicates, name="replicate")
    enough = _enough(draws, chains)
    short = int((np.array(effective) < enough).sum())
    if short:
        warnings.warn(
            f"in {short} of {replicates} replicates the longest run had too few effective draws: their ranks spread "
            "too far; more chains, or a sampler that mixes better, would help",
            RuntimeWarning,
            stacklevel=2,
        )
    return Calibration(pd.DataFrame(ranks, index), pd.DataFrame(pit, index), draws, np.array(effective), enough)


def _enough(draws: int, chains: int) -> int:
    """Return the effective sample size to ask for: a chain with hardly one effective draw cannot tell its own."""
    return max(2 * draws, 5 * chains)


def _replicate(
    model: Simulated,
    sampler: Callable[..., xr.DataTree],
    draws: int,
    chains: int,
    thin: int,
    statistics: Mapping[str, Statistic],
    options: Mapping[str, Any],
    seed: np.random.SeedSequence,
) -> tuple[dict[str, int], dict[str, float], float]:
    """Return the ranks of one truth, the same between 0 and 1, and the smallest effective sample size."""
    rng = np.random.default_rng(seed)
    truth, replicated = model.replicate(rng)
    true = _columns(replicated, {name: value[np.newaxis, np.newaxis] for name, value in truth.items()}, statistics)
    length = max(_SHORTEST, -(-thin * draws // chains))
    for attempt in range(_ATTEMPTS):
        with judged_elsewhere():  # here, by the effective sample size of every column
            posterior = sampler(replicated, draws=length, chains=chains, rng=rng, **options).posterior
        drawn = _columns(replicated, {name: posterior[name].values for name in truth}, statistics)
        values = np.stack([drawn[name] for name in true], axis=-1)
        effective = min(
            float(np.min(az.ess(values, method="bulk"))), float(np.min(az.ess(values, method="tail", prob=(0.1, 0.9))))
        )
        if effective >= _enough(draws, chains) or attempt == _ATTEMPTS - 1:
            break
        length = int(length * np.clip(1.5 * _enough(draws, chains) / effective, 2, 20))
    step = chains * length // draws
    kept = values.reshape(-1, len(true))[step - 1 :: step][:draws]
    at = np.array([value.item() for value in true.values()])
    rank = (kept < at).sum(axis=0) + rng.integers((kept == at).sum(axis=0) + 1)
    pit = (rank + rng.random(rank.shape)) / (draws + 1)
    return dict(zip(true, rank.tolist(), strict=True)), dict(zip(true, pit.tolist(), strict=True)), effective


def _columns(
    model: Simulated, parameters: Mapping[str, FloatArray], statistics: Mapping[str, Statistic]
) -> dict[str, FloatArray]:
    """Return every parameter, one entry a group, and every summary, each of shape (chains, draws)."""
    columns: dict[str, FloatArray] = {}
    for name, values in parameters.items():
        if values.ndim == 2:
            columns[name] = values
            continue
        labels = model.labels if values.shape[-1] == len(model.labels) else range(values.shape[-1])
        columns |= {f"{name}[{label}]": values[..., i] for i, label in enumerate(labels)}
    columns |= model.summaries(parameters)
    columns |= {name: statistic(model, parameters) for name, statistic in statistics.items()}
    for name, values in columns.items():
        if np.isnan(values).any():
            raise ValueError(f"{name}: a draw or a true value is NaN, which has no rank")
    return columns
