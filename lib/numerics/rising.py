"""Products of consecutive numbers, which Beta-binomial and negative binomial probabilities are made of."""

from typing import NamedTuple, Self

import numpy as np
from scipy import special

from lib.numerics.chunks import in_chunks
from lib.validation import FloatArray

_LARGE = 1e4  # from here on what the series leaves out is below 1e-14


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

    By the Beta function; but SciPy's loses digits where x is large (for x = 5e11 and n = 1e6 all after the third
    decimal), so there by Stirling's series for both ends, subtracted term by term.
    """
    rising = special.gammaln(n) - special.betaln(x, n)
    large = (x > _LARGE) & (x < np.inf)
    if not large.any():
        return np.asarray(rising)
    start = np.where(large, x, _LARGE)
    stirling = n * np.log(start) + (start + n - 0.5) * np.log1p(n / start) - n + (1 / (start + n) - 1 / start) / 12
    return np.where(large, stirling, rising)


def log_rising_total(x: FloatArray, table: Table) -> FloatArray:
    """Sum `log_rising` over a table, each number as often as it occurs; shape of x."""
    with np.errstate(invalid="ignore", divide="ignore"):  # far out, where x is zero or infinite
        return in_chunks(lambda some: log_rising(some, table.numbers) @ table.times, x, width=table.numbers.size)
