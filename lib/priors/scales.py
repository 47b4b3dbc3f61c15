"""The scales on which a parameter moves without bounds: as it is, by its logarithm, by its logit."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from lib.validation import FloatArray


@dataclass(frozen=True)
class Scale:
    """A range of numbers, and the way from it to the *free scale*, the whole real line, and back.

    Attributes
    ----------
    range : tuple of float
        What the parameter can be.
    inside : tuple of float
        The least and the greatest number inside the range that a computation can use.
    ends : tuple of float
        Where the free scale ends for an integral: beyond, numbers or their inverses leave floating point.
    reach : tuple of float
        Where it ends for a walk: beyond, a number or its inverse has no square within floating point.
    free, natural : callable
        From the range to the free scale, and back.
    log_jacobian : callable
        Log of the derivative of `natural`, which a density on the free scale must include.
    """

    range: tuple[float, float]
    inside: tuple[float, float]
    ends: tuple[float, float]
    reach: tuple[float, float]
    free: Callable[[FloatArray], FloatArray]
    natural: Callable[[FloatArray], FloatArray]
    log_jacobian: Callable[[FloatArray], FloatArray]

    def clip(self, value: FloatArray) -> FloatArray:
        """Bring back inside what rounding put on the edge of the range."""
        return np.clip(value, *self.inside)


def _same(x: FloatArray) -> FloatArray:
    return x


def _log_jacobian_of_logit(free: FloatArray) -> FloatArray:
    return np.asarray(special.log_expit(free) + special.log_expit(-free))


_LINE = (-np.inf, np.inf)
# From a logit of 36 on a share rounds to one, and below one of -690 it has no inverse. Models refuse a posterior that
# falls off too slowly for that.
_SHARES = (-690.0, 36.0)

REAL = Scale(_LINE, _LINE, _LINE, _LINE, _same, _same, np.zeros_like)
LOG = Scale((0.0, np.inf), (1e-300, np.inf), (-690.0, 690.0), (-340.0, 340.0), np.log, np.exp, _same)
LOGIT = Scale((0.0, 1.0), (1e-300, 1 - 1e-16), _SHARES, _SHARES, special.logit, special.expit, _log_jacobian_of_logit)
