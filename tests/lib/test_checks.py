"""A check knows right from wrong, names the slip, gives nothing away and survives any answer."""

import re

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.checks import check, diagnose

SLIPS = {"tau is not tau squared": 25.0, "the mean must be weighted": 8.75}


def test_right_within_the_tolerance_and_not_outside():
    assert diagnose(7.686, 7.6856) == ""
    assert diagnose(7.6856 * 1.0009, 7.6856) == ""
    assert diagnose(7.6856 * 1.0011, 7.6856) != ""
    assert diagnose(0.01, 0.0, atol=0.02) == ""
    assert diagnose(0.03, 0.0, atol=0.02) != ""


@pytest.mark.parametrize("form", [5.0, 5, np.float64(5), np.array(5), np.int32(5), pd.Series([5.0]).iloc[0]])
def test_any_form_of_a_right_number_is_right(form):
    assert diagnose(form, 5.0, slips=SLIPS) == ""


@pytest.mark.parametrize("form", [[1, 2, 3], (1, 2, 3), np.array([1.0, 2, 3]), pd.Series([1, 2, 3], index=[3, 1, 2])])
def test_any_form_of_a_right_array_is_right(form):
    assert diagnose(form, [1.0, 2, 3]) == ""


@pytest.mark.parametrize(("message", "value"), SLIPS.items())
def test_a_slip_is_named(message, value):
    assert diagnose(value * 1.0005, 5.0, slips=SLIPS) == message


def test_the_slip_that_fits_best_is_named():
    assert diagnose(10.001, 5.0, slips={"near": 10.005, "nearer": 10.0}) == "nearer"
    assert diagnose(10.001, 5.0, slips={"near": 9.996, "nearer": 10.002}) == "nearer"
    assert diagnose(-10.001, 5.0, slips={"near": -9.996, "nearer": -10.002}) == "nearer"


def test_a_slip_may_have_another_shape():
    assert diagnose(2.0, [1.0, 2, 3], slips={"one for each group": 2.0}) == "one for each group"
    assert diagnose([1.0, 2], 5.0, slips={"only the total": [1.0, 2]}) == "only the total"
    assert diagnose([], 5.0, slips={"all groups dropped": []}) == "all groups dropped"


def test_a_slip_that_is_right_is_the_exercises_fault():
    with pytest.raises(ValueError, match="same thing"):
        diagnose(1.0, 5.0, slips={"same thing": 5.001})


NOT_A_NUMBER = {
    "nothing": (None, "no answer yet"),
    "dots": (..., "no answer yet"),
    "text": ("5.0", "this is text"),
    "per cent": ("500%", "this is text"),
    "list of text": (["5.0"], "of type list"),
    "function": (np.mean, "of type"),
    "dictionary": ({"a": 5.0}, "of type dict"),
    "set": ({5.0}, "of type set"),
    "ragged": ([[1, 2], [3]], "of type list"),
    "complex": (5 + 0j, "of type complex"),
    "too large": (10**400, "of type int"),
    "object": (object(), "of type object"),
    "module": (np, "of type module"),
    "NaN": (np.nan, "NaN"),
    "NaN inside": ([1.0, np.nan], "NaN"),
    "frame of text": (pd.DataFrame({"a": ["x"]}), "of type DataFrame"),
    "infinite": (np.inf, "Not right yet"),
    "empty": ([], "should have one number"),
    "two in a row": ([5.0, 5.0], "should have one number; this one has 2 numbers in a row"),
    "matrix": (np.ones((2, 3)), "should have one number; this one has the shape 2 by 3"),
}


@pytest.mark.parametrize(("answer", "message"), NOT_A_NUMBER.values(), ids=NOT_A_NUMBER)
def test_what_is_not_the_right_kind_of_answer_is_explained(answer, message):
    assert message in diagnose(answer, 5.0, slips=SLIPS)


@pytest.mark.parametrize(
    ("expected", "wanted"),
    [(5.0, "a number"), ([5.0], "an array of numbers"), (np.ones((2, 2)), "an array of numbers")],
)
def test_the_kind_of_answer_that_is_wanted_is_said(expected, wanted):
    assert diagnose("five", expected) == (
        f"The answer should be {wanted}; this is text. Leave the quotation marks away, and any sign of per cent."
    )


