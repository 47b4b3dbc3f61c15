"""Tell a student whether an answer is right, and if it is not, what may have gone wrong.

A check compares an answer with the right one and with the values that the usual slips lead to. It never shows the
right value, and it never raises because of a bad answer.
"""

from collections.abc import Mapping
from decimal import Decimal

import numpy as np
from numpy.typing import ArrayLike

from lib.validation import FloatArray, real_array

RIGHT = "Right."
_SWAPPED = "this is the other answer. Have the two changed places?"


def diagnose(
    answer: object,
    expected: ArrayLike,
    *,
    slips: Mapping[str, ArrayLike] | None = None,
    rtol: float = 1e-3,
    atol: float = 0.0,
    whole: bool = False,
    simulated: bool = False,
    otherwise: str = "",
) -> str:
    """Say what is wrong with an answer.

    Parameters
    ----------
    answer : object
        What the student gave: a number, or anything that NumPy turns into an array of numbers. A row of one number
        is that number.
    expected : array_like
        The right answer. An answer is right if it has this shape and every entry is within
        ``atol + rtol * abs(expected)``.
    slips : mapping of str to array_like, optional
        For each usual slip, the message that explains it and the value that it leads to.
    rtol, atol : float
        Relative and absolute tolerance.
    whole : bool
        Whether the question asks for a count: then both whole numbers beside the right one are right.
    simulated : bool
        Whether students find the answer by simulation: then one that is near, or rounded, wants more replicates.
    otherwise : str
        What to say of an answer that nothing else explains.

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
        return _not_a_number(answer, target)
    if np.isnan(given).any():
        return "The answer holds a NaN (not a number): look for 0/0, or for the logarithm or root of a negative number."
    if _is_row_of_one(given, target):
        given = given.reshape(())

    if given.shape == target.shape and _close(given, target, rtol, atol):
        return ""
    if whole and given.shape == target.shape and (given == np.round(given)).all() and (abs(given - target) < 1).all():
        return ""
    if slip := _slip(given, slip_values, rtol, atol):
        return slip
    if given.shape != target.shape:
        return f"The answer should have {_shape(target)}; this one has {_shape(given)}."
    if scale := _other_scale(given, target, rtol, atol):
        return scale
    if _close(given, -target, rtol, atol):
        return "Not right yet: the size is right, the sign is not."
    if not whole and _rounds_to(target, given):
        if simulated:
            return "In so few digits right and wrong answers look alike: give more, from more replicates."
        return "In so few digits right and wrong answers look alike: give at least four."
    near = {"rtol": min(20 * rtol, 0.05), "atol": 3 * atol}
    if simulated and _close(given, target, **near):  # chance alone may have brought it nearer to a slip
        return "Near. If your method is right, more replicates will bring it nearer."
    slip_values.pop(_SWAPPED, None)  # an answer to another question is not nearly given
    if slip := _slip(given, slip_values, **near, nearer_than=target):
        return slip if _rounds_to(slip_values[slip], given) else f"{slip} (Your number is near that one, not equal.)"
    if _close(given, target, **near):
        return "Near, but not by rounding: look for a small term that is missing, or one too many."
    if otherwise:
        return otherwise
    if target.ndim and (right := np.isclose(given, target, rtol=rtol, atol=atol)).any():
        return f"Not right yet: {int(right.sum())} of the {target.size} entries are right."
    return "Not right yet, and not a slip that this check knows. Write down the formula and put the numbers in by hand."


def check(
    answer: object,
    expected: ArrayLike,
    *,
    slips: Mapping[str, ArrayLike] | None = None,
    rtol: float = 1e-3,
    atol: float = 0.0,
    whole: bool = False,
    simulated: bool = False,
    otherwise: str = "",
    of: str = "",
    other: ArrayLike | None = None,
) -> None:
    """Print whether an answer is right, or what is wrong with it; all parameters but two are those of `diagnose`.

    Parameters
    ----------
    of : str
        Which answer this is, if an exercise asks for several: what is printed then begins with it and a colon.
    other : array_like, optional
        The right answer to the other question, if an exercise asks for two: a student may give them in the wrong order.
    """
    slips = dict(slips or {})
    if other is not None:
        slips[_SWAPPED] = other
    said = diagnose(
        answer,
        expected,
        slips=slips,
        rtol=rtol,
        atol=atol,
        whole=whole,
        simulated=simulated,
        otherwise=otherwise,
    )
    if not said:
        row = not np.ndim(expected) and np.ndim(answer)  # type: ignore[arg-type]
        said = f"{RIGHT} (It came as a row of one number; the number itself is its first entry.)" if row else RIGHT
    print(f"{of}: {said[0].lower()}{said[1:]}" if of else said)


def _close(given: FloatArray, target: FloatArray, rtol: float, atol: float) -> bool:
    return bool(np.allclose(given, target, rtol=rtol, atol=atol))


def _slip(
    given: FloatArray, slips: Mapping[str, FloatArray], rtol: float, atol: float, nearer_than: FloatArray | None = None
) -> str:
    """Return the message of the slip that an answer fits best, if it fits any, and better than another number."""
    fits = [
        (float(np.max(np.abs(given - value), initial=0.0)), message)
        for message, value in slips.items()
        if given.shape == value.shape and _close(given, value, rtol, atol)
    ]
    if nearer_than is not None:
        fits = [(far, message) for far, message in fits if far < np.max(np.abs(given - nearer_than))]
    return min(fits)[1] if fits else ""


def _other_scale(given: FloatArray, target: FloatArray, rtol: float, atol: float) -> str:
    """Tell an answer in per cent, and one whose decimal point has moved."""
    if (target == 0).all():
        return ""
    if (np.abs(target) <= 1).all() and _close(given / 100, target, rtol, atol):
        return "This is in per cent. Divide it by 100."
    moved = [power for power in range(-6, 7) if power and _close(given * 10.0**power, target, min(rtol, 1e-3), 0.0)]
    return "The digits are right, the decimal point is not: look at the units." if moved else ""


def _rounds_to(target: FloatArray, given: FloatArray) -> bool:
    """Say whether `given` is `target` as somebody would write it down with fewer digits, rounded or cut off."""
    return given.shape == target.shape and all(
        _rounds(float(exact), float(written)) for exact, written in zip(target.flat, given.flat, strict=True)
    )


def _rounds(exact: float, written: float) -> bool:
    if not np.isfinite(written) or written == 0:
        return exact == written
    _, digits, exponent = Decimal(repr(written)).normalize().as_tuple()
    unit, far = 10.0 ** int(exponent), abs(written - exact)  # of the last digit that is not zero
    cut_off = len(digits) > 1 and abs(written) <= abs(exact) and far < unit
    return far <= abs(exact) / 5 and (cut_off or far <= unit / 2 * (1 + 1e-9))  # 1 is not 0.6 with fewer digits


def _not_a_number(answer: object, target: FloatArray) -> str:
    wanted = "a number" if target.ndim == 0 else "an array of numbers"
    if isinstance(answer, str):
        return f"The answer should be {wanted}; this is text. Leave the quotation marks away, and any sign of per cent."
    return f"The answer should be {wanted}; this is of type {type(answer).__name__}."


def _is_row_of_one(given: FloatArray, target: FloatArray) -> bool:
    return target.ndim == 0 and given.ndim > 0 and given.size == 1


def _shape(array: FloatArray) -> str:
    if array.ndim == 0:
        return "one number"
    if array.ndim == 1:
        return f"{array.size} numbers in a row" if array.size != 1 else "a row of one number"
    return "the shape " + " by ".join(str(n) for n in array.shape)
