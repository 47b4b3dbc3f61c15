"""The numbers that the chapters state, with the values they must have and where those values come from.

Every name that a chapter glues has a row here, and every row a name (`test_book.py` compares them). A value is exact,
or published by somebody else, or computed by another method; it is never copied from the chapter's own output.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class MonteCarlo:
    """A tolerance of so many standard errors, where the chapter glues its own standard error under the name `se`."""

    se: str
    standard_errors: float = 5.0


@dataclass(frozen=True)
class Number:
    """A number, a text or a sequence of numbers that a chapter glues under a name.

    Attributes
    ----------
    chapter : the file's name without its ending, such as "pooling"
    name : the name under which the chapter glues it
    value : what it must be
    tolerance : how far off it may be: a number in the value's own units, or a multiple of a Monte Carlo standard error
    source : where the value comes from: a book and its page, a formula, a test that computes it otherwise
    """

    chapter: str
    name: str
    value: float | str | Sequence[float]
    tolerance: float | MonteCarlo
    source: str


NUMBERS: list[Number] = []
