"""Independent proposals for a few hyperparameters, from a distribution fitted to their posterior."""

from itertools import product
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy import special

from lib.models.base import Collapsed
from lib.priors.scales import LOG
from lib.samplers.metropolis import accept
from lib.validation import FloatArray

_DEGREES = 8.0  # of freedom of the proposals, whose tails must be heavier than the posterior's
_SHARE_OF_CAUCHY = 0.1  # of a part besides, for tails that fall as a power
_POINTS = 400  # in each round of fitting
_ROUNDS = 30
_BELLS = 4  # where one is not enough
_POINTS_OF_BELLS = 1000
_ROUNDS_OF_BELLS = 5
_GOOD = 0.8  # of a round's points that are worth a draw: one bell is enough
_ENOUGH = 0.1  # of a round's points, at least, must be worth a draw
_THIN = 3  # proposals for each draw that is kept: one of them is nearly always accepted


class Proposal(NamedTuple):
    """A mixture of multivariate t distributions, folded: a coordinate that cannot be negative counts from zero.

    Where a standard deviation may well be zero, its posterior falls off on one side only, as half a bell does.
    """

    signs: FloatArray  # (f, d), one or minus one: where the points are that are folded onto one
    share: FloatArray  # (k,), of each part of the mixture
    centre: FloatArray  # (k, d)
    root: FloatArray  # (k, d, d), Cholesky's
    cauchy: NDArray[np.bool_]  # (k,): whether a part is of independent Cauchy numbers, not of a t distribution

    def draw(self, rng: np.random.Generator, size: int) -> FloatArray:
        """Draw points, shape (size, d)."""
        parts = self.share.size
        part = rng.choice(parts, size, p=self.share) if parts > 1 else np.zeros(size, dtype=int)
        normal = rng.standard_normal((size, self.centre.shape[1]))
        t = normal / np.sqrt(rng.chisquare(_DEGREES, (size, 1)) / _DEGREES)
        heavy = self.cauchy[part]
        t[heavy] = rng.standard_cauchy((np.count_nonzero(heavy), t.shape[1]))
        x = self.centre[part] + np.einsum("nij,nj->ni", self.root[part], t)
        return np.asarray(np.where((self.signs < 0).any(axis=0), np.abs(x), x))

    def log_density(self, x: FloatArray) -> FloatArray:
        """Log density up to a constant, shape (size,)."""
        return np.asarray(special.logsumexp(self._log_unfolded(x), axis=(0, 1)))

    def fitted(self, x: FloatArray, weight: FloatArray) -> Self:
        """Return the mixture whose parts have the share, mean and covariance of the weighted points that are theirs.

        A tenth of a covariance is that within all parts, so that a part of few points does not collapse.
        """
        theirs = special.softmax(self._log_unfolded(x), axis=(0, 1)) * weight
        share = theirs.sum(axis=(1, 2)) + 1e-6  # and none without any
        unfolded = self.signs[:, np.newaxis] * x
        centre = np.einsum("kfn,fnd->kd", theirs, unfolded) / share[:, np.newaxis]
        away = unfolded - centre[:, np.newaxis, np.newaxis]
        scatter = np.einsum("kfn,kfni,kfnj->kij", theirs, away, away)
        covariance = 0.9 * scatter / share[:, np.newaxis, np.newaxis] + 0.1 * scatter.sum(axis=0)
        covariance[:, *np.diag_indices(x.shape[1])] *= 1 + 1e-9
        return self._replace(share=share / share.sum(), centre=centre, root=np.linalg.cholesky(covariance))

    def split(self, centres: FloatArray) -> Self:
        """Return a mixture of equal parts, each as wide as this one's first, around centres of shape (k, d)."""
        parts = len(centres)
        first = [0] * parts
        return self._replace(
            share=np.full(parts, 1 / parts), centre=centres, root=self.root[first], cauchy=self.cauchy[first]
        )

    def defended(self, other: Self) -> Self:
        """Return a mixture with the parts of another one besides, their tails so heavy that few can be heavier."""
        share = np.concatenate([(1 - _SHARE_OF_CAUCHY) * self.share, _SHARE_OF_CAUCHY * other.share])
        centre, root = (np.concatenate(pair) for pair in ((self.centre, other.centre), (self.root, other.root)))
        cauchy = np.concatenate([self.cauchy, np.ones(other.share.size, dtype=bool)])
        return self._replace(share=share, centre=centre, root=root, cauchy=cauchy)

    def _log_unfolded(self, x: FloatArray) -> FloatArray:
        """Log density, up to a constant, of each part at each of the points that are folded onto one: (k, f, size)."""
        away = self.signs[:, np.newaxis] * x - self.centre[:, np.newaxis, np.newaxis]
        z = np.einsum("kij,kfnj->kfni", np.linalg.inv(self.root), away)
        square, size = z**2, x.shape[1]
        both = _DEGREES + size
        log_kernel = special.gammaln(both / 2) - special.gammaln(_DEGREES / 2) - size / 2 * np.log(_DEGREES * np.pi)
        log_kernel = log_kernel - both / 2 * np.log1p(square.sum(axis=-1) / _DEGREES)
        if self.cauchy.any():
            log_kernel[self.cauchy] = -np.log(np.pi * (1 + square[self.cauchy])).sum(axis=-1)
        log_height = np.log(self.share) - np.log(np.diagonal(self.root, axis1=1, axis2=2)).sum(axis=-1)
        return np.asarray(log_kernel + log_height[:, np.newaxis, np.newaxis])


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
    and covariance; and where that is not good enough, those of four parts of a mixture. Where few points have all the
    weight, a power of the weights is taken that leaves a quarter. It does not find a second mode far from the first. In
    the end a tenth of the proposals comes from Cauchy distributions: where the posterior's tails were heavier than the
    proposals', they would hardly be visited.

    References
    ----------
    Tierney (1994), "Markov chains for exploring posterior distributions", *Annals of Statistics* 22:1701-1728, for
    chains of independent proposals. Cappé, Guillin, Marin and Robert (2004), "Population Monte Carlo", *Journal of
    Computational and Graphical Statistics* 13:907-929, for the fit; and Cappé, Douc, Guillin, Marin and Robert (2008),
    "Adaptive importance sampling in general mixture classes", *Statistics and Computing* 18:447-459, of a mixture.
    Hesterberg (1995), "Weighted average importance sampling and defensive mixture distributions", *Technometrics*
    37:185-194, for the part with heavy tails.
    """
    position = model.start_position(rng, _POINTS)
    if not model.integrated:
        return np.empty((chains, draws, 0)), {}
    folded = Folded(model, position)
    x, log_weight, worth = folded.point(position), model.log_free_density(position), 0.0
    signs = np.array(list(product(*([1.0, -1.0] if bent else [1.0] for bent in folded.bent))))
    centre, root = x.mean(axis=0)[np.newaxis], np.diag(x.std(axis=0))[np.newaxis]
    proposal = Proposal(signs, np.ones(1), centre, root, np.zeros(1, dtype=bool))
    for _ in range(_ROUNDS):
        proposal, x, log_weight = _fit(proposal, folded, x, log_weight, _POINTS, rng)
        before, worth = worth, _worth(log_weight)
        if before > 0.3 and worth < before + 0.03:  # it does not get better any more
            break
    one = proposal
    if worth < _GOOD:
        proposal = proposal.split(x[rng.choice(_POINTS, _BELLS, p=_tempered(log_weight))])
        for _ in range(_ROUNDS_OF_BELLS):
            proposal, x, log_weight = _fit(proposal, folded, x, log_weight, _POINTS_OF_BELLS, rng)
        worth = _worth(log_weight)
    if worth < _ENOUGH:
        raise ValueError(
            f"model: {len(x)} proposals for its hyperparameters are worth {worth * len(x):.0f} draws: their "
            "posterior is far from a bell; gibbs can draw from it"
        )
    at = x[rng.choice(len(x), chains, p=special.softmax(log_weight))]
    proposal = proposal.defended(one)
    now = folded.log_density(at) - proposal.log_density(at)
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


def _fit(
    proposal: Proposal, folded: Folded, x: FloatArray, log_weight: FloatArray, size: int, rng: np.random.Generator
) -> tuple[Proposal, FloatArray, FloatArray]:
    """Fit a proposal to weighted points; return it with points of its own and their log weights."""
    proposal = proposal.fitted(x, _tempered(log_weight))
    x = proposal.draw(rng, size)
    return proposal, x, folded.log_density(x) - proposal.log_density(x)


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