NEAR = "Near, but not by rounding: look for a small term that is missing, or one too many."
ROUNDED = "In so few digits right and wrong answers look alike: give at least four."
ROUNDED_SIMULATED = "In so few digits right and wrong answers look alike: give more, from more replicates."
REPLICATES = "Near. If your method is right, more replicates will bring it nearer."


def test_near_is_within_twenty_tolerances_or_five_per_cent_or_three_absolute_tolerances():
    for factor in (1.01987, 0.98013):
        assert diagnose(5 * factor, 5.0) == NEAR
        assert diagnose(5 * (2 * factor - 1), 5.0) != NEAR
    assert diagnose(5 * 1.0498, 5.0, rtol=0.04) == NEAR
    assert diagnose(5 * 1.0512, 5.0, rtol=0.04) != NEAR
    assert diagnose(0.0589, 0.0, atol=0.02) == NEAR
    assert diagnose(0.0611, 0.0, atol=0.02) != NEAR


def test_only_what_rounding_explains_wants_more_digits():
    exact = 7.685617
    for rounded in (8, 8.0, 7.7, 7.6, np.float64(7.7)):
        assert diagnose(rounded, exact) == ROUNDED
    for other in (7.8, 7.62, 7.65, 7.5, 7.70001, 7.7000000001):
        assert diagnose(other, exact) != ROUNDED
    assert diagnose(480, 475.0) == diagnose(500, 475.0) == ROUNDED
    assert diagnose(-0.05, -0.0523) == ROUNDED and diagnose(-0.06, -0.0523) != ROUNDED
    assert diagnose(1, 0.6) != ROUNDED and diagnose(0, 0.3) != ROUNDED and diagnose(np.inf, 0.3) != ROUNDED
    assert diagnose([1.2, 3], [1.234, 3.04]) == ROUNDED
    assert diagnose([1.2, 5], [1.234, 3.04]) != ROUNDED


def test_a_simulated_answer_wants_more_replicates():
    assert diagnose(5.078, 5.0, simulated=True) == REPLICATES
    assert diagnose(6.3, 5.0, simulated=True) not in (REPLICATES, NEAR)
    slips = {"a step too far": 5.06}
    assert diagnose(5.0601, 5.0, slips=slips, simulated=True) == "a step too far"
    assert diagnose(5.0671, 5.0, slips=slips, simulated=True) == REPLICATES  # nearer to the slip, perhaps by chance
    for rounded in (0.8, 0.82):  # of four digits, none but the first two can be had
        assert diagnose(rounded, 0.8165, rtol=0, atol=1e-3, simulated=True) == ROUNDED_SIMULATED


def test_a_slip_is_looked_for_before_anything_near():
    slips = {"a step too far": 5.06}
    assert diagnose(5.0601, 5.0, slips=slips) == "a step too far"
    assert diagnose(5.0613, 5.0, slips=slips, rtol=1e-4) == "a step too far (Your number is near that one, not equal.)"
    assert diagnose(5.0213, 5.0, slips=slips) == NEAR  # nearer to the right one
    assert diagnose(5.1, 4.9, slips=slips) == "a step too far"  # rounded
    assert diagnose(5.2, 4.9, slips=slips) not in {"a step too far", NEAR}


def test_per_cent_and_the_decimal_point():
    assert diagnose(52.07, 0.5207) == diagnose([10, 20], [0.1, 0.2]) == diagnose(81, 0.815, rtol=0, atol=0.01)
    assert diagnose(52.07, 0.5207) == "This is in per cent. Divide it by 100."
    moved = "The digits are right, the decimal point is not: look at the units."
    for power in (-6, -2, -1, 1, 2, 5):
        assert diagnose(7.685617 * 10.0**power, 7.685617) == moved
    assert diagnose(0.05207, 0.5207) == diagnose(5.207, 0.5207) == diagnose(5.207, 0.5207, rtol=0.02) == moved
    assert diagnose(5.257, 0.5207, rtol=0.02) != moved
    assert diagnose(7685.617, 7.685617, slips={"in thousands": 7685.6}) == "in thousands"
    assert diagnose(1.0, 0.0, atol=0.02).startswith("Not right yet")


