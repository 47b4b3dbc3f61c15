"""Hand numbers from a chapter's cells to its prose, so that the two cannot disagree."""

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
