"""Coins under which a function of the number of ones has its largest expectation."""

import numpy as np
from numpy.polynomial import Chebyshev
from scipy import stats

from lib.validation import FloatArray

WHOLE = 60  # up to this degree, all turning points of a polynomial are found at once
_PIECE = 48  # degree of each piece of one of a higher degree


def best_coins(witness: FloatArray) -> tuple[FloatArray, float]:
    """Return the coins at which the witness may have its local maxima, and the largest expectation under any coin."""
    n = witness.size - 1
    # The expectation is a polynomial of degree n in the chance of a one. Its Chebyshev series gives all its turning
    # points at once, the close ones too; the real part of a complex one is a coin more, which does no harm.
    expectation = Chebyshev.interpolate(
        lambda chance: stats.binom.pmf(np.arange(n + 1), n, chance[:, np.newaxis]) @ witness, n, domain=[0, 1]
    )
    turning = expectation.deriv().trim(1e-14).roots().real if n <= WHOLE else turning_points(expectation)
    coins = np.union1d([0.0, 1.0], np.clip(turning, 0, 1))
    return coins, float(np.max(expectation(coins)))


def turning_points(polynomial: Chebyshev) -> FloatArray:
    """Return where a polynomial of high degree on [0, 1] turns, piece by piece: the time for the roots grows as n**3.

    At x = sin(angle)**2 it is a wave of at most n periods for an angle from 0 to pi, so that a piece with eight of them
    at most is a polynomial of low degree, to rounding.

    References
    ----------
    Boyd (2002), "Computing zeros on a real interval through Chebyshev expansion and polynomial rootfinding", *SIAM
    Journal on Numerical Analysis* 40:1666-1682.
    """
    edges = np.linspace(0, np.pi / 2, polynomial.degree() // 8 + 2)
    found = [edges]  # a turn there may be found on neither side
    for piece in zip(edges, edges[1:], strict=False):
        wave = Chebyshev.interpolate(lambda angle: polynomial(np.sin(angle) ** 2), _PIECE, domain=list(piece))
        roots = wave.deriv().trim(1e-14).roots()
        found.append(roots.real[(np.abs(roots.imag) < 1e-3) & (roots.real >= piece[0]) & (roots.real <= piece[1])])
    return np.asarray(np.sin(np.concatenate(found)) ** 2)