def test_a_count_may_be_whole():
    for number in (207, 208, 207.0, 207.33):
        assert diagnose(number, 207.33, whole=True) == ""
    for number in (206, 209, 207.8, -207):
        assert diagnose(number, 207.33, whole=True) != ""
    assert diagnose(207, 207.33, rtol=1e-4) != ""
    assert "digits" not in diagnose(210, 207.33, whole=True)


def test_what_nothing_explains_may_have_words_of_its_own():
    assert diagnose(50.1, 5.0, otherwise="Draw it.") == diagnose([1, 9], [1, 2], otherwise="Draw it.") == "Draw it."
    assert diagnose(25.0, 5.0, slips=SLIPS, otherwise="Draw it.") == "tau is not tau squared"


def test_an_answer_whose_conversion_breaks_does_not_break_the_check():
    class Broken:
        def __array__(self, *args, **kwargs):
            raise RuntimeError("no")

    assert "of type Broken" in diagnose(Broken(), 5.0)


def test_shapes_signs_and_counts():
    assert "8 numbers in a row; this one has one number" in diagnose(1.0, np.ones(8))
    assert "sign" in diagnose(-4.999, 5.0)
    assert "3 of the 4 entries are right" in diagnose([1, 2, 3, 5], [1.0, 2, 3, 4])
    assert "sign" not in diagnose(-3.0, 5.0)
    assert "3 of the 4 entries are right" in diagnose([1.0009, 2, 3, 5], [1.0, 2, 3, 4])
    assert "2 of the 3 entries are right" in diagnose([0.01, 1, 5], [0.0, 1, 2], atol=0.02)


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.complex_numbers(), st.binary()),
    lambda inner: st.one_of(st.lists(inner), st.tuples(inner, inner), st.dictionaries(st.text(), inner)),
)


@settings(max_examples=40)
@given(answer=anything)
@pytest.mark.parametrize("expected", [7.685617, np.array([9.8661, 7.8812, 6.8863])])
def test_it_never_raises_and_never_gives_the_answer_away(expected, answer):
    message = diagnose(answer, expected, slips=SLIPS)
    assert isinstance(message, str)
    assert not re.search(r"7\.68|9\.86|7\.88|6\.88", message)


def test_check_prints(capsys):
    check(5.0, 5.0)
    check(25.0, 5.0, slips=SLIPS)
    assert capsys.readouterr().out == "Right.\ntau is not tau squared\n"


def test_check_says_which_answer_it_speaks_of(capsys):
    answers = (5.0, 25.0, 5.06, 7.0, ..., "five", 2.0)
    for answer in answers:
        check(answer, 5.0, slips=SLIPS, of="The spread", other=2.0)
    right, slip, *others, swapped = capsys.readouterr().out.splitlines()
    assert (right, slip) == ("The spread: right.", "The spread: tau is not tau squared")
    assert swapped == "The spread: this is the other answer. Have the two changed places?"
    check(2.03, 5.0, other=2.0)
    assert capsys.readouterr().out.startswith("Not right yet")
    told = [diagnose(answer, 5.0, slips=SLIPS) for answer in answers[2:-1]]
    assert others == [f"The spread: {text[0].lower()}{text[1:]}" for text in told]


def test_a_row_of_one_number_is_that_number(capsys):
    for row in ([5.0], (5,), np.array([[5.0]]), pd.Series([5.0])):
        assert diagnose(row, 5.0) == "" and diagnose(row, 25.0, slips={"five": 5.0}) == "five"
        check(row, 5.0)
    assert set(capsys.readouterr().out.splitlines()) == {
        "Right. (It came as a row of one number; the number itself is its first entry.)"
    }
    check(xr.DataArray(5.0), 5.0)
    check([5.0], [5.0])
    assert capsys.readouterr().out == "Right.\nRight.\n"


def test_check_has_the_tolerances_of_diagnose(capsys):
    check(5.004, 5.0)
    check(5.056, 5.0)
    check(5.4, 5.0, rtol=0.1)
    check(5.4, 5.0, atol=0.5)
    check(6, 5.5, whole=True)
    check(5.056, 5.0, simulated=True)
    check(77, 5.0, otherwise="Draw it.")
    said = capsys.readouterr().out.splitlines()
    assert said == ["Right.", NEAR, "Right.", "Right.", "Right.", REPLICATES, "Draw it."]
