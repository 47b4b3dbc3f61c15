"""Random-walk Metropolis on the free scale, tuned during warm-up and left alone afterwards."""

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from lib.models.base import Walk
from lib.samplers.draws import run_length, to_datatree
from lib.validation import FloatArray, finite_array, generator


def metropolis(
    model: Walk,
    *,
    draws: int,
    warmup: int,
    chains: int = 4,
    rng: np.random.Generator,
    shape: ArrayLike | None = None,
    target: float = 0.3,
) -> xr.DataTree:
    """Draw from a posterior by a random walk of all parameters at once.

    Parameters
    ----------
    model : Walk
        Any model that knows its density on a scale without bounds.
    draws, warmup, chains : int
        Draws kept and draws thrown away in each chain, and chains. All chains move in one step.
    rng : numpy.random.Generator
        The same state gives the same draws.
    shape : array_like, shape (d, d), optional
        Covariance of the proposal, up to its size, on the free scale. Learned in warm-up by default.
    target : float
        The acceptance rate that warm-up tunes the size of the steps to.

    Returns
    -------
    xarray.DataTree
        With groups ``posterior``, ``sample_stats`` (``acceptance_rate``, ``accepted``, ``step_size``),
        ``observed_data`` and ``constant_data``.

    Raises
    ------
    TypeError, ValueError
        If an argument breaks a rule, or the draws would take more than 4 GiB.

    References
    ----------
    Haario, Saksman and Tamminen (2001), "An adaptive Metropolis algorithm", *Bernoulli* 7:223-242; here the adaptation
    ends with the warm-up, so that what is kept comes from a Markov chain. The rate is between the optimum of one
    dimension, 0.44, and that of many, 0.234 (Roberts, Gelman and Gilks 1997).
    """
    draws, chains, warmup = run_length(model, draws, chains, warmup)
    rng = generator(rng)
    if not isinstance(target, int | float | np.number) or not 0 < target < 1:
        raise ValueError(f"target must be an acceptance rate between 0 and 1, not {target!r}")
    fixed_root = None if shape is None else _given_root(shape)

    # The first steps are as large as starting positions are scattered, so that units do not matter.
    scattered = model.start(rng, max(chains, 100))
    position, size = scattered[:chains], scattered.shape[-1]
    if fixed_root is not None and len(fixed_root) != size:
        raise ValueError(f"shape must be {size} by {size} for this model; it is {len(fixed_root)} by {len(fixed_root)}")
    root = np.diag(scattered.std(axis=0)) if fixed_root is None else fixed_root
    log_density = model.log_free_density(position)
    log_step = np.log(2.4 / np.sqrt(size))
    kept, past = np.empty((chains, draws, size)), []
    rates, accepts = np.empty((chains, draws)), np.empty((chains, draws), dtype=bool)
    for iteration in range(warmup + draws):
        proposal = position + np.exp(log_step) * rng.standard_normal((chains, size)) @ root.T
        proposed = model.log_free_density(proposal)
        with np.errstate(invalid="ignore"):  # neither end has any density: the difference is NaN, and it stays
            log_ratio = proposed - log_density
        accepted, rate = accept(log_ratio, rng)
        position = np.where(accepted[:, np.newaxis], proposal, position)
        log_density = np.where(accepted, proposed, log_density)
        if iteration >= warmup:
            draw = iteration - warmup
            kept[:, draw], rates[:, draw], accepts[:, draw] = position, rate, accepted
            continue
        log_step += (rate.mean() - target) / (iteration + 10) ** 0.6
        past.append(position)
        if fixed_root is None and (iteration + 1) % 100 == 0 and chains * iteration > 10 * size:
            root = _learned_root(np.concatenate(past[len(past) // 2 :]), root)
    stats = {
        "acceptance_rate": rates,
        "accepted": accepts,
        "step_size": np.full((chains, draws), np.exp(log_step)),
    }
    return to_datatree(model, model.parameters(kept), sample_stats=stats)


def accept(
    log_ratio: FloatArray, rng: np.random.Generator, *, log_correction: FloatArray | float = 0.0
) -> tuple[NDArray[np.bool_], FloatArray]:
    """Decide which proposals to accept.

    Parameters
    ----------
    log_ratio : ndarray, shape (chains,)
        Log density of each proposal minus that of the present position.
    rng : numpy.random.Generator
    log_correction : ndarray or float
        Hastings's: log density of proposing the way back minus that of the way there; zero for a symmetric proposal.

    Returns
    -------
    accepted : ndarray of bool, shape (chains,)
    rate : ndarray, shape (chains,)
        The probability of acceptance; zero where the proposal has no density.

    References
    ----------
    Hastings (1970), "Monte Carlo sampling methods using Markov chains and their applications", *Biometrika* 57:97-109.
    """
    rate = np.exp(np.minimum(np.nan_to_num(log_ratio + log_correction, nan=-np.inf), 0))
    return rng.random(rate.shape) < rate, rate


def _given_root(shape: ArrayLike) -> FloatArray:
    """Return the Cholesky root of a caller's covariance, or say why there is none."""
    covariance = finite_array("shape", shape)
    if covariance.ndim != 2 or len(covariance) != covariance.shape[1] or not np.allclose(covariance, covariance.T):
        raise ValueError(f"shape must be a symmetric matrix, one row a dimension; its shape is {covariance.shape}")
    try:
        return np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError as error:
        raise ValueError("shape must be a covariance: positive definite") from error


def _learned_root(positions: FloatArray, before: FloatArray) -> FloatArray:
    """Return the Cholesky root of the positions' covariance, held away from singular."""
    covariance = np.atleast_2d(np.cov(positions, rowvar=False))
    variance = covariance.diagonal().copy()
    if not (variance > 0).all():  # nothing has moved yet
        return before
    np.fill_diagonal(covariance, variance * (1 + 1e-6))
    return np.linalg.cholesky(covariance)
