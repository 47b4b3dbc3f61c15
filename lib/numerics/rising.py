"""Products of consecutive numbers, which Beta-binomial and negative binomial probabilities are made of."""

from typing import NamedTuple, Self

import numpy as np
from scipy import special

from lib.numerics.chunks import in_chunks
from lib.validation import FloatArray

_LARGE = 10.0


class Table(NamedTuple):
    """How often each number above zero occurs: a sum over groups needs each only once."""

    numbers: FloatArray
    times: FloatArray
    log_gammas: float  # of the numbers, summed

    @classmethod
    def of(cls, counts: FloatArray) -> Self:
        """Count them."""
        numbers, times = np.unique(counts[counts > 0], return_counts=True)
        return cls(numbers, times.astype(float), float(special.gammaln(numbers) @ times))


def log_rising(x: FloatArray, n: FloatArray) -> FloatArray:
    """Log of x (x + 1) ... (x + n - 1), for n above zero; the arguments broadcast.

    A difference of log gammas loses its digits where x is large: there it is one of Stirling's series, term by term.
    """
    large = x >= _LARGE
    if large.all():
        return _by_stirling(x, n)
    small = np.asarray(special.gammaln(n) - special.betaln(np.minimum(x, _LARGE), n))
    return np.where(large, _by_stirling(np.maximum(x, _LARGE), n), small) if large.any() else small


def _by_stirling(x: FloatArray, n: FloatArray) -> FloatArray:
    end = x + n
    series = (_series(end) - _series(x)) - n
    return np.asarray((x - 0.5) * np.log1p(n / x) + n * np.log(end) + series)


def _series(x: FloatArray) -> FloatArray:
    """Return what Stirling's formula for log Gamma(x) leaves out: to 1e-12, from `_LARGE` on."""
    inverse = 1 / x
    square = inverse * inverse
    return np.asarray((1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) * inverse)


def log_rising_or_zero(x: FloatArray, n: FloatArray) -> FloatArray:
    """Return the same, for n from zero on: the log of a product without factors is zero."""
    return np.asarray(log_rising(x, np.maximum(n, 1)) * (n > 0))


def log_rising_total(x: FloatArray, table: Table) -> FloatArray:
    """Sum `log_rising` over a table, each number as often as it occurs; shape of x."""
    numbers, times, log_gammas = table

    def sums(row: FloatArray) -> FloatArray:
        large = row[:, 0] >= _LARGE
        some = np.count_nonzero(large)
        if not some:
            return np.asarray(log_gammas - special.betaln(row, numbers) @ times)
        if some == len(row):
            return np.asarray(_by_stirling(row, numbers) @ times)
        total = np.empty(len(row))
        total[large], total[~large] = sums(row[large]), sums(row[~large])
        return total

    with np.errstate(invalid="ignore", divide="ignore"):  # far out, where x is zero or infinite
        return in_chunks(sums, x, width=numbers.size)
