"""Independent proposals for a few hyperparameters, from a distribution fitted to their posterior."""

from itertools import product
from typing import NamedTuple, Self

import numpy as np
from scipy import special

from lib.models.base import Collapsed
from lib.priors.scales import LOG
from lib.samplers.metropolis import accept
from lib.validation import FloatArray

_DEGREES = 8.0  # of freedom of the proposals, whose tails must be heavier than the posterior's
_POINTS = 400  # in each round of fitting
_ROUNDS = 30
_ENOUGH = 0.1  # of a round's points, at least, must be worth a draw
_THIN = 3  # proposals for each draw that is kept: one of them is nearly always accepted


class Proposal(NamedTuple):
    """A multivariate t distribution, folded: a coordinate that cannot be negative counts at its distance from zero.

    Where a standard deviation may well be zero, its posterior falls off on one side only, as half a bell does.
    """

    signs: FloatArray  # (f, d), one or minus one: where the points are that are folded onto one
    centre: FloatArray  # (d,)
    root: FloatArray  # (d, d), Cholesky's

    def draw(self, rng: np.random.Generator, size: int) -> FloatArray:
        """Draw points, shape (size, d)."""
        t = rng.standard_normal((size, self.centre.size)) / np.sqrt(rng.chisquare(_DEGREES, (size, 1)) / _DEGREES)
        x = self.centre + t @ self.root.T
        return np.where((self.signs < 0).any(axis=0), np.abs(x), x)

    def log_density(self, x: FloatArray) -> FloatArray:
        """Log density up to a constant, shape (size,)."""
        return np.asarray(np.logaddexp.reduce(self._log_unfolded(x)))

    def fitted(self, x: FloatArray, weight: FloatArray) -> Self:
        """Return the distribution with the mean and the covariance of weighted points, unfolded as this one has it."""
        share = special.softmax(self._log_unfolded(x), axis=0) * weight
        centre = np.einsum("fn,fd,nd->d", share, self.signs, x)
        away = self.signs[:, np.newaxis] * x - centre
        covariance = np.einsum("fn,fni,fnj->ij", share, away, away)
        covariance.flat[:: centre.size + 1] *= 1 + 1e-9
        return self._replace(centre=centre, root=np.linalg.cholesky(covariance))

    def _log_unfolded(self, x: FloatArray) -> FloatArray:
        """Log density at each of the points that are folded onto one, up to a constant: shape (f, size)."""
        z = (self.signs[:, np.newaxis] * x - self.centre) @ np.linalg.inv(self.root).T
        kernel = np.log1p((z**2).sum(axis=-1) / _DEGREES)
        return np.asarray(-(_DEGREES + x.shape[1]) / 2 * kernel - np.log(self.root.diagonal()).sum())


class Folded:
    """A model's posterior, the logarithms among its coordinates bent: so that zero is not infinitely far away.

    A logarithm is that of sinh(x): about that of x where x is small, and x itself where it is large.
    """

    def __init__(self, model: Collapsed, position: FloatArray) -> None:
        self.model = model
        self.bent = np.array([parameter.scale == LOG for parameter in model.integrated])
        self.middle = np.where(self.bent, position.mean(axis=0), 0.0)

    def point(self, position: FloatArray) -> FloatArray:
        """Bend positions."""
        with np.errstate(over="ignore"):
            return np.where(self.bent, np.arcsinh(np.exp(position - self.middle)), position)

    def position(self, x: FloatArray) -> FloatArray:
        """Bend points back."""
        with np.errstate(all="ignore"):  # of what is not bent, the logarithm is not used
            return self.middle + np.where(self.bent, x + np.log(-np.expm1(-2 * x) / 2), x)

    def log_density(self, x: FloatArray) -> FloatArray:
        """Log posterior of bent points, up to a constant."""
        with np.errstate(divide="ignore", invalid="ignore"):
            log_jacobian = np.where(self.bent, -np.log(np.tanh(x)), 0.0).sum(axis=1)
        return np.asarray(self.model.log_free_density(self.position(x)) + log_jacobian)


def propose(
    model: Collapsed, *, draws: int, chains: int, rng: np.random.Generator
) -> tuple[FloatArray, dict[str, FloatArray]]:
    """Fit a proposal, propose all draws from it at once, and accept each or repeat the one before.

    Returns
    -------
    position : ndarray, shape (chains, draws, d)
    stats : dict of ndarray, shapes (chains, draws)
        ``acceptance_rate``: of the three proposals for each draw, on average.

    Raises
    ------
    ValueError
        If the proposals are worth less than a tenth of as many draws: the posterior has another form then.

    Notes
    -----
    The fit is by importance sampling: in each round the points that were drawn, by their weights, give the next centre
    and covariance. Where few points have all the weight, a power of the weights is taken that leaves a quarter. It does
    not find a second mode far from the first.

    References
    ----------
    Tierney (1994), "Markov chains for exploring posterior distributions", *Annals of Statistics* 22:1701-1728, for
    chains of independent proposals. Cappé, Guillin, Marin and Robert (2004), "Population Monte Carlo", *Journal of
    Computational and Graphical Statistics* 13:907-929, for the fit.
    """
    position = model.start_position(rng, _POINTS)
    if not model.integrated:
        return np.empty((chains, draws, 0)), {}
    folded = Folded(model, position)
    x, log_weight, worth = folded.point(position), model.log_free_density(position), 0.0
    signs = np.array(list(product(*([1.0, -1.0] if bent else [1.0] for bent in folded.bent))))
    proposal = Proposal(signs, x.mean(axis=0), np.diag(x.std(axis=0)))
    for _ in range(_ROUNDS):
        proposal = proposal.fitted(x, _tempered(log_weight))
        x = proposal.draw(rng, _POINTS)
        log_weight = folded.log_density(x) - proposal.log_density(x)
        before, worth = worth, _worth(log_weight)
        if before > 0.3 and worth < before + 0.03:  # it does not get better any more
            break
    if worth < _ENOUGH:
        raise ValueError(
            f"model: {_POINTS} proposals for its hyperparameters are worth {worth * _POINTS:.0f} draws: their "
            "posterior is far from a bell; gibbs can draw from it"
        )
    first = rng.choice(_POINTS, chains, p=special.softmax(log_weight))
    now, at = log_weight[first], x[first]
    proposed = proposal.draw(rng, chains * draws * _THIN)
    log_weight = (folded.log_density(proposed) - proposal.log_density(proposed)).reshape(draws, _THIN, chains)
    proposed = proposed.reshape(draws, _THIN, chains, -1)
    kept, rates = np.empty((chains, draws, at.shape[1])), np.zeros((chains, draws))
    for draw in range(draws):
        for number in range(_THIN):
            accepted, rate = accept(log_weight[draw, number] - now, rng)
            now = np.where(accepted, log_weight[draw, number], now)
            at = np.where(accepted[:, np.newaxis], proposed[draw, number], at)
            rates[:, draw] += rate / _THIN
        kept[:, draw] = at
    return folded.position(kept), {"acceptance_rate": rates}


def _worth(log_weight: FloatArray) -> float:
    """Effective sample size, as a share of the points."""
    return float(1 / (special.softmax(log_weight) ** 2).sum() / log_weight.size)


def _tempered(log_weight: FloatArray) -> FloatArray:
    """Return weights, or a power of them that leaves a quarter of the points effective."""
    power, step = 1.0, 0.5
    if _worth(log_weight) < 0.25:
        for _ in range(30):
            power += step if _worth(power * log_weight) > 0.25 else -step
            step /= 2
    return np.asarray(special.softmax(power * log_weight))
