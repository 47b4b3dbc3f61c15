"""Random-walk Metropolis on the free scale, tuned during warm-up and left alone afterwards."""

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from lib.models.base import State, Walkable
from lib.samplers.chain import arguments, asks_by_name, run
from lib.samplers.convergence import checked
from lib.samplers.draws import to_datatree
from lib.validation import FloatArray, finite_array

_PRIOR_WORTH = 5.0  # positions that the scatter at the start counts for


@asks_by_name
def metropolis(
    model: Walkable,
    *,
    draws: int,
    warmup: int,
    chains: int = 4,
    rng: np.random.Generator,
    covariance: ArrayLike | None = None,
    target: float = 0.3,
) -> xr.DataTree:
    """Draw from a posterior by a random walk of all that the model leaves to it, at once.

    Parameters
    ----------
    model : Walkable
        Any model that knows its density on a scale without bounds.
    draws, warmup, chains : int
        Draws kept and draws thrown away in each chain, and chains. All chains move in one step.
    rng : numpy.random.Generator
        The same state gives the same draws.
    covariance : array_like, shape (d, d), optional
        Of the proposal, up to its size, on the free scale. Learned in warm-up by default.
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

    Warns
    -----
    ConvergenceWarning
        If the draws cannot be trusted; see `lib.samplers.convergence`.

    References
    ----------
    Haario, Saksman and Tamminen (2001), "An adaptive Metropolis algorithm", *Bernoulli* 7:223-242; here the adaptation
    ends with the warm-up, so that what is kept comes from a Markov chain. Ledoit and Wolf (2004), "A well-conditioned
    estimator for large-dimensional covariance matrices", *Journal of Multivariate Analysis* 88:365-411, for shrinking
    what is learned. The rate is between the optimum of one dimension, 0.44, and that of many, 0.234 (Roberts, Gelman
    and Gilks 1997).
    """
    draws, chains, warmup, rng = arguments(
        "metropolis", model, rng, asks=(Walkable,), draws=draws, chains=chains, warmup=warmup
    )
    if not isinstance(target, int | float | np.number) or not 0 < target < 1:
        raise ValueError(f"target must be an acceptance rate between 0 and 1, not {target!r}")
    walk = RandomWalk(model, target, None if covariance is None else _given_root(covariance))
    stats = run(walk, draws=draws, warmup=warmup, chains=chains, rng=rng)
    posterior = model.parameters(stats.pop("position"), rng)
    stats["step_size"] = np.full((chains, draws), np.exp(walk.log_step))
    return checked("metropolis", model, to_datatree(model, posterior, sample_stats=stats))


class RandomWalk:
    """A random walk of all parameters at once on the free scale; its steps are ``exp(log_step)`` times `root`."""

    kept = ("position", "acceptance_rate", "accepted")

    def __init__(self, model: Walkable, target: float, root: FloatArray | None) -> None:
        self.model, self.target, self.given_root = model, target, root
        self.past: list[FloatArray] = []

    def init(self, rng: np.random.Generator, chains: int) -> State:
        """Start where the model says."""
        # The first steps are as large as starting positions are scattered, so that units do not matter.
        scattered = self.model.start_position(rng, max(chains, 100))
        position, size = scattered[:chains], scattered.shape[-1]
        self.scatter = scattered.std(axis=0)
        self.root = np.diag(self.scatter) if self.given_root is None else self.given_root
        if len(self.root) != size:
            raise ValueError(
                f"covariance must be {size} by {size} for this model; it is {len(self.root)} by {len(self.root)}"
            )
        self.log_step = np.log(2.4 / np.sqrt(max(size, 1)))
        return {"position": position, "log_density": self.model.log_free_density(position)}

    def step(self, state: State, rng: np.random.Generator) -> State:
        """Propose a move for every chain, and accept it or stay."""
        position, log_density = state["position"], state["log_density"]
        proposal = position + np.exp(self.log_step) * rng.standard_normal(position.shape) @ self.root.T
        proposed = self.model.log_free_density(proposal)
        with np.errstate(invalid="ignore"):  # neither end has any density: the difference is NaN, and it stays
            accepted, rate = accept(proposed - log_density, rng)
        return {
            "position": np.where(accepted[:, np.newaxis], proposal, position),
            "log_density": np.where(accepted, proposed, log_density),
            "acceptance_rate": rate,
            "accepted": accepted,
        }

    def warm_up(self, state: State, iteration: int, rng: np.random.Generator) -> State:
        """Do the same, and learn from it how large steps can be and which way they had better go."""
        state = self.step(state, rng)
        self.log_step += (state["acceptance_rate"].mean() - self.target) / (iteration + 10) ** 0.6
        self.past.append(state["position"])
        if self.given_root is None and (iteration + 1) % 100 == 0 and self.scatter.size:
            self.root = _learned_root(np.concatenate(self.past[len(self.past) // 2 :]), self.scatter)
        return state


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


def _given_root(given: ArrayLike) -> FloatArray:
    """Return the Cholesky root of a caller's covariance, or say why there is none."""
    covariance = finite_array("covariance", given)
    if covariance.ndim != 2 or len(covariance) != covariance.shape[1] or not np.allclose(covariance, covariance.T):
        raise ValueError(f"covariance must be a symmetric matrix, one row a dimension; its shape is {covariance.shape}")
    try:
        return np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError as error:
        raise ValueError("covariance must be positive definite") from error


def _learned_root(positions: FloatArray, scatter: FloatArray) -> FloatArray:
    """Return the Cholesky root of the positions' covariance, shrunk: to the scatter at the start, uncorrelated.

    In d dimensions a walk takes some d steps to forget where it was, so that n positions are worth about n / d. While
    that is less than d, it says little of the correlations: unshrunk, they leave directions in which the walk would
    hardly move, and so would never learn better.
    """
    count, size = positions.shape
    worth = count / size
    covariance = np.atleast_2d(np.cov(positions, rowvar=False))
    sd = np.sqrt(covariance.diagonal())
    unit = np.where(sd > 0, sd, 1.0)
    correlation = worth / (worth + size) * covariance / np.outer(unit, unit)
    np.fill_diagonal(correlation, 1.0)
    share = worth / (worth + _PRIOR_WORTH)
    spread = np.where(sd > 0, unit**share * scatter ** (1 - share), scatter)
    return np.asarray(spread[:, np.newaxis] * np.linalg.cholesky(correlation))
