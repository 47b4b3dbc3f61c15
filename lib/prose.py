"""Bind a chapter's prose to its cells: its numbers come from them, and its sentences hold in them."""

from myst_nb import glue as _glue


def glue(**numbers: float) -> None:
    """Make each number available to the chapter's text under its name.

    Parameters
    ----------
    **numbers : float
        The text shows one with ``{glue:text}`name:.2f```, the format after the colon being Python's.
    """
    for name, number in numbers.items():
        _glue(name, float(number), display=False)  # NumPy's own floats print as np.float64(...)


def claim(words: str, holds: bool) -> None:
    """Bind a sentence to the computation: the book is not built unless what it says holds.

    Parameters
    ----------
    words : str
        The words of the page that order, compare, name or count, as they stand in its source: enough of one sentence
        that the page has them once.
    holds : bool
        What they say, computed.

    Raises
    ------
    AssertionError
        If it does not hold.
    """
    if not holds:
        raise AssertionError(f"the text says {words!r}, and this does not hold")
