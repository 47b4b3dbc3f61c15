"""Tell a student whether an answer is right, and if it is not, what may have gone wrong.

A check compares an answer with the right one and with the values that the usual slips lead to. It never shows the
right value, and it never raises because of a bad answer.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from lib.validation import FloatArray, real_array

RIGHT = "Right."


def diagnose(
    answer: object,
    expected: ArrayLike,
    *,
    slips: Mapping[str, ArrayLike] | None = None,
    rtol: float = 1e-3,
    atol: float = 0.0,
) -> str:
    """Say what is wrong with an answer.

    Parameters
    ----------
    answer : object
        What the student gave: a number, or anything that NumPy turns into an array of numbers.
    expected : array_like
        The right answer. An answer is right if it has this shape and every entry is within
        ``atol + rtol * abs(expected)``.
    slips : mapping of str to array_like, optional
        For each usual slip, the message that explains it and the value that it leads to.
    rtol, atol : float
        Relative and absolute tolerance.

    Returns
    -------
    str
        Empty when the answer is right; otherwise the message of the slip that the answer fits best, or a general one.

    Raises
    ------
    ValueError
        If a slip's value cannot be told from the right one: then the exercise is at fault, not the student.
    """
    target = np.asarray(expected, dtype=float)
    slip_values = {message: np.asarray(value, dtype=float) for message, value in (slips or {}).items()}
    for message, value in slip_values.items():
        if value.shape == target.shape and _close(value, target, rtol, atol):
            raise ValueError(f"slips: this slip leads to the right answer, within the tolerance: {message!r}")

    if answer is None or answer is Ellipsis:
        return "There is no answer yet: put yours in place of the dots."
    try:
        given = real_array("answer", answer)
    except Exception:  # whatever a student's object does when NumPy looks at it
        wanted = "a number" if target.ndim == 0 else "an array of numbers"
        return f"The answer should be {wanted}; this is of type {type(answer).__name__}."
    if np.isnan(given).any():
        return "The answer holds a NaN (not a number): look for 0/0, or for the logarithm or root of a negative number."
    if given.shape == target.shape and _close(given, target, rtol, atol):
        return ""
    fits = [
        (float(np.max(np.abs(given - value), initial=0.0)), message)
        for message, value in slip_values.items()
        if given.shape == value.shape and _close(given, value, rtol, atol)
    ]
    if fits:
        return min(fits)[1]
    if given.shape != target.shape:
        return f"The answer should have {_shape(target)}; this one has {_shape(given)}."
    if _close(given, target, 20 * rtol, 20 * atol):
        return "Close. If your method is right, give more digits."
    if target.ndim:
        right = np.isclose(given, target, rtol=rtol, atol=atol)
        if right.any():
            return f"Not right yet: {int(right.sum())} of the {target.size} entries are right."
    elif _close(given, -target, rtol, atol):
        return "Not right yet: the size is right, the sign is not."
    return "Not right yet, and not a slip that this check knows. Write down the formula and put the numbers in by hand."


def check(
    answer: object,
    expected: ArrayLike,
    *,
    slips: Mapping[str, ArrayLike] | None = None,
    rtol: float = 1e-3,
    atol: float = 0.0,
    of: str = "",
) -> None:
    """Print whether an answer is right, or what is wrong with it; all parameters but one are those of `diagnose`.

    Parameters
    ----------
    of : str
        Which answer this is, if an exercise asks for several: the messages of slips then begin with it and a colon.
    """
    slips = {f"{of}: {message}" if of else message: value for message, value in (slips or {}).items()}
    print(diagnose(answer, expected, slips=slips, rtol=rtol, atol=atol) or RIGHT)


def _close(given: FloatArray, target: FloatArray, rtol: float, atol: float) -> bool:
    return bool(np.allclose(given, target, rtol=rtol, atol=atol))


def _shape(array: FloatArray) -> str:
    if array.ndim == 0:
        return "one number"
    if array.ndim == 1:
        return f"{array.size} numbers in a row" if array.size != 1 else "a row of one number"
    return "the shape " + " by ".join(str(n) for n in array.shape)
