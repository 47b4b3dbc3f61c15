"""Products of consecutive numbers, which Beta-binomial and negative binomial probabilities are made of."""

from typing import NamedTuple, Self

import numpy as np
from scipy import special

from lib.numerics.chunks import in_chunks
from lib.validation import FloatArray


class Table(NamedTuple):
    """How often each number above zero occurs: a sum over groups needs each only once."""

    numbers: FloatArray
    times: FloatArray

    @classmethod
    def of(cls, counts: FloatArray) -> Self:
        """Count them."""
        numbers, times = np.unique(counts[counts > 0], return_counts=True)
        return cls(numbers, times.astype(float))


def log_rising(x: FloatArray, n: FloatArray) -> FloatArray:
    """Log of x (x + 1) ... (x + n - 1), for n above zero; the arguments broadcast.

    By the Beta function, which stays accurate where x is so large that a difference of log gammas would lose digits.
    """
    return np.asarray(special.gammaln(n) - special.betaln(x, n))


def log_rising_or_zero(x: FloatArray, n: FloatArray) -> FloatArray:
    """Return the same, for n from zero on: the log of a product without factors is zero."""
    return np.asarray(log_rising(x, np.maximum(n, 1)) * (n > 0))


def log_rising_total(x: FloatArray, table: Table) -> FloatArray:
    """Sum `log_rising` over a table, each number as often as it occurs; shape of x."""
    with np.errstate(invalid="ignore", divide="ignore"):  # far out, where x is zero or infinite
        return in_chunks(lambda some: log_rising(some, table.numbers) @ table.times, x, width=table.numbers.size)
