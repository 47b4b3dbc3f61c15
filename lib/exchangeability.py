"""Exact laws of short exchangeable 0/1 sequences, urns, and the mixture of coins that is nearest.

An exchangeable law of n zeros and ones gives all sequences with the same number of ones the same probability. So it is
known when the law of that number is known: here it is the array ``counts``, in which ``counts[s]`` is the probability
of s ones.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special, stats

from lib.numerics.coins import WHOLE, best_coins
from lib.validation import (
    FloatArray,
    finite_array,
    finite_number,
    finite_vector,
    freeze,
    generator,
    positive_integer,
    refuse_what_does_not_fit,
    whole_number,
)

_A_COUNT = 80  # bytes, at most, that the law of the number of ones takes for each number while it is computed


@dataclass(frozen=True)
class NearestMixture:
    """The mixture of independent, identically distributed draws that is nearest in total variation.

    Attributes
    ----------
    distance : float
        Total variation distance to the mixture, the largest difference in the probability of any event.
    lower_bound : float
        No mixture is nearer than this: ``witness`` proves it.
    chance, weight : ndarray, shape (m,)
        The mixture: with probability ``weight[i]`` the coin shows ones with probability ``chance[i]``.
    witness : ndarray, shape (n + 1,)
        A function of the number of ones, with values from 0 to 1, whose expectation under the given law is larger than
        under any coin by ``lower_bound`` at least.
    """

    distance: float
    lower_bound: float
    chance: FloatArray
    weight: FloatArray
    witness: FloatArray

    def __post_init__(self) -> None:
        """Make the arrays read-only, as the record is."""
        freeze(self)


def is_exchangeable(law: ArrayLike, *, atol: float = 1e-12) -> bool:
    """Say whether a joint law is the same in any order of its variables.

    Parameters
    ----------
    law : array_like, shape (c,) * n
        ``law[x1, ..., xn]`` is the probability that the n variables, each with values 0 to c - 1, are x1, ..., xn.
    atol : float
        How far two probabilities that a swap of neighbours exchanges may differ and count as the same.

    Raises
    ------
    ValueError
        If the axes differ in length, or the probabilities are negative or do not sum to one.

    Notes
    -----
    There are n! orders, but n - 1 swaps say the same: any order can be reached by swapping neighbours again and again,
    as when cards are sorted by hand, and a law that no such swap changes is changed by none of the orders.
    """
    law, atol = _joint_law(law), finite_number("atol", atol)
    return all(np.allclose(law, law.swapaxes(i, i + 1), rtol=0, atol=atol) for i in range(law.ndim - 1))


def joint_law(counts: ArrayLike) -> FloatArray:
    """Return the probability of every sequence, given that of every number of ones.

    Parameters
    ----------
    counts : array_like, shape (n + 1,)

    Returns
    -------
    ndarray, shape (2,) * n
        ``counts[s] / comb(n, s)`` for each sequence with s ones.
    """
    counts = _count_law("counts", counts)
    n = counts.size - 1
    refuse_what_does_not_fit("counts: the number of sequences", 2**n, each=8 * (n + 3))
    ones = np.indices((2,) * n).sum(axis=0)
    result: FloatArray = counts[ones] / special.comb(n, ones)
    return result


def urn_counts(n: int, ones: float, zeros: float, added: float) -> FloatArray:
    """Return the law of the number of ones in n draws from an urn that changes as it is drawn from.

    The urn begins with so many balls marked one and so many marked zero. A ball is drawn at random and put back with
    `added` more of its kind. With ``added=0`` the draws are independent; with ``added=-1`` the ball stays out (sampling
    without replacement); with ``added=1`` it is Polya's urn.

    Parameters
    ----------
    n : int
        Number of draws.
    ones, zeros : float
        The balls at the start, of each kind.
    added : float
        How many balls of the same kind come in; -1 takes the ball out.

    Returns
    -------
    ndarray, shape (n + 1,)

    Raises
    ------
    ValueError
        If there are no balls, `added` is below -1, or the balls do not suffice for n draws without replacement.

    Notes
    -----
    A sequence with s ones has the probability of any other with s ones: the factors of the numerator are
    ``ones, ones + added, ...`` (s of them) and ``zeros, zeros + added, ...``, in whatever order the draws came
    (Eggenberger and Polya 1923).
    """
    n = positive_integer("n", n)
    refuse_what_does_not_fit("n", n, each=_A_COUNT)
    start = np.array([finite_number("ones", ones), finite_number("zeros", zeros)])
    if (start < 0).any() or start.sum() == 0:
        raise ValueError("ones and zeros must not be negative, and there must be a ball in the urn")
    added = finite_number("added", added)
    if added < 0 and added != -1:
        raise ValueError(f"added must be -1 or at least 0; it is {added:g}")
    if added == -1:
        if (start != np.floor(start)).any() or start.sum() < n:
            raise ValueError(f"ones and zeros must be whole numbers, at least n = {n} together, when no ball goes back")
        return np.asarray(stats.hypergeom(int(start.sum()), int(ones), n).pmf(np.arange(n + 1)), dtype=float)
    steps = added * np.arange(n)
    with np.errstate(divide="ignore"):  # the logarithm of zero: a kind that is not in the urn
        factors = np.log(start[:, np.newaxis] + steps)
    rising = np.concatenate([np.zeros((2, 1)), factors.cumsum(axis=1)], axis=1)
    s = np.arange(n + 1)
    orders = special.gammaln(n + 1) - special.gammaln(s + 1) - special.gammaln(n - s + 1)
    result: FloatArray = np.exp(orders + rising[0, s] + rising[1, n - s] - np.log(start.sum() + steps).sum())
    return result


def urn_draws(
    n: int, ones: float, zeros: float, added: float, *, replicates: int, rng: np.random.Generator
) -> FloatArray:
    """Draw from an urn ball by ball; the parameters are those of `urn_counts`.

    Returns
    -------
    ndarray, shape (replicates, n)
        Zeros and ones, a row for each urn.
    """
    urn_counts(n, ones, zeros, added)  # refuses bad input
    replicates, rng = positive_integer("replicates", replicates), generator(rng)
    refuse_what_does_not_fit("replicates", replicates, each=8 * (n + 4), more=f" with n={n}")
    inside = np.tile([float(zeros), float(ones)], (replicates, 1))
    draws = np.empty((replicates, n))
    rows = np.arange(replicates)
    for draw in range(n):
        chance = inside[:, 1] / inside.sum(axis=1)
        kind = (rng.random(replicates) < chance).astype(int)
        draws[:, draw] = kind
        inside[rows, kind] += added
    return draws


def first_draws(counts: ArrayLike, k: int) -> FloatArray:
    """Return the law of the number of ones among the first k of an exchangeable sequence.

    Parameters
    ----------
    counts : array_like, shape (n + 1,)
    k : int
        At most n.

    Returns
    -------
    ndarray, shape (k + 1,)
        Given s ones among n, the ones among the first k are those of k draws without replacement.
    """
    counts = _count_law("counts", counts)
    n, k = counts.size - 1, whole_number("k", k)
    if k > n:
        raise ValueError(f"k must be at most the length of the sequence, {n}; it is {k}")
    refuse_what_does_not_fit("k", k + 1, each=_A_COUNT * (n + 1), more=f" with n={n}")
    s = np.arange(n + 1)[:, np.newaxis]
    result: FloatArray = counts @ stats.hypergeom(n, s, k).pmf(np.arange(k + 1))
    return result


def mixture_counts(n: int, chance: ArrayLike, weight: ArrayLike) -> FloatArray:
    """Return the law of the number of ones in n tosses of a coin that was itself drawn at random.

    Parameters
    ----------
    n : int
    chance, weight : array_like, shape (m,)
        The coins' chances of a one, and the probabilities with which each is drawn.

    Returns
    -------
    ndarray, shape (n + 1,)
    """
    n = positive_integer("n", n)
    chance = finite_vector("chance", chance)
    refuse_what_does_not_fit("n", n, each=_A_COUNT * chance.size, more=f" with {chance.size} coins")
    if ((chance < 0) | (chance > 1)).any():
        raise ValueError("chance must lie between 0 and 1")
    weight = _count_law("weight", weight)
    if weight.size != chance.size:
        raise ValueError(f"weight must have one value for each of the {chance.size} coins; it has {weight.size}")
    result: FloatArray = weight @ stats.binom.pmf(np.arange(n + 1), n, chance[:, np.newaxis])
    return result


def total_variation(one: ArrayLike, other: ArrayLike) -> float:
    """Return the largest difference between the probabilities that two laws give to the same event.

    Half the sum of the absolute differences. For two exchangeable laws it is the same for the sequences as for the
    numbers of ones.
    """
    one, other = finite_array("one", one), finite_array("other", other)
    if one.shape != other.shape:
        raise ValueError(f"other must have the shape of one, {one.shape}; it has {other.shape}")
    return float(np.abs(one - other).sum() / 2)


def nearest_mixture(counts: ArrayLike, *, gap: float = 1e-8) -> NearestMixture:
    """Find the mixture of independent, identically distributed draws that is nearest to an exchangeable law.

    Parameters
    ----------
    counts : array_like, shape (n + 1,)
    gap : float
        How far apart the distance found and its proven lower bound may be.

    Returns
    -------
    NearestMixture

    Raises
    ------
    RuntimeError
        If the bounds do not come that close.

    Notes
    -----
    A linear program over the weights of finitely many coins. Its dual is a function of the number of ones with values
    from 0 to 1; coins under which this witness has the largest expectation are added until no coin could improve the
    mixture (column generation). The lower bound looks at every coin, not only at those in the program.
    """
    counts, gap = _count_law("counts", counts), finite_number("gap", gap)
    if gap <= 0:
        raise ValueError(f"gap must be above zero, not {gap:g}")
    n = counts.size - 1
    s = np.arange(n + 1)
    coins = np.linspace(0, 1, 8 * n + 1)
    if n > WHOLE:  # so many would take their time; a few, as far apart as tosses can tell, grow into what is needed
        coins = np.sin(np.linspace(0, np.pi / 2, 4 * int(n**0.5) + 1)) ** 2
    for _ in range(100):
        tosses = np.asarray(stats.binom.pmf(s, n, coins[:, np.newaxis]), dtype=float)
        weight, witness = _solve(counts, tosses)
        distance = total_variation(counts, weight @ tosses)
        best, largest = best_coins(witness)
        lower = float(witness @ counts) - largest
        if distance - lower <= gap:
            used = weight > 0
            return NearestMixture(distance, lower, coins[used], weight[used], witness)
        coins = np.union1d(coins, best)
    raise RuntimeError(f"the distance lies between {lower:g} and {distance:g}; gap asks for more")


def _solve(counts: FloatArray, coins: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Minimise the total variation distance over the weights of these coins; return the weights and the witness."""
    m, size = coins.shape
    # Variables: the m weights, and for each number of ones by how much the law exceeds the mixture. As both sum to
    # one, the excess sums to the total variation distance.
    result = optimize.linprog(
        np.concatenate([np.zeros(m), np.ones(size)]),
        A_ub=np.hstack([-coins.T, -np.eye(size)]),
        b_ub=-counts,
        A_eq=np.concatenate([np.ones(m), np.zeros(size)])[np.newaxis],
        b_eq=[1.0],
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if not result.success:
        raise RuntimeError(f"the linear program was not solved: {result.message}")
    solution = np.asarray(result.x, dtype=float)[:m]
    weight = np.where(solution > 1e-9, solution, 0)
    return weight / weight.sum(), np.clip(-result.ineqlin.marginals, 0, 1)


def _joint_law(law: ArrayLike) -> FloatArray:
    law = finite_array("law", law)
    if law.ndim == 0 or len(set(law.shape)) != 1:
        raise ValueError(f"law must have one axis a variable, all of the same length; its shape is {law.shape}")
    if (law < 0).any() or not np.isclose(law.sum(), 1):
        raise ValueError("law must hold probabilities that sum to one")
    return law


def _count_law(name: str, values: ArrayLike) -> FloatArray:
    law = finite_vector(name, values)
    if (law < -1e-12).any() or not np.isclose(law.sum(), 1):
        raise ValueError(f"{name} must hold probabilities that sum to one")
    return law
